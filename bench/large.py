"""Pairs of many units on all cores: `spillway run` of gravity (great circle, decay 2) and pairwise
coupling (meta, three systems), one period, with keep: top 20, above and summary; runs alternate.

Ordered pairs per second in the pair phase and over the whole command (start, reading and writing
included); the peak memory of the process beside what `spillway check` says; seconds of each phase.
Ordered pairs are n (n - 1) whatever is evaluated for them: `summary` evaluates each pair once, `top`
both ways, so that a finished strip of rows is final, `above` both ways twice, to count and to fill.
The threshold of `above` keeps about 20 entries a row: a quantile of the rows of some units.

Wanted, of gravity with top 20: 2e9 over the whole command, and so in the pair phase; of every run a
peak under 1 GiB, operands included."""
import os
import tempfile

import numpy as np

import panel
import peer
import programs as run
import record

EVALUATED = {"top 20": 1.0, "above": 2.0, "summary": 0.5}  # for an ordered pair
WANTED = {"gravity top 20": (2e9, 2e9)}
WANTED_AT = 100000  # units: fewer are mostly start and reading
PARTNERS, GIBIBYTE = 20, 1 << 30


def threshold(kind, data):
    """The value over which a row has about PARTNERS entries, from the rows of some units."""
    n = data.shape[1]
    made = kind(data, (1, n))
    made.start()
    rows = range(0, n, max(1, n // 300))
    seen = np.empty((len(rows), n), np.float32)
    for k, i in enumerate(rows):
        with np.errstate(divide="ignore"):
            seen[k] = made.values(i, i + 1, 0, n)[0] * made.row_factor[i] * made.column_factor
        seen[k, i] = 0
    place = seen.size - min(seen.size, PARTNERS * len(rows))
    return float(np.partition(seen.ravel(), place)[place])


def write_studies(folder, data):
    """Names and files of the six."""
    studies = {}
    for measure, entry, kind in (("gravity", panel.GRAVITY, peer.Gravity),
                                 ("coupling", panel.COUPLING, peer.Coupling)):
        keeps = {"top 20": f"{{top: {PARTNERS}}}", "above": f"{{above: {threshold(kind, data):.6g}}}",
                 "summary": "summary"}
        for label, keep in keeps.items():
            name = f"{measure} {label}"
            studies[name] = panel.write_study(folder, name.replace(" ", "_"), entry.format(keep=keep))
    return studies


def run_once(program, path, threads):
    """Seconds of the command and by phase, peak bytes, bytes of the result."""
    seconds, said = run.call(program, "run", path, "--force", "--threads", str(threads))
    result = path[:-5] + ".h5"
    size = os.path.getsize(result)
    os.remove(result)
    return seconds, run.phases(said), run.figure(r"peak memory .*\(([0-9]+) bytes\)", said), size


def records(suite, name, n, threads, runs, predicted):
    seconds, phases, peaks, sizes = zip(*runs)
    pairs = float(n) * (n - 1)
    in_pairs = np.array([max(one["pairs"], 1e-3) for one in phases])  # said in milliseconds
    wanted = WANTED.get(name, (None, None)) if n >= WANTED_AT else (None, None)
    each = np.median(in_pairs) * threads / (pairs * EVALUATED[name.split(" ", 1)[1]]) * 1e9
    common = {"units": n, "threads": threads, "measure": name}
    found = [
        record.make(suite, name, "pairs a second, pair phase", "1/s", pairs / in_pairs, wanted=wanted[0],
                    note=f"{each:.2f} ns of one thread for an evaluated pair", **common),
        record.make(suite, name, "pairs a second, command", "1/s", pairs / np.array(seconds),
                    wanted=wanted[1], **common),
        record.make(suite, name, "peak memory", "B", peaks, wanted=GIBIBYTE, sense="at most",
                    note=f"spillway check says {predicted / 1e6:.0f} MB; written {sizes[0] / 1e6:.1f} MB",
                    **common)]
    # The pair phase overlaps with writing; the rest is start, MPI and finishing.
    for phase in ("read", "units", "pairs", "write", "whole"):
        found.append(record.make(suite, name, "phase " + phase, "s", [one[phase] for one in phases],
                                 phase=phase, **common))
    return found


def measure(programs, given, suite):
    n = given.size(WANTED_AT, 20000)
    data = panel.country(n)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        panel.write_inputs(folder, data)
        studies = write_studies(folder, data)
        predicted = {name: run.figure(r"memory per rank .*\(([0-9]+) bytes\)",
                                      run.call(programs.spillway, "check", path)[1])
                     for name, path in studies.items()}
        runs = {name: [] for name in studies}
        for _ in range(given.repeats(3)):
            for name, path in studies.items():
                runs[name].append(run_once(programs.spillway, path, given.cores))
    return [one for name in studies
            for one in records(suite, name, n, given.cores, runs[name], predicted[name])]
