/* Rows to the ranks that own their units. A rank puts its own rows into the cells itself (put.c);
 * the others travel in rounds of at most ROUND bytes per rank, so that what is in flight does not
 * grow with the panel.
 *
 * Threads put rows into the cells at once, in any order. That is safe where a cell has one row; a
 * mark for each cell tells when it is over whether there were fewer marks than rows. Only then are
 * the rows looked through again, one by one, for the duplicate to be told: good files pay one byte
 * per cell for it, and no sorting.
 *
 * Files go one after the other: within a file a cell has one row, between files the same value may
 * be given twice. The rows of a file are freed when they have arrived. */
#include "store/panel/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ROUND: bytes that a rank packs at most for one exchange; it may get as many from each of the
 * others. MARKS: bytes that a thread counts in a turn; their sum fits 32 bits. */
enum { ROUND = 8 << 20, MARKS = 1 << 14 };

/* What this file calls a period, as the panel numbers it. By the label as this file writes it. */
static sw_status map_periods(sw_error *err, sw_sending *out) {
  const sw_panel_rows *rows = out->rows;
  int64_t n = rows->wide ? rows->width : rows->periods.n;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *out->period_of, (void **)&out->period_of));
  for (int64_t i = 0; i < n; i++) {
    const char *label = rows->wide ? rows->label[i] : rows->periods.text[i];
    /* -1 where only units that are not in the panel have the period, so that no row asks for it, or
     * where the study does not read it. */
    out->period_of[i] = (int)sw_map_find(out->build->period_of, label, strlen(label));
  }
  return SW_OK;
}

/* Marks of this rank: slots x units. */
static size_t count_cells(const sw_sending *out) {
  return (size_t)(out->n_slots * out->build->n_here);
}

/* Room and numbers for one file. Local. A row larger than a round travels alone. `rounds` is for
 * all rows of the rank, as if each went elsewhere: rows that stay are skipped within a round. */
static sw_status start(sw_error *err, sw_sending *out) {
  const sw_panel_build *build = out->build;
  size_t ranks = (size_t)build->team->size;
  int64_t n = 0;
  for (int64_t b = 0; b < out->rows->n_blocks; b++)
    n += out->rows->block[b].n;
  out->size = sizeof(sw_row_head) + (size_t)out->rows->width * sizeof(double);
  out->per_round = ROUND / (int64_t)out->size > 0 ? ROUND / (int64_t)out->size : 1;
  out->rounds = (n + out->per_round - 1) / out->per_round;
  int64_t parts = out->rows->parts;
  out->n_slots = out->rows->wide ? build->plan.n_raw : build->panel->periods.n * parts;
  out->n_local_slots = out->rows->wide ? build->plan.n_raw : out->rows->periods.n * parts;
  out->picks = (build->spec->n_taken > 0 || build->spec->inner || parts > 1) && !out->rows->wide;
  SW_TRY(map_periods(err, out));
  SW_TRY(sw_alloc(err, 3 * ranks, sizeof *out->sent, (void **)&out->sent));
  out->received = out->sent + ranks;
  out->at = out->received + ranks;
  return sw_calloc(err, count_cells(out), sizeof *out->seen, (void **)&out->seen);
}

/* Safe at any stage of start. received and at lie behind sent. */
static void finish(sw_sending *out) {
  sw_free(out->period_of);
  sw_free(out->sent);
  sw_free(out->seen);
  sw_free(out->line);
}

/* ---- one round --------------------------------------------------------------------------- */

/* Calls `pass` for the rows of this round that go to other ranks. It is walked twice, over the
 * same rows: without `bytes` to count them, with `bytes` to pack them, and only then the place of
 * the next round moves on. per_round counts rows looked at, so the rounds of a rank are known
 * before. */
static void walk_round(sw_sending *out,
                       void (*pass)(sw_sending *, int owner, sw_row_head head, const double *value,
                                    char *bytes),
                       char *bytes) {
  const sw_panel_rows *rows = out->rows;
  const sw_panel_build *build = out->build;
  int64_t b = out->block, i = out->row;
  for (int64_t left = out->per_round; left > 0 && b < rows->n_blocks;) {
    const sw_panel_block *block = &rows->block[b];
    if (i == block->n) {
      b++;
      i = 0;
      continue;
    }
    int64_t unit = out->unit_of[block->unit[i]];
    if (unit >= 0 && build->owner[unit] != build->team->rank &&
        sw_panel_send_wants(out, block->slot[i]))
      pass(out, build->owner[unit], sw_panel_send_head(out, block, i, unit),
           block->value + i * rows->width, bytes);
    i++;
    left--;
  }
  if (bytes) {
    out->block = b;
    out->row = i;
  }
}

/* The first walk: bytes for each receiver. */
static void count_row(sw_sending *out, int owner, sw_row_head head, const double *value,
                      char *bytes) {
  (void)head, (void)value, (void)bytes;
  out->sent[owner] += out->size;
}

/* The second: `at` is where the next row for that receiver goes. */
static void pack_row(sw_sending *out, int owner, sw_row_head head, const double *value,
                     char *bytes) {
  char *at = bytes + out->at[owner];
  memcpy(at, &head, sizeof head);
  if (out->rows->width) memcpy(at + sizeof head, value, out->size - sizeof head);
  out->at[owner] += out->size;
}

/* The rows of a round by receiver, in the order of the ranks, as all_to_all wants them; those of
 * units that are not in the panel stay behind. A round without rows packs nothing, but must move
 * on: sw_alloc of no bytes gives a buffer, not NULL. */
static sw_status pack(sw_error *err, sw_sending *out, char **bytes) {
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

/* Rows that others sent, by all threads; by one while duplicates are looked for, as see_line keeps
 * its lowest lines without a lock. Rows of one receiver stand in the order in which they were
 * sent. */
static void unpack(sw_sending *out, const char *bytes, size_t length) {
  int64_t n = (int64_t)(length / out->size);
#pragma omp parallel for if (!out->again)
  for (int64_t i = 0; i < n; i++) {
    const char *at = bytes + (size_t)i * out->size;
    sw_row_head head;
    memcpy(&head, at, sizeof head);
    /* A head is as long as two values, and what is received is aligned. */
    sw_panel_send_take(out, head, (const double *)(const void *)(at + sizeof head));
  }
  out->placed += n;
}

/* Collective. No conflict ends it early: which one is told is known when all rows are placed.
 * Memory: a round of packed rows, and as much from each of the others at worst. */
static sw_status one_round(sw_error *err, sw_sending *out) {
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

/* All rows to where they belong: own ones at once, then as many rounds as the rank with most rows
 * needs, in which the others send what they have, or nothing. A double holds every number of
 * rounds. Run a second time when duplicates are looked for; rows are still there. */
static sw_status walk_rows(sw_error *err, sw_sending *out) {
  sw_team *team = out->build->team;
  /* All rows of a single rank stay. */
  double rounds = team->size > 1 ? (double)out->rounds : 0;
  SW_TRY(sw_team_agree(team, err, sw_panel_send_keep(err, out), 0));
  out->block = out->row = 0;
  SW_TRY(team->max_f64(team, err, &rounds, 1));
  for (int64_t r = 0; r < (int64_t)rounds; r++)
    SW_TRY(one_round(err, out));
  return SW_OK;
}

/* ---- what is wrong ----------------------------------------------------------------------- */

/* The marks that are set. By runs of MARKS bytes, whose sum the compiler makes vectors of;
 * integers, so that the order of the sum does not matter. O(cells of this rank). */
static int64_t count_seen(const sw_sending *out) {
  int64_t count = 0, n = (int64_t)count_cells(out);
#pragma omp parallel for
  for (int64_t lo = 0; lo < n; lo += MARKS) {
    int32_t some = 0;
    for (int64_t i = lo; i < n && i < lo + MARKS; i++)
      some += out->seen[i];
#pragma omp atomic
    count += some;
  }
  return count;
}

/* Local: this rank's duplicate. Of those of all ranks the one whose second line is lowest is agreed
 * on. An .h5 file has no lines; its rows are numbered by the place of the unit in the file. SW_OK
 * where this rank has none. */
static sw_status refuse_duplicate(sw_error *err, const sw_sending *out) {
  const sw_duplicate_row *seen = &out->duplicate;
  const sw_panel_build *build = out->build;
  const sw_panel_rows *rows = out->rows;
  if (seen->second == 0) return SW_OK;
  const char *unit = build->table.code[seen->head.unit], *slot = "", *what = "";
  char part[120] = "";
  if (rows->wide && build->spec->layout == SW_LAYOUT_WIDE_INDICATOR) {
    what = ", indicator ";
    slot = build->plan.raw[seen->head.slot].name;
  } else if (!rows->wide && build->spec->time) {
    what = ", period ";
    slot = build->panel->periods.label[sw_panel_rows_period(rows, seen->head.slot)];
  }
  if (rows->parts > 1)
    snprintf(part, sizeof part, ", %.40s %.60s", build->spec->by,
             rows->part[sw_panel_rows_part(rows, seen->head.slot)]);
  if (!rows->has_lines)
    return sw_fail(err, SW_EINPUT,
                   "%s: unit %s appears twice, at positions %lld and %lld; give it once",
                   rows->file, unit, (long long)seen->first, (long long)seen->second);
  return sw_fail(err, SW_EINPUT, "%s:%lld: unit %s%s%s%s is already on line %lld%s", rows->file,
                 (long long)seen->second, unit, what, slot, part, (long long)seen->first,
                 rows->wide || build->spec->time || rows->parts > 1
                     ? "; give it once"
                     : "; without `time:` a unit has one row");
}

/* Fewer marks than rows on any rank: which rows they are. All ranks walk again, as rows may come
 * from anywhere. The price, 8 bytes per cell and a second exchange, is paid only by files that are
 * refused. */
static sw_status find_duplicates(sw_error *err, sw_sending *out) {
  sw_team *team = out->build->team;
  /* Rows less marks: how many rows too many there are in all cells of this rank. */
  double missing = (double)(out->placed - count_seen(out));
  SW_TRY(team->max_f64(team, err, &missing, 1));
  if (missing == 0) return SW_OK;
  out->again = true;
  sw_status status = sw_calloc(err, count_cells(out), sizeof *out->line, (void **)&out->line);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(walk_rows(err, out));
  return sw_team_agree(team, err, refuse_duplicate(err, out), out->duplicate.second);
}

/* Local, as above. "in another row or file": two columns of a wide file may be one period ("05",
 * "5"). */
static sw_status refuse_conflict(sw_error *err, const sw_sending *out) {
  const sw_panel_build *build = out->build;
  const sw_conflict *seen = &out->conflict;
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

/* One file, to the last of its rows. Duplicates are reported first: with one, the value of a cell,
 * and so any conflict, depends on chance.
 *
 * Collective; every exit passes by finish, and gives the rows back also on failure. */
static sw_status send_file(sw_error *err, sw_panel_build *build, int f) {
  sw_team *team = build->team;
  sw_sending out = {.build = build, .rows = &build->rows[f], .unit_of = build->unit_of[f]};
  sw_status status = sw_team_agree(team, err, start(err, &out), 0);
  if (!status) status = walk_rows(err, &out);
  if (!status) status = find_duplicates(err, &out);
  if (!status) status = sw_team_agree(team, err, refuse_conflict(err, &out), out.conflict.line);
  finish(&out);
  sw_panel_rows_clear(out.rows);
  return status;
}

sw_status sw_panel_send(sw_error *err, sw_panel_build *build) {
  sw_status status = (build->recoding ? sw_panel_own_codes : sw_panel_own)(err, build);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  for (int f = 0; f < build->spec->n_files; f++)
    SW_TRY(send_file(err, build, f));
  return SW_OK;
}
