/* spillway diff: what changed between two results files, for people. The comparison is store/diff;
 * here are its options and its printing. A child process compares, as either file may be damaged.
 * Serial, without MPI. Exit status as of diff(1): 1 says that they differ, so whatever goes wrong
 * is 2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/session/options.h"
#include "cli/session/shown.h"
#include "cli/verbs/commands.h"
#include "store/diff/diff.h"

/* MOST_MOST limits a list, whose lines are kept in memory until they are printed. */
enum { DIFFERENT = 1, TROUBLE = 2, MOST_MOST = 100000 };

static const char help_text[] =
    "Usage: spillway diff OLD.h5 NEW.h5 [--rtol R] [--atol A]\n\n"
    "Tell what changed between two results files, the largest change first: study, inputs and\n"
    "parameters; units and periods; each variable; the units that moved most; the largest changes\n"
    "by |old - new| / max(|old|, |new|); values that appeared or disappeared; partners that "
    "entered or left.\n"
    "Units, periods and partners are matched by code and label. Numbers are equal when\n"
    "|old - new| <= A + R |new|; missing equals missing.\n\n"
    "      --rtol R     relative tolerance (0)\n"
    "      --atol A     absolute tolerance (0)\n"
    "      --most N     entries of each list (20)\n"
    "      --values     compare the numbers alone: no study, inputs, versions, parameters\n"
    "  -q, --quiet      print nothing; stop at the first difference\n"
    "  -h, --help       this text\n\n"
    "Exit status: 0 equal, 1 different, 2 wrong usage, bad input or trouble.";

/* What the command line asks. */
typedef struct request {
  const char *path[2];
  sw_diff_options options;
  bool help, quiet;
} request;

/* ---- printing --------------------------------------------------------------------------- */

/* A text of a column. An empty column is "-", so that columns can be counted by a script. */
static const char *or_dash(const char *text) {
  return text && *text ? text : "-";
}

/* Prints a place in a sentence: "2015 06037 -> 06059", "2015 06037, manufacturing". `gap` is what
 * stands before the next word, empty while there is none. The gaps follow what has been printed, as
 * any part may be missing: a table has no unit, a flow no other. */
static void print_place(const sw_diff_change *change) {
  const char *gap = "";
  if (change->period) printf("%s", change->period), gap = " ";
  if (change->unit) printf("%s%s", gap, change->unit), gap = " ";
  if (change->partner)
    gap = " -> ";
  else if (change->other && *gap)
    gap = ", ";
  if (change->other) printf("%s%s", gap, change->other), gap = " ";
  /* A scalar has no axes, and so no place. */
  if (*gap == '\0') printf("its only value");
}

/* One line per variable with changes. Partners have a line of their own kind, as nothing of theirs
 * is a number. The counts are of cells; the place is that of the largest move. */
static void print_variable(const sw_diff_variable *v) {
  long long moved = v->count[SW_DIFF_MOVED], missing = v->count[SW_DIFF_MISSING];
  long long partners = v->count[SW_DIFF_PARTNER], texts = v->count[SW_DIFF_TEXT];
  printf("%s: ", v->name);
  /* The variable `partner`: `compared` counts partners of the old file, so nothing is "of
   * values". */
  if (partners > 0) {
    printf("%lld partners entered, %lld left, of %lld\n", (long long)v->entered,
           partners - v->entered, (long long)v->compared);
    return;
  }
  printf("%lld of %lld %s differ", moved + missing + texts, (long long)v->compared,
         texts > 0 ? "texts" : "values");
  if (missing > 0)
    printf("; %lld appeared, %lld disappeared", (long long)v->appeared, missing - v->appeared);
  if (moved > 0) {
    printf("; largest relative %.3g (", v->relative.relative);
    print_place(&v->relative);
    printf("), absolute %.3g (", v->absolute.absolute);
    print_place(&v->absolute);
    printf(")");
  }
  printf("\n");
}

/* Prints a unit that moved. The score is the mean relative change, summed over variables
 * (store/diff): a unit with one wild value does not lead by that alone. */
static void print_unit(const sw_diff_unit *unit) {
  printf("  %-12s  %-9.3g  ", unit->code, unit->score);
  /* A unit whose partners changed, or whose values are missing, has no largest move. */
  if (unit->variable)
    printf("largest %.3g in %s%s%s; ", unit->relative, unit->variable, unit->period ? " " : "",
           unit->period ? unit->period : "");
  int64_t moved = unit->count[SW_DIFF_MOVED];
  printf("%lld value%s moved", (long long)moved, moved == 1 ? "" : "s");
  if (unit->count[SW_DIFF_MISSING] > 0)
    printf(", %lld appeared or disappeared", (long long)unit->count[SW_DIFF_MISSING]);
  if (unit->count[SW_DIFF_PARTNER] > 0)
    printf(", %lld partners", (long long)unit->count[SW_DIFF_PARTNER]);
  if (unit->count[SW_DIFF_TEXT] > 0) printf(", %lld texts", (long long)unit->count[SW_DIFF_TEXT]);
  printf("\n");
}

/* Widths of the columns of a list: each as wide as its widest text, or its title. Widths count
 * bytes; names with other letters than ASCII come out narrower than they could, which costs
 * alignment and no information. */
typedef struct widths {
  int variable, period, unit, other, before;
} widths;

/* Lengths are in bytes, as printf pads. */
static void widen(int *width, const char *text) {
  int length = (int)strlen(text);
  if (length > *width) *width = length;
}

/* A missing value in words: `none` where the unit lacks the partner. */
static const char *value_text(const char *text, sw_diff_kind kind) {
  return text ? text : kind == SW_DIFF_PARTNER ? "none" : "missing";
}

/* Widths of a list; they begin with the lengths of the titles. */
static widths widths_of(const sw_diff_list *list, sw_diff_kind kind) {
  widths w = {8, 6, 4, 5, 3};
  for (int i = 0; i < list->n; i++) {
    const sw_diff_change *c = &list->change[i];
    widen(&w.variable, c->variable);
    widen(&w.period, or_dash(c->period));
    widen(&w.unit, or_dash(c->unit));
    widen(&w.other, or_dash(c->other));
    widen(&w.before, value_text(c->before, kind));
  }
  return w;
}

/* Prints a list of changes. Titles and kinds have the same order (sw_diff_kind). */
static void print_list(const sw_diff_list *list, sw_diff_kind kind) {
  static const char *const title[] = {"largest changes", "values that appeared or disappeared",
                                      "partners that entered or left", "texts"};
  /* Also with --most 0: the counts stand with the variables. */
  if (list->n == 0) return;
  widths w = widths_of(list, kind);
  bool moved = kind == SW_DIFF_MOVED; /* the others have no size to show */
  printf("\n%s (%d of %lld)\n", title[kind], list->n, (long long)list->total);
  printf("  %s%-*s  %-*s  %-*s  %-*s  %-*s    new\n", moved ? "relative   " : "", w.variable,
         "variable", w.period, "period", w.unit, "unit", w.other, "other", w.before, "old");
  for (int i = 0; i < list->n; i++) {
    const sw_diff_change *c = &list->change[i];
    printf("  ");
    if (moved) printf("%-9.3g  ", c->relative);
    printf("%-*s  %-*s  %-*s  %-*s  %-*s -> %s\n", w.variable, c->variable, w.period,
           or_dash(c->period), w.unit, or_dash(c->unit), w.other, or_dash(c->other), w.before,
           value_text(c->before, kind), value_text(c->after, kind));
  }
}

/* Prints the whole comparison, from the whole to the single: notes, variables, units, changes.
 * Notes are printed also when values are equal: remarks are no difference. */
static void print_report(const sw_diff_report *report) {
  for (int i = 0; i < report->n_notes; i++)
    puts(report->note[i]);
  if (!report->different) {
    printf("equal: %lld results, %lld values compared\n", (long long)report->results,
           (long long)report->values);
    return;
  }
  for (int v = 0; v < report->n_variables; v++)
    print_variable(&report->variable[v]);
  /* Different, but only in what the notes tell. */
  if (report->n_variables == 0)
    printf("values are equal: %lld results, %lld values compared\n", (long long)report->results,
           (long long)report->values);
  if (report->n_units > 0)
    printf("\nunits that moved most (%d of %lld), by mean relative change, summed over variables\n",
           report->n_units, (long long)report->units_moved);
  for (int u = 0; u < report->n_units; u++)
    print_unit(&report->unit[u]);
  for (int k = 0; k < SW_DIFF_KINDS; k++)
    print_list(&report->list[k], (sw_diff_kind)k);
}

/* ---- what is asked ---------------------------------------------------------------------- */

/* Reads a tolerance. Leaves *value, 0, when the option was not given. A negative tolerance would
 * make equal numbers differ. */
static sw_status read_tolerance(sw_error *err, const char *verb, const char *name, const char *text,
                                double *value) {
  if (!text || (sw_parse_number(text, strlen(text), value) && *value >= 0)) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: --%s %s: expected a number, 0 or more", verb, name, text);
}

/* With --quiet no list is kept and the comparison stops at the first difference. */
static sw_status read_request(sw_error *err, int argc, char **argv, request *out) {
  const char *rtol = NULL, *atol = NULL, *most = NULL;
  int64_t entries = 20;
  int count = 0;
  const sw_option table[] = {{"rtol", 0, NULL, &rtol},
                             {"atol", 0, NULL, &atol},
                             {"most", 0, NULL, &most},
                             {"values", 0, &out->options.values, NULL},
                             {"quiet", 'q', &out->quiet, NULL},
                             {"help", 'h', &out->help, NULL},
                             {NULL, 0, NULL, NULL}};
  SW_TRY(sw_options_parse(err, argc, argv, table, out->path, 2, &count));
  if (out->help) return SW_OK;
  if (count < 2)
    return sw_fail(err, SW_EINPUT, "%s: give two results files; see %s --help", argv[0], argv[0]);
  SW_TRY(read_tolerance(err, argv[0], "rtol", rtol, &out->options.within.relative));
  SW_TRY(read_tolerance(err, argv[0], "atol", atol, &out->options.within.absolute));
  if (most &&
      !(sw_parse_integer(most, strlen(most), &entries) && entries >= 0 && entries <= MOST_MOST))
    return sw_fail(err, SW_EINPUT, "%s: --most %s: expected a whole number, 0 to %d", argv[0], most,
                   MOST_MOST);
  out->options.most = out->quiet ? 0 : (int)entries;
  out->options.whether = out->quiet;
  return SW_OK;
}

/* Of processor time: compressed files of as many bytes take a fraction of it. */
enum { BYTES_PER_SECOND = 1000000 };

typedef struct work {
  const request *asked;
  FILE *out; /* where the child prints */
  bool different;
} work;

/* Runs in the child, whose standard output becomes `out`. *different is set only when the
 * comparison succeeded. */
static sw_status compare(sw_error *err, void *self) {
  work *of = self;
  const request *asked = of->asked;
  sw_arena *arena = NULL;
  sw_diff_report report;
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status =
      sw_diff_results(err, arena, asked->path[0], asked->path[1], &asked->options, &report);
  if (status == SW_OK && dup2(fileno(of->out), STDOUT_FILENO) < 0)
    status = sw_fail(err, SW_EIO, "a temporary file cannot be written");
  if (status == SW_OK) {
    of->different = report.different;
    if (!asked->quiet) print_report(&report);
    status = sw_shown_end(err, stdout);
  }
  sw_arena_destroy(arena);
  return status;
}

/* What is shown is flushed here: a list cut off by a full disk must be trouble (2), not "different"
 * (1), which sw_main does not look into. */
static sw_status tell(sw_error *err, const request *asked, bool *different) {
  work of = {.asked = asked};
  sw_tried tried = {.path = asked->path[0],
                    .other = asked->path[1],
                    .body = compare,
                    .self = &of,
                    .answer = &of.different,
                    .size = sizeof of.different,
                    .bytes_per_second = BYTES_PER_SECOND};
  SW_TRY(sw_shown_run(err, &tried, &of.out));
  *different = of.different;
  if (fflush(stdout) == 0 && !ferror(stdout)) return SW_OK;
  return sw_fail(err, SW_EIO, "standard output: cannot be written");
}

/* Without MPI (program.c). A difference is an answer and no failure, so only
 * trouble prints an error. */
int sw_cmd_diff(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  request asked = {0};
  bool different = false;
  sw_status status = read_request(&err, argc, argv, &asked);
  if (status == SW_OK && asked.help) {
    puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = tell(&err, &asked, &different);
  if (status == SW_OK) return different ? DIFFERENT : 0;
  sw_cli_fail(team, &err);
  return TROUBLE;
}
