"""Composites: every normalisation, pool and way of weighting. economy, services and ecology are the
systems of the coupling measures."""
import numpy as np

from sweep import close, same

SIX = {"positive": ["income", "trade", "patents", "green_cover"], "negative": ["pm25", "energy_intensity"]}
BOUNDS = {"income": [0, 1e6], "trade": [0, 1e7], "patents": [0, 1e6], "green_cover": [0, 100],
          "pm25": [0, 200], "energy_intensity": [0, 10]}
GIVEN = {"income": 2, "trade": 1, "patents": 1, "green_cover": 0, "pm25": 3, "energy_intensity": 1}

ENTRIES = {
    "economy": {"positive": ["gdp_pc", "income", "trade_share"]},
    "services": {"positive": ["services_share", "finance_pc", "patents_per_10k"], "weights": "equal"},
    "ecology": {"positive": ["green_cover"], "negative": ["pm25", "energy_intensity"]},
    "c_shift": dict(SIX, normalise="min-max", shift=0.01),
    "c_critic": dict(SIX, weights="critic"),
    "c_cv": dict(SIX, weights="cv"),
    "c_given": dict(SIX, weights=GIVEN),
    "c_period": dict(SIX, over="period"),
    "c_bounds": dict(SIX, over={"bounds": BOUNDS}, weights="equal"),
    "c_rank": dict(SIX, normalise="rank", weights="entropy"),
    "c_rank_period": dict(SIX, normalise="rank", over="period", weights="critic"),
    "c_z": dict(SIX, normalise="z-score", weights="equal"),
    "c_z_period": dict(SIX, normalise="z-score", over="period", weights="critic"),
    "c_nested": {"positive": ["economy", "services"], "negative": ["pm25"]},
}


def check(world, label, params, r):
    score, weight = r["score"], r["weight"]
    names = r.label["indicator"]
    assert names == params.get("positive", []) + params.get("negative", []), names
    assert (weight >= 0).all() and close(weight.sum(-1), np.ones(weight.shape[:-1])), "weights"
    if params.get("weights") == "equal":
        assert close(weight, np.full(len(names), 1 / len(names)))
    if isinstance(params.get("weights"), dict):
        assert close(weight, [GIVEN[n] / sum(GIVEN.values()) for n in names])
    if params.get("normalise") == "z-score":
        assert np.nanmin(score) < 0, "z-scores are of both signs"
        if params.get("over") != "period":
            assert abs(np.nanmean(score)) < 1e-12, "mean of the pool"
    else:
        assert np.nanmin(score) >= 0 and np.nanmax(score) <= 1, "a score lies in [0,1]"
    assert ("lower" in r) == ("upper" in r) == (params.get("normalise", "min-max") == "min-max")
    check_scores(world, params, r, names)


def scaled(params, x, pool, negative):
    """x' of the rows of `pool`, by the definition."""
    kind = params.get("normalise", "min-max")
    if kind == "min-max":
        lo, hi = pool.min(), pool.max()
        return (hi - x) / (hi - lo) if negative else (x - lo) / (hi - lo)
    if kind == "z-score":
        return (-1 if negative else 1) * (x - pool.mean()) / pool.std(ddof=1)
    rank = [((pool < v).sum() + (pool <= v).sum() - 1) / 2 / (len(pool) - 1) for v in x]
    return 1 - np.array(rank) if negative else np.array(rank)


def check_scores(world, params, r, names):
    x = np.array([world.values(params, r, name) for name in names])
    whole = ~np.isnan(x).any(0)
    assert same(np.isnan(r["score"]), ~whole), "a score needs every indicator"
    given = params["over"]["bounds"] if isinstance(params.get("over"), dict) else None
    per_period = params.get("over") == "period"
    for t in range(len(x[0])):
        score = np.zeros(whole[t].sum())
        weight = r["weight"][t] if per_period else r["weight"]
        for j, name in enumerate(names):
            pool = x[j, t][whole[t]] if per_period else x[j][whole]
            pool = np.array(given[name], float) if given else pool
            score += weight[j] * scaled(params, x[j, t][whole[t]], pool, j >= len(params["positive"]))
            if "lower" in r:
                at = [r[end][t, j] if per_period else r[end][j] for end in ("lower", "upper")]
                assert close(at, [pool.min(), pool.max()]), f"bounds of {name}"
        assert np.allclose(r["score"][t][whole[t]], score, rtol=1e-12, atol=1e-13), f"score in {t}"


def check_more(world):
    """Weights out of an earlier results file give the same scores to the bit."""
    first = world.run("first", [("composite", "again", SIX)], [])
    again = world.run("again", [("composite", "again", dict(SIX, weights={"from": "first.h5"}))], [])
    assert same(first["again"]["weight"], again["again"]["weight"]), "weights from a results file"
    assert same(first["again"]["score"], again["again"]["score"]), "scores with these weights"
