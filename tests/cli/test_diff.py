#!/usr/bin/env python3
"""spillway diff: each kind of change, made by hand in a copy of a results file or by another run, is
told where it was made and nowhere else; what is equal is equal; exit statuses 0, 1, 2."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"SKIPPED: {missing}: Debian's Python with h5py is wanted")
    sys.exit(77)

SPILLWAY = os.environ["SPILLWAY"]
UNITS, PERIODS = 40, 3
WORK = tempfile.TemporaryDirectory()
os.chdir(WORK.name)


def spillway(*arguments):
    return subprocess.run([SPILLWAY, *arguments], capture_output=True, text=True)


def run(folder):
    done = spillway("run", f"{folder}/study.yaml", "--force", "-o", f"{folder}/results.h5")
    assert done.returncode == 0, done.stderr
    return f"{folder}/results.h5"


def diff(*arguments, status=None):
    done = spillway("diff", *arguments)
    if status is not None:
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done


def edit(path, **replacements):
    with open(path) as f:
        text = f.read()
    for old, new in replacements.values():
        assert old in text, old
        text = text.replace(old, new)
    with open(path, "w") as f:
        f.write(text)


def lines_without(path, wanted):
    """Drop the lines of a CSV whose fields are not wanted; the header stays."""
    with open(path) as f:
        head, *rows = f.read().splitlines()
    with open(path, "w") as f:
        f.write("\n".join([head] + [r for r in rows if wanted(r.split(","))]) + "\n")


def setUpModule():
    done = spillway("synth", "-o", "old", "--units", str(UNITS), "--periods", str(PERIODS))
    assert done.returncode == 0, done.stderr
    mass = "gravity: {mass: [population, gdp], "
    # Without the entries that name periods, which some tests take away, and whose many numbers
    # change with any.
    gone = ("  - local_moran: {of: ccd.coordination, weights: contiguity, periods: [2001, 2003], as: clusters}\n",
            "  - markov: {of: gdp_pc, classes: 5, as: ladder}\n")
    edit("old/study.yaml", clusters=(gone[0], ""), ladder=(gone[1], ""), more=("output:\n", f"""  - {mass}keep: {{above: 1.0e+6}}, as: strong}}
  - {mass}keep: links, weights: contiguity, as: near}}
  - {mass}keep: dense, as: matrix}}
output:
"""))
    run("old")


def changed(name, how):
    """A copy of the results, changed by hand."""
    path = f"{name}.h5"
    shutil.copy("old/results.h5", path)
    with h5py.File(path, "r+") as f:
        how(f)
    return path


def unit(i):
    with h5py.File("old/results.h5") as f:
        return f["unit"][i].decode()


def variables(said):
    """The lines of variables: name to text."""
    return dict(re.findall(r"(?m)^(\S+): (.*(?: differ|entered).*)$", said))


def rows(said, title):
    """The rows of a list, as fields."""
    found = re.search(rf"(?m)^{title} \((\d+) of (\d+)\)\n.*\n((?:  .*\n?)+)", said)
    if not found:
        return 0, []
    return int(found[2]), [line.split() for line in found[3].splitlines()]


HASHES = ("operand_hash", "tile_checksum", "block_checksum", "value_checksum")


class Equal(unittest.TestCase):
    def test_with_itself(self):
        said = diff("old/results.h5", "old/results.h5", status=0).stdout
        self.assertRegex(said, r"^equal: 16 results, \d+ values compared\n$")
        values = 0
        with h5py.File("old/results.h5") as f:
            def count(name, item):
                nonlocal values
                scale = isinstance(item, h5py.Dataset) and "CLASS" in item.attrs
                if isinstance(item, h5py.Dataset) and not scale:
                    if name.split("/")[-1] in ("partner", "row_start", *HASHES):
                        return
                    values += item.size
            f.visititems(count)
            # a row of `top` may have fewer partners than places
            values -= int((f["gravity/partner"][()] < 0).sum())
        self.assertEqual(int(re.search(r"(\d+) values", said)[1]), values, "every value is looked at")

    def test_with_a_copy_and_a_second_run(self):
        diff("old/results.h5", changed("same", lambda f: None), status=0)
        shutil.copytree("old", "again")
        diff("old/results.h5", run("again"), status=0)

    def test_compressed(self):
        shutil.copytree("old", "packed")
        edit("packed/study.yaml", c=("output:\n", "output:\n  compression: deflate\n"))
        done = diff("--values", "old/results.h5", run("packed"), status=0)
        self.assertIn("equal: 16 results", done.stdout)
        done = diff("old/results.h5", "packed/results.h5", status=1)
        self.assertEqual(done.stdout.splitlines()[0], "study: added:   compression: deflate")

    def test_as_long_as_what_is_kept(self):
        """A variable of as many numbers as there are partners, along an axis of its own, is none of
        theirs: its change is told by its own positions."""
        def add(f):
            n = f["strong/partner"].size
            f["strong/step"] = np.arange(n)
            f["strong/step"].make_scale("step")
            f["strong/extra"] = np.arange(n) * 1.0
            f["strong/extra"].dims[0].attach_scale(f["strong/step"])

        def change(f):
            add(f)
            f["strong/extra"][3] = 17.5

        said = diff(changed("with", add), changed("other", change), status=1).stdout
        self.assertTrue(variables(said)["strong/extra"].startswith("1 of "), said)
        count, found = rows(said, "largest changes")
        self.assertEqual(count, 1, said)
        self.assertEqual(found[0][1:5], ["strong/extra", "-", "-", "3"], said)

    def test_attribute_of_many_numbers(self):
        def put(last):
            def how(f):
                f["ccd"].attrs["knots"] = np.append(np.arange(40) / 3, last)
            return how

        one, two = changed("many", put(1.0)), changed("more", put(1.0000000000000002))
        diff(one, one, status=0)
        self.assertIn("ccd: knots: ", diff(one, two, status=1).stdout)

    def test_zeros_and_missing(self):
        def zero(f):
            f["ccd/coupling"][0, 0] = 0.0
            f["matrix/value"][1, 2, 3] = np.nan

        def minus(f):
            zero(f)
            f["ccd/coupling"][0, 0] = -0.0
            f["matrix/value"][1, 2, 3] = np.copysign(np.nan, -1)

        diff(changed("zero", zero), changed("minus", minus), status=0)

    def test_hashes_are_no_values(self):
        def hashes(f, start):
            for name in HASHES:
                f["gravity"][name][...] += np.uint64(start)
        diff(changed("h1", lambda f: hashes(f, 1)), changed("h2", lambda f: hashes(f, 7)), status=0)
        diff("old/results.h5", "h2.h5", status=0)
        # and of another name they are
        diff(changed("h3", lambda f: f["gravity"].create_dataset("x", data=np.uint64([2**64 - 1]))),
             changed("h4", lambda f: f["gravity"].create_dataset("x", data=np.uint64([2**64 - 2]))),
             status=1)


class Values(unittest.TestCase):
    """One value, changed by hand: one variable, one row."""

    def one(self, variable, index, fields, new=None):
        with h5py.File("old/results.h5") as f:
            old = f[variable][index]
        new = old * f32(1.5) if new is None else new
        path = changed("one", lambda f: f[variable].__setitem__(index, new))
        said = diff("old/results.h5", path, status=1).stdout
        self.assertEqual(list(variables(said)), [variable], said)
        self.assertTrue(variables(said)[variable].startswith("1 of "), said)
        total, found = rows(said, "largest changes")
        self.assertEqual((total, len(found)), (1, 1), said)
        relative, name, *place = found[0][:5]
        self.assertEqual([name, *place], [variable, *fields], said)
        self.assertAlmostEqual(float(relative), abs(old - new) / max(abs(old), abs(new)), delta=1e-3)
        was, arrow, now = found[0][5:]
        self.assertEqual((type(old)(was), arrow, type(old)(now)), (old, "->", type(old)(new)), "texts read back")
        return said

    def test_unit(self):
        said = self.one("ccd/coordination", (1, 7), ["2002", unit(7), "-"])
        self.assertIn("units that moved most (1 of 1)", said)
        self.assertRegex(said, rf"(?m)^  {unit(7)} .*in ccd/coordination 2002; 1 value moved$")

    def test_unit_with_an_axis(self):
        with h5py.File("old/results.h5") as f:
            industry = f["lq/industry"][2].decode()
        self.one("lq/value", (0, 3, 2), ["2001", unit(3), industry])

    def test_whole_number(self):
        with h5py.File("old/results.h5") as f:
            old = int(f["ccd/class"][2, 0])
        self.one("ccd/class", (2, 0), ["2003", unit(0), "-"], old + 1)

    def test_dense(self):
        self.one("matrix/value", (1, 4, 9), ["2002", unit(4), unit(9)])

    def test_top(self):
        with h5py.File("old/results.h5") as f:
            partner = f["gravity/partner"][2, 5, 3]
        self.one("gravity/value", (2, 5, 3), ["2003", unit(5), unit(partner)])

    def entry(self, group):
        """The third entry of the first unit that has so many in 2002."""
        with h5py.File("old/results.h5") as f:
            start = f[f"{group}/row_start"][1]
            i = int(np.argmax(np.diff(start) > 2))
            return int(start[i]) + 2, unit(i), unit(f[f"{group}/partner"][start[i] + 2])

    def test_above_and_links(self):
        for group in ("strong", "near"):
            entry, sender, receiver = self.entry(group)
            self.one(f"{group}/value", entry, ["2002", sender, receiver])

    def test_global(self):
        self.one("moran_coordination/I", 2, ["2003", "-", "-"])
        with h5py.File("old/results.h5") as f:
            name = f["gaps/grouping"][1].decode()
        self.one("gaps/gini_within", (0, 1), ["2001", "-", name])
        self.one("gravity/total", 0, ["2001", "-", "-"])

    def test_composite(self):
        self.one("composites/economy/score", (0, 1), ["2001", unit(1), "-"])
        with h5py.File("old/results.h5") as f:
            indicator = f["composites/economy/indicator"][0].decode()
        self.one("composites/economy/weight", 0, ["-", "-", indicator])

    def test_root(self):
        self.one("lon", 5, ["-", unit(5), "-"])
        path = changed("text", lambda f: f["group_province"].__setitem__(3, "elsewhere"))
        said = diff("old/results.h5", path, status=1).stdout
        total, found = rows(said, "texts")
        self.assertEqual(total, 1)
        self.assertEqual(found[0][:3] + found[0][-1:], ["group_province", "-", unit(3), '"elsewhere"'])

    def test_unknown_dataset(self):
        def extra(f, last):
            f["ccd"]["extra"] = np.array([[1, 2], [3, last]], "i2")
            f["ccd"]["words"] = np.array([b"a", b"b", b"cd"[:last]])
        diff(changed("x1", lambda f: extra(f, 2)), changed("x2", lambda f: extra(f, 2)), status=0)
        said = diff("x1.h5", changed("x3", lambda f: extra(f, 1)), status=1).stdout
        self.assertEqual(sorted(variables(said)), ["ccd/extra", "ccd/words"], said)

    def test_missing_is_a_kind_of_its_own(self):
        def gap(f):
            f["ccd/coupling"][1, 3] = np.nan
            f["matrix/value"][0, 2, 2] = 5  # the diagonal is missing
        path = changed("gap", gap)
        said = diff("old/results.h5", path, "--rtol", "1e9", "--atol", "1e9", status=1).stdout
        self.assertIn("0 appeared, 1 disappeared", variables(said)["ccd/coupling"])
        self.assertIn("1 appeared, 0 disappeared", variables(said)["matrix/value"])
        total, found = rows(said, "values that appeared or disappeared")
        self.assertEqual(total, 2)
        self.assertEqual(found[0][:4] + found[0][-1:], ["ccd/coupling", "2002", unit(3), "-", "missing"])
        self.assertEqual(found[1], ["matrix/value", "2001", unit(2), unit(2), "missing", "->", "5"])
        self.assertEqual(rows(said, "largest changes")[0], 0)
        diff(path, path, status=0)


def f32(x):
    return np.float32(x)


class Order(unittest.TestCase):
    def test_largest_first_and_ties(self):
        def grow(f):
            score, total = f["composites/economy/score"], f["gravity/out_strength"]
            for index, factor in (((2, 9), 4), ((0, 3), 2), ((0, 1), 2), ((1, 0), 8)):
                score[index] *= factor
            total[0, 0] *= 2
        path = changed("grow", grow)
        said = diff("old/results.h5", path, status=1).stdout
        _, found = rows(said, "largest changes")
        self.assertEqual([(r[0], r[1], r[2], r[3]) for r in found],
                         [("0.875", "composites/economy/score", "2002", unit(0)),
                          ("0.75", "composites/economy/score", "2003", unit(9)),
                          ("0.5", "composites/economy/score", "2001", unit(1)),
                          ("0.5", "composites/economy/score", "2001", unit(3)),
                          ("0.5", "gravity/out_strength", "2001", unit(0))])
        self.assertEqual(list(variables(said)), ["composites/economy/score", "gravity/out_strength"])
        few = diff("old/results.h5", path, "--most", "2", status=1).stdout
        self.assertEqual(rows(few, "largest changes"), (5, found[:2]), "the first of the same list")
        self.assertRegex(said, rf"moved most \(4 of 4\), .*\n  {unit(0)} .*largest 0.875 in .* 2002; 2 values moved\n")
        self.assertEqual(said, diff("old/results.h5", path).stdout)

    def test_many(self):
        """The few that are told are the largest of all that changed."""
        rng = np.random.default_rng(1)
        factor = 1 + rng.random((PERIODS, UNITS, UNITS)).astype("f4")
        path = changed("many", lambda f: f["matrix/value"].write_direct(f["matrix/value"][()] * factor))
        with h5py.File("old/results.h5") as f, h5py.File(path) as g:
            old, new = f["matrix/value"][()].astype("f8"), g["matrix/value"][()].astype("f8")
        relative = np.nan_to_num((new - old) / new)
        order = np.argsort(-relative, axis=None)[:20]
        wanted = [["%.3g" % relative.flat[k], str(2001 + k // UNITS**2), unit(k // UNITS % UNITS),
                   unit(k % UNITS)] for k in order]
        _, found = rows(diff("old/results.h5", path, status=1).stdout, "largest changes")
        self.assertEqual([[r[0], *r[2:5]] for r in found], wanted)


class Tolerance(unittest.TestCase):
    def test_bound(self):
        def half(f):
            f["ccd/coupling"][0, 0] = 1.0

        def more(f):
            f["ccd/coupling"][0, 0] = 1.25
        old, new = changed("t1", half), changed("t2", more)
        diff(old, new, status=1)
        diff(old, new, "--rtol", "0.2", status=0)  # |new| counts: 0.25 = 0.2 * 1.25
        diff(new, old, "--rtol", "0.2", status=1)
        diff(old, new, "--atol", "0.25", status=0)
        diff(old, new, "--atol", "0.2499", status=1)
        diff(old, new, "--atol=0.05", "--rtol=0.16", status=0)


class Runs(unittest.TestCase):
    """Files of other runs."""

    def other(self, name, **replacements):
        shutil.rmtree(name, ignore_errors=True)
        shutil.copytree("old", name)
        if replacements:
            edit(f"{name}/study.yaml", **replacements)
        return name

    def test_revised_county(self):
        """The unit whose input was revised is the one that moved most."""
        folder = self.other("revised")
        with open(f"{folder}/panel.csv") as f:
            table = [line.rstrip("\n").split(",") for line in f]
        row = next(r for r in table if r[0] == unit(11) and r[1] == "2003")
        gdp = table[0].index("gdp")
        row[gdp] = str(3 * float(row[gdp]))
        with open(f"{folder}/panel.csv", "w") as f:
            f.writelines(",".join(r) + "\n" for r in table)
        said = diff("old/results.h5", run(folder), status=1).stdout
        self.assertEqual(said.splitlines()[0], "inputs: panel.csv changed")
        self.assertNotIn("units.csv", said)
        first = re.search(r"units that moved most .*\n  (\S+)", said)[1]
        self.assertEqual(first, unit(11), said)
        self.assertRegex(said, r"(?m)^gravity/partner: \d+ partners entered, \d+ left")
        _, found = rows(said, "largest changes")
        relative = [float(r[0]) for r in found]
        self.assertEqual(relative, sorted(relative, reverse=True))

    def partners(self, path):
        """(period, sender, receiver) of /gravity."""
        with h5py.File(path) as f:
            code, time, partner = f["unit"][()], f["gravity/time"][()], f["gravity/partner"][()]
        return {(str(time[t]), code[i].decode(), code[partner[t, i, k]].decode())
                for t, i, k in np.argwhere(partner >= 0)}

    def test_partners_by_code(self):
        """Units go, so that every index is another: those that entered and left are found by code."""
        folder, gone = self.other("fewer"), {unit(4), unit(20)}
        for name, columns in (("panel", 1), ("units", 1), ("edges", 2)):
            lines_without(f"{folder}/{name}.csv", lambda r: not gone & set(r[:columns]))
        new = run(folder)
        for old, new, word in (("old/results.h5", new, "removed"), (new, "old/results.h5", "added")):
            said = diff(old, new, "--most", "1000", status=1).stdout
            self.assertIn(f"units: 2 {word}: {unit(4)}, {unit(20)}\n", said)
            self.assertNotIn("periods:", said)
            was, now = self.partners(old), self.partners(new)
            common = {p[1] for p in was} & {p[1] for p in now}
            entered = {p for p in now - was if p[1] in common}
            left = {p for p in was - now if p[1] in common}
            _, found = rows(said, "partners that entered or left")
            found = [r for r in found if r[0] == "gravity/partner"]
            self.assertEqual({tuple(r[1:4]) for r in found if r[4] == "none"}, entered)
            self.assertEqual({tuple(r[1:4]) for r in found if r[6] == "none"}, left)
            self.assertTrue(left)
            # masses of pairs that are in both are the same
            for name in ("matrix/value", "strong/value", "near/value", "gravity/value"):
                self.assertNotIn(name, variables(said))
            self.assertIn("matrix/out_strength", variables(said))

    def test_dense_among_added_units(self):
        """One pair of a matrix with fewer units: found by its codes."""
        new = "fewer/results.h5"
        if not os.path.exists(new):
            self.test_partners_by_code()
        shutil.copy(new, "fewer.h5")
        with h5py.File("fewer.h5", "r+") as f:
            sender, receiver = f["unit"][10].decode(), f["unit"][30].decode()
            f["matrix/value"][1, 10, 30] *= 1e3
        said = diff("old/results.h5", "fewer.h5", status=1).stdout
        n = UNITS - 2
        self.assertTrue(variables(said)["matrix/value"].startswith(f"1 of {PERIODS * n * n} values"), said)
        _, found = rows(said, "largest changes")
        self.assertIn(["matrix/value", "2002", sender, receiver], [r[1:5] for r in found])

    def test_periods(self):
        folder = self.other("longer")
        lines_without(f"{folder}/panel.csv", lambda r: r[1] != "2001")
        new = run(folder)
        said = diff("old/results.h5", new, status=1).stdout
        self.assertIn("periods: 1 removed: 2001\n", said)
        self.assertNotIn("units:", said)
        self.assertNotIn("matrix/value", variables(said), "the same pairs in the same years")
        self.assertNotIn("gravity/partner", variables(said))
        self.assertNotRegex(said, r"(?m)^  .* 2001  ")
        self.assertIn("periods: 1 added: 2001\n", diff(new, "old/results.h5", status=1).stdout)

    def test_parameters_and_results(self):
        folder = self.other("params", decay=("decay: 2, keep: {top: 20}", "decay: 1.5, keep: {top: 20}"),
                            gone=("as: strong", "as: stronger"))
        said = diff("old/results.h5", run(folder), status=1).stdout
        self.assertIn("gravity: parameters: decay: 2 -> decay: 1.5\n", said)
        self.assertEqual(said.count("parameters"), 1)
        self.assertIn("strong: result removed (gravity)\n", said)
        self.assertIn("stronger: result added (gravity)\n", said)
        self.assertNotIn("inputs", said)
        self.assertIn("gravity/value", variables(said))
        self.assertNotIn("matrix/value", variables(said))

    def test_kept_otherwise(self):
        folder = self.other("kept", top=("keep: dense, as: matrix", "keep: {top: 5}, as: matrix"),
                            above=("keep: {above: 1.0e+6}, as: strong", "keep: {top: 39}, as: strong"))
        said = diff("old/results.h5", run(folder), status=1).stdout
        self.assertIn("matrix/value: kept as (time, unit, unit_to), now as (time, unit, rank): not compared", said)
        self.assertIn("matrix/partner: variable added\n", said)
        self.assertNotIn("matrix/out_strength", variables(said))
        with h5py.File("old/results.h5") as f:
            kept = f["strong/partner"].size
        more = PERIODS * UNITS * (UNITS - 1) - kept
        self.assertEqual(variables(said)["strong/partner"], f"{more} partners entered, 0 left, of {kept}")
        self.assertNotIn("strong/value", variables(said), "who is in both has the same value")

    def test_float64(self):
        folder = self.other("wide", precision=("precision: float32", "precision: float64"))
        new = run(folder)
        said = diff("old/results.h5", new, status=1).stdout
        self.assertIn("precision: float32 -> float64\n", said)
        self.assertIn("matrix/value: float32 -> float64\n", said)
        diff("--values", "old/results.h5", new, status=1)
        diff("--values", "--rtol", "1e-6", "old/results.h5", new, status=0)

    def test_order_of_partners_is_no_change(self):
        def turn(f):
            for name in ("partner", "value"):
                row = f[f"gravity/{name}"][0, 0]
                f[f"gravity/{name}"][0, 0] = row[::-1]
        diff("old/results.h5", changed("turned", turn), status=0)


class Attributes(unittest.TestCase):
    def said(self, how):
        said = diff("old/results.h5", changed("attribute", how), status=1).stdout
        self.assertEqual(variables(said), {})
        self.assertIn("values are equal: ", said)
        diff("--values", "old/results.h5", "attribute.h5", status=0)
        return said.splitlines()[0]

    def test_each(self):
        self.assertEqual(self.said(lambda f: f.attrs.modify("seed", 7)), "seed: 1 -> 7")
        self.assertRegex(self.said(lambda f: f.attrs.__setitem__("version", np.bytes_("9.9"))),
                         r"^version: \S+ -> 9\.9$")
        self.assertEqual(self.said(lambda f: f["gravity"].attrs.modify("measure_version", 9)),
                         "gravity: measure_version: 2 -> 9")
        self.assertRegex(self.said(lambda f: f["gravity/value"].attrs.__setitem__("units", np.bytes_("t"))),
                         r"^gravity/value: units: .* -> t$")
        self.assertRegex(self.said(lambda f: f["ccd"].attrs.__delitem__("formula")),
                         r"^ccd: formula: removed: ")

    def test_missing_group_and_variable(self):
        said = diff("old/results.h5", changed("g", lambda f: f.__delitem__("gaps")), status=1).stdout
        self.assertEqual(said.splitlines()[0], "gaps: result removed (inequality)")
        self.assertIn("values are equal: 15 results", said)
        said = diff("g.h5", "old/results.h5", status=1).stdout
        self.assertEqual(said.splitlines()[0], "gaps: result added (inequality)")
        path = changed("v", lambda f: f["ccd"].__delitem__("class"))
        said = diff("old/results.h5", path, "--values", status=1).stdout
        self.assertEqual(said.splitlines()[0], "ccd/class: variable removed")


class Usage(unittest.TestCase):
    def refused(self, word, *arguments):
        done = diff(*arguments, status=2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("spillway: "), done.stderr)
        self.assertIn(word, done.stderr)

    def test_bad_files(self):
        good = "old/results.h5"
        with h5py.File("plain.h5", "w") as f:
            f["x"] = 1
        shutil.copy(good, "incomplete.h5")
        with h5py.File("incomplete.h5", "r+") as f:
            f.attrs["state"] = np.bytes_("incomplete")
        with open(good, "rb") as f, open("cut.h5", "wb") as g:
            g.write(f.read(20000))
        for bad, word in (("nowhere.h5", "nowhere.h5: cannot be opened"), ("old/panel.csv", "not an HDF5 file"),
                          ("plain.h5", "not a results file"), ("incomplete.h5", "is incomplete"),
                          ("cut.h5", "cut.h5"), ("old", "old: ")):
            self.refused(word, good, bad)
            self.refused(word, bad, good)
            self.refused(word, "--quiet", bad, good)

    def test_damaged(self):
        path = changed("damaged", lambda f: f["gravity/partner"].__setitem__((0, 0, 0), 4000))
        self.refused("gravity: a partner is not a unit", "old/results.h5", path)
        path = changed("damaged", lambda f: f["strong/row_start"].__setitem__((1, 3), 10**9))
        self.refused("strong: row_start points outside its dataset", path, "old/results.h5")

    def test_usage(self):
        good = "old/results.h5"
        self.refused("give two results files")
        self.refused("give two results files", good)
        self.refused("unexpected argument", good, good, good)
        self.refused("--rtol -1", good, good, "--rtol", "-1")
        self.refused("--atol nan", good, good, "--atol", "nan")
        self.refused("--most 1.5", good, good, "--most", "1.5")
        self.refused("did you mean --rtol?", good, good, "--rtool", "1")
        self.assertIn("Usage: spillway diff", diff("--help", status=0).stdout)

    def test_quiet(self):
        path = changed("quiet", lambda f: f["near/value"].__setitem__(-1, 1))
        for other, status in ((path, 1), ("old/results.h5", 0)):
            done = diff("-q", "old/results.h5", other, status=status)
            self.assertEqual(done.stdout + done.stderr, "")

    def test_full_disk(self):
        path = changed("full", lambda f: f["near/value"].__setitem__(-1, 1))
        with open("/dev/full", "w") as full:
            done = subprocess.run([SPILLWAY, "diff", "old/results.h5", path], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard output", done.stderr)


class Memory(unittest.TestCase):
    def peak(self, *arguments):
        """Peak memory in MB, the output thrown away."""
        process = subprocess.Popen([SPILLWAY, *arguments], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss / 1024

    def test_dense(self):
        """A matrix of 64 MB that differs everywhere, within a few blocks of memory."""
        done = spillway("synth", "-o", "large", "--units", "2900", "--periods", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open("large/study.yaml") as f:
            head = f.read().split("composites:")[0]
        with open("large/study.yaml", "w") as f:
            f.write(head + "measures:\n  - gravity: {mass: [gdp], keep: dense}\n"
                    "output: {file: results.h5, precision: float64}\n")
        old = run("large")
        shutil.copy(old, "large.h5")
        with h5py.File("large.h5", "r+") as f:
            matrix = f["gravity/value"]
            self.assertEqual(matrix.nbytes, 8 * 2900**2)
            for i in range(0, 2900, 100):
                matrix[0, i:i + 100] *= 1.5
        status, base = self.peak("info", old)
        self.assertEqual(status, 0)
        status, peak = self.peak("diff", old, "large.h5")
        self.assertEqual(status, 1)
        self.assertLess(peak - base, 40, "two matrices are 128 MB")


if __name__ == "__main__":
    unittest.main()
