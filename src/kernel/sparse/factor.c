/* The factor, its derivative and the corner of [0 A; A' -I], each by one walk over the fronts from
 * the leaves to the roots: a front is gathered from the entries that belong to it and from its
 * children's updates, its pivots are eliminated, and the rest waits for the parent (the
 * multifrontal method: Duff & Reid 1983; Liu 1992).
 *
 * The plan numbers fronts so that the updates a front needs lie on top of a stack: memory beyond
 * the factor is one front and the deepest stack, both known from the plan. One thread walks;
 * threads of a rank factor different matrices. */
#include "kernel/sparse/factor.h"

#include <math.h>
#include <string.h>

#include "kernel/exp.h"

/* ---- memory ------------------------------------------------------------------------------- */

/* Whole cache lines, so that vectors of eight never straddle two arrays. */
static size_t numbers(size_t count) {
  return ((count + 7) & ~(size_t)7) * sizeof(double);
}

/* Scratch of a front, then fronts and updates, or the fronts of a path and their derivatives. The
 * way up and the way down are never at once, so they share the area. */
static size_t area_numbers(const sw_sparse_plan *plan, bool tangent) {
  int64_t up = plan->greatest + plan->updates, down = (tangent ? 2 : 1) * plan->path;
  return (size_t)(SW_DENSE_WORK(plan->stride) + (up > down ? up : down));
}

size_t sw_sparse_workspace(const sw_sparse_plan *plan, bool tangent) {
  return (tangent ? 2 : 1) * numbers((size_t)plan->factor) + numbers(area_numbers(plan, tangent)) +
         numbers((size_t)plan->n * SW_SPARSE_LANES);
}

/* The layout: factor, tangent (if asked for), area, block; each a multiple of 64 bytes. */
sw_sparse sw_sparse_at(const sw_sparse_plan *plan, bool tangent, void *workspace) {
  char *at = workspace;
  size_t factor = numbers((size_t)plan->factor);
  sw_sparse s = {.plan = plan, .factor = (double *)at, .logdet = NAN};
  at += factor;
  if (tangent) {
    s.tangent = (double *)at;
    at += factor;
  }
  s.area = (double *)at;
  s.block = (double *)(at + numbers(area_numbers(plan, tangent)));
  return s;
}

/* Rows of pivots first, then what is below them without the part that goes to the parent. */
sw_front_part sw_front_part_of(const sw_fronts *f, int64_t s, double *factor) {
  sw_front front = sw_front_of(f, s);
  double *top = factor + f->factor_at[s];
  return (sw_front_part){top, top + front.pivots * front.stride};
}

/* ---- gathering ---------------------------------------------------------------------------- */

/* What is gathered from V and a diagonal: scale V + shift. */
typedef struct source {
  const double *value; /* NULL: no V */
  double scale;
  const double *shift; /* by unknown; NULL: `constant` */
  double constant;
} source;

/* The diagonal is shift (or a constant), then scale V is added: I - rho W has shift 1 and scale
 * -rho. */
SW_HOT static void gather_values(const sw_fronts *f, int64_t s, const source *from, double *to) {
  sw_front front = sw_front_of(f, s);
  for (int k = 0; k < front.pivots; k++)
    to[k * front.stride + k] =
        from->shift ? from->shift[f->order[f->first[s] + k]] : from->constant;
  if (!from->value) return;
  for (int64_t e = f->entry_at[s]; e < f->entry_at[s + 1]; e++) {
    const sw_sparse_entry *entry = &f->entry[e];
    double *at = to + entry->row * front.stride + entry->column;
    *at = __builtin_fma(from->scale, from->value[entry->from], *at);
  }
}

/* Adds a child's update at the rows of the parent that `relative` names. Quadratic in the rows
 * below the pivots, read in order from the update. */
SW_HOT static void gather_update(const sw_fronts *f, int64_t child, const double *update,
                                 int64_t stride, double *to) {
  sw_front front = sw_front_of(f, child);
  int rest = front.rows - front.pivots;
  int64_t step = sw_front_stride(rest);
  const int32_t *place = f->relative + f->row_at[child] + front.pivots;
  for (int a = 0; a < rest; a++) {
    double *row = to + place[a] * stride;
    for (int b = 0; b < rest; b++)
      row[place[b]] += update[a * step + b];
  }
}

/* Zeros first, as most of a front is fill. */
static void gather(const sw_fronts *f, int64_t s, const source *from, const double *updates,
                   double *to) {
  sw_front front = sw_front_of(f, s);
  memset(to, 0, (size_t)(front.rows * front.stride) * sizeof *to);
  gather_values(f, s, from, to);
  for (int64_t c = f->child_at[s]; c < f->child_at[s + 1]; c++)
    gather_update(f, f->child[c], updates + f->update_at[f->child[c]], front.stride, to);
}

/* ---- scattering --------------------------------------------------------------------------- */

/* After gather: this front's update may overwrite those of its children. `low` keeps only the
 * columns of pivots; the square behind them is the update. */
static void keep(const sw_fronts *f, int64_t s, const double *from, double *factor,
                 double *updates) {
  sw_front front = sw_front_of(f, s);
  sw_front_part part = sw_front_part_of(f, s, factor);
  int rest = front.rows - front.pivots;
  int64_t step = sw_front_stride(rest);
  memcpy(part.top, from, (size_t)(front.pivots * front.stride) * sizeof *from);
  for (int r = 0; r < rest; r++) {
    const double *row = from + (front.pivots + r) * front.stride;
    memcpy(part.low + (int64_t)r * front.pivots, row, (size_t)front.pivots * sizeof *row);
    memcpy(updates + f->update_at[s] + r * step, row + front.pivots, (size_t)rest * sizeof *row);
  }
}

/* ---- walks -------------------------------------------------------------------------------- */

/* All three walks read the same plan; only the arithmetic on a front and the target differ. */
typedef enum walk { PLAIN, TANGENT, GRAM } walk;

/* One front by the kind of the walk; only a plain one can fail. */
static bool eliminate(walk kind, sw_front front, sw_front_part factor, double *f, double *work) {
  if (kind == PLAIN) return sw_dense_eliminate(front, f, work);
  if (kind == TANGENT)
    sw_dense_eliminate_tangent(front, factor, f, work);
  else
    sw_dense_eliminate_gram(front, factor, f, work);
  return true;
}

/* False: some pivot was 0 or no number; what has been kept until there is not used. */
static bool walk_up(sw_sparse *s, walk kind, const source *from, double *to) {
  sw_fronts f = sw_fronts_of(s->plan);
  double *work = s->area, *front = work + SW_DENSE_WORK(s->plan->stride);
  double *updates = front + s->plan->greatest;
  for (int64_t k = 0; k < f.count; k++) {
    gather(&f, k, from, updates, front);
    if (!eliminate(kind, sw_front_of(&f, k), sw_front_part_of(&f, k, s->factor), front, work))
      return false;
    keep(&f, k, front, to, updates);
  }
  return true;
}

/* L and U are unit triangular, so ln|det A| is the sum over D. For a symmetric A the negative
 * pivots are as many as negative eigenvalues (Sylvester). sw_ln of the own mathematics library, so
 * that ln|A| has the same bits on every machine. The order is that of the plan. */
SW_HOT static void add_pivots(sw_sparse *s) {
  sw_fronts f = sw_fronts_of(s->plan);
  s->logdet = 0;
  s->negative = 0;
  for (int64_t k = 0; k < f.count; k++) {
    sw_front front = sw_front_of(&f, k);
    const double *top = s->factor + f.factor_at[k];
    for (int p = 0; p < front.pivots; p++) {
      double d = top[p * front.stride + p];
      s->logdet += sw_ln(fabs(d));
      s->negative += d < 0;
    }
  }
}

/* A failed factor leaves ln|A| NaN, never that of the matrix before. */
bool sw_sparse_factor(sw_sparse *s, const sw_sparse_values *a) {
  source from = {a->value, a->scale, a->shift, 1};
  s->logdet = NAN;
  if (!walk_up(s, PLAIN, &from, s->factor)) return false;
  add_pivots(s);
  return true;
}

/* The derivative with respect to rho where A = I - rho V, so A' = -V: scale -1 and nothing on the
 * diagonal. */
void sw_sparse_factor_tangent(sw_sparse *s, const double *value) {
  source from = {value, -1, NULL, 0};
  walk_up(s, TANGENT, &from, s->tangent);
}

/* No entries of V, and -1 on the diagonal: the corner -I of [0 A; A' -I]. */
void sw_sparse_factor_gram(sw_sparse *s) {
  source from = {NULL, 0, NULL, -1};
  walk_up(s, GRAM, &from, s->tangent);
}
