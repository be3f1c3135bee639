"""Neighbours: local Moran with conditional permutations against spdep and a script in numba that does
what esda does, and contiguity of polygons against spdep and libpysal, reading apart.

One thread, processor time, alternating in one run. Polygons are a grid whose borders are jittered, so
none shares more than its corners and border points with another; both sides get the same rings in
memory. The same I_i and the same numbers of links are demanded first; p-values of draws only agree as
draws do, and are compared as such."""
import os
import tempfile

import h5py
import numpy as np

import programs as run
import record
from pairs_peer import Engine, timed
from read_csv import version_of

PERMUTATIONS, PERIODS = 999, 20
BETWEEN = 3  # points of a border between two corners

LOCAL_MORAN = """
suppressMessages(library(spdep))
args <- commandArgs(TRUE); n <- as.integer(args[2]); links <- as.integer(args[3])
file <- file(args[1], "rb")
x <- readBin(file, "double", n); start <- readBin(file, "integer", n + 1)
to <- readBin(file, "integer", links) + 1L
near <- lapply(seq_len(n), function(i) to[(start[i] + 1):start[i + 1]])
attributes(near) <- list(class = "nb", region.id = as.character(seq_len(n)))
near <- nb2listw(near, style = "W")
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  found <- localmoran_perm(x, near, nsim = %d)
  took <- proc.time() - began
  cat(sprintf("%%.9f %%.17g %%.17g\\n", took[[1]] + took[[2]], sum(found[, 1]),
              sum(found[, "Pr(folded) Sim"])))
  flush(stdout())
}
""" % PERMUTATIONS

CONTIGUITY = """
suppressMessages({library(spdep); library(sp)})
args <- commandArgs(TRUE); n <- as.integer(args[2]); points <- as.integer(args[3])
file <- file(args[1], "rb")
start <- readBin(file, "double", n + 1); x <- readBin(file, "double", points)
y <- readBin(file, "double", points)
shape <- lapply(seq_len(n), function(i) {
  at <- (start[i] + 1):start[i + 1]
  Polygons(list(Polygon(cbind(x[at], y[at]))), as.character(i))
})
shape <- SpatialPolygons(shape)
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  found <- poly2nb(shape, queen = TRUE)
  took <- proc.time() - began
  cat(sprintf("%.9f %.17g\\n", took[[1]] + took[[2]], sum(card(found))))
  flush(stdout())
}
"""


# ---- polygons ---------------------------------------------------------------------------------

def grid(side):
    """Rings of side x side cells: (points, 2) each, closed, with borders that neighbours share."""
    draw = np.random.default_rng(5)
    corner = np.stack(np.meshgrid(np.arange(side + 1.), np.arange(side + 1.)), -1) * .1
    corner += draw.uniform(-.02, .02, corner.shape)

    def border(a, b):
        along = np.linspace(0, 1, BETWEEN + 2)[1:-1, None]
        inside = a[..., None, :] + along * (b - a)[..., None, :]
        return inside + draw.uniform(-.005, .005, inside.shape)

    lower = border(corner[:, :-1], corner[:, 1:])  # row, column: to the right
    left = border(corner[:-1], corner[1:])  # row, column: upwards
    rings = []
    for r in range(side):
        for c in range(side):
            rings.append(np.concatenate([
                corner[r, c][None], lower[r, c], corner[r, c + 1][None], left[r, c + 1],
                corner[r + 1, c + 1][None], lower[r + 1, c][::-1], corner[r + 1, c][None], left[r, c][::-1],
                corner[r, c][None]]))
    return rings


def libpysal_version():
    try:
        import warnings
        warnings.simplefilter("ignore")
        import libpysal
        return libpysal.__version__
    except ImportError:
        return None


def in_libpysal(rings):
    from libpysal.cg import Polygon
    from libpysal.weights import Queen
    shapes = [Polygon([tuple(p) for p in ring.tolist()]) for ring in rings]
    return lambda: sum(Queen(shapes, silence_warnings=True).cardinalities.values())


def contiguity(programs, given, suite, side):
    rings = grid(side)
    n, points = len(rings), sum(len(r) for r in rings)
    start = np.concatenate([[0], np.cumsum([len(r) for r in rings])])
    xy = np.concatenate(rings)
    spdep, libpysal = version_of("spdep"), libpysal_version()
    name, times = f"contiguity of {n} polygons", {"spillway": []}
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        ours, theirs = os.path.join(folder, "ours.bin"), os.path.join(folder, "theirs.bin")
        with open(ours, "wb") as file:
            for array in (start.astype(np.int64), np.arange(n, dtype=np.int32), xy[:, 0], xy[:, 1]):
                file.write(np.ascontiguousarray(array).tobytes())
        with open(theirs, "wb") as file:
            for array in (start.astype(float), xy[:, 0], xy[:, 1]):
                file.write(np.ascontiguousarray(array).tobytes())
        engine = Engine(programs.bench("contiguity"), ours, str(n), str(n), str(points))
        peers = {}
        if spdep:
            in_r = Engine("Rscript", "-e", CONTIGUITY, theirs, str(n), str(points))
            peers["spdep"] = lambda: in_r.ask("queen")
        if libpysal:
            work = in_libpysal(rings)
            peers["libpysal"] = lambda: timed(work)
        engine.ask("queen")
        for _ in range(given.repeats(3)):
            seconds, links = engine.ask("queen")
            times["spillway"].append(seconds)
            for peer, ask in peers.items():
                took, found = ask()
                times.setdefault(peer, []).append(took)
                if found != links:
                    run.stop(f"{name}: {links:.0f} links, {found:.0f} in {peer}")
        engine.close()
        if spdep:
            in_r.close()
    note = f"queen, {points / n:.0f} points each, in memory; spdep {spdep}, libpysal {libpysal}"
    return figures(suite, name, times, {"spdep": 5, "libpysal": 5}, units=n, threads=1, note=note)


def figures(suite, name, times, wanted, **common):
    ours = np.array(times.pop("spillway"))
    made = [record.make(suite, f"{name}, spillway", "time", "s", ours, **common)]
    for peer, least in wanted.items():
        if peer not in times:
            made.append(record.skipped(suite, f"{name}, {peer}", "it is missing (jobs/setup.sh --bench)"))
            continue
        theirs = np.array(times[peer])
        made.append(record.make(suite, f"{name}, {peer}", "time", "s", theirs, **common))
        made.append(record.make(suite, f"{name}, times {peer}", "ratio of times", "1", theirs / ours, wanted=least,
                                **common))
    return made


# ---- local Moran ------------------------------------------------------------------------------

def numba_version():
    try:
        import numba
        return numba.__version__
    except ImportError:
        return None


def in_numba():
    """Local Moran as esda has it: ids of all draws once, shared by all units, then unit by unit the lag of
    the values at these ids, and how many are as large."""
    import numba

    @numba.njit(fastmath=True)
    def draws(most, n, permutations, seed):
        np.random.seed(seed)
        ids = np.empty((permutations, most), np.int64)
        for k in range(permutations):
            ids[k] = np.random.choice(n - 1, most, False)
        return ids

    @numba.njit(fastmath=True)
    def larger(z, observed, start, weight, ids):
        count = np.zeros(len(z), np.int64)
        others = np.empty(len(z) - 1)
        for i in range(len(z)):
            others[:i] = z[:i]
            others[i:] = z[i + 1:]
            w = weight[start[i]:start[i + 1]]
            for k in range(len(ids)):
                lag = 0.
                for c in range(len(w)):
                    lag += w[c] * others[ids[k, c]]
                count[i] += z[i] * lag >= observed[i]
        return count

    def statistic(x, start, to):
        z = x - x.mean()
        z = z / np.sqrt((z ** 2).mean())
        links = np.diff(start)
        weight = np.repeat(1 / links, links)
        lag = np.add.reduceat(weight * z[to], start[:-1])
        observed = z * lag
        count = larger(z, observed, start, weight, draws(links.max(), len(z), PERMUTATIONS, 1))
        folded = np.minimum(count, PERMUTATIONS - count)
        return observed, (folded + 1) / (PERMUTATIONS + 1)

    return statistic


STUDY = """study: bench
panel: {file: panel.csv, unit: unit, time: year}
weights: {near: {kind: file, file: near.csv, style: row}}
measures:
  - local_moran: {of: x, weights: near, permutations: %d}
output: {file: local.h5}
""" % PERMUTATIONS


def neighbours_of_grid(side):
    start, to = [0], []
    for r in range(side):
        for c in range(side):
            to += [(r + a) * side + c + b for a in (-1, 0, 1) for b in (-1, 0, 1)
                   if (a or b) and 0 <= r + a < side and 0 <= c + b < side]
            start.append(len(to))
    return np.array(start), np.array(to)


def write_local(folder, x, start, to):
    n = x.shape[1]
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year,x\n")
        file.writelines(f"{i:06d},{2000 + t},{v!r}\n" for t, row in enumerate(x.tolist())
                        for i, v in enumerate(row))
    with open(os.path.join(folder, "near.csv"), "w", encoding="ascii") as file:
        file.write("from,to\n")
        file.writelines(f"{i:06d},{j:06d}\n" for i in range(n) for j in to[start[i]:start[i + 1]])
    with open(os.path.join(folder, "r.bin"), "wb") as file:
        file.write(x[0].tobytes() + start.astype(np.int32).tobytes() + to.astype(np.int32).tobytes())
    path = os.path.join(folder, "local.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write(STUDY)
    return path


def local_moran(programs, given, suite):
    side = given.size(56, 40)
    n = side * side
    start, to = neighbours_of_grid(side)
    x = np.random.default_rng(9).normal(size=(PERIODS, n))
    x += np.sin(np.arange(n) / 40)
    spdep, numba, times = version_of("spdep"), numba_version(), {"spillway": []}
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        path = write_local(folder, x, start, to)
        run.call(programs.spillway, "run", path, "--force", "--threads", "1")
        with h5py.File(os.path.join(folder, "local.h5"), "r") as file:
            value, p = file["local_moran/value"][0], file["local_moran/p_value"][0]
        statistic = in_numba() if numba else None
        if numba:
            observed, folded = statistic(x[0], start, to)
            scale = value[0] / observed[0]
            if not np.allclose(value, observed * scale, rtol=1e-9) or abs(p.mean() - folded.mean()) > .02:
                run.stop("local Moran: other values or p-values than the numba script")
        if spdep:
            in_r = Engine("Rscript", "-e", LOCAL_MORAN, os.path.join(folder, "r.bin"), str(n), str(len(to)))
        for _ in range(given.repeats(3)):
            times["spillway"].append(run.run_study(programs, path, 1, 1)[0]["unit"] / PERIODS)
            if numba:
                times.setdefault("numba", []).append(timed(lambda: [statistic(x[t], start, to) for t in range(3)])[0] / 3)
            if spdep:
                seconds, total, folded = in_r.ask("again")
                times.setdefault("spdep", []).append(seconds)
                if abs(total / value.sum() - n / (n - 1)) > 2 / n or abs(folded / n - p.mean()) > .02:
                    run.stop(f"local Moran: spdep has a sum of {total!r} and a mean p of {folded / n!r}; "
                             f"{value.sum()!r} and {p.mean()!r} here")
        if spdep:
            in_r.close()
    note = (f"{PERMUTATIONS} permutations, a period of {PERIODS}; spdep {spdep} for one period, numba {numba} with "
            "esda's steps for three")
    return figures(suite, "local Moran", times, {"spdep": 100, "numba": 5}, units=n, threads=1, note=note)


def measure(programs, given, suite):
    return (local_moran(programs, given, suite) + contiguity(programs, given, suite, 57)
            + contiguity(programs, given, suite, given.size(316, 60)))
