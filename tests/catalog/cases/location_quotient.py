"""Location quotients: own sums, complete cases, a national table."""
import numpy as np

import resampled
from sweep import close

INDUSTRIES = ["agriculture", "manufacturing", "producer_services", "finance", "other_services"]
ENTRIES = {
    "lq_own": {"industries": INDUSTRIES, "total": "gdp", "base": "own", "base_over": "refuse", "_only": "full"},
    "lq_complete": {"industries": INDUSTRIES, "total": "gdp", "base_over": "complete"},
    "lq_national": {"industries": INDUSTRIES[:2], "total": "gdp", "base": {"file": "national.csv"}},
    "lq_one": {"industries": ["finance"], "total": "gdp", "base_over": "complete", "periods": [2002]},
    "lq_bounds": {"industries": ["finance", "agriculture"], "total": "gdp", "base_over": "complete",
                  "intervals": {"draws": 59, "method": "percentile", "within": "province"}, "_random": True},
    "lq_change": {"industries": ["finance"], "total": "gdp", "base_over": "complete", "_random": True,
                  "intervals": {"draws": 99, "level": .9, "method": "bca", "change": [2001, 2003]}},
}


def check_bounds(world, params, r, years):
    total = world.column["gdp"][years]
    e = np.array([world.column[name][years] for name in params["industries"]])

    def quotients(picked):
        there = ~np.isnan(e + total)[:, :, picked]
        base = np.where(there, e[:, :, picked], 0).sum(2) / np.where(there, total[:, picked], 0).sum(2)
        return (e / total / base[:, :, None]).transpose(1, 2, 0)
    resampled.check(world, params, r, "value", quotients)


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    total = world.column["gdp"][years]
    assert r.label["industry"] == params["industries"]
    for i, name in enumerate(params["industries"]):
        e = world.column[name][years]
        lq, both = r["value"][:, :, i], ~np.isnan(e + total)
        assert (np.isnan(lq) == ~both).all() and (lq[both] >= 0).all(), "value"
        assert close(r["coverage"][:, i], both.mean(1)), "coverage"
        share = np.where(both, total, 0).sum(1) / np.nansum(total, 1)
        assert close(r["coverage_total"][:, i], share), "coverage_total"
        if isinstance(params.get("base"), dict):
            base = [float(row[name]) / float(row["gdp"]) for row in world.national]
            assert close(lq, e / total / np.array(base)[years, None]), "national base"
        else:  # with the units' totals as weights the mean is 1
            mean = np.nansum(lq * np.where(both, total, 0), 1) / np.where(both, total, 0).sum(1)
            assert close(mean, np.ones(len(years))), "weighted mean 1"
    if "intervals" in params:
        check_bounds(world, params, r, years)
