"""Centres of a study, and distances as its entries name them: what cases of several measures share."""
import numpy as np


def largest(world, values, top, apart):
    """By value, ties by code, each at least so far from those before it."""
    d, found = world.great_circle(), []
    for i in np.lexsort((np.arange(world.n), -values)):
        if not np.isnan(values[i]) and len(found) < top and all(d[i, c] >= apart for c in found):
            found.append(int(i))
    return found


def distance_of(world, params):
    kind = params.get("distance", "great-circle")
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    np.fill_diagonal(d, np.nan)
    return d


def centres_of(world, params, r, mass):
    """The units of the axis `centre`, found here as well."""
    spec, year = params["centres"], world.year.index(str(r.label["time"][-1]))
    centre = [world.at[code] for code in r.label["centre"]]
    if isinstance(spec, dict):
        column = world.column[spec.get("by", params[mass])][year]
        assert centre == largest(world, column, spec["top"], spec.get("apart_km", 0)), "centres"
    else:
        assert r.label["centre"] == spec, "centres as listed"
    return centre
