/* Rows to the ranks that own their units. A rank puts its own rows into the cells itself; the
 * others travel in rounds of at most ROUND bytes a rank, so that what is in flight does not grow
 * with the panel.
 *
 * Threads put rows into the cells at once, in any order. That is safe where a cell has one row; a
 * mark for each cell tells when it is over whether there were fewer marks than rows. Only then are
 * the rows looked through again, one by one, for the duplicate to be told. */
#include "store/panel_build.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUND = 8 << 20, RUN = 1 << 14 /* rows of a few hundred kB */ };

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

/* A cell that an earlier file gave another value. */
typedef struct conflict {
  int64_t line; /* 0: none */
  int64_t unit;
  int column, period;
  double value, other;
} conflict;

typedef struct sending {
  sw_panel_build *build;
  sw_panel_rows *rows;
  const int64_t *unit_of;
  int *period_of;     /* of each value (wide) or local period (long) */
  size_t size;        /* of a row */
  int64_t block, row; /* where the next round begins */
  int64_t per_round, rounds;
  int64_t n_slots, n_local_slots; /* of the cells, of the rows */
  uint8_t *seen;                  /* [slot][unit here] */
  int64_t placed;                 /* rows */
  conflict conflict;              /* of the lowest line */
  bool again;                     /* looking for duplicates */
  int64_t *line;                  /* then: [slot][unit here]: lowest line seen, 0: none */
  duplicate_row duplicate;
  size_t *sent, *received, *at;
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

static size_t count_cells(const sending *out) {
  return (size_t)(out->n_slots * out->build->n_here);
}

static sw_status start(sw_error *err, sending *out) {
  const sw_panel_build *build = out->build;
  size_t ranks = (size_t)build->team->size;
  int64_t n = 0;
  for (int64_t b = 0; b < out->rows->n_blocks; b++)
    n += out->rows->block[b].n;
  out->size = sizeof(row_head) + (size_t)out->rows->width * sizeof(double);
  out->per_round = ROUND / (int64_t)out->size > 0 ? ROUND / (int64_t)out->size : 1;
  out->rounds = (n + out->per_round - 1) / out->per_round;
  out->n_slots = out->rows->wide ? build->plan.n_raw : build->panel->periods.n;
  out->n_local_slots = out->rows->wide ? build->plan.n_raw : out->rows->periods.n;
  SW_TRY(map_periods(err, out));
  SW_TRY(sw_alloc(err, 3 * ranks, sizeof *out->sent, (void **)&out->sent));
  out->received = out->sent + ranks;
  out->at = out->received + ranks;
  return sw_calloc(err, count_cells(out), sizeof *out->seen, (void **)&out->seen);
}

static void finish(sending *out) {
  sw_free(out->period_of);
  sw_free(out->sent);
  sw_free(out->seen);
  sw_free(out->line);
}

/* ---- one row ----------------------------------------------------------------------------- */

static int64_t cell_of(const sending *out, row_head head) {
  return head.slot * out->build->n_here + out->build->place[head.unit];
}

static void see_line(sending *out, row_head head) {
  int64_t *line = &out->line[cell_of(out, head)];
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

static void note_conflict(sending *out, conflict seen) {
#pragma omp critical(sw_panel_conflict)
  if (out->conflict.line == 0 || seen.line < out->conflict.line) out->conflict = seen;
}

/* A cell that an earlier file gave already may only be given again with the same value. */
static void set_cell(sending *out, row_head head, int column, int period, double value) {
  double *cell = &out->build->cells[column].row[period][out->build->place[head.unit]], before;
  if (isnan(value)) return;
  __atomic_load(cell, &before, __ATOMIC_RELAXED);
  if (isnan(before))
    __atomic_store(cell, &value, __ATOMIC_RELAXED);
  else if (before != value)
    note_conflict(out, (conflict){head.line, head.unit, column, period, value, before});
}

static void take_row(sending *out, row_head head, const double *value) {
  const sw_panel_rows *rows = out->rows;
  if (out->again) {
    see_line(out, head);
    return;
  }
  __atomic_store_n(&out->seen[cell_of(out, head)], 1, __ATOMIC_RELAXED);
  for (int k = 0; k < rows->width; k++)
    set_cell(out, head, rows->wide ? head.slot : rows->column[k],
             rows->wide ? out->period_of[k] : head.slot, value[k]);
}

static row_head head_of(const sending *out, const sw_row_block *block, int64_t i, int64_t unit) {
  int32_t slot = out->rows->wide ? block->slot[i] : out->period_of[block->slot[i]];
  return (row_head){(int32_t)unit, slot, block->first_line + block->line[i]};
}

/* Rows [lo, hi) of a block in the order of their slots: those of a slot go to neighbouring cells
 * where a file is sorted by unit. `at`: n_slots + 1 counts; `order`: hi - lo rows. */
static void sort_by_slot(const sw_row_block *block, int width, int64_t lo, int64_t hi,
                         int64_t n_slots, int32_t *at, int32_t *order) {
  memset(at, 0, (size_t)(n_slots + 1) * sizeof *at);
  for (int64_t i = lo; i < hi; i++)
    at[block->slot[i] + 1]++;
  for (int64_t s = 1; s < n_slots; s++)
    at[s] += at[s - 1];
  for (int64_t i = lo; i < hi; i++) {
    order[at[block->slot[i]]++] = (int32_t)i;
    /* Soon wanted in another order, which the processor cannot foresee. */
    __builtin_prefetch(block->value + i * width);
    __builtin_prefetch(block->unit + i);
    __builtin_prefetch(block->line + i);
  }
}

static int64_t take_block(sending *out, const sw_row_block *block, int32_t *at, int32_t *order) {
  const int32_t *owner = out->build->owner;
  int rank = out->build->team->rank;
  int64_t taken = 0;
  for (int64_t lo = 0; lo < block->n; lo += RUN) {
    int64_t hi = lo + RUN < block->n ? lo + RUN : block->n;
    sort_by_slot(block, out->rows->width, lo, hi, out->n_local_slots, at, order);
    for (int64_t k = 0; k < hi - lo; k++) {
      int32_t i = order[k];
      int64_t unit = out->unit_of[block->unit[i]];
      if (unit < 0 || owner[unit] != rank) continue;
      take_row(out, head_of(out, block, i, unit), block->value + (int64_t)i * out->rows->width);
      taken++;
    }
  }
  return taken;
}

/* This rank's own rows, where they stand. */
static sw_status take_own(sw_error *err, sending *out) {
  const sw_panel_rows *rows = out->rows;
  int threads = out->again ? 1 : omp_get_max_threads();
  size_t each = (size_t)out->n_local_slots + 1 + RUN;
  int32_t *room = NULL;
  SW_TRY(sw_alloc(err, (size_t)threads * each, sizeof *room, (void **)&room));
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int64_t b = 0; b < rows->n_blocks; b++) {
    int32_t *at = room + (size_t)omp_get_thread_num() * each;
    int64_t taken = take_block(out, &rows->block[b], at, at + out->n_local_slots + 1);
#pragma omp atomic
    out->placed += taken;
  }
  sw_free(room);
  return SW_OK;
}

/* ---- one round --------------------------------------------------------------------------- */

/* Calls `pass` for the rows of this round that go to other ranks. */
static void walk_round(sending *out,
                       void (*pass)(sending *, int owner, row_head head, const double *value,
                                    char *bytes),
                       char *bytes) {
  const sw_panel_rows *rows = out->rows;
  const sw_panel_build *build = out->build;
  int64_t b = out->block, i = out->row;
  for (int64_t left = out->per_round; left > 0 && b < rows->n_blocks;) {
    const sw_row_block *block = &rows->block[b];
    if (i == block->n) {
      b++;
      i = 0;
      continue;
    }
    int64_t unit = out->unit_of[block->unit[i]];
    if (unit >= 0 && build->owner[unit] != build->team->rank)
      pass(out, build->owner[unit], head_of(out, block, i, unit), block->value + i * rows->width,
           bytes);
    i++;
    left--;
  }
  if (bytes) {
    out->block = b;
    out->row = i;
  }
}

static void count_row(sending *out, int owner, row_head head, const double *value, char *bytes) {
  (void)head, (void)value, (void)bytes;
  out->sent[owner] += out->size;
}

static void pack_row(sending *out, int owner, row_head head, const double *value, char *bytes) {
  char *at = bytes + out->at[owner];
  memcpy(at, &head, sizeof head);
  if (out->rows->width) memcpy(at + sizeof head, value, out->size - sizeof head);
  out->at[owner] += out->size;
}

/* The rows of a round by receiver; those of units that are not in the panel stay behind. */
static sw_status pack(sw_error *err, sending *out, char **bytes) {
  int ranks = out->build->team->size;
  size_t all = 0;
  for (int r = 0; r < ranks; r++)
    out->sent[r] = 0;
  walk_round(out, count_row, NULL);
  for (int r = 0; r < ranks; r++) {
    out->at[r] = all;
    all += out->sent[r];
  }
  SW_TRY(sw_alloc(err, all, 1, (void **)bytes));
  walk_round(out, pack_row, *bytes);
  return SW_OK;
}

static void unpack(sending *out, const char *bytes, size_t length) {
  int64_t n = (int64_t)(length / out->size);
#pragma omp parallel for if (!out->again)
  for (int64_t i = 0; i < n; i++) {
    const char *at = bytes + (size_t)i * out->size;
    row_head head;
    memcpy(&head, at, sizeof head);
    /* A head is as long as two values, and what is received is aligned. */
    take_row(out, head, (const double *)(const void *)(at + sizeof head));
  }
  out->placed += n;
}

static sw_status one_round(sw_error *err, sending *out) {
  sw_team *team = out->build->team;
  char *bytes = NULL, *mine = NULL;
  size_t length = 0;
  sw_status status = sw_team_agree(team, err, pack(err, out, &bytes), 0);
  if (!status)
    status = team->all_to_all(team, err, bytes, out->sent, (void **)&mine, out->received);
  sw_free(bytes);
  if (status) return status;
  for (int r = 0; r < team->size; r++)
    length += out->received[r];
  unpack(out, mine, length);
  sw_free(mine);
  return SW_OK;
}

/* All rows to where they belong. */
static sw_status walk_rows(sw_error *err, sending *out) {
  sw_team *team = out->build->team;
  double rounds = team->size > 1 ? (double)out->rounds : 0;
  SW_TRY(sw_team_agree(team, err, take_own(err, out), 0));
  out->block = out->row = 0;
  SW_TRY(team->max_f64(team, err, &rounds, 1));
  for (int64_t r = 0; r < (int64_t)rounds; r++)
    SW_TRY(one_round(err, out));
  return SW_OK;
}

/* ---- what is wrong ----------------------------------------------------------------------- */

static int64_t count_seen(const sending *out) {
  int64_t count = 0, n = (int64_t)count_cells(out);
#pragma omp parallel for
  for (int64_t lo = 0; lo < n; lo += RUN) {
    int32_t some = 0;
    for (int64_t i = lo; i < n && i < lo + RUN; i++)
      some += out->seen[i];
#pragma omp atomic
    count += some;
  }
  return count;
}

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

/* Fewer marks than rows on any rank: which rows they are. */
static sw_status find_duplicates(sw_error *err, sending *out) {
  sw_team *team = out->build->team;
  double missing = (double)(out->placed - count_seen(out));
  SW_TRY(team->max_f64(team, err, &missing, 1));
  if (missing == 0) return SW_OK;
  out->again = true;
  sw_status status = sw_calloc(err, count_cells(out), sizeof *out->line, (void **)&out->line);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(walk_rows(err, out));
  return sw_team_agree(team, err, refuse_duplicate(err, out), out->duplicate.second);
}

static sw_status refuse_conflict(sw_error *err, const sending *out) {
  const sw_panel_build *build = out->build;
  const conflict *seen = &out->conflict;
  char line[32] = "";
  if (seen->line == 0) return SW_OK;
  if (out->rows->has_lines) snprintf(line, sizeof line, ":%lld", (long long)seen->line);
  return sw_fail(err, SW_EINPUT,
                 "%s%s: %s: unit %s, period %s is %.10g here and %.10g in another row or file; "
                 "give it once",
                 out->rows->file, line, build->cells[seen->column].name,
                 build->table.code[seen->unit], build->panel->periods.label[seen->period],
                 seen->value, seen->other);
}

/* File after file: a cell has one row in a file. Duplicates are told first: what a cell holds
 * besides is then a matter of chance. */
static sw_status send_file(sw_error *err, sw_panel_build *build, int f) {
  sw_team *team = build->team;
  sending out = {.build = build, .rows = &build->rows[f], .unit_of = build->unit_of[f]};
  sw_status status = sw_team_agree(team, err, start(err, &out), 0);
  if (!status) status = walk_rows(err, &out);
  if (!status) status = find_duplicates(err, &out);
  if (!status) status = sw_team_agree(team, err, refuse_conflict(err, &out), out.conflict.line);
  finish(&out);
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
