/* Decoupling of a unit's pressure C from its driver G (methods-regions.md section 9c), over `span`:
 *
 *   e = (dC G_0)/(dG C_0),  dC = C_1 - C_0, dG = G_1 - G_0
 *
 * and its state, of eight by Tapio: by the signs of dC and dG, and where these are equal by e below
 * 0.8, from 0.8 to 1.2, or above. The arithmetic is in kernel/series/decoupling.h.
 *
 * The change is from the period `span` before to the period itself; where the entry has none, or a
 * break of the panel lies between, there is no state, nor where C_0 or G_0 is zero or less or G
 * does not change. One pass over units; the partial counts states by period, for the table and the
 * summary.
 *
 * Source: Tapio 2005, Transport Policy 12:137-151. */
#include "kernel/series/decoupling.h"

#include <math.h>
#include <stdio.h>

#include "measure/share/series.h"

/* The outputs, in the order of the descriptor. */
enum { ELASTICITY, STATE, STATE_COUNT, N_USED };
enum { OF, DRIVER }; /* inputs */

/* Set by resolve: by period the one `span` before, -1: none. */
typedef struct decoupling_state {
  const int *before;
} decoupling_state;

/* What a partial holds: units by period and state, [t * SW_DECOUPLING_STATES + state]. The partial
 * is int64, merged exactly in any order. */
static size_t counts_bytes(const sw_job *job) {
  return (size_t)job->n_periods * SW_DECOUPLING_STATES * sizeof(int64_t);
}

/* ---- tile ------------------------------------------------------------------------------- */

/* Both inputs are local views: a tile sees its own units. */
static double value_at(const sw_job *job, int input, int t, int64_t unit) {
  return sw_view_at(job->input[input].view, t, unit);
}

/* found is 0 (none) where nothing can be said, and is counted as such. */
static void tile_decoupling(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  const decoupling_state *state = job->state;
  int64_t *count = out, first = job->input[OF].view.first;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      int s = state->before[t];
      double e = NAN;
      sw_decoupling_state found = SW_DECOUPLING_NONE;
      if (s >= 0)
        found = sw_decoupling(value_at(job, OF, s, unit), value_at(job, OF, t, unit),
                              value_at(job, DRIVER, s, unit), value_at(job, DRIVER, t, unit), &e);
      job->result[ELASTICITY].row[t][unit - first] = e;
      job->result[STATE].row[t][unit - first] = found;
      count[t * SW_DECOUPLING_STATES + (int)found]++;
    }
}

/* Whole numbers. */
static void merge_decoupling(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  int64_t *into = all;
  const int64_t *from = part;
  for (int i = 0; i < job->n_periods * SW_DECOUPLING_STATES; i++)
    into[i] += from[i];
}

/* ---- finish ----------------------------------------------------------------------------- */

/* "12 weak decoupling, 3 strong decoupling, 1 none", the most frequent first, those without a state
 * last. The buffer holds eight names with their counts. */
static void list_states(const int64_t *count, char *text, size_t size) {
  bool said[SW_DECOUPLING_STATES] = {false};
  size_t used = 0;
  text[0] = '\0';
  for (int k = 0; k < SW_DECOUPLING_STATES && used < size; k++) {
    int most = SW_DECOUPLING_NONE;
    for (int s = SW_DECOUPLING_STRONG; s < SW_DECOUPLING_STATES; s++)
      if (!said[s] && count[s] > 0 && (most == SW_DECOUPLING_NONE || count[s] > count[most]))
        most = s;
    if (count[most] == 0) break;
    said[most] = true;
    used += (size_t)snprintf(text + used, size - used, "%s%lld %s", used ? ", " : "",
                             (long long)count[most], sw_decoupling_label[most]);
    if (most == SW_DECOUPLING_NONE) break;
  }
}

/* The states of the first period that has some, and of the last. One period alone is said once: the
 * step of the loop is then 1. */
static void say_states(sw_job *job, const int64_t *count) {
  const decoupling_state *state = job->state;
  char text[400];
  int first = 0, last = job->n_periods - 1;
  while (first < last && state->before[first] < 0)
    first++;
  while (last > first && state->before[last] < 0)
    last--;
  for (int t = first; t <= last; t += last > first ? last - first : 1) {
    list_states(count + t * SW_DECOUPLING_STATES, text, sizeof text);
    sw_job_say(job, "%s to %s: %s", sw_job_period(job, state->before[t]), sw_job_period(job, t),
               text);
  }
}

/* A period without one before has no unit with a state. Shares of states are of units with a state;
 * N_USED tells how many. */
static sw_status finish_decoupling(sw_error *err, sw_job *job, int pass, const void *all,
                                   void *result) {
  (void)err, (void)pass, (void)result;
  const decoupling_state *state = job->state;
  const int64_t *count = all;
  for (int t = 0; t < job->n_periods; t++) {
    const int64_t *of = count + t * SW_DECOUPLING_STATES;
    double *to = job->result[STATE_COUNT].row[0] + t * (SW_DECOUPLING_STATES - 1);
    for (int s = SW_DECOUPLING_STRONG; s < SW_DECOUPLING_STATES; s++)
      to[s - 1] = (double)of[s];
    job->result[N_USED].row[0][t] = (double)(job->n - of[SW_DECOUPLING_NONE]);
    if (state->before[t] < 0) sw_job_undefined(job, ELASTICITY, t, "no period one span before");
  }
  say_states(job, count);
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Both inputs must be known in the period before. */
static sw_status resolve_decoupling(sw_error *err, sw_job *job) {
  decoupling_state *state = NULL;
  int span = (int)sw_job_arg(job, "span")->number;
  bool any; /* the check has found one */
  SW_TRY(sw_series_check_span(err, job, "of", "span", span));
  SW_TRY(sw_series_check(err, job, "driver", 2));
  SW_NEW(err, job->arena, state, 1);
  SW_TRY(sw_series_all_before(err, job, span, &state->before, &any));
  job->state = state;
  job->pooled = true; /* a period rests on the one before it, too */
  sw_job_axis(job, (sw_axis){.name = "state_label",
                             .n = SW_DECOUPLING_STATES - 1,
                             .label = sw_decoupling_label + SW_DECOUPLING_STRONG});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = counts_bytes(job)});
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the pressure: emissions, land, energy"},
    {.name = "driver", .type = SW_P_COLUMN, .help = "what drives it: output, people"},
    {.name = "span",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = 100000,
     .help = "of a change: years, or steps of the panel where periods are no whole numbers"},
    {0}};

static const sw_output outputs[] = {
    {.name = "elasticity",
     .palette = SW_DIVERGING_0,
     .long_name = "elasticity of the pressure over its driver",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "state",
     .long_name = "state of Tapio, from 1 in the order of state_label: 1 strong decoupling, 2 weak "
                  "decoupling, 3 expansive coupling, 4 expansive negative, 5 strong negative, 6 "
                  "weak negative, 7 recessive coupling, 8 recessive decoupling; 0 none",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .classes = "state_label",
     .class_first = 1},
    {.name = "state_count",
     .long_name = "units in the state",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32,
     .axis = {"state_label"}},
    {.name = "n_used",
     .long_name = "units with a state",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {0}};

const sw_measure sw_measure_decoupling = {
    .name = "decoupling",
    .title = "Decoupling of a pressure from its driver, eight states",
    .formula = "e = (dC G_0)/(dG C_0), d the change over the span; dG > 0: dC < 0 strong "
               "decoupling, e < 0.8 weak, 0.8 to 1.2 expansive coupling, above expansive negative; "
               "dG < 0: dC > 0 strong negative, e < 0.8 weak negative, 0.8 to 1.2 recessive "
               "coupling, above recessive decoupling; dC = 0: e = 0",
    .source = "Tapio 2005, Transport Policy 12:137-151",
    .version = 1,
    .headline = "state_count",
    .kind = SW_KIND_UNIT,
    .param = params,
    .output = outputs,
    .resolve = resolve_decoupling,
    .tile = tile_decoupling,
    .merge = merge_decoupling,
    .finish = finish_decoupling,
};
