"""Local Geary: squared distances to the neighbours, and the moments of draws from all others."""
import numpy as np

from neighbours import among, check_inference

ENTRIES = {
    "lg_one": {"of": ["gdp_pc"], "weights": "contiguity"},
    "lg_three": {"of": ["gdp_pc", "income", "pm25"], "weights": "contiguity", "permutations": 199,
                 "alternative": "two-sided", "fdr": "none"},
    "lg_near": {"of": ["pm25", "income"], "weights": "near", "alternative": "less", "alpha": 0.1},
    "lg_islands": {"of": ["income"], "weights": "islands", "alternative": "greater", "fdr": "bh"},
    "lg_normal": {"of": ["income", "economy"], "weights": "contiguity", "alternative": "folded",
                  "permutations": 0, "periods": [2001, 2003]},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant")
DIFFERENCES = ("z", "value")


def check(world, label, params, r):
    x = np.array([world.values({"of": name}, r, "of") for name in params["of"]])
    for t in range(x.shape[1]):
        use = ~np.isnan(x[:, t]).any(0)
        u = np.where(use, x[:, t], np.nan)
        u = (u - np.nanmean(u, 1)[:, None]) / np.nanstd(u, 1, ddof=1)[:, None]
        w = among(world, params["weights"], use)
        apart = ((u[:, :, None] - u[:, None, :]) ** 2).mean(0)
        value = (w * np.nan_to_num(apart)).sum(1)
        others = use.sum() - 1
        mean = np.nansum(apart, 1) / others
        spread = np.nansum(apart ** 2, 1) / others - mean ** 2
        w1, w2 = w.sum(1), (w * w).sum(1)
        z = (value - w1 * mean) / np.sqrt(spread * (others * w2 - w1 ** 2) / (others - 1))
        assert np.allclose(r["value"][t], value, rtol=1e-10, atol=1e-13, equal_nan=True), "value"
        assert np.allclose(r["z"][t], z, rtol=1e-8, atol=1e-10, equal_nan=True), "z"
        assert r["n_used"][t] == use.sum()
        check_inference(params, r, t)
        assert (np.isnan(r["p_value"][t]) == np.isnan(value)).all()
