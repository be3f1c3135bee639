"""Branch coverage of what must not fail quietly, out of a build with SPILLWAY_COVERAGE and a run of
its tests: the readers, the journal, the scheduler and the collector.

    coverage.py BUILD [--lines]      --lines: the lines whose branches were not all taken

The workflow preset `coverage` builds, tests and prints it. Branches that only a failed allocation
takes are counted like all others: restart/test_faults and test_readers take them, every one with
SPILLWAY_FAULTS=all."""
import argparse
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

PARTS = {
    "reader": ["src/base/number.c", "src/store/text/*.c", "src/store/panel/*.c",
               "src/store/links/*.c", "src/plan/study/*.c"],
    "journal": ["src/plan/task/journal*.c", "src/plan/run/fingerprint.c", "src/base/lock.c",
                "src/store/results/claim.c", "src/store/results/resume.c", "src/store/h5/ledger.c"],
    "scheduler": ["src/plan/pairs/pairs.c", "src/plan/pairs/lots.c", "src/plan/pairs/marks.c",
                  "src/plan/walk/*.c", "src/plan/task/packets.c", "src/base/stop.c",
                  "src/comm/stop.c"],
    "collector": ["src/plan/pairs/fold.c", "src/plan/pairs/totals.c", "src/plan/pairs/pick.c",
                  "src/plan/pairs/digest.c", "src/plan/run/tiles.c", "src/store/results/sink.c"],
}


def counts_of(build, root):
    """{source: {line: [times each branch was taken]}}, over all objects the source is in."""
    taken = collections.defaultdict(lambda: collections.defaultdict(dict))
    data = glob.glob(os.path.join(build, "**", "*.gcda"), recursive=True)
    with tempfile.TemporaryDirectory() as folder:
        for path in data:
            subprocess.run(["gcov", "--branch-probabilities", "--json-format", path],
                           cwd=folder, capture_output=True, check=True)
            for report in glob.glob(os.path.join(folder, "*.json.gz")):
                with gzip.open(report) as file:
                    found = json.load(file)
                os.remove(report)
                for source in found["files"]:
                    name = os.path.relpath(os.path.join(found["current_working_directory"],
                                                        source["file"]), root)
                    for line in source["lines"]:
                        branches = taken[name][line["line_number"]]
                        for k, branch in enumerate(line["branches"]):
                            branches[k] = branches.get(k, 0) + branch["count"]
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--lines", action="store_true")
    given = parser.parse_args()
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    taken = counts_of(os.path.abspath(given.build), root)
    if not taken:
        sys.exit(f"{given.build}: no coverage data; build with the preset coverage and run its tests")
    for part, patterns in PARTS.items():
        names = sorted({os.path.relpath(p, root) for pattern in patterns
                        for p in glob.glob(os.path.join(root, pattern))})
        all_of, all_taken = 0, 0
        print(f"{part}: branches taken")
        for name in names:
            lines = taken.get(name, {})
            of = sum(len(b) for b in lines.values())
            hit = sum(count > 0 for b in lines.values() for count in b.values())
            all_of, all_taken = all_of + of, all_taken + hit
            print(f"  {name:36} {hit:5d} of {of:5d}  {100 * hit / of if of else 100:5.1f}%")
            missed = [str(line) for line, b in sorted(lines.items()) if b and min(b.values()) == 0]
            if given.lines and missed:
                print("      lines " + " ".join(missed))
        print(f"  {'together':36} {all_taken:5d} of {all_of:5d}  "
              f"{100 * all_taken / all_of if all_of else 100:5.1f}%\n")


if __name__ == "__main__":
    main()
