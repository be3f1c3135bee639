#include "cli/report/geometry.h"
#include "cli/report/model.h"
#include <math.h>
#include <stdlib.h>
#define WEAK __attribute__((weak))
WEAK sw_status sw_report_geometry_make(sw_error *err, sw_arena *arena,
                                       const sw_geometry_input *input, sw_report_geometry *g) {
  (void)arena;
  *g = (sw_report_geometry){
      .projection_en = "", .projection_zh = "", .width = 960, .height = 600, .n = input->n};
  if (!input->lon || !input->lat) return SW_OK;
  g->kind = SW_GEOMETRY_POINTS;
  g->projection_en = "Plate carrée.", g->projection_zh = "等距圆柱投影。";
  SW_TRY(sw_alloc(err, (size_t)input->n + 1, 4, (void **)&g->x));
  SW_TRY(sw_alloc(err, (size_t)input->n + 1, 4, (void **)&g->y));
  double x0 = 1e9, x1 = -1e9, y0 = 1e9, y1 = -1e9;
  for (int64_t i = 0; i < input->n; i++) {
    if (input->lon[i] < x0) x0 = input->lon[i];
    if (input->lon[i] > x1) x1 = input->lon[i];
    if (input->lat[i] < y0) y0 = input->lat[i];
    if (input->lat[i] > y1) y1 = input->lat[i];
  }
  double s = 920 / (x1 - x0);
  g->height = (int)(40 + (y1 - y0) * s * 1.25);
  for (int64_t i = 0; i < input->n; i++) {
    g->x[i] = (float)(20 + (input->lon[i] - x0) * s);
    g->y[i] = (float)(20 + (y1 - input->lat[i]) * s * 1.25);
  }
  g->n_zones = 1;
  g->zone_of[0] = (sw_geometry_zone){"", 0, 0, 960, g->height};
  return SW_OK;
}
WEAK void sw_report_geometry_destroy(sw_report_geometry *g) {
  sw_free(g->x);
  sw_free(g->y);
}
WEAK sw_status sw_report_changes_make(sw_error *err, const sw_report *report, sw_blocks *blocks,
                                      struct sw_report_changes **changes) {
  (void)err, (void)report, (void)blocks, (void)changes;
  return SW_OK;
}
WEAK sw_status sw_report_changes(sw_error *err, const sw_report *report, sw_html *html) {
  (void)err, (void)report, (void)html;
  return SW_OK;
}
WEAK sw_status sw_report_changes_json(sw_error *err, const sw_report *report, sw_json *json) {
  (void)err, (void)report, (void)json;
  return SW_OK;
}
