"""The first page: opened from disk it asks for nothing but itself, says nothing on the console, and has
its table, what it rests on and every warning without a script; its numbers are the file's."""
import tempfile
import unittest

import numpy as np
from browser import Browser
from worlds import NO_TOWN, World, text

CELL = 'tr[data-variable="%s"]%s td[data-column="%s"]'


def stored(element):
    return float(element) if element not in (None, "") else float("nan")


class FirstPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        cls.file = cls.world.results()
        cls.report = cls.world.report()
        cls.browser = Browser()
        cls.page = cls.browser.open(cls.report)

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.file.close()
        cls.folder.cleanup()

    def test_1_one_request(self):
        requests = self.page.requests()
        self.assertEqual(requests, [f"file://{self.report}"])
        with open(self.report, encoding="utf-8") as file:
            page = file.read()
        policy = self.page.attributes("meta[http-equiv=Content-Security-Policy]", "content")
        self.assertEqual(len(policy), 1)
        self.assertIn("default-src 'none'", policy[0])
        self.assertNotIn("unsafe", policy[0])
        for word in (' src="http', " href=\"http", "url(http", "@import"):
            self.assertNotIn(word, page.split('type="application/json"')[0])
        # A page that tries is kept from it: its policy, not the missing network.
        blocked = self.page.ask("document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));"
                                "const i = new Image(); i.src = 'https://example.org/x.png';")
        self.assertEqual(blocked, "img-src")

    def test_2_console_is_empty(self):
        page = self.browser.open(self.report)
        for section in ("summary", "map", "pairs", "measures", "method"):
            page.js("document.getElementById(arguments[0]).scrollIntoView()", section)
            page.quiet()
        self.assertEqual(page.console(), [])
        self.assertEqual(page.js("return S.faults || []"), [])

    def test_3_without_scripts(self):
        page = self.browser.open(self.report, scripts=False)
        self.assertTrue(page.one("#summary table.headline").is_displayed())
        rows = page.attributes("table.headline tr[data-variable]", "data-variable")
        for name in ("ccd/coordination", "composites/economy/score", "lq/value", "moran_income/I", "gaps/gini"):
            self.assertIn(name, rows)
        summary = page.text("#summary")
        for words in ("96", "2001", "2005", "Towns of a grid"):
            self.assertIn(words, page.text("body"), words)
        self.assertIn("towns", summary)
        method = page.text("#method")
        for name, group in self.file.items():
            if "formula" in getattr(group, "attrs", {}):
                self.assertIn(text(group.attrs["formula"]), method, name)
                self.assertIn(text(group.attrs["source"]), method, name)
        for line in text(self.file.attrs["inputs"]).split("\n"):
            self.assertIn(line.split()[0], method, "hashes of inputs")
        self.assertIn(text(self.file.attrs["version"]), method)
        self.assertIn("spillway verify", method)
        self.assertNotIn("<script", page.text("main"))

    def row(self, variable, part=None):
        at = f'[data-part="{part}"]' if part else ""
        return {column: (self.page.attributes(CELL % (variable, at, column), "data-value", "text") or [None])[0]
                for column in ("weight", "first", "n_first", "last", "n_last", "change", "percent")}

    def expect_row(self, row, course, n):
        """`course`: the figure by period; `n`: of how many units or pairs."""
        self.assertEqual(stored(row["first"][0]), course[0])
        self.assertEqual(stored(row["last"][0]), course[-1])
        self.assertEqual(int(stored(row["n_first"][0])), n[0])
        self.assertEqual(int(stored(row["n_last"][0])), n[-1])
        shown = float(row["last"][1].replace(",", "").replace("−", "-"))
        self.assertLess(abs(shown - course[-1]), 6e-4 * abs(course[-1]), "four digits are shown")
        change = float(row["change"][1].replace(",", "").replace("−", "-"))
        self.assertLess(abs(change - (course[-1] - course[0])), 6e-3 * abs(course[-1] - course[0]) + 1e-9)

    def test_4_numbers_of_the_table(self):
        f = self.file
        for name in ("composites/economy/score", "composites/ecology/score", "ccd/coordination"):
            x = f[name][...]
            n = (~np.isnan(x)).sum(1)
            # The engine sums in its own order: a mean may differ in the last bits.
            row = self.row(name)
            mean = np.nanmean(x, axis=1)
            self.assertLess(abs(stored(row["last"][0]) / mean[-1] - 1), 1e-14)
            self.expect_row(row, [stored(row["first"][0]), *mean[1:-1], stored(row["last"][0])], n)
        self.expect_row(self.row("moran_income/I"), f["moran_income/I"][:], f["moran_income/n_used"][:])
        self.expect_row(self.row("gaps/gini"), f["gaps/gini"][:], f["gaps/n_used"][:])
        self.expect_row(self.row("gravity/mean"), f["gravity/mean"][:], f["gravity/n_pairs"][:])
        weights = {r: self.row(r)["weight"][1] for r in ("moran_income/I", "gaps/gini")}
        self.assertIn("near", weights["moran_income/I"])
        self.assertIn("population", weights["gaps/gini"])

    def test_5_counts(self):
        rests = self.page.attributes("[data-rests]", "data-rests", "data-value")
        for expected in (("units", "96"), ("periods", "5"), ("links", "384"), ("islands", "0")):
            self.assertIn(expected, rests)
        roads = self.file["weights/roads"].attrs
        self.assertIn(("links", str(roads["links"])), rests)
        self.assertIn(("islands", str(roads["islands"])), rests)
        # Under nine tenths of the towns have ecology in 2005: amber there, and nowhere else.
        low = self.page.attributes(CELL % ("composites/ecology/score", "", "n_last"), "class")[0] or ""
        high = self.page.attributes(CELL % ("composites/ecology/score", "", "n_first"), "class")[0] or ""
        self.assertNotEqual(low, high)

    def test_6_warnings_word_for_word(self):
        shown = self.page.attributes(".warning", "text")
        said = [text(o.attrs["notes"]) for o in (self.file, *self.groups()) if "notes" in o.attrs]
        said = [line for lines in said for line in lines.split("\n") if line]
        self.assertGreaterEqual(len(said), 6)
        for line in said:
            self.assertIn(line, shown)

    def groups(self):
        found = []
        self.file.visititems(lambda _, item: found.append(item) if hasattr(item, "keys") else None)
        return found

    def test_6_polygons_without_a_town_and_the_reverse(self):
        page = self.browser.open(self.report)
        words = page.text("#summary") + page.text(".map-card")
        self.assertRegex(words, "1 boundary|1 polygon|one boundary|" + NO_TOWN)
        self.assertIn("Town 3-6", page.text("#summary"))

    def test_7_missing_cells(self):
        cells = self.page.attributes("[data-missing]", "data-missing", "data-period", "data-value")
        panel = self.file["panel"]
        names = [text(v) for v in panel["indicator"][:]]
        count = panel["missing_cells"][...]
        expected = {(name, str(year), int(count[t, v])) for v, name in enumerate(names)
                    for t, year in enumerate(self.world.years)}
        self.assertEqual({(n, p, int(v)) for n, p, v in cells}, expected)


if __name__ == "__main__":
    unittest.main(verbosity=2)
