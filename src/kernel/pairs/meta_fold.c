/* Sums of coupling coordination without the values; see meta_fold.h. Called by pairwise_coupling
 * for each square off the diagonal of which only sums are wanted; any thread, a workspace of its
 * own.
 *
 * Columns go in blocks that are packed first: their numbers and the lanes of their sums then
 * lie in few pages, begin on cache lines and stay in the first cache while all rows pass by. */
#include "kernel/pairs/meta_fold.h"

#include <string.h>

/* A block of columns: of each number BLOCK. Padded to whole vectors by columns whose D is 0.0,
 * which changes no sum that began with 0.0, and no greatest value. */
enum { BLOCK = 256, NUMBERS = 13 };

typedef struct block {
  const sw_meta *meta;
  int64_t first, place; /* the square's first row; the block's first column in the square */
  int64_t padded;       /* columns, a multiple of SW_LANES */
  double *column;       /* scores, sums of two, roots, mates, the half of the development */
} block;

#define SW_VEC_FILE "kernel/pairs/meta_fold_set.h"
#include "kernel/vec_each.h"

static void (*const rows_of[])(const block *k, int64_t count, const sw_lane_sums *sums,
                               double *most) = SW_SETS(rows);

size_t sw_meta_fold_workspace(void) {
  return NUMBERS * BLOCK * sizeof(double);
}

/* The one form whose loops add up their values by themselves. */
bool sw_meta_folds(const sw_meta *m) {
  return m->meta && m->form == SW_COUPLING_PRODUCT && m->p == 3 && !m->has_tiny;
}

/* Sums of the two other scores, as spread_row has them of rows. */
static void add_two(const sw_meta *m, int64_t j, int64_t count, double *to) {
  const double *s0 = m->score[0] + j, *s1 = m->score[1] + j, *s2 = m->score[2] + j;
  for (int64_t c = 0; c < count; c++) {
    to[c] = s1[c] + s2[c];
    to[c + BLOCK] = s0[c] + s2[c];
    to[c + 2 * BLOCK] = s0[c] + s1[c];
  }
}

/* Scores of 1 without roots: over / under is 0 / 8. */
static void pack(block *k, int64_t j, int64_t count) {
  const sw_meta *m = k->meta;
  const double *from[NUMBERS] = {m->score[0], m->score[1], m->score[2], NULL,       NULL,
                                 NULL,        m->root[0],  m->root[1],  m->root[2], m->mate[0],
                                 m->mate[1],  m->mate[2],  m->half_to};
  k->padded = (count + SW_LANES - 1) / SW_LANES * SW_LANES;
  for (int s = 0; s < NUMBERS; s++) {
    double *to = k->column + s * BLOCK;
    if (from[s]) memcpy(to, from[s] + j, (size_t)count * sizeof *to);
    for (int64_t c = count; c < k->padded; c++)
      to[c] = s < 3 ? 1 : s < 6 ? 2 : 0;
  }
  add_two(m, j, count, k->column + 3 * BLOCK);
}

/* Sums of a square of pairs without the values, by blocks of columns. */
void sw_meta_fold(const sw_meta *m, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  sw_lane_sums *sums, void *workspace) {
  block k = {.meta = m, .first = i0, .column = workspace};
  double most[SW_LANES];
  for (int l = 0; l < SW_LANES; l++)
    most[l] = sums->greatest;
  for (int64_t j = j0; j < j1; j += BLOCK, k.place += BLOCK) {
    pack(&k, j, j1 - j < BLOCK ? j1 - j : BLOCK);
    rows_of[sw_set()](&k, i1 - i0, sums, most);
  }
  for (int l = 0; l < SW_LANES; l++)
    if (most[l] > sums->greatest) sums->greatest = most[l];
}
