/* All shortest paths of one state of a network, as links in node-shared memory.
 *
 * Rows are divided among all ranks, and among the threads of a rank by the row; a row depends on
 * its unit alone, so the bits are the same for any number of either. How long rows are is known
 * when they are made: each is kept by the thread that made it until all are counted, then goes to
 * its place, and the nodes exchange what they have made. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/stop.h"
#include "plan/task/stop.h"
#include "store/links/links.h"
#include "store/roads/network.h"

/* Rows of a clump, which a thread makes one after the other and keeps in one piece. SAMPLE: units
 * whose rows are tried for an estimate. */
enum { CLUMP = 8, SAMPLE = 48 };

/* Arrays of the rows of a clump, one behind the other; free'd when they are placed. */
typedef struct clump {
  int64_t count, room;
  int32_t *to;
  double *value;
} clump;

/* One per call of sw_network_paths. */
typedef struct maker {
  const sw_network *network;
  sw_roads *roads;
  const sw_links *before; /* of the state before; NULL: this is the first */
  uint8_t *touched;       /* by unit: its row may be another than in `before` */
  int64_t lo, hi;         /* rows of this rank */
  clump *clump;
  int64_t n_clumps;
} maker;

/* ---- this rank's rows ------------------------------------------------------------------- */

/* False: no memory. `room` changes only when both arrays have grown. */
static bool make_room(clump *c, int64_t more) {
  if (c->count + more <= c->room) return true;
  int64_t room = c->count + more + c->count / 2;
  void *to = realloc(c->to, (size_t)room * sizeof *c->to);
  if (to) c->to = to;
  void *value = realloc(c->value, (size_t)room * sizeof *c->value);
  if (value) c->value = value;
  if (to && value) c->room = room;
  return to && value;
}

/* An untouched row of the state before is copied, which is far cheaper than a search. */
static void copy_row(const sw_links *links, int64_t i, int32_t *to, double *value) {
  int64_t at = links->row_start[i], count = links->row_start[i + 1] - at;
  if (count == 0) return;
  memcpy(to, links->to + at, (size_t)count * sizeof *to);
  memcpy(value, links->value + at, (size_t)count * sizeof *value);
}

/* The search is the thread's own. */
static bool make_clump(const maker *m, sw_roads_search *search, int64_t k, int64_t *row_start) {
  clump *c = &m->clump[k];
  int64_t first = m->lo + k * CLUMP, last = first + CLUMP < m->hi ? first + CLUMP : m->hi;
  for (int64_t i = first; i < last; i++) {
    bool stays = m->before && !m->touched[i];
    int64_t count =
        stays ? m->before->row_start[i + 1] - m->before->row_start[i] : sw_roads_row(search, i);
    if (!make_room(c, count)) return false;
    if (stays)
      copy_row(m->before, i, c->to + c->count, c->value + c->count);
    else
      sw_roads_row_take(search, c->to + c->count, c->value + c->count);
    c->count += count;
    row_start[i + 1] = count;
  }
  return true;
}

/* row_start[i + 1]: how many entries row i has. `dynamic`: rows of dense regions take longer. A
 * failure or a signal lets the other clumps pass without work. */
static sw_status make_rows(sw_error *err, const maker *m, int64_t *row_start) {
  bool enough = true, stopped = false;
#pragma omp parallel reduction(&& : enough) reduction(|| : stopped)
  {
    sw_error own = {0};
    sw_roads_search *search = NULL;
    enough = sw_roads_search_create(&own, m->roads, &search) == SW_OK;
#pragma omp for schedule(dynamic)
    for (int64_t k = 0; k < m->n_clumps; k++) {
      stopped = stopped || sw_stop_asked();
      if (!stopped && enough) enough = make_clump(m, search, k, row_start);
    }
    sw_roads_search_destroy(search);
  }
  if (!enough) return sw_fail(err, SW_ENOMEM, "out of memory: paths on the network");
  return stopped ? sw_task_stopped(err) : SW_OK;
}

/* Each piece is given back as it is copied, so that rows are not held twice. Memory of the process
 * and of the node are needed together only for one clump. */
static void place_rows(maker *m, const int64_t *row_start, int32_t *to, double *value) {
  for (int64_t k = 0; k < m->n_clumps; k++) {
    clump *c = &m->clump[k];
    int64_t at = row_start[m->lo + k * CLUMP];
    if (c->count) {
      memcpy(to + at, c->to, (size_t)c->count * sizeof *to);
      memcpy(value + at, c->value, (size_t)c->count * sizeof *value);
    }
    free(c->to);
    free(c->value);
    *c = (clump){0};
  }
}

/* ---- together --------------------------------------------------------------------------- */

/* first[k]: the first row that ranks of node k make; first[nodes] = n. Ranks of a node follow each
 * other, so a node has one run of rows. */
static sw_status node_rows(sw_error *err, sw_team *team, const maker *m, int64_t *first) {
  int64_t mine[2] = {team->node, m->lo}, *all = NULL;
  size_t *counts = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->all_gather(team, err, mine, sizeof mine, (void **)&all, counts);
  for (int r = team->size; status == SW_OK && r-- > 0;)
    first[all[2 * r]] = all[2 * r + 1];
  first[team->nodes] = m->network->units->n;
  sw_free(all);
  sw_free(counts);
  return status;
}

/* What each node's ranks have put into `shared` goes to the others: numbers of `size` bytes, those
 * of row i from place at[i] on (NULL: i). A barrier first: all ranks of the node must have
 * written. */
static sw_status share_rows(sw_error *err, sw_team *team, const int64_t *first, const int64_t *at,
                            size_t size, void *shared) {
  size_t *start = NULL;
  SW_TRY(team->node_barrier(team, err));
  if (team->nodes == 1) return SW_OK;
  sw_status status = sw_alloc(err, (size_t)team->nodes + 1, sizeof *start, (void **)&start);
  status = sw_team_agree(team, err, status, 0);
  for (int k = 0; status == SW_OK && k <= team->nodes; k++)
    start[k] = (size_t)(at ? at[first[k]] : first[k]) * size;
  if (status == SW_OK) status = team->share(team, err, shared, start);
  sw_free(start);
  return status;
}

/* Counts of all rows become their beginnings, by each node's first rank. Counts were written as
 * row_start[i + 1]; one rank of each node adds them up, in shared memory. */
static sw_status sum_counts(sw_error *err, sw_team *team, int64_t n, int64_t *row_start) {
  SW_TRY(team->node_barrier(team, err));
  for (int64_t i = 0; team->node_rank == 0 && i < n; i++)
    row_start[i + 1] += row_start[i];
  return team->node_barrier(team, err);
}

/* Collective throughout: every failure is agreed upon before the next step. */
static sw_status make_links(sw_error *err, sw_team *team, maker *m, int64_t *first,
                            sw_links **links) {
  int64_t n = m->network->units->n, *row_start = NULL;
  int32_t *to = NULL;
  double *value = NULL;
  SW_TRY(node_rows(err, team, m, first));
  SW_TRY(sw_links_create(err, team, n, links, &row_start));
  SW_TRY(sw_team_agree(team, err, make_rows(err, m, row_start), 0));
  SW_TRY(share_rows(err, team, first, NULL, sizeof *row_start, row_start + 1));
  SW_TRY(sum_counts(err, team, n, row_start));
  SW_TRY(sw_links_take_entries(err, team, *links, row_start[n], &to, &value));
  place_rows(m, row_start, to, value);
  SW_TRY(share_rows(err, team, first, row_start, sizeof *to, to));
  SW_TRY(share_rows(err, team, first, row_start, sizeof *value, value));
  return sw_links_finish(err, team, *links);
}

/* The same on every rank. Each rank computes it for itself, from the same plan. */
static sw_status find_touched(sw_error *err, const sw_team *team, int state, maker *m) {
  int64_t n = m->network->units->n, count = 0;
  sw_roads *before = NULL;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *m->touched, (void **)&m->touched));
  SW_TRY(sw_roads_create(err, &m->network->plan, state - 1, &before));
  sw_status status = sw_roads_touched(err, before, m->roads, m->touched);
  sw_roads_destroy(before);
  for (int64_t i = 0; status == SW_OK && i < n; i++)
    count += m->touched[i];
  if (status == SW_OK && team->rank == 0)
    sw_log(SW_LOG_DEBUG, "%s: state %d of the network touches %lld of %lld units",
           m->network->entry, state, (long long)count, (long long)n);
  return status;
}

/* Rows are cut evenly by number; the dynamic schedule evens out the rest within a rank. */
static sw_status open_maker(sw_error *err, const sw_team *team, int state, maker *m) {
  int64_t n = m->network->units->n;
  m->lo = n * team->rank / team->size;
  m->hi = n * (team->rank + 1) / team->size;
  m->n_clumps = (m->hi - m->lo + CLUMP - 1) / CLUMP;
  SW_TRY(sw_calloc(err, (size_t)m->n_clumps + 1, sizeof *m->clump, (void **)&m->clump));
  SW_TRY(sw_roads_create(err, &m->network->plan, state, &m->roads));
  return m->before ? find_touched(err, team, state, m) : SW_OK;
}

/* On failure *links is what there is, for sw_links_destroy. Everything but *links is freed here. */
sw_status sw_network_paths(sw_error *err, sw_team *team, const sw_network *network, int state,
                           const sw_links *before, sw_links **links) {
  maker m = {.network = network, .before = before};
  int64_t *first = NULL;
  sw_status status = open_maker(err, team, state, &m);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)team->nodes + 1, sizeof *first, (void **)&first);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = make_links(err, team, &m, first, links);
  for (int64_t k = 0; m.clump && k < m.n_clumps; k++) {
    free(m.clump[k].to);
    free(m.clump[k].value);
  }
  sw_free(m.clump);
  sw_free(m.touched);
  sw_free(first);
  sw_roads_destroy(m.roads);
  return status;
}

/* ---- a sample --------------------------------------------------------------------------- */

/* Evenly spread units, as neighbours have rows of like length. */
static void try_units(const sw_network *network, sw_roads_search *search, double *entries,
                      double *seconds) {
  int64_t n = network->units->n, count = n < SAMPLE ? n : SAMPLE;
  double began = sw_clock();
  *entries = 0;
  for (int64_t k = 0; k < count; k++) {
    *entries += (double)sw_roads_row(search, n * k / count) / (double)count;
    sw_roads_row_drop(search);
  }
  *seconds = (sw_clock() - began) / (double)count;
}

/* The last state has the most edges, so the estimate errs on the safe side. */
sw_status sw_network_sample(sw_error *err, const sw_network *network, double *entries,
                            double *seconds) {
  sw_roads *roads = NULL;
  sw_roads_search *search = NULL;
  SW_TRY(sw_roads_create(err, &network->plan, network->n_states - 1, &roads));
  sw_status status = sw_roads_search_create(err, roads, &search);
  if (status == SW_OK) try_units(network, search, entries, seconds);
  sw_roads_search_destroy(search);
  sw_roads_destroy(roads);
  return status;
}
