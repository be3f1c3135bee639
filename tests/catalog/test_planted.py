#!/usr/bin/env python3
"""What synth plants is found again: the capitals as the largest centres, and whose hinterland each
unit is, with the decay it was drawn by."""
import csv
import os
import subprocess
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
STUDY = """study: planted
panel: {{file: hinterlands.csv, unit: code}}
units: {{file: units.csv, unit: code, lon: lon, lat: lat, area: {{column: land_area, unit: km2}}}}
measures:
  - field_strength: {{mass: mass, centres: {{top: {top}}}, as: two}}
  - field_strength: {{mass: mass, centres: {{top: {top}}}, decay: 1, as: one}}
output: {{file: planted.h5}}
"""


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def agreement(group, unit, code, planted):
    """Share of the units that are no near tie whose centre is the planted one."""
    place = [unit.index(c) for c in code]
    value = np.where(np.isnan(group["value"][0]), np.inf, group["value"][0])
    most = np.sort(value, axis=1)
    clear = most[:, -1] > 1.000001 * most[:, -2]
    found = np.array([code[c] for c in group["hinterland"][0]])
    assert all(found[p] == unit[p] for p in place), "a centre belongs to itself"
    return (found == planted)[clear].mean(), clear.mean()


with tempfile.TemporaryDirectory() as work:
    subprocess.run([SPILLWAY, "synth", "-o", work, "--units", "600", "--periods", "1", "--seed", "5"],
                   check=True, stdout=subprocess.DEVNULL)
    capital = sorted(u["code"] for u in rows(f"{work}/units.csv") if u["level"] in ("nation", "province"))
    with open(f"{work}/planted.yaml", "w") as file:
        file.write(STUDY.format(top=len(capital)))
    subprocess.run([SPILLWAY, "run", "--quiet", f"{work}/planted.yaml"], check=True)
    truth = {row["code"]: row["centre"] for row in rows(f"{work}/hinterlands.csv")}
    with h5py.File(f"{work}/planted.h5") as file:
        unit = [code.decode() for code in file["unit"][:]]
        planted = np.array([truth[code] for code in unit])
        code = [c.decode() for c in file["two/centre"][:]]
        assert sorted(code) == capital, "the capitals are the largest"
        found, clear = agreement(file["two"], unit, code, planted)
        assert found == 1 and clear > 0.99, (found, clear)
        other, _ = agreement(file["one"], unit, code, planted)
        assert other < found, "another decay finds other hinterlands"
        size = file["two/sphere_units"][0]
        assert size.sum() == len(unit)
print(f"planted: {len(code)} centres, {100 * found:.1f}% of the hinterlands")
