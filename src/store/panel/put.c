/* One row to its cells, or to its line while duplicates are looked for. Called for rows that came
 * from other ranks (send.c), by several threads, and for this rank's own rows where there is no
 * faster way. In the first pass threads meet in any order; what they leave does not depend on it as
 * long as each cell has one row, which find_duplicates makes sure of afterwards. */
#include "store/panel/send.h"

#include <omp.h>
#include <string.h>

/* ---- one row ----------------------------------------------------------------------------- */

/* The place of a row's mark: slot by slot, the units of this rank within a slot. Only rows of this
 * rank's units come here: `place` of any other unit is a place on another rank. Within the marks of
 * this rank. */
static int64_t cell_of(const sw_sending *out, sw_row_head head) {
  return head.slot * out->build->n_here + out->build->place[head.unit];
}

/* The second pass: one thread, no values. Keeps the lowest line of every cell, and of all pairs of
 * lines met the one whose second line is lowest. Rows come in any order (those of other ranks come
 * after the own ones), so a later row may have the lower line: the two are swapped, and the cell
 * keeps the lower. Lines count from 1; 0 is "none yet". */
static void see_line(sw_sending *out, sw_row_head head) {
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
    out->duplicate = (sw_duplicate_row){first, second, head};
}

/* Conflicts of the input are rare, and end the run: a critical section costs nothing. The lowest
 * line is kept, so that the message does not depend on which thread came first. The ranks then
 * agree on the lowest of theirs. */
void sw_panel_send_conflict(sw_sending *out, sw_conflict seen) {
#pragma omp critical(sw_panel_conflict)
  if (out->conflict.line == 0 || seen.line < out->conflict.line) out->conflict = seen;
}

/* The mark first: it counts rows, also rows whose values are all missing. Both are relaxed atomics,
 * as two threads meet in a cell where the file has a duplicate; all that is needed then is that the
 * one byte is 1. Missing values of a row are set, too: they are NaN already. */
void sw_panel_send_take(sw_sending *out, sw_row_head head, const double *value) {
  const sw_panel_rows *rows = out->rows;
  if (out->again) {
    see_line(out, head);
    return;
  }
  __atomic_store_n(&out->seen[cell_of(out, head)], 1, __ATOMIC_RELAXED);
  int part = sw_panel_rows_part(rows, head.slot);
  for (int k = 0; k < rows->width; k++) {
    /* A row of a wide file is one indicator over its periods, of a long file one period of
     * several. */
    int column = rows->wide ? head.slot : rows->column[part * rows->width + k];
    int period = rows->wide ? out->period_of[k] : sw_panel_rows_period(rows, head.slot);
    if (period < 0 || column < 0) continue; /* left out by `join: inner`; not needed */
    double before, *cell = &out->build->cells[column].row[period][out->build->place[head.unit]];
    if (!sw_panel_send_set(cell, value[k], &before))
      sw_panel_send_conflict(out,
                             (sw_conflict){head.line, head.unit, column, period, value[k], before});
  }
}

/* Turns what is local to the file (codes of periods) into what all ranks share. Lines are those of
 * the file by now: all pieces were placed when reading ended. */
sw_row_head sw_panel_send_head(const sw_sending *out, const sw_panel_block *block, int64_t i,
                               int64_t unit) {
  const sw_panel_rows *rows = out->rows;
  int32_t slot = block->slot[i];
  if (!rows->wide)
    slot = out->period_of[sw_panel_rows_period(rows, slot)] * rows->parts +
           sw_panel_rows_part(rows, slot);
  return (sw_row_head){(int32_t)unit, slot, sw_panel_block_line(block, i)};
}

/* ---- rows that stay ---------------------------------------------------------------------- */

/* Rows that stay on the rank that read them, to their cells, by all threads. On one rank these are
 * all rows, so this is the hot part of placing. Cells stand period by period: row after row of a
 * file sorted by unit would touch as many distant lines of cache as there are periods. So rows are
 * taken in runs, each sorted by slot first (by counting), and a slot's rows then go to neighbouring
 * cells.
 *
 * Threads take whole blocks. Two of them write to one cell only where the file has a duplicate. */

enum { RUN = 1 << 14 /* rows of a few hundred kB */ };

/* A row of a run, counted from the run's first, and the place of its unit among those here. */
typedef struct own_row {
  int32_t row, place;
} own_row;

/* What a thread sorts a run in. */
typedef struct run_room {
  int32_t *place; /* RUN, of each row of the run; -1: it does not stay */
  int32_t *at;    /* n_local_slots + 1: where in `own` a slot begins, then where it ends */
  own_row *own;   /* RUN, the rows that stay, by slot */
} run_room;

/* Those of rows [lo, hi) of a block that stay, in the order of their slots and, within a slot, of
 * the file. All that can be looked up in the order of the file is looked up here: unit, owner,
 * place. Returns how many; when it is done slot s ends before at[s].
 *
 * A counting sort: at[s + 1] counts slot s; summed up, at[s] is where slot s begins; each row that
 * is put down moves at[s] on, at last to where slot s ends. */
static int32_t sort_run(const sw_sending *out, const sw_panel_block *block, int64_t lo, int64_t hi,
                        run_room room) {
  const sw_panel_build *build = out->build;
  memset(room.at, 0, (size_t)(out->n_local_slots + 1) * sizeof *room.at);
  for (int64_t i = lo; i < hi; i++) {
    int64_t unit = out->unit_of[block->unit[i]];
    bool stays = unit >= 0 && build->owner[unit] == build->team->rank &&
                 sw_panel_send_wants(out, block->slot[i]);
    room.place[i - lo] = stays ? build->place[unit] : -1;
    room.at[block->slot[i] + 1] += stays;
  }
  for (int64_t s = 0; s < out->n_local_slots; s++)
    room.at[s + 1] += room.at[s];
  int32_t count = room.at[out->n_local_slots];
  for (int64_t i = lo; i < hi; i++)
    if (room.place[i - lo] >= 0)
      room.own[room.at[block->slot[i]]++] = (own_row){(int32_t)(i - lo), room.place[i - lo]};
  return count;
}

/* The `n` rows of one slot of a long file, all of one period and part: column by column, so that
 * cells of a column are written one behind the other. The same as sw_panel_send_take for each
 * row. */
static void take_slot(sw_sending *out, const sw_panel_block *block, int64_t lo, const own_row *own,
                      int32_t n, int32_t slot) {
  const sw_panel_rows *rows = out->rows;
  int period = out->period_of[sw_panel_rows_period(rows, slot)];
  int part = sw_panel_rows_part(rows, slot);
  const int *column = rows->column + part * rows->width;
  uint8_t *seen = out->seen + ((int64_t)period * rows->parts + part) * out->build->n_here;
  for (int32_t j = 0; j < n; j++)
    __atomic_store_n(&seen[own[j].place], 1, __ATOMIC_RELAXED);
  for (int k = 0; k < rows->width; k++) {
    if (column[k] < 0) continue;
    double *cell = out->build->cells[column[k]].row[period];
    for (int32_t j = 0; j < n; j++) {
      int64_t i = lo + own[j].row;
      double value = block->value[i * rows->width + k], before;
      if (!sw_panel_send_set(&cell[own[j].place], value, &before))
        sw_panel_send_conflict(out, (sw_conflict){sw_panel_block_line(block, i),
                                                  out->unit_of[block->unit[i]], column[k], period,
                                                  value, before});
    }
  }
}

/* The rows that sort_run left. A wide row already is one indicator over all periods, and the second
 * pass, for duplicates, takes no values: both go row by row. */
static void take_run(sw_sending *out, const sw_panel_block *block, int64_t lo, int32_t n,
                     run_room room) {
  if (out->rows->wide || out->again) {
    for (int32_t j = 0; j < n; j++) {
      int64_t i = lo + room.own[j].row;
      sw_panel_send_take(out, sw_panel_send_head(out, block, i, out->unit_of[block->unit[i]]),
                         block->value + i * out->rows->width);
    }
    return;
  }
  for (int32_t s = 0, begin = 0; s < out->n_local_slots; begin = room.at[s++])
    if (room.at[s] > begin)
      take_slot(out, block, lo, room.own + begin, room.at[s] - begin, (int32_t)s);
}

/* Returns how many rows stay. */
static int64_t take_block(sw_sending *out, const sw_panel_block *block, run_room room) {
  int64_t taken = 0;
  for (int64_t lo = 0; lo < block->n; lo += RUN) {
    int32_t n = sort_run(out, block, lo, lo + RUN < block->n ? lo + RUN : block->n, room);
    take_run(out, block, lo, n, room);
    taken += n;
  }
  return taken;
}

/* Local. One thread when duplicates are looked for: see_line has no lock. A thread's room is one
 * part of one allocation, of 32-bit numbers; own_row is two of them. */
sw_status sw_panel_send_keep(sw_error *err, sw_sending *out) {
  const sw_panel_rows *rows = out->rows;
  int threads = out->again ? 1 : omp_get_max_threads();
  size_t each = 3 * (size_t)RUN + (size_t)out->n_local_slots + 1;
  int32_t *numbers = NULL;
  SW_TRY(sw_alloc(err, (size_t)threads * each, sizeof *numbers, (void **)&numbers));
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int64_t b = 0; b < rows->n_blocks; b++) {
    int32_t *mine = numbers + (size_t)omp_get_thread_num() * each;
    run_room room = {.own = (own_row *)(void *)mine, .place = mine + 2 * RUN, .at = mine + 3 * RUN};
    int64_t taken = take_block(out, &rows->block[b], room);
#pragma omp atomic
    out->placed += taken;
  }
  sw_free(numbers);
  return SW_OK;
}
