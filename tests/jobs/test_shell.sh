#!/usr/bin/env bash
# Every shell script of the project passes ShellCheck; those of jobs/ without a hint.
set -euo pipefail
cd "${SPILLWAY_SOURCE:-$(dirname "${BASH_SOURCE[0]}")/../..}"

if ! command -v shellcheck >/dev/null; then
  echo "skipped: shellcheck is not installed (jobs/setup.sh --tests installs it)"
  exit 77
fi
# check SEVERITY FOLDER ...
check() {
  local severity=$1 scripts
  shift
  mapfile -t scripts < <(find "$@" -type f \( -name '*.sh' -o -name '*.sbatch' -o -name '*.pbs' -o -path .ci/run \) | sort)
  if [ ${#scripts[@]} -lt 5 ]; then
    echo "only ${#scripts[@]} scripts were found in $*"
    exit 1
  fi
  shellcheck --severity="$severity" --external-sources --source-path=SCRIPTDIR --source-path=. "${scripts[@]}"
  echo "$*: ${#scripts[@]} scripts"
}

check style jobs .ci
check warning tests bench
# It can fail.
# shellcheck disable=SC2016 # not to be expanded
if echo 'rm -r $1/' | shellcheck --shell=bash - >/dev/null; then
  echo "a planted fault was not found"
  exit 1
fi
