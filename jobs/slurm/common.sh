# shellcheck shell=bash
# What the batch scripts share; they source it from jobs/slurm/. It runs nothing by itself.
#
#   SPILLWAY                the program (default: spillway on the path, else build/release/spillway)
#   SPILLWAY_LAUNCHER       srun or mpirun (default: srun where Slurm has pmix, else mpirun)
#   SPILLWAY_MOST_REQUEUES  how often a job may queue itself again (default 100)

: "${jobs:?is the folder jobs of Spillway, set by the script that sources this}"
me=${SLURM_JOB_NAME:-job}

say() { printf '%s: %s\n' "$me" "$*" >&2; }

# refuse TEXT ...: what the user can mend, as the program's exit status 2.
refuse() {
  say "$@"
  exit 2
}

# The program as an absolute path, in `program`.
find_program() {
  local wanted=${SPILLWAY:-spillway}
  if ! program=$(command -v "$wanted"); then
    [ -z "${SPILLWAY:-}" ] || refuse "SPILLWAY=$SPILLWAY is no program"
    program=$jobs/../build/release/spillway
    [ -x "$program" ] ||
      refuse "no spillway on the path and none at $program; set SPILLWAY, or build it: jobs/setup.sh"
  fi
}

find_launcher() {
  launcher=${SPILLWAY_LAUNCHER:-}
  if [ -z "$launcher" ]; then
    launcher=mpirun
    if srun --mpi=list 2>&1 | grep -qw pmix; then launcher=srun; fi
  fi
  case $launcher in
    srun | mpirun) ;;
    *) refuse "SPILLWAY_LAUNCHER=$launcher is not known; srun or mpirun" ;;
  esac
}

# What was asked of Slurm, in `nodes`, `ranks` per node and `threads` per rank. One thread per core
# is said outright: without task/affinity or cgroups the affinity mask shows the whole node.
read_allocation() {
  nodes=${SLURM_JOB_NUM_NODES:-1}
  ranks=${SLURM_NTASKS_PER_NODE:-$((${SLURM_NTASKS:-1} / nodes))}
  threads=${SLURM_CPUS_PER_TASK:-1}
}

# launch NODES RANKS THREADS: the words that start the program so, in `launch`. Each rank is bound
# to THREADS cores of its own, and its threads are left free among these. With mpirun the two
# variables of Open MPI say so, and may be set to something else before.
launch() {
  local all=$(($1 * $2))
  export OMP_NUM_THREADS=$3
  # Ranks that are told to end may finish what they write. Open MPI 4 waits twice as long at every
  # end with another status than 0, also where all ranks are gone.
  export OMPI_MCA_odls_base_sigkill_timeout=${OMPI_MCA_odls_base_sigkill_timeout:-10}
  if [ "$launcher" = srun ]; then
    # Since Slurm 22.05 srun takes no --cpus-per-task from sbatch.
    launch=(srun --mpi=pmix --exact --nodes="$1" --ntasks="$all" --ntasks-per-node="$2"
      --cpus-per-task="$3" --cpu-bind=cores)
  else
    export OMPI_MCA_hwloc_base_binding_policy=${OMPI_MCA_hwloc_base_binding_policy:-core}
    export OMPI_MCA_rmaps_base_mapping_policy=${OMPI_MCA_rmaps_base_mapping_policy:-ppr:$2:node:pe=$3}
    launch=(mpirun -n "$all")
  fi
}

# pass_on PROCESS: what run_and_listen does with SIGUSR1.
pass_on() { kill -USR1 "$1" 2>/dev/null || true; }

# run_and_listen COMMAND ...: runs it and passes SIGUSR1 on, as Slurm gives it to this shell alone
# (--signal=B:USR1). Its exit status is in `status`; `asked` is how often the signal came.
run_and_listen() {
  local pid='' before
  asked=0
  trap 'asked=$((asked + 1)); [ -z "$pid" ] || pass_on "$pid"' USR1
  "$@" &
  pid=$!
  if [ "$asked" -gt 0 ]; then pass_on "$pid"; fi
  while :; do
    before=$asked
    status=0
    wait "$pid" || status=$?
    # A signal ends the waiting, and not what is waited for.
    if [ "$asked" -eq "$before" ]; then break; fi
  done
  trap - USR1
}

# Queues this job again; it begins with the first line of its script. Slurm may end this shell
# before scontrol returns, so all is said before.
requeue() {
  local most=${SPILLWAY_MOST_REQUEUES:-100}
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "$most" ]; then
    say "stopped, and queued again $most times already (SPILLWAY_MOST_REQUEUES); what is done is kept, submit again to go on"
  else
    say "stopped in time; what is done is kept, and the job queues itself again"
    scontrol requeue "$SLURM_JOB_ID" || say "Slurm does not queue it again; submit again to go on"
  fi
  exit 75
}

# Ends the job as the run ended. 138 is a signal that came before the program could listen to it.
end_job() {
  if [ "$asked" -gt 0 ] && { [ "$status" -eq 75 ] || [ "$status" -eq 138 ]; }; then requeue; fi
  case $status in
    0) say "done" ;;
    2) say "not started: see the line above (exit status 2)" ;;
    *) say "ended with exit status $status; what is done is kept, submit again to go on" ;;
  esac
  exit "$status"
}

# run_study STUDY [OPTIONS OF spillway run ...]: on all that was allocated, and the end of the job.
run_study() {
  local study=$1 options=() option
  shift
  # A job that was queued again goes on; --restart was for its first start.
  for option in "$@"; do
    if [ "$option" != --restart ] || [ "${SLURM_RESTART_COUNT:-0}" -eq 0 ]; then
      options+=("$option")
    fi
  done
  find_program
  find_launcher
  read_allocation
  launch "$nodes" "$ranks" "$threads"
  say "job $SLURM_JOB_ID, start $((${SLURM_RESTART_COUNT:-0} + 1)): $study, nodes: $nodes, ranks per node: $ranks, threads per rank: $threads, by $launcher"
  run_and_listen "${launch[@]}" "$program" run "$study" ${options[@]+"${options[@]}"}
  end_job
}
