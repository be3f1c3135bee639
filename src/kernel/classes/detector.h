/* The geographical detector: how much of the variance of y lies between strata (methods-regions.md
 * section 14). Strata of one unit have no variance of their own; they are left out of all of it.
 * Sums run in the order of units. Nothing allocates. */
#ifndef SW_KERNEL_CLASSES_DETECTOR_H
#define SW_KERNEL_CLASSES_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sw_detector {
  double q, f;   /* NaN: one stratum, or y is constant */
  double lambda; /* noncentrality of F by Wang et al. 2016 */
  int64_t n;     /* units in strata of two or more */
  int strata;    /* of two or more */
  int single;    /* strata of one unit */
  bool varies;   /* y, among the units used */
} sw_detector;

/* What two factors do together, by their q alone and jointly; catalogue's numbers. */
typedef enum sw_interaction {
  SW_INTERACTION_NONE,
  SW_INTERACTION_NONLINEAR_WEAKENING,
  SW_INTERACTION_ONE_FACTOR_WEAKENING,
  SW_INTERACTION_TWO_FACTOR,
  SW_INTERACTION_INDEPENDENT,
  SW_INTERACTION_NONLINEAR_ENHANCEMENT
} sw_interaction;

/* Bytes for `n` units and up to `classes` classes of a factor, 8-byte aligned: one for all calls.
 */
size_t sw_detector_workspace(int64_t n, int classes);
/* Of n units, stratum[i] in [0, strata). */
sw_detector sw_detector_of(const double *y, const int32_t *stratum, int64_t n, int strata,
                           void *workspace);
/* Of the strata of two factors together, those that are present. O(n), whatever the product of
 * their classes. */
sw_detector sw_detector_cross(const double *y, const int32_t *a, int n_a, const int32_t *b, int n_b,
                              int64_t n, void *workspace);
/* Upper tail of F with (strata - 1, n - strata) degrees of freedom. */
double sw_detector_p(const sw_detector *d, bool noncentral);
/* q1, q2 alone, q together; SW_INTERACTION_NONE where one is NaN. */
sw_interaction sw_detector_interaction(double q1, double q2, double q);

#endif
