"""Cross mapping by plain arrays: neighbours by sorting, the dimension by trying each."""
import numpy as np

from series import transformed
from sweep import same

OF_SERIES = True
RANDOM = ("by_library",)
ENTRIES = {
    "ccm_growth": {"of": "gdp", "from": "population", "transform": "growth", "dimension": 2, "lag": 2,
                   "library": [4, 9], "_directed": True, "_long": True},
    "ccm_level": {"of": "gdp", "transform": "level", "_directed": True, "_long": True},
    "ccm_target": {"of": "income", "transform": "relative-growth", "dimension": "auto",
                   "dimension_of": "target", "library": [6, 8], "_directed": True, "_long": True, "_periods": 12},
    "ccm_ahead": {"of": "gdp", "from": "income", "transform": "difference", "dimension_of": "library",
                  "horizon": 1, "library": "whole", "_directed": True, "_long": True},
    "ccm_before": {"of": "income", "transform": "level", "dimension_of": "target", "horizon": -1,
                   "_directed": True, "_long": True},
    "ccm_short": {"of": "gdp", "dimension": 1, "lag": 1, "library": [3], "_directed": True},
}
DIFFERENCES = ["value", "out_strength", "in_strength", "total", "mean", "max"]


def correlation(x, y):
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < 3 or (x == x[0]).all() or (y == y[0]).all():
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return (x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum())


def table(v, e, lag, horizon, ahead=False):
    """Points, and of each the neighbours and their weights; None where there are too few."""
    past = np.full((len(v), e), np.nan)
    for k in range(e):
        past[k * lag:, k] = v[:len(v) - k * lag]
    point = ~np.isnan(past).any(1)
    at = np.arange(len(v)) + horizon
    point &= (at >= 0) & (at < len(v))
    if ahead:
        point &= ~np.isnan(v[np.clip(at, 0, len(v) - 1)])
    t = np.flatnonzero(point)
    if len(t) < e + 2:
        return None
    d2 = ((past[t][:, None] - past[t]) ** 2).sum(2)
    d2[range(len(t)), range(len(t))] = np.inf
    near = np.argsort(d2, axis=1, kind="stable")[:, :e + 1]
    d = np.sqrt(np.take_along_axis(d2, near, 1))
    with np.errstate(all="ignore"):
        w = np.where(d[:, :1] > 0, np.maximum(np.exp(-d / d[:, :1]), 1e-6), np.where(d == 0, 1, 1e-6))
    return t + horizon, t[near] + horizon, w / w.sum(1, keepdims=True)


def skill(of, x):
    if of is None:
        return np.nan
    at, near, w = of
    return correlation(x[at], (w * x[near]).sum(1))


def points(length, e, lag, horizon):
    return length - (max((e - 1) * lag, -horizon) if horizon < 0 else (e - 1) * lag + horizon)


def most_dimensions(length, lag, horizon):
    return max(e for e in range(1, 11) if points(length, e, lag, horizon) >= e + 2 and
               points(length, e, lag, 1) >= e + 3)


def dimension(v, most, lag):
    best, found = -np.inf, 0
    for e in range(1, most + 1):
        r = skill(table(v, e, lag, 1, ahead=True), v)
        if r > best + 1e-12:
            best, found = r, e
    return found


def check(world, label, params, r):
    kind, lag, horizon = params.get("transform", "level"), params.get("lag", 1), params.get("horizon", 0)
    of, driver = (transformed(world.column[name], kind)
                  for name in (params["of"], params.get("from", params["of"])))
    n, given = world.n, params.get("dimension", "auto")
    by_target = params.get("dimension_of") == "target" and given == "auto"
    most = given if given != "auto" else most_dimensions(len(of), lag, horizon)
    chosen = driver if by_target else of
    dims = np.array([given if given != "auto" else dimension(chosen[:, i], most, lag) for i in range(n)])
    assert same(r["dimension"], np.where(dims > 0, dims, -1)), "dimension"
    tables = [{e: table(of[:, j], e, lag, horizon) for e in set(dims) if e > 0} for j in range(n)]
    want = np.array([[skill(tables[j].get(dims[i if by_target else j]), driver[:, i]) for j in range(n)]
                     for i in range(n)])
    want[range(n), range(n)] = np.nan
    assert same(np.isnan(r["value"]), np.isnan(want)), "undefined pairs"
    assert np.allclose(r["value"], want, rtol=1e-9, atol=1e-11, equal_nan=True), "formula"
    there = r["value"][~np.isnan(r["value"])]
    assert (abs(there) <= 1 + 1e-12).all(), "in [-1,1]"
    if isinstance(params.get("library"), list):
        assert r.label["library"] == params["library"] and not np.isnan(r["by_library"]).any()
        full = points(len(of), most, lag, horizon)
        if given != "auto" and full in params["library"] and not world.gaps:
            mean = r["by_library"][params["library"].index(full)]
            assert np.isclose(mean, np.nanmean(want), rtol=1e-9, atol=1e-12), "all points: the whole"
