"""Published data sets from study file to published numbers (oracles/README.md of the shared data):
Moran's I of Columbus, NC SIDS and the 48 states, inequality of the Mexican states; quotients and
inequality over all US counties, Alaska and Hawaii included (methods.md, sections 6 and 9); and
composites of real indicators against numpy, their weights taken up again by a second study."""
import csv
import math
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

program = os.environ["SPILLWAY"]  # the program to test
work = tempfile.TemporaryDirectory()
failures = []


def close(what, got, want, tolerance):
    if not abs(got - want) <= tolerance:
        failures.append(f"{what}: {got!r}, should be {want!r} within {tolerance}")


def near(what, got, want, tolerance=1e-12):
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape or not np.allclose(got, want, rtol=0, atol=tolerance, equal_nan=True):
        failures.append(f"{what}: {got}, should be {want} within {tolerance}")


def run(name, text):
    """Runs the study and opens its results."""
    path = os.path.join(work.name, name + ".yaml")
    with open(path, "w") as file:
        file.write(text.replace("@", data + "/") + f"output: {{file: {name}.h5}}\n")
    done = subprocess.run([program, "run", "--quiet", path], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{name}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        sys.exit(1)
    return h5py.File(os.path.join(work.name, name + ".h5"), "r"), done.stderr


def texts(dataset):
    return [t.decode() if isinstance(t, bytes) else t for t in dataset[:]]


# spdep: CRIME by both lists of neighbours.
f, _ = run("columbus", """
study: columbus
panel: {file: @columbus49.csv, unit: POLYID}
weights:
  colnb: {kind: file, file: @columbus49_colnb_edges.csv}
  gal: {kind: file, file: @columbus49_gal_edges.csv}
measures:
  - moran: {of: CRIME, weights: colnb, as: colnb}
  - moran: {of: CRIME, weights: gal, as: gal}
  - moran: {of: CRIME, with: INC, weights: colnb, permutations: 999, as: two}
  - geary: {of: CRIME, weights: colnb, permutations: 999, as: geary_colnb}
  - geary: {of: CRIME, weights: gal, as: geary_gal}
""")
close("columbus bivariate", f["two/I"][0], -0.428387348016, 5e-13)
close("columbus bivariate p_sim", f["two/p_sim"][0], 0.001, 0)
for name, c, variance in (("colnb", 0.52986993, 0.00975278), ("gal", 0.540528203, 0.009384264)):
    close(f"geary {name}", f["geary_" + name]["C"][0], c, 5e-9)
    close(f"geary {name} variance", f["geary_" + name]["variance_randomisation"][0], variance, 5e-9)
close("geary p_sim", f["geary_colnb/p_sim"][0], 0.001, 0)
for name, want in (("colnb", (0.510951264, -0.020833333, 0.008908762, 0.008779831, 5.634133)),
                   ("gal", (0.500188557, -0.020833333, 0.008689289, 0.008563413, 5.589383))):
    quantities = ("I", "expected", "variance_randomisation", "variance_normality", "z")
    for quantity, value in zip(quantities, want):
        close(f"columbus {name} {quantity}", f[name][quantity][0], value,
              5e-7 if quantity == "z" else 5e-10)
    close(f"columbus {name} p_value", f[name]["p_value"][0], math.erfc(want[4] / math.sqrt(2)), 1e-12)
    close(f"columbus {name} n_used", f[name]["n_used"][0], 49, 0)

# spdep: two islands, three rules.
f, said = run("sids", """
study: sids
panel:
  file: @nc_sids100.csv
  unit: FIPS
  derive:
    rate: sqrt(1000) * (sqrt(SID74 / BIR74) + sqrt((SID74 + 1) / BIR74))
weights: {cc89: {kind: file, file: @nc_sids100_cc89_edges.csv}}
measures:
  - moran: {of: rate, weights: cc89, as: adjust}
  - moran: {of: rate, weights: cc89, islands: zero, as: zero}
  - moran: {of: rate, weights: cc89, islands: remove, as: remove}
""")
close("sids adjust", f["adjust/I"][0], 0.269756869652, 5e-13)
close("sids zero", f["zero/I"][0], 0.275262111890, 5e-13)
close("sids remove", f["remove/I"][0], 0.280134347, 5e-10)

# spdep: by bands of great-circle distance, rows of a band standardised.
f, said = run("elect80", """
study: elect80
panel: {file: @us_elect80_3107.csv, unit: FIPS}
units: {file: @us_elect80_3107.csv, unit: FIPS, lon: long, lat: lat}
measures:
  - moran: {of: pc_turnout, by_distance: [50, 100, 200, 400], as: bands}
""")
near("elect80 bands", f["bands/I"][0], (0.5136927743, 0.5759519470, 0.5266050078, 0.4464052808), 5e-11)
near("elect80 pairs", f["bands/pairs"][:], (6237, 21282, 80217, 286862), 0)
near("elect80 alone", f["bands/no_neighbour"][:2], (412, 29), 0)

# LISA transitions of income over the period's mean, decades.
mx = {}
with open(f"{data}/mx32_long.csv", newline="") as file:
    for row in csv.DictReader(file):
        mx.setdefault(row["year"], []).append((row["State"], float(row["pcgdp"])))
with open(os.path.join(work.name, "relative.csv"), "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["State", "year", "relative"])
    for year, values in mx.items():
        mean = sum(v for _, v in values) / len(values)
        out.writerows((state, year, repr(v / mean)) for state, v in values)
f, _ = run("quadrants", """
study: quadrants
panel: {file: relative.csv, unit: State, time: year}
weights: {gal: {kind: file, file: @mx32_gal_edges.csv}}
measures:
  - lisa_markov: {of: relative, weights: gal, as: quadrants}
""")
near("mexico quadrants", f["quadrants/count"][:],
     ((35, 2, 1, 1), (3, 15, 6, 2), (0, 7, 75, 8), (4, 3, 5, 25)), 0)

f, _ = run("states", """
study: states
panel: {file: @us48_income_long.csv, unit: STATE_FIPS, time: year, derive: {ln_income: log(income)}}
weights: {queen: {kind: file, file: @us48_states_gal_edges.csv}}
measures:
  - moran: {of: ln_income, weights: queen}
""")
years = list(f["time"][:])
for year, value in ((1929, 0.6529031), (1969, 0.4728262), (2009, 0.4128805)):
    close(f"48 states {year}", f["moran/I"][years.index(year)], value, 5e-8)

# Regions stand in the panel: a units file is made of them.
with open(f"{data}/mx32_long.csv", newline="") as file:
    region = {row["State"]: row["hanson98"] for row in csv.DictReader(file)}
with open(os.path.join(work.name, "states.csv"), "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["State", "hanson98"])
    out.writerows(region.items())
f, said = run("mexico", """
study: mexico
panel: {file: @mx32_long.csv, unit: State, time: year}
units: {file: states.csv, unit: State, groups: [hanson98]}
measures:
  - inequality: {of: pcgdp, groups: [hanson98]}
""")
theil = (0.20894344, 0.15222451, 0.10472941, 0.10194725, 0.09560113, 0.10511256, 0.10660832)
between = (0.0345889, 0.02816853, 0.05260921, 0.05931219, 0.03205257, 0.02963731, 0.03635872)
near("mexico theil_t", f["inequality/theil_t"][:], theil, 5e-9)
near("mexico theil_t_between", f["inequality/theil_t_between"][:, 0], between, 5e-9)
close("mexico gini 1940", f["inequality/gini"][0], 0.35372371, 5e-9)
for part, value in (("gini_within", 0.05970572), ("gini_between_net", 0.14066086),
                    ("gini_transvariation", 0.15335713)):
    close(f"mexico {part}", f["inequality"][part][0, 0], value, 5e-9)
if texts(f["inequality/grouping"]) != ["hanson98"]:
    failures.append(f"mexico: groupings {texts(f['inequality/grouping'])}")
if "looks like a variable per head" not in said:
    failures.append(f"mexico: no warning of an unweighted variable a head:\n{said}")

# All US counties. The state is in a county's code.
def counties(name, entries):
    return run(name, f"""
study: {name}
panel: {{file: [@us_county_gdp_industry_2001_2018.csv.gz, income.csv], unit: fips, time: year, missing: keep}}
units: {{file: counties.csv, unit: fips, unmatched: drop, groups: [state]}}
measures:
{entries}
""")


with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
    rows = [row for row in csv.DictReader(file) if row["year"] == "2018"]
with open(os.path.join(work.name, "income.csv"), "w", newline="") as file:
    out = csv.DictWriter(file, ("fips", "year", "population", "per_capita_income_usd"), extrasaction="ignore")
    out.writeheader()
    out.writerows(rows)
with open(os.path.join(work.name, "counties.csv"), "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(("fips", "state"))
    out.writerows((row["fips"], row["fips"][:2]) for row in rows)
f, _ = counties("counties", """
  - location_quotient: {industries: [manuf_31_33], total: gdp_total, base: {file: @us_national_gdp_industry_2001_2018.csv}, as: lq}
  - location_quotient: {industries: [manuf_31_33], total: gdp_total, base_over: complete, as: complete}
  - inequality: {of: per_capita_income_usd, groups: [state], periods: [2018], as: plain}
  - inequality: {of: per_capita_income_usd, weight: population, groups: [state], periods: [2018], as: people}
""")
unit, last = texts(f["unit"]), list(f["time"][:]).index(2018)
for code, value in (("48201", 1.502091), ("06085", 2.039386), ("18039", 4.415268)):
    close(f"location quotient of {code}", f["lq/value"][last, unit.index(code), 0], value, 5e-7)
close("complete cases", f["complete/value"][last, unit.index("48201"), 0], 1.469, 5e-4)
near("coverage", f["complete/coverage"][:], f["lq/coverage"][:], 0)
for name, value in (("plain", 0.30), ("people", 0.25)):
    share = f[name]["theil_t_between"][0, 0] / f[name]["theil_t"][0]
    close(f"share of Theil between states, {name}", share, value, 5e-3)
    parts = sum(f[name][p][0, 0] for p in ("gini_within", "gini_between_net", "gini_transvariation"))
    close(f"Dagum's parts, {name}", parts, f[name]["gini"][0], 1e-13)

# Composites of Produc's indicators, each against the formula.
produc = """
study: produc
panel: {file: @us48_produc_1970_1986.csv, unit: state, time: year}
composites:
  capital: {positive: [pcap, pc], negative: [unemp]}
  yearly: {positive: [pcap, pc], negative: [unemp], over: period, weights: critic}
  ranked: {positive: [gsp, emp], normalise: rank, weights: cv}
  whole: {positive: [capital, ranked], weights: {capital: 1, ranked: 3}}
measures:
  - coupling_coordination: {systems: [capital, ranked], as: ccd}
  - moran: {of: ccd.coordination, weights: w}
weights: {w: {kind: file, file: @us48_usaww_edges.csv}}
"""
f, _ = run("produc", produc)
unit, years = texts(f["unit"]), list(f["time"][:])
column = {}
with open(f"{data}/us48_produc_1970_1986.csv", newline="") as file:
    for row in csv.DictReader(file):
        for name in ("pcap", "pc", "unemp", "gsp", "emp"):
            cells = column.setdefault(name, np.full((len(years), len(unit)), np.nan))
            cells[years.index(int(row["year"])), unit.index(row["state"])] = float(row[name])


def min_max(x, negative=False):
    part = (x - x.min()) / (x.max() - x.min())
    return 1 - part if negative else part


def entropy(x):
    p = x / x.sum()
    return 1 + np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum() / math.log(x.size)


scaled = [min_max(column["pcap"]), min_max(column["pc"]), min_max(column["unemp"], True)]
d = np.array([entropy(x) for x in scaled])
weight = d / d.sum()
capital = sum(w * x for w, x in zip(weight, scaled))
near("weights of capital", f["composites/capital/weight"][:], weight)
near("capital", f["composites/capital/score"][:], capital)
for end, value in (("lower", column["unemp"].min()), ("upper", column["unemp"].max())):
    near(f"{end} of unemp", f["composites/capital"][end][2], value)
for t in range(len(years)):
    x = np.stack([min_max(column["pcap"][t]), min_max(column["pc"][t]), min_max(column["unemp"][t], True)])
    w = x.std(axis=1) * (1 - np.corrcoef(x)).sum(axis=1)
    near(f"weights of {years[t]}", f["composites/yearly/weight"][t], w / w.sum())
    near(f"yearly {years[t]}", f["composites/yearly/score"][t], (w / w.sum()) @ x)


def rank(x):
    order = np.sort(x.ravel())
    low, high = np.searchsorted(order, x, "left"), np.searchsorted(order, x, "right")
    return ((low + 1 + high) / 2 - 1) / (x.size - 1)


ranks = [rank(column["gsp"]), rank(column["emp"])]
v = np.array([x.std() / x.mean() for x in ranks])
ranked = (v[0] * ranks[0] + v[1] * ranks[1]) / v.sum()
near("ranked", f["composites/ranked/score"][:], ranked)
near("whole", f["composites/whole/score"][:], (min_max(capital) + 3 * min_max(ranked)) / 4)
near("coordination", f["ccd/coordination"][:], np.sqrt(np.sqrt(capital * ranked)))
near("lagging", f["ccd/lagging"][:], (ranked < capital).astype(int))
near("class", f["ccd/class"][:], np.minimum(10, (f["ccd/coordination"][:][:, :, None] >=
                                                 np.array([k / 10 for k in range(1, 10)])).sum(axis=2) + 1))

# Last year's weights for this year's scores, pooled and by period.
f2, _ = run("again", produc.split("composites:")[0] + """
composites:
  capital: {positive: [pcap, pc], negative: [unemp], weights: {from: produc.h5}}
  yearly: {positive: [pcap, pc], negative: [unemp], over: period, weights: {from: produc.h5}}
measures:
  - inequality: {of: gsp}
""")
near("scores again", f2["composites/capital/score"][:], capital)
near("scores by period again", f2["composites/yearly/score"][:], f["composites/yearly/score"][:])

# igraph and networkx: the five strongest flows of each county of Texas, and all of them.
with open(f"{data}/us_bea_points.csv", newline="") as file:
    counties_of_texas = [row for row in csv.DictReader(file) if row["fips"].startswith("48")]
with open(os.path.join(work.name, "texas.csv"), "w", newline="") as file:
    out = csv.DictWriter(file, [*counties_of_texas[0], "land"])
    out.writeheader()
    out.writerows(dict(row, land="texas") for row in counties_of_texas)
f, _ = run("texas", """
study: texas
panel: {file: @us_county_income_1969_2018.csv, unit: fips, time: year}
units: {file: texas.csv, unit: fips, lon: lon, lat: lat, groups: [land], unmatched: drop}
measures:
  - gravity: {mass: [population, population], periods: [2018], constant: 0.000001, keep: {top: 5}, as: five}
  - gravity: {mass: [population, population], periods: [2018], constant: 0.000001, keep: dense, as: all}
  - network: {result: five, betweenness: true, starts: 50, as: net}
  - network: {result: all, qap: {with: five, permutations: 99}, as: whole}
  - polycentricity: {result: five, by: land, as: centres}
""")
unit = texts(f["unit"])
harris, dallas, tarrant = (unit.index(code) for code in ("48201", "48113", "48439"))
for quantity, place, value in (("pagerank", harris, .140896754), ("pagerank", dallas, .138604077),
                               ("hub", dallas, 1), ("hub", harris, .000310653),
                               ("authority", harris, .009605666), ("betweenness", harris, 4700),
                               ("betweenness", dallas, 3493)):
    close(f"texas {quantity}", f["net"][quantity][0, place], value, 1e-7 * max(1, value))
close("texas density", f["net/density"][0], .019762846, 5e-10)
close("texas reciprocity", f["net/reciprocity"][0], .850508225, 1e-7)
if f["net/modularity"][0] < .551297852 - 1e-7:
    failures.append(f"texas modularity {f['net/modularity'][0]}: igraph's best of 50 is .551297852")
coreness = f["whole/coreness"][0]
for place, value in ((dallas, .823891535), (tarrant, .498972784)):
    close("texas coreness", coreness[place] / np.sqrt((coreness ** 2).sum()), value, 1e-7)
# Green's index .793521589 times the density.
close("texas Green", f["centres/green"][0, 0], .015682245, 5e-10)
if not (f["whole/qap_p"][0] == .01 and .5 < f["whole/qap_r"][0] < 1):
    failures.append(f"texas qap {f['whole/qap_r'][0]} {f['whole/qap_p'][0]}")
close("texas core", f["whole/core"][0].sum(), 2, 0)
close("texas core_r", f["whole/core_r"][0], .780287305, 1e-7)

for line in failures:
    print(line)
print(f"oracles: {len(failures)} failures")
sys.exit(1 if failures else 0)
