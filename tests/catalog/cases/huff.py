"""Huff's shares against the plain formula; they sum to 1."""
import numpy as np

from centres import centres_of, distance_of
from sweep import close

ENTRIES = {
    "huff": {"attraction": "gdp", "centres": {"top": 5}, "demand": "population"},
    "huff_own": {"attraction": "finance", "centres": {"top": 4, "apart_km": 300}, "demand": "income",
                 "self": "own", "attraction_exponent": 0.7, "decay": 1.4},
    "huff_distance": {"attraction": "gdp", "centres": {"top": 6}, "demand": "population",
                      "self": "distance", "distance": {"file": "roads.csv"}},
}


def check(world, label, params, r):
    attraction, demand = (world.values(params, r, name) for name in ("attraction", "demand"))
    centre, d = centres_of(world, params, r, "attraction"), distance_of(world, params).copy()
    within = 2 / 3 * np.sqrt(np.array(world.unit["land_area"], float) / np.pi)
    d[range(world.n), range(world.n)] = within
    drawn = (attraction[:, centre] ** params.get("attraction_exponent", 1))[:, None, :] * \
        d[:, centre] ** -params.get("decay", 2)
    with np.errstate(all="ignore"):
        share = drawn / np.nansum(drawn, 2)[..., None]
    if params.get("self") == "own":
        share[:, centre] = np.eye(len(centre))
    assert close(r["value"], share, 1e-10), "value"
    total = np.nansum(r["value"], 2)
    assert close(np.where(np.isnan(r["value"]).all(2), 1, total), np.ones_like(total), 1e-12), "sum 1"
    assert close(r["market"], np.nansum(share * demand[..., None], 1), 1e-10), "market"
