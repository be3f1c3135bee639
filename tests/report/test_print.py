"""Printed, no map is blank, everything is there on white, and pages are few; saved pictures stand alone:
an SVG has its colours in it, a PNG is not blank."""
import base64
import re
import tempfile
import unittest
import xml.etree.ElementTree as tree
import zlib

from browser import Browser
from worlds import World

SVG = "{http://www.w3.org/2000/svg}"


def operators(pdf):
    """Of a PDF: what its pages draw, as texts, and how many pages there are."""
    drawn = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            drawn.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            pass  # a font, or a picture
    return drawn, len(re.findall(rb"/Type\s*/Page\b", pdf))


class Print(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        cls.report = cls.world.report()
        cls.browser = Browser()
        cls.page = cls.browser.open(cls.report, "d=dark")
        cls.page.set(q="ccd/coordination", t=4, u=[44])

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.folder.cleanup()

    def test_27_print(self):
        printed = self.browser.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        pdf = base64.b64decode(printed["data"])
        drawn, pages = operators(pdf)
        self.assertGreaterEqual(pages, 3)
        self.assertLessEqual(pages, 25)
        # Maps are drawn as shapes: some hundred fills on one page; a canvas would be one picture.
        fills = max(len(re.findall(r"^f\*?$", page, re.M)) + len(re.findall(r"\bf\*?\n", page)) for page in drawn)
        self.assertGreater(fills, 80, "no map is drawn by its units")
        # The map of the screen is the one on paper: its colours are among those that are set.
        legend = self.page.legend()
        self.assertGreater(len(legend), 3)
        # Black on white, whatever the screen has: nothing paints a whole page dark.
        for page in drawn:
            first = re.search(r"([\d.]+) ([\d.]+) ([\d.]+) rg\n\S+ \S+ (\d{3,})\S* (\d{3,})\S* re\nf", page)
            if first and min(float(first[4]), float(first[5])) > 500:
                self.assertGreater(sum(float(first[k]) for k in (1, 2, 3)), 2, "dark paper")

    def test_27_on_paper(self):
        """As the screen shows what would be printed: a picture of each map."""
        self.browser.call("Emulation.setEmulatedMedia", media="print")
        self.addCleanup(lambda: self.browser.call("Emulation.setEmulatedMedia", media=""))
        self.page.js("window.dispatchEvent(new Event('beforeprint'))")
        self.page.quiet()
        drawn = self.page.js("return document.querySelectorAll('.map-card svg [data-unit]').length")
        self.assertGreaterEqual(drawn, 75, "the towns with a value; others may be one hatched shape")
        shown = self.page.look(self.page.screenshot(".map-card"))
        self.assertGreater(shown["colours"], 6)
        self.assertGreater(shown["ink"], .1)
        body = self.page.js("return getComputedStyle(document.body).backgroundColor")
        self.assertIn(body, ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"))
        for gone in ("#language", "#theme", ".play", "[data-save]"):
            self.assertFalse(any(e.is_displayed() for e in self.page.all(gone)), gone)
        self.page.js("window.dispatchEvent(new Event('afterprint'))")
        self.page.quiet()
        self.assertEqual(self.page.console(), [])

    def test_pictures_stand_alone(self):
        """Every button that saves a picture saves one."""
        for kind in ("svg", "png"):
            for view in ("map", "lines", "histogram", "scatter", "arcs", "matrix"):
                data = self.page.save(view, kind)
                if kind == "png":
                    self.assertGreater(self.page.look(data)["colours"], 2, view)
                    continue
                svg = tree.fromstring(data)
                self.assertEqual(svg.tag, f"{SVG}svg")
                self.assertTrue(svg.get("viewBox") or svg.get("width"), view)
                for element in svg.iter():
                    self.assertNotIn("var(", " ".join(element.attrib.values()), f"{view}: needs the page's style")
        self.assertEqual(self.page.console(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
