/* Convergence clubs of Phillips & Sul (methods-regions.md section 9b): whether all units of a
 * variable converge, by the log t test, and if not which do among each other.
 *
 *   z = trend of ln x,  h = z/mean z,  H_t = mean (h - 1)^2
 *   ln(H_1/H_t) - 2 ln ln t = a + b ln t,  t = cut + 1 .. T;  t of b <= -1.65 rejects
 *
 * Units are those with a value (with logs above 0) in every period. The verdict on all units rests
 * on choices that the theory leaves open: the unit that x is counted in, as ln(x/1000) = ln x - ln
 * 1000 moves the mean that h divides by; the trimmed share; the filter. So the same t is given at
 * other choices too, and a difference is said.
 *
 * One item does it all on one thread: O(nT) for trends and for each t of all units, and the search
 * of kernel/linear/clubs.h, which is O(k n (T + m^2)) of k clubs and m points. Memory: n (m + 1)
 * doubles.
 *
 * Sources: Phillips & Sul 2007, 2009; Hodrick & Prescott 1997.
 *
 * The record is a clubs_found with two int32 by unit behind it; `finish` copies it to its result,
 * so the pass over units finds on each rank what the item found on one. */
#include "measure/model/convergence_clubs.h"
#include "kernel/linear/hp.h"
#include "kernel/series/stats.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

enum { SEARCH, BY_UNIT }; /* passes */

static const double other_trims[TRIMS] = {.2, .25, .3, 1. / 3, .4};
/* 6.25 is the other lambda of methods-regions.md 9b, 400 the default. */
static const double low_lambda = 6.25, thousand = 6.907755278982137; /* ln 1000 */

static size_t found_bytes(const sw_job *job) {
  return sizeof(clubs_found) + 2 * (size_t)job->n * sizeof(int32_t);
}

/* ---- workspace -------------------------------------------------------------------------- */

/* use: the units used, in code order; order: their places in it, by the last value. z: their rows
 * as the search wants them. series: a unit's, and its trend. */
typedef struct room {
  int64_t n_used;
  int32_t *use, *order, *spare, *of, *merged_of;
  double *last, *z;
  double *series, *trend, *h, *scratch, *factors[FILTERS], *sums, *plan;
  sw_club *club, *merged;
  /* Two lists of clubs, before and after merging; each club has two units at least, hence n / 2. */
  void *search;
} room;

/* Hands out pieces of the workspace, each at a multiple of 8 bytes; with `at` NULL it only counts.
 */
typedef struct pieces {
  char *at;
  size_t used;
} pieces;

static void *piece(pieces *p, size_t count, size_t size) {
  void *here = p->at ? p->at + p->used : NULL;
  p->used += (count * size + 7) / 8 * 8;
  return here;
}

/* The order is no matter; counted and handed out by one function, so both agree. */
static room share_out(const sw_job *job, pieces *p) {
  /* points: periods behind the cut, which the regression is over. */
  const clubs_state *state = job->state;
  size_t n = (size_t)job->n, periods = (size_t)job->n_periods;
  int points = job->n_periods - state->cut;
  room r = {.use = piece(p, n, sizeof *r.use),
            .order = piece(p, n, sizeof *r.order),
            .spare = piece(p, n, sizeof *r.spare),
            .of = piece(p, n, sizeof *r.of),
            .merged_of = piece(p, n, sizeof *r.merged_of),
            .last = piece(p, n, sizeof *r.last),
            /* Row 0 is the first period, whose H_1 stands in ln(H_1/H_t). */
            .z = piece(p, n * ((size_t)points + 1), sizeof *r.z),
            .series = piece(p, periods, sizeof *r.series),
            .trend = piece(p, periods, sizeof *r.trend),
            .h = piece(p, periods, sizeof *r.h),
            .scratch = piece(p, periods, sizeof *r.scratch),
            .sums = piece(p, 2 * periods, sizeof *r.sums),
            .plan = piece(p, sw_log_t_room(job->n_periods), sizeof *r.plan),
            .club = piece(p, n / 2 + 1, sizeof *r.club),
            .merged = piece(p, n / 2 + 1, sizeof *r.merged),
            .search = piece(p, sw_clubs_workspace(job->n, points), 1)};
  for (int f = 0; f < FILTERS; f++)
    r.factors[f] = piece(p, sw_hp_room(job->n_periods), sizeof(double));
  return r;
}

/* `at` stays NULL: pieces are only counted. */
static size_t workspace_clubs(const sw_job *job) {
  pieces p = {0};
  share_out(job, &p);
  return p.used;
}

/* ---- units and trends ------------------------------------------------------------------- */

/* One set for all periods: a unit that enters late would change the mean it is compared with. */
static void find_units(const sw_job *job, room *r) {
  const clubs_state *state = job->state;
  r->n_used = job->n;
  for (int64_t i = 0; i < job->n; i++)
    r->use[i] = (int32_t)i;
  for (int t = 0; t < job->n_periods; t++) {
    const double *x = job->input[0].view.row[t];
    int64_t kept = 0;
    for (int64_t k = 0; k < r->n_used; k++)
      if (state->logs ? x[r->use[k]] > 0 : !isnan(x[r->use[k]])) r->use[kept++] = r->use[k];
    r->n_used = kept;
  }
}

/* z of unit `unit` by a filter, in r->trend. The trend of a series depends on this series alone, so
 * it can be found unit by unit. */
static void filter_unit(const sw_job *job, room *r, int32_t unit, int filter, const sw_hp *hp) {
  const clubs_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++) {
    double x = job->input[0].view.row[t][unit];
    r->series[t] = state->logs ? log(x) : x;
  }
  /* NONE: the series itself is its trend. */
  if (filter == NONE)
    memcpy(r->trend, r->series, (size_t)job->n_periods * sizeof *r->trend);
  else
    sw_hp_trend(hp, r->series, r->trend);
}

/* Rows of the first period and of those behind the cut; the order, ties by code. */
static void fill_rows(const sw_job *job, room *r, const sw_hp *hp) {
  const clubs_state *state = job->state;
  int points = job->n_periods - state->cut;
  for (int64_t k = 0; k < r->n_used; k++) {
    double *row = r->z + k * (points + 1);
    filter_unit(job, r, r->use[k], state->filter, hp);
    row[0] = r->trend[0];
    memcpy(row + 1, r->trend + state->cut, (size_t)points * sizeof *row);
    /* Negated, as the club search begins with the largest last value. */
    r->last[k] = -r->trend[job->n_periods - 1]; /* the sort ascends */
    r->order[k] = (int32_t)k;
  }
  sw_stats_sort_index(r->last, r->n_used, r->order, r->spare);
}

/* ---- all units together ----------------------------------------------------------------- */

/* H by period of all units by a filter, in their order; the first period without a mean above 0.
 * Running sums add a unit in O(T): H needs no second walk over the units. */
static sw_running sum_all(const sw_job *job, room *r, int filter, const sw_hp *hp) {
  sw_running all = sw_running_make(job->n_periods, r->sums);
  for (int64_t k = 0; k < r->n_used; k++) {
    filter_unit(job, r, r->use[r->order[k]], filter, hp);
    sw_running_add(&all, r->trend);
  }
  return all;
}

/* t after `cut` periods; NaN where the mean is not above 0 or nothing would stay. shift is
 * subtracted from every z: ln of x counted in another unit. sw_running_h returns the first period
 * whose mean is not above 0, or -1. */
static sw_log_t test_all(const sw_job *job, room *r, const sw_running *all, double shift, int cut) {
  if (!sw_log_t_cut_is_good(job->n_periods, cut) || sw_running_h(all, shift, r->h) >= 0)
    return (sw_log_t){NAN, NAN};
  sw_log_t_plan plan = sw_log_t_prepare(job->n_periods, cut, r->plan);
  return sw_log_t_of(&plan, r->h[0], r->h + cut, r->scratch);
}

/* The filter in force comes last, so that its sums are those that stay. */
static void judge(const sw_job *job, room *r, const sw_hp *hp, clubs_found *out) {
  const clubs_state *state = job->state;
  sw_running all = {0};
  /* FILTERS rounds beginning behind the filter in force end with it. */
  for (int k = 1; k <= FILTERS; k++) {
    int filter = (state->filter + k) % FILTERS;
    all = sum_all(job, r, filter, &hp[filter]);
    out->t.filter[filter] = test_all(job, r, &all, 0, state->cut).t;
  }
  out->no_period = sw_running_h(&all, 0, r->h);
  if (out->no_period >= 0) out->no_mean = all.mean[out->no_period];
  out->t.own = test_all(job, r, &all, 0, state->cut);
  /* Without logs h does not know the unit. */
  out->t.thousand = state->logs ? test_all(job, r, &all, thousand, state->cut).t : out->t.own.t;
  /* Each t is O(T) once the sums are there. */
  for (int k = 0; k < TRIMS; k++)
    out->t.trim[k] = test_all(job, r, &all, 0, sw_log_t_cut(job->n_periods, other_trims[k])).t;
}

/* ---- tile ------------------------------------------------------------------------------- */

/* By unit of the panel what was found by place among the used ones. */
static void spread_out(const sw_job *job, const room *r, int32_t *club, int32_t *merged) {
  for (int64_t i = 0; i < job->n; i++)
    club[i] = merged[i] = -1;
  for (int64_t k = 0; k < r->n_used; k++) {
    club[r->use[k]] = r->of[k];
    merged[r->use[k]] = r->merged_of[k];
  }
}

/* The first of each club by its number in the panel. */
static void copy_clubs(const room *r, const sw_club *from, int64_t count, sw_club *to) {
  for (int64_t k = 0; k < count && k < MOST_CLUBS; k++) {
    to[k] = from[k];
    to[k].first = r->use[from[k].first];
  }
}

/* The search works on places among the used units; what leaves it is by number in the panel. */
static void search_clubs(const sw_job *job, room *r, clubs_found *out) {
  const clubs_state *state = job->state;
  sw_log_t_plan plan = sw_log_t_prepare(job->n_periods, state->cut, r->plan);
  sw_clubs_units units = {r->n_used, r->z, r->order, &plan, state->c};
  /* c: the join threshold of step (6) in methods-regions.md 9b. */
  sw_clubs clubs = {.club = r->club, .merged = r->merged, .of = r->of, .merged_of = r->merged_of};
  out->wrong = sw_clubs_find(&units, r->search, &clubs);
  if (out->wrong.place >= 0) {
    out->wrong.first = r->use[out->wrong.first];
    return;
  }
  out->n_clubs = clubs.n_clubs;
  out->n_merged = clubs.n_merged;
  /* of 0: the unit belongs to no club and diverges. */
  for (int64_t k = 0; k < r->n_used; k++)
    out->n_apart += r->of[k] == 0;
  copy_clubs(r, r->club, clubs.n_clubs, out->club);
  copy_clubs(r, r->merged, clubs.n_merged, out->merged);
}

/* A mean at or below 0 ends it: finish then refuses, and says where. Items are one here, so the
 * whole search runs on one thread of one rank, and the others wait. */
static void tile_search(const sw_job *job, clubs_found *out, void *workspace) {
  const clubs_state *state = job->state;
  pieces p = {.at = workspace};
  room r = share_out(job, &p);
  sw_hp hp[FILTERS] = {0};
  *out = (clubs_found){.no_period = -1, .wrong = {.place = -1}};
  hp[HP] = sw_hp_factor(job->n_periods, state->lambda, r.factors[HP]);
  hp[HP_LOW] = sw_hp_factor(job->n_periods, low_lambda, r.factors[HP_LOW]);
  find_units(job, &r);
  out->n_used = r.n_used;
  /* One unit has nothing to converge with: refused by sw_clubs_refuse. */
  if (r.n_used < 2) return;
  fill_rows(job, &r, &hp[state->filter]);
  judge(job, &r, hp, out);
  if (out->no_period >= 0) return;
  search_clubs(job, &r, out);
  int32_t *club = (int32_t *)(out + 1);
  spread_out(job, &r, club, club + job->n);
}

/* 0 in the record: of no club; -1: not used. */
static void fill_units(const sw_job *job, const sw_tile *tile) {
  const int32_t *club = (const int32_t *)((const clubs_found *)job->folded[SEARCH] + 1);
  for (int64_t i = tile->lo; i < tile->hi; i++) {
    int32_t merged = club[job->n + i];
    job->result[CLUB].row[0][i - job->first] = club[i] < 0 ? NAN : club[i];
    job->result[MERGED].row[0][i - job->first] = merged < 0 ? NAN : merged;
  }
}

static void tile_clubs(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  if (tile->pass == SEARCH)
    tile_search(job, out, workspace);
  else
    fill_units(job, tile);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* `rows` is what the axis has room for; clubs beyond it are counted, and a note says so. */
static void place_clubs(const sw_job *job, const sw_club *club, int64_t count, int b) {
  const clubs_state *state = job->state;
  /* Rows beyond the clubs found are NaN with the size 0, since the axis has one length for all. */
  for (int k = 0; k < state->rows; k++) {
    bool there = k < count;
    job->result[b].row[0][k] = there ? club[k].b : NAN;
    job->result[b + T - B].row[0][k] = there ? club[k].t : NAN;
    job->result[b + SIZE - B].row[0][k] = there ? (double)club[k].size : 0;
  }
}

static void place(sw_job *job, const clubs_found *f) {
  place_clubs(job, f->club, f->n_clubs, B);
  place_clubs(job, f->merged, f->n_merged, MERGED_B);
  job->result[LOG_T].row[0][0] = f->t.own.t;
  job->result[LOG_B].row[0][0] = f->t.own.b;
  job->result[LOG_T_THOUSAND].row[0][0] = f->t.thousand;
  memcpy(job->result[LOG_T_FILTER].row[0], f->t.filter, sizeof f->t.filter);
  memcpy(job->result[LOG_T_TRIM].row[0], f->t.trim, sizeof f->t.trim);
  job->result[N_USED].row[0][0] = (double)f->n_used;
}

/* Refusals first; what units need is handed to all ranks. */
static sw_status finish_clubs(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  if (pass != SEARCH) return SW_OK;
  const clubs_found *f = all;
  SW_TRY(sw_clubs_refuse(err, job, f));
  place(job, f);
  sw_clubs_tell(job, f);
  memcpy(result, all, found_bytes(job));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* What the trend and ln t count as neighbours must be as far apart as any others. */
static sw_status check_periods(sw_error *err, sw_job *job, clubs_state *state) {
  double trim = sw_job_arg(job, "trim")->number;
  /* A regression needs SW_LOG_T_LEAST points behind the cut of at least one period. */
  SW_TRY(sw_series_check(err, job, "of", SW_LOG_T_LEAST + 1));
  int uneven = sw_series_uneven(job);
  if (uneven > 0)
    return sw_job_fail(err, job, "of",
                       "%s is not as far from %s as the first two periods are apart; log t needs "
                       "even steps: list some under periods",
                       sw_job_period(job, uneven), sw_job_period(job, uneven - 1));
  state->cut = sw_log_t_cut(job->n_periods, trim);
  if (sw_log_t_cut_is_good(job->n_periods, state->cut)) return SW_OK;
  return sw_job_fail(err, job, "trim",
                     "%g of %d periods leaves out %d; expected one or more, and %d that stay", trim,
                     job->n_periods, state->cut, SW_LOG_T_LEAST);
}

/* No more clubs than pairs of units. */
static sw_status declare_axes(sw_error *err, sw_job *job, clubs_state *state) {
  const char **club = NULL, **filter = NULL; /* club[0]: of no club, in names of classes alone */
  /* A club has two units at least. */
  int64_t most = job->n / 2 < MOST_CLUBS ? job->n / 2 : MOST_CLUBS;
  state->rows = most < 1 ? 1 : (int)most;
  SW_NEW(err, job->arena, club, state->rows + 1);
  SW_NEW(err, job->arena, filter, FILTERS);
  filter[HP_LOW] = "hp 6.25";
  filter[NONE] = "none";
  filter[HP] = sw_arena_printf(job->arena, "hp %g", state->lambda);
  bool made = filter[HP] != NULL;
  club[0] = "diverges";
  for (int k = 1; k <= state->rows; k++) {
    club[k] = sw_arena_printf(job->arena, "%d", k);
    made = made && club[k];
  }
  if (!made) return sw_fail(err, SW_ENOMEM, "out of memory for the labels of %s", job->name);
  sw_job_axis(job, (sw_axis){.name = "club_label", .n = state->rows, .label = club + 1});
  sw_job_axis(job, (sw_axis){.name = "club_class", .n = state->rows + 1, .label = club});
  sw_job_axis(job, (sw_axis){.name = "filter", .n = FILTERS, .label = filter});
  sw_job_axis(job, (sw_axis){.name = "trim", .n = TRIMS, .number = other_trims});
  return SW_OK;
}

/* One thread: the search is one item, and its room that of the whole panel. */
static sw_status resolve_clubs(sw_error *err, sw_job *job) {
  clubs_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  job->state = state;
  state->logs = sw_job_arg(job, "logs")->number != 0;
  state->filter = sw_job_arg(job, "filter")->number != 0 ? NONE : HP;
  state->lambda = sw_job_arg(job, "lambda")->number;
  state->c = sw_job_arg(job, "c")->number;
  const sw_arg *lambda = sw_job_arg(job, "lambda");
  if (state->filter == NONE && lambda->given)
    sw_note(job->notes,
            "%s: %s: `lambda` is of filter: hp; of clubs without a filter it changes "
            "nothing",
            lambda->where, job->name);
  SW_TRY(check_periods(err, job, state));
  SW_TRY(declare_axes(err, job, state));
  job->whole_series = true;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = 1,
                             .record = found_bytes(job),
                             .result = found_bytes(job),
                             /* one_thread: a process has one item at a time, hence the room of one
                              * search and not of one per thread. */
                             .one_thread = true});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable, e.g. income per head"},
    {.name = "logs", .type = SW_P_BOOL, .fallback = "true", .help = "of its logarithms"},
    {.name = "filter",
     .type = SW_P_CHOICE,
     .fallback = "hp",
     .choices = "hp|none",
     .help = "the trend by Hodrick & Prescott, or the values themselves"},
    {.name = "lambda",
     .type = SW_P_NUMBER,
     .fallback = "400",
     .lo = 1e-6,
     .hi = 1e9,
     .help = "smoothness of the trend with filter: hp; 6.25 is usual too"},
    {.name = "trim",
     .type = SW_P_NUMBER,
     .fallback = ".333333",
     .lo = 0,
     .hi = 1,
     .help = "share of the first periods that the regression leaves out"},
    {.name = "c",
     .type = SW_P_NUMBER,
     .fallback = "0",
     .lo = -1.65,
     .hi = 10,
     .help = "a unit joins a core if t with it is above c"},
    {0}};

#define BY_UNIT                                                                                    \
  .units = "1", .shape = SW_UNIT, .number = SW_INT32, .timeless = true, .classes = "club_class",   \
  .class_first = 0
#define BY_CLUB .units = "1", .shape = SW_TABLE, .axis = {"club_label"}
#define NUMBER .units = "1", .shape = SW_TABLE

static const sw_output outputs[] = {
    {.name = "club", .long_name = "club from 1, 0: diverges, -1: not used", BY_UNIT},
    {.name = "merged", .long_name = "club after mergers, 0: diverges, -1: not used", BY_UNIT},
    {.name = "b", .long_name = "slope of log t in the club", BY_CLUB},
    {.name = "t", .long_name = "t of the slope in the club", BY_CLUB},
    {.name = "size",
     .long_name = "units of the club; 0: no such club",
     .number = SW_INT32,
     BY_CLUB},
    {.name = "merged_b", .long_name = "slope of log t in the merged club", BY_CLUB},
    {.name = "merged_t", .long_name = "t of the slope in the merged club", BY_CLUB},
    {.name = "merged_size",
     .long_name = "units of the merged club; 0: no such club",
     .number = SW_INT32,
     BY_CLUB},
    {.name = "log_t", .long_name = "t of all units together; above -1.65 they converge", NUMBER},
    {.name = "log_b", .long_name = "slope of log t of all units together", NUMBER},
    {.name = "log_t_thousand", .long_name = "log_t with the variable in thousands", NUMBER},
    {.name = "log_t_filter",
     .long_name = "log_t by filter",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"filter"}},
    {.name = "log_t_trim",
     .long_name = "log_t by share left out",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"trim"}},
    {.name = "n_used",
     .long_name = "units with a value in every period",
     .number = SW_INT32,
     NUMBER},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {{"logs", "true", "y = ln x"},
                                      {"logs", "false", "y = x"},
                                      {"filter", "hp", "z = (I + lambda D'D)^-1 y"},
                                      {"filter", "none", "z = y"},
                                      {0}};

const sw_measure sw_measure_convergence_clubs = {
    .name = "convergence_clubs",
    .title = "Convergence clubs by the log t test",
    .formula = "h = z/mean z, H_t = mean (h - 1)^2; ln(H_1/H_t) - 2 ln ln t = a + b ln t, a set "
               "converges where t of b > -1.65",
    .variant = variants,
    .source = "Phillips & Sul 2007, Econometrica 75:1771-1855; 2009, J. Applied Econometrics "
              "24:1153-1185; Hodrick & Prescott 1997",
    .version = 1,
    .headline = "log_t",
    .kind = SW_KIND_MODEL,
    .balances = true,
    .param = params,
    .output = outputs,
    .resolve = resolve_clubs,
    .tile = tile_clubs,
    .finish = finish_clubs,
    .workspace = workspace_clubs,
};
