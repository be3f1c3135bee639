#!/usr/bin/env python3
"""Local statistics by permutation, killed after some of their tiles: what was marked is taken over,
and the p-values are those of an undisturbed run, whatever ranks and threads go on."""
from restart import (Study, continued, kill_all, marked_tasks, memory_folder, wait_until_held)

MEASURES = """measures:
  - local_moran: {of: gdp_pc, weights: contiguity, permutations: 9999}
output: {file: out.h5}
seed: 1
"""
TILES = 700 // 4  # 4 units each; the second pass is too short to be marked
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}


def main():
    study = Study(700, 3, MEASURES, where=memory_folder())
    with open(study.file) as file:
        head, tail = file.read().split("composites:")
    with open(study.file, "w") as file:  # only these tasks are to be marked
        file.write(head + tail[tail.index("measures:"):])
    want = study.complete("whole.h5")[0]
    for ranks, marks, then, threads in ((0, 1, 2, 1), (0, 60, 0, 2), (0, TILES - 5, 3, 1), (2, 20, 0, 2)):
        process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path("out.h5.partial.journal"))
        assert marked >= marks, (ranks, marks, marked)
        got, out, err = study.complete("out.h5", then, threads=threads, env=AT_ONCE)
        assert got == want, (ranks, marks, then)
        assert continued(out)[0] == marked, (marked, out, err)
        study.remove("out.h5")


main()
