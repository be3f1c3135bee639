/* The one place that calls GLPK (lp.h). Its state lies in thread-local storage, so that threads do
 * not meet; its messages are caught, and an error, which would end the program, is a jump back to
 * the call and a status. After one the thread's memory of GLPK is gone, and so is the run.
 *
 * Programs are small and well scaled, so tolerances are two to three digits finer than GLPK's own:
 * an efficiency is right to some 1e-9. Its presolver and its scaling are not used. */
#include "kernel/frontier/lp.h"

#include <glpk.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { MOST_ROWS = 64 };

struct sw_lp {
  glp_prob *program;
  bool is_solved, is_cut; /* a solution was found; what was asked since then leaves it out */
  jmp_buf back;
  char said[160]; /* the last that GLPK said */
};

const char *sw_lp_version(void) {
  return glp_version();
}

/* ---- failures --------------------------------------------------------------------------- */

/* The last line that is none: an error is told in two parts, the second names a file of GLPK's. */
static int keep_words(void *data, const char *text) {
  sw_lp *lp = data;
  if (strncmp(text, "Error detected", 14) != 0 && text[0] != '\n')
    snprintf(lp->said, sizeof lp->said, "%.*s", (int)strcspn(text, "\n"), text);
  return 1; /* not printed */
}

static void jump_back(void *data) {
  sw_lp *lp = data;
  longjmp(lp->back, 1);
}

/* Whoever goes on after a failure is told again. */
static sw_status is_open(sw_error *err, const sw_lp *lp) {
  return lp->program ? SW_OK : sw_fail(err, SW_EINTERNAL, "GLPK has failed before: %s", lp->said);
}

/* What GLPK calls an error here is a lack of memory, or a fault of this program. The thread's
 * memory of GLPK may be in any state and is released whole. */
static sw_status failed(sw_error *err, sw_lp *lp, const char *what) {
  bool memory = strstr(lp->said, "memory") != NULL;
  lp->program = NULL;
  glp_error_hook(NULL, NULL);
  glp_free_env();
  if (memory) return sw_fail(err, SW_ENOMEM, "out of memory: GLPK, %s", what);
  return sw_fail(err, SW_EINTERNAL, "GLPK, %s: %s", what, lp->said);
}

/* ---- a thread's program ----------------------------------------------------------------- */

sw_status sw_lp_open(sw_error *err, sw_lp **out) {
  SW_TRY(sw_alloc(err, 1, sizeof **out, (void **)out));
  sw_lp *lp = *out;
  lp->program = NULL;
  lp->said[0] = '\0';
  glp_term_hook(keep_words, lp);
  glp_error_hook(jump_back, lp);
  if (setjmp(lp->back) != 0) return failed(err, lp, "a new program");
  lp->program = glp_create_prob();
  return SW_OK;
}

void sw_lp_close(sw_lp *lp) {
  if (!lp) return;
  glp_free_env(); /* with the program */
  sw_free(lp);
}

sw_status sw_lp_begin(sw_error *err, sw_lp *lp, int rows) {
  SW_TRY(is_open(err, lp));
  if (setjmp(lp->back) != 0) return failed(err, lp, "a new program");
  lp->is_solved = lp->is_cut = false;
  glp_erase_prob(lp->program);
  glp_set_obj_dir(lp->program, GLP_MIN);
  glp_add_rows(lp->program, rows);
  for (int row = 0; row < rows; row++)
    glp_set_row_bnds(lp->program, row + 1, GLP_FX, 0, 0);
  return SW_OK;
}

static void add_column(glp_prob *program, const double *entry, bool any_sign) {
  int index[MOST_ROWS + 1], count = 0, rows = glp_get_num_rows(program);
  double value[MOST_ROWS + 1];
  for (int row = 0; row < rows; row++)
    if (entry[row] != 0) {
      index[++count] = row + 1;
      value[count] = entry[row];
    }
  int column = glp_add_cols(program, 1);
  glp_set_mat_col(program, column, count, index, value);
  glp_set_col_bnds(program, column, any_sign ? GLP_FR : GLP_LO, 0, 0);
}

/* Whoever sets a place to jump back to changes no variable of its own behind it. */
sw_status sw_lp_add(sw_error *err, sw_lp *lp, const double *entry, bool any_sign) {
  SW_TRY(is_open(err, lp));
  if (setjmp(lp->back) != 0) return failed(err, lp, "a new column");
  add_column(lp->program, entry, any_sign);
  return SW_OK;
}

/* These allocate nothing, so they cannot fail. */
void sw_lp_cost(sw_lp *lp, int column, double cost) {
  glp_set_obj_coef(lp->program, column + 1, cost);
}

void sw_lp_fix(sw_lp *lp, int column, double value) {
  glp_set_col_bnds(lp->program, column + 1, GLP_FX, value, value);
}

void sw_lp_unfix(sw_lp *lp, int column) {
  glp_set_col_bnds(lp->program, column + 1, GLP_LO, 0, 0);
}

void sw_lp_rhs(sw_lp *lp, int row, double value) {
  glp_set_row_bnds(lp->program, row + 1, GLP_FX, value, value);
  lp->is_cut = lp->is_solved;
}

void sw_lp_make_basic(sw_lp *lp, int column, int row) {
  glp_set_row_stat(lp->program, row + 1, GLP_NS);
  glp_set_col_stat(lp->program, column + 1, GLP_BS);
}

void sw_lp_leave_out(sw_lp *lp, int row) {
  glp_set_row_bnds(lp->program, row + 1, GLP_FR, 0, 0);
}

double sw_lp_value(const sw_lp *lp, int column) {
  return glp_get_col_prim(lp->program, column + 1);
}

double sw_lp_dual(const sw_lp *lp, int row) {
  return glp_get_row_dual(lp->program, row + 1);
}

/* ---- solve ------------------------------------------------------------------------------ */

static bool solves(glp_prob *program, int method, double tolerance) {
  glp_smcp how;
  glp_init_smcp(&how);
  how.msg_lev = GLP_MSG_OFF;
  how.meth = method;
  how.tol_bnd = how.tol_dj = tolerance;
  return glp_simplex(program, &how) == 0 && glp_get_status(program) == GLP_OPT;
}

/* By the primal simplex, as new columns and costs leave a solution feasible; by the dual one where
 * a row came in. What does not come to an end from the last basis is tried from the first, then by
 * the other method, in the end with tolerances of GLPK's own size. */
sw_status sw_lp_solve(sw_error *err, sw_lp *lp, bool *found) {
  SW_TRY(is_open(err, lp));
  glp_prob *program = lp->program;
  int method = lp->is_cut ? GLP_DUALP : GLP_PRIMAL;
  if (setjmp(lp->back) != 0) return failed(err, lp, "the simplex method");
  lp->is_solved = true;
  lp->is_cut = false;
  *found = solves(program, method, 1e-9);
  if (*found) return SW_OK;
  glp_std_basis(program);
  *found = solves(program, GLP_PRIMAL, 1e-9);
  if (*found) return SW_OK;
  glp_std_basis(program);
  *found = solves(program, GLP_DUALP, 1e-9) || solves(program, GLP_PRIMAL, 1e-7);
  return SW_OK;
}
