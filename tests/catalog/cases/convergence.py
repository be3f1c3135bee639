"""Convergence against plain formulas: dispersions, their trend, both ends, the regression."""
import math
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from spatial_model import Model  # noqa: E402
import resampled  # noqa: E402
from trend import student  # noqa: E402

ENTRIES = {
    "cv_income": {"of": "income"},
    "cv_levels": {"of": "income", "logs": False, "se": "classical"},
    "cv_ends": {"of": "income", "from": 2001, "to": 2002, "se": "hc1"},
    "cv_conditional": {"of": "income", "controls": ["pm25", "trade_share"]},
    "cv_spatial": {"of": "income", "controls": ["pm25"], "weights": "contiguity", "spatial": "slx"},
    "cv_islands": {"of": "gdp", "weights": "islands", "logs": True},
    "cv_lag": {"of": "income", "weights": "contiguity", "spatial": "lag", "_only": "full"},
    "cv_error": {"of": "income", "weights": "contiguity", "spatial": "error", "controls": ["pm25"], "_only": "full"},
    "cv_durbin": {"of": "income", "weights": "contiguity", "spatial": "durbin", "controls": ["pm25"],
                  "_only": "full"},
    "cv_bounds": {"of": "income", "controls": ["pm25"], "weights": "contiguity", "_random": True,
                  "intervals": {"draws": 99, "level": .9, "within": "province", "change": [2001, 2003]}},
    "cv_bca": {"of": "income", "intervals": {"draws": 199, "method": "bca", "change": [2001, 2002]}, "_random": True},
    "cv_percentile": {"of": "income", "from": 2001, "to": 2002, "intervals": {"method": "percentile"},
                      "_random": True},
    "cv_long": {"of": "income", "_long": True},
    "cv_periods": {"of": "gdp", "periods": [2001, 2002, 2004, 2006, 2008, 2009, 2010, 2011, 2012],
                   "from": "2002", "_long": True},
}
WITHOUT_GAPS = ("loglik",)


def lag(world, name, z):
    """Of the units that are used, NaN for the others; rows standardised anew."""
    w = world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name]) * ~np.isnan(z)
    total = w.sum(1)
    return np.where(total > 0, w @ np.nan_to_num(z) / np.where(total > 0, total, 1), 0)


def newey_west(time, y):
    n = len(y)
    if n < 8:
        return np.nan, np.nan
    x = np.column_stack([np.ones(n), time - time[0]])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    s = x * (y - x @ b)[:, None]
    lags = int(4 * (n / 100) ** (2 / 9))
    meat = s.T @ s
    for k in range(1, lags + 1):
        meat += (1 - k / (lags + 1)) * (s[k:].T @ s[:-k] + s[:-k].T @ s[k:])
    return b[1], math.sqrt((inverse @ meat @ inverse)[1, 1])


def regression(x, y, robust):
    n, k = x.shape
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    e = y - x @ b
    v = inverse * (e @ e) / (n - k)
    if robust:
        v = n / (n - k) * inverse @ (x.T * e ** 2) @ x @ inverse
    se = np.sqrt(np.diag(v))
    return b, se, [student(t, n - k) for t in b / se], 1 - e @ e / ((y - y.mean()) ** 2).sum()


def check_model(world, params, r, u, v, span, x):
    """A spatial model of growth: what is found is the largest likelihood, with its covariance."""
    w = world.links("edges.csv")
    w = w / w.sum(1, keepdims=True)
    m = Model({"form": params["spatial"]}, ((v - u) / span)[None], np.array([u] + x)[:, None], w, w)
    terms, b = r.label["term"], r["coefficient"]
    names = ["initial"] + params.get("controls", [])
    lags = [f"W_{name}" for name in names] if params["spatial"] == "durbin" else []
    assert terms == ["constant"] + names + lags + ["lambda" if params["spatial"] == "error" else "rho"]
    at = (0, b[-1]) if params["spatial"] == "error" else (b[-1], 0)
    beta, e, _ = m.gls(*at)
    assert np.allclose(b[:-1], beta, rtol=1e-6) and np.isclose(r["loglik"], m.loglik(*at), rtol=1e-9)
    for d in (-.002, .002):
        assert m.loglik(at[0] + d * (at[0] != 0), at[1] + d * (at[1] != 0)) < r["loglik"] + 1e-9, "not the largest"
    se = np.sqrt(np.diag(m.information(*at, e @ e / m.count(), False)))
    assert np.allclose(r["std_error"], se, rtol=2e-5), (r["std_error"], se)
    assert np.allclose(r["p_value"], [math.erfc(abs(z) / math.sqrt(2)) for z in b / r["std_error"]], rtol=1e-8)


def check_bounds(world, params, r, x, z, use, first, last, span):
    """Of rows of the units picked, with the lag that each has among all."""
    controls = [world.column[name][world.year.index(str(r.label["time"][first]))] for name in params.get("controls", [])]
    lags = [lag(world, params["weights"], np.where(use, z[first], np.nan))] if "weights" in params else []

    def spreads(picked):
        of = picked[use[picked]]
        return np.array([z[t][of].std(ddof=1) if first <= t <= last else np.nan for t in range(len(z))])

    def fit(picked):
        of = picked[use[picked]]
        terms = np.column_stack([np.ones(len(of)), z[first][of]] + [c[of] for c in controls + lags])
        return regression(terms, (z[last][of] - z[first][of]) / span, False)

    def speed(picked):
        left = 1 + fit(picked)[0][1] * span
        return np.array(-math.log(left) / span if 0 < left < 1 else np.nan)
    resampled.check(world, params, r, "sd", spreads)
    resampled.check(world, params, r, "coefficient", lambda picked: fit(picked)[0], 1e-7)
    resampled.check(world, params, r, "r2", lambda picked: np.array(fit(picked)[3]), 1e-7)
    if params["intervals"].get("method") != "bca":
        resampled.check(world, params, r, "speed", speed, 1e-7)


def check_speed(r, span):
    b, se = r["coefficient"], r["std_error"]
    left = 1 + b[1] * span
    speed = -math.log(left) / span if b[1] < 0 < left else np.nan
    want = (speed, se[1] / left if speed == speed else np.nan, math.log(2) / speed)
    assert np.allclose((r["speed"], r["speed_se"], r["half_life"]), want, rtol=1e-7, equal_nan=True), "speed"


def check(world, label, params, r):
    years = [str(year) for year in r.label["time"]]
    at = [world.year.index(year) for year in years]
    first, last = (years.index(str(params[k])) if k in params else d for k, d in (("from", 0), ("to", len(years) - 1)))
    x = world.column[params["of"]][at]
    use = (x[first:last + 1] > 0).all(0)
    for name in params.get("controls", []):
        use &= ~np.isnan(world.column[name][at[first]])
    z = np.log(x) if params.get("logs", True) else x
    n, span = use.sum(), float(years[last]) - float(years[first])
    assert r["n_used"] == n and n > 10
    for t in range(len(years)):
        inside = first <= t <= last
        want = (z[t][use].std(ddof=1), x[t][use].std(ddof=1) / x[t][use].mean()) if inside else (np.nan, np.nan)
        assert np.allclose((r["sd"][t], r["cv"][t]), want, rtol=1e-11, equal_nan=True), f"spread in {years[t]}"
    time = np.array([float(year) for year in years[first:last + 1]])
    slope, se = newey_west(time, np.array([z[t][use].std(ddof=1) for t in range(first, last + 1)]))
    p = student(slope / se, len(time) - 2) if se == se else np.nan
    assert np.allclose((r["sigma_slope"], r["sigma_se"], r["sigma_p"]), (slope, se, p), rtol=1e-7, equal_nan=True)
    u, v = z[first][use], z[last][use]
    q = np.corrcoef(u + v, u - v)[0, 1]
    t = q * math.sqrt((n - 2) / (1 - q * q))
    t2 = -(n - 2.5) * math.log(1 - q * q)
    assert np.allclose((r["pitman_t"], r["pitman_p"], r["t2"], r["t2_p"]),
                       (t, student(t, n - 2), t2, math.erfc(math.sqrt(t2 / 2))), rtol=1e-7, atol=1e-12), "ends"
    if params.get("spatial", "slx") != "slx":
        check_model(world, params, r, u, v, span, [world.column[name][at[first]] for name in params.get("controls", [])])
        check_speed(r, span)
        return
    terms = [np.ones(n), u] + [world.column[name][at[first]][use] for name in params.get("controls", [])]
    if "weights" in params:
        terms.append(lag(world, params["weights"], np.where(use, z[first], np.nan))[use])
    b, se, p, r2 = regression(np.column_stack(terms), (v - u) / span, params.get("se") == "hc1")
    assert r.label["term"][:2] == ["constant", "initial"] and len(r.label["term"]) == len(terms)
    for name, want in (("coefficient", b), ("std_error", se), ("p_value", p), ("r2", r2)):
        assert np.allclose(r[name], want, rtol=1e-7, atol=1e-12), name
    check_speed(r, span)
    if "intervals" in params:
        check_bounds(world, params, r, x, z, use, first, last, span)
