#!/usr/bin/env python3
"""Positions of an axis that follow from values (`point` of distribution): a coordinate for readers, a
value for verify, diff and --reuse; after pairs, compressed, and on several ranks. And outputs called
group_NAME beside group columns."""
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import xarray

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
STUDY = """study: points
panel: {file: PANEL, unit: code, time: year, missing: keep}
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [g, grouping]}
measures:
  - distribution: {of: x, points: 140, as: d}
  - gravity: {mass: [x], keep: summary, as: flows}
  - distribution: {of: flows.out_strength, points: 130, bandwidth: sheather-jones, as: after}
  - inequality: {of: x, matrices: g, groups: [g], as: gaps}
  - inequality: {of: x, matrices: grouping, groups: [g], as: named}
output: {file: OUT.h5, compression: FORM}
"""


def run(folder, out, words=(), panel="panel.csv", form="none", ranks=0, study=STUDY, status=0):
    with open(f"{folder}/{out}.yaml", "w") as file:
        file.write(study.replace("PANEL", panel).replace("OUT", out).replace("FORM", form))
    ahead = ["mpirun", "-n", str(ranks)] if ranks else []
    done = subprocess.run([*ahead, SPILLWAY, "run", f"{out}.yaml", *words], cwd=folder,
                          capture_output=True, text=True, timeout=200)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def says(folder, *words, status=0):
    done = subprocess.run([SPILLWAY, *words], cwd=folder, capture_output=True, text=True, timeout=200)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def write(folder, n=600):
    rng = np.random.default_rng(4)
    x = rng.lognormal(0, 1, (2, n))
    x[1, 5] = np.nan
    for name, factor in (("panel.csv", 1.0), ("later.csv", 1.01)):
        with open(f"{folder}/{name}", "w") as file:
            file.write("code,year,x\n")
            for t in range(2):
                for i in range(n):
                    cell = "" if np.isnan(x[t, i]) else repr(float(x[t, i] * (factor if t else 1)))
                    file.write(f"{i:04d},{2001 + t},{cell}\n")
    with open(f"{folder}/units.csv", "w") as file:
        file.write("code,lon,lat,g,gini,mean,grouping\n")
        for i in range(n):
            file.write(f"{i:04d},{i % 30},{i // 30},G{i % 4},a{i % 2},m{i % 3},r{i % 5}\n")


def bits(path):
    with h5py.File(path) as file:
        return digest(file, ("study",))


with tempfile.TemporaryDirectory() as folder:
    write(folder)
    run(folder, "one", ["--threads", "1"])
    # Readers.
    for name, points in (("d", 140), ("after", 130)):
        with xarray.open_dataset(f"{folder}/one.h5", group=name) as ds:
            assert ds["density"].dims == ("time", "point") and "point" in ds.coords, ds
            at = ds["point"].values
            assert at.shape == (points,) and (np.diff(at) > 0).all()
            area = np.trapz(ds["density"].values, at)
            assert np.allclose(area, 1, atol=.02), area
    said = says(folder, "info", "one.h5")
    assert "density" in said and "point" in said
    # verify.
    says(folder, "verify", "one.h5")
    for name in ("d", "after"):
        subprocess.run(["cp", f"{folder}/one.h5", f"{folder}/bad.h5"], check=True)
        with h5py.File(f"{folder}/bad.h5", "r+") as file:
            file[f"{name}/point"][3] += 1
        said = says(folder, "verify", "bad.h5", status=1)
        assert f"{name}/point" in said or "do not match" in said, said
    # Threads, ranks, compression, --reuse: the same bits.
    run(folder, "many", ["--threads", "3"])
    run(folder, "ranks", ranks=2)
    run(folder, "again", ["--reuse", "one.h5"])
    run(folder, "packed", form="deflate")
    want = bits(f"{folder}/one.h5")
    for other in ("many", "ranks", "again", "packed"):
        assert bits(f"{folder}/{other}.h5") == want, other
    # diff: positions by place, and as values.
    assert "values are equal" in says(folder, "diff", "one.h5", "many.h5", status=1)  # other studies
    run(folder, "later", panel="later.csv")
    said = says(folder, "diff", "one.h5", "later.h5", status=1)
    assert "d/point: 140 of 140 values differ" in said and "d/density: " in said, said
    assert not re.search(r"point: \d+ (removed|added)", said), said
    said = says(folder, "diff", "one.h5", "later.h5", "--rtol", "10", "--atol", "1e9", status=1)
    assert "values are equal" in said, said
    # Group columns with names of outputs and of axes.
    with h5py.File(f"{folder}/one.h5") as file:
        assert file["named/between_gini"].shape == (2, 5, 5)
        assert {"group_grouping", "group_grouping_to"} <= set(file["named"]), list(file["named"])
    for column in ("gini", "mean"):
        said = run(folder, "clash", study=STUDY.replace("[g, grouping]", f"[g, grouping, {column}]"),
                   status=2)
        assert f"the group column '{column}' would be `group_{column}` in the results file" in said, said
print("coordinates: ok")
