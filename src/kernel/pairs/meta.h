/* Coupling between two units of p systems (methods.md section 3), row segments.
 *
 * The metacoupling of i and j is the mean coupling C of the mixed vectors: those that take each
 * system from i or from j, not all from one. A vector and its complement (the same vector of
 * (j, i)) are added first, so that exchanging i and j changes no bit. Two and three systems in the
 * product form have loops of their own, on roots taken once per unit:
 *   C(v) = p * prod root(v) / sum v,  root(v) = v^(1/p),
 * with all fractions of a pair on one denominator, for a division costs as much as eight products.
 * That denominator is a product of up to six sums of scores: scores below SW_META_TINY that are not
 * zero would take it out of range, and their pairs go the plain way. */
#ifndef SW_KERNEL_PAIRS_META_H
#define SW_KERNEL_PAIRS_META_H

#include "kernel/hot.h"
#include "kernel/series/coupling.h"

#include <stdbool.h>
#include <stdint.h>

enum { SW_META_SYSTEMS = 8 };

#define SW_META_TINY 1e-48

typedef struct sw_meta {
  sw_coupling_form form;
  int p;
  bool meta;     /* false: one vector, system 0 of i with system 1 of j (cross, direct) */
  bool has_tiny; /* some score lies between 0 and SW_META_TINY */
  /* Columns, from unit 0. `root`: score^(1/p) (product), score^(1/(p-1)) (wang2021), unused
   * otherwise. `half`: the unit's half of the development, so that T = half_from[i] + half_to[j];
   * one column for both unless cross or unequal. */
  const double *score[SW_META_SYSTEMS], *root[SW_META_SYSTEMS];
  const double *mate[3]; /* three systems, product: the product of the two other roots */
  const double *half_from, *half_to;
} sw_meta;

/* The root that `form` wants of a score. */
double sw_meta_root(sw_coupling_form form, int p, double score);

/* out[0]: D = sqrt(C T); out[1]: C; out[2]: T; out[1] and out[2] may be NULL. The bits of D do
 * not depend on what else is asked for. */
void sw_meta_segment(const sw_meta *meta, int64_t i, int64_t j0, int64_t j1, double *const *out);

#endif
