"""A synthetic country in which every measure of the catalogue can be run: that of the sweep over the
catalogue (tests/catalog), larger, with the scores of its composites as columns of the panel, so that
what is timed is the measure alone. The entries are those of the sweep: a measure brings them along."""
import importlib.util
import json
import os
import sys

import numpy as np

CATALOG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "catalog")
# Distances, flows and networks out of files, which would be timed, and which this country does not have.
BY_FILE = ("hours.csv", "roads.csv", "nodes.csv", "od.csv", "once.csv", "od_years", "od_once")


def make(programs, folder, units, periods):
    """The country and the entries of a measure in it."""
    os.environ["SPILLWAY"] = programs.spillway  # for the sweep
    sys.path.insert(0, CATALOG)
    import sweep

    class Country(sweep.World):
        def add_distances(self, code, rng):
            pass

        def study(self, name, measures, composites=()):
            """The file of a study of these entries: (measure, params), or (name, params)."""
            lines = [self.head, sweep.WEIGHTS, "composites:" if composites else ""]
            lines += [f"  {label}: {json.dumps(params)}" for label, params in composites]
            lines += ["measures:"] if measures else []
            lines += [f"  - {measure}: {json.dumps(params)}" for measure, params in measures]
            lines += ["output: {file: none.h5}", ""]
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
            return self.path(name)

    country = Country(os.path.join(folder, "country"), units, periods)
    country.run("scores", [("composite", *entry) for entry in entries("composite", periods)], [])
    put_columns(country)
    return country


LONG = 4  # periods that the entries ask for which the sweep runs in a long world


def case_of(measure):
    """Its part of the sweep; None: it has none."""
    path = os.path.join(CATALOG, "cases", measure + ".py")
    if not os.path.exists(path):
        return None
    spec = importlib.util.spec_from_file_location("case_" + measure, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_of_series(measure):
    """Whether a pair's value rests on several periods."""
    return getattr(case_of(measure), "OF_SERIES", False)


def entries(measure, periods):
    """Label and parameters, of all periods; empty where the sweep has no case of the measure, none
    for so many periods, or such as need the results of others (a network)."""
    module = case_of(measure)
    if module is None or getattr(module, "NEEDS", None):
        return []
    plain = {label: {k: v for k, v in params.items() if k[0] != "_" and k != "periods"}
             for label, params in module.ENTRIES.items()
             if (periods >= LONG or not params.get("_long")) and params.get("span", 0) < periods
             and params.get("_periods", periods) == periods}
    # Scores of composites are columns here, of the composite's name.
    return [(label, json.loads(json.dumps(params).replace('.score"', '"'))) for label, params in plain.items()
            if not any(name in json.dumps(params) for name in BY_FILE)]


def put_columns(country):
    """Derived columns and scores into the panel; the study's head without what made them."""
    names = list(country.column)
    table = np.stack([country.column[name] for name in names], axis=-1)
    with open(country.path("panel.csv"), "w", encoding="utf-8") as file:
        file.write(",".join(["code", "year"] + names) + "\n")
        for i, code in enumerate(country.code):
            for t, year in enumerate(country.year):
                file.write(f"{code},{year}," + ",".join(f"{x:.9g}" for x in table[t, i]) + "\n")
    head, rest = country.head.split("  derive:\n")
    country.head = head + rest[rest.index("units:"):]
