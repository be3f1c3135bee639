#!/usr/bin/env python3
"""How often intervals hold the truth: units drawn from a known law, each period a sample of its own,
and the share of periods whose bounds have the law's own index between them, by method.

    intervals.py [UNITS [PERIODS]]      SPILLWAY: the program, else build/release/spillway
"""
import csv
import math
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ.get("SPILLWAY", "build/release/spillway")
SIGMA = 0.6  # of the logarithm
LAWS = {"lognormal": {"gini": math.erf(SIGMA / 2), "theil_t": SIGMA ** 2 / 2, "theil_l": SIGMA ** 2 / 2,
                      "cv": math.sqrt(math.expm1(SIGMA ** 2)), "hoover": math.erf(SIGMA / math.sqrt(8))},
        "normal": {"gini": 0.1 / math.sqrt(math.pi), "cv": 0.1}}


def main():
    units, periods = (int(sys.argv[k]) if len(sys.argv) > k else d for k, d in ((1, 100), (2, 400)))
    rng = np.random.default_rng(3)
    value = {"lognormal": rng.lognormal(0, SIGMA, (periods, units)), "normal": rng.normal(10, 1, (periods, units))}
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/panel.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["code", "year", *value])
            rows.writerows([f"{i:06d}", 1 + t, *(repr(v[t, i]) for v in value.values())]
                           for i in range(units) for t in range(periods))
        for method in ("percentile", "bca"):
            with open(f"{folder}/study.yaml", "w") as file:
                file.write("study: coverage\npanel: {file: panel.csv, unit: code, time: year}\nmeasures:\n")
                for law in LAWS:
                    file.write(f"  - inequality: {{of: {law}, as: of_{law}, intervals: {{method: {method}}}}}\n")
                file.write("output: {file: out.h5}\n")
            subprocess.run([SPILLWAY, "run", f"{folder}/study.yaml", "-o", f"{folder}/out.h5", "--force", "-q"], check=True)
            with h5py.File(f"{folder}/out.h5") as results:
                for law, indices in LAWS.items():
                    for name, truth in indices.items():
                        lo, hi = results["of_" + law][name + "_lo"][:], results["of_" + law][name + "_hi"][:]
                        print(f"{method:10}  {law:9}  {name:7}  within {((lo <= truth) & (truth <= hi)).mean():.3f}"
                              f"  below {(hi < truth).mean():.3f}  above {(lo > truth).mean():.3f}")


if __name__ == "__main__":
    main()
