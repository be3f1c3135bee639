/* An observed flow: what went from unit to unit, as a table says it, of `pairs:` in the study. It
 * is a pair result like one that is computed, so that whatever takes pairs takes flows: networks,
 * weights, blocks, rings.
 *
 * Its pairs are those that the table has, zeros too; all others are none, and not missing. What
 * stays within a unit is by unit, in `own`, and no part of strengths. */
#include "kernel/space/links.h"
#include "measure/names.h"
#include "spillway/measure.h"

#include <math.h>

/* The flow is the argument of the first parameter; the engine has read its table. */
static const sw_links *links_of(const sw_job *job, int t) {
  return &job->arg[0].flow->links[job->period[t]];
}

/* ---- pass 0: what stays ----------------------------------------------------------------- */

/* `own` is by unit in code order, on every rank. */
static void tile_observed_flow(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++) {
    const double *own = job->arg[0].flow->own[job->period[t]];
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      job->result[1].row[t][unit - job->first] = own[unit];
  }
}

/* ---- pass 1: pairs ---------------------------------------------------------------------- */

/* The engine asks for links alone. Zeros of the table are pairs; what the table lacks is NaN and is
 * not kept. */
static void segment_observed_flow(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                                  double *const *out, void *workspace) {
  (void)workspace;
  const sw_links *links = links_of(job, t);
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = NAN;
  for (int64_t k = sw_links_from(links, i, j0); k < links->row_start[i + 1]; k++) {
    if (links->to[k] >= j1) break;
    out[0][links->to[k] - j0] = links->value[k];
  }
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Flows are read, not computed: the passes are empty, and keep and sums do the work. */
static sw_status resolve_observed_flow(sw_error *err, sw_job *job) {
  (void)err;
  /* No pair is computed: keep and sums go over the links alone. */
  job->directed = true;
  job->links_only = true;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "file", .type = SW_P_TEXTS, .help = "a table of pairs, .csv or .csv.gz"},
    {.name = "unit_from", .type = SW_P_TEXTS, .help = "the column of the senders' codes"},
    {.name = SW_NAME_UNIT_TO, .type = SW_P_TEXTS, .help = "the column of the receivers' codes"},
    {.name = "time",
     .type = SW_P_TEXTS,
     .fallback = "",
     .help = "the column of the period; left out: of all periods"},
    {.name = "value", .type = SW_P_TEXTS, .help = "the column of the flow, 0 or more"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value", .log = true, .long_name = "observed flow", .units = "1", .shape = SW_PAIR},
    {.name = "own",
     .log = true,
     .long_name = "flow that stays within the unit",
     .units = "1",
     .shape = SW_UNIT},
    {0}};

const sw_measure sw_measure_observed_flow = {
    .name = SW_NAME_FLOW,
    .title = "Observed flows between units",
    .formula = "F_ij as the table has it",
    .source = "the study's own table",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 1,
    .bytes = 12,
    .resolve = resolve_observed_flow,
    .tile = tile_observed_flow,
    .segment = segment_observed_flow,
};
