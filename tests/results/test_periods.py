#!/usr/bin/env python3
"""Periods through the whole program: what each form means, in what order and how far apart, what
`check` says of it, and what stands in the results; names of periods by meaning; what cannot be read
is refused in one line with status 2."""
import os
import unittest

import h5py
import numpy as np
import xarray

from studies import InFolder, spillway, write

MONTHS = [f"2001M{m}" for m in range(1, 13)]


def long(values):
    """{unit: {label: text}} as a long panel."""
    return "id,t,x\n" + "".join(f"{u},{t},{x}\n" for u, row in values.items() for t, x in row.items())


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Periods(InFolder):
    def study(self, panel, measures="  - inequality: {of: x}\n", more="", time="t"):
        write("s.yaml", f"study: s\npanel: {{file: p.csv, unit: id, time: {time}, {panel}}}\n{more}"
                        f"measures:\n{measures}output: {{file: r.h5}}\n")

    def run_study(self, *words, ranks=1):
        done = spillway("run", "s.yaml", "--force", *words, ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def check_line(self):
        done = spillway("check", "s.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()[0]

    def refused(self, line, verb="run", *words):
        done = spillway(verb, "s.yaml", *words)
        said = [l for l in done.stderr.splitlines() if ": info: " not in l and ": warning: " not in l]
        self.assertEqual((done.returncode, len(said)), (2, 1), done.stderr)
        self.assertIn(line, said[0])
        self.assertFalse(os.path.exists("r.h5"))

    def filled(self, values):
        """The panel's x after filling, out of a score between 0 and 100: [period][unit]."""
        write("p.csv", long(values))
        self.study("missing: interpolate", "  - coupling_coordination: {systems: [s, s2]}\n",
                   "composites:\n  s: {positive: [x], over: {bounds: {x: [0, 100]}}, weights: equal}\n"
                   "  s2: {positive: [x], over: {bounds: {x: [0, 100]}}, weights: equal}\n")
        self.run_study()
        with h5py.File("r.h5") as file:
            return 100 * file["composites/s/score"][:]

    def test_months(self):
        values = {u: {t: "" if (u, t) == ("a", "2001M10") else k * k % 100
                      for k, t in enumerate(reversed(MONTHS), 1)} for u in "ab"}
        filled = self.filled(values)
        np.testing.assert_allclose(filled[9], [(4 + 16) / 2, 9])  # between M9 and M11
        self.assertEqual(self.check_line(), "s: 2 units x 12 periods, months, 2001M1 to 2001M12, "
                                            "every month; 24 rows read")
        with xarray.open_dataset("r.h5", group="composites/s") as data:
            self.assertEqual(str(data.time.values[9])[:10], "2001-10-01")
            self.assertEqual([text(t) for t in data.time_label.values], MONTHS)
        with h5py.File("r.h5") as file:
            self.assertEqual(file["time"].dtype, np.dtype("<i8"))
            self.assertEqual(text(file["time"].attrs["units"]), "days since 1970-01-01")
            self.assertEqual(text(file["time"].attrs["calendar"]), "proleptic_gregorian")
            self.assertEqual(file["time_label"].dims[0][0].name, "/time")
        self.assertIn("periods  12: 2001M1 to 2001M12", spillway("info", "r.h5").stdout)
        self.assertEqual(spillway("verify", "r.h5").returncode, 0)
        self.assertEqual(spillway("diff", "r.h5", "r.h5").returncode, 0)

    def test_years_with_a_point(self):
        years = dict(zip(("2001.0", "2002.0", "2011.0"), (10, "", 20)))
        np.testing.assert_allclose(self.filled({"a": years, "b": dict.fromkeys(years, 1)})[1], [11, 1])
        with h5py.File("r.h5") as file:
            self.assertEqual(list(file["time"]), [2001, 2002, 2011])
            self.assertNotIn("time_label", file)
        self.assertIn("3 periods, years, 2001.0 to 2011.0, every year, but for 1 hole, the first before "
                      "2011.0;", self.check_line())

    def test_quarters_with_a_hole(self):
        for labels, first in ((("2001Q1", "2001Q2", "2002Q1"), "2001-01-01"),
                              (("Q4 2000", "Q1 2001", "Q4 2001"), "2000-10-01")):
            quarters = dict(zip(labels, (10, "", 18)))
            filled = self.filled({"a": quarters, "b": dict.fromkeys(quarters, 1)})
            np.testing.assert_allclose(filled[1], [12, 1])
            with xarray.open_dataset("r.h5") as data:
                self.assertEqual(str(data.time.values[0])[:10], first)

    def test_dates_by_a_format(self):
        write("p.csv", "id,t,x\na,11/30/2001,1\na,12/31/2001,2\na,1/31/2002,4\n"
                       "b,11/30/2001,2\nb,12/31/2001,3\nb,1/31/2002,9\n")
        entry = "  - inequality: {of: g, periods: [2002-01-31]}\n  - inequality: {of: x, as: all}\n"
        self.study("missing: keep, derive: {g: growth(x)}", entry,
                   time='{column: t, format: "%m/%d/%Y"}')
        self.run_study()
        with xarray.open_dataset("r.h5", group="all") as data:
            self.assertEqual([str(t)[:10] for t in data.time.values],
                             ["2001-11-30", "2001-12-31", "2002-01-31"])
            self.assertEqual([text(t) for t in data.time_label.values],
                             ["11/30/2001", "12/31/2001", "1/31/2002"])
        with h5py.File("r.h5") as file:
            np.testing.assert_allclose(file["inequality/gini"][:], [(2 - 1) / (2 * 3)])  # of 1 and 2
            self.assertEqual([text(t) for t in file["inequality/time_label"]], ["1/31/2002"])
        self.assertIn("3 periods, days, 11/30/2001 to 1/31/2002, every month;", self.check_line())
        self.study("missing: keep", time='{column: t, format: "%d/%m/%Y"}')
        os.remove("r.h5")
        self.refused("p.csv:2: t: '11/30/2001' is not of the form '%d/%m/%Y'")
        self.study("missing: keep", time='{column: t, format: "%D"}')
        self.refused("s.yaml:2:59: format: '%D': unknown directive %D; known are %Y %y %m")

    def test_other_forms(self):
        for labels, days in ((["2001H1", "2001H2", "2002H1", "2002H2"], ["2001-01-01", "2001-07-01"]),
                             (["2001-W01", "2001-W02", "2001-W03", "2001-W04"], ["2001-01-01", "2001-01-08"]),
                             (["2001-01-31T00:00:00", "2001-02-28T00:00:00", "2001-03-31T00:00:00",
                               "2001-04-30T00:00:00"], ["2001-01-31", "2001-02-28"])):
            write("p.csv", long({u: {t: k + i for i, t in enumerate(labels)} for k, u in enumerate("abc")}))
            self.study("missing: keep", "  - trend: {of: x}\n")
            self.run_study()
            with xarray.open_dataset("r.h5") as data:
                self.assertEqual([str(t)[:10] for t in data.time.values[:2]], days)
        write("p.csv", long({u: {t: k + i for i, t in enumerate(["2001/02", "2002/03", "2003/04"])}
                             for k, u in enumerate("abc")}))
        self.study("missing: keep")
        self.run_study()
        with h5py.File("r.h5") as file:
            self.assertEqual(list(file["time"]), [2001, 2002, 2003])
            self.assertEqual(text(file["time"].attrs["units"]), "1")
            self.assertEqual([text(t) for t in file["time_label"]], ["2001/02", "2002/03", "2003/04"])

    def test_trend_by_time(self):
        """Slopes are per quarter, with a hole; the change is told on the axis of the file."""
        quarters = ["2001Q1", "2001Q2", "2002Q1", "2002Q2", "2003Q1"]
        at = [0, 1, 4, 5, 8]
        write("p.csv", long({u: {t: k * a for t, a in zip(quarters, at)} for k, u in enumerate("abc", 1)}))
        self.study("missing: keep", "  - trend: {of: x}\n")
        self.run_study()
        with h5py.File("r.h5") as file:
            np.testing.assert_allclose(file["trend/slope"][:], [1, 2, 3])
            self.assertIn(file["trend/change_point"][0], list(file["time"]))

    def test_unknown_order(self):
        labels = ["early", "late", "middle", "second"]
        write("p.csv", long({u: dict.fromkeys(labels, k) for k, u in enumerate("abc", 1)}))
        self.study("missing: keep")
        self.run_study()
        self.assertIn("4 periods, early to second, order unknown: by bytes of text, no spacing;",
                      self.check_line())
        with h5py.File("r.h5") as file:
            self.assertEqual([text(t) for t in file["time"]], labels)
            self.assertNotIn("time_label", file)
        write("u.csv", "id,lon,lat\na,1,1\nb,2,2\nc,3,1\n")
        self.study("missing: keep", "  - gravity: {mass: [x], keep: {top: 1}, as: g}\n  - network: {result: g}\n",
                   "units: {file: u.csv, unit: id, lon: lon, lat: lat}\n")
        self.assertIn("without jaccard and overlap: the order of periods such as 'early' is unknown",
                      self.run_study().stderr)
        with h5py.File("r.h5") as file:
            self.assertEqual(file["network/density"].shape, (4,))
            self.assertNotIn("jaccard", file["network"])
        os.remove("r.h5")
        known = "'early' is of no known form"
        self.study("missing: interpolate")
        self.refused(known)
        self.study("missing: keep, breaks: [late]")
        self.refused(known)
        for back in ("lag(x)", "growth(x)"):
            self.study(f"missing: keep, derive: {{g: {back}}}", "  - inequality: {of: g}\n")
            self.refused(known)
        self.study("missing: keep", "  - trend: {of: x}\n")
        self.refused("the periods are texts such as 'early', whose spacing is unknown")

    def test_mixed_forms(self):
        write("p.csv", "id,t,x\na,2001M1,1\na,2001M2,1\nb,2001M1,1\nb,2001Q1,2\n")
        self.study("missing: keep")
        self.refused("p.csv:5: t: '2001Q1' is not a month, but other periods are (2001M1, 2001M2)")

    def test_packed_months_are_told(self):
        write("p.csv", long({u: {"200112": 1, "200201": 2} for u in "ab"}))
        self.study("missing: keep")
        self.assertIn('if they are months, write `time: {column: t, format: "%Y%m"}`',
                      self.run_study().stderr)
        self.study("missing: keep", time='{column: t, format: "%Y%m"}')
        self.assertIn("months, 200112 to 200201, every month;", self.check_line())

    def test_ranks_and_files(self):
        """One period under two labels in two files; periods named by either; any number of ranks."""
        write("p.csv", "id,t,x\n" + "".join(f"u{k},2001M{m},{k * m}\n" for k in range(600) for m in (1, 2, 3)))
        write("q.csv", "id,t,y\n" + "".join(f"u{k},2001-0{m},{k + m}\n" for k in range(600) for m in (3, 2, 1)))
        found = []
        for ranks in (1, 3):
            write("s.yaml", "study: s\npanel: {file: [p.csv, q.csv], unit: id, time: t, periods: [2001-01, "
                            "2001M03]}\nmeasures:\n  - inequality: {of: x}\n  - inequality: {of: y, as: last, "
                            "periods: [2001-03]}\noutput: {file: r.h5}\n")
            self.run_study(ranks=ranks)
            with h5py.File("r.h5") as file:
                found.append((file["inequality/gini"][:].tobytes(), file["last/gini"][:].tobytes(),
                              [text(t) for t in file["time_label"]], file["last/value_checksum"][()]))
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0][2], ["2001M1", "2001M3"])

    def test_hdf5_like_csv(self):
        """Labels of an HDF5 panel, numbers or texts, mean what those of a CSV file mean."""
        values = {u: {t: k + i for i, t in enumerate(("2001M9", "2001M10", "2001M11"))}
                  for k, u in enumerate("abc", 1)}
        write("p.csv", long(values))
        with h5py.File("p.h5", "w") as file:
            kind = h5py.string_dtype()
            file.create_dataset("id", data=list(values), dtype=kind)
            file.create_dataset("t", data=["2001M11", "2001M10", "2001M9"], dtype=kind)
            file["x"] = [[values[u][t] for u in values] for t in ("2001M11", "2001M10", "2001M9")]
        found = []
        for name in ("p.csv", "p.h5"):
            write("s.yaml", f"study: s\npanel: {{file: {name}, unit: id, time: t, periods: [2001-10, 2001-11]}}\n"
                            "measures:\n  - inequality: {of: x}\noutput: {file: r.h5}\n")
            self.run_study()
            with h5py.File("r.h5") as file:
                found.append([file["inequality/value_checksum"][()], list(file["inequality/operand_hash"]),
                              list(file["time"]), [text(t) for t in file["time_label"]]])
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0][3], ["2001M10", "2001M11"])

    def test_reuse_and_diff(self):
        """A file that has the periods under other labels; one with a period more."""
        write("p.csv", long({u: {"2001-01": k, "2001-02": 3 * k} for k, u in enumerate("abc", 1)}))
        self.study("missing: keep", "  - gravity: {mass: [x], keep: dense}\n",
                   "units: {file: u.csv, unit: id, lon: lon, lat: lat}\n")
        write("u.csv", "id,lon,lat\na,1,1\nb,2,2\nc,3,1\n")
        self.run_study()
        os.rename("r.h5", "old.h5")
        write("p.csv", long({u: {"2001-01": k, "2001-02": 3 * k, "2001-03": 5} for k, u in enumerate("abc", 1)}))
        self.assertIn("2 of 3", self.run_study("--reuse", "old.h5").stdout)
        said = spillway("diff", "old.h5", "r.h5").stdout
        self.assertIn("periods: 1 added: 2001-03\n", said)
        self.assertNotIn("removed", said)

    def test_weights_of_an_earlier_file(self):
        """Weights by period, written under 2001.0 and asked for by 2001."""
        composites = ("composites:\n  s: {{positive: [x, y], over: {over}, weights: {weights}}}\n"
                      "  z: {{positive: [y], weights: equal}}\n")
        entry = "  - coupling_coordination: {systems: [s, z]}\n"
        rows = [(u, t, k * 3 % 5 + t, k * k % 7) for k, u in enumerate("abcd", 1) for t in (2001, 2002)]
        write("p.csv", "id,t,x,y\n" + "".join(f"{u},{t}.0,{x},{y}\n" for u, t, x, y in rows))
        self.study("missing: keep", entry, composites.format(over="period", weights="entropy"))
        self.run_study()
        os.rename("r.h5", "old.h5")
        write("p.csv", "id,t,x,y\n" + "".join(f"{u},{t},{x},{y}\n" for u, t, x, y in rows))
        self.study("missing: keep", entry, composites.format(over="period", weights="{from: old.h5}"))
        self.run_study()
        with h5py.File("old.h5") as old, h5py.File("r.h5") as new:
            np.testing.assert_array_equal(old["composites/s/weight"][:], new["composites/s/weight"][:])

    def base(self, table, times=("2001", "2002"), time="t"):
        write("b.csv", table)
        write("p.csv", "id,t,x,all\n" + "".join(f"{u},{t},{k},10\n" for k, u in enumerate("ab", 1) for t in times))
        write("s.yaml", "study: s\npanel: {file: p.csv, unit: id" + (f", time: {time}" if time else "") +
              "}\nmeasures:\n  - location_quotient: {industries: [x], total: all, base: {file: b.csv}}\n"
              "output: {file: r.h5}\n")

    def test_base_tables(self):
        self.base("year,x,all\n2001.0,1,10\n2002.0,1,10\n")  # by meaning
        self.run_study()
        with h5py.File("r.h5") as file:
            np.testing.assert_allclose(file["location_quotient/value"][:, :, 0], [[1, 2], [1, 2]])
        os.remove("r.h5")
        self.base("area,year,x,all\nUS,2001,1,10\nEU,2002,1,10\n")
        self.refused("b.csv: the first column must name the period of each row, such as '2001'; it has "
                     "'US', and the periods stand in 'year'")
        self.base("area,year,x,all\nUS,2001,1,10\nUS,2002,1,10\n")
        self.refused("b.csv:3: row 'US' appears twice; the first column names the rows (of a base, the "
                     "period): give each once")
        self.base("year,x,all\n2001,1,10\n")
        self.refused("b.csv has no period '2002'; did you mean '2001'?")
        self.base("year,x,all\nUS,1,10\nEU,1,10\n", times=("0",), time="")
        self.refused("b.csv has 2 rows, but the panel is a cross-section (it has no `time`); expected one "
                     "row")
        self.base("area,x,all\nUS,1,10\n", times=("0",), time="")
        self.assertEqual(self.check_line(), "s: 2 units, a cross-section; 2 rows read")
        done = self.run_study()
        self.assertIn("s: 2 units, a cross-section -> r.h5", done.stdout)
        self.assertNotIn("0 to 0", done.stdout + done.stderr)
        self.assertIn("periods  a cross-section\n", spillway("info", "r.h5").stdout)

    def test_cross_section_has_no_periods(self):
        write("p.csv", "id,x\na,1\nb,1\nc,1\n")
        write("e.csv", "from,to\na,b\nb,a\nb,c\nc,b\n")
        for keys, entry, place in ((", breaks: [2001]", "", "2:40: breaks"),
                                   (", periods: [2001]", "", "2:41: periods"),
                                   ("", ", periods: [2001]", "5:5: moran: periods")):
            write("s.yaml", "study: s\npanel: {file: p.csv, unit: id%s}\nweights: {w: {kind: file, file: e.csv}}\n"
                  "measures:\n  - moran: {of: x, weights: w%s}\noutput: {file: r.h5}\n" % (keys, entry))
            self.refused("s.yaml:%s: the panel is a cross-section" % place +
                         (", which has no periods; `time` names their column" if keys else "; leave it out"))
        write("s.yaml", "study: s\npanel: {file: p.csv, unit: id}\nweights: {w: {kind: file, file: e.csv}}\n"
              "measures:\n  - moran: {of: x, weights: w}\noutput: {file: r.h5}\n")
        self.run_study()
        told = spillway("info", "r.h5").stdout
        self.assertIn("(such as 0/0); constant\n", told)
        self.assertNotIn("in 0", told)

    def test_no_periods(self):
        write("p.csv", long({u: {"2001": 1} for u in "ab"}))
        self.study("missing: keep, periods: []")
        self.refused("s.yaml:2:65: periods: the list is empty; leave it out for all periods")

    def test_seeds(self):
        write("p.csv", long({u: {"2001": 1} for u in "ab"}))
        self.study("missing: keep", more="seed: 99999999999999999999\n")
        self.refused("s.yaml:3:7: 99999999999999999999 is too large; expected a whole number up to "
                     "9223372036854775807")
        self.study("missing: keep", more="seed: -1\n")
        self.refused("s.yaml:3:7: -1 is out of range; expected at least 0")
        self.study("missing: keep", more="seed: 9223372036854775807\n")
        self.run_study()


if __name__ == "__main__":
    unittest.main()
