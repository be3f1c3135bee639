"""Grey relational grades by plain arrays, of the pair's bounds and of the panel's."""
import numpy as np

from sweep import same

OF_SERIES = True
ENTRIES = {
    "grey": {"of": "gdp"},
    "grey_mean": {"of": "gdp", "image": "mean", "rho": 0.2, "bounds": "pair"},
    "grey_panel": {"of": "income", "image": "initial", "bounds": "panel"},
    "grey_panel_mean": {"of": "income", "image": "mean", "bounds": "panel", "_long": True},
}


def check(world, label, params, r):
    x, rho = world.column[params["of"]], params.get("rho", 0.5)
    by = np.nanmean(x, axis=0) if params.get("image") == "mean" else x[0]
    a = x / by
    d = abs(a[:, :, None] - a[:, None, :])
    d[:, range(world.n), range(world.n)] = np.nan
    of = None if params.get("bounds") == "panel" else 0
    least, most = np.nanmin(d, axis=of), np.nanmax(d, axis=of)
    want = np.nanmean((least + rho * most) / (d + rho * most), axis=0)
    assert same(np.isnan(r["value"]), np.isnan(want)), "undefined pairs"
    assert np.allclose(r["value"], want, rtol=1e-12, equal_nan=True), "formula"
    there = r["value"][~np.isnan(r["value"])]
    assert (there > 0).all() and (there <= 1 + 1e-12).all(), "in (0,1]"
