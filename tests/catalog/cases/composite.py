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
    "c_obstacles": dict(SIX, obstacles=True),
    "c_obstacles_rank": dict(SIX, normalise="rank", over="period", weights="cv", obstacles=True),
    "c_inner": {"positive": ["c_innermost", "income"], "negative": ["pm25"]},
    "c_innermost": {"positive": ["trade", "green_cover"], "weights": "equal"},
    "c_within": {"positive": ["c_inner", "patents", "c_obstacles"], "negative": ["c_given"],
                 "weights": "equal", "score": "weighted", "obstacles": True},
    "c_topsis": dict(SIX, score="topsis", ideal="panel"),
    "c_topsis_bounds": dict(SIX, score="topsis", over={"bounds": BOUNDS}, weights="equal",
                            ideal="bounds", weighting="inside", obstacles=True),
    "c_topsis_pool": dict(SIX, score="topsis", over={"bounds": BOUNDS}, weights=GIVEN, weighting="outside"),
    "c_topsis_period": dict(SIX, score="topsis", over="period", weights="cv", weighting="outside"),
    "c_topsis_z": dict(SIX, score="topsis", normalise="z-score", weights="critic"),
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
    sign = [1] * len(params.get("positive", [])) + [-1] * len(params.get("negative", []))
    assert r["sign"].tolist() == sign, "sign"
    assert ("entropy" in r) == (params.get("weights", "entropy") == "entropy")
    if params.get("normalise") == "z-score" and params.get("score") != "topsis":
        assert np.nanmin(score) < 0, "z-scores are of both signs"
        if params.get("over") != "period":
            assert abs(np.nanmean(score)) < 1e-12, "mean of the pool"
    else:
        assert np.nanmin(score) >= 0 and np.nanmax(score) <= 1, "a score lies in [0,1]"
    assert ("lower" in r) == ("upper" in r) == (params.get("normalise", "min-max") == "min-max")
    check_scores(world, params, r, names)
    assert ("obstacle" in r) == ("shortfall" in r)
    assert "obstacle" in r or not params.get("obstacles")
    if "obstacle" in r:
        check_obstacles(world, label, params, r)


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


def whole_rows(world, params, r):
    """x' of every cell, of rows that lack one NaN: [indicator, period, unit]."""
    names = r.label["indicator"]
    x = np.array([world.values(params, r, name) for name in names])
    whole = ~np.isnan(x).any(0)
    given = params["over"]["bounds"] if isinstance(params.get("over"), dict) else None
    out = np.full(x.shape, np.nan)
    for j, name in enumerate(names):
        for t in range(x.shape[1]):
            pool = x[j, t][whole[t]] if params.get("over") == "period" else x[j][whole]
            pool = np.array(given[name], float) if given else pool
            out[j, t][whole[t]] = scaled(params, x[j, t][whole[t]], pool,
                                         j >= len(params.get("positive", [])))
    return out


def ideal(params, scale):
    """The best and the worst x' of each period's pool, by indicator."""
    p, periods = scale.shape[:2]
    if params.get("ideal") == "bounds":
        return np.ones((periods, p)), np.zeros((periods, p))
    axes = (2,) if params.get("over") == "period" else (1, 2)
    best, worst = np.nanmax(scale, axes).T, np.nanmin(scale, axes).T
    return np.broadcast_to(best, (periods, p)), np.broadcast_to(worst, (periods, p))


def lacking(world, label):
    """What each base indicator takes from the score, by name: the product of weights."""
    params, r = ENTRIES[label], world.results[label]
    x, found = whole_rows(world, params, r), {}
    for j, name in enumerate(r.label["indicator"]):
        w = r["weight"][:, j] if params.get("over") == "period" else np.full(x.shape[1], r["weight"][j])
        nested = name in ENTRIES and name in params["positive"]
        inner = lacking(world, name) if nested else {name: 1 - x[j]}
        for leaf, lack in inner.items():
            found[leaf] = found.get(leaf, 0) + w[:, None] * lack
    return found


def check_obstacles(world, label, params, r):
    found = lacking(world, label)
    axis = "indicator" if r.axes["obstacle"][-1] == "indicator" else "base_indicator"
    assert r.axes["obstacle"] == ["time", "unit", axis]
    assert list(found) == r.label[axis], (list(found), r.label[axis])
    lack = np.moveaxis(np.array(list(found.values())), 0, -1)
    whole = lack.sum(-1)
    there = ~np.isnan(r["score"])
    assert np.allclose(r["shortfall"][there], whole[there], rtol=1e-12, atol=1e-13), "shortfall"
    assert np.isnan(r["shortfall"][~there]).all() and np.isnan(r["obstacle"][~there]).all()
    assert np.allclose(r["obstacle"][there], (lack / whole[..., None])[there], atol=1e-11), "obstacle"
    assert close(r["obstacle"][there].sum(-1), np.ones(there.sum()))
    if params.get("score") != "topsis" and axis == "indicator":
        assert np.allclose(r["shortfall"][there], 1 - r["score"][there], atol=1e-12)


def check_scores(world, params, r, names):
    x = np.array([world.values(params, r, name) for name in names])
    whole = ~np.isnan(x).any(0)
    assert same(np.isnan(r["score"]), ~whole), "a score needs every indicator"
    given = params["over"]["bounds"] if isinstance(params.get("over"), dict) else None
    per_period = params.get("over") == "period"
    topsis = params.get("score") == "topsis"
    best, worst = ideal(params, whole_rows(world, params, r))
    for t in range(len(x[0])):
        score = np.zeros(whole[t].sum())
        above, below = score.copy(), score.copy()
        weight = r["weight"][t] if per_period else r["weight"]
        for j, name in enumerate(names):
            pool = x[j, t][whole[t]] if per_period else x[j][whole]
            pool = np.array(given[name], float) if given else pool
            one = scaled(params, x[j, t][whole[t]], pool, j >= len(params["positive"]))
            score += weight[j] * one
            w = weight[j] if params.get("weighting") == "outside" else weight[j] ** 2
            above += w * (best[t][j] - one) ** 2
            below += w * (one - worst[t][j]) ** 2
            if "lower" in r:
                at = [r[end][t, j] if per_period else r[end][j] for end in ("lower", "upper")]
                assert close(at, [pool.min(), pool.max()]), f"bounds of {name}"
        if topsis:
            score = np.sqrt(below) / (np.sqrt(above) + np.sqrt(below))
        assert np.allclose(r["score"][t][whole[t]], score, rtol=1e-12, atol=1e-13), f"score in {t}"


def check_more(world):
    """Weights out of an earlier results file give the same scores to the bit."""
    first = world.run("first", [("composite", "again", SIX)], [])
    again = world.run("again", [("composite", "again", dict(SIX, weights={"from": "first.h5"}))], [])
    assert same(first["again"]["weight"], again["again"]["weight"]), "weights from a results file"
    assert same(first["again"]["score"], again["again"]["score"]), "scores with these weights"
    # A unit that is best within has no obstacles there; it is no gap of the data.
    inner, outer = {"positive": ["income"]}, {"positive": ["inner", "trade"], "obstacles": True, "balanced": True}
    found = world.run("best", [("composite", "outer", outer), ("composite", "inner", inner)], [])
    best = found["inner"]["score"] == 1
    assert best.any() and np.isnan(found["inner"]["obstacle"][best]).all()
    assert not np.isnan(found["outer"]["score"]).any() and not np.isnan(found["outer"]["obstacle"]).any()
    assert close(found["outer"]["obstacle"][best], np.tile([0.0, 1.0], (best.sum(), 1)))
