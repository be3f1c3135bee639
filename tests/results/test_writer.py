#!/usr/bin/python3
"""The writer of results files, on the hand-made run of tests/ranks/programs/results_fixture.h: the
numbers that were given come back, for any number of ranks; what fails leaves nothing behind."""
import os
import re
import resource
import subprocess
import sys
import tempfile
import unittest

try:
    import h5py
    import numpy as np
    import xarray  # noqa: F401  what check_results.py needs
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from digest import digest
except ImportError as missing:
    print(f"SKIPPED: {missing}: Debian's Python with h5py and xarray is wanted")
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_results")
SPILLWAY = os.environ["SPILLWAY"]
UNITS, PERIODS, TOP = 600, 3, 5


def pair_value(q, t):
    i, j = np.indices((UNITS, UNITS))
    value = ((i * 7 + j * 13 + t * 5 + q * 3) % 101) / 8
    value[(i == j) | ((i + j) % 97 == 0)] = np.nan
    return value


def unit_value(k, t):
    i = np.arange(UNITS)
    return np.where((i + t) % 50 == 0, np.nan, (i * 3 + t * 1000 + k * 100000) / 7)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Writer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.plain = cls.write("plain.h5", ["serial"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    @classmethod
    def start(cls, name, words, ranks=0, **more):
        launcher = ["mpirun", "-n", str(ranks)] if ranks else []
        return subprocess.run([*launcher, PROGRAM, cls.path(name), *words], text=True,
                              capture_output=True, timeout=300, **more)

    @classmethod
    def write(cls, name, words, ranks=0):
        done = cls.start(name, words, ranks)
        assert done.returncode == 0, done.stderr
        foreseen = float(done.stdout.split()[0])
        path = cls.path(name)
        if "deflate" not in words:
            assert 0.5 < os.path.getsize(path) / foreseen <= 1, (os.path.getsize(path), foreseen)
        return path

    def assert_nothing_left(self, name):
        left = [n for n in os.listdir(self.folder.name) if n.startswith(name)]
        self.assertEqual([n for n in left if not n.endswith(".csv")], [])

    # ---- what was given comes back ------------------------------------------------------

    def test_contract(self):
        done = subprocess.run([sys.executable, os.path.join(HERE, "check_results.py"), self.plain],
                              text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_root(self):
        with h5py.File(self.plain) as file:
            self.assertEqual([text(u) for u in file["unit"]], [f"{3 * i:05d}" for i in range(UNITS)])
            self.assertEqual([text(t) for t in file["time"]], ["2020Q1", "2020Q2", "2020Q3"])
            self.assertEqual([text(g) for g in file["group_region"][:3]], ["", "东部", "Ñandú"])
            self.assertTrue(np.isnan(file["lon"][7]) and file["lon"][8] == 0.8)
            self.assertEqual(text(file.attrs["study"]), "study: 测试\n")
            self.assertEqual(file.attrs["seed"], 42)
            # XXH3_128bits of "unit,gdp\n" in the canonical form of libxxhash.
            self.assertEqual(text(file.attrs["inputs"]), "c1e332b4c6c5b03c8b1d124a62979654  data/input.csv")

    def test_unit_results(self):
        with h5py.File(self.plain) as file:
            group = file["unit_result"]
            for t in range(PERIODS):
                np.testing.assert_array_equal(group["coordination"][t], unit_value(0, t))
                np.testing.assert_array_equal(group["class"][t], (np.arange(UNITS) + t) % 11 - 1)
                for k in range(3):
                    np.testing.assert_array_equal(group["share"][t, :, k], unit_value(k, t))
            np.testing.assert_array_equal(group["slope"], unit_value(0, 0))
            self.assertEqual(group["reach"].shape, (UNITS, 1, 3, 3))
            self.assertEqual([d[0].name.split("/")[-1] for d in group["reach"].dims],
                             ["unit", "grouping", "ring", "industry"])
            for k in range(9):
                np.testing.assert_array_equal(group["reach"][:, 0, k // 3, k % 3], unit_value(k, 0))
            np.testing.assert_array_equal(group["ring"], [100, 250.5, np.inf])
            self.assertEqual(text(group["ring"].attrs["units"]), "km")
            self.assertEqual(group["class"].dtype, np.int32)
            self.assertEqual(group["share"].chunks, (1, UNITS, 3))
            self.assertEqual([text(n) for n in group["industry"]], ["农业", "industry", "services"])
            self.assertTrue(text(group.attrs["undefined"]).startswith(
                "264 of 13200 values (coordination 36, share 108, slope 12, reach 108): "))
            self.assertEqual(text(group.attrs["parameters"]), "{of: gdp, decay: 2, weight: none}")

    def test_small_results(self):
        with h5py.File(self.plain) as file:
            np.testing.assert_array_equal(file["global_result/I"], [0.25, np.nan, 2.25])
            np.testing.assert_array_equal(file["global_result/n_used"], [5, 6, 7])
            self.assertEqual(file["global_result/parts"].shape, (3, 1))
            self.assertEqual(file["global_result/cube"].shape, (3, 3, 3, 2))
            self.assertEqual(file["global_result/cube"][2, 2, 2, 1], 53.25)
            self.assertEqual(file["global_result/constant"][()], 0.25)
            economy = file["composites/economy"]
            np.testing.assert_array_equal(economy["weight"], [0.25, np.nan, 2.25])
            np.testing.assert_array_equal(economy["bounds"][:].ravel(), [0.25, np.nan, 2.25, 3.25, 4.25, 5.25])
            np.testing.assert_array_equal(economy["score"][2], unit_value(0, 2))

    def test_dense(self):
        with h5py.File(self.plain) as file:
            dense = file["dense"]
            self.assertEqual([text(t) for t in dense["time"]], ["2020Q1", "2020Q3"])
            for t in range(2):
                np.testing.assert_array_equal(dense["value"][t], pair_value(1, t).astype("f4"))
                np.testing.assert_array_equal(dense["delay"][t], pair_value(2, t).astype("f4"))
            self.assertNotIn("never", dense)
            self.assertEqual(dense["value"].chunks, (1, 120, 120))  # ceil(600 / ceil(600 / 128))
            self.assertIn("periods: [2020Q1, 2020Q3], keep: dense", text(dense.attrs["parameters"]))
            np.testing.assert_array_equal(file["series/value"], pair_value(1, 0).astype("f4"))
            self.assertEqual(file["series/total"].shape, ())
            self.assertEqual(file["series/out_strength"].shape, (UNITS,))

    def test_partners(self):
        with h5py.File(self.plain) as file:
            partner, value, delay = (file["best"][n][:] for n in ("partner", "value", "delay"))
            self.assertEqual(value.shape, (PERIODS, UNITS, TOP))
            self.assertEqual(partner[1, 10].tolist(), [11, 12, 13, 14, 15])
            self.assertEqual(value[1, 10].tolist(), [np.float32(11 / (r + 1)) for r in range(TOP)])
            self.assertEqual(delay[2, 0].tolist(), [0, 0.125, 0.25, 0.375, 0.5])
            self.assertEqual(partner[0, -2].tolist(), [UNITS - 1, -1, -1, -1, -1])
            above = file["above"]
            start, to = above["row_start"][:], above["partner"][:]
            for t in range(PERIODS):
                want = pair_value(1, t)
                kept = want > 12
                self.assertEqual(start[t, -1] - start[t, 0], kept.sum())
                part = slice(start[t, 0], start[t, -1])
                np.testing.assert_array_equal(to[part], np.nonzero(kept)[1])
                np.testing.assert_array_equal(above["value"][part], want[kept].astype("f4"))
            self.assertEqual(file["none/value"].shape, (0,))

    def test_summary(self):
        with h5py.File(self.plain) as file:
            summary = file["summary"]
            self.assertNotIn("value", summary)
            np.testing.assert_array_equal(summary["out_strength"][1], np.arange(UNITS) + 0.5)
            np.testing.assert_array_equal(summary["in_strength"][2], -np.arange(UNITS) - 1.0)
            np.testing.assert_array_equal(summary["mean"], [10, 11, 12])
            self.assertTrue(text(summary.attrs["undefined"]).startswith(
                "28200 of 1078200 ordered pairs: "))

    # ---- in other ways ------------------------------------------------------------------

    def test_ranks(self):
        with h5py.File(self.plain) as file:
            want = digest(file)
        for ranks in 1, 2, 3, 4:
            path = self.write(f"ranks{ranks}.h5", [], ranks)
            with h5py.File(path) as file:
                self.assertEqual(digest(file), want, f"{ranks} ranks")

    def test_deflate(self):
        path = self.write("deflate.h5", ["deflate"], 2)
        with h5py.File(path) as file, h5py.File(self.plain) as plain:
            self.assertEqual(digest(file), digest(plain))
            for name in "dense/value", "above/partner", "unit_result/share", "best/value":
                self.assertEqual(file[name].compression, "gzip", name)
                self.assertTrue(file[name].shuffle, name)
        self.assertLess(os.path.getsize(path), os.path.getsize(self.plain) / 2)
        self.assertEqual([n for n in os.listdir(self.folder.name) if "partial" in n], [])

    def test_float64(self):
        with h5py.File(self.write("float64.h5", ["float64"], 2)) as file:
            self.assertEqual(file["dense/value"].dtype, np.float64)
            np.testing.assert_array_equal(file["dense/value"][1], pair_value(1, 1))
            self.assertEqual(file["best/value"][1, 10, 2], 11 / 3)

    # ---- what fails ---------------------------------------------------------------------

    def assert_refused(self, name, sentence, **more):
        for ranks in 0, 2:
            done = self.start(name, [], ranks, **more)
            self.assertNotEqual(done.returncode, 0)
            said = [line for line in done.stderr.splitlines() if sentence in line]
            self.assertEqual(len(said), 1, done.stderr)

    def test_refusals(self):
        with open(self.path("there.h5"), "w") as file:
            file.write("precious")
        self.assert_refused("there.h5", "exists; give --force to overwrite it, or another -o")
        with open(self.path("there.h5")) as file:
            self.assertEqual(file.read(), "precious")

    def test_file_limit(self):
        """A file may have 8 MB: said before anything is written."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
        for ranks in 0, 2:
            done = self.start("full.h5", [], ranks, preexec_fn=limit)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("full.h5: the results take 10.20 MB and a file may have 8.39 MB",
                          done.stderr)
            self.assert_nothing_left("full.h5")

    def shim(self):
        shim = self.path("full_disk.so")
        built = subprocess.run(["cc", "-shared", "-fPIC", "-o", shim,
                                os.path.join(HERE, "preload", "full_disk.c"), "-ldl"], capture_output=True)
        if built.returncode:
            self.skipTest("no C compiler on the path")
        return shim

    def test_free_space(self):
        """What is looked at before the start counts the journal too: records, and shares of the
        squares, here several times as large as the results."""
        shim, folder = self.shim(), self.path("space")
        subprocess.run([SPILLWAY, "synth", "-o", folder, "--units", "2000", "--periods", "2"],
                       check=True, capture_output=True)
        with open(f"{folder}/study.yaml") as file:
            head = file.read().split("measures:\n")[0]
        with open(f"{folder}/study.yaml", "w") as file:
            file.write(f"{head}measures:\n  - gravity: {{mass: [population], keep: summary}}\n"
                       "output: {file: out.h5}\ntile: 16\n")

        def run(free):
            return subprocess.run([SPILLWAY, "run", "-q", f"{folder}/study.yaml"], text=True,
                                  capture_output=True, env={**os.environ, "LD_PRELOAD": shim,
                                                            "FREE_DISK_BYTES": str(free)})
        done = run(0)
        self.assertEqual(done.returncode, 1, done.stderr)
        need = float(re.search(r"the results and their journal take ([\d.]+) MB", done.stderr)[1])
        tasks = 2 * 125 * 126 // 2
        self.assertGreater(need * 1e6, tasks * (64 + 2 * 16 * 8))
        self.assertFalse(os.path.exists(f"{folder}/out.h5.partial"))
        self.assertEqual(run(int(need * 1e6 * 0.98)).returncode, 1)
        done = run(int(need * 1e6 * 1.02))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(os.path.getsize(f"{folder}/out.h5"), need * 1e6 / 3)

    def test_full_disk(self):
        """The disk fills up after it was looked at: writing fails from so many bytes on."""
        shim = self.shim()
        for ranks in 0, 2:
            for room in 1000, 100_000, 1_000_000, 3_000_000:
                done = self.start("full.h5", [], ranks, env={
                    **os.environ, "LD_PRELOAD": shim, "FULL_DISK_BYTES": str(room)})
                self.assertEqual(done.returncode, 1, done.stderr)
                said = [line for line in done.stderr.splitlines() if "full.h5.partial: cannot" in line]
                self.assertEqual(len(said), 1, done.stderr)
                self.assertIn("No space left", done.stderr)
                self.assert_nothing_left("full.h5")

    # ---- info ---------------------------------------------------------------------------

    def info(self, path):
        return subprocess.run([SPILLWAY, "info", path], text=True, capture_output=True)

    def test_info(self):
        done = self.info(self.plain)
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("written by spillway", "units    600", "3: 2020Q1 to 2020Q3", "data/input.csv",
                     "/composites/economy: composite, version 3", "(time 3, unit 600, industry 3)",
                     "(time 2, unit 600, unit_to 600)", "(time 3, unit_edge 601)", "(entry 0)",
                     "264 of 13200 values"):
            self.assertIn(line, done.stdout)

    def test_info_refuses(self):
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = 1
        with h5py.File(self.path("open.h5"), "w") as file:
            file.attrs["state"] = np.bytes_("incomplete")
        for path, sentence in ((os.path.join(HERE, "digest.py"), "is not an HDF5 file"),
                               (self.path("absent.h5"), "cannot be opened: No such file"),
                               (self.path("other.h5"), "but not a results file"),
                               (self.path("open.h5"), "is incomplete")):
            done = self.info(path)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    unittest.main()
