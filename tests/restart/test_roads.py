"""Networks over time: a railway changes the distances from its year on and no others. Of a revised network
only the periods that it changes are computed again (`--reuse`), `diff` names what has changed, and only pairs
that are nearer by rail have; killed on the way and taken up; a planned network takes no time."""
import csv
import os
import re
import signal
import subprocess
import tempfile

import h5py
import numpy as np

from restart import ALONE, SPILLWAY, continued, wait_until_held

UNITS, PERIODS, NODES, FIRST, OPENS = 150, 6, 900, 2001, 2004


def call(*words, status=0, env=None):
    done = subprocess.run([SPILLWAY, *words], capture_output=True, text=True, env={**os.environ, **ALONE, **(env or {})})
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def make(work):
    out = call("synth", "-o", work, "--units", str(UNITS), "--periods", str(PERIODS), "--network", str(NODES))
    assert f"a network of {NODES} nodes and" in out, out
    with open(f"{work}/study.yaml") as file:
        text = file.read()
    assert "gravity_by_time" in text and "network.csv" in text
    head = text.split("weights:")[0]
    network = re.search(r"network: (\{.*?\n.*?\})\n", text).group(1).replace("within: 240", "within: 1200")
    with open(f"{work}/roads.yaml", "w") as file:
        file.write(f"""{head}measures:
  - gravity: {{mass: population, decay: 1, keep: dense, as: near, rings: [60, 120, 240],
              distance: {{network: {network}}}}}
  - gravity: {{mass: population, keep: dense, as: far}}
output: {{file: out.h5}}
tile: 32
""")


def rails(work):
    with open(f"{work}/network.csv") as file:
        rows = list(csv.DictReader(file))
    return [r for r in rows if r["mode"] == "rail"]


def rewrite(work, change):
    """`change`: of a row of edges, which it may change; False leaves it out."""
    with open(f"{work}/network.csv") as file:
        head, *rows = csv.reader(file)
    rows = [r for r in rows if change(r) is not False]
    with open(f"{work}/network.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def value(path, name="near"):
    with h5py.File(path) as file:
        return file[f"{name}/value"][:]


def a_railway(work):
    out = call("run", f"{work}/roads.yaml", "-o", f"{work}/with.h5", "--log-level", "debug")
    touched = int(re.search(rf"state 1 of the network touches (\d+) of {UNITS} units", out).group(1))
    assert 0 < touched < UNITS, "rows that the railway does not reach are searched again"
    line = rails(work)
    assert len(line) >= 2 and {r["from_period"] for r in line} == {str(OPENS)}
    rewrite(work, lambda r: r[2] != "rail")
    out = call("run", f"{work}/roads.yaml", "-o", f"{work}/without.h5", "--reuse", f"{work}/with.h5")
    # The railway's years are computed, and those before are taken.
    before = OPENS - FIRST
    assert f"near: {before} of {PERIODS} matrices are taken" in out and f"computed: {OPENS}, " in out, out
    assert f"far: {PERIODS} of {PERIODS} matrices are taken" in out, out
    call("run", f"{work}/roads.yaml", "-o", f"{work}/anew.h5")
    call("diff", f"{work}/anew.h5", f"{work}/without.h5")
    has, lacks = value(f"{work}/with.h5"), value(f"{work}/without.h5")
    assert np.array_equal(has[:before], lacks[:before], equal_nan=True), "years before the railway"
    changed = (has != lacks) & ~(np.isnan(has) & np.isnan(lacks))
    share = [changed[t].mean() for t in range(PERIODS)]
    assert all(s == 0 for s in share[:before]) and all(.002 < s < .6 for s in share[before:]), share
    nearer = np.nan_to_num(has, nan=0) >= np.nan_to_num(lacks, nan=0)
    assert nearer.all(), "a railway takes no one farther away"
    out = call("diff", f"{work}/without.h5", f"{work}/with.h5", status=1)
    assert "near/value" in out and "far/" not in out and str(OPENS) in out, out
    largest = re.search(r"near/value.*", out).group(0)
    assert not any(str(y) in largest for y in range(FIRST, OPENS)), largest


def one_line_more(work):
    """A road that opens in the last year is of that year alone."""
    call("run", f"{work}/roads.yaml", "-o", f"{work}/base.h5")
    with open(f"{work}/nodes.csv") as file:
        names = [r["node"] for r in csv.DictReader(file)]
    with open(f"{work}/network.csv", "a") as file:
        file.write(f"{names[1]},{names[9]},road,1.000,2.00,{FIRST + PERIODS - 1}\n")
    out = call("run", f"{work}/roads.yaml", "-o", f"{work}/more.h5", "--reuse", f"{work}/base.h5")
    assert f"near: {PERIODS - 1} of {PERIODS} matrices are taken" in out, out
    call("run", f"{work}/roads.yaml", "-o", f"{work}/again.h5")
    call("diff", f"{work}/again.h5", f"{work}/more.h5")


def killed(work):
    hold = f"{work}/hold"
    with open(hold, "w") as file:
        file.write("3")
    process = subprocess.Popen([SPILLWAY, "run", f"{work}/roads.yaml", "-o", f"{work}/cut.h5", "--threads", "2"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                               env={**os.environ, **ALONE, "SPILLWAY_HOLD": hold})
    wait_until_held(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    os.remove(hold)
    out = call("run", f"{work}/roads.yaml", "-o", f"{work}/cut.h5")
    assert continued(out), out
    call("diff", f"{work}/again.h5", f"{work}/cut.h5")
    call("verify", f"{work}/cut.h5")


def planned():
    """All pairs of many units are tried on a few, and no more."""
    with tempfile.TemporaryDirectory() as work:
        call("synth", "-o", work, "--units", "15000", "--periods", "1", "--network", "30000")
        with open(f"{work}/study.yaml") as file:
            head, rest = file.read().split("weights:", 1)
        network = re.search(r"network: (\{.*?\n.*?\})\n", rest).group(1).replace(", within: 240", "")
        with open(f"{work}/study.yaml", "w") as file:
            file.write(f"{head}measures:\n  - gravity: {{mass: population, keep: summary, distance: {{network: "
                       f"{network}}}}}\noutput: {{file: out.h5}}\n")
        out = call("check", f"{work}/study.yaml")
        assert "time for the networks" in out and "GB of distances per node" in out, out


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        make(folder)
        a_railway(folder)
        one_line_more(folder)
        killed(folder)
    planned()
