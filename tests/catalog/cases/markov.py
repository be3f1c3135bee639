"""Transitions between classes: quantiles, breaks and classes of another result against plain loops;
the equations of the chain; conditions and leaps against the units themselves."""
import math

import numpy as np

from sweep import close

NEEDS = ["coupling_coordination"]
ENTRIES = {
    "m_default": {"of": "gdp_pc", "_long": True},
    "m_each": {"of": "gdp_pc", "classes": 4, "over": "per-period", "groups": ["province"]},
    "m_pooled": {"of": "gdp_pc", "classes": 3, "over": "pooled", "relative": True},
    "m_breaks": {"of": "gdp", "classes": [500000.0, 2e6, 1e7], "span": 2, "relative": False},
    "m_lag": {"of": "income", "classes": 3, "weights": "islands", "over": "pooled"},
    "m_given": {"of": "gdp_pc", "classes": 3, "given": "population", "_long": True},
    "m_given_group": {"of": "gdp_pc", "classes": 3, "given": "province"},
    "m_split": {"of": "gdp_pc", "classes": 3, "split": [2005, 2009], "span": 1, "_long": True},
    "m_lag_long": {"of": "income", "weights": "contiguity", "groups": ["province"], "_long": True},
    "m_classes": {"of": "cc_classes.class"},
}


def quantile(x, c, k):
    """Type 7, at a whole-number position."""
    x = np.sort(x)
    place, rest = divmod((len(x) - 1) * c, k)
    return x[place] if rest == 0 else x[place] + rest / k * (x[place + 1] - x[place])


def quantile_classes(x, k):
    there = x[~np.isnan(x)]
    breaks = np.array([quantile(there, c, k) for c in range(1, k)])
    return np.where(np.isnan(x), 0, 1 + (breaks < x[..., None]).sum(-1))


def classes_of(x, params, k):
    if params.get("relative"):
        x = x / np.nanmean(x, 1)[:, None]
    if isinstance(params.get("classes"), list):
        return np.where(np.isnan(x), 0, 1 + (np.array(params["classes"]) <= x[..., None]).sum(-1))
    if params.get("over") == "pooled":
        return quantile_classes(x, k)
    return np.array([quantile_classes(row, k) for row in x])


def lag(world, x, weights):
    """Of neighbours with a value, their weights made to sum to 1; of units that have one."""
    w = world.links({"islands": "islands.csv", "contiguity": "edges.csv"}[weights])
    total = np.array([w @ ~np.isnan(row) for row in x])
    with np.errstate(invalid="ignore"):
        value = np.array([w @ np.where(np.isnan(row), 0, row) for row in x]) / total
    return np.where(np.isnan(x), np.nan, value)


def conditions(world, params, r, x, k, year):
    """Of each period and unit, from 1; and whether a pair of periods is under one."""
    groups = params.get("groups", [params.get("given")])[0]
    if "weights" in params:
        return classes_of(lag(world, x, params["weights"]), params, k)
    if groups in world.unit:
        label = r.label["given_label"]
        return np.array([[1 + label.index(g) for g in world.unit[groups]]] * len(year))
    if "given" in params:
        return np.array([quantile_classes(row, k) for row in world.values(params, r, "given")])
    if "split" in params:
        return np.array([[1 + sum(y >= s for s in params["split"])] * world.n for y in year])
    return None


def homogeneity(count):
    lr = q = df = 0
    for i in range(count.shape[1]):
        n, into, all_of = count[:, i].sum(1), count[:, i].sum(0), count[:, i].sum()
        if all_of == 0:
            continue
        df += ((n > 0).sum() - 1) * ((into > 0).sum() - 1)
        for s in np.flatnonzero(n):
            for j in np.flatnonzero(into):
                p, whole = count[s, i, j] / n[s], into[j] / all_of
                lr += 2 * count[s, i, j] * math.log(p / whole) if p > 0 else 0
                q += n[s] * (p - whole) ** 2 / whole
    return (lr, q, df) if df else (np.nan, np.nan, 0)


def check_chain(r, k):
    """Tables against the equations that they solve."""
    count, p = r["count"].astype(float), r["probability"]
    n = count.sum(1)
    assert close(p, np.where(n[:, None] > 0, count / np.where(n > 0, n, 1)[:, None], np.nan))
    with np.errstate(divide="ignore"):
        assert close(r["prais"], 1 - np.diag(p)) and close(r["stay"], 1 / (1 - np.diag(p)))
    used = np.flatnonzero((n > 0) | (count.sum(0) > 0))
    full = np.array([[p[i, j] if n[i] else float(i == j) for j in used] for i in used])
    pi, m = r["steady_state"][used], r["first_passage"][np.ix_(used, used)]
    assert np.isnan(np.delete(r["steady_state"], used)).all()
    assert np.allclose(pi @ full, pi, atol=1e-13) and np.isclose(pi.sum(), 1)
    for i in range(len(used)):
        for j in range(len(used)):
            others = [l for l in range(len(used)) if l != j and full[i, l] > 0]
            assert np.isclose(m[i, j], 1 + (full[i, others] * m[others, j]).sum(), rtol=1e-9), "passage"
    size = np.sort(abs(np.linalg.eigvals(full)))[::-1]
    second = size[1] if size[1] < 1 - 1e-9 else 1.0  # several closed classes, or one that cycles
    want = {"shorrocks": (len(used) - np.trace(full)) / (len(used) - 1), "det_mobility": 1 - size.prod(),
            "eigen_mobility": 1 - second,
            "mixing_half_life": math.inf if second == 1 else math.log(.5) / math.log(second),
            "bartholomew": len(used) * (1 - (pi * np.diag(full)).sum()) / (len(used) - 1)}
    for name, value in want.items():
        assert np.isclose(r[name], value, rtol=1e-6, atol=1e-9), f"{name}: {r[name]}, {value}"
    closed = r["closed_state"][~np.isnan(r["closed_state"]).all(1)][:, used]
    assert np.allclose(closed @ full, closed, atol=1e-13) and np.allclose(closed.sum(1), 1)


def check_leaps(world, params, r, c, year, span):
    moved = np.full(c.shape, np.nan)
    for t, y in enumerate(year):
        if y - span in year:
            s = year.index(y - span)
            moved[t] = np.where((c[s] > 0) & (c[t] > 0), c[t].astype(float) - c[s], np.nan)
    assert close(r["leap"], moved), "leap"
    assert close(r["leap_overall"], np.where((c[0] > 0) & (c[-1] > 0), c[-1].astype(float) - c[0], np.nan))
    up, down = moved > 0, moved < 0
    assert r["leaps_up"].tolist() == up.sum(1).tolist() and r["leaps_down"].tolist() == down.sum(1).tolist()
    assert r["n_used"].tolist() == (~np.isnan(moved)).sum(1).tolist()
    assert ("groups" in params) == ("leaps_by" in r)
    if "groups" not in params:
        return
    member = np.array(world.unit["province"])[:, None] == np.array(r.label["province"])
    assert r.axes["leaps_by"] == ["time", "province"]
    for name, way in (("leaps_up_by", up), ("leaps_down_by", down), ("leaps_by", up | down)):
        assert r[name].tolist() == (way.astype(int) @ member).tolist(), name
    for name, way in (("overall_up_by", r["leap_overall"] > 0), ("overall_down_by", r["leap_overall"] < 0)):
        assert r[name].tolist() == (way.astype(int) @ member).tolist(), name


def check_conditions(r, c, given, year, params, span, k):
    count = np.zeros((len(r.label["given_label"]), k, k))
    for t, y in enumerate(year):
        if y - span not in year:
            continue
        s = year.index(y - span)
        for i in np.flatnonzero((c[s] > 0) & (c[t] > 0) & (given[s] > 0)):
            if any(y - span < begin < y for begin in params.get("split", [])):
                continue
            count[given[s, i] - 1, c[s, i] - 1, c[t, i] - 1] += 1
    assert r["conditional_count"].tolist() == count.tolist(), "conditional_count"
    n = count.sum(2, keepdims=True)
    assert close(r["conditional_probability"], np.where(n > 0, count / np.where(n > 0, n, 1), np.nan))
    lr, q, df = homogeneity(count)
    assert close([r["lr"], r["q"], r["df"]], [lr, q, df], 1e-10), (r["lr"], lr)
    for name, value in (("lr_p", r["lr"]), ("q_p", r["q"])):  # Wilson & Hilferty: chi-squared, nearly
        z = ((value / df) ** (1 / 3) - (1 - 2 / (9 * df))) / math.sqrt(2 / (9 * df)) if df else np.nan
        assert not df or abs(r[name] - math.erfc(z / math.sqrt(2)) / 2) < 0.01, name


def check(world, label, params, r):
    year = [int(y) for y in r.label["time"]]
    k, span, c = len(r.label["class_label"]), params.get("span", 1), r["class"]
    if label == "m_classes":
        want = world.results["cc_classes"]["class"]
        assert r.label["class_label"] == world.results["cc_classes"].label["class_label"]
        x = None
    else:
        x = world.values(params, r, "of")
        want = classes_of(x, params, k)
    assert c.tolist() == want.tolist(), "class"
    count = np.zeros((k, k))
    for t, y in enumerate(year):
        if y - span in year:
            s = year.index(y - span)
            both = (c[s] > 0) & (c[t] > 0)
            np.add.at(count, (c[s][both] - 1, c[t][both] - 1), 1)
    assert r["count"].tolist() == count.tolist(), "count"
    check_chain(r, k)
    check_leaps(world, params, r, c, year, span)
    given = conditions(world, params, r, x, k, year)
    assert (given is not None) == ("lr" in r) and ("weights" in params) == ("move" in r)
    if given is not None:
        check_conditions(r, c, given, year, params, span, k)
