#!/usr/bin/env python3
"""What lies on a border in exact arithmetic: classes, neighbours, cutoffs, rings, thresholds. Rounding
does not decide it: wherever a line of units lies on the Earth, the results are the same."""
import math
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
STEP = 200 / (6371.0088 * math.pi / 180)  # degrees of 200 km
N = 6

STUDY = """study: borders
panel: {file: panel.csv, unit: code}
units: {file: units.csv, unit: code, lon: lon, lat: lat}
weights:
  one: {kind: knn, k: 1}
  near: {kind: inverse-distance, cutoff_km: 200}
measures:
  - moran: {of: x, weights: one, as: line}
  - coupling_coordination: {systems: [a, b, c], as: product}
  - coupling_coordination: {systems: [a, b, c], form: wang2021, as: wang}
  - coupling_coordination: {systems: [a, b, c], form: dispersion, as: dispersion}
  - gravity: {mass: [m], keep: links, weights: near, as: within}
  - gravity: {mass: [m], decay: %(decay)s, keep: {above: %(above)r}, rings: [200], as: over}
  - gravity: {mass: [m], decay: %(decay)s, keep: {above: %(below)r}, as: under}
  - radiation_model: {mass: m, keep: dense, as: radiation}
output: {file: out.h5, precision: float64}
"""


def run(folder, **study):
    with open(f"{folder}/study.yaml", "w") as file:
        file.write(STUDY % study)
    done = subprocess.run([SPILLWAY, "run", f"{folder}/study.yaml", "--force", "--quiet"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return h5py.File(f"{folder}/out.h5")


def line(folder, place):
    """Six units 200 km apart, on the equator or on a meridian."""
    with open(f"{folder}/units.csv", "w") as units, open(f"{folder}/panel.csv", "w") as panel:
        units.write("code,lon,lat,half\n")
        panel.write("code,x,m,a,b,c\n")
        for i in range(N):
            lon, lat = -170 + 7.3 * place + i * STEP, 0.0
            if place % 2:
                lon, lat = 40.0, -60 + 1.1 * place + i * STEP
            score = (i + 1) ** 2 / 100
            units.write(f"u{i},{lon!r},{lat!r},all\n")
            panel.write(f"u{i},{i + 1},1" + f",{score!r}" * 3 + "\n")


def radiation():
    """Masses of 1: T_ij = 1/((1 + s)(2 + s)), s units being nearer, ties by code."""
    t = np.full((N, N), np.nan)
    for i in range(N):
        for s, j in enumerate(sorted((j for j in range(N) if j != i), key=lambda j: (abs(j - i), j))):
            t[i, j] = 1 / ((1 + s) * (2 + s))
    return t


def check(folder, place):
    line(folder, place)
    decay = (1, 2, 3.3)[place % 3]
    force = 200.0 ** -decay
    with run(folder, decay=decay, above=force, below=force * (1 - 1e-10)) as r:
        # (z_i z_j over links 0-1, 1-0, 2-1, 3-2, 4-3, 5-4) / (sum of squares) = 12.5 / 17.5
        assert abs(r["line/I"][0] - 5 / 7) < 1e-14, f"place {place}: {r['line/I'][0]}"
        for form in ("product", "wang", "dispersion"):
            assert (r[f"{form}/class"][0] == [2, 3, 4, 5, 6, 7]).all(), r[f"{form}/class"][0]
        assert (r["within/row_start"][0] == [0, 1, 3, 5, 7, 9, 10]).all(), "the cutoff, from either side"
        assert r["over/ring_count"][0].tolist() == [10, 20], "a limit belongs to its ring"
        assert len(r["over/partner"]) == 0, "strictly over"
        assert len(r["under/partner"]) == 10
        assert np.allclose(r["radiation/value"][0], radiation(), rtol=1e-14, equal_nan=True)


def check_range(folder):
    """Pairs that doubles hold, whose sums they do not: missing, and said."""
    line(folder, 0)
    with open(f"{folder}/panel.csv") as file:
        text = file.read().replace(",1,0.", ",1.2e154,0.").replace(",1,1.0", ",1.2e154,1.0")
    with open(f"{folder}/panel.csv", "w") as file:
        file.write(text)
    with open(f"{folder}/study.yaml", "w") as file:
        file.write("""study: range
panel: {file: panel.csv, unit: code}
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [half]}
measures:
  - gravity: {mass: [m], decay: 0.001, keep: dense, rings: [300], blocks: half, as: g}
output: {file: out.h5, precision: float64}
""")
    done = subprocess.run([SPILLWAY, "run", f"{folder}/study.yaml", "--force"], capture_output=True,
                          text=True)
    assert done.returncode == 0 and "larger than doubles can be" in done.stderr, done.stderr
    with h5py.File(f"{folder}/out.h5") as r:
        value = r["g/value"][0]
        assert np.isfinite(value[~np.eye(N, dtype=bool)]).all() and 1e308 < r["g/max"][0] < np.inf
        assert np.isnan(r["g/out_strength"][0]).all() and np.isnan(r["g/in_strength"][0]).all()
        for name in ("ring_sum", "block_sum", "sent_to", "received_from"):
            assert np.isnan(r[f"g/{name}"][0]).all(), name
        # One partner within 300 km at the ends of the line; five beyond, or four.
        assert np.isfinite(r["g/ring_out"][0]).sum() == 2 and not np.isinf(r["g/ring_out"][0]).any()
        assert np.isnan(r["g/total"][0]) and np.isnan(r["g/mean"][0]) and r["g/n_pairs"][0] == 30


with tempfile.TemporaryDirectory() as at:
    check_range(at)
    for p in range(9):
        check(at, p)
print("ok")
sys.exit(0)
