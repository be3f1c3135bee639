/* Links out of the kept pairs of a result in an earlier results file, or of this study, which the
 * run then gives: F(sender, receiver) in one period. Rank 0 alone reads the file and makes the
 * rows. A dense matrix is read by strips, and of a row only what is kept of it stays, so `top`
 * bounds the memory.
 *
 * Units are matched by code. As in a file of links, a unit that is not of the panel is refused
 * unless the study itself takes units away, and a unit of the panel that the file does not have is
 * refused unless `unmatched: drop` says otherwise.
 *
 * Collective from the outside (sw_links_from_result); all else runs on rank 0 alone. Memory: of a
 * dense matrix two strips of 256 rows at most, of kept pairs one period's entries, and the rows
 * that come of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/weights/combine.h"
#include "kernel/weights/rows.h"
#include "store/layout/tried.h"
#include "store/links/links.h"
#include "store/page/page.h"

/* A strip of 256 rows of 100,000 units is 205 MB of doubles. */
enum { STRIP = 256 }; /* rows and columns of a dense matrix read at a time */

/* What rank 0 works on. */
typedef struct job {
  const sw_study *study;
  const sw_weights_spec *spec;
  const sw_units *units;
  const char *key; /* that stands for the pairs in messages: "last.h5: gravity" */
  sw_page *page;
  sw_page_pairs pairs;
  int quantity, period; /* among pairs.quantity; of the result */
  sw_links_list list;   /* for its codes */
  int32_t *unit;        /* the panel's of each unit of the file, -1: none */
  int64_t *at;          /* the file's of each unit of the panel, -1: none */
  int64_t left_out, lacking;
} job;

/* ---- which pairs ------------------------------------------------------------------------- */

/* `result` is the whole name; within a composite that is a path. A summary has no pairs left to
 * make links of, and its message says how to keep some. */
static sw_status choose_result(sw_error *err, sw_arena *arena, job *j) {
  const sw_weights_spec *spec = j->spec;
  const char **known;
  char hint[SW_HINT_ROOM];
  int result = -1;
  SW_NEW(err, arena, known, j->page->n_results + 1);
  for (int r = 0; r < j->page->n_results; r++) {
    known[r] = j->page->result[r].name;
    if (strcmp(known[r], spec->result) == 0) result = r;
  }
  if (result < 0)
    return sw_node_fail(
        err, sw_node_get(spec->node, "of"), "%s has no result '%s'%s", spec->file, spec->result,
        sw_did_you_mean(spec->result, sw_nearest(spec->result, known, j->page->n_results), hint));
  bool pairs = sw_page_pairs_of(j->page, result, 1, &j->pairs);
  if (pairs && j->pairs.keep != SW_PAGE_SUMMARY) return SW_OK;
  const sw_node *of = sw_node_get(spec->node, "of");
  if (pairs && j->pairs.out_strength >= 0)
    return sw_node_fail(err, of,
                        "%s of %s keeps no pairs, only their summary; compute it with keep: dense, "
                        "{top: k}, {above: x}, {share: s} or links",
                        spec->result, spec->file);
  return sw_node_fail(err, of, "%s of %s has no pairs; expected a pair measure such as gravity",
                      spec->result, spec->file);
}

/* Without the key it is the first quantity of the result, as for measures that take pairs. */
static sw_status choose_quantity(sw_error *err, job *j) {
  const sw_weights_spec *spec = j->spec;
  const char *known[SW_PAGE_QUANTITIES];
  char hint[SW_HINT_ROOM];
  if (!spec->quantity) return SW_OK;
  for (int q = 0; q < j->pairs.n_quantities; q++) {
    known[q] = j->page->variable[j->pairs.quantity[q]].name;
    if (strcmp(known[q], spec->quantity) != 0) continue;
    j->quantity = q;
    return SW_OK;
  }
  const char *near = sw_nearest(spec->quantity, known, j->pairs.n_quantities);
  return sw_node_fail(err, sw_node_get(spec->node, "quantity"), "%s of %s has no pairs '%s'%s",
                      spec->result, spec->file, spec->quantity,
                      near ? sw_did_you_mean(spec->quantity, near, hint) : "");
}

/* The last period unless the study names one. A whole series has one matrix for all. j->period
 * counts periods of the result's own axis. */
static sw_status choose_period(sw_error *err, job *j) {
  const sw_weights_spec *spec = j->spec;
  const sw_node *node = sw_node_get(spec->node, "period");
  const sw_page_axis *time = j->pairs.time >= 0 ? &j->page->axis[j->pairs.time] : NULL;
  j->period = j->pairs.n_periods - 1;
  if (j->period < 0)
    return sw_fail(err, SW_EINPUT, "%s of %s has no period", spec->result, spec->file);
  if (!spec->period) return SW_OK;
  if (!time)
    return sw_node_fail(err, node, "%s of %s is of all periods together; leave `period` out",
                        spec->result, spec->file);
  for (int t = 0; t < time->n; t++)
    if (strcmp(time->label[t], spec->period) == 0) {
      j->period = t;
      return SW_OK;
    }
  return sw_node_fail(err, node, "%s of %s has no period '%s'; it has %s%s%s", spec->result,
                      spec->file, spec->period, time->label[0], time->n > 1 ? " to " : "",
                      time->n > 1 ? time->label[time->n - 1] : "");
}

/* ---- which unit is whose ----------------------------------------------------------------- */

/* O(1) by code. A file of ours has no code twice; one that has is damaged, as the order of units is
 * the key to its matrices. */
static sw_status match_unit(sw_error *err, job *j, int64_t a) {
  const char *code = j->page->code[a];
  char words[SW_CODE_WORDS];
  int64_t i = sw_map_find(j->list.unit_of, code, strlen(code));
  int64_t twin = i < 0 ? sw_code_forms_find(j->list.forms, code, strlen(code)) : -1;
  j->unit[a] = (int32_t)i;
  if (twin >= 0)
    return sw_fail(err, SW_EINPUT, "%s: unit '%s' and '%s' of the panel %s; " SW_CODE_CURE,
                   j->spec->file, code, sw_unit_code(j->units, twin),
                   sw_code_differs(code, sw_unit_code(j->units, twin), words));
  if (i < 0 && !j->list.leave_out)
    return sw_fail(err, SW_EINPUT,
                   "%s: unit '%s' is not in the panel; write `unmatched: drop` under units to "
                   "leave its pairs out",
                   j->spec->file, code);
  if (i >= 0 && j->at[i] >= 0)
    return sw_fail(err, SW_EINPUT, "%s: is damaged: unit '%s' stands there twice", j->spec->file,
                   code);
  if (i >= 0) j->at[i] = a;
  j->left_out += i < 0;
  return SW_OK;
}

/* First the file's units, then what the panel has beyond them. Either may be smaller, if the study
 * says that it is so. at[] and unit[] are inverse to each other where both are set. */
static sw_status match(sw_error *err, job *j) {
  SW_TRY(sw_alloc(err, (size_t)j->page->n + 1, sizeof *j->unit, (void **)&j->unit));
  SW_TRY(sw_alloc(err, (size_t)j->units->n + 1, sizeof *j->at, (void **)&j->at));
  for (int64_t i = 0; i < j->units->n; i++)
    j->at[i] = -1;
  for (int64_t a = 0; a < j->page->n; a++)
    SW_TRY(match_unit(err, j, a));
  for (int64_t i = 0; i < j->units->n; i++) {
    if (j->at[i] >= 0) continue;
    j->lacking++;
    if (!j->list.may_lack)
      return sw_fail(err, SW_EINPUT,
                     "%s: unit '%s' of the panel is not in the file; with `unmatched: drop` under "
                     "units it has no links",
                     j->spec->file, sw_unit_code(j->units, i));
  }
  return SW_OK;
}

/* ---- values ------------------------------------------------------------------------------ */

/* What a pair weighs: none where it is undefined. `i`, `k`: sender and receiver. NaN weighs
 * nothing: the pair is undefined, and a link without a weight is none. Negative values have no
 * meaning as weights, and are refused with a way to compute the result without them. */
static sw_status weigh(sw_error *err, const job *j, int64_t i, int64_t k, double *value) {
  if (isnan(*value)) *value = 0;
  if (*value >= 0 && isfinite(*value)) {
    *value += 0.0; /* -0 becomes 0: sw_links_symmetric compares bits */
    return SW_OK;
  }
  return sw_node_fail(err, sw_node_get(j->spec->node, "of"),
                      "%s: %s: the pair from '%s' to '%s' is %.6g; weights must be 0 or more, and "
                      "finite: compute it with keep: {above: 0}",
                      j->spec->name, j->key, sw_unit_code(j->units, i), sw_unit_code(j->units, k),
                      *value);
}

/* ---- entries, partners ------------------------------------------------------------------- */

/* In the direction asked for; of both, as they stand. Ends of other units, the diagonal and zeros
 * are none. `in`: i gets weight from k's flow to it, so the link goes the other way round. With
 * `both` the rows are sent pairs, to which add_back adds the received ones. The rooms are for all
 * entries. */
static sw_status links_of(sw_error *err, const job *j, const sw_page_entries *in, sw_link *link,
                          int64_t *count) {
  for (int64_t a = 0; a < j->page->n; a++)
    for (int64_t e = in->start[a]; e < in->start[a + 1]; e++) {
      int32_t i = j->unit[a], k = in->partner[e] >= 0 ? j->unit[in->partner[e]] : -1;
      double value = in->value[e];
      if (i < 0 || k < 0 || i == k) continue;
      SW_TRY(weigh(err, j, i, k, &value));
      if (value == 0) continue;
      link[(*count)++] =
          j->spec->use == SW_USE_IN ? (sw_link){k, i, value, 0} : (sw_link){i, k, value, 0};
    }
  return SW_OK;
}

/* A file of ours has no pair twice. Sorts by row and partner. */
static sw_status rows_of(sw_error *err, const job *j, const sw_link *link, int64_t count,
                         sw_link_rows *rows) {
  int64_t twice[2];
  SW_TRY(sw_links_rows_create(err, j->units->n, link, count, rows, twice));
  if (twice[0] < 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: is damaged: the pair of '%s' and '%s' stands there twice",
                 j->key, sw_unit_code(j->units, link[twice[0]].from),
                 sw_unit_code(j->units, link[twice[0]].to));
}

/* The rows and their transpose, added: the sum of two numbers has no order, so the result is
 * symmetric to the bit. Memory: three matrices for a moment. */
static sw_status add_back(sw_error *err, sw_link_rows *rows) {
  sw_link_rows back, sum;
  sw_links there = {.n = rows->n, .row_start = rows->row_start, .to = rows->to};
  there.value = rows->value;
  SW_TRY(sw_transpose_rows(err, &there, &back));
  sw_links here = {.n = back.n, .row_start = back.row_start, .to = back.to, .value = back.value};
  sw_status status = sw_combine_rows(err, SW_SUM, &there, &here, &sum);
  sw_links_rows_destroy(&back);
  if (status != SW_OK) return status;
  sw_links_rows_destroy(rows);
  *rows = sum;
  return SW_OK;
}

/* In place: `kept` never overtakes what is read. The strongest of each row; equal ones are settled
 * by the order of partners (kernel/weights/rows.h), never by chance. */
static sw_status cut_rows(sw_error *err, const job *j, sw_link_rows *rows) {
  double *scratch = NULL;
  int64_t kept = 0, from = 0;
  if (j->spec->top == 0) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)rows->n, sizeof *scratch, (void **)&scratch));
  for (int64_t i = 0; i < rows->n; i++) {
    int32_t *to = rows->to + from;
    double *value = rows->value + from;
    int64_t end = rows->row_start[i + 1];
    int64_t count = sw_rows_strongest(end - from, to, value, j->spec->top, scratch);
    memmove(rows->to + kept, to, (size_t)count * sizeof *to);
    memmove(rows->value + kept, value, (size_t)count * sizeof *value);
    kept += count;
    from = end;
    rows->row_start[i + 1] = kept;
  }
  sw_free(scratch);
  return SW_OK;
}

/* `top` after both directions are added: it is of what the matrix holds in the end. Entries are
 * freed before rows are made of the links, which bounds the memory to two copies. */
static sw_status make_sparse(sw_error *err, const job *j, sw_link_rows *rows) {
  sw_page_entries in = {0};
  sw_link *link = NULL;
  int64_t count = 0;
  sw_status status = sw_page_read_entries(err, j->page, &j->pairs, j->quantity, j->period, &in);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)in.start[j->page->n] + 1, sizeof *link, (void **)&link);
  if (status == SW_OK) status = links_of(err, j, &in, link, &count);
  sw_page_entries_destroy(&in);
  if (status == SW_OK) status = rows_of(err, j, link, count, rows);
  sw_free(link);
  if (status == SW_OK && j->spec->use == SW_USE_BOTH) status = add_back(err, rows);
  return status == SW_OK ? cut_rows(err, j, rows) : status;
}

/* ---- dense ------------------------------------------------------------------------------- */

/* `out`, `in`: what unit i sends and receives, by the file's units; NULL: not asked for. k == i is
 * left out: the diagonal is no link. Sums of both directions are made per pair, sent first, so that
 * the bits are those of add_back. */
static sw_status make_row(sw_error *err, const job *j, int64_t i, const double *out,
                          const double *in, double *scratch, sw_row_maker *m) {
  int64_t count = 0;
  for (int64_t k = 0; k < j->units->n; k++) {
    double sent = 0, received = 0;
    if (j->at[k] < 0 || k == i) continue;
    if (out) sent = out[j->at[k]];
    if (in) received = in[j->at[k]];
    SW_TRY(weigh(err, j, i, k, &sent));
    SW_TRY(weigh(err, j, k, i, &received));
    m->to[count] = (int32_t)k;
    m->value[count] = sent + received;
    count += m->value[count] > 0;
  }
  if (j->spec->top) count = sw_rows_strongest(count, m->to, m->value, j->spec->top, scratch);
  return sw_rows_add(err, m, i, count);
}

/* Units from i on whose rows follow each other in the file, too; none where it lacks unit i. Strips
 * are then read by one call each; files of the same units as the panel's are read in strips of
 * 256. */
static int64_t run_of(const job *j, int64_t i) {
  int64_t length = 0;
  while (i + length < j->units->n && length < STRIP && j->at[i] >= 0 &&
         j->at[i + length] == j->at[i] + length)
    length++;
  return length;
}

/* O(n^2) numbers of the file once, or twice with both directions. `true` reads columns, which HDF5
 * has to gather from all chunks across. */
static sw_status make_strips(sw_error *err, const job *j, double *out, double *in, double *scratch,
                             sw_row_maker *m) {
  int64_t n = j->page->n;
  for (int64_t i = 0; i < j->units->n;) {
    int64_t length = run_of(j, i);
    if (length == 0) {
      SW_TRY(sw_rows_add(err, m, i++, 0));
      continue;
    }
    if (out)
      SW_TRY(sw_page_read_dense(err, j->page, &j->pairs, j->quantity, j->period, false, j->at[i],
                                length, out));
    if (in)
      SW_TRY(sw_page_read_dense(err, j->page, &j->pairs, j->quantity, j->period, true, j->at[i],
                                length, in));
    for (int64_t r = 0; r < length; r++, i++)
      SW_TRY(make_row(err, j, i, out ? out + r * n : NULL, in ? in + r * n : NULL, scratch, m));
  }
  return SW_OK;
}

/* The rows grow as they are made (kernel/weights/rows.h), as their number of links is not known.
 * What is not asked for is neither allotted nor read. */
static sw_status make_dense(sw_error *err, const job *j, sw_link_rows *rows) {
  sw_row_maker m = {0};
  double *out = NULL, *in = NULL, *scratch = NULL;
  size_t strip = (size_t)(STRIP * j->page->n);
  sw_status status = sw_rows_open(err, j->units->n, &m);
  if (status == SW_OK && j->spec->use != SW_USE_IN)
    status = sw_alloc(err, strip, sizeof *out, (void **)&out);
  if (status == SW_OK && j->spec->use != SW_USE_OUT)
    status = sw_alloc(err, strip, sizeof *in, (void **)&in);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)j->units->n, sizeof *scratch, (void **)&scratch);
  if (status == SW_OK) status = make_strips(err, j, out, in, scratch, &m);
  sw_free(out);
  sw_free(in);
  sw_free(scratch);
  return sw_rows_close(err, &m, status, rows);
}

/* ---- of this study ------------------------------------------------------------------------ */

/* Rows of what units send, as links have them. j->spec->pairs is the run's; it is read and left as
 * it is. */
static sw_status sent_rows(sw_error *err, const job *j, sw_link_rows *rows) {
  const sw_links *pairs = j->spec->pairs;
  size_t most = (size_t)pairs->row_start[pairs->n] + 1;
  int64_t at = 0;
  SW_TRY(sw_alloc(err, (size_t)pairs->n + 1, sizeof *rows->row_start, (void **)&rows->row_start));
  SW_TRY(sw_alloc(err, most, sizeof *rows->to, (void **)&rows->to));
  SW_TRY(sw_alloc(err, most, sizeof *rows->value, (void **)&rows->value));
  for (int64_t i = 0; i < pairs->n; i++) {
    rows->row_start[i] = at;
    for (int64_t e = pairs->row_start[i]; e < pairs->row_start[i + 1]; e++) {
      double value = pairs->value[e];
      /* A unit is no neighbour of itself. */
      if (pairs->to[e] == i) continue;
      SW_TRY(weigh(err, j, i, pairs->to[e], &value));
      if (value == 0) continue;
      rows->to[at] = pairs->to[e];
      rows->value[at++] = value;
    }
  }
  rows->row_start[pairs->n] = at;
  return SW_OK;
}

/* What units receive is the other way round. Transposed, so that a row holds the senders. */
static sw_status turn_rows(sw_error *err, sw_link_rows *rows) {
  sw_links sent = {.n = rows->n, .row_start = rows->row_start, .to = rows->to};
  sw_link_rows received;
  sent.value = rows->value;
  SW_TRY(sw_transpose_rows(err, &sent, &received));
  sw_links_rows_destroy(rows);
  *rows = received;
  return SW_OK;
}

/* Units without any link. For the log, before styles. */
static int64_t count_islands(const sw_link_rows *rows) {
  int64_t islands = 0;
  for (int64_t i = 0; i < rows->n; i++)
    islands += rows->row_start[i + 1] == rows->row_start[i];
  return islands;
}

/* Without a period: those of a run are of the one that the run has given. */
static void say_taken(const job *j, const sw_link_rows *rows) {
  sw_log(SW_LOG_INFO, "%s: %lld links between %lld units, %lld without any; of %s", j->spec->name,
         (long long)rows->row_start[rows->n], (long long)rows->n, (long long)count_islands(rows),
         j->spec->result);
}

/* On rank 0. The pairs are all of the panel's units, so nothing has to be matched. */
static sw_status take_pairs(sw_error *err, job *j, sw_link_rows *rows) {
  j->key = j->spec->result;
  sw_status status = sent_rows(err, j, rows);
  if (status == SW_OK && j->spec->use == SW_USE_IN) status = turn_rows(err, rows);
  if (status == SW_OK && j->spec->use == SW_USE_BOTH) status = add_back(err, rows);
  if (status == SW_OK) status = cut_rows(err, j, rows);
  if (status == SW_OK) say_taken(j, rows);
  if (status != SW_OK) sw_links_rows_destroy(rows);
  return status;
}

/* ---- all --------------------------------------------------------------------------------- */

/* What was left out on either side is told, as it was not refused. */
static void say(const job *j, const sw_link_rows *rows) {
  const sw_weights_spec *spec = j->spec;
  const char *name = spec->name, *file = spec->file;
  const sw_page_axis *time = j->pairs.time >= 0 ? &j->page->axis[j->pairs.time] : NULL;
  bool of_period = time && !j->page->cross_section;
  int64_t n = rows->n, islands = count_islands(rows);
  sw_log(SW_LOG_INFO, "%s: %lld links between %lld units, %lld without any; of %s in %s%s%s", name,
         (long long)rows->row_start[n], (long long)n, (long long)islands,
         j->page->variable[j->pairs.quantity[j->quantity]].id, file, of_period ? ", " : "",
         of_period ? time->label[j->period] : "");
  if (j->left_out > 0)
    sw_log(SW_LOG_WARN, "%s: %lld unit%s of %s %s not in the panel; %s pairs are left out", name,
           (long long)j->left_out, j->left_out == 1 ? "" : "s", file,
           j->left_out == 1 ? "is" : "are", j->left_out == 1 ? "its" : "their");
  if (j->lacking > 0)
    sw_log(SW_LOG_WARN, "%s: %lld unit%s of the panel %s not in %s and %s no links", name,
           (long long)j->lacking, j->lacking == 1 ? "" : "s", j->lacking == 1 ? "is" : "are", file,
           j->lacking == 1 ? "has" : "have");
}

static bool begins_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

/* What HDF5 cannot read of a file that it has opened is damaged, which the user can mend. Words of
 * the readers may name no file. SW_EIO and the like become SW_EINPUT. A lack of memory stays what
 * it is. */
static sw_status tell(sw_error *err, const job *j, sw_status status) {
  const sw_weights_spec *spec = j->spec;
  if (status == SW_OK || status == SW_ENOMEM) return status;
  sw_error said = *err;
  bool named = begins_with(said.text, spec->file) || begins_with(said.text, spec->path);
  sw_error_clear(err);
  return sw_fail(err, SW_EINPUT, "%s%s%s", named ? "" : spec->file, named ? "" : ": ", said.text);
}

static sw_status make(sw_error *err, const job *j, sw_link_rows *rows) {
  return j->pairs.keep == SW_PAGE_DENSE ? make_dense(err, j, rows) : make_sparse(err, j, rows);
}

/* Texts of the study are checked in the order result, quantity, period, each with what the file has
 * instead. */
static sw_status read_rows(sw_error *err, sw_arena *arena, job *j, sw_link_rows *rows) {
  const sw_weights_spec *spec = j->spec;
  SW_TRY(tell(err, j, sw_page_open(err, arena, spec->path, &j->page)));
  SW_TRY(choose_result(err, arena, j));
  SW_TRY(choose_quantity(err, j));
  SW_TRY(choose_period(err, j));
  j->key = sw_arena_printf(arena, "%s: %s", spec->file, spec->result);
  if (!j->key) return sw_fail(err, SW_ENOMEM, "%s: out of memory", spec->file);
  SW_TRY(sw_links_list_create(err, spec->file, j->study, j->units, false, &j->list));
  SW_TRY(match(err, j));
  SW_TRY(tell(err, j, make(err, j, rows)));
  say(j, rows);
  return SW_OK;
}

/* On rank 0. The file's contents live no longer than this. After a failure rows are empty. */
static sw_status read_file(sw_error *err, bool alone, job *j, sw_link_rows *rows) {
  sw_arena *arena = NULL;
  if (alone) SW_TRY(sw_tried_read(err, j->spec->path));
  sw_status status = sw_arena_create(err, &arena);
  if (status == SW_OK) status = read_rows(err, arena, j, rows);
  sw_page_close(j->page);
  sw_links_list_destroy(&j->list);
  sw_free(j->unit);
  sw_free(j->at);
  sw_arena_destroy(arena);
  if (status != SW_OK) sw_links_rows_destroy(rows);
  return status;
}

/* Without a file and without pairs the result is not computed yet. `spillway weights`, which
 * computes nothing, asks for such weights; the message says where they will be. */
sw_status sw_links_from_result(sw_error *err, sw_team *team, const sw_study *study,
                               const sw_weights_spec *spec, const sw_units *units,
                               sw_links **links) {
  job j = {.study = study, .spec = spec, .units = units};
  sw_link_rows rows = {.n = units->n};
  sw_status status = SW_OK;
  if (!spec->file && !spec->pairs) /* the same on every rank */
    return sw_node_fail(err, spec->node,
                        "weights '%s' are made of %s of this study: they are there when it has "
                        "run, in its results file as /weights/%s",
                        spec->name, spec->result, spec->name);
  if (team->rank == 0)
    status = spec->file ? read_file(err, team->size == 1, &j, &rows) : take_pairs(err, &j, &rows);
  return sw_links_share_made(err, team, spec, units, status, &rows, links);
}
