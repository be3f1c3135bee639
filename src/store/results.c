/* The life of a results file: checked for before anything is computed, laid out when every size is
 * known, filled by all ranks, named when complete. Invariant: OUT.h5 is never anything but a
 * complete file; what fails leaves neither it nor its partial behind. */
#include "store/results_private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

/* ---- before ----------------------------------------------------------------------------- */

static const char *folder_of(sw_arena *arena, const char *path) {
  const char *slash = strrchr(path, '/');
  if (!slash) return ".";
  return slash == path ? "/" : sw_arena_textn(arena, path, (size_t)(slash - path));
}

/* By doing it: permissions alone do not tell of read-only file systems. */
static sw_status probe(sw_error *err, const char *folder, const char *partial) {
  struct stat info;
  if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode))
    return sw_fail(err, SW_EINPUT,
                   "%s: no such folder for the output; make it or choose another -o", folder);
  int fd = open(partial, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return sw_fail(err, SW_EINPUT, "%s: cannot be written: %s; choose another -o", partial,
                   strerror(errno));
  close(fd);
  unlink(partial);
  return SW_OK;
}

static sw_status look(sw_error *err, sw_arena *arena, const char *path, bool force) {
  struct stat info;
  char *partial = sw_arena_printf(arena, "%s.partial", path);
  const char *folder = folder_of(arena, path);
  if (!partial || !folder) return sw_fail(err, SW_ENOMEM, "no memory for a path");
  bool exists = stat(path, &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is a folder; give the name of a file with -o", path);
  if (exists && !S_ISREG(info.st_mode)) /* a device would be replaced by the file */
    return sw_fail(err, SW_EINPUT, "%s: is no plain file; choose another -o", path);
  if (exists && !force)
    return sw_fail(err, SW_EINPUT, "%s exists; give --force to write over it or another -o", path);
  if (stat(partial, &info) == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s is left by an unfinished run, which cannot be continued by this version; "
                   "remove it or choose another output",
                   partial);
  return probe(err, folder, partial);
}

sw_status sw_results_precheck(sw_error *err, sw_team *team, const char *path, bool force) {
  sw_arena *arena = NULL;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    status = sw_arena_create(err, &arena);
    if (status == SW_OK) status = look(err, arena, path, force);
    sw_arena_destroy(arena);
  }
  return sw_team_agree(team, err, status, 0);
}

/* ---- how much --------------------------------------------------------------------------- */

static double variable_bytes(const sw_variable *variable) {
  double bytes = (double)sw_cell_bytes(variable->cell), chunks = 1;
  for (int a = 0; a < variable->rank; a++) {
    hsize_t chunk = variable->chunk[0] > 0 ? variable->chunk[a] : variable->extent[a];
    if (chunk == 0) return 0;
    chunks *= (double)((variable->extent[a] + chunk - 1) / chunk);
    bytes *= (double)chunk; /* the last chunk is as large as any */
  }
  if (bytes >= SW_ALIGN_FROM) bytes = ceil(bytes / SW_ALIGN_TO) * SW_ALIGN_TO;
  return bytes * chunks;
}

/* Labels, headers, indexes: generous, and small beside any matrix. */
static double overhead_bytes(const sw_run *run, const sw_schema *schema) {
  const sw_units *units = &run->panel->units;
  double a_unit = 2 * 48 + 16 + 48.0 * units->n_groupings;
  double text = 2.0 * ((double)units->code_at[units->n] + (double)strlen(run->study->text));
  return 65536 + text + a_unit * (double)units->n + 8192.0 * schema->n_groups +
         4096.0 * schema->n_variables;
}

static double schema_bytes(const sw_run *run, const sw_schema *schema) {
  double bytes = overhead_bytes(run, schema);
  for (int v = 0; v < schema->n_variables; v++)
    bytes += variable_bytes(&schema->variable[v]);
  return bytes;
}

double sw_results_bytes(const sw_run *run) {
  sw_error err = {0};
  sw_arena *arena = NULL;
  sw_schema schema;
  double bytes = 0;
  if (sw_arena_create(&err, &arena) == SW_OK && sw_schema_make(&err, arena, run, &schema) == SW_OK)
    bytes = schema_bytes(run, &schema);
  sw_arena_destroy(arena);
  return bytes;
}

/* Early allocation takes nothing on a sparse file system: without a look the disk, a quota or a
 * limit would be met in mid-run. */
static sw_status check_space(sw_error *err, sw_results *results) {
  struct statvfs fs;
  struct rlimit limit;
  const char *folder = folder_of(results->arena, results->path);
  double bytes = schema_bytes(results->run, &results->schema), room = HUGE_VAL;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      bytes > (double)limit.rlim_cur)
    return sw_fail(err, SW_EIO,
                   "%s: the results take %.2f MB and a file may have %.2f MB (ulimit -f)",
                   results->path, bytes / 1e6, (double)limit.rlim_cur / 1e6);
  if (folder && statvfs(folder, &fs) == 0) room = (double)fs.f_bavail * (double)fs.f_frsize;
  if (results->run->study->deflate) bytes *= 2; /* the plain file stays until the copy is there */
  if (bytes <= room) return SW_OK;
  return sw_fail(err, SW_EIO,
                 "%s: the results take %.2f MB and %.2f MB are free in %s; make room, keep fewer "
                 "pairs or choose another -o",
                 results->path, bytes / 1e6, room / 1e6, folder);
}

/* ---- creation --------------------------------------------------------------------------- */

static sw_status make(sw_error *err, sw_run *run, const char *path, sw_results **out) {
  sw_results *results = calloc(1, sizeof *results);
  if (!results) return sw_fail(err, SW_ENOMEM, "no memory for the results file");
  *out = results;
  results->run = run;
  results->file = H5I_INVALID_HID;
  SW_TRY(sw_arena_create(err, &results->arena));
  results->path = sw_arena_text(results->arena, path);
  results->partial = sw_arena_printf(results->arena, "%s.partial", path);
  results->packed = sw_arena_printf(results->arena, "%s.partial.deflate", path);
  if (!results->path || !results->partial || !results->packed)
    return sw_fail(err, SW_ENOMEM, "no memory for a path");
  SW_TRY(sw_schema_make(err, results->arena, run, &results->schema));
  int n = results->schema.n_variables;
  SW_NEW(err, results->arena, results->dataset, n > 0 ? n : 1);
  SW_NEW(err, results->arena, results->space, n > 0 ? n : 1);
  for (int v = 0; v < n; v++)
    results->dataset[v] = results->space[v] = H5I_INVALID_HID;
  sw_results_set_sink(results);
  return SW_OK;
}

/* The partial keeps other runs away from the output, so a look after it is made holds to the end.
 */
static sw_status lay_out(sw_error *err, sw_results *results) {
  struct stat info;
  if (results->run->team->rank != 0) return SW_OK;
  SW_TRY(check_space(err, results));
  SW_TRY(sw_results_lay_out(err, results, results->partial, false));
  if (results->run->study->overwrite || stat(results->path, &info) != 0) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s was made by another run in the meantime; give --force to write over it or "
                 "another -o",
                 results->path);
}

static sw_status create(sw_error *err, sw_results *results) {
  sw_run *run = results->run;
  sw_h5_quiet();
  SW_TRY(sw_text_inputs(err, run->team, run->study, results->arena, &results->inputs));
  SW_TRY(sw_team_agree(run->team, err, lay_out(err, results), 0));
  return sw_team_agree(run->team, err, sw_results_open_all(err, results), 0);
}

sw_status sw_results_create(sw_error *err, sw_run *run, const char *path, sw_results **results) {
  *results = NULL;
  sw_status status = sw_team_agree(run->team, err, make(err, run, path, results), 0);
  if (status == SW_OK) status = create(err, *results);
  if (status == SW_OK) return SW_OK;
  sw_results_destroy(*results);
  *results = NULL;
  return status;
}

sw_sink *sw_results_sink(sw_results *results) {
  return &results->sink;
}

void sw_results_destroy(sw_results *results) {
  if (!results) return;
  sw_error ignored = {0};
  if (results->arena) sw_results_close_all(&ignored, SW_EIO, results);
  if (results->created && !results->complete) {
    unlink(results->partial);
    unlink(results->packed);
  }
  sw_free(results->narrow);
  sw_arena_destroy(results->arena);
  free(results);
}
