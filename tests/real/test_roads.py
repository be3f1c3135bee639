"""Times on a network of US counties: an edge between neighbours, as long as the great circle between them,
by speeds of two classes; against a plain search from some counties and, where they are installed, scipy's
and igraph's from all."""
import csv
import heapq
import os
import subprocess
import sys
import tempfile

shared = os.environ.get("SPILLWAY_SHARED", os.path.join(os.path.dirname(__file__), "../../../shared"))
data = os.path.abspath(os.path.join(shared, "data"))
if not os.path.isdir(data):
    print(f"skipped: the real panels are not here (looked for {data})")
    sys.exit(77)
import h5py
import numpy as np

SPEED, LARGE, WITHIN, SOURCES = {"trunk": 100, "local": 60}, 50000, 600, 25


def read(name):
    with open(f"{data}/{name}", encoding="utf-8") as file:
        return list(csv.DictReader(file))


POINTS = [r for r in read("us_county_points.csv") if r["lon"] and r["lat"] and r["pop2019"]]
CODE = [r["fips"] for r in POINTS]
AT = {code: k for k, code in enumerate(CODE)}
LON, LAT = (np.radians([float(r[c]) for r in POINTS]) for c in ("lon", "lat"))
X = np.stack([np.cos(LAT) * np.cos(LON), np.cos(LAT) * np.sin(LON), np.sin(LAT)], -1)
MASS = np.array([float(r["pop2019"]) for r in POINTS])


def edges():
    for r in read("us_county_adjacency.csv"):
        if r["from"] in AT and r["to"] in AT and r["from"] < r["to"]:
            a, b = AT[r["from"]], AT[r["to"]]
            km = 2 * 6371.0088 * np.arcsin(np.linalg.norm(X[a] - X[b]) / 2)
            yield a, b, "trunk" if min(MASS[a], MASS[b]) > LARGE else "local", km


EDGES = list(edges())
MINUTES = [km / SPEED[kind] * 60 for _, _, kind, km in EDGES]
NEAR = [[] for _ in CODE]
for (a, b, _, _), minutes in zip(EDGES, MINUTES):
    NEAR[a].append((b, minutes))
    NEAR[b].append((a, minutes))


def search(source):
    best, heap = np.full(len(CODE), np.inf), [(0., source)]
    best[source] = 0
    while heap:
        t, at = heapq.heappop(heap)
        if t > best[at]:
            continue
        for to, minutes in NEAR[at]:
            if t + minutes < best[to]:
                best[to] = t + minutes
                heapq.heappush(heap, (t + minutes, to))
    return best


def by_scipy():
    try:
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra
    except ImportError:
        return None
    a, b = np.array([e[:2] for e in EDGES]).T
    graph = csr_matrix((MINUTES * 2, (np.r_[a, b], np.r_[b, a])), shape=(len(CODE),) * 2)
    return dijkstra(graph)


def by_igraph():
    try:
        import igraph
    except ImportError:
        return None
    graph = igraph.Graph(n=len(CODE), edges=[e[:2] for e in EDGES])
    ask = graph.distances if hasattr(graph, "distances") else graph.shortest_paths
    return np.array(ask(weights=MINUTES))


def write(work):
    with open(f"{work}/panel.csv", "w") as file:
        file.write("fips,people\n")
        file.writelines(f"{code},1\n" for code in CODE)
    with open(f"{work}/nodes.csv", "w") as file:
        file.write("node,lon,lat\n")
        file.writelines(f"{r['fips']},{r['lon']},{r['lat']}\n" for r in POINTS)
    with open(f"{work}/edges.csv", "w") as file:
        file.write("from,to,mode,minutes\n")
        file.writelines(f"{CODE[a]},{CODE[b]},{kind},{t!r}\n" for (a, b, kind, _), t in zip(EDGES, MINUTES))
    network = "nodes: nodes.csv, edges: edges.csv"
    with open(f"{work}/study.yaml", "w") as file:
        file.write(f"""panel: {{file: panel.csv, unit: fips}}
measures:
  - gravity: {{mass: people, decay: 1, keep: dense, as: whole, distance: {{network: {{{network}, time: minutes}}}}}}
  - gravity: {{mass: people, decay: 1, keep: dense, as: by_speed,
              distance: {{network: {{{network}, modes: {{trunk: {{kmh: 100}}, local: {{kmh: 60}}}}, transfer: 0,
                                    within: {WITHIN}}}}}}}
output: {{file: out.h5, precision: float64}}
""")


with tempfile.TemporaryDirectory() as folder:
    write(folder)
    done = subprocess.run([os.environ["SPILLWAY"], "run", f"{folder}/study.yaml"], check=True, capture_output=True, text=True)
    assert "have no path on the network" in done.stderr, "Alaska and Hawaii"
    with h5py.File(f"{folder}/out.h5") as out:
        whole, by_speed = (1 / out[f"{name}/value"][:].reshape(len(CODE), -1) for name in ("whole", "by_speed"))
np.fill_diagonal(whole, 0), np.fill_diagonal(by_speed, 0)
whole[np.isnan(whole)] = np.inf
for k in range(0, len(CODE), len(CODE) // SOURCES):
    assert np.allclose(whole[k], search(k), rtol=1e-9, atol=0), CODE[k]
for name, want in (("scipy", by_scipy()), ("igraph", by_igraph())):
    print(name, "is not installed" if want is None else abs(whole[np.isfinite(want)] - want[np.isfinite(want)]).max())
    assert want is None or np.allclose(whole, want, rtol=1e-9, atol=0), name
near = np.isfinite(by_speed)
assert np.allclose(by_speed[near], whole[near], rtol=1e-9) and (whole[~near] > WITHIN - 1e-6).all()
assert (whole[near] < WITHIN + 1e-6).all() and np.array_equal(whole, whole.T)
