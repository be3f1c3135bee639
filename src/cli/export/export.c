/* What is asked for, found in the results file, and written: the sheet of a name as one file, in
 * the format that its ending says, or every sheet of a file as a .csv in a folder. All that is read
 * is read here and below, so that a damaged file can be tried in a child (cli/verbs/export.c). */
#include "cli/export/export.h"

#include <errno.h>
#include <string.h>

#include "cli/session/target.h"
#include "store/layout/tried.h"

/* ---- formats ----------------------------------------------------------------------------- */

struct sw_export_format {
  const char *ending;
  sw_status (*write)(sw_error *err, sw_export_job *job);
  enum { LONG, ANY, WIDE } form; /* whether periods stand side by side; ANY: with --wide */
};

static const struct sw_export_format formats[] = {
    {".csv", sw_export_csv, ANY},          {".tsv", sw_export_tsv, ANY},
    {".dta", sw_export_dta, ANY},          {".gpkg", sw_export_gpkg, WIDE},
    {".geojson", sw_export_geojson, WIDE}, {".graphml", sw_export_graphml, LONG},
    {".mtx", sw_export_mtx, LONG}};

enum { N_FORMATS = sizeof formats / sizeof *formats };

sw_status sw_export_format_of(sw_error *err, const char *path,
                              const struct sw_export_format **format) {
  const char *ending[N_FORMATS];
  int kind = 0;
  for (int f = 0; f < N_FORMATS; f++)
    ending[f] = formats[f].ending;
  SW_TRY(sw_target_kind(err, path, ending, N_FORMATS, &kind));
  *format = &formats[kind];
  return SW_OK;
}

/* ---- one sheet --------------------------------------------------------------------------- */

/* A label of a period that the file has and the result does not. */
static const char *lacking(const sw_period_choice *choice, const sw_sheet *s) {
  const sw_page_axis *axis = &s->page->axis[s->time];
  for (int t = 0; choice->taken && t < s->page->n_periods; t++) {
    bool there = !choice->taken[t];
    for (int64_t k = 0; !there && k < axis->n; k++)
      there = axis->at[k] == t;
    if (!there) return s->page->period[t];
  }
  return NULL;
}

/* Options that the sheet cannot follow are refused, as a file of other rows would be a trap. */
static sw_status check(sw_error *err, const sw_export_job *job, const sw_period_choice *choice,
                       const struct sw_export_format *format) {
  const sw_sheet *s = job->sheet;
  const char *result = s->page->result[s->result].name;
  if (s->time < 0 && (choice->taken || job->options->wide))
    return sw_fail(err, SW_EINPUT, "%s: these quantities of '%s' have no periods",
                   choice->taken ? "--periods" : "--wide", result);
  if (job->options->polygons && format->form != WIDE)
    return sw_fail(err, SW_EINPUT, "--polygons: is of .gpkg and .geojson, not of %s",
                   format->ending);
  if (format->form != ANY && job->options->wide)
    return sw_fail(err, SW_EINPUT, "--wide: is of .csv, .tsv and .dta, not of %s", format->ending);
  if (s->is_pairs && job->options->wide)
    return sw_fail(err, SW_EINPUT,
                   "--wide: is not of pairs, as each period of '%s' has pairs of its own", result);
  const char *none = s->time >= 0 ? lacking(choice, s) : NULL;
  if (none)
    return sw_fail(err, SW_EINPUT, "--periods: '%s' has no period %s; it has %s to %s", result,
                   none, sw_sheet_period(s, 0), sw_sheet_period(s, sw_sheet_periods(s) - 1));
  return SW_OK;
}

/* What the disk refuses is not the fault of the results. */
static sw_status write_sheet(sw_error *err, const struct sw_export_format *format,
                             sw_export_job *job) {
  sw_status status = format->write(err, job);
  if (job->not_read && status != SW_OK && !ferror(job->out)) return status;
  if (status == SW_OK && fflush(job->out) == 0 && !ferror(job->out)) return SW_OK;
  if (!ferror(job->out)) return sw_tried_damaged(err, status, job->options->path);
  sw_error_clear(err);
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", job->path,
                 errno ? strerror(errno) : "not all of it");
}

/* "; not in it: balance over (time 20, system 3)", of the other sheets. */
static void note_others(sw_arena *arena, int count, const sw_sheet *sheet, sw_export_said *said) {
  for (int s = 1; s < count; s++) {
    const char *quantities = sw_sheet_quantities(arena, &sheet[s]);
    const char *axes = sw_sheet_axes(arena, &sheet[s]);
    size_t length = strlen(said->note);
    if (quantities && axes)
      snprintf(said->note + length, sizeof said->note - length, "%s%s (%s)", length ? "; " : "",
               quantities, axes);
  }
}

static sw_status export_one(sw_error *err, sw_arena *arena, const sw_page *page,
                            const sw_export_options *o, const struct sw_export_format *format,
                            FILE *out, const char *place, sw_export_said *said) {
  sw_sheet *sheet = NULL;
  sw_period_choice choice;
  int count = 0;
  SW_TRY(sw_sheets_named(err, arena, page, o->name, &count, &sheet));
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: '%s' has no numbers that could be written", o->path,
                   o->name);
  sw_export_job job = {.arena = arena,
                       .options = o,
                       .sheet = sheet,
                       .path = o->output,
                       .out = out,
                       .place = place,
                       .wide = o->wide || format->form == WIDE};
  SW_TRY(sw_periods_choose(err, arena, page, o->periods, &choice));
  SW_TRY(check(err, &job, &choice, format));
  SW_TRY(sw_periods_of_sheet(err, arena, &choice, sheet, &job.n_periods, &job.period));
  SW_TRY(sw_where_read(err, arena, o->where, sheet, job.wide && job.n_periods > 1, &job.where));
  SW_TRY(write_sheet(err, format, &job));
  const char *axes = sw_sheet_axes(arena, sheet);
  *said = (sw_export_said){.rows = job.rows, .files = 1, .without = job.without};
  snprintf(said->what, sizeof said->what, "%d quantit%s (%s)", sheet->n,
           sheet->n == 1 ? "y" : "ies", axes ? axes : "");
  note_others(arena, count, sheet, said);
  return SW_OK;
}

/* ---- all sheets -------------------------------------------------------------------------- */

/* "FOLDER/composites.economy.time_unit.csv": results below others with a dot for the slash, then
 * the axes; no two sheets of a result have the same. */
static const char *file_of(sw_arena *arena, const char *folder, const sw_sheet *s) {
  const sw_page *page = s->page;
  char *text = sw_arena_printf(arena, "%s/%s", folder, page->result[s->result].name);
  for (char *at = text ? text + strlen(folder) + 1 : NULL; at && *at; at++)
    if (*at == '/') *at = '.';
  const char *joint = ".";
  if (text && s->is_pairs) text = sw_arena_printf(arena, "%s.pairs", text), joint = "_";
  if (text && s->time >= 0 && !s->is_pairs)
    text = sw_arena_printf(arena, "%s%s" SW_NAME_TIME, text, joint), joint = "_";
  if (text && s->unit >= 0)
    text = sw_arena_printf(arena, "%s%s" SW_NAME_UNIT, text, joint), joint = "_";
  for (int k = 0; text && k < s->n_labels; k++, joint = "_")
    text = sw_arena_printf(arena, "%s%s%s", text, joint, page->axis[s->label[k]].name);
  return text ? sw_arena_printf(arena, "%s.csv", text) : NULL;
}

static sw_status export_sheet(sw_error *err, sw_arena *arena, const sw_export_options *o,
                              const sw_period_choice *choice, const char *folder, const sw_sheet *s,
                              sw_export_said *said) {
  sw_export_job job = {.arena = arena, .options = o, .sheet = s, .path = file_of(arena, folder, s)};
  if (!job.path) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  SW_TRY(sw_periods_of_sheet(err, arena, choice, s, &job.n_periods, &job.period));
  if (s->time >= 0 && job.n_periods == 0) return SW_OK; /* it has none of them */
  SW_TRY(sw_where_read(err, arena, NULL, s, false, &job.where));
  job.out = fopen(job.path, "w");
  if (!job.out) return sw_fail(err, SW_EIO, "%s: cannot be written: %s", job.path, strerror(errno));
  sw_status status = write_sheet(err, &formats[0], &job);
  if (fclose(job.out) != 0 && status == SW_OK)
    status = sw_fail(err, SW_EIO, "%s: cannot be written: %s", job.path, strerror(errno));
  said->files++;
  said->rows += job.rows;
  return status;
}

static sw_status export_all(sw_error *err, sw_arena *arena, const sw_page *page,
                            const sw_export_options *o, const char *folder, sw_export_said *said) {
  sw_period_choice choice;
  SW_TRY(sw_periods_choose(err, arena, page, o->periods, &choice));
  for (int r = 0; r < page->n_results; r++) {
    sw_sheet *sheet = NULL;
    int count = 0;
    if (o->name) { /* one result, or one quantity of it */
      SW_TRY(sw_sheets_named(err, arena, page, o->name, &count, &sheet));
      r = page->n_results;
    } else {
      SW_TRY(sw_sheets_of(err, arena, page, r, &count, &sheet));
    }
    for (int s = 0; s < count; s++)
      SW_TRY(export_sheet(err, arena, o, &choice, folder, &sheet[s], said));
  }
  return SW_OK;
}

/* ---- the file ---------------------------------------------------------------------------- */

typedef struct opened {
  sw_arena *arena;
  sw_page *page;
} opened;

static sw_status open_results(sw_error *err, const char *path, opened *in) {
  *in = (opened){0};
  SW_TRY(sw_arena_create(err, &in->arena));
  return sw_tried_damaged(err, sw_page_open(err, in->arena, path, &in->page), path);
}

static void close_results(opened *in) {
  sw_page_close(in->page);
  sw_arena_destroy(in->arena);
}

sw_status sw_export_one(sw_error *err, const sw_export_options *o,
                        const struct sw_export_format *format, FILE *out, const char *place,
                        sw_export_said *said) {
  opened in;
  sw_status status = open_results(err, o->path, &in);
  if (status == SW_OK) status = export_one(err, in.arena, in.page, o, format, out, place, said);
  if (status == SW_OK) status = sw_page_whole(err, in.arena, in.page);
  close_results(&in);
  return status;
}

sw_status sw_export_all(sw_error *err, const sw_export_options *o, const char *folder,
                        sw_export_said *said) {
  opened in;
  *said = (sw_export_said){0};
  sw_status status = open_results(err, o->path, &in);
  if (status == SW_OK) status = export_all(err, in.arena, in.page, o, folder, said);
  if (status == SW_OK) status = sw_page_whole(err, in.arena, in.page);
  close_results(&in);
  return status;
}
