#!/usr/bin/env bash
# Chinese counties 2001-2022, from study file to numbers recomputed with numpy.
# shellcheck source=prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
study cn_counties
"$SPILLWAY" run "$work/cn_counties.yaml"
"$python" "$here/check_cn.py" "$data" "$work/cn.h5"
