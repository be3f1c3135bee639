"""Fields of centres against plain numpy: whose hinterland, who is second, spheres, breaking points."""
import numpy as np

from centres import centres_of, distance_of
from sweep import close, same

ENTRIES = {
    "field": {"mass": "population", "centres": {"top": 5}},
    "field_apart": {"mass": "gdp", "centres": {"top": 4, "apart_km": 400}, "decay": 1.5,
                    "distance": "great-circle"},
    "field_by": {"mass": "gdp", "centres": {"top": 6, "by": "population"}, "decay": {"exponential": 0.004}},
    "field_roads": {"mass": "gdp", "centres": {"top": 7}, "distance": {"file": "roads.csv"}},
    "field_geodesic": {"mass": "gdp", "centres": {"top": 3}, "distance": "geodesic", "periods": [2002]},
}


def points(world, params, mass, d):
    """Where two fields are equal, from the first."""
    a = params.get("decay", 2)
    to, of = mass[:, None, :], mass[:, :, None]
    with np.errstate(all="ignore"):
        if isinstance(a, dict):
            at = d / 2 + np.log(of / to) / (2 * a["exponential"])
            return np.where((at >= 0) & (at <= d), at, np.nan)
        return np.where((of > 0) & (to > 0), d / (1 + (to / of) ** (1 / a)), np.nan)


def check(world, label, params, r):
    mass, d = world.values(params, r, "mass"), distance_of(world, params)
    centre, a = centres_of(world, params, r, "mass"), params.get("decay", 2)
    loose = params.get("distance") == "geodesic"
    of = mass[:, centre][:, None, :]
    near = np.exp(-a["exponential"] * d) if isinstance(a, dict) else d ** -a
    field = of * near[centre].T
    assert close(r["value"], field, 0.02 if loose else 1e-10), "value"
    known = np.where(np.isnan(r["value"]), -1, r["value"])
    for c, unit in enumerate(centre):
        known[:, unit, c] = np.where(mass[:, unit] > 0, np.inf, -1)
    code = np.argsort(centre)  # ties by code
    order = code[np.argsort(-known[:, :, code], axis=2, kind="stable")]
    best = np.take_along_axis(known, order, 2)
    for name, place in (("hinterland", 0), ("second", 1)):
        assert same(r[name], np.where(best[..., place] > 0, order[..., place], -1)), name
    area = np.array(world.unit["land_area"], float)
    for c in range(len(centre)):
        mine = r["hinterland"] == c
        assert same(r["sphere_units"][:, c], mine.sum(1)), "sphere_units"
        assert close(r["sphere_mass"][:, c], np.where(mine, np.nan_to_num(mass), 0).sum(1)), "sphere_mass"
        assert close(r["sphere_area"][:, c], np.where(mine, area, 0).sum(1)), "sphere_area"
    apart = d[np.ix_(centre, centre)]
    want = points(world, params, mass[:, centre], apart)
    assert close(r["breaking_point"], want, 0.02 if loose else 1e-10), "breaking_point"


def check_more(world):
    """Codes in the order of the study; fields of a centre that has no mass, and equal ones."""
    codes = [world.code[k] for k in (40, 7, 23)]
    entry = {"mass": "gdp", "centres": codes}
    check(world, "listed", entry, world.run("listed", [], [("field_strength", "listed", entry)])["listed"])
