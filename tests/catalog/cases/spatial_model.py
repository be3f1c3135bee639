"""Spatial models by dense matrices: the likelihood at what is found, and that it is the largest; the
information matrix; effects by their definition and by differences in rho. Lee and Yu's transformation
is written out: a panel with effects is one of fewer units and periods without."""
import math

import numpy as np

X = ["investment_pc", "trade_share"]
ENTRIES = {
    "sp_lag": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "contiguity", "periods": [2002],
               "spillover": {"terms": X, "keep": "dense"}, "_only": "full"},
    "sp_lag_near": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "near", "fixed": "none",
                    "logdet": "sparse", "information": "expected", "_only": "full"},
    "sp_islands": {"form": "durbin", "y": "gdp_pc", "x": X, "weights": "islands", "periods": [2001],
                   "logdet": "eigen", "_only": "full"},
    "sp_error": {"form": "error", "y": "gdp_pc", "x": X, "weights": "contiguity", "error_weights": "near",
                 "fixed": "time", "information": "auto", "_only": "full"},
    "sp_durbin": {"form": "durbin", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "two-way",
                  "se": "delta", "_only": "full"},
    "sp_durbin_plain": {"form": "durbin", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "two-way",
                        "correction": "none", "_only": "full"},
    "sp_unit": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "unit",
                "correction": "lee-yu", "information": "observed", "logdet": "auto", "_only": "full"},
    "sp_durbin_error": {"form": "durbin_error", "y": "gdp_pc", "x": X, "weights": "contiguity",
                        "fixed": "unit", "_only": "full"},
    "sp_slx": {"form": "slx", "y": "gdp_pc", "x": X, "weights": "near", "_only": "full"},
    "sp_sac": {"form": "sac", "y": "gdp_pc", "x": X, "weights": "contiguity", "error_weights": "near",
               "fixed": "time", "method": "ml", "_only": "full"},
    "sp_random": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "random",
                  "dynamic": "false", "_only": "full"},
    "sp_kkp": {"form": "error", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "random",
               "effects_form": "kkp", "_only": "full"},
    "sp_baltagi": {"form": "error", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "random",
                   "effects_form": "baltagi", "_only": "full"},
    "sp_dynamic": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "unit",
                   "dynamic": "lag_and_space", "_only": "full"},
    "sp_dynamic_lag": {"form": "durbin", "y": "gdp_pc", "x": X, "weights": "contiguity", "fixed": "two-way",
                       "dynamic": "lag", "_only": "full"},
    "sp_gm": {"form": "lag", "y": "gdp_pc", "x": X, "weights": "contiguity", "method": "gm",
              "periods": [2002], "_only": "full"},
    "sp_draws": {"form": "durbin", "y": "gdp_pc", "x": X, "weights": "contiguity", "periods": [2003],
                 "se": "draws", "draws": 4000, "_only": "full"},
    "sp_grid": {"form": "lag", "fixed": "time", "_only": "full",
                "grid": {"y": ["gdp_pc", "gdp"], "x": {"both": X, "one": ["trade_share"]},
                         "weights": ["contiguity", "near"], "periods": [["2001", "2002"], ["2002", "2003"]]}},
}
TOLERANCE = 1e-6  # of relabelled units: an optimum, and sums in another order
FILES = {"contiguity": "edges.csv", "islands": "islands.csv"}


def matrix(world, name):
    if name == "near":
        d = world.great_circle()
        w = np.zeros((world.n, world.n))
        order = np.argsort(np.where(np.isnan(d), np.inf, d), 1, kind="stable")[:, :4]
        w[np.arange(world.n)[:, None], order] = 1
        return w
    w = world.links(FILES[name])
    total = w.sum(1, keepdims=True)
    return w / np.where(total > 0, total, 1)


def helmert(n):
    """n - 1 orthonormal contrasts, as columns."""
    f = np.zeros((n, n - 1))
    for k in range(n - 1):
        f[:k + 1, k] = 1
        f[k + 1, k] = -(k + 1)
        f[:, k] /= math.sqrt((k + 1) * (k + 2))
    return f


class Model:
    """Periods of y (T, n), x (k, T, n) and matrices of a model whose effects are gone."""

    def __init__(self, params, y, x, w, w2):
        self.form, fixed = params["form"], params.get("fixed", "none")
        summed = all(np.allclose(m.sum(1), 1) for m in ([w2] if self.form == "error" else [w, w2]))
        self.plain = params.get("correction") == "none" or (fixed in ("time", "two-way") and not summed)
        self.n, self.periods = y.shape[1], y.shape[0]
        lags = np.einsum("ij,ktj->kti", w, x) if self.form in ("durbin", "durbin_error", "slx") else x[:0]
        z = np.concatenate([x, lags])
        self.constant = fixed in ("none", "random")
        if self.constant:
            one = np.ones((1,) + y.shape)
            lag = np.einsum("ij,ktj->kti", w, one) if len(lags) else one[:0]
            varies = len(lags) and np.ptp(w.sum(1)[w.sum(1) > 0]) > 1e-9
            z = np.concatenate([one, x] + ([lag] if varies else []) + [lags])
        f = helmert(len(y)) if fixed in ("unit", "two-way") else np.eye(len(y))
        g = helmert(self.n) if fixed in ("time", "two-way") else np.eye(self.n)
        if self.plain:  # means are taken out of y and x; lags are of what is left
            y, z = (f @ f.T) @ y @ (g @ g.T), (f @ f.T) @ z @ (g @ g.T)
            f, g = np.eye(len(y)), np.eye(self.n)
        self.y = np.einsum("ts,ti,ij->sj", f, y, g)
        self.z = np.einsum("ts,kti,ij->ksj", f, z, g).reshape(len(z), -1).T
        self.w, self.w2 = g.T @ w @ g, g.T @ w2 @ g
        self.times = self.y.shape[0]
        # Where the transformation is refused, sigma2 still knows of the means.
        refused = self.plain and params.get("correction") != "none"
        self.effective = self.y.size - self.times * refused

    def parts(self, rho, lam):
        m = self.y.shape[1]
        return np.eye(m) - rho * self.w, np.eye(m) - lam * self.w2

    def logdet(self, rho, lam):
        a, b = self.parts(rho, lam)
        return self.times * (np.linalg.slogdet(a)[1] + np.linalg.slogdet(b)[1])

    def gls(self, rho, lam):
        a, b = self.parts(rho, lam)
        k = self.z.shape[1]
        z = np.einsum("ij,tjk->tik", b, self.z.reshape(self.y.shape + (k,))).reshape(-1, k)
        u = np.einsum("ij,tj->ti", b @ a, self.y).ravel()
        size = np.sqrt((z ** 2).sum(0))
        beta = np.linalg.lstsq(z / size, u, rcond=None)[0] / size
        return beta, u - z @ beta, z

    def count(self):
        return self.y.size

    def loglik(self, rho, lam):
        e, m = self.gls(rho, lam)[1], self.count()
        return self.logdet(rho, lam) - m / 2 * (math.log(2 * math.pi * (e @ e) / m) + 1)

    def information(self, rho, lam, sigma2, observed):
        """Covariance of beta, rho, lambda (those there are), sigma2 taken out; expected or observed."""
        a, b = self.parts(rho, lam)
        beta, e, z = self.gls(rho, lam)
        k, has = z.shape[1], ["rho"] * (self.form in ("lag", "durbin", "sac")) + \
            ["lambda"] * (self.form in ("error", "durbin_error", "sac"))
        size = k + len(has) + 1
        info, t = np.zeros((size, size)), self.times
        info[:k, :k] = z.T @ z / sigma2
        info[-1, -1] = self.effective / (2 * sigma2 ** 2)
        g = b @ self.w @ np.linalg.inv(a) @ np.linalg.inv(b)  # of the filtered errors
        h = self.w2 @ np.linalg.inv(b)
        mean = (z @ beta).reshape(self.y.shape)
        gm = np.einsum("ij,tj->ti", g, mean).ravel()
        trace = {"rho": g, "lambda": h}
        trace = {name: (np.trace(m), np.trace(m @ m), (m ** 2).sum()) for name, m in trace.items()}
        for i, one in enumerate(has):
            r = k + i
            info[r, r] = t * (trace[one][1] + trace[one][2]) + (gm @ gm / sigma2 if one == "rho" else 0)
            info[r, -1] = info[-1, r] = t * trace[one][0] / sigma2
            if one == "rho":
                info[:k, r] = info[r, :k] = z.T @ gm / sigma2
        if len(has) == 2:
            info[k, k + 1] = info[k + 1, k] = t * (np.trace(g @ h) + (g * h).sum())
        if observed:  # of a lag alone
            wy = np.einsum("ij,tj->ti", self.w, self.y).ravel()
            info[k, k] = t * trace["rho"][1] + wy @ wy / sigma2
            info[:k, k] = info[k, :k] = z.T @ wy / sigma2
            info[k, -1] = info[-1, k] = e @ wy / sigma2 ** 2
        scale = np.sqrt(np.diag(info))
        return (np.linalg.inv(info / np.outer(scale, scale)) / np.outer(scale, scale))[:-1, :-1]


# ---- effects --------------------------------------------------------------------------------

def spillover(w, rho, own, lagged):
    return np.linalg.solve(np.eye(len(w)) - rho * w, own * np.eye(len(w)) + lagged * w)


def summary(w, rho, own, lagged):
    s = spillover(w, rho, own, lagged)
    n = len(w)
    away = s - np.diag(np.diag(s))
    return np.concatenate([[np.trace(s) / n, s.sum() / n - np.trace(s) / n, s.sum() / n],
                           away.sum(1), away.sum(0)])


def check_effects(r, w, x, terms, b, v, dynamic):
    """Values, and delta errors by differences."""
    at = {name: i for i, name in enumerate(terms)}
    for k, name in enumerate(x):
        use = [at[name]] + [at[t] for t in (f"lag.{name}", "rho") if t in at]
        def of(theta):
            own, rest = theta[0], list(theta[1:])
            lagged = rest.pop(0) if f"lag.{name}" in at else 0
            return summary(w, rest[0] if rest else 0, own, lagged)
        theta, gradient = b[use], []
        for j in range(len(use)):
            step = 1e-5 * max(abs(theta[j]), 1e-3) * (np.arange(len(use)) == j)
            gradient.append((of(theta + step) - of(theta - step)) / (2 * step[j]))
        gradient = np.array(gradient)
        value = of(theta)
        se = np.sqrt(np.maximum(np.einsum("iq,ij,jq->q", gradient, v[np.ix_(use, use)], gradient), 0))
        n, names = len(w), ["short_direct", "short_indirect", "short_total"] if dynamic else \
            ["direct", "indirect", "total"]
        scale = abs(value[:3]).max()
        for q, effect in enumerate(names):
            assert np.isclose(r[effect][k], value[q], rtol=1e-8, atol=1e-10 * scale), effect
            assert np.isclose(r[effect + "_se"][k], se[q], rtol=1e-4, atol=1e-6 * scale), effect + "_se"
            assert np.isclose(r[effect + "_hi"][k] - r[effect + "_lo"][k], 2 * 1.959963984540054 *
                              r[effect + "_se"][k], rtol=1e-10), "ends"
        for q, effect in ((slice(3, 3 + n), "received"), (slice(3 + n, None), "given")):
            assert np.allclose(r[effect][:, k], value[q], rtol=1e-8, atol=1e-9 * scale), effect
            assert np.allclose(r[effect + "_se"][:, k], se[q], rtol=1e-3, atol=1e-5 * se[q].max()), effect + "_se"
        if not dynamic:
            check_orders(r, w, k, *of_terms(b, at, name))


def of_terms(b, at, name):
    return (b[at["rho"]] if "rho" in at else 0, b[at[name]], b[at[f"lag.{name}"]] if f"lag.{name}" in at else 0)


def check_orders(r, w, k, rho, own, lagged):
    power = np.eye(len(w))
    for q in range(len(r["order_direct"])):
        s = own * power if q == 0 else power * (rho ** q * own + rho ** (q - 1) * lagged)
        want = np.trace(s) / len(w), s.sum() / len(w) - np.trace(s) / len(w)
        got = r["order_direct"][q, k], r["order_indirect"][q, k]
        assert np.allclose(got, want, rtol=1e-7, atol=1e-9 * abs(own)), ("orders", q, got, want)
        power = power @ w


# ---- what else the tests are of ---------------------------------------------------------------

def check_least_squares(r, m):
    """LM tests of a model without W X, by their formulas."""
    k = m.z.shape[1] if m.form in ("lag", "error", "sac") else None
    if k is None or m.plain or m.w.shape != m.w2.shape or not np.array_equal(m.w, m.w2):
        return
    z, y, t, w = m.z, m.y.ravel(), m.times, m.w
    beta = np.linalg.lstsq(z / abs(z).max(0), y, rcond=None)[0] / abs(z).max(0)
    e = y - z @ beta
    lag = lambda v: np.einsum("ij,tj->ti", w, v.reshape(m.y.shape)).ravel()
    s2 = e @ e / m.effective
    tr = t * (np.trace(w @ w) + (w ** 2).sum())
    a, c, wm = e @ lag(y) / s2, e @ lag(e) / s2, lag(z @ beta)
    wm = wm - z @ np.linalg.lstsq(z, wm, rcond=None)[0]
    j = tr + wm @ wm / s2
    want = {"lm_lag": a * a / j, "lm_error": c * c / tr, "rlm_lag": (a - c) ** 2 / (j - tr),
            "rlm_error": (c - tr * a / j) ** 2 / (tr * (1 - tr / j))}
    for name, value in want.items():
        assert np.isclose(r[name], value, rtol=1e-6), name
        assert np.isclose(r[name + "_p"], math.erfc(math.sqrt(value / 2)), rtol=1e-5, atol=1e-12), name


def check_random(params, r, y, x, w, terms, b):
    """The likelihood by the dense covariance, and that it is the largest."""
    t, n = y.shape
    z = np.column_stack([np.ones(t * n)] + [c.ravel() for c in x])

    def loglik(spatial, phi):
        a = np.eye(n) - spatial * w
        inverse = np.linalg.inv(a)
        errors = np.eye(n) if params["form"] == "lag" else inverse @ inverse.T
        one = errors if params.get("effects_form") != "baltagi" else np.eye(n)
        omega = np.kron(np.ones((t, t)) * phi, one) + np.kron(np.eye(t), errors)
        left = (y @ a.T if params["form"] == "lag" else y).ravel()
        root = np.linalg.cholesky(omega)
        zs, ys = np.linalg.solve(root, z), np.linalg.solve(root, left)
        beta = np.linalg.lstsq(zs, ys, rcond=None)[0]
        s2 = ((ys - zs @ beta) ** 2).sum() / (t * n)
        jacobian = t * np.linalg.slogdet(a)[1] if params["form"] == "lag" else 0
        ll = jacobian - np.log(np.diag(root)).sum() - t * n / 2 * (math.log(2 * math.pi * s2) + 1)
        return ll, np.append(beta, spatial), s2

    spatial, phi = b[-1], float(r["phi"])
    ll, beta, s2 = loglik(spatial, phi)
    assert np.isclose(r["loglik"], ll, rtol=1e-9) and np.allclose(b, beta, rtol=1e-5)
    assert np.isclose(r["sigma2"], s2, rtol=1e-6)
    for other in ((spatial + .002, phi), (spatial - .002, phi), (spatial, phi * 1.01), (spatial, phi * .99)):
        assert loglik(*other)[0] < ll + 1e-9, "not the largest"


def check_grid(world, params, r):
    grid = params["grid"]
    labels = [f"{y}, {x}, {w}, {a}-{b}" for y in grid["y"] for x in grid["x"] for w in grid["weights"]
              for a, b in grid["periods"]]
    assert r.label["model"] == labels
    for m, label in enumerate(labels):
        y, x, w, span = label.split(", ")
        years = [world.year.index(year) for year in span.split("-")]
        names = grid["x"][x]
        wm = matrix(world, w)
        model = Model(dict(form="lag", fixed="time"), world.column[y][years],
                      np.array([world.column[name][years] for name in names]), wm, wm)
        b = r["coefficient"][m][[r.label["term"].index(t) for t in names + ["rho"]]]
        assert np.allclose(b[:-1], model.gls(b[-1], 0)[0], rtol=1e-5), label
        assert np.isclose(r["loglik"][m], model.loglik(b[-1], 0), rtol=1e-9), label
        lacks = [r.label["term"].index(t) for t in r.label["term"] if t not in names + ["rho"]]
        assert np.isnan(r["coefficient"][m][lacks]).all(), label


# ---- the check --------------------------------------------------------------------------------

def check(world, label, params, r):
    if "grid" in params:
        check_grid(world, params, r)
        return
    years = [world.year.index(str(y)) for y in params.get("periods", world.year)]
    y = world.column[params["y"]][years]
    x = np.array([world.column[name][years] for name in params["x"]])
    w = matrix(world, params["weights"])
    w2 = matrix(world, params.get("error_weights", params["weights"]))
    terms, b, v = r.label["term"], r["coefficient"], r["vcov"]
    assert (v == v.T).all() and np.allclose(r["std_error"], np.sqrt(np.diag(v)), rtol=1e-12)
    assert np.allclose(r["z"], b / r["std_error"], rtol=1e-12)
    assert np.allclose(r["p_value"], [math.erfc(abs(z) / math.sqrt(2)) for z in r["z"]], rtol=1e-9, atol=1e-300)
    assert r["n_used"] == y.size - (world.n if "dynamic" in params and params["dynamic"] != "false" else 0)
    rho = b[terms.index("rho")] if "rho" in terms else 0
    lam = b[terms.index("lambda")] if "lambda" in terms else 0
    dynamic = params.get("dynamic", "false") != "false"
    if params["form"] != "error" and params.get("se") != "draws":
        check_effects(r, w, params["x"], terms, b, v, dynamic)
    for term, below in r.below.items():
        at = {name: i for i, name in enumerate(terms)}
        s = spillover(w, *of_terms(b, at, term.split("/")[-1]))
        assert np.allclose(below["value"], s.T, rtol=1e-8, atol=1e-10 * abs(s).max()), term
        k = params["x"].index(term.split("/")[-1])
        assert np.isclose(np.trace(below["value"]) / world.n, r["direct"][k], rtol=1e-10), "the trace is the direct effect"
        assert np.isclose(below["value"].sum(0).mean(), r["total"][k], rtol=1e-10), "sums are the total effect"
    if params.get("fixed") == "random":
        check_random(params, r, y, x, w, terms, b)
        return
    if dynamic or params.get("method") == "gm":
        return  # the oracles' (tests/kernel, tests/real)
    m = Model(params, y, x, w, w2)
    beta, e, _ = m.gls(rho, lam)
    assert np.allclose(b[:len(beta)], beta, rtol=1e-6, atol=1e-9 * abs(beta).max()), "coefficients"
    exact = m.loglik(rho, lam)
    assert np.isclose(r["loglik"], exact, rtol=1e-9), (r["loglik"], exact)
    for other in [(rho + d, lam) for d in (-.002, .002)] + [(rho, lam + d) for d in (-.002, .002)]:
        if ("rho" in terms or other[0] == rho) and ("lambda" in terms or other[1] == lam):
            assert m.loglik(*other) < exact + 1e-9, "not the largest"
    s2 = e @ e / m.effective
    assert np.isclose(r["sigma2"], s2, rtol=1e-7) and np.isclose(r["aic"], 2 * (len(b) + 1) - 2 * exact, rtol=1e-8)
    want = m.information(rho, lam, s2, params.get("information") == "observed")
    scale = np.sqrt(np.diag(want))
    assert np.allclose(v / np.outer(scale, scale), want / np.outer(scale, scale), rtol=0, atol=2e-5), "vcov"
    check_least_squares(r, m)
