#!/usr/bin/env bash
# US counties 1969-2018: all index tables of a nation from one study, against published numbers and
# plain loops.
# shellcheck source=prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
"$python" "$here/prepare_us_regions.py" "$data" "$work"
study us_regions
"$SPILLWAY" run "$work/us_regions.yaml" | tee "$work/said"
"$python" "$here/check_us_regions.py" "$data" "$work/us_regions.h5" "$work/said"
