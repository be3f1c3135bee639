#!/usr/bin/env python3
"""A panel in HDF5 on 1 and 3 ranks, however its datasets are laid out: the numbers of the same panel
as text, and no rank reads more than its share of the file."""
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
READER = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_panel")

STUDY = """study: panel-h5
panel: {file: %s, unit: unit, time: time, missing: keep}
measures:
  - location_quotient: {industries: [x, y], total: z, base_over: complete, as: lq}
output: {file: out.h5}
"""

# Axes of x, y and z in the file, and how they are stored; (periods, units) are chunks.
LAYOUTS = {
    "contiguous, time first": (True, {}),
    "contiguous, unit first": (False, {}),
    "small chunks, deflated": (True, {"chunks": (5, 70), "compression": "gzip"}),
    "a chunk a period": (True, {"chunks": (1, None)}),
    "small chunks, unit first": (False, {"chunks": (7, 33), "compression": "gzip"}),
    "one chunk": (True, {"chunks": (None, None), "compression": "gzip"}),
}


def write_h5(path, codes, periods, columns, time_first, options):
    with h5py.File(path, "w") as f:
        f["unit"] = np.array(codes, dtype="S8")
        f["time"] = np.array(periods)
        for name, data in columns.items():
            stored = dict(options)
            if "chunks" in stored:
                chunks = [c or n for c, n in zip(stored["chunks"], data.shape)]
                stored["chunks"] = tuple(chunks if time_first else chunks[::-1])
            f.create_dataset(name, data=data if time_first else data.T, **stored)


def write_csv(path, codes, periods, columns):
    with open(path, "w") as f:
        f.write("unit,time," + ",".join(columns) + "\n")
        for u, code in enumerate(codes):
            for t, period in enumerate(periods):
                cells = (data[t, u] for data in columns.values())
                text = ",".join("" if np.isnan(c) else repr(float(c)) for c in cells)
                f.write(f"{code},{period},{text}\n")


def run(folder, panel, ranks):
    with open(f"{folder}/study.yaml", "w") as f:
        f.write(STUDY % panel)
    command = (["mpirun", "-n", str(ranks)] if ranks > 1 else []) + [
        SPILLWAY, "run", f"{folder}/study.yaml", "--force", "--quiet", "--threads", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (command, done.stderr)
    with h5py.File(f"{folder}/out.h5") as f:
        return [f["unit"][()].tolist(), f["time"][()].tobytes(), f["lq/value"][()].tobytes()]


def most_read(folder, panel, ranks):
    with open(f"{folder}/study.yaml", "w") as f:
        f.write(STUDY % panel)
    done = subprocess.run(["mpirun", "-n", str(ranks), READER, f"{folder}/study.yaml"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    read = [int(n) for n in re.findall(r"rank \d+ read (\d+) bytes", done.stdout)]
    assert len(read) == ranks, done.stdout
    return max(read)


def check_numbers(folder, rng):
    codes = [f"{k:05d}" for k in rng.permutation(1000)]
    periods = list(range(2001, 2024))
    columns = {n: rng.lognormal(size=(len(periods), len(codes))) for n in ("x", "y", "z")}
    columns["x"][rng.random(columns["x"].shape) < 0.1] = np.nan
    write_csv(f"{folder}/panel.csv", codes, periods, columns)
    wanted = run(folder, "panel.csv", 1)
    for what, (time_first, options) in LAYOUTS.items():
        write_h5(f"{folder}/panel.h5", codes, periods, columns, time_first, options)
        for ranks in (1, 3):
            assert run(folder, "panel.h5", ranks) == wanted, f"{what}, {ranks} ranks: other numbers"
        print(f"ok {what}")


# Datasets of 16 MB each: several pieces of 4 MB a rank.
def check_share(folder, rng):
    codes, periods = [f"{k:06d}" for k in range(40000)], list(range(50))
    columns = {n: rng.random((len(periods), len(codes))) for n in ("x", "y", "z")}
    for what in ("contiguous, time first", "contiguous, unit first", "small chunks, deflated"):
        time_first, options = LAYOUTS[what]
        options = {k: v if k != "chunks" else (50, 500) for k, v in options.items()}
        write_h5(f"{folder}/panel.h5", codes, periods, columns, time_first, options)
        size = os.path.getsize(f"{folder}/panel.h5")
        most = most_read(folder, "panel.h5", 3)
        assert most < size * 0.36 + (1 << 20), f"{what}: a rank of 3 read {most} of {size} bytes"
        print(f"ok {what}: a rank of 3 read {most / 1e6:.1f} of {size / 1e6:.1f} MB")


def main():
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        check_numbers(folder, rng)
        check_share(folder, rng)


sys.exit(main())
