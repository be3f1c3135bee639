#!/usr/bin/env python3
"""Weights made of what another entry of the study keeps: the same bits as from an earlier results
file, on any ranks, threads and nodes, killed while pairs are computed, in a pass that waits for the
weights, and at each change that the end makes to files; verified, reused and deflated alike."""
import os
import subprocess

import h5py

from restart import (ALONE, SPILLWAY, Faults, Study, continued, kill_all, marked_tasks,
                     memory_folder, some, wait_until_held)

WEIGHTS = """  flows: {kind: result, of: top, top: 5}
  back: {kind: result, of: dense, use: out, period: 2001, style: binary}
  both: {kind: union, of: [flows, contiguity]}
"""
MEASURES = """measures:
  - local_moran: {of: gdp_pc, weights: flows, permutations: 999, as: clusters}
  - getis_ord: {of: clusters.value, weights: both, permutations: 99, as: hot}
  - moran: {of: gdp_pc, weights: back, as: global}
  - gravity: {mass: [population, clusters.p_value], keep: {top: 3}, as: last}
  - spatial_lag: {y: gdp_pc, x: [trade_share], weights: both, spillover: {terms: [trade_share], keep: {top: 3}}, as: lag}
  - slx: {y: gdp_pc, x: [trade_share], grid: {weights: [flows, contiguity]}, as: grid}
  - gravity: {mass: [population, gdp], keep: dense, as: dense}
  - gravity: {mass: [population, gdp], decay: 1.5, keep: {top: 20}, as: top}
output: {file: out.h5%s}
seed: 1
"""
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}


def study_of(units, periods, output=""):
    study = Study(units, periods, MEASURES % output, tile=64, where=memory_folder())
    change(study, "weights:\n", "weights:\n" + WEIGHTS)
    return study


def change(study, old, new):
    with open(study.file) as file:
        text = file.read()
    assert old in text, old
    with open(study.file, "w") as file:
        file.write(text.replace(old, new))


def numbers(path, *groups):
    with h5py.File(path) as file:
        return {f"{group}/{name}": item[()].tobytes() for group in groups
                for name, item in file[group].items() if isinstance(item, h5py.Dataset)
                and item.dtype.kind in "fi" and name != "operand_hash"}


def check_from_file(study):
    """Against two studies, the second with the results of the first."""
    with open(study.file) as file:
        text = file.read()
    second = text.replace("of: top,", "of: top, file: ../first.h5,").replace(
        "of: dense,", "of: dense, file: ../first.h5,")
    with open(study.file, "w") as file:
        file.write(text.split("measures:")[0].replace(WEIGHTS, "") + "measures:\n" + "\n".join(
            line for line in text.split("\n") if "as: dense" in line or "as: top" in line) + "\n"
            + "output:" + text.split("output:")[1])
    study.complete("first.h5")
    with open(study.file, "w") as file:
        file.write(second)
    study.complete("second.h5")
    with open(study.file, "w") as file:
        file.write(text)
    groups = ("clusters", "hot", "global", "last", "lag", "lag/spillover/trade_share", "grid",
              "weights/flows", "weights/back", "weights/both")
    one, two = (numbers(study.path(name), *groups) for name in ("whole.h5", "second.h5"))
    assert one.keys() == two.keys() and len(one) > 40, (len(one), one.keys() ^ two.keys())
    for name in one:
        assert one[name] == two[name], name


def check_kills(study, want, total):
    """Among the pairs that the weights are made of, and behind them."""
    for ranks, marks, then in ((0, 5, 2), (0, total // 2, 0), (2, total // 6, 0), (0, total * 3 // 4, 3)):
        process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        marked = marked_tasks(study.path("out.h5.partial.journal"))
        got, out, err = study.complete("out.h5", then, env=AT_ONCE)
        assert got == want and continued(out)[0] == marked >= marks, (ranks, marks, out, err)
        assert study.left("out.h5") == [""], study.left("out.h5")
        study.remove("out.h5")


def check_end(compression):
    """The weights are added when the file is completed: killed there, they are cut off again."""
    study = study_of(80, 1, f", compression: {compression}")
    faults = Faults(study.folder.name)
    want = study.complete("whole.h5", threads=1)[0]
    calls = faults.calls(study, "count.h5", "change", study.folder.name)
    last = max(k for k, (kind, path) in enumerate(calls, 1)
               if kind == "write" and path.endswith(".journal"))
    study.remove("count.h5")
    ks = [last + k for k in some(len(calls) - last, 3, 20)]
    for k in ks:
        env = faults.env("change", k, "kill", study.folder.name)
        assert study.run("out.h5", threads=1, env=env)[0] == -9, k
        words = ["--force"] if os.path.exists(study.path("out.h5")) else []
        assert study.complete("out.h5", threads=1, words=words)[0] == want, k
        assert study.left("out.h5") == [""], (k, study.left("out.h5"))
        study.remove("out.h5")
    print(f"{compression}: killed at {len(ks)} of {len(calls) - last} changes of the end")


def check_others(study, want):
    out = study.complete("again.h5", words=["--reuse", study.path("whole.h5")])[1]
    assert "matrices of pairs" in out and study.digest("again.h5") == want, out
    done = subprocess.run([SPILLWAY, "verify", study.path("whole.h5"), "--study", study.file], text=True,
                          capture_output=True, env={**os.environ, **ALONE}, check=False)
    assert done.returncode == 0 and "equal" in done.stdout, done
    with h5py.File(study.path("whole.h5"), "r+") as file:
        file["weights/flows/value"][3] += .5
    done = subprocess.run([SPILLWAY, "verify", study.path("whole.h5"), "--study", study.file], text=True,
                          capture_output=True, env={**os.environ, **ALONE}, check=False)
    assert done.returncode == 1 and "weights/flows" in done.stdout, done


def main():
    study = study_of(300, 3)
    want, out, _ = study.complete("whole.h5", threads=1)
    for ranks, threads, env in ((0, 3, {}), (2, 1, {}), (3, 1, {"SPILLWAY_NODE_RANKS": "1"}),
                                (4, 1, {"SPILLWAY_NODE_RANKS": "2"})):
        got = study.complete("other.h5", ranks, threads=threads, env=env, words=["--force"])[0]
        assert got == want, (ranks, threads, env)
    check_from_file(study)
    process = study.start("out.h5", threads=1, hold=1, env=AT_ONCE)
    wait_until_held(process)
    kill_all(process)
    study.let_go("out.h5")
    total = continued(study.complete("out.h5", threads=1, env=AT_ONCE)[1])[1]
    study.remove("out.h5")
    check_kills(study, want, total)
    check_others(study, want)
    for compression in ("none", "deflate"):
        check_end(compression)
    print(f"{total} tasks")


if __name__ == "__main__":
    main()
