/* Rows to the ranks that own their units, in rounds of at most ROUND bytes a rank, so that what is
 * in flight does not grow with the panel. The receiver sees duplicates: it keeps, for each cell,
 * the lowest line seen, which makes the reported pair independent of the order of arrival. */
#include "store/panel_build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUND = 8 << 20 };

/* What travels before a row's values. */
typedef struct row_head {
  int32_t unit; /* of the table */
  int32_t slot; /* long: the panel's period; wide: the file column */
  int64_t line;
} row_head;

typedef struct duplicate_row {
  int64_t first, second; /* lines; second 0: none */
  row_head head;
} duplicate_row;

typedef struct sending {
  sw_panel_build *build;
  sw_panel_rows *rows;
  const int64_t *unit_of;
  int *period_of; /* of each value (wide) or local period (long) */
  size_t size;    /* of a row */
  int64_t per_round;
  int64_t n_slots;
  int64_t *line; /* [slot][unit here]: lowest line seen, 0: none */
  size_t *sent, *received, *at;
  duplicate_row duplicate;
} sending;

static sw_status map_periods(sw_error *err, sending *out) {
  const sw_panel_rows *rows = out->rows;
  int64_t n = rows->wide ? rows->width : rows->periods.n;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *out->period_of, (void **)&out->period_of));
  for (int64_t i = 0; i < n; i++) {
    const char *label = rows->wide ? rows->label[i] : rows->periods.text[i];
    /* -1 where only units that are not in the panel have the period */
    out->period_of[i] = (int)sw_map_find(out->build->period_of, label, strlen(label));
  }
  return SW_OK;
}

static sw_status start(sw_error *err, sending *out) {
  const sw_panel_build *build = out->build;
  size_t ranks = (size_t)build->team->size;
  out->size = sizeof(row_head) + (size_t)out->rows->width * sizeof(double);
  out->per_round = ROUND / (int64_t)out->size > 0 ? ROUND / (int64_t)out->size : 1;
  out->n_slots = out->rows->wide ? build->plan.n_raw : build->panel->periods.n;
  SW_TRY(map_periods(err, out));
  SW_TRY(sw_alloc(err, 3 * ranks, sizeof *out->sent, (void **)&out->sent));
  out->received = out->sent + ranks;
  out->at = out->received + ranks;
  return sw_calloc(err, (size_t)(out->n_slots * build->n_here), sizeof *out->line,
                   (void **)&out->line);
}

/* ---- one round --------------------------------------------------------------------------- */

static int64_t unit_at(const sending *out, int64_t row) {
  return out->unit_of[out->rows->unit[row]];
}

/* Rows [lo, hi) by receiver; those of units that are not in the panel stay behind. */
static sw_status pack(sw_error *err, sending *out, int64_t lo, int64_t hi, char **bytes) {
  const sw_panel_rows *rows = out->rows;
  int ranks = out->build->team->size;
  for (int r = 0; r < ranks; r++)
    out->sent[r] = 0;
  size_t all = 0;
  for (int64_t i = lo; i < hi; i++) {
    int64_t unit = unit_at(out, i);
    if (unit < 0) continue;
    out->sent[out->build->owner[unit]] += out->size;
    all += out->size;
  }
  SW_TRY(sw_alloc(err, all, 1, (void **)bytes));
  for (int r = 0; r < ranks; r++)
    out->at[r] = r ? out->at[r - 1] + out->sent[r - 1] : 0;
  size_t values = out->size - sizeof(row_head);
  for (int64_t i = lo; i < hi; i++) {
    int64_t unit = unit_at(out, i);
    if (unit < 0) continue;
    size_t *at = &out->at[out->build->owner[unit]];
    int32_t slot = rows->wide ? rows->slot[i] : out->period_of[rows->slot[i]];
    row_head head = {(int32_t)unit, slot, rows->line[i]};
    memcpy(*bytes + *at, &head, sizeof head);
    if (values) memcpy(*bytes + *at + sizeof head, rows->value + i * rows->width, values);
    *at += out->size;
  }
  return SW_OK;
}

static void see_line(sending *out, row_head head) {
  int64_t *line = &out->line[head.slot * out->build->n_here + out->build->place[head.unit]];
  int64_t first = *line, second = head.line;
  if (first == 0 || second < first) *line = second;
  if (first == 0) return;
  if (second < first) {
    int64_t swap = first;
    first = second;
    second = swap;
  }
  if (out->duplicate.second == 0 || second < out->duplicate.second)
    out->duplicate = (duplicate_row){first, second, head};
}

/* A cell that an earlier file gave already may only be given again with the same value. */
static sw_status set_cell(sw_error *err, sending *out, row_head head, int column, int period,
                          double value) {
  const sw_panel_build *build = out->build;
  double *cell = &build->cells[column].row[period][build->place[head.unit]];
  if (!isnan(value) && !isnan(*cell) && *cell != value) {
    char line[32] = "";
    if (out->rows->has_lines) snprintf(line, sizeof line, ":%lld", (long long)head.line);
    return sw_fail(err, SW_EINPUT,
                   "%s%s: %s: unit %s, period %s is %.10g here and %.10g in another row or file; "
                   "give it once",
                   out->rows->file, line, build->cells[column].name, build->table.code[head.unit],
                   build->panel->periods.label[period], value, *cell);
  }
  if (!isnan(value)) *cell = value;
  return SW_OK;
}

/* Duplicates leave the cells alone: they are reported when all have been seen. */
static sw_status unpack(sw_error *err, sending *out, const char *bytes, size_t length,
                        int64_t *line) {
  const sw_panel_rows *rows = out->rows;
  for (size_t at = 0; at < length; at += out->size) {
    row_head head;
    memcpy(&head, bytes + at, sizeof head);
    bool again = out->line[head.slot * out->build->n_here + out->build->place[head.unit]] != 0;
    see_line(out, head);
    if (again) continue;
    for (int k = 0; k < rows->width; k++) {
      double value;
      memcpy(&value, bytes + at + sizeof head + (size_t)k * sizeof value, sizeof value);
      *line = head.line;
      SW_TRY(set_cell(err, out, head, rows->wide ? head.slot : rows->column[k],
                      rows->wide ? out->period_of[k] : head.slot, value));
    }
  }
  return SW_OK;
}

static sw_status one_round(sw_error *err, sending *out, int64_t round) {
  sw_team *team = out->build->team;
  int64_t lo = round * out->per_round, hi = lo + out->per_round, line = 0;
  if (lo > out->rows->n) lo = out->rows->n;
  if (hi > out->rows->n) hi = out->rows->n;
  char *bytes = NULL, *mine = NULL;
  size_t length = 0;
  sw_status status = sw_team_agree(team, err, pack(err, out, lo, hi, &bytes), 0);
  if (!status)
    status = team->all_to_all(team, err, bytes, out->sent, (void **)&mine, out->received);
  sw_free(bytes);
  if (status) return status;
  for (int r = 0; r < team->size; r++)
    length += out->received[r];
  status = unpack(err, out, mine, length, &line);
  sw_free(mine);
  return sw_team_agree(team, err, status, line);
}

/* ---- a file ------------------------------------------------------------------------------ */

/* Of all duplicates the one whose second line is lowest, whichever rank met it. */
static sw_status refuse_duplicate(sw_error *err, const sending *out) {
  const duplicate_row *seen = &out->duplicate;
  const sw_panel_build *build = out->build;
  const sw_panel_rows *rows = out->rows;
  if (seen->second == 0) return SW_OK;
  const char *unit = build->table.code[seen->head.unit], *slot = "", *what = "";
  if (rows->wide && build->spec->layout == SW_LAYOUT_WIDE_INDICATOR) {
    what = ", indicator ";
    slot = build->plan.raw[seen->head.slot].name;
  } else if (!rows->wide && build->spec->time) {
    what = ", period ";
    slot = build->panel->periods.label[seen->head.slot];
  }
  if (!rows->has_lines)
    return sw_fail(err, SW_EINPUT,
                   "%s: unit %s stands twice, as numbers %lld and %lld; give it once", rows->file,
                   unit, (long long)seen->first, (long long)seen->second);
  return sw_fail(err, SW_EINPUT, "%s:%lld: unit %s%s%s stands already in line %lld%s", rows->file,
                 (long long)seen->second, unit, what, slot, (long long)seen->first,
                 rows->wide || build->spec->time ? "; give it once"
                                                 : "; without `time:` a unit has one row");
}

/* File after file: the table of lines is needed for one at a time. */
static sw_status send_file(sw_error *err, sw_panel_build *build, int f) {
  sw_team *team = build->team;
  sending out = {.build = build, .rows = &build->rows[f], .unit_of = build->unit_of[f]};
  sw_status status = sw_team_agree(team, err, start(err, &out), 0);
  double rounds = (double)((out.rows->n + out.per_round - 1) / (out.per_round ? out.per_round : 1));
  if (!status) status = team->max_f64(team, err, &rounds, 1);
  for (int64_t r = 0; r < (int64_t)rounds && !status; r++)
    status = one_round(err, &out, r);
  if (!status) status = sw_team_agree(team, err, refuse_duplicate(err, &out), out.duplicate.second);
  sw_free(out.period_of);
  sw_free(out.sent);
  sw_free(out.line);
  sw_panel_rows_clear(out.rows);
  return status;
}

/* ---- who gets what ----------------------------------------------------------------------- */

/* `parent`: the coarse unit of each unit, or NULL; n_owned: units that are partitioned. */
static sw_status place_units(sw_error *err, sw_panel_build *build, int64_t n_owned,
                             const int64_t *parent) {
  const sw_team *team = build->team;
  int64_t lo = 0, hi = 0, n = build->table.n, *here = NULL;
  sw_partition(n_owned, team->rank, team->size, &lo, &hi);
  SW_NEW(err, build->arena, build->owner, n);
  SW_NEW(err, build->arena, build->place, n);
  SW_NEW(err, build->arena, here, team->size);
  if (parent) SW_NEW(err, build->arena, build->parent, n);
  for (int64_t i = 0; i < n; i++) {
    int owner = sw_owner(n_owned, parent ? parent[i] : i, team->size);
    build->owner[i] = owner;
    if (owner == team->rank && parent) build->parent[here[owner]] = parent[i] - lo;
    build->place[i] = (int32_t)here[owner]++;
  }
  build->n_here = here[team->rank];
  build->n_coarse = hi - lo;
  build->panel->lo = lo;
  build->panel->hi = hi;
  return SW_OK;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The coarse units, in code order, and which one each unit belongs to; the table becomes theirs. */
static sw_status coarsen(sw_error *err, sw_panel_build *build, sw_unit_table *coarse,
                         int64_t **parent) {
  const char **code = NULL, **of = build->table.group[build->units_file.by];
  int64_t n = build->table.n, n_coarse = 0;
  SW_NEW(err, build->arena, code, n);
  SW_NEW(err, build->arena, *parent, n);
  memcpy(code, of, (size_t)n * sizeof *code);
  qsort(code, (size_t)n, sizeof *code, by_text);
  for (int64_t i = 0; i < n; i++)
    if (i == 0 || strcmp(code[i], code[n_coarse - 1]) != 0) code[n_coarse++] = code[i];
  for (int64_t i = 0; i < n; i++) {
    const char **found = bsearch(&of[i], code, (size_t)n_coarse, sizeof *code, by_text);
    (*parent)[i] = found - code;
  }
  SW_TRY(sw_unit_table_merge(err, build->arena, build->study->units.file, &build->table, *parent,
                             n_coarse, code, coarse));
  coarse->n_groups = build->units_file.by; /* the column aggregated by is the last */
  if (n_coarse < 2)
    return sw_fail(err, SW_EINPUT, "%s: aggregate: one unit (%s); a panel needs two or more",
                   sw_panel_place(build, "aggregate"), code[0]);
  return SW_OK;
}

static sw_status prepare(sw_error *err, sw_panel_build *build) {
  sw_unit_table coarse = build->table;
  int64_t *parent = NULL;
  if (build->spec->aggregate_by) SW_TRY(coarsen(err, build, &coarse, &parent));
  SW_TRY(place_units(err, build, coarse.n, parent));
  SW_TRY(sw_units_build(err, build->arena, &coarse, &build->panel->units));
  int capacity =
      build->plan.n_raw + build->spec->n_sum + build->spec->n_ratio + build->plan.n_derived;
  SW_NEW(err, build->arena, build->cells, capacity);
  for (int c = 0; c < build->plan.n_raw; c++, build->n_cells++)
    SW_TRY(sw_cells_make(err, build->arena, build->plan.raw[c].name, build->n_here,
                         build->panel->periods.n, &build->cells[c]));
  /* Kept for drop-units, which builds the units anew. */
  if (build->spec->aggregate_by)
    build->units_file.table = coarse;
  else
    build->units_file.table = build->table;
  return SW_OK;
}

sw_status sw_panel_send(sw_error *err, sw_panel_build *build) {
  SW_TRY(sw_team_agree(build->team, err, prepare(err, build), 0));
  for (int f = 0; f < build->spec->n_files; f++)
    SW_TRY(send_file(err, build, f));
  return SW_OK;
}
