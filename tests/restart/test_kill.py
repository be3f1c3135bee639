"""Runs killed at random moments, all ranks or one, and gone on with by other numbers of ranks: every
dataset is as in an undisturbed run, and no task that was marked as done is done again.

SPILLWAY_KILLS says how many kills (20)."""
import os
import random
import signal
import time

from restart import Study, continued, kill_all, marked_tasks, ranks_of

KILLS = int(os.environ.get("SPILLWAY_KILLS", "20"))
random.seed(20240101)


def kill(study, ranks, delay, one):
    process = study.start("out.h5", ranks, threads=1 if ranks else 2)
    time.sleep(delay)
    found = ranks_of(process) if one and ranks else []
    if found:
        os.kill(random.choice(found), signal.SIGKILL)
        process.communicate(timeout=120)  # the launcher ends the others
    else:
        kill_all(process)


def main():
    study = Study(1200, 2, tile=128)
    began = time.time()
    want, _, _ = study.complete("whole.h5")
    alone = time.time() - began
    began = time.time()
    assert study.complete("other.h5", 2, threads=1)[0] == want
    together = time.time() - began
    taken, killed = 0, 0
    for k in range(KILLS):
        ranks, one = random.choice([0, 0, 2, 3]), random.random() < 0.5
        delay = random.uniform(0.05, 1) * (together if ranks else alone)
        kill(study, ranks, delay, one)
        journal = study.path("out.h5.partial.journal")
        if not os.path.exists(study.path("out.h5")):
            marked = marked_tasks(journal) if os.path.exists(journal) else 0
            then = random.choice([0, 1, 2, 4])
            got, out, err = study.complete("out.h5", then, threads=random.choice([1, 2]))
            assert got == want, f"kill {k} after {delay:.2f} s of {ranks} ranks, then {then}"
            done = continued(out)
            assert (done[0] if done else 0) == marked, (k, marked, out, err)
            # but for a kill while the file was being completed
            assert err.count("warning") == err.count("it is laid out anew"), err
            taken += marked
            killed += 1
            assert study.left("out.h5") == [""], study.left("out.h5")
        else:  # it had its name; a kill after that leaves a lock and a journal that nobody heeds
            assert study.digest("out.h5") == want, f"kill {k} after {delay:.2f} s: not whole"
            assert study.complete("out.h5", words=["--force"])[0] == want
            assert study.left("out.h5") == [""], study.left("out.h5")
        study.remove("out.h5")
    assert killed > KILLS / 3 and taken > 0, "kills came too late"
    print(f"{killed} of {KILLS} runs killed before their end, {taken} tasks taken over")


if __name__ == "__main__":
    main()
