"""The results of us_regions.yaml.in against published numbers (oracles/regions.md of the shared data:
giddy, lm, REAT, GD) and against plain loops over the same files."""
import csv
import gzip
import math
import sys
from fractions import Fraction

import h5py
import numpy as np

data, results, said = sys.argv[1:4]
f = h5py.File(results, "r")
unit = [u.decode() if isinstance(u, bytes) else u for u in f["unit"][:]]
time = [int(t) for t in f["time"][:]]
at = {code: i for i, code in enumerate(unit)}
N, T = len(unit), len(time)
assert (N, T, time[0], time[-1]) == (3075, 50, 1969, 2018), (N, T)
INDUSTRIES = ["agri_11", "constr_23", "manuf_31_33", "retail_44_45", "government"]
failures = []


def same(what, got, want, tolerance=1e-10):
    got, want = np.asarray(got, float), np.asarray(want, float)
    if got.shape != want.shape:
        failures.append(f"{what}: shape {got.shape}, should be {want.shape}")
    elif not np.array_equal(np.isnan(got), np.isnan(want)):
        failures.append(f"{what}: {np.isnan(got).sum()} missing, should be {np.isnan(want).sum()}")
    elif not np.array_equal(np.isinf(got), np.isinf(want)):
        failures.append(f"{what}: {np.isinf(got).sum()} infinite, should be {np.isinf(want).sum()}")
    else:
        there = np.isfinite(want)
        apart = np.abs(got[there] - want[there]) / np.maximum(1, np.abs(want[there]))
        if apart.size and not apart.max() <= tolerance:
            failures.append(f"{what}: differs by up to {apart.max()}")


def labels(path):
    return list(f[path].asstr()[...])


# ---- the files --------------------------------------------------------------------------------

def read(path, names):
    """Arrays (time, unit) of the named columns; what a file does not have is missing."""
    out = {name: np.full((T, N), np.nan) for name in names}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["fips"] in at:
                for name in names:
                    out[name][int(row["year"]) - 1969, at[row["fips"]]] = float(row[name] or "nan")
    return out


column = read(f"{data}/us_county_income_1969_2018.csv",
              ["personal_income_kusd", "population", "per_capita_income_usd"])
column.update(read(f"{data}/us_county_gdp_industry_2001_2018.csv.gz",
                   INDUSTRIES + ["gdp_total", "private", "goods_private", "services_private"]))
income, people, total = (column[k] for k in ("per_capita_income_usd", "population", "personal_income_kusd"))
with open(f"{data}/us_bea_points.csv", encoding="utf-8", newline="") as file:
    place = {row["fips"]: row for row in csv.DictReader(file)}
lon, lat, land = (np.array([float(place[u][k]) for u in unit]) for k in ("lon", "lat", "land_area_sqmi"))
state = np.array([u[:2] for u in unit])
states = sorted(set(state))
with open(f"{data}/us_national_gdp_industry_2001_2018.csv", encoding="utf-8", newline="") as file:
    nation = {int(row["year"]): row for row in csv.DictReader(file)}
neighbour = [[] for _ in unit]
with open(f"{data}/us_bea_adjacency.csv", newline="") as file:
    for row in csv.DictReader(file):
        if row["from"] in at and row["to"] in at:
            neighbour[at[row["from"]]].append(at[row["to"]])


# ---- transitions ------------------------------------------------------------------------------

def quantile_classes(x, k=5):
    """1 + #{breaks < x}, breaks at (n - 1) c/k, whole positions exact."""
    s, n, breaks = np.sort(x), len(x), []
    for c in range(1, k):
        j, r = divmod((n - 1) * c, k)
        breaks.append(s[j] if r == 0 else s[j] + r / k * (s[j + 1] - s[j]))
    return 1 + np.searchsorted(breaks, x, side="left")


def transitions(before, after, k=5):
    count = np.zeros((k, k), int)
    for a, b in zip(before, after):
        count[a - 1, b - 1] += 1
    return count


def check_markov():
    own = np.array([quantile_classes(x) for x in income])
    count = sum(transitions(own[t], own[t + 1]) for t in range(T - 1))
    published = [[26937, 2910, 209, 61, 30], [2918, 22856, 3830, 400, 130], [193, 3880, 21465, 4209, 390],
                 [69, 389, 4270, 22088, 3320], [30, 99, 362, 3378, 26252]]
    assert count.tolist() == published, "the loop is wrong"
    same("moves: classes", f["moves/class"], own)
    for name in ("moves", "among_neighbours"):
        same(f"{name}: counts", f[f"{name}/count"], count)
    p = count / count.sum(1, keepdims=True)
    same("moves: probabilities", f["moves/probability"], p)
    same("moves: Shorrocks", f["moves/shorrocks"], .257814165, 1e-9)
    same("moves: first passage", f["moves/first_passage"][0],
         [4.998486458, 11.452629979, 22.790100447, 35.614065892, 59.679080198], 1e-9)
    leap = np.diff(own, axis=0)
    up, down = (leap > 0).sum(1), (leap < 0).sum(1)
    assert (up.sum(), down.sum(), (abs(leap) > 1).sum()) == (15489, 15588, 2362)
    same("moves: leaps up", f["moves/leaps_up"][1:], up)
    same("moves: leaps down", f["moves/leaps_down"][1:], down)
    same("moves: leaps by state", f["moves/leaps_by"][1:],
         [[(leap[t][state == s] != 0).sum() for s in states] for t in range(T - 1)])
    overall = own[-1] - own[0]
    assert ((overall > 0).sum(), (overall < 0).sum()) == (863, 916)
    same("moves: from the first to the last year", f["moves/leap_overall"], overall)
    # The long run, and how homogeneous the states are.
    a = np.vstack([p.T - np.eye(5), np.ones(5)])
    same("moves: steady state", f["moves/steady_state"], np.linalg.lstsq(a, [0] * 5 + [1], rcond=None)[0])
    by = np.array([sum(transitions(own[t][state == s], own[t + 1][state == s]) for t in range(T - 1))
                   for s in states])
    same("moves: by state", f["moves/conditional_count"], by)
    same("moves: homogeneity", [f["moves/lr"][()], f["moves/q"][()], f["moves/df"][()]], homogeneity(by))
    # Among neighbours: the class of the lag, in the year of departure.
    lag = np.array([[sum(1 / len(near) * x[j] for j in near) for near in neighbour] for x in income])
    of_lag = np.array([quantile_classes(x) for x in lag])
    conditional = np.array([sum(transitions(own[t][of_lag[t] == c], own[t + 1][of_lag[t] == c])
                                for t in range(T - 1)) for c in range(1, 6)])
    same("among_neighbours: counts under a condition", f["among_neighbours/conditional_count"], conditional)
    same("among_neighbours: homogeneity", [f["among_neighbours/lr"][()], f["among_neighbours/q"][()]],
         homogeneity(conditional)[:2])
    # Leaps by borders that stay: of ten years.
    relative = income / income.mean(1, keepdims=True)
    fixed = 1 + sum((relative >= b).astype(int) for b in (.7, .9, 1.1, 1.3))
    same("leaps: classes", f["leaps/class"], fixed)
    same("leaps: counts", f["leaps/count"], sum(transitions(fixed[t], fixed[t + 10]) for t in range(T - 10)))
    pooled = quantile_classes(relative.ravel()).reshape(T, N)
    same("relative_moves: classes", f["relative_moves/class"], pooled)


def homogeneity(by):
    """LR, Q and their degrees of freedom of counts (s, from, to)."""
    lr = q = df = 0
    p = by.sum(0) / by.sum(0).sum(1, keepdims=True)
    for i in range(p.shape[0]):
        left = [s for s in range(len(by)) if by[s, i].sum() > 0]
        entered = [j for j in range(p.shape[1]) if p[i, j] > 0]
        df += (len(left) - 1) * (len(entered) - 1)
        for s in left:
            n = by[s, i].sum()
            for j in entered:
                if by[s, i, j]:
                    lr += 2 * by[s, i, j] * math.log(by[s, i, j] / n / p[i, j])
                q += n * (by[s, i, j] / n - p[i, j]) ** 2 / p[i, j]
    return [lr, q, df]


# ---- convergence -------------------------------------------------------------------------------

def ols(y, x):
    x = np.column_stack([np.ones(len(y)), *x])
    b = np.linalg.solve(x.T @ x, x.T @ y)
    e = y - x @ b
    v = np.linalg.inv(x.T @ x) * (e @ e) / (len(y) - x.shape[1])
    return b, np.sqrt(np.diag(v)), 1 - e @ e / ((y - y.mean()) ** 2).sum()


def check_convergence():
    z, span = np.log(income), T - 1
    same("beta: sd", f["beta/sd"], z.std(1, ddof=1))
    same("beta: cv", f["beta/cv"], income.std(1, ddof=1) / income.mean(1))
    same("beta: cv as published", f["beta/cv"][:][[0, -1]], [.245344123, .285183083], 1e-9)
    growth = (z[-1] - z[0]) / span
    lag = np.array([np.mean([z[0][j] for j in near]) for near in neighbour])
    for name, more in (("beta", []), ("conditional", [np.log(people[0])]), ("spatial", [lag])):
        b, se, r2 = ols(growth, [z[0], *more])
        same(f"{name}: coefficients", f[f"{name}/coefficient"], b, 1e-9)
        same(f"{name}: errors", f[f"{name}/std_error"], se, 1e-9)
        same(f"{name}: R squared", f[f"{name}/r2"], r2, 1e-9)
        speed = -math.log(1 + b[1] * span) / span
        same(f"{name}: speed", f[f"{name}/speed"], speed, 1e-9)
        same(f"{name}: half-life", f[f"{name}/half_life"], math.log(2) / speed, 1e-9)
    same("beta as published", [f["beta/coefficient"][1], f["beta/speed"][()], f["beta/half_life"][()]],
         [-.007509853507, .009364055196, 74.022116068], 1e-9)
    same("sigma as published", [f["beta/sigma_slope"][()], f["beta/pitman_t"][()], f["beta/pitman_p"][()],
                                f["beta/t2"][()]], [.000105098127, 3.373881715, .00075034783, 11.360198327], 1e-9)


def check_clubs():
    club = f["clubs/club"][:]
    same("clubs: sizes", [(club == k).sum() for k in range(1, 7)], [11, 84, 42, 493, 1392, 1053])
    same("clubs: t", f["clubs/t"][:6], [.500393, 3.819986, 12.898410, -1.388765, 2.713686, -1.555062], 5e-7)
    same("clubs: all together", f["clubs/log_t"], -32.543905484, 1e-9)
    merged = f["clubs/merged"][:]
    same("clubs: merged", [(merged == k).sum() for k in range(1, 4)], [137, 1885, 1053])
    assert "in thousands" in open(said).read(), "the sensitivity is not said"


# ---- inequality --------------------------------------------------------------------------------

def pairs(y, w, z, v):
    """sum_kl w_k v_l (y_k - z_l)+, by plain sums over pairs."""
    return sum(float(w[k] * (v * np.maximum(0, y[k] - z)).sum()) for k in range(len(y)))


def check_inequality():
    for name, weigh in (("gaps", False), ("gaps_people", True)):
        for t, year in ((0, 0), (1, T - 1)):
            y, w = income[year], people[year] if weigh else np.ones(N)
            w = w / w.sum()
            mu = (w * y).sum()
            group = {s: state == s for s in states}
            mean = np.array([(w[g] * y[g]).sum() / w[g].sum() for g in group.values()])
            share = np.array([w[g].sum() for g in group.values()])
            same(f"{name}: n by state", f[f"{name}/group_n"][t], [g.sum() for g in group.values()])
            same(f"{name}: mean by state", f[f"{name}/group_mean"][t], mean)
            # A handful of states by every pair; the rest by the identities.
            for a in ("06", "28", "48", "11"):
                i = states.index(a)
                for b in ("06", "28", "11"):
                    j = states.index(b)
                    up = pairs(y[group[a]], w[group[a]], y[group[b]], w[group[b]])
                    down = pairs(y[group[b]], w[group[b]], y[group[a]], w[group[a]])
                    g = (up + down) / (share[i] * share[j] * (mean[i] + mean[j]))
                    same(f"{name}: between {a} and {b}", f[f"{name}/between_gini"][t, i, j], g)
                    if a != b:
                        d = abs(up - down) / (up + down)
                        same(f"{name}: overlap of {a} and {b}", f[f"{name}/overlap"][t, i, j], 1 - d)
                        # In both places: half of what the two have together stands in each.
                        net = abs(up - down) / mu
                        got = f[f"{name}/share_net"][t, i, j] * f[f"{name}/gini"][t]
                        same(f"{name}: net of {a} and {b}", got, net)
            theil = [(w[g] * y[g] / (w[g] * y[g]).sum() * np.log(y[g] / m)).sum()
                     for g, m in zip(group.values(), mean)]
            same(f"{name}: Theil by state", f[f"{name}/group_theil_t"][t], theil, 1e-9)
            whole = (w * y / mu * np.log(y / mu)).sum()
            same(f"{name}: Theil", f[f"{name}/theil_t"][t], whole)
            same(f"{name}: shares of the Theil", f[f"{name}/share_within_theil_t"][t],
                 [(w[g] * y[g]).sum() / mu * x / whole for g, x in zip(group.values(), theil)], 1e-9)
            for e, got in zip((.5, 1, 2), f[f"{name}/atkinson"][t]):
                ratio = y / mu
                want = 1 - math.exp((w * np.log(ratio)).sum()) if e == 1 else \
                    1 - (w * ratio ** (1 - e)).sum() ** (1 / (1 - e))
                same(f"{name}: Atkinson {e}", got, want)
            p = sum(share[i] ** 2.3 * share[j] * abs(mean[i] - mean[j])
                    for i in range(len(states)) for j in range(len(states))) / mu
            same(f"{name}: polarisation", f[f"{name}/polarisation"][t], p)
    ca, ms = states.index("06"), states.index("28")
    for name, t, gini, within, net, overlap, two, d in (
            ("gaps", 0, .135550733, .003281129, .087493970, .044775635, .318295154, .999656868),
            ("gaps", 1, .133989263, .003271571, .077816234, .052901457, .245983219, .981096428),
            ("gaps_people", 0, .127192901, .004132945, .084949307, .038110648, .304072310, None),
            ("gaps_people", 1, .163671235, .007181663, .089310798, .067178774, .260374171, .974381560)):
        same(f"{name}: as published", [f[f"{name}/gini"][t], f[f"{name}/gini_within"][t, 0],
                                       f[f"{name}/gini_between_net"][t, 0], f[f"{name}/gini_transvariation"][t, 0],
                                       f[f"{name}/between_gini"][t, ca, ms]],
             [gini, within, net, overlap, two], 1e-9)
        if d:
            same(f"{name}: D as published", 1 - f[f"{name}/overlap"][t, ca, ms], d, 1e-9)
    same("gaps: quantile ratios", [f[f"gaps/{k}"][t] for t in (0, 1) for k in ("p90_p10", "p80_p20", "p90_p50")],
         [1.851270208, 1.501758116, 1.305962854, 1.735997205, 1.433884415, 1.353828872], 1e-9)
    same("gaps: Atkinson as published", f["gaps/atkinson"][:].ravel(),
         [.014790554654, .029621310885, .059531252167, .015866161025, .030084302824, .055246865625], 1e-11)
    same("gaps: polarisation as published", f["gaps/polarisation"], [.001854823, .001631915], 1e-9)


def check_distribution():
    same("bandwidths", [f["curve_1969/bandwidth"][0], f["curve_2018/bandwidth"][0], f["curve_2018_sj/bandwidth"][0]],
         [.0439800136886, .0383704716111, .0433031207175], 1e-9)
    same("modes", [f[f"{c}/modes"][0] for c in ("curve_1969", "curve_2018", "curve_2018_sj")], [2, 2, 1])
    for name, year, h, top, where in (("curve_1969", 0, .0439800136886, 1.638380622, 8.074193693),
                                      ("curve_2018", T - 1, .0383704716111, 1.908124958, 10.639805173)):
        z = np.log(income[year])
        grid = np.linspace(z.min() - 3 * h, z.max() + 3 * h, 200)
        same(f"{name}: grid", f[f"{name}/point"], grid, 1e-10)
        want = [np.exp(-.5 * ((x - z) / h) ** 2).sum() / (N * h * math.sqrt(2 * math.pi)) for x in grid]
        same(f"{name}: density", f[f"{name}/density"][0], want, 1e-9)
        k = int(np.argmax(want))
        same(f"{name}: as published", [want[k], grid[k]], [top, where], 1e-8)


# ---- trend, decoupling -------------------------------------------------------------------------

def check_trend():
    z, years = np.log(income), np.array(time, float)
    x = years - years.mean()
    same("trend: slopes", f["trend/slope"], x @ z / (x @ x), 1e-9)
    for i in range(0, N, 307):
        y = z[:, i]
        s = sum(np.sign(y[j] - y[k]) for j in range(T) for k in range(j))
        same(f"trend: S of {unit[i]}", f["trend/mk_s"][i], s)
        slopes = sorted((y[j] - y[k]) / (j - k) for j in range(T) for k in range(j))
        same(f"trend: Sen's slope of {unit[i]}", f["trend/sen"][i], np.median(slopes))
        steps = [sum(np.sign(y[a] - y[b]) for a in range(t + 1) for b in range(t + 1, T)) for t in range(T - 1)]
        k = max(map(abs, steps))
        first = [abs(u) for u in steps].index(k)
        same(f"trend: change of {unit[i]}", f["trend/change_point"][i], time[first])
        same(f"trend: p of the change of {unit[i]}", f["trend/pettitt_p"][i],
             min(1, 2 * math.exp(-6 * k * k / (T ** 3 + T ** 2))))


def tapio(c0, c1, g0, g1):
    """The state, in fractions: .8 and 1.2 are met exactly."""
    dc, dg = c1 - c0, g1 - g0
    if dg == 0 or c0 <= 0 or g0 <= 0:
        return 0
    e = Fraction(dc * g0, dg * c0)
    if dg > 0:
        return 1 if dc < 0 else 2 if e < Fraction(4, 5) else 3 if e <= Fraction(6, 5) else 4
    return 5 if dc > 0 else 6 if e < Fraction(4, 5) else 7 if e <= Fraction(6, 5) else 8


def check_decoupling():
    want = np.zeros((T, N), int)
    for t in range(10, T):
        want[t] = [tapio(int(a), int(b), int(c), int(d))
                   for a, b, c, d in zip(people[t - 10], people[t], total[t - 10], total[t])]
    got = f["decoupling/state"][:]
    got[:10] = np.where(got[:10] == -1, 0, got[:10])
    same("decoupling: states", got, want)


# ---- industries --------------------------------------------------------------------------------

def check_structure():
    for name, x in (("structure", [column[k] for k in INDUSTRIES]),
                    ("sectors", [column["agri_11"], column["goods_private"] - column["agri_11"],
                                 column["services_private"] + column["government"]])):
        x = np.array(x)[:, [32, 49]]  # 2001, 2018
        x[:, ~((x >= 0) | np.isnan(x)).all(0)] = np.nan
        whole = ~np.isnan(x).any(0)
        share = np.where(whole, x / x.sum(0), np.nan)
        base = np.array([[x[k, t][whole[t]].sum() for t in (0, 1)] for k in range(len(x))])
        base = (base / base.sum(0))[:, :, None]
        krugman = abs(share - base).sum(0)
        same(f"{name}: Krugman", f[f"{name}/krugman"], np.where(whole, krugman, np.nan))
        same(f"{name}: HHI", f[f"{name}/hhi"], np.where(whole, (share ** 2).sum(0), np.nan))
        same(f"{name}: specialisation", f[f"{name}/specialisation"], np.where(whole, (share / base).max(0), np.nan))
        length = np.sqrt((share ** 2).sum(0))
        with np.errstate(invalid="ignore"):
            cosine = (share[:, 0] * share[:, 1]).sum(0) / (length[0] * length[1])
            angle = np.arccos(np.clip(cosine, -1, 1))
        same(f"{name}: Moore's angle", f[f"{name}/moore_angle"][1], angle, 1e-6)
        if name == "sectors":
            same("sectors: upgrading", f["sectors/upgrading"], np.where(whole & (x[1] > 0), x[2] / x[1], np.nan))
            same("sectors: hierarchy", f["sectors/hierarchy"], share[0] + 2 * share[1] + 3 * share[2])
    for code, ratio, hierarchy, fu, moore in (
            ("06085", (2.012119739, 2.932834784), (2.661702663, 2.743017795), (7.377525312, 7.519457697), .132665881),
            ("48201", (2.865484357, 2.707798963), (2.740777318, 2.730142741), (7.517067306, 7.499868105), .018002388)):
        for quantity, want in (("upgrading", ratio), ("hierarchy", hierarchy), ("fu2010", fu)):
            same(f"sectors: {quantity} of {code}", f[f"sectors/{quantity}"][:, at[code]], want, 1e-9)
        same(f"sectors: Moore's angle of {code}", f["sectors/moore_angle"][1, at[code]], moore, 1e-8)


def check_shift_share():
    e0, e1 = (np.array([column[k][t] for k in INDUSTRIES]) for t in (32, 49))
    total0, total1 = (np.array([float(nation[y][k]) for k in INDUSTRIES]) for y in (2001, 2018))
    whole, each = total1.sum() / total0.sum(), total1 / total0
    e0, e1 = np.where(np.isnan(e0 + e1).any(0), np.nan, (e0, e1))
    national = (e0 * (whole - 1)).sum(0)
    mix = (e0 * (each - whole)[:, None]).sum(0)
    competitive = (e1 - e0 * each[:, None]).sum(0)
    for name, want in (("national", national), ("mix", mix), ("competitive", competitive)):
        same(f"shift: {name}", f[f"shift/{name}"][1], want)
    i = at["06085"]
    same("shift: Santa Clara as published", [f[f"shift/{k}"][1, i] for k in ("national", "mix", "competitive")],
         [36798303.379408, -3177562.781804, 20219555.402396], 1e-12)
    same("shift_em: Santa Clara as published", [f[f"shift_em/{k}"][1, i] for k in ("competitive", "allocation")],
         [11899216.985614, 8320338.416782], 1e-12)


def check_clustering():
    e = np.array([column[k][49] for k in INDUSTRIES])
    e = e[:, ~np.isnan(e).any(0) & (e >= 0).all(0)]
    s, x = e / e.sum(1, keepdims=True), e.sum(0) / e.sum()
    g = ((s - x) ** 2).sum(1)
    same("clustering: G", f["clustering/g"][0], g)
    h = .01
    same("clustering: gamma", f["clustering/gamma"][0], (g / (1 - (x ** 2).sum()) - h) / (1 - h))
    mean = s.mean(0)
    want = np.array([[((a - mean) * (b - mean)).sum() for b in s] for a in s]) / (1 - (mean ** 2).sum())
    same("clustering: pairs", f["clustering/coagglomeration"][0], want)


# ---- order, totals, place ----------------------------------------------------------------------

def check_order():
    periods = [2001 - 1969, 2006 - 1969, 2012 - 1969, 2018 - 1969]
    degree = []
    for names in (("gdp_total", "private"), ("services_private", "retail_44_45")):
        # Bounds over the rows that are complete in the subsystem.
        x = np.array([column[name][periods] for name in names])
        rows = x[:, ~np.isnan(x).any(0)]
        low, high = (v[:, None, None] for v in (rows.min(1), rows.max(1)))
        degree.append(((x - low) / (high - low)).mean(0))
    order = np.stack(degree, axis=-1)
    same("order: degrees", f["order/order"], order)
    change = order - order[0]
    product = change[..., 0] * change[..., 1]
    sign = np.sign(change.min(-1))
    want = np.where((change > 0).all(-1), 1, -1) * np.sqrt(abs(product))
    want[0] = np.nan
    same("order: synergy", abs(f["order/synergy"][:]), abs(want))
    there = ~np.isnan(want)
    same("order: signs", np.sign(f["order/synergy"][:][there]), np.where(sign[there] > 0, 1, np.sign(want[there])))


def check_states():
    sums = np.array([[[people[t][state == s].sum(), total[t][state == s].sum() / people[t][state == s].sum()]
                      for s in states] for t in range(T)])
    assert labels("states/quantity") == ["population", "income"], labels("states/quantity")
    same("states: totals and ratios", f["states/value"], sums)
    ca = states.index("06")
    same("states: gaps to California", f["states/gap"], sums - sums[:, ca:ca + 1])
    same("states: of California's", f["states/gap_ratio"], sums / sums[:, ca:ca + 1])
    same("states: nation", f["states/national"], [[people[t].sum(), total[t].sum() / people[t].sum()] for t in range(T)])


def check_place():
    u = np.array([np.cos(np.radians(lat)) * np.cos(np.radians(lon)), np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
                  np.sin(np.radians(lat))])
    centre = u @ people.T
    same("place: longitude", f["place/centre_lon"], np.degrees(np.arctan2(centre[1], centre[0])))
    same("place: latitude", f["place/centre_lat"], np.degrees(np.arctan2(centre[2], np.hypot(centre[0], centre[1]))))
    same("place: planar", f["place/planar_lat"], people @ lat / people.sum(1))
    big = -np.sort(-people, axis=1)
    same("place: primacy", f["place/primacy_2"], big[:, 0] / big[:, 1])
    same("place: primacy of 4", f["place/primacy_4"], big[:, 0] / big[:, 1:4].sum(1))
    same("place: primacy of 11", f["place/primacy_11"], 2 * big[:, 0] / big[:, 1:11].sum(1))
    for name, n in (("place", N), ("place_top", 100)):
        rank = np.log(np.arange(1, n + 1) - .5)
        zeta = [-np.polyfit(np.log(x[:n]), rank, 1)[0] for x in big]
        same(f"{name}: rank and size", f[f"{name}/rank_size"], zeta, 1e-9)
        same(f"{name}: error", f[f"{name}/rank_size_se"], np.array(zeta) * math.sqrt(2 / n), 1e-9)
    for t, want in ((0, (-89.143403091, 39.432834214, 1249.053174992, 530.056934433, 90.484131010, .413126383,
                         1.276997005, .649890535, .615695686)),
                    (-1, (-91.835187865, 38.449756720, 1339.674869162, 593.674385379, 92.269278010, None,
                          1.950686547, .707177275, .602754665))):
        got = [f[f"place/{k}"][t] for k in ("centre_lon", "centre_lat", "axis_major", "axis_minor", "angle",
                                            "share_inside", "primacy_2", "primacy_4", "primacy_11")]
        for k, (a, b) in enumerate(zip(got, want)):
            if b is not None:
                same(f"place: as published ({t}, {k})", a, b, 1e-9)
    for s in ("06", "48"):
        mine = -np.sort(-people[:, state == s], axis=1)
        same(f"place: primacy of {s}", f["place_by_state/primacy_2"][:, states.index(s)], mine[:, 0] / mine[:, 1])


# ---- what drives it ----------------------------------------------------------------------------

def detect(y, strata):
    """q and F; strata of one unit are left out before anything is counted."""
    names, count = np.unique(strata, return_counts=True)
    keep = np.isin(strata, names[count > 1])
    y, strata = y[keep], strata[keep]
    left = [y[strata == s] for s in np.unique(strata)]
    q = 1 - sum(len(x) * x.var() for x in left) / (len(y) * y.var())
    return q, (len(y) - len(left)) * q / ((len(left) - 1) * (1 - q))


def check_detector():
    y = np.log(income[-1])
    strata = [quantile_classes(x) for x in (people[-1], people[-1] / land, lon, income[0])]
    strata.append(np.array([states.index(s) for s in state]))
    found = np.array([detect(y, s) for s in strata])
    same("detector: q", f["detector/q"][0], found[:, 0])
    same("detector: F", f["detector/f"][0], found[:, 1])
    same("detector: as published", f["detector/q"][0], [.135634537, .162115517, .080541692, .382332148, .313271729], 1e-9)
    same("detector: F as published", f["detector/f"][0],
         [120.434598536, 148.497390586, 67.230616139, 475.077216678, 29.370229740], 1e-9)
    for i in range(5):
        for j in range(i):
            both = detect(y, strata[i] * 100 + strata[j])[0]
            same(f"detector: {i} with {j}", f["detector/interaction"][0, i, j], both)
            q1, q2 = sorted((found[i, 0], found[j, 0]))
            kind = 4 if abs(both - q1 - q2) <= 1e-12 else 5 if both > q1 + q2 else 3 if both > q2 else \
                2 if both >= q1 else 1
            same(f"detector: type of {i} with {j}", f["detector/interaction_type"][0, i, j], kind)


def check_causes():
    """One lag of the own growth, one of the population's; the unit's own regressions."""
    y, x = (np.diff(v, axis=0) / v[:-1] for v in (income, people))
    wald = []
    for i in range(N):
        own, other, to = y[:-1, i], x[:-1, i], y[1:, i]
        one = np.ones(len(to))
        rss = []
        for design in (np.column_stack([one, own]), np.column_stack([one, own, other])):
            b = np.linalg.lstsq(design, to, rcond=None)[0]
            rss.append(((to - design @ b) ** 2).sum())
        wald.append((rss[0] - rss[1]) / (rss[1] / (len(to) - 3)))
    same("causes: Wald", f["causes/wald"], wald, 1e-7)
    w, t = np.mean(wald), y.shape[0]
    same("causes: mean", f["causes/w_bar"], w, 1e-8)
    same("causes: Z", f["causes/z_bar"], math.sqrt(N / 2) * (w - 1), 1e-7)
    # T counts the first K periods.
    length = t - 1 + 1
    tilde = math.sqrt(N * (length - 8) / (2 * (length - 5))) * ((length - 6) / (length - 4) * w - 1)
    same("causes: Z tilde", f["causes/z_tilde"], tilde, 1e-7)


def check_regression():
    y, x = np.log(income), np.log(people)
    y, x = (v - v.mean(0) - v.mean(1, keepdims=True) + v.mean() for v in (y, x))
    b = (x * y).sum() / (x * x).sum()
    score = (x * (y - b * x)).sum(0)
    n, k = N * T, 1 + T
    factor = N / (N - 1) * (n - 1) / (n - k)
    same("regression: slope", f["regression/coefficient"], [b], 1e-9)
    same("regression: error", f["regression/std_error"], [math.sqrt(factor * (score ** 2).sum()) / (x * x).sum()], 1e-9)


def check_standing():
    """TOPSIS of two indicators with equal weights, over all years."""
    scaled = np.array([(v - v.min()) / (v.max() - v.min()) for v in (income, people)]) * .5
    high, low = scaled.max((1, 2)), scaled.min((1, 2))
    to_high = np.sqrt(((scaled - high[:, None, None]) ** 2).sum(0))
    to_low = np.sqrt(((scaled - low[:, None, None]) ** 2).sum(0))
    same("standing: scores", f["composites/standing/score"], to_low / (to_high + to_low))
    lack = .5 - scaled
    same("standing: obstacles", f["composites/standing/obstacle"], np.moveaxis(lack / lack.sum(0), 0, -1), 1e-9)


def check_words():
    """What a person is told: who leapt, which clubs, what drives, as it is in the file."""
    words = open(said, encoding="utf-8").read()
    for part in ("15489 of 150675 leapt up, 15588 down", "863 of 3075 leapt up, 916 down",
                 "leaps up and down balance by construction", "6 clubs of 11, 84, 42, 493, 1392, 1053 units",
                 "q of income_1969 in 2018 0.3823", "primacy_2 in 2018 by state:",
                 "value in 2018 by state (population, income):"):
        if part not in words:
            failures.append(f"the summary does not say: {part}")


for check in (check_markov, check_convergence, check_clubs, check_inequality, check_distribution, check_trend,
              check_decoupling, check_structure, check_shift_share, check_clustering, check_order, check_states,
              check_place, check_detector, check_causes, check_regression, check_standing, check_words):
    check()
if failures:
    sys.exit("\n".join(failures))
print(f"US regions: {sum(isinstance(f[k], h5py.Group) for k in f)} results, all as published and as plain loops have them")
