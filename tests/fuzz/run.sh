#!/usr/bin/env bash
# Fuzzes the readers with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer.
#
#   tests/fuzz/run.sh                   every harness, 60 seconds each, one core
#   tests/fuzz/run.sh 600 gal units     these two, ten minutes each
#
# Needs clang (jobs/setup.sh --tests). Works on copies of the seeds; what was learnt stays in
# build/fuzz/corpus/NAME, what was found in build/fuzz/findings/NAME (README.md says how to keep
# one). Exit status 1: there is a finding; 77: clang or its libFuzzer is not there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$PWD/build/fuzz
spillway=${SPILLWAY:-$PWD/build/release/spillway}

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi
names=("$@")
[ $# -gt 0 ] || names=(study panel_csv units gal gwt mtx edges_csv table clock info
  panel_h5 roads)

# A private folder in memory, for the files that the harnesses write.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)" spillway-fuzz-run-XXXXXX)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
# Two threads, so that readers divide their work; they sleep while they wait, on one core.
export OMP_NUM_THREADS=2 KMP_BLOCKTIME=0

# ---- build --------------------------------------------------------------------------------

echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' >"$work/try.c"
if ! clang -fsanitize=fuzzer,address -fopenmp "$work/try.c" -o "$work/try" 2>"$work/try.log"; then
  echo "skipped: no clang that has libFuzzer and OpenMP here (jobs/setup.sh --tests installs it)"
  exit 77
fi
log=$work/build.log
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target "${names[@]/#/z_}"; } >"$log" 2>&1; then
  tail -n 40 "$log"
  exit 1
fi

# ---- one harness --------------------------------------------------------------------------

# HDF5 files: no binary is kept in the repository.
make_seeds() {
  local name=$1 corpus=$2
  local python=${SPILLWAY_PYTHON:-/usr/bin/python3}
  case $name in
    info) "$python" tests/fuzz/test_hdf5.py --seeds "$spillway" "$corpus" ;;
    panel_h5) "$python" tests/fuzz/test_hdf5.py --panels "$corpus" ;;
    *)
      cp tests/fuzz/seeds/"$name"/* "$corpus"
      [ "$name" != panel_csv ] || gzip -nc tests/fuzz/seeds/panel_csv/long.csv >"$corpus/long.gz"
      ;;
  esac
}

# Whose readers stand on HDF5, whose own crashes shall not end the search for ours.
is_on_hdf5() {
  [ "$1" = info ] || [ "$1" = panel_h5 ]
}

options() {
  local limit=4096 dictionary=csv
  case $1 in
    study) dictionary=yaml ;;
    gal | gwt | mtx) dictionary=links ;;
    info | panel_h5) limit=65536 dictionary= ;;
  esac
  echo "-max_len=$limit"
  [ -z "$dictionary" ] || echo "-dict=tests/fuzz/dict/$dictionary.dict"
  ! is_on_hdf5 "$1" || printf '%s\n' -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1
}

# Of HDF5 itself: `spillway info` reads in a child process for their sake (src/cli/verbs/info.c), and
# panels are tried in one (src/store/panel/h5.c). What broke, and where the memory came from, is its
# code and not ours.
is_of_hdf5() {
  local report
  report=$("$build/tests/fuzz/z_$1" -timeout=10 -rss_limit_mb=2048 "$2" 2>&1) && return 0
  grep -qE '^SUMMARY: libFuzzer: (timeout|out-of-memory)' <<<"$report" && return 0
  awk '/ #0 / { open = 1 }
       open && /libhdf5|\/src\// { open = 0; all++; if (/libhdf5/) its++ }
       END { exit !(all && all == its) }' <<<"$report"
}

fuzz() {
  local name=$1 corpus=$build/corpus/$1 findings=$build/findings/$1 out=$build/$1.log status=0
  rm -rf "$findings"
  mkdir -p "$corpus" "$findings"
  make_seeds "$name" "$corpus"
  mapfile -t options < <(options "$name")
  UBSAN_OPTIONS=print_stacktrace=1 "$build/tests/fuzz/z_$name" "${options[@]}" -timeout=10 \
    -rss_limit_mb=2048 -max_total_time="$seconds" -print_final_stats=1 \
    -artifact_prefix="$findings/" "$corpus" >"$out" 2>&1 || status=$?
  # The library's are told apart and do not count.
  local library=0 file
  if is_on_hdf5 "$name"; then
    for file in "$findings"/*; do
      [ -f "$file" ] && is_of_hdf5 "$name" "$file" || continue
      mkdir -p "$findings/hdf5"
      mv "$file" "$findings/hdf5"
      library=$((library + 1))
    done
    [ -n "$(find "$findings" -maxdepth 1 -type f)" ] || status=0
  fi
  local runs
  runs=$(sed -n -e 's/^stat::number_of_executed_units: *//p' -e 's/^#\([0-9]*\): cov.*/\1/p' "$out" | tail -1)
  echo "$name: ${runs:-0} inputs in $seconds s; $(find "$findings" -maxdepth 1 -type f | wc -l) findings$(
    [ $library = 0 ] || echo ", and $library of HDF5 itself")"
  [ $status = 0 ] && return 0
  tail -n 30 "$out"
  echo "$name: what was found is in $findings"
  return 1
}

failed=0
for name in "${names[@]}"; do
  fuzz "$name" || failed=1
done
exit $failed
