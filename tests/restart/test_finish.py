"""Kills once all pairs are done, at each change that the end makes to files, and kills of one of two
nodes: what was done is not done again."""
import os
import time

from restart import Faults, Study, continued, marked_tasks, memory_folder, some

FEW = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - gravity: {mass: [population, gdp], decay: 2, keep: dense, as: dense}
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 5}, as: top}
"""
JOURNAL = "out.h5.partial.journal"
TWO_NODES = {"SPILLWAY_NODE_RANKS": "1"}


def check_end(study, faults, want, tasks, k):
    """The k-th change is done by half, and then the run is no more."""
    env = faults.env("change", k, "kill", study.folder.name)
    status, _, err = study.run("out.h5", threads=1, env=env)
    assert status == -9, (k, status, err)
    if os.path.exists(study.path("out.h5")):
        assert study.digest("out.h5") == want, k
        assert study.complete("out.h5", threads=1, words=["--force"])[0] == want, k
    else:
        assert marked_tasks(study.path(JOURNAL)) == tasks, k
        got, out, err = study.complete("out.h5", threads=1)
        assert got == want and continued(out) == (tasks, tasks), (k, out, err)
    assert study.left("out.h5") == [""], (k, study.left("out.h5"))
    study.remove("out.h5")


def check_ends(compression):
    study = Study(80, 1, FEW + f"output: {{file: out.h5, compression: {compression}}}\n", tile=32,
                  where=memory_folder())
    faults = Faults(study.folder.name)
    want = study.complete("whole.h5", threads=1)[0]
    calls = faults.calls(study, "count.h5", "change", study.folder.name)
    last = max(k for k, (kind, path) in enumerate(calls, 1)
               if kind == "write" and path.endswith(".journal"))
    study.remove("count.h5")
    env = faults.env("change", last + 1, "kill", study.folder.name)
    assert study.run("out.h5", threads=1, env=env)[0] == -9
    tasks = marked_tasks(study.path(JOURNAL))
    study.remove("out.h5")
    began, after = time.time(), len(calls) - last
    other = {k for k, (kind, _) in enumerate(calls, 1) if k > last and kind != "write"}
    ks = sorted({last + k for k in some(after, 3, 15)} | other)
    for k in ks:
        check_end(study, faults, want, tasks, k)
    print(f"{compression}: killed at {len(ks)} of {after} changes after {tasks} tasks; "
          f"{time.time() - began:.1f} s", flush=True)


def check_over():
    """With --force over an old result: there is a whole one at any moment, and nothing is left."""
    study = Study(80, 1, FEW + "output: {file: out.h5}\n", tile=32, where=memory_folder())
    faults = Faults(study.folder.name)
    force, where = ["--force"], study.folder.name
    want = study.complete("out.h5", threads=1)[0]
    calls = len(faults.calls(study, "out.h5", "change", where, words=force))
    for k in range(calls - 7, calls + 1):
        env = faults.env("change", k, "kill", where)
        assert study.run("out.h5", threads=1, words=force, env=env)[0] == -9
        assert study.digest("out.h5") == want, k
        assert study.complete("out.h5", threads=1, words=force)[0] == want, k
        assert study.left("out.h5") == [""], (k, study.left("out.h5"))
    print("killed at the last 8 changes of a run with --force", flush=True)


def check_nodes():
    """One of two nodes is killed at one of its marks, the other goes with it."""
    study = Study(600, 2, tile=64)
    faults = Faults(study.folder.name)
    want = study.complete("whole.h5")[0]
    for rank, k, ranks, env in ((1, 40, 0, None), (0, 90, 3, None), (1, 60, 4, TWO_NODES)):
        status, _, err = study.run("out.h5", 2, threads=1, env=faults.env(
            "write", k, "kill", ".journal", FAULT_RANK=str(rank), **TWO_NODES))
        assert status != 0, (rank, k)
        marked = marked_tasks(study.path(JOURNAL))
        status, out, err = study.run("out.h5", ranks, threads=1, env=env)
        assert status == 0 and study.digest("out.h5") == want, (rank, k, err)
        assert continued(out)[0] == marked > 0, (rank, k, marked, out)
        study.remove("out.h5")
        print(f"two nodes, killed at write {k} of node {rank}: {marked} tasks taken over by "
              f"{ranks or 1} ranks", flush=True)


def main():
    check_ends("none")
    check_ends("deflate")
    check_over()
    check_nodes()


if __name__ == "__main__":
    main()
