#!/usr/bin/env bash
# Sets everything up, makes a synthetic national panel of 2,850 counties x 20 years under demo/,
# runs its study on all cores, writes the report of its results, and says where they are. Runs again
# in seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs/setup.sh
spillway=build/release/spillway

echo
echo "== spillway synth: a synthetic national panel"
"$spillway" synth -o demo --units 2850 --periods 20 --force
echo
echo "== spillway run: its study, on all cores"
"$spillway" run --force demo/study.yaml
echo
echo "== spillway report: its results as one page, which a browser opens without a network"
"$spillway" report --force demo/results.h5 -o demo/report.html
echo
echo "The study is $PWD/demo/study.yaml,"
echo "its results are $PWD/demo/results.h5; what is in them: $spillway info demo/results.h5"
echo "Look at them:"
echo "    xdg-open $PWD/demo/report.html"
