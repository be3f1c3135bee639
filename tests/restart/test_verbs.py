"""The k-th allocation, open, read or change of a file fails while `spillway table` or `export` reads
results and writes: one line says so, nothing is left behind; else the output is what it was, byte for
byte, on the terminal as in files. So does a file that may not grow beyond any size.

Every k with SPILLWAY_FAULTS=all; else a sample. Arguments: the cases to try."""
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from restart import ALONE, SPILLWAY, Faults, h5py, memory_folder, said, some

HANGS = 60  # seconds
BLOCK = 4096  # bytes that the C library writes at once
UNITS = "20"
MEASURES = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - gravity: {mass: [population, gdp], keep: {top: 3}, as: top}
  - gravity: {mass: [population, gdp], keep: dense, periods: [2001], as: dense}
  - lisa_markov: {of: gdp_pc, weights: contiguity, as: quadrants}
output: {file: results.h5}
seed: 1
"""
CASES = {
    "table": ["table", "results.h5"],
    "table-groups": ["table", "results.h5", "ccd.coordination", "--by", "province", "--top", "2"],
    "table-units": ["table", "results.h5", "ccd", "--top", "3", "--periods", "all"],
    "table-scalars": ["table", "results.h5", "quadrants", "--names"],
    "table-md": ["table", "results.h5", "top", "dense", "-o", "out.md"],
    "table-csv": ["table", "results.h5", "ccd", "-o", "out.csv"],
    "table-tex": ["table", "results.h5", "quadrants", "-o", "out.tex"],
    "table-xlsx": ["table", "results.h5", "ccd", "quadrants", "--names", "-o", "out.xlsx"],
    "report": ["report", "results.h5", "-o", "out.html"],
    "csv": ["export", "results.h5", "ccd", "--where", "coordination > 0.1", "-o", "out.csv"],
    "wide": ["export", "results.h5", "ccd", "--wide", "-o", "out.tsv"],
    "all": ["export", "results.h5", "--all", "out"],
    "pairs": ["export", "results.h5", "top", "--where", "unit != unit_to", "-o", "out.csv"],
    "dta": ["export", "results.h5", "ccd", "--wide", "-o", "out.dta"],
    "gpkg": ["export", "results.h5", "ccd.coordination", "-o", "out.gpkg"],
    "geojson": ["export", "results.h5", "ccd.coordination", "-o", "out.geojson"],
    "polygons": ["export", "results.h5", "ccd.coordination", "--polygons", "units.geojson", "--key",
                 "code", "-o", "out.geojson"],
    "graphml": ["export", "results.h5", "top", "-o", "out.graphml"],
    "mtx": ["export", "results.h5", "dense.value", "-o", "out.mtx"],
}
FIRST = "table"  # of which all calls are tried; of the others those after the results are open
KINDS = ("memory", "open", "read", "change")


def write(folder):
    """Results, in a folder with what the cases read and nothing else."""
    made = os.path.join(folder, "made")
    subprocess.run([SPILLWAY, "synth", "-o", made, "--units", UNITS, "--periods", "2"], check=True,
                   capture_output=True)
    with open(os.path.join(made, "study.yaml")) as file:
        head = file.read().split("measures:")[0]
    with open(os.path.join(made, "study.yaml"), "w") as file:
        file.write(head + MEASURES)
    subprocess.run([SPILLWAY, "run", os.path.join(made, "study.yaml"), "-q"], check=True,
                   env={**os.environ, **ALONE})
    work = os.path.join(folder, "work")
    os.mkdir(work)
    shutil.copy(os.path.join(made, "results.h5"), work)
    with h5py.File(os.path.join(work, "results.h5")) as file:
        squares = [square(*unit) for unit in zip(file["unit"], file["lon"], file["lat"])]
    with open(os.path.join(work, "units.geojson"), "w") as file:
        json.dump({"type": "FeatureCollection", "features": squares}, file)
    return work


def square(code, x, y):
    ring = [[x + a, y + b] for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    return {"type": "Feature", "properties": {"code": code.decode()},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def tables(path):
    """What is in a GeoPackage: a transaction that was begun again leaves another count of changes."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as file:
            return "\n".join(file.iterdump())
    except sqlite3.Error:
        return None


class Case:
    def __init__(self, folder, name):
        self.folder, self.name, self.words = folder, name, CASES[name]
        self.inputs = set(os.listdir(folder))
        self.largest = 0  # bytes of its largest file
        self.want = self.run({})
        assert self.want[0] == 0 and not said(self.want[2]), self.want
        self.wrong = []

    def left(self):
        """{path: bytes} of what is there besides the inputs; it is taken away."""
        files = {}
        for name in sorted(set(os.listdir(self.folder)) - self.inputs):
            path = os.path.join(self.folder, name)
            names = [os.path.join(name, n) for n in os.listdir(path)] if os.path.isdir(path) else [name]
            files.update({n: self.take(n) for n in names} or {name: None})
            shutil.rmtree(path, ignore_errors=True)
        return files

    def take(self, name):
        path = os.path.join(self.folder, name)
        self.largest = max(self.largest, os.path.getsize(path))
        if os.path.isdir(path):
            shutil.rmtree(path)
            return None
        with open(path, "rb") as file:
            data = file.read()
        if name.endswith(".gpkg"):
            data = tables(path) or data
        os.remove(path)
        return data

    def run(self, env, limit=None):
        """(status, what was printed, errors, {file: bytes})"""
        def begin():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        ignored = ["sh", "-c", 'trap "" XFSZ; exec "$@"', "sh"] if limit is not None else []
        done = subprocess.run([*ignored, SPILLWAY, *self.words], text=True, capture_output=True,
                              cwd=self.folder, timeout=HANGS, preexec_fn=begin,
                              env={**os.environ, **ALONE, **env})
        return done.returncode, done.stdout, done.stderr, self.left()

    def check(self, what, got):
        """Whether it failed."""
        status, out, err, files = got
        right = got == self.want if status == 0 else (
            status in (1, 2) and len(said(err)) == 1 and not files and not out
            and "HDF5 crashes" not in err and "does not finish" not in err)
        if not right:
            self.wrong.append(what)
            different = [n for n in {**files, **self.want[3]}
                         if files.get(n) != self.want[3].get(n)]
            print(f"WRONG: {self.name}, {what}: status {status}, files {sorted(files)}, different "
                  f"{different if status == 0 else ''}\n{out if out != self.want[1] else ''}{err}",
                  flush=True)
        return status != 0

    def calls(self, faults, kind, path):
        with open(faults.log, "w"):
            pass
        self.run(faults.env(kind, 0, path=path, FAULT_LOG=faults.log))
        with open(faults.log) as file:
            return len(file.readlines())

    def try_faults(self, faults, kind, first):
        """From the first-th call on."""
        path = None if kind == "memory" else self.folder
        count = self.calls(faults, kind, path)
        ks = [first + k for k in some(max(count - first, 0), 1, 4)]
        failed = sum(self.check(f"{kind} {k}", self.run(faults.env(kind, k, path=path)))
                     for k in ks)
        print(f"{self.name}: {kind}: {len(ks)} of {count} calls, {failed} runs failed", flush=True)

    def try_sizes(self):
        """Of the largest file that it writes, all sizes at which a block ends, and one byte less than
        it all; no limit is of what is read."""
        if not self.largest:
            return
        blocks = range(0, self.largest, BLOCK)
        limits = [blocks[k - 1] for k in some(len(blocks), 1, 2)] + [self.largest - 1]
        failed = sum(self.check(f"size {limit}", self.run({}, limit)) for limit in limits)
        print(f"{self.name}: {len(limits)} of {len(blocks) + 1} sizes, {failed} runs failed",
              flush=True)
        if failed < len(limits):
            self.wrong.append("a file beyond its limit")


def main():
    wrong = {}
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        faults = Faults(folder)
        work = write(folder)
        nothing = Case(work, FIRST)  # reads what all cases read, and then refuses
        nothing.words = ["table", "results.h5", "nothing"]
        opening = {kind: nothing.calls(faults, kind, work if kind == "read" else None) - 20
                   for kind in ("memory", "read")}
        for name in sys.argv[1:] or CASES:
            case = Case(work, name)
            for kind in KINDS:
                case.try_faults(faults, kind, opening.get(kind, 0) if name != FIRST else 0)
            case.try_sizes()
            wrong[name] = case.wrong
    assert not any(wrong.values()), {name: of for name, of in wrong.items() if of}


if __name__ == "__main__":
    main()
