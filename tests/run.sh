#!/usr/bin/env bash
# Sets everything up, builds, and runs every test.
#
#   tests/run.sh               all tests
#   tests/run.sh -R base/      arguments go to ctest
#
# What Open MPI needs as root and in containers is set for every test in tests/CMakeLists.txt.
# A skipped test is said with its reason; the last line is ctest's verdict, the exit status too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

jobs/setup.sh --tests
cmake --preset release -DSPILLWAY_TESTS=ON
cmake --build --preset release

report=$PWD/build/release/tests.xml
log=$PWD/build/release/tests.log
rm -f "$report"
status=0
# Two more than there are cores: ranks also wait for each other, for their launcher and for locks.
ctest --preset release -j "$(($(nproc) + 2))" --output-junit "$report" --test-output-size-passed 1000000 \
  "$@" | tee "$log" || status=$?

# Criterion's skips lie inside programs that pass, so all output is searched for them.
if [ -f "$report" ]; then
  /usr/bin/python3 - "$report" <<'PY'
import re, sys
import xml.etree.ElementTree as tree

skips = 0
for case in tree.parse(sys.argv[1]).iter("testcase"):
    text = re.sub(r"\x1b\[[0-9;]*m", "", case.findtext("system-out") or "")
    lines = [l.strip() for l in text.splitlines() if re.search(r"^\s*(skipped:|\[SKIP\])", l, re.I)]
    if case.find("skipped") is not None and not lines:
        lines = ["skipped: no reason was given; its output ends: " + (text.strip().splitlines() or [""])[-1]]
    for line in lines:
        skips += 1
        print(f"SKIPPED {case.get('name')}: {line}")
print(f"{skips} skipped" if skips else "no test was skipped")
PY
fi
grep -E '^[0-9]+% tests passed' "$log" | tail -1 || true
exit "$status"
