/* MPI, behind sw_team. */
#ifndef SW_COMM_COMM_H
#define SW_COMM_COMM_H

#include "plan/ports/team.h"

/* Whether a launcher (mpirun, srun) has started this process as one rank of several, or may have.
 */
bool sw_comm_is_launched(void);
/* Start MPI (funneled) and make the team of all its ranks. The environment variable
 * SPILLWAY_NODE_RANKS splits a machine into nodes of so many ranks, for tests of what happens
 * between nodes; SPILLWAY_WINDOW_BYTES makes walks over pairs go in smaller windows;
 * SPILLWAY_MARK_AFTER_MS sets when tasks over units and items begin to be journaled. */
sw_status sw_comm_start(sw_error *err, int *argc, char ***argv, sw_team **team);
/* Finalise MPI; every rank gets here. */
void sw_comm_stop(sw_team *team);
/* After a failure that this rank has not agreed on with the others: true when all ranks come here
 * within ten seconds (SPILLWAY_PATIENCE_MS, for tests). If not, they may wait for this rank for
 * ever, and only sw_comm_abort remains. */
bool sw_comm_meet(sw_team *team);
void sw_comm_abort(sw_team *team, int status);
/* MPI and library version, one line. */
const char *sw_comm_version(void);
/* Threads of this rank: the cores of the affinity mask divided by the ranks of this node that
 * share it, at least 1. */
int sw_comm_cores(sw_team *team);

#endif
