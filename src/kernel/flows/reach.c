/* Loops over what a unit reaches; see reach.h. Called by `accessibility`, once per unit and period;
 * the time is that of reading three arrays, so nothing branches on a missing mass: it adds 0. */
#include "kernel/flows/reach.h"

#include "kernel/pairs/lanes.h"

/* Gathers the masses of what is reached, once for all sums of the row. */
SW_HOT void sw_reach_gather(int64_t count, const int32_t *restrict to, const double *restrict mass,
                            double *restrict m) {
  for (int64_t k = 0; k < count; k++)
    m[k] = mass[to[k]];
}

/* m == m is false of NaN alone. Count, mass, mass times time and mass over time, in lanes: a
 * missing mass adds 0 to each. */
SW_INLINE void see(double m, double time, int l, double *restrict number, double *restrict mass,
                   double *restrict times, double *restrict over) {
  double there = m == m ? m : 0.0;
  number[l] += m == m ? 1.0 : 0.0;
  mass[l] += there;
  times[l] = __builtin_fma(there, time, times[l]);
  over[l] += there / time;
}

/* Four sums in one pass. The last elements take the lanes that a whole group would give them. */
SW_HOT static void all(int64_t count, const double *restrict m, const double *restrict time,
                       double *restrict number, double *restrict mass, double *restrict times,
                       double *restrict over) {
  int64_t k = 0;
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++)
      see(m[k + l], time[k + l], l, number, mass, times, over);
  for (; k < count; k++)
    see(m[k], time[k], (int)(k % SW_LANES), number, mass, times, over);
}

sw_reach_sums sw_reach_all(int64_t count, const double *m, const double *time) {
  double number[SW_LANES] = {0}, mass[SW_LANES] = {0}, times[SW_LANES] = {0}, over[SW_LANES] = {0};
  all(count, m, time, number, mass, times, over);
  return (sw_reach_sums){sw_lanes_join(number), sw_lanes_join(mass), sw_lanes_join(times),
                         sw_lanes_join(over)};
}

/* The count and the mass alone; the last few elements may branch. & and not &&: both sides are
 * cheap, and a branch per element is not. */
SW_HOT static void within(int64_t count, const double *restrict m, const double *restrict time,
                          double limit, double *restrict number, double *restrict mass) {
  int64_t k = 0;
  for (; k + SW_LANES <= count; k += SW_LANES)
    for (int l = 0; l < SW_LANES; l++) {
      double x = m[k + l];
      double there = ((time[k + l] <= limit) & (x == x)) ? 1.0 : 0.0;
      number[l] += there;
      mass[l] += there != 0.0 ? x : 0.0;
    }
  for (; k < count; k++)
    if (time[k] <= limit && m[k] == m[k]) {
      number[k % SW_LANES] += 1.0;
      mass[k % SW_LANES] += m[k];
    }
}

void sw_reach_within(int64_t count, const double *m, const double *time, double limit,
                     double *number, double *mass) {
  double numbers[SW_LANES] = {0}, masses[SW_LANES] = {0};
  within(count, m, time, limit, numbers, masses);
  *number = sw_lanes_join(numbers);
  *mass = sw_lanes_join(masses);
}
