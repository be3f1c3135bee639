"""Reports of real counties: the page of the United States keeps to its budget of bytes, with doubles
and with --small, its legend and every fill of its saved map are what numpy makes of the file; the
page of China is in Chinese. Times are in bench/ (`report`)."""
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree

import classing
import h5py
import numpy as np
import real
from browser import Browser, rgb

SPILLWAY = os.environ["SPILLWAY"]
SVG = "{http://www.w3.org/2000/svg}"
MOST, MOST_SMALL = 16e6, 11e6  # bytes
KEY = "ccd/coordination"


def report(folder, name, *words):
    path = os.path.join(folder, name)
    done = subprocess.run([SPILLWAY, "report", os.path.join(folder, "results.h5"), "--force", "-o", path, *words],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


class Real(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.us, cls.cn = (os.path.join(cls.folder.name, name) for name in ("us", "cn"))
        for folder, make in ((cls.us, real.us), (cls.cn, real.cn)):
            os.mkdir(folder)
            make(folder)
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def expect_map(self, page, x, t):
        """Counts of the legend and the fills of the saved picture, by quantiles pooled over years."""
        breaks = classing.quantiles(x[~np.isnan(x)], 6)
        legend = page.legend()
        self.assertEqual([n for _, n, _ in legend], classing.counts(x[t], breaks))
        colour = {c: shade for c, _, shade in legend}
        found = classing.classes(x[t], breaks)
        unit = {code: u for u, code in enumerate(page.js("return Array.from({length: S.manifest.n}, (_, u) => S.code(u))"))}
        fills = {unit[e.get("data-unit")]: e.get("fill") for e in tree.fromstring(page.save("map", "svg")).iter()
                 if e.get("data-unit")}
        self.assertGreater(len(fills), .97 * x.shape[1])
        wrong = [u for u, fill in fills.items()
                 if not (fill.startswith("url(") if found[u] < 0 else rgb(fill) == colour[found[u]])]
        self.assertEqual(wrong, [])

    def expect_sound(self, page, path):
        self.assertEqual(page.console(), [])
        self.assertEqual(page.js("return S.faults || []"), [])
        self.assertEqual(page.requests(), ["file://" + path])

    def test_30_us(self):
        path = report(self.us, "report.html")
        small = report(self.us, "small.html", "--small")
        self.assertLess(os.path.getsize(path), MOST)
        self.assertLess(os.path.getsize(small), MOST_SMALL)
        print(f"US counties: {os.path.getsize(path) / 1e6:.2f} MB, {os.path.getsize(small) / 1e6:.2f} MB with --small")
        page = self.browser.open(path, f"q={KEY}")
        with h5py.File(os.path.join(self.us, "results.h5")) as file:
            x = file[KEY][...]
            self.assertEqual(x.shape, (18, 3116))
            self.assertTrue(np.array_equal(page.column(KEY), x, equal_nan=True))
            for t in (17, 0):
                page.set(t=t, u=[])
                self.expect_map(page, x, t)
            partner = file["gravity/partner"][17]
        cook = page.ask("done([...Array(S.manifest.n).keys()].find(u => S.code(u) === '17031'));")
        page.set(u=[cook], t=17, pair="gravity", mode="sends")
        rows = [int(u) for u in page.attributes("[data-view=partners] [data-unit]", "data-unit")]
        self.assertEqual(rows, partner[cook].tolist()[:len(rows)])
        self.assertGreaterEqual(len(rows), 10)
        self.assertGreater(page.look()["colours"], 100)
        self.expect_sound(page, path)

    def test_30_us_small(self):
        page = self.browser.open(report(self.us, "digits.html", "--small", "--results", "ccd"), f"q={KEY}")
        with h5py.File(os.path.join(self.us, "results.h5")) as file:
            x = file[KEY][...]
        self.assertTrue(np.array_equal(page.column(KEY), x.astype(np.float32).astype(float), equal_nan=True))
        self.assertIn(b"7", page.save("map", "csv").split(b"\n")[0] + page.text(".map-card").encode())

    def test_china_in_chinese(self):
        path = os.path.join(self.cn, "results.html")  # written by the run
        page = self.browser.open(path, f"q={KEY}")
        self.assertEqual(page.state("lang"), "zh")
        with h5py.File(os.path.join(self.cn, "results.h5")) as file:
            x = file[KEY][...]
            name = [v.decode() for v in file["name"][:]]
        self.expect_map(page, x, x.shape[0] - 1)
        text = page.text("body")
        for words in ("中国县域夜间灯光", "县", "地图"):
            self.assertIn(words, text)
        page.set(u=[0, 5])
        for u in (0, 5):
            self.assertIn(name[u], page.text(".chips"))
        self.assertTrue(page.fits())
        for section in ("pairs", "measures", "method"):
            page.js("document.getElementById(arguments[0]).scrollIntoView()", section)
            page.quiet()
            self.assertGreater(page.look()["colours"], 20, section)
        self.expect_sound(page, path)


if __name__ == "__main__":
    if not real.there():
        print(f"skipped: the real panels are not here (looked for {real.DATA}; SPILLWAY_SHARED names their folder)")
        sys.exit(77)
    unittest.main(verbosity=2)
