"""The k-th open, write, sync, ... or allocation of a run fails: the run says so in one line, leaves
no results file, and the same command, undisturbed, gives the results of an undisturbed run. So too
where the run goes on with an unfinished one: then nothing of what was done is lost.

Every k with SPILLWAY_FAULTS=all, where one rank is alone in forks of one run (forks.py); else the
first ones and a sample. A fault
may be got over (HDF5 writes again what it could not write at first): then the results are whole.
Calls that are interrupted, do only half of what they were asked to, or take long, are always got over.
Arguments: the cases to try, as they are named in the output."""
import os
import subprocess
import sys
import time
import traceback

from forks import Copies, Forked
from restart import (Faults, Study, continued, kill_while_marking, marked_tasks, memory_folder, said,
                     some)

MEASURES = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - gravity: {mass: [population, gdp], decay: 2, keep: dense, as: dense}
  - gravity: {mass: [population, gdp], share: gdp, keep: {above: 1.0e+6}, as: above}
  - moran: {of: above.out_strength, weights: contiguity, as: after}
output: {file: out.h5}
"""
# The lock: of ranks of which one failed alone and ended the others; nobody heeds it.
LEFT = {".partial", ".partial.journal", ".partial.lock"}
HANGS = 120  # seconds
ALL = os.environ.get("SPILLWAY_FAULTS") == "all"
# name: kind, once or from there on, how many of the first, how many of the rest, ranks (0: alone),
# the rank concerned, whether an unfinished run is gone on with; *-over: an old result, which stays
CASES = {
    "open": ("open", "fail", 6, 6, 0, None, False),
    "write": ("write", "fail", 2, 8, 0, None, False),
    "write-on": ("write", "on", 1, 3, 0, None, False),
    "sync": ("sync", "fail", 2, 3, 0, None, False),
    "room": ("room", "fail", 2, 2, 0, None, False),
    "rename": ("rename", "fail", 9, 0, 0, None, False),
    "read": ("read", "fail", 0, 5, 0, None, False),
    "memory": ("memory", "fail", 2, 14, 0, None, False),
    "open-resumed": ("open", "fail", 0, 4, 0, None, True),
    "read-resumed": ("read", "fail", 0, 6, 0, None, True),
    "write-resumed": ("write", "fail", 0, 4, 0, None, True),
    "memory-resumed": ("memory", "fail", 0, 4, 0, None, True),
    "open-over": ("open", "fail", 0, 3, 0, None, False),
    "write-over": ("write", "fail", 0, 2, 0, None, False),
    "sync-over": ("sync", "fail", 1, 3, 0, None, False),
    "share-rank0": ("share", "fail", 1, 2, 2, "0", False),
    "share-rank1": ("share", "fail", 1, 2, 2, "1", False),
    "mpi-ranks": ("mpi", "fail", 3, 2, 2, None, False),
    "mpi-rank0": ("mpi", "fail", 0, 2, 2, "0", False),
    "mpi-rank1": ("mpi", "fail", 0, 2, 2, "1", False),
    "open-rank0": ("open", "fail", 0, 2, 2, "0", False),
    "open-rank1": ("open", "fail", 0, 2, 2, "1", False),
    "write-rank0": ("write", "fail", 0, 2, 2, "0", False),
    "write-rank1": ("write", "fail", 0, 2, 2, "1", False),
    "memory-rank0": ("memory", "fail", 0, 2, 2, "0", False),
    "memory-rank1": ("memory", "fail", 0, 2, 2, "1", False),
}
GOT_OVER = ("read-interrupt", "write-interrupt", "read-short", "write-short", "write-slow")


class Case:
    def __init__(self, study, faults, want, name):
        self.study, self.faults, self.want, self.name = study, faults, want, name
        (self.kind, self.do, self.first, self.rest, self.ranks, self.rank,
         self.resumed) = CASES[name]
        self.path = study.folder.name if self.kind not in ("memory", "mpi", "share") else None
        if self.kind == "share":
            self.path = "/dev/shm/spillway."
        self.more = {"FAULT_RANK": self.rank} if self.rank else {}
        self.old = {"": b"an old result"} if name.endswith("-over") else {}
        self.words = ["--force"] if self.old else []
        self.left = kill_while_marking(study, faults) if self.resumed else {}
        self.marked = 0
        self.wrong, self.gone_on = [], 0
        if self.resumed:
            self.put_left()
            self.marked = marked_tasks(study.path("out.h5.partial.journal"))
            assert self.marked > 3, self.marked

    def put_left(self):
        self.study.remove("out.h5")
        for end, data in {**self.left, **self.old}.items():
            with open(self.study.path("out.h5" + end), "wb") as file:
                file.write(data)

    def count(self):
        self.put_left()
        calls = len(self.faults.calls(self.study, "out.h5", self.kind, self.path, self.ranks,
                                      self.words, **self.more))
        return calls // self.ranks if self.ranks and not self.rank else calls

    def check_failed(self, status, err, go_on):
        study = self.study
        assert status in (1, 2), (status, err)
        assert len(said(err)) == 1, err
        left = set(study.left("out.h5"))
        if self.old:
            with open(study.path("out.h5"), "rb") as file:
                assert file.read() == self.old[""], "the old result is no more"
            left.remove("")
        assert left <= (LEFT if self.ranks else LEFT - {".partial.lock"}), left
        go_on()

    def complete(self, name="out.h5"):
        """The same command, undisturbed."""
        got, out, err = self.study.complete(name, threads=1, words=self.words)
        assert got == self.want, "another digest"
        assert not self.resumed or continued(out)[0] >= self.marked, (self.marked, out, err)

    def start(self, k):
        """A run of its own with the k-th fault: (status, what was said)."""
        self.put_left()
        env = self.faults.env(self.kind, k, self.do, self.path, **self.more)
        status, _, err = self.study.run("out.h5", self.ranks, self.words, threads=1, env=env,
                                        most=HANGS)
        return status, err

    def try_fault(self, k, fault, go_on):
        """Whether the run failed. What goes wrong is told at once, and the others are tried as well."""
        try:
            status, err = fault(k)
            if status == 0:
                assert self.study.digest("out.h5") == self.want, "another digest"
            else:
                self.check_failed(status, err, go_on)
            return status != 0
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self.wrong.append(k)
            print(f"WRONG: {self.name}, call {k}", flush=True)
            traceback.print_exc(limit=2, file=sys.stdout)
            return True

    def each_start(self):
        """(calls, those tried, runs that failed), each in a run of its own."""
        count, copies = self.count(), Copies(self.study, "out.h5", self.complete)
        ks, go_on = some(count, self.first, self.rest), copies.go_on if ALL else self.complete
        failed = sum(self.try_fault(k, self.start, go_on) for k in ks)
        self.gone_on = len(copies.seen)
        if not self.ranks:  # ranks share their tasks as it comes
            assert not self.try_fault(count + 1, self.start, self.complete), "calls not counted"
        return count, len(ks), failed

    def each_fork(self):
        """The same of all calls, in forks of one run."""
        failed, copies = 0, Copies(self.study, "out.h5", self.complete)
        self.put_left()
        with Forked(self.study, "out.h5", self.faults, self.kind, self.path, self.words) as run:
            while run.stop():
                failed += self.try_fault(run.k, lambda _: run.attempt(self.do), copies.go_on)
        self.gone_on = len(copies.seen)
        assert run.status == 0 and self.study.digest("out.h5") == self.want, (run.status, run.err)
        return run.k, run.k, failed

    def check(self):
        began = time.time()
        count, tried, failed = self.each_fork() if ALL and not self.ranks else self.each_start()
        assert failed > tried / 4, (self.name, failed)
        left = f", {self.gone_on} kinds of files gone on with" if self.gone_on else ""
        print(f"{self.name}: {tried} of {count} calls, {failed} runs failed{left}; "
              f"{time.time() - began:.1f} s", flush=True)
        self.study.remove("out.h5")
        return self.wrong


def check_got_over(study, faults, want, name):
    kind, do = name.split("-")
    for left in {}, kill_while_marking(study, faults):
        for ranks in 0, 2:
            for end, data in left.items():
                with open(study.path("out.h5" + end), "wb") as file:
                    file.write(data)
            # What Open MPI does not get over in the results file is not ours.
            env = faults.env(kind, 0, do, ".journal" if ranks else study.folder.name)
            status, out, err = study.run("out.h5", ranks, threads=3, env=env, most=HANGS)
            assert status == 0 and not said(err), (name, ranks, err)
            assert bool(continued(out)) == bool(left), out
            assert study.digest("out.h5") == want, (name, ranks)
            study.remove("out.h5")
    print(f"{name}: got over", flush=True)


def main():
    study = Study(100, 1, MEASURES, tile=32, where=memory_folder())
    faults = Faults(study.folder.name)
    want = study.complete("whole.h5", threads=1)[0]
    wrong = {}
    for name in sys.argv[1:] or [*CASES, *GOT_OVER]:
        if name in GOT_OVER:
            check_got_over(study, faults, want, name)
        else:
            wrong[name] = Case(study, faults, want, name).check()
    assert not any(wrong.values()), wrong


if __name__ == "__main__":
    main()
