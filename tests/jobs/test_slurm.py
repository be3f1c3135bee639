"""The batch scripts of jobs/slurm under a real Slurm of one node: a study done, cut by its time
limit, cancelled, with a rank killed; arrays; scaling; what is refused.

The ranks of a run that is to be cut hold themselves at their first mark (SPILLWAY_HOLD), so that it
cannot end first, however fast the machine."""
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import time

from slurm import Slurm, why_not
from restart import (SPILLWAY, Study, continued, is_held, is_pending, marked_tasks, signal_to,
                     wait_until)

HERE = os.path.dirname(os.path.abspath(__file__))

JOBS = os.path.join(HERE, "..", "..", "jobs")
# Seconds of work in tasks of some milliseconds, and few bytes to write.
MEASURES = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 20}, as: top}
  - gravity: {mass: [population, gdp], keep: dense, periods: [2001], as: dense}
  - pairwise_coupling: {systems: [economy, services, ecology], keep: summary, as: sums}
  - moran: {of: top.out_strength, weights: contiguity, as: after}
output: {file: out.h5}
seed: 1
"""
# What tests/CMakeLists.txt sets for ranks that share cores; here the scripts are to bind them.
FREE = ("OMPI_MCA_rmaps_base_oversubscribe", "OMPI_MCA_hwloc_base_binding_policy")


class Job:
    """A script submitted; its output is in a file of its own."""

    def __init__(self, slurm, study, script, words, options=(), ranks=1, threads=1, **env):
        self.slurm, self.folder = slurm, study.folder.name
        # mpirun waits so long for ranks to end, where one is gone for nothing.
        environment = {**slurm.env, "SPILLWAY": SPILLWAY,
                       "OMPI_MCA_odls_base_sigkill_timeout": "2", **env}
        for name in FREE:
            environment.pop(name, None)
        done = subprocess.run(
            ["sbatch", "--parsable", f"--ntasks-per-node={ranks}", f"--cpus-per-task={threads}",
             f"--output={self.folder}/%A.%a.log", *options, f"{JOBS}/slurm/{script}.sbatch", *words],
            env=environment, cwd=self.folder, text=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        self.id = done.stdout.strip()

    def told(self, what):
        """A word of `scontrol show job`, as of now."""
        return re.search(rf"\b{what}=(\S+)", self.slurm.ask("scontrol", "show", "job", self.id))[1]

    def log(self, task=4294967294):
        path = os.path.join(self.folder, f"{self.id}.{task}.log")
        if not os.path.exists(path):
            return ""
        with open(path) as file:
            return file.read()

    def processes(self):
        """Ranks of this job."""
        mark, found = f"\0SLURM_JOB_ID={self.id}\0".encode(), []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/comm") as file:
                    if file.read().strip() != os.path.basename(SPILLWAY):
                        continue
                with open(f"/proc/{name}/environ", "rb") as file:
                    if mark in b"\0" + file.read():
                        found.append(int(name))
            except OSError:
                pass
        return sorted(found)

    def wait(self, state, code, most=240):
        """Until it has ended and its processes are gone; it must have ended so."""
        ends = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")
        wait_until(lambda: self.told("JobState") in ends, most, f"job {self.id} to end")
        assert (self.told("JobState"), self.told("ExitCode")) == (state, code), \
            (self.told("JobState"), self.told("ExitCode"), self.log())
        return self.log()

    def wait_until_held(self, ranks):
        """Until all ranks hold themselves (`cut` asked them to); their process ids."""
        def held():
            pids = self.processes()
            assert self.told("JobState") in ("PENDING", "CONFIGURING", "RUNNING"), \
                f"job {self.id} ended before it was held: {self.log()}"
            return pids if len(pids) == ranks and all(map(is_held, pids)) else None
        return wait_until(held, 240, f"{ranks} ranks of job {self.id} to be held", every=0.1)


def equals(study, name, want):
    """The same bits, and `spillway diff` says so, too."""
    assert study.left(name) == [""], study.left(name)
    assert study.digest(name) == want, f"{name} has other bits"
    subprocess.run([SPILLWAY, "diff", "--quiet", study.path("whole.h5"), study.path(name)],
                   check=True)


def journal(study, name):
    return study.path(name + ".partial.journal")


# ---- a study --------------------------------------------------------------------------------

def cut(slurm, study, what, options=(), words=(), ranks=1, **how):
    """A run by each launcher, held at work: (job, its output, launcher, marked tasks, ranks) of
    both. A job that is queued again is not held: the file that holds it is gone by then."""
    names = {launcher: f"{what}-{launcher}.h5" for launcher in ("srun", "mpirun")}
    jobs = [(Job(slurm, study, "study", [study.file, "-o", name, *words], options, ranks=ranks,
                 SPILLWAY_LAUNCHER=launcher, **study.hold(name), **how), name, launcher)
            for launcher, name in names.items()]
    found = []
    for job, name, launcher in jobs:
        pids = job.wait_until_held(ranks)
        study.let_go(name)
        found.append((job, name, launcher, marked_tasks(journal(study, name)), pids))
    return found


def submit_again(slurm, study, want, jobs):
    """What a cut run left is no result; submitted again it goes on from there to the same bits."""
    again = []
    for job, name, launcher, marked, _ in jobs:
        left = study.left(name)
        assert "" not in left and ".partial.journal" in left, left
        again.append((Job(slurm, study, "study", [study.file, "-o", name],
                          SPILLWAY_LAUNCHER=launcher), name, marked))
    for job, name, marked in again:
        log = job.wait("COMPLETED", "0:0")
        assert continued(log)[0] >= marked > 0, log
        equals(study, name, want)


def check_done(slurm, study, want):
    """As many ranks and threads as were asked for; each rank bound to its cores."""
    for ranks, threads in ((2, 1), (1, 2)):
        for job, name, _, _, pids in cut(slurm, study, f"done-{ranks}", ranks=ranks, threads=threads):
            masks = [os.sched_getaffinity(pid) for pid in pids]
            for pid in pids:
                signal_to(pid, signal.SIGCONT)
            if slurm.binds:
                assert [len(mask) for mask in masks] == [threads] * ranks, masks
                assert len(set().union(*masks)) == ranks * threads, masks
            log = job.wait("COMPLETED", "0:0")
            assert re.search(rf"^ranks: {ranks} on 1 node, {threads} thread", log, re.M), log
            equals(study, name, want)
            study.remove(name)


def submit_limited(slurm, study):
    """Runs that Slurm asks to stop 40 seconds after they began, as soon as it looks at time limits,
    which is twice a minute; a night is one of them."""
    jobs = cut(slurm, study, "limit", ["--time=6", "--signal=B:USR1@320"], ["--restart"])
    os.mkdir(study.path("studies"))
    for name in os.listdir(study.path("panel")):
        if name != "study.yaml":
            os.link(study.path(f"panel/{name}"), study.path(f"studies/{name}"))
    night = Job(slurm, study, "nightly", ["studies", "nights"], ["--time=6", "--signal=B:USR1@320"],
                **study.hold("night"))
    pids = night.wait_until_held(1)
    study.let_go("night")
    marked = marked_tasks(study.path("nights/.unfinished/restart.h5.partial.journal"))
    return jobs + [(night, "nights/latest/restart.h5", "srun", marked, pids)]


def check_limited(slurm, study, want, jobs):
    """Asked in time, queued again, gone on, the same bits."""
    for job, _, _, _, pids in jobs:
        wait_until(lambda: any(is_pending(pid, signal.SIGUSR1) for pid in pids), 200,
                         f"SIGUSR1 before the time limit of job {job.id}")
        for pid in pids:
            signal_to(pid, signal.SIGCONT)
    for job, name, _, marked, _ in jobs:
        log = job.wait("COMPLETED", "0:0")
        assert job.told("Restarts") == "1", log
        assert "stopped by a signal" in log and "the job queues itself again" in log, log
        assert continued(log)[0] >= marked, (marked, log)
        assert study.digest(name) == want, f"{name} has other bits"
        if "/" not in name:
            assert "start 1:" in log and "start 2:" in log, log
            equals(study, name, want)
    assert log.count("the next night begins at") == 1 == log.count("is queued already"), log
    slurm.ask("scancel", "--name=nightly")


def check_cancelled(slurm, study, want):
    """Not queued again; nothing under the final name."""
    jobs = cut(slurm, study, "cancelled", ranks=2)
    slurm.ask("scancel", *(job.id for job, *_ in jobs))
    for job, *_ in jobs:
        wait_until(lambda: job.told("JobState") == "CANCELLED" and not job.processes(), 240,
                         "the job and its ranks to end")
        assert job.told("Restarts") == "0", job.log()
    submit_again(slurm, study, want, jobs)


def check_rank_killed(slurm, study, want):
    """The job fails, and says what to do."""
    jobs = cut(slurm, study, "killed", ranks=2)
    for _, _, _, _, pids in jobs:
        assert len(pids) == 2, pids
        signal_to(pids[1], signal.SIGKILL)
        signal_to(pids[0], signal.SIGCONT)
    for job, *_ in jobs:
        log = job.wait("FAILED", "137:0")
        assert "exit status 137; what is done is kept" in log, log
    submit_again(slurm, study, want, jobs)


# ---- several studies -------------------------------------------------------------------------

def wait_array(slurm, job, tasks):
    wait_until(lambda: not slurm.ask("squeue", "-h", "-j", job.id).strip(), 240, "the array")
    return {task: job.log(task) for task in tasks}


def same_values(study, name):
    """The text of the study, which is in the file, is another."""
    subprocess.run([SPILLWAY, "diff", "--quiet", "--values", study.path("whole.h5"),
                    study.path(name)], check=True)


def check_array(slurm, small):
    """A folder, a list, a template; a task without a study is refused."""
    os.mkdir(small.path("panel/many"))
    names = []
    for k in "ab":
        names.append(small.path(f"panel/many/{k}.yaml"))
        with open(small.file) as file:
            text = re.sub(r"(file: )(\w+\.csv)", r"\1../\2", file.read())
        with open(names[-1], "w") as file:
            file.write(text.replace("file: out.h5", f"file: ../../{k}.h5"))
    job = Job(slurm, small, "array", [small.path("panel/many"), "--log-level", "warn"],
              ["--array=1-3"])
    logs = wait_array(slurm, job, (1, 2, 3))
    for k in "ab":
        same_values(small, f"{k}.h5")
        small.remove(f"{k}.h5")
    assert "task 3 of" in logs[3] and "fewer studies" in logs[3], logs
    with open(small.path("list.txt"), "w") as file:
        file.write("\n".join(names) + "\n")
    wait_array(slurm, Job(slurm, small, "array", ["list.txt"], ["--array=2"]), (2,))
    assert small.left("a.h5") == []
    same_values(small, "b.h5")

    with open(small.file) as file:
        text = file.read()
    with open(small.path("panel/year.yaml.in"), "w") as file:
        file.write(text.replace("periods: [2001]", "periods: [@PERIOD@]")
                   .replace("out.h5", "../year-@PERIOD@.h5"))
    job = Job(slurm, small, "array", [small.path("panel/year.yaml.in")], ["--array=1-2"],
              SPILLWAY_FIRST_PERIOD="2001")
    logs = wait_array(slurm, job, (1, 2))
    for year in (2001, 2002):
        with open(small.path(f"panel/year-{year}.yaml")) as file:
            assert f"periods: [{year}]" in file.read()
        assert small.left(f"year-{year}.h5") == [""], logs


# ---- scaling ---------------------------------------------------------------------------------

def check_scaling(slurm, small):
    """A line for each run, of what ran; medians of this job; too much for the allocation refused."""
    path = small.path("scaling.csv")
    jobs = [Job(slurm, small, "strong", [small.file, path], ranks=2, SPILLWAY_REPEATS="2"),
            Job(slurm, small, "weak", ["100", "2", path], ["--dependency=singleton", "--job-name=strong"],
                ranks=2, SPILLWAY_REPEATS="1", SPILLWAY_CONFIGURATIONS="1x1x1 1x2x1 1x1x2")]
    logs = [job.wait("COMPLETED", "0:0") for job in jobs]
    with open(path) as file:
        rows = list(csv.DictReader(file))
    got = [(r["suite"], r["job"], r["nodes"], r["ranks"], r["threads"], r["repeat"], r["units"],
            r["periods"]) for r in rows]
    a, b = (job.id for job in jobs)
    assert got == [("strong", a, "1", "1", "1", "1", "400", "2"), ("strong", a, "1", "2", "1", "1", "400", "2"),
                   ("strong", a, "1", "1", "1", "2", "400", "2"), ("strong", a, "1", "2", "1", "2", "400", "2"),
                   ("weak", b, "1", "1", "1", "1", "100", "2"), ("weak", b, "1", "2", "1", "1", "141", "2"),
                   ("weak", b, "1", "1", "2", "1", "141", "2")], got
    for row in rows:
        assert float(row["whole_s"]) >= float(row["pairs_s"]) > 0, row
        assert (float(row["sent_bytes"]) > 0) == (row["ranks"] == "2"), row
        assert float(row["pairs"]) > 0 and float(row["peak_bytes"]) > 1e6, row
        assert row["version"].startswith("spillway "), row
    for log, lines in zip(logs, (2, 3)):
        table = log[log.index("nodes ranks"):].splitlines()
        assert len(table) == 1 + lines and table[1].split()[-2:] == ["1.00", "1.00"], log
    assert sorted(n for n in os.listdir(small.folder.name) if n.startswith("scaling.csv")) == ["scaling.csv"]
    job = Job(slurm, small, "strong", [small.file, path], SPILLWAY_CONFIGURATIONS="1x1x1 2x1x1")
    assert "2x1x1 is more than was allocated" in job.wait("FAILED", "2:0")


# ---- nights and refusals ----------------------------------------------------------------------

def check_nightly(slurm, small):
    """Two nights and a changed county between them; the next is queued each time, with the options
    of this one, also by a night that fails."""
    studies, out = small.path("my studies"), small.path("nights")
    os.mkdir(studies)
    for name in ("panel.csv", "units.csv", "edges.csv", "restart.yaml"):
        shutil.copy(small.path(f"panel/{name}"), studies)
    job = Job(slurm, small, "nightly", [studies, out], ["--time=00:17:00", "--job-name=nights"],
              threads=2, SPILLWAY_NIGHTLY_AT="02:00")
    log = job.wait("COMPLETED", "0:0")
    same_values(small, "nights/latest/restart.h5")
    second = queued(slurm, log)

    with open(f"{studies}/panel.csv") as file:
        lines = file.readlines()
    place = lines[0].split(",").index("population")
    cells = lines[7].split(",")
    cells[place] = str(2 * float(cells[place]))
    with open(f"{studies}/panel.csv", "w") as file:
        file.writelines(lines[:7] + [",".join(cells)] + lines[8:])
    log = begin_now(slurm, small, second, "COMPLETED")
    assert cells[0] in log[log.index("== restart"):], log  # the county, in what moved most
    subprocess.run([SPILLWAY, "run", f"{studies}/restart.yaml", "-o", small.path("fresh.h5"), "-q"],
                   check=True)
    assert small.digest("nights/latest/restart.h5") == small.digest("fresh.h5")

    before = os.readlink(f"{out}/latest")
    with open(f"{studies}/restart.yaml", "a") as file:
        file.write("sead: 2\n")
    log = begin_now(slurm, small, queued(slurm, log), "FAILED")
    assert "did you mean 'seed'" in log and os.readlink(f"{out}/latest") == before, log
    queued(slurm, log)
    slurm.ask("scancel", "--name=nights")


def queued(slurm, log):
    """The one night that waits, as the log of the one before it said; its number."""
    said = re.search(r"the next night begins at (\S+T02:00:00): job (\d+)", log)
    assert said, log
    waiting = slurm.ask("squeue", "-h", "--name=nights", "-o", "%i %l %S %C %t").split()
    assert waiting == [said[2], "17:00", said[1], "2", "PD"], (waiting, log)
    assert 0 < time.mktime(time.strptime(said[1], "%Y-%m-%dT%H:%M:%S")) - time.time() <= 25 * 3600
    return said[2]


def begin_now(slurm, small, number, state):
    """Lets a night that waits for its time begin; its log when it has ended so."""
    slurm.ask("scontrol", "update", f"JobId={number}", "StartTime=now")
    wait_until(lambda: f"JobState={state}" in slurm.ask("scontrol", "show", "job", number), 240,
                     f"job {number} to be {state}")
    with open(small.path(f"nights-{number}.out")) as file:
        return file.read()


def check_refused(slurm, small):
    cases = ((("study", ["nowhere.yaml"]), {}, "nowhere.yaml: cannot be read"),
             (("study", []), {}, "give a study"),
             (("study", [small.file, "--forse"]), {}, "unknown option --forse"),
             (("study", [small.file]), {"SPILLWAY": "/nowhere"}, "SPILLWAY=/nowhere is no program"),
             (("study", [small.file]), {"SPILLWAY_LAUNCHER": "ssh"}, "SPILLWAY_LAUNCHER=ssh is not known"),
             (("array", [small.file]), {}, "this is no array job"))
    jobs = [Job(slurm, small, *words, **env) for words, env, _ in cases]
    for job, (_, _, text) in zip(jobs, cases):
        log = job.wait("FAILED", "2:0")
        assert text in log, log


def check_step(slurm, small):
    """Within a step of a Slurm that has been told of no PMIx, as in a shell of `srun --pty`: one task
    is alone, ranks of mpirun are ranks, and for two tasks of srun the cure is named."""
    def step(tasks, *words):
        return subprocess.run(["srun", "--quiet", "--mpi=none", f"--ntasks={tasks}", *words],
                              env=slurm.env, cwd=small.folder.name, text=True, capture_output=True)
    want = small.digest("whole.h5")
    words = ["run", small.file, "-q", "--force", "-o", "step.h5"]
    for launcher in [], ["mpirun", "-n", "2"]:
        done = step(1, *launcher, SPILLWAY, *words)
        assert done.returncode == 0 and not done.stderr, done
        assert small.digest("step.h5") == want
    for verb in (["info", "step.h5"], ["verify", "step.h5", "--study", small.file],
                 ["check", small.file]):
        assert step(1, SPILLWAY, *verb).returncode == 0, verb
    done = step(2, SPILLWAY, *words)
    assert done.returncode != 0 and done.stderr.count("2 tasks and no PMIx") == 1, done
    assert step(2, SPILLWAY, "run", "-h").stdout.count("Usage") == 1


def main():
    reason = why_not()
    if reason:
        print(f"skipped: no Slurm on this machine: {reason}")
        sys.exit(77)
    began = time.time()
    study, small = Study(3000, 10, MEASURES, tile=128), Study(400, 2, MEASURES, tile=64)
    want = study.complete("whole.h5")[0]
    small.complete("whole.h5")
    with Slurm() as slurm:
        def check(function, *arguments):
            result = function(slurm, *arguments)
            print(f"{time.time() - began:6.1f} s  {function.__name__}", flush=True)
            return result

        check(check_done, study, want)
        limited = check(submit_limited, study)
        check(check_cancelled, study, want)
        check(check_rank_killed, study, want)
        check(check_array, small)
        check(check_refused, small)
        check(check_step, small)
        check(check_limited, study, want, limited)
        check(check_scaling, small)
        check(check_nightly, small)


if __name__ == "__main__":
    main()
