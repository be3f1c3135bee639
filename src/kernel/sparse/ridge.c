/* I + c A A' as the Schur complement of a matrix M of twice the size and few entries (ridge.h):
 *
 *     M = [-I, sqrt(c) A'; sqrt(c) A, I],  I - sqrt(c) A (-I)^-1 sqrt(c) A' = I + c A A' = K
 *
 * So |det M| = |det K|, K^-1 is the lower right block of M^-1, and K^-1 b is the lower half of M^-1
 * (0, b). M keeps the sparsity of W; A A' itself would link all neighbours of neighbours. The
 * pattern is ordered once for a W, for all rho and c. random_error.c calls this: a factor for each
 * trial of (lambda, phi). Memory: that of a sparse factor of 2 n unknowns. */
#include "kernel/sparse/ridge.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/sparse/sparse.h"

enum { LANES = SW_SPARSE_LANES, DIAGONAL = -1 };

/* Offsets from the head, as the block may be mapped at another address on each rank. */
struct sw_ridge_plan {
  int64_t n, entries;
  size_t bytes, from_at, sparse_at;
};

/* Belongs to a thread; the plan and w are shared and const. */
struct sw_ridge {
  const sw_ridge_plan *plan;
  const sw_links *w;
  sw_sparse sparse;
  double *value, *shift, *block, *diagonal;
  double root; /* of c */
};

static const int64_t *from_of(const sw_ridge_plan *plan) {
  return (const int64_t *)((const char *)plan + plan->from_at);
}

static const sw_sparse_plan *sparse_of(const sw_ridge_plan *plan) {
  return (const sw_sparse_plan *)((const char *)plan + plan->sparse_at);
}

/* ---- the plan --------------------------------------------------------------------------- */

/* CSR over 2n unknowns: 0 .. n - 1 the auxiliary ones, n .. 2n - 1 those of K. */

/* Rows of [-I sqrt(c) A'; sqrt(c) A I], without their diagonal; `from`: the link, or DIAGONAL: the
 * 1 of A. */
typedef struct rows {
  int64_t *row_start, *from;
  int32_t *to;
} rows;

/* The plan while its parts are made, which are then put into one piece of flat memory. */
typedef struct making {
  sw_ridge_plan head;
  rows rows;
  sw_sparse_plan *sparse;
} making;

static sw_status allocate(sw_error *err, int64_t n, int64_t entries, rows *r) {
  SW_TRY(sw_calloc(err, (size_t)(2 * n + 2), sizeof *r->row_start, (void **)&r->row_start));
  SW_TRY(sw_alloc(err, (size_t)entries + 1, sizeof *r->from, (void **)&r->from));
  return sw_alloc(err, (size_t)entries + 1, sizeof *r->to, (void **)&r->to);
}

/* Entry (i, j) of A stands at (n + i, j) and at (j, n + i). The first pass counts, the second
 * fills. A = I - rho W has 1 on its diagonal, for which the step before the first link of a row
 * stands. */
static void put_rows(const sw_links *w, rows *r) {
  int64_t n = w->n, *at = r->row_start + 1;
  for (int pass = 0; pass < 2; pass++) {
    for (int64_t i = 0; i < n; i++)
      for (int64_t e = w->row_start[i] - 1; e < w->row_start[i + 1]; e++) {
        bool own = e < w->row_start[i];
        int32_t j = own ? (int32_t)i : w->to[e];
        if (pass) {
          r->to[at[n + i]] = j;
          r->from[at[n + i]] = own ? DIAGONAL : e;
          r->to[at[j]] = (int32_t)(n + i);
          r->from[at[j]] = own ? DIAGONAL : e;
        }
        at[n + i]++;
        at[j]++;
      }
    if (pass) break;
    /* As in the sparse plan: counts become starts one place on, and filling moves them to ends. */
    for (int64_t k = 2 * n - 1; k >= 0; k--) /* counts to starts, one place on */
      at[k + 1] = at[k];
    at[0] = 0;
    for (int64_t k = 1; k <= 2 * n; k++)
      at[k] += at[k - 1];
  }
}

/* A failure leaves what has been made in m, and sw_ridge_plan_end frees it. */
static sw_status make(sw_error *err, const sw_links *w, making *m) {
  int64_t n = w->n, entries = 2 * (w->row_start[n] + n);
  SW_TRY(allocate(err, n, entries, &m->rows));
  put_rows(w, &m->rows);
  SW_TRY(sw_sparse_plan_create(err, 2 * n, m->rows.row_start, m->rows.to, &m->sparse));
  m->head = (sw_ridge_plan){.n = n, .entries = entries};
  m->head.from_at = (sizeof m->head + 63) & ~(size_t)63;
  m->head.sparse_at = (m->head.from_at + (size_t)entries * sizeof *m->rows.from + 63) & ~(size_t)63;
  m->head.bytes = m->head.sparse_at + m->sparse->bytes;
  return SW_OK;
}

/* The plan in the two steps of a resource: its size is known once it is made, then it is copied to
 * its place. It has offsets and no pointers, so nodes may share it. sw_ridge_plan_end is called by
 * the resource, also after a failure. */
sw_status sw_ridge_plan_begin(sw_error *err, const sw_links *w, void **object, size_t *bytes) {
  *object = NULL;
  making *m = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *m, (void **)&m));
  *object = m;
  SW_TRY(make(err, w, m));
  *bytes = m->head.bytes;
  return SW_OK;
}

/* Second half of making a resource: fills the node's memory (sw_ridge_plan_begin gave its size). */
sw_status sw_ridge_plan_fill(sw_error *err, const sw_links *w, void *object, void *out) {
  (void)err, (void)w;
  const making *m = object;
  memcpy(out, &m->head, sizeof m->head);
  memcpy((char *)out + m->head.from_at, m->rows.from,
         (size_t)m->head.entries * sizeof *m->rows.from);
  memcpy((char *)out + m->head.sparse_at, m->sparse, m->sparse->bytes);
  return SW_OK;
}

void sw_ridge_plan_end(void *object) {
  making *m = object;
  if (!m) return;
  sw_free(m->rows.row_start);
  sw_free(m->rows.from);
  sw_free(m->rows.to);
  sw_free(m->sparse);
  sw_free(m);
}

/* The same for who has no resources: the caller frees it by sw_ridge_plan_destroy. */
sw_status sw_ridge_plan_create(sw_error *err, const sw_links *w, sw_ridge_plan **plan) {
  void *object = NULL;
  size_t bytes = 0;
  *plan = NULL;
  sw_status status = sw_ridge_plan_begin(err, w, &object, &bytes);
  if (status == SW_OK) status = sw_calloc(err, bytes, 1, (void **)plan);
  if (status == SW_OK) status = sw_ridge_plan_fill(err, w, object, *plan);
  sw_ridge_plan_end(object);
  return status;
}

void sw_ridge_plan_destroy(sw_ridge_plan *plan) {
  sw_free(plan);
}

/* ---- a factor --------------------------------------------------------------------------- */

static size_t numbers(int64_t count) {
  return (((size_t)count + 7) & ~(size_t)7) * sizeof(double);
}

/* Counts what sw_ridge_at takes, in its order. The head lies in the workspace too, so a ridge is
 * one piece of memory. */
size_t sw_ridge_workspace(const sw_ridge_plan *plan) {
  size_t head = (sizeof(sw_ridge) + 63) & ~(size_t)63;
  return head + numbers(plan->entries) + 2 * numbers(2 * plan->n) + numbers(2 * plan->n * LANES) +
         sw_sparse_workspace(sparse_of(plan), false);
}

static double *take(char **at, int64_t count) {
  double *taken = (double *)*at;
  *at += numbers(count);
  return taken;
}

/* A factor in the caller's memory; sizes are those of the plan. */
sw_ridge *sw_ridge_at(const sw_ridge_plan *plan, const sw_links *w, void *workspace) {
  sw_ridge *r = workspace;
  char *at = (char *)workspace + ((sizeof *r + 63) & ~(size_t)63);
  *r = (sw_ridge){.plan = plan, .w = w, .root = NAN};
  r->value = take(&at, plan->entries);
  r->shift = take(&at, 2 * plan->n);
  r->diagonal = take(&at, 2 * plan->n);
  r->block = take(&at, 2 * plan->n * LANES);
  r->sparse = sw_sparse_at(sparse_of(plan), false, at);
  return r;
}

/* The diagonal is set each time: sw_ridge_traces uses `shift` for its result. One sparse factor of
 * 2n unknowns. M is quasi-definite (-I above, I below), so LDL' exists for every order of pivots
 * (Vanderbei 1995). False is left for values that are no numbers. */
bool sw_ridge_set(sw_ridge *r, double rho, double c) {
  const int64_t *from = from_of(r->plan), n = r->plan->n;
  double root = sqrt(c);
  for (int64_t e = 0; e < r->plan->entries; e++)
    r->value[e] = root * (from[e] == DIAGONAL ? 1 : -rho * r->w->value[from[e]]);
  for (int64_t i = 0; i < n; i++) {
    r->shift[i] = -1;
    r->shift[n + i] = 1;
  }
  r->root = root;
  sw_sparse_values values = {r->value, 1, r->shift};
  return sw_sparse_factor(&r->sparse, &values);
}

/* ln|K|, as |det M| = |det K|. */
double sw_ridge_logdet(const sw_ridge *r) {
  return r->sparse.logdet;
}

/* The right-hand sides are lower halves, above zeros; a short block is padded with zeros. x may be
 * b: a block is copied before its results are written. */
void sw_ridge_solve(sw_ridge *r, int count, const double *b, double *x) {
  int64_t n = r->plan->n;
  double *half = r->block + n * LANES;
  for (int c0 = 0; c0 < count; c0 += LANES) {
    int lanes = count - c0 < LANES ? count - c0 : LANES;
    memset(r->block, 0, (size_t)(2 * n * LANES) * sizeof *half);
    for (int c = 0; c < lanes; c++)
      for (int64_t i = 0; i < n; i++)
        half[i * LANES + c] = b[(c0 + c) * n + i];
    sw_sparse_solve(&r->sparse, r->block, r->block);
    for (int c = 0; c < lanes; c++)
      for (int64_t i = 0; i < n; i++)
        x[(c0 + c) * n + i] = half[i * LANES + c];
  }
}

/* The matrix of twice the size changes by sqrt(c) [0 -W'; -W 0]: of its inverse the entries on that
 * pattern are at hand. The values and the shift have served their turn. d ln|K|/d rho comes out as
 * tr(M^-1 M'), and its entries on the pattern of M are what the inverse gives anyway. `shift`
 * receives (M' M^-1)_ii without the sign and the factor sqrt(c), which are applied at the end. */
void sw_ridge_traces(sw_ridge *r, double *inverse, double *slope) {
  const int64_t *from = from_of(r->plan), n = r->plan->n;
  for (int64_t e = 0; e < r->plan->entries; e++)
    r->value[e] = from[e] == DIAGONAL ? 0 : r->w->value[from[e]];
  sw_sparse_inverse out = {.diagonal = r->diagonal, .weighted = r->shift};
  sw_sparse_invert(&r->sparse, r->value, &out);
  *inverse = *slope = 0;
  for (int64_t i = 0; i < n; i++) {
    *inverse += r->diagonal[n + i];
    *slope -= r->root * (r->shift[i] + r->shift[n + i]);
  }
}

double sw_ridge_trace_inverse(sw_ridge *r) {
  double inverse, slope;
  sw_ridge_traces(r, &inverse, &slope);
  return inverse;
}
