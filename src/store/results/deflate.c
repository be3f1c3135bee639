/* `compression: deflate`: HDF5 filters chunks only in collective writes, and ranks here write
 * independently. So the run writes plainly; afterwards rank 0 lays out a second file with filters
 * and copies, chunk by chunk, what all ranks wrote. What rank 0 writes at the end (finish.c) then
 * goes into the second file directly.
 *
 * Cost: both files at a time on disk, one chunk in memory. Invariant: the first file stays whole
 * until the second has its name, so a kill here costs the copy alone.
 *
 * Only datasets that have been written by all ranks are copied; everything else of the second file
 * comes from the layout and from finish.c. */
#include "store/results/private.h"

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"

/* One copy of a file, for the functions below. */
typedef struct copying {
  sw_error *err;
  const char *from, *to;
  hid_t source, target;
} copying;

/* Copies the chunk at `start`, cut where the dataset ends: whole chunks on both sides, so each is
 * compressed once. The buffer holds a chunk in memory order. */
static herr_t copy_chunk(hid_t source, hid_t target, const sw_variable *variable,
                         const hsize_t *start, void *buffer) {
  hsize_t count[SW_MAX_RANK] = {0};
  for (int a = 0; a < variable->rank; a++) {
    hsize_t left = variable->extent[a] - start[a];
    count[a] = variable->chunk[a] < left ? variable->chunk[a] : left;
  }
  hid_t type = sw_h5_memory_type(variable->cell);
  /* Source and target have the same extents, so one dataspace serves both. */
  hid_t space = H5Dget_space(source), memory = H5Screate_simple(variable->rank, count, NULL);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t code = H5Dread(source, type, memory, space, H5P_DEFAULT, buffer);
  if (code >= 0) code = H5Dwrite(target, type, memory, space, H5P_DEFAULT, buffer);
  H5Sclose(memory);
  H5Sclose(space);
  return code;
}

/* Moves `start` to the next chunk in row-major order, that of the file; false after the last. */
static bool advance(const sw_variable *variable, hsize_t *start) {
  for (int a = variable->rank - 1; a >= 0; a--) {
    start[a] += variable->chunk[a];
    if (start[a] < variable->extent[a]) return true;
    start[a] = 0;
  }
  return false;
}

/* A contiguous dataset has chunk[0] == 0 and so no cells; of those that all ranks write, these are
 * the ones with an axis of length 0: there is nothing to copy. Memory: one chunk. Chunks that were
 * never written are read as fill values and written all the same. */
static sw_status copy_chunks(copying *c, hid_t source, hid_t target, const sw_variable *variable) {
  hsize_t start[SW_MAX_RANK] = {0};
  size_t cells = 1;
  void *buffer = NULL;
  for (int a = 0; a < variable->rank; a++)
    cells *= variable->chunk[a];
  if (cells == 0) return SW_OK; /* nothing was kept */
  SW_TRY(sw_alloc(c->err, cells, sw_h5_cell_bytes(variable->cell), &buffer));
  herr_t code = 0;
  do
    code = copy_chunk(source, target, variable, start, buffer);
  while (code >= 0 && advance(variable, start));
  sw_free(buffer);
  return code >= 0 ? SW_OK : sw_h5_fail(c->err, c->to, "be written");
}

/* A close of the target may be what writes, so it is looked at. Paths are cut at 1,024 bytes, well
 * above what names and groups may add up to. */
static sw_status copy_variable(copying *c, const sw_group *group, const sw_variable *variable) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", group->path, variable->name);
  hid_t source = H5Dopen2(c->source, path, H5P_DEFAULT);
  hid_t target = H5Dopen2(c->target, path, H5P_DEFAULT);
  sw_status status = source < 0 || target < 0 ? sw_h5_fail(c->err, c->to, "be opened")
                                              : copy_chunks(c, source, target, variable);
  if (source >= 0) H5Dclose(source);
  if (target >= 0 && H5Dclose(target) < 0 && status == SW_OK)
    status = sw_h5_fail(c->err, c->to, "be written");
  return status;
}

/* Skips what rank 0 writes itself: in the second file it has yet to come. In the order of the
 * schema. */
static sw_status copy_all(copying *c, const sw_results_schema *schema) {
  for (int g = 0; g < schema->n_groups; g++) {
    const sw_group *group = &schema->group[g];
    for (int v = group->first; v < group->first + group->count; v++)
      if (sw_results_written_by_all(schema->variable[v].source))
        SW_TRY(copy_variable(c, group, &schema->variable[v]));
  }
  return SW_OK;
}

/* Rank 0, after all ranks have closed `from`. `to` is laid out anew, over what a killed run may
 * have left there. */
sw_status sw_results_compress(sw_error *err, sw_results *results, const char *from,
                              const char *to) {
  unlink(to); /* of a run that was killed here */
  SW_TRY(sw_results_lay_out(err, results, to, SW_LAY_DEFLATE));
  hid_t access = sw_h5_access();
  copying c = {.err = err, .from = from, .to = to};
  c.source = H5Fopen(from, H5F_ACC_RDONLY, access);
  c.target = H5Fopen(to, H5F_ACC_RDWR, access);
  H5Pclose(access);
  sw_status status = c.source < 0 || c.target < 0 ? sw_h5_fail(err, to, "be opened")
                                                  : copy_all(&c, &results->schema);
  /* Read only: its close writes nothing. That of the target does, and is looked at. */
  if (c.source >= 0) H5Fclose(c.source);
  return c.target >= 0 ? sw_h5_close(err, status, c.target, to) : status;
}
