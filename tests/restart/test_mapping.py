#!/usr/bin/env python3
"""Cross mapping on other ranks and threads, and killed in its tables, its libraries and its pairs:
the bits are those of an undisturbed run on one rank and one thread; `verify` finds them so."""
import subprocess

import h5py
import numpy as np

from restart import SPILLWAY, Study, continued, kill_all, marked_tasks, memory_folder, wait_until_held

MEASURES = """measures:
  - convergent_cross_mapping: {of: income, transform: growth, library: [12, 20], keep: dense, as: auto}
  - convergent_cross_mapping: {of: income, from: gdp, transform: growth, dimension_of: target, library: [14],
                               keep: {top: 5}, as: target}
output: {file: out.h5}
seed: 1
"""
UNITS, PERIODS = 150, 30
LIBRARIES = -(-UNITS // 8)  # tiles of their pass; that of the tables has one
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}

study = Study(UNITS, PERIODS, MEASURES, where=memory_folder())
want = study.complete("whole.h5", threads=1)[0]
with h5py.File(study.path("whole.h5")) as file:
    for name in ("auto", "target"):
        r = file[name]
        assert r["dimension"].shape == (UNITS,) and len(set(r["dimension"][:])) > 3, r["dimension"][:]
        assert np.nanmax(abs(r["value"][:])) <= 1 + 1e-12
    value = file["auto/value"][:]
    assert value.shape == (UNITS, UNITS)
subprocess.run([SPILLWAY, "verify", "--quiet", study.path("whole.h5"), "--study", study.file], check=True,
               stdout=subprocess.DEVNULL)
for ranks, threads in ((0, 2), (3, 1)):
    got = study.complete("out.h5", ranks, threads=threads)[0]
    assert got == want, (ranks, threads)
    study.remove("out.h5")
for ranks, marks, then, threads in ((0, LIBRARIES - 3, 2, 1), (0, 2 * LIBRARIES + 3, 0, 2), (2, 5, 0, 1)):
    process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
    wait_until_held(process, ranks)
    kill_all(process)
    study.let_go("out.h5")
    marked = marked_tasks(study.path("out.h5.partial.journal"))
    assert marked >= marks, (ranks, marks, marked)
    got, out, err = study.complete("out.h5", then, threads=threads, env=AT_ONCE)
    assert got == want, (ranks, marks, then)
    assert continued(out)[0] >= marks, (marked, out, err)
    study.remove("out.h5")
