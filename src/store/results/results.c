/* The life of a results file, as the verbs drive it; all functions are collective.
 *
 *   sw_results_start    looked for and locked, before anything is read or computed
 *   sw_results_begin    the study is bound: its journal begun or taken up
 *   sw_results_create   every size is known: laid out, and opened on all ranks
 *   (the sink)          filled by all ranks while pairs are computed
 *   sw_results_finish   completed, and given its name (finish.c)
 *   sw_results_destroy  what is left over is removed, or kept for a later run
 *
 * Invariant: OUT.h5 is never anything but a complete file. What is left of a run that ended early
 * is its partial and its journal, both or neither; only a kill between two steps can leave one
 * alone, and claim.c deals with that. */
#include "store/results/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "plan/run/describe.h"
#include "store/h5/version.h"
#include "store/root/root.h"

/* ---- opening ---------------------------------------------------------------------------- */

/* Puts `*out` in its place before anything can fail, so that the caller destroys what there is. In
 * the arena of its own, which ends with it: paths, schema, texts of the file. */
static sw_status make(sw_error *err, sw_team *team, const char *path, sw_results **out) {
  sw_results *results = calloc(1, sizeof *results);
  if (!results) return sw_fail(err, SW_ENOMEM, "out of memory for the results file");
  *out = results;
  results->team = team;
  /* 0 would be taken for an open file. */
  results->file = H5I_INVALID_HID;
  SW_TRY(sw_arena_create(err, &results->arena));
  results->path = sw_arena_text(results->arena, path);
  /* Names next to the output, so that they share its file system: only there is a rename one
   * step. */
  results->partial = sw_arena_printf(results->arena, "%s.partial", path);
  results->packed = sw_arena_printf(results->arena, "%s.partial.deflate", path);
  results->journal_path = sw_arena_printf(results->arena, "%s.partial.journal", path);
  if (results->path && results->partial && results->packed && results->journal_path) return SW_OK;
  return sw_fail(err, SW_ENOMEM, "out of memory for a path");
}

/* On failure nothing is left, neither of the results nor of a folder made for them. sw_h5_quiet:
 * HDF5's own messages would go to the terminal, beside ours. */
sw_status sw_results_start(sw_error *err, sw_team *team, const char *path, bool force, bool restart,
                           sw_results **results) {
  *results = NULL;
  sw_h5_quiet();
  sw_status status = make(err, team, path, results);
  if (status == SW_OK && team->rank == 0) status = sw_results_claim(err, *results, force, restart);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) return SW_OK;
  sw_results_destroy(*results, status, NULL);
  *results = NULL;
  return status;
}

/* The fingerprint holds everything that the bits depend on, the bytes of the inputs too: an
 * unfinished run is only continued by one that would compute the same. Collective, as inputs are
 * hashed on all ranks. run->resumes is set: whether the journal was there. */
sw_status sw_results_begin(sw_error *err, sw_results *results, sw_run *run) {
  const char *fingerprint = NULL;
  const sw_region *region = NULL;
  int count = 0;
  results->run = run;
  SW_TRY(sw_results_text_inputs(err, run->team, run->study, results->arena, &results->inputs));
  SW_TRY(sw_run_fingerprint(err, run, results->inputs, sw_h5_version(), &fingerprint));
  SW_TRY(sw_team_agree(run->team, err, sw_run_regions(err, run, &region, &count), 0));
  SW_TRY(sw_journal_open(err, run->team, results->journal_path, fingerprint, region, count,
                         &results->journal, &run->resumes));
  /* The engine marks its tasks there; the results own it. */
  run->journal = results->journal;
  return SW_OK;
}

/* ---- how much --------------------------------------------------------------------------- */

/* Bytes on disk. Chunks are stored whole, also the last ones, which reach beyond the data; each at
 * least SW_ALIGN_FROM large begins on a page. A double, as the products may exceed 64 bits before
 * anybody has refused them. HDF5 aligns large chunks (store/h5), which rounds each up. */
static double variable_bytes(const sw_variable *variable) {
  double bytes = (double)sw_h5_cell_bytes(variable->cell), chunks = 1;
  for (int a = 0; a < variable->rank; a++) {
    hsize_t chunk = variable->chunk[0] > 0 ? variable->chunk[a] : variable->extent[a];
    if (chunk == 0) return 0;
    chunks *= (double)((variable->extent[a] + chunk - 1) / chunk);
    bytes *= (double)chunk;
  }
  if (bytes >= SW_ALIGN_FROM) bytes = ceil(bytes / SW_ALIGN_TO) * SW_ALIGN_TO;
  return bytes * chunks;
}

/* Labels, headers, indexes: generous, and small beside any matrix. A unit stands in two axes of
 * labels, in lon and lat, and in each grouping. An estimate from above, of what a file of this kind
 * takes. */
static double overhead_bytes(const sw_run *run, const sw_results_schema *schema) {
  const sw_units *units = &run->panel->units;
  double a_unit = 2 * 48 + 16 + 48.0 * units->n_groupings;
  double text = 2.0 * ((double)units->code_at[units->n] + (double)strlen(run->study->text));
  return sw_root_bytes(run) + 65536 + text + a_unit * (double)units->n + 8192.0 * schema->n_groups +
         4096.0 * schema->n_variables;
}

/* As laid out, without compression. Doubles, to be compared with what is free. */
static double schema_bytes(const sw_run *run, const sw_results_schema *schema) {
  double bytes = overhead_bytes(run, schema);
  for (int v = 0; v < schema->n_variables; v++)
    bytes += variable_bytes(&schema->variable[v]);
  return bytes;
}

/* For `check`, which tells what a run would take: no file is looked at. Not collective. *bytes is
 * without compression, and so an upper bound. */
sw_status sw_results_bytes(sw_error *err, const sw_run *run, double *bytes) {
  sw_arena *arena = NULL;
  sw_results_schema schema;
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status = sw_results_schema_make(err, arena, run, &schema);
  if (status == SW_OK) *bytes = schema_bytes(run, &schema);
  sw_arena_destroy(arena);
  return status;
}

/* Bytes that the file takes on disk now; less than its length where it is sparse. 0 where there is
 * no such file. */
static double blocks_of(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? 512.0 * (double)info.st_blocks : 0;
}

/* Bytes that are free for the file and its journal. What they take already counts as free, as a run
 * that goes on writes to the same places. HUGE_VAL where the file system does not say. In an
 * estimate of what is free no other user of the disk is foreseen. */
static sw_status room_for(sw_error *err, const sw_results *results, double *room) {
  struct statvfs fs;
  char *folder = sw_arena_text(results->arena, results->path);
  if (!folder) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  char *slash = strrchr(folder, '/');
  if (slash) slash[slash == folder ? 1 : 0] = '\0';
  *room = HUGE_VAL;
  if (statvfs(slash ? folder : ".", &fs) == 0)
    *room = (double)fs.f_bavail * (double)fs.f_frsize + blocks_of(results->partial) +
            blocks_of(results->journal_path);
  return SW_OK;
}

/* Early allocation takes no blocks on a sparse file system: without this look the disk, a quota or
 * the limit on file sizes would be met in the middle of the run, after hours. Rank 0. */
static sw_status check_space(sw_error *err, const sw_results *results) {
  struct rlimit limit;
  double bytes = schema_bytes(results->run, &results->schema), room = 0;
  SW_TRY(room_for(err, results, &room));
  /* The limit is for each file, and no file is larger than the plain one. */
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
      bytes > (double)limit.rlim_cur)
    return sw_fail(err, SW_EIO,
                   "%s: the results take %.2f MB and a file may have %.2f MB (ulimit -f)",
                   results->path, bytes / 1e6, (double)limit.rlim_cur / 1e6);
  if (results->run->study->deflate) bytes *= 2; /* the plain file stays until the copy is there */
  if (results->journal) bytes += (double)sw_journal_bytes(results->journal);
  if (bytes <= room) return SW_OK;
  return sw_fail(err, SW_EIO,
                 "%s: the results and their journal take %.2f MB and %.2f MB are free there; make "
                 "room, keep fewer pairs or choose another -o",
                 results->path, bytes / 1e6, room / 1e6);
}

/* ---- creation --------------------------------------------------------------------------- */

/* Every rank makes the same schema, from a run that is the same on all of them. All handles are
 * invalid until they are opened: sw_results_close_all relies on it. */
static sw_status make_schema(sw_error *err, sw_results *results) {
  SW_TRY(sw_results_schema_make(err, results->arena, results->run, &results->schema));
  int n = results->schema.n_variables;
  SW_NEW(err, results->arena, results->dataset, n > 0 ? n : 1);
  SW_NEW(err, results->arena, results->space, n > 0 ? n : 1);
  for (int v = 0; v < n; v++)
    results->dataset[v] = results->space[v] = H5I_INVALID_HID;
  sw_results_set_sink(results);
  return SW_OK;
}

/* Rank 0 alone; the others find the file when they open it. */
static sw_status lay_out(sw_error *err, sw_results *results) {
  if (results->team->rank != 0) return SW_OK;
  SW_TRY(check_space(err, results));
  unlink(results->packed); /* of a run that was killed there */
  return sw_results_lay_out_or_resume(err, results);
}

/* Three steps, each agreed on before the next: no rank may open a file that rank 0 has not finished
 * laying out, nor begin to compute when another could not open it. Called when every size is known,
 * after sw_run_first. */
sw_status sw_results_create(sw_error *err, sw_results *results) {
  sw_team *team = results->team;
  SW_TRY(sw_team_agree(team, err, make_schema(err, results), 0));
  SW_TRY(sw_root_missing(err, results->arena, results->run, &results->missing));
  SW_TRY(sw_team_agree(team, err, lay_out(err, results), 0));
  return sw_team_agree(team, err, sw_results_open_all(err, results), 0);
}

sw_sink *sw_results_sink(sw_results *results) {
  return &results->sink;
}

/* ---- the end ---------------------------------------------------------------------------- */

/* Whether a later run can continue, the same answer on every rank. Not when the input was at fault,
 * since it must change, nor when no task is done. What an earlier run left stays even then. Nothing
 * stays where a measure was caught at a slip: a run that takes over its tasks would not call it
 * again, and so not catch it. Collective once the run has begun. `known` is the largest of all
 * ranks. */
static bool is_worth_keeping(sw_results *results, sw_status status) {
  /* Any rank may have done a task when others had none yet. */
  double known = results->journal ? (double)sw_journal_known(results->journal) : 0;
  sw_error ignored = {0};
  if (results->run) results->team->max_f64(results->team, &ignored, &known, 1);
  bool resumed = results->run && results->run->resumes;
  if (results->run && results->run->slipped) return false;
  return resumed || (status != SW_EINPUT && known > 0);
}

/* The order matters: the file is closed before it is removed or kept; files go before the lock that
 * guards them, the folder after the lock, which lies in it.
 *
 * SW_EIO for close_all: what HDF5 still caches of the file is not needed. If the file is kept, the
 * next run puts its structure right (resume.c); if it is complete it is closed already. May be
 * called at any stage, after any failure, with NULL too. *kept: something is left for a later
 * run. */
void sw_results_destroy(sw_results *results, sw_status status, bool *kept) {
  if (!results) return;
  sw_error ignored = {0};
  if (results->arena) sw_results_close_all(&ignored, SW_EIO, results);
  bool keep = !results->complete && is_worth_keeping(results, status);
  if (kept) *kept = keep;
  /* Without an open journal the files may be another study's unfinished run: do not remove them. */
  if (results->journal && results->team->rank == 0) {
    unlink(results->packed);
    if (!keep && !results->complete) unlink(results->partial);
    if (!keep) unlink(results->journal_path);
  }
  /* After a crash of the machine the marks may be there without the numbers: their checksums
   * tell. */
  if (results->journal && keep) sw_journal_sync(&ignored, results->journal);
  /* The run outlives its journal. */
  if (results->run) results->run->journal = NULL;
  sw_journal_destroy(results->journal);
  sw_lock_release(results->lock);
  if (results->folder && !keep && !results->complete)
    sw_folder_unmake(results->folder, results->folder_made);
  sw_results_checksum_free(results);
  sw_arena_destroy(results->arena);
  free(results);
}
