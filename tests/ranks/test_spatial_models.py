#!/usr/bin/env python3
"""Spatial models have the same bits for any number of ranks and threads, of each form of effects, of draws,
of a grid of models; with the rows of every file permuted; and alone or with others in an entry."""
import os
import random
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
OF = "y: gdp_pc, x: [investment_pc, trade_share], weights: contiguity"
ENTRIES = f"""
  - spatial_durbin: {{{OF}, fixed: two-way, spillover: {{terms: [trade_share], keep: {{top: 7}}}}, as: durbin}}
  - sac: {{{OF}, fixed: unit, as: sac}}
  - spatial_error: {{{OF}, fixed: random, effects_form: baltagi, as: random}}
  - spatial_lag: {{{OF}, fixed: unit, dynamic: lag_and_space, as: dynamic}}
  - spatial_lag: {{{OF}, method: gm, se: draws, draws: 100, as: drawn}}
  - spatial_lag: {{y: gdp_pc, x: [investment_pc, trade_share], weights: near, fixed: time, as: alone}}
  - spatial_lag: {{fixed: time, se: draws, draws: 40, as: many, grid: {{y: [gdp_pc, income], weights: [contiguity, near],
                  x: {{one: [trade_share], both: [investment_pc, trade_share]}}, periods: [[2001, 2003], [2002, 2004]]}}}}
  - spatial_lag: {{fixed: time, as: few, y: gdp_pc, grid: {{weights: [near], x: {{both: [investment_pc, trade_share]}}}}}}
"""


def run(study, out, ranks=0, threads=1, node_ranks=0, without=()):
    command = (["mpirun", "-n", str(ranks)] if ranks else []) + [
        SPILLWAY, "run", study, "-o", out, "--force", "--threads", str(threads)]
    env = dict(os.environ)
    if node_ranks:
        env.update(SPILLWAY_NODE_RANKS=str(node_ranks), SPILLWAY_WINDOW_BYTES="1")
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, (command, done.stderr)
    with h5py.File(out) as f:
        return digest(f, without)


def permute(path, rng):
    with open(path, encoding="utf-8") as f:
        header, *rows = f.readlines()
    rng.shuffle(rows)
    with open(path, "w", encoding="utf-8") as f:
        f.writelines([header] + rows)


def check_grid(out):
    """A model of a grid is the model that stands alone, to the last digits of its search."""
    with h5py.File(out) as f:
        label = [t.decode() for t in f["few/model"][:]]
        assert label == ["both, near"], label
        for name in ("coefficient", "vcov", "direct", "total_se", "lm_lag"):
            assert np.array_equal(f[f"few/{name}"][0], f[f"alone/{name}"][()]), name
        many = [t.decode() for t in f["many/model"][:]]
        assert len(many) == 16 and many[0] == "gdp_pc, one, contiguity, 2001-2003", many
        assert many[-1] == "income, both, near, 2002-2004", many
        assert np.isnan(f["many/coefficient"][0]).sum() == 1, "a model lacks the other's variable"


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", "300", "--periods", "4", "--seed", "3", "--force"],
                       check=True, capture_output=True)
        study, out = f"{folder}/study.yaml", f"{folder}/out.h5"
        with open(study, encoding="utf-8") as f:
            head = f.read().split("weights:\n")[0]
        with open(study, "w", encoding="utf-8") as f:
            f.write(head + "weights:\n  contiguity: {kind: file, file: edges.csv}\n  near: {kind: knn, k: 5}\n"
                           "measures:" + ENTRIES.rstrip() + "\ntile: 64\nseed: 5\n")
        plain = run(study, out, without=["inputs"])
        first = run(study, out)
        check_grid(out)
        for ranks, threads, node_ranks in [(1, 2, 0), (2, 1, 0), (3, 2, 0), (0, 3, 0), (4, 1, 2)]:
            got = run(study, out, ranks, threads, node_ranks)
            assert got == first, f"ranks {ranks}, threads {threads}, node of {node_ranks}"
        rng = random.Random(11)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".csv"):
                permute(f"{folder}/{name}", rng)
        assert run(study, out, 2, 1, without=["inputs"]) == plain, "rows permuted"
        print("bits agree:", first)


main()
