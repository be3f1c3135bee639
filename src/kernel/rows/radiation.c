/* The loops of the radiation model. Masses are met in the order of distance, so every step reads
 * and writes at a place of its own. Several periods side by side cost little more than one, as a
 * cache line then holds all of them; and the running sum, a chain of additions, goes on in each
 * lane by itself. Divisions bound them then; AVX-512 takes half of these by other means.
 *
 * The sum is taken one mass after another, never by blocks: it is the same whether a period is
 * alone or in a lane.
 *
 * Called by measure/pair/radiation_model.c, a row at a time, by any thread. O(n) a row and period
 * once units are in order of distance. */
#include "kernel/rows/radiation.h"

enum { LANES = SW_RADIATION_LANES };

/* How many units ahead masses are fetched: they come in no order that the machine could foresee,
 * and of some thousands of units they do not fit into the second-level cache. Flows need no such
 * help, as nothing waits for what is stored. */
enum { AHEAD = 16 };

/* The formula, of one pair; `s`: the mass that is nearer. T_ij = factor m_j/((m_i + s)(m_i + m_j +
 * s)) (Simini et al. 2012); the order of operations is that of radiation_set.h. */
SW_INLINE double flow(double own, double factor, double mass, double s) {
  double with = own + s;
  return factor * mass / (with * (with + mass));
}

/* ---- one period ------------------------------------------------------------------------- */

/* `before` receives the nearer mass at the unit's own place, so flows can run in the order of
 * units. A missing mass adds 0. */
double sw_radiation_before(sw_radiation_row row, const double *restrict mass,
                           double *restrict before) {
  const int32_t *restrict order = row.order;
  double s = 0;
  for (int64_t k = 0; k < row.placed; k++) {
    double m = mass[order[k]];
    before[order[k]] = s;
    s += m == m ? m : 0;
  }
  return s;
}

/* NaN of a missing mass goes through to its pairs. */
SW_HOT void sw_radiation_flows(int64_t n, double own, double factor, const double *restrict mass,
                               double *restrict out) {
  for (int64_t j = 0; j < n; j++)
    out[j] = flow(own, factor, mass[j], out[j]);
}

/* ---- several periods -------------------------------------------------------------------- */

#define SW_VEC_FILE "kernel/rows/radiation_set.h"
#include "kernel/vec_each.h"

static void (*const together[])(sw_radiation_row row, const sw_radiation_lanes *lanes,
                                const double *restrict woven,
                                double *restrict out) = SW_SETS(together);

/* The same bits as one period at a time. */
void sw_radiation_together(sw_radiation_row row, const sw_radiation_lanes *lanes,
                           const double *woven, double *out) {
  together[sw_set()](row, lanes, woven, out);
}

/* Only where the factor of a row depends on the sum of its masses. */
SW_HOT void sw_radiation_totals(sw_radiation_row row, const double *restrict woven,
                                double *restrict all) {
  double s[LANES] = {0};
  for (int64_t k = 0; k < row.placed; k++) {
    const double *m = woven + (int64_t)row.order[k] * LANES;
    for (int l = 0; l < LANES; l++)
      s[l] += m[l] == m[l] ? m[l] : 0;
  }
  for (int l = 0; l < LANES; l++)
    all[l] = s[l];
}
