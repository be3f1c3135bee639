"""Transitions between quadrants: quadrants and moves over dense arrays, the chain's equations."""
import math

import numpy as np

from sweep import close

ENTRIES = {
    "lk_plain": {"of": "gdp_pc", "weights": "contiguity"},
    "lk_islands": {"of": "income", "weights": "islands", "span": 1, "permutations": 99, "fdr": "none",
                   "alternative": "two-sided", "alpha": 0.2},
    "lk_near": {"of": "pm25", "weights": "near", "span": 2, "_long": True, "permutations": 999,
                "alternative": "folded", "fdr": "bh"},
    "lk_greater": {"of": "income", "weights": "near", "permutations": 99, "alternative": "greater"},
    "lk_less": {"of": "income", "weights": "near", "permutations": 99, "alternative": "less"},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant", "count_significant")


def rows_of(world, name):
    if name == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name])


def quadrants(world, x, name):
    use = ~np.isnan(x)
    w = rows_of(world, name) * use[None, :]
    z = np.where(use, x - x[use].mean(), 0)
    lag = w @ z
    q = np.where(z > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    return np.where(use & (w.sum(1) > 0), q, 0)


def check(world, label, params, r):
    year, span = [int(y) for y in r.label["time"]], params.get("span", 1)
    x = world.values(params, r, "of")
    c = np.array([quadrants(world, row, params["weights"]) for row in x])
    assert r.label["class_label"] == r.label["class_label_to"] == ["HH", "LH", "LL", "HL"]
    assert r.label["move_label"] == ["none", "own", "neighbours", "both"]
    assert r["class"].tolist() == c.tolist(), "class"
    count, both = np.zeros((4, 4)), np.zeros((4, 4))
    move = np.full(c.shape, -1)
    for t, y in enumerate(year):
        if y - span not in year:
            continue
        s = year.index(y - span)
        there = (c[s] > 0) & (c[t] > 0)
        np.add.at(count, (c[s][there] - 1, c[t][there] - 1), 1)
        own = np.isin(c[s], (1, 4)) != np.isin(c[t], (1, 4))
        others = np.isin(c[s], (1, 2)) != np.isin(c[t], (1, 2))
        move[t] = np.where(there, own + 2 * others, -1)
        if "permutations" in params:
            both_ends = there & (r["significant"][s] == 1) & (r["significant"][t] == 1)
            np.add.at(both, (c[s][both_ends] - 1, c[t][both_ends] - 1), 1)
    assert r["count"].tolist() == count.tolist() and r["move"].tolist() == move.tolist(), "move"
    assert r["move_count"].tolist() == [[(row == k).sum() for k in range(4)] for row in move]
    assert r["n_used"].tolist() == (move >= 0).sum(1).tolist()
    n = count.sum(1, keepdims=True)
    p = r["probability"]
    assert close(p, np.where(n > 0, count / np.where(n > 0, n, 1), np.nan)), "probability"
    assert close(r["prais"], 1 - np.diag(p)), "prais"
    if (n > 0).all():
        pi = r["steady_state"]
        assert np.allclose(pi @ p, pi, atol=1e-13) and math.isclose(pi.sum(), 1, rel_tol=1e-12)
        assert close(r["shorrocks"], (4 - np.trace(p)) / 3)
        assert close(r["bartholomew"], 4 * (1 - (pi * np.diag(p)).sum()) / 3, 1e-10)
    for name in ("p_value", "significant", "count_significant"):
        assert (name in r) == ("permutations" in params), name
    if "permutations" in params:
        assert r["count_significant"].tolist() == both.tolist()
        assert (np.isnan(r["p_value"]) == (c == 0)).all() and np.nanmax(r["p_value"]) <= 1
