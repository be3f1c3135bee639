"""What surrounds a run: threads that cannot be had, descriptors that are closed, a Slurm step without
PMIx, ranks that would all say the same, options without a value. Each is told in one line of ours
with the right exit status, or is got over."""
import os
import subprocess
import sys
import tempfile

from surroundings import ALONE, RUN, SANITIZED, SPILLWAY, World


def check_thread_texts(world):
    for text in ("0", "abc", "4,x", "2,", "99999"):
        world.says(RUN, 2, f"OMP_NUM_THREADS: '{text}' is not a number of threads; expected 1 to 4096",
                   env={"OMP_NUM_THREADS": text})
    # Where it does not count.
    for words in (["info", "old.h5"], [*RUN, "--threads", "1"]):
        code, _, err = world.run(words, env={"OMP_NUM_THREADS": "abc"})
        assert code == 0 and err == "", err
    for text, threads in (("3,2", 3), ("2 , 4", 2)):
        out = world.says(["run", "study.yaml", "--force", "-o", "new.h5"], 0,
                         env={"OMP_NUM_THREADS": text})
        assert f", {threads} thread{'s' if threads > 1 else ''} each" in out, (text, out)
    world.says(RUN, 0, env={"OMP_NUM_THREADS": ""})
    print("OMP_NUM_THREADS: ok")


def check_threads_not_to_be_had(world):
    """Address space stands for all that threads may lack: root may start any number of processes."""
    if SANITIZED:
        print("skipped: sanitizers need all addresses")
        return
    words = "cannot start 4096 threads: Resource temporarily unavailable after "
    many = [*RUN, "--threads", "4096"]
    world.says(many, 1, words, "give fewer with --threads", limit=4 << 30)
    code, _, err = world.run(many, limit=4 << 30, ranks=2)
    assert code == 1 and err.count("spillway:") == 1 and words in err, err
    # Larger stacks than those tried: libgomp's own line, and one of ours.
    world.says([*RUN, "--threads", "20"], 1, "libgomp:", "cannot start 20 threads", lines=2,
               limit=4 << 30, env={"OMP_STACKSIZE": "500M"})
    # The libraries themselves: OpenBLAS would try for ever.
    world.says(["--version"], 1, "no room for the program's libraries", limit=200 << 20)
    world.says(RUN, 1, "no room for MPI", limit=300 << 20)
    world.says(["info", "old.h5"], 0, limit=300 << 20, env={"OMP_NUM_THREADS": "64"})
    assert world.results() == ["new.h5"], world.results()
    print("threads, memory: ok")


def check_closed_descriptors(world):
    want = world.says(["info", "old.h5"], 0)
    for closed in ([1], [2], [0, 1, 2]):
        redirect = " ".join(f"{fd}<&-" for fd in closed)
        for words in ("run study.yaml --force -o new.h5", "info old.h5", "check study.yaml"):
            done = subprocess.run(["sh", "-c", f"exec {SPILLWAY} {words} {redirect}"],
                                  cwd=world.folder, capture_output=True, text=True,
                                  env={**os.environ, **ALONE}, timeout=120)
            assert done.returncode == 0, (closed, words, done)
            assert 2 in closed or "rror" not in done.stderr, done.stderr
            if 1 not in closed and words.startswith("info"):
                assert done.stdout == want
    # The log did not get into a file: both results are the same bytes.
    with open(world.path("old.h5"), "rb") as old, open(world.path("new.h5"), "rb") as new:
        assert old.read() == new.read()
    print("closed descriptors: ok")


def check_slurm_step(world):
    """As a shell of `srun --pty` has it, where Slurm has no PMIx (OPAL ERROR: Unreachable)."""
    step = {"SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_JOBID": "5", "SLURM_JOB_ID": "5",
            "SLURM_PROCID": "0", "SLURM_NTASKS": "1", "SLURM_NODELIST": "here",
            "SLURM_STEP_NUM_TASKS": "1"}
    for words in (RUN, ["check", "study.yaml"], ["verify", "old.h5"], ["info", "old.h5"],
                  ["diff", "old.h5", "old.h5"], ["measures"], ["--version"], ["run", "-h"]):
        world.says(words, 0, env=step)
    world.says(RUN, 0, env={**step, "SLURM_STEP_NUM_TASKS": "4", "SLURM_PTY_PORT": "7"})
    # PMI-2, as the default of many a Slurm, leaves its marks in such a shell.
    marks = {"PMI_RANK": "0", "PMI_FD": "9", "PMI_JOBID": "5.0"}
    for words in (RUN, ["check", "study.yaml"], ["verify", "old.h5"]):
        world.says(words, 0, env={**step, **marks, "PMI_SIZE": "1"})
    world.says(RUN, 0, env={**step, **marks, "PMI_SIZE": "4", "SLURM_PTY_PORT": "7"})
    code, _, err = world.run(RUN, env={**step, "SLURM_STEP_NUM_TASKS": "4"})
    assert code == 1 and "4 tasks and no PMIx" in err and "srun --mpi=pmix, or mpirun" in err, err
    world.says(["info", "old.h5"], 0, env={**step, "SLURM_STEP_NUM_TASKS": "4"})
    print("Slurm: ok")


def check_said_once(world):
    """Help and wrong usage, by one of the ranks."""
    for words, status, part in ((["run", "-h"], 0, "Usage"), (["run", "--help"], 0, "Usage"),
                                (["run", "-qh"], 0, "Usage"), (["--version"], 0, "HDF5"),
                                (["-h"], 0, "Usage"), (["rum"], 2, "unknown command 'rum'"),
                                ([], 2, "no command given")):
        code, out, err = world.run(words, ranks=2)
        assert code == status, (words, code, err)
        assert (out + err).count(part) == 1, (words, out, err)
    print("said once: ok")


def check_options(world):
    for words, part in ((["-xq", "study.yaml"], "unknown option -x;"),
                        (["-qx", "study.yaml"], "unknown option -x;"),
                        (["-qé", "study.yaml"], "unknown option -qé;"),
                        (["--forse", "study.yaml"], "unknown option --forse; did you mean --force?"),
                        (["study.yaml", "-qo"], "-o needs a value"),
                        (["study.yaml", "--output"], "--output needs a value"),
                        (["study.yaml", "--force=yes"], "--force takes no value"),
                        (["study.yaml", "-o", ""], "the value of --output is empty"),
                        (["study.yaml", "--reuse", ""], "the value of --reuse is empty"),
                        ([""], "an argument is empty")):
        world.says(["run", *words], 2, part)
    for words in (["info", ""], ["diff", "", "old.h5"], ["verify", ""], ["check", ""], ["synth",
                  "-o", "", "--units", "20", "--periods", "1"], ["check", "study.yaml", "--since", ""]):
        world.says(words, 2, "is empty")
    world.says(["synth", "-o", "made", "--units", "5", "--periods", "1"], 2,
               "--units: '5' is out of range; expected 12 to ")
    print("options: ok")


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        check_options(world)
        check_thread_texts(world)
        check_threads_not_to_be_had(world)
        check_closed_descriptors(world)
        check_slurm_step(world)
        check_said_once(world)


if __name__ == "__main__":
    sys.exit(main())
