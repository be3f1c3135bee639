/* Coupling between two units, row segments: two and three systems in the product form first,
 * then the plain way for every form and number of systems, then the choice between them. Called
 * for each segment of pairwise_coupling, by any thread; no state, no memory.
 *
 * What holds throughout: the bits of a pair depend on its numbers alone, not on the segment or
 * the variant of SW_HOT, and are the same for (i, j) and (j, i) where the measure is undirected.
 * So a vector and its complement are added first, and each product is written in one order.
 *
 * Missing scores are NaN and stay with their pairs. All scores of a vector zero: 0 / 0, NaN. */
#include "kernel/pairs/meta.h"

#include <stddef.h>

/* The root of each score that the form's mean is made of, taken once per unit instead of once per
 * pair. */
double sw_meta_root(sw_coupling_form form, int p, double score) {
  if (form == SW_COUPLING_PRODUCT) return sw_root(score, p);
  return form == SW_COUPLING_WANG2021 ? sw_root(score, p - 1) : score;
}

/* ---- three systems, product --------------------------------------------------------------
 * The vector with system k of j has numerator e_ik r_jk, e the product of the two other roots,
 * and denominator f_ik + s_jk, f the sum of the two other scores; its complement the same with i
 * and j exchanged. C = 1/6 * 3 * the sum of six fractions. The row's side carries the half, in r
 * and e: halving is exact, so it makes no difference to the bits which unit is the row.
 *
 * A vector and its complement are one fraction, over / under = e_ik r_jk / a + e_jk r_ik / b, a and
 * b their denominators. Exchanging the units exchanges a with b and the two summands, so no bit
 * changes; `fma` would break that. The six fractions are put on one denominator, as a division
 * costs as much as eight products: three sums of two, then two more steps. The order of the systems
 * is the same on both sides, so `fma` may stand there. Six factors of 1e-48 and more keep the
 * denominator in the range of a double (SW_META_TINY). */

/* The columns of a segment, from its first unit on; `e` are the mates. */
struct triple_columns {
  const double *s[3], *r[3], *e[3], *half;
};

/* Pairs of a turn. */
enum { TURN = 8 };

#define SW_VEC_FILE "kernel/pairs/meta_set.h"
#include "kernel/vec_each.h"

typedef int64_t triple_row_of(const sw_meta *m, int64_t i, const struct triple_columns *to,
                              int64_t n, bool only_coupling, double *out);
static triple_row_of *const triple_row[] = SW_SETS(triple_row);

/* The last columns, fewer than a turn, with others that are harmless. */
static void triple_rest(const sw_meta *m, int64_t i, const struct triple_columns *to, int64_t j,
                        int64_t n, bool only_coupling, double *out) {
  double number[10][TURN], value[TURN];
  struct triple_columns part = {.half = number[9]};
  for (int s = 0; s < 3; s++)
    part.s[s] = number[s], part.r[s] = number[3 + s], part.e[s] = number[6 + s];
  for (int64_t l = 0; l < TURN; l++) {
    int64_t from = j + l < n ? j + l : j;
    for (int s = 0; s < 3; s++) {
      number[s][l] = to->s[s][from];
      number[3 + s][l] = to->r[s][from], number[6 + s][l] = to->e[s][from];
    }
    number[9][l] = to->half[from];
  }
  triple_row[sw_set()](m, i, &part, TURN, only_coupling, value);
  for (int64_t l = 0; l < n - j; l++)
    out[j + l] = value[l];
}

/* only_coupling: C is wanted as a result too, and D is made of it afterwards (finish_lanes). */
static void triple_pairs(const sw_meta *m, int64_t i, const struct triple_columns *to, int64_t n,
                         bool only_coupling, double *out) {
  int64_t done = triple_row[sw_set()](m, i, to, n, only_coupling, out);
  if (done < n) triple_rest(m, i, to, done, n, only_coupling, out);
}

/* ---- two systems, product ----------------------------------------------------------------
 * C = (1/2)(2 r_i0 r_j1 / (s_i0 + s_j1) + 2 r_j0 r_i1 / (s_j0 + s_i1)): the halves and the twos
 * cancel, and the two vectors are each other's complement. */
/* The row's unit: scores, roots (square roots), half of the development. */
struct couple {
  double s[2], r[2], half;
};

static struct couple couple_of(const sw_meta *m, int64_t i) {
  struct couple c = {
      {m->score[0][i], m->score[1][i]}, {m->root[0][i], m->root[1][i]}, m->half_from[i]};
  return c;
}

/* As with three systems: exchanging the units exchanges a with b and the summands. */
SW_INLINE double couple_coupling(const struct couple *t, double s0, double s1, double r0,
                                 double r1) {
  double a = t->s[0] + s1, b = s0 + t->s[1];
  return ((t->r[0] * r1) * b + (r0 * t->r[1]) * a) / (a * b);
}

/* D of two systems in one pass: no array of couplings is written. */
SW_HOT static void couple_values(const struct couple row, int64_t n, const double *restrict s0,
                                 const double *restrict s1, const double *restrict r0,
                                 const double *restrict r1, const double *restrict half,
                                 double *restrict value) {
  for (int64_t j = 0; j < n; j++) {
    double c = couple_coupling(&row, s0[j], s1[j], r0[j], r1[j]);
    value[j] = __builtin_sqrt(c * (row.half + half[j]));
  }
}

SW_HOT static void couple_couplings(const struct couple row, int64_t n, const double *restrict s0,
                                    const double *restrict s1, const double *restrict r0,
                                    const double *restrict r1, double *restrict coupling) {
  for (int64_t j = 0; j < n; j++)
    coupling[j] = couple_coupling(&row, s0[j], s1[j], r0[j], r1[j]);
}

/* ---- every form, every number of systems -------------------------------------------------
 * Blocks of LANES columns; a mixed vector is a choice of arrays, the row's own numbers repeated
 * or the columns'. Short blocks are padded, so that the loops have no tails. The arithmetic is
 * that of kernel/series/coupling.h, except that roots are given. */
enum { LANES = 64 };

typedef double lanes[LANES];

/* One mixed vector for each of LANES columns: score[s] and root[s] point into `sides`. */
struct mixed {
  int k; /* systems in the vector */
  const double *score[SW_META_SYSTEMS], *root[SW_META_SYSTEMS];
};

/* k * prod root / sum of scores: the geometric over the arithmetic mean. */
SW_INLINE void product_lanes(const struct mixed *v, double *restrict c) {
  lanes sum;
  for (int j = 0; j < LANES; j++)
    sum[j] = v->score[0][j], c[j] = v->k * v->root[0][j];
  for (int s = 1; s < v->k; s++) {
    const double *restrict score = v->score[s], *restrict root = v->root[s];
    for (int j = 0; j < LANES; j++)
      sum[j] += score[j], c[j] *= root[j];
  }
  for (int j = 0; j < LANES; j++)
    c[j] /= sum[j];
}

/* Mean absolute difference of a vector's scores, over the k (k - 1) / 2 pairs of systems. */
SW_INLINE void apart_lanes(const struct mixed *v, double *restrict apart) {
  for (int j = 0; j < LANES; j++)
    apart[j] = 0;
  for (int s = 1; s < v->k; s++)
    for (int r = 0; r < s; r++) {
      const double *restrict a = v->score[s], *restrict b = v->score[r];
      for (int j = 0; j < LANES; j++)
        apart[j] += __builtin_fabs(a[j] - b[j]);
    }
  double pairs = 0.5 * v->k * (v->k - 1);
  for (int j = 0; j < LANES; j++)
    apart[j] /= pairs;
}

/* sqrt((1 - apart) * prod of the roots over the largest root). A root is monotone, so the
 * largest root belongs to the largest score; its own factor is 1. */
SW_INLINE void wang_lanes(const struct mixed *v, double *restrict c) {
  lanes largest, apart;
  for (int j = 0; j < LANES; j++)
    largest[j] = v->root[0][j], c[j] = 1;
  for (int s = 1; s < v->k; s++) {
    const double *restrict root = v->root[s];
    for (int j = 0; j < LANES; j++)
      largest[j] = root[j] > largest[j] ? root[j] : largest[j];
  }
  for (int s = 0; s < v->k; s++) {
    const double *restrict root = v->root[s];
    for (int j = 0; j < LANES; j++)
      c[j] *= root[j] / largest[j]; /* all zero: 0/0 */
  }
  apart_lanes(v, apart);
  for (int j = 0; j < LANES; j++) {
    double near = 1 - apart[j];
    c[j] = __builtin_sqrt((near < 0 ? 0 : near) * c[j]); /* below zero by rounding only */
  }
}

/* 1 - 2 sd. Scores in [0,1] have an sd of at most 1/2, so below zero is rounding only. */
SW_INLINE void dispersion_lanes(const struct mixed *v, double *restrict c) {
  lanes sum;
  for (int j = 0; j < LANES; j++)
    sum[j] = v->score[0][j], c[j] = 0;
  for (int s = 1; s < v->k; s++) {
    const double *restrict score = v->score[s];
    for (int j = 0; j < LANES; j++)
      sum[j] += score[j];
  }
  for (int s = 0; s < v->k; s++) {
    const double *restrict score = v->score[s];
    for (int j = 0; j < LANES; j++) {
      double off = score[j] - sum[j] / v->k;
      c[j] += off * off;
    }
  }
  for (int j = 0; j < LANES; j++) {
    double value = 1 - 2 * __builtin_sqrt(c[j] / v->k);
    value = value < 0 ? 0 : value;
    c[j] = sum[j] == 0 ? __builtin_nan("") : value;
  }
}

/* The form is a constant in all callers, so the test costs nothing. */
SW_INLINE void form_lanes(sw_coupling_form form, const struct mixed *v, double *restrict c) {
  if (form == SW_COUPLING_PRODUCT)
    product_lanes(v, c);
  else if (form == SW_COUPLING_WANG2021)
    wang_lanes(v, c);
  else
    dispersion_lanes(v, c);
}

/* The numbers of the row and of LANES columns, 16 KB at eight systems: on the thread's stack. */
struct sides {
  lanes score_from[SW_META_SYSTEMS], root_from[SW_META_SYSTEMS];
  lanes score_to[SW_META_SYSTEMS], root_to[SW_META_SYSTEMS];
};

/* n <= LANES columns from j0 on. The padding repeats the last column: reading on could leave the
 * array. */
SW_INLINE void fill_sides(const sw_meta *m, int64_t i, int64_t j0, int n, struct sides *sides) {
  for (int s = 0; s < m->p; s++) {
    const double *score = m->score[s], *root = m->root[s];
    for (int j = 0; j < LANES; j++) {
      int64_t to = j0 + (j < n ? j : n - 1);
      sides->score_from[s][j] = score[i], sides->root_from[s][j] = root[i];
      sides->score_to[s][j] = score[to], sides->root_to[s][j] = root[to];
    }
  }
}

/* Bit s of `mask`: system s is the column's, else the row's. */
SW_INLINE struct mixed mix(const sw_meta *m, const struct sides *sides, unsigned mask) {
  struct mixed v = {.k = m->p};
  for (int s = 0; s < m->p; s++) {
    bool to = mask >> s & 1;
    v.score[s] = to ? sides->score_to[s] : sides->score_from[s];
    v.root[s] = to ? sides->root_to[s] : sides->root_from[s];
  }
  return v;
}

/* C of row i against n columns from j0 on. Masks 1 to all / 2 are one of each vector and its
 * complement; adding those two first makes the sum the same from either side. There are all - 1
 * = 2^p - 2 vectors, those of one unit alone left out. */
SW_HOT static void plain_block(const sw_meta *m, int64_t i, int64_t j0, int n, double *c) {
  struct sides sides;
  lanes one, two;
  fill_sides(m, i, j0, n, &sides);
  /* Cross and direct: one vector, system 0 of the row, system 1 of the column. */
  if (!m->meta) {
    struct mixed v = mix(m, &sides, 2);
    form_lanes(m->form, &v, c);
    return;
  }
  unsigned all = (1u << m->p) - 1;
  for (int j = 0; j < LANES; j++)
    c[j] = 0;
  /* System p - 1 is the row's in each of these masks, so no vector and its complement are both
   * among them. */
  for (unsigned mask = 1; mask <= all / 2; mask++) {
    struct mixed v = mix(m, &sides, mask), w = mix(m, &sides, all ^ mask);
    form_lanes(m->form, &v, one);
    form_lanes(m->form, &w, two);
    for (int j = 0; j < LANES; j++)
      c[j] += one[j] + two[j];
  }
  for (int j = 0; j < LANES; j++)
    c[j] /= all - 1;
}

/* ---- segments --------------------------------------------------------------------------- */

/* D = sqrt(C T), by the very expression of meta_set.h and couple_values, so that the bits of D
 * do not depend on whether C is asked for. */
SW_HOT static void finish_lanes(int64_t n, const double *restrict c, double from,
                                const double *restrict to, double *restrict value) {
  for (int64_t j = 0; j < n; j++)
    value[j] = __builtin_sqrt(c[j] * (from + to[j]));
}

/* By plain code, in blocks: what every variant must give. */
static void plain_segment(const sw_meta *m, int64_t i, int64_t j0, int64_t j1, double *value,
                          double *coupling) {
  lanes c;
  /* The padded block goes to `c`; only its first n columns go on to the results. */
  for (int64_t j = j0; j < j1; j += LANES) {
    int n = j1 - j < LANES ? (int)(j1 - j) : LANES;
    plain_block(m, i, j, n, c);
    finish_lanes(n, c, m->half_from[i], m->half_to + j, value + (j - j0));
    for (int k = 0; coupling && k < n; k++)
      coupling[j - j0 + k] = c[k];
  }
}

/* `value` D, `coupling` C or NULL; likewise below. */
static void triple_segment(const sw_meta *m, int64_t i, int64_t j0, int64_t j1, double *value,
                           double *coupling) {
  struct triple_columns to = {.half = m->half_to + j0};
  for (int k = 0; k < 3; k++) {
    to.s[k] = m->score[k] + j0;
    to.r[k] = m->root[k] + j0;
    to.e[k] = m->mate[k] + j0;
  }
  triple_pairs(m, i, &to, j1 - j0, coupling, coupling ? coupling : value);
  if (coupling) finish_lanes(j1 - j0, coupling, m->half_from[i], to.half, value);
}

/* The case of two systems, which most studies have: a pass of its own. */
static void couple_segment(const sw_meta *m, int64_t i, int64_t j0, int64_t j1, double *value,
                           double *coupling) {
  const double *const *s = m->score, *const *r = m->root;
  struct couple row = couple_of(m, i);
  /* D in one pass; else C first and D of it. */
  if (!coupling) {
    couple_values(row, j1 - j0, s[0] + j0, s[1] + j0, r[0] + j0, r[1] + j0, m->half_to + j0, value);
    return;
  }
  couple_couplings(row, j1 - j0, s[0] + j0, s[1] + j0, r[0] + j0, r[1] + j0, coupling);
  finish_lanes(j1 - j0, coupling, row.half, m->half_to + j0, value);
}

/* Zero does not count as tiny: the sums that are multiplied are then still zero or at least
 * SW_META_TINY. */
static bool is_tiny(const sw_meta *m, int64_t unit) {
  for (int s = 0; s < m->p; s++)
    if (m->score[s][unit] > 0 && m->score[s][unit] < SW_META_TINY) return true;
  return false;
}

/* Pairs with a unit whose scores would leave the range of the short loops, done again the plain
 * way, one by one. Both sides of a pair decide alike, so (i, j) and (j, i) still have the same
 * bits. */
static void mend_tiny(const sw_meta *m, int64_t i, int64_t j0, int64_t j1, double *value,
                      double *coupling) {
  bool row = is_tiny(m, i);
  for (int64_t j = j0; j < j1; j++)
    if (row || is_tiny(m, j))
      plain_segment(m, i, j, j + 1, value + (j - j0), coupling ? coupling + (j - j0) : NULL);
}

/* Segment of row i against columns [j0, j1); see meta.h. C is limited to 1 only after D is made
 * of it, with or without a C that is asked for. */
void sw_meta_segment(const sw_meta *m, int64_t i, int64_t j0, int64_t j1, double *const *out) {
  double *value = out[0], *coupling = out[1], *development = out[2];
  bool product = m->meta && m->form == SW_COUPLING_PRODUCT;
  /* Other forms and numbers of systems go the plain way. */
  if (product && (m->p == 2 || m->p == 3)) {
    (m->p == 3 ? triple_segment : couple_segment)(m, i, j0, j1, value, coupling);
    if (m->has_tiny) mend_tiny(m, i, j0, j1, value, coupling);
  } else {
    plain_segment(m, i, j0, j1, value, coupling);
  }
  for (int64_t j = 0; coupling && j < j1 - j0; j++)
    coupling[j] = coupling[j] > 1 ? 1 : coupling[j]; /* equal scores, rounding */
  /* T, by the sum that D is made of. */
  for (int64_t j = 0; development && j < j1 - j0; j++)
    development[j] = m->half_from[i] + m->half_to[j0 + j];
}
