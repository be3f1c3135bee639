/* Pairs into blocks: partners of all periods, by period, unit and rank, and their values. Indices
 * of 16 bits where the units allow it: half the bytes of the page's largest arrays. Memory: the
 * partners and values of one result, freed before the next.
 *
 * The reading is one period at a time, so a dense matrix is never in memory as a whole
 * (store/page). One thread reads, as HDF5 wants; packing is parallel over blocks. */
#include <stdlib.h>
#include <string.h>

#include "cli/report/arrays.h"

typedef struct kept_pairs {
  int64_t n;     /* numbers of a period */
  int periods;   /* on the page */
  bool wide;     /* indices of 32 bits */
  void *partner; /* u16 or u32 */
  void *kept;    /* the same, by unit */
  float *value[SW_PAGE_QUANTITIES];
  int32_t *read;
  uint32_t *rows;
} kept_pairs;

/* Rooms for all periods on the page at once: packing takes a variable as a whole. UINT16_MAX itself
 * stands for "none", hence `<`. What was allotted before a failure is in *k, for `release`. */
static sw_status allot(sw_error *err, const sw_page *page, const sw_report_partners *p,
                       kept_pairs *k) {
  size_t width = page->n < UINT16_MAX ? 2 : 4;
  k->wide = width == 4;
  k->n = page->n * p->pairs.k;
  k->periods = p->pairs.n_periods - p->first;
  size_t all = (size_t)(k->n * k->periods);
  SW_TRY(sw_alloc(err, all + 1, width, &k->partner));
  SW_TRY(sw_alloc(err, (size_t)(page->n * k->periods) + 1, width, &k->kept));
  SW_TRY(sw_alloc(err, (size_t)k->n + 1, sizeof *k->read, (void **)&k->read));
  SW_TRY(sw_alloc(err, (size_t)page->n + 1, sizeof *k->rows, (void **)&k->rows));
  for (int q = 0; q < p->pairs.n_quantities; q++)
    SW_TRY(sw_alloc(err, all + 1, sizeof(float), (void **)&k->value[q]));
  return SW_OK;
}

/* The largest number stands for none. `from` is as read, -1 where a unit has no partner of that
 * rank; counts of pairs go through here too and are never negative. */
static void narrow(const kept_pairs *k, int64_t n, const int32_t *from, void *to, int64_t at) {
  for (int64_t i = 0; i < n; i++) {
    if (k->wide)
      ((uint32_t *)to)[at + i] = from[i] < 0 ? UINT32_MAX : (uint32_t)from[i];
    else
      ((uint16_t *)to)[at + i] = from[i] < 0 ? UINT16_MAX : (uint16_t)from[i];
  }
}

/* p->first is the first period on the page; periods before it are not read at all. */
static sw_status read_periods(sw_error *err, const sw_page *page, const sw_report_partners *p,
                              kept_pairs *k) {
  for (int t = 0; t < k->periods; t++) {
    float *value[SW_PAGE_QUANTITIES] = {NULL};
    for (int q = 0; q < p->pairs.n_quantities; q++)
      value[q] = k->value[q] + t * k->n;
    SW_TRY(sw_page_read_partners(err, page, &p->pairs, p->first + t, k->read, value, k->rows));
    narrow(k, k->n, k->read, k->partner, t * k->n);
    narrow(k, page->n, (int32_t *)k->rows, k->kept, t * page->n);
  }
  return SW_OK;
}

/* How many pairs a row has is told where it may have more than the page. */
static sw_status put(sw_error *err, const sw_page *page, sw_report_partners *p, kept_pairs *k,
                     sw_blocks *blocks) {
  sw_cell cell = k->wide ? SW_BLOCK_U32 : SW_BLOCK_U16;
  sw_block block[SW_PAGE_QUANTITIES + 2];
  int count = 0;
  /* With rows of n * k numbers: a period is kept as what differs from the one before
   * (markup/blocks.c), as most partners stay. */
  block[count++] = (sw_block){cell, k->n * k->periods, k->n, k->partner, &p->partner};
  for (int q = 0; q < p->pairs.n_quantities; q++)
    block[count++] = (sw_block){SW_BLOCK_F32, k->n * k->periods, 0, k->value[q], &p->value[q]};
  if (p->pairs.keep == SW_PAGE_ENTRIES)
    block[count++] = (sw_block){cell, page->n * k->periods, 0, k->kept, &p->kept};
  return sw_blocks_add(err, blocks, count, block);
}

/* Also after a failure half way: rooms that were never made are NULL. */
static void release(kept_pairs *k) {
  sw_free(k->partner);
  sw_free(k->kept);
  sw_free(k->read);
  sw_free(k->rows);
  for (int q = 0; q < SW_PAGE_QUANTITIES; q++)
    sw_free(k->value[q]);
}

/* A result whose partners did not fit (first < 0) keeps its entry in the manifest, without
 * blocks. */
sw_status sw_report_partners_make(sw_error *err, const sw_report *report,
                                  sw_report_arrays *arrays) {
  for (int r = 0; r < arrays->n_partners; r++) {
    sw_report_partners *p = &arrays->partners[r];
    kept_pairs k = {0};
    if (p->first < 0) continue;
    sw_status status = allot(err, report->page, p, &k);
    if (status == SW_OK) status = read_periods(err, report->page, p, &k);
    if (status == SW_OK) status = put(err, report->page, p, &k, arrays->blocks);
    release(&k);
    SW_TRY(status);
  }
  return SW_OK;
}
