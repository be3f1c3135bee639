/* That the maximum which is found is the highest: random matrices and samples, among them islands,
 * parts that do not meet, and rho near the ends, against the likelihood on a fine grid. */
#include "kernel/spatial/model.h"
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <math.h>

enum { SETS = 60, SCAN = 200, SCAN_BOTH = 30 };

static double uniform(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) / 0x1p53;
}

/* Normal enough: of variance 1. */
static double noise(uint64_t *state) {
  double sum = -6;
  for (int i = 0; i < 12; i++)
    sum += uniform(state);
  return sum;
}

/* Links both ways, symmetric or not, with rows of sum 1 or as they are. */
static sw_links *random_links(int n, uint64_t *state) {
  int64_t *start = calloc((size_t)n + 1, sizeof *start), at = 0;
  int32_t *to = calloc((size_t)(n * n), sizeof *to);
  double *full = calloc((size_t)(n * n), sizeof *full),
         *weight = calloc((size_t)(n * n), sizeof *full);
  double density = .05 + .4 * uniform(state);
  bool even = uniform(state) < .5, row = uniform(state) < .7;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < i; j++) {
      if (uniform(state) > density) continue;
      full[i * n + j] = .1 + uniform(state);
      full[j * n + i] = even ? full[i * n + j] : uniform(state) < .7 ? uniform(state) + .1 : 0;
    }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      if (full[i * n + j] > 0) {
        to[at] = j;
        weight[at++] = full[i * n + j];
      }
    start[i + 1] = at;
  }
  return spatial_links(n, start, to, weight, row);
}

static spatial_set random_set(uint64_t *state) {
  spatial_set set = {
      .n = 8 + (int)(uniform(state) * 25), .periods = 2 + (int)(uniform(state) * 3), .k = 2};
  set.links = random_links((int)set.n, state);
  if (set.links->row_start[set.n] == 0) return random_set(state);
  int64_t values = set.n * set.periods;
  set.y = calloc((size_t)values, sizeof(double));
  for (int j = 0; j < 2; j++)
    set.x[j] = calloc((size_t)values, sizeof(double));
  for (int64_t i = 0; i < values; i++) {
    set.x[0][i] = noise(state);
    set.x[1][i] = 1e3 * noise(state) + 1e5;
    set.y[i] = noise(state) + .5 * set.x[0][i];
  }
  spatial_filters(&set);
  for (int round = 0; round < 2; round++) {
    double part = .02 + .96 * uniform(state), least = fmax(set.plan->least, -1 / set.plan->most);
    if (sw_filter_set(set.filter, least + part * (set.plan->most - least)))
      sw_filter_solve(set.filter, set.periods, set.y, set.y);
  }
  return set;
}

static double at(double least, double most, int i, int count) {
  return least + (most - least) * (i + .5) / count;
}

/* The highest on the grid. */
static double scan(const spatial_set *set, const sw_spatial_spec *spec) {
  sw_spatial_data data = spatial_data(set);
  sw_spatial_room room = {0};
  sw_spatial_model model;
  sw_spatial_model_room(spec, set->n, set->periods, set->k, &room, &model);
  void *memory = aligned_alloc(64, room.used);
  room = (sw_spatial_room){.at = memory};
  sw_spatial_model_room(spec, set->n, set->periods, set->k, &room, &model);
  sw_spatial_model_make(spec, &data, &model);
  double best = -INFINITY, least = fmax(set->plan->least, -1 / set->plan->most),
         most = set->plan->most;
  int count = model.has_rho && model.has_lambda ? SCAN_BOTH : SCAN;
  for (int i = 0; i < (model.has_rho ? count : 1); i++)
    for (int j = 0; j < (model.has_lambda ? count : 1); j++)
      best = fmax(best, sw_spatial_loglik(&model, model.has_rho ? at(least, most, i, count) : 0,
                                          model.has_lambda ? at(least, most, j, count) : 0));
  free(memory);
  return best;
}

static void try_form(const spatial_set *set, sw_spatial_spec spec, int number) {
  sw_spatial_data data = spatial_data(set);
  size_t bytes = sw_spatial_workspace(&spec, set->n, set->periods, set->k);
  void *room = aligned_alloc(64, (bytes + 63) / 64 * 64);
  sw_spatial_fit fit;
  sw_spatial_wrong wrong = sw_spatial_estimate(&spec, &data, room, &fit);
  if (wrong.code == SW_SPATIAL_FITTED) {
    double best = scan(set, &spec);
    cr_expect(best <= fit.loglik + 1e-8, "set %d, form %d: %.12g found, %.12g on the grid", number,
              (int)spec.form, fit.loglik, best);
    for (int i = 0; i < fit.terms.count; i++) {
      cr_expect(isfinite(fit.coefficient[i]));
      cr_expect((fit.warnings & SW_SPATIAL_AT_EDGE) || spatial_se(&fit, i) > 0, "set %d", number);
    }
  } else /* of so few values W X may be a combination of x and the effects */
    cr_expect(wrong.code == SW_SPATIAL_DEPENDENT || wrong.code == SW_SPATIAL_FEW_VALUES ||
                  wrong.code == SW_SPATIAL_SINGULAR,
              "set %d, form %d: code %d", number, (int)spec.form, (int)wrong.code);
  free(room);
}

Test(spatial_scan, highest) {
  uint64_t state = 17;
  for (int i = 0; i < SETS; i++) {
    spatial_set set = random_set(&state);
    for (int form = SW_SPATIAL_LAG; form <= SW_SPATIAL_SAC; form++)
      try_form(&set,
               (sw_spatial_spec){.form = (sw_spatial_form)form,
                                 .fixed = (sw_spatial_fixed)(uniform(&state) * 4),
                                 .information = uniform(&state) < .5 ? SW_SPATIAL_EXPECTED
                                                                     : SW_SPATIAL_OBSERVED},
               i);
  }
}
