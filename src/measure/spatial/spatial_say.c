/* What a spatial entry says: the table of coefficients as papers print it, effects, tests; of a
 * grid its models side by side, and how the effects depend on the weights. On rank 0, in finish,
 * from the records that the models have left: nothing is computed here but standard errors out of
 * covariances. A model that could not be fitted has no line; spatial_refuse.c says why. */
#include "measure/spatial/spatial_model.h"
#include "measure/spatial/spatial_outputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* So many models stand side by side; so many have a line each, as what an entry says has an end. */
enum { SIDE_BY_SIDE = 5, MOST_LINES = 60 };

static const sw_spatial_found *record_of(const sw_job *job, const char *records, int m) {
  return (const sw_spatial_found *)(records + (size_t)m * sw_spatial_record(job));
}

/* As papers in economics have them. 10, 5 and 1 percent. */
static const char *stars(double p) {
  return p < .01 ? " ***" : p < .05 ? " **" : p < .1 ? " *" : "";
}

/* A variance below 0, which rounding can leave, has no root. */
static double se_of(const sw_spatial_arrays *a, int terms, int i) {
  double v = a->vcov[i * terms + i];
  return v >= 0 ? sqrt(v) : NAN;
}

/* Two-sided, normal. */
static double p_of(double value, double se) {
  return erfc(fabs(value / se) / sqrt(2));
}

static const char *term_of(const sw_job *job, const sw_spatial_one *one, int term) {
  return sw_job_find_axis(job, "term")->label[one->place[term]];
}

/* ---- the head ----------------------------------------------------------------------------------
 */

/* In the order of sw_spatial_fixed. */
static const char *effects_word(const sw_spatial_spec *spec) {
  static const char *const word[] = {"no effects", "effects of units", "effects of periods",
                                     "effects of units and periods", "random effects of units"};
  return word[spec->fixed];
}

/* slx without random effects is ordinary least squares, whatever `method` says. */
static const char *method_word(const sw_spatial_found *f) {
  if (f->spec.form == SW_SPATIAL_SLX && f->spec.fixed != SW_SPATIAL_RANDOM) return "least squares";
  if (f->spec.method == SW_SPATIAL_GM) return "instruments and moments";
  return f->spec.information == SW_SPATIAL_OBSERVED ? "maximum likelihood, observed information"
                                                    : "maximum likelihood";
}

/* How the bias of fixed effects is dealt with. Which correction was applied, not which was asked
 * for: rows that do not sum to 1 prevent it. */
static const char *correction_word(const sw_spatial_found *f) {
  if (f->spec.dynamic != SW_SPATIAL_STATIC)
    return f->spec.correction == SW_SPATIAL_LEE_YU && !(f->warnings & SW_SPATIAL_NOT_STATIONARY)
               ? ", corrected for bias (Yu, de Jong and Lee)"
               : "";
  bool both = f->spec.fixed == SW_SPATIAL_TWO_WAY && f->warnings & SW_SPATIAL_NO_LEE_YU &&
              f->spec.correction == SW_SPATIAL_LEE_YU && f->spec.method == SW_SPATIAL_ML;
  if (both) return ", effects of units transformed (Lee and Yu), those of periods by means";
  bool transformed = f->spec.fixed != SW_SPATIAL_NONE && f->spec.fixed != SW_SPATIAL_RANDOM &&
                     f->spec.correction == SW_SPATIAL_LEE_YU && f->spec.method == SW_SPATIAL_ML &&
                     !(f->warnings & SW_SPATIAL_NO_LEE_YU);
  return transformed ? ", transformed (Lee and Yu)" : "";
}

/* The line that says which model this is. */
static void say_head(sw_job *job, const sw_spatial_one *one, const sw_spatial_found *f) {
  const sw_spatial_state *s = job->state;
  const char *dynamic = s->dynamic ? "dynamic " : "";
  sw_job_say(job, "%s%s model of %s, W %s: %lld units, %d period%s, %s, %s%s", dynamic,
             sw_spatial_form_name(s->spec.form), job->input[one->y].name, s->matrix[one->w].name,
             (long long)job->n, f->periods, f->periods == 1 ? "" : "s", effects_word(&s->spec),
             method_word(f), correction_word(f));
}

/* ---- tables ------------------------------------------------------------------------------------
 */

/* Of the first column; a longer label moves its own row alone. Columns line up for labels of up to
 * 40 characters. */
static int widest(const sw_axis *axis) {
  int width = 8;
  for (int i = 0; i < axis->n; i++) {
    int length = (int)strlen(axis->label[i]);
    width = length > width ? length : width;
  }
  return width < 40 ? width : 40;
}

/* Coefficients as a table of text, since results are read on a terminal first. */
static void say_coefficients(sw_job *job, const sw_spatial_one *one, const sw_spatial_found *f,
                             const sw_spatial_arrays *a) {
  int width = widest(sw_job_find_axis(job, "term"));
  sw_job_say(job, "%-*s %12s %12s %8s %8s", width, "term", "coefficient", "std. error", "z", "p");
  for (int i = 0; i < f->terms.count; i++) {
    double b = a->coefficient[i], se = se_of(a, f->terms.count, i), p = p_of(b, se);
    sw_job_say(job, "%-*s %12.6g %12.4g %8.2f %8.4f%s", width, term_of(job, one, i), b, se, b / se,
               p, stars(p));
  }
}

/* Phi is told with its error where there is one. */
static void say_fit(sw_job *job, const sw_spatial_found *f) {
  char likelihood[80] = "";
  if (!isnan(f->loglik))
    snprintf(likelihood, sizeof likelihood, ", log-likelihood %.6f, AIC %.2f", f->loglik, f->aic);
  sw_job_say(job, "%.0f values; sigma2 %.6g%s, pseudo R2 %.4g", f->n_used, f->sigma2, likelihood,
             f->pseudo_r2);
  if (f->spec.fixed != SW_SPATIAL_RANDOM) return;
  if (f->phi == 0)
    sw_job_say(job, "phi 0: no effect of units is found");
  else if (isnan(f->phi_se))
    sw_job_say(job, "phi, the variance of the units over that of the error: %.5g", f->phi);
  else
    sw_job_say(job, "phi, the variance of the units over that of the error: %.5g (%.4g)", f->phi,
               f->phi_se);
}

/* Effects with their errors, one variable per line. */
static void say_effects_of(sw_job *job, const sw_spatial_one *one, const sw_effect *e,
                           const char *run) {
  int width = widest(sw_job_find_axis(job, "effect_term"));
  sw_job_say(job, "%-*s %11s (%s) %11s (%s) %11s (%s)%s", width, "effect of", "direct", "std. err.",
             "indirect", "std. err.", "total", "std. err.", run);
  for (int r = 0; r < one->k; r++) {
    const sw_effect *d = &e[SW_DIRECT * one->k + r], *i = &e[SW_INDIRECT * one->k + r],
                    *t = &e[SW_TOTAL * one->k + r];
    sw_job_say(job, "%-*s %11.5g (%9.4g) %11.5g (%9.4g) %11.5g (%9.4g)%s", width,
               job->input[one->x[r]].name, d->value, d->se, i->value, i->se, t->value, t->se,
               stars(t->p));
  }
}

/* A line of effects; two of a dynamic model, short and long run; none of form error, whose
 * coefficients are the effects. */
static void say_effects(sw_job *job, const sw_spatial_one *one, const sw_spatial_found *f,
                        const sw_spatial_arrays *a) {
  const sw_spatial_state *s = job->state;
  if (s->spec.form == SW_SPATIAL_ERROR) return;
  for (int run = 0; run < s->runs; run++) {
    const char *word = !s->dynamic ? "" : run == SW_SHORT_RUN ? ", short run" : ", long run";
    if (f->no_effects & (1 << run)) {
      sw_job_say(job, "no effects%s: I - rho W has no inverse of a stable process there", word);
      continue;
    }
    say_effects_of(job, one, a->effect + run * SW_EFFECTS * one->k, word);
  }
}

/* ---- tests --------------------------------------------------------------------------------------
 */

/* Of each test that the model has; one that is undefined says why, or is silent where it is not
 * asked. Tests that the form does not have are NaN in the record and stay silent. */
static void say_tests(sw_job *job, const sw_spatial_one *one, const sw_spatial_found *f) {
  const sw_spatial_state *s = job->state;
  const sw_spatial_tests *t = &f->tests;
  if (!isnan(t->lm_lag.value)) {
    char robust[128] = "robust lag and robust error undefined";
    if (!isnan(t->rlm_lag.value))
      snprintf(robust, sizeof robust, "robust lag %.4g (p %.3g), robust error %.4g (p %.3g)",
               t->rlm_lag.value, t->rlm_lag.p, t->rlm_error.value, t->rlm_error.p);
    sw_job_say(job, "LM lag %.4g (p %.3g), LM error %.4g (p %.3g), %s%s", t->lm_lag.value,
               t->lm_lag.p, t->lm_error.value, t->lm_error.p, robust,
               !isnan(t->rlm_lag.value) ? ""
               : one->w != one->w2      ? ": two weights matrices"
                                        : ": W X b is a combination of X");
  }
  for (int r = 0; r < s->n_restrictions; r++)
    if (!isnan(f->restriction[r].lr))
      sw_job_say(job, "against %s: likelihood ratio %.5g, %d df, p %.3g",
                 sw_spatial_form_name(f->restriction[r].against), f->restriction[r].lr,
                 f->restriction[r].df, f->restriction[r].p);
    else
      sw_job_say(job, "against %s: no likelihood ratio: the form is not nested with these weights",
                 sw_spatial_form_name(f->restriction[r].against));
  if (sw_spatial_has_hausman(&s->spec) && !isnan(f->hausman.test.value))
    sw_job_say(job, "Hausman %.5g, %d df, p %.3g", f->hausman.test.value, f->hausman.test.df,
               f->hausman.test.p);
  else if (sw_spatial_has_hausman(&s->spec) && f->hausman.indefinite)
    sw_job_say(job,
               "Hausman: undefined, the difference of the covariances is not positive definite");
}

/* ---- units --------------------------------------------------------------------------------------
 */

enum { NAMED = 3 };

/* Which units give most to the others, of a variable: by size, whatever the sign. Of the absolute
 * value, as effects may be negative; three units at most. */
static void say_givers(sw_job *job, const sw_effects_model *model, const sw_unit_multiplier *unit,
                       int r, const char *name, bool same) {
  int64_t most[NAMED] = {0};
  double size[NAMED] = {0}, given[NAMED] = {0}, value, se;
  int count = 0;
  for (int64_t i = 0; i < job->n; i++) {
    sw_effects_of_unit(model, &unit[i], r, SW_UNIT_GIVES, &value, &se);
    if (!(fabs(value) > 0) || (count == NAMED && fabs(value) <= size[NAMED - 1])) continue;
    int at = count < NAMED ? count++ : NAMED - 1;
    for (; at > 0 && size[at - 1] < fabs(value); at--)
      size[at] = size[at - 1], given[at] = given[at - 1], most[at] = most[at - 1];
    size[at] = fabs(value), given[at] = value, most[at] = i;
  }
  if (count < NAMED) return;
  sw_job_say(job, "units whose %s matters most to the others: %s (%.4g), %s (%.4g), %s (%.4g)%s",
             name, sw_unit_code(job->units, most[0]), given[0], sw_unit_code(job->units, most[1]),
             given[1], sw_unit_code(job->units, most[2]), given[2],
             same ? "; in the same order for every variable" : "");
}

/* Which units give most, where effects by unit are there. */
static sw_status say_units(sw_error *err, sw_job *job, const sw_spatial_one *one,
                           const sw_spatial_found *f, const sw_spatial_arrays *a) {
  int *own = NULL, *lagged = NULL;
  if (job->result[SW_SPATIAL_OUT_GIVEN].off || f->no_effects & 1) return SW_OK;
  SW_NEW(err, job->arena, own, one->k);
  SW_NEW(err, job->arena, lagged, one->k);
  sw_effects_model model = sw_spatial_effects_of(f, a, own, lagged);
  /* Without lags of x S = (I - rho W)^-1 b: the same matrix for every variable, times its
   * coefficient. */
  bool same = f->terms.lag_x < 0 && one->k > 1;
  for (int r = 0; r < (same ? 1 : one->k) && r < NAMED; r++)
    say_givers(job, &model, a->unit, r, job->input[one->x[r]].name, same);
  return SW_OK;
}

/* All that is said of a single model; several have one line each. */
static sw_status say_one(sw_error *err, sw_job *job, const char *records) {
  const sw_spatial_one *one = ((const sw_spatial_state *)job->state)->model;
  const sw_spatial_found *f = record_of(job, records, 0);
  sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
  say_head(job, one, f);
  say_coefficients(job, one, f, &a);
  say_fit(job, f);
  say_effects(job, one, f, &a);
  say_tests(job, one, f);
  return say_units(err, job, one, f, &a);
}

/* ---- a grid -------------------------------------------------------------------------------------
 */

/* A line each: the spatial parameters and the total effects of the first four variables, so that a
 * line stays readable. */
static void say_models(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  for (int m = 0; m < s->n_models && m < MOST_LINES; m++) {
    const sw_spatial_found *f = record_of(job, records, m);
    const sw_spatial_one *one = &s->model[m];
    sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
    char line[400];
    int used = snprintf(line, sizeof line, "%s:", one->label), terms = f->terms.count;
    if (f->wrong.code != SW_SPATIAL_FITTED) continue;
    /* rho and lambda, where the form has them. */
    int spatial[] = {f->terms.rho, f->terms.lambda};
    for (int q = 0; q < 2 && used < (int)sizeof line; q++)
      if (spatial[q] >= 0)
        used += snprintf(line + used, sizeof line - (size_t)used, " %s %.4g (%.3g)",
                         q == 0 ? "rho" : "lambda", a.coefficient[spatial[q]],
                         se_of(&a, terms, spatial[q]));
    for (int r = 0; r < one->k && r < 4 && used < (int)sizeof line; r++) {
      const sw_effect *total = &a.effect[SW_TOTAL * one->k + r];
      bool error = s->spec.form == SW_SPATIAL_ERROR;
      double b = error ? a.coefficient[f->terms.x + r] : total->value;
      double se = error ? se_of(&a, terms, f->terms.x + r) : total->se;
      used += snprintf(line + used, sizeof line - (size_t)used, "%s %s %.4g (%.3g)",
                       r == 0 ? error ? "; coefficients" : "; total effects" : ",",
                       job->input[one->x[r]].name, b, se);
    }
    if (isnan(f->loglik))
      sw_job_say(job, "%s", line);
    else
      sw_job_say(job, "%s; log-likelihood %.2f", line, f->loglik);
  }
  if (s->n_models > MOST_LINES) sw_job_say(job, "and %d models more", s->n_models - MOST_LINES);
}

/* What all models of a grid are. */
static void say_grid(sw_job *job) {
  const sw_spatial_state *s = job->state;
  sw_job_say(job, "%d %s%s models of %lld units, %s, %s", s->n_models, s->dynamic ? "dynamic " : "",
             sw_spatial_form_name(s->spec.form), (long long)job->n, effects_word(&s->spec),
             s->spec.method == SW_SPATIAL_GM ? "instruments and moments" : "maximum likelihood");
}

/* Terms by rows, models by columns, SIDE_BY_SIDE at most, standard errors in brackets. Cells go by
 * the place of a term on the axis that all models share; those of terms that a model lacks stay
 * blank, and a line ends without blanks. */
static void say_side_by_side(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  const sw_axis *term = sw_job_find_axis(job, "term");
  int width = widest(term);
  for (int m = 0; m < s->n_models; m++)
    sw_job_say(job, "(%d) %s", m + 1, s->model[m].label);
  for (int i = -1; i < term->n; i++) {
    char line[600];
    int used = snprintf(line, sizeof line, "%-*s", width, i < 0 ? "term" : term->label[i]);
    for (int m = 0; m < s->n_models && used < (int)sizeof line; m++) {
      const sw_spatial_found *f = record_of(job, records, m);
      sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
      char cell[64] = "";
      if (i < 0) snprintf(cell, sizeof cell, "(%d)", m + 1);
      for (int j = 0; i >= 0 && f->wrong.code == SW_SPATIAL_FITTED && j < f->terms.count; j++)
        if (s->model[m].place[j] == i)
          snprintf(cell, sizeof cell, "%.5g (%.3g)%s", a.coefficient[j],
                   se_of(&a, f->terms.count, j),
                   stars(p_of(a.coefficient[j], se_of(&a, f->terms.count, j))));
      used += snprintf(line + used, sizeof line - (size_t)used, "  %-28s", cell);
    }
    /* Blanks at the end would be noise in files and logs. */
    while (used > 0 && used < (int)sizeof line && line[used - 1] == ' ')
      line[--used] = '\0';
    sw_job_say(job, "%s", line);
  }
}

/* Of the first outcome, list of variables and window: what other weights change of the total
 * effects. Compared are models that differ in their weights alone. */
static void say_sensitivity(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  const sw_spatial_one *base = &s->model[0];
  for (int r = 0; r < base->k && s->spec.form != SW_SPATIAL_ERROR; r++) {
    double lo = INFINITY, hi = -INFINITY;
    const char *of_lo = "", *of_hi = "";
    int count = 0;
    for (int m = 0; m < s->n_models; m++) {
      const sw_spatial_one *one = &s->model[m];
      const sw_spatial_found *f = record_of(job, records, m);
      sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
      if (one->y != base->y || one->x != base->x || one->from != base->from ||
          one->to != base->to || f->wrong.code != SW_SPATIAL_FITTED || f->no_effects)
        continue;
      double indirect = a.effect[SW_INDIRECT * one->k + r].value;
      if (indirect < lo) lo = indirect, of_lo = s->matrix[one->w].name;
      if (indirect > hi) hi = indirect, of_hi = s->matrix[one->w].name;
      count++;
    }
    if (count > 1)
      sw_job_say(
          job,
          "as %s, with %d weights matrices in turn: indirect effect of %s %.4g (%s) to %.4g (%s)",
          base->label, count, job->input[base->x[r]].name, lo, of_lo, hi, of_hi);
  }
}

/* ---- reasons ------------------------------------------------------------------------------- */

/* Tables of a grid have holes by design. One reason per table is enough for a grid. */
static void say_undefined(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  int shift = s->grid ? SW_SPATIAL_OUT_COUNT : 0;
  bool not_all = s->grid && s->n_models > 1;
  for (int q = 0; q < SW_SPATIAL_OUT_COUNT; q++)
    if (not_all) sw_job_undefined(job, shift + q, 0, "not in every model");
  if (not_all) return;
  const sw_spatial_found *f = record_of(job, records, 0);
  if (isnan(f->pseudo_r2))
    sw_job_undefined(job, shift + SW_SPATIAL_OUT_PSEUDO_R2, 0, "rho is beyond its interval");
  sw_job_undefined(job, shift + SW_SPATIAL_OUT_PHI_SE, 0, "phi is 0, or of moments");
  sw_job_undefined(job, shift + SW_SPATIAL_OUT_LR, 0, "a form is not nested with these weights");
  sw_job_undefined(job, shift + SW_SPATIAL_OUT_LR_P, 0, "a form is not nested with these weights");
  if (f->hausman.indefinite) {
    sw_job_undefined(job, shift + SW_SPATIAL_OUT_HAUSMAN, 0,
                     "the difference of covariances is not positive definite");
    sw_job_undefined(job, shift + SW_SPATIAL_OUT_HAUSMAN_P, 0,
                     "the difference of covariances is not positive definite");
  }
  for (int q = SW_SPATIAL_OUT_DIRECT; q < SW_SPATIAL_OUT_ORDER_DIRECT && f->no_effects; q++)
    sw_job_undefined(job, shift + q, 0, "I - rho W has no inverse there");
}

/* Few models fit side by side; each has its line in any case. The table first, then a line per
 * model, then what depends on the weights. */
sw_status sw_spatial_say(sw_error *err, sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  if (!s->grid) {
    SW_TRY(say_one(err, job, records));
  } else {
    say_grid(job);
    if (s->n_models <= SIDE_BY_SIDE) say_side_by_side(job, records);
    say_models(job, records);
    say_sensitivity(job, records);
  }
  say_undefined(job, records);
  return SW_OK;
}
