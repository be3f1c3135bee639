"""Lee's L and its local form over dense arrays, with moments by the matrix W'W."""
import numpy as np

from neighbours import among, check_inference

ENTRIES = {
    "le_plain": {"of": "gdp_pc", "with": "income", "weights": "contiguity"},
    "le_near": {"of": "pm25", "with": "income", "weights": "near", "alternative": "two-sided",
                "permutations": 199, "fdr": "none"},
    "le_islands": {"of": "income", "with": "pm25", "weights": "islands", "alternative": "greater",
                   "alpha": 0.1},
    "le_result": {"of": "economy", "with": "pm25", "weights": "contiguity", "alternative": "less",
                  "fdr": "bh", "periods": [2001, 2003]},
    "le_folded": {"of": "population", "with": "income", "weights": "contiguity",
                  "alternative": "folded"},
}
# The draws of a unit go by its code.
RANDOM = ("p_value", "significant", "z")
DIFFERENCES = ("value", "L", "variance", "variance_exact")


def moments(p, x, y):
    """Mean and variance of sum p_ij x_i y_j over all permutations of pairs, by which indices are the
    same: those of E[x_a y_b x_c y_d] summed in full."""
    n = len(x)
    d = np.diag(p)
    g = p - np.diag(d)
    c = x * y
    b = (np.outer(x, y) + np.outer(y, x)) / 2
    np.fill_diagonal(b, 0)

    def of(m):  # sums of a symmetric matrix with an empty diagonal: pairs, triples, fours
        rows = m.sum(1)
        two, three = (m ** 2).sum(), (rows ** 2).sum() - (m ** 2).sum()
        return two, three, m.sum() ** 2 - 2 * two - 4 * three
    places = (n * (n - 1), n * (n - 1) * (n - 2), n * (n - 1) * (n - 2) * (n - 3))
    (g2, g3, g4), (b2, b3, b4) = of(g), of(b)
    square = 2 * g2 * b2 / places[0] + 4 * g3 * b3 / places[1] + g4 * b4 / places[2]
    mean = d.sum() * c.sum() / n + g.sum() * b.sum() / places[0]
    square += ((d ** 2).sum() * (c ** 2).sum() / n
               + (d.sum() ** 2 - (d ** 2).sum()) * (c.sum() ** 2 - (c ** 2).sum()) / places[0])
    dg, cb = (d * g.sum(1)).sum(), (c * b.sum(1)).sum()
    both = (2 * dg * cb / places[0]
            + (d.sum() * g.sum() - 2 * dg) * (c.sum() * b.sum() - 2 * cb) / places[1])
    return mean, square + 2 * both - mean ** 2


def check(world, label, params, r):
    x, y = world.values(params, r, "of"), world.values(params, r, "with")
    for t in range(len(x)):
        use = ~np.isnan(x[t]) & ~np.isnan(y[t])
        w = among(world, params["weights"], use)
        zx, zy = (np.where(use, v[t] - v[t][use].mean(), 0) for v in (x, y))
        n, size = use.sum(), np.sqrt((zx ** 2).sum() * (zy ** 2).sum())
        value = n * (w @ zx) * (w @ zy) / size
        assert np.allclose(r["value"][t], value, rtol=1e-9, atol=1e-12, equal_nan=True), "value"
        w = np.nan_to_num(w)[use][:, use]
        scale = n / (w.sum(1) ** 2).sum() / size
        assert np.isclose(r["L"][t], scale * (w @ zx[use]) @ (w @ zy[use]), rtol=1e-9, atol=1e-12)
        mean, variance = moments(w.T @ w, zx[use], zy[use])
        assert np.isclose(r["expected"][t], scale * mean, rtol=1e-9, atol=1e-12), "expected"
        assert np.isclose(r["variance_exact"][t], scale ** 2 * variance, rtol=1e-8), "variance"
        assert r["variance"][t] > 0
        assert r["n_used"][t] == n
        check_inference(params, r, t)
        assert (np.isnan(r["p_value"][t]) == np.isnan(value)).all()
