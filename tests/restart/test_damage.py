"""What a killed run left is damaged: a bit is flipped, or a file is cut. A later run finds it out:
its results are those of an undisturbed run, or it refuses in one line.

A bit in every 64 bytes, and every cut at 512 bytes with SPILLWAY_FAULTS=all; else a sample of both.
A bit in each record of the journal always, in runs of their own; the others are forks of one run that
stops before it looks at them (forks.py)."""
import os
import random
import time

from forks import Forked
from restart import Faults, Study, continued, kill_while_marking, memory_folder, said

MEASURES = """measures:
  - gravity: {mass: [population, gdp], decay: 2, keep: dense, as: dense}
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 5}, as: top}
  - gravity: {mass: [population, gdp], share: gdp, keep: {above: 1.0e+6}, as: above}
output: {file: out.h5}
"""
PARTIAL, JOURNAL = ".partial", ".partial.journal"
STEP, PIECE, RECORD, NAME = 512, 64, 64, 48
ALL = os.environ.get("SPILLWAY_FAULTS") == "all"
random.seed(20240102)


class Damage:
    """The two files of a run that was killed in its middle, and what becomes of a run after them."""

    def __init__(self, study, want, left):
        self.study, self.want, self.left = study, want, left
        self.refused = 0
        self.run = None  # of which all others are forks

    def resume(self, what, files):
        """Tasks that were taken over. `what` is told when it goes wrong; `files`: bytes by name."""
        for end, data in {**self.left, **files}.items():
            with open(self.study.path("out.h5" + end), "wb") as file:
                file.write(data)
        if self.run:  # it has looked at no file of the output yet
            status, out = self.run.attempt("none")
            err = out
        else:
            status, out, err = self.study.run("out.h5", threads=1)
        if status == 0:
            assert self.study.digest("out.h5") == self.want, what
            assert self.study.left("out.h5") == [""], (what, self.study.left("out.h5"))
        else:
            assert status in (1, 2) and len(said(err)) == 1, (what, status, err)
            self.refused += 1
        self.study.remove("out.h5")
        return (continued(out) or (0, 0))[0]

    def flip(self, end, at):
        data = bytearray(self.left[end])
        data[at] ^= 1 << random.randrange(8)
        return self.resume(("bit", end, at), {end: bytes(data)})

    def cut(self, end, at):
        return self.resume(("cut", end, at), {end: self.left[end][:at]})


def sample(places, count):
    places = list(places)
    return places if ALL else sorted(random.sample(places, min(count, len(places))))


def records_of(journal):
    """Where they are; a record's name: 40 bits of task, then the region."""
    return [at for at in range(8192, len(journal) - RECORD, RECORD)
            if 0 < journal[at + NAME + 5] < 64 and journal[at + NAME + 6:at + NAME + 8] == b"\0\0"
            and journal[at + NAME + 3:at + NAME + 5] == b"\0\0"]


def damage_file(damage, end):
    length, began = len(damage.left[end]), time.time()
    flips = sample((at + random.randrange(min(PIECE, length - at))
                    for at in range(0, length, PIECE)), 25)
    cuts = sample(range(0, length, STEP), 15)
    for at in flips:
        damage.flip(end, at)
    for at in cuts:
        damage.cut(end, at)
    print(f"{end}, {length} bytes: a bit in {len(flips)} places, {len(cuts)} cuts; "
          f"{time.time() - began:.1f} s", flush=True)


def main():
    study = Study(90, 1, MEASURES, tile=16, where=memory_folder())
    want = study.complete("whole.h5", threads=1)[0]
    faults = Faults(study.folder.name)
    left = kill_while_marking(study, faults)
    assert len(left[PARTIAL]) <= 300_000, len(left[PARTIAL])
    records = records_of(left[JOURNAL])
    damage = Damage(study, want, left)
    taken = damage.resume("nothing", {})
    assert taken == len(records) > 10 and damage.refused == 0, (taken, len(records))
    for at in records:  # that task, and no other
        assert damage.flip(JOURNAL, at + random.randrange(RECORD)) == taken - 1, at
    print(f"{len(records)} records, a bit in each: its task is done again", flush=True)
    with Forked(study, "out.h5", faults, "open", path="out.h5", files=False) as damage.run:
        assert damage.run.stop()  # at the lock, which is the first it opens of them
        assert damage.resume("nothing", {}) == taken and damage.refused == 0
        damage_file(damage, JOURNAL)
        damage_file(damage, PARTIAL)
        assert damage.resume("both empty", {PARTIAL: b"", JOURNAL: b""}) == 0
    print(f"{damage.refused} runs refused")


if __name__ == "__main__":
    main()
