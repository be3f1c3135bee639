"""Fields and markets of the largest US counties in 2018, what Texan counties reach in a time
(oracles/regions.md of the shared data)."""
import collections
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

UNITS = f"""units:
  file: {data}/us_bea_points.csv
  unit: fips
  where: lower48 = 1
  unmatched: drop
  lon: lon
  lat: lat
  area: {{column: land_area_sqmi, unit: sqmi}}
"""
NATION = f"""study: nation
panel: {{file: nation.csv, unit: fips, time: year, missing: drop-units}}
{UNITS}measures:
  - field_strength: {{mass: population, centres: {{top: 9}}, as: fields}}
  - field_strength: {{mass: population, centres: {{top: 9, apart_km: 100}}, as: apart}}
  - huff: {{attraction: population, centres: {{top: 9}}, demand: population, as: huff}}
  - gravity: {{mass: population, centres: {{top: 9, by: population}}, keep: centres, as: near}}
output: {{file: nation.h5}}
"""
TEXAS = f"""study: texas
panel: {{file: texas.csv, unit: fips, time: year}}
{UNITS}measures:
  - accessibility: {{mass: population, distance: {{file: minutes.csv}}, within: [60, 120]}}
output: {{file: texas.h5}}
"""
TOP = "06037 17031 48201 04013 06073 06059 12086 48113 36047".split()
UNITS_OF = [375, 1489, 335, 61, 3, 1, 132, 310, 369]
PEOPLE_OF = [57493347, 104419388, 28357093, 10105995, 5975949, 3185968, 23402740, 18358854, 73547606]
DENVER = [.258343683, .110213587, .109837925, .208144871, .090543881, .082205224, .016632618,
          .106791566, .017286645]
MARKETS = [33176134.6076, 74677168.1611, 31473983.2622, 13821414.2644, 9527817.9400, 9390749.5896,
           23073879.7181, 23696566.6167, 67102256.8403]


def near(got, want, tolerance):
    assert np.allclose(got, want, rtol=0, atol=tolerance), (got, want)


def run(work, name, text):
    with open(f"{work}/{name}.yaml", "w") as file:
        file.write(text)
    done = subprocess.run([os.environ["SPILLWAY"], "run", f"{work}/{name}.yaml"], check=True,
                          capture_output=True, text=True)
    return h5py.File(f"{work}/{name}.h5"), done.stdout


def labels(dataset):
    return [code.decode() for code in dataset[:]]


def check_nation(file, said):
    unit = labels(file["unit"])
    fields, apart, huff = file["fields"], file["apart"], file["huff"]
    assert labels(fields["centre"]) == TOP
    assert fields["sphere_units"][0].tolist() == UNITS_OF, fields["sphere_units"][0]
    assert fields["sphere_mass"][0].tolist() == PEOPLE_OF, fields["sphere_mass"][0]
    denver = unit.index("08031")
    assert TOP[fields["hinterland"][0, denver]] == "06037"
    assert TOP[fields["second"][0, denver]] == "04013"
    near(fields["value"][0, denver, [0, 3]], (5.643953858, 4.547276080), 1e-9)
    near(fields["breaking_point"][0, 0, 1], 1630.048101621, 1e-6)
    near(huff["value"][0, denver], DENVER, 1e-9)
    others = np.ones(len(unit), bool)
    others[[unit.index(code) for code in TOP]] = False
    people = people_of(unit)
    near((huff["value"][0][others] * people[others, None]).sum(0), MARKETS, 1e-3)
    # Without a least distance Orange County is the hinterland of itself alone.
    assert UNITS_OF[TOP.index("06059")] == 1
    code = labels(apart["centre"])
    assert "06059" not in code and "06037" in code and len(code) == 9
    assert apart["sphere_units"][0].sum() == len(unit)
    # Rows and columns of centres, and no sums over all pairs.
    assert "total" not in file["near"] and "value" not in file["near"]
    near(file["near/from_centre"][0, 0, denver] / people[denver], fields["value"][0, denver, 0], 1e-9)
    assert np.array_equal(file["near/from_centre"][0].T, file["near/to_centre"][0], equal_nan=True)
    assert "largest partners of 06037: 06059" in said, said
    print("  " + ", ".join(f"{c} {n}" for c, n in zip(code, apart["sphere_units"][0])))


def people_of(unit):
    return np.array([PEOPLE[code] for code in unit], float)


def minutes(unit):
    """Great circles at 80 km/h, a square table."""
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        place = {r["fips"]: (float(r["lon"]), float(r["lat"])) for r in csv.DictReader(file) if r["lon"]}
    lon, lat = np.radians(np.array([place[code] for code in unit])).T
    h = (np.sin((lat[:, None] - lat) / 2) ** 2 +
         np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2)
    return 2 * 6371.0088 * np.arcsin(np.sqrt(h)) / 80 * 60


def check_texas(file):
    unit, r = labels(file["unit"]), file["accessibility"]
    houston, dallas = unit.index("48201"), unit.index("48113")
    near(r["mean_time"][0][[houston, dallas]], (266.413369733, 248.155564151), 1e-8)
    assert r["count_within"][0, houston].tolist() == [7, 28], r["count_within"][0, houston]
    assert r["count_within"][0, dallas].tolist() == [9, 36], r["count_within"][0, dallas]
    assert r["mass_within"][0, dallas].tolist() == [7263482, 8838403]
    assert (r["reached"][0] == 1).all()


with tempfile.TemporaryDirectory() as work:
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        every = [r for r in csv.DictReader(file) if r["per_capita_income_usd"]]
    years = collections.Counter(r["fips"] for r in every)  # with income in all fifty
    rows = [r for r in every if r["year"] == "2018" and years[r["fips"]] == 50]
    PEOPLE = {r["fips"]: float(r["population"]) for r in every if r["year"] == "2018"}
    for name, kept in (("nation", rows), ("texas", [r for r in every if r["year"] == "2018" and r["fips"][:2] == "48"])):
        with open(f"{work}/{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([("fips", "year", "population")] +
                                       [(r["fips"], r["year"], r["population"]) for r in kept])
    texas = sorted(code for code in PEOPLE if code[:2] == "48")
    with open(f"{work}/minutes.csv", "w", newline="") as file:
        csv.writer(file).writerows([["fips"] + texas] + [[c] + [repr(float(v)) for v in row]
                                                         for c, row in zip(texas, minutes(texas))])
    check_nation(*run(work, "nation", NATION))
    check_texas(run(work, "texas", TEXAS)[0])
print("hinterlands: fields and markets of US counties, reach of Texan ones")
