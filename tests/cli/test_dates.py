"""A table as a spreadsheet in Europe writes it: dates of days, names with commas, decimal commas. What
commands say of its periods, and how conditions take them."""
import csv
import os
import subprocess
import tempfile
import unittest

SPILLWAY = os.environ["SPILLWAY"]
# The order of the bytes of these is not theirs in time.
PERIODS = [f"01.{month:02}.{year}" for year in range(2001, 2007) for month in (4, 10)]
N = 24
STUDY = """panel:
  file: p.csv
  unit: Kreis, Nr.
  time: {{column: Stichtag, format: "%d.%m.%Y"}}
  decimal: ","
  derive:
    y: "log(`BIP, real`)"
    x: {derived}
units: {{file: u.csv, unit: code, lon: lon, lat: lat}}
weights:
  near: {{kind: knn, k: 4}}
  far: {{kind: distance-band, km: 300}}
measures:
  - trend: {{of: y}}
  - sac: {{y: y, x: x, weights: near, error_weights: far, as: two}}
  - spatial_lag: {{y: y, x: x, weights: near, as: one}}
  - convergence_clubs: {{of: "BIP, real", lambda: 6.25, as: low, periods: ["01.04.2001", "01.04.2002", "01.04.2003",
     "01.04.2004", "01.04.2005", "01.04.2006"], trim: 0.25}}
output: {{file: r.h5}}
"""


class Dates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        with open(cls.path("p.csv"), "w", encoding="utf-8-sig") as file:
            file.write('"Kreis, Nr.";Stichtag;"BIP, real";Quote\r\n')
            for i in range(N):
                for t, period in enumerate(PERIODS):
                    y = 100 + 7 * (i * 37 % 11) + t * (3 + i % 5) + (i * t * 13 % 7) / 10
                    x = (i * 29 + t * 17) % 23 + 1
                    file.write(f'"{i:02}";{period};' + f"{y:.2f};{x:.2f}\r\n".replace(".", ","))
        with open(cls.path("u.csv"), "w", encoding="utf-8") as file:
            file.write("code,lon,lat\n")
            file.writelines(f"{i:02},{8 + i % 5},{48 + i // 5}\n" for i in range(N))
        cls.study("'Quote'")
        done = cls.call("run", "s.yaml", "--log-level", "error")
        cls.said = done.stdout
        assert done.returncode == 0, done.stderr

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def study(cls, derived):
        with open(cls.path("s.yaml"), "w", encoding="utf-8") as file:
            file.write(STUDY.format(derived=derived))

    @classmethod
    def call(cls, *words):
        return subprocess.run([SPILLWAY, *words], text=True, capture_output=True, check=False, cwd=cls.folder.name)

    def test_summary(self):
        self.assertIn("slopes are per day\n", self.said)
        self.assertIn("robust lag and robust error undefined: two weights matrices\n", self.said)
        self.assertEqual(self.said.count("robust lag"), 2)
        self.assertNotIn("nan", self.said)
        self.assertNotIn("with 6.25", self.said, "the entry's own lambda stands once")

    def test_order_of_time(self):
        for where, want in ((f"time >= '{PERIODS[5]}'", PERIODS[5:]), (f"time < {PERIODS[3]}", PERIODS[:3]),
                            (f"time != '{PERIODS[0]}'", PERIODS[1:]), (f"time = {PERIODS[-1]}", PERIODS[-1:])):
            done = self.call("export", "r.h5", "one.residual", "-o", "x.csv", "--force", "--where", where)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(self.path("x.csv"), encoding="utf-8", newline="") as file:
                rows = list(csv.reader(file))[1:]
            self.assertEqual([row[:2] for row in rows], [[f"{i:02}", t] for t in want for i in range(N)], where)

    def test_no_such_period(self):
        """2003 is no period, and a condition on it would hold nowhere."""
        done = self.call("export", "r.h5", "one.residual", "-o", "n.csv", "--where", "time >= 2003")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--where: time: r.h5 has no period '2003'", done.stderr)
        self.assertIn(f"'{PERIODS[0]}' to '{PERIODS[-1]}'", done.stderr)

    def test_days_of_a_spreadsheet(self):
        """36892 is 2001-01-01: whole numbers, with holes, unless somebody says so."""
        with open(self.path("serial.csv"), "w", encoding="utf-8") as file:
            file.write("code,day,x\n")
            file.writelines(f"{i:02},{day},{i * day % 7}\n" for i in range(4) for day in (36892, 37257, 37622, 37987))
        with open(self.path("serial.yaml"), "w", encoding="utf-8") as file:
            file.write("panel: {file: serial.csv, unit: code, time: day}\nmeasures: [{trend: {of: x}}]\n"
                       "output: {file: serial.h5}\n")
        done = self.call("check", "serial.yaml")
        self.assertEqual(done.returncode, 0)
        self.assertIn("if they are a spreadsheet's dates (2001-01-01 to 2004-01-01)", done.stderr)

    def test_names(self):
        done = self.call("table", "r.h5", "trend.slope", "--names")
        self.assertEqual(done.returncode, 2)
        self.assertIn("`name: COLUMN` under `units` brings them", done.stderr)

    def test_backquotes(self):
        for derived, part in (("'log(\"BIP, real\")'", "stands in backquotes, as in `a, b` / 2"),
                              ("BIP, real / 2", "has blanks or signs stands in backquotes")):
            self.study(derived)
            done = self.call("check", "s.yaml")
            self.assertEqual(done.returncode, 2)
            self.assertIn(part, done.stderr)
        self.study("'Quote'")


if __name__ == "__main__":
    unittest.main()
