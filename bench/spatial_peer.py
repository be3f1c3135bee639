"""Spatial models beside spatialreg, on the neighbours of the US counties of 1980 (the shared data; without
it a grid): effects with exact traces against spatialreg's traces of powers; a two-way Durbin panel of 20
periods with effects and standard errors against the fit of the stacked panel; then, without a peer, all
columns of the matrix of effects with the 20 largest of each, a lag model of 65,025 units with the effects of
every unit, and 1,000 models in one entry on one thread and on two.

One thread where nothing else is said. Both sides must give the same rho and the same effects first."""
import csv
import os
import resource
import subprocess
import tempfile

import h5py
import numpy as np

import programs as run
import record
from pairs_peer import Engine
from read_csv import version_of

PERIODS, X = 20, 3
SHARED = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared"))

HEAD = """
suppressMessages({library(spatialreg); library(spdep); library(Matrix)})
args <- commandArgs(TRUE); n <- as.integer(args[2]); links <- as.integer(args[3]); periods <- as.integer(args[4])
file <- file(args[1], "rb")
start <- readBin(file, "integer", n + 1); to <- readBin(file, "integer", links) + 1L
x <- matrix(readBin(file, "double", n * periods * %d), n * periods)
near <- lapply(seq_len(n), function(i) if (start[i] == start[i + 1]) 0L else to[(start[i] + 1):start[i + 1]])
attributes(near) <- list(class = "nb", region.id = as.character(seq_len(n)))
""" % (X + 1)
# The fit is not timed: of the traces spatialreg makes powers of W, exactly (`mult`) to order 30.
EFFECTS = HEAD + """
near <- nb2listw(near, style = "W", zero.policy = TRUE)
d <- as.data.frame(x); names(d) <- c("y", "x1", "x2", "x3")
fit <- lagsarlm(y ~ x1 + x2 + x3, d, near, method = "LU", zero.policy = TRUE)
W <- as(near, "CsparseMatrix")
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  traces <- trW(W, type = "mult")
  found <- impacts(fit, tr = traces)
  took <- proc.time() - began
  cat(sprintf("%.9f %.17g %.17g %.17g %.17g\\n", took[[1]] + took[[2]], fit$rho, coef(fit)[["x1"]], found$direct[[1]],
              found$total[[1]]))
  flush(stdout())
}
"""
# As one fits a panel with spatialreg: effects taken out, W once a period down the diagonal.
STACKED = HEAD + """
one <- nb2listw(near, style = "W", zero.policy = TRUE)
W1 <- as(one, "CsparseMatrix")
stacked <- vector("list", n * periods)
for (t in seq_len(periods)) for (i in seq_len(n))
  stacked[[(t - 1) * n + i]] <- if (near[[i]][1] == 0L) 0L else near[[i]] + as.integer((t - 1) * n)
attributes(stacked) <- list(class = "nb", region.id = as.character(seq_len(n * periods)))
stacked <- nb2listw(stacked, style = "W", zero.policy = TRUE)
unit <- rep(seq_len(n), periods); time <- rep(seq_len(periods), each = n)
out <- function(v) v - ave(v, unit) - ave(v, time) + mean(v)
lag <- function(v) as.vector(W1 %*% matrix(v, n))
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  z <- cbind(x[, -1], apply(x[, -1], 2, lag))
  d <- as.data.frame(apply(cbind(x[, 1], z), 2, out)); names(d) <- c("y", paste0("x", 1:6))
  fit <- lagsarlm(y ~ x1 + x2 + x3 + x4 + x5 + x6 - 1, d, stacked, method = "Matrix", zero.policy = TRUE)
  traces <- trW(W1, type = "MC")
  effects <- impacts(fit, tr = traces, R = 1000)
  b <- coef(fit); rho <- fit$rho
  took <- proc.time() - began
  cat(sprintf("%.9f %.17g %.17g\\n", took[[1]] + took[[2]], rho, b[["x1"]]))
  flush(stdout())
}
"""


# ---- data -------------------------------------------------------------------------------------

def counties():
    """Codes, row starts and neighbours; a grid of about as many where the shared data is not there."""
    path = os.path.join(SHARED, "data", "us_elect80_queen_edges.csv")
    if not os.path.exists(path):
        return grid(56)
    with open(path, newline="", encoding="ascii") as file:
        edges = [row[:2] for row in list(csv.reader(file))[1:]]
    with open(os.path.join(SHARED, "data", "us_elect80_3107.csv"), newline="", encoding="ascii") as file:
        codes = sorted(row[0] for row in list(csv.reader(file))[1:])
    at = {code: i for i, code in enumerate(codes)}
    return rows_of(codes, [(at[a], at[b]) for a, b in edges])


def grid(side):
    cell = lambda r, c: r * side + c
    edges = [(cell(r, c), cell(r + a, c + b)) for r in range(side) for c in range(side)
             for a, b in ((-1, 0), (1, 0), (0, -1), (0, 1)) if 0 <= r + a < side and 0 <= c + b < side]
    return rows_of([f"{i:06d}" for i in range(side * side)], edges)


def rows_of(codes, edges):
    edges = np.array(sorted(edges))
    start = np.concatenate([[0], np.cumsum(np.bincount(edges[:, 0], minlength=len(codes)))])
    return codes, start, edges[:, 1]


def draw(codes, start, to, periods, rho, lagged=.3, seed=3):
    """x and y of a Durbin model with effects, (periods, n) each; powers of W until they are nothing."""
    n, rng = len(codes), np.random.default_rng(seed)
    links = np.diff(start)
    row = np.repeat(np.arange(n), links)
    lag = lambda v: np.bincount(row, v[to], n) / np.maximum(links, 1)
    x = rng.normal(size=(X, periods, n))
    y = np.empty((periods, n))
    unit = rng.normal(size=n)
    for t in range(periods):
        v = sum((1 - .3 * k) * x[k, t] + lagged * lag(x[k, t]) for k in range(X)) + unit + .2 * t + rng.normal(size=n)
        y[t] = v
        for _ in range(80):
            v = rho * lag(v)
            y[t] += v
    return x, y


def write(folder, codes, start, to, x, y, entry, extra=""):
    """Files of a study and of the peer; the study's path."""
    periods, n = y.shape
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year,y," + ",".join(f"x{k + 1}" for k in range(X)) + "\n")
        for t in range(periods):
            file.writelines(f"{codes[i]},{2000 + t},{y[t, i]!r}," + ",".join(repr(float(x[k, t, i])) for k in range(X)) +
                            "\n" for i in range(n))
    with open(os.path.join(folder, "near.csv"), "w", encoding="ascii") as file:
        file.write("from,to\n")
        file.writelines(f"{codes[i]},{codes[j]}\n" for i in range(n) for j in to[start[i]:start[i + 1]])
    with open(os.path.join(folder, "r.bin"), "wb") as file:
        file.write(start.astype(np.int32).tobytes() + to.astype(np.int32).tobytes() + y.tobytes())
        file.write(np.ascontiguousarray(x).tobytes())
    path = os.path.join(folder, "fit.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("study: bench\npanel: {file: panel.csv, unit: unit, time: year" + extra + "}\n"
                   "weights: {near: {kind: file, file: near.csv, style: row}}\n"
                   f"measures:\n  - spatial_model: {{{entry}, weights: near, as: fit}}\noutput: {{file: fit.h5}}\n")
    return path


def results(programs, path, threads=1):
    run.call(programs.spillway, "run", path, "--force", "--quiet", "--threads", str(threads))
    return h5py.File(os.path.join(os.path.dirname(path), "fit.h5"), "r")


def term(group, name):
    return float(group["coefficient"][[t.decode() for t in group["term"][:]].index(name)])


def agree(what, ours, theirs, tolerance):
    if not np.allclose(ours, theirs, rtol=tolerance):
        run.stop(f"{what}: {ours} and {theirs} in spatialreg")


def figures(suite, name, ours, theirs, wanted, **common):
    ours, theirs = np.array(ours), np.array(theirs)
    return [record.make(suite, f"{name}, spillway", "time", "s", ours, **common),
            record.make(suite, f"{name}, spatialreg", "time", "s", theirs, **common),
            record.make(suite, f"{name}, times spatialreg", "ratio of times", "1", theirs / np.median(ours), wanted=wanted,
                        **common)]


# ---- parts ------------------------------------------------------------------------------------

def effects(programs, given, suite, folder, place, version):
    codes, start, to = place
    x, y = draw(codes, start, to, 1, .5)
    name = f"effects of a lag model, {len(codes)} units"
    path = write(folder, codes, start, to, x, y, "form: lag, y: y, x: [x1, x2, x3]")
    with results(programs, path) as file:
        group = file["fit"]
        rho, direct, total = term(group, "rho"), group["direct"][0], group["total"][0]
        b = term(group, "x1")
    binary = os.path.join(folder, "w.bin")
    with open(binary, "wb") as file:
        links = np.diff(start)
        file.write(start.astype(np.int64).tobytes() + to.astype(np.int32).tobytes() +
                   np.repeat(1 / np.maximum(links, 1), links).tobytes())
    engine = Engine(programs.bench("spatial"), binary, str(len(codes)), str(len(to)), str(X), repr(rho))
    ours, theirs = [], []
    engine.ask("effects")
    in_r = version and Engine("Rscript", "-e", EFFECTS, os.path.join(folder, "r.bin"), str(len(codes)), str(len(to)), "1")
    for _ in range(given.repeats(3)):
        seconds, plain_direct, plain_total = engine.ask("effects")
        if not np.allclose((plain_direct * b, plain_total * b), (direct, total), rtol=1e-9):
            run.stop(f"{name}: other effects than in the study")
        ours.append(seconds)
        if in_r:
            took, their_rho, their_b, their_direct, their_total = in_r.ask("again")
            agree(name, (rho, b), (their_rho, their_b), 1e-5)
            agree(name, direct, their_direct, 1e-6)
            if np.diff(start).min() > 0:  # spatialreg's total takes it that every row sums to 1
                agree(name, total, their_total, 1e-6)
            theirs.append(took)
    note = f"three variables, exact with standard errors by the delta method; spatialreg {version}: trW(mult), impacts"
    plan = [engine.ask("plan")[0] for _ in range(3)]
    columns = [engine.ask("columns")[0] for _ in range(given.repeats(3))]
    engine.close()
    made = [record.make(suite, "plan of a weights matrix", "time", "s", plan, units=len(codes), threads=1),
            record.make(suite, f"all columns of the matrix of effects, {len(codes)} units", "time", "s", columns, wanted=1,
                        sense="at most", units=len(codes), threads=1, note="the 20 largest of each are found")]
    if not in_r:
        return made + [record.skipped(suite, name, "spatialreg is missing (jobs/setup.sh --bench)")]
    in_r.close()
    return figures(suite, name, ours, theirs, 50, units=len(codes), threads=1, note=note) + made


def durbin(programs, given, suite, folder, place, version):
    codes, start, to = place
    x, y = draw(codes, start, to, PERIODS, .5)
    name = f"two-way Durbin model, {len(codes)} units, {PERIODS} periods"
    path = write(folder, codes, start, to, x, y, "form: durbin, y: y, x: [x1, x2, x3], fixed: two-way, correction: none")
    with results(programs, path) as file:
        rho, b = term(file["fit"], "rho"), term(file["fit"], "x1")
    ours = [one["processor"] for one in run.run_study(programs, path, 1, given.repeats(3))]
    if not version:
        return [record.skipped(suite, name, "spatialreg is missing (jobs/setup.sh --bench)")]
    in_r = Engine("Rscript", "-e", STACKED, os.path.join(folder, "r.bin"), str(len(codes)), str(len(to)), str(PERIODS))
    took, their_rho, their_b = in_r.ask("again")
    in_r.close()
    agree(name, (rho, b), (their_rho, their_b), 1e-4)
    note = "with effects, standard errors, tests and what each unit gives; spatialreg: the stacked panel, effects taken out; " \
           "1,000 draws for errors of effects"
    return figures(suite, name, ours, [took], 30, units=len(codes), periods=PERIODS, threads=1, note=note)


def matrix(programs, given, suite, folder, place):
    codes, start, to = place
    x, y = draw(codes, start, to, 1, .5)
    path = write(folder, codes, start, to, x, y, "form: durbin, y: y, x: [x1, x2, x3], "
                                                 "spillover: {terms: [x1], keep: {top: 20}}")
    seconds = [one["pairs"] for one in run.run_study(programs, path, 1, given.repeats(3))]
    return [record.make(suite, f"matrix of effects as pairs, top 20, {len(codes)} units", "time", "s", seconds, wanted=1,
                        sense="at most", units=len(codes), threads=1)]


def large(programs, given, suite, folder):
    side = int(given.units ** .5) if given.units else given.size(255, 100)
    codes, start, to = grid(side)
    x, y = draw(codes, start, to, 1, .5, lagged=0)
    path = write(folder, codes, start, to, x, y, "form: lag, y: y, x: [x1, x2, x3]")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    seconds = [one["whole"] for one in run.run_study(programs, path, 1, 1)]
    most = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    with results(programs, path) as file:
        rho = term(file["fit"], "rho")
    if side > 50 and abs(rho - .5) > .02:
        run.stop(f"a lag model of {side * side} units: rho {rho}, where .5 is right")
    return [record.make(suite, f"lag model of {side * side} units", "time", "s", seconds, units=side * side, threads=1,
                        note="effects of every unit among it"),
            record.make(suite, f"lag model of {side * side} units", "memory", "B", [most * 1024], units=side * side,
                        threads=1, note="of the largest process of these benchmarks so far")]


def batch(programs, given, suite, folder):
    """1,000 windows and outcomes of one matrix."""
    side = int(given.units ** .5) if given.units else given.size(30, 12)
    codes, start, to = grid(side)
    x, y = draw(codes, start, to, 500, .5)
    windows = ", ".join(f"[{2000 + t}, {2000 + t + w}]" for w in (1, 3) for t in range(496))
    path = write(folder, codes, start, to, x, y, "form: durbin, y: y, x: [x1, x2, x3], fixed: time, "
                                                 f"grid: {{periods: [{windows}]}}")
    if given.cores < 2:
        return [record.skipped(suite, "models in a batch", "one core")]
    one, two = ([r["unit"] for r in run.run_study(programs, path, threads, given.repeats(3))] for threads in (1, 2))
    count = min(len(one), len(two))
    share = np.array(one[:count]) / (2 * np.array(two[:count]))
    return [record.make(suite, "992 models in an entry", "time", "s", one, units=side * side, threads=1),
            record.make(suite, "992 models in an entry, efficiency of two threads", "share of twice one thread", "1",
                        share, wanted=.9, units=side * side, threads=2)]


def measure(programs, given, suite):
    version = version_of("spatialreg") if subprocess.run(["which", "Rscript"], capture_output=True, check=False).returncode \
        == 0 else ""
    made = []
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        place = grid(int(given.units ** .5)) if given.units else grid(24) if given.modest else counties()
        made += effects(programs, given, suite, folder, place, version)
        made += durbin(programs, given, suite, folder, place, version)
        made += matrix(programs, given, suite, folder, place)
        made += large(programs, given, suite, folder)
        made += batch(programs, given, suite, folder)
    return made
