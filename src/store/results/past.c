/* Reading an earlier results file (`--reuse`) for the periods that have not changed since. The
 * engine asks through the port plan/ports/past.h and copies what it may (plan/pairs/past.c).
 *
 * The file is seen through the schema of the run that reads it: a result that is missing there, or
 * is of another form, has no past. Nothing is used that does not match its checksum: values of the
 * group at once (find), strengths by block (strengths), pairs tile by tile by the engine. Results
 * without pairs are past_values.c's.
 *
 * Every rank has the file open for itself, to read only, with the serial driver; nothing here is
 * collective but where it says so. */
#include "store/results/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "plan/run/describe.h"
#include "spillway/version.h"
#include "store/h5/version.h"
#include "store/layout/tried.h"
#include "store/results/past_private.h"

/* ---- parts of datasets ------------------------------------------------------------------- */

/* NULL: the group has none of that kind. Without a look at the file: the schema is that of this
 * run. */
static const sw_variable *variable_of(const sw_past_file *p, int job, sw_source source) {
  int v = sw_results_schema_find(&p->results.schema, job, source, 0);
  return v < 0 ? NULL : &p->results.schema.variable[v];
}

/* Reads the numbers of one matrix: row `matrix` of a dataset by time, else all of it; `count` of
 * them into `into`, as the variable's memory type. SW_EIO: the file has not that many there. `into`
 * has room for `count` numbers. The dataset was made sure to be of this form (fit.c), but may be
 * shorter along time. */
static sw_status read_matrix(sw_error *err, const sw_past_file *p, int job, sw_source source,
                             int matrix, hsize_t count, void *into) {
  const sw_variable *variable = variable_of(p, job, source);
  const sw_group *group = &p->results.schema.group[job];
  hsize_t start[2] = {(hsize_t)matrix, 0}, many[2] = {1, count};
  /* Of a whole series the dataset has no axis of time, and `matrix` is 0. */
  int first = variable->timed ? 0 : 1;
  hid_t dataset = H5I_INVALID_HID;
  SW_TRY(sw_results_open_fitting(err, &p->results, group, variable, &dataset));
  hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &count, NULL);
  bool there =
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start + first, NULL, many + first, NULL) >= 0 &&
      H5Sselect_valid(space) > 0;
  herr_t code =
      there ? H5Dread(dataset, sw_h5_memory_type(variable->cell), memory, space, H5P_DEFAULT, into)
            : -1;
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(dataset);
  if (code >= 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: %s/%s cannot be read; run without --reuse", p->past.path,
                 group->path, variable->name);
}

/* NULL: it is not there, is of another form, is too long to be true, or there is no memory. In all
 * these cases there is no past. The caller frees the result. */
void *sw_past_read_all(const sw_past_file *p, int job, sw_source source, int64_t *count) {
  const sw_variable *variable = variable_of(p, job, source);
  sw_error ignored = {0};
  void *values = NULL;
  hid_t dataset = H5I_INVALID_HID;
  if (sw_results_open_fitting(&ignored, &p->results, &p->results.schema.group[job], variable,
                              &dataset) != SW_OK)
    return NULL;
  hsize_t length = sw_h5_length(dataset);
  *count = (int64_t)length;
  if (!sw_h5_is_longer_than_file(dataset, length) &&
      sw_alloc(&ignored, length + 1, sw_h5_cell_bytes(variable->cell), &values) == SW_OK &&
      H5Dread(dataset, sw_h5_memory_type(variable->cell), H5S_ALL, H5S_ALL, H5P_DEFAULT, values) <
          0) {
    sw_free(values);
    values = NULL;
  }
  H5Dclose(dataset);
  return values;
}

/* ---- which ------------------------------------------------------------------------------ */

/* Hashes all values of the group that are neither by unit nor by pair; a difference, or a text that
 * cannot be read, is told once, and everything is then computed. */
bool sw_past_is_sound(const sw_past_file *p, int job) {
  sw_error ignored = {0};
  uint64_t sum = 0;
  int64_t count = 0;
  const sw_group *group = &p->results.schema.group[job];
  uint64_t *stored = sw_past_read_all(p, job, SW_FROM_VALUES, &count);
  bool sound = stored && count == 1 &&
               sw_results_checksum_values(&ignored, &p->results, group, &sum) == SW_OK &&
               sum == *stored;
  sw_free(stored);
  if (!sound)
    sw_log(SW_LOG_WARN, "%s: %s: values do not match their checksum, so nothing is taken",
           p->past.path, group->path);
  else if (!(sound = sw_past_is_readable(p, job)))
    sw_log(SW_LOG_WARN, "%s: %s: what it says cannot be read, so nothing is taken", p->past.path,
           group->path);
  return sound;
}

/* The same place first, as most studies grow at their end. -1: no earlier period rests on the same.
 * Linear in the periods else. */
int64_t sw_past_place(uint64_t hash, int t, const uint64_t *then, int64_t count) {
  if (t < count && then[t] == hash) return t;
  for (int64_t k = 0; k < count; k++)
    if (then[k] == hash) return k;
  return -1;
}

/* matrix[t]: the earlier matrix of period t, or -1; its figures. A period is found by what it rests
 * on, not by its place, so a study with more or fewer periods finds those that stayed. Rank 0.
 * figures[t] is set where matrix[t] is. Datasets of earlier files may have other numbers of
 * periods, so all lengths are those of the file. */
static void match(const sw_past_file *p, int job, const uint64_t *hash, int n, int *matrix,
                  sw_past_figures *figures) {
  int64_t count = 0, n_pairs = 0, n_max = 0;
  uint64_t *then = sw_past_read_all(p, job, SW_FROM_OPERANDS, &count);
  int64_t *pairs = sw_past_read_all(p, job, SW_FROM_PAIRS, &n_pairs);
  double *max = sw_past_read_all(p, job, SW_FROM_MAX, &n_max);
  bool any = false;
  /* Datasets of different lengths are not of one result: nothing is found then. */
  for (int t = 0; then && pairs && max && n_pairs == count && n_max == count && t < n; t++) {
    int64_t k = sw_past_place(hash[t], t, then, count);
    matrix[t] = (int)k;
    if (k < 0) continue;
    figures[t] = (sw_past_figures){pairs[k], max[k]};
    any = true;
  }
  /* Read all values only when something would be taken. */
  if (any && !sw_past_is_sound(p, job))
    for (int t = 0; t < n; t++)
      matrix[t] = -1;
  sw_free(then);
  sw_free(pairs);
  sw_free(max);
}

/* The port's `find`. Collective: a job that any rank cannot read has no past on all, and all learn
 * which matrices rank 0 has found. Called by all ranks for the same job, in the same order. */
static sw_status find(sw_past *self, sw_error *err, int job, const uint64_t *hash, int n,
                      int *matrix, sw_past_figures *figures) {
  const sw_past_file *p = self->self;
  sw_team *team = p->results.team;
  /* Ranks open the file each for itself: one may have failed where others did not. */
  double lacking = !p->usable[job];
  for (int t = 0; t < n; t++)
    matrix[t] = -1;
  /* The broadcast below is met by all ranks or by none. */
  SW_TRY(team->max_f64(team, err, &lacking, 1));
  if (lacking != 0) return SW_OK;
  if (team->rank == 0) match(p, job, hash, n, matrix, figures);
  return team->broadcast(team, err, matrix, (size_t)n * sizeof *matrix, 0);
}

/* ---- what is taken ------------------------------------------------------------------------ */

/* Blocks of this rank; the last one may be short. */
int64_t sw_past_own_blocks(const sw_run *run) {
  return (run->panel->hi - run->panel->lo + SW_BLOCK - 1) / SW_BLOCK;
}

/* own[] gets the checksums of this rank's blocks; all of a period are read, as they are few. */
sw_status sw_past_blocks(sw_error *err, const sw_past_file *p, int job, int matrix, uint64_t *own) {
  const sw_run *run = p->results.run;
  int64_t blocks = (run->job[job].n + SW_BLOCK - 1) / SW_BLOCK;
  uint64_t *all = NULL;
  SW_TRY(sw_alloc(err, (size_t)blocks + 1, sizeof *all, (void **)&all));
  sw_status status = read_matrix(err, p, job, SW_FROM_BLOCKS, matrix, (hsize_t)blocks, all);
  if (status == SW_OK)
    memcpy(own, all + run->panel->lo / SW_BLOCK, (size_t)sw_past_own_blocks(run) * sizeof *own);
  sw_free(all);
  return status;
}

/* Reads all that the group has by unit, in the schema's order, as the chained checksums are over
 * all of it; keeps the strengths. Values of the measure's own are read for their part of the
 * checksum alone: `into` is NULL for them. `matrix` counts the file's own periods. What has no time
 * belongs to its first period alone. */
static sw_status read_strengths(sw_error *err, sw_past_file *p, int job, int matrix, double *out,
                                double *in) {
  sw_group *group = &p->results.schema.group[job];
  for (int v = group->first; v < group->first + group->count; v++) {
    sw_source source = p->results.schema.variable[v].source;
    void *into = source == SW_FROM_OUT ? out : source == SW_FROM_IN ? in : NULL;
    if (sw_results_is_of_block(&p->results.schema.variable[v], matrix))
      SW_TRY(sw_results_checksum_read(err, &p->results, group, v, matrix, 0, into));
  }
  return SW_OK;
}

/* The port's `strengths`: the checksums of what is read are made in `block_checksum` of the group,
 * lent for this call, and checked against those of the file. A matrix that cannot be read counts as
 * unsound, not as an error: it is computed. out, in: this rank's units. *sound is false for
 * whatever cannot be read. */
static sw_status strengths(sw_past *self, sw_error *err, int job, int matrix, double *out,
                           double *in, bool *sound) {
  sw_past_file *p = self->self;
  sw_group *group = &p->results.schema.group[job];
  size_t blocks = (size_t)sw_past_own_blocks(p->results.run);
  uint64_t *then = NULL;
  SW_TRY(sw_alloc(err, 2 * blocks + 1, sizeof *then, (void **)&then));
  /* One allocation: what the file says, then what is made of the values, chained from zeros. */
  group->block_checksum = then + blocks;
  memset(group->block_checksum, 0, blocks * sizeof *then);
  sw_status status = sw_past_blocks(err, p, job, matrix, then);
  if (status == SW_OK) status = read_strengths(err, p, job, matrix, out, in);
  *sound = status == SW_OK && memcmp(then, group->block_checksum, blocks * sizeof *then) == 0;
  group->block_checksum = NULL;
  sw_free(then);
  /* Out of memory stays an error; treat unreadable bytes as no past. */
  if (status != SW_EIO) return status;
  sw_error_clear(err);
  return SW_OK;
}

/* The port's `tiles`. One number for each stored tile of that matrix. */
static sw_status tiles(sw_past *self, sw_error *err, int job, int matrix, uint64_t *checksum) {
  const sw_past_file *p = self->self;
  hsize_t count = (hsize_t)sw_pairs_tiles(p->results.run, job);
  return read_matrix(err, p, job, SW_FROM_TILES, matrix, count, checksum);
}

/* The port's `rows`. n + 1 positions of that matrix's rows among the entries of the earlier
 * file. */
static sw_status rows(sw_past *self, sw_error *err, int job, int matrix, int64_t *row_start) {
  const sw_past_file *p = self->self;
  hsize_t count = (hsize_t)p->results.run->job[job].n + 1;
  return read_matrix(err, p, job, SW_FROM_ROW_START, matrix, count, row_start);
}

/* ---- opening ---------------------------------------------------------------------------- */

/* Opens the datasets of a job that are read by unit and pair; *usable is false when not all of the
 * job's are there as they should be: then nothing is taken. Datasets of what all ranks write stay
 * open to the end of the run. */
static sw_status open_job(sw_error *err, sw_past_file *p, int job, bool *usable) {
  const sw_group *group = &p->results.schema.group[job];
  *usable = false;
  for (int v = group->first; v < group->first + group->count; v++) {
    const sw_variable *variable = &p->results.schema.variable[v];
    hid_t dataset = H5I_INVALID_HID;
    sw_status status = sw_results_open_fitting(err, &p->results, group, variable, &dataset);
    if (status == SW_EIO) { /* no past, which is no error */
      sw_error_clear(err);
      return SW_OK;
    }
    SW_TRY(status);
    if (sw_results_written_by_all(variable->source)) {
      p->results.dataset[v] = dataset;
      p->results.space[v] = H5Dget_space(dataset);
    } else {
      H5Dclose(dataset);
    }
  }
  *usable = true;
  return SW_OK;
}

/* Fills `results` as far as reading needs it; sw_results_close_all closes what was opened. Each
 * rank opens the file for itself; nothing is collective, so a rank that fails need not wait. */
static sw_status open_file(sw_error *err, sw_past_file *p, const char *path) {
  sw_results *results = &p->results;
  SW_TRY(sw_arena_create(err, &results->arena));
  results->path = results->partial = sw_arena_text(results->arena, path);
  SW_TRY(sw_results_schema_make(err, results->arena, results->run, &results->schema));
  int n = results->schema.n_variables;
  SW_NEW(err, results->arena, results->dataset, n + 1);
  SW_NEW(err, results->arena, results->space, n + 1);
  SW_NEW(err, results->arena, p->usable, results->schema.n_groups + 1);
  for (int v = 0; v < n; v++)
    results->dataset[v] = results->space[v] = H5I_INVALID_HID;
  SW_TRY(sw_contents_open(err, results->arena, path, &results->file));
  for (int j = 0; j < results->schema.n_groups; j++)
    SW_TRY(open_job(err, p, j, &p->usable[j]));
  return SW_OK;
}

/* Whether this program, built as it is, would have made the same bits: version, compiler, libraries
 * and instruction set are the same. A missing attribute means another program. */
static sw_status is_of_this_build(sw_error *err, sw_arena *arena, hid_t file, bool *same) {
  const char *version = NULL, *build = NULL, *here = sw_run_build(arena, sw_h5_version());
  if (!here) return sw_fail(err, SW_ENOMEM, "out of memory for what the program was built with");
  SW_TRY(sw_h5_read_text(err, arena, file, SW_ATTR_VERSION, &version));
  SW_TRY(sw_h5_read_text(err, arena, file, SW_ATTR_BUILD, &build));
  *same = version && build && strcmp(version, SW_VERSION) == 0 && strcmp(build, here) == 0;
  return SW_OK;
}

/* Rank 0, which warns. Told once; the run then goes on as if there were no earlier file. */
static sw_status is_ours(sw_error *err, const sw_past_file *p, bool *ours) {
  SW_TRY(is_of_this_build(err, p->results.arena, p->results.file, ours));
  if (!*ours)
    sw_log(SW_LOG_WARN,
           "%s: was made by another version, or with other libraries or instructions; everything "
           "is computed",
           p->past.path);
  return SW_OK;
}

/* Before the run has cost anything: a file that is none, or damaged, is refused at once. */
sw_status sw_results_past_look(sw_error *err, sw_team *team, const char *path) {
  sw_arena *arena = NULL;
  hid_t file = H5I_INVALID_HID;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    if (team->size == 1) status = sw_tried_read(err, path);
    if (status == SW_OK) status = sw_arena_create(err, &arena);
    if (status == SW_OK) status = sw_contents_open(err, arena, path, &file);
    if (file >= 0) H5Fclose(file);
    sw_arena_destroy(arena);
  }
  return sw_team_agree(team, err, status, 0);
}

/* ---- which parameters ---------------------------------------------------------------------- */

/* The next "name: value" of a map as sw_run_parameters writes it; false behind the last. *from
 * begins the pair, *name is the length of its name, *length that of all of it. Lists, maps and
 * quotes within a value are stepped over. */
static bool next_parameter(const char **at, const char **from, int *name, int *length) {
  int depth = 0;
  bool quoted = false;
  *at += strspn(*at, "{, ");
  *from = *at;
  for (; **at && (quoted || depth > 0 || (**at != ',' && **at != '}')); ++*at) {
    if (**at == '"') quoted = !quoted;
    if (!quoted) depth += (**at == '[' || **at == '{') - (**at == ']' || **at == '}');
  }
  *length = (int)(*at - *from);
  *name = (int)strcspn(*from, ":");
  return *length > 0 && *name < *length;
}

/* Linear in the text. */
static bool find_parameter(const char *text, const char *wanted, int name, const char **from,
                           int *length) {
  int other = 0;
  while (next_parameter(&text, from, &other, length))
    if (other == name && memcmp(*from, wanted, (size_t)name) == 0) return true;
  return false;
}

/* "decay: 2, now 1; form: product, now none"; NULL where none differs, or there is no memory. Only
 * parameters that this run has are compared; values are cut at 60 bytes. */
static const char *tell_parameters(sw_arena *arena, const char *then, const char *now) {
  enum { SHOWN = 60 };
  const char *told = NULL, *from = NULL, *old = NULL;
  int name = 0, length = 0, old_length = 0;
  while (next_parameter(&now, &from, &name, &length)) {
    bool there = find_parameter(then, from, name, &old, &old_length);
    if (there && old_length == length && memcmp(old, from, (size_t)length) == 0) continue;
    const char *value = from + name + 2; /* behind ": " */
    int size = length - name - 2;
    told = sw_arena_printf(arena, "%s%s%.*s, now %.*s", told ? told : "", told ? "; " : "",
                           there ? (old_length < SHOWN ? old_length : SHOWN) : name,
                           there ? old : from, size < SHOWN ? size : SHOWN, value);
    if (!told) return NULL;
  }
  return told;
}

/* The port's `changed`. The text lives in the arena of the past. */
static sw_status changed(sw_past *self, sw_error *err, int job, const char **what) {
  const sw_past_file *p = self->self;
  sw_arena *arena = p->results.arena;
  const char *now = sw_run_parameters(arena, p->results.run, job);
  *what = NULL;
  if (!now) return sw_fail(err, SW_ENOMEM, "out of memory for parameters");
  hid_t at = H5Gopen2(p->results.file, p->results.schema.group[job].path, H5P_DEFAULT);
  const char *then = at < 0 ? NULL : sw_h5_get_text(arena, at, SW_ATTR_PARAMETERS);
  if (at >= 0) H5Gclose(at);
  if (then) *what = tell_parameters(arena, then, now);
  return SW_OK;
}

/* ---- a file -------------------------------------------------------------------------------- */

/* run->past is set before anything can fail, so that the caller closes what there is in any case.
 * Collective. A file of another build is closed again and leaves run->past NULL: that is no
 * error. */
sw_status sw_results_past_open(sw_error *err, sw_run *run, const char *path) {
  sw_team *team = run->team;
  sw_past_file *p = calloc(1, sizeof *p);
  if (p) {
    p->past = (sw_past){p,    path,           &p->results.sink, find,         strengths, tiles,
                        rows, sw_past_values, sw_past_periods,  sw_past_says, changed};
    /* No lock, no journal, no partial: closing it removes nothing. */
    p->results = (sw_results){.team = team, .run = run, .is_past = true, .file = H5I_INVALID_HID};
    sw_results_set_sink(&p->results);
    run->past = &p->past;
  }
  sw_status status =
      p ? open_file(err, p, path) : sw_fail(err, SW_ENOMEM, "out of memory for a file");
  bool ours = true;
  if (status == SW_OK && team->rank == 0) status = is_ours(err, p, &ours);
  SW_TRY(sw_team_agree(team, err, status, 0));
  /* Ranks run on one kind of machine (sw_run_fingerprint), so what rank 0 finds holds for all. */
  double other = !ours;
  SW_TRY(team->max_f64(team, err, &other, 1));
  if (other != 0) sw_results_past_close(run);
  return SW_OK;
}

/* May be called when there is none. Not collective. Nothing of the file is written, so nothing can
 * fail that matters. */
void sw_results_past_close(sw_run *run) {
  if (!run || !run->past) return;
  sw_past_file *p = run->past->self;
  sw_error ignored = {0};
  sw_results_close_all(&ignored, SW_EIO, &p->results); /* nothing was written: no sync */
  sw_arena_destroy(p->results.arena);
  free(p);
  run->past = NULL;
}

/* ---- what has changed --------------------------------------------------------------------- */

/* *what has changed, in words, or NULL. Inputs are compared both ways: one may be new, one may be
 * gone. NULL stands for nothing, so whatever cannot be found out is an error. The order is that in
 * which a user would look: program, study, inputs. */
static sw_status differs(sw_error *err, sw_arena *arena, hid_t file, const sw_study *study,
                         const char *now, const char **what) {
  const char *text = NULL, *then = NULL, *odd = NULL;
  bool same = false;
  SW_TRY(sw_h5_read_text(err, arena, file, SW_ATTR_STUDY, &text));
  SW_TRY(sw_h5_read_text(err, arena, file, SW_ATTR_INPUTS, &then));
  SW_TRY(is_of_this_build(err, arena, file, &same));
  *what = !same                                     ? "the program, or what it was built with"
          : !text || strcmp(text, study->text) != 0 ? "the study"
          : !then                                   ? "the inputs"
                                                    : NULL;
  if (*what) return SW_OK;
  /* Inputs of now that were not there or were otherwise; then those that are gone. */
  SW_TRY(sw_results_text_odd_input(err, arena, now, then, &odd));
  if (!odd) SW_TRY(sw_results_text_odd_input(err, arena, then, now, &odd));
  if (!odd) return SW_OK;
  *what = sw_arena_printf(arena, "input %s", odd);
  return *what ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for what has changed");
}

/* For `check --since`. Every rank opens the file, as the hashing of the inputs is spread over ranks
 * and all of them say the same. Collective. *what is the same on every rank. */
sw_status sw_results_changed(sw_error *err, sw_team *team, sw_arena *arena, const sw_study *study,
                             const char *path, const char **what) {
  const char *now = NULL;
  hid_t file = H5I_INVALID_HID;
  *what = NULL;
  SW_TRY(sw_team_agree(team, err, sw_contents_open(err, arena, path, &file), 0));
  sw_status status = sw_results_text_inputs(err, team, study, arena, &now);
  if (status == SW_OK) status = differs(err, arena, file, study, now, what);
  H5Fclose(file);
  return sw_team_agree(team, err, status, 0);
}
