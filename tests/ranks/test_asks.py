#!/usr/bin/env python3
"""What measures of one's own may ask of the engine that no measure of the catalogue does yet, in
runs on one rank and on three, on one node and on two: the numbers of numpy, and the same bits."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_asks")
N, T = 600, 2  # three ranks have units: a block is of 256
RANKS = [(1, None), (3, None), (3, 2)]  # ranks, and how many of them share a node

HEAD = """study: asks
panel: {file: panel.csv, unit: code, time: year}
weights:
  ring: {kind: file, file: edges.csv}
output: {file: out.h5, precision: float64}
tile: 128
measures:
"""


def call(folder, ranks, node, *words):
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    env = dict(os.environ, **({"SPILLWAY_NODE_RANKS": str(node)} if node else {}))
    return subprocess.run([*command, PROGRAM, *words], cwd=folder, text=True, env=env,
                          capture_output=True, timeout=120)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def run(folder, entries, check):
    """On all of RANKS; check(file) once."""
    write(folder, "study.yaml", HEAD + entries)
    digests = []
    for ranks, node in RANKS:
        done = call(folder, ranks, node, "run", "study.yaml", "--force", "-q", "--threads", "2")
        assert done.returncode == 0, (ranks, node, done.stderr)
        with h5py.File(os.path.join(folder, "out.h5")) as file:
            digests.append(digest(file))
            if ranks == 1:
                check(file)
    assert len(set(digests)) == 1, entries
    done = call(folder, 1, None, "verify", "out.h5", "--study", "study.yaml")
    assert done.returncode == 0, (entries, done.stdout, done.stderr)


def refused(folder, entries, line):
    """One line from one rank, exit status 2."""
    write(folder, "study.yaml", HEAD + entries)
    for ranks in (1, 3):
        done = call(folder, ranks, None, "run", "study.yaml", "--force", "-q")
        assert done.returncode == 2, (ranks, done.returncode, done.stderr)
        said = [one for one in done.stderr.splitlines() if one.startswith("spillway: ")]
        assert said == ["spillway: " + line], (ranks, done.stderr)


# ---- aliases ------------------------------------------------------------------------------------

def check_aliases(folder, world):
    def check(file):
        for name, lagged in (("asks_lag", world.x @ world.ring.T), ("asks_lag_in", world.x @ world.ring)):
            group = file[name]
            np.testing.assert_allclose(group["value"][:], lagged, rtol=1e-13)
            assert group.attrs["measure"] == b"asks_lag", group.attrs["measure"]
            form = "in" if name.endswith("in") else "out"
            assert f"form: {form}, ".encode() in group.attrs["parameters"], group.attrs["parameters"]
        np.testing.assert_array_equal(file["same"]["value"][:], file["asks_lag_in"]["value"][:])

    run(folder, "  - asks_lag: {of: x, weights: ring}\n"
                "  - asks_lag_in: {of: x, weights: ring}\n"
                "  - asks_lag: {of: x, weights: ring, form: in, as: same}\n", check)
    refused(folder, "  - asks_lag_in: {of: x, form: in, weights: ring}\n",
            "study.yaml:8:32: asks_lag_in: form: `asks_lag_in` sets it to in; leave it out, or "
            "write asks_lag: {form: ...}")
    listed = call(folder, 1, None, "measures").stdout.splitlines()
    assert "asks_lag_in            alias      Lag over those that link to a unit" in listed, listed
    told = call(folder, 1, None, "measures", "asks_lag_in").stdout
    assert "\nAlias of\n    asks_lag with form: in\n" in told, told
    assert "- asks_lag_in: {of: ..., weights: ...}" in told and "out|in" not in told, told


# ---- the world ----------------------------------------------------------------------------------

class World:
    def __init__(self, folder):
        rng = np.random.default_rng(5)
        self.x = rng.uniform(0, 10, (T, N))
        self.ring = np.zeros((N, N))
        rows = [f"{i:05d},{2001 + t},{float(self.x[t, i])!r}" for i in range(N) for t in range(T)]
        write(folder, "panel.csv", "\n".join(["code,year,x", *rows, ""]))
        edges = ["from,to,weight"]
        for i in range(N):
            for step, weight in ((1, 1.0), (7, 3.0)):
                edges.append(f"{i:05d},{(i + step) % N:05d},{weight}")
                self.ring[i, (i + step) % N] = weight / 4
        write(folder, "edges.csv", "\n".join([*edges, ""]))


with tempfile.TemporaryDirectory() as work:
    world = World(work)
    check_aliases(work, world)
print("aliases")
