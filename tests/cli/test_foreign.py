"""Panels of Stata as pandas writes them, against the same panel in CSV; and what `export` wrote, as a
panel again."""
import os
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import pandas

SPILLWAY = os.environ["SPILLWAY"]
STUDY = """panel:
  file: %s
  unit: code
  time: %s
  missing: keep
  layout: {long: {by: industry, value: [jobs, pay], total: all}}
units:
  file: %s
  unit: code
  groups: [land, {first: "unit[0:1]"}]
measures:
  - location_quotient: {industries: jobs.*, total: jobs.all, base_over: complete, as: lq}
  - inequality: {of: pay.farms, groups: [land, first], as: ge}
output: {file: %s}
"""


class Foreign(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        random = np.random.default_rng(7)
        rows = [(f"{u:03d}", t, i) for u in range(1, 41) for t in (2001, 2002, 2003)
                for i in ("all", "farms", "mines, pits", "shops")]
        frame = pandas.DataFrame(rows, columns=["code", "year", "industry"])
        frame["jobs"] = random.integers(1, 1000, len(frame)).astype(float)
        frame["pay"] = random.lognormal(8, 1, len(frame))
        frame.loc[frame.index % 37 == 5, "jobs"] = np.nan
        frame.loc[frame.industry == "all", "jobs"] = 4000
        self.frame = frame
        self.units = pandas.DataFrame({"code": sorted(set(frame.code)),
                                       "land": ["north", "south", "east", "west"] * 10})

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def spillway(self, *words, status=0, ranks=1):
        start = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
        done = subprocess.run(start + [SPILLWAY, *words], check=False, cwd=self.folder.name,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def run_on(self, panel, units, out, time="year", ranks=1):
        with open(self.path("study.yaml"), "w", encoding="utf-8") as file:
            file.write(STUDY % (panel, time, units, out))
        self.spillway("run", "study.yaml", ranks=ranks)
        with h5py.File(self.path(out)) as file:
            return file["time"][()], [s.decode() for s in file["unit"][()]], file["lq/value"][()], \
                file["ge/theil_t"][()] if "ge/theil_t" in file else file["ge/gini"][()]

    def same(self, a, b, time=True):
        for x, y in list(zip(a, b))[0 if time else 1:]:
            np.testing.assert_array_equal(x, y)

    def test_stata_and_csv(self):
        self.frame.to_csv(self.path("p.csv"), index=False, float_format="%.17g")
        self.units.to_csv(self.path("u.csv"), index=False)
        self.frame.to_stata(self.path("p.dta"), write_index=False, version=118)
        labelled = self.frame.assign(industry=self.frame.industry.astype("category"))
        labelled.to_stata(self.path("q.dta"), write_index=False, version=114)
        self.units.assign(land=self.units.land.astype("category")).to_stata(self.path("u.dta"), write_index=False)
        plain = self.run_on("p.csv", "u.csv", "a.h5")
        self.same(plain, self.run_on("p.dta", "u.csv", "b.h5"))
        self.same(plain, self.run_on("q.dta", "u.dta", "c.h5", ranks=3))

    def test_dates(self):
        self.units.to_csv(self.path("u.csv"), index=False)
        month = pandas.to_datetime(self.frame.year.astype(str) + "-03-01")
        text = self.frame.assign(when=month.dt.strftime("%Y-%m")).drop(columns="year")
        text.to_csv(self.path("p.csv"), index=False, float_format="%.17g")
        self.frame.assign(when=month).drop(columns="year").to_stata(
            self.path("p.dta"), write_index=False, convert_dates={"when": "tm"})
        self.same(self.run_on("p.csv", "u.csv", "a.h5", time="when"),
                  self.run_on("p.dta", "u.csv", "b.h5", time="when", ranks=2))

    def test_what_export_wrote(self):
        self.frame.to_csv(self.path("p.csv"), index=False, float_format="%.17g")
        self.units.to_csv(self.path("u.csv"), index=False)
        _, unit, lq, _ = self.run_on("p.csv", "u.csv", "a.h5")
        self.spillway("export", "a.h5", "lq.value", "-o", "lq.dta")
        with open(self.path("again.yaml"), "w", encoding="utf-8") as file:
            file.write("panel: {file: lq.dta, unit: unit, time: time, missing: keep, "
                       "layout: {long: {by: industry, value: value}}}\n"
                       "measures: [industrial_structure: {industries: value.*, base_over: complete, as: is}]\noutput: {file: b.h5}\n")
        self.spillway("run", "again.yaml")
        with h5py.File(self.path("b.h5")) as file:
            self.assertEqual([s.decode() for s in file["unit"][()]], unit)
            share = lq / lq.sum(2, keepdims=True)
            np.testing.assert_allclose(file["is/hhi"][()], (share ** 2).sum(2), rtol=1e-13)

    def test_numeric_codes_warn(self):
        self.frame.assign(code=self.frame.code.astype(int)).to_stata(self.path("p.dta"), write_index=False)
        self.units.assign(code=self.units.code.astype(int)).to_csv(self.path("u.csv"), index=False)
        with open(self.path("study.yaml"), "w", encoding="utf-8") as file:
            file.write(STUDY % ("p.dta", "year", "u.csv", "a.h5"))
        said = self.spillway("check", "study.yaml")
        self.assertEqual(said.count("p.dta: code holds numbers: codes have no leading zeros"), 1, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
