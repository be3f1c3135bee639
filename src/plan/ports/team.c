/* The agreement that every team uses, and the team of one: the engine without MPI, for runs of one
 * process and for tests.
 *
 * Called by all of plan and store; comm/ has the other implementation of the port, over MPI, and
 * takes the agreement from here. */
#include "plan/ports/team.h"

#include "base/arena.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- agreement: one small collective, more only when somebody failed --------------------- */

/* The order in which failures are told, smallest first. Bad input comes before everything else, as
 * the user can correct it, and the earliest place in it before later ones, so that the same input
 * gives the same message on any number of ranks. A double, as the team has minima of doubles.
 * `order` is a place in the input, such as a row or a task; 0 for all that has none. */
static double urgency(sw_status status, int64_t order) {
  return status == SW_OK ? HUGE_VAL : status == SW_EINPUT ? (double)order : DBL_MAX;
}

/* Three small collectives at most, and one when all is well, which is nearly always: no rank says
 * its text unless it is the one that is told. It takes no memory, as what it agrees on may be that
 * there is none. Afterwards all ranks have the same status and text; `shared` says that they all
 * know of it, so that the program may end in good order (cli/session/fail.c). If a collective
 * itself fails, its status is returned. Ranks of equal urgency are settled by number, not by
 * arrival, so the message is the same in every run. A team of one returns at once, and leaves
 * err->shared as it is. */
sw_status sw_team_agree(sw_team *team, sw_error *err, sw_status mine, int64_t order) {
  double own = urgency(mine, order), first = own;
  if (team->size == 1) return mine;
  SW_TRY(team->min_f64(team, err, &first, 1));
  if (first == HUGE_VAL) return SW_OK;
  /* Ranks that are equally urgent: the lowest one speaks. */
  double rank = own == first ? team->rank : HUGE_VAL;
  SW_TRY(team->min_f64(team, err, &rank, 1));
  struct {
    sw_status status;
    sw_error error;
  } said = {mine, *err};
  SW_TRY(team->broadcast(team, err, &said, sizeof said, (int)rank));
  *err = said.error;
  err->shared = true;
  return said.status;
}

/* Collective, also after a failure of one: all agree before anything is sent. What comes back is
 * the caller's to free; sizes that it needs must be in what is packed. The packing is called twice,
 * so it must not change what it packs. */
sw_status sw_team_exchange(sw_error *err, sw_team *team, sw_status mine, sw_team_pack *pack,
                           void *self, void **received) {
  size_t *bytes = NULL, total = 0;
  double *send = NULL;
  sw_status status = mine;
  if (status == SW_OK) status = sw_calloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  /* Twice: first for the sizes, then into the buffer made of that size. */
  if (status == SW_OK) pack(self, NULL, bytes);
  for (int r = 0; status == SW_OK && r < team->size; r++)
    total += bytes[r];
  if (status == SW_OK) status = sw_alloc(err, total, 1, (void **)&send);
  if (status == SW_OK) pack(self, send, bytes);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = team->all_to_all(team, err, send, bytes, received, NULL);
  sw_free(send);
  sw_free(bytes);
  return status;
}

/* ---- one process ------------------------------------------------------------------------ */

/* Each call does what it would do among ranks if there is one: what is sent comes back as a copy
 * that the caller owns, what is reduced stays as it is, and node memory is plain memory, zeroed as
 * promised. */
static sw_status serial_broadcast(sw_team *team, sw_error *err, void *buffer, size_t bytes,
                                  int root) {
  (void)team, (void)err, (void)buffer, (void)bytes, (void)root;
  return SW_OK;
}

/* The team of one: a copy, so that callers may free what they get. */
static sw_status serial_all_gather(sw_team *team, sw_error *err, const void *send, size_t bytes,
                                   void **all, size_t *counts) {
  (void)team;
  SW_TRY(sw_alloc(err, bytes, 1, all));
  if (bytes) memcpy(*all, send, bytes);
  if (counts) counts[0] = bytes;
  return SW_OK;
}

static sw_status serial_gather(sw_team *team, sw_error *err, const void *send, size_t bytes,
                               int root, void **all, size_t *counts) {
  (void)root;
  return serial_all_gather(team, err, send, bytes, all, counts);
}

static sw_status serial_all_to_all(sw_team *team, sw_error *err, const void *send,
                                   const size_t *send_bytes, void **recv, size_t *recv_bytes) {
  return serial_all_gather(team, err, send, send_bytes[0], recv, recv_bytes);
}

/* What one rank has is what all have. */
static sw_status serial_sum(sw_team *team, sw_error *err, int64_t *values, int count) {
  (void)team, (void)err, (void)values, (void)count;
  return SW_OK;
}

static sw_status serial_extreme(sw_team *team, sw_error *err, double *values, int count) {
  (void)team, (void)err, (void)values, (void)count;
  return SW_OK;
}

static sw_status serial_barrier(sw_team *team, sw_error *err) {
  (void)team, (void)err;
  return SW_OK;
}

static bool serial_stopping(sw_team *team, bool mine) {
  (void)team;
  return mine;
}

static sw_status serial_share(sw_team *team, sw_error *err, void *shared, const size_t *start) {
  (void)team, (void)err, (void)shared, (void)start;
  return SW_OK;
}

static sw_status serial_node_alloc(sw_team *team, sw_error *err, size_t bytes, void **out) {
  (void)team;
  return sw_calloc(err, bytes, 1, out);
}

static sw_status serial_node_alloc_bare(sw_team *team, sw_error *err, size_t bytes, void **out) {
  (void)team;
  return sw_alloc(err, bytes, 1, out);
}

static void serial_node_free(sw_team *team, void *memory) {
  (void)team;
  sw_free(memory);
}

/* No limit is known: the memory is the process's own. */
static size_t serial_node_room(sw_team *team) {
  (void)team;
  return SIZE_MAX;
}

/* No `mpi` and no `self`: store then opens files with the serial driver. *out is the caller's, to
 * be destroyed by sw_team_serial_destroy. */
sw_status sw_team_serial(sw_error *err, sw_team **out) {
  sw_team *team = calloc(1, sizeof *team);
  if (!team) return sw_fail(err, SW_ENOMEM, "out of memory: cannot create a team");
  *team = (sw_team){.size = 1,
                    .nodes = 1,
                    .node_size = 1,
                    .window_bytes = SW_WINDOW_BYTES,
                    .mark_after = SW_MARK_AFTER_MS / 1e3,
                    .broadcast = serial_broadcast,
                    .gather = serial_gather,
                    .all_gather = serial_all_gather,
                    .all_to_all = serial_all_to_all,
                    .sum_i64 = serial_sum,
                    .min_f64 = serial_extreme,
                    .max_f64 = serial_extreme,
                    .barrier = serial_barrier,
                    .stopping = serial_stopping,
                    .share = serial_share,
                    .node_alloc = serial_node_alloc,
                    .node_alloc_bare = serial_node_alloc_bare,
                    .node_free = serial_node_free,
                    .node_barrier = serial_barrier,
                    .node_room = serial_node_room};
  *out = team;
  return SW_OK;
}

/* NULL is allowed. */
void sw_team_serial_destroy(sw_team *team) {
  free(team);
}
