#!/usr/bin/env bash
# spillway synth: what it writes, that it is the same again, and what it refuses.
set -euo pipefail
: "${SPILLWAY:?the program to test}"
python=${SPILLWAY_PYTHON:-/usr/bin/python3}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() {
  echo "FAILED: $*"
  exit 1
}
synth() { "$SPILLWAY" synth "$@"; }

# ---- the files have the structure that is promised ---------------------------------------
synth -o a --units 2850 --periods 20 >/dev/null
synth -o holes --units 500 --periods 8 --missing 0.02 --indicators 18 >/dev/null
synth -o tiny --units 12 --periods 1 >/dev/null
for n in 13 37 101; do synth -o "n$n" --units $n --periods 2 --seed $n >/dev/null; done
"$python" "$here/check_synth.py" a 2850 20 14 0
"$python" "$here/check_synth.py" holes 500 8 18 0.02
"$python" "$here/check_synth.py" tiny 12 1 14 0
for n in 13 37 101; do "$python" "$here/check_synth.py" "n$n" $n 2 14 0; done

# ---- deterministic in the seed; numbers do not depend on what else is asked for -----------
synth -o again/deep/er --units 2850 --periods 20 --seed 1 >/dev/null
for file in units.csv panel.csv edges.csv hinterlands.csv study.yaml; do
  cmp a/$file again/deep/er/$file || fail "$file differs from run to run"
done
synth -o other --units 2850 --periods 20 --seed 2 >/dev/null
cmp -s a/panel.csv other/panel.csv && fail "another seed gives the same panel"
synth -o wide --units 2850 --periods 20 --indicators 16 >/dev/null
cut -d, -f1-16 wide/panel.csv | cmp - a/panel.csv || fail "more indicators change the named ones"
synth -o long --units 2850 --periods 21 >/dev/null
grep -v ',2021,' long/panel.csv | cmp - a/panel.csv || fail "a further period changes those before"
synth -o holes2 --units 500 --periods 8 --indicators 18 >/dev/null
"$python" - <<'PY'
import csv
full, holes = (list(csv.reader(open(f"{d}/panel.csv"))) for d in ("holes2", "holes"))
assert all(b in ("", a) for x, y in zip(full, holes) for a, b in zip(x, y)), "--missing changes what is left"
PY
mpirun -n 2 "$SPILLWAY" synth -o ranks --units 2850 --periods 20 >out
cmp a/panel.csv ranks/panel.csv || fail "two ranks write another panel"
[ "$(grep -c 'units in' out)" = 1 ] || fail "more than one rank speaks"

# ---- a network: three edges a node, all joined, a railway that opens in the middle year ------
synth -o net --units 500 --periods 8 --network 3000 >out
grep -q '^a network of 3000 nodes and 90' out || fail "no network is told of: $(cat out)"
synth -o net2 --units 500 --periods 8 --network 3000 >/dev/null
for file in nodes.csv network.csv study.yaml; do
  cmp net/$file net2/$file || fail "$file differs from run to run"
done
for file in units.csv panel.csv edges.csv; do
  synth -o nonet --units 500 --periods 8 --force >/dev/null
  cmp net/$file nonet/$file || fail "a network changes $file"
done
[ ! -e nonet/nodes.csv ] || fail "a network that nobody asked for"
grep -q 'network: {nodes: nodes.csv, edges: network.csv' net/study.yaml || fail "the study has no network"
"$python" - <<'PY'
import csv
nodes = [r["node"] for r in csv.DictReader(open("net/nodes.csv"))]
edges = list(csv.DictReader(open("net/network.csv")))
assert len(nodes) == len(set(nodes)) == 3000 and 9000 <= len(edges) < 9010, len(edges)
above = {n: n for n in nodes}
def top(n):
    while above[n] != n:
        above[n] = n = above[above[n]]
    return n
for e in edges:
    assert float(e["minutes"]) > 0 and float(e["km"]) >= 0 and e["from"] != e["to"]
    if e["mode"] == "road":
        assert e["from_period"] == ""
        above[top(e["from"])] = top(e["to"])
assert len({top(n) for n in nodes}) == 1, "not joined"
rail = [e for e in edges if e["mode"] == "rail"]
assert 1 <= len(rail) <= 7 and {e["from_period"] for e in rail} == {"2005"}, rail
assert all(a["to"] == b["from"] for a, b in zip(rail, rail[1:])), "not one line"
PY

# ---- wrong usage: status 2, one clear line, nothing written --------------------------------
refused() { # refused STATUS PATTERN ARGUMENTS...
  local want=$1 pattern=$2 status=0
  shift 2
  "$SPILLWAY" synth "$@" >out 2>err || status=$?
  [ $status = "$want" ] || fail "synth $*: status $status, should be $want: $(cat err)"
  [ "$(wc -l <err)" = 1 ] || fail "synth $*: not one line: $(cat err)"
  grep -q -- "$pattern" err || fail "synth $*: '$(cat err)' lacks '$pattern'"
}
before=$(sha256sum a/*)
refused 2 'already exists.*--force' -o a --units 100 --periods 3
[ "$before" = "$(sha256sum a/*)" ] || fail "a refused synth touched the files"
refused 2 'named indicators' -o x --units 100 --periods 3 --indicators 13
refused 2 ' 14 ' -o x --units 100 --periods 3 --indicators 13
refused 2 'units.*12' -o x --units 11 --periods 3
refused 2 'periods' -o x --units 100 --periods 0
refused 2 'periods' -o x --units 100 --periods many
refused 2 'missing' -o x --units 100 --periods 3 --missing 1.5
refused 2 'network' -o x --units 100 --periods 3 --network 5
refused 2 'seed' -o x --units 100 --periods 3 --seed -4
refused 2 '-o DIR' --units 100 --periods 3
refused 2 '--units N' -o x --periods 3
refused 2 '--periods T' -o x --units 100
refused 2 '--bogus' -o x --units 100 --periods 3 --bogus
refused 2 'stray' -o x --units 100 --periods 3 stray
[ ! -e x ] || fail "a refused synth made its folder"
status=0
mpirun -n 2 "$SPILLWAY" synth -o x --units 11 --periods 3 2>err || status=$?
[ $status = 2 ] || fail "two ranks: status $status"
[ "$(grep -c 'spillway: ' err)" = 1 ] || fail "two ranks both complain"

# ---- I/O failures: status 1, one line, nothing left ----------------------------------------
: >file
refused 2 'file' -o file/below --units 100 --periods 3
mkdir full
ln -s /dev/full full/panel.csv.partial # a disk without room
refused 1 'panel.csv.partial: cannot be written: No space' -o full --units 3000 --periods 20
[ -z "$(ls -A full)" ] || fail "a failed synth left: $(ls full)"

# ---- --force writes over; empty files are no hindrance -------------------------------------
synth -o a --units 100 --periods 3 --force >/dev/null
"$python" "$here/check_synth.py" a 100 3 14 0
mkdir empty
: >empty/panel.csv
synth -o empty --units 100 --periods 3 >/dev/null
synth --help | grep -q -- '--missing' || fail "--help does not name the options"

# ---- the study runs, with gaps too ---------------------------------------------------------
synth -o small --units 60 --periods 4 >/dev/null
for folder in holes small tiny; do
  "$SPILLWAY" check $folder/study.yaml >/dev/null
  "$SPILLWAY" run --quiet $folder/study.yaml >/dev/null
done
# The study that README.md shows is one for such a panel.
sed -n '/^study: my-counties/,/^```/p' "$here/../../README.md" | grep -v '^```' >small/readme.yaml
"$SPILLWAY" run --quiet --force -o readme.h5 small/readme.yaml >/dev/null
"$python" - <<'PY'
import h5py
readme = h5py.File("readme.h5")
for name in ("ccd", "lq", "moran", "inequality", "gravity", "pairwise_coupling"):
    assert name in readme, name
f = h5py.File("small/results.h5")
for name in ("ccd", "lq", "coagglomeration", "moran_coordination", "moran_manufacturing", "gaps",
             "clusters", "ladder", "gravity", "coupling_between", "coupling_last", "fields"):
    assert name in f, name
assert f["gravity/partner"].shape == (4, 60, 20)
assert f["coupling_last/value"].shape == (1, 60, 60)
# Centres have what centres have: the panel is spatially correlated.
assert (f["moran_coordination/I"][:] > 0.2).all(), f["moran_coordination/I"][:]
PY
echo "synth: all as promised"
