#!/usr/bin/env python3
"""Draws of intervals are tasks like others: killed and stopped between two periods, and gone on with
by any number of ranks to the bits of an undisturbed run; taken by --reuse; computed again by
`verify`; estimated by `check`."""
import signal
import subprocess

from restart import SPILLWAY, Study, continued, kill_all, marked_tasks, wait_until_held

MEASURES = """measures:
  - inequality: {of: gdp_pc, weight: population, groups: [province], as: gaps, intervals: {draws: 199, within: province}}
  - location_quotient: {industries: [finance, trade], total: gdp, as: lq, intervals: {draws: 99, method: bca, change: [2001, 2004]}}
  - roll_up: {ratio: {openness: [trade, gdp]}, by: province, as: up, intervals: {draws: 199, change: [2001, 2004]}}
  - convergence: {of: income, as: converge, intervals: {draws: 99}}
output: {file: out.h5}
seed: 3
"""
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}
JOURNAL = "out.h5.partial.journal"


def check_kills(study, want):
    for ranks, marks, then in ((0, 2, 3), (0, 7, 2), (2, 3, 0), (0, 14, 4)):
        process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path(JOURNAL))
        assert marked >= marks, (ranks, marks, marked)
        got, out, _ = study.complete("out.h5", then, env=AT_ONCE)
        assert got == want, (ranks, marks, then)
        assert continued(out)[0] == marked, (marked, out)
        study.remove("out.h5")


def check_stop(study, want):
    process = study.start("out.h5", threads=1, hold=3, env=AT_ONCE)
    held = wait_until_held(process, 0)
    process.send_signal(signal.SIGTERM)
    study.let_go("out.h5", held)
    process.communicate()
    assert process.returncode not in (0, -signal.SIGKILL), process.returncode
    got, out, _ = study.complete("out.h5", 2)
    assert got == want and continued(out)[0] >= 3, out
    study.remove("out.h5")


def spillway(*words):
    done = subprocess.run([SPILLWAY, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def main():
    study = Study(300, 4, MEASURES)
    want, _, _ = study.complete("whole.h5", threads=1)
    for ranks, threads in ((0, 2), (2, 1), (3, 2)):
        assert study.complete("again.h5", ranks, threads=threads)[0] == want, (ranks, threads)
        study.remove("again.h5")
    check_kills(study, want)
    check_stop(study, want)
    got, out, _ = study.complete("again.h5", words=["--reuse", study.path("whole.h5")])
    assert got == want and "reused" in out, out
    spillway("verify", study.path("whole.h5"), "--study", study.file)
    assert "s" in spillway("check", study.file)
    print("draws go on where they were left")


if __name__ == "__main__":
    main()
