"""The results of us_counties.yaml.in against published numbers and against numpy."""
import csv
import gzip
import math
import sys

import h5py
import numpy as np

data, results = sys.argv[1:3]
f = h5py.File(results, "r")
unit = [u.decode() if isinstance(u, bytes) else u for u in f["unit"][:]]
time = [int(t) for t in f["time"][:]]
at = {code: i for i, code in enumerate(unit)}
last = time.index(2018)
failures = []


def close(what, got, want, tolerance):
    if not abs(got - want) <= tolerance:
        failures.append(f"{what}: {got!r}, should be {want!r} within {tolerance}")


def same(what, got, want, tolerance=1e-10):
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        failures.append(f"{what}: shape {got.shape}, should be {want.shape}")
    elif not np.array_equal(np.isnan(got), np.isnan(want)):
        failures.append(f"{what}: {np.isnan(got).sum()} missing, should be {np.isnan(want).sum()}")
    else:
        worst = np.nanmax(np.abs(got - want) / np.maximum(1, np.abs(want)))
        if not worst <= tolerance:
            failures.append(f"{what}: differs by up to {worst}")


def number(text):
    return float(text) if text else math.nan


def read(path, names):
    """Arrays (time, unit) of the named columns."""
    out = {name: np.full((len(time), len(unit)), np.nan) for name in names}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["fips"] in at and int(row["year"]) in time:
                for name in names:
                    out[name][time.index(int(row["year"])), at[row["fips"]]] = number(row[name])
    return out


def log(x):
    """Of zero or less: missing."""
    return np.log(np.where(x > 0, x, np.nan))


def composite(columns, weights):
    """Min-max over the rows complete in all of them, pooled over periods."""
    stack = np.stack(columns)
    whole = ~np.isnan(stack).any(axis=0)
    low = np.array([c[whole].min() for c in stack])[:, None, None]
    high = np.array([c[whole].max() for c in stack])[:, None, None]
    scaled = np.where(whole, (stack - low) / (high - low), np.nan)
    if weights == "entropy":
        p = scaled[:, whole] / scaled[:, whole].sum(axis=1, keepdims=True)
        e = -np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0).sum(axis=1) / math.log(whole.sum())
        w = (1 - e) / (1 - e).sum()
    else:
        w = np.full(len(columns), 1 / len(columns))
    return (scaled * w[:, None, None]).sum(axis=0)


# The lower 48 with GDP; periods of both files.
assert len(unit) == 3080 and unit == sorted(unit), len(unit)
assert time == list(range(2001, 2019)), time

gdp = read(f"{data}/us_county_gdp_industry_2001_2018.csv.gz",
           ["gdp_total", "private", "services_private", "retail_44_45", "manuf_31_33", "prof_54", "finance_52"])
income = read(f"{data}/us_county_income_1969_2018.csv", ["population", "per_capita_income_usd"])
with open(f"{data}/us_national_gdp_industry_2001_2018.csv", newline="") as file:
    nation = {int(row["year"]): row for row in csv.DictReader(file)}

# Location quotients of manufacturing in 2018 (oracles/README.md, agglomeration).
industry = [i.decode() if isinstance(i, bytes) else i for i in f["lq/industry"][:]]
assert industry == ["manuf_31_33", "prof_54", "finance_52"], industry
lq = f["lq/value"][:]
for code, value in (("48201", 1.502091), ("06085", 2.039386), ("18039", 4.415268)):
    close(f"location quotient of {code}", lq[last, at[code], 0], value, 5e-7)
# Own sums over the counties that have both, as the base.
both = ~np.isnan(gdp["manuf_31_33"]) & ~np.isnan(gdp["gdp_total"])
own = (np.where(both, gdp["manuf_31_33"], 0).sum(axis=1) / np.where(both, gdp["gdp_total"], 0).sum(axis=1))
same("quotients on own sums", f["lq_complete/value"][:, :, 0], gdp["manuf_31_33"] / gdp["gdp_total"] / own[:, None])
for k, name in enumerate(industry):
    base = np.array([float(nation[t][name]) / float(nation[t]["gdp_total"]) for t in time])
    same(f"quotients of {name}", lq[:, :, k], gdp[name] / gdp["gdp_total"] / base[:, None])
    share = (~np.isnan(gdp[name])).mean(axis=1)
    same(f"coverage of {name}", f["lq/coverage"][:, k], share)
for k, name in ((1, "professional"), (2, "finance")):
    a, b = lq[:, :, 0], lq[:, :, k]
    with np.errstate(invalid="ignore"):
        plain = 1 - np.abs(a - b) / (a + b)
    same(f"co-agglomeration with {name}", f[f"manufacturing_with_{name}/augmented"][:], plain + a + b)
    same(f"plain co-agglomeration with {name}", f[f"manufacturing_with_{name}/plain"][:], plain)

# Coupling of production, services and income, anew.
people = income["population"]
systems = [
    composite([log(gdp["gdp_total"] / people), log(gdp["private"] / people)], "equal"),
    composite([log(gdp["services_private"] / people), log(gdp["retail_44_45"] / people)], "entropy"),
    composite([log(income["per_capita_income_usd"])], "equal"),
]
for name, score in zip(("production", "services", "income"), systems):
    same(f"composite {name}", f[f"composites/{name}/score"][:], score)
u = np.stack(systems)
with np.errstate(divide="ignore", invalid="ignore"):
    coordination = np.sqrt(np.exp(np.log(u).mean(axis=0)) / u.mean(axis=0) * u.mean(axis=0))
same("coordination", f["ccd/coordination"][:], coordination)

# Industries of two counties: five that are published for most, and not below zero.
five = read(f"{data}/us_county_gdp_industry_2001_2018.csv.gz",
            ["agri_11", "constr_23", "manuf_31_33", "retail_44_45", "government"])
amounts = np.stack(list(five.values()))
amounts = np.where((amounts >= 0).all(axis=0), amounts, np.nan)
shares = amounts / amounts.sum(axis=0)
for k, year in enumerate((2001, 2018)):
    s = shares[:, time.index(year)]
    there = np.flatnonzero(~np.isnan(s[0]))
    apart = np.abs(s[:, there, None] - s[:, None, there]).sum(axis=0)
    close(f"pairs with a structure in {year}", f["unlike/n_pairs"][k], len(there) * (len(there) - 1), 0)
    np.fill_diagonal(apart, np.nan)
    same(f"Krugman's distances in {year}, summed", f["unlike/out_strength"][k, there], np.nansum(apart, axis=1))
    nearest = np.sort(apart, axis=1)[:, :5]  # NaN last: the county itself
    same(f"the five nearest in {year}", f["unlike/value"][k, there], nearest, 1e-6)
    partner = f["unlike/partner"][k, there]
    again = np.abs(s[:, there, None] - s[:, partner]).sum(axis=0)
    same(f"what their partners are in {year}", again, nearest)
alone = s / np.sqrt((s * s).sum(axis=0))
cosine = alone[:, there].T @ alone[:, there]
np.fill_diagonal(cosine, 0)
same("cosines in 2018, summed", f["alike/in_strength"][0, there], cosine.sum(axis=1))
close("the greatest", f["alike/max"][0], cosine.max(), 1e-14)

# Moran's I, row-standardised (spdep; oracles/README.md, autocorrelation).
close("Moran of ln income", f["moran_income/I"][last], 0.4973977, 5e-8)
close("its expectation", f["moran_income/expected"][last], -0.0003247808, 5e-11)
close("its variance", f["moran_income/variance_randomisation"][last], 0.0001113594, 5e-11)
close("Geary of ln income", f["geary_income/C"][last], 0.5002551, 5e-8)
neighbour = [[] for _ in unit]
with open(f"{data}/us_bea_adjacency.csv", newline="") as file:
    for row in csv.DictReader(file):
        if row["from"] in at and row["to"] in at:
            neighbour[at[row["from"]]].append(at[row["to"]])


def moran(x):
    """Among the units with a value; those left without a neighbour do not scale (adjust)."""
    z = x - np.nanmean(x)
    lag = np.full(len(x), np.nan)
    for i, js in enumerate(neighbour):
        js = [j for j in js if not np.isnan(x[j])]
        if js and not np.isnan(x[i]):
            lag[i] = np.mean(z[js])
    n = (~np.isnan(lag)).sum()
    return np.nansum(z * lag) / np.nansum(z * z), n


for name, x in (("coordination", coordination), ("manufacturing", lq[:, :, 0])):
    for t in (0, last):
        value, used = moran(x[t])
        has = ~np.isnan(x[t])
        # n/S0 with n the units that have neighbours and S0 as many: 1.
        close(f"Moran of {name} in {time[t]}", f[f"moran_{name}/I"][t], value, 1e-9)
        assert used <= has.sum()

# Theil by state; by population 25% of it is between states (methods.md, section 9).
state = np.array([code[:2] for code in unit])


def theil(y, w):
    share, weight = w * y / (w * y).sum(), w / w.sum()
    total = (share * np.log(share / weight)).sum()
    between = 0
    for s in sorted(set(state)):
        m = state == s
        between += share[m].sum() * math.log(share[m].sum() / weight[m].sum())
    return total, between


for name, w in (("theil", np.ones(len(unit))), ("theil_people", people[last])):
    total, between = theil(income["per_capita_income_usd"][last], w)
    got = f[f"{name}/theil_t"][last], f[f"{name}/theil_t_between"][last, 0]
    close(f"{name}: Theil T", got[0], total, 1e-10)
    close(f"{name}: between states", got[1], between, 1e-10)
    if name == "theil_people":
        close(f"{name}: share between states", got[1] / got[0], 0.25, 5e-3)
    parts = sum(f[f"{name}/{p}"][last, 0] for p in ("gini_within", "gini_between_net", "gini_transvariation"))
    close(f"{name}: parts of the Gini", parts, f[f"{name}/gini"][last], 1e-12)

# Gravity: partners of some counties, anew.
lon, lat = np.radians(f["lon"][:]), np.radians(f["lat"][:])
mass = np.sqrt(people[last] * gdp["gdp_total"][last])
row = [int(t) for t in f["gravity/time"][:]].index(2018)
for code in ("01001", "36061", "48201"):
    i = at[code]
    h = np.sin((lat - lat[i]) / 2) ** 2 + np.cos(lat) * np.cos(lat[i]) * np.sin((lon - lon[i]) / 2) ** 2
    d = 2 * 6371.0088 * np.arcsin(np.sqrt(h))
    d[i] = np.inf
    flow = mass[i] * mass / d**2
    best = np.argsort(-np.where(np.isnan(flow), -1, flow), kind="stable")[:10]
    if list(f["gravity/partner"][row, i]) != list(best):
        failures.append(f"gravity: partners of {code}: {list(f['gravity/partner'][row, i])}, should be {list(best)}")
    got = f["gravity/value"][row, i]
    if not np.allclose(got, flow[best], rtol=1e-6, atol=0):
        failures.append(f"gravity: flows of {code}")

for line in failures:
    print(line)
print(f"US counties: {len(unit)} units x {len(time)} years, {len(failures)} failures")
sys.exit(1 if failures else 0)
