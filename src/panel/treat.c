/* Arithmetic on a rank's own cells while the panel is built (store/panel/treat.c): fill, then
 * aggregate, then derive (expression.c). After that a column is const.
 *
 * NaN is missing, and becomes a number only where the study asks for it (`missing: interpolate`
 * or `zero`). All loops run over the units of one rank and touch no other unit, so that neither
 * ranks nor threads change a bit.
 *
 * Complexity: O(n T) for each function; nothing is allocated here. */
#include "panel/treat.h"

#include <math.h>
#include <stdio.h>

/* Fills row[t0 + 1 .. t1) of a unit on the line between two known values; returns how many. at[t]
 * is the year where periods are numbers, so that unevenly spaced years are weighed as they lie. Two
 * known values that are the ends: at[t1] > at[t0], since periods ascend. */
static int64_t fill_gap(const double *at, double *const *row, int64_t unit, int t0, int t1) {
  double from = row[t0][unit], slope = (row[t1][unit] - from) / (at[t1] - at[t0]);
  for (int t = t0 + 1; t < t1; t++)
    row[t][unit] = from + slope * (at[t] - at[t0]);
  return t1 - t0 - 1;
}

/* Fills the gaps within periods [begin, end), between two breaks. What comes before the first known
 * value and after the last stays missing: nothing is extrapolated. */
static int64_t fill_stretch(int64_t n, const double *at, double *const *row, int begin, int end) {
  int64_t filled = 0;
  for (int64_t i = 0; i < n; i++) {
    /* The last period with a value; each gap is closed when its end is met. */
    int known = -1;
    for (int t = begin; t < end; t++) {
      if (isnan(row[t][i])) continue;
      if (known >= 0 && t > known + 1) filled += fill_gap(at, row, i, known, t);
      known = t;
    }
  }
  return filled;
}

/* Each stretch between breaks for itself: at a break the definition of an indicator changes, so
 * interpolation across it would mix different quantities. break_period ascends. Returns how many
 * cells were filled, on this rank. */
int64_t sw_treat_fill_interpolate(int64_t n, int n_periods, const double *at, int n_breaks,
                                  const int *break_period, double *const *row) {
  int64_t filled = 0;
  int begin = 0;
  for (int b = 0; b < n_breaks; b++) {
    filled += fill_stretch(n, at, row, begin, break_period[b]);
    begin = break_period[b];
  }
  return filled + fill_stretch(n, at, row, begin, n_periods);
}

/* Returns how many. */
int64_t sw_treat_fill_zero(int64_t n, int n_periods, double *const *row) {
  int64_t filled = 0;
  for (int t = 0; t < n_periods; t++)
    for (int64_t i = 0; i < n; i++)
      if (isnan(row[t][i])) {
        row[t][i] = 0;
        filled++;
      }
  return filled;
}

/* Of this rank; the caller adds up the ranks. */
int64_t sw_treat_count_missing(int64_t n, int n_periods, double *const *row) {
  int64_t count = 0;
  for (int t = 0; t < n_periods; t++)
    for (int64_t i = 0; i < n; i++)
      count += isnan(row[t][i]) != 0;
  return count;
}

/* A coarse unit's members all live on the rank that owns it (store/panel/own.c), so the sum has one
 * order, that of the units, on any number of ranks. `parent` counts from the rank's first coarse
 * unit. What becomes of a sum that lacks a member is for sw_treat_cover to say. A member that is
 * missing counts neither in `out` nor in `of`; with `also`, one that lacks either of a ratio's two
 * columns counts in neither sum, so that both rest on the same members. */
void sw_treat_sum_members(int64_t n, int n_periods, const int64_t *parent, double *const *row,
                          double *const *also, int64_t n_coarse, double *const *out,
                          double *const *of) {
  for (int t = 0; t < n_periods; t++) {
    for (int64_t p = 0; p < n_coarse; p++)
      out[t][p] = of[t][p] = 0;
    for (int64_t i = 0; i < n; i++) {
      if (isnan(row[t][i]) || (also && isnan(also[t][i]))) continue;
      out[t][parent[i]] += row[t][i];
      of[t][parent[i]] += 1;
    }
  }
}

/* A share of 0.9 is met by 9 of 10, which 0.9 * 10 need not be to the last bit. of[] becomes the
 * share of members, the coverage that the results file has. 2^-40 is far above the rounding of the
 * product and far below one member in any count. */
void sw_treat_cover(int64_t n_coarse, int n_periods, const int64_t *members, double least,
                    double *const *sum, double *const *of) {
  for (int t = 0; t < n_periods; t++)
    for (int64_t p = 0; p < n_coarse; p++) {
      double all = (double)members[p], count = of[t][p];
      of[t][p] = count / all;
      if (count == 0 || count < least * all * (1 - 0x1p-40)) sum[t][p] = NAN;
    }
}

/* Division by zero gives missing, not infinity, which would go on into sums and fits. Missing on
 * either side gives missing. Numerator and denominator are sums over the same members. */
void sw_treat_ratio_of(int64_t n, int n_periods, double *const *numerator,
                       double *const *denominator, double *const *out) {
  for (int t = 0; t < n_periods; t++)
    for (int64_t i = 0; i < n; i++)
      out[t][i] = denominator[t][i] == 0 ? NAN : numerator[t][i] / denominator[t][i];
}

/* ---- other periods, other units ----------------------------------------------------------- */

/* False also at a break: what lies before it is another quantity. */
bool sw_treat_has_before(const sw_periods *periods, int t) {
  for (int b = 0; b < periods->n_breaks; b++)
    if (periods->break_period[b] == t) return false;
  return t > 0 && (!periods->follows || periods->follows[t]);
}

/* From the last period down, as a row is read after the one behind it was written. In place. */
void sw_treat_lag(int64_t n, const sw_periods *periods, double *const *row) {
  for (int t = periods->n - 1; t >= 0; t--) {
    bool before = sw_treat_has_before(periods, t);
    for (int64_t i = 0; i < n; i++)
      row[t][i] = before ? row[t - 1][i] : NAN;
  }
}

/* The change relative to the period before: x[t] / x[t - 1] - 1. A base of zero gives missing. */
void sw_treat_growth(int64_t n, const sw_periods *periods, double *const *row) {
  for (int t = periods->n - 1; t >= 0; t--) {
    bool before = sw_treat_has_before(periods, t);
    for (int64_t i = 0; i < n; i++) {
      double from = before ? row[t - 1][i] : NAN;
      row[t][i] = from == 0 ? NAN : row[t][i] / from - 1;
    }
  }
}

/* One order of all units, whatever ranks own them. NaN spreads, as it does in a sum of members.
 * Called with all n units, so that every rank has the same sums. O(n). */
void sw_treat_group_sums(int64_t n, const sw_grouping *grouping, const double *value, double *sum) {
  for (int g = 0; g < grouping->n_groups; g++)
    sum[g] = 0;
  for (int64_t i = 0; i < n; i++)
    sum[grouping->of[i]] += value[i];
}

/* `value` has this rank's units, from `first` on. A sum of zero gives missing. */
void sw_treat_share(int64_t first, int64_t n, const sw_grouping *grouping, const double *sum,
                    double *value) {
  for (int64_t i = 0; i < n; i++) {
    double all = sum[grouping->of[first + i]];
    value[i] = all == 0 ? NAN : value[i] / all;
  }
}

/* ---- in words ---------------------------------------------------------------------------- */

/* "missing: interpolate: 12 cells stay missing, before the first or after the last known value of a
 * series: gdp 10, population 2". snprintf may report more than fits; the loop then ends. Names are
 * cut at 60 bytes. Counts are those of all ranks. */
const char *sw_treat_say_unfilled(const sw_panel *panel, char text[SW_UNFILLED_ROOM]) {
  int64_t all = 0;
  for (int c = 0; c < panel->n_unfilled; c++)
    all += panel->unfilled[c].count;
  size_t used = (size_t)snprintf(text, SW_UNFILLED_ROOM,
                                 "missing: interpolate: %lld cell%s missing, before the first or "
                                 "after the last known value of a series:",
                                 (long long)all, all == 1 ? " stays" : "s stay");
  for (int c = 0; c < panel->n_unfilled && used < SW_UNFILLED_ROOM; c++)
    used += (size_t)snprintf(text + used, SW_UNFILLED_ROOM - used, "%s %.60s %lld", c ? "," : "",
                             panel->unfilled[c].name, (long long)panel->unfilled[c].count);
  return text;
}

/* For the log and for `check`. */
const char *sw_treat_say_partial(const sw_panel *panel, char text[SW_UNFILLED_ROOM]) {
  long long all = (long long)panel->n_summed * panel->units.n * panel->periods.n;
  snprintf(text, SW_UNFILLED_ROOM,
           "%lld of %lld sums rest on a part of their members, the least on %.1f%% (coverage)",
           (long long)panel->partial_sums, all, 100 * panel->least_coverage);
  return text;
}
