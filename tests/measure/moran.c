/* Moran's I against spdep on Columbus, NC SIDS and the 48 states (oracles), and by definition
 * where values are missing. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_moran;

static harness *run(const sw_links *links, const double *x, const char *islands) {
  harness *h = harness_new(&sw_measure_moran, links->n, 1);
  harness_arg(h, "weights")->weights = links;
  harness_column(h, "of", "x", x);
  if (islands) harness_set(h, "islands", islands);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double value(const harness *h, const char *name) {
  return harness_result(h, name, 0)[0];
}

/* spdep, both lists of neighbours of Columbus. */
Test(moran, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  static const char *const lists[2] = {"columbus49_colnb_edges.csv", "columbus49_gal_edges.csv"};
  static const double i[2] = {.510951264, .500188557}, z[2] = {5.634133, 5.589383};
  static const double randomisation[2] = {.008908762, .008689289};
  static const double normality[2] = {.008779831, .008563413};
  real_sample s = real_sample_of(table, "POLYID");
  double crime[49];
  for (int u = 0; u < 49; u++)
    crime[u] = real_number(table, s.order[u], "CRIME");
  for (int k = 0; k < 2; k++) {
    REAL_OPEN(edges, lists[k]);
    harness *h = run(real_links(edges, s.code, s.n, true), crime, NULL);
    NEAR(value(h, "I"), i[k], 5e-10);
    NEAR(value(h, "expected"), -.020833333, 5e-10);
    NEAR(value(h, "variance_randomisation"), randomisation[k], 5e-10);
    NEAR(value(h, "variance_normality"), normality[k], 5e-10);
    NEAR(value(h, "z"), z[k], 5e-7);
    NEAR(value(h, "p_value"), erfc(z[k] / sqrt(2)), 1e-12);
    NEAR(value(h, "n_used"), 49, 0);
    harness_free(h);
  }
}

/* spdep with each rule for the two islands. */
Test(moran, nc_sids_islands) {
  REAL_OPEN(table, "nc_sids100.csv");
  REAL_OPEN(edges, "nc_sids100_cc89_edges.csv");
  static const char *const rule[3] = {"adjust", "zero", "remove"};
  static const double i[3] = {.269756869652, .275262111890, .280134347};
  static const double used[3] = {100, 100, 98};
  real_sample s = real_sample_of(table, "FIPS");
  double rate[100];
  for (int u = 0; u < 100; u++) {
    double deaths = real_number(table, s.order[u], "SID74");
    double births = real_number(table, s.order[u], "BIR74");
    rate[u] = sqrt(1000) * (sqrt(deaths / births) + sqrt((deaths + 1) / births));
  }
  const sw_links *links = real_links(edges, s.code, s.n, true);
  cr_assert_eq(links->islands, 2);
  for (int k = 0; k < 3; k++) {
    harness *h = run(links, rate, rule[k]);
    NEAR(value(h, "I"), i[k], k == 2 ? 5e-10 : 5e-13);
    NEAR(value(h, "n_used"), used[k], 0);
    NEAR(value(h, "expected"), -1.0 / (k == 1 ? 99 : 97), 1e-15);
    cr_expect(harness_noted(h, "2 units have no neighbour"));
    harness_free(h);
  }
}

/* The edges of the 48 states name them by the row of the income file, from 0 (PROVENANCE) - or by
 * state code: whichever the file uses, every link must be found. */
Test(moran, states) {
  REAL_OPEN(table, "us48_income_long.csv");
  REAL_OPEN(edges, "us48_states_gal_edges.csv");
  const char *code[48];
  double x[3][48];
  static const char *const years[3] = {"1929", "1969", "2009"};
  static const double i[3] = {.6529031, .4728262, .4128805};
  int count = 0;
  for (int64_t r = 0; r < table->rows; r++) {
    if (strcmp(real_text(table, r, "year"), "1929") == 0)
      code[count++] = real_text(table, r, "STATE_FIPS");
    for (int k = 0; k < 3; k++)
      if (strcmp(real_text(table, r, "year"), years[k]) == 0)
        x[k][count - 1] = log(real_number(table, r, "income"));
  }
  cr_assert_eq(count, 48);
  const sw_links *links = real_links(edges, code, 48, true);
  cr_assert_eq(links->row_start[48], edges->rows);
  for (int k = 0; k < 3; k++) {
    harness *h = run(links, x[k], NULL);
    NEAR(value(h, "I"), i[k], 5e-8);
    harness_free(h);
  }
}

/* A ring of eight with two values missing equals the same units alone, standardised anew. */
Test(moran, missing_values) {
  static const int64_t start[9] = {0, 2, 4, 6, 8, 10, 12, 14, 16};
  static const int32_t to[16] = {1, 7, 0, 2, 1, 3, 2, 4, 3, 5, 4, 6, 5, 7, 0, 6};
  static const double half[16] = {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5};
  const sw_links ring = {.n = 8, .row_start = start, .to = to, .value = half, .symmetric = true};
  /* Units 2 and 4 missing: 3 is an island; 0-1, 0-7, 5-6, 6-7 remain. */
  static const double x[8] = {3, 5, NAN, 9, NAN, 2, 4, 7};
  static const int64_t part_start[6] = {0, 2, 3, 4, 6, 8};
  static const int32_t part_to[8] = {1, 4, 0, 3, 2, 4, 0, 3};
  static const double part_value[8] = {.5, .5, 1, 1, .5, .5, .5, .5};
  const sw_links part = {
      .n = 5, .row_start = part_start, .to = part_to, .value = part_value, .symmetric = false};
  static const double y[5] = {3, 5, 2, 4, 7};
  harness *a = run(&ring, x, "remove"), *b = run(&part, y, NULL), *c = run(&ring, x, "adjust");
  static const char *const names[] = {"I", "variance_normality", "variance_randomisation", "z"};
  for (int q = 0; q < 4; q++)
    NEAR(value(a, names[q]), value(b, names[q]), 1e-15);
  NEAR(value(a, "n_used"), 5, 0);
  NEAR(value(c, "n_used"), 6, 0);
  NEAR(value(c, "expected"), -.25, 0);
  harness_free(a);
  harness_free(b);
  harness_free(c);
}

/* A path of 3,223 units with a chord of length 3 at every seventh: rows standardised. */
enum { PATH = 3223 };

static void link_path(int64_t *start, int32_t *to, double *weight) {
  start[0] = 0;
  for (int i = 0; i < PATH; i++) {
    int64_t at = start[i];
    if (i >= 3 && (i - 3) % 7 == 0) to[at++] = i - 3;
    if (i > 0) to[at++] = i - 1;
    if (i < PATH - 1) to[at++] = i + 1;
    if (i % 7 == 0 && i + 3 < PATH) to[at++] = i + 3;
    start[i + 1] = at;
    for (int64_t e = start[i]; e < at; e++)
      weight[e] = 1.0 / (double)(at - start[i]);
  }
}

/* One case among equals, and two that balance: the moments by exact fractions (Python). Values a
 * million times as large, or near the end of the doubles, have the same. */
Test(moran, nearly_all_values_are_equal) {
  static int64_t start[PATH + 1];
  static int32_t to[4 * PATH];
  static double weight[4 * PATH], x[PATH];
  const sw_links path = {.n = PATH, .row_start = start, .to = to, .value = weight};
  static const double scale[] = {1, 1e6, 1e300, 1e-300};
  link_path(start, to, weight);
  for (int k = 0; k < 4; k++) {
    for (int i = 0; i < PATH; i++)
      x[i] = 0;
    x[5] = scale[k];
    harness *h = run(&path, x, NULL);
    NEAR(value(h, "I") / -0.00031036623215394165, 1, 1e-12);
    NEAR(value(h, "variance_randomisation") / 4.5976835148776482e-09, 1, 1e-12);
    harness_free(h);
    x[9] = -scale[k];
    h = run(&path, x, NULL);
    NEAR(value(h, "variance_randomisation") / 0.00013791376848358838, 1, 1e-12);
    harness_free(h);
  }
  /* Far from zero: the mean itself lies between two doubles. I does not depend on place and scale.
   */
  static const double place[] = {1e15, 7, -3e9}, step[] = {2, 1e-9, 1};
  for (int k = 0; k < 3; k++) {
    for (int i = 0; i < PATH; i++)
      x[i] = place[k];
    x[5] += step[k];
    harness *h = run(&path, x, NULL);
    NEAR(value(h, "I") / -0.00031036623215394165, 1, 1e-12);
    NEAR(value(h, "variance_randomisation") / 4.5976835148776482e-09, 1, 1e-12);
    harness_free(h);
  }
}

/* By exact fractions: 3,224 counties of the Census adjacency, one of them a case. Which one, makes
 * no difference to the variance. */
Test(moran, one_county) {
  REAL_OPEN(edges, "us_county_adjacency.csv");
  const char **code = calloc((size_t)edges->rows, sizeof *code);
  int64_t n = 0;
  for (int64_t r = 0; r < edges->rows; r++) {
    const char *from = real_text(edges, r, "from");
    if (n == 0 || strcmp(code[n - 1], from) != 0) code[n++] = from;
  }
  cr_assert_eq(n, 3224);
  double *x = calloc((size_t)n, sizeof *x);
  x[100] = 1;
  harness *h = run(real_links(edges, code, n, true), x, NULL);
  NEAR(value(h, "variance_randomisation") / 7.3114813570359492e-09, 1, 1e-12);
  harness_free(h);
}

/* Links lead to an island, which the scale leaves out: by exact fractions of the textbook's form.
 */
Test(moran, island_that_receives) {
  static const int64_t start[8] = {0, 2, 4, 5, 7, 8, 9, 9};
  static const int32_t to[9] = {1, 6, 0, 2, 1, 2, 4, 5, 3};
  static const double weight[9] = {.5, .5, .25, .75, 1, .5, .5, 1, 1};
  static const double x[7] = {3, 5, 4, 9, 1, 2, 7};
  const sw_links links = {.n = 7, .row_start = start, .to = to, .value = weight, .islands = 1};
  harness *h = run(&links, x, "adjust");
  NEAR(value(h, "I"), -0.30325064157399489, 1e-15);
  NEAR(value(h, "variance_randomisation"), 0.12362287276743918, 1e-15);
  harness_free(h);
}

/* Weights that are all equal: I is -1/(n - 1) whatever the values, and has no z. */
Test(moran, equal_weights) {
  int64_t start[6] = {0, 4, 8, 12, 16, 20};
  int32_t to[20];
  double weight[20];
  static const double x[5] = {3, 5, 4, 9, 1};
  for (int i = 0, e = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      if (i != j) to[e] = j, weight[e++] = .25;
  const sw_links links = {.n = 5, .row_start = start, .to = to, .value = weight};
  harness *h = run(&links, x, NULL);
  NEAR(value(h, "I"), -.25, 1e-15);
  NEAR(value(h, "variance_randomisation"), 0, 0);
  cr_expect(isnan(value(h, "z")) && isnan(value(h, "p_value")));
  harness_free(h);
}

Test(moran, no_variation) {
  static const int64_t start[3] = {0, 1, 2};
  static const int32_t to[2] = {1, 0};
  static const double one[2] = {1, 1}, x[2] = {.1, .1};
  const sw_links pair = {.n = 2, .row_start = start, .to = to, .value = one, .symmetric = true};
  harness *h = run(&pair, x, NULL);
  cr_expect(isnan(value(h, "I")));
  NEAR(value(h, "n_used"), 2, 0);
  harness_free(h);
}

/* 0.1 + 0.2 and 0.3 are one number in exact arithmetic: nothing varies but the last bit. */
Test(moran, no_variation_but_rounding) {
  static const int64_t start[5] = {0, 1, 2, 3, 4};
  static const int32_t to[4] = {1, 0, 3, 2};
  static const double one[4] = {1, 1, 1, 1}, x[4] = {.3, .1 + .2, .3, .3};
  static const double large[4] = {1e15, 1e15 + 1, 1e15 + 2, 1e15};
  const sw_links pairs = {.n = 4, .row_start = start, .to = to, .value = one, .symmetric = true};
  harness *h = run(&pairs, x, NULL);
  cr_expect(isnan(value(h, "I")));
  harness_free(h);
  h = run(&pairs, large, NULL);
  cr_expect_not(isnan(value(h, "I")));
  harness_free(h);
}

/* ---- permutations, two variables, bands of distance ---------------------------------------- */

static harness *set_up(const sw_links *links, int64_t n, int periods, const double *x) {
  harness *h = harness_new(&sw_measure_moran, n, periods);
  if (links) harness_arg(h, "weights")->weights = links;
  harness_column(h, "of", "x", x);
  return h;
}

/* esda and own: bivariate I of CRIME and the lag of INC; Columbus by its own neighbours is beyond
 * all of 999 draws. */
Test(moran, columbus_bivariate) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  real_sample s = real_sample_of(table, "POLYID");
  const sw_links *links = real_links(edges, s.code, s.n, true);
  harness *h = set_up(links, 49, 1, real_column(table, &s, "CRIME"));
  harness_column(h, "with", "y", real_column(table, &s, "INC"));
  harness_set(h, "permutations", "999");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "I"), -.428387348016, 5e-13);
  NEAR(value(h, "expected"), 0, 0);
  NEAR(value(h, "z"), value(h, "I") / sqrt(value(h, "variance_randomisation")), 1e-12);
  NEAR(value(h, "p_sim"), .001, 0);
  cr_expect(h->job.result[2].off, "no variance under normality");
  harness_free(h);
  h = set_up(links, 49, 1, real_column(table, &s, "CRIME"));
  harness_set(h, "permutations", "999");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "p_sim"), .001, 0);
  NEAR(value(h, "I"), .510951264, 5e-10);
  harness_free(h);
}

/* A path with a chord, weights of all sizes, not symmetric. */
static const int64_t few_start[7] = {0, 1, 3, 5, 7, 9, 10};
static const int32_t few_to[10] = {1, 0, 2, 1, 5, 2, 4, 3, 5, 2};
static const double few_weight[10] = {1, .5, 2, .25, 1, 1, 3, .5, .75, 1};
static const sw_links few_links = {
    .n = 6, .row_start = few_start, .to = few_to, .value = few_weight};
static const double few_x[6] = {3, 5, 4, 9, 1, 2}, few_y[6] = {1, 0, 4, 4, 8, -3};

/* zx'W zy of the values of y in an order. */
static double cross(const double *x, const double *y, const int *order, bool both) {
  double mean_x = 0, mean_y = 0, sum = 0;
  for (int i = 0; i < 6; i++) {
    mean_x += x[i] / 6;
    mean_y += y[i] / 6;
  }
  for (int i = 0; i < 6; i++)
    for (int64_t e = few_start[i]; e < few_start[i + 1]; e++)
      sum += few_weight[e] * (x[both ? order[i] : i] - mean_x) * (y[order[few_to[e]]] - mean_y);
  return sum;
}

typedef struct orders {
  const double *x, *y;
  bool both;
  double all, below, above, sum, squares, observed;
} orders;

static void visit(int *order, int k, orders *o) {
  if (k == 6) {
    double c = cross(o->x, o->y, order, o->both);
    o->all += 1;
    o->below += c <= o->observed + 1e-11;
    o->above += c >= o->observed - 1e-11;
    o->sum += c;
    o->squares += c * c;
  }
  for (int j = k; j < 6; j++) {
    int a = order[k], b = order[j];
    order[k] = b, order[j] = a;
    visit(order, k + 1, o);
    order[k] = a, order[j] = b;
  }
}

/* Against all 720 orders: moments and p, of one variable and of two. */
Test(moran, all_permutations) {
  for (int two = 0; two < 2; two++) {
    int order[6] = {0, 1, 2, 3, 4, 5};
    orders o = {.x = few_x, .y = two ? few_y : few_x, .both = !two};
    o.observed = cross(o.x, o.y, order, o.both);
    visit(order, 0, &o);
    harness *h = set_up(&few_links, 6, 1, few_x);
    if (two) harness_column(h, "with", "y", few_y);
    harness_set(h, "permutations", "100000");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    double scale = value(h, "I") / o.observed, mean = o.sum / o.all;
    NEAR(value(h, "expected"), mean * scale, 1e-13);
    NEAR(value(h, "variance_randomisation"), (o.squares / o.all - mean * mean) * scale * scale,
         1e-12);
    NEAR(value(h, "p_sim"), fmin(o.below, o.above) / o.all, .008);
    harness_free(h);
  }
}

/* Of a variable with itself the bivariate I is Moran's. */
Test(moran, with_itself) {
  harness *a = set_up(&few_links, 6, 1, few_x), *b = set_up(&few_links, 6, 1, few_x);
  harness_column(b, "with", "x", few_x);
  cr_assert_eq(harness_run(a), SW_OK);
  cr_assert_eq(harness_run(b), SW_OK);
  NEAR(value(a, "I"), value(b, "I"), 1e-15);
  harness_free(a);
  harness_free(b);
}

/* Pairs whose other value is missing are not used. */
Test(moran, two_variables_missing) {
  static const double x[6] = {3, 5, 4, NAN, 1, 2}, y[6] = {1, NAN, 4, 4, 8, -3};
  harness *h = set_up(&few_links, 6, 1, x);
  harness_column(h, "with", "y", y);
  harness_set(h, "permutations", "19");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "n_used"), 4, 0);
  cr_expect(value(h, "p_sim") >= .05 && value(h, "p_sim") <= 1);
  harness_free(h);
}

static void place_units(harness *h, double *lon, double *lat) {
  h->units.lon = lon;
  h->units.lat = lat;
}

/* spdep: elect80 by bands of great-circle distance. */
Test(moran, correlogram) {
  REAL_OPEN(table, "us_elect80_3107.csv");
  static const double i[4] = {.5136927743, .5759519470, .5266050078, .4464052808};
  static const double pairs[4] = {6237, 21282, 80217, 286862}, alone[2] = {412, 29};
  real_sample s = real_sample_of(table, "FIPS");
  harness *h = set_up(NULL, s.n, 1, real_column(table, &s, "pc_turnout"));
  place_units(h, real_column(table, &s, "lon"), real_column(table, &s, "lat"));
  harness_set(h, "by_distance", "50 100 200 400");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int b = 0; b < 4; b++) {
    NEAR(harness_result(h, "I", 0)[b], i[b], 5e-11);
    NEAR(harness_result(h, "pairs", 0)[b], pairs[b], 0);
    if (b < 2) NEAR(harness_result(h, "no_neighbour", 0)[b], alone[b], 0);
    NEAR(harness_result(h, "n_used", 0)[b], 3107, 0);
  }
  cr_expect_not_null(
      strstr(harness_said(h), "(0, 50] km: 6237 pairs; units without a neighbour: 412 of 3107"));
  harness_free(h);
}

/* A band is what the same links are as a matrix; limits are within; periods and bands in order. */
Test(moran, bands_by_hand) {
  static double lon[4] = {0, 0, 0, 0}, lat[4] = {0, 1, 2, 4};
  static const double x[8] = {3, 5, 4, 9, 1, NAN, 8, 2};
  static const int64_t start[5] = {0, 1, 3, 4, 4};
  static const int32_t to[4] = {1, 0, 2, 1};
  static const double weight[4] = {1, .5, .5, 1};
  const sw_links near = {.n = 4, .row_start = start, .to = to, .value = weight, .islands = 1};
  double degree = M_PI / 180 * 6371.0088;
  char limits[64];
  snprintf(limits, sizeof limits, "%.17g %.17g", degree, 2 * degree);
  harness *h = set_up(NULL, 4, 2, x), *m = set_up(&near, 4, 2, x);
  place_units(h, lon, lat);
  harness_set(h, "by_distance", limits);
  harness_set(h, "permutations", "99");
  harness_set(m, "permutations", "99");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(m), SW_OK, "%s", m->err.text);
  NEAR(harness_result(h, "pairs", 0)[0], 2, 0);
  NEAR(harness_result(h, "pairs", 0)[1], 2, 0);
  NEAR(harness_result(h, "no_neighbour", 0)[1], 1, 0);
  NEAR(harness_result(h, "I", 0)[0], value(m, "I"), 0);
  NEAR(harness_result(h, "p_sim", 0)[0], value(m, "p_sim"), 0);
  cr_expect(isnan(harness_result(h, "I", 0)[2]), "period 2, band 1: no links");
  cr_expect(isnan(harness_result(h, "p_sim", 0)[2]));
  cr_expect_not(isnan(harness_result(h, "I", 0)[3]));
  harness_free(h);
  harness_free(m);
}

Test(moran, refused) {
  static double lon[6] = {0, 1, 2, 3, 4, 5}, lat[6] = {0, 1, 2, NAN, 4, 5};
  harness *h = set_up(NULL, 6, 1, few_x);
  HARNESS_FAILS(h, "'weights' is missing: a weights matrix of the study, or by_distance");
  harness_free(h);
  h = set_up(NULL, 6, 1, few_x);
  harness_set(h, "by_distance", "50 50");
  HARNESS_FAILS(h, "50 after 50; expected ascending limits above 0");
  harness_free(h);
  h = set_up(NULL, 6, 1, few_x);
  harness_set(h, "by_distance", "50");
  HARNESS_FAILS(h, "distances need coordinates");
  harness_free(h);
  h = set_up(NULL, 6, 1, few_x);
  place_units(h, lon, lat);
  harness_set(h, "by_distance", "50");
  HARNESS_FAILS(h, "unit 00000003 has no coordinates");
  harness_free(h);
}
