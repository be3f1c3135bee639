/* Weights from coordinates: k nearest neighbours, inverse distances, distance bands and kernels on
 * the sphere.
 *
 * The ranks of a node make disjoint rows straight in the node's shared memory, threads share the
 * rows of a rank; every node makes all of them, so that none travel. A row depends
 * on nothing but its unit, so the bits do not depend on ranks or threads.
 *
 * Two passes: count the entries of each row, then, with the memory for all of them, fill.
 *
 * Complexity: O(n log n) for the tree and O(links log n) for the rows on average; n^2 without a
 * cutoff. Places are on the sphere, so distances are great-circle ones. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "kernel/space/neighbours.h"
#include "kernel/weights/nearby.h"
#include "kernel/weights/style.h"
#include "store/links/links.h"

/* Units above which inverse distances need a cutoff: n^2 links of 12 bytes, 4.8 GB on each node,
 * are certainly not intended. CLUMP: rows that a thread takes at a time. */
enum { ALL_PAIRS = 20000, CLUMP = 64 };

/* What is needed to make a row; const while rows are made. Read by all threads at once; `width` is
 * the only thing that they write, each its own rows. */
struct maker {
  const sw_weights_spec *spec;
  const sw_units *units;
  int64_t lo, hi;    /* rows of this rank, [lo, hi) */
  double *x, *y, *z; /* unit vectors of all units; one allocation, x */
  sw_kdtree *tree;   /* NULL: all pairs */
  double limit;      /* of a neighbour: squared chord; < 0: all pairs; 0: unused */
  double *width;     /* kernel: km at each unit, of this rank's rows; NULL: one for all */
  double one_width;
};

/* ---- what cannot be ---------------------------------------------------------------------- */

/* A unit without coordinates has no neighbours and is none; which matrix would be meant is not
 * clear, so it is refused. Linear; the first such unit is named. */
static sw_status check_places(sw_error *err, const sw_weights_spec *spec, const sw_units *units) {
  if (!units->lon || !units->lat)
    return sw_node_fail(err, spec->node,
                        "weights '%s' need coordinates; name the columns lon and lat under units",
                        spec->name);
  for (int64_t i = 0; i < units->n; i++)
    if (isnan(units->lon[i]) || isnan(units->lat[i]))
      return sw_node_fail(err, spec->node,
                          "weights '%s' need the coordinates of every unit; unit '%s' has none",
                          spec->name, sw_unit_code(units, i));
  return SW_OK;
}

/* The same on every rank, so no agreement is needed. Above ALL_PAIRS a matrix of inverse distances
 * has to be cut off by the study: the program does not choose a radius by itself. */
static sw_status check_spec(sw_error *err, const sw_weights_spec *spec, const sw_units *units) {
  SW_TRY(check_places(err, spec, units));
  long long n = units->n;
  bool by_number = spec->kind == SW_W_KNN || (spec->kind == SW_W_KERNEL && spec->k > 0);
  if (by_number && (spec->k < 1 || spec->k >= n))
    return sw_node_fail(err, spec->node,
                        "weights '%s': k is %lld and there are %lld units; k must be 1 .. %lld",
                        spec->name, (long long)spec->k, n, n - 1);
  if (spec->kind == SW_W_INVERSE_DISTANCE && !(spec->cutoff_km > 0) && n > ALL_PAIRS)
    return sw_node_fail(err, spec->node,
                        "weights '%s' would link all pairs of %lld units; above %d units give "
                        "cutoff_km",
                        spec->name, n, ALL_PAIRS);
  return SW_OK;
}

/* ---- this rank's rows -------------------------------------------------------------------- */

/* Rows of the node are divided evenly by number. Every rank has all vectors and a tree of its own:
 * 24 bytes per unit and the tree. On failure the caller closes what there is. Ranks differ by one
 * row at most. Vectors are made by every rank for itself: cheaper than to share them. */
static sw_status maker_open(sw_error *err, const sw_team *team, struct maker *maker) {
  int64_t n = maker->units->n;
  /* Ends of one rank are the beginnings of the next, none is left out. */
  maker->lo = n * team->node_rank / team->node_size;
  maker->hi = n * (team->node_rank + 1) / team->node_size;
  SW_TRY(sw_alloc(err, (size_t)n * 3, sizeof(double), (void **)&maker->x));
  maker->y = maker->x + n;
  maker->z = maker->y + n;
  sw_sphere_vectors(n, maker->units->lon, maker->units->lat, maker->x, maker->y, maker->z);
  double cutoff = maker->spec->kind == SW_W_BAND ? maker->spec->km : maker->spec->cutoff_km;
  /* No cutoff (0, or none given): every other unit is a neighbour and no tree is needed. */
  bool all = maker->spec->kind == SW_W_INVERSE_DISTANCE && !(cutoff > 0);
  maker->limit = all ? -1.0 : cutoff > 0 ? sw_neighbours_chord2_limit(cutoff) : 0.0;
  return all ? SW_OK : sw_kdtree_create(err, n, maker->x, maker->y, maker->z, &maker->tree);
}

/* NULL and zero do nothing, so it may follow any failure. */
static void maker_close(struct maker *maker) {
  sw_kdtree_destroy(maker->tree);
  sw_free(maker->x);
  sw_free(maker->width);
}

/* Units nearer than the kernel's width at unit i. A squared chord: the tree compares these, which
 * saves the arcsine of each distance. */
static double kernel_limit(const struct maker *maker, int64_t i) {
  return maker->width ? sw_nearby_chord2_below(maker->width[i - maker->lo]) : maker->limit;
}

/* The greatest distance to the k-th neighbour over this rank's rows; keeps each in `width`. Threads
 * have memory of their own for a search. False: there was none. O(k log n) for each row. `greatest`
 * is of this rank alone; the caller takes the largest of all. A maximum does not depend on its
 * order, so threads may be joined in any. */
static bool find_widths(const struct maker *maker, int64_t k, double *width, double *greatest) {
  double most = 0;
  bool enough = true;
#pragma omp parallel reduction(max : most) reduction(&& : enough)
  {
    int32_t *to = malloc((size_t)k * sizeof *to);
    double *chord2 = malloc((size_t)k * sizeof *chord2);
    /* Each thread's own, until the reduction joins them. */
    enough = to && chord2;
#pragma omp for schedule(dynamic, CLUMP)
    for (int64_t i = maker->lo; i < maker->hi; i++) {
      /* A loop of OpenMP cannot be left early: its other turns do nothing. */
      if (!to || !chord2) continue;
      double km = sw_nearby_width(maker->tree, i, k, to, chord2);
      if (width) width[i - maker->lo] = km;
      most = fmax(most, km);
    }
    free(to);
    free(chord2);
  }
  *greatest = most;
  return enough;
}

/* Collective for a width that is one for all and is to be found. With `fixed` the width is the
 * largest distance to a k-th neighbour of any unit: every unit then has k neighbours at least. With
 * km nothing is searched. maker->width is freed by maker_close. */
static sw_status open_kernel(sw_error *err, sw_team *team, struct maker *maker) {
  const sw_weights_spec *spec = maker->spec;
  double most = spec->km;
  sw_status status = SW_OK;
  if (spec->k > 0 && !spec->fixed)
    status = sw_alloc(err, (size_t)(maker->hi - maker->lo) + 1, sizeof *maker->width,
                      (void **)&maker->width);
  if (status == SW_OK && spec->k > 0 && !find_widths(maker, spec->k, maker->width, &most))
    status = sw_fail(err, SW_ENOMEM, "out of memory for weights '%s'", spec->name);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->max_f64(team, err, &most, 1));
  maker->one_width = most;
  maker->limit = sw_nearby_chord2_below(most);
  return SW_OK;
}

/* 1 where a unit stands in its own row. */
static int64_t has_own(const struct maker *maker) {
  return maker->spec->kind == SW_W_KERNEL && maker->spec->diagonal != SW_DIAGONAL_NONE;
}

/* row_start[i + 1] = entries of row i, for the rows of this rank: one place on, as the running sum
 * that follows wants them. Dynamic: rows differ much in cost. k nearest neighbours are k by
 * definition; others are counted by a search in the tree, which the filling repeats: cheaper than
 * to keep neighbours of unknown number. */
static void count_rows(const struct maker *maker, int64_t *row_start) {
#pragma omp parallel for schedule(dynamic, CLUMP)
  for (int64_t i = maker->lo; i < maker->hi; i++) {
    int64_t count = maker->units->n - 1;
    if (maker->spec->kind == SW_W_KNN)
      count = maker->spec->k;
    else if (maker->spec->kind == SW_W_KERNEL)
      count = sw_neighbours_count(maker->tree, i, kernel_limit(maker, i)) + has_own(maker);
    else if (maker->tree)
      count = sw_neighbours_count(maker->tree, i, maker->limit);
    row_start[i + 1] = count;
  }
}

/* Ascending, without i itself. */
static void all_others(int64_t n, int64_t i, int32_t *to) {
  for (int64_t j = 0; j < n; j++)
    if (j != i) to[j - (j > i)] = (int32_t)j;
}

/* `count` counts the unit itself where it is among them. `to` ends in ascending order with the unit
 * itself in its place. */
static void fill_kernel_row(const struct maker *maker, int64_t i, int64_t count, int32_t *to,
                            double *value) {
  const sw_weights_spec *spec = maker->spec;
  int64_t others = count - has_own(maker);
  double width = maker->width ? maker->width[i - maker->lo] : maker->one_width;
  sw_neighbours_within(maker->tree, i, kernel_limit(maker, i), others, to);
  sw_nearby_kernel_row(maker->x, maker->y, maker->z, i, others, to, spec->function, width, value);
  if (others == count) return;
  double own = spec->diagonal == SW_DIAGONAL_ONE ? 1 : sw_kernel_value(spec->function, 0);
  sw_nearby_put_own(i, others, to, value, own);
}

/* Fills row i. -1, or what is wrong: the place of the first entry that cannot be a weight; `count`
 * when the row has no finite sum. Called twice for a row that is wrong (fill_rows), so it must do
 * the same each time. Styles of a row are applied here, while its values are in cache. */
static int64_t fill_row(const struct maker *maker, int64_t i, int64_t count, int32_t *to,
                        double *value) {
  const sw_weights_spec *spec = maker->spec;
  int64_t wrong = -1;
  if (spec->kind == SW_W_KNN) {
    sw_neighbours_nearest(maker->tree, i, count, to, value);
    /* The search has left squared chords there: neighbours all weigh the same before the style. */
    for (int64_t k = 0; k < count; k++)
      value[k] = 1.0;
  } else if (spec->kind == SW_W_KERNEL) {
    fill_kernel_row(maker, i, count, to, value);
  } else if (spec->kind == SW_W_BAND) {
    sw_neighbours_within(maker->tree, i, maker->limit, count, to);
    for (int64_t k = 0; k < count; k++)
      value[k] = 1.0;
  } else {
    if (maker->tree)
      sw_neighbours_within(maker->tree, i, maker->limit, count, to);
    else
      all_others(maker->units->n, i, to);
    /* Not finite or zero: units at one point, or a power under which the value overflows or
     * vanishes. */
    wrong = sw_neighbours_inverse_distance_row(maker->x, maker->y, maker->z, i, count, to,
                                               spec->power, value);
  }
  /* Scaled here, in the order of `to`, so the sum has the same bits on any number of threads. */
  if (wrong < 0 && sw_style_by_row(spec->style) && !sw_links_style_row(value, count, spec->style))
    wrong = count;
  return wrong;
}

/* Says what fill_row found, in the words of the study. Always fails. */
static sw_status refuse_row(sw_error *err, const struct maker *maker, int64_t i, int64_t wrong,
                            int64_t count, const int32_t *to) {
  const sw_weights_spec *spec = maker->spec;
  const char *code = sw_unit_code(maker->units, i);
  if (wrong == count)
    return sw_node_fail(err, spec->node,
                        "weights '%s': the weights of unit '%s' have no finite sum", spec->name,
                        code);
  const char *other = sw_unit_code(maker->units, to[wrong]);
  /* Told apart from a power too large, since what to do about it differs. */
  if (sw_chord2(maker->x, maker->y, maker->z, i, to[wrong]) == 0.0)
    return sw_node_fail(err, spec->node,
                        "weights '%s': units '%s' and '%s' have the same coordinates, so their "
                        "distance is 0; give each unit its own",
                        spec->name, code, other);
  return sw_node_fail(err, spec->node,
                      "weights '%s': 1/distance^%g of units '%s' and '%s' is not a finite number "
                      "greater than 0; lower the power",
                      spec->name, spec->power, code, other);
}

/* Fills this rank's rows. On failure *first is the lowest row refused, which orders the ranks'
 * errors: the message is the same however many ranks and threads there are. Threads only note that
 * a row is wrong; it is made once more for the message. *first is INT64_MAX when all is well. Rows
 * of other ranks are not waited for here. */
static sw_status fill_rows(sw_error *err, const struct maker *maker, const int64_t *row_start,
                           int32_t *to, double *value, int64_t *first) {
  int64_t lowest = INT64_MAX;
#pragma omp parallel for schedule(dynamic, CLUMP) reduction(min : lowest)
  for (int64_t i = maker->lo; i < maker->hi; i++) {
    int64_t start = row_start[i], count = row_start[i + 1] - start;
    if (fill_row(maker, i, count, to + start, value + start) >= 0 && i < lowest) lowest = i;
  }
  *first = lowest;
  if (lowest == INT64_MAX) return SW_OK;
  int64_t start = row_start[lowest], count = row_start[lowest + 1] - start;
  int64_t wrong = fill_row(maker, lowest, count, to + start, value + start);
  return refuse_row(err, maker, lowest, wrong, count, to + start);
}

/* ---- together ---------------------------------------------------------------------------- */

/* By each node's first rank, of the rows that all ranks of the node have filled; the agreement is
 * the barrier behind it. Such styles need the whole matrix (its sum, column sums or an eigenvalue).
 * Every node does it for itself and gets the same bits. */
static sw_status style_whole(sw_error *err, sw_team *team, const struct maker *maker,
                             const int64_t *row_start, const int32_t *to, double *value) {
  const sw_weights_spec *spec = maker->spec;
  int64_t n = maker->units->n, wrong = -1;
  sw_status status = SW_OK;
  SW_TRY(sw_team_agree(team, err, team->node_barrier(team, err), 0));
  if (team->node_rank == 0 && row_start[n] > 0)
    status = sw_style_rows(err, n, row_start, to, value, spec->style, &wrong);
  if (status == SW_OK && wrong >= 0)
    status =
        sw_node_fail(err, spec->node,
                     "weights '%s': there is no finite sum or eigenvalue to scale by", spec->name);
  return sw_team_agree(team, err, status, 0);
}

/* Collective. row_start is shared by the node: ranks count their rows, one adds up, all fill.
 * row_start[n] is the number of links. Ranks of a node write disjoint parts, so no lock is needed;
 * the barriers order counting, adding and filling. */
static sw_status make_links(sw_error *err, sw_team *team, const struct maker *maker,
                            sw_links **links) {
  int64_t n = maker->units->n, first = 0, *row_start = NULL;
  int32_t *to = NULL;
  double *value = NULL;
  SW_TRY(sw_links_create(err, team, n, links, &row_start));
  count_rows(maker, row_start);
  SW_TRY(team->node_barrier(team, err));
  /* Between two barriers, as all ranks have written counts and all will read sums. */
  for (int64_t i = 0; team->node_rank == 0 && i < n; i++)
    row_start[i + 1] += row_start[i];
  SW_TRY(team->node_barrier(team, err));
  SW_TRY(sw_links_take_entries(err, team, *links, row_start[n], &to, &value));
  /* Of errors of the input the one with the lowest row is told. */
  sw_status status = fill_rows(err, maker, row_start, to, value, &first);
  SW_TRY(sw_team_agree(team, err, status, first));
  if (!sw_style_by_row(maker->spec->style))
    SW_TRY(style_whole(err, team, maker, row_start, to, value));
  return sw_links_finish(err, team, *links);
}

/* A band that leaves units alone is mostly too narrow: what would leave none alone is said.
 * Collective where it is. The advice is rounded up to a tenth of a km, so that it is enough. The
 * search for the nearest neighbour costs O(n log n) and is made in this case alone. */
static sw_status say(sw_error *err, sw_team *team, const struct maker *maker,
                     const sw_links *links) {
  const sw_weights_spec *spec = maker->spec;
  double most = 0;
  if (team->rank == 0)
    sw_log(SW_LOG_INFO, "%s: %lld links between %lld units, %lld without any", spec->name,
           (long long)links->row_start[links->n], (long long)links->n, (long long)links->islands);
  if (links->islands == 0 || spec->kind != SW_W_BAND) return SW_OK;
  sw_status status = SW_OK;
  if (!find_widths(maker, 1, NULL, &most))
    status = sw_fail(err, SW_ENOMEM, "out of memory for weights '%s'", spec->name);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->max_f64(team, err, &most, 1));
  if (team->rank == 0)
    sw_log(SW_LOG_WARN,
           "%s: %lld of %lld units have no other within %g km; km: %.1f would leave none alone",
           spec->name, (long long)links->islands, (long long)links->n, spec->km,
           ceil(most * 10) / 10);
  return SW_OK;
}

/* Collective; the same links on every node. On failure *links is NULL. */
sw_status sw_links_from_places(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                               const sw_units *units, sw_links **links) {
  *links = NULL;
  SW_TRY(check_spec(err, spec, units)); /* the same on every rank */
  struct maker maker = {.spec = spec, .units = units};
  sw_status status = sw_team_agree(team, err, maker_open(err, team, &maker), 0);
  if (status == SW_OK && spec->kind == SW_W_KERNEL) status = open_kernel(err, team, &maker);
  if (status == SW_OK) status = make_links(err, team, &maker, links);
  if (status == SW_OK) status = say(err, team, &maker, *links);
  maker_close(&maker);
  if (status != SW_OK) {
    sw_links_destroy(team, *links);
    *links = NULL;
  }
  return status;
}
