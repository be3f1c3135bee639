"""The model against the real program: bytes that ranks send and the peak of their memory, for 1, 2, 4
and 8 ranks, each as a node of its own, and twice the units each time. Ranks may share cores: no time
is compared.

    check.py SPILLWAY [--units N] [--folder DIR]

Exit status 1 when a figure is off by more than SENT or PEAK times either way, or when twice the units
make more than GROWTH times the bytes that the busiest rank sends; 3 when the program fails."""
import argparse
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import model

SENT, PEAK, GROWTH = 1.05, 1.2, 2.6
RANKS, PERIODS = (1, 2, 4, 8), 2
LARGE, LARGE_RANKS = 32, (1, 4)  # times the least units: of small studies the libraries are the peak

GRAVITY = "gravity: {{mass: mass, keep: {keep}}}"
SHARE = "gravity: {{mass: mass, share: x, keep: {keep}}}"
COUPLING = "pairwise_coupling: {{systems: [s1, s2, s3], keep: {keep}}}"
CASES = {  # measure, directed, keep, entry
    "gravity dense": ("gravity", False, "dense", GRAVITY),
    "gravity top": ("gravity", False, "top", GRAVITY),
    "gravity above": ("gravity", False, "above", GRAVITY),
    "gravity summary": ("gravity", False, "summary", GRAVITY),
    "directed dense": ("gravity", True, "dense", SHARE),
    "directed summary": ("gravity", True, "summary", SHARE),
    "coupling top": ("coupling", False, "top", COUPLING),
    "coupling summary": ("coupling", False, "summary", COUPLING),
}
LARGE_CASES = ("gravity summary", "directed summary")
STUDY = """study: scale
panel: {{file: panel.csv, unit: unit, time: year}}
units: {{file: units.csv, unit: unit, lon: lon, lat: lat}}
measures:
  - {entry}
output: {{file: out.h5, precision: float32}}
"""


def write_inputs(folder, n):
    """Rows in no order. Returns the threshold over which a row of gravity has about 20 entries."""
    draw = random.Random(n)
    place = [(draw.uniform(-120, -70), draw.uniform(25, 50)) for _ in range(n)]
    mass = [draw.lognormvariate(3, 1) for _ in range(n)]
    with open(f"{folder}/units.csv", "w", encoding="ascii") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{k:08d},{x:.6f},{y:.6f}\n" for k, (x, y) in enumerate(place))
    rows = [(k, t) for k in range(n) for t in range(PERIODS)]
    draw.shuffle(rows)
    with open(f"{folder}/panel.csv", "w", encoding="ascii") as file:
        file.write("unit,year,mass,x,s1,s2,s3\n")
        for k, t in rows:
            shares = ",".join(f"{draw.uniform(0.01, 1):.6f}" for _ in range(4))
            file.write(f"{k:08d},{2000 + t},{mass[k]:.6g},{shares}\n")
    return threshold(draw, place, mass)


def threshold(draw, place, mass):
    n, flows = len(place), []
    for _ in range(200000):
        i, j = draw.sample(range(n), 2)
        (a, b), (c, d) = [map(math.radians, place[k]) for k in (i, j)]
        h = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
        flows.append(mass[i] * mass[j] / (2 * 6371.0088 * math.asin(math.sqrt(h))) ** 2)
    flows.sort()
    return flows[-int(len(flows) * model.PARTNERS / n)]


def stop(text):
    """There is nothing to compare: not the same as a figure that is off."""
    print(text, file=sys.stderr)
    sys.exit(3)


def measure(program, folder, ranks):
    """Bytes sent by the busiest rank, by all, and the largest peak."""
    env = dict(os.environ, SPILLWAY_NODE_RANKS="1", OMPI_MCA_rmaps_base_oversubscribe="1",
               OMPI_MCA_hwloc_base_binding_policy="none", OMPI_MCA_mpi_yield_when_idle="1",
               OMPI_MCA_btl_vader_single_copy_mechanism="none")
    done = subprocess.run(["mpirun", "-n", str(ranks), program, "run", f"{folder}/study.yaml",
                           "--force", "--threads", "1"], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        stop(f"spillway run: exit status {done.returncode}\n{done.stderr}")
    peak = re.search(r"peak memory .*\((\d+) bytes\)", done.stdout)
    sent = re.search(r"messages: .*\((\d+) bytes\), .*\((\d+) bytes\)", done.stdout)
    if not peak or bool(sent) != (ranks > 1) or f"on {ranks} node" not in done.stdout:
        stop(f"the summary is not as it was:\n{done.stdout}")
    most, every = (int(sent.group(1)), int(sent.group(2))) if sent else (0, 0)
    return most, every, int(peak.group(1))


def is_near(measured, predicted, factor):
    return predicted / factor <= measured <= predicted * factor


def compare(name, study, ranks, measured):
    """Prints a line; false when a figure is off."""
    team = model.Team(ranks, 1, 1)
    sent = model.bytes_sent(study, team)
    predicted = max(sent), sum(sent), model.memory(study, team)[0]
    fine = [is_near(m, p, factor) for m, p, factor in zip(measured, predicted, (SENT, SENT, PEAK))]
    cells = "".join(f"{m / 1e6:9.2f}{p / 1e6:9.2f}{m / p if p else 1:6.2f}"
                    for m, p in zip(measured, predicted))
    print(f"  {name:17}{study.n:6}{ranks:3}{cells}{'' if all(fine) else '  OFF'}", flush=True)
    return all(fine)


def check_size(given, n, cases, team_sizes, most):
    """All cases of one size; their bytes of the busiest rank go into `most`."""
    good = True
    folder = tempfile.mkdtemp(prefix="spillway-scale-", dir=given.folder)
    try:
        form = {"top": f"{{top: {model.PARTNERS}}}",
                "above": f"{{above: {write_inputs(folder, n):.6g}}}"}
        for name in cases:
            kind, directed, keep, entry = CASES[name]
            study = model.Study(kind, keep, n, PERIODS, directed)
            with open(f"{folder}/study.yaml", "w", encoding="ascii") as file:
                file.write(STUDY.format(entry=entry.format(keep=form.get(keep, keep))))
            for ranks in team_sizes:
                measured = measure(given.spillway, folder, ranks)
                most[name, ranks, n] = measured[0]
                good &= compare(name, study, ranks, measured)
    finally:
        shutil.rmtree(folder)
    return good


def check_growth(sizes, most):
    good = True
    print(f"\n  bytes of the busiest rank, twice the units (2 is in proportion to n, 4 to n^2; wanted: "
          f"at most {GROWTH})")
    for name in CASES:
        growth = [most[name, k, b] / most[name, k, a] for k in RANKS[1:]
                  for a, b in zip(sizes, sizes[1:])]
        fine = max(growth) <= GROWTH
        good &= fine
        print(f"  {name:17} {min(growth):.2f} to {max(growth):.2f}{'' if fine else '  MISSED'}")
    print()
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spillway")
    parser.add_argument("--units", type=int, default=2000, help="of the smallest study")
    parser.add_argument("--folder", default=None, help="where to write; a temporary folder")
    given = parser.parse_args()
    sizes = [given.units * k for k in (1, 2, 4)]
    good, most = True, {}
    print(f"scale: {PERIODS} periods, each rank a node; MB: measured, by the model, ratio (wanted: "
          f"within {SENT} times, memory {PEAK})")
    print(f"  {'':17}{'units':>6}{'K':>3}{'a rank sends, at most':>24}{'all send':>24}{'peak of a rank':>24}")
    for n in sizes:
        good &= check_size(given, n, CASES, RANKS, most)
    good &= check_size(given, LARGE * given.units, LARGE_CASES, LARGE_RANKS, {})
    return 0 if check_growth(sizes, most) and good else 1


if __name__ == "__main__":
    sys.exit(main())
