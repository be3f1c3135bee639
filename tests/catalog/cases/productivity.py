"""Data envelopment against a plain simplex method over all observations, and what indices are made of."""
import numpy as np

from sweep import same

TWO = {"inputs": ["population", "trade"], "outputs": ["gdp", "income"]}
ENTRIES = {
    "dea_ccr": {**TWO, "scale": "crs", "orient": "output", "index": "none", "reference": "period",
                "peers": {"keep": "dense"}},
    "dea_bcc": {**TWO, "scale": "vrs", "orient": "input", "reference": "window", "window": 2},
    "dea_super": {"inputs": ["population", "trade"], "outputs": "gdp", "scale": "vrs", "orient": "input",
                  "super": True},
    "dea_malmquist": {**TWO, "index": "malmquist"},
    "dea_drawn": {**TWO, "orient": "input", "scale": "vrs", "bootstrap": 100, "periods": [2002], "_random": True},
    "dea_global": {"inputs": "population", "outputs": ["gdp", "income"], "orient": "input", "index": "global",
                   "periods": [2001, 2003]},
    "dea_luenberger": {**TWO, "orient": "directional", "index": "luenberger", "reference": "all"},
    "dea_bad": {"inputs": ["population", "trade"], "outputs": "gdp", "bad": "pm25", "orient": "directional",
                "index": "malmquist", "super": False},
}
TOLERANCE = 1e-7  # of the solver, 1e-9, and the vertices that it may come to
EVERY = 7  # of the units, as the plain method takes its time


def simplex(cost, a, b):
    """min cost x, a x = b >= 0, x >= 0, by a tableau in two phases with Bland's rule; None: there is no x."""
    rows, columns = a.shape
    table = np.hstack([a, np.eye(rows), b[:, None]]).astype(float)
    basis = list(range(columns, columns + rows))
    for phase in (1, 2):
        c = np.concatenate([np.zeros(columns), np.ones(rows)]) if phase == 1 else \
            np.concatenate([cost, np.zeros(rows)])
        for _ in range(5000):
            reduced = c - c[basis] @ table[:, :-1]
            if phase == 2:
                reduced[columns:] = 0
            entering = np.flatnonzero(reduced < -1e-10)
            if len(entering) == 0:
                break
            j = entering[0]
            column = table[:, j]
            ratio = np.where(column > 1e-11, table[:, -1] / np.where(column > 1e-11, column, 1), np.inf)
            # In the second phase what is artificial leaves first, at 0.
            stuck = [i for i in range(rows) if phase == 2 and basis[i] >= columns and abs(column[i]) > 1e-11]
            least = ratio.min()
            i = stuck[0] if stuck else min((basis[k], k) for k in np.flatnonzero(ratio <= least + 1e-13))[1]
            table[i] /= table[i, j]
            for k in range(rows):
                if k != i:
                    table[k] -= table[k, j] * table[i]
            basis[i] = j
        value = c[basis] @ table[:, -1]
        if phase == 1 and value > 1e-8:
            return None
    return value


def optimum(params, counts, own, others, vrs):
    """rho of the observation `own` before `others` (variables x observations)."""
    m, s, q = counts
    orient = params.get("orient", "output")
    scale = np.where(own > 0, own, 1)
    at, z = own / scale, others / scale[:, None]
    sign = np.concatenate([np.ones(m), -np.ones(s), np.zeros(q)])  # of the slacks
    if orient == "input":
        g, b = np.concatenate([-at[:m], np.zeros(s + q)]), np.concatenate([np.zeros(m), at[m:]])
    elif orient == "output":
        g = np.concatenate([np.zeros(m), -at[m:m + s], np.zeros(q)])
        b = np.concatenate([at[:m], np.zeros(s), at[m + s:]])
    else:  # 1 + beta in the place of beta, which may be below 0
        g = np.concatenate([np.zeros(m) if q else at[:m], -at[m:m + s], at[m + s:]])
        b = at + g
    a = np.hstack([g[:, None], np.diag(sign)[:, :m + s], z])
    if vrs:
        a = np.vstack([a, np.concatenate([np.zeros(1 + m + s), np.ones(z.shape[1])])])
        b = np.append(b, 1)
    cost = np.zeros(a.shape[1])
    cost[0] = 1 if orient == "input" else -1
    found = simplex(cost, a, b)
    return None if found is None else found if orient == "input" else -found - (orient == "directional")


def listed(value):
    return value if isinstance(value, list) else [value]


class Plain:
    """The programs of an entry."""

    def __init__(self, world, params, r):
        names = [listed(params.get(role, [])) for role in ("inputs", "outputs", "bad")]
        self.params, self.counts = params, [len(n) for n in names]
        t = [world.year.index(str(y)) for y in r.label["time"]]
        self.z = np.array([world.column[name][t] for of in names for name in of])
        self.there = ~np.isnan(self.z).any(0)
        self.periods = len(t)
        self.vrs = params.get("scale") == "vrs"

    def technology(self, t):
        kind, window = self.params.get("reference", "period"), self.params.get("window", 3)
        if kind == "all":
            return 0, self.periods
        if kind == "window":
            return max(t + 1, window) - window, max(t + 1, window)
        return t, t + 1

    def rho(self, unit, t, technology, vrs, without=False):
        others = [self.z[:, s, j] for s in range(*technology) for j in range(self.z.shape[2])
                  if self.there[s, j] and not (without and (s, j) == (t, unit))]
        return optimum(self.params, self.counts, self.z[:, t, unit], np.array(others).T, vrs)

    def efficiency(self, *where, **how):
        rho = self.rho(*where, **how)
        if rho is None:
            return np.nan
        orient = self.params.get("orient", "output")
        return rho if orient == "input" else 1 / rho if orient == "output" else 1 / (1 + rho)


def near(a, b):
    return np.allclose(a, b, rtol=1e-7, atol=1e-7, equal_nan=True)


def check_programs(plain, params, r):
    without = params.get("super", False)
    for t in range(plain.periods):
        for unit in range(t, plain.z.shape[2], EVERY):
            if not plain.there[t, unit]:
                continue
            at = (unit, t, plain.technology(t))
            want = plain.efficiency(*at, plain.vrs, without=without)
            assert near(r["efficiency"][t, unit], want), (t, unit, r["efficiency"][t, unit], want)
            if "scale_efficiency" in r:
                other = plain.efficiency(*at, not plain.vrs)
                ratio = other / want if plain.vrs else want / other
                assert near(r["scale_efficiency"][t, unit], ratio), (t, unit, "scale_efficiency")


def check_slacks(plain, params, r):
    """They are none of them below 0, and none where the unit's frontier is a ray of its own."""
    slack = r["slack"]
    assert (slack[~np.isnan(slack)] >= 0).all()
    some = np.isnan(r["efficiency"])
    assert same(np.isnan(slack).any(2), some) and same(np.isnan(slack).all(2), some)


def check_peers(plain, params, r):
    """What peers use and make is what slacks say, of units that are none of their own."""
    weight = np.nan_to_num(r.below["peers"]["value"])
    m, (phi, slack) = plain.counts[0], (1 / r["efficiency"], r["slack"])
    assert ((weight > 0).sum(2) <= len(plain.z)).all()
    for t in range(plain.periods):
        inside = plain.there[t] & (r["efficiency"][t] < 1 - 1e-9)
        made = np.nan_to_num(plain.z[:, t]) @ weight[t].T
        own = plain.z[:, t]
        for v in range(len(own)):
            want = own[v] - slack[t, :, v] if v < m else own[v] * phi[t] + slack[t, :, v]
            assert near(made[v][inside], want[inside]), (t, v, "peers")


def check_index(plain, params, r):
    e, kind = r["efficiency"], params["index"]
    additive = kind == "luenberger"
    b = 1 / e - 1
    change = b[:-1] - b[1:] if additive else e[1:] / e[:-1]
    assert near(r["efficiency_change"][1:], change), "efficiency_change"
    joined = r["efficiency_change"] + r["technical_change"] if additive else \
        r["efficiency_change"] * r["technical_change"]
    assert np.allclose(r["index"], joined, rtol=1e-12, atol=1e-12, equal_nan=True), "index, of both changes"
    assert np.isnan(r["index"][0]).all()
    start = np.where(plain.there[0], 0. if additive else 1., np.nan)
    cumulated = np.vstack([start, start + np.cumsum(r["index"][1:], 0) if additive else
                           start * np.cumprod(r["index"][1:], 0)])
    assert near(r["cumulated"], cumulated), "cumulated"
    for t in range(1, plain.periods):
        for unit in range(t, plain.z.shape[2], 3 * EVERY):
            if plain.there[t - 1:t + 1, unit].all():
                assert near(r["index"][t, unit], index_of(plain, kind, unit, t)), (t, unit, "index")


def index_of(plain, kind, unit, t):
    if kind == "global":
        one, nil = (plain.efficiency(unit, s, (0, plain.periods), plain.vrs) for s in (t, t - 1))
        return one / nil
    before, now = plain.technology(t - 1), plain.technology(t)
    e = [[plain.efficiency(unit, s, of, plain.vrs) for s in (t - 1, t)] for of in (before, now)]
    if kind == "luenberger":
        b = [[1 / x - 1 for x in row] for row in e]
        return (b[0][0] - b[0][1] + b[1][0] - b[1][1]) / 2
    return np.sqrt(e[0][1] / e[0][0] * e[1][1] / e[1][0])


def check(world, label, params, r):
    plain = Plain(world, params, r)
    directional, index = params.get("orient") == "directional", params.get("index", "none") != "none"
    assert ("inefficiency" in r) == directional and ("index" in r) == index
    assert ("scale_efficiency" in r) == ("bad" not in params and not params.get("super"))
    assert r.label["variable"] == listed(params["inputs"]) + listed(params["outputs"])
    missing = ~plain.there
    assert same(r["status"] == 2, missing) and (r["status"] != 3).all()
    assert same(np.isnan(r["efficiency"]), missing | ((r["status"] == 1) & np.isnan(r["efficiency"])))
    if not params.get("super"):
        e = r["efficiency"][plain.there]
        assert ((e > 0) & (e <= 1)).all() and (r["efficiency"] == 1).any(1).all(), "in (0, 1], some on the frontier"
    if directional:
        assert near(r["inefficiency"], 1 / r["efficiency"] - 1)
    check_programs(plain, params, r)
    check_slacks(plain, params, r)
    if "peers" in params:
        check_peers(plain, params, r)
    assert ("efficiency_lo" in r) == ("bootstrap" in params)
    if "bootstrap" in params:
        e, low, high = r["efficiency"], r["efficiency_lo"], r["efficiency_hi"]
        assert same(np.isnan(low), missing) and same(np.isnan(r["efficiency_corrected"]), missing)
        there = plain.there
        assert (r["efficiency_corrected"] < e)[there].all(), "the frontier of a sample lies within"
        assert ((low < high) & (high <= e + 1e-9))[there].all()
    if index:
        check_index(plain, params, r)
