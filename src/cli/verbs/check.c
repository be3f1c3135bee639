/* spillway check: everything of a run but the pairs and the file. The study is read, the panel read
 * and bound, and the plan printed; passes over units are tried, so that values that a measure
 * refuses are found. Collective, under as many ranks as the run shall have: memory per rank is that
 * of this plan.
 *
 * With --since it only says whether anything has changed since a results file was made, without
 * reading the panel: for a script that runs many studies every night. */
#include "cli/verbs/commands.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/session/options.h"
#include "cli/session/session.h"
#include "panel/time.h"
#include "panel/treat.h"
#include "store/results/past.h"
#include "store/results/results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const help_text =
    "Usage: spillway check STUDY.yaml [options]\n\n"
    "Check the study and its data, and print the plan: units, periods, missing cells, what each\n"
    "measure covers, what a false discovery rate can reject, pairs, bytes to be written, memory\n"
    "per rank, an estimate of time. Measures that need no pairs are tried, so that values they\n"
    "refuse are found. No pair is computed and no file is written. Under mpirun: the plan for "
    "that\n"
    "many ranks.\n\n"
    "      --since LAST.h5   say only whether the study, its inputs or the program have changed\n"
    "                        since these results were made\n"
    "      --threads N       threads per rank, as in run\n"
    "  -q, --quiet           warnings only, besides the plan\n"
    "      --log-level L     error, warn, info (default) or debug\n"
    "  -h, --help            this text\n\n"
    "Exit status: 0 the study can run; 2 it cannot, with the reason. With --since: 0 nothing has\n"
    "changed, 1 something has, 2 wrong usage or bad input.";

typedef struct check_options {
  bool help, quiet;
  /* As given on the command line; NULL where nothing was. */
  const char *since, *threads, *study, *log_level;
} check_options;

/* ---- coverage --------------------------------------------------------------------------- */

/* Coverage of an entry, added over its periods and this rank's units. */
typedef struct cover {
  double cells, of_cells; /* unit-periods with every input; all of them */
  double total, of_total; /* of the measure's total, weight or mass; same meaning */
} cover;

/* This rank's units of an input in a period of the panel; NULL when the input is a result. A column
 * of the study that is no result has its values in the panel, by unit of this rank. */
static const double *input_row(const sw_run *run, const sw_need *need, int period) {
  const sw_column *column = need->entry < 0 ? sw_panel_column(run->panel, need->name) : NULL;
  return column ? column->row[period] : NULL; /* a result has no values yet */
}

/* Whether unit k (of this rank) has every indicator that the entry rests on. A result that it rests
 * on has no values when only planned, so its own inputs are asked for: coverage is that of the
 * data, not of what a measure leaves undefined. Ends, as references between results have no cycles
 * (study/refs.c). */
static bool has_all(const sw_run *run, int e, int period, int64_t k) {
  const sw_entry *entry = &run->study->entry[e];
  for (int i = 0; i < entry->n_needs + entry->n_pair_needs; i++) {
    const double *row = input_row(run, &entry->need[i], period);
    if (entry->need[i].group >= 0) continue; /* every unit is of some group */
    if (row ? isnan(row[k]) : !has_all(run, entry->need[i].entry, period, k)) return false;
  }
  return true;
}

/* The input whose share is shown beside that of the cells: the measure's total, weight or mass, as
 * an index in entry->need; -1 without one. Few large units may be most of the economy. The order of
 * the names is that of preference: a measure with both has its total shown. */
static int total_need(const sw_run *run, int e) {
  static const char *const names[] = {"total", "weight", "mass"};
  const sw_entry *entry = &run->study->entry[e];
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < entry->n_needs; i++)
      if (entry->need[i].entry < 0 && entry->need[i].group < 0 &&
          strcmp(entry->measure->param[entry->need[i].param].name, names[k]) == 0)
        return i;
  return -1;
}

/* A missing total counts as 0 on both sides. Over this rank's units and the periods that the entry
 * sees; ranks are added in say_cover, in the order of ranks, so the figure does not depend on
 * timing. */
static cover cover_of(const sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  const sw_job *job = &run->job[e];
  int64_t own = run->panel->hi - run->panel->lo;
  int need = total_need(run, e);
  cover c = {0};
  for (int t = 0; t < sw_job_seen(job); t++) {
    int period = sw_job_seen_at(job, t);
    /* Without a total cells alone are counted. */
    const double *total = need >= 0 ? input_row(run, &entry->need[need], period) : NULL;
    for (int64_t k = 0; k < own; k++) {
      bool all = has_all(run, e, period, k);
      double value = total && !isnan(total[k]) ? total[k] : 0.0;
      c.cells += all;
      c.of_cells += 1;
      c.total += all ? value : 0.0;
      c.of_total += value;
    }
  }
  return c;
}

/* Adds the ranks' coverage on rank 0 and prints it, with what the entry foresees. Collective.
 * Counts are doubles, exact far beyond any panel. */
static sw_status say_cover(sw_error *err, const sw_run *run, int e) {
  sw_team *team = run->team;
  cover mine = cover_of(run, e), *all = NULL, sum = {0};
  size_t *counts = NULL;
  /* A rank out of memory must still take part in the gather. */
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  SW_TRY(sw_team_agree(team, err, status, 0));
  status = team->gather(team, err, &mine, sizeof mine, 0, (void **)&all, counts);
  for (int r = 0; status == SW_OK && team->rank == 0 && r < team->size; r++) {
    sum.cells += all[r].cells;
    sum.of_cells += all[r].of_cells;
    sum.total += all[r].total;
    sum.of_total += all[r].of_total;
  }
  /* Only rank 0 has `all` and the sum. */
  if (status == SW_OK && team->rank == 0) {
    printf("  %-24s %-22s covers %.1f%% of unit-periods", run->job[e].name,
           run->job[e].measure->name, 100 * sum.cells / sum.of_cells);
    /* No share without a total, nor of one that sums to nothing. */
    if (sum.of_total > 0)
      printf(", %.1f%% of the total of %s", 100 * sum.total / sum.of_total,
             run->job[e].input[total_need(run, e)].name);
    if (run->study->entry[e].is_pair && sw_keep_walks(run->pair[e].keep.kind))
      printf("; %.3g ordered pairs",
             (double)run->job[e].n * (double)(run->job[e].n - 1) * run->pair[e].summary.n_periods);
    putchar('\n');
    if (run->job[e].foreseen) printf("  %-24s %s\n", "", run->job[e].foreseen);
  }
  sw_free(all);
  sw_free(counts);
  return status;
}

/* ---- the plan --------------------------------------------------------------------------- */

/* What was read; rank 0. Lines of what is rare only when there is some of it. */
static void say_panel(const sw_session *s) {
  const sw_panel *panel = s->panel;
  char time[SW_TIME_ROOM];
  printf("%s: %lld units%s %s; %lld rows read\n", s->study->name, (long long)panel->units.n,
         panel->periods.cross_section ? "," : " x", sw_time_say(&panel->periods, time),
         (long long)panel->rows_read);
  double cells = (double)panel->units.n * panel->periods.n;
  puts("missing cells:");
  for (int c = 0; c < panel->n_columns; c++)
    printf("  %-24s %lld (%.1f%%)\n", panel->column[c].name, (long long)panel->column[c].missing,
           100 * (double)panel->column[c].missing / cells);
  char text[SW_UNFILLED_ROOM];
  if (panel->filled) printf("cells filled: %lld\n", (long long)panel->filled);
  if (panel->n_unfilled) puts(sw_treat_say_unfilled(panel, text));
  if (panel->members_dropped)
    printf("aggregate: members with missing cells, left out of all sums: %lld\n",
           (long long)panel->members_dropped);
  if (panel->partial_sums) printf("aggregate: %s\n", sw_treat_say_partial(panel, text));
  if (panel->units_dropped) printf("units dropped: %lld\n", (long long)panel->units_dropped);
  if (panel->units_without_data)
    printf("units without data: %lld\n", (long long)panel->units_without_data);
  if (panel->rows_unknown_unit)
    printf("rows of other units, left out: %lld\n", (long long)panel->rows_unknown_unit);
}

/* Prints the plan on rank 0. Collective at its beginning only; the rest may fail on rank 0 alone,
 * which the caller agrees on. Bytes and seconds are estimates of the plan (plan/run/estimate.h),
 * memory the largest of all ranks. */
static sw_status say_plan(sw_error *err, const sw_session *s, double memory) {
  const sw_run *run = s->run;
  sw_team *team = s->team;
  SW_TRY(team->max_f64(team, err, &memory, 1));
  if (team->rank != 0) return SW_OK;
  double bytes = 0;
  SW_TRY(sw_results_bytes(err, run, &bytes));
  printf("plan: %d rank%s on %d node%s, %d thread%s each\n", team->size, team->size == 1 ? "" : "s",
         team->nodes, team->nodes == 1 ? "" : "s", s->threads, s->threads == 1 ? "" : "s");
  printf("  pairs to evaluate        %.3g\n", sw_estimate_pairs(run));
  printf("  bytes to be written      %s to %s\n", sw_session_show_bytes(bytes),
         s->study->output_path);
  printf("  memory per rank          %s (%.0f bytes)\n", sw_session_show_bytes(memory), memory);
  printf("  time for the pairs       about %.1f s at 1e10 operations per second and core\n",
         sw_estimate_seconds(run));
  double seconds = 0, networks = sw_run_networks(run, &seconds);
  if (seconds > 0)
    printf(
        "  time for the networks    about %.1f s, by a sample of units; %s of distances per node\n",
        seconds, sw_session_show_bytes(networks));
  if (run->seconds_untried > 0)
    printf("  time for other passes    about %.1f s, extrapolated from a short trial\n",
           run->seconds_untried);
  fflush(stdout);
  return SW_OK;
}

/* Runs everything but the pairs: a measure sees its data and may refuse it. Long passes are only
 * begun (run->no_pairs). Collective. The trial leaves results in memory that are thrown away with
 * the session; nothing is written. */
static sw_status try_data(sw_error *err, sw_session *s) {
  s->run->no_pairs = true;
  return sw_run_first(err, s->run);
}

/* Compares the study, its inputs and this build with those of a results file. *changed becomes the
 * exit status: 1 when anything differs. Collective. */
static sw_status check_since(sw_error *err, sw_session *s, const char *path, int *changed) {
  const char *what = NULL;
  SW_TRY(sw_results_changed(err, s->team, s->arena, s->study, path, &what));
  *changed = what != NULL;
  if (s->team->rank == 0)
    printf("%s: %s%s\n", path, what ? "has changed since: " : "nothing has changed since",
           what ? what : "");
  return SW_OK;
}

/* The order of run_study() (compute.c), so that check and run refuse the same. Memory is estimated
 * on top of what the process has used until here (the panel is read), before trying the data adds
 * to it. */
static sw_status check_study(sw_error *err, sw_team *team, const check_options *o, sw_session *s,
                             int *changed) {
  sw_log_hold();
  SW_TRY(sw_session_study(err, team, o->study, NULL, o->threads, s));
  if (o->since) return check_since(err, s, o->since, changed);
  SW_TRY(sw_results_refuse_files(err, team, s->study));
  s->plans = true;
  SW_TRY(sw_session_panel(err, s));
  double memory = sw_peak_memory() + sw_estimate_memory(s->run);
  SW_TRY(sw_estimate_fits(err, s->run));
  SW_TRY(try_data(err, s));
  /* The study can run: what was held back is said now, above the plan. */
  sw_log_release(true);
  if (team->rank == 0) {
    say_panel(s);
    puts("results:");
  }
  /* Matrices below a result rest on what it rests on. */
  for (int e = 0; e < s->study->n_entries; e++)
    if (!s->study->entry[e].group) SW_TRY(say_cover(err, s->run, e));
  return sw_team_agree(team, err, say_plan(err, s, memory), 0);
}

/* Every rank reads the same arguments and comes to the same error. */
static sw_status read_options(sw_error *err, sw_team *team, int argc, char **argv,
                              check_options *o) {
  const sw_option table[] = {{"help", 'h', &o->help, NULL},         {"since", 0, NULL, &o->since},
                             {"threads", 0, NULL, &o->threads},     {"quiet", 'q', &o->quiet, NULL},
                             {"log-level", 0, NULL, &o->log_level}, {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, &o->study, 1, &count));
  if (o->help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a study file; see %s --help", argv[0], argv[0]);
  return sw_session_log(err, team, argv[0], o->quiet, o->log_level);
}

/* The status is 0, or with --since 1 where something has changed. */
int sw_cmd_check(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  sw_session session = {.extra = program->extra, .n_extra = program->n_extra};
  check_options options = {0};
  int changed = 0;
  sw_status status = read_options(&err, team, argc, argv, &options);
  if (status == SW_OK && options.help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = check_study(&err, team, &options, &session, &changed);
  sw_cli_settle(team, &err);
  sw_log_release(false);
  sw_session_close(&session);
  return status == SW_OK ? changed : sw_cli_fail(team, &err);
}
