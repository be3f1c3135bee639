"""Similarity of industries: every form by plain arrays, the bounds, and which partners come first."""
import numpy as np

from sweep import same

SHARES = ["agriculture", "manufacturing", "finance", "other_services"]
DEMAND = ["finance", "agriculture", "other_services", "manufacturing"]
ENTRIES = {
    "ss_cosine": {"shares": SHARES, "form": "cosine"},
    "ss_absolute": {"shares": SHARES[:2], "by": "absolute", "periods": [2001, 2003]},
    "ss_krugman": {"shares": SHARES, "form": "krugman", "_by": "smallest"},
    "ss_unlike": {"shares": SHARES, "form": "krugman", "by": "largest"},
    "ss_complementarity": {"shares": SHARES, "form": "complementarity", "demand": DEMAND,
                           "_directed": True},
}


def shares_of(world, years, names):
    e = np.array([world.column[name][years] for name in names])
    return e / e.sum(0)


def expected(params, s, d):
    form = params.get("form", "cosine")
    if form == "cosine":
        u = s / np.sqrt((s * s).sum(0))
        return np.einsum("kti,ktj->tij", u, u)
    apart = abs(s[:, :, :, None] - d[:, :, None, :]).sum(0)
    return apart if form == "krugman" else 1 - apart / 2


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    s = shares_of(world, years, params["shares"])
    want = expected(params, s, shares_of(world, years, params["demand"]) if "demand" in params else s)
    want[:, range(world.n), range(world.n)] = np.nan
    assert same(np.isnan(r["value"]), np.isnan(want)), "undefined pairs"
    assert np.allclose(r["value"], want, rtol=1e-12, atol=1e-14, equal_nan=True), "formula"
    there = r["value"][~np.isnan(r["value"])]
    most = 2 if params.get("form") == "krugman" else 1
    assert (there >= -1e-15).all() and (there <= most + 1e-14).all(), f"in [0,{most}]"
