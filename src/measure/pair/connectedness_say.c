/* What connectedness says of itself: what so few rows can show, the ridge and where it comes from,
 * how the index moves with it, and how it stands against chance. On rank 0, in finish, but for
 * sw_connect_foresee, which `check` shows before anything is computed. A choice that the data did
 * not make is warned of; all else is said. */
#include "measure/pair/connectedness.h"

#include <math.h>

/* `longest` rows at most against n coefficients of each series: the line warns before a long
 * run. */
void sw_connect_foresee(sw_job *job, const sw_connectedness *c) {
  sw_job_foresee(job,
                 "%d rows at most for the %lld coefficients of a series: the ridge decides much of "
                 "what is seen; by_ridge has the index under others",
                 c->longest, (long long)job->n);
}

/* ---- the ridge ------------------------------------------------------------------------------- */

/* Leave-one-out that chooses the first or the last ridge has not found a minimum. */
static bool at_end(const sw_connect_ridges *of) {
  return of->choice == 0 || of->choice == SW_CONNECT_RIDGES - 1;
}

/* Warns where the chosen ridge lies at an end of what was tried: the best one may lie beyond. */
void sw_connect_note_ridges(sw_job *job, const sw_connectedness *c, const sw_connect_ridges *of) {
  int ends = 0, scopes = sw_connect_scopes(c), first = 0;
  /* Downward, so that `first` ends at the first window with it. */
  for (int k = scopes - 1; k >= 0; k--)
    if (at_end(&of[k])) {
      ends++;
      first = k;
    }
  if (ends == 0) return;
  const sw_connect_ridges *one = &of[first];
  const char *where = scopes == 1
                          ? ""
                          : sw_arena_printf(job->arena, " in %d of %d windows, as that to %s", ends,
                                            scopes, sw_job_period(job, first));
  sw_note(
      job->notes,
      "%s: %s: leave-one-out ends at the %s ridge that was tried, c = %.4g%s: with %.0f rows of "
      "%.0f series it %s; by_ridge has the index under each ridge, and `ridge` takes a number",
      job->where, job->name, one->choice == 0 ? "smallest" : "largest",
      sw_connect_ridge[(int)one->choice], where ? where : "", one->rows, one->used,
      one->choice == 0 ? "says nothing about the ridge, and the network rests on that choice"
                       : "finds nothing that a series tells of the next period");
}

/* The first and only window: with windows say_windows speaks instead. */
static void say_ridge(sw_job *job, const sw_connectedness *c, const sw_connect_ridges *of) {
  double lambda = *sw_connect_numbers(job, SW_CONNECT_LAMBDA, 0);
  double delta = *sw_connect_numbers(job, SW_CONNECT_DELTA, 0);
  double used = *sw_connect_numbers(job, SW_CONNECT_USED, 0);
  if (of->choice < 0)
    sw_job_say(job,
               "ridge %.6g, %.4g of the mean square of the series; shrinkage %.4g; %.0f "
               "series of %d rows",
               lambda, lambda / of->scale, delta, used, c->window[0].rows);
  else
    sw_job_say(job,
               "ridge %.6g (c = %.4g by leave-one-out%s); shrinkage %.4g; %.0f series of %d "
               "rows",
               lambda, sw_connect_ridge[(int)of->choice],
               at_end(of) ? ", an end of those tried" : "", delta, used, c->window[0].rows);
}

/* Windows begin with the first value, so what is left of a step lies at the end. What a step leaves
 * over is named by its periods. */
static const char *say_rest(sw_job *job, const sw_connectedness *c) {
  int first = sw_connect_end(c, c->windows - 1) + 1, last = c->series.length - 1;
  if (first > last) return "";
  const char *from = sw_job_seen_period(job, c->series.at[first]);
  const char *text = first == last
                         ? sw_arena_printf(job->arena, "; %s is in no window", from)
                         : sw_arena_printf(job->arena, "; %s to %s are in no window", from,
                                           sw_job_seen_period(job, c->series.at[last]));
  return text ? text : "";
}

/* Says in which windows connectedness was least and most. */
static void say_windows(sw_job *job, const sw_connectedness *c) {
  int least = -1, most = -1;
  for (int w = 0; w < c->windows; w++) {
    double total = *sw_connect_numbers(job, SW_CONNECT_TOTAL, w);
    if (isnan(total)) continue;
    if (least < 0 || total < *sw_connect_numbers(job, SW_CONNECT_TOTAL, least)) least = w;
    if (most < 0 || total > *sw_connect_numbers(job, SW_CONNECT_TOTAL, most)) most = w;
  }
  if (least < 0) return;
  sw_job_say(job,
             "%d window%s of %d values: least in that to %s (%.4g), most in that to %s (%.4g)%s",
             c->windows, c->windows == 1 ? "" : "s", c->length, sw_job_period(job, least),
             *sw_connect_numbers(job, SW_CONNECT_TOTAL, least), sw_job_period(job, most),
             *sw_connect_numbers(job, SW_CONNECT_TOTAL, most), say_rest(job, c));
}

/* ---- the index ------------------------------------------------------------------------------- */

/* Of the last window. The range is told where it goes beyond what the two ends have. */
static void say_stability(sw_job *job, const sw_connectedness *c) {
  const double *by = sw_connect_numbers(job, SW_CONNECT_BY_RIDGE, c->windows - 1);
  double least = INFINITY, most = -INFINITY;
  for (int k = 0; k < SW_CONNECT_RIDGES; k++) {
    least = fmin(least, by[k]); /* NaN is left out */
    most = fmax(most, by[k]);
  }
  if (least > most) return;
  sw_job_say(job, "under ridges of c = %.4g to %.4g the index goes from %.4g to %.4g%s",
             sw_connect_ridge[0], sw_connect_ridge[SW_CONNECT_RIDGES - 1], by[0],
             by[SW_CONNECT_RIDGES - 1],
             least < fmin(by[0], by[SW_CONNECT_RIDGES - 1]) ||
                     most > fmax(by[0], by[SW_CONNECT_RIDGES - 1])
                 ? sw_arena_printf(job->arena, ", between %.4g and %.4g", least, most)
                 : "");
}

/* Of the last window, as by_ridge: p is (R + 1)/(M + 1), as the index itself counts among the
 * draws. */
static void say_null(sw_job *job, const sw_connectedness *c) {
  int last = c->windows - 1;
  const double *of = sw_connect_numbers(job, SW_CONNECT_NULL, last);
  double total = *sw_connect_numbers(job, SW_CONNECT_TOTAL, last), sum = 0, most = -INFINITY;
  int64_t reaching = 0;
  if (isnan(total)) return;
  for (int64_t d = 0; d < c->draws; d++) {
    sum += of[d];
    most = fmax(most, of[d]);
    reaching += of[d] >= total;
  }
  sw_job_say(job,
             "%.4g, and %.4g in the mean of %lld draws with each series' periods permuted, %.4g "
             "at most: p = %.4g%s",
             total, sum / (double)c->draws, (long long)c->draws, most,
             (double)(reaching + 1) / (double)(c->draws + 1),
             c->windows > 1 ? " (the last window)" : "");
}

/* Lines in the order of a reader's questions: how large, by which ridge, how stable, against what
 * chance. */
void sw_connect_say(sw_job *job, const sw_connectedness *c, const sw_connect_ridges *of) {
  if (c->rolls)
    say_windows(job, c);
  else if (!isnan(*sw_connect_numbers(job, SW_CONNECT_TOTAL, 0)))
    say_ridge(job, c, of);
  say_stability(job, c);
  if (c->draws > 0) say_null(job, c);
}

/* ---- what has no value ----------------------------------------------------------------------- */

/* In the order in which a fit fails. */
static const char *why_none(const sw_connect_window *window, const sw_connect_model *model) {
  return window->rows < SW_CONNECT_LEAST ? "fewer than 3 periods follow the one before"
         : model->used < 2 ? "fewer than 2 series have a value in every period and vary"
                           : "the ridge is too small for these series: the matrix has no inverse";
}

/* Reasons by window for everything that has no value there; units left out of any window are
 * counted once, where they are most. */
void sw_connect_why(sw_job *job, const sw_connectedness *c, const void *models) {
  static const int output[] = {
      SW_CONNECT_FROM, SW_CONNECT_TO,     SW_CONNECT_NET,   SW_CONNECT_TOTAL, SW_CONNECT_BY_RIDGE,
      SW_CONNECT_NULL, SW_CONNECT_LAMBDA, SW_CONNECT_DELTA, SW_CONNECT_USED,  SW_CONNECT_LEAVE_OUT};
  enum { COUNT = sizeof output / sizeof *output };
  int64_t left_out = 0;
  for (int w = 0; w < c->windows; w++) {
    const sw_connect_model *model = sw_connect_model_at(c, models, w);
    const char *why = model->found != 0 ? NULL : why_none(&c->window[w], model);
    for (int q = 0; q < COUNT; q++)
      sw_job_undefined(job, sw_connect_form(c, output[q]), w, why);
    int64_t absent = job->n - (int64_t)model->used;
    if (absent > left_out) left_out = absent;
  }
  if (left_out > 0)
    sw_note(job->notes, "%s: %s: %s%lld of %lld units %s, and take%s no part", job->where,
            job->name, c->rolls ? "in some window " : "", (long long)left_out, (long long)job->n,
            left_out == 1 ? "lacks a value of a period or does not vary"
                          : "lack a value of a period or do not vary",
            left_out == 1 ? "s" : "");
  if (c->whole.used < c->series.length)
    sw_note(job->notes,
            "%s: %s: in %d of %d periods no unit has a value; they are left out, and no lag leads "
            "over them",
            job->where, job->name, c->series.length - c->whole.used, c->series.length);
}
