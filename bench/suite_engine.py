"""Suite engine: what a run costs beside the arithmetic.

`overhead`: a measure that computes nothing (dummy/nothing.c) in the walks that a matrix is gone
through in: triangle (undirected, summary), squares (directed, dense, into memory), strips (directed,
summary) and strips that keep partners (top 20). Nanoseconds of a thread for an evaluated pair; the
share of the threads' time in the pair pass that is not spent in tiles; and, from the difference of
two tile sizes on one thread, nanoseconds a tile. No bound: of a few instructions a pair none is known.

`large`: many units on all cores (large.py)."""
import tempfile

import numpy as np

import large as many
import panel
import programs as run
import record

SUITE = "engine"
WALKS = {"triangle": "directed: false, keep: summary", "squares": "directed: true, keep: dense",
         "strips": "directed: true, keep: summary", "strips, top 20": "keep: {top: 20}"}
TILES = (512, 64)


def tiles_of(walk, n, tile):
    """Tasks of a matrix: sw_cut_make makes squares of equal sides."""
    squares = -(-n // tile)
    squares = -(-n // -(-n // squares))
    return squares * (squares + 1) // 2 if walk == "triangle" else squares**2


def runs_of(programs, given, folder, walk, tile, threads):
    entry = f"bench_nothing: {{of: mass, {WALKS[walk]}}}"
    path = panel.write_study(folder, "nothing", entry, f"tile: {tile}")
    return run.run_study(programs, path, threads, given.repeats(5))


def walk_records(programs, given, folder, walk, n):
    found, one_thread = [], {}
    counts = sorted({2**k for k in range(given.cores.bit_length()) if 2**k <= given.cores} | {given.cores})
    for tile in TILES:
        for threads in counts:
            runs = runs_of(programs, given, folder, walk, tile, threads)
            seconds = np.array([one["pairs"] for one in runs])
            evaluated = np.array([one["evaluated"] for one in runs])
            common = {"units": n, "threads": threads, "tile": tile, "walk": walk}
            name = f"{walk}, tile {tile}, {threads} threads"
            found.append(record.make(SUITE, name, "ns of a thread a pair", "ns",
                                     seconds * threads / evaluated * 1e9, **common))
            found.append(record.make(SUITE, name, "idle share", "1",
                                     [1 - one["busy"] / one["pairs"] / threads for one in runs],
                                     better="less", **common))
            if threads == 1:
                one_thread[tile] = seconds
    if not walk.startswith("strips"):  # strips have the same tasks whatever the tile
        few, many_ = (tiles_of(walk, n, tile) for tile in TILES)
        if many_ > few:
            found.append(record.make(SUITE, walk, "ns a tile", "ns",
                                     (one_thread[TILES[1]] - one_thread[TILES[0]]) / (many_ - few) * 1e9,
                                     note=f"{few} tiles of {TILES[0]}, {many_} of {TILES[1]}, one thread",
                                     units=n, threads=1, walk=walk))
    return found


def overhead(programs, given):
    n = given.size(6000, 3000)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        panel.write_inputs(folder, panel.country(n))
        return [one for walk in WALKS for one in walk_records(programs, given, folder, walk, n)]


def large(programs, given):
    return many.measure(programs, given, SUITE)


PARTS = {"overhead": overhead, "large": large}
