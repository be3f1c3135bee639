/* Location quotients of the industries of a unit (methods.md section 6):
 *
 *   LQ_ir = (e_ir / e_r) / (E_i / E)
 *
 * with the base E by a national table or the study's own sums. Two passes: sums over units (also
 * the coverage: the share of the units, and of the total, with a value), then the quotients, which
 * need the sums of all units. The sums are made with a given base as well, for the coverage. What
 * is shared with coagglomeration is in measure/share/quotient.h.
 *
 * Source: Florence 1939; Isard 1960. */
#include "measure/share/quotient.h"
#include "spillway/resample.h"

#include <math.h>
#include <string.h>

/* The outputs. */
enum { VALUE, COVERAGE, COVERAGE_TOTAL };
/* The passes. */
enum { SUMS, QUOTIENTS };

/* ---- tiles ------------------------------------------------------------------------------ */

/* Quotients are made by industry, so that both columns are read once in order. */

/* One industry in one period, units in a row: the row of results and both columns are read in
 * order. `out` is shifted so that it is indexed by the unit of the panel. */
static void place(const sw_job *job, const sw_quotient *q, int t, int i, const sw_tile *tile) {
  double share = sw_quotient_share(q, job->folded[SUMS], t, i);
  sw_view industry = job->input[q->industry[i]].view, total = job->input[q->total].view;
  /* row[label * n_periods + t], the label being the industry. */
  double *out = job->result[VALUE].row[i * job->n_periods + t] - industry.first;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    out[unit] = sw_quotient_value(sw_view_at(industry, t, unit), sw_view_at(total, t, unit), share);
}

/* The last pass has no partial: `out` is NULL and unused there. */
static void tile_quotient(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  const sw_quotient *q = job->state;
  /* Adds to the block's partial, which starts at zero (no `start`). */
  if (tile->pass == SUMS) {
    sw_quotient_fold(job, q, tile->lo, tile->hi, out);
    return;
  }
  for (int i = 0; i < q->n; i++)
    for (int t = 0; t < job->n_periods; t++)
      place(job, q, t, i, tile);
}

/* Only the sums have a partial. Quotients have no partial. */
static void merge_quotient(const sw_job *job, int pass, void *all, const void *part) {
  if (pass == SUMS) sw_quotient_merge(job, job->state, all, part);
}

/* Rank 0, after the sums: refuses a base with gaps, writes the coverage ([period][industry]), and
 * hands the sums to every rank. */
static sw_status finish_quotient(sw_error *err, sw_job *job, int pass, const void *all,
                                 void *result) {
  const sw_quotient *q = job->state;
  if (pass != SUMS) return SW_OK;
  SW_TRY(sw_quotient_check(err, job, q, all));
  for (int t = 0; t < job->n_periods; t++)
    for (int i = 0; i < q->n; i++)
      sw_quotient_coverage(job, q, all, t, i, &job->result[COVERAGE].row[0][t * q->n + i],
                           &job->result[COVERAGE_TOTAL].row[0][t * q->n + i]);
  memcpy(result, all, sw_quotient_bytes(job, q));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* An industry listed twice would make two rows of one label, between which [label] cannot
 * choose. */
static sw_status resolve_quotient(sw_error *err, sw_job *job) {
  sw_inputs industries = sw_job_inputs(job, "industries");
  sw_quotient *q = NULL;
  int *industry = NULL;
  const char **name = NULL;
  SW_NEW(err, job->arena, q, 1);
  SW_NEW(err, job->arena, industry, industries.count);
  SW_NEW(err, job->arena, name, industries.count);
  for (int i = 0; i < industries.count; i++) {
    industry[i] = industries.first + i;
    name[i] = job->input[industry[i]].name;
    /* Quadratic in the industries, once. */
    for (int k = 0; k < i; k++)
      if (strcmp(name[k], name[i]) == 0)
        return sw_job_fail(err, job, "industries", "'%s' is listed twice; list it once", name[i]);
  }
  *q = (sw_quotient){
      .n = industries.count, .industry = industry, .total = sw_job_inputs(job, "total").first};
  SW_TRY(sw_quotient_read(err, job, q));
  job->state = q;
  job->axis[0] = (sw_axis){.name = "industry", .n = q->n, .label = name};
  job->n_axes = 1;
  job->n_passes = 2;
  size_t bytes = sw_quotient_bytes(job, q);
  job->pass[SUMS] = (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes};
  job->pass[QUOTIENTS] = (sw_pass){.domain = SW_UNITS};
  return SW_OK;
}

/* ---- units drawn anew ------------------------------------------------------------------- */

/* A unit's own share is what it is; its quotient varies with the base alone. So a draw has a number
 * for each industry, E/E_i, which a unit's share is multiplied by. */

static sw_status resolve_again(sw_error *err, sw_job *job) {
  const sw_quotient *q = job->state;
  if (!q->given) return SW_OK;
  return sw_job_fail(err, job, "base",
                     "a base that is given does not vary with the units that are drawn; intervals "
                     "are of own sums");
}

/* Of the units that have both, as often as they were drawn. */
static void numbers_again(const sw_job *job, int t, const int32_t *times, double *const *to,
                          void *workspace) {
  (void)workspace;
  const sw_quotient *q = job->state;
  const double *total = job->input[q->total].view.row[t];
  for (int i = 0; i < q->n; i++) {
    const double *industry = job->input[q->industry[i]].view.row[t];
    double of_industry = 0, of_total = 0;
    for (int64_t unit = 0; unit < job->n; unit++) {
      if (times[unit] == 0 || isnan(industry[unit]) || isnan(total[unit])) continue;
      of_industry += times[unit] * industry[unit];
      of_total += times[unit] * total[unit];
    }
    to[VALUE][i] = of_industry == 0 || of_total == 0 ? NAN : of_total / of_industry;
  }
}

static double factor_again(const sw_job *job, int output, int t, int i, int64_t unit) {
  (void)output;
  const sw_quotient *q = job->state;
  double total = sw_view_at(job->input[q->total].view, t, unit);
  return total == 0 ? NAN : sw_view_at(job->input[q->industry[i]].view, t, unit) / total;
}

static const sw_resample resample = {
    .resolve = resolve_again, .numbers = numbers_again, .factor = factor_again};

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "industries",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "output or employment by industry"},
    {.name = "total", .type = SW_P_COLUMN, .help = "the total of all industries"},
    SW_PARAM_BASE,
    SW_PARAM_BASE_OVER,
    {0}};

static const sw_output outputs[] = {{.name = "value",
                                     .palette = SW_DIVERGING_1,
                                     .log = true,
                                     .long_name = "location quotient",
                                     .units = "1",
                                     .shape = SW_UNIT,
                                     .interval = true,
                                     .axis = {"industry"}},
                                    {.name = "coverage",
                                     .long_name = "share of the units with a value",
                                     .units = "1",
                                     .shape = SW_GLOBAL,
                                     .axis = {"industry"}},
                                    {.name = "coverage_total",
                                     .long_name = "share of the total in units with a value",
                                     .units = "1",
                                     .shape = SW_GLOBAL,
                                     .axis = {"industry"}},
                                    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"base", "own", "E_i, E the sums over the units"},
    {"base", "*", "E_i, E of the table"},
    {"base_over", "complete", "over the units that have both the industry and the total"},
    {0}};

const sw_measure sw_measure_location_quotient = {
    .name = "location_quotient",
    .title = "Location quotient",
    .formula = "LQ_ir = (e_ir/e_r)/(E_i/E); e_r = 0 or E_i = 0: undefined",
    .variant = variants,
    .source = "Florence 1939; Isard 1960, Methods of Regional Analysis",
    .version = 1,
    .kind = SW_KIND_UNIT,
    .resample = &resample,
    .param = params,
    .output = outputs,
    .resolve = resolve_quotient,
    .tile = tile_quotient,
    .merge = merge_quotient,
    .finish = finish_quotient,
};
