/* The team of one, and the agreement every team uses. */
#include "plan/team.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* ---- agreement: one small collective, more only when somebody failed --------------------- */

typedef struct verdict {
  int64_t status, order;
} verdict;

/* Bad input comes before everything else, and the earliest place in it before later ones. */
static bool is_before(verdict a, verdict b) {
  if ((a.status == SW_OK) != (b.status == SW_OK)) return a.status != SW_OK;
  if (a.status == SW_OK) return false;
  if ((a.status == SW_EINPUT) != (b.status == SW_EINPUT)) return a.status == SW_EINPUT;
  return a.status == SW_EINPUT && a.order < b.order;
}

sw_status sw_team_agree(sw_team *team, sw_error *err, sw_status mine, int64_t order) {
  double failed = mine != SW_OK;
  if (team->size == 1) return mine;
  SW_TRY(team->max_f64(team, err, &failed, 1)); /* nearly always nobody has */
  if (failed == 0) return SW_OK;
  verdict own = {mine, order}, *all = NULL;
  size_t *counts = NULL;
  SW_TRY(sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts));
  sw_status status = team->all_gather(team, err, &own, sizeof own, (void **)&all, counts);
  int worst = 0;
  for (int r = 1; status == SW_OK && r < team->size; r++)
    if (is_before(all[r], all[worst])) worst = r;
  if (status == SW_OK) status = (sw_status)all[worst].status;
  sw_free(counts);
  sw_free(all);
  if (status == SW_OK) return SW_OK;
  sw_error said = *err;
  sw_status sent = team->broadcast(team, err, &said, sizeof said, worst);
  if (sent != SW_OK) return sent;
  *err = said;
  return status;
}

/* ---- one process ------------------------------------------------------------------------ */

static sw_status serial_broadcast(sw_team *team, sw_error *err, void *buffer, size_t bytes,
                                  int root) {
  (void)team, (void)err, (void)buffer, (void)bytes, (void)root;
  return SW_OK;
}

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

static void serial_node_free(sw_team *team, void *memory) {
  (void)team;
  sw_free(memory);
}

static size_t serial_node_room(sw_team *team) {
  (void)team;
  return SIZE_MAX;
}

sw_status sw_team_serial(sw_error *err, sw_team **out) {
  sw_team *team = calloc(1, sizeof *team);
  if (!team) return sw_fail(err, SW_ENOMEM, "out of memory: no team");
  *team = (sw_team){.size = 1,
                    .nodes = 1,
                    .node_size = 1,
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
                    .node_free = serial_node_free,
                    .node_barrier = serial_barrier,
                    .node_room = serial_node_room};
  *out = team;
  return SW_OK;
}

void sw_team_serial_destroy(sw_team *team) {
  free(team);
}
