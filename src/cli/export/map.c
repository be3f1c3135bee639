/* Quantities by unit as a map layer (.gpkg, .geojson): a feature for each unit, with its code, name
 * and groups, and a field for each quantity, of several periods QUANTITY_PERIOD. Features are the
 * polygons of --polygons, else points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/export/export.h"
#include "store/polygons/write.h"

typedef struct map {
  sw_export_job *job;
  sw_layer layer;
  int64_t room;
  int64_t *unit;
  const char **text;
  double *value;
} map;

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory for a map layer");
}

static sw_status check(sw_error *err, const sw_export_job *job, sw_polygons_spec *spec) {
  const sw_sheet *s = job->sheet;
  const sw_page *page = s->page;
  const sw_export_options *o = job->options;
  const char *id = page->variable[s->variable[0]].id;
  if (s->unit < 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: a map is of quantities by unit, and '%s' is none; write a "
                   ".csv",
                   job->path, id);
  if (page->variable[s->variable[0]].n_parts > 1 && s->part < 0)
    return sw_fail(err, SW_EINPUT, "%s: '%s' has several numbers of a unit; name one: %s.%s[%s]",
                   job->path, id, page->result[s->result].name, page->variable[s->variable[0]].name,
                   page->axis[s->label[0]].label[0]);
  if (!o->polygons && (!page->lon || !page->lat))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s has no places of units; give --polygons FILE --key FIELD", job->path,
                   o->path);
  *spec = (sw_polygons_spec){.file = o->polygons, .path = o->polygons, .key = o->key};
  return SW_OK;
}

/* ---- fields ------------------------------------------------------------------------------ */

static sw_status name_fields(sw_error *err, map *m) {
  const sw_export_job *job = m->job;
  const sw_sheet *s = job->sheet;
  const sw_page *page = s->page;
  const char **text = NULL, **value = NULL;
  bool *whole = NULL;
  int texts = 0, values = 0, periods = s->time >= 0 ? job->n_periods : 1;
  SW_NEW(err, job->arena, text, page->n_groups + 2);
  SW_NEW(err, job->arena, value, s->n * periods + 1);
  SW_NEW(err, job->arena, whole, s->n * periods + 1);
  text[texts++] = SW_NAME_UNIT;
  if (sw_sheet_names(page)) text[texts++] = SW_NAME_NAME;
  for (int g = 0; g < page->n_groups; g++)
    text[texts++] = page->group[g].name;
  for (int k = 0; k < s->n; k++)
    for (int p = 0; p < periods; p++) {
      const sw_page_variable *v = &page->variable[s->variable[k]];
      whole[values] = v->integer;
      value[values] = periods == 1 ? v->name
                                   : sw_arena_printf(job->arena, "%s_%s", v->name,
                                                     sw_sheet_period(s, job->period[p]));
      if (!value[values++]) return no_memory(err);
    }
  m->layer.n_texts = texts, m->layer.text_name = text;
  m->layer.n_values = values, m->layer.value_name = value, m->layer.is_whole = whole;
  return SW_OK;
}

/* ---- features ---------------------------------------------------------------------------- */

static sw_status make_room(sw_error *err, map *m) {
  const sw_page *page = m->job->sheet->page;
  size_t n = (size_t)page->n + 1;
  SW_TRY(sw_alloc(err, n, sizeof *m->unit, (void **)&m->unit));
  SW_TRY(sw_alloc(err, n * (size_t)m->layer.n_texts, sizeof *m->text, (void **)&m->text));
  return sw_alloc(err, n * (size_t)(m->layer.n_values + 1), sizeof *m->value, (void **)&m->value);
}

static sw_status take_unit(sw_error *err, void *self, const sw_row *row) {
  map *m = self;
  const sw_page *page = m->job->sheet->page;
  sw_layer *l = &m->layer;
  (void)err;
  if (!sw_where_keeps(&m->job->where, m->job->sheet, row)) return SW_OK;
  const char **text = m->text + l->n * l->n_texts;
  m->unit[l->n] = row->unit;
  *text++ = page->code[row->unit];
  if (sw_sheet_names(page)) *text++ = sw_sheet_names(page)[row->unit];
  for (int g = 0; g < page->n_groups; g++)
    *text++ =
        page->group[g].of[row->unit] < 0 ? "" : page->group[g].label[page->group[g].of[row->unit]];
  memcpy(m->value + l->n * l->n_values, row->value, (size_t)l->n_values * sizeof *m->value);
  l->n++;
  return SW_OK;
}

/* GDAL makes a GeoPackage itself, where the file that is open for it was. */
static sw_status write_layer(sw_error *err, map *m) {
  sw_export_job *job = m->job;
  const sw_page *page = job->sheet->page;
  int64_t without = 0;
  SW_TRY(name_fields(err, m));
  SW_TRY(make_room(err, m));
  SW_TRY(sw_rows_walk_wide(err, job->sheet, job->n_periods, job->period, take_unit, m));
  m->layer.unit = m->unit, m->layer.text = m->text, m->layer.value = m->value;
  m->layer.n_codes = page->n, m->layer.code = page->code;
  m->layer.lon = page->lon, m->layer.lat = page->lat;
  m->layer.path = job->place, m->layer.out = job->out;
  m->layer.name = page->result[job->sheet->result].name;
  if (strcmp(m->layer.driver, "GPKG") == 0) unlink(job->place);
  sw_status status = sw_layer_write(err, job->arena, &m->layer, &without);
  job->not_read = true;
  SW_TRY(status);
  job->rows = m->layer.n;
  job->without = without;
  return SW_OK;
}

static sw_status export_map(sw_error *err, sw_export_job *job, const char *driver) {
  sw_polygons_spec spec;
  map m = {.job = job, .layer = {.driver = driver}};
  SW_TRY(check(err, job, &spec));
  if (spec.path) m.layer.polygons = &spec;
  sw_status status = write_layer(err, &m);
  sw_free(m.unit);
  sw_free(m.text);
  sw_free(m.value);
  return status;
}

sw_status sw_export_gpkg(sw_error *err, sw_export_job *job) {
  return export_map(err, job, "GPKG");
}

sw_status sw_export_geojson(sw_error *err, sw_export_job *job) {
  return export_map(err, job, "GeoJSON");
}
