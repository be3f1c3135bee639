"""Market segmentation by plain arrays: over links, and over all pairs."""
import numpy as np

from sweep import close, same

OF_SERIES = True
GOODS = ["agriculture", "manufacturing", "finance"]
ENTRIES = {
    "ms_links": {"prices": GOODS, "weights": "contiguity", "keep": "summary"},
    "ms_all": {"prices": GOODS[:2], "input": "price", "keep": "dense"},
    "ms_index": {"prices": GOODS, "input": "chain-index", "weights": "islands", "keep": "summary"},
}


def changes(world, params):
    p = np.array([world.column[name] for name in params["prices"]])
    if params.get("input") == "chain-index":
        return np.log(p)
    return np.concatenate([np.full_like(p[:, :1], np.nan), np.diff(np.log(p), axis=1)], axis=1)


def check(world, label, params, r):
    q, n = changes(world, params), world.n
    linked = ~np.eye(n, dtype=bool)
    if "weights" in params:
        linked = world.links({"contiguity": "edges.csv", "islands": "islands.csv"}[params["weights"]]) > 0
    a = abs(q[:, :, :, None] - q[:, :, None, :])
    a[:, :, ~(linked | linked.T)] = np.nan
    b = a - np.nanmean(np.where(np.triu(np.ones((n, n), bool), 1), a, np.nan), axis=(2, 3),
                       keepdims=True)
    count = (~np.isnan(b)).sum(0)
    v = np.where(count >= 2, np.nanvar(b, axis=0), np.nan)
    v[:, ~(linked | linked.T)] = np.nan
    unit = np.nanmean(v, axis=2)  # over partners, whichever of the two is linked to the other
    v[:, ~linked] = np.nan
    assert close(r["segmentation"], unit, 1e-9), "segmentation"
    assert close(r["integration"], 1 / np.sqrt(unit), 1e-9), "integration"
    assert close(r["national"], np.nanmean(unit, axis=1), 1e-9), "national"
    if "weights" not in params:
        assert same(np.isnan(r["value"]), np.isnan(v)), "undefined pairs"
        assert np.allclose(r["value"], v, rtol=1e-9, equal_nan=True), "formula"
    assert close(r["mean"], np.nanmean(v, axis=(1, 2)), 1e-9), "mean over pairs"
