#!/usr/bin/env python3
"""What a network is refused for: one line that says where, what and what would be right."""
import os
import subprocess
import tempfile

SPILLWAY = os.environ["SPILLWAY"]
UNITS = "u,lon,lat\na,1,1\nb,2,1\nc,3,1\n"
NODES = "node,lon,lat\nA,1,1.1\nB,2,1.1\nC,3,1.1\n"
EDGES = "from,to,mode,minutes,from_period\nA,B,road,10,\nB,C,road,20,\nA,C,rail,5,2002\n"
NETWORK = "nodes: n.csv, edges: e.csv, time: minutes, modes: {road: {}, rail: {}}, transfer: 5, access_kmh: 30"
# Changes of the files and of the network, and what is said.
CASES = [
    (dict(e=EDGES + "A,X,road,3,\n"), NETWORK, "e.csv:5: to is 'X', which is no node of n.csv"),
    (dict(e=EDGES + "A,B,road,-3,\n"), NETWORK, "e.csv:5: minutes is -3; expected 0 or more minutes"),
    (dict(e=EDGES + "A,B,road,soon,\n"), NETWORK, "e.csv:5: minutes: 'soon'"),
    (dict(e=EDGES + "A,B,road,,\n"), NETWORK, "e.csv:5: minutes is empty; expected minutes, or give the mode a speed"),
    (dict(e=EDGES + "A,B,boat,3,\n"), NETWORK, "e.csv:5: mode is 'boat'; expected one of road, rail, or transfer"),
    (dict(e=EDGES + "A,B,road,3,soon\n"), NETWORK, "e.csv:5: from_period is 'soon', which is no period of the panel"),
    (dict(n=NODES + "B,4,4\n"), NETWORK, "n.csv:5: node 'B' is already on line 3; give each node once"),
    (dict(n=NODES + "D,4,\n"), NETWORK, "n.csv:5: lat is empty; expected degrees"),
    (dict(n=NODES + "D,4,95\n"), NETWORK, "n.csv:5: lat is 95; expected degrees of -90 to 90"),
    (dict(n=NODES + ",4,5\n"), NETWORK, "n.csv:5: the node has no name"),
    (dict(n="node,lon,lat\n"), NETWORK, "n.csv has no node"),
    (dict(e="from,to,mode,minutes\n"), NETWORK, "network: there is no edge; expected rows of from, to and minutes"),
    (dict(e="from,to,mode,minutes,from_period\nA,B,road,1,2009\n"), NETWORK,
     "network: all of its edges open after the last period of the panel"),
    (dict(u=UNITS.replace("c,3,1", "c,,")), NETWORK, "unit 'c' has no access: it has no coordinates"),
    ({}, NETWORK.replace(", access_kmh: 30", ""), "unit 'a' has no access: no node of n.csv has its code"),
    ({}, NETWORK.replace("minutes", "minuten"), "e.csv has no column 'minuten', of minutes; did you mean 'minutes'?"),
    (dict(e=EDGES.replace("from,to", "x1,to")), NETWORK, "e.csv has no column of where edges begin (one of from|source|"),
    (dict(e=EDGES.replace("mode", "m")), NETWORK, "e.csv has no column of modes"),
    (dict(n=NODES.replace("lon", "east")), NETWORK, "n.csv has no column of longitudes"),
    ({}, NETWORK.replace("n.csv", "{file: n.csv, node: nod}"), "n.csv has no column 'nod'; did you mean 'node'?"),
    ({}, NETWORK.replace("n.csv", "{file: n.csv, nod: x}"), "unknown key 'nod'"),
    ({}, NETWORK.replace("nodes: n.csv, ", ""), "'nodes' is missing: a file of the network's nodes"),
    ({}, NETWORK.replace("edges: e.csv, ", ""), "'edges' is missing: a file of from, to and minutes"),
    ({}, NETWORK.replace("time: minutes, ", ""), "network: 'time' is missing: the column of minutes"),
    ({}, NETWORK.replace("transfer: 5, ", ""), "'transfer' is missing: minutes from one mode to another"),
    ({}, NETWORK.replace("transfer: 5", "transfer: -1"), "network: transfer is -1; expected 0 or more minutes"),
    ({}, NETWORK.replace("30", "0"), "network: access_kmh is 0; expected a speed above 0"),
    ({}, NETWORK + ", within: 0", "network: within is 0; expected minutes above 0"),
    ({}, NETWORK + ", speed: 3", "unknown key 'speed'"),
    ({}, NETWORK.replace("{road: {}, rail: {}}", "{road: {}, transfer: {}}"), "'transfer' is no mode"),
    ({}, NETWORK.replace("n.csv", "gone.csv"), "gone.csv"),
    ({}, NETWORK.replace("n.csv", "n.gpkg"), "GDAL cannot read n.gpkg"),
    (dict(e="from,to,mode,minutes\na,b,road,\n", n="node\na\nb\nc\n"),
     "nodes: n.csv, edges: e.csv, time: minutes, modes: {road: {kmh: 60}}",
     "e.csv:2: the edge has neither a time, nor a length, nor coordinates"),
]


def write(work, name, text):
    with open(os.path.join(work, name), "w") as file:
        file.write(text)


def run(work, network, files=None, ranks=0):
    files = {"u": UNITS, "n": NODES, "e": EDGES, **(files or {})}
    for name, text in files.items():
        write(work, f"{name}.csv", text)
    write(work, "n.gpkg", "no layer at all")
    write(work, "p.csv", "u,t,m\n" + "".join(f"{u},{t},{3 + t % 7}\n" for u in "abc" for t in (2001, 2002)))
    write(work, "study.yaml", "panel: {file: p.csv, unit: u, time: t}\n"
          "units: {file: u.csv, unit: u, lon: lon, lat: lat}\n"
          f"measures:\n  - gravity: {{mass: m, distance: {{network: {{{network}}}}}}}\noutput: {{file: o.h5}}\n")
    return subprocess.run([*(["mpirun", "-n", str(ranks)] if ranks else []), SPILLWAY, "run", f"{work}/study.yaml",
                           "--quiet", "--force"], capture_output=True, text=True)


def refused(done, said, ranks=0):
    lines = [line for line in done.stderr.splitlines() if line.startswith("spillway: ")] if ranks else \
        done.stderr.splitlines()
    assert done.returncode == 2, (said, done.returncode, done.stderr)
    assert len(lines) == 1 and said in lines[0], (said, done.stderr)


with tempfile.TemporaryDirectory() as folder:
    done = run(folder, NETWORK)
    assert done.returncode == 0, done.stderr
    for changes, network, said in CASES:
        refused(run(folder, network, changes), said)
    for changes, network, said in CASES[:2] + CASES[13:16]:
        refused(run(folder, network, changes, ranks=2), said, ranks=2)
    # Measures that take one distance for all periods.
    for changes, what in (({}, "one distance must hold for all periods"),):
        files = {"u": UNITS, "n": NODES, "e": EDGES}
        for name, text in files.items():
            write(folder, f"{name}.csv", text)
        write(folder, "study.yaml", "panel: {file: p.csv, unit: u, time: t}\n"
              "units: {file: u.csv, unit: u, lon: lon, lat: lat}\n"
              f"measures:\n  - moran: {{of: m, by_distance: [100, 200], distance: {{network: {{{NETWORK}}}}}}}\n"
              "output: {file: o.h5}\n")
        refused(subprocess.run([SPILLWAY, "run", f"{folder}/study.yaml", "--quiet", "--force"], capture_output=True,
                               text=True), what)
    # Too many units for all pairs.
    write(folder, "p.csv", "u,t,m\n" + "".join(f"{i:05d},2001,1\n" for i in range(20001)))
    write(folder, "u.csv", "u,lon,lat\n" + "".join(f"{i:05d},{i / 200:.3f},1\n" for i in range(20001)))
    write(folder, "study.yaml", "panel: {file: p.csv, unit: u, time: t}\n"
          "units: {file: u.csv, unit: u, lon: lon, lat: lat}\n"
          f"measures:\n  - gravity: {{mass: m, distance: {{network: {{{NETWORK}}}}}}}\noutput: {{file: o.h5}}\n")
    refused(subprocess.run([SPILLWAY, "run", f"{folder}/study.yaml", "--quiet", "--force"], capture_output=True,
                           text=True), "network: 'within' is missing: 20001 units have too many pairs; above 20000")
