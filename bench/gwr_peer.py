"""Local regressions with mgwr (where it can be imported), and in numpy with mgwr's own steps: distances
of a unit, its k-th, weights, normal equations, coefficients and a row of the hat matrix. Both over units
evenly spread, times as many as there are, times the bandwidths that mgwr's golden section tries; the
engine does its whole run: its search over more bandwidths, the fits, errors and local R2. The same
coefficients are demanded first. One thread, processor time."""
import math
import os
import tempfile

import h5py
import numpy as np

import panel
import programs as run
import record
from pairs_peer import timed

VARIABLES = 5
STUDY = """study: bench
panel: {file: panel.csv, unit: unit}
units: {file: units.csv, unit: unit, lon: lon, lat: lat}
measures:
  - gwr: {y: y, x: [x0, x1, x2, x3, x4]}
output: {file: gwr.h5}
"""


def world(n):
    """Coefficients that change over the country."""
    data, draw = panel.country(n), np.random.default_rng(7)
    x = draw.normal(size=(n, VARIABLES))
    b = [np.sin(data[0] / 10 + j) + np.cos(data[1] / 7 * j) for j in range(VARIABLES + 1)]
    return data[0], data[1], x, b[0] + sum(b[j + 1] * x[:, j] for j in range(VARIABLES)) + draw.normal(size=n)


def write(folder, lon, lat, x, y):
    with open(os.path.join(folder, "units.csv"), "w", encoding="ascii") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"{i:06d},{a!r},{b!r}\n" for i, (a, b) in enumerate(zip(lon.tolist(), lat.tolist())))
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,y," + ",".join(f"x{j}" for j in range(VARIABLES)) + "\n")
        file.writelines(f"{i:06d}," + ",".join(repr(v) for v in [y[i].item(), *x[i].tolist()]) + "\n"
                        for i in range(len(y)))
    path = os.path.join(folder, "gwr.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write(STUDY)
    return path


def tried(n):
    """How many bandwidths a golden section over whole numbers looks at, as mgwr's does: from 40 + 2 k
    to n, each once."""
    return int(math.log(n - 40 - 2 * (VARIABLES + 1)) / math.log((1 + 5 ** .5) / 2)) + 1


def in_numpy(lon, lat, x, y, k, rows):
    """What mgwr does for each unit and bandwidth (mgwr.gwr.GWR._local_fit, spglm.iwls)."""
    design = np.column_stack([np.ones(len(y)), x])
    a, b, found = np.radians(lon), np.radians(lat), []
    for i in rows:
        h = np.sin((b - b[i]) / 2) ** 2 + np.cos(b[i]) * np.cos(b) * np.sin((a - a[i]) / 2) ** 2
        d = 2 * 6371.0088 * np.arcsin(np.sqrt(h))
        u = d / (np.partition(d, k - 1)[k - 1] * 1.0000001)
        w = np.where(u < 1, (1 - u ** 2) ** 2, 0)
        xw = (design * w[:, None]).T
        inverse = np.linalg.solve(xw @ design, xw)
        found.append(inverse @ y)
        _ = design[i] @ inverse
    return np.array(found)


def in_mgwr(lon, lat, x, y, k, rows):
    from mgwr.gwr import GWR
    model = GWR(list(zip(lon, lat)), y[:, None], x, k, spherical=True)
    model.fit_params = dict(ini_params=None, tol=1e-5, max_iter=20, solve="iwls", lite=True)
    return lambda: [model._local_fit(i) for i in rows]


def has_mgwr():
    try:
        import mgwr
        return getattr(mgwr, "__version__", "of unknown version")
    except ImportError:
        return None


def measure(programs, given, suite):
    lon, lat, x, y = world(given.size(3000, 1500))
    n, version = len(y), has_mgwr()
    rows = np.arange(0, n, max(1, n // 40))
    times = tried(n) * n / len(rows)
    ours, numpy, mgwr = [], [], []
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        path = write(folder, lon, lat, x, y)
        run.call(programs.spillway, "run", path, "--force", "--threads", "1")
        with h5py.File(os.path.join(folder, "gwr.h5"), "r") as file:
            k, b = int(file["gwr/bandwidth"][0]), file["gwr/coefficient"][0]
        if not np.allclose(b[rows], in_numpy(lon, lat, x, y, k, rows), rtol=1e-8, atol=1e-10):
            run.stop("gwr: the coefficients are not those of numpy")
        for _ in range(given.repeats(3)):
            ours.append(run.run_study(programs, path, 1, 1)[0]["processor"])
            numpy.append(times * timed(lambda: in_numpy(lon, lat, x, y, k, rows))[0])
            if version:
                mgwr.append(times * timed(in_mgwr(lon, lat, x, y, k, rows))[0])
    note = f"{len(rows)} of {n} units evenly spread, times {tried(n)} bandwidths; bandwidth {k}"
    common = {"units": n, "threads": 1, "measure": "gwr", "note": note}
    ours = np.array(ours)
    made = [record.make(suite, "gwr with its search, spillway", "time", "s", ours, **common),
            record.make(suite, "gwr, times numpy", "ratio of times", "1", np.array(numpy) / ours, **common)]
    if not version:
        return made + [record.skipped(suite, "gwr in mgwr", "mgwr is missing (pip install mgwr); its steps in "
                                      "numpy stand for it")]
    return made + [record.make(suite, f"gwr, times mgwr {version}", "ratio of times", "1", np.array(mgwr) / ours,
                               wanted=20, **common)]
