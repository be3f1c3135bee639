/* Sums over all pairs of an entry that its study asks for: `blocks`, `rings` and `centres` (see
 * plan/study/sums.h). They depend on neither how the pair pass walks nor what it keeps. Blocks
 * alone of undirected pairs are made by that pass where it walks the triangle
 * (plan/pairs/blocks.h), all else by a pass of its own behind it.
 *
 * Cost: every pair is evaluated once more, and summed once by group (a gathered read per pair) and
 * by ring. Rings alone cost nothing here where the pair pass walks a triangle: it makes
 * them of the pairs that it has (plan/pairs/rings.c). A task leaves its rows' numbers and, for
 * directed matrices with blocks, n sums of columns. Tasks are strips of rows of one group, about
 * 256 and one more per group; so a matrix holds n * (256 + groups) doubles at most, over all nodes,
 * and nothing of size n^2 or n * groups per strip. That is why rows go by group and not by code: a
 * strip of mixed rows would need n sums of columns for each group in it; and a second pass over
 * columns could not serve measures that compute whole rows. */
#ifndef SW_PLAN_SUMS_SUMS_H
#define SW_PLAN_SUMS_SUMS_H

#include "plan/task/state.h"

typedef struct sw_sums sw_sums;

/* After `resolve` and before sw_job_check: what the entry's sums rest on, and their axes. With
 * rings, `distance` is what they are measured by. Collective: `top` centres are found among all
 * units. Leaves run->sums[entry] NULL where nothing is asked for. */
sw_status sw_sums_bind(sw_error *err, sw_run *run, int entry, const sw_distance *distance);
/* All matrices of the entry, while its operands are in place. Collective. `wanted`, for `verify`:
 * not 0 for each task to compute, by sw_sums_count; then the rows of these alone are placed in
 * results by unit, and all else of them stays missing. NULL: all. */
sw_status sw_sums_run(sw_error *err, sw_run *run, int entry, const char *wanted);
/* Tasks of all matrices; 0 without sums. */
int64_t sw_sums_count(const sw_run *run, int entry);

/* The journal's region of an entry's sums, behind those of all passes, and the regions in all. */
int sw_sums_region(const sw_run *run, int entry);
void sw_sums_regions(const sw_run *run, int entry, sw_region *regions);

/* The output before q whose numbers an output of an entry has, too: an undirected unit receives
 * what it sends; -1: none. */
int sw_sums_same(const sw_run *run, int entry, int q);
/* For the estimate: bytes of slots and threads per node, and pairs evaluated; 0 without sums. */
double sw_sums_bytes(const sw_run *run, int entry);
double sw_sums_pairs(const sw_run *run, int entry);
/* The centres' codes in force, as many as sw_sums_centres says. */
int sw_sums_centres(const sw_run *run, int entry);
const char *sw_sums_centre(const sw_run *run, int entry, int index);

#endif
