/* Programs of data envelopment against scipy, and that nothing rests on what was asked before. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "kernel/frontier/frontier.h"
#include "kernel/frontier/lp.h"

void glp_mem_limit(int megabytes); /* GLPK's own: what it may allocate */

/* Twelve observations of two inputs, two outputs and a bad one, drawn by numpy (seed 3) and rounded
 * to a digit; optima by scipy 1.10's linprog, method highs. */
enum { N = 12, VARIABLES = 5 };
static const double data[VARIABLES][N] = {
    {1.7, 2.9, 7.4, 5.7, 1.8, 4.5, 4.8, 2.3, 6.9, 1.9, 4.1, 5.1},
    {4.4, 5.7, 6.9, 8.7, 3.3, 6.2, 6.6, 3.3, 1.0, 8.8, 3.4, 3.5},
    {8.1, 5.7, 4.8, 7.2, 1.2, 6.7, 4.0, 1.7, 6.3, 8.5, 2.7, 6.0},
    {3.4, 6.9, 6.8, 2.7, 7.6, 6.3, 6.5, 7.6, 4.4, 7.1, 8.0, 1.8},
    {7.8, 4.2, 4.8, 2.2, 6.6, 3.3, 8.0, 3.2, 5.5, 4.2, 5.9, 2.6},
};
static const double output_crs[N] = {1.0,
                                     1.222157076313,
                                     2.011958283591,
                                     2.446789951151,
                                     1.0,
                                     1.424276795231,
                                     1.85447234621,
                                     1.014771798097,
                                     1.0,
                                     1.0,
                                     1.071411540296,
                                     1.501465457083};
static const double output_vrs[N] = {1.0,
                                     1.014382352205,
                                     1.115859232176,
                                     1.179292929293,
                                     1.0,
                                     1.055521742071,
                                     1.182324455206,
                                     1.0,
                                     1.0,
                                     1.0,
                                     1.0,
                                     1.270588235294};
static const double input_vrs[N] = {1.0,
                                    0.975884312345,
                                    0.563446421075,
                                    0.435895304208,
                                    1.0,
                                    0.843735744596,
                                    0.565988882978,
                                    1.0,
                                    1.0,
                                    1.0,
                                    1.0,
                                    0.777396822148};
static const double directional_crs[N] = {0,
                                          0.099973615133,
                                          0.335980179109,
                                          0.419749962039,
                                          0,
                                          0.175011696711,
                                          0.299345112712,
                                          0.007331747501,
                                          0,
                                          0,
                                          0.034474820144,
                                          0.200468671539};
static const double directional_vrs[N] = {
    0, 0.00906945639, 0.115859232176, 0.161547212742, 0, 0.04244210091, 0.182324455206, 0, 0, 0,
    0, 0.195668308481};
static const double directional_bad[N] = {
    0, 0.017491580179, 0.190422736749, 0, 0, 0, 0.448177285568, 0, 0, 0, 0.057516664103, 0};
static const double output_bad[N] = {1.0, 1.02171369385, 1.409839340232, 1.0,
                                     1.0, 1.0,           1.778011976494, 1.0,
                                     1.0, 1.0,           1.059420938591, 1.0};
static const double super_input_crs[N] = {
    1.670612574073, 0.818225430578, 0.497028197928, 0.408698752228, 1.257261951283, 0.702110715662,
    0.539236943621, 0.985443231548, 3.916504854369, 1.344485953924, 0.933348169578, 0.666015988102};
static const double super_output_vrs[N] = {NAN, 1.014382352205, 1.115859232176, 1.179292929293,
                                           NAN, 1.055521742071, 1.182324455206, 0.992073139037,
                                           NAN, 0.702833448514, 0.912255880681, 1.270588235294};

typedef struct fixture {
  sw_error err;
  sw_frontier f;
  const double *value[VARIABLES];
  const unsigned char *used[1];
  unsigned char flags[N];
  double mean[VARIABLES], start_value[16];
  int64_t start[16];
  sw_frontier_solver *solver;
} fixture;

static void begin(fixture *x, sw_orientation orientation, int bad) {
  memset(x, 0, sizeof *x);
  x->f = (sw_frontier){.inputs = 2,
                       .outputs = 2,
                       .bad = bad,
                       .periods = 1,
                       .n = N,
                       .orientation = orientation,
                       .value = x->value,
                       .used = x->used,
                       .mean = x->mean,
                       .start = x->start,
                       .start_value = x->start_value};
  memset(x->flags, 1, sizeof x->flags);
  x->used[0] = x->flags;
  for (int v = 0; v < VARIABLES; v++) {
    x->value[v] = data[v];
    for (int i = 0; i < N; i++)
      x->mean[v] += data[v][i] / N;
  }
  x->f.starts = sw_frontier_start_count(&x->f);
  sw_frontier_starts(&x->f, 0, x->start, x->start_value);
  cr_assert_eq(sw_frontier_open(&x->err, &x->f, &x->solver), SW_OK, "%s", x->err.text);
}

static sw_frontier_found ask(fixture *x, int64_t unit, bool vrs, bool without) {
  sw_frontier_found found;
  cr_assert_eq(sw_frontier_begin(&x->err, x->solver, unit, 0, 0, 1, without), SW_OK);
  cr_assert_eq(sw_frontier_solve(&x->err, x->solver, vrs, &found), SW_OK, "%s", x->err.text);
  return found;
}

static void compare(sw_orientation orientation, int bad, bool vrs, bool without,
                    const double *wanted) {
  fixture x;
  begin(&x, orientation, bad);
  for (int i = 0; i < N; i++) {
    sw_frontier_found found = ask(&x, i, vrs, without);
    if (isnan(wanted[i]))
      cr_expect_eq(found.state, SW_FRONTIER_INFEASIBLE, "%d: %g", i, found.rho);
    else
      cr_expect(found.state == SW_FRONTIER_SOLVED && fabs(found.rho - wanted[i]) < 1e-9,
                "%d %d %d: %d: %.12g, wanted %.12g", orientation, bad, vrs, i, found.rho,
                wanted[i]);
  }
  sw_frontier_close(x.solver);
}

Test(frontier, scipy) {
  compare(SW_TO_OUTPUT, 0, false, false, output_crs);
  compare(SW_TO_OUTPUT, 0, true, false, output_vrs);
  compare(SW_TO_INPUT, 0, true, false, input_vrs);
  compare(SW_TO_DIRECTION, 0, false, false, directional_crs);
  compare(SW_TO_DIRECTION, 0, true, false, directional_vrs);
  compare(SW_TO_DIRECTION, 1, false, false, directional_bad);
  compare(SW_TO_OUTPUT, 1, false, false, output_bad);
  compare(SW_TO_INPUT, 0, false, true, super_input_crs);
  compare(SW_TO_OUTPUT, 0, true, true, super_output_vrs);
}

/* Forwards, backwards and each with a solver of its own: the same bits. */
Test(frontier, order) {
  fixture x;
  double forth[N], back[N];
  begin(&x, SW_TO_OUTPUT, 0);
  for (int i = 0; i < N; i++)
    forth[i] = ask(&x, i, true, i % 3 == 0).rho;
  for (int i = N - 1; i >= 0; i--)
    back[i] = ask(&x, i, true, i % 3 == 0).rho;
  cr_expect_eq(memcmp(forth, back, sizeof forth), 0, "order");
  sw_frontier_close(x.solver);
  for (int i = 0; i < N; i++) {
    begin(&x, SW_TO_OUTPUT, 0);
    back[i] = ask(&x, i, true, i % 3 == 0).rho;
    sw_frontier_close(x.solver);
  }
  cr_expect_eq(memcmp(forth, back, sizeof forth), 0, "alone");
}

/* Peers, slacks and rho make up the observation. */
Test(frontier, peers) {
  fixture x;
  begin(&x, SW_TO_INPUT, 0);
  for (int i = 0; i < N; i++) {
    double slack[4], lambda[8], sum = 0, made[4] = {0};
    int64_t at[8];
    bool solved;
    sw_frontier_found found = ask(&x, i, true, false);
    cr_assert_eq(sw_frontier_slacks(&x.err, x.solver, slack, &solved), SW_OK);
    cr_assert(solved);
    int count = sw_frontier_peers(x.solver, 8, at, lambda);
    for (int k = 0; k < count; k++) {
      sum += lambda[k];
      for (int v = 0; v < 4; v++)
        made[v] += lambda[k] * data[v][at[k]];
    }
    cr_expect(fabs(sum - 1) < 1e-9, "%d: %g", i, sum);
    for (int v = 0; v < 4; v++) {
      double wanted = v < 2 ? found.rho * data[v][i] - slack[v] : data[v][i] + slack[v];
      cr_expect(slack[v] >= 0 && fabs(made[v] - wanted) < 1e-8, "%d %d: %g %g", i, v, made[v],
                wanted);
    }
  }
  sw_frontier_close(x.solver);
}

/* 300 observations: programs that begin with all columns come to the same as those that add them.
 */
Test(frontier, columns) {
  enum { MANY = 300 };
  static double value[3][MANY];
  static unsigned char flags[MANY];
  uint64_t state = 11;
  for (int v = 0; v < 3; v++)
    for (int i = 0; i < MANY; i++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      value[v][i] = 1 + (double)(state >> 11) * 0x1p-50;
      flags[i] = 1;
    }
  const double *row[3] = {value[0], value[1], value[2]};
  const unsigned char *used[1] = {flags};
  double mean[3] = {5, 5, 5}, all_value[MANY] = {0};
  int64_t none = -1, all[MANY];
  for (int i = 0; i < MANY; i++)
    all[i] = i;
  sw_frontier few = {.inputs = 2,
                     .outputs = 1,
                     .periods = 1,
                     .n = MANY,
                     .value = row,
                     .used = used,
                     .mean = mean,
                     .starts = 1,
                     .start = &none,
                     .start_value = all_value};
  sw_frontier whole = few;
  whole.starts = MANY;
  whole.start = all;
  sw_error err = {0};
  sw_frontier_solver *a = NULL;
  double found[MANY];
  for (int k = 0; k < 2; k++) {
    cr_assert_eq(sw_frontier_open(&err, k ? &whole : &few, &a), SW_OK);
    for (int i = 0; i < MANY; i++) {
      sw_frontier_found one;
      cr_assert_eq(sw_frontier_begin(&err, a, i, 0, 0, 1, false), SW_OK);
      cr_assert_eq(sw_frontier_solve(&err, a, true, &one), SW_OK);
      if (k) cr_expect(fabs(one.rho - found[i]) < 1e-8, "%d: %.12g %.12g", i, one.rho, found[i]);
      found[i] = one.rho;
    }
    sw_frontier_close(a);
  }
}

/* GLPK ends the program when memory is out; here it is a status, and so is what follows. */
Test(frontier, out_of_memory) {
  double entry[3] = {1, 2, 3};
  sw_error err = {0};
  sw_lp *lp = NULL;
  sw_status status = sw_lp_open(&err, &lp);
  cr_assert_eq(status, SW_OK);
  cr_assert_eq(sw_lp_begin(&err, lp, 3), SW_OK);
  glp_mem_limit(1);
  for (int k = 0; k < 100000 && status == SW_OK; k++)
    status = sw_lp_add(&err, lp, entry, false);
  cr_expect_eq(status, SW_ENOMEM, "%d: %s", (int)status, err.text);
  cr_expect_str_eq(err.text, "out of memory: GLPK, a new column");
  cr_expect_neq(sw_lp_begin(&err, lp, 3), SW_OK);
  sw_lp_close(lp);
  sw_error_clear(&err);
  cr_assert_eq(sw_lp_open(&err, &lp), SW_OK, "%s", err.text); /* the thread may begin anew */
  sw_lp_close(lp);
}
