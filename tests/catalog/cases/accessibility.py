"""What is within reach, against sums over dense arrays."""
import numpy as np

from centres import distance_of
from sweep import close, same

ENTRIES = {
    "access_hours": {"mass": "population", "distance": {"file": "hours.csv"}, "within": [5, 10, 19.9]},
    "access_roads": {"mass": "gdp", "distance": {"file": "roads.csv"}, "within": 20},
    "access_km": {"mass": "gdp", "distance": "great-circle", "within": [60, 120, 500]},
}


def check(world, label, params, r):
    mass, time = world.values(params, r, "mass"), distance_of(world, params)
    there = ~np.isnan(mass)
    reach = ~np.isnan(time) & there[:, None, :]
    m = np.where(reach, mass[:, None, :], 0)
    t = np.where(np.isnan(time), 1, time)
    total = m.sum(2)
    some = reach.any(2)
    with np.errstate(all="ignore"):
        assert close(r["mean_time"], (m * t).sum(2) / total, 1e-10), "mean_time"
        others = np.nansum(mass, 1)[:, None] - np.nan_to_num(mass)
        assert np.allclose(r["reached"], total / others, rtol=1e-10, atol=0, equal_nan=True), "reached"
    assert close(r["potential"], np.where(some, (m / t).sum(2), np.nan), 1e-10), "potential"
    limits = params["within"] if isinstance(params["within"], list) else [params["within"]]
    assert r.label["within"] == limits
    for k, limit in enumerate(limits):
        near = reach & (time <= limit)
        assert same(r["count_within"][..., k], near.sum(2) + 1), "count_within: itself included, with a mass or without"
        want = np.where(near, mass[:, None, :], 0).sum(2) + np.nan_to_num(mass)
        assert close(r["mass_within"][..., k], want, 1e-10), "mass_within"
