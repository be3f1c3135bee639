/* The table of units while it is made: texts and numbers by row, in code order. What sw_units
 * holds in the end is built from it once, when it is known which units stay. */
#ifndef SW_PANEL_UNIT_TABLE_H
#define SW_PANEL_UNIT_TABLE_H

#include "base/arena.h"
#include "spillway/panel.h"

typedef struct sw_unit_table {
  int64_t n;
  const char **code;             /* n, in byte order, each once */
  double *lon, *lat, *area;      /* n, or NULL */
  const char **name[SW_TONGUES]; /* n, or NULL */
  int n_groups;
  const char *const *group_name;
  const char ***group; /* n_groups arrays of n texts */
  int64_t n_members;   /* sw_units */
  const char *const *member, *const *member_of;
} sw_unit_table;

/* A table of n rows with the same columns as `like`, to be filled. */
sw_status sw_unit_table_make(sw_error *err, sw_arena *arena, const sw_unit_table *like, int64_t n,
                             sw_unit_table *out);
/* The rows index[0..n) of `from`, in that order. */
sw_status sw_unit_table_select(sw_error *err, sw_arena *arena, const sw_unit_table *from, int64_t n,
                               const int64_t *index, sw_unit_table *out);
/* Codes, keys and groupings as measures see them. */
sw_status sw_units_build(sw_error *err, sw_arena *arena, const sw_unit_table *table,
                         sw_units *units);

/* The unit of a code, by bisection, as units stand in the order of codes; -1: there is none. */
int64_t sw_units_find(const sw_units *units, const char *code);

/* n units by group, then by code: those of group g are (*unit)[(*start)[g] .. (*start)[g + 1]).
 * Without a grouping all are one group. */
sw_status sw_units_by_group(sw_error *err, sw_arena *arena, int64_t n, const sw_grouping *grouping,
                            const int64_t **start, const int32_t **unit);

/* Coarser units: `parent[i]` is the coarse unit of row i, whose codes are coarse[0..n_coarse).
 * Coordinates are means on the sphere, weighted by area where every member with coordinates has
 * one, else plain; members whose places cancel are refused; areas are summed; group labels must
 * agree where they are not empty; a name that members do not share is left empty. */
sw_status sw_unit_table_merge(sw_error *err, sw_arena *arena, const char *file,
                              const sw_unit_table *from, const int64_t *parent, int64_t n_coarse,
                              const char *const *coarse, sw_unit_table *out);

#endif
