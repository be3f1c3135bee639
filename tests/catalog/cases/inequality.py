"""Inequality against the plain double sums, and its parts against the whole."""
import numpy as np

import resampled
from sweep import close

ENTRIES = {
    "i_plain": {"of": "gdp"},
    "i_weight": {"of": "gdp_pc", "weight": "population"},
    "i_groups": {"of": "gdp_pc", "groups": ["province", "prefecture", "agglomeration"]},
    "i_both": {"of": "gdp_pc", "weight": "population", "groups": ["agglomeration"], "periods": [2003]},
    "i_result": {"of": "services", "groups": ["province"]},
    "i_matrices": {"of": "gdp_pc", "weight": "population", "matrices": "province", "er_alpha": 1},
    "i_cities": {"of": "gdp", "groups": ["province"], "matrices": "prefecture", "epsilon": [0, 3, 1]},
    "i_one": {"of": "gdp", "matrices": "agglomeration", "epsilon": 1.5, "periods": [2001, 2003]},
    "i_bounds": {"of": "gdp_pc", "weight": "population", "groups": ["province", "agglomeration"],
                 "intervals": {"draws": 99, "level": .9}, "_random": True},
    "i_within": {"of": "gdp", "matrices": "province", "_random": True,
                 "intervals": {"draws": 60, "level": .9, "within": "province", "method": "percentile",
                               "change": [2001, 2003]}},
    "i_bca": {"of": "gdp_pc", "intervals": {"draws": 199, "method": "bca", "change": [2002, 2003]},
              "_random": True},
    "i_bca_within": {"of": "gdp_pc", "periods": [2002], "_random": True,
                     "intervals": {"draws": 99, "within": "province", "method": "bca"}},
}
PARTS = ("theil_t_between", "theil_t_within", "theil_l_between", "theil_l_within", "gini_within",
         "gini_between_net", "gini_transvariation")


def check(world, label, params, r):
    for name in ("gini", "hoover"):
        assert (r[name] >= 0).all() and (r[name] <= 1).all(), f"{name} in [0,1]"
    for name in ("theil_t", "theil_l", "cv"):
        assert (r[name][~np.isnan(r[name])] >= 0).all(), f"{name} from 0 on"
    assert ("groups" in params) == all(part in r for part in PARTS)
    if "groups" in params:
        check_parts(params, r)
    assert ("matrices" in params) == ("between_gini" in r) == ("group_n" in r)
    assert ("polarisation" in r) == ("matrices" in params or "groups" in params)
    for t in range(len(r["gini"])):
        check_whole(world, params, r, t)
        if "matrices" in params:
            check_matrices(world, params, r, t)
        if "polarisation" in r:
            check_polarisation(world, params, r, t)
    if "intervals" in params:
        check_bounds(world, params, r)


def check_bounds(world, params, r):
    """Of some quantities of each kind, by the rows of the units picked."""
    y = world.values(params, r, "of")
    w = world.values(params, r, "weight") if "weight" in params else np.ones_like(y)
    of = {name: np.array(world.unit[name]) for name in params.get("groups", []) + [params.get("matrices")] if name}

    def rows(t, picked):
        use = picked[~np.isnan(y[t, picked] + w[t, picked])]
        return y[t, use], w[t, use] / w[t, use].sum(), use

    def by_period(of_rows):
        return lambda picked: np.array([of_rows(*rows(t, picked)) for t in range(len(y))])

    def gini(v, p):
        return (p[:, None] * p * abs(v[:, None] - v)).sum() / (2 * (p * v).sum())

    def theil_within(v, p, use):
        mu = (p * v).sum()
        found = []
        for name in params["groups"]:
            mean = {g: np.average(v[of[name][use] == g], weights=p[of[name][use] == g]) for g in set(of[name][use])}
            found.append((p * v / mu * np.log(v / np.array([mean[g] for g in of[name][use]]))).sum())
        return found

    def group_means(v, p, use):
        member = [of[params["matrices"]][use] == g for g in r.label[params["matrices"]]]
        return [(p[m] * v[m]).sum() / p[m].sum() if m.any() else np.nan for m in member]

    def shares_within(v, p, use):
        member = [of[params["matrices"]][use] == g for g in r.label[params["matrices"]]]
        whole = gini(v, p) * (p * v).sum()
        return [(p[m][:, None] * p[m] * abs(v[m][:, None] - v[m])).sum() / 2 / whole if m.any() else np.nan
                for m in member]

    tests = {"gini": lambda v, p, use: gini(v, p),
             "p90_p50": lambda v, p, use: np.percentile(v, 90) / np.percentile(v, 50),
             "atkinson": lambda v, p, use: [atkinson(v, p, e) for e in (.5, 1, 2)]}
    if "groups" in params:
        tests["theil_t_within"] = theil_within
    if "matrices" in params:
        tests.update(group_mean=group_means, share_within_gini=shares_within)
    for name, of_rows in tests.items():
        resampled.check(world, params, r, name, by_period(of_rows))


def check_parts(params, r):
    assert r.label["grouping"] == params["groups"]
    for part in PARTS:
        there = r[part][~np.isnan(r[part])]
        assert (there >= -1e-15).all(), f"{part} from 0 on"
    for theil in ("theil_t", "theil_l"):
        parts = r[theil + "_between"] + r[theil + "_within"]
        assert close(parts, np.broadcast_to(r[theil][:, None], parts.shape)), f"{theil}: parts"
    parts = r["gini_within"] + r["gini_between_net"] + r["gini_transvariation"]
    assert close(parts, np.broadcast_to(r["gini"][:, None], parts.shape)), "Dagum's parts"


def sample(world, params, r, t):
    """Values, shares of the weight, and which units they are of."""
    y = world.values(params, r, "of")[t]
    w = world.values(params, r, "weight")[t] if "weight" in params else np.ones(world.n)
    use = ~np.isnan(y + w)
    return y[use], w[use] / w[use].sum(), use


def atkinson(y, p, e):
    mu = (p * y).sum()
    if e == 1:
        return 1 - np.exp((p * np.log(y / mu)).sum())
    return 1 - (p * (y / mu) ** (1 - e)).sum() ** (1 / (1 - e))


def check_whole(world, params, r, t):
    y, p, use = sample(world, params, r, t)
    mu = (p * y).sum()
    aversions = np.atleast_1d(params.get("epsilon", [.5, 1, 2]))
    assert r.label["epsilon"] == list(aversions) and r.axes["atkinson"] == ["time", "epsilon"]
    for k, e in enumerate(aversions):
        assert np.isclose(r["atkinson"][t, k], atkinson(y, p, e), 1e-10, 1e-14), f"atkinson {e}"
    for high, low in ((90, 10), (80, 20), (90, 50)):
        upper, lower = np.percentile(y, [high, low])
        assert close(r[f"p{high}_p{low}"][t], upper / lower), f"p{high}_p{low}"
    want = {"gini": (p[:, None] * p * abs(y[:, None] - y)).sum() / (2 * mu),
            "theil_t": (p * y / mu * np.log(y / mu)).sum(), "theil_l": (p * np.log(mu / y)).sum(),
            "hoover": (p * abs(y - mu)).sum() / (2 * mu),
            "cv": np.sqrt((p * (y - mu) ** 2).sum()) / mu, "n_used": use.sum()}
    for name, value in want.items():
        assert close(r[name][t], value, 1e-10), f"{name}: {r[name][t]}, {value}"


def check_matrices(world, params, r, t):
    """Each number by its definition over all pairs of units."""
    y, p, use = sample(world, params, r, t)
    of_unit = np.array(world.unit[params["matrices"]])[use]
    name = r.axes["group_n"][1]
    assert name == params["matrices"] and r.axes["overlap"] == ["time", name, name + "_to"]
    mu, gini, theil = (p * y).sum(), r["gini"][t], r["theil_t"][t]
    within = [of_unit == g for g in r.label[name]]
    for j, a in enumerate(within):
        share, mean = p[a].sum(), (p[a] * y[a]).sum() / p[a].sum() if a.any() else np.nan
        assert r["group_n"][t, j] == a.sum() and close(r["group_mean"][t, j], mean), "n, mean"
        if not a.any():
            assert np.isnan(r["share_within_gini"][t, j]) and np.isnan(r["share_net"][t, j]).all()
            continue
        own = (p[a][:, None] * p[a] * abs(y[a][:, None] - y[a])).sum() / share ** 2 / (2 * mean)
        t_own = (p[a] / share * y[a] / mean * np.log(y[a] / mean)).sum()
        for quantity, want in (("group_gini", own), ("group_theil_t", t_own),
                               ("share_within_gini", own * share ** 2 * mean / mu / gini),
                               ("share_within_theil_t", share * mean / mu * t_own / theil)):
            assert np.isclose(r[quantity][t, j], want, 1e-10, 1e-14), quantity
        for h, b in enumerate(within):
            if not b.any():
                continue
            weight, apart = p[a][:, None] * p[b], y[a][:, None] - y[b]
            over, under = (weight * np.maximum(apart, 0)).sum(), (weight * np.maximum(-apart, 0)).sum()
            both = weight.sum() * (mean + (p[b] * y[b]).sum() / p[b].sum())
            d = abs(over - under) / (over + under) if over + under else 0
            for quantity, want in (("between_gini", (over + under) / both), ("overlap", 1 - d),
                                   ("share_net", (j != h) * abs(over - under) / mu / gini),
                                   ("share_transvariation",
                                    (j != h) * 2 * min(over, under) / mu / gini)):
                assert np.isclose(r[quantity][t, j, h], want, 1e-10, 1e-13), (quantity, j, h)
    shares = np.nansum(r["share_within_gini"][t])
    for quantity in ("share_net", "share_transvariation"):
        shares += np.nansum(r[quantity][t]) / 2
    assert close(shares, 1), f"shares sum to {shares}"


def check_polarisation(world, params, r, t):
    y, p, use = sample(world, params, r, t)
    column = params.get("matrices", params.get("groups", [None])[0])
    of_unit = np.array(world.unit[column])[use]
    names = sorted(set(of_unit))
    share = np.array([p[of_unit == g].sum() for g in names])
    mean = np.array([(p * y)[of_unit == g].sum() for g in names]) / share
    alpha = params.get("er_alpha", 1.3)
    want = (share[:, None] ** (1 + alpha) * share * abs(mean[:, None] - mean)).sum() / (p * y).sum()
    assert close(r["polarisation"][t], want, 1e-10), "polarisation"
