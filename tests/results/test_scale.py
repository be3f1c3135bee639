#!/usr/bin/env python3
"""Series in any unit of measurement: what is made of pairs of series is the same, to the bit, where
they are a power of two larger or smaller, out to the ends of the range of numbers. And a mass that
the radiation model refuses is refused by `check` and `run` in one line."""
import os
import unittest

import h5py
import numpy as np

from studies import InFolder, spillway, write

UNITS, PERIODS = 9, 20
MEASURES = """
  - synchronisation: {of: x, transform: level, as: level}
  - synchronisation: {of: x, transform: difference, as: difference}
  - synchronisation: {of: x, form: concordance, transform: level, as: concordance}
  - synchronisation: {of: x, form: corrected, transform: difference, as: corrected}
  - synchronisation: {of: x, form: quasi, transform: level, as: quasi}
  - cross_correlation: {of: x, transform: level, as: lags}
  - cross_correlation: {of: x, to: y, transform: difference, as: lags_between}
  - granger: {of: x, transform: difference, as: one_lag}
  - granger: {of: x, from: y, transform: level, lags: 2, as: two_lags}
  - connectedness: {of: x, transform: level, permutations: 5, as: connected}
  - connectedness: {of: x, transform: difference, window: {length: 12, step: 4}, as: windows}
  - convergent_cross_mapping: {of: x, transform: level, as: maps}
  - convergent_cross_mapping: {of: x, from: y, transform: difference, dimension: 2, library: [8, 14], as: libraries}
  - grey_relational_grade: {of: x, as: grey}
  - grey_relational_grade: {of: x, image: mean, bounds: panel, as: grey_panel}
"""


def panel(factor):
    """`factor` by unit. One unit has a hole, one differences below zero, one does not vary."""
    rng = np.random.default_rng(8)
    lines = ["id,t,x,y"]
    for i in range(UNITS):
        x, y = 10 * np.exp(rng.normal(0, .2, (2, PERIODS)).cumsum(1))
        x[:] = 3 if i == 4 else x
        lines += [f"u{i},{2000 + t},{'' if (i, t) == (5, 7) else repr(float(x[t] * factor[i]))},"
                  f"{float(y[t] / factor[i])!r}" for t in range(PERIODS)]
    write("p.csv", "\n".join(lines) + "\n")


class Scale(InFolder):
    def results(self, power, out, ranks=1):
        panel([2. ** p for p in power])
        write("s.yaml", "panel: {file: p.csv, unit: id, time: t, missing: keep}\nmeasures:" + MEASURES +
              "output: {file: r.h5, precision: float64}\n")
        done = spillway("run", "s.yaml", "-o", out, "--quiet", ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(out) as file:
            groups = {name: item for name, item in file.items() if "measure" in item.attrs}
            numbers = {f"{name}/{quantity}": item[...].tobytes() for name, group in groups.items()
                       for quantity, item in group.items()
                       if isinstance(item, h5py.Dataset) and item.dtype.kind == "f"}
            return numbers, {name: group["value"][...] for name, group in groups.items()}

    def test_powers_of_two(self):
        want, value = self.results([0] * UNITS, "plain.h5")
        for name, matrix in value.items():
            self.assertGreater(np.isfinite(matrix).sum(), 40, name)
        for k, power in enumerate(([1000] * UNITS, [-1000] * UNITS, [(-1) ** i * 1010 for i in range(UNITS)],
                                   [450] * UNITS, [-530] * UNITS, [0, 300, 600, 900, -900, -600, -300, 1000, -1000])):
            found, _ = self.results(power, f"other{k}.h5", ranks=1 + k % 2)
            for name, numbers in want.items():
                self.assertEqual(found[name], numbers, (power, name))

    def test_decimals(self):
        """Of other factors the same but for rounding."""
        _, want = self.results([0] * UNITS, "plain.h5")
        for factor in (1e300, 1e-300):
            panel([factor] * UNITS)
            done = spillway("run", "s.yaml", "-o", f"{factor}.h5", "--quiet")
            self.assertEqual(done.returncode, 0, done.stderr)
            with h5py.File(f"{factor}.h5") as file:
                for name, matrix in want.items():
                    np.testing.assert_allclose(file[name]["value"][...], matrix, 1e-6, 1e-9, err_msg=name)

    def test_said(self):
        """By `check` and by a run, once, with the first unit; other indicators are not named."""
        write("p.csv", "id,t,x,y,z\n" + "".join(
            f"u{i},{t},{1e200 if i > 1 and t > 2001 else i + 1},{-1e-160 if (i, t) == (3, 2001) else i},1e300\n"
            for i in range(4) for t in (2001, 2002, 2003)))
        write("s.yaml", "panel: {file: p.csv, unit: id, time: t, derive: {d: z * 1e-300}}\n"
              "composites: {c: {positive: [x], weights: equal}}\nmeasures:\n"
              "  - inequality: {of: c}\n  - distribution: {of: y}\n  - distribution: {of: d, as: even}\n"
              "output: {file: r.h5}\n")
        for verb, more, ranks in (("check", (), 1), ("run", ("--force",), 1), ("run", ("--force",), 2), ("check", (), 2)):
            done = spillway(verb, "s.yaml", *more, ranks=ranks)
            self.assertEqual(done.returncode, 0, done.stderr)
            said = [line for line in done.stderr.splitlines() if "in another unit" in line]
            self.assertEqual(len(said), 2, done.stderr)
            self.assertIn("x of unit u2 in 2002 is 1e+200; values beyond 1e-150 to 1e+150 (4 in all) have squares", said[0])
            self.assertIn("y of unit u3 in 2001 is -1e-160; values beyond 1e-150 to 1e+150 (1 in all)", said[1])
        self.assertEqual(spillway("verify", "r.h5", "--study", "s.yaml").returncode, 0)

    def test_signs_of_what_vanishes(self):
        """Above zero or not: beside 1e300 a small value keeps its sign, and a small change."""
        level = [[1e300, 1e-300, -1e-300, 2e300, 1e-300, -3e-300], [1, 2, -1, 5, 3, -2], [1, -1, 2, -2, 1, -1]]
        write("p.csv", "id,t,x\n" + "".join(f"u{i},{2000 + t},{v!r}\n" for i, row in enumerate(level)
                                           for t, v in enumerate(row)))
        write("s.yaml", "panel: {file: p.csv, unit: id, time: t}\nmeasures:\n"
              "  - synchronisation: {of: x, form: concordance, transform: level, as: level}\n"
              "  - synchronisation: {of: x, form: concordance, transform: difference, as: difference}\n"
              "output: {file: r.h5, precision: float64}\n")
        done = spillway("run", "s.yaml", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        x = np.array(level)
        with h5py.File("r.h5") as file:
            for name, above in (("level", x > 0), ("difference", np.diff(x) > 0)):
                want = (above[:, None] == above[None]).mean(2)
                np.fill_diagonal(want, np.nan)
                np.testing.assert_array_equal(file[name]["value"][...], want, name)

    def test_radiation(self):
        write("u.csv", "id,lon,lat\na,0,0\nb,1,0\nc,2,1\n")
        write("p.csv", "id,t,m,o\n" + "".join(f"{u},{t},{m},{o}\n" for u, m, o in (
            ("a", 2, 1), ("b", "1e300", 1), ("c", 3, "1e-95")) for t in (2001, 2002)))
        for out, place, said in (("", "mass", r"m of unit b in 2001 is 1e+300 (2 in all)"),
                                 (", out: o", "out", r"o of unit c in 2001 is 1e-95 (2 in all)")):
            mass = "m" if not out else "t2"
            write("s.yaml", "panel: {file: p.csv, unit: id, time: t, derive: {t2: o * 0 + 1}}\n"
                  "units: {file: u.csv, unit: id, lon: lon, lat: lat}\n"
                  f"measures:\n  - radiation_model: {{mass: {mass}{out}}}\noutput: {{file: r.h5}}\n")
            for verb, ranks in (("check", 1), ("run", 1), ("check", 2), ("run", 2)):
                done = spillway(verb, "s.yaml", *(["--quiet"] if verb == "run" else []), ranks=ranks)
                lines = [line for line in done.stderr.splitlines() if line.startswith("spillway: s.yaml")]
                self.assertEqual((done.returncode, len(lines)), (2, 1), done.stderr)
                self.assertIn(said + "; expected 0, or 1e-90 to 1e+90: give it in another unit", lines[0])
                self.assertFalse(os.path.exists("r.h5"))


if __name__ == "__main__":
    unittest.main()
