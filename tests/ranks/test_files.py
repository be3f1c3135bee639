#!/usr/bin/env python3
"""Files of links as people have them: Moran's I by hand for a directed matrix whose columns stand in
any order, under any names and separators, in files with any endings; matrices without codes; the same
digest on two ranks. What could be read two ways is refused in one line."""
import gzip
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
CODES = [str(k) for k in range(1, 13)]  # the order of rows; in bytes: 1, 10, 11, 12, 2, ...
X = dict(zip(CODES, (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)))
# Directed: each unit to the next, some to the one after it, one far.
LINKS = [(CODES[k], CODES[k + 1], k + 2) for k in range(11)]
LINKS += [(CODES[k], CODES[k + 2], 11 - k) for k in range(0, 10, 3)] + [("12", "1", 4), ("12", "6", 9)]

STUDY = """study: files
panel: {{file: {panel}, unit: fips, time: year}}
weights: {{w: {{kind: {kind}, file: {file}{more}}}}}
measures:
  - moran: {{of: x, weights: w, as: i}}
{measures}output: {{file: out.h5}}
"""
DISTANCE = "  - gravity: {{mass: [x], distance: {{file: {file}{more}}}, decay: 1, as: g}}\n"


def write(folder, name, text):
    data = text if isinstance(text, bytes) else text.encode()
    with (gzip.open if name.lower().endswith(".gz") else open)(os.path.join(folder, name), "wb") as f:
        f.write(data)


def panel(codes=CODES):
    return "fips,year,x\n" + "".join(f"{c},{y},{X[c] + (y - 2001) * len(c)}\n"
                                     for y in (2001, 2002) for c in codes)


def call(folder, ranks=1, verb="run", **how):
    words = {"panel": "panel.csv", "kind": "file", "file": "w.csv", "more": "", "measures": "", **how}
    write(folder, "study.yaml", STUDY.format(**words))
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    extra = ["--force"] if verb == "run" else []
    return subprocess.run([*command, SPILLWAY, verb, "study.yaml", *extra], cwd=folder, text=True,
                          capture_output=True, timeout=240)


def run(folder, ranks=1, **how):
    done = call(folder, ranks, **how)
    assert done.returncode == 0, done.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        return digest(file), file["i/I"][0], done.stderr


def refuse(folder, what, **how):
    done = call(folder, **how)
    lines = [line for line in done.stderr.splitlines() if ": info: " not in line]
    assert done.returncode == 2 and len(lines) == 1 and what in lines[0], (what, done.stderr)


def moran(links):
    """Moran's I, rows to sums of 1, of the units that have links as they are: no unit is an island."""
    n = len(CODES)
    w = np.zeros((n, n))
    for a, b, value in links:
        w[CODES.index(a), CODES.index(b)] = value
    w /= np.where(w.sum(1) > 0, w.sum(1), 1)[:, None]
    z = np.array([X[c] for c in CODES], float)
    z -= z.mean()
    return n / w.sum() * (z @ w @ z) / (z @ z)


RIGHT = moran(LINKS)
WRONG = moran([(b, a, v) for a, b, v in LINKS])


def text_of(header, order, separator=","):
    rows = [separator.join({"f": a, "t": b, "v": str(v), "x": "x"}[o] for o in order)
            for a, b, v in LINKS]
    return "\n".join([separator.join(header.split(",")), *rows, ""])


def check_lists(folder):
    write(folder, "panel.csv", panel())
    write(folder, "w.csv", text_of("from,to,weight", "ftv"))
    _, right, said = run(folder)
    assert abs(right - RIGHT) < 1e-12 and abs(RIGHT - WRONG) > 0.01, (right, RIGHT, WRONG)
    assert "taken as" not in said, said
    for separator, header, order in ((",", "to,from,weight", "tfv"), (";", "to,from,weight", "tfv"),
                                     ("\t", "Weight,DESTINATION,Origin", "vtf"),
                                     ("|", "neighbor,focal,weight", "tfv"),
                                     (";", "fips_to,fips,w", "tfv"), ("\t", "fips,fips,w", "ftv"),
                                     ("|", "home,work,people", "ftv")):
        write(folder, "w.csv", text_of(header, order, separator))
        _, value, said = run(folder)
        assert value == right, (header, value)
        guess = "by position: 'home' is taken as from, 'work' as to, 'people' as the weight"
        assert (guess in said) == ("home" in header), said
    write(folder, "w.csv", "sep=;\r\n" + text_of("to,from,weight", "tfv", ";").replace("\n", "\r\n"))
    assert run(folder)[1] == right
    write(folder, "w.csv", text_of("p,q,r,s", "tfxv"))
    assert abs(run(folder, more=", from: q, to: p, weight: s")[1] - RIGHT) < 1e-12
    assert abs(run(folder, more=", from: p, to: q, weight: s")[1] - WRONG) < 1e-12
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        assert b"from: p, to: q, weight: s" in file.attrs["weights"], file.attrs["weights"]
    two = run(folder, ranks=2, more=", from: q, to: p, weight: s")
    assert two[0] == run(folder, more=", from: q, to: p, weight: s")[0]
    refuse(folder, "w.csv:1: 4 columns; expected from, to or from, to, weight")
    refuse(folder, "study.yaml:3:", more=", from: q")
    refuse(folder, "study.yaml:3:14: to: w.csv has no column 'z'", more=", from: q, to: z")
    refuse(folder, "study.yaml:3:", kind="matrix", more=", from: b, to: a")
    refuse(folder, "w.csv has codes of its own", more=", order: codes.txt")
    refuse(folder, "w.gal has no columns to name", file="w.gal", more=", from: b, to: a")


def check_distances(folder):
    write(folder, "w.csv", text_of("from,to,weight", "ftv"))
    sent = []
    for header, order, more in (("from,to,km", "ftv", ""), ("to,from,km", "tfv", ""),
                                ("p,q,r,s", "tfxv", ", from: q, to: p, distance: s"),
                                ("p,q,r", "tfv", "")):
        write(folder, "d.csv", text_of(header, order, ";"))
        run(folder, measures=DISTANCE.format(file="d.csv", more=more))
        with h5py.File(os.path.join(folder, "out.h5")) as file:
            sent.append(dict(zip(file["unit"].asstr()[:], file["g/out_strength"][0])))
    a = "11"  # all that it sends: x x / d
    assert abs(sent[0][a] - X["11"] * X["12"] / 12) < 1e-12, sent[0]
    assert sent[1] == sent[0] and sent[2] == sent[0] and sent[3] != sent[0]
    refuse(folder, "study.yaml:6:", measures=DISTANCE.format(file="d.csv", more=", weight: c"))


def market(codes, banner_more=""):
    entries = [f"{codes.index(a) + 1} {codes.index(b) + 1} {v}" for a, b, v in LINKS]
    return (f"%%MatrixMarket matrix coordinate integer general\n{banner_more}"
            f"{len(codes)} {len(codes)} {len(entries)}\n" + "\n".join(entries) + "\n")


def check_markets(folder):
    write(folder, "w.mtx", market(CODES))
    # The rows of the panel are 1, 2, .. 12; in bytes 10 comes after 1.
    refuse(folder, "w.mtx:2: which units are the rows?", file="w.mtx")
    write(folder, "codes.txt", "\n".join(CODES))
    got, value, said = run(folder, file="w.mtx", more=", order: codes.txt")
    assert abs(value - RIGHT) < 1e-12, value
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        assert b"  codes.txt" in file.attrs["inputs"], file.attrs["inputs"]
    assert run(folder, ranks=2, file="w.mtx", more=", order: codes.txt")[0] == got
    write(folder, "w.codes", "fips\n" + "\n".join(CODES))
    got, value, said = run(folder, file="w.mtx")
    assert abs(value - RIGHT) < 1e-12, value
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        assert b"  w.codes" in file.attrs["inputs"], file.attrs["inputs"]
    assert run(folder, ranks=2, file="w.mtx")[0] == got
    os.unlink(os.path.join(folder, "w.codes"))
    write(folder, "w.mtx", market(CODES, "".join(f"% code: {c}\n" for c in CODES)))
    assert abs(run(folder, file="w.mtx")[1] - RIGHT) < 1e-12
    # Rows in the order of codes: one order that can be meant, and a line.
    write(folder, "w.mtx", market(sorted(CODES)))
    refuse(folder, "which units are the rows?", file="w.mtx")
    write(folder, "panel.csv", panel(sorted(CODES)))
    got, value, said = run(folder, file="w.mtx")
    assert abs(value - RIGHT) < 1e-12 and "in the order of their codes" in said, (value, said)
    for ranks in (2, 3):
        assert run(folder, ranks=ranks, file="w.mtx")[0] == got
    # Two files of which the first has the units in order, and one more; a .h5 has an order, too.
    write(folder, "more.csv", "fips,year,x\n99,2001,1\n99,2002,1\n")
    refuse(folder, "w.mtx:2: the matrix is 12 x 12 and the panel has 13 units", file="w.mtx",
           panel="[panel.csv, more.csv]")
    for order in (sorted(CODES), CODES):
        with h5py.File(os.path.join(folder, "P.H5"), "w") as file:
            file["fips"] = [c.encode() for c in order]
            file["year"] = [2001, 2002]
            file["x"] = np.array([[X[c] + (y - 2001.0) * len(c) for c in order] for y in (2001, 2002)])
        if order == CODES:
            refuse(folder, "which units are the rows?", file="w.mtx", panel="P.H5")
        else:
            assert run(folder, file="w.mtx", panel="P.H5")[1] == value


def check_endings(folder):
    write(folder, "P.CSV.GZ", panel())
    write(folder, "W.CSV", text_of("to,from,weight", "tfv"))
    assert abs(run(folder, file="W.CSV", panel="P.CSV.GZ")[1] - RIGHT) < 1e-12
    write(folder, "W.TXT.GZ", text_of("to,from,weight", "tfv", "\t"))
    assert abs(run(folder, file="W.TXT.GZ", panel="P.CSV.GZ")[1] - RIGHT) < 1e-12
    write(folder, "W.GWT", "0 12 p fips\n" + "".join(f"{a} {b} {v}\n" for a, b, v in LINKS))
    assert abs(run(folder, file="W.GWT")[1] - RIGHT) < 1e-12
    write(folder, "W.Mtx.gz", market(CODES))
    write(folder, "W.codes", "\n".join(CODES))
    assert abs(run(folder, file="W.Mtx.gz")[1] - RIGHT) < 1e-12
    write(folder, "W.GAL", "12\n" + "".join(f"{c} 0\n\n" if c == "12" else f"{c} 1\n{int(c) + 1}\n"
                                            for c in CODES))
    run(folder, file="W.GAL")
    write(folder, "w.xyz", "1 2\n")
    refuse(folder, "unknown file type 'w.xyz'", file="w.xyz")


with tempfile.TemporaryDirectory() as folder:
    check_lists(folder)
    check_distances(folder)
    check_markets(folder)
    check_endings(folder)
print("files of links: all read rightly or refused")
