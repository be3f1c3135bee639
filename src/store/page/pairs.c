/* Pairs for the page: of each unit the strongest partners, whatever the file keeps. A dense matrix
 * is read by strips of rows, entries by the rows of a period; never more than a strip, or a
 * period's entries, is in memory. Values are read as float: the page draws them. `reads` estimates
 * the bytes, by which the report decides how many periods it takes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "spillway/measure.h"
#include "store/page/private.h"

/* 256 rows of 10,000 units are 10 MB in float. */
enum { STRIP = 256 }; /* rows read at a time */

/* ---- what there is ---------------------------------------------------------------------- */

static bool has_axis(const sw_page *page, const sw_page_variable *v, sw_page_axis_kind kind) {
  for (int d = 0; d < v->n_dims; d++)
    if (page->axis[v->dim[d]].kind == kind) return true;
  return false;
}

/* By what partners are ordered: by the text that the file has of them; of a dense matrix by the
 * entry's parameter. A file that says nothing has the largest first. */
static int order_of(const sw_page *page, int result, int partner) {
  const char *parameters = page->result[result].parameters;
  for (int by = SW_BY_LARGEST; partner >= 0 && by <= SW_BY_SMALLEST; by++)
    if (strcmp(page->variable[partner].title, sw_layout_ordered[by]) == 0) return by;
  if (strstr(parameters, ", by: smallest")) return SW_BY_SMALLEST;
  return strstr(parameters, ", by: absolute") ? SW_BY_ABSOLUTE : SW_BY_LARGEST;
}

/* Whether the axes are as this program writes them; a file of another program may have them in
 * another order, and its pairs are then not told. */
static bool is_of_form(const sw_page *page, const sw_page_variable *v, sw_page_keep keep) {
  static const sw_page_axis_kind last[] = {[SW_PAGE_DENSE] = SW_PAGE_UNIT_TO,
                                           [SW_PAGE_TOP] = SW_PAGE_RANK,
                                           [SW_PAGE_ENTRIES] = SW_PAGE_ENTRY};
  int rank = keep == SW_PAGE_ENTRIES ? 1 : 2 + (v->time == 0);
  return v->n_dims == rank && page->axis[v->dim[rank - 1]].kind == last[keep] &&
         (keep == SW_PAGE_ENTRIES || v->unit == rank - 2);
}

/* Fills in how the pairs are stored. Periods of entries stand on the axes of their row starts. p->k
 * is how many partners a unit gets at most: what is stored, what is asked, or all units. */
static void take_form(const sw_page *page, sw_page_pairs *p, int most) {
  const sw_page_variable *v = &page->variable[p->quantity[0]];
  int partner = sw_page_find(page, p->result, SW_NAME_PARTNER);
  int start = sw_page_find(page, p->result, SW_NAME_ROW_START);
  const sw_page_variable *timed = v;
  p->keep = has_axis(page, v, SW_PAGE_UNIT_TO) ? SW_PAGE_DENSE
            : has_axis(page, v, SW_PAGE_RANK)  ? SW_PAGE_TOP
                                               : SW_PAGE_ENTRIES;
  bool told = is_of_form(page, v, p->keep) && (p->keep == SW_PAGE_DENSE || partner >= 0);
  if (p->keep == SW_PAGE_ENTRIES) {
    told = told && start >= 0;
    if (start >= 0) timed = &page->variable[start];
  }
  if (!told) {
    p->keep = SW_PAGE_SUMMARY;
    p->n_quantities = 0;
    return;
  }
  if (p->keep == SW_PAGE_TOP) p->stored = (int)page->axis[v->dim[v->n_dims - 1]].n;
  p->by = order_of(page, p->result, partner);
  p->time = timed->time >= 0 ? timed->dim[timed->time] : -1;
  p->n_periods = timed->n_periods;
  p->k = p->stored && p->stored < most ? p->stored : most;
  if (p->k > page->n) p->k = (int)page->n;
  /* Bytes of one period, value and partner together. */
  double width = v->small ? 4 : 8;
  p->reads = p->keep == SW_PAGE_ENTRIES
                 ? (width + 4) * (double)sw_page_count(page, v) / p->n_periods
             : p->keep == SW_PAGE_TOP ? (width + 4) * (double)page->n * p->stored
                                      : width * (double)page->n * (double)page->n;
}

/* Describes the pairs of a result. False: it has neither pairs nor strengths. */
bool sw_page_pairs_of(const sw_page *page, int result, int most, sw_page_pairs *p) {
  *p = (sw_page_pairs){.result = result, .keep = SW_PAGE_SUMMARY, .time = -1, .n_periods = 1};
  p->out_strength = sw_page_find(page, result, SW_NAME_OUT_STRENGTH);
  p->in_strength = sw_page_find(page, result, SW_NAME_IN_STRENGTH);
  p->total = sw_page_find(page, result, SW_NAME_TOTAL);
  p->mean = sw_page_find(page, result, SW_NAME_MEAN);
  p->max = sw_page_find(page, result, SW_NAME_MAX);
  p->n_pairs = sw_page_find(page, result, SW_NAME_N_PAIRS);
  for (int v = 0; v < page->n_variables && p->n_quantities < SW_PAGE_QUANTITIES; v++)
    if (page->variable[v].result == result && page->variable[v].use == SW_PAGE_PAIR)
      p->quantity[p->n_quantities++] = v;
  if (p->n_quantities > 0) take_form(page, p, most);
  if (p->keep == SW_PAGE_SUMMARY && p->out_strength >= 0) {
    const sw_page_variable *v = &page->variable[p->out_strength];
    p->time = v->time >= 0 ? v->dim[v->time] : -1;
    p->n_periods = v->n_periods;
  }
  return p->n_quantities > 0 || p->out_strength >= 0;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* value[q] has n x k numbers, partner as many; kept[i] counts a unit's pairs with a value, NULL:
 * not asked. */
typedef struct fetching {
  sw_error *err;
  const sw_page *page;
  const sw_page_pairs *pairs;
  int period;
  int32_t *partner;
  float *const *value;
  uint32_t *kept;
} fetching;

static sw_status read_box(const fetching *f, int variable, int rank, const hsize_t *start,
                          const hsize_t *count, hid_t type, void *to) {
  return sw_page_box(f->err, f->page, variable, rank, start, count, type, to);
}

/* Makes partners that no unit has -1, as the page would look up a unit by them: the file may be
 * damaged. */
static void clean(const fetching *f, int64_t n, int32_t *partner) {
  for (int64_t k = 0; k < n; k++)
    if (partner[k] < 0 || partner[k] >= f->page->n) partner[k] = -1;
}

/* ---- top -------------------------------------------------------------------------------- */

/* Partners of `top`: the file has them as they are wanted, perhaps more of each. Only the first k
 * columns are read. */
static sw_status read_top(const fetching *f) {
  const sw_page_pairs *p = f->pairs;
  int timed = p->time >= 0;
  hsize_t start[3] = {(hsize_t)f->period, 0, 0}, count[3] = {1, (hsize_t)f->page->n, (hsize_t)p->k};
  int partner = sw_page_find(f->page, p->result, SW_NAME_PARTNER), rank = 2 + timed;
  /* Without time the first of the three dimensions is left off. */
  const hsize_t *from = start + !timed, *much = count + !timed;
  hsize_t none[2] = {0, 0};
  if (!timed) from = none;
  SW_TRY(read_box(f, partner, rank, from, much, H5T_NATIVE_INT32, f->partner));
  clean(f, f->page->n * p->k, f->partner);
  for (int q = 0; q < p->n_quantities; q++)
    SW_TRY(read_box(f, p->quantity[q], rank, from, much, H5T_NATIVE_FLOAT, f->value[q]));
  if (!f->kept) return SW_OK;
  for (int64_t i = 0; i < f->page->n; i++) {
    f->kept[i] = 0;
    while (f->kept[i] < (uint32_t)p->k && f->partner[i * p->k + f->kept[i]] >= 0)
      f->kept[i]++;
  }
  return SW_OK;
}

/* ---- the strongest of a row --------------------------------------------------------------- */

/* By insertion into a list of k: n k steps at worst, mostly n. */

/* How strong a value is: larger is stronger. */
static double strength(int by, float value) {
  return by == SW_BY_SMALLEST ? -value : by == SW_BY_ABSOLUTE ? fabsf(value) : value;
}

/* Places of the k strongest of n values, by decreasing strength, ties by place; returns how many
 * there are. NaN and the place `skip` are left out. By insertion: k is small, and most values are
 * below the least of those that are kept. */
static int pick(int by, int64_t n, const float *value, int64_t skip, int k, int64_t *place) {
  int count = 0;
  for (int64_t j = 0; j < n; j++) {
    if (isnan(value[j]) || j == skip) continue;
    double s = strength(by, value[j]);
    if (count == k && s <= strength(by, value[place[k - 1]])) continue;
    int at = count < k ? count++ : k - 1;
    for (; at > 0 && strength(by, value[place[at - 1]]) < s; at--)
      place[at] = place[at - 1];
    place[at] = j;
  }
  return count;
}

/* Fills the places beyond the partners there are with -1 and NaN, as in a file of `top`. Every row
 * has k places, filled or not. */
static void clear(const fetching *f, int64_t i, int from) {
  const sw_page_pairs *p = f->pairs;
  for (int c = from; c < p->k; c++) {
    f->partner[i * p->k + c] = -1;
    for (int q = 0; q < p->n_quantities; q++)
      f->value[q][i * p->k + c] = NAN;
  }
}

/* ---- dense ------------------------------------------------------------------------------ */

/* Picks the partners of a strip's rows; the diagonal is no partner. Rows are independent, so
 * threads share nothing but the arrays they write to. */
static void pick_strip(const fetching *f, int64_t first, int64_t rows, float *const *strip) {
  const sw_page_pairs *p = f->pairs;
  int64_t n = f->page->n;
#pragma omp parallel for schedule(static)
  for (int64_t r = 0; r < rows; r++) {
    /* 64: the page asks for far fewer partners per unit. */
    int64_t place[64], i = first + r;
    int count = pick(p->by, n, strip[0] + r * n, i, p->k, place);
    for (int c = 0; c < count; c++) {
      f->partner[i * p->k + c] = (int32_t)place[c];
      for (int q = 0; q < p->n_quantities; q++)
        f->value[q][i * p->k + c] = strip[q][r * n + place[c]];
    }
    clear(f, i, count);
    if (!f->kept) continue;
    f->kept[i] = 0;
    for (int64_t j = 0; j < n; j++)
      f->kept[i] += !isnan(strip[0][r * n + j]);
  }
}

/* Reads a matrix strip by strip. Reading and picking take turns: HDF5 is not thread-safe. */
static sw_status read_strips(const fetching *f, float *const *strip) {
  const sw_page_pairs *p = f->pairs;
  int timed = p->time >= 0;
  for (int64_t i = 0; i < f->page->n; i += STRIP) {
    int64_t rows = i + STRIP <= f->page->n ? STRIP : f->page->n - i;
    hsize_t start[3] = {(hsize_t)f->period, (hsize_t)i, 0};
    hsize_t count[3] = {1, (hsize_t)rows, (hsize_t)f->page->n};
    for (int q = 0; q < p->n_quantities; q++)
      SW_TRY(read_box(f, p->quantity[q], 2 + timed, start + !timed, count + !timed,
                      H5T_NATIVE_FLOAT, strip[q]));
    pick_strip(f, i, rows, strip);
  }
  return SW_OK;
}

/* Partners out of a dense matrix: STRIP rows of each quantity in memory. */
static sw_status read_dense(const fetching *f) {
  /* By quantity, for the strip under way. */
  float *strip[SW_PAGE_QUANTITIES] = {NULL};
  sw_status status = SW_OK;
  for (int q = 0; q < f->pairs->n_quantities && status == SW_OK; q++)
    status = sw_alloc(f->err, (size_t)(STRIP * f->page->n), sizeof(float), (void **)&strip[q]);
  if (status == SW_OK) status = read_strips(f, strip);
  for (int q = 0; q < f->pairs->n_quantities; q++)
    sw_free(strip[q]);
  /* The same on success and failure: strips that were not allocated are NULL. */
  return status;
}

/* ---- entries ---------------------------------------------------------------------------- */

/* The kept entries of one period: starts of rows, partners, values by quantity. */
typedef struct entries {
  int64_t *start; /* n + 1 */
  int64_t first, count;
  int32_t *partner;
  float *value[SW_PAGE_QUANTITIES];
} entries;

/* Partners are picked by the first quantity; the others follow. The period's entries are in
 * memory. */
static sw_status take_rows(const fetching *f, const entries *e) {
  const sw_page_pairs *p = f->pairs;
  for (int64_t i = 0; i < f->page->n; i++) {
    int64_t place[64], from = e->start[i] - e->first, n = e->start[i + 1] - e->start[i];
    /* sw_page_starts has checked them, so differences are lengths. */
    int count = pick(p->by, n, e->value[0] + from, -1, p->k, place);
    for (int c = 0; c < count; c++) {
      f->partner[i * p->k + c] = e->partner[from + place[c]];
      for (int q = 0; q < p->n_quantities; q++)
        f->value[q][i * p->k + c] = e->value[q][from + place[c]];
    }
    clear(f, i, count);
    if (f->kept) f->kept[i] = (uint32_t)n;
  }
  /* Nothing here can fail: starts and partners were checked as they were read. */
  return SW_OK;
}

/* Reads where rows begin. sw_page_starts checks them, as those of a damaged file may lead
 * anywhere. */
static sw_status read_starts(const fetching *f, entries *e) {
  SW_TRY(sw_alloc(f->err, (size_t)f->page->n + 1, sizeof *e->start, (void **)&e->start));
  SW_TRY(sw_page_starts(f->err, f->page, f->pairs, f->period, e->start));
  e->first = e->start[0];
  e->count = e->start[f->page->n] - e->first;
  return SW_OK;
}

/* Entries of one period: starts, partners, then values. */
static sw_status read_entries_into(const fetching *f, entries *e) {
  const sw_page_pairs *p = f->pairs;
  SW_TRY(read_starts(f, e));
  hsize_t start = (hsize_t)e->first, count = (hsize_t)e->count;
  SW_TRY(sw_alloc(f->err, count + 1, sizeof *e->partner, (void **)&e->partner));
  SW_TRY(read_box(f, sw_page_find(f->page, p->result, SW_NAME_PARTNER), 1, &start, &count,
                  H5T_NATIVE_INT32, e->partner));
  clean(f, e->count, e->partner);
  for (int q = 0; q < p->n_quantities; q++) {
    SW_TRY(sw_alloc(f->err, count + 1, sizeof(float), (void **)&e->value[q]));
    SW_TRY(read_box(f, p->quantity[q], 1, &start, &count, H5T_NATIVE_FLOAT, e->value[q]));
  }
  return take_rows(f, e);
}

/* Partners out of entries; releases what was read, also after a failure. */
static sw_status read_entries(const fetching *f) {
  entries e = {0};
  sw_status status = read_entries_into(f, &e);
  sw_free(e.start);
  sw_free(e.partner);
  for (int q = 0; q < SW_PAGE_QUANTITIES; q++)
    sw_free(e.value[q]);
  return status;
}

/* ---- all -------------------------------------------------------------------------------- */

/* Reads the k strongest partners of each unit in one period. A summary keeps no pairs: nothing to
 * read. */
sw_status sw_page_read_partners(sw_error *err, const sw_page *page, const sw_page_pairs *pairs,
                                int period, int32_t *partner, float *const *value, uint32_t *kept) {
  fetching f = {.err = err,
                .page = page,
                .pairs = pairs,
                .period = period,
                .partner = partner,
                .value = value,
                .kept = kept};
  switch (pairs->keep) {
  case SW_PAGE_TOP:
    return read_top(&f);
  case SW_PAGE_DENSE:
    return read_dense(&f);
  case SW_PAGE_ENTRIES:
    return read_entries(&f);
  case SW_PAGE_SUMMARY:
    break;
  }
  return SW_OK;
}
