"""The k-th allocation, read or open fails while `spillway check` reads: in one line, by no signal,
whatever the form of the inputs; undisturbed, the same study is right.

Every k with SPILLWAY_FAULTS=all; else a sample. Arguments: the studies to try."""
import gzip
import os
import random
import subprocess
import sys
import tempfile

from restart import ALONE, SPILLWAY, Faults, h5py, memory_folder, said, some

HANGS = 60  # seconds
N, YEARS = 12, (2001, 2002, 2003)
CODES = [f"{k:02d}" for k in range(1, N + 1)]
UNITS = """units:
  file: units.csv
  unit: code
  lon: lon
  lat: lat
  area: {column: area, unit: ha}
  where: code != 99
  unmatched: drop
  groups: [state, city]
"""
# name: everything before `weights`, the weights, the measures
STUDIES = {
    "wide": ("""panel:
  file: wide.csv.gz
  unit: code
  footer: 1
  layout: {wide: {indicator: line, names: {1: gdp, 2: jobs, 3: people}}}
  missing_values: ["(D)"]
  missing: interpolate
  derive: {pay: gdp / jobs, all: "sum_present(gdp, jobs)"}
  aggregate: {by: city, sum: [gdp, jobs, people], ratio: {gdp_pc: [gdp, people]}}
""", """  near: {kind: knn, k: 2}
  within: {kind: inverse-distance, power: 1, cutoff_km: 900}
""", """composites:
  a: {positive: [gdp_pc, jobs], negative: [people], weights: critic}
  b: {positive: [jobs], over: period, weights: {jobs: 1}}
measures:
  - coupling_coordination: {systems: [a, b]}
  - moran: {of: coupling_coordination.coordination, weights: near}
  - inequality: {of: gdp_pc, weight: people, groups: [state]}
"""),
    "hdf5": ("""panel: {file: panel.h5, unit: code, time: year, missing: drop-units}
""", """  gal: {kind: file, file: w.gal, style: binary}
  gwt: {kind: file, file: w.gwt, style: as-is}
  mtx: {kind: file, file: w.mtx}
""", """measures:
  - moran: {of: gdp, weights: gal, as: one}
  - moran: {of: jobs, weights: gwt, as: two}
  - gravity: {mass: [gdp, jobs], distance: {file: far.csv}, keep: links, weights: mtx}
"""),
    "joined": ("""panel: {file: [gdp.csv, jobs.csv], unit: code, time: year}
""", """  edges: {kind: file, file: edges.csv}
  square: {kind: matrix, file: square.csv}
""", """measures:
  - location_quotient: {industries: [gdp], total: jobs, base: {file: nation.csv}}
  - moran: {of: gdp, weights: edges, islands: zero}
  - moran: {of: jobs, weights: square, as: other}
"""),
    "recoded": ("""panel:
  file: [gdp.csv, jobs.csv]
  unit: code
  time: year
  join: inner
  crosswalk: {file: changes.csv, from: old, to: new, period: year, share: share, mean: {jobs: gdp}}
""", """  edges: {kind: file, file: edges.csv}
""", """measures:
  - moran: {of: gdp, weights: edges}
  - moran: {of: jobs, weights: edges, as: other}
"""),
    "prefix": ("""panel: {file: prefix.csv, unit: code, layout: {wide: {name: gdp, prefix: y}}}
""", """  edges: {kind: file, file: edges.csv}
""", """measures:
  - moran: {of: gdp, weights: edges}
"""),
}


def write(folder):
    rng = random.Random(3)
    path = lambda name: os.path.join(folder, name)
    value = {c: [[rng.uniform(1, 9) for _ in YEARS] for _ in CODES] for c in ("gdp", "jobs", "people")}
    ring = [(CODES[k], CODES[(k + 1) % N]) for k in range(N)]
    both = [(i, j, rng.uniform(1, 2)) for a, b in ring for i, j in ((a, b), (b, a))]

    def put(name, lines):
        with open(path(name), "w") as file:
            file.write("\n".join(lines) + "\n")

    put("units.csv", ["code,lon,lat,area,state,city"] + [
        f"{c},{100 + k},{30 + k % 5},{10 + k},S{k // 4},C{k // 2}" for k, c in enumerate(CODES)])
    rows = [f"{c},{line + 1}," + ",".join("(D)" if k == 3 and t == 1 else f"{v[k][t]:.3f}"
                                          for t in range(len(YEARS)))
            for k, c in enumerate(CODES) for line, v in enumerate(value.values())]
    with gzip.open(path("wide.csv.gz"), "wt") as file:
        file.write("\n".join(["code,line,2001,2002,2003", *rows, "Source: none"]) + "\n")
    with h5py.File(path("panel.h5"), "w") as file:
        file["code"] = [c.encode() for c in CODES]  # of varying length
        file["year"] = list(YEARS)
        for name in ("gdp", "jobs"):
            file.create_dataset(name, data=value[name], chunks=(5, 2), compression="gzip")
        file["gdp"].attrs["_FillValue"] = -1.0
    put("w.gal", [str(N)] + [line for k, c in enumerate(CODES)
                             for line in (f"{c} 2", f"{CODES[k - 1]} {CODES[(k + 1) % N]}")])
    put("w.gwt", [f"0 {N} w code"] + [f"{i} {j} {w}" for i, j, w in both])
    put("w.mtx", ["%%MatrixMarket matrix coordinate real general", f"{N} {N} {len(both)}"] + [
        f"{int(i)} {int(j)} {w}" for i, j, w in both])
    put("edges.csv", ["from,to,weight"] + [f"{i},{j},{w}" for i, j, w in both])
    for name in ("far.csv", "square.csv"):
        put(name, ["code," + ",".join(CODES)] + [
            c + "," + ",".join(f"{abs(k - j)}" for j in range(N)) for k, c in enumerate(CODES)])
    for name in ("gdp", "jobs"):
        put(f"{name}.csv", [f"code,year,ignored,{name}"] + [
            f"{c},{year},x,{value[name][k][t]:.3f}" for k, c in enumerate(CODES)
            for t, year in enumerate(YEARS)])
    put("prefix.csv", ["code,ignored,y2001,y2002,y2003"] + [
        f"{c},x," + ",".join(f"{v:.3f}" for v in value["gdp"][k]) for k, c in enumerate(CODES)])
    put("changes.csv", ["old,new,year,share", "01,01,2003,.334", "01,02,2003,.333", "01,03,2003,.332",
                        "03,04,2002,.5", "03,03,2002,.5", "99,98,2002,1"])
    put("nation.csv", ["year,gdp,jobs"] + [f"{year},100,900" for year in YEARS])
    for name, (panel, weights, measures) in STUDIES.items():
        put(f"{name}.yaml", [f"study: {name}", panel + UNITS + "weights:", weights + measures +
                             "output: {file: out.h5}"])


def check(folder, name, env):
    done = subprocess.run([SPILLWAY, "check", os.path.join(folder, name + ".yaml"), "--threads", "1"],
                          text=True, capture_output=True, timeout=HANGS,
                          env={**os.environ, **ALONE, **env})
    return done.returncode, done.stdout, done.stderr


def plan(out):
    return [line for line in out.splitlines() if "memory per rank" not in line]


def try_all(folder, faults, name, kind, path):
    env = faults.env(kind, 0, path=path, FAULT_LOG=faults.log)
    status, want, err = check(folder, name, env)
    assert status == 0, (name, err)
    with open(faults.log) as file:
        count = len(file.readlines())
    os.remove(faults.log)
    ks, failed, wrong = some(count, 2, 5), 0, []
    for k in ks:
        status, out, err = check(folder, name, faults.env(kind, k, path=path))
        right = status in (0, 1, 2) and len(said(err)) == (status != 0)
        if not right or (status == 0 and plan(out) != plan(want)):
            print(f"WRONG: {name}, {kind}, call {k}: status {status}\n{out}{err}", flush=True)
            wrong.append(k)
        failed += status != 0
    print(f"{name}, {kind}: {len(ks)} of {count} calls, {failed} failed", flush=True)
    assert not wrong and failed > len(ks) / 2, (name, kind, wrong)


def main():
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        write(folder)
        faults = Faults(folder)
        for name in sys.argv[1:] or STUDIES:
            for kind, path in (("memory", None), ("read", folder), ("open", folder)):
                try_all(folder, faults, name, kind, path)


if __name__ == "__main__":
    main()
