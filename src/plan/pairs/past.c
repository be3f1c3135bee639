/* Takes over matrices of an earlier results file that rest on the same operands (`--reuse`): their
 * strengths and figures are taken, and their tiles copied one by one, each checked against its
 * checksum on the way; a tile that does not match is computed. The bits are those of a run that
 * computes everything. Cost: a read and a write of what is stored, instead of n^2 pairs per matrix.
 *
 * Whether two matrices rest on the same is decided by a hash of operands, parameters and period
 * (run/operand_hash.c). Nothing of the earlier file is used without checking its checksum. A
 * counting pass takes row lengths in the same way, before the file exists. The file itself is read
 * through ports/past.h; store/results/past.c implements it. */
#include "plan/pairs/private.h"

#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- which ------------------------------------------------------------------------------ */

bool sw_pairs_is_past(const sw_pairs *p, int t) {
  return p->past && p->past[t] >= 0;
}

/* Of the window: then nothing is to be folded. */
bool sw_pairs_all_past(const sw_pairs *p) {
  for (int t = p->t0; t < p->t1; t++)
    if (!sw_pairs_is_past(p, t)) return false;
  return true;
}

/* Reads the strengths of this rank's units straight into the summary. If any rank finds its own
 * damaged, all ranks compute the matrix, as tasks and folds are shared: a matrix is taken by all or
 * by none. Collective. */
static sw_status take_strengths(sw_error *err, sw_pairs *p, int t) {
  const sw_summary *summary = &p->plan->summary;
  sw_past *past = p->run->past;
  bool sound = false;
  double damaged = 0;
  sw_status status = past->strengths(past, err, p->entry, p->past[t], summary->out_strength[t],
                                     summary->in_strength[t], &sound);
  SW_TRY(sw_team_agree(p->run->team, err, status, 0));
  /* The flag is a double: the team has maxima of doubles only. */
  damaged = !sound;
  SW_TRY(p->run->team->max_f64(p->run->team, err, &damaged, 1));
  if (damaged == 0) return SW_OK;
  if (p->run->team->rank == 0)
    sw_log(SW_LOG_WARN, "%s: %s, %s: values do not match their checksum; they are computed again",
           past->path, p->job->name,
           p->job->whole_series ? "all periods" : sw_job_period(p->job, t));
  p->past[t] = -1;
  return SW_OK;
}

/* Names into `text` what mixes periods on the way to the entry, each once, the entry itself
 * included: with such an entry one period that changes may change all. Whether there is any. */
static bool name_pooling(const sw_run *run, int e, char *text, size_t room) {
  const sw_entry *entry = &run->study->entry[e];
  const sw_job *job = &run->job[e];
  bool found = false;
  if (job->pooled || job->whole_series) {
    size_t at = strlen(text);
    /* Two ways may lead to one entry: it is named once. */
    if (strstr(text, job->name)) return true;
    snprintf(text + at, room - at, "%s%.60s", at ? ", " : "", job->name);
    return true;
  }
  for (int i = 0; i < entry->n_needs + entry->n_pair_needs; i++)
    if (entry->need[i].entry >= 0) found |= name_pooling(run, entry->need[i].entry, text, room);
  for (int i = 0; i < entry->n_weight_needs; i++)
    found |= name_pooling(run, entry->weight_need[i]->entry, text, room);
  return found;
}

/* Names the periods that are computed, when they are few; else the text is empty. A period is named
 * only while there is room for it whole. */
static void name_computed(const sw_pairs *p, int computed, char *text, size_t room) {
  enum { NAMED = 6 };
  size_t at = 0;
  text[0] = '\0';
  for (int t = 0; computed <= NAMED && t < p->plan->summary.n_periods && at + 48 < room; t++)
    if (p->past[t] < 0)
      at += (size_t)snprintf(text + at, room - at, "%s%.40s",
                             at ? ", " : "; computed: ", sw_job_period(p->job, t));
}

/* Whether a parameter of the entry is another than in the earlier file, or of one that it takes
 * results of: then nothing could have been taken. */
static sw_status find_changed(sw_error *err, const sw_run *run, int e, const char **what,
                              const char **of) {
  const sw_entry *entry = &run->study->entry[e];
  SW_TRY(run->past->changed(run->past, err, e, what));
  *of = run->job[e].name;
  for (int i = 0; !*what && i < entry->n_needs + entry->n_pair_needs; i++)
    if (entry->need[i].entry >= 0) SW_TRY(find_changed(err, run, entry->need[i].entry, what, of));
  return SW_OK;
}

/* Rank 0. That nothing is taken surprises when only one period has changed, or when nothing seems
 * to have: then the reason is said where a parameter is the reason, or pooling. */
static sw_status say_taken(sw_error *err, const sw_pairs *p, int taken) {
  char computed[256], names[256] = "";
  const char *what = NULL, *of = NULL, *name = p->job->name, *path = p->run->past->path;
  int matrices = p->plan->summary.n_periods;
  if (taken == 0) SW_TRY(find_changed(err, p->run, p->entry, &what, &of));
  bool pooling = taken == 0 && !what && name_pooling(p->run, p->entry, names, sizeof names);
  bool itself = strcmp(names, name) == 0;
  name_computed(p, matrices - taken, computed, sizeof computed);
  if (what)
    sw_log(SW_LOG_INFO, "%s: nothing is taken from %s: parameters%s%s have changed: %s", name, path,
           of != name ? " of " : "", of != name ? of : "", what);
  else if (pooling)
    sw_log(SW_LOG_INFO,
           "%s: nothing is taken from %s: one period has changed, and the result pools all of them"
           "%s%s",
           name, path, itself ? "" : ", by ", itself ? "" : names);
  else
    sw_log(SW_LOG_INFO, "%s: %d of %d matrices are taken from %s%s", name, taken, matrices, path,
           computed);
  return SW_OK;
}

/* Fills p->past, the same on every rank, and on rank 0 the figures. Only the storing pass takes
 * strengths, counts and logs: a counting pass may take the row lengths of a matrix whose strengths
 * turn out damaged later, as each tile of it is checked against its checksum. */
sw_status sw_pairs_past(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  int matrices = p->plan->summary.n_periods, taken = 0;
  sw_status status = sw_alloc(err, (size_t)matrices, sizeof *p->past, (void **)&p->past);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)matrices, sizeof *p->past_figures, (void **)&p->past_figures);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(p->run->past->find(p->run->past, err, p->entry, p->run->operand_hash[p->entry], matrices,
                            p->past, p->past_figures));
  /* What a share begins with rests on all pairs of a matrix: it is taken whole, as the rounds have
   * found it, or not at all. */
  for (int t = 0; t < matrices && p->plan->cutoff; t++)
    if (p->plan->cutoff[t].distrusted || (p->plan->cutoff[t].settled && !p->plan->cutoff[t].taken))
      p->past[t] = -1;
  for (int t = 0; t < matrices; t++) {
    if (!p->counts && p->past[t] >= 0) SW_TRY(take_strengths(err, p, t));
    taken += p->past[t] >= 0;
  }
  if (p->counts) return SW_OK;
  p->run->matrices_taken += taken;
  return sw_team_agree(team, err, team->rank == 0 ? say_taken(err, p, taken) : SW_OK, 0);
}

/* The counts of a taken matrix are of the whole matrix, so they stand on rank 0 alone, and nothing
 * on the others: sw_pairs_totals sums over ranks. Tasks that had to be computed have left the same
 * counts in part, which are replaced. */
void sw_pairs_past_figures(sw_pairs *p) {
  bool first = p->run->team->rank == 0;
  for (int t = 0; t < p->plan->summary.n_periods; t++) {
    if (!sw_pairs_is_past(p, t)) continue;
    const sw_past_figures *figures = &p->past_figures[t];
    p->undefined[t] = first ? sw_pairs_ordered(p, t) - figures->pairs : 0;
    p->greatest[t] = first && !isnan(figures->max) ? figures->max : -INFINITY;
  }
}

/* Also after a failure, and when there never was a past. */
void sw_pairs_past_end(sw_pairs *p) {
  sw_free(p->past);
  sw_free(p->past_figures);
}

/* ---- copying ---------------------------------------------------------------------------- */

/* The matrix in the earlier file: where it is stored, the checksums of its tiles, and where its
 * rows begin among the entries (`above`, links; else NULL). */
typedef struct source {
  sw_stored stored;
  uint64_t *tile;
  int64_t *row_start;
} source;

/* Whether the checksums of a task's tiles are those that the earlier file recorded. */
static bool matches(const sw_pairs *p, const source *from, const sw_lot *lot, int64_t nth,
                    const uint64_t checksum[2]) {
  int64_t tile[2];
  sw_geometry_tiles_of_task(&p->geometry, lot->row, nth, tile);
  return checksum[0] == from->tile[tile[0]] && (tile[1] < 0 || checksum[1] == from->tile[tile[1]]);
}

/* A counting pass: how many entries a row has. The lengths of rows are part of a tile's checksum,
 * so they are sound where it matches. Counts wait one place after their row, as count_above leaves
 * them. */
static void take_counts(sw_pairs *p, const source *from, const sw_lot *lot) {
  int64_t r0 = 0, r1 = 0;
  int64_t *count = p->plan->row_start + lot->t * p->job->n + 1;
  sw_geometry_units(&p->geometry, lot->row, &r0, &r1);
  for (int64_t row = r0; row < r1; row++)
    count[row] = from->row_start[row + 1] - from->row_start[row];
}

/* Copies a task's tiles, or in a counting pass reads and checks them without copying. *done: false
 * when it must be computed. Tiles may be copied before they are found unsound; the task that is
 * computed then writes over them. A summary stores no tiles: its strengths are all there is, and
 * were checked. */
static sw_status take_task(sw_error *err, sw_pairs *p, const source *from, const sw_lot *lot,
                           int64_t nth, bool *done) {
  sw_mark mark = {.greatest = -INFINITY};
  sw_stored here = sw_pairs_stored_here(p, lot->t);
  bool stored = p->plan->keep.kind != SW_KEEP_SUMMARY, readable = true;
  *done = false;
  if (stored) {
    SW_TRY(sw_pairs_digest_stored(err, p, &from->stored, p->counts ? NULL : &here, lot->row, nth,
                                  mark.checksum, &readable));
    if (!readable || !matches(p, from, lot, nth, mark.checksum)) {
      p->run->tasks_unsound += !p->counts; /* once, not by the counting pass too */
      return SW_OK;
    }
  }
  *done = true;
  if (p->counts && !p->ranks) take_counts(p, from, lot);
  /* Known to this rank, for the checksums of the new file, but not marked: its shares are not
   * there, and a run that goes on later takes or computes it again. */
  if (p->counts || !p->journal) return SW_OK;
  return sw_journal_keep(err, p->journal, p->region, sw_pairs_task_number(p, lot, nth), &mark);
}

/* Reads what is known of the earlier matrix, on every rank for itself: tasks are dealt among ranks,
 * and any of them may come upon any tile. */
static sw_status open_source(sw_error *err, sw_pairs *p, int t, source *from) {
  sw_past *past = p->run->past;
  sw_keep_kind kind = p->plan->keep.kind;
  from->stored = (sw_stored){past->sink, p->past[t], NULL};
  if (kind == SW_KEEP_SUMMARY) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)sw_pairs_tiles(p->run, p->entry), sizeof *from->tile,
                  (void **)&from->tile));
  SW_TRY(past->tiles(past, err, p->entry, p->past[t], from->tile));
  if (!sw_keep_has_entries(kind)) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)p->job->n + 1, sizeof *from->row_start, (void **)&from->row_start));
  from->stored.row_start = from->row_start;
  return past->rows(past, err, p->entry, p->past[t], from->row_start);
}

/* Tasks that the journal has restored stay as they are. The ranks of a node take the others in
 * turn, by their number in the node; each writes only its own bytes of p->done. */
static sw_status take_lot(sw_error *err, sw_pairs *p, const source *from, const sw_lot *lot) {
  const sw_team *team = p->run->team;
  for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, lot); nth++) {
    bool taken = false;
    char *done = &p->done[lot->task_at + nth];
    if (*done || (lot->task_at + nth) % team->node_size != team->node_rank) continue;
    SW_TRY(take_task(err, p, from, lot, nth, &taken));
    if (taken) *done = 1;
  }
  return SW_OK;
}

/* Not collective: a rank that fails says so to sw_pairs_restore, which agrees. Lots stand by
 * matrix, so one source is open at a time, and lots of matrices that are not taken are stepped
 * over. */
sw_status sw_pairs_take(sw_error *err, sw_pairs *p) {
  sw_status status = SW_OK;
  int64_t k = 0;
  for (int t = p->t0; status == SW_OK && t < p->t1; t++) {
    source from = {0};
    bool taken = sw_pairs_is_past(p, t);
    if (taken) status = open_source(err, p, t, &from);
    for (; k < p->n_lots && p->lot[k].t == t; k++)
      if (taken && status == SW_OK) status = take_lot(err, p, &from, &p->lot[k]);
    sw_free(from.tile);
    sw_free(from.row_start);
  }
  return status;
}
