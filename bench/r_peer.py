"""Peers in R: gravity as a user of R writes it, whole matrices by vectors, one thread; Moran's I with
spdep. Both against the engine on one thread, alternating in one run, processor time. Same numbers are
demanded of both sides first. Nothing is wanted: R is what many have, not what is hard to beat."""
import os
import tempfile

import h5py
import numpy as np

import panel
import peer
import programs as run
import record
from pairs_peer import Engine
from read_csv import version_of

GRAVITY = """
args <- commandArgs(TRUE); n <- as.integer(args[2])
x <- matrix(readBin(args[1], "double", 6 * n), n)
lon <- x[, 1] * pi / 180; lat <- x[, 2] * pi / 180; mass <- x[, 3]
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  h <- sin(outer(lat, lat, "-") / 2)^2 + outer(cos(lat), cos(lat)) * sin(outer(lon, lon, "-") / 2)^2
  value <- outer(mass, mass) / (2 * 6371.0088 * asin(sqrt(h)))^2
  diag(value) <- 0
  strength <- rowSums(value)
  took <- proc.time() - began
  cat(sprintf("%.6f %.17g %.17g %.17g\\n", took[[1]] + took[[2]], sum(strength), max(value),
              sum(((seq_len(n) - 1) %% 7) * strength)))
  flush(stdout())
}
"""
MORAN = """
suppressMessages(library(spdep))
args <- commandArgs(TRUE); n <- as.integer(args[2]); k <- as.integer(args[3])
x <- matrix(readBin(args[1], "double", 6 * n), n)
to <- matrix(readBin(args[4], "integer", n * k), k)
near <- lapply(seq_len(n), function(i) sort(to[, i]) + 1L)
attributes(near) <- list(class = "nb", region.id = as.character(seq_len(n)))
near <- nb2listw(near, style = "W")
answers <- file("stdin", "r")
while (length(readLines(answers, 1)) > 0) {
  began <- proc.time()
  for (again in 1:20) found <- moran.test(x[, 3], near)
  took <- proc.time() - began
  cat(sprintf("%.9f %.17g\\n", (took[[1]] + took[[2]]) / 20, found$estimate[[1]]))
  flush(stdout())
}
"""
NEIGHBOURS = 6


def neighbours(data):
    """The nearest of each unit, by the chord."""
    place = np.stack(peer.unit_vectors(data[0], data[1]))
    found = np.empty((data.shape[1], NEIGHBOURS), np.int32)
    for i in range(data.shape[1]):
        chord = ((place - place[:, i:i + 1]) ** 2).sum(0)
        chord[i] = np.inf
        found[i] = np.argpartition(chord, NEIGHBOURS)[:NEIGHBOURS]
    return found


def times(suite, name, n, ours, theirs, note):
    ours, theirs = np.array(ours), np.array(theirs)
    common = {"units": n, "threads": 1, "measure": name, "note": note}
    return [record.make(suite, f"{name}, spillway", "time", "s", ours, **common),
            record.make(suite, f"{name}, R", "time", "s", theirs, **common),
            record.make(suite, f"{name}, times R", "ratio of times", "1", theirs / ours, **common)]


def gravity(programs, given, suite, folder, data, version):
    n = data.shape[1]
    path = os.path.join(folder, "data.bin")
    np.vstack([data, panel.industries(n)]).tofile(path)  # R reads the first six columns
    engine = Engine(programs.bench("pairs"), path, str(n))
    in_r = Engine("Rscript", "-e", GRAVITY, path, str(n))
    _, total, greatest, weighted = in_r.ask("again")
    _, our_total, our_greatest, our_weighted = engine.ask("gravity")
    for what, a, b in (("total", our_total, total), ("max", our_greatest, greatest),
                       ("strengths", our_weighted, weighted)):
        agree(f"gravity in R: {what}", a, b)
    ours, theirs = [], []
    for _ in range(given.repeats(5)):
        ours.append(engine.ask("gravity")[0])
        theirs.append(in_r.ask("again")[0])
    engine.close()
    in_r.close()
    return times(suite, "gravity in R", n, ours, theirs, f"R {version}, whole matrices, its own reading left out")


def agree(what, ours, theirs, tolerance=1e-10):
    if not abs(ours - theirs) <= tolerance * abs(theirs):
        run.stop(f"{what}: {ours!r} and {theirs!r}")


def moran(programs, given, suite, folder, data, version):
    if not version:
        return [record.skipped(suite, "moran in spdep", "R's spdep is missing (the package r-cran-spdep)")]
    n = data.shape[1]
    data.tofile(os.path.join(folder, "data.bin"))
    panel.write_inputs(folder, data)
    near = neighbours(data)
    near.tofile(os.path.join(folder, "near.bin"))
    with open(os.path.join(folder, "near.csv"), "w", encoding="ascii") as file:
        file.write("from,to\n")
        file.writelines(f"{i:06d},{j:06d}\n" for i, row in enumerate(near) for j in row)
    path = panel.write_study(folder, "moran", "moran: {of: mass, weights: near}",
                             "weights: {near: {kind: file, file: near.csv, style: row}}")
    run.call(programs.spillway, "run", path, "--force", "--threads", "1")
    with h5py.File(os.path.join(folder, "moran.h5"), "r") as file:
        expected = float(file["moran/I"][0])
    spdep = Engine("Rscript", "-e", MORAN, os.path.join(folder, "data.bin"), str(n), str(NEIGHBOURS),
                       os.path.join(folder, "near.bin"))
    agree("Moran's I in spdep", expected, spdep.ask("again")[1], 1e-7)  # 9 digits in the panel
    ours, theirs = [], []
    for _ in range(given.repeats(5)):
        ours.append(run.run_study(programs, path, 1, 1)[0]["unit"])
        theirs.append(spdep.ask("again")[0])
    spdep.close()
    return times(suite, "moran in spdep", n, ours, theirs,
                 f"spdep {version}, I with its variances, neighbours given on both sides")


def measure(programs, given, suite):
    version = record.said("Rscript", "-e", "cat(as.character(getRversion()))")
    if not version:
        return [record.skipped(suite, "R", "Rscript is missing (jobs/setup.sh --bench)")]
    data = panel.country(given.size(3000, 2000))
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        return (gravity(programs, given, suite, folder, data, version)
                + moran(programs, given, suite, folder, data, version_of("spdep")))
