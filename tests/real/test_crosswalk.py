"""Counties of the United States recoded to states, and areas of the BEA in Virginia parted into their counties
from 1990 on: sums and weighted means against plain ones over the rows of the files, missing where a part is; the
same results on three ranks."""
import csv
import os
import subprocess
import sys
import tempfile

shared = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(__file__), "../../../shared"))
data = os.path.abspath(os.path.join(shared, "data"))
if not os.path.isdir(data):
    print(f"skipped: the real panels are not here (looked for {data})")
    sys.exit(77)
import h5py
import numpy as np

INCOME = f"{data}/us_county_income_1969_2018.csv"
COLUMNS = ["personal_income_kusd", "population", "per_capita_income_usd"]
STUDY = """study: recoded
panel:
  {{file: {file}, unit: fips, time: year, missing: keep, periods: [1969, 1989],
   crosswalk: {{file: changes.csv, from: old, to: new{keys}, mean: {{per_capita_income_usd: population}}}}}}
units: {{file: units.csv, unit: code, groups: [self]}}
measures:
  - roll_up: {{sum: [personal_income_kusd, population, per_capita_income_usd], by: self}}
output: {{file: out.h5}}
"""
YEARS = ["1969", "1989"]
SPILLWAY = os.environ["SPILLWAY"]

cell = {}  # (code, year): the columns
with open(INCOME, newline="") as file:
    for row in csv.DictReader(file):
        if row["year"] in YEARS:
            cell[row["fips"], row["year"]] = [float(row[c]) if row[c] else np.nan for c in COLUMNS]


def write(folder, name, rows):
    with open(f"{folder}/{name}", "w", newline="") as file:
        csv.writer(file).writerows(rows)


def compare(folder, changes, keys, **how):
    """`changes`: old, new, share; every code of the panel has one."""
    parts = {}
    for old, new, share in changes:
        parts.setdefault(new, []).append((old, share))
    units = sorted(parts)
    write(folder, "units.csv", [("code", "self")] + [(u, u) for u in units])
    with open(f"{folder}/study.yaml", "w") as file:
        file.write(STUDY.format(file=INCOME, keys=keys))
    for ranks in (1, 3):
        command = ["mpirun", "-n", "3"] if ranks == 3 else []
        subprocess.run([*command, SPILLWAY, "run", "study.yaml", "--force", "-o", f"{ranks}.h5"], cwd=folder, check=True,
                       capture_output=True)
    subprocess.run([SPILLWAY, "diff", "1.h5", "3.h5"], cwd=folder, check=True, capture_output=True)
    with h5py.File(f"{folder}/1.h5") as file:
        assert [c.decode() if isinstance(c, bytes) else c for c in file["unit"][:]] == units
        got = file["roll_up/value"][:]
    missing = 0
    for t, year in enumerate(YEARS):
        for u, unit in enumerate(units):
            x = np.array([cell[old, year] for old, _ in parts[unit]])
            share = np.array([s for _, s in parts[unit]])
            weight = share * x[:, 1]
            mean = x[0, 2] if len(x) == 1 else (weight * x[:, 2]).sum() / weight.sum()
            want = [(share * x[:, 0]).sum(), weight.sum(), mean]
            missing += np.isnan(want).any()
            np.testing.assert_allclose(got[t, u], want, rtol=1e-13, err_msg=f"{unit} in {year}")
    return len(units), missing


codes = sorted({code for code, _ in cell})
with tempfile.TemporaryDirectory() as work:
    changes = [(code, code[:2], 1) for code in codes]
    write(work, "changes.csv", [("old", "new")] + [c[:2] for c in changes])
    n, missing = compare(work, changes, "")
    assert n == 51 and missing > 0, (n, missing)

    with open(f"{data}/us_bea_fips_crosswalk.csv", newline="") as file:
        areas = [(row["bea_fips"], row["fips"]) for row in csv.DictReader(file)]
    areas = [(area, fips) for area, fips in areas if (area, "1969") in cell]
    n = {area: sum(a == area for a, _ in areas) for area, _ in areas}
    changes = [(area, fips, 1 / n[area]) for area, fips in areas]
    write(work, "changes.csv", [("old", "new", "year", "share")] + [(a, f, 1990, s) for a, f, s in changes])
    parted = {area for area, _ in areas}
    changes += [(code, code, 1) for code in codes if code not in parted]
    n, _ = compare(work, changes, ", period: year, share: share")
    print(f"{len(parted)} areas of {len(codes)} parted: {n} units")
