#!/usr/bin/env python3
"""Messages grow with n, not with n^2: with every rank a node of its own, twice the units make about
twice the bytes that the busiest rank sends, and that all send, for each way a matrix is walked.
Small tiles make what would grow with n^2 / tile stand out."""
import os
import random
import re
import subprocess
import sys
import tempfile

SPILLWAY = os.environ["SPILLWAY"]
UNITS, RANKS, TILE = 2000, 4, 32
MOST = 2.6  # 2 for what grows with n, and a little for sums of a tree, whose number grows with log n

# Undirected with equal weights, directed without.
UNDIRECTED = "pairing: direct, form: dispersion, systems: [x]"
DIRECTED = "pairing: direct, form: dispersion, systems: [x], alpha: [0.3, 0.7]"
CASES = {
    "undirected dense": (UNDIRECTED, "dense"),
    "undirected summary": (UNDIRECTED, "summary"),
    "undirected top": (UNDIRECTED, "{top: 5}"),
    "undirected above": (UNDIRECTED, "{above: 0.999}"),
    "directed dense": (DIRECTED, "dense"),
    "directed summary": (DIRECTED, "summary"),
}


def write_panel(path, n):
    draw = random.Random(n)
    with open(path, "w", encoding="ascii") as f:
        f.write("unit,x\n")
        f.writelines(f"{k:06d},{draw.uniform(0.05, 1):.4f}\n" for k in range(n))


def sent(folder, n, what, keep):
    """Bytes that the busiest rank, and all together, have sent."""
    with open(f"{folder}/study.yaml", "w", encoding="ascii") as f:
        f.write(f"panel: {{file: panel_{n}.csv, unit: unit}}\n"
                f"measures:\n  - pairwise_coupling: {{{what}, keep: {keep}}}\n"
                f"output: {{file: out.h5}}\ntile: {TILE}\n")
    done = subprocess.run(["mpirun", "-n", str(RANKS), SPILLWAY, "run", f"{folder}/study.yaml",
                           "--force", "--threads", "1"], capture_output=True, text=True,
                          env=dict(os.environ, SPILLWAY_NODE_RANKS="1"), timeout=300)
    assert done.returncode == 0, (what, keep, done.stderr)
    assert f"{RANKS} on {RANKS} nodes" in done.stdout, done.stdout
    said = re.search(r"messages: .*\((\d+) bytes\), .*\((\d+) bytes\)", done.stdout)
    assert said, done.stdout
    return int(said.group(1)), int(said.group(2))


def main():
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for n in (UNITS, 2 * UNITS):
            write_panel(f"{folder}/panel_{n}.csv", n)
        for name, (what, keep) in CASES.items():
            few, many = (sent(folder, n, what, keep) for n in (UNITS, 2 * UNITS))
            growth = [b / a for a, b in zip(few, many)]
            fine = max(growth) < MOST
            good &= fine
            print(f"{'ok' if fine else 'FAILED'} {name}: a rank at most {few[0]} -> {many[0]} bytes "
                  f"({growth[0]:.2f} times), in all {few[1]} -> {many[1]} ({growth[1]:.2f})")
    sys.exit(0 if good else 1)


main()
