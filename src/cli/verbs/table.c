/* spillway table: results as tables for people, on the terminal or in a file. A child process reads
 * the results, as `report` does; what it writes is shown once it is whole. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/session/options.h"
#include "cli/session/shown.h"
#include "cli/session/target.h"
#include "cli/table/table.h"
#include "cli/verbs/commands.h"

static const char *const help_text =
    "Usage: spillway table OUT.h5 [NAME[.QUANTITY] ...] [options]\n\n"
    "Results as tables to read. Without NAME what each result is headed by, in the first and the\n"
    "last period. Of a quantity by unit a row for each unit and a column for each period; of "
    "several\n"
    "the last period; of pairs the strongest. Quantities of several results over the same units "
    "and\n"
    "periods stand side by side.\n\n"
    "      --by GROUP        means by province or another group of the study\n"
    "      --periods P       these periods: 2001,2005..2010,last, all\n"
    "      --units CODES     these units alone: 010101,010102\n"
    "      --top N           the N largest by the last column of the first quantity; of pairs the "
    "N\n"
    "                        strongest (20)\n"
    "      --names           names of units beside their codes; of classes in place of numbers\n"
    "      --digits D        digits of the largest number of a column (4); in a .csv all\n"
    "  -o, --output FILE     all rows, as .md, .csv, .tex or .xlsx\n"
    "      --force           overwrite FILE\n"
    "  -h, --help            this text\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 1 anything else.";

/* A child that takes longer per byte is taken to hang (store/layout/tried.h). */
enum { BYTES_PER_SECOND = 1000000, MOST_NAMES = 64 };

/* The child has a copy of it over the fork; `said` comes back through a pipe
 * (store/layout/tried.h). */
typedef struct work {
  const sw_grid_options *options;
  const sw_grid_form *form;
  FILE *out;
  const char *place; /* of the file, until it is whole; NULL: the terminal */
  sw_grid_said said;
} work;

/* Runs in the child: makes the tables into the open file. */
static sw_status make(sw_error *err, void *self) {
  work *of = self;
  SW_TRY(sw_grid_make(err, of->options, of->form, of->out, of->place, &of->said));
  if (fflush(of->out) == 0 && !ferror(of->out)) return SW_OK;
  return sw_fail(err, SW_EIO, "the table cannot be written: %s", strerror(errno));
}

/* The file stays open over the fork: the child writes, the parent moves or shows what there is. */
static sw_tried for_child(work *of) {
  return (sw_tried){.path = of->options->path,
                    .body = make,
                    .self = of,
                    .answer = &of->said,
                    .size = sizeof of->said,
                    .bytes_per_second = BYTES_PER_SECOND};
}

/* Shows tables on the terminal, once the child has made all of them: a failure halfway leaves
 * nothing on the screen. */
static sw_status show(sw_error *err, const sw_grid_options *o, const sw_grid_form *form) {
  work of = {.options = o, .form = form};
  sw_tried tried = for_child(&of);
  return sw_shown_run(err, &tried, &of.out);
}

/* Writes tables to a file, which takes its place once it is whole. */
static sw_status write_file(sw_error *err, const sw_grid_options *o, const sw_grid_form *form) {
  const sw_target_source source = {o->path, "is the results file itself"};
  sw_target target;
  work of = {.options = o, .form = form};
  SW_TRY(sw_target_look(err, o->output, 1, &source, o->force, &target));
  SW_TRY(sw_target_open(err, &target));
  of.out = target.out;
  of.place = target.temporary;
  sw_tried tried = for_child(&of);
  SW_TRY(sw_target_close(err, sw_tried_run(err, &tried), &target));
  printf("%s: %lld table%s, %lld row%s\n", o->output, (long long)of.said.tables,
         of.said.tables == 1 ? "" : "s", (long long)of.said.rows, of.said.rows == 1 ? "" : "s");
  return SW_OK;
}

/* ---- the command ------------------------------------------------------------------------- */

/* A number of an option; absent, *value stays. */
static sw_status whole(sw_error *err, const char *verb, const char *name, const char *text,
                       int64_t most, int64_t *value) {
  if (!text) return SW_OK;
  if (sw_parse_integer(text, strlen(text), value) && *value >= 1 && *value <= most) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: --%s %s: expected a whole number from 1 to %lld", verb, name,
                 text, (long long)most);
}

/* Every rank reads the same arguments and comes to the same error. */
static sw_status read_options(sw_error *err, int argc, char **argv, const char **word,
                              sw_grid_options *o, bool *help) {
  const char *top = NULL, *digits = NULL;
  const sw_option table[] = {{"help", 'h', help, NULL},     {"output", 'o', NULL, &o->output},
                             {"by", 0, NULL, &o->by},       {"periods", 0, NULL, &o->periods},
                             {"units", 0, NULL, &o->units}, {"top", 0, NULL, &top},
                             {"names", 0, &o->names, NULL}, {"digits", 0, NULL, &digits},
                             {"force", 0, &o->force, NULL}, {NULL, 0, NULL, NULL}};
  int count = 0;
  int64_t n = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, word, MOST_NAMES + 1, &count));
  if (*help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a results file; see %s --help", argv[0], argv[0]);
  SW_TRY(whole(err, argv[0], "top", top, 1000000, &o->top));
  SW_TRY(whole(err, argv[0], "digits", digits, 17, &n));
  o->digits = (int)n;
  o->path = word[0];
  o->name = word + 1;
  o->n_names = count - 1;
  if (o->n_names == 0 && (o->by || o->units || o->top))
    return sw_fail(err, SW_EINPUT, "%s: --%s is of a result; give its NAME", argv[0],
                   o->by      ? "by"
                   : o->units ? "units"
                              : "top");
  return SW_OK;
}

/* Rank 0 works; the others wait for the status. */
int sw_cmd_table(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  bool help = false;
  const char *word[MOST_NAMES + 1];
  const sw_grid_form *form = NULL;
  sw_grid_options o = {0};
  sw_status status = read_options(&err, argc, argv, word, &o, &help);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = sw_grid_form_of(&err, o.output, &form);
  if (status == SW_OK && team->rank == 0)
    status = o.output ? write_file(&err, &o, form) : show(&err, &o, form);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}
