/* Transitions between quadrants: Mexico (oracle), by hand, with breaks and islands; significant
 * ones are local_moran's. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_lisa_markov, sw_measure_local_moran;

/* Income of 32 states over the period's mean, 1940 to 2000 by tens. */
enum { STATES = 32, DECADES = 7 };

static const char *mexico_code[STATES];
static const int64_t decade[DECADES] = {1940, 1950, 1960, 1970, 1980, 1990, 2000};

static double *mexico(const real_table *table) {
  int64_t *order = real_order(table, "State"), n = 0;
  double *x = calloc(STATES * DECADES, sizeof *x);
  for (int64_t r = 0; r < table->rows; r++) {
    const char *state = real_text(table, order[r], "State");
    if (n == 0 || strcmp(mexico_code[n - 1], state) != 0) mexico_code[n++] = state;
    int t = (int)((real_number(table, order[r], "year") - 1940) / 10);
    x[t * STATES + n - 1] = real_number(table, order[r], "pcgdp");
  }
  cr_assert_eq(n, STATES);
  for (int t = 0; t < DECADES; t++) {
    double mean = 0;
    for (int i = 0; i < STATES; i++)
      mean += x[t * STATES + i] / STATES;
    for (int i = 0; i < STATES; i++)
      x[t * STATES + i] /= mean;
  }
  return x;
}

static harness *set_up(const sw_measure *measure, const sw_links *links, int periods,
                       const double *x) {
  harness *h = harness_new(measure, links->n, periods);
  harness_arg(h, "weights")->weights = links;
  harness_column(h, "of", "x", x);
  return h;
}

/* giddy's documentation and own: HH LH LL HL. */
static const double mexico_count[16] = {35, 2, 1, 1, 3, 15, 6, 2, 0, 7, 75, 8, 4, 3, 5, 25};

Test(lisa_markov, mexico) {
  REAL_OPEN(table, "mx32_long.csv");
  REAL_OPEN(edges, "mx32_gal_edges.csv");
  double *x = mexico(table);
  const sw_links *links = real_links(edges, mexico_code, STATES, true);
  for (int span = 0; span < 2; span++) { /* ten years, said or not */
    harness *h = set_up(&sw_measure_lisa_markov, links, DECADES, x);
    h->periods.value = decade;
    if (span) harness_set(h, "span", "10");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    const double *count = harness_result(h, "count", 0), *p = harness_result(h, "probability", 0);
    const double *pi = harness_result(h, "steady_state", 0);
    double moves[4] = {0}, all = 0, step = 0;
    for (int k = 0; k < 16; k++)
      NEAR(count[k], mexico_count[k], 0);
    for (int j = 0; j < 4; j++) {
      double next = 0;
      for (int i = 0; i < 4; i++)
        next += pi[i] * p[i * 4 + j];
      NEAR(next, pi[j], 1e-14);
      step += pi[j];
    }
    NEAR(step, 1, 1e-14);
    for (int t = 0; t < DECADES; t++)
      for (int k = 0; k < 4; k++) {
        moves[k] += harness_result(h, "move_count", 0)[t * 4 + k];
        all += harness_result(h, "move_count", 0)[t * 4 + k];
      }
    NEAR(all, 192, 0);
    NEAR(moves[0], 35 + 15 + 75 + 25, 0); /* the diagonal */
    NEAR(moves[1], 2 + 3 + 8 + 5, 0);     /* HH-LH, LL-HL */
    NEAR(moves[2], 1 + 4 + 6 + 7, 0);     /* HH-HL, LH-LL */
    NEAR(moves[3], 1 + 0 + 2 + 3, 0);     /* HH-LL, LH-HL */
    NEAR(harness_result(h, "n_used", 0)[0], 0, 0);
    NEAR(harness_result(h, "n_used", 0)[6], 32, 0);
    cr_expect(isnan(harness_result(h, "move", 0)[0]), "nothing before the first");
    cr_expect_not_null(
        strstr(harness_said(h),
               "of 192 transitions neither the unit nor its neighbours cross the mean in 150,"));
    harness_free(h);
  }
}

/* The p-values are those that local_moran has, and what is significant on both ends is counted. */
Test(lisa_markov, significant) {
  REAL_OPEN(table, "mx32_long.csv");
  REAL_OPEN(edges, "mx32_gal_edges.csv");
  double *x = mexico(table);
  const sw_links *links = real_links(edges, mexico_code, STATES, true);
  harness *h = set_up(&sw_measure_lisa_markov, links, DECADES, x);
  harness *l = set_up(&sw_measure_local_moran, links, DECADES, x);
  h->periods.value = decade;
  for (int k = 0; k < 2; k++) {
    harness_set(k ? h : l, "permutations", "499");
    harness_set(k ? h : l, "fdr", "none");
    cr_assert_eq(harness_run(k ? h : l), SW_OK);
  }
  double count[16] = {0};
  for (int t = 0; t < DECADES; t++)
    for (int i = 0; i < STATES; i++) {
      NEAR(harness_result(h, "p_value", t)[i], harness_result(l, "p_value", t)[i], 0);
      NEAR(harness_result(h, "significant", t)[i], harness_result(l, "significant", t)[i], 0);
      NEAR(harness_result(h, "class", t)[i], harness_result(l, "quadrant", t)[i], 0);
      if (t && harness_result(h, "significant", t)[i] == 1 &&
          harness_result(h, "significant", t - 1)[i] == 1)
        count[((int)harness_result(h, "class", t - 1)[i] - 1) * 4 +
              (int)harness_result(h, "class", t)[i] - 1] += 1;
    }
  for (int k = 0; k < 16; k++)
    NEAR(harness_result(h, "count_significant", 0)[k], count[k], 0);
  cr_expect_gt(count[10], 0, "some units stay in a significant LL");
  harness_free(h);
  harness_free(l);
}

/* Two pairs of units and an island. Means: 2.5, 2.5, 2.5 of units 0 to 4 with the island at 2.5. */
static const int64_t start[6] = {0, 1, 2, 3, 4, 4};
static const int32_t to[4] = {1, 0, 3, 2};
static const double one[4] = {1, 1, 1, 1};
static const sw_links pairs = {.n = 5, .row_start = start, .to = to, .value = one, .islands = 1};
static const double by_hand[15] = {4, 3, 1,   2, 2.5, /* HH HH LL LL */
                                   4, 1, 3,   2, 2.5, /* HL LH HL LH */
                                   1, 4, NAN, 3, 2};  /* LH HL -- none: no neighbour with a value */

Test(lisa_markov, by_hand) {
  harness *h = set_up(&sw_measure_lisa_markov, &pairs, 3, by_hand);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  static const double class[3][4] = {{1, 1, 3, 3}, {4, 2, 4, 2}, {2, 4, 0, 0}};
  static const double move[3][4] = {{NAN, NAN, NAN, NAN}, {2, 1, 1, 2}, {3, 3, NAN, NAN}};
  for (int t = 0; t < 3; t++) {
    for (int i = 0; i < 4; i++) {
      double c = harness_result(h, "class", t)[i], m = harness_result(h, "move", t)[i];
      cr_expect(c == class[t][i], "class %d %d: %g", t, i, c);
      cr_expect(isnan(move[t][i]) ? isnan(m) : m == move[t][i], "move %d %d: %g", t, i, m);
    }
    cr_expect(harness_result(h, "class", t)[4] == 0, "an island");
  }
  NEAR(harness_result(h, "n_used", 0)[1], 4, 0);
  NEAR(harness_result(h, "n_used", 0)[2], 2, 0);
  cr_expect(harness_noted(h, "1 unit has no neighbour"));
  harness_free(h);
}

/* No step over a break; a constant period has no quadrants. */
Test(lisa_markov, breaks_and_constants) {
  static const int at_break[1] = {1};
  double x[15];
  memcpy(x, by_hand, sizeof x);
  harness *h = set_up(&sw_measure_lisa_markov, &pairs, 3, x);
  h->periods.n_breaks = 1;
  h->periods.break_period = at_break;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "n_used", 0)[1], 0, 0);
  NEAR(harness_result(h, "n_used", 0)[2], 2, 0);
  harness_free(h);
  for (int i = 5; i < 10; i++)
    x[i] = 7;
  h = set_up(&sw_measure_lisa_markov, &pairs, 3, x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < 5; i++)
    cr_expect(harness_result(h, "class", 1)[i] == 0);
  for (int k = 0; k < 16; k++)
    NEAR(harness_result(h, "count", 0)[k], 0, 0);
  cr_expect(isnan(harness_result(h, "shorrocks", 0)[0]));
  harness_free(h);
}

Test(lisa_markov, refused) {
  harness *h = set_up(&sw_measure_lisa_markov, &pairs, 1, by_hand);
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
  h = set_up(&sw_measure_lisa_markov, &pairs, 3, by_hand);
  harness_set(h, "span", "7");
  HARNESS_FAILS(h, "no two periods of the entry are 7 apart");
  harness_free(h);
}
