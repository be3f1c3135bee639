/* Geometry of the walks over pairs; see geometry.h. The journal, the results file and the estimate
 * of `check` rest on these numbers: whoever changes one of them raises what tells old journals
 * apart. */
#include "plan/walk/geometry.h"

#include "measure/outputs.h"

/* Whole rows are needed where partners are kept or the measure asks for them. A dense directed
 * matrix goes by squares, as its file is chunked by squares and a chunk is written once; one of
 * which sums are kept does where a square and the one opposite share work. An undirected one goes
 * by the triangle, which evaluates half of the pairs. The pass that counts the entries of `above`
 * goes by strips, as the pass that stores them does. The order of the questions decides: what needs
 * whole rows comes first, then what is stored, then what is only summed. */
static sw_walk choose_walk(const sw_job *job, sw_keep_kind keep, bool counts) {
  if (counts || sw_measure_fills_rows(job->measure) || job->links_only) return SW_WALK_STRIPS;
  if (keep == SW_KEEP_DENSE) return job->directed ? SW_WALK_SQUARES : SW_WALK_TRIANGLE;
  if (keep == SW_KEEP_SUMMARY && !job->directed) return SW_WALK_TRIANGLE;
  if (keep == SW_KEEP_SUMMARY && job->measure->fold_both) return SW_WALK_SQUARES;
  return SW_WALK_STRIPS;
}

/* Only whole rows have numbers, and these are walked by strips. By period, for each row of
 * units. */
static int64_t numbers_of(const sw_job *job) {
  int64_t numbers = 0;
  for (int q = 0; job->measure->output[q].name; q++)
    if (job->measure->output[q].by_row && !job->result[q].off) numbers += job->result[q].width;
  return numbers;
}

/* A sample recomputes tasks of the storing pass, so both have the same geometry. g.blocks is set by
 * the caller that sums blocks (plan/sums). */
sw_geometry sw_geometry_make(const sw_job *job, sw_keep_kind keep, int rings, const sw_cut *cut,
                             sw_pair_pass pass) {
  sw_geometry g = {.cut = *cut, .counts = pass == SW_PAIRS_COUNT || pass == SW_PAIRS_RANK};
  g.prepares = job->measure->row_periods != NULL;
  g.walk = choose_walk(job, keep, g.counts);
  g.numbers = g.counts ? 0 : numbers_of(job);
  if (g.walk == SW_WALK_TRIANGLE) g.rings = rings;
  g.reaches = g.walk == SW_WALK_SQUARES && keep == SW_KEEP_SUMMARY &&
              job->pass[job->n_passes - 1].from != 0; /* NaN too */
  g.parts = job->directed;
  if (g.walk == SW_WALK_TRIANGLE) g.parts = 1;
  if (g.walk == SW_WALK_SQUARES) g.parts = cut->strips_a_square;
  return g;
}

/* ---- rows and tasks --------------------------------------------------------------------- */

/* Rows are strips, or rows of squares: what one thread takes at a time. */
int64_t sw_geometry_rows(const sw_geometry *g) {
  return g->walk == SW_WALK_STRIPS ? g->cut.strips : g->cut.squares;
}

/* Of a triangle from the diagonal on. */
int64_t sw_geometry_tasks_of_row(const sw_geometry *g, int64_t row) {
  if (g->walk == SW_WALK_STRIPS) return 1;
  return g->cut.squares - (g->walk == SW_WALK_TRIANGLE ? row : 0);
}

/* Tasks of all rows before: those of a triangle's rows are squares, squares - 1, ..., of which r
 * rows have r * squares - r (r - 1) / 2. Exact in int64_t for any n that a panel can have. */
static int64_t tasks_before(const sw_geometry *g, int64_t row) {
  if (g->walk == SW_WALK_STRIPS) return row;
  return row * g->cut.squares - (g->walk == SW_WALK_TRIANGLE ? row * (row - 1) / 2 : 0);
}

int64_t sw_geometry_tasks(const sw_geometry *g) {
  return tasks_before(g, sw_geometry_rows(g));
}

int64_t sw_geometry_task(const sw_geometry *g, int64_t row, int64_t nth) {
  return tasks_before(g, row) + nth;
}

void sw_geometry_units(const sw_geometry *g, int64_t row, int64_t *first, int64_t *end) {
  if (g->walk == SW_WALK_STRIPS)
    sw_cut_strip(&g->cut, row, first, end);
  else
    sw_cut_square(&g->cut, row, first, end);
}

/* A triangle's row begins on the diagonal. Strips have one column, 0. */
int64_t sw_geometry_column(const sw_geometry *g, int64_t row, int64_t nth) {
  return g->walk == SW_WALK_TRIANGLE ? row + nth : nth;
}

bool sw_geometry_mirrors(const sw_geometry *g, int64_t row, int64_t nth) {
  return g->walk == SW_WALK_TRIANGLE && sw_geometry_column(g, row, nth) != row;
}

/* ---- tiles of what is stored ------------------------------------------------------------ */

/* Tiles are what checksums are of: strips, or all squares, also those that are mirrored. */
int64_t sw_geometry_tiles(const sw_geometry *g) {
  return g->walk == SW_WALK_STRIPS ? g->cut.strips : g->cut.squares * g->cut.squares;
}

/* tile[1] is -1 where no square is mirrored. */
void sw_geometry_tiles_of_task(const sw_geometry *g, int64_t row, int64_t nth, int64_t tile[2]) {
  int64_t squares = g->cut.squares, column = sw_geometry_column(g, row, nth);
  tile[0] = g->walk == SW_WALK_STRIPS ? row : row * squares + column;
  tile[1] = sw_geometry_mirrors(g, row, nth) ? column * squares + row : -1;
}

/* ---- slots ------------------------------------------------------------------------------ */

/* A slot begins with the shares of rows; their numbers follow, then the shares of columns. */
int64_t sw_geometry_numbers_at(const sw_geometry *g) {
  return g->walk == SW_WALK_STRIPS ? g->cut.strip : g->cut.side;
}

int64_t sw_geometry_columns_at(const sw_geometry *g) {
  return sw_geometry_numbers_at(g) * (1 + g->numbers);
}

/* A count is an int64_t, as large as a double. One layer of a slot: sums of rows, further numbers
 * of rows, sums of columns in `parts` parts. */
int64_t sw_geometry_layer(const sw_geometry *g) {
  if (g->blocks) return 0;
  int64_t columns = g->walk == SW_WALK_STRIPS ? g->cut.n : g->cut.side;
  return sw_geometry_columns_at(g) + (g->counts ? 0 : g->parts * columns);
}

int64_t sw_geometry_blocks_at(const sw_geometry *g) {
  return sw_geometry_slot(g) - g->blocks;
}

int64_t sw_geometry_reached_at(const sw_geometry *g) {
  return sw_geometry_blocks_at(g) - 1;
}

int64_t sw_geometry_slot(const sw_geometry *g) {
  return sw_geometry_layer(g) * (1 + g->rings) + g->rings + g->reaches + g->blocks;
}

int64_t sw_geometry_slots(const sw_geometry *g) {
  return g->counts ? 0 : sw_geometry_tasks(g) * sw_geometry_slot(g);
}

/* All matrices where they have no slots, else as many as `bytes` hold, and one in any case. */
int64_t sw_geometry_window(const sw_geometry *g, int64_t bytes) {
  int64_t slots = sw_geometry_slots(g) * (int64_t)sizeof(double);
  if (slots == 0) return INT64_MAX;
  int64_t fit = (g->prepares ? SW_PREPARED_BYTES * bytes : bytes) / slots;
  return fit > 1 ? fit : 1;
}

int64_t sw_geometry_rows_per_group(const sw_geometry *g) {
  return g->walk == SW_WALK_SQUARES && g->cut.strip > g->cut.side ? g->cut.strip / g->cut.side : 1;
}

/* In double: no product overflows. A triangle is half of the square, and its squares on the
 * diagonal are computed whole. */
double sw_geometry_pairs(const sw_geometry *g) {
  double all = (double)g->cut.n * (double)g->cut.n;
  return g->walk == SW_WALK_TRIANGLE ? all * (0.5 + 0.5 / (double)g->cut.squares) : all;
}
