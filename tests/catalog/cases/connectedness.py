"""Connectedness: the variance decomposition by plain matrices of n x n, the ridge by leaving each row
out, windows one by one."""
import numpy as np

from series import transformed
from sweep import same

OF_SERIES = True
ENTRIES = {
    "con_auto": {"of": "gdp", "transform": "growth", "_directed": True, "_long": True},
    "con_relative": {"of": "gdp", "transform": "relative-growth", "horizon": 3, "ridge": 10, "shrink": 0.25,
                     "_directed": True, "_long": True},
    "con_level": {"of": "income", "transform": "level", "horizon": 1, "shrink": 0, "ridge": 20,
                  "_directed": True, "_long": True},
    "con_windows": {"of": "gdp", "transform": "difference", "window": {"length": 8, "step": 2},
                    "_directed": True, "_long": True},
    "con_each": {"of": "gdp", "transform": "growth", "window": {"length": 9}, "ridge": "each", "horizon": 4,
                 "_directed": True, "_long": True},
    "con_null": {"of": "gdp", "transform": "growth", "permutations": 19, "horizon": 2, "_directed": True,
                 "_long": True},
}
# Sums over units, whose order relabelling changes; `net` and `to` are differences of such.
TOLERANCE = 1e-8
RANDOM = ["null"]  # draws go with the codes of units
C = 10.0 ** np.arange(-3, 3.5, 0.5)


def standardised(v):
    """The units that have every value and vary, and their series."""
    there = np.flatnonzero(~np.isnan(v).any(0))
    there = there[v[:, there].std(0) > 1e-12 * abs(v[:, there]).max(0)]
    x = v[:, there]
    return there, (x - x.mean(0)) / x.std(0)


def sides(x):
    y, z = x[1:], x[:-1]
    return y - y.mean(0), z - z.mean(0)


def leave_out(y, z, lam):
    """Each row by a fit without it, whose mean stays."""
    rows, total = len(y), 0
    for t in range(rows):
        keep = np.arange(rows) != t
        phi = np.linalg.solve(z[keep].T @ z[keep] + lam * np.eye(z.shape[1]), z[keep].T @ y[keep])
        total += ((y[t] - z[t] @ phi) ** 2).mean()
    return total / rows


def shrinkage(e):
    u = e / np.sqrt((e * e).mean(0))
    p = u[:, :, None] * u[:, None, :]
    r = p.mean(0)
    variance = ((p - r) ** 2).sum(0) / (len(e) * (len(e) - 1))
    off = ~np.eye(e.shape[1], dtype=bool)
    return min(1.0, max(0.0, variance[off].sum() / (r[off] ** 2).sum()))


def shares(y, z, lam, delta, horizon):
    n = y.shape[1]
    phi = np.linalg.solve(z.T @ z + lam * np.eye(n), z.T @ y).T
    e = y - z @ phi.T
    delta = shrinkage(e) if delta == "auto" else delta
    s = e.T @ e / len(e)
    s = delta * np.diag(np.diag(s)) + (1 - delta) * s
    a, theta = np.eye(n), np.zeros((n, n))
    for _ in range(horizon):
        theta += (a @ s) ** 2 / np.diag(s)
        a = phi @ a
    return theta / theta.sum(1, keepdims=True), delta


def near(a, b, what, tolerance=1e-8):
    a, b = np.asarray(a, float), np.asarray(b, float)
    assert same(np.isnan(a), np.isnan(b)), what + ": undefined"
    assert np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True), (what, abs(a - b).max())


def check_window(v, params, ridge, got, errors):
    """`got(name)`: numbers of the window. `errors`: those of leave-one-out and the scale."""
    n = v.shape[1]
    there, x = standardised(v)
    y, z = sides(x)
    delta, horizon = params.get("shrink", "auto"), params.get("horizon", 10)
    fits = [shares(y, z, c * errors[1], delta, horizon)[0] for c in C]
    near(got("by_ridge"), [1 - np.diag(f).mean() for f in fits], "by_ridge")
    lam = ridge if ridge is not None else C[len(C) - 1 - np.argmin(errors[0][::-1])] * errors[1]
    near(got("lambda"), lam, "lambda")
    theta, found = shares(y, z, lam, delta, horizon)
    near(got("delta"), found, "delta")
    assert got("n_used") == len(there), "n_used"
    want = np.full((n, n), np.nan)
    want[np.ix_(there, there)] = theta.T
    want[range(n), range(n)] = np.nan
    value = got("value")
    near(value, want, "value")
    shown = value[~np.isnan(value)]
    assert (shown >= 0).all() and (shown <= 1).all(), "in [0,1]"
    whole = np.full(n, np.nan)
    own = np.diag(theta)
    for name, numbers in (("from", 1 - own), ("to", theta.sum(0) - own), ("net", theta.sum(0) - 1)):
        whole[there] = numbers
        near(got(name), whole, name)
    near(got("total_connectedness"), (1 - own).mean(), "total")
    near(got("in_strength"), got("from"), "from is what a column sums to")
    near(got("out_strength"), got("to"), "to is what a row sums to")


def by_leave_out(v):
    y, z = sides(standardised(v)[1])
    scale = (z * z).sum() / len(z)
    return np.array([leave_out(y, z, c * scale) for c in C]), scale


def check(world, label, params, r):
    kind = params.get("transform", "relative-growth")
    v = transformed(world.column[params["of"]], kind)
    ridge, window = params.get("ridge", "auto"), params.get("window")
    errors = by_leave_out(v)
    assert r["n_used"].dtype == np.int32
    assert r.label["ridge"] == list(C) or np.allclose(r.label["ridge"], C, rtol=1e-15)
    if ridge != "each":
        near(r["leave_out"], errors[0], "leave_out", 1e-7)
    fixed = ridge if not isinstance(ridge, str) else None
    if not window:
        check_window(v, params, fixed, lambda name: r[name], errors)
    else:
        if ridge == "auto":
            fixed = C[len(C) - 1 - np.argmin(errors[0][::-1])] * errors[1]
        check_windows(v, params, fixed, r, errors, world.year)
    if "permutations" in params:
        null = r["null"]
        assert null.shape == (19,) and ((null > 0) & (null < 1)).all() and len(set(null)) == 19
        assert list(r.label["draw"]) == list(range(1, 20))
        assert "total_connectedness" in r and null.mean() < 1
    else:
        assert "null" not in r


def check_windows(v, params, fixed, r, errors, years):
    """Each at its last period; results have no others."""
    length, step = params["window"]["length"], params["window"].get("step", 1)
    first = range(0, len(v) - length + 1, step)
    ends = [years[len(years) - len(v) + k + length - 1] for k in first]
    assert [str(year) for year in r.label["time"]] == ends and len(r["value"]) == len(ends), "time"
    for t, k in enumerate(first):
        part = v[k:k + length]
        own = by_leave_out(part) if params.get("ridge") == "each" else errors
        if params.get("ridge") == "each":
            near(r["leave_out"][t], own[0], "leave_out", 1e-7)
        check_window(part, params, fixed, lambda name: r[name][t], own)
