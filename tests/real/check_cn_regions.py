"""The results of cn_regions.yaml.in against plain loops; without its break, against published numbers
(oracles/regions.md of the shared data)."""
import csv
import math
import sys

import h5py
import numpy as np

data, results, whole_results, said = sys.argv[1:5]
f, whole = h5py.File(results, "r"), h5py.File(whole_results, "r")
unit = [u.decode() if isinstance(u, bytes) else u for u in f["unit"][:]]
time = [int(t) for t in f["time"][:]]
at = {code: i for i, code in enumerate(unit)}
N, T, BREAK = len(unit), len(time), time.index(2013)
assert (N, T) == (2877, 22), (N, T)
failures = []


def same(what, got, want, tolerance=1e-10):
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        failures.append(f"{what}: shape {got.shape}, should be {want.shape}")
    elif not np.array_equal(np.isnan(got), np.isnan(want)):
        failures.append(f"{what}: {np.isnan(got).sum()} missing, should be {np.isnan(want).sum()}")
    else:
        there = np.isfinite(want)
        apart = np.abs(got[there] - want[there]) / np.maximum(1, np.abs(want[there]))
        if apart.size and not apart.max() <= tolerance:
            failures.append(f"{what}: differs by up to {apart.max()}")


names = ("total_sol", "urban_sol", "agriculture_sol")
light = {name: np.full((T, N), np.nan) for name in names}
with open(f"{data}/cn_county_nightlights_2001_2022.csv", encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        for name in names:
            light[name][time.index(int(row["year"])), at[row["county_code"]]] = float(row[name])
total, urban, rural = (light[name] for name in names)
province = np.array([u[:2] for u in unit])
provinces = sorted(set(province))
region = np.array([r.decode() if isinstance(r, bytes) else r for r in f["group_region"][:]])
regions = sorted(set(region))


# ---- transitions ------------------------------------------------------------------------------

def quantile_classes(x, k=5):
    s, n, breaks = np.sort(x), len(x), []
    for c in range(1, k):
        j, r = divmod((n - 1) * c, k)
        breaks.append(s[j] if r == 0 else s[j] + r / k * (s[j + 1] - s[j]))
    return 1 + np.searchsorted(breaks, x, side="left")


def transitions(before, after, k=5):
    count = np.zeros((k, k), int)
    np.add.at(count, (before - 1, after - 1), 1)
    return count


def check_markov():
    own = np.array([quantile_classes(x) for x in total])
    steps = [transitions(own[t], own[t + 1]) for t in range(T - 1)]
    published = [[10294, 1720, 79, 3, 0], [1722, 8362, 1913, 75, 3], [76, 1913, 8441, 1628, 17],
                 [4, 79, 1629, 9246, 1117], [0, 1, 13, 1123, 10959]]
    assert sum(steps).tolist() == published, "the loop is wrong"
    same("as if without a break: counts", whole["moves/count"], published)
    same("as if without a break: Shorrocks", whole["moves/shorrocks"], .271426451, 1e-9)
    same("as if without a break: homogeneity", [whole[f"moves/{k}"][()] for k in ("lr", "q", "df")],
         [2420.423859924, 2571.511932456, 564], 1e-9)
    same("as if without a break: leaps", [whole["moves/leaps_up"][1:].sum(), whole["moves/leaps_down"][1:].sum()],
         [6555, 6560])
    for p, up, down in (("21", 2, 71), ("22", 3, 44), ("23", 0, 106)):
        k = provinces.index(p)
        same(f"from 2001 to 2022, province {p}",
             [whole["moves/overall_up_by"][k], whole["moves/overall_down_by"][k]], [up, down])
    same("moves: counts, none over the break", f["moves/count"], sum(steps) - steps[BREAK - 1])
    leap = f["moves/leap"][:]
    assert np.isnan(leap[BREAK]).all() and not np.isnan(leap[BREAK + 1]).any(), "a leap over the break"
    relative = total / total.mean(1, keepdims=True)
    fixed = 1 + sum((relative >= b).astype(int) for b in (.25, .5, 1, 2))
    same("leaps: classes", f["leaps/class"], fixed)
    up = (np.diff(fixed, axis=0) > 0)
    up[BREAK - 1] = False
    want = np.array([[row[region == r].sum() for r in regions] for row in up])
    got = f["leaps/leaps_up_by"][1:]
    same("leaps: up, by region", np.delete(got, BREAK - 1, 0), np.delete(want, BREAK - 1, 0))


# ---- convergence -------------------------------------------------------------------------------

def check_convergence():
    there = (total > 0).all(0)
    assert there.sum() == 2799, there.sum()
    z = np.log(total[:, there])
    same("as if without a break: beta", whole["beta/coefficient"][1], -.024586444, 1e-8)
    same("as if without a break: sd", whole["beta/sd"][:][[0, -1]], [1.829938622, 1.262691193], 1e-9)
    same("beta: sd", f["beta/sd"], z.std(1, ddof=1), 1e-10)
    assert np.isnan(f["beta/coefficient"][:]).all(), "growth over the break"
    after = (total[BREAK:] > 0).all(0)
    z = np.log(total[BREAK:, after])
    x = np.column_stack([np.ones(after.sum()), z[0]])
    b = np.linalg.lstsq(x, (z[-1] - z[0]) / 9, rcond=None)[0]
    same("beta_after", f["beta_after/coefficient"], b, 1e-9)
    same("beta_after: speed", f["beta_after/speed"], -math.log(1 + 9 * b[1]) / 9, 1e-9)
    same("clubs as published", f["clubs/log_t"], 3.785992103, 1e-8)
    same("clubs: one", [(f["clubs/club"][:] == k).sum() for k in (1, -1)], [2799, 78])


# ---- inequality --------------------------------------------------------------------------------

def check_inequality():
    for t, year, want in ((0, 0, (.813426949, .020901105, .598512589, .194013255)),
                          (1, T - 1, (.607879706, .017350161, .377002672, .213526874))):
        same(f"gaps in {time[year]} as published",
             [f["gaps/gini"][t], *(f[f"gaps/gini_{k}"][t, 0] for k in ("within", "between_net", "transvariation"))],
             want, 1e-9)
        y = total[year]
        group = [y[province == p] for p in provinces]
        same("gaps: counties by province", f["gaps/group_n"][t], [len(x) for x in group])
        same("gaps: means by province", f["gaps/group_mean"][t], [x.mean() for x in group])
        own = [abs(x[:, None] - x).sum() / (2 * len(x) ** 2 * x.mean()) for x in group]
        same("gaps: Gini by province", f["gaps/group_gini"][t], own)
        two = [[abs(a[:, None] - b).sum() / (len(a) * len(b) * (a.mean() + b.mean())) for b in group] for a in group]
        same("gaps: between provinces", f["gaps/between_gini"][t], two)
        net = np.array([[(np.maximum(0, a[:, None] - b).sum() - np.maximum(0, b[:, None] - a).sum()) for b in group]
                        for a in group])
        both = np.array([[abs(a[:, None] - b).sum() for b in group] for a in group])
        off = ~np.eye(len(group), dtype=bool)
        with np.errstate(invalid="ignore"):  # two provinces without any light
            same("gaps: overlap", f["gaps/overlap"][t][off], 1 - (abs(net) / both)[off], 1e-9)


# ---- the rest ----------------------------------------------------------------------------------

def check_rest():
    sums = np.array([[[total[t][region == r].sum(), urban[t][region == r].sum() / total[t][region == r].sum()]
                      for r in regions] for t in range(T)])
    same("regions: totals and shares", f["regions/value"], sums)
    east = regions.index("east")
    same("regions: gaps to the east", f["regions/gap"], sums - sums[:, east:east + 1])
    big = -np.sort(-total, axis=1)
    same("place: primacy", f["place/primacy_2"], big[:, 0] / big[:, 1])
    mine = {r: -np.sort(-total[:, region == r], axis=1) for r in regions}
    same("place_by_region: primacy", f["place_by_region/primacy_4"],
         np.stack([x[:, 0] / x[:, 1:4].sum(1) for x in mine.values()], axis=1))
    assert np.isnan(f["place/moved_km"][BREAK]) and not np.isnan(f["place/moved_km"][BREAK + 1])
    both = urban + rural
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(both > 0, urban / both, np.nan)
    same("structure: HHI", f["structure/hhi"], share ** 2 + (1 - share) ** 2, 1e-9)
    moore = f["structure/moore_angle"][:]
    assert np.isnan(moore[:5]).all() and np.isnan(moore[BREAK:BREAK + 5]).all(), "an angle over the break"
    assert not np.isnan(moore[5:BREAK]).all(1).any()
    e = np.array([urban[-1], rural[-1]])
    s, x = e / e.sum(1, keepdims=True), e.sum(0) / e.sum()
    same("clustering: G", f["clustering/g"][1], ((s - x) ** 2).sum(1))
    t0, t1 = BREAK, T - 1
    e0, e1 = np.array([urban[t0], rural[t0]]), np.array([urban[t1], rural[t1]])
    ratio = e1.sum(1) / e0.sum(1)
    same("shift: competitive", f["shift/competitive"][1], (e1 - e0 * ratio[:, None]).sum(0), 1e-8)
    same("shift: national", f["shift/national"][1], (e0 * (e1.sum() / e0.sum() - 1)).sum(0), 1e-8)
    z = np.where(total > 0, np.log(np.where(total > 0, total, 1)), np.nan)[BREAK:]
    x = np.arange(10.) - 4.5
    slope = np.where(np.isnan(z).any(0), np.nan, x @ np.nan_to_num(z) / (x @ x))
    here = ~np.isnan(slope)
    same("trend: slopes", f["trend/slope"][:][here], slope[here], 1e-9)


def check_words():
    words = open(said, encoding="utf-8").read()
    for part in ("over a span of 1, by region (up/down): beyond ", "one club: all 2799 units converge, t 3.79",
                 "the verdict depends on the unit", "primacy_2 in 2022 by region:",
                 "value in 2022 by region (total_sol, urban):", "q of province in 2022 0.3656"):
        if part not in words:
            failures.append(f"the summary does not say: {part}")


for check in (check_markov, check_convergence, check_inequality, check_rest, check_words):
    check()
if failures:
    sys.exit("\n".join(failures))
print(f"Chinese regions: {sum(isinstance(f[k], h5py.Group) for k in f)} results, as published and as plain loops have them")
