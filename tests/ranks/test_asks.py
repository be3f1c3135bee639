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
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [side]}
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
    for kind, ranks, more, tries in (("memory", 1, {}, 9), ("share", 2, of_rank, 3)):
        done = call(folder, ranks, None, *words, **preload.env(kind, FAULT_LOG=preload.log, **more))
        assert done.returncode == 0, done.stderr
        with open(preload.log) as file:
            calls = sum(1 for _ in file)
        os.remove(preload.log)
        assert calls > 1, (kind, calls)
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
    listed = [line.split() for line in call(folder, 1, None, "measures").stdout.splitlines()]
    assert "asks_lag_in alias Lag over those that link to a unit".split() in listed, listed
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
            b"keep: links, by: largest, precision: float64}"), group.attrs["parameters"]
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
            "geodesic, {file: d.csv}, {pairs: NAME} or {network: {...}}")
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


# ---- pair results below another -----------------------------------------------------------------

def expect_pairs(group, value, keep):
    """A pair result of these values (time, unit, unit_to), in whatever form."""
    value = value.copy()
    value[:, range(N), range(N)] = np.nan
    np.testing.assert_allclose(group["out_strength"][:], np.nansum(value, 2), rtol=1e-11)
    np.testing.assert_allclose(group["in_strength"][:], np.nansum(value, 1), rtol=1e-11)
    np.testing.assert_allclose(group["max"][:], np.nanmax(value, (1, 2)), rtol=1e-15)
    if keep == "dense":
        np.testing.assert_array_equal(group["value"][:], value)
    if keep == "top":
        np.testing.assert_array_equal(group["value"][:, :, 0], np.nanmax(value, 2))
    if keep == "above":
        start, partner, kept = group["row_start"][:], group["partner"][:], group["value"][:]
        for t, i in ((0, 3), (1, N - 1)):
            part = slice(start[t, i], start[t, i + 1])
            wanted = np.flatnonzero(np.nan_to_num(value[t, i], nan=-99) > 5)
            assert sorted(partner[part]) == list(wanted), (t, i)
            np.testing.assert_array_equal(np.sort(kept[part]), np.sort(value[t, i, wanted]))
    assert ("value" in group) == (keep != "summary"), keep


BELOW = ("  - asks_below: {of: x, x: [y, x], spillover: {terms: [y, x], keep: dense}, as: a}\n"
         "  - asks_below: {of: x, x: [y, x], own: true, keep: {top: 3}, as: b,\n"
         "                 spillover: {terms: x, keep: {above: 5}, blocks: side},\n"
         "                 peers: {keep: {top: 2}, by: smallest}}\n"
         "  - asks_below: {of: x, x: y, as: c}\n"
         "  - asks_below: {of: y, x: x, series: true, as: d, spillover: {terms: [x]}}\n"
         "  - asks_lag: {of: b/spillover/x.in_strength, weights: ring}\n"
         "  - asks_below: {of: x, x: y, as: e, peers: {keep: links, weights: ring}}\n")


def check_below(folder, world):
    x, y = world.x, world.y

    def effect(z, of=x):
        return z[:, :, None] - 2 * of[:, None, :]

    def check(file):
        for name in "abce":
            np.testing.assert_array_equal(file[name]["doubled"][:], 2 * x)
            np.testing.assert_allclose(file[name]["fit"][:], x.sum(1), rtol=1e-12)
            assert ("value" in file[name]) == (name == "b")
        assert set(file["a/spillover"]) == {"x", "y"} and "peers" not in file["a"]
        for term, z in (("x", x), ("y", y)):
            expect_pairs(file[f"a/spillover/{term}"], effect(z), "dense")
            np.testing.assert_array_equal(file[f"a/spillover/{term}/squared"][0, 0, 1:],
                                          (effect(z) ** 2)[0, 0, 1:])
        expect_pairs(file["b"], x[:, :, None] + x[:, None, :], "top")
        expect_pairs(file["b/spillover/x"], effect(x), "above")
        near = np.abs(x[:, :, None] - x[:, None, :])
        near[:, range(N), range(N)] = np.nan
        np.testing.assert_array_equal(file["b/peers/value"][:, :, 0], np.nanmin(near, 2))
        east = np.array([i % 2 == 1 for i in range(N)])
        value = effect(x)
        value[:, range(N), range(N)] = 0
        np.testing.assert_allclose(file["b/spillover/x/block_sum"][:, 0, 1],
                                   value[:, east][:, :, ~east].sum((1, 2)), rtol=1e-11)
        assert not {"spillover", "peers"} & set(file["c"])
        # One matrix, of the first period, beside values of both.
        assert file["d/spillover/x/value"].shape == (N, N)
        np.testing.assert_array_equal(file["d/spillover/x/value"][0, 1:], effect(x, y)[0, 0, 1:])
        assert file["d/doubled"].shape == (T, N)
        incoming = file["b/spillover/x/in_strength"][:]
        np.testing.assert_allclose(file["asks_lag/value"][:], incoming @ world.ring.T, rtol=1e-12)
        assert file["e/peers/row_start"][0, -1] == 2 * N
        said = file["b/spillover/x"].attrs["parameters"]
        assert said == (b"{of: x, x: [y, x], own: true, series: false, group: spillover, terms: x, "
                        b"keep: {above: 5}, by: largest, blocks: side, precision: float64}"), said

    run(folder, BELOW, check)
    os.replace(os.path.join(folder, "out.h5"), os.path.join(folder, "last.h5"))
    check_below_again(folder)
    refuse_below(folder)


def check_below_again(folder):
    """Taken over, stopped and gone on with, told of, compared."""
    with h5py.File(os.path.join(folder, "last.h5")) as file:
        want = digest(file)
    words = ("run", "study.yaml", "--threads", "1")
    done = call(folder, 3, None, *words, "--reuse", "last.h5")
    assert done.returncode == 0 and "13 of 13 matrices" in done.stdout, done.stdout + done.stderr
    assert "a/spillover/x" in done.stdout, done.stdout
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        assert digest(file) == want
    said = call(folder, 1, None, "diff", "last.h5", "out.h5")
    assert said.returncode == 0, said.stdout
    told = call(folder, 1, None, "info", "out.h5").stdout
    assert "  spillover/x/value" in told and "  peers/value" in told, told
    with h5py.File(os.path.join(folder, "out.h5"), "r+") as file:
        file["a/spillover/y/value"][1, 2, 3] += 1
    said = call(folder, 1, None, "diff", "last.h5", "out.h5")
    assert said.returncode == 1 and "a/spillover/y" in said.stdout, said.stdout
    os.remove(os.path.join(folder, "out.h5"))
    preload = Faults(folder)
    for k in (3, 30):
        stopped = call(folder, 1, None, *words, "-q",
                       **preload.env("write", k, "stop", ".partial"))
        assert stopped.returncode == 75, (k, stopped.returncode, stopped.stderr)
        done = call(folder, 3, None, *words, "-q")
        assert done.returncode == 0, (k, done.stderr)
        with h5py.File(os.path.join(folder, "out.h5")) as file:
            assert digest(file) == want, k
        os.remove(os.path.join(folder, "out.h5"))
    done = call(folder, 1, None, "check", "study.yaml")
    assert done.returncode == 0 and "asks_below" in done.stdout, done.stdout + done.stderr
    faults(folder, "  - asks_below: {of: x, x: y, spillover: {terms: [y], keep: {top: 2}}}\n")


def refuse_below(folder):
    at = "  - asks_below: {of: x, x: y, "
    for entry, line in (
            ("spillover: {terms: [z]}}", "study.yaml:12:42: asks_below: spillover: 'z' is not among x"),
            ("spillover: {terms: []}}",
             "study.yaml:12:50: asks_below: spillover: terms: the list is empty; give at least one"),
            ("spillover: {keep: dense}}", "study.yaml:12:42: asks_below: spillover: 'terms' is "
                                          "missing: for which of them, e.g. [a, b]"),
            ("spillover: [y]}", "study.yaml:12:42: asks_below: spillover: found a list; expected a map "
                                "of labels and what is kept of their pairs"),
            ("spillover: {terms: [y, y]}}", "study.yaml:12:54: 'y' is listed twice"),
            ("spillover: {terms: [y], kep: dense}}",
             "study.yaml:12:55: unknown key 'kep'; did you mean 'keep'?"),
            ("spillover: {terms: [y], keep: {top: 0}}}",
             "study.yaml:12:67: 0 is out of range; expected at least 1"),
            ("spillover: {terms: ['a/b']}}",
             "study.yaml:12:42: asks_below: spillover: 'a/b' cannot name a result; give the column "
             "another name with `derive`"),
            ("peers: {terms: [y]}}", "study.yaml:12:39: unknown key 'terms'; known keys: keep, by, "
                                     "precision, blocks, rings, centres, weights"),
            ("peers: {keep: links}}", "study.yaml:12:45: asks_below/peers: keep: links needs "
                                      "`weights`: the name of a weights matrix")):
        refused(folder, at + entry + "\n", line)
    refused(folder, at + "spillover: {terms: y}}\n"
            "  - asks_lag: {of: asks_below/spillover/y.doubled, weights: ring}\n",
            "study.yaml:13:20: 'asks_below/spillover/y' has no quantity 'doubled'; known: "
            "out_strength, in_strength")


# ---- the world ----------------------------------------------------------------------------------

class World:
    def __init__(self, folder):
        rng = np.random.default_rng(5)
        self.x = rng.uniform(0, 10, (T, N))
        self.ring = np.zeros((N, N))
        self.lon, self.lat = rng.uniform(-20, 20, N), rng.uniform(-15, 15, N)
        places = zip(range(N), self.lon.tolist(), self.lat.tolist())
        write(folder, "units.csv", "\n".join(
            ["code,lon,lat,side", *(f"{i:05d},{lon!r},{lat!r},{('west', 'east')[i % 2]}"
                                    for i, lon, lat in places), ""]))
        write(folder, "far.csv", "\n".join(
            ["from,to,distance", *(f"{i:05d},{(i + step) % N:05d},{step + .5}"
                                   for i in range(N) for step in range(1, 10)), ""]))
        self.y = rng.uniform(0, 10, (T, N))
        rows = [f"{i:05d},{2001 + t},{float(self.x[t, i])!r},{float(self.y[t, i])!r}" for i in range(N) for t in range(T)]
        write(folder, "panel.csv", "\n".join(["code,year,x,y", *rows, ""]))
        edges = ["from,to,weight"]
        for i in range(N):
            for step, weight in ((1, 1.0), (7, 3.0)):
                edges.append(f"{i:05d},{(i + step) % N:05d},{weight}")
                self.ring[i, (i + step) % N] = weight / 4
        write(folder, "edges.csv", "\n".join([*edges, ""]))


with tempfile.TemporaryDirectory() as work:
    world = World(work)
    for part in (check_aliases, check_two, check_made, check_below):
        if part.__name__ in (sys.argv[1:] or part.__name__):
            part(work, world)
print("aliases; several weights matrices and distances; resources; pair results below another")
