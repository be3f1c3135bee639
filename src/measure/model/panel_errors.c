/* See panel_errors.h. With s_it = x_it u_it, x after the effects, and B = (X'X)^-1, the covariance
 * is B M B, of which M is by form
 *
 *   cluster          sum_g s_g s_g' times G/(G-1) (n-1)/(n-K), s_g the sum over a cluster
 *   conventional     s^2 X'X, so that s^2 B is left
 *   driscoll-kraay   sum_t h_t h_t' + sum_l (1 - l/(L+1)) sum_t (h_t h_(t-l)' + its transpose),
 *                    h_t the sum over units, L = floor(4 (T/100)^(2/9)) unless given
 *   conley           sum_t sum_ij K(d_ij) s_it s_jt'
 *                    + sum_i sum_(0<|t-s|<=L) (1 - |t-s|/(L+1)) s_it s_is'
 *
 * Sources: Arellano 1987; Driscoll & Kraay 1998; Hoechle 2007, Stata J. 7:281-312; Conley 1999; the
 * factor of clusters as Stata has it, effects that are nested in clusters not counted. */
#include "measure/model/panel_errors.h"

#include "kernel/space/arc.h"
#include "kernel/space/neighbours.h"
#include "kernel/space/sphere.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

/* ---- what is asked for ------------------------------------------------------------------- */

/* One text for whatever is not understood: it shows all forms. */
static sw_status unknown_errors(sw_error *err, const sw_node *node, const sw_job *job) {
  return sw_node_fail(
      err, node,
      "%s: errors: expected cluster, conventional, driscoll-kraay, {driscoll-kraay: "
      "{lags: 3}} or {conley: {cutoff_km: 100, lags: 0, kernel: bartlett}}",
      job->name);
}

/* The key `lags`; *lags stays where it is left out. */
static sw_status read_lags(sw_error *err, const sw_job *job, const sw_node *node, int64_t *lags) {
  if (!node) return SW_OK;
  SW_TRY(sw_node_integer(err, node, lags));
  if (*lags < 0)
    return sw_node_fail(err, node, "%s: errors: lags is %lld; expected 0 or more", job->name,
                        (long long)*lags);
  return SW_OK;
}

/* The weights of lags, for sums over time. */
static sw_status read_kernel(sw_error *err, const sw_job *job, const sw_node *node, bool *uniform) {
  const char *text = "";
  if (!node) return SW_OK;
  SW_TRY(sw_node_text(err, node, &text));
  *uniform = strcmp(text, "uniform") == 0;
  if (*uniform || strcmp(text, "bartlett") == 0) return SW_OK;
  return sw_node_fail(err, node, "%s: errors: kernel: found '%s'; expected bartlett or uniform",
                      job->name, text);
}

/* Distances need places; a unit without one would be silently alone. */
static sw_status take_places(sw_error *err, sw_job *job, sw_panel_errors *out) {
  const sw_units *units = job->units;
  if (!units->lon || !units->lat)
    return sw_job_fail(err, job, "errors",
                       "conley needs coordinates: give `lon` and `lat` in `units`");
  for (int64_t i = 0; i < job->n; i++)
    if (isnan(units->lon[i]) || isnan(units->lat[i]))
      return sw_job_fail(err, job, "errors", "conley: unit %s has no coordinates",
                         sw_unit_code(units, i));
  /* Unit vectors: chords are exact at short distances. */
  SW_NEW(err, job->arena, out->x, job->n);
  SW_NEW(err, job->arena, out->y, job->n);
  SW_NEW(err, job->arena, out->z, job->n);
  sw_sphere_vectors(job->n, units->lon, units->lat, out->x, out->y, out->z);
  return SW_OK;
}

/* errors: {conley: {cutoff_km: ...}}; places are taken at once, so that missing ones are refused
 * early. */
static sw_status read_conley(sw_error *err, sw_job *job, const sw_node *node,
                             sw_panel_errors *out) {
  static const char *const keys[] = {"cutoff_km", "lags", "kernel", NULL};
  const sw_node *cutoff = sw_node_get(node, "cutoff_km");
  out->form = SW_PANEL_CONLEY;
  if (node->kind != SW_NODE_MAP) return unknown_errors(err, node, job);
  SW_TRY(sw_node_check_keys(err, node, keys));
  if (!cutoff)
    return sw_node_fail(
        err, node, "%s: errors: conley: 'cutoff_km' is missing: up to which distance", job->name);
  SW_TRY(sw_node_number(err, cutoff, &out->cutoff_km));
  if (!(out->cutoff_km > 0))
    return sw_node_fail(err, cutoff, "%s: errors: cutoff_km is %g; expected more than 0", job->name,
                        out->cutoff_km);
  /* Without `lags` Conley's errors are of one period at a time. */
  out->lags = 0;
  SW_TRY(read_lags(err, job, sw_node_get(node, "lags"), &out->lags));
  SW_TRY(read_kernel(err, job, sw_node_get(node, "kernel"), &out->uniform));
  return take_places(err, job, out);
}

/* errors: {driscoll_kraay: {lags: ...}}; without `lags` their number follows from the periods. */
static sw_status read_driscoll_kraay(sw_error *err, const sw_job *job, const sw_node *node,
                                     sw_panel_errors *out) {
  static const char *const keys[] = {"lags", NULL};
  out->form = SW_PANEL_DRISCOLL_KRAAY;
  if (node->kind != SW_NODE_MAP) return unknown_errors(err, node, job);
  SW_TRY(sw_node_check_keys(err, node, keys));
  return read_lags(err, job, sw_node_get(node, "lags"), &out->lags);
}

/* A word, or a map of one key that says more. */
static sw_status read_form(sw_error *err, sw_job *job, sw_panel_errors *out) {
  /* In the order of sw_panel_form, whose first three are words. */
  static const char *const words[] = {"cluster", "conventional", "driscoll-kraay"};
  const sw_node *node = sw_job_arg(job, "errors")->node;
  if (node->kind == SW_NODE_MAP && node->count == 1) {
    if (strcmp(node->key[0], "conley") == 0) return read_conley(err, job, node->item[0], out);
    if (strcmp(node->key[0], words[SW_PANEL_DRISCOLL_KRAAY]) == 0)
      return read_driscoll_kraay(err, job, node->item[0], out);
  }
  for (int form = 0; node->kind == SW_NODE_SCALAR && form < 3; form++)
    if (strcmp(node->text, words[form]) == 0) {
      out->form = (sw_panel_form)form;
      return SW_OK;
    }
  return unknown_errors(err, node, job);
}

/* `unit`, or a column that groups units. */
static sw_status read_clusters(sw_error *err, const sw_job *job, sw_panel_errors *out) {
  const sw_arg *cluster = sw_job_arg(job, "cluster");
  if (cluster->count > 1)
    return sw_job_fail(err, job, "cluster", "%d columns; expected unit, or one group column",
                       cluster->count);
  /* A default is one text, a list given has texts. */
  const char *name = cluster->count == 1 ? cluster->texts[0] : cluster->text; /* of a list of one */
  if (strcmp(name, "unit") == 0) return SW_OK;
  out->clusters = sw_units_grouping(job->units, name);
  if (!out->clusters)
    return sw_job_fail(err, job, "cluster",
                       "'%s' is not a group column of the units; expected unit, or a column that "
                       "`groups` of `units` lists",
                       name);
  return SW_OK;
}

/* What has no say in this form would otherwise pass for something it is not. */
static void note_idle(const sw_job *job, const char *param) {
  const sw_arg *arg = sw_job_arg(job, param);
  if (arg->given)
    sw_note(job->notes, "%s: %s: `%s` is of errors: cluster and changes nothing here", arg->where,
            job->name, param);
}

/* Lags are counted in steps of the panel: a hole of two years is three steps wide. */
static sw_status count_steps(sw_error *err, sw_job *job, sw_panel_errors *out) {
  int64_t *step = NULL;
  const sw_periods *p = job->periods;
  SW_NEW(err, job->arena, step, job->n_periods);
  for (int t = 1; t < job->n_periods; t++) {
    /* Steps between two periods of the entry that lie apart in the panel: the sum over all between.
     * A hole of unknown width counts two, more than a neighbour. */
    step[t] = step[t - 1];
    for (int q = job->period[t - 1] + 1; q <= job->period[t]; q++) {
      bool next = !p->follows || p->follows[q];
      bool known = p->value && p->step > 0 && p->unit == p->step_unit;
      step[t] += next ? 1 : known ? (p->value[q] - p->value[q - 1]) / p->step : 2;
    }
  }
  out->step = step;
  return SW_OK;
}

/* Which standard errors are asked for, and what they need of the panel. */
sw_status sw_panel_errors_read(sw_error *err, sw_job *job, int k, sw_panel_errors *out) {
  *out = (sw_panel_errors){.k = k, .lags = -1};
  out->small = (sw_panel_small)(int)sw_job_arg(job, "small")->number;
  SW_TRY(read_form(err, job, out));
  SW_TRY(read_clusters(err, job, out));
  /* `cluster` and `small` are checked in any case, then told to be idle. */
  if (out->form != SW_PANEL_CLUSTER) {
    note_idle(job, "cluster");
    note_idle(job, "small");
  }
  bool over_time =
      out->form == SW_PANEL_DRISCOLL_KRAAY || (out->form == SW_PANEL_CONLEY && out->lags > 0);
  if (!over_time) return SW_OK;
  if (!sw_series_is_known(job))
    return sw_job_fail(err, job, "errors",
                       "sums over lags need periods whose order is known (2001, 2001Q1, 2001-01), "
                       "or a format in `time` of the panel; found '%s'",
                       sw_job_period(job, 0));
  return count_steps(err, job, out);
}

/* ---- sums over scores -------------------------------------------------------------------- */

int sw_panel_errors_passes(const sw_panel_errors *errors) {
  return errors->form == SW_PANEL_CONVENTIONAL ? 0 : errors->form == SW_PANEL_CONLEY ? 2 : 1;
}

/* Rows of the sums: clusters, periods, or none but the products themselves. 0: the sums are k x k
 * products right away. */
static int64_t rows_of(const sw_panel_errors *errors, int n_periods) {
  if (errors->form == SW_PANEL_DRISCOLL_KRAAY) return n_periods;
  if (errors->form == SW_PANEL_CLUSTER && errors->clusters) return errors->clusters->n_groups;
  return 0;
}

/* k x k products, or k sums by row; of clusters also how many cells each has. */
size_t sw_panel_errors_sums(const sw_panel_errors *errors, int n_periods) {
  int64_t rows = rows_of(errors, n_periods), k = errors->k;
  bool counts = errors->form == SW_PANEL_CLUSTER && errors->clusters;
  /* How many cells a cluster has tells whether it counts. */
  return (size_t)(rows > 0 ? rows * (k + counts) : k * k);
}

/* Conley's second pass has small tiles: the number of neighbours differs between units. */
void sw_panel_errors_declare(const sw_panel_errors *errors, sw_job *job) {
  bool conley = errors->form == SW_PANEL_CONLEY;
  if (errors->form == SW_PANEL_CONVENTIONAL) return;
  sw_job_pass(job,
              (sw_pass){.domain = SW_UNITS,
                        .partial = sw_panel_errors_sums(errors, job->n_periods) * sizeof(double),
                        .result = conley ? (size_t)(errors->k * errors->k) * sizeof(double) : 0,
                        /* Conley's operands are the scores of all units, gathered for the pass over
                         * neighbours. */
                        .operand = conley ? errors->k : 0});
  if (conley)
    sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                               /* Units differ by their neighbours: 16 to a tile. */
                               .grain = 16,
                               .partial = (size_t)(errors->k * errors->k) * sizeof(double)});
}

/* sums += weight a b', by column. */
static void add_product(double *sums, int k, double weight, const double *a, const double *b) {
  for (int q = 0; q < k; q++)
    for (int p = 0; p < k; p++)
      sums[q * k + p] += weight * a[p] * b[q];
}

/* The unit's own products over time, both ways. */
static void add_serial(const sw_panel_errors *errors, const int *t, const double *s, int count,
                       double *sums, double *work) {
  int k = errors->k;
  double *other = work + k;
  /* a and b in both orders: s_a s_b' and its transpose. */
  for (int a = 0; errors->lags > 0 && a < count; a++)
    for (int b = 0; b < count; b++) {
      int64_t apart = errors->step[t[a]] - errors->step[t[b]];
      apart = apart < 0 ? -apart : apart;
      if (apart == 0 || apart > errors->lags) continue;
      for (int j = 0; j < k; j++) {
        work[j] = s[j * count + a];
        other[j] = s[j * count + b];
      }
      add_product(sums, k, 1 - (double)apart / (double)(errors->lags + 1), work, other);
    }
}

/* Sums of the unit, over its periods. */
static void sum_scores(const double *s, int k, int count, double *sum) {
  for (int j = 0; j < k; j++) {
    sum[j] = 0;
    for (int i = 0; i < count; i++)
      sum[j] += s[j * count + i];
  }
}

/* Added unit by unit, in their order; blocks are merged in theirs. */
void sw_panel_errors_add(const sw_panel_errors *errors, int64_t unit, const int *t, const double *s,
                         int count, double *sums, double *work) {
  int k = errors->k;
  if (errors->form == SW_PANEL_CONLEY) {
    add_serial(errors, t, s, count, sums, work);
    return;
  }
  /* By period: h_t sums the scores of all units in t. */
  for (int i = 0; errors->form == SW_PANEL_DRISCOLL_KRAAY && i < count; i++)
    for (int j = 0; j < k; j++)
      sums[t[i] * k + j] += s[j * count + i];
  if (errors->form != SW_PANEL_CLUSTER) return;
  sum_scores(s, k, count, work);
  if (!errors->clusters) {
    add_product(sums, k, 1, work, work);
    return;
  }
  int group = errors->clusters->of[unit];
  for (int j = 0; j < k; j++)
    sums[group * k + j] += work[j];
  /* Cells, as a whole number in a double. */
  sums[errors->clusters->n_groups * k + group] += count;
}

/* ---- neighbours -------------------------------------------------------------------------- */

/* May be called twice for a pass. */
sw_status sw_panel_errors_prepare(sw_error *err, const sw_job *job, sw_panel_errors *errors) {
  /* The tree is made once on each rank and read by all threads; destroy_regression frees it. */
  if (errors->tree) return SW_OK;
  return sw_kdtree_create(err, job->n, errors->x, errors->y, errors->z, &errors->tree);
}

/* Own and neighbouring scores, weights, and places. */
size_t sw_panel_errors_neighbour_work(const sw_panel_errors *errors, int64_t n) {
  if (errors->form != SW_PANEL_CONLEY) return 0;
  /* `near` and `own`: k each; weights and places of n at most. */
  return (2 * (size_t)errors->k + (size_t)n) * sizeof(double) + (size_t)n * sizeof(int32_t);
}

/* K(d); a unit at the very limit is within, and has Bartlett's weight of zero. */
static double kernel_of(const sw_panel_errors *errors, int64_t i, int64_t j) {
  double chord2 = sw_chord2(errors->x, errors->y, errors->z, i, j);
  /* chord^2 to great-circle km; fmin against rounding above 1 at antipodes. */
  double km = 2 * SW_EARTH_KM * asin(fmin(1, sqrt(chord2) / 2));
  return errors->uniform ? 1 : fmax(0, 1 - km / errors->cutoff_km);
}

/* In each period the unit's score times the weighted sum over its neighbours and itself, lowest
 * codes first. Scores of units without a value are zero. */
void sw_panel_errors_neighbours(const sw_panel_errors *errors, const sw_job *job, int pass,
                                int64_t unit, double *sums, void *work) {
  int k = errors->k;
  double limit = sw_neighbours_chord2_limit(errors->cutoff_km);
  double *own = work, *near = own + k, *weight = near + k;
  int32_t *to = (int32_t *)(weight + job->n);
  /* The tree gives neighbours in the order of codes: one order of sums. */
  int64_t count = sw_neighbours_count(errors->tree, unit, limit);
  sw_neighbours_within(errors->tree, unit, limit, count, to);
  for (int64_t e = 0; e < count; e++)
    weight[e] = kernel_of(errors, unit, to[e]);
  for (int t = 0; t < job->n_periods; t++) {
    for (int j = 0; j < k; j++) {
      const double *row = job->operand[pass].row[j * job->n_periods + t];
      /* The unit itself has K(0) = 1, and is not among its neighbours. */
      own[j] = near[j] = row[unit];
      for (int64_t e = 0; e < count; e++)
        near[j] += weight[e] * row[to[e]];
    }
    add_product(sums, k, 1, own, near);
  }
}
