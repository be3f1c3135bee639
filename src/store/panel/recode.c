/* `crosswalk`, when rows are in their cells: the units that codes of the panel become. Rows are
 * sent and held against each other under the codes that they have; then the cells of each unit are
 * made of those of its parts.
 *
 * What is added up and what is a mean the study says, as only people can tell amounts from rates:
 * the mean of a rate weighs its parts by an amount. A unit with a part that has no value has none
 * itself: half of a sum is no sum. A rate of one part stays as it is, to the bit.
 *
 * Series travel from the owner of a code to the owners of the units it becomes, column by column.
 * Each of these takes the parts of a unit in the order of their codes, so that a sum has one order
 * on any number of ranks. */
#include "store/panel/build.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which units are there
 * ------------------------------------------------------------------------------ */

/* A series that goes to a rank: `place` of its code here. */
typedef struct parcel {
  int32_t owner, place;
} parcel;

typedef struct recoding {
  sw_panel_build *build;
  sw_panel_recoding *r;
  sw_unit_table codes; /* what rows were sent by */
  int64_t lo, hi;      /* this rank's of them */
  sw_panel_cells *cells;
  int n_cells, n_periods;
  int64_t *first_span; /* of each code of the panel, in `there` */
  int64_t n_spans;
  int64_t *there; /* of each span that is MAYBE: values in it, over all ranks */
  parcel *parcel; /* by owner, then code */
  int64_t n_parcels;
  int64_t *needed; /* codes of the panel whose series come here, in their order */
  int64_t n_needed;
  size_t *sent, *received;
  int64_t *absent; /* old codes that no row has */
  int64_t n_absent;
  int64_t *row; /* of each unit here */
  int64_t filled, lacking;
  double first[4]; /* where a part lacks first: unit, column, period, part */
} recoding;

static const sw_code_life *life_of(const recoding *in, int64_t i) {
  return &in->r->life[in->r->number[i]];
}

/* Values of code i, which is here, in periods of a span; the first of them. */
static int64_t count_values(const recoding *in, int64_t i, const sw_span *span, int *column,
                            int *period) {
  int64_t n = 0;
  for (int t = span->lo; t < span->hi; t++)
    for (int c = 0; c < in->n_cells; c++)
      if (!isnan(in->cells[c].row[t][i - in->lo]) && !n++) *column = c, *period = t;
  return n;
}

static sw_status refuse_ended(sw_error *err, const recoding *in, int64_t i, const sw_span *span,
                              int column, int period) {
  return sw_fail(
      err, SW_EINPUT,
      "%s:%lld: unit %s ended in %s, but the panel has its %s of period %s; give that "
      "under the new code, correct the period, or leave `period` out of `crosswalk`, for "
      "changes of all periods",
      in->r->crosswalk.spec->file, (long long)span->line, in->codes.code[i], span->ended,
      in->cells[column].name, in->build->panel->periods.label[period]);
}

/* Which codes are there before something becomes them, and that none is after its end. *order: of
 * the first that is. */
static sw_status see_values(sw_error *err, const recoding *in, int64_t *order) {
  int column = 0, period = 0;
  for (int64_t i = in->lo; i < in->hi; i++)
    for (int s = 0; s < life_of(in, i)->n; s++) {
      const sw_span *span = &life_of(in, i)->span[s];
      if (span->kind == SW_SPAN_THERE) continue;
      int64_t n = count_values(in, i, span, &column, &period);
      in->there[in->first_span[i] + s] = n;
      *order = i;
      if (n && span->kind == SW_SPAN_ENDED) return refuse_ended(err, in, i, span, column, period);
    }
  return SW_OK;
}

static sw_status number_spans(sw_error *err, recoding *in) {
  SW_NEW(err, in->build->arena, in->first_span, in->codes.n);
  for (int64_t i = 0; i < in->codes.n; i++) {
    in->first_span[i] = in->n_spans;
    in->n_spans += life_of(in, i)->n;
  }
  return sw_calloc(err, (size_t)in->n_spans, sizeof *in->there, (void **)&in->there);
}

/* Collective. */
static sw_status look_at_values(sw_error *err, recoding *in) {
  sw_team *team = in->build->team;
  int64_t order = 0;
  SW_TRY(sw_team_agree(team, err, number_spans(err, in), 0));
  sw_status status = see_values(err, in, &order);
  SW_TRY(sw_team_agree(team, err, status, order));
  SW_TRY(team->sum_i64(team, err, in->there, (int)in->n_spans));
  for (int64_t i = 0; i < in->codes.n; i++)
    for (int s = 0; s < life_of(in, i)->n; s++)
      in->r->fresh +=
          life_of(in, i)->span[s].kind == SW_SPAN_MAYBE && !in->there[in->first_span[i] + s];
  return SW_OK;
}

/* ---- what goes where ---------------------------------------------------------------------- */

static int by_owner(const void *a, const void *b) {
  const parcel *x = a, *y = b;
  return x->owner != y->owner ? x->owner - y->owner : x->place - y->place;
}

/* Calls `pass` for the rows of units that code i becomes in any period, some of them twice. */
static void each_unit(const recoding *in, int64_t i, void (*pass)(void *, int64_t i, int64_t row),
                      void *self) {
  const sw_code_life *life = life_of(in, i);
  int64_t own = in->r->unit[in->r->number[i]];
  if (own >= 0) pass(self, i, own);
  for (int s = 0; s < life->n; s++)
    for (int k = 0; k < life->span[s].n; k++) {
      int64_t row = in->r->unit[life->span[s].part[k].to];
      if (row >= 0) pass(self, i, row);
    }
}

static void count_unit(void *self, int64_t i, int64_t row) {
  (void)i, (void)row;
  ((recoding *)self)->n_parcels++;
}

static void add_parcel(void *self, int64_t i, int64_t row) {
  recoding *in = self;
  in->parcel[in->n_parcels++] = (parcel){in->build->owner[row], (int32_t)(i - in->lo)};
}

static void need(void *self, int64_t i, int64_t row) {
  recoding *in = self;
  if (in->build->owner[row] != in->build->team->rank) return;
  if (!in->n_needed || in->needed[in->n_needed - 1] != i) in->needed[in->n_needed++] = i;
}

/* Every rank works out what it sends and what it gets, out of the same tables. */
static sw_status plan_ways(sw_error *err, recoding *in) {
  sw_panel_build *build = in->build;
  int64_t n = 0;
  SW_NEW(err, build->arena, in->sent, 2 * build->team->size);
  SW_NEW(err, build->arena, in->needed, in->codes.n);
  in->received = in->sent + build->team->size;
  for (int64_t i = in->lo; i < in->hi; i++)
    each_unit(in, i, count_unit, in);
  SW_NEW(err, build->arena, in->parcel, in->n_parcels);
  in->n_parcels = 0;
  for (int64_t i = in->lo; i < in->hi; i++)
    each_unit(in, i, add_parcel, in);
  if (in->n_parcels) qsort(in->parcel, (size_t)in->n_parcels, sizeof *in->parcel, by_owner);
  for (int64_t k = 0; k < in->n_parcels; k++)
    if (!k || by_owner(&in->parcel[k - 1], &in->parcel[k])) in->parcel[n++] = in->parcel[k];
  in->n_parcels = n;
  for (int64_t i = 0; i < in->codes.n; i++)
    each_unit(in, i, need, in);
  return SW_OK;
}

/* The series of a column: what comes from lower ranks is of lower codes, so that they stand in the
 * order of `needed`. Collective; *series is the caller's. */
static sw_status fetch(sw_error *err, recoding *in, const char *name, double **series) {
  sw_team *team = in->build->team;
  double *value = NULL;
  int c = 0;
  while (strcmp(in->cells[c].name, name))
    c++;
  sw_status status =
      sw_alloc(err, (size_t)in->n_parcels * (size_t)in->n_periods, sizeof *value, (void **)&value);
  SW_TRY(sw_team_agree(team, err, status, 0));
  for (int r = 0; r < team->size; r++)
    in->sent[r] = 0;
  for (int64_t k = 0; k < in->n_parcels; k++) {
    in->sent[in->parcel[k].owner] += (size_t)in->n_periods * sizeof *value;
    for (int t = 0; t < in->n_periods; t++)
      value[k * in->n_periods + t] = in->cells[c].row[t][in->parcel[k].place];
  }
  status = team->all_to_all(team, err, value, in->sent, (void **)series, in->received);
  sw_free(value);
  return status;
}

/* ---- sums and means ----------------------------------------------------------------------- */

/* One column while it is recoded. */
typedef struct column {
  int at;                       /* among the cells */
  const double *value, *weight; /* series; weight NULL: a sum */
} column;

/* The units of one period, while their parts are taken. */
typedef struct tally {
  double sum, weight, single; /* single: the value of the first part */
  int32_t parts, lacking;     /* with a value, without one */
  int64_t without, unweighed; /* the first code without a value, without a weight; -1 */
} tally;

/* A part of a unit. Of a mean `weight` is that of the part, of a sum 1. Where gaps are zeros the
 * part counts as 0. */
static void take_part(tally *to, bool zero, int64_t code, double value, double weight,
                      double share) {
  bool gap = isnan(value);
  if (gap && to->without < 0) to->without = code;
  if (isnan(weight) && to->unweighed < 0) to->unweighed = code;
  if (zero && isnan(weight)) weight = 0;
  double part = share == 1 ? weight : weight * share;
  to->lacking += gap;
  if (gap && !zero) return;
  to->sum += gap ? 0 : value * part;
  to->weight += part;
  if (!gap && !to->parts++) to->single = value;
}

/* What of code `number` is in the units here in a period. `there`: of the spans that are MAYBE. */
static void take_code(const recoding *in, int64_t number, int t, const int64_t *there, double value,
                      double weight, tally *to) {
  const sw_panel_build *build = in->build;
  const sw_code_life *life = &in->r->life[number];
  sw_share_of self = {number, 1};
  const sw_share_of *part = &self;
  int s = 0, n = 1;
  while (s < life->n && t >= life->span[s].hi)
    s++;
  const sw_span *span = s < life->n ? &life->span[s] : NULL;
  if (span && span->kind == SW_SPAN_ENDED) return;
  if (span && span->kind == SW_SPAN_MAYBE && !(there && there[s])) return;
  if (span && span->n) part = span->part, n = span->n;
  for (int p = 0; p < n; p++) {
    int64_t row = in->r->unit[part[p].to];
    if (row >= 0 && build->owner[row] == build->team->rank)
      take_part(&to[build->place[row]], build->spec->missing == SW_MISSING_ZERO, number, value,
                weight, part[p].share);
  }
}

/* All units here in period t, parts in the order of their codes; then those that no row is of. */
static void take_period(const recoding *in, const column *c, int t, tally *to) {
  for (int64_t u = 0; u < in->build->n_here; u++)
    to[u] = (tally){.without = -1, .unweighed = -1};
  for (int64_t k = 0; k < in->n_needed; k++) {
    int64_t i = in->needed[k], at = k * in->n_periods + t;
    double weight = c->weight ? c->weight[at] : 1;
    take_code(in, in->r->number[i], t, in->there + in->first_span[i], c->value[at],
              weight < 0 ? NAN : weight, to);
  }
  for (int64_t k = 0; k < in->n_absent; k++)
    take_code(in, in->absent[k], t, NULL, NAN, 1, to);
}

static int by_place(const double *a, const double *b) {
  int k = 0;
  while (k < 3 && a[k] == b[k])
    k++;
  return a[k] < b[k] ? -1 : a[k] > b[k];
}

/* A unit that some part of keeps from having a value: counted, and the first of all is kept. */
static void note_lacking(recoding *in, const column *c, int t, int64_t u, int64_t part) {
  double here[4] = {(double)in->row[u], c->at, t, (double)part};
#pragma omp critical(sw_panel_recode)
  {
    in->lacking++;
    if (by_place(here, in->first) < 0) memcpy(in->first, here, sizeof here);
  }
}

static void finish_period(recoding *in, const column *c, int t, const tally *of) {
  bool zero = in->build->spec->missing == SW_MISSING_ZERO;
  double *cell = in->build->cells[c->at].row[t];
  int64_t filled = 0;
  for (int64_t u = 0; u < in->build->n_here; u++) {
    const tally *one = &of[u];
    int32_t all = one->parts + one->lacking;
    if (!one->parts) continue; /* NaN, as it began: nothing is known, or there is nothing yet */
    if (one->lacking && !zero) {
      note_lacking(in, c, t, u, one->without);
    } else if (c->weight && all > 1) {
      if (isnan(one->weight)) note_lacking(in, c, t, u, one->unweighed);
      if (one->weight > 0) cell[u] = one->sum / one->weight;
    } else {
      cell[u] = c->weight ? one->single : one->sum;
    }
    filled += zero ? one->lacking : 0;
  }
#pragma omp atomic
  in->filled += filled;
}

/* Threads take periods, so that a sum is one thread's. Collective. */
static sw_status recode_column(sw_error *err, recoding *in, int at, const sw_mean *mean) {
  size_t units = (size_t)in->build->n_here;
  double *value = NULL, *weight = NULL;
  tally *room = NULL;
  int threads = omp_get_max_threads() < in->n_periods ? omp_get_max_threads() : in->n_periods;
  sw_status status = fetch(err, in, in->cells[at].name, &value);
  if (!status && mean) status = fetch(err, in, mean->weight, &weight);
  if (!status)
    status = sw_team_agree(in->build->team, err,
                           sw_alloc(err, (size_t)threads * units, sizeof *room, (void **)&room), 0);
  column c = {at, value, weight};
  if (!status) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int t = 0; t < in->n_periods; t++) {
      tally *mine = room + (size_t)omp_get_thread_num() * units;
      take_period(in, &c, t, mine);
      finish_period(in, &c, t, mine);
    }
  }
  sw_free(value);
  sw_free(weight);
  sw_free(room);
  return status;
}

/* Means first, as they need the amounts that weigh them; what was added up is given back. */
static sw_status recode_columns(sw_error *err, recoding *in) {
  const sw_crosswalk_spec *spec = &in->build->spec->crosswalk;
  for (int sums = 0; sums < 2; sums++)
    for (int c = 0; c < in->n_cells; c++) {
      const sw_mean *mean = sw_crosswalk_mean(spec, in->cells[c].name);
      if ((mean == NULL) != sums) continue;
      SW_TRY(recode_column(err, in, c, mean));
      sw_panel_cells_free(&in->cells[c]);
    }
  return SW_OK;
}

/* Over all ranks. The first gap is narrowed down number by number. Collective. */
static sw_status sum_counts(sw_error *err, recoding *in) {
  sw_team *team = in->build->team;
  sw_panel_recoding *r = in->r;
  int64_t count[2] = {in->filled, in->lacking};
  double all[4];
  SW_TRY(team->sum_i64(team, err, count, 2));
  for (int k = 0; k < 4; k++) {
    all[k] = in->first[k];
    SW_TRY(team->min_f64(team, err, &all[k], 1));
    for (int rest = k + 1; rest < 4 && in->first[k] != all[k]; rest++)
      in->first[rest] = INFINITY;
  }
  /* Treat adds up what each rank has filled. */
  in->build->panel->filled += in->filled;
  r->lacking = count[1];
  if (!r->lacking) return SW_OK;
  r->lacks_unit = (int64_t)all[0];
  r->lacks_column = (int)all[1];
  r->lacks_period = (int)all[2];
  r->lacks_part = (int64_t)all[3];
  return SW_OK;
}

const char *sw_panel_say_lacking(const sw_panel_build *build, char text[SW_RECODE_ROOM]) {
  const sw_panel_recoding *r = build->recoding;
  snprintf(
      text, SW_RECODE_ROOM,
      "%lld cell%s missing as a part of the unit has no value (first: %.40s of %.40s in %.40s, "
      "of which %.40s lacks it)",
      (long long)r->lacking, r->lacking == 1 ? " is" : "s are",
      build->plan.raw[r->lacks_column].name, r->table.code[r->lacks_unit],
      build->panel->periods.label[r->lacks_period], r->code[r->lacks_part]);
  return text;
}

/* ---- together ----------------------------------------------------------------------------- */

/* Old codes that no row of the panel has, and the rows of the units here. */
static sw_status list_rest(sw_error *err, recoding *in) {
  const sw_panel_build *build = in->build;
  sw_panel_recoding *r = in->r;
  SW_NEW(err, build->arena, in->absent, r->n_codes);
  SW_NEW(err, build->arena, in->row, build->n_here);
  for (int64_t i = 0, k = 0; i < r->n_codes; i++) {
    bool there = k < in->codes.n && r->number[k] == i;
    k += there;
    if (!there && r->life[i].n) in->absent[in->n_absent++] = i;
  }
  for (int64_t row = 0; row < build->table.n; row++)
    if (build->owner[row] == build->team->rank) in->row[build->place[row]] = row;
  return SW_OK;
}

/* The units in place of the codes. Collective. */
static sw_status change_over(sw_error *err, recoding *in) {
  sw_panel_build *build = in->build;
  SW_TRY(look_at_values(err, in));
  build->table = in->r->table;
  sw_status status = sw_panel_own(err, build);
  if (!status) status = plan_ways(err, in);
  if (!status) status = list_rest(err, in);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  SW_TRY(recode_columns(err, in));
  return sum_counts(err, in);
}

sw_status sw_panel_recode(sw_error *err, sw_panel_build *build) {
  recoding in = {.build = build,
                 .r = build->recoding,
                 .codes = build->table,
                 .lo = build->panel->lo,
                 .hi = build->panel->hi,
                 .cells = build->cells,
                 .n_cells = build->n_cells,
                 .n_periods = build->panel->periods.n,
                 .first = {INFINITY, INFINITY, INFINITY, INFINITY}};
  build->cells = NULL;
  build->n_cells = 0;
  sw_status status = change_over(err, &in);
  for (int c = 0; c < in.n_cells; c++)
    sw_panel_cells_free(&in.cells[c]);
  sw_free(in.there);
  return status;
}
