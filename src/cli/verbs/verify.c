/* spillway verify: holds a results file against its study, computed again. Finds what checksums
 * alone cannot: a machine that computes wrong, a file that was edited. One process and one thread,
 * since the bits of a result depend on neither.
 *
 * Values by unit and by period are computed again, all of them, or where that takes long those of a
 * random sample of periods (plan/run/sample.c). Pair results would take as long as the run, so a
 * random sample of their tiles is; what changes on disk and is not drawn is still found by its
 * checksum. */
#include "cli/verbs/commands.h"

#include "base/log.h"
#include "base/rng.h"
#include "base/text.h"
#include "cli/session/options.h"
#include "cli/session/session.h"
#include "measure/names.h"
#include "plan/sums/sums.h"
#include "store/layout/tried.h"
#include "store/results/past.h"
#include "store/results/verify.h"

#include <stdio.h>
#include <string.h>

static const char *const help_text =
    "Usage: spillway verify OUT.h5 [options]\n\n"
    "Recompute the study of a results file and compare bit for bit: values by unit and by period,\n"
    "and a random sample of the tiles of its pair results. Check everything stored against its\n"
    "checksums, and labels and attributes against the study. Runs in one process and one thread.\n"
    "Of results without pairs that take long and go period by period, as many periods are\n"
    "recomputed as have N tiles, one at least.\n\n"
    "      --study STUDY.yaml  where the study is (default: beside OUT.h5, by its output.file);\n"
    "                          its inputs are looked up from there\n"
    "      --tiles N           number of tiles to recompute, over all pair results (default 100)\n"
    "      --seed S            seed of the sample (default 1)\n"
    "  -q, --quiet             print nothing\n"
    "  -h, --help              this text\n\n"
    "Results that rest on stored pairs alone (a network) are computed again from those pairs.\n"
    "Results that rest on sums of all pairs (a Moran of " SW_NAME_OUT_STRENGTH
    ") are only checked\n"
    "against their checksums.\n\n"
    "Exit status: 0 equal; 1 different, or anything else; 2 wrong usage, or no study found.";

typedef struct verify_options {
  bool help, quiet; /* quiet: only the exit status */
  const char *path, *study, *tiles, *seed;
  int64_t n_tiles; /* of all pair results together */
  int64_t seed_number;
} verify_options;

/* Reads a number of an option. Leaves *number as it is when the option was not given. */
static sw_status read_number(sw_error *err, const char *option, const char *text, int64_t *number) {
  if (!text || (sw_parse_integer(text, strlen(text), number) && *number >= 0)) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: '%s' is not a whole number from 0 to %lld", option, text,
                 (long long)INT64_MAX);
}

static sw_status read_options(sw_error *err, const sw_team *team, int argc, char **argv,
                              verify_options *o) {
  const sw_option table[] = {{"help", 'h', &o->help, NULL},   {"study", 0, NULL, &o->study},
                             {"tiles", 0, NULL, &o->tiles},   {"seed", 0, NULL, &o->seed},
                             {"quiet", 'q', &o->quiet, NULL}, {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, &o->path, 1, &count));
  if (o->help) return SW_OK;
  if (team->size > 1)
    return sw_fail(err, SW_EINPUT, "%s: runs in one process; start it without mpirun or srun",
                   argv[0]);
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a results file; see %s --help", argv[0], argv[0]);
  o->n_tiles = 100;
  o->seed_number = 1;
  SW_TRY(read_number(err, "--tiles", o->tiles, &o->n_tiles));
  return read_number(err, "--seed", o->seed, &o->seed_number);
}

/* ---- where the study is ------------------------------------------------------------------ */

/* The value of `file:` under `output:` in the text of a study, "" when it has none. Looked for as
 * text, because the parser needs to know where the study lies, which follows from this. It is a
 * guess: when it misses, inputs are not found and --study is asked for. */
static const char *output_of(sw_arena *arena, const char *text) {
  const char *at = strstr(text, "\noutput:");
  at = at ? strstr(at, "file:") : NULL;
  if (!at) return "";
  at += strlen("file:");
  at += strspn(at, " \"'");
  return sw_arena_textn(arena, at, strcspn(at, " \"',}\n#"));
}

/* Where the study was when it wrote OUT.h5: "/data/out/results.h5" without its "out/results.h5" is
 * /data/. When the path does not end so (the file was renamed), the folder of OUT.h5. Returns a
 * path there whose name only serves messages. */
static const char *study_beside(sw_arena *arena, const char *path, const char *text) {
  const char *output = output_of(arena, text);
  size_t end = strlen(path), tail = output ? strlen(output) : 0;
  bool ends = tail > 0 && tail <= end && strcmp(path + end - tail, output) == 0 &&
              (end == tail || path[end - tail - 1] == '/');
  const char *slash = strrchr(path, '/');
  int folder = ends ? (int)(end - tail) : slash ? (int)(slash - path) + 1 : 0;
  return sw_arena_printf(arena, "%.*s(study of %s)", folder, path, slash ? slash + 1 : path);
}

/* Reads and binds the study that the results file keeps. Its text is always the file's own; a
 * --study must have the same text, and says where inputs are. After bad input where the place was a
 * guess, the message adds how to give it. */
static sw_status find_study(sw_error *err, sw_session *s, const verify_options *o, sw_arena *arena,
                            const char **inputs) {
  const char *text = NULL, *given = NULL, *file = o->study;
  size_t length = 0;
  SW_TRY(sw_results_study(err, arena, o->path, &text, inputs));
  if (o->study) {
    SW_TRY(sw_text_read(err, s->team, arena, o->study, &given, &length));
    /* A changed study would be compared with results that are not its own. */
    if (strcmp(given, text) != 0)
      return sw_fail(err, SW_EINPUT, "%s: is not the study of %s, which contains a different text",
                     o->study, o->path);
  } else {
    file = study_beside(arena, o->path, text);
  }
  s->text = text;
  SW_TRY(sw_session_study(err, s->team, file, o->path, "1", s));
  sw_status status = sw_session_panel(err, s);
  if (status != SW_EINPUT || o->study) return status;
  sw_error said = *err; /* the place was a guess */
  sw_error_clear(err);
  return sw_fail(err, SW_EINPUT, "%s; if the study is elsewhere, give --study STUDY.yaml",
                 said.text);
}

/* ---- the sample ------------------------------------------------------------------------- */

/* Tasks to compute of an entry, a byte each: of the pairs that it stores, and of its sums. NULL:
 * the entry is left out. */
typedef struct drawn {
  char *pairs, *sums;
  int64_t n_pairs, n_sums;
} drawn;

/* Marks tasks one after the other, each with the chance (still to draw) / (tasks that still come):
 * every set of that size is equally likely (Knuth, TAOCP 2, 3.4.2, algorithm S). */
static void draw(sw_rng *rng, int64_t tasks, int64_t *all, int64_t *left, char *wanted) {
  for (int64_t k = 0; k<tasks && * left> 0; k++, --*all) {
    if ((int64_t)sw_rng_below(rng, (uint64_t)*all) >= *left) continue;
    wanted[k] = 1;
    --*left;
  }
}

/* Draws n_tiles of all tasks, every set with the same chance. *marked: how many, all when there are
 * fewer. The same seed draws the same tasks. */
static void draw_sample(const sw_run *run, const verify_options *o, const drawn *wanted,
                        int64_t *marked) {
  int64_t all = 0, left = o->n_tiles;
  sw_rng rng = sw_rng_make((uint64_t)o->seed_number, 0x76657269667921, 0);
  for (int e = 0; e < run->study->n_entries; e++)
    all += wanted[e].n_pairs + wanted[e].n_sums;
  *marked = left < all ? left : all;
  for (int e = 0; e < run->study->n_entries; e++) {
    draw(&rng, wanted[e].n_pairs, &all, &left, wanted[e].pairs);
    draw(&rng, wanted[e].n_sums, &all, &left, wanted[e].sums);
  }
}

/* Makes room for the sample: a byte per task of each entry that stores pairs, or sums of them by
 * row. Those that rest on another pair result are left out: to compute them would take all of its
 * pairs. */
static sw_status room_for_sample(sw_error *err, sw_session *s, drawn **wanted) {
  const sw_run *run = s->run;
  SW_NEW(err, s->arena, *wanted, run->study->n_entries + 1);
  for (int e = 0; e < run->study->n_entries; e++) {
    bool stores = run->study->entry[e].is_pair && sw_keep_stores(run->pair[e].keep.kind);
    drawn *d = &(*wanted)[e];
    if (!run->study->entry[e].is_pair || run->after_pairs[e]) continue;
    d->n_pairs = stores ? sw_pairs_tasks(run, e) : 0;
    d->n_sums = sw_sums_count(run, e);
    /* All of the pairs, though none of them is wanted where none is stored. */
    SW_NEW(err, s->arena, d->pairs, sw_pairs_tasks(run, e) + 1);
    if (d->n_sums) SW_NEW(err, s->arena, d->sums, d->n_sums);
  }
  return SW_OK;
}

/* Whether something was drawn. */
static bool has_any(const char *wanted, int64_t count) {
  return wanted && memchr(wanted, 1, (size_t)count);
}

/* Computes the sampled tasks; the sink compares what they store with what is in the file. Entries
 * of which nothing was drawn do not run. */
static sw_status recompute(sw_error *err, sw_session *s, const verify_options *o,
                           sw_verdict *verdict) {
  drawn *wanted = NULL;
  sw_sink *sink = sw_results_comparing(s->results, verdict);
  if (!sink) return sw_fail(err, SW_ENOMEM, "out of memory: cannot compare");
  SW_TRY(room_for_sample(err, s, &wanted));
  draw_sample(s->run, o, wanted, &verdict->tiles);
  for (int e = 0; e < s->study->n_entries; e++)
    if (has_any(wanted[e].pairs, wanted[e].n_pairs) || has_any(wanted[e].sums, wanted[e].n_sums))
      SW_TRY(sw_run_sample(err, s->run, e, wanted[e].pairs, wanted[e].sums, sink));
  return sw_results_check_sampled(err, s->results, verdict);
}

/* ---- the verb --------------------------------------------------------------------------- */

/* Sets the file up as one of which results are taken, for entries without pairs only: pairs of the
 * sample are to be computed. */
static sw_status begin_sampling(sw_error *err, sw_session *s, const verify_options *o,
                                sw_sampling *sampling) {
  SW_NEW(err, s->arena, sampling->computed, s->study->n_entries);
  sw_status status = sw_results_past_open(err, s->run, o->path);
  sampling->past = s->run->past;
  s->run->past = NULL;
  s->run->sampling = sampling;
  return status;
}

/* Counts which periods were computed, and closes what begin_sampling opened. Called after failures
 * too, so each part may be missing. */
static void end_sampling(sw_session *s, sw_sampling *sampling, sw_verdict *verdict) {
  for (int e = 0; sampling->computed && e < s->study->n_entries; e++) {
    if (!sampling->computed[e]) continue;
    verdict->parts++;
    verdict->periods_of += s->run->job[e].n_periods;
    for (int t = 0; t < s->run->job[e].n_periods; t++)
      verdict->periods += sampling->computed[e][t];
  }
  if (!s->run) return;
  s->run->past = sampling->past;
  sw_results_past_close(s->run);
  s->run->sampling = NULL;
}

/* The whole of it: what needs no pairs is computed as in a run, then compared, then the sample,
 * then all checksums. Differences are counted in the verdict and are no failure. */
static sw_status verify(sw_error *err, sw_session *s, const verify_options *o,
                        sw_verdict *verdict) {
  sw_sampling sampling = {.tiles = o->n_tiles, .seed = (uint64_t)o->seed_number};
  const char *inputs = NULL;
  sw_arena *arena = NULL;
  SW_TRY(sw_arena_create(err, &arena));
  /* Warnings on the data were said by the run that made the file; here they are dropped. */
  sw_log_hold();
  sw_status status = find_study(err, s, o, arena, &inputs);
  if (status == SW_OK) status = begin_sampling(err, s, o, &sampling);
  if (status == SW_OK) status = sw_run_first(err, s->run);
  if (status == SW_OK) status = sw_results_reopen(err, s->run, o->path, inputs, &s->results);
  if (status == SW_OK) status = sw_run_from_stored(err, s->run, sw_results_sink(s->results));
  if (status == SW_OK) status = sw_results_check_values(err, s->results, verdict);
  if (status == SW_OK) status = recompute(err, s, o, verdict);
  if (status == SW_OK) status = sw_results_check_sums(err, s->results, verdict);
  end_sampling(s, &sampling, verdict);
  sw_cli_settle(s->team, err);
  sw_log_release(false);
  sw_results_destroy(s->results, status, NULL);
  sw_session_close(s);
  sw_arena_destroy(arena);
  return status;
}

/* Prints the first differences in words, then one line for all. */
static void print_verdict(const char *path, const sw_verdict *v) {
  for (int k = 0; k < v->n_lines && k < SW_VERDICT_LINES; k++)
    puts(v->line[k]);
  if (v->n_lines > SW_VERDICT_LINES) printf("and %d more\n", v->n_lines - SW_VERDICT_LINES);
  printf("%s: %s; %lld tiles and %lld values computed again, %lld checksums", path,
         v->n_lines ? "DIFFERENT" : "equal", (long long)v->tiles, (long long)v->values,
         (long long)v->sums);
  if (v->parts > 0)
    printf("; of %d long result%s %lld of %lld periods", v->parts, v->parts == 1 ? "" : "s",
           (long long)v->periods, (long long)v->periods_of);
  putchar('\n');
}

/* `verdict` is static because it is large: some kilobytes of lines. */
int sw_cmd_verify(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  static sw_verdict verdict;
  verify_options options = {0};
  sw_session session = {.team = team, .extra = program->extra, .n_extra = program->n_extra};
  sw_status status = read_options(&err, team, argc, argv, &options);
  if (status == SW_OK && options.help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  sw_log_setup(SW_LOG_WARN, 0);
  /* Before anything is computed; this process reads the file as it computes. */
  if (status == SW_OK) status = sw_tried_read(&err, options.path);
  if (status == SW_OK) status = verify(&err, &session, &options, &verdict);
  if (status != SW_OK) return sw_cli_fail(team, &err);
  if (!options.quiet) print_verdict(options.path, &verdict);
  return verdict.n_lines ? 1 : 0;
}
