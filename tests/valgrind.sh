#!/usr/bin/env bash
# The tests in C, and a run with what reads its results (verify, diff, --reuse), under valgrind's
# memcheck: no report, or a status that is not 0. Takes some minutes; not part of tests/run.sh.
#
#   tests/valgrind.sh [NAMES]     e.g. plan store: those floors alone, without the runs; or tests,
#                                 e.g. cli_geometry
#
# valgrind knows no AVX-512: the program chooses its AVX2 kernels by itself there. Wants the release
# build with its tests (tests/run.sh makes it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${BUILD:-build/release}

command -v valgrind > /dev/null || { echo "skipped: valgrind is missing (jobs/setup.sh --dev)"; exit 77; }
[ -x "$build/spillway" ] || { echo "$build/spillway is missing: tests/run.sh builds it" >&2; exit 2; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export SPILLWAY_SHARED=${SPILLWAY_SHARED:-$PWD/../shared}
memcheck=(valgrind -q --trace-children=yes --error-exitcode=99 "--suppressions=$PWD/tests/valgrind.supp")
known=/usr/share/openmpi/openmpi-valgrind.supp # what Open MPI itself is said for
[ ! -e "$known" ] || memcheck+=("--suppressions=$known")

failed=0
try() {
  local name=$1 log
  shift
  log=$(mktemp)
  if "${memcheck[@]}" "$@" > "$log" 2>&1 && ! grep -q '^==[0-9]*== [A-Z]' "$log"; then
    echo "clean: $name"
  else
    echo "REPORT: $name"
    tail -n 60 "$log"
    failed=$((failed + 1))
  fi
  rm -f "$log"
}

if [ $# -eq 0 ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  "$build/spillway" synth -o "$folder" --units 150 --periods 2 > /dev/null
  try "run" "$build/spillway" run "$folder/study.yaml" -o "$folder/a.h5" --threads 2
  try "run --reuse" "$build/spillway" run "$folder/study.yaml" -o "$folder/b.h5" --threads 2 \
    --reuse "$folder/a.h5"
  try "verify" "$build/spillway" verify "$folder/a.h5" --study "$folder/study.yaml"
  try "diff" "$build/spillway" diff "$folder/a.h5" "$folder/b.h5"
  try "info" "$build/spillway" info "$folder/a.h5"
  try "report" "$build/spillway" report "$folder/a.h5" -o "$folder/a.html"
  try "table" "$build/spillway" table "$folder/a.h5"
  for ending in md csv tex xlsx; do
    try "table $ending" "$build/spillway" table "$folder/a.h5" coupling_coordination gravity \
      -o "$folder/t.$ending"
  done
  for ending in csv dta gpkg geojson; do
    try "export $ending" "$build/spillway" export "$folder/a.h5" coupling_coordination.coordination \
      -o "$folder/e.$ending"
  done
  for ending in csv graphml; do
    try "export pairs $ending" "$build/spillway" export "$folder/a.h5" gravity -o "$folder/p.$ending"
  done
  try "export --all" "$build/spillway" export "$folder/a.h5" --all "$folder/all"
fi
for test in "$build"/tests/t_*; do
  name=${test##*/t_}
  [ $# -eq 0 ] || [[ " $* " == *" ${name%%_*} "* || " $* " == *" $name "* ]] || continue
  try "${test##*/}" "$test" --jobs 1
done
[ $failed -eq 0 ] || { echo "$failed with a report" >&2; exit 1; }
