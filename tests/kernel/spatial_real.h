/* Real samples for tests of spatial models: Columbus (49 neighbourhoods) and Produc (48 states, 17
 * years), as oracles/space.md of the shared data has them, with a filter and memory. */
#ifndef TESTS_KERNEL_SPATIAL_REAL_H
#define TESTS_KERNEL_SPATIAL_REAL_H

#include "kernel/spatial/filter.h"
#include "kernel/spatial/fit.h"
#include "measure/real.h"

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.17g, wanted %.17g", #actual,         \
            (double)(actual), (double)(wanted))

typedef struct real_space {
  sw_links *links;
  sw_filter_plan *plan;
  sw_ridge_plan *ridge_plan;
  const double *x[4];
  sw_spatial_data data;
} real_space;

static inline void *real_memory(size_t bytes) {
  return aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
}

static inline void real_filters(real_space *s) {
  sw_error err = {0};
  cr_assert_eq(sw_filter_plan_create(&err, s->links, SW_LOGDET_AUTO, &s->plan), SW_OK, "%s",
               err.text);
  s->data.w = sw_filter_at(s->plan, s->links, NULL, real_memory(s->plan->workspace));
  s->data.w2 = sw_filter_at(s->plan, s->links, NULL, real_memory(s->plan->workspace));
}

/* `edges`: a list of links by POLYID; y, x1, x2: columns. */
static inline real_space *real_columbus(const char *edges, const char *y, const char *x1,
                                        const char *x2) {
  real_table *table = real_open("columbus49.csv"), *list = real_open(edges);
  if (!table || !list) cr_skip("skipped: shared data is not here: columbus49.csv, %s", edges);
  real_space *s = calloc(1, sizeof *s);
  real_sample sample = real_sample_of(table, "POLYID");
  s->links = real_links(list, sample.code, sample.n, true);
  s->x[0] = real_column(table, &sample, x1);
  s->x[1] = real_column(table, &sample, x2);
  s->data = (sw_spatial_data){
      .n = sample.n, .periods = 1, .k = 2, .y = real_column(table, &sample, y), .x = s->x};
  real_filters(s);
  return s;
}

/* Rows come by state and year; logarithms of all but unemployment. */
static inline real_space *real_produc(void) {
  static const char *const name[5] = {"gsp", "pcap", "pc", "emp", "unemp"};
  enum { STATES = 48, YEARS = 17 };
  real_table *table = real_open("us48_produc_1970_1986.csv"),
             *list = real_open("us48_usaww_edges.csv");
  if (!table || !list) cr_skip("skipped: shared data is not here: us48_produc_1970_1986.csv");
  real_space *s = calloc(1, sizeof *s);
  const char **code = calloc(STATES, sizeof *code);
  int64_t *order = real_order(table, "state");
  double *value[5];
  for (int i = 0; i < STATES; i++)
    code[i] = real_text(table, order[i * YEARS], "state");
  for (int v = 0; v < 5; v++)
    value[v] = calloc(STATES * YEARS, sizeof(double));
  for (int64_t row = 0; row < table->rows; row++) {
    int64_t i = real_find(code, STATES, real_text(table, row, "state"));
    int64_t t = (int64_t)real_number(table, row, "year") - 1970;
    for (int v = 0; v < 5; v++) {
      double x = real_number(table, row, name[v]);
      value[v][t * STATES + i] = v < 4 ? log(x) : x;
    }
  }
  s->links = real_links(list, code, STATES, true);
  for (int v = 1; v < 5; v++)
    s->x[v - 1] = value[v];
  s->data = (sw_spatial_data){.n = STATES, .periods = YEARS, .k = 4, .y = value[0], .x = s->x};
  real_filters(s);
  return s;
}

#endif
