#!/usr/bin/env python3
"""Pairs as input: a measure that looks at all links it is given finds what the file has of the other
entry, in every form of keep, over any ranks, threads and windows of periods; resumed, verified and
reused runs give the same; and what cannot be input is refused in one line."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_links")
N, T = 600, 5  # three ranks have units: a block is of 256
KEEPS = {"dense": "dense", "top": "{top: 4}", "above": "{above: 6.5}",
         "links": "links, weights: ring"}

STUDY = """study: links
panel: {{file: panel.csv, unit: code, time: year{layout}}}
weights: {{ring: {{kind: file, file: edges.csv}}}}
measures:
{measures}
output: {{file: out.h5, precision: {precision}}}
tile: 128
"""
# The probe stands before what it takes.
PROBES = """  - probe: {{of: x, result: a, as: first}}
  - probe: {{of: x, result: a.delay, one_thread: true, as: second}}
  - probe: {{of: x, result: b, periods: [2002, 2004], as: third}}
  - flow: {{of: x, as: a, keep: {keep}}}
  - flow: {{of: x, as: b, keep: {{top: 3}}, whole: true}}
  - flow: {{of: first.sent, as: c, keep: {{top: 2}}}}
  - probe: {{of: x, result: c, as: fourth}}"""


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def study(folder, measures, precision="float64"):
    write(folder, "study.yaml", STUDY.format(measures=measures, precision=precision, layout=""))


def call(folder, ranks, *words, **environment):
    command = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    return subprocess.run([*command, PROGRAM, *words], cwd=folder, text=True, capture_output=True,
                          timeout=240, env={**os.environ, **environment})


def run(folder, ranks=1, threads=1, words=(), **environment):
    done = call(folder, ranks, "run", "study.yaml", "--force", "-q", "--threads", str(threads),
                *words, **environment)
    assert done.returncode == 0, done.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        return digest(file)


# ---- what the file has -----------------------------------------------------------------------

def matrix(group, quantity, t):
    """The kept pairs of a period, NaN elsewhere."""
    found = np.full((N, N), np.nan)
    if "partner" not in group:
        return group[quantity][t]
    if "row_start" in group:
        start = group["row_start"][t]
        for i in range(N):
            found[i, group["partner"][start[i]:start[i + 1]]] = group[quantity][start[i]:start[i + 1]]
        return found
    partner, value = group["partner"][...], group[quantity][...]
    if partner.ndim == 3:
        partner, value = partner[t], value[t]
    for i in range(N):
        there = partner[i] >= 0
        found[i, partner[i][there]] = value[i][there]
    return found


def check_probe(file, name, of, quantity, years):
    group = file[name]
    count = []
    for k, year in enumerate(years):
        w = matrix(file[of], quantity, year - 2001).astype(float)
        sent = np.nansum(w * np.arange(1, N + 1), axis=1)
        np.testing.assert_allclose(group["sent"][k], sent, rtol=1e-11, atol=1e-8)
        np.testing.assert_array_equal(group["degree"][k], (~np.isnan(w)).sum(1))
        count.append((~np.isnan(w)).sum())
    np.testing.assert_array_equal(group["links"][:], count)
    np.testing.assert_array_equal(group["before"][:], [np.nan] + count[:-1])
    assert group["threads"][0] == 0, f"{name}: several threads called what one may call"
    assert sum(count) > len(years) * N / 4


def check_file(folder):
    years = range(2001, 2001 + T)
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        check_probe(file, "first", "a", "value", years)
        check_probe(file, "second", "a", "delay", years)
        check_probe(file, "third", "b", "value", [2002, 2004])
        check_probe(file, "fourth", "c", "value", years)
        assert b"result: a.delay" in file["second"].attrs["parameters"]


def check_forms(folder):
    for keep, text in KEEPS.items():
        for precision in ("float64", "float32") if keep == "top" else ("float64",):
            study(folder, PROBES.format(keep=text), precision)
            one = run(folder)
            check_file(folder)
            assert run(folder, ranks=3) == one, keep
            assert run(folder, threads=3, SPILLWAY_WINDOW_BYTES="1") == one, keep
            assert run(folder, ranks=2, SPILLWAY_WINDOW_BYTES="1") == one, keep


# ---- verify, reuse, check --------------------------------------------------------------------

def check_verify(folder):
    study(folder, PROBES.format(keep="{top: 4}"))
    run(folder)
    done = call(folder, 1, "verify", "out.h5", "--study", "study.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    with h5py.File(os.path.join(folder, "out.h5"), "r+") as file:
        file["first/sent"][1, 7] += 1
    done = call(folder, 1, "verify", "out.h5", "--study", "study.yaml")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "/first/sent, 2002, 00007: stored" in done.stdout, done.stdout


def check_reuse(folder, x):
    study(folder, PROBES.format(keep="{above: 6.5}"))
    before = run(folder)
    os.replace(os.path.join(folder, "out.h5"), os.path.join(folder, "last.h5"))
    assert run(folder, ranks=2, words=("--reuse", "last.h5")) == before
    with h5py.File(os.path.join(folder, "last.h5")) as file:
        hashes = file["first/operand_hash"][...]
    x = x.copy()
    x[2, 5] += 1  # one period of the pairs
    write_panel(folder, x)
    study(folder, PROBES.format(keep="{above: 6.5}"))
    alone = run(folder)
    assert run(folder, words=("--reuse", "last.h5")) == alone != before
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        changed = file["first/operand_hash"][...] != hashes
    assert changed.tolist() == [False, False, True, False, False]
    check_file(folder)


def check_plan(folder):
    study(folder, PROBES.format(keep="{top: 4}"))
    done = call(folder, 1, "check", "study.yaml", "-q")
    assert done.returncode == 0, done.stderr
    assert "first" in done.stdout, done.stdout


# ---- refusals --------------------------------------------------------------------------------

AT = "study.yaml:5:28: "
REFUSED = {
    "  - probe: {of: x, result: flows}": AT + "there is no result 'flows'; the study has no entry "
                                              "with pairs",
    "  - probe: {of: x, result: flw}\n  - flow: {of: x}": AT + "there is no result 'flw'; did you "
                                                              "mean 'flow'?",
    "  - probe: {of: x, result: x}\n  - flow: {of: x}": AT + "there is no result 'x'; known: "
                                                            "flow",
    "  - probe: {of: x, result: a}\n  - probe: {of: x, result: flow, as: a}\n  - flow: {of: x}":
        AT + "'a' has no pairs; name the result of a pair measure",
    "  - probe: {of: x, result: flow.dely}\n  - flow: {of: x}":
        AT + "'flow' has no quantity 'dely' of pairs; did you mean 'delay'?",
    "  - probe: {of: x, result: flow.delay}\n  - flow: {of: x, delay: false}":
        AT + "flow.delay: with the parameters that flow has, there is no 'delay'",
    "  - probe: {of: x, result: flow}\n  - flow: {of: x, keep: summary}":
        AT + "flow keeps no pairs, only sums of them; give it keep: dense, links, {top: "
        "k}, {above: x} or {share: s}",
    "  - probe: {of: x, result: flow}\n  - flow: {of: probe.sent}":
        "study.yaml:6:16: circular reference: probe.sent -> flow -> probe.sent; a result cannot be "
        "computed from itself",
    "  - probe: {of: x}": "study.yaml:5:5: probe: 'result' is missing: pairs of another entry",
    "  - probe: {of: x, result: flow, periods: [2001]}\n  - flow: {of: x, periods: [2002]}":
        "study.yaml:5:5: probe: flow has no period 2001",
    "  - probe: {of: x, result: [flow, flow]}\n  - flow: {of: x}":
        AT + "probe: result: found a list; expected one name",
}
TRAPS = {
    "no_open": "measure probe: close without open; it frees what open has created",
    "no_workspace": "measure probe: open without workspace; what it creates is kept there",
    "uneven_items": "pass 0: 14 items see links of 5 periods; give each period as many",
    "no_links": "a parameter names pairs, and no pass sees links; set links in one",
    "links_of_units": "pass 1: links are seen by passes over items",
    "open_fails": "spillway: no room for a solver",
    "library_fails": "spillway: probe: the library has no memory",
}


def last_line(done):
    return [line for line in done.stderr.splitlines() if line.startswith("spillway: ")][-1]


def check_refusals(folder):
    for measures, line in REFUSED.items():
        study(folder, measures)
        for ranks in (1, 3):
            done = call(folder, ranks, "run", "study.yaml", "--force", "-q")
            assert done.returncode == 2, (measures, done.returncode, done.stderr)
            assert last_line(done) == "spillway: " + line, (measures, done.stderr)
    study(folder, "  - probe: {of: x, result: flow}\n  - flow: {of: x, keep: {top: 2}}")
    assert run(folder, threads=2, SPILLWAY_SLIP="no_close") == run(folder, words=("--restart",))
    for slip, line in TRAPS.items():
        for ranks in (1, 3):
            done = call(folder, ranks, "run", "study.yaml", "--force", "--restart", "-q",
                        "--threads", "2", SPILLWAY_SLIP=slip)
            said = [at for at in done.stderr.splitlines() if line in at]
            assert done.returncode == 1 and len(said) == 1, (slip, ranks, done.stderr)
    # What the library's failure has left undone is done by the next run, and nothing else.
    resumed = call(folder, 1, "run", "study.yaml", "--force", SPILLWAY_MARK_AFTER_MS="1")
    assert resumed.returncode == 0, resumed.stderr
    with h5py.File(os.path.join(folder, "out.h5")) as file:
        found = digest(file)
    assert "continued: " in resumed.stdout, resumed.stdout
    assert found == run(folder, words=("--restart",))


def write_panel(folder, x):
    rows = [f"{i:05d},{2001 + t},{float(x[t, i])!r}" for i in range(N) for t in range(T)]
    write(folder, "panel.csv", "\n".join(["code,year,x", *rows, ""]))


with tempfile.TemporaryDirectory() as work:
    values = np.random.default_rng(5).uniform(0, 10, (T, N))
    values[1, 3] = values[4, 8:11] = 0
    write_panel(work, values)
    circle = [f"{i:05d},{(i + 1) % N:05d}" for i in range(0, N - 1)]
    write(work, "edges.csv", "\n".join(["from,to", *circle, ""]))
    check_forms(work)
    check_verify(work)
    check_plan(work)
    check_refusals(work)
    check_reuse(work, values)
print(f"{len(KEEPS)} forms; {len(REFUSED)} refusals, {len(TRAPS)} traps")
