"""Local statistics of neighbours over dense arrays, for their cases of the sweep."""
import numpy as np


def rows_of(world, name):
    if name == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name])


def among(world, name, use, binary=False):
    """Weights among the units with a value, NaN rows without any."""
    w = rows_of(world, name) * use[None, :]
    total = w.sum(1)
    if name != "near" and not binary:
        w = w / np.where(total == 0, 1, total)[:, None]
    w[(total == 0) | ~use] = np.nan
    return w


def lag_moments(w, y, use):
    """Mean and variance of the weighted sum of a draw from the others."""
    others = use.sum() - 1
    total, squares = np.nansum(y) - y, np.nansum(y * y) - y * y
    mean = total / others
    spread = squares / others - mean ** 2
    w1, w2 = w.sum(1), (w * w).sum(1)
    return w1 * mean, spread * (others * w2 - w1 ** 2) / (others - 1)


def cut_of(p, alpha):
    p = np.sort(p[~np.isnan(p)])
    passed = np.flatnonzero(p <= np.arange(1, len(p) + 1) * alpha / len(p))
    return p[passed[-1]] if len(passed) else -1


def check_inference(params, r, t, default=999):
    p, permutations = r["p_value"][t], params.get("permutations", default)
    there, alpha = ~np.isnan(p), params.get("alpha", 0.05)
    assert (p[there] > 0).all() and (p[there] <= 1).all()
    if permutations:
        steps = p[there] * (permutations + 1)
        assert np.allclose(steps, np.round(steps), atol=1e-6), "p are counts"
        assert (steps > .5).all()
    cut = alpha if params.get("fdr") == "none" else cut_of(p, alpha)
    assert (r["significant"][t] == np.where(there, p <= cut, -1)).all(), "significant"
