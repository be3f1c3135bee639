"""Measures of units by distance on a network whose railways open: market potential, accessibility and field
strength against the plain formulas over the times of test_roads.py, whose limits are included; the same bits for
any number of ranks."""
import os
import subprocess
import tempfile

import h5py
import numpy as np

import test_roads as roads
from test_roads import N, SPILLWAY, YEARS, close, mass, network, times

LIMITS = [60, 120, 200]
CENTRES = [3, 40, 77]
NEAR = network(within=200)
ENTRIES = f"""  - market_potential: {{mass: m, distance: {NEAR}, own: none, as: potential}}
  - accessibility: {{mass: m, distance: {NEAR}, within: {LIMITS}, as: access}}
  - field_strength: {{mass: m, distance: {network()}, centres: [{", ".join(f"u{c:03d}" for c in CENTRES)}], as: field}}
"""


def check(work):
    with h5py.File(f"{work}/units.h5") as file:
        for t, year in enumerate(YEARS):
            d, m = times(year, within=200), mass[t]
            there = ~np.isnan(d)
            flow = np.where(there, m / np.where(there, d, 1), 0)
            want = np.where(there.any(1), flow.sum(1), np.nan)
            close(file["potential/value"][t], want, ("potential", year))
            others = np.where(there, m, 0)
            reached = others.sum(1)
            with np.errstate(invalid="ignore"):
                mean = np.where(there, m * np.nan_to_num(d), 0).sum(1) / reached
            close(file["access/mean_time"][t], np.where(reached > 0, mean, np.nan), ("mean time", year))
            for k, limit in enumerate(LIMITS):
                within = np.nan_to_num(d, nan=np.inf) <= limit
                assert np.array_equal(file["access/count_within"][t][:, k], within.sum(1) + 1), (year, limit)
                close(file["access/mass_within"][t][:, k], np.where(within, m, 0).sum(1) + m, ("mass", year, limit))
            d = times(year)[:, CENTRES]
            field = m[CENTRES] / d ** 2
            field[CENTRES, range(len(CENTRES))] = np.nan
            got = file["field/value"][t]
            close(got, field, ("field", year))
            want = np.where(np.isin(range(N), CENTRES), -1, np.argmax(np.nan_to_num(field, nan=-1), 1))
            want[CENTRES] = range(len(CENTRES))
            assert np.array_equal(file["field/hinterland"][t], want), ("hinterland", year)


def run(work, out, *launcher):
    done = subprocess.run([*launcher, SPILLWAY, "run", f"{work}/units.yaml", "-o", f"{work}/{out}"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        roads.write(folder)
        with open(f"{folder}/study.yaml") as study:
            head = study.read().split("measures:")[0]
        with open(f"{folder}/units.yaml", "w") as study:
            study.write(f"{head}measures:\n{ENTRIES}output: {{file: units.h5}}\n")
        run(folder, "units.h5")
        check(folder)
        run(folder, "ranks.h5", "mpirun", "-n", "3")
        subprocess.run([SPILLWAY, "diff", f"{folder}/units.h5", f"{folder}/ranks.h5"], check=True)
