"""Real studies for reports: US counties with polygons, states and regions; Chinese counties."""
import csv
import json
import os
import subprocess

SPILLWAY = os.environ["SPILLWAY"]
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.environ.get("SPILLWAY_SHARED", os.path.join(HERE, "../../../shared")), "data")
REGIONS = {"Northeast": "CT MA ME NH NJ NY PA RI VT", "Midwest": "IA IL IN KS MI MN MO ND NE OH SD WI",
           "South": "AL AR DC DE FL GA KY LA MD MS NC OK SC TN TX VA WV",
           "West": "AK AZ CA CO HI ID MT NM NV OR UT WA WY"}


def there():
    return os.path.isdir(DATA)


def rows(name):
    with open(os.path.join(DATA, name), encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def study(folder, name):
    """Computes NAME.yaml.in of this folder in FOLDER; its results are FOLDER/results.h5."""
    with open(os.path.join(HERE, f"{name}.yaml.in"), encoding="utf-8") as file:
        text = file.read().replace("@DATA@", os.path.abspath(DATA))
    with open(os.path.join(folder, "study.yaml"), "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([SPILLWAY, "run", "--quiet", os.path.join(folder, "study.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return os.path.join(folder, "results.h5")


def prepare_us(folder):
    """The state of a county is in its name, its region in the state; income of the years of GDP; the
    polygons by the codes of the BEA, which has some counties together."""
    region = {state: name for name, states in REGIONS.items() for state in states.split()}
    head, *units = rows("us_bea_points.csv")
    name = head.index("name")
    with open(os.path.join(folder, "units.csv"), "w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow([*head, "state", "region"])
        for row in units:
            state = row[name].rstrip("*")[-2:]
            write.writerow([*row, state, region.get(state, "")])
    head, *income = rows("us_county_income_1969_2018.csv")
    year = head.index("year")
    with open(os.path.join(folder, "income.csv"), "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *(r for r in income if 2001 <= int(r[year]) <= 2018)])
    together = {fips: bea for bea, _, fips in list(rows("us_bea_fips_crosswalk.csv"))[1:]}
    with open(os.path.join(DATA, "us_counties_polygons.geojson"), encoding="utf-8") as file:
        shapes = json.load(file)
    for shape in shapes["features"]:
        code = shape["properties"]["GEO_ID"][9:]
        shape["properties"] = {"fips": together.get(code, code)}
    with open(os.path.join(folder, "us.geojson"), "w", encoding="utf-8") as file:
        json.dump(shapes, file)


def us(folder):
    prepare_us(folder)
    return study(folder, "us")


def cn(folder):
    return study(folder, "cn")
