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
units: {file: units.csv, unit: code, lon: lon, lat: lat}
weights:
  ring: {kind: file, file: edges.csv}
  raw: {kind: file, file: edges.csv, style: as-is}
  near: {kind: knn, k: 3, style: binary}
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
            "study.yaml:11:32: asks_lag_in: form: `asks_lag_in` sets it to in; leave it out, or "
            "write asks_lag: {form: ...}")
    listed = call(folder, 1, None, "measures").stdout.splitlines()
    assert "asks_lag_in            alias      Lag over those that link to a unit" in listed, listed
    told = call(folder, 1, None, "measures", "asks_lag_in").stdout
    assert "\nAlias of\n    asks_lag with form: in\n" in told, told
    assert "- asks_lag_in: {of: ..., weights: ...}" in told and "out|in" not in told, told


# ---- several weights matrices and distances -----------------------------------------------------

def check_two(folder, world):
    a, b = np.radians(world.lon), np.radians(world.lat)
    p = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], 1)

    def value(i, j):
        far = [(j - i) % N == step for step in range(1, 10)]
        return (far.index(True) + 1.5 if any(far) else np.nan) + ((p[i] - p[j]) ** 2).sum()

    def check(file):
        group = file["by_links"]
        np.testing.assert_array_equal(group["sums"][:], np.full((T, N), 1 + 1000 * 4.0))
        np.testing.assert_array_equal(file["top"]["sums"][:], np.full((T, N), 4 + 1000 * 3.0))
        np.testing.assert_array_equal(file["one"]["sums"][:], np.full((T, N), 1.0))
        # What is kept are the links of `weights`, not those of the parameter before it.
        start, partner = group["row_start"][0], group["partner"][:]
        assert start[-1] == 2 * N, start[-1]
        for i in (0, 5, N - 1):
            kept = sorted(partner[start[i]:start[i + 1]])
            assert kept == sorted([(i + 1) % N, (i + 7) % N]), (i, kept)
            for k in range(start[i], start[i + 1]):
                np.testing.assert_allclose(group["value"][k], value(i, partner[k]), rtol=1e-13)
        assert group.attrs["parameters"] == (
            b"{of: x, error_weights: raw, weights: ring, far: {file: far.csv}, near: great-circle, "
            b"keep: links}"), group.attrs["parameters"]
        hashes = [tuple(file[name]["operand_hash"][:]) for name in ("by_links", "other")]
        assert hashes[0] != hashes[1], "the error weights are part of it"
        inputs = file.attrs["inputs"].decode()
        assert "  far.csv" in inputs and "  edges.csv" in inputs, inputs

    far = "far: {file: far.csv}"
    run(folder, f"  - asks_two: {{of: x, error_weights: raw, weights: ring, {far}, keep: links, as: by_links}}\n"
                f"  - asks_two: {{of: x, error_weights: near, weights: ring, {far}, keep: links, as: other}}\n"
                f"  - asks_two: {{of: x, error_weights: near, weights: raw, {far}, keep: {{top: 2}}, as: top}}\n"
                f"  - asks_two: {{of: x, weights: ring, {far}, keep: summary, as: one}}\n", check)
    refused(folder, f"  - asks_two: {{of: x, error_weights: ran, weights: ring, {far}}}\n",
            "study.yaml:11:38: asks_two: error_weights: unknown weights 'ran'; did you mean 'raw'?")
    refused(folder, "  - asks_two: {of: x, weights: ring, far: far}\n",
            "study.yaml:11:43: asks_two: far: found 'far'; expected great-circle, "
            "geodesic or {file: d.csv}")
    refused(folder, "  - asks_two: {of: x, weights: ring, far: {file: none.csv}}\n",
            "none.csv: cannot be read: No such file or directory")


# ---- the world ----------------------------------------------------------------------------------

class World:
    def __init__(self, folder):
        rng = np.random.default_rng(5)
        self.x = rng.uniform(0, 10, (T, N))
        self.ring = np.zeros((N, N))
        self.lon, self.lat = rng.uniform(-20, 20, N), rng.uniform(-15, 15, N)
        places = zip(range(N), self.lon.tolist(), self.lat.tolist())
        write(folder, "units.csv", "\n".join(
            ["code,lon,lat", *(f"{i:05d},{lon!r},{lat!r}" for i, lon, lat in places), ""]))
        write(folder, "far.csv", "\n".join(
            ["from,to,distance", *(f"{i:05d},{(i + step) % N:05d},{step + .5}"
                                   for i in range(N) for step in range(1, 10)), ""]))
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
    check_two(work, world)
print("aliases; several weights matrices and distances")
