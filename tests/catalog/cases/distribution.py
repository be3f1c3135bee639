"""Kernel densities against the plain sum over units, and Silverman's rule."""
import numpy as np

from sweep import close

ENTRIES = {
    "density_plain": {"of": "gdp_pc"},
    "density_fine": {"of": "gdp", "points": 333, "bandwidth": "sheather-jones"},
    "density_given": {"of": "services", "points": 17, "bandwidth": 0.05, "periods": [2002, 2003]},
}


def silverman(x):
    q1, q3 = np.percentile(x, [25, 75])
    return .9 * min(x.std(ddof=1), (q3 - q1) / 1.34) * len(x) ** -.2


def modes(density):
    inner = np.concatenate(([0], density, [0]))
    tops = (inner[1:-1] > inner[:-2]) & (inner[1:-1] > inner[2:])
    return (tops & (density >= .01 * density.max())).sum()


def check(world, label, params, r):
    points = params.get("points", 200)
    assert r.axes["density"] == ["time", "point"] and r.axes["point"] == ["point"]
    at, ends = r["point"], []
    for t, values in enumerate(world.values(params, r, "of")):
        x = values[~np.isnan(values)]
        h = r["bandwidth"][t]
        assert r["n_used"][t] == len(x), "n_used"
        if "bandwidth" not in params:
            assert close(h, silverman(x)), "bandwidth"
        elif isinstance(params["bandwidth"], float):
            assert h == params["bandwidth"]
        z = (at[:, None] - x) / h
        want = np.exp(-z ** 2 / 2).sum(1) / (len(x) * h * np.sqrt(2 * np.pi))
        assert close(r["density"][t], want, 1e-11), "density"
        assert r["modes"][t] == modes(want), "modes"
        ends.append((x.min() - 3 * h, x.max() + 3 * h))
    assert close(at, np.linspace(min(e[0] for e in ends), max(e[1] for e in ends), points)), "grid"
