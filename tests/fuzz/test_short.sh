#!/usr/bin/env bash
# A short run of every fuzzer; long ones are started by hand (README.md). `info` and `panel_h5` are left to
# test_hdf5.py: with random damage it would sooner or later find a new fault of HDF5.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# Its build, of all readers with sanitizers, takes a tenth of the suite's time.
if [ "${SPILLWAY_FUZZ:-}" != short ]; then
  echo "skipped: a build of its own; SPILLWAY_FUZZ=short runs it (fuzz/NAME replay the seeds)"
  exit 77
fi
# The sanitizers do not go together, and the build in build/fuzz is the same from every preset.
case ${SPILLWAY:-} in
  */build/asan/* | */build/tsan/*)
    echo "skipped: the fuzzers run with the release preset; they bring their own sanitizers"
    exit 77
    ;;
esac
exec "$here/run.sh" 3 study panel_csv units gal gwt mtx edges_csv table clock roads
