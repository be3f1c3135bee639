"""A busy neighbour: `spillway run` on all cores with and without a process that spins on one of them,
alternating; gravity with top 20, one period, as one process and as two ranks.

    busy.py SPILLWAY [--units N] [--repeats R] [--folder DIR]

Prints the whole command's time with the neighbour over the time without, of neighbouring runs: median,
least and greatest. Wanted: at most 1.6. On two cores the neighbour leaves three quarters of the machine,
which alone is 1.33; threads that wait for the slowest would make it 2."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from large import call, figure, write_inputs
from panel import country

WANTED = 1.6
STUDY = """study: bench-busy
panel: {file: panel.csv, unit: unit}
units: {file: units.csv, unit: unit, lon: lon, lat: lat}
measures:
  - gravity: {mass: mass, distance: great-circle, decay: 2, keep: {top: 20}}
output: {file: busy.h5, precision: float32}
"""
SPIN = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"
# Unbound: a rank that may not leave a core shared with the neighbour has half of it.
LAUNCH = ["mpirun", "-n", "2", "--bind-to", "none", "--oversubscribe"]


class Neighbour:
    """Spins on one core until the end of the block."""

    def __init__(self, core):
        self.core = core

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", SPIN, str(self.core)],
                                        stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def measure(command, folder):
    """Seconds of the whole command, and of its pair phase."""
    seconds, said = call(*command, "run", os.path.join(folder, "study.yaml"), "--force")
    os.remove(os.path.join(folder, "busy.h5"))
    return seconds, figure(r"pairs ([0-9.]+) s", said)


def compare(name, command, folder, core, repeats):
    """Prints a line; false when the median ratio is over what is wanted."""
    alone, beside = [], []
    measure(command, folder)  # what is read is in memory from here on
    for _ in range(repeats):
        alone.append(measure(command, folder))
        with Neighbour(core):
            beside.append(measure(command, folder))
    ratio = np.array(beside) / np.array(alone)
    middle = np.median(ratio, axis=0)
    fine = middle[0] <= WANTED
    print(f"  {name:12} whole {middle[0]:.2f} ({ratio[:, 0].min():.2f} to {ratio[:, 0].max():.2f}), pair "
          f"phase {middle[1]:.2f} ({ratio[:, 1].min():.2f} to {ratio[:, 1].max():.2f}); alone "
          f"{np.median(alone, axis=0)[0]:.2f} s{'' if fine else '; MISSED'}", flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spillway")
    parser.add_argument("--units", type=int, default=60000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--folder", default=None, help="where to write; a temporary folder")
    given = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("busy: skipped: one core, which the neighbour would take from a run with nowhere to go")
        return 77
    folder = tempfile.mkdtemp(prefix="spillway-bench-", dir=given.folder)
    try:
        write_inputs(folder, country(given.units))
        with open(os.path.join(folder, "study.yaml"), "w", encoding="ascii") as file:
            file.write(STUDY)
        print(f"busy: n = {given.units}, {len(cores)} cores, a process spins on core {cores[-1]}; time with "
              f"over time without, medians of {given.repeats} pairs of runs (wanted: {WANTED})")
        good = compare("one process", [given.spillway], folder, cores[-1], given.repeats)
        good &= compare("two ranks", LAUNCH + [given.spillway], folder, cores[-1], given.repeats)
        print()
    finally:
        shutil.rmtree(folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
