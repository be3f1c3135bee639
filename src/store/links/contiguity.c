/* Contiguity out of the units' polygons. Rank 0 alone reads the file and makes the rows, which are
 * few bytes beside the polygons; then all nodes get them.
 *
 * With `aggregate` the polygons may be those of the members: coarse units are neighbours where any
 * of their members are, as if the borders within them were dissolved.
 *
 * A map may hold more than the panel's units: those are left out and counted. A unit of the panel
 * that has no polygon is refused, as a code written in another way would make it an island;
 * `unmatched: drop` allows it.
 *
 * Complexity: O(features) look-ups for the matching and what kernel/weights needs for the rows (a
 * sort of vertices). Memory on rank 0: the polygons once; rings are kept in place, and everything
 * is freed before the rows travel. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/weights/combine.h"
#include "store/links/links.h"
#include "store/polygons/polygons.h"

enum { NAMED = 10 }; /* units that a line names at most */

/* Worst of the polygons that a unit has; EMPTY only where it has no other. Not a state of
 * sw_polygon_state, which are small numbers. */
enum { LACKING = 255 };

/* What rank 0 works on. */
typedef struct job {
  const sw_study *study;
  const sw_weights_spec *spec;
  const sw_polygons_spec *from;
  const sw_units *units;
  sw_polygons polygons;
  sw_links_list list; /* for its codes */
  uint8_t *state;     /* of each unit: sw_polygon_state, or LACKING */
  int64_t left_out;   /* features of no unit */
  bool of_members;    /* the polygons are of members of the units */
  int64_t lacking;    /* members without one */
  double snap;
} job;

/* Codes that features are looked up by: of the units, or of their members. */
typedef struct codes {
  int64_t n;
  const sw_map *at;
  const sw_code_forms *forms;
  const char *const *code;
  int64_t *feature; /* n: the first of each; -1: none */
} codes;

/* ---- which polygon is whose -------------------------------------------------------------- */

/* Always fails. Two features of one unit are mostly a mistake in the map, as islands should be
 * parts of one. */
static sw_status refuse_second(sw_error *err, const job *j, int64_t first, int64_t second) {
  const sw_polygons *p = &j->polygons;
  return sw_node_fail(err, j->from->node,
                      "polygons: %s: features %lld and %lld both have %s '%s'; make them one "
                      "polygon of several parts",
                      j->from->file, (long long)p->id[first], (long long)p->id[second],
                      j->from->key, p->key[second]);
}

/* The code of feature f, -1: none. A code that differs from one of the panel's only in form
 * (leading zeros, blanks, case) is refused with both spellings: it is meant, and would silently
 * become an island. */
static sw_status find_code(sw_error *err, const job *j, const codes *by, int64_t f, int64_t *code) {
  const char *key = j->polygons.key[f];
  char words[SW_CODE_WORDS];
  size_t length = strlen(key);
  *code = sw_map_find(by->at, key, length);
  int64_t twin = *code < 0 ? sw_code_forms_find(by->forms, key, length) : -1;
  if (twin < 0) return SW_OK;
  return sw_node_fail(err, j->from->node,
                      "polygons: %s: '%s' and '%s' of the panel %s; " SW_CODE_CURE, j->from->file,
                      key, by->code[twin], sw_code_differs(key, by->code[twin], words));
}

/* The worst state wins: INVALID is told even where another feature of the unit is sound. */
static void add_state(job *j, int64_t unit, uint8_t state) {
  uint8_t *all = &j->state[unit];
  if (*all == LACKING || *all == SW_POLYGON_EMPTY || state == SW_POLYGON_INVALID) *all = state;
}

/* unit[f]: of feature f, -1: of none. A member may be of a unit that was dropped. Serves units and
 * members alike: `by` says whose codes the features have. A member is looked up once more, by the
 * code of its unit. j->state is by unit, j->left_out counts features. */
static sw_status match(sw_error *err, job *j, const codes *by, int32_t *unit) {
  const sw_units *units = j->units;
  memset(j->state, LACKING, (size_t)units->n);
  for (int64_t k = 0; k < by->n; k++)
    by->feature[k] = -1;
  for (int64_t f = 0; f < j->polygons.n; f++) {
    int64_t k, i;
    SW_TRY(find_code(err, j, by, f, &k));
    /* Two features of one code: neither is more the unit's than the other. */
    if (k >= 0 && by->feature[k] >= 0) return refuse_second(err, j, by->feature[k], f);
    if (k >= 0) by->feature[k] = f;
    /* From a member on to the unit that it is summed to; -1 where that was dropped. */
    i = k;
    if (k >= 0 && j->of_members)
      i = sw_map_find(j->list.unit_of, units->member_of[k], strlen(units->member_of[k]));
    unit[f] = (int32_t)i;
    j->left_out += i < 0;
    if (i >= 0) add_state(j, i, j->polygons.state[f]);
  }
  for (int64_t k = 0; j->of_members && k < by->n; k++)
    j->lacking += by->feature[k] < 0;
  return SW_OK;
}

/* How many features a map of codes knows. O(features); compares two readings of the map, nothing is
 * changed. */
static int64_t count_known(const job *j, const sw_map *at) {
  int64_t count = 0;
  for (int64_t f = 0; f < j->polygons.n; f++)
    count += sw_map_find(at, j->polygons.key[f], strlen(j->polygons.key[f])) >= 0;
  return count;
}

/* By members where more of these are known: the code of a city may be that of its first county.
 * Only where the panel is aggregated. *done says whether this reading was taken; if not, nothing
 * has been changed. Ties go to the units' own codes. The forms of codes may have twins here, which
 * is no error: members are not the panel's units. */
static sw_status match_members(sw_error *err, job *j, int32_t *unit, bool *done) {
  const sw_units *units = j->units;
  codes by = {.n = units->n_members, .code = units->member};
  sw_map *at = NULL;
  sw_code_forms *forms = NULL;
  int64_t existing, twin[2];
  sw_status status = sw_map_create(err, (size_t)by.n, &at);
  for (int64_t k = 0; status == SW_OK && k < by.n; k++)
    status = sw_map_put(err, at, by.code[k], strlen(by.code[k]), k, &existing);
  if (status == SW_OK) j->of_members = count_known(j, at) > count_known(j, j->list.unit_of);
  if (status == SW_OK && j->of_members) {
    status = sw_code_forms_create(err, by.code, by.n, twin, &forms);
    by.at = at, by.forms = forms;
    if (status == SW_OK)
      status = sw_alloc(err, (size_t)by.n, sizeof *by.feature, (void **)&by.feature);
    if (status == SW_OK) status = match(err, j, &by, unit);
  }
  *done = j->of_members;
  sw_free(by.feature);
  sw_code_forms_destroy(forms);
  sw_map_destroy(at);
  return status;
}

/* By codes of units: without members, or where the map is of the coarse units. The plain case. */
static sw_status match_units(sw_error *err, job *j, int32_t *unit) {
  codes by = {
      .n = j->units->n, .at = j->list.unit_of, .forms = j->list.forms, .code = j->list.code};
  SW_TRY(sw_alloc(err, (size_t)by.n, sizeof *by.feature, (void **)&by.feature));
  sw_status status = match(err, j, &by, unit);
  sw_free(by.feature);
  return status;
}

/* A map of which no feature is known has the wrong field, which is said before any unit is named.
 * Only `unmatched: drop` lets a unit be without a polygon; members may lack theirs, as their unit
 * has others. */
static sw_status refuse_lacking(sw_error *err, const job *j) {
  bool coarse = j->units->n_members > 0;
  if (j->left_out == j->polygons.n)
    return sw_node_fail(
        err, j->from->node,
        "polygons: no %s of %s is a unit of the panel (the first is '%s'; a unit is '%s'%s%s%s); "
        "name the field with the codes by `key`",
        j->from->key, j->from->file, j->polygons.n ? j->polygons.key[0] : "",
        sw_unit_code(j->units, 0), coarse ? ", a member '" : "", coarse ? j->units->member[0] : "",
        coarse ? "'" : "");
  for (int64_t i = 0; i < j->units->n; i++)
    if (j->state[i] == LACKING && !j->list.may_lack)
      return sw_node_fail(err, j->from->node,
                          "polygons: %s has no polygon for unit '%s' of the panel; correct the "
                          "code, or write `unmatched: drop` under units to leave it without links",
                          j->from->file, sw_unit_code(j->units, i));
  return SW_OK;
}

/* Rings of the panel's units alone, in place. The order of rings stays that of the file. No memory
 * is taken: kept rings move to the front, and arrays only shrink in use. */
static void keep_rings(sw_polygons *p, const int32_t *unit, sw_rings *rings) {
  int64_t kept = 0, points = 0;
  for (int64_t r = 0; r < p->n_rings; r++) {
    int64_t start = p->start[r], count = p->start[r + 1] - start;
    int32_t owner = unit[p->feature[r]];
    if (owner < 0) continue;
    memmove(p->x + points, p->x + start, (size_t)count * sizeof *p->x);
    memmove(p->y + points, p->y + start, (size_t)count * sizeof *p->y);
    p->feature[kept] = owner;
    p->start[kept++] = points; /* never beyond r, which is read already */
    points += count;
  }
  p->start[kept] = points;
  p->n_rings = kept, p->n_points = points;
  rings->n_rings = kept, rings->n_points = points;
  rings->start = p->start, rings->unit = p->feature;
  rings->x = p->x, rings->y = p->y;
}

/* ---- what is said ------------------------------------------------------------------------ */

/* ": 02016, 15001, ..." of the units that are; how many there are. `is` tells what is counted.
 * `text` is cut after NAMED codes, with dots; the count is of all. */
static int64_t name_units(const job *j, bool (*is)(const job *, const sw_link_rows *, int64_t),
                          const sw_link_rows *rows, char *text, size_t room) {
  int64_t count = 0;
  size_t used = 0;
  *text = '\0';
  for (int64_t i = 0; i < j->units->n; i++) {
    if (!is(j, rows, i)) continue;
    if (count++ < NAMED && used < room)
      used += (size_t)snprintf(text + used, room - used, "%s%s", count > 1 ? ", " : "",
                               sw_unit_code(j->units, i));
  }
  if (count > NAMED && used < room) snprintf(text + used, room - used, ", ...");
  return count;
}

static bool is_island(const job *j, const sw_link_rows *rows, int64_t i) {
  (void)j;
  return rows->row_start[i + 1] == rows->row_start[i];
}

static bool is_invalid(const job *j, const sw_link_rows *rows, int64_t i) {
  (void)rows;
  return j->state[i] == SW_POLYGON_INVALID;
}

static bool is_empty(const job *j, const sw_link_rows *rows, int64_t i) {
  (void)rows;
  return j->state[i] == SW_POLYGON_EMPTY;
}

static bool is_lacking(const job *j, const sw_link_rows *rows, int64_t i) {
  (void)rows;
  return j->state[i] == LACKING;
}

/* On rank 0, once the rows are made. Everything that the user should look at has a line of its own:
 * islands, invalid and empty polygons, units and members without one, features left over. Polygons
 * that are fine make one line. */
static void say(const job *j, const sw_link_rows *rows) {
  const char *name = j->spec->name, *file = j->from->file;
  char text[512];
  int64_t n = j->units->n, count = rows->row_start[n];
  sw_log(SW_LOG_INFO, "%s: %lld links between %lld units; vertices within %g%s are one%s", name,
         (long long)count, (long long)n, j->snap,
         j->polygons.degrees ? " degrees" : " (in the unit of the map)",
         j->polygons.is_guess ? "; the file names no coordinate system" : "");
  if (j->of_members)
    sw_log(SW_LOG_INFO,
           "%s: the polygons of %s are of members; units are neighbours where any of "
           "their members are",
           name, file);
  if (j->lacking > 0)
    sw_log(SW_LOG_WARN, "%s: %lld member%s of the units %s no polygon in %s", name,
           (long long)j->lacking, j->lacking == 1 ? "" : "s", j->lacking == 1 ? "has" : "have",
           file);
  if ((count = name_units(j, is_island, rows, text, sizeof text)))
    sw_log(SW_LOG_INFO, "%s: %lld unit%s no other: %s", name, (long long)count,
           count == 1 ? " touches" : "s touch", text);
  if ((count = name_units(j, is_invalid, rows, text, sizeof text)))
    sw_log(SW_LOG_WARN,
           "%s: %lld polygon%s of %s not valid (borders cross or touch themselves) and %s taken as "
           "%s: %s",
           name, (long long)count, count == 1 ? "" : "s", file, count == 1 ? "is" : "are",
           count == 1 ? "it is" : "they are", text);
  if ((count = name_units(j, is_empty, rows, text, sizeof text)))
    sw_log(SW_LOG_WARN, "%s: %lld unit%s an empty polygon in %s and no links: %s", name,
           (long long)count, count == 1 ? " has" : "s have", file, text);
  if ((count = name_units(j, is_lacking, rows, text, sizeof text)))
    sw_log(SW_LOG_WARN, "%s: %lld unit%s no polygon in %s and no links: %s", name, (long long)count,
           count == 1 ? " has" : "s have", file, text);
  if (j->left_out > 0)
    sw_log(SW_LOG_INFO, "%s: %lld polygon%s of %s that are of no unit of the panel %s left out",
           name, (long long)j->left_out, j->left_out == 1 ? "" : "s", file,
           j->left_out == 1 ? "is" : "are");
}

/* Longitude and latitude exchanged, or another coordinate system, show where the table of units has
 * places: most of them lie far from their polygons. Contiguity is right all the same. By the first
 * point of each ring: exact enough for a difference of 20 degrees. Longitudes are compared round
 * the globe, so 179 and -179 are near. A half of the rings is the limit, as a few units have places
 * far from their land. */
static void say_elsewhere(const job *j, const sw_rings *rings) {
  const sw_units *units = j->units;
  int64_t outside = 0, looked = 0;
  if (!units->lon || !units->lat || !rings->degrees) return;
  for (int64_t r = 0; r < rings->n_rings; r++) {
    double lon = units->lon[rings->unit[r]], lat = units->lat[rings->unit[r]];
    double dx = rings->x[rings->start[r]] - lon, dy = rings->y[rings->start[r]] - lat;
    if (isnan(lon) || isnan(lat)) continue;
    looked++;
    outside += fabs(dx - 360 * round(dx / 360)) > 20 || fabs(dy) > 20;
  }
  if (2 * outside > looked)
    sw_log(SW_LOG_WARN,
           "%s: most polygons of %s lie over 20 degrees from lon and lat of their units; are "
           "longitude and latitude exchanged, or is it another coordinate system?",
           j->spec->name, j->from->file);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Neighbours of neighbours, where the study asks for them. `near` borrows the rows; they are freed
 * when the farther ones are made. */
static sw_status further(sw_error *err, const sw_weights_spec *spec, sw_link_rows *rows) {
  if (spec->q == 1) return SW_OK;
  sw_links near = {
      .n = rows->n, .row_start = rows->row_start, .to = rows->to, .value = rows->value};
  sw_link_rows far;
  SW_TRY(sw_higher_order_rows(err, &near, spec->q, spec->lower, &far));
  sw_links_rows_destroy(rows);
  *rows = far;
  return SW_OK;
}

/* The order: whose polygons they are; what is missing; then geometry, which costs most. snap of the
 * study is in the map's unit; the default in metres is turned into it. */
static sw_status make_rows(sw_error *err, job *j, int32_t *unit, sw_link_rows *rows) {
  const sw_weights_spec *spec = j->spec;
  bool done = false;
  if (j->units->n_members > 0) SW_TRY(match_members(err, j, unit, &done));
  if (!done) SW_TRY(match_units(err, j, unit));
  SW_TRY(refuse_lacking(err, j));
  sw_rings rings = {.n = j->units->n, .degrees = j->polygons.degrees};
  keep_rings(&j->polygons, unit, &rings);
  j->snap = spec->snap >= 0       ? spec->snap
            : j->polygons.degrees ? SW_SNAP_DEGREES
                                  : SW_SNAP_METRES / j->polygons.metres;
  say_elsewhere(j, &rings);
  SW_TRY(sw_contiguity_rows(err, &rings, spec->rule, j->snap, spec->meet, rows));
  sw_status status = further(err, spec, rows);
  if (status == SW_OK && rows->row_start[rows->n] == 0)
    status = sw_node_fail(err, spec->node,
                          "weights '%s': no polygons of %s touch; is `snap` too "
                          "small, or do their borders differ?",
                          spec->name, j->from->file);
  if (status != SW_OK) sw_links_rows_destroy(rows);
  return status;
}

/* On rank 0. Everything but the rows is freed here on all paths; *rows is empty after a failure. */
static sw_status read_rows(sw_error *err, job *j, sw_link_rows *rows) {
  sw_arena *arena = NULL;
  int32_t *unit = NULL;
  sw_status status = sw_arena_create(err, &arena);
  if (status == SW_OK) status = sw_polygons_read(err, arena, j->from, true, &j->polygons);
  if (status == SW_OK)
    status = sw_links_list_create(err, j->from->file, j->study, j->units, false, &j->list);
  if (status == SW_OK) status = sw_alloc(err, (size_t)j->units->n, 1, (void **)&j->state);
  if (status == SW_OK) status = sw_alloc(err, (size_t)j->polygons.n, sizeof *unit, (void **)&unit);
  if (status == SW_OK) status = make_rows(err, j, unit, rows);
  if (status == SW_OK) say(j, rows);
  sw_free(unit);
  sw_free(j->state);
  sw_links_list_destroy(&j->list);
  sw_polygons_destroy(&j->polygons);
  sw_arena_destroy(arena);
  return status;
}

/* Collective. What rank 0 could not do is agreed on where rows are shared. */
sw_status sw_links_from_polygons(sw_error *err, sw_team *team, const sw_study *study,
                                 const sw_weights_spec *spec, const sw_units *units,
                                 sw_links **links) {
  job j = {.study = study, .spec = spec, .from = &study->units.polygons, .units = units};
  sw_link_rows rows = {0};
  sw_status status = team->rank == 0 ? read_rows(err, &j, &rows) : SW_OK;
  return sw_links_share_made(err, team, spec, units, status, &rows, links);
}
