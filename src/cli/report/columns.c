/* Columns and small variables into blocks. Numbers are read by one thread, as HDF5 wants, and
 * packed by all: what is read waits until it is worth their while. What plan.c has decided for each
 * variable is done here: all periods, the first and the last with means of all, or nothing.
 *
 * Memory: one variable in double, and up to 48 MiB that waits. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report/arrays.h"

enum { MOST_WAITING = 64 };
static const size_t most_bytes = (size_t)48 << 20; /* that wait */

/* Columns wait in `block` until there are enough to be packed side by side; `bytes`: of what
 * waits. */
typedef struct packing {
  sw_error *err;
  const sw_report *report;
  sw_report_arrays *arrays;
  int count;
  size_t bytes;
  sw_block block[MOST_WAITING];
} packing;

/* Packs what waits, in parallel, and frees it; numbers are given in the order of waiting. */
static sw_status flush(packing *in) {
  sw_status status =
      in->count > 0 ? sw_blocks_add(in->err, in->arrays->blocks, in->count, in->block) : SW_OK;
  for (int k = 0; k < in->count; k++)
    sw_free(in->block[k].value);
  in->count = 0;
  in->bytes = 0;
  return status;
}

/* *number is set when the block is packed, later: it must stay where it is. Converted to its cell
 * at once, in which form it waits: half or a quarter of the doubles. */
static sw_status enqueue(packing *in, sw_cell cell, int64_t n, const double *value, int *number) {
  void *cells = NULL;
  size_t width = sw_blocks_width(cell);
  *number = -1;
  SW_TRY(sw_alloc(in->err, (size_t)n + 1, width, &cells));
  sw_blocks_convert(cell, n, value, cells);
  in->block[in->count++] = (sw_block){.cell = cell, .n = n, .value = cells, .number = number};
  in->bytes += (size_t)n * width;
  return in->count == MOST_WAITING || in->bytes >= most_bytes ? flush(in) : SW_OK;
}

/* Whole numbers that do not fit into 32 bits are told as doubles: counts of pairs. The cell was
 * planned from the kind of the variable, before its values were read. */
static sw_cell fitting(sw_cell cell, int64_t n, const double *value) {
  for (int64_t k = 0; cell == SW_BLOCK_I32 && k < n; k++)
    if (fabs(value[k]) > INT32_MAX) cell = SW_BLOCK_F64;
  return cell;
}

/* ---- means ------------------------------------------------------------------------------ */

/* Sums and counts of one part; first the nation's, then by group those of its labels. */
typedef struct summing {
  int n_periods, slots;
  double *sum, *count; /* [slot * n_periods + t] */
} summing;

/* Groups of too many labels have no lines of their own on the page. `t` is a period of the study,
 * not one of the variable: means of all variables then share one time axis. A plain sum in the
 * order of units: figures of the page, which no result rests on. */
static void add_period(const sw_page *page, summing *s, int t, const double *value) {
  for (int64_t i = 0; i < page->n; i++) {
    if (isnan(value[i])) continue;
    s->sum[t] += value[i];
    s->count[t] += 1;
  }
  int slot = 1;
  for (int g = 0; g < page->n_groups; slot += page->group[g].n, g++) {
    if (page->group[g].n > SW_MOST_LABELS) continue;
    for (int64_t i = 0; i < page->n; i++) {
      int32_t of = page->group[g].of[i];
      if (of < 0 || isnan(value[i])) continue;
      s->sum[(slot + of) * s->n_periods + t] += value[i];
      s->count[(slot + of) * s->n_periods + t] += 1;
    }
  }
}

/* `slots` for the nation and all labels of all groups, for each part its own: parts are read period
 * by period together. Groups without means take their slots too, which keeps offsets simple. */
static sw_status start_sums(sw_error *err, const sw_page *page, int n_periods, int64_t parts,
                            summing *s) {
  *s = (summing){.n_periods = n_periods, .slots = 1};
  for (int g = 0; g < page->n_groups; g++)
    s->slots += page->group[g].n;
  size_t n = (size_t)(s->slots * n_periods * parts);
  SW_TRY(sw_calloc(err, n, sizeof(double), (void **)&s->sum));
  return sw_calloc(err, n, sizeof(double), (void **)&s->count);
}

/* Divides in place: s->sum is of no further use. Groups with too many labels have block -1. */
static sw_status put_means(packing *in, summing *s, sw_report_means *to) {
  const sw_page *page = in->report->page;
  int T = s->n_periods, slot = 1;
  to->nation = to->n = -1;
  for (int k = 0; k < s->slots * T; k++)
    s->sum[k] = s->count[k] > 0 ? s->sum[k] / s->count[k] : NAN;
  SW_NEW(in->err, in->report->arena, to->group, page->n_groups + 1);
  /* Over all periods of the study; those that the variable has none of stay missing. */
  SW_TRY(enqueue(in, SW_BLOCK_F64, T, s->sum, &to->nation));
  SW_TRY(enqueue(in, SW_BLOCK_I32, T, s->count, &to->n));
  for (int g = 0; g < page->n_groups; slot += page->group[g].n, g++) {
    to->group[g] = -1;
    if (page->group[g].n > 0 && page->group[g].n <= SW_MOST_LABELS)
      SW_TRY(enqueue(in, SW_BLOCK_F64, (int64_t)page->group[g].n * T, s->sum + slot * T,
                     &to->group[g]));
  }
  return SW_OK;
}

/* ---- a column --------------------------------------------------------------------------- */

/* Numbers of blocks go to the arena's list, one for each part, -1 until they are packed: `enqueue`
 * keeps pointers into it, so it may not move. */
static sw_status room_for_parts(packing *in, int variable) {
  const sw_page_variable *v = &in->report->page->variable[variable];
  sw_report_values *to = &in->arrays->values[variable];
  SW_NEW(in->err, in->report->arena, to->part, v->n_parts + 1);
  for (int64_t k = 0; k < v->n_parts; k++)
    to->part[k] = -1;
  if (to->kept == SW_KEPT_ENDS) SW_NEW(in->err, in->report->arena, to->means, v->n_parts + 1);
  return SW_OK;
}

/* All parts of a variable at once, [part][period][unit], of periods [first, first + count); each
 * part is one block. */
static sw_status read_whole(packing *in, const sw_page_variable *v, double *to) {
  const sw_page *page = in->report->page;
  int64_t stride = page->n * v->n_periods;
  if (v->n_parts == 1) return sw_page_read(in->err, page, v, 0, to);
  for (int t = 0; t < v->n_periods; t++)
    SW_TRY(sw_page_read_parts(in->err, page, v, t, stride, to + t * page->n));
  return SW_OK;
}

/* All periods kept. The cell is chosen for all parts together, so that one entry of the manifest
 * holds for them. */
static sw_status put_whole(packing *in, int variable) {
  const sw_page_variable *v = &in->report->page->variable[variable];
  sw_report_values *to = &in->arrays->values[variable];
  int64_t n = in->report->page->n * v->n_periods;
  double *value = NULL;
  SW_TRY(sw_alloc(in->err, (size_t)(n * v->n_parts) + 1, sizeof *value, (void **)&value));
  sw_status status = read_whole(in, v, value);
  to->cell = fitting(to->cell, status == SW_OK ? n * v->n_parts : 0, value);
  for (int64_t k = 0; k < v->n_parts && status == SW_OK; k++)
    status = enqueue(in, to->cell, n, value + k * n, &to->part[k]);
  sw_free(value);
  return status;
}

/* The first and the last period of each part are kept, of all there are sums. */
static sw_status read_ends(packing *in, const sw_page_variable *v, double *period, double *ends,
                           summing *s) {
  const sw_page *page = in->report->page;
  int64_t n = page->n;
  int last = v->n_periods - 1;
  /* at: the variable's periods among those of the study, -1 for one that the study lacks. */
  const int *at = page->axis[v->dim[v->time]].at;
  for (int t = 0; t <= last; t++) {
    SW_TRY(sw_page_read_parts(in->err, page, v, t, n, period));
    for (int64_t k = 0; k < v->n_parts; k++) {
      summing part = *s;
      part.sum += k * s->slots * s->n_periods;
      part.count += k * s->slots * s->n_periods;
      if (at[t] >= 0) add_period(page, &part, at[t], period + k * n);
      if (t == 0 || t == last)
        memcpy(ends + (2 * k + (t == last)) * n, period + k * n, (size_t)n * sizeof *ends);
    }
  }
  return SW_OK;
}

/* Memory: one period of all parts, two that are kept, and the sums. Each period is read once. */
static sw_status put_ends(packing *in, int variable) {
  const sw_page_variable *v = &in->report->page->variable[variable];
  sw_report_values *to = &in->arrays->values[variable];
  int64_t n = in->report->page->n;
  double *period = NULL, *ends = NULL;
  summing s = {0};
  sw_status status =
      sw_alloc(in->err, (size_t)(n * v->n_parts) + 1, sizeof *period, (void **)&period);
  if (status == SW_OK)
    status = sw_alloc(in->err, (size_t)(2 * n * v->n_parts) + 1, sizeof *ends, (void **)&ends);
  if (status == SW_OK)
    status = start_sums(in->err, in->report->page, in->report->page->n_periods, v->n_parts, &s);
  if (status == SW_OK) status = read_ends(in, v, period, ends, &s);
  to->cell = fitting(to->cell, status == SW_OK ? 2 * n * v->n_parts : 0, ends);
  /* The slice of the sums that belongs to part k. */
  for (int64_t k = 0; k < v->n_parts && status == SW_OK; k++) {
    summing part = s;
    part.sum += k * s.slots * s.n_periods;
    part.count += k * s.slots * s.n_periods;
    status = enqueue(in, to->cell, 2 * n, ends + 2 * k * n, &to->part[k]);
    if (status == SW_OK) status = put_means(in, &part, &to->means[k]);
  }
  sw_free(s.sum);
  sw_free(s.count);
  sw_free(ends);
  sw_free(period);
  return status;
}

/* ---- a small one ------------------------------------------------------------------------ */

/* Packs a small variable: one block for all of its numbers. */
static sw_status put_small(packing *in, int variable) {
  const sw_page_variable *v = &in->report->page->variable[variable];
  sw_report_values *to = &in->arrays->values[variable];
  int64_t n = sw_page_count(in->report->page, v);
  double *value = NULL;
  SW_TRY(sw_alloc(in->err, (size_t)n + 1, sizeof *value, (void **)&value));
  sw_status status = sw_page_read_small(in->err, in->report->page, v, value);
  /* They are few: always doubles, so that figures are those of the file. */
  to->cell = fitting(v->integer ? SW_BLOCK_I32 : SW_BLOCK_F64, status == SW_OK ? n : 0, value);
  if (status == SW_OK) status = enqueue(in, to->cell, n, value, &to->block);
  sw_free(value);
  return status;
}

/* ---- all -------------------------------------------------------------------------------- */

/* One variable by its plan. It is left alone where nothing is kept, or where it has been put
 * before: the column that is shown first is met again with all others. */
static sw_status put(packing *in, int v) {
  sw_report_values *to = &in->arrays->values[v];
  sw_page_use use = in->report->page->variable[v].use;
  if (to->kept == SW_KEPT_NOTHING || to->part || to->block >= 0) return SW_OK;
  if (use == SW_PAGE_SMALL) return put_small(in, v);
  SW_TRY(room_for_parts(in, v));
  return to->kept == SW_KEPT_ALL ? put_whole(in, v) : put_ends(in, v);
}

/* `only`: the column that is shown first, which stands before the script; -1: all that are left. */
sw_status sw_report_columns(sw_error *err, const sw_report *report, sw_report_arrays *arrays,
                            int only) {
  packing in = {.err = err, .report = report, .arrays = arrays};
  sw_status status = SW_OK;
  if (only >= 0) status = put(&in, only);
  for (int v = 0; only < 0 && v < report->page->n_variables && status == SW_OK; v++)
    status = put(&in, v);
  /* What waits is packed also after the first column alone: its blocks must come before others. */
  sw_status end = status == SW_OK ? flush(&in) : SW_OK;
  for (int k = 0; k < in.count; k++) /* after a failure */
    sw_free(in.block[k].value);
  return status == SW_OK ? end : status;
}
