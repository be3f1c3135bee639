"""Shortest paths: 3,000 sources on a synthetic network of 50,000 nodes and 150,000 edges, against igraph,
networkx and scipy.

One thread, processor time by source, alternating in one run. The same sum of minutes over all nodes is demanded
of each. networkx is asked for a few sources, as it takes half a second for each."""
import csv
import os
import tempfile

import numpy as np

import programs as run
import record
from pairs_peer import Engine, timed

TURNS, FEW = 6, 3


def read_network(folder):
    with open(os.path.join(folder, "nodes.csv"), encoding="ascii") as file:
        number = {row["node"]: k for k, row in enumerate(csv.DictReader(file))}
    with open(os.path.join(folder, "network.csv"), encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    return (len(number), np.array([number[r["from"]] for r in rows], np.int32),
            np.array([number[r["to"]] for r in rows], np.int32), np.array([float(r["minutes"]) for r in rows]))


def in_igraph(nodes, a, b, minutes):
    try:
        import igraph
    except ImportError:
        return None
    graph = igraph.Graph(n=nodes, edges=np.stack([a, b], 1).tolist())
    weights = minutes.tolist()
    ask = graph.distances if hasattr(graph, "distances") else graph.shortest_paths
    return f"igraph {igraph.__version__}", lambda sources: timed(
        lambda: float(np.sum(ask(source=sources.tolist(), weights=weights))))


def in_networkx(nodes, a, b, minutes):
    try:
        import networkx
    except ImportError:
        return None
    graph = networkx.Graph()
    graph.add_nodes_from(range(nodes))
    for x, y, t in zip(a.tolist(), b.tolist(), minutes.tolist()):
        graph.add_edge(x, y, weight=min(t, graph.get_edge_data(x, y, {"weight": t})["weight"]))
    return f"networkx {networkx.__version__}", lambda sources: timed(
        lambda: sum(sum(networkx.single_source_dijkstra_path_length(graph, s).values()) for s in sources.tolist()))


def in_scipy(nodes, a, b, minutes):
    try:
        import scipy
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra
    except ImportError:
        return None
    least = {}
    for x, y, t in zip(a.tolist(), b.tolist(), minutes.tolist()):
        for key in ((x, y), (y, x)):
            least[key] = min(t, least.get(key, t))
    ends = np.array(list(least))
    graph = csr_matrix((list(least.values()), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    return f"scipy {scipy.__version__}", lambda sources: timed(lambda: float(dijkstra(graph, indices=sources).sum()))


def check(peer, ours, theirs):
    if abs(ours - theirs) > 1e-8 * abs(theirs):
        run.stop(f"shortest paths: {ours!r} minutes in all, {theirs!r} in {peer}")


def measure(programs, given, suite):
    nodes = given.size(50000, 2000)
    sources = 3000 if nodes >= 50000 else min(60, nodes)
    wanted, times, names = {"igraph": 1.2, "networkx": 5, "scipy": None}, {}, {}
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="spillway-bench-") as folder:
        run.call(programs.spillway, "synth", "-o", folder, "--units", "3000", "--periods", "1", "--network", str(nodes))
        nodes, a, b, minutes = read_network(folder)
        path = os.path.join(folder, "network.bin")
        with open(path, "wb") as file:
            file.write(a.tobytes() + b.tobytes() + minutes.tobytes())
        engine = Engine(programs.bench("roads"), path, str(nodes), str(len(a)))
        peers = {}
        for name, make in (("igraph", in_igraph), ("networkx", in_networkx), ("scipy", in_scipy)):
            made = make(nodes, a, b, minutes)
            if made:
                names[name], peers[name] = made
        each, step = sources // TURNS, nodes // sources
        engine.ask(f"0 {each} {step}")
        for turn in range(TURNS):
            first = turn * each * step
            seconds, total = engine.ask(f"{first} {each} {step}")
            times.setdefault("spillway", []).append(seconds / each)
            for name, ask in peers.items():
                count = FEW if name == "networkx" else each
                took, found = ask((first + step * np.arange(count)) % nodes)
                times.setdefault(name, []).append(took / count)
                check(name, total if count == each else engine.ask(f"{first} {count} {step}")[1], found)
        engine.close()
    return figures(suite, times, wanted, names, units=nodes, threads=1,
                   note=f"a source, of {each * TURNS}; {nodes} nodes, {len(a)} edges; " + ", ".join(names.values()))


def figures(suite, times, wanted, names, **common):
    name, ours = "shortest paths", np.array(times["spillway"])
    made = [record.make(suite, f"{name}, spillway", "time", "s", ours, **common)]
    for peer, least in wanted.items():
        if peer not in names:
            made.append(record.skipped(suite, f"{name}, {peer}", "it is missing (jobs/setup.sh --bench)"))
            continue
        theirs = np.array(times[peer])
        made.append(record.make(suite, f"{name}, {peer}", "time", "s", theirs, **common))
        ask = {"wanted": least} if least else {}
        made.append(record.make(suite, f"{name}, times {peer}", "ratio of times", "1", theirs / ours, **ask, **common))
    return made
