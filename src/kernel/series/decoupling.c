/* See decoupling.h. The borders of the elasticity, 0.8 and 1.2, belong to coupling.
 *
 * Source: Tapio 2005, Transport Policy 12:137-151.
 *
 * Called by measure/unit/decoupling.c for each unit and span; pure. */
#include "kernel/series/decoupling.h"

#include <float.h>
#include <math.h>

const char *const sw_decoupling_label[SW_DECOUPLING_STATES] = {"none",
                                                               "strong decoupling",
                                                               "weak decoupling",
                                                               "expansive coupling",
                                                               "expansive negative decoupling",
                                                               "strong negative decoupling",
                                                               "weak negative decoupling",
                                                               "recessive coupling",
                                                               "recessive decoupling"};

/* What rounding may make of the elasticity, relative: values such as 1.08 are half a last bit off,
 * ratios some more, and the smaller their difference is, the more of it that is. From 1 to 1.08
 * against 1 to 1.1 is 0.8 in exact arithmetic, and beside it in doubles. Halves are added and
 * subtracted, as c1 - c0 of very large values could overflow. The factor 2 covers the rounding of
 * both ratios and of their quotient. */
static double rounding(double c0, double c1, double g0, double g1) {
  double c = (fabs(c0) / 2 + fabs(c1) / 2) / fabs(c1 / 2 - c0 / 2);
  double g = (fabs(g0) / 2 + fabs(g1) / 2) / fabs(g1 / 2 - g0 / 2);
  return 2 * DBL_EPSILON * (c + g + 2);
}

/* In this order 108/100 against 110/100 is 0.8 exactly; products that leave the range of doubles
 * are taken apart. The usual form is (dC/C0)/(dG/G0): three divisions, each rounded. */
static double ratio_of(double dc, double c0, double dg, double g0) {
  double over = dc * g0, under = dg * c0;
  return isnormal(over) && isnormal(under) ? over / under : dc / c0 / (dg / g0);
}

/* -1 below 0.8, 1 above 1.2, else 0. The slack widens coupling on both sides, as the borders
 * themselves belong to it. */
static int side_of(double elasticity, double slack) {
  if (elasticity < 0.8 * (1 - slack)) return -1;
  return elasticity > 1.2 * (1 + slack);
}

/* Tapio's states (Tapio 2005), by the elasticity with a band around 1 for coupling. */
sw_decoupling_state sw_decoupling(double c0, double c1, double g0, double g1, double *elasticity) {
  double dc = c1 - c0, dg = g1 - g0;
  *elasticity = NAN;
  if (!(c0 > 0) || !(g0 > 0) || isnan(dc) || isnan(dg) || dg == 0) return SW_DECOUPLING_NONE;
  double e = dc == 0 ? 0 : ratio_of(dc, c0, dg, g0);
  /* Growth from next to nothing may make an elasticity that no double holds. */
  if (!isfinite(e)) return SW_DECOUPLING_NONE;
  *elasticity = e;
  /* The signs alone decide the two strong states; the elasticity is negative there and takes no
   * part. */
  if (dg > 0 && dc < 0) return SW_DECOUPLING_STRONG;
  if (dg < 0 && dc > 0) return SW_NEGATIVE_STRONG;
  /* No change of the pressure while the driver grows is weak decoupling; while it shrinks, weak
   * negative decoupling: both are on the lower side. */
  int side = dc == 0 ? -1 : side_of(e, rounding(c0, c1, g0, g1));
  if (dg > 0)
    return side < 0 ? SW_DECOUPLING_WEAK : side > 0 ? SW_NEGATIVE_EXPANSIVE : SW_COUPLING_EXPANSIVE;
  return side < 0 ? SW_NEGATIVE_WEAK : side > 0 ? SW_DECOUPLING_RECESSIVE : SW_COUPLING_RECESSIVE;
}
