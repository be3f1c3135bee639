"""A long CSV panel: our reading against data.table's fread on as many threads, alternating.

    read_csv.py BENCH_CSV [--units N] [--periods T] [--threads K] [--repeats R]
                [--order unit|period] [--numbers short|long] [--folder DIR]

The file has a code, a month and two indicators, 27 bytes a row: the 36 million rows it has by itself
are 970 MB. It is in the page cache for both. fread makes columns of it, the code as text, as leading
zeros matter; so does "rows" of ours, with codes and months numbered. "panel" is the whole reading,
which aligns the rows by unit and period and looks for duplicates and gaps besides: the ratio wanted
is that of the whole. Processor seconds stand beside, which tell more where other programs run.

Exit status 77: no data.table here, or no room for the file."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

WANTED = 1.5
FREAD = """suppressMessages(library(data.table))
t <- proc.time()
d <- fread(commandArgs(TRUE)[1], nThread = as.integer(commandArgs(TRUE)[2]), showProgress = FALSE,
           colClasses = list(character = "unit"))
u <- proc.time() - t
cat(u[[3]], u[[1]] + u[[2]], 1024 * as.numeric(gsub("[^0-9]", "", grep("VmHWM",
    readLines("/proc/self/status"), value = TRUE))), nrow(d))
"""


def version_of_fread():
    """Empty where there is none."""
    if not shutil.which("Rscript"):
        return ""
    return subprocess.run(["Rscript", "-e", "cat(as.character(packageVersion('data.table')))"],
                          capture_output=True, text=True, check=False).stdout


def figures(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--units", type=int, default=100_000)
    parser.add_argument("--periods", type=int, default=360)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--order", choices=("unit", "period"), default="unit")
    parser.add_argument("--numbers", choices=("short", "long"), default="short")
    parser.add_argument("--folder", default=None, help="where to write; a temporary folder")
    given = parser.parse_args()
    version = version_of_fread()
    if not version:
        print("csv: skipped: R's data.table is missing (jobs/setup.sh --bench installs it)")
        return 77
    folder = tempfile.mkdtemp(prefix="spillway-bench-", dir=given.folder)
    try:
        most = 60 * given.units * given.periods
        if shutil.disk_usage(folder).free < most:
            print(f"csv: skipped: {folder} has no room for {most / 1e9:.1f} GB")
            return 77
        subprocess.run([given.program, "write", folder, str(given.units), str(given.periods),
                        given.order, given.numbers], check=True)
        path = os.path.join(folder, "panel.csv")
        size = os.path.getsize(path)
        threads = str(given.threads)
        ways = {"rows": [given.program, "read", folder, threads, "rows"],
                "panel": [given.program, "read", folder, threads, "panel"],
                "fread": ["Rscript", "-e", FREAD, path, threads]}
        took = {way: [] for way in ways}
        for k in range(given.repeats + 1):  # the first round warms up
            for way, command in ways.items():
                one = figures(command)
                if k:
                    took[way].append(one[:3])
    finally:
        shutil.rmtree(folder)
    took = {way: np.array(list_) for way, list_ in took.items()}
    print(f"csv: {given.units} units x {given.periods} months by {given.order}, {given.numbers} numbers, "
          f"{size / 1e6:.0f} MB, {threads} threads, {given.repeats} runs each, data.table {version}")
    for way, some in took.items():
        wall, used, peak = np.median(some, axis=0)
        print(f"  {way:6s} {wall:6.2f} s  ({some[:, 0].min():.2f} to {some[:, 0].max():.2f}), "
              f"processor {used:6.2f} s, {size / wall / 1e6:5.0f} MB/s, peak {peak / 1e9:.2f} GB")
    for way in ("rows", "panel"):
        ratio, used = (took[way][:, k] / took["fread"][:, k] for k in (0, 1))
        note = f"; wanted: {WANTED}" if way == "panel" else ""
        print(f"  {way} / fread, median of the pairs of runs: {np.median(ratio):.2f} "
              f"({ratio.min():.2f} to {ratio.max():.2f}{note}), processor {np.median(used):.2f}")
    return 0 if np.median(took["panel"][:, 0] / took["fread"][:, 0]) <= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
