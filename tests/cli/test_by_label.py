"""`layout: {long: {by: ...}}`: employment.* as a list of indicators, by hand, and what is refused."""
import os
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
# By unit: farms, mines, shops; 2001 and 2002 alike. The total has people in none of them.
JOBS = {"01": (10, 30, 50), "02": (40, 10, 40), "03": (0, 20, 70)}
TOTAL = {"01": 100, "02": 100, "03": 100}
LABEL = ("farms", "mines", "shops & bars")
PANEL = "code,year,industry,jobs,pay\n" + "".join(
    f"{u},{t},{label},{x},{2 * x}\n" for u in JOBS for t in (2001, 2002)
    for label, x in list(zip(LABEL, JOBS[u])) + [("all", TOTAL[u])])
STUDY = """panel:
  file: panel.csv
  unit: code
  time: year
  layout: {long: {by: industry, value: [jobs, pay], total: all}}
%s
"""
LQ = "measures:\n  - location_quotient: {industries: jobs.*, total: jobs.all, as: lq}\n"


class ByLabel(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.put("panel.csv", PANEL)

    def put(self, name, text):
        with open(os.path.join(self.folder.name, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_study(self, study, verb="run", ranks=1):
        self.put("study.yaml", study)
        options = ["--force", "--quiet"] if verb == "run" else []
        start = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
        return subprocess.run(start + [SPILLWAY, verb, "study.yaml", *options], check=False,
                              cwd=self.folder.name, capture_output=True, text=True)

    def values(self, rest, name, ranks=1):
        done = self.run_study(STUDY % rest, ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(os.path.join(self.folder.name, "results.h5")) as file:
            return {k: v[()] for k, v in file[name].items() if isinstance(v, h5py.Dataset)}

    def refused(self, rest, line):
        done = self.run_study(STUDY % rest)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr, f"spillway: {line}\n")

    def test_location_quotient(self):
        e = np.array([JOBS[u] for u in sorted(JOBS)], float)
        share = e / 100
        wanted = share / (e.sum(0) / 300)
        for ranks in (1, 2):
            lq = self.values(LQ, "lq", ranks)
            self.assertEqual([s.decode() for s in lq["industry"]], ["jobs." + s for s in LABEL])
            for t in range(2):
                np.testing.assert_allclose(lq["value"][t], wanted, rtol=1e-14)

    def test_in_lists_maps_composites_and_sums(self):
        self.put("units.csv", "code,land\n01,A\n02,A\n03,B\n")
        rest = """  aggregate: {by: land, sum: [jobs.*, "jobs.all"]}
units: {file: units.csv, unit: code}
composites:
  work: {positive: jobs.*, weights: equal}
measures:
  - industrial_structure: {industries: [jobs.*], against: all, as: is}
  - synergy: {systems: {work: {positive: [jobs.farms, jobs.mines]}, all: {positive: jobs.*}}}
  - location_quotient: {industries: jobs.*, total: jobs.all, as: lq}
"""
        lq = self.values(rest, "lq")
        e = np.array([[50, 40, 90], [0, 20, 70]], float)
        total = np.array([200, 100.])
        np.testing.assert_allclose(lq["value"][0], e / total[:, None] / (e.sum(0) / 300), rtol=1e-14)
        hhi = self.values(rest, "is")["hhi"]
        np.testing.assert_allclose(hhi[0], ((e / e.sum(1)[:, None]) ** 2).sum(1), rtol=1e-14)

    def test_within_expressions(self):
        """A total of what is there, of more labels than an expression could hold at once; of the two
        values, in either order."""
        codes = [f"{u:02d}" for u in range(1, 5)]
        self.put("panel.csv", "code,year,industry,jobs,pay\n" + "".join(
            f"{u},2001,sector {k},{k * int(u)},{k}\n" for u in codes for k in range(1, 101))
            + "".join(f"{u},2001,all,1,1\n" for u in codes))
        rest = """  derive:
    total: sum_present(jobs.*)
    both: 2 * max( pay.*, jobs.* ) - min(jobs.all,pay.*)
measures:
  - location_quotient: {industries: jobs.*, total: total, as: lq}
  - inequality: {of: both, as: ge}
"""
        lq = self.values(rest, "lq")["value"][0]
        np.testing.assert_allclose(lq, np.ones((4, 100)), rtol=1e-13)
        # 199, 399, 599, 799
        self.assertAlmostEqual(self.values(rest, "ge")["gini"][0], 4000 / (2 * 16 * 499), 14)
        self.refused("  derive: {a: log(jobs.*)}\nmeasures:\n  - inequality: {of: a}\n",
                     "study.yaml:6:15: derive: a: at ', `jobs.sector 16`, ': the function takes one argument")

    def test_order_of_rows_and_a_result_by_label(self):
        first = self.values(LQ + '  - inequality: {of: "lq.value[jobs.mines]", as: t}\n', "lq")["value"]
        lines = PANEL.strip().split("\n")
        self.put("panel.csv", "\n".join(lines[:1] + lines[:0:-1]) + "\n")
        self.assertTrue((first == self.values(LQ, "lq")["value"]).all())

    def test_check_and_verify(self):
        done = self.run_study(STUDY % LQ, "check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.values(LQ, "lq")
        done = subprocess.run([SPILLWAY, "verify", "results.h5", "--study", "study.yaml"],
                              check=False, cwd=self.folder.name, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_gap_is_missing(self):
        self.put("panel.csv", PANEL.replace("02,2001,mines,10,20\n", ""))
        self.refused(LQ, "study.yaml:2:3: missing: 1 cell of 1 indicator, first jobs.mines of unit 02 in period 2001; "
                     "write `missing: keep`, drop-units, interpolate or zero, or leave such units out with `where`")

    def test_refusals(self):
        lq = "measures:\n  - location_quotient: {industries: %s, total: jobs.all}\n"
        self.refused("measures:\n  - inequality: {of: jobs.*}\n",
                     "study.yaml:7:22: inequality: of: 'jobs.*' is 3 indicators; name one")
        self.refused("measures:\n  - inequality: {of: jobs.all, as: jobs}\n",
                     "study.yaml:7:36: 'jobs' cannot name a result: jobs.LABEL are indicators of the panel; choose "
                     "another name")
        self.refused(lq % "[jobs.farms, job.*]",
                     "study.yaml:7:50: 'job.*': the layout has no value 'job'; did you mean 'jobs'?")
        self.refused(lq % "[jobs.*, jobs.mines]",
                     "study.yaml:7:46: location_quotient: industries: 'jobs.mines' is listed twice; list it once")
        self.put("panel.csv", PANEL + "03,2002,all,3,4\n")
        self.refused(LQ, "panel.csv:26: unit 03, period 2002, industry all is already on line 25; give it once")
        self.put("panel.csv", "code,year,industry,jobs,pay\n01,2001,all,3,4\n02,2001,all,3,4\n")
        self.refused(LQ, "study.yaml:7:37: industry has no label but the total 'all'")
        self.put("panel.csv", "code,year,industry,jobs,pay\n01,2001,all,3,4\n02,2001,,3,4\n")
        self.refused(LQ, "panel.csv:3: industry is empty; a row needs its label")


if __name__ == "__main__":
    unittest.main(verbosity=2)
