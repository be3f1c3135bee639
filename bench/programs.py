"""What the benchmarks start: the programs of the build, with an environment of their own, and what
they print."""
import ctypes
import os
import re
import subprocess
import sys
import time

# numpy here has one thread; what is started has as many as it is told.
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
# OpenBLAS chooses its kernels by the processor; a word of the environment may cost a third to a half.
CORE_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def stop(text):
    """A program failed, or two sides do not agree: no figure is worth anything."""
    print(text, file=sys.stderr)
    sys.exit(3)


def blas_core():
    """The kernels that numpy's OpenBLAS has chosen; "" where it has another library."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split()[-1] for line in maps if "blas" in line}
    for path in sorted(paths):
        try:
            name = ctypes.CDLL(path).openblas_get_corename
        except (AttributeError, OSError):
            continue
        name.restype = ctypes.c_char_p
        return name().decode()
    return ""


def environment():
    env = {name: value for name, value in os.environ.items()
           if name not in THREAD_VARIABLES + CORE_VARIABLES}
    # Open MPI: as root, and without cross-memory attach, which containers often forbid.
    env.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
               OMPI_MCA_btl_vader_single_copy_mechanism="none")
    return env


class Programs:
    def __init__(self, build):
        self.build = build
        self.spillway = os.path.join(build, "spillway")

    def bench(self, name):
        return os.path.join(self.build, "bench", "bench_" + name)


def call(*command):
    """Seconds of a command, and what it printed; an end with its own words when it fails."""
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    seconds = time.perf_counter() - began
    if done.returncode:
        stop(f"{' '.join(command[:3])}: exit status {done.returncode}\n{done.stderr}")
    return seconds, done.stdout


def status(*command):
    """Exit status and output of a command that says by it what it found, 0 or 1."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if done.returncode not in (0, 1):
        stop(f"{' '.join(command[:3])}: exit status {done.returncode}\n{done.stderr}")
    return done.returncode, done.stdout


def numbers(*command):
    """What a bench program printed, as lists of numbers, a line each."""
    return [[float(word) for word in line.split()] for line in call(*command)[1].splitlines()]


def figure(pattern, text):
    found = re.search(pattern, text)
    if not found:
        stop(f"no '{pattern}' in what spillway said:\n{text}")
    return float(found.group(1))


def phases(said):
    """Seconds of each phase by name, of the summary of `spillway run`; it says milliseconds, and less
    than one counts as one, so that what is divided by is never zero."""
    found = re.search(r"^phases: (.*)$", said, re.M)
    if not found:
        stop(f"no phases in what spillway said:\n{said}")
    return {name: max(float(seconds), 1e-3)
            for name, seconds in re.findall(r"(\w+) ([0-9.]+) s", found.group(1))}


FIELDS = ("unit", "pairs", "whole", "processor", "evaluated", "busy", "fma", "divide", "root")


def run_study(programs, path, threads, repeats):
    """Runs of a study in one process (bench/study.c), fewer of what takes long. The first, which touches
    memory, is left out."""
    lines = numbers(programs.bench("study"), "run", path, str(threads), str(repeats + 1))
    return [dict(zip(FIELDS, one)) for one in lines[1:]]


def bounds(programs, threads):
    names = ("fma", "divide", "root", "cache", "memory")
    return dict(zip(names, numbers(programs.bench("study"), "bounds", str(threads))[0]))


def catalogue(programs):
    """Name, kind, flops and bytes of a pair, of each measure."""
    for line in call(programs.bench("study"), "measures")[1].splitlines():
        name, kind, flops, moved = line.split()
        yield name, kind, float(flops), float(moved)
