/* The plan of a factor: fronts and their tree, where entries go, and how much memory a factor and
 * its inverse need, found by walking the tree once without numbers.
 *
 * A plan is one block of bytes with offsets and no pointers, so that ranks of a node can share it
 * (filter_plan.c, ridge.c). It is made once for a pattern; every factor, whatever its values,
 * follows it without a search or an allocation. The order of elimination is CHOLMOD's (cholmod.c);
 * the time here is linear in the rows of all fronts, and a binary search for each entry.
 *
 * Called by kernel/spatial/filter_plan.c and ridge.c. */
#include "kernel/sparse/plan.h"

#include <string.h>

#include "base/arena.h"
#include "kernel/sparse/elimination.h"

/* Order of the arrays behind the head; at[] holds the offset of each. */
enum {
  ORDER,
  PLACE,
  FIRST,
  ROW_AT,
  ROW,
  RELATIVE,
  PARENT,
  CHILD_AT,
  CHILD,
  FACTOR_AT,
  UPDATE_AT,
  PATH_AT,
  ENTRY_AT,
  ENTRY
};

/* ---- layout ------------------------------------------------------------------------------- */

/* Each array begins on 64 bytes. 64 bytes are a cache line, and what the widest vector loads
 * want. */
static void place_array(sw_sparse_plan *plan, int which, int64_t count, size_t size) {
  plan->at[which] = (int64_t)plan->bytes;
  plan->bytes = (plan->bytes + (size_t)count * size + 63) & ~(size_t)63;
}

/* The plan is one block of memory with its arrays behind it, so that it can be copied, and shared
 * within a node, as it is. */
static void lay_out(sw_sparse_plan *plan, int64_t rows) {
  int64_t n = plan->n, fronts = plan->fronts;
  plan->bytes = (sizeof *plan + 63) & ~(size_t)63;
  place_array(plan, ORDER, n, sizeof(int32_t));
  place_array(plan, PLACE, n, sizeof(int32_t));
  place_array(plan, FIRST, fronts + 1, sizeof(int32_t));
  place_array(plan, ROW_AT, fronts + 1, sizeof(int64_t));
  place_array(plan, ROW, rows, sizeof(int32_t));
  place_array(plan, RELATIVE, rows, sizeof(int32_t));
  place_array(plan, PARENT, fronts, sizeof(int32_t));
  place_array(plan, CHILD_AT, fronts + 1, sizeof(int64_t));
  place_array(plan, CHILD, fronts, sizeof(int32_t));
  place_array(plan, FACTOR_AT, fronts + 1, sizeof(int64_t));
  place_array(plan, UPDATE_AT, fronts, sizeof(int64_t));
  place_array(plan, PATH_AT, fronts, sizeof(int64_t));
  place_array(plan, ENTRY_AT, fronts + 1, sizeof(int64_t));
  place_array(plan, ENTRY, plan->entries, sizeof(sw_sparse_entry));
}

static const void *array(const sw_sparse_plan *plan, int which) {
  return (const char *)plan + plan->at[which];
}

/* Views of the arrays; nothing is copied. */
sw_fronts sw_fronts_of(const sw_sparse_plan *plan) {
  return (sw_fronts){.n = plan->n,
                     .count = plan->fronts,
                     .order = array(plan, ORDER),
                     .place = array(plan, PLACE),
                     .first = array(plan, FIRST),
                     .row_at = array(plan, ROW_AT),
                     .row = array(plan, ROW),
                     .relative = array(plan, RELATIVE),
                     .parent = array(plan, PARENT),
                     .child_at = array(plan, CHILD_AT),
                     .child = array(plan, CHILD),
                     .factor_at = array(plan, FACTOR_AT),
                     .update_at = array(plan, UPDATE_AT),
                     .path_at = array(plan, PATH_AT),
                     .entry_at = array(plan, ENTRY_AT),
                     .entry = array(plan, ENTRY)};
}

const int32_t *sw_sparse_order(const sw_sparse_plan *plan) {
  return array(plan, ORDER);
}

/* The same arrays, to be filled. */
static void *fill(sw_sparse_plan *plan, int which) {
  return (char *)plan + plan->at[which];
}

/* ---- the tree ----------------------------------------------------------------------------- */

/* The front that eliminates each position, in `owner`. Positions of a front's pivots are
 * consecutive. */
static void find_owners(const sw_fronts *f, int32_t *owner) {
  for (int64_t s = 0; s < f->count; s++)
    for (int32_t k = f->first[s]; k < f->first[s + 1]; k++)
      owner[k] = (int32_t)s;
}

/* Where each row below the pivots stands in the parent's front. The pattern of a front below its
 * pivots is contained in its parent's: the property of the elimination tree that makes fronts work.
 * Both ascend, so one merge finds them. */
static void relate(const sw_fronts *f, int32_t *relative) {
  for (int64_t s = 0; s < f->count; s++) {
    if (f->parent[s] < 0) continue;
    const int32_t *at = f->row + f->row_at[f->parent[s]], *begin = at;
    int pivots = f->first[s + 1] - f->first[s];
    for (int64_t r = f->row_at[s] + pivots; r < f->row_at[s + 1]; r++) {
      while (*at < f->row[r])
        at++;
      relative[r] = (int32_t)(at - begin);
    }
  }
}

/* The parent of a front is the one that eliminates its first row below the pivots. */
static void link_tree(sw_sparse_plan *plan, const int32_t *owner) {
  sw_fronts f = sw_fronts_of(plan);
  int32_t *parent = fill(plan, PARENT), *child = fill(plan, CHILD);
  int64_t *child_at = fill(plan, CHILD_AT);
  for (int64_t s = 0; s < f.count; s++) {
    int64_t below = f.row_at[s] + f.first[s + 1] - f.first[s];
    parent[s] = below < f.row_at[s + 1] ? owner[f.row[below]] : -1;
    if (parent[s] >= 0) child_at[parent[s] + 1]++;
  }
  for (int64_t s = 0; s < f.count; s++)
    child_at[s + 1] += child_at[s];
  /* child_at[p + 1] was the end of p's children and walks down to their start. */
  for (int64_t s = f.count - 1; s >= 0; s--) /* from the last, so that children ascend */
    if (parent[s] >= 0) child[--child_at[parent[s] + 1]] = (int32_t)s;
  /* Each child_at[p + 1] now is where p's children begin: one place on, they are starts again. */
  for (int64_t s = 0; s < f.count; s++)
    child_at[s] = child_at[s + 1];
  child_at[f.count] = 0;
  for (int64_t s = 0; s < f.count; s++)
    child_at[f.count] += parent[s] >= 0;
  relate(&f, fill(plan, RELATIVE));
}

/* ---- memory ------------------------------------------------------------------------------- */

/* A pivot with m rows below it updates m x m numbers, two operations each. filter_plan.c compares
 * it with the n^3 of eigenvalues. */
static double flops_of(sw_front f) {
  double sum = 0;
  for (int k = 0; k < f.pivots; k++)
    sum += 2. * (f.rows - k - 1) * (f.rows - k - 1);
  return sum;
}

/* Updates wait on a stack. In post-order a front's children are done just before it, so their
 * updates lie on top: the front takes them, leaves its own, and `top` returns to the first child's
 * place. */
static void stack_updates(sw_sparse_plan *plan) {
  sw_fronts f = sw_fronts_of(plan);
  int64_t *update_at = fill(plan, UPDATE_AT), *factor_at = fill(plan, FACTOR_AT), top = 0;
  for (int64_t s = 0; s < f.count; s++) {
    sw_front front = sw_front_of(&f, s);
    int64_t rest = front.rows - front.pivots, size = front.rows * front.stride;
    if (f.child_at[s] < f.child_at[s + 1]) top = update_at[f.child[f.child_at[s]]];
    update_at[s] = top;
    top += rest * sw_front_stride(rest);
    if (top > plan->updates) plan->updates = top;
    if (size > plan->greatest) plan->greatest = size;
    /* keep() copies the update to its place after gather has read those of the children. */
    if (front.stride > plan->stride) plan->stride = front.stride;
    /* factor_at[0] is 0, as memory is zeroed. */
    factor_at[s + 1] = factor_at[s] + sw_front_factor(front);
    plan->flops += flops_of(front);
  }
  plan->factor = factor_at[f.count];
}

/* The inverse goes from the roots down: a front stands behind its parent's, over what is left of
 * the subtrees that are done. At most one path from a root is alive at a time. */
static void stack_paths(sw_sparse_plan *plan) {
  sw_fronts f = sw_fronts_of(plan);
  int64_t *path_at = fill(plan, PATH_AT);
  for (int64_t s = f.count - 1; s >= 0; s--) {
    path_at[s] = 0;
    if (f.parent[s] >= 0) {
      sw_front above = sw_front_of(&f, f.parent[s]);
      path_at[s] = path_at[f.parent[s]] + above.rows * above.stride;
    }
    sw_front front = sw_front_of(&f, s);
    int64_t end = path_at[s] + front.rows * front.stride;
    if (end > plan->path) plan->path = end;
  }
}

/* ---- entries ------------------------------------------------------------------------------ */

/* The row of a front at a position, which the front has: pivots are consecutive, the rest ascends.
 * O(log rows) where the position is below the pivots. */
static int32_t row_of(const sw_fronts *f, int64_t s, int32_t position) {
  const int32_t *row = f->row + f->row_at[s];
  int32_t pivots = f->first[s + 1] - f->first[s];
  if (position < f->first[s + 1]) return position - f->first[s];
  int32_t low = pivots, high = (int32_t)(f->row_at[s + 1] - f->row_at[s]) - 1;
  while (low < high) {
    int32_t middle = (low + high) / 2;
    if (row[middle] < position)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* An entry belongs to the front that eliminates the lesser of its two positions, so (i, j) and (j,
 * i) go together: counted in the first pass, placed in the second. Within a front entries keep the
 * order of the rows of V. */
static void deal_entries(sw_sparse_plan *plan, const int64_t *row_start, const int32_t *to,
                         const int32_t *owner) {
  sw_fronts f = sw_fronts_of(plan);
  int64_t *entry_at = fill(plan, ENTRY_AT);
  sw_sparse_entry *entry = fill(plan, ENTRY);
  for (int pass = 0; pass < 2; pass++) {
    for (int64_t i = 0; i < f.n; i++)
      for (int64_t e = row_start[i]; e < row_start[i + 1]; e++) {
        int32_t row = f.place[i], column = f.place[to[e]];
        int32_t s = owner[row < column ? row : column];
        if (pass == 0)
          entry_at[s + 1]++;
        else
          entry[entry_at[s]++] = (sw_sparse_entry){e, row_of(&f, s, row), row_of(&f, s, column)};
      }
    if (pass == 0)
      for (int64_t s = 0; s < f.count; s++)
        entry_at[s + 1] += entry_at[s];
  }
  memmove(entry_at + 1, entry_at, (size_t)f.count * sizeof *entry_at); /* ends back to starts */
  entry_at[0] = 0;
}

/* ---- create ------------------------------------------------------------------------------- */

/* Copies what CHOLMOD has found; `place` is the inverse of the order. */
static void copy_elimination(sw_sparse_plan *plan, const sw_elimination *e) {
  int32_t *place = fill(plan, PLACE);
  memcpy(fill(plan, ORDER), e->order, (size_t)e->n * sizeof *e->order);
  memcpy(fill(plan, FIRST), e->first, (size_t)(e->fronts + 1) * sizeof *e->first);
  memcpy(fill(plan, ROW_AT), e->row_at, (size_t)(e->fronts + 1) * sizeof *e->row_at);
  memcpy(fill(plan, ROW), e->row, (size_t)e->row_at[e->fronts] * sizeof *e->row);
  for (int64_t k = 0; k < e->n; k++)
    place[e->order[k]] = (int32_t)k;
}

/* Zeroed memory: link_tree and deal_entries count in place, and starts begin at 0. `owner` is
 * scratch of the making and not part of the plan. */
static sw_status make(sw_error *err, const sw_elimination *e, const int64_t *row_start,
                      const int32_t *to, sw_sparse_plan **out) {
  sw_sparse_plan head = {.n = e->n, .entries = row_start[e->n], .fronts = e->fronts};
  lay_out(&head, e->row_at[e->fronts]);
  int32_t *owner = NULL;
  SW_TRY(sw_alloc(err, (size_t)(e->n + 1), sizeof *owner, (void **)&owner));
  sw_status status = sw_calloc(err, head.bytes, 1, (void **)out);
  if (status == SW_OK) {
    **out = head;
    copy_elimination(*out, e);
    sw_fronts f = sw_fronts_of(*out);
    find_owners(&f, owner);
    link_tree(*out, owner);
    stack_updates(*out);
    stack_paths(*out);
    deal_entries(*out, row_start, to, owner);
  }
  sw_free(owner);
  return status;
}

/* The plan of a pattern of n rows: order, fronts, where entries go. The caller frees it. */
sw_status sw_sparse_plan_create(sw_error *err, int64_t n, const int64_t *row_start,
                                const int32_t *to, sw_sparse_plan **plan) {
  *plan = NULL;
  sw_elimination e;
  SW_TRY(sw_elimination_create(err, n, row_start, to, &e));
  sw_status status = make(err, &e, row_start, to, plan);
  sw_elimination_destroy(&e);
  return status;
}
