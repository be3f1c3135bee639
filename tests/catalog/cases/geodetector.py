"""The detector by masks: shares of variance between strata, their F, strata of two factors together."""
from fractions import Fraction
import math

import numpy as np

from sweep import beta_below, close, f_above

FACTORS = ["income", "population", "province"]
ENTRIES = {
    "detector_plain": {"y": "gdp_pc", "factors": FACTORS},
    "detector_four": {"y": "pm25", "factors": ["green_cover", "agglomeration"], "classes": 4, "discretise": "quantile",
               "test": "central", "periods": [2001, 2003]},
    "detector_equal": {"y": "gdp_pc", "factors": ["income", "green_cover", "province"], "discretise": "equal"},
    "detector_natural": {"y": "gdp_pc", "factors": FACTORS, "classes": 3, "discretise": "natural"},
    "detector_wang": {"y": "gdp_pc", "factors": FACTORS, "test": "noncentral"},
    "detector_one": {"y": "gdp_pc", "factors": ["province"]},
}


def quantile(x, c, k):
    j, rest = divmod((len(x) - 1) * c, k)
    return x[j] if rest == 0 else x[j] + rest / k * (x[j + 1] - x[j])


def natural(x, k):
    """Natural breaks by the plain recursion over all cuts, exactly."""
    whole = [Fraction(v) for v in x]
    value, square = [Fraction(0)], [Fraction(0)]
    for v in whole:
        value.append(value[-1] + v)
        square.append(square[-1] + v * v)
    n = len(x)

    def cost(i, j):  # of x[i:j]
        return square[j] - square[i] - (value[j] - value[i]) ** 2 / (j - i)

    best = [[cost(0, j) if j else None for j in range(n + 1)]]
    cut = [[0] * (n + 1)]
    for q in range(1, k):
        best.append([None] * (n + 1))
        cut.append([0] * (n + 1))
        for j in range(q + 1, n + 1):
            best[q][j], cut[q][j] = min((best[q - 1][i] + cost(i, j), i) for i in range(q, j))
    breaks, end = [], n
    for q in range(k - 1, 0, -1):
        end = cut[q][end]
        breaks.insert(0, x[end - 1])
    return breaks


def classes(x, k, how):
    sorted_x = np.sort(x)
    if how == "quantile":
        breaks = [quantile(sorted_x, c, k) for c in range(1, k)]
    elif how == "equal":
        breaks = [sorted_x[0] + (sorted_x[-1] - sorted_x[0]) * c / k for c in range(1, k)]
    else:
        breaks = natural(sorted_x, k)
    return np.array([sum(b < v for b in breaks) for v in x])


def detect(y, stratum):
    """q, F, Wang's lambda, and degrees of freedom; strata of one unit left out."""
    _, stratum = np.unique(stratum, return_inverse=True)
    keep = np.bincount(stratum)[stratum] > 1
    y, stratum = y[keep], stratum[keep]
    names = np.unique(stratum)
    parts = [y[stratum == s] for s in names]
    n, strata, total = len(y), len(names), ((y - y.mean()) ** 2).sum()
    q = 1 - sum(((p - p.mean()) ** 2).sum() for p in parts) / total
    lam = sum(p.mean() ** 2 for p in parts) - sum(math.sqrt(len(p)) * p.mean() for p in parts) ** 2 / n
    return q, (n - strata) * q / ((strata - 1) * (1 - q)), lam / (total / n), strata - 1, n - strata


def p_value(found, test):
    q, f, lam, df1, df2 = found
    if test == "central":
        return f_above(f, df1, df2)
    x = df1 * f / (df1 * f + df2)
    return sum(math.exp(j * math.log(lam / 2) - lam / 2 - math.lgamma(j + 1)) *
               (1 - beta_below(df1 / 2 + j, df2 / 2, x)) for j in range(int(lam) + 200))


def kind(q1, q2, q):
    if abs(q - q1 - q2) <= 1e-12:
        return 4
    return 5 if q > q1 + q2 else 3 if q > max(q1, q2) else 2 if q >= min(q1, q2) else 1


def check(world, label, params, r):
    names, test = params["factors"], params.get("test", "central")
    assert r.label["factor"] == names and r.label["factor_to"] == names
    for at, year in enumerate(r.label["time"]):
        t = world.year.index(str(year))
        y = world.column[params["y"]][t]
        raw = [world.column[n][t] if n in world.column else np.array(world.unit[n]) for n in names]
        use = ~np.isnan(y)
        for x in raw:
            use &= np.array([True] * world.n) if x.dtype.kind == "U" else ~np.isnan(x)
        cut = [x[use] if x.dtype.kind == "U" else
               classes(x[use], params.get("classes", 5), params.get("discretise", "quantile")) for x in raw]
        cut = [np.unique(c, return_inverse=True)[1] for c in cut]
        found = [detect(y[use], c) for c in cut]
        assert np.allclose(r["q"][at], [f[0] for f in found], rtol=0, atol=1e-12)
        assert np.allclose(r["f"][at], [f[1] for f in found], rtol=1e-9)
        assert np.allclose(r["p_value"][at], [p_value(f, test) for f in found], rtol=1e-8, atol=1e-14)
        for i in range(len(names)):
            assert r["interaction"][at][i, i] == r["q"][at][i] and r["interaction_type"][at][i, i] == 0
            for j in range(len(names)):
                if i == j:
                    continue
                q = detect(y[use], cut[i] * 1000 + cut[j])[0]
                assert close(r["interaction"][at][i, j], q, 1e-11), (names[i], names[j])
                assert r["interaction_type"][at][i, j] == kind(found[i][0], found[j][0], q)
