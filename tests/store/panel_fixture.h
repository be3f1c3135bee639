/* Panels from files written by the test, read by a team of any size; what came out is gathered into
 * one table. A study is the text of its `panel:` and `units:` sections; its one measure takes the
 * columns the test asks for and computes nothing. */
#ifndef TESTS_STORE_PANEL_FIXTURE_H
#define TESTS_STORE_PANEL_FIXTURE_H

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "plan/ports/reader.h"
#include "team_threads.h"

static char folder[] = "/tmp/spillway-panel-XXXXXX";
static int threads_a_rank = 2;

static const sw_measure probe = {
    .name = "probe",
    .title = "Probe",
    .kind = SW_KIND_UNIT,
    .param = (const sw_param[]){{.name = "of", .type = SW_P_COLUMNS, .help = "columns"}, {0}},
    .output = (const sw_output[]){
        {.name = "value", .long_name = "value", .units = "1", .shape = SW_UNIT}, {0}}};

/* What a reading gave, over all ranks. */
typedef struct outcome {
  sw_status status;
  char text[SW_ERROR_TEXT]; /* of the error, without the folder */
  sw_panel *panel;          /* rank 0's */
  sw_arena *arena;
  double *value; /* [column][period][unit] */
} outcome;

typedef struct reading_rank {
  const char *study;
  thread_hub *hub;
  outcome *outcome;
  int rank;
} reading_rank;

static inline void setup(void) {
  cr_assert_not_null(mkdtemp(folder));
  sw_log_setup(SW_LOG_ERROR, 0);
}

static inline void teardown(void) {
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  cr_assert_eq(system(command), 0);
}

static inline void put_bytes(const char *name, const char *text, size_t length) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  cr_assert_not_null(file);
  cr_assert_eq(fwrite(text, 1, length, file), length);
  cr_assert_eq(fclose(file), 0);
}

static inline void put(const char *name, const char *text) {
  put_bytes(name, text, strlen(text));
}

static inline void collect(reading_rank *job, sw_team *team, sw_panel *panel) {
  outcome *out = job->outcome;
  int64_t n = panel->units.n;
  int periods = panel->periods.n;
  if (team->rank == 0)
    out->value = calloc((size_t)(panel->n_columns * periods * n) + 1, sizeof(double));
  pthread_barrier_wait(&job->hub->barrier);
  for (int c = 0; c < panel->n_columns; c++)
    for (int t = 0; t < periods; t++)
      for (int64_t u = panel->lo; u < panel->hi; u++)
        out->value[(c * periods + t) * n + u] = panel->column[c].row[t][u - panel->lo];
  pthread_barrier_wait(&job->hub->barrier);
}

static inline void *read_as_rank(void *argument) {
  reading_rank *job = argument;
  sw_error err = {0};
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  sw_panel *panel = NULL;
  thread_member member;
  char file[256];
  const sw_measure *extra[] = {&probe};
  thread_join_team(&member, job->hub, job->rank);
  omp_set_num_threads(threads_a_rank);
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  snprintf(file, sizeof file, "%s/study.yaml", folder);
  sw_status status = sw_study_parse(&err, arena, sw_arena_text(arena, file), job->study,
                                    strlen(job->study), extra, 1, &study);
  cr_assert_eq(status, SW_OK, "%s", err.text);
  status = sw_panel_read(&err, &member.team, study, arena, &panel);
  if (!status) collect(job, &member.team, panel);
  if (job->rank == 0) {
    job->outcome->status = status;
    job->outcome->panel = panel;
    job->outcome->arena = arena;
    /* Messages hold the folder of the test; what follows it is what is compared. */
    char *to = job->outcome->text, *at = err.text, *next;
    size_t skip = strlen(folder) + 1;
    for (; (next = strstr(at, folder)); at = next + skip) {
      memcpy(to, at, (size_t)(next - at));
      to += next - at;
    }
    strcpy(to, at);
    if (status) cr_assert_eq(err.status, status);
  } else {
    sw_panel_destroy(panel);
    sw_arena_destroy(arena);
  }
  return NULL;
}

/* The columns `of` of a study with these sections. */
static inline outcome read_with(int ranks, const char *sections, const char *of) {
  char study[4096];
  outcome out = {0};
  thread_hub hub = {.ranks = ranks};
  reading_rank jobs[MAX_RANKS];
  pthread_t thread[MAX_RANKS];
  snprintf(study, sizeof study,
           "study: test\n%s\nmeasures:\n  - probe: {of: [%s]}\noutput: {file: out.h5}\n", sections,
           of);
  pthread_barrier_init(&hub.barrier, NULL, (unsigned)ranks);
  for (int r = 0; r < ranks; r++) {
    jobs[r] = (reading_rank){study, &hub, &out, r};
    cr_assert_eq(pthread_create(&thread[r], NULL, read_as_rank, &jobs[r]), 0);
  }
  for (int r = 0; r < ranks; r++)
    pthread_join(thread[r], NULL);
  pthread_barrier_destroy(&hub.barrier);
  return out;
}

static inline void release(outcome *out) {
  sw_panel_destroy(out->panel);
  sw_arena_destroy(out->arena);
  free(out->value);
  *out = (outcome){0};
}

static inline outcome read_good(int ranks, const char *sections, const char *of) {
  outcome out = read_with(ranks, sections, of);
  cr_assert_eq(out.status, SW_OK, "%s", out.text);
  return out;
}

/* The value of `column`, by its name, in `period` of `unit`, by their labels. */
static inline double at(const outcome *out, const char *column, const char *period,
                        const char *unit) {
  const sw_panel *panel = out->panel;
  int c = 0, t = 0;
  int64_t u = 0;
  while (c < panel->n_columns && strcmp(panel->column[c].name, column))
    c++;
  while (t < panel->periods.n && strcmp(panel->periods.label[t], period))
    t++;
  while (u < panel->units.n && strcmp(sw_unit_code(&panel->units, u), unit))
    u++;
  cr_assert(c < panel->n_columns && t < panel->periods.n && u < panel->units.n,
            "no cell %s, %s, %s", column, period, unit);
  return out->value[(c * panel->periods.n + t) * panel->units.n + u];
}

#define EXPECT(out, column, period, unit, wanted)                                                  \
  do {                                                                                             \
    double got_ = at(&(out), column, period, unit), wanted_ = (wanted);                            \
    cr_assert(isnan(wanted_) ? isnan(got_) : got_ == wanted_, "%s, %s, %s: %.17g, not %.17g",      \
              column, period, unit, got_, wanted_);                                                \
  } while (0)

/* The same line on one rank and on three, of one thread and of three. */
static inline void refused(const char *sections, const char *of, const char *line) {
  for (int ranks = 1; ranks <= 3; ranks += 2) {
    threads_a_rank = 4 - ranks;
    outcome out = read_with(ranks, sections, of);
    cr_assert_eq(out.status, SW_EINPUT, "%d ranks: accepted, not refused: %s", ranks, line);
    cr_assert_str_eq(out.text, line);
    release(&out);
  }
}

static inline void same_outcome(const outcome *a, const outcome *b) {
  const sw_panel *left = a->panel, *right = b->panel;
  cr_assert_eq(left->units.n, right->units.n);
  cr_assert_eq(left->periods.n, right->periods.n);
  cr_assert_eq(left->n_columns, right->n_columns);
  cr_assert_arr_eq(left->units.code_at, right->units.code_at,
                   (size_t)(left->units.n + 1) * sizeof *left->units.code_at);
  cr_assert_arr_eq(left->units.text, right->units.text, (size_t)left->units.code_at[left->units.n]);
  cr_assert_arr_eq(a->value, b->value,
                   (size_t)left->n_columns * (size_t)left->periods.n * (size_t)left->units.n *
                       sizeof(double));
  for (int c = 0; c < left->n_columns; c++) {
    cr_assert_str_eq(left->column[c].name, right->column[c].name);
    cr_assert_eq(left->column[c].missing, right->column[c].missing);
  }
  cr_assert_eq(left->rows_read, right->rows_read);
  cr_assert_eq(left->rows_unknown_unit, right->rows_unknown_unit);
  cr_assert_eq(left->units_dropped, right->units_dropped);
  cr_assert_eq(left->units_without_data, right->units_without_data);
  cr_assert_eq(left->filled, right->filled);
}

#endif
