#!/usr/bin/env python3
"""Sums of members that lack a value, and series that interpolate cannot fill, in results, in the
summary and in `check`: what they rest on is said, on any number of ranks, compressed or not."""
import os
import subprocess
import tempfile

import h5py
import numpy as np
import xarray

SPILLWAY = os.environ["SPILLWAY"]

# Group A: a1 1000, a2 nothing in 2000; B: b1 1100, b2 20; C: 990.
PANEL = """id,year,gdp,pop
a1,2000,1000,10
a2,2000,,5
b1,2000,1100,10
b2,2000,20,1
c1,2000,990,9
a1,2001,1000,10
a2,2001,40,5
b1,2001,1100,10
b2,2001,20,1
c1,2001,990,9
"""
UNITS = "id,city\na1,A\na2,A\nb1,B\nb2,B\nc1,C\n"
STUDY = """study: sums
panel:
  file: panel.csv
  unit: id
  time: year
  missing: %(missing)s
  aggregate: {by: city, sum: [gdp, pop], ratio: {pc: [gdp, pop]}, missing: %(members)s}
units: {file: units.csv, unit: id}
measures:
  - inequality: {of: gdp, as: gaps}
  - inequality: {of: pc, weight: pop, as: heads}
output: {file: out.h5, compression: %(compression)s}
"""


def call(folder, *words, ranks=1, status=0, **study):
    study = {"missing": "keep", "members": "refuse", "compression": "none", **study}
    with open(f"{folder}/study.yaml", "w") as file:
        file.write(STUDY % study)
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launcher, SPILLWAY, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stderr)
    return done


def gini(x):
    return np.abs(np.subtract.outer(x, x)).sum() / (2 * len(x) ** 2 * np.mean(x))


def check_coverage(file):
    assert list(file["summed"].asstr()) == ["gdp", "pop", "pc"]
    assert [s[0].name for s in file["coverage"].dims] == ["/time", "/unit", "/summed"]
    want = np.ones((2, 3, 3))
    want[0, 0] = [0.5, 1, 0.5]
    assert (file["coverage"][:] == want).all(), file["coverage"][:]


with tempfile.TemporaryDirectory() as at:
    for name, text in (("panel.csv", PANEL), ("units.csv", UNITS)):
        with open(f"{at}/{name}", "w") as out:
            out.write(text)

    # Refused: the first is named, by each verb and on each number of ranks.
    lines = {call(at, verb, "study.yaml", ranks=ranks, status=2).stderr.split("\n")[0]
             for verb in ("run", "check") for ranks in (1, 3)}
    assert len(lines) == 1 and "gdp of unit a2 in period 2000 is missing, so A has no sum" in lines.pop()

    # Zeros come before the sum: A is 1000, not 0.
    call(at, "run", "study.yaml", missing="zero")
    with h5py.File(f"{at}/out.h5") as f:
        assert abs(f["gaps/gini"][0] - gini([1000, 1120, 990])) < 1e-15, f["gaps/gini"][:]
        assert (f["coverage"][:] == 1).all()
        assert f.attrs["aggregate_missing"] == b"refuse"

    digests = set()
    for ranks in (1, 2, 4):
        for compression in ("none", "deflate"):
            done = call(at, "run", "study.yaml", "--force", ranks=ranks, members="skip",
                        compression=compression)
            assert "aggregate: 2 of 18 sums rest on a part of their members, the least on 50.0%" in done.stdout
            with h5py.File(f"{at}/out.h5") as f:
                check_coverage(f)
                assert f.attrs["aggregate_missing"] == b"skip"
                digests.add((f["gaps/gini"][:].tobytes(), f["heads/gini"][:].tobytes()))
    assert len(digests) == 1
    with xarray.open_dataset(f"{at}/out.h5", engine="h5netcdf") as root:
        assert float(root.coverage.sel(time=2000, unit="A", summed="pc")) == 0.5
    assert "coverage" in call(at, "check", "study.yaml", members="skip").stdout
    call(at, "verify", "out.h5", members="skip", compression="deflate")
    call(at, "info", "out.h5")
    os.rename(f"{at}/out.h5", f"{at}/old.h5")

    # A bears nothing less than all: missing, and in no Gini; diff names what has changed of coverage.
    call(at, "run", "study.yaml", members="{at_least: 0.75}")
    with h5py.File(f"{at}/out.h5") as f:
        check_coverage(f)
        assert f.attrs["aggregate_missing"] == b"at_least 0.75"
        assert abs(f["gaps/gini"][0] - gini([1120, 990])) < 1e-15
        assert abs(f["gaps/gini"][1] - gini([1040, 1120, 990])) < 1e-15
    assert "coverage" not in call(at, "diff", "old.h5", "out.h5", "--values", status=1).stdout

    # The last known value of a2 is not carried back.
    done = call(at, "run", "study.yaml", "--force", missing="interpolate", members="skip")
    said = ("missing: interpolate: 1 cell stays missing, before the first or after the last known value "
            "of a series: gdp 1")
    assert said in done.stdout and said in done.stderr, done.stdout + done.stderr
    assert said in call(at, "check", "study.yaml", missing="interpolate", members="skip").stdout

    # Coarse units of several blocks, so that ranks have some each.
    with open(f"{at}/units.csv", "w") as units, open(f"{at}/panel.csv", "w") as panel:
        units.write("id,city\n")
        panel.write("id,year,gdp,pop\n")
        for k in range(1400):
            units.write(f"u{k:04d},c{k * 3 % 700:03d}\n")
            for year in (2000, 2001):
                gdp = "" if (k + year) % 11 == 0 or k % 700 == 5 else k % 13 + 1
                panel.write(f"u{k:04d},{year},{gdp},{k % 7 + 1}\n")
    for missing, members, n in (("keep", "skip", 700), ("drop-units", "refuse", None)):
        shares = {}
        for ranks in (1, 3):
            call(at, "run", "study.yaml", "--force", ranks=ranks, missing=missing, members=members)
            with h5py.File(f"{at}/out.h5") as f:
                shares[ranks] = f["coverage"][:]
                city = [int(c[1:]) for c in f["unit"].asstr()]
        assert (shares[1] == shares[3]).all()
        want = np.zeros((2, 700))
        for k in range(1400):
            gap = [(k + year) % 11 == 0 or k % 700 == 5 for year in (2000, 2001)]
            if missing == "drop-units":
                gap = [any(gap)] * 2
            want[:, k * 3 % 700] += [not g for g in gap]
        want /= np.bincount([k * 3 % 700 for k in range(1400)], minlength=700).clip(1)
        assert len(city) == n or missing == "drop-units" and 0 < len(city) < 700
        assert np.allclose(shares[1][:, :, 0], want[:, city]), missing

    # The names at the root are taken.
    with open(f"{at}/study.yaml") as file:
        text = file.read().replace("as: gaps", "as: coverage")
    with open(f"{at}/taken.yaml", "w") as file:
        file.write(text)
    done = subprocess.run([SPILLWAY, "check", "taken.yaml"], cwd=at, capture_output=True, text=True)
    assert done.returncode == 2 and "coverage" in done.stderr, done.stderr
print("ok")
