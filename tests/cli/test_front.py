#!/usr/bin/env python3
"""The first page of a report, read without a script: every number of the headline table is that of the
results file, n and what is missing too, warnings stand word for word, changes since earlier results
are those of the files; texts out of the data are inert; in both languages."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
VOID = {"meta", "br", "img", "input", "link", "hr", "path", "circle"}

# ---- the page ----------------------------------------------------------------------------------


class Node:
    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent, self.children = tag, attrs, parent, []

    def text(self):
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def walk(self):
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag=None, **attrs):
        """Elements by tag and attributes; class_ is one of the classes."""
        attrs = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
        for node in self.walk():
            if tag and node.tag != tag:
                continue
            if all(v in (node.attrs.get(k) or "").split() if k == "class" else node.attrs.get(k) == v
                   for k, v in attrs.items()):
                yield node

    def one(self, tag=None, **attrs):
        found = list(self.all(tag, **attrs))
        assert len(found) == 1, (tag, attrs, len(found))
        return found[0]


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("", {}, None)
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())
        self.close()

    def handle_starttag(self, tag, attrs):
        node = Node(tag, dict(attrs), self.at)
        self.at.children.append(node)
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        self.at.children.append(Node(tag, dict(attrs), self.at))

    def handle_endtag(self, tag):
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def shown(value, places=4, sign=False):
    """A number as the page writes it."""
    if np.isnan(value):
        return "–"
    size, plus = abs(value), "+" if sign and value > 0 else ""
    if 9999.5 <= size < 999950:
        text = f"{round(value):,}"
    elif size >= 999950 or 0 < size < .001:
        digits, power = f"{value:.{places - 1}e}".split("e")
        text = (digits.rstrip("0").rstrip(".") if "." in digits else digits) + f"e{int(power)}"
    elif size >= 10 ** places - .5:
        text = f"{value:.0f}"
    else:
        text = f"{value:.{places}g}"
    return plus + text.replace("-", "−")


# ---- a study -----------------------------------------------------------------------------------

UNITS = [f"u{k:02}" for k in range(24)]
YEARS = [2001, 2002, 2003, 2004]
TITLE = "<script>alert(1)</script> & \"co\""
HOSTILE = ["</script><script>x()</script>", "<img src=x onerror=x()>", "=HYPERLINK(\"x\")", "甲乙丙",
           "\u202eevil", "a' onclick='x()", "&lt;b&gt;", "x" * 3000]
STUDY = """study: front
title: %s
panel: {file: panel.csv, unit: id, time: year, missing: keep}
units: {file: units.csv, unit: id, lon: lon, lat: lat, groups: [half], name: name, noun: "<i>place"}
weights:
  w: {kind: file, file: edges.csv}
composites:
  economy: {positive: [a, b], normalise: rank, over: period, weights: equal}
  other: {positive: [c]}
measures:
  - coupling_coordination: {systems: [economy, other], as: ccd}
  - location_quotient: {industries: [b, c], total: t, base: own, base_over: complete, as: lq}
  - moran: {of: a, weights: w, as: i}
  - inequality: {of: a, weight: t, groups: [half], as: gaps}
  - gravity: {mass: [c], keep: {top: 3}, as: g}
  - markov: {of: c, classes: 3, as: chain}
  - local_moran: {of: a, weights: w, permutations: 99, periods: [2002, 2004], as: lisa}
  - trend: {of: a, as: line}
output: {file: out.h5}
seed: 7
""" % json.dumps(TITLE)


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def panel(years=YEARS, change=None):
    rows = ["id,year,a,b,c,t"]
    for t, year in enumerate(years):
        for k, unit in enumerate(UNITS):
            a = "" if (k < 3 and t == 0) or k == 9 else f"{10 + (k * 7 + 3 * t) % 13 + k / 3:.4f}"
            c = 100 + k + 5 * t + (k * t) % 4
            if change == (unit, year):
                c += 50
            rows.append(f"{unit},{year},{a},{5 + (k * 5 + t) % 9},{c},{500 + 10 * k + t}")
    return "\n".join(rows) + "\n"


def write_study():
    write("study.yaml", STUDY)
    write("panel.csv", panel())
    lines = ["id,lon,lat,half,name"]
    for k, unit in enumerate(UNITS):
        name = HOSTILE[k % len(HOSTILE)].replace('"', '""')
        lines.append(f'{unit},{k % 6},{k // 6},{"<b>east" if k % 2 else "west"},"{name}"')
    write("units.csv", "\n".join(lines) + "\n")
    pairs = [(k, k + 1) for k in range(22)]
    write("edges.csv", "from,to\n" + "".join(f"{UNITS[i]},{UNITS[j]}\n{UNITS[j]},{UNITS[i]}\n" for i, j in pairs))


def call(*words, status=0):
    done = subprocess.run([SPILLWAY, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done


def report(results, *words):
    call("report", results, "-o", "page.html", "--force", *words)
    return Page("page.html").root


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


# ---- the table ---------------------------------------------------------------------------------


def figures(file, row):
    """What the file has for a row: first and last value, their n, of how many."""
    data = file[row.attrs["data-variable"]]
    group, name = data.parent, data.name.split("/")[-1]
    dims = [text(d[0].name).split("/")[-1] if len(d) else "" for d in data.dims]
    n = len(file["unit"])
    values = data[...].astype(float)
    if name == "mean" and "n_pairs" in group:
        with_, all_ = group["n_pairs"][...], n * (n - 1)
        return values[0], values[-1], with_[0], with_[-1], all_
    part = row.attrs.get("data-part")
    for axis in reversed(range(len(dims))):
        if dims[axis] in ("time", "unit"):
            continue
        labels = [text(v) for v in data.dims[axis][0][...]]
        values = np.take(values, labels.index(part), axis)
    if "unit" in dims:
        if data.attrs["show"] == b"map" and data.attrs["palette"] == b"categories":
            values = np.where(values < 0, np.nan, values)  # the share of ones
        if "time" not in dims:
            values = values[None]
        with_ = (~np.isnan(values)).sum(-1)
        mean = np.nanmean(values, -1)
        return mean[0], mean[-1], with_[0], with_[-1], n
    values = np.atleast_1d(values)
    used = group["n_used"][...] if "n_used" in group and group["n_used"].shape == (len(values),) else None
    return values[0], values[-1], *((used[0], used[-1], n) if used is not None else (None, None, n))


def check_number(cell, value, places=4, sign=False):
    want = cell.attrs["data-value"]
    if np.isnan(value):
        assert want == "" and cell.text().startswith("–"), (cell.attrs, cell.text())
        return
    assert abs(float(want) - value) <= 1e-11 * abs(value), (cell.attrs, value)
    when = "".join(node.text() for node in cell.all("span", class_="when"))
    assert cell.text() == shown(float(want), places, sign) + when, (cell.text(), want)


def check_n(cell, n, of):
    if n is None:
        assert cell.attrs["data-value"] == "" and cell.text() == "", cell.attrs
        return
    assert int(cell.attrs["data-value"]) == n and cell.text().replace(",", "") == str(n), cell.attrs
    assert ("amber" in cell.attrs["class"].split()) == (n < .9 * of), (cell.attrs, n, of)


def check_row(file, row):
    cell = {c.attrs["data-column"]: c for c in row.children if isinstance(c, Node) and "data-column" in c.attrs}
    first, last, n_first, n_last, of = figures(file, row)
    check_number(cell["last"], last)
    check_n(cell["n_last"], n_last, of)
    if cell["first"].attrs["data-value"] == "" and not np.isnan(first):
        assert "time" not in [text(d[0].name).strip("/") for d in file[row.attrs["data-variable"]].dims if len(d)]
        return
    check_number(cell["first"], first)
    check_n(cell["n_first"], n_first, of)
    if "still" in cell["change"].attrs["class"].split():
        assert abs(last - first) <= 1e-9 * abs(first) and cell["change"].text() == "by construction"
        return
    check_number(cell["change"], last - first, 3, True)
    share = (last - first) / abs(first) if first * last > 0 else np.nan
    if np.isnan(share):
        assert cell["percent"].attrs["data-value"] == "", cell["percent"].attrs
    else:
        assert abs(float(cell["percent"].attrs["data-value"]) - share) < 1e-9 * max(1, abs(share))
        assert cell["percent"].text() == f"{100 * share:+.1f}%".replace("-", "−"), cell["percent"].text()
    points = list(cell["course"].all("path"))
    assert len(points) == 1 and points[0].attrs["d"].startswith("M"), cell["course"].attrs


def check_table(root):
    table = root.one("table", class_="headline")
    rows = list(table.one("tbody").all("tr"))
    with h5py.File("out.h5") as file:
        for row in rows:
            check_row(file, row)
    names = [row.attrs["data-variable"] for row in rows]
    assert names == ["composites/economy/score", "composites/other/score", "ccd/coordination", "lq/value", "i/I",
                     "gaps/gini", "gaps/theil_t", "gaps/theil_l", "g/mean", "chain/shorrocks",
                     "lisa/significant", names[-1]] and names[-1].startswith("line/"), names
    heads = [th.text() for th in table.one("thead").all("th")]
    assert heads == ["Result", "Weight, distance", "2001", "n", "2004", "n", "Change", "%", "Course"], heads
    cells = {row.attrs["data-variable"]: row for row in rows}
    assert "still" in next(cells["composites/economy/score"].all(data_column="change")).attrs["class"].split()
    weights = {k: next(v.all(data_column="weight")).text() for k, v in cells.items()}
    assert weights["i/I"] == "w" and weights["gaps/gini"] == "t" and weights["ccd/coordination"] == "–", weights
    assert [s.text() for s in cells["lisa/significant"].all("span", class_="when")] == ["2002"]
    assert "mean of <i>places" in cells["ccd/coordination"].text() or "mean of" in cells["ccd/coordination"].text()


# ---- what it rests on --------------------------------------------------------------------------


def check_rests(root, log):
    rests = root.one("aside", class_="rests")
    with h5py.File("out.h5") as file:
        fact = {n.attrs["data-rests"]: n for n in rests.all() if "data-rests" in n.attrs}
        assert int(fact["units"].attrs["data-value"]) == len(file["unit"])
        assert int(fact["periods"].attrs["data-value"]) == len(file["time"])
        assert int(fact["links"].attrs["data-value"]) == file["weights/w"].attrs["links"]
        assert int(fact["islands"].attrs["data-value"]) == file["weights/w"].attrs["islands"] == 1
        names = [text(v) for v in file["panel/indicator"][...]]
        cells = {(n.attrs["data-missing"], n.attrs["data-period"]): int(n.attrs["data-value"])
                 for n in rests.all("td") if "data-missing" in n.attrs}
        want = {(name, str(year)): int(file["panel/missing_cells"][t, c])
                for t, year in enumerate(YEARS) for c, name in enumerate(names)}
        assert cells == want, (cells, want)
        lines = []
        for group in [file, *[file[p] for p in ("composites/economy", "composites/other", "ccd", "lq", "i", "gaps",
                                                "g", "chain", "lisa", "line")]]:
            noted = text(group.attrs.get("notes", b"")).strip("\0")
            lines += noted.split("\n") if noted else []
    told = [node.text() for node in rests.all(class_="warning")]
    assert told == lines and len(lines) > 3, (told, lines)
    of_log = [re.sub(r"^study\.yaml:\d+:\d+: ", "", line)
              for line in re.findall(r"^spillway: warning: (.*)$", log, re.M)]
    assert sorted(of_log) == sorted(lines), (of_log, lines)
    assert fact["warnings"].text() == str(len(lines))


def check_method(root):
    section = root.one("section", id_="method")
    said = section.text()
    with h5py.File("out.h5") as file:
        for path in ("composites/economy", "ccd", "i", "gaps", "g", "chain", "lisa", "line"):
            card = section.one("article", data_result=path)
            for name in ("formula", "source", "parameters"):
                for line in text(file[path].attrs[name]).split("\n"):
                    assert line in card.text(), (path, name, line)
        for line in text(file.attrs["inputs"]).split("\n"):
            digits, name = line.split(None, 1)
            assert digits in said and name in said, line
        assert text(file.attrs["version"]) in said and "seed 7." in said
    assert "spillway verify out.h5" in said and "ISC" in said and "BSD" in said
    assert TITLE in section.one("p", class_="cite").text()


def check_inert(root):
    """Nothing of the data is markup; no element has a style or a handler."""
    for node in root.walk():
        for name in node.attrs:
            assert not name.startswith("on") and name != "style", (node.tag, node.attrs)
    summary = root.one("section", id_="summary")
    assert not list(summary.all("script")) and not list(root.all("img")) and not list(root.all("i"))
    assert {n.tag for n in summary.walk()} <= {
        "section", "div", "p", "h1", "h2", "h3", "bdi", "span", "b", "table", "thead", "tbody", "tfoot", "tr", "th",
        "td", "code", "svg", "path", "circle", "aside", "dl", "dt", "dd", "ul", "li", "a"}
    assert root.one("h1").text() == TITLE and root.one("title").text() == TITLE
    with open("page.html", encoding="utf-8") as file:
        page = file.read()
    assert "onerror=x()>" not in page.replace("&gt;", "") and "</script><script>x()" not in page


# ---- languages, periods, changes ---------------------------------------------------------------


def check_languages():
    english, chinese = report("out.h5"), report("out.h5", "--language", "zh")
    assert english.one("html").attrs["lang"] == "en" and chinese.one("html").attrs["lang"] == "zh"
    for page, key in ((english, "data-en"), (chinese, "data-zh")):
        summary = list(page.one("section", id_="summary").walk()) + list(page.one("section", id_="method").walk())
        both = [n for n in summary if "data-en" in n.attrs]
        assert len(both) > 60
        for node in both:
            assert node.text() == node.attrs[key] and node.attrs["data-zh"], (node.tag, node.attrs, node.text())
    names = [n.text() for n in chinese.all("span", class_="name")]
    assert "Moran's I" in names and "区位商" in names and "系统耦合协调度" in names, names
    heads = [th.text() for th in chinese.one("table", class_="headline").one("thead").all("th")]
    assert heads == ["结果", "权重、距离", "2001", "n", "2004", "n", "变化", "%", "走势"], heads
    same = [[c.attrs.get("data-value") for c in page.one("table", class_="headline").all("td")]
            for page in (english, chinese)]
    assert same[0] == same[1]


def check_one_period():
    """A cross-section, and a panel of one period: no change, no course."""
    for name, study in (("cross", STUDY.replace(", time: year", "")), ("single", STUDY)):
        study = re.sub(r"  - (markov|trend|local_moran).*\n", "", study)
        write("panel.csv", panel([2001]) if name == "single" else re.sub(
            r"(?m)^(\w+),(?:year|2001),", r"\1,", panel([2001])))
        write(f"{name}.yaml", study)
        call("run", f"{name}.yaml", "-o", f"{name}.h5", "--quiet")
        root = report(f"{name}.h5")
        heads = [th.text() for th in root.one("table", class_="headline").one("thead").all("th")]
        assert heads == ["Result", "Weight, distance", "Value", "n"], heads
        with h5py.File(f"{name}.h5") as file:
            for row in root.one("table", class_="headline").one("tbody").all("tr"):
                cell = {c.attrs["data-column"]: c for c in row.all("td") if "data-column" in c.attrs}
                assert sorted(cell) == ["last", "n_last", "weight"], sorted(cell)
                check_number(cell["last"], figures(file, row)[1])
        facts = {n.attrs["data-rests"] for n in root.all() if "data-rests" in n.attrs}
        assert ("periods" in facts) == (name == "single"), facts
    write("panel.csv", panel())


def manifest(root):
    return json.loads(root.one("script", id_="manifest").text())


def check_changes():
    root = report("out.h5", "--against", "out.h5")
    assert "No number has changed." in root.one(class_="against").text() and manifest(root)["against"]["changes"] == []
    write("panel.csv", panel(change=("u05", 2003)))
    call("run", "study.yaml", "-o", "new.h5", "--quiet")
    write("panel.csv", panel())
    root = report("new.h5", "--against", "out.h5")
    told = {row.attrs["data-change"]: row for row in root.one(data_changes="units").one("tbody").all("tr")}
    listed = {change["key"]: change for change in manifest(root)["against"]["changes"]}
    assert list(told) == list(listed) and "lq/value[c]" in told, list(told)
    with h5py.File("out.h5") as old, h5py.File("new.h5") as new:
        for key, change in listed.items():
            path, _, part = key.partition("[")
            was, now = (f[path][...].astype(float) for f in (old, new))
            if part:
                labels = [text(v) for v in old["lq/industry"][...]]
                was, now = (v[..., labels.index(part[:-1])] for v in (was, now))
            if np.issubdtype(old[path].dtype, np.integer):
                was, now = (np.where(v == -1, np.nan, v) for v in (was, now))
            gone, came = ~np.isnan(was) & np.isnan(now), np.isnan(was) & ~np.isnan(now)
            moved = (was != now) & ~np.isnan(was) & ~np.isnan(now)
            assert (change["changed"], change["appeared"], change["vanished"]) == (moved.sum(), came.sum(), gone.sum())
            most = change["largest"][0]
            difference = np.where(moved, abs(now - was), 0)
            assert abs(abs(most["new"] - most["old"]) - difference.max()) < 1e-15, (key, most)
            cell = {c.attrs["data-column"]: c for c in told[key].all("td")}
            assert float(cell["old"].attrs["data-value"]) == most["old"]
            assert float(cell["new"].attrs["data-value"]) == most["new"]
            assert cell["unit"].attrs["data-value"] == UNITS[most["unit"]]
            if was.ndim > 1:
                assert change["t"] == max(np.nonzero((moved | came | gone).any(tuple(range(1, was.ndim))))[0]) or \
                    "lisa" in key
        figure = {row.attrs["data-change"]: row for row in root.one(data_changes="figures").one("tbody").all("tr")}
        assert "g/mean" in figure
        cell = {c.attrs["data-column"]: c for c in figure["g/mean"].all("td")}
        assert cell["at"].text() == "2003" and float(cell["new"].attrs["data-value"]) == new["g/mean"][2]


def check_some_results():
    root = report("out.h5", "--results", "i,gaps")
    names = [row.attrs["data-result"] for row in root.one("table", class_="headline").one("tbody").all("tr")]
    assert names == ["i", "gaps", "gaps", "gaps"], names
    told = [node.text() for node in root.all(class_="warning")]
    assert told and not any(line.startswith(("economy", "lisa", "ccd")) for line in told), told


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_study()
        log = call("run", "study.yaml").stderr
        root = report("out.h5")
        check_table(root)
        check_rests(root, log)
        check_method(root)
        check_inert(root)
        check_languages()
        check_one_period()
        check_changes()
        check_some_results()
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        os.chdir("/")
    print("first page: numbers, n, missing cells, warnings, method, languages, changes, hostile texts")


if __name__ == "__main__":
    main()
