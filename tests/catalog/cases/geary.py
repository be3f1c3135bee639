"""Geary's C against dense arrays, its variance by the textbook; p by permutations near that of the
standard deviate."""
import math

import numpy as np

from sweep import close

ENTRIES = {
    "gc_plain": {"of": "gdp_pc", "weights": "contiguity", "permutations": 999},
    "gc_adjust": {"of": "income", "weights": "islands", "islands": "adjust", "permutations": 99},
    "gc_zero": {"of": "income", "weights": "islands", "islands": "zero"},
    "gc_remove": {"of": "income", "weights": "islands", "islands": "remove", "permutations": 20},
    "gc_near": {"of": "pm25", "weights": "near", "periods": [2002, 2003]},
    "gc_result": {"of": "economy", "weights": "contiguity"},
}
# Values are dealt out by the codes of units.
RANDOM = ("p_sim",)


def rows_of(world, name):
    if name == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name])


def expected(world, x, params):
    """C, both variances, n_used (Cliff & Ord 1981), of the units that have a value."""
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
    k = len(x) * (z ** 4).sum() / (z ** 2).sum() ** 2
    c = (n - 1) * (w * (x[:, None] - x) ** 2).sum() / (2 * s0 * (z * z).sum())
    normal = ((2 * s1 + s2) * (n - 1) - 4 * s0 ** 2) / (2 * (n + 1) * s0 ** 2)
    random = ((n - 1) * s1 * (n * n - 3 * n + 3 - k * (n - 1))
              - (n - 1) * s2 * (n * n + 3 * n - 6 - k * (n * n - n + 2)) / 4
              + s0 ** 2 * (n * n - 3 - k * (n - 1) ** 2)) / (n * (n - 2) * (n - 3) * s0 ** 2)
    return c, normal, random, len(x)


NAMES = ("C", "variance_normality", "variance_randomisation", "n_used")


def check(world, label, params, r):
    assert (r["expected"] == 1).all(), "expected"
    p = np.array([math.erfc(abs(z) / math.sqrt(2)) for z in r["z"]])
    assert close(r["p_value"], p, 1e-10) and max(p) <= 1, "p_value"
    assert close(r["z"], (r["C"] - 1) / np.sqrt(r["variance_randomisation"]), 1e-10), "z"
    for t, x in enumerate(world.values(params, r, "of")):
        for name, want in zip(NAMES, expected(world, x, params)):
            assert close(r[name][t], want, 1e-9), f"{name} in {t}: {r[name][t]}, {want}"
    assert ("p_sim" in r) == ("permutations" in params), "p_sim"
    if "p_sim" not in r:
        return
    draws = params["permutations"] + 1
    counts = r["p_sim"] * draws
    assert (abs(counts - np.round(counts)) < 1e-9).all() and (counts > 0.5).all(), counts
    assert (counts <= draws / 2 + 1).all(), counts
    assert (abs(r["p_sim"] - p / 2) < 1 / draws + 4 * np.sqrt(p / draws) + 0.05).all(), (r["p_sim"], p)
