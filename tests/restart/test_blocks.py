"""Strengths that are made of sums by group (`blocks` of undirected pairs whose walk is the triangle):
those without blocks but for their last bits; and the same bits in a fresh run, by other threads, ranks
and nodes, by every instruction set, whatever is taken from an earlier file, and after a kill."""
import os
import signal

import h5py
import numpy as np

from restart import Study, continued, memory_folder, wait_until_held
from test_reuse import NODES, revise

MEASURES = """measures:
  - gravity: {mass: [gdp], keep: summary, blocks: province, as: folded}
  - gravity: {mass: [gdp], keep: dense, blocks: province, precision: float64, as: stored}
  - gravity: {mass: [gdp], keep: summary, as: plain}
  - structural_similarity: {shares: [agriculture, manufacturing, finance], form: krugman, keep: summary,
                            blocks: province, as: similar}
  - structural_similarity: {shares: [agriculture, manufacturing, finance], form: krugman, keep: summary,
                            as: plain_similar}
output: {file: out.h5}
"""


def strengths(path):
    """Entry -> strengths; of undirected pairs a unit receives what it sends."""
    with h5py.File(path) as file:
        found = {}
        for name in ("folded", "stored", "plain", "similar", "plain_similar"):
            found[name] = file[name]["out_strength"][...]
            assert found[name].tobytes() == file[name]["in_strength"][...].tobytes(), name
        return found


def near(got, want, what):
    assert np.array_equal(np.isnan(got), np.isnan(want)), what
    apart = np.nanmax(abs(got - want) / want)
    assert apart < 1e-13, (what, apart)


def check_values(path):
    s = strengths(path)
    assert s["folded"].tobytes() == s["stored"].tobytes(), "added up where they are made, or stored"
    near(s["folded"], s["plain"], "gravity")
    near(s["similar"], s["plain_similar"], "similarity")


def check_ways(study):
    """One revised year: fresh, by other threads, ranks and nodes, and with the other years taken."""
    study.complete("first.h5")
    revise(study, "2001")
    want, _, _ = study.complete("whole.h5", threads=1)
    check_values(study.path("whole.h5"))
    for ranks, threads, env in ((0, 3, None), (3, 1, None), (4, 2, NODES)):
        for words in ([], ["--reuse", study.path("first.h5")]):
            got, _, err = study.complete("next.h5", ranks, words, threads, env)
            assert got == want, (ranks, threads, words)
            assert not words or "folded: 2 of 3 matrices are taken" in err, err
            study.remove("next.h5")


def check_kill(study):
    want = study.digest("whole.h5")
    for ranks in (0, 2):
        process = study.start("out.h5", ranks, threads=1, hold=20)
        for pid in wait_until_held(process, ranks):
            os.kill(pid, signal.SIGKILL)
        study.let_go("out.h5")
        process.communicate(timeout=60)
        got, out, _ = study.complete("out.h5", threads=2)
        done, whole = continued(out)
        assert 20 <= done < whole, (done, whole)
        assert got == want, ranks
        study.remove("out.h5")


def check_sets(study):
    """By AVX-512, AVX2 and neither, as far as this machine has them (tests/masked_program.c)."""
    program = os.path.join(os.environ.get("SPILLWAY_PROGRAMS", ""), "p_masked")
    if not os.path.exists(program):
        return
    found = {}
    study.program = program
    for name in "x86-64-v4", "x86-64-v3", "x86-64":
        study.complete("set.h5", env={"SPILLWAY_SET": name})
        with h5py.File(study.path("set.h5")) as file:
            for entry in "folded", "stored", "similar":
                for key in "out_strength", "sent_to", "block_sum", "total", "max":
                    found.setdefault((entry, key), set()).add(file[entry][key][...].tobytes())
        study.remove("set.h5")
    assert all(len(bits) == 1 for bits in found.values()), [k for k, bits in found.items() if len(bits) > 1]
    study.program = Study.program


for units, tile in (400, 64), (150, 1000):
    of = Study(units, 3, MEASURES, tile, memory_folder())
    check_ways(of)
    check_sets(of)
    if tile < units:
        check_kill(of)
print("strengths with sums by group agree")
