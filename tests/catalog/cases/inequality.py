"""Inequality against the plain double sums, and its parts against the whole."""
import numpy as np

from sweep import close

ENTRIES = {
    "i_plain": {"of": "gdp"},
    "i_weight": {"of": "gdp_pc", "weight": "population"},
    "i_groups": {"of": "gdp_pc", "groups": ["province", "prefecture", "agglomeration"]},
    "i_both": {"of": "gdp_pc", "weight": "population", "groups": ["agglomeration"], "periods": [2003]},
    "i_result": {"of": "services", "groups": ["province"]},
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
    for t in range(len(r["gini"])):
        check_whole(world, params, r, t)


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


def check_whole(world, params, r, t):
    y = world.values(params, r, "of")[t]
    w = world.values(params, r, "weight")[t] if "weight" in params else np.ones(world.n)
    use = ~np.isnan(y + w)
    y, p = y[use], w[use] / w[use].sum()
    mu = (p * y).sum()
    want = {"gini": (p[:, None] * p * abs(y[:, None] - y)).sum() / (2 * mu),
            "theil_t": (p * y / mu * np.log(y / mu)).sum(), "theil_l": (p * np.log(mu / y)).sum(),
            "hoover": (p * abs(y - mu)).sum() / (2 * mu),
            "cv": np.sqrt((p * (y - mu) ** 2).sum()) / mu, "n_used": use.sum()}
    for name, value in want.items():
        assert close(r[name][t], value, 1e-10), f"{name}: {r[name][t]}, {value}"
