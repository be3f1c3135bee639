#!/usr/bin/env bash
# The raw BEA file: (D) and (NA), quoted codes after a blank, state rows, notes, lines by years.
# shellcheck source=prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

# The file is 51 state files one after another, each with the same four notes at its end.
study bea_raw
"$SPILLWAY" run "$work/bea_raw.yaml"
"$python" "$here/check_bea_raw.py" "$data" "$work/bea.h5"

# One state's file as published holds Latin-1: one clear line, status 2, no output.
sed -e "s|$data/us_bea_cagdp2_raw.csv.gz|$data/us_bea_cagdp2_NM_latin1_raw.csv|" -e 's|bea.h5|latin1.h5|' \
  "$work/bea_raw.yaml" >"$work/latin1.yaml"
status=0
"$SPILLWAY" run "$work/latin1.yaml" >"$work/out" 2>"$work/err" || status=$?
cat "$work/err"
[ "$status" = 2 ] || { echo "Latin-1: exit status $status, should be 2"; exit 1; }
[ "$(wc -l <"$work/err")" = 1 ] || { echo "Latin-1: not one line"; exit 1; }
grep -q 'us_bea_cagdp2_NM_latin1_raw.csv:[0-9]*' "$work/err" || { echo "Latin-1: no file and line"; exit 1; }
grep -qi 'utf-8' "$work/err" || { echo "Latin-1: the line does not say UTF-8"; exit 1; }
compgen -G "$work/latin1.h5*" >/dev/null && { echo "Latin-1: an output file was left"; exit 1; }
exit 0
