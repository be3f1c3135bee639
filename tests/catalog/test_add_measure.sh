#!/usr/bin/env bash
# The worked examples of src/README.md, "Adding a measure", are true: their files and lines, put into
# a copy of the source and nothing else touched, give measures that are built, described, computed,
# and pass their own tests. One is of units, one of pairs, by blocks.
set -euo pipefail
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

names=(herfindahl bray_curtis)
python=${SPILLWAY_PYTHON:-/usr/bin/python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
copy=$folder/source
mkdir "$copy"
cp -a "$SPILLWAY_SOURCE"/{CMakeLists.txt,src,include,tests,jobs} "$copy"
cp -a "$copy" "$folder/before"
for name in "${names[@]}"; do
  grep -q "SW_MEASURE($name," "$copy/src/measure/catalog.def" &&
    fail "$name is in the catalogue by now: let src/README.md show another measure"
done

# Blocks "```LANGUAGE PATH": a new file, or what is added to one that is there.
"$python" - "$copy" <<'END'
import os, re, sys
with open(os.path.join(sys.argv[1], "src/README.md")) as page:
    blocks = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page.read(), re.M | re.S)
for path, text in blocks:
    with open(os.path.join(sys.argv[1], path), "a") as file:
        file.write(text)
END
changed=$(cd "$folder" && diff -rq before source | sort || true)
want="Files before/src/measure/catalog.def and source/src/measure/catalog.def differ
Only in source/src/measure/pair: bray_curtis.c
Only in source/src/measure/unit: herfindahl.c
Only in source/tests/catalog/cases: bray_curtis.py
Only in source/tests/catalog/cases: herfindahl.py
Only in source/tests/measure: bray_curtis.c
Only in source/tests/measure: herfindahl.c"
[ "$changed" = "$want" ] || fail "the examples change: $changed"

# What is as it was has been compiled for the build that is tested: its object is taken, unless its text
# includes the catalogue. Builds with sanitizers have other flags; there all is compiled, quickly.
cat >"$folder/launch" <<'END'
#!/bin/sh
for word; do
  case $before in -o) object=$word ;; -c) source=$word ;; -MF) made_of=$word ;; esac
  before=$word
done
old=$TESTED/$object
if [ "$old" -nt "$source" ] && cmp -s "$source" "$SPILLWAY_SOURCE/${source#"$COPY/"}" && ! grep -q '#include .*catalog' "$source"; then
  cp "$old" "$object" && echo "$object: $source" >"$made_of" && echo "$object" >>"$COPY/../taken"
else
  exec "$@"
fi
END
chmod +x "$folder/launch"
: >"$folder/taken"
how=(-DCMAKE_BUILD_TYPE=Quick -DCMAKE_C_FLAGS_QUICK=-O1)
TESTED=$(dirname "$SPILLWAY")
if [[ $TESTED == */build/release ]] && ! grep -rq '#include .*catalog' "$copy"/{src,include} --include='*.h'; then
  export TESTED COPY=$copy
  how=(-DCMAKE_BUILD_TYPE=Release "-DCMAKE_C_COMPILER_LAUNCHER=$folder/launch")
fi

log=$folder/log
cmake -S "$copy" -B "$folder/build" -G Ninja "${how[@]}" \
  -DSPILLWAY_TESTS=ON >"$log" 2>&1 || fail "configuring: $(tail -n 20 "$log")"
cmake --build "$folder/build" --target spillway "${names[@]/#/t_measure_}" >"$log" 2>&1 ||
  fail "building: $(tail -n 30 "$log")"
export SPILLWAY=$folder/build/spillway

for name in "${names[@]}"; do
  "$folder/build/tests/t_measure_$name" >"$log" 2>&1 || fail "test of $name: $(cat "$log")"
done
"$python" "$copy/tests/catalog/test_sweep.py" "${names[@]}" >"$log" 2>&1 ||
  fail "a case: $(cat "$log")"
SPILLWAY_SOURCE=$copy bash "$copy/tests/cli/test_measures.sh" >"$log" 2>&1 || fail "$(cat "$log")"
text=$("$SPILLWAY" measures herfindahl)
for said in "H = sum s_k^2" "  industries  " "true | false, default false" "  equals  " "Adelman 1969"; do
  grep -qF -- "$said" <<<"$text" || fail "spillway measures herfindahl does not say '$said': $text"
done

# A study with them, and with a result as the input of another measure.
cd "$folder"
cat >panel.csv <<'END'
code,year,a,b,c,d
03,2001,1,0,0,0
03,2002,,1,1,1
01,2001,30,30,20,20
01,2002,60,60,40,40
02,2001,5,5,5,5
02,2002,0,0,0,0
END
cat >study.yaml <<'END'
study: concentration
panel: {file: panel.csv, unit: code, time: year, missing: keep}
measures:
  - herfindahl: {industries: [a, b, c, d], as: hhi}
  - herfindahl: {industries: [a, b, c, d], normalised: true, as: scaled}
  - inequality: {of: hhi.value, as: gaps}
  - bray_curtis: {of: [a, b, c, d], keep: {top: 1}, as: unlike}
output: {file: out.h5}
END
"$SPILLWAY" run study.yaml --quiet >"$log" 2>&1 || fail "run: $(cat "$log")"
"$python" - <<'END' || fail "the numbers of the study"
import h5py, numpy as np
with h5py.File("out.h5") as f:
    nan = np.nan
    assert [u.decode() for u in f["unit"][:]] == ["01", "02", "03"]
    for group, name, want in (("hhi", "value", [[.26, .25, 1], [.26, nan, nan]]),
                              ("hhi", "equals", [[1 / .26, 4, 1], [1 / .26, nan, nan]]),
                              ("scaled", "value", [[.01 / .75, 0, 1], [.01 / .75, nan, nan]])):
        got = f[group][name][:]
        assert np.allclose(got, want, rtol=1e-14, atol=1e-15, equal_nan=True), (group, name, got)
    assert f["gaps/n_used"][:].tolist() == [3, 1]
    # The most alike; in 2002 unit 02 has nothing, and a value of 03 is missing.
    assert f["unlike/partner"][:, :, 0].tolist() == [[1, 0, 1], [1, 0, -1]], f["unlike/partner"][:]
    assert np.allclose(f["unlike/value"][:, :, 0], [[2 / 3, 2 / 3, 19 / 21], [1, 1, nan]], equal_nan=True)
    assert f["unlike"].attrs["parameters"] == b"{of: [a, b, c, d], keep: {top: 1}, by: smallest, precision: float32}"
    attributes = f["hhi"].attrs
    assert attributes["measure"] == b"herfindahl", attributes["measure"]
    assert attributes["undefined"].startswith(b"4 of 12 values"), attributes["undefined"]
    assert b"normalised: true" in f["scaled"].attrs["parameters"], f["scaled"].attrs["parameters"]
    assert f["hhi/value"].attrs["long_name"] == b"Herfindahl-Hirschman index"
END
sed -i 's/\[a, b, c, d\], as: hhi/[a], as: hhi/' study.yaml
said=$("$SPILLWAY" run study.yaml --force --quiet 2>&1) && fail "one industry is not refused"
want="spillway: study.yaml:4:30: hhi: industries: 1 industry; concentration is of two or more"
[ "$said" = "$want" ] || fail "said: $said"
echo "${names[*]}: from the page to their numbers; $(wc -l <"$folder/taken") objects were those of $TESTED"
