"""Totals and ratios of totals by group, plainly."""
import numpy as np

import resampled
from sweep import close

RATIO = {"openness": ["trade", "gdp"], "wealth": ["gdp", "population"]}
ENTRIES = {
    "r_sums": {"sum": ["gdp", "population"], "by": "province"},
    "r_ratios": {"sum": ["gdp"], "ratio": RATIO, "by": ["province"], "reference": "national"},
    "r_levels": {"ratio": RATIO, "by": ["prefecture", "province", "agglomeration"], "periods": [2002]},
    "r_result": {"sum": ["services"], "ratio": {"per_head": ["economy.score", "population"]},
                 "by": "province", "reference": "P02"},
    "r_bounds": {"sum": ["gdp"], "ratio": RATIO, "by": "province", "reference": "national", "_random": True,
                 "intervals": {"draws": 99, "level": .9, "within": "province", "change": [2001, 2003]}},
    "r_bca": {"ratio": RATIO, "by": ["province", "agglomeration"], "_random": True,
              "intervals": {"draws": 199, "method": "bca", "level": .9}},
    "r_percentile": {"sum": ["gdp"], "by": "province", "intervals": {"method": "percentile"}, "periods": [2001],
                     "_random": True},
}


def groups(world, by):
    """(label, members) of every group, column by column."""
    for name in by:
        of = np.array(world.unit[name])
        for group in sorted(set(of)):
            yield (group if len(by) == 1 else f"{name}: {group}"), of == group


def divide(a, b):
    return np.where(b != 0, a / np.where(b != 0, b, 1), np.nan)


def check(world, label, params, r):
    by = params["by"] if isinstance(params["by"], list) else [params["by"]]
    axis = by[0] if len(by) == 1 else "group"
    ratios, sums = params.get("ratio", {}), params.get("sum", [])
    assert r.label["quantity"] == sums + list(ratios)
    assert r.axes["value"] == ["time", axis, "quantity"] and ("gap" in r) == ("reference" in params)
    everyone = np.ones(world.n, bool)
    places = list(groups(world, by))
    assert r.label[axis] == [name for name, _ in places]
    for q, name in enumerate(r.label["quantity"]):
        pair = ratios.get(name, [name])
        a = world.values(params, r, pair[0].replace(".score", ""))
        b = world.values(params, r, pair[1]) if name in ratios else np.ones_like(a)
        both = ~np.isnan(a + b)
        def rolled(members):
            use = both & members
            top, bottom = np.where(use, a, 0).sum(1), np.where(use, b, 0).sum(1)
            value = divide(top, bottom) if name in ratios else np.where(use.any(1), top, np.nan)
            return value, use.sum(1) / members.sum(), divide(bottom, np.where(members, np.nan_to_num(b), 0).sum(1))
        nation = rolled(everyone)
        assert close(r["national"][:, q], nation[0], 1e-11), "national"
        assert close(r["national_coverage"][:, q], nation[1]), "national coverage"
        found = [rolled(members) for _, members in places]
        value = np.array([f[0] for f in found]).T
        assert close(r["value"][..., q], value, 1e-11), name
        assert close(r["coverage"][..., q], np.array([f[1] for f in found]).T), f"{name}: coverage"
        if name in ratios:
            assert r.label["ratio"] == list(ratios)
            total = r["coverage_total"][..., q - len(sums)]
            assert close(total, np.array([f[2] for f in found]).T, 1e-11), f"{name}: coverage of the total"
        if "reference" in params:
            at = r.label[axis].index(params["reference"]) if params["reference"] != "national" else None
            reference = nation[0][:, None] if at is None else value[:, [at]]
            assert np.allclose(r["gap"][..., q], value - reference, rtol=1e-9, atol=1e-9 * abs(value).max(), equal_nan=True)
            assert close(r["gap_ratio"][..., q], value / reference, 1e-10), "gap_ratio"
    if "intervals" in params:
        check_bounds(world, params, r, places)


def check_bounds(world, params, r, places):
    ratios = params.get("ratio", {})
    pairs = [ratios.get(name, [name]) for name in r.label["quantity"]]
    a = np.array([world.values(params, r, pair[0]) for pair in pairs])
    b = np.array([world.values(params, r, pair[1]) if len(pair) > 1 else np.ones_like(a[0]) for pair in pairs])
    both = ~np.isnan(a + b)

    def rolled(members):
        """(time, quantity) of units, listed as often as they count."""
        use = both[:, :, members]
        top, bottom = np.where(use, a[:, :, members], 0).sum(2), np.where(use, b[:, :, members], 0).sum(2)
        single = np.array([len(pair) == 1 for pair in pairs])[:, None]
        return np.where(use.any(2), np.where(single, top, divide(top, bottom)), np.nan).T

    def values(picked):
        return np.array([rolled(picked[of[picked]]) for _, of in places]).transpose(1, 0, 2)

    resampled.check(world, params, r, "value", values)
    resampled.check(world, params, r, "national", rolled)
    if "reference" in params:
        resampled.check(world, params, r, "gap", lambda picked: values(picked) - rolled(picked)[:, None])
