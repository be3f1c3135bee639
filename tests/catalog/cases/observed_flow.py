"""Observed flows: what the table has, by period, and what stays within units apart from it."""
import numpy as np

from sweep import FLOWS, close, same

ENTRIES = {label: dict(params, keep="links") for label, params in FLOWS.items()}
# By the order of units, along entries.
RANDOM = ("row_start", "partner", "value")


def check(world, label, params, r):
    if "time" in params:
        assert r.label["time"] == [int(world.year[0]), int(world.year[2])], "periods of the table"
    at = 0
    for t, year in enumerate(r.label["time"]):
        flow = world.flows(label, year)
        assert same(r["own"][t], np.diag(flow)), "own"
        np.fill_diagonal(flow, np.nan)
        for i, row in enumerate(flow):
            there = np.flatnonzero(~np.isnan(row))
            want = there[np.lexsort((there, -row[there]))]
            assert r["row_start"][t, i] == at and r["partner"][at:at + len(want)].tolist() == want.tolist()
            assert close(r["value"][at:at + len(want)], row[want]), "value"
            at += len(want)
        some = ~np.isnan(flow)
        for axis, name in ((1, "out_strength"), (0, "in_strength")):
            assert close(r[name][t], np.nansum(flow, axis)), name
        assert r["n_pairs"][t] == some.sum() and r["total"][t] == np.nansum(flow)
        assert close(r["mean"][t], np.nansum(flow) / some.sum()) and r["max"][t] == np.nanmax(flow)
    assert at == len(r["partner"])
