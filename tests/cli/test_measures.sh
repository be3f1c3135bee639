#!/bin/bash
# `spillway measures`: the list has every line of the catalogue, each measure can be described, and
# a wrong name is refused with the nearest one and exit status 2.
set -u
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

list=$("$SPILLWAY" measures) || fail "measures: exit status $?"
names=$(sed -n 's/^SW_MEASURE(\([a-z0-9_]*\),.*/\1/p' "$SPILLWAY_SOURCE/src/measure/catalog.def")
[ -n "$names" ] || fail "the catalogue is empty"
for name in $names; do
  grep -q "^$name " <<<"$list" || fail "$name is not in the list"
  text=$("$SPILLWAY" measures "$name") || fail "measures $name: exit status $?"
  for section in Formula Parameters Outputs Source "In a study"; do
    grep -qx "$section" <<<"$text" || fail "measures $name: no section $section"
  done
  awk 'length($0) > 100 { exit 1 }' <<<"$text" || fail "measures $name: a line over 100 columns"
done

text=$("$SPILLWAY" measures gravity)
for word in "  decay " "  keep " "  as " "  periods " "  out_strength " "default great-circle"; do
  grep -qF -- "$word" <<<"$text" || fail "measures gravity does not say '$word'"
done

said=$("$SPILLWAY" measures garvity 2>&1 >/dev/null)
status=$?
[ $status -eq 2 ] || fail "an unknown measure: exit status $status instead of 2"
[ "$said" = "spillway: unknown measure 'garvity'; did you mean 'gravity'?" ] || fail "said: $said"
"$SPILLWAY" measures moran gravity >/dev/null 2>&1
[ $? -eq 2 ] || fail "two names are not refused"
"$SPILLWAY" measures --help | grep -q "Usage: spillway measures" || fail "no help"
echo "measures: $(wc -w <<<"$names") described"
