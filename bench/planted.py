#!/usr/bin/env python3
"""Planted links between series of units, and what `granger` finds of them: over many seeds the power, the
share of false discoveries, whether a planted sender is found, and at which lag a link shows.

    bench/planted.py [--seeds 100] [--units 60] [--periods 50] [--check]

Half of the units are noise; each of them sends to one of the others, whose series are their own past (.3), the
sender's value `lag` periods before, and noise. Whoever is not linked is independent, given the past. In the world
`sender` one unit sends to a third of all. Each seed is an entry of one study. False discoveries are of the rate
alpha (.05) times the share of pairs without a link, at most. --check: fails where power or rates are not what they
must be. PROGRAM names another program than build/release/spillway."""
import argparse
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.environ.get("PROGRAM", os.path.join(ROOT, "build", "release", "spillway"))
ALPHA = .05
# Links at a lag and of a strength; what is looked for: lags and rule.
WORLDS = {
    "lag 1": dict(lag=1, strength=.9, forms=[(1, "bh"), (1, "by"), (1, "none"), (2, "bh")]),
    "lag 1, weak": dict(lag=1, strength=.5, forms=[(1, "bh"), (1, "none")]),
    "lag 2": dict(lag=2, strength=.9, forms=[(1, "bh"), (2, "bh"), (3, "bh")]),
    "sender": dict(lag=1, strength=.9, star=True, forms=[(1, "bh"), (1, "by")]),
    "nothing": dict(lag=1, strength=0, forms=[(1, "bh"), (1, "by"), (1, "none")]),
}


def links(world, units):
    """Receiver of each sender, as pairs."""
    half = units // 2
    if world.get("star"):
        return [(0, half + k) for k in range(units // 3)]
    return [(k, half + k) for k in range(half)]


def draw(world, units, periods, rng):
    """Series, (periods, units)."""
    past = 30
    x = rng.normal(size=(past + periods, units))
    linked = np.array(links(world, units))
    for t in range(3, past + periods):
        x[t, units // 2:] += .3 * x[t - 1, units // 2:]
        x[t, linked[:, 1]] += world["strength"] * x[t - world["lag"], linked[:, 0]]
    return x[past:]


def find(series, forms, folder):
    """`significant` and out-links of all seeds by form: (seeds, units, units)."""
    seeds, periods, units = series.shape
    with open(os.path.join(folder, "panel.csv"), "w", encoding="ascii") as file:
        file.write("unit,year," + ",".join(f"y{s}" for s in range(seeds)) + "\n")
        for t in range(periods):
            for i in range(units):
                file.write(f"{i:04d},{2000 + t}," + ",".join(repr(float(v)) for v in series[:, t, i]) + "\n")
    entries = [f"  - granger: {{of: y{s}, transform: level, lags: {p}, fdr: {fdr}, alpha: {ALPHA}, keep: dense, "
               f"as: f_{p}_{fdr}_{s}}}" for p, fdr in forms for s in range(seeds)]
    path = os.path.join(folder, "study.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("study: planted\npanel: {file: panel.csv, unit: unit, time: year}\nmeasures:\n" +
                   "\n".join(entries) + "\noutput: {file: out.h5}\n")
    subprocess.run([PROGRAM, "run", path, "--force", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        return {(p, fdr): np.array([file[f"f_{p}_{fdr}_{s}/significant"][()] == 1 for s in range(seeds)])
                for p, fdr in forms}


def figures(world, found):
    """Power, false discoveries with their standard error, share of seeds in which the sender leads."""
    seeds, units, _ = found.shape
    linked = np.zeros((units, units), bool)
    linked[tuple(np.array(links(world, units)).T)] = world["strength"] > 0
    right, all_found = (found & linked).sum((1, 2)), found.sum((1, 2))
    false = (all_found - right) / np.maximum(all_found, 1)
    sent = found.sum(2)
    leads = (sent[:, 0] > sent[:, 1:].max(1)).mean() if world.get("star") else np.nan
    power = right.mean() / linked.sum() if linked.any() else np.nan
    return power, false.mean(), false.std() / np.sqrt(seeds), leads, all_found.mean()


def check(name, p, fdr, row):
    """What must hold of any 10 seeds or more."""
    power, false, error, leads, _ = row
    if fdr != "none":
        assert false <= ALPHA + 4 * error + .02, (name, p, fdr, "false discoveries", false)
    if name in ("lag 1", "sender") and p == 1 and fdr == "bh":
        assert power > .9, (name, power)
    if name == "lag 2":
        assert power < .1 if p == 1 else power > .8 or p > 2, (name, p, power)
    if name == "sender":
        assert leads > .9, (name, leads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--units", type=int, default=60)
    parser.add_argument("--periods", type=int, default=50)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    print(f"{args.seeds} seeds, {args.units} units, {args.periods} periods, alpha {ALPHA}")
    print(f"{'world':12} lags rule   power  false discoveries (se)  sender leads  rejected")
    for name, world in WORLDS.items():
        series = np.array([draw(world, args.units, args.periods, np.random.default_rng([7, s]))
                           for s in range(args.seeds)])
        with tempfile.TemporaryDirectory() as folder:
            found = find(series, world["forms"], folder)
        for (p, fdr), of_form in found.items():
            row = figures(world, of_form)
            power, false, error, leads, count = row
            print(f"{name:12} {p:4} {fdr:5} {power:7.3f}  {false:10.4f} ({error:.4f})     {leads:10.2f}  {count:10.1f}")
            if args.check:
                check(name, p, fdr, row)


if __name__ == "__main__":
    sys.exit(main())
