/* Cross mapping: panels against a plain loop, to the bit on every instruction set; depths of
 * points; neighbours against sorting. */
#include "kernel/causality/embedding.h"
#include "kernel/hot.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { T = 90, LANES = SW_MAPPING_LANES };

static int run[T];

static void draw(double *v, int n, unsigned seed) {
  srand(seed);
  for (int t = 0; t < n; t++)
    v[t] = (rand() + 1.0) / (RAND_MAX + 1.0) - .5;
}

static void one_stretch(void) {
  for (int t = 0; t < T; t++)
    run[t] = t;
}

static void *room(size_t bytes) {
  void *memory = NULL;
  cr_assert_eq(posix_memalign(&memory, 64, bytes + 64), 0);
  return memory;
}

/* A table of its own memory. */
static sw_mapping table_of(int k) {
  return sw_mapping_place(room(sw_mapping_bytes(T, k)), T, k);
}

static sw_mapping map(const double *v, int dimension, int lag, int horizon,
                      const uint8_t *library) {
  sw_embedding e = {.v = v, .run = run, .length = T, .lag = lag};
  sw_mapping m = table_of(dimension + 1);
  void *work = room(sw_embedding_workspace(T, 1));
  sw_embedding_map(&e, dimension, dimension, horizon, false, library, &m, work);
  free(work);
  return m;
}

/* ---- points ------------------------------------------------------------------------------ */

Test(mapping, depths) {
  double v[T];
  int depth[T];
  draw(v, T, 1);
  one_stretch();
  for (int t = 40; t < T; t++)
    run[t] = t - 40;
  run[60] = -1; /* no value there; 61 begins anew */
  for (int t = 61; t < T; t++)
    run[t] = t - 61;
  v[20] = NAN;
  sw_embedding e = {.v = v, .run = run, .length = T, .lag = 2};
  sw_embedding_depth(&e, 0, 5, false, depth);
  cr_expect_eq(depth[0], 1);
  cr_expect_eq(depth[3], 2);
  cr_expect_eq(depth[4], 3);
  cr_expect_eq(depth[20], 0, "a missing value");
  cr_expect_eq(depth[21], 5, "of odd periods");
  cr_expect_eq(depth[22], 1, "its term before is missing");
  cr_expect_eq(depth[41], 1, "behind a break");
  cr_expect_eq(depth[60], 0);
  cr_expect_eq(depth[63], 2);
  sw_embedding_depth(&e, 3, 5, false, depth);
  cr_expect_eq(depth[36], 5);
  cr_expect_eq(depth[37], 0, "what is predicted lies behind the break");
  cr_expect_eq(depth[17], 5, "another series may have a value there");
  cr_expect_eq(depth[T - 3], 0);
  sw_embedding_depth(&e, 3, 5, true, depth);
  cr_expect_eq(depth[17], 0, "the series itself has none");
  sw_embedding_depth(&e, -2, 5, false, depth);
  cr_expect_eq(depth[1], 0);
  cr_expect_eq(depth[2], 2);
  cr_expect_eq(depth[42], 2);
  cr_expect_eq(depth[41], 0);
}

/* ---- neighbours --------------------------------------------------------------------------- */

static double distance(const double *v, int s, int t, int dimension, int lag) {
  double d2 = 0;
  for (int k = 0; k < dimension; k++)
    d2 = fma(v[t - k * lag] - v[s - k * lag], v[t - k * lag] - v[s - k * lag], d2);
  return d2;
}

/* The neighbour that comes after the last of them: nearest, ties by time. */
static int next_of(const double *v, const uint8_t *library, int t, int dimension, int lag,
                   const int *before, int count) {
  int best = -1;
  for (int s = (dimension - 1) * lag; s < T; s++) {
    bool taken = s == t || (library && !library[s]);
    for (int k = 0; k < count; k++)
      taken |= before[k] == s;
    if (!taken &&
        (best < 0 || distance(v, s, t, dimension, lag) < distance(v, best, t, dimension, lag)))
      best = s;
  }
  return best;
}

static sw_set_of next_set(sw_set_of set) {
  return (sw_set_of)((int)set + 1);
}

static void expect_table(const double *v, int dimension, int lag, const uint8_t *library) {
  sw_mapping m = map(v, dimension, lag, 0, library);
  cr_assert_eq(m.points, T - (dimension - 1) * lag);
  for (int q = 0; q < m.points; q++) {
    int t = q + (dimension - 1) * lag, found[SW_MOST_DIMENSION + 1] = {0};
    double sum = 0;
    cr_expect_eq(m.at[q], t * LANES);
    for (int c = 0; c < m.k; c++) {
      found[c] = next_of(v, library, t, dimension, lag, found, c);
      cr_expect_eq(m.near[q * m.k + c], found[c] * LANES, "point %d neighbour %d", t, c);
      sum += m.weight[q * m.k + c];
    }
    double d1 = sqrt(distance(v, found[0], t, dimension, lag));
    double d2 = sqrt(distance(v, found[1], t, dimension, lag));
    double ratio = d1 > 0 ? fmax(exp(1 - d2 / d1), 1e-6 * exp(1)) : d2 > 0 ? 1e-6 : 1;
    cr_expect(fabs(m.weight[q * m.k + 1] / m.weight[q * m.k] - ratio) <= 1e-14 * ratio);
    cr_expect(fabs(sum - 1) < 1e-15);
  }
  free(m.at);
}

Test(mapping, neighbours) {
  double v[T];
  uint8_t library[T];
  one_stretch();
  draw(v, T, 2);
  for (int t = 0; t < T; t++)
    library[t] = rand() % 2;
  for (int dimension = 1; dimension <= 12; dimension++) {
    expect_table(v, dimension, 1, NULL);
    expect_table(v, dimension, 3, library);
  }
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT && sw_set_runs(set); set = next_set(set)) {
    sw_set_at_most(set);
    expect_table(v, 4, 2, NULL);
  }
  for (int t = 0; t < T; t++)
    v[t] = floor(4 * v[t]); /* full of ties */
  expect_table(v, 1, 1, NULL);
  expect_table(v, 2, 1, NULL);
}

Test(mapping, too_few) {
  double v[T];
  uint8_t library[T] = {0};
  one_stretch();
  draw(v, T, 3);
  library[10] = library[20] = library[30] = 1;
  sw_mapping m = map(v, 2, 1, 0, library);
  cr_expect_eq(m.points, 0, "three neighbours besides a point itself are not there");
  library[40] = 1;
  free(m.at);
  m = map(v, 2, 1, 0, library);
  cr_expect_eq(m.points, T - 1);
  free(m.at);
}

/* ---- panels ------------------------------------------------------------------------------- */

enum { PANELS = 3 };

/* Of the panel in the middle, lanes 3 and 5 go the plain way: a missing value, and a constant but
 * for a first value that the points leave out. */
static void fill(double *panel, int nth) {
  double v[T];
  for (int l = 0; l < LANES; l++) {
    draw(v, T, 10 + (unsigned)(nth * LANES + l));
    for (int t = 0; t < T; t++)
      panel[t * LANES + l] = nth == 1 && l == 5 ? (t == 0 ? 1 : -.01) : v[t];
  }
  if (nth == 1) panel[50 * LANES + 3] = NAN;
}

/* The first panel alone, then the others together, with lines to be fetched. */
static void expect_panels(const sw_mapping *m, double *const *panel, double *work) {
  sw_mapping_window window[PANELS];
  double first[PANELS][LANES], r[PANELS][LANES];
  const void *ahead[T];
  for (int b = 0; b < PANELS; b++)
    sw_mapping_window_of(m, panel[b], &window[b]);
  for (int t = 0; t < T; t++)
    ahead[t] = panel[0] + t;
  sw_mapping_target target[] = {
      {.m = m, .panels = 1, .panel = {panel[0]}, .window = {&window[0]}, .r = r[0]},
      {.m = m,
       .panels = 2,
       .panel = {panel[1], panel[2]},
       .window = {&window[1], &window[2]},
       .r = r[1],
       .ahead = ahead,
       .n_ahead = T}};
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT && sw_set_runs(set); set = next_set(set)) {
    sw_set_at_most(set);
    sw_mapping_map(target, 2, work);
    if (set == SW_SET_PLAIN) memcpy(first, r, sizeof r);
    cr_expect_eq(memcmp(first, r, sizeof r), 0, "set %d, %d neighbours", (int)set, m->k);
  }
  sw_set_at_most(SW_SET_V4);
  for (int b = 0; b < PANELS; b++)
    for (int l = 0; l < LANES; l++) {
      double one = sw_mapping_skill(m, panel[b] + l, LANES, work);
      cr_expect(b == 1 && l == 5 ? isnan(r[b][l]) : fabs(r[b][l] - one) < 1e-14,
                "panel %d, lane %d: %g %g", b, l, r[b][l], one);
    }
}

Test(mapping, panels) {
  double v[T], *panel[PANELS], *work = room(2 * T * sizeof *work);
  one_stretch();
  draw(v, T, 4);
  for (int b = 0; b < PANELS; b++) {
    panel[b] = room(T * LANES * sizeof **panel);
    fill(panel[b], b);
  }
  for (int dimension = 1; dimension <= 14; dimension++) {
    sw_mapping m = map(v, dimension, 1, 2, NULL);
    expect_panels(&m, panel, work);
    free(m.at);
  }
  for (int b = 0; b < PANELS; b++)
    free(panel[b]);
  free(work);
}

/* Tables of several dimensions, made at once, are those of each. */
Test(mapping, several_dimensions) {
  double v[T];
  sw_mapping m[6];
  void *work = room(sw_embedding_workspace(T, 6));
  one_stretch();
  draw(v, T, 5);
  v[30] = NAN;
  for (int lag = 1; lag <= 2; lag++) {
    sw_embedding e = {.v = v, .run = run, .length = T, .lag = lag};
    for (int d = 2; d <= 7; d++)
      m[d - 2] = table_of(d + 1);
    sw_embedding_map(&e, 2, 7, 1, false, NULL, m, work);
    for (int d = 2; d <= 7; d++) {
      sw_mapping one = map(v, d, lag, 1, NULL), *all = &m[d - 2];
      size_t points = (size_t)one.points, numbers = points * (size_t)one.k;
      cr_assert(points > 0 && all->points == one.points && all->k == d + 1);
      cr_expect_eq(memcmp(all->at, one.at, points * sizeof *one.at), 0);
      cr_expect_eq(memcmp(all->near, one.near, numbers * sizeof *one.near), 0);
      cr_expect_eq(memcmp(all->weight, one.weight, numbers * sizeof *one.weight), 0);
      free(one.at);
      free(all->at);
    }
  }
  free(work);
}

/* A sine forecasts itself in two dimensions as well as in more. */
Test(mapping, dimension_of_a_sine) {
  double v[T], *work = room(2 * T * sizeof *work);
  sw_mapping table[6];
  void *sweep = room(sw_embedding_workspace(T, 6));
  one_stretch();
  for (int t = 0; t < T; t++)
    v[t] = sin(2 * M_PI * t / 8);
  for (int d = 1; d <= 6; d++)
    table[d - 1] = table_of(d + 1);
  sw_embedding e = {.v = v, .run = run, .length = T, .lag = 1};
  cr_expect_eq(sw_embedding_dimension(&e, 6, table, work, sweep), 2);
  for (int t = 0; t < T; t++)
    v[t] = 3;
  cr_expect_eq(sw_embedding_dimension(&e, 6, table, work, sweep), 0, "a constant has none");
  for (int d = 1; d <= 6; d++)
    free(table[d - 1].at);
  free(work);
  free(sweep);
}
