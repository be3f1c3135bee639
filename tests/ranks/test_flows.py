#!/usr/bin/env python3
"""Observed flows of a synthetic country: read as the table has them, the same bits for any number of
ranks and threads; exponents that flows were drawn by are found again; flows as what pair results are
(networks, weights, sums, distances), taken by --reuse, verified; one line for each bad table."""
import gzip
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
PAIRS = """  commuting: {file: od.csv, unit_from: home, unit_to: work, time: year, value: people,
              blocks: province, rings: [100, 300]}
  once: {file: once.csv.gz, unit_from: home, unit_to: work, value: people}
  hours: {file: hours.csv, unit_from: a, unit_to: b, value: hours}
"""
WEIGHTS = """  senders: {kind: result, of: commuting, use: in, top: 5}
  both: {kind: union, of: [senders, contiguity]}
"""
MEASURES = """measures:
  - gravity: {mass: population, calibrate: {flows: commuting}, keep: dense, as: free}
  - gravity: {mass: population, calibrate: {flows: commuting, constraint: origin}, keep: dense, as: origin}
  - gravity: {mass: population, calibrate: {flows: commuting, constraint: destination}, keep: {top: 5},
              as: destination}
  - gravity: {mass: population, calibrate: {flows: commuting, constraint: doubly}, keep: dense, as: doubly}
  - gravity: {mass: population, calibrate: {flows: once, zeros: absent}, keep: summary, as: every}
  - gravity: {mass: population, distance: {pairs: hours}, keep: {top: 3}, as: by_time}
  - network: {result: commuting, as: net}
  - moran: {of: population, weights: senders, as: lag}
  - moran: {of: population, weights: both, as: lag_of_both}
output: {file: flows.h5, precision: float64}
tile: 64
"""


def call(*words, ranks=0, env=None):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return subprocess.run([*launcher, SPILLWAY, *words], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **(env or {})})


class World:
    def __init__(self, folder, units=300):
        self.folder = folder
        done = call("synth", "-o", folder, "--units", str(units), "--periods", "2", "--flows")
        assert done.returncode == 0, done.stderr
        self.head = self.text("study.yaml").split("weights:\n")[0]
        self.table = self.text("od.csv").splitlines()
        rows = [line.split(",") for line in self.table[1:]]
        self.code = sorted(line.split(",")[0] for line in self.text("units.csv").splitlines()[1:])
        at = {code: i for i, code in enumerate(self.code)}
        self.flow = np.full((units, units), np.nan)
        for home, work, year, people in rows:
            assert year == "2002"
            self.flow[at[home], at[work]] = int(people)
        with gzip.open(self.path("once.csv.gz"), "wt") as file:
            file.write("home,work,people\n")
            file.writelines(f"{row[0]},{row[1]},{row[3]}\n" for row in rows)
        rng = np.random.default_rng(4)
        with open(self.path("hours.csv"), "w") as file:
            file.write("hours,a,b\n")
            file.writelines(f"{h},{row[0]},{row[1]}\n" for row, h in
                            zip(rows, rng.integers(1, 50, len(rows)) / 4) if row[0] != row[1])
        self.study(MEASURES)

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def study(self, measures, pairs=PAIRS, weights=WEIGHTS, name="flows.yaml"):
        self.write(name, self.head + "weights:\n  contiguity: {kind: file, file: edges.csv}\n" + weights +
                   "pairs:\n" + pairs + measures)

    def run(self, out="flows.h5", ranks=0, threads=1, words=(), env=None):
        done = call("run", self.path("flows.yaml"), "-o", self.path(out), "--force", "--threads",
                    str(threads), *words, ranks=ranks, env=env)
        assert done.returncode == 0, done.stderr
        return done


def check_table(world, file):
    """What stands in the file is the table."""
    r, f = file["commuting"], world.flow.copy()
    own = np.diag(f).copy()
    assert file["commuting/out_strength"].shape == (1, len(f)), "of one period"
    assert np.array_equal(r["own"][0], own, equal_nan=True)
    np.fill_diagonal(f, np.nan)
    start, partner, value = r["row_start"][0], r["partner"][:], r["value"][:]
    got = np.full(f.shape, np.nan)
    for i in range(len(f)):
        got[i, partner[start[i]:start[i + 1]]] = value[start[i]:start[i + 1]]
    assert np.array_equal(got, f, equal_nan=True)
    assert np.array_equal(r["out_strength"][0], np.nansum(f, 1))
    assert np.array_equal(r["in_strength"][0], np.nansum(f, 0))
    assert r["total"][0] == np.nansum(f) == r["block_sum"][0].sum() == r["ring_sum"][0].sum()
    assert r["n_pairs"][0] == (~np.isnan(f)).sum() == r["block_count"][0].sum()
    assert file["once/value"].shape[0] == 2 * len(value), "the same in both periods"
    inputs = file.attrs["inputs"].decode()
    assert all(name in inputs for name in ("od.csv", "once.csv.gz", "hours.csv")), inputs


def check_told(file):
    """Defaults within a map and the order of partners are told where they are in force."""
    for name, told in (("free", "calibrate: {flows: commuting, constraint: none, zeros: all}, periods"),
                       ("destination", "constraint: destination, zeros: all}, periods: [2002], keep: {top: 5}, by: largest"),
                       ("by_time", "calibrate: none, keep: {top: 3}, by: largest, precision: float64}")):
        parameters = file[name].attrs["parameters"].decode()
        assert told in parameters, parameters


def check_planted(world, file):
    """E F = s P_i^.8 P_j^.7 d^-1.5: within four standard errors of it."""
    for name, wanted in (("free", {"origin": .8, "destination": .7, "distance": -1.5}),
                         ("origin", {"destination": .7, "distance": -1.5}),
                         ("destination", {"origin": .8, "distance": -1.5}),
                         ("doubly", {"distance": -1.5})):
        r = file[name]
        terms = [t.decode() for t in r["term"][:]]
        for term, value in wanted.items():
            b, se = (r[q][terms.index(term)] for q in ("coefficient", "std_error"))
            assert abs(b - value) < 4 * se < .2, (name, term, b, se)
        assert .6 < r["common_part"][0] < 1 and r["r2"][0] > .8, (name, r["common_part"][0])
    f = np.nan_to_num(world.flow)
    np.fill_diagonal(f, 0)
    sent, received = f.sum(1), f.sum(0)
    value = np.nan_to_num(file["doubly/value"][0])
    assert np.allclose(value.sum(1), sent, rtol=1e-9) and np.allclose(value.sum(0), received, rtol=1e-9)
    assert np.allclose(np.nan_to_num(file["origin/value"][0]).sum(1), sent, rtol=1e-9)
    assert np.allclose(file["destination/in_strength"][0], received, rtol=1e-9)
    want = f - file["free/value"][0]
    np.fill_diagonal(want, np.nan)
    assert np.allclose(file["free/residual"][0], want, equal_nan=True)


def check_taken(world, file):
    """As weights, the five strongest senders to each unit; as a distance."""
    f = np.nan_to_num(world.flow)
    np.fill_diagonal(f, 0)
    w = f.T.copy()
    for i, row in enumerate(w):
        order = np.lexsort((np.arange(len(row)), -row))
        row[order[5:]] = 0
    assert file["weights/senders/partner"].shape[0] == (w > 0).sum()
    assert np.array_equal(file["weights/senders/partner"][:],
                          np.concatenate([np.flatnonzero(row) for row in w]))
    assert file["net/density"].shape == (1,)
    assert np.isclose(file["net/density"][0], (f > 0).sum() / (len(f) * (len(f) - 1)))
    hours = [line.split(",") for line in world.text("hours.csv").splitlines()[1:]]
    at = {code: i for i, code in enumerate(world.code)}
    best = min((float(h), at[a], at[b]) for h, a, b in hours)
    people = {}
    for line in world.text("panel.csv").splitlines()[1:]:
        code, year, population = line.split(",")[:3]
        people[code, year] = float(population)
    own = people[world.code[best[1]], "2001"]
    want = sorted((own * people[b, "2001"] / float(h) ** 2 for h, a, b in hours if at[a] == best[1]),
                  reverse=True)[:3]
    got = file["by_time/value"][0, best[1]]
    assert want and np.allclose(got[~np.isnan(got)], want), (got, want)


def check_verbs(world):
    done = call("weights", world.path("flows.yaml"), "senders")
    assert done.returncode == 0 and "links" in done.stdout, done
    done = call("check", world.path("flows.yaml"))
    assert done.returncode == 0, done.stderr
    done = call("verify", world.path("flows.h5"), "--tiles", "40")
    assert done.returncode == 0, done.stdout + done.stderr
    said = call("info", world.path("flows.h5")).stdout
    assert "commuting, constraint doubly" in said and "observed_flow" in said, said


def check_reused(world):
    """A flow that has changed is computed anew, with all that rests on it; nothing else is."""
    before = world.text("od.csv")
    whole = digest(h5py.File(world.path("flows.h5")))
    done = world.run("reused.h5", words=["--reuse", world.path("flows.h5")])
    assert "reused: " in done.stdout, done.stdout
    assert digest(h5py.File(world.path("reused.h5"))) == whole
    lines = before.splitlines()
    home, work, year, people = lines[40].split(",")
    lines[40] = f"{home},{work},{year},{int(people) + 5}"
    world.write("od.csv", "\n".join(lines) + "\n")
    world.run("changed.h5")
    world.run("reused.h5", words=["--reuse", world.path("flows.h5")])
    changed = digest(h5py.File(world.path("changed.h5")))
    assert changed == digest(h5py.File(world.path("reused.h5"))) and changed != whole
    world.write("od.csv", before)


def expect(world, lines, said, pairs=None, measures=None, ranks=0):
    """A study of this table is refused in one line."""
    world.write("bad.csv", "\n".join(lines) + "\n")
    world.study(measures or "measures:\n  - network: {result: bad}\n",
                pairs or "  bad: {file: bad.csv, unit_from: home, unit_to: work, time: year, value: people}\n",
                "", "bad.yaml")
    done = call("run", world.path("bad.yaml"), "-o", world.path("bad.h5"), "--force", ranks=ranks)
    errors = [line for line in done.stderr.splitlines() if line.startswith("spillway: ")]
    assert done.returncode == 2, (said, done.stderr)
    assert len([e for e in errors if said in e]) == 1, (said, done.stderr)


def check_bad(world):
    table, (a, b, c) = world.table[:50], world.code[:3]
    head = table[0]
    expect(world, table + [f"{a},nowhere,2002,3"], "bad.csv:51: unit 'nowhere' is not in the panel",
           ranks=2)
    expect(world, [head, f"{a},{b},2002,3", f"{a},{c},2002,1", f"{a},{b},2002,4"],
           f"bad.csv:4: the flow from '{a}' to '{b}' in 2002 is already on line 2")
    expect(world, [head, f"{a},{a},2002,3", f"{a},{a},2002,3"], "is already on line 2")
    expect(world, [head, f"{a},{b},2002,-3"], "bad.csv:2: column 'people' is -3; a flow is 0 or more")
    expect(world, [head, f"{a},{b},2002,many"], "'many' is not a number; expected a number of 0 or more")
    expect(world, [head, f"{a},{b},2002,"], "column 'people' is empty")
    expect(world, [head, f"{a},,2002,1"], "column 'work' is empty")
    expect(world, [head, f"{a},{b},,1"], "column 'year' is empty; expected a period")
    expect(world, [head, f"{a},{b},1999,1"], "no flow between units of the panel in its periods")
    expect(world, [head], "no flow between units of the panel")
    expect(world, ["home,job,year,people", f"{a},{b},2002,1"], "has no column 'work'")
    once = "  bad: {file: bad.csv, unit_from: home, unit_to: work, value: people}\n"
    expect(world, [head, f"{a},{b},2001,1", f"{a},{b},2002,1"], "give each pair once, or name its `time`",
           once)
    expect(world, [head, f"{a},{b},2001,1"], "unit_to",
           "  bad: {file: bad.csv, unit_from: home, value: people}\n")
    one = [head, f"{a},{b},2002,1"]
    expect(world, one, "there is no flow 'worse'; known: bad",
           measures="measures:\n  - gravity: {mass: population, calibrate: {flows: worse}}\n")
    expect(world, one, "decay: it is estimated from the flows; leave out `decay`, or `calibrate`",
           measures="measures:\n  - gravity: {mass: population, decay: 2, calibrate: {flows: bad}}\n")
    expect(world, one, "unknown choice 'none'",
           measures="measures:\n  - gravity: {mass: population, calibrate: {flows: bad, zeros: none}}\n")
    expect(world, one, "distances hold for all periods",
           measures="measures:\n  - gravity: {mass: population, distance: {pairs: bad}}\n")
    expect(world, one, "define observed flows under `pairs:`",
           measures="measures:\n  - observed_flow: {file: bad.csv}\n")
    expect(world, one, "has no period 2001",
           measures="measures:\n  - gravity: {mass: population, periods: [2001], calibrate: {flows: bad}}\n")


def check_said(world):
    """Rows of other periods are left out, with a word; what stays within a unit is said."""
    world.write("bad.csv", "\n".join(world.table[:50] + [f"{world.code[0]},{world.code[1]},1999,3"]) + "\n")
    world.study("measures:\n  - network: {result: bad}\n",
                "  bad: {file: bad.csv, unit_from: home, unit_to: work, time: year, value: people}\n",
                "", "bad.yaml")
    done = call("run", world.path("bad.yaml"), "-o", world.path("bad.h5"), "--force")
    assert done.returncode == 0, done.stderr
    assert "1 row of periods that the panel lacks (1999) is left out of bad.csv" in done.stderr, done.stderr
    assert "within a unit; of bad.csv" in done.stderr and "1 of 2 periods" in done.stderr, done.stderr


def write_h5(path, table, **changed):
    """The table as datasets of a column each; None leaves one out."""
    head, *rows = [line.split(",") for line in table]
    columns = dict(zip(head, zip(*rows)))
    with h5py.File(path, "w") as file:
        for name, values in columns.items():
            number = name in ("people", "year")
            data = changed.get(name, np.array(values, float if name == "people" else int) if number else
                               np.array(values, "S"))
            if data is not None:
                file[name] = data


def numbers_of(file):
    """The bytes of every dataset of numbers, but for hashes, which know of the input file."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "if":
            found[name] = item[()].tobytes()

    file.visititems(visit)
    assert any(name.startswith("commuting/") for name in found) and len(found) > 50
    return found


def check_h5(world):
    """Flows in HDF5 are those of the text, to the bit, for any number of ranks; bad ones are refused."""
    pairs = PAIRS.replace("od.csv", "od.h5")
    write_h5(world.path("od.h5"), world.table)
    world.study(MEASURES, pairs)
    for ranks in (0, 2):
        world.run("h5.h5", ranks)
        with h5py.File(world.path("h5.h5")) as file, h5py.File(world.path("flows.h5")) as other:
            assert numbers_of(file) == numbers_of(other), f"{ranks} ranks"
    # Texts of varying length, periods as text: the same table.
    home = [line.split(",")[0] for line in world.table[1:]]
    write_h5(world.path("od.h5"), world.table, home=np.array(home, object), year=np.array([b"2002"] * len(home)))
    world.run("h5.h5")
    with h5py.File(world.path("h5.h5")) as file, h5py.File(world.path("flows.h5")) as other:
        assert numbers_of(file) == numbers_of(other), "varying length"

    table, (a, b) = world.table[:5], world.code[:2]

    def refuse(said, lines=table, **changed):
        write_h5(world.path("bad.h5"), lines, **changed)
        world.study("measures:\n  - network: {result: bad}\n",
                    "  bad: {file: bad.h5, unit_from: home, unit_to: work, time: year, value: people}\n",
                    "", "bad.yaml")
        done = call("run", world.path("bad.yaml"), "-o", world.path("out.h5"), "--force")
        errors = [line for line in done.stderr.splitlines() if line.startswith("spillway: ")]
        assert done.returncode == 2 and len([e for e in errors if said in e]) == 1, (said, done.stderr)

    refuse("bad.h5 has no dataset 'work'", work=None)
    refuse("people has 2 dimensions, as a matrix or a grid has; expected a list: three datasets of one length",
           people=np.ones((4, 4)))
    refuse("people has 3 dimensions", home=np.arange(4.0), people=np.ones((2, 4, 4)))
    world.study("measures:\n  - network: {result: bad}\n",
                "  bad: {file: flows.h5, unit_from: unit, unit_to: unit_to, value: value}\n", "", "bad.yaml")
    done = call("run", world.path("bad.yaml"), "-o", world.path("out.h5"), "--force")
    assert done.returncode == 2 and "flows.h5: is a results file; expected a table of flows" in done.stderr, done
    refuse("bad.h5:2: unit 'nowhere' is not in the panel", home=np.array([a, "nowhere", a, a], "S"))
    refuse("home is not text; expected the codes of units as text", home=np.arange(4))
    refuse("people is text; expected numbers of 0 or more", people=np.array(["3"] * 4, "S"))
    refuse("people has 3 elements and home has 4", people=np.arange(3.0))
    refuse("bad.h5:2: column 'people' is -1; a flow is 0 or more", people=np.array([1.0, -1, 1, 1]))
    refuse("bad.h5:3: 'people' is missing", people=np.array([1.0, 1, np.nan, 1]))
    refuse("bad.h5:4: 'people' is infinite", people=np.array([1.0, 1, 1, np.inf]))
    refuse(f"bad.h5:3: the flow from '{a}' to '{b}' in 2002 is already on line 2",
           [table[0], f"{a},{a},2002,1", f"{a},{b},2002,1", f"{a},{b},2002,4"])
    refuse("no flow between units of the panel in its periods", [table[0], f"{a},{b},1999,1"])


def main():
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        world.run()
        with h5py.File(world.path("flows.h5")) as file:
            whole = digest(file)
            check_table(world, file)
            check_told(file)
            check_planted(world, file)
            check_taken(world, file)
        for ranks, threads, env in ((0, 2, {}), (2, 1, {}), (3, 1, {"SPILLWAY_NODE_RANKS": "2"})):
            world.run("other.h5", ranks, threads, env=env)
            with h5py.File(world.path("other.h5")) as file:
                assert digest(file) == whole, f"{ranks} ranks, {threads} threads"
        check_verbs(world)
        check_reused(world)
        check_said(world)
        check_bad(world)
        check_h5(world)


if __name__ == "__main__":
    main()
