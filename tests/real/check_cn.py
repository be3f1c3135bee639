"""The results of cn_counties.yaml.in against numpy."""
import csv
import math
import sys

import h5py
import numpy as np

data, results = sys.argv[1:3]
f = h5py.File(results, "r")
unit = [u.decode() if isinstance(u, bytes) else u for u in f["unit"][:]]
time = [int(t) for t in f["time"][:]]
at = {code: i for i, code in enumerate(unit)}
failures = []


def close(what, got, want, tolerance):
    if not abs(got - want) <= tolerance * max(1, abs(want)):
        failures.append(f"{what}: {got!r}, should be {want!r}")


# 2,877 codes of lights, 29 of them without a place.
assert len(unit) == 2848 and unit == sorted(unit), len(unit)
assert time == list(range(2001, 2023)), time

names = ("total_sol", "urban_sol", "agriculture_sol")
light = {name: np.full((len(time), len(unit)), np.nan) for name in names}
with open(f"{data}/cn_county_nightlights_2001_2022.csv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        if row["county_code"] in at:
            for name in names:
                light[name][time.index(int(row["year"])), at[row["county_code"]]] = float(row[name])
assert not any(np.isnan(x).any() for x in light.values())
with open(f"{data}/cn_county_points.csv", encoding="utf-8", newline="") as file:
    place = {row["county_code"]: row for row in csv.DictReader(file)}

# Quotients on own sums.
total = light["total_sol"]
with np.errstate(divide="ignore", invalid="ignore"):
    for k, name in enumerate(("urban_sol", "agriculture_sol")):
        x = light[name]
        want = (x / total) / (x.sum(axis=1) / total.sum(axis=1))[:, None]
        got = f["lq/value"][:, :, k]
        if not np.allclose(got, want, rtol=1e-10, equal_nan=True):
            failures.append(f"quotients of {name}")

# Moran of logs: zero lights are missing, weights anew among the rest; four islands.
neighbour = [[] for _ in unit]
with open(f"{data}/cn_county_queen_edges.csv", newline="") as file:
    for row in csv.DictReader(file):
        neighbour[at[row["from"]]].append(at[row["to"]])
assert sum(not js for js in neighbour) == 4


def moran(x):
    has = ~np.isnan(x)
    z = x - x[has].mean()
    lag, n = 0.0, 0
    for i in np.flatnonzero(has):
        js = [j for j in neighbour[i] if has[j]]
        if js:
            n += 1
            lag += z[i] * np.mean(z[js])
    # adjust: n of the scale and S0 count the units with neighbours
    return lag / (z[has] ** 2).sum(), n


with np.errstate(divide="ignore"):
    log = np.where(total > 0, np.log(np.where(total > 0, total, 1)), np.nan)
for t in (0, 12, len(time) - 1):
    value, _ = moran(log[t])
    close(f"Moran of ln light in {time[t]}", f["moran_light/I"][t], value, 1e-9)
    value, _ = moran(f["ccd/coordination"][t])
    close(f"Moran of coordination in {time[t]}", f["moran_coordination/I"][t], value, 1e-9)

# Theil T and the Gini, by province and by city; Dagum's parts sum to the Gini.
for g, column in enumerate(("province", "city")):
    group = np.array([place[code][column] for code in unit])
    for t in (0, len(time) - 1):
        y = total[t]
        share = y / y.sum()
        n = len(y)
        theil = (share[share > 0] * np.log(share[share > 0] * n)).sum()
        between = 0
        for name in sorted(set(group)):
            m = group == name
            s = share[m].sum()
            if s > 0:
                between += s * math.log(s / (m.sum() / n))
        order = np.sort(y)
        gini = 2 * (np.arange(1, n + 1) * order).sum() / (n * order.sum()) - (n + 1) / n
        close(f"Theil T in {time[t]}", f["gaps/theil_t"][t], theil, 1e-10)
        close(f"between {column} in {time[t]}", f["gaps/theil_t_between"][t, g], between, 1e-10)
        close(f"Gini in {time[t]}", f["gaps/gini"][t], gini, 1e-10)
        parts = sum(f[f"gaps/{p}"][t, g] for p in ("gini_within", "gini_between_net", "gini_transvariation"))
        close(f"parts by {column} in {time[t]}", parts, gini, 1e-10)

# Coupling between counties: the mean over all pairs of what the definition gives.
u, v = (f[f"composites/{name}/score"][-1] for name in ("urban", "rural"))
with np.errstate(divide="ignore", invalid="ignore"):
    mixed = (2 * np.sqrt(np.outer(u, v)) / np.add.outer(u, v))
    c = (mixed + mixed.T) / 2
    level = np.add.outer((u + v) / 2, (u + v) / 2) / 2
    d = np.sqrt(c * level)
np.fill_diagonal(d, np.nan)
close("mean coupling between counties", f["between/mean"][-1], np.nanmean(d), 1e-9)
close("largest coupling between counties", f["between/max"][-1], np.nanmax(d), 1e-12)

# Gravity: the partners of a few counties, anew.
lon, lat = np.radians(f["lon"][:]), np.radians(f["lat"][:])
for code in ("110101", "310115", "659001"):
    i = at[code]
    h = np.sin((lat - lat[i]) / 2) ** 2 + np.cos(lat) * np.cos(lat[i]) * np.sin((lon - lon[i]) / 2) ** 2
    distance = 2 * 6371.0088 * np.arcsin(np.sqrt(h))
    distance[i] = np.inf
    flow = total[-1][i] * total[-1] / distance**2
    best = np.argsort(-flow, kind="stable")[:20]
    if list(f["gravity/partner"][0, i]) != list(best):
        failures.append(f"gravity: partners of {code}")
    if not np.allclose(f["gravity/value"][0, i], flow[best], rtol=1e-6, atol=0):
        failures.append(f"gravity: flows of {code}")

for line in failures:
    print(line)
print(f"Chinese counties: {len(unit)} units x {len(time)} years, {len(failures)} failures")
sys.exit(1 if failures else 0)
