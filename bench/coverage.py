#!/usr/bin/env python3
"""Monte Carlo of the spatial models: data with known coefficients on real neighbours, and whether the
estimates are about them and intervals of 95 percent hold them so often.

    bench/coverage.py [--draws 500] [--model NAME] [--threads N]

Neighbours are those of the shared data: 100 counties of North Carolina for cross-sections, 48 states of
the US for panels. All draws of a model are outcomes of one entry (`grid`), with the same x. For each
parameter: its value, bias with its own standard error, standard deviation over draws, mean standard
error, and the share of intervals that hold the value; with 500 draws 93.1 to 96.9 percent is what a right interval
gives 19 times in 20. PROGRAM names another program than build/release/spillway."""
import argparse
import csv
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.join(os.environ.get("SPILLWAY_SHARED", os.path.join(ROOT, "..", "shared")), "data")
PROGRAM = os.environ.get("PROGRAM", os.path.join(ROOT, "build", "release", "spillway"))
B, T_LAG = np.array([1.0, -.5]), np.array([.6, .3])

# What is fitted, the periods, and what is true. All have two variables, and errors of variance 1.
MODELS = {
    "lag": dict(form="lag", rho=.4),
    "lag, gm": dict(form="lag", method="gm", rho=.4),
    "error": dict(form="error", lam=.5),
    "durbin": dict(form="durbin", rho=.4),
    "durbin_error": dict(form="durbin_error", lam=.5),
    "slx": dict(form="slx"),
    "lag, two-way, lee-yu": dict(form="lag", fixed="two-way", periods=6, rho=.4),
    "lag, two-way, plain": dict(form="lag", fixed="two-way", correction="none", periods=6, rho=.4),
    "durbin, two-way": dict(form="durbin", fixed="two-way", periods=6, rho=.4),
    "error, units": dict(form="error", fixed="unit", periods=6, lam=.5),
    "lag, random": dict(form="lag", fixed="random", periods=6, rho=.4, phi=1.5),
    "error, random, kkp": dict(form="error", fixed="random", periods=6, lam=.5, phi=1.5),
    "error, random, baltagi": dict(form="error", fixed="random", effects_form="baltagi", periods=6, lam=.5, phi=1.5),
    "lag, dynamic": dict(form="lag", fixed="unit", dynamic="lag_and_space", periods=11, rho=.3, past=.4, past_lag=-.1),
}


# ---- data -------------------------------------------------------------------------------------

def neighbours(panel):
    """Codes, and W with rows that sum to 1."""
    with open(os.path.join(DATA, "us48_states_gal_edges.csv" if panel else "nc_sids100_gal_edges.csv"),
              newline="", encoding="ascii") as file:
        edges = [row[:2] for row in list(csv.reader(file))[1:]]
    codes = sorted({code for edge in edges for code in edge})
    at = {code: i for i, code in enumerate(codes)}
    w = np.zeros((len(codes), len(codes)))
    for a, b in edges:
        w[at[a], at[b]] = 1
    return codes, w / w.sum(1, keepdims=True)


def draw(model, w, x, rng):
    """y of one draw, (periods, n), periods before the first left out."""
    n, periods = len(w), x.shape[1]
    rho, lam = model.get("rho", 0), model.get("lam", 0)
    a, b = np.linalg.inv(np.eye(n) - rho * w), np.linalg.inv(np.eye(n) - lam * w)
    mean = np.einsum("k,kti->ti", B, x)
    if model["form"] in ("durbin", "durbin_error", "slx"):
        mean = mean + np.einsum("k,kti->ti", T_LAG, x @ w.T)
    fixed, mu = model.get("fixed", "none"), rng.normal(size=n)
    if fixed == "random":
        mu = mu * np.sqrt(model["phi"])
        mean = mean + (b @ mu if model.get("effects_form") != "baltagi" and lam else mu)
    if fixed in ("unit", "two-way"):
        mean = mean + mu + x[0].mean(0)  # not independent of x
    if fixed == "two-way":
        mean = mean + rng.normal(size=(periods, 1))
    e = rng.normal(size=(periods, n)) @ b.T
    if "past" not in model:
        return (mean + e) @ a.T
    y, before = [], np.zeros(n)
    for step in range(60):  # until the beginning is forgotten
        before = a @ (model["past"] * before + model["past_lag"] * (w @ before) + mean[0] + rng.normal(size=n))
    for t in range(periods):
        before = a @ (model["past"] * before + model["past_lag"] * (w @ before) + mean[t] + e[t])
        y.append(before)
    return np.array(y)


def truth(model, w, terms):
    """Values of terms, and of the effects of the first variable."""
    n, rho = len(w), model.get("rho", 0)
    known = {"x1": B[0], "x2": B[1], "lag.x1": T_LAG[0], "lag.x2": T_LAG[1], "rho": rho,
             "lambda": model.get("lam", 0), "y(-1)": model.get("past"), "lag.y(-1)": model.get("past_lag")}
    found = {term: known[term] for term in terms if term != "constant"}
    lagged = T_LAG[0] if "lag.x1" in terms else 0

    def effects(prefix, g, r, own, of_lag):
        s = np.linalg.solve((1 - g) * np.eye(n) - r * w, own * np.eye(n) + of_lag * w)
        direct, total = np.trace(s) / n, s.sum() / n
        found.update({prefix + "direct": direct, prefix + "indirect": total - direct, prefix + "total": total})

    if "past" in model:
        effects("short_", 0, rho, B[0], lagged)
        effects("long_", model["past"], rho + model["past_lag"], B[0], lagged)
    elif model["form"] != "error":
        effects("", 0, rho, B[0], lagged)
    return found


# ---- a model ----------------------------------------------------------------------------------

STUDY = """study: coverage
panel: {file: panel.csv, unit: unit%s}
weights: {near: {kind: file, file: near.csv, style: row}}
measures:
  - spatial_model: {x: [x1, x2], weights: near, %s, grid: {y: [%s]}, as: fit}
output: {file: fit.h5}
"""


def fit(model, codes, w, x, y, folder, threads):
    """The results of all draws, y being (draws, periods, n)."""
    draws, periods, n = y.shape
    names = [f"y{d}" for d in range(draws)]
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year,x1,x2," + ",".join(names) + "\n")
        for t in range(periods):
            for i in range(n):
                row = [x[0, t, i], x[1, t, i], *y[:, t, i]]
                file.write(f"{codes[i]},{2000 + t}," + ",".join(repr(float(v)) for v in row) + "\n")
    with open(os.path.join(folder, "near.csv"), "w", encoding="ascii") as file:
        file.write("from,to\n" + "".join(f"{codes[i]},{codes[j]}\n" for i, j in zip(*np.nonzero(w))))
    keys = ", ".join(f"{k}: {v}" for k, v in model.items()
                     if k in ("form", "fixed", "correction", "effects_form", "dynamic", "method"))
    path = os.path.join(folder, "fit.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write(STUDY % (", time: year", keys, ", ".join(names)))
    done = subprocess.run([PROGRAM, "run", path, "--force", "--quiet", "--threads", str(threads)], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{keys}: {done.stderr}")
    with h5py.File(os.path.join(folder, "fit.h5"), "r") as file:
        group = file["fit"]
        terms = [t.decode() for t in group["term"][:]]
        found = {t: (group["coefficient"][:, k], group["std_error"][:, k]) for k, t in enumerate(terms)}
        for name in group:
            if name + "_se" in group and group[name].ndim == 2:
                found[name] = (group[name][:, 0], group[name + "_se"][:, 0])
        found["sigma2"] = (group["sigma2"][:], group["sigma2_se"][:])
        if "phi" in group:
            found["phi"] = (group["phi"][:], group["phi_se"][:])
    return terms, found


def one(name, model, draws, threads):
    panel = model.get("periods", 1) > 1
    codes, w = neighbours(panel)
    rng = np.random.default_rng([7, sum(name.encode())])
    x = rng.normal(size=(2, model.get("periods", 1), len(w)))
    y = np.array([draw(model, w, x, rng) for _ in range(draws)])
    with tempfile.TemporaryDirectory(prefix="spillway-coverage-") as folder:
        terms, found = fit(model, codes, w, x, y, folder, threads)
    known = truth(model, w, terms)
    known["sigma2"] = 1
    if "phi" in found:
        known["phi"] = model["phi"]
    for parameter, value in known.items():
        if parameter not in found:
            continue
        estimate, se = found[parameter]
        there = np.isfinite(estimate) & np.isfinite(se)
        estimate, se = estimate[there], se[there]
        if len(se) == 0:
            continue
        held = np.abs(estimate - value) < 1.959963984540054 * se
        print(f"{name:24}{parameter:16}{value:9.4f}{estimate.mean() - value:10.4f}"
              f"{estimate.std() / np.sqrt(len(estimate)):9.4f}{estimate.std(ddof=1):9.4f}{se.mean():9.4f}"
              f"{100 * held.mean():8.1f}{'' if there.all() else f'  of {there.sum()} draws'}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--model", choices=list(MODELS), action="append")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    if not os.path.isdir(DATA):
        sys.exit(f"bench/coverage.py: no folder {DATA}; SPILLWAY_SHARED names the shared data")
    print(f"{'model':24}{'parameter':16}{'value':>9}{'bias':>10}{'of it':>9}{'sd':>9}{'mean se':>9}{'held %':>8}")
    for name, model in MODELS.items():
        if not options.model or name in options.model:
            one(name, model, options.draws, options.threads)


if __name__ == "__main__":
    main()
