"""Coupling coordination: three forms, weights, classes."""
import numpy as np

from sweep import close, same

SYSTEMS = ["economy", "services", "ecology"]
ENTRIES = {
    "cc_product": {"systems": SYSTEMS, "form": "product"},
    "cc_wang": {"systems": SYSTEMS, "form": "wang2021"},
    "cc_dispersion": {"systems": SYSTEMS, "form": "dispersion"},
    "cc_two": {"systems": ["economy", "ecology"], "periods": [2001, 2003]},
    "cc_alpha": {"systems": SYSTEMS, "alpha": [1, 2, 5]},
    "cc_alpha_map": {"systems": SYSTEMS, "alpha": {"economy": 1, "ecology": 5, "services": 2}},
    "cc_classes": {"systems": SYSTEMS, "breaks": [0.3, 0.5, 0.8], "labels": ["low", "fair", "good", "high"]},
    "cc_five": {"systems": SYSTEMS + ["c_critic", "c_rank"], "form": "wang2021"},
}


def check(world, label, params, r):
    c, t, d = r["coupling"], r["development"], r["coordination"]
    value = ~np.isnan(d)
    assert world.gaps or value.all(), "a value for every unit"
    for name in ("coupling", "development", "coordination", "balance"):
        assert same(np.isnan(r[name]), ~value), f"{name} is there where the others are not"
        assert (r[name][value] >= 0).all() and (r[name][value] <= 1).all(), f"{name} in [0,1]"
    assert close(d, np.sqrt(c * t)), "D = sqrt(C T)"
    alpha = r["alpha"]
    assert r.label["system"] == params["systems"] and close(alpha.sum(), 1.0)
    if "alpha" in params:
        assert close(alpha, np.array([1, 2, 5]) / 8)
    breaks = params.get("breaks", [k / 10 for k in range(1, 10)])
    assert same(r["class_from"], np.array([0] + breaks)) and len(r.label["class_label"]) == len(breaks) + 1
    assert r.label["class_label"] == params.get("labels", r.label["class_label"])
    want = np.where(value, 1 + (d[..., None] >= np.array(breaks)).sum(-1), 0)
    assert same(r["class"], want.astype(np.int32)), "class"
    lagging = r["lagging"]
    assert (lagging[~value] == -1).all() and (lagging[value] >= 0).all()
    assert (lagging[value] < len(params["systems"])).all(), "lagging"
    if "alpha" not in params:  # the mean lies between the smallest score and the largest
        assert (r["balance"][value] <= 1).all()
