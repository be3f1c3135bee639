#!/usr/bin/env python3
"""The walls of the engine: measures that lean on each of them give the numbers numpy gives, and the
same bits for any ranks, nodes, threads and forms of `keep`."""
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results"))
from digest import digest  # noqa: E402

PROGRAM = os.path.join(os.environ["SPILLWAY_PROGRAMS"], "p_walls")
N, T = 301, 3

STUDY = """
study: walls
panel: {file: panel.csv, unit: code, time: year}
units: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [side]}
weights:
  ring: {kind: file, file: edges.csv}
measures:
  - wall_sorted_row: {mass: x, keep: dense, as: row_dense}
  - wall_sorted_row: {mass: x, keep: {top: 4}, as: row_top}
  - wall_sorted_row: {mass: x, keep: {above: 0.5}, as: row_above}
  - wall_sorted_row: {mass: x, keep: summary, blocks: side, as: row_summary}
  - wall_operand: {of: x, keep: dense, as: r_dense}
  - wall_operand: {of: x, keep: {above: 0.9}, as: r_above}
  - wall_operand: {of: x, keep: {top: 3}, as: r_top}
  - wall_operand: {of: x, keep: summary, as: r_summary}
  - wall_median: {of: x}
  - wall_median: {of: row_dense.in_strength, as: median_of_pairs}
  - wall_median: {of: "row_top.within[5]", as: median_of_rows}
  - wall_links: {of: x, weights: ring}
  - wall_links: {of: x, weights: ring, keep: summary, as: links_summary}
  - wall_state: {of: x}
output: {file: out.h5, precision: float64}
tile: 32
"""


def write_inputs(folder, rng):
    codes = [f"{k:04d}" for k in range(N)]
    lon, lat = rng.uniform(-20, 20, N), rng.uniform(-15, 15, N)
    x = rng.lognormal(0, 1, (T, N))
    with open(f"{folder}/units.csv", "w") as f:
        f.write("code,lon,lat,side\n")
        f.writelines(f"{c},{a!r},{b!r},{'west' if a < 0 else 'east'}\n" for c, a, b in zip(codes, lon.tolist(), lat.tolist()))
    with open(f"{folder}/panel.csv", "w") as f:
        f.write("code,year,x\n")
        for k, c in enumerate(codes):
            f.writelines(f"{c},{2000 + t},{float(x[t, k])!r}\n" for t in range(T))
    with open(f"{folder}/edges.csv", "w") as f:
        f.write("from,to\n")
        f.writelines(f"{codes[k]},{codes[(k + s) % N]}\n" for k in range(N) for s in (1, 7))
    with open(f"{folder}/study.yaml", "w") as f:
        f.write(STUDY)
    return lon, lat, x


def run(folder, ranks, node_ranks, threads):
    command = ["mpirun", "-n", str(ranks)] if ranks else []
    env = dict(os.environ)
    if node_ranks:
        env["SPILLWAY_NODE_RANKS"] = str(node_ranks)
    done = subprocess.run(command + [PROGRAM, f"{folder}/study.yaml", str(threads)], env=env,
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (ranks, node_ranks, threads, done.stderr)
    with h5py.File(f"{folder}/out.h5") as f:
        return digest(f)


def radiation(lon, lat, m):
    a, b = np.radians(lon), np.radians(lat)
    p = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], 1)
    value = np.full((N, N), np.nan)
    for i in range(N):
        h = ((p - p[i]) ** 2).sum(1)
        h[i] = -1
        order = np.argsort(h, kind="stable")[1:]
        nearer = np.concatenate([[0], np.cumsum(m[order])[:-1]])
        value[i, order] = m[i] * m[i] * m[order] / ((m[i] + nearer) * (m[i] + m[order] + nearer))
    return value


def numbers(lon, lat, m):
    """Of each row: the nearest unit, and the mass of the 1, 5, 300 nearest."""
    a, b = np.radians(lon), np.radians(lat)
    p = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], 1)
    h = ((p[:, None] - p) ** 2).sum(2)
    np.fill_diagonal(h, -1)
    order = np.argsort(h, 1, kind="stable")[:, 1:]
    return order[:, 0], np.cumsum(m[order], 1)[:, [0, 4, 299]]


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13, equal_nan=True)


def check_numbers(path, lon, lat, x):
    with h5py.File(path) as f:
        for t in range(T):
            value = radiation(lon, lat, x[t])
            close(f["row_dense/value"][t], value)
            for name in ("row_dense", "row_top", "row_summary"):
                close(f[name]["out_strength"][t], np.nansum(value, 1))
                close(f[name]["in_strength"][t], np.nansum(value, 0))
                # rows sum to m (1 - m / M)
                close(f[name]["out_strength"][t], x[t] * (1 - x[t] / x[t].sum()))
            nearest, within = numbers(lon, lat, x[t])
            for name in ("row_dense", "row_top", "row_above", "row_summary"):
                assert (f[name]["nearest"][t] == nearest).all(), name
                close(f[name]["within"][t], within)
            order = np.argsort(-np.nan_to_num(value, nan=-1), axis=1, kind="stable")[:, :4]
            assert (f["row_top/partner"][t] == order).all()
            close(f["row_top/value"][t], np.take_along_axis(value, order, 1))
        for name in ("in_strength", "out_strength", "total", "mean", "max"):
            assert (f["row_dense"][name][()] == f["row_top"][name][()]).all(), name
            assert (f["row_dense"][name][()] == f["row_summary"][name][()]).all(), name
            for other in ("r_above", "r_top", "r_summary"):
                assert (f["r_dense"][name][()] == f[other][name][()]).all(), (other, name)
        r = np.corrcoef((x - x.mean(1, keepdims=True)).T)
        np.fill_diagonal(r, np.nan)
        close(f["r_dense/value"][()], r)
        start, partner = f["r_above/row_start"][()].ravel(), f["r_above/partner"][()]
        above = f["r_above/value"][()]
        assert start[0] == 0 and start[-1] == len(partner) == (f["r_dense/value"][()] > 0.9).sum()
        for i in range(N):
            row = f["r_dense/value"][i]
            kept = np.flatnonzero(row > 0.9)
            kept = kept[np.lexsort((kept, -row[kept]))]
            assert (partner[start[i]:start[i + 1]] == kept).all()
            assert (above[start[i]:start[i + 1]] == row[kept]).all()
        close(f["wall_median/median"][()], np.median(x, axis=1))
        close(f["median_of_pairs/median"][()],
              [np.median(np.nansum(radiation(lon, lat, x[t]), 0)) for t in range(T)])
        start, partner = f["wall_links/row_start"][()], f["wall_links/partner"][()]
        value = f["wall_links/value"][()]
        assert start.shape == (T, N + 1) and start[-1, -1] == 2 * N * T
        for t in range(T):
            for i in (0, 1, N - 1):
                to = partner[start[t, i]:start[t, i + 1]]
                assert sorted(to) == sorted([(i + 1) % N, (i + 7) % N])
                close(value[start[t, i]:start[t, i + 1]], np.abs(x[t, i] - x[t, to]))
            gap = np.zeros((N, N))
            for s in (1, 7):
                gap[np.arange(N), (np.arange(N) + s) % N] = np.abs(x[t] - np.roll(x[t], -s))
            close(f["wall_links/out_strength"][t], gap.sum(1))
            close(f["wall_links/in_strength"][t], gap.sum(0))
            close(f["wall_links/mean"][t], gap.sum() / (2 * N))
            for name in ("out_strength", "in_strength", "total", "max"):
                assert (f["wall_links"][name][()] == f["links_summary"][name][()]).all()
        close(f["wall_state/deviation"][()], x - x.mean(1, keepdims=True))


def main():
    with tempfile.TemporaryDirectory() as folder:
        lon, lat, x = write_inputs(folder, np.random.default_rng(5))
        first = run(folder, 0, 0, 1)
        check_numbers(f"{folder}/out.h5", lon, lat, x)
        for ranks, node_ranks, threads in ((0, 0, 3), (2, 0, 1), (2, 1, 2), (3, 1, 1), (4, 2, 2)):
            assert run(folder, ranks, node_ranks, threads) == first, (ranks, node_ranks, threads)
    print("walls: numbers and bits agree")


main()
