"""Order and synergy, plainly; with equal weights an order is the score of the composite that has the
same indicators."""
import numpy as np

from sweep import close, same

SYSTEMS = {"economy": {"positive": ["gdp_pc", "income", "trade_share"]},
           "ecology": {"positive": ["green_cover"], "negative": ["pm25", "energy_intensity"]},
           "burden": {"negative": ["pm25"]}}
BOUNDS = {"gdp_pc": [0, 2e5], "income": [1e4, 5e4], "trade_share": [0, 1], "green_cover": [0, 100],
          "pm25": [0, 200], "energy_intensity": [0, 10]}
WEIGHTS = {"gdp_pc": 1, "income": 0, "trade_share": 3, "green_cover": 2, "pm25": 1, "energy_intensity": 1}
ENTRIES = {
    "synergy": {"systems": SYSTEMS, "base": "first", "mean": "arithmetic", "form": "geometric"},
    "synergy_previous": {"systems": SYSTEMS, "base": "previous", "bounds": BOUNDS},
    "synergy_weighted": {"systems": SYSTEMS, "form": "weighted", "alpha": [1, 2, 1], "mean": "geometric",
                         "weights": WEIGHTS, "periods": [2001, 2003]},
}


def order(world, params, r, system):
    names = [(name, key) for key in ("positive", "negative") for name in system.get(key, [])]
    x = np.array([world.values(params, r, name) for name, _ in names])
    whole = ~np.isnan(x).any(0)
    u = np.full(x.shape, np.nan)
    for j, (name, key) in enumerate(names):
        lo, hi = params.get("bounds", {}).get(name, (x[j][whole].min(), x[j][whole].max()))
        u[j][whole] = ((x[j] - lo) if key == "positive" else (hi - x[j]))[whole] / (hi - lo)
    w = np.array([params.get("weights", {}).get(name, 1) for name, _ in names], float)
    w = (w / w.sum())[:, None, None]
    if params.get("mean") != "geometric":
        return (w * u).sum(0)
    used = w[:, 0, 0] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole, np.exp((w[used] * np.log(u[used])).sum(0)), np.nan)


def check(world, label, params, r):
    assert r.label["system"] == list(SYSTEMS)
    assert r.axes["order"] == ["time", "unit", "system"]
    want = np.array([order(world, params, r, SYSTEMS[name]) for name in SYSTEMS])
    got = np.moveaxis(r["order"], -1, 0)
    assert np.allclose(got, want, rtol=1e-11, atol=1e-14, equal_nan=True), "order"
    if label == "synergy" and not world.gaps:
        assert np.allclose(r["order"][..., 1].mean(), 0.5, atol=0.5)
    previous = params.get("base") == "previous"
    synergy = np.full(got.shape[1:], np.nan)
    alpha = np.array(params.get("alpha", [1, 1, 1]), float)
    for t in range(1, len(synergy)):
        change = got[:, t] - got[:, t - 1 if previous else 0]
        sign, size = np.sign(change.min(0)), abs(change)
        synergy[t] = sign * ((alpha @ size) / alpha.sum() if params.get("form") == "weighted"
                             else size.prod(0) ** (1 / 3))
    assert np.allclose(r["synergy"], synergy, rtol=1e-9, atol=1e-14, equal_nan=True), "synergy"
    assert np.isnan(r["synergy"][0]).all(), "the base period"


def check_more(world):
    """The order is the score of a composite with equal weights, to the bit."""
    found = world.run("orders", [("composite", "same", dict(SYSTEMS["ecology"], weights="equal"))],
                      [("synergy", "synergy", {"systems": SYSTEMS})])
    assert close(found["synergy"]["order"][..., 1], found["same"]["score"]), "order and score"
    assert same(np.isnan(found["same"]["score"]), np.isnan(found["synergy"]["order"][..., 1]))
