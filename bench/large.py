"""Pairs of many units on all cores: `spillway run` of gravity (great circle, decay 2) and pairwise
coupling (meta, three systems), one period, with keep: top 20, above and summary.

    large.py SPILLWAY [--units N] [--repeats R] [--folder DIR]

Prints, for each, ordered pairs a second in the pair phase and over the whole command (start, reading
and writing included), medians with the least and the greatest of the runs, which alternate; the peak
memory of the process beside what `spillway check` says. Ordered pairs are n (n - 1) whatever is
evaluated for them: `summary` evaluates each pair once, `top` both ways, so that a
finished strip of rows is final, `above` both ways twice, to count and to fill. The threshold of
`above` keeps about 20 entries a row: a quantile of the rows of some units.

Wanted, of gravity with top 20: 1e9 in the pair phase, 8e8 over the whole command; of every run a
peak under 1 GiB, operands included."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

import peer
from panel import country

ENTRY = {"gravity": "gravity: {{mass: mass, distance: great-circle, decay: 2, keep: {keep}}}",
         "coupling": "pairwise_coupling: {{systems: [s1, s2, s3], keep: {keep}}}"}
STUDY = """study: bench-large
panel: {{file: panel.csv, unit: unit}}
units: {{file: units.csv, unit: unit, lon: lon, lat: lat}}
measures:
  - {entry}
output: {{file: {name}.h5, precision: float32}}
"""
EVALUATED = {"top 20": 1.0, "above": 2.0, "summary": 0.5}  # for an ordered pair
WANTED = {"gravity top 20": (1e9, 8e8)}
PARTNERS, GIBIBYTE = 20, 1 << 30


def threshold(kind, data):
    """The value over which a row has about PARTNERS entries, from the rows of some units."""
    n = data.shape[1]
    made = kind(data, (1, n))
    made.start()
    rows = range(0, n, max(1, n // 300))
    seen = np.empty((len(rows), n), np.float32)
    for k, i in enumerate(rows):
        with np.errstate(divide="ignore"):
            seen[k] = made.values(i, i + 1, 0, n)[0] * made.row_factor[i] * made.column_factor
        seen[k, i] = 0
    place = seen.size - min(seen.size, PARTNERS * len(rows))
    return float(np.partition(seen.ravel(), place)[place])


def write_inputs(folder, data):
    codes = [f"{k:06d}" for k in range(data.shape[1])]
    with open(os.path.join(folder, "units.csv"), "w") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{c},{x:.9f},{y:.9f}\n" for c, x, y in zip(codes, data[0], data[1]))
    with open(os.path.join(folder, "panel.csv"), "w") as file:
        file.write("unit,mass,s1,s2,s3\n")
        file.writelines(f"{c},{m:.9g},{a:.9g},{b:.9g},{d:.9g}\n" for c, m, a, b, d in
                        zip(codes, *data[2:6]))


def write_studies(folder, data):
    """Names and files of the six."""
    studies = {}
    for measure, kind in (("gravity", peer.Gravity), ("coupling", peer.Coupling)):
        keeps = {"top 20": f"{{top: {PARTNERS}}}", "above": f"{{above: {threshold(kind, data):.6g}}}",
                 "summary": "summary"}
        for label, keep in keeps.items():
            name = f"{measure} {label}"
            path = os.path.join(folder, name.replace(" ", "_") + ".yaml")
            with open(path, "w") as file:
                file.write(STUDY.format(entry=ENTRY[measure].format(keep=keep), name=path[:-5]))
            studies[name] = path
    return studies


def call(*command):
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command[:2])}: exit status {done.returncode}\n{done.stderr}")
    return seconds, done.stdout


def figure(pattern, text):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"no '{pattern}' in what spillway said:\n{text}")
    return float(found.group(1))


def run(program, path):
    """Seconds of the pair phase and of the command, peak bytes, bytes of the result, what was said."""
    seconds, said = call(program, "run", path, "--force")
    result = path[:-5] + ".h5"
    size = os.path.getsize(result)
    os.remove(result)
    return (figure(r"pairs ([0-9.]+) s", said), seconds,
            figure(r"peak memory .*\(([0-9]+) bytes\)", said), size, said)


def rates(pairs, seconds):
    return f"{pairs / np.median(seconds):.2e} ({pairs / max(seconds):.2e} to {pairs / min(seconds):.2e})"


def report(name, n, runs, predicted):
    """Prints the line of a study; false when a wanted figure is missed."""
    phase, whole, peak, size, said = zip(*runs)
    pairs = float(n) * (n - 1)
    threads = int(figure(r"([0-9]+) threads? each", said[0]))
    each = np.median(phase) * threads / (pairs * EVALUATED[name.split(" ", 1)[1]]) * 1e9
    fine = max(peak) < GIBIBYTE
    note = "" if fine else "; MISSED: peak memory"
    for wanted, seconds, what in zip(WANTED.get(name, ()), (phase, whole), ("pairs", "whole")):
        reached = pairs / np.median(seconds) >= wanted
        fine &= reached
        note += f"; {what} {'wanted' if reached else 'MISSED'}: {wanted:.0e}"
    print(f"  {name:16}  {rates(pairs, phase):28}  {rates(pairs, whole):28} {each:6.2f} "
          f"{max(peak) / 1e6:7.0f} {predicted / 1e6:9.0f} {size[0] / 1e6:7.0f}{note}", flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spillway")
    parser.add_argument("--units", type=int, default=100000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", default=None, help="where to write; a temporary folder")
    given = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="spillway-bench-", dir=given.folder)
    try:
        data = country(given.units)
        write_inputs(folder, data)
        studies = write_studies(folder, data)
        predicted = {name: figure(r"memory a rank .*\(([0-9]+) bytes\)",
                                  call(given.spillway, "check", path)[1])
                     for name, path in studies.items()}
        runs = {name: [] for name in studies}
        for _ in range(given.repeats):
            for name, path in studies.items():
                runs[name].append(run(given.spillway, path))
    finally:
        shutil.rmtree(folder)
    said = next(iter(runs.values()))[0][-1]
    print(f"large: n = {given.units}, one period, {given.repeats} alternating runs; ordered pairs a second: "
          "median (least to greatest); MB")
    print("  " + re.search("ranks: .* each", said).group(0))
    print(f"  {'':16}  {'pair phase':28}  {'whole command':28} {'ns *':>6} {'peak':>7} {'predicted':>9} "
          f"{'written':>7}")
    fine = [report(name, given.units, runs[name], predicted[name]) for name in studies]
    print("  * of one thread for an evaluated pair: summary evaluates 1/2, top 1, above 2 for an ordered "
          "pair\n")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
