"""Local join counts: ones beside ones, and the tails of the hypergeometric distribution."""
import math

import numpy as np

from neighbours import among, check_inference, lag_moments

NEEDS = ["local_moran"]
ENTRIES = {
    "ljc_ones": {"of": "lm_ones.significant", "weights": "contiguity"},
    "ljc_both": {"of": "lm_ones.significant", "with": "lm_others.significant", "weights": "contiguity",
                "alternative": "greater", "fdr": "none"},
    "ljc_near": {"of": "lm_others.significant", "weights": "near", "alternative": "two-sided",
                "alpha": 0.2, "periods": [2002, 2003]},
    "ljc_islands": {"of": "lm_ones.significant", "weights": "islands", "alternative": "less", "fdr": "bh"},
    "ljc_draws": {"of": "lm_ones.significant", "weights": "contiguity", "permutations": 199,
                 "alternative": "folded"},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant")


def tails(n, ones, k, count):
    p = [math.comb(ones, j) * math.comb(n - ones, k - j) / math.comb(n, k) for j in range(k + 1)]
    return sum(p[count:]), sum(p[:count + 1])


def ones_of(world, params, r, name):
    label = params[name].split(".")[0]
    found = world.results[label]
    value = found["significant"].astype(float)
    value[value < 0] = np.nan
    return value[[found.label["time"].index(year) for year in r.label["time"]]]


def p_of(params, least, most):
    nearer = min(least, most)
    return {"folded": nearer, "greater": least, "less": most,
            "two-sided": min(1, 2 * nearer)}[params.get("alternative", "folded")]


def check(world, label, params, r):
    x = ones_of(world, params, r, "of")
    y = ones_of(world, params, r, "with") if "with" in params else x
    for t in range(len(x)):
        use = ~np.isnan(x[t]) & ~np.isnan(y[t])
        w = among(world, params["weights"], use, binary=True)
        count = w @ np.where(use, y[t], 0)
        assert np.array_equal(r["value"][t], count * np.where(use, x[t], np.nan), equal_nan=True)
        mean, variance = lag_moments(w, np.where(use, y[t], np.nan), use)
        one = use & (x[t] == 1) & ~np.isnan(count)
        with np.errstate(all="ignore"):
            z = np.where(one & (variance > 1e-14), (count - mean) / np.sqrt(variance), np.nan)
        assert np.allclose(r["z"][t], z, rtol=1e-9, atol=1e-10, equal_nan=True), "z"
        assert (np.isnan(r["p_value"][t]) == ~one).all()
        for i in np.flatnonzero(one if not params.get("permutations") else []):
            want = tails(int(use.sum()) - 1, int(y[t][use].sum() - y[t][i]), int(w[i].sum()),
                         int(count[i]))
            assert abs(r["p_value"][t][i] - p_of(params, *want)) < 1e-12, "p_value"
        check_inference(params, r, t, default=0)
        assert r["n_used"][t] == use.sum()
