"""What the tests of unfinished runs share: a study whose pair results take every form, runs of it,
and what its journal says."""
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
import h5py  # noqa: E402

from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
HERE = os.path.dirname(os.path.abspath(__file__))
# One rank needs no network: Open MPI looks for none, and starts in a third of the time.
ALONE = {"OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self"}

MEASURES = """measures:
  - coupling_coordination: {systems: [economy, services, ecology], as: ccd}
  - gravity: {mass: [population, gdp], decay: 2, keep: dense, as: dense}
  - gravity: {mass: [population, gdp], share: gdp, keep: dense, periods: [2001], as: directed}
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 20}, as: top}
  - gravity: {mass: [population, gdp], share: gdp, keep: {above: 1.0e+6}, as: above}
  - pairwise_coupling: {systems: [economy, services, ecology], form: wang2021, as: sums, keep: summary}
  - gravity: {mass: [population, gdp], weights: contiguity, keep: links, as: links}
  - moran: {of: top.out_strength, weights: contiguity, as: after}
output: {file: out.h5}
seed: 1
"""


class Study:
    """A synthetic panel and a study of it in a folder of its own, `where` or in the usual place."""

    def __init__(self, units, periods, measures=MEASURES, tile=None, where=None):
        self.folder = tempfile.TemporaryDirectory(dir=where)
        subprocess.run([SPILLWAY, "synth", "-o", self.path("panel"), "--units", str(units),
                        "--periods", str(periods)], check=True, capture_output=True)
        with open(self.path("panel/study.yaml")) as file:
            head = file.read().split("measures:")[0]
        self.file = self.path("panel/restart.yaml")
        with open(self.file, "w") as file:
            file.write(head + measures + (f"tile: {tile}\n" if tile else ""))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def start(self, name, ranks=0, words=(), threads=2, env=None):
        env = dict(env or {})
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        if ranks and "LD_PRELOAD" in env:  # for the ranks alone
            launcher += ["-x", "LD_PRELOAD=" + env.pop("LD_PRELOAD")]
        return subprocess.Popen(
            [*launcher, SPILLWAY, "run", self.file, "-o", self.path(name), "--threads",
             str(threads), *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **({} if ranks else ALONE), **env}, start_new_session=True)

    def run(self, name, ranks=0, words=(), threads=2, env=None, most=300):
        """(status, standard output, standard error); after `most` seconds it hangs."""
        process = self.start(name, ranks, words, threads, env)
        try:
            out, err = process.communicate(timeout=most)
        except subprocess.TimeoutExpired:
            kill_all(process)
            raise
        return process.returncode, out, err

    def complete(self, name, ranks=0, words=(), threads=2, env=None):
        """Run to the end; (digest, standard output, standard error)."""
        status, out, err = self.run(name, ranks, words, threads, env)
        assert status == 0, err
        return self.digest(name), out, err

    def digest(self, name):
        with h5py.File(self.path(name)) as file:
            assert file.attrs["state"] == b"complete"
            return digest(file)

    def left(self, name):
        return sorted(n[len(name):] for n in os.listdir(self.folder.name) if n.startswith(name))

    def remove(self, name):
        for end in self.left(name):
            os.remove(self.path(name + end))


def kill_all(process):
    """The launcher and all ranks at once: Open MPI gives each rank a process group of its own."""
    for pid in [process.pid, *ranks_of(process)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.communicate()


def ranks_of(process):
    """Process ids of the ranks under a launcher."""
    children = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], text=True,
                              capture_output=True).stdout.split("\n")
    return [int(line.split()[0]) for line in children if "spillway" in line]


def continued(out):
    """(tasks done before, tasks in all) as the summary says, or None."""
    for line in out.splitlines():
        if line.startswith("continued: "):
            words = line.split()
            return int(words[1]), int(words[3])
    return None


def marked_tasks(path):
    """Tasks that have a record in the journal: 64 bytes, the region and task in the seventh word."""
    with open(path, "rb") as file:
        data = file.read()
    if len(data) < 8192:
        return 0
    fingerprint = struct.unpack_from("<Q", data, 16)[0]
    at, found = 4096 + -(-fingerprint // 4096) * 4096, set()
    names = struct.unpack_from(f"<{(len(data) - at) // 8}Q", data, at)
    for word in names[6::8]:
        region, task = word >> 40, word & ((1 << 40) - 1)
        if 1 <= region <= 64 and task < 1 << 20:
            found.add(word)
    return len(found)


def wait_for_marks(process, path, most):
    """Until the journal has a mark or the process ends; at most so many seconds."""
    end = time.time() + most
    while time.time() < end and process.poll() is None:
        if os.path.exists(path) and os.path.getsize(path) > 8192 and marked_tasks(path) > 0:
            return True
        time.sleep(0.01)
    return False


# ---- faults ---------------------------------------------------------------------------------

def memory_folder():
    """Where syncs cost nothing: some hundred small runs are not about the disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Faults:
    """preload/faults.c, built."""

    def __init__(self, folder):
        if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
            print("skipped: sanitizers do not bear another library that wraps allocations")
            sys.exit(77)
        self.library = os.path.join(folder, "faults.so")
        self.log = os.path.join(folder, "faults.log")
        built = subprocess.run(["mpicc", "-O1", "-shared", "-fPIC", "-o", self.library,
                                os.path.join(HERE, "preload", "faults.c"), "-ldl"],
                               capture_output=True, text=True)
        assert built.returncode == 0, built.stderr

    def env(self, kind, k=0, do="fail", path=None, **more):
        env = {"LD_PRELOAD": self.library, "FAULT_KIND": kind, "FAULT_K": str(k), "FAULT_DO": do}
        if path:
            env["FAULT_PATH"] = path
        return {**env, **more}

    def calls(self, study, name, kind, path=None, ranks=0, words=(), **more):
        """The calls of a kind in an undisturbed run: (kind, path) in order."""
        env = self.env(kind, 0, path=path, FAULT_LOG=self.log, **more)
        status, _, err = study.run(name, ranks, words, threads=1, env=env)
        assert status == 0, err
        if not os.path.exists(self.log):
            return []
        with open(self.log) as file:
            calls = [tuple(line.rstrip("\n").split(" ", 1)) for line in file]
        os.remove(self.log)
        return calls


def kill_while_marking(study, faults):
    """Alone, in the midst of the tasks; what the run leaves: {end of the name: bytes}."""
    writes = len(faults.calls(study, "out.h5", "write", ".journal"))
    study.remove("out.h5")
    study.run("out.h5", threads=1, env=faults.env("write", writes * 3 // 4, "kill", ".journal"))
    left = {}
    for end in ".partial", ".partial.journal":
        with open(study.path("out.h5" + end), "rb") as file:
            left[end] = file.read()
    study.remove("out.h5")
    return left


def said(err):
    """Lines that say what went wrong, warnings not among them."""
    return [line for line in err.splitlines()
            if line.startswith("spillway: ") and not line.startswith(("spillway: warning: ",
                                                                      "spillway: info: "))]


def some(count, first, more):
    """1 .. count, all with SPILLWAY_FAULTS=all; else the first ones and some spread over the rest."""
    if os.environ.get("SPILLWAY_FAULTS") == "all" or count <= first + more:
        return list(range(1, count + 1))
    step = (count - first) / more
    return list(range(1, first + 1)) + [first + 1 + int(k * step) for k in range(more)]
