/* The manifest: what the results file says of its results, and which block has which numbers. The
 * browser side knows no more of them (cli/report/web): it chooses its views by shapes, axes and
 * looks that stand here, and no measure by name. Text for a person is in both languages.
 *
 * Written straight to the page, one key after the other; nothing is kept. Failures of the stream
 * show when the page is closed (target.c). Keys and labels that are put together come out of the
 * arena: where that has no memory the key is lacking, and the manifest fails at its end. */
#include "cli/report/manifest.h"

#include <string.h>

/* ---- parts -------------------------------------------------------------------------------- */

/* "b7" is the id of the script element that holds the block; -1: null. */
void sw_manifest_block(sw_json *j, const char *key, int block) {
  char id[32];
  snprintf(id, sizeof id, "b%d", block);
  sw_json_text(j, key, block >= 0 ? id : NULL);
}

/* A variable of a result that was not asked for is not on the page: null. */
void sw_manifest_id(sw_manifest *to, const char *key, int variable) {
  bool there = variable >= 0 && to->report->taken[to->page->variable[variable].result];
  sw_json_text(&to->json, key, there ? to->page->variable[variable].id : NULL);
}

/* Without a translation there is no `zh`. Titles of measures are English; the Chinese ones come
 * from the program's own list. */
void sw_manifest_title(sw_manifest *to, const char *title) {
  const char *chinese = sw_report_chinese(to->report->arena, title);
  sw_json_open(&to->json, "title", '{');
  sw_json_text(&to->json, "en", title);
  if (chinese) sw_json_text(&to->json, "zh", chinese);
  sw_json_close(&to->json, '}');
}

/* A text in both languages under one key. */
void sw_manifest_two(sw_json *j, const char *key, const char *english, const char *chinese) {
  sw_json_open(j, key, '{');
  sw_json_text(j, "en", english);
  sw_json_text(j, "zh", chinese);
  sw_json_close(j, '}');
}

/* The id of a time axis of its own, for pairs of which the page has the last periods alone. */
const char *sw_manifest_kept(const sw_manifest *to, const sw_report_partners *p) {
  return sw_arena_printf(to->report->arena, "kept/%s/time", to->page->result[p->pairs.result].name);
}

/* ---- what it is ------------------------------------------------------------------------- */

/* What the page is of: title, words for units, periods, the first map. */
static void put_head(sw_manifest *to) {
  sw_json *j = &to->json;
  const sw_page *page = to->page;
  sw_json_integer(j, "format", 1);
  sw_json_text(j, "language", to->report->chinese ? "zh" : "en");
  sw_json_text(j, "file", to->report->file);
  sw_manifest_two(j, "title", page->title_en ? page->title_en : page->title,
                  page->title_zh ? page->title_zh : page->title);
  sw_manifest_two(j, "noun", to->report->noun_en, to->report->noun_zh);
  sw_manifest_two(j, "nouns", to->report->nouns_en, to->report->noun_zh);
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

/* Codes and names are blocks, as there may be many units; labels of groups are few. "name" is
 * English where the file has it, else whatever stands as the name: with one name alone a page
 * switched to Chinese shows that one, too. */
static void put_units(sw_manifest *to) {
  sw_json *j = &to->json;
  const sw_report_arrays *a = to->arrays;
  sw_json_open(j, "units", '{');
  sw_manifest_block(j, "code", a->code);
  sw_manifest_block(j, "name", a->name_en >= 0 ? a->name_en : a->name);
  sw_manifest_block(j, SW_NAME_NAME_ZH, a->name_zh);
  sw_json_close(j, '}');
  sw_json_open(j, "groups", '[');
  for (int g = 0; g < to->page->n_groups; g++) {
    sw_json_open(j, NULL, '{');
    sw_json_text(j, "name", to->page->group[g].name);
    sw_json_texts(j, "labels", to->page->group[g].n, to->page->group[g].label);
    sw_manifest_block(j, "block", a->group[g]);
    sw_json_close(j, '}');
  }
  sw_json_close(j, ']');
}

/* ---- axes ------------------------------------------------------------------------------- */

/* A list of units has its labels as a block; 20,000 labels of another axis are some hundred KB that
 * no view could show. */
enum { MOST_LABELS = 20000 }; /* of an axis that are told */

/* Periods [first ...] of the axis; with `ends` the first and the last alone. `at` is the place of
 * each period among those of the study, by which the page's slider moves all views together. */
static void put_time(sw_manifest *to, const char *id, const sw_page_axis *axis, int first,
                     bool ends) {
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

/* `values` where positions are numbers: an axis of lags or limits is drawn to scale. */
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

/* Labels of axes that no variable on the page has would only take room. */
static bool is_needed(const sw_manifest *to, int axis) {
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
static const char *ends_id(const sw_manifest *to, const sw_page_axis *axis) {
  return sw_arena_printf(to->report->arena, "ends/%s", axis->id);
}

/* Whether some variable is on the page with the ends of this axis only. */
static bool has_ends(const sw_manifest *to, int axis) {
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_page_variable *of = &to->page->variable[v];
    if (to->arrays->values[v].kept == SW_KEPT_ENDS && of->time >= 0 && of->dim[of->time] == axis)
      return true;
  }
  return false;
}

/* An axis may be there twice: whole for one variable, its ends for another. */
static void put_axes(sw_manifest *to) {
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
      put_time(to, sw_manifest_kept(to, of), &to->page->axis[of->pairs.time], of->first, false);
  }
  sw_json_close(&to->json, '}');
}

/* ---- results ---------------------------------------------------------------------------- */

/* What a reader needs to judge numbers: definition, source, parameters, and why some are
 * missing. */
static void put_result(sw_manifest *to, const sw_page_result *r) {
  sw_json *j = &to->json;
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "name", r->name);
  sw_json_text(j, "measure", r->measure);
  sw_manifest_title(to, r->title);
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

/* Tells only of results that were asked for (report --only): the rest of the file is as if it were
 * not. */
static void put_results(sw_manifest *to) {
  sw_json_open(&to->json, "results", '[');
  for (int r = 0; r < to->page->n_results; r++)
    if (to->report->taken[r]) put_result(to, &to->page->result[r]);
  sw_json_close(&to->json, ']');
}

/* ---- variables -------------------------------------------------------------------------- */

/* Time and units first, as blocks of parts have them; else the order of the file. */
static void put_dims(sw_manifest *to, const sw_page_variable *v, sw_kept kept) {
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

/* Of a variable that is left out one part stands for all, so that the page can say so. */
static void put_part(sw_manifest *to, const sw_page_variable *v, const sw_report_values *values,
                     int64_t part) {
  sw_json *j = &to->json;
  const char *label;
  sw_json_open(j, NULL, '{');
  sw_json_open(j, "at", '[');
  for (int k = 0; values->part && (label = sw_page_part_label(to->page, v, part, k)); k++)
    sw_json_text(j, NULL, label);
  sw_json_close(j, ']');
  sw_manifest_block(j, "block", values->part ? values->part[part] : -1);
  if (!values->part) sw_json_bool(j, "left_out", true);
  sw_json_close(j, '}');
}

/* How it is drawn, as the measure declares it: the browser guesses nothing from names. */
static void put_look(sw_manifest *to, const sw_page_variable *v) {
  sw_json *j = &to->json;
  sw_json_text(j, "show", v->show);
  sw_json_text(j, "palette", *v->palette ? v->palette : NULL);
  if (v->has_centre) sw_json_integer(j, "centre", v->centre);
  sw_json_bool(j, "log", v->log);
  sw_json_open(j, "with", '[');
  for (int k = 0; k < v->n_with; k++)
    sw_manifest_id(to, NULL, v->with[k]);
  sw_json_close(j, ']');
  if (v->n_classes == 0) return;
  sw_json_open(j, "classes", '{');
  sw_json_integer(j, "first", v->class_first);
  sw_json_texts(j, "names", v->n_classes, v->class_name);
  sw_json_close(j, '}');
}

/* A column has a list of blocks by parts, all else one block; "left_out" marks what the limit on
 * the page's size has cost, so that it is told and not silently missing. */
static void put_variable(sw_manifest *to, int variable) {
  sw_json *j = &to->json;
  const sw_page_variable *v = &to->page->variable[variable];
  const sw_report_values *values = &to->arrays->values[variable];
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "id", v->id);
  sw_json_text(j, "result", to->page->result[v->result].name);
  sw_json_text(j, "name", v->name);
  sw_manifest_title(to, v->title);
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
    sw_manifest_block(j, "block", values->block);
    if (values->block < 0) sw_json_bool(j, "left_out", true);
  }
  if (values->equal >= 0) sw_manifest_id(to, "equal", values->equal);
  sw_json_lines(j, "reasons", v->reasons);
  sw_json_close(j, '}');
}

/* Pairs stand in manifest_pairs.c; what is silent is not on the page. */
static void put_variables(sw_manifest *to) {
  sw_json_open(&to->json, "variables", '[');
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_page_variable *of = &to->page->variable[v];
    if (to->report->taken[of->result] && (of->use == SW_PAGE_COLUMN || of->use == SW_PAGE_SMALL))
      put_variable(to, v);
  }
  sw_json_close(&to->json, ']');
}

/* ---- what is not here ------------------------------------------------------------------- */

/* Of variables with two periods on the page: means over all periods, by nation and by group. */
static void put_means(sw_manifest *to) {
  sw_json *j = &to->json;
  sw_json_open(j, "means", '{');
  for (int v = 0; v < to->page->n_variables; v++) {
    const sw_report_means *means = to->arrays->values[v].means;
    for (int64_t k = 0; means && k < to->page->variable[v].n_parts; k++) {
      sw_json_open(j, sw_page_key(to->report->arena, to->page, &to->page->variable[v], k), '{');
      sw_manifest_block(j, "nation", means[k].nation);
      sw_manifest_block(j, "n", means[k].n);
      sw_json_open(j, "groups", '{');
      for (int g = 0; g < to->page->n_groups; g++)
        if (means[k].group[g] >= 0)
          sw_manifest_block(j, to->page->group[g].name, means[k].group[g]);
      sw_json_close(j, '}');
      sw_json_close(j, '}');
    }
  }
  sw_json_close(j, '}');
}

/* `what` in the order of the kinds in report.h. */
static void put_left_out(sw_manifest *to) {
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

/* The order of the keys is that of the work; the browser reads them by name. */
sw_status sw_report_manifest(sw_error *err, const sw_report *report, const sw_report_arrays *arrays,
                             FILE *out) {
  sw_manifest to = {
      .err = err, .report = report, .page = report->page, .arrays = arrays, .json = {.out = out}};
  sw_json_open(&to.json, NULL, '{');
  put_head(&to);
  put_units(&to);
  put_axes(&to);
  put_results(&to);
  put_variables(&to);
  sw_manifest_pairs(&to);
  sw_manifest_rest(&to);
  sw_manifest_geometry(&to);
  put_means(&to);
  put_left_out(&to);
  sw_status status = SW_OK;
  if (report->against) {
    /* The name alone: paths of this machine mean nothing to readers of the page. */
    const char *slash = strrchr(report->against->path, '/');
    sw_json_open(&to.json, "against", '{');
    sw_json_text(&to.json, "file", slash ? slash + 1 : report->against->path);
    status = sw_report_changes_json(err, report, &to.json);
    sw_json_close(&to.json, '}');
  }
  sw_json_close(&to.json, '}');
  return status == SW_OK ? sw_arena_whole(err, report->arena) : status;
}
