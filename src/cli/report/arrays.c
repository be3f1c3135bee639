/* All arrays of the page, in the order in which they stand there: what the first map needs (codes,
 * groups, geometry, the column shown first), then the rest. Partners are read period by period and
 * packed at the end, as they are stored by what differs from the period before. Equal blocks are
 * kept once (markup/blocks.c).
 *
 * Called once by the page's writer. Blocks [0, arrays->first) are those that stand before the
 * script. The page's arena holds the lists of block numbers, arrays->blocks the bytes. */
#include "cli/report/arrays.h"

#include <math.h>
#include <string.h>

/* ---- units ------------------------------------------------------------------------------ */

/* 65535 is no label; labels beyond it count as none. */
static sw_status put_group(sw_error *err, const sw_report *report, sw_report_arrays *arrays,
                           int g) {
  const sw_page *page = report->page;
  uint16_t *of = NULL;
  SW_TRY(sw_alloc(err, (size_t)page->n + 1, sizeof *of, (void **)&of));
  for (int64_t i = 0; i < page->n; i++) {
    int32_t label = page->group[g].of[i];
    of[i] = label < 0 || label >= UINT16_MAX ? UINT16_MAX : (uint16_t)label;
  }
  sw_status status =
      sw_blocks_put(err, arrays->blocks, SW_BLOCK_U16, page->n, 0, of, &arrays->group[g]);
  sw_free(of);
  return status;
}

/* Names in three forms, each of which may be missing: -1, and the browser falls back on the
 * next. */
static sw_status put_units(sw_error *err, const sw_report *report, sw_report_arrays *arrays) {
  const sw_page *page = report->page;
  SW_TRY(sw_blocks_texts(err, arrays->blocks, page->n, page->code, &arrays->code));
  SW_TRY(sw_blocks_texts(err, arrays->blocks, page->n, page->unit_name, &arrays->name));
  SW_TRY(sw_blocks_texts(err, arrays->blocks, page->n, page->unit_name_en, &arrays->name_en));
  SW_TRY(sw_blocks_texts(err, arrays->blocks, page->n, page->unit_name_zh, &arrays->name_zh));
  SW_NEW(err, report->arena, arrays->group, page->n_groups + 1);
  for (int g = 0; g < page->n_groups; g++)
    SW_TRY(put_group(err, report, arrays, g));
  return SW_OK;
}

/* How many values each indicator lacks in each period, [period][indicator]; files of old have none.
 * Counts are at most n, which fits into 32 bits. */
static sw_status put_missing(sw_error *err, const sw_report *report, sw_report_arrays *arrays) {
  const sw_page *page = report->page;
  int64_t n = (int64_t)page->n_periods * page->n_indicators;
  uint32_t *count = NULL;
  arrays->missing = -1;
  if (!page->missing) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *count, (void **)&count));
  for (int64_t k = 0; k < n; k++)
    count[k] = (uint32_t)page->missing[k];
  sw_status status =
      sw_blocks_put(err, arrays->blocks, SW_BLOCK_U32, n, 0, count, &arrays->missing);
  sw_free(count);
  return status;
}

/* ---- geometry --------------------------------------------------------------------------- */

/* Places of all but a page without a map; borders where there are polygons. */
static sw_status put_geometry(sw_error *err, const sw_report *report, sw_report_arrays *arrays) {
  /* Eleven arrays in the order of the manifest's keys, packed in one parallel call. */
  const sw_report_geometry *g = report->geometry;
  int *const number[] = {&arrays->zone,      &arrays->x,         &arrays->y,
                         &arrays->arc_start, &arrays->arc_x,     &arrays->arc_y,
                         &arrays->arc_left,  &arrays->arc_right, &arrays->ring_start,
                         &arrays->ring_arc,  &arrays->ring_unit};
  enum { PLACES = 3, ALL = sizeof number / sizeof *number };
  const sw_block block[ALL] = {
      {SW_BLOCK_U8, g->n, 0, g->zone, number[0]},
      {SW_BLOCK_F32, g->n, 0, g->x, number[1]},
      {SW_BLOCK_F32, g->n, 0, g->y, number[2]},
      {SW_BLOCK_U32, g->n_arcs + 1, 0, g->arc_start, number[3]},
      {SW_BLOCK_I16, g->n_points, 0, g->arc_x, number[4]},
      {SW_BLOCK_I16, g->n_points, 0, g->arc_y, number[5]},
      {SW_BLOCK_I32, g->n_arcs, 0, g->arc_left, number[6]},
      {SW_BLOCK_I32, g->n_arcs, 0, g->arc_right, number[7]},
      {SW_BLOCK_U32, g->n_rings + 1, 0, g->ring_start, number[8]},
      {SW_BLOCK_I32, g->n_ring_arcs, 0, g->ring_arc, number[9]},
      {SW_BLOCK_I32, g->n_rings, 0, g->ring_unit, number[10]},
  };
  sw_block there[ALL];
  int count = 0;
  /* PLACES are the first three: points without borders have just these. */
  for (int k = 0; k < ALL; k++) {
    *number[k] = -1;
    bool wanted = k < PLACES ? g->kind != SW_GEOMETRY_NONE : g->kind == SW_GEOMETRY_POLYGONS;
    if (wanted && block[k].value) there[count++] = block[k];
  }
  return sw_blocks_add(err, arrays->blocks, count, there);
}

/* ---- variables -------------------------------------------------------------------------- */

/* The column that is shown first: of those that matter most, the first. */
static int first_column(const sw_report *report, const sw_report_arrays *arrays) {
  int first = -1, least = SW_RANKS;
  for (int v = 0; v < report->page->n_variables; v++) {
    int rank = sw_report_rank(report->page, v);
    /* `>=`: of columns of equal rank the first stays, in the order of the file. */
    if (report->page->variable[v].use != SW_PAGE_COLUMN ||
        arrays->values[v].kept == SW_KEPT_NOTHING || rank >= least)
      continue;
    first = v;
    least = rank;
  }
  return first;
}

/* Blocks that are equal have one number (markup/blocks.c): the lists of numbers are all there is to
 * compare. */
static bool is_equal(const sw_page_variable *a, const sw_report_values *of_a,
                     const sw_page_variable *b, const sw_report_values *of_b) {
  if (!of_a->part || !of_b->part || a->n_parts != b->n_parts || of_a->kept != of_b->kept)
    return false;
  return memcmp(of_a->part, of_b->part, (size_t)a->n_parts * sizeof *of_a->part) == 0;
}

/* Variables whose blocks are the same are drawn once; the later one names the earlier. */
static void find_equal(const sw_report *report, sw_report_arrays *arrays) {
  /* A chain is avoided by going from 0 on: the earlier one is the first of its kind. */
  const sw_page_variable *variable = report->page->variable;
  for (int v = 0; v < report->page->n_variables; v++)
    for (int w = 0; w < v && arrays->values[v].equal < 0; w++)
      if (is_equal(&variable[v], &arrays->values[v], &variable[w], &arrays->values[w]))
        arrays->values[v].equal = w;
}

/* After a failure arrays->blocks is the caller's to destroy, too. The order of the calls is the
 * order of blocks in the page; plan.c must come before any values, as it says what is taken. */
sw_status sw_report_arrays_make(sw_error *err, sw_report *report, sw_report_arrays *arrays) {
  SW_TRY(sw_blocks_create(err, &arrays->blocks));
  SW_TRY(put_units(err, report, arrays));
  SW_TRY(put_geometry(err, report, arrays));
  SW_TRY(sw_report_plan(err, report, arrays));
  arrays->shown = first_column(report, arrays);
  if (arrays->shown >= 0) SW_TRY(sw_report_columns(err, report, arrays, arrays->shown));
  arrays->first = sw_blocks_count(arrays->blocks);
  SW_TRY(put_missing(err, report, arrays));
  SW_TRY(sw_report_columns(err, report, arrays, -1));
  find_equal(report, arrays);
  return sw_report_partners_make(err, report, arrays);
}
