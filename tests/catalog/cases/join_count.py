"""Join counts of which of two systems lags behind, against dense arrays; moments by the textbook."""
import numpy as np

from sweep import close

NEEDS = ["coupling_coordination"]
ENTRIES = {
    "jc_plain": {"of": "cc_two.lagging", "weights": "contiguity", "permutations": 199},
    "jc_islands": {"of": "cc_two.lagging", "weights": "islands"},
    "jc_near": {"of": "cc_two.lagging", "weights": "near", "permutations": 0},
}
# Values are dealt out by the codes of units.
RANDOM = ("bb_p_sim", "ww_p_sim", "bw_p_sim")


def rows_of(world, name):
    if name == "near":  # the k nearest, ties by code
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        np.put_along_axis(w, np.argsort(np.where(np.isnan(d), np.inf, d), 1, "stable")[:, :4], 1, 1)
        return w
    return world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[name])


def falling(n, k):
    return float(np.prod([n - i for i in range(k)]))


def moments(w, b):
    """Expectation and variance of BB and BW of b ones (Cliff & Ord 1981)."""
    n, s0 = len(w), w.sum()
    s1, s2 = ((w + w.T) ** 2).sum() / 2, ((w.sum(0) + w.sum(1)) ** 2).sum()
    share = [falling(b, k) / falling(n, k) for k in range(5)]
    bb = s0 * share[2] / 2
    var_bb = (s1 * share[2] + (s2 - 2 * s1) * share[3] + (s0 ** 2 + s1 - s2) * share[4]) / 4 - bb ** 2
    c = n - b
    bw = s0 * b * c / falling(n, 2)
    var_bw = (2 * s1 * b * c / falling(n, 2) + (s2 - 2 * s1) * b * c * (n - 2) / falling(n, 3)
              + 4 * (s0 ** 2 + s1 - s2) * falling(b, 2) * falling(c, 2) / falling(n, 4)) / 4 - bw ** 2
    return bb, var_bb, bw, var_bw


def check(world, label, params, r):
    value = world.results["cc_two"]["lagging"].astype(float)
    assert r.label["time"] == world.results["cc_two"].label["time"]
    for t, x in enumerate(value):
        use = x >= 0
        w, x = rows_of(world, params["weights"])[use][:, use], x[use]
        assert r["n_used"][t] == len(x) and r["n_ones"][t] == x.sum()
        assert r["bb"][t] == x @ w @ x / 2 and r["ww"][t] == (1 - x) @ w @ (1 - x) / 2
        assert r["bw"][t] == (w * (x[:, None] - x) ** 2).sum() / 2
        ones, zeros = moments(w, x.sum()), moments(w, len(x) - x.sum())
        for name, want in (("bb", ones[:2]), ("ww", zeros[:2]), ("bw", ones[2:])):
            assert close(r[name + "_expected"][t], want[0]), name
            assert close(r[name + "_variance"][t], want[1], 1e-8), (name, r[name + "_variance"][t], want)
            z = (r[name][t] - r[name + "_expected"][t]) / np.sqrt(r[name + "_variance"][t])
            assert close(r[name + "_z"][t], z, 1e-10), name
            sim = name + "_p_sim"
            assert (sim in r) == (params.get("permutations", 0) > 0), sim
            assert sim not in r or 0 < r[sim][t] <= 1, sim
