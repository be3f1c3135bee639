#!/usr/bin/env bash
# Sets up a Debian 12 machine and builds the program into build/release.
#
#   jobs/setup.sh             what building and running need
#   jobs/setup.sh --tests     the same, and what the tests need
#   jobs/setup.sh --dev       what the tests need, and valgrind, clang-format, symbols for the
#                             sanitizers, what tests/bare.sh makes a bare system with
#   jobs/setup.sh --bench     what building and running need, and the peers of the benchmarks
#   jobs/setup.sh --list      print the packages and do nothing
#
# This is the only place that lists Debian packages. Only what is missing is installed, by
# apt-get as root or through sudo; where nothing is missing, apt is not called at all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_packages=(
  gcc libc6-dev cmake ninja-build pkg-config # compiler and build
  libopenmpi-dev openmpi-bin                 # ranks
  libhdf5-openmpi-dev                        # results files, written in parallel
  libgsl-dev libopenblas-openmp-dev          # numerics
  libproj-dev proj-data                      # distances on the ellipsoid
  libsuitesparse-dev                         # order of elimination of sparse matrices
  libigraph-dev                              # communities of networks
  libglpk-dev                                # linear programs of frontiers
  libgdal-dev                                # polygon files; loaded only where a study has one
  libgeos-dev                                # cells of units without polygons; loaded by reports
  libfyaml-dev zlib1g-dev                    # study files, CSV.gz
  libxxhash-dev                              # hashes
  libreadstat-dev                            # panels of Stata, SPSS, SAS, results as .dta; loaded only for these
  libxlsxwriter-dev                          # tables as .xlsx; loaded only for these
  libutf8proc-dev                            # names that look the same
  node-d3                                    # the report page is drawn with it; only its files are used
)
test_packages=(
  libcriterion-dev
  python3 python3-numpy python3-h5py python3-xarray python3-netcdf4 python3-h5netcdf
  gnuplot-nox                      # the plots of bench/plot
  clang libclang-rt-dev libomp-dev # the fuzzers of tests/fuzz: 50 MB to download, 300 MB on disk
  dpkg-dev file hdf5-tools netcdf-bin # tests/install, tests/jobs: a package, readers of results
  munge slurmctld slurmd slurm-client shellcheck # tests/jobs; unconfigured, Slurm does not start
  chromium chromium-driver python3-selenium # tests/report, bench: 100 MB to download, 400 MB on disk
)
bench_packages=(
  python3 python3-numpy python3-h5py
  r-base-core r-cran-data.table r-cran-spdep r-cran-spatialreg # peers
  python3-numba python3-libpysal             # peers of neighbours
  python3-igraph python3-networkx            # peers of shortest paths
  gnuplot-nox                                # plots
  chromium chromium-driver python3-selenium  # reports in a browser
)
dev_packages=(llvm valgrind clang-format hdf5-tools
  debootstrap git) # tests/bare.sh

readonly lock_patience=900 # seconds to wait for another process that installs packages

say() { printf 'setup: %s\n' "$*" >&2; }

packages=("${build_packages[@]}")
list=no
for option in "$@"; do
  case $option in
    --tests) packages+=("${test_packages[@]}") ;;
    --dev) packages+=("${test_packages[@]}" "${dev_packages[@]}") ;;
    --bench) packages+=("${bench_packages[@]}") ;;
    --list) list=yes ;;
    *)
      say "unknown option '$option'; known: --tests, --dev, --bench, --list"
      exit 2
      ;;
  esac
done
if [ $list = yes ]; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

# Names from the list that are not installed, in one call of dpkg-query.
missing() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
    sed -n 's/^installed //p' | sort -u) || true
  printf '%s\n' "${packages[@]}" | sort -u | comm -23 - <(printf '%s\n' "$installed")
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Runs a command with its output in the log; when it fails, the end of the log is shown.
mkdir -p build
log=build/setup.log
: >"$log"
logged() {
  "$@" >>"$log" 2>&1 && return 0
  tail -n 40 "$log" >&2
  return 1
}

# A call that another process keeps from one of apt's locks is repeated until it gets it: apt's own
# patience (DPkg::Lock::Timeout) covers dpkg's locks, not those of the lists and the archives.
apt() {
  local begins end=$((SECONDS + lock_patience)) told=no
  while :; do
    begins=$(($(wc -l <"$log") + 1))
    as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -y -qq -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 && return 0
    if ! tail -n "+$begins" "$log" | grep -qE "(Could not get|Unable to (acquire|lock)) " || [ $SECONDS -ge $end ]; then
      tail -n 40 "$log" >&2
      return 1
    fi
    if [ $told = no ]; then
      say "another process holds apt's lock; waiting for it, $((lock_patience / 60)) minutes at most"
      told=yes
    fi
    sleep 3
  done
}

install_packages() {
  apt update && apt install --no-install-recommends "$@"
}

if ! command -v dpkg-query >/dev/null; then
  say "this machine has no dpkg: Spillway is set up on Debian 12; elsewhere install the likes of: ${packages[*]}"
  exit 2
fi
mapfile -t wanted < <(missing)
if [ ${#wanted[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    say "these Debian packages are missing, and installing them needs root or sudo: ${wanted[*]}"
    exit 2
  fi
  say "installing ${#wanted[@]} Debian packages and what they need, with apt-get (a minute or two): ${wanted[*]}"
  # Mirrors drop connections now and then: once more before giving up.
  if ! install_packages "${wanted[@]}"; then
    say "apt-get failed; trying once more"
    sleep 5
    install_packages "${wanted[@]}"
  fi
  mapfile -t wanted < <(missing)
  if [ ${#wanted[@]} -gt 0 ]; then
    say "still missing after the installation: ${wanted[*]}"
    exit 1
  fi
fi

if [ ! -x build/release/spillway ]; then
  say "building the program into build/release (a minute or two; log: $log)"
fi
if ! logged cmake --workflow --preset program; then
  say "the build failed; all of it is in $log"
  exit 1
fi
say "ready: build/release/spillway"
