"""Local regressions by their definition, and the bandwidth by trying every one."""
import numpy as np

from sweep import close

X = ["investment_pc", "trade_share"]
DIFFERENCES = ("residual",)
HOURS = {"file": "hours.csv"}
ENTRIES = {
    "gw_plain": {"y": "gdp_pc", "x": X},
    "gw_cv": {"y": "gdp_pc", "x": ["trade_share"], "bandwidth": "cv", "kernel": "gaussian", "se": "gwr4"},
    "gw_given": {"y": "gdp_pc", "x": X, "bandwidth": 25, "kernel": "bisquare", "adaptive": True, "se": "v1",
                 "periods": [2001, 2003]},
    "gw_km": {"y": "gdp_pc", "x": ["trade_share"], "kernel": "exponential", "adaptive": False,
              "bandwidth": 300},
    "gw_search_km": {"y": "gdp_pc", "x": ["trade_share"], "kernel": "gaussian", "adaptive": False},
    "gw_search_wide": {"y": "gdp_pc", "x": ["trade_share"], "adaptive": False, "bandwidth": "cv"},
    "gw_time": {"y": "gdp_pc", "x": ["trade_share"], "time_scale": 200, "bandwidth": "aicc"},
    "gw_time_given": {"y": "gdp_pc", "x": X, "time_scale": 100, "bandwidth": 60},
    "gw_hours": {"y": "gdp_pc", "x": X, "distance": HOURS},
    "gw_roads": {"y": "gdp_pc", "x": ["trade_share"], "distance": {"file": "roads.csv"}, "bandwidth": 9},
}


def weights(d, kernel, h):
    u = np.where(np.isnan(d), np.inf, d) / h[:, None]
    if kernel == "bisquare":
        return np.where(u < 1, (1 - np.minimum(u, 1) ** 2) ** 2, 0)
    return np.exp(-u ** 2 / 2) if kernel == "gaussian" else np.exp(-u)


def fit(d, x, params, bandwidth, whole=False):
    """All local fits; NaN where there is none."""
    n, k = x.shape
    if params.get("adaptive", True):
        h = np.sort(d, 1)[:, int(bandwidth) - 1] * 1.0000001  # NaN is last
    else:
        h = np.full(n, bandwidth)
    w = weights(d, params.get("kernel", "bisquare"), h)
    a, condition = np.full((n, k, n), np.nan), np.full(n, np.nan)
    scaled = np.column_stack([np.ones(n), (x[:, 1:] - x[:, 1:].mean(0)) / x[:, 1:].std(0)])
    size = abs(x).max(0)
    near = np.sqrt(w)[:, :, None] * scaled
    with np.errstate(invalid="ignore", divide="ignore"):
        good = np.flatnonzero(~np.isnan(w).any(1) & ((near ** 2).sum(1) > 0).all(1))
        length = np.sqrt((near[good] ** 2).sum(1))
    good = good[np.linalg.cond(near[good] / length[:, None]) <= 1e6]
    a[good] = np.linalg.pinv(np.sqrt(w[good])[:, :, None] * (x / size), rcond=1e-14) * \
        np.sqrt(w[good])[:, None] / size[:, None]
    if whole:
        wx = w[good][:, :, None] * (x / size)
        condition[good] = np.linalg.cond(wx / np.sqrt((wx ** 2).sum(1))[:, None])
    return a, w, np.einsum("ik,ikj->ij", x, a), condition


def criterion(hat, y, params):
    e, s = y - hat @ y, np.diag(hat)
    there = ~np.isnan(e)
    n, e, s = there.sum(), e[there], s[there]
    if n == 0:
        return np.inf, (~there).sum()
    if params.get("bandwidth", "aicc") == "cv":
        return (np.inf if (s > 1 - 1e-9).any() else ((e / (1 - s)) ** 2).mean()), (~there).sum()
    rss, trace = (e ** 2).sum(), s.sum()
    if n - 2 - trace <= 0:
        return np.inf, (~there).sum()
    return n * np.log(rss / n) + n * np.log(2 * np.pi) + n * (n + trace) / (n - 2 - trace), (~there).sum()


def check_set(d, y, x, params, at, r):
    """`at`: where the observations stand in the results."""
    n, k = x.shape
    got = {q: r[q][at] for q in ("local_r2", "fitted", "residual", "condition", "coefficient", "std_error", "t")}
    bandwidth, t = r["bandwidth"][at[0][0]], at[0][0]
    a, w, hat, condition = fit(d, x, params, bandwidth, True)
    e = y - hat @ y
    there = ~np.isnan(e)
    trace, rss, m = np.diag(hat)[there].sum(), (e[there] ** 2).sum(), there.sum()
    df = m - trace if params.get("se") == "v1" else m - 2 * trace + (hat[there] ** 2).sum()
    assert close(got["fitted"], hat @ y, 1e-8) and close(got["condition"], condition, 1e-6)
    assert np.allclose(got["residual"], e, rtol=0, atol=1e-8 * abs(y).max(), equal_nan=True)
    b = a @ y
    assert np.allclose(got["coefficient"], b, rtol=1e-7, atol=1e-9 * abs(b[there]).max(), equal_nan=True)
    se = np.sqrt((a ** 2).sum(2) * rss / df)
    assert np.allclose(got["std_error"], se, rtol=1e-7, equal_nan=True)
    assert close(got["t"], got["coefficient"] / got["std_error"], 1e-12)
    for i in np.flatnonzero(there):
        v = np.where(there, w[i], 0)
        about = y - (v * y).sum() / v.sum()
        assert close(got["local_r2"][i], 1 - (v[there] * e[there] ** 2).sum() / (v * about ** 2).sum(), 1e-7)
    assert np.isclose(r["enp"][t], trace, rtol=1e-9)
    assert np.isclose(r["r2"][t], 1 - rss / ((y - y.mean())[there] ** 2).sum(), rtol=1e-8)
    aicc = criterion(hat, y, dict(params, bandwidth="aicc"))[0]
    assert np.isclose(r["aicc"][t], aicc, rtol=1e-9)
    searched = not isinstance(params.get("bandwidth", "aicc"), int)
    mine = criterion(hat, y, params)
    if searched and params.get("adaptive", True):
        for other in range(k + 2, n + 1):
            value = criterion(fit(d, x, params, other)[2], y, params)
            assert mine[1] < value[1] or mine[0] <= value[0] * (1 + 1e-10), (bandwidth, other, mine, value)
    elif searched:  # a distance: none of a coarse grid is better
        for h in np.geomspace(bandwidth / 3, bandwidth * 3, 25):
            value = criterion(fit(d, x, params, h)[2], y, params)
            assert value[1] > mine[1] or mine[0] <= value[0] + 1e-3 * abs(value[0]), (bandwidth, h, mine, value)


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in params.get("periods", world.year)]
    kind, tau = params.get("distance", "great-circle"), params.get("time_scale", 0)
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    np.fill_diagonal(d, 0)
    assert r.label["term"] == ["constant"] + params["x"]
    value = np.array([world.column[name][years] for name in [params["y"]] + params["x"]])
    use = ~np.isnan(value.sum(0))
    for q in ("coefficient", "fitted", "residual", "local_r2"):
        assert np.isnan(r[q][~use]).all(), q
    for set_of in ([range(len(years))] if tau else [[t] for t in range(len(years))]):
        t, unit = np.nonzero(use & np.isin(np.arange(len(years)), list(set_of))[:, None])
        apart = np.array([int(world.year[years[s]]) for s in t])
        far = np.sqrt(d[unit][:, unit] ** 2 + (tau * (apart[:, None] - apart)) ** 2)
        y, *x = value[:, t, unit]
        check_set(far, y, np.column_stack([np.ones(len(y))] + x), params, (t, unit), r)
