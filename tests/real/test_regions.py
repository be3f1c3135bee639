"""Market potential and radiation of the counties of Texas in 2018 (oracles/regions.md of the shared data)."""
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

STUDY = f"""study: texas
panel: {{file: texas.csv, unit: fips, time: year}}
units:
  file: {data}/us_bea_points.csv
  unit: fips
  unmatched: drop
  lon: lon
  lat: lat
  area: {{column: land_area_sqmi, unit: sqmi}}
measures:
  - market_potential: {{mass: population}}
  - market_potential: {{mass: population, own: none, as: others}}
  - radiation_model: {{mass: population}}
  - radiation_model: {{mass: population, finite: true, as: finite}}
output: {{file: texas.h5, precision: float64}}
"""
WANT = {"48201": (107552.671006, 188069.892433), "48301": (50516.138419, 9.708948)}

with tempfile.TemporaryDirectory() as work:
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["year"] == "2018" and r["fips"][:2] == "48"]
    with open(f"{work}/texas.csv", "w", newline="") as file:
        csv.writer(file).writerows([("fips", "year", "population")] +
                                   [(r["fips"], r["year"], r["population"]) for r in rows])
    with open(f"{work}/texas.yaml", "w") as file:
        file.write(STUDY)
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/texas.yaml"], check=True)
    with h5py.File(f"{work}/texas.h5") as file:
        unit = [code.decode() for code in file["unit"][:]]
        assert len(unit) == 254
        for code, (others, own) in WANT.items():
            got = file["others/value"][0, unit.index(code)]
            whole = file["market_potential/value"][0, unit.index(code)]
            assert np.isclose(got, others, rtol=0, atol=1e-6), (code, got, others)
            assert np.isclose(whole - got, own, rtol=0, atol=1e-6), (code, whole - got, own)
        flow = file["radiation_model/value"][0]
        houston, dallas = unit.index("48201"), unit.index("48113")
        for got, wanted in ((flow[houston, dallas], 193448.008670), (flow[dallas, houston], 120182.899069),
                            (file["radiation_model/total"][0], 27131988.705863),
                            (file["radiation_model/in_strength"][0, dallas], 1917661.075536)):
            assert np.isclose(got, wanted, rtol=0, atol=1e-6), (got, wanted)
        assert np.isclose(file["finite/total"][0], 28701845, rtol=1e-12, atol=0)
print("regions: market potential and radiation of Texas")
