"""Market potential against the plain formula over dense arrays."""
import numpy as np

from sweep import close

ENTRIES = {
    "mp_full": {"mass": "gdp", "own": "full", "form": "harris"},
    "mp_half": {"mass": "population", "own": "half", "decay": 1.5},
    "mp_none": {"mass": "gdp", "own": "none", "decay": 2, "distance": "geodesic", "periods": [2002]},
    "mp_hours": {"mass": "gdp", "own": "none", "distance": {"file": "hours.csv"}},
    "mp_foreign": {"mass": "gdp", "own": "none", "foreign": "income", "decay": 2},
    "mp_abroad": {"mass": "gdp", "foreign": 12345.5},
    "mp_roads": {"mass": "gdp", "own": "none", "distance": {"file": "roads.csv"}},
}


def check(world, label, params, r):
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
