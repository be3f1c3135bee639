"""Dumitrescu and Hurlin's test by a plain regression for each unit."""
import math

import numpy as np

ENTRIES = {
    "pg_one": {"y": "income", "x": "gdp", "_long": True},
    "pg_two": {"y": "gdp", "x": "income", "lags": 2, "_long": True},
}


def rss(columns, y):
    fit = np.linalg.lstsq(columns, y, rcond=None)[0]
    return ((y - columns @ fit) ** 2).sum()


def wald(y, x, k):
    """None where the unit is left out; else W and T."""
    there = np.flatnonzero(~np.isnan(y + x))
    if len(there) == 0 or len(there) != there[-1] - there[0] + 1 or len(there) < 3 * k + 2:
        return None
    y, x = y[there], x[there]
    y, x, t = (y - y.mean()) / y.std(), (x - x.mean()) / x.std(), len(there)
    own = [np.ones(t - k)] + [y[k - lag:t - lag] for lag in range(1, k + 1)]
    full = rss(np.array(own + [x[k - lag:t - lag] for lag in range(1, k + 1)]).T, y[k:])
    return (rss(np.array(own).T, y[k:]) - full) / (full / (t - 3 * k - 1)), t


def check(world, label, params, r):
    k = params.get("lags", 1)
    y, x = world.column[params["y"]], world.column[params["x"]]
    found = [wald(y[:, i], x[:, i], k) for i in range(world.n)]
    want = np.array([np.nan if f is None else f[0] for f in found])
    assert r.axes["wald"] == ["unit"]
    assert np.allclose(r["wald"], want, rtol=1e-6, atol=1e-8, equal_nan=True)
    w = r["wald"][~np.isnan(r["wald"])]
    t = np.array([f[1] for f in found if f is not None], float)
    assert len(w) > 5, "units with whole series"
    assert np.isclose(r["w_bar"], w.mean(), rtol=1e-12)
    assert np.isclose(r["z_bar"], math.sqrt(len(w) / (2 * k)) * (w.mean() - k), rtol=1e-9)
    w, t = w[t > 5 + 3 * k], t[t > 5 + 3 * k]
    mean = k * (t - 3 * k - 1) / (t - 3 * k - 3)
    variance = 2 * k * (t - 3 * k - 1) ** 2 * (t - 2 * k - 3) / ((t - 3 * k - 3) ** 2 * (t - 3 * k - 5))
    z = math.sqrt(len(w)) * (w.mean() - mean.mean()) / math.sqrt(variance.mean())
    assert np.isclose(r["z_tilde"], z, rtol=1e-9)
    for name in ("z_bar", "z_tilde"):
        assert np.isclose(r[name + "_p"], math.erfc(abs(r[name]) / math.sqrt(2)), rtol=1e-12)
