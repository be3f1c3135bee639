"""Coupling between units: every pairing with every form that is not rank one, against all mixed
vectors written out."""
import itertools

import numpy as np

from sweep import close, coupling, same

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
    for name in ("value", "coupling", "development"):
        there = r[name][~np.isnan(r[name])]
        assert len(there) and (there >= 0).all() and (there <= 1).all(), f"{name} in [0,1]"
    for t in range(len(r["value"])):
        u = np.array([world.values(params, r, name)[t] for name in params["systems"]])
        c, development = expected(params, u)
        for matrix in (c, development):
            np.fill_diagonal(matrix, np.nan)
        gap = np.isnan(r["value"][t])
        assert same(gap, np.isnan(c)), "undefined pairs"
        # 1 - 2 sd loses what is far below 1
        assert np.allclose(r["coupling"][t], c, rtol=1e-10, atol=1e-12, equal_nan=True), "coupling"
        assert close(r["development"][t], development), "development"
    assert close(r["value"], np.sqrt(r["coupling"] * r["development"])), "D = sqrt(C T)"


def expected(params, u):
    """C and T of all pairs: u is systems by units."""
    form, k, n = params.get("form", "product"), len(u), u.shape[1]
    row, column = np.broadcast_to(u[:, :, None], (k, n, n)), np.broadcast_to(u[:, None, :], (k, n, n))
    alpha = params.get("alpha", [1] * max(k, 2))
    alpha = list(alpha.values()) if isinstance(alpha, dict) else alpha
    alpha = np.array(alpha) / sum(alpha)
    if params.get("pairing", "meta") != "meta":
        pair = np.array([row[0], column[-1]])
        return coupling(form, pair), np.tensordot(alpha, pair, 1)
    mixed = [m for m in itertools.product((False, True), repeat=k) if 0 < sum(m) < k]
    vectors = [np.array([row[s] if m[s] else column[s] for s in range(k)]) for m in mixed]
    mean = sum(coupling(form, v) for v in vectors) / len(mixed)
    return mean, np.tensordot(alpha, (row + column) / 2, 1)
