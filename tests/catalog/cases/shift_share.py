"""Shift-share against the plain formulas, and the sum of its parts."""
import numpy as np

from sweep import close

INDUSTRIES = ["agriculture", "manufacturing", "producer_services", "finance", "other_services"]
DIFFERENCES = ("national", "mix", "competitive", "allocation")
ENTRIES = {
    "ss_own": {"industries": INDUSTRIES, "base": "own", "base_over": "refuse", "form": "classic",
               "_only": "full"},
    "ss_total": {"industries": INDUSTRIES, "total": "gdp", "base_over": "complete",
                 "form": "esteban-marquillas"},
    "ss_national": {"industries": INDUSTRIES[:2], "total": "gdp", "base": {"file": "national.csv"},
                    "span": 2},
    "ss_esteban": {"industries": INDUSTRIES[1:4], "base_over": "complete", "span": 2,
                   "form": "esteban-marquillas", "periods": [2001, 2003]},
}


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    span, esteban = params.get("span", 1), params.get("form") == "esteban-marquillas"
    assert ("allocation" in r) == esteban and ("coverage_total" in r) == ("total" in params)
    for at, t in enumerate(years):
        if t - span not in years:
            assert np.isnan(r["national"][at]).all() and r["n_used"][at] == 0, "no period before"
            continue
        check_period(world, params, r, at, t, t - span, esteban)


def check_period(world, params, r, at, now, before, esteban):
    names = params["industries"]
    e0, e1 = (np.array([world.column[name][t] for name in names]) for t in (before, now))
    total0, total1 = e0.sum(0), e1.sum(0)
    if "total" in params:
        total0, total1 = (world.column[params["total"]][t] for t in (before, now))
    whole = ~np.isnan(e0.sum(0) + e1.sum(0) + total0 + total1)
    assert r["n_used"][at] == whole.sum(), "n_used"
    assert close(r["coverage"][at], (~np.isnan(e1)).mean(1)), "coverage"
    if "total" in params:
        assert close(r["coverage_total"][at], total1[whole].sum() / np.nansum(total1))
    if isinstance(params.get("base"), dict):
        big0, big1 = (np.array([float(world.national[t][name]) for name in names])
                      for t in (before, now))
        all0, all1 = (float(world.national[t][params["total"]]) for t in (before, now))
    else:
        big0, big1 = e0[:, whole].sum(1), e1[:, whole].sum(1)
        all0, all1 = total0[whole].sum(), total1[whole].sum()
    growth, rate = all1 / all0, (big1 / big0)[:, None]
    want = {"national": (e0 * (growth - 1)).sum(0), "mix": (e0 * (rate - growth)).sum(0),
            "competitive": (e1 - e0 * rate).sum(0)}
    if esteban:
        size, faster = total0 * (big0 / all0)[:, None], e1 / e0 - rate
        want["competitive"] = (size * faster).sum(0)
        want["allocation"] = ((e0 - size) * faster).sum(0)
    scale = np.nanmax(abs(e1)) * 1e-10
    there = ~np.isnan(e0.sum(0) + e1.sum(0))
    for name, value in want.items():
        value = np.where(there, value, np.nan)
        assert np.allclose(r[name][at], value, rtol=1e-9, atol=scale, equal_nan=True), name
    parts = sum(r[name][at] for name in want)
    some = ~np.isnan(parts)  # of a unit without a total there is no allocation
    assert (some == (there & ~np.isnan(total0) if esteban else there)).all(), "where there are parts"
    assert np.allclose(parts[some], (e1 - e0).sum(0)[some], rtol=1e-9, atol=scale), "parts"
