"""The cards of measures: each result is drawn as it declares, and what is drawn are the numbers of the file. The
towns' results file is given results of measures that do not exist: the page knows of them what they declare."""
import tempfile
import unittest

import h5py
import numpy as np
from browser import Browser
from worlds import World, text

RINGS = np.array([50., 100., 200., np.inf])
EFFECT = np.array([[.5, .3, .1, .02], [.6, .2, .1, .01], [.7, .2, .0, .01], [.8, .1, .0, -.01], [.9, .1, .0, .03]])
ESTIMATE, ERROR, P = np.array([2., .5, -.4]), np.array([.5, .4, .1]), np.array([.0001, .2, 0.])
CHAIN = np.array([[[.9, .1], [.2, .8]], [[.5, .5], [0., 1.]]])


def words(value):
    return np.bytes_(value.encode())


def axis(group, name, values, units="1"):
    d = group.create_dataset(name, data=values)
    d.make_scale(name)
    d.attrs["long_name"], d.attrs["units"] = words(name), words(units)
    return d


def put(group, name, data, axes, show, beside="", **more):
    d = group.create_dataset(name, data=data)
    for k, a in enumerate(axes):
        d.dims[k].attach_scale(a)
    d.attrs["long_name"], d.attrs["units"], d.attrs["show"] = words(more.get("title", name)), words("1"), words(show)
    if beside:
        d.attrs["shown_with"] = words(beside)
    if show in ("map", "matrix", "classes", "scatter"):
        d.attrs["palette"] = words("sequential")


def result(file, name, headline):
    """A group as a run writes it, of a measure of no catalogue."""
    g = file.create_group(name)
    for key, value in (("measure", "test_" + name), ("long_name", "A test, " + name), ("formula", "a = b"),
                       ("source", "nobody"), ("parameters", "{}"), ("headline", headline), ("undefined", "0 of 1 values"),
                       ("undefined_in", "")):
        g.attrs[key] = words(value)
    g.attrs["measure_version"] = 1
    return g


def add_results(path):
    with h5py.File(path, "r+") as f:
        time, unit = f["ccd/time"], f["ccd/unit"]
        g = result(f, "spillover", "effect")
        ring = axis(g, "ring", RINGS, "km")
        put(g, "effect", EFFECT, [axis(g, "time", time[...]), ring], "line", title="effect by ring")
        g = result(f, "model", "estimate")
        term = axis(g, "term", np.array(["income", "smoke", "=SUM(A1)"], dtype=h5py.string_dtype()))
        put(g, "estimate", ESTIMATE, [term], "bars", "std_error", title="estimate of the term")
        put(g, "std_error", ERROR, [term], "bars")
        put(g, "p_value", P, [term], "bars")
        put(g, "r2", np.float64(.25), [], "table", title="share explained")
        g = result(f, "given", "chain")
        kind = h5py.string_dtype()
        given = axis(g, "region", np.array(["east", "west"], dtype=kind))
        a = axis(g, "class_label", np.array(["low", "high"], dtype=kind))
        b = axis(g, "class_label_to", np.array(["low", "high"], dtype=kind))
        put(g, "chain", CHAIN, [given, a, b], "matrix", title="probability under a condition")
        g = result(f, "lagged", "lag")
        t, u = axis(g, "time", time[...]), axis(g, "unit", np.array([text(x) for x in unit[...]], dtype=kind))
        score = f["composites/economy/score"][...]
        put(g, "score", score, [t, u], "map")
        put(g, "lag", 2 * score + 1, [t, u], "scatter", "score", title="twice the score")
        g = result(f, "nothing", "none")
        put(g, "none", np.full(5, np.nan), [axis(g, "time", time[...])], "line", title="no value at all")


class Measures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        add_results(cls.world.path("results.h5"))
        cls.file = cls.world.results()
        cls.report = cls.world.report()
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.file.close()
        cls.folder.cleanup()

    def setUp(self):
        self.page = self.browser.open(self.report)
        self.page.ask("await S.cards.drawAll(); done(true);")
        self.page.js("S.save.csv = (name, header, rows) => { window.saved = [header, Array.from(rows, r => "
                     "Array.from(r, v => Number.isFinite(v) || typeof v === 'string' ? v : String(v)))]; }")

    def tearDown(self):
        self.assertEqual(self.page.console(), [])
        self.assertEqual(self.page.js("return document.querySelectorAll('#measures .failed').length"), 0)

    def card(self, name, kind):
        return f'#measures .card[data-result="{name}"][data-kind="{kind}"]'

    def csv(self, name, kind):
        self.page.click(self.card(name, kind) + ' [data-save="csv"]')
        return self.page.js("return window.saved")

    def test_each_as_it_declares(self):
        kinds = {}
        for name, kind in self.page.attributes("#measures .card.measure", "data-result", "data-kind"):
            kinds.setdefault(name, []).append(kind)
        order = [r["name"] for r in self.page.js("return S.manifest.results")]
        self.assertEqual(list(kinds), [name for name in order if name in kinds], "in the order of the study")
        for name, wanted in (("composites/economy", ["bars"]), ("moran_income", ["band"]), ("spillover", ["curve"]),
                             ("model", ["coefficients"]), ("given", ["matrix"]), ("lagged", ["scatter"]),
                             ("nothing", ["line"])):
            self.assertEqual(kinds[name], wanted, name)
        self.assertEqual(kinds["gaps"][:2], ["line", "parts"])
        self.assertEqual(set(kinds["ladder"]), {"figures", "classes", "matrix"})
        self.assertIn("classes", kinds["lisa"])

    def test_weights(self):
        weight = self.file["composites/ecology/weight"][...]
        header, rows = self.csv("composites/ecology", "bars")
        self.assertEqual([r[header.index("weight")] for r in rows], list(weight))
        self.assertIn("smoke has 70%", self.page.text(self.card("composites/ecology", "bars") + " .amber"))
        self.assertIn("less is better", self.page.text(self.card("composites/ecology", "bars")))

    def test_band(self):
        g = self.file["moran_income"]
        header, rows = self.csv("moran_income", "band")
        for name in ("I", "expected", "variance_randomisation"):
            self.assertEqual([r[header.index(name)] for r in rows], list(g[name][...]), name)
        shown = self.page.js("return S.number(arguments[0])", float(g["I"][-1]))
        self.assertIn(shown, self.page.text(self.card("moran_income", "band") + " .end"))
        caption = self.page.text(self.card("moran_income", "band") + " .caption")
        self.assertIn(self.page.js("return S.number(arguments[0])", float(g["z"][-1])), caption)

    def test_parts(self):
        g = self.file["gaps"]
        share = 100 * g["theil_t_between"][-1] / g["theil_t"][-1]
        shown = self.page.attributes(self.card("gaps", "parts") + " .keys li:first-child b", "text")
        self.assertEqual(shown, [f"{s:.0f}%" for s in share])

    def test_classes(self):
        of = self.file["ladder/class"][...]
        card = self.card("ladder", "classes")
        wanted = [str(int((row == k).sum())) for row in of for k in (1, 2, 3) if (row == k).any()]
        self.assertEqual(self.page.attributes(card + " rect[data-count]", "data-count"), wanted)
        self.page.js("document.querySelector(arguments[0]).scrollIntoView()", card)  # out of sight it waits
        self.page.set(t=1)
        self.assertEqual([int(b) for b in self.page.attributes(card + " .keys b", "text")],
                         [int((of[1] == k).sum()) for k in (1, 2, 3)])
        k = int(self.page.attributes(card + " .share-rows button", "data-class")[0])
        label = self.page.attributes(card + " .share-rows bdi", "text")[0]
        self.page.click(card + " .share-rows button")
        groups = [np.array([text(x) for x in self.file[name][...]]) for name in ("group_region", "group_state")]
        group = next(g for g in groups if label in g)
        wanted = np.flatnonzero((group == label) & (of[1] == k + 1))
        self.assertEqual(sorted(self.page.state("u")), wanted.tolist())

    def test_matrices(self):
        cells = self.page.attributes(self.card("ladder", "matrix") + " rect[data-value]", "data-value")
        self.assertEqual([float(v) for v in cells], list(self.file["ladder/probability"][...].ravel()))
        card = self.card("given", "matrix")
        for k in range(2):
            self.page.js("const s = document.querySelector(arguments[0]); s.selectedIndex = arguments[1]; "
                         "s.dispatchEvent(new Event('change'));", card + " select", k)
            cells = self.page.attributes(card + " rect[data-value]", "data-value")
            self.assertEqual([float(v) for v in cells], list(CHAIN[k].ravel()))

    def test_curve_follows_the_slider(self):
        header, rows = self.csv("spillover", "curve")
        self.assertEqual(header, ["period", "ring", "effect"])
        self.assertEqual([r[2] for r in rows], list(EFFECT.ravel()))
        card = self.card("spillover", "curve")
        self.assertIn("km", self.page.text(card))
        self.assertIn("∞", self.page.text(card))
        before = self.page.attributes(card + " .series.main", "d")
        self.page.js("document.querySelector(arguments[0]).scrollIntoView()", card)
        self.page.set(t=2)
        self.page.ask("await S.cards.settle(); done(true);")
        self.assertNotEqual(self.page.attributes(card + " .series.main", "d"), before)

    def test_coefficients(self):
        card = self.card("model", "coefficients")
        x = [float(v) for v in self.page.attributes(card + " .point", "cx")]
        ends = [(float(a), float(b)) for a, b in self.page.attributes(card + " .whisker", "x1", "x2")]
        scale = (x[0] - x[1]) / (ESTIMATE[0] - ESTIMATE[1])
        for k, (lo, hi) in enumerate(ends):
            self.assertAlmostEqual((hi - lo) / scale, 2 * 1.959963984540054 * ERROR[k], places=3)
        sure = ["sure" in c for c in self.page.attributes(card + " .point", "class")]
        self.assertEqual(sure, [True, False, True], "zero lies outside of the interval")
        self.assertIn("0.25", self.page.text(card + " .figures-line"))
        header, rows = self.csv("model", "coefficients")
        self.assertEqual([r[header.index("estimate")] for r in rows], list(ESTIMATE))

    def test_scatter(self):
        card = self.card("lagged", "scatter")
        score = self.file["composites/economy/score"][-1]
        self.assertEqual(len(self.page.attributes(card + " circle[data-unit]", "data-unit")), int(np.isfinite(score).sum()))
        self.assertIn("slope 2", self.page.text(card + " .caption"))

    def test_nothing(self):
        self.assertIn("It has no value", self.page.text(self.card("nothing", "line")))

    def test_more_and_other_words(self):
        count = self.page.js("const list = document.querySelectorAll('#measures details.more'); "
                             "list.forEach(d => { d.open = true; }); return list.length")
        self.assertGreater(count, 2)
        self.page.quiet()
        self.page.ask("await S.cards.drawAll(); done(true);")
        self.assertGreater(len(self.page.all("#measures .card.inner svg.chart")), 3)
        self.page.set(lang="zh", d="dark")
        self.page.ask("await S.cards.drawAll(); done(true);")
        self.assertIn("基尼系数", self.page.text("#measures"))
        self.browser.size(390, 844)
        self.page.quiet()
        self.assertTrue(self.page.fits())
        self.browser.size(1440, 900)


if __name__ == "__main__":
    unittest.main(verbosity=2)
