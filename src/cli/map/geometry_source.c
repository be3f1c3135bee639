/* What the map is made of: polygons of a file, matched to the units, and places. Called by
 * geometry.c. The arrays of the polygons are cut to the units' own in place: the file is in memory
 * once. Units without a polygon are drawn at their place, if the map is in degrees. */
#include <math.h>
#include <string.h>

#include "cli/map/geometry_private.h"

/* ---- polygons ---------------------------------------------------------------------------- */

/* Rings of units alone, in place; `feature` becomes the unit. The rings of a feature follow one
 * another, and stay so. */
static void keep_rings(sw_geometry_source *s, const int32_t *unit) {
  sw_polygons *p = &s->polygons;
  int64_t kept = 0, points = 0;
  for (int64_t f = 0; f < p->n; f++)
    s->without_unit += unit[f] < 0;
  for (int64_t r = 0; r < p->n_rings; r++) {
    int64_t start = p->start[r], count = p->start[r + 1] - start;
    int32_t owner = unit[p->feature[r]];
    if (owner < 0) continue;
    memmove(p->x + points, p->x + start, (size_t)count * sizeof *p->x);
    memmove(p->y + points, p->y + start, (size_t)count * sizeof *p->y);
    p->feature[kept] = owner;
    p->hole[kept] = p->hole[r];
    p->start[kept++] = points; /* never beyond r, which is read already */
    points += count;
    s->has_rings[owner] = true;
  }
  p->start[kept] = points;
  p->n_rings = kept, p->n_points = points;
}

/* Of which unit a feature is. Polygons are of the members of coarser units where more of these are
 * known: the code of a city may be that of its first county. The borders within a unit vanish with
 * its arcs (kernel/topology). The two matches are counted, and the one that fits more features is
 * taken. An error of the units alone is not reported if the members fit. */
static sw_status match_features(sw_error *err, sw_geometry_source *s, int32_t *unit) {
  const sw_geometry_input *in = s->input;
  const sw_polygons *p = &s->polygons;
  int64_t units = 0, members = 0;
  int32_t *member = NULL;
  sw_error of_units = {0};
  if (in->n_members == 0) return sw_polygons_match(err, in->polygons, p, in->n, in->code, unit);
  SW_TRY(sw_alloc(err, (size_t)p->n + 1, sizeof *member, (void **)&member));
  sw_status plain = sw_polygons_match(&of_units, in->polygons, p, in->n, in->code, unit);
  for (int64_t f = 0; plain == SW_OK && f < p->n; f++)
    units += unit[f] >= 0;
  sw_status status = sw_polygons_match(err, in->polygons, p, in->n_members, in->member, member);
  for (int64_t f = 0; status == SW_OK && f < p->n; f++)
    members += member[f] >= 0;
  if (status == SW_OK && members > units) {
    for (int64_t f = 0; f < p->n; f++)
      unit[f] = member[f] < 0 ? -1 : in->member_of[member[f]];
  } else if (status == SW_EINPUT || status == SW_OK) { /* of the units, or of neither */
    sw_error_clear(err);
    *err = of_units;
    status = plain;
  }
  sw_free(member);
  return status;
}

/* Holes are found by geometry, as not all files tell them. rings refers to arrays of p, so p must
 * live as long. */
static sw_status read_polygons(sw_error *err, sw_arena *arena, sw_geometry_source *s) {
  const sw_geometry_input *in = s->input;
  sw_polygons *p = &s->polygons;
  int32_t *unit = NULL;
  SW_TRY(sw_polygons_read(err, arena, in->polygons, false, p));
  sw_rings features = {p->n, p->n_rings, p->n_points, p->start, p->feature, p->x, p->y, p->degrees};
  SW_TRY(sw_topology_find_holes(err, &features, p->hole));
  SW_TRY(sw_alloc(err, (size_t)p->n, sizeof *unit, (void **)&unit));
  sw_status status = match_features(err, s, unit);
  if (status == SW_OK) keep_rings(s, unit);
  sw_free(unit);
  s->degrees = p->degrees;
  s->rings =
      (sw_rings){in->n, p->n_rings, p->n_points, p->start, p->feature, p->x, p->y, p->degrees};
  s->hole = p->hole;
  return status;
}

/* ---- places ------------------------------------------------------------------------------ */

/* Latitudes beyond the poles are no places; longitudes may go round. */
static bool is_place(const sw_geometry_input *in, int64_t i) {
  return in->lon && in->lat && isfinite(in->lon[i]) && fabs(in->lat[i]) <= 90;
}

/* A map in metres cannot place units that have degrees only. */
static void find_places(sw_geometry_source *s) {
  const sw_geometry_input *in = s->input;
  for (int64_t i = 0; i < in->n; i++) {
    bool drawn = s->degrees && !s->has_rings[i] && is_place(in, i);
    s->x[i] = drawn ? in->lon[i] : NAN;
    s->y[i] = drawn ? in->lat[i] : NAN;
    s->n_places += drawn;
  }
}

/* Opens the source of the map: polygons where there are any, places of units else. On failure
 * sw_geometry_close releases what there is. */
sw_status sw_geometry_open(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                           sw_geometry_source *source) {
  size_t n = (size_t)input->n;
  *source = (sw_geometry_source){.input = input, .degrees = true};
  SW_TRY(sw_calloc(err, n, sizeof *source->has_rings, (void **)&source->has_rings));
  SW_TRY(sw_alloc(err, n, sizeof *source->x, (void **)&source->x));
  SW_TRY(sw_alloc(err, n, sizeof *source->y, (void **)&source->y));
  if (input->polygons && input->n > 0) SW_TRY(read_polygons(err, arena, source));
  find_places(source);
  return SW_OK;
}

void sw_geometry_close(sw_geometry_source *source) {
  sw_free(source->has_rings);
  sw_free(source->x);
  sw_free(source->y);
  sw_polygons_destroy(&source->polygons);
  sw_cells_destroy(&source->cells);
}

/* ---- both -------------------------------------------------------------------------------- */

/* All points by unit: what zones are found from. */
sw_status sw_geometry_spots(sw_error *err, const sw_geometry_source *source, int32_t **unit,
                            double **x, double **y, sw_spots *spots) {
  const sw_rings *rings = &source->rings;
  int64_t count = rings->n_points + source->n_places, k = 0;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof **unit, (void **)unit));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof **x, (void **)x));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof **y, (void **)y));
  for (int64_t r = 0; r < rings->n_rings; r++)
    for (int64_t p = rings->start[r]; p < rings->start[r + 1]; p++, k++)
      (*unit)[k] = rings->unit[r], (*x)[k] = rings->x[p], (*y)[k] = rings->y[p];
  for (int64_t i = 0; i < source->input->n; i++)
    if (!isnan(source->x[i])) {
      (*unit)[k] = (int32_t)i;
      (*x)[k] = source->x[i], (*y)[k++] = source->y[i];
    }
  *spots = (sw_spots){source->input->n, count, *unit, *x, *y, source->degrees, rings->n_rings == 0};
  return SW_OK;
}

/* By the extent of the zone's own borders and places; a map in metres is drawn as it is. */
sw_projection sw_geometry_projection(const sw_geometry_source *source, const uint8_t *zone,
                                     int of) {
  const sw_rings *rings = &source->rings;
  sw_extent extent;
  if (!source->degrees) return (sw_projection){.kind = SW_PROJECTION_NONE};
  sw_extent_begin(&extent);
  for (int64_t r = 0; r < rings->n_rings; r++)
    for (int64_t k = rings->start[r];
         (!zone || zone[rings->unit[r]] == of) && k + 1 < rings->start[r + 1]; k++)
      sw_extent_add(&extent, rings->x[k], rings->y[k], rings->x[k + 1], rings->y[k + 1]);
  for (int64_t i = 0; i < source->input->n; i++)
    if ((!zone || zone[i] == of) && !isnan(source->x[i]))
      sw_extent_add(&extent, source->x[i], source->y[i], source->x[i], source->y[i]);
  /* An inset of a study may be of units without places. */
  if (!(extent.south <= extent.north)) sw_extent_add(&extent, 0, 0, 0, 0);
  return sw_projection_choose(&extent);
}
