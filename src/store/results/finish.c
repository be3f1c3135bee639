/* Completing a results file: every rank writes its units, then rank 0, with the serial driver, what
 * is small and what is only known at the end; then the file gets its name.
 *
 * Invariants: `state` becomes complete after everything else has been written and synced, and is
 * read back; OUT.h5 is replaced in one step by a complete file. A kill at any moment leaves either
 * the old OUT.h5 (or none) with a partial that can be continued, or the new one. */
#include "store/results/private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "store/root/root.h"

/* ---- every rank: variables over units ---------------------------------------------------- */

/* Gathers period t of this rank's units in the order of the file, as the file's type: the result's
 * rows are component by component, row[k * n_periods + t], the file has the `width` components of a
 * unit side by side. Missing is NaN, in whole numbers -1. O(units * width). Whole numbers were
 * checked to fit (sw_run_check_integers), so the cast is exact. */
static void pack(const sw_variable *variable, double *const *row, int n_periods, int t, int width,
                 int64_t units, void *out) {
  for (int k = 0; k < width; k++) {
    const double *from = row[(size_t)k * (size_t)n_periods + (size_t)t];
    for (int64_t i = 0; i < units; i++) {
      size_t at = (size_t)i * (size_t)width + (size_t)k;
      if (variable->cell == SW_CELL_I32)
        ((int32_t *)out)[at] = isnan(from[i]) ? -1 : (int32_t)from[i];
      else
        ((double *)out)[at] = from[i];
    }
  }
}

/* For the attribute `undefined`, only of variables that are `counted`: doubles. NaN alone; -1 of
 * whole numbers is a value that means missing, and is not counted. */
static int64_t count_nan(const double *value, size_t count) {
  int64_t missing = 0;
  for (size_t i = 0; i < count; i++)
    missing += isnan(value[i]) ? 1 : 0;
  return missing;
}

/* One period at a time through `buffer`, which holds this rank's units, so a rank's memory does not
 * grow with the periods. The chain of checksums is by block and period, in the order of the
 * variables: the same numbers must be hashed in the same order by whoever checks them (verify.c).
 * What has no time goes with the first period.
 *
 * A rank without units writes nothing; the writes are independent, so none waits for it. `turned`
 * is the second buffer of variables whose last axis is the units, NULL for others. */
static sw_status write_periods(sw_error *err, sw_results *results, sw_group *group, int v,
                               double *const *row, int n_periods, int width, void *buffer,
                               void *turned) {
  sw_variable *variable = &results->schema.variable[v];
  int64_t lo = results->run->panel->lo, units = results->run->panel->hi - lo;
  hid_t type = sw_h5_memory_type(variable->cell);
  for (int t = 0; t < n_periods && units > 0; t++) {
    hsize_t start[SW_MAX_RANK], count[SW_MAX_RANK];
    sw_results_units(variable, t, lo, units, start, count);
    pack(variable, row, n_periods, t, width, units, buffer);
    if (variable->counted) variable->undefined += count_nan(buffer, (size_t)units * (size_t)width);
    sw_results_checksum_block(results, group, t, buffer,
                              (size_t)width * sw_h5_cell_bytes(variable->cell));
    if (variable->turned)
      sw_results_turn(units, width, sw_h5_cell_bytes(variable->cell), buffer, turned);
    SW_TRY(
        sw_results_write(err, results, v, start, count, type, variable->turned ? turned : buffer));
  }
  return SW_OK;
}

/* A variable by unit: of the measure's own results, or the strengths of a pair result, which the
 * engine keeps in the summary. Strengths of whole series have one matrix and no axis of time. Rooms
 * are for this rank's units of one variable, at least for one unit. 8 bytes: the widest cell. */
static sw_status write_over_units(sw_error *err, sw_results *results, sw_group *group, int v) {
  sw_variable *variable = &results->schema.variable[v];
  const sw_job *job = &results->run->job[group->job];
  const sw_summary *summary = &results->run->pair[group->job].summary;
  /* Strengths have one component; the rows of the summary are by matrix. */
  bool own = variable->source == SW_FROM_UNIT;
  double *const *row = own                               ? job->result[variable->index].row
                       : variable->source == SW_FROM_OUT ? summary->out_strength
                                                         : summary->in_strength;
  int width = own ? job->result[variable->index].width : 1;
  int n_periods = own ? sw_result_periods(job, &job->result[variable->index]) : summary->n_periods;
  int64_t units = results->run->panel->hi - results->run->panel->lo;
  void *buffer = NULL, *turned = NULL;
  size_t room = (size_t)(units > 0 ? units : 1) * (size_t)width;
  SW_TRY(sw_alloc(err, room, 8, &buffer));
  sw_status status = variable->turned ? sw_alloc(err, room, 8, &turned) : SW_OK;
  if (status == SW_OK)
    status = write_periods(err, results, group, v, row, n_periods, width, buffer, turned);
  sw_free(turned);
  sw_free(buffer);
  return status;
}

/* All ranks, each for itself; agreed on by the caller. Begins the checksums of each group's blocks
 * first: they are chained over its variables. Returns the first failure of this rank; others may
 * write on, as the writes are independent. */
static sw_status write_units(sw_error *err, sw_results *results) {
  for (int g = 0; g < results->schema.n_groups; g++) {
    sw_group *group = &results->schema.group[g];
    /* Only a group with values by unit has block checksums. */
    if (sw_results_schema_find(&results->schema, group->job, SW_FROM_BLOCKS, 0) >= 0)
      SW_TRY(sw_results_checksum_unit(err, results, group));
    for (int v = group->first; v < group->first + group->count; v++)
      if (results->schema.variable[v].source <= SW_FROM_IN)
        SW_TRY(write_over_units(err, results, group, v));
  }
  return SW_OK;
}

/* ---- rank 0: what is small --------------------------------------------------------------- */

/* The numbers of a variable that rank 0 has whole; NULL for those that are not written here, or are
 * not doubles (SW_FROM_PAIRS). Rank 0 has these from `finish` of the measures and from the sums
 * over pairs. */
static const double *whole(const sw_results *results, const sw_group *group,
                           const sw_variable *variable) {
  const sw_summary *summary = &results->run->pair[group->job].summary;
  switch (variable->source) {
  case SW_FROM_GLOBAL:
  case SW_FROM_TABLE:
    return results->run->job[group->job].result[variable->index].row[0];
  case SW_FROM_TOTAL:
    return summary->total;
  case SW_FROM_MEAN:
    return summary->mean;
  case SW_FROM_MAX:
    return summary->max;
  default:
    return NULL;
  }
}

/* Writes all numbers of a variable, and chains them into *checksum as the bytes that are stored. As
 * the file stores them: a checksum of doubles would not match a file of int32. */
static herr_t put_whole(hid_t dataset, sw_variable *variable, const double *value,
                        uint64_t *checksum) {
  size_t count = 1;
  for (int a = 0; a < variable->rank; a++)
    count *= variable->extent[a];
  if (variable->cell == SW_CELL_F64) {
    *checksum = sw_hash64(value, count * sizeof *value, *checksum);
    if (variable->counted) variable->undefined = count_nan(value, count);
    return H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  }
  /* Whole numbers: the engine computes in doubles, NaN becomes -1. */
  int32_t *integer = NULL;
  sw_error none = {0};
  if (sw_alloc(&none, count > 0 ? count : 1, sizeof *integer, (void **)&integer) != SW_OK)
    return -1;
  for (size_t i = 0; i < count; i++)
    integer[i] = isnan(value[i]) ? -1 : (int32_t)value[i];
  *checksum = sw_hash64(integer, count * sizeof *integer, *checksum);
  herr_t code = H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, integer);
  sw_free(integer);
  return code;
}

/* Counts of pairs are int64_t in memory and in the file: a double is exact only to 2^53. Written by
 * rank 0, which has the sums of all ranks. */
static herr_t put_counts(hid_t dataset, const sw_summary *summary, uint64_t *checksum) {
  const int64_t *pairs = summary->pairs;
  *checksum = sw_hash64(pairs, (size_t)summary->n_periods * sizeof *pairs, *checksum);
  return H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, pairs);
}

/* Writes what rank 0 has of a variable, and its count of undefined values, which for variables by
 * unit is the sum over the ranks (sum_undefined). Others are left as they are. Negative on any
 * failure. */
static herr_t complete_variable(const sw_results *results, const sw_group *group, hid_t at,
                                sw_variable *variable, uint64_t *checksum) {
  const double *value = whole(results, group, variable);
  bool counts = variable->source == SW_FROM_PAIRS;
  /* Pairs, row_start and checksums: written already, or by others. */
  if (!value && !counts && !variable->counted) return 0;
  hid_t dataset = H5Dopen2(at, variable->name, H5P_DEFAULT);
  if (dataset < 0) return -1;
  herr_t code = value ? put_whole(dataset, variable, value, checksum) : 0;
  if (counts) code = put_counts(dataset, &results->run->pair[group->job].summary, checksum);
  if (code >= 0 && variable->counted)
    code = sw_h5_set_integer(dataset, SW_ATTR_UNDEFINED, variable->undefined);
  return H5Dclose(dataset) < 0 ? -1 : code;
}

/* Only groups with values that may need one have the attribute. The text fits the room that the
 * layout has kept; what is longer is cut by its maker. */
static herr_t put_reasons(const sw_results *results, hid_t at, const sw_group *group) {
  if (H5Aexists(at, SW_ATTR_UNDEFINED_IN) <= 0) return 0;
  const char *text = sw_results_text_reasons(results->arena, &results->run->job[group->job]);
  return text ? sw_h5_set_text(at, SW_ATTR_UNDEFINED_IN, text) : -1;
}

/* Checksums come after all values, which they are made of. Negative on any failure. One chain of
 * checksums over all values that are neither by unit nor by pair, in the schema's order. */
static herr_t complete_group(sw_results *results, hid_t file, const sw_group *group) {
  hid_t at = H5Gopen2(file, group->path, H5P_DEFAULT);
  if (at < 0) return -1;
  herr_t code = 0;
  uint64_t checksum = 0;
  for (int v = group->first; v < group->first + group->count && code >= 0; v++)
    code = complete_variable(results, group, at, &results->schema.variable[v], &checksum);
  /* After the loop: `checksum` covers all values now. */
  if (code >= 0) code = sw_results_checksum_put(results, at, group, checksum);
  const char *text =
      sw_results_text_undefined(results->arena, results->run, &results->schema, group);
  if (code >= 0) code = text ? sw_h5_set_text(at, SW_ATTR_UNDEFINED, text) : -1;
  if (code >= 0) code = put_reasons(results, at, group);
  if (code >= 0) code = sw_results_set_said(results, at, group->job);
  H5Gclose(at);
  return code;
}

/* The access list is that of all results files: serial driver, no sieve buffer. Negative: it cannot
 * be opened. */
static hid_t open_serial(const char *path, unsigned flags) {
  hid_t access = sw_h5_access();
  hid_t file = H5Fopen(path, flags, access);
  H5Pclose(access);
  return file;
}

/* A separate open, so that the values are on disk before anything says that they are. The file is
 * then read again: HDF5's close succeeds on a full disk, what counts is what is there. Order on
 * disk: values, sync, `state`, sync, read back. A reader that finds "complete" finds the rest as
 * well. */
static sw_status mark_complete(sw_error *err, sw_results *results, const char *path) {
  hid_t file = open_serial(path, H5F_ACC_RDWR);
  if (file < 0) return sw_h5_fail(err, path, "be opened");
  sw_status status = sw_h5_set_text(file, SW_ATTR_STATE, SW_STATE_COMPLETE) < 0
                         ? sw_h5_fail(err, path, "be marked complete")
                         : SW_OK;
  SW_TRY(sw_h5_close(err, status, file, path));
  SW_TRY(sw_results_sync(err, path));
  /* A new open has no cache of HDF5 to read from. */
  file = open_serial(path, H5F_ACC_RDONLY);
  const char *state = file < 0 ? NULL : sw_h5_get_text(results->arena, file, SW_ATTR_STATE);
  if (file >= 0) H5Fclose(file);
  if (!state || strcmp(state, SW_STATE_COMPLETE) != 0)
    return sw_fail(err, SW_EIO, "%s: does not read back as it was written; is the disk full?",
                   path);
  return SW_OK;
}

/* Weights that were made in the run, if there are any: what is added lies beyond the layout, and a
 * run that is killed now has it cut off again (resume.c). */
static sw_status put_later(sw_error *err, sw_results *results, const char *path, hid_t file) {
  bool any = false;
  for (int i = 0; i < results->run->study->n_weights; i++)
    any = any || (results->run->study->weights[i].later && !results->run->later[i]);
  sw_root root = {.err = err,
                  .arena = results->arena,
                  .run = results->run,
                  .path = path,
                  .file = file,
                  .weights = sw_results_text_weights(results->arena, results->run->study)};
  return any ? sw_root_put_weights(&root) : SW_OK;
}

/* Rank 0. HDF5 keeps nothing in common between processes: that all ranks have closed the file has
 * been agreed on, and from here on one process writes. */
sw_status sw_results_complete(sw_error *err, sw_results *results, const char *path) {
  hid_t file = open_serial(path, H5F_ACC_RDWR);
  if (file < 0) return sw_h5_fail(err, path, "be opened");
  sw_status status = SW_OK;
  for (int g = 0; g < results->schema.n_groups && status == SW_OK; g++)
    if (complete_group(results, file, &results->schema.group[g]) < 0)
      status = sw_h5_fail(err, path, "be written");
  if (status == SW_OK) status = put_later(err, results, path, file);
  SW_TRY(sw_h5_close(err, status, file, path));
  /* Everything but `state`. */
  SW_TRY(sw_results_sync(err, path));
  return mark_complete(err, results, path);
}

/* ---- the whole --------------------------------------------------------------------------- */

/* Adds up what every rank has counted in its units, in one call for all variables. Collective.
 * Counts by unit of this rank become those of all; n small sums in one message. */
static sw_status sum_undefined(sw_error *err, sw_results *results) {
  sw_team *team = results->run->team;
  int n = results->schema.n_variables;
  int64_t *count = NULL;
  sw_status status =
      sw_arena_alloc(err, results->arena, (size_t)(n > 0 ? n : 1), sizeof *count, (void **)&count);
  SW_TRY(sw_team_agree(team, err, status, 0));
  for (int v = 0; v < n; v++)
    count[v] = results->schema.variable[v].undefined;
  SW_TRY(team->sum_i64(team, err, count, n));
  /* Rank 0 needs them; the others get them too, which does no harm. */
  for (int v = 0; v < n; v++)
    results->schema.variable[v].undefined = count[v];
  return SW_OK;
}

/* Rank 0 alone has counted what it wrote itself, so the sums of each job go out from it; the
 * summary prints them. Collective. One broadcast for each group; a study has tens. */
static sw_status tell_undefined(sw_error *err, sw_results *results) {
  sw_team *team = results->run->team;
  const sw_results_schema *schema = &results->schema;
  for (int g = 0; g < schema->n_groups; g++) {
    int64_t *undefined = &results->run->job[schema->group[g].job].undefined;
    int first = schema->group[g].first, end = first + schema->group[g].count;
    *undefined = 0;
    for (int v = first; v < end; v++)
      *undefined += schema->variable[v].undefined;
    SW_TRY(team->broadcast(team, err, undefined, sizeof *undefined, 0));
  }
  return SW_OK;
}

/* A rename is durable only when the folder is on disk too. Failing here would be worse than not
 * syncing where a file system cannot, hence the list of errors that are passed over. */
static sw_status sync_folder(sw_error *err, sw_results *results) {
  char *folder = sw_arena_text(results->arena, results->path);
  if (!folder) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  char *slash = strrchr(folder, '/');
  if (slash) slash[slash == folder ? 1 : 0] = '\0';
  /* A bare name lies in the working folder; "/" stays as it is. */
  int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int code = fd >= 0 && sw_sync(fd) ? 0 : -1, reason = errno;
  if (fd >= 0) close(fd);
  /* Some file systems know no sync of a folder, and need none; some folders cannot be read. */
  if (code == 0 || reason == EINVAL || reason == ENOTSUP || reason == EACCES) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be synced: %s", folder, strerror(reason));
}

/* Gives `from` the name `path` in one step, which no reader can see half done. Where the file
 * system can swap names (RENAME_EXCHANGE), *old is true and the old result is now at `from`, so
 * that it can be put back; elsewhere, and where nothing was there, it is a plain rename. */
static sw_status take_name(sw_error *err, const char *from, const char *path, bool *old) {
  *old = renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_EXCHANGE) == 0;
  if (*old || rename(from, path) == 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be renamed to %s: %s", from, path, strerror(errno));
}

/* Rank 0: the last steps from a file full of numbers to one that has its name. After this returns
 * SW_OK nothing but the new file is there. Memory: that of the copy (deflate.c). */
static sw_status complete_and_name(sw_error *err, sw_results *results) {
  const char *from = results->partial;
  if (results->run->study->deflate) {
    SW_TRY(sw_results_compress(err, results, results->partial, results->packed));
    from = results->packed;
  }
  SW_TRY(sw_results_complete(err, results, from));
  bool old = false;
  SW_TRY(take_name(err, from, results->path, &old));
  sw_status status = sync_folder(err, results);
  /* The rename may not be durable: undo it, so that an old result keeps its name and this run
   * counts as unfinished. The undoing may fail too; the error is reported anyway. */
  if (status != SW_OK) {
    renameat2(AT_FDCWD, results->path, AT_FDCWD, from, old ? RENAME_EXCHANGE : 0);
    return status;
  }
  /* From here on the run has succeeded: only leftovers remain to be removed. */
  if (old) unlink(from);
  if (from != results->partial) unlink(results->partial);
  return SW_OK;
}

/* All ranks close the file before rank 0 opens it alone; each step is agreed on before the next, so
 * that a failure of one rank keeps rank 0 from naming the file. `complete` is set when OUT.h5 is
 * there: from then on sw_results_destroy keeps nothing. Order: units by all, close by all, counts
 * and checksums to rank 0, then rank 0 alone. A failure before the naming keeps the partial and its
 * journal. */
sw_status sw_results_finish(sw_error *err, sw_results *results) {
  sw_team *team = results->run->team;
  SW_TRY(sw_team_agree(team, err, write_units(err, results), 0));
  SW_TRY(sw_team_agree(team, err, sw_results_close_all(err, SW_OK, results), 0));
  SW_TRY(sum_undefined(err, results));
  SW_TRY(sw_results_checksum_gather(err, results));
  sw_status status = team->rank == 0 ? complete_and_name(err, results) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  /* On all ranks, after the agreement: OUT.h5 is there for sure. */
  results->complete = true;
  return tell_undefined(err, results);
}
