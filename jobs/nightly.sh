#!/usr/bin/env bash
# Recomputes a folder of studies, every night and without a person.
#
#   jobs/nightly.sh STUDIES OUT
#
# STUDIES/*.yaml are the studies. OUT/DATE/ gets the results of all of them, NAME.h5 each, and
# report.txt, which says what moved most since the last night, and a page NAME.html of each to look
# at, with what has changed; OUT/latest leads to the last night that is complete and verified. A study that has not changed since (nor its inputs, nor the
# program) is linked from the last night, of a changed one only the periods that have changed are
# computed. Any failure: a status that is not 0, OUT/latest as it was, and what is done kept in
# OUT/.unfinished, with which the next call goes on.
#
# By cron, e.g. at three every night:
#   0 3 * * *  cd /srv/spillway && jobs/nightly.sh studies results >> nightly.log 2>&1
#
# Environment:
#   SPILLWAY         the program              (build/release/spillway of this checkout, else PATH)
#   SPILLWAY_LAUNCH  what starts a run        (nothing: one process, all cores; e.g. mpirun -n 4)
#   SPILLWAY_NIGHTS  nights to keep           (14)
#   SPILLWAY_TILES   tiles to verify per study (100)
#   SPILLWAY_MOST    entries of each list in the report (20)
#
# Exit status: 0 done; 75 stopped by a signal, the next call goes on; 2 wrong usage; 1 anything
# else, in words on standard error.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
spillway=${SPILLWAY:-$here/build/release/spillway}
[ -n "${SPILLWAY:-}" ] || [ -x "$spillway" ] || spillway=spillway
read -ra launch <<< "${SPILLWAY_LAUNCH:-}"
nights=${SPILLWAY_NIGHTS:-14}
tiles=${SPILLWAY_TILES:-100}
most=${SPILLWAY_MOST:-20}
readonly stopped=75

say() { echo "nightly: $*"; }
fail() { echo "nightly: $*" >&2; exit "${status:-1}"; }

status=2
[ $# -eq 2 ] || fail "give two folders: $0 STUDIES OUT"
[ -d "$1" ] || fail "$1: no such folder"
[[ $nights =~ ^[1-9][0-9]*$ ]] || fail "SPILLWAY_NIGHTS: '$nights' is not a number from 1"
command -v "$spillway" > /dev/null || fail "$spillway: no such program; jobs/setup.sh builds it"
if [[ $spillway == */* ]]; then spillway=$(readlink -f "$spillway"); fi # called from another folder, too
studies=$(cd "$1" && pwd)
shopt -s nullglob
files=("$studies"/*.yaml)
[ ${#files[@]} -gt 0 ] || fail "$studies: no study (*.yaml) is there"
status=1
mkdir -p "$2"
out=$(cd "$2" && pwd)

exec 9> "$out/.lock"
flock -n 9 || fail "$out: another nightly run is at work there"

last=
if [ -e "$out/latest" ]; then last=$(readlink -f "$out/latest"); fi
work=$out/.unfinished
mkdir -p "$work"
report=$work/report.txt

# A study that was taken out since an unfinished night.
for old in "$work"/*.h5*; do
  name=$(basename "$old"); name=${name%%.h5*}
  [ -e "$studies/$name.yaml" ] || rm -f "$old" "$work/$name.log"
done

# unchanged STUDY RESULTS: whether there is nothing to compute.
unchanged() {
  local said code=0
  said=$("$spillway" check "$1" --since "$2" 2>&1) || code=$?
  if [ "$code" -gt 1 ]; then say "$said" >&2; fi
  [ "$code" -eq 0 ]
}

# compute STUDY RESULTS LOG LAST: LAST need not be there.
compute() {
  local words=(run "$1" -o "$2" --force) code=0
  # What is no results file has no periods to give.
  if [ -e "$4" ] && "$spillway" info "$4" > /dev/null; then words+=(--reuse "$4"); fi
  "${launch[@]}" "$spillway" "${words[@]}" > "$3" 2>&1 || code=$?
  # An unfinished run of an earlier night, of another text or other inputs.
  if [ "$code" -ne 0 ] && grep -q "give --restart" "$3"; then
    code=0
    "${launch[@]}" "$spillway" "${words[@]}" --restart > "$3" 2>&1 || code=$?
  fi
  cat "$3"
  return "$code"
}

# study_of_night STUDY: its results into $work; what it could not do in $reason.
study_of_night() {
  local study=$1 name results before
  name=$(basename "$study" .yaml)
  results=$work/$name.h5
  before=${last:+$last/$name.h5}
  if [ -e "$results" ] && [ -e "$results.verified" ] && unchanged "$study" "$results"; then
    say "$name: done by a run that ended early"
    return
  fi
  rm -f "$results" "$results.verified"
  if [ -n "$before" ] && [ -e "$before" ] && unchanged "$study" "$before"; then
    say "$name: unchanged"
    reason="the last night's results cannot be copied"
    ln "$before" "$results" 2> /dev/null || cp "$before" "$results" || return
  else
    reason="its run failed"
    compute "$study" "$results" "$work/$name.log" "${before:-none}" || return
    reason="its results do not match what is computed again"
    "$spillway" verify "$results" --study "$study" --tiles "$tiles" || return
  fi
  touch "$results.verified"
}

failures=0
for study in "${files[@]}"; do
  code=0
  study_of_night "$study" || code=$?
  if [ "$code" -eq $stopped ]; then
    status=$stopped
    fail "$(basename "$study"): stopped; the next call goes on"
  fi
  if [ "$code" -ne 0 ]; then
    echo "nightly: $(basename "$study"): $reason (status $code)" >&2
    failures=$((failures + 1))
  fi
done
[ $failures -eq 0 ] || fail "$failures of ${#files[@]} studies failed; $out/latest is as it was"

# What moved since the last night.
compare() {
  local results=$1 name before code=0
  name=$(basename "$results" .h5)
  before=${last:+$last/$name.h5}
  echo
  echo "== $name"
  if [ -z "$before" ] || [ ! -e "$before" ]; then
    echo "new"
  elif [ "$before" -ef "$results" ]; then
    echo "unchanged"
  elif ! "$spillway" info "$before" > /dev/null; then
    echo "$name: the last night's results are damaged: nothing to compare with" >&2
    echo "the last night's results are damaged: nothing to compare with"
  else
    grep "^reused: " "$work/$name.log" || true
    "$spillway" diff "$before" "$results" --most "$most" || code=$?
    [ "$code" -le 1 ] || return "$code"
    [ "$code" -eq 1 ] || echo "equal"
  fi
}

# A page of each study, made where the study lies, as its polygons are named from there. A night
# without a page is still a night: what went wrong is said.
page() {
  local results=$1 name before words
  name=$(basename "$results" .h5)
  before=${last:+$last/$name.h5}
  words=(report "$results" -o "$work/$name.html" --force)
  if [ -n "$before" ] && [ -e "$before" ] && ! [ "$before" -ef "$results" ] &&
    "$spillway" info "$before" > /dev/null; then
    words+=(--against "$before")
  fi
  (cd "$studies" && "$spillway" "${words[@]}") > /dev/null ||
    echo "nightly: $name: its page cannot be made" >&2
}

date=$(date +%Y-%m-%d)
night=$date
for ((k = 2; ; k++)); do
  [ -e "$out/$night" ] || break
  night=$date.$k
done
{
  echo "Night of $night, $("$spillway" --version); before: ${last:+$(basename "$last")}"
  for results in "$work"/*.h5; do
    compare "$results" || fail "$(basename "$results"): cannot be compared with the last night's"
  done
  if [ -n "$last" ]; then
    for old in "$last"/*.h5; do
      [ -e "$work/$(basename "$old")" ] || printf '\n== %s\ngone\n' "$(basename "$old" .h5)"
    done
  fi
} > "$report"

rm -f "$work"/*.html
for results in "$work"/*.h5; do page "$results"; done
rm -f "$work"/*.verified
sync -f "$work"
mv -T "$work" "$out/$night"
ln -sfn "$night" "$out/.latest"
mv -T "$out/.latest" "$out/latest"
sync -f "$out"
say "$out/$night is complete and verified"
cat "$out/$night/report.txt"

# The oldest nights go.
mapfile -t kept < <(cd "$out" && printf '%s\n' 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]* | sort -V)
for ((k = 0; k < ${#kept[@]} - nights; k++)); do
  [ "${kept[k]}" = "$night" ] || rm -rf "${out:?}/${kept[k]}"
done
