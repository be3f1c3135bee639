/* One thread of the engine on series in memory: n units, T periods of the one column x.
 *
 *   bench_series FILE N T
 *
 * FILE holds T rows of N doubles. Commands come on standard input, one a line, and each is answered
 * by a line:
 *
 *   bounds   - fused multiply-adds and divisions a second; pairs a second of sums of products of 20
 *              numbers and of 240, in registers
 *   products - pairs a second of one square of 512 units and T numbers each, alone: sums without
 *              values, values, and values by OpenBLAS, always of this shape
 *   MEASURE: {...}
 *            - runs a study of this entry; the answer is that of resident.h */
#include "base/arena.h"
#include "kernel/pairs/block.h"
#include "resident.h"
#include "throughput.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR = 5, MOST = 8000, LINE = 512, SIDE = 512, TURNS = 9 };

static sw_panel *make_panel(int64_t n, int periods, double *data) {
  sw_panel *panel = resident_room(1, sizeof *panel);
  int64_t *year = resident_room((size_t)periods, sizeof *year);
  const char **label = resident_room((size_t)periods, sizeof *label);
  int *period = resident_room((size_t)periods, sizeof *period);
  double **row = resident_room((size_t)periods, sizeof *row);
  for (int t = 0; t < periods; t++) {
    char *text = resident_room(YEAR, 1);
    snprintf(text, YEAR, "%d", 1000 + t % MOST);
    year[t] = 1000 + t;
    label[t] = text;
    period[t] = t;
    row[t] = data + t * n;
  }
  resident_units(&panel->units, n, NULL, NULL);
  panel->periods = (sw_periods){.n = periods, .integer = true, .value = year, .label = label};
  panel->hi = n;
  panel->n_columns = 1;
  panel->column = resident_room(1, sizeof *panel->column);
  panel->column[0] = (sw_column){.name = "x", .n_periods = periods, .period = period, .row = row};
  return panel;
}

/* ---- one square --------------------------------------------------------------------------- */

/* By Fortran's name: GSL has a slow library of the C names. */
void dgemm_(const char *of_a, const char *of_b, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
            const double *beta, double *c, const int *ldc, size_t, size_t);
void openblas_set_num_threads(int threads);

typedef enum way { SUMS, VALUES, BLAS, WAYS } way;

typedef struct square {
  int periods;
  const double **row;
  double *packed, *out, *workspace, *lanes; /* packed: T x SIDE, as OpenBLAS is given it */
} square;

static void multiply(const square *s, way by) {
  sw_lane_sums sums = {s->lanes, s->lanes + 8 * SIDE, SIDE + 64, 0, NULL};
  if (by == SUMS)
    sw_block_fold_products(s->periods, s->row, 0, SIDE, s->row, SIDE, 2 * SIDE, &sums,
                           s->workspace);
  for (int i = 0; by == VALUES && i < SIDE; i += 8)
    sw_block_products(s->periods, s->row, i, i + 8, s->row, SIDE, 2 * SIDE, s->out + i * SIDE, SIDE,
                      s->workspace);
  if (by == BLAS) {
    const int side = SIDE;
    const double one = 1, zero = 0;
    dgemm_("N", "T", &side, &side, &s->periods, &one, s->packed, &side, s->packed, &side, &zero,
           s->out, &side, 1, 1);
  }
}

/* The best of a few, each as long as a hundred of 20 periods. */
static double pairs_a_second(const square *s, way by) {
  double best = 0;
  int turns = 1 + 2000 / s->periods;
  for (int k = 0; k < TURNS; k++) {
    double began = resident_seconds();
    for (int t = 0; t < turns; t++)
      multiply(s, by);
    double rate = (double)turns * SIDE * SIDE / (resident_seconds() - began);
    if (rate > best) best = rate;
  }
  return best;
}

static void print_products(const sw_panel *panel) {
  int periods = panel->periods.n;
  square s = {.periods = periods, .row = (const double **)panel->column[0].row};
  if (panel->units.n < 2 * SIDE) resident_stop("products want 1,024 units");
  s.packed = resident_room((size_t)(periods * SIDE), sizeof(double));
  s.out = resident_room((size_t)SIDE * SIDE, sizeof(double));
  s.workspace = resident_room(sw_block_fold_workspace(periods), 1);
  s.lanes = resident_room((size_t)(8 * (2 * SIDE + 64)), sizeof(double));
  for (int t = 0; t < periods; t++)
    memcpy(s.packed + t * SIDE, s.row[t], SIDE * sizeof(double));
  openblas_set_num_threads(1);
  printf("%.6g %.6g %.6g\n", pairs_a_second(&s, SUMS), pairs_a_second(&s, VALUES),
         pairs_a_second(&s, BLAS));
  sw_free(s.packed);
  sw_free(s.out);
  sw_free(s.workspace);
  sw_free(s.lanes);
}

/* ---- commands ------------------------------------------------------------------------------- */

static void answer(sw_team *team, sw_panel *panel, const char *command) {
  sw_error err = {0};
  char study[2 * LINE];
  if (strcmp(command, "bounds\n") == 0) {
    throughput t = throughput_measure();
    mixes m = mixes_measure();
    printf("%.6g %.6g %.6g %.6g\n", t.fma, t.divide, m.product, m.long_product);
  } else if (strcmp(command, "products\n") == 0) {
    print_products(panel);
  } else {
    snprintf(study, sizeof study,
             "study: bench\npanel: {file: none.csv, unit: unit, time: year}\nmeasures:\n"
             "  - %soutput: {file: none.h5}\n",
             command);
    if (resident_run(&err, team, panel, study) != SW_OK) resident_stop(err.text);
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_team *team = NULL;
  char command[LINE];
  int64_t n = argc == 4 ? strtoll(argv[2], NULL, 10) : 0;
  int periods = argc == 4 ? atoi(argv[3]) : 0;
  if (n < 2 || periods < 2 || periods > MOST) {
    fprintf(stderr, "usage: bench_series FILE N T, commands on standard input\n");
    return 2;
  }
  sw_alloc_keep(); /* as the program does */
  if (sw_team_serial(&err, &team) != SW_OK) resident_stop(err.text);
  sw_panel *panel = make_panel(n, periods, resident_read(argv[1], (size_t)n * (size_t)periods));
  while (fgets(command, sizeof command, stdin))
    answer(team, panel, command);
  sw_team_serial_destroy(team);
  return 0;
}
