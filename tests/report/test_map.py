"""The map: classes of every rule are those that numpy finds, the legend counts them, the saved picture
and the canvas have their colours, moving and at rest; missing is hatched, zero is not; what is under
the pointer is told; a town is found by its name or code."""
import tempfile
import unittest

import classing
import numpy as np
from browser import Browser, Keys, rgb
from worlds import NO_POLYGON, NO_VALUES, World, values

SEQUENTIAL, DIVERGING, ORDERED, CLUSTERS = "ccd/coordination", "lq/value[mills]", "ccd/class", "lisa/class"
# The colour of the canvas in the middle of each unit, as "r,g,b"; null: the unit has no place.
CANVAS = """
const canvas = S.map.canvas, box = canvas.getBoundingClientRect();
const scale = canvas.width / box.width, context = canvas.getContext('2d');
const pixels = () => Array.from({length: S.manifest.n}, (_, u) => {
  const [x, y] = S.map.pageAt(u);
  if (!(x === x)) return null;
  const d = context.getImageData(Math.round((x - box.left) * scale), Math.round((y - box.top) * scale), 1, 1).data;
  return `${d[0]},${d[1]},${d[2]}`;
});
"""
AT_REST = CANVAS + "done(pixels());"
# Some steps of the slider on end, and the canvas in the frame after the last.
MOVING = CANVAS + """
const last = arguments[0]; let t = 0;
const frame = () => { S.set({t: t}); if (t++ < last) requestAnimationFrame(frame);
  else requestAnimationFrame(() => requestAnimationFrame(() => done(pixels()))); };
frame();"""


class Map(unittest.TestCase):
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
        self.page.set(q=SEQUENTIAL, t=4, c="quantile", k=6, fix=True, u=[])

    # ---- what is shown, and what should be ----------------------------------------------------

    def breaks(self, key):
        return self.page.ask("done((await S.classify(arguments[0])).breaks);", key)

    def expect_classes(self, x, t, breaks):
        """Legend and saved picture of the quantity x, periods x units, in period t."""
        legend = self.page.legend()
        self.assertEqual([n for _, n, _ in legend], classing.counts(x[t], breaks))
        self.assertEqual(legend[-1][0], -1)
        colour = {c: shade for c, _, shade in legend}
        fills = self.fills()
        for u, c in enumerate(classing.classes(x[t], breaks)):
            if u not in fills:
                self.assertEqual(self.world.codes[u], NO_POLYGON)
            elif c < 0:
                self.assertTrue(fills[u].startswith("url(#"), "missing is hatched")
            else:
                self.assertEqual(rgb(fills[u]), colour[c], f"{self.world.codes[u]}: {x[t, u]}")

    def fills(self):
        """Of the picture that is saved: the colour of each unit that it has."""
        found = self.page.js("return Array.from(S.map.svg().querySelectorAll('[data-unit]'), "
                             "e => [e.getAttribute('data-unit'), e.getAttribute('fill')])")
        self.assertGreaterEqual(len(found), len(self.world.codes) - 1)
        return {self.world.unit(u): fill for u, fill in found}

    # ---- tests --------------------------------------------------------------------------------

    def test_all_numbers_are_the_file_s(self):
        for variable in (SEQUENTIAL, "ccd/coupling", "composites/economy/score", "gravity/out_strength",
                         "lisa/value", ORDERED, "lisa/class"):
            wanted = self.file[variable][...].astype(float)
            wanted[wanted < self.file[variable].attrs.get("class_first", -np.inf)] = np.nan
            self.assertTrue(np.array_equal(self.page.column(variable), wanted, equal_nan=True), variable)
        self.assertTrue(np.array_equal(self.page.column(DIVERGING),
                                       values(self.file, "lq/value", "mills", "industry"), equal_nan=True))

    def test_8_legend_counts_and_9_fills(self):
        x = self.file[SEQUENTIAL][...]
        breaks = classing.quantiles(x[~np.isnan(x)], 6)
        self.assertEqual(len(breaks), 5)
        for t in (0, 1, 3, 4):
            self.page.set(t=t)
            self.expect_classes(x, t, breaks)

    def test_10_canvas(self):
        x = self.file[SEQUENTIAL][...]
        breaks = classing.quantiles(x[~np.isnan(x)], 6)
        for script, t in ((AT_REST, 4), (MOVING, 2)):
            pixels = self.page.ask(script, t)
            colour = {c: shade for c, _, shade in self.page.legend()}
            wrong = seen = 0
            for u, c in enumerate(classing.classes(x[t], breaks)):
                if pixels[u] is None or c < 0 or self.world.codes[u] == NO_POLYGON:
                    continue
                seen += 1
                wrong += max(abs(a - b) for a, b in zip(rgb(pixels[u]), colour[c])) > 2
            self.assertGreaterEqual(seen, 70)
            self.assertEqual(wrong, 0, f"of {seen} in period {t}")

    def test_11_missing_is_hatched_zero_is_not(self):
        self.page.set(q=DIVERGING, c="own", t=0)
        fills = self.fills()
        self.assertTrue(fills[self.world.codes.index(NO_VALUES)].startswith("url(#"))
        self.assertEqual(self.file["lq/value"][0, 5, 1], 0)
        self.assertFalse(fills[5].startswith("url(#"))

    def test_12_breaks_fixed_and_not(self):
        x = self.file[SEQUENTIAL][...]
        self.page.set(fix=False)
        for t in (0, 4):
            self.page.set(t=t)
            self.expect_classes(x, t, classing.quantiles(x[t][~np.isnan(x[t])], 6))

    def test_13_every_rule(self):
        x = self.file[SEQUENTIAL][...]
        there = x[~np.isnan(x)]
        for k in (4, 5):
            self.page.set(c="equal", k=k)
            self.expect_classes(x, 4, classing.equal(there, k))
        strength = self.file["gravity/out_strength"][...]
        self.page.set(q="gravity/out_strength", c="equal", k=5)
        self.expect_classes(strength, 4, classing.equal(strength[~np.isnan(strength)], 5,
                                                        log="logarithmic" in self.file["gravity/out_strength"].attrs))
        self.page.set(q=SEQUENTIAL, c="natural", k=5)
        ordered = np.sort(there)
        sample = np.array([classing.quantile(ordered, i / (classing.SAMPLE - 1)) for i in range(classing.SAMPLE)])
        breaks = self.breaks(SEQUENTIAL)
        self.assertEqual(len(breaks), 4)
        self.assertLess(classing.cost(sample, breaks) / classing.least_cost(sample, 5) - 1, 1e-9)
        self.expect_classes(x, 4, breaks)

    def test_13_ratios_about_one(self):
        x = values(self.file, "lq/value", "mills", "industry")
        self.page.set(q=DIVERGING, c="ratio")
        self.expect_classes(x, 4, classing.merged(classing.RATIOS, x[~np.isnan(x)]))

    def test_13_classes_of_their_own(self):
        for variable in (ORDERED, CLUSTERS):
            self.page.set(q=variable, c="own", t=4)
            declared = self.file[variable].attrs
            names, first = declared["class_names"].decode().split("\n"), int(declared["class_first"])
            x = self.file[variable][4]
            count = {c: n for c, n, _ in self.page.legend()}
            for i, name in enumerate(names):
                if (x == first + i).sum():
                    self.assertIn((x == first + i).sum(), count.values(), name)
                    self.assertIn(name, self.page.text(".legend"))
            self.assertEqual(sum(count.values()), len(x))

    def test_14_tooltip(self):
        unit = self.world.codes.index("t0408")
        self.page.press(*self.page.place(unit), only_move=True)
        told = self.page.text(".tooltip")
        x = self.file[SEQUENTIAL][4]
        rank = 1 + int((x > x[unit]).sum())
        for part in ("Town 4-8", "t0408", f"{x[unit]:.4g}", str(rank), str(int((~np.isnan(x)).sum()))):
            self.assertIn(part, told)
        self.page.press(2, 2, only_move=True)
        self.assertFalse(self.page.one(".tooltip").is_displayed())

    def test_18_search(self):
        for words in ("t0408", "Town 4-8"):
            self.page.set(u=[])
            self.page.keys(words, Keys.ENTER, at="[name=find]")
            self.assertEqual(self.page.state("u"), [self.world.codes.index("t0408")], words)
            self.page.js("document.querySelector('[name=find]').value = ''")

    def test_legend_fades_a_class(self):
        before = self.page.ask(AT_REST)
        button = ".legend [data-class='0'] button"
        self.page.click(button)
        self.assertEqual(self.page.one(button).get_attribute("aria-pressed"), "true")
        self.assertNotEqual(self.page.ask(AT_REST), before)
        self.page.click(button)
        self.assertEqual(self.page.ask(AT_REST), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
