/* Effects of spatial models: the oracles (oracles/space.md), whose coefficients and covariances are
 * those of dense maximum likelihood with analytic information, own; and what must hold of any W. */
#include "kernel/effects/effects.h"
#include "kernel/effects/spillover.h"

#include "kernel/space/links.h"

#include "base/arena.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(effects, .timeout = 60);

enum { MOST = 128 };

#define NEAR(a, b, tolerance)                                                                      \
  cr_expect(fabs((a) - (b)) <= (tolerance), "%s: %.12g, not %.12g", #a, (double)(a), (double)(b))

/* ---- a matrix W and its filter ------------------------------------------------------------- */

typedef struct spatial {
  sw_links w;
  sw_filter_plan *plan;
  sw_filter *filter;
  void *memory, *work;
} spatial;

static spatial *open_filter(sw_link_rows rows) {
  static spatial all[3]; /* a filter keeps the links by address */
  static int count;
  spatial *s = &all[count++];
  sw_error err = {0};
  double *sum = calloc((size_t)rows.n, sizeof *sum);
  s->w = (sw_links){.n = rows.n, .row_start = rows.row_start, .to = rows.to, .value = rows.value};
  sw_links_row_sums(&s->w, sum);
  s->w.row_sum = sum;
  s->w.islands = sw_links_islands(&s->w);
  cr_assert_eq(sw_filter_plan_create(&err, &s->w, SW_LOGDET_AUTO, &s->plan), SW_OK, "%s", err.text);
  cr_assert_eq(sw_alloc(&err, s->plan->workspace, 1, &s->memory), SW_OK);
  cr_assert_eq(sw_alloc(&err, 1 << 26, 1, &s->work), SW_OK);
  s->filter = sw_filter_at(s->plan, &s->w, NULL, s->memory);
  return s;
}

static spatial *row_standardised(const char *path, int64_t n) {
  static sw_link link[400];
  int from, to, count = 0;
  int64_t twice[2];
  char line[64];
  sw_error err = {0};
  sw_link_rows rows;
  FILE *file = fopen(path, "r");
  if (!file) cr_skip_test("%s is missing: not tested on real data", path);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%d,%d", &from, &to) == 2) link[count++] = (sw_link){from - 1, to - 1, 1.0, 0};
  fclose(file);
  cr_assert_eq(sw_links_rows_create(&err, n, link, count, &rows, twice), SW_OK);
  for (int64_t i = 0; i < n; i++)
    sw_links_style_row(rows.value + rows.row_start[i], rows.row_start[i + 1] - rows.row_start[i],
                       SW_STYLE_ROW);
  return open_filter(rows);
}

static spatial *columbus(void) {
  return row_standardised(SPILLWAY_SHARED "/data/columbus49_colnb_edges.csv", 49);
}

/* Of 40 units, each with links to some others that do not link back alike; two islands; with loops
 * rows have links to themselves. */
static spatial *directed(bool loops) {
  static sw_link link[400];
  int count = 0;
  int64_t n = 40, twice[2];
  sw_error err = {0};
  sw_link_rows rows;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      if (i != 7 && i != 30 && (i != j || loops) && (i * 31 + j * 17 + i * j) % 11 == 0)
        link[count++] = (sw_link){i, j, .05 + .01 * ((i * 5 + j * 3) % 13), 0};
  cr_assert_eq(sw_links_rows_create(&err, n, link, count, &rows, twice), SW_OK);
  return open_filter(rows);
}

/* (b A^-1 + t W A^-1), dense, by Gauss and Jordan with pivots: s[i][j]. */
static void dense(const spatial *w, double rho, double b, double t, double s[MOST][MOST]) {
  static double a[MOST][2 * MOST], m[MOST][MOST];
  int n = (int)w->w.n;
  memset(a, 0, sizeof a);
  memset(m, 0, sizeof m);
  for (int i = 0; i < n; i++) {
    for (int64_t k = w->w.row_start[i]; k < w->w.row_start[i + 1]; k++)
      m[i][w->w.to[k]] = w->w.value[k];
    for (int j = 0; j < n; j++)
      a[i][j] = (i == j) - rho * m[i][j];
    a[i][n + i] = 1;
  }
  for (int c = 0; c < n; c++) {
    int best = c;
    for (int i = c; i < n; i++)
      if (fabs(a[i][c]) > fabs(a[best][c])) best = i;
    for (int j = 0; j < 2 * n; j++) {
      double was = a[c][j];
      a[c][j] = a[best][j];
      a[best][j] = was;
    }
    for (int i = 0; i < n; i++) {
      double factor = i == c ? 0 : a[i][c] / a[c][c];
      for (int j = 0; j < 2 * n; j++)
        a[i][j] -= factor * a[c][j];
    }
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[i][n + j] /= a[i][i];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      s[i][j] = b * a[i][n + j];
      for (int k = 0; k < n; k++)
        s[i][j] += t * m[i][k] * a[k][n + j];
    }
}

/* ---- models -------------------------------------------------------------------------------- */

/* Columbus, CRIME ~ INC + HOVAL: constant, INC, HOVAL, rho. */
static const int lag_own[] = {1, 2}, lag_lagged[] = {-1, -1};
static const double lag_coefficient[] = {45.079249895218155, -1.0316156896814452,
                                         -0.26592625459501162, 0.43102320893470308};
static const double lag_vcov[] = {
    51.514302914602638,   -1.3260270319790604,   -0.16163798504437218,   -0.69757166302615348,
    -1.3260270319790559,  0.093112230963311518,  -0.011795971481839536,  0.012662450981326462,
    -0.16163798504437321, -0.011795971481839494, 0.0078320057192443095,  0.00086644276900764861,
    -0.69757166302615448, 0.012662450981326541,  0.00086644276900763831, 0.013848753083531567};
static const sw_effects_model lag_model = {
    4, lag_coefficient, lag_vcov, 2, lag_own, lag_lagged, 3, -1, -1};

/* The same with lags: constant, INC, HOVAL, lag.INC, lag.HOVAL, rho. */
static const int durbin_own[] = {1, 2}, durbin_lagged[] = {3, 4};
static const double durbin_coefficient[] = {42.822414579958043,   -0.9142231912894343,
                                            -0.29373777730314732, -0.52028353853622944,
                                            0.24564027787999176,  0.42633550107870255};
static const double durbin_vcov[] = {
    160.45807194844176,     -0.78479198245012238,   0.035870593414290927,  -3.7632135071767583,
    -0.82342166678179873,   -1.7587916637193299,    -0.78479198245012338,  0.10962324599853542,
    -0.013232653886917304,  -0.066728641519652562,  0.011453548068677804,  0.007443963517694635,
    0.035870593414292204,   -0.01323265388691728,   0.0079587661038068701, 0.0027452887851765785,
    -0.0038409479505317461, -0.0012564597909651093, -3.7632135071767245,   -0.066728641519652895,
    0.0027452887851767082,  0.3193707640032688,     -0.04175231639895103,  0.04345044434572122,
    -0.82342166678181317,   0.011453548068677859,   -0.00384095794053176,  -0.041752316398950419,
    0.032011455453420413,   0.0053637620003600707,  -1.7587916637193308,   0.0074439635176946845,
    -0.0012564597909650978, 0.043450444345721539,   0.0053637620003599319, 0.024409184182952296};
static const sw_effects_model durbin_model = {
    6, durbin_coefficient, durbin_vcov, 2, durbin_own, durbin_lagged, 5, -1, -1};

static void effects(spatial *s, const sw_effects_model *model, int run, sw_effect *out) {
  sw_multiplier m;
  cr_assert(sw_multiplier_at(s->filter, sw_effects_rho(model, run), s->work, &m));
  sw_effects_exact(model, run, &m, .95, out);
}

/* ---- oracles ------------------------------------------------------------------------------- */

Test(effects, columbus_lag) {
  static const double value[] = {-1.086021979763, -.279950920059,  -.727084831674,
                                 -.187425366503,  -1.813106811437, -.467376286562};
  static const double se[] = {.31047146, .09285396, .33160443, .10313300, .53517414, .17616861};
  spatial *s = columbus();
  sw_effect out[6];
  effects(s, &lag_model, SW_SHORT_RUN, out);
  for (int k = 0; k < 6; k++) {
    NEAR(out[k].value, value[k], 6e-8); /* peers find rho to eight digits */
    NEAR(out[k].se, se[k], 6e-8);
    NEAR(out[k].p, erfc(fabs(out[k].value / out[k].se) / sqrt(2)), 1e-15);
    NEAR(out[k].hi - out[k].lo, 2 * 1.959963984540054 * out[k].se, 1e-12);
  }
}

Test(effects, columbus_durbin) {
  static const double value[] = {-1.0238910, -.2792275,   -1.476711,
                                 .195385,    -2.50060224, -.08384256};
  static const double se[] = {.31941713, .09097565, .72415129, .27858068, .76706676, .31071247};
  spatial *s = columbus();
  sw_effect out[6];
  effects(s, &durbin_model, SW_SHORT_RUN, out);
  for (int k = 0; k < 6; k++) {
    NEAR(out[k].value, value[k], 6e-7);
    NEAR(out[k].se, se[k], 6e-8);
  }
}

/* Contiguity of 48 states by name, row-standardised. */
static spatial *states(void) {
  static char name[48][32];
  static sw_link link[400];
  char line[100], end[2][32];
  int count = 0, known = 0;
  int64_t twice[2];
  double weight;
  sw_error err = {0};
  sw_link_rows rows;
  FILE *file = fopen(SPILLWAY_SHARED "/data/us48_usaww_edges.csv", "r");
  if (!file) cr_skip_test("us48_usaww_edges.csv is missing: not tested on real data");
  while (fgets(line, sizeof line, file)) {
    int unit[2];
    if (sscanf(line, "%31[^,],%31[^,],%lf", end[0], end[1], &weight) != 3) continue;
    for (int e = 0; e < 2; e++) {
      for (unit[e] = 0; unit[e] < known && strcmp(name[unit[e]], end[e]) != 0;)
        unit[e]++;
      if (unit[e] == known) strcpy(name[known++], end[e]);
    }
    link[count++] = (sw_link){unit[0], unit[1], weight, 0};
  }
  fclose(file);
  cr_assert_eq(sw_links_rows_create(&err, 48, link, count, &rows, twice), SW_OK);
  return open_filter(rows);
}

/* Two-way Durbin, ln emp: own, lag, rho. */
Test(effects, produc_durbin) {
  static const double coefficient[] = {0.75062814982164794, -0.27940017772639603,
                                       0.36884621169225251};
  static const double vcov[] = {
      0.0008315803074866935,   -0.00053473579554651489, -2.0594826064626241e-06,
      -0.00053473579554651359, 0.0026899754589964522,   -0.0012388728986224,
      -2.0594826064631548e-06, -0.0012388728986223998,  0.0016331302962997228};
  static const int own = 0, lagged = 1;
  const sw_effects_model model = {3, coefficient, vcov, 1, &own, &lagged, 2, -1, -1};
  spatial *s = states();
  sw_effect out[3];
  effects(s, &model, SW_SHORT_RUN, out);
  NEAR(out[SW_DIRECT].value, .7503669630, 1e-9);
  NEAR(out[SW_TOTAL].value, .7466135528, 1e-9);
  NEAR(out[SW_DIRECT].se, .02828177, 6e-9);
  NEAR(out[SW_INDIRECT].se, .05675470, 6e-9);
  NEAR(out[SW_TOTAL].se, .06155652, 6e-9);
}

/* Dynamic lag model, ln emp: rho, g, d, b. */
Test(effects, produc_dynamic) {
  static const double coefficient[] = {.682565930, .840769538, -.676536161, .188066272};
  static const double vcov[16] = {0};
  static const int own = 3, lagged = -1;
  const sw_effects_model model = {4, coefficient, vcov, 1, &own, &lagged, 0, 1, 2};
  spatial *s = states();
  sw_effect out[3];
  effects(s, &model, SW_SHORT_RUN, out);
  NEAR(out[SW_TOTAL].value, .5924577397, 1e-8);
  effects(s, &model, SW_LONG_RUN, out);
  NEAR(out[SW_TOTAL].value, 1.2275810743, 2e-7); /* of nine digits of each coefficient */
}

Test(effects, columbus_by_order) {
  spatial *s = columbus();
  double trace[4], sum[4], direct[8], indirect[8];
  sw_orders_of(&s->w, 4, s->work, trace, sum);
  sw_effects_by_order(&lag_model, 4, trace, sum, direct, indirect);
  static const double lag[4][2] = {{-1.03161569, -1.03161569},
                                   {0, -.4446503},
                                   {-.04225115, -.1916546},
                                   {-.00610259, -.08260758}};
  for (int q = 0; q < 4; q++) {
    NEAR(direct[q * 2], lag[q][0], 6e-9);
    NEAR(direct[q * 2] + indirect[q * 2], lag[q][1], 6e-8);
  }
  static const double durbin[3][2] = {
      {-.91422319, -.91422319}, {0, -.91004934}, {-.08553339, -.38798634}};
  sw_effects_by_order(&durbin_model, 4, trace, sum, direct, indirect);
  for (int q = 0; q < 3; q++) {
    NEAR(direct[q * 2], durbin[q][0], 6e-9);
    NEAR(direct[q * 2] + indirect[q * 2], durbin[q][1], 6e-9);
  }
}

Test(effects, columbus_units) {
  spatial *s = columbus();
  sw_unit_multiplier unit[49];
  double value, se;
  cr_assert(sw_unit_multipliers(s->filter, lag_coefficient[3], s->work, unit));
  sw_effects_of_unit(&lag_model, &unit[0], 0, SW_UNIT_RECEIVES, &value, &se);
  NEAR(value, -.7107963786, 5e-9);
  cr_expect(se > 0);
  sw_effects_of_unit(&lag_model, &unit[0], 0, SW_UNIT_GIVES, &value, &se);
  NEAR(value, -.3876423253, 5e-9);
  sw_spillover spillover = sw_spillover_begin(s->filter, lag_coefficient[1], 0, s->work);
  NEAR(sw_spillover_row(&spillover, 1)[0], -.2764727426, 5e-9);
}

/* To the three decimals that are known; their own error is about .004. */
Test(effects, columbus_draws) {
  spatial *s = columbus();
  const sw_effects_plan plan = {SW_SHORT_RUN, 1, 2, 400000, .95};
  sw_effect_draws out[6];
  sw_effects_drawn drawn;
  static const double lag_total[] = {-3.151, -2.401, -1.813, -1.306, -.830};
  static const double lag_indirect[] = {-1.726, -1.102, -.694, -.420, -.232};
  static const double indirect[] = {-3.295, -2.272, -1.483, -.754, .023};
  static const double total[] = {-4.452, -3.333, -2.505, -1.739, -.877};
  static const double hoval[] = {-.415, -.090, .196, .494, .872};
  sw_effects_draw(s->filter, &lag_model, &plan, s->work, out, &drawn);
  cr_expect(drawn.nodes < 60 && !drawn.coarse, "%d nodes", drawn.nodes);
  for (int p = 0; p < SW_EFFECT_PERCENTILES; p++) {
    NEAR(out[SW_TOTAL * 2].percentile[p], lag_total[p], .012);
    NEAR(out[SW_INDIRECT * 2].percentile[p], lag_indirect[p], .012);
  }
  cr_expect_eq(out[0].lo, out[0].percentile[0]);
  cr_expect_eq(out[0].hi, out[0].percentile[4]);
  sw_effects_draw(s->filter, &durbin_model, &plan, s->work, out, &drawn);
  for (int p = 0; p < SW_EFFECT_PERCENTILES; p++) {
    NEAR(out[SW_INDIRECT * 2].percentile[p], indirect[p], .02);
    NEAR(out[SW_TOTAL * 2].percentile[p], total[p], .02);
    NEAR(out[SW_INDIRECT * 2 + 1].percentile[p], hoval[p], .006);
  }
  cr_expect(drawn.outside > 25 && drawn.outside < 80, "%ld outside", (long)drawn.outside);
  cr_expect_eq(drawn.kept + drawn.outside, 400000);
}

/* ---- any W --------------------------------------------------------------------------------- */

static const double b_any = .7, t_any = -.4, rho_any = .3;

/* The multiplier against a dense inverse: trace over n = direct, mean of row sums = total; columns
 * of the matrix; what units receive and give, whose sums are n times the indirect effect. */
static void expect_dense(spatial *s) {
  static double m[MOST][MOST];
  static const double coefficient[] = {.7, -.4, .3}, vcov[9] = {0};
  static const int own = 0, lagged = 1;
  const sw_effects_model model = {3, coefficient, vcov, 1, &own, &lagged, 2, -1, -1};
  int n = (int)s->w.n;
  double trace = 0, sum = 0, received = 0, given = 0;
  sw_effect out[3];
  sw_unit_multiplier unit[MOST];
  dense(s, rho_any, b_any, t_any, m);
  effects(s, &model, SW_SHORT_RUN, out);
  cr_assert(sw_unit_multipliers(s->filter, rho_any, s->work, unit));
  for (int i = 0; i < n; i++) {
    double to = 0, from = 0, value, se;
    trace += m[i][i];
    for (int j = 0; j < n; j++) {
      sum += m[i][j];
      to += j == i ? 0 : m[i][j];
      from += j == i ? 0 : m[j][i];
    }
    sw_effects_of_unit(&model, &unit[i], 0, SW_UNIT_RECEIVES, &value, &se);
    NEAR(value, to, 1e-12);
    received += value;
    sw_effects_of_unit(&model, &unit[i], 0, SW_UNIT_GIVES, &value, &se);
    NEAR(value, from, 1e-12);
    given += value;
  }
  NEAR(out[SW_DIRECT].value, trace / n, 1e-13);
  NEAR(out[SW_TOTAL].value, sum / n, 1e-13);
  NEAR(received / n, out[SW_INDIRECT].value, 1e-12);
  NEAR(given / n, out[SW_INDIRECT].value, 1e-12);
  sw_spillover columns = sw_spillover_begin(s->filter, b_any, t_any, s->work);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++)
      NEAR(sw_spillover_row(&columns, j)[i], m[i][j], 1e-13);
}

Test(effects, of_any_matrix) {
  spatial *s = directed(false), *loops = directed(true), *real = columbus();
  expect_dense(s);
  expect_dense(loops);
  expect_dense(real);
}

static void expect_slopes(spatial *s, double rho) {
  static sw_unit_multiplier at[MOST], below[MOST], above[MOST];
  const double h = 1e-5;
  sw_multiplier m, less, more;
  cr_assert(sw_multiplier_at(s->filter, rho - h, s->work, &less));
  cr_assert(sw_multiplier_at(s->filter, rho + h, s->work, &more));
  cr_assert(sw_multiplier_at(s->filter, rho, s->work, &m));
  for (int k = 0; k < 2; k++) {
    NEAR(m.trace_slope[k], (more.trace[k] - less.trace[k]) / (2 * h), 1e-8);
    NEAR(m.sum_slope[k], (more.sum[k] - less.sum[k]) / (2 * h), 1e-8);
  }
  cr_assert(sw_unit_multipliers(s->filter, rho - h, s->work, below));
  cr_assert(sw_unit_multipliers(s->filter, rho + h, s->work, above));
  cr_assert(sw_unit_multipliers(s->filter, rho, s->work, at));
  for (int64_t i = 0; i < s->w.n; i++)
    for (int k = 0; k < 4; k++)
      NEAR(at[i].slope[k / 2][k % 2],
           (above[i].off[k / 2][k % 2] - below[i].off[k / 2][k % 2]) / (2 * h), 1e-7);
}

Test(effects, slopes) {
  spatial *s = directed(true), *real = columbus();
  expect_slopes(s, .3);
  expect_slopes(s, 0);
  expect_slopes(real, .43);
  expect_slopes(real, -.2);
}

/* Of the short and the long run by each coefficient: with a variance of that one alone, 1, the
 * standard error is the derivative. */
Test(effects, gradients) {
  static const int own[] = {3}, lagged[] = {4};
  double coefficient[] = {.3, .4, -.2, .7, -.5}, vcov[25] = {0};
  const sw_effects_model model = {5, coefficient, vcov, 1, own, lagged, 0, 1, 2};
  spatial *s = directed(true);
  for (int run = SW_SHORT_RUN; run <= SW_LONG_RUN; run++)
    for (int k = 0; k < 5; k++) {
      sw_effect out[3], less[3], more[3];
      const double h = 1e-5, was = coefficient[k];
      vcov[k * 6] = 1;
      effects(s, &model, run, out);
      coefficient[k] = was - h;
      effects(s, &model, run, less);
      coefficient[k] = was + h;
      effects(s, &model, run, more);
      coefficient[k] = was;
      vcov[k * 6] = 0;
      for (int kind = 0; kind < SW_EFFECTS; kind++)
        NEAR(out[kind].se, fabs(more[kind].value - less[kind].value) / (2 * h), 1e-8);
    }
}

/* Without rho: b; b and t W. Rows that sum to 1: (b + t)/(1 - rho). */
Test(effects, known_totals) {
  static const double coefficient[] = {.7, -.4, .3};
  static const double vcov[] = {.04, .01, 0, .01, .09, 0, 0, 0, .01};
  static const int own[] = {0, 0}, lagged[] = {1, -1};
  const sw_effects_model without = {
      2, coefficient, (double[]){.04, .01, .01, .09}, 2, own, lagged, -1, -1, -1};
  const sw_effects_model with = {3, coefficient, vcov, 2, own, lagged, 2, -1, -1};
  spatial *s = columbus();
  sw_effect out[6];
  effects(s, &without, SW_SHORT_RUN, out);
  NEAR(out[SW_DIRECT * 2].value, .7, 1e-15);
  NEAR(out[SW_DIRECT * 2].se, .2, 1e-15);
  NEAR(out[SW_INDIRECT * 2].value, -.4, 1e-14);
  NEAR(out[SW_INDIRECT * 2].se, .3, 1e-14);
  NEAR(out[SW_TOTAL * 2].value, .3, 1e-14);
  NEAR(out[SW_TOTAL * 2].se, sqrt(.15), 1e-14);
  NEAR(out[SW_INDIRECT * 2 + 1].value, 0, 1e-15);
  effects(s, &with, SW_SHORT_RUN, out);
  NEAR(out[SW_TOTAL * 2].value, .3 / .7, 1e-14);
  NEAR(out[SW_TOTAL * 2 + 1].value, 1, 1e-14);
}

/* ---- draws, rows ----------------------------------------------------------------------------- */

/* Where rho alone varies, the ends of the direct and of the total effect are those of the same rho,
 * to the digits of the interpolants: both rise with rho, of A^-1 above 0, of G everywhere. */
static void expect_interpolated(spatial *s, double rho, double se, int which) {
  const double coefficient[] = {1, rho}, vcov[] = {1e-40, 0, 0, se * se};
  const int own = which ? -1 : 0, lagged = which ? 0 : -1;
  const sw_effects_model model = {2, coefficient, vcov, 1, &own, &lagged, 1, -1, -1};
  const sw_effects_plan plan = {SW_SHORT_RUN, 3, 4, 41, 1};
  sw_effect_draws out[3];
  sw_effects_drawn drawn;
  sw_effects_draw(s->filter, &model, &plan, s->work, out, &drawn);
  cr_assert(drawn.kept > 20);
  cr_expect(!drawn.coarse && drawn.nodes < 250, "%d nodes", drawn.nodes);
  for (int end = 0; end < 2; end++) {
    const sw_effect_draws *direct = &out[SW_DIRECT], *total = &out[SW_TOTAL];
    double lo = which && s->plan->symmetric ? s->plan->least + 1e-9 : 0, hi = s->plan->most;
    sw_multiplier m;
    for (int step = 0; step < 60; step++) {
      double middle = (lo + hi) / 2;
      cr_assert(sw_multiplier_at(s->filter, middle, s->work, &m));
      *(m.sum[which] < (end ? total->hi : total->lo) ? &lo : &hi) = middle;
    }
    double found = end ? direct->hi : direct->lo;
    cr_expect(fabs(found / m.trace[which] - 1) < 1e-9, "%.12g, not %.12g, with %d nodes", found,
              m.trace[which], drawn.nodes);
  }
}

Test(effects, draws_are_interpolated) {
  spatial *s = columbus();
  for (int which = 0; which < 2; which++) {
    expect_interpolated(s, .43, .1, which);
    expect_interpolated(s, .8, .2, which);
    expect_interpolated(s, .5, .001, which);
  }
  expect_interpolated(s, -.2, .8, 1);
  spatial *any = directed(false), *loops = directed(true);
  for (int which = 0; which < 2; which++) {
    expect_interpolated(any, .6 * any->plan->most, .1 * any->plan->most, which);
    expect_interpolated(loops, .8 * loops->plan->most, .2 * loops->plan->most, which);
  }
}

/* A draw depends on its number alone: more of them change none. No variance of rho: one node. */
Test(effects, draws_are_keyed) {
  static const int own = 0, lagged = -1;
  const double coefficient[] = {.7}, vcov[] = {.04};
  const sw_effects_model model = {1, coefficient, vcov, 1, &own, &lagged, -1, -1, -1};
  spatial *s = columbus();
  sw_effects_plan plan = {SW_SHORT_RUN, 3, 4, 1000, .95};
  sw_effect_draws out[3], again[3];
  sw_effects_drawn drawn;
  sw_effects_draw(s->filter, &model, &plan, s->work, out, &drawn);
  cr_expect(drawn.nodes == 1 && drawn.outside == 0);
  NEAR(out[SW_DIRECT].sd, .2, .02);
  NEAR(out[SW_DIRECT].percentile[2], .7, .02);
  NEAR(out[SW_INDIRECT].percentile[2], 0, 1e-14);
  sw_effects_draw(s->filter, &model, &plan, s->work, again, &drawn);
  cr_expect(memcmp(out, again, sizeof out) == 0);
  plan.draws = 1;
  sw_effects_draw(s->filter, &model, &plan, s->work, out, &drawn);
  cr_expect(isnan(out[0].sd) && isnan(out[0].lo));
}

/* Whatever is asked for first, a row has the same bits. */
Test(effects, rows_have_their_own_bits) {
  static double kept[MOST][MOST];
  spatial *s = columbus();
  cr_assert(sw_filter_set(s->filter, .43));
  sw_spillover rows = sw_spillover_begin(s->filter, .7, -.4, s->work);
  for (int j = 0; j < 49; j++)
    memcpy(kept[j], sw_spillover_row(&rows, j), 49 * sizeof(double));
  for (int j = 0; j < 49; j += 5) {
    const int32_t unit[] = {j, (j * 7 + 3) % 49, (j * 11 + 20) % 49};
    sw_spillover_solve(&rows, 3, unit);
    for (int c = 0; c < 3; c++)
      cr_expect(memcmp(kept[unit[c]], sw_spillover_row(&rows, unit[c]), 49 * sizeof(double)) == 0);
  }
}

Test(effects, outside_the_interval) {
  spatial *s = columbus();
  sw_multiplier m;
  sw_unit_multiplier unit[49];
  cr_expect_not(sw_multiplier_at(s->filter, 1.2, s->work, &m));
  cr_expect(isnan(m.trace[0]) && isnan(m.sum_slope[1]));
  cr_expect_not(sw_unit_multipliers(s->filter, 1.2, s->work, unit));
  cr_expect(isnan(unit[48].off[1][1]));
}
