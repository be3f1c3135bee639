/* The one place that calls CHOLMOD. All of its state is in a `common` of the call; its own messages
 * are off, and its failures come back as statuses.
 *
 * plan.c calls it once for each plan. The variants with 64-bit indices (`cholmod_l_`) are used,
 * because the rows of all fronts may number more than 2^31; a single position does not.
 *
 * Nothing numerical is asked of it: it gives the order of elimination and the pattern of the
 * factor, and this program's own fronts do the arithmetic. So its BLAS does not touch any
 * result. */
#include "kernel/sparse/elimination.h"

#include <cholmod.h>
#include <string.h>

#include "base/arena.h"

/* CHOLMOD's reason as an error of ours. CHOLMOD keeps it in its common block, and prints
 * nothing. */
static sw_status status_of(sw_error *err, const cholmod_common *common, const char *what) {
  if (common->status == CHOLMOD_OUT_OF_MEMORY)
    return sw_fail(err, SW_ENOMEM, "out of memory: CHOLMOD, %s", what);
  if (common->status == CHOLMOD_TOO_LARGE)
    return sw_fail(err, SW_ENOMEM, "CHOLMOD, %s: more than it can count", what);
  return sw_fail(err, SW_EINTERNAL, "CHOLMOD, %s: status %d", what, common->status);
}

/* Settings under which the order of elimination is the same everywhere. */
static void start(cholmod_common *common) {
  /* A GPU or several orderings tried in turn would make the plan depend on the machine. */
  cholmod_l_start(common);
  common->print = 0;
  common->useGPU = 0;
  common->supernodal = CHOLMOD_SUPERNODAL; /* patterns of runs of columns, not of each */
  common->nmethods = 1;
  common->method[0].ordering = CHOLMOD_AMD; /* the same order on each machine */
  common->postorder = 1;
}

/* ---- pattern ------------------------------------------------------------------------------ */

/* The upper triangle of A + A'. A link each way gives an entry twice; CHOLMOD merges them. */
static cholmod_sparse *pattern_of(int64_t n, const int64_t *row_start, const int32_t *to,
                                  cholmod_common *common) {
  /* An upper bound: links of a unit to itself are counted and then left out. */
  size_t most = (size_t)(row_start[n] + n);
  cholmod_triplet *t =
      cholmod_l_allocate_triplet((size_t)n, (size_t)n, most, 1, CHOLMOD_PATTERN, common);
  if (!t) return NULL;
  SuiteSparse_long *row = t->i, *column = t->j;
  size_t count = 0;
  for (int64_t i = 0; i < n; i++) {
    /* The diagonal is always there, as A has it. */
    row[count] = column[count] = i;
    count++;
    for (int64_t e = row_start[i]; e < row_start[i + 1]; e++)
      if (to[e] != i) {
        row[count] = i < to[e] ? i : to[e];
        column[count++] = i < to[e] ? to[e] : i;
      }
  }
  t->nnz = count;
  cholmod_sparse *pattern = cholmod_l_triplet_to_sparse(t, 0, common);
  cholmod_l_free_triplet(&t, common);
  return pattern;
}

/* ---- out of the factor's symbols ------------------------------------------------------------ */

/* Room for the copy: CHOLMOD's own arrays are freed with its factor. */
static sw_status allocate(sw_error *err, const cholmod_factor *f, sw_elimination *out) {
  out->n = (int64_t)f->n;
  out->fronts = (int64_t)f->nsuper;
  SW_TRY(sw_alloc(err, f->n, sizeof *out->order, (void **)&out->order));
  SW_TRY(sw_alloc(err, f->nsuper + 1, sizeof *out->first, (void **)&out->first));
  SW_TRY(sw_alloc(err, f->nsuper + 1, sizeof *out->row_at, (void **)&out->row_at));
  return sw_alloc(err, f->ssize, sizeof *out->row, (void **)&out->row);
}

/* CHOLMOD's arrays go with its factor; what is kept is copied into ours, in 32 bits where it fits.
 * Positions fit in 32 bits, as n does; places of rows do not. */
static sw_status copy(sw_error *err, const cholmod_factor *f, sw_elimination *out) {
  SW_TRY(allocate(err, f, out));
  const SuiteSparse_long *perm = f->Perm, *super = f->super, *at = f->pi, *row = f->s;
  for (int64_t k = 0; k < out->n; k++)
    out->order[k] = (int32_t)perm[k];
  for (int64_t s = 0; s <= out->fronts; s++) {
    out->first[s] = (int32_t)super[s];
    out->row_at[s] = at[s];
  }
  for (int64_t r = 0; r < out->row_at[out->fronts]; r++)
    out->row[r] = (int32_t)row[r];
  return SW_OK;
}

/* The order of elimination of a pattern, by approximate minimum degree, with its fronts. Only the
 * pattern counts, so it is made once per weights matrix, and every numeric factor reuses it. */
sw_status sw_elimination_create(sw_error *err, int64_t n, const int64_t *row_start,
                                const int32_t *to, sw_elimination *out) {
  *out = (sw_elimination){0};
  cholmod_common common;
  start(&common);
  cholmod_sparse *pattern = pattern_of(n, row_start, to, &common);
  /* Symbolic analysis; without supernodes there would be no fronts to copy. */
  cholmod_factor *factor = pattern ? cholmod_l_analyze(pattern, &common) : NULL;
  sw_status status = SW_OK;
  if (!factor || !factor->is_super)
    status = status_of(err, &common, "the order of elimination");
  else
    status = copy(err, factor, out);
  /* Free functions of CHOLMOD take NULL. */
  cholmod_l_free_factor(&factor, &common);
  cholmod_l_free_sparse(&pattern, &common);
  cholmod_l_finish(&common);
  if (status != SW_OK) sw_elimination_destroy(out);
  return status;
}

void sw_elimination_destroy(sw_elimination *elimination) {
  sw_free(elimination->order);
  sw_free(elimination->first);
  sw_free(elimination->row_at);
  sw_free(elimination->row);
  memset(elimination, 0, sizeof *elimination);
}
