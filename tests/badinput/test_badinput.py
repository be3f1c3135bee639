#!/usr/bin/env python3
"""Bad input: each fault ends with exit status 2 and exactly one line on standard error that says
where and what, from one rank, and leaves no output file behind."""
import io
import os
import re
import shutil
import subprocess
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]

UNITS = "code,lon,lat,state\n" + "".join(
    f"{c},{lon},{lat},{s}\n" for c, lon, lat, s in (
        ("01", -90.5, 35.25, "A"), ("02", -91.5, 36.0, "A"), ("03", -92.25, 34.5, "B"),
        ("04", -89.0, 33.75, "B"), ("05", -88.5, 36.5, "C"), ("06", -87.0, 35.0, "C")))
PANEL = "code,year,gdp,pop,man\n" + "".join(
    f"{u:02d},{y},{100 * u + y - 2000},{10 * u + 1},{7 * u + y - 1999}\n"
    for u in range(1, 7) for y in (2001, 2002, 2003))
EDGES = "from,to\n01,02\n02,01\n03,04\n04,03\n05,06\n06,05\n01,03\n03,01\n"
STUDY = """study: small
panel:
  file: panel.csv
  unit: code
  time: year
  missing: error
units:
  file: units.csv
  unit: code
  lon: lon
  lat: lat
  groups: [state]
weights:
  w: {kind: file, file: edges.csv}
composites:
  economy: {positive: [gdp], weights: equal}
  people: {positive: [pop], weights: equal}
measures:
  - coupling_coordination: {systems: [economy, people], as: ccd}
  - moran: {of: ccd.coordination, weights: w}
  - gravity: {mass: [pop, gdp], keep: {top: 2}}
  - location_quotient: {industries: [man], total: gdp, as: lq}
output:
  file: out.h5
"""


def group_h5():
    """A panel in HDF5 in which `pop` is a group."""
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5["code"] = [f"{u:02d}".encode() for u in range(1, 7)]
        h5["year"] = [2001, 2002, 2003]
        h5["gdp"] = h5["man"] = np.ones((3, 6))
        h5.create_group("pop")
    return file.getvalue()


GROUP_H5 = group_h5()
GOOD = {"study.yaml": STUDY, "panel.csv": PANEL, "units.csv": UNITS, "edges.csv": EDGES}


def swap(name, old, new, count=1):
    assert old in GOOD[name], (name, old)
    return {name: GOOD[name].replace(old, new, count)}


def line(name, number, text):
    lines = GOOD[name].split("\n")
    lines[number - 1] = text
    return {name: "\n".join(lines)}


CROSSWALK = "  crosswalk: {file: changes.csv, from: old, to: new, period: year, share: share}"

# what is wrong; the files that differ; what the line must say
CASES = [
    ("missing study", {"study.yaml": None}, r"study\.yaml.*(No such file|does not exist|not found)"),
    ("missing panel", {"panel.csv": None}, r"panel\.csv.*(No such file|does not exist|not found)"),
    ("missing units", {"units.csv": None}, r"units\.csv.*(No such file|does not exist|not found)"),
    ("missing edges", {"edges.csv": None}, r"edges\.csv.*(No such file|does not exist|not found)"),
    ("empty study", {"study.yaml": ""}, r"study\.yaml"),
    ("empty panel", {"panel.csv": ""}, r"panel\.csv.*empty"),
    ("header only", {"panel.csv": "code,year,gdp,pop,man\n"}, r"panel\.csv.*(no row|header)"),
    ("unknown column", swap("study.yaml", "positive: [pop]", "positive: [popp]"), r"popp.*\bpop\b"),
    ("unknown unit column", swap("study.yaml", "  unit: code\n  time", "  unit: cod\n  time"),
     r"cod\b.*\bcode\b"),
    ("duplicate row", {"panel.csv": PANEL + "03,2002,1,1,1\n"}, r"panel\.csv:20:.*03.*2002.*line 9"),
    ("ragged row", line("panel.csv", 5, "02,2001,201,21"), r"panel\.csv:5:.*4.*5"),
    ("text in a number", line("panel.csv", 5, "02,2001,abc,21,15"), r"panel\.csv:5:.*gdp.*abc"),
    ("nan", line("panel.csv", 5, "02,2001,NaN,21,15"), r"panel\.csv:5:.*NaN"),
    ("inf", line("panel.csv", 5, "02,2001,Inf,21,15"), r"panel\.csv:5:.*Inf"),
    ("1e400", line("panel.csv", 5, "02,2001,1e400,21,15"), r"panel\.csv:5:.*1e400"),
    ("hexadecimal", line("panel.csv", 5, "02,2001,0x10,21,15"), r"panel\.csv:5:.*0x10"),
    ("empty cell", line("panel.csv", 5, "02,2001,,21,15"), r"gdp.*02.*2001"),
    ("nul", line("panel.csv", 5, "02,2001,2\x000,21,15"), r"panel\.csv:5:.*NUL"),
    ("not utf-8", {"panel.csv": PANEL.replace("02,2001", "\udcf1,2001").encode("utf-8",
                                                                             "surrogateescape")},
     r"panel\.csv:5:.*UTF-8"),
    ("newline in a record", line("panel.csv", 5, '"02\n",2001,1,21,15'), r"panel\.csv:5:.*newline"),
    ("not in units", {"panel.csv": PANEL + "99,2001,1,1,1\n"}, r"99"),
    ("not in panel", {"units.csv": UNITS + "77,-80,30,C\n"}, r"77"),
    ("one unit", {"panel.csv": "".join(PANEL.splitlines(True)[:4]),
                  "units.csv": "".join(UNITS.splitlines(True)[:2]),
                  "edges.csv": "from,to\n"}, r"(one unit|1 unit)"),
    ("join of one file", swap("study.yaml", "  missing: error", "  join: inner"), r"yaml:6:.*join.*one"),
    ("no crosswalk", swap("study.yaml", "  missing: error", CROSSWALK),
     r"changes\.csv.*(No such file|does not exist|not found)"),
    ("crosswalk without to", swap("study.yaml", "  missing: error", CROSSWALK.replace("to: new, ", "")),
     r"yaml:6:.*'to' is missing"),
    ("shares of 0.7", {**swap("study.yaml", "  missing: error", CROSSWALK),
                       "changes.csv": "old,new,year,share\n01,02,2002,0.7\n"}, r"changes\.csv:2:.*01.*0\.7"),
    ("share of half", {**swap("study.yaml", "  missing: error", CROSSWALK),
                       "changes.csv": "old,new,year,share\n01,02,2002,half\n"},
     r"changes\.csv:2:.*share.*half"),
    ("data behind the end", {**swap("study.yaml", "  missing: error", CROSSWALK),
                             "changes.csv": "old,new,year,share\n01,02,2002,1\n"},
     r"not in the panel \(01\); 01 became others by changes\.csv:2"),
    ("longitude", swap("units.csv", "-90.5", "-190.5"), r"units\.csv:2:.*-190\.5"),
    ("latitude", swap("units.csv", "35.25", "95.25"), r"units\.csv:2:.*95\.25"),
    ("duplicate unit", {"units.csv": UNITS + "03,-80,30,C\n"}, r"units\.csv:8:.*03"),
    ("one point", swap("units.csv", "-91.5,36.0", "-90.5,35.25"), r"01.*02"),
    ("one pole", {"units.csv": UNITS.replace("-90.5,35.25", "0,90").replace("-91.5,36.0", "50,90")},
     r"01.*02"),
    ("the date line", {"units.csv": UNITS.replace("-90.5,35.25", "-180,5")
                       .replace("-91.5,36.0", "180,5")}, r"01.*02"),
    ("a name that is too long", swap("study.yaml", "as: lq", "as: " + "q" * 300), r"study\.yaml:22:.*300"),
    ("a slash in a group", {**swap("study.yaml", "[state]", '["a/b"]'),
                            **swap("units.csv", "state", "a/b")}, r"study\.yaml:12:.*a/b"),
    ("unknown key", swap("study.yaml", "  time: year", "  tyme: year"), r"study\.yaml:5:3:.*tyme.*time"),
    ("unknown top key", swap("study.yaml", "composites:", "composits:"),
     r"study\.yaml:15:1:.*composits.*composites"),
    ("unknown measure", swap("study.yaml", "- moran:", "- morran:"),
     r"study\.yaml:20:\d+:.*morran.*moran"),
    ("unknown parameter", swap("study.yaml", "keep: {top: 2}", "decya: 2"), r"study\.yaml:21:.*decya.*decay"),
    ("unknown composite", swap("study.yaml", "[economy, people]", "[economy, peple]"), r"peple"),
    ("unknown weights", swap("study.yaml", "weights: w}", "weights: v}"), r"study\.yaml:20:.*\bv\b"),
    ("unknown result", swap("study.yaml", "of: ccd.coordination", "of: cdc.coordination"),
     r"study\.yaml:20:.*cdc"),
    ("unknown quantity", swap("study.yaml", "of: ccd.coordination", "of: ccd.cordination"),
     r"study\.yaml:20:.*cordination.*coordination"),
    ("unknown group", swap("study.yaml", "groups: [state]", "groups: [stat]"), r"stat\b.*state"),
    ("two of a name", swap("study.yaml", "as: lq", "as: ccd"), r"study\.yaml:22:.*ccd"),
    ("a group in the place of a column", {**swap("study.yaml", "panel.csv", "panel.nc"), "panel.nc": GROUP_H5},
     r"panel\.nc has no column 'pop'; what has that name cannot be read as one"),
    ("an output that is a folder", swap("study.yaml", "out.h5", "."), r"\.: is a folder; give the name"),
    ("one system", swap("study.yaml", "[economy, people], as: ccd", "[economy], as: ccd"),
     r"study\.yaml:19:.*systems: 1 system; expected 2 to 32"),
    ("cycle", swap("study.yaml", "positive: [pop]", "positive: [pop, ccd.coordination]"),
     r"people.*ccd|ccd.*people"),
    ("negative mass", line("panel.csv", 5, "02,2001,-5,21,15"), r"gdp|mass.*02.*2001"),
    ("z-score into coupling",
     swap("study.yaml", "people: {positive: [pop]", "people: {positive: [pop], normalise: z-score"),
     r"study\.yaml:.*z-score"),
    ("z-score with entropy",
     swap("study.yaml", "people: {positive: [pop], weights: equal}",
          "people: {positive: [pop], normalise: z-score, weights: entropy}"), r"z-score"),
    ("own base with gaps",
     {**swap("study.yaml", "missing: error", "missing: keep"),
      **line("panel.csv", 5, "02,2001,200,21,")}, r"base|complete"),
    ("rank one",
     swap("study.yaml", "  - moran",
          "  - pairwise_coupling: {systems: [economy], pairing: direct}\n  - moran"), r"rank"),
    ("duplicate link", {"edges.csv": EDGES + "01,02\n"}, r"edges\.csv:10:.*01.*02"),
    ("link to nobody", {"edges.csv": EDGES + "01,98\n"}, r"edges\.csv:10:.*98"),
    ("one end", {"edges.csv": EDGES.replace("from,to", "from,two")}, r"edges\.csv:1:.*'from'.*from: COLUMN"),
    ("an end twice", {"edges.csv": EDGES.replace("from,to", "to,to")}, r"edges\.csv:1:.*'to'"),
    ("a column of links that is not there", swap("study.yaml", "edges.csv}", "edges.csv, from: a, to: b}"),
     r"study\.yaml:14:6:.*edges\.csv.*'a'"),
    ("one end in the study", swap("study.yaml", "edges.csv}", "edges.csv, from: a}"),
     r"study\.yaml:14:42:.*`to`"),
    ("a matrix without codes",
     {**swap("study.yaml", "edges.csv}", "w.mtx}"),
      "panel.csv": "\n".join([PANEL.splitlines()[0], *PANEL.splitlines()[:0:-1], ""]),
      "w.mtx": "%%MatrixMarket matrix coordinate pattern general\n6 6 1\n1 2\n"},
     r"w\.mtx:2:.*order: codes\.txt"),
    ("weights of a result without pairs", swap("study.yaml", "{kind: file, file: edges.csv}",
                                               "{kind: result, of: ccd}"),
     r"study\.yaml:14:25: 'ccd' has no pairs"),
    ("weights of what rests on them",
     {"study.yaml": STUDY.replace("{kind: file, file: edges.csv}", "{kind: result, of: gravity}").replace(
         "mass: [pop, gdp]", "mass: [pop, clusters.value]").replace(
             "- moran: {of: ccd.coordination, weights: w}",
             "- local_moran: {of: gdp, weights: w, permutations: 0, as: clusters}")},
     r"study\.yaml:\d+:\d+: circular reference: "),
    ("weights of results that are not there",
     swap("study.yaml", "{kind: file, file: edges.csv}", "{kind: result, of: gravity, file: last.h5}"),
     r"last\.h5.*(No such file|does not exist)"),
    ("weights of results that are none",
     swap("study.yaml", "{kind: file, file: edges.csv}", "{kind: result, of: gravity, file: panel.csv}"),
     r"panel\.csv: .*results file"),
    ("an unknown use of pairs",
     swap("study.yaml", "{kind: file, file: edges.csv}",
          "{kind: result, of: gravity, file: last.h5, use: inn}"), r"study\.yaml:14:.*inn.*in"),
    ("wrong type", swap("study.yaml", "keep: {top: 2}", "decay: fast"), r"study\.yaml:21:.*fast"),
    ("duplicate key", swap("study.yaml", "study: small", "study: small\nstudy: other"),
     r"study\.yaml:2:1:.*study"),
    ("tab in yaml", swap("study.yaml", "  unit: code\n  time", "\tunit: code\n  time"),
     r"study\.yaml:4"),
    ("centres that are no units", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: pop, centres: ['01', '77']}\n  - moran:"),
     r"study\.yaml:20:.*field_strength: centres: no unit has the code '77'"),
    ("more centres than units", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: pop, centres: {top: 7}}\n  - moran:"),
     r"study\.yaml:20:.*centres: top: 7 of 6 units"),
    ("centres too near", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: pop, centres: {top: 5, apart_km: 250}}\n  - moran:"),
     r"study\.yaml:20:.*centres: top: 5, but only \d units are 250 km apart"),
    ("centres far from the largest", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: pop, centres: {top: 5, apart_km: 9000}}\n  - moran:"),
     r"study\.yaml:20:.*centres: top: 5, but none is 9000 km from the largest; give a lower apart_km"),
    ("residuals that nobody asks for", swap("study.yaml", "  - moran:",
      "  - network: {result: gravity.residual}\n  - moran:"),
     r"study\.yaml:20:.*'gravity' has no quantity 'residual' of pairs; known: value$"),
    ("centres by a result", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: ccd.coordination, centres: {top: 2}}\n  - moran:"),
     r"study\.yaml:20:.*centres: the largest are chosen before results are there.*ccd\.coordination"),
    ("a centre twice", swap("study.yaml", "  - moran:",
      "  - huff: {attraction: gdp, demand: pop, self: own, centres: ['01', '01']}\n  - moran:"),
     r"study\.yaml:20:.*'01' is listed twice"),
    ("no centres", swap("study.yaml", "  - moran:", "  - field_strength: {mass: pop}\n  - moran:"),
     r"study\.yaml:20:.*'centres' is missing"),
    ("a key of centres", swap("study.yaml", "  - moran:",
      "  - field_strength: {mass: pop, centres: {top: 2, apart: 100}}\n  - moran:"),
     r"study\.yaml:20:.*apart.*apart_km"),
    ("a market without areas", swap("study.yaml", "  - moran:",
      "  - huff: {attraction: gdp, demand: pop, centres: {top: 2}}\n  - moran:"),
     r"study\.yaml:20:.*huff: self: a centre's distance to itself needs areas"),
    ("a foreign market below zero", swap("study.yaml", "  - moran:",
      "  - market_potential: {mass: gdp, own: none, foreign: -1}\n  - moran:"),
     r"study\.yaml:20:.*foreign: -1 is out of range"),
    ("significant pairs of a measure without tests", swap("study.yaml", "keep: {top: 2}", "keep: significant"),
     r"study\.yaml:21:.*keep: significant is of measures that test their pairs, as granger"),
    ("centres alone without centres", swap("study.yaml", "keep: {top: 2}", "keep: centres"),
     r"study\.yaml:21:.*keep: centres needs `centres`"),
    ("centres alone with blocks", swap("study.yaml", "keep: {top: 2}",
      "keep: centres, centres: ['01'], blocks: state"),
     r"study\.yaml:21:.*keep: centres: blocks are sums over all pairs"),
    ("a strength of centres alone", swap("study.yaml", "keep: {top: 2}}",
      "keep: centres, centres: ['01']}\n  - moran: {of: gravity.out_strength, weights: w, as: m2}"),
     r"study\.yaml:22:.*gravity computes the pairs of its centres alone"),
    ("unknown period", swap("study.yaml", "weights: w}", "weights: w, periods: [2009]}"), r"2009"),
] + [
    (f"intervals: {asked}", swap("study.yaml", "total: gdp, as: lq", f"total: gdp, as: lq, intervals: {asked}"),
     r"study\.yaml:22:.*lq: " + said)
    for asked, said in (
        ("{draws: 0}", "intervals.draws: 0 is out of range; expected 1 to"),
        ("{draws: 20}", "intervals.draws: 20 draws have no bounds at a level of 0.95; expected 39 or more"),
        ("{level: 1}", "intervals.level: 1 is out of range; expected 0.01 to 0.9999"),
        ("{level: -0.5}", "intervals.level: -0.5 is out of range"),
        ("{within: stat}", "intervals.within: unknown group column 'stat'; did you mean 'state'"),
        ("{method: jackknife}", "intervals.method: .*jackknife.*percentile"),
        ("{change: [2001, 2009]}", "intervals.change: '2009' is not a period of the entry; it has 2001 to 2003"),
        ("{change: [2003, 2001]}", "intervals.change: 2003 is not before 2001"),
        ("{change: 2001}", r"intervals.change: 1 period; expected two, \[from, to\]"),
        ("yes", "intervals: expected a map, as {draws: ...}"))
] + [
    ("a key of intervals", swap("study.yaml", "as: lq", "as: lq, intervals: {drawn: 99}"),
     r"study\.yaml:22:.*drawn.*draws"),
    ("intervals of a measure without", swap("study.yaml", "weights: w}", "weights: w, intervals: {draws: 99}}"),
     r"study\.yaml:20:.*unknown key 'intervals'"),
    ("intervals of a given base", {**swap("study.yaml", "as: lq", "base: {file: n.csv}, as: lq, intervals: {draws: 99}"),
                                   "n.csv": "year,man,gdp\n2001,1,2\n2002,1,2\n2003,1,2\n"},
     r"study\.yaml:22:.*lq: base: a base that is given does not vary"),
    ("intervals of a spatial model", swap("study.yaml", "  - moran:",
      "  - convergence: {of: gdp, weights: w, spatial: lag, intervals: {draws: 99}}\n  - moran:"),
     r"study\.yaml:20:.*convergence: spatial: lag is of units beside their neighbours"),
]


def write(folder, files):
    for name, text in {**GOOD, **files}.items():
        path = os.path.join(folder, name)
        if text is None:
            continue
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())


def run(folder, ranks=0, extra=(), study="study.yaml"):
    command = ["mpirun", "-q", "-n", str(ranks)] if ranks else []
    return subprocess.run(command + [SPILLWAY, "run", study, *extra], cwd=folder,
                          capture_output=True, text=True, timeout=120)


def lines_of(done):
    """Standard error without what mpirun itself says of a non-zero exit."""
    said = re.sub(r"-{20,}\n.*?-{20,}\n", "", done.stderr, flags=re.S)
    return [x for x in said.splitlines() if x.strip()]


def check(what, done, pattern, folder):
    said = lines_of(done)
    problems = []
    if done.returncode != 2:
        problems.append(f"exit status {done.returncode}")
    if len(said) != 1:
        problems.append(f"{len(said)} lines")
    if not re.search(pattern, "\n".join(said)):
        problems.append(f"does not say /{pattern}/")
    if any(".h5" in name for name in os.listdir(folder)):
        problems.append("left " + ", ".join(sorted(os.listdir(folder))))
    if problems:
        print(f"FAILED {what}: {'; '.join(problems)}\n  " + "\n  ".join(said))
    return not problems


def check_faults():
    passed = 0
    for k, (what, files, pattern) in enumerate(CASES):
        with tempfile.TemporaryDirectory() as folder:
            write(folder, files)
            good = check(what, run(folder), pattern, folder)
            if good and k % 6 == 0:  # the same from several ranks
                good = check(what + ", 3 ranks", run(folder, 3), pattern, folder)
            passed += good
    return passed, len(CASES)


def check_good():
    """BOM and CRLF are read; a constant indicator is a warning; outputs are not written over."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, {"panel.csv": "\ufeff" + PANEL.replace("\n", "\r\n"),
                       "units.csv": "\ufeff" + UNITS.replace("\n", "\r\n"),
                       "edges.csv": "\ufeff" + EDGES.replace("\n", "\r\n")})
        done = run(folder)
        assert done.returncode == 0, done.stderr
        assert os.listdir(folder).count("out.h5") == 1
        before = os.stat(f"{folder}/out.h5").st_mtime_ns
        done = run(folder)
        assert done.returncode == 2 and len(lines_of(done)) == 1, done.stderr
        assert "out.h5" in done.stderr and "--force" in done.stderr
        assert os.stat(f"{folder}/out.h5").st_mtime_ns == before
        assert run(folder, extra=["--force"]).returncode == 0
        os.rename(f"{folder}/out.h5", f"{folder}/out.h5.partial")
        done = run(folder)  # a partial without its journal is nothing to go on from
        assert done.returncode == 0 and "out.h5.partial: its journal is missing" in done.stderr
        assert sorted(n for n in os.listdir(folder) if "out" in n) == ["out.h5"]
    with tempfile.TemporaryDirectory() as folder:
        constant = re.sub(r"(?m)^(\d\d,\d{4},)\d+,", r"\g<1>5,", PANEL)
        write(folder, {"panel.csv": constant,
                       "study.yaml": STUDY.replace("{positive: [gdp], weights: equal}",
                                                   "{positive: [gdp, man], weights: entropy}")})
        done = run(folder)
        assert done.returncode == 0, done.stderr
        assert re.search(r"warning: .*gdp.*constant", done.stderr), done.stderr
    with tempfile.TemporaryDirectory() as folder:  # what is not wrong, but hardly meant
        write(folder, {"panel.csv": PANEL + ",,,,\n", "edges.csv": EDGES + "01,06\n",
                       "study.yaml": STUDY.replace("{positive: [pop], weights: equal}",
                                                   "{positive: [pop, man], weights: {pop: 0.7, man: 0.7}}")
                       .replace("  file: units.csv", "  file: units.csv\n  where: code <= 3")})
        done = run(folder)
        assert done.returncode == 0, done.stderr
        for said in (r"warning: .*1 row of empty cells is skipped",
                     r"warning: w: 1 link has no reverse link; a border is two links",
                     r"warning: where: code is compared as text, and '04' and 3 are in another order",
                     r"warning: .*people: the weights sum to 1\.4, not to 1; each is divided by it"):
            assert len(re.findall(said, done.stderr)) == 1, (said, done.stderr)
    with tempfile.TemporaryDirectory() as folder:  # a matrix that float32 cannot hold
        large = STUDY.replace("keep: {top: 2}", "keep: dense, constant: 1e45")
        for text, warned in ((large, True), (large + "  precision: float64\n", False),
                             (large.replace("dense", "summary"), False)):
            write(folder, {"study.yaml": text})
            done = run(folder, extra=["--force"])
            assert done.returncode == 0, done.stderr
            assert warned == bool(re.search("warning: study.yaml:21.*float32", done.stderr))


def check_output_folder(folder):
    """Made where it is not there, and said; not left behind by a run that leaves nothing in it."""
    os.mkdir(f"{folder}/there")
    write(folder, swap("panel.csv", "01,2001,101", "01,2001,much"))
    bad = run(folder, extra=["-o", "there/new/deep/out.h5"])
    assert bad.returncode == 2 and "much" in bad.stderr, bad.stderr
    assert os.listdir(f"{folder}/there") == [], "folders are left behind"
    write(folder, {})
    good = run(folder, extra=["-o", "there/new/deep/out.h5"])
    assert good.returncode == 0, good.stderr
    assert "there/new/deep: the folder was missing and is created" in good.stderr, good.stderr
    assert os.listdir(f"{folder}/there/new/deep") == ["out.h5"]
    shutil.rmtree(f"{folder}/there")


def check_usage():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, {})
        os.symlink("nowhere", f"{folder}/link")  # a disk that is not mounted: not ours to make
        for extra, word in ((["--thraeds", "2"], "threads"), (["--threads", "zero"], "zero"),
                            (["-o"], "value"), (["-o", "link/out.h5"], "link"),
                            (["-o", "/proc/out.h5"], "/proc"),
                            (["-o", "panel.csv/out.h5"], "panel.csv"),
                            (["second.yaml"], "second.yaml"), (["--log-level", "loud"], "loud")):
            done = run(folder, extra=extra)
            assert done.returncode == 2 and len(lines_of(done)) == 1, (extra, done.stderr)
            assert word in done.stderr, (extra, done.stderr)
        assert not os.path.lexists(f"{folder}/nowhere")
        check_output_folder(folder)
        with open("/dev/full", "w") as full:  # what is printed is all of these
            for verb in (["check", "study.yaml"], ["measures"], ["--help"]):
                done = subprocess.run([SPILLWAY, *verb], cwd=folder, stdout=full,
                                      stderr=subprocess.PIPE, text=True)
                assert done.returncode == 1 and "standard output" in done.stderr, (verb, done)
        # What --force must not write over: inputs, by whatever name, and what is no file.
        os.symlink("units.csv", f"{folder}/link.csv")
        os.mkfifo(f"{folder}/pipe")
        for output in ("panel.csv", "study.yaml", "../" + os.path.basename(folder) + "/edges.csv",
                       "link.csv", "pipe"):
            done = run(folder, extra=["--force", "-o", output])
            assert done.returncode == 2 and len(lines_of(done)) == 1, (output, done.stderr)
            assert output in done.stderr, (output, done.stderr)
        os.remove(f"{folder}/panel.csv")
        os.mkfifo(f"{folder}/panel.csv")  # nobody writes: must not wait for it
        write(folder, {"panel.csv": None})
        done = run(folder)
        assert done.returncode == 2 and "is a pipe" in done.stderr, done.stderr
        done = subprocess.run([SPILLWAY, "rum"], capture_output=True, text=True)
        assert done.returncode == 2 and "run" in done.stderr
        for verb in ("run", "check", "measures", "synth", "info", "diff"):
            done = subprocess.run([SPILLWAY, verb, "--help"], capture_output=True, text=True)
            assert done.returncode == 0 and "sage" in done.stdout, verb
        if os.geteuid() != 0:  # root may write anywhere
            os.mkdir(f"{folder}/locked", 0o500)
            done = run(folder, extra=["-o", "locked/out.h5"])
            assert done.returncode == 2 and "locked" in done.stderr, done.stderr


passed, of = check_faults()
print(f"{passed} of {of} faults said well")
check_usage()
check_good()
assert passed == of
