"""`spillway table`: what people read is what h5py reads, rounded; rows, columns and orders that are
asked for; how it looks; what is refused."""
import csv
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import unittest
import zipfile
from xml.etree import ElementTree

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nation import SPILLWAY, Nation  # noqa: E402

EXTRA = """  - gravity: {mass: [gdp], keep: {above: 1e5}, as: above}
  - gravity: {mass: [population], keep: dense, periods: [2004, 2005], as: dense}
  - lisa_markov: {of: gdp_pc, weights: contiguity, as: quadrants}
"""


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Table(Nation):
    EXTRA = EXTRA

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = h5py.File(cls.results)
        cls.addClassCleanup(cls.file.close)
        cls.code = [c.decode() for c in cls.file["unit"][()]]
        cls.name = [c.decode() for c in cls.file["name"][()]]
        cls.year = [str(t) for t in cls.file["time"][()]]

    @classmethod
    def change(cls, study):
        """With names, of which some are Chinese: a column more in the units file."""
        with open(cls.path("s/units.csv"), encoding="utf-8") as file:
            head, *lines = file.read().splitlines()
        with open(cls.path("s/units.csv"), "w", encoding="utf-8") as file:
            file.write(f"{head},label\n")
            for k, line in enumerate(lines):
                file.write(f"{line},{'某县' if k % 3 else 'Some | county'} {k}\n")
        return re.sub(r"(\n  file: units.csv\n)", r"\1  name: label\n", study)

    def table(self, *words, status=0, results=None):
        done = subprocess.run([SPILLWAY, "table", results or self.results, *words], text=True,
                              capture_output=True, check=False, cwd=self.folder.name)
        self.assertEqual(done.returncode, status, done.stderr)
        if status:
            self.assertEqual((done.stderr.count("\n"), done.stdout), (1, ""), done.stderr)
        return done.stderr if status else done.stdout

    def cells(self, *words):
        """Title, head, rows, note of the first table; cells are parted by two blanks or more."""
        title, *lines = self.table(*words).split("\n\n")[0].splitlines()
        rows = [re.split(r"  +", line.strip()) for line in lines]
        note = "" if len(rows[-1]) == len(rows[0]) else lines[-1].strip()
        rows = rows[:-1] if note else rows
        self.assertTrue(all(len(row) == len(rows[0]) for row in rows), rows)
        return title, rows[0], rows[1:], note

    def near(self, text, value):
        """The decimals that are shown are those of the value."""
        if text == "-":
            self.assertTrue(np.isnan(value))
        elif "e" in text:
            self.assertEqual(text, f"{value:.{len(text.split('e')[0].replace('-', '').replace('.', '')) - 1}e}")
        else:
            self.assertEqual(text, f"{value:.{len(text.partition('.')[2])}f}")

    # ---- by unit ---------------------------------------------------------------------------------

    def test_periods_side_by_side(self):
        title, head, rows, note = self.cells("ccd.coordination")
        self.assertEqual(title, "ccd.coordination: coupling coordination degree D")
        self.assertEqual(head, ["unit", *self.year])
        self.assertEqual([row[0] for row in rows], self.code[:20])
        self.assertEqual(note, "60 of 80 rows are left out: --top N, --units CODES or --by GROUP choose, "
                         "-o FILE has all")
        for i, row in enumerate(rows):
            for t in range(5):
                self.near(row[1 + t], self.file["ccd/coordination"][t, i])

    def test_several(self):
        title, head, rows, _ = self.cells("ccd")
        self.assertTrue(title.endswith("; 2005"), title)
        self.assertEqual(head[:3], ["unit", "coupling", "development"])
        self.near(rows[3][2], self.file["ccd/development"][4, 3])
        self.assertEqual(rows[3][4], str(self.file["ccd/class"][4, 3]))
        _, head, rows, _ = self.cells("ccd.coordination", "economy.score", "--units",
                                      f"{self.code[5]},{self.code[2]}", "--periods", "2001,last")
        self.assertEqual(head, ["unit", "time", "ccd.coordination", "composites/economy.score"])
        self.assertEqual([row[:2] for row in rows], [[self.code[k], t] for t in ("2001", "2005") for k in (2, 5)])
        self.near(rows[2][3], self.file["composites/economy/score"][4, 2])

    def test_many_columns(self):
        """A column for each period, however many."""
        rows = "".join(f"{unit},{t},{k * t}\n" for k, unit in enumerate(("01", "02"), 1) for t in range(1, 1101))
        with open(self.path("long.csv"), "w", encoding="utf-8") as file:
            file.write("code,t,a\n" + rows)
        with open(self.path("long.yaml"), "w", encoding="utf-8") as file:
            file.write("study: long\npanel: {file: long.csv, unit: code, time: t}\nmeasures:\n"
                       "  - location_quotient: {industries: [a], total: a, as: lq}\noutput: {file: long.h5}\n")
        subprocess.run([SPILLWAY, "run", self.path("long.yaml"), "-q"], check=True)
        _, head, *rows = self.table("lq.value", "--periods", "all", results="long.h5").splitlines()
        self.assertEqual(head.split(), ["unit", "industry", *map(str, range(1, 1101))])
        self.assertEqual([len(row.split()) for row in rows], [1102, 1102])

    def test_top(self):
        value = self.file["ccd/coordination"][4]
        order = np.argsort(-value, kind="stable")[:7]
        _, head, rows, note = self.cells("ccd.coordination", "--top", "7", "--periods", "last")
        self.assertEqual([row[0] for row in rows], [self.code[i] for i in order])
        self.assertEqual(note, "the largest 7 of 80 by coordination")
        self.assertEqual(head, ["unit", "coordination"])
        for row, i in zip(rows, order):
            self.near(row[1], value[i])

    def test_digits(self):
        for words, decimals in (([], 4), (["--digits", "2"], 2), (["--digits", "9"], 9)):
            _, _, rows, _ = self.cells("ccd.coordination", *words)
            self.assertEqual({len(x.partition(".")[2]) for row in rows for x in row[1:]}, {decimals})

    def test_groups(self):
        of = np.array([c.decode() for c in self.file["group_province"][()]])
        value = self.file["ccd/coordination"][()]
        title, head, rows, _ = self.cells("ccd.coordination", "--by", "province", "--periods", "first,last")
        self.assertIn("mean of units with a value, by province", title)
        self.assertEqual(head, ["province", "units", "2001", "2005"])
        self.assertEqual([row[0] for row in rows], [*sorted(set(of)), "all"])
        for label, n, a, b in rows:
            member = of == label if label != "all" else np.full(80, True)
            self.assertEqual(int(n), member.sum())
            self.near(a, value[0, member].mean())
            self.near(b, value[4, member].mean())
        _, _, top, note = self.cells("ccd.coordination", "--by", "province", "--top", "2")
        self.assertEqual((len(top), top[-1][0]), (3, "all"))
        self.assertIn("the largest 2 of", note)
        # Parts, and missing values that are in no mean.
        leap = self.file["ladder/leap"][()]
        _, _, rows, _ = self.cells("ladder.leap", "--by", "province")
        self.assertEqual(rows[-1][2], "-")
        self.near(rows[-1][4], np.nanmean(leap[2]))
        _, head, rows, _ = self.cells("lq.value", "--by", "agglomeration", "--periods", "2003")
        self.assertEqual(head[:3], ["agglomeration", "industry", "units"])
        industry = [c.decode() for c in self.file["lq/industry"][()]]
        last = next(r for r in rows if r[:2] == ["all", "finance"])
        axes = [d[0].name.rpartition("/")[2] for d in self.file["lq/value"].dims]
        data = np.moveaxis(self.file["lq/value"][()], axes.index("industry"), 0)[industry.index("finance")]
        self.near(last[3], data[2].mean())

    def test_names(self):
        _, head, rows, _ = self.cells("ccd.class", "ccd.lagging", "--names", "--units", ",".join(self.code[:4]))
        self.assertEqual(head, ["unit", "name", "class", "lagging"])
        self.assertEqual([row[1] for row in rows], self.name[:4])
        classes = [c.decode() for c in self.file["ccd/class_label"][()]]
        systems = [c.decode() for c in self.file["ccd/system"][()]]
        for i, row in enumerate(rows):
            self.assertEqual(row[2], classes[self.file["ccd/class"][4, i] - 1])
            self.assertEqual(row[3], systems[self.file["ccd/lagging"][4, i]])
        # Columns stand below each other, also behind wide characters.
        lines = self.table("ccd.coordination", "--names", "--top", "9").splitlines()
        self.assertEqual(len({width(line) for line in lines[1:-1]}), 1, lines)

    # ---- other axes -----------------------------------------------------------------------------

    def test_by_period(self):
        _, head, rows, note = self.cells("gaps.gini", "gaps.n_used")
        self.assertEqual((head, note), (["time", "gini", "n_used"], ""))
        for t, row in enumerate(rows):
            self.assertEqual(row[0], self.year[t])
            self.near(row[1], self.file["gaps/gini"][t])
            self.assertEqual(row[2], str(self.file["gaps/n_used"][t]))

    def test_labels_and_scalars(self):
        _, head, rows, note = self.cells("ladder.probability")
        self.assertEqual((head, len(rows)), (["class_label", "class_label_to", "probability"], 20))
        self.assertIn("5 of 25 rows are left out: --top N chooses, -o FILE has all", note)
        for k, row in enumerate(rows):
            self.near(row[2], self.file["ladder/probability"][k // 5, k % 5])
        _, head, rows, _ = self.cells("ladder.shorrocks", "ladder.prais")
        self.assertEqual(rows[0][0], "shorrocks")
        self.near(rows[0][2], self.file["ladder/shorrocks"][()])
        self.assertIn("ladder.prais", self.table("ladder.shorrocks", "ladder.prais"))

    def test_overview(self):
        _, head, rows, _ = self.cells()
        self.assertEqual(head, ["result", "quantity", "2001", "2005", "units"])
        of = {row[0]: row for row in rows}
        self.near(of["ccd"][2], self.file["ccd/coordination"][0].mean())
        self.assertEqual(of["ccd"][1], "mean coordination")
        self.near(of["gravity"][3], self.file["gravity/mean"][4])
        self.assertEqual(of["dense"][2], "-")
        _, head, _, _ = self.cells("--periods", "2002..2004")
        self.assertEqual(head[2:], ["2002", "2003", "2004", "units"])

    def test_cross_section(self):
        """One period that nobody named is told nowhere."""
        with open(self.path("one.csv"), "w", encoding="utf-8") as file:
            file.write("code,a,b,g\n01,1,2,north\n02,3,1,north\n03,2,5,south\n04,,2,south\n")
        with open(self.path("one.yaml"), "w", encoding="utf-8") as file:
            file.write("study: one\npanel: {file: one.csv, unit: code, missing: keep}\n"
                       "units: {file: one.csv, unit: code, groups: [g]}\nmeasures:\n"
                       "  - inequality: {of: a, as: gini}\n"
                       "  - structural_similarity: {shares: [a, b], keep: dense, as: like}\n"
                       "  - location_quotient: {industries: [a], total: b, base_over: complete, as: lq}\n"
                       "output: {file: one.h5}\n")
        subprocess.run([SPILLWAY, "run", self.path("one.yaml"), "-q"], check=True)
        self.assertEqual(self.table("lq.value", results="one.h5").splitlines()[1:], [
            "  unit  industry  value", "  01    a         0.667", "  02    a         4.000",
            "  03    a         0.533", "  04    a             -"])
        self.assertIn("\n  gini.gini  ", self.table("gini", "like.mean", results="one.h5"))
        self.assertEqual(self.table("like.value", "--top", "1", results="one.h5").splitlines(), [
            "like: structural similarity of two units", "  unit  unit_to   value", "  01    03       0.9965",
            "  the strongest 1 of 6 pairs"])
        self.assertIn("is a cross-section", self.table("lq", "--periods", "0", status=2, results="one.h5"))
        done = subprocess.run([SPILLWAY, "export", "one.h5", "lq.value", "-o", "one_lq.csv"], check=True,
                              capture_output=True, cwd=self.folder.name)
        self.assertEqual(done.stderr, b"")
        with open(self.path("one_lq.csv"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[0::4], ["unit,industry,value", "04,a,"])

    # ---- pairs -------------------------------------------------------------------------------

    def test_pairs(self):
        value, partner = self.file["gravity/value"][4], self.file["gravity/partner"][4]
        pairs = sorted(((-float(value[i, k]), i, k) for i in range(80) for k in range(value.shape[1])
                        if partner[i, k] >= 0))
        title, head, rows, note = self.cells("gravity.value", "--top", "6")
        self.assertTrue(title.endswith("; 2005"))
        self.assertEqual(head, ["unit", "unit_to", "value"])
        self.assertEqual(note, f"the strongest 6 of {len(pairs)} pairs that are kept")
        for row, (minus, i, k) in zip(rows, pairs):
            self.assertEqual(row[:2], [self.code[i], self.code[partner[i, k]]])
            self.near(row[2], -minus)
        _, head, rows, _ = self.cells("gravity.value", "--units", self.code[9], "--periods", "all", "--names")
        self.assertEqual(head, ["unit", "name", "unit_to", "name_to", "time", "value"])
        self.assertEqual(({row[0] for row in rows}, len(rows)), ({self.code[9]}, 20))
        dense = self.file["dense/value"][1].astype(float)
        _, _, rows, note = self.cells("dense.value", "--top", "3")
        i, j = np.unravel_index(np.nanargmax(dense), dense.shape)
        self.assertEqual(rows[0][:2], [self.code[i], self.code[j]])
        self.assertEqual(note, "the strongest 3 of 6320 pairs")
        start, of = self.file["above/row_start"][4], self.file["above/value"][()]
        _, _, rows, _ = self.cells("above.value", "--top", "1")
        self.near(rows[0][2], of[start[0]:start[-1]].max())

    # ---- files ---------------------------------------------------------------------------------

    def test_csv(self):
        self.table("ccd.coordination", "-o", "t.csv")
        with open(self.path("t.csv"), encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        self.assertEqual(head, ["unit", *self.year])
        self.assertEqual([row[0] for row in rows], self.code)
        self.assertTrue((np.array([row[1:] for row in rows], float) == self.file["ccd/coordination"][()].T).all())
        self.assertIn("is there already", self.table("ccd.coordination", "-o", "t.csv", status=2))
        self.table("ccd.coordination", "-o", "t.csv", "--force", "--digits", "3", "--names")
        with open(self.path("t.csv"), encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        self.assertEqual([row[1] for row in rows], self.name)
        self.near(rows[5][2], self.file["ccd/coordination"][0, 5])
        self.assertEqual(len(rows[5][2]), 5)

    def test_markdown(self):
        self.table("ccd.coordination", "--names", "--top", "5", "-o", "t.md", "--force")
        with open(self.path("t.md"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[2], "| unit | name | 2001 | 2002 | 2003 | 2004 | 2005 |")
        self.assertEqual(lines[3], "|---|---|---:|---:|---:|---:|---:|")
        self.assertTrue(all(len(re.split(r"(?<!\\)\|", line)) == 9 for line in lines[2:9]), lines)
        self.assertEqual(lines[-1], "the largest 5 of 80 by 2005")
        self.table("ccd.coordination", "--names", "--units", self.code[0], "-o", "t.md", "--force")
        with open(self.path("t.md"), encoding="utf-8") as file:
            self.assertIn("| Some \\| county 0 |", file.read())

    def test_tex(self):
        self.table("ladder.probability", "ccd.class", "--names", "--periods", "last", "-o", "t.tex", "--force")
        with open(self.path("t.tex"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("\\begin{tabular}"), 2)
        self.assertIn("class\\_label & class\\_label\\_to & probability \\\\\n", text)
        rows = [line.split(" & ") for line in text.splitlines() if line.startswith("class ")]
        self.assertEqual(len(rows), 25)
        for k, row in enumerate(rows):
            value = self.file["ladder/probability"][k // 5, k % 5]
            shown = row[2].removesuffix(" \\\\").strip("$").replace(" \\times 10^{", "e").rstrip("}")
            self.assertLessEqual(abs(float(shown) - value), .0005 if "e" not in shown else .06 * value)
        for unit in self.code:
            self.assertIn(f"\n{unit} & ", text)

    def test_xlsx(self):
        for name in ("t.xlsx", "u.xlsx"):
            self.table("ccd", "--names", "-o", name, "--force")
        with open(self.path("t.xlsx"), "rb") as a, open(self.path("u.xlsx"), "rb") as b:
            self.assertEqual(a.read(), b.read(), "no clock in it")
        space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
        with zipfile.ZipFile(self.path("t.xlsx")) as book:
            texts = ["".join(t.text or "" for t in si.iter(space + "t"))
                     for si in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
            names = [s.get("name") for s in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(space + "sheet")]
            sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        self.assertEqual(names, ["ccd", "ccd.class_from", "ccd.alpha"])
        rows = [[texts[int(c.find(space + "v").text)] if c.get("t") == "s" else float(c.find(space + "v").text)
                 for c in row] for row in sheet.iter(space + "row")]
        self.assertEqual(rows[1][:5], ["unit", "name", "coupling", "development", "coordination"])
        self.assertEqual([row[:2] for row in rows[2:]], [list(x) for x in zip(self.code, self.name)])
        self.assertTrue(np.allclose([row[4] for row in rows[2:]], self.file["ccd/coordination"][4], rtol=1e-15))
        self.assertIn(rows[2][5], [c.decode() for c in self.file["ccd/class_label"][()]])

    def test_xlsx_long(self):
        """A text that no cell holds is refused, where the library would leave the cell out."""
        shutil.copy(self.results, self.path("long_name.h5"))
        with h5py.File(self.path("long_name.h5"), "a") as file:
            names = file["name"][()]
            names[3] = b"x" * 40000
            file["name"][...] = names
        self.assertIn("a cell of a .xlsx has room for 32767 characters; write a .csv",
                      self.table("ccd", "--names", "-o", "long.xlsx", status=2, results="long_name.h5"))
        self.table("ccd", "--names", "-o", "long.csv", "--force", results="long_name.h5")

    # ---- what is refused -------------------------------------------------------------------------

    def test_refused(self):
        for words, part in (
                (["cdc"], "did you mean 'ccd'?"), (["ccd.clas"], "did you mean 'class'?"),
                (["ccd", "--by", "provinse"], "--by: "), (["gaps", "--by", "province"], "nothing by unit"),
                (["ccd", "--units", "99"], "has no unit '99'"), (["ccd", "--periods", "1999"], "no period '1999'"),
                (["dense", "--periods", "2001"], "nothing in these periods"),
                (["ccd", "--top", "0"], "--top 0: expected a whole number from 1"),
                (["ccd", "--digits", "18"], "from 1 to 17"), (["--top", "3"], "give its NAME"),
                (["ccd", "-o", "t.doc"], "unknown kind of file; expected .md"),
                (["ccd", "-o", "no/t.md"], "there is no such folder")):
            self.assertIn(part, self.table(*words, status=2), words)
        with open(self.results, "rb") as file:
            data = file.read()
        with open(self.path("cut.h5"), "wb") as file:
            file.write(data[:len(data) // 3])
        self.table("ccd", status=2, results="cut.h5")
        shutil.copy(self.results, self.path("period.h5"))
        with h5py.File(self.path("period.h5"), "a") as file:
            file["dense/time"][0] = 1999
        for words in ([], ["dense"]):
            self.assertIn("is damaged: dense has a period 1999, which the file lacks",
                          self.table(*words, status=2, results="period.h5"))
        with h5py.File(self.path("period.h5"), "a") as file:
            for dataset in [d for d in file["dense"].values() if d.dims and file["dense/time"] in d.dims[0].values()]:
                dataset.dims[0].detach_scale(file["dense/time"])
                dataset.dims[0].attach_scale(file["time"])
            del file["dense/time"]
            file["dense/time"] = file["time"]
        self.assertIn("is damaged: the periods of dense cannot be read",
                      self.table("dense", status=2, results="period.h5"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
