/* Sums over a segment in eight fixed lanes: element k goes to lane k mod 8, lanes are joined in
 * one fixed way. The bits depend on the segment only, not on the vector width of the machine. */
#ifndef SW_KERNEL_PAIRS_LANES_H
#define SW_KERNEL_PAIRS_LANES_H

#include "kernel/hot.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum { SW_LANES = 8 };

/* The sum of nothing is -0.0, so that a sum tells by itself whether anything was added: -0.0 is the
 * one number that changes no other, and two numbers never add up to it unless both are it. So sums
 * begin with it, gaps are added as it, and a value of -0.0 is added as 0.0. Whoever hands sums out
 * writes NaN for it. */
static const double sw_lanes_nothing = -0.0;
static inline bool sw_lanes_is_nothing(double sum) {
  return sum == 0.0 && signbit(sum);
}
/* Of n sums: nothing has been added to them. */
static inline void sw_lanes_begin(double *sum, int64_t n) {
  for (int64_t k = 0; k < n; k++)
    sum[k] = sw_lanes_nothing;
}

/* ((l0 + l4) + (l2 + l6)) + ((l1 + l5) + (l3 + l7)) */
double sw_lanes_join(const double lanes[SW_LANES]);

/* Sum (in lanes) and greatest of v[0 .. n): the sum is NaN when a value is. */
void sw_lanes_scan(const double *v, int64_t n, double *sum, double *greatest);
/* The same, and lane[k] += v[k], in one pass; with a NaN in v the lanes are spoilt. Lanes begin
 * with 0.0, as every column then has a value. */
void sw_lanes_row(const double *v, int64_t n, double *lane, double *sum, double *greatest);
/* Sum and greatest as sw_lanes_scan; and lane[k] += v[k] where v[k] is a number, as a row whose
 * gaps were filled would be added: a NaN in v spoils the sum alone. */
void sw_lanes_take(const double *v, int64_t n, double *lane, double *sum, double *greatest);
/* Rows of n numbers, `stride` apart, several at a time with the same bits: each addition of a row
 * waits for the one before, and rows do not wait for each other. Row r has sum[r] and greatest[r];
 * taken, it goes into lane (place + r) mod 8 of those at `lanes`, `apart` apart. */
typedef struct sw_lane_rows {
  const double *v;
  int64_t stride, rows, n;
} sw_lane_rows;
void sw_lanes_scan_rows(const sw_lane_rows *of, double *sum, double *greatest);
void sw_lanes_take_rows(const sw_lane_rows *of, int64_t place, double *lanes, int64_t apart,
                        double *sum, double *greatest);
/* As sw_lanes_scan with NaN left out (and value `skip`, when >= 0): what was left out becomes -0.0
 * in v, and what was -0.0 becomes 0.0. Returns how many NaN there were besides `skip`. */
int64_t sw_lanes_scan_gaps(double *v, int64_t n, int64_t skip, double *sum, double *greatest);
/* How many numbers are at least `from`; NaN is not, nor is any where `from` is NaN. */
int64_t sw_lanes_reach(const double *v, int64_t n, double from);
/* The sum goes on in `lanes`, the greatest from *greatest; NaN are left out, counted and become
 * -0.0 in v. */
int64_t sw_lanes_gaps(double *v, int64_t n, double lanes[SW_LANES], double *greatest);
/* Sums by group under way: number c of row r goes to row[(of_column[c] * high + r) * 8 + c % 8]
 * and to column[(of_row[r] * 8 + r % 8) * stride + c]. */
typedef struct sw_lane_groups {
  const int32_t *of_row, *of_column; /* groups of rows and of columns, each counted from 0 */
  int64_t high;                      /* rows from the lanes of one group to those of the next */
  double *row, *column;              /* column NULL: columns are not summed */
} sw_lane_groups;
/* Sums of a square's rows and columns under way: number c of row r goes to row[r * 8 + c % 8] and
 * to column[(r % 8) * stride + c]. `greatest` is raised to the largest number. */
typedef struct sw_lane_sums {
  double *row, *column;
  int64_t stride;
  double greatest;
  const sw_lane_groups *groups; /* into these alone, row and column are NULL; NULL: no groups */
} sw_lane_sums;
/* One row of it, v[0 .. n), which may go on where an earlier call stopped at a multiple of eight:
 * into its eight lanes, into its lane of columns, and into the greatest by lanes. */
void sw_lanes_add_row(const double *v, int64_t n, double *row, double *column,
                      double most[SW_LANES]);
/* Whether a value is NaN. */
bool sw_lanes_has_gap(const double *v, int64_t n);
/* The first k in [from, n) with v[k] > threshold, or n; NaN is over nothing. */
int64_t sw_lanes_next_above(const double *v, int64_t from, int64_t n, double threshold);
/* The same with v[k] >= threshold. */
int64_t sw_lanes_next_reaching(const double *v, int64_t from, int64_t n, double threshold);
/* All k in [0, n) with v[k] >= threshold, ascending, into `at`. Returns their number. */
int64_t sw_lanes_reaching(const double *v, int64_t n, double threshold, int32_t *at);
/* A number that at least k <= SW_BOUND_LANES numbers of v reach, not far below the k-th largest
 * where k is at most half of SW_BOUND_LANES and n several times that; -INFINITY where v has no k
 * numbers. NaN is nothing. */
enum { SW_BOUND_LANES = 64 };
double sw_lanes_bound(const double *v, int64_t n, int64_t k);
/* out[k] = -v[k]; out[k] = |v[k]| */
void sw_lanes_negate(const double *v, int64_t n, double *out);
void sw_lanes_magnitude(const double *v, int64_t n, double *out);
/* lane[k] += v[k], of a row whose gaps have become -0.0, or of sums. */
void sw_lanes_add(double *lane, const double *v, int64_t n);
/* The same of a row without gaps, as it was filled. */
void sw_lanes_add_values(double *lane, const double *v, int64_t n);
/* out[k] = the join of lanes[0][k] .. lanes[7][k], rows `stride` apart. */
void sw_lanes_join_rows(const double *lanes, int64_t stride, int64_t n, double *out);
/* Store as float. */
void sw_lanes_store_float(const double *v, int64_t n, float *out);
/* out[j][i] = in[i][j] for a rows x columns block of `size` bytes per element (4 or 8). */
void sw_lanes_transpose(const void *in, int64_t rows, int64_t columns, int size, void *out);

#endif
