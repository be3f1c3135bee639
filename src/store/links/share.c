/* Links in node-shared memory: one copy per node of three arrays, filled by one rank of the node or
 * by all in parts, and never changed after sw_links_finish.
 *
 * All functions but sw_links_destroy are collective over the team: node_alloc and node_free must be
 * met by all ranks in the same order, so each failure is agreed on before the next call.
 *
 * Memory: 8 bytes per row and 12 per link on each node, and 8 per row for the sums, whatever the
 * number of its ranks. After sw_links_finish all ranks may read without a lock, as nobody writes
 * any more. */
#include <string.h>

#include "base/arena.h"
#include "store/links/links.h"

/* `count` numbers of `size` bytes, zeroed, the same on every rank of a node. The room is asked for
 * first: shared memory beyond it may be granted, and kills a rank at the first touch (SIGBUS). *out
 * is NULL after a failure, on all ranks. At least 8 bytes, since an empty allocation need not give
 * an address. */
static sw_status node_array(sw_error *err, sw_team *team, size_t count, size_t size, void **out) {
  size_t bytes = 0, room = team->node_room(team);
  sw_status status = SW_OK;
  *out = NULL;
  /* Counts come from files and may be anything. */
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > room)
    status = sw_fail(err, SW_ENOMEM,
                     "links between units need %.3f MB of shared memory per node and %.3f MB are "
                     "free; enlarge /dev/shm",
                     (double)bytes / 1e6, (double)room / 1e6);
  SW_TRY(sw_team_agree(team, err, status, 0));
  status = sw_team_agree(team, err, team->node_alloc(team, err, bytes ? bytes : 8, out), 0);
  /* Some nodes may have got the memory. Freeing is collective too, so nobody frees it; the run ends
   * here anyway. */
  if (status != SW_OK) *out = NULL;
  return status;
}

/* On failure *links is NULL, on all ranks. *row_start is all zeros: it is (*links)->row_start
 * without const, for whoever fills it. */
sw_status sw_links_create(sw_error *err, sw_team *team, int64_t n, sw_links **links,
                          int64_t **row_start) {
  *links = NULL;
  sw_links *made = NULL;
  sw_status status = sw_calloc(err, 1, sizeof *made, (void **)&made);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = node_array(err, team, (size_t)n + 1, sizeof **row_start, (void **)row_start);
  if (status != SW_OK) {
    sw_free(made);
    return status;
  }
  made->n = n;
  made->row_start = *row_start;
  *links = made;
  return SW_OK;
}

/* On failure sw_links_destroy gives back what was had. `count` must be the same on all ranks of a
 * node. Both arrays are zeroed. */
sw_status sw_links_take_entries(sw_error *err, sw_team *team, sw_links *links, int64_t count,
                                int32_t **to, double **value) {
  SW_TRY(node_array(err, team, (size_t)count, sizeof **to, (void **)to));
  links->to = *to;
  SW_TRY(node_array(err, team, (size_t)count, sizeof **value, (void **)value));
  links->value = *value;
  return SW_OK;
}

/* Row sums are made once per node, by its first rank. Rank 0 looks at the rest and tells the
 * others, as every node holds the same links; the barrier before makes sure that they are whole.
 * The second barrier keeps every rank from reading row sums before they are there. Symmetry is
 * tested by bits. */
sw_status sw_links_finish(sw_error *err, sw_team *team, sw_links *links) {
  struct {
    int64_t islands;
    bool symmetric;
  } found = {0, false};
  double *row_sum = NULL;
  SW_TRY(node_array(err, team, (size_t)links->n, sizeof *row_sum, (void **)&row_sum));
  links->row_sum = row_sum;
  SW_TRY(sw_team_agree(team, err, team->node_barrier(team, err), 0));
  if (team->node_rank == 0) sw_links_row_sums(links, row_sum);
  /* No return before the agreement: the other ranks wait in it. */
  sw_status status = SW_OK;
  if (team->rank == 0) {
    found.islands = sw_links_islands(links);
    status = sw_links_symmetric(err, links, &found.symmetric);
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->broadcast(team, err, &found, sizeof found, 0));
  links->islands = found.islands;
  links->symmetric = found.symmetric;
  return sw_team_agree(team, err, team->node_barrier(team, err), 0);
}

/* Each node's first rank receives into the memory that its node shares, the others into memory of
 * their own that is thrown away. Bytes of rank 0's array go to every node once; the other ranks of
 * a node take part in the broadcast all the same, as it is one over the whole team. */
static sw_status receive(sw_error *err, sw_team *team, const void *mine, void *shared,
                         void *scratch, size_t bytes) {
  void *into = team->node_rank == 0 ? shared : scratch;
  if (team->rank == 0 && bytes) memcpy(into, mine, bytes);
  return bytes ? team->broadcast(team, err, into, bytes, 0) : SW_OK;
}

/* `rows`: on rank 0 alone. On failure *links is what there is, for sw_links_destroy. The scratch is
 * as large as the largest of the three arrays and lives for the call alone. The first rank of a
 * node needs none. */
sw_status sw_links_share_root(sw_error *err, sw_team *team, int64_t n, const sw_link_rows *rows,
                              sw_links **links) {
  int64_t *row_start = NULL, count = team->rank == 0 ? rows->row_start[n] : 0;
  int32_t *to = NULL;
  double *value = NULL;
  void *scratch = NULL;
  SW_TRY(team->broadcast(team, err, &count, sizeof count, 0));
  SW_TRY(sw_links_create(err, team, n, links, &row_start));
  SW_TRY(sw_links_take_entries(err, team, *links, count, &to, &value));
  size_t starts = (size_t)n + 1, entries = (size_t)count;
  sw_status status = SW_OK;
  if (team->node_rank > 0)
    status = sw_alloc(err, starts > entries ? starts : entries, sizeof(double), &scratch);
  SW_TRY(sw_team_agree(team, err, status, 0));
  status = receive(err, team, rows->row_start, row_start, scratch, starts * sizeof *row_start);
  if (status == SW_OK) status = receive(err, team, rows->to, to, scratch, entries * sizeof *to);
  if (status == SW_OK)
    status = receive(err, team, rows->value, value, scratch, entries * sizeof *value);
  sw_free(scratch);
  SW_TRY(status);
  return sw_links_finish(err, team, *links);
}

/* Collective: all ranks of the team give back in the same order. NULL does nothing. In the opposite
 * order of their making. Never touched afterwards by any rank of the node. */
void sw_links_destroy(sw_team *team, sw_links *links) {
  if (!links) return;
  if (links->row_sum) team->node_free(team, (void *)links->row_sum);
  if (links->value) team->node_free(team, (void *)links->value);
  if (links->to) team->node_free(team, (void *)links->to);
  if (links->row_start) team->node_free(team, (void *)links->row_start);
  sw_free(links);
}
