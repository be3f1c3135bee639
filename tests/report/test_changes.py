"""With --against the page says what changed since an earlier results file: the largest changes, by unit, as
h5py finds them; nothing where nothing changed."""
import os
import shutil
import tempfile
import unittest

import h5py
import numpy as np
from browser import Browser
from worlds import World


class Changes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        shutil.copy(cls.world.path("results.h5"), cls.world.path("old.h5"))
        # Two towns are revised, one cell is withdrawn.
        cls.world.column["income"][4, 30] *= 3
        cls.world.column["income"][2, 31] /= 2
        cls.world.column["income"][3, 32] = np.nan
        cls.world.write_panel()
        cls.world.spillway("run", "--quiet", "--force", cls.world.path("study.yaml"))
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def test_changes(self):
        world = self.world
        report = world.report("--against", "old.h5")
        page = self.browser.open(report)
        against = page.js("return S.manifest.against")
        self.assertEqual(os.path.basename(against["file"]), "old.h5")
        with h5py.File(world.path("old.h5")) as old, h5py.File(world.path("results.h5")) as new:
            a, b = (f["composites/economy/score"][...] for f in (old, new))
        change = next(c for c in against["changes"] if c["key"] == "composites/economy/score")
        self.assertEqual(change["changed"] + change["appeared"] + change["vanished"],
                         int((~((a == b) | (np.isnan(a) & np.isnan(b)))).sum()))
        self.assertEqual(change["vanished"], int((np.isnan(b) & ~np.isnan(a)).sum()))
        largest = [(x["unit"], x["t"]) for x in change["largest"]]
        far = np.nan_to_num(np.abs(a - b))
        t, u = np.unravel_index(far.argmax(), far.shape)
        self.assertIn((int(u), int(t)), largest)
        for x in change["largest"]:
            for value, wanted in ((x["old"], a[x["t"], x["unit"]]), (x["new"], b[x["t"], x["unit"]])):
                self.assertTrue(value == wanted or (value is None and np.isnan(wanted)))
        summary = page.text("#summary")
        for words in ("old.h5", world.names[int(u)]):
            self.assertIn(words, summary)
        self.assertEqual(page.console(), [])
        self.assertEqual(page.js("return S.faults || []"), [])

    def test_nothing_changed(self):
        page = self.browser.open(self.world.report("--against", "results.h5", name="same.html"))
        changes = page.js("return S.manifest.against.changes")
        self.assertEqual([c for c in changes if c["changed"] or c["appeared"] or c["vanished"]], [])
        self.assertEqual(page.console(), [])

    def test_some_results_alone(self):
        page = self.browser.open(self.world.report("--results", "ccd,gravity", name="some.html"))
        self.assertEqual({r["name"] for r in page.js("return S.manifest.results")}, {"ccd", "gravity"})
        self.assertEqual(page.console(), [])
        said = self.world.spillway("report", "results.h5", "-o", "x.html", "--results", "gravty", status=2)
        self.assertIn("gravity", said, "the nearest name")

    def test_a_foreign_earlier_file(self):
        self.world.write("no.h5", "not a results file")
        said = self.world.spillway("report", "results.h5", "-o", "x.html", "--against", "no.h5", status=2)
        self.assertEqual(len(said.strip().splitlines()), 1)
        self.assertIn("no.h5", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
