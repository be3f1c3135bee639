"""Granger's test of all pairs as a program runs it: what `keep: significant` keeps is what the whole
matrix says, the same bits by any number of ranks and threads, after kills in any of its passes over
all pairs; with gaps, where p orders the pairs; the sums of a summary are those of the whole matrix; `verify`, `--reuse`, and what `check` says."""
import re
import subprocess

import h5py
import numpy as np

from restart import SPILLWAY, Study, continued, kill_all, wait_until_held

MEASURES = """measures:
  - granger: {of: gdp, transform: level, keep: dense, as: whole}
  - granger: {of: gdp, transform: level, keep: significant, as: kept}
  - granger: {of: gdp, from: population, transform: difference, lags: 2, fdr: none, keep: significant, as: other}
  - granger: {of: gdp, from: population, transform: difference, lags: 2, fdr: none, keep: summary, as: other_sums}
  - granger: {of: income, transform: growth, fdr: by, alpha: .9, keep: {top: 3}, as: top}
  - granger: {of: gdp, transform: level, keep: summary, as: sums}
  - granger: {of: income, transform: growth, lags: 2, fdr: none, keep: dense, as: two}
  - granger: {of: income, transform: growth, lags: 2, fdr: none, keep: summary, as: two_sums}
output: {file: out.h5, precision: float64}
seed: 1
tile: 100
"""
UNITS, PERIODS = 600, 20
AT_ONCE = {"SPILLWAY_MARK_AFTER_MS": "1"}


def check_kept(path):
    with h5py.File(path) as file:
        whole, kept = file["whole"], file["kept"]
        f, significant = whole["value"][()], whole["significant"][()]
        assert (whole["n_tests"][()], whole["rejected"][()]) == (np.isfinite(f).sum(), (significant == 1).sum())
        assert whole["rejected"][()] == kept["rejected"][()] > 100, "nothing is kept"
        start, partner = kept["row_start"][()], kept["partner"][()]
        assert start[-1] == len(partner) == kept["rejected"][()]
        assert (kept["significant"][()] == 1).all()
        for i in range(UNITS):
            row = slice(start[i], start[i + 1])
            want = np.flatnonzero(significant[i] == 1)
            want = want[np.argsort(-f[i, want], kind="stable")]
            assert partner[row].tolist() == want.tolist(), i
            for name in ("value", "p_value", "transfer_entropy"):
                assert np.array_equal(kept[name][row], whole[name][i][want]), name
        other = file["other"]
        assert other["rejected"][()] == len(other["partner"]) > 1000
        assert (other["p_value"][()] <= .05).all()


def check_sums(path):
    """Pairs in both orders at once give the sums, counts and the greatest of the values one by one."""
    with h5py.File(path) as file:
        for dense, summary in (("whole", "sums"), ("two", "two_sums")):
            assert file[dense]["rejected"][()] > 100, dense
            for name in ("out_strength", "in_strength", "total", "mean", "max", "n_pairs", "threshold", "rejected", "n_tests"):
                assert file[dense][name][()].tobytes() == file[summary][name][()].tobytes(), (dense, name)
            f = np.nan_to_num(file[dense]["value"][()])
            f = f.reshape(f.shape[-2:])
            assert np.allclose(np.ravel(file[summary]["out_strength"][()]), f.sum(axis=1), rtol=1e-12)
            assert np.allclose(np.ravel(file[summary]["in_strength"][()]), f.sum(axis=0), rtol=1e-12)
        for name in ("threshold", "rejected", "n_tests", "out_strength"):
            assert file["other"][name][()].tobytes() == file["other_sums"][name][()].tobytes(), name


def check_kills(study, want):
    for ranks, marks, then in ((0, 2, 2), (0, 9, 0), (2, 4, 3)):
        process = study.start("out.h5", ranks, threads=1, hold=marks, env=AT_ONCE)
        wait_until_held(process, ranks)
        kill_all(process)
        study.let_go("out.h5")
        got, out, err = study.complete("out.h5", then, env=AT_ONCE)
        assert got == want, (ranks, marks, then)
        assert continued(out)[0] >= marks, (out, err)
        study.remove("out.h5")


def check_verify(study):
    done = subprocess.run([SPILLWAY, "verify", study.path("out.h5"), "--study", study.file, "--tiles", "3"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    got, out, _ = study.complete("again.h5", words=["--reuse", study.path("out.h5")])
    assert got == study.digest("out.h5") and "reused: " in out, out
    study.remove("again.h5")


def check_foreseen(study):
    done = subprocess.run([SPILLWAY, "check", study.file], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.search(r"first of 359400 pairs to be significant needs F of [\d.]+, a partial r of 0\.\d+", done.stdout), \
        done.stdout


def main():
    for missing in ([], ["--missing", "0.004"]):
        study = Study(UNITS, PERIODS, MEASURES)
        if missing:
            subprocess.run([SPILLWAY, "synth", "-o", study.path("panel"), "--units", str(UNITS), "--periods",
                            str(PERIODS), "--force", *missing], check=True, capture_output=True)
            with open(study.path("panel/study.yaml")) as file:
                head = file.read().split("measures:")[0]
            with open(study.file, "w") as file:
                file.write(head.replace("missing: error", "missing: keep") + MEASURES)
        want, _, _ = study.complete("out.h5", threads=1)
        check_kept(study.path("out.h5"))
        check_sums(study.path("out.h5"))
        check_verify(study)
        study.remove("out.h5")
        for ranks, threads in ((2, 2),) if missing else ((0, 2), (3, 1)):
            assert study.complete("out.h5", ranks, threads=threads)[0] == want, (ranks, threads)
            study.remove("out.h5")
        nodes = {"SPILLWAY_NODE_RANKS": "1"}
        assert study.complete("out.h5", 3, threads=1, env=nodes)[0] == want, "three nodes"
        study.remove("out.h5")
        if not missing:
            check_kills(study, want)
            check_foreseen(study)


main()
