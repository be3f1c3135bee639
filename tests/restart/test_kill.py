"""Runs killed at random moments, all ranks or one, and gone on with by other numbers of ranks: every
dataset is as in an undisturbed run, and no task that was marked as done is done again.

SPILLWAY_KILLS says how many kills (20)."""
import os
import random
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from restart import (Study, continued, kill_all, marked_tasks, ranks_of, signal_to,
                     wait_until_held)

KILLS = int(os.environ.get("SPILLWAY_KILLS", "20"))
random.seed(20240101)


# Its own lock, beside the file that is opened while its launcher already takes the job's folder away.
OPEN_MPI_S = re.compile(r"\.partial-\d+-\d+\.lock")


class Draw:
    """What happens to one run, drawn before any is started: every second one is killed when a rank
    has marked so many tasks, however fast the machine; the others at a moment, which may be any,
    also before the first task and after the end."""

    def __init__(self, k, alone, together, tasks):
        self.k, self.name = k, f"out{k}.h5"
        self.ranks, self.one = random.choice([0, 0, 2, 3]), random.random() < 0.5
        self.delay = random.uniform(0.05, 1) * (together if self.ranks else alone)
        # Of so many tasks some rank does as many as its share.
        self.marks = random.randint(1, tasks // max(self.ranks, 1)) if k % 2 == 0 else 0
        self.then, self.threads = random.choice([0, 1, 2, 4]), random.choice([1, 2])
        self.which = random.random()
        # Periods together, or one by one.
        self.windows = [random.choice([{}, {"SPILLWAY_WINDOW_BYTES": "1"}]) for _ in range(2)]

    def __str__(self):
        when = f"{self.marks} marks" if self.marks else f"{self.delay:.2f} s"
        return f"kill {self.k} after {when} of {self.ranks} ranks, then {self.then}"


def wait_for_end(process):
    """The launcher ends the other ranks and itself. Open MPI 4.1's own end may never come where a rank
    is killed while it starts; so it is killed too, once no rank has been left for a while."""
    for left in range(24, 0, -1):
        try:
            process.communicate(timeout=5)
            return
        except subprocess.TimeoutExpired:
            if left < 22 and not ranks_of(process):
                print("the launcher waits for ranks that are no more, and is killed", flush=True)
                process.kill()
    raise AssertionError(f"ranks {ranks_of(process)} hang")


def kill(study, draw):
    process = study.start(draw.name, draw.ranks, threads=1 if draw.ranks else 2,
                          env=draw.windows[0], hold=draw.marks)
    if draw.marks:
        wait_until_held(process, draw.ranks)
    else:
        time.sleep(draw.delay)
    found = ranks_of(process) if draw.one and draw.ranks else []
    if found:
        signal_to(found[int(draw.which * len(found))], signal.SIGKILL)
        study.let_go(draw.name, found)
        wait_for_end(process)
    else:
        kill_all(process)
        study.let_go(draw.name)


def kill_and_go_on(study, want, draw):
    """Tasks that were taken over; None: the kill came after the end."""
    kill(study, draw)
    name, journal = draw.name, study.path(draw.name + ".partial.journal")
    early = not os.path.exists(study.path(name))
    marked = marked_tasks(journal) if early and os.path.exists(journal) else 0
    assert draw.marks == 0 or (early and marked >= draw.marks), (str(draw), marked)
    if early:
        got, out, err = study.complete(name, draw.then, threads=draw.threads, env=draw.windows[1])
        assert got == want, draw
        done = continued(out)
        assert (done[0] if done else 0) == marked, (str(draw), marked, out, err)
        # but for a kill while the file was being completed
        assert err.count("warning") == err.count("it is laid out anew"), err
    else:  # it had its name; a kill after that leaves a lock and a journal that nobody heeds
        assert study.digest(name) == want, f"{draw}: not whole"
        assert study.complete(name, words=["--force"])[0] == want, draw
    left = [end for end in study.left(name) if not OPEN_MPI_S.fullmatch(end)]
    assert left == [""], left
    study.remove(name)
    return marked if early else None


def tasks_of(study, want):
    """Tasks in all, as a run says that goes on."""
    process = study.start("count.h5", hold=1)
    wait_until_held(process)
    kill_all(process)
    study.let_go("count.h5")
    got, out, _ = study.complete("count.h5")
    assert got == want
    return continued(out)[1]


def main():
    study = Study(1200, 2, tile=128)
    began = time.time()
    want, _, _ = study.complete("whole.h5")
    alone = time.time() - began
    began = time.time()
    assert study.complete("other.h5", 2, threads=1)[0] == want
    together = time.time() - began
    tasks = tasks_of(study, want)
    draws = [Draw(k, alone, together, tasks) for k in range(KILLS)]
    with ThreadPoolExecutor(2) as pool:  # a launcher mostly waits
        taken = list(pool.map(lambda draw: kill_and_go_on(study, want, draw), draws))
    early = [marked for marked in taken if marked is not None]
    print(f"{len(early)} of {KILLS} runs killed before their end, {sum(early)} tasks taken over")
    assert sum(early) > 0, "nothing was there to be taken over"


if __name__ == "__main__":
    main()
