/* What the page has of the results, within the bytes it may take. Sizes are estimated, so that the
 * same file gives the same page on every machine, and nothing is packed in vain. Of a study of some
 * thousand units all is kept, as doubles. Else doubles become float32; then columns keep their
 * first and last period with the means of all, but for those that matter most (the headlines, then
 * the order of the study) as long as there is room; then pairs keep the last period, then fewer
 * partners; at last columns are left out, the least important ones first.
 *
 * Complexity: a few passes over the variables; nothing but the shapes is looked at. Called by
 * arrays.c once the blocks of units and geometry are made, whose bytes are known. */
#include <string.h>

#include "cli/report/arrays.h"

/* Bytes in the page of a byte of the array: what deflate leaves, times 4/3 for base64. The most
 * that was seen of results of 3,000 and 100,000 units. */
static const double of_double = 1.13, of_float = 1.08, of_whole = .15;
/* Partners: of the first period, by the width of an index; of the others, which mostly are the
 * same. */
static const double of_narrow = 1.1, of_wide = .9, of_partner = .5;
/* Round figures of the page without data. */
static const double of_page = 1000000; /* script, style, first page, manifest */
enum { FEW_PARTNERS = 5, MOST_SMALL = 2000000 };
static const double most_read = 3e9; /* bytes of dense matrices; more take too long */

/* What of the results goes onto the page, as long as there is room. */
typedef struct planning {
  sw_report *report;
  sw_report_arrays *arrays;
  double room; /* bytes that are left */
} planning;

/* Others are not shown: results that were not asked for, and columns with more parts than a menu
 * could offer. */
static bool is_drawn(const sw_report *report, const sw_page_variable *v) {
  return report->taken[v->result] && v->use == SW_PAGE_COLUMN && v->n_parts <= SW_MOST_PARTS;
}

/* There are two entries for each variable at most (the room that sw_report_plan makes): what it
 * lacks of its own, and of its pairs. */
static void leave_out(planning *in, int variable, int what) {
  in->report->left_out[in->report->n_left_out++] =
      (sw_report_left_out){.variable = variable, .what = what};
}

/* ---- sizes ------------------------------------------------------------------------------ */

/* Fills in the cell and both sizes. `v->small`: the file itself has float32, and doubles would add
 * nothing. */
static void measure_column(const planning *in, int variable, bool small) {
  const sw_page_variable *v = &in->report->page->variable[variable];
  sw_report_values *to = &in->arrays->values[variable];
  to->cell = v->integer ? SW_BLOCK_I32 : small || v->small ? SW_BLOCK_F32 : SW_BLOCK_F64;
  double number = to->cell == SW_BLOCK_F64   ? 8 * of_double
                  : to->cell == SW_BLOCK_F32 ? 4 * of_float
                                             : 4 * of_whole;
  double part = number * (double)in->report->page->n;
  /* A line of means for the nation, and one for each label of groups that have lines. */
  double groups = 1;
  for (int g = 0; g < in->report->page->n_groups; g++)
    if (in->report->page->group[g].n <= SW_MOST_LABELS) groups += in->report->page->group[g].n;
  to->whole = part * v->n_periods * (double)v->n_parts;
  /* Two periods and fewer are not made fewer. */
  to->ends =
      v->n_periods <= 2 ? to->whole : (2 * part + 8 * groups * v->n_periods) * (double)v->n_parts;
}

/* All drawn columns whole; leaves the sizes with each of them for the rounds that follow. */
static double measure_columns(const planning *in, bool small) {
  double all = 0;
  for (int v = 0; v < in->report->page->n_variables; v++)
    if (is_drawn(in->report, &in->report->page->variable[v])) {
      measure_column(in, v, small);
      all += in->arrays->values[v].whole;
    }
  return all;
}

/* Bytes that the partners of a result take on the page, by experience with what deflate leaves
 * (of_narrow, of_wide, of_partner). */
static double partners_bytes(const sw_page *page, const sw_page_pairs *p, int periods, int k) {
  bool narrow = page->n < UINT16_MAX;
  /* Partners of the first period count in full, of later ones by what differs; values change in
   * every period. */
  double period = (double)page->n * k, index = narrow ? 2 : 4;
  return period * index * ((narrow ? of_narrow : of_wide) + of_partner * (periods - 1)) +
         period * periods * p->n_quantities * 4 * of_float;
}

/* ---- pairs ------------------------------------------------------------------------------ */

static bool has_partners(const sw_report_partners *p) {
  return p->pairs.k > 0;
}

/* Matrices of which only the last is read, or none. `reads` are the bytes of one period. Time, not
 * the page's room, is the limit here. */
static int readable_periods(const sw_page_pairs *p) {
  return p->reads * p->n_periods <= most_read ? p->n_periods : p->reads <= most_read ? 1 : 0;
}

/* The most of what `room` has place for. */
static void fit_partners(planning *in, sw_report_partners *p, double room) {
  const sw_page *page = in->report->page;
  int periods = readable_periods(&p->pairs), k = p->pairs.k;
  int fewer = k < FEW_PARTNERS ? k : FEW_PARTNERS;
  /* From the most to the least: all periods; the last one; the last with few partners. */
  const struct { int periods, k; } way[] = {{periods, k}, {periods > 0, k}, {periods > 0, fewer}};
  int variable = p->pairs.quantity[0];
  p->first = -1;
  p->pairs.k = 0;
  for (int w = 0; w < 3 && periods > 0; w++) {
    double bytes = partners_bytes(page, &p->pairs, way[w].periods, way[w].k);
    if (bytes > room) continue;
    p->first = p->pairs.n_periods - way[w].periods;
    p->pairs.k = way[w].k;
    in->room -= bytes;
    /* Also told where the page has all that it may have but the file has more: "above" or "share"
     * keep any number, and a table may store more than the page's k. */
    if (p->first > 0 || way[w].k < k || p->pairs.keep != SW_PAGE_TOP || p->pairs.stored > k)
      leave_out(in, variable, SW_LEFT_PAIRS);
    return;
  }
  leave_out(in, variable, SW_LEFT_ALL_PAIRS);
}

/* One entry for each result with pairs, in the order of the file. Nothing is decided yet: first 0
 * is all periods. */
static sw_status find_pairs(sw_error *err, planning *in) {
  const sw_page *page = in->report->page;
  sw_report_arrays *arrays = in->arrays;
  SW_NEW(err, in->report->arena, arrays->partners, page->n_results + 1);
  for (int r = 0; r < page->n_results; r++) {
    sw_report_partners *p = &arrays->partners[arrays->n_partners];
    if (!in->report->taken[r] || !sw_page_pairs_of(page, r, SW_MOST_PARTNERS, &p->pairs)) continue;
    p->first = has_partners(p) ? 0 : -1;
    p->partner = p->kept = -1;
    for (int q = 0; q < SW_PAGE_QUANTITIES; q++)
      p->value[q] = -1;
    arrays->n_partners++;
  }
  return SW_OK;
}

/* ---- columns ---------------------------------------------------------------------------- */

/* Headlines of results come first, then those of composites, which go into results. */
int sw_report_rank(const sw_page *page, int variable) {
  const sw_page_variable *v = &page->variable[variable];
  return !v->headline ? 2 : strchr(page->result[v->result].name, '/') ? 1 : 0;
}

/* From what cannot be done without: ends of all, then whole ones as long as there is room; in
 * rounds, by rank. A column is kept with its ends or not at all: one period alone would show no
 * change. */
static void take_ends(planning *in, int round) {
  const sw_page *page = in->report->page;
  for (int v = 0; v < page->n_variables; v++) {
    sw_report_values *to = &in->arrays->values[v];
    if (!is_drawn(in->report, &page->variable[v]) || sw_report_rank(page, v) != round) continue;
    to->kept = to->ends > in->room                ? SW_KEPT_NOTHING
               : page->variable[v].n_periods <= 2 ? SW_KEPT_ALL
                                                  : SW_KEPT_ENDS;
    if (to->kept == SW_KEPT_NOTHING) leave_out(in, v, SW_LEFT_VALUES);
    if (to->kept != SW_KEPT_NOTHING) in->room -= to->ends;
  }
}

/* What a whole column adds is its size less that of its ends, which are paid already. */
static void take_whole(planning *in, int round) {
  const sw_page *page = in->report->page;
  for (int v = 0; v < page->n_variables; v++) {
    sw_report_values *to = &in->arrays->values[v];
    if (to->kept != SW_KEPT_ENDS || sw_report_rank(page, v) != round) continue;
    if (to->whole - to->ends <= in->room) {
      in->room -= to->whole - to->ends;
      to->kept = SW_KEPT_ALL;
    } else
      leave_out(in, v, SW_LEFT_PERIODS);
  }
}

/* In the order of the file: a result that comes first takes what it needs, and later ones the
 * rest. */
static void fit_all_partners(planning *in) {
  for (int p = 0; p < in->arrays->n_partners; p++)
    if (has_partners(&in->arrays->partners[p]))
      fit_partners(in, &in->arrays->partners[p], in->room);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Variables that are no quantity of the map, as they have too many parts, and large tables. Also
 * sets every entry to "nothing kept", which the steps below build on. */
static void refuse_wide(planning *in) {
  const sw_page *page = in->report->page;
  for (int v = 0; v < page->n_variables; v++) {
    const sw_page_variable *of = &page->variable[v];
    in->arrays->values[v] = (sw_report_values){.block = -1, .equal = -1};
    if (!in->report->taken[of->result]) continue;
    if (of->use == SW_PAGE_COLUMN && of->n_parts > SW_MOST_PARTS) leave_out(in, v, SW_LEFT_PARTS);
    if (of->use != SW_PAGE_SMALL) continue;
    if (sw_page_count(page, of) <= MOST_SMALL)
      in->arrays->values[v].kept = SW_KEPT_ALL;
    else
      leave_out(in, v, SW_LEFT_VALUES);
  }
}

/* Decides how much of the results fits: in four rounds from the most important on, until the room
 * is used. Deterministic, so that the same results give the same page. */
sw_status sw_report_plan(sw_error *err, sw_report *report, sw_report_arrays *arrays) {
  const sw_page *page = report->page;
  planning in = {.report = report, .arrays = arrays};
  SW_NEW(err, report->arena, arrays->values, page->n_variables + 1);
  SW_NEW(err, report->arena, report->left_out, 2 * page->n_variables + 1);
  refuse_wide(&in);
  SW_TRY(find_pairs(err, &in));
  /* The room is that of the page less what stands there already; it may be negative with very large
   * geometry: then nothing else is kept. */
  in.room = SW_REPORT_BYTES - of_page - (double)sw_blocks_bytes(arrays->blocks);
  double pairs = 0;
  for (int p = 0; p < arrays->n_partners; p++)
    if (has_partners(&arrays->partners[p]))
      pairs += partners_bytes(page, &arrays->partners[p].pairs, arrays->partners[p].pairs.n_periods,
                              arrays->partners[p].pairs.k);
  /* float32 for all or for none: a reader need not ask which columns are exact. */
  arrays->small = report->options->small || measure_columns(&in, false) + pairs > in.room;
  double all = measure_columns(&in, arrays->small);
  /* All of it, or the most important first. */
  if (all + pairs <= in.room) {
    for (int v = 0; v < page->n_variables; v++)
      if (is_drawn(report, &page->variable[v])) arrays->values[v].kept = SW_KEPT_ALL;
    in.room -= all;
    fit_all_partners(&in);
    return SW_OK;
  }
  for (int round = 0; round < SW_RANKS; round++)
    take_ends(&in, round);
  /* Headlines before pairs, other columns after them: pairs are what most studies are made for. */
  take_whole(&in, 0);
  fit_all_partners(&in);
  for (int round = 1; round < SW_RANKS; round++)
    take_whole(&in, round);
  return SW_OK;
}
