"""The k-th allocation of a run fails, and the k-th of igraph's, for every measure of the catalogue, as
the cases of its sweep ask for it: one line that says so, no signal, no results file; undisturbed, the
same study is then what it was.

Every measure and every k with SPILLWAY_FAULTS=all; else the measures of SOME, and of their calls
SPILLWAY_FAULTS_SOME (2), spread over the run. Arguments: the measures to try."""
import json
import os
import sys
import tempfile
import time

from restart import HERE, Faults, Study, memory_folder, said, some

sys.path.insert(0, os.path.join(HERE, "..", "catalog"))
import sweep  # noqa: E402
from test_sweep import Case  # noqa: E402

HANGS = 120  # seconds
UNITS, PERIODS, MANY = 60, 3, 12  # the cases' own
LEFT = {".partial", ".partial.journal"}
SOME = ("network", "spatial_model", "gravity")  # igraph, CHOLMOD, and what is in nearly all studies


class Folder:
    def __init__(self, name):
        self.name = name


class Given(Study):
    """A study that a world of the sweep wrote."""

    def __init__(self, folder, file):  # not its parent's: nothing is made
        self.folder, self.file = Folder(folder), file


def entries(cases, name, world):
    """The measure's entries in this world, with those whose results they take."""
    keep = {"keep": {"top": 3}} if cases[name].is_pair else {}
    of = [(name, label, {**keep, **params}) for label, params in cases[name].entries(world)]
    return [e for need in cases[name].needs for e in entries(cases, need, world)] + of


def make_study(cases, name, folder, long):
    """None where the measure has no entry in such a world."""
    world = sweep.World(folder, UNITS, MANY if long else PERIODS, long=long)
    measures = [] if name == "composite" else entries(cases, name, world)
    composites = [("composite", *e) for e in cases["composite"].entries(world)]
    if not any(measure == name for measure, *_ in measures + composites):
        return None
    words = json.dumps(measures)
    if measures and not any(f'"{label}' in words for _, label, _ in composites):
        composites = []
    world.run("study", composites, measures)
    return Given(folder, world.path("study.yaml"))


def check(study, faults, name, kind):
    study.remove("out.h5")
    want = study.complete("out.h5", threads=1)[0]
    study.remove("out.h5")
    began, count, failed = time.time(), len(faults.calls(study, "out.h5", kind)), 0
    study.remove("out.h5")
    ks = some(count, 0, int(os.environ.get("SPILLWAY_FAULTS_SOME", "2"))) if count else []
    wrong = []
    for k in ks:
        status, _, err = study.run("out.h5", threads=1, env=faults.env(kind, k), most=HANGS)
        left = set(study.left("out.h5"))
        if status == 0:
            right = study.digest("out.h5") == want
        else:
            failed += 1
            right = status in (1, 2) and len(said(err)) == 1 and left <= LEFT
        if not right:
            wrong.append(k)
            print(f"WRONG: {name}, {kind} {k}: status {status}, left {left}: {err}", flush=True)
        study.remove("out.h5")
    assert study.complete("out.h5", threads=1)[0] == want, name
    print(f"{name}: {kind}: {len(ks)} of {count} calls, {failed} runs failed; "
          f"{time.time() - began:.1f} s", flush=True)
    return wrong


def main():
    listed = [line.split()[0] for line in sweep.spillway("measures").split("\n")[1:]
              if line and line[0] not in " `" and line.split()[1] != "alias"]
    cases = {name: Case(name) for name in listed}
    wrong = {}
    chosen = listed if os.environ.get("SPILLWAY_FAULTS") == "all" else SOME
    assert set(SOME) <= set(listed)
    for name in sys.argv[1:] or chosen:
        for long in False, True:
            with tempfile.TemporaryDirectory(dir=memory_folder()) as path:
                study = make_study(cases, name, os.path.join(path, "world"), long)
                if not study:
                    continue
                faults = Faults(path)
                for kind in "memory", "igraph":
                    wrong[name, long, kind] = check(study, faults, name, kind)
    assert not any(wrong.values()), {of: ks for of, ks in wrong.items() if ks}


if __name__ == "__main__":
    main()
