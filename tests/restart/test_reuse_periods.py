"""Results without pairs taken period by period from an earlier file (`--reuse`): the bits of a run
that computes everything, and no more computed than what has changed; killed on the way, too."""
import csv
import os
import shutil
import subprocess

import h5py
import numpy as np

from restart import (ALONE, Faults, Study, continued, kill_all, marked_tasks, memory_folder, said,
                     some, wait_until_held)

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_slow")
UNITS, GRAIN, WAVES = 700, 32, 6  # as programs/slow.c has them
UNIT_TASKS = -(-UNITS // GRAIN)
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}
NODES = {"SPILLWAY_NODE_RANKS": "1"}

# By period: steps, lq, gini, mp, moran, settled, apart, ccd of these. Not: pooled, its ccd, slow
# (a table of data). Whole numbers of another entry: of_class has some, ccd is then whole.
ENTRIES = """composites:
  settled:
    positive: [gdp, population]
    over: {bounds: {gdp: [0, 1.0e+9], population: [0, 1.0e+8]}}
    weights: equal
  apart: {positive: [gdp, population], over: period}
  pooled: {positive: [gdp, population]}
measures:
  - steps: {of: gdp}
  - slow: {of: gdp}
  - location_quotient: {industries: [agriculture, manufacturing], total: gdp, as: lq}
  - inequality: {of: gdp, groups: [province], as: gini}
  - inequality: {of: population, as: heads}
  - market_potential: {mass: gdp, as: mp}
  - moran: {of: settled, weights: contiguity, as: clusters}
  - coupling_coordination: {systems: [settled, apart], as: ccd}
  - coupling_coordination: {systems: [settled, pooled], as: other}
output: {file: out.h5}
tile: 64
"""
BY_PERIOD = {"steps", "lq", "gini", "mp", "clusters", "ccd", "settled", "apart"}
WHOLE = {"heads"}  # it does not rest on GDP
ALL = BY_PERIOD | WHOLE | {"pooled", "other", "slow"}


def make_study(periods=4):
    study = Study(UNITS, periods, "", where=memory_folder())
    with open(study.file) as file:
        head = file.read().split("composites:")[0]
    with open(study.file, "w") as file:
        file.write(head.replace("  groups: [", "  unmatched: drop\n  groups: [") + ENTRIES)
    return study


def change_panel(study, change):
    """`change`: of the head and the rows, which it may change in place."""
    path = study.path("panel/panel.csv")
    with open(path, newline="") as file:
        head, *rows = csv.reader(file)
    change(head, rows)
    with open(path, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def revise(study, period, column="gdp", unit=7):
    """A county's figure of a year, as a statistics office does."""
    def one(head, rows):
        row = [r for r in rows if r[head.index("year")] == period][unit]
        row[head.index(column)] = repr(float(row[head.index(column)]) * 1.01)
    change_panel(study, one)


def add_year(study, year, like):
    """A further year, the figures of another a little changed."""
    def add(head, rows):
        at = head.index("year")
        for row in [list(r) for r in rows if r[at] == like]:
            row[at] = year
            row[head.index("gdp")] = repr(float(row[head.index("gdp")]) * 1.02)
            rows.append(row)
    change_panel(study, add)


def taken(out):
    """(results taken whole, periods taken, of how many periods, of how many results)."""
    whole, some = 0, (0, 0, 0)
    for line in out.splitlines():
        words = line.split()
        if line.startswith("reused: ") and "periods of" in line:
            some = int(words[1]), int(words[3]), int(words[6])
        elif line.startswith("reused: "):
            whole = int(words[1])
    return whole, *some


def check(study, past, want_taken, ranks=(0, 2, 3), want=None):
    """The bits of a run that computes everything, from one process, ranks and nodes."""
    want = want or study.complete("whole.h5", words=["--force"])[0]
    for r in ranks:
        got, out, err = study.complete("next.h5", r, ["--reuse", study.path(past)],
                                       env=NODES if r == 3 else None)
        assert got == want, (past, r, out)
        assert taken(out) == want_taken, (past, r, taken(out), want_taken, out)
        study.remove("next.h5")
    return want


def check_changes(study):
    study.complete("first.h5")
    check(study, "first.h5", (len(ALL), 0, 0, 0), (0, 2))
    n = len(BY_PERIOD)
    revise(study, "2002")
    check(study, "first.h5", (1, 3 * n, 4 * n, n))
    shutil.copy(study.path("whole.h5"), study.path("second.h5"))
    # A year more: all but the pooled ones keep the four. heads too is then of some periods.
    add_year(study, "2005", "2003")
    check(study, "second.h5", (0, 4 * (n + 1), 5 * (n + 1), n + 1))
    # Two years less, the first among them: nothing is computed of what goes by period.
    shutil.copy(study.path("whole.h5"), study.path("third.h5"))
    year = {"2001", "2004"}
    change_panel(study, lambda head, rows: rows.__setitem__(
        slice(None), [r for r in rows if r[head.index("year")] not in year]))
    check(study, "third.h5", (n + 1, 0, 0, 0), (0, 2))


def check_parameters():
    """A parameter that is changed is of all periods, but for the list of these; so are the units."""
    study = make_study(3)
    study.complete("first.h5")
    with open(study.file) as file:
        text = file.read()
    with open(study.file, "w") as file:
        file.write(text.replace("[0, 1.0e+9]", "[0, 2.0e+9]"))
    # What rests on it is computed: clusters, ccd, other, and settled itself.
    check(study, "first.h5", (len(ALL) - 4, 0, 0, 0), (0,))
    # A further period of an entry that lists them is a period more, as one of the panel is.
    for listed, name in (("2001, 2002", "early.h5"), ("2001, 2002, 2003", None)):
        more = f"  - inequality: {{of: gdp, periods: [{listed}], as: early}}\noutput:"
        with open(study.file, "w") as file:
            file.write(text.replace("output:", more))
        if name:
            study.complete(name)
    check(study, "early.h5", (len(ALL), 2, 3, 1), (0, 2))
    with open(study.file, "w") as file:
        file.write(text)

    def drop(head, rows):
        code = rows[5][head.index("code")]
        rows[:] = [r for r in rows if r[head.index("code")] != code]
    change_panel(study, drop)
    check(study, "first.h5", (0, 0, 0, 0), (0, 2))


def check_damage(study):
    """A period that does not match its checksum is computed, the others are taken; values by period
    alone have one checksum for all of them."""
    want = study.complete("whole.h5", words=["--force"])[0]
    periods, n = 3, len(ALL)  # a night without news: all is taken whole

    def add(file, name, at):
        values = file[name]
        values[at] = values[at] ^ np.uint64(1) if values.dtype.kind == "u" else values[at] + 1

    def axes(file, name, at):
        values = file[name][...]
        del file[name]
        file[name] = np.broadcast_to(values, (2,) + values.shape)

    def shorter(file, name, at):
        values = file[name][...]
        del file[name]
        file[name] = values[:-1]

    for name, change, at, left in (
            ("steps/score", add, (1, 300), 2), ("steps/score", add, (2, 699), 2),
            ("lq/value", add, (0, 5, 1), 2), ("steps/block_checksum", add, (1, 2), 2),
            ("ccd/class", add, (1, 7), 2), ("mp/value", add, (1, 3), 2),
            ("steps/operand_hash", add, 1, 2), ("steps/waves", add, (1, 3), 0),
            ("gini/gini", add, 0, 0), ("settled/weight", add, 0, 0),
            ("steps/value_checksum", add, (), 0), ("steps/score", axes, 0, 0),
            ("steps/waves", axes, 0, 0), ("steps/score", shorter, 0, 2),
            ("steps/block_checksum", shorter, 0, 2), ("steps/waves", shorter, 0, 0)):
        shutil.copy(study.path("whole.h5"), study.path("bad.h5"))
        with h5py.File(study.path("bad.h5"), "r+") as file:
            change(file, name if name in file else "composites/" + name, at)
        got, out, err = study.complete("next.h5", 2 if at == (1, 300) else 0,
                                       ["--reuse", study.path("bad.h5")])
        assert got == want, (name, change)
        part = (left, periods, 1) if left else (0, 0, 0)
        assert taken(out) == (n - 1, *part), (name, change, taken(out), out, err)
        study.remove("next.h5")


def check_kills(study):
    """Killed in either pass while it computes one period: what is marked is not computed again. An
    earlier file of other periods, or none, finds no use for the marks."""
    with open(study.file) as file:
        head = file.read().split("composites:")[0]
    with open(study.file, "w") as file:
        file.write(head + "measures:\n  - steps: {of: gdp}\noutput: {file: out.h5}\n")
    periods = 3
    study.complete("first.h5", words=["--force"])
    revise(study, "2003")
    study.complete("second.h5")
    revise(study, "2002")
    want = study.complete("whole.h5", words=["--force"])[0]
    first = ["--reuse", study.path("first.h5")]  # of two periods nothing
    second = ["--reuse", study.path("second.h5")]  # of one
    tasks = {"first": UNIT_TASKS + 2 * WAVES, "second": UNIT_TASKS + WAVES,
             "none": UNIT_TASKS + periods * WAVES}
    words = {"first": first, "second": second, "none": []}
    for before, ranks, marks, after, then in (
            ("second", 0, 5, "second", 2), ("second", 0, UNIT_TASKS + 3, "second", 0),
            ("first", 2, 4, "first", 0), ("first", 0, UNIT_TASKS + 7, "first", 3),
            ("second", 0, UNIT_TASKS + 2, "first", 0), ("first", 0, UNIT_TASKS + 2, "none", 2),
            ("none", 0, UNIT_TASKS + 9, "second", 0)):
        process = study.start("out.h5", ranks, words[before], threads=1, hold=marks,
                              env={**AT_ONCE, "SLOW_MS": "2"})
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path("out.h5.partial.journal"))
        counted = study.path("counted")
        got, out, err = study.complete("out.h5", then, words[after],
                                       env={**AT_ONCE, "SLOW_COUNT": counted})
        assert got == want, (before, marks, after)
        tiles = os.path.getsize(counted)
        used = marked if before == after else 0
        assert tiles == tasks[after] - used, (before, after, tiles, tasks[after], marked)
        assert continued(out)[0] == used, (out, err)
        os.remove(counted)
        study.remove("out.h5")


def check_faults(study):
    """The k-th allocation fails, or the k-th read of the earlier file: one line, or the bits."""
    faults = Faults(study.folder.name)
    words = ["--reuse", study.path("second.h5")]
    want = study.digest("whole.h5")
    for kind, path in (("memory", None), ("read", "second.h5")):
        count = len(faults.calls(study, "out.h5", kind, path, words=words))
        study.remove("out.h5")
        for k in some(count, 2, 20):
            status, _, err = study.run("out.h5", words=words, threads=1,
                                       env=faults.env(kind, k, path=path))
            assert status in (0, 1, 2), (kind, k, status, err)
            assert status == 0 or len(said(err)) == 1, (kind, k, err)
            if status:
                assert study.complete("out.h5", words=words)[0] == want, (kind, k)
            assert study.digest("out.h5") == want, (kind, k)
            study.remove("out.h5")


def verify(path, *words, **env):
    done = subprocess.run([PROGRAM, "verify", path, *words], text=True, capture_output=True,
                          env={**os.environ, **ALONE, **env})
    return done.returncode, done.stdout


def check_verify():
    """`verify` of an entry that takes long: some of its periods, the others read from the file for
    what rests on them; all of them where it is short, or where so many tiles are asked for."""
    study = make_study(3)
    with open(study.file) as file:
        head = file.read().split("composites:")[0]
    with open(study.file, "w") as file:
        file.write(head + "measures:\n  - steps: {of: gdp}\n  - inequality: {of: steps.score}\n"
                   "output: {file: out.h5}\n")
    path = study.path("out.h5")
    study.complete("out.h5")
    words = ["--study", study.file]
    status, out = verify(path, *words)
    assert status == 0 and "periods" not in out, out
    every = "; of 1 long result {} of 3 periods"
    tiles = UNIT_TASKS + 3 * WAVES
    for asked, periods in ((1, 1), (tiles * 2 // 3 + 1, 2), (tiles, 0)):
        counted = study.path("counted")
        status, out = verify(path, *words, "--tiles", str(asked), SLOW_MS="150",
                             SLOW_COUNT=counted)
        assert status == 0 and (every.format(periods) in out) == (periods > 0), (asked, out)
        if not periods:
            assert "periods" not in out and os.path.getsize(counted) == tiles, out
        os.remove(counted)
    # A period that is damaged on disk is not taken: it is computed besides the one that is drawn.
    shutil.copy(path, study.path("bad.h5"))
    with h5py.File(study.path("bad.h5"), "r+") as file:
        file["steps/score"][:2, 300] += 1
    status, out = verify(study.path("bad.h5"), *words, "--tiles", "1", SLOW_MS="110")
    assert status == 1 and "/steps/score, 2001, " in out and "/steps/score, 2002, " in out, out
    # A machine that computes wrong leaves checksums that are right: found where it is drawn.
    study.complete("wrong.h5", env={"SLOW_WRONG": "2002"})
    assert verify(study.path("wrong.h5"), *words)[0] == 1
    said = {verify(study.path("wrong.h5"), *words, "--tiles", "1", "--seed", str(seed),
                   SLOW_MS="110")[0] for seed in range(1, 7)}
    assert said == {0, 1}, said


def main():
    Study.program = PROGRAM
    check_changes(make_study())
    check_parameters()
    check_verify()
    study = make_study(3)
    check_damage(study)
    check_kills(study)
    check_faults(study)


if __name__ == "__main__":
    main()
