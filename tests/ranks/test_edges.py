#!/usr/bin/env python3
"""Edges: sizes at the borders of tiles, strips and blocks, ranks without a unit, values at the ends
of what a double holds, gaps, empty labels, islands, filters that keep nothing or everything. Each
case ends the same way, with the same bits or the same one line, alone and on 4 ranks of 2 nodes."""
import os
import random
import re
import subprocess
import sys
import tempfile

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
SECONDS = 200  # of one run: what hangs is killed, and fails

STUDY = """study: edges
panel: {file: panel.csv, unit: code, time: year, missing: %(missing)s}
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [g, h]}
weights:
  w: {kind: file, file: edges.csv}
composites:
  a: {positive: [x], negative: [y], over: {bounds: {x: [0, 10], y: [0, 10]}}}
  b: {positive: [y, z], normalise: rank, over: period, weights: equal}
measures:
  - coupling_coordination: {systems: [a, b], form: wang2021, as: ccd}
  - location_quotient: {industries: [x, y], total: z, base_over: complete, as: lq}
  - moran: {of: ccd.coordination, weights: w, islands: zero, as: i}
  - inequality: {of: x, weight: z, groups: [g, h], as: gaps}
  - gravity: {mass: [x], keep: dense, as: dense}
  - gravity: {mass: [x, z], keep: {top: %(top)s}, as: top}
  - gravity: {mass: [x], share: z, decay: 1.5, keep: {above: %(above)s}, as: above}
  - gravity: {mass: [x], share: z, keep: dense, same_group: {group: g, factor: 0}, as: directed}
  - gravity: {mass: [x], keep: links, weights: w, as: links}
  - pairwise_coupling: {systems: [a, b], keep: summary, as: between}
  - inequality: {of: top.out_strength, as: strengths}
output: {file: out.h5, precision: %(precision)s, compression: %(compression)s}
tile: 16
"""


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if re.search('[",]', text) else text


def write(folder, n, periods=2, value=None, code="{:05d}".format, group=lambda i: f"G{i % 3}",
          place=None, links=None, **study):
    """`value(rng, unit, period, column)` is the text of a cell; `links`: pairs of units."""
    rng = random.Random(7)
    value = value or (lambda rng, i, t, c: repr(rng.lognormvariate(0, 1)))
    place = place or (lambda i: (rng.uniform(-20, 20), rng.uniform(-15, 15)))
    codes = [quoted(code(i)) for i in range(n)]
    with open(f"{folder}/units.csv", "w") as f:
        f.write("code,lon,lat,g,h\n")
        for i in range(n):
            lon, lat = place(i)
            f.write(f"{codes[i]},{lon},{lat},{group(i)},H{i // 4}\n")
    with open(f"{folder}/panel.csv", "w") as f:
        f.write("code,year,x,y,z\n")
        for i in range(n):
            for t in range(periods):
                cells = ",".join(value(rng, i, t, c) for c in range(3))
                f.write(f"{codes[i]},{2000 + t},{cells}\n")
    with open(f"{folder}/edges.csv", "w") as f:
        f.write("from,to\n")
        for i, j in links if links is not None else [(i, (i + 1) % n) for i in range(n)]:
            f.write(f"{codes[i]},{codes[j]}\n")
    options = {"missing": "keep", "top": 3, "above": 0.5, "precision": "float32",
               "compression": "none", **study}
    with open(f"{folder}/study.yaml", "w") as f:
        f.write(STUDY % options)


def run(folder, ranks=0, threads=1, node_ranks=0):
    """Exit status, and the digest of the results or what was said."""
    out = f"{folder}/out.h5"
    if os.path.exists(out):
        os.remove(out)
    command = (["mpirun", "-q", "-n", str(ranks)] if ranks else []) + [
        SPILLWAY, "run", "study.yaml", "--quiet", "--threads", str(threads)]
    env = dict(os.environ)
    if node_ranks:
        env["SPILLWAY_NODE_RANKS"] = str(node_ranks)
    done = subprocess.run(["timeout", "-k", "5", str(SECONDS)] + command, cwd=folder, env=env,
                          capture_output=True, text=True)
    assert done.returncode in (0, 2), (done.returncode, done.stderr)
    if done.returncode == 0:
        with h5py.File(out) as f:
            return 0, digest(f)
    assert not any(".h5" in name for name in os.listdir(folder)), os.listdir(folder)
    lines = [x for x in done.stderr.splitlines() if x.startswith("spillway: ")]
    assert len(lines) == 1, done.stderr
    return 2, lines[0]


def gaps(share):
    return lambda rng, i, t, c: "" if rng.random() < share else repr(rng.lognormvariate(0, 1))


def some(*texts):
    return lambda rng, i, t, c: rng.choice(texts)


def odd_code(i):
    return [f"a b {i}", f'q,"{i}"', f"县{i}", f"{i:03d}", "L" * 300 + str(i)][i % 5]


def scaled(factor):
    return lambda rng, i, t, c: repr(rng.random() * factor)


# name; exit status; on several ranks too; what differs from the plain study
CASES = [
    ("2 units, ranks without any", 0, True, {"n": 2, "periods": 1, "top": 9}),
    ("2 blocks, gaps, nothing over the threshold, one link", 0, True,
     {"n": 257, "value": gaps(.2), "above": 1e300, "links": [(0, 256)]}),
    ("a period without values, deflate", 0, True,
     {"n": 300, "periods": 3, "compression": "deflate", "precision": "float64",
      "value": lambda rng, i, t, c: "" if t == 1 else repr(rng.random() * 10)}),
    ("a negative mass of the last rank", 2, True,
     {"n": 600, "value": lambda rng, i, t, c: "-1" if i == 599 else "1"}),
    ("no link", 2, True, {"n": 20, "links": []}),
    ("3 units", 0, False, {"n": 3}),
    ("a tile", 0, False, {"n": 16}),
    ("a tile and 1", 0, False, {"n": 17}),
    ("a strip and 1", 0, False, {"n": 65}),
    ("everything is kept", 0, False, {"n": 129, "periods": 1, "above": -1, "top": 200}),
    ("0 and 1e300", 0, False, {"n": 33, "value": some("0", "1e300")}),
    ("60 periods", 0, False, {"n": 5, "periods": 60}),
    ("60% missing", 0, False, {"n": 33, "value": gaps(.6)}),
    ("one unit has values", 0, False,
     {"n": 9, "value": lambda rng, i, t, c: "1.5" if i == 4 else ""}),
    ("all values are equal", 0, False, {"n": 20, "value": some("5")}),
    ("zeros", 0, False, {"n": 20, "value": some("0")}),
    ("minus zero", 0, False, {"n": 20, "value": some("-0", "1")}),
    ("tiny", 0, False, {"n": 20, "value": scaled(1e-300)}),
    ("below the normal", 0, False, {"n": 20, "value": scaled(1e-320)}),
    ("huge", 0, False, {"n": 20, "value": scaled(1.7e308)}),
    ("islands", 0, False, {"n": 20, "links": [(i, i + 1) for i in range(9)]}),
    ("no groups", 0, False, {"n": 20, "group": lambda i: ""}),
    ("n groups", 0, False, {"n": 20, "group": "g{}".format}),
    ("places for some", 0, False, {"n": 20, "place": lambda i: (i, 1) if i % 2 else ("", "")}),
    ("places for none", 0, False, {"n": 20, "place": lambda i: ("", "")}),
    ("odd codes", 0, False, {"n": 20, "code": odd_code}),
    ("units with gaps dropped, 2 are left", 0, False,
     {"n": 20, "missing": "drop-units", "links": [(0, 1)],
      "value": lambda rng, i, t, c: "" if i > 1 else repr(rng.random())}),
    ("all units dropped", 2, False, {"n": 20, "missing": "drop-units", "value": some("")}),
]


def check(what, status, on_ranks, options):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, **options)
        first = run(folder)
        assert first[0] == status, (what, first)
        assert run(folder, threads=3) == first, f"{what}: 3 threads"
        if on_ranks:
            got = run(folder, ranks=4, node_ranks=2)
            assert got == first, f"{what}: 4 ranks of 2 nodes: {got}, alone {first}"


def main():
    for case in CASES:
        check(*case)
    print(f"{len(CASES)} edges")


main()
