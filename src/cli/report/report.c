/* The report page, step by step: open the results, see what of them is wanted and in what words,
 * where units lie, arrays, changes, and the page itself. All that is read from the results is read
 * here and below, so that a damaged file can be tried in a child (cli/verbs/report.c).
 *
 * One arena holds all texts and small arrays until the page is written; blocks and geometry are
 * freed here, in any case. */
#include "cli/report/report.h"

#include <string.h>

#include "base/text.h"
#include "cli/report/arrays.h"
#include "cli/report/source.h"
#include "store/layout/tried.h"

/* ---- results that are asked for ------------------------------------------------------------ */

/* "ccd", or what it is a part of: "composites/economy" also as "economy". So one name takes a
 * composite with all that is below it. */
static bool is_called(const char *result, const char *name, size_t length) {
  const char *last = strrchr(result, '/');
  if (strncmp(result, name, length) == 0 && (result[length] == '\0' || result[length] == '/'))
    return true;
  return last && strncmp(last + 1, name, length) == 0 && last[1 + length] == '\0';
}

/* The nearest name; else all, as far as a line has room. The list stops at 400 bytes: a line of a
 * terminal or two, well within the room of an error. */
static sw_status no_such_result(sw_error *err, const sw_report *report, const char *name) {
  char hint[SW_HINT_ROOM];
  const sw_page *page = report->page;
  const char **known = NULL, *list = "";
  SW_NEW(err, report->arena, known, page->n_results + 1);
  for (int r = 0; r < page->n_results; r++)
    known[r] = page->result[r].name;
  const char *near = sw_nearest(name, known, page->n_results);
  for (int r = 0; !near && list && r < page->n_results && strlen(list) < 400; r++)
    list = sw_arena_printf(report->arena, "%s%s%s", list, r > 0 ? ", " : "; it has ", known[r]);
  return sw_fail(err, SW_EINPUT, "%s: has no result '%s'%s%s", report->options->path, name,
                 sw_did_you_mean(name, near, hint), list ? list : "");
}

/* Each name must be one of the file's; "composites" takes all below it. Fills report->taken, one
 * flag for each result. Empty names between commas are passed over; names without a result are an
 * error, as a page that lacks what was asked for would mislead. */
static sw_status choose_results(sw_error *err, sw_report *report) {
  bool *taken = NULL;
  const char *asked = report->options->results;
  bool any = !asked;
  SW_NEW(err, report->arena, taken, report->page->n_results + 1);
  report->taken = taken;
  for (int r = 0; r < report->page->n_results; r++)
    taken[r] = !asked;
  for (const char *at = asked; at && *at; at += *at == ',') {
    size_t length = strcspn(at, ",");
    bool found = false;
    for (int r = 0; r < report->page->n_results; r++)
      if (length > 0 && is_called(report->page->result[r].name, at, length))
        found = taken[r] = true;
    if (length > 0 && !found) {
      const char *name = sw_arena_textn(report->arena, at, length);
      return name ? no_such_result(err, report, name)
                  : sw_fail(err, SW_ENOMEM, "out of memory for the report");
    }
    any |= found;
    at += length;
  }
  return any ? SW_OK
             : sw_fail(err, SW_EINPUT, "--results %s: names no result; give names with commas",
                       asked);
}

/* ---- words ------------------------------------------------------------------------------ */

/* Whether an untranslated noun of the study may stand in an English sentence. */
static bool is_ascii(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text >= 0x80) return false;
  return true;
}

/* The rules of English that nouns for places need; others are written in the study by language. */
static const char *plural(sw_arena *arena, const char *noun) {
  size_t length = strlen(noun);
  char last = length > 0 ? noun[length - 1] : '\0', before = length > 1 ? noun[length - 2] : '\0';
  if (last == 'y' && !strchr("aeiou", before))
    return sw_arena_printf(arena, "%.*sies", (int)length - 1, noun);
  bool hisses = last == 's' || last == 'x' || (last == 'h' && (before == 'c' || before == 's'));
  return sw_arena_printf(arena, "%s%s", noun, hisses ? "es" : "s");
}

/* The language: the command line's, else the study's, else English. The title falls back on the one
 * that names no language, then on the file's name; nouns on "unit". Fails for a language that is
 * unknown, or without memory. */
static sw_status choose_words(sw_error *err, sw_report *report, const char *of_study) {
  const sw_page *page = report->page;
  const char *asked = report->options->language;
  if (asked && strcmp(asked, "en") != 0 && strcmp(asked, "zh") != 0)
    return sw_fail(err, SW_EINPUT, "--language %s: unknown; expected en or zh", asked);
  const char *language = asked ? asked : of_study;
  report->chinese = language && strcmp(language, "zh") == 0;
  const char *slash = strrchr(page->path, '/');
  report->file = slash ? slash + 1 : page->path;
  const char *title = report->chinese ? page->title_zh : page->title_en;
  report->title = title ? title : page->title;
  if (!*report->title) report->title = report->file;
  bool latin = page->noun && is_ascii(page->noun);
  report->noun_en = page->noun_en ? page->noun_en : latin ? page->noun : "unit";
  report->noun_zh = page->noun_zh ? page->noun_zh : page->noun && !latin ? page->noun : "单元";
  report->nouns_en = plural(report->arena, report->noun_en);
  return report->nouns_en ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for the report");
}

/* ---- geometry --------------------------------------------------------------------------- */

/* Labels of the first group, by which insets that are found are called. They are the labels that
 * the user knows; with polygons of the whole country mostly states or provinces. *label stays NULL
 * without groups. */
static sw_status first_labels(sw_error *err, const sw_report *report, const char *const **label) {
  const sw_page *page = report->page;
  const char **text = NULL;
  if (page->n_groups == 0) return SW_OK;
  SW_NEW(err, report->arena, text, page->n + 1);
  for (int64_t i = 0; i < page->n; i++)
    text[i] = page->group[0].of[i] >= 0 ? page->group[0].label[page->group[0].of[i]] : "";
  *label = text;
  return SW_OK;
}

/* Polygons of the study that cannot be used are no failure: the map is then made of places. Those
 * of the command line are. */
static sw_status make_geometry(sw_error *err, sw_report *report, sw_report_source *source) {
  const sw_page *page = report->page;
  sw_geometry_input in = {.n = page->n,
                          .code = page->code,
                          .lon = page->lon,
                          .lat = page->lat,
                          .polygons = source->polygons.path ? &source->polygons : NULL,
                          .n_members = page->n_members,
                          .member = page->member,
                          .member_of = page->member_of,
                          .insets = source->has_insets ? &source->insets : NULL};
  SW_TRY(first_labels(err, report, &in.label));
  /* In an error of its own: the first attempt may fail and be made good by the second. */
  SW_NEW(err, report->arena, report->geometry, 1);
  sw_error of_polygons = {0};
  sw_status status = sw_report_geometry_make(&of_polygons, report->arena, &in, report->geometry);
  if (status == SW_EINPUT && in.polygons && !report->options->polygons) {
    /* A half-made geometry is freed before the second attempt. */
    sw_report_geometry_destroy(report->geometry);
    *report->geometry = (sw_report_geometry){0};
    source->note = sw_arena_printf(report->arena, "%s; the map is made of the units' places",
                                   of_polygons.text);
    in.polygons = NULL;
    sw_error_clear(&of_polygons);
    status = sw_report_geometry_make(&of_polygons, report->arena, &in, report->geometry);
  }
  if (status != SW_OK) *err = of_polygons;
  return status;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* For the line that the verb prints; it outlives the arena, so texts are copied. `out` stands at
 * its end, so ftello is the size of the page. */
static void tell(const sw_report *report, const sw_report_source *source, FILE *out,
                 sw_report_said *said) {
  *said = (sw_report_said){.bytes = ftello(out),
                           .units = report->page->n,
                           .periods = report->page->n_periods,
                           .left_out = report->n_left_out > 0};
  for (int r = 0; r < report->page->n_results; r++)
    said->results += report->taken[r];
  snprintf(said->noun, sizeof said->noun, "%s",
           report->page->n == 1 ? report->noun_en : report->nouns_en);
  if (source->note) snprintf(said->note, sizeof said->note, "%s", source->note);
}

/* `reading` names the file that is read, for a message of HDF5 that does not. The order follows
 * what each step needs: language before words, geometry before arrays (zones and places are
 * arrays), arrays before the page, whose manifest names their blocks. Pages that were opened are
 * closed by the caller, also after a failure. */
static sw_status make(sw_error *err, sw_report *report, const char *folder, FILE *out,
                      sw_report_arrays *arrays, sw_report_said *said) {
  sw_report_source source;
  report->reading = report->options->path;
  SW_TRY(sw_page_open(err, report->arena, report->options->path, &report->page));
  if (report->options->against) {
    report->reading = report->options->against;
    SW_TRY(sw_page_open(err, report->arena, report->options->against, &report->against));
    report->reading = report->options->path;
  }
  SW_TRY(choose_results(err, report));
  SW_TRY(sw_report_source_of(err, report, folder, &source));
  SW_TRY(choose_words(err, report, source.language));
  SW_TRY(make_geometry(err, report, &source));
  SW_TRY(sw_report_arrays_make(err, report, arrays));
  if (report->against)
    SW_TRY(sw_report_changes_make(err, report, arrays->blocks, &report->changes));
  SW_TRY(sw_report_page(err, report, arrays, out));
  tell(report, &source, out, said);
  return sw_page_whole(err, report->arena, report->page);
}

/* Makes the page; called in a child (verbs/report.c), or by a run for its own results. Everything
 * is released in any case. */
sw_status sw_report_make(sw_error *err, const sw_report_options *options, const char *folder,
                         FILE *out, sw_report_said *said) {
  sw_report report = {.options = options};
  sw_report_arrays arrays = {0};
  *said = (sw_report_said){0};
  SW_TRY(sw_arena_create(err, &report.arena));
  sw_status status = make(err, &report, folder, out, &arrays, said);
  status = sw_tried_damaged(err, status, report.reading);
  sw_blocks_destroy(arrays.blocks);
  if (report.geometry) sw_report_geometry_destroy(report.geometry);
  sw_page_close(report.page);
  sw_page_close(report.against);
  sw_arena_destroy(report.arena);
  return status;
}
