/* spillway weights: what the weights matrices of a study are, before anything is computed with
 * them; or one of them written as a file. The panel is read, as its units are those of the
 * matrices; nothing is computed of it. One matrix is in memory at a time.
 *
 * Runs in one process, so every read that is collective elsewhere returns at once. The pairs of a
 * result of this study do not exist here, hence `later` matrices are only named. */
#include "cli/verbs/commands.h"

#include "base/log.h"
#include "cli/session/options.h"
#include "cli/session/session.h"
#include "kernel/weights/summary.h"
#include "plan/ports/reader.h"
#include "store/links/write.h"

#include <stdio.h>
#include <string.h>

static const char *const help_text =
    "Usage: spillway weights STUDY.yaml [NAME] [options]\n\n"
    "What the weights matrices of a study are, or the one called NAME: units, links, neighbours,\n"
    "islands, components, symmetry, weights. With -o it is written as a file.\n\n"
    "  -o, --output FILE     .gal (links without weights), .gwt, .mtx or .csv (from,to,weight)\n"
    "      --force           overwrite FILE\n"
    "      --threads N       threads (default: OMP_NUM_THREADS, else the cores)\n"
    "  -q, --quiet           warnings only, besides the summary\n"
    "      --log-level L     error, warn, info (default) or debug\n"
    "  -h, --help            this text\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 1 anything else.";

/* A line of a terminal holds about ten codes; the count is of all. */
enum { NAMED = 10 }; /* islands named at most */

/* Texts point into argv. */
typedef struct weights_options {
  bool help, quiet, force;
  const char *output, *threads, *log_level;
  const char *word[2]; /* study, name */
} weights_options;

/* ---- printing ---------------------------------------------------------------------------- */

/* Names the first few islands by code: whoever has islands wants to know which. */
static void print_islands(const sw_units *units, const sw_links *links, int64_t islands) {
  int64_t named = 0;
  printf("  islands      %lld", (long long)islands);
  for (int64_t i = 0; i < links->n && named < NAMED; i++)
    if (links->row_start[i + 1] == links->row_start[i])
      printf("%s%s", named++ ? ", " : ": ", sw_unit_code(units, i));
  printf("%s\n", islands > NAMED ? ", ..." : "");
}

/* Says whether the matrix is symmetric, and if not, in what: a row-standardised matrix has its
 * links both ways, and not its values. */
static void print_symmetry(const sw_links_summary *s) {
  printf("  symmetric    ");
  if (s->symmetric)
    puts("yes");
  else if (s->one_way == 0)
    puts("in its links, not in its weights");
  else
    printf("no: %lld link%s no link back\n", (long long)s->one_way,
           s->one_way == 1 ? " has" : "s have");
}

/* Prints a matrix in some ten lines. S0, S1 and S2 are the sums of Cliff & Ord (1981) that tests of
 * autocorrelation rest on, with enough digits to be compared with those of other programs. */
static void print_summary(const char *name, const char *words, const sw_units *units,
                          const sw_links *links, const sw_links_summary *s) {
  double n = (double)links->n;
  printf("%s: %s\n", name, words);
  printf("  units        %lld\n", (long long)links->n);
  printf("  links        %lld (%.3g%% of all pairs)\n", (long long)s->links,
         links->n > 1 ? 100.0 * (double)s->links / (n * (n - 1)) : 0.0);
  printf("  neighbours   mean %.4g, least %lld (%s), most %lld (%s)\n", s->mean,
         (long long)s->least, sw_unit_code(units, s->least_unit), (long long)s->most,
         sw_unit_code(units, s->most_unit));
  print_islands(units, links, s->islands);
  printf("  components   %lld, the largest of %lld units\n", (long long)s->components,
         (long long)s->largest);
  print_symmetry(s);
  if (s->links > 0)
    printf("  weights      %.6g to %.6g; S0 %.10g, S1 %.10g, S2 %.10g\n", s->least_value,
           s->most_value, s->s0, s->s1, s->s2);
}

/* ---- the work ---------------------------------------------------------------------------- */

/* Makes a matrix, prints it and, with -o, writes it. What is said of a matrix while it is made
 * comes before its summary. */
static sw_status show(sw_error *err, const sw_session *s, const sw_weights_spec *spec,
                      const weights_options *o) {
  const sw_units *units = &s->panel->units;
  sw_links_summary summary;
  sw_links *links = NULL;
  bool loses = false;
  SW_TRY(sw_links_read_weights(err, s->team, s->study, spec, units, &links));
  const char *words = sw_weights_words(s->arena, s->study, spec);
  sw_status status = sw_links_summarise(err, links, &summary);
  if (status == SW_OK && !words) status = sw_fail(err, SW_ENOMEM, "out of memory");
  if (status == SW_OK) print_summary(spec->name, words, units, links, &summary);
  if (status == SW_OK && o->output)
    status = sw_links_write(err, o->output, spec->name, units, links, o->force, &loses);
  if (status == SW_OK && loses)
    sw_log(SW_LOG_WARN, "%s: a .gal holds no weights; only the links of '%s' are written",
           o->output, spec->name);
  sw_links_destroy(s->team, links);
  return status;
}

/* Names a matrix that rests on a result of the study: without links nothing more can be said than
 * what it is made of. Of all matrices such are named; asked for alone, they are refused. */
static sw_status name(sw_error *err, const sw_session *s, const sw_weights_spec *spec) {
  const char *words = sw_weights_words(s->arena, s->study, spec);
  if (!words) return sw_fail(err, SW_ENOMEM, "out of memory");
  printf("%s: %s\n  made in the run, of a result of this study; then in its results file as "
         "/weights/%s\n",
         spec->name, words, spec->name);
  return SW_OK;
}

/* Chooses the matrix that is asked for; all of them: -1. A study of one matrix needs no name for
 * -o. The nearest name is offered for one that is unknown. */
static sw_status choose(sw_error *err, const sw_study *study, const weights_options *o,
                        int *index) {
  const char *name = o->word[1];
  *index = -1;
  if (study->n_weights == 0)
    return sw_fail(err, SW_EINPUT, "%s: the study has no weights", study->file);
  for (int i = 0; name && i < study->n_weights; i++)
    if (strcmp(study->weights[i].name, name) == 0) *index = i;
  if (name && *index < 0) {
    char hint[SW_HINT_ROOM];
    const char **known;
    SW_NEW(err, study->arena, known, study->n_weights);
    for (int i = 0; i < study->n_weights; i++)
      known[i] = study->weights[i].name;
    return sw_fail(err, SW_EINPUT, "%s: the study has no weights '%s'%s", study->file, name,
                   sw_did_you_mean(name, sw_nearest(name, known, study->n_weights), hint));
  }
  if (o->output && *index < 0 && study->n_weights > 1)
    return sw_fail(err, SW_EINPUT, "%s: the study has %d weights; name the one to write",
                   study->file, study->n_weights);
  return SW_OK;
}

/* Shows weights made of an observed flow: of the last period that the table has, unless the study
 * names one. The table lives as long as the matrix is made. */
static sw_status show_flow(sw_error *err, const sw_session *s, const sw_weights_spec *spec,
                           const weights_options *o) {
  sw_weights_spec with = *spec;
  sw_flow_table *table = NULL;
  sw_status status = sw_links_read_flow(err, s->team, s->study, &s->study->flow[spec->flow - 1],
                                        &s->panel->units, &s->panel->periods, &table);
  int period = -1;
  if (status == SW_OK && spec->period && s->study->flow[spec->flow - 1].time)
    period = sw_periods_find(&s->panel->periods, spec->period);
  for (int t = 0; status == SW_OK && !spec->period && t < table->n; t++)
    if (table->matrix[t]) period = t;
  if (status == SW_OK && (period < 0 || !table->matrix[period]))
    status = sw_node_fail(err, sw_node_get(spec->node, "period"), "%s has no period '%s'",
                          spec->result, spec->period ? spec->period : "");
  if (status == SW_OK) {
    with.pairs = table->matrix[period];
    status = show(err, s, &with, o);
  }
  sw_flow_table_destroy(s->team, table);
  return status;
}

/* A matrix of an observed flow needs the flow's table first. */
static sw_status show_any(sw_error *err, const sw_session *s, const sw_weights_spec *spec,
                          const weights_options *o) {
  return spec->flow ? show_flow(err, s, spec, o) : show(err, s, spec, o);
}

/* Does all matrices, or the one asked for; an empty line between two. The panel is read before any
 * matrix: its units may be fewer than those of the study's table. */
static sw_status work(sw_error *err, sw_team *team, const weights_options *o, sw_session *s) {
  int index;
  SW_TRY(sw_session_study(err, team, o->word[0], NULL, o->threads, s));
  SW_TRY(choose(err, s->study, o, &index));
  SW_TRY(sw_panel_read(err, team, s->study, s->arena, &s->panel));
  for (int i = 0; i < s->study->n_weights; i++) {
    if (index >= 0 && i != index) continue;
    SW_TRY(index < 0 && s->study->weights[i].later ? name(err, s, &s->study->weights[i])
                                                   : show_any(err, s, &s->study->weights[i], o));
    if (index < 0 && i + 1 < s->study->n_weights) putchar('\n');
  }
  return SW_OK;
}

/* The second word is the name of a matrix and may be left out. */
static sw_status read_options(sw_error *err, sw_team *team, int argc, char **argv,
                              weights_options *o) {
  const sw_option table[] = {{"help", 'h', &o->help, NULL},
                             {"output", 'o', NULL, &o->output},
                             {"force", 0, &o->force, NULL},
                             {"threads", 0, NULL, &o->threads},
                             {"quiet", 'q', &o->quiet, NULL},
                             {"log-level", 0, NULL, &o->log_level},
                             {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, o->word, 2, &count));
  if (o->help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a study file; see %s --help", argv[0], argv[0]);
  return sw_session_log(err, team, argv[0], o->quiet, o->log_level);
}

/* The session is closed also after a failure, with the panel that it holds. */
int sw_cmd_weights(sw_program *program, int argc, char **argv) {
  sw_error err = {0};
  weights_options o = {0};
  sw_session session = {.extra = program->extra, .n_extra = program->n_extra};
  sw_status status = read_options(&err, program->team, argc, argv, &o);
  if (status == SW_OK && o.help) {
    puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = work(&err, program->team, &o, &session);
  sw_session_close(&session);
  return status == SW_OK ? 0 : sw_cli_fail(program->team, &err);
}
