/* Programs of data envelopment analysis (frontier.h), by column generation: a program has as many
 * columns as observations, and a solution uses no more of them than it has rows. It begins with a
 * few, and those join that the prices of the solution call for, until none does: then it is the
 * optimum over all. What it begins with and what joins depends on the program alone, so whoever
 * computed what before on this thread changes no bit.
 *
 * Rows: inputs, outputs, bad outputs, and sum l = 1. Each row is divided by the observation's own
 * value (by the variable's mean where that is 0), each column by its largest entry: all of them lie
 * in [0,1], whatever the variables are measured in and however large the units are.
 *
 * Columns: rho; a slack of each input and output; the observation itself; observations. Where it
 * does not belong to the technology its own column is artificial: with l = 1 and rho = 1 (beta = 0)
 * it makes the program feasible, and a first phase drives it out or finds that none can. */
#include "kernel/frontier/frontier.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/frontier/lp.h"

enum { MOST_ROUNDS = 1000, TAKEN = 8 /* at most that many columns join at a time */ };
/* Of numbers near 1: what no tolerance of the solver tells from 0. */
static const double NOTHING = 1e-9;

struct sw_frontier_solver {
  const sw_frontier *f;
  sw_lp *lp;
  /* The observation and its technology. */
  int64_t unit;
  int t, from, to;
  bool is_within;                 /* its own column is one of the technology */
  bool variable_returns;          /* at the last solve */
  int64_t left_out;               /* at of the observation that may not join, or -1 */
  double scale[SW_FRONTIER_MOST]; /* 1 over what the row is divided by */
  double own[SW_FRONTIER_MOST];   /* the observation's own entries: 1, or 0 */
  double rho;
  /* Columns behind the slacks, the first its own: which observation, and what divides it. */
  int count, room;
  int64_t *at; /* unit * periods + t */
  double *size;
};

/* ---- places ----------------------------------------------------------------------------- */

enum { RHO = 0 };

static int slacks_of(const sw_frontier *f) {
  return f->inputs + f->outputs;
}

static int own_column(const sw_frontier *f) {
  return 1 + slacks_of(f);
}

static bool is_input(const sw_frontier *f, int v) {
  return v < f->inputs;
}

static bool is_bad(const sw_frontier *f, int v) {
  return v >= f->inputs + f->outputs;
}

static double value_at(const sw_frontier *f, int v, int t, int64_t unit) {
  return f->value[v * f->periods + t][unit];
}

/* ---- what programs begin with ----------------------------------------------------------- */

int sw_frontier_start_count(const sw_frontier *f) {
  return f->inputs * f->outputs + f->inputs + f->outputs;
}

/* The best ratio of each output to each input, the least of each input, the most of each output:
 * each is on the frontier, the first of equal ones. */
static double merit(const sw_frontier *f, int k, int t, int64_t unit) {
  int ratios = f->inputs * f->outputs;
  if (k < ratios)
    return value_at(f, f->inputs + k % f->outputs, t, unit) / value_at(f, k / f->outputs, t, unit);
  int v = k - ratios;
  double value = value_at(f, v, t, unit);
  return is_input(f, v) ? -value : value;
}

void sw_frontier_starts(const sw_frontier *f, int t, int64_t *start, double *value) {
  int starts = sw_frontier_start_count(f);
  for (int k = 0; k < starts; k++) {
    start[k] = -1;
    value[k] = -INFINITY;
    for (int64_t unit = 0; unit < f->n; unit++) {
      if (!f->used[t][unit]) continue;
      double one = merit(f, k, t, unit); /* nothing for nothing: NaN, and not taken */
      if (isfinite(one) && one > value[k]) {
        value[k] = one;
        start[k] = unit;
      }
    }
  }
}

/* ---- a thread --------------------------------------------------------------------------- */

sw_status sw_frontier_open(sw_error *err, const sw_frontier *f, sw_frontier_solver **out) {
  SW_TRY(sw_alloc(err, 1, sizeof **out, (void **)out));
  **out = (sw_frontier_solver){.f = f};
  return sw_lp_open(err, &(*out)->lp);
}

void sw_frontier_close(sw_frontier_solver *s) {
  if (!s) return;
  sw_lp_close(s->lp);
  sw_free(s->at);
  sw_free(s->size);
  sw_free(s);
}

/* Twice as many columns, with those that are there. */
static sw_status make_room(sw_error *err, sw_frontier_solver *s) {
  if (s->count < s->room) return SW_OK;
  int room = s->room ? 2 * s->room : 128;
  int64_t *at = NULL;
  double *size = NULL;
  SW_TRY(sw_alloc(err, (size_t)room, sizeof *at, (void **)&at));
  sw_status status = sw_alloc(err, (size_t)room, sizeof *size, (void **)&size);
  if (status != SW_OK) {
    sw_free(at);
    return status;
  }
  if (s->count > 0) {
    memcpy(at, s->at, (size_t)s->count * sizeof *at);
    memcpy(size, s->size, (size_t)s->count * sizeof *size);
  }
  sw_free(s->at);
  sw_free(s->size);
  s->at = at;
  s->size = size;
  s->room = room;
  return SW_OK;
}

/* ---- columns ---------------------------------------------------------------------------- */

/* An observation's column. Its place in `at` follows that in the program. */
static sw_status add_observation(sw_error *err, sw_frontier_solver *s, int64_t at) {
  const sw_frontier *f = s->f;
  int variables = sw_frontier_variables(f), t = (int)(at % f->periods);
  double entry[SW_FRONTIER_MOST + 1], size = 0;
  SW_TRY(make_room(err, s));
  for (int v = 0; v < variables; v++) {
    entry[v] = value_at(f, v, t, at / f->periods) * s->scale[v];
    size = fmax(size, entry[v]);
  }
  for (int v = 0; v < variables; v++)
    entry[v] /= size;
  entry[variables] = 1 / size;
  SW_TRY(sw_lp_add(err, s->lp, entry, false));
  s->at[s->count] = at;
  s->size[s->count++] = size;
  return SW_OK;
}

/* Whether rho stands in that row: 1 where it takes the row's right-hand side along (theta x_a), -1
 * where it leaves some of it. */
static int direction(const sw_frontier *f, int v) {
  switch (f->orientation) {
  case SW_TO_INPUT:
    return is_input(f, v) ? 1 : 0;
  case SW_TO_OUTPUT:
    return !is_input(f, v) && !is_bad(f, v) ? 1 : 0;
  default:
    if (is_input(f, v)) return f->bad ? 0 : -1;
    return is_bad(f, v) ? -1 : 1;
  }
}

static sw_status add_rho_and_slacks(sw_error *err, sw_frontier_solver *s) {
  const sw_frontier *f = s->f;
  int variables = sw_frontier_variables(f);
  double entry[SW_FRONTIER_MOST + 1] = {0};
  for (int v = 0; v < variables; v++) {
    bool moves = f->orientation != SW_TO_DIRECTION && direction(f, v) != 0;
    entry[v] = -direction(f, v) * s->own[v];
    sw_lp_rhs(s->lp, v, moves ? 0 : s->own[v]);
  }
  SW_TRY(sw_lp_add(err, s->lp, entry, f->orientation == SW_TO_DIRECTION));
  for (int v = 0; v < slacks_of(f); v++) {
    memset(entry, 0, sizeof entry);
    entry[v] = is_input(f, v) ? 1 : -1;
    SW_TRY(sw_lp_add(err, s->lp, entry, false));
  }
  return SW_OK;
}

static bool is_there(const sw_frontier_solver *s, int64_t at) {
  for (int k = 0; k < s->count; k++)
    if (s->at[k] == at) return true;
  return false;
}

/* The best in each respect, of all periods of the technology. */
static sw_status add_starts(sw_error *err, sw_frontier_solver *s) {
  const sw_frontier *f = s->f;
  for (int k = 0; k < f->starts; k++) {
    int64_t best = -1;
    double most = -INFINITY;
    for (int t = s->from; t < s->to; t++) {
      int64_t unit = f->start[t * f->starts + k], at = unit * f->periods + t;
      if (unit < 0 || at == s->left_out || !(f->start_value[t * f->starts + k] > most)) continue;
      most = f->start_value[t * f->starts + k];
      best = at;
    }
    if (best >= 0 && !is_there(s, best)) SW_TRY(add_observation(err, s, best));
  }
  return SW_OK;
}

/* The observation itself, at rho = 1 (beta = 0) and without slacks, is a solution: in the rows of
 * an input and an output that it has stand its own column and rho, in those of others their slacks.
 */
static void begin_with_own(const sw_frontier_solver *s) {
  const sw_frontier *f = s->f;
  int input = 0, output = f->inputs;
  while (s->own[input] == 0)
    input++;
  while (s->own[output] == 0)
    output++;
  bool is_rho_of_input = f->orientation == SW_TO_INPUT;
  sw_lp_make_basic(s->lp, RHO, is_rho_of_input ? input : output);
  sw_lp_make_basic(s->lp, own_column(f), is_rho_of_input ? output : input);
  for (int v = 0; v < slacks_of(f); v++)
    if (v != input && v != output) sw_lp_make_basic(s->lp, 1 + v, v);
}

sw_status sw_frontier_begin(sw_error *err, sw_frontier_solver *s, int64_t unit, int t, int from,
                            int to, bool without) {
  const sw_frontier *f = s->f;
  int variables = sw_frontier_variables(f);
  int64_t at = unit * f->periods + t;
  bool within = t >= from && t < to;
  s->unit = unit;
  s->t = t;
  s->from = from;
  s->to = to;
  s->is_within = within && !without;
  s->left_out = within && without ? at : -1;
  s->count = 0;
  for (int v = 0; v < variables; v++) {
    double value = value_at(f, v, t, unit), mean = f->mean[t * variables + v];
    s->own[v] = value > 0 ? 1 : 0;
    s->scale[v] = value > 0 ? 1 / value : mean > 0 ? 1 / mean : 1;
  }
  SW_TRY(sw_lp_begin(err, s->lp, variables + 1));
  SW_TRY(add_rho_and_slacks(err, s));
  SW_TRY(add_observation(err, s, at));
  begin_with_own(s);
  return add_starts(err, s);
}

/* ---- rounds ----------------------------------------------------------------------------- */

typedef struct prices {
  double price[SW_FRONTIER_MOST], constant;
} prices;

static prices prices_of(const sw_frontier_solver *s) {
  int variables = sw_frontier_variables(s->f);
  prices now = {.constant = s->variable_returns ? -sw_lp_dual(s->lp, variables) : 0};
  for (int v = 0; v < variables; v++)
    now.price[v] = -sw_lp_dual(s->lp, v) * s->scale[v];
  return now;
}

/* The observations of a period that may join: all units, or those that are packed. */
static int64_t count_of(const sw_frontier *f, int t) {
  return f->who ? f->who_count[t] : f->n;
}

/* In a block of period t the first with the least reduced cost below *least, which it becomes. */
static void look_at_block(const sw_frontier_solver *s, const prices *now, const double *const *row,
                          int t, int64_t lo, double *least, int64_t *best) {
  const sw_frontier *f = s->f;
  double cost[SW_FRONTIER_BLOCK], size[SW_FRONTIER_BLOCK];
  int64_t left = count_of(f, t) - lo;
  int count = (int)(left < SW_FRONTIER_BLOCK ? left : SW_FRONTIER_BLOCK);
  if (!sw_frontier_reduced(sw_frontier_variables(f), row, lo, count, now->price, s->scale,
                           now->constant, *least, cost, size))
    return;
  for (int j = 0; j < count; j++) {
    int64_t unit = f->who ? f->who[t][lo + j] : lo + j, at = unit * f->periods + t;
    double reduced = cost[j] / size[j];
    if (!(reduced < *least) || !f->used[t][unit] || at == s->left_out) continue;
    *least = reduced;
    *best = at;
  }
}

static int64_t blocks_of(int64_t count) {
  return (count + SW_FRONTIER_BLOCK - 1) / SW_FRONTIER_BLOCK;
}

/* What the prices call for: of each of TAKEN parts of the blocks the observation with the least
 * reduced cost, if it is below 0. Returns how many. */
static int find_columns(const sw_frontier_solver *s, int64_t *found) {
  const sw_frontier *f = s->f;
  const prices now = prices_of(s);
  int64_t blocks = 0, best = -1;
  for (int t = s->from; t < s->to; t++)
    blocks += blocks_of(count_of(f, t));
  int64_t part = (blocks + TAKEN - 1) / TAKEN, left = part;
  double least = -NOTHING;
  int count = 0;
  for (int t = s->from; t < s->to; t++) {
    const double *row[SW_FRONTIER_MOST];
    for (int v = 0; v < sw_frontier_variables(f); v++)
      row[v] = (f->who ? f->packed : f->value)[v * f->periods + t];
    for (int64_t lo = 0; lo < count_of(f, t); lo += SW_FRONTIER_BLOCK) {
      look_at_block(s, &now, row, t, lo, &least, &best);
      if (--left > 0) continue;
      if (best >= 0) found[count++] = best;
      best = -1;
      least = -NOTHING;
      left = part;
    }
  }
  if (best >= 0) found[count++] = best;
  return count;
}

/* Until no column joins. False *solved: the solver has failed. */
static sw_status improve(sw_error *err, sw_frontier_solver *s, bool drives_out, bool *solved) {
  int64_t found[TAKEN + 1];
  for (int round = 0; round < MOST_ROUNDS; round++) {
    int before = s->count;
    SW_TRY(sw_lp_solve(err, s->lp, solved));
    if (!*solved) return SW_OK;
    if (drives_out && sw_lp_value(s->lp, own_column(s->f)) < NOTHING) return SW_OK;
    int count = find_columns(s, found);
    for (int k = 0; k < count; k++)
      if (!is_there(s, found[k])) SW_TRY(add_observation(err, s, found[k]));
    if (s->count == before) return SW_OK;
  }
  *solved = false;
  return SW_OK;
}

/* The first phase: as little as can be of what is no observation of the technology. */
static sw_status drive_out(sw_error *err, sw_frontier_solver *s, sw_frontier_found *found) {
  int own = own_column(s->f);
  bool solved;
  sw_lp_unfix(s->lp, own);
  sw_lp_cost(s->lp, own, 1);
  SW_TRY(improve(err, s, true, &solved));
  sw_lp_cost(s->lp, own, 0);
  if (!solved)
    found->state = SW_FRONTIER_FAILED;
  else if (sw_lp_value(s->lp, own) >= NOTHING)
    found->state = SW_FRONTIER_INFEASIBLE;
  sw_lp_fix(s->lp, own, 0);
  return SW_OK;
}

sw_status sw_frontier_solve(sw_error *err, sw_frontier_solver *s, bool variable_returns,
                            sw_frontier_found *found) {
  const sw_frontier *f = s->f;
  int variables = sw_frontier_variables(f);
  bool solved = true;
  *found = (sw_frontier_found){SW_FRONTIER_SOLVED, NAN};
  s->variable_returns = variable_returns;
  if (variable_returns)
    sw_lp_rhs(s->lp, variables, 1);
  else
    sw_lp_leave_out(s->lp, variables);
  sw_lp_cost(s->lp, RHO, 0);
  if (!s->is_within) SW_TRY(drive_out(err, s, found));
  if (found->state != SW_FRONTIER_SOLVED) return SW_OK;
  sw_lp_cost(s->lp, RHO, f->orientation == SW_TO_INPUT ? 1 : -1);
  SW_TRY(improve(err, s, false, &solved));
  if (!solved) {
    found->state = SW_FRONTIER_FAILED;
    return SW_OK;
  }
  s->rho = found->rho = sw_lp_value(s->lp, RHO);
  return SW_OK;
}

/* ---- slacks, peers ---------------------------------------------------------------------- */

/* What a slack counts for: the largest is 1, as all else in the program. */
static void weigh_slacks(const sw_frontier_solver *s, double *weight) {
  const sw_frontier *f = s->f;
  int variables = sw_frontier_variables(f);
  double most = 0;
  for (int v = 0; v < slacks_of(f); v++) {
    double mean = f->mean[s->t * variables + v];
    weight[v] = mean > 0 ? 1 / (s->scale[v] * mean) : 0;
    most = fmax(most, weight[v]);
  }
  for (int v = 0; v < slacks_of(f); v++)
    weight[v] /= most;
}

/* The second stage: rho stays, and the slacks are made as large as they can be. */
sw_status sw_frontier_slacks(sw_error *err, sw_frontier_solver *s, double *slack, bool *solved) {
  double weight[SW_FRONTIER_MOST];
  weigh_slacks(s, weight);
  sw_lp_fix(s->lp, RHO, s->rho);
  sw_lp_cost(s->lp, RHO, 0);
  for (int v = 0; v < slacks_of(s->f); v++)
    sw_lp_cost(s->lp, 1 + v, -weight[v]);
  SW_TRY(improve(err, s, false, solved));
  for (int v = 0; v < slacks_of(s->f); v++) {
    double value = *solved ? sw_lp_value(s->lp, 1 + v) : NAN;
    slack[v] = value < NOTHING ? 0 : value / s->scale[v];
  }
  return SW_OK;
}

int sw_frontier_peers(const sw_frontier_solver *s, int most, int64_t *at, double *lambda) {
  int count = 0;
  for (int k = s->is_within ? 0 : 1; k < s->count && count < most; k++) {
    double value = sw_lp_value(s->lp, own_column(s->f) + k);
    if (!(value > NOTHING)) continue;
    at[count] = s->at[k];
    lambda[count++] = value / s->size[k];
  }
  return count;
}
