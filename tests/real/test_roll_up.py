"""Counties of the United States rolled up to states and to the nation: income per head 1969 and 2018, whose ratio
of sums is not the mean of ratios; the share of producer services in GDP, with the cells that are suppressed left
out; and composites of the same counties. Against plain sums over the rows of the files."""
import csv
import gzip
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

SERVICES, TOTAL = ["finance_52", "prof_54"], "gdp_total"
STUDY = """study: states
panel: {file: panel.csv, unit: fips, time: year, missing: keep}
units: {file: units.csv, unit: fips, groups: [state, region]}
composites:
  wealth: {positive: [income, population], score: topsis, obstacles: true}
measures:
  - roll_up: {sum: [population], ratio: {income_pc: [income, population], finance: [finance_52, gdp_total]},
              by: state, reference: "06"}
  - roll_up: {ratio: {income_pc: [income, population]}, by: [state, region], reference: national, as: levels}
output: {file: states.h5}
"""
YEARS = ["2001", "2018"]


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


with tempfile.TemporaryDirectory() as work:
    income = {(r["fips"], r["year"]): (r["personal_income_kusd"], r["population"])
              for r in read(f"{data}/us_county_income_1969_2018.csv") if r["year"] in YEARS}
    gdp = {(r["fips"], r["year"]): (r["finance_52"], r["gdp_total"])
           for r in read(f"{data}/us_county_gdp_industry_2001_2018.csv.gz") if r["year"] in YEARS}
    units = sorted({r["fips"] for r in read(f"{data}/us_bea_points.csv") if r["lower48"] == "1" and r["in_gdp"] == "1"}
                   & {fips for fips, _ in income})
    rows = [(u, year, *income.get((u, year), ("", "")), *gdp.get((u, year), ("", ""))) for u in units for year in YEARS]
    with open(f"{work}/panel.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "year", "income", "population", "finance_52", "gdp_total")] + rows)
    with open(f"{work}/units.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "state", "region")] + [
            (u, u[:2], "west" if u[:2] in ("04", "06", "32", "41", "53") else "east") for u in units])
    with open(f"{work}/states.yaml", "w") as file:
        file.write(STUDY)
    said = subprocess.run([os.environ["SPILLWAY"], "run", f"{work}/states.yaml"], check=True, capture_output=True,
                          text=True).stdout
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/states.h5"], check=True, stdout=subprocess.DEVNULL)

    # Plain sums, state by state and year by year.
    sums = {}
    for u, year, *cells in rows:
        a, b, c, d = (float(x) if x else np.nan for x in cells)
        for place in (u[:2], "nation", "west" if u[:2] in ("04", "06", "32", "41", "53") else "east"):
            s = sums.setdefault((place, year), dict(people=0, income=0, both=0, top=0, bottom=0, all=0, used=0, units=0))
            s["units"] += 1
            s["people"] += np.nan_to_num(b)
            if not np.isnan(a + b):
                s["income"] += a
                s["both"] += b
            if not np.isnan(d):
                s["all"] += d
            if not np.isnan(c + d):
                s["top"] += c
                s["bottom"] += d
                s["used"] += 1
    with h5py.File(f"{work}/states.h5") as file:
        r = file["roll_up"]
        states = [label.decode() for label in r["state"][:]]
        assert states == sorted({u[:2] for u in units}) and len(states) == 49
        assert [label.decode() for label in r["quantity"][:]] == ["population", "income_pc", "finance"]
        partly = 0
        for t, year in enumerate(YEARS):
            for g, state in enumerate(states):
                s = sums[state, year]
                want = [s["people"], s["income"] / s["both"], s["top"] / s["bottom"] if s["used"] else np.nan]
                assert np.allclose(r["value"][t, g], want, rtol=1e-12, equal_nan=True), (state, year)
                assert np.isclose(r["coverage"][t, g, 2], s["used"] / s["units"], rtol=1e-12)
                if s["all"]:
                    assert np.isclose(r["coverage_total"][t, g, 1], s["bottom"] / s["all"], rtol=1e-12)
                partly += s["used"] < s["units"]
            california, nation = r["value"][t, states.index("06")], sums["nation", year]
            assert np.allclose(r["gap"][t], r["value"][t] - california, rtol=1e-12, equal_nan=True)
            assert np.allclose(r["national"][t, :2], [nation["people"], nation["income"] / nation["both"]], rtol=1e-12)
        assert partly > 50, "finance is suppressed in many counties, and those are left out"
        level = file["levels"]
        names = [label.decode() for label in level["group"][:]]
        assert len(names) == 51 and names[0] == "state: 01" and names[-1] == "region: west"
        west = sums["west", "2018"]
        got = level["value"][1, names.index("region: west"), 0]
        assert np.isclose(got, west["income"] / west["both"], rtol=1e-12)
        per_head = level["gap_ratio"][1, names.index("region: west"), 0]
        nation = sums["nation", "2018"]
        assert np.isclose(per_head, got / (nation["income"] / nation["both"]), rtol=1e-12)
        score, obstacle = file["composites/wealth/score"][:], file["composites/wealth/obstacle"][:]
        there = ~np.isnan(score)
        assert score[there].min() >= 0 and score[there].max() <= 1
        best = there & (file["composites/wealth/shortfall"][:] == 0)
        assert np.isnan(obstacle[best]).all() and best.sum() == 1, "06037 is first in both in 2018"
        assert np.allclose(obstacle[there & ~best].sum(-1), 1, rtol=1e-12)
    assert "income_pc in 2018: nation" in said and "gaps are to 06" in said, said
    assert "the largest obstacles of the 5 lowest scores" in said, said
    mean = np.mean([float(a) / float(b) for u, year, a, b, *_ in rows if year == "2018" and a])
    ratio = nation["income"] / nation["both"]
print(f"roll_up: income per head of the nation in 2018 is {1000 * ratio:.0f} USD; the mean of its counties {1000 * mean:.0f}")
