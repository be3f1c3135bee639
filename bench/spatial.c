/* Spatial models in memory, one thread: what the effects alone cost, and all columns of their
 * matrix.
 *
 *   bench_spatial FILE UNITS LINKS K RHO
 *
 * FILE holds row_start (UNITS + 1 times int64), to (LINKS times int32) and the weights (LINKS
 * doubles). Commands come on standard input, one a line, each answered by a line:
 *
 *   plan     processor seconds of what depends on W alone, numbers of a factor
 *   effects  processor seconds of direct, indirect and total of K variables with standard errors;
 *            direct and total of the first. Coefficients are 1, lags none, standard errors .1
 *   columns  processor seconds of all columns with what is kept of each, its 20 largest; their sum
 */
#include "kernel/effects/effects.h"
#include "kernel/effects/spillover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "kernel/space/links.h"

enum { MOST_TERMS = 64 };

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void stop(const char *text) {
  fprintf(stderr, "bench_spatial: %s\n", text);
  exit(1);
}

static void *room(size_t count, size_t size) {
  sw_error err = {0};
  void *array = NULL;
  if (sw_calloc(&err, count, size, &array) != SW_OK) stop(err.text);
  return array;
}

static void *read_array(FILE *file, size_t count, size_t size) {
  void *array = room(count, size);
  if (fread(array, size, count, file) != count) stop("the file is too short");
  return array;
}

typedef struct bench {
  sw_links w;
  double rho;
  int k;
  sw_filter_plan *plan;
  sw_filter *filter;
  void *memory, *work;
} bench;

static void make_plan(bench *b) {
  sw_error err = {0};
  sw_filter_plan_destroy(b->plan);
  sw_free(b->memory);
  if (sw_filter_plan_create(&err, &b->w, SW_LOGDET_AUTO, &b->plan) != SW_OK) stop(err.text);
  b->memory = room(b->plan->workspace, 1);
  b->filter = sw_filter_at(b->plan, &b->w, NULL, b->memory);
}

/* Terms are K variables and rho. */
static void effects(bench *b) {
  double coefficient[MOST_TERMS], vcov[MOST_TERMS * MOST_TERMS] = {0};
  int own[MOST_TERMS], lagged[MOST_TERMS], terms = b->k + 1;
  sw_effect effect[3 * MOST_TERMS];
  sw_multiplier at;
  for (int j = 0; j < terms; j++) {
    coefficient[j] = j < b->k ? 1 : b->rho;
    vcov[j * terms + j] = .01;
    own[j] = j;
    lagged[j] = -1;
  }
  sw_effects_model model = {.n_terms = terms,
                            .coefficient = coefficient,
                            .vcov = vcov,
                            .n_effects = b->k,
                            .own = own,
                            .lagged = lagged,
                            .rho = b->k,
                            .past = -1,
                            .past_lag = -1};
  make_plan(b); /* so that no factor is there */
  double began = processor_seconds();
  if (!sw_multiplier_at(b->filter, b->rho, b->work, &at)) stop("A has no inverse");
  sw_effects_exact(&model, SW_SHORT_RUN, &at, .95, effect);
  printf("%.9f %.17g %.17g\n", processor_seconds() - began, effect[SW_DIRECT * b->k].value,
         effect[SW_TOTAL * b->k].value);
}

/* The 20 largest of a row, and their sum: insertion into a short list. */
static double largest(const double *row, int64_t n, int64_t self) {
  double top[20], sum = 0;
  int count = 0;
  for (int64_t i = 0; i < n; i++) {
    if (i == self || (count == 20 && row[i] <= top[19])) continue;
    int at = count < 20 ? count++ : 19;
    for (; at > 0 && top[at - 1] < row[i]; at--)
      top[at] = top[at - 1];
    top[at] = row[i];
  }
  for (int q = 0; q < count; q++)
    sum += top[q];
  return sum;
}

static void columns(bench *b) {
  double began = processor_seconds(), sum = 0;
  if (!sw_filter_set(b->filter, b->rho)) stop("A has no inverse");
  sw_spillover s = sw_spillover_begin(b->filter, 1, .5, b->work);
  for (int64_t j = 0; j < b->w.n; j++)
    sum += largest(sw_spillover_row(&s, j), b->w.n, j);
  printf("%.9f %.17g\n", processor_seconds() - began, sum);
}

int main(int argc, char **argv) {
  if (argc != 6) stop("usage: bench_spatial FILE UNITS LINKS K RHO");
  FILE *file = fopen(argv[1], "rb");
  if (!file) stop("the file cannot be opened");
  size_t n = (size_t)atoll(argv[2]), links = (size_t)atoll(argv[3]);
  bench b = {.rho = atof(argv[5]), .k = atoi(argv[4])};
  if (b.k < 1 || b.k >= MOST_TERMS) stop("1 to 63 variables");
  double *row_sum = room(n, sizeof *row_sum);
  b.w = (sw_links){.n = (int64_t)n,
                   .row_start = read_array(file, n + 1, sizeof(int64_t)),
                   .to = read_array(file, links, sizeof(int32_t)),
                   .value = read_array(file, links, sizeof(double)),
                   .row_sum = row_sum};
  fclose(file);
  sw_links_row_sums(&b.w, row_sum);
  b.w.islands = sw_links_islands(&b.w);
  size_t bytes = sw_multiplier_workspace(b.w.n), other = sw_spillover_workspace(b.w.n);
  b.work = room(bytes > other ? bytes : other, 1);
  make_plan(&b);
  for (char line[32]; fgets(line, sizeof line, stdin);) {
    double began = processor_seconds();
    if (strcmp(line, "plan\n") == 0) {
      make_plan(&b);
      printf("%.9f %lld\n", processor_seconds() - began, (long long)b.plan->factor_entries);
    } else if (strcmp(line, "effects\n") == 0) {
      effects(&b);
    } else {
      columns(&b);
    }
    fflush(stdout);
  }
  return 0;
}
