#!/usr/bin/env python3
"""What results rest on stands in their file: names of units in two languages, title and noun, missing
cells by indicator and period, weights matrices as sparse rows; the same for any number of ranks,
compressed, aggregated, reused; told by `info`, compared by `diff`, checked by `verify`."""
import os
import shutil
import subprocess
import tempfile

import h5py
import numpy as np
import xarray

SPILLWAY = os.environ["SPILLWAY"]

# d is an island; b has no name in Chinese; the name of c would break out of a page.
PANEL = """id,year,gdp,pop
a,2000,1,10
a,2001,2,11
b,2000,,12
b,2001,4,
c,2000,5,14
c,2001,,15
d,2000,7,16
d,2001,,17
"""
UNITS = 'id,name,name_zh,area,city\na,Alpha,甲,1,X\nb,Beta,,2,X\nc,"<b>""C"", </b>",丙,3,Y\nd,Delta,丁,4,Y\n'
EDGES = "from,to,weight\na,b,3\na,c,1\nb,a,1\nc,a,2\n"
STUDY = """study: rest
title: {en: What it rests on, zh: 依据}
panel: {file: panel.csv, unit: id, time: year, missing: keep%s}
units: {file: units.csv, unit: id, name: %s, noun: {en: county, zh: 县}, groups: [city]}
weights:
  w: {kind: file, file: edges.csv, style: row}
  unused: {kind: file, file: edges.csv, style: binary}
measures:
  - moran: {of: gdp, weights: w}
output: {file: %s, compression: %s}
"""
BOTH = "{en: name, zh: name_zh}"


def spillway(*words, fails=0, ranks=0):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launcher, SPILLWAY, *words], capture_output=True, text=True)
    assert done.returncode == fails, f"{words}: {done.returncode}: {done.stderr}"
    return done.stdout + done.stderr


def run(out, names=BOTH, panel="", compression="none", ranks=0, more=()):
    with open(f"{out}.yaml", "w") as file:
        file.write(STUDY % (panel, names, f"{out}.h5", compression))
    spillway("run", f"{out}.yaml", "--force", "--quiet", *more, ranks=ranks)
    return h5py.File(f"{out}.h5")


def texts(dataset):
    return [t.decode() for t in dataset[:]]


def check(file):
    assert texts(file["name_en"]) == ["Alpha", "Beta", '<b>"C", </b>', "Delta"]
    assert texts(file["name_zh"]) == ["甲", "", "丙", "丁"] and "name" not in file
    attrs = {k: v.decode() for k, v in file.attrs.items() if isinstance(v, bytes)}
    assert attrs["title"] == "rest" and attrs["title_en"] == "What it rests on"
    assert attrs["title_zh"] == "依据" and attrs["unit_noun_en"] == "county"
    assert attrs["unit_noun_zh"] == "县" and "unit_noun" not in attrs
    assert texts(file["panel/indicator"]) == ["gdp"]
    assert file["panel/missing_cells"][:].tolist() == [[1], [2]]
    assert list(file["weights"]) == ["w"], "unused was not read"
    w = file["weights/w"]
    assert (w.attrs["links"], w.attrs["islands"], w.attrs["symmetric"]) == (4, 1, 0)
    assert w.attrs["weights"] == b"w: {kind: file, file: edges.csv, style: row}"
    assert w["row_start"][:].tolist() == [0, 2, 3, 4, 4]
    assert w["partner"][:].tolist() == [1, 2, 0, 0]
    assert w["value"][:].tolist() == [.75, .25, 1, 1]


def check_readers():
    with xarray.open_dataset("one.h5", group="weights/w") as w:
        assert w.sizes == {"unit": 4, "unit_edge": 5, "entry": 4}, w.sizes
    with xarray.open_dataset("one.h5", group="panel") as panel:
        assert int(panel.missing_cells.sel(time=2001, indicator="gdp")) == 2
    with xarray.open_dataset("one.h5") as root:
        assert root.name_zh.sel(unit="c").item() == "丙"


def check_told():
    said = spillway("info", "one.h5")
    for line in ("title: What it rests on, 依据", "a unit is called county, 县",
                 "names of units: name_en, name_zh", "missing cells of gdp: 1 in 2000, 2 in 2001",
                 "weights w: {kind: file, file: edges.csv, style: row}: 4 links, 1 island\n"):
        assert f"  {line}" in said, said
    with run("plain", names="name"):
        pass
    with open("edges.csv", "a") as file:
        file.write("b,c,1\n")
    run("other", names="name").close()
    said = spillway("diff", "plain.h5", "other.h5", fails=1)
    assert "weights/w: links: 4 -> 5" in said, said
    assert "weights/w/partner: 1 partners entered" in said, said
    with open("units.csv", "w") as file:
        file.write(UNITS.replace("Alpha", "Alef"))
    run("renamed", names="name").close()
    said = spillway("diff", "other.h5", "renamed.h5", fails=1)
    assert "name: 1 of 4" in said, said


def check_verified():
    run("sound").close()
    assert "equal;" in spillway("verify", "sound.h5")
    faults = {"/name_zh": ("name_zh, position 0", "乙".encode()),
              "/panel/missing_cells": ("panel/missing_cells, position 0", 5),
              "/weights/w/value": ("weights/w/value, position 0", .5),
              "/weights/w/partner": ("weights/w/partner, position 0", 3)}
    for path, (said, value) in faults.items():
        shutil.copy("sound.h5", "bad.h5")
        with h5py.File("bad.h5", "r+") as file:
            first = (0,) * file[path].ndim
            file[path][first] = value
        assert said in spillway("verify", "bad.h5", fails=1), path
    shutil.copy("sound.h5", "bad.h5")
    with h5py.File("bad.h5", "r+") as file:
        file.create_group("weights/foreign")
    assert "/weights/foreign: the study defines no such" in spillway("verify", "bad.h5", fails=1)


def check_coarse():
    """A name is the city's where all its members bear it."""
    with open("coarse.yaml", "w") as file:
        file.write("panel: {file: panel.csv, unit: id, time: year, aggregate: {by: city, sum: [pop], "
                   "missing: skip}}\nunits: {file: units.csv, unit: id, groups: [city], "
                   "name: {en: city, zh: name_zh}}\nmeasures:\n  - inequality: {of: pop}\n"
                   "output: {file: coarse.h5}\n")
    spillway("run", "coarse.yaml", "--quiet")
    with h5py.File("coarse.h5") as file:
        assert texts(file["name_en"]) == ["X", "Y"] and texts(file["name_zh"]) == ["", ""]
        assert file["panel/missing_cells"][:].tolist() == [[0], [0]]


def check_looks():
    """How results are looked at, by their files; classes bring their names."""
    with open("looks.yaml", "w") as file:
        file.write("panel: {file: panel.csv, unit: id, time: year, missing: zero}\n"
                   "units: {file: units.csv, unit: id, groups: [city]}\n"
                   "weights: {w: {kind: file, file: edges.csv}}\nmeasures:\n"
                   "  - moran: {of: pop, weights: w}\n"
                   "  - location_quotient: {industries: [gdp], total: pop, base: own, as: lq}\n"
                   "  - inequality: {of: pop, groups: city}\n"
                   "  - decoupling: {of: gdp, driver: pop}\n"
                   "  - markov: {of: pop, classes: 2}\n"
                   "  - gravity: {mass: [pop, gdp], distance: {file: d.csv}, keep: dense}\n"
                   "output: {file: looks.h5}\n")
    with open("d.csv", "w") as file:
        file.write("from,to,distance\n" + "".join(f"{a},{b},1\n" for a in "abcd" for b in "abcd" if a < b))
    spillway("run", "looks.yaml", "--quiet")
    wanted = {
        "moran/I": {"show": "band", "shown_with": "expected variance_randomisation"},
        "moran/z": {"show": "line"},
        "lq/value": {"show": "map", "palette": "diverging", "centre": 1, "logarithmic": 1},
        "lq/coverage": {"show": "line"},
        "inequality/gini_within": {"show": "parts", "shown_with": "gini"},
        "decoupling/elasticity": {"show": "map", "palette": "diverging", "centre": 0},
        "markov/probability": {"show": "matrix", "palette": "sequential"},
        "markov/steady_state": {"show": "bars"},
        "gravity/value": {"show": "flows", "palette": "sequential", "logarithmic": 1},
        "gravity/out_strength": {"show": "map", "palette": "sequential"},
        "gravity/total": {"show": "line"}, "gravity/operand_hash": {}}
    keys = {"show", "palette", "centre", "logarithmic", "shown_with", "class_names", "class_first"}
    with h5py.File("looks.h5") as file:
        for path, want in wanted.items():
            found = {k: v.decode() if isinstance(v, bytes) else int(v)
                     for k, v in file[path].attrs.items() if k in keys}
            assert found == want, (path, found)
        state = file["decoupling/state"].attrs
        assert state["show"] == b"classes" and state["palette"] == b"categories"
        names = [t.decode() for t in file["decoupling/state_label"][:]]
        assert state["class_names"].decode().split("\n") == names and state["class_first"] == 1
    said = spillway("info", "looks.h5")
    assert "[map, diverging around 1, logarithmic]" in said, said
    assert "[band; with expected variance_randomisation]" in said, said
    assert "shown as map, diverging around 1, logarithmic" in " ".join(
        spillway("measures", "location_quotient").split())
    assert "equal;" in spillway("verify", "looks.h5")
    with h5py.File("looks.h5", "r+") as file:
        file["moran/I"].attrs["show"] = np.bytes_("line")
    assert "/moran/I: show: 'line'" in spillway("verify", "looks.h5", fails=1)


def check_refused():
    for words, said in (("{}", "units: name: found an empty map"), ("{de: name}", "unknown key 'de'"),
                        ("nam", "nam")):
        with open("bad.yaml", "w") as file:
            file.write(STUDY % ("", words, "bad.h5", "none"))
        assert said.split(": ")[-1] in spillway("run", "bad.yaml", fails=2)
    with open("bad.yaml", "w") as file:
        file.write((STUDY % ("", BOTH, "bad.h5", "none")).replace("weights: w}", "weights: w, as: panel}"))
    assert "'panel' cannot name a result" in spillway("run", "bad.yaml", fails=2)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for name, text in (("panel.csv", PANEL), ("units.csv", UNITS), ("edges.csv", EDGES)):
        with open(name, "w") as file:
            file.write(text)
    for out, words in (("one", {}), ("three", {"ranks": 3}), ("packed", {"compression": "deflate"}),
                       ("again", {"more": ("--reuse", "one.h5")})):
        with run(out, **words) as file:
            check(file)
    check_readers()
    check_coarse()
    check_refused()
    check_looks()
    check_told()
    check_verified()
    print("names, title and noun, missing cells, weights: written, told, compared and verified")
