#!/usr/bin/env bash
# Chinese counties' lights 2001-2022: the index tables from one study, against plain loops; and as if
# the sensors had not changed, which published numbers are of.
# shellcheck source=prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
"$python" "$here/prepare_cn_regions.py" "$data" "$work"
study cn_regions
"$SPILLWAY" run "$work/cn_regions.yaml" | tee "$work/said"
sed -e '/^  breaks:/d' -e "s|cn_regions.h5|whole.h5|" "$work/cn_regions.yaml" >"$work/whole.yaml"
"$SPILLWAY" run -q "$work/whole.yaml"
"$python" "$here/check_cn_regions.py" "$data" "$work/cn_regions.h5" "$work/whole.h5" "$work/said"
