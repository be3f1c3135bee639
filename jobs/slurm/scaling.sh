# shellcheck shell=bash
# What strong.sbatch and weak.sbatch share: runs of one study in several configurations of one
# allocation, a line of CSV for each, and a table of medians at the end.
#
#   SPILLWAY_CONFIGURATIONS  nodes x ranks per node x threads per rank, the first is the base, e.g.
#                            "1x1x1 1x1x8 1x2x8 2x2x8 4x2x8" (default: see default_configurations)
#   SPILLWAY_REPEATS         runs of each, taking turns (default 3)

# shellcheck source=jobs/slurm/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

columns=suite,study,job,nodes,ranks,threads,repeat,units,periods,pairs,read_s,units_s,pairs_s,write_s,whole_s,idle_percent,peak_bytes,sent_bytes,version

# One thread alone, the best serial version, is the base; then one rank, then all ranks of a node,
# then nodes by doubling, and all of them.
default_configurations() {
  local k=1
  configurations=(1x1x1)
  add_configuration "1x1x$threads"
  while [ "$k" -lt "$nodes" ]; do
    add_configuration "${k}x${ranks}x$threads"
    k=$((2 * k))
  done
  add_configuration "${nodes}x${ranks}x$threads"
}

add_configuration() {
  local known
  for known in "${configurations[@]}"; do
    if [ "$known" = "$1" ]; then return; fi
  done
  configurations+=("$1")
}

# The allocation, the program, `configurations`, `repeats`, and the CSV with its first line.
prepare_scaling() {
  csv=$1
  repeats=${SPILLWAY_REPEATS:-3}
  find_program
  find_launcher
  read_allocation
  if [ -n "${SPILLWAY_CONFIGURATIONS:-}" ]; then
    read -r -a configurations <<<"$SPILLWAY_CONFIGURATIONS"
  else
    default_configurations
  fi
  version=$("$program" --version | head -n 1 | tr ',' ';')
  if [ ! -s "$csv" ]; then
    printf '%s\n' "$columns" >"$csv"
  elif [ "$(head -n 1 "$csv")" != "$columns" ]; then
    refuse "$csv: its first line is not that of these scripts; choose another file"
  fi
}

# split CONFIGURATION: `n` nodes, `r` ranks per node, `t` threads per rank, within the allocation.
split() {
  [[ $1 =~ ^([1-9][0-9]*)x([1-9][0-9]*)x([1-9][0-9]*)$ ]] ||
    refuse "configuration '$1': give nodes x ranks per node x threads per rank, like 1x2x8"
  n=${BASH_REMATCH[1]} r=${BASH_REMATCH[2]} t=${BASH_REMATCH[3]}
  if [ "$n" -gt "$nodes" ] || [ $((r * t)) -gt $((ranks * threads)) ]; then
    refuse "configuration $1 is more than was allocated, $nodes nodes with $ranks x $threads cores each"
  fi
}

# measure SUITE STUDY OUT.h5 CONFIGURATION REPEAT: one run, one line.
measure() {
  local summary=$3.summary
  split "$4"
  launch "$n" "$r" "$t"
  say "$1: $4, run $5 of $repeats"
  if ! "${launch[@]}" "$program" run --force "$2" -o "$3" >"$summary"; then
    say "$4 failed; the lines of earlier runs are in $csv"
    exit 1
  fi
  line_of "$1" "$4" "$5" "$summary" >>"$csv"
  rm "$summary"
}

# The summary of a run as a line of CSV; what is not in it is an error, but one rank sends nothing.
line_of() {
  awk -v suite="$1" -v configuration="$2" -v repeat="$3" -v job="$SLURM_JOB_ID" -v version="$version" '
    function after(word,  rest) { rest = $0; sub(".*" word " ", "", rest); return rest + 0 }
    / units x .* periods? -> / {
      study = $0
      sub(/: [0-9]+ units x .*/, "", study)
      gsub(/[",]/, " ", study)
      units = periods = $0
      sub(/ units x .*/, "", units)
      sub(/.* /, "", units)
      sub(/.* units x /, "", periods)
      sub(/ periods? -> .*/, "", periods)
    }
    /^phases: / {
      read = after("read"); unit = after("units"); pair = after("pairs"); write = after("write")
      whole = after("whole")
    }
    /^pairs: / { pairs = $2; idle = after("idle") }
    /^ranks: / { peak = $0; sub(/.*\(/, "", peak); peak += 0 }
    /^messages: / { sent = $0; sub(/.*\(/, "", sent); sent += 0 }
    END {
      if (study == "" || whole == "" || pairs == "" || peak == "") {
        print "the summary of the run lacks a line" > "/dev/stderr"
        exit 1
      }
      split(configuration, c, "x")
      printf "%s,%s,%s,%d,%d,%d,%d,%d,%d,%s,%s,%s,%s,%s,%s,%s,%.0f,%.0f,%s\n", suite, study, job, c[1],
        c[1] * c[2], c[3], repeat, units, periods, pairs, read, unit, pair, write, whole, idle, peak,
        sent, version
    }' "$4"
}

# Medians of this job by configuration. Efficiency: pairs per second and core, over that of the base.
tell_scaling() {
  awk -F, -v job="$SLURM_JOB_ID" '
    function median(list,  a, k, m, i, j, x) {
      k = split(list, a, " ")
      for (i = 2; i <= k; i++)
        for (j = i; j > 1 && a[j - 1] + 0 > a[j] + 0; j--) { x = a[j]; a[j] = a[j - 1]; a[j - 1] = x }
      m = int((k + 1) / 2)
      return k % 2 ? a[m] : (a[m] + a[m + 1]) / 2
    }
    $3 == job {
      key = $4 "," $5 "," $6
      if (!(key in count)) order[++keys] = key
      count[key]++
      cores[key] = $5 * $6
      pairs[key] = $10
      whole[key] = whole[key] " " $15
      phase[key] = phase[key] " " $13
    }
    END {
      print "nodes ranks threads runs   whole s   pairs s   pairs/s whole   efficiency   of the pair phase"
      for (k = 1; k <= keys; k++) {
        key = order[k]
        split(key, c, ",")
        w = median(whole[key]); p = median(phase[key])
        rate = pairs[key] / w / cores[key]; in_phase = pairs[key] / p / cores[key]
        if (k == 1) { base = rate; base_phase = in_phase }
        printf "%5d %5d %7d %4d %9.3f %9.3f %15.3g %12.2f %19.2f\n", c[1], c[2], c[3], count[key], w, p,
          pairs[key] / w, rate / base, in_phase / base_phase
      }
    }' "$csv"
}
