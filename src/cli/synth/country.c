/* The country: a star-shaped border, provinces around capitals, prefectures around seats, units
 * around these.
 *
 * Capitals and seats are spread by best candidates (Mitchell 1991): among random places the one
 * farthest from those already there, for capitals measured by a spacing that is wider in the
 * west, so that the east is settled more densely. A unit lies in the Voronoi cell of its
 * province's capital and of its prefecture's seat, nearer the seat more often (a half-normal
 * distance), and never closer to another unit than a set separation. Centres are ranked with
 * capitals first and have masses by rank-size (Zipf 1949).
 *
 * A unit is placed in expected constant tries, each O(seats of its province + provinces). */
#include "cli/synth/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* A place within the border, all equally likely. Tries are few: the border fills about half of the
 * rectangle. */
static void random_place(const sw_synth_country *country, sw_rng *rng, double *x, double *y) {
  do {
    *x = (2 * sw_rng_uniform(rng) - 1) * sw_synth_half_width();
    *y = (2 * sw_rng_uniform(rng) - 1) * sw_synth_half_height();
  } while (!sw_synth_inside(country, *x, *y));
}

/* ---- how many ---------------------------------------------------------------------------- */

/* Cuts `total` into `parts`, each at least `least`, the rest in lognormal shares of log deviation
 * `spread`; part i is [start[i], start[i + 1]). weight: room for `parts` numbers. Cumulated shares
 * are rounded down, so rounding errors do not add up; the last bound is set, as sums may miss 1. */
static void cut(sw_rng rng, int64_t total, int parts, int64_t least, double spread, double *weight,
                int64_t *start) {
  double sum = 0;
  for (int i = 0; i < parts; i++)
    sum += weight[i] = exp(spread * sw_rng_normal(&rng));
  double before = 0, rest = (double)(total - least * parts);
  start[0] = 0;
  for (int i = 0; i < parts; i++) {
    before += weight[i];
    start[i + 1] = (i + 1) * least + (int64_t)floor(rest * fmin(before / sum, 1));
  }
  start[parts] = total;
}

/* How many provinces n units have, and how many prefectures the units of a province. Calibrated to
 * the counties of a large country: 31 provinces and 340 prefectures for 2,850; more units mean more
 * of both and larger prefectures. At most 60 and 99, which two digits of a code can number; a
 * province has six units on average at least. */
static int count_provinces(int64_t n) {
  double like = 31 * pow((double)n / 2850, 0.2);
  return (int)fmax(2, fmin(fmin(round(like), 60), (double)(n / 6)));
}

/* 8.4 counties in a prefecture of a country of 2,850, and more in a larger one. */
static int count_seats(int64_t n, int64_t units) {
  double size = 8.4 * pow((double)n / 2850, 0.45);
  return (int)fmax(1, fmin(fmin(round((double)units / size), 99), (double)units));
}

/* Numbers provinces, then prefectures within them, then units within these, as ranges; codes follow
 * this order. Every province has three units at least, every prefecture one, its seat. Random
 * numbers of item 0 are for the provinces, of item p + 1 for the prefectures of province p. */
static sw_status count(sw_error *err, sw_synth_country *country) {
  int provinces = country->n_provinces = count_provinces(country->n);
  int64_t province_start[64], local[128]; /* bounds of at most 60 parts, of at most 99 */
  double weight[128];
  cut(sw_rng_make(country->seed, SW_SYNTH_SIZE, 0), country->n, provinces, 3, 0.4, weight,
      province_start);
  SW_TRY(
      sw_alloc(err, (size_t)provinces + 1, sizeof *country->seat_of, (void **)&country->seat_of));
  country->seat_of[0] = 0;
  for (int p = 0; p < provinces; p++) {
    int64_t units = province_start[p + 1] - province_start[p];
    country->seat_of[p + 1] = country->seat_of[p] + count_seats(country->n, units);
    /* The nation's capital lies in the province with the most units. */
    if (units > province_start[country->capital + 1] - province_start[country->capital])
      country->capital = p;
  }
  int seats = country->n_seats = country->seat_of[provinces];
  SW_TRY(sw_calloc(err, (size_t)seats, sizeof *country->seat, (void **)&country->seat));
  SW_TRY(sw_alloc(err, (size_t)seats + 1, sizeof *country->unit_of, (void **)&country->unit_of));
  int64_t largest = 0;
  for (int p = 0; p < provinces; p++) {
    int first = country->seat_of[p], here = country->seat_of[p + 1] - first;
    cut(sw_rng_make(country->seed, SW_SYNTH_SIZE, (uint64_t)p + 1),
        province_start[p + 1] - province_start[p], here, 1, 0.35, weight, local);
    for (int s = 0; s < here; s++) {
      country->seat[first + s].province = p;
      country->unit_of[first + s] = province_start[p] + local[s];
      if (local[s + 1] - local[s] > largest) largest = local[s + 1] - local[s];
    }
  }
  country->unit_of[seats] = country->n;
  /* Digits for the largest prefecture: codes of one length sort as numbers. */
  country->county_digits = 2;
  for (int64_t limit = 100; limit <= largest; limit *= 10)
    country->county_digits++;
  return SW_OK;
}

/* ---- centres ----------------------------------------------------------------------------- */

static double square_distance(const sw_synth_seat *seat, double x, double y) {
  return (seat->x - x) * (seat->x - x) + (seat->y - y) * (seat->y - y);
}

/* The least squared distance from (x, y) to the first `count` seats, or to the first `count` seats
 * of `index`; infinite for none. */
static double clearance(const sw_synth_seat *seat, int count, const int *index, double x,
                        double y) {
  double best = INFINITY;
  for (int i = 0; i < count; i++)
    best = fmin(best, square_distance(&seat[index ? index[i] : i], x, y));
  return best;
}

/* Places the capitals: the best of 40 candidates each. Gaps count more in the east (factor e^1.5 at
 * the ellipse's edge), so that capitals stand closer there. The first has no rival: its gap is cut
 * to a number, and only the east decides. */
static void place_capitals(sw_synth_country *country) {
  for (int p = 0; p < country->n_provinces; p++) {
    sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_CAPITAL, (uint64_t)p);
    sw_synth_seat *capital = &country->seat[country->seat_of[p]];
    double best = -1;
    for (int candidate = 0; candidate < 40; candidate++) {
      double x, y;
      random_place(country, &rng, &x, &y);
      double gap = clearance(country->seat, p, country->seat_of, x, y);
      double score = fmin(gap, 1e9) * exp(1.5 * x / SW_SYNTH_HALF_WIDTH);
      if (score <= best) continue;
      best = score;
      capital->x = x;
      capital->y = y;
    }
  }
}

/* Whether (x, y) lies in the province: nearer to its capital than to any other, and within the
 * border. Needs no map: provinces are Voronoi cells of their capitals. */
static bool in_province(const sw_synth_country *country, int province, double x, double y) {
  double own = square_distance(&country->seat[country->seat_of[province]], x, y);
  for (int p = 0; p < country->n_provinces; p++)
    if (p != province && square_distance(&country->seat[country->seat_of[p]], x, y) < own)
      return false;
  return sw_synth_inside(country, x, y);
}

/* The province's radius, roughly, in km: half the distance to the nearest other capital. */
static double province_radius(const sw_synth_country *country, int province) {
  const sw_synth_seat *capital = &country->seat[country->seat_of[province]];
  double best = INFINITY;
  for (int p = 0; p < country->n_provinces; p++)
    if (p != province)
      best =
          fmin(best, square_distance(&country->seat[country->seat_of[p]], capital->x, capital->y));
  return sqrt(best) / 2;
}

/* Places the other seats of each province, the best of 12 candidates each, drawn around the
 * capital. A candidate outside the province does not count as one. The capital is the first
 * seat. */
static void place_seats(sw_synth_country *country) {
  for (int p = 0; p < country->n_provinces; p++) {
    int first = country->seat_of[p];
    double radius = province_radius(country, p);
    for (int s = first + 1; s < country->seat_of[p + 1]; s++) {
      sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_SEAT, (uint64_t)s);
      sw_synth_seat *seat = &country->seat[s];
      double best = -1;
      for (int candidate = 0; candidate < 12;) {
        double x = country->seat[first].x + 1.2 * radius * sw_rng_normal(&rng);
        double y = country->seat[first].y + 1.2 * radius * sw_rng_normal(&rng);
        if (!in_province(country, p, x, y)) continue;
        candidate++;
        double gap = clearance(&country->seat[first], s - first, NULL, x, y);
        if (gap <= best) continue;
        best = gap;
        seat->x = x;
        seat->y = y;
      }
    }
  }
}

typedef struct ranked {
  double key;
  int seat;
} ranked;

/* The larger key first; equal ones by number, so that the order is total. */
static int by_key(const void *a, const void *b) {
  const ranked *left = a, *right = b;
  if (left->key != right->key) return left->key > right->key ? -1 : 1;
  return left->seat - right->seat;
}

/* Gives seats their mass by rank, and their reach. The nation's capital is first; a factor of 6
 * puts provincial capitals before most other seats. The reach of a centre grows with its level and
 * with the spacing of centres of that level. */
static sw_status rank_seats(sw_error *err, sw_synth_country *country) {
  ranked *rank = NULL;
  SW_TRY(sw_alloc(err, (size_t)country->n_seats, sizeof *rank, (void **)&rank));
  double far = sqrt(country->area / country->n_provinces); /* km between capitals */
  double near = sqrt(country->area / country->n_seats);    /* km between seats */
  for (int s = 0; s < country->n_seats; s++) {
    sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_RANK, (uint64_t)s);
    sw_synth_seat *seat = &country->seat[s];
    bool capital = s == country->seat_of[seat->province];
    bool nation = capital && seat->province == country->capital;
    rank[s] = (ranked){exp(0.6 * sw_rng_normal(&rng)) * (capital ? 6 : 1), s};
    if (nation) rank[s].key = INFINITY;
    seat->reach = nation ? 0.4 * far : capital ? 0.25 * far : 0.4 * near;
  }
  qsort(rank, (size_t)country->n_seats, sizeof *rank, by_key);
  for (int r = 0; r < country->n_seats; r++)
    country->seat[rank[r].seat].mass = pow(r + 1, -sw_synth_rank_size);
  sw_free(rank);
  return SW_OK;
}

/* ---- units ------------------------------------------------------------------------------- */

/* Whether (x, y) lies in the prefecture of a seat: nearer to it than to any other seat of the
 * province, and in the province. A prefecture never crosses a provincial border. */
static bool in_prefecture(const sw_synth_country *country, int seat, double x, double y) {
  int province = country->seat[seat].province;
  double own = square_distance(&country->seat[seat], x, y);
  for (int s = country->seat_of[province]; s < country->seat_of[province + 1]; s++)
    if (s != seat && square_distance(&country->seat[s], x, y) < own) return false;
  return in_province(country, province, x, y);
}

/* Half the distance to the nearest other seat of the province, in km; the province's radius when
 * there is no other. */
static double prefecture_radius(const sw_synth_country *country, int seat) {
  int province = country->seat[seat].province;
  double best = INFINITY;
  for (int s = country->seat_of[province]; s < country->seat_of[province + 1]; s++)
    if (s != seat)
      best = fmin(best,
                  square_distance(&country->seat[s], country->seat[seat].x, country->seat[seat].y));
  return isinf(best) ? province_radius(country, province) : sqrt(best) / 2;
}

/* Places a unit in its prefecture. The first unit of a prefecture stands on the seat itself if it
 * can; others are drawn around the seat at a half-normal distance, until a place is in the
 * prefecture and `separation` km from every unit placed before. In a crowded place the separation
 * is halved every 30 tries, so it always ends, but never to nothing: two units in one place would
 * have no distance. */
static void place_unit(sw_synth_country *country, sw_synth_grid *grid, int64_t unit, int seat,
                       double radius, double separation) {
  sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_PLACE, (uint64_t)unit);
  const sw_synth_seat *centre = &country->seat[seat];
  double x = centre->x, y = centre->y;
  bool is_seat = unit == country->unit_of[seat];
  for (int tries = 0;; tries++) {
    if (!is_seat || tries > 0) {
      double angle = 2 * pi * sw_rng_uniform(&rng);
      double distance = 1.2 * radius * fabs(sw_rng_normal(&rng));
      x = centre->x + distance * cos(angle);
      y = centre->y + distance * sin(angle);
    }
    if (tries > 0 && tries % 30 == 0) separation = fmax(separation / 2, 1e-3);
    if (in_prefecture(country, seat, x, y) && sw_synth_grid_free(grid, x, y, separation)) break;
  }
  country->x[unit] = x;
  country->y[unit] = y;
  country->prefecture[unit] = seat;
  sw_synth_grid_add(grid, unit);
}

/* Places units in the order of their codes: who comes first takes the place, so the order is part
 * of the result. One cell of the grid is the mean spacing; separations are below it. */
static sw_status place_units(sw_error *err, sw_synth_country *country) {
  double spacing = sqrt(country->area / (double)country->n);
  sw_synth_grid grid;
  SW_TRY(sw_synth_grid_create(err, country->x, country->y, country->n, spacing, &grid));
  for (int s = 0; s < country->n_seats; s++) {
    double radius = prefecture_radius(country, s);
    /* A fifth of the spacing that the prefecture's units would have on a square grid. */
    int64_t here = country->unit_of[s + 1] - country->unit_of[s];
    double separation = fmin(0.2 * spacing, 0.4 * radius / sqrt((double)here));
    for (int64_t i = country->unit_of[s]; i < country->unit_of[s + 1]; i++)
      place_unit(country, &grid, i, s, radius, separation);
  }
  sw_synth_grid_destroy(&grid);
  return SW_OK;
}

/* Seats need the border, units the seats' places; rank_seats only adds masses. What is allocated
 * here is released by sw_synth_country_destroy, also after a failure. */
sw_status sw_synth_settle(sw_error *err, sw_synth_country *country) {
  size_t n = (size_t)country->n;
  SW_TRY(sw_alloc(err, n, sizeof(double), (void **)&country->x));
  SW_TRY(sw_alloc(err, n, sizeof(double), (void **)&country->y));
  SW_TRY(sw_alloc(err, n, sizeof(int32_t), (void **)&country->prefecture));
  sw_synth_draw_border(country);
  SW_TRY(count(err, country));
  place_capitals(country);
  place_seats(country);
  SW_TRY(rank_seats(err, country));
  return place_units(err, country);
}

void sw_synth_country_destroy(sw_synth_country *country) {
  sw_free(country->seat_of);
  sw_free(country->seat);
  sw_free(country->unit_of);
  sw_free(country->x);
  sw_free(country->y);
  sw_free(country->land);
  sw_free(country->centrality);
  sw_free(country->prefecture);
  sw_free(country->metro);
  sw_free(country->link);
}
