/* `spillway` with measures of its own, `slow` and `steps`, whose tiles over units and over items take
 * as long as the environment says, so that a run can be stopped and killed inside its passes:
 *   SLOW_MS      milliseconds of a tile (0)
 *   SLOW_ASK_AT  the tile, counted from 1 in this process, that asks the run to stop (SIGUSR1)
 *   SLOW_COUNT   a file that gets a byte for each tile
 *   SLOW_WRONG   a period in which `steps` computes wrong, as a broken machine does
 * Their numbers depend on none of the others. A period of `steps` rests on that period alone; of `slow` a
 * table does not. Used by tests/restart/test_passes.py and test_reuse_periods.py. */
#include "spillway/program.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SCORE, FIT, DRAWS, ITEMS = 60, GRAIN = 32 };

static long setting(const char *name) {
  const char *text = getenv(name);
  return text ? strtol(text, NULL, 10) : 0;
}

/* One byte appended is whole, whatever other threads and ranks append. */
static void count_tile(void) {
  const char *path = getenv("SLOW_COUNT");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
  if (file < 0) return;
  if (write(file, ".", 1) != 1) abort();
  close(file);
}

static void take_time(void) {
  static long tiles;
  long ms = setting("SLOW_MS");
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
  count_tile();
  if (__atomic_add_fetch(&tiles, 1, __ATOMIC_RELAXED) == setting("SLOW_ASK_AT"))
    kill(getpid(), SIGUSR1);
}

/* ---- slow ------------------------------------------------------------------------------- */

static sw_status resolve(sw_error *err, sw_job *job) {
  static const char *label[ITEMS];
  static char text[ITEMS][4];
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  (void)err;
  for (int k = 0; k < ITEMS; k++) {
    text[k][0] = 'd', text[k][1] = (char)('0' + k / 10), text[k][2] = (char)('0' + k % 10);
    label[k] = text[k];
  }
  sw_job_axis(job, (sw_axis){.name = "draw", .n = ITEMS, .label = label});
  sw_job_pass(
      job,
      (sw_pass){
          .domain = SW_UNITS, .grain = GRAIN, .partial = bytes, .result = bytes, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS, .items = ITEMS, .record = sizeof(double)});
  return SW_OK;
}

/* Units leave their score, its sum by period, and an operand; an item is a sum over the operand. */
static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  double *sum = out;
  (void)workspace;
  take_time();
  if (job->pass[at->pass].domain == SW_ITEMS) {
    for (int64_t i = 0; i < job->n; i++)
      *sum += sin((double)(at->lo + 1) * sw_view_at(job->operand[0], 0, i));
    return;
  }
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      sw_view of = job->input[0].view;
      double x = log(sw_view_at(of, t, i));
      job->result[SCORE].row[t][i - of.first] = x;
      ((double **)job->operand_local[0].row)[t][i - of.first] = x * x;
      sum[t] += x;
    }
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  for (int t = 0; t < job->n_periods; t++)
    ((double *)all)[t] += ((const double *)part)[t];
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const double *value = all;
  (void)err, (void)result;
  for (int t = 0; pass == 0 && t < job->n_periods; t++)
    job->result[FIT].row[0][t] = value[t] / (double)job->n;
  for (int k = 0; pass == 1 && k < ITEMS; k++)
    job->result[DRAWS].row[0][k] = value[k];
  return SW_OK;
}

static const sw_param params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "a variable"}, {0}};
static const sw_output outputs[] = {
    {.name = "score", .long_name = "logarithm", .units = "1", .shape = SW_UNIT},
    {.name = "fit", .long_name = "mean logarithm", .units = "1", .shape = SW_GLOBAL},
    {.name = "draws",
     .long_name = "a sum of each draw",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"draw"}},
    {0}};

static const sw_measure slow = {.name = "slow",
                                .title = "Tiles that take long",
                                .formula = "x_i = log of, y_d = sum_i sin(d x_i^2)",
                                .source = "by definition",
                                .version = 1,
                                .kind = SW_KIND_MODEL,
                                .param = params,
                                .output = outputs,
                                .resolve = resolve,
                                .tile = tile,
                                .merge = merge,
                                .finish = finish};

/* ---- steps ------------------------------------------------------------------------------ */

enum { STEPS_SCORE, STEPS_MEAN, STEPS_WAVE, WAVES = 6 };

static sw_status resolve_steps(sw_error *err, sw_job *job) {
  static const char *const label[WAVES] = {"w0", "w1", "w2", "w3", "w4", "w5"};
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  (void)err;
  sw_job_axis(job, (sw_axis){.name = "wave", .n = WAVES, .label = label});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .grain = GRAIN,
                             .partial = bytes,
                             .result = bytes,
                             .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * WAVES,
                             .record = sizeof(double)});
  return SW_OK;
}

/* Units leave their score, its sum by period, and an operand; an item is a wave of a period. */
static void tile_steps(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  double *sum = out;
  (void)workspace;
  take_time();
  if (job->pass[at->pass].domain == SW_ITEMS) {
    int t = (int)(at->lo / WAVES);
    for (int64_t i = 0; i < job->n; i++)
      *sum += sin((double)(at->lo % WAVES + 1) * sw_view_at(job->operand[0], t, i));
    return;
  }
  const char *wrong = getenv("SLOW_WRONG");
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      sw_view of = job->input[0].view;
      double x = log(sw_view_at(of, t, i));
      if (wrong && i == at->lo && strcmp(sw_job_period(job, t), wrong) == 0) x *= 1 + 1e-14;
      job->result[STEPS_SCORE].row[t][i - of.first] = x;
      ((double **)job->operand_local[0].row)[t][i - of.first] = x * x;
      sum[t] += x;
    }
}

static sw_status finish_steps(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const double *value = all;
  (void)err, (void)result;
  for (int t = 0; pass == 0 && t < job->n_periods; t++)
    job->result[STEPS_MEAN].row[0][t] = value[t] / (double)job->n;
  for (int k = 0; pass == 1 && k < job->n_periods * WAVES; k++)
    job->result[STEPS_WAVE].row[0][k] = value[k];
  return SW_OK;
}

static const sw_output outputs_of_steps[] = {
    {.name = "score", .long_name = "logarithm", .units = "1", .shape = SW_UNIT},
    {.name = "mean", .long_name = "mean logarithm", .units = "1", .shape = SW_GLOBAL},
    {.name = "waves",
     .long_name = "a sum of each wave",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"wave"}},
    {0}};

static const sw_measure steps = {.name = "steps",
                                 .title = "Tiles that take long, period by period",
                                 .formula = "x_i = log of, y_w = sum_i sin(w x_i^2)",
                                 .source = "by definition",
                                 .version = 1,
                                 .kind = SW_KIND_MODEL,
                                 .param = params,
                                 .output = outputs_of_steps,
                                 .resolve = resolve_steps,
                                 .tile = tile_steps,
                                 .merge = merge,
                                 .finish = finish_steps};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&slow, &steps, NULL};
  return sw_main(argc, argv, own);
}
