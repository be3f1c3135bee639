"""Transitions of US states, US counties and lights of Chinese counties (oracles of the shared data,
README.md and regions.md: giddy, and own code), and a plain loop beside each matrix."""
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
failures = []


def near(what, got, want, tolerance):
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape or not np.allclose(got, want, rtol=0, atol=tolerance, equal_nan=True):
        failures.append(f"{what}: {got}, should be {want} within {tolerance}")


def equal(what, got, want):
    if got != want:
        failures.append(f"{what}: {got!r}, should be {want!r}")


def square(text):
    return [[int(n) for n in row.split()] for row in text.split("/")]


def run(name, text):
    path = os.path.join(work.name, name)
    with open(path + ".yaml", "w") as file:
        file.write(text.replace("@", data + "/") + f"output: {{file: {name}.h5}}\n")
    done = subprocess.run([program, "run", path + ".yaml"], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{name}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
        sys.exit(1)
    return h5py.File(path + ".h5", "r"), done.stdout


def texts(dataset):
    return [t.decode() if isinstance(t, bytes) else t for t in dataset[:]]


def leaps(r):
    """Up, down, none, of two or more, of all transitions."""
    move = r["leap"][:]
    move = move[~np.isnan(move)]
    up, down, used = (r[name][:] for name in ("leaps_up", "leaps_down", "n_used"))
    equal(f"{r.name}: leaps", (up.sum(), down.sum(), used.sum()),
          ((move > 0).sum(), (move < 0).sum(), len(move)))
    return [int((move > 0).sum()), int((move < 0).sum()), int((move == 0).sum()), int((abs(move) > 1).sum())]


def counted(r, span=1):
    """The matrix again, by a plain loop over the classes."""
    k, c, time = len(r["class_label"]), r["class"][:], list(r.file["time"][:])
    count = np.zeros((k, k), int)
    for t, year in enumerate(time):
        if year - span in time:
            before = c[time.index(year - span)]
            use = (before > 0) & (c[t] > 0)
            np.add.at(count, (before[use] - 1, c[t][use] - 1), 1)
    return count


# ---- 48 states, 1929 to 2009 ----------------------------------------------------------------

with open(f"{data}/us48_income_long.csv", newline="") as file:
    states = sorted({row["STATE_FIPS"] for row in csv.DictReader(file)})
f, said = run("states", """
study: states
panel: {file: @us48_income_long.csv, unit: STATE_FIPS, time: year}
weights: {queen: {kind: file, file: @us48_states_gal_edges.csv}}
measures:
  - markov: {of: income, as: each}
  - markov: {of: income, relative: true, over: pooled, as: relative}
  - markov: {of: income, over: pooled, as: levels}
  - markov: {of: income, span: 10, as: decade}
  - markov: {of: income, relative: true, over: pooled, weights: queen, as: spatial}
  - markov: {of: income, relative: true, weights: queen, as: spatial_each}
  - markov: {of: income, split: [1969], as: halves}
  - markov: {of: spatial.class, as: again}
""")
each = f["each"]
near("states: count", each["count"], square("729 71 1 0 0 / 72 567 80 3 0 / 0 81 631 86 2 / 0 3 86 573 56 / "
                                            "0 0 1 57 741"), 0)
near("states: steady", each["steady_state"], [.20774716, .18725774, .20740537, .18821787, .20937187], 5e-9)
near("states: passage", each["first_passage"][0], [4.813544, 11.502927, 29.609212, 53.38595, 103.598167], 5e-7)
near("states: stay", each["stay"], [11.125, 4.65806452, 4.73372781, 4.95172414, 13.77586207], 5e-9)
near("states: prais", 1 - each["prais"][:], np.diag(each["probability"][:]), 1e-15)
for name, want in (("shorrocks", .19758992), ("det_mobility", .606848546), ("eigen_mobility", .039782002),
                   ("mixing_half_life", 17.07471895), ("bartholomew", .194872597),
                   ("bartholomew_steps", .039625624)):
    near(f"states: {name}", each[name][()], want, 6e-9)
equal("states: leaps", leaps(each), [299, 300, 3241, 10])
closed = each["closed_state"][:]
near("states: one closed class", closed[0], each["steady_state"], 0)
equal("states: no other", bool(np.isnan(closed[1:]).all()), True)
overall = each["leap_overall"][:]
unit = np.array(texts(f["unit"]))
equal("states: up", list(unit[overall > 0]),
      "08 12 13 20 22 24 27 31 33 37 38 46 47 48 51 56".split())
equal("states: down", int((overall < 0).sum()), 14)
for line in ("over a span of 1: 299 of 3840 leapt up, 300 down, 10 by two classes or more",
             "from 1929 to 2009: 16 of 48 leapt up, 14 down",
             "up from 1929 to 2009: 08, 12, 13, 20, 22, 24, 27, 31, 33, 37, 38, 46, 47, 48, 51, 56",
             "leaps up and down balance by construction"):
    equal(f"states: said '{line}'", line in said, True)
near("relative: count", f["relative/count"],
     square("707 58 7 1 0 / 50 629 80 1 1 / 4 79 610 73 2 / 0 7 72 650 37 / 0 0 0 48 724"), 0)
near("relative: steady", f["relative/steady_state"],
     [.179573763, .216314432, .214999419, .211346624, .177765762], 5e-10)
near("levels: count", f["levels/count"],
     square("727 51 0 0 0 / 4 722 51 0 0 / 0 3 727 48 0 / 0 0 0 729 48 / 0 0 0 0 730"), 0)
near("levels: steady", f["levels/steady_state"], [0, 0, 0, 0, 1], 0)
near("levels: passage", f["levels/first_passage"][:, 4],
     [65.109477124, 49.854575163, 33.422818147, 16.1875, 1], 5e-10)
equal("levels: back to 1", f["levels/first_passage"][0, 0], np.inf)
equal("levels: stay", f["levels/stay"][4], np.inf)
near("decade: count", f["decade/count"],
     square("573 124 11 3 0 / 129 329 159 18 5 / 8 171 381 130 21 / 1 12 146 348 130 / 0 5 11 139 554"), 0)
equal("decade: leaps", leaps(f["decade"]), [601, 622, 2185, 95])
# giddy prints 170.65882844; its counts in 40 digits make 170.658828430842788.
for name, lr, q, df, digits in (("spatial", 170.65882843, 200.62372763, 60, 5e-9),
                                ("spatial_each", 180.789, 184.606, 52, 5e-4),
                                ("halves", 22.9994303, 20.9382378, 13, 5e-8)):
    near(f"{name}: lr", f[name]["lr"][()], lr, digits)
    near(f"{name}: q", f[name]["q"][()], q, digits)
    equal(f"{name}: df", int(f[name]["df"][()]), df)
near("halves: p", [f["halves/lr_p"][()], f["halves/q_p"][()]], [.041683, .074159], 5e-7)
equal("halves: parts", texts(f["halves/given_label"]), ["1929 to 1969", "1969 to 2009"])
near("halves: parts make the whole", f["halves/conditional_count"][:].sum(0), each["count"], 0)
near("spatial: lags make the whole", f["spatial/conditional_count"][:].sum(0), f["relative/count"], 0)
moved = f["spatial/move"][:]
equal("spatial: own moves", int(np.isin(moved, (1, 3)).sum()), sum(leaps(f["relative"])[:2]))
near("classes of another result", f["again/count"], f["relative/count"], 0)
equal("classes of another result", texts(f["again/class_label"]), texts(f["spatial/class_label"]))
for name, span in (("each", 1), ("relative", 1), ("levels", 1), ("decade", 10), ("spatial", 1), ("again", 1)):
    near(f"{name}: plain loop", f[name]["count"], counted(f[name], span), 0)

# ---- 3,075 US counties, 1969 to 2018 --------------------------------------------------------

with open(f"{data}/us_county_income_1969_2018.csv", newline="") as file:
    rows = [(r["fips"], r["year"], r["per_capita_income_usd"]) for r in csv.DictReader(file)]
with open(f"{data}/us_bea_points.csv", newline="") as file:
    lower = {r["fips"] for r in csv.DictReader(file) if r["lower48"] == "1"}
years = {}
for fips, year, income in rows:
    if fips in lower and income:
        years[fips] = years.get(fips, 0) + 1
whole = {fips for fips, count in years.items() if count == 50}
equal("counties: units", len(whole), 3075)
with open(f"{work.name}/income.csv", "w", newline="") as file:
    csv.writer(file).writerows([("fips", "year", "income")] + [row for row in rows if row[0] in whole])
f, said = run("counties", """
study: counties
panel: {file: income.csv, unit: fips, time: year}
measures:
  - markov: {of: income, as: each}
""")
each = f["each"]
near("counties: count", each["count"],
     square("26937 2910 209 61 30 / 2918 22856 3830 400 130 / 193 3880 21465 4209 390 / "
            "69 389 4270 22088 3320 / 30 99 362 3378 26252"), 0)
near("counties: shorrocks", each["shorrocks"][()], .257814165, 5e-10)
near("counties: passage", each["first_passage"][0],
     [4.998486458, 11.452629979, 22.790100447, 35.614065892, 59.679080198], 5e-9)
equal("counties: leaps", leaps(each), [15489, 15588, 119598, 2362])
overall = each["leap_overall"][:]
equal("counties: 1969 to 2018", (int((overall > 0).sum()), int((overall < 0).sum())), (863, 916))
equal("counties: a long list is cut", "and 843 more" in said, True)
near("counties: plain loop", each["count"], counted(each), 0)

# ---- lights of 2,877 Chinese counties, 2001 to 2022 -----------------------------------------

with open(f"{data}/cn_county_nightlights_2001_2022.csv", newline="", encoding="utf-8") as file:
    rows = [(r["county_code"], r["year"], r["total_sol"]) for r in csv.DictReader(file)]
codes = sorted({row[0] for row in rows})
equal("lights: units", len(codes), 2877)
with open(f"{work.name}/lights.csv", "w", newline="") as file:
    csv.writer(file).writerows([("code", "year", "light")] + rows)
with open(f"{work.name}/lights_units.csv", "w", newline="") as file:
    csv.writer(file).writerows([("code", "province")] + [(code, code[:2]) for code in codes])
f, said = run("lights", """
study: lights
panel: {file: lights.csv, unit: code, time: year}
units: {file: lights_units.csv, unit: code, groups: [province]}
measures:
  - markov: {of: light, groups: [province], as: each}
  - markov: {of: light, given: province, as: provinces}
""")
each = f["each"]
near("lights: count", each["count"],
     square("10294 1720 79 3 0 / 1722 8362 1913 75 3 / 76 1913 8441 1628 17 / 4 79 1629 9246 1117 / "
            "0 1 13 1123 10959"), 0)
near("lights: shorrocks", each["shorrocks"][()], .271426451, 5e-10)
equal("lights: leaps", leaps(each), [6555, 6560, 47302, 350])
province = texts(each["province"])
for code, up, down in (("21", 2, 71), ("22", 3, 44), ("23", 0, 106)):
    at = province.index(code)
    equal(f"lights: province {code}", (each["overall_up_by"][at], each["overall_down_by"][at]), (up, down))
    equal(f"lights: said of {code}", f"{code} {up}/{down}" in said, True)
for name in ("each", "provinces"):
    equal(f"lights: {name}: provinces", len(f[name]["given_label"]), 35)
    near(f"lights: {name}: lr", f[name]["lr"][()], 2420.423859924, 5e-9)
    near(f"lights: {name}: q", f[name]["q"][()], 2571.511932456, 5e-9)
    equal(f"lights: {name}: df", int(f[name]["df"][()]), 564)
near("lights: leaps by province", each["leaps_by"][:].sum(1), each["leaps_up"][:] + each["leaps_down"][:], 0)
near("lights: plain loop", each["count"], counted(each), 0)
subprocess.run([program, "verify", f"{work.name}/lights.h5"], check=True, stdout=subprocess.DEVNULL)

for line in failures:
    print(line)
print(f"transitions: {len(failures)} failures")
sys.exit(1 if failures else 0)
