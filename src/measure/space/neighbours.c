/* Weights without their diagonal, for measures of neighbours (neighbours.h): a unit that were its
 * own neighbour would be correlated with itself. Kernel weights alone can have one. Called by
 * `resolve`; without a diagonal the links of the study are handed on as they are, else a copy lies
 * in the run's arena, and the run says so. */
#include "measure/space/neighbours.h"

#include "kernel/space/in_use.h"
#include "kernel/space/links.h"

/* Links of units with themselves, which a matrix without diagonal lacks. */
static int64_t count_own(const sw_links *links) {
  int64_t count = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++)
      count += links->to[e] == i;
  return count;
}

/* Rows with a value of their own are scaled to sum 1 again; the others keep their bits. A row that
 * had no diagonal keeps its weights to the bit. */
static void copy_row(const sw_links *links, bool standardised, int64_t i, int64_t *row_start,
                     int32_t *to, double *value) {
  int64_t at = row_start[i];
  for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
    if (links->to[e] == i) continue;
    to[at] = links->to[e];
    value[at++] = links->value[e];
  }
  row_start[i + 1] = at;
  int64_t count = at - row_start[i];
  bool whole = count == links->row_start[i + 1] - links->row_start[i];
  if (standardised && !whole && count > 0)
    sw_links_style_row(value + row_start[i], count, SW_STYLE_ROW);
}

/* Row sums, islands and symmetry are those of the new rows. Memory: one copy per job in its
 * arena. */
static sw_status copy(sw_error *err, sw_job *job, const sw_links *links, int64_t own,
                      sw_links **out) {
  int64_t count = links->row_start[links->n] - own, *row_start;
  bool standardised = sw_links_row_standardised(links);
  int32_t *to;
  double *value, *sum;
  SW_NEW(err, job->arena, *out, 1);
  SW_NEW(err, job->arena, row_start, links->n + 1);
  SW_NEW(err, job->arena, to, count);
  SW_NEW(err, job->arena, value, count);
  SW_NEW(err, job->arena, sum, links->n);
  for (int64_t i = 0; i < links->n; i++)
    copy_row(links, standardised, i, row_start, to, value);
  **out = (sw_links){.n = links->n, .row_start = row_start, .to = to, .value = value};
  (*out)->row_sum = sum;
  sw_links_row_sums(*out, sum);
  (*out)->islands = sw_links_islands(*out);
  return sw_links_symmetric(err, *out, &(*out)->symmetric);
}

/* Moments of the statistics assume w_ii = 0. */
sw_status sw_job_off_diagonal(sw_error *err, sw_job *job, const sw_links *links,
                              const sw_links **out) {
  int64_t own = links ? count_own(links) : 0;
  sw_links *without;
  *out = links;
  if (own == 0) return SW_OK;
  SW_TRY(copy(err, job, links, own, &without));
  sw_note(job->notes, "%s: %s: the diagonal of its weights is left out; no unit neighbours itself",
          job->where, job->name);
  *out = without;
  return SW_OK;
}

sw_status sw_job_neighbours(sw_error *err, sw_job *job, const sw_links **out) {
  return sw_job_off_diagonal(err, job, sw_job_weights(job, "weights"), out);
}
