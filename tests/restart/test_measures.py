"""The k-th allocation of a run fails, and the k-th of igraph's (with SPILLWAY_FAULTS also the k-th open
and read of a file), for every measure of the catalogue, as the cases of its sweep ask for it: one line
that says so, no signal, no results file; undisturbed, the same study is then what it was.

All are forks of one run that stops there (forks.py). With SPILLWAY_FAULTS=all every measure and every
k, with SPILLWAY_FAULTS=callers every measure, and of calls with the same callers SPILLWAY_FAULTS_ALIKE
(2). Else the measures of SOME, some of their calls, spread over the run, and of these
SPILLWAY_FAULTS_SOME (2) in runs of their own. Arguments: the measures to try."""
import collections
import itertools
import json
import os
import sys
import tempfile
import time

from forks import Forked
from restart import HERE, Faults, Study, memory_folder, said, some

sys.path.insert(0, os.path.join(HERE, "..", "catalog"))
import sweep  # noqa: E402
from test_sweep import Case  # noqa: E402

HANGS = 120  # seconds
UNITS, PERIODS, MANY = 60, 3, 12  # the cases' own
LEFT = {".partial", ".partial.journal"}
MODE = os.environ.get("SPILLWAY_FAULTS")
KINDS = ("memory", "igraph", "open", "read") if MODE else ("memory", "igraph")
ALIKE = int(os.environ.get("SPILLWAY_FAULTS_ALIKE", "2"))
END = 1 << 40  # no run has so many calls
FORKS = 25  # calls of each kind in each study
seen = collections.Counter()  # calls by kind and callers, in all studies
SOME = ("network", "spatial_model", "gravity")  # igraph, CHOLMOD, and what is in nearly all studies
APART = ("spatial_model",)  # of many entries: each in a study of its own, as what follows a fault costs


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


def make_study(cases, name, folder, long, only=None):
    """None where the measure has no entry in such a world. `only`: the label of one entry of it."""
    world = sweep.World(folder, UNITS, MANY if long else PERIODS, long=long)
    measures = [] if name == "composite" else entries(cases, name, world)
    measures = [m for m in measures if only is None or m[0] != name or m[1] == only]
    composites = [("composite", *e) for e in cases["composite"].entries(world)]
    if not any(measure == name for measure, *_ in measures + composites):
        return None
    words = json.dumps(measures)
    if measures and not any(f'"{label}' in words for _, label, _ in composites):
        composites = []
    world.run("study", composites, measures)
    return Given(folder, world.path("study.yaml"))


def is_right(study, want, status, err):
    if status == 0:
        return study.digest("out.h5") == want
    return status in (1, 2) and len(said(err)) == 1 and set(study.left("out.h5")) <= LEFT


def each_start(study, faults, kind, path, count):
    """Some calls, each in a run of its own: (k, status, what was printed)."""
    for k in some(count, 0, int(os.environ.get("SPILLWAY_FAULTS_SOME", "2"))) if count else []:
        status, _, err = study.run("out.h5", threads=1, env=faults.env(kind, k, path=path),
                                   most=HANGS)
        yield k, status, err
        study.remove("out.h5")


def each_fork(study, faults, kind, path, count, want):
    """Calls in one run, which then ends as if nothing had been; those with callers seen often enough
    are left out (MODE)."""
    ks = itertools.count(1) if MODE else some(count, 0, FORKS) if count else []
    with Forked(study, "out.h5", faults, kind, path, most=HANGS) as run:
        for k in ks:
            if not run.stop(k):
                break
            if MODE != "callers" or is_new(kind, run.stack):
                yield (run.k, *run.attempt())
        while run.status is None:  # there may be more calls than counted: a long pass marks its tasks
            run.stop(END)
    assert run.status == 0 and study.digest("out.h5") == want, (run.status, run.err)
    study.remove("out.h5")


def is_new(kind, stack):
    """Whether fewer than ALIKE calls had these callers, in all studies."""
    seen[kind, stack] += 1
    return seen[kind, stack] <= ALIKE


def check(study, faults, name, kind, path):
    study.remove("out.h5")
    want = study.complete("out.h5", threads=1)[0]
    study.remove("out.h5")
    count = len(faults.calls(study, "out.h5", kind, path))
    study.remove("out.h5")
    began, tried, failed, wrong = time.time(), 0, 0, []
    tries = each_fork(study, faults, kind, path, count, want)
    if not MODE:
        tries = itertools.chain(tries, each_start(study, faults, kind, path, count))
    for k, status, err in tries:
        tried += 1
        failed += status != 0
        if not is_right(study, want, status, err):
            wrong.append(k)
            print(f"WRONG: {name}, {kind} {k}: status {status}, left {study.left('out.h5')}: {err}",
                  flush=True)
    assert study.complete("out.h5", threads=1)[0] == want, name
    print(f"{name}: {kind}: {tried} of {count} calls, {failed} runs failed; {time.time() - began:.1f} s",
          flush=True)
    return wrong


def labels(cases, name):
    """Of its entries, each tried by itself; None: of all together."""
    if MODE != "all" or name not in APART:
        return [None]
    with tempfile.TemporaryDirectory() as folder:
        worlds = [sweep.World(os.path.join(folder, str(long)), UNITS, MANY if long else PERIODS,
                              long=long) for long in (False, True)]
        return list(dict.fromkeys(label for w in worlds for label, _ in cases[name].entries(w)))


def main():
    listed = [line.split()[0] for line in sweep.spillway("measures").split("\n")[1:]
              if line and line[0] not in " `" and line.split()[1] != "alias"]
    cases = {name: Case(name) for name in listed}
    wrong = {}
    chosen = listed if MODE else SOME
    assert set(SOME) <= set(listed)
    for name in sys.argv[1:] or chosen:
        for long, only in itertools.product((False, True), labels(cases, name)):
            with tempfile.TemporaryDirectory(dir=memory_folder()) as path:
                study = make_study(cases, name, os.path.join(path, "world"), long, only)
                if not study:
                    continue
                faults = Faults(path)
                for kind in KINDS:
                    wrong[name, long, only, kind] = check(
                        study, faults, f"{name}{'.' + only if only else ''}", kind,
                        os.path.join(path, "world") if kind in ("open", "read") else None)
    assert not any(wrong.values()), {of: ks for of, ks in wrong.items() if ks}


if __name__ == "__main__":
    main()
