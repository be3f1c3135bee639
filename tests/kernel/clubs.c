/* The filter of Hodrick & Prescott, the log t regression, and clubs: published numbers, and plain
 * loops by the definitions beside them. */
#include "kernel/linear/clubs.h"
#include "kernel/linear/hp.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

static uint64_t state = 1;
static double draw(void) { /* in [-1, 1) */
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-52 - 1;
}

/* ---- the filter ------------------------------------------------------------------------- */

/* mFilter (R), to 9 digits behind the point. */
Test(hp, published) {
  static const double y[8] = {1, 3, 2, 5, 4, 7, 5, 9};
  static const double want[2][8] = {{1.170187012, 2.120350416, 3.070088354, 4.021174480,
                                     4.972707230, 5.926232105, 6.880862834, 7.838397570},
                                    {1.252473683, 2.166741190, 3.040612907, 3.967014455,
                                     4.872373390, 5.848394954, 6.847204646, 8.005184775}};
  static const double lambda[2] = {400, 6.25};
  for (int k = 0; k < 2; k++) {
    double room[24], out[8];
    sw_hp hp = sw_hp_factor(8, lambda[k], room);
    sw_hp_trend(&hp, y, out);
    for (int t = 0; t < 8; t++)
      NEAR(out[t], want[k][t], 1e-9);
  }
}

/* (I + lambda D'D) z = x, for every length; a series may be its own output. */
Test(hp, solves_its_equations) {
  for (int n = 1; n <= 40; n++) {
    double room[120], x[40], z[40], own[40], bend[40] = {0};
    for (int t = 0; t < n; t++)
      own[t] = x[t] = 5 + draw();
    sw_hp hp = sw_hp_factor(n, 400, room);
    cr_assert_leq(sw_hp_room(n), 120);
    sw_hp_trend(&hp, x, z);
    sw_hp_trend(&hp, own, own);
    cr_expect_eq(memcmp(own, z, (size_t)n * sizeof *z), 0);
    for (int t = 0; t + 2 < n; t++) {
      double second = z[t] - 2 * z[t + 1] + z[t + 2];
      bend[t] += second;
      bend[t + 1] -= 2 * second;
      bend[t + 2] += second;
    }
    for (int t = 0; t < n; t++)
      NEAR(z[t] + 400 * bend[t], x[t], 1e-11);
  }
}

Test(hp, a_line_is_its_own_trend) {
  double room[90], x[30], z[30];
  for (int t = 0; t < 30; t++)
    x[t] = 9 - .25 * t;
  sw_hp hp = sw_hp_factor(30, 400, room);
  sw_hp_trend(&hp, x, z);
  for (int t = 0; t < 30; t++)
    NEAR(z[t], x[t], 1e-12);
}

/* ---- log t ------------------------------------------------------------------------------ */

/* Half to even; the default of 1/3 in six digits. */
Test(log_t, cut) {
  cr_expect_eq(sw_log_t_cut(50, .25), 12);
  cr_expect_eq(sw_log_t_cut(10, .35), 4);
  cr_expect_eq(sw_log_t_cut(50, .333333), 17);
  cr_expect_eq(sw_log_t_cut(22, .333333), 7);
  cr_expect_eq(sw_log_t_cut(34, 1. / 3), 11);
  cr_expect(sw_log_t_cut_is_good(6, 2) && !sw_log_t_cut_is_good(6, 3));
  cr_expect_not(sw_log_t_cut_is_good(10, 0), "ln ln 1");
}

/* By the definition, with raw sums: the slope and its t. h[1 .. periods] as the text counts. */
static sw_log_t plain_log_t(const double *h, int periods, int cut) {
  int m = periods - cut;
  double y[64], x[64], u[64], sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (int s = 1; s <= m; s++) {
    int t = cut + s;
    if (!(h[1] > 0) || !(h[t] > 0)) return (sw_log_t){NAN, NAN};
    x[s] = log(t);
    y[s] = log(h[1] / h[t]) - 2 * log(log(t));
    sx += x[s], sy += y[s], sxx += x[s] * x[s], sxy += x[s] * y[s];
  }
  double det = m * sxx - sx * sx, b = (m * sxy - sx * sy) / det, a = (sy - b * sx) / m;
  double up = 0, down = 0, sum = 0;
  for (int s = 1; s <= m; s++) {
    u[s] = y[s] - a - b * x[s];
    sum += u[s] * u[s];
  }
  for (int s = 1; s < m; s++)
    up += u[s] * u[s + 1], down += u[s] * u[s];
  double q = up / down, width = 1.3221 * pow(4 * q * q * m / pow(1 - q, 4), .2);
  for (int i = 1; i <= m - 2; i++) {
    double z = 1.2 * M_PI * i / width, with = 0;
    for (int s = 1; s <= m - 1 - i; s++)
      with += u[s] * u[s + i];
    sum += 2 * 3 / (z * z) * (sin(z) / z - cos(z)) * with;
  }
  return (sw_log_t){b, b / sqrt(sum / (m - 1) * m / det)};
}

Test(log_t, by_definition) {
  for (int periods = 6; periods < 60; periods++) {
    double h[64], room[128], scratch[64];
    int cut = sw_log_t_cut(periods, 1. / 3);
    for (int t = 1; t <= periods; t++)
      h[t] = .1 * pow(t, .3 * draw()) * (1 + .2 * draw());
    sw_log_t want = plain_log_t(h, periods, cut);
    sw_log_t_plan plan = sw_log_t_prepare(periods, cut, room);
    sw_log_t got = sw_log_t_of(&plan, h[1], h + cut + 1, scratch);
    NEAR(got.b, want.b, 1e-10 * (1 + fabs(want.b)));
    if (isnan(want.t))
      cr_expect(isnan(got.t));
    else
      NEAR(got.t, want.t, 1e-8 * (1 + fabs(want.t)));
  }
}

Test(log_t, no_dispersion) {
  double h[12], room[24], scratch[12];
  for (int t = 0; t < 12; t++)
    h[t] = 1;
  sw_log_t_plan plan = sw_log_t_prepare(12, 4, room);
  cr_expect(isnan(sw_log_t_of(&plan, 0, h + 4, scratch).t), "the first period");
  h[9] = 0;
  cr_expect(isnan(sw_log_t_of(&plan, 1, h + 4, scratch).b), "a later one");
  h[9] = 1, h[1] = 0;
  cr_expect_not(isnan(sw_log_t_of(&plan, 1, h + 4, scratch).t), "one that is left out");
}

Test(log_t, running_dispersion) {
  static const double a[3] = {2, 5, 1}, b[3] = {4, 5, -1}, c[3] = {6, 5, 3};
  double room[6], h[3], with[3];
  sw_running set = sw_running_make(3, room);
  sw_running_add(&set, a);
  sw_running_add(&set, b);
  cr_expect_eq(sw_running_h(&set, 0, h), 2, "the third mean is 0");
  NEAR(h[0], 1. / 9, 1e-15); /* 2/3 and 4/3 */
  NEAR(h[1], 0, 0);
  cr_expect_eq(sw_running_h_with(&set, c, with), -1);
  sw_running_add(&set, c);
  cr_expect_eq(sw_running_h(&set, 0, h), -1);
  for (int t = 0; t < 3; t++)
    NEAR(with[t], h[t], 1e-15);
  NEAR(h[0], (4. + 0 + 4) / 3 / 16, 1e-15);
  NEAR(h[2], (0. + 4 + 4) / 3, 1e-15);
  cr_expect_eq(sw_running_h(&set, 4.5, h), 0, "less 4.5 the first mean is below 0");
  NEAR(h[1], 0, 0);
}

/* ---- clubs ------------------------------------------------------------------------------ */

enum { N = 40, PERIODS = 18 };

/* Rows 1 .. PERIODS of each unit; membership as flags: everything is computed anew each time. */
typedef struct plain {
  double z[N][PERIODS + 1];
  int n, cut, order[N], club[N], merged[N], clubs, mergers;
  double t[N], merged_t[N];
} plain;

static double plain_t(const plain *p, const bool *in) {
  double h[PERIODS + 1];
  for (int t = 1; t <= PERIODS; t++) {
    double mean = 0, sum = 0;
    int count = 0;
    for (int i = 0; i < p->n; i++)
      if (in[i]) mean += p->z[i][t], count++;
    mean /= count;
    for (int i = 0; i < p->n; i++)
      if (in[i]) sum += pow(p->z[i][t] / mean - 1, 2);
    h[t] = sum / count;
  }
  return plain_log_t(h, PERIODS, p->cut).t;
}

/* One club among the `left` units of `rest`, in order. False: there is none. */
static bool plain_club(plain *p, int *rest, int *left) {
  bool in[N] = {0}, core[N] = {0}, joins[N] = {0};
  for (int i = 0; i < *left; i++)
    in[rest[i]] = true;
  double t = plain_t(p, in), best = -INFINITY;
  bool all = t > -1.65;
  if (!all) {
    int from = 0, length = 0;
    for (; from + 1 < *left; from++) {
      memset(in, 0, sizeof in);
      in[rest[from]] = in[rest[from + 1]] = true;
      if (plain_t(p, in) > -1.65) break;
    }
    if (from + 1 >= *left) return false;
    memset(in, 0, sizeof in);
    in[rest[from]] = true;
    for (int k = 2; from + k <= *left; k++) {
      in[rest[from + k - 1]] = true;
      t = plain_t(p, in);
      if (!(t > -1.65)) break;
      if (t > best) best = t, length = k;
    }
    for (int i = from; i < from + length; i++)
      core[rest[i]] = true;
    t = best;
    for (double c = 0;; c += .1) {
      int more = 0;
      memcpy(in, core, sizeof in);
      for (int i = 0; i < *left; i++) {
        bool one[N];
        memcpy(one, core, sizeof one);
        one[rest[i]] = true;
        joins[rest[i]] = !core[rest[i]] && plain_t(p, one) > c;
        if (joins[rest[i]]) in[rest[i]] = true, more++;
      }
      if (more == 0) break;
      double whole = plain_t(p, in);
      if (whole > -1.65) {
        t = whole;
        break;
      }
      if (c > 3) {
        memcpy(in, core, sizeof in);
        break;
      }
    }
  }
  int stay = 0;
  p->t[p->clubs++] = t;
  for (int i = 0; i < *left; i++)
    if (in[rest[i]])
      p->club[rest[i]] = p->clubs;
    else
      rest[stay++] = rest[i];
  *left = stay;
  return !all;
}

static void plain_clubs(plain *p) {
  int rest[N], left = p->n;
  memcpy(rest, p->order, sizeof rest);
  while (left > 1 && plain_club(p, rest, &left))
    ;
  for (int k = 1; k <= p->clubs; k++) {
    bool in[N] = {0};
    for (int i = 0; i < p->n; i++)
      in[i] = p->club[i] == k || (p->mergers > 0 && p->merged[i] == p->mergers);
    double t = p->mergers > 0 ? plain_t(p, in) : NAN;
    if (!(t > -1.65)) p->mergers++, t = p->t[k - 1];
    p->merged_t[p->mergers - 1] = t;
    for (int i = 0; i < p->n; i++)
      if (p->club[i] == k) p->merged[i] = p->mergers;
  }
}

/* Some groups that close up, with noise, around levels of their own. */
static void fill_panel(plain *p, int n, int groups, double noise) {
  *p = (plain){.n = n, .cut = sw_log_t_cut(PERIODS, 1. / 3)};
  for (int i = 0; i < n; i++) {
    double level = 5 + 4 * (i % groups) + .1 * draw(), gap = 3 * draw();
    for (int t = 1; t <= PERIODS; t++)
      p->z[i][t] = level + gap / t + noise * draw();
    p->order[i] = i;
  }
  for (int i = 1; i < n; i++)
    for (int j = i; j > 0 && p->z[p->order[j]][PERIODS] > p->z[p->order[j - 1]][PERIODS]; j--) {
      int held = p->order[j];
      p->order[j] = p->order[j - 1];
      p->order[j - 1] = held;
    }
}

/* Clubs of the panel, as the kernel sees it. */
typedef struct found {
  sw_clubs clubs;
  sw_clubs_wrong wrong;
  sw_club club[N], merged[N];
  int32_t of[N], merged_of[N];
} found;

static void find(const plain *p, found *f) {
  double room[2 * PERIODS], *z = calloc((size_t)N * (PERIODS + 1), sizeof *z);
  int32_t order[N];
  sw_log_t_plan plan = sw_log_t_prepare(PERIODS, p->cut, room);
  for (int i = 0; i < p->n; i++) {
    double *row = z + i * (plan.points + 1);
    order[i] = p->order[i];
    row[0] = p->z[i][1];
    memcpy(row + 1, p->z[i] + p->cut + 1, (size_t)plan.points * sizeof *row);
  }
  void *work = malloc(sw_clubs_workspace(p->n, plan.points));
  f->clubs =
      (sw_clubs){.club = f->club, .merged = f->merged, .of = f->of, .merged_of = f->merged_of};
  sw_clubs_units units = {p->n, z, order, &plan, 0};
  f->wrong = sw_clubs_find(&units, work, &f->clubs);
  free(work);
  free(z);
}

Test(clubs, by_definition) {
  static const double noises[] = {0, .01, .1, .5};
  int with_clubs = 0, with_mergers = 0;
  for (int round = 0; round < 60; round++) {
    plain p;
    found f;
    fill_panel(&p, 3 + round % (N - 2), 1 + round % 4, noises[round / 4 % 4]);
    plain_clubs(&p);
    find(&p, &f);
    cr_expect_eq(f.wrong.place, -1);
    cr_assert_eq(f.clubs.n_clubs, p.clubs, "round %d: %lld clubs, not %d", round,
                 (long long)f.clubs.n_clubs, p.clubs);
    cr_assert_eq(f.clubs.n_merged, p.mergers);
    for (int i = 0; i < p.n; i++) {
      cr_expect_eq(f.of[i], p.club[i]);
      cr_expect_eq(f.merged_of[i], p.merged[i]);
    }
    for (int k = 0; k < p.clubs; k++)
      NEAR(f.club[k].t, p.t[k], 1e-6 * (1 + fabs(p.t[k])));
    for (int k = 0; k < p.mergers; k++)
      NEAR(f.merged[k].t, p.merged_t[k], 1e-6 * (1 + fabs(p.merged_t[k])));
    with_clubs += p.clubs > 1;
    with_mergers += p.mergers < p.clubs;
  }
  cr_expect_gt(with_clubs, 5);
  cr_expect_gt(with_mergers, 0);
}

/* Sizes sum to the units that have a club; the first of a club is the largest at the end. */
Test(clubs, count_their_units) {
  plain p;
  found f;
  fill_panel(&p, N, 3, .1);
  find(&p, &f);
  for (int64_t k = 0; k < f.clubs.n_clubs; k++) {
    int count = 0;
    for (int i = 0; i < N; i++) {
      if (f.of[i] != k + 1) continue;
      count++;
      cr_expect_leq(p.z[i][PERIODS], p.z[f.club[k].first][PERIODS]);
    }
    cr_expect_eq(count, f.club[k].size);
  }
}

/* Two series that are one have no dispersion, so nothing converges; a unit alone has no club. */
Test(clubs, twins_and_one_unit) {
  plain p;
  found f;
  fill_panel(&p, 2, 1, .1);
  memcpy(p.z[1], p.z[0], sizeof p.z[0]);
  find(&p, &f);
  cr_expect_eq(f.clubs.n_clubs, 0);
  cr_expect_eq(f.of[0], 0);
  p.n = 1;
  find(&p, &f);
  cr_expect_eq(f.clubs.n_clubs, 0);
  cr_expect_eq(f.of[0], 0);
}

/* A mean of 0 or less ends the search. */
Test(clubs, mean_below_zero) {
  plain p;
  found f;
  fill_panel(&p, 12, 1, .5);
  for (int i = 0; i < 12; i++)
    p.z[i][PERIODS - 1] -= 20;
  find(&p, &f);
  cr_expect_eq(f.wrong.place, PERIODS - 1 - p.cut);
  cr_expect_eq(f.wrong.size, 12);
}
