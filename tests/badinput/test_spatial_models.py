#!/usr/bin/env python3
"""What a spatial model refuses, in one line that says where, what and what would be right; and what it
warns of."""
import os
import random
import subprocess
import tempfile

SPILLWAY = os.environ["SPILLWAY"]
SIDE, PERIODS = 6, 4
STUDY = """study: t
panel: {file: p.csv, unit: u, time: t, missing: keep}
weights:
  near: {kind: file, file: e.csv}
  given: {kind: file, file: e.csv, style: as-is}
  directed: {kind: file, file: d.csv}
  rounded: {kind: file, file: r.csv, style: as-is}
  alone: {kind: file, file: i.csv}
measures:
  - %s
"""
# Entry, exit status, what is said.
CASES = [
    ("spatial_lag: {y: y, x: [x, one], weights: near}", 2, "x: 'one' is a linear combination of the terms before it"),
    ("spatial_durbin: {y: y, x: [x, twice], weights: near}", 2, "x: 'twice' is a linear combination of the terms"),
    ("spatial_lag: {y: y, x: [x, level], weights: near, fixed: unit}", 2,
     "x: 'level' does not vary beyond the fixed effects; leave it out"),
    ("spatial_lag: {y: one, x: [x], weights: near}", 2, "y: 'one' is a linear combination of the terms"),
    ("spatial_lag: {y: y, x: [y], weights: near}", 2, "x: 'y' is y, too; leave it out"),
    ("spatial_lag: {y: y, x: [x, rho], weights: near}", 2, "x: 'rho' is a term of the model"),
    ("spatial_lag: {y: y, x: [holes], weights: near}", 2,
     "x: 'holes' has no value of unit u05 in 2002 (2 missing, with what `balanced` leaves out): a spatial model needs those of all units in all periods"),
    ("spatial_lag: {y: y, x: [x], weights: near, fixed: unit, periods: [2001]}", 2,
     "fixed: 1 period; an effect of each unit needs 2 or more; or write fixed: none"),
    ("spatial_lag: {y: y, x: [x], weights: near, fixed: unit, dynamic: lag, periods: [2001, 2002]}", 2,
     "dynamic: 2 periods; a dynamic panel needs 3 or more"),
    ("spatial_lag: {y: y, x: [x], weights: near, fixed: unit, dynamic: lag, periods: [2000, 2001, 2003]}", 2,
     "dynamic: 2003 is not as far from 2001 as 2001 is from 2000"),
    ("spatial_lag: {y: y, x: [x], weights: near, dynamic: lag}", 2, "dynamic: a dynamic panel has effects of units"),
    ("sac: {y: y, x: [x], weights: near, fixed: random}", 2, "fixed: form sac has no random effects"),
    ("slx: {y: y, x: [x], weights: near, method: gm}", 2, "method: slx is ordinary least squares; leave it out"),
    ("spatial_lag: {y: y, x: [x], weights: near, draws: 100}", 2, "draws: standard errors are of the delta method"),
    ("spatial_lag: {y: y, x: [x], weights: near, effects_form: baltagi}", 2, "effects_form: it is of random effects"),
    ("spatial_lag: {y: y, x: [], weights: near}", 2, "x: the list is empty; give at least one variable"),
    ("spatial_durbin: {y: y, x: [x, year], weights: near}", 2,
     "x: the lag of 'year' is a linear combination of the terms before it"),
    ("spatial_lag: {y: y, x: [x], weights: near, correction: none}", 2, "correction: it is of fixed effects"),
    ("spatial_error: {y: y, x: [x], weights: near, se: draws}", 2, "se: it is of effects"),
    ("slx: {y: y, x: [x], weights: near, logdet: eigen}", 2, "logdet: form: slx needs no determinant"),
    ("spatial_lag: {y: y, x: [x], weights: near, method: gm, information: observed}", 2, "information: method: gm has no"),
    ("spatial_lag: {x: [x], weights: near, grid: {y: []}}", 2, "grid.y: the list is empty; give at least one"),
    ("spatial_lag: {y: y, x: [x]}", 2, "weights: it is missing: a weights matrix of the study"),
    ("spatial_lag: {y: y, x: [x], weights: near, grid: {y: [x]}}", 2, "grid.y: `y` is given, too"),
    ("spatial_lag: {y: y, x: [x], weights: near, grid: {years: [2000]}}", 2, "unknown key 'years'"),
    ("spatial_lag: {y: y, x: [x], weights: near, grid: {periods: [[2003, 2002]]}}", 2,
     "grid.periods: 2003 is not before 2002"),
    ("spatial_lag: {y: y, x: [x], weights: near, grid: {periods: [[2000, 2011]]}}", 2,
     "grid.periods: there is no period '2011'; the entry has 2000 to 2003"),
    ("spatial_lag: {y: y, x: [x], weights: near, grid: {periods: [2000, [2000, 2000]]}}", 2, "is listed twice"),
    ("spatial_lag: {y: y, x: [x], grid: {weights: [near, nearr]}}", 2, "grid.weights: unknown weights 'nearr'"),
    ("spatial_lag: {y: y, weights: near, grid: {x: {a: [x], bad: [x, one]}}}", 0,
     "1 of 2 models cannot be fitted; of bad: 'one' is a linear combination"),
    ("spatial_lag: {y: y, x: [x], weights: alone}", 0, "1 unit has no neighbour in alone: the lag is 0 there"),
    ("spatial_lag: {y: y, x: [x], weights: given, fixed: time}", 0, "rows of the weights do not all sum to 1"),
    ("spatial_durbin: {y: y, x: [x], weights: rounded}", 0, "rows of rounded sum to 0.999 .. 1, nearly 1: write style: row"),
    ("spatial_lag: {y: y, x: [x], weights: directed}", 0, "have no reverse link"),
    ("convergence: {of: size, weights: near, spatial: lag, se: hc1}", 2, "se: hc1 is of least squares"),
    ("convergence: {of: few, weights: near, spatial: error}", 2, "1 of 36 units lack a value above 0 of 'few'"),
]


def write(folder):
    rng = random.Random(1)
    code = [f"u{i:02d}" for i in range(SIDE * SIDE)]
    links = [(r * SIDE + c, (r + a) * SIDE + c + b) for r in range(SIDE) for c in range(SIDE)
             for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0)) if 0 <= r + a < SIDE and 0 <= c + b < SIDE]
    for name, keep in (("e", lambda i, j: True), ("i", lambda i, j: 7 not in (i, j)), ("d", lambda i, j: i < j or i == 35)):
        with open(f"{folder}/{name}.csv", "w", encoding="ascii") as file:
            file.write("from,to,weight\n")
            file.writelines(f"{code[i]},{code[j]},{1 + (i + j) % 3}\n" for i, j in links if keep(i, j))
    count = [sum(i == a for a, _ in links) for i in range(SIDE * SIDE)]
    with open(f"{folder}/r.csv", "w", encoding="ascii") as file:
        file.write("from,to,weight\n")
        file.writelines(f"{code[i]},{code[j]},{1 / count[i]:.3f}\n" for i, j in links)
    level = [rng.gauss(0, 1) for _ in code]
    with open(f"{folder}/p.csv", "w", encoding="ascii") as file:
        file.write("u,t,y,x,twice,level,one,rho,holes,size,few,year\n")
        for t in range(PERIODS):
            for i, unit in enumerate(code):
                x, e = rng.gauss(0, 1), rng.gauss(0, 1)
                holes = "" if (i, t) in ((5, 2), (9, 3)) else x
                few = 0 if (i, t) == (3, 1) else 2 + e * e
                file.write(f"{unit},{2000 + t},{x + level[i] + e},{x},{2 * x},{level[i]},1,{e},{holes},{2 + e * e},{few},{t}\n")


def main():
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        for entry, status, said in CASES:
            path = f"{folder}/s.yaml"
            with open(path, "w", encoding="ascii") as file:
                file.write(STUDY % entry + "output: {file: s.h5}\n")
            done = subprocess.run([SPILLWAY, "run", path, "--force", "--log-level", "warn"], capture_output=True,
                                  text=True, timeout=60, check=False)
            assert done.returncode == status and said in done.stderr, (entry, done.returncode, done.stderr)
            if status == 2:
                errors = [line for line in done.stderr.splitlines() if "warning" not in line]
                assert len(errors) == 1 and ".yaml:10:" in errors[0], (entry, errors)
    print(len(CASES), "cases")


main()
