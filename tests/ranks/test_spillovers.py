"""The matrix of spillovers of a spatial model, below its result: against dense algebra from the
coefficients in the file, of symmetric and of directed weights, under every `keep`; blocks, rings and
centres, where groups are scattered over the codes; what units give and receive; the same bits for any
number of ranks and threads; taken up after a kill; verified; and what is refused."""
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "restart"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from restart import continued, wait_until_held  # noqa: E402

SPILLWAY = os.environ["SPILLWAY"]
SIDE, N, T = 15, 225, 3
X = ["a", "b"]
GROUPS = 4
RINGS = [150, 400]
rng = np.random.default_rng(5)
lon = 100 + np.arange(N) % SIDE * 1.0 + rng.uniform(-.2, .2, N)
lat = 20 + np.arange(N) // SIDE * 1.0 + rng.uniform(-.2, .2, N)
code = [f"{i:04d}" for i in range(N)]
group = np.arange(N) * 7 % GROUPS


def matrices():
    """Four sides of a square, one unit an island; and four others, which need not link back."""
    sides = np.zeros((N, N))
    for i in range(N):
        for j in (i + 1 if (i + 1) % SIDE else -1, i + SIDE):
            if 0 <= j < N and 17 not in (i, j):
                sides[i, j] = sides[j, i] = 1
    directed = np.zeros((N, N))
    for i in range(N):
        directed[i, rng.choice([j for j in range(N) if j != i], 4, replace=False)] = rng.uniform(.5, 2, 4)
    return {"sides": sides, "directed": directed}


W = matrices()


def scaled(w):
    total = w.sum(1, keepdims=True)
    return w / np.where(total > 0, total, 1)


def write_panel(work):
    with open(f"{work}/units.csv", "w") as file:
        file.write("unit,lon,lat,zone\n")
        file.writelines(f"{code[i]},{lon[i]},{lat[i]},z{group[i]}\n" for i in range(N))
    for name, w in W.items():
        with open(f"{work}/{name}.csv", "w") as file:
            file.write("from,to,weight\n")
            file.writelines(f"{code[i]},{code[j]},{float(w[i, j])!r}\n" for i, j in np.argwhere(w))
    x = rng.normal(size=(len(X), T, N))
    inverse = np.linalg.inv(np.eye(N) - .5 * scaled(W["sides"]))
    y = (.8 * x[0] - .5 * x[1] + .6 * (x[0] @ scaled(W["sides"]).T) + rng.normal(size=(T, N)) * .3) @ inverse.T
    with open(f"{work}/panel.csv", "w") as file:
        file.write("unit,year,y,a,b\n")
        file.writelines(f"{code[i]},{2001 + t},{y[t, i]!r},{x[0, t, i]!r},{x[1, t, i]!r}\n"
                        for i in range(N) for t in range(T))


HEAD = """panel: {file: panel.csv, unit: unit, time: year}
units: {file: units.csv, unit: unit, lon: lon, lat: lat, groups: [zone]}
weights:
  sides: {kind: file, file: sides.csv, style: row}
  directed: {kind: file, file: directed.csv, style: row}
measures:
"""
SUMS = f"blocks: zone, rings: {RINGS}, centres: ['0003', '0200']"
KEPT = {"dense": f"keep: dense, {SUMS}", "top": f"keep: {{top: 20}}, {SUMS}", "above": "keep: {above: .01}",
        "share": "keep: {share: .05}", "links": "keep: links", "summary": f"keep: summary, {SUMS}",
        "least": "keep: {top: 300}, by: absolute"}
MODELS = {"durbin": "form: durbin, weights: sides, periods: [2001]", "lag": "form: lag, weights: directed, fixed: unit",
          "slx": "form: slx, weights: directed, fixed: none",
          "dynamic": "form: lag, weights: sides, fixed: unit, dynamic: lag"}


def write_study(work, models, kept):
    lines = [f"  - spatial_model: {{{MODELS[m]}, y: y, x: [a, b], as: {m}_{k}, spillover: {{terms: [b, a], {KEPT[k]}}}}}\n"
             for m in models for k in kept]
    with open(f"{work}/study.yaml", "w") as file:
        file.write(HEAD + "".join(lines) + "output: {file: out.h5, precision: float64}\ntile: 32\n")


def run(work, out, ranks=0, threads=1, words=()):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    env = dict(os.environ)
    if ranks > 2:
        env.update(SPILLWAY_NODE_RANKS="2", SPILLWAY_WINDOW_BYTES="1")
    done = subprocess.run([*launcher, SPILLWAY, "run", f"{work}/study.yaml", "-o", f"{work}/{out}", "--force",
                           "--quiet", "--threads", str(threads), *words], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def spillovers(r, model, name):
    """S' of the variable: rows send. By the coefficients that the file has."""
    term = [t.decode() for t in r["term"][:]]
    at = dict(zip(term, r["coefficient"][:]))
    w = scaled(W["directed" if "directed" in MODELS[model] else "sides"])
    s = np.linalg.inv(np.eye(N) - at.get("rho", 0) * w) @ (at[name] * np.eye(N) + at.get(f"lag.{name}", 0) * w)
    return s.T


def close(got, want, what, tolerance=1e-11):
    assert np.allclose(got, want, rtol=tolerance, atol=tolerance, equal_nan=True), (what, got, want)


def check_kept(pairs, kind, s):
    off = np.where(np.eye(N, dtype=bool), np.nan, s)
    close(pairs["out_strength"][:], np.nansum(off, 1), "out_strength")
    close(pairs["in_strength"][:], np.nansum(off, 0), "in_strength")
    close(pairs["total"][()], np.nansum(off), "total", 1e-9)
    close(pairs["max"][()], np.nanmax(off), "max")
    assert pairs["n_pairs"][()] == N * (N - 1)
    if kind == "dense":
        close(pairs["value"][:], s, "the diagonal has a meaning")
    elif kind in ("top", "least"):
        key = -abs(off)
        partner, value = pairs["partner"][:], pairs["value"][:]
        for i in range(N):
            there = partner[i] >= 0
            assert there.sum() == min(20 if kind == "top" else 300, N - 1)
            close(value[i][there], s[i, partner[i][there]], "partners")
            close(key[i, partner[i][there]], np.sort(key[i])[:there.sum()], "the strongest")
    elif kind in ("above", "share", "links"):
        start, partner, value = pairs["row_start"][:], pairs["partner"][:], pairs["value"][:]
        row = np.repeat(np.arange(N), np.diff(start))
        close(value, s[row, partner], "kept")
        got = np.zeros((N, N), bool)
        got[row, partner] = True
        if kind == "above":
            sure = abs(abs(off) - .01) > 1e-9
            assert (got == (abs(off) > .01))[sure].all()
        elif kind == "share":
            assert got.sum() == round(.05 * N * (N - 1)) and abs(off[got]).min() >= np.nanmax(abs(off[~got])) - 1e-12
        else:
            assert (got == (W["sides"] > 0)).all() or (got == (W["directed"] > 0)).all()


def check_sums(pairs, s):
    off = np.where(np.eye(N, dtype=bool), 0, s)
    member = np.array([[g == z for z in range(GROUPS)] for g in group], float)
    assert [z.decode() for z in pairs["zone"][:]] == [f"z{z}" for z in range(GROUPS)]
    close(pairs["sent_to"][:], off @ member, "sent_to")
    close(pairs["received_from"][:], off.T @ member, "received_from")
    close(pairs["block_sum"][:], member.T @ off @ member, "block_sum", 1e-10)
    h = (np.sin(np.radians(lat[:, None] - lat) / 2) ** 2 +
         np.cos(np.radians(lat[:, None])) * np.cos(np.radians(lat)) * np.sin(np.radians(lon[:, None] - lon) / 2) ** 2)
    d = 2 * 6371.0088 * np.arcsin(np.sqrt(h))
    for k, (lo, hi) in enumerate(zip([0, *RINGS], [*RINGS, np.inf])):
        within = (d > lo) & (d <= hi)
        close(pairs["ring_sum"][k], (off * within).sum(), "ring_sum", 1e-10)
        close(pairs["ring_out"][:, k], np.where(within.any(1), (off * within).sum(1), np.nan), "ring_out")
    close(pairs["from_centre"][1], s[200], "from_centre")
    close(pairs["to_centre"][:, 0], s[:, 3], "to_centre")


def check(work, models, kept):
    with h5py.File(f"{work}/out.h5") as file:
        for model in models:
            for kind in kept:
                r = file[f"{model}_{kind}"]
                for name in X:
                    s, pairs = spillovers(r, model, name), r[f"spillover/{name}"]
                    check_kept(pairs, kind, s)
                    if "blocks" in KEPT[kind]:
                        check_sums(pairs, s)
                    at = [t.decode() for t in r["effect_term"][:]].index(name)
                    effect = "short_direct" if "short_direct" in r else "direct"
                    close(np.trace(s) / N, r[effect][at], "trace over n", 1e-10)
                    close(s.sum() / N, r[effect.replace("direct", "total")][at], "mean of row sums", 1e-10)
                    close(pairs["out_strength"][:], r["given"][:, at], "what a unit gives is its row", 1e-10)
                    close(pairs["in_strength"][:], r["received"][:, at], "what it receives is its column", 1e-10)


def same(work, one, other):
    with h5py.File(f"{work}/{one}") as x, h5py.File(f"{work}/{other}") as y:
        names = []
        x.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        assert len(names) > 100
        for name in names:
            a, b = np.asarray(x[name][()]), np.asarray(y[name][()])
            assert a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes(), name


def refused(work, line, said):
    with open(f"{work}/bad.yaml", "w") as file:
        file.write(HEAD + f"  - {line}\noutput: {{file: bad.h5}}\n")
    done = subprocess.run([SPILLWAY, "run", f"{work}/bad.yaml"], capture_output=True, text=True)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def taken_up(work):
    """Held within the pairs, killed, and continued by two ranks."""
    with open(f"{work}/hold", "w") as file:
        file.write("9")
    first = subprocess.Popen([SPILLWAY, "run", f"{work}/study.yaml", "-o", f"{work}/again.h5", "--threads", "1"],
                             env=dict(os.environ, SPILLWAY_HOLD=f"{work}/hold"), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    for pid in wait_until_held(first, 0):
        os.kill(pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL
    done = subprocess.run(["mpirun", "-n", "2", SPILLWAY, "run", f"{work}/study.yaml", "-o", f"{work}/again.h5"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    before, whole = continued(done.stdout)
    assert 9 <= before < whole, done.stdout
    same(work, "out.h5", "again.h5")


with tempfile.TemporaryDirectory() as work:
    write_panel(work)
    write_study(work, ["durbin"], KEPT)
    run(work, "out.h5")
    check(work, ["durbin"], KEPT)
    write_study(work, ["lag", "slx", "dynamic"], ["dense", "top"])
    run(work, "out.h5")
    check(work, ["lag", "slx", "dynamic"], ["dense", "top"])
    write_study(work, ["durbin"], ["dense", "above", "share"])
    run(work, "out.h5")
    for ranks, threads in ((0, 3), (2, 1), (3, 2)):
        run(work, f"other_{ranks}_{threads}.h5", ranks, threads)
        same(work, "out.h5", f"other_{ranks}_{threads}.h5")
    taken_up(work)
    subprocess.run([SPILLWAY, "verify", f"{work}/out.h5", "--tiles", "100000"], check=True, stdout=subprocess.DEVNULL)
    refused(work, "spatial_lag: {y: y, x: [a], weights: sides, periods: [2001], spillover: {terms: [b]}}",
            "'b' is none of the variables of x")
    refused(work, "spatial_error: {y: y, x: [a], weights: sides, periods: [2001], spillover: {terms: [a]}}",
            "in a model of form error a variable acts in its own unit alone")
    refused(work, "spatial_lag: {weights: sides, periods: [2001], grid: {y: [y], x: {one: [a]}}, spillover: {terms: [a]}}",
            "it is of one model")
print("ok")
