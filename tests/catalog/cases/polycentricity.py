"""Polycentricity within provinces, by period and of whole series: plain sums over arrays."""
import numpy as np


NEEDS = ["gravity", "grey_relational_grade"]
ENTRIES = {
    "p_roads": {"result": "g_roads", "by": "province"},
    "p_dense": {"result": "g_two.value", "by": ["agglomeration"]},
    "p_grade": {"result": "grey", "by": "province"},
}


def of_group(w, there):
    """What is undefined is so where it is here."""
    w, n = w[np.ix_(there, there)], there.sum()
    size = np.sort(w.sum(0))[::-1]
    out = dict.fromkeys(("slope", "slope_se", "primacy", "green"), np.nan)
    if n >= 2 and size[0] > 0:
        out["green"] = (1 - size.std() / (size[0] / 2)) * (w > 0).sum() / (n * (n - 1))
    if n >= 2 and size[1] > 0:
        out["primacy"] = size[0] / size[1]
    size = size[size > 0]
    if len(size) >= 3:
        out["slope"] = -np.polyfit(np.log(size), np.log(np.arange(1, len(size) + 1) - 0.5), 1)[0]
        out["slope_se"] = out["slope"] * np.sqrt(2 / len(size))
    return out


def check_period(world, r, at, value, name):
    defined = ~np.isnan(value)
    np.fill_diagonal(defined, False)
    w = np.where(defined, value, 0)
    of = np.array(world.unit[name])
    for g, label in enumerate(r.label[name]):
        # A unit of links alone is no less there.
        there = (of == label) & (defined.any(0) | defined.any(1))
        for quantity, want in of_group(w, there).items():
            got = at(quantity)[g]
            assert np.isclose(got, want, rtol=1e-9, atol=1e-12, equal_nan=True), (quantity, label, got, want)


def check(world, label, params, r):
    of = world.results[params["result"].split(".")[0]]
    name = params["by"] if isinstance(params["by"], str) else params["by"][0]
    timed = "time" in of.axes["value"]
    assert r.axes["green"] == ["time"] * timed + [name], r.axes["green"]
    for t, year in enumerate(r.label["time"] if timed else [None]):
        value = of["value"][of.label["time"].index(year)] if timed else of["value"]
        check_period(world, r, (lambda q: r[q][t]) if timed else (lambda q: r[q]), value, name)
