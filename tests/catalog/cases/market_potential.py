"""Market potential against the plain formula over dense arrays."""
import numpy as np

from sweep import close

FITTED = 1e-8  # by steps that end at the last digits
ENTRIES = {
    "mp_full": {"mass": "gdp", "own": "full", "form": "harris"},
    "mp_half": {"mass": "population", "own": "half", "decay": 1.5},
    "mp_none": {"mass": "gdp", "own": "none", "decay": 2, "distance": "geodesic", "periods": [2002]},
    "mp_hours": {"mass": "gdp", "own": "none", "distance": {"file": "hours.csv"}},
    "mp_foreign": {"mass": "gdp", "own": "none", "foreign": "income", "decay": 2},
    "mp_abroad": {"mass": "gdp", "foreign": 12345.5},
    "mp_roads": {"mass": "gdp", "own": "none", "distance": {"file": "roads.csv"}},
    "mp_access": {"_tolerance": FITTED, "form": "redding-venables", "flows": "od_years"},
    "mp_access_half": {"_tolerance": FITTED, "form": "redding-venables", "flows": "od_once", "own": "half", "periods": [2002],
                       "foreign": 0.125},
    "mp_access_hours": {"_tolerance": FITTED, "form": "redding-venables", "flows": "od_once", "own": "none",
                        "distance": {"file": "hours.csv"}},
}


def balanced(flow, w):
    """Effects of both sides that give the sums of rows and columns."""
    a, b = np.zeros(len(w)), (flow.sum(0) > 0) * 1.
    rows, columns = flow.sum(1) > 0, flow.sum(0) > 0
    for _ in range(5000):
        before = b.copy()
        a[rows] = flow.sum(1)[rows] / (w @ b)[rows]
        b[columns] = flow.sum(0)[columns] / (w.T @ a)[columns]
        if abs(b / np.where(columns, before, 1) - 1)[columns].max() < 1e-14:
            break
    return a, b


def check_access(world, params, r):
    """By halving: the exponent whose balanced flows have the observed sum of F ln d."""
    kind = params.get("distance", "great-circle")
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    np.fill_diagonal(d, np.nan)
    there, own = ~np.isnan(d), params.get("own", "full")
    within = 2 / 3 * np.sqrt(np.array(world.unit["land_area"], float) / np.pi)
    for t, year in enumerate(r.label["time"]):
        flow = np.where(there, np.nan_to_num(world.flows(params["flows"], year)), 0)
        low, high = -1., 4.
        for _ in range(60):
            c = (low + high) / 2
            w = np.where(there, d ** -c, 0)
            a, b = balanced(flow, w)
            more = np.nansum((flow - a[:, None] * w * b) * np.log(d))
            low, high = (low, c) if more > 0 else (c, high)
        inside = 0 if own == "none" else within ** (-c / 2 if own == "half" else -c)
        factor = np.sqrt(a.sum() / b.sum())
        market = (w @ b + b * inside) * factor + params.get("foreign", 0)
        assert np.allclose(r["value"][t], market, rtol=1e-6), "market"
        assert np.allclose(r["supplier"][t], (w.T @ a + a * inside) / factor, rtol=1e-6), "supplier"


def check(world, label, params, r):
    if "form" in params and params["form"] == "redding-venables":
        check_access(world, params, r)
        return
    mass = world.column[params["mass"]][[world.year.index(str(y)) for y in r.label["time"]]]
    kind, c = params.get("distance", "great-circle"), params.get("decay", 1)
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    np.fill_diagonal(d, np.nan)
    flow = mass[:, None, :] / d ** c
    others = np.where(np.isnan(flow).all(2), np.nan, np.nansum(flow, 2))
    if params.get("own", "full") != "none":
        within = 2 / 3 * np.sqrt(np.array(world.unit["land_area"], float) / np.pi)
        others = others + mass / within ** (c / 2 if params.get("own") == "half" else c)
    foreign = params.get("foreign", 0)
    others = others + (world.values(params, r, "foreign") if isinstance(foreign, str) else foreign)
    assert close(r["value"], others, 0.02 if kind == "geodesic" else 1e-10), "formula"
