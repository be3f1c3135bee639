/* See unit_table.h. The table is the same on every rank and every rank builds it whole, without
 * a message: so all loops run in code order, in which sums have one order.
 *
 * It is read from the units file or made of the panel's codes (store/units/units.c,
 * panel/universe.c), cut to the units in use, joined to coarser ones where the study says
 * `aggregate`, and becomes sw_units at the end. Texts are borrowed from the arena, never copied
 * with a row. */
#include "panel/unit_table.h"

#include "base/hash.h"
#include "kernel/space/sphere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns that `like` lacks are NULL in `out` too. Fresh rows are zero: a code of NULL, a longitude
 * of 0. Texts are pointers, so a table takes some tens of bytes a unit. */
sw_status sw_unit_table_make(sw_error *err, sw_arena *arena, const sw_unit_table *like, int64_t n,
                             sw_unit_table *out) {
  *out = (sw_unit_table){.n = n, .n_groups = like->n_groups, .group_name = like->group_name};
  out->n_members = like->n_members;
  out->member = like->member, out->member_of = like->member_of;
  SW_NEW(err, arena, out->code, n);
  if (like->lon) SW_NEW(err, arena, out->lon, n);
  if (like->lat) SW_NEW(err, arena, out->lat, n);
  if (like->area) SW_NEW(err, arena, out->area, n);
  for (int k = 0; k < SW_TONGUES; k++)
    if (like->name[k]) SW_NEW(err, arena, out->name[k], n);
  SW_NEW(err, arena, out->group, like->n_groups);
  for (int g = 0; g < like->n_groups; g++)
    SW_NEW(err, arena, out->group[g], n);
  return SW_OK;
}

/* `index` need not ascend: sorting a table is a selection in code order. O(n columns). Texts are
 * not copied. */
sw_status sw_unit_table_select(sw_error *err, sw_arena *arena, const sw_unit_table *from, int64_t n,
                               const int64_t *index, sw_unit_table *out) {
  SW_TRY(sw_unit_table_make(err, arena, from, n, out));
  for (int64_t i = 0; i < n; i++) {
    int64_t at = index[i];
    out->code[i] = from->code[at];
    if (out->lon) out->lon[i] = from->lon[at];
    if (out->lat) out->lat[i] = from->lat[at];
    if (out->area) out->area[i] = from->area[at];
    for (int k = 0; k < SW_TONGUES; k++)
      if (out->name[k]) out->name[k][i] = from->name[k][at];
    for (int g = 0; g < out->n_groups; g++)
      out->group[g][i] = from->group[g][at];
  }
  return SW_OK;
}

/* ---- groupings --------------------------------------------------------------------------- */

/* By bytes, not by the locale: the same on every machine. */
static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The text is one of the labels, so the search finds it. O(log n). */
static int label_of(const char *const *label, int n, const char *text) {
  const char **found = bsearch(&text, label, (size_t)n, sizeof *label, by_text);
  return (int)((const char *const *)found - label);
}

/* Labels in byte order, each once, then for each unit the number of its label. Measures see the
 * numbers, so the order of the labels must not depend on the file: relabelled or reordered rows
 * give the same groups. O(n log n) for the sort. An empty text is a label like any other. */
static sw_status build_grouping(sw_error *err, sw_arena *arena, const char *name, int64_t n,
                                const char *const *text, sw_grouping *out) {
  const char **label = NULL;
  int32_t *of = NULL;
  SW_NEW(err, arena, of, n);
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *label, (void **)&label));
  if (n) memcpy(label, text, (size_t)n * sizeof *label);
  qsort(label, (size_t)n, sizeof *label, by_text);
  int groups = 0;
  for (int64_t i = 0; i < n; i++)
    if (i == 0 || strcmp(label[i], label[groups - 1]) != 0) label[groups++] = label[i];
  const char **kept = NULL;
  /* The list of all n labels was for sorting only; the arena gets those that are left. */
  sw_status status = sw_arena_alloc(err, arena, (size_t)groups, sizeof *kept, (void **)&kept);
  if (!status && groups) memcpy(kept, label, (size_t)groups * sizeof *kept);
  sw_free(label);
  if (status) return status;
  for (int64_t i = 0; i < n; i++)
    of[i] = label_of(kept, groups, text[i]);
  *out = (sw_grouping){.name = name, .n_groups = groups, .label = kept, .of = of};
  return SW_OK;
}

/* One text for all codes, each with its terminating zero: a table of a hundred thousand units is
 * three arrays, not a hundred thousand pieces. `key` is the hash that random numbers of a unit
 * depend on: its code, not its place. sw_hash64 of the code: a unit draws the same numbers in a
 * panel with more units or fewer. */
static sw_status build_codes(sw_error *err, sw_arena *arena, const sw_unit_table *table,
                             sw_units *units) {
  int64_t *at = NULL;
  uint64_t *key = NULL;
  char *text = NULL;
  SW_NEW(err, arena, at, table->n + 1);
  SW_NEW(err, arena, key, table->n);
  /* at[i + 1] is where code i ends: its text, then a zero. */
  for (int64_t i = 0; i < table->n; i++)
    at[i + 1] = at[i] + (int64_t)strlen(table->code[i]) + 1;
  SW_NEW(err, arena, text, at[table->n]);
  for (int64_t i = 0; i < table->n; i++) {
    size_t length = (size_t)(at[i + 1] - at[i]) - 1;
    memcpy(text + at[i], table->code[i], length + 1);
    key[i] = sw_hash64(table->code[i], length, 0);
  }
  units->n = table->n;
  units->text = text;
  units->code_at = at;
  units->key = key;
  return SW_OK;
}

/* Coordinates and areas are borrowed from the table, which must live in the same arena. The groups
 * are numbered in the order of their labels. */
sw_status sw_units_build(sw_error *err, sw_arena *arena, const sw_unit_table *table,
                         sw_units *units) {
  *units = (sw_units){.lon = table->lon, .lat = table->lat, .area = table->area};
  for (int k = 0; k < SW_TONGUES; k++)
    units->name[k] = table->name[k];
  units->n_members = table->n_members;
  units->member = table->member, units->member_of = table->member_of;
  SW_TRY(build_codes(err, arena, table, units));
  sw_grouping *grouping = NULL;
  SW_NEW(err, arena, grouping, table->n_groups);
  for (int g = 0; g < table->n_groups; g++)
    SW_TRY(
        build_grouping(err, arena, table->group_name[g], table->n, table->group[g], &grouping[g]));
  units->n_groupings = table->n_groups;
  units->grouping = grouping;
  return SW_OK;
}

/* Binary search, as codes ascend by bytes. -1: no such unit. */
int64_t sw_units_find(const sw_units *units, const char *code) {
  int64_t lo = 0, hi = units->n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (strcmp(sw_unit_code(units, middle), code) < 0)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo < units->n && strcmp(sw_unit_code(units, lo), code) == 0 ? lo : -1;
}

/* A counting sort; units of a group stay in the order of codes. NULL: all units are one group.
 * *start has one place for each group and one more. */
sw_status sw_units_by_group(sw_error *err, sw_arena *arena, int64_t n, const sw_grouping *grouping,
                            const int64_t **start, const int32_t **unit) {
  int groups = grouping ? grouping->n_groups : 1;
  int64_t *first = NULL, *at = NULL;
  int32_t *sorted = NULL;
  SW_NEW(err, arena, first, groups + 1);
  SW_NEW(err, arena, at, groups + 1);
  SW_NEW(err, arena, sorted, n);
  for (int64_t i = 0; i < n; i++)
    first[(grouping ? grouping->of[i] : 0) + 1]++;
  for (int g = 0; g < groups; g++)
    at[g + 1] = first[g + 1] += first[g];
  for (int64_t i = 0; i < n; i++)
    sorted[at[grouping ? grouping->of[i] : 0]++] = (int32_t)i;
  *start = first;
  *unit = sorted;
  return SW_OK;
}

/* ---- coarser units ----------------------------------------------------------------------- */

/* The members of a coarse unit that have coordinates, for its place. Sums of vectors on the sphere;
 * the place is their direction. */
typedef struct centroid {
  int64_t members, first;        /* that have coordinates; the first of them */
  bool no_area, apart;           /* one of them has no area; not all are at one place */
  sw_sphere_sum plain, weighted; /* by area */
} centroid;

/* A member without coordinates says nothing about the place. Its area still counts in the area of
 * the coarse unit, which the caller adds up. `apart` compares with the first member alone: all at
 * one place is all that counts. */
static void add_member(centroid *place, const sw_unit_table *from, int64_t i) {
  if (!from->lon || !from->lat || isnan(from->lon[i]) || isnan(from->lat[i])) return;
  double area = from->area ? from->area[i] : NAN;
  if (place->members++ == 0) place->first = i;
  place->apart |=
      from->lon[i] != from->lon[place->first] || from->lat[i] != from->lat[place->first];
  sw_sphere_add(&place->plain, 1, from->lon[i], from->lat[i]);
  if (isnan(area))
    place->no_area = true;
  else
    sw_sphere_add(&place->weighted, area, from->lon[i], from->lat[i]);
}

/* Means on the sphere, weighted by area, or plain means where a member lacks its area: weighing
 * only some of them would weigh by accident. One place is its own mean, to the bit. Without a
 * member that has coordinates the place is missing. False: the members have places, but no mean of
 * them. A coarse unit of members with area 0 is taken by the plain mean as well. */
static bool settle(const centroid *place, const sw_unit_table *from, sw_unit_table *out,
                   int64_t i) {
  if (!out->lon || !out->lat) return true;
  out->lon[i] = place->members ? from->lon[place->first] : NAN;
  out->lat[i] = place->members ? from->lat[place->first] : NAN;
  if (!place->apart) return true;
  bool weighted = !place->no_area && place->weighted.weight > 0;
  return sw_sphere_mean(weighted ? &place->weighted : &place->plain, &out->lon[i], &out->lat[i]);
}

/* The label of grouping g for each coarse unit. Members may leave it empty, but those that have one
 * must agree. member[p] is the row whose label stands for coarse unit p so far, or -1, so that a
 * message can name both units of a contradiction. O(n) for each grouping. */
static sw_status merge_labels(sw_error *err, const char *file, const sw_unit_table *from,
                              const int64_t *parent, sw_unit_table *out, int g, int64_t *member) {
  for (int64_t p = 0; p < out->n; p++)
    member[p] = -1;
  for (int64_t i = 0; i < from->n; i++) {
    const char *label = from->group[g][i];
    int64_t *first = &member[parent[i]];
    /* An empty label contradicts no other. */
    if (!*label) continue;
    if (*first < 0) {
      *first = i;
      out->group[g][parent[i]] = label;
    } else if (strcmp(label, out->group[g][parent[i]]) != 0) {
      return sw_fail(err, SW_EINPUT,
                     "%s: %s of %s: unit %s is in '%s' and unit %s in '%s'; units that `aggregate` "
                     "sums into one must be in one group, or in none",
                     file, from->group_name[g], out->code[parent[i]], from->code[*first],
                     out->group[g][parent[i]], from->code[i], label);
    }
  }
  return SW_OK;
}

/* The name that all members of a coarse unit share: most tables repeat it on each of their rows.
 * Members that have different names leave it empty: none of them is the name of the whole. */
static void merge_names(const sw_unit_table *from, const int64_t *parent, sw_unit_table *out,
                        int tongue) {
  const char **name = out->name[tongue];
  if (!name) return;
  for (int64_t i = 0; i < from->n; i++) {
    const char *own = from->name[tongue][i], **all = &name[parent[i]];
    *all = !*all || strcmp(*all, own) == 0 ? own : "";
  }
}

/* `file` is the units file, for messages. A member without an area makes the sum of areas NaN.
 * Members without an area leave the coarse unit without one, since a sum of some would be too
 * small. Messages name the units file. */
sw_status sw_unit_table_merge(sw_error *err, sw_arena *arena, const char *file,
                              const sw_unit_table *from, const int64_t *parent, int64_t n_coarse,
                              const char *const *coarse, sw_unit_table *out) {
  SW_TRY(sw_unit_table_make(err, arena, from, n_coarse, out));
  centroid *places = NULL;
  int64_t *member = NULL;
  SW_NEW(err, arena, places, n_coarse);
  SW_NEW(err, arena, member, n_coarse);
  for (int64_t i = 0; i < from->n; i++) {
    add_member(&places[parent[i]], from, i);
    if (out->area) out->area[parent[i]] += from->area[i];
  }
  /* An empty label until a member brings one. */
  for (int64_t p = 0; p < n_coarse; p++) {
    out->code[p] = coarse[p];
    if (!settle(&places[p], from, out, p))
      return sw_fail(err, SW_EINPUT,
                     "%s: the members of %s that `aggregate` sums lie on opposite sides of the "
                     "Earth and have no mean place; sum them into several units, or leave `lon` "
                     "and `lat` out",
                     file, coarse[p]);
    for (int g = 0; g < out->n_groups; g++)
      out->group[g][p] = "";
  }
  for (int k = 0; k < SW_TONGUES; k++)
    merge_names(from, parent, out, k);
  for (int g = 0; g < out->n_groups; g++)
    SW_TRY(merge_labels(err, file, from, parent, out, g, member));
  return SW_OK;
}
