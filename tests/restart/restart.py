"""What the tests of unfinished runs share: a study whose pair results take every form, runs of it,
and what its journal says."""
import contextlib
import os
import re
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
  - radiation_model: {mass: gdp, keep: {top: 10}, as: radiation}
  - gravity: {mass: [population], keep: {share: 0.02}, as: share}
  - pairwise_coupling: {systems: [economy, services, ecology], form: wang2021, as: sums, keep: summary}
  - gravity: {mass: [population, gdp], weights: contiguity, keep: links, as: links}
  - moran: {of: top.out_strength, weights: contiguity, as: after}
output: {file: out.h5}
seed: 1
"""


class Study:
    """A synthetic panel and a study of it in a folder of its own, `where` or in the usual place."""

    program = SPILLWAY

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

    def start(self, name, ranks=0, words=(), threads=2, env=None, hold=0):
        """The process of the run, or of its launcher. `hold`: each rank suspends itself once it
        has marked so many tasks, until it is let go (`wait_until_held`, `let_go`)."""
        env = dict(env or {})
        if hold:
            env.update(self.hold(name, hold))
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        if ranks and "LD_PRELOAD" in env:  # for the ranks alone
            launcher += ["-x", "LD_PRELOAD=" + env.pop("LD_PRELOAD")]
        return subprocess.Popen(
            [*launcher, self.program, "run", self.file, "-o", self.path(name), "--threads",
             str(threads), *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, **({} if ranks else ALONE), **env}, start_new_session=True)

    def hold(self, name, marks=1):
        """What the environment of ranks that are to be held says."""
        path = self.path(f"hold-{os.path.basename(name)}")
        with open(path, "w") as file:
            file.write(str(marks))
        return {"SPILLWAY_HOLD": path}

    def let_go(self, name, ranks=()):
        """No rank of this output is held from now on; these go on."""
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path(f"hold-{os.path.basename(name)}"))
        for pid in ranks:
            signal_to(pid, signal.SIGCONT)

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


def signal_to(pid, number):
    with contextlib.suppress(ProcessLookupError):  # it has just ended
        os.kill(pid, number)


def kill_all(process):
    """The launcher and all ranks at once: Open MPI gives each rank a process group of its own."""
    for pid in [process.pid, *ranks_of(process)]:
        signal_to(pid, signal.SIGKILL)
    process.communicate()


# ---- processes as /proc shows them: no polling for a moment, only for states that stay --------

def stat_of(pid):
    """(name, state, parent) of a process, or None when there is none."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            head, tail = file.read().rsplit(")", 1)
    except (FileNotFoundError, ProcessLookupError):
        return None
    words = tail.split()
    return head.split("(", 1)[1], words[0], int(words[1])


def is_alive(pid):
    """A zombie is a process that has ended and that its parent has not asked about: it is no more."""
    stat = stat_of(pid)
    return stat is not None and stat[1] not in "ZX"


def is_held(pid):
    stat = stat_of(pid)
    return stat is not None and stat[1] == "T"


def is_pending(pid, number):
    """Whether a signal waits for a process that is held."""
    try:
        with open(f"/proc/{pid}/status") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return any(int(word, 16) >> (number - 1) & 1
               for word in re.findall(r"^(?:SigPnd|ShdPnd):\s*(\w+)$", text, re.M))


RANK_NAMES = ("spillway", "p_slow")  # of a launcher's children; Open MPI has helpers of its own


def ranks_of(process):
    """Process ids of the ranks under a launcher that are alive."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        stat = stat_of(pid)
        if stat and stat[2] == process.pid and stat[0] in RANK_NAMES and stat[1] not in "ZX":
            found.append(pid)
    return sorted(found)


def wait_until(true, most, what, every=0.02):
    """What `true` gives, once it is something."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        got = true()
        if got:
            return got
        time.sleep(every)
    raise AssertionError(f"waited {most} s for {what}")


def wait_until_held(process, ranks=0, everyone=False, most=200):
    """The ranks that suspended themselves (Study.start with `hold`): one of them at least, or all."""
    def held():
        if process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode} before it was held: "
                                 f"{process.communicate()}")
        pids = [pid for pid in (ranks_of(process) if ranks else [process.pid]) if is_held(pid)]
        return pids if len(pids) >= (max(ranks, 1) if everyone else 1) else None
    return wait_until(held, most, f"{ranks} ranks to be held")


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
        if 1 <= region < 1 << 12 and task < 1 << 20:
            found.add(word)
    return len(found)


# ---- faults ---------------------------------------------------------------------------------

def memory_folder():
    """Where syncs cost nothing: some hundred small runs are not about the disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Faults:
    """preload/faults.c and forks.c, built."""

    def __init__(self, folder):
        if "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ:
            print("skipped: sanitizers do not bear another library that wraps allocations")
            sys.exit(77)
        self.library = os.path.join(folder, "faults.so")
        self.log = os.path.join(folder, "faults.log")
        sources = [os.path.join(HERE, "preload", name) for name in ("faults.c", "forks.c")]
        built = subprocess.run(["mpicc", "-O1", "-shared", "-fPIC", "-o", self.library, *sources,
                                "-ldl"], capture_output=True, text=True)
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
