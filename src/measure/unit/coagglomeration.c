/* Co-agglomeration of two industries in a unit (methods.md section 6), from their location
 * quotients a and b:
 *
 *   plain      1 - |a - b| / (a + b)
 *   augmented  plain + (a + b)
 *
 * `plain` is 1 for two industries that are all but absent; `augmented` lets their level count. Both
 * are written, `value` is the one `form` names. a + b = 0: undefined. With `total`, a and b are
 * industries and the quotients are computed here, by the same code as in location_quotient.c: then
 * there are two passes, sums over units and the index; without it only the last.
 *
 * The form current in Chinese regional studies for manufacturing with producer services. */
#include "measure/share/quotient.h"

#include <math.h>
#include <string.h>

/* The outputs, in the order of the descriptor. */
enum { VALUE, PLAIN, AUGMENTED };
/* Places of a and b among the inputs, as they are the first two parameters. */
enum { A, B };

typedef struct coagglomeration_state {
  bool plain;        /* form: plain */
  bool has_quotient; /* `total` was given */
  sw_quotient quotient;
} coagglomeration_state;

/* ---- arithmetic ------------------------------------------------------------------------- */

/* A missing quotient stays missing: NaN == 0 is false, and the arithmetic passes it on. 0/0 is NaN
 * in any case; the comparison also keeps -0 from passing as a number. */
static double plain_index(double a, double b) {
  return a + b == 0 ? NAN : 1 - fabs(a - b) / (a + b);
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* `at`: the unit's place in this rank's rows. augmented = plain + level, so a missing quotient
 * makes all three missing. */
static void place(const sw_job *job, int t, int64_t at, double a, double b) {
  const coagglomeration_state *state = job->state;
  double plain = plain_index(a, b), augmented = plain + (a + b);
  job->result[PLAIN].row[t][at] = plain;
  job->result[AUGMENTED].row[t][at] = augmented;
  job->result[VALUE].row[t][at] = state->plain ? plain : augmented;
}

/* Shares of the base once per period, not once per unit; 1 where the inputs are quotients already
 * and are taken as they are. */
static void place_period(const sw_job *job, const sw_tile *tile, int t) {
  const coagglomeration_state *state = job->state;
  const sw_quotient *q = &state->quotient;
  double share[2] = {1, 1};
  for (int i = 0; state->has_quotient && i < 2; i++)
    share[i] = sw_quotient_share(q, job->folded[0], t, i);
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    double value[2];
    for (int i = 0; i < 2; i++) {
      value[i] = sw_view_at(job->input[i].view, t, unit);
      if (state->has_quotient)
        value[i] =
            sw_quotient_value(value[i], sw_view_at(job->input[q->total].view, t, unit), share[i]);
    }
    place(job, t, unit - job->input[A].view.first, value[A], value[B]);
  }
}

/* The index is always the last pass; the sums, if any, come before it and have a partial in
 * `out`. */
static void tile_coagglomeration(const sw_job *job, const sw_tile *tile, void *out,
                                 void *workspace) {
  (void)workspace;
  const coagglomeration_state *state = job->state;
  if (tile->pass < job->n_passes - 1) {
    sw_quotient_fold(job, &state->quotient, tile->lo, tile->hi, out);
    return;
  }
  for (int t = 0; t < job->n_periods; t++)
    place_period(job, tile, t);
}

/* Only the sums have a partial. */
static void merge_coagglomeration(const sw_job *job, int pass, void *all, const void *part) {
  const coagglomeration_state *state = job->state;
  if (pass < job->n_passes - 1) sw_quotient_merge(job, &state->quotient, all, part);
}

/* The sums go to every rank as they are: the shares are taken from them where they are needed. */
static sw_status finish_coagglomeration(sw_error *err, sw_job *job, int pass, const void *all,
                                        void *result) {
  const coagglomeration_state *state = job->state;
  if (pass == job->n_passes - 1) return SW_OK;
  SW_TRY(sw_quotient_check(err, job, &state->quotient, all));
  memcpy(result, all, sw_quotient_bytes(job, &state->quotient));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* The number of passes follows from `total`. 2 industries and the total, in the order of the
 * inputs. */
static sw_status resolve_coagglomeration(sw_error *err, sw_job *job) {
  static const int industry[2] = {A, B};
  coagglomeration_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  sw_inputs total = sw_job_inputs(job, "total");
  state->plain = strcmp(sw_job_arg(job, "form")->text, "plain") == 0;
  state->has_quotient = total.count > 0;
  job->state = state;
  /* A base without a total would have no effect, and the study would seem to say something it does
   * not. */
  if (!state->has_quotient &&
      (sw_job_arg(job, "base")->given || sw_job_arg(job, "base_over")->given))
    return sw_job_fail(err, job, sw_job_arg(job, "base")->given ? "base" : "base_over",
                       "`base` needs `total`: without it a and b are location quotients already");
  if (state->has_quotient) {
    state->quotient = (sw_quotient){.n = 2, .industry = industry, .total = total.first};
    SW_TRY(sw_quotient_read(err, job, &state->quotient));
    size_t bytes = sw_quotient_bytes(job, &state->quotient);
    job->pass[job->n_passes++] = (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes};
  }
  /* The index: no partial, no result. */
  job->pass[job->n_passes++] = (sw_pass){.domain = SW_UNITS};
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "a", .type = SW_P_COLUMN, .help = "location quotient, or with total an industry"},
    {.name = "b", .type = SW_P_COLUMN, .help = "the other"},
    {.name = "total",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "the total of all industries: a and b are industries"},
    SW_PARAM_BASE,
    SW_PARAM_BASE_OVER,
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "augmented",
     .choices = "augmented|plain",
     .help = "which of the two `value` is"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value", .long_name = "co-agglomeration index", .units = "1", .shape = SW_UNIT},
    {.name = "plain", .long_name = "1 - |a - b|/(a + b)", .units = "1", .shape = SW_UNIT},
    {.name = "augmented",
     .long_name = "1 - |a - b|/(a + b) + (a + b)",
     .units = "1",
     .shape = SW_UNIT},
    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "plain", "value = 1 - |a - b|/(a + b)"},
    {"form", "augmented", "value = 1 - |a - b|/(a + b) + (a + b)"},
    {0}};

const sw_measure sw_measure_coagglomeration = {
    .name = "coagglomeration",
    .title = "Co-agglomeration of two industries",
    .formula = "a, b location quotients",
    .variant = variants,
    .source = "the form current in Chinese regional studies (manufacturing and producer services)",
    .version = 1,
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_coagglomeration,
    .tile = tile_coagglomeration,
    .merge = merge_coagglomeration,
    .finish = finish_coagglomeration,
};
