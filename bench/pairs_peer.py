"""Pairs on one thread: the engine against numpy, alternating in one run.

The ratio to each numpy by blocks is the median of the ratios of neighbouring runs (for coupling there
is one by other algebra, products of k = 4 matrices). Wanted of the best: gravity 10,
coupling 7, and .77 and .76 of the bound; of similarity, which is a matrix product of k = 20: 2.5, and
1/1.3 of the bound.
The bound of a measure is what its operations (multiplications, fused with an addition where they can
be, additions, a quotient, roots) reach in registers, at the best rate measured in the same run
(mix_set.h): they share the machine's pipes. Where a quotient can be had by steps of multiplications
(AVX-512, kernel/vec.h) the mix takes none, one, two or all of each four so, whichever is the fastest.
The targets were set when all quotients were divisions: they are of the mix with a division, beside
which the share of the faster mix stands. Loads and the summing of strengths are taken to cost
nothing. Times are processor time of one thread, each of the second of two runs. `shares`: of those
bounds at 40,000 units and at a number that is no multiple of 8, without the peers, whose matrices
would not fit."""
import subprocess
import tempfile
import time

import numpy as np

import peer
import programs as run
import record
from panel import country, industries

# The rate that bounds a measure, of those that `bounds` answers, pairs of one operation, and words.
RATES = ("fma", "gravity", "coupling", "similarity", "gravity divided", "coupling divided")
BOUND = {"gravity": ("gravity", 1, "12 fma, 5 additions and a quotient, by division or by steps, in registers"),
         "coupling": ("coupling", 1, "22 fma, 10 additions, a root and a quotient, by division or by steps, in registers"),
         "similarity": ("fma", 20, "20 fma")}
# Beside a bound of multiply-adds alone: with the sums and the greatest, which no kernel can leave out.
MIX = {"similarity": ("similarity", 1, "20 fma, 2 additions and a maximum in registers")}
DIVIDED = {name: (name + " divided", 1, words.replace("a quotient, by division or by steps,", "a division"))
           for name, (_, _, words) in BOUND.items() if "quotient" in words}
# Wanted of the bound (of gravity and coupling: by the divider alone), and of the best numpy.
WANTED = {"gravity": (0.77, 10), "coupling": (0.76, 7), "similarity": (1 / 1.3, 2.5)}


class Engine:
    """A program that is kept running and answers each command by a line of numbers."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=run.environment())

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            run.stop(f"{self.process.args[0]} stopped")
        return [float(word) for word in line.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work):
    """Processor time, as the engine's: one thread, so the wall clock's less what others took."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def check(name, ours, theirs):
    """Same totals, greatest value and strengths, or the comparison means nothing."""
    total, greatest, strength = theirs
    weighted = float((np.arange(strength.size) % 7 * strength).sum())
    for what, a, b in zip(("total", "max", "strengths"), ours[1:], (total, greatest, weighted)):
        if abs(a - b) > 1e-10 * abs(b):
            run.stop(f"{name}: {what} differ: {a!r} and {b!r}")


def bound(name, rates, of=BOUND):
    """Pairs a second."""
    rate, operations, _ = of[name]
    return rates[RATES.index(rate)] / operations


def report(suite, name, n, ours, tuned, naive, rates, shape):
    pairs = n * (n - 1) / 2
    ours = np.array(ours)
    # The machine's clock moves: each run is compared with the rates measured just before it.
    bounds = np.array([bound(name, r) for r in rates])
    common = {"units": n, "threads": 1, "measure": name}

    def one(label, quantity, unit, runs, **more):
        return record.make(suite, f"{name}, {label}", quantity, unit, runs, **more, **common)

    found = [one("spillway", "pairs a second", "1/s", pairs / ours, bound=np.median(bounds),
                 share=np.median(pairs / ours / bounds), note="bound: " + BOUND[name][2]),
             one("spillway", "share of the bound", "1", pairs / ours / bounds,
                 wanted=None if name in DIVIDED else WANTED[name][0],
                 note="each run against the rates measured just before it")]
    if name in DIVIDED:
        divided = np.array([bound(name, r, DIVIDED) for r in rates])
        found.append(one("spillway", "share with a division", "1", pairs / ours / divided,
                         wanted=WANTED[name][0], note="bound: " + DIVIDED[name][2]))
    if name in MIX:
        mixes = np.array([bound(name, r, MIX) for r in rates])
        found.append(one("spillway", "share of its own mix", "1", pairs / ours / mixes, note="bound: " + MIX[name][2]))
    best = min(tuned, key=lambda label: np.median(np.array(tuned[label]) / ours))
    for label, seconds in tuned.items():
        seconds = np.array(seconds)
        note = f"numpy by blocks, tile {shape[label]}, OpenBLAS of {run.blas_core() or 'no core'}" + (", the best numpy found" if label == best else "")
        found += [one(f"numpy {label}", "pairs a second", "1/s", pairs / seconds, note=note),
                  one(f"times numpy {label}", "ratio of times", "1", seconds / ours,
                      wanted=WANTED[name][1] if label == best else None, note=note)]
    found.append(one("times numpy, naive", "ratio of times", "1", naive / ours,
                     note="whole matrices by broadcasting, one run"))
    return found


def tuned_peers(kinds, data):
    """Each kind at its best tile shape."""
    small = np.ascontiguousarray(data[:, :: max(1, data.shape[1] // 2500)])
    return {kind.__name__: kind(data, peer.tune(lambda shape, kind=kind: kind(small, shape)))
            for kind in kinds}


def compare(suite, name, kinds, naive, engine, data, repeats):
    peers = tuned_peers(kinds, data)
    for made in peers.values():
        check(name, engine.ask(name), made.run())
    ours, rates, tuned = [], [], {label: [] for label in peers}
    for _ in range(repeats):
        rates.append(engine.ask("bounds"))
        engine.ask(name)  # on both sides a run before the one that counts: a core slows in idling
        ours.append(engine.ask(name)[0])
        for label, made in peers.items():
            made.run()
            tuned[label].append(timed(made.run)[0])
    seconds, result = timed(lambda: naive(data))
    check(name, engine.ask(name), result)
    shapes = {label: made.shape for label, made in peers.items()}
    return report(suite, name, data.shape[1], ours, tuned, seconds, rates, shapes)


def shares(programs, given, suite):
    """Of the bound, where the folding of strengths and what begins and ends a run are small."""
    found = []
    for n in [given.units] if given.units else [40000, 30001]:
        with tempfile.NamedTemporaryFile(suffix=".bin", dir=given.folder) as file:
            np.vstack([country(n), industries(n)]).tofile(file.name)
            engine = Engine(programs.bench("pairs"), file.name, str(n))
            for name in ("gravity", "coupling"):
                engine.ask(name)
                runs = {"share of the bound": [], "share with a division": []}
                for _ in range(given.repeats(9)):
                    rates = engine.ask("bounds")
                    speed = n * (n - 1) / 2 / engine.ask(name)[0]
                    runs["share of the bound"].append(speed / bound(name, rates))
                    runs["share with a division"].append(speed / bound(name, rates, DIVIDED))
                for (quantity, each), of, wanted in zip(runs.items(), (BOUND, DIVIDED), (None, WANTED[name][0])):
                    found.append(record.make(suite, f"{name}, {n} units", quantity, "1", each, wanted=wanted,
                                             note="bound: " + of[name][2], units=n, threads=1, measure=name))
            engine.close()
    return found


def measure(programs, given, suite):
    n = given.size(10000, 4000)
    data = np.vstack([country(n), industries(n)])
    with tempfile.NamedTemporaryFile(suffix=".bin", dir=given.folder) as file:
        data.tofile(file.name)
        engine = Engine(programs.bench("pairs"), file.name, str(data.shape[1]))
        found = compare(suite, "gravity", [peer.Gravity], peer.naive_gravity, engine, data,
                        given.repeats(15))
        found += compare(suite, "coupling", [peer.Coupling, peer.CouplingByProducts],
                         peer.naive_coupling, engine, data, given.repeats(15))
        found += compare(suite, "similarity", [peer.Similarity], peer.naive_similarity, engine, data,
                         given.repeats(15))
        engine.close()
    return found
