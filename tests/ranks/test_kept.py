#!/usr/bin/env python3
"""What `above`, `links` and `top` keep is what the whole matrix says, in its order: a threshold that nearly
all pairs pass, so that strips hold more entries than a thread collects at once and are written in
batches; links of units whose cells are missing, which come last; the strongest of rows long enough for
the bound of their first segment, few and many, with missing cells, by either order."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
N = 2300  # a strip has 64 rows or more, a batch 131,072 entries
ABOVE = """measures:
  - gravity: {mass: [population], keep: dense, as: whole}
  - gravity: {mass: [population], keep: {above: %r}, as: over}
output: {file: out.h5, precision: float64}
"""
LINKS = """measures:
  - gravity: {mass: [gdp], keep: dense, as: whole}
  - gravity: {mass: [gdp], keep: links, weights: contiguity, as: over}
output: {file: out.h5, precision: float64}
"""
TOP = """measures:
  - gravity: {mass: [gdp], keep: dense, as: whole}
  - gravity: {mass: [gdp], keep: {top: 1}, as: first}
  - gravity: {mass: [gdp], keep: {top: 20}, as: few}
  - gravity: {mass: [gdp], keep: {top: 33}, as: many}
  - gravity: {mass: [gdp], keep: {top: 20}, by: smallest, as: weakest}
output: {file: out.h5, precision: float64}
"""


def run(study, out, ranks, env=None):
    command = ["mpirun", "-n", str(ranks)] if ranks else []
    done = subprocess.run([*command, SPILLWAY, "run", study, "-o", out, "--force", "--threads", "2"],
                          capture_output=True, text=True, timeout=300, env={**os.environ, **(env or {})})
    assert done.returncode == 0, done.stderr
    with h5py.File(out) as file:
        return digest(file)


def write(folder, units, measures, *words):
    """The study's path; an older one is written over."""
    study = f"{folder}/study.yaml"
    subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", str(units), "--periods", "1", "--force",
                    *words], check=True, capture_output=True)
    with open(study) as file:
        head = file.read().split("composites:")[0]
    with open(study, "w") as file:
        file.write(head.replace("missing: error", "missing: keep") + measures)
    return study


def read(out):
    with h5py.File(out) as file:
        return (file["whole/value"][0], file["over/row_start"][0], file["over/partner"][()],
                file["over/value"][()])


def check_row(kept, whole, partner, value):
    """`kept`: which columns of a row of the whole matrix; those without a value come last."""
    order = np.flatnonzero(kept)
    order = order[np.argsort(np.where(np.isnan(whole[order]), np.inf, -whole[order]), kind="stable")]
    assert (partner == order).all()
    np.testing.assert_array_equal(value, whole[order])


def check_above(folder, out, least, enough):
    study = write(folder, N, ABOVE % least)
    first = run(study, out, 0)
    whole, start, partner, value = read(out)
    kept = whole > least
    assert start[0] == 0 and start[-1] == len(value) == kept.sum() > enough * N * N
    for i in range(N):
        row = slice(start[i], start[i + 1])
        check_row(kept[i], whole[i], partner[row], value[row])
    return study, first, whole


def check_links(folder, out):
    first = run(write(folder, 400, LINKS, "--missing", "0.2"), out, 0)
    whole, start, partner, value = read(out)
    assert 0.05 < np.isnan(value).mean() < 0.8
    for i in range(400):
        row = slice(start[i], start[i + 1])
        linked = np.zeros(400, bool)
        linked[partner[row]] = True
        assert linked.sum() == row.stop - row.start, i
        check_row(linked, whole[i], partner[row], value[row])
    assert run(f"{folder}/study.yaml", out, 3) == first


def check_top(folder, out, *words):
    study = write(folder, 700, TOP, *words)
    first = run(study, out, 0)
    with h5py.File(out) as file:
        whole = file["whole/value"][0]
        for name, k, sign in ("first", 1, -1), ("few", 20, -1), ("many", 33, -1), ("weakest", 20, 1):
            for i, row in enumerate(whole):
                strongest = np.argsort(sign * row, kind="stable")[: min(k, np.isfinite(row).sum())]
                got = file[f"{name}/partner"][0, i]
                assert (got[: len(strongest)] == strongest).all(), (name, i)
                assert (got[len(strongest):] == -1).all(), (name, i)
                np.testing.assert_array_equal(file[f"{name}/value"][0, i, : len(strongest)], row[strongest])
    assert run(study, out, 3) == first


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out.h5"
        _, _, whole = check_above(folder, out, 0.0, 0.99)
        study, first, _ = check_above(folder, out, float(np.nanquantile(whole, 0.05)), 0.9)
        assert run(study, out, 3) == first
        assert run(study, out, 2, {"SPILLWAY_NODE_RANKS": "1"}) == first
        check_links(folder, out)
        check_top(folder, out)
        check_top(folder, out, "--missing", "0.4")


main()
