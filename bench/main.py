"""The suites of the benchmarks; `bench/run` builds the programs and calls this.

Every figure is a median with quartiles and the number of runs; a ratio is the median of the ratios
of neighbouring runs. The exit status is 0 when every figure wanted was reached, 1 when one was
missed, 77 when something could not be measured here (it says what), 2 for a wrong command, 3 when a program
failed or two sides do not give the same numbers."""
import argparse
import os
import shlex
import sys
import tempfile

from programs import CORE_VARIABLES, THREAD_VARIABLES

for variable in THREAD_VARIABLES:  # before numpy: the peers have one thread
    os.environ[variable] = "1"
for variable in CORE_VARIABLES:
    os.environ.pop(variable, None)

import record  # noqa: E402
import suite_engine  # noqa: E402
import suite_kernel  # noqa: E402
import suite_peers  # noqa: E402
import suite_report  # noqa: E402
import suite_scale  # noqa: E402
import suite_store  # noqa: E402
from programs import Programs  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITES = {module.SUITE: module for module in (suite_kernel, suite_engine, suite_store, suite_scale,
                                              suite_peers, suite_report)}


class Given:
    """What the command line says of sizes, and what a part takes where it says nothing."""

    def __init__(self, options, modest):
        self.units, self.asked_repeats, self.modest = options.units, options.repeats, modest
        self.periods, self.folder = options.periods, options.folder
        self.only = [name for name in (options.measure or "").split(",") if name]
        self.cores = len(os.sched_getaffinity(0))
        if options.cores:
            self.cores = min(self.cores, options.cores)  # never more than there are

    def size(self, full, modest):
        return self.units or (modest if self.modest else full)

    def repeats(self, usual):
        return self.asked_repeats or usual


def parts_of(suite, wanted):
    known = SUITES[suite].PARTS
    unknown = [name for name in wanted if name not in known]
    if unknown:
        record.refuse(f"bench/run: suite {suite} has no part '{unknown[0]}'; it has {', '.join(known)}")
    return {name: part for name, part in known.items() if name in wanted or not wanted}


def run_suite(suite, given, programs, wanted, keep):
    """Hands each record over to `keep` once it is measured, and prints each part's figures when it is done."""
    for part in parts_of(suite, wanted).values():
        figures = []
        for one in part(programs, given):
            keep(one)
            if "why" not in one:
                figures.append(one)
        if figures:
            print(record.table(figures), flush=True)


def read_options():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    listed = "; ".join(f"{name}: {', '.join(module.PARTS)}" for name, module in SUITES.items())
    parser.add_argument("suite", nargs="?", choices=list(SUITES), help="all, of modest size, when left out")
    parser.add_argument("--parts", default="", metavar="A,B", help=f"these parts alone ({listed})")
    parser.add_argument("--units", type=int, help="instead of each part's own number")
    parser.add_argument("--periods", type=int, default=20, help="kernel: of unit measures (20)")
    parser.add_argument("--repeats", type=int, help="runs of each measurement")
    parser.add_argument("--cores", type=int, help="use at most so many")
    parser.add_argument("--measure", metavar="A,B", help="kernel, scale: these measures alone")
    parser.add_argument("--folder", help="where results are written; a temporary folder")
    parser.add_argument("--json", metavar="FILE", help="build/bench/results/SUITE-COMMIT.json")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "bench"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = read_options()
    wanted = [name for name in options.parts.split(",") if name]
    if wanted and not options.suite:
        record.refuse("bench/run: --parts goes with a suite")
    suites = [options.suite] if options.suite else list(SUITES)
    for suite in suites:
        parts_of(suite, wanted)
    given, programs = Given(options, not options.suite), Programs(os.path.abspath(options.build))
    if options.folder:
        tempfile.tempdir = os.path.abspath(options.folder)
    facts = record.machine()
    print(f"machine: {facts['processor']}, {facts['cores']} cores, load {facts['load_before']}; "
          f"commit {record.commit(ROOT) or 'unknown'}")
    path = options.json or os.path.join(
        options.build, "results", f"{options.suite or 'all'}-{record.commit(ROOT) or 'unknown'}.json")
    records, left_out = [], []

    def save(complete):
        record.save(path, ROOT, options.build, shlex.join(["bench/run"] + sys.argv[1:]), facts, records, left_out,
                    complete)

    def keep(one):
        """A long run that is stopped leaves what it has measured."""
        (left_out if "why" in one else records).append(one)
        save(False)

    for suite in suites:
        run_suite(suite, given, programs, wanted, keep)
    if not records and not left_out:
        record.refuse(f"bench/run: no measure '{options.measure}' in this suite")
    save(True)
    print(f"\nwritten: {path}")
    missed = [one for one in records if one["reached"] is False]
    for one in missed:
        print(f"MISSED: {one['suite']}: {one['name']}: {one['quantity']} {record.show(one['median'])}, wanted "
              f"{one['sense']} {record.show(one['wanted'])}")
    return 1 if missed else 77 if left_out else 0


if __name__ == "__main__":
    sys.exit(main())
