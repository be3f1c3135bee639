"""Pairs: partners are the file's, receivers its transpose, arcs are saved as shown, the sums of the
matrix add up to the totals; what is saved as CSV is the file's doubles."""
import csv
import io
import tempfile
import unittest
import xml.etree.ElementTree as tree

import numpy as np
from browser import Browser
from worlds import World, text

SVG = "{http://www.w3.org/2000/svg}"


def table(data):
    """Rows of a CSV that was saved, without the comment lines above its names."""
    lines = [line for line in data.decode("utf-8-sig").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def number(field):
    return float(field) if field not in ("", "NA", "NaN") else np.nan


class Pairs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        cls.file = cls.world.results()
        cls.report = cls.world.report()
        cls.browser = Browser()
        cls.page = cls.browser.open(cls.report)
        cls.partner = cls.file["gravity/partner"][...]
        cls.value = cls.file["gravity/value"][...]

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.file.close()
        cls.folder.cleanup()

    def setUp(self):
        self.unit = self.world.codes.index("t0408")
        self.page.set(q="ccd/coordination", t=4, u=[self.unit], pair="gravity", mode="sends")

    def rows(self):
        return [int(u) for u in self.page.attributes("[data-view=partners] [data-unit]", "data-unit")]

    def arcs(self):
        found = self.page.attributes("[data-view=arcs] path[data-from]", "data-from", "data-to")
        return {(int(a), int(b)) for a, b in found}

    def test_20_partners_are_the_file_s(self):
        for t in (4, 1):
            self.page.set(t=t)
            wanted = self.partner[t, self.unit].tolist()
            self.assertEqual(self.rows(), wanted)
            self.assertEqual(self.arcs(), {(self.unit, p) for p in wanted})

    def test_20_receivers_are_its_transpose(self):
        self.page.click("button[data-mode=receives]")
        rows, column = np.nonzero(self.partner[4] == self.unit)
        order = np.argsort(-self.value[4, rows, column], kind="stable")
        wanted = rows[order].tolist()
        shown = self.rows()
        self.assertGreater(len(wanted), 0)
        self.assertEqual(shown, wanted[:len(shown)])
        self.assertEqual(sorted(shown), sorted(wanted[:len(shown)]))
        self.assertTrue(self.arcs() <= {(p, self.unit) for p in wanted})

    def test_20_first_partner_of_every_unit(self):
        self.page.click("button[data-mode=first]")
        first = self.partner[4, :, 0]
        drawn = np.bincount(first[first >= 0], minlength=len(first))
        rows = table(self.page.save("partners", "csv"))
        found = {row["unit"]: int(row["first_partner_of"]) for row in rows}
        self.assertEqual(found, {self.world.codes[u]: int(n) for u, n in enumerate(drawn) if n})
        shown = drawn[self.rows()]
        self.assertTrue((np.diff(shown) <= 0).all(), "the largest centre first")
        self.assertEqual(shown[0], drawn.max())

    def test_21_arcs_are_saved_as_shown(self):
        svg = tree.fromstring(self.page.save("arcs", "svg"))
        # Outside the page a unit is its code.
        codes = self.world.codes
        saved = {(e.get("data-from"), e.get("data-to")): e.get("d") for e in svg.iter(f"{SVG}path")
                 if e.get("data-from")}
        shown = {(codes[int(a)], codes[int(b)]): d for a, b, d in
                 self.page.attributes("[data-view=arcs] path[data-from]", "data-from", "data-to", "d")}
        self.assertEqual(saved, shown)
        land = [e for e in svg.iter() if e.get("data-from") is None and (e.get("data-unit") or e.tag == f"{SVG}path")]
        self.assertGreater(len(land), 5, "the towns")

    def test_22_blocks_add_up(self):
        total = self.file["gravity/block_sum"][4].sum()
        self.assertLess(abs(total / self.file["gravity/total"][4] - 1), 1e-12)
        labels = [text(v) for v in self.file["gravity/state"][:]]
        block, count = (self.file[f"gravity/block_{what}"][4] for what in ("sum", "count"))
        rows = table(self.page.save("matrix", "csv"))
        self.assertEqual(len(rows), len(labels) ** 2)
        for row in rows:
            i, j = labels.index(row["from"]), labels.index(row["to"])
            self.assertEqual((float(row["sum"]), int(row["pairs"])), (block[i, j], count[i, j]))
            self.assertLess(abs(float(row["mean"]) * count[i, j] / block[i, j] - 1), 1e-14)
            self.assertLess(abs(float(row["share_of_row"]) * block[i].sum() / block[i, j] - 1), 1e-14)
        within = np.trace(block) / total
        self.assertIn(f"{100 * within:.1f}%", self.page.text("[data-view=within]"))

    def test_23_saved_tables_are_doubles(self):
        page = self.page
        rows = table(page.save("map", "csv"))
        x = self.file["ccd/coordination"][4]
        self.expect_doubles(rows, x)
        rows = table(page.save("table", "csv"))
        self.expect_doubles(rows, x)
        rows = table(page.save("partners", "csv"))
        found = sorted(number(v) for row in rows for k, v in row.items() if is_number(v) and k not in ("rank", "#"))
        for value in self.value[4, self.unit]:
            self.assertTrue(any(np.float32(v) == np.float32(value) for v in found))

    def expect_doubles(self, rows, x):
        """A row for each town, its code among its fields, and the very double."""
        self.assertGreaterEqual(len(rows), len(x))
        by_code = {}
        for row in rows:
            if str(row.get("period", row.get("time", row.get("year", "2005")))) != "2005":
                continue
            code = next(field for field in row.values() if field in self.world.codes)
            by_code[code] = [number(field) for field in row.values() if field == "" or is_number(field)]
        self.assertEqual(len(by_code), len(x))
        for code, value in zip(self.world.codes, x):
            if np.isnan(value):
                self.assertTrue(any(np.isnan(v) for v in by_code[code]), code)
            else:
                self.assertIn(value, by_code[code], code)


def is_number(field):
    try:
        return field is not None and np.isfinite(float(field))
    except ValueError:
        return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
