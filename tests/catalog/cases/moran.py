"""Moran's I and its moments against dense arrays."""
import math

import numpy as np

from sweep import close

ENTRIES = {
    "m_plain": {"of": "gdp_pc", "weights": "contiguity"},
    "m_adjust": {"of": "income", "weights": "islands", "islands": "adjust"},
    "m_zero": {"of": "income", "weights": "islands", "islands": "zero"},
    "m_remove": {"of": "income", "weights": "islands", "islands": "remove"},
    "m_near": {"of": "pm25", "weights": "near", "periods": [2002, 2003]},
    "m_result": {"of": "economy", "weights": "contiguity"},
    "m_draws": {"of": "income", "weights": "islands", "permutations": 199},
    "m_with": {"of": "income", "with": "pm25", "weights": "islands", "islands": "zero", "permutations": 99},
    "m_bands": {"of": "gdp_pc", "by_distance": [150, 300, 1000], "permutations": 19},
    "m_hours": {"of": "gdp_pc", "by_distance": [5.5], "distance": {"file": "hours.csv"}, "islands": "remove"},
}
# Values are dealt out by the codes of units.
RANDOM = ("p_sim",)


def rows_of(world, params, band):
    if "by_distance" in params:
        d = world.distance("hours.csv") if "distance" in params else world.great_circle()
        limits = [0] + params["by_distance"]
        return ((d > limits[band]) & (d <= limits[band + 1]) & ~np.eye(world.n, dtype=bool)) * 1.0
    if params["weights"] == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[params["weights"]])


def expected(world, x, y, params, band):
    """I, E, both variances, n_used (Cliff & Ord 1981), of the units that have a value."""
    use = ~np.isnan(x) & ~np.isnan(y)
    w = rows_of(world, params, band) * 1.0
    while params.get("islands") == "remove":
        alone = use & (w[:, use].sum(1) == 0)
        if not alone.any():
            break
        use &= ~alone
    w, x, y = w[use][:, use], x[use], y[use]
    islands = (w.sum(1) == 0).sum()
    if params.get("weights") != "near":
        w = w / np.where(w.sum(1) == 0, 1, w.sum(1))[:, None]
    n = len(x) - (islands if params.get("islands", "adjust") == "adjust" else 0)
    z, s0 = x - x.mean(), w.sum()
    if "with" in params:  # linear in what is permuted
        zy, a = y - y.mean(), z @ w
        scale = n / s0 / np.sqrt((z @ z) * (zy @ zy))
        spread = ((a - a.mean()) ** 2).sum() * (zy @ zy) / (len(x) - 1)
        return scale * (z @ w @ zy), 0, None, scale ** 2 * spread, len(x)
    s1, s2 = ((w + w.T) ** 2).sum() / 2, ((w.sum(0) + w.sum(1)) ** 2).sum()
    e = -1 / (n - 1)
    b2 = len(x) * (z ** 4).sum() / (z ** 2).sum() ** 2
    normal = (n * n * s1 - n * s2 + 3 * s0 ** 2) / (s0 ** 2 * (n * n - 1)) - e * e
    random = ((n * (s1 * (n * n - 3 * n + 3) - n * s2 + 3 * s0 ** 2)
               - b2 * (s1 * (n * n - n) - 2 * n * s2 + 6 * s0 ** 2))
              / ((n - 1) * (n - 2) * (n - 3) * s0 ** 2) - e * e)
    return n / s0 * (z @ w @ z) / (z @ z), e, normal, random, len(x)


NAMES = ("I", "expected", "variance_normality", "variance_randomisation", "n_used")


def check_draws(params, r):
    draws = params["permutations"] + 1
    counts = r["p_sim"] * draws
    assert (abs(counts - np.round(counts)) < 1e-9).all() and (counts > 0.5).all(), counts
    assert (counts <= draws / 2 + 1).all(), counts
    assert (abs(r["p_sim"] - r["p_value"] / 2) < 4 * np.sqrt(r["p_value"] / draws) + 0.07).all()


def check_bands(world, params, r):
    assert r.label["distance"] == params["by_distance"] and r.axes["I"] == ["time", "distance"]
    for band in range(len(params["by_distance"])):
        w = rows_of(world, params, band)
        assert r["pairs"][band] == w.sum() / 2 and r["no_neighbour"][band] == (w.sum(1) == 0).sum()


def check(world, label, params, r):
    if not world.gaps and not {"islands", "with", "by_distance"} & set(params) and label != "m_draws":
        assert close(r["expected"], np.full(len(r["I"]), -1 / (world.n - 1))), "expected"
    p = np.vectorize(lambda z: math.erfc(abs(z) / math.sqrt(2)))(r["z"])
    assert close(r["p_value"], p, 1e-10) and p.max() <= 1, "p_value"
    assert close(r["z"], (r["I"] - r["expected"]) / np.sqrt(r["variance_randomisation"])), "z"
    assert ("p_sim" in r) == ("permutations" in params) and ("pairs" in r) == ("by_distance" in params)
    assert ("variance_normality" in r) == ("with" not in params)
    x = world.values(params, r, "of")
    y = world.values(params, r, "with") if "with" in params else x
    for t in range(len(x)):
        for band in range(len(params.get("by_distance", [0]))):
            for name, want in zip(NAMES, expected(world, x[t], y[t], params, band)):
                got = None if want is None else r[name][t] if r[name].ndim == 1 else r[name][t, band]
                assert want is None or close(got, want, 1e-9), f"{name} in {t}: {got}, {want}"
    if "by_distance" in params:
        check_bands(world, params, r)
    if "permutations" in params:
        check_draws(params, r)
