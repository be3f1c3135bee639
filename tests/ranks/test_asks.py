#!/usr/bin/env python3
"""What measures of one's own may ask of the engine that no measure of the catalogue does yet, in
runs on one rank and on three, on one node and on two: the numbers of numpy, and the same bits."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

for room in ("results", "restart"):
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", room))
from digest import digest  # noqa: E402
from restart import Faults  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_asks")
N, T = 600, 2  # three ranks have units: a block is of 256
RANKS = [(1, None), (3, None), (3, 2)]  # ranks, and how many of them share a node

HEAD = """study: asks
panel: {file: panel.csv, unit: code, time: year}
units: {file: units.csv, unit: code, lon: lon, lat: lat}
weights:
  ring: {kind: file, file: edges.csv}
  raw: {kind: file, file: edges.csv, style: as-is}
  again: {kind: file, file: edges.csv, style: row}
  near: {kind: knn, k: 3, style: binary}
output: {file: out.h5, precision: float64}
tile: 128
measures:
"""


def call(folder, ranks, node, *words, **more):
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    env = dict(os.environ, ASKS_COUNT=os.path.join(folder, "count"), **more)
    env.update({"SPILLWAY_NODE_RANKS": str(node)} if node else {})
    return subprocess.run([*command, PROGRAM, *words], cwd=folder, text=True, env=env,
                          capture_output=True, timeout=120)


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def made(folder):
    """How many resources were made since the last call."""
    path = os.path.join(folder, "count")
    count = os.path.getsize(path) if os.path.exists(path) else 0
    if count:
        os.remove(path)
    return count


def run(folder, entries, check, makes=0):
    """On all of RANKS; check(file) once; a node makes so many resources."""
    write(folder, "study.yaml", HEAD + entries)
    digests = []
    for ranks, node in RANKS:
        done = call(folder, ranks, node, "run", "study.yaml", "--force", "-q", "--threads", "2")
        assert done.returncode == 0, (ranks, node, done.stderr)
        count = made(folder)
        assert count == makes * (2 if node else 1), (ranks, node, count)
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


def faults(folder, entries):
    """The k-th allocation, and the k-th piece of memory that ranks share, cannot be had: one line."""
    preload = Faults(folder)
    write(folder, "study.yaml", HEAD + entries)
    of_rank = {"FAULT_RANK": "1", "FAULT_PATH": "/dev/shm/spillway."}
    words = ("run", "study.yaml", "--force", "-q", "--threads", "1")
    for kind, ranks, more, tries in (("memory", 1, {}, 15), ("share", 2, of_rank, 5)):
        done = call(folder, ranks, None, *words, **preload.env(kind, FAULT_LOG=preload.log, **more))
        assert done.returncode == 0, done.stderr
        with open(preload.log) as file:
            calls = sum(1 for _ in file)
        os.remove(preload.log)
        assert calls > tries, (kind, calls)
        for k in sorted({1 + (calls - 1) * i // (tries - 1) for i in range(tries)}):
            done = call(folder, ranks, None, *words, **preload.env(kind, k, **more))
            said = [line for line in done.stderr.splitlines() if line.startswith("spillway: ")
                    and " warning: " not in line]
            assert done.returncode == 0 or (ranks > 1 or done.returncode == 1) and len(said) == 1, (
                kind, k, done.returncode, done.stderr)
    made(folder)


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
            "study.yaml:12:32: asks_lag_in: form: `asks_lag_in` sets it to in; leave it out, or "
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
            "study.yaml:12:38: asks_two: error_weights: unknown weights 'ran'; did you mean 'raw'?")
    refused(folder, "  - asks_two: {of: x, weights: ring, far: far}\n",
            "study.yaml:12:43: asks_two: far: found 'far'; expected great-circle, "
            "geodesic or {file: d.csv}")
    refused(folder, "  - asks_two: {of: x, weights: ring, far: {file: none.csv}}\n",
            "none.csv: cannot be read: No such file or directory")


# ---- resources ----------------------------------------------------------------------------------

def check_made(folder, world):
    def check(file):
        for name, matrix, ends in (("a", world.ring, (0, 1)), ("wide", world.ring, (-.5, 3)),
                                   ("raw", 4 * world.ring, (0, 1))):
            sums = (matrix @ matrix).sum(1)
            np.testing.assert_allclose(file[name]["sum"][1], sums, rtol=1e-13)
            logs = [np.log(1 + at * sums).sum() for at in np.linspace(*ends, 3)]
            np.testing.assert_allclose(file[name]["value"][:], logs, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(file["same"]["value"][:], file["a"]["value"][:])

    # Links of one content are one, whatever they are called: 2 squares, and grids a, wide, raw.
    run(folder, "  - asks_made: {of: x, weights: ring, as: a}\n"
                "  - asks_made: {of: x, weights: again, as: same}\n"
                "  - asks_made: {of: x, weights: ring, grid: [-0.5, 3], as: wide}\n"
                "  - asks_made: {of: x, weights: raw, as: raw}\n", check, 5)
    refused(folder, "  - asks_made: {of: x, weights: ring, grid: [-2, 3]}\n",
            "study.yaml:12:5: asks_made: at -2 there is no logarithm; begin the grid higher")
    faults(folder, "  - asks_made: {of: x, weights: ring}\n"
                   "  - asks_made: {of: x, weights: raw, as: raw}\n")


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
    check_made(work, world)
print("aliases; several weights matrices and distances; resources")
