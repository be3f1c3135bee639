/* Which pairs of `granger` are rejected: passes over units that compute all pairs and keep none of
 * them (kernel/causality/discovery.h), before the pass over pairs, which computes them once more.
 *
 * All pairs have the same degrees of freedom unless series have gaps; then F orders them, and p is
 * computed at edges of bins alone. */
#include "measure/pair/granger.h"

#include "kernel/causality/granger_both.h"
#include "kernel/causality/granger_sieve.h"
#include "kernel/exp.h"

#include <math.h>

/* A law of df is made once and read by all threads. */
static sw_status make_law(sw_error *err, sw_job *job, sw_granger_job *g, int df) {
  sw_f_law *law = NULL;
  if (g->law[df]) return SW_OK;
  SW_NEW(err, job->arena, law, 1);
  sw_f_law_make(g->lags, df, law);
  g->law[df] = law;
  return SW_OK;
}

static const char *const by[] = {"Benjamini and Hochberg", "Benjamini and Yekutieli", "each test"};

/* ---- resolve ------------------------------------------------------------------------------ */

/* What inference can see at all: of how many rows, lags and pairs. The partial r of several lags is
 * that of all of them, the root of the share of RSS0 that they take away. What is said: the first
 * rejection of Benjamini-Hochberg needs p <= alpha/m, of Yekutieli alpha/(m sum 1/k). */
static void foresee(sw_job *job, const sw_granger_job *g) {
  double tests = (double)job->n * (double)(job->n - 1), p = g->rule.alpha;
  const char *s = g->lags == 1 ? "" : "s";
  if (tests < 1) return;
  if (g->rule.rule != SW_UNCORRECTED) p /= tests;
  if (g->rule.rule == SW_BY) p /= sw_discovery_harmonic((int64_t)tests);
  /* r^2 = p F/(p F + df). */
  double f = sw_f_reach(g->law[g->df], p), r = sqrt(g->lags * f / (g->lags * f + g->df));
  if (g->rule.rule == SW_UNCORRECTED)
    sw_job_foresee(
        job,
        "%d rows, %d lag%s: each of %.0f pairs is significant at %g from F of %.4g on, a "
        "partial r of %.3f",
        g->rows, g->lags, s, tests, g->rule.alpha, f, r);
  else
    sw_job_foresee(
        job,
        "%d rows, %d lag%s: by %s at %g the first of %.0f pairs to be significant needs F "
        "of %.4g, a partial r of %.3f",
        g->rows, g->lags, s, by[g->rule.rule], g->rule.alpha, tests, f, r);
}

/* Laws are indexed by df; without gaps only one is made. */
sw_status sw_granger_tests_resolve(sw_error *err, sw_job *job, sw_granger_job *g) {
  g->rule = (sw_discovery_law){
      .rule = (sw_discovery_rule)(int)sw_job_arg(job, "fdr")->number, /* in the same order */
      .alpha = sw_job_arg(job, "alpha")->number};
  SW_NEW(err, job->arena, g->law, g->df + 1);
  SW_TRY(make_law(err, job, g, g->df));
  g->rule.law = g->law[g->df];
  foresee(job, g);
  return SW_OK;
}

/* ---- before a pass ------------------------------------------------------------------------ */

/* Before a round: its state, and the F below which no p need be computed. */
sw_status sw_granger_tests_prepare(sw_error *err, sw_job *job, sw_granger_job *g, int pass) {
  /* F orders tests of one df; with gaps p does (methods-space.md, BH and BY). */
  g->rule.by_p = g->has_gaps;
  for (int df = 1; g->has_gaps && df < g->df; df++)
    SW_TRY(make_law(err, job, g, df));
  if (pass == g->rounds)
    sw_discovery_begin(&g->rule, &g->now);
  else
    /* What the round before has narrowed is the same on every rank. */
    g->now = *(const sw_discovery *)job->folded[pass - 1];
  /* A little less, as rounding of p need not rise with F. */
  double p = g->rule.alpha;
  if (g->now.settled) p = g->now.rejected > 0 ? sw_discovery_p(&g->rule, g->now.least) : 0;
  g->from = g->has_gaps ? sw_f_reach(g->rule.law, p) * (1 - 1e-9) : INFINITY;
  job->pass[g->pairs].from = g->counts ? sw_from_bits(g->now.from) : NAN;
  return SW_OK;
}

/* ---- a round ------------------------------------------------------------------------------ */

/* A settled search costs the later rounds nothing. */
void sw_granger_tests_start(const sw_granger_job *g, sw_discovery_count *all) {
  if (!g->now.settled) sw_discovery_clear(&g->now, all);
}

/* Once the limit is settled there is nothing left to join. */
void sw_granger_tests_merge(const sw_granger_job *g, sw_discovery_count *all,
                            const sw_discovery_count *part) {
  if (!g->now.settled) sw_discovery_join(&g->now, all, part);
}

enum { COLUMNS = 2 * SW_GRANGER_CHUNK }; /* of a block of F */
enum { REGISTER = 8 };                   /* the most numbers of one */

/* Doubles of F of a block, p and strengths of a part of a row, what is in question of it. */
static size_t block_room(const sw_granger_job *g) {
  return SW_GRANGER_GRAIN * COLUMNS + 3 * SW_GRANGER_CHUNK + sw_granger_room(g);
}

/* Behind the block the kernel's, and the sieve's. */
static size_t kernel_room(const sw_granger_job *g) {
  return (sw_granger_workspace(g->lags, g->rows) + sizeof(double) - 1) / sizeof(double);
}

size_t sw_granger_tests_workspace(const sw_granger_job *g) {
  return (block_room(g) + kernel_room(g)) * sizeof(double) +
         sw_granger_sieve_workspace(g->lags, g->rows);
}

/* Where a unit meets itself there is no test. */
static void count_row(const sw_granger_job *g, int64_t i, int64_t j0, int64_t count, double *f,
                      double *work, sw_discovery_count *to) {
  double *p = work, *strength = p + SW_GRANGER_CHUNK, *some = strength + SW_GRANGER_CHUNK;
  /* The unit's test with itself would be one of a series against its own past. */
  if (i >= j0 && i < j0 + count) f[i - j0] = NAN;
  for (int64_t at = 0; at < count; at += SW_GRANGER_CHUNK) {
    int64_t n = count - at < SW_GRANGER_CHUNK ? count - at : SW_GRANGER_CHUNK;
    if (g->has_gaps) {
      /* F at or above g->from alone get a p; the others count as 1, which is not significant. */
      sw_granger_complete(g, i, j0 + at, n, g->from, f + at, p, NULL, some + SW_GRANGER_CHUNK);
      sw_discovery_of_p(n, p, strength);
    }
    sw_discovery_see(&g->now, n, g->has_gaps ? strength : f + at, some, to);
  }
}

/* Rows [i, i + rows) against columns [j, j + columns), GRAIN and COLUMNS at most, of n. Of a few
 * columns the kernel is given more, as it takes less than a register one by one. A remainder below
 * a register is computed with columns before it, whose results are dropped. */
static void count_block(const sw_granger_job *g, int64_t n, int64_t i, int64_t rows, int64_t j,
                        int64_t columns, double *workspace, sw_discovery_count *count) {
  double *f = workspace, *work = f + SW_GRANGER_GRAIN * COLUMNS;
  int64_t wide = columns < REGISTER && n >= REGISTER ? REGISTER : columns;
  int64_t first = j + wide > n ? n - wide : j;
  sw_granger_block(&g->kernel, i, i + rows, first, first + wide, f, COLUMNS,
                   workspace + block_room(g));
  for (int64_t r = 0; r < rows; r++)
    count_row(g, i + r, j, columns, f + r * COLUMNS + j - first, work, count);
}

/* Columns outside, so that their operands stay in the second cache for all rows of the tile. 2 x
 * CHUNK columns of operands fit the second cache. */
static void count_all(const sw_job *job, const sw_granger_job *g, const sw_tile *tile,
                      sw_discovery_count *count, double *workspace) {
  for (int64_t j = 0; j < job->n; j += COLUMNS)
    for (int64_t i = tile->lo, rows; i < tile->hi; i += rows) {
      int64_t columns = job->n - j < COLUMNS ? job->n - j : COLUMNS;
      rows = tile->hi - i < SW_GRANGER_GRAIN ? tile->hi - i : SW_GRANGER_GRAIN;
      count_block(g, job->n, i, rows, j, columns, workspace, count);
    }
}

/* ---- a round that looks at few of the pairs ----------------------------------------------- */

/* What a sieve is to tell apart. Of each test by itself, the threshold, from which on all are
 * counted; in later rounds of the others what is in question, as pairs above were counted before.
 * The first of these has too many in question, a share of alpha and more. Bounds are in bits of the
 * double: they order as the numbers do, above 0. */
static bool find_sieve(const sw_granger_job *g, sw_granger_sieve *sieve) {
  const sw_discovery *now = &g->now;
  bool each = g->rule.rule == SW_UNCORRECTED;
  if (g->has_gaps || (!each && now->round == 0)) return false;
  double from = sw_from_bits(now->from);
  return sw_granger_sieve_make(&g->kernel, from, each ? from : sw_from_bits(now->to), sieve);
}

/* Into what the tiles are counted that the sieve is not sure of. */
typedef struct sifted {
  const sw_granger_job *g;
  int64_t n;
  sw_discovery_count *count;
  double *workspace;
} sifted;

/* Called by the sieve for a tile that it is not sure of. */
static void see(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns) {
  const sifted *s = to;
  count_block(s->g, s->n, i, rows, j, columns, s->workspace, s->count);
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Blocks of units are on a circle, and each has what it shares with the half of them that follow
 * it, in both orders; of an even number the lower half has the opposite ones. *count: of those
 * behind the block's own. Each unordered pair of blocks belongs to exactly one tile, and both
 * orders are made there. */
_Static_assert((int)SW_SIEVE_ROWS == (int)SW_BLOCK, "a tile is one block of the circle");

/* Each pair of blocks belongs to one of both: half of the others lie behind a block, round the
 * circle. */
static int64_t blocks_behind(int64_t n, int64_t block, int64_t *count) {
  int64_t blocks = (n + SW_BLOCK - 1) / SW_BLOCK;
  *count = (blocks - 1) / 2 + (blocks % 2 == 0 && block < blocks / 2);
  return blocks;
}

/* A strip that is sifted: by what, who is told of its tiles, what is sure. */
typedef struct sifter {
  const sw_granger_sieve *sieve;
  sifted to;
  sw_granger_sure sure;
  void *workspace;
} sifter;

/* Rows [i0, i1) with units of blocks [b0, b1). */
static void sift_blocks(sifter *s, int64_t i0, int64_t i1, int64_t n, int64_t b0, int64_t b1) {
  if (b0 < b1)
    sw_granger_sift(s->sieve, i0, i1, b0 * SW_BLOCK, least(b1 * SW_BLOCK, n), true, see, &s->to,
                    &s->sure, s->workspace);
}

/* The block with itself, then the blocks behind it, around the circle. */
static void sift_all(const sw_job *job, const sw_granger_job *g, const sw_granger_sieve *sieve,
                     const sw_tile *tile, sw_discovery_count *count, double *workspace) {
  sifter s = {
      sieve, {g, job->n, count, workspace}, {0}, workspace + block_room(g) + kernel_room(g)};
  bool shares = sw_granger_folds_both(&g->kernel);
  int64_t n = job->n, block = tile->lo / SW_BLOCK, behind = 0;
  int64_t blocks = blocks_behind(n, block, &behind), end = block + 1 + behind;
  sw_granger_sift(sieve, tile->lo, tile->hi, shares ? tile->lo : 0, shares ? tile->hi : n, false,
                  see, &s.to, &s.sure, s.workspace);
  if (shares) {
    sift_blocks(&s, tile->lo, tile->hi, n, block + 1, least(end, blocks));
    sift_blocks(&s, tile->lo, tile->hi, n, 0, end - blocks);
  }
  if (g->now.round == 0) sw_discovery_see_sure(s.sure.tests, s.sure.above, count);
}

/* One round over a tile of rows: sieved where it can be, else every F. */
void sw_granger_tests_tile(const sw_job *job, const sw_granger_job *g, const sw_tile *tile,
                           sw_discovery_count *count, double *workspace) {
  sw_granger_sieve sieve;
  /* Nothing is left to find, or the pass over pairs will count. */
  if (g->now.settled || g->counts) return;
  if (find_sieve(g, &sieve))
    sift_all(job, g, &sieve, tile, count, workspace);
  else
    count_all(job, g, tile, count, workspace);
}

/* ---- after a round ------------------------------------------------------------------------ */

/* The F that a pair without gaps needs: that of the weakest one rejected, or with its p. It is what
 * is told of pairs with gaps, too. */
static double threshold_of(const sw_granger_job *g, const sw_discovery *d) {
  if (d->rejected == 0 && g->rule.rule != SW_UNCORRECTED) return INFINITY;
  return g->has_gaps ? sw_f_reach(g->rule.law, sw_discovery_p(&g->rule, d->least)) : d->least;
}

/* Says how many pairs are significant, and from which F on. Where rows are missing, that is so of
 * pairs without gaps only: with fewer rows the same p takes a larger F, and p decides. */
static void say(sw_job *job, const sw_granger_job *g, const sw_discovery *d, double threshold) {
  double share = d->tests > 0 ? 100.0 * (double)d->rejected / (double)d->tests : 0;
  const char *from = sw_arena_printf(job->arena, "F of %.5g or more", threshold);
  if (g->has_gaps && d->rejected > 0)
    from = sw_arena_printf(job->arena, "p of %.3g or less, without missing rows %s",
                           sw_discovery_p(&g->rule, d->least), from);
  if (d->rejected == 0)
    sw_job_say(job, "none of %lld pairs is significant by %s at %g", (long long)d->tests,
               by[g->rule.rule], g->rule.alpha);
  else
    sw_job_say(job, "%lld of %lld pairs%s significant by %s at %g: %s", (long long)d->rejected,
               (long long)d->tests,
               d->rejected == 1 ? " is" : sw_arena_printf(job->arena, " (%.3g%%) are", share),
               by[g->rule.rule], g->rule.alpha, from);
}

/* Places threshold and counts, and says them. */
static void tell(sw_job *job, const sw_granger_job *g, const sw_discovery *d) {
  double threshold = threshold_of(g, d);
  job->result[SW_GRANGER_THRESHOLD].row[0][0] = threshold;
  job->result[SW_GRANGER_REJECTED].row[0][0] = (double)d->rejected;
  job->result[SW_GRANGER_TESTS].row[0][0] = (double)d->tests;
  say(job, g, d, threshold);
}

/* Rank 0 alone, which owns `all`: what was gathered is sorted in its place. Later passes only
 * repeat what is settled. */
void sw_granger_tests_finish(sw_job *job, const sw_granger_job *g, int pass,
                             const sw_discovery_count *all, sw_discovery *result) {
  *result = g->now;
  if (g->counts) return;
  if (!result->settled) sw_discovery_narrow(&g->rule, (sw_discovery_count *)all, result);
  /* The last round tells. */
  if (pass < g->pairs - 1) return;
  if (!result->settled)
    sw_note(job->notes,
            "%s: %s: more pairs are about equally strong where the discovery rate is reached than "
            "%d passes can tell apart; those in question count as not significant",
            job->where, job->name, SW_GRANGER_ROUNDS);
  tell(job, g, result);
}

void sw_granger_tests_counted(sw_job *job, const sw_granger_job *g, const sw_reached *counted) {
  sw_discovery found = g->now;
  sw_discovery_settle(counted->pairs, counted->reached, &found);
  tell(job, g, &found);
}

/* ---- pairs -------------------------------------------------------------------------------- */

/* F >= least, so ties go together; with gaps p <= that of the weakest rejected. */
void sw_granger_tests_mark(const sw_granger_job *g, int64_t count, const double *f, const double *p,
                           double *out) {
  double least = g->now.rejected > 0 ? g->now.least : INFINITY;
  double most = g->now.rejected > 0 && g->has_gaps ? sw_discovery_p(&g->rule, least) : -1;
  for (int64_t c = 0; c < count; c++) {
    bool rejected = g->has_gaps ? p[c] <= most : f[c] >= least;
    out[c] = isnan(f[c]) ? NAN : rejected;
  }
}
