#!/usr/bin/env python3
"""Who leads whom among 3,081 counties of the lower 48 states, income per head 1969-2018: growth goes
with the nation, and what growth relative to it leaves is next to nothing. What is kept is least
squares' F; a unit with missing years goes through the rows it has."""
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

program = os.environ["SPILLWAY"]
work = tempfile.TemporaryDirectory()
STUDY = """study: counties
panel: {file: panel.csv, unit: unit, time: year, missing: keep}
measures:
  - granger: {of: income, transform: growth, keep: summary, as: growth}
  - granger: {of: income, transform: relative-growth, keep: significant, as: relative}
  - granger: {of: income, transform: relative-growth, periods: %s, keep: significant, as: early}
output: {file: out.h5, precision: float64}
"""


def left(y, x):
    return ((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum()


def f_of(x, y):
    rows = np.array([y[1:], y[:-1], x[:-1], np.ones(len(y) - 1)]).T
    rows = rows[~np.isnan(rows).any(1)]
    before, after = left(rows[:, 0], rows[:, [1, 3]]), left(rows[:, 0], rows[:, 1:])
    return (before - after) / (after / (len(rows) - 3))


with open(f"{data}/us_bea_points.csv", newline="") as file:
    lower48 = {r["fips"] for r in csv.DictReader(file) if r["lower48"] == "1"}
with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
    rows = [(r["fips"], r["year"], r["per_capita_income_usd"]) for r in csv.DictReader(file) if r["fips"] in lower48]
with open(f"{work.name}/panel.csv", "w", newline="") as file:
    csv.writer(file).writerows([["unit", "year", "income"], *rows])
with open(f"{work.name}/study.yaml", "w") as file:
    file.write(STUDY % list(range(1969, 1994)))
done = subprocess.run([program, "run", f"{work.name}/study.yaml"], capture_output=True, text=True)
assert done.returncode == 0, done.stderr
assert "461577 of 9489474 pairs (4.86%) are significant by Benjamini and Hochberg at 0.05" in done.stdout, done.stdout

income = np.full((50, len(lower48)), np.nan)
with h5py.File(f"{work.name}/out.h5") as file:
    unit = {code.decode(): i for i, code in enumerate(file["unit"][:])}
    for code, year, value in rows:
        income[int(year) - 1969, unit[code]] = float(value or "nan")
    growth = np.diff(np.log(income), axis=0)
    growth -= np.nanmean(growth, axis=1, keepdims=True)
    relative = file["relative"]
    assert relative["rejected"][()] == 43 and file["early"]["rejected"][()] == 2
    start, partner, value = (relative[name][:] for name in ("row_start", "partner", "value"))
    for i in np.flatnonzero(np.diff(start)):
        for at in range(start[i], start[i + 1]):
            want = f_of(growth[:, i], growth[:, partner[at]])
            assert abs(value[at] - want) < 1e-7 * want, (i, partner[at], value[at], want)
    assert value.min() > 37 and (relative["p_value"][:] < .05 * 43 / 9489474 * 1.0001).all()
print("43 of 9,489,474 pairs of relative growth, all as least squares has them")
