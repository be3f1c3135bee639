#!/usr/bin/env python3
"""Inequality by state and between states, and the distribution, of US counties 1969 and 2018: the
numbers of oracles/regions.md of the shared data (REAT, R's bw.nrd0 and bw.SJ, and an independent
calculation); lights of Chinese counties by province."""
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

STUDY = """study: counties
panel: {file: panel.csv, unit: fips, time: year, derive: {ln_income: log(income)}}
units: {file: units.csv, unit: fips, groups: [state]}
measures:
  - inequality: {of: income, groups: [state], matrices: state, as: plain}
  - inequality: {of: income, weight: pop, groups: [state], matrices: state, as: people}
  - inequality: {of: income, groups: [state], er_alpha: 1, as: alpha_1}
  - inequality: {of: income, groups: [state], er_alpha: 1.6, as: alpha_16}
  - distribution: {of: ln_income, as: both}
  - distribution: {of: ln_income, periods: [1969], as: d1969}
  - distribution: {of: ln_income, periods: [2018], as: d2018}
  - distribution: {of: ln_income, periods: [1969], bandwidth: sheather-jones, as: sj1969}
  - distribution: {of: ln_income, periods: [2018], bandwidth: sheather-jones, as: sj2018}
output: {file: counties.h5}
"""
LIGHTS = """study: lights
panel: {file: DATA/cn_county_nightlights_2001_2022.csv, unit: county_code, time: year, periods: [2001, 2022]}
units: {file: lights.csv, unit: county_code, groups: [province]}
measures:
  - inequality: {of: total_sol, groups: [province], matrices: province}
output: {file: lights.h5}
"""
PARTS = ("gini", "gini_within", "gini_between_net", "gini_transvariation")
failures = []


def near(what, got, want, tolerance=5e-10):
    got, want = np.atleast_1d(got), np.atleast_1d(want)
    if got.shape != want.shape or not np.allclose(got, want, rtol=0, atol=tolerance):
        failures.append(f"{what}: {got}, should be {want} within {tolerance}")


def write(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


def run(work, name, text):
    with open(f"{work}/{name}.yaml", "w") as file:
        file.write(text.replace("DATA", data))
    subprocess.run([os.environ["SPILLWAY"], "run", "--quiet", f"{work}/{name}.yaml"], check=True)
    return h5py.File(f"{work}/{name}.h5")


def labels(dataset):
    return [text.decode() for text in dataset[:]]


def check_parts(name, at, t, r):
    """The shares of the matrices, summed over groups and over pairs, are the parts."""
    gini = r["gini"][t]
    above = np.triu_indices(r["share_net"].shape[1], 1)
    near(f"{name}: within", r["share_within_gini"][t].sum() * gini, at[1])
    near(f"{name}: net", r["share_net"][t][above].sum() * gini, at[2])
    near(f"{name}: overlap", r["share_transvariation"][t][above].sum() * gini, at[3])
    for part, want in zip(PARTS, at):
        got = r[part][t]
        near(f"{name}: {part}", got if part == "gini" else got[0], want)


def counties(work):
    with open(f"{data}/us_bea_points.csv", newline="") as file:
        lower = {row["fips"] for row in csv.DictReader(file) if row["lower48"] == "1"}
    series = {}
    with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["fips"] in lower and row["per_capita_income_usd"]:
                series.setdefault(row["fips"], {})[row["year"]] = row
    unit = sorted(code for code, rows in series.items() if len(rows) == 50)
    assert len(unit) == 3075, len(unit)
    write(f"{work}/units.csv", [("fips", "state")] + [(code, code[:2]) for code in unit])
    write(f"{work}/panel.csv", [("fips", "year", "income", "pop")] +
          [(code, year, series[code][year]["per_capita_income_usd"], series[code][year]["population"])
           for code in unit for year in ("1969", "2018")])


def check_counties(f):
    plain, people = f["plain"], f["people"]
    state = labels(plain["state"])
    ca, ms = state.index("06"), state.index("28")
    assert len(state) == 49 and labels(plain["state_to"]) == state
    check_parts("1969", (.135550733, .003281129, .087493970, .044775635), 0, plain)
    check_parts("1969 by people", (.127192901, .004132945, .084949307, .038110648), 0, people)
    check_parts("2018", (.133989263, .003271571, .077816234, .052901457), 1, plain)
    check_parts("2018 by people", (.163671235, .007181663, .089310798, .067178774), 1, people)
    for r, t, gini, apart in ((plain, 0, .318295154, .999656868), (plain, 1, .245983219, .981096428),
                              (people, 0, .304072310, None), (people, 1, .260374171, .974381560)):
        near("California and Mississippi", r["between_gini"][t, ca, ms], gini)
        near("the same the other way", r["between_gini"][t, ms, ca], gini)
        if apart:
            near("D", 1 - r["overlap"][t, ca, ms], apart)
    near("within", plain["group_gini"][0, [ca, ms]], (.078213585, .108179351))
    near("atkinson", plain["atkinson"][:], ((.014790554654, .029621310885, .059531252167),
                                            (.015866161025, .030084302824, .055246865625)), 5e-13)
    near("atkinson by people", people["atkinson"][1],
         (.023234258123, .043698438187, .078756029767), 5e-13)
    for name, want in (("p90_p10", (1.851270208, 1.735997205)), ("p80_p20", (1.501758116, 1.433884415)),
                       ("p90_p50", (1.305962854, 1.353828872))):
        near(name, plain[name][:], want)
    for name, want in (("plain", (.001854823, .001631915)), ("alpha_1", (.005051799, .004441407)),
                       ("alpha_16", (.000698955, .000615780))):
        near(f"polarisation: {name}", f[name]["polarisation"][:], want)


def check_density(f):
    for name, h in (("d1969", .0439800136886), ("d2018", .0383704716111), ("sj1969", .0458068418234),
                    ("sj2018", .0433031207175)):
        near(f"{name}: bandwidth", f[name]["bandwidth"][0], h, 1e-12)
    for name, most, place, modes in (("d1969", 1.638380622, 8.074193693, 2),
                                     ("d2018", 1.908124958, 10.639805173, 2),
                                     ("sj2018", 1.894550850, None, 1)):
        density = f[name]["density"][0]
        near(f"{name}: maximum", density.max(), most)
        if place:
            near(f"{name}: its place", f[name]["point"][density.argmax()], place)
        assert f[name]["modes"][0] == modes, (name, f[name]["modes"][0])
    at = f["both/point"][:]
    for end, name, sign in ((0, "d1969", -1), (-1, "d2018", 1)):  # poorest then, richest now
        near("one grid", at[end], f[name]["point"][end], 0)
    for t, name in enumerate(("d1969", "d2018")):
        own, width = f[name]["point"][:], f["both/bandwidth"][t]
        assert width == f[name]["bandwidth"][0]
        area = f["both/density"][t].sum() * (at[1] - at[0])
        near("area", area, 1, 1e-3)


def check_lights(work):
    with open(f"{data}/cn_county_nightlights_2001_2022.csv", newline="") as file:
        province = {row["county_code"]: row["county_code"][:2] for row in csv.DictReader(file)}
    write(f"{work}/lights.csv", [("county_code", "province")] + sorted(province.items()))
    f = run(work, "lights", LIGHTS)
    r = f["inequality"]
    check_parts("lights 2001", (.813426949, .020901105, .598512589, .194013255), 0, r)
    check_parts("lights 2022", (.607879706, .017350161, .377002672, .213526874), 1, r)


with tempfile.TemporaryDirectory() as work:
    counties(work)
    f = run(work, "counties", STUDY)
    check_counties(f)
    check_density(f)
    check_lights(work)
for line in failures:
    print(line)
print(f"inequality and distribution: {len(failures)} failures")
sys.exit(1 if failures else 0)
