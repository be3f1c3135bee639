#!/usr/bin/env python3
"""Every suite of bench/run with tiny sizes: it runs, its file has what it should, bench/compare finds
what moved, bench/plot draws. No figure is looked at: nothing here is a measurement."""
import copy
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

SOURCE, SPILLWAY = os.environ["SPILLWAY_SOURCE"], os.environ["SPILLWAY"]
BUILD = os.path.dirname(SPILLWAY)
FIELDS = {"suite", "name", "quantity", "unit", "median", "low", "high", "runs", "bound", "share", "wanted",
          "sense", "reached", "better", "parameters", "note"}
# Threads that wait do not spin: the cores are shared with other tests.
ENVIRONMENT = dict(os.environ, GOMP_SPINCOUNT="0", OMP_WAIT_POLICY="passive", PYTHONDONTWRITEBYTECODE="1")
RUNS = {"kernel": "--units 64 --periods 3 --cores 1", "engine": "--units 80 --cores 1",
        "store": "--units 80 --cores 1", "scale": "--units 100 --cores 2 --parts strong,busy --measure coupling\\ summary",
        "peers": "--units 60 --cores 1", "report": "--units 60 --parts counties"}


def call(*command, statuses=(0,)):
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=300, check=False)
    assert done.returncode in statuses, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    return done


def bench(suite, path, *more, statuses=(0, 1, 77)):
    """Status 1: tiny sizes miss what is wanted; 77: a peer is not here."""
    return call(sys.executable, f"{SOURCE}/bench/main.py", "--build", BUILD, suite, "--json", path, *more,
                statuses=statuses)


def check_record(one):
    assert set(one) == FIELDS, set(one) ^ FIELDS
    assert one["low"] <= one["median"] <= one["high"] and one["runs"] >= 1, one
    assert all(math.isfinite(one[what]) for what in ("low", "median", "high")), one
    assert (one["wanted"] is None) == (one["reached"] is None) == (one["sense"] is None), one
    assert one["better"] in ("more", "less") and isinstance(one["parameters"], dict), one


def check_file(suite, path, done):
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    assert content["machine"]["processor"] and content["machine"]["cores"] >= 1
    assert content["versions"]["compiler"] and content["versions"]["hdf5"] and content["versions"]["numpy"]
    assert "commit" in content and "bench/run" in content["command"]
    assert content["records"], suite
    for one in content["records"]:
        check_record(one)
        assert one["suite"] == suite
    for one in content["skipped"]:
        assert f"{one['name']}: skipped: {one['why']}" in done.stdout, "skipped without a word"
    missed = any(one["reached"] is False for one in content["records"])
    assert done.returncode == (1 if missed else 77 if content["skipped"] else 0), done.returncode
    return content


def check_suite(suite, content):
    """That nothing was left out."""
    records = content["records"]
    if suite == "kernel":
        listed = {line.split()[0] for line in call(SPILLWAY, "measures").stdout.split("\n")[1:]
                  if line and line[0] not in " `" and line.split()[1] != "alias"}
        seen = {one["parameters"].get("measure") for one in records} | {one["name"] for one in content["skipped"]}
        assert listed <= seen, f"not measured: {listed - seen}"
    if suite == "engine":
        assert {one["parameters"].get("walk") for one in records} >= {"triangle", "squares", "strips"}
        assert any(one["name"] == "gravity top 20" for one in records)
    if suite == "store":
        assert {"write", "read, warm", "read, cold"} <= {one["parameters"].get("direction") for one in records}
    if suite == "scale":
        cores = len(os.sched_getaffinity(0))
        splits = {(one["parameters"]["ranks"], one["parameters"]["threads"]) for one in records
                  if one["parameters"].get("kind") == "strong"}
        assert splits == ({(1, 1), (1, 2), (2, 1)} if cores > 1 else {(1, 1)}), splits
    if suite == "peers":
        assert any("numpy" in one["name"] for one in records)


# ---- comparing ------------------------------------------------------------------------------------

def compare(folder, change, statuses):
    """The kernel's file against a changed copy, every figure of many runs."""
    with open(f"{folder}/kernel.json", encoding="utf-8") as file:
        old = json.load(file)
    for one in old["records"]:
        one["runs"] = 9
    new = copy.deepcopy(old)
    change(new["records"])
    for name, content in (("old", old), ("new", new)):
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(content, file)
    return call(sys.executable, f"{SOURCE}/bench/compare", f"{folder}/old.json", f"{folder}/new.json",
                statuses=statuses).stdout


def scaled(factor):
    def change(records):
        for what in ("median", "low", "high"):
            records[-1][what] *= factor
    return change


def check_compare(folder):
    assert "0 better, 0 worse" in compare(folder, lambda records: None, (0,))
    assert "1 better, 0 worse" in compare(folder, scaled(3), (0,))
    said = compare(folder, scaled(0.25), (1,))
    assert "0 better, 1 worse" in said and " 0.250 " in said, said
    said = compare(folder, lambda records: records.pop(), (0,))
    assert "1 only in the old, 0 only in the new" in said, said
    assert "stopped before its end" not in said, said
    with open(f"{folder}/new.json", encoding="utf-8") as file:
        cut = json.load(file)
    cut["complete"] = False
    with open(f"{folder}/new.json", "w", encoding="utf-8") as file:
        json.dump(cut, file)
    said = call(sys.executable, f"{SOURCE}/bench/compare", f"{folder}/old.json", f"{folder}/new.json").stdout
    assert f"{folder}/new.json: the run was stopped before its end" in said, said
    with open(f"{folder}/bad.json", "w", encoding="utf-8") as file:
        file.write('{"records": []}')
    for path in (f"{folder}/bad.json", f"{folder}/none.json"):
        done = call(sys.executable, f"{SOURCE}/bench/compare", path, f"{folder}/kernel.json", statuses=(2,))
        assert done.stderr.count("\n") == 1 and path in done.stderr, done.stderr


# ---- plots ----------------------------------------------------------------------------------------

def check_plots(folder):
    """False where gnuplot is not here."""
    files = [f"{folder}/{suite}.json" for suite in RUNS]
    done = call(sys.executable, f"{SOURCE}/bench/plot", *files, "-o", f"{folder}/plots", statuses=(0, 77))
    if not shutil.which("gnuplot"):
        assert done.returncode == 77 and "skipped" in done.stdout
        return False
    for name in ("speed-up-strong", "roofline", "bandwidth", "phases"):
        with open(f"{folder}/plots/{name}.png", "rb") as file:
            assert file.read(8) == b"\x89PNG\r\n\x1a\n", name
        root = xml.etree.ElementTree.parse(f"{folder}/plots/{name}.svg").getroot()
        assert root.tag.endswith("svg") and len(list(root.iter())) > 20, name
    assert "speed-up-weak: no figures" in done.stdout, done.stdout
    return True


def main():
    with tempfile.TemporaryDirectory() as folder:
        for suite, more in RUNS.items():
            path = f"{folder}/{suite}.json"
            done = bench(suite, path, "--repeats", "1", "--folder", folder, *shlex.split(more))
            check_suite(suite, check_file(suite, path, done))
        bench("kernel", path, "--parts", "nothing", statuses=(2,))
        bench("kernel", path, "--measure", "nothing", "--parts", "measures", "--units", "64", "--periods", "1",
              statuses=(2,))
        call("bash", f"{SOURCE}/bench/run", "--help")
        check_compare(folder)
        if not check_plots(folder):
            print("SKIPPED: the plots: gnuplot is missing (jobs/setup.sh --tests); all else passed")
            return 77
    return 0


sys.exit(main())
