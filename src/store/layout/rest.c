/* See rest.h. The file may be of an older version, which has none of this, or damaged: what is not
 * there, or not as it should be, gives no line.
 *
 * Called by info.c. The lines are collected in a memory stream and copied into the caller's
 * arena. */
#include "store/layout/rest.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"

/* Six periods fit on a line. */
enum { TOLD = 6 }; /* periods of a variable that are told; the rest are counted */

/* What the lines are told from, and where they go. */
typedef struct telling {
  sw_error *err;
  sw_arena *arena;
  hid_t file;
  FILE *out;
} telling;

/* ---- words ------------------------------------------------------------------------------ */

/* Up to three attributes on one line: the study's own words, then English, then Chinese. `what`
 * stands before the first that is there. */
static void tell_words(telling *to, const char *what, const char *const *attribute) {
  bool any = false;
  for (int k = 0; k < 3; k++) {
    const char *text = attribute[k] ? sw_h5_get_text(to->arena, to->file, attribute[k]) : NULL;
    if (!text) continue;
    fprintf(to->out, "%s%s", any ? ", " : what, text);
    any = true;
  }
  if (any) fputc('\n', to->out);
}

/* Which names of units the file has. */
static void tell_names(telling *to) {
  bool any = false;
  for (sw_root_part part = SW_ROOT_NAME; part <= SW_ROOT_NAME_ZH; part++) {
    const char *name = sw_layout_root(part)->name;
    if (H5Lexists(to->file, name, H5P_DEFAULT) <= 0) continue;
    fprintf(to->out, "%s%s", any ? ", " : "names of units: ", name);
    any = true;
  }
  if (any) fputc('\n', to->out);
}

/* ---- missing cells ---------------------------------------------------------------------- */

/* The first TOLD periods by name: a line for each of hundreds would hide the others. */
static void tell_variable(telling *to, const char *name, const int64_t *count, int64_t stride,
                          int64_t periods, const char *const *period) {
  int told = 0;
  int64_t more = 0;
  for (int64_t t = 0; t < periods; t++) {
    if (count[t * stride] == 0) continue;
    if (told == TOLD) {
      more++;
      continue;
    }
    if (told++ == 0) fprintf(to->out, "missing cells of %s", name);
    fprintf(to->out, "%s %lld in %s", told == 1 ? ":" : ",", (long long)count[t * stride],
            period[t]);
  }
  if (more > 0) fprintf(to->out, " and %lld more periods", (long long)more);
  if (told > 0) fputc('\n', to->out);
}

/* Of a damaged file the counts may be fewer than its labels say. The product is compared with the
 * dataset's length before anything is allocated. */
static sw_status tell_counts(telling *to, hid_t group, hid_t dataset) {
  int64_t periods = 0, variables = 0;
  const char *const *period = NULL, *const *variable = NULL;
  int64_t *count = NULL;
  SW_TRY(sw_contents_labels(to->err, to->arena, group, SW_NAME_TIME, &periods, &period));
  SW_TRY(sw_contents_labels(to->err, to->arena, group, SW_NAME_INDICATOR, &variables, &variable));
  hsize_t n = sw_h5_length(dataset);
  if (sw_h5_is_longer_than_file(dataset, n) || n != (hsize_t)(periods * variables)) return SW_OK;
  SW_NEW(to->err, to->arena, count, n + 1);
  if (H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, count) < 0) return SW_OK;
  for (int64_t c = 0; c < variables; c++)
    tell_variable(to, variable[c], count + c, variables, periods, period);
  return SW_OK;
}

/* Missing cells by indicator, where the file tells them. */
static sw_status tell_missing(telling *to) {
  if (H5Lexists(to->file, SW_NAME_PANEL, H5P_DEFAULT) <= 0) return SW_OK;
  hid_t group = H5Gopen2(to->file, SW_NAME_PANEL, H5P_DEFAULT);
  if (group < 0) return SW_OK;
  hid_t dataset = sw_contents_variable(group, SW_NAME_MISSING_CELLS);
  sw_status status = dataset < 0 ? SW_OK : tell_counts(to, group, dataset);
  if (dataset >= 0) H5Dclose(dataset);
  H5Gclose(group);
  return status;
}

/* ---- weights ---------------------------------------------------------------------------- */

/* A matrix of nearly all pairs is counted and not stored, which the line says. */

/* "queen: {kind: file, ...}: 18626 links, 9 islands, symmetric". */
static void tell_matrix(telling *to, const sw_item *item) {
  /* As the study has it, with its name. */
  const char *how = sw_h5_get_text(to->arena, item->object, SW_ATTR_WEIGHTS);
  if (!how) return;
  int64_t links = sw_h5_get_integer(item->object, SW_ATTR_LINKS);
  int64_t islands = sw_h5_get_integer(item->object, SW_ATTR_ISLANDS);
  bool stored = H5Lexists(item->object, SW_NAME_PARTNER, H5P_DEFAULT) > 0;
  fprintf(to->out, "weights %s: %lld links, %lld island%s%s%s\n", how, (long long)links,
          (long long)islands, islands == 1 ? "" : "s",
          sw_h5_get_integer(item->object, SW_ATTR_SYMMETRIC) ? ", symmetric" : "",
          stored ? "" : "; only counted here, as they are nearly all pairs");
}

/* Each weights matrix in a line. */
static sw_status tell_weights(telling *to) {
  sw_contents in;
  if (H5Lexists(to->file, SW_NAME_WEIGHTS, H5P_DEFAULT) <= 0) return SW_OK;
  hid_t group = H5Gopen2(to->file, SW_NAME_WEIGHTS, H5P_DEFAULT);
  if (group < 0) return SW_OK;
  sw_status status = sw_contents_begin(to->err, to->arena, group, SW_AS_MADE, &in);
  for (sw_item item; status == SW_OK && sw_contents_next(&in, &item);)
    if (item.kind == SW_ITEM_FOLDER) tell_matrix(to, &item);
  status = sw_contents_end(&in, status);
  H5Gclose(group);
  return status;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Lines end in a newline; *lines is "" where there is nothing to tell. */
sw_status sw_layout_rest(sw_error *err, sw_arena *arena, hid_t file, const char **lines) {
  static const char *const title[] = {NULL, SW_ATTR_TITLE_EN, SW_ATTR_TITLE_ZH},
                           *const noun[] = {SW_ATTR_NOUN, SW_ATTR_NOUN_EN, SW_ATTR_NOUN_ZH};
  char *text = NULL;
  size_t length = 0;
  telling to = {.err = err, .arena = arena, .file = file, .out = open_memstream(&text, &length)};
  if (!to.out) return sw_fail(err, SW_ENOMEM, "out of memory for the contents of a results file");
  tell_words(&to, "title: ", title);
  tell_words(&to, "a unit is called ", noun);
  tell_names(&to);
  sw_status status = tell_missing(&to);
  if (status == SW_OK) status = tell_weights(&to);
  if (fclose(to.out) == 0) *lines = sw_arena_text(arena, text);
  free(text);
  if (status == SW_OK && !*lines)
    status = sw_fail(err, SW_ENOMEM, "out of memory for the contents of a results file");
  return status;
}
