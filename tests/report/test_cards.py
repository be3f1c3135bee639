"""Cards of measures: every result has its own, by what the file declares; each has its data and its picture, a
caption with formula and source; what it saves are the file's doubles."""
import csv
import io
import tempfile
import unittest

from browser import Browser
from worlds import World, text

CARDS = """
return Array.from(document.querySelectorAll('#measures .card[data-result]'), (e, i) => {
  e.id = 'card' + i;
  return {id: e.id, result: e.dataset.result, kind: e.dataset.kind, words: e.textContent,
    saves: Array.from(e.querySelectorAll('[data-save]'), b => b.dataset.save),
    drawn: e.querySelectorAll('svg, canvas, td, dd, li, b').length};
});"""


def number(field):
    try:
        return float(field)
    except ValueError:
        return None


class Cards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        cls.file = cls.world.results()
        cls.browser = Browser()
        cls.page = cls.browser.open(cls.world.report())
        # Cards are drawn when they come into sight.
        cls.page.ask("await S.cards.drawAll(); done(true);")
        cls.page.quiet()
        cls.cards = cls.page.js(CARDS)

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.file.close()
        cls.folder.cleanup()

    def test_each_is_drawn(self):
        kinds = {(card["result"], card["kind"]) for card in self.cards}
        for expected in (("composites/economy", "bars"), ("moran_income", "band"), ("gaps", "parts"), ("ccd", "classes"),
                         ("lisa", "classes"), ("ladder", "matrix"), ("gravity", "line")):
            self.assertIn(expected, kinds)
        for card in self.cards:
            self.assertIn("csv", card["saves"], card["result"])
            self.assertGreater(card["drawn"], 0, card["result"])
            for what in ("formula", "source"):
                said = text(self.file[card["result"]].attrs[what]).split("\n")[0].split(";")[0]
                self.assertIn(said[:40], card["words"], f"{card['result']}: its {what}")
        self.assertEqual(self.page.console(), [])

    def test_what_is_saved_is_the_file_s(self):
        """Columns that bear the name of a dataset have its doubles; no card is made for one measure."""
        seen = set()
        for card in self.cards:
            group = self.file[card["result"]]
            rows = list(csv.DictReader(io.StringIO(self.page.save("#" + card["id"], "csv").decode("utf-8-sig"))))
            self.assertGreater(len(rows), 0, card["result"])
            for name in rows[0]:
                if name not in group or group[name].dtype.kind not in "fiu":
                    continue
                there = set(group[name][...].astype(float).ravel().tolist())
                values = [number(row[name]) for row in rows if row[name] != ""]
                self.assertTrue(values and set(values) <= there, f"{card['result']}/{name}")
                seen.add(f"{card['result']}/{name}")
        for name in ("composites/economy/weight", "moran_income/I", "gaps/theil_t_within", "ladder/probability"):
            self.assertIn(name, seen)

    def test_counts_of_classes(self):
        card = next(c for c in self.cards if (c["result"], c["kind"]) == ("ccd", "classes"))
        rows = list(csv.DictReader(io.StringIO(self.page.save("#" + card["id"], "csv").decode("utf-8-sig"))))
        names = text(self.file["ccd/class"].attrs["class_names"]).split("\n")
        for row in rows:
            if any(row[group] for group in ("state", "region") if group in row):  # of a group alone
                continue
            x = self.file["ccd/class"][int(row["period"]) - 2001]
            self.assertEqual([int(row[name]) for name in names], [int((x == 1 + i).sum()) for i in range(len(names))])


if __name__ == "__main__":
    unittest.main(verbosity=2)
