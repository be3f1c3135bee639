/* Numbers that all ranks write: opened once on every rank, then written independently, each rank
 * its own hyperslabs. Invariants: nothing here changes metadata, so nothing is collective between
 * opening and closing; one thread a rank calls it; a team of one uses the serial driver. */
#include "store/results_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

sw_status sw_results_write(sw_error *err, sw_results *results, int variable, const hsize_t *start,
                           const hsize_t *count, hid_t memory_type, const void *data) {
  hid_t space = results->space[variable];
  int rank = results->schema.variable[variable].rank;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  hid_t memory = H5Screate_simple(rank, count, NULL);
  herr_t code = H5Dwrite(results->dataset[variable], memory_type, memory, space, H5P_DEFAULT, data);
  H5Sclose(memory);
  return code >= 0 ? SW_OK : sw_h5_fail(err, results->partial, "be written");
}

/* The variable a sink call means. */
static int wanted(const sw_results *results, int job, sw_source source, int quantity) {
  return sw_schema_find(&results->schema, job, source, quantity);
}

static sw_status unknown(sw_error *err, const sw_results *results, int job) {
  return sw_fail(err, SW_EINTERNAL, "%s: the engine writes what the results file has no place for",
                 results->run->job[job].name);
}

static sw_status put_rect(sw_sink *sink, sw_error *err, int job, int quantity, int t, int64_t i0,
                          int64_t i1, int64_t j0, int64_t j1, const void *data) {
  sw_results *results = sink->self;
  int v = wanted(results, job, SW_FROM_DENSE, quantity);
  if (v < 0) return unknown(err, results, job);
  const sw_variable *variable = &results->schema.variable[v];
  hsize_t start[SW_MAX_RANK] = {(hsize_t)t, (hsize_t)i0, (hsize_t)j0};
  hsize_t count[SW_MAX_RANK] = {1, (hsize_t)(i1 - i0), (hsize_t)(j1 - j0)};
  int skip = variable->timed ? 0 : 1;
  return sw_results_write(err, results, v, start + skip, count + skip,
                          sw_h5_memory_type(variable->cell), data);
}

/* Doubles in the file's precision. */
static sw_status narrowed(sw_error *err, sw_results *results, sw_cell cell, const double *value,
                          size_t count, const void **out) {
  *out = value;
  if (cell == SW_CELL_F64) return SW_OK;
  if (count > results->narrow_count) {
    sw_free(results->narrow);
    results->narrow = NULL;
    results->narrow_count = 0;
    SW_TRY(sw_alloc(err, count, sizeof *results->narrow, (void **)&results->narrow));
    results->narrow_count = count;
  }
  for (size_t i = 0; i < count; i++)
    results->narrow[i] = (float)value[i];
  *out = results->narrow;
  return SW_OK;
}

/* Partners and values of one hyperslab, which is the same in all of a job's variables. */
static sw_status put_part(sw_results *results, sw_error *err, int job, const hsize_t *start,
                          const hsize_t *count, size_t cells, const int32_t *partner,
                          const double *const *value) {
  int v = wanted(results, job, SW_FROM_PARTNER, 0);
  if (v < 0) return unknown(err, results, job);
  SW_TRY(sw_results_write(err, results, v, start, count, H5T_NATIVE_INT32, partner));
  for (int q = 0; (v = wanted(results, job, SW_FROM_VALUE, q)) >= 0; q++) {
    sw_cell cell = results->schema.variable[v].cell;
    const void *data = NULL;
    SW_TRY(narrowed(err, results, cell, value[q], cells, &data));
    SW_TRY(sw_results_write(err, results, v, start, count, sw_h5_memory_type(cell), data));
  }
  return SW_OK;
}

static sw_status put_top(sw_sink *sink, sw_error *err, int job, int t, int64_t i0, int64_t i1,
                         int64_t k, const int32_t *partner, const double *const *value) {
  sw_results *results = sink->self;
  hsize_t start[SW_MAX_RANK] = {(hsize_t)t, (hsize_t)i0, 0};
  hsize_t count[SW_MAX_RANK] = {1, (hsize_t)(i1 - i0), (hsize_t)k};
  int skip = results->run->job[job].whole_series ? 1 : 0;
  return put_part(results, err, job, start + skip, count + skip, (size_t)((i1 - i0) * k), partner,
                  value);
}

static sw_status put_entries(sw_sink *sink, sw_error *err, int job, int64_t at, int64_t count,
                             const int32_t *partner, const double *const *value) {
  hsize_t start = (hsize_t)at, entries = (hsize_t)count;
  if (count == 0) return SW_OK;
  return put_part(sink->self, err, job, &start, &entries, (size_t)count, partner, value);
}

void sw_results_set_sink(sw_results *results) {
  results->sink =
      (sw_sink){.self = results, .rect = put_rect, .top = put_top, .entries = put_entries};
}

/* ---- opening and closing ---------------------------------------------------------------- */

static hid_t open_dataset(const sw_results *results, const sw_group *group,
                          const sw_variable *variable) {
  char path[1024];
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  /* Whole chunks go straight to the file. */
  H5Pset_chunk_cache(access, 0, 0, 1.0);
  snprintf(path, sizeof path, "%s/%s", group->path, variable->name);
  hid_t dataset = H5Dopen2(results->file, path, access);
  H5Pclose(access);
  return dataset;
}

static sw_status open_datasets(sw_error *err, sw_results *results) {
  const sw_schema *schema = &results->schema;
  for (int g = 0; g < schema->n_groups; g++)
    for (int v = schema->group[g].first; v < schema->group[g].first + schema->group[g].count; v++) {
      if (!sw_written_by_all(schema->variable[v].source)) continue;
      results->dataset[v] = open_dataset(results, &schema->group[g], &schema->variable[v]);
      if (results->dataset[v] < 0) return sw_h5_fail(err, results->partial, "be opened");
      results->space[v] = H5Dget_space(results->dataset[v]);
    }
  return SW_OK;
}

sw_status sw_results_open_all(sw_error *err, sw_results *results) {
  const sw_team *team = results->run->team;
  hid_t access = sw_h5_access();
  results->parallel = team->mpi && team->size > 1;
  if (results->parallel) H5Pset_fapl_mpio(access, *(const MPI_Comm *)team->mpi, MPI_INFO_NULL);
  results->file = H5Fopen(results->partial, H5F_ACC_RDWR, access);
  H5Pclose(access);
  if (results->file < 0) return sw_h5_fail(err, results->partial, "be opened");
  return open_datasets(err, results);
}

sw_status sw_results_sync(sw_error *err, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int code = fd < 0 ? -1 : fsync(fd), reason = errno;
  if (fd >= 0) close(fd);
  return code == 0 ? SW_OK
                   : sw_fail(err, SW_EIO, "%s: cannot be synced: %s", path, strerror(reason));
}

sw_status sw_results_close_all(sw_error *err, sw_status status, sw_results *results) {
  if (results->file < 0) return status;
  for (int v = 0; v < results->schema.n_variables; v++) {
    if (results->dataset[v] < 0) continue;
    H5Sclose(results->space[v]);
    H5Dclose(results->dataset[v]);
    results->dataset[v] = H5I_INVALID_HID;
  }
  hid_t file = results->file;
  results->file = H5I_INVALID_HID;
  if (!results->parallel)
    status = sw_h5_close(err, status, file, results->partial);
  else if (H5Fclose(file) < 0 && status == SW_OK)
    status = sw_h5_fail(err, results->partial, "be closed");
  /* Every rank, as each may have a cache of its own. */
  return status == SW_OK ? sw_results_sync(err, results->partial) : status;
}
