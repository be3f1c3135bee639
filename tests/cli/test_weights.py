"""`spillway weights`: what it says of matrices, what it writes and reads back, what it refuses; and a
study whose weights come from polygons, the same on ranks."""
import os
import subprocess
import tempfile
import unittest

SPILLWAY = os.environ["SPILLWAY"]

STUDY = """panel: {file: p.csv, unit: code}
units: {file: u.csv, unit: code, lon: lon, lat: lat, groups: [half], polygons: map.geojson}
weights:
  queen: {kind: contiguity}
  rook: {kind: contiguity, rule: rook, style: binary}
  near: {kind: distance-band, km: 120, style: as-is}
  half: {kind: block, group: half, style: binary}
  both: {kind: intersection, of: [queen, half], style: u}
measures:
  - moran: {of: x, weights: queen, as: by_queen}
  - moran: {of: x, weights: both, as: by_both}
  - gravity: {mass: [x], keep: summary}
output: {file: r.h5}
"""


def square(i, j):
    return [[[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1], [i, j]]]


class Weights(unittest.TestCase):
    """A chessboard of 4 x 4 squares of a degree at the equator, u00 to u33."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        features = []
        with self.open("p.csv") as panel, self.open("u.csv") as units:
            panel.write("code,x\n")
            units.write("code,lon,lat,half\n")
            for i in range(4):
                for j in range(4):
                    code = f"u{i}{j}"
                    panel.write(f"{code},{(i * 7 + j * 5) % 11 + 1}\n")
                    units.write(f"{code},{i + .5},{j + .5},{'w' if i < 2 else 'e'}\n")
                    features.append('{"type":"Feature","properties":{"code":"%s"},"geometry":'
                                    '{"type":"Polygon","coordinates":%s}}' % (code, square(i, j)))
        with self.open("map.geojson") as out:
            out.write('{"type":"FeatureCollection","features":[%s]}' % ",".join(features))
        with self.open("s.yaml") as out:
            out.write(STUDY)

    def open(self, name):
        return open(os.path.join(self.folder.name, name), "w", encoding="utf-8")

    def call(self, *words, status=0, launcher=()):
        done = subprocess.run([*launcher, SPILLWAY, *words], cwd=self.folder.name, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_summary(self):
        said = self.call("weights", "s.yaml", "queen", "-q")
        for line in ("queen: {kind: contiguity, polygons: map.geojson, key: code, rule: queen, snap: "
                     "1e-07 degrees or 0.01 m, method: vertices, order: 1, lower: false, style: row}",
                     "  units        16", "  links        84 (35% of all pairs)",
                     "  neighbours   mean 5.25, least 3 (u00), most 8 (u11)", "  islands      0",
                     "  components   1, the largest of 16 units",
                     "  symmetric    in its links, not in its weights"):
            self.assertIn(line + "\n", said)
        said = self.call("weights", "s.yaml", "-q")
        self.assertEqual([line.split(":")[0] for line in said.splitlines() if line[:1].strip()],
                         ["queen", "rook", "near", "half", "both"])
        self.assertIn("  links        48 (20% of all pairs)\n", said)
        self.assertIn("  components   2, the largest of 8 units\n", said)
        self.assertIn("  weights      1 to 1; S0 48, S1 96, S2 608\n", said)

    def test_written_and_read_back(self):
        for name in ("w.gal", "w.gwt", "w.mtx", "w.csv"):
            self.call("weights", "s.yaml", "both", "-q", "-o", name)
            with self.open("back.yaml") as out:
                out.write("panel: {file: p.csv, unit: code}\nweights:\n"
                          f"  back: {{kind: file, file: {name}, style: as-is}}\n"
                          "measures:\n  - inequality: {of: x}\n")
            want = self.call("weights", "s.yaml", "both", "-q").splitlines()[1:]
            said = self.call("weights", "back.yaml", "back", "-q").splitlines()[1:]
            self.assertEqual(said[:-1], want[:-1], name)
            if name != "w.gal":
                self.assertEqual(said[-1], want[-1], name)

    def test_scipy_reads_it(self):
        try:
            from scipy.io import mmread
        except ImportError:
            self.skipTest("scipy is missing: .mtx is not read by it")
        self.call("weights", "s.yaml", "queen", "-q", "-o", "w.mtx")
        matrix = mmread(os.path.join(self.folder.name, "w.mtx"))
        self.assertEqual((matrix.shape, matrix.nnz), ((16, 16), 84))

    def test_refused(self):
        for words, text in (
                (["s.yaml", "quen"], "s.yaml: the study has no weights 'quen'; did you mean 'queen'?"),
                (["s.yaml", "-o", "w.gal"], "s.yaml: the study has 5 weights; name the one to write"),
                (["s.yaml", "rook", "-q", "-o", "w.txt"],
                 "w.txt: unknown kind of file; expected .gal, .gwt, .mtx or .csv"),
                ([], "spillway weights: give a study file; see spillway weights --help"),
                (["s.yaml", "rook", "-q", "-o", "s.csv"],
                 "s.csv: is there already; overwrite it with --force")):
            if "s.csv" in words:
                self.open("s.csv").close()
            self.assertEqual(self.call("weights", *words, status=2), f"spillway: {text}\n")
        self.call("weights", "s.yaml", "rook", "-q", "-o", "s.csv", "--force")

    def test_ranks(self):
        """The same file, by one process and by three."""
        self.call("run", "s.yaml", "-q", "-o", "one.h5", "--threads", "1")
        self.call("run", "s.yaml", "-q", "-o", "three.h5", "--threads", "2",
                  launcher=("mpirun", "-n", "3"))
        self.call("diff", "one.h5", "three.h5")
        self.call("verify", "three.h5")

    def coarse(self, label=lambda i, j: f"b{i // 2}{j // 2}", rule="queen"):
        """A study of four quarters of the board, and what `weights` says of it."""
        with self.open("u.csv") as units:
            units.write("code,lon,lat,block\n")
            for i in range(4):
                for j in range(4):
                    units.write(f"u{i}{j},{i + .5},{j + .5},{label(i, j)}\n")
        with self.open("c.yaml") as out:
            out.write("panel: {file: p.csv, unit: code, aggregate: {by: block, sum: [x]}}\n"
                      "units: {file: u.csv, unit: code, lon: lon, lat: lat, polygons: map.geojson}\n"
                      f"weights:\n  w: {{kind: contiguity, rule: {rule}, style: binary}}\n"
                      "measures:\n  - moran: {of: x, weights: w}\noutput: {file: c.h5}\n")
        done = subprocess.run([SPILLWAY, "weights", "c.yaml"], cwd=self.folder.name, text=True,
                              capture_output=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_members(self):
        """Coarse units touch where any of their members do: all four at a corner, by edges two each."""
        for rule, links in (("queen", 12), ("rook", 8)):
            status, out, err = self.coarse(rule=rule)
            self.assertEqual(status, 0, err)
            self.assertIn(f"  units        4\n  links        {links} ", out)
            self.assertIn("the polygons of map.geojson are of members", err)
            self.assertNotIn("warning", err)
        self.call("run", "c.yaml", "-q", "--force", launcher=("mpirun", "-n", "2"))
        self.call("verify", "c.h5")
        # A quarter that has the code of one of its members; one in two parts.
        status, out, err = self.coarse(lambda i, j: f"u{i // 2 * 2}{j // 2 * 2}")
        self.assertEqual((status, "links        12 " in out), (0, True), out + err)
        status, out, err = self.coarse(lambda i, j: "far" if (i + j) % 2 else f"b{i // 2}")
        self.assertEqual((status, "links        6 " in out), (0, True), out + err)

    def test_members_without_polygons(self):
        with open(os.path.join(self.folder.name, "map.geojson"), encoding="utf-8") as file:
            text = file.read()
        with self.open("map.geojson") as out:
            out.write(text.replace('"u11"', '"x11"'))
        status, out, err = self.coarse()
        self.assertEqual(status, 0, err)
        self.assertIn("links        10 ", out)  # b00 and b11 no longer touch
        self.assertIn("warning: w: 1 member of the units has no polygon in map.geojson", err)
        self.assertIn("1 polygon of map.geojson that are of no unit of the panel is left out", err)
        with self.open("map.geojson") as out:
            out.write(text.replace('"u0', '"x0').replace('"u1', '"x1'))
        status, out, err = self.coarse()
        self.assertEqual(status, 2)
        self.assertIn("map.geojson has no polygon for unit 'b00' of the panel", err)
        with self.open("map.geojson") as out:
            out.write(text.replace('"u', '"x'))
        self.assertIn("(the first is 'x00'; a unit is 'b00', a member 'u00')", self.coarse()[2])
        with self.open("map.geojson") as out:
            out.write(text.replace('"u33"', '"u32"'))
        self.assertIn("both have code 'u32'", self.coarse()[2])

    def test_polygons_are_an_input(self):
        """A map that changes makes another file; one that is not there is told."""
        self.call("run", "s.yaml", "-q")
        self.assertIn("map.geojson", self.call("info", "r.h5"))
        os.remove(os.path.join(self.folder.name, "map.geojson"))
        self.assertIn("map.geojson", self.call("run", "s.yaml", "-q", "--force", status=2))


if __name__ == "__main__":
    unittest.main()
