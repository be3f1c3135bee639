/* Whether two networks of the same units go together: the correlation of their values over all
 * ordered pairs of two units, and the quadratic assignment procedure, which gives the units of the
 * second network other names, rows and columns alike, and looks how often the correlation is as far
 * from 0 (Mantel 1967; Hubert & Schultz 1976).
 *
 * A pair that a network does not have is 0; where it keeps all pairs (all_kept) it is missing, and
 * no part of the sums. So are units outside a network that keeps all pairs; of one that keeps some,
 * they are units without pairs, as its other units may be: all pairs are 0. A unit's pair with
 * itself is left out. */
#ifndef SW_KERNEL_GRAPH_QAP_H
#define SW_KERNEL_GRAPH_QAP_H

#include "spillway/weights.h"

/* One of the two, scaled so that squares are no problem: u = (value - shift) * factor. */
typedef struct sw_qap_side {
  const sw_links *links;
  double shift, factor;
  double sum, squares; /* of u, over its pairs within */
  int64_t count;       /* of these pairs */
  int64_t without;     /* units of q->unit that are outside it: their pairs are 0 */
  double *row;         /* by place: a row while it is looked at, else `absent` */
  double absent;       /* u of a pair it does not have: 0; NaN: missing */
} sw_qap_side;

/* Zeros to begin with; used for one couple of networks after another it keeps its memory, 32 bytes
 * per unit. */
typedef struct sw_qap {
  sw_qap_side a, b;
  int64_t n;       /* units of the comparison */
  int32_t *unit;   /* by place, ascending */
  int32_t *place;  /* by unit; -1: it is left out */
  int32_t *dealt;  /* by place: the place of the second network whose pairs stand there */
  int32_t *stands; /* the inverse */
  bool has_missing;
  double r; /* NaN: fewer than 3 units, or one of the two does not vary */
  int64_t room;
} sw_qap;

/* Makes ready, and fills r. */
sw_status sw_qap_fill(sw_error *err, sw_qap *qap, const sw_links *a, const sw_links *b);
void sw_qap_free(sw_qap *qap);

/* r with the second network as `dealt` says, which is a permutation of 0 .. n - 1. */
double sw_qap_dealt(sw_qap *qap);

/* How many of the permutations first .. first + count - 1 have a correlation as far from 0 as r. A
 * permutation is a function of (seed, its number, keys of the units). Where the run is asked to
 * stop it returns at once, with a part. */
int64_t sw_qap_count(sw_qap *qap, uint64_t seed, const uint64_t *key, int64_t first, int64_t count);

/* The standard deviation of r over all permutations, exactly; NaN with missing pairs, and of fewer
 * than 4 units. The mean is 0. */
double sw_qap_deviation(const sw_qap *qap);

/* Twice the sum of the smaller over the sum of both, of pairs that both have or that are 0: 1 where
 * they are equal, 0 where no pair has both. NaN: a value is below 0, or all are 0. */
double sw_qap_common(const sw_qap *qap);

#endif
