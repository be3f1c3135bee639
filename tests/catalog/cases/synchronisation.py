"""Synchronisation of series: every form and transform by plain arrays over the periods both have."""
import numpy as np

from series import transformed
from sweep import same

OF_SERIES = True
ENTRIES = {
    "sync_level": {"of": "gdp", "transform": "level", "form": "pearson"},
    "sync_quasi": {"of": "gdp", "transform": "level", "form": "quasi"},
    "sync_growth": {"of": "gdp", "transform": "growth", "_long": True},
    "sync_relative": {"of": "gdp", "_long": True},
    "sync_concordance": {"of": "gdp", "transform": "difference", "form": "concordance",
                         "_long": True},
    "sync_corrected": {"of": "gdp", "transform": "relative-growth", "form": "corrected",
                       "_long": True},
    "sync_quasi_growth": {"of": "gdp", "transform": "growth", "form": "quasi", "_long": True},
}
# Means of periods are sums over units, whose order relabelling changes.
DIFFERENCES = ["value", "out_strength", "in_strength", "total", "mean", "max"]


def of_pair(x, y, form):
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if form == "pearson":
        x, y = x - x.mean() if len(x) else x, y - y.mean() if len(y) else y
        return np.nan if len(x) < 3 else (x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum())
    if len(x) == 0:
        return np.nan
    s, r = x > 0, y > 0
    c, e = (s == r).mean(), s.mean() * r.mean() + (1 - s.mean()) * (1 - r.mean())
    return c if form == "concordance" else np.nan if e == 1 else (c - e) / (1 - e)


def quasi(v, kind):
    count = (~np.isnan(v)).sum(0)
    z = np.where(count < 3, np.nan, (v - np.nanmean(v, axis=0)) / np.nanstd(v, axis=0))
    q = z[:, :, None] * z[:, None, :]
    return q if kind == "level" else np.concatenate([np.full_like(q[:1], np.nan), q])


def check(world, label, params, r):
    kind, form = params.get("transform", "relative-growth"), params.get("form", "pearson")
    v = transformed(world.column["gdp"], kind)
    n = world.n
    if form == "quasi":
        want = quasi(v, kind)
    else:
        want = np.array([[of_pair(v[:, i], v[:, j], form) for j in range(n)] for i in range(n)])
    want[..., range(n), range(n)] = np.nan
    value = r["value"].reshape(want.shape)
    assert same(np.isnan(value), np.isnan(want)), "undefined pairs"
    assert np.allclose(value, want, rtol=1e-9, atol=1e-12, equal_nan=True), "formula"
    if form != "quasi":
        there = value[~np.isnan(value)]
        assert (abs(there) <= 1 + 1e-12).all(), "in [-1,1]"
