"""Decoupling: the plain formula, and the eight states by their signs and borders."""
import numpy as np

from sweep import close

ENTRIES = {
    "d_year": {"of": "pm25", "driver": "gdp", "span": 1},
    "d_plain": {"of": "income", "driver": "population"},
    "d_span": {"of": "pm25", "driver": "gdp_pc", "span": 2},
    "d_periods": {"of": "gdp", "driver": "population", "span": 2, "periods": [2001, 2003]},
    "d_long": {"of": "pm25", "driver": "gdp", "span": 3, "_long": True},
}
STATES = ["strong decoupling", "weak decoupling", "expansive coupling", "expansive negative decoupling",
          "strong negative decoupling", "weak negative decoupling", "recessive coupling",
          "recessive decoupling"]


def state_of(dc, dg, e):
    if np.isnan(e):
        return 0
    if dg > 0:
        return 1 if dc < 0 else 2 if e < .8 else 3 if e <= 1.2 else 4
    return 5 if dc > 0 else 6 if e < .8 else 7 if e <= 1.2 else 8


def check(world, label, params, r):
    c, g = world.values(params, r, "of"), world.values(params, r, "driver")
    years, span = r.label["time"], params.get("span", 1)
    assert r.label["state_label"] == STATES
    assert r.axes["state_count"] == ["time", "state_label"]
    for t, year in enumerate(years):
        if year - span not in years:
            assert np.isnan(r["elasticity"][t]).all() and (r["state"][t] == 0).all()
            assert (r["state_count"][t] == 0).all() and r["n_used"][t] == 0
            continue
        s = years.index(year - span)
        dc, dg = c[t] - c[s], g[t] - g[s]
        e = np.where((c[s] > 0) & (g[s] > 0) & (dg != 0), dc * g[s] / (dg * c[s]), np.nan)
        assert close(r["elasticity"][t], e), f"elasticity in {year}"
        state = np.array([state_of(*of) for of in zip(dc, dg, e)])
        assert (r["state"][t] == state).all(), f"state in {year}"
        assert r["state_count"][t].tolist() == [(state == k).sum() for k in range(1, 9)], "counts"
        assert r["n_used"][t] == (state > 0).sum(), "n_used"
