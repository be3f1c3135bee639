"""Results taken from an earlier file where nothing has changed: the bits of a run that computes
everything, however the earlier file is damaged."""
import csv
import os
import shutil
import subprocess

import h5py
import numpy as np

from restart import (ALONE, MEASURES, SPILLWAY, Faults, Study, kill_all, memory_folder, said, some,
                     wait_until_held)

NODES = {"SPILLWAY_NODE_RANKS": "1", "SPILLWAY_WINDOW_BYTES": "1"}  # and periods one by one


def revise(study, period, factor=1.01, unit=7):
    """A county's GDP of a year, as a statistics office does."""
    path = study.path("panel/panel.csv")
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    head = rows[0]
    time, gdp = head.index("year"), head.index("gdp")
    of_period = [row for row in rows[1:] if row[time] == period]
    of_period[unit][gdp] = repr(float(of_period[unit][gdp]) * factor)
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def evaluated(out):
    """Pairs that the run evaluated, as its summary says."""
    for line in out.splitlines():
        if line.startswith("pairs: "):
            return float(line.split()[1])
    return 0.0


def check_nights(study):
    """A revised year, by one process, ranks and nodes; then a night without news."""
    study.complete("first.h5")
    revise(study, "2001")
    want, plain, _ = study.complete("whole.h5")
    for ranks, env in ((0, None), (3, None), (4, NODES)):
        status, out, err = study.run("next.h5", ranks, ["--reuse", study.path("first.h5")], env=env)
        assert status == 0, err
        assert study.digest("next.h5") == want, (ranks, env)
        assert "top: 3 of 4 matrices are taken" in err and "; computed: 2001" in err, err
        assert "sums: nothing is taken" in err and "the result pools all of them" in err, err
        assert "reused: 19 of 29" in out, out
        assert evaluated(out) < evaluated(plain)
        study.remove("next.h5")
    got, out, _ = study.complete("again.h5", words=["--reuse", study.path("whole.h5")])
    assert got == want and evaluated(out) == 0, out
    study.remove("again.h5")
    return want


def spoil(path, dataset, place, change):
    with h5py.File(path, "r+") as file:
        values = file[dataset]
        values[place] = change(values[place])


def check_damage(study, want):
    """What does not match its checksum is computed, whatever it is."""
    cases = (("dense/value", (0, 5, 9), lambda v: v * 2, None),
             ("top/partner", (3, 11, 2), lambda v: v + 1, None),
             ("above/value", 17, lambda v: v * 2, None),
             ("above/row_start", (0, 40), lambda v: v + 3, None),
             ("above/row_start", (2, 40), lambda v: -5, None),
             ("share/value", 17, lambda v: v * 2, "share, 2001: pairs do not match"),
             ("share/row_start", (1, 40), lambda v: v + 3, "share, 2002: pairs do not match"),
             ("radiation/partner", (1, 11, 2), lambda v: v + 1, None),
             ("links/partner", 3, lambda v: 0, None),
             ("dense/tile_checksum", (0, 0), lambda v: v ^ np.uint64(1), None),
             ("top/out_strength", (2, 30), lambda v: np.nextafter(v, 0), "top, 2003: values do not"),
             ("above/max", 1, lambda v: v * 2, "/above: values do not match"),
             ("above/n_pairs", 1, lambda v: v - 1, "/above: values do not match"))
    for dataset, place, change, said in cases:
        shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
        spoil(study.path("bad.h5"), dataset, place, change)
        got, out, err = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
        assert got == want, dataset
        assert evaluated(out) > 0 or dataset.startswith("links"), (dataset, out)
        assert (said or "do not match their checksums; they are computed") in err, (dataset, err)
        study.remove("next.h5")
    for result in ("top", "after"):  # no text is not an unreadable one, whose lines would be lost
        shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
        with h5py.File(study.path("bad.h5"), "r+") as file:
            file[result].attrs["summary"] = 3
        got, out, err = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
        assert got == want and f"{result}: what it says cannot be read, so nothing is taken" in err, err
        study.remove("next.h5")


def check_other_files(study, want):
    """A file that is none is refused; one of another build, or of other results, is of no use."""
    for name, words in (("none.h5", "cannot be opened"), ("panel/panel.csv", "is not an HDF5 file")):
        status, _, err = study.run("next.h5", words=["--reuse", study.path(name)])
        assert status == 2 and words in err and not study.left("next.h5"), err
    shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
    with h5py.File(study.path("bad.h5"), "r+") as file:
        file.attrs["state"] = np.bytes_("incomplete")
    status, _, err = study.run("next.h5", words=["--reuse", study.path("bad.h5")])
    assert status == 2 and "is incomplete" in err and not study.left("next.h5"), err
    shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
    with h5py.File(study.path("bad.h5"), "r+") as file:
        file.attrs["version"] = np.bytes_("0.0.1")
    got, out, err = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
    assert got == want and "another version" in err and "reused" not in out, err
    study.remove("next.h5")
    shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
    with h5py.File(study.path("bad.h5"), "r+") as file:
        del file["dense"]
        file.move("top", "other")
    got, out, _ = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
    assert got == want and evaluated(out) > 0 and "reused: 21 of 29" in out, out
    study.remove("next.h5")


def check_forged(study, want):
    """An earlier file with datasets of other lengths, axes or types: nothing is taken by what is not
    as it should be, and nothing is overrun."""
    def longer(values):
        return np.repeat(values.reshape(values.shape or (1,)), 200, axis=-1)

    changes = (longer, lambda v: np.broadcast_to(v, (3,) + v.shape), lambda v: v.astype("f8") + 0.5)
    for k, name in enumerate(("dense/value", "top/partner", "above/row_start", "links/value",
                              "top/out_strength", "dense/tile_checksum", "dense/block_checksum",
                              "above/n_pairs", "top/max", "top/operand_hash", "dense/value_checksum",
                              "above/total")):
        shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
        with h5py.File(study.path("bad.h5"), "r+") as file:
            values = file[name][...]
            del file[name]
            file[name] = changes[k % 3](values)
        got, out, err = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
        assert got == want, (name, err)
        # More entries may be of more periods: only their tiles tell.
        assert name == "links/value" or "reused: 25 of 29" in out, (name, out)
        study.remove("next.h5")


PLAIN = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - location_quotient: {industries: [agriculture, manufacturing], total: gdp, as: lq}
  - inequality: {of: population, as: heads}
  - inequality: {of: gdp, as: gini}
  - moran: {of: population, weights: contiguity, as: clusters}
  - moran: {of: ccd.coordination, weights: contiguity, as: after}
MORE
output: {file: out.h5}
"""


def taken(out):
    """(results without pairs that were taken, of how many), as the summary says."""
    for line in out.splitlines():
        if line.startswith("reused: ") and "without pairs" in line:
            return int(line.split()[1]), int(line.split()[3])
    return 0, 0


def check_parameter():
    """A parameter that has changed is named, where nothing else has."""
    study = Study(60, 2, MEASURES, tile=64, where=memory_folder())
    study.complete("out.h5")
    with open(study.file) as file:
        text = file.read()
    with open(study.file, "w") as file:
        file.write(text.replace("decay: 1.5", "decay: 3").replace("form: wang2021", "form: product"))
    err = study.complete("next.h5", words=["--reuse", study.path("out.h5")])[2]
    assert "top: nothing is taken from" in err and "parameters have changed: decay: 1.5, now 3" in err, err
    assert "sums: nothing is taken" in err and "parameters have changed: form: wang2021, now product" in err, err
    assert "dense: 2 of 2 matrices are taken" in err, err
    # Of the precision alone, also where a result pools all periods; it is named with all parameters.
    with h5py.File(study.path("next.h5")) as file:
        assert b"precision: float32}" in file["sums"].attrs["parameters"], file["sums"].attrs["parameters"]
    with open(study.file) as file:
        text = file.read()
    with open(study.file, "w") as file:
        file.write(text.replace("as: top}", "as: top, precision: float64}").replace(
            "as: sums,", "as: sums, precision: float64,"))
    err = study.complete("last.h5", words=["--reuse", study.path("next.h5")])[2]
    for name in ("top", "sums"):
        assert f"{name}: nothing is taken from" in err and "changed: precision: float32, now float64" in err, err


def check_plain():
    """Entries without pairs are taken whole where all they rest on is the same."""
    study = Study(700, 3, "MEASURES", tile=64, where=memory_folder())

    def rewrite(more):
        with open(study.file) as file:
            head = file.read().split("MEASURES")[0].split("measures:")[0]
        with open(study.file, "w") as file:
            file.write(head + PLAIN.replace("MORE\n", more) + "tile: 64\n")

    rewrite("")
    study.complete("first.h5")
    # A night without news: nothing is computed.
    for ranks in (0, 3):
        got, out, _ = study.complete("next.h5", ranks, ["--reuse", study.path("first.h5")])
        assert got == study.digest("first.h5") and taken(out)[0] == taken(out)[1] >= 9, out
        study.remove("next.h5")
    # One entry more, that computes with whole numbers of another: -1 and missing are not the same.
    rewrite("  - inequality: {of: ccd.class, as: of_class}\n")
    want = study.complete("whole.h5")[0]
    got, out, _ = study.complete("next.h5", words=["--reuse", study.path("first.h5")])
    assert got == want and taken(out) == (taken(out)[1] - 2, taken(out)[1]), out
    study.remove("next.h5")
    study.remove("whole.h5")
    rewrite("")
    # A break in the series may be heeded by what looks across periods, as composites do.
    with open(study.file) as file:
        text = file.read()
    with open(study.file, "w") as file:
        file.write(text.replace("  time: year\n", "  time: year\n  breaks: [2002]\n"))
    want = study.complete("whole.h5")[0]
    got, out, _ = study.complete("next.h5", words=["--reuse", study.path("first.h5")])
    assert got == want and taken(out) == (taken(out)[1] - 3, taken(out)[1]), out
    study.remove("next.h5")
    study.remove("whole.h5")
    with open(study.file, "w") as file:
        file.write(text)
    # A county's GDP: what does not rest on it is taken.
    revise(study, "2002")
    want = study.complete("whole.h5")[0]
    for ranks in (0, 3):
        got, out, _ = study.complete("next.h5", ranks, ["--reuse", study.path("first.h5")])
        assert got == want and 2 <= taken(out)[0] < taken(out)[1], (ranks, out)
        study.remove("next.h5")
    # What does not match its checksum, or is not as it should be, is computed.
    def axes(file, name):
        values = file[name][...]
        del file[name]
        file[name] = np.broadcast_to(values, (2,) + values.shape)

    everything = taken(study.complete("next.h5", words=["--reuse", study.path("whole.h5")])[1])
    study.remove("next.h5")
    for name, change in (("ccd/coordination", None), ("ccd/class", None), ("lq/value", None),
                         ("lq/block_checksum", None), ("heads/gini", None), ("clusters/I", None),
                         ("clusters/value_checksum", None), ("composites/economy/score", None),
                         ("gini/operand_hash", None), ("ccd/coordination", axes),
                         ("heads/gini", axes), ("lq/block_checksum", axes)):
        shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
        with h5py.File(study.path("bad.h5"), "r+") as file:
            if change:
                change(file, name)
            elif file[name].dtype.kind == "u":
                file[name][...] = file[name][...] ^ np.uint64(1)
            else:
                file[name][...] = file[name][...] + 1
        got, out, err = study.complete("next.h5", words=["--reuse", study.path("bad.h5")])
        assert got == want and taken(out) == (everything[0] - 1, everything[1]), (name, out, err)
        study.remove("next.h5")


def check_since(study):
    """`check --since` where memory ends: never a word that nothing has changed when it has."""
    faults = Faults(study.folder.name)

    def since(**env):
        return subprocess.run([SPILLWAY, "check", study.file, "--since", study.path("first.h5")],
                              text=True, capture_output=True,
                              env={**os.environ, **ALONE, **env})

    done = since(**faults.env("memory", 0, FAULT_LOG=faults.log))
    assert done.returncode == 1 and "panel.csv" in done.stdout, (done.stdout, done.stderr)
    with open(faults.log) as file:
        count = len(file.readlines())
    os.remove(faults.log)
    for k in some(count, 0, 25):
        done = since(**faults.env("memory", k))
        assert done.returncode == 1, (k, done)
        assert "panel.csv" in done.stdout or len(said(done.stderr)) == 1, (k, done)


def check_kill(study, want):
    """Killed while it computes what has changed: the same command goes on, as does one without."""
    for words in (["--reuse", study.path("first.h5")], []):
        process = study.start("next.h5", words=["--reuse", study.path("first.h5")], threads=1,
                              hold=1)
        wait_until_held(process)
        kill_all(process)
        study.let_go("next.h5")
        assert study.complete("next.h5", words=words)[0] == want, words
        study.remove("next.h5")


def check_forms():
    """Double precision, compressed, some quantities off, a new year; over itself with --force."""
    measures = MEASURES.replace("file: out.h5", "file: out.h5, precision: float64, compression: "
                                "deflate")
    study = Study(300, 3, measures, tile=64, where=memory_folder())
    study.complete("out.h5")
    revise(study, "2002")
    want = study.complete("whole.h5")[0]
    got, out, _ = study.complete("out.h5", words=["--force", "--reuse", study.path("out.h5")])
    assert got == want and "reused: 14 of " in out, out
    path = study.path("panel/panel.csv")
    with open(path) as file:
        rows = file.readlines()
    year = rows[0].split(",").index("year")
    with open(path, "a") as file:
        for row in rows[1:]:
            cells = row.split(",")
            if cells[year] == "2002":
                cells[year] = "2004"
                file.write(",".join(cells))
    want = study.complete("whole.h5", words=["--force"])[0]
    got, out, _ = study.complete("out.h5", words=["--force", "--reuse", study.path("out.h5")])
    assert got == want and "reused: 19 of " in out, out


def main():
    study = Study(700, 4, tile=64, where=memory_folder())
    want = check_nights(study)
    check_damage(study, want)
    check_other_files(study, want)
    check_forged(study, want)
    check_since(study)
    check_kill(study, want)
    check_forms()
    check_parameter()
    check_plain()


if __name__ == "__main__":
    main()
