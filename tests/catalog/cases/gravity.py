"""Gravity against the plain formula over dense arrays."""
import numpy as np

from sweep import same

ENTRIES = {
    "g_two": {"mass": ["population", "gdp"]},
    "g_great": {"mass": ["gdp"], "distance": "great-circle", "decay": 1.5},
    "g_geodesic": {"mass": ["gdp"], "distance": "geodesic", "periods": [2001, 2003]},
    "g_hours": {"mass": ["gdp", "population", "income"], "distance": {"file": "hours.csv"}, "decay": 1},
    "g_roads": {"mass": ["gdp"], "distance": {"file": "roads.csv"}, "_directed": True},
    "g_network": {"mass": ["gdp"], "decay": 1, "distance": {"network": {
        "nodes": "nodes.csv", "edges": "lines.csv", "time": "minutes", "modes": ["road", "rail"], "transfer": 3}}},
    "g_exponent": {"mass": ["gdp"], "exponent": [0.8, 1.2], "constant": 3.5, "_directed": True},
    "g_power": {"mass": ["gdp"], "exponent": [0.5, 0.5], "decay": 2.7},
    "g_share": {"mass": ["gdp"], "share": "manufacturing", "_directed": True},
    "g_group": {"mass": ["gdp"], "same_group": {"group": "province", "factor": 2}},
    "g_ties": {"mass": ["gdp"], "exponent": [0, 0], "distance": {"file": "hours.csv"}, "_only": "full"},
    "g_rest": {"mass": ["gdp"], "same_group": {"group": "agglomeration", "factor": 0.5}},
}


def distance(world, kind):
    if "network" in kind:
        return world.minutes(kind["network"]["transfer"])
    if isinstance(kind, dict):
        d = world.distance(kind["file"])
        np.fill_diagonal(d, np.nan)
        return d
    return world.great_circle()


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    mass = np.exp(np.mean([np.log(world.column[m][years]) for m in params["mass"]], 0))
    a, b = params.get("exponent", [1, 1])
    kind = params.get("distance", "great-circle")
    flow = (params.get("constant", 1) * mass[:, :, None] ** a * mass[:, None, :] ** b /
            distance(world, kind) ** params.get("decay", 2))
    if "share" in params:
        x = world.column[params["share"]][years]
        flow *= x[:, :, None] / (x[:, :, None] + x[:, None, :])
    if "same_group" in params:
        of = np.array(world.unit[params["same_group"]["group"]])
        together = (of[:, None] == of) & (of != "")
        flow *= np.where(together, params["same_group"]["factor"], 1)
    tolerance = 0.02 if kind == "geodesic" else 1e-9  # the ellipsoid differs by up to 0.6%
    assert same(np.isnan(r["value"]), np.isnan(flow)), "undefined pairs"
    assert np.allclose(r["value"], flow, rtol=tolerance, atol=0, equal_nan=True), "formula"
    if label == "g_ties":
        row = np.sort(r["value"][:, :, :], 2)
        assert (row[:, :, 1:] == row[:, :, :-1]).sum() > 3 * world.n, "no ties to break"
    if kind == "geodesic":
        assert not np.allclose(r["value"], flow, rtol=1e-6, equal_nan=True), "a sphere"
