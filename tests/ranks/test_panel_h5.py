#!/usr/bin/env python3
"""A panel in HDF5 on 1, 2 and 4 ranks, however its datasets are laid out: the numbers of the same
panel as text; no rank reads more than its share of the file, no chunk twice, nor holds more than its
share of the rows and a piece of 4 MB."""
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

# Time first or not, and how a dataset is stored; chunks are (periods, units).
CONTIGUOUS, CONTIGUOUS_BY_UNIT = (True, {}), (False, {})
SMALL = (True, {"chunks": (5, 70), "compression": "gzip"})
A_PERIOD = (True, {"chunks": (1, None)})
BY_UNIT = (False, {"chunks": (7, 33), "compression": "gzip", "shuffle": True})
ONE_CHUNK = (True, {"chunks": (None, None), "compression": "gzip"})
# Of x, y and z, which a file stores each in its own way.
LAYOUTS = [(CONTIGUOUS, SMALL, BY_UNIT), (CONTIGUOUS_BY_UNIT, A_PERIOD, ONE_CHUNK)]


def write_h5(path, codes, periods, columns, layouts):
    with h5py.File(path, "w") as f:
        f["unit"] = np.array(codes, dtype="S8")
        f["time"] = np.array(periods)
        for (name, data), (time_first, options) in zip(columns.items(), layouts):
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


def cost(folder, panel, ranks):
    """(bytes read, growth of the peak) of each rank."""
    with open(f"{folder}/study.yaml", "w") as f:
        f.write(STUDY % panel)
    done = subprocess.run(["mpirun", "-n", str(ranks), READER, f"{folder}/study.yaml"],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"rank \d+ read (\d+) bytes, grew by (\d+) bytes", done.stdout)
    assert len(said) == ranks, done.stdout
    return np.array(said, dtype=float)


def check_numbers(folder, rng):
    codes = [f"{k:05d}" for k in rng.permutation(1000)]
    periods = list(range(2001, 2024))
    columns = {n: rng.lognormal(size=(len(periods), len(codes))) for n in ("x", "y", "z")}
    columns["x"][rng.random(columns["x"].shape) < 0.1] = np.nan
    write_csv(f"{folder}/panel.csv", codes, periods, columns)
    wanted = run(folder, "panel.csv", 1)
    for layouts in LAYOUTS:
        write_h5(f"{folder}/panel.h5", codes, periods, columns, layouts)
        for ranks in (1, 2, 4):
            assert run(folder, "panel.h5", ranks) == wanted, f"{layouts}, {ranks} ranks: others"
        print(f"ok the same numbers on 1, 2, 4 ranks: {layouts}")


# Datasets of 16 MB each, in pieces of 4 MB. Where a rank's range ends within a chunk two ranks read
# it, and no other is read twice: chunks are larger than what HDF5 keeps of them, 1 MB. What is held
# of a row is said in store/panel/rows.h.
def check_share(folder, rng):
    codes, periods = [f"{k:06d}" for k in range(40000)], list(range(50))
    columns = {n: rng.random((len(periods), len(codes))) for n in ("x", "y", "z")}
    chunked = {"chunks": (50, 3500), "compression": "gzip"}
    cells = len(codes) * len(periods)
    for layouts, border in (((CONTIGUOUS, CONTIGUOUS_BY_UNIT, CONTIGUOUS), 0),
                            (((True, chunked), (False, chunked), CONTIGUOUS), 2 * 3500)):
        write_h5(f"{folder}/panel.h5", codes, periods, columns, layouts)
        size = os.path.getsize(f"{folder}/panel.h5")
        for ranks in (1, 2, 4):
            read, grown = cost(folder, "panel.h5", ranks).T
            most = size + (ranks - 1) * border * len(periods) * 8 + ranks * (40 << 10)
            held = cells * (12 + 8 * len(columns)) / ranks
            print(f"{ranks} ranks: {read.sum() / 1e6:.2f} MB read of {size / 1e6:.2f}, "
                  f"{read.max() / 1e6:.1f} by one; its peak grew by {grown.max() / 1e6:.1f} MB, "
                  f"{held / 1e6:.1f} of them rows")
            assert read.sum() < most, "a chunk is read twice"
            assert read.max() < 1.15 * most / ranks, "a rank reads more than its share"
            if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
                print("the peak is not looked at: a sanitizer has memory of its own")
            else:
                assert grown.max() < held + 24e6, "a rank holds more than rows and a piece"


def main():
    rng = np.random.default_rng(5)
    with tempfile.TemporaryDirectory() as folder:
        check_numbers(folder, rng)
        check_share(folder, rng)


sys.exit(main())
