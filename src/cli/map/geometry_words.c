/* What the caption of the map says of its projection, in English and Chinese; what insets are
 * called. Called by geometry.c once projections and zones are known. A reader must be able to tell
 * which map it is: the projection with its parameters, insets that are not to scale, cells that are
 * no borders. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/map/geometry_private.h"

enum { WORDS = 48 }; /* of a latitude or a longitude */

/* The first text that failed sets *status; the caller looks once, after several. Captions are made
 * in the arena, so one that came out NULL has met the end of memory, the sole reason. */
static const char *checked(sw_error *err, const char *text, sw_status *status) {
  if (!text && *status == SW_OK) *status = sw_fail(err, SW_ENOMEM, "out of memory for a caption");
  return text;
}

/* ---- degrees ----------------------------------------------------------------------------- */

/* Zero to the digit shown has no side. */
static const char *latitude(double lat, char text[WORDS]) {
  snprintf(text, WORDS, "%.1f°%s", fabs(lat), fabs(lat) < .05 ? "" : lat < 0 ? "S" : "N");
  return text;
}

/* No letter where the number is rounded to 0. */
static const char *longitude(double lon, char text[WORDS]) {
  snprintf(text, WORDS, "%.1f°%s", fabs(lon), fabs(lon) < .05 ? "" : lon < 0 ? "W" : "E");
  return text;
}

static const char *latitude_zh(double lat, char text[WORDS]) {
  snprintf(text, WORDS, "%s%.1f°", fabs(lat) < .05 ? "纬度" : lat < 0 ? "南纬" : "北纬", fabs(lat));
  return text;
}

static const char *longitude_zh(double lon, char text[WORDS]) {
  snprintf(text, WORDS, "%s%.1f°", fabs(lon) < .05 ? "经度" : lon < 0 ? "西经" : "东经", fabs(lon));
  return text;
}

/* ---- projections ------------------------------------------------------------------------- */

/* By the words of the projection alone: what they are chosen by stands in sw_projection_choose.
 * Parameters to a tenth of a degree, as they are rounded for reading, not for repeating the map. */
static const char *projection_en(sw_arena *arena, const sw_projection *p) {
  char a[WORDS], b[WORDS];
  switch (p->kind) {
  case SW_PROJECTION_ALBERS:
    return sw_arena_printf(arena, "Albers equal area, standard parallels %s and %s.",
                           latitude(p->lat_1, a), latitude(p->lat_2, b));
  case SW_PROJECTION_LAMBERT:
    return sw_arena_printf(arena, "Lambert azimuthal equal area, centre %s %s.",
                           latitude(p->lat_0, a), longitude(p->lon_0, b));
  case SW_PROJECTION_CYLINDRICAL:
    return sw_arena_printf(arena, "Cylindrical equal area, standard parallels %.1f° N and S.",
                           p->lat_1);
  case SW_PROJECTION_EQUAL_EARTH:
    return sw_arena_printf(arena, "Equal Earth, an equal-area projection, central meridian %s.",
                           longitude(p->lon_0, a));
  default:
    return "Drawn in the coordinates of the polygon file.";
  }
}

/* The projection in Chinese, as projection_en says it in English. */
static const char *projection_zh(sw_arena *arena, const sw_projection *p) {
  char a[WORDS], b[WORDS];
  switch (p->kind) {
  case SW_PROJECTION_ALBERS:
    return sw_arena_printf(arena, "阿尔伯斯等积圆锥投影，标准纬线为%s和%s。",
                           latitude_zh(p->lat_1, a), latitude_zh(p->lat_2, b));
  case SW_PROJECTION_LAMBERT:
    return sw_arena_printf(arena, "兰伯特等积方位投影，中心%s、%s。", latitude_zh(p->lat_0, a),
                           longitude_zh(p->lon_0, b));
  case SW_PROJECTION_CYLINDRICAL:
    return sw_arena_printf(arena, "等积圆柱投影，标准纬线为南北纬%.1f°。", p->lat_1);
  case SW_PROJECTION_EQUAL_EARTH:
    return sw_arena_printf(arena, "等积地球（Equal Earth）投影，中央经线为%s。",
                           longitude_zh(p->lon_0, a));
  default:
    return "按边界文件的坐标绘制。";
  }
}

/* ---- insets ------------------------------------------------------------------------------ */

/* "AK, HI" of the insets; NULL: some have no name, or memory has run out. */
static const char *names_of(sw_arena *arena, const sw_report_geometry *g, const char *comma) {
  /* Quadratic in the number of insets, of which there are a few. */
  const char *text = "";
  for (int z = 1; z < g->n_zones && text; z++) {
    if (!*g->zone_of[z].name) return NULL;
    text = sw_arena_printf(arena, "%s%s%s", text, z > 1 ? comma : "", g->zone_of[z].name);
  }
  return text;
}

/* Insets are told because their areas cannot be compared with those of the main map, although the
 * projection is equal-area. "" where there is the main map alone. */
static const char *insets_en(sw_arena *arena, const sw_report_geometry *g) {
  const char *names = names_of(arena, g, ", ");
  if (g->n_zones < 2) return "";
  if (names) return sw_arena_printf(arena, " Insets at their own scale: %s.", names);
  if (g->n_zones == 2) return " One inset at its own scale.";
  return sw_arena_printf(arena, " %d insets, each at its own scale.", g->n_zones - 1);
}

static const char *insets_zh(sw_arena *arena, const sw_report_geometry *g) {
  const char *names = names_of(arena, g, "、");
  if (g->n_zones < 2) return "";
  if (names) return sw_arena_printf(arena, "附图比例尺各自不同：%s。", names);
  return sw_arena_printf(arena, "%d幅附图，比例尺各自不同。", g->n_zones - 1);
}

/* Fills the captions in both languages, in the arena: the page switches its language without the
 * program. `main` is the projection of zone 0; insets have their own, which are not told. SW_ENOMEM
 * is its sole failure. */
sw_status sw_geometry_say(sw_error *err, sw_arena *arena, const sw_projection *main,
                          sw_report_geometry *geometry) {
  sw_report_geometry *g = geometry;
  sw_status status = SW_OK;
  const char *en = checked(err, projection_en(arena, main), &status),
             *zh = checked(err, projection_zh(arena, main), &status),
             *insets = checked(err, insets_en(arena, g), &status),
             *insets_in_zh = checked(err, insets_zh(arena, g), &status);
  SW_TRY(status);
  g->projection_en = sw_arena_printf(
      arena, "%s%s%s", en, insets,
      g->cells ? " No polygons: each cell is the ground nearest to the place of its unit." : "");
  g->projection_zh =
      sw_arena_printf(arena, "%s%s%s", zh, insets_in_zh,
                      g->cells ? "没有边界数据：每个泰森多边形是距该单元最近的区域。" : "");
  checked(err, g->projection_en, &status);
  checked(err, g->projection_zh, &status);
  return status;
}

/* The label that all units of a zone have; NULL: there is none. */
static const char *common_label(const sw_geometry_input *in, const uint8_t *zone, int of) {
  const char *common = NULL;
  for (int64_t i = 0; in->label && i < in->n; i++) {
    if (zone[i] != of) continue;
    if (!in->label[i] || (common && strcmp(common, in->label[i]) != 0)) return NULL;
    common = in->label[i];
  }
  return common;
}

/* By the study, else by the label that a zone's units share; else an inset has no name. */
sw_status sw_geometry_name_zones(sw_error *err, sw_arena *arena, const sw_geometry_input *input,
                                 const uint8_t *zone, sw_report_geometry *geometry) {
  sw_status status = SW_OK;
  /* Zone 0 is the main map, which needs no name. */
  geometry->zone_of[0].name = "";
  for (int z = 1; z < geometry->n_zones; z++) {
    const char *name = input->insets ? input->insets->name[z - 1] : common_label(input, zone, z);
    geometry->zone_of[z].name = checked(err, sw_arena_text(arena, name ? name : ""), &status);
  }
  return status;
}
