/* The manifest: what the results file says of its results, and which block has which numbers. The
 * browser side knows no more of them. */
#include <string.h>

#include "cli/report/arrays.h"

typedef struct telling {
  sw_error *err;
  const sw_report *report;
  const sw_page *page;
  const sw_report_arrays *arrays;
  sw_json json;
} telling;

static void put_block(sw_json *j, const char *key, int block) {
  char id[32];
  snprintf(id, sizeof id, "b%d", block);
  sw_json_text(j, key, block >= 0 ? id : NULL);
}

/* A variable of the manifest; null for none, or one that is not on the page. */
static void put_id(telling *to, const char *key, int variable) {
  bool there = variable >= 0 && to->report->taken[to->page->variable[variable].result];
  sw_json_text(&to->json, key, there ? to->page->variable[variable].id : NULL);
}

/* A title of the catalogue, in Chinese too where that is known. */
static void put_title(telling *to, const char *title) {
  const char *chinese = sw_report_chinese(to->report->arena, title);
  sw_json_open(&to->json, "title", '{');
  sw_json_text(&to->json, "en", title);
  if (chinese) sw_json_text(&to->json, "zh", chinese);
  sw_json_close(&to->json, '}');
}

/* ---- what it is ------------------------------------------------------------------------- */

static void put_two(sw_json *j, const char *key, const char *english, const char *chinese) {
  sw_json_open(j, key, '{');
  sw_json_text(j, "en", english);
  sw_json_text(j, "zh", chinese);
  sw_json_close(j, '}');
}

static void put_head(telling *to) {
  sw_json *j = &to->json;
  const sw_page *page = to->page;
  sw_json_integer(j, "format", 1);
  sw_json_text(j, "language", to->report->chinese ? "zh" : "en");
  sw_json_text(j, "file", to->report->file);
  put_two(j, "title", page->title_en ? page->title_en : page->title,
          page->title_zh ? page->title_zh : page->title);
  put_two(j, "noun", to->report->noun_en, to->report->noun_zh);
  put_two(j, "nouns", to->report->nouns_en, to->report->noun_zh);
  sw_json_text(j, "version", page->version);
  sw_json_bool(j, "small", to->arrays->small);
  sw_json_texts(j, "periods", page->n_periods, page->period);
  sw_json_bool(j, "cross_section", page->cross_section);
  sw_json_integer(j, "n", page->n);
  sw_json_lines(j, "notes", sw_page_attribute(&page->attributes, SW_ATTR_NOTES));
  /* What is on the map first: its block stands before the script. */
  const sw_page_variable *first =
      to->arrays->shown >= 0 ? &page->variable[to->arrays->shown] : NULL;
  sw_json_text(j, "first", first ? sw_page_key(to->report->arena, page, first, 0) : NULL);
}

static void put_units(telling *to) {
  sw_json *j = &to->json;
  const sw_report_arrays *a = to->arrays;
  sw_json_open(j, "units", '{');
  put_block(j, "code", a->code);
  put_block(j, "name", a->name_en >= 0 ? a->name_en : a->name);
  put_block(j, SW_NAME_NAME_ZH, a->name_zh);
  sw_json_close(j, '}');
  sw_json_open(j, "groups", '[');
  for (int g = 0; g < to->page->n_groups; g++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "name", to->page->group[g].name);
    sw_json_texts(j, "labels", to->page->group[g].n, to->page->group[g].label);
    put_block(j, "block", a->group[g]);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
}

/* ---- axes ------------------------------------------------------------------------------- */

enum { MOST_LABELS = 20000 }; /* of an axis that are told */

/* Periods [first ...] of the axis; with `ends` the first and the last alone. */
static void put_time(telling *to, const char *id, const sw_page_axis *axis, int first, bool ends) {
  sw_json *j = &to->json;
  int step = ends && axis->n > 1 ? (int)axis->n - 1 : 1;
  sw_json_open(j, id, '{');
  sw_json_open(j, "labels", '[');
  for (int64_t t = first; t < axis->n; t += step)
    sw_json_text(j, NULL, axis->label[t]);
  sw_json_close(j, ']');
  sw_json_open(j, "at", '[');
  for (int64_t t = first; t < axis->n; t += step)
    sw_json_integer(j, NULL, axis->at[t]);
  sw_json_close(j, ']');
  sw_json_close(j, '}');
}

static void put_labels(sw_json *j, const sw_page_axis *axis) {
  sw_json_open(j, axis->id, '{');
  sw_json_texts(j, "labels", axis->n, axis->label);
  if (axis->value) {
    sw_json_open(j, "values", '[');
    for (int64_t k = 0; k < axis->n; k++)
      sw_json_number(j, NULL, axis->value[k]);
    sw_json_close(j, ']');
  }
  if (*axis->units) sw_json_text(j, "unit", axis->units);
  sw_json_close(j, '}');
}

static bool is_needed(const telling *to, int axis) {
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_page_variable *of = &to->page->variable[v];
    if (!to->report->taken[of->result] || of->use == SW_PAGE_SILENT) continue;
    for (int d = 0; d < of->n_dims; d++)
      if (of->dim[d] == axis) return true;
  }
  return false;
}

/* Time axes of what the page has not all periods of: "ends/" before the axis's own, and of pairs
 * "kept/R/time". */
static const char *ends_id(const telling *to, const sw_page_axis *axis) {
  return sw_arena_printf(to->report->arena, "ends/%s", axis->id);
}

static const char *kept_id(const telling *to, const sw_report_partners *p) {
  return sw_arena_printf(to->report->arena, "kept/%s/time", to->page->result[p->pairs.result].name);
}

static bool has_ends(const telling *to, int axis) {
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_page_variable *of = &to->page->variable[v];
    if (to->arrays->values[v].kept == SW_KEPT_ENDS && of->time >= 0 && of->dim[of->time] == axis)
      return true;
  }
  return false;
}

static void put_axes(telling *to) {
  sw_json_open(&to->json, "axes", '{');
  for (int a = 0; a < to->page->n_axes; a++) {
    const sw_page_axis *axis = &to->page->axis[a];
    if (axis->kind == SW_PAGE_TIME && is_needed(to, a)) put_time(to, axis->id, axis, 0, false);
    if (axis->kind == SW_PAGE_TIME && has_ends(to, a))
      put_time(to, ends_id(to, axis), axis, 0, true);
    if (axis->kind == SW_PAGE_LABELS && axis->n <= MOST_LABELS && is_needed(to, a))
      put_labels(&to->json, axis);
  }
  for (int p = 0; p < to->arrays->n_partners; p++) {
    const sw_report_partners *of = &to->arrays->partners[p];
    if (of->first > 0)
      put_time(to, kept_id(to, of), &to->page->axis[of->pairs.time], of->first, false);
  }
  sw_json_close(&to->json, '}');
}

/* ---- results ---------------------------------------------------------------------------- */

static void put_result(telling *to, const sw_page_result *r) {
  sw_json *j = &to->json;
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "name", r->name);
  sw_json_text(j, "measure", r->measure);
  put_title(to, r->title);
  sw_json_text(j, "formula", r->formula);
  sw_json_text(j, "source", r->source);
  sw_json_text(j, "parameters", r->parameters);
  sw_json_text(j, "weights", *r->weights ? r->weights : NULL);
  sw_json_text(j, "orientation", r->orientation);
  sw_json_lines(j, "summary", r->summary);
  sw_json_text(j, "undefined", r->undefined);
  sw_json_lines(j, "notes", sw_page_attribute(&r->attributes, SW_ATTR_NOTES));
  sw_json_text(j, "headline", r->headline >= 0 ? to->page->variable[r->headline].name : NULL);
  sw_json_close(j, '}');
}

static void put_results(telling *to) {
  sw_json_open(&to->json, "results", '[');
  for (int r = 0; r < to->page->n_results; r++)
    if (to->report->taken[r]) put_result(to, &to->page->result[r]);
  sw_json_close(&to->json, ']');
}

/* ---- variables -------------------------------------------------------------------------- */

/* Time and units first, as blocks of parts have them; else the order of the file. */
static void put_dims(telling *to, const sw_page_variable *v, sw_kept kept) {
  sw_json *j = &to->json;
  bool column = v->use == SW_PAGE_COLUMN;
  sw_json_open(j, "dims", '[');
  if (column && v->time >= 0) {
    const sw_page_axis *axis = &to->page->axis[v->dim[v->time]];
    sw_json_text(j, NULL, kept == SW_KEPT_ENDS ? ends_id(to, axis) : axis->id);
  }
  if (column) sw_json_text(j, NULL, to->page->axis[v->dim[v->unit]].id);
  for (int d = 0; d < v->n_dims; d++)
    if (!column || (d != v->time && d != v->unit))
      sw_json_text(j, NULL, to->page->axis[v->dim[d]].id);
  sw_json_close(j, ']');
}

static void put_part(telling *to, const sw_page_variable *v, const sw_report_values *values,
                     int64_t part) {
  sw_json *j = &to->json;
  const char *label;
  sw_json_open(j, NULL, '{');
  sw_json_open(j, "at", '[');
  for (int k = 0; values->part && (label = sw_page_part_label(to->page, v, part, k)); k++)
    sw_json_text(j, NULL, label);
  sw_json_close(j, ']');
  put_block(j, "block", values->part ? values->part[part] : -1);
  if (!values->part) sw_json_bool(j, "left_out", true);
  sw_json_close(j, '}');
}

static void put_look(telling *to, const sw_page_variable *v) {
  sw_json *j = &to->json;
  sw_json_text(j, "show", v->show);
  sw_json_text(j, "palette", *v->palette ? v->palette : NULL);
  if (v->has_centre) sw_json_integer(j, "centre", v->centre);
  sw_json_bool(j, "log", v->log);
  sw_json_open(j, "with", '[');
  for (int k = 0; k < v->n_with; k++)
    put_id(to, NULL, v->with[k]);
  sw_json_close(j, ']');
  if (v->n_classes == 0) return;
  sw_json_open(j, "classes", '{');
  sw_json_integer(j, "first", v->class_first);
  sw_json_texts(j, "names", v->n_classes, v->class_name);
  sw_json_close(j, '}');
}

static void put_variable(telling *to, int variable) {
  sw_json *j = &to->json;
  const sw_page_variable *v = &to->page->variable[variable];
  const sw_report_values *values = &to->arrays->values[variable];
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "id", v->id);
  sw_json_text(j, "result", to->page->result[v->result].name);
  sw_json_text(j, "name", v->name);
  put_title(to, v->title);
  sw_json_text(j, "unit", v->units);
  put_look(to, v);
  put_dims(to, v, values->kept);
  sw_json_bool(j, "integer", v->integer);
  sw_json_bool(j, "headline", v->headline);
  if (v->use == SW_PAGE_COLUMN) {
    sw_json_open(j, "parts", '[');
    for (int64_t k = 0; k < (values->part ? v->n_parts : 1); k++)
      put_part(to, v, values, k);
    sw_json_close(j, ']');
  } else {
    put_block(j, "block", values->block);
    if (values->block < 0) sw_json_bool(j, "left_out", true);
  }
  if (values->equal >= 0) put_id(to, "equal", values->equal);
  sw_json_lines(j, "reasons", v->reasons);
  sw_json_close(j, '}');
}

static void put_variables(telling *to) {
  sw_json_open(&to->json, "variables", '[');
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_page_variable *of = &to->page->variable[v];
    if (to->report->taken[of->result] && (of->use == SW_PAGE_COLUMN || of->use == SW_PAGE_SMALL))
      put_variable(to, v);
  }
  sw_json_close(&to->json, ']');
}

/* ---- pairs ------------------------------------------------------------------------------ */

static int find_variable(const telling *to, int result, const char *name) {
  for (int v = 0; v < to->page->n_variables; v++)
    if (to->page->variable[v].result == result && strcmp(to->page->variable[v].name, name) == 0)
      return v;
  return -1;
}

/* "{top: 20}" of the parameters: a word, and a number where it has one. */
static void put_keep(telling *to, const sw_page_result *r, sw_page_keep keep) {
  static const char *const word[] = {"summary", "dense", "top", "above"};
  char said[32] = "";
  double number = 0;
  const char *at = NULL, *found = r->parameters;
  while ((found = strstr(found, ", keep: ")))
    at = found += 8;
  int n = at ? sscanf(at, *at == '{' ? "{%31[a-z]: %lf" : "%31[a-z]", said, &number) : 0;
  sw_json_text(&to->json, "keep", n > 0 ? said : word[keep]);
  if (n == 2) sw_json_number(&to->json, strcmp(said, "top") == 0 ? "asked" : "threshold", number);
}

/* Sums over pairs that the engine makes, by the names that the file has for them. */
static void put_sums(telling *to, int result) {
  sw_json *j = &to->json;
  int block = find_variable(to, result, SW_NAME_BLOCK_SUM);
  int ring = find_variable(to, result, SW_NAME_RING_SUM);
  int centre = find_variable(to, result, SW_NAME_FROM_CENTRE);
  const sw_page_variable *v = block >= 0 ? &to->page->variable[block] : NULL;
  if (v && v->n_dims >= 2) {
    sw_json_open(j, "blocks", '{');
    put_id(to, "sum", block);
    put_id(to, "count", find_variable(to, result, SW_NAME_BLOCK_COUNT));
    sw_json_text(j, "group", to->page->axis[v->dim[v->n_dims - 2]].name);
    sw_json_close(j, '}');
  } else
    sw_json_null(j, "blocks");
  v = ring >= 0 ? &to->page->variable[ring] : NULL;
  if (v && v->n_dims >= 1) {
    sw_json_open(j, "rings", '{');
    put_id(to, "sum", ring);
    put_id(to, "count", find_variable(to, result, SW_NAME_RING_COUNT));
    sw_json_text(j, "axis", to->page->axis[v->dim[v->n_dims - 1]].id);
    sw_json_close(j, '}');
  } else
    sw_json_null(j, "rings");
  v = centre >= 0 ? &to->page->variable[centre] : NULL;
  if (!v || v->n_dims < 1) {
    sw_json_null(j, "centres");
    return;
  }
  int own = v->n_dims - 1;
  while (own > 0 && (own == v->unit || own == v->time))
    own--;
  sw_json_open(j, "centres", '{');
  put_id(to, "from", centre);
  put_id(to, "to", find_variable(to, result, SW_NAME_TO_CENTRE));
  sw_json_text(j, "axis", to->page->axis[v->dim[own]].id);
  sw_json_close(j, '}');
}

/* What a unit sends and receives is the same, bit for bit. */
static bool is_symmetric(const telling *to, const sw_page_pairs *p) {
  if (p->out_strength < 0 || p->in_strength < 0) return false;
  const sw_report_values *out = &to->arrays->values[p->out_strength];
  const sw_report_values *in = &to->arrays->values[p->in_strength];
  return out->part && in->part && out->part[0] == in->part[0];
}

/* Strengths and sums are of the first quantity. */
static void put_figures(telling *to, const sw_page_pairs *p, bool first) {
  put_id(to, SW_NAME_OUT_STRENGTH, first ? p->out_strength : -1);
  put_id(to, SW_NAME_IN_STRENGTH, first ? p->in_strength : -1);
  put_id(to, "total", first ? p->total : -1);
  put_id(to, "mean", first ? p->mean : -1);
  put_id(to, "max", first ? p->max : -1);
  put_id(to, SW_NAME_N_PAIRS, first ? p->n_pairs : -1);
  if (first) put_sums(to, p->result);
}

static void put_quantity(telling *to, const sw_report_partners *partners, int q) {
  static const char *const order[] = {"largest", "absolute", "smallest"};
  sw_json *j = &to->json;
  const sw_page_pairs *p = &partners->pairs;
  const sw_page_result *r = &to->page->result[p->result];
  const sw_page_variable *v = p->n_quantities > 0 ? &to->page->variable[p->quantity[q]] : NULL;
  bool there = partners->first >= 0;
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "result", r->name);
  sw_json_text(j, "quantity",
               v ? v->id : sw_arena_printf(to->report->arena, "%s/" SW_NAME_VALUE, r->name));
  put_keep(to, r, p->keep);
  sw_json_integer(j, "k", there ? p->k : 0);
  put_title(to, v ? v->title : r->title);
  sw_json_text(j, "unit", v ? v->units : "");
  sw_json_bool(j, "log", v && v->log);
  sw_json_text(j, "palette", v && *v->palette ? v->palette : NULL);
  if (v && v->has_centre) sw_json_integer(j, "centre", v->centre);
  sw_json_text(j, "by", order[p->by]);
  sw_json_bool(j, "symmetric", is_symmetric(to, p));
  sw_json_text(j, "dims_time",
               partners->first > 0 ? kept_id(to, partners)
               : p->time >= 0      ? to->page->axis[p->time].id
                                   : NULL);
  put_block(j, "partner", there ? partners->partner : -1);
  put_block(j, "value", there ? partners->value[q] : -1);
  put_block(j, "row_kept", partners->kept);
  put_figures(to, p, q == 0);
  sw_json_close(j, '}');
}

static void put_pairs(telling *to) {
  sw_json_open(&to->json, "pairs", '[');
  for (int p = 0; p < to->arrays->n_partners; p++) {
    const sw_report_partners *of = &to->arrays->partners[p];
    int quantities = of->pairs.n_quantities > 0 ? of->pairs.n_quantities : 1;
    for (int q = 0; q < quantities; q++)
      put_quantity(to, of, q);
  }
  sw_json_close(&to->json, ']');
}

/* ---- what it rests on, where units lie ---------------------------------------------------- */

static void put_rest(telling *to) {
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
  put_block(j, "block", to->arrays->missing);
  sw_json_close(j, '}');
}

static void put_zones(telling *to) {
  sw_json *j = &to->json;
  const sw_report_geometry *g = to->report->geometry;
  put_block(j, "zone", to->arrays->zone);
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

static void put_geometry(telling *to) {
  static const char *const kind[] = {"none", "points", "polygons"};
  sw_json *j = &to->json;
  const sw_report_geometry *g = to->report->geometry;
  const sw_report_arrays *a = to->arrays;
  sw_json_open(j, "geometry", '{');
  sw_json_text(j, "kind", kind[g->kind]);
  sw_json_integer(j, "width", g->width);
  sw_json_integer(j, "height", g->height);
  put_two(j, "projection", g->projection_en, g->projection_zh);
  sw_json_bool(j, "cells", g->cells);
  put_zones(to);
  put_block(j, "x", a->x);
  put_block(j, "y", a->y);
  put_block(j, "arc_start", a->arc_start);
  put_block(j, "arc_x", a->arc_x);
  put_block(j, "arc_y", a->arc_y);
  put_block(j, "arc_left", a->arc_left);
  put_block(j, "arc_right", a->arc_right);
  put_block(j, "ring_start", a->ring_start);
  put_block(j, "ring_arc", a->ring_arc);
  put_block(j, "ring_unit", a->ring_unit);
  sw_json_open(j, "without_polygon", '[');
  for (int64_t k = 0; k < g->n_without_polygon; k++)
    sw_json_integer(j, NULL, g->without_polygon[k]);
  sw_json_close(j, ']');
  sw_json_integer(j, "without_unit", g->without_unit);
  sw_json_close(j, '}');
}

/* ---- what is not here ------------------------------------------------------------------- */

static void put_means(telling *to) {
  sw_json *j = &to->json;
  sw_json_open(j, "means", '{');
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_report_means *means = to->arrays->values[v].means;
    for (int64_t k = 0; means && k < to->page->variable[v].n_parts; k++) {
      sw_json_open(j, sw_page_key(to->report->arena, to->page, &to->page->variable[v], k), '{');
      put_block(j, "nation", means[k].nation);
      put_block(j, "n", means[k].n);
      sw_json_open(j, "groups", '{');
      for (int g = 0; g < to->page->n_groups; g++)
        if (means[k].group[g] >= 0) put_block(j, to->page->group[g].name, means[k].group[g]);
      sw_json_close(j, '}');
      sw_json_close(j, '}');
    }
  }
  sw_json_close(j, '}');
}

static void put_left_out(telling *to) {
  static const char *const what[] = {"periods", "values", "parts", "pairs", "all pairs"};
  sw_json *j = &to->json;
  sw_json_open(j, "left_out", '[');
  for (int k = 0; k < to->report->n_left_out; k++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "id", to->page->variable[to->report->left_out[k].variable].id);
    sw_json_text(j, "what", what[to->report->left_out[k].what]);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
}

sw_status sw_report_manifest(sw_error *err, const sw_report *report, const sw_report_arrays *arrays,
                             FILE *out) {
  telling to = {
      .err = err, .report = report, .page = report->page, .arrays = arrays, .json = {.out = out}};
  sw_json_open(&to.json, NULL, '{');
  put_head(&to);
  put_units(&to);
  put_axes(&to);
  put_results(&to);
  put_variables(&to);
  put_pairs(&to);
  put_rest(&to);
  put_geometry(&to);
  put_means(&to);
  put_left_out(&to);
  sw_status status = SW_OK;
  if (report->against) {
    const char *slash = strrchr(report->against->path, '/');
    sw_json_open(&to.json, "against", '{');
    sw_json_text(&to.json, "file", slash ? slash + 1 : report->against->path);
    status = sw_report_changes_json(err, report, &to.json);
    sw_json_close(&to.json, '}');
  }
  sw_json_close(&to.json, '}');
  return status;
}
