"""Suite scale: speed-up over ranks x threads on the cores there are, never more than there are.

`strong`: a fixed number of units. `weak`: n sqrt(k) units on k cores, so that each has as many pairs.
For every split of k = 1, 2, 4, ... cores into ranks and threads: the pair phase and the whole command
of `spillway run`. The speed-up is against the best serial version: the quickest of the command on one
thread, of one rank under mpirun, and of the engine without MPI and without a results file
(bench/study.c). All take turns, so that a slower minute falls on each of them; a speed-up is the
median of those of the turns.

Two kinds of measure. Bound by arithmetic, as every operand is in the cache: gravity and coupling with
keep: summary; wanted: an efficiency of at least 0.9. Bound by memory and disk: gravity with keep: dense
and a file of n x n float32; its speed-up cannot pass that of a triad in memory on as many threads,
which stands as the bound, and no efficiency is wanted of it.

The bound of the first kind is what the machine itself gains: the rate of fused multiply-adds of k
threads over that of one; where that is far below k the cores share something (siblings, a clock, a
neighbour), and no program can have what is wanted."""
import math
import os
import sys
import tempfile

import numpy as np

import busy
import panel
import programs as run
import record

SUITE = "scale"
WANTED = 0.9
MEASURES = {"gravity summary": (panel.GRAVITY, "summary", "fma"),
            "coupling summary": (panel.COUPLING, "summary", "fma"),
            "gravity dense": (panel.GRAVITY, "dense", "memory")}
DENSE_SHARE = 6  # dense has so many times fewer units: it is n x n on disk


def splits(cores):
    """(ranks, threads) with a product of 1, 2, 4, ... and of all cores."""
    products = sorted({2**k for k in range(cores.bit_length()) if 2**k <= cores} | {cores})
    return [(ranks, product // ranks) for product in products
            for ranks in range(1, product + 1) if product % ranks == 0]


def launch(ranks):
    """Unbound, as the splits of one number of cores are to be compared; never more than the cores."""
    return [] if ranks == 1 else ["mpirun", "-n", str(ranks), "--bind-to", "none", "--oversubscribe"]


def run_split(programs, study, ranks, threads, prefix=None):
    """Seconds of the pair phase and of the command."""
    command = launch(ranks) if prefix is None else prefix
    seconds, said = run.call(*command, programs.spillway, "run", study.path, "--force", "--threads",
                             str(threads))
    os.remove(study.path[:-5] + ".h5")
    return run.phases(said)["pairs"], seconds


def units_of(name, n):
    return max(2, n // DENSE_SHARE) if name.endswith("dense") else n


class Study:
    """A measure at a number of units, in a folder of its own."""

    def __init__(self, folder, name, n):
        entry, keep, _ = MEASURES[name]
        self.folder = os.path.join(folder, f"{name.replace(' ', '_')}_{n}")
        self.n, self.pairs = n, n * (n - 1) / 2
        if not os.path.isdir(self.folder):
            os.mkdir(self.folder)
            panel.write_inputs(self.folder, panel.country(n))
        self.path = panel.write_study(self.folder, "study", entry.format(keep=keep))


def machine_gain(programs, given):
    """What one thread gains by others beside it: by number of threads, of arithmetic and of memory."""
    counts = sorted({ranks * threads for ranks, threads in splits(given.cores)})
    seen = {k: [run.bounds(programs, k) for _ in range(3)] for k in counts}
    return {k: {what: float(np.median([one[what] for one in seen[k]])
                            / np.median([one[what] for one in seen[1]])) for what in ("fma", "memory")}
            for k in counts}


def run_alone(programs, study):
    one = run.run_study(programs, study.path, 1, 1)[0]
    return one["pairs"], one["whole"]


ALONE = "spillway run, one thread"


def measure_in_turns(programs, studies, repeats):
    """(pair phase, command) in seconds of each run, by split and by serial version."""
    ways = {split: lambda split=split, study=study: run_split(programs, study, *split)
            for split, study in studies.items()}
    first = studies[1, 1]
    ways["one rank under mpirun"] = lambda: run_split(programs, first, 1, 1, ["mpirun", "-n", "1"])
    ways["the engine without MPI and file"] = lambda: run_alone(programs, first)
    for way in ways.values():
        way()  # what is read is in memory from here on
    runs = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            runs[name].append(way())
    splits_ = {name: np.array(some) for name, some in runs.items() if isinstance(name, tuple)}
    serial = {ALONE: splits_[1, 1][:, 0]}
    serial.update((name, np.array(some)[:, 0]) for name, some in runs.items() if isinstance(name, str))
    return splits_, serial


def split_records(kind, name, studies, runs, serial, gain):
    """Efficiency = speed-up a core for as many pairs a core: strong and weak alike."""
    found, bound_by = [], MEASURES[name][2]
    which = min(serial, key=lambda version: np.median(serial[version]))
    base = studies[1, 1].pairs
    for (ranks, threads), some in runs.items():
        cores, study = ranks * threads, studies[ranks, threads]
        work = study.pairs / base
        speed_up = serial[which] * work / some[:, 0]
        own = runs[1, 1][:, 0] * work / some[:, 0]
        bound = gain[cores][bound_by]
        wanted = WANTED if bound_by == "fma" and cores > 1 else None
        note = (f"against {which}; the machine gains {bound:.2f} on {cores} threads "
                f"({'multiply-adds' if bound_by == 'fma' else 'triad in memory'})")
        common = {"measure": name, "units": study.n, "ranks": ranks, "threads": threads, "cores": cores,
                  "kind": kind, "bound_by": "arithmetic" if bound_by == "fma" else "memory"}
        label = f"{kind}, {name}, {ranks} x {threads}"
        found += [
            record.make(SUITE, label, "speed-up, pair phase", "1", speed_up, bound=bound, note=note, **common),
            record.make(SUITE, label, "efficiency, pair phase", "1", speed_up / cores, wanted=wanted, note=note,
                        **common),
            record.make(SUITE, label, "efficiency to itself", "1", own / cores, note=note, **common),
            record.make(SUITE, label, "efficiency, command", "1",
                        runs[1, 1][:, 1] * work / some[:, 1] / cores, note=note, **common),
            record.make(SUITE, label, "pair phase", "s", some[:, 0], note=note, **common)]
    return found


def scaling(programs, given, kind, full, modest):
    n, repeats = given.size(full, modest), given.repeats(5)
    found, gain = [], machine_gain(programs, given)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        for name in [name for name in MEASURES if not given.only or name in given.only]:
            studies = {}
            for ranks, threads in splits(given.cores):
                cores = ranks * threads if kind == "weak" else 1
                studies[ranks, threads] = Study(folder, name, round(units_of(name, n) * math.sqrt(cores)))
            runs, serial = measure_in_turns(programs, studies, repeats)
            found += split_records(kind, name, studies, runs, serial, gain)
    if given.cores == 1:
        found.append(record.skipped(SUITE, kind, "one core: there is nothing to scale to"))
    return found


def strong(programs, given):
    return scaling(programs, given, "strong", 60000, 20000)


def weak(programs, given):
    return scaling(programs, given, "weak", 30000, 15000)


def neighbour(programs, given):
    return busy.measure(programs, given, SUITE)


def model(programs, given):
    """The tables of bench/scale, and the model against the program: bytes and memory, no time."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scale")
    units = given.size(2000, 500)
    _, tables = run.call(sys.executable, os.path.join(here, "table.py"))
    print(tables)
    code, said = run.status(sys.executable, os.path.join(here, "check.py"), programs.spillway, "--units",
                            str(units))
    print(said)
    return [record.make(SUITE, "model, bytes and memory", "as predicted", "1", [float(code == 0)], wanted=1,
                        note="bench/scale/check.py, factors as it says", units=units)]


PARTS = {"strong": strong, "weak": weak, "busy": neighbour, "model": model}
