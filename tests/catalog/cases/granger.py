"""Granger's test of all pairs: least squares on each over the rows it has, and sorted p-values."""
import math

import numpy as np

from series import transformed
from sweep import f_above, same

OF_SERIES = True
ENTRIES = {
    "granger_relative": {"of": "gdp", "transform": "relative-growth", "_directed": True, "_long": True},
    "granger_growth": {"of": "gdp", "transform": "growth", "lags": 2, "fdr": "by", "alpha": .2, "_directed": True,
                       "_long": True},
    "granger_other": {"of": "gdp", "from": "population", "transform": "difference", "fdr": "none", "_directed": True,
                      "_long": True},
    "granger_rate": {"of": "income", "transform": "growth", "fdr": "bh", "_directed": True, "_long": True},
    "granger_level": {"of": "income", "transform": "level", "lags": 3, "alpha": .5, "_directed": True, "_long": True},
}
DIFFERENCES = ["value", "p_value", "transfer_entropy", "out_strength", "in_strength", "total", "mean",
               "max"]
# A pair at the threshold may be on either side of it when sums over units are added in another order.
TOLERANCE = 1e-8


def left(y, x):
    return ((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum()


def test(x, y, p):
    """F of x helping y, its degrees of freedom, the transfer entropy."""
    own = [y[p - l:len(y) - l] for l in range(1, p + 1)]
    other = [x[p - l:len(x) - l] for l in range(1, p + 1)]
    rows = np.array([y[p:], *own, *other]).T
    rows = rows[~np.isnan(rows).any(1)]
    df = len(rows) - 2 * p - 1
    if df < 1:
        return np.nan, 1, np.nan
    # About their means: the same, with fewer digits lost.
    rows = rows - rows.mean(0)
    rows = rows / np.sqrt((rows ** 2).sum(0))
    before, after = left(rows[:, 0], rows[:, 1:1 + p]), left(rows[:, 0], rows[:, 1:])
    return (before - after) / p / (after / df), df, .5 * math.log(before / after)


def rejected(p, rule, alpha):
    """The largest p-value that is rejected; -1: none."""
    p = np.sort(p)
    m, k = len(p), np.arange(1, len(p) + 1)
    level = alpha / (1 / k).sum() if rule == "by" else alpha
    passes = p <= (level if rule == "none" else level * k / m)
    return p[passes].max() if passes.any() else -1


def check(world, label, params, r):
    kind, p = params.get("transform", "relative-growth"), params.get("lags", 1)
    y, x = (transformed(world.column[name], kind) for name in (params["of"], params.get("from", params["of"])))
    n = world.n
    want = np.array([[test(x[:, i], y[:, j], p) for j in range(n)] for i in range(n)])
    want[range(n), range(n), 0] = np.nan
    f, df, entropy = np.moveaxis(want, 2, 0)
    there = ~np.isnan(f)
    assert same(np.isnan(r["value"]), ~there), "undefined pairs"
    assert np.allclose(r["value"], f, rtol=1e-7, atol=1e-10, equal_nan=True), "formula"
    tails = np.array([f_above(a, p, b) for a, b in zip(f[there], df[there])])
    assert np.allclose(r["p_value"][there], tails, rtol=1e-6, atol=1e-12), "p-values"
    assert np.allclose(r["transfer_entropy"][there], entropy[there], rtol=1e-7, atol=1e-10), "entropy"
    least = rejected(r["p_value"][there], params.get("fdr", "bh"), params.get("alpha", .05))
    assert same(r["significant"][there], (r["p_value"][there] <= least).astype(float)), "significant"
    assert r["n_tests"] == there.sum() and r["rejected"] == (r["p_value"][there] <= least).sum(), "numbers of the nation"
