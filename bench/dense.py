"""Dense pairs on all cores: `spillway run` of gravity with keep: dense in float32, against a plain
write of the same bytes in the same folder, both synced, alternating.

    dense.py SPILLWAY BENCH_WRITE [--units N] [--repeats R] [--folder DIR]

The time is that of the whole command, reading included. The writing thread is one of the threads."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

from panel import country

STUDY = """study: bench-dense
panel: {file: panel.csv, unit: unit}
units: {file: units.csv, unit: unit, lon: lon, lat: lat}
measures:
  - gravity: {mass: mass, distance: great-circle, decay: 2, keep: dense}
output: {file: dense.h5, precision: float32}
"""


def write_inputs(folder, n):
    data = country(n)
    codes = [f"{k:06d}" for k in range(n)]
    with open(os.path.join(folder, "units.csv"), "w") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{c},{x:.9f},{y:.9f}\n" for c, x, y in zip(codes, data[0], data[1]))
    with open(os.path.join(folder, "panel.csv"), "w") as file:
        file.write("unit,mass\n")
        file.writelines(f"{c},{m:.9g}\n" for c, m in zip(codes, data[2]))
    with open(os.path.join(folder, "study.yaml"), "w") as file:
        file.write(STUDY)


def run_spillway(program, folder):
    """Seconds of the command, and what it said of its phases."""
    began = time.perf_counter()
    done = subprocess.run([program, "run", os.path.join(folder, "study.yaml"), "--force"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"spillway run: exit status {done.returncode}\n{done.stderr}")
    return seconds, done.stdout


def run_plain(program, folder, size):
    path = os.path.join(folder, "plain.bin")
    done = subprocess.run([program, path, str(size)], stdout=subprocess.PIPE, text=True, check=True)
    os.remove(path)
    return float(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spillway")
    parser.add_argument("plain")
    parser.add_argument("--units", type=int, default=20000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", default=None, help="where to write; a temporary folder")
    given = parser.parse_args()
    size = 4 * given.units**2
    folder = tempfile.mkdtemp(prefix="spillway-bench-", dir=given.folder)
    try:
        if shutil.disk_usage(folder).free < 3 * size:
            print(f"dense: skipped: {folder} has no room for {3 * size / 1e9:.1f} GB")
            return 77
        write_inputs(folder, given.units)
        ours, plain, said = [], [], ""
        for _ in range(given.repeats):
            seconds, said = run_spillway(given.spillway, folder)
            ours.append(seconds)
            os.remove(os.path.join(folder, "dense.h5"))
            plain.append(run_plain(given.plain, folder, size))
    finally:
        shutil.rmtree(folder)
    ratios = np.array(ours) / np.array(plain)
    print(f"dense: n = {given.units}, float32, {size / 1e9:.2f} GB, all cores, {len(ours)} runs")
    for name, seconds in (("spillway run", ours), ("plain write", plain)):
        print(f"  {name:13s} {np.median(seconds):7.2f} s  ({min(seconds):.2f} to {max(seconds):.2f}), "
              f"{size / np.median(seconds) / 1e9:.2f} GB/s")
    print(f"  ratio, median of the pairs of runs: {np.median(ratios):.2f} "
          f"({ratios.min():.2f} to {ratios.max():.2f}; wanted: 1.3)")
    for line in said.splitlines():
        if line.startswith(("phases", "pairs")):
            print(f"  last run, {line}")
    return 0 if np.median(ratios) <= 1.3 else 1


if __name__ == "__main__":
    sys.exit(main())
