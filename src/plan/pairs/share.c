/* keep: {share: s}: which are the strongest s of all ordered pairs of a matrix, exactly.
 *
 * Strengths have keys: integers of 64 bits in the same order. A round over all pairs counts the
 * next 16 bits of those keys whose upper bits are known, in 2^16 bins, so that the bin is known in
 * which the kept ones end; the round after looks into that bin. When a bin ends where the kept ones
 * do, all of it is kept and the matrix is settled, as a rule after two rounds; after four rounds
 * every bit is known, and what is left are ties, which go by code: the row's, then the column's. So
 * the cut may fall between (i, j) and (j, i) of an undirected measure; then the pair of the lower
 * row is kept.
 *
 * Counts are integers, so the order of threads and ranks does not matter. Memory: 512 KiB of bins
 * for each matrix of a window on every node, 256 KiB for each thread, or four times that where rows
 * are prepared. What a round has found of a matrix is marked in the journal: a run that is
 * continued begins with the first round that was not whole. Then follow the pass that counts
 * entries by row and the one that stores (pairs.c), as of `above`. */
#include "plan/pairs/private.h"

#include "base/log.h"

#include <math.h>
#include <string.h>

/* Rounds until all 64 bits of a cutoff are known. */
enum { ROUNDS = 64 / SW_RANK_BITS };

/* ---- keys ------------------------------------------------------------------------------- */

/* Maps strengths to keys: of two numbers the larger one has the larger key; -0 is 0, as codes
 * decide between equals. */
static uint64_t key_of(double strength) {
  double value = strength + 0.0;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* The inverse of key_of. Below the lowest number there are keys of none: -INFINITY. */
static double value_of(uint64_t key) {
  uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
  double value;
  memcpy(&value, &bits, sizeof value);
  return isnan(value) ? -INFINITY : value;
}

/* ---- counting by strength ----------------------------------------------------------------- */

/* A worker's bins: 32 bits suffice, as a batch has fewer pairs than 2^32. */
sw_status sw_pairs_rank_open(sw_error *err, sw_worker *w, int sets) {
  size_t bins = (size_t)sets * SW_RANK_BINS;
  SW_TRY(sw_calloc(err, bins, sizeof *w->bin_sets, (void **)&w->bin_sets));
  w->bins = w->bin_sets;
  return SW_OK;
}

/* Counts a segment of strengths, of which `greatest` is the largest, in the worker's bins. In the
 * first round no bit is known; a shift by 64 would be undefined. */
void sw_pairs_rank_see(sw_worker *w, int t, int64_t count, const double *strength,
                       double greatest) {
  const sw_cutoff *cutoff = &w->pairs->plan->cutoff[t];
  int known = 64 - cutoff->bits, next = known - SW_RANK_BITS;
  uint64_t prefix = known < 64 ? cutoff->prefix >> known : 0;
  /* Nearly all segments of later rounds are too weak as a whole. */
  if (key_of(greatest) < cutoff->prefix) return;
  for (int64_t c = 0; c < count; c++) {
    uint64_t key = key_of(strength[c]);
    bool counts = !isnan(strength[c]) && (known == 64 || key >> known == prefix);
    w->bins[key >> next & (SW_RANK_BINS - 1)] += counts;
  }
}

/* The batch's counts go to the node's, which other threads add to at the same time. A batch has
 * fewer pairs than 2^32: at most a strip of n/256 rows. */
void sw_pairs_rank_flush(sw_worker *w, int t) {
  int64_t *bins = w->pairs->bins + (int64_t)(t - w->pairs->t0) * SW_RANK_BINS;
  for (int b = 0; b < SW_RANK_BINS; b++) {
    if (w->bins[b] == 0) continue;
    __atomic_fetch_add(&bins[b], w->bins[b], __ATOMIC_RELAXED);
    w->bins[b] = 0;
  }
}

/* ---- which matrices ----------------------------------------------------------------------- */

/* Marks the lots of a matrix as done, or not: a matrix that is settled needs no further round. */
static void pass_over(const sw_pairs *p, int t, char done) {
  for (int64_t k = 0; k < p->n_lots; k++)
    if (p->lot[k].t == t) p->done[p->lot[k].task_at] = done;
}

/* Whether each of the matrix's lots was found sound. */
static bool is_whole(const sw_pairs *p, int t) {
  for (int64_t k = 0; k < p->n_lots; k++)
    if (p->lot[k].t == t && !p->done[p->lot[k].task_at]) return false;
  return true;
}

static void say_distrusted(const sw_pairs *p, int t) {
  sw_log(SW_LOG_WARN,
         "%s: %s, %s: pairs do not match their checksums, so all of the period are computed",
         p->run->past->path, p->job->name,
         p->job->whole_series ? "all periods" : sw_job_period(p->job, t));
}

/* Takes matrices of the earlier results where every strip is sound on every node; else takes
 * nothing of them, as the counts of a round must be of all pairs. Collective. `lost` by matrix of
 * the window. */
static sw_status begin_past(sw_error *err, sw_pairs *p, double *lost) {
  sw_team *team = p->run->team;
  for (int t = p->t0; t < p->t1; t++)
    lost[t - p->t0] = sw_pairs_is_past(p, t) && !is_whole(p, t);
  SW_TRY(team->max_f64(team, err, lost, p->t1 - p->t0));
  for (int t = p->t0; t < p->t1; t++) {
    sw_cutoff *cutoff = &p->plan->cutoff[t];
    if (!sw_pairs_is_past(p, t)) continue;
    cutoff->distrusted = lost[t - p->t0] != 0;
    if (cutoff->distrusted) {
      pass_over(p, t, 0);
      if (team->rank == 0) say_distrusted(p, t);
    } else {
      *cutoff = (sw_cutoff){.least = -INFINITY, .settled = true, .taken = true};
    }
  }
  return team->node_barrier(team, err);
}

/* Before a round over the window: bins on the node, and which matrices are out of the question.
 * Collective. */
sw_status sw_pairs_rank_begin(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  size_t matrices = (size_t)(p->t1 - p->t0);
  double *lost = NULL;
  SW_TRY(team->node_alloc(team, err, matrices * SW_RANK_BINS * sizeof *p->bins, (void **)&p->bins));
  sw_status status = sw_alloc(err, matrices, sizeof *lost, (void **)&lost);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK && p->past) status = begin_past(err, p, lost);
  sw_free(lost);
  SW_TRY(status);
  for (int t = p->t0; t < p->t1; t++)
    if (p->plan->cutoff[t].settled) pass_over(p, t, 1);
  return team->node_barrier(team, err);
}

/* ---- after a round ------------------------------------------------------------------------ */

/* How many of `all` pairs with a value are kept: to the nearest, but one at least. */
static int64_t wanted_of(double share, int64_t all) {
  int64_t wanted = (int64_t)floor(share * (double)all + 0.5);
  if (wanted > all) wanted = all;
  return wanted > 0 || all == 0 ? wanted : 1;
}

/* Ends the search for a matrix. Kept is what is stronger than `least`, and `ties` of those that are
 * as strong; INT64_MAX: all of them. */
static void settle(sw_cutoff *cutoff, double least, int64_t ties) {
  cutoff->least = least;
  cutoff->ties = ties;
  cutoff->settled = true;
}

/* Narrows a matrix by the counts of a round: from the strongest bin down, as far as the kept ones
 * reach; `wanted` is then how many of that bin are kept. The first round tells how many pairs there
 * are, and so how many are wanted. */
static void narrow(sw_cutoff *cutoff, const int64_t *bins, double share) {
  if (cutoff->bits == 0) {
    int64_t all = 0;
    for (int b = 0; b < SW_RANK_BINS; b++)
      all += bins[b];
    cutoff->wanted = wanted_of(share, all);
    if (cutoff->wanted == 0) {
      /* A share of less than half a pair: nothing reaches infinity, so nothing is kept. */
      settle(cutoff, INFINITY, 0);
      return;
    }
  }
  int bin = SW_RANK_BINS - 1;
  for (; bin > 0 && bins[bin] < cutoff->wanted; bin--)
    cutoff->wanted -= bins[bin];
  cutoff->bits += SW_RANK_BITS;
  cutoff->prefix |= (uint64_t)bin << (64 - cutoff->bits);
  /* The whole bin is kept, whatever its lower bits; or no bits are left, and equal values
   * compete. */
  if (bins[bin] == cutoff->wanted)
    settle(cutoff, value_of(cutoff->prefix), INT64_MAX);
  else if (cutoff->bits == 64)
    settle(cutoff, value_of(cutoff->prefix), cutoff->wanted);
}

/* The number of a round in the journal: rounds of a matrix follow each other. */
static int64_t task_of(int t, int round) {
  return (int64_t)t * ROUNDS + round;
}

sw_region sw_pairs_rank_region(const sw_run *run, int entry) {
  return (sw_region){(int64_t)run->pair[entry].summary.n_periods * ROUNDS, sizeof(sw_cutoff)};
}

/* Marks the round that a matrix has just been through; rank 0's journal has it for all. */
static sw_status mark(sw_error *err, const sw_pairs *p, int t) {
  sw_journal *journal = p->run->journal;
  const sw_cutoff *cutoff = &p->plan->cutoff[t];
  int round = cutoff->bits > 0 ? cutoff->bits / SW_RANK_BITS - 1 : 0;
  sw_mark record = {.share = sizeof *cutoff};
  if (!journal || p->run->team->rank > 0) return SW_OK;
  return sw_journal_mark(err, journal, p->region, task_of(t, round), &record, cutoff);
}

/* Ends a round: counts of all nodes are added, and every rank comes to the same cutoffs. The first
 * rank of a node brings the node's counts, the others zeros. Collective; a sum of 2^16 integers per
 * matrix. */
sw_status sw_pairs_rank_end(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  int64_t *sum = NULL;
  sw_status status = sw_alloc(err, SW_RANK_BINS, sizeof *sum, (void **)&sum);
  status = sw_team_agree(team, err, status, 0);
  for (int t = p->t0; status == SW_OK && t < p->t1; t++) {
    if (p->plan->cutoff[t].settled) continue;
    const int64_t *bins = p->bins + (int64_t)(t - p->t0) * SW_RANK_BINS;
    if (team->node_rank == 0)
      memcpy(sum, bins, SW_RANK_BINS * sizeof *sum);
    else
      memset(sum, 0, SW_RANK_BINS * sizeof *sum);
    status = team->sum_i64(team, err, sum, SW_RANK_BINS);
    if (status != SW_OK) break;
    narrow(&p->plan->cutoff[t], sum, p->plan->keep.share);
    status = sw_team_agree(team, err, mark(err, p, t), 0);
  }
  sw_free(sum);
  return status;
}

/* ---- all rounds --------------------------------------------------------------------------- */

/* Finds the last round of a matrix that an earlier run has marked. Rank 0. */
static sw_status find(sw_error *err, sw_run *run, int e, int t) {
  int region = sw_pairs_region_of(e, SW_PAIRS_RANK);
  for (int round = 0; round < ROUNDS; round++) {
    sw_cutoff found;
    sw_mark record = {.share = sizeof found};
    if (!sw_journal_find(run->journal, region, task_of(t, round), &record, &found)) break;
    run->pair[e].cutoff[t] = found;
    run->tasks_restored++;
    SW_TRY(sw_journal_keep(err, run->journal, region, task_of(t, round), &record));
  }
  return SW_OK;
}

/* Takes up cutoffs of an interrupted run: rank 0 finds them, all ranks go on with them. */
static sw_status restore(sw_error *err, sw_run *run, int e) {
  sw_team *team = run->team;
  sw_pair_plan *plan = &run->pair[e];
  size_t matrices = (size_t)plan->summary.n_periods;
  sw_status status = SW_OK;
  memset(plan->cutoff, 0, matrices * sizeof *plan->cutoff);
  if (!run->journal || !run->resumes) return SW_OK;
  for (size_t t = 0; status == SW_OK && team->rank == 0 && t < matrices; t++)
    status = find(err, run, e, (int)t);
  SW_TRY(sw_team_agree(team, err, status, 0));
  return team->broadcast(team, err, plan->cutoff, matrices * sizeof *plan->cutoff, 0);
}

static bool is_settled(const sw_pair_plan *plan) {
  for (int t = 0; t < plan->summary.n_periods; t++)
    if (!plan->cutoff[t].settled) return false;
  return true;
}

/* The cutoffs of all matrices of an entry: two passes over its pairs as a rule, four at most.
 * Collective. */
sw_status sw_pairs_cutoffs(sw_error *err, sw_run *run, int entry) {
  SW_TRY(restore(err, run, entry));
  for (int round = 0; round < ROUNDS && !is_settled(&run->pair[entry]); round++)
    SW_TRY(sw_pairs_run(err, run, entry, (sw_pair_work){.pass = SW_PAIRS_RANK}));
  return SW_OK;
}

/* ---- counting by row ---------------------------------------------------------------------- */

/* A row's count has the stronger ones in its lower 32 bits, ties above them, until
 * sw_pairs_share_rows has divided the ties. */
enum { TIES_AT = 32 };

/* A row has fewer than 2^31 pairs, so both numbers have room. Strips of an earlier file were sound
 * when the rounds looked at them: what has to be computed of them now has changed since. */
void sw_pairs_share_count(sw_worker *w, int t, int64_t i, int64_t count, const double *strength,
                          double greatest) {
  const sw_pairs *p = w->pairs;
  const sw_cutoff *cutoff = &p->plan->cutoff[t];
  int64_t over = 0, ties = 0;
  if (cutoff->taken && w->error.status == SW_OK)
    sw_fail(&w->error, SW_EIO, "%s: %s has changed while it was read", p->job->name,
            p->run->past->path);
  /* Also false where the row has no value at all. */
  if (!(greatest >= cutoff->least)) return;
  for (int64_t c = 0; c < count; c++) {
    over += strength[c] > cutoff->least;
    ties += strength[c] == cutoff->least;
  }
  p->plan->row_start[t * p->job->n + i + 1] += over + (ties << TIES_AT);
}

/* Divides the ties among the rows, in the order of codes: the first rows keep theirs while there
 * are any left to keep. */
void sw_pairs_share_rows(const sw_pair_plan *plan, int t, int64_t n) {
  const sw_cutoff *cutoff = &plan->cutoff[t];
  int64_t left = cutoff->taken ? 0 : cutoff->ties, *row = plan->row_start + t * n + 1;
  for (int64_t i = 0; i < n; i++) {
    int64_t ties = row[i] >> TIES_AT, kept = ties < left ? ties : left;
    row[i] = (row[i] & (((int64_t)1 << TIES_AT) - 1)) + kept;
    left -= kept;
  }
}

/* Rows of matrices that were taken tell their length, and so what is kept of them. */
double sw_pairs_share_least(const sw_pairs *p, int t) {
  return p->plan->cutoff[t].settled ? p->plan->cutoff[t].least : -INFINITY;
}
