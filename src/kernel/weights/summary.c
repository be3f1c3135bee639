/* A summary in a few passes over the links: O(n + links), and memory for the transpose. S1 needs
 * w(j, i) of each link: rows of the transposed matrix are walked beside those of the matrix. S0,
 * S1, S2 are those of Cliff & Ord 1981, which Moran's I and its moments rest on.
 *
 * Called by `spillway weights` and for notes on a matrix; one thread. */
#include "kernel/weights/summary.h"

#include "base/arena.h"
#include "kernel/space/disjoint.h"
#include "kernel/weights/combine.h"

#include <math.h>

/* ---- components -------------------------------------------------------------------------- */

/* Joined by links in either way, so that islands are components of one. Near-linear by
 * union-find. */
static sw_status count_components(sw_error *err, const sw_links *links, sw_links_summary *s) {
  int32_t *parent = NULL;
  int64_t *size = NULL;
  sw_status status = sw_alloc(err, (size_t)links->n, sizeof *parent, (void **)&parent);
  if (status == SW_OK) status = sw_calloc(err, (size_t)links->n, sizeof *size, (void **)&size);
  for (int32_t i = 0; status == SW_OK && i < links->n; i++)
    parent[i] = i;
  for (int64_t i = 0; status == SW_OK && i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      sw_disjoint_join(parent, (int32_t)i, links->to[k]);
  for (int32_t i = 0; status == SW_OK && i < links->n; i++)
    size[sw_disjoint_root(parent, i)]++;
  /* Only roots have a size. */
  for (int64_t i = 0; status == SW_OK && i < links->n; i++) {
    s->components += size[i] > 0;
    if (size[i] > s->largest) s->largest = size[i];
  }
  sw_free(parent);
  sw_free(size);
  return status;
}

/* ---- sums -------------------------------------------------------------------------------- */

static double row_total(const int64_t *row_start, const double *value, int64_t i) {
  double sum = 0;
  for (int64_t k = row_start[i]; k < row_start[i + 1]; k++)
    sum += value[k];
  return sum;
}

/* The sum of (w(i, j) + w(j, i))^2 over j, by a merge of row i and column i; and the links of the
 * row without one back. */
static double both_ways(const sw_links *links, const sw_link_rows *back, int64_t i,
                        int64_t *one_way) {
  int64_t p = links->row_start[i], q = back->row_start[i];
  int64_t p_end = links->row_start[i + 1], q_end = back->row_start[i + 1];
  double sum = 0;
  while (p < p_end || q < q_end) {
    bool out = p < p_end && (q == q_end || links->to[p] <= back->to[q]);
    bool in = q < q_end && (p == p_end || back->to[q] <= links->to[p]);
    double both = (out ? links->value[p] : 0) + (in ? back->value[q] : 0);
    sum += both * both;
    *one_way += out && !in;
    p += out, q += in;
  }
  return sum;
}

/* S1 counts each pair once from either side, so each row adds half. S2 is the sum of squares of row
 * plus column sums. */
static void add_up(const sw_links *links, const sw_link_rows *back, sw_links_summary *s) {
  for (int64_t i = 0; i < links->n; i++) {
    double out = row_total(links->row_start, links->value, i),
           in = row_total(back->row_start, back->value, i);
    s->s0 += out;
    s->s1 += both_ways(links, back, i, &s->one_way) / 2;
    s->s2 += (out + in) * (out + in);
  }
}

/* ---- all --------------------------------------------------------------------------------- */

/* The first unit with fewest and with most neighbours is named. */
static void count_neighbours(const sw_links *links, sw_links_summary *s) {
  s->least = INT64_MAX, s->most = -1;
  for (int64_t i = 0; i < links->n; i++) {
    int64_t count = links->row_start[i + 1] - links->row_start[i];
    s->islands += count == 0;
    if (count < s->least) s->least = count, s->least_unit = i;
    if (count > s->most) s->most = count, s->most_unit = i;
  }
  s->links = links->row_start[links->n];
  s->mean = (double)s->links / (double)links->n;
  s->least_value = INFINITY, s->most_value = -INFINITY;
  for (int64_t k = 0; k < s->links; k++) {
    s->least_value = fmin(s->least_value, links->value[k]);
    s->most_value = fmax(s->most_value, links->value[k]);
  }
}

/* One pass for neighbours, one for components, one against the transposed matrix for symmetry. */
sw_status sw_links_summarise(sw_error *err, const sw_links *links, sw_links_summary *summary) {
  sw_link_rows back;
  *summary = (sw_links_summary){.symmetric = links->symmetric};
  count_neighbours(links, summary);
  SW_TRY(count_components(err, links, summary));
  SW_TRY(sw_transpose_rows(err, links, &back));
  add_up(links, &back, summary);
  sw_links_rows_destroy(&back);
  return SW_OK;
}
