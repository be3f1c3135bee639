/* Numbers that all ranks write: datasets opened once on every rank, then written independently,
 * each rank its own hyperslabs. The engine's writing thread comes here through the sink with each
 * packet of pairs; finish.c with the values by unit.
 *
 * Invariants: nothing here changes metadata, as all places are allocated, so nothing need be
 * collective. Each rank opens the file by MPI-IO as its only user (its team->mpi has one rank):
 * with a communicator of all, HDF5's open and close would be collective and a rank that failed
 * would leave the others waiting inside. One thread per rank calls this; a team of one uses the
 * serial driver. */
#include "store/results/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"

/* `start`, `count`: as many as the variable has axes. One thread per rank, as the dataspace of the
 * variable is used again by each call. The data are as the engine has them in memory; HDF5 turns
 * them into the file's type. */
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

/* ---- the sink --------------------------------------------------------------------------- */

/* The hyperslab of a piece in the variable that it means. `type`: of the numbers in memory. Axes
 * that the variable does not have are not set. */
typedef struct slab {
  int variable;
  hsize_t start[SW_MAX_RANK], count[SW_MAX_RANK];
  hid_t type;
} slab;

/* `quantity`: the place among the stored outputs, or SW_PARTNERS; -1 when the file has no such. By
 * the schema, once for each call. */
static int variable_of(const sw_results *results, const sw_piece *piece, int quantity) {
  const sw_results_schema *schema = &results->schema;
  if (quantity == SW_PARTNERS)
    return sw_results_schema_find(schema, piece->job, SW_FROM_PARTNER, 0);
  return sw_results_schema_find(schema, piece->job, SW_FROM_STORED, quantity);
}

/* Turns the engine's piece into start and count on the variable's axes: [time,] unit, unit_to for a
 * rectangle; [time,] unit, rank for kept partners; entry for `above` and `links`, whose positions
 * run through all periods. SW_EINTERNAL: the schema and the engine disagree, which is a slip in the
 * program. */
static sw_status slab_of(sw_error *err, const sw_results *results, const sw_piece *piece,
                         int quantity, slab *s) {
  s->variable = variable_of(results, piece, quantity);
  if (s->variable < 0)
    return sw_fail(err, SW_EINTERNAL,
                   "%s: the engine stores a value for which the results file has no place",
                   results->run->job[piece->job].name);
  const sw_variable *variable = &results->schema.variable[s->variable];
  int a = 0;
  /* Of a whole series there is no axis of time, and entries count through all periods. */
  if (variable->timed) s->start[a] = (hsize_t)piece->t, s->count[a++] = 1;
  if (piece->kind == SW_PIECE_ENTRIES) {
    s->start[a] = (hsize_t)piece->at, s->count[a] = (hsize_t)piece->count;
  } else {
    bool rect = piece->kind == SW_PIECE_RECT;
    s->start[a] = (hsize_t)piece->i0, s->count[a++] = (hsize_t)(piece->i1 - piece->i0);
    s->start[a] = rect ? (hsize_t)piece->j0 : 0;
    s->count[a] = (hsize_t)(rect ? piece->j1 - piece->j0 : piece->k);
  }
  s->type = sw_h5_memory_type(variable->cell);
  return SW_OK;
}

/* The sink's write. An empty piece, of rows without partners, touches no file. One call for each
 * packet and quantity. */
static sw_status write_piece(sw_sink *sink, sw_error *err, const sw_piece *piece, int quantity,
                             const void *data) {
  sw_results *results = sink->self;
  slab s;
  if (sw_piece_count(piece) == 0) return SW_OK;
  SW_TRY(slab_of(err, results, piece, quantity, &s));
  return sw_results_write(err, results, s.variable, s.start, s.count, s.type, data);
}

/* The sink's read: the same numbers back, of a file that is being written or of a finished one.
 * Used by entries that take pairs as input, by --reuse and by `verify`. */
static sw_status read_piece(sw_sink *sink, sw_error *err, const sw_piece *piece, int quantity,
                            void *data) {
  sw_results *results = sink->self;
  slab s;
  if (sw_piece_count(piece) == 0) return SW_OK;
  SW_TRY(slab_of(err, results, piece, quantity, &s));
  hid_t space = results->space[s.variable];
  H5Sselect_hyperslab(space, H5S_SELECT_SET, s.start, NULL, s.count, NULL);
  hid_t memory = H5Screate_simple(results->schema.variable[s.variable].rank, s.count, NULL);
  herr_t code = H5Dread(results->dataset[s.variable], s.type, memory, space, H5P_DEFAULT, data);
  H5Sclose(memory);
  return code >= 0 ? SW_OK : sw_h5_fail(err, results->partial, "be read");
}

/* The sink's settle. Within a node all ranks see the same pages of the file; a file system that two
 * nodes share may keep written pages on the one until they are synced. Collective by its use: every
 * rank calls it before any reads. */
static sw_status settle(sw_sink *sink, sw_error *err) {
  sw_results *results = sink->self;
  bool open_to_write = !results->complete;
  return open_to_write && results->team->nodes > 1 ? sw_results_sync(err, results->partial) : SW_OK;
}

/* The sink is a part of the results: its `self` must not move. */
void sw_results_set_sink(sw_results *results) {
  results->sink = (sw_sink){results, write_piece, read_piece, settle};
}

/* ---- opening and closing ---------------------------------------------------------------- */

/* The caller closes it; negative when the file has none of that name. Pieces are whole chunks, or
 * cut where a strip is smaller: a cache of chunks, hence none here (no slots), would only keep
 * copies back, and read a chunk before writing a part of it. */
hid_t sw_results_open_dataset(const sw_results *results, const sw_group *group,
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

/* Only those that all ranks write; rank 0 opens the others when it writes them. What a later run
 * reads from this file is opened in the same way. */
sw_status sw_results_open_datasets(sw_error *err, sw_results *results) {
  const sw_results_schema *schema = &results->schema;
  for (int g = 0; g < schema->n_groups; g++)
    for (int v = schema->group[g].first; v < schema->group[g].first + schema->group[g].count; v++) {
      if (!sw_results_written_by_all(schema->variable[v].source)) continue;
      SW_TRY(sw_results_open_fitting(err, results, &schema->group[g], &schema->variable[v],
                                     &results->dataset[v]));
      results->space[v] = H5Dget_space(results->dataset[v]);
    }
  return SW_OK;
}

/* Open MPI 4 holds a named semaphore for a moment within MPI_File_open, for a shared file pointer
 * that nothing here uses, and names it after the file, whatever its folder. A rank killed in that
 * moment leaves it locked, and whoever opens a file of that name later would wait for ever. Its
 * name removed before each open, nobody finds the locked one; ranks that hold one already are not
 * disturbed. The name is that of Open MPI's own making (OMPIO). */
static void forget_semaphore(const char *path) {
  char name[NAME_MAX];
  const char *slash = strrchr(path, '/');
  snprintf(name, sizeof name, "/OMPIO_%s", slash ? slash + 1 : path);
  sem_unlink(name);
}

/* Every rank, each for itself; agreed on by the caller. HDF5 opens the file once for each rank.
 * Independent writes through MPI-IO and no collective call: see the head. */
sw_status sw_results_open_all(sw_error *err, sw_results *results) {
  const sw_team *team = results->run->team;
  hid_t access = sw_h5_access();
  /* A team of one has the file for itself and needs no MPI-IO. */
  results->parallel = team->mpi && team->size > 1;
  if (results->parallel) {
    forget_semaphore(results->partial);
    /* Nothing collective, see above: the communicator holds this rank alone. */
    H5Pset_fapl_mpio(access, *(const MPI_Comm *)team->mpi, MPI_INFO_NULL);
  }
  results->file = H5Fopen(results->partial, H5F_ACC_RDWR, access);
  H5Pclose(access);
  if (results->file < 0) return sw_h5_fail(err, results->partial, "be opened");
  return sw_results_open_datasets(err, results);
}

/* A descriptor to read from will do: fsync is of the file, not of the descriptor. Data and
 * length. */
sw_status sw_results_sync(sw_error *err, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int code = fd >= 0 && sw_sync(fd) ? 0 : -1, reason = errno;
  if (fd >= 0) close(fd);
  return code == 0 ? SW_OK
                   : sw_fail(err, SW_EIO, "%s: cannot be synced: %s", path, strerror(reason));
}

/* May be called again, and when nothing is open: returns `status`. On success the bytes of this
 * rank are on disk. After a failure handles are closed all the same, and the first reason is
 * kept. */
sw_status sw_results_close_all(sw_error *err, sw_status status, sw_results *results) {
  if (results->file < 0) return status;
  for (int v = 0; v < results->schema.n_variables; v++) {
    if (results->dataset[v] < 0) continue;
    H5Sclose(results->space[v]);
    if (H5Dclose(results->dataset[v]) < 0 && status == SW_OK)
      status = sw_h5_fail(err, results->partial, "be written");
    results->dataset[v] = H5I_INVALID_HID;
  }
  hid_t file = results->file;
  /* First, so that a second call finds nothing to close, whatever happens below. */
  results->file = H5I_INVALID_HID;
  /* Descriptors of MPI-IO cannot be diverted: with it nothing but raw data was written, directly,
   * so little is left to fail. */
  if (!results->parallel)
    status = sw_h5_close(err, status, file, results->partial);
  else if (H5Fclose(file) < 0 && status == SW_OK)
    status = sw_h5_fail(err, results->partial, "be closed");
  /* Every rank, as each may have a cache of its own. */
  return status == SW_OK ? sw_results_sync(err, results->partial) : status;
}
