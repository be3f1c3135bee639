/* Weights matrices of groups and of other matrices. Rank 0 makes the rows, as they are sparse and
 * cheap, and all nodes get them, one copy each. Matrices that others are made of are read raw, by
 * the same reader, and given back: styles come last. Called by weights.c; every public function is
 * collective.
 *
 * Memory on rank 0: the first operand, the next, what has been made so far and what is made of
 * these; other ranks hold the operands in their node's shared memory alone. */
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "kernel/weights/combine.h"
#include "kernel/weights/style.h"
#include "store/links/links.h"

/* ---- what all made on rank 0 have in common ---------------------------------------------- */

/* A matrix without links is refused for every style: it would make each lag zero, which nobody asks
 * for. wrong == n: the fault is of the whole matrix, not of one row. */
static sw_status style(sw_error *err, const sw_weights_spec *spec, const sw_units *units,
                       sw_link_rows *rows) {
  int64_t wrong = -1;
  if (rows->row_start[rows->n] == 0)
    return sw_node_fail(err, spec->node, "weights '%s' have no link", spec->name);
  SW_TRY(sw_style_rows(err, rows->n, rows->row_start, rows->to, rows->value, spec->style, &wrong));
  if (wrong < 0) return SW_OK;
  return sw_node_fail(err, spec->node,
                      "weights '%s': there is no finite sum or eigenvalue to scale by%s%s",
                      spec->name, wrong < rows->n ? "; unit " : "",
                      wrong < rows->n ? sw_unit_code(units, wrong) : "");
}

/* Takes the rows over, whatever `status` is: rank 0's failure becomes every rank's. *links is NULL
 * after a failure, on all ranks. Rows are freed in any case: after the sharing their copy in shared
 * memory is what counts. */
sw_status sw_links_share_made(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                              const sw_units *units, sw_status status, sw_link_rows *rows,
                              sw_links **links) {
  *links = NULL;
  if (status == SW_OK && team->rank == 0) status = style(err, spec, units, rows);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = sw_links_share_root(err, team, units->n, rows, links);
  sw_links_rows_destroy(rows);
  if (status != SW_OK) {
    sw_links_destroy(team, *links);
    *links = NULL;
  }
  return status;
}

/* By rank 0, once the links are whole. */
static void report(const sw_team *team, const sw_weights_spec *spec, const sw_links *links) {
  if (team->rank == 0)
    sw_log(SW_LOG_INFO, "%s: %lld links between %lld units, %lld without any", spec->name,
           (long long)links->row_start[links->n], (long long)links->n, (long long)links->islands);
}

/* ---- blocks ------------------------------------------------------------------------------ */

/* Units listed by group, ascending; those of the empty group, the rest, are in none. Counting sort
 * in two passes, O(n + groups). `start` is written one place on, so that the second pass, which
 * moves each start to the end of its group, leaves start[g] at the beginning of group g. Units in a
 * group stay ascending, as rows must be. */
static sw_status list_groups(sw_error *err, const sw_grouping *groups, int64_t n, int64_t **start,
                             int32_t **unit) {
  SW_TRY(sw_calloc(err, (size_t)groups->n_groups + 2, sizeof **start, (void **)start));
  SW_TRY(sw_alloc(err, (size_t)n, sizeof **unit, (void **)unit));
  int64_t *at = *start + 1;
  for (int64_t i = 0; i < n; i++)
    at[groups->of[i] + 1]++;
  for (int g = 1; g <= groups->n_groups; g++)
    at[g] += at[g - 1];
  for (int64_t i = 0; i < n; i++)
    (*unit)[at[groups->of[i]]++] = (int32_t)i;
  return SW_OK;
}

/* A row is the unit's group without itself, so rows of one group hardly differ. Memory and time
 * O(sum of squares of the groups' sizes). */
static sw_status fill_blocks(sw_error *err, const sw_grouping *groups, const int64_t *start,
                             const int32_t *unit, sw_link_rows *rows) {
  /* Units of the empty label have an empty row: "no group" is not a group. */
  int64_t n = rows->n;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *rows->row_start, (void **)&rows->row_start));
  rows->row_start[0] = 0;
  for (int64_t i = 0; i < n; i++) {
    int32_t g = groups->of[i];
    rows->row_start[i + 1] =
        rows->row_start[i] + (*groups->label[g] ? start[g + 1] - start[g] - 1 : 0);
  }
  size_t count = (size_t)rows->row_start[n];
  SW_TRY(sw_alloc(err, count, sizeof *rows->to, (void **)&rows->to));
  SW_TRY(sw_alloc(err, count, sizeof *rows->value, (void **)&rows->value));
  for (int64_t i = 0; i < n; i++) {
    int64_t at = rows->row_start[i];
    int32_t g = groups->of[i];
    for (int64_t k = start[g]; at < rows->row_start[i + 1]; k++)
      if (unit[k] != i) rows->to[at++] = unit[k];
  }
  for (size_t k = 0; k < count; k++)
    rows->value[k] = 1.0;
  return SW_OK;
}

/* Groups are on every rank; rank 0 works, so that all nodes get the same bits from one place. A
 * missing column is found by all ranks alike and agreed on in the sharing. */
sw_status sw_links_from_groups(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                               const sw_units *units, sw_links **links) {
  const sw_grouping *groups = sw_units_grouping(units, spec->group);
  sw_link_rows rows = {.n = units->n};
  int64_t *start = NULL;
  int32_t *unit = NULL;
  sw_status status = SW_OK;
  if (!groups)
    status = sw_node_fail(err, spec->node, "weights '%s': the units have no column '%s'",
                          spec->name, spec->group);
  if (status == SW_OK && team->rank == 0)
    status = list_groups(err, groups, units->n, &start, &unit);
  if (status == SW_OK && team->rank == 0) status = fill_blocks(err, groups, start, unit, &rows);
  sw_free(start);
  sw_free(unit);
  SW_TRY(sw_links_share_made(err, team, spec, units, status, &rows, links));
  report(team, spec, *links);
  return SW_OK;
}

/* ---- of others --------------------------------------------------------------------------- */

/* A matrix that was scaled first and combined then would weigh pairs by their row. The copy of the
 * spec lives on the stack for the call: the reader keeps nothing of it. */
static sw_status read_raw(sw_error *err, sw_team *team, const sw_study *study, int index,
                          const sw_units *units, sw_links **links) {
  sw_weights_spec raw = study->weights[index];
  raw.style = SW_STYLE_AS_IS;
  raw.diagonal = SW_DIAGONAL_NONE; /* what is made of others has none */
  return sw_links_read_weights(err, team, study, &raw, units, links);
}

/* On rank 0: the first, or what has become of it, and the next; kinds of one operand have no `b`.
 * Kinds are checked when the study is read, so the last case is the higher order, the only kind
 * left. */
static sw_status make(sw_error *err, const sw_weights_spec *spec, const sw_links *a,
                      const sw_links *b, sw_link_rows *rows) {
  switch (spec->kind) {
  case SW_W_UNION:
    return sw_combine_rows(err, SW_UNION, a, b, rows);
  case SW_W_INTERSECTION:
    return sw_combine_rows(err, SW_INTERSECTION, a, b, rows);
  case SW_W_DIFFERENCE:
    return sw_combine_rows(err, SW_DIFFERENCE, a, b, rows);
  case SW_W_PRODUCT:
    return sw_combine_rows(err, SW_PRODUCT, a, b, rows);
  case SW_W_TRANSPOSE:
    return sw_transpose_rows(err, a, rows);
  default:
    return sw_higher_order_rows(err, a, spec->q, spec->lower, rows);
  }
}

/* Joins the next operand to what there is in `rows`, which is nothing at the first of several. The
 * order of operands is that of the study. Results that have been made are only read as `so_far`;
 * they are freed when their successor is there, so a failure leaves *rows valid for the caller. */
static sw_status join_next(sw_error *err, const sw_weights_spec *spec, const sw_links *first,
                           const sw_links *next, sw_link_rows *rows) {
  sw_link_rows made;
  sw_links so_far = *first;
  if (rows->row_start) {
    so_far.row_start = rows->row_start;
    so_far.to = rows->to;
    so_far.value = rows->value;
  }
  SW_TRY(make(err, spec, &so_far, next, &made));
  sw_links_rows_destroy(rows);
  *rows = made;
  return SW_OK;
}

/* Reading is collective, since an operand may itself be read from a file by all nodes: all ranks
 * read every operand, though only rank 0 uses the rows. One is held besides the first. After a
 * failure the loop ends on all ranks together, as each status has been agreed on. */
sw_status sw_links_from_others(sw_error *err, sw_team *team, const sw_study *study,
                               const sw_weights_spec *spec, const sw_units *units,
                               sw_links **links) {
  sw_link_rows rows = {0};
  sw_links *first = NULL, *next = NULL;
  *links = NULL;
  sw_status status = read_raw(err, team, study, spec->of[0], units, &first);
  if (status == SW_OK && spec->n_of == 1) {
    if (team->rank == 0) status = make(err, spec, first, NULL, &rows);
    status = sw_team_agree(team, err, status, 0);
  }
  for (int k = 1; status == SW_OK && k < spec->n_of; k++) {
    status = read_raw(err, team, study, spec->of[k], units, &next);
    if (status == SW_OK && team->rank == 0) status = join_next(err, spec, first, next, &rows);
    status = sw_team_agree(team, err, status, 0);
    sw_links_destroy(team, next);
    next = NULL;
  }
  sw_links_destroy(team, first);
  status = sw_links_share_made(err, team, spec, units, status, &rows, links);
  if (status == SW_OK) report(team, spec, *links);
  return status;
}
