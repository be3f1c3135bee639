"""Weights of `kind: result`: links out of the pairs that an earlier results file keeps, against what
h5py reads of it, in all forms, directions and cuts; other units, in another order; what is refused;
the same on ranks."""
import os
import shutil
import subprocess
import tempfile
import unittest

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"SKIPPED: {missing}: Debian's Python with h5py is wanted")
    raise SystemExit(77)

SPILLWAY = os.environ["SPILLWAY"]
N, FORMS, USES = 12, ("dense", "top", "above", "share", "links"), ("in", "out", "both")
HEAD = """panel: {file: p.csv, unit: code, time: year}
units: {file: u.csv, unit: code, lon: lon, lat: lat, groups: [half]%s}
"""
FIRST = HEAD % "" + """weights:
  near: {kind: knn, k: 5}
measures:
  - gravity: {mass: [x, y], exponent: [1, 2], keep: dense, as: dense}
  - gravity: {mass: [x, y], exponent: [1, 2], keep: {top: 4}, as: top}
  - gravity: {mass: [x, y], exponent: [1, 2], keep: {above: 1e-3}, as: above}
  - gravity: {mass: [x, y], exponent: [1, 2], keep: {share: .4}, as: share}
  - gravity: {mass: [x, y], exponent: [1, 2], keep: links, weights: near, as: links}
  - gravity: {mass: [x, y], keep: {top: 2}, periods: [2001], as: early}
  - gravity: {mass: [x, y], keep: summary, as: none}
  - moran: {of: x, weights: near, as: i}
output: {file: last.h5}
"""
SECOND = """weights:
%smeasures:
%soutput: {file: r.h5}
"""


def matrix_of(path, result, t):
    """F(sender, receiver) of a period; NaN: no pair is kept."""
    with h5py.File(path) as f:
        group, n = f[result], len(f["unit"])
        f_ij = np.full((n, n), np.nan)
        if "partner" not in group:
            return group["value"][t].astype(float)
        if "row_start" in group:
            start = group["row_start"][t]
            rows = [range(start[i], start[i + 1]) for i in range(n)]
            pairs = [(i, e) for i in range(n) for e in rows[i]]
            partner, value = group["partner"][:], group["value"][:]
        else:
            partner, value = group["partner"][t].ravel(), group["value"][t].ravel()
            k = len(partner) // n
            pairs = [(e // k, e) for e in range(n * k) if partner[e] >= 0]
        for i, e in pairs:
            f_ij[i, partner[e]] = value[e]
    return f_ij


def weights_of(f_ij, use, top):
    w = np.nan_to_num(f_ij)
    np.fill_diagonal(w, 0)
    w = {"in": w.T, "out": w, "both": w + w.T}[use].copy()
    for row in w if top else ():
        row[np.argsort(-row, kind="stable")[top:]] = 0  # ties: the lower code
    return w


def stored(path, name):
    with h5py.File(path) as f:
        group = f["weights"][name]
        start, partner, value = (group[k][:] for k in ("row_start", "partner", "value"))
        w = np.zeros((len(f["unit"]),) * 2)
    for i in range(len(w)):
        part = slice(start[i], start[i + 1])
        assert np.all(np.diff(partner[part]) > 0) and np.all(value[part] > 0)
        w[i, partner[part]] = value[part]
    return w


class ResultWeights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.first = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.first.cleanup)
        with open(f"{cls.first.name}/p.csv", "w") as p, open(f"{cls.first.name}/u.csv", "w") as u:
            p.write("code,year,x,y\n")
            u.write("code,lon,lat,half\n")
            for i in range(N):
                u.write(f"u{i:02d},{i * 37 % 50 / 10},{i * 23 % 40 / 10},{'w' if i < 6 else 'e'}\n")
                for year in (2001, 2002):
                    p.write(f"u{i:02d},{year},{(i * 7 + year) % 11 + 1},{(i * 5 + year) % 13 + 1}\n")
        cls.call_in(cls.first.name, FIRST)

    @staticmethod
    def call_in(folder, study, *words, launcher=(), verb="run"):
        with open(f"{folder}/s.yaml", "w") as out:
            out.write(study)
        force = ["--force"] if verb == "run" else []
        done = subprocess.run([*launcher, SPILLWAY, verb, "s.yaml", *force, *words], cwd=folder,
                              text=True, capture_output=True, check=False)
        if not launcher:
            assert done.returncode in (0, 2), done
        return done

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name + "/w"
        shutil.copytree(self.first.name, self.folder)

    def study(self, units="", **specs):
        weights = "".join(f"  {name}: {{kind: result, {spec}}}\n" for name, spec in specs.items())
        measures = "".join(f"  - moran: {{of: x, weights: {name}, as: i_{name}}}\n" for name in specs)
        return HEAD % units + SECOND % (weights, measures)

    def run_study(self, study, *words, **options):
        done = self.call_in(self.folder, study, *words, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refused(self, study, *said):
        done = self.call_in(self.folder, study, "-q")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for text in said:
            self.assertIn(text, done.stderr)

    def change(self, name="last.h5"):
        return h5py.File(f"{self.folder}/{name}", "r+")

    # ---- against h5py ----------------------------------------------------------------------

    def test_forms(self):
        """Every form, direction and cut, in the last period and in the first: bit for bit."""
        cases = {f"{form}_{use}_{top}_{year}": (form, use, top, year) for form in FORMS
                 for use in USES for top in (0, 2) for year in (2001, 2002)}
        self.run_study(self.study(**{
            name: f"of: {form}, file: last.h5, use: {use}, style: as-is"
                  f"{f', top: {top}' if top else ''}{', period: 2001' if year == 2001 else ''}"
            for name, (form, use, top, year) in cases.items()}), "-q")
        for name, (form, use, top, year) in cases.items():
            f_ij = matrix_of(f"{self.folder}/last.h5", form, year - 2001)
            self.assertTrue(np.array_equal(stored(f"{self.folder}/r.h5", name),
                                           weights_of(f_ij, use, top)), name)

    def test_defaults_and_styles(self):
        done = self.run_study(self.study(
            plain="of: top, file: last.h5", row="of: top, file: last.h5, use: in, style: row",
            sum="of: top, file: last.h5, style: u, quantity: value",
            early="of: early, file: last.h5, style: binary"))
        f_ij = matrix_of(f"{self.folder}/last.h5", "top", 1)
        w = weights_of(f_ij, "in", 0)
        path = f"{self.folder}/r.h5"
        self.assertTrue(np.array_equal(stored(path, "plain"), stored(path, "row")))
        full = w.sum(1) > 0
        np.testing.assert_allclose(stored(path, "plain")[full], (w[full].T / w[full].sum(1)).T,
                                   rtol=1e-14)
        np.testing.assert_allclose(stored(path, "sum"), w / w.sum(), rtol=1e-14)
        early = weights_of(matrix_of(f"{self.folder}/last.h5", "early", 0), "in", 0)
        self.assertTrue(np.array_equal(stored(path, "early"), (early > 0) * 1.0))
        for name, of in (("plain", "top/value in last.h5, 2002"),
                         ("early", "early/value in last.h5, 2001")):
            self.assertRegex(done.stderr, f"{name}: \\d+ links between 12 units, .*; of {of}")

    def test_words(self):
        study = self.study(a="of: top, file: last.h5",
                           b="of: top, file: last.h5, use: both, top: 3, period: 2001, quantity: value")
        said = self.run_study(study, "-q", verb="weights").stdout
        for line in ("a: {kind: result, of: top, file: last.h5, use: in, period: the last, quantity: "
                     "the first, style: row}\n",
                     "b: {kind: result, of: top, file: last.h5, use: both, top: 3, period: 2001, "
                     "quantity: value, style: row}\n"):
            self.assertIn(line, said)
        self.run_study(study, "-q", verb="check")
        self.run_study(study, "-q")
        info = subprocess.run([SPILLWAY, "info", "r.h5"], cwd=self.folder, text=True,
                              capture_output=True, check=True).stdout
        self.assertIn("  last.h5\n", info)
        self.assertIn("weights b: {kind: result, of: top, file: last.h5, use: both, top: 3,", info)

    def test_zeros_and_ties(self):
        """Undefined and zero pairs are no links; of equal ones the lower code is kept."""
        with self.change() as f:
            value = f["dense/value"][:]
            value[1] = 1
            value[1, 0, :6] = np.nan, 0, -0., np.nan, 2, 1
            f["dense/value"][...] = value
        f_ij = matrix_of(f"{self.folder}/last.h5", "dense", 1)
        for use in USES:
            self.run_study(self.study(w=f"of: dense, file: last.h5, use: {use}, top: 2, style: as-is"),
                           "-q")
            w = stored(f"{self.folder}/r.h5", "w")
            self.assertTrue(np.array_equal(w, weights_of(f_ij, use, 2)), use)
        self.run_study(self.study(w="of: dense, file: last.h5, use: out, top: 2, style: as-is"), "-q")
        w = stored(f"{self.folder}/r.h5", "w")
        self.assertEqual([list(np.flatnonzero(row)) for row in w[:3]], [[4, 5], [0, 2], [0, 1]])

    def test_result_within_another(self):
        with self.change() as f:
            f.create_group("a").attrs["measure"] = "gravity"
            f.create_group("a/spillover")
            f.move("top", "a/spillover/x")
        self.run_study(self.study(w="of: a/spillover/x, file: last.h5, style: as-is"), "-q")
        f_ij = matrix_of(f"{self.folder}/last.h5", "a/spillover/x", 1)
        self.assertTrue(np.array_equal(stored(f"{self.folder}/r.h5", "w"), weights_of(f_ij, "in", 0)))

    # ---- units -----------------------------------------------------------------------------

    def permute(self):
        """Units of the file in another order, as another program may write them."""
        order = np.random.default_rng(5).permutation(N)  # new place of each
        back = np.argsort(order)
        with self.change() as f:
            f["unit"][...] = f["unit"][:][back]
            f["dense/value"][...] = f["dense/value"][:][:, back][:, :, back]
            partner = f["top/partner"][:][:, back]
            f["top/partner"][...] = np.where(partner >= 0, order[partner], -1)
            f["top/value"][...] = f["top/value"][:][:, back]

    def test_order_of_units(self):
        specs = {f"{form}_{use}": f"of: {form}, file: last.h5, use: {use}, top: 3, style: as-is"
                 for form in ("dense", "top") for use in USES}
        self.run_study(self.study(**specs), "-q")
        before = {name: stored(f"{self.folder}/r.h5", name) for name in specs}
        self.permute()
        self.run_study(self.study(**specs), "-q")
        for name in specs:
            self.assertTrue(np.array_equal(before[name], stored(f"{self.folder}/r.h5", name)), name)

    def test_other_units(self):
        """Half of the units; then one more, which the file does not know."""
        specs = {f"{form}_{use}": f"of: {form}, file: last.h5, use: {use}, top: 2, style: as-is"
                 for form in FORMS for use in USES}
        done = self.run_study(self.study(units=", where: half = w", **specs))
        self.assertIn("warning: top_in: 6 units of last.h5 are not in the panel; their pairs are left "
                      "out", done.stderr)
        for name in specs:
            form, use = name.split("_")
            f_ij = matrix_of(f"{self.folder}/last.h5", form, 1)[:6, :6]
            self.assertTrue(np.array_equal(stored(f"{self.folder}/r.h5", name),
                                           weights_of(f_ij, use, 2)), name)
        with open(f"{self.folder}/p.csv", "a") as p, open(f"{self.folder}/u.csv", "a") as u:
            p.write("u050,2001,1,2\nu050,2002,2,1\n")
            u.write("u050,7,7,w\n")
        study = self.study(**specs)
        self.refused(study, "last.h5: unit 'u050' of the panel is not in the file; ")
        done = self.run_study(study.replace("[half]", "[half], unmatched: drop"))
        self.assertIn("warning: top_in: 1 unit of the panel is not in last.h5 and has no links",
                      done.stderr)
        for name in specs:
            form, use = name.split("_")
            f_ij = matrix_of(f"{self.folder}/last.h5", form, 1)
            w = stored(f"{self.folder}/r.h5", name)  # u050 is behind u05
            self.assertFalse(w[6].any() or w[:, 6].any(), name)
            w = np.delete(np.delete(w, 6, 0), 6, 1)
            self.assertTrue(np.array_equal(w, weights_of(f_ij, use, 2)), name)

    def test_fewer_units(self):
        with open(f"{self.folder}/p.csv") as p:
            lines = p.read().splitlines(True)
        for name, text in (("p.csv", lines[:-2]), ("u.csv", None)):
            if text is None:
                with open(f"{self.folder}/{name}") as u:
                    text = u.read().splitlines(True)[:-1]
            with open(f"{self.folder}/{name}", "w") as out:
                out.writelines(text)
        self.refused(self.study(w="of: top, file: last.h5"),
                     "last.h5: unit 'u11' is not in the panel; write `unmatched: drop`")

    # ---- of this study ---------------------------------------------------------------------

    def test_of_this_study(self):
        """The same links, bit for bit, as from a file; entries stand before what they rest on."""
        cases = {f"{form}_{use}_{top}": (form, use, top) for form in FORMS for use in USES
                 for top in (0, 2)}
        weights = "".join(f"  {name}: {{kind: result, of: {form}, use: {use}, period: 2001, style: as-is"
                          f"{f', top: {top}' if top else ''}}}\n"
                          for name, (form, use, top) in cases.items() if form != "links")
        weights += "  joined: {kind: union, of: [top_in_2, near]}\n"
        measures = "".join(f"  - moran: {{of: x, weights: {name}, as: i_{name}}}\n"
                           for name, (form, _, _) in cases.items() if form != "links")
        measures += "  - local_moran: {of: x, weights: joined, as: locally}\n"
        study = FIRST.replace("measures:\n", weights + "measures:\n" + measures)
        self.run_study(study, "-q")
        for name, (form, use, top) in cases.items():
            if form == "links":
                continue
            f_ij = matrix_of(f"{self.folder}/last.h5", form, 0)
            self.assertTrue(np.array_equal(stored(f"{self.folder}/last.h5", name),
                                           weights_of(f_ij, use, top)), name)
        near = stored(f"{self.folder}/last.h5", "near") > 0
        joined = near | (stored(f"{self.folder}/last.h5", "top_in_2") > 0)
        self.assertTrue(np.array_equal(stored(f"{self.folder}/last.h5", "joined") > 0, joined))
        with h5py.File(f"{self.folder}/last.h5") as f:
            x = f["locally/deviate"][1]
            w = joined / joined.sum(1, keepdims=True)
            self.assertTrue(np.allclose(f["locally/value"][1], x * (w @ x), rtol=1e-12))

    def test_of_this_study_shown(self):
        study = FIRST.replace("measures:\n", "  w: {kind: result, of: top}\nmeasures:\n")
        study = study.replace("output:", "  - moran: {of: x, weights: w, as: j}\noutput:")
        done = self.call_in(self.folder, study, verb="weights")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("made in the run, of a result of this study", done.stdout)
        done = self.call_in(self.folder, study, "w", "-q", verb="weights")
        self.assertEqual(done.returncode, 2)
        self.assertIn("are there when it has run, in its results file as /weights/w", done.stderr)
        self.assertEqual(self.call_in(self.folder, study, verb="check").returncode, 0)
        for old, new, said in (
                ("keep: {top: 4}, as: top", "keep: summary, as: top", "top keeps no pairs"),
                ("of: top}", "of: top, period: 1999}", "top has no period '1999'; it has 2001 to 2002"),
                ("weights: near, as: links", "weights: w, as: links", "cannot be the links of 'w'")):
            self.assertIn(old, study)
            self.refused(study.replace(old, new), said)

    # ---- refused ---------------------------------------------------------------------------

    def test_refused(self):
        for spec, said in (
                ("of: top", "s.yaml:4:25: there is no result 'top'; the study has no entry with pairs"),
                ("file: last.h5", "'of' is missing"),
                ("of: topp, file: last.h5", "last.h5 has no result 'topp'; did you mean 'top'?"),
                ("of: none, file: last.h5", "none of last.h5 keeps no pairs, only their summary; "),
                ("of: i, file: last.h5", "i of last.h5 has no pairs; expected a pair measure"),
                ("of: top, file: last.h5, quantity: valeu", "top of last.h5 has no pairs 'valeu'; did "
                                                            "you mean 'value'?"),
                ("of: top, file: last.h5, period: 2003", "top of last.h5 has no period '2003'; it has "
                                                         "2001 to 2002"),
                ("of: early, file: last.h5, period: 2002", "no period '2002'; it has 2001\n"),
                ("of: top, file: last.h5, use: into", "into"),
                ("of: top, file: last.h5, top: 0", "0 is out of range"),
                ("of: top, file: last.h5, k: 3", "unknown key 'k'"),
                ("of: top, file: next.h5", "next.h5: "),
                ("of: top, file: p.csv", "p.csv: "),
                ("of: top, file: foreign.h5", "foreign.h5: is an HDF5 file, but not a results file"),
                ("of: top, file: r.h5", "r.h5: ")):
            with h5py.File(f"{self.folder}/foreign.h5", "w") as f:
                f["x"] = [1.0]
            if "r.h5" in spec:
                shutil.copy(f"{self.folder}/last.h5", f"{self.folder}/r.h5")
            self.refused(self.study(w=spec), said)

    def test_values_refused(self):
        for value, said in ((-1.5, "-1.5"), (np.inf, "inf")):
            for form in ("dense", "top"):
                shutil.copy(f"{self.first.name}/last.h5", f"{self.folder}/last.h5")
                with self.change() as f:
                    at = (1, 3, 4) if form == "dense" else (1, 3, 0)
                    to = 4 if form == "dense" else f["top/partner"][at]
                    f[f"{form}/value"][at] = value
                for use in USES:
                    self.refused(self.study(w=f"of: {form}, file: last.h5, use: {use}"),
                                 f"last.h5: {form}: the pair from 'u03' to 'u{to:02d}' is {said}; "
                                 "weights must be 0 or more, and finite")
                self.run_study(self.study(w=f"of: {form}, file: last.h5, period: 2001"), "-q")

    def test_damaged(self):
        """Each is one line with the file's name, and exit status 2."""
        def incomplete(f):
            f.attrs.modify("state", np.bytes_("incomplete"))

        def partners(f):
            f["top/partner"][1, 2, 1] = 4711

        def twice(f):
            f["top/partner"][1, 2, 1] = f["top/partner"][1, 2, 0]

        def rows(f):
            f["above/row_start"][1, 3] = 1 << 40

        def backwards(f):
            f["share/row_start"][1, 3] = 0

        def units(f):
            f["unit"][3] = f["unit"][2]

        for damage, form, said in ((incomplete, "top", "is incomplete"), (partners, "top", "damaged"),
                                   (twice, "top", "twice"), (rows, "above", "do not follow"),
                                   (backwards, "share", "do not follow"), (units, "top", "twice")):
            shutil.copy(f"{self.first.name}/last.h5", f"{self.folder}/last.h5")
            with self.change() as f:
                damage(f)
            self.refused(self.study(w=f"of: {form}, file: last.h5"), "last.h5: ", said)
        with open(f"{self.first.name}/last.h5", "rb") as whole:
            bytes_ = whole.read()
        for length in (0, 100, 2000, len(bytes_) // 2, len(bytes_) - 1000):
            with open(f"{self.folder}/last.h5", "wb") as part:
                part.write(bytes_[:length])
            self.refused(self.study(w="of: top, file: last.h5"), "last.h5: ")

    def test_an_older_file(self):
        """Without what later versions say: attributes, titles, names of periods."""
        with self.change() as f:
            for name in list(f.attrs):
                if name not in ("state", "_NCProperties"):
                    del f.attrs[name]
            for name in ("panel", "weights"):
                if name in f:
                    del f[name]
        self.run_study(self.study(w="of: top, file: last.h5, style: as-is"), "-q")
        f_ij = matrix_of(f"{self.folder}/last.h5", "top", 1)
        self.assertTrue(np.array_equal(stored(f"{self.folder}/r.h5", "w"), weights_of(f_ij, "in", 0)))

    # ---- ranks -----------------------------------------------------------------------------

    def test_ranks(self):
        study = self.study(**{f"{form}_{use}": f"of: {form}, file: last.h5, use: {use}, top: 3"
                              for form in ("dense", "above") for use in USES})
        self.run_study(study, "-q", "-o", "one.h5", "--threads", "1")
        done = self.call_in(self.folder, study, "-q", "-o", "three.h5", "--threads", "2",
                            launcher=("mpirun", "-n", "3"))
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in (("diff", "one.h5", "three.h5"), ("verify", "three.h5")):
            subprocess.run([SPILLWAY, *words], cwd=self.folder, check=True, capture_output=True)
        study = self.study(w="of: top, file: last.h5, period: 1999")
        done = self.call_in(self.folder, study, "-q", launcher=("mpirun", "-q", "-n", "3"))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("has no period '1999'"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
