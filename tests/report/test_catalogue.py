"""Every measure of the catalogue is drawn by what it declares: a report of one entry of each, out of the sweep
over the catalogue. A measure that is added is here at once, without a line of the report or of this test."""
import os
import re
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "catalog"), os.path.join(HERE, "..", "results")]

from browser import Browser  # noqa: E402
import sweep  # noqa: E402
from test_sweep import load_case  # noqa: E402

# Quantities on the map, one after the other.
EACH = """
const frame = () => new Promise(go => requestAnimationFrame(() => setTimeout(go, 0)));
for (const key of arguments[0]) {
  S.set({q: key});
  do { await frame(); } while (!S.view || S.view.key !== key);
  await frame();
}
done(true);"""


def entries():
    """Of each measure the first entry of its case, and those whose results it takes: label -> (measure, params)."""
    listed = [line.split()[:2] for line in sweep.spillway("measures").split("\n")[1:] if line and line[0] not in " `"]
    known = {}
    for name, kind in listed:
        if kind != "alias":
            known.update({label: (name, params) for label, params in load_case(name).ENTRIES.items()
                          if params.get("_only") != "gaps"})
    first = {name: label for label, (name, _) in reversed(known.items())}
    found = {}

    def take(label):
        if label in found:
            return
        measure, params = known[label]
        found[label] = (measure, {key: value for key, value in params.items() if key[0] != "_"})
        for word in re.findall(r"\w+", str(params)):
            if word in known:
                take(word)
    for label in first.values():
        take(label)
    return found


class Catalogue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        world = sweep.World(os.path.join(cls.folder.name, "world"), 60, 12)
        chosen = entries()
        cls.measures = {measure for measure, _ in chosen.values()}
        world.run("all", [(m, label, p) for label, (m, p) in chosen.items() if m == "composite"],
                  [(m, label, p) for label, (m, p) in chosen.items() if m != "composite"])
        cls.labels = [f"composites/{label}" if m == "composite" else label for label, (m, _) in chosen.items()]
        sweep.spillway("report", world.path("all.h5"))
        cls.browser = Browser()
        cls.page = cls.browser.open(world.path("all.html"))

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def sound(self):
        self.assertEqual(self.page.console(), [])
        self.assertEqual(self.page.js("return Array.from(document.querySelectorAll('.failed'), e => "
                                      "e.closest('.card') && e.closest('.card').textContent)"), [])

    def test_every_result_is_somewhere(self):
        self.assertGreater(len(self.measures), 35)
        shown = self.page.js("""return [...S.quantities.map(q => q.variable.result), ...S.manifest.pairs.map(p => p.result),
          ...Array.from(document.querySelectorAll('#measures [data-result]'), e => e.dataset.result)]""")
        self.assertEqual([label for label in self.labels if label not in shown], [])

    def test_every_card_is_drawn_in_both_languages(self):
        for lang in ("en", "zh"):
            self.page.set(lang=lang)
            self.page.ask("await S.cards.drawAll(); done(true);")
            self.page.quiet()
            empty = self.page.js("return Array.from(document.querySelectorAll('#measures .card[data-result]'))"
                                 ".filter(e => !e.querySelector('svg, canvas, table, dl, ul')).map(e => e.textContent)")
            self.assertEqual(empty, [])
            self.assertTrue(self.page.fits())
            self.sound()

    def test_quantities_are_mapped(self):
        self.assertGreater(self.page.js("return S.quantities.length"), 60)
        # Of each result one of each look.
        keys = self.page.js("""return [...new Map(S.quantities.map(q => { const v = q.variable; return [[v.result, v.show,
          v.palette, v.centre, v.log, Boolean(v.classes), v.dims[0] === 'unit'].join(), q.key]; })).values()]""")
        for some in range(0, len(keys), 10):
            self.page.ask(EACH, keys[some:some + 10])
        self.sound()

    def test_every_pair_result_is_drawn(self):
        names = self.page.js("return S.manifest.pairs.map(p => p.result)")
        self.assertGreater(len(names), 2)
        for name in names:
            for mode in ("sends", "receives", "first"):
                self.page.set(pair=name, mode=mode, u=[10])
        self.sound()


if __name__ == "__main__":
    unittest.main(verbosity=2)
