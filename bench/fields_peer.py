"""Fields of 50 centres, and sums by group and ring, on one thread.

Fields: the first period against its arcs alone, stored as it is, further ones against filling as much
memory at a stretch, by the loops of the measure (bench_fields); the measure itself against numpy by the
same formula. Wanted: the first within 1.5 of its arcs, a further one within 1.5 of the stores.
Sums: the pair phase of gravity with `blocks`, `rings` and `centres` over that without, of one period
and of ten. Wanted: 1.1, 1.5, 1.1."""
import os
import tempfile

import numpy as np

import peer
import programs as run
import record
from panel import country
from pairs_peer import timed
from radiation_peer import write as write_panel

CENTRES, PERIODS = 50, 11
FIELDS = """study: bench
panel: {{file: panel.csv, unit: unit, time: year}}
units: {{file: units.csv, unit: unit, lon: lon, lat: lat{groups}}}
measures:
  - {entry}
output: {{file: {name}.h5}}
"""
FIELD = "field_strength: {{mass: mass, centres: {{top: %d}}{more}}}" % CENTRES
GRAVITY = "gravity: {{mass: mass, keep: summary{more}}}"
SUMS = {"blocks": (", blocks: province", 1.1), "rings": (", rings: [100, 200, 400]", 1.5),
        "centres": (f", centres: {{top: {CENTRES}, by: mass}}", 1.1)}


def write(folder, name, entry, more):
    path = os.path.join(folder, name + ".yaml")
    groups = ", groups: [province]" if "province" in more else ""
    with open(path, "w", encoding="ascii") as file:
        file.write(FIELDS.format(name=name, entry=entry.format(more=more), groups=groups))
    return path


def numpy_fields(place, mass, centre):
    """Fields of all periods, and the strongest of each unit."""
    chord = np.sqrt(((place[:, None, :] - place[:, centre, None]) ** 2).sum(0))
    square = (2 * 6371.0088 * np.arcsin(chord / 2)) ** 2
    square[range(len(centre)), centre] = np.nan
    near = 1 / square
    best = []
    for m in mass:
        field = m[centre, None] * near
        best.append(np.nanargmax(field, 0))
    return best


def kernel(programs, given, suite, n):
    """Rows of arcs, first, further, store."""
    times = np.array(run.numbers(programs.bench("fields"), str(n), str(CENTRES), str(PERIODS),
                                 str(4 * given.repeats(5))))[1:]  # the first touches memory
    common = {"units": n, "threads": 1, "centres": CENTRES}
    return [record.make(suite, "fields, first period over its arcs", "ratio of times", "1",
                        times[:, 1] / times[:, 0], wanted=1.5, sense="at most", **common),
            record.make(suite, "fields, further period over its stores", "ratio of times", "1",
                        times[:, 2] / times[:, 3], wanted=1.5, sense="at most", **common),
            record.make(suite, "fields, further period", "bytes a second", "B/s",
                        8 * n * CENTRES / times[:, 2], better="more", **common)]


def whole(programs, given, suite, folder, data, mass):
    n, centre = data.shape[1], np.argsort(-mass[-1])[:CENTRES]
    place = np.stack(peer.unit_vectors(data[0], data[1]))
    path = write(folder, "fields", FIELD, "")
    ours, theirs = [], []
    for _ in range(given.repeats(5)):
        ours.append(run.run_study(programs, path, 1, 1)[0]["processor"])
        theirs.append(timed(lambda: numpy_fields(place, mass, centre))[0])
    return [record.make(suite, f"fields, {len(mass)} periods, times numpy", "ratio of times", "1",
                        np.array(theirs) / np.array(ours), units=n, threads=1, centres=CENTRES)]


def sums(programs, given, suite, folder, n):
    found = []
    for periods, years in ((1, ", periods: [2000]"), (PERIODS - 1, f", periods: {list(range(2000, 1999 + PERIODS))}")):
        plain = write(folder, f"plain{periods}", GRAVITY, years)
        paths = {name: write(folder, f"{name}{periods}", GRAVITY, years + more) for name, (more, _) in SUMS.items()}
        ratios = {name: [] for name in paths}
        for _ in range(given.repeats(5)):
            for name, path in paths.items():
                base = run.run_study(programs, plain, 1, 1)[0]["pairs"]
                ratios[name].append(run.run_study(programs, path, 1, 1)[0]["pairs"] / base)
        found += [record.make(suite, f"gravity with {name}, {periods} periods", "ratio of times", "1", ratio,
                              wanted=SUMS[name][1], sense="at most", units=n, threads=1)
                  for name, ratio in ratios.items()]
    return found


def measure(programs, given, suite):
    data = country(given.size(10000, 2000))
    n = data.shape[1]
    mass = data[2] * np.random.default_rng(3).lognormal(0, 0.1, (PERIODS, n))
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        write_panel(folder, data, mass)
        with open(os.path.join(folder, "units.csv"), encoding="ascii") as file:
            rows = file.read().splitlines()
        with open(os.path.join(folder, "units.csv"), "w", encoding="ascii") as file:
            file.write(rows[0] + ",province\n")
            file.writelines(f"{row},P{31 * i // n:02d}\n" for i, row in enumerate(rows[1:]))
        return (kernel(programs, given, suite, n) + whole(programs, given, suite, folder, data, mass) +
                sums(programs, given, suite, folder, n))
