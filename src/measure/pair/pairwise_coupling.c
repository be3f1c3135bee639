/* pairwise_coupling: coupling coordination between two units (methods.md section 3; metacoupling:
 * Tang et al. 2021). D_ij = sqrt(C_ij T_ij).
 *   meta    C the mean over the 2^p - 2 vectors that mix the systems of i and j, T = (T_i + T_j)/2
 *   cross   the vector (system a of i, system b of j); directed
 *   direct  the vector (score of i, the same score of j)
 * With the product form and equal weights cross and direct are rank one and refused.
 *
 * Pass 0 checks the scores and leaves scores, their roots and each unit's half of T: whatever
 * depends on one unit is done n times there and not n^2 times with the pairs. Pass 1 is arithmetic
 * on these (kernel/pairs/meta.h), with the same bits for (i, j) and (j, i) where the pairing is
 * symmetric. */
#include "kernel/pairs/meta.h"
#include "kernel/pairs/meta_fold.h"
#include "measure/share/systems.h"
#include "spillway/measure.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

typedef enum pairing { META, CROSS, DIRECT } pairing; /* in the order of the choices */

/* Set by resolve, but for of_period. of_period is made on each rank, since operands lie in the
 * node's memory. */
typedef struct coupling {
  pairing pairing;
  sw_coupling_form form;
  int systems;         /* scores per unit */
  const double *alpha; /* of the systems; direct: of the row's and the column's score */
  sw_meta *of_period;  /* ready after prepare */
} coupling;

/* What pass 0 learns of the scores: how many leave [0,1], the first of them by unit, then period,
 * and whether some are too small for the short loops (SW_META_TINY). */
typedef struct scores_seen {
  int64_t outside, unit;
  int period, input;
  double value;
  bool has_tiny;
} scores_seen;

/* Operand columns: scores, roots, mates of the roots where the kernel wants them (product form of
 * three systems), the half of T as a row, and as a column where it differs. Each column has
 * n_periods rows: column * n_periods + t. */
static int root_column(const coupling *c, int s) {
  return c->systems + s;
}
static int mate_column(const coupling *c, int s) {
  return 2 * c->systems + s;
}
/* The three-system loop of the product form is the only one that reads mates, which save it one
 * multiplication per pair and system. */
static bool has_mates(const coupling *c) {
  return c->pairing == META && c->form == SW_COUPLING_PRODUCT && c->systems == 3;
}
static int from_column(const coupling *c) {
  return (has_mates(c) ? 3 : 2) * c->systems;
}
/* One column serves both sides unless they differ, then the one after it. */
static int to_column(const coupling *c, bool directed) {
  return from_column(c) + directed;
}

/* Scores in a vector whose coupling is taken: cross and direct couple two. */
static int vector_length(const coupling *c) {
  return c->pairing == META ? c->systems : 2;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Each pairing has its number of systems; meta has 2^p - 2 mixed vectors per pair, so p is at most
 * SW_META_SYSTEMS. */
static sw_status check_count(sw_error *err, const sw_job *job, const coupling *c) {
  if (c->pairing == META && (c->systems < 2 || c->systems > SW_META_SYSTEMS))
    return sw_job_fail(err, job, "systems", "pairing meta mixes 2 to %d systems; %d given",
                       SW_META_SYSTEMS, c->systems);
  if (c->pairing == CROSS && c->systems != 2)
    return sw_job_fail(err, job, "systems",
                       "pairing cross takes two systems, the row's and the "
                       "column's; %d given",
                       c->systems);
  if (c->pairing == DIRECT && c->systems != 1)
    return sw_job_fail(err, job, "systems", "pairing direct takes one system; %d given",
                       c->systems);
  return SW_OK;
}

/* direct: weights of the row's and the column's score of the one system. There is one system and
 * two weights, so the common reading of `alpha` (sw_systems_weights) does not fit. The default is
 * one half each, which makes the pair symmetric. */
static sw_status direct_alpha(sw_error *err, const sw_job *job, coupling *c) {
  const sw_node *node = sw_job_arg(job, "alpha")->node;
  double *alpha = NULL;
  SW_NEW(err, job->arena, alpha, 2);
  /* `equal`, also when nothing is written. */
  alpha[0] = alpha[1] = 0.5;
  c->alpha = alpha;
  if (!node) return SW_OK;
  if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "equal") == 0) return SW_OK;
  if (node->kind != SW_NODE_LIST || node->count != 2)
    return sw_node_fail(err, node,
                        "%s: pairing direct takes equal, or two weights, for the row's and the "
                        "column's score: [0.4, 0.6]",
                        job->name);
  for (int k = 0; k < 2; k++)
    SW_TRY(sw_node_number(err, node->item[k], &alpha[k]));
  double sum = alpha[0] + alpha[1];
  if (!(alpha[0] >= 0 && alpha[1] >= 0 && sum > 0))
    return sw_node_fail(err, node, "%s: expected weights of 0 or more, not all 0", job->name);
  alpha[0] /= sum, alpha[1] /= sum;
  return SW_OK;
}

/* C and T cancel to sqrt(x_i y_j): every row is a multiple of every other, and n^2 numbers say no
 * more than n. Weights count as equal up to rounding, as scaling 0.3 and 0.3 to sum 1 may leave a
 * last bit. The sentence of methods.md section 3 tells the user what to do instead. */
static sw_status refuse_rank_one(sw_error *err, const sw_job *job, const coupling *c) {
  if (c->pairing == META || c->form != SW_COUPLING_PRODUCT) return SW_OK;
  /* cross has two systems and direct two weights: alpha has two numbers here. */
  if (fabs(c->alpha[0] - c->alpha[1]) > 1e-12) return SW_OK;
  return sw_job_fail(err, job, "pairing",
                     "with the product form and equal weights D_ij = %s: a rank-one matrix that "
                     "says nothing about the pair; use pairing: meta with two systems or more, or "
                     "form: wang2021 or dispersion",
                     c->pairing == CROSS ? "(a_i b_j)^(1/4)" : "(U_i U_j)^(1/4)");
}

/* directed: the order of i and j matters. The number of operand columns depends on it: half_to is a
 * column of its own only then. */
static sw_status resolve(sw_error *err, sw_job *job) {
  coupling *c = NULL;
  SW_NEW(err, job->arena, c, 1);
  c->pairing = (pairing)sw_job_arg(job, "pairing")->number;
  c->form = (sw_coupling_form)sw_job_arg(job, "form")->number;
  c->systems = sw_job_inputs(job, "systems").count;
  SW_TRY(check_count(err, job, c));
  /* Scores must lie in [0, 1]. z-scores, which can leave it, are known by their composite, before
   * there is a value. */
  SW_TRY(sw_systems_bounded(err, job, "systems"));
  if (c->pairing == DIRECT)
    SW_TRY(direct_alpha(err, job, c));
  else
    SW_TRY(sw_systems_weights(err, job, "systems", "alpha", &c->alpha));
  SW_TRY(refuse_rank_one(err, job, c));
  job->directed = c->pairing == CROSS || (c->pairing == DIRECT && c->alpha[0] != c->alpha[1]);
  job->n_passes = 2;
  /* The number of the last operand column, plus one, is how many there are. Sums over pairs go by
   * the fold where its loops exist: three systems, product form, meta. */
  job->pass[0] = (sw_pass){.domain = SW_UNITS,
                           .operand = to_column(c, job->directed) + 1,
                           .partial = sizeof(scores_seen),
                           .result = sizeof(bool)};
  job->pass[1] = (sw_pass){.domain = SW_PAIRS, .no_fold = !has_mates(c)};
  job->state = c;
  return SW_OK;
}

/* ---- pass 0: scores --------------------------------------------------------------------- */

/* Zero is not tiny: it has a plain meaning in every form. 0 gives C = 0; a number near the least
 * doubles would lose digits in products of roots. */
static void see(scores_seen *seen, int64_t unit, int period, int input, double score) {
  if (score > 0 && score < SW_META_TINY) seen->has_tiny = true;
  /* Counts each, keeps the place of the first. */
  if (!sw_systems_is_outside(score) || seen->outside++) return;
  seen->unit = unit;
  seen->period = period;
  seen->input = input;
  seen->value = score;
}

/* A unit's own part of T: T_ij = half_from(i) + half_to(j). For cross the column's unit gives the
 * second system, for direct the one there is: score[systems - 1] is right for both. T_ij = (T_i +
 * T_j)/2 for meta; alpha-weighted sums of the two scores otherwise. */
static void place_halves(const sw_job *job, const coupling *c, int t, int64_t at,
                         double *const *row, const double *score) {
  int T = job->n_periods, from = from_column(c), to = to_column(c, job->directed);
  double half = 0;
  if (c->pairing == META)
    half = sw_development(score, c->alpha, c->systems) / 2;
  else
    half = c->alpha[0] * score[0];
  row[from * T + t][at] = half;
  if (to != from) row[to * T + t][at] = c->alpha[1] * score[c->systems - 1];
}

/* The product of the two other roots: made once per unit here, not with each pair. Root s of the
 * product form: the p-th root of each score; a mate is the product of two of them. */
static void place_mates(const sw_job *job, const coupling *c, int t, int64_t at,
                        double *const *row) {
  int T = job->n_periods;
  for (int s = 0; s < 3; s++) {
    int one = (s + 1) % 3, other = (s + 2) % 3;
    row[mate_column(c, s) * T + t][at] =
        row[root_column(c, one) * T + t][at] * row[root_column(c, other) * T + t][at];
  }
}

/* All operand columns of one unit and period. The array has room for any number of systems, the
 * rest stays zero. Roots are taken here, n p of them; pairs then only multiply. */
static void place(const sw_job *job, const coupling *c, int t, int64_t unit, scores_seen *seen) {
  double *const *row = job->operand_local[0].row;
  int64_t at = unit - job->operand_local[0].first;
  double score[SW_META_SYSTEMS] = {0};
  for (int s = 0; s < c->systems; s++) {
    score[s] = sw_view_at(job->input[s].view, t, unit);
    see(seen, unit, t, s, score[s]);
    row[s * job->n_periods + t][at] = score[s];
    row[root_column(c, s) * job->n_periods + t][at] =
        sw_meta_root(c->form, vector_length(c), score[s]);
  }
  if (has_mates(c)) place_mates(job, c, t, at, row);
  place_halves(job, c, t, at, row, score);
}

/* Units outside, so that the first stray is the first by unit. The first by unit, then by period:
 * the order of the message does not depend on tiles. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int t = 0; t < job->n_periods; t++)
      place(job, job->state, t, unit, out);
}

/* The first stray in the order of units is kept; has_tiny comes from either side, so both are put
 * back after the copy. Blocks are merged in order, so the earlier one keeps its place. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass;
  scores_seen *sum = all;
  const scores_seen *more = part;
  /* Both are made before the copy, which would overwrite them. */
  int64_t outside = sum->outside + more->outside;
  bool has_tiny = sum->has_tiny || more->has_tiny;
  if (sum->outside == 0) *sum = *more;
  sum->outside = outside;
  sum->has_tiny = has_tiny;
}

/* Rank 0. The result is has_tiny, for every rank: only then does the kernel look each pair over for
 * scores that its short loops cannot take, and does those pairs again. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)pass;
  const scores_seen *seen = all;
  *(bool *)result = seen->has_tiny;
  if (!seen->outside) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: systems: a score must be in [0,1]: unit %s, period %s: %s is %g (%lld in "
                 "all); make it a composite with normalise: min-max",
                 job->input[seen->input].where, job->name, sw_unit_code(job->units, seen->unit),
                 sw_job_period(job, seen->period), job->input[seen->input].name, seen->value,
                 (long long)seen->outside);
}

/* ---- pass 1: pairs ---------------------------------------------------------------------- */

/* The kernel's view of a period: pointers into the gathered operands. Pointers to whole columns: a
 * segment indexes them by unit. */
static sw_meta columns_of(const sw_job *job, const coupling *c, int t) {
  double *const *row = job->operand[0].row;
  int T = job->n_periods;
  sw_meta m = {.form = c->form, .p = vector_length(c), .meta = c->pairing == META};
  m.has_tiny = *(const bool *)job->folded[0];
  for (int s = 0; s < m.p; s++) {
    int of = s < c->systems ? s : 0; /* direct: the one score on both sides */
    m.score[s] = row[of * T + t];
    m.root[s] = row[root_column(c, of) * T + t];
  }
  for (int s = 0; has_mates(c) && s < 3; s++)
    m.mate[s] = row[mate_column(c, s) * T + t];
  m.half_from = row[from_column(c) * T + t];
  m.half_to = row[to_column(c, job->directed) * T + t];
  return m;
}

/* Once for all periods, as segments are called too often to gather pointers each time. Again at
 * each start of the pass: the operands are made anew, and lie elsewhere. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  coupling *c = job->state;
  if (pass == 0) return SW_OK;
  SW_NEW(err, job->arena, c->of_period, job->n_periods);
  for (int t = 0; t < job->n_periods; t++)
    c->of_period[t] = columns_of(job, c, t);
  /* Whether the fold can be used depends on the columns' kind, not on their values. */
  job->pass[1].no_fold = !sw_meta_folds(&c->of_period[0]); /* the same in all periods */
  return SW_OK;
}

/* Undirected pairings give the same bits for (i, j) and (j, i); see the kernel. */
static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)workspace;
  const coupling *c = job->state;
  sw_meta_segment(&c->of_period[t], i, j0, j1, out);
}

/* D of three systems in the product form, sums alone; resolve and prepare say where. Called on
 * squares of the triangle: sums go to both ends. */
static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  const coupling *c = job->state;
  sw_lane_sums to = {sums->row, sums->column, sums->stride, sums->greatest, NULL};
  sw_meta_fold(&c->of_period[t], i0, i1, j0, j1, &to, workspace);
  sums->greatest = to.greatest;
}

static size_t workspace(const sw_job *job) {
  return job->pass[1].no_fold ? 0 : sw_meta_fold_workspace();
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "systems",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help =
         "scores in [0,1]: two or more (meta), the row's and the column's (cross), one (direct)"},
    {.name = "pairing",
     .type = SW_P_CHOICE,
     .fallback = "meta",
     .choices = "meta|cross|direct",
     .help = "which scores of i and j are coupled"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "product",
     .choices = SW_COUPLING_FORMS,
     .help = "form of the coupling C"},
    {.name = "alpha",
     .type = SW_P_NODE,
     .fallback = "equal",
     .help = "weights of the systems in T: equal, [0.4, 0.6] or {system: weight}"},
    {.name = NULL}};

/* out[0], out[1], out[2] of the kernel. The engine asks for all that are on; the bits of the value
 * do not depend on it. */
static const sw_output output[] = {
    {.name = "value",
     .long_name = "coupling coordination of two units",
     .units = "1",
     .shape = SW_PAIR},
    {.name = "coupling", .long_name = "coupling of two units", .units = "1", .shape = SW_PAIR},
    {.name = "development",
     .long_name = "mean development of two units",
     .units = "1",
     .shape = SW_PAIR},
    {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"pairing", "meta",
     "C_ij the mean coupling C(U) of the 2^p - 2 vectors U that take each system from i or from j, "
     "T_ij = (T_i + T_j)/2"},
    {"pairing", "cross",
     "C_ij = C(U) and T_ij = sum alpha_s U_s of U = (first system of i, second of j)"},
    {"pairing", "direct", "C_ij = C(U) and T_ij = sum alpha_s U_s of U = (score of i, score of j)"},
    {"form", "product", "C = GM(U)/AM(U)"},
    {"form", "wang2021", "C = sqrt([1 - mean |U_i - U_j|] (prod U_i/max U)^(1/(k-1)))"},
    {"form", "dispersion", "C = 1 - 2 sd(U)"},
    {0}};

const sw_measure sw_measure_pairwise_coupling = {
    .name = "pairwise_coupling",
    .title = "Coupling coordination between units",
    .formula = "D_ij = sqrt(C_ij T_ij)",
    .variant = variants,
    .source = "Tang et al. 2021 (metacoupling); Wang et al. 2021, Journal of Natural Resources "
              "36(3):793-810 (form wang2021)",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = param,
    .output = output,
    .flops = 42,
    .bytes = 64,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .segment = segment,
    .fold = fold,
    .workspace = workspace,
};
