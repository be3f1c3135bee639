"""What the sweep over the catalogue stands on: the description of a measure as the program prints
it, a small world (panel, units, links, distances) with its studies, results as arrays with named
axes, and the properties that every pair result has.

A case, cases/NAME.py, is the measure's part of the sweep:
    ENTRIES  label -> parameters of an entry of the study (label: the name of its result). Of pairs
             without `keep`, all forms of it are tried and compared. Keys that begin with '_' are for the sweep: _directed (pair), _by (pair: what
             orders partners unless `by` is written), _diagonal (pair), _only: full | gaps (the world), _long: True
             (only in a world of twelve periods), _random: True (draws go with the codes of units),
             _tolerance: of the entry alone, _periods: what a benchmark's world must have to run it
    check(world, label, params, result)   what must hold of the result, by the measure's definition;
                            world.results: those of the whole run
    NEEDS     measures of whose entries these take results, if any: their numbers are not compared
              between precisions
    OF_SERIES a pair's value rests on several periods, if so
    RANDOM    quantities that do not follow the units when these are relabelled, if any
    WITHOUT_GAPS quantities of entries that need all values, if any
    TOLERANCE    how nearly numbers of relabelled units agree, if not to 1e-12
    DIFFERENCES  quantities that are differences of larger numbers, if any: relabelled, they agree as
              nearly as the largest of them does
"""
import csv
import json
import math
import os
import re
import subprocess

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
TOP = (7, 64)  # fewer partners than there are, and more
SHARE = 0.07


def spillway(*arguments):
    done = subprocess.run([SPILLWAY, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"spillway {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def close(a, b, tolerance=1e-12):
    """Equal up to rounding, missing where the other is."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=1e-300, equal_nan=True)


def same(a, b):
    """Equal to the bit, but for which NaN."""
    return np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind == "f")


# ---- the description of a measure -----------------------------------------------------------

class Description:
    """`spillway measures NAME`, read back."""

    def __init__(self, name):
        text = spillway("measures", name)
        head, self.section, title = text.split("\n", 1)[0], {}, None
        self.kind = re.search(r"\((\w+), version \d+\)$", head).group(1)
        for line in text.split("\n")[1:]:
            if line and line[0] != " ":
                title = line
                self.section[title] = []
            elif title and line:
                self.section[title].append(line[4:])
        for title in ("Formula", "Parameters", "Outputs", "Source", "In a study"):
            assert any(s.strip() for s in self.section.get(title, [])), f"{name}: no {title}"
        self.params = self.items("Parameters")
        self.outputs = self.items("Outputs")

    def items(self, title):
        """Name -> text of the items of a section, each of them once."""
        found, name = {}, None
        for line in self.section[title]:
            if line[0] != " ":
                name, _, rest = line.partition(" ")
                assert name not in found, f"{title}: {name} stands twice"
                found[name] = rest.strip()
            else:
                found[name] += " " + line.strip()
        return found

    def choices(self, param):
        match = re.match(r"one of (\S+?),", self.params[param])
        return match.group(1).split("|") if match else []

    def is_declared(self, param):
        """Says of itself whether it must be given, and what it is otherwise."""
        return re.search(r", (required|default \S|optional)", self.params[param]) is not None


# ---- results --------------------------------------------------------------------------------

class Result:
    """The variables of one group: arrays by name, with the names of their axes."""

    def __init__(self, group):
        self.undefined = group.attrs["undefined"].decode()
        self.data, self.axes, self.label, scale = {}, {}, {}, {}
        self.below = {}  # matrices below this one, by the path from here
        group.visititems(lambda path, item: self.below.update({path: Result(item)})
                         if isinstance(item, h5py.Group) and "value" in item else None)
        datasets = [(name, item) for name, item in group.items() if isinstance(item, h5py.Dataset)]
        for name, dataset in datasets:
            if "CLASS" in dataset.attrs:
                scale[address(dataset.id)] = name
                if dataset.dtype.kind in "Oif":
                    self.label[name] = [text.decode() if isinstance(text, bytes) else text.item()
                                        for text in dataset[:]]
        for name, dataset in datasets:
            computed = name in scale.values() and "undefined" in dataset.attrs  # a coordinate
            if name in CHECKSUMS or (name in scale.values() and not computed):
                continue
            assert dataset.attrs["long_name"] and dataset.attrs["units"], dataset.name
            self.data[name] = dataset[...]
            of = [h5py.h5r.dereference(ref[0], group.id)
                  for ref in dataset.attrs.get("DIMENSION_LIST", [])]  # of a scalar there is none
            self.axes[name] = [name] if computed else [scale[address(at)] for at in of]

    def __getitem__(self, name):
        return self.data[name]

    def __contains__(self, name):
        return name in self.data

    def by_period(self):
        """Of one matrix over all periods: as if it were of a single one."""
        if "time" in self.axes[SUMMARY[0]]:
            return self
        one = object.__new__(Result)
        one.__dict__.update(self.__dict__, axes=dict(self.axes), data=dict(self.data))
        for name, values in self.data.items():
            if not {"time", "entry"} & set(self.axes[name]):
                one.data[name], one.axes[name] = values[None], ["time"] + self.axes[name]
        return one


# What the file says of its own numbers.
CHECKSUMS = ("operand_hash", "tile_checksum", "block_checksum", "value_checksum")


def address(identity):
    """Of an object in its file, whatever link leads to it."""
    return h5py.h5o.get_info(identity).addr


def read_results(path):
    with h5py.File(path, "r") as file:
        assert file.attrs["state"] == b"complete"
        assert file.attrs["weights"].decode() == WEIGHTS_IN_FORCE
        found = {n: Result(g) for n, g in file.get("composites", {}).items()}
        found.update({n: Result(g) for n, g in file.items()
                      if isinstance(g, h5py.Group) and "measure" in g.attrs})
        return found


# ---- a world --------------------------------------------------------------------------------

WEIGHTS = """weights:
  contiguity: {kind: file, file: edges.csv}
  islands: {kind: file, file: islands.csv, style: row}
  near: {kind: knn, k: 4, style: binary}
"""
# As the results file has them: every default in force.
WEIGHTS_IN_FORCE = """contiguity: {kind: file, file: edges.csv, style: row}
islands: {kind: file, file: islands.csv, style: row}
near: {kind: knn, k: 4, style: binary}"""


# Observed flows, of some periods and of all, from and to less than all units.
FLOWS = {
    "od_years": {"file": "od.csv", "unit_from": "home", "unit_to": "work", "time": "year",
                 "value": "people"},
    "od_once": {"file": "once.csv", "unit_from": "from", "unit_to": "to", "value": "people"},
}


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class World:
    """A folder with a synthetic country. `codes`: new codes of the units, by old. `long`: for the
    entries that ask for many periods."""

    def __init__(self, folder, units, periods, missing=0.0, codes=None, long=False):
        self.folder, self.gaps, self.long = folder, missing > 0, long
        spillway("synth", "-o", folder, "--units", str(units), "--periods", str(periods), "--seed",
                 "7", "--missing", str(missing))
        with open(self.path("study.yaml")) as file:
            self.head = file.read().split("weights:\n")[0]
        self.add_files()
        if codes:
            self.rename(codes)
        self.read()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, rows):
        with open(self.path(name), "w", newline="") as file:
            csv.writer(file).writerows(rows)

    def add_files(self):
        """Links without those of two units; distances whole and in part; a national table."""
        code = sorted(row["code"] for row in read_csv(self.path("units.csv")))
        edge = [(row["from"], row["to"]) for row in read_csv(self.path("edges.csv"))]
        alone = {code[3], code[-2]}
        self.write("islands.csv", [("from", "to")] + [e for e in edge if not alone & set(e)])
        rng = np.random.default_rng(5)
        self.add_distances(code, rng)
        self.add_flows(code)
        self.add_network(code, edge)
        names = list(read_csv(self.path("panel.csv"))[0])[2:]
        years = sorted({row["year"] for row in read_csv(self.path("panel.csv"))})
        self.write("national.csv", [["year"] + names] +
                   [[year] + np.round(rng.uniform(1e3, 1e6, len(names)), 1).tolist()
                    for year in years])

    def add_distances(self, code, rng):
        """All pairs, and some of them."""
        n = len(code)
        hours = np.round(rng.uniform(0.5, 20, (n, n)), 1)
        hours = np.triu(hours, 1) + np.triu(hours, 1).T
        self.write("hours.csv", [["code"] + code] +
                   [[c] + row.tolist() for c, row in zip(code, hours)])
        self.write("roads.csv", [("from", "to", "distance")] +
                   [(code[i], code[j], round(1 + 50 * rng.random(), 3))
                    for i in range(n) for j in range(n) if i != j and rng.random() < 0.2])

    def add_flows(self, code):
        """Poisson numbers that fall with distance, in two years; more or less the same without a
        year. One unit sends nothing, one receives nothing; some people stay; some zeros are said."""
        rng = np.random.default_rng(17)
        rows = {row["code"]: row for row in read_csv(self.path("units.csv"))}
        lon, lat = (np.radians(np.array([float(rows[c][k]) for c in code])) for k in ("lon", "lat"))
        h = (np.sin((lat[:, None] - lat) / 2) ** 2 +
             np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2)
        d = 2 * 6371.0088 * np.arcsin(np.sqrt(h)) + 20 * np.eye(len(code))
        size = rng.lognormal(0, 1, len(code))
        mean = size[:, None] ** .8 * size ** .6 / d ** 1.2
        mean *= 10 * len(code) / mean.sum()
        mean[5], mean[:, 9] = 0, 0
        years = sorted({row["year"] for row in read_csv(self.path("panel.csv"))})[:3:2]

        def flows(year):
            drawn = rng.poisson(mean)
            return [(code[i], code[j]) + year + (int(drawn[i, j]),) for i in range(len(code))
                    for j in range(len(code)) if drawn[i, j] or (i + 2 * j) % 19 == 0]
        self.write("od.csv", [("home", "work", "year", "people")] +
                   [row for year in years for row in flows((year,))])
        self.write("once.csv", [("from", "to", "people")] + flows(()))

    def add_network(self, code, edge):
        """Units are nodes: roads between neighbours, and rails that open in the second period."""
        years = sorted({row["year"] for row in read_csv(self.path("panel.csv"))})
        rng = np.random.default_rng(6)
        lines = [(a, b, "road", round(10 + 50 * rng.random(), 2), "") for a, b in edge if a < b]
        lines += [(a, b, "rail", round(5 + 20 * rng.random(), 2), years[min(1, len(years) - 1)])
                  for a, b in zip(code[::4], code[4::4])]
        self.write("nodes.csv", [("node",)] + [(c,) for c in code])
        self.write("lines.csv", [("from", "to", "mode", "minutes", "opens")] + lines)

    def minutes(self, transfer):
        """On that network, by period, by all ways."""
        found = np.full((self.periods, self.n, self.n), np.nan)
        for t, year in enumerate(self.year):
            d, there = np.full((2 * self.n,) * 2, np.inf), np.zeros((self.n, 2), bool)
            np.fill_diagonal(d, 0)
            for row in read_csv(self.path("lines.csv")):
                a, b, mode = self.at[row["from"]], self.at[row["to"]], int(row["mode"] == "rail")
                if row["opens"] <= year:
                    there[[a, b], mode] = True
                    a, b = 2 * a + mode, 2 * b + mode
                    d[a, b] = d[b, a] = min(d[a, b], float(row["minutes"]))
            for k in np.flatnonzero(there.all(1)):
                d[2 * k, 2 * k + 1] = d[2 * k + 1, 2 * k] = transfer
            for k in range(2 * self.n):
                np.minimum(d, d[:, k, None] + d[k], out=d)
            d[~there.ravel()] = d[:, ~there.ravel()] = np.inf
            least = d.reshape(self.n, 2, self.n, 2).min((1, 3))
            found[t] = np.where(np.isfinite(least), least, np.nan)
            np.fill_diagonal(found[t], np.nan)
        return found

    def rename(self, codes):
        for name in ("units.csv", "panel.csv", "edges.csv", "islands.csv", "hours.csv", "roads.csv",
                     "od.csv", "once.csv", "nodes.csv", "lines.csv"):
            with open(self.path(name), newline="") as file:
                rows = [[codes.get(cell, cell) for cell in row] for row in csv.reader(file)]
            self.write(name, rows)

    def read(self):
        rows = read_csv(self.path("panel.csv"))
        self.code = sorted({row["code"] for row in rows})
        self.year = sorted({row["year"] for row in rows})
        self.at = {code: i for i, code in enumerate(self.code)}
        self.n, self.periods = len(self.code), len(self.year)
        self.column = {}
        for name in list(rows[0])[2:]:
            self.column[name] = np.full((self.periods, self.n), np.nan)
            for row in rows:
                value = float(row[name]) if row[name] else np.nan
                self.column[name][self.year.index(row["year"]), self.at[row["code"]]] = value
        derived = re.search(r"^  derive:\n((?:    .*\n)+)", self.head, re.M).group(1)
        for line in derived.strip().split("\n"):  # arithmetic as Python writes it
            name, expression = line.strip().split(": ")
            self.column[name] = eval(expression, {}, self.column)
        units = sorted(read_csv(self.path("units.csv")), key=lambda row: row["code"])
        self.unit = {name: [row[name] for row in units] for name in units[0]}
        self.national = read_csv(self.path("national.csv"))

    def links(self, name):
        """A dense matrix of 0 and 1 out of a file of links."""
        w = np.zeros((self.n, self.n))
        for row in read_csv(self.path(name)):
            w[self.at[row["from"]], self.at[row["to"]]] = 1
        return w

    def distance(self, name):
        d = np.full((self.n, self.n), np.nan)
        with open(self.path(name), newline="") as file:
            head, *rows = csv.reader(file)
        for row in rows:
            if name == "roads.csv":
                d[self.at[row[0]], self.at[row[1]]] = float(row[2])
                continue
            for code, cell in zip(head[1:], row[1:]):
                d[self.at[row[0]], self.at[code]] = float(cell)
        return d

    def great_circle(self):
        lon, lat = (np.radians(np.array(self.unit[c], float)) for c in ("lon", "lat"))
        h = (np.sin((lat[:, None] - lat) / 2) ** 2 +
             np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2)
        d = 2 * 6371.0088 * np.arcsin(np.sqrt(h))
        np.fill_diagonal(d, np.nan)
        return d

    def flows(self, name, year):
        """Pairs of the table, NaN elsewhere, with those within units; of one year."""
        of = FLOWS[name]
        f = np.full((self.n, self.n), np.nan)
        for row in read_csv(self.path(of["file"])):
            if "time" not in of or row[of["time"]] == str(year):
                f[self.at[row[of["unit_from"]]], self.at[row[of["unit_to"]]]] = float(row[of["value"]])
        return f

    def values(self, params, r, name):
        """An indicator or the score of a composite, in the periods of the result."""
        return self.column[params.get(name, name)][[self.year.index(str(y)) for y in r.label["time"]]]

    def run(self, name, composites, measures, precision="float64"):
        """Run a study of these entries: lists of (measure, label, params)."""
        asked = {label for _, label, _ in composites + measures}
        flows = FLOWS if any(m == "observed_flow" or re.search(r'"od_(years|once)"', json.dumps(p))
                             for m, _, p in measures) else {}
        lines = [self.head + WEIGHTS + ("pairs:" if flows else "")]
        lines += [f"  {label}: {json.dumps(params)}" for label, params in flows.items()]
        lines += ["composites:"] if composites else []
        lines += [f"  {label}: {json.dumps(params)}" for _, label, params in composites]
        lines += ["measures:"] if measures else []
        lines += [f"  - {measure}: {json.dumps(dict(params, **{'as': label}))}"
                  for measure, label, params in measures if measure != "observed_flow"]
        lines += [f"output: {{file: {name}.h5, precision: {precision}}}", "tile: 16", ""]
        with open(self.path(name + ".yaml"), "w") as file:
            file.write("\n".join(lines))
        spillway("run", self.path(name + ".yaml"), "--quiet", "--threads", "1")
        results = read_results(self.path(name + ".h5"))
        results = {label: result for label, result in results.items() if label in asked}
        self.column.update((label, results[label]["score"]) for _, label, _ in composites)
        return results


# ---- coupling, plainly ----------------------------------------------------------------------

def coupling(form, u):
    """C of k scores: u is an array of k first."""
    k = len(u)
    if form == "product":
        return k * u.prod(0) ** (1 / k) / u.sum(0)
    if form == "wang2021":
        apart = sum(abs(u[i] - u[j]) for i in range(k) for j in range(i)) / (k * (k - 1) / 2)
        return np.sqrt((1 - apart) * (u / u.max(0)).prod(0) ** (1 / (k - 1)))
    return 1 - 2 * u.std(0)


# ---- laws, plainly --------------------------------------------------------------------------

def beta_below(a, b, x):
    """The regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1 or x > (a + 1) / (a + b + 2):
        return 0.0 if x <= 0 else 1.0 if x >= 1 else 1 - beta_below(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) +
                     a * math.log(x) + b * math.log1p(-x)) / a
    c, d, f = 1.0, 0.0, 1.0
    for step in range(400):
        m = step // 2
        term = 1.0 if step == 0 else m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) if step % 2 == 0 \
            else -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d)
        c = 1 + term / c
        f *= c * d
    return front * (f - 1)


def t_two_sided(t, df):
    return beta_below(df / 2, 0.5, df / (df + t * t))


def f_above(f, df1, df2):
    return beta_below(df2 / 2, df1 / 2, df2 / (df2 + df1 * f))


# ---- properties of every pair result --------------------------------------------------------

SUMMARY = ("out_strength", "in_strength", "total", "mean", "max", "n_pairs")


def order(row, by):
    """Places of a row's values, the strongest first, ties by code; without the NaN."""
    weak = {"largest": -row, "absolute": -abs(row), "smallest": row}[by]
    place = np.lexsort((np.arange(len(row)), weak))
    return place[~np.isnan(row[place])]


def sum_over(value, there):
    """A sum of nothing is no number."""
    return np.where(there > 0, value, np.nan)


def without_diagonal(r, names, defined):
    """Of a measure that defines it: it is in no sum, and no partner."""
    if not defined:
        return r
    other = object.__new__(Result)
    other.__dict__.update(r.__dict__, data=dict(r.data))
    for name in names:
        n = r.data[name].shape[-1]
        assert not np.isnan(r.data[name][:, range(n), range(n)]).all(), f"{name}: no diagonal"
        other.data[name] = r.data[name].copy()
        other.data[name][:, range(n), range(n)] = np.nan
    return other


def check_dense(r, directed, quantities):
    value = r["value"]
    n = value.shape[-1]
    for name in quantities:
        matrix = r[name]
        assert np.isnan(matrix[:, range(n), range(n)]).all(), f"{name}: the diagonal is not NaN"
        turned = matrix.transpose(0, 2, 1)
        assert directed or same(matrix, turned), f"{name}: undirected, and not symmetric to the bit"
    assert not directed or not all(close(r[name], r[name].transpose(0, 2, 1)) for name in quantities), \
        "directed, and symmetric"
    missing = int(np.isnan(value).sum()) - value.shape[0] * n
    assert r.undefined.startswith(f"{missing} of "), (r.undefined, missing)
    for axis, name in ((2, "out_strength"), (1, "in_strength")):
        want = sum_over(np.nansum(value, axis), (~np.isnan(value)).sum(axis))
        assert close(r[name], want), name
        assert not np.isnan(want).any() or f"{name} {np.isnan(want).sum()}" in r.undefined, r.undefined
    count = (~np.isnan(value)).sum((1, 2))
    assert close(r["total"], sum_over(np.nansum(value, (1, 2)), count)), "total"
    assert close(r["mean"], np.nansum(value, (1, 2)) / count), "mean"
    assert same(r["max"], np.nanmax(value, (1, 2))), "max"
    assert r["n_pairs"].tolist() == count.tolist(), "n_pairs"


def check_top(r, dense, k, by, quantities):
    partner = r["partner"]
    for t in range(partner.shape[0]):
        for i, row in enumerate(dense["value"][t]):
            want = order(row, by)[:k]
            assert partner[t, i, :len(want)].tolist() == want.tolist(), f"top of {i} in {t}"
            assert (partner[t, i, len(want):] == -1).all(), "no partner is not -1"
            for name in quantities:
                got = r[name][t, i]
                assert same(got[:len(want)], dense[name][t, i, want]), f"top: {name}"
                assert np.isnan(got[len(want):]).all(), f"top: {name} beyond the last"


def check_entries(r, dense, quantities, wanted):
    """Rows compressed; wanted(row, i): the places that are kept, in order."""
    at = 0
    for t, matrix in enumerate(dense["value"]):
        for i, row in enumerate(matrix):
            want = wanted(row, i)
            assert r["row_start"][t, i] == at, "row_start"
            end = at + len(want)
            assert r["partner"][at:end].tolist() == want.tolist(), f"partners of {i} in {t}"
            for name in quantities:
                assert same(r[name][at:end], dense[name][t, i, want]), name
            at = end
        assert r["row_start"][t, -1] == at, "row_start"
    assert len(r["partner"]) == at


def with_undefined_last(row, by, linked):
    place = order(np.where(linked, row, np.nan), by)
    return np.concatenate([place, np.flatnonzero(linked & np.isnan(row))])


def is_over(row, by, threshold):
    return (abs(row) if by == "absolute" else row) > threshold


def check_share(r, dense, share, by, quantities):
    """The strongest of all ordered pairs; ties by the row's code, then the column's."""
    kept = []
    for matrix in dense["value"]:
        place = order(matrix.ravel(), by)
        mask = np.zeros(matrix.size, bool)
        mask[place[:max(1, int(share * len(place) + 0.5))]] = True
        kept += [row for row in mask.reshape(matrix.shape)]
    rows = iter(kept)

    def wanted(row, i):
        mask = next(rows)
        return np.array([j for j in order(row, by) if mask[j]], int)
    check_entries(r, dense, quantities, wanted)


# What every pair entry may ask for, and what it then writes.
SUMS = {"blocks": "province", "rings": [300, 900], "centres": {"top": 3, "by": "gdp"}}
SUMMED = ("block_sum", "block_count", "sent_to", "received_from", "ring_sum", "ring_count", "ring_out",
          "from_centre", "to_centre")


def check_sums(world, params, r, dense, whole):
    """Against the matrix: by group, by ring of the entry's own distance, from and to centres, which have the
    diagonal (`whole`) where the measure defines it."""
    value = dense["value"]
    v, there = np.where(np.isnan(value), 0, value), ~np.isnan(value)
    # Values of both signs may cancel: what a sum agrees to goes by the largest of them.
    rounding = 1e-12 * v.shape[1] * abs(v).max()

    def close(a, b):
        assert same(np.isnan(a), np.isnan(b))
        return np.allclose(a, b, rtol=1e-12, atol=rounding if (v < 0).any() else 1e-300,
                           equal_nan=True)

    label = r.label["province"]
    assert label == sorted(set(world.unit["province"])) == r.label["province_to"]
    member = np.array(world.unit["province"])[:, None] == np.array(label)
    assert close(r["sent_to"], sum_over(v @ member, there @ member.astype(int))), "sent_to"
    turned = sum_over(v.transpose(0, 2, 1) @ member, there.transpose(0, 2, 1) @ member.astype(int))
    assert close(r["received_from"], turned), "received_from"
    block = sum_over(member.T @ (v @ member), r["block_count"])
    assert close(r["block_sum"], block), "block_sum"
    assert same(r["block_count"], member.T.astype(int) @ (there @ member.astype(int))), "block_count"
    centre = [world.at[code] for code in r.label["centre"]]
    assert same(r["to_centre"], whole["value"][:, :, centre]), "to_centre"
    assert same(r["from_centre"], whole["value"][:, centre]), "from_centre"
    kind = params.get("distance", "great-circle")
    if kind == "geodesic":  # the plain world has no ellipsoid
        return
    d = world.minutes(kind["network"]["transfer"]) if "network" in kind else \
        world.distance(kind["file"]) if isinstance(kind, dict) else world.great_circle()
    for k, (above, to) in enumerate(((0, 300), (300, 900), (900, np.inf))):
        within = (d > above) & (d <= to)
        out = sum_over((v * within).sum(2), (there & within).sum(2))
        assert close(r["ring_out"][:, :, k], out), f"ring_out to {to}"
        total = sum_over((v * within).sum((1, 2)), (there & within).sum((1, 2)))
        assert close(r["ring_sum"][:, k], total), f"ring_sum to {to}"
        assert same(r["ring_count"][:, k], (there & within).sum((1, 2))), f"ring_count to {to}"


def check_kept(kept, dense, threshold, linked, by, quantities):
    """`kept`: the results of one entry by form of keep, in the precision of `dense`."""
    for k in TOP:
        check_top(kept[f"top{k}"], dense, min(k, dense["value"].shape[1]), by, quantities)
    check_entries(kept["above"], dense, quantities,
                  lambda row, i: np.array([j for j in order(row, by) if is_over(row[j], by, threshold)], int))
    check_share(kept["share"], dense, SHARE, by, quantities)
    check_entries(kept["links"], dense, quantities,
                  lambda row, i: with_undefined_last(row, by, linked[i]))
    of_pairs = {name for name in kept["summary"].data if name not in SUMMARY and
                "unit_to" in dense.axes.get(name, ["unit_to"])}
    assert not of_pairs, f"summary keeps pairs: {of_pairs}"
    for form, r in kept.items():
        for name in SUMMARY:
            assert same(r[name], dense[name]), f"{form}: {name} is not dense's to the bit"
