#!/usr/bin/env python3
"""Statistics by permutation, killed after some of their tiles: what was marked is taken over, and the
p-values are those of an undisturbed run, whatever ranks and threads go on, and in whatever order the
rows of the files are."""
import random

import h5py

from restart import Study, continued, kill_all, marked_tasks, memory_folder, said, wait_until_held

LOCAL_MORAN = """measures:
  - local_moran: {of: gdp_pc, weights: contiguity, permutations: 9999}
output: {file: out.h5}
seed: 1
"""
TILES = 700 // 4  # 4 units each; the second pass is too short to be marked
OTHERS = {
    "g_star": "getis_ord: {of: gdp_pc, weights: contiguity, permutations: 1999, as: g_star}",
    "g": "getis_ord: {of: gdp_pc, weights: contiguity, star: false, permutations: 999, as: g}",
    "c": "local_geary: {of: [gdp_pc, trade_share], weights: contiguity, permutations: 1999, as: c}",
    "l": "lee: {of: gdp_pc, with: income, weights: contiguity, permutations: 1999, as: l}",
    "joins": "local_join_count: {of: high, weights: contiguity, permutations: 1999, as: joins}",
    "i": "moran: {of: gdp_pc, weights: contiguity, permutations: 9999, as: i}",
    "both": "moran: {of: gdp_pc, with: income, weights: contiguity, permutations: 9999, as: both}",
    "geary": "geary: {of: gdp_pc, weights: contiguity, permutations: 9999, as: geary}",
    "bb": "join_count: {of: high, weights: contiguity, permutations: 9999, as: bb}",
    "moves": "lisa_markov: {of: gdp_pc, weights: contiguity, permutations: 999, as: moves}",
    "eb": "local_moran: {of: gdp, population: population, weights: contiguity, permutations: 999, as: eb}",
}
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}


def rewrite(study, measures=None):
    """Without composites: only tasks of these entries are to be marked."""
    with open(study.file) as file:
        head, tail = file.read().split("composites:")
    tail = tail[tail.index("measures:"):]
    if measures:
        tail = measures
    with open(study.file, "w") as file:
        file.write(head + tail)


def check_local_moran():
    study = Study(700, 3, LOCAL_MORAN, where=memory_folder())
    rewrite(study)
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


def add_high(study):
    """A column of zeros and ones, for what counts joins."""
    with open(study.path("panel/panel.csv")) as file:
        header, *rows = file.read().splitlines()
    income = header.split(",").index("income")
    cut = sorted(float(row.split(",")[income]) for row in rows)[len(rows) // 2]
    with open(study.path("panel/panel.csv"), "w") as file:
        print(header + ",high", file=file)
        for row in rows:
            print(f"{row},{int(float(row.split(',')[income]) > cut)}", file=file)


def numbers(path):
    """All of the results themselves; what they are computed from is hashed in the order of files."""
    with h5py.File(path) as file:
        return {f"{name}/{key}": file[name][key][()].tobytes() for name in OTHERS for key in file[name]
                if file[name][key].dtype.kind in "fi" and "hash" not in key and "checksum" not in key}


def shuffle_rows(study):
    for name in ("panel.csv", "units.csv", "edges.csv"):
        with open(study.path(f"panel/{name}")) as file:
            header, *rows = file.readlines()
        random.Random(name).shuffle(rows)
        with open(study.path(f"panel/{name}"), "w") as file:
            file.writelines([header, *rows])


def check_others():
    """Each entry on its own is killed in its draws; together they are run in other orders."""
    text = "measures:\n" + "".join(f"  - {entry}\n" for entry in OTHERS.values()) + (
        "output: {file: out.h5}\nseed: 7\n")
    study = Study(520, 2, "measures: []\n", where=memory_folder())  # three ranks have units
    rewrite(study, text)
    add_high(study)
    want = study.complete("whole.h5", threads=1)[0]
    whole = numbers(study.path("whole.h5"))
    assert len(whole) > 50
    for ranks, threads, env in ((0, 3, {}), (3, 1, {}), (4, 1, {"SPILLWAY_NODE_RANKS": "2"})):
        got, _, err = study.complete("other.h5", ranks, threads=threads, env=env, words=["--force"])
        assert got == want, (ranks, threads, env, said(err))
    for name, entry in OTHERS.items():
        rewrite_entries(study, [entry])
        want = study.complete("whole.h5", words=["--force"])[0]
        assert_same(study, name, whole)
        check_kill(study, name, want)
    rewrite_entries(study, OTHERS.values())
    shuffle_rows(study)
    study.complete("whole.h5", threads=2, words=["--force"])
    other = numbers(study.path("whole.h5"))
    assert other == whole, [name for name in whole if other[name] != whole[name]]


def rewrite_entries(study, entries):
    with open(study.file) as file:
        head, tail = file.read().split("measures:")
    with open(study.file, "w") as file:
        file.write(head + "measures:\n" + "".join(f"  - {entry}\n" for entry in entries) + "output:"
                   + tail.split("output:")[1])


def assert_same(study, name, whole):
    """Whatever else the study has."""
    with h5py.File(study.path("whole.h5")) as file:
        for key, value in whole.items():
            if key.startswith(name + "/"):
                assert file[key][()].tobytes() == value, key


def check_kill(study, name, want):
    process = study.start("out.h5", threads=1, hold=3, env=AT_ONCE)
    wait_until_held(process)
    kill_all(process)
    study.let_go("out.h5")
    marked = marked_tasks(study.path("out.h5.partial.journal"))
    assert marked >= 3, (name, marked)
    got, out, err = study.complete("out.h5", 2, threads=1, env=AT_ONCE)
    assert got == want, name
    assert continued(out)[0] == marked, (name, marked, out, err)
    study.remove("out.h5")


def main():
    check_local_moran()
    check_others()


if __name__ == "__main__":
    main()
