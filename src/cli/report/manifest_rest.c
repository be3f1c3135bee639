/* What the manifest says of that which results rest on, and of where the units lie. Called by
 * manifest.c between results and means. Numbers are not here: the manifest names the block that
 * holds them, null where the page has none; weights are told in words and counts alone. */
#include "cli/report/manifest.h"

/* Weights in words and counts; the table of missing cells as a block. */
void sw_manifest_rest(sw_manifest *to) {
  sw_json *j = &to->json;
  const sw_page *page = to->page;
  sw_json_open(j, "weights", '[');
  for (int w = 0; w < page->n_weights; w++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "name", page->weights[w].name);
    sw_json_text(j, "text", page->weights[w].text);
    sw_json_integer(j, "links", page->weights[w].links);
    sw_json_integer(j, "islands", page->weights[w].islands);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
  if (to->arrays->missing < 0) {
    sw_json_null(j, "missing");
    return;
  }
  sw_json_open(j, "missing", '{');
  sw_json_texts(j, "variables", page->n_indicators, page->indicator);
  sw_manifest_block(j, "block", to->arrays->missing);
  sw_json_close(j, '}');
}

/* Zone 0 is the main map, the others its insets, in pixels of the frame. */
static void put_zones(sw_manifest *to) {
  sw_json *j = &to->json;
  const sw_report_geometry *g = to->report->geometry;
  sw_manifest_block(j, "zone", to->arrays->zone);
  sw_json_open(j, "zones", '[');
  for (int z = 0; z < g->n_zones; z++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "name", g->zone_of[z].name);
    sw_json_number(j, "x", g->zone_of[z].x);
    sw_json_number(j, "y", g->zone_of[z].y);
    sw_json_number(j, "w", g->zone_of[z].w);
    sw_json_number(j, "h", g->zone_of[z].h);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
}

/* Without polygons the arc and ring blocks are null and the browser draws places. */
void sw_manifest_geometry(sw_manifest *to) {
  static const char *const kind[] = {"none", "points", "polygons"};
  sw_json *j = &to->json;
  const sw_report_geometry *g = to->report->geometry;
  const sw_report_arrays *a = to->arrays;
  sw_json_open(j, "geometry", '{');
  sw_json_text(j, "kind", kind[g->kind]);
  sw_json_integer(j, "width", g->width);
  sw_json_integer(j, "height", g->height);
  sw_manifest_two(j, "projection", g->projection_en, g->projection_zh);
  sw_json_bool(j, "cells", g->cells);
  put_zones(to);
  sw_manifest_block(j, "x", a->x);
  sw_manifest_block(j, "y", a->y);
  sw_manifest_block(j, "arc_start", a->arc_start);
  sw_manifest_block(j, "arc_x", a->arc_x);
  sw_manifest_block(j, "arc_y", a->arc_y);
  sw_manifest_block(j, "arc_left", a->arc_left);
  sw_manifest_block(j, "arc_right", a->arc_right);
  sw_manifest_block(j, "ring_start", a->ring_start);
  sw_manifest_block(j, "ring_arc", a->ring_arc);
  sw_manifest_block(j, "ring_unit", a->ring_unit);
  sw_json_open(j, "without_polygon", '[');
  for (int64_t k = 0; k < g->n_without_polygon; k++)
    sw_json_integer(j, NULL, g->without_polygon[k]);
  sw_json_close(j, ']');
  sw_json_integer(j, "without_unit", g->without_unit);
  sw_json_close(j, '}');
}
