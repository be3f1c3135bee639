/* Convergence: a hand case, 48 states (oracles), what is left out, breaks, what is refused. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_convergence;

static double value(const harness *h, const char *name, int at) {
  return harness_result(h, name, 0)[at];
}

static void set_text(harness *h, const char *param, const char *text) {
  const char **texts = NULL;
  HARNESS_NEW(h, texts, 1);
  texts[0] = text;
  harness_arg(h, param)->texts = texts;
  harness_arg(h, param)->count = 1;
}

/* ---- by hand ---------------------------------------------------------------------------- */

/* Three years, so T = 2. ln x_0 = 0 1 2 3; growth .3 - .1 ln x_0 + e a year, e = .01 -.01 -.01 .01,
 * which is orthogonal to both terms. */
enum { N = 4, YEARS = 3 };
static const double initial[N] = {0, 1, 2, 3}, rest[N] = {.01, -.01, -.01, .01};

static void hand(double x[YEARS * N]) {
  for (int i = 0; i < N; i++)
    for (int t = 0; t < YEARS; t++)
      x[t * N + i] = exp(initial[i] + t * (.3 - .1 * initial[i] + rest[i]));
}

static harness *of(const double *x, int64_t n, int years) {
  harness *h = harness_new(&sw_measure_convergence, n, years);
  harness_column(h, "of", "income", x);
  return h;
}

Test(convergence, by_hand) {
  double x[YEARS * N];
  hand(x);
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 0), .3, 1e-14);
  NEAR(value(h, "coefficient", 1), -.1, 1e-14);
  double s2 = 4e-4 / 2, se = sqrt(s2 / 5), t = .1 / se;
  NEAR(value(h, "std_error", 1), se, 1e-13);
  NEAR(value(h, "std_error", 0), sqrt(s2 * (1. / 4 + 1.5 * 1.5 / 5)), 1e-13);
  NEAR(value(h, "p_value", 1), 1 - t / sqrt(t * t + 2), 1e-11); /* Student with 2 df */
  NEAR(value(h, "r2", 0), 1 - 4e-4 / (.05 + 4e-4), 1e-12);
  NEAR(value(h, "speed", 0), -log(.8) / 2, 1e-13);
  NEAR(value(h, "speed_se", 0), se / .8, 1e-13);
  NEAR(value(h, "half_life", 0), log(2) / (-log(.8) / 2), 1e-11);
  NEAR(value(h, "sd", 0), sqrt(5. / 3), 1e-14);
  NEAR(value(h, "n_used", 0), 4, 0);
  double mean = (1 + exp(1) + exp(2) + exp(3)) / 4, squares = 0;
  for (int i = 0; i < N; i++)
    squares += (x[i] - mean) * (x[i] - mean);
  NEAR(value(h, "cv", 0), sqrt(squares / 3) / mean, 1e-14);
  cr_expect(isnan(value(h, "sigma_slope", 0)), "three periods have no trend");
  cr_expect(value(h, "pitman_t", 0) > 0, "narrower at the end");
  cr_expect_not_null(strstr(harness_said(h), "sigma: sd of logarithms 1.291 in 2001, "));
  cr_expect_not_null(strstr(harness_said(h),
                            "beta: slope -0.1 (se 0.00632), 11.2% of a gap closes per "
                            "year, half of it in 6.213; 4 units"));
  cr_expect_eq(h->notes.count, 0);
  harness_free(h);
}

/* What is a logarithm already. */
/* Terms have one name each. */
Test(convergence, names_of_terms) {
  static const char *const names[] = {"constant", "initial", "W_initial"};
  double x[YEARS * N];
  hand(x);
  harness *h = of(x, N, YEARS);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const sw_axis *term = sw_job_find_axis(&h->job, "term");
  cr_expect_str_eq(term->label[0], "constant");
  cr_expect_str_eq(term->label[1], "initial");
  harness_free(h);
  for (int k = 0; k < 3; k++) {
    h = of(x, N, YEARS);
    harness_column(h, "controls", names[k], x);
    HARNESS_FAILS(h, "is a term of the model; rename the column");
    harness_free(h);
  }
}

Test(convergence, without_logs) {
  double x[YEARS * N], z[YEARS * N];
  hand(x);
  for (int k = 0; k < YEARS * N; k++)
    z[k] = log(x[k]);
  harness *a = of(x, N, YEARS), *b = of(z, N, YEARS);
  harness_set(b, "logs", "false");
  cr_assert_eq(harness_run(a), SW_OK, "%s", a->err.text);
  cr_assert_eq(harness_run(b), SW_OK, "%s", b->err.text);
  static const char *const same[] = {"sd", "coefficient", "std_error", "speed", "pitman_t", "t2"};
  for (int q = 0; q < 6; q++)
    NEAR(value(a, same[q], 0), value(b, same[q], 0), 0);
  NEAR(value(b, "cv", 0), sqrt(5. / 3) / 1.5, 1e-14);
  harness_free(a);
  harness_free(b);
}

/* Units that lack a value above 0 in a period, or a control at the start, count nowhere. */
Test(convergence, left_out) {
  double x[YEARS * N], wide[YEARS * 7], with[YEARS * 7] = {0};
  hand(x);
  for (int t = 0; t < YEARS; t++)
    for (int i = 0; i < 7; i++) {
      wide[t * 7 + i] = i < N ? x[t * N + i] : 5 + i + t;
      with[t * 7 + i] = i % 2; /* 0 1 0 1: a control */
    }
  wide[1 * 7 + 4] = NAN;
  wide[2 * 7 + 5] = 0;
  with[0 * 7 + 6] = NAN;
  with[2 * 7 + 0] = NAN; /* later ones are not looked at */
  harness *h = of(wide, 7, YEARS);
  harness_column(h, "controls", "coast", with);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "n_used", 0), 4, 0);
  NEAR(value(h, "sd", 0), sqrt(5. / 3), 1e-14);
  cr_expect_str_eq(sw_job_find_axis(&h->job, "term")->label[2], "coast");
  /* e on what the control has beside the other two: -.6 .2 -.2 .6 of 0 1 0 1, products 0. */
  NEAR(value(h, "coefficient", 2), .0, 1e-14);
  NEAR(value(h, "coefficient", 1), -.1, 1e-14);
  cr_expect(harness_noted(h,
                          "3 of 7 units lack a value above 0 of 'income' in a period from 2001 to "
                          "2003, or a control, and are left out"));
  harness_free(h);
}

Test(convergence, from_to) {
  double x[(YEARS + 2) * N], inner[YEARS * N];
  hand(inner);
  for (int k = 0; k < (YEARS + 2) * N; k++)
    x[k] = k < N || k >= 4 * N ? -1 : inner[k - N]; /* outside nobody has a logarithm */
  harness *h = of(x, N, YEARS + 2);
  set_text(h, "from", "2002");
  set_text(h, "to", "2004");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 1), -.1, 1e-14);
  NEAR(value(h, "n_used", 0), 4, 0);
  cr_expect(isnan(value(h, "sd", 0)) && isnan(value(h, "cv", 4)), "outside");
  NEAR(value(h, "sd", 1), sqrt(5. / 3), 1e-14);
  harness_free(h);
}

/* Growth over a break is missing; what a period has by itself is not. */
Test(convergence, breaks) {
  static const int at[1] = {2};
  double x[YEARS * N];
  hand(x);
  harness *h = of(x, N, YEARS);
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "coefficient", 1)) && isnan(value(h, "speed", 0)));
  cr_expect(isnan(value(h, "pitman_t", 0)) && isnan(value(h, "sigma_slope", 0)));
  NEAR(value(h, "sd", 0), sqrt(5. / 3), 1e-14);
  cr_expect(harness_noted(h, "the panel has a break before 2003, within its periods"));
  harness_free(h);
  h = of(x, N, YEARS);
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  set_text(h, "to", "2002");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 1), -.1, 1e-14);
  cr_expect_eq(h->notes.count, 0, "before it");
  harness_free(h);
}

/* Apart: the slope stays, there is no speed. A lag of a unit without neighbours is 0. */
Test(convergence, divergence_and_islands) {
  static const int64_t start[N + 1] = {0, 1, 2, 3, 3};
  static const int32_t to[3] = {1, 2, 0};
  static const double one[3] = {1, 1, 1};
  const sw_links ring = {.n = N, .row_start = start, .to = to, .value = one, .islands = 1};
  double x[YEARS * N], again[YEARS * N];
  hand(again);
  for (int k = 0; k < YEARS * N; k++) /* backwards in time */
    x[k] = again[(YEARS - 1 - k / N) * N + k % N];
  harness *h = of(x, N, YEARS);
  harness_arg(h, "weights")->weights = &ring;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(value(h, "coefficient", 1) > 0);
  cr_expect(isnan(value(h, "speed", 0)) && isnan(value(h, "half_life", 0)));
  cr_expect(harness_noted(h, "1 unit has no neighbour with a value: the lag is 0 there"));
  cr_expect_str_eq(sw_job_find_axis(&h->job, "term")->label[2], "W_initial");
  cr_expect_not_null(strstr(harness_said(h), "no speed"));
  harness_free(h);
}

/* ---- refusals --------------------------------------------------------------------------- */

Test(convergence, refusals) {
  double x[YEARS * N], flat[YEARS * N], few[YEARS * N], twice[YEARS * N];
  hand(x);
  for (int k = 0; k < YEARS * N; k++) {
    flat[k] = k < N ? 7 : x[k];
    few[k] = k % N < 2 ? x[k] : k < N ? 0 : 1;
    twice[k] = 3 * log(x[k]) + 1;
  }
  harness *h = of(flat, N, YEARS);
  HARNESS_FAILS(h, "job: of: 'income' is the same for all units in 2001");
  harness_free(h);
  h = of(few, N, YEARS);
  HARNESS_FAILS(h,
                "2 of 4 units have a value of 'income' above 0 in every period from 2001 to 2003; "
                "a regression of 2 terms needs more");
  harness_free(h);
  h = of(x, N, YEARS);
  harness_column(h, "controls", "twice", twice);
  HARNESS_FAILS(h, "controls: 'twice' in 2001 is a constant or a linear combination");
  harness_free(h);
  h = of(x, N, YEARS);
  set_text(h, "from", "1999");
  HARNESS_FAILS(h, "from: '1999' is not a period of the entry; it has 2001 to 2003");
  harness_free(h);
  h = of(x, N, YEARS);
  set_text(h, "to", "2001");
  HARNESS_FAILS(h, "to: 2001 is not before 2001");
  harness_free(h);
  h = of(x, N, YEARS);
  harness_set(h, "spatial", "slx");
  HARNESS_FAILS(h, "spatial: slx needs `weights`");
  harness_free(h);
  h = of(x, N, 1);
  HARNESS_FAILS(h, "of: 1 period; expected 2 or more");
  harness_free(h);
  h = of(x, N, YEARS);
  h->input[0].per_period_normalised = true;
  HARNESS_FAILS(h, "'income' is normalised per period");
  harness_free(h);
}

Test(convergence, refuses_weights_without_links) {
  static const int64_t start[N + 1] = {0};
  const sw_links none = {.n = N, .row_start = start, .islands = N};
  double x[YEARS * N];
  hand(x);
  harness *h = of(x, N, YEARS);
  harness_arg(h, "weights")->weights = &none;
  HARNESS_FAILS(h, "weights: no unit has a neighbour");
  harness_free(h);
}

/* ---- 48 states, 1929-2009 (oracles/regions.md of the shared data: lm, sandwich, spatialreg) ---
 */

enum { STATES = 48, SPAN = 81 };

typedef struct states {
  double x[SPAN * STATES];
  const char *code[STATES];
  int64_t year[SPAN];
} states;

/* NULL: not here. `reversed`: the last unit first. */
static states *read_states(bool reversed) {
  const real_table *table = real_open("us48_income_long.csv");
  if (!table) return NULL;
  states *s = calloc(1, sizeof *s);
  cr_assert_eq(table->rows, STATES * SPAN);
  for (int r = 0; r < STATES * SPAN; r++) {
    int i = r / SPAN;
    s->code[i] = real_text(table, r, "STATE_FIPS");
    s->x[r % SPAN * STATES + (reversed ? STATES - 1 - i : i)] = real_number(table, r, "income");
  }
  for (int t = 0; t < SPAN; t++)
    s->year[t] = 1929 + t;
  return s;
}

static harness *of_states(const states *s) {
  harness *h = of(s->x, STATES, SPAN);
  h->periods.value = s->year;
  return h;
}

Test(convergence, states) {
  const states *s = read_states(false), *turned = read_states(true);
  if (!s) cr_skip("skipped: shared data is not here");
  harness *h = of_states(s), *other = of_states(turned);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  NEAR(value(h, "coefficient", 0), .110154967129, 1e-12);
  NEAR(value(h, "coefficient", 1), -.009153216984, 1e-12);
  NEAR(value(h, "std_error", 1), .000487946524, 1e-12);
  NEAR(value(h, "r2", 0), .884389248, 1e-9);
  NEAR(value(h, "speed", 0), .016471613170, 1e-12);
  NEAR(value(h, "speed_se", 0), .001822446, 1e-9);
  NEAR(value(h, "half_life", 0), 42.081317320, 1e-9);
  static const double sd[] = {.369375921, .165051154, .139083818};
  static const double cv[] = {.359127495, .164364032, .145530048};
  for (int k = 0; k < 3; k++) {
    NEAR(value(h, "sd", 40 * k), sd[k], 1e-9);
    NEAR(value(h, "cv", 40 * k), cv[k], 1e-9);
  }
  NEAR(value(h, "sigma_slope", 0), -.003113157417, 1e-12);
  NEAR(value(h, "sigma_se", 0), .000477920716, 1e-12);
  NEAR(value(h, "sigma_slope", 0) / value(h, "sigma_se", 0), -6.513962077, 1e-8);
  NEAR(value(h, "pitman_t", 0), 10.992747235, 1e-8);
  NEAR(value(h, "t2", 0), 58.622055327, 1e-8);
  static const char *const one[] = {"r2",       "speed",    "sigma_slope",
                                    "sigma_se", "pitman_t", "pitman_p"};
  for (int q = 0; q < 6; q++)
    NEAR(value(other, one[q], 0) / value(h, one[q], 0), 1, 1e-11);
  harness_free(other);
  harness_free(h);
}

Test(convergence, states_robust_and_spatial) {
  const states *s = read_states(false);
  const real_table *edges = real_open("us48_states_gal_edges.csv");
  if (!s || !edges) cr_skip("skipped: shared data is not here");
  harness *h = of_states(s);
  harness_set(h, "se", "hc1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "std_error", 1), .000445868888, 1e-12);
  NEAR(value(h, "coefficient", 1), -.009153216984, 1e-12);
  harness_free(h);
  h = of_states(s);
  harness_arg(h, "weights")->weights = real_links(edges, s->code, STATES, true);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "coefficient", 1), -.008821589170, 1e-12);
  NEAR(value(h, "coefficient", 2), -.000507928, 1e-9);
  harness_free(h);
}
