"""Suite store: dense pairs of float32 written and read back, against plain writing and reading of the
same bytes in the same folder, alternating.

`write`: `spillway run` of gravity with keep: dense on all cores, the whole command, reading included,
against one buffer written again and again; both are synced. Wanted: at most 1.3 times the time.

`read`: the matrix out of the results file as users read it (h5py, a row of chunks at a time), and
`spillway verify --tiles 0`, which holds every stored tile against its checksum, against plain reads
of the file. Warm: the file is in the page cache; cold: its pages were dropped before
(posix_fadvise), which leaves what lies below the file system's own caches out of the question."""
import os
import shutil
import tempfile
import time

import numpy as np

import panel
import programs as run
import record

SUITE = "store"
WANTED = 1.3


def has_room(folder, size):
    return shutil.disk_usage(folder).free >= 3 * size


def run_dense(programs, path, given):
    seconds, said = run.call(programs.spillway, "run", path, "--force", "--threads", str(given.cores))
    return seconds, run.phases(said)


def plain_write(programs, folder, size):
    path = os.path.join(folder, "plain.bin")
    seconds = run.numbers(programs.bench("file"), "write", path, str(size))[0][0]
    os.remove(path)
    return seconds


def with_country(given, part, n, measured):
    """The records of `measured` in a folder with a study of n units, or why there are none."""
    size = 4 * n * n
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        if not has_room(folder, size):
            return [record.skipped(SUITE, part, f"{folder} has no room for {3 * size / 1e9:.1f} GB")]
        panel.write_inputs(folder, panel.country(n))
        path = panel.write_study(folder, "dense", panel.GRAVITY.format(keep="dense"))
        return measured(folder, path, size)


def write(programs, given):
    n = given.size(20000, 8000)

    def measured(folder, path, size):
        ours, plain, phases = [], [], []
        for _ in range(given.repeats(5)):
            seconds, said = run_dense(programs, path, given)
            ours.append(seconds)
            phases.append(said)
            os.remove(os.path.join(folder, "dense.h5"))
            plain.append(plain_write(programs, folder, size))
        return write_records(given, n, size, np.array(ours), np.array(plain), phases)

    return with_country(given, "write", n, measured)


def write_records(given, n, size, ours, plain, phases):
    common = {"units": n, "threads": given.cores, "bytes": size}
    note = f"{size / 1e9:.2f} GB, synced; the plain write is the bound"
    bound = size / np.median(plain)
    found = [
        record.make(SUITE, "dense write", "bytes a second", "B/s", size / ours, bound=bound,
                    share=np.median(plain / ours), note=note, direction="write", what="spillway", **common),
        record.make(SUITE, "plain write", "bytes a second", "B/s", size / plain, direction="write",
                    what="plain", **common),
        record.make(SUITE, "dense write", "time to a plain write", "1", ours / plain, wanted=WANTED,
                    sense="at most", **common)]
    for phase in ("read", "units", "pairs", "write", "whole"):
        found.append(record.make(SUITE, "gravity dense", "phase " + phase, "s", [one[phase] for one in phases],
                                 phase=phase, measure="gravity dense", units=n, threads=given.cores))
    return found


def read_h5py(path):
    """Seconds from opening the file to the last row of /gravity/value."""
    import h5py

    began = time.perf_counter()
    with h5py.File(path, "r") as file:
        value = file["gravity/value"]
        room = np.empty((1, value.chunks[1], value.shape[2]), np.float32)
        for t in range(value.shape[0]):
            for lo in range(0, value.shape[1], room.shape[1]):
                hi = min(lo + room.shape[1], value.shape[1])
                value.read_direct(room, np.s_[t:t + 1, lo:hi], np.s_[:, :hi - lo])
    return time.perf_counter() - began


def read(programs, given):
    try:
        import h5py  # noqa: F401
    except ImportError:
        return [record.skipped(SUITE, "read", "h5py is missing (jobs/setup.sh --tests)")]
    n = given.size(20000, 8000)

    def measured(folder, path, size):
        run_dense(programs, path, given)
        result = os.path.join(folder, "dense.h5")
        ways = {"h5py": lambda: read_h5py(result),
                "verify": lambda: run.call(programs.spillway, "verify", result, "--tiles", "0")[0],
                "plain": lambda: run.numbers(programs.bench("file"), "read", result)[0][0]}
        found = []
        for state in ("warm", "cold"):
            seconds = {way: [] for way in ways}
            ways["plain"]()  # into the page cache
            for _ in range(given.repeats(5)):
                for way, reads in ways.items():
                    if state == "cold":
                        run.call(programs.bench("file"), "drop", result)
                    seconds[way].append(reads())
            found += read_records(n, size, state, {w: np.array(s) for w, s in seconds.items()})
        return found

    return with_country(given, "read", n, measured)


def read_records(n, size, state, seconds):
    common = {"units": n, "bytes": size, "direction": f"read, {state}", "cache": state}
    note = f"page cache {state}; the plain read is the bound; verify counts its start and the operands"
    return [record.make(SUITE, f"{way} read, {state}", "bytes a second", "B/s", size / took,
                        bound=None if way == "plain" else size / np.median(seconds["plain"]),
                        share=None if way == "plain" else np.median(seconds["plain"] / took),
                        note="" if way == "plain" else note, what=way, **common)
            for way, took in seconds.items()]


PARTS = {"write": write, "read": read}
