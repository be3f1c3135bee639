/* A plain serial runner of a measure's passes over units and items, for tests of measures alone:
 * fills a job by hand, resolves it, runs tiles block by block, merges, finishes. Each block of
 * units is shown as if a rank of its own held it (local views begin at its first unit), so that a
 * measure that mixes up local and global indices is found out. Everything is checked; a harness
 * is one arena. */
#ifndef TESTS_MEASURE_HARNESS_H
#define TESTS_MEASURE_HARNESS_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/node.h"
#include "measure/said.h"
#include "spillway/measure.h"

enum { HARNESS_MAX_ARGS = 24, HARNESS_MAX_INPUTS = 64 };

typedef struct harness {
  sw_job job;
  sw_arena *arena;
  sw_notes notes;
  sw_error err;
  sw_arg arg[HARNESS_MAX_ARGS];
  sw_input input[HARNESS_MAX_INPUTS];
  double **whole[HARNESS_MAX_INPUTS]; /* [input][t]: n values */
  sw_units units;
  sw_periods periods;
  struct sw_said said;
  double ***result; /* [output][row]: n values (UNIT), or all (GLOBAL, TABLE) */
} harness;

#define HARNESS_NEW(h, pointer, count)                                                             \
  cr_assert_eq(sw_arena_alloc(&(h)->err, (h)->arena, (size_t)(count), sizeof *(pointer),           \
                              (void **)&(pointer)),                                                \
               SW_OK)

/* ---- nodes, as a YAML file would give them ---------------------------------------------- */

/* A node of one text. */
sw_node *harness_scalar(harness *h, const char *text);
/* `keys` NULL: a list. */
sw_node *harness_many(harness *h, int count, const char *const *keys, sw_node *const *items);
/* At most 32 texts. */
sw_node *harness_list(harness *h, int count, const char *const *texts);
/* A map of one key. */
sw_node *harness_pair(harness *h, const char *key, sw_node *value);

/* ---- a job ------------------------------------------------------------------------------ */

/* A job of `measure` over n units and the periods from 2001 on, its parameters at their defaults.
 */
harness *harness_new(const sw_measure *measure, int64_t n, int periods);
void harness_free(harness *h);
/* The argument `name`, from now on given by the study. */
sw_arg *harness_arg(harness *h, const char *name);
/* Gives `name` what the text says, by the parameter's type. */
void harness_set(harness *h, const char *name, const char *text);
void harness_set_node(harness *h, const char *name, const sw_node *node);
/* Columns come in the order of the parameters. x: periods rows of n values, copied. */
sw_input *harness_column(harness *h, const char *param, const char *name, const double *x);
/* A map of columns: its names, and how many of the columns are each name's (and key's). */
void harness_names(harness *h, const char *param, int n, const char *const *names,
                   const int *counts);

/* ---- running ---------------------------------------------------------------------------- */

/* How many outputs the measure has. */
int harness_outputs(const harness *h);
/* The steps of harness_run, for tests that look between them. */
sw_status harness_resolve(harness *h);
/* Rows that nobody has written are found by their mark. */
static const double HARNESS_UNTOUCHED = -987654321.5;
void harness_rows(harness *h);
/* Views and result rows as the owner of units [lo, ...) sees them; lo = 0 is gathered too. */
void harness_show(harness *h, int64_t lo);
void *harness_bytes(size_t bytes);
sw_status harness_pass(harness *h, int pass);
/* Resolves the job, makes its resources and runs its passes. */
sw_status harness_run(harness *h);
/* Row `row` of the output called `name` that is on. */
const double *harness_result(const harness *h, const char *name, int row);
/* Whether one of the warnings contains `part`. */
bool harness_noted(const harness *h, const char *part);
/* The lines of sw_job_say, as a results file has them. */
const char *harness_said(const harness *h);

/* Checks are functions: Criterion's macros, written out at each of a thousand places, take most of
 * the time that tests take to compile. */
void harness_fails(harness *h, const char *part, const char *file, int line);
void harness_near(double actual, double wanted, double tolerance, const char *text,
                  const char *file, int line);

#define HARNESS_FAILS(h, part) harness_fails(h, part, __FILE__, __LINE__)

#define NEAR(actual, wanted, tolerance)                                                            \
  harness_near(actual, wanted, tolerance, #actual, __FILE__, __LINE__)

#endif
