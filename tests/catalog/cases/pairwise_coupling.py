"""Coupling between units: every pairing with every form that is not rank one."""
import numpy as np

from sweep import close, same

SYSTEMS = ["economy", "services", "ecology"]
ENTRIES = {f"pc_meta_{form}": {"systems": SYSTEMS, "pairing": "meta", "form": form}
           for form in ("product", "wang2021", "dispersion")}
ENTRIES.update({f"pc_cross_{form}": {"systems": ["services", "economy"], "pairing": "cross",
                                     "form": form, "_directed": True}
                for form in ("wang2021", "dispersion")})
ENTRIES.update({f"pc_direct_{form}": {"systems": ["economy"], "pairing": "direct", "form": form}
                for form in ("wang2021", "dispersion")})
ENTRIES.update({
    "pc_meta_two": {"systems": ["economy", "ecology"], "periods": [2002]},
    "pc_meta_alpha": {"systems": SYSTEMS, "alpha": {"economy": 3, "services": 1, "ecology": 1}},
    "pc_meta_four": {"systems": SYSTEMS + ["c_rank"], "form": "wang2021"},
    "pc_cross_product": {"systems": ["services", "economy"], "pairing": "cross", "form": "product",
                         "alpha": [0.3, 0.7], "_directed": True},
    "pc_direct_product": {"systems": ["economy"], "pairing": "direct", "form": "product",
                          "alpha": [0.3, 0.7], "_directed": True},
})


def check(world, label, params, r):
    d, c, t = r["value"], r["coupling"], r["development"]
    for name in ("value", "coupling", "development"):
        there = r[name][~np.isnan(r[name])]
        assert len(there) and (there >= 0).all() and (there <= 1).all(), f"{name} in [0,1]"
    assert close(d, np.sqrt(c * t)), "D = sqrt(C T)"
    assert same(np.isnan(d), np.isnan(t))
    if label.startswith("pc_meta"):  # the mean of two halves, each a unit's own
        i, j, k, l = 0, 1, 2, 3
        assert world.gaps or np.allclose(t[:, i, j] + t[:, k, l], t[:, i, l] + t[:, k, j], rtol=1e-12)
    if label.startswith("pc_direct") and params["form"] == "dispersion":
        # |U_i - U_j| = 1 - C
        assert world.gaps or np.allclose(*gaps_of_three(1 - c), rtol=1e-9, atol=1e-12)


def gaps_of_three(apart):
    """The largest of three differences between three numbers is the sum of the others."""
    three = np.sort([apart[:, 0, 1], apart[:, 1, 2], apart[:, 0, 2]], 0)
    return three[2], three[0] + three[1]
