"""The radiation model on one thread against numpy, alternating in one run: one period, and twenty.

numpy sorts the distances of each row (argsort), adds up masses in that order and puts the flows back;
for twenty periods it does so for each, or (fairer) sorts once for all. It is timed over some of the
rows, evenly spread, and each row costs the same; the engine computes all. Processor time of both,
nothing stored; the same strengths are demanded first. Wanted of the engine: 7 times numpy for one
period, 40 times the one that sorts each of twenty, and twenty periods 7 times cheaper than twenty
runs of one."""
import os
import tempfile

import h5py
import numpy as np

import peer
import programs as run
import record
from panel import country
from pairs_peer import timed

PERIODS = 20
STUDY = """study: bench
panel: {{file: panel.csv, unit: unit, time: year}}
units: {{file: units.csv, unit: unit, lon: lon, lat: lat}}
measures:
  - radiation_model: {{mass: mass, {periods}keep: summary}}
output: {{file: {name}.h5}}
"""


def write(folder, data, mass):
    codes = [f"{k:06d}" for k in range(data.shape[1])]
    with open(os.path.join(folder, "units.csv"), "w", encoding="ascii") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{c},{x:.9f},{y:.9f}\n" for c, x, y in zip(codes, data[0], data[1]))
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year,mass\n")
        file.writelines(f"{c},{2000 + t},{float(m)!r}\n" for t, row in enumerate(mass) for c, m in zip(codes, row))
    paths = {}
    for name, periods in (("one", "periods: [2000], "), ("all", "")):
        paths[name] = os.path.join(folder, name + ".yaml")
        with open(paths[name], "w", encoding="ascii") as file:
            file.write(STUDY.format(name=name, periods=periods))
    return paths


def order(place, i):
    chord = ((place - place[:, i:i + 1]) ** 2).sum(0)
    chord[i] = -1
    return np.argsort(chord)[1:]


def flows(mass, i, near, row):
    m = mass[near]
    before = np.cumsum(m) - m + mass[i]
    row[near] = mass[i] * mass[i] * m / (before * (before + m))
    return row.sum()


def numpy_rows(place, mass, rows, sort_once=False):
    """What rows send, by period; a row of the matrix is made for each, nothing is kept."""
    row, sent = np.zeros(place.shape[1]), np.empty((len(mass), len(rows)))
    for at, i in enumerate(rows):
        near = order(place, i)
        for t, m in enumerate(mass):
            if t and not sort_once:
                near = order(place, i)
            row[i] = 0
            sent[t, at] = flows(m, i, near, row)
    return sent


def check(programs, path, place, mass, rows):
    run.call(programs.spillway, "run", "--quiet", "--force", path)
    with h5py.File(path.replace(".yaml", ".h5")) as file:
        ours = file["radiation_model/out_strength"][:, rows]
    if not np.allclose(ours, numpy_rows(place, mass, rows), rtol=1e-9, atol=0):
        run.stop("radiation: strengths differ")


def report(suite, n, ours, theirs, note):
    common = {"units": n, "threads": 1, "measure": "radiation_model", "note": note}

    def one(label, ratio, wanted=None):
        return record.make(suite, f"radiation, {label}", "ratio of times", "1", ratio, wanted=wanted, **common)

    single, twenty = np.array(ours["one"]), np.array(ours["all"])
    return [record.make(suite, "radiation, one period", "pairs a second", "1/s", n * n / single, **common),
            record.make(suite, "radiation, 20 periods", "pairs a second", "1/s", PERIODS * n * n / twenty, **common),
            one("one period, times numpy", np.array(theirs["one"]) / single, 7),
            one("20 periods, times numpy that sorts each", np.array(theirs["all"]) / twenty, 40),
            one("20 periods, times numpy that sorts once", np.array(theirs["once"]) / twenty),
            one("20 runs of one period over one of 20", PERIODS * single / twenty, 7)]


def measure(programs, given, suite):
    data = country(given.size(10000, 3000))
    n = data.shape[1]
    mass = data[2] * np.random.default_rng(3).lognormal(0, 0.1, (PERIODS, n))
    place = np.stack(peer.unit_vectors(data[0], data[1]))
    rows = np.arange(0, n, max(1, n // 40))
    ours, theirs = {"one": [], "all": []}, {"one": [], "all": [], "once": []}
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        paths = write(folder, data, mass)
        check(programs, paths["all"], place, mass, rows[:10])
        for _ in range(given.repeats(5)):
            for name, path in paths.items():
                ours[name].append(run.run_study(programs, path, 1, 1)[0]["processor"])
            scale = n / len(rows)
            theirs["one"].append(scale * timed(lambda: numpy_rows(place, mass[:1], rows))[0])
            theirs["all"].append(scale * timed(lambda: numpy_rows(place, mass, rows))[0])
            theirs["once"].append(scale * timed(lambda: numpy_rows(place, mass, rows, True))[0])
    return report(suite, n, ours, theirs, f"numpy over {len(rows)} of {n} rows, evenly spread")
