"""Trends of the income of 48 states, 1929 to 2009, over their mean (oracles/regions.md of the shared
data: pyMannKendall, pyHomogeneity, R)."""
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

YEARS = ", ".join(str(year) for year in range(1990, 2010))
STUDY = f"""study: states
panel: {{file: states.csv, unit: state, time: year}}
measures:
  - trend: {{of: relative, as: whole}}
  - trend: {{of: relative, autocorrelation: hamed-rao, as: corrected}}
  - trend: {{of: relative, periods: [{YEARS}], as: late}}
  - trend: {{of: relative, periods: [{YEARS}], autocorrelation: hamed-rao, as: late_corrected}}
  - trend: {{of: spread, as: sigma}}
  - inequality: {{of: whole.mk_p, as: of_trend}}
output: {{file: states.h5}}
"""
WANT = {  # result, state: quantities
    ("whole", "28"): {"mk_s": 2764, "mk_z": 11.268637257, "sen": .004808000830, "sen_lo": .004413801550,
                      "sen_hi": .005352717466, "change_point": 1968, "pettitt_p": 1.8801e-13},
    ("corrected", "28"): {"mk_z": 4.596261719, "sen": .004808000830},
    ("late", "06"): {"mk_s": -4, "mk_z": -.097332853, "sen": -.000253625, "change_point": 1992,
                     "pettitt_p": .359927441},
    ("late_corrected", "06"): {"mk_z": -.067127006},
    ("sigma", "06"): {"mk_s": -2236, "mk_z": -9.115238606, "sen": -.002827507853},
}

with tempfile.TemporaryDirectory() as work:
    with open(f"{data}/us48_income_long.csv", newline="") as file:
        rows = [(r["STATE_FIPS"], r["year"], float(r["income"])) for r in csv.DictReader(file)]
    years = sorted({year for _, year, _ in rows})
    income = {year: np.array([x for _, y, x in rows if y == year]) for year in years}
    with open(f"{work}/states.csv", "w", newline="") as file:
        csv.writer(file).writerows([("state", "year", "relative", "spread")] + [
            (state, year, repr(float(x / income[year].mean())), repr(float(np.log(income[year]).std(ddof=1))))
            for state, year, x in rows])
    with open(f"{work}/states.yaml", "w") as file:
        file.write(STUDY)
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/states.yaml"], check=True)
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/states.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    with h5py.File(f"{work}/states.h5") as file:
        unit = [code.decode() for code in file["unit"][:]]
        assert len(unit) == 48 and len(years) == 81
        for (name, state), wanted in WANT.items():
            for quantity, value in wanted.items():
                got = file[name][quantity][unit.index(state)]
                near = np.isclose(got, value, rtol=1e-4 if value < 1e-12 and value > 0 else 0, atol=1e-9)
                assert near, (name, state, quantity, got, value)
        gini = file["of_trend/gini"][:]
        assert len(gini) == 81 and (gini == gini[0]).all(), "what has no time is in every period"
print("trend: incomes of 48 states")
