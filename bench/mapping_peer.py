"""Convergent cross mapping on one thread against numpy, alternating in one run: series of 50, 200 and
1,000 periods in 2 to 10 dimensions.

numpy goes library by library, as the engine does: one table of neighbours serves all targets. The
predictions of a block of targets come by adding up rows taken by index, or as a product of matrices
with the weights in a dense one, whichever is faster, in buffers made once; then three sums over
time; the loop of rows taken is told by itself, too. The number of targets in a block is chosen by
trying. The search for neighbours is timed apart: distances by broadcasting, as many rows at a time as
stay in cache, or as a product of matrices, which loses some digits, whichever is faster; argpartition,
and a sort of what is left. Both are timed over some of the libraries, evenly spread; the engine
computes all. Processor time, nothing stored; the same skills are demanded first. Wanted of the engine:
20 times numpy, tables and pairs together.

mpEDM (Watanakeesuntorn et al. 2020) publishes 101,729 series in 199 s on 512 nodes of ABCI, 5.2e7
directed pairs a second of all nodes together. Its series are of calcium imaging, some 1,450 steps, in
single precision, and its tables are made on GPUs, of every dimension up to 20: pairs a second of 1,000
periods here are of the same kind of work, those of shorter series are not."""
import os
import tempfile

import h5py
import numpy as np

import programs as run
import record
from pairs_peer import timed

SHAPES = ((50, 2), (50, 3), (50, 5), (50, 10), (200, 2), (200, 3), (200, 5), (200, 10),
          (1000, 2), (1000, 3), (1000, 5), (1000, 10))
UNITS = {50: (6000, 1000), 200: (3000, 600), 1000: (1000, 300)}  # full, modest
WANTED = 20
STUDY = """study: bench
panel: {{file: panel.csv, unit: unit, time: year}}
measures:
  - convergent_cross_mapping: {{of: x, dimension: {dimension}, keep: summary, as: ccm}}
output: {{file: {name}.h5, precision: float64}}
"""


def logistic(n, periods):
    """Maps of unlike rates, each drawn to the next: chaos with links."""
    draw = np.random.default_rng(20240103)
    x, rate = draw.uniform(0.2, 0.8, n), draw.uniform(3.6, 3.9, n)
    series = np.empty((periods, n))
    for t in range(-100, periods):
        x = rate * x * (1 - 0.9 * x - 0.1 * np.roll(x, 1))
        if t >= 0:
            series[t] = x
    return series


def write(folder, x, dimensions):
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year,x\n")
        file.writelines(f"{k:06d},{1001 + t},{float(v)!r}\n" for t, row in enumerate(x) for k, v in enumerate(row))
    paths = {}
    for dimension in dimensions:
        paths[dimension] = os.path.join(folder, f"e{dimension}.yaml")
        with open(paths[dimension], "w", encoding="ascii") as file:
            file.write(STUDY.format(dimension=dimension, name=f"e{dimension}"))
    return paths


def by_rows(v, dimension, room, rows):
    """Squared distances, `rows` points at a time: first row, matrix."""
    count = len(v) - dimension + 1
    for first in range(0, count, rows):
        some = min(rows, count - first)
        d2, term = (room[k, :some * count].reshape(some, count) for k in range(2))
        for lag in range(dimension):
            past, to = v[dimension - 1 - lag:len(v) - lag], term if lag else d2
            np.subtract(past[first:first + some, None], past, out=to)
            np.multiply(to, to, out=to)
            if lag:
                np.add(d2, term, out=d2)
        yield first, d2


def by_product(v, dimension, room, _):
    count = len(v) - dimension + 1
    points = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(v - v.mean(), dimension))
    size, d2 = np.einsum("ij,ij->i", points, points), room[0, :count * count].reshape(count, count)
    np.matmul(points, points.T, out=d2)
    d2 *= -2
    d2 += size
    d2 += size[:, None]
    yield 0, np.maximum(d2, 0, out=d2)


def table(v, dimension, room, distances=by_rows, rows=64):
    """Neighbours of each point and their weights, nearest first."""
    count, k = len(v) - dimension + 1, dimension + 1
    near, d = np.empty((count, k), int), np.empty((count, k))
    for first, d2 in distances(v, dimension, room, rows):
        at = slice(first, first + len(d2))
        d2[np.arange(len(d2)), np.arange(first, first + len(d2))] = np.inf
        near[at] = np.argpartition(d2, k, axis=1)[:, :k]
        d[at] = np.take_along_axis(d2, near[at], 1)
    d = np.sqrt(d)
    order = np.argsort(d, axis=1)
    d, near = np.take_along_axis(d, order, 1), np.take_along_axis(near, order, 1)
    w = np.maximum(np.exp(-d / d[:, :1]), 1e-6)
    return near + dimension - 1, w / w.sum(1, keepdims=True)


class Peer:
    """Skills of all targets with one table."""

    def __init__(self, x, dimension, width, dense):
        self.x, self.dimension, self.width, self.dense = x, dimension, width, dense
        self.points = len(x) - dimension + 1
        n = x.shape[1]
        self.blocks = [np.ascontiguousarray(x[:, j:j + width]) for j in range(0, n, width)]
        seen = x[dimension - 1:]
        self.mean, self.size = seen.mean(0), np.sqrt(((seen - seen.mean(0)) ** 2).sum(0))
        self.p, self.term = np.empty((2, self.points * width))
        self.weights = np.zeros((self.points, len(x)))
        self.at = np.arange(self.points)[:, None]
        self.r = np.empty(n)

    def predict(self, near, w, block):
        shape = (self.points, block.shape[1])
        p = self.p[:shape[0] * shape[1]].reshape(shape)
        if self.dense:
            return np.matmul(self.weights, block, out=p)
        term = self.term[:p.size].reshape(shape)
        np.take(block, near[:, 0], axis=0, out=p, mode="clip")
        np.multiply(p, w[:, :1], out=p)
        for c in range(1, near.shape[1]):
            np.take(block, near[:, c], axis=0, out=term, mode="clip")
            np.multiply(term, w[:, c:c + 1], out=term)
            np.add(p, term, out=p)
        return p

    def skills(self, near, w):
        if self.dense:
            self.weights[:] = 0
            self.weights[self.at, near] = w
        for k, block in enumerate(self.blocks):
            p = self.predict(near, w, block)
            j = slice(k * self.width, k * self.width + block.shape[1])
            sums = p.sum(0)
            about = np.einsum("ij,ij->j", p, p) - sums * sums / self.points
            both = np.einsum("ij,ij->j", p, block[self.dimension - 1:]) - self.mean[j] * sums
            self.r[j] = both / (np.sqrt(about) * self.size[j])
        return self.r


def plain(x, near, w):
    """As one would write it: all targets at once, rows by index."""
    p, seen = np.einsum("tk,tkn->tn", w, x[near]), x[len(x) - len(near):]
    p -= p.mean(0)
    seen = seen - seen.mean(0)
    return (p * seen).sum(0) / np.sqrt((p * p).sum(0) * (seen * seen).sum(0))


def tune(x, dimension, tables, dense):
    """Seconds, and the peer of the best width."""
    best = None
    for width in (32, 128, 512, 2048):
        peer = Peer(x, dimension, width, dense)
        peer.skills(*tables[0])
        seconds = min(timed(lambda: [peer.skills(*one) for one in tables])[0] for _ in range(2))
        if best is None or seconds < best[0]:
            best = seconds, peer
    return best


def tune_search(series, dimension, room):
    """The way of `table` that is fastest."""
    best = None
    for way in ((by_rows, 16), (by_rows, 64), (by_rows, 256), (by_product, 0)):
        seconds = min(timed(lambda: [table(v, dimension, room, *way) for v in series])[0] for _ in range(2))
        if best is None or seconds < best[0]:
            best = seconds, way
    return best[1]


def check(programs, path, name, peer, libraries, tables):
    """What comes in: the mean of a column's skills, but for the unit's own."""
    run.call(programs.spillway, "run", "--quiet", "--force", path)
    with h5py.File(path.replace(".yaml", ".h5")) as file:
        ours = file[name]["in_strength"][:][libraries]
    theirs = [np.delete(peer.skills(*one), j).sum() for j, one in zip(libraries, tables)]
    if not np.allclose(ours, theirs, rtol=1e-7, atol=1e-7):
        run.stop(f"mapping: {path}: skills differ")


def compare(programs, path, x, dimension, repeats, suite):
    periods, n = x.shape
    libraries = np.arange(0, n, max(1, n // (40 if periods < 1000 else 8)))
    room = np.empty((2, periods * periods))
    way = tune_search([x[:, j] for j in libraries[:4]], dimension, room)
    tables = [table(x[:, j], dimension, room, *way) for j in libraries]
    loop, product = (tune(x, dimension, tables[:4], dense) for dense in (False, True))
    peer, loop = min(loop, product, key=lambda one: one[0])[1], loop[1]
    check(programs, path, "ccm", peer, libraries, tables)
    ours, pairs, theirs, theirs_pairs, theirs_plain, theirs_loop = [], [], [], [], [], []
    scale = n / len(libraries)
    for _ in range(repeats):
        one = run.run_study(programs, path, 1, 1)[0]
        ours.append(one["processor"])
        pairs.append(one["pairs"])
        search = timed(lambda: [table(x[:, j], dimension, room, *way) for j in libraries])[0]
        theirs_pairs.append(scale * timed(lambda: [peer.skills(*one) for one in tables])[0])
        theirs.append(theirs_pairs[-1] + scale * search)
        theirs_loop.append(scale * (timed(lambda: [loop.skills(*one) for one in tables])[0] + search))
        some = len(tables) // 8 + 1
        theirs_plain.append(n / some * timed(lambda: [plain(x, *one) for one in tables[:some]])[0] + scale * search)
    count = n * (n - 1)
    ours, pairs, theirs, theirs_pairs, theirs_plain, theirs_loop = (
        np.array(a) for a in (ours, pairs, theirs, theirs_pairs, theirs_plain, theirs_loop))
    label = f"mapping, T = {periods}, E = {dimension}"
    search = "a product" if way[0] is by_product else f"{way[1]} rows at a time"
    note = (f"numpy by {'matrix products' if peer.dense else 'rows taken'}, {peer.width} targets a block, distances "
            f"by {search}, over {len(libraries)} of {n} libraries; OpenBLAS of {run.blas_core() or 'no core'}")
    common = {"units": n, "periods": periods, "threads": 1, "measure": "convergent_cross_mapping"}
    return [record.make(suite, label, "directed pairs a second", "1/s", count / ours, note="tables and pairs", **common),
            record.make(suite, label + ", pairs alone", "directed pairs a second", "1/s", count / pairs, **common),
            record.make(suite, label + ", numpy", "directed pairs a second", "1/s", count / theirs, note=note, **common),
            record.make(suite, label + ", times numpy", "ratio of times", "1", theirs / ours, wanted=WANTED, note=note,
                        **common),
            record.make(suite, label + ", times numpy, by rows", "ratio of times", "1", theirs_loop / ours,
                        note=f"the loop of rows taken, {loop.width} targets a block, with its search", **common),
            record.make(suite, label + ", times numpy, plain", "ratio of times", "1", theirs_plain / ours,
                        note="all targets of a library by index and einsum", **common),
            record.make(suite, label + ", pairs alone, times numpy", "ratio of times", "1", theirs_pairs / pairs,
                        note=note, **common)]


def measure(programs, given, suite):
    found = []
    for periods, sizes in UNITS.items():
        if given.units and given.units < 100 and periods > 50:
            continue  # a try of the program
        x = logistic(given.size(*sizes), periods)
        with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
            dimensions = [e for t, e in SHAPES if t == periods]
            for dimension, path in write(folder, x, dimensions).items():
                found += compare(programs, path, x, dimension, given.repeats(5), suite)
    return found
