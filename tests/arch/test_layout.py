#!/usr/bin/env python3
"""Names in a results file are spelled in one place: measure/names.h for datasets and axes, and
store/layout/layout.h for attributes. No other file of src has one of them in a text, be it alone,
as a part of a path, or as a word of a message. Words that are used for other things as well, such as
`total`, are looked for only where results files are written and read. Then a name is planted in
every folder that is watched, so that the test is known to be able to fail."""
import glob
import os
import re

ROOT = os.environ["SPILLWAY_SOURCE"]
HOMES = ["src/measure/names.h", "src/store/layout/layout.h"]
H5 = "src/store/h5/h5.h"  # what netCDF asks of every dataset
# Where files of results are written, read, compared and told of.
ROOMS = ["src/store/layout/", "src/store/root/", "src/store/results/", "src/store/diff/", "src/store/report/"]
# Not words of a results file alone: keys of a study, parameters, columns, plain English.
COMMON = {
    "unit", "time", "lon", "lat", "composites", "value", "partner", "entry", "rank", "total", "mean",
    "max", "tile", "block", "score", "weight", "indicator", "title", "state", "version", "build",
    "study", "inputs", "seed", "precision", "weights", "unmatched", "missing", "incomplete",
    "complete", "calendar", "measure", "formula", "source", "parameters", "orientation", "undefined",
    "coverage", "summed", "headline", "summary", "name", "logarithmic", "panel", "links", "islands",
    "symmetric", "notes", "show", "palette", "centre"}
# Names that plan asks for by word; a common one as well, when it is all of the text.
WHOLE = {"src/plan/descriptor/": {"value"}, "src/plan/study/refs.c": {"score"},
         "src/plan/run/": {"score", "value"}, "src/measure/composite/composite.c":
         {"score", "weight", "indicator"}}

DEFINED = re.compile(r'^#define (?:SW_NAME|SW_ATTR|SW_STATE|SW_H5)_\w+ "([^"]+)"', re.M)
# Comments, characters, texts: the first that begins wins.
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|\'(?:\\.|[^\'\\])+\'|"((?:\\.|[^"\\])*)"', re.S)
INCLUDE = re.compile(r"^\s*#\s*include.*$", re.M)


def names():
    found = []
    for home in HOMES + [H5]:
        with open(os.path.join(ROOT, home)) as file:
            found += DEFINED.findall(file.read())
    return [name for name in found if name != "units"]  # plain English everywhere


def texts(source):
    for token in TOKEN.finditer(INCLUDE.sub("", source)):
        if token.group(1) is not None:
            yield source.count("\n", 0, token.start()) + 1, token.group(1)


def spells(path, text, known):
    """The name that the text of the file spells, or None."""
    watched = any(path.startswith(room) for room in ROOMS)
    parts = set(text.split("/"))
    for name in known:
        if name.endswith("_"):  # a prefix
            if any(part.startswith(name) for part in parts):
                return name
        elif name not in COMMON:
            if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text):
                return name
        elif name in parts:
            if watched or any(path.startswith(at) and name in some for at, some in WHOLE.items()):
                return name
    return None


def faults(files, known):
    """`files`: path -> source."""
    found = []
    for path, source in sorted(files.items()):
        if path in HOMES:
            continue
        for line, text in texts(DEFINED.sub("", source) if path == H5 else source):
            name = spells(path, text, known)
            if name:
                found.append(f'{path}:{line}: "{text}" spells {name}; take it from {HOMES[0]} or '
                             f"{HOMES[1]}")
    return found


def read(pattern):
    out = {}
    for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
        if path.endswith((".c", ".h")):
            with open(path) as file:
                out[os.path.relpath(path, ROOT)] = file.read()
    return out


known = names()
assert len(known) > 50 and len(known) - known.count("tile") == len(set(known)) - 1, sorted(known)
assert COMMON <= set(known), f"no names any more: {sorted(COMMON - set(known))}"
tree = read("src/**/*.*")
assert len(tree) > 200, f"{len(tree)} files"
wrong = faults(tree, known)
assert not wrong, "\n".join(wrong)

PLANTED = [  # file, source, name
    ("src/store/results/planted.c", 'x("total");', "total"),
    ("src/store/results/planted.c", 'x("%s/value");', "value"),
    ("src/store/results/planted.c", 'x("group_%s");', "group_"),
    ("src/store/diff/planted.c", 'char c = \'"\'; x("unit");', "unit"),
    ("src/store/diff/planted.c", 'x("undefined");', "undefined"),
    ("src/store/report/planted.h", '#define X "in_strength"', "in_strength"),
    ("src/store/links/planted.c", 'x("no memory for row_start");', "row_start"),
    ("src/plan/study/planted.c", 'x("out_strength");', "out_strength"),
    ("src/plan/descriptor/names.c", '{"a", "unit_to"};', "unit_to"),
    ("src/plan/descriptor/check.c", 'x("value");', "value"),
    ("src/measure/pair/planted.c", 'x("n_pairs");', "n_pairs"),
    ("src/cli/verbs/planted.c", 'x("tile_checksum");', "tile_checksum"),
    ("src/store/h5/h5.h", 'x("operand_hash");', "operand_hash")]
for path, source, name in PLANTED:
    said = faults({path: source}, known)
    assert len(said) == 1 and said[0].startswith(f"{path}:1: ") and f"spells {name};" in said[0], said
ALLOWED = [("src/store/results/good.c", '/* "total" */ x("totals, of the total");'),
           ("src/measure/unit/good.c", 'x("value"); x("total");'),
           ("src/store/layout/layout.h", '"unit"'),
           ("src/cli/verbs/good.c", '#include "spillway/unit_to"\n x("seed");')]
for path, source in ALLOWED:
    assert not faults({path: source}, known), path
print(f"{len(set(known))} names, {len(tree)} files; {len(PLANTED)} planted faults were found")
