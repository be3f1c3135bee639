"""A busy neighbour: `spillway run` on all cores with and without a process that spins on one of them,
alternating; gravity with top 20, one period, as one process and as two ranks. The ratio is that of the
whole command's time. Wanted: at most 1.6. On two cores the neighbour leaves three quarters of the
machine, which alone is 1.33; threads that wait for the slowest would make it 2."""
import os
import subprocess
import sys
import tempfile

import numpy as np

import panel
import programs as run
import record

WANTED = 1.6
SPIN = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"
# Unbound: a rank that may not leave a core shared with the neighbour has half of it.
LAUNCH = ["mpirun", "-n", "2", "--bind-to", "none", "--oversubscribe"]


class Neighbour:
    """Spins on one core until the end of the block."""

    def __init__(self, core):
        self.core = core

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", SPIN, str(self.core)],
                                        stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def seconds_of(programs, launch, path):
    """Of the whole command, and of its pair phase."""
    seconds, said = run.call(*launch, programs.spillway, "run", path, "--force")
    os.remove(path[:-5] + ".h5")
    return seconds, run.phases(said)["pairs"]


def compare(programs, given, suite, name, launch, path, n):
    core = sorted(os.sched_getaffinity(0))[-1]
    alone, beside = [], []
    seconds_of(programs, launch, path)  # what is read is in memory from here on
    for _ in range(given.repeats(7)):
        alone.append(seconds_of(programs, launch, path))
        with Neighbour(core):
            beside.append(seconds_of(programs, launch, path))
    ratio = np.array(beside) / np.array(alone)
    note = f"{given.cores} cores, a process spins on core {core}; n = {n}, gravity, top 20"
    return [record.make(suite, f"busy neighbour, {name}", "ratio of times, command", "1", ratio[:, 0],
                        wanted=WANTED, sense="at most", note=note, units=n),
            record.make(suite, f"busy neighbour, {name}", "ratio of times, pairs", "1", ratio[:, 1],
                        better="less", note=note, units=n)]


def measure(programs, given, suite):
    if given.cores < 2:
        return [record.skipped(suite, "busy", "one core, which the neighbour would take whole")]
    n = given.size(60000, 30000)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        panel.write_inputs(folder, panel.country(n))
        path = panel.write_study(folder, "busy", panel.GRAVITY.format(keep="{top: 20}"))
        return (compare(programs, given, suite, "one process", [], path, n) +
                compare(programs, given, suite, "two ranks", LAUNCH, path, n))
