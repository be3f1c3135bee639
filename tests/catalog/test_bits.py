#!/usr/bin/env python3
"""Every number of the catalogue is, to the bit, what it was when it was recorded: a SHA-256 of each
dataset that the entries of the sweep give over its two worlds, in every form of keep. A change that
moves code moves no bit; one that is meant to change numbers records them again, and says so.

    test_bits.py             compare with bits/x86-64.txt
    test_bits.py --record    write that file, for the build at hand
    test_bits.py --write F   write F instead

Bits belong to one build (README.md, "The same bits"): the file says which it was recorded on, and
on any other the test is skipped and says so. AVX2 and AVX-512 give the same bits, so either is
compared with what the other recorded, but for hashes of operands, which name the set. Older
processors are not: the C library has other logarithms there. A measure, an entry or an output that
is not recorded yet is counted, and is no fault.
"""
import hashlib
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "results"))
import h5py  # noqa: E402

import sweep  # noqa: E402
from digest import add_dataset  # noqa: E402
from test_sweep import MANY, PERIODS, UNITS, Case, Runs  # noqa: E402

SKIPPED = 77
DIGITS = 12  # of each SHA-256
SAME_BITS = ("x86-64-v3", "x86-64-v4")
RECORDED = os.path.join(HERE, "bits", "x86-64.txt")


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def digests(path, label):
    """Name -> digest of every dataset; scales that all groups share are linked, and come once."""
    found, seen = {}, set()

    def visit(group):
        for name in sorted(group):
            item = group[name]
            if isinstance(item, h5py.Group):
                visit(item)
            elif sweep.address(item.id) not in seen:
                seen.add(sweep.address(item.id))
                sha = hashlib.sha256()
                add_dataset(sha, name, item)
                found[f"{label}{group.name.rstrip('/')}/{name}"] = sha.hexdigest()[:DIGITS]

    with h5py.File(path, "r") as file:
        # What was computed from: when this differs, so may all else.
        inputs = hashlib.sha256(text(file.attrs["inputs"]).encode()).hexdigest()[:DIGITS]
        found[f"{label}/inputs"] = inputs
        visit(file)
        return text(file.attrs["build"]).strip(), found


def compute():
    listed = [line.split()[0] for line in sweep.spillway("measures").split("\n")[1:]
              if line and line[0] not in " `" and line.split()[1] != "alias"]
    cases = {name: Case(name) for name in listed}
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, missing in (("full", 0), ("gaps", 0.03), ("long", 0.03)):
            long = name == "long"
            world = sweep.World(f"{folder}/{name}", UNITS, MANY if long else PERIODS,
                                missing=missing, long=long)
            runs = Runs(world, cases)
            for form in ("all", "kept") if runs.pairs else ("all",):
                build, more = digests(world.path(f"{form}-float64.h5"), f"{name}/{form}")
                found.update(more)
    return build, found


def record(path, build, found):
    """A line for each group: GROUP NAME:DIGEST NAME:DIGEST ..."""
    lines = {}
    for name, digest in sorted(found.items()):
        group, _, dataset = name.rpartition("/")
        lines.setdefault(group, []).append(f"{dataset}:{digest}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.writelines(f"# {line}\n" for line in build.split("\n"))
        file.writelines(f"{group} {' '.join(of)}\n" for group, of in sorted(lines.items()))
    print(f"recorded: {len(found)} digests in {path}")


def read_recorded(path):
    with open(path) as file:
        lines = file.read().splitlines()
    recorded = {}
    for line in lines:
        group, *of = line.split(" ")
        if group != "#":
            recorded.update((f"{group}/{name}", digest) for name, digest in (w.split(":") for w in of))
    return [line[2:] for line in lines if line.startswith("# ")], recorded


def instruction_set(build):
    return build[0].split("\t")[-1]


def compare(path, build, found):
    there, recorded = read_recorded(path)
    here = build.split("\n")
    sets = instruction_set(there), instruction_set(here)
    if there[1:] != here[1:] or (sets[0] != sets[1] and not set(sets) <= set(SAME_BITS)):
        apart = "; ".join(f"{a!r}, this is {b!r}" for a, b in zip(there, here) if a != b)
        print(f"skipped: digests were recorded on another build: {apart}")
        return SKIPPED
    if sets[0] != sets[1]:
        print(f"recorded on {sets[0]}, this is {sets[1]}: hashes of operands are left out")
        recorded = {n: digest for n, digest in recorded.items() if not n.endswith("/operand_hash")}
    changed = [n for n in sorted(recorded) if n in found and found[n] != recorded[n]]
    gone = sorted(set(recorded) - set(found))
    for what, names in (("other bits than recorded", changed), ("recorded, and not there", gone)):
        for name in names[:20]:
            print(f"{what}: {name}")
        if len(names) > 20:
            print(f"{what}: and {len(names) - 20} more")
    new = len({n for n in found if sets[0] == sets[1] or not n.endswith("/operand_hash")} - set(recorded))
    print(f"{len(recorded) - len(changed) - len(gone)} of {len(recorded)} datasets as recorded" +
          (f"; {new} not recorded yet (--record)" if new else ""))
    return 1 if changed or gone else 0


def main():
    build, found = compute()
    if sys.argv[1:2] == ["--write"]:
        record(sys.argv[2], build, found)
        return 0
    if sys.argv[1:] == ["--record"]:
        record(RECORDED, build, found)
        return 0
    return compare(RECORDED, build, found)


if __name__ == "__main__":
    sys.exit(main())
