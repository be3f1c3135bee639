/* A results file told back for `spillway info`: root, then groups in the order of the study, then
 * their variables. Nothing here needs the study or a run: all comes from the file, which may be of
 * an older version or damaged. What is missing is told as "" or 0; the verb runs this in a child
 * process, as HDF5 may break down over damaged bytes. */
#include "store/results/info.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#include "store/results/private.h"

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

/* 0 when there is none, or more than one. */
static int64_t integer_of(hid_t object, const char *name) {
  int64_t value = 0;
  hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
  if (attribute < 0) return 0;
  if (sw_h5_is_single(attribute)) H5Aread(attribute, H5T_NATIVE_INT64, &value);
  H5Aclose(attribute);
  return value;
}

/* Members of a group. */
static hsize_t links_in(hid_t group) {
  H5G_info_t info = {0};
  return H5Gget_info(group, &info) < 0 ? 0 : info.nlinks;
}

/* The name of link `i` in the order of creation, which is the order of the study. A longer name
 * than has room is cut, and then not found. NULL: no memory. */
static const char *link_name(reading *in, hid_t group, hsize_t i) {
  char name[1024] = "";
  H5Lget_name_by_idx(group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, name, sizeof name,
                     H5P_DEFAULT);
  return sw_arena_text(in->arena, name);
}

/* ---- variables -------------------------------------------------------------------------- */

/* In the words of NumPy and netCDF. */
static const char *type_name(hid_t dataset) {
  hid_t type = H5Dget_type(dataset);
  size_t size = H5Tget_size(type);
  H5T_class_t kind = H5Tget_class(type);
  bool unsigned_number = kind == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_NONE;
  H5Tclose(type);
  if (kind == H5T_STRING) return "text";
  if (kind == H5T_FLOAT) return size == 4 ? "float32" : "float64";
  if (unsigned_number) return size == 4 ? "uint32" : "uint64";
  return size == 4 ? "int32" : "int64";
}

/* For H5DSiterate_scales: copies the last part of the scale's path into 256 bytes at `into`, and
 * ends the iteration. */
static herr_t keep_name(hid_t dataset, unsigned dimension, hid_t scale, void *into) {
  char path[1024] = "";
  (void)dataset, (void)dimension;
  if (H5Iget_name(scale, path, sizeof path) > 0) {
    const char *slash = strrchr(path, '/');
    snprintf(into, 256, "%.254s", slash ? slash + 1 : path);
  }
  return 1; /* one scale a dimension */
}

/* "(time 20, unit 3080)"; an axis without scale is told by its length alone. */
static const char *shape_of(reading *in, hid_t dataset) {
  hsize_t extent[H5S_MAX_RANK];
  hid_t space = H5Dget_space(dataset);
  int rank = H5Sget_simple_extent_dims(space, extent, NULL);
  H5Sclose(space);
  const char *text = "(";
  for (int a = 0; text && a < rank; a++) {
    char axis[256] = "";
    H5DSiterate_scales(dataset, (unsigned)a, NULL, keep_name, axis);
    text = sw_arena_printf(in->arena, "%s%s%s%s%llu", text, a > 0 ? ", " : "", axis,
                           *axis ? " " : "", (unsigned long long)extent[a]);
  }
  return text ? sw_arena_printf(in->arena, "%s)", text) : "";
}

/* All datasets of the group but its axes. There is room for as many as it has members. */
static sw_status read_variables(reading *in, hid_t group, sw_info_result *result) {
  hsize_t links = links_in(group);
  SW_NEW(in->err, in->arena, result->variable, links + 1);
  for (hsize_t i = 0; i < links; i++) {
    const char *name = link_name(in, group, i);
    hid_t object = name ? H5Oopen(group, name, H5P_DEFAULT) : H5I_INVALID_HID;
    if (object < 0) return sw_h5_fail(in->err, result->name, "be read");
    if (H5Iget_type(object) == H5I_DATASET && H5DSis_scale(object) <= 0)
      result->variable[result->n_variables++] =
          (sw_info_variable){.name = name,
                             .type = type_name(object),
                             .shape = shape_of(in, object),
                             .long_name = text_of(in, object, SW_H5_LONG_NAME)};
    H5Oclose(object);
  }
  return SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* There is room: most_results counted every group that may be one. */
static sw_status read_result(reading *in, hid_t group, const char *name) {
  sw_info_result *result = &in->info->result[in->info->n_results++];
  *result = (sw_info_result){.name = name,
                             .measure = text_of(in, group, SW_ATTR_MEASURE),
                             .parameters = text_of(in, group, SW_ATTR_PARAMETERS),
                             .undefined = text_of(in, group, SW_ATTR_UNDEFINED),
                             .version = integer_of(group, SW_ATTR_MEASURE_VERSION)};
  return read_variables(in, group, result);
}

/* Groups with an attribute `measure` are results; `composites` at the root holds more of them. No
 * deeper: a damaged file may hold a group that holds itself. */
static sw_status read_groups(reading *in, hid_t at, const char *prefix) {
  hsize_t links = links_in(at);
  for (hsize_t i = 0; i < links; i++) {
    const char *name = link_name(in, at, i);
    const char *full = name ? sw_arena_printf(in->arena, "%s%s", prefix, name) : NULL;
    hid_t object = full ? H5Oopen(at, name, H5P_DEFAULT) : H5I_INVALID_HID;
    if (object < 0) return sw_h5_fail(in->err, "a group", "be read");
    sw_status status = SW_OK;
    if (H5Iget_type(object) == H5I_GROUP && H5Aexists(object, SW_ATTR_MEASURE) > 0)
      status = read_result(in, object, full);
    else if (H5Iget_type(object) == H5I_GROUP && *prefix == '\0' &&
             !strcmp(name, SW_NAME_COMPOSITES))
      status = read_groups(in, object, SW_NAME_COMPOSITES "/");
    H5Oclose(object);
    SW_TRY(status);
  }
  return SW_OK;
}

/* Members of the root and of `composites`, groups or not. */
static hsize_t most_results(hid_t file) {
  hsize_t most = links_in(file);
  hid_t group = H5Lexists(file, SW_NAME_COMPOSITES, H5P_DEFAULT) > 0
                    ? H5Gopen2(file, SW_NAME_COMPOSITES, H5P_DEFAULT)
                    : H5I_INVALID_HID;
  if (group >= 0) {
    most += links_in(group);
    H5Gclose(group);
  }
  return most;
}

/* `info` is filled as far as it goes, also on failure. */
static sw_status read_root(reading *in, hid_t file) {
  sw_results_info *info = in->info;
  const char *const *label = NULL;
  *info = (sw_results_info){.title = text_of(in, file, SW_ATTR_TITLE),
                            .version = text_of(in, file, SW_ATTR_VERSION),
                            .state = text_of(in, file, SW_ATTR_STATE),
                            .inputs = text_of(in, file, SW_ATTR_INPUTS),
                            .missing_cells = text_of(in, file, SW_ATTR_MISSING_CELLS),
                            .seed = integer_of(file, SW_ATTR_SEED),
                            .first_period = "",
                            .last_period = ""};
  /* Units are only counted: their labels may be many. */
  hid_t unit = H5Dopen2(file, SW_NAME_UNIT, H5P_DEFAULT);
  if (unit < 0) return sw_h5_fail(in->err, SW_NAME_UNIT, "be read");
  info->n_units = (int64_t)sw_h5_length(unit);
  H5Dclose(unit);
  SW_TRY(sw_h5_read_labels(in->err, in->arena, file, SW_NAME_TIME, &info->n_periods, &label));
  if (info->n_periods > 0) {
    info->first_period = label[0];
    info->last_period = label[info->n_periods - 1];
  }
  /* As many as there may be, since the array does not grow. */
  SW_NEW(in->err, in->arena, info->result, most_results(file) + 1);
  return read_groups(in, file, "");
}

/* What failed within is told with the path in front, as HDF5's words name no file. */
sw_status sw_results_info_read(sw_error *err, sw_arena *arena, const char *path,
                               sw_results_info *info) {
  reading in = {.err = err, .arena = arena, .info = info};
  hid_t file = H5I_INVALID_HID;
  SW_TRY(sw_results_open(err, arena, path, &file));
  sw_status status = read_root(&in, file);
  H5Fclose(file);
  if (status == SW_OK) return SW_OK;
  /* sw_fail writes to `err`, from which `said` would else be read. */
  sw_error said = *err;
  sw_error_clear(err);
  return sw_fail(err, status, "%s: %s", path, said.text);
}
