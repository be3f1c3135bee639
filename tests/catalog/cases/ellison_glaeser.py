"""Concentration of industries and of their pairs against the plain formulas."""
import numpy as np

from sweep import close, same

INDUSTRIES = ["agriculture", "manufacturing", "producer_services", "finance", "other_services"]
PLANTS = ["population", "income", "investment", "trade", "patents"]
DIFFERENCES = ("gamma", "coagglomeration")
ENTRIES = {
    "eg_pairs": {"industries": INDUSTRIES},
    "eg_given": {"industries": INDUSTRIES, "plant_hhi": 0.01, "x": "total", "form": "eg"},
    "eg_list": {"industries": INDUSTRIES[:3], "plant_hhi": [0.01, 0.2, 0], "x": "mean",
                "form": "maurel-sedillot"},
    "eg_plants": {"industries": INDUSTRIES, "plants": PLANTS, "x": "separate", "periods": [2002]},
}


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    n = len(params["industries"])
    assert r.label["industry"] == r.label["industry_to"] == params["industries"]
    assert ("gamma" in r) == ("plant_hhi" in params or "plants" in params)
    for at, t in enumerate(years):
        e = np.array([world.column[name][t] for name in params["industries"]])
        whole = ~np.isnan(e.sum(0))
        assert r["n_used"][at] == whole.sum() and close(r["coverage"][at], (~np.isnan(e)).mean(1))
        e = e[:, whole]
        s, total = e / e.sum(1)[:, None], e.sum(0) / e.sum()
        form = params.get("x", "separate")
        x = s.mean(0) if form == "mean" else total
        g = ((s - x) ** 2).sum(1)
        assert close(r["g"][at], g, 1e-10), "g"
        if "gamma" in r:
            h = params.get("plant_hhi", 0)
            if "plants" in params:
                plants = np.array([world.column[name][t] for name in PLANTS])[:, whole]
                h = (e ** 2 / plants).sum(1) / e.sum(1) ** 2
            h = np.broadcast_to(h, n)
            rest = 1 - (x ** 2).sum()
            raw = g / rest
            if params.get("form") == "maurel-sedillot":
                raw = ((s ** 2).sum(1) - (x ** 2).sum()) / rest
            assert np.allclose(r["gamma"][at], (raw - h) / (1 - h), rtol=1e-9, atol=1e-12,
                               equal_nan=True), "gamma"
        x = total if form == "total" else s.mean(0)
        matrix = r["coagglomeration"][at]
        assert same(matrix, matrix.T), "symmetric to the bit"
        want = (s - x) @ (s - x).T / (1 - (x ** 2).sum())
        assert np.allclose(matrix, want, rtol=1e-9, atol=1e-13, equal_nan=True), "coagglomeration"
        if form != "total":
            assert np.allclose(matrix.sum(1), 0, atol=1e-13), "rows sum to 0"
