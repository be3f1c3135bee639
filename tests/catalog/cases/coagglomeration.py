"""Co-agglomeration: from industries with a total, and from quotients that are a result."""
import numpy as np

from sweep import close, same

PAIR = {"a": "manufacturing", "b": "finance", "total": "gdp"}
ENTRIES = {
    "co_own": dict(PAIR, base="own", base_over="refuse", form="augmented", _only="full"),
    "co_complete": dict(PAIR, base_over="complete", form="plain"),
    "co_national": dict(PAIR, base={"file": "national.csv"}, periods=[2003]),
    "co_plain": {"a": "income", "b": "trade", "form": "plain"},
    "co_given": {"a": "income", "b": "trade"},
}


def quotient(world, params, name, years):
    e = world.column[params[name]][years]
    if "total" not in params:
        return e
    total = world.column["gdp"][years]
    if isinstance(params.get("base"), dict):
        base = [float(row[params[name]]) / float(row["gdp"]) for row in world.national]
        return e / total / np.array(base)[years, None]
    both = ~np.isnan(e + total)
    share = np.where(both, e, 0).sum(1) / np.where(both, total, 0).sum(1)
    return e / total / share[:, None]


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    a, b = (quotient(world, params, name, years) for name in "ab")
    plain = r["plain"][~np.isnan(r["plain"])]
    assert len(plain) and (plain >= 0).all() and (plain <= 1).all(), "plain in [0,1]"
    assert np.allclose(r["plain"], 1 - abs(a - b) / (a + b), atol=1e-12, rtol=1e-12, equal_nan=True)
    assert close(r["augmented"], r["plain"] + a + b), "augmented"
    assert same(r["value"], r[params.get("form", "augmented")]), "value is what form names"
