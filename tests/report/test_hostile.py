"""Reports of what is hostile or hardly there: names that would break out of the page, no name, all
missing, two units, one period, one class, no coordinates. Nothing runs, nothing is blank, nothing is wider
than the window, and the console is empty."""
import os
import tempfile
import unittest

import numpy as np
from browser import Browser
from worlds import STUDY, World

HOSTILE = ["<script>document.title = 'broken'</script>", "<img src=x onerror=\"document.title='broken'\">", "</script>",
           "x" * 10000, "北京市", "\u202eשלום עולם", "=HYPERLINK(\"http://example.org\")", "", "-->", "<!--", "&lt;marquee&gt;",
           "'\"><marquee>", "</style><marquee>", "a\u2028b", "+1", "@x", "${7*7}", "\\u003cmarquee\\u003e"]
SMALL = """study: small
panel: {file: panel.csv, unit: code, time: year, missing: keep}
units: {file: units.csv, unit: code%s, name: name, groups: [state]}
measures:
  - location_quotient: {industries: [farms, mills], total: gdp, base: own, base_over: complete, as: lq}
  - inequality: {of: income, groups: [state], as: gaps}%s
output: {file: results.h5}
"""
PLACES = ", lon: lon, lat: lat"
NOTHING = """study: nothing
panel: {file: panel.csv, unit: code, time: year, missing: keep}
units: {file: units.csv, unit: code, lon: lon, lat: lat, name: name, groups: [state]}
weights: {near: {kind: knn, k: 4}}
measures:
  - location_quotient: {industries: [green], total: income, base: own, base_over: complete, as: lq}
  - location_quotient: {industries: [mills], total: gdp, base: own, base_over: complete, as: there}
  - local_moran: {of: income, weights: near, permutations: 99, as: lisa}
  - inequality: {of: income, groups: [state], as: gaps}
output: {file: results.h5}
"""


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()

    def world(self, **more):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return World(folder.name, **more)

    def opened(self, world):
        """The report, looked at from top to end at two widths."""
        report = world.report()
        page = self.browser.open(report)
        for width in (1440, 390):
            self.browser.size(width, 900)
            page.quiet()
            self.assertTrue(page.fits(), f"{width} px")
        self.browser.size(1440, 900)
        for section in ("map", "measures"):
            page.js("document.getElementById(arguments[0]).scrollIntoView()", section)
            page.quiet()
            self.assertGreater(page.look()["ink"], .005, section)
        self.assertEqual(page.console(), [])
        self.assertEqual(page.js("return S.faults || []"), [])
        self.assertEqual(page.requests(), [f"file://{report}"])
        words = page.js("return document.body.innerText")
        for word in ("NaN", "undefined", "Infinity", "[object"):
            # "undefined" may be a word of the page: as a value it stands alone.
            self.assertNotIn(f" {word} ", words.replace("\n", " ").replace("undefined:", ""), word)
        return page

    def test_28_names(self):
        study = STUDY.replace("Towns of a grid", "<script>document.title = 'broken'</script>")
        study = study.replace("name: {en: name, zh: name_zh}", "name: name")
        names = {}

        def name(code):
            names[code] = HOSTILE[len(names) % len(HOSTILE)]
            return names[code]
        world = self.world(study=study, name=name)
        page = self.opened(world)
        self.assertNotEqual(page.js("return document.title"), "broken")
        units = list(range(min(8, len(world.codes))))
        for q in ("ccd/coordination", "ccd/class"):
            page.set(q=q, u=units, t=1)
        page.set(u=list(range(18)))
        for fragment in ("main script", "marquee", "img[src=x]"):
            self.assertEqual(page.js("return document.querySelectorAll(arguments[0]).length", fragment), 0, fragment)
        self.assertTrue(page.fits())
        self.assertNotEqual(page.js("return document.title"), "broken")
        # Names stand as they are, and one that is empty gives way to the code.
        self.assertIn(HOSTILE[0], page.text(".chips"))
        self.assertIn("t0007", page.text(".chips"))
        saved = page.save("table", "csv").decode("utf-8-sig")
        for line in saved.splitlines():
            for field in line.split(","):
                self.assertFalse(field.strip('"').startswith(("=", "+1", "@")), line[:80])
        self.assertNotIn(b"<script>", page.save("map", "svg"))
        self.assertEqual(page.console(), [])

    def test_28_nothing_breaks_out_of_the_file(self):
        world = self.world(name=lambda code: "</script><!--<script>")
        with open(world.report(), encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("</script><!--<script>", text)
        page = self.browser.open(world.path("report.html"))
        self.assertEqual(page.console(), [])

    def test_29_all_missing(self):
        def empty(world):
            world.column["income"][:] = np.nan
            world.column["green"][:] = np.nan
        world = self.world(study=NOTHING, change=empty)
        page = self.opened(world)
        page.set(q="lq/value[green]", t=1)
        counts = [n for _, n, _ in page.legend()]
        self.assertEqual(counts[-1], len(world.codes))
        self.assertEqual(sum(counts), len(world.codes))
        self.assertEqual(page.console(), [])

    def test_29_two_units(self):
        """A panel has two at least."""
        world = self.world(study=SMALL % (PLACES, ""), rows=1, columns=2, polygons=False)
        page = self.opened(world)
        self.assertEqual(page.js("return S.manifest.n"), 2)
        page.js("S.select(0)")
        page.quiet()
        self.assertEqual(page.console(), [])

    def test_29_one_period(self):
        world = self.world(years=[2001], study=STUDY.replace("  - markov: {of: income, classes: 3, as: ladder}\n", "")
                           .replace("  - shift_share: {industries: [farms, mills], base_over: complete, as: shifts}\n", ""))
        page = self.opened(world)
        for control in ("#slider", ".play"):
            self.assertFalse(any(e.is_displayed() for e in page.all(control)), f"{control} is dead")
        self.assertEqual(len(page.attributes("table.headline tr[data-variable='ccd/coordination'] "
                                             "td[data-column=change]", "text")), 0)

    def test_29_one_class(self):
        def equal(world):
            world.column["income"][:] = world.column["gdp"][:] = world.column["mills"][:] = 5.
        world = self.world(study=SMALL % (PLACES, ""), change=equal)
        page = self.opened(world)
        page.set(q="lq/value[mills]", c="quantile", t=0)
        counts = [n for _, n, _ in page.legend()]
        self.assertEqual(sum(counts), len(world.codes))
        self.assertLessEqual(len(counts), 2)

    def test_29_no_coordinates(self):
        world = self.world(study=SMALL % ("", ""), polygons=False)
        page = self.opened(world)
        self.assertEqual(page.js("return S.manifest.geometry.kind"), "none")
        row = page.attributes("[data-view=table] [data-unit]", "data-unit")[0]
        page.click(f"[data-view=table] [data-unit='{row}']")
        self.assertEqual(page.attributes("[data-view=lines] path[data-unit]", "data-unit"), [row])

    def test_29_refused_files(self):
        """A report of what is no whole results file is one line."""
        world = self.world(study=SMALL % (PLACES, ""), rows=2, columns=2, polygons=False)
        with open(world.path("results.h5"), "rb") as file:
            whole = file.read()
        for name, content in (("cut.h5", whole[:len(whole) // 2]), ("no.h5", b"a,b\n1,2\n"), ("none.h5", b"")):
            with open(world.path(name), "wb") as file:
                file.write(content)
            said = world.spillway("report", name, "-o", "x.html", status=2)
            self.assertEqual(len(said.strip().splitlines()), 1, said)
            self.assertIn(name, said)
            self.assertFalse(os.path.exists(world.path("x.html")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
