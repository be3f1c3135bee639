/* A measure without fault, and what tells that a slip in it is refused with its line. */
#ifndef SW_TESTS_PLAN_DESCRIPTOR_FIXTURE_H
#define SW_TESTS_PLAN_DESCRIPTOR_FIXTURE_H

#include "plan/descriptor/descriptor.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- a measure without fault ------------------------------------------------------------- */

static inline sw_status resolve(sw_error *err, sw_job *job) {
  (void)err, (void)job;
  return SW_OK;
}

static inline void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  (void)job, (void)at, (void)out, (void)workspace;
}

static inline void start(const sw_job *job, int pass, void *all) {
  (void)job, (void)pass, (void)all;
}

static inline void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass, (void)all, (void)part;
}

static inline sw_status finish(sw_error *err, sw_job *job, int pass, const void *all,
                               void *result) {
  (void)err, (void)job, (void)pass, (void)all, (void)result;
  return SW_OK;
}

static inline void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                           double *const *out, void *workspace) {
  (void)job, (void)t, (void)i, (void)j0, (void)j1, (void)out, (void)workspace;
}

static inline void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                         double *const *out, int64_t stride, void *workspace) {
  (void)job, (void)t, (void)i0, (void)i1, (void)j0, (void)j1, (void)out, (void)stride;
  (void)workspace;
}

static inline void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                        sw_fold *sums, void *workspace) {
  (void)job, (void)t, (void)i0, (void)i1, (void)j0, (void)j1, (void)sums, (void)workspace;
}

static inline size_t row_state(const sw_job *job) {
  (void)job;
  return 8;
}

static inline sw_status open_workspace(sw_error *err, const sw_job *job, int pass,
                                       void *workspace) {
  (void)err, (void)job, (void)pass, (void)workspace;
  return SW_OK;
}

static inline void close_workspace(const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass, (void)workspace;
}

static inline void rows_ahead(const sw_job *job, int t, int count, const int32_t *unit,
                              void *workspace) {
  (void)job, (void)t, (void)count, (void)unit, (void)workspace;
}

static inline void whole_row(const sw_job *job, int t, int64_t i, double *const *out,
                             void *workspace) {
  (void)job, (void)t, (void)i, (void)out, (void)workspace;
}

#define NUMBER(n, value, least, most)                                                              \
  { .name = n, .type = SW_P_NUMBER, .fallback = value, .lo = least, .hi = most, .help = "a number" }
#define UNIT(n, ...)                                                                               \
  {                                                                                                \
    .name = n, .long_name = "by unit", .units = "1", .shape = SW_UNIT, .axis = { __VA_ARGS__ }     \
  }
#define PAIR(n)                                                                                    \
  { .name = n, .long_name = "of pairs", .units = "1", .shape = SW_PAIR }
#define TABLE(n, ...)                                                                              \
  {                                                                                                \
    .name = n, .long_name = "a table", .units = "1", .shape = SW_TABLE, .axis = { __VA_ARGS__ }    \
  }
#define GLOBAL(n, ...)                                                                             \
  {                                                                                                \
    .name = n, .long_name = "by period", .units = "1", .shape = SW_GLOBAL, .axis = { __VA_ARGS__ } \
  }

/* A model: a table, a matrix, a value by unit. */
static inline sw_measure good(void) {
  static const sw_param param[] = {{.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
                                   {.name = "form",
                                    .type = SW_P_CHOICE,
                                    .fallback = "one",
                                    .choices = "one|other",
                                    .help = "a choice"},
                                   NUMBER("decay", "2", 0, 9),
                                   {0}};
  static const sw_output output[] = {
      PAIR("spillover"), UNIT("residual", NULL), TABLE("vcov", "term", "term_to"), {0}};
  return (sw_measure){.name = "model_of_all",
                      .title = "A model",
                      .formula = "y = x",
                      .source = "by definition",
                      .version = 1,
                      .headline = "residual",
                      .kind = SW_KIND_MODEL,
                      .param = param,
                      .output = output,
                      .resolve = resolve,
                      .tile = tile,
                      .merge = merge,
                      .finish = finish,
                      .segment = segment};
}

/* The whole line after "measure NAME: ". */
static inline void expect_line(sw_status status, const sw_error *err, const char *line) {
  cr_expect_eq(status, SW_EINTERNAL, "%s", err->text);
  const char *said = strstr(err->text, ": ");
  cr_expect(strncmp(err->text, "measure model_of_all: ", 22) == 0, "%s", err->text);
  cr_expect_str_eq(said ? said + 2 : "", line);
}

#define SLIP(change, line)                                                                         \
  do {                                                                                             \
    sw_error err = {0};                                                                            \
    sw_measure m = good();                                                                         \
    change;                                                                                        \
    sw_status status = sw_measure_check(&err, &m);                                                 \
    expect_line(status, &err, line);                                                               \
  } while (0)
#define LINKS(title, text)                                                                         \
  { .name = title, .type = SW_P_PAIRS, .fallback = text, .help = "pairs of another entry" }
#define PARAMS(line, ...)                                                                          \
  do {                                                                                             \
    static const sw_param bad[] = {__VA_ARGS__, {0}};                                              \
    SLIP(m.param = bad, line);                                                                     \
  } while (0)
#define OUTPUTS(line, ...)                                                                         \
  do {                                                                                             \
    static const sw_output bad[] = {__VA_ARGS__, {0}};                                             \
    SLIP(m.output = bad; m.headline = NULL, line);                                                 \
  } while (0)

#endif
