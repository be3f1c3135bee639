#!/usr/bin/env python3
"""Every measure of the catalogue, in every form that its choices name, over a small synthetic
country: what it says of itself, and what must hold of its numbers whatever they are. A measure, a
parameter or a choice without a case makes this fail.

    test_sweep.py [NAME ...]     these measures alone (composites are always there)
    test_sweep.py --part 2/3     the second, fifth, ... of the list: tests beside each other
"""
import csv
import importlib.util
import os
import random
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "results"))
import h5py  # noqa: E402
import numpy as np  # noqa: E402

from digest import digest  # noqa: E402

import sweep  # noqa: E402
from sweep import SUMMARY, TOP, World, close, same  # noqa: E402

UNITS, PERIODS, MANY = 60, 3, 12
BESIDE_PAIRS = {"partner", "row_start"}


# ---- cases ----------------------------------------------------------------------------------

def load_case(name):
    path = os.path.join(HERE, "cases", name + ".py")
    assert os.path.exists(path), f"{name}: a measure without a case: tests/catalog/cases/{name}.py"
    spec = importlib.util.spec_from_file_location("case_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Case:
    def __init__(self, name):
        self.name, self.says, self.module = name, sweep.Description(name), load_case(name)
        self.is_pair = self.says.kind == "pair"
        self.needs = getattr(self.module, "NEEDS", ())
        self.random = getattr(self.module, "RANDOM", ())
        self.differences = getattr(self.module, "DIFFERENCES", ())
        self.tolerance = getattr(self.module, "TOLERANCE", 1e-12)
        self.check_coverage()

    def check_coverage(self):
        given = {}
        for params in self.module.ENTRIES.values():
            for key, value in params.items():
                for name, one in ({f"{key}.{k}": v for k, v in value.items()}
                                  if f"{key}.{next(iter(value), '')}" in self.says.params
                                  else {key: value}).items() if isinstance(value, dict) else [(key, value)]:
                    if not key.startswith("_"):
                        given.setdefault(name, []).append(one)
        unknown = set(given) - set(self.says.params) - {"periods", "weights", "by", "keep"}
        assert not unknown, f"{self.name}: the case gives {unknown}, which the measure does not have"
        for param in self.says.params:
            assert self.says.is_declared(param), f"{self.name}: {param}: neither required nor default"
            assert param in given, f"{self.name}: no case gives {param}"
            for choice in self.says.choices(param):
                assert choice in given[param], f"{self.name}: no case has {param}: {choice}"

    def entries(self, world):
        other = "full" if world.gaps else "gaps"
        for label, params in self.module.ENTRIES.items():
            if params.get("_only") != other and params.get("_long", False) == world.long:
                yield label, {k: v for k, v in params.items() if k[0] != "_"}

    def without_bounds(self, r, params, names):
        """`names` without the bounds that the measure tells of, all of which are there."""
        for name, says in self.says.outputs.items():
            if name not in r.data or "has bounds" not in says:
                continue
            bounds = {name + "_lo", name + "_hi"}
            if "change" in params["intervals"] and r.axes[name][:1] == ["time"]:
                change = "change" if name == "value" else name + "_change"
                bounds |= {change, change + "_lo", change + "_hi"}
            assert bounds <= names, f"no {bounds - names}"
            names = names - bounds
        return names

    def tolerance_of(self, label):
        return self.module.ENTRIES[label].get("_tolerance", self.tolerance)

    def is_random(self, label):
        return self.module.ENTRIES[label].get("_random", False)

    def defines_diagonal(self, label):
        return self.module.ENTRIES[label].get("_diagonal", False)

    def is_directed(self, label):
        return self.module.ENTRIES[label].get("_directed", False)

    def order(self, label):
        entry = self.module.ENTRIES[label]
        return entry.get("by", entry.get("_by", "largest"))


# ---- a world's runs -------------------------------------------------------------------------

class Runs:
    """Every entry (pairs: dense), then every pair entry in the other forms of keep."""

    def __init__(self, world, cases, precision="float64", thresholds=None):
        self.world, self.cases, self.precision = world, cases, precision
        self.composites = [("composite", *e) for e in cases["composite"].entries(world)]
        plain = [(case.name, label, {"keep": "dense", **params} if case.is_pair else params)
                 for case in cases.values() if case.name != "composite"
                 for label, params in case.entries(world)]
        self.result = world.run("all-" + precision, self.composites, plain, precision)
        self.pairs = [(case, label, params) for case in cases.values() if case.is_pair
                      for label, params in case.entries(world) if "keep" not in params]
        # A value that is there: `above` is strict.
        self.threshold = thresholds or {
            label: float(np.nanquantile(self.result[label]["value"], 0.7, method="nearest"))
            for _, label, _ in self.pairs}
        self.kept = self.run_kept()

    def case_of(self, label):
        return next(case for case in self.cases.values() if label in case.module.ENTRIES)

    def forms(self, label):
        forms = {f"top{k}": {"keep": {"top": k}} for k in TOP}
        forms.update(above={"keep": {"above": self.threshold[label]}}, summary={"keep": "summary"},
                     share={"keep": {"share": sweep.SHARE}},
                     sums={"keep": "summary", **sweep.SUMS},
                     links={"keep": "links", "weights": "contiguity"})
        return forms

    def run_kept(self):
        if not self.pairs:
            return {}
        entries = [(case.name, f"{label}_{form}", dict(params, **more))
                   for case, label, params in self.pairs
                   for form, more in self.forms(label).items()]
        found = self.world.run("kept-" + self.precision, self.composites, entries, self.precision)
        return {label: {form: found[f"{label}_{form}"] for form in self.forms(label)}
                for _, label, _ in self.pairs}

    def check(self):
        linked = self.world.links("edges.csv") > 0
        for case in self.cases.values():
            seen = set()
            for label, params in case.entries(self.world):
                try:
                    self.world.results = self.result
                    seen |= self.check_entry(case, label, params, linked)
                except AssertionError as failed:
                    raise AssertionError(f"{self.world.folder}: {case.name}: {label}: {failed}")
            missing = set(case.says.outputs) - seen
            if self.world.gaps:
                missing -= set(getattr(case.module, "WITHOUT_GAPS", ()))
            assert not missing or not seen, f"{case.name}: no case writes {missing}"

    def check_entry(self, case, label, params, linked):
        r = self.result[label]
        stored = {"partner", "row_start"} if "keep" in params else set()
        beyond = set(r.data) - set(case.says.outputs) - stored
        if "intervals" in params:
            beyond = case.without_bounds(r, params, beyond)
        assert not beyond, f"writes {beyond}, of which the measure does not tell"
        if "periods" in params:
            assert r.label["time"] == params["periods"], "time"
        if label in self.kept:
            names = [name for name, axes in r.axes.items() if name not in SUMMARY
                     and "unit_to" in axes]
            dense = sweep.without_diagonal(r.by_period(), names, case.defines_diagonal(label))
            kept = {form: k.by_period() for form, k in self.kept[label].items()}
            sweep.check_dense(dense, case.is_directed(label), names)
            sweep.check_kept(kept, dense, self.threshold[label], linked, case.order(label),
                             names)
            sweep.check_sums(self.world, params, kept["sums"], dense, r.by_period())
        if self.world.gaps and not case.needs and not r.undefined.startswith("0 of"):
            assert "is missing" in r.undefined, f"undefined: {r.undefined}"
            assert "the formula is not defined there (such as 0/0)" in r.undefined
        case.module.check(self.world, label, params, r)
        below = {name for name in case.says.outputs if "/" in name and r.below}
        return set(r.data) | below


# ---- between runs ---------------------------------------------------------------------------

def check_precision(double, single):
    """Matrices are rounded, nothing else is; partners are ordered before rounding."""
    found = [(label, double.result[label], r) for label, r in single.result.items()
             if not double.case_of(label).needs]
    found += [(f"{label} {form}", double.kept[label][form], r)
              for label, kept in single.kept.items() for form, r in kept.items()]
    rounded = 0
    for label, wide, narrow in found:
        for name, values in narrow.data.items():
            is_rounded = values.dtype == np.float32
            rounded += is_rounded
            want = wide[name].astype(np.float32) if is_rounded else wide[name]
            assert wide[name].dtype != np.float32 and same(values, want), f"{label}: {name}: float32"
    assert rounded or not double.pairs


def permuted(values, axes, place):
    for at, axis in enumerate(axes):
        if axis in ("unit", "unit_to"):
            values = np.take(values, place, at)
    return values


def agree_as_differences(values, other):
    """As nearly as the largest of them does."""
    return np.allclose(values, other, rtol=0, equal_nan=True,
                       atol=1e-12 * np.nan_to_num(abs(values)).max(initial=0))


def check_sums_relabelled(label, r, other, place, differ, tolerance):
    for name in sweep.SUMMED:
        moved = permuted(other[name], r.axes[name], place)
        agree = agree_as_differences(r[name], moved) if differ else close(r[name], moved, max(1e-10, tolerance))
        assert agree, f"relabelled: {label}: {name}"


def check_relabelled(before, after, place):
    """`place`: where each unit of before stands in after."""
    random_ones = {label for case in before.cases.values()
                   for label, _ in case.entries(before.world) if case.is_random(label)}
    for label, r in before.result.items():
        if label in random_ones:
            continue
        for name, values in r.data.items():
            if name in before.case_of(label).random:
                continue
            other = permuted(after.result[label][name], r.axes[name], place)
            tolerance = before.case_of(label).tolerance_of(label)
            agree = same(values, other) if values.dtype.kind == "i" else close(values, other, tolerance)
            if tolerance > 1e-12 and values.dtype.kind == "f":  # of what is near 0: by the largest
                agree = np.allclose(values, other, rtol=tolerance, equal_nan=True,
                                    atol=tolerance * np.nan_to_num(abs(values)).max(initial=0))
            if name in before.case_of(label).differences:
                agree = agree_as_differences(values, other)
            assert agree, f"relabelled: {label}: {name}"
    for label, kept in before.kept.items():
        differ, tolerance = "value" in before.case_of(label).differences, before.case_of(label).tolerance_of(label)
        check_sums_relabelled(label, kept["sums"], after.kept[label]["sums"], place, differ, tolerance)
        for k in TOP:
            r, other = kept[f"top{k}"].by_period(), after.kept[label][f"top{k}"].by_period()
            agree = agree_as_differences(r["value"], other["value"][:, place]) if differ else \
                close(r["value"], other["value"][:, place], tolerance)
            assert agree, f"relabelled: {label}: top {k}"
            tied = np.isclose(r["value"][:, :, 1:], r["value"][:, :, :-1], rtol=max(1e-11, tolerance), atol=0)
            alone = np.ones(r["value"].shape, bool)
            alone[:, :, 1:] &= ~tied
            alone[:, :, :-1] &= ~tied
            alone[:, :, -1] &= k >= before.world.n - 1  # what is left out may tie with the last
            moved = np.where(r["partner"] < 0, -1, place[r["partner"]])
            assert (moved == other["partner"][:, place])[alone].all(), f"{label}: partners"


def new_codes(code):
    """Each unit gets another's code."""
    shuffled = list(code)
    random.Random(3).shuffle(shuffled)
    return dict(zip(code, shuffled))


def check_reused(runs):
    """With one period changed, --reuse gives the bits of a run that computes everything: what an
    entry has of a period rests on that period alone, or the measure says that it does not."""
    world, name = runs.world, f"all-{runs.precision}"
    with open(world.path("panel.csv")) as file:
        before = file.read()
    rng = np.random.default_rng(11)
    rows = list(csv.reader(before.splitlines()))
    of_year = rows[0].index("year")
    factor = rng.uniform(0.9, 1.1, len(rows[0]))
    for row in rows[1:]:
        if row[of_year] == world.year[1]:
            row[2:] = [repr(float(cell) * f) if cell else "" for cell, f in zip(row[2:], factor[2:])]
    world.write("panel.csv", rows)
    said = {}
    for other, more in (("whole", []), ("reused", ["--reuse", world.path(name + ".h5")])):
        said[other] = sweep.spillway("run", world.path(name + ".yaml"), "-o",
                                     world.path(other + ".h5"), "--threads", "1", *more)
    files = [h5py.File(world.path(other + ".h5")) for other in said]
    assert digest(files[0]) == digest(files[1]), "reused: other bits than those of a whole run"
    assert "periods of" in said["reused"], said["reused"]
    for file in files:
        file.close()
    with open(world.path("panel.csv"), "w") as file:
        file.write(before)


def check_long(folder, cases):
    """The entries that want many periods, with gaps."""
    long = World(f"{folder}/long", UNITS, MANY, missing=0.03, long=True)
    if not any(list(case.entries(long)) for case in cases.values()):
        return
    codes = new_codes(long.code)
    other = World(f"{folder}/long-relabelled", UNITS, MANY, missing=0.03, codes=codes, long=True)
    double, relabelled = Runs(long, cases), Runs(other, cases)
    for runs in (double, relabelled):
        runs.check()
    check_relabelled(double, relabelled, np.array([other.at[codes[code]] for code in long.code]))


def main():
    listed = [line.split()[0] for line in sweep.spillway("measures").split("\n")[1:]
              if line and line[0] not in " `" and line.split()[1] != "alias"]
    assert "composite" in listed
    names = sys.argv[1:]
    if names[:1] == ["--part"]:
        part, parts = map(int, names[1].split("/"))
        names = listed[part - 1::parts]
    wanted = set(names) or set(listed)
    assert wanted <= set(listed), wanted - set(listed)
    cases = {name: Case(name) for name in listed if name in wanted | {"composite"}}
    for name in {name for case in cases.values() for name in case.needs} - set(cases):
        cases[name] = Case(name)
    stray = {f[:-3] for f in os.listdir(os.path.join(HERE, "cases")) if f.endswith(".py")}
    assert stray <= set(listed), f"cases of no measure: {stray - set(listed)}"
    with tempfile.TemporaryDirectory() as folder:
        full = World(f"{folder}/full", UNITS, PERIODS)
        codes = new_codes(full.code)
        other = World(f"{folder}/relabelled", UNITS, PERIODS, codes=codes)
        gaps = World(f"{folder}/gaps", UNITS, PERIODS, missing=0.03)
        double, relabelled = Runs(full, cases), Runs(other, cases)
        for runs in (double, relabelled, Runs(gaps, cases)):
            runs.check()
        check_precision(double, Runs(full, cases, "float32", double.threshold))
        check_relabelled(double, relabelled,
                         np.array([other.at[codes[code]] for code in full.code]))
        check_long(folder, cases)
        for runs in (double, relabelled):
            check_reused(runs)
        for case in cases.values():
            if hasattr(case.module, "check_more"):
                case.module.check_more(full)
    print(f"{len(cases)} measures, {sum(len(c.module.ENTRIES) for c in cases.values())} entries")


if __name__ == "__main__":
    main()
