"""Distances on a network: access, transfers, openings and limits against all ways by Floyd and
Warshall and the plain formulas of gravity, the radiation model and rings; layers of OGR as CSV; what is planned; and the same
bits for any number of ranks and threads."""
import json
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

SPILLWAY = os.environ["SPILLWAY"]
N, NODES, YEARS = 130, 90, [2001, 2002, 2003, 2005]
OPENS = {2003: 2, 2005: 3}
MODES, TRANSFER, KMH = ["road", "rail"], 12.5, {"road": 40., "rail": 20.}
RINGS = [60, 150, 300]
rng = np.random.default_rng(11)
lon, lat = rng.uniform(10, 16, N), rng.uniform(45, 49, N)
node_lon, node_lat = rng.uniform(10, 16, NODES), rng.uniform(45, 49, NODES)
mass = rng.uniform(1, 9, (len(YEARS), N))


def km(lon1, lat1, lon2, lat2):
    def vector(a, b):
        a, b = np.radians(a), np.radians(b)
        return np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], -1)
    chord = np.linalg.norm(vector(lon1, lat1)[:, None] - vector(lon2, lat2)[None], axis=-1)
    return 2 * 6371.0088 * np.arcsin(np.minimum(1, chord / 2))


def edges():
    """from, to, mode, minutes, the year it opens in (0: always); parallel ones among them."""
    near = km(node_lon, node_lat, node_lon, node_lat)
    made = []
    for i in range(NODES):
        for j in np.argsort(near[i])[1:5]:
            made.append((i, int(j), 0, round(near[i, j] / rng.uniform(.7, 1.2), 2), 0))
    for year, stations in ((0, range(0, 40, 8)), (2003, range(3, 60, 9)), (2005, (5, 50, 70)), (1990, (1, 33))):
        stations = list(stations)
        made += [(a, b, 1, round(near[a, b] / 3, 3), year) for a, b in zip(stations, stations[1:])]
    return made


EDGES = edges()


def times(year, within=None, directed=False, direct=40.):
    """Minutes between units in a year; NaN where there are none."""
    path, there = np.full((2 * NODES,) * 2, np.inf), np.zeros((NODES, 2), bool)

    def join(x, y, minutes):
        path[x, y] = min(path[x, y], minutes)

    np.fill_diagonal(path, 0)
    for a, b, mode, t, opens in EDGES:
        if opens > year:
            continue
        there[a, mode] = there[b, mode] = True
        for x, y in ((a, b),) if directed else ((a, b), (b, a)):
            join(x * 2 + mode, y * 2 + mode, t)
    for k in np.flatnonzero(there.all(1)):
        join(2 * k, 2 * k + 1, TRANSFER)
        join(2 * k + 1, 2 * k, TRANSFER)
    for k in range(2 * NODES):
        np.minimum(path, path[:, k, None] + path[k], out=path)
    best = np.full((N, N), np.inf)
    far = km(lon, lat, node_lon, node_lat)
    way = []
    for mode in range(2):
        at = np.flatnonzero(there[:, mode])
        nearest = at[np.argmin(far[:, at], 1)]
        way.append((2 * nearest + mode, far[range(N), nearest] / KMH[MODES[mode]] * 60))
    for v, access in way:
        for u, leave in way:
            best = np.minimum(best, access[:, None] + path[np.ix_(v, u)] + leave[None])
    if direct:
        best = np.minimum(best, km(lon, lat, lon, lat) / direct * 60)
    np.fill_diagonal(best, np.nan)
    best[~np.isfinite(best)] = np.nan
    if within:
        best[best > within] = np.nan
    return best


def network(**more):
    keys = {"nodes": "nodes.csv", "edges": "lines.csv", "time": "minutes",
            "modes": {"road": {}, "rail": {"access_kmh": 20}}, "transfer": TRANSFER, "access_kmh": 40, **more}
    return json.dumps({"network": {k: v for k, v in keys.items() if v is not None}})


ENTRIES = {
    "all": (f"gravity: {{mass: [m], decay: 1, distance: {network()}, keep: dense, rings: {RINGS}", dict()),
    "near": (f"gravity: {{mass: [m], decay: 1, distance: {network(within=200)}, keep: dense, rings: {RINGS}",
             dict(within=200)),
    "oneway": (f"gravity: {{mass: [m], decay: 1, distance: {network(directed=True)}, keep: dense", dict(directed=True)),
    "layer": (f"gravity: {{mass: [m], decay: 1, keep: dense, distance: "
              f"{network(nodes='nodes.geojson', edges=dict(file='lines.geojson', to='unto'))}", dict()),
    "radiation": (f"radiation_model: {{mass: m, distance: {network(within=300)}, keep: dense", dict(within=300)),
    "some": (f"gravity: {{mass: [m], decay: 2, distance: {network(within=200)}, keep: {{top: 5}}, periods: [2003]",
             dict(within=200)),
}


def write(work):
    with open(f"{work}/units.csv", "w") as file:
        file.write("unit,lon,lat\n")
        file.writelines(f"u{i:03d},{lon[i]!r},{lat[i]!r}\n" for i in range(N))
    with open(f"{work}/panel.csv", "w") as file:
        file.write("unit,year,m\n")
        file.writelines(f"u{i:03d},{y},{mass[t, i]!r}\n" for t, y in enumerate(YEARS) for i in range(N))
    order = rng.permutation(NODES)
    with open(f"{work}/nodes.csv", "w") as file:
        file.write("name,x,y\n")
        file.writelines(f"n{k},{node_lon[k]!r},{node_lat[k]!r}\n" for k in order)
    with open(f"{work}/lines.csv", "w") as file:
        file.write("source,target,mode,minutes,opened\n")
        file.writelines(f"n{a},n{b},{MODES[m]},{t!r},{y or ''}\n" for a, b, m, t, y in EDGES)

    def geojson(name, features):
        with open(f"{work}/{name}", "w") as file:
            json.dump({"type": "FeatureCollection", "features": [
                {"type": "Feature", "properties": p, "geometry": g} for p, g in features]}, file)

    geojson("nodes.geojson", [({"node": f"n{k}"}, {"type": "Point", "coordinates": [node_lon[k], node_lat[k]]})
                              for k in order])
    geojson("lines.geojson", [
        ({"from": f"n{a}", "unto": f"n{b}", "mode": MODES[m], "minutes": t, "from_period": y or None},
         {"type": "LineString", "coordinates": [[node_lon[a], node_lat[a]], [node_lon[b], node_lat[b]]]})
        for a, b, m, t, y in EDGES])
    lines = "".join(f"  - {entry}, as: {name}}}\n" for name, (entry, _) in ENTRIES.items())
    with open(f"{work}/study.yaml", "w") as file:
        file.write("panel: {file: panel.csv, unit: unit, time: year}\n"
                   "units: {file: units.csv, unit: unit, lon: lon, lat: lat}\n"
                   f"measures:\n{lines}output: {{file: out.h5, precision: float64}}\ntile: 32\n")


def run(work, out, ranks=0, threads=1, words=(), env=()):
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launcher, SPILLWAY, "run", f"{work}/study.yaml", "-o", f"{work}/{out}", "--threads",
                           str(threads), *words], capture_output=True, text=True, env={**os.environ, **dict(env)})
    assert done.returncode == 0, done.stderr
    return done


def close(got, want, what):
    assert np.allclose(got, want, rtol=1e-8, atol=0, equal_nan=True), (what, np.nanmax(abs(got / want - 1)))


def radiation(m, d):
    """One row after another; s the mass strictly nearer."""
    flow = np.full(d.shape, np.nan)
    for i in range(N):
        at = np.flatnonzero(~np.isnan(d[i]))
        at = at[np.argsort(d[i, at], kind="stable")]
        s = np.concatenate([[0], np.cumsum(m[at])[:-1]])
        flow[i, at] = m[i] * m[i] * m[at] / ((m[i] + s) * (m[i] + s + m[at]))
    return flow


def check(work):
    with h5py.File(f"{work}/out.h5") as file:
        for name, (_, how) in ENTRIES.items():
            group = file[name]
            for t, year in enumerate(group["time"][:] if "time" in group else YEARS):
                at = YEARS.index(int(year))
                d, m = times(int(year), **how), mass[at]
                if name == "radiation":
                    close(group["value"][t], radiation(m, d), (name, year))
                    continue
                flow = m[:, None] * m[None] / (d if name != "some" else d ** 2)
                if name == "some":
                    best = -np.sort(-np.nan_to_num(flow, nan=-1), 1)[:, :5]
                    close(group["value"][t], np.where(best < 0, np.nan, best), (name, year))
                    continue
                close(group["value"][t], flow, (name, year))
                assert group["n_pairs"][t] == (~np.isnan(d)).sum()
                if "ring_sum" in group:
                    of = np.searchsorted(RINGS, d)
                    want = [np.nansum(np.where(of == r, flow, np.nan)) for r in range(len(RINGS) + 1)]
                    count = [((of == r) & ~np.isnan(d)).sum() for r in range(len(RINGS) + 1)]
                    assert list(group["ring_count"][t]) == count, (name, year)
                    close(group["ring_sum"][t][np.array(count) > 0], np.array(want)[np.array(count) > 0], name)
                    assert group["ring"].attrs["units"] in ("min", b"min"), "a ring of minutes"
        assert np.array_equal(file["all/value"][:], file["layer/value"][:], equal_nan=True), "a layer is another network"
        assert not np.array_equal(times(2002), times(2003), equal_nan=True), "2003 opens nothing"


def test():
    with tempfile.TemporaryDirectory() as work:
        write(work)
        done = run(work, "out.h5")
        assert "network, nodes 90, edges" in done.stderr and "3 states" in done.stderr, done.stderr
        check(work)
        for name, how in {"threads": dict(threads=3), "ranks": dict(ranks=3),
                          "nodes": dict(ranks=3, env={"SPILLWAY_NODE_RANKS": "1"}.items())}.items():
            run(work, f"{name}.h5", **how)
            same = subprocess.run([SPILLWAY, "diff", f"{work}/out.h5", f"{work}/{name}.h5"], capture_output=True,
                                  text=True)
            assert same.returncode == 0, (name, same.stdout)
        done = subprocess.run([SPILLWAY, "verify", f"{work}/out.h5"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        done = subprocess.run([SPILLWAY, "info", f"{work}/out.h5"], capture_output=True, text=True)
        assert all(f in done.stdout for f in ("nodes.csv", "lines.csv", "nodes.geojson", "lines.geojson")), done.stdout


if __name__ == "__main__":
    test()
    sys.exit(0)
