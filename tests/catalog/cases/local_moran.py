"""Local Moran: values and conditional moments over dense arrays; p-values as counts, the false
discovery rate by its definition."""
import numpy as np

from neighbours import among, check_inference, lag_moments
from sweep import close

ENTRIES = {
    "lm_plain": {"of": "gdp_pc", "weights": "contiguity"},
    "lm_islands": {"of": "income", "weights": "islands", "alternative": "two-sided", "alpha": 0.1},
    "lm_with": {"of": "income", "with": "pm25", "weights": "contiguity", "alternative": "greater",
                "permutations": 199, "fdr": "none"},
    "lm_near": {"of": "pm25", "weights": "near", "periods": [2002, 2003], "alternative": "less",
                "divisor": "n-1"},
    "lm_rates": {"of": "agriculture", "population": "population", "weights": "contiguity",
                 "alternative": "folded", "fdr": "bh", "divisor": "n"},
    "lm_change": {"of": "income", "weights": "contiguity", "difference": 1, "permutations": 0},
    "lm_ones": {"of": "income", "weights": "contiguity", "permutations": 0, "fdr": "none",
                "alpha": 0.4},
    "lm_others": {"of": "pm25", "weights": "contiguity", "permutations": 0, "fdr": "none",
                  "alpha": 0.4},
    "lm_result": {"of": "economy", "weights": "near", "permutations": 99},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant", "class", "class_count")
DIFFERENCES = ("value", "expected", "variance", "z", "deviate", "lag")


def check(world, label, params, r):
    x = world.values(params, r, "of").copy()
    y = world.values(params, r, "with") if "with" in params else None
    if "difference" in params:
        x = np.vstack([np.full((1, world.n), np.nan), x[1:] - x[:-1]])
    for t in range(len(x)):
        use = ~np.isnan(x[t]) & (True if y is None else ~np.isnan(y[t]))
        if "population" in params:
            people = world.values(params, r, "population")[t]
            use &= ~np.isnan(people)
            e, p = np.where(use, x[t], np.nan), np.where(use, people, np.nan)
            b, rate = np.nansum(e) / np.nansum(p), e / p
            a = np.nansum(p * (rate - b) ** 2) / np.nansum(p) - b * use.sum() / np.nansum(p)
            v = np.where(a + b / p < 0, b / p, a + b / p)
            x[t] = (rate - b) / np.sqrt(v)
        assert r["n_used"][t] == use.sum(), "n_used"
        assert r["quadrant_count"][t].tolist() == [(r["quadrant"][t] == k).sum() for k in range(1, 5)]
        assert r["class_count"][t].tolist() == [(r["class"][t] == k).sum() for k in range(13)]
        if not use.any():
            assert np.isnan(r["value"][t]).all()
            continue
        w = among(world, params["weights"], use)
        zx = np.where(use, x[t] - x[t][use].mean(), np.nan)
        zy = zx if y is None else np.where(use, y[t] - y[t][use].mean(), np.nan)
        n = use.sum() - (params.get("divisor") == "n-1")
        factor = zx * n / np.sqrt(np.nansum(zx ** 2) * np.nansum(zy ** 2))
        lag = w @ np.where(use, zy, 0)
        mean, variance = lag_moments(w, zy, use)
        value = factor * lag
        size = np.nanmax(abs(value))
        for name, want in (("value", value), ("expected", factor * mean),
                           ("variance", factor ** 2 * variance)):
            assert np.allclose(r[name][t], want, rtol=1e-9, atol=1e-12 * size, equal_nan=True), name
        there = ~np.isnan(r["value"][t])
        for name, want, scale in (("deviate", zx, zx), ("lag", lag, zy)):
            want = np.where(there, want * np.sqrt(n / np.nansum(scale ** 2)), np.nan)
            assert np.allclose(r[name][t], want, rtol=1e-9, atol=1e-11, equal_nan=True), name
        z = (r["value"][t] - r["expected"][t]) / np.sqrt(r["variance"][t])
        assert close(r["z"][t], z, 1e-10), "z"
        quadrant = np.where(zx > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
        assert (r["quadrant"][t] == np.where(np.isnan(lag), -1, quadrant)).all(), "quadrant"
        check_inference(params, r, t)
        assert (np.isnan(r["p_value"][t]) == np.isnan(r["value"][t])).all()
        p = r["p_value"][t]
        level = (p <= .001).astype(int) + (p <= .01) + (p <= .05)
        want = np.where(level > 0, 3 * (r["quadrant"][t] - 1) + level, 0)
        assert (r["class"][t] == np.where(np.isnan(p), -1, want)).all(), "class"
    assert r.label["quadrant_label"] == ["HH", "LH", "LL", "HL"]
    assert len(r.label["class_label"]) == 13
