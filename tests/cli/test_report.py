"""`spillway report`: the numbers of the page are those of the file, bit for bit; what it says follows
from what the file says; what it refuses; older, damaged and large files."""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nation import SPILLWAY, Nation, same  # noqa: E402
from page import Page  # noqa: E402

EXTRA = """  - gravity: {mass: [gdp], keep: {above: 1e5}, as: above}
  - gravity: {mass: [population], keep: dense, periods: [2004, 2005], blocks: province, as: dense}
  - markov: {of: gdp_pc, as: ladder_of_all}
"""


def doubles(dataset):
    a = dataset[()]
    x = np.asarray(a).astype(float)
    if np.asarray(a).dtype.kind == "i":
        x[np.asarray(a) == -1] = np.nan
    return x


class Report(Nation):
    EXTRA = EXTRA

    def report(self, *words, status=0, env=None):
        """What is said on standard output, or else the one line of the error."""
        done = subprocess.run([SPILLWAY, "report", *words], text=True, capture_output=True, check=False,
                              cwd=self.folder.name, env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, status, done.stderr)
        left = [name for name in os.listdir(self.folder.name) if ".html." in name]
        self.assertEqual(left, [], "what was begun")
        if status:
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr if status else done.stdout

    def page(self, *words, name="page.html"):
        self.report(*words, "-o", name, "--force")
        return Page(self.path(name))

    # ---- numbers ---------------------------------------------------------------------------

    def compare(self, page, file, ends=False):
        """Every column and every small variable; returns how many."""
        count = 0
        for name, v in page.variable.items():
            data = doubles(file[name])
            if "parts" not in v:
                self.assertTrue(same(page.numbers(v["block"]), data.reshape(-1)), name)
                count += 1
                continue
            axes = [d[0].name.rpartition("/")[2] for d in file[name].dims]
            lead = [axes.index(a) for a in ("time", "unit") if a in axes]
            rest = [k for k in range(data.ndim) if k not in lead]
            parts = data.transpose(rest + lead).reshape(-1, *[data.shape[k] for k in lead])
            for part, values in zip(v["parts"], parts):
                if part["block"] is None:
                    self.assertGreater(len(parts), 12, name)
                    continue
                if ends:
                    values = values[[0, -1]]
                a = page.block[part["block"]]
                if a.dtype == np.float32:
                    values = values.astype(np.float32).astype(float)
                self.assertTrue(same(page.numbers(part["block"]), values.reshape(-1)), name)
                count += 1
        return count

    def test_numbers(self):
        page = self.page(self.results)
        with h5py.File(self.results) as file:
            self.assertGreater(self.compare(page, file), 80)
            self.assertEqual(page.block[page.manifest["units"]["code"]],
                             [c.decode() for c in file["unit"][()]])
            group = page.manifest["groups"][0]
            self.assertEqual([group["labels"][k] for k in page.block[group["block"]]],
                             [c.decode() for c in file["group_" + group["name"]][()]])
            missing = page.manifest["missing"]
            self.assertEqual(page.block[missing["block"]].tolist(),
                             file["panel/missing_cells"][()].reshape(-1).tolist())

    def test_small(self):
        page = self.page(self.results, "--small")
        self.assertTrue(page.manifest["small"])
        with h5py.File(self.results) as file:
            self.compare(page, file)
        self.assertEqual(page.column("ccd/coordination").shape, (5, 80))
        whole = self.page(self.results)
        self.assertLess(len(page.text), len(whole.text))
        kinds = {page.block[p["block"]].dtype.str for v in page.manifest["variables"]
                 for p in v.get("parts", []) if p["block"]}
        self.assertEqual(kinds, {"<f4", "<i4"})

    # ---- pairs -----------------------------------------------------------------------------

    def entries(self, page):
        return {e["quantity"]: e for e in page.manifest["pairs"]}

    def test_top(self):
        page = self.page(self.results)
        entry = self.entries(page)["gravity/value"]
        self.assertEqual((entry["keep"], entry["k"], entry["asked"]), ("top", 20, 20))
        self.assertTrue(entry["log"])
        to, value = page.partners(entry)
        with h5py.File(self.results) as file:
            self.assertTrue((to == file["gravity/partner"][()]).all())
            self.assertTrue(same(value, file["gravity/value"][()].reshape(value.shape)))

    def strongest(self, row):
        order = [j for j in np.argsort(-row, kind="stable") if not np.isnan(row[j])][:20]
        return order, row[order]

    def test_dense(self):
        page = self.page(self.results)
        entry = self.entries(page)["dense/value"]
        self.assertEqual((entry["keep"], entry["dims_time"]), ("dense", "dense/time"))
        self.assertEqual(page.manifest["axes"]["dense/time"], {"labels": ["2004", "2005"], "at": [3, 4]})
        self.assertEqual(entry["blocks"]["group"], "province")
        to, value = page.partners(entry)
        with h5py.File(self.results) as file:
            matrix = file["dense/value"][()]
        for t in range(2):
            for i in range(80):
                row = matrix[t, i].copy()
                row[i] = np.nan
                order, strengths = self.strongest(row)
                self.assertEqual(to[t, i].tolist(), order)
                self.assertTrue(same(value[t, i], strengths))
        self.assertNotIn("n x n", page.text)

    def test_above(self):
        page = self.page(self.results)
        entry = self.entries(page)["above/value"]
        self.assertEqual((entry["keep"], entry["threshold"]), ("above", 1e5))
        to, value = page.partners(entry)
        kept = page.block[entry["row_kept"]].reshape(5, 80)
        with h5py.File(self.results) as file:
            start, partner, values = (file["above/" + n][()] for n in ("row_start", "partner", "value"))
        self.assertTrue((kept == np.diff(start, axis=1)).all())
        self.assertGreater(kept.max(), 20, "more than the page has")
        for t in range(5):
            for i in range(80):
                own = slice(start[t, i], start[t, i + 1])
                order, strengths = self.strongest(values[own])
                n = len(order)
                self.assertEqual(to[t, i, :n].tolist(), partner[own][order].tolist())
                self.assertTrue(same(value[t, i, :n], strengths))
                self.assertTrue((to[t, i, n:] == -1).all())

    # ---- what it says ----------------------------------------------------------------------

    def test_policy(self):
        """The policy names the script and the style by what they are, and lets in nothing else."""
        page = self.page(self.results)
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page.text).group(1)
        for tag, name in (("script", "script-src"), ("style", "style-src")):
            text = re.search(rf"<{tag}>(.*?)</{tag}>", page.text, re.S).group(1)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            self.assertIn(f"{name} 'sha256-{digest}'", policy)
        self.assertTrue(policy.startswith("default-src 'none'; "))
        first = page.text[:page.text.index("<script")]
        self.assertEqual(re.findall(r"\s(?:style|on\w+|src|href)=\"(?!#)[^\"]*", first), [])
        self.assertIn("ISC licence", page.text)
        self.assertIn("https://d3js.org/d3-array/ v", page.text)

    def test_declared(self):
        page = self.page(self.results)
        with h5py.File(self.results) as file:
            for name, v in page.variable.items():
                a = file[name].attrs
                self.assertEqual(v["show"], a["show"].decode(), name)
                self.assertEqual(v["palette"], a["palette"].decode() if "palette" in a else None, name)
                self.assertEqual(v.get("centre"), a.get("centre"), name)
                self.assertEqual(v["log"], "logarithmic" in a, name)
                names = a["class_names"].decode().split("\n") if "class_names" in a else None
                self.assertEqual(v.get("classes", {}).get("names"), names, name)
        self.assertEqual(page.manifest["first"], "ccd/coordination")

    def test_older(self):
        """A file that does not say how it is looked at is drawn by its shape."""
        shutil.copy(self.results, self.path("old.h5"))
        with h5py.File(self.path("old.h5"), "a") as file:
            def strip(_, item):
                for name in list(item.attrs):
                    if name in ("show", "palette", "centre", "logarithmic", "shown_with", "class_names",
                                "class_first", "summary", "notes", "headline", "undefined_in"):
                        del item.attrs[name]
            file.visititems(strip)
            for name in ("name", "panel", "weights"):
                if name in file:
                    del file[name]
            for name in list(file.attrs):
                if name not in ("state", "study"):
                    del file.attrs[name]
        page = self.page("old.h5")
        with h5py.File(self.results) as file:
            self.compare(page, file)
        v = page.variable["ccd/coordination"]
        self.assertEqual((v["show"], v["palette"]), ("map", "sequential"))
        self.assertEqual(page.variable["gaps/gini"]["show"], "line")
        self.assertIsNone(page.manifest["missing"])

    def test_results(self):
        page = self.page(self.results, "--results", "ccd,economy")
        self.assertEqual([r["name"] for r in page.manifest["results"]], ["composites/economy", "ccd"])
        self.assertEqual({v["result"] for v in page.manifest["variables"]}, {"composites/economy", "ccd"})
        self.assertEqual(page.manifest["pairs"], [])
        self.assertIn("names no result", self.report(self.results, "--results", ",", "-o", "none.html", status=2))

    def test_threads(self):
        self.report(self.results, "-o", "one.html", "--force", env={"OMP_NUM_THREADS": "1"})
        self.report(self.results, "-o", "four.html", "--force", env={"OMP_NUM_THREADS": "4"})
        with open(self.path("one.html"), "rb") as one, open(self.path("four.html"), "rb") as four:
            self.assertEqual(one.read(), four.read())

    def test_against(self):
        page = self.page(self.results, "--against", self.results)
        self.assertEqual(page.manifest["against"]["file"], "results.h5")
        self.assertEqual(page.manifest["against"]["changes"], [])

    def test_language(self):
        page = self.page(self.results, "--language", "zh")
        self.assertIn('<html lang="zh">', page.text)
        self.assertEqual(page.manifest["language"], "zh")

    # ---- by run ----------------------------------------------------------------------------

    def test_run(self):
        """The study says where; with -o the page goes with the results. Ranks write it, too."""
        with open(self.path("s/study.yaml"), encoding="utf-8") as file:
            study = file.read().split("measures:")[0]
        study += "measures:\n  - moran: {of: gdp_pc, weights: contiguity}\n"
        study += "output: {file: m.h5, report: m.html, language: zh, insets: []}\n"
        with open(self.path("s/m.yaml"), "w", encoding="utf-8") as file:
            file.write(study)
        done = subprocess.run([SPILLWAY, "run", self.path("s/m.yaml")], text=True, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^page: .*m\.html \(\d+ kB\)$")
        self.assertRegex(done.stdout, r"write [\d.]+ s, page [\d.]+ s, whole")
        page = Page(self.path("s/m.html"))
        self.assertEqual(page.manifest["language"], "zh")
        self.report(self.path("s/m.h5"), "-o", "m2.html")
        with open(self.path("s/m.html"), "rb") as one, open(self.path("m2.html"), "rb") as two:
            self.assertEqual(one.read(), two.read())
        subprocess.run(["mpirun", "-n", "2", SPILLWAY, "run", self.path("s/m.yaml"), "-q", "-o",
                        self.path("s/two.h5")], check=True, capture_output=True)
        self.assertEqual(Page(self.path("s/two.html")).manifest["file"], "two.h5")
        done = subprocess.run([SPILLWAY, "run", self.path("s/m.yaml"), "-q", "-o", self.path("s/three.html")],
                              text=True, capture_output=True, check=True)
        self.assertIn("their page is not", done.stderr)
        self.assertTrue(h5py.is_hdf5(self.path("s/three.html")))

    def test_run_page_is_there(self):
        """Before anything is computed: a page of something else, and a folder that is not there."""
        with open(self.path("s/study.yaml"), encoding="utf-8") as file:
            study = file.read().split("measures:")[0]
        study += "measures:\n  - moran: {of: gdp_pc, weights: contiguity}\noutput: {file: k.h5, report: m.html}\n"
        for name, there, said in (("kept.html", True, "overwrite it with --force"),
                                  ("none/p.html", False, "there is no such folder")):
            with open(self.path("s/k.yaml"), "w", encoding="utf-8") as file:
                file.write(study.replace("m.html", name))
            if there:
                with open(self.path("s/" + name), "w", encoding="utf-8") as file:
                    file.write("mine")
            for command in ([SPILLWAY], ["mpirun", "-n", "2", SPILLWAY]):
                done = subprocess.run(command + ["run", self.path("s/k.yaml")], text=True, capture_output=True,
                                      check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)
                self.assertFalse([f for f in os.listdir(self.path("s")) if f.startswith("k.h5")])
        with open(self.path("s/kept.html"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")
        with open(self.path("s/k.yaml"), "w", encoding="utf-8") as file:
            file.write(study.replace("m.html", "kept.html"))
        subprocess.run([SPILLWAY, "run", self.path("s/k.yaml"), "-q", "--force"], check=True)
        self.assertEqual(Page(self.path("s/kept.html")).manifest["file"], "k.h5")

    def test_study(self):
        for output, said in (("report: m.txt", "'m.txt' is no name of a page"),
                             ("language: fr", "en"), ("reports: m.html", "did you mean 'report'")):
            with open(self.path("s/bad.yaml"), "w", encoding="utf-8") as file:
                file.write("panel: {file: panel.csv, unit: code, time: year}\nmeasures:\n"
                           f"  - inequality: {{of: gdp}}\noutput: {{{output}}}\n")
            done = subprocess.run([SPILLWAY, "check", self.path("s/bad.yaml")], text=True,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 2, output)
            self.assertRegex(done.stderr, r"bad\.yaml:4:\d+: ")
            self.assertIn(said, done.stderr)

    # ---- what is refused -------------------------------------------------------------------

    def test_aggregate(self):
        """Of coarser units the polygons are those of their members, without the borders between these."""
        folder = self.path("states")
        os.makedirs(folder)

        def write(name, text):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        towns = [(f"t{r}{c}", f"s{c // 2}", c, r) for r in range(2) for c in range(4)]
        write("panel.csv", "code,year,x\n" + "".join(f"{t},{y},{c + y}\n" for t, _, c, _ in towns for y in (1, 2)))
        write("units.csv", "code,lon,lat,state\n" + "".join(f"{t},{c + .5},{r + .5},{s}\n" for t, s, c, r in towns))
        square = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        write("towns.geojson", json.dumps({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"code": t}, "geometry": {
                "type": "Polygon", "coordinates": [[[c + x, r + y] for x, y in square]]}}
            for t, _, c, r in towns]}))
        write("study.yaml", """study: states
panel: {file: panel.csv, unit: code, time: year, aggregate: {by: state, sum: [x]}}
units: {file: units.csv, unit: code, lon: lon, lat: lat, polygons: {file: towns.geojson, key: code}}
measures:
  - inequality: {of: x}
output: {file: states.h5}
""")
        subprocess.run([SPILLWAY, "run", os.path.join(folder, "study.yaml"), "-q"], check=True)
        with h5py.File(os.path.join(folder, "states.h5")) as file:
            self.assertEqual([t.decode() for t in file["panel/member_code"][:]], [t for t, *_ in towns])
            self.assertEqual(file["panel/member_of"][:].tolist(), [int(s[1]) for _, s, *_ in towns])
        page = self.page(os.path.join(folder, "states.h5"))
        g = page.manifest["geometry"]
        self.assertEqual((g["kind"], g["cells"], g["without_polygon"]), ("polygons", False, []))
        self.assertEqual(page.block[g["ring_unit"]].tolist(), [0, 1], "one ring each")
        left, right = (page.block[g[side]].tolist() for side in ("arc_left", "arc_right"))
        self.assertEqual(sorted(map(sorted, zip(left, right))), [[-1, 0], [-1, 1], [0, 1]], "one border between")

    def test_target(self):
        shutil.copy(self.results, self.path("own.h5"))
        self.assertRegex(self.report("own.h5"), r"^own\.html: [\d.]+ MB, 80 counties, 5 periods, \d+ results\n$")
        self.assertIn("own.html: is there already; overwrite it with --force", self.report("own.h5", status=2))
        self.assertIn("expected a name that ends with .html", self.report("own.h5", "-o", "own.pdf", status=2))
        self.assertIn("there is no such folder", self.report("own.h5", "-o", "no/own.html", status=2))
        os.makedirs(self.path("folder.html"))
        self.assertIn("is a folder", self.report("own.h5", "-o", "folder.html", "--force", status=2))
        os.mkfifo(self.path("pipe.html"))
        self.assertIn("is no plain file", self.report("own.h5", "-o", "pipe.html", "--force", status=2))

    def test_target_is_an_input(self):
        """Whatever its name, and over links, nothing that the page is made of is overwritten."""
        shutil.copy(self.results, self.path("results.html"))
        os.symlink("results.html", self.path("link.html"))
        for words, said in ((("results.html",), "is the results file itself"),
                            (("results.html", "-o", "link.html"), "is the results file itself"),
                            ((self.results, "--against", "results.html", "-o", "results.html"),
                             "is the file of --against"),
                            ((self.results, "--polygons", "results.html", "--key", "k", "-o", "results.html"),
                             "is the file of --polygons")):
            self.assertIn(said + "; choose another -o", self.report(*words, "--force", status=2))
        with open(self.results, "rb") as one, open(self.path("results.html"), "rb") as two:
            self.assertEqual(one.read(), two.read())

    def test_words(self):
        for words, said in ((["--results", "cdd"], "has no result 'cdd'; did you mean 'ccd'?"),
                            (["--results", "xyzzyx"], "it has composites/economy, "),
                            (["--language", "de"], "expected en or zh"),
                            (["--polygons", "no.gpkg", "--key", "a"], "there is no such file"),
                            (["--key", "a"], "--polygons, which is not given"),
                            (["--against", "no.h5"], "no.h5: cannot be opened"),
                            (["--small=1"], "takes no value"), (["x.h5"], "unexpected argument")):
            self.assertIn(said, self.report(self.results, "-o", "w.html", *words, status=2))
            self.assertFalse(os.path.exists(self.path("w.html")))
        self.assertIn("give a results file", self.report(status=2))

    def test_damaged(self):
        """One line, status 2, and nothing written: text, nothing, foreign, unfinished, cut, bytes changed."""
        with open(self.results, "rb") as file:
            whole = file.read()
        with open(self.path("text.h5"), "w", encoding="utf-8") as file:
            file.write("code,year\n")
        with h5py.File(self.path("foreign.h5"), "w") as file:
            file["a"] = [1, 2]
        shutil.copy(self.results, self.path("part.h5"))
        with h5py.File(self.path("part.h5"), "a") as file:
            file.attrs["state"] = np.bytes_("incomplete")
        for name, said in (("text.h5", "is not an HDF5 file"), ("none.h5", "cannot be opened"),
                           ("foreign.h5", "not a results file of spillway run"), ("part.h5", "incomplete")):
            self.assertIn(said, self.report(name, "-o", "d.html", status=2))
        refused = 0
        rng = np.random.default_rng(1)
        for k in range(24):
            data = bytearray(whole[:int(len(whole) * rng.random())] if k % 3 == 0 else whole)
            for _ in range(0 if k % 3 == 0 else 40):
                data[rng.integers(min(len(data), 100000))] = rng.integers(256)
            with open(self.path("bad.h5"), "wb") as file:
                file.write(data)
            done = subprocess.run([SPILLWAY, "report", "bad.h5", "-o", "d.html", "--force"], text=True,
                                  capture_output=True, cwd=self.folder.name, check=False)
            self.assertIn(done.returncode, (0, 2), done.stderr)
            self.assertEqual(os.path.exists(self.path("d.html")), done.returncode == 0)
            if done.returncode == 2:
                refused += 1
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertTrue(done.stderr.startswith("spillway: bad.h5: "), done.stderr)
            else:
                os.remove(self.path("d.html"))
        self.assertGreater(refused, 8)

    # ---- large -----------------------------------------------------------------------------

    def test_large(self):
        """10^5 units x 20 periods: of most columns the ends and the means, within 40 MB."""
        n, periods, results = 100000, 20, 6
        rng = np.random.default_rng(2)
        with h5py.File(self.path("large.h5"), "w") as file:
            file.attrs["state"] = np.bytes_("complete")
            text = h5py.string_dtype()
            file.create_dataset("unit", data=np.array([f"{k:06d}" for k in range(n)], object), dtype=text)
            file.create_dataset("time", data=np.arange(2001, 2001 + periods))
            file.create_dataset("group_state", dtype=text,
                                data=np.array([f"s{k % 30:02d}" for k in range(n)], object))
            for r in range(results):
                group = file.create_group(f"r{r}")
                group.attrs["measure"] = np.bytes_("made_up")
                group.attrs["headline"] = np.bytes_("x")
                for name in ("unit", "time"):
                    group[name] = file[name]
                x = group.create_dataset("x", data=rng.random((periods, n)))
                x[3, ::7] = np.nan
                for k, name in enumerate(("time", "unit")):
                    if r == 0:
                        file[name].make_scale(name)
                    x.dims[k].attach_scale(file[name])
        page = self.page("large.h5", name="large.html")
        self.assertLess(len(page.text), 40e6)
        manifest = page.manifest
        whole = [r for r in range(results) if page.variable[f"r{r}/x"]["dims"] == ["time", "unit"]]
        self.assertIn(whole, ([0, 1, 2], [0, 1, 2, 3]), "the first ones")
        self.assertEqual([entry["id"] for entry in manifest["left_out"]],
                         [f"r{r}/x" for r in range(len(whole), results)])
        self.assertEqual(manifest["axes"]["ends/time"], {"labels": ["2001", "2020"], "at": [0, 19]})
        with h5py.File(self.path("large.h5")) as file:
            x = file["r4/x"][()]
            self.assertTrue(same(page.column("r0/x"), file["r0/x"][()].astype(np.float32).astype(float)))
        self.assertTrue(same(page.column("r4/x"), x[[0, -1]].astype(np.float32).astype(float)))
        means = manifest["means"]["r4/x"]
        np.testing.assert_allclose(page.numbers(means["nation"]), np.nanmean(x, 1), rtol=1e-12)
        self.assertEqual(page.block[means["n"]].tolist(), (~np.isnan(x)).sum(1).tolist())
        state = page.numbers(means["groups"]["state"]).reshape(30, periods)
        np.testing.assert_allclose(state[4], np.nanmean(x[:, 4::30], 1), rtol=1e-12)


if __name__ == "__main__":
    unittest.main(verbosity=2)
