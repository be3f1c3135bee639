"""Structure of industries against the plain formulas: bases, labour, sectors, another period."""
import numpy as np

from sweep import close

INDUSTRIES = ["agriculture", "manufacturing", "producer_services", "finance", "other_services"]
LABOUR = ["population", "income", "investment", "trade", "patents"]
SECTORS = ["agriculture", ["manufacturing"], ["producer_services", "finance", "other_services"]]
ENTRIES = {
    "is_own": {"industries": INDUSTRIES, "against": "all", "base": "own", "base_over": "refuse",
               "_only": "full"},
    "is_complete": {"industries": INDUSTRIES, "labour": LABOUR, "base_over": "complete"},
    "is_rest": {"industries": INDUSTRIES, "against": "rest", "base_over": "complete",
                "order": SECTORS, "span": 2},
    "is_national": {"industries": INDUSTRIES[:3], "labour": LABOUR[:3], "order": "as-given",
                    "base": {"file": "national.csv"}, "span": 1},
    "is_one": {"industries": ["finance"], "base_over": "complete", "periods": [2002]},
}


def columns(world, names, years):
    return np.array([world.column[name][years] for name in names])  # industry, time, unit


def shares(e):
    return e / e.sum(0)


def base_of(world, params, names, years, whole):
    if isinstance(params.get("base"), dict):
        return np.array([[float(world.national[t][name]) for t in years] for name in names])
    return np.where(whole, columns(world, names, years), 0).sum(2)


def angle(u, v):
    return np.arccos(np.clip((u * v).sum(0) / np.sqrt((u ** 2).sum(0) * (v ** 2).sum(0)), -1, 1))


def plain_axis(k, like):
    axis = np.zeros_like(like)
    axis[k] = 1
    return axis


def check_base(params, r, e, base):
    s = shares(e)
    if params.get("against") == "rest":
        left = base[:, :, None] - e
        of = left / left.sum(0)
    else:
        of = np.broadcast_to((base / base.sum(0))[:, :, None], s.shape)
    krugman = abs(s - of).sum(0)
    assert np.allclose(r["krugman"], krugman, rtol=1e-10, atol=1e-13, equal_nan=True), "krugman"
    there = r["krugman"][~np.isnan(r["krugman"])]
    assert (there >= 0).all() and (there <= 2).all(), "krugman in [0,2]"
    some = krugman > 1e-9
    assert close(r["diversity"][some], 1 / krugman[some], 1e-9), "diversity"
    assert close(r["specialisation"], (s / of).max(0), 1e-10), "specialisation"


def check_labour(world, params, r, years, e):
    labour = columns(world, params["labour"], years)
    whole = ~np.isnan(e.sum(0) + labour.sum(0))
    y, l = shares(e), shares(labour)
    assert np.allclose(r["rationalisation"], (y * np.log(y / l)).sum(0), rtol=1e-10, atol=1e-14,
                       equal_nan=True), "rationalisation"
    assert (r["rationalisation"][whole] >= 0).all()
    assert close(r["deviation"], (y * abs(y / l - 1)).sum(0), 1e-10), "deviation"
    all_y = base_of(world, params, params["industries"], years, whole)
    all_l = base_of(world, params, params["labour"], years, whole)
    base = base_of(world, params, params["industries"], years, ~np.isnan(e.sum(0)))
    quotient = y / (base / base.sum(0))[:, :, None]
    want = quotient * (e / labour) / (all_y / all_l)[:, :, None]
    assert close(r["gradient"], want.transpose(1, 2, 0), 1e-10), "gradient"


def check_sectors(params, r, e):
    of = [0, 1, 2] if len(params["industries"]) == 3 else [0, 1, 2, 2, 2]
    s = np.array([sum(x for x, sector in zip(shares(e), of) if sector == k) for k in range(3)])
    assert close(r["upgrading"], s[2] / s[1], 1e-10), "upgrading"
    assert close(r["hierarchy"], s[0] + 2 * s[1] + 3 * s[2], 1e-10), "hierarchy"
    there = r["hierarchy"][~np.isnan(r["hierarchy"])]
    assert (there >= 1).all() and (there <= 3).all(), "hierarchy in [1,3]"
    fu = sum((3 - k) * angle(s, plain_axis(k, s)) for k in range(3))
    assert close(r["fu2010"], fu, 1e-7), "fu2010"


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in r.label["time"]]
    e = columns(world, params["industries"], years)
    whole, m = ~np.isnan(e.sum(0)), len(e)
    assert r.label["industry"] == params["industries"]
    assert close(r["coverage"], (~np.isnan(e)).mean(2).T), "coverage"
    assert r["n_used"].tolist() == whole.sum(1).tolist(), "n_used"
    s = shares(e)
    assert close(r["hhi"], (s ** 2).sum(0)), "hhi"
    want = ((s ** 2).sum(0) - 1 / m) / (1 - 1 / m) if m > 1 else np.full(whole.shape, np.nan)
    assert np.allclose(r["hhi_normalised"], want, rtol=1e-9, atol=1e-13, equal_nan=True)
    check_base(params, r, e, base_of(world, params, params["industries"], years, whole))
    span, moore = params.get("span", 1), np.full(whole.shape, np.nan)
    if len(years) > span:
        moore[span:] = angle(s[:, :-span], s[:, span:])
    # The plain arc cosine has half of the digits at small angles.
    assert np.allclose(r["moore_angle"], moore, rtol=0, atol=1e-7, equal_nan=True), "moore_angle"
    assert ("labour" in params) == ("gradient" in r) == ("rationalisation" in r)
    assert ("order" in params) == ("fu2010" in r) == ("upgrading" in r)
    if "labour" in params:
        check_labour(world, params, r, years, e)
    if "order" in params:
        check_sectors(params, r, e)
