/* Compares a variable that both files have, block by block; called by walk.c for every dataset that
 * is not kept by partners. On each axis the common positions are cut into runs that span few
 * positions in either file. A block is one run of each axis; what it spans is read from both files
 * in one call each, and the cells at common positions are compared.
 *
 * Invariant: a block is at most BLOCK_CELLS of the old file, so memory does not grow with the
 * variable. Runs follow the chunks of the old file where these fit a block, so each is inflated
 * once; the cache holds those that are larger, and the new file's. */
#include "store/diff/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BLOCK_CELLS: values of a block. CACHE_*: bytes of inflated chunks that HDF5 keeps of a
 * dataset. */
enum { BLOCK_CELLS = 1 << 19, CACHE_LEAST = 1 << 20, CACHE_MOST = 1 << 26 };

/* A piece of an axis: some common positions in a row, and where they lie in each file. Positions in
 * between that the other file lacks are read too, and skipped. */
typedef struct run {
  int64_t first, count; /* indices into the axis's common positions */
  int64_t lo[2], n[2];  /* the positions they span: [lo, lo + n) in each file */
} run;

typedef struct walker {
  sw_diff *diff;
  sw_tally *tally;
  hid_t dataset[2], memory;   /* opened again with a cache; the type of a cell in memory */
  size_t width;               /* bytes of a cell in memory */
  int64_t span[SW_DIFF_RANK]; /* by axis: most positions of the old file in a run */
  int n_runs[SW_DIFF_RANK];
  run *runs[SW_DIFF_RANK];
  const run *block[SW_DIFF_RANK]; /* the block at hand: a run of each axis */
  void *cells[2]; /* what the block spans, the last axis fastest; room for the largest */
} walker;

/* ---- types ------------------------------------------------------------------------------ */

/* How a dataset's values are held in memory. Whole numbers are read as signed 64 bits; only
 * unsigned 64-bit ones do not fit and have a type of their own. */
static sw_diff_type type_of(const sw_h5_shape *shape) {
  static const sw_diff_type type[] = {
      [SW_H5_REAL] = SW_TYPE_REAL64,     [SW_H5_INTEGER] = SW_TYPE_INTEGER,
      [SW_H5_NATURAL] = SW_TYPE_INTEGER, [SW_H5_TEXT] = SW_TYPE_TEXT,
      [SW_H5_BYTES] = SW_TYPE_BYTES,     [SW_H5_OTHER] = SW_TYPE_OTHER};
  if (shape->number == SW_H5_REAL && shape->width <= 4) return SW_TYPE_REAL32;
  if (shape->number == SW_H5_NATURAL && shape->width == 8) return SW_TYPE_NATURAL;
  return type[shape->number];
}

/* The type in which both can be held, SW_TYPE_OTHER when there is none. */
static sw_diff_type common_type(sw_diff_type a, sw_diff_type b) {
  if (a == b) return a;
  return a <= SW_TYPE_NATURAL && b <= SW_TYPE_NATURAL ? SW_TYPE_REAL64 : SW_TYPE_OTHER;
}

/* The HDF5 type to read into; the caller closes it. `width` matters to texts of fixed length only:
 * one byte more than in the file, as a text may fill its whole width without an ending zero. */
static hid_t memory_type(sw_diff_type type, size_t width) {
  if (type == SW_TYPE_TEXT) return sw_h5_text_type();
  if (type != SW_TYPE_BYTES)
    return H5Tcopy(type == SW_TYPE_REAL64    ? H5T_NATIVE_DOUBLE
                   : type == SW_TYPE_REAL32  ? H5T_NATIVE_FLOAT
                   : type == SW_TYPE_INTEGER ? H5T_NATIVE_INT64
                                             : H5T_NATIVE_UINT64);
  hid_t bytes = H5Tcopy(H5T_C_S1);
  H5Tset_size(bytes, width + 1);
  return bytes;
}

/* For notes: a name that tells widths apart, which type_of alone does not. */
static const char *type_name(const sw_h5_shape *shape) {
  const char *name = sw_h5_number_name(shape);
  return name ? name : "of another type";
}

/* ---- runs ------------------------------------------------------------------------------- */

/* Extends what a run spans in file s to the position `at`, which may lie on either side of it. */
static void widen(run *r, int s, int64_t at) {
  int64_t end = r->lo[s] + r->n[s];
  if (at < r->lo[s]) r->lo[s] = at;
  r->n[s] = (at + 1 > end ? at + 1 : end) - r->lo[s];
}

/* Cuts an axis into runs of at most `span` positions of the old file, and returns how many. Runs
 * end at multiples of span: where the old file's chunks end, unless they were cut down. In the new
 * file they may span twice as much, because units that were added come between. Where units changed
 * their order, a run would span far more of the new file: it ends there, in the worst case after
 * one position, which is slow but right. */
static int cut_runs(const sw_diff_axis *axis, int64_t span, run *out) {
  int count = 0;
  for (int64_t i = 0; i < axis->n_common; i++) {
    int64_t at[2] = {axis->at[SW_OLD][i], axis->at[SW_NEW][i]};
    if (count > 0 && out[count - 1].lo[SW_OLD] / span == at[SW_OLD] / span) {
      run wider = out[count - 1];
      for (int s = 0; s < 2; s++)
        widen(&wider, s, at[s]);
      wider.count++;
      if (wider.n[SW_OLD] <= span && wider.n[SW_NEW] <= 2 * span) {
        out[count - 1] = wider;
        continue;
      }
    }
    out[count++] = (run){.first = i, .count = 1, .lo = {at[0], at[1]}, .n = {1, 1}};
  }
  return count;
}

/* Chooses the spans: the chunks of the old file, or whole axes when it is not chunked. While a
 * block has more than BLOCK_CELLS cells the widest span is halved. */
static void choose_spans(walker *w) {
  int rank = w->tally->rank;
  hsize_t chunk[H5S_MAX_RANK] = {0};
  hid_t creation = H5Dget_create_plist(w->dataset[SW_OLD]);
  bool chunked =
      H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, rank, chunk) == rank;
  H5Pclose(creation);
  int64_t cells = 1;
  for (int a = 0; a < rank; a++) {
    w->span[a] = chunked ? (int64_t)chunk[a] : w->tally->axis[a]->n[SW_OLD];
    if (w->span[a] < 1) w->span[a] = 1;
  }
  do {
    int widest = 0;
    cells = 1;
    for (int a = 0; a < rank; a++) {
      if (w->span[a] > w->span[widest]) widest = a;
      /* The product of chunk lengths in a damaged file need not fit; INT64_MAX is too large as
       * well. */
      if (__builtin_mul_overflow(cells, w->span[a], &cells)) cells = INT64_MAX;
    }
    if (cells > BLOCK_CELLS) w->span[widest] = (w->span[widest] + 1) / 2;
  } while (cells > BLOCK_CELLS);
}

/* Cuts every axis. most[s]: cells of the largest block of file s, for which there must be room; no
 * single block need be as large, as the widest runs may not meet. */
static sw_status make_runs(walker *w, int64_t most[2]) {
  sw_error *err = w->diff->err;
  most[SW_OLD] = most[SW_NEW] = 1;
  for (int a = 0; a < w->tally->rank; a++) {
    const sw_diff_axis *axis = w->tally->axis[a];
    SW_TRY(sw_alloc(err, (size_t)axis->n_common + 1, sizeof(run), (void **)&w->runs[a]));
    w->n_runs[a] = cut_runs(axis, w->span[a], w->runs[a]);
    int64_t widest[2] = {0, 0};
    for (int r = 0; r < w->n_runs[a]; r++)
      for (int s = 0; s < 2; s++)
        if (w->runs[a][r].n[s] > widest[s]) widest[s] = w->runs[a][r].n[s];
    for (int s = 0; s < 2; s++)
      most[s] *= widest[s];
  }
  return SW_OK;
}

/* ---- one block -------------------------------------------------------------------------- */

/* Reads what the block spans in file s, in one piece. *cells: how many. */
static sw_status read_side(walker *w, int s, int64_t *cells) {
  hsize_t start[SW_DIFF_RANK], count[SW_DIFF_RANK];
  *cells = 1;
  for (int a = 0; a < w->tally->rank; a++) {
    start[a] = (hsize_t)w->block[a]->lo[s];
    count[a] = (hsize_t)w->block[a]->n[s];
    *cells *= w->block[a]->n[s];
  }
  hsize_t n = (hsize_t)*cells;
  hid_t space = H5Dget_space(w->dataset[s]), memory = H5Screate_simple(1, &n, NULL);
  /* A scalar has no axes to select from: its space is selected whole. */
  if (w->tally->rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  /* No pointer of the last block may be left: text_at and free_texts follow all of them. */
  if (w->tally->type == SW_TYPE_TEXT) memset(w->cells[s], 0, (size_t)n * w->width);
  herr_t code = H5Dread(w->dataset[s], w->memory, memory, space, H5P_DEFAULT, w->cells[s]);
  H5Sclose(memory);
  H5Sclose(space);
  return code < 0 ? sw_h5_fail(w->diff->err, w->tally->name, "be read") : SW_OK;
}

/* Texts of any length are allocated by HDF5, one by one. */
static void free_texts(walker *w, int s, int64_t cells) {
  char **text = w->cells[s];
  for (int64_t i = 0; w->tally->type == SW_TYPE_TEXT && i < cells; i++)
    if (text[i]) H5free_memory(text[i]);
}

/* A text that was never written reads as NULL, which is the same as an empty one. */
static const char *text_at(const walker *w, int s, int64_t i) {
  if (w->tally->type == SW_TYPE_BYTES) return (char *)w->cells[s] + (size_t)i * w->width;
  const char *text = ((char **)w->cells[s])[i];
  return text ? text : "";
}

/* Whether cell i of the old block and cell j of the new one are the same. Two NaNs are, whatever
 * their bits; so are 0 and -0. Tolerances come later, for the few that are not the same. */
static bool same_cell(const walker *w, int64_t i, int64_t j) {
  double a = 0, b = 0;
  switch (w->tally->type) {
  case SW_TYPE_REAL64:
    a = ((double *)w->cells[SW_OLD])[i], b = ((double *)w->cells[SW_NEW])[j];
    return a == b || (a != a && b != b);
  case SW_TYPE_REAL32:
    a = ((float *)w->cells[SW_OLD])[i], b = ((float *)w->cells[SW_NEW])[j];
    return a == b || (a != a && b != b);
  case SW_TYPE_INTEGER:
  case SW_TYPE_NATURAL:
    return ((int64_t *)w->cells[SW_OLD])[i] == ((int64_t *)w->cells[SW_NEW])[j];
  default:
    return strcmp(text_at(w, SW_OLD, i), text_at(w, SW_NEW, j)) == 0;
  }
}

/* A copy that outlives the block; a text is cut to what is shown. */
static sw_diff_cell cell_at(const walker *w, int s, int64_t i) {
  sw_diff_cell cell = {0};
  switch (w->tally->type) {
  case SW_TYPE_REAL64:
    cell.real = ((double *)w->cells[s])[i];
    break;
  case SW_TYPE_REAL32:
    cell.real = ((float *)w->cells[s])[i];
    break;
  case SW_TYPE_INTEGER:
  case SW_TYPE_NATURAL:
    cell.integer = ((int64_t *)w->cells[s])[i];
    break;
  default:
    snprintf(cell.text, sizeof cell.text, "%s", text_at(w, s, i));
  }
  return cell;
}

/* Compares the block cell by cell. `step` counts common positions within the runs, one digit per
 * axis, the last one fastest. Offsets are computed anew for each cell, since the files' blocks
 * differ in shape and in what lies between. */
static void compare_cells(walker *w) {
  int rank = w->tally->rank;
  int64_t step[SW_DIFF_RANK] = {0}, at[SW_DIFF_RANK] = {0};
  for (bool more = true; more;) {
    int64_t offset[2] = {0, 0};
    for (int a = 0; a < rank; a++) {
      const run *r = w->block[a];
      for (int s = 0; s < 2; s++)
        offset[s] = offset[s] * r->n[s] + w->tally->axis[a]->at[s][r->first + step[a]] - r->lo[s];
    }
    /* Positions are told as those of the old file. */
    if (!same_cell(w, offset[SW_OLD], offset[SW_NEW])) {
      for (int a = 0; a < rank; a++)
        at[a] = w->tally->axis[a]->at[SW_OLD][w->block[a]->first + step[a]];
      sw_diff_cell cell[2] = {cell_at(w, SW_OLD, offset[SW_OLD]),
                              cell_at(w, SW_NEW, offset[SW_NEW])};
      sw_diff_value(w->diff, w->tally, at, cell);
    }
    int a = rank - 1;
    while (a >= 0 && ++step[a] == w->block[a]->count)
      step[a--] = 0;
    more = a >= 0;
  }
}

/* Whether both blocks are laid out alike: common positions without gaps and in order on every
 * axis, and cells that hold their value themselves, which texts of any length do not. Then equal
 * bytes are equal values, and one memcmp, at the speed of memory, settles a block that has not
 * changed. */
static bool is_dense(const walker *w) {
  for (int a = 0; a < w->tally->rank; a++) {
    const run *r = w->block[a];
    const int64_t *const *at = w->tally->axis[a]->at;
    for (int s = 0; s < 2; s++)
      for (int64_t i = 0; i < r->count; i++)
        if (at[s][r->first + i] != r->lo[s] + i) return false;
  }
  return w->tally->type <= SW_TYPE_NATURAL;
}

/* Reads both sides, then compares. Different bytes need not be different values (NaN, -0), so only
 * equality is settled by memcmp. Texts are freed on both sides also when the second cannot be
 * read. */
static sw_status compare_block(walker *w) {
  int64_t cells[2] = {0, 0}, common = 1;
  for (int a = 0; a < w->tally->rank; a++)
    common *= w->block[a]->count;
  w->tally->compared += common;
  sw_status status = read_side(w, SW_OLD, &cells[SW_OLD]);
  if (status == SW_OK) {
    status = read_side(w, SW_NEW, &cells[SW_NEW]);
    bool equal = status == SW_OK && is_dense(w) &&
                 memcmp(w->cells[SW_OLD], w->cells[SW_NEW], (size_t)common * w->width) == 0;
    if (status == SW_OK && !equal) compare_cells(w);
    if (status == SW_OK) free_texts(w, SW_NEW, cells[SW_NEW]);
    free_texts(w, SW_OLD, cells[SW_OLD]);
  }
  return status;
}

/* ---- all blocks ------------------------------------------------------------------------- */

/* Visits all blocks, the runs of the last axis fastest, until the answer is known. */
static sw_status compare_blocks(walker *w) {
  int rank = w->tally->rank, at[SW_DIFF_RANK] = {0};
  for (int a = 0; a < rank; a++)
    if (w->n_runs[a] == 0) return SW_OK; /* nothing in common */
  for (bool more = true; more && !sw_diff_enough(w->diff);) {
    for (int a = 0; a < rank; a++)
      w->block[a] = &w->runs[a][at[a]];
    SW_TRY(compare_block(w));
    int a = rank - 1;
    while (a >= 0 && ++at[a] == w->n_runs[a])
      at[a--] = 0;
    more = a >= 0;
  }
  return SW_OK;
}

/* Buffers are made once, for the largest block. One more cell, so that no allocation is of
 * nothing. */
static sw_status walk_blocks(walker *w) {
  int64_t most[2];
  choose_spans(w);
  SW_TRY(make_runs(w, most));
  for (int s = 0; s < 2; s++)
    SW_TRY(sw_alloc(w->diff->err, (size_t)most[s] + 1, w->width, &w->cells[s]));
  return compare_blocks(w);
}

/* Opens the dataset again, with room in its cache for four chunks, within CACHE_LEAST ..
 * CACHE_MOST. HDF5's default of 1 MB is less than one chunk of a large matrix, which would then be
 * inflated again for every block that touches it. 521 slots are HDF5's default; 1: chunks read
 * whole leave first. */
static hid_t open_cached(hid_t dataset) {
  char name[1024] = "";
  hsize_t chunk[H5S_MAX_RANK] = {0};
  if (H5Iget_name(dataset, name, sizeof name) <= 0) return H5I_INVALID_HID;
  hid_t creation = H5Dget_create_plist(dataset), access = H5Pcreate(H5P_DATASET_ACCESS);
  hid_t type = H5Dget_type(dataset);
  double bytes = (double)H5Tget_size(type);
  int rank =
      H5Pget_layout(creation) == H5D_CHUNKED ? H5Pget_chunk(creation, H5S_MAX_RANK, chunk) : 0;
  for (int a = 0; a < rank; a++)
    bytes *= (double)chunk[a];
  double room = 4 * bytes < CACHE_LEAST  ? CACHE_LEAST
                : 4 * bytes > CACHE_MOST ? CACHE_MOST
                                         : 4 * bytes;
  H5Pset_chunk_cache(access, 521, (size_t)room, 1);
  H5Tclose(type);
  H5Pclose(creation);
  hid_t file = H5Iget_file_id(dataset), again = H5Dopen2(file, name, access);
  H5Fclose(file);
  H5Pclose(access);
  return again;
}

/* Compares one variable, and counts it whether it differs or not. `width`: of the wider text of
 * both. */
static sw_status walk(sw_diff *diff, sw_tally *tally, const hid_t dataset[2], size_t width) {
  walker w = {.diff = diff, .tally = tally, .memory = memory_type(tally->type, width)};
  w.width = H5Tget_size(w.memory);
  for (int s = 0; s < 2; s++)
    w.dataset[s] = open_cached(dataset[s]);
  sw_status status = w.dataset[SW_OLD] >= 0 && w.dataset[SW_NEW] >= 0
                         ? walk_blocks(&w)
                         : sw_h5_fail(diff->err, tally->name, "be read");
  for (int a = 0; a < tally->rank; a++)
    sw_free(w.runs[a]);
  for (int s = 0; s < 2; s++) {
    sw_free(w.cells[s]);
    if (w.dataset[s] >= 0) H5Dclose(w.dataset[s]);
  }
  H5Tclose(w.memory);
  sw_diff_fold_units(diff, tally);
  diff->values += tally->compared;
  return status;
}

/* ---- whether they can be compared ------------------------------------------------------- */

/* Attributes are compared in any case. Then whatever makes a comparison impossible is told: other
 * axes, types without a common one, or what no results file has. The last is no difference but a
 * remark, as nothing is known of the values. Axes are compared by their names and not by their
 * lengths: units may be added or removed, but a variable whose axes are others cannot be
 * matched. */
sw_status sw_diff_dataset(sw_diff *diff, const char *where, const char *name,
                          const hid_t dataset[2]) {
  char full[512];
  const char *axes[2];
  sw_h5_shape shape[2];
  sw_tally *tally = NULL;
  snprintf(full, sizeof full, "%.250s%s%.250s", where, *where ? "/" : "", name);
  if (!diff->options.values) SW_TRY(sw_diff_attributes(diff, full, dataset));
  for (int s = 0; s < 2; s++) {
    shape[s] = sw_h5_shape_of(dataset[s]);
    axes[s] = sw_h5_shape_text(diff->arena, dataset[s], &shape[s], false);
    if (!axes[s]) return sw_fail(diff->err, SW_ENOMEM, "out of memory for axes");
  }
  if (strcmp(axes[SW_OLD], axes[SW_NEW]) != 0)
    return sw_diff_note(diff, "%s: kept as %s, now as %s: not compared", full, axes[SW_OLD],
                        axes[SW_NEW]);
  sw_diff_type type[2] = {type_of(&shape[SW_OLD]), type_of(&shape[SW_NEW])};
  sw_diff_type common = common_type(type[SW_OLD], type[SW_NEW]);
  const char *named[2] = {type_name(&shape[SW_OLD]), type_name(&shape[SW_NEW])};
  /* A number in one file and a text in the other. */
  if (type[SW_OLD] != type[SW_NEW] && common == SW_TYPE_OTHER)
    return sw_diff_note(diff, "%s: %s, now %s: not compared", full, named[SW_OLD], named[SW_NEW]);
  /* Both of a type that this program does not know, or with more axes than any result. */
  int rank = shape[SW_OLD].rank;
  if (rank < 0 || rank > SW_DIFF_RANK || common == SW_TYPE_OTHER)
    return sw_diff_remark(diff, "%s: not compared: unknown type or too many axes", full);
  if (strcmp(named[SW_OLD], named[SW_NEW]) != 0 && !diff->options.values)
    SW_TRY(sw_diff_note(diff, "%s: %s -> %s", full, named[SW_OLD], named[SW_NEW]));
  SW_TRY(sw_diff_tally(diff, where, name, &tally));
  tally->type = common;
  tally->rank = rank;
  for (int a = 0; a < rank; a++)
    SW_TRY(sw_diff_axis_of(diff, where, dataset, a, &tally->axis[a]));
  return walk(diff, tally, dataset,
              shape[SW_OLD].width > shape[SW_NEW].width ? shape[SW_OLD].width
                                                        : shape[SW_NEW].width);
}
