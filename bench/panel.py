"""Units that the benchmarks share."""
import os

import numpy as np


def country(n):
    """Units as a national panel has them: provinces in code order, counties scattered in each."""
    draw = np.random.default_rng(20240101)
    provinces = max(1, n // 90)
    data = np.empty((6, n))
    of = np.arange(n) * provinces // n
    lon, lat = draw.uniform(78, 131, provinces), draw.uniform(20, 50, provinces)
    order = np.lexsort((lat, np.floor(lon / 6)))
    data[0] = lon[order][of] + draw.normal(0, 1.2, n)
    data[1] = lat[order][of] + draw.normal(0, 0.9, n)
    data[2] = draw.lognormal(3, 1, n)
    data[3:6] = draw.uniform(0.01, 1, (3, n))
    return data


def industries(n):
    """Output of 20 industries: of very unlike size, and so are units."""
    draw = np.random.default_rng(20240102)
    return draw.lognormal(0, 1, (20, n)) * draw.lognormal(3, 1, n) * draw.lognormal(0, 1, (20, 1))


def write_inputs(folder, data):
    """units.csv and panel.csv of such units, one period: mass, s1, s2, s3."""
    codes = [f"{k:06d}" for k in range(data.shape[1])]
    with open(os.path.join(folder, "units.csv"), "w", encoding="ascii") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{c},{x:.9f},{y:.9f}\n" for c, x, y in zip(codes, data[0], data[1]))
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,mass,s1,s2,s3\n")
        file.writelines(f"{c},{m:.9g},{a:.9g},{b:.9g},{d:.9g}\n" for c, m, a, b, d in
                        zip(codes, *data[2:6]))


STUDY = """study: bench
panel: {{file: panel.csv, unit: unit}}
units: {{file: units.csv, unit: unit, lon: lon, lat: lat}}
measures:
  - {entry}
output: {{file: {name}.h5, precision: float32}}
{more}
"""
GRAVITY = "gravity: {{mass: mass, distance: great-circle, decay: 2, keep: {keep}}}"
COUPLING = "pairwise_coupling: {{systems: [s1, s2, s3], keep: {keep}}}"


def write_study(folder, name, entry, more=""):
    path = os.path.join(folder, name + ".yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write(STUDY.format(entry=entry, name=name, more=more))
    return path
