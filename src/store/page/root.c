/* What stands at the root of a results file: units and periods, groups, names, weights, missing
 * cells. Only units and periods must be there; all else may be missing or of the wrong length, and
 * is then left out without an error, as files of older versions must stay readable.
 *
 * Called once for each file that a page or a comparison reads (page.c). Everything is the arena's;
 * handles are closed on every path. */
#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/page/private.h"

/* ---- units ------------------------------------------------------------------------------ */

/* Texts by unit under that name; NULL: none, or of another length. A damaged dataset of names costs
 * the names and nothing else. */
static const char *const *unit_texts(sw_page_reading *in, const char *name) {
  const char *const *label = NULL;
  sw_error ignored = {0};
  int64_t n = 0;
  if (H5Lexists(in->file, name, H5P_DEFAULT) <= 0) return NULL;
  hid_t dataset = sw_contents_variable(in->file, name);
  if (dataset < 0) return NULL;
  sw_h5_shape shape = sw_h5_shape_of(dataset);
  H5Dclose(dataset);
  if (shape.number != SW_H5_TEXT || shape.rank != 1 ||
      sw_h5_read_labels(&ignored, in->arena, in->file, name, &n, &label) != SW_OK)
    return NULL;
  return n == in->page->n ? label : NULL;
}

/* Reads coordinates: n real numbers, or none. *value stays NULL where there is nothing to read.
 * Fails for a lack of memory alone. */
static sw_status unit_numbers(sw_page_reading *in, sw_root_part part, const double **value) {
  double *read = NULL;
  hid_t dataset = sw_contents_variable(in->file, sw_layout_root(part)->name);
  if (dataset < 0) return SW_OK;
  sw_h5_shape shape = sw_h5_shape_of(dataset);
  sw_status status = SW_OK;
  if (shape.number == SW_H5_REAL && shape.rank == 1 && (int64_t)shape.extent[0] == in->page->n) {
    status =
        sw_arena_alloc(in->err, in->arena, (size_t)in->page->n + 1, sizeof *read, (void **)&read);
    if (status == SW_OK &&
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) >= 0)
      *value = read;
  }
  H5Dclose(dataset);
  return status;
}

/* Reads the units. Codes must be there: everything else of a file is by unit. */
static sw_status read_units(sw_page_reading *in) {
  sw_page *page = in->page;
  SW_TRY(sw_h5_read_labels(in->err, in->arena, in->file, SW_NAME_UNIT, &page->n, &page->code));
  page->unit_name = unit_texts(in, sw_layout_root(SW_ROOT_NAME)->name);
  page->unit_name_en = unit_texts(in, sw_layout_root(SW_ROOT_NAME_EN)->name);
  page->unit_name_zh = unit_texts(in, sw_layout_root(SW_ROOT_NAME_ZH)->name);
  SW_TRY(unit_numbers(in, SW_ROOT_LON, &page->lon));
  return unit_numbers(in, SW_ROOT_LAT, &page->lat);
}

/* Reads the periods; labels may be numbers in the file, and are texts here. A study without time
 * has one period, labelled 0. The page shows no slider for a cross-section. */
static sw_status read_periods(sw_page_reading *in) {
  sw_page *page = in->page;
  int64_t n = 0;
  SW_TRY(sw_contents_labels(in->err, in->arena, in->file, SW_NAME_TIME, &n, &page->period));
  page->n_periods = (int)n;
  page->cross_section = n == 1 && strcmp(page->period[0], "0") == 0;
  return SW_OK;
}

/* ---- groups ----------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Labels once each, by bytes, and which one each unit has; an empty one is none. Sorting and
 * bisection instead of a hash table: labels are sorted for the page anyway. O(n log n). of[i] is -1
 * for a unit without a label. */
static sw_status add_group(sw_page_reading *in, const char *name, const char *const *text) {
  int64_t n = in->page->n, count = 0;
  const char **label = NULL;
  int32_t *of = NULL;
  SW_NEW(in->err, in->arena, label, n + 1);
  SW_NEW(in->err, in->arena, of, n + 1);
  for (int64_t i = 0; i < n; i++)
    label[i] = text[i];
  qsort(label, (size_t)n, sizeof *label, by_text);
  for (int64_t i = 0; i < n; i++)
    if (*label[i] && (count == 0 || strcmp(label[count - 1], label[i]) != 0))
      label[count++] = label[i];
  for (int64_t i = 0; i < n; i++) {
    const char **found =
        *text[i] ? bsearch(&text[i], label, (size_t)count, sizeof *label, by_text) : NULL;
    of[i] = found ? (int32_t)(found - label) : -1;
  }
  in->page->group[in->page->n_groups++] =
      (sw_page_group){.name = name, .n = (int)count, .label = label, .of = of};
  return SW_OK;
}

/* Reads the groups: every column over units with the prefix is one, and the name behind the prefix
 * is the study's. In the order of the file, which is that of the study. */
static sw_status read_groups(sw_page_reading *in, const sw_names *names) {
  size_t prefix = strlen(SW_NAME_GROUP_PREFIX);
  SW_NEW(in->err, in->arena, in->page->group, names->count + 1);
  for (int k = 0; k < names->count; k++) {
    if (strncmp(names->name[k], SW_NAME_GROUP_PREFIX, prefix) != 0) continue;
    const char *const *text = unit_texts(in, names->name[k]);
    if (text) SW_TRY(add_group(in, names->name[k] + prefix, text));
  }
  return SW_OK;
}

/* ---- weights ---------------------------------------------------------------------------- */

/* What is said of the matrices; their links are read only when the page shows them. In the order of
 * the study. A matrix that was not written into the file, as it is too large or rests on pairs not
 * yet there, has `stored` false and is shown in words. */
static sw_status read_matrices(sw_page_reading *in, hid_t group) {
  sw_names names;
  SW_TRY(sw_contents_names(in->err, in->arena, group, SW_AS_MADE, &names));
  SW_NEW(in->err, in->arena, in->page->weights, names.count + 1);
  for (int k = 0; k < names.count; k++) {
    sw_item item;
    SW_TRY(sw_contents_open_item(in->err, in->arena, group, "", names.name[k], &item));
    const char *text = sw_page_text(in, item.object, SW_ATTR_WEIGHTS);
    if (item.kind == SW_ITEM_FOLDER && *text)
      in->page->weights[in->page->n_weights++] =
          (sw_page_weights){.name = item.name,
                            .text = text,
                            .links = sw_h5_get_integer(item.object, SW_ATTR_LINKS),
                            .islands = sw_h5_get_integer(item.object, SW_ATTR_ISLANDS),
                            .symmetric = sw_h5_get_integer(item.object, SW_ATTR_SYMMETRIC) != 0,
                            .stored = H5Lexists(item.object, SW_NAME_PARTNER, H5P_DEFAULT) > 0};
    H5Oclose(item.object);
  }
  return SW_OK;
}

/* Reads the weights; a study without any has no such group. */
static sw_status read_weights(sw_page_reading *in) {
  if (H5Lexists(in->file, SW_NAME_WEIGHTS, H5P_DEFAULT) <= 0) return SW_OK;
  hid_t group = H5Gopen2(in->file, SW_NAME_WEIGHTS, H5P_DEFAULT);
  if (group < 0) return SW_OK;
  sw_status status = read_matrices(in, group);
  H5Gclose(group);
  return status;
}

/* ---- the panel: missing cells, members ---------------------------------------------------- */

/* Counts by period and indicator; of another length they say nothing that could be trusted. The
 * arrays are those of the report's table of missing cells. SW_OK also where nothing can be read. */
static sw_status read_counts(sw_page_reading *in, hid_t group, hid_t dataset) {
  sw_page *page = in->page;
  int64_t variables = 0;
  int64_t *count = NULL;
  sw_error ignored = {0};
  if (sw_contents_labels(&ignored, in->arena, group, SW_NAME_INDICATOR, &variables,
                         &page->indicator) != SW_OK)
    return SW_OK;
  hsize_t n = sw_h5_length(dataset);
  if (n != (hsize_t)(page->n_periods * variables)) return SW_OK;
  SW_NEW(in->err, in->arena, count, n + 1);
  if (H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, count) < 0) return SW_OK;
  page->n_indicators = (int)variables;
  page->missing = count;
  return SW_OK;
}

/* Reads the members of aggregated units, which serve to draw a map of finer polygons. Codes and
 * owners must be of one length; of a damaged file a member may be of a unit that is not there. */
static sw_status read_members(sw_page_reading *in, hid_t group) {
  sw_page *page = in->page;
  int64_t n = 0;
  int32_t *of = NULL;
  const char *const *code = NULL;
  sw_error ignored = {0};
  if (H5Lexists(group, SW_NAME_MEMBER_OF, H5P_DEFAULT) <= 0 ||
      sw_contents_labels(&ignored, in->arena, group, SW_NAME_MEMBER, &n, &code) != SW_OK)
    return SW_OK;
  hid_t dataset = sw_contents_variable(group, SW_NAME_MEMBER_OF);
  if (dataset < 0) return SW_OK;
  bool fits = sw_h5_length(dataset) == (hsize_t)n;
  sw_status status = sw_arena_alloc(in->err, in->arena, (size_t)n + 1, sizeof *of, (void **)&of);
  if (status == SW_OK && fits &&
      H5Dread(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, of) >= 0) {
    for (int64_t k = 0; k < n; k++)
      if (of[k] < 0 || of[k] >= page->n) of[k] = -1;
    page->n_members = n;
    page->member = code;
    page->member_of = of;
  }
  H5Dclose(dataset);
  return status;
}

/* Reads the group of the panel, of which a file written before that group existed has none. It may
 * have either part without the other. */
static sw_status read_panel(sw_page_reading *in) {
  if (H5Lexists(in->file, SW_NAME_PANEL, H5P_DEFAULT) <= 0) return SW_OK;
  hid_t group = H5Gopen2(in->file, SW_NAME_PANEL, H5P_DEFAULT);
  if (group < 0) return SW_OK;
  hid_t dataset = sw_contents_variable(group, SW_NAME_MISSING_CELLS);
  sw_status status = dataset < 0 ? SW_OK : read_counts(in, group, dataset);
  if (dataset >= 0) H5Dclose(dataset);
  if (status == SW_OK) status = read_members(in, group);
  H5Gclose(group);
  return status;
}

/* ---- the whole -------------------------------------------------------------------------- */

/* A text of the root in the arena; NULL where the root does not say it, which the empty text would
 * not tell. */
static const char *words(const sw_page_reading *in, const char *name) {
  return sw_h5_attribute_text(in->arena, in->file, name);
}

/* Reads the root. Units come first, as every other length is compared with theirs. Texts that are
 * missing are "", or NULL where words() says so. */
sw_status sw_page_root(sw_page_reading *in) {
  sw_page *page = in->page;
  sw_names names;
  page->title = sw_page_text(in, in->file, SW_ATTR_TITLE);
  page->title_en = words(in, SW_ATTR_TITLE_EN);
  page->title_zh = words(in, SW_ATTR_TITLE_ZH);
  page->noun = words(in, SW_ATTR_NOUN);
  page->noun_en = words(in, SW_ATTR_NOUN_EN);
  page->noun_zh = words(in, SW_ATTR_NOUN_ZH);
  page->version = sw_page_text(in, in->file, SW_ATTR_VERSION);
  page->build = sw_page_text(in, in->file, SW_ATTR_BUILD);
  page->study = sw_page_text(in, in->file, SW_ATTR_STUDY);
  page->inputs = sw_page_text(in, in->file, SW_ATTR_INPUTS);
  page->seed = sw_h5_get_integer(in->file, SW_ATTR_SEED);
  hid_t root = H5Gopen2(in->file, "/", H5P_DEFAULT);
  if (root < 0) return sw_h5_fail(in->err, "/", "be read");
  sw_status status = sw_page_attributes_of(in, root, &page->attributes);
  H5Gclose(root);
  SW_TRY(status);
  SW_TRY(read_units(in));
  SW_TRY(read_periods(in));
  SW_TRY(sw_contents_names(in->err, in->arena, in->file, SW_AS_MADE, &names));
  SW_TRY(read_groups(in, &names));
  SW_TRY(read_weights(in));
  return read_panel(in);
}
