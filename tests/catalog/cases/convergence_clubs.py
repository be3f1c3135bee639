"""Clubs of twelve years, by the definition: every set is summed anew for every test."""
import math

import numpy as np

ENTRIES = {
    "clubs": {"of": "income", "_long": True},
    "clubs_levels": {"of": "gdp", "logs": False, "_long": True},
    "clubs_raw": {"of": "gdp_pc", "filter": "none", "trim": 0.25, "c": 0.5, "_long": True},
    "clubs_low": {"of": "gdp", "filter": "hp", "lambda": 6.25, "logs": True, "_long": True},
}
TRIMS = (.2, .25, .3, 1 / 3, .4)


def trend(z, smooth):
    periods = len(z)
    d = np.diff(np.eye(periods), 2, axis=0)
    return np.linalg.solve(np.eye(periods) + smooth * d.T @ d, z) if smooth else z


def log_t(z, cut):
    """b and t of the units that are the columns of z."""
    h = ((z / z.mean(1, keepdims=True) - 1) ** 2).mean(1)
    t = np.arange(cut + 1, len(z) + 1)
    m = len(t)
    if m < 4 or (h[0] == 0) or (h[cut:] == 0).any():
        return np.nan, np.nan
    x = np.column_stack([np.ones(m), np.log(t)])
    y = np.log(h[0] / h[cut:]) - 2 * np.log(np.log(t))
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    u = y - x @ b
    q = (u[:-1] * u[1:]).sum() / (u[:-1] ** 2).sum()
    width = 1.3221 * (4 * q * q * m / (1 - q) ** 4) ** .2
    total = (u ** 2).sum()
    for i in range(1, m - 1):
        a = 1.2 * math.pi * i / width
        total += 2 * 3 / a ** 2 * (math.sin(a) / a - math.cos(a)) * (u[:m - 1 - i] * u[i:m - 1]).sum()
    variance = total / (m - 1) * np.linalg.inv(x.T @ x)[1, 1]
    return b[1], b[1] / math.sqrt(variance) if variance > 0 else np.nan


def one_club(z, rest, cut, c):
    """A club among `rest`, with b and t; None: they diverge."""
    def of(units):
        return log_t(z[:, units], cut)
    if len(rest) < 2:
        return None
    if of(rest)[1] > -1.65:
        return list(rest), of(rest)
    pairs = [i for i in range(len(rest) - 1) if of(rest[i:i + 2])[1] > -1.65]
    if not pairs:
        return None
    core, best = None, None
    for end in range(pairs[0] + 2, len(rest) + 1):
        tested = of(rest[pairs[0]:end])
        if not tested[1] > -1.65:
            break
        if best is None or tested[1] > best[1]:
            core, best = rest[pairs[0]:end], tested
    joins = {i: of(core + [i])[1] for i in rest if i not in core}
    while True:
        club = [i for i in rest if i in core or joins[i] > c]
        if len(club) == len(core):
            return core, best
        if of(club)[1] > -1.65:
            return club, of(club)
        if c > 3:
            return core, best
        c += .1


def find_clubs(z, cut, c):
    rest = sorted(range(z.shape[1]), key=lambda i: (-z[-1, i], i))
    found, merged = [], []
    while (club := one_club(z, rest, cut, c)) is not None:
        found.append(club)
        rest = [i for i in rest if i not in club[0]]
    for units, tested in found:
        both = merged[-1][0] + units if merged else []
        if merged and log_t(z[:, both], cut)[1] > -1.65:
            merged[-1] = (both, log_t(z[:, both], cut))
        else:
            merged.append((units, tested))
    return found, merged


def near(got, want, name):
    assert np.allclose(got, want, rtol=1e-6, atol=1e-8, equal_nan=True), f"{name}: {got}, not {want}"


def check(world, label, params, r):
    x = world.column[params["of"]]
    logs, periods = params.get("logs", True), len(x)
    use = np.flatnonzero((x > 0).all(0) if logs else ~np.isnan(x).any(0))
    y = np.log(x[:, use]) if logs else x[:, use]
    own = params.get("lambda", 400)
    smooth = {f"hp {own:g}": own, "hp 6.25": 6.25, "none": 0}
    z = trend(y, own if params.get("filter", "hp") == "hp" else 0)
    cut = round(periods * params.get("trim", 1 / 3))
    assert r["n_used"] == len(use) < world.n
    near((r["log_b"], r["log_t"]), log_t(z, cut), "all")
    near(r["log_t_thousand"], log_t(z - (math.log(1000) if logs else 0), cut)[1], "in thousands")
    assert r.label["filter"] == [f"hp {own:g}", "hp 6.25", "none"]
    near(r["log_t_filter"], [log_t(trend(y, smooth[name]), cut)[1] for name in r.label["filter"]], "filters")
    near(r.label["trim"], TRIMS, "trim")
    near(r["log_t_trim"], [log_t(z, round(periods * trim))[1] for trim in TRIMS], "trims")
    for found, of, prefix in zip(find_clubs(z, cut, params.get("c", 0)), ("club", "merged"), ("", "merged_")):
        want = np.full(world.n, -1)
        want[use] = 0
        for k, (units, _) in enumerate(found):
            want[use[units]] = k + 1
        assert r[of].tolist() == want.tolist(), of
        n = len(found)
        assert r[prefix + "size"].tolist()[:n] == [len(units) for units, _ in found]
        near(r[prefix + "b"][:n], [tested[0] for _, tested in found], prefix + "b")
        near(r[prefix + "t"][:n], [tested[1] for _, tested in found], prefix + "t")
        assert not r[prefix + "size"][n:].any() and np.isnan(r[prefix + "t"][n:]).all(), "beyond the last club"
