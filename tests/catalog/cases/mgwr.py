"""Multiscale regressions by plain backfitting over dense matrices, every bandwidth tried for each term."""
import numpy as np

from sweep import close

DIFFERENCES = ("residual",)
ENTRIES = {
    "mg_plain": {"y": "gdp_pc", "x": ["trade_share"], "kernel": "bisquare", "bandwidth": "aicc", "periods": [2002],
                 "_only": "gaps"},
    "mg_two": {"y": "gdp_pc", "x": ["trade_share", "investment_pc"], "bandwidth": [20, 50, 35]},
    "mg_gaussian": {"y": "gdp_pc", "x": ["trade_share"], "kernel": "gaussian", "bandwidth": [12, 30]},
    "mg_hours": {"y": "gdp_pc", "x": ["trade_share"], "kernel": "exponential", "distance": {"file": "hours.csv"},
                 "bandwidth": [9, 30], "periods": [2001, 2003]},
}


class Fits:
    def __init__(self, d, kernel):
        self.d, self.kernel, self.sorted = d, kernel, np.sort(d, 1)

    def weights(self, k):
        u = self.d / (self.sorted[:, int(k) - 1] * 1.0000001)[:, None]
        if self.kernel == "bisquare":
            return np.where(u < 1, (1 - np.minimum(u, 1) ** 2) ** 2, 0)
        return np.exp(-u ** 2 / 2) if self.kernel == "gaussian" else np.exp(-u)

    def matrix(self, x, k):
        """a[i, j, m]: what y_m does to coefficient j at i; None where some fit is singular."""
        xw = x.T[None] * self.weights(k)[:, None]
        gram = xw @ x
        size = np.sqrt(np.einsum("ijj->ij", gram))
        if (size == 0).any() or np.linalg.cond(gram / size[:, :, None] / size[:, None]).max() > 1e12:
            return None
        return np.linalg.solve(gram, xw)

    def best(self, x, y):
        found = {}
        for k in range(x.shape[1] + 2, len(y) + 1):
            a = self.matrix(x, k)
            if a is None:
                continue
            hat = np.einsum("ij,ijm->im", x, a)
            n, rss, trace = len(y), ((y - hat @ y) ** 2).sum(), np.trace(hat)
            if n - 2 - trace > 0:
                found[k] = n * np.log(rss / n) + n * (n + trace) / (n - 2 - trace)
        return min(found, key=found.get)


def backfit(d, y, x, kernel, given):
    """Bandwidths, coefficients and what every y does to each of these."""
    fits, n, k = Fits(d, kernel), len(y), x.shape[1]
    start = fits.matrix(x, fits.best(x, y))
    effect = start.copy()  # [i, j, m]
    b, history = start @ y, []
    for _ in range(200):
        before, taken = b * x, []
        for j in range(k):
            rest = np.eye(n) - np.einsum("ij,ijm->im", x, effect)
            target = x[:, j, None] * effect[:, j] + rest
            same = len(history) >= 5 and len({h[j] for h in history[-5:]}) == 1
            width = given[j] if given else history[-1][j] if same else fits.best(x[:, j:j + 1], target @ y)
            taken.append(width)
            effect[:, j] = fits.matrix(x[:, j:j + 1], width)[:, 0] @ target
            b = effect @ y
        history.append(taken)
        after = b * x
        if np.sqrt(((after - before) ** 2).sum() / n / (after.sum(1) ** 2).sum()) < 1e-5:
            break
    return fits, taken, b, effect


def check(world, label, params, r):
    years = [world.year.index(str(y)) for y in params.get("periods", world.year)]
    kind, given = params.get("distance", "great-circle"), params.get("bandwidth", "aicc")
    d = world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    np.fill_diagonal(d, 0)
    assert r.label["term"] == ["constant"] + params["x"]
    for t, year in enumerate(years):
        value = np.array([world.column[name][year] for name in [params["y"]] + params["x"]])
        use = ~np.isnan(value.sum(0))
        whole, n = value[:, use], use.sum()
        if given != "aicc" and max(given) > n:
            assert np.isnan(r["coefficient"][t]).all() and np.isnan(r["aicc"][t]), "fewer units than a bandwidth"
            continue
        assert np.isnan(r["coefficient"][t][~use]).all() and np.isnan(r["fitted"][t][~use]).all()
        z = (whole - whole.mean(1)[:, None]) / whole.std(1)[:, None]
        y, x = z[0], np.column_stack([np.ones(n), *z[1:]])
        fits, widths, b, effect = backfit(d[use][:, use], y, x, params.get("kernel", "bisquare"),
                                          None if given == "aicc" else given)
        assert list(r["bandwidth"][t]) == widths, (r["bandwidth"][t], widths)
        trace = np.einsum("ij,iji->j", x, effect)
        e = y - (b * x).sum(1)
        rss, total = (e ** 2).sum(), trace.sum()
        near = dict(rtol=1e-6, atol=1e-8)
        assert np.allclose(r["enp"][t], trace, **near)
        assert np.allclose(r["coefficient"][t][use], b, **near)
        se = np.sqrt((effect ** 2).sum(2) * rss / (n - total))
        assert np.allclose(r["std_error"][t][use], se, **near)
        assert close(r["t"][t][use], r["coefficient"][t][use] / r["std_error"][t][use], 1e-12)
        assert np.allclose(r["residual"][t][use], e * whole[0].std(), rtol=0, atol=1e-7 * abs(whole[0]).max())
        assert np.allclose(r["fitted"][t][use] + r["residual"][t][use], whole[0], rtol=1e-12)
        assert np.isclose(r["r2"][t], 1 - rss / n, **near)
        aicc = n * np.log(rss / n) + n * np.log(2 * np.pi) + n * (n + total) / (n - 2 - total)
        assert np.isclose(r["aicc"][t], aicc, rtol=1e-6)
        for i, own in enumerate(np.flatnonzero(use)):
            wx = np.column_stack([fits.weights(w)[i] * x[:, j] for j, w in enumerate(widths)])
            assert np.isclose(r["condition"][t][own], np.linalg.cond(wx / np.sqrt((wx ** 2).sum(0))), rtol=1e-6)
