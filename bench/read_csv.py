"""Reading a long CSV panel against data.table's fread on as many threads, alternating in one run.

The full file has 36 million rows of four columns, about 1 GB. Ours is the whole reading phase: bytes
to numbers, and rows into the columns of the panel, by unit and period; fread leaves a table as the
file has it, the code as text, as leading zeros matter. The file is in the page cache for both. Wanted
of the whole: at most 1.5 times."""
import os
import shutil
import tempfile

import numpy as np

import programs as run
import record

WANTED, PERIODS = 1.5, 360
FREAD = """suppressMessages(library(data.table)); setDTthreads(%d)
began <- proc.time()[["elapsed"]]
d <- fread("%s", colClasses = list(character = "unit"))
cat(proc.time()[["elapsed"]] - began, nrow(d), "\\n")"""


def version_of(package):
    """Of a package of R; empty where it, or R, is missing."""
    return record.said("Rscript", "-e", f"cat(as.character(packageVersion('{package}')))")


def ours(programs, folder, threads):
    """(bytes to rows, the whole reading) in seconds."""
    return [run.numbers(programs.bench("csv"), "read", folder, str(threads), what)[0][0]
            for what in ("rows", "panel")]


def fread(folder, threads):
    return run.numbers("Rscript", "-e", FREAD % (threads, os.path.join(folder, "panel.csv")))[0][0]


def records(suite, size, given, units, version, rows, whole, theirs):
    rows, whole, theirs = (np.array(some) for some in (rows, whole, theirs))
    note = (f"{units * PERIODS} rows, {size / 1e6:.0f} MB, {given.cores} threads, data.table {version}, page "
            "cache warm")
    common = {"units": units, "periods": PERIODS, "threads": given.cores, "bytes": size}
    found = [record.make(suite, f"csv, {label}", "bytes a second", "B/s", size / seconds, note=note, **common)
             for label, seconds in (("spillway, bytes to rows", rows), ("spillway, whole", whole),
                                    ("fread", theirs))]
    return found + [
        record.make(suite, "csv, rows to fread", "ratio of times", "1", rows / theirs, better="less",
                    note=note, **common),
        record.make(suite, "csv, whole to fread", "ratio of times", "1", whole / theirs, wanted=WANTED,
                    sense="at most", note=note, **common)]


def measure(programs, given, suite):
    units, version = given.size(100000, 5000), version_of("data.table")
    if not version:
        return [record.skipped(suite, "csv", "R's data.table is missing (jobs/setup.sh --bench)")]
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        most = 60 * units * PERIODS
        if shutil.disk_usage(folder).free < most:
            return [record.skipped(suite, "csv", f"{folder} has no room for {most / 1e9:.1f} GB")]
        run.call(programs.bench("csv"), "write", folder, str(units), str(PERIODS), "unit", "short")
        size = os.path.getsize(os.path.join(folder, "panel.csv"))
        ours(programs, folder, given.cores)
        rows, whole, theirs = [], [], []
        for _ in range(given.repeats(5)):
            one = ours(programs, folder, given.cores)
            rows.append(one[0])
            whole.append(one[1])
            theirs.append(fread(folder, given.cores))
    return records(suite, size, given, units, version, rows, whole, theirs)
