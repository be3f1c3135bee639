"""Small studies whose reports are tested, and their results as h5py reads them.

`towns`: 96 towns on a grid of one-degree squares, five years, two group columns; one town has no
polygon, one polygon no town, one town no value at all, some cells are missing, some are zero."""
import json
import os
import subprocess

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
ROWS, COLUMNS, YEARS = 8, 12, range(2001, 2006)
NO_POLYGON, NO_VALUES, NO_TOWN = "t0306", "t0711", "t9999"

STUDY = """study: towns
title: {en: Towns of a grid, zh: 网格上的镇}
panel:
  file: panel.csv
  unit: code
  time: year
  missing: keep
  derive:
    gdp_pc: gdp / population
units:
  file: units.csv
  unit: code
  lon: lon
  lat: lat
  name: {en: name, zh: name_zh}
  noun: {en: town, zh: 镇}
  groups: [state, region]
  polygons: {file: towns.geojson, key: code}
weights:
  near: {kind: knn, k: 4}
  roads: {kind: file, file: roads.csv}
composites:
  economy: {positive: [gdp_pc, income], weights: entropy}
  ecology: {positive: [green], negative: [smoke], weights: {green: 0.3, smoke: 0.7}}
measures:
  - coupling_coordination: {systems: [economy, ecology], as: ccd}
  - location_quotient: {industries: [farms, mills], total: gdp, base: own, base_over: complete, as: lq}
  - moran: {of: income, weights: near, islands: adjust, as: moran_income}
  - moran: {of: smoke, weights: roads, islands: adjust, as: moran_smoke}
  - inequality: {of: gdp_pc, weight: population, groups: [region, state], as: gaps}
  - local_moran: {of: income, weights: near, permutations: 99, as: lisa}
  - markov: {of: income, classes: 3, as: ladder}
  - shift_share: {industries: [farms, mills], base_over: complete, as: shifts}
  - gravity: {mass: [population, gdp], keep: {top: 5}, blocks: state, as: gravity}
  - pairwise_coupling: {systems: [economy, ecology], keep: summary, as: between}
output:
  file: results.h5
seed: 7
"""


def code(row, column):
    return f"t{row:02d}{column:02d}"


def square(row, column, name):
    x, y = 100 + column, 30 + row
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {"type": "Feature", "properties": {"code": name},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def cell(value):
    return "" if np.isnan(value) else repr(float(value))


class World:
    """A folder with a study, its results and reports of them. `names`, `years`, `rows`, `columns`
    and `study` say what is other than in `towns`."""

    def __init__(self, folder, study=STUDY, rows=ROWS, columns=COLUMNS, years=YEARS, name=None, polygons=True,
                 change=None):
        self.folder = folder
        self.codes = [code(r, c) for r in range(rows) for c in range(columns)]
        self.years = list(years)
        self.at = [(r, c) for r in range(rows) for c in range(columns)]
        self.draw(rows, columns)
        if change:
            change(self)
        self.names = [name(u) if name else f"Town {r}-{c}" for u, (r, c) in zip(self.codes, self.at)]
        self.write_panel()
        self.write_units()
        self.write_roads()
        if polygons:
            self.write_polygons()
        self.write("study.yaml", study)
        self.spillway("run", "--quiet", self.path("study.yaml"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def spillway(self, *words, status=0):
        done = subprocess.run([SPILLWAY, *words], capture_output=True, text=True, cwd=self.folder, timeout=300)
        assert done.returncode == status, f"{words}: {done.returncode}: {done.stderr}{done.stdout}"
        return done.stdout + done.stderr

    def report(self, *words, name="report.html", results="results.h5"):
        self.spillway("report", results, "--force", "-o", name, *words)
        return self.path(name)

    def unit(self, name):
        """Of a unit as the page or a saved picture names it, by its code or its place, its place."""
        return self.codes.index(name) if name in self.codes else int(name)

    def results(self):
        return h5py.File(self.path("results.h5"))

    # ---- the panel ----------------------------------------------------------------------------

    def draw(self, rows, columns):
        """Indicators of years x towns: they rise to the east, and with time."""
        random = np.random.default_rng(15)
        n, t = rows * columns, len(self.years)
        east = np.array([c for _, c in self.at]) / max(columns, 2)
        year = np.arange(t)[:, None]

        def some(level, slope, spread):
            return level * np.exp(slope * east + .03 * year + spread * random.standard_normal((t, n)))
        self.column = {"population": some(5e4, .5, .4), "income": some(2e3, .6, .15), "green": some(30, -.4, .2),
                       "smoke": some(40, .3, .2), "farms": some(3e5, -.8, .5), "mills": some(8e5, .8, .5)}
        self.column["gdp"] = self.column["farms"] + self.column["mills"] + some(1e6, .4, .2)
        if n < 20:
            return
        self.column["mills"][:, 5] = 0  # a town without mills: a zero, which is not missing
        self.column["income"][t // 4, 3:9] = np.nan
        self.column["green"][t - 1, 20:40] = np.nan
        last = self.codes.index(NO_VALUES) if NO_VALUES in self.codes else 0
        for values in self.column.values():
            values[:, last] = np.nan

    def write_panel(self):
        lines = ["code,year," + ",".join(self.column)]
        for u, unit in enumerate(self.codes):
            for t, year in enumerate(self.years):
                lines.append(f"{unit},{year}," + ",".join(cell(x[t, u]) for x in self.column.values()))
        self.write("panel.csv", "\n".join(lines) + "\n")

    def write_units(self):
        lines = ["code,lon,lat,name,name_zh,state,region"]
        for unit, name, (r, c) in zip(self.codes, self.names, self.at):
            quoted = '"' + name.replace('"', '""') + '"'
            lines.append(f"{unit},{100.5 + c},{30.5 + r},{quoted},镇{r}之{c},S{r // 4}{c // 4},"
                         f"{'west' if c < COLUMNS // 2 else 'east'}")
        self.write("units.csv", "\n".join(lines) + "\n")

    def write_roads(self):
        """Between neighbours to the east and west; one way alone from the first, none of the last."""
        lines = ["from,to"]
        for unit, (r, c) in zip(self.codes, self.at):
            east = code(r, c + 1)
            if east in self.codes and east != self.codes[-1]:
                lines += [f"{unit},{east}", f"{east},{unit}"]
        self.write("roads.csv", "\n".join(lines[:2] + lines[3:]) + "\n")

    def write_polygons(self):
        shapes = [square(r, c, unit) for unit, (r, c) in zip(self.codes, self.at) if unit != NO_POLYGON]
        shapes.append(square(ROWS + 1, 0, NO_TOWN))
        self.write("towns.geojson", json.dumps({"type": "FeatureCollection", "features": shapes}))


# ---- what a results file has, by h5py -------------------------------------------------------------

def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def values(file, variable, part=None, axis=None):
    """Periods x units of a quantity; `part` a label along its further axis."""
    data = file[variable]
    x = data[...]
    if part is not None:
        labels = [text(v) for v in file[variable.rsplit("/", 1)[0]][axis][:]]
        x = x[..., labels.index(part)]
    return x
