/* A file of tables: opened, what is in it, and what to say where HDF5 fails.
 *
 * One sw_netcdf per panel file; opened by each rank for itself, read-only. Messages begin with the
 * name that the study has for the file. */
#include "store/netcdf/netcdf.h"

#include "base/text.h"
#include "store/text/file.h"

#include <string.h>

/* The bound of zlib for its best case. */
enum { INFLATED = 1032 /* bytes that deflate makes of one, at most */ };

/* Names of all that is linked at the root: for look-ups, and for the nearest name in messages. Each
 * is asked for twice, first for its length. */
static sw_status list_names(sw_error *err, sw_netcdf *file) {
  H5G_info_t info;
  if (H5Gget_info(file->id, &info) < 0) return sw_netcdf_broken(err, file, -1, "the root group");
  const char **name = NULL;
  SW_NEW(err, file->arena, name, info.nlinks);
  for (hsize_t i = 0; i < info.nlinks; i++) {
    ssize_t length =
        H5Lget_name_by_idx(file->id, ".", H5_INDEX_NAME, H5_ITER_INC, i, NULL, 0, H5P_DEFAULT);
    char *copy = NULL;
    if (length < 0) return sw_netcdf_broken(err, file, -1, "the root group");
    SW_NEW(err, file->arena, copy, length + 1);
    H5Lget_name_by_idx(file->id, ".", H5_INDEX_NAME, H5_ITER_INC, i, copy, (size_t)length + 1,
                       H5P_DEFAULT);
    name[i] = copy;
  }
  file->link = name;
  file->n_names = (int)info.nlinks;
  return SW_OK;
}

sw_status sw_netcdf_open(sw_error *err, sw_netcdf *file) {
  SW_TRY(sw_file_refuse_stream(err, file->path, "a panel in HDF5 or netCDF-4"));
  sw_h5_quiet(); /* its own report would be many lines */
  file->id = H5Fopen(file->path, H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file->id < 0) return sw_h5_refuse(err, file->path, "a panel in HDF5 or netCDF-4");
  return list_names(err, file);
}

void sw_netcdf_close(sw_netcdf *file) {
  if (file->id >= 0) H5Fclose(file->id);
  file->id = -1;
}

/* Only names that were listed are asked for, as H5Oget_info_by_name would also follow a path such
 * as "a/b", or complain of a name that is not there. */
bool sw_netcdf_has(const sw_netcdf *file, const char *name) {
  for (int i = 0; i < file->n_names; i++)
    if (!strcmp(file->link[i], name)) {
      H5O_info_t info;
      return H5Oget_info_by_name(file->id, name, &info, H5P_DEFAULT) >= 0 &&
             info.type == H5O_TYPE_DATASET;
    }
  return false;
}

/* size[] is filled for one or two dimensions; of others the rank alone tells. */
int sw_netcdf_shape(hid_t dataset, hsize_t size[2]) {
  hid_t space = H5Dget_space(dataset);
  int rank = H5Sget_simple_extent_ndims(space);
  if (rank == 1 || rank == 2) H5Sget_simple_extent_dims(space, size, NULL);
  H5Sclose(space);
  return rank;
}

/* A damaged file may claim any number of labels, and memory would be asked for them. Each label
 * takes a byte at least, and of a byte in the file deflate makes INFLATED at most. */
bool sw_netcdf_is_longer(const sw_netcdf *file, hsize_t n) {
  hsize_t bytes = 0;
  return H5Fget_filesize(file->id, &bytes) < 0 || n / INFLATED > bytes;
}

/* ---- what HDF5 cannot read ----------------------------------------------------------------- */

/* Filters that are registered with the HDF Group and are met in files; the file itself says the
 * name of most. Used for messages only. */
static const char *filter_name(H5Z_filter_t id, const char *said) {
  static const struct {
    H5Z_filter_t id;
    const char *name;
  } known[] = {
      {H5Z_FILTER_SZIP, "szip"}, {307, "bzip2"}, {32000, "lzf"},  {32001, "blosc"}, {32004, "lz4"},
      {32008, "bitshuffle"},     {32013, "zfp"}, {32015, "zstd"}, {32026, "blosc2"}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].id == id) return known[i].name;
  return *said ? said : "unknown";
}

/* The first filter of the dataset that this HDF5 has not, also not as a plug-in; 0: it has all. id
 * is -1 where there is no dataset: then nothing is missing. */
static H5Z_filter_t missing_filter(hid_t dataset, char name[64]) {
  hid_t list = dataset < 0 ? -1 : H5Dget_create_plist(dataset);
  H5Z_filter_t missing = 0;
  int n = list < 0 ? 0 : H5Pget_nfilters(list);
  for (int i = 0; i < n && !missing; i++) {
    unsigned flags = 0, config = 0;
    size_t values = 0;
    *name = '\0';
    H5Z_filter_t id = H5Pget_filter2(list, (unsigned)i, &flags, &values, NULL, 63, name, &config);
    name[63] = '\0';
    if (id > 0 && H5Zfilter_avail(id) <= 0) missing = id;
  }
  if (list >= 0) H5Pclose(list);
  return missing;
}

/* EIO where the file seems damaged, EINPUT where the user can do something about it. */
sw_status sw_netcdf_broken(sw_error *err, const sw_netcdf *file, hid_t dataset, const char *what) {
  char said[64] = "";
  H5Z_filter_t filter = missing_filter(dataset, said);
  if (!filter)
    return sw_fail(err, SW_EIO, "%s: %s cannot be read; is the HDF5 file complete?", file->name,
                   what);
  return sw_fail(
      err, SW_EINPUT,
      "%s: %s is compressed by %s (filter %d), which this HDF5 lacks; name the folder of "
      "its plug-in in HDF5_PLUGIN_PATH, or where it can be read write it anew: h5repack "
      "-f GZIP=4 %s new.h5",
      file->name, what, filter_name(filter, said), (int)filter, file->name);
}

/* ---- what may crash ------------------------------------------------------------------------ */

/* HDF5 may crash over damaged variable-length data and reference lists. A process that runs alone
 * therefore tries what is risky in a child first (panel/h5.c). */
static bool is_varying_text(hid_t type) {
  return type >= 0 && H5Tis_variable_str(type) > 0;
}

/* Whether HDF5 1.10 may crash on a damaged dataset of this kind: then a child reads it first. */
bool sw_netcdf_is_risky(hid_t dataset) {
  static const char *const texts[] = {"units", "calendar", "_Unsigned"};
  if (dataset < 0) return false;
  hid_t type = H5Dget_type(dataset);
  bool risky = is_varying_text(type) || H5Aexists(dataset, "DIMENSION_LIST") > 0;
  if (type >= 0) H5Tclose(type);
  for (int i = 0; i < 3 && !risky; i++) {
    hid_t attribute =
        H5Aexists(dataset, texts[i]) > 0 ? H5Aopen(dataset, texts[i], H5P_DEFAULT) : -1;
    if (attribute < 0) continue;
    type = H5Aget_type(attribute);
    risky = is_varying_text(type);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
  }
  return risky;
}
