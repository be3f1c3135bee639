"""Coupling coordination: three forms, weights, classes."""
import numpy as np

from sweep import close, coupling, same

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
    u = np.array([world.values(params, r, name) for name in params["systems"]])
    c, t, d, alpha = r["coupling"], r["development"], r["coordination"], r["alpha"]
    value = ~np.isnan(u).any(0)
    assert world.gaps or value.all(), "a value for every unit"
    for name in ("coupling", "development", "coordination", "balance"):
        assert same(np.isnan(r[name]), ~value), f"{name} is not where the scores are"
        assert (r[name][value] >= 0).all() and (r[name][value] <= 1).all(), f"{name} in [0,1]"
    assert r.label["system"] == params["systems"]
    assert close(alpha, [1 / 8, 2 / 8, 5 / 8] if "alpha" in params else np.full(len(u), 1 / len(u)))
    want = np.where(value, coupling(params.get("form", "product"), u), np.nan)
    assert close(c, want, 1e-10), "coupling"
    assert close(t, np.where(value, (alpha[:, None, None] * u).sum(0), np.nan)), "development"
    assert close(d, np.sqrt(c * t)), "D = sqrt(C T)"
    assert close(r["balance"][value], (u.min(0) / u.max(0))[value]), "balance"
    assert same(r["lagging"], np.where(value, u.argmin(0), -1).astype(np.int32)), "lagging"
    check_classes(params, r, np.where(value, d, -1))


def check_classes(params, r, d):
    breaks = params.get("breaks", [k / 10 for k in range(1, 10)])
    labels = r.label["class_label"]
    assert same(r["class_from"], np.array([0] + breaks)) and len(labels) == len(breaks) + 1
    assert labels == params.get("labels", labels)
    want = np.where(d < 0, 0, 1 + (d[..., None] >= np.array(breaks)).sum(-1))
    assert same(r["class"], want.astype(np.int32)), "class"
