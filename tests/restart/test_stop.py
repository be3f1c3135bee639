"""Being asked to stop, another study on the same output, --restart, and two runs at once."""
import contextlib
import os
import signal
import subprocess
import time

from restart import (HERE, Study, continued, is_pending, marked_tasks, ranks_of, wait_until,
                     wait_until_held)

JOURNAL = "out.h5.partial.journal"


def lines_of(err):
    return [line for line in err.splitlines() if line.startswith("spillway: ")]


def ask(study, number, ranks=0, env=None):
    """Ask while a rank holds itself after its first mark; (status, error, seconds it took). The
    signal waits for ranks that are held. mpirun passes SIGUSR1 on; to pass on SIGTERM it lets the
    ranks go on by itself."""
    process = study.start("out.h5", ranks, threads=1, words=["-q"], env=env, hold=1)
    held = wait_until_held(process, ranks)
    process.send_signal(number)
    began = time.monotonic()
    if number == signal.SIGTERM and ranks:
        held = []
    wait_until(lambda: all(is_pending(pid, number) for pid in held), 60, "the ranks to be asked")
    study.let_go("out.h5", ranks_of(process) if held and ranks else held)
    err = process.communicate(timeout=120)[1]
    return process.returncode, err, time.monotonic() - began


def check_signals(study, want):
    for number, ranks, env in ((signal.SIGUSR1, 0, None), (signal.SIGTERM, 0, None),
                               (signal.SIGUSR1, 3, None),
                               (signal.SIGUSR1, 4, {"SPILLWAY_NODE_RANKS": "1"}),
                               (signal.SIGTERM, 2, {"OMPI_MCA_odls_base_sigkill_timeout": "5"})):
        status, err, took = ask(study, number, ranks, env)
        under_mpirun = number == signal.SIGTERM and ranks  # the status is mpirun's own
        assert status != 0 if under_mpirun else status == 75, (number, ranks, status, err)
        assert took < 20, (number, ranks, took)
        if not under_mpirun:
            assert len(lines_of(err)) == 1 and "stopped by a signal" in err, err
        left = set(study.left("out.h5"))  # no file yet while `above` is counted
        if under_mpirun and "" in left:  # the launcher passed it on when all was done
            assert study.digest("out.h5") == want
            print("SIGTERM under mpirun came after the end of the run")
            study.remove("out.h5")
            continue
        if under_mpirun:  # on a busy machine it kills them before they have ended: the lock stays
            left -= {".partial.lock"}
        assert {".partial.journal"} <= left <= {".partial", ".partial.journal"}, left
        marked = marked_tasks(study.path(JOURNAL))
        got, out, err = study.complete("out.h5", 0 if ranks else 2)
        assert got == want and continued(out)[0] == marked > 0, (out, err)
        study.remove("out.h5")


def check_early(study, want):
    """Asked while MPI starts: nothing is done, and nothing is lost."""
    library = study.path("early.so")
    subprocess.run(["mpicc", "-shared", "-fPIC", "-o", library,
                    os.path.join(HERE, "preload", "early.c")], check=True)
    status, _, err = study.run("out.h5", env={"LD_PRELOAD": library})
    assert status == 75 and "stopped by a signal" in err, (status, err)
    assert "" not in study.left("out.h5"), study.left("out.h5")
    assert study.complete("out.h5")[0] == want
    study.remove("out.h5")


def check_other_study(study, want):
    """What differs is named, nothing is lost; --restart begins again."""
    ask(study, signal.SIGUSR1)
    with open(study.file) as file:
        text = file.read()
    with open(study.file, "w") as file:
        file.write(text.replace("decay: 1.5", "decay: 1.25"))
    before = os.stat(study.path(JOURNAL)).st_mtime_ns
    status, _, err = study.run("out.h5")
    number = next(k for k, line in enumerate(text.splitlines(), 1) if "decay: 1.5" in line)
    assert status == 2 and len(lines_of(err)) == 1, err
    assert f"differs from this one in: study line {number}; give --restart" in err, err
    assert os.stat(study.path(JOURNAL)).st_mtime_ns == before
    with open(study.file, "w") as file:
        file.write(text)
    with open(study.path("panel/panel.csv"), "a") as file:
        file.write("\n")
    status, _, err = study.run("out.h5")
    assert status == 2 and "differs from this one in: input panel.csv;" in err, err
    with open(study.path("panel/panel.csv"), "r+") as file:
        file.truncate(os.path.getsize(study.path("panel/panel.csv")) - 1)
    got, out, _ = study.complete("out.h5", words=["--restart"])
    assert got == want and continued(out) is None
    study.remove("out.h5")


def check_two_runs(study, want):
    """The second refuses; a lock whose holder is gone is none."""
    first = study.start("out.h5", threads=1, hold=1)
    held = wait_until_held(first)
    status, _, err = study.run("out.h5")
    assert status == 2 and f"another run (process {first.pid} on " in err, err
    study.let_go("out.h5", held)
    first.communicate()
    assert first.returncode == 0
    study.remove("out.h5")
    with open(study.path("out.h5.partial.lock"), "w") as file:
        file.write("process 1 on nowhere\n")
    assert study.complete("out.h5")[0] == want
    assert study.left("out.h5") == [""]
    study.remove("out.h5")


def check_stale_semaphore(study, want):
    """As a rank leaves it that is killed within Open MPI's open: a semaphore of value 0."""
    out = f"stale-{os.getpid()}.h5"  # the semaphore is everybody's who has a file of this name
    name = f"/dev/shm/sem.OMPIO_{out}.partial"
    with open(name, "wb") as file:
        file.write(bytes([0] * 8 + [0x80] + [0] * 23))
    try:
        status, _, err = study.run(out, 2, threads=1, most=120)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(name)
    assert status == 0 and study.digest(out) == want, err
    study.remove(out)


LONG = """measures:
  - mgwr: {y: gdp_pc, x: [trade_share, income], as: long}
output: {file: out.h5}
"""


def seconds_of(process):
    """Its processor time to the end, whatever else the machine does; and its status."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, process.returncode


def processor_time(pid):
    with open(f"/proc/{pid}/stat") as file:
        words = file.read().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def check_inside_a_task():
    """The one task of a period takes seconds: it is left, and computed when the run goes on."""
    study = Study(1200, 1, LONG)
    whole, status = seconds_of(study.start("whole.h5", threads=1))
    assert status == 0
    want = study.digest("whole.h5")
    process = study.start("out.h5", threads=1, words=["-q"])
    wait_until(lambda: processor_time(process.pid) > whole / 4, 120, "some of its time")
    process.send_signal(signal.SIGTERM)
    took, status = seconds_of(process)
    assert status == 75 and took < .6 * whole, (status, took, whole)
    err = process.stderr.read()
    assert len(lines_of(err)) == 1 and "stopped by a signal" in err, err
    assert study.complete("out.h5", threads=2)[0] == want
    print(f"asked after {whole / 4:.1f} s of {whole:.1f}, left after {took:.1f}")


def main():
    check_inside_a_task()
    study = Study(3000, 3, tile=128)
    want = study.complete("whole.h5")[0]
    check_signals(study, want)
    check_early(study, want)
    check_other_study(study, want)
    check_two_runs(study, want)
    check_stale_semaphore(study, want)


if __name__ == "__main__":
    main()
