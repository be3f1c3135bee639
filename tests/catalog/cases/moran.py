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
}


def rows_of(world, name):
    if name == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name])


def expected(world, x, params):
    """I, E, both variances, n_used (Cliff & Ord 1981), of the units that have a value."""
    use = ~np.isnan(x)
    w = rows_of(world, params["weights"])
    while params.get("islands") == "remove":
        alone = use & (w[:, use].sum(1) == 0)
        if not alone.any():
            break
        use &= ~alone
    w, x = w[use][:, use], x[use]
    islands = (w.sum(1) == 0).sum()
    if params["weights"] != "near":
        w = w / np.where(w.sum(1) == 0, 1, w.sum(1))[:, None]
    n = len(x) - (islands if params.get("islands", "adjust") == "adjust" else 0)
    z, s0 = x - x.mean(), w.sum()
    s1, s2 = ((w + w.T) ** 2).sum() / 2, ((w.sum(0) + w.sum(1)) ** 2).sum()
    e = -1 / (n - 1)
    b2 = len(x) * (z ** 4).sum() / (z ** 2).sum() ** 2
    normal = (n * n * s1 - n * s2 + 3 * s0 ** 2) / (s0 ** 2 * (n * n - 1)) - e * e
    random = ((n * (s1 * (n * n - 3 * n + 3) - n * s2 + 3 * s0 ** 2)
               - b2 * (s1 * (n * n - n) - 2 * n * s2 + 6 * s0 ** 2))
              / ((n - 1) * (n - 2) * (n - 3) * s0 ** 2) - e * e)
    return n / s0 * (z @ w @ z) / (z @ z), e, normal, random, len(x)


NAMES = ("I", "expected", "variance_normality", "variance_randomisation", "n_used")


def check(world, label, params, r):
    if not world.gaps and "islands" not in params:
        assert close(r["expected"], np.full(len(r["I"]), -1 / (world.n - 1))), "expected"
    p = [math.erfc(abs(z) / math.sqrt(2)) for z in r["z"]]
    assert close(r["p_value"], p, 1e-10) and max(p) <= 1, "p_value"
    assert close(r["z"], (r["I"] - r["expected"]) / np.sqrt(r["variance_randomisation"])), "z"
    for t, x in enumerate(world.values(params, r, "of")):
        for name, want in zip(NAMES, expected(world, x, params)):
            assert close(r[name][t], want, 1e-9), f"{name} in {t}: {r[name][t]}, {want}"
