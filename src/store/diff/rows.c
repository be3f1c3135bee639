/* Compares pair results that keep some partners of each unit (top, above, links). For each unit and
 * period the rows of both files are read and matched by the partner's code, whatever its place in
 * the row: a partner that moved from rank 3 to rank 4 has not changed. A row of `top` ends at its
 * first -1, a compressed row where the next one begins; so one file may keep the strongest partners
 * and the other all above a threshold.
 *
 * Called by walk.c, once for each group that has partners in both files. Memory: positions of one
 * period, BLOCK_ENTRIES entries or one row, and two numbers per unit. */
#include "store/diff/private.h"

#include <stdio.h>
#include <string.h>

/* Entries read at a time; values kept of a partner, of which a measure has fewer. */
enum { BLOCK_ENTRIES = 1 << 18, MOST_KEPT = 16 };

/* What is open and read of one file. */
typedef struct side {
  hid_t group, partner, row_start;        /* row_start: invalid for `top` */
  hid_t value[MOST_KEPT];                 /* the datasets of the values kept */
  int64_t units, periods, width, entries; /* width: of a row of `top`; entries: else, in all */
  bool timed;                             /* has an axis of time; else one matrix of all periods */
  int64_t *start;            /* first entry of each row of the period at hand, units + 1 */
  int32_t *index;            /* partners of the rows at hand: indices of units, -1 for none */
  double *number[MOST_KEPT]; /* values of the same entries */
  int64_t room;              /* entries that these have room for */
} side;

typedef struct matcher {
  sw_diff *diff;
  side in[2];
  int n_kept;
  sw_tally *tally[MOST_KEPT], *partner; /* of each value kept; of the partners themselves */
  int64_t *to_new; /* by unit of the old file: its index in the new one, -1 when removed */
  int64_t *place;  /* by unit of the new file: its place in the row at hand, -1 when not in it */
} matcher;

/* ---- what is kept ----------------------------------------------------------------------- */

static bool has(hid_t group, const char *name) {
  hid_t dataset = sw_contents_variable(group, name);
  if (dataset >= 0) H5Dclose(dataset);
  return dataset >= 0;
}

bool sw_diff_has_partners(const hid_t group[2]) {
  return has(group[SW_OLD], SW_NAME_PARTNER) && has(group[SW_NEW], SW_NAME_PARTNER);
}

/* Whether both have the same axes, by the names of their scales; lengths may agree by chance. */
static bool has_axes_of(hid_t dataset, hid_t other, int rank) {
  char path[2][SW_H5_PATH_ROOM];
  for (int a = 0; a < rank; a++) {
    sw_h5_axis_path(dataset, a, path[0]);
    sw_h5_axis_path(other, a, path[1]);
    if (strcmp(sw_h5_last_part(path[0]), sw_h5_last_part(path[1])) != 0) return false;
  }
  return true;
}

/* A number for each partner has the axes of the partners' dataset; nothing else marks it. */
static bool is_kept_in(hid_t group, const char *name) {
  hid_t partner = sw_contents_variable(group, SW_NAME_PARTNER);
  hid_t dataset = sw_contents_variable(group, name);
  bool kept = false;
  if (partner >= 0 && dataset >= 0) {
    sw_h5_shape of = sw_h5_shape_of(partner), shape = sw_h5_shape_of(dataset);
    kept = shape.number <= SW_H5_NATURAL && sw_h5_same_extent(&of, &shape) &&
           has_axes_of(partner, dataset, of.rank);
  }
  if (partner >= 0) H5Dclose(partner);
  if (dataset >= 0) H5Dclose(dataset);
  return kept && strcmp(name, SW_NAME_PARTNER) != 0;
}

bool sw_diff_is_kept(const hid_t group[2], const char *name) {
  return is_kept_in(group[SW_OLD], name) && is_kept_in(group[SW_NEW], name);
}

/* ---- one file's rows -------------------------------------------------------------------- */

/* Rows lead into other arrays, so a file whose rows make no sense is refused: a damaged file must
 * not be read beyond an array's end. */
static sw_status bad_rows(sw_diff *diff, const char *where, const char *what) {
  return sw_fail(diff->err, SW_EINPUT, "%.200s: %s: damaged, or not a results file of spillway run",
                 where, what);
}

/* Opens one file's partners. Of `top` the partners are (time, unit, rank), or (unit, rank) of a
 * whole series. Otherwise they are (entry), and row_start is (time, unit_edge) or (unit_edge).
 * `rank` becomes 3 with time and 2 without in either form; there must be a row for every unit of
 * the root. */
static sw_status open_side(matcher *m, const char *where, hid_t group, int s) {
  side *in = &m->in[s];
  in->group = group;
  in->partner = sw_contents_variable(group, SW_NAME_PARTNER);
  in->row_start = sw_contents_variable(group, SW_NAME_ROW_START);
  in->units = m->diff->unit->n[s];
  bool rows = in->row_start >= 0;
  sw_h5_shape partner = sw_h5_shape_of(in->partner);
  sw_h5_shape edge = rows ? sw_h5_shape_of(in->row_start) : partner;
  int rank = rows ? edge.rank + 1 : partner.rank;
  if ((rank != 2 && rank != 3) || (rows && partner.rank != 1))
    return bad_rows(m->diff, where, SW_NAME_PARTNER " has too many axes");
  in->entries = rows ? (int64_t)partner.extent[0] : 0;
  in->timed = rank == 3;
  in->periods = in->timed ? (int64_t)edge.extent[0] : 1;
  in->width = rows ? 0 : (int64_t)partner.extent[rank - 1];
  /* A row_start has one edge more than there are units. */
  if ((int64_t)edge.extent[in->timed] != in->units + rows)
    return bad_rows(m->diff, where, "not as many rows as units");
  return sw_alloc(m->diff->err, (size_t)in->units + 1, sizeof *in->start, (void **)&in->start);
}

/* Reads a rectangle of a dataset as rows in `out`, converted to the memory type. */
static herr_t read_rectangle(hid_t dataset, int rank, const hsize_t *start, const hsize_t *count,
                             hid_t memory_type, void *out) {
  hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(rank, count, NULL);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t code = H5Dread(dataset, memory_type, memory, space, H5P_DEFAULT, out);
  H5Sclose(memory);
  H5Sclose(space);
  return code;
}

/* Where the rows of a period begin: counted for `top`, whose rows are all as long, else read. What
 * was read must ascend within the entries before anything trusts it. */
static sw_status read_starts(matcher *m, const char *where, side *in, int64_t period) {
  if (in->row_start < 0) {
    for (int64_t i = 0; i <= in->units; i++)
      in->start[i] = i * in->width;
    return SW_OK;
  }
  hsize_t from[2] = {(hsize_t)period, 0}, count[2] = {1, (hsize_t)in->units + 1};
  int skip = !in->timed;
  if (read_rectangle(in->row_start, 2 - skip, from + skip, count + skip, H5T_NATIVE_INT64,
                     in->start) < 0)
    return sw_h5_fail(m->diff->err, where, "be read");
  for (int64_t i = 0; i <= in->units; i++)
    if (in->start[i] < 0 || in->start[i] > in->entries ||
        (i > 0 && in->start[i] < in->start[i - 1]))
      return bad_rows(m->diff, where, SW_NAME_ROW_START " points outside its dataset");
  return SW_OK;
}

/* Room for the entries of a block. What was there is lost: blocks are read anew. */
static sw_status make_room(matcher *m, side *in, int64_t entries) {
  if (entries <= in->room) return SW_OK;
  sw_free(in->index);
  in->index = NULL;
  in->room = 0;
  SW_TRY(sw_alloc(m->diff->err, (size_t)entries, sizeof *in->index, (void **)&in->index));
  for (int k = 0; k < m->n_kept; k++) {
    sw_free(in->number[k]);
    in->number[k] = NULL;
    SW_TRY(sw_alloc(m->diff->err, (size_t)entries, sizeof(double), (void **)&in->number[k]));
  }
  in->room = entries;
  return SW_OK;
}

/* Reads the entries of rows [lo, hi) with all values kept: a rectangle of (period, row, place)
 * for `top`, one range for compressed rows. `skip` leaves out the leading axes that the dataset
 * lacks. */
static sw_status read_rows(matcher *m, const char *where, side *in, int64_t period, int64_t lo,
                           int64_t hi) {
  int64_t entries = in->start[hi] - in->start[lo];
  hsize_t from[3] = {(hsize_t)period, (hsize_t)lo, 0};
  hsize_t count[3] = {1, (hsize_t)(hi - lo), (hsize_t)in->width};
  int skip = !in->timed, rank = 3;
  if (in->row_start >= 0) {
    skip = 2;
    from[2] = (hsize_t)in->start[lo];
    count[2] = (hsize_t)entries;
  }
  SW_TRY(make_room(m, in, entries));
  if (entries == 0) return SW_OK;
  herr_t code = read_rectangle(in->partner, rank - skip, from + skip, count + skip,
                               H5T_NATIVE_INT32, in->index);
  for (int k = 0; k < m->n_kept && code >= 0; k++)
    code = read_rectangle(in->value[k], rank - skip, from + skip, count + skip, H5T_NATIVE_DOUBLE,
                          in->number[k]);
  if (code < 0) return sw_h5_fail(m->diff->err, where, "be read");
  /* compare_rows uses these as indices into place[] and to_new[]. */
  for (int64_t e = 0; e < entries; e++)
    if (in->index[e] >= in->units) return bad_rows(m->diff, where, "a partner is not a unit");
  return SW_OK;
}

/* ---- two rows --------------------------------------------------------------------------- */

/* Partners of a row in entries [from, to): up to the first -1. */
static int64_t length_of(const side *in, int64_t from, int64_t to) {
  int64_t e = from;
  while (e < to && in->index[e] >= 0)
    e++;
  return e - from;
}

/* Compares all values of one partner: entry e of the old block with entry f of the new one. `skip`
 * leaves the period out of `at` where the variable has no time. */
static void compare_entry(matcher *m, const int64_t at[3], int64_t e, int64_t f) {
  int skip = !m->in[SW_OLD].timed;
  for (int k = 0; k < m->n_kept; k++) {
    double was = m->in[SW_OLD].number[k][e], is = m->in[SW_NEW].number[k][f];
    m->tally[k]->compared++;
    if (was == is || (was != was && is != is)) continue;
    sw_diff_cell cell[2] = {{.real = was}, {.real = is}};
    sw_diff_value(m->diff, m->tally[k], at + skip, cell);
  }
}

/* Records a partner that only one file has, at its place in that file's row, with its first
 * value. */
static void tell_partner(matcher *m, const int64_t at[3], bool entered, int64_t rank, int64_t e) {
  const side *in = &m->in[entered];
  int skip = !in->timed;
  sw_diff_partner(m->diff, m->partner, at + skip, entered, rank,
                  m->n_kept > 0 ? &in->number[0][e] : NULL);
}

/* Compares two rows: n_old partners from entry e on, n_new from f on; at[0], at[1] are the period
 * and the unit, at[2] is filled in. The new row is entered in `place`, then each old partner is
 * looked up there and struck out; what is left has entered. Every mark is taken back on the way, so
 * a row costs its own length, not the number of units. */
static void compare_rows(matcher *m, int64_t at[3], int64_t e, int64_t n_old, int64_t f,
                         int64_t n_new) {
  const side *old = &m->in[SW_OLD], *new = &m->in[SW_NEW];
  for (int64_t j = 0; j < n_new; j++)
    m->place[new->index[f + j]] = j;
  for (int64_t i = 0; i < n_old; i++) {
    /* A partner that the new file no longer has as a unit has left, too. */
    int64_t unit = old->index[e + i], to = m->to_new[unit];
    int64_t j = to >= 0 ? m->place[to] : -1;
    at[2] = unit;
    if (j < 0) {
      tell_partner(m, at, false, i, e + i);
      continue;
    }
    compare_entry(m, at, e + i, f + j);
    m->place[to] = -1;
  }
  for (int64_t j = 0; j < n_new; j++) {
    int64_t unit = at[2] = new->index[f + j];
    /* Struck out above when the old row had it. */
    if (m->place[unit] == j) tell_partner(m, at, true, j, f + j);
    m->place[unit] = -1;
  }
  m->partner->compared += n_old;
}

/* ---- blocks of rows --------------------------------------------------------------------- */

/* How many common units from `first` on can be read as one block: their positions must ascend in
 * both files, as rows are read in one range, and the entries must not exceed BLOCK_ENTRIES. At
 * least one, however long its row. */
static int64_t rows_that_fit(const matcher *m, int64_t first) {
  const sw_diff_axis *unit = m->diff->unit;
  int64_t count = 1;
  for (; first + count < unit->n_common; count++)
    for (int s = 0; s < 2; s++) {
      const int64_t *at = unit->at[s] + first, *start = m->in[s].start;
      if (at[count] < at[count - 1] || start[at[count] + 1] - start[at[0]] > BLOCK_ENTRIES)
        return count;
    }
  return count;
}

/* Reads the rows of some common units from both files, rows of other units in between included,
 * then compares unit by unit. base: the entry of the file with which the buffers begin. */
static sw_status compare_block(matcher *m, const char *where, const int64_t period[2],
                               int64_t first, int64_t count) {
  const sw_diff_axis *unit = m->diff->unit;
  int64_t base[2];
  for (int s = 0; s < 2; s++) {
    int64_t lo = unit->at[s][first], hi = unit->at[s][first + count - 1] + 1;
    base[s] = m->in[s].start[lo];
    SW_TRY(read_rows(m, where, &m->in[s], period[s], lo, hi));
  }
  for (int64_t i = first; i < first + count; i++) {
    int64_t from[2], n[2], at[3] = {period[SW_OLD], unit->at[SW_OLD][i], 0};
    for (int s = 0; s < 2; s++) {
      const int64_t *start = m->in[s].start + unit->at[s][i];
      from[s] = start[0] - base[s];
      n[s] = length_of(&m->in[s], from[s], start[1] - base[s]);
    }
    compare_rows(m, at, from[SW_OLD], n[SW_OLD], from[SW_NEW], n[SW_NEW]);
  }
  return SW_OK;
}

/* Kept pairs of a period, by blocks of rows that fit into memory. */
static sw_status compare_period(matcher *m, const char *where, const int64_t period[2]) {
  for (int s = 0; s < 2; s++)
    SW_TRY(read_starts(m, where, &m->in[s], period[s]));
  for (int64_t first = 0; first < m->diff->unit->n_common && !sw_diff_enough(m->diff);) {
    int64_t count = rows_that_fit(m, first);
    SW_TRY(compare_block(m, where, period, first, count));
    first += count;
  }
  return SW_OK;
}

/* ---- all of it -------------------------------------------------------------------------- */

/* A variable for the partners and one for each value kept. Whatever the layout in the file, their
 * axes are (time, unit, unit): the place in a row says nothing, the partner does. */
static sw_status make_tallies(matcher *m, const char *where, const char *const *names,
                              sw_diff_axis *time) {
  for (int k = -1; k < m->n_kept; k++) {
    sw_tally *tally = NULL;
    SW_TRY(sw_diff_tally(m->diff, where, k < 0 ? SW_NAME_PARTNER : names[k], &tally));
    *(k < 0 ? &m->partner : &m->tally[k]) = tally;
    if (time) tally->axis[tally->rank++] = time;
    tally->axis[tally->rank++] = m->diff->unit;
    tally->axis[tally->rank++] = m->diff->unit; /* the partner */
    tally->type = SW_TYPE_REAL64;
  }
  return SW_OK;
}

/* Values are compared as doubles; when both files hold float32 they are shown with as few digits as
 * tell those apart. */
static void choose_type(sw_tally *tally, const hid_t dataset[2]) {
  bool narrow = true;
  for (int s = 0; s < 2; s++) {
    sw_h5_shape shape = sw_h5_shape_of(dataset[s]);
    narrow = narrow && shape.number == SW_H5_REAL && shape.width <= 4;
  }
  if (narrow) tally->type = SW_TYPE_REAL32;
}

/* Opens the values kept in both files, and compares their attributes as for any variable. */
static sw_status open_kept(matcher *m, const char *where, const char *const *names) {
  for (int k = 0; k < m->n_kept; k++) {
    hid_t both[2];
    char full[512];
    snprintf(full, sizeof full, "%.250s/%.250s", where, names[k]);
    for (int s = 0; s < 2; s++)
      both[s] = m->in[s].value[k] = sw_contents_variable(m->in[s].group, names[k]);
    if (both[SW_OLD] < 0 || both[SW_NEW] < 0) return sw_h5_fail(m->diff->err, full, "be read");
    if (!m->diff->options.values) SW_TRY(sw_diff_attributes(m->diff, full, both));
    choose_type(m->tally[k], both);
  }
  /* A partner is shown with its first value. */
  if (m->n_kept > 0) m->partner->type = m->tally[0]->type;
  return SW_OK;
}

/* Two numbers per unit; -1 everywhere is the state that compare_rows leaves behind. */
static sw_status make_maps(matcher *m) {
  sw_error *err = m->diff->err;
  const sw_diff_axis *unit = m->diff->unit;
  SW_TRY(sw_alloc(err, (size_t)unit->n[SW_OLD] + 1, sizeof *m->to_new, (void **)&m->to_new));
  SW_TRY(sw_alloc(err, (size_t)unit->n[SW_NEW] + 1, sizeof *m->place, (void **)&m->place));
  for (int64_t i = 0; i < unit->n[SW_OLD]; i++)
    m->to_new[i] = -1;
  for (int64_t i = 0; i < unit->n[SW_NEW]; i++)
    m->place[i] = -1;
  for (int64_t i = 0; i < unit->n_common; i++)
    m->to_new[unit->at[SW_OLD][i]] = unit->at[SW_NEW][i];
  return SW_OK;
}

/* The axis of time: of row_start where there is one, as compressed partners have only the axis of
 * entries. NULL for a whole series. */
static sw_status open_time(matcher *m, const char *where, sw_diff_axis **time) {
  hid_t of[2];
  *time = NULL;
  for (int s = 0; s < 2; s++)
    of[s] = m->in[s].row_start >= 0 ? m->in[s].row_start : m->in[s].partner;
  return m->in[SW_OLD].timed ? sw_diff_axis_of(m->diff, where, of, 0, time) : SW_OK;
}

/* All of a group. Both files need their partners by period, or neither; otherwise a note is all. */
static sw_status compare(matcher *m, const char *where, const hid_t group[2],
                         const char *const *names) {
  sw_diff_axis *time = NULL;
  for (int s = 0; s < 2; s++)
    SW_TRY(open_side(m, where, group[s], s));
  if (m->in[SW_OLD].timed != m->in[SW_NEW].timed)
    return sw_diff_note(m->diff, "%s: by period in one file only: partners not compared", where);
  SW_TRY(open_time(m, where, &time));
  SW_TRY(make_tallies(m, where, names, time));
  SW_TRY(open_kept(m, where, names));
  SW_TRY(make_maps(m));
  for (int64_t t = 0; t < (time ? time->n_common : 1) && !sw_diff_enough(m->diff); t++) {
    int64_t period[2] = {time ? time->at[SW_OLD][t] : 0, time ? time->at[SW_NEW][t] : 0};
    SW_TRY(compare_period(m, where, period));
  }
  if (m->n_kept > 0) sw_diff_fold_units(m->diff, m->tally[0]); /* all have as many values */
  for (int k = 0; k < m->n_kept; k++)
    m->diff->values += m->tally[k]->compared;
  return SW_OK;
}

/* Whatever fails, all that was opened is closed here: identifiers begin invalid, pointers NULL.
 * Values beyond the first MOST_KEPT are not compared; no measure has as many. */
sw_status sw_diff_partners(sw_diff *diff, const char *where, const hid_t group[2], int n_names,
                           const char *const *names) {
  matcher m = {.diff = diff, .n_kept = n_names < MOST_KEPT ? n_names : MOST_KEPT};
  for (int s = 0; s < 2; s++) {
    m.in[s].partner = m.in[s].row_start = H5I_INVALID_HID;
    for (int k = 0; k < MOST_KEPT; k++)
      m.in[s].value[k] = H5I_INVALID_HID;
  }
  sw_status status = compare(&m, where, group, names);
  for (int s = 0; s < 2; s++) {
    side *in = &m.in[s];
    for (int k = 0; k < MOST_KEPT; k++) {
      if (in->value[k] >= 0) H5Dclose(in->value[k]);
      sw_free(in->number[k]);
    }
    if (in->partner >= 0) H5Dclose(in->partner);
    if (in->row_start >= 0) H5Dclose(in->row_start);
    sw_free(in->index);
    sw_free(in->start);
  }
  sw_free(m.to_new);
  sw_free(m.place);
  return status;
}
