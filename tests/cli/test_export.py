"""`spillway export`: rows against the file as h5py reads it, bit for bit; what is chosen, refused, and
left behind; damaged files."""
import csv
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import unittest
from xml.etree import ElementTree

import h5py
import numpy as np
import pandas

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nation import SPILLWAY, Nation, same  # noqa: E402

EXTRA = """  - gravity: {mass: [gdp], keep: {above: 1e5}, as: above}
  - gravity: {mass: [population], keep: dense, periods: [2004, 2005], blocks: province, as: dense}
  - grey_relational_grade: {of: gdp_pc, keep: {top: 3}, as: leads}
"""


def number(text):
    return float(text) if text else np.nan


def doubles(dataset):
    """As the file has it; -1 of whole numbers is missing, unless its own words say what it means."""
    a = np.asarray(dataset[()])
    x = a.astype(float)
    if a.dtype.kind == "i" and b"-1: " not in np.bytes_(dataset.attrs["long_name"]):
        x[a == -1] = np.nan
    return x


def axes_of(dataset):
    return [d[0].name.rpartition("/")[2] for d in dataset.dims]


def labels(scale):
    """Labels of an axis, as rows have them."""
    values = scale[()]
    if values.dtype.kind == "O":
        return [v.decode() for v in values]
    return [format(v, ".17g") if v != int(v) else str(int(v)) for v in values]


class Export(Nation):
    EXTRA = EXTRA

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.file = h5py.File(cls.results)
        cls.addClassCleanup(cls.file.close)
        cls.code = [c.decode() for c in cls.file["unit"][()]]
        cls.year = [str(t) for t in cls.file["time"][()]]

    def export(self, *words, status=0, results=None):
        done = subprocess.run([SPILLWAY, "export", results or self.results, *words], text=True,
                              capture_output=True, check=False, cwd=self.folder.name)
        self.assertEqual(done.returncode, status, done.stderr)
        left = [n for n in os.listdir(self.folder.name) if ".csv." in n or n.startswith(".")]
        self.assertEqual(left, [], "what was begun")
        if status:
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(done.stdout, "")
        return done.stderr if status else done.stdout

    def rows(self, *words, name="x.csv", results=None):
        self.export(*words, "-o", name, "--force", results=results)
        return self.read(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            table = list(csv.reader(file, delimiter="\t" if name.endswith(".tsv") else ","))
        self.assertTrue(all(len(row) == len(table[0]) for row in table))
        return table[0], table[1:]

    # ---- numbers -------------------------------------------------------------------------------

    def test_by_unit_and_period(self):
        head, rows = self.rows("ccd")
        self.assertEqual(head, ["unit", "time", "coupling", "development", "coordination", "class",
                                "lagging", "balance"])
        self.assertEqual([row[:2] for row in rows], [[c, t] for t in self.year for c in self.code])
        for k, quantity in enumerate(head[2:], 2):
            self.assertTrue(same([number(row[k]) for row in rows],
                                 doubles(self.file["ccd/" + quantity]).reshape(-1)), quantity)

    def test_shortest(self):
        """The fewest digits of 15 to 17 that read back as the same."""
        _, rows = self.rows("ccd.coordination")
        for row in rows:
            x = float(row[2])
            digits = next(d for d in (15, 16, 17) if float(f"{x:.{d}g}") == x)
            self.assertEqual(row[2], f"{x:.{digits}g}")

    def test_tsv(self):
        self.assertEqual(self.rows("ccd.class", name="x.tsv"), self.rows("ccd.class"))

    def table(self, name, quantities, rows, head):
        """Rows of any axes against the datasets: each row's labels lead to its numbers."""
        for quantity in quantities:
            dataset = self.file[f"{name}/{quantity}"]
            data, axes = doubles(dataset), axes_of(dataset)
            self.assertEqual(len(rows), data.size, quantity)
            index = []
            for a in axes:
                scale = next(d[0] for d in dataset.dims if d[0].name.endswith("/" + a))
                place = {label: k for k, label in enumerate(labels(scale))}
                at = head.index(a) if a in head else head.index(quantity)
                index.append([place[row[at]] for row in rows])
            at = head.index(quantity)
            self.assertTrue(same([number(row[at]) for row in rows], data[tuple(index)].reshape(-1)),
                            f"{name}/{quantity}")

    def test_all(self):
        out = self.export("--all", "all")
        names = sorted(os.listdir(self.path("all")))
        self.assertIn(f"all: {len(names)} files", out)
        told, pairs = set(), 0
        for name in names:
            parts = name[:-4].split(".")
            result = next(r for r in ("/".join(parts[:k]) for k in range(len(parts), 0, -1))
                          if r in self.file and "measure" in self.file[r].attrs)
            head, rows = self.read("all/" + name)
            if parts[-1].startswith("pairs"):
                pairs += 1
                continue
            quantities = [c for c in head if f"{result}/{c}" in self.file
                          and "undefined" in self.file[f"{result}/{c}"].attrs]
            self.table(result, quantities, rows, head)
            told |= {f"{result}/{q}" for q in quantities}
        self.assertEqual(pairs, 5)
        want = set()
        self.file.visititems(lambda path, d: want.add(path) if isinstance(d, h5py.Dataset)
                             and "undefined" in d.attrs and not {"rank", "entry", "unit_to"} & set(axes_of(d)) else None)
        self.assertEqual(want - told, set())
        # Once more: nothing is overwritten unasked, and nothing is left.
        self.assertIn("is there already", self.export("--all", "all", status=2))
        self.assertEqual(sorted(os.listdir(self.path("all"))), names)
        self.export("--all", "all", "--force")
        self.assertEqual(sorted(os.listdir(self.path("all"))), names)
        shutil.rmtree(self.path("all"))

    def test_all_of_one(self):
        self.export("ccd", "--all", "deep/one", "--periods", "last")
        self.assertEqual(sorted(os.listdir(self.path("deep/one"))),
                         ["ccd.class_label.csv", "ccd.system.csv", "ccd.time_unit.csv"])
        _, rows = self.read("deep/one/ccd.time_unit.csv")
        self.assertEqual([row[:2] for row in rows], [[c, self.year[-1]] for c in self.code])
        shutil.rmtree(self.path("deep"))

    def test_scalars_and_signs(self):
        head, rows = self.rows("ladder.shorrocks")
        self.assertEqual((head, float(rows[0][0])), (["shorrocks"], self.file["ladder/shorrocks"][()]))
        _, rows = self.rows("ecology.sign")
        self.assertEqual([row[1] for row in rows], ["1", "-1", "-1"])
        _, rows = self.rows("ladder.leap")
        self.assertEqual({row[2] for row in rows if row[1] == self.year[0]}, {""}, "missing")

    def test_parts(self):
        head, rows = self.rows("lq.value[finance]")
        self.assertEqual(head, ["unit", "time", "industry", "value"])
        data, industry = self.file["lq/value"], labels(self.file["lq/industry"])
        at = industry.index("finance")
        want = np.take(data[()], at, axis=axes_of(data).index("industry"))
        self.assertEqual({row[2] for row in rows}, {"finance"})
        self.assertTrue(same([float(row[3]) for row in rows], want.reshape(-1)))

    # ---- pairs -----------------------------------------------------------------------------

    def test_top(self):
        head, rows = self.rows("gravity")
        self.assertEqual(head, ["unit", "unit_to", "time", "value"])
        partner, value = self.file["gravity/partner"][()], self.file["gravity/value"][()]
        want = [[self.code[i], self.code[partner[t, i, k]], self.year[t], float(value[t, i, k])]
                for t in range(5) for i in range(80) for k in range(partner.shape[2])
                if partner[t, i, k] >= 0]
        self.assertEqual([[*row[:3], float(row[3])] for row in rows], want)

    def test_entries(self):
        group = self.file["above"]
        start, partner, value = group["row_start"][()], group["partner"][()], group["value"][()]
        want = [[self.code[i], self.code[partner[e]], self.year[t], float(value[e])]
                for t in range(5) for i in range(80) for e in range(start[t, i], start[t, i + 1])]
        _, rows = self.rows("above")
        self.assertGreater(len(want), 100)
        self.assertEqual([[*row[:3], float(row[3])] for row in rows], want)

    def test_dense(self):
        value = self.file["dense/value"][()].astype(float)
        _, rows = self.rows("dense.value")
        want = [[a, b, t] for t in ("2004", "2005") for a in self.code for b in self.code if a != b]
        self.assertEqual([row[:3] for row in rows], want)
        off = ~np.eye(80, dtype=bool)
        self.assertTrue(same([number(row[3]) for row in rows], value[:, off].reshape(-1)))

    def test_whole_series(self):
        head, rows = self.rows("leads")
        partner = self.file["leads/partner"][()]
        self.assertEqual(head[:2], ["unit", "unit_to"])
        self.assertNotIn("time", head)
        want = [[self.code[i], self.code[j]] for i in range(80) for j in partner[i] if j >= 0]
        self.assertEqual([row[:2] for row in rows], want)
        for k, quantity in enumerate(head[2:], 2):
            have = self.file["leads/" + quantity][()][partner >= 0]
            self.assertTrue(same([number(row[k]) for row in rows], have.reshape(-1)), quantity)

    def test_mtx(self):
        self.export("gravity.value", "--periods", "2003", "-o", "x.mtx", "--force")
        with open(self.path("x.mtx"), encoding="utf-8") as file:
            head, *lines = file.read().splitlines()
        self.assertEqual(head, "%%MatrixMarket matrix coordinate real general")
        self.assertEqual(lines[:80], ["% code: " + c for c in self.code])
        partner, value = self.file["gravity/partner"][2], self.file["gravity/value"][2]
        want = [f"{i + 1} {partner[i, k] + 1}" for i in range(80) for k in range(partner.shape[1])]
        self.assertEqual(lines[80], f"80 80 {len(want)}")
        self.assertEqual([line.rpartition(" ")[0] for line in lines[81:]], want)
        self.assertTrue(same([float(line.split()[2]) for line in lines[81:]], value.reshape(-1)))
        # Studies read it as weights.
        with open(self.path("s/study.yaml"), encoding="utf-8") as file:
            study = file.read()
        with open(self.path("s/again.yaml"), "w", encoding="utf-8") as file:
            file.write(study.replace("weights:\n", "weights:\n  again: {kind: file, file: ../x.mtx}\n", 1))
        done = subprocess.run([SPILLWAY, "weights", self.path("s/again.yaml"), "again"], text=True,
                              capture_output=True, check=False)
        self.assertIn(f"links        {len(want)}", done.stdout, done.stderr)
        self.export("dense", "--periods", "last", "--where", "value > 1000", "-o", "x.mtx", "--force")
        with open(self.path("x.mtx"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[81].split()[2], str(int((self.file["dense/value"][1] > 1000).sum())))
        self.assertEqual(len(lines) - 82, int(lines[81].split()[2]))

    def test_graphml(self):
        self.export("above", "-o", "x.graphml", "--force")
        space = "{http://graphml.graphdrawing.org/xmlns}"
        root = ElementTree.parse(self.path("x.graphml")).getroot()
        key = {k.get("id"): k.get("attr.name") for k in root.findall(space + "key")}

        def data(element):
            return {key[d.get("key")]: d.text for d in element.findall(space + "data")}
        nodes = root.findall(f"{space}graph/{space}node")
        self.assertEqual([n.get("id") for n in nodes], self.code)
        self.assertEqual([data(n)["province"] for n in nodes],
                         [c.decode() for c in self.file["group_province"][()]])
        self.assertTrue(same([float(data(n)["lon"]) for n in nodes], self.file["lon"][()]))
        _, rows = self.rows("above")
        edges = [[e.get("source"), e.get("target"), data(e)["time"], data(e)["value"]]
                 for e in root.findall(f"{space}graph/{space}edge")]
        self.assertEqual(edges, rows)

    def test_dta(self):
        for name in ("a.dta", "b.dta"):
            self.export("ccd", "-o", name)
        with open(self.path("a.dta"), "rb") as a, open(self.path("b.dta"), "rb") as b:
            self.assertEqual(a.read(), b.read(), "no clock in it")
        with pandas.io.stata.StataReader(self.path("a.dta")) as reader:
            data, words = reader.read(), reader.variable_labels()
        head, rows = self.rows("ccd")
        self.assertEqual(list(data.columns), head)
        self.assertEqual(words["coordination"], "coupling coordination degree D")
        self.assertEqual(data["unit"].tolist(), [row[0] for row in rows])
        self.assertEqual(data["time"].tolist(), [int(row[1]) for row in rows])
        for k, quantity in enumerate(head[2:], 2):
            self.assertTrue(same(data[quantity], [number(row[k]) for row in rows]), quantity)
        self.export("lq.value", "--wide", "-o", "x.dta", "--where", "industry = finance")
        data = pandas.read_stata(self.path("x.dta"))
        self.assertEqual(list(data.columns), ["unit", "industry", *("value_" + t for t in self.year)])
        self.assertEqual(set(data["industry"]), {"finance"})
        _, rows = self.rows("lq.value", "--wide", "--where", "industry = finance")
        self.assertTrue(same(data["value_2003"], [float(row[4]) for row in rows]))
        self.export("gravity", "--periods", "last", "-o", "x.dta", "--force")
        data = pandas.read_stata(self.path("x.dta"))
        _, rows = self.rows("gravity", "--periods", "last")
        self.assertEqual(data[["unit", "unit_to"]].values.tolist(), [row[:2] for row in rows])
        self.assertTrue(same(data["value"], [float(row[3]) for row in rows]))
        self.export("ladder.leap", "-o", "x.dta", "--force")
        leap = pandas.read_stata(self.path("x.dta"))["leap"]
        self.assertEqual(int(leap.isna().sum()), 80)

    # ---- maps --------------------------------------------------------------------------------

    def squares(self, name, system=None, leave_out=()):
        """A square about each unit's place, of the first in two parts; one of no unit."""
        lon, lat = self.file["lon"][()], self.file["lat"][()]
        features = []
        for i, code in [*enumerate(self.code), (0, self.code[0]), (1, "nowhere")]:
            x, y, d = lon[i] + (code == "nowhere"), lat[i], .01 * (1 + (len(features) == 80))
            ring = [[x - d, y - d], [x + d, y - d], [x + d, y + d], [x - d, y + d], [x - d, y - d]]
            if code not in leave_out:
                features.append({"type": "Feature", "properties": {"GEOID": code},
                                 "geometry": {"type": "Polygon", "coordinates": [ring]}})
        with open(self.path(name), "w", encoding="utf-8") as file:
            json.dump({"type": "FeatureCollection", "features": features}, file)

    def test_geojson(self):
        self.squares("squares.geojson")
        self.export("ccd", "--periods", "2001,last", "--polygons", "squares.geojson", "--key", "GEOID",
                    "-o", "x.geojson", "--force")
        with open(self.path("x.geojson"), encoding="utf-8") as file:
            features = json.load(file)["features"]
        self.assertEqual([f["properties"]["unit"] for f in features], self.code)
        for t, period in ((0, "2001"), (4, "2005")):
            for quantity in ("coordination", "class"):
                self.assertTrue(same([f["properties"][f"{quantity}_{period}"] for f in features],
                                     self.file["ccd/" + quantity][t]))
        self.assertEqual(features[3]["properties"]["province"], self.file["group_province"][3].decode())
        self.assertEqual([f["geometry"]["type"] for f in features[:3]], ["MultiPolygon", "Polygon", "Polygon"])
        self.assertEqual(len(features[0]["geometry"]["coordinates"]), 2)
        ring = np.array(features[5]["geometry"]["coordinates"][0])
        self.assertTrue(np.allclose(ring[:-1].mean(0), [self.file["lon"][5], self.file["lat"][5]], rtol=0, atol=1e-9))
        # Missing is null, points without polygons, rows that are chosen.
        self.export("ladder.leap", "--periods", "first", "-o", "x.geojson", "--force",
                    "--where", f"unit < {self.code[9]}")
        with open(self.path("x.geojson"), encoding="utf-8") as file:
            features = json.load(file)["features"]
        self.assertEqual([f["properties"]["leap"] for f in features], [None] * 9)
        self.assertEqual(features[0]["geometry"]["type"], "Point")
        self.assertEqual(features[0]["geometry"]["coordinates"], [self.file["lon"][0], self.file["lat"][0]])

    def test_gpkg(self):
        self.squares("some.geojson", leave_out=(self.code[7],))
        for name in ("a.gpkg", "b.gpkg"):
            done = subprocess.run([SPILLWAY, "export", self.results, "lq.value[finance]", "-o", name,
                                   "--polygons", "some.geojson", "--key", "GEOID"], text=True,
                                  capture_output=True, check=True, cwd=self.folder.name)
            self.assertIn("1 of 80 units have no polygon", done.stderr)
        with open(self.path("a.gpkg"), "rb") as a, open(self.path("b.gpkg"), "rb") as b:
            self.assertEqual(a.read(), b.read(), "no clock in it")
        data = sqlite3.connect(self.path("a.gpkg"))
        rows = data.execute('select unit, value_2001, value_2005, geom is null from lq order by fid').fetchall()
        data.close()
        axes = axes_of(self.file["lq/value"])
        at = labels(self.file["lq/industry"]).index("finance")
        want = np.take(self.file["lq/value"][()], at, axis=axes.index("industry"))
        self.assertEqual([row[0] for row in rows], self.code)
        self.assertTrue(same([row[1] for row in rows], want[0]) and same([row[2] for row in rows], want[4]))
        self.assertEqual([i for i, row in enumerate(rows) if row[3]], [7])

    def test_full(self):
        """A map that the disk has no room for: an error, and nothing in its place, wherever it ends."""
        def limit(size):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        self.export("ccd", "-o", "whole.gpkg")
        whole = os.path.getsize(self.path("whole.gpkg"))
        for size in range(4096, whole, 4 * 4096):
            done = subprocess.run([SPILLWAY, "export", self.results, "ccd", "-o", "full.gpkg"], text=True,
                                  capture_output=True, check=False, cwd=self.folder.name,
                                  restore_signals=False, preexec_fn=lambda size=size: limit(size))
            self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
            self.assertFalse(os.path.exists(self.path("full.gpkg")))

    # ---- what is chosen ----------------------------------------------------------------------

    def test_periods(self):
        for words, want in (("2003", ["2003"]), ("2001,2003..2004", ["2001", "2003", "2004"]),
                            ("last,first", ["2001", "2005"]), ("all", self.year)):
            _, rows = self.rows("ccd.class", "--periods", words)
            self.assertEqual([row[1] for row in rows[::80]], want)
        _, rows = self.rows("dense", "--periods", "last")
        self.assertEqual({row[2] for row in rows}, {"2005"})

    def test_wide(self):
        head, rows = self.rows("ccd.coordination", "--wide", "--periods", "2002..2004")
        self.assertEqual(head, ["unit", "2002", "2003", "2004"])
        self.assertTrue(same([[float(x) for x in row[1:]] for row in rows],
                             self.file["ccd/coordination"][1:4].T))
        head, rows = self.rows("ccd", "--wide")
        self.assertEqual(head[1:7], ["coupling_" + t for t in self.year] + ["development_2001"])
        self.assertTrue(same([float(row[6]) for row in rows], self.file["ccd/development"][0]))
        head, rows = self.rows("gaps.atkinson", "--wide")
        self.assertEqual(head, ["epsilon", *self.year])
        self.assertTrue(same([[float(x) for x in row[1:]] for row in rows],
                             self.file["gaps/atkinson"][()].T))
        # The study's own reader takes it as a panel.
        head, rows = self.rows("lq", "--wide")
        self.assertEqual(head, ["unit", "industry", *self.year])

    def test_where(self):
        province = [c.decode() for c in self.file["group_province"][()]]
        one = province[7]
        value = self.file["ccd/coordination"][()]
        _, rows = self.rows("ccd.coordination", "--where",
                            f"province = '{one}' and coordination > 0.3 or unit = {self.code[0]}")
        want = [[self.code[i], self.year[t]] for t in range(5) for i in range(80)
                if (province[i] == one and value[t, i] > .3) or i == 0]
        self.assertEqual([row[:2] for row in rows], want)
        _, rows = self.rows("gravity", "--where", f"province = '{one}' and province_to != '{one}' and time >= 2004")
        of = dict(zip(self.code, province))
        self.assertGreater(len(rows), 10)
        self.assertTrue(all(of[a] == one != of[b] and int(t) >= 2004 for a, b, t, _ in rows))
        _, rows = self.rows("lq", "--where", "industry = finance and lat < 30 and lat > 0", "--wide")
        self.assertTrue(all(row[1] == "finance" for row in rows))
        _, rows = self.rows("ladder.leap", "--where", "leap != 0 and time = 2001")
        self.assertEqual(len(rows), 80, "missing equals no number")

    # ---- what is refused ----------------------------------------------------------------------

    def test_refused(self):
        for words, part in (
                ([], "give NAME or NAME.QUANTITY"),
                (["ccd"], "give the file to write by -o"),
                (["cdc", "-o", "n.csv"], "has no result 'cdc'; did you mean 'ccd'?"),
                (["ccd.coordinaton", "-o", "n.csv"], "no quantity 'coordinaton'; did you mean 'coordination'?"),
                (["nothing.at", "-o", "n.csv"], "has no result 'nothing'"),
                (["lq.value[finanze]", "-o", "n.csv"], "no part 'finanze'; did you mean 'finance'?"),
                (["ccd.class[x]", "-o", "n.csv"], "has no parts"),
                (["ccd", "-o", "n.xyz"], "unknown kind of file; expected .csv"),
                (["ccd", "-o", "no/n.csv"], "there is no such folder"),
                (["ccd", "-o", "s"], "unknown kind of file"),
                (["ccd", "-o", "n.csv", "--periods", "1999"], "has no period '1999'"),
                (["ccd", "-o", "n.csv", "--periods", "2004..2001"], "is before its beginning"),
                (["dense", "-o", "n.csv", "--periods", "2001"], "'dense' has no period 2001; it has 2004 to 2005"),
                (["ladder.shorrocks", "-o", "n.csv", "--periods", "2001"], "have no periods"),
                (["ladder.shorrocks", "-o", "n.csv", "--wide"], "have no periods"),
                (["gravity", "-o", "n.csv", "--wide"], "--wide: is not of pairs"),
                (["ccd", "-o", "n.csv", "--where", "provinze = 1"], "no column 'provinze'; did you mean 'province'?"),
                (["ccd", "-o", "n.csv", "--where", "class = high"], "class has numbers, and 'high' is a text"),
                (["ccd", "-o", "n.csv", "--where", "class ="], "--where: it ends where a number"),
                (["ccd", "-o", "n.csv", "--where", "(class = 1)"], "parentheses"),
                (["ccd", "-o", "n.csv", "--wide", "--where", "time = 2001"], "no single time; choose one by --periods"),
                (["gravity", "-o", "n.mtx"], "a .mtx holds one period, and 'gravity' has 5; name it: --periods 2005"),
                (["ccd", "-o", "n.mtx"], "a .mtx is of pairs"),
                (["ccd", "-o", "n.graphml", "--wide"], "is of .csv, .tsv and .dta"),
                (["gaps", "-o", "n.gpkg"], "a map is of quantities by unit"),
                (["lq", "-o", "n.gpkg"], "name one: lq.value["),
                (["ccd", "-o", "n.gpkg", "--polygons", "none.gpkg", "--key", "a"], "GDAL cannot read none.gpkg"),
                (["ccd", "-o", "n.gpkg", "--polygons", "none.gpkg"], "go together"),
                (["ccd", "-o", "n.csv", "--polygons", "x.gpkg", "--key", "a"], "--polygons: is of .gpkg"),
                (["--all", "d", "-o", "n.csv"], "without -o"),
                (["--all", "s/study.yaml"], "cannot be made a folder"),
                (["--all", "n.tsv"], "--all n.tsv: give a folder, in which all files will be .csv; other formats"),
                (["ccd", "--all", "d/*.dta"], "--all d/*.dta: give a folder"),
                (["--all", "d", "--periods", "1999"], "has no period '1999'")):
            said = self.export(*words, status=2)
            self.assertIn(part, said, words)
            self.assertEqual([n for n in os.listdir(self.folder.name) if n.startswith("n.")], [], words)
            self.assertFalse(os.path.exists(self.path("d")), words)
        self.assertIn("give a results file", subprocess.run(
            [SPILLWAY, "export"], capture_output=True, text=True, check=False).stderr)

    def test_overwriting(self):
        self.export("ccd", "-o", "kept.csv")
        before = self.read("kept.csv")
        self.assertIn("is there already; overwrite it with --force",
                      self.export("gaps", "-o", "kept.csv", status=2))
        self.assertEqual(self.read("kept.csv"), before)
        self.export("gaps", "-o", "kept.csv", "--force")
        self.assertEqual(self.read("kept.csv")[0][0], "time")
        os.symlink("s/results.h5", self.path("link.csv"))
        self.assertIn("is the results file itself",
                      self.export("gaps", "-o", "link.csv", "--force", status=2))
        os.remove(self.path("link.csv"))

    def test_damaged(self):
        with open(self.results, "rb") as file:
            data = bytearray(file.read())
        with open(self.path("cut.h5"), "wb") as file:
            file.write(data[:len(data) // 2])
        self.export("ccd", "-o", "n.csv", status=2, results="cut.h5")
        self.export("--all", "d", status=2, results="cut.h5")
        self.assertIn("no such file", self.export("ccd", "-o", "n.csv", status=2, results="none.h5").lower())
        self.assertFalse(os.path.exists(self.path("d")))
        # Partners that are no units.
        shutil.copy(self.results, self.path("bad.h5"))
        with h5py.File(self.path("bad.h5"), "r+") as file:
            file["gravity/partner"][0, 0, 0] = 80
        self.assertIn("is damaged", self.export("gravity", "-o", "n.csv", status=2, results="bad.h5"))

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_disk_full(self):
        """A limit of the file's size stands for a disk without room."""
        done = subprocess.run(["sh", "-c", f"trap '' XFSZ; ulimit -f 4; {SPILLWAY} export {self.results} gravity -o f.csv"],
                              text=True, capture_output=True, check=False, cwd=self.folder.name)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("f.csv: cannot be written: File too large", done.stderr)
        self.assertFalse([n for n in os.listdir(self.folder.name) if n.startswith("f.csv")])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
