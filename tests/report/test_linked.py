"""A unit selected anywhere is selected everywhere, by mouse and by keyboard alone, and stands in the
address, which restores it; language changes words only; dark, narrow and wide it is the same page."""
import csv
import io
import tempfile
import unittest

import numpy as np
from browser import Browser, Keys
from worlds import World

Q = "ccd/coordination"
# Shortest doubles of everything a view shows, to be compared between languages.
SHOWN = """
return Array.from(document.querySelectorAll('table.headline [data-value], .legend .count, ' +
  '[data-view=table] [data-unit]'), e => e.getAttribute('data-value') || e.getAttribute('data-unit') || e.textContent);"""


class Linked(unittest.TestCase):
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

    def setUp(self):
        self.browser.size(1440, 900)
        self.page.set(q=Q, t=4, c="quantile", k=6, fix=True, u=[], lang="en", d="light")

    def unit(self, code):
        return self.world.codes.index(code)

    def expect_selected(self, *units):
        """Everywhere, and nothing else anywhere."""
        page, wanted = self.page, sorted(str(u) for u in units)
        self.assertEqual(sorted(page.state("u")), sorted(units))
        self.assertEqual(sorted(page.attributes(".chips [data-unit]", "data-unit")), wanted, "chips")
        rows = page.attributes("[data-view=table] [data-unit][aria-selected=true]", "data-unit")
        self.assertEqual(sorted(rows), wanted, "rows")
        first = page.attributes("[data-view=table] [data-unit]", "data-unit")[:len(units)]
        self.assertEqual(sorted(first), wanted, "selected rows stand first")
        self.assertEqual(sorted(page.attributes("[data-view=lines] path[data-unit]", "data-unit")), wanted, "lines")
        dots = page.attributes("[data-view=scatter] circle[data-unit]:not([fill=none])", "data-unit")
        self.assertEqual(sorted(dots), wanted, "dots")
        self.assertEqual(sorted(page.attributes("[data-view=histogram] [data-unit]", "data-unit")), wanted, "ticks")

    # ---- 15 to 19 -----------------------------------------------------------------------------

    def test_15_click_selects_everywhere(self):
        one, other = self.unit("t0408"), self.unit("t0103")
        self.page.press(*self.page.place(one))
        self.expect_selected(one)
        self.page.press(*self.page.place(other), shift=True)
        self.expect_selected(one, other)
        self.page.press(*self.page.place(other))
        self.expect_selected(other)
        self.page.click(f".chips [data-unit='{other}'] button")
        self.expect_selected()
        row = self.page.attributes("[data-view=table] [data-unit]", "data-unit")[2]
        self.page.click(f"[data-view=table] [data-unit='{row}']")
        self.expect_selected(int(row))
        self.page.keys(Keys.ESCAPE, at=".stage")
        self.expect_selected()

    def test_15_one_colour_everywhere(self):
        units = [self.unit(c) for c in ("t0408", "t0103", "t0607")]
        self.page.set(u=units)
        for u in units:
            colour = self.page.js("return S.colourOf(arguments[0])", u)
            line = self.page.attributes(f"[data-view=lines] path[data-unit='{u}']", "stroke")[0]
            dot = self.page.attributes(f"[data-view=scatter] circle[data-unit='{u}']", "fill")[0]
            self.assertEqual((line, dot), (colour, colour))
        self.assertEqual(len({self.page.js("return S.colourOf(arguments[0])", u) for u in units}), 3)

    def test_16_a_bar_selects_its_units(self):
        x = self.file[Q][4]
        bars = self.page.attributes("[data-view=histogram] rect[data-count]", "data-from", "data-to", "data-count")
        self.assertEqual(sum(int(n) for _, _, n in bars), int((~np.isnan(x)).sum()))
        low, high, n = max(bars, key=lambda bar: int(bar[2]))
        self.page.js("document.querySelector(`[data-view=histogram] rect[data-from='${arguments[0]}']`)"
                     ".dispatchEvent(new MouseEvent('click', {bubbles: true}))", low)
        self.page.quiet()
        chosen = self.page.state("u")
        self.assertEqual(len(chosen), int(n))
        self.assertTrue(all(float(low) - 1e-12 <= x[u] <= float(high) + 1e-12 for u in chosen))

    def test_17_order_of_the_table(self):
        x = self.file[Q][4]
        there = int((~np.isnan(x)).sum())
        rows = self.rows_of_table()
        self.assertEqual(sorted(rows), list(range(len(x))))
        self.assertEqual(rows[0], int(np.nanargmax(x)))
        self.assertEqual(str(rows[0]), self.page.attributes("[data-view=table] [data-unit]", "data-unit")[0])
        self.assertTrue((np.diff(x[rows[:there]]) <= 0).all())
        self.assertTrue(np.isnan(x[rows[there:]]).all(), "missing last")
        self.page.click("[data-view=table] button[data-sort=value]")
        if self.rows_of_table()[0] == rows[0]:  # it was sorted by rank before
            self.page.click("[data-view=table] button[data-sort=value]")
        upward = x[self.rows_of_table()]
        self.assertTrue((np.diff(upward[:there]) >= 0).all())
        self.assertTrue(np.isnan(upward[there:]).all(), "missing last, upward too")
        self.page.click("[data-view=table] button[data-sort=name]")
        names = [self.world.at[u] for u in self.rows_of_table()]  # "Town 2-10" is after "Town 2-9"
        self.assertIn(names, (sorted(names), sorted(names, reverse=True)))
        self.page.click("[data-view=table] button[data-sort=rank]")

    def rows_of_table(self):
        """Rows on the screen are made on scroll; what is saved has all of them in their order."""
        rows = csv.DictReader(io.StringIO(self.page.save("table", "csv").decode("utf-8-sig")))
        return [self.unit(row["code"]) for row in rows]

    def test_19_keyboard_alone(self):
        page = self.page
        page.js("S.map.stage.focus()")
        page.keys(Keys.ARROW_RIGHT)
        page.keys(Keys.ENTER)
        first = page.state("u")
        self.assertEqual(len(first), 1)
        page.keys(Keys.ARROW_RIGHT, Keys.ENTER)
        second = page.state("u")
        self.assertEqual(len(second), 1)
        (r0, c0), (r1, c1) = (self.world.at[u] for u in (*first, *second))
        self.assertEqual((r1, c1), (r0, c0 + 1), "the next one to the right")
        page.keys(Keys.ARROW_DOWN, Keys.ENTER)
        self.assertEqual(self.world.at[page.state("u")[0]], (r1 - 1, c1), "south is down")
        page.keys(",")
        self.assertEqual(page.state("t"), 3)
        page.keys(".")
        self.assertEqual(page.state("t"), 4)
        page.keys(Keys.ESCAPE)
        self.assertEqual(page.state("u"), [])
        page.keys(Keys.ARROW_LEFT, at="#slider")
        self.assertEqual(page.state("t"), 3)
        # Everything that can be pressed can be reached, and has a name.
        nameless = page.js("""return Array.from(document.querySelectorAll('button, select, input'))
          .filter(e => e.offsetParent && !(e.textContent.trim() || e.getAttribute('aria-label') || e.title ||
                  (e.labels && e.labels.length))).map(e => e.outerHTML)""")
        self.assertEqual(nameless, [])
        unreachable = page.js("return Array.from(document.querySelectorAll('button, select, input'))"
                              ".filter(e => e.offsetParent && e.tabIndex < 0).map(e => e.outerHTML)")
        self.assertEqual(unreachable, [])
        label = page.js("return S.map.canvas.getAttribute('aria-label')")
        for _, n, _ in page.legend():
            self.assertIn(str(n), label)

    # ---- 24 to 26 -----------------------------------------------------------------------------

    def test_24_address_restores(self):
        units = [self.unit("t0408"), self.unit("t0103")]
        self.page.set(q="lq/value[mills]")
        self.page.set(t=1, c="quantile", k=4, fix=False, u=units, d="dark")
        address = self.page.js("S.saveAddress(); return location.hash.slice(1)")
        legend = self.page.legend()
        again = self.browser.open(self.report, address)
        for key, value in (("q", "lq/value[mills]"), ("t", 1), ("c", "quantile"), ("k", 4), ("fix", False),
                           ("u", units), ("d", "dark")):
            self.assertEqual(again.state(key), value, key)
        self.assertEqual(again.legend(), legend)
        self.expect_selected(*units)
        # What an address has that the page has not is left aside.
        hostile = self.browser.open(self.report, "q=nothing&t=99&c=x&k=1000&u=zz,t0408,-1&lang=<script>&d=9")
        self.assertEqual(hostile.console(), [])
        self.assertIn(hostile.state("q"), hostile.js("return S.quantities.map(q => q.key)"))
        self.assertLessEqual(hostile.state("t"), 4)

    def test_25_language_changes_words_only(self):
        page = self.page
        page.set(u=[self.unit("t0408")])
        shown, english = page.js(SHOWN), page.text("main")
        page.click("#language")
        self.assertEqual(page.state("lang"), "zh")
        self.assertEqual(page.js("return document.documentElement.lang")[:2], "zh")
        self.assertEqual(page.js(SHOWN), shown)
        chinese = page.text("main")
        self.assertNotEqual(chinese, english)
        for words in ("网格上的镇", "镇4之8"):
            self.assertIn(words, page.text("body"))
        # No word of the views is left in English; what the data say is.
        left = page.js("""return Array.from(document.querySelectorAll('[data-word], [data-save]'), e => e.textContent)
          .filter(text => /[A-Za-z]{4,}/.test(text))""")
        self.assertEqual(left, [])
        page.click("#language")
        self.assertEqual(page.js(SHOWN), shown)
        self.assertEqual(page.text("main"), english)

    def test_26_dark(self):
        light = self.page.js("return getComputedStyle(document.body).backgroundColor")
        self.page.click("#theme")
        if self.page.state("d") != "dark":
            self.page.click("#theme")
        dark = self.page.js("return [getComputedStyle(document.body).backgroundColor, "
                            "getComputedStyle(document.body).color]")
        self.assertNotEqual(light, dark[0])
        ground, ink = (np.mean([int(x) for x in c[c.index("(") + 1:-1].split(",")[:3]]) for c in dark)
        self.assertLess(ground, 80)
        self.assertGreater(ink, 160)
        self.assertGreater(self.page.look()["colours"], 50)

    def test_26_narrow(self):
        for width in (390, 700, 1120, 1440):
            self.browser.size(width, 850)
            self.page.quiet()
            self.assertTrue(self.page.fits(), f"{width} px")
            wide = self.page.js("""return Array.from(document.querySelectorAll('main *')).filter(e => {
              const b = e.getBoundingClientRect();
              if (b.right <= innerWidth + 1 || !b.width) return false;
              for (let p = e.parentElement; p; p = p.parentElement)
                if (getComputedStyle(p).overflowX !== 'visible') return false;
              return true; }).map(e => e.outerHTML.slice(0, 100))""")
            self.assertEqual(wide, [], f"{width} px")


if __name__ == "__main__":
    unittest.main(verbosity=2)
