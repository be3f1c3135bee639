"""jobs/pbs/study.pbs without a PBS: its surroundings are made here (variables, the node file, qstat
that tells what the job was given, qsub that notes how it was called). mpirun and the program are
real: the run is asked to stop by the time limit, submits itself again, and goes on."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "restart"))
from restart import (SPILLWAY, Study, continued, is_held, is_pending, marked_tasks,  # noqa: E402
                     wait_until)

JOBS = os.path.abspath(os.path.join(HERE, "..", "..", "jobs"))
MEASURES = """measures:
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 20}, as: top}
output: {file: out.h5}
seed: 1
"""
QSTAT = """#!/bin/sh
[ "$*" = "-f 7.server" ] || exit 1
printf 'Job Id: 7.server\\n    Job_Name = study\\n    Resource_List.select = 1:ncpus=1:\\n'
printf '\\tmpiprocs=2:ompthreads=1\\n    Resource_List.walltime = 00:02:%02d\\n    euser = me\\n' "$SECONDS_LEFT"
"""
QSUB = """#!/bin/sh
printf '%s\\n' "$SPILLWAY_STARTS" "$SPILLWAY_OPTIONS" "$@" >> "$PBS_O_WORKDIR/qsub.called"
echo 8.server
"""


class Surroundings:
    def __init__(self, folder):
        self.folder = folder
        for name, text in (("qstat", QSTAT), ("qsub", QSUB)):
            path = os.path.join(folder, "bin", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
            os.chmod(path, 0o755)
        with open(os.path.join(folder, "nodes"), "w") as file:
            file.write("localhost\nlocalhost\n")

    def start(self, **more):
        env = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "SPILLWAY": SPILLWAY,
               "SPILLWAY_JOBS": JOBS, "PBS_O_WORKDIR": self.folder, "PBS_JOBID": "7.server",
               "PBS_JOBNAME": "study", "PBS_QUEUE": "batch", "OMP_NUM_THREADS": "1",
               "PBS_NODEFILE": os.path.join(self.folder, "nodes"), "SECONDS_LEFT": "9",
               "OMPI_MCA_odls_base_sigkill_timeout": "2", **more}
        return subprocess.Popen(["bash", f"{JOBS}/pbs/study.pbs"], env=env, text=True, cwd="/",
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, **more):
        process = self.start(**more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def called(self):
        path = os.path.join(self.folder, "qsub.called")
        if not os.path.exists(path):
            return None
        with open(path) as file:
            text = file.read().split("\n")[:-1]
        os.remove(path)
        return text


def ranks_in(study):
    """Processes of the program on this study."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0] == SPILLWAY.encode() and study.file.encode() in words:
            found.append(int(name))
    return found


def start_limited(pbs, study, options):
    """A run whose ranks hold themselves at work, that is to be asked to stop; more time where a slow
    machine was asked before."""
    for seconds in (3, 20, 100):
        env = study.hold("out.h5")
        process = pbs.start(STUDY=study.file, SECONDS_LEFT=str(seconds), SPILLWAY_OPTIONS=options,
                            **env)
        ranks = wait_until(lambda: process.poll() is not None or held_ranks(study), 200, "ranks to be held")
        study.let_go("out.h5")
        if ranks is not True:
            return process, ranks, seconds
        assert process.returncode == 75, process.communicate()
        assert pbs.called()
    raise AssertionError("the run was always asked to stop before it was at work")


def held_ranks(study):
    ranks = ranks_in(study)
    return ranks if len(ranks) == 2 and all(map(is_held, ranks)) else None


def check_limit(pbs, study, want):
    """Asked, kept, submitted again with what the job had."""
    options = f"-o {study.path('out.h5')}"
    process, ranks, seconds = start_limited(pbs, study, options + " --restart")
    marked = marked_tasks(study.path("out.h5.partial.journal"))
    wait_until(lambda: all(is_pending(pid, signal.SIGUSR1) for pid in ranks), 200,
               "timeout's signal to mpirun, and mpirun's to the ranks")
    for pid in ranks:
        os.kill(pid, signal.SIGCONT)
    err = process.communicate(timeout=60)[1]
    assert process.returncode == 75 and "it goes on as job 8.server" in err, err
    assert f"nodes: 1, ranks: 2, threads per rank: 1; asked to stop in {seconds} s" in err, err
    assert pbs.called() == ["2", options + " ", "-V", "-N", "study", "-q", "batch",
                            "-l", "select=1:ncpus=1:mpiprocs=2:ompthreads=1",
                            "-l", f"walltime=00:02:{seconds:02d}", f"{JOBS}/pbs/study.pbs"]
    assert study.left("out.h5") == [".partial", ".partial.journal"]
    status, out, err = pbs.run(STUDY=study.file, SPILLWAY_OPTIONS=options, SPILLWAY_STARTS="2",
                               SPILLWAY_MARGIN="20")
    assert status == 0 and continued(out)[0] >= marked > 0, (out, err)
    assert study.digest("out.h5") == want and pbs.called() is None


def check_refused(pbs, study):
    for env, text in (({"STUDY": "nowhere.yaml"}, "'nowhere.yaml' cannot be read"), ({}, "STUDY=''"),
                      ({"STUDY": study.file, "SPILLWAY_OPTIONS": "--forse"}, "unknown option --forse"),
                      ({"STUDY": study.file, "SPILLWAY_MARGIN": "500"}, "leaves no time")):
        status, _, err = pbs.run(**{"SPILLWAY_MARGIN": "20", **env})
        assert status == 2 and text in err and pbs.called() is None, (env, err)


def main():
    if not shutil.which("mpirun"):
        print("skipped: no mpirun")
        sys.exit(77)
    study = Study(3000, 8, MEASURES, tile=128)
    want = study.complete("whole.h5")[0]
    with tempfile.TemporaryDirectory() as folder:
        pbs = Surroundings(folder)
        check_limit(pbs, study, want)
        check_refused(pbs, study)


if __name__ == "__main__":
    main()
