/* Transitions between classes: by hand with given breaks, against a plain loop on random panels,
 * conditions, what is missing or constant, what is refused. */
#include "measure/harness.h"

#include "kernel/space/links.h"

extern const sw_measure sw_measure_markov;

static uint64_t state = 11;
static double draw(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 40) * 0x1p-24;
}

static harness *of(const double *x, int64_t n, int periods) {
  harness *h = harness_new(&sw_measure_markov, n, periods);
  harness_column(h, "of", "x", x);
  return h;
}

static void run(harness *h) {
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
}

static void set_breaks(harness *h, int count, const char *const *breaks) {
  harness_set_node(h, "classes", harness_list(h, count, breaks));
}

static void set_texts(harness *h, const char *name, int count, const char *const *texts) {
  harness_arg(h, name)->count = count;
  harness_arg(h, name)->texts = texts;
}

static void expect_row(const char *what, const double *got, const double *want, int count) {
  for (int i = 0; i < count; i++)
    cr_expect((isnan(got[i]) && isnan(want[i])) || got[i] == want[i] ||
                  fabs(got[i] - want[i]) <= 1e-13 * fabs(want[i]),
              "%s[%d] = %.15g, wanted %.15g", what, i, got[i], want[i]);
}

#define ROW(h, name, row, ...)                                                                     \
  do {                                                                                             \
    const double want[] = {__VA_ARGS__};                                                           \
    expect_row(name, harness_result(h, name, row), want, (int)(sizeof want / sizeof *want));       \
  } while (0)

static const char *const one_and_two[2] = {"1", "2"};

/* Units by column, periods by row; breaks 1 and 2, closed below: a value of 1 is of class 2. */
static const double small[3][4] = {{.5, 1, 3, 1}, {1.5, .5, 3, 2}, {2, 1.5, 2.5, NAN}};

Test(markov, by_hand) {
  harness *h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  run(h);
  ROW(h, "class", 0, 1, 2, 3, 2);
  ROW(h, "class", 1, 2, 1, 3, 3);
  ROW(h, "class", 2, 3, 2, 3, 0);
  ROW(h, "leap", 0, NAN, NAN, NAN, NAN);
  ROW(h, "leap", 1, 1, -1, 0, 1);
  ROW(h, "leap", 2, 1, 1, 0, NAN);
  ROW(h, "leap_overall", 0, 2, 0, 0, NAN);
  ROW(h, "count", 0, 0, 2, 0, 1, 0, 2, 0, 0, 2);
  ROW(h, "probability", 0, 0, 1, 0, 1 / 3., 0, 2 / 3., 0, 0, 1);
  ROW(h, "leaps_up", 0, 0, 2, 2);
  ROW(h, "leaps_down", 0, 0, 1, 0);
  ROW(h, "n_used", 0, 0, 4, 3);
  ROW(h, "prais", 0, 1, 1, 0);
  ROW(h, "stay", 0, 1, 1, INFINITY);
  ROW(h, "steady_state", 0, 0, 0, 1);
  ROW(h, "closed_state", 0, 0, 0, 1, NAN, NAN, NAN, NAN, NAN, NAN);
  ROW(h, "shorrocks", 0, 1);
  /* m_13 = 1 + m_23, m_23 = 1 + m_13/3: 3 and 2. */
  ROW(h, "first_passage", 0, INFINITY, INFINITY, 3, INFINITY, INFINITY, 2, INFINITY, INFINITY, 1);
  cr_expect(h->job.result[sw_job_result(&h->job, "lr") - h->job.result].off);
  cr_expect_not_null(
      strstr(harness_said(h), "over a span of 1: 4 of 7 leapt up, 1 down, 0 by two"));
  cr_expect_not_null(strstr(harness_said(h), "up from 2001 to 2003: 00000000"));
  cr_expect_null(strstr(harness_said(h), "by construction"), "breaks are no quantiles");
  harness_free(h);
}

/* Over two periods; then across a break, where nothing is compared. */
Test(markov, span_and_break) {
  harness *h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  harness_set(h, "span", "2");
  run(h);
  ROW(h, "leap", 1, NAN, NAN, NAN, NAN);
  ROW(h, "leap", 2, 2, 0, 0, NAN);
  ROW(h, "count", 0, 0, 0, 1, 0, 1, 0, 0, 0, 1);
  harness_free(h);
  static const int at[1] = {2};
  h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  run(h);
  ROW(h, "leaps_up", 0, 0, 2, 0);
  ROW(h, "leap", 2, NAN, NAN, NAN, NAN);
  ROW(h, "leap_overall", 0, NAN, NAN, NAN, NAN);
  cr_expect(harness_noted(h, "break before 2003"));
  harness_free(h);
}

/* A class that units are in and never leave, as they have no later period, absorbs; one that
 * nobody is ever in is left out. */
Test(markov, classes_out_of_use) {
  static const double x[2][3] = {{1, 1, 1}, {1, 3, 3}};
  static const char *const breaks[3] = {"2", "2.5", "9"};
  harness *h = of(x[0], 3, 2);
  set_breaks(h, 3, breaks);
  run(h);
  ROW(h, "steady_state", 0, 0, NAN, 1, NAN);
  ROW(h, "prais", 0, 2 / 3., NAN, NAN, NAN);
  ROW(h, "shorrocks", 0, (2 - 4 / 3.) / 1);
  cr_expect(harness_noted(h, "2 of 4 classes have no unit"));
  cr_expect(harness_noted(h, "1 class is entered and never left"));
  harness_free(h);
}

/* ---- against a plain loop ----------------------------------------------------------------- */

enum { N = 300, T = 6, K = 4 };

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The class of each of `count` values among themselves, by their definition. */
static void plain_classes(const double *x, int count, int *class) {
  double *sorted = calloc((size_t)count, sizeof *sorted);
  int n = 0;
  for (int i = 0; i < count; i++)
    if (!isnan(x[i])) sorted[n++] = x[i];
  qsort(sorted, (size_t)n, sizeof *sorted, compare);
  for (int i = 0; i < count; i++) {
    class[i] = isnan(x[i]) ? 0 : 1;
    for (int c = 1; c < K && class[i]; c++) {
      int place = (n - 1) * c / K, rest = (n - 1) * c % K;
      double q = sorted[place];
      if (rest) q += rest / (double)K * (sorted[place + 1] - sorted[place]);
      class[i] += q < x[i];
    }
  }
  free(sorted);
}

/* Random walks with ties and gaps. */
static void fill(double *x) {
  for (int i = 0; i < N; i++) {
    double level = 20 * draw();
    for (int t = 0; t < T; t++) {
      level += 4 * draw() - 1.9;
      x[t * N + i] = draw() < .05 ? NAN : floor(8 * level) / 8 + 30;
    }
  }
}

static void expect_counts(const harness *h, const int *class) {
  double count[K * K] = {0};
  for (int t = 1; t < T; t++)
    for (int i = 0; i < N; i++) {
      int a = class[(t - 1) * N + i], b = class[t * N + i];
      if (a && b) count[(a - 1) * K + b - 1] += 1;
    }
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++)
      cr_assert_eq(harness_result(h, "class", t)[i], class[t * N + i], "class of %d in %d", i, t);
  for (int c = 0; c < K * K; c++)
    cr_assert_eq(harness_result(h, "count", 0)[c], count[c]);
}

Test(markov, quantiles_of_each_period) {
  static double x[T * N];
  static int class[T * N];
  fill(x);
  harness *h = of(x, N, T);
  harness_set(h, "classes", "4");
  run(h);
  for (int t = 0; t < T; t++)
    plain_classes(x + t * N, N, class + t * N);
  expect_counts(h, class);
  cr_expect_not_null(strstr(harness_said(h), "by construction"));
  cr_expect(h->job.scores_per_period, "a rank is no level");
  harness_free(h);
}

Test(markov, pooled_and_relative) {
  static double x[T * N], over[T * N];
  static int class[T * N];
  fill(x);
  for (int t = 0; t < T; t++) {
    double sum = 0, n = 0;
    for (int i = 0; i < N; i++)
      if (!isnan(x[t * N + i])) {
        sum += x[t * N + i];
        n += 1;
      }
    for (int i = 0; i < N; i++)
      over[t * N + i] = x[t * N + i] / (sum / n);
  }
  for (int relative = 0; relative < 2; relative++) {
    harness *h = of(x, N, T);
    harness_set(h, "classes", "4");
    harness_set(h, "over", "pooled");
    harness_set(h, "relative", relative ? "true" : "false");
    run(h);
    plain_classes(relative ? over : x, T * N, class);
    expect_counts(h, class);
    cr_expect(!h->job.scores_per_period);
    harness_free(h);
  }
}

/* ---- conditions --------------------------------------------------------------------------- */

/* A row of units, each beside the next; the last has no neighbour. */
static const sw_links *in_a_row(void) {
  static int64_t start[N + 1];
  static int32_t to[2 * N];
  static double value[2 * N];
  static sw_links links;
  int64_t at = 0;
  for (int i = 0; i < N; i++) {
    start[i] = at;
    double weight = i == 0 || i == N - 2 ? 1 : .5;
    if (i > 0 && i < N - 1) to[at] = i - 1, value[at++] = weight;
    if (i < N - 2) to[at] = i + 1, value[at++] = weight;
  }
  start[N] = at;
  links = (sw_links){.n = N, .row_start = start, .to = to, .value = value};
  return &links;
}

Test(markov, by_the_class_of_the_lag) {
  static double x[T * N], lag[T * N];
  static int class[T * N], given[T * N];
  const sw_links *links = in_a_row();
  double count[K * K * K] = {0}, without = 0;
  fill(x);
  for (int t = 0; t < T; t++) {
    for (int i = 0; i < N; i++)
      lag[t * N + i] = isnan(x[t * N + i]) ? NAN : sw_links_lag(links, true, x + t * N, i);
    plain_classes(x + t * N, N, class + t * N);
    plain_classes(lag + t * N, N, given + t * N);
  }
  harness *h = of(x, N, T);
  harness_set(h, "classes", "4");
  harness_arg(h, "weights")->weights = links;
  run(h);
  expect_counts(h, class);
  for (int t = 1; t < T; t++)
    for (int i = 0; i < N; i++) {
      int a = class[(t - 1) * N + i], b = class[t * N + i], s = given[(t - 1) * N + i];
      int s_then = given[t * N + i];
      if (a && b && s) count[((s - 1) * K + a - 1) * K + b - 1] += 1;
      without += a && b && !s;
      double move = a && b && s && s_then ? (a != b) + 2 * (s != s_then) : NAN;
      double got = harness_result(h, "move", t)[i];
      cr_assert(got == move || (isnan(got) && isnan(move)),
                "unit %d in %d: %g, wanted %g (%d %d %d %d)", i, t, got, move, a, b, s, s_then);
    }
  for (int c = 0; c < K * K * K; c++)
    cr_assert_eq(harness_result(h, "conditional_count", 0)[c], count[c]);
  cr_expect(without > 0 && harness_noted(h, "transitions are under no condition"));
  harness_free(h);
}

/* Groups of units, as two columns would have them. */
static void set_groups(harness *h, sw_grouping *grouping, int32_t *group) {
  static const char *const label[2] = {"", "east"};
  for (int64_t i = 0; i < h->job.n; i++)
    group[i] = (int32_t)(i % 2);
  *grouping = (sw_grouping){.name = "side", .n_groups = 2, .label = label, .of = group};
  h->units.n_groupings = 1;
  h->units.grouping = grouping;
}

Test(markov, by_group) {
  static const char *const side[1] = {"side"};
  sw_grouping grouping;
  int32_t group[4];
  harness *h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  set_groups(h, &grouping, group);
  set_texts(h, "groups", 1, side);
  run(h);
  ROW(h, "leaps_by", 0, 0, 0, 1, 2, 1, 1);
  ROW(h, "leaps_up_by", 0, 0, 0, 1, 1, 1, 1);
  ROW(h, "leaps_down_by", 0, 0, 0, 0, 1, 0, 0);
  ROW(h, "overall_up_by", 0, 1, 0);
  ROW(h, "overall_down_by", 0, 0, 0);
  ROW(h, "conditional_count", 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0, 0, 0);
  ROW(h, "df", 0, 1); /* class 2 is left on both sides, for two classes */
  cr_expect_not_null(strstr(harness_said(h), "by side (up/down): the rest 2/0, east 2/1"), "%s",
                     harness_said(h));
  harness_free(h);
  /* Groups as the input of a condition, whose numbers are classes: the same matrices. */
  static const double number[3][4] = {{0, 1, 0, 1}, {0, 1, 0, 1}, {0, 1, 0, 1}};
  static const char *const taken[2][2] = {{"class_label", "group_class_label"},
                                          {"given_label", "group_given_label"}};
  for (int k = 0; k < 2; k++) {
    h = of(small[0], 4, 3);
    set_breaks(h, 2, one_and_two);
    set_groups(h, &grouping, group);
    grouping.name = taken[k][0];
    set_texts(h, "groups", 1, taken[k]);
    run(h);
    cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&h->job, "group")), taken[k][1]);
    harness_free(h);
  }
  h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  sw_input *input = harness_column(h, "given", "side", number[0]);
  input->n_classes = 2;
  input->class_label = side;
  run(h);
  ROW(h, "conditional_count", 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0, 0, 0);
  harness_free(h);
}

/* From 2001 to 2002 and from there on; a transition over the middle is of neither part. */
Test(markov, parts_of_time) {
  static const char *const middle[1] = {"2002"}, *const end[1] = {"2003"},
                           *const none[1] = {"1999"};
  harness *h = of(small[0], 4, 3);
  set_breaks(h, 2, one_and_two);
  set_texts(h, "split", 1, middle);
  run(h);
  ROW(h, "conditional_count", 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1);
  cr_expect_str_eq(sw_job_find_axis(&h->job, "given_label")->label[1], "2002 to 2003");
  harness_free(h);
  h = of(small[0], 4, 3);
  set_texts(h, "split", 1, middle);
  harness_set(h, "span", "2");
  set_breaks(h, 2, one_and_two);
  run(h);
  cr_expect_eq(harness_result(h, "conditional_count", 0)[4], 0);
  cr_expect(harness_noted(h, "3 transitions are under no condition"));
  harness_free(h);
  h = of(small[0], 4, 3);
  set_texts(h, "split", 1, end);
  HARNESS_FAILS(h, "2003 does not lie between 2001 and the last period");
  harness_free(h);
  h = of(small[0], 4, 3);
  set_texts(h, "split", 1, none);
  HARNESS_FAILS(h, "the entry has no period 1999");
  harness_free(h);
}

/* ---- classes with names ------------------------------------------------------------------- */

static const char *const named[3] = {"low", "fair", "good"};

Test(markov, classes_of_another_result) {
  static const double class[2][4] = {{1, 2, 3, 0}, {2, 2, 1, 3}};
  harness *h = of(class[0], 4, 2);
  h->input[0].n_classes = 3;
  h->input[0].class_first = 1;
  h->input[0].class_label = named;
  run(h);
  ROW(h, "class", 0, 1, 2, 3, 0);
  ROW(h, "count", 0, 0, 1, 0, 0, 1, 0, 1, 0, 0);
  ROW(h, "leap", 1, 1, 0, -2, NAN);
  cr_expect_str_eq(sw_job_find_axis(&h->job, "class_label_to")->label[2], "good");
  cr_expect_not_null(strstr(harness_said(h), "low 1/0, good 0/1"), "%s", harness_said(h));
  harness_free(h);
  h = of(class[0], 4, 2);
  h->input[0].n_classes = 3;
  harness_set(h, "relative", "true");
  HARNESS_FAILS(h, "'x' is of classes already; leave relative out");
  harness_free(h);
  h = of(class[0], 4, 2);
  h->input[0].n_classes = 1;
  HARNESS_FAILS(h, "'x' has 1 classes; expected 2 to 64");
  harness_free(h);
}

/* ---- edges -------------------------------------------------------------------------------- */

Test(markov, constant) {
  static const double x[2][4] = {{5, 5, 5, 5}, {1, 2, 3, 4}};
  harness *h = of(x[0], 4, 2);
  harness_set(h, "classes", "2");
  run(h);
  ROW(h, "class", 0, 0, 0, 0, 0);
  ROW(h, "class", 1, 1, 1, 2, 2);
  ROW(h, "n_used", 0, 0, 0);
  ROW(h, "shorrocks", 0, NAN);
  cr_expect(harness_noted(h, "'x' does not vary in 1 period: it has no classes there"));
  harness_free(h);
  static const double all[2][4] = {{5, 5, 5, 5}, {5, 5, NAN, 5}};
  h = of(all[0], 4, 2);
  harness_set(h, "over", "pooled");
  run(h);
  ROW(h, "class", 1, 0, 0, 0, 0);
  ROW(h, "steady_state", 0, NAN, NAN, NAN, NAN, NAN);
  cr_expect(harness_noted(h, "'x' does not vary: it has no classes"));
  harness_free(h);
}

/* A tie at a quantile leaves the class between equal breaks empty; more classes than values. */
Test(markov, ties_and_few_values) {
  static const double x[2][6] = {{1, 1, 1, 1, 2, 3}, {1, 1, 1, 1, 2, 3}};
  harness *h = of(x[0], 6, 2);
  harness_set(h, "classes", "3");
  run(h);
  /* Positions 5/3 and 10/3: 1 and 1 + (1/3) = 4/3. */
  ROW(h, "class", 0, 1, 1, 1, 1, 3, 3);
  cr_expect(harness_noted(h, "2 of the 6 classes of 2 periods have no unit, as breaks are equal"));
  cr_expect_not(harness_noted(h, "fewer different values"), "there are three");
  harness_free(h);
  h = of(x[0], 6, 2);
  harness_set(h, "classes", "5");
  run(h);
  cr_expect(harness_noted(h, "; 2 periods have fewer different values than classes"));
  harness_free(h);
}

Test(markov, no_mean) {
  static const double x[2][3] = {{-1, 0, -2}, {1, 2, 3}};
  harness *h = of(x[0], 3, 2);
  harness_set(h, "relative", "true");
  harness_set(h, "classes", "2");
  run(h);
  ROW(h, "class", 0, 0, 0, 0);
  cr_expect(harness_noted(h, "the mean of 'x' is not above 0 in 1 period;"));
  harness_free(h);
}

Test(markov, refused) {
  static const char *const down[2] = {"2", "1"};
  static const struct {
    const char *param, *value, *said;
  } wrong[] = {{"classes", "1", "1 is out of range; expected 2 to 64 classes"},
               {"classes", "65", "65 is out of range; expected 2 to 64 classes"},
               {"classes", "many", "expected a whole number"},
               {"span", "7", "no two periods of the entry are 7 apart"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    harness *h = of(small[0], 4, 3);
    harness_set(h, wrong[i].param, wrong[i].value);
    HARNESS_FAILS(h, wrong[i].said);
    harness_free(h);
  }
  harness *h = of(small[0], 4, 3);
  set_breaks(h, 2, down);
  HARNESS_FAILS(h, "1 after 2; expected ascending breaks");
  harness_free(h);
  h = of(small[0], 4, 1);
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
  h = of(small[0], 4, 3);
  h->input[0].per_period_normalised = true;
  HARNESS_FAILS(h, "normalised per period");
  harness_free(h);
  h = of(small[0], 4, 3);
  harness_column(h, "given", "y", small[0]);
  set_texts(h, "split", 1, one_and_two);
  HARNESS_FAILS(h, "stands beside given; an entry takes one condition");
  harness_free(h);
}
