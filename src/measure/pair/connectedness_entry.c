/* An entry of connectedness: its parameters read, windows placed, passes and outputs declared.
 * Called by `resolve` on every rank, from names, periods and parameters alone; no value is looked
 * at, so all ranks declare the same. Lengths of windows and the number of draws decide the work:
 * windows x (ridges + draws) items. */
#include "measure/pair/connectedness.h"

#include "kernel/causality/squares.h"
#include "spillway/node.h"

#include <string.h>

/* "" for lists and maps, which no word is equal to. */
static const char *text_of(const sw_node *node) {
  return node->kind == SW_NODE_SCALAR ? node->text : "";
}

static sw_status refuse(sw_error *err, const sw_job *job, const char *param, const sw_node *node,
                        const char *expected) {
  const char *text = text_of(node);
  return sw_job_fail(err, job, param, "found %s%s%s; expected %s", *text ? "'" : "",
                     *text ? text : "a list or a map", *text ? "'" : "", expected);
}

/* The node and not its number: a word or a number is allowed. */
static sw_status read_ridge(sw_error *err, const sw_job *job, sw_connectedness *c) {
  const sw_node *node = sw_job_arg(job, "ridge")->node;
  sw_error ignored = {0};
  c->by = SW_CONNECT_GIVEN;
  if (strcmp(text_of(node), "auto") == 0)
    c->by = SW_CONNECT_AUTO;
  else if (strcmp(text_of(node), "each") == 0)
    /* Without windows `each` and `auto` are the same. */
    c->by = c->rolls ? SW_CONNECT_EACH : SW_CONNECT_AUTO; /* the whole series is the one window */
  else if (sw_node_number(&ignored, node, &c->lambda) != SW_OK || !(c->lambda > 0))
    return refuse(err, job, "ridge", node, "auto, each or a number above 0");
  return SW_OK;
}

/* `shrink`: auto, or a number. */
static sw_status read_shrink(sw_error *err, const sw_job *job, sw_connectedness *c) {
  const sw_node *node = sw_job_arg(job, "shrink")->node;
  sw_error ignored = {0};
  /* -1: the shrinkage is found from the data. */
  c->shrink = -1;
  if (strcmp(text_of(node), "auto") == 0) return SW_OK;
  if (sw_node_number(&ignored, node, &c->shrink) != SW_OK || c->shrink < 0 || c->shrink > 1)
    return refuse(err, job, "shrink", node, "auto or a number from 0 to 1");
  return SW_OK;
}

/* Reads it; how many windows there are is known with the series. */
static sw_status read_window(sw_error *err, const sw_job *job, sw_connectedness *c) {
  static const char *const keys[] = {"length", "step", NULL};
  const sw_node *node = sw_job_arg(job, "window")->node;
  int64_t length = 0, step = 1;
  if (strcmp(text_of(node), "none") == 0) return SW_OK;
  if (node->kind == SW_NODE_MAP) SW_TRY(sw_node_check_keys(err, node, keys));
  if (node->kind == SW_NODE_MAP && !sw_node_get(node, "length"))
    return sw_job_fail(err, job, "window", "'length' is missing; expected {length: 20, step: 1}");
  if (node->kind != SW_NODE_MAP)
    return refuse(err, job, "window", node, "none, or {length: 20, step: 1}");
  SW_TRY(sw_node_integer(err, sw_node_get(node, "length"), &length));
  if (sw_node_get(node, "step")) SW_TRY(sw_node_integer(err, sw_node_get(node, "step"), &step));
  /* Rows of the regression are one fewer than values, and need SW_CONNECT_LEAST. */
  if (length < SW_CONNECT_LEAST + 1 || length > INT32_MAX)
    return sw_job_fail(err, job, "window", "length is %lld; expected %d values or more",
                       (long long)length, SW_CONNECT_LEAST + 1);
  if (step < 1 || step > INT32_MAX)
    return sw_job_fail(err, job, "window", "step is %lld; expected 1 or more", (long long)step);
  c->rolls = true;
  c->length = (int)length;
  c->step = (int)step;
  return SW_OK;
}

/* A value counts as a row where it follows the one of the period before: the model has one lag. A
 * window's results stand at the period of its last value. Counted over periods, before values are
 * known: a series with missing values may still have too few. */
static sw_status place_windows(sw_error *err, sw_job *job, sw_connectedness *c) {
  int rows = 0;
  for (int s = 1; s < c->series.length; s++)
    rows += c->series.at[s] == c->series.at[s - 1] + 1 && c->series.follows[c->series.at[s]];
  if (rows < SW_CONNECT_LEAST)
    return sw_job_fail(err, job, "of",
                       "%d value%s follow%s the one of the period before; expected %d or more",
                       rows, rows == 1 ? "" : "s", rows == 1 ? "s" : "", SW_CONNECT_LEAST);
  if (c->rolls && c->length > c->series.length)
    return sw_job_fail(err, job, "window",
                       "length is %d, and a series has %d values; expected %d at most", c->length,
                       c->series.length, c->series.length);
  /* Windows begin at 0, step, 2 step, ..; what is left at the end is in none (say_rest tells). */
  c->windows = c->rolls ? (c->series.length - c->length) / c->step + 1 : 1;
  c->longest = (c->rolls ? c->length : c->series.length) - 1;
  if (!c->rolls) return SW_OK;
  int *end = NULL;
  SW_NEW(err, job->arena, end, c->windows);
  for (int w = 0; w < c->windows; w++)
    end[w] = c->series.at[sw_connect_end(c, w)];
  /* Results have the ends of windows as their periods. */
  return sw_job_results_at(err, job, c->windows, end);
}

/* Behind the pass of the transform, six: series to operands, with counts by period; leave-one-out
 * over the ridges; the model of each window; the index under each ridge and for each draw; what
 * pairs need of each unit; the pairs. */
static void declare_passes(sw_job *job, const sw_connectedness *c) {
  size_t counts = (size_t)c->series.length * sizeof(double);
  size_t ridges = sizeof(sw_connect_ridges), model = sw_connect_model_bytes(c);
  int scopes = sw_connect_scopes(c);
  /* The operands of the series: sw_connect_columns columns by n_periods rows hold length + 1
   * numbers. */
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .operand = sw_connect_columns(job, c),
                             .partial = counts,
                             .result = counts});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = scopes,
                             .record = ridges,
                             .result = (size_t)scopes * ridges});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = c->windows,
                             .record = model,
                             .result = (size_t)c->windows * model});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = c->windows * (SW_CONNECT_RIDGES + c->draws),
                             .record = sizeof(double)});
  /* A tile of units is a chunk of the kernel: chunks then never span tiles. */
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .grain = SW_DECOMPOSITION_CHUNK,
                             .operand = sw_connect_unit_columns(job, c)});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = SW_SQUARES_ROWS});
}

/* Of the two forms of an output one is off; leave_out is by window where each has a ridge. */
static sw_status declare_outputs(sw_error *err, sw_job *job, const sw_connectedness *c) {
  /* Outputs stand in twos: without time, then with it. */
  for (int q = SW_CONNECT_FROM; q < SW_CONNECT_OUTPUTS; q += 2) {
    bool rolls = c->rolls && (q != SW_CONNECT_LEAVE_OUT || c->by == SW_CONNECT_EACH);
    job->result[q].off = rolls;
    job->result[q + 1].off = !rolls;
  }
  sw_job_axis(job, (sw_axis){.name = "ridge", .n = SW_CONNECT_RIDGES, .number = sw_connect_ridge});
  if (c->draws == 0) {
    job->result[SW_CONNECT_NULL].off = job->result[SW_CONNECT_NULL + 1].off = true;
    return SW_OK;
  }
  double *draw = NULL;
  /* The axis numbers draws from 1. */
  SW_NEW(err, job->arena, draw, c->draws);
  for (int64_t d = 0; d < c->draws; d++)
    draw[d] = (double)(d + 1);
  sw_job_axis(job, (sw_axis){.name = "draw", .n = (int)c->draws, .number = draw});
  return SW_OK;
}

/* The window before the ridge, which may be of each window; the series before the windows are
 * placed. */
sw_status sw_connect_resolve(sw_error *err, sw_job *job) {
  sw_connectedness *c = NULL;
  SW_NEW(err, job->arena, c, 1);
  job->state = c;
  c->horizon = (int)sw_job_arg(job, "horizon")->number;
  c->draws = (int64_t)sw_job_arg(job, "permutations")->number;
  SW_TRY(read_window(err, job, c));
  SW_TRY(read_ridge(err, job, c));
  SW_TRY(read_shrink(err, job, c));
  SW_TRY(sw_transform_resolve(err, job, "of", SW_CONNECT_LEAST + 1, &c->series));
  SW_TRY(place_windows(err, job, c));
  declare_passes(job, c);
  SW_TRY(declare_outputs(err, job, c));
  job->directed = true;
  job->whole_series = !c->rolls;
  job->pooled = true;
  sw_connect_foresee(job, c);
  return SW_OK;
}
