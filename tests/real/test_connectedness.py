"""Connectedness of income of the counties of the United States, 1969-2018: counties of California against
plain dense matrices, all counties by identities, and what is found."""
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
with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
    rows = [(r["fips"], r["year"], r["per_capita_income_usd"]) for r in csv.DictReader(file)]


def run(name, rows, *entries):
    """Results of a study of these rows, and what the program said; verified."""
    with open(f"{work.name}/{name}.csv", "w", newline="") as file:
        csv.writer(file).writerows([["unit", "year", "income"], *rows])
    with open(f"{work.name}/{name}.yaml", "w") as file:
        file.write(f"study: {name}\npanel: {{file: {name}.csv, unit: unit, time: year, missing: keep}}\nmeasures:\n" +
                   "".join(f"  - connectedness: {{of: income, {entry}}}\n" for entry in entries) +
                   f"output: {{file: {name}.h5, precision: float64}}\n")
    done = subprocess.run([program, "run", f"{work.name}/{name}.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    subprocess.run([program, "verify", f"{work.name}/{name}.h5"], check=True, stdout=subprocess.DEVNULL)
    return h5py.File(f"{work.name}/{name}.h5"), done.stdout + done.stderr


# ---- counties of California, by matrices of counties ------------------------------------------------

west = [row for row in rows if row[0].startswith("06")]
found, _ = run("west", west, "transform: growth, ridge: 50, shrink: 0.3, horizon: 5, keep: dense, as: c")
code = sorted({row[0] for row in west})
x = np.array([[float(row[2]) for row in west if row[0] == one] for one in code]).T
g = np.diff(np.log(x), axis=0)
g = (g - g.mean(0)) / g.std(0)
y, z = g[1:] - g[1:].mean(0), g[:-1] - g[:-1].mean(0)
phi = np.linalg.solve(z.T @ z + 50 * np.eye(len(code)), z.T @ y).T
e = y - z @ phi.T
s = e.T @ e / len(e)
s = .3 * np.diag(np.diag(s)) + .7 * s
theta, a = 0, np.eye(len(code))
for _ in range(5):
    theta = theta + (a @ s) ** 2 / np.diag(s)
    a = phi @ a
theta /= theta.sum(1, keepdims=True)
value = found["c/value"][:]
assert np.isnan(np.diag(value)).all()
np.fill_diagonal(value, np.diag(theta))
assert np.allclose(value, theta.T, rtol=1e-11, atol=1e-13), "value"
assert np.allclose(found["c/total_connectedness"][()], 1 - np.diag(theta).mean(), rtol=1e-12)

# ---- all counties --------------------------------------------------------------------------------------

found, said = run("all", rows, "transform: growth, keep: {top: 5}, permutations: 9, as: growth",
                  "transform: relative-growth, ridge: 1500, keep: summary, as: relative")
growth, relative = found["growth"], found["relative"]
for group in (growth, relative):
    there = ~np.isnan(group["from"][:])
    assert group["n_used"][()] == there.sum() == 3089 and len(there) == 3138
    assert np.allclose(group["in_strength"][there], group["from"][there], rtol=1e-9), "what a column sums to"
    assert np.allclose(group["out_strength"][there], group["to"][there], rtol=1e-9), "what a row sums to"
    assert abs(group["net"][there].mean()) < 1e-12, "what is sent is received"
    assert np.isclose(group["total_connectedness"][()], group["from"][there].mean(), rtol=1e-12)
    assert ((group["from"][there] > 0) & (group["from"][there] < 1)).all()
# Of 48 rows the index is near 1 whatever the ridge, and leave-one-out cannot tell: both are said.
by = growth["by_ridge"][:]
assert by[0] == growth["total_connectedness"][()] and .99 < by.min() and by.max() < 1, by
assert np.round(growth["total_connectedness"][()], 4) == .9984 and np.round(by[12], 4) == .9968, by
assert (growth["null"][:] < .86).all(), growth["null"][:]
assert "49 of 3138 units lack a value of a period or do not vary, and take no part" in said, said
assert "leave-one-out ends at the smallest ridge that was tried, c = 0.001" in said, said
assert "9 draws with each series' periods permuted" in said and "p = 0.1" in said, said
