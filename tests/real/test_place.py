"""Where Americans live, 1969 and 2018, by 3,075 counties of the lower 48 states (oracles/regions.md of
the shared data: R, aspace, own programs); and how their income follows their number, by a plain loop."""
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

STUDY = f"""study: place
panel: {{file: counties.csv, unit: fips, time: year}}
units:
  file: {data}/us_bea_points.csv
  unit: fips
  unmatched: drop
  lon: lon
  lat: lat
measures:
  - spatial_distribution: {{of: population, as: whole}}
  - spatial_distribution: {{of: population, ellipse: arcgis, as: wide}}
  - spatial_distribution: {{of: population, top: 100, as: top}}
  - decoupling: {{of: personal_income_kusd, driver: population, span: 49}}
output: {{file: place.h5}}
"""
WANT = {  # result, quantity: 1969, 2018
    ("whole", "centre_lon"): (-89.143403091, -91.835187865),
    ("whole", "centre_lat"): (39.432834214, 38.449756720),
    ("whole", "planar_lon"): (-89.155920761, -91.908038795),
    ("whole", "planar_lat"): (38.512452897, 37.423063096),
    ("whole", "axis_major"): (1249.053174992, 1339.674869162),
    ("whole", "axis_minor"): (530.056934433, 593.674385379),
    ("whole", "angle"): (90.484131010, 92.269278010),
    ("whole", "ellipse_area"): (2079952.04, None),
    ("whole", "share_inside"): (.413126383, None),
    ("wide", "share_inside"): (.677498354, None),
    ("whole", "moved_km"): (None, 257.174550773),
    ("whole", "primacy_2"): (1.276997005, 1.950686547),
    ("whole", "primacy_4"): (.649890535, .707177275),
    ("whole", "primacy_11"): (.615695686, .602754665),
    ("whole", "rank_size"): (.731212807, .624221619),
    ("whole", "rank_size_se"): (None, .015919567),
    ("whole", "zipf"): (None, 1.400563501),
    ("top", "rank_size"): (1.793096498, 1.888875545),
    ("top", "rank_size_se"): (None, .267127341),
    ("top", "zipf"): (None, .558588997),
}


def ols_se(mass):
    """Of zeta by least squares: what the standard error of the result is in place of."""
    s = np.log(np.sort(mass)[::-1])
    r = np.log(np.arange(1, len(s) + 1) - .5)
    s, r = s - s.mean(), r - r.mean()
    rest = r - (r @ s) / (s @ s) * s
    return np.sqrt(rest @ rest / (len(s) - 2) / (s @ s))


def states(value):
    """Of each county, plainly; integers, so that no border is met by rounding."""
    found = []
    for (c0, g0), (c1, g1) in value:
        dc, dg = c1 - c0, g1 - g0
        e = dc * g0 / (dg * c0) if dg else None
        found.append(0 if dg == 0 else
                     (1 if dc < 0 else 2 if e < .8 else 3 if e <= 1.2 else 4) if dg > 0 else
                     5 if dc > 0 else 6 if e < .8 else 7 if e <= 1.2 else 8)
    return found


with tempfile.TemporaryDirectory() as work:
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        lower = {r["fips"] for r in csv.DictReader(file) if r["lower48"] == "1"}
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["fips"] in lower and r["per_capita_income_usd"]]
    years = {}
    for row in rows:
        years.setdefault(row["fips"], set()).add(row["year"])
    used = {fips for fips, of in years.items() if len(of) == 50}
    assert len(used) == 3075, len(used)
    with open(f"{work}/counties.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "year", "population", "personal_income_kusd")] + [
            (r["fips"], r["year"], r["population"], r["personal_income_kusd"]) for r in rows
            if r["fips"] in used and r["year"] in ("1969", "2018")])
    with open(f"{work}/place.yaml", "w") as file:
        file.write(STUDY)
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/place.yaml"], check=True)
    subprocess.run([os.environ["SPILLWAY"], "verify", f"{work}/place.h5"], check=True,
                   stdout=subprocess.DEVNULL)
    with h5py.File(f"{work}/place.h5") as file:
        assert file["whole/n_used"][:].tolist() == [3075, 3075]
        for (name, quantity), wanted in WANT.items():
            for got, value in zip(file[name][quantity][:], wanted):
                near = value is None or np.isclose(got, value, rtol=0, atol=6e-10 if value < 1e6 else .006)
                assert near, (name, quantity, got, value)
        by_county = {(r["fips"], r["year"]): (int(r["personal_income_kusd"]), int(r["population"])) for r in rows}
        want = states([(by_county[fips, "1969"], by_county[fips, "2018"]) for fips in sorted(used)])
        assert file["decoupling/state"][1].tolist() == want and set(want) == {4, 5}
        assert file["decoupling/state_count"][1].tolist() == [want.count(k) for k in range(1, 9)]
        assert np.isnan(file["whole/moved_km"][0]) and 230 < file["whole/moved_bearing"][1] < 270
    mass = np.array([float(r["population"]) for r in rows if r["fips"] in used and r["year"] == "2018"])
    assert abs(ols_se(mass) - .004390292) < 6e-10, ols_se(mass)
print("place: population of 3,075 counties")
