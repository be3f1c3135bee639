#!/usr/bin/env bash
# Builds the benchmarks and runs them, ours and the peers' alternating; prints medians and spread.
#
#   bench/run.sh                 all
#   bench/run.sh pairs [ARGS]    pair measures on one thread against numpy and against the bound
#   bench/run.sh dense [ARGS]    dense float32 on all cores against a plain write
#   bench/run.sh large [ARGS]    100,000 units on all cores: top, above, summary; memory
#   bench/run.sh busy [ARGS]     all cores beside a process that spins on one of them
#   bench/run.sh csv [ARGS]      reading a CSV of 1 GB against data.table's fread
#   bench/run.sh scale [ARGS]    a model of 1 to 10,000 nodes against real runs of 1 to 8 (not in all)
#
# ARGS: --units N, --repeats R (scale: --units alone). Run on a machine with nothing else to do; scale
# compares no time. The exit status is 0 when every figure wanted was reached, 77 when it was but for
# csv, which was skipped (no data.table, no room). PYTHON names a Python with numpy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

what=${1:-all}
shift || true
python=${PYTHON:-/usr/bin/python3}
build=${BENCH_BUILD:-build/bench}

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPILLWAY_TESTS=OFF > /dev/null
ninja -C "$build" spillway bench_pairs bench_write bench_csv > /dev/null

sed -n 's/^model name[[:space:]]*: /machine: /p' /proc/cpuinfo | head -n 1
echo "cores: $(nproc), load: $(cut -d' ' -f1 /proc/loadavg)"
echo "numpy $("$python" -c 'import numpy; print(numpy.__version__)')"
echo

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PYTHONDONTWRITEBYTECODE=1
status=0
case $what in
pairs | all) "$python" bench/compare.py "$build/bench/bench_pairs" "$@" || status=$? ;;
esac
case $what in
dense | all) "$python" bench/dense.py "$build/spillway" "$build/bench/bench_write" "$@" || status=$? ;;
esac
case $what in
large | all) "$python" bench/large.py "$build/spillway" "$@" || status=$? ;;
esac
case $what in
busy | all) "$python" bench/busy.py "$build/spillway" "$@" || status=$? ;;
esac
case $what in
scale)
  "$python" bench/scale/table.py
  "$python" bench/scale/check.py "$build/spillway" "$@" || status=$?
  ;;
esac
case $what in
csv | all)
  skipped=0
  "$python" bench/read_csv.py "$build/bench/bench_csv" "$@" || skipped=$?
  [ "$status" != 0 ] || status=$skipped
  ;;
esac
case $what in
pairs | dense | large | busy | scale | csv | all) ;;
*)
  echo "bench/run.sh: '$what' is not known; pairs, dense, large, busy, scale, csv or nothing" >&2
  exit 2
  ;;
esac
exit "$status"
