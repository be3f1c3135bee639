"""A network, whose passes read stored pairs and call igraph: killed, stopped, and with allocations
of the program and of igraph failing. What was marked is taken over, and the bits are those of an
undisturbed run, by any number of ranks, threads and windows of periods."""
import signal
import time

from restart import (Faults, Study, continued, is_pending, kill_all, marked_tasks, memory_folder,
                     ranks_of, said, some, wait_until, wait_until_held)

UNITS, PERIODS, STARTS = 258, 3, 4  # two ranks have units: a block is of 256
MEASURES = f"""measures:
  - network: {{result: flows, starts: {STARTS}, betweenness: true, as: net}}
  - gravity: {{mass: [population, gdp], keep: {{top: 12}}, as: flows}}
  - network: {{result: flows, starts: {STARTS}, qap: {{with: flows, permutations: 99}}, as: again}}
output: {{file: out.h5}}
seed: 3
tile: 64
"""
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}
JOURNAL = "out.h5.partial.journal"
NETWORK_TASKS = 2 * PERIODS * (1 + STARTS + 2)  # and those over units


def check_kills(study, want, total):
    """In each of the passes, counted from the last of all tasks."""
    for ranks, left, then in ((0, NETWORK_TASKS, 2), (0, NETWORK_TASKS - 6, 0), (0, 25, 3),
                              (0, 15, 1), (0, 8, 2), (2, NETWORK_TASKS + 6, 0)):
        marks = (total - left) // max(ranks, 1)
        process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path(JOURNAL))
        assert marked >= marks, (ranks, marks, marked)
        got, out, err = study.complete("out.h5", then, env=AT_ONCE)
        assert got == want, (ranks, marks, then)
        assert continued(out)[0] == marked, (marked, out, err)
        assert study.left("out.h5") == [""], study.left("out.h5")
        study.remove("out.h5")


def check_stop(study, want, total):
    process = study.start("out.h5", threads=2, words=["-q"], hold=total - 20, env=AT_ONCE)
    held = wait_until_held(process)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    wait_until(lambda: all(is_pending(pid, signal.SIGTERM) for pid in held), 60, "the signal")
    study.let_go("out.h5", held)
    err = process.communicate(timeout=120)[1]
    assert process.returncode == 75 and time.monotonic() - began < 20, (process.returncode, err)
    assert len(said(err)) == 1 and "stopped by a signal" in err, err
    marked = marked_tasks(study.path(JOURNAL))
    got, out, _ = study.complete("out.h5", 2, env=AT_ONCE)
    assert got == want and continued(out)[0] == marked >= total - 20, out
    study.remove("out.h5")


def check_faults(study, faults, want):
    for kind, most in (("igraph", 10), ("memory", 5)):
        count = len(faults.calls(study, "out.h5", kind, **AT_ONCE))
        assert count > 100, (kind, count)
        study.remove("out.h5")
        failed = 0
        for k in some(count, 2, most):
            env = faults.env(kind, k, **AT_ONCE)
            status, _, err = study.run("out.h5", threads=1, env=env)
            assert status in (0, 1), (kind, k, status, err)
            if status:
                assert len(said(err)) == 1, (kind, k, err)
                assert kind == "memory" or "out of memory: igraph" in err, err
                assert study.complete("out.h5", env=AT_ONCE)[0] == want, (kind, k)
                failed += 1
            assert study.digest("out.h5") == want, (kind, k)
            study.remove("out.h5")
        assert failed, kind
        print(f"{kind}: {count} calls, {failed} failures told", flush=True)


def main():
    study = Study(UNITS, PERIODS, MEASURES, where=memory_folder())
    want, out, _ = study.complete("whole.h5", threads=1)
    for ranks, threads, env in ((0, 3, {}), (2, 1, {"SPILLWAY_WINDOW_BYTES": "1"}),
                                (3, 1, {"SPILLWAY_NODE_RANKS": "1"}),
                                (4, 2, {"SPILLWAY_NODE_RANKS": "2", "SPILLWAY_WINDOW_BYTES": "1"})):
        got = study.complete("other.h5", ranks, threads=threads, env=env, words=["--force"])[0]
        assert got == want, (ranks, threads, env)
    total = count_tasks(study)
    check_kills(study, want, total)
    check_stop(study, want, total)
    check_faults(study, Faults(study.folder.name), want)
    print(f"{total} tasks")


def count_tasks(study):
    """All tasks that are marked, as a run says that goes on with another."""
    process = study.start("out.h5", threads=1, hold=1, env=AT_ONCE)
    wait_until_held(process)
    kill_all(process)
    study.let_go("out.h5")
    _, out, _ = study.complete("out.h5", threads=1, env=AT_ONCE)
    study.remove("out.h5")
    return continued(out)[1]


if __name__ == "__main__":
    main()
