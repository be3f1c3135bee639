"""Panel regressions by dummies and plain sums over clusters, periods and pairs."""
import numpy as np

from sweep import t_two_sided

X = ["investment_pc", "trade_share"]
ENTRIES = {
    "pr_plain": {"y": "gdp_pc", "x": X},
    "pr_unit": {"y": "gdp_pc", "x": X, "fixed": "unit", "errors": "conventional", "periods": [2001, 2003]},
    "pr_time": {"y": "gdp_pc", "x": X, "fixed": "time", "cluster": ["province"], "small": "sss"},
    "pr_none": {"y": "gdp_pc", "x": X, "fixed": "none", "cluster": "unit", "small": "none"},
    "pr_both": {"y": "gdp_pc", "x": X, "fixed": "two-way", "errors": "cluster", "small": "stata"},
    "pr_dk": {"y": "gdp_pc", "x": X, "fixed": "time", "errors": "driscoll-kraay"},
    "pr_dk_lags": {"y": "gdp_pc", "x": X, "fixed": "unit", "errors": {"driscoll-kraay": {"lags": 1}}},
    "pr_conley": {"y": "gdp_pc", "x": X, "errors": {"conley": {"cutoff_km": 300, "lags": 1}}},
    "pr_uniform": {"y": "gdp_pc", "x": X, "fixed": "time",
                   "errors": {"conley": {"cutoff_km": 200, "kernel": "uniform"}}},
}


def dummies(of):
    return (of[:, None] == np.unique(of)).astype(float)


def left(columns, effects):
    """What effects leave of each column."""
    if effects.shape[1] == 0:
        return columns
    return columns - effects @ np.linalg.lstsq(effects, columns, rcond=None)[0]


def meat(world, params, s, unit, year):
    """Products of scores, the factor, and degrees of freedom of t (None: of the residuals)."""
    errors = params.get("errors", "cluster")
    if errors == "cluster":
        by = np.atleast_1d(params.get("cluster", "unit"))[0]
        of = unit if by == "unit" else np.array(world.unit[by])[unit]
        sums = dummies(of).T @ s
        return sums.T @ sums, len(sums)
    apart = abs(year[:, None] - year)
    if isinstance(errors, dict) and "conley" in errors:
        cutoff, lags = errors["conley"]["cutoff_km"], errors["conley"].get("lags", 0)
        d = np.nan_to_num(world.great_circle())[unit][:, unit]
        kernel = (d <= cutoff) * (1 if errors["conley"].get("kernel") == "uniform" else 1 - d / cutoff)
        weight = (apart == 0) * kernel + (unit[:, None] == unit) * (apart > 0) * (apart <= lags) * \
            (1 - apart / (lags + 1))
    else:
        periods = len(np.unique(year))
        lags = errors["driscoll-kraay"]["lags"] if isinstance(errors, dict) else \
            int(4 * (periods / 100) ** (2 / 9))
        weight = np.maximum(0, 1 - apart / (lags + 1))
    return s.T @ weight @ s, None


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in params.get("periods", world.year)]
    fixed, errors = params.get("fixed", "two-way"), params.get("errors", "cluster")
    value = np.array([world.column[name][years] for name in params["x"] + [params["y"]]])
    use = ~np.isnan(value.sum(0))
    if fixed in ("two-way", "unit"):
        use &= use.sum(0) > 1
    t, unit = np.nonzero(use)
    year = np.array([int(world.year[years[k]]) for k in t])
    xy = value[:, use].T
    if fixed == "none":
        xy = np.column_stack([np.ones(len(xy)), xy])
    effects = np.column_stack([np.ones((len(xy), 0))] +
                              ([dummies(unit)] if fixed in ("two-way", "unit") else []) +
                              ([dummies(year)] if fixed in ("two-way", "time") else []))
    absorbed = np.linalg.matrix_rank(effects) if effects.shape[1] else 0
    xy = left(xy / abs(xy).max(0), effects) * abs(xy).max(0)
    x, y = xy[:, :-1], xy[:, -1]
    n, k = x.shape
    size = np.sqrt((x ** 2).sum(0))
    b = np.linalg.lstsq(x / size, y, rcond=None)[0] / size
    u, bread = y - x @ b, np.linalg.inv((x / size).T @ (x / size)) / np.outer(size, size)
    df = n - k - absorbed
    if errors == "conventional":
        v, used = u @ u / df * bread, df
    else:
        middle, groups = meat(world, params, x * u[:, None], unit, year)
        v, used = bread @ middle @ bread, df if groups is None else groups - 1
        if errors == "driscoll-kraay" or "driscoll-kraay" in errors:
            used = len(np.unique(year)) - 1
        small = params.get("small", "stata")
        if groups is not None and small != "none":
            times = len(np.unique(year)) if fixed in ("two-way", "time") else 1 if fixed == "unit" else 0
            v *= groups / (groups - 1) * (n - 1) / (n - k - (times if small == "stata" else 0))
    names = (["constant"] if fixed == "none" else []) + params["x"]
    assert r.label["term"] == names and r.label["term_to"] == names
    assert r["n_used"] == n
    assert np.allclose(r["coefficient"], b, rtol=1e-8)
    assert np.allclose(r["vcov"] * np.outer(size, size), v * np.outer(size, size), rtol=1e-6, atol=1e-6 * np.diag(
        v * np.outer(size, size)).max())
    assert (r["vcov"] == r["vcov"].T).all()
    se = np.sqrt(np.where(np.diag(r["vcov"]) >= 0, np.diag(r["vcov"]), np.nan))
    assert np.allclose(r["std_error"], se, rtol=1e-14, equal_nan=True)
    assert np.allclose(r["t"], r["coefficient"] / r["std_error"], rtol=1e-14, equal_nan=True)
    p = [np.nan if np.isnan(one) else t_two_sided(one, used) for one in r["t"]]
    assert np.allclose(r["p_value"], p, rtol=1e-8, atol=1e-14, equal_nan=True)
    centred = y - y.mean() if fixed == "none" else y
    assert np.isclose(r["r2_within"], 1 - u @ u / (centred @ centred), rtol=1e-9)
    slope = slice(1 if fixed == "none" else 0, None)
    try:
        np.linalg.cholesky(r["vcov"][slope, slope] * np.outer(size, size)[slope, slope])
    except np.linalg.LinAlgError:
        assert np.isnan(r["f"])
        return
    f = r["coefficient"][slope] @ np.linalg.solve(r["vcov"][slope, slope], r["coefficient"][slope]) / len(names[slope])
    assert np.isclose(r["f"], f, rtol=1e-6)
