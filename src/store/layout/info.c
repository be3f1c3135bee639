/* A results file told back for `spillway info`: root, then groups in the order of the study, then
 * their variables. Nothing here needs the study or a run: all comes from the file, which may be of
 * an older version or damaged. What is missing is given as "" or 0; the verb runs this in a child
 * process, as HDF5 may break down over damaged bytes.
 *
 * Called by cli/verbs/info. Everything is text in the caller's arena, so the file can be closed
 * before anything is printed. */
#include "store/layout/info.h"

#include <string.h>

#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"
#include "store/layout/rest.h"

typedef struct reading {
  sw_error *err;
  sw_arena *arena;
  sw_results_info *info;
} reading;

/* "" when there is none, or it is not one text of fixed length. */
static const char *text_of(reading *in, hid_t object, const char *name) {
  const char *text = sw_h5_get_text(in->arena, object, name);
  return text ? text : "";
}

/* ---- results ---------------------------------------------------------------------------- */

/* How it is looked at; NULL: no memory. "map, diverging around 0, logarithmic; with p_value". */
static const char *look_of(reading *in, hid_t dataset) {
  const char *show = text_of(in, dataset, SW_ATTR_SHOW);
  const char *palette = text_of(in, dataset, SW_ATTR_PALETTE);
  const char *with = text_of(in, dataset, SW_ATTR_SHOWN_WITH);
  const char *around = "";
  if (!*show) return "";
  if (H5Aexists(dataset, SW_ATTR_CENTRE) > 0)
    around = sw_h5_get_integer(dataset, SW_ATTR_CENTRE) == 1 ? " around 1" : " around 0";
  return sw_arena_printf(in->arena, "%s%s%s%s%s%s%s", show, *palette ? ", " : "", palette, around,
                         sw_h5_get_integer(dataset, SW_ATTR_LOGARITHMIC) ? ", logarithmic" : "",
                         *with ? "; with " : "", with);
}

/* What is told by its path within the result: a result may have groups of its own. */
static sw_status add_variable(reading *in, const sw_item *item) {
  sw_info_result *result = &in->info->result[in->info->n_results - 1];
  sw_h5_shape shape = sw_h5_shape_of(item->object);
  const char *type = sw_h5_number_name(&shape);
  const char *text = sw_h5_shape_text(in->arena, item->object, &shape, true);
  if (!text) return sw_fail(in->err, SW_ENOMEM, "out of memory for the contents of a results file");
  result->variable[result->n_variables++] =
      (sw_info_variable){.name = item->path + strlen(result->name) + 1,
                         .type = type ? type : "other",
                         .shape = text,
                         .long_name = text_of(in, item->object, SW_H5_LONG_NAME),
                         .look = look_of(in, item->object)};
  if (!result->variable[result->n_variables - 1].look)
    return sw_fail(in->err, SW_ENOMEM, "out of memory for the contents of a results file");
  return SW_OK;
}

/* `variable`: where its variables will begin in the one array of all results' variables. */
static void add_result(reading *in, const sw_item *item, sw_info_variable *variable) {
  in->info->result[in->info->n_results++] =
      (sw_info_result){.name = item->path,
                       .measure = text_of(in, item->object, SW_ATTR_MEASURE),
                       .parameters = text_of(in, item->object, SW_ATTR_PARAMETERS),
                       .undefined = text_of(in, item->object, SW_ATTR_UNDEFINED),
                       .notes = text_of(in, item->object, SW_ATTR_NOTES),
                       .version = sw_h5_get_integer(item->object, SW_ATTR_MEASURE_VERSION),
                       .variable = variable};
}

/* Whether `path` is in the group that the last result is. Results are told in the order of the
 * file, so the last one is the innermost that may contain it. */
static bool is_within(const sw_results_info *info, const char *path) {
  const char *name = info->n_results > 0 ? info->result[info->n_results - 1].name : NULL;
  size_t length = name ? strlen(name) : 0;
  return name && strncmp(path, name, length) == 0 && path[length] == '/';
}

/* Groups come right before what is in them, so that a result's variables stand together. A part of
 * a result may say of which measure it is; it is no result of its own. Variables outside of any are
 * the root's columns of the units. */
static sw_status read_item(reading *in, const sw_item *item, sw_info_variable *variable) {
  bool within = is_within(in->info, item->path);
  if (item->kind == SW_ITEM_RESULT && !within) {
    const sw_results_info *info = in->info;
    const sw_info_result *last = info->n_results > 0 ? &info->result[info->n_results - 1] : NULL;
    add_result(in, item, last ? last->variable + last->n_variables : variable);
  }
  /* The texts of the periods go with the axes, which are not listed. */
  bool label = strcmp(sw_h5_last_part(item->path), SW_NAME_TIME_LABEL) == 0;
  return item->kind == SW_ITEM_VARIABLE && within && !label ? add_variable(in, item) : SW_OK;
}

/* Walks twice: arrays of the arena do not grow, so all is counted before it is read. */
static sw_status read_results(reading *in, hid_t file) {
  sw_contents walk;
  int results = 0, variables = 0;
  sw_info_variable *variable = NULL;
  sw_status status = sw_contents_begin(in->err, in->arena, file, SW_AS_MADE, &walk);
  for (sw_item item; sw_contents_next(&walk, &item);) {
    results += item.kind == SW_ITEM_RESULT;
    variables += item.kind == SW_ITEM_VARIABLE;
  }
  SW_TRY(sw_contents_end(&walk, status));
  SW_NEW(in->err, in->arena, in->info->result, results + 1);
  SW_NEW(in->err, in->arena, variable, variables + 1);
  status = sw_contents_begin(in->err, in->arena, file, SW_AS_MADE, &walk);
  for (sw_item item; status == SW_OK && sw_contents_next(&walk, &item);)
    status = read_item(in, &item, variable);
  return sw_contents_end(&walk, status);
}

/* `info` is filled as far as it goes, also on failure. Labels of the units are not read, as there
 * may be hundreds of thousands. */
static sw_status read_root(reading *in, hid_t file) {
  sw_results_info *info = in->info;
  const char *const *label = NULL;
  *info = (sw_results_info){.title = text_of(in, file, SW_ATTR_TITLE),
                            .version = text_of(in, file, SW_ATTR_VERSION),
                            .state = text_of(in, file, SW_ATTR_STATE),
                            .inputs = text_of(in, file, SW_ATTR_INPUTS),
                            .missing_cells = text_of(in, file, SW_ATTR_MISSING_CELLS),
                            .notes = text_of(in, file, SW_ATTR_NOTES),
                            .seed = sw_h5_get_integer(file, SW_ATTR_SEED),
                            .rest = "",
                            .first_period = "",
                            .last_period = ""};
  /* Units are only counted: their labels may be many. */
  hid_t unit = H5Dopen2(file, SW_NAME_UNIT, H5P_DEFAULT);
  if (unit < 0) return sw_h5_fail(in->err, SW_NAME_UNIT, "be read");
  info->n_units = (int64_t)sw_h5_length(unit);
  H5Dclose(unit);
  SW_TRY(sw_contents_labels(in->err, in->arena, file, SW_NAME_TIME, &info->n_periods, &label));
  if (info->n_periods > 0) {
    info->first_period = label[0];
    info->last_period = label[info->n_periods - 1];
  }
  SW_TRY(sw_layout_rest(in->err, in->arena, file, &info->rest));
  SW_TRY(read_results(in, file));
  return sw_headlines_of(in->err, in->arena, file, &info->n_headlines, &info->headline);
}

/* What failed within is told with the path in front, as HDF5's words name no file. `said` is a
 * copy: the message is put together from the old text of the same error. */
sw_status sw_results_info_read(sw_error *err, sw_arena *arena, const char *path,
                               sw_results_info *info) {
  reading in = {.err = err, .arena = arena, .info = info};
  hid_t file = H5I_INVALID_HID;
  SW_TRY(sw_contents_open(err, arena, path, &file));
  sw_status status = read_root(&in, file);
  H5Fclose(file);
  if (status == SW_OK) return SW_OK;
  /* sw_fail writes to `err`, from which `said` would else be read. */
  sw_error said = *err;
  sw_error_clear(err);
  return sw_fail(err, status, "%s: %s", path, said.text);
}
