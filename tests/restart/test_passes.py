"""Passes over units and over items that take long: killed, stopped, with every write and allocation
failing once. What was marked is taken over and nothing of it is computed again, by any number of
ranks, to the bits of an undisturbed run; `check` tries such a pass for a moment and says how long
the rest takes."""
import os
import re
import signal
import subprocess
import time

from forks import Copies, Forked
from restart import (Faults, Study, continued, is_pending, kill_all, marked_tasks, memory_folder,
                     ranks_of, said, some, wait_until, wait_until_held)

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_slow")
MEASURES = """measures:
  - slow: {of: gdp}
  - inequality: {of: slow.score}
output: {file: out.h5}
seed: 1
"""
UNITS, GRAIN, ITEMS = 700, 32, 60  # as programs/slow.c has them
UNIT_TASKS = -(-UNITS // GRAIN)
TASKS = UNIT_TASKS + ITEMS
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}
JOURNAL = "out.h5.partial.journal"


def check_kills(study, want):
    """In the pass over units, between the two and in the pass over items. A rank of several may do
    all of another's items, so each is held after few marks."""
    for ranks, marks, then in ((0, 1, 2), (0, 10, 0), (0, UNIT_TASKS, 3), (0, UNIT_TASKS + 40, 1),
                               (2, 3, 0), (3, 2, 2), (2, UNIT_TASKS // 2, 4)):
        process = study.start("out.h5", ranks, threads=1, hold=marks,
                              env={**AT_ONCE, "SLOW_MS": "2"})
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path(JOURNAL))
        assert marked >= marks, (ranks, marks, marked)
        counted = study.path("counted")
        got, out, err = study.complete("out.h5", then, env={**AT_ONCE, "SLOW_COUNT": counted})
        assert got == want, (ranks, marks, then)
        assert continued(out)[0] == marked, (marked, out, err)
        tiles = os.path.getsize(counted)
        assert tiles == TASKS - marked, f"{tiles} tiles computed, {TASKS - marked} were left"
        os.remove(counted)
        assert study.left("out.h5") == [""], study.left("out.h5")
        study.remove("out.h5")


def check_late_marks(study, want):
    """Nothing is written of a short pass; once one is long, all that is done is marked."""
    process = study.start("out.h5", threads=1, hold=UNIT_TASKS + 1, env={"SLOW_MS": "60"})
    wait_until_held(process)
    kill_all(process)
    study.let_go("out.h5")
    marked = marked_tasks(study.path(JOURNAL))
    assert marked >= UNIT_TASKS + 1, marked
    got, out, _ = study.complete("out.h5", 2)
    assert got == want and continued(out)[0] == marked
    study.remove("out.h5")
    study.run("out.h5", threads=1, env={"SLOW_MS": "0", "SLOW_ASK_AT": str(UNIT_TASKS + ITEMS - 1)})
    # A stop before the first mark keeps what is done, too: but for the last, all items.
    marked = marked_tasks(study.path(JOURNAL))
    assert marked >= ITEMS - 1, marked
    got, out, _ = study.complete("out.h5")
    assert got == want and continued(out)[0] == marked
    study.remove("out.h5")


def check_stops(study, want):
    """Asked by either signal, in either pass; also several ranks and nodes of which all hear it."""
    cases = ((signal.SIGTERM, 0, 3, {}), (signal.SIGUSR1, 0, UNIT_TASKS + 5, {}),
             (signal.SIGUSR1, 2, 3, {}), (signal.SIGUSR1, 3, 2, {"SPILLWAY_NODE_RANKS": "1"}))
    for number, ranks, marks, env in cases:
        process = study.start("out.h5", ranks, threads=1, words=["-q"], hold=marks,
                              env={**AT_ONCE, **env, "SLOW_MS": "100"})
        held = wait_until_held(process, ranks)
        process.send_signal(number)
        began = time.monotonic()
        wait_until(lambda: all(is_pending(pid, number) for pid in held), 60, "the ranks to be asked")
        study.let_go("out.h5", ranks_of(process) if ranks else held)
        err = process.communicate(timeout=120)[1]
        took = time.monotonic() - began
        assert process.returncode == 75 and took < 20, (process.returncode, took, err)
        assert len(said(err)) == 1 and "stopped by a signal" in err, err
        marked = marked_tasks(study.path(JOURNAL))
        got, out, err = study.complete("out.h5", 0 if ranks else 2, env=AT_ONCE)
        assert got == want and continued(out)[0] == marked >= marks, (out, err)
        study.remove("out.h5")


def check_one_is_asked(study, want):
    """One process alone is asked by a tile of its own: the next tile is not begun."""
    status, _, err = study.run("out.h5", threads=1, env={**AT_ONCE, "SLOW_ASK_AT": "7"})
    assert status == 75 and marked_tasks(study.path(JOURNAL)) == 7, (status, err)
    assert study.complete("out.h5", 2, env=AT_ONCE)[0] == want
    study.remove("out.h5")


def check_all_faults(study, faults, want):
    """The same of every call, on any file of the study and on those of a killed run too, in forks of
    one run for each kind."""
    def complete(name):
        assert study.complete(name, threads=1, env=AT_ONCE)[0] == want, name

    left = killed(study)
    for resumed in False, True:
        for kind in ("memory", "open", "write", "sync", "room", "read"):
            path = None if kind == "memory" else study.folder.name
            for end, data in left.items() if resumed else ():
                with open(study.path("out.h5" + end), "wb") as file:
                    file.write(data)
            copies, failed, began = Copies(study, "out.h5", complete), 0, time.time()
            with Forked(study, "out.h5", faults, kind, path, more=AT_ONCE) as run:
                while run.stop():
                    status, err = run.attempt()
                    assert status in (0, 1, 2), (kind, run.k, status, err)
                    assert len(said(err)) == (status != 0), (kind, run.k, err)
                    failed += status != 0
                    if status:
                        copies.go_on()
                    else:
                        assert study.digest("out.h5") == want, (kind, run.k)
            assert run.status == 0 and study.digest("out.h5") == want, (run.status, run.err)
            study.remove("out.h5")
            print(f"{kind}{', resumed' if resumed else ''}: all {run.k} calls, {failed} runs failed, "
                  f"{len(copies.seen)} kinds of files gone on with; {time.time() - began:.1f} s",
                  flush=True)


def check_faults(study, faults, want):
    """The k-th write and sync of the journal, read of it, and allocation fails: one line, and the
    same command then gives the results."""
    if os.environ.get("SPILLWAY_FAULTS") == "all":
        check_all_faults(study, faults, want)
        return
    for kind, path in (("write", ".journal"), ("sync", ".journal"), ("read", ".journal"),
                       ("memory", None)):
        count = len(faults.calls(study, "out.h5", kind, path, **AT_ONCE))
        study.remove("out.h5")
        for k in some(count, 3, 9):
            env = faults.env(kind, k, path=path, **AT_ONCE)
            status, _, err = study.run("out.h5", threads=1, env=env)
            assert status in (0, 1), (kind, k, status, err)
            assert (status == 0 or len(said(err)) == 1), (kind, k, err)
            if status:
                assert study.complete("out.h5", env=AT_ONCE)[0] == want, (kind, k)
            assert study.digest("out.h5") == want, (kind, k)
            study.remove("out.h5")
        print(f"{kind}: {count} calls", flush=True)


def killed(study):
    """What a run that was killed in its midst has left: {end of the name: bytes}."""
    process = study.start("out.h5", threads=1, hold=UNIT_TASKS + 20, env={**AT_ONCE, "SLOW_MS": "2"})
    wait_until_held(process)
    kill_all(process)
    study.let_go("out.h5")
    left = {}
    for end in study.left("out.h5"):
        with open(study.path("out.h5" + end), "rb") as file:
            left[end] = file.read()
        os.remove(study.path("out.h5" + end))
    return left


def check_damage(study, want):
    """A mark whose share is damaged is none: its task is computed."""
    left = killed(study)
    whole = left[".partial.journal"]
    for end, data in left.items():
        with open(study.path("out.h5" + end), "wb") as file:
            file.write(data)
    marked, step = marked_tasks(study.path(JOURNAL)), max(1, len(whole) // 25)
    for at in range(4096 * 2, len(whole), step):
        with open(study.path(JOURNAL), "wb") as file:
            file.write(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
        got, out, _ = study.complete("out.h5", env=AT_ONCE)
        assert got == want, at
        assert continued(out) is None or continued(out)[0] in (marked, marked - 1), (at, out)
        os.remove(study.path("out.h5"))
    print(f"a bit flipped at {len(range(8192, len(whole), step))} places of {len(whole)} bytes")
    with open(study.path(JOURNAL), "wb") as file:
        file.write(whole)
    assert study.complete("out.h5", env=AT_ONCE)[0] == want
    study.remove("out.h5")


def check_estimate(study):
    """22 tiles of 500 ms take 11 s on one thread: some of them are tried."""
    done = subprocess.run([PROGRAM, "check", study.file, "--threads", "1"], text=True,
                          capture_output=True, env={**os.environ, "SLOW_MS": "500"}, timeout=120)
    assert done.returncode == 0, done.stderr
    found = re.search(r"time for other passes +about ([0-9.]+) s", done.stdout)
    assert found, done.stdout
    seconds = float(found[1])  # of the pass over units; what follows was not tried
    assert UNIT_TASKS * .5 * .9 < seconds < UNIT_TASKS * .5 * 3, seconds
    quick = subprocess.run([PROGRAM, "check", study.file], text=True, capture_output=True)
    assert quick.returncode == 0 and "other passes" not in quick.stdout, quick.stdout


def main():
    Study.program = PROGRAM
    study = Study(UNITS, 2, MEASURES, where=memory_folder())
    with open(study.file) as file:
        head, tail = file.read().split("composites:")
    with open(study.file, "w") as file:  # no other tasks are to be marked before those of slow
        file.write(head + tail[tail.index("measures:"):])
    want = study.complete("whole.h5")[0]
    for ranks, env in ((2, {}), (3, {"SPILLWAY_NODE_RANKS": "1"}), (4, {"SPILLWAY_NODE_RANKS": "2"})):
        assert study.complete("other.h5", ranks, env=env, words=["--force"])[0] == want, ranks
    check_kills(study, want)
    check_late_marks(study, want)
    check_stops(study, want)
    check_one_is_asked(study, want)
    check_damage(study, want)
    check_estimate(study)
    check_faults(study, Faults(study.folder.name), want)


if __name__ == "__main__":
    main()
