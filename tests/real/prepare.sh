# shellcheck shell=bash disable=SC2034 # what it sets is for those that source it
# Sourced by the tests of this folder: where the real panels are, a folder to work in, and the
# study with its paths put in (@DATA@: the panels, @WORK@: what the test itself makes).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=${SPILLWAY_SHARED:-$here/../../../shared}/data
if [ ! -d "$data" ]; then
  echo "skipped: the real panels are not here (looked for $data; SPILLWAY_SHARED names their folder)"
  exit 77
fi
data=$(cd "$data" && pwd)
: "${SPILLWAY:?the program to test}"
python=${SPILLWAY_PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# study NAME: writes $work/NAME.yaml from NAME.yaml.in
study() {
  sed -e "s|@DATA@|$data|g" -e "s|@WORK@|$work|g" "$here/$1.yaml.in" >"$work/$1.yaml"
}
