#!/usr/bin/env bash
# US counties 2001-2018, from study file to published numbers.
# shellcheck source=prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
# The state of a county is in its code; income begins in 1969, GDP in 2001.
awk 'NR == 1 {print $0 ",state"; next} {print $0 "," substr($0, 1, 2)}' \
  "$data/us_bea_points.csv" >"$work/units.csv"
years='(200[1-9]|201[0-8])'
awk -v row="^[0-9]+,(\"[^\"]*\"|[^\",]*),$years," 'NR == 1 || $0 ~ row' \
  "$data/us_county_income_1969_2018.csv" >"$work/income.csv"
study us_counties
"$SPILLWAY" run "$work/us_counties.yaml"
"$python" "$here/check_us.py" "$data" "$work/us.h5"
