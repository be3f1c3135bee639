/* `verify`: a results file compared with the same study computed again, bit for bit. One process;
 * the file is opened to read only.
 *
 *   sw_results_study        the study out of the file, for the verb to bind and run
 *   sw_results_reopen       the file through the schema of that run
 *   sw_results_check_values what the run has computed but pairs: all of it
 *   sw_results_comparing    a sink: pairs that the run computes of a sample of tasks
 *   sw_results_check_sums   checks all that is stored against the checksums stored with it
 *                           (verify_sums.c)
 *
 * Invariant: the schema is made of the run, and every dataset is held against it before it is read
 * (fit.c), so one that is missing or of another size is a line and never overruns. A difference is
 * not an error: it is counted and reported in the verdict. */
#include "store/results/verify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "store/results/private.h"
#include "store/root/root.h"

/* ---- in words --------------------------------------------------------------------------- */

/* Lines beyond the room are counted and not kept: a damaged file may have thousands. */
void sw_verdict_say(sw_verdict *verdict, const char *format, ...) {
  if (verdict->n_lines < SW_VERDICT_LINES) {
    va_list list;
    va_start(list, format);
    vsnprintf(verdict->line[verdict->n_lines], SW_VERDICT_ROOM, format, list);
    va_end(list);
  }
  verdict->n_lines++;
}

/* For messages: the unit's code. */
const char *sw_verdict_unit(const sw_results *results, int64_t unit) {
  return sw_unit_code(&results->run->panel->units, unit);
}

/* A whole series has one matrix of all periods. */
const char *sw_verdict_period(const sw_job *job, int t) {
  return job->whole_series ? "all periods" : sw_job_period(job, t);
}

/* ---- opening ---------------------------------------------------------------------------- */

/* Both texts from the arena; the file is closed again. The study is taken from the file itself, so
 * that `verify` needs nothing else to know what was asked. */
sw_status sw_results_study(sw_error *err, sw_arena *arena, const char *path, const char **study,
                           const char **inputs) {
  hid_t file = H5I_INVALID_HID;
  SW_TRY(sw_contents_open(err, arena, path, &file));
  sw_status status = sw_h5_read_text(err, arena, file, SW_ATTR_STUDY, study);
  if (status == SW_OK) status = sw_h5_read_text(err, arena, file, SW_ATTR_INPUTS, inputs);
  H5Fclose(file);
  SW_TRY(status);
  if (*study && *inputs) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: does not contain its study; was it made by this program?",
                 path);
}

/* Numbers computed from other inputs cannot be compared with the file. Inputs that the file names
 * and that are gone have been met before, when they were read. */
static sw_status same_inputs(sw_error *err, sw_arena *arena, const char *path, const char *then,
                             const char *now) {
  const char *odd = NULL;
  SW_TRY(sw_results_text_odd_input(err, arena, now, then, &odd));
  if (!odd) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: its input %s has changed since, so the results cannot be recomputed", path,
                 odd);
}

/* On failure the caller destroys what there is. The same structures as for writing, with the file
 * opened to read. */
static sw_status open_for_reading(sw_error *err, sw_results *results, const char *path,
                                  const char *inputs) {
  sw_run *run = results->run;
  SW_TRY(sw_arena_create(err, &results->arena));
  results->path = results->partial = sw_arena_text(results->arena, path);
  SW_TRY(sw_results_text_inputs(err, run->team, run->study, results->arena, &results->inputs));
  SW_TRY(same_inputs(err, results->arena, path, inputs, results->inputs));
  SW_TRY(sw_results_schema_make(err, results->arena, run, &results->schema));
  SW_TRY(sw_root_missing(err, results->arena, run, &results->missing));
  int n = results->schema.n_variables;
  SW_NEW(err, results->arena, results->dataset, n + 1);
  SW_NEW(err, results->arena, results->space, n + 1);
  for (int v = 0; v < n; v++)
    results->dataset[v] = results->space[v] = H5I_INVALID_HID;
  SW_TRY(sw_contents_open(err, results->arena, path, &results->file));
  return sw_results_open_datasets(err, results);
}

/* `complete` keeps sw_results_destroy from touching the file, which has its name; no journal and no
 * lock are held. *out is set before anything can fail. */
sw_status sw_results_reopen(sw_error *err, sw_run *run, const char *path, const char *inputs,
                            sw_results **out) {
  sw_results *results = calloc(1, sizeof *results);
  if (!results) return sw_fail(err, SW_ENOMEM, "out of memory for the results file");
  *out = results;
  results->team = run->team;
  results->run = run;
  results->file = H5I_INVALID_HID;
  results->complete = true; /* it has its name, and keeps it */
  sw_results_set_sink(results);
  return open_for_reading(err, results, path, inputs);
}

/* ---- values by unit --------------------------------------------------------------------- */

/* The bits, so that -0 and 0 differ; any NaN is as good as another, since its payload is no
 * result. */
static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* One variable, while it is compared. sampled: see sw_results_check_sampled. */
typedef struct comparing {
  sw_results *results;
  sw_verdict *verdict;
  const sw_group *group;
  const sw_variable *variable;
  bool sampled; /* results by unit of which most were not computed, and are missing */
} comparing;

/* The numbers of the variable at hand. Whole numbers are read as doubles, which hold an int32
 * exactly. */
static sw_status read_whole(sw_error *err, const comparing *c, double **values, size_t *count) {
  return sw_results_read_fitting(err, c->results, c->group, c->variable, H5T_NATIVE_DOUBLE,
                                 (void **)values, count);
}

/* What a computed value is once it was written and read as a double: of whole numbers NaN is -1.
 * The cast is that of pack and put_whole (finish.c). */
static double as_stored(const sw_variable *variable, double value) {
  if (variable->cell != SW_CELL_I32) return value;
  return isnan(value) ? -1 : (double)(int32_t)value;
}

/* `unit` < 0: the value is of no unit. 17 digits tell any two doubles apart. */
static void differ(const comparing *c, int t, int64_t unit, double stored, double computed) {
  const sw_job *job = &c->results->run->job[c->group->job];
  bool timed = c->variable->timed;
  sw_verdict_say(c->verdict, "%s/%s%s%s%s%s: stored %.17g, computed %.17g", c->group->path,
                 c->variable->name, timed ? ", " : "", timed ? sw_job_period(job, t) : "",
                 unit >= 0 ? ", " : "", unit >= 0 ? sw_verdict_unit(c->results, unit) : "", stored,
                 computed);
}

/* Whether the run has computed a period, or only taken it from the file. Without sampling all
 * periods are computed. */
static bool is_computed(const comparing *c, int t) {
  const sw_sampling *sampling = c->results->run->sampling;
  const bool *computed = sampling ? sampling->computed[c->group->job] : NULL;
  return !computed || computed[t];
}

/* By period, unit and component, or the last two the other way round, as the file has them (see
 * pack in finish.c). `stored` has all units: `verify` is one process. */
static void compare_unit(const comparing *c, const double *stored) {
  const sw_job *job = &c->results->run->job[c->group->job];
  const sw_result *result = &job->result[c->variable->index];
  int n_periods = sw_result_periods(job, result);
  for (int t = 0; t < n_periods; t++)
    for (int64_t i = 0; i < job->n && is_computed(c, t); i++)
      for (int k = 0; k < result->width; k++) {
        int64_t at = c->variable->turned ? k * job->n + i : i * result->width + k;
        double there = stored[t * job->n * result->width + at];
        double value = result->row[k * n_periods + t][i];
        double computed = as_stored(c->variable, value);
        if (c->sampled && isnan(value)) continue; /* most likely not computed */
        c->verdict->values++;
        if (!same_bits(there, computed)) differ(c, t, i, there, computed);
      }
}

/* The values of all periods stand one after another in row[0], as in the file. Tables and values by
 * period. */
static void compare_whole(const comparing *c, const double *stored, size_t count) {
  const sw_result *result = &c->results->run->job[c->group->job].result[c->variable->index];
  /* Numbers of one period, to tell where a difference is. */
  size_t a_period = c->variable->timed ? count / c->variable->extent[0] : count;
  for (size_t k = 0; k < count; k++) {
    if (c->variable->timed && !is_computed(c, (int)(k / a_period))) continue;
    double computed = as_stored(c->variable, result->row[0][k]);
    c->verdict->values++;
    if (!same_bits(stored[k], computed)) differ(c, (int)(k / a_period), -1, stored[k], computed);
  }
}

/* How many values the dataset says are undefined, and how many are. Counted from what was computed,
 * not from what is stored: a wrong value differs by itself. */
static void compare_undefined(const comparing *c) {
  const sw_job *job = &c->results->run->job[c->group->job];
  const sw_result *result = &job->result[c->variable->index];
  int64_t rows = (int64_t)result->width * sw_result_periods(job, result), count = 0;
  bool unit = c->variable->source == SW_FROM_UNIT;
  for (int64_t r = 0; r < (unit ? rows : 1); r++)
    for (int64_t k = 0; k < (unit ? job->n : rows); k++)
      count += isnan(result->row[r][k]) != 0;
  hid_t dataset = sw_results_open_dataset(c->results, c->group, c->variable);
  int64_t said = dataset < 0 ? count : sw_h5_get_integer(dataset, SW_ATTR_UNDEFINED);
  if (dataset >= 0) H5Dclose(dataset);
  if (said != count)
    sw_verdict_say(c->verdict, "%s/%s: " SW_ATTR_UNDEFINED ": %lld, but %lld values are",
                   c->group->path, c->variable->name, (long long)said, (long long)count);
}

/* One variable is in memory at a time. */
static sw_status check_variable(sw_error *err, const comparing *c) {
  double *stored = NULL;
  size_t count = 0;
  sw_status status = read_whole(err, c, &stored, &count);
  if (status == SW_OK && c->variable->counted && !c->sampled) compare_undefined(c);
  if (status == SW_OK && c->variable->source == SW_FROM_UNIT)
    compare_unit(c, stored);
  else if (status == SW_OK)
    compare_whole(c, stored, count);
  sw_free(stored);
  return status;
}

/* Where the rows of entries begin: the run has counted them again. Doubles hold positions exactly,
 * to 2^53. Only entries have such rows; a wrong position makes its row unreadable. */
static sw_status check_rows(sw_error *err, const comparing *c) {
  const sw_run *run = c->results->run;
  const sw_job *job = &run->job[c->group->job];
  const int64_t *row_start = run->pair[c->group->job].row_start;
  double *stored = NULL;
  size_t count = 0, edges = (size_t)job->n + 1;
  sw_status status = read_whole(err, c, &stored, &count);
  for (size_t k = 0; status == SW_OK && k < count; k++, c->verdict->values++) {
    int t = (int)(k / edges);
    int64_t unit = (int64_t)(k % edges);
    double computed = (double)row_start[t * job->n + unit];
    if (stored[k] != computed) differ(c, t, unit < job->n ? unit : -1, stored[k], computed);
  }
  sw_free(stored);
  return status;
}

/* Of one unit, and made of its row of pairs: of a sample of the rows alone, if at all. Their values
 * rest on all pairs and not on the passes over units. */
static bool is_of_rows(const comparing *c) {
  const sw_output *output = c->results->run->job[c->group->job].measure->output;
  return output[c->variable->index].of_pairs || output[c->variable->index].by_row;
}

/* Results that rest on all pairs are skipped: the run computes no more than a sample of these.
 * O(values of the file). */
sw_status sw_results_check_values(sw_error *err, sw_results *results, sw_verdict *verdict) {
  for (int g = 0; g < results->schema.n_groups; g++) {
    const sw_group *group = &results->schema.group[g];
    /* Rests on all pairs. */
    if (results->run->after_pairs[group->job] && !results->run->from_stored[group->job]) continue;
    /* What was computed of some periods says nothing of all. */
    const sw_sampling *sampling = results->run->sampling;
    if (!sampling || !sampling->computed[group->job])
      SW_TRY(sw_results_check_said(err, results, group, verdict));
    for (int v = group->first; v < group->first + group->count; v++) {
      comparing c = {results, verdict, group, &results->schema.variable[v], .sampled = false};
      sw_source source = c.variable->source;
      bool result = source == SW_FROM_UNIT || source == SW_FROM_GLOBAL || source == SW_FROM_TABLE;
      if (result && !is_of_rows(&c)) SW_TRY(check_variable(err, &c));
      if (source == SW_FROM_ROW_START) SW_TRY(check_rows(err, &c));
    }
  }
  return SW_OK;
}

/* After the sample of pairs: rows that were computed are held against the file; NaN rows were
 * not. */
sw_status sw_results_check_sampled(sw_error *err, sw_results *results, sw_verdict *verdict) {
  for (int g = 0; g < results->schema.n_groups; g++) {
    const sw_group *group = &results->schema.group[g];
    for (int v = group->first; v < group->first + group->count; v++) {
      comparing c = {results, verdict, group, &results->schema.variable[v], .sampled = true};
      if (c.variable->source == SW_FROM_UNIT && is_of_rows(&c)) SW_TRY(check_variable(err, &c));
    }
  }
  return SW_OK;
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* A sink that writes nothing: its `write` compares with what the file has. */
typedef struct comparing_sink {
  sw_sink sink;
  sw_results *results;
  sw_verdict *verdict;
} comparing_sink;

/* Number k of a piece, as its type is: partners are int32, values float or double (`wide`). For
 * comparing and telling alike: a float is shown as the double that it is. */
static double number_at(const void *data, int64_t k, int quantity, bool wide) {
  if (quantity == SW_PARTNERS) return ((const int32_t *)data)[k];
  return wide ? ((const double *)data)[k] : (double)((const float *)data)[k];
}

/* Where number k of a piece stands, in words: pieces are row-major without gaps. Ranks of partners
 * count from 1 in words. */
static void place(const sw_results *results, const sw_piece *piece, int64_t k, char *out,
                  size_t room) {
  int64_t columns = piece->kind == SW_PIECE_RECT ? piece->j1 - piece->j0 : piece->k;
  if (piece->kind == SW_PIECE_ENTRIES)
    snprintf(out, room, "entry %lld", (long long)(piece->at + k));
  else if (piece->kind == SW_PIECE_TOP)
    snprintf(out, room, "%s, rank %lld", sw_verdict_unit(results, piece->i0 + k / columns),
             (long long)(k % columns + 1));
  else
    snprintf(out, room, "%s to %s", sw_verdict_unit(results, piece->i0 + k / columns),
             sw_verdict_unit(results, piece->j0 + k % columns));
}

/* One line for a piece, with its first difference: a damaged tile may differ in thousands.
 * O(numbers of the piece). */
static void compare_piece(comparing_sink *c, const sw_piece *piece, int quantity,
                          const void *computed, const void *stored) {
  const sw_job *job = &c->results->run->job[piece->job];
  bool wide = sw_study_is_wide(c->results->run->study, piece->job);
  int64_t count = sw_piece_count(piece), apart = 0, first = -1;
  for (int64_t k = 0; k < count; k++) {
    if (same_bits(number_at(computed, k, quantity, wide), number_at(stored, k, quantity, wide)))
      continue;
    if (first < 0) first = k;
    apart++;
  }
  c->verdict->values += count;
  if (first < 0) return;
  char where[128];
  place(c->results, piece, first, where, sizeof where);
  c->verdict->tiles_differ++;
  sw_verdict_say(
      c->verdict, "/%s, %s: %lld of %lld %s of a tile differ, first %s: stored %.9g, computed %.9g",
      job->name, sw_verdict_period(job, piece->t), (long long)apart, (long long)count,
      quantity == SW_PARTNERS ? "partners" : "values", where,
      number_at(stored, first, quantity, wide), number_at(computed, first, quantity, wide));
}

/* The sink's write: reads the same piece from the file and compares it with `data`. Eight bytes for
 * each number cover every type. Called by the thread that writes in a run; a difference is no
 * failure, so SW_OK comes back unless reading failed. */
static sw_status compare_stored(sw_sink *sink, sw_error *err, const sw_piece *piece, int quantity,
                                const void *data) {
  comparing_sink *c = sink->self;
  void *stored = NULL;
  SW_TRY(sw_alloc(err, (size_t)sw_piece_count(piece) + 1, sizeof(double), &stored));
  sw_status status = c->results->sink.read(&c->results->sink, err, piece, quantity, stored);
  if (status == SW_OK) compare_piece(c, piece, quantity, data, stored);
  sw_free(stored);
  return status;
}

/* NULL: no memory. The sink lives with the results' arena. The run writes to it instead of to a
 * file. */
sw_sink *sw_results_comparing(sw_results *results, sw_verdict *verdict) {
  comparing_sink *c = NULL;
  sw_error ignored = {0};
  if (sw_arena_alloc(&ignored, results->arena, 1, sizeof *c, (void **)&c) != SW_OK) return NULL;
  *c = (comparing_sink){
      .sink = {.self = c, .write = compare_stored}, .results = results, .verdict = verdict};
  return &c->sink;
}
