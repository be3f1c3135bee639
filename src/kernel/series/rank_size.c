/* See rank_size.h. Equal sizes share no rank; which of them comes first changes no sum but by its
 * rounding, and sizes come sorted, so not even that.
 *
 * Sources: Jefferson 1939 (primacy); Gabaix & Ibragimov 2011, J. of Business & Economic Statistics
 * 29:24-39 (R - 1/2, and its standard error).
 *
 * Called by measure/global for each period: cost O(n), sums in compensated arithmetic, as slopes
 * are quotients of small differences. */
#include "kernel/series/rank_size.h"

#include "kernel/series/stats.h"
#include "kernel/series/sums.h"

enum { LEAST = 3 }; /* sizes of a slope */

/* ---- primacy ------------------------------------------------------------------------------ */

/* S_1 times `times` over S_2 + ... + S_last. NaN with fewer sizes than the index takes: a missing
 * city is not one of size 0. */
static double primacy(const double *ascending, int64_t n, int last, double times) {
  double below = 0;
  if (n < last) return NAN;
  for (int64_t rank = 2; rank <= last; rank++)
    below += ascending[n - rank];
  /* Divided first, as times S_1 might overflow. */
  return below > 0 && isfinite(below) ? times * (ascending[n - 1] / below) : NAN;
}

/* ---- slopes ------------------------------------------------------------------------------- */

/* Of R - less, R = 1 .. n; it does not depend on the sizes. */
static double mean_log_rank(int64_t n, double less) {
  sw_sum sum = {0};
  for (int64_t i = 0; i < n; i++)
    sw_sum_add(&sum, log((double)(i + 1) - less));
  return sw_sum_value(sum) / (double)n;
}

/* What both slopes are made of: ln(R - less) with itself and with ln S, from their means. All three
 * regressions share them: zeta = -both/sizes, zipf = -both/ranks. */
typedef struct products {
  double ranks, both, sizes;
} products;

/* Sums of squares and products about the means, compensated (sw_sum), as ranks run over orders of
 * magnitude. */
static products add_up(const double *log_size, int64_t n, double less) {
  sw_sum sum = {0}, ranks = {0}, both = {0}, sizes = {0};
  double rank = mean_log_rank(n, less);
  for (int64_t i = 0; i < n; i++)
    sw_sum_add(&sum, log_size[i]);
  double size = sw_sum_value(sum) / (double)n;
  for (int64_t i = 0; i < n; i++) {
    double r = log((double)(i + 1) - less) - rank, s = log_size[i] - size;
    sw_sum_add(&ranks, r * r);
    sw_sum_add(&both, r * s);
    sw_sum_add(&sizes, s * s);
  }
  return (products){sw_sum_value(ranks), sw_sum_value(both), sw_sum_value(sizes)};
}

/* The largest first; how many of them are above zero, `top` at most. */
static int64_t take_logs(const double *ascending, int64_t n, int64_t top, double *log_size) {
  int64_t used = 0;
  while (used < n && used < top && ascending[n - 1 - used] > 0) {
    log_size[used] = log(ascending[n - 1 - used]);
    used++;
  }
  return used;
}

/* Both regressions, of ranks on sizes and the other way round; fewer than LEAST sizes have none. */
static void fit(const double *ascending, int64_t n, int64_t top, double *scratch,
                sw_rank_size *out) {
  int64_t used = take_logs(ascending, n, top, scratch);
  if (used < LEAST) return;
  /* Equal sizes have no line of ranks on them; that of sizes on ranks is level. sw_stats_vary looks
   * at the smallest and the largest that are used. */
  if (!sw_stats_vary(ascending[n - used], ascending[n - 1])) {
    out->zipf = 0;
    return;
  }
  products shifted = add_up(scratch, used, 0.5), plain = add_up(scratch, used, 0);
  out->zeta = -shifted.both / shifted.sizes;
  /* Gabaix & Ibragimov: zeta sqrt(2/n). The usual error of least squares is too small by far, as
   * ranks of neighbours are dependent. */
  out->zeta_se = out->zeta * sqrt(2 / (double)used);
  out->zipf = -plain.both / plain.ranks;
}

/* All figures of one sorted sample. */
sw_rank_size sw_rank_size_of(const double *ascending, int64_t n, int64_t top, double *scratch) {
  sw_rank_size out = {.primacy_2 = primacy(ascending, n, 2, 1),
                      .primacy_4 = primacy(ascending, n, 4, 1),
                      .primacy_11 = primacy(ascending, n, 11, 2),
                      .zeta = NAN,
                      .zeta_se = NAN,
                      .zipf = NAN};
  fit(ascending, n, top, scratch, &out);
  return out;
}
