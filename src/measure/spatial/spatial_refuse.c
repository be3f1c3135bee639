/* Why a spatial model cannot be fitted, and what a reader must be warned of.
 *
 * A model that stands alone is refused; among the models of a grid one that cannot be fitted is
 * missing, and a warning names the first and counts the rest, so that one bad list of variables
 * does not cost the others. Each warning is said once per entry. */
#include "measure/spatial/spatial_model.h"

#include <math.h>
#include <stdio.h>

/* Records are of a size known at run time only (terms differ by study), hence the steps by
 * bytes. */
static const sw_spatial_found *record_of(const sw_job *job, const char *records, int m) {
  return (const sw_spatial_found *)(records + (size_t)m * sw_spatial_record(job));
}

/* ---- refusals ------------------------------------------------------------------------------ */

/* In `room`; `param`: what of the entry it is about. Codes are those of kernel/spatial/fit.h; index
 * is a term or a number of values. The text is for the study's author: it names the parameter to
 * change, by the name it has in the entry (x, or grid.x), and the remedy. */
static void why(const sw_job *job, const sw_spatial_one *one, sw_spatial_wrong wrong,
                const char **param, char *room, size_t size) {
  const sw_spatial_state *s = job->state;
  const char *own_x = sw_job_arg(job, "x")->given ? "x" : "grid.x";
  int periods = one->to - one->from + 1;
  bool has_term = wrong.index >= 0 && wrong.index < one->terms.count;
  const char *term =
      has_term ? sw_job_find_axis(job, "term")->label[one->place[wrong.index]] : "a term";
  *param = own_x;
  switch (wrong.code) {
  case SW_SPATIAL_DEPENDENT:
    if (has_term && one->terms.lag_x >= 0 && wrong.index >= one->terms.lag_x &&
        wrong.index < one->terms.lag_x + one->k) {
      const char *x = job->input[one->x[wrong.index - one->terms.lag_x]].name;
      snprintf(
          room, size,
          "the lag of '%s' is a linear combination of the terms before it, as that of a variable "
          "which all units of a period share; leave '%s' out, or choose a form without lags of x",
          x, x);
      return;
    }
    snprintf(room, size, "'%s' is a linear combination of the terms before it; leave it out", term);
    return;
  case SW_SPATIAL_ABSORBED:
    snprintf(room, size, "'%s' does not vary beyond the %s; leave it out", term,
             s->spec.fixed == SW_SPATIAL_NONE ? "constant" : "fixed effects");
    return;
  case SW_SPATIAL_FEW_PERIODS:
    *param = s->dynamic ? "dynamic" : "fixed";
    snprintf(room, size, "%d period%s; %d or more are needed", periods, periods == 1 ? "" : "s",
             wrong.index);
    return;
  case SW_SPATIAL_FEW_UNITS:
    snprintf(room, size, "%lld units; %d or more are needed", (long long)job->n, wrong.index);
    return;
  case SW_SPATIAL_FEW_VALUES:
    snprintf(room, size, "%lld values%s for %d terms; expected more values",
             (long long)(job->n * periods),
             s->spec.fixed == SW_SPATIAL_NONE ? "" : ", of which effects use some,", wrong.index);
    return;
  case SW_SPATIAL_EXACT:
    *param = sw_job_arg(job, "y")->given ? "y" : "grid.y";
    snprintf(room, size, "'%s' is a linear combination of the terms: no error is left",
             job->input[one->y].name);
    return;
  case SW_SPATIAL_SINGULAR:
    if (one->terms.rho >= 0 || one->terms.lambda >= 0)
      *param = sw_job_arg(job, "weights")->given ? "weights" : "grid.weights";
    snprintf(
        room, size,
        "with %s the terms cannot be told apart (the information matrix is singular), as where all "
        "units are neighbours, or a variable does not vary; choose other weights or variables",
        s->matrix[one->w].name);
    return;
  default:
    *param = "form";
    snprintf(room, size, "%s models with these effects are not fitted by method: %s",
             sw_spatial_form_name(s->spec.form), sw_job_arg(job, "method")->text);
  }
}

/* From the last, so that the first remains. Of one model the entry is refused; of a grid only if no
 * model can be fitted. SW_OK also where some models of a grid are lost; their outputs stay NaN. */
sw_status sw_spatial_refuse(sw_error *err, sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  const char *param = "x";
  char text[300] = "";
  int lost = 0, first = 0;
  for (int m = s->n_models - 1; m >= 0; m--) {
    if (record_of(job, records, m)->wrong.code == SW_SPATIAL_FITTED) continue;
    lost++;
    first = m;
  }
  if (lost == 0) return SW_OK;
  why(job, &s->model[first], record_of(job, records, first)->wrong, &param, text, sizeof text);
  if (lost == s->n_models) return sw_job_fail(err, job, param, "%s", text);
  sw_note(job->notes, "%s: %s: %d of %d models cannot be fitted; of %s: %s", job->where, job->name,
          lost, s->n_models, s->model[first].label, text);
  return SW_OK;
}

/* ---- warnings ------------------------------------------------------------------------------ */

/* " (3 of 12 models; the first is LABEL)" of a grid; "" of one model. */
static const char *among(const sw_job *job, int count, int first) {
  const sw_spatial_state *s = job->state;
  const char *text = sw_arena_printf(job->arena, " (%d of %d models; the first is %s)", count,
                                     s->n_models, s->model[first].label);
  return s->grid && text ? text : "";
}

/* How many models have a bit of `warnings`, and which is the first. Downward, so that *first ends
 * at the first model. */
static int count_warned(const sw_job *job, const char *records, unsigned bit, int *first) {
  const sw_spatial_state *s = job->state;
  int count = 0;
  for (int m = s->n_models - 1; m >= 0; m--) {
    if (!(record_of(job, records, m)->warnings & bit)) continue;
    count++;
    *first = m;
  }
  return count;
}

/* Which of rho and lambda has met the end f->edge, where a model has both: the nearer one. */
static int term_at_edge(const sw_spatial_found *f, const sw_spatial_arrays *a) {
  const sw_spatial_terms *t = &f->terms;
  if (t->rho < 0 || t->lambda < 0) return t->rho < 0 ? t->lambda : t->rho;
  bool rho = fabs(a->coefficient[t->rho] - f->edge) <= fabs(a->coefficient[t->lambda] - f->edge);
  return rho ? t->rho : t->lambda;
}

/* At an end of its interval the likelihood still rises: its slope is not 0, and the information
 * matrix says nothing of the error. Instruments know of no interval. */
static void warn_edge(sw_job *job, const char *records) {
  int first = 0, count = count_warned(job, records, SW_SPATIAL_AT_EDGE, &first);
  if (count == 0) return;
  const sw_spatial_found *f = record_of(job, records, first);
  sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
  int term = term_at_edge(f, &a);
  const char *name = term == f->terms.rho ? "rho" : "lambda";
  const sw_spatial_one *one = &((const sw_spatial_state *)job->state)->model[first];
  const sw_spatial_matrix *matrix =
      &((const sw_spatial_state *)job->state)->matrix[term == f->terms.rho ? one->w : one->w2];
  /* For large matrices that are not symmetric the least eigenvalue is only bounded. */
  bool bound = f->edge < 0 && sw_filters_plan(job, &matrix->filters)->least_is_bound;
  if (bound && f->spec.method == SW_SPATIAL_ML)
    sw_note(job->notes,
            "%s: %s: %s is at %.6g: the search goes no further than minus the reciprocal of the "
            "spectral "
            "radius, as %s is not symmetric and large; logdet: eigen knows the end%s",
            job->where, job->name, name, f->edge, matrix->name, among(job, count, first));
  else if (f->spec.method == SW_SPATIAL_GM)
    sw_note(job->notes,
            "%s: %s: %s is %.4g, beyond the end of its interval, %.6g: there are no effects, and "
            "moments or instruments say too little%s",
            job->where, job->name, name, a.coefficient[term], f->edge, among(job, count, first));
  else
    sw_note(job->notes,
            "%s: %s: %s is at the end of its interval, %.6g: the likelihood has no maximum within, "
            "and standard errors mean nothing%s",
            job->where, job->name, name, f->edge, among(job, count, first));
}

/* rho and lambda can exchange roles: which maximum is the higher may hang on a few units. The
 * likelihood of sac may have two maxima (methods-space.md 12): the runner-up is told. */
static void warn_runner_up(sw_job *job, const char *records) {
  int first = 0, count = count_warned(job, records, SW_SPATIAL_RUNNER_UP, &first);
  if (count == 0) return;
  const sw_spatial_found *f = record_of(job, records, first);
  sw_spatial_arrays a = sw_spatial_arrays_of(job, f);
  sw_note(
      job->notes,
      "%s: %s: the likelihood has two maxima: rho %.4f, lambda %.4f (log-likelihood %.3f), which "
      "is taken, and rho %.4f, lambda %.4f (%.3f)%s",
      job->where, job->name, a.coefficient[f->terms.rho], a.coefficient[f->terms.lambda], f->loglik,
      f->other_rho, f->other_lambda, f->other_loglik, among(job, count, first));
}

/* One line each, with the number of models and the first, however many models are concerned. */
static void warn_others(sw_job *job, const char *records) {
  int first = 0, count = count_warned(job, records, SW_SPATIAL_NO_LEE_YU, &first);
  if (count > 0)
    sw_note(job->notes,
            "%s: %s: rows of the weights do not all sum to 1 (their style, or units without "
            "neighbours): "
            "effects of periods are taken out by means, not by transformation%s",
            job->where, job->name, among(job, count, first));
  count = count_warned(job, records, SW_SPATIAL_NOT_STATIONARY, &first);
  if (count > 0)
    sw_note(
        job->notes,
        "%s: %s: the coefficients of rho, y(-1) and lag.y(-1) add up to 1 or more: their bias is "
        "not corrected%s",
        job->where, job->name, among(job, count, first));
}

/* Of the model that lost most. At most one line, with the largest count. */
static void warn_draws(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  double most = 0;
  for (int m = 0; s->draws && m < s->n_models; m++)
    for (int run = 0; run < s->runs; run++)
      most = fmax(most, record_of(job, records, m)->drawn_outside[run]);
  if (most > 0)
    sw_note(job->notes, "%s: %s: up to %.0f of %lld draws had no stationary rho and were left out",
            job->where, job->name, most, (long long)s->n_draws);
}

/* Rows that were to sum to 1, and do so but for the digits of a file: between .98 and 1.02, as with
 * two digits per weight. Wider spreads are meant as they are. */
static void warn_rounded(sw_job *job, const sw_spatial_matrix *matrix) {
  const sw_links *links = matrix->links;
  double lo = INFINITY, hi = -INFINITY;
  for (int64_t i = 0; i < links->n; i++) {
    if (links->row_start[i] == links->row_start[i + 1]) continue;
    lo = fmin(lo, links->row_sum[i]);
    hi = fmax(hi, links->row_sum[i]);
  }
  if (!sw_filters_lag_constant(links) || lo < .98 || hi > 1.02 || hi - lo > .02) return;
  sw_note(job->notes,
          "%s: %s: rows of %s sum to %.6g .. %.6g, nearly 1: write style: row if they are to",
          job->where, job->name, matrix->name, lo, hi);
}

/* Of a unit without neighbours W y is 0 whatever y is: where nothing takes the level of y out, the
 * search for rho sees units far off the line. Fixed effects take the level out, so islands matter
 * less there. Said of every matrix, since a second one (of lambda) may have other islands. The
 * first model stands for all: those of an entry have the same form and effects. */
static void warn_islands(sw_job *job, const sw_spatial_matrix *matrix) {
  const sw_spatial_state *s = job->state;
  long long islands = (long long)matrix->links->islands;
  bool level = s->model[0].terms.rho >= 0 &&
               (s->spec.fixed == SW_SPATIAL_NONE || s->spec.fixed == SW_SPATIAL_RANDOM);
  if (islands > 0)
    sw_note(
        job->notes, "%s: %s: %lld unit%s no neighbour in %s: the lag is 0 there%s", job->where,
        job->name, islands, islands == 1 ? " has" : "s have", matrix->name,
        level ? ", which pulls rho towards 0 where y is far from 0: leave them out by `where`, or "
                "give them links (kind: union with knn)"
              : "");
}

/* In `check` already: links are known before values are. A fifth of all pairs: then sparse algebra
 * is dense. */
void sw_spatial_warn_dense(sw_job *job) {
  enum { MANY = 1000 }; /* units; below it is a matter of seconds */
  const sw_spatial_state *s = job->state;
  double pairs = (double)job->n * (double)(job->n - 1);
  for (int i = 0; i < s->n_matrices; i++) {
    const sw_links *links = s->matrix[i].links;
    double count = (double)links->row_start[links->n];
    if (job->n > MANY && count > pairs / 5)
      sw_note(job->notes,
              "%s: %s: %s links %.0f%% of all pairs of units: minutes and more for a model, which "
              "cannot be stopped meanwhile; a cutoff or knn makes it quick",
              job->where, job->name, s->matrix[i].name, 100 * count / pairs);
  }
}

/* What models say first, then what is wrong with a matrix, once for each. */
void sw_spatial_warn(sw_job *job, const char *records) {
  const sw_spatial_state *s = job->state;
  warn_edge(job, records);
  warn_runner_up(job, records);
  warn_others(job, records);
  warn_draws(job, records);
  for (int i = 0; i < s->n_matrices; i++)
    warn_rounded(job, &s->matrix[i]);
  for (int i = 0; i < s->n_matrices; i++)
    warn_islands(job, &s->matrix[i]);
}
