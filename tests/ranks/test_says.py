#!/usr/bin/env python3
"""What measures say of their results (sw_job_say) and tables by group: below the headline in `run` and
`info`, in the file, for any ranks, and the same after --reuse, after a kill, in `verify` and `diff`."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from restart import ALONE, SPILLWAY, Study, kill_all, memory_folder, wait_until_held  # noqa: E402
from test_reuse_periods import change_panel, revise, taken  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_says")
UNITS, PERIODS = 700, 4
MEASURES = """measures:
  - tells: {of: gdp, by: province, as: all}
  - tells: {of: gdp, above: 1.0e+15, as: rare}
  - tells: {of: population, above: 1.0e+15, lines: 3000, as: long}
  - tells: {of: population, above: 1.0e+15, lines: 1, periods: [2002], as: one}
  - tells_pairs: {of: gdp, keep: {top: 3}, as: pairs}
  - tells: {of: pairs.out_strength, as: after}
  - inequality: {of: gdp, as: silent}
output: {file: out.h5}
tile: 64
"""


def summary(path, name):
    with h5py.File(path) as file:
        return file[name].attrs.get("summary", b"").decode()


def ask(*words, program=PROGRAM):
    done = subprocess.run([program, *words], text=True, capture_output=True,
                          env={**os.environ, **ALONE})
    return done.returncode, done.stdout, done.stderr


def below(out, name):
    """The lines below the headline of a result."""
    lines = out.splitlines()
    at = max(k for k, line in enumerate(lines) if line.startswith(f"  {name:24} "))
    end = at + 1
    while lines[end].startswith("    "):
        end += 1
    return [line[4:] for line in lines[at + 1:end]]


def check_words(study):
    digest, out, _ = study.complete("first.h5")
    for ranks in (2, 3):
        assert study.complete("ranks.h5", ranks)[0] == digest
        study.remove("ranks.h5")
    first = study.path("first.h5")
    text = summary(first, "all")
    assert len(text.splitlines()) == PERIODS and text.startswith("2001: a mean of ") and \
        text.count(" of 4 periods") == PERIODS, text
    told = below(out, "all")
    assert told[:PERIODS] == text.splitlines(), told
    # A table by group: the largest first, some of many.
    with h5py.File(first) as file:
        values = file["all/mean_of"][-1]
        names = [name.decode() if isinstance(name, bytes) else name
                 for name in file["all/province"].asstr()[...]]
    assert told[PERIODS] == "mean_of in 2004 by province:", told
    best = sorted(zip(values, names), key=lambda pair: (-pair[0], pair[1]))
    rows = told[PERIODS + 1:]
    for row, (value, name) in zip(rows, best[:10] if len(best) > 12 else best):
        assert row == f"  {value:10.4g}  {name}", (row, value, name)
    if len(best) > 12:
        assert rows[10:] == [f"  and {len(best) - 10} more, down to",
                             f"  {best[-1][0]:10.4g}  {best[-1][1]}"], rows
    assert below(out, "rare") == [] and below(out, "silent") == []
    assert below(out, "one") == ["line 0: one of two"]
    assert below(out, "pairs") == ["pairs of 700 units"], out
    assert below(out, "after") == summary(first, "after").splitlines() and \
        len(below(out, "after")) == PERIODS
    long = summary(first, "long").splitlines()
    assert sum(len(line.encode()) + 1 for line in long) <= 32768 and len(long) > 1000
    assert long[-1] == f"... and {3000 - len(long) + 1} more lines" and long[-2].endswith("..."), long[-3:]
    with h5py.File(first) as file:
        assert "summary" not in file["silent"].attrs and "summary" not in file["rare"].attrs
        assert "summary" not in file["composites/economy"].attrs
    status, out, err = ask("info", first)
    assert status == 0, err
    for line in text.splitlines() + [told[PERIODS]]:
        assert f"\n              {line}\n" in out, (line, out)
    _, out, err = study.complete("quiet.h5", words=["-q"])
    assert out == "" and "mean" not in err, (out, err)
    with open(study.file) as file:
        plain = file.read()
    with open(study.file, "w") as file:
        file.write(plain.replace("{file: out.h5}", "{file: out.h5, compression: deflate}"))
    study.complete("packed.h5", 2)
    with open(study.file, "w") as file:
        file.write(plain)
    for name in ("all", "long", "pairs", "after"):
        assert summary(study.path("packed.h5"), name) == summary(first, name), name
    return digest


def check_reuse(study, digest):
    """Whole where nothing has changed; else as if all of it had been computed."""
    for ranks in (0, 2):
        got, out, _ = study.complete("next.h5", ranks, ["--reuse", study.path("first.h5")])
        assert got == digest and taken(out)[0] >= 5, out
        assert below(out, "all")[:PERIODS] == summary(study.path("first.h5"), "all").splitlines()
        study.remove("next.h5")

    def check(past):
        want = study.complete("whole.h5", words=["--force"])[0]
        for ranks in (0, 3):
            got, out, _ = study.complete("next.h5", ranks, ["--reuse", study.path(past)])
            assert got == want, (past, ranks, out)
            study.remove("next.h5")
        shutil.copy(study.path("whole.h5"), study.path(past + ".next"))
        return past + ".next"

    revise(study, "2002")
    past = check("first.h5")
    # One that said nothing has something to say: of all periods, not of the one that is computed.

    def leap(head, rows):
        for row in rows:
            if row[head.index("year")] == "2003":
                row[head.index("gdp")] = "1.0e+18"
    change_panel(study, leap)
    past = check(past)
    assert summary(study.path(past), "rare") == "2003: a mean of 1e+18 of 4 periods"
    # Two periods less: all that is left is in the earlier file, whose words are of four.
    change_panel(study, lambda head, rows: rows.__setitem__(
        slice(None), [r for r in rows if r[head.index("year")] not in {"2001", "2004"}]))
    past = check(past)
    assert summary(study.path(past), "rare") == "2003: a mean of 1e+18 of 2 periods"


def check_kill(study, digest):
    process = study.start("killed.h5", hold=3)
    wait_until_held(process)
    kill_all(process)
    study.let_go("killed.h5")
    assert study.complete("killed.h5")[0] == digest
    assert study.complete("killed.h5", words=["--force", "--restart"])[0] == digest


def check_verify_and_diff(study):
    first = study.path("first.h5")
    status, out, err = ask("verify", first, "--study", study.file)
    assert status == 0, (out, err)
    for name in ("all", "pairs"):
        changed = study.path("changed.h5")
        shutil.copy(first, changed)
        with h5py.File(changed, "r+") as file:
            text = file[name].attrs["summary"].decode()
            file[name].attrs["summary"] = np.bytes_(text.replace(" of ", " off ", 1))
        status, out, err = ask("verify", changed, "--study", study.file)
        assert status == 1 and f"/{name}: summary: '" in out and " off " in out, (out, err)
        status, out, err = ask("diff", first, changed, program=SPILLWAY)
        assert status == 1 and f"{name}: summary: removed: " in out and \
            f"{name}: summary: added: " in out and out.count("summary") == 2, (out, err)
        shutil.copy(first, changed)
        with h5py.File(changed, "r+") as file:
            del file[name].attrs["summary"]
        status, out, err = ask("verify", changed, "--study", study.file)
        assert status == 1 and f"/{name}: summary: ''" in out, (out, err)
        status, out, err = ask("diff", first, changed, program=SPILLWAY)
        assert status == 1 and out.count(f"{name}: summary: removed: ") == len(text.splitlines()), out
    # Nothing said and an empty text are one.
    shutil.copy(first, study.path("changed.h5"))
    with h5py.File(study.path("changed.h5"), "r+") as file:
        file["silent"].attrs.create("summary", np.zeros((), "S4"))
    assert ask("diff", first, study.path("changed.h5"), program=SPILLWAY)[0] == 0


def main():
    Study.program = PROGRAM
    study = Study(UNITS, PERIODS, MEASURES, where=memory_folder())
    digest = check_words(study)
    check_verify_and_diff(study)
    check_kill(study, digest)
    check_reuse(study, digest)
    print("lines of results: words, reuse, kills, verify, diff")


if __name__ == "__main__":
    main()
