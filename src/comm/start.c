/* Starting and stopping MPI, and who works where. Called by cli/program.c and, for the library,
 * by cli/verbs/compute.c. Invariants: ranks are ordered by node, so that a node's are
 * consecutive in the team and own consecutive units; every rank sees the same test settings.
 *
 * Communicators: see sw_comm in private.h. Those of a team return errors; calls on
 * MPI_COMM_WORLD and on `machine` still end the program, as at that point nothing is open that
 * could be kept. */
#include "comm/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "base/arena.h"

/* Bytes of a piece: counts of MPI are int, and 2^30 is the largest power of two that fits.
 * Milliseconds of patience: see sw_comm_meet. */
enum { SW_DEFAULT_PIECE = 1 << 30, SW_PATIENCE_MS = 10000 };

/* May be called before MPI_Init, as --version does. Not thread-safe: the text is static. */
const char *sw_comm_version(void) {
  static char text[64 + MPI_MAX_LIBRARY_VERSION_STRING];
  char library[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int version = 0, sub = 0, length = 0;
  MPI_Get_version(&version, &sub);
  MPI_Get_library_version(library, &length);
  library[strcspn(library, ",\n")] = '\0'; /* Open MPI goes on with its package and build */
  snprintf(text, sizeof text, "MPI %d.%d, %s", version, sub, library);
  return text;
}

/* A whole number above zero from rank 0's environment, else `fallback`. Launchers may give ranks
 * different environments, and ranks that differ in such a number would wait for each other for
 * ever. Collective. */
static int64_t setting(MPI_Comm world, const char *name, int64_t fallback) {
  const char *text = getenv(name);
  int64_t value = text ? strtoll(text, NULL, 10) : 0;
  MPI_Bcast(&value, 1, MPI_INT64_T, 0, world);
  return value > 0 ? value : fallback;
}

/* The machine's ranks, or a part of them when a test asks for smaller nodes. */
static sw_status split_machine(sw_error *err, sw_comm *comm) {
  int64_t node_ranks = setting(MPI_COMM_WORLD, "SPILLWAY_NODE_RANKS", INT32_MAX);
  SW_MPI(err, MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL,
                                  &comm->machine));
  int rank = 0;
  SW_MPI(err, MPI_Comm_rank(comm->machine, &rank));
  SW_MPI(err, MPI_Comm_split(comm->machine, (int)(rank / node_ranks), rank, &comm->node));
  SW_MPI(err, MPI_Comm_set_errhandler(comm->node, MPI_ERRORS_RETURN));
  SW_MPI(err, MPI_Comm_rank(comm->node, &comm->team.node_rank));
  SW_MPI(err, MPI_Comm_size(comm->node, &comm->team.node_size));
  return SW_OK;
}

/* The team's order: by the first rank of the node, then by rank, so that a node's ranks are
 * consecutive however the launcher dealt them out (by core or round robin over the nodes). Owned
 * units of a node are then one range, which `share` relies on. Rank 0 stays rank 0: its key is
 * the lowest. */
static sw_status order_ranks(sw_error *err, sw_comm *comm) {
  int rank = 0, first = 0;
  SW_MPI(err, MPI_Comm_rank(MPI_COMM_WORLD, &rank));
  first = rank;
  SW_MPI(err, MPI_Bcast(&first, 1, MPI_INT, 0, comm->node));
  /* Equal keys keep the order of the old ranks. */
  SW_MPI(err, MPI_Comm_split(MPI_COMM_WORLD, 0, first, &comm->world));
  SW_MPI(err, MPI_Comm_set_errhandler(comm->world, MPI_ERRORS_RETURN));
  SW_MPI(err, MPI_Comm_rank(comm->world, &comm->team.rank));
  SW_MPI(err, MPI_Comm_size(comm->world, &comm->team.size));
  return SW_OK;
}

/* Nodes are numbered in the order of their leaders, which is the order of the team.
 * MPI_UNDEFINED gives the others MPI_COMM_NULL. The leader tells its node the numbers. */
static sw_status number_nodes(sw_error *err, sw_comm *comm) {
  sw_team *team = &comm->team;
  int is_leader = team->node_rank == 0, place[2] = {0, 0};
  SW_MPI(err,
         MPI_Comm_split(comm->world, is_leader ? 0 : MPI_UNDEFINED, team->rank, &comm->leaders));
  if (is_leader) {
    SW_MPI(err, MPI_Comm_set_errhandler(comm->leaders, MPI_ERRORS_RETURN));
    SW_MPI(err, MPI_Comm_rank(comm->leaders, &place[0]));
    SW_MPI(err, MPI_Comm_size(comm->leaders, &place[1]));
  }
  SW_MPI(err, MPI_Bcast(place, 2, MPI_INT, 0, comm->node));
  team->node = place[0];
  team->nodes = place[1];
  return SW_OK;
}

/* Memory that collectives need, here and not in the calls: a rank that had none there would
 * leave the others waiting. */
static sw_status take_memory(sw_error *err, sw_comm *comm) {
  size_t size = (size_t)comm->team.size;
  sw_status status = sw_alloc(err, size, sizeof *comm->counts, (void **)&comm->counts);
  if (status == SW_OK)
    status = sw_alloc(err, 2 * size, sizeof *comm->counts_at, (void **)&comm->counts_at);
  status = sw_team_agree(&comm->team, err, status, 0);
  if (status != SW_OK && comm->team.rank != 0) err->text[0] = '\0'; /* one rank says it */
  return status;
}

/* Collective; the order matters. Nodes before the team's order, which follows from them; the
 * collectives before take_memory, which agrees by them; `size` before both. */
static sw_status set_up(sw_error *err, sw_comm *comm) {
  sw_team *team = &comm->team;
  team->self = comm;
  SW_TRY(split_machine(err, comm));
  SW_TRY(order_ranks(err, comm));
  int64_t piece = setting(comm->world, "SPILLWAY_MESSAGE_BYTES", SW_DEFAULT_PIECE);
  comm->piece = (size_t)(piece < SW_DEFAULT_PIECE ? piece : SW_DEFAULT_PIECE);
  comm->patience = setting(comm->world, "SPILLWAY_PATIENCE_MS", SW_PATIENCE_MS);
  team->window_bytes = setting(comm->world, "SPILLWAY_WINDOW_BYTES", SW_WINDOW_BYTES);
  team->mark_after = (double)setting(comm->world, "SPILLWAY_MARK_AFTER_MS", SW_MARK_AFTER_MS) / 1e3;
  /* A communicator of its own: the meeting after a failure must not be taken for another
   * collective. */
  SW_MPI(err, MPI_Comm_dup(comm->world, &comm->end));
  sw_comm_set_collectives(team);
  SW_TRY(take_memory(err, comm));
  SW_TRY(number_nodes(err, comm));
  /* HDF5 opens the output with it on each rank, as its only user: nothing between opening and
   * closing is collective then, so no rank waits inside HDF5 for one that failed. */
  comm->alone = MPI_COMM_SELF;
  team->mpi = &comm->alone;
  sw_comm_set_node(team);
  sw_comm_set_stop(team);
  return SW_OK;
}

/* ---- launchers -------------------------------------------------------------------------- */

/* Tasks of the Slurm step that this process is in; 0: it is in none. In a shell that srun has
 * started on a terminal every command is alone, whatever the step was asked for. */
static long slurm_tasks(void) {
  const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
  if (!getenv("SLURM_STEP_ID")) return 0;
  long number = tasks && !getenv("SLURM_PTY_PORT") ? strtol(tasks, NULL, 10) : 1;
  return number > 1 ? number : 1;
}

/* mpirun's own mark, that of PMIx, those of PMI-1 and PMI-2. These leave theirs in a shell of `srun
 * --pty`, too; Open MPI may lack them, and needs none for one rank. */
static bool has_mark(void) {
  const char *size = getenv("PMI_SIZE");
  if (getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK")) return true;
  if (getenv("SLURM_PTY_PORT") || (size && strtol(size, NULL, 10) == 1)) return false;
  return getenv("PMI_RANK") || getenv("PMI_FD");
}

/* The PMI-1 of Slurm leaves no mark, so a step of several tasks counts. */
bool sw_comm_is_launched(void) {
  return has_mark() || slurm_tasks() > 1;
}

/* Started without mpirun or srun, Open MPI would start a daemon only to be able to spawn
 * processes, which this program never does, and make session folders, which another process that
 * ends at the same time removes from under it. A value that the user has set stays (the 0).
 *
 * Open MPI takes any process of a Slurm step for a rank that srun has started, and ends it where
 * Slurm has no PMIx, also in a shell of `srun --pty`. Without the number of the step it is alone.
 */
static void stay_alone(void) {
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
  setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
  unsetenv("SLURM_STEP_ID");
}

/* MPI ends a process that it cannot start, and returns no error: what may cure it is said before.
 * The first task says it. */
static void warn_of_slurm(void) {
  const char *task = getenv("SLURM_PROCID");
  if (has_mark() || slurm_tasks() <= 1 || (task && strcmp(task, "0") != 0)) return;
  fprintf(stderr,
          "spillway: warning: this step of Slurm has %ld tasks and no PMIx; where MPI does not "
          "start, use srun --mpi=pmix, or mpirun\n",
          slurm_tasks());
}

/* ---- start and end ---------------------------------------------------------------------- */

/* MPI_Init crashes without addresses for its libraries. The number is what they take on one node,
 * with a margin; only where there is a limit. */
static sw_status check_room(sw_error *err) {
  enum { ROOM = 128 << 20 };
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SW_OK;
  void *room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    return sw_fail(
        err, SW_ENOMEM,
        "out of memory: the limit on addresses (ulimit -v) leaves no room for MPI; raise "
        "it");
  munmap(room, ROOM);
  return SW_OK;
}

/* All ranks get here, and all go on or none: a rank that left alone would leave the others waiting.
 * Without memory for a team there is only MPI itself to agree by. */
static sw_status make_team(sw_error *err, int provided, sw_comm **out) {
  sw_comm *comm = *out = calloc(1, sizeof *comm);
  int lacking = !comm, any = 0;
  sw_status status = SW_OK;
  if (provided < MPI_THREAD_FUNNELED)
    status = sw_fail(err, SW_EINTERNAL, "this MPI library does not support MPI_THREAD_FUNNELED");
  else if (lacking)
    status = sw_fail(err, SW_ENOMEM, "out of memory: cannot start MPI");
  MPI_Allreduce(&lacking, &any, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (status == SW_OK && any) status = SW_ENOMEM; /* another rank says it */
  if (status == SW_OK) return SW_OK;
  free(comm);
  MPI_Finalize();
  return status;
}

/* On success *team is made and sw_comm_stop must follow. On failure MPI is finalised again where
 * it got that far. FUNNELED: one thread of a rank talks to MPI, the others compute. */
sw_status sw_comm_start(sw_error *err, int *argc, char ***argv, sw_team **team) {
  int provided = 0;
  sw_comm *comm = NULL;
  SW_TRY(check_room(err));
  warn_of_slurm();
  if (!sw_comm_is_launched()) stay_alone();
  SW_MPI(err, MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided));
  SW_TRY(make_team(err, provided, &comm));
  /* So that sw_comm_stop knows what there is after a failure half way. */
  comm->world = comm->machine = comm->node = comm->leaders = comm->end = MPI_COMM_NULL;
  sw_status status = set_up(err, comm);
  if (status == SW_OK) {
    *team = &comm->team;
    return SW_OK;
  }
  sw_comm_stop(&comm->team);
  return status;
}

/* A barrier with patience. If all ranks come, they have all left their work and can end in good
 * order; if not, some wait in a collective that this rank will never enter. MPI has no barrier with
 * a time limit, hence the test once per millisecond. A barrier given up stays pending: only
 * sw_comm_abort may follow. */
bool sw_comm_meet(sw_team *team) {
  const struct timespec ms = {.tv_nsec = 1000000};
  MPI_Request request = MPI_REQUEST_NULL;
  int met = 0;
  if (MPI_Ibarrier(sw_comm_of(team)->end, &request) != MPI_SUCCESS) return false;
  for (int64_t waited = 0; waited < sw_comm_of(team)->patience; waited++) {
    if (MPI_Test(&request, &met, MPI_STATUS_IGNORE) != MPI_SUCCESS || met) break;
    nanosleep(&ms, NULL);
  }
  return met;
}

void sw_comm_abort(sw_team *team, int status) {
  MPI_Abort(sw_comm_of(team)->world, status);
}

/* Collective; the order is reverse to the start. Windows go before the communicator of their
 * node, pending words of a stop before that of the leaders. */
void sw_comm_stop(sw_team *team) {
  sw_comm *comm = sw_comm_of(team);
  sw_comm_end_stop(comm);
  sw_comm_free_windows(comm);
  if (comm->leaders != MPI_COMM_NULL) MPI_Comm_free(&comm->leaders);
  if (comm->end != MPI_COMM_NULL) MPI_Comm_free(&comm->end);
  if (comm->node != MPI_COMM_NULL) MPI_Comm_free(&comm->node);
  if (comm->machine != MPI_COMM_NULL) MPI_Comm_free(&comm->machine);
  if (comm->world != MPI_COMM_NULL) MPI_Comm_free(&comm->world);
  sw_free(comm->counts);
  sw_free(comm->counts_at);
  free(comm);
  MPI_Finalize();
}
