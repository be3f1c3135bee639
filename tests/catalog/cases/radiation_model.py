"""The radiation model against the plain formula, row by row over sorted distances."""
import numpy as np

from sweep import close

ENTRIES = {
    "rad_gdp": {"mass": "gdp", "_directed": True},
    "rad_out": {"mass": "population", "out": "manufacturing", "distance": "great-circle", "finite": True,
                "_directed": True},
    "rad_roads": {"mass": "gdp", "distance": {"file": "roads.csv"}, "finite": True, "_directed": True},
    "rad_geodesic": {"mass": "gdp", "distance": "geodesic", "periods": [2001, 2003], "_directed": True},
    # Tied distances come in code order, so a relabelled country has other flows.
    "rad_hours": {"mass": "gdp", "distance": {"file": "hours.csv"}, "_only": "gaps", "_directed": True},
}


def row(i, mass, out, d, finite):
    flow = np.full(len(mass), np.nan)
    order = np.lexsort((np.arange(len(mass)), d))
    order = order[~np.isnan(d[order]) & (order != i) & ~np.isnan(mass[order])]
    s = np.concatenate([[0], np.cumsum(mass[order])])
    m, before = mass[order], s[:-1]
    sent = out / (1 - mass[i] / (mass[i] + s[-1])) if finite else out
    flow[order] = sent * mass[i] * m / ((mass[i] + before) * (mass[i] + before + m))
    return flow


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    mass, out = (world.column[name][years] for name in (params["mass"], params.get("out", params["mass"])))
    kind = params.get("distance")
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    finite = params.get("finite", False)
    wanted = np.array([[row(i, mass[t], out[t, i], d[i], finite) for i in range(world.n)]
                       for t in range(len(years))])
    if kind == "geodesic":  # another order here and there
        assert close(r["total"], np.nansum(wanted, (1, 2)), 1e-3), "formula"
    else:
        assert (np.isnan(r["value"]) == np.isnan(wanted)).all(), "undefined pairs"
        assert np.allclose(r["value"], wanted, rtol=1e-9, atol=0, equal_nan=True), "formula"
    share = 1 if finite else 1 - mass / np.nansum(mass, 1)[:, None]
    if "roads" not in label:
        there = ~np.isnan(mass) & ~np.isnan(out)
        assert np.allclose(r["out_strength"][there], (out * share)[there], rtol=1e-9), "what is sent is received"
