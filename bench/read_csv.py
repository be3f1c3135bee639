"""Reading a long CSV panel against data.table's fread on as many threads, alternating in one run.

    read_csv.py BENCH_CSV [--units N] [--periods T] [--threads K] [--repeats R] [--long] [--folder DIR]

Without sizes the file has 36 million rows of four columns, about 1 GB. Ours is the whole reading
phase: bytes to numbers, and rows into the columns of the panel, by unit and period; fread leaves a
table as the file has it. The file is in the page cache for both. Wanted of the whole: 1.5."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

FREAD = """suppressMessages(library(data.table)); setDTthreads(%d)
began <- proc.time()[["elapsed"]]
d <- fread("%s", colClasses = list(character = "unit"))
cat(proc.time()[["elapsed"]] - began, nrow(d), "\\n")"""


def has_fread():
    if not shutil.which("Rscript"):
        return False
    return subprocess.run(["Rscript", "-e", "library(data.table)"], capture_output=True).returncode == 0


def ours(program, folder, threads):
    """(bytes to rows, the whole reading) in seconds."""
    done = subprocess.run([program, "read", folder, str(threads)], text=True, capture_output=True)
    if done.returncode:
        sys.exit(done.stderr)
    return [float(word) for word in done.stdout.split()[:2]]


def fread(folder, threads):
    code = FREAD % (threads, os.path.join(folder, "panel.csv"))
    done = subprocess.run(["Rscript", "-e", code], text=True, capture_output=True, check=True)
    return float(done.stdout.split()[0])


def line(label, seconds):
    low, middle, high = np.percentile(seconds, [25, 50, 75])
    print(f"  {label:24} median {middle:6.2f} s  quartiles {low:6.2f} {high:6.2f}  least "
          f"{min(seconds):6.2f}  runs {len(seconds)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--units", type=int, default=100000)
    parser.add_argument("--periods", type=int, default=360)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--long", action="store_true", help="17 digits a number instead of two decimals")
    parser.add_argument("--folder")
    given = parser.parse_args()
    if not has_fread():
        print("csv: skipped: Rscript with data.table is not here (jobs/setup.sh --bench)")
        return 0
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        subprocess.run([given.program, "write", folder, str(given.units), str(given.periods), "unit",
                        "long" if given.long else "short"], check=True, stdout=subprocess.DEVNULL)
        size = os.path.getsize(os.path.join(folder, "panel.csv"))
        print(f"csv: {given.units * given.periods} rows, {size / 1e6:.0f} MB, {given.threads} threads")
        ours(given.program, folder, given.threads)
        rows, whole, theirs = [], [], []
        for _ in range(given.repeats):
            one = ours(given.program, folder, given.threads)
            rows.append(one[0])
            whole.append(one[1])
            theirs.append(fread(folder, given.threads))
        line("spillway, bytes to rows", rows)
        line("spillway, the whole", whole)
        line("fread", theirs)
        ratio = float(np.median(np.array(whole) / np.array(theirs)))
        print(f"  the whole to fread: {ratio:.2f} times (wanted at most 1.5); bytes to rows: "
              f"{np.median(np.array(rows) / np.array(theirs)):.2f}\n")
        return 0 if ratio <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
