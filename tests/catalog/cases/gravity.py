"""Gravity against the plain formula over dense arrays."""
import numpy as np

from sweep import same

FITTED = 1e-8  # by steps that end at the last digits
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
    "g_own": {"mass": ["gdp"], "own": "full", "_diagonal": True},
    "g_half": {"mass": ["gdp"], "own": "half", "decay": 1.5, "_diagonal": True},
    "g_apart": {"mass": ["gdp"], "own": "none"},
    "g_fit": {"_tolerance": FITTED, "mass": ["population", "gdp"], "calibrate": {"flows": "od_years", "constraint": "none",
                                                           "zeros": "all"}, "_directed": True},
    "g_fit_some": {"_tolerance": FITTED, "mass": ["gdp"], "calibrate": {"flows": "od_once", "zeros": "absent"},
                   "_directed": True},
    "g_fit_origin": {"_tolerance": FITTED, "mass": ["gdp"], "calibrate": {"flows": "od_once", "constraint": "origin"},
                     "periods": [2002], "_directed": True},
    "g_fit_destination": {"_tolerance": FITTED, "mass": ["gdp"], "distance": {"file": "roads.csv"}, "_directed": True,
                          "calibrate": {"flows": "od_years", "constraint": "destination"}},
    "g_fit_doubly": {"_tolerance": FITTED, "mass": ["gdp"], "distance": {"file": "hours.csv"}, "_directed": True,
                     "calibrate": {"flows": "od_years", "constraint": "doubly"}},
}


def distance(world, kind):
    if "network" in kind:
        return world.minutes(kind["network"]["transfer"])
    if isinstance(kind, dict):
        d = world.distance(kind["file"])
        np.fill_diagonal(d, np.nan)
        return d
    return world.great_circle()


def pairs_of(world, params, t, year):
    """Of a period: pairs in the estimate, their flows, and ln of masses and distance."""
    fit, mass = params["calibrate"], np.exp(np.mean([np.log(world.column[m][t]) for m in params["mass"]], 0))
    flow = world.flows(fit["flows"], year)
    d = distance(world, params.get("distance", "great-circle"))
    there = ~np.isnan(d) & ~np.eye(world.n, dtype=bool)
    if fit.get("zeros") == "absent":
        there &= ~np.isnan(flow)
    flow = np.nan_to_num(flow)
    kind = fit.get("constraint", "none")
    has = mass > 0
    if kind in ("none", "destination"):
        there &= has[:, None]
    if kind in ("none", "origin"):
        there &= has
    if kind in ("origin", "doubly"):
        there &= ((flow * there).sum(1) > 0)[:, None]
    if kind in ("destination", "doubly"):
        there &= (flow * there).sum(0) > 0
    i, j = np.nonzero(there)
    return i, j, flow[i, j], np.log(mass), np.log(d), flow


def check_fit(world, params, r):
    """The first-order conditions of the likelihood, errors of it, and the fit."""
    kind = params["calibrate"].get("constraint", "none")
    names = {"none": ["constant", "origin", "destination", "distance"],
             "origin": ["destination", "distance"], "destination": ["origin", "distance"],
             "doubly": ["distance"]}[kind]
    assert r.label["term"] == names
    for t, year in enumerate(r.label["time"]):
        at = world.year.index(str(year))
        i, j, f, mass, d, flow = pairs_of(world, params, at, year)
        mu, d = r["value"][t][i, j], d[i, j]
        columns = {"constant": np.ones(len(f)), "origin": mass[i], "destination": mass[j], "distance": d}
        x = [columns[name] for name in names]
        x += [(i == k) * 1. for k in np.unique(i)] if kind in ("origin", "doubly") else []
        x += [(j == k) * 1. for k in np.unique(j)] if kind in ("destination", "doubly") else []
        x = np.array(x)
        score = x @ (f - mu)
        assert (abs(score) < 1e-7 * abs(x * f).sum(1).max()).all(), f"score {score}"
        bread = np.linalg.pinv((x * mu) @ x.T)
        variance = np.diag(bread @ ((x * (f - mu) ** 2) @ x.T) @ bread)[:len(names)]
        variance = variance * (len(f) / (len(f) - 4) if kind == "none" else 1)
        b, se = (r[name].reshape(-1, len(names))[t] for name in ("coefficient", "std_error"))
        assert np.allclose(se, np.sqrt(variance), rtol=1e-6), (se, np.sqrt(variance))
        if kind == "none":
            want = np.exp(x.T @ b)
            assert np.allclose(mu, want, rtol=1e-9), "expected flows"
        ratio = np.where(f > 0, f * np.log(np.where(f > 0, f, 1) / mu), 0)
        assert np.allclose(r["deviance"][t], 2 * (ratio - (f - mu)).sum(), rtol=1e-8), "deviance"
        common = 2 * np.minimum(f, mu).sum() / (f.sum() + mu.sum())
        assert np.allclose(r["common_part"][t], common, rtol=1e-9), "common part"
        assert np.allclose(r["r2"][t], np.corrcoef(f, mu)[0, 1] ** 2, rtol=1e-9), "r2"
        want = np.where(np.isnan(world.flows(params["calibrate"]["flows"], year)) &
                        (params["calibrate"].get("zeros") == "absent"), np.nan, flow) - r["value"][t]
        np.fill_diagonal(want, np.nan)
        assert same(np.isnan(want), np.isnan(r["residual"][t])), "no residual"
        assert np.allclose(r["residual"][t], want, rtol=1e-9, atol=1e-12, equal_nan=True), "residual"


def check(world, label, params, r):
    if "calibrate" in params:
        check_fit(world, params, r)
        return
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
    if params.get("own", "none") != "none":
        area = np.array(world.unit["land_area"], float)
        exponent = params.get("decay", 2) / (2 if params["own"] == "half" else 1)
        flow[:, range(world.n), range(world.n)] = mass ** 2 / (2 / 3 * np.sqrt(area / np.pi)) ** exponent
    tolerance = 0.02 if kind == "geodesic" else 1e-9  # the ellipsoid differs by up to 0.6%
    assert same(np.isnan(r["value"]), np.isnan(flow)), "undefined pairs"
    assert np.allclose(r["value"], flow, rtol=tolerance, atol=0, equal_nan=True), "formula"
    if label == "g_ties":
        row = np.sort(r["value"][:, :, :], 2)
        assert (row[:, :, 1:] == row[:, :, :-1]).sum() > 3 * world.n, "no ties to break"
    if kind == "geodesic":
        assert not np.allclose(r["value"], flow, rtol=1e-6, equal_nan=True), "a sphere"
