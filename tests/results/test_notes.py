#!/usr/bin/env python3
"""Warnings of a run in its results file: word for word those of the log but for the place in the
study, of panel and weights at the root, of an entry at its group, the same for any ranks, any log
level, after --reuse; told by `info`, compared by `diff`, verified."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from digest import digest as digest_of  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
UNITS = [f"u{k}" for k in range(8)]
STUDY = """study: warned
panel: {file: panel.csv, unit: id, time: year, missing: keep}
units: {file: units.csv, unit: id, lon: lon, lat: lat, unmatched: drop}
weights:
  w: {kind: file, file: edges.csv}
composites:
  score: {positive: [a, b], weights: {a: 0.5, b: 0.7}}
measures:
  - moran: {of: a, weights: w, as: i}
  - inequality: {of: zero, as: gaps}
  - gravity: {mass: [huge], decay: 2, keep: {top: 2}, as: g}
  - moran: {of: g.out_strength, weights: w, as: after}
  - inequality: {of: b, as: plain}
output: {file: out.h5}
"""


def rows(years=(2001, 2002, 2003), zeros=(2001, 2003), gone=(2002,)):
    """`zero` is zero for one unit in some years; `a` is missing for one in others."""
    lines = ["id,year,a,b,zero,huge"]
    for year in years:
        for k, unit in enumerate(UNITS):
            a = "" if k == 3 and year in gone else f"{(k * 7 + year) % 11 + 1}.5"
            zero = 0 if k == 2 and year in zeros else k + 1
            lines.append(f"{unit},{year},{a},{k + (year + k) % 5 + 1},{zero},{(k + 1) * 1e24:g}")
        lines.append(",,,,,")
    return "\n".join(lines) + "\n"


def write(name, text):
    with open(name, "w") as file:
        file.write(text)


def call(*words, ranks=0, status=0):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launcher, SPILLWAY, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done


def run(out, *words, **how):
    return call("run", "study.yaml", "-o", out, "--force", *words, **how)


def read(path):
    """By group, "" the root: its lines."""
    found = {}
    with h5py.File(path) as file:
        groups = {"": file, **{k: v for k, v in file.items() if isinstance(v, h5py.Group)},
                  **{f"composites/{k}": v for k, v in file["composites"].items()}}
        for name, group in groups.items():
            text = group.attrs.get("notes", b"")
            text = text.decode() if isinstance(text, bytes) else str(text)
            if text.strip("\0"):
                found[name] = text.rstrip("\0").split("\n")
    return found


def digest(path):
    with h5py.File(path) as file:
        return digest_of(file)


def warned(stderr):
    """The warnings of a log, without the place in the study, in their order."""
    lines = re.findall(r"^spillway: warning: (.*)$", stderr, re.M)
    return [re.sub(r"^study\.yaml:\d+:\d+: ", "", line) for line in lines]


def check_words():
    done = run("one.h5")
    notes = read("one.h5")
    assert sorted(notes) == ["", "after", "composites/score", "g", "gaps", "i"], notes
    told = warned(done.stderr)
    assert sorted(told) == sorted(line for lines in notes.values() for line in lines), (told, notes)
    root = "\n".join(notes[""])
    for words in ("panel: 3 rows of empty cells are skipped", "w: 1 link of units that are not in",
                  "w: 1 link has no reverse link"):
        assert words in root, (words, root)
    assert len(notes["i"]) == 2 and "number of units with values changes" in notes["i"][1], notes["i"]
    assert "i: 2 units have no neighbour" in notes["i"][0], notes["i"]
    assert "sum to 1.2, not to 1" in notes["composites/score"][0], notes
    assert notes["gaps"] == ["gaps: 'zero' is zero for some units in 2 periods: Theil L is undefined there"]
    assert "out of the range of float32" in notes["g"][0], notes["g"]
    assert notes["after"] == ["after: 2 units have no neighbour (islands: adjust)"], notes["after"]
    out = call("info", "one.h5").stdout
    for line in notes[""]:
        assert f"\n  warning: {line}\n" in out, (line, out)
    for name in notes:
        for line in notes[name] if name else []:
            assert f"\n  warning     {line}\n" in out, (line, out)
    return digest("one.h5")


def check_same(want):
    """Whatever the ranks, the log level, the folder from which it is called, the comments above."""
    for ranks in (2, 3):
        run("ranks.h5", ranks=ranks)
        assert digest("ranks.h5") == want, ranks
    for words in (["--quiet"], ["--log-level", "error"]):
        done = run("level.h5", *words)
        assert digest("level.h5") == want and ("warning" in done.stderr) == ("--quiet" in words)
    folder = os.path.basename(os.getcwd())
    os.chdir("..")
    call("run", f"{folder}/study.yaml", "-o", f"{folder}/else.h5", "--force", "--quiet")
    os.chdir(folder)
    assert digest("else.h5") == want
    write("study.yaml", "# A line more.\n" + STUDY)
    run("line.h5", "--quiet")
    write("study.yaml", STUDY)
    assert read("line.h5") == read("one.h5")
    write("study.yaml", STUDY.replace("out.h5}", "out.h5, compression: deflate}"))
    run("packed.h5", "--quiet")
    write("study.yaml", STUDY)
    assert read("packed.h5") == read("one.h5")


def check_verified():
    assert "equal;" in call("verify", "one.h5").stdout
    for path, name in (("/", ""), ("/gaps", "gaps"), ("/composites/score", "composites/score")):
        shutil.copy("one.h5", "bad.h5")
        with h5py.File("bad.h5", "r+") as file:
            text = file[path].attrs["notes"].decode()
            file[path].attrs["notes"] = np.bytes_(text.replace("s", "z", 1))
        said = call("verify", "bad.h5", "--study", "study.yaml", status=1).stdout
        assert f"{path}: notes: '" in said or f"/{name}: notes: '" in said, said
        said = call("diff", "one.h5", "bad.h5", status=1).stdout
        assert "notes: removed: " in said and "notes: added: " in said, said
    # None and an empty text are one.
    shutil.copy("one.h5", "bad.h5")
    with h5py.File("bad.h5", "r+") as file:
        file["plain"].attrs.create("notes", np.zeros((), "S4"))
    call("diff", "one.h5", "bad.h5")


def check_reuse(want):
    """As if all had been computed, whatever has changed since."""
    for ranks in (0, 2):
        done = run("next.h5", "--reuse", "one.h5", ranks=ranks)
        assert digest("next.h5") == want, ranks
        assert "reused: " in done.stdout and sorted(warned(done.stderr)) == sorted(
            line for lines in read("one.h5").values() for line in lines), done.stderr
    for change in ({"zeros": (2001,)}, {"zeros": (2002,)}, {"zeros": ()}, {"years": (2001, 2003)},
                   {"years": (2001, 2002, 2003, 2004)}, {"gone": (2002, 2003)}, {"gone": ()}):
        write("panel.csv", rows(**change))
        run("whole.h5", "--quiet")
        run("next.h5", "--quiet", "--reuse", "one.h5")
        assert read("next.h5") == read("whole.h5"), change
        assert digest("next.h5") == digest("whole.h5"), change
    write("panel.csv", rows())


def check_reuse_by_period():
    """That the number of units changes is counted anew, and keeps no period from being taken."""
    write("study.yaml", STUDY.replace("of: a, weights: w", "of: a, weights: w, permutations: 99"))
    run("first.h5", "--quiet")
    write("panel.csv", rows(years=(2001, 2002, 2003, 2004), gone=(2002, 2004)))
    run("whole.h5", "--quiet")
    done = run("next.h5", "--reuse", "first.h5")
    assert digest("next.h5") == digest("whole.h5")
    # The score pools its periods, gaps has a note of its passes: i, after and plain are left.
    found = re.search(r"reused: (\d+) of (\d+) periods of (\d+) more results", done.stdout)
    assert found and found.groups() == ("9", "12", "3"), done.stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write("study.yaml", STUDY)
        write("panel.csv", rows())
        write("units.csv", "id,lon,lat\n" + "".join(f"{u},{k},{k % 3}\n" for k, u in enumerate(UNITS)))
        write("edges.csv", "from,to\nu0,u1\nu1,u0\nu1,u2\nu2,u1\nu2,u3\nu3,u2\nu4,u5\nu5,u4\nu0,u2\nu0,u99\n")
        want = check_words()
        check_same(want)
        check_verified()
        check_reuse(want)
        check_reuse_by_period()
        os.chdir("/")
    print("warnings: words, ranks, levels, info, verify, diff, reuse")


if __name__ == "__main__":
    main()
