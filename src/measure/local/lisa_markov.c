/* Transitions of units between the quadrants of Moran's scatter plot (methods-space.md section 10):
 * whether a unit lies above its period's mean, and its neighbours do; 1 HH, 2 LH, 3 LL, 4 HL. The
 * chain that the transitions between consecutive periods make, as `markov` has it, and who moved
 * across the mean: nobody 0, the unit 1, its neighbours 2, both 3.
 *
 * Quadrants are classes without an order, so there are no leaps up or down. With `permutations` the
 * p-value of local Moran's I, by the same draws as local_moran's, and the transitions that are
 * significant on both ends.
 *
 * Three passes: quadrants and p by unit; what is significant, and moves; the counts, one item over
 * all units.
 *
 * Sources: Rey 2001; Rey and Janikas 2006.
 *
 * Operand 0 has p by period and operand 1 quadrants, both gathered, so the later passes see every
 * unit's quadrant in every period on each rank. All counts are whole numbers below 2^53. */
#include <math.h>
#include <string.h>

#include "measure/local/lisa.h"
#include "measure/share/chain_tables.h"
#include "measure/share/series.h"

enum { QUADRANTS = 4, MOVES = 4 };

/* The outputs. */
enum { CLASS, MOVE, P_VALUE, SIGNIFICANT, COUNT, COUNT_SIGNIFICANT, MOVE_COUNT, N_USED };

enum { COUNTS = 2 }; /* the third pass */

static const char *const quadrant_label[] = {"HH", "LH", "LL", "HL"};
static const char *const move_label[] = {"none", "own", "neighbours", "both"};

typedef struct markov_state {
  sw_lisa lisa;
  const int *before; /* by period: the one before it; -1: none */
  bool draws;
} markov_state;

/* The record of the third pass, doubles: counts [from * QUADRANTS + to], all and significant; units
 * of each quadrant in the last period; by period moves. */
typedef struct tally {
  double *count, *significant, *last, *moves;
} tally;

/* A record is plain doubles, in the order of the arrays of `tally`. */
static tally tally_in(const double *room) {
  double *at = (double *)room; /* `finish` has its records const, and only reads them */
  enum { SQUARE = QUADRANTS * QUADRANTS };
  return (tally){at, at + SQUARE, at + 2 * SQUARE, at + 2 * SQUARE + QUADRANTS};
}

static size_t tally_bytes(const sw_job *job) {
  return (size_t)(2 * QUADRANTS * QUADRANTS + QUADRANTS + MOVES * job->n_periods) * sizeof(double);
}

/* ---- quadrants --------------------------------------------------------------------------- */

/* Operand rows: p of all periods, for the pass that decides; quadrants of all periods, 0: none. A
 * value at the mean counts as low, as in local_moran. */
static void put_unit(const sw_job *job, const sw_lisa_set *set, int c, int64_t unit,
                     const sw_lisa_row *row) {
  const markov_state *state = job->state;
  sw_view operand = job->operand_local[SW_LISA_STATISTICS];
  double own = sw_lisa_own(set, 0, c, row), lag = row->unit.observed[c];
  int t = set->period[c], quadrant = own > 0 ? (lag > 0 ? 1 : 4) : (lag > 0 ? 2 : 3);
  if (!set->column[c].varies) return;
  sw_lisa_put(job, CLASS, t, unit, quadrant);
  operand.row[job->n_periods + t][unit - operand.first] = quadrant;
  /* own is the sign of the statistic z_i (Wz)_i as the neighbours' lag rises. */
  if (state->draws) sw_lisa_put_p(job, P_VALUE, t, unit, sw_lisa_p(&state->lisa, row, c, own, NAN));
}

/* What is not put later stays: no quadrant, no p. Every unit is set first, as sw_lisa_tile passes
 * over units without a value or a neighbour (below). */
static void put_nothing(const sw_job *job, const sw_tile *tile) {
  const markov_state *state = job->state;
  sw_view operand = job->operand_local[SW_LISA_STATISTICS];
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = tile->lo; i < tile->hi; i++) {
      sw_lisa_put(job, CLASS, t, i, 0);
      operand.row[t][i - operand.first] = NAN;
      operand.row[job->n_periods + t][i - operand.first] = 0;
      if (state->draws) sw_lisa_put(job, P_VALUE, t, i, NAN);
    }
}

/* ---- moves ------------------------------------------------------------------------------- */

/* Quadrants are 1 HH, 2 LH, 3 LL, 4 HL: the unit's own side first, that of its neighbours
 * behind. */
static bool own_high(int quadrant) {
  return quadrant == 1 || quadrant == 4;
}

static bool others_high(int quadrant) {
  return quadrant == 1 || quadrant == 2;
}

/* -1: no quadrant on one end. own 1, neighbours 2, both 3: Rey's types of moves. */
static int move_of(int from, int to) {
  if (from == 0 || to == 0) return -1;
  return (own_high(from) != own_high(to)) + 2 * (others_high(from) != others_high(to));
}

static int quadrant_at(const sw_job *job, int t, int64_t unit) {
  return (int)job->operand[SW_LISA_STATISTICS].row[job->n_periods + t][unit];
}

/* A second pass, as a unit's quadrant of another period may be another tile's. Operands of all
 * periods are on every rank then. */
static void tile_moves(const sw_job *job, const sw_tile *tile) {
  const markov_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = tile->lo; i < tile->hi; i++) {
      int s = state->before[t];
      int move = s < 0 ? -1 : move_of(quadrant_at(job, s, i), quadrant_at(job, t, i));
      sw_lisa_put(job, MOVE, t, i, move < 0 ? NAN : move);
    }
}

/* ---- counts ------------------------------------------------------------------------------ */

static bool is_significant(const sw_job *job, const sw_lisa *lisa, int t, int64_t unit) {
  return job->operand[SW_LISA_STATISTICS].row[t][unit] <= lisa->cut[t];
}

/* Whole numbers, exact in doubles: in any order the same. */
static void count_all(const sw_job *job, tally of) {
  const markov_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = 0; i < job->n; i++) {
      int s = state->before[t], to = quadrant_at(job, t, i);
      /* The long run of the chain starts from the shares of the last period. */
      if (t == job->n_periods - 1 && to > 0) of.last[to - 1] += 1;
      int from = s < 0 ? 0 : quadrant_at(job, s, i), move = move_of(from, to);
      if (move < 0) continue;
      int cell = (from - 1) * QUADRANTS + to - 1;
      of.count[cell] += 1;
      of.moves[t * MOVES + move] += 1;
      if (state->draws && is_significant(job, &state->lisa, s, i) &&
          is_significant(job, &state->lisa, t, i))
        of.significant[cell] += 1;
    }
}

/* The draws, the moves, and their counts in one item. */
static void tile_markov(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const markov_state *state = job->state;
  if (tile->pass == SW_LISA_STATISTICS) {
    put_nothing(job, tile);
    /* From 0 to -1: of a unit without neighbours nothing is left to say. */
    sw_lisa_tile(job, &state->lisa, tile, SW_LOCAL_LAG, 0, put_unit, 0, -1, workspace);
  } else if (tile->pass == SW_LISA_DECISION) {
    tile_moves(job, tile);
    if (state->draws) sw_lisa_tile_significant(job, &state->lisa, tile, P_VALUE, SIGNIFICANT);
  } else
    count_all(job, tally_in(out));
}

static size_t workspace_markov(const sw_job *job) {
  const markov_state *state = job->state;
  return sw_lisa_workspace(job, &state->lisa);
}

static sw_status prepare_markov(sw_error *err, sw_job *job, int pass) {
  markov_state *state = job->state;
  return pass == COUNTS ? SW_OK : sw_lisa_prepare(err, job, &state->lisa, pass);
}

/* ---- finish ------------------------------------------------------------------------------ */

/* Moves of a period are from the one before it. used: transitions, of units with a quadrant on both
 * ends. */
static void place_periods(sw_job *job, const markov_state *state, tally of) {
  for (int t = 0; t < job->n_periods; t++) {
    double *moves = of.moves + t * MOVES, used = moves[0] + moves[1] + moves[2] + moves[3];
    memcpy(job->result[MOVE_COUNT].row[0] + t * MOVES, moves, MOVES * sizeof *moves);
    job->result[N_USED].row[0][t] = used;
    if (state->before[t] < 0) sw_job_undefined(job, MOVE, t, "no period just before it");
  }
}

/* Says how many moved, and who. */
static void say(sw_job *job, const markov_state *state, tally of) {
  double all = 0, significant = 0, moves[MOVES] = {0};
  for (int k = 0; k < job->n_periods * MOVES; k++)
    moves[k % MOVES] += of.moves[k];
  for (int k = 0; k < QUADRANTS * QUADRANTS; k++) {
    all += of.count[k];
    significant += of.significant[k];
  }
  if (all == 0) return;
  sw_job_say(
      job,
      "of %.0f transitions neither the unit nor its neighbours cross the mean in %.0f, the unit "
      "alone in %.0f, its neighbours alone in %.0f, both in %.0f",
      all, moves[0], moves[1], moves[2], moves[3]);
  if (!state->draws) return;
  sw_job_say(job, "%.0f of %.0f transitions are from and to a significant quadrant", significant,
             all);
  sw_lisa_say(job, &state->lisa);
}

/* The chain is that of markov (share/chain_tables.c), with four classes. */
static sw_status finish_markov(sw_error *err, sw_job *job, int pass, const void *all,
                               void *result) {
  (void)result;
  const markov_state *state = job->state;
  const sw_chain *chain = NULL;
  if (pass != COUNTS) return SW_OK;
  tally of = tally_in(all);
  SW_TRY(sw_chain_tables(err, job, QUADRANTS, of.count, of.last, &chain));
  /* Off without draws, and then without room. */
  if (state->draws)
    memcpy(job->result[COUNT_SIGNIFICANT].row[0], of.significant,
           QUADRANTS * QUADRANTS * sizeof(double));
  sw_lisa_say_why(job, &state->lisa, CLASS, SIGNIFICANT);
  place_periods(job, state, of);
  say(job, state, of);
  if (chain->n > 0 && chain->only_entered > 0)
    sw_note(job->notes,
            "%s: %s: %d of the quadrants %s entered and never left: taken for absorbing",
            job->where, job->name, chain->only_entered, chain->only_entered == 1 ? "is" : "are");
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Consecutive periods: those the span apart; without it, as far apart as the nearest two of the
 * entry. A break or a hole between them is not stepped over. */
static sw_status find_before(sw_error *err, sw_job *job, markov_state *state) {
  const sw_arg *span = sw_job_arg(job, "span");
  bool any;
  int *before = NULL;
  if (span->given) {
    SW_TRY(sw_series_check_span(err, job, "of", "span", (int)span->number));
    return sw_series_all_before(err, job, (int)span->number, &state->before, &any);
  }
  double nearest = INFINITY;
  SW_TRY(sw_series_check(err, job, "of", 2));
  SW_NEW(err, job->arena, before, job->n_periods);
  /* nearest: the least step between consecutive periods of the entry; all others are holes. */
  for (int t = 1; t < job->n_periods; t++)
    nearest = fmin(nearest, sw_series_passed(job, t - 1, t));
  for (int t = 0; t < job->n_periods; t++) {
    bool follows = t > 0 && sw_series_passed(job, t - 1, t) == nearest;
    before[t] = follows && !sw_series_broken(job, t - 1, t) ? t - 1 : -1;
  }
  state->before = before;
  return SW_OK;
}

/* Axes of quadrants, moves, and sets that are never left. */
static sw_status declare_axes(sw_error *err, sw_job *job) {
  double *closed = NULL;
  SW_NEW(err, job->arena, closed, QUADRANTS);
  for (int k = 0; k < QUADRANTS; k++)
    closed[k] = k + 1;
  sw_job_axis(job, (sw_axis){.name = "class_label", .n = QUADRANTS, .label = quadrant_label});
  sw_job_axis(job, (sw_axis){.name = "class_label_to", .n = QUADRANTS, .label = quadrant_label});
  sw_job_axis(job, (sw_axis){.name = "closed", .n = QUADRANTS, .number = closed});
  /* Sets of classes that are never left are numbered by their lowest class, from 1. */
  sw_job_axis(job, (sw_axis){.name = "move_label", .n = MOVES, .label = move_label});
  return SW_OK;
}

/* lisa declares the first two passes; the operand gets a second block of rows, for quadrants. */
static sw_status resolve_markov(sw_error *err, sw_job *job) {
  markov_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  job->pooled = true;
  state->lisa.n_variables = 1;
  /* `before` first, since it refuses periods of unknown order before tables are made. */
  SW_TRY(find_before(err, job, state));
  SW_TRY(declare_axes(err, job));
  SW_TRY(sw_lisa_resolve(err, job, &state->lisa));
  job->pass[SW_LISA_STATISTICS].operand = 2;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS, .items = 1, .record = tally_bytes(job)});
  state->draws = state->lisa.permutations > 0;
  job->result[P_VALUE].off = job->result[SIGNIFICANT].off = !state->draws;
  job->result[COUNT_SIGNIFICANT].off = !state->draws;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "a weights matrix of the study"},
    {.name = "span",
     .type = SW_P_INTEGER,
     .fallback = "",
     .lo = 1,
     .hi = 100000,
     .help = "from one quadrant to the next: years of whole numbers, else steps of the panel; left "
             "out: to the next period of the entry"},
    SW_LISA_PARAMS("0"),
    {0}};

#define BY_UNIT .units = "1", .shape = SW_UNIT
#define NUMBER .units = "1", .shape = SW_TABLE
#define BY_CLASS NUMBER, .axis = {"class_label"}
#define SQUARE NUMBER, .axis = {"class_label", "class_label_to"}
#define BY_PERIOD .units = "1", .shape = SW_GLOBAL, .number = SW_INT32

static const sw_output outputs[] = {
    {.name = "class",
     .long_name = "quadrant, own value and its neighbours': 1 HH, 2 LH, 3 LL, 4 HL; a value at the "
                  "mean counts as low; 0 undefined",
     .number = SW_INT32,
     .classes = "class_label",
     .class_first = 1,
     BY_UNIT},
    {.name = "move",
     .long_name = "who crossed the mean: 0 nobody, 1 the unit, 2 its neighbours, 3 both; -1 "
                  "undefined",
     .palette = SW_CATEGORIES,
     .number = SW_INT32,
     BY_UNIT},
    {.name = "p_value",
     .long_name = "p-value of local Moran's I by conditional permutations",
     BY_UNIT},
    SW_LISA_SIGNIFICANT,
    {.name = "count", .long_name = "transitions", .number = SW_INT32, SQUARE},
    {.name = "count_significant",
     .long_name = "transitions of units whose quadrants are significant on both ends",
     .number = SW_INT32,
     SQUARE},
    {.name = "move_count",
     .long_name = "units by who crossed the mean",
     .axis = {"move_label"},
     BY_PERIOD},
    {.name = "n_used", .long_name = "units with a quadrant here and before", BY_PERIOD},
    {.name = "probability", .long_name = "probability of a transition", SQUARE},
    {.name = "first_passage",
     .long_name = "mean number of steps until the quadrant is first reached; on the diagonal until "
                  "it is again; inf: not certain",
     SQUARE},
    {.name = "steady_state",
     .long_name = "share of the quadrant in the long run, from the shares of the last period",
     BY_CLASS},
    {.name = "closed_state",
     .long_name = "shares within each set of quadrants that is never left, by its lowest",
     NUMBER,
     .axis = {"closed", "class_label"}},
    {.name = "prais", .long_name = "probability of leaving the quadrant", BY_CLASS},
    {.name = "stay", .long_name = "mean number of steps in the quadrant at a time", BY_CLASS},
    {.name = "shorrocks", .long_name = "mobility (k - tr P)/(k - 1)", NUMBER},
    {.name = "det_mobility", .long_name = "mobility 1 - |det P|", NUMBER},
    {.name = "eigen_mobility", .long_name = "mobility 1 - |lambda_2|", NUMBER},
    {.name = "mixing_half_life",
     .long_name = "steps in which the memory of a quadrant halves",
     NUMBER},
    {.name = "bartholomew",
     .long_name = "mobility k (1 - sum pi_i p_ii)/(k - 1), pi the steady state",
     NUMBER},
    {0}};

const sw_measure sw_measure_lisa_markov = {
    .name = "lisa_markov",
    .title = "Transitions between quadrants of Moran's scatter plot",
    .formula = "quadrant by the signs of z_i and (Wz)_i, z = x - mean x of the period; p_ij = "
               "N_ij/N_i.; pi = pi P; m_ij = 1 + sum_(k != j) p_ik m_kj",
    .source = "Rey 2001, Geographical Analysis 33:195-214; Rey and Janikas 2006, Geographical "
              "Analysis 38:67-86",
    .version = 2,
    .headline = "shorrocks",
    .kind = SW_KIND_GLOBAL,
    .param = params,
    .output = outputs,
    .resolve = resolve_markov,
    .prepare = prepare_markov,
    .tile = tile_markov,
    .finish = finish_markov,
    .workspace = workspace_markov,
};
