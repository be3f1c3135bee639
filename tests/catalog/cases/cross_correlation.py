"""Cross-correlation of series: every lag by plain arrays over the rows both have."""
import numpy as np

from series import transformed
from sweep import same

OF_SERIES = True
ENTRIES = {
    "cc_relative": {"of": "gdp", "transform": "relative-growth", "_directed": True, "_by": "absolute", "_long": True},
    "cc_growth": {"of": "gdp", "to": "population", "transform": "growth", "lags": 2,
                  "_directed": True, "_by": "absolute", "_long": True},
    "cc_level": {"of": "gdp", "transform": "level", "lags": 0, "by": "largest",
                 "_long": True},
    "cc_difference": {"of": "income", "transform": "difference", "lags": 3, "_directed": True,
                      "_by": "absolute", "_long": True},
}
DIFFERENCES = ["value", "lag", "out_strength", "in_strength", "total", "mean", "max"]


def correlation(x, y):
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < 4:
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum())


def best(x, y, lags):
    """r and lag; of equal |r| the smaller lag, the positive one first."""
    found = np.nan, np.nan
    for size in range(lags + 1):
        for lag in (size, -size):
            a, b = (x[:len(x) - size], y[size:]) if lag >= 0 else (x[size:], y[:len(y) - size])
            r = correlation(a, b)
            if not np.isnan(r) and not abs(r) <= abs(found[0]) + 1e-13:
                found = r, lag
    return found


def check(world, label, params, r):
    kind = params.get("transform", "relative-growth")
    x, y = (transformed(world.column[name], kind)
            for name in (params["of"], params.get("to", params["of"])))
    n, lags = world.n, params.get("lags", 5)
    want = np.array([[best(x[:, i], y[:, j], lags) for j in range(n)] for i in range(n)])
    want[range(n), range(n)] = np.nan
    assert same(np.isnan(r["value"]), np.isnan(want[..., 0])), "undefined pairs"
    assert np.allclose(r["value"], want[..., 0], rtol=1e-9, atol=1e-12, equal_nan=True), "formula"
    assert same(r["lag"], want[..., 1]), "lag"
