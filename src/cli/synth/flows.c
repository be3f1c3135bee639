/* Flows of the synthetic panel: people who live in one unit and work in another, in the last
 * period. They are drawn from
 *
 *   E F_ij = s P_i^.8 P_j^.7 d_ij^-1.5,  i != j,
 *
 * P people, d great-circle km between the places as written, s such that WORKERS of each unit are
 * expected to leave it; within a unit by the mean distance in a disc of its area. A gravity
 * estimated from them finds the exponents again. Pairs without a flow are left out. All n(n - 1)
 * pairs are gone over twice. */
#include "cli/synth/synth.h"

#include "kernel/space/arc.h"
#include "kernel/space/sphere.h"

#include <math.h>

enum { WORKERS = 200 };
static const double home_power = .8, work_power = .7, decay = 1.5;
/* A Poisson number of a larger mean is a sum of several. */
static const double mean_most = 30;

typedef struct flows {
  const sw_synth_country *country;
  double *home, *work; /* powers of people */
  double *lon, *lat, *x, *y, *z;
} flows;

/* Draws a Poisson number by inversion: exact, and as many steps as the number is large. */
static int64_t draw_small(sw_rng *rng, double mean) {
  double left = sw_rng_uniform(rng), p = exp(-mean);
  int64_t count = 0;
  while (left > p && count < 1000) {
    left -= p;
    p *= mean / (double)++count;
  }
  return count;
}

/* A Poisson number of any mean: sums of Poisson numbers are Poisson, and exp(-mean) must not
 * underflow. */
static int64_t draw(sw_rng *rng, double mean) {
  int64_t count = 0;
  for (; mean > mean_most; mean -= mean_most)
    count += draw_small(rng, mean_most);
  return count + draw_small(rng, mean);
}

/* Great-circle km from the chord between two vectors of length 1. */
static double km_between(const flows *f, int64_t i, int64_t j) {
  double dx = f->x[i] - f->x[j], dy = f->y[i] - f->y[j], dz = f->z[i] - f->z[j];
  return 2 * SW_EARTH_KM * asin(fmin(1, sqrt(dx * dx + dy * dy + dz * dz) / 2));
}

/* The expected flow of a pair, up to the scale s. 2/3 of the radius: the mean distance from the
 * centre of a disc. */
static double weight(const flows *f, int64_t i, int64_t j) {
  double km = i == j ? 2.0 / 3.0 * sqrt(f->country->land[i] / M_PI) : km_between(f, i, j);
  return f->home[i] * f->work[j] * pow(km, -decay);
}

/* Memory for seven numbers per unit; the caller frees it in any case. */
static sw_status prepare(sw_error *err, const sw_synth_options *options, flows *f) {
  size_t n = (size_t)f->country->n;
  double **const array[] = {&f->home, &f->work, &f->lon, &f->lat, &f->x, &f->y, &f->z};
  for (size_t k = 0; k < sizeof array / sizeof *array; k++)
    SW_TRY(sw_alloc(err, n, sizeof(double), (void **)array[k]));
  SW_TRY(sw_synth_people(err, f->country, options, f->home));
  for (size_t i = 0; i < n; i++) {
    f->work[i] = pow(f->home[i], work_power);
    f->home[i] = pow(f->home[i], home_power);
    f->lon[i] = (double)sw_synth_lon(f->country->x[i]) / 1e6;
    f->lat[i] = (double)sw_synth_lat(f->country->y[i]) / 1e6;
  }
  sw_sphere_vectors(f->country->n, f->lon, f->lat, f->x, f->y, f->z);
  return SW_OK;
}

/* Each row has random numbers of its own, so a row does not depend on how many rows there are. */
static void write_row(sw_synth_out *out, const flows *f, int64_t i, double scale, int year) {
  sw_rng rng = sw_rng_make(f->country->seed, SW_SYNTH_FLOW, (uint64_t)i);
  for (int64_t j = 0; j < f->country->n; j++) {
    int64_t people = draw(&rng, scale * weight(f, i, j));
    if (people == 0) continue;
    sw_synth_code(out, f->country, i);
    sw_synth_char(out, ',');
    sw_synth_code(out, f->country, j);
    sw_synth_printf(out, ",%d,%lld\n", year, (long long)people);
  }
}

/* Two rounds over all pairs: the first finds the scale. O(n^2), hence SW_SYNTH_MAX_FLOWS. */
static void write_all(sw_synth_out *out, const flows *f, int year) {
  double sum = 0;
  for (int64_t i = 0; i < f->country->n; i++)
    for (int64_t j = 0; j < f->country->n; j++)
      if (i != j) sum += weight(f, i, j);
  sw_synth_text(out, "home,work,year,people\n");
  for (int64_t i = 0; i < f->country->n && out->status == SW_OK; i++)
    write_row(out, f, i, WORKERS * (double)f->country->n / sum, year);
}

sw_status sw_synth_write_flows(sw_error *err, sw_synth_out *out, const sw_synth_country *country,
                               const sw_synth_options *options) {
  flows f = {.country = country};
  sw_status status = prepare(err, options, &f);
  if (status == SW_OK)
    write_all(out, &f, sw_synth_first_year(options->periods) + options->periods - 1);
  double *const array[] = {f.home, f.work, f.lon, f.lat, f.x, f.y, f.z};
  for (size_t k = 0; k < sizeof array / sizeof *array; k++)
    sw_free(array[k]);
  return status == SW_OK ? out->status : status;
}
