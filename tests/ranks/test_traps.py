#!/usr/bin/env python3
"""What a measure of one's own may get wrong is one line and exit status 1, on one rank and on three,
before a file is begun; and a model with a table, values by unit and a matrix writes them all."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_traps")
N, T = 600, 2  # three ranks have units: a block is of 256

AT = "spillway: study.yaml:5:5: trap: measure trap: "
OUTRIGHT = "spillway: measure trap: "
TRAPS = {
    "pairs_first": AT + "pass 0 is over pairs, and 1 comes after it; pairs are computed last: "
                        "declare that pass after all others",
    "items_only": AT + "output doubled is by unit, and no pass is over units; an item has no rows "
                       "of units: let it leave a result, and fill doubled in a pass over units",
    "item_fills_unit": AT + "pass 1 is over items, and its tile fills output doubled; an item "
                            "fills its record, finish or a pass over units the outputs",
    "segment_fills_unit": AT + "pass 2 is over pairs, and segment fills output doubled; it fills "
                               "`out`, finish or a pass over units the other outputs",
    "thirteen_passes": AT + "resolve declares 13 passes; expected at most 8",
    "axis_undeclared": AT + "output vcov has the axis term_to, which resolve does not declare; "
                            "declare it, or switch the output off",
    "axis_twice": AT + "the axis term is declared twice; once is enough for all outputs",
    "fraction": AT + "output class is int32, and {last:.17g} is stored in it; store whole numbers "
                     "or NaN, or declare it SW_FLOAT64",
    "axis_both": AT + "axis ring: labels and numbers; give one of them",
    "axis_gap": OUTRIGHT + "output doubled: axis[2] without axis[0]; the first is axis[0]",
    "timeless_global": OUTRIGHT + "output fit: timeless is of unit outputs; what has neither unit "
                                  "nor time is an SW_TABLE",
    "axis_repeated": OUTRIGHT + "output vcov: the axis term twice, which readers merge into one; declare term_to with the same labels",
    "ten_pairs": OUTRIGHT + "10 pair outputs; expected at most 8",
    "headline": OUTRIGHT + "the headline 'fits' is not one of its outputs; name one, or none",
    "output:total": OUTRIGHT + "output total: the results file itself uses `total` beside "
                               "pair outputs; choose another name",
}

STUDY = """study: traps
panel: {{file: panel.csv, unit: code, time: year}}
weights: {{ring: {{kind: file, file: edges.csv}}}}
measures:
  - trap: {{of: x{keep}}}
  - inequality: {{of: trap.steady, as: same}}
  - inequality: {{of: "trap.by_ring[100][x]", as: of_axes}}
  - inequality: {{of: trap.doubled, as: doubled}}
output: {{file: out.h5, precision: float64}}
tile: 128
"""
KEEPS = {"dense": ", keep: dense", "top": ", keep: {top: 4}", "above": ", keep: {above: 9.5}",
         "links": ", keep: links, weights: ring", "summary": ", keep: summary"}


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def call(folder, ranks, trap, *words):
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    return subprocess.run([*command, PROGRAM, trap, *words], cwd=folder, text=True,
                          capture_output=True, timeout=120)


def digest_of(folder):
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        return digest(file)


def run(folder, ranks, trap="none", *words):
    done = call(folder, ranks, trap, "run", "study.yaml", "--force", "-q", "--threads", "1", *words)
    assert done.returncode == 0, done.stderr
    return done


def check_traps(folder, x):
    for trap, line in TRAPS.items():
        line = line.format(last=np.floor(x[0, -1]) + .5)
        for ranks in (1, 3):
            done = call(folder, ranks, trap, "run", "study.yaml", "-q", "--threads", "1")
            said = [one for one in done.stderr.splitlines() if one.startswith("spillway: ")
                    and "warning: out.h5.partial keeps" not in one]
            assert done.returncode == 1, (trap, ranks, done.returncode, done.stderr)
            assert said == [line], (trap, ranks, done.stderr)
            left = [name for name in os.listdir(folder) if name.startswith("out.h5")]
            # Nor what only the pairs show, found once the file is begun: a run that took the tasks
            # over would not find it.
            assert not left, (trap, ranks, left)


def gini(x):
    return np.abs(x[:, None] - x).sum() / (2 * len(x) ** 2 * x.mean())


def check_numbers(path, x, keep):
    flow = x[:, :, None] - 2 * x[:, None, :]
    flow[:, range(N), range(N)] = np.nan
    with h5py.File(path) as file:
        group = file["trap"]
        np.testing.assert_array_equal(group["doubled"][:], 2 * x)
        np.testing.assert_array_equal(group["class"][:], np.floor(x))
        np.testing.assert_array_equal(group["fit"][:], x[:, -1])
        np.testing.assert_array_equal(group["vcov"][:], [[0, 1], [2, 3]])
        np.testing.assert_array_equal(group["steady"][:], x[0] + x[1])
        np.testing.assert_array_equal(group["by_ring"][:, 2, 1], 3 * (x[0] + x[1]) + 5)
        np.testing.assert_array_equal(group["cube"][:].ravel(), np.arange(24))
        np.testing.assert_array_equal(group["ring"][:], [0.5, 100, np.inf])
        assert group["cube"].shape == (2, 2, 3, 2) and group["one"][()] == 1.5
        np.testing.assert_allclose(group["out_strength"][:], np.nansum(flow, axis=2), rtol=1e-11)
        np.testing.assert_allclose(group["total"][:], np.nansum(flow, axis=(1, 2)), rtol=1e-11)
        assert group["vcov"].dims[0][0].name.endswith("term"), "its axis"
        assert b"ordered pairs; 0 of" in group.attrs["undefined"], group.attrs["undefined"]
        if keep == "dense":
            np.testing.assert_array_equal(group["value"][:], flow)
            np.testing.assert_array_equal(group["delay"][0, :5, 7], x[0, :5] + x[0, 7])
        if keep == "top":
            np.testing.assert_array_equal(group["value"][:, :, 0], np.nanmax(flow, axis=2))
        # What has no time is an input of every period; so are outputs by unit beside pairs.
        np.testing.assert_allclose(file["same/gini"][:], [gini(x[0] + x[1])] * 2, rtol=1e-12)
        np.testing.assert_allclose(file["of_axes/gini"][:], [gini(3 * (x[0] + x[1]) + 3)] * 2,
                                   rtol=1e-12)
        np.testing.assert_allclose(file["doubled/gini"][:], [gini(x[0]), gini(x[1])], rtol=1e-12)
        return set(group)


def check_model(folder, x):
    """Every form of `keep`; returns the names that the file has besides the measure's own."""
    names = set()
    for keep, text in KEEPS.items():
        write(folder, "study.yaml", STUDY.format(keep=text))
        digests = []
        for ranks in (1, 3):
            run(folder, ranks)
            names |= check_numbers(os.path.join(folder, "out.h5"), x, keep)
            digests.append(digest_of(folder))
        assert digests[0] == digests[1], keep
        done = call(folder, 1, "none", "verify", "out.h5", "--study", "study.yaml")
        assert done.returncode == 0, (keep, done.stdout, done.stderr)
        os.replace(os.path.join(folder, "out.h5"), os.path.join(folder, "last.h5"))
        said = call(folder, 3, "none", "run", "study.yaml", "--reuse", "last.h5", "--threads", "1")
        assert "2 of 2 matrices" in said.stdout + said.stderr, said.stdout + said.stderr
        assert " fit: " in said.stdout and "ordered pairs" in said.stdout, said.stdout
        assert digest_of(folder) == digests[0], keep
        os.remove(os.path.join(folder, "out.h5"))
    return names - {"delay", "doubled", "class", "fit", "vcov", "term", "term_to", "steady", "by_ring",
                    "cube", "ring", "one"}


def check_names(folder, names):
    """All of them are refused as names of a measure's own."""
    assert len(names) > 15, names
    for name in sorted(names):
        done = call(folder, 1, "output:" + name, "measures")
        assert done.returncode == 1, name
        assert done.stderr.startswith(f"{OUTRIGHT}output {name}: "), done.stderr


with tempfile.TemporaryDirectory() as work:
    x = np.random.default_rng(5).uniform(0, 10, (T, N))
    rows = [f"{i:05d},{2001 + t},{float(x[t, i])!r}" for i in range(N) for t in range(T)]
    write(work, "panel.csv", "\n".join(["code,year,x", *rows, ""]))
    edges = [f"{i:05d},{(i + 1) % N:05d}" for i in range(N)]
    write(work, "edges.csv", "\n".join(["from,to", *edges, ""]))
    write(work, "study.yaml", STUDY.format(keep=", keep: summary"))
    check_traps(work, x)
    check_names(work, check_model(work, x))
print(f"{len(TRAPS)} traps; a model in {len(KEEPS)} forms")
