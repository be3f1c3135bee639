/* Data of spatial models for tests: Columbus (49 neighbourhoods, Anselin 1988; the neighbours colnb
 * of spdep), and the readers of the larger sets of ../shared. A `spatial_set` is a panel with its
 * matrix and a filter of it. Nothing is freed: test programs end. */
#ifndef TESTS_KERNEL_SPATIAL_DATA_H
#define TESTS_KERNEL_SPATIAL_DATA_H

#include "kernel/spatial/filter.h"
#include "kernel/spatial/fit.h"
#include "measure/real.h"

#include <criterion/criterion.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.17g, wanted %.17g", #actual,         \
            (double)(actual), (double)(wanted))

/* clang-format off */
static const double columbus_crime[] = {
    15.72598, 18.801754, 30.626781, 32.38776, 50.73151, 26.066658, 0.178269, 38.425858,
    30.515917, 34.000835, 62.275448, 56.705669, 46.716129, 57.066132, 48.585487, 54.838711,
    36.868774, 43.962486, 54.521965, 0.223797, 40.074074, 33.705048, 20.048504, 38.297871,
    61.299175, 40.969742, 52.79443, 56.919785, 60.750446, 68.892044, 17.677214, 19.145592,
    41.968163, 23.974028, 39.175053, 14.305556, 42.445076, 53.710938, 19.100863, 16.241299,
    18.905146, 16.49189, 36.663612, 25.962263, 29.028488, 16.530533, 27.822861, 26.645266,
    22.541491};
static const double columbus_inc[] = {
    19.531, 21.232, 15.956, 4.477, 11.252, 16.028999, 8.438, 11.337, 17.586, 13.598, 7.467,
    10.048, 9.549, 9.963, 9.873, 7.625, 9.798, 13.185, 11.618, 31.07, 10.655, 11.709, 21.155001,
    14.236, 8.461, 8.085, 10.822, 7.856, 8.681, 13.906, 16.940001, 18.941999, 9.918, 14.948,
    12.814, 18.739, 17.017, 11.107, 18.476999, 29.833, 22.207001, 25.872999, 13.38, 16.961,
    14.135, 18.323999, 18.950001, 11.813, 18.796};
static const double columbus_hoval[] = {
    80.467003, 44.567001, 26.35, 33.200001, 23.225, 28.75, 75.0, 37.125, 52.599998, 96.400002,
    19.700001, 19.9, 41.700001, 42.900002, 18.0, 18.799999, 41.75, 60.0, 30.6, 81.266998,
    19.975, 30.450001, 47.733002, 53.200001, 17.9, 20.299999, 34.099998, 22.85, 32.5, 22.5,
    31.799999, 40.299999, 23.6, 28.450001, 27.0, 36.299999, 43.299999, 22.700001, 39.599998,
    61.950001, 42.099998, 44.333, 25.700001, 33.5, 27.733, 76.099998, 42.5, 26.799999, 35.799999};
static const int64_t columbus_start[] = {
    0, 2, 5, 9, 13, 21, 23, 27, 33, 40, 44, 49, 56, 60, 66, 72, 80, 83, 88, 91, 101, 104, 110,
    113, 120, 127, 132, 136, 145, 151, 156, 158, 162, 166, 170, 177, 182, 188, 194, 196, 201,
    204, 206, 212, 217, 221, 223, 225, 229, 232};
static const int32_t columbus_to[] = {
    1, 2, 0, 2, 3, 0, 1, 3, 4, 1, 2, 4, 7, 2, 3, 5, 7, 8, 10, 14, 15, 4, 8, 7, 11, 12, 13, 3, 4,
    6, 10, 11, 12, 4, 5, 9, 14, 19, 21, 25, 8, 16, 19, 21, 4, 7, 11, 14, 15, 6, 7, 10, 12, 13,
    15, 17, 6, 7, 11, 13, 6, 11, 12, 15, 17, 18, 4, 8, 10, 15, 24, 25, 4, 10, 11, 13, 14, 17,
    23, 24, 9, 19, 22, 11, 13, 15, 18, 23, 13, 17, 23, 8, 9, 16, 21, 22, 26, 31, 32, 34, 39, 23,
    29, 33, 8, 9, 19, 25, 26, 27, 16, 19, 31, 15, 17, 18, 20, 24, 28, 29, 14, 15, 23, 25, 27,
    28, 29, 8, 14, 21, 24, 27, 19, 21, 27, 32, 21, 24, 25, 26, 28, 32, 34, 36, 37, 23, 24, 27,
    29, 36, 37, 20, 23, 24, 28, 36, 33, 35, 19, 22, 39, 40, 19, 26, 27, 34, 20, 30, 35, 41, 19,
    27, 32, 37, 39, 42, 43, 30, 33, 38, 41, 45, 27, 28, 29, 37, 42, 44, 27, 28, 34, 36, 42, 43,
    35, 45, 19, 31, 34, 40, 46, 31, 39, 46, 33, 35, 34, 36, 37, 43, 44, 47, 34, 37, 42, 47, 48,
    36, 42, 47, 48, 35, 38, 39, 40, 42, 43, 44, 48, 43, 44, 47};
/* clang-format on */

typedef struct spatial_set {
  int64_t n;
  int periods, k;
  double *y;
  double *x[8];
  const double *column[16];
  sw_links *links;
  sw_filter_plan *plan;
  sw_filter *filter, *other; /* sac needs two */
} spatial_set;

static inline sw_filter *spatial_filter(const sw_filter_plan *plan, const sw_links *links) {
  void *room = aligned_alloc(64, (plan->workspace + 63) / 64 * 64);
  return sw_filter_at(plan, links, NULL, room);
}

static inline void spatial_filters(spatial_set *set) {
  sw_error err;
  sw_status status = sw_filter_plan_create(&err, set->links, SW_LOGDET_AUTO, &set->plan);
  cr_assert_eq(status, SW_OK, "%s", err.text);
  set->filter = spatial_filter(set->plan, set->links);
  set->other = spatial_filter(set->plan, set->links);
  for (int j = 0; j < set->k; j++)
    set->column[j] = set->x[j];
}

/* Links with their weights; `row`: scaled to sum 1. */
static inline sw_links *spatial_links(int64_t n, const int64_t *start, const int32_t *to,
                                      const double *weight, bool row) {
  int64_t count = start[n], islands = 0;
  double *value = calloc((size_t)count + 1, sizeof *value), *sum = calloc((size_t)n, sizeof *sum);
  for (int64_t i = 0; i < n; i++) {
    double all = 0;
    for (int64_t e = start[i]; e < start[i + 1]; e++)
      all += weight ? weight[e] : 1;
    for (int64_t e = start[i]; e < start[i + 1]; e++)
      value[e] = (weight ? weight[e] : 1) / (row ? all : 1);
    islands += start[i] == start[i + 1];
  }
  sw_links *links = calloc(1, sizeof *links);
  *links = (sw_links){
      .n = n, .row_start = start, .to = to, .value = value, .row_sum = sum, .islands = islands};
  sw_links_row_sums(links, sum);
  return links;
}

/* CRIME ~ INC + HOVAL. */
static inline spatial_set spatial_columbus(void) {
  spatial_set set = {.n = 49, .periods = 1, .k = 2};
  set.y = (double *)columbus_crime;
  set.x[0] = (double *)columbus_inc;
  set.x[1] = (double *)columbus_hoval;
  set.links = spatial_links(49, columbus_start, columbus_to, NULL, true);
  spatial_filters(&set);
  return set;
}

/* Edges from, to and perhaps weight, of a file of shared data; NULL: it is not here. */
static inline sw_links *spatial_edges(const char *file, const real_sample *s, bool row) {
  real_table *edges = real_open(file);
  if (!edges) return NULL;
  int64_t *start = calloc((size_t)s->n + 1, sizeof *start), rows = edges->rows;
  int32_t *to = calloc((size_t)rows, sizeof *to);
  double *weight = calloc((size_t)rows, sizeof *weight);
  sw_link *link = calloc((size_t)rows, sizeof *link);
  for (int64_t e = 0; e < rows; e++) {
    char **cell = edges->cell + e * edges->columns;
    link[e] = (sw_link){.from = (int32_t)real_find(s->code, s->n, cell[0]),
                        .to = (int32_t)real_find(s->code, s->n, cell[1]),
                        .value = edges->columns > 2 ? strtod(cell[2], NULL) : 1};
  }
  sw_error err;
  sw_link_rows made;
  int64_t twice[2];
  cr_assert_eq(sw_links_rows_create(&err, s->n, link, rows, &made, twice), SW_OK);
  return spatial_links(s->n, made.row_start, made.to, made.value, row);
}

/* pc_turnout ~ pc_college + pc_homeownership + pc_income of 3,107 counties, in levels with queen
 * neighbours, or in logs with the weights as given. n = 0: the data is not here. */
static inline spatial_set spatial_elect80(bool logs) {
  static const char *const name[] = {"pc_college", "pc_homeownership", "pc_income"};
  spatial_set set = {.periods = 1, .k = 3};
  real_table *table = real_open("us_elect80_3107.csv");
  if (!table) return set;
  real_sample s = real_sample_of(table, "FIPS");
  set.links = spatial_edges(logs ? "us_elect80_lw.csv" : "us_elect80_queen_edges.csv", &s, !logs);
  if (!set.links) return set;
  set.n = s.n;
  set.y = real_column(table, &s, "pc_turnout");
  for (int j = 0; j < 3; j++)
    set.x[j] = real_column(table, &s, name[j]);
  for (int64_t i = 0; logs && i < s.n; i++) {
    set.y[i] = log(set.y[i]);
    for (int j = 0; j < 3; j++)
      set.x[j][i] = log(set.x[j][i]);
  }
  spatial_filters(&set);
  return set;
}

/* ln gsp ~ ln pcap + ln pc + ln emp + unemp of 48 states in 17 years (Munnell 1990). n = 0: the
 * data is not here. */
static inline spatial_set spatial_produc(void) {
  static const char *const name[] = {"pcap", "pc", "emp", "unemp"};
  enum { N = 48, T = 17 };
  spatial_set set = {.periods = T, .k = 4};
  real_table *table = real_open("us48_produc_1970_1986.csv");
  if (!table) return set;
  real_sample s = {.n = N, .code = calloc(N, sizeof(char *))};
  int64_t *order = real_order(table, "state");
  for (int64_t i = 0; i < N; i++)
    s.code[i] = real_text(table, order[i * T], "state");
  set.links = spatial_edges("us48_usaww_edges.csv", &s, false);
  if (!set.links) return set;
  set.n = N;
  set.y = calloc(N * T, sizeof(double));
  for (int j = 0; j < 4; j++)
    set.x[j] = calloc(N * T, sizeof(double));
  for (int64_t row = 0; row < table->rows; row++) {
    int64_t i = real_find(s.code, N, real_text(table, row, "state"));
    int64_t at = ((int64_t)real_number(table, row, "year") - 1970) * N + i;
    set.y[at] = log(real_number(table, row, "gsp"));
    for (int j = 0; j < 4; j++) {
      double x = real_number(table, row, name[j]);
      set.x[j][at] = j < 3 ? log(x) : x;
    }
  }
  spatial_filters(&set);
  return set;
}

#define SPATIAL_SKIP(set)                                                                          \
  if ((set).n == 0) cr_skip("skipped: shared data is not here")

static inline sw_spatial_data spatial_data(const spatial_set *set) {
  return (sw_spatial_data){.n = set->n,
                           .periods = set->periods,
                           .k = set->k,
                           .y = set->y,
                           .x = set->column,
                           .w = set->filter,
                           .w2 = set->other};
}

/* A fit that must succeed; its memory stays. */
static inline sw_spatial_fit spatial_fit(const spatial_set *set, sw_spatial_spec spec) {
  sw_spatial_data data = spatial_data(set);
  size_t bytes = sw_spatial_workspace(&spec, set->n, set->periods, set->k);
  sw_spatial_fit fit;
  sw_spatial_wrong wrong =
      sw_spatial_estimate(&spec, &data, aligned_alloc(64, (bytes + 63) / 64 * 64), &fit);
  cr_assert_eq(wrong.code, SW_SPATIAL_FITTED, "no fit: code %d, %d", (int)wrong.code, wrong.index);
  return fit;
}

static inline double spatial_se(const sw_spatial_fit *fit, int term) {
  return sqrt(fit->vcov[term * fit->terms.count + term]);
}

#endif
