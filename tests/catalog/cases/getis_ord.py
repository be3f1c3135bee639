"""G and G*: shares, standard deviates, and the general G by the textbook's sums of powers."""
import math

import numpy as np

from neighbours import among, check_inference, lag_moments
from sweep import close

ENTRIES = {
    "go_star": {"of": "gdp_pc", "weights": "contiguity"},
    "go_plain": {"of": "gdp_pc", "weights": "contiguity", "star": False, "permutations": 199,
                 "alternative": "two-sided", "fdr": "none"},
    "go_near": {"of": "pm25", "weights": "near", "alternative": "greater", "alpha": 0.1},
    "go_near_plain": {"of": "income", "weights": "near", "star": False, "alternative": "less",
                      "fdr": "bh", "periods": [2001, 2003]},
    "go_islands": {"of": "income", "weights": "islands", "star": True, "alternative": "folded",
                   "permutations": 0},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant")
DIFFERENCES = ("z", "value", "global_z")


def general(w, x):
    """Getis and Ord 1992."""
    n, w = len(x), np.nan_to_num(w)
    s0 = w.sum()
    s1, s2 = ((w + w.T) ** 2).sum() / 2, ((w.sum(0) + w.sum(1)) ** 2).sum()
    m = [0] + [(x ** k).sum() for k in range(1, 5)]
    b = [(n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0 ** 2,
         -((n * n - n) * s1 - 2 * n * s2 + 6 * s0 ** 2),
         -(2 * n * s1 - (n + 3) * s2 + 6 * s0 ** 2),
         4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0 ** 2,
         s1 - s2 + s0 ** 2]
    square = (b[0] * m[2] ** 2 + b[1] * m[4] + b[2] * m[1] ** 2 * m[2] + b[3] * m[1] * m[3]
              + b[4] * m[1] ** 4) / ((m[1] ** 2 - m[2]) ** 2 * n * (n - 1) * (n - 2) * (n - 3))
    g, e = x @ w @ x / (m[1] ** 2 - m[2]), s0 / (n * (n - 1))
    return g, e, (g - e) / math.sqrt(square - e * e)


def check(world, label, params, r):
    for t, x in enumerate(world.values(params, r, "of")):
        use = ~np.isnan(x)
        w = among(world, params["weights"], use)
        g, e, z = general(w[use][:, use], x[use])
        assert close(r["global"][t], g, 1e-10) and close(r["global_expected"][t], e, 1e-12)
        assert close(r["global_z"][t], z, 1e-6), (r["global_z"][t], z)
        assert close(r["global_p"][t], math.erfc(abs(z) / math.sqrt(2)), 1e-5)
        assert r["n_used"][t] == use.sum()
        plain, y = np.where(use, x, 0), np.where(use, x, np.nan)
        if params.get("star", True):
            self = 1 if params["weights"] == "near" else np.nanmax(np.nan_to_num(w), 1)
            w = w + np.diag(self * np.ones(len(x)))
            w = w if params["weights"] == "near" else w / w.sum(1)[:, None]
            n, w1, w2 = use.sum(), w.sum(1), (w * w).sum(1)
            value = w @ plain / plain.sum()
            mean, variance = w1 * np.nanmean(y), np.nanvar(y) * (n * w2 - w1 ** 2) / (n - 1)
        else:
            value = w @ plain / (plain.sum() - plain)
            mean, variance = lag_moments(w, y, use)
        assert close(r["value"][t], value, 1e-10), "value"
        z = (w @ plain - mean) / np.sqrt(variance)
        assert np.allclose(r["z"][t], z, rtol=1e-8, atol=1e-9, equal_nan=True), "z"
        check_inference(params, r, t)
        assert (np.isnan(r["p_value"][t]) == np.isnan(value)).all()
