/* Bands of distance; see bands.h. `begin` passes once over all pairs and keeps the links with their
 * bands, as they come; `fill` deals them out to rows of their band. O(n^2) distances, on one
 * thread: some 2 ns each.
 *
 * The engine calls begin, fill and end once per node, in this order, on one rank; the bytes that
 * `fill` leaves lie in the node's memory and all ranks read them. Memory while it is made: 5 bytes
 * per link, doubling. */
#include "measure/space/bands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/space/arc.h"
#include "kernel/space/distances.h"
#include "kernel/space/sphere.h"
#include "measure/share/distance.h"

/* ---- the resource ----------------------------------------------------------------------- */

/* What it depends on besides the distance. */
typedef struct setting {
  int64_t n, bands;
  double limit[SW_BANDS_MOST];
} setting;

/* Its head; behind it, of each band n + 1 row starts, then all values, then all `to`. Plain bytes
 * with offsets: no pointer, since each process maps them elsewhere. */
typedef struct head {
  int64_t n, bands, links;
  int64_t first[SW_BANDS_MOST]; /* of the band's links among all */
  int64_t islands[SW_BANDS_MOST];
  int64_t pad;
} head;

/* Links in the order of units, while they are found. */
typedef struct found {
  int64_t *row_start; /* n + 1 */
  int32_t *to;
  uint8_t *band;
  int64_t count, room;
  double *inverse; /* n: work */
  sw_arc_ball *ball;
} found;

/* Also of what a `begin` that failed has left. The engine calls it in any case, once. */
static void end(void *object) {
  found *f = object;
  free(f->row_start);
  free(f->to);
  free(f->band);
  free(f->inverse);
  free(f->ball);
  free(f);
}

/* Doubles its room; after a failure what there was is still owned by `found`. */
static bool add(found *f, int64_t to, int band) {
  if (f->count == f->room) {
    int64_t room = 2 * f->room + 1024;
    int32_t *more_to = realloc(f->to, (size_t)room * sizeof *more_to);
    if (more_to) f->to = more_to;
    uint8_t *more_band = realloc(f->band, (size_t)room * sizeof *more_band);
    if (more_band) f->band = more_band;
    if (!more_to || !more_band) return false;
    f->room = room;
  }
  f->to[f->count] = (int32_t)to;
  f->band[f->count++] = (uint8_t)band;
  return true;
}

/* The band of a distance, -1: beyond all. At the very limit is within: great circles and geodesics
 * are right to some micrometres. SW_SPHERE_SAME widens each limit by what the distances are
 * uncertain. */
static int band_of(const setting *s, double distance) {
  int band = 0;
  while (band < s->bands && !(distance <= s->limit[band] * (1 + SW_SPHERE_SAME)))
    band++;
  return band < s->bands ? band : -1;
}

/* Unit i's row; distances that are not defined are in no band. least: 1/far^2 in the kernel's
 * scale, a little less, so that no pair near the limit is lost. */
static bool find_row(const sw_distance *d, const sw_arc_points *points, const setting *s, int64_t i,
                     found *f) {
  double scale = sw_distances_scale(d), far = s->limit[s->bands - 1];
  double least = 1 / (far * far * scale) * (1 - 1e-9); /* spares most a root */
  sw_distances_inverse_squares(d, points, i, 0, s->n, f->inverse);
  for (int64_t j = 0; j < s->n; j++) {
    if (j == i || !(f->inverse[j] >= least)) continue;
    int band = band_of(s, 1 / sqrt(f->inverse[j] * scale));
    if (band >= 0 && !add(f, j, band)) return false;
  }
  return true;
}

/* Freed by `end`, also after a failure. */
static sw_status find_all(sw_error *err, const sw_resource *resource, found *f) {
  const sw_distance *d = resource->distance;
  const setting *s = resource->setting;
  sw_arc_points points = {0};
  f->row_start = calloc((size_t)s->n + 1, sizeof *f->row_start);
  f->inverse = malloc((size_t)s->n * sizeof *f->inverse);
  f->ball = malloc((size_t)sw_arc_chunks(s->n) * sizeof *f->ball);
  if (!f->row_start || !f->inverse || !f->ball)
    return sw_fail(err, SW_ENOMEM, "out of memory: bands of distance");
  if (d->kind == SW_GREAT_CIRCLE) {
    sw_arc_cover(s->n, d->x, d->y, d->z, f->ball);
    points = (sw_arc_points){d->x, d->y, d->z, f->ball, false};
  }
  for (int64_t i = 0; i < s->n; i++) {
    if (!find_row(d, &points, s, i, f))
      return sw_fail(err, SW_ENOMEM, "out of memory: more than %lld links in its bands of distance",
                     (long long)f->count);
    f->row_start[i + 1] = f->count;
  }
  return SW_OK;
}

/* Every distance once, in the order of units: links ascend within each row of each band. *bytes:
 * what `fill` will write. */
static sw_status begin(sw_error *err, const sw_resource *resource, const void *base, void **object,
                       size_t *bytes) {
  (void)base;
  const setting *s = resource->setting;
  found *f = calloc(1, sizeof *f);
  if (!f) return sw_fail(err, SW_ENOMEM, "out of memory: bands of distance");
  *object = f;
  SW_TRY(find_all(err, resource, f));
  *bytes = sizeof(head) + (size_t)(s->bands * (s->n + 1)) * sizeof(int64_t) +
           (size_t)f->count * (sizeof(double) + sizeof(int32_t));
  return SW_OK;
}

/* ---- its layout ------------------------------------------------------------------------- */

/* h + 1: the arrays follow the head without padding, as `pad` makes its length even. */
static int64_t *row_start_of(const head *h, int band) {
  return (int64_t *)(h + 1) + band * (h->n + 1);
}

static double *value_of(const head *h) {
  return (double *)row_start_of(h, (int)h->bands);
}

static int32_t *to_of(const head *h) {
  return (int32_t *)(value_of(h) + h->links);
}

/* Rows of each band counted; begun at 0. Row starts are first counts, then sums of counts. */
static void count_rows(const found *f, head *h) {
  for (int64_t i = 0; i < h->n; i++)
    for (int64_t e = f->row_start[i]; e < f->row_start[i + 1]; e++)
      row_start_of(h, f->band[e])[i + 1] += 1;
  for (int b = 0; b < h->bands; b++) {
    int64_t *start = row_start_of(h, b);
    for (int64_t i = 0; i < h->n; i++) {
      h->islands[b] += start[i + 1] == 0;
      start[i + 1] += start[i];
    }
    if (b + 1 < h->bands) h->first[b + 1] = h->first[b] + start[h->n];
  }
}

/* Links come in the order of units, so rows ascend within each band. */
static sw_status fill(sw_error *err, const sw_resource *resource, const void *base, void *object,
                      void *out) {
  (void)err, (void)base;
  const setting *s = resource->setting;
  const found *f = object;
  head *h = out;
  *h = (head){.n = s->n, .bands = s->bands, .links = f->count};
  count_rows(f, h);
  for (int64_t i = 0; i < h->n; i++) {
    int64_t at[SW_BANDS_MOST];
    for (int b = 0; b < h->bands; b++)
      at[b] = h->first[b] + row_start_of(h, b)[i];
    for (int64_t e = f->row_start[i]; e < f->row_start[i + 1]; e++) {
      int b = f->band[e];
      const int64_t *start = row_start_of(h, b);
      to_of(h)[at[b]] = f->to[e];
      /* 1 over the number of neighbours in the band: rows sum to 1. */
      value_of(h)[at[b]++] = 1 / (double)(start[i + 1] - start[i]);
    }
  }
  return SW_OK;
}

/* A view of one band: equal weights, rows that sum to 1. The bytes belong to the resource. */
sw_links sw_bands_links(const sw_job *job, const sw_bands *bands, int band) {
  const head *h = job->made[bands->resource];
  return (sw_links){.n = h->n,
                    .row_start = row_start_of(h, band),
                    .to = to_of(h) + h->first[band],
                    .value = value_of(h) + h->first[band],
                    .islands = h->islands[band]};
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* SW_BANDS_MOST: a band is a byte while links are found, and the head has room for as many. Limits
 * ascend from 0: a band is (limit[b - 1], limit[b]]. */
static sw_status read_limits(sw_error *err, const sw_job *job, const char *param, sw_bands *bands) {
  const sw_arg *arg = sw_job_arg(job, param);
  if (arg->count > SW_BANDS_MOST)
    return sw_job_fail(err, job, param, "%d bands; %d at most", arg->count, SW_BANDS_MOST);
  for (int b = 0; b < arg->count; b++)
    if (!(arg->numbers[b] > (b ? arg->numbers[b - 1] : 0)))
      return sw_job_fail(err, job, param, "%g after %g; expected ascending limits above 0",
                         arg->numbers[b], b ? arg->numbers[b - 1] : 0.0);
  bands->n = arg->count;
  bands->limit = arg->numbers;
  return SW_OK;
}

/* Great circles out of the coordinates of the units. One without any would be silently alone. Only
 * where the entry gives no `distance`. */
static sw_status make_distance(sw_error *err, const sw_job *job, const char *param,
                               const sw_distance **out) {
  const sw_units *units = job->units;
  sw_distance *d = NULL;
  double *x = NULL, *y = NULL, *z = NULL;
  if (!units->lon || !units->lat)
    return sw_job_fail(err, job, param,
                       "distances need coordinates: give `lon` and `lat` in `units`, or a "
                       "`distance` with a file");
  for (int64_t i = 0; i < job->n; i++)
    if (isnan(units->lon[i]) || isnan(units->lat[i]))
      return sw_job_fail(err, job, param, "unit %s has no coordinates", sw_unit_code(units, i));
  SW_NEW(err, job->arena, d, 1);
  SW_NEW(err, job->arena, x, job->n);
  SW_NEW(err, job->arena, y, job->n);
  SW_NEW(err, job->arena, z, job->n);
  sw_sphere_vectors(job->n, units->lon, units->lat, x, y, z);
  *d = (sw_distance){.kind = SW_GREAT_CIRCLE,
                     .x = x,
                     .y = y,
                     .z = z,
                     .lon = units->lon,
                     .lat = units->lat,
                     .symmetric = true};
  *out = d;
  return SW_OK;
}

/* Bands of distance as a resource: made once per node, and found again by content. */
sw_status sw_bands_resolve(sw_error *err, sw_job *job, const char *param, const char *distance,
                           sw_bands *bands) {
  const sw_distance *d = NULL;
  setting *s = NULL;
  /* Bands are made once for all periods, so the distance must be one for all. */
  SW_TRY(sw_share_distance_steady(err, job, distance, &d));
  SW_TRY(read_limits(err, job, param, bands));
  if (bands->n == 0) return SW_OK;
  if (!d) SW_TRY(make_distance(err, job, param, &d));
  SW_NEW(err, job->arena, s, 1);
  s->n = job->n;
  s->bands = bands->n;
  memcpy(s->limit, bands->limit, (size_t)bands->n * sizeof *s->limit);
  bands->units = d->units ? d->units : "km";
  sw_job_axis(
      job,
      (sw_axis){.name = "distance", .n = bands->n, .number = bands->limit, .units = bands->units});
  bands->resource = sw_job_resource(job, (sw_resource){.name = "distance_bands",
                                                       .distance = d,
                                                       .setting = s,
                                                       .setting_bytes = sizeof *s,
                                                       .begin = begin,
                                                       .fill = fill,
                                                       .end = end});
  return SW_OK;
}
