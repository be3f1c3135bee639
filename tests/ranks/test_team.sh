#!/usr/bin/env bash
# The calls of the team, at 1 to 4 ranks, with messages cut into small pieces, and with the machine
# split into several nodes.
set -euo pipefail
program=${SPILLWAY_PROGRAMS:?folder of the test programs}/p_team
for ranks in 1 2 3 4; do
  mpirun -n $ranks "$program"
  SPILLWAY_MESSAGE_BYTES=777 mpirun -n $ranks "$program"
done
SPILLWAY_NODE_RANKS=2 mpirun -n 4 "$program"
SPILLWAY_NODE_RANKS=2 SPILLWAY_MESSAGE_BYTES=777 mpirun -n 3 "$program"
SPILLWAY_NODE_RANKS=1 SPILLWAY_PATIENCE_MS=3000 mpirun -n 3 "$program"
SPILLWAY_NODE_RANKS=1 mpirun -n 5 "$program"
"$program" # alone, without mpirun
