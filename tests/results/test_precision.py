#!/usr/bin/env python3
"""`precision` of a pair entry beside that of the study: what is stored, what takes it as input, what
`verify`, `diff` and `--reuse` make of it, and what is refused."""
import os
import re
import tempfile
import unittest

import h5py
import numpy as np

from studies import spillway, write

UNITS, YEARS = 23, (2001, 2002)
STUDY = """
panel: {{file: p.csv, unit: id, time: t}}
units: {{file: u.csv, unit: id, lon: lon, lat: lat}}
pairs:
  od: {{file: od.csv, unit_from: a, unit_to: b, time: t, value: v, precision: {flow}}}
measures:
  - gravity: {{mass: m, keep: dense, precision: {dense}, as: dense}}
  - gravity: {{mass: m, keep: {{top: 3}}, precision: {top}, as: top}}
  - gravity: {{mass: m, keep: {{share: 0.2}}, as: plain}}
  - network: {{result: top, starts: 1}}
output: {{file: {file}, precision: {study}}}
tile: 16
"""
MATRICES = ("dense", "top", "plain", "od")


class Precision(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        os.chdir(self.folder.name)
        rng = np.random.default_rng(5)
        codes = [f"u{i:02}" for i in range(UNITS)]
        write("u.csv", "id,lon,lat\n" + "".join(
            f"{c},{rng.uniform(-5, 5):.6f},{rng.uniform(40, 50):.6f}\n" for c in codes))
        write("p.csv", "id,t,m\n" + "".join(
            f"{c},{y},{rng.lognormal():.9g}\n" for c in codes for y in YEARS))
        write("od.csv", "a,b,t,v\n" + "".join(
            f"{a},{b},{y},{rng.lognormal():.9g}\n" for y in YEARS for a in codes for b in codes[:5] if a != b))

    def tearDown(self):
        os.chdir("/")
        self.folder.cleanup()

    def run_study(self, name, *words, ranks=1, **precision):
        """The value of each matrix as stored, and the figure of the network."""
        given = dict({"study": "float32", "dense": "float32", "top": "float32", "flow": "float32"}, **precision)
        write(f"{name}.yaml", STUDY.format(file=f"{name}.h5", **given))
        done = spillway("run", f"{name}.yaml", "--force", *words, ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stderr)
        with h5py.File(f"{name}.h5") as file:
            return {m: file[m]["value"][...] for m in MATRICES}, file["network/pagerank"][...], done.stdout

    def test_each_entry_has_its_own(self):
        wide, rank_of_wide, _ = self.run_study("wide", study="float64", dense="float64", top="float64", flow="float64")
        self.assertEqual({v.dtype for v in wide.values()}, {np.dtype("f8")})
        narrow, rank_of_narrow, _ = self.run_study("narrow")
        self.assertEqual({v.dtype for v in narrow.values()}, {np.dtype("f4")})
        for ranks in (1, 3):
            mixed, rank, _ = self.run_study("mixed", dense="float64", flow="float64", ranks=ranks)
            for name in MATRICES:
                want = wide if name in ("dense", "od") else narrow
                np.testing.assert_array_equal(mixed[name], want[name], name)
                self.assertEqual(mixed[name].dtype, want[name].dtype)
            np.testing.assert_array_equal(rank, rank_of_narrow)
        mixed, rank, _ = self.run_study("mixed", top="float64")
        np.testing.assert_array_equal(rank, rank_of_wide)
        self.assertTrue((rank_of_wide != rank_of_narrow).any(), "rounding is seen by the network")
        mixed, _, _ = self.run_study("mixed", study="float64", flow="float32")
        self.assertEqual([mixed[m].dtype.itemsize for m in MATRICES], [4, 4, 8, 4])

    def test_verified_and_compared(self):
        self.run_study("a", dense="float64")
        done = spillway("verify", "a.h5", "--study", "a.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.run_study("b")
        done = spillway("diff", "a.h5", "b.h5")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("dense", done.stdout)

    def test_reuse_goes_by_it(self):
        _, _, first = self.run_study("a", dense="float64")
        same, _, said = self.run_study("b", "--reuse", "a.h5", dense="float64")
        other, _, less = self.run_study("c", "--reuse", "a.h5")
        pairs = [sum(map(float, re.findall(r"^pairs: (\S+) evaluated", out, re.M))) for out in (said, less, first)]
        self.assertLess(pairs[0], pairs[1], "what has another precision is computed again")
        self.assertLess(pairs[1], pairs[2], "and nothing else")
        plain, _, _ = self.run_study("d")
        with h5py.File("a.h5") as file:
            np.testing.assert_array_equal(same["dense"], file["dense/value"][...])
        np.testing.assert_array_equal(other["dense"], plain["dense"])

    def test_refused(self):
        write("bad.yaml", STUDY.format(file="bad.h5", study="float32", dense="double", top="float32", flow="float32"))
        done = spillway("run", "bad.yaml")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("'double'", done.stderr)
        self.assertIn("float32|float64", done.stderr)
        self.assertFalse(os.path.exists("bad.h5"))


if __name__ == "__main__":
    unittest.main()
