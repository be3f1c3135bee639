"""Pairs on one thread: the engine against numpy, alternating in one run.

    compare.py BENCH_PAIRS [--units N] [--repeats R]

Prints medians and spread, the ratio to each numpy by blocks (the median of the ratios of
neighbouring runs; for coupling also one by other algebra, products of k = 4 matrices) and the share of the bound, the bound with its arithmetic. The bound of a measure is the time
that its multiplications (fused with an addition where they can be) or its divisions and roots alone
take at the best rates measured in the same run, whichever is longer; additions, loads and the
summing of strengths are taken to cost nothing. Times are processor time of one thread, each of
the second of two runs."""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import subprocess
import sys
import tempfile
import time

import numpy as np

import peer
from panel import country

# Operations of a pair, counted in src/kernel/arc.h and src/kernel/meta.c.
OPERATIONS = {"gravity": {"fma": 12, "divide": 1, "root": 0},
              "coupling": {"fma": 22, "divide": 1, "root": 1}}


class Engine:
    """bench_pairs, kept running, one answer a command."""

    def __init__(self, program, path, n):
        self.process = subprocess.Popen([program, path, str(n)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bench_pairs stopped")
        return [float(word) for word in line.split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(run):
    """Processor time, as the engine's: one thread, so the wall clock's less what others took."""
    began = time.process_time()
    result = run()
    return time.process_time() - began, result


def check(name, ours, theirs):
    """Same totals, greatest value and strengths, or the comparison means nothing."""
    total, greatest, strength = theirs
    weighted = float((np.arange(strength.size) % 7 * strength).sum())
    for what, a, b in zip(("total", "max", "strengths"), ours[1:], (total, greatest, weighted)):
        if abs(a - b) > 1e-10 * abs(b):
            sys.exit(f"{name}: {what} differ: {a!r} and {b!r}")


def line(label, seconds, pairs, note):
    low, middle, high = np.percentile(seconds, [25, 50, 75]) * 1e3
    print(f"  {label:16} {middle:9.1f} {low:9.1f} {high:9.1f} {min(seconds) * 1e3:9.1f} {len(seconds):5d}"
          f" {middle * 1e6 / pairs:10.3f}  {note}")


def bound(name, rates):
    """Seconds a pair of the longer of the two pipes, and how it comes about."""
    count, giga = OPERATIONS[name], {kind: rate / 1e9 for kind, rate in rates.items()}
    multiply = count["fma"] / giga["fma"]
    divide = count["divide"] / giga["divide"] + count["root"] / giga["root"]
    words = (f"max({count['fma']}/{giga['fma']:.1f}, {count['divide']}/{giga['divide']:.2f} + "
             f"{count['root']}/{giga['root']:.2f}) = max({multiply:.3f}, {divide:.3f}) ns a pair")
    return max(multiply, divide) * 1e-9, words


def report(name, n, ours, tuned, naive, rates, shape):
    pairs = n * (n - 1) / 2
    kinds = ("fma", "divide", "root")
    least, words = bound(name, dict(zip(kinds, np.max(rates, axis=0))))
    # The machine's clock moves: each run is compared with the rates measured just before it.
    shares = np.array([bound(name, dict(zip(kinds, r)))[0] for r in rates]) * pairs / np.array(ours)
    share = float(np.median(shares))
    print(f"{name}: n = {n}, {pairs:.0f} pairs, one period, summary, one thread; ms")
    print(f"  {'':16} {'median':>9} {'quartile':>9} {'quartile':>9} {'least':>9} {'runs':>5} {'ns a pair':>10}")
    line("spillway", ours, pairs, "")
    for label, seconds in tuned.items():
        line("numpy by blocks", seconds, pairs, f"{label}, tile {shape[label]}")
    line("numpy, naive", [naive], pairs, "whole matrices by broadcasting")
    ratios = []
    for label, seconds in tuned.items():
        low, ratio, high = np.percentile(np.array(seconds) / np.array(ours), [25, 50, 75])
        print(f"  to numpy by blocks, {label}: {ratio:.1f} times (quartiles {low:.1f} to {high:.1f}; "
              "wanted of the best: 5)")
        ratios.append(ratio)
    print(f"  to naive numpy: {naive / np.median(ours):.0f} times")
    print(f"  bound: multiplications, or divisions and roots, at 10^9 a second: {words}: "
          f"{1 / least:.4g} pairs/s")
    print(f"  reached: {pairs / np.median(ours):.4g} pairs/s, {share:.2f} of the bound "
          f"measured with each run (quartiles {np.percentile(shares, 25):.2f} to "
          f"{np.percentile(shares, 75):.2f}; median time against the best rates seen "
          f"{least * pairs / np.median(ours):.2f}; wanted: 0.5)\n", flush=True)
    return min(ratios) >= 5 and share >= 0.5


def tuned_peers(kinds, data):
    """Each kind at its best tile shape."""
    small = np.ascontiguousarray(data[:, :: max(1, data.shape[1] // 2500)])
    return {kind.__name__: kind(data, peer.tune(lambda shape, kind=kind: kind(small, shape)))
            for kind in kinds}


def compare(name, kinds, naive, engine, data, repeats):
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
    return report(name, data.shape[1], ours, tuned, seconds, rates, shapes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--units", type=int, default=10000)
    parser.add_argument("--repeats", type=int, default=15)
    given = parser.parse_args()
    data = country(given.units)
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        data.tofile(file.name)
        engine = Engine(given.program, file.name, given.units)
        fine = compare("gravity", [peer.Gravity], peer.naive_gravity, engine, data, given.repeats)
        fine &= compare("coupling", [peer.Coupling, peer.CouplingByProducts], peer.naive_coupling,
                        engine, data, given.repeats)
        engine.close()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
