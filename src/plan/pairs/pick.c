/* Partners that are kept of a row: the k strongest, those over a threshold or found, or those
 * linked. Strength orders partners, from high to low: the value itself, its magnitude, or, where
 * the smallest comes first, its negative (the study's `by`, else the measure's). It is a double as
 * the value is; ties go by unit code; links without a value come last. This is a total order, so
 * what is kept and in which order depends on the row alone, not on the order in which its segments
 * come. float32 is made only when a value is put into the packet: rounded values would tie where
 * doubles do not.
 *
 * Called by strip.c, by one thread for all rows of its strip. `above` runs twice: a counting pass,
 * whose counts become the positions of entries, and the pass that stores. Both evaluate the same
 * bits, so the second one finds exactly as many entries as there is room for. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which comes first ------------------------------------------------------------------ */

/* The sign is kept apart, so that the value comes back to the bit (value_of). */
sw_pick sw_pairs_pick(const sw_pairs *p, double value, int64_t to) {
  sw_by by = p->plan->keep.by;
  bool negative = by == SW_BY_SMALLEST || (by == SW_BY_ABSOLUTE && signbit(value));
  return (sw_pick){negative ? -value : value, 2 * to + negative};
}

/* The lowest bit of the key is the sign that the strength has lost. */
static double value_of(sw_pick pick) {
  return pick.key & 1 ? -pick.strength : pick.strength;
}

/* Whether a is kept rather than b, and stored before it. NaN occurs among links only. */
static bool is_before(sw_pick a, sw_pick b) {
  if (isnan(a.strength) || isnan(b.strength)) {
    if (isnan(a.strength) != isnan(b.strength)) return isnan(b.strength);
    return a.key < b.key;
  }
  return a.strength != b.strength ? a.strength > b.strength : a.key < b.key;
}

static int compare_picks(const void *a, const void *b) {
  sw_pick x = *(const sw_pick *)a, y = *(const sw_pick *)b;
  return is_before(y, x) - is_before(x, y);
}

/* ---- room ------------------------------------------------------------------------------- */

/* The end of the batch of rows that begins with b0. Only `above` has batches, of about
 * SW_BATCH_ENTRIES entries (a single row may have more), so that a low threshold does not let a
 * strip grow to n^2 / strips of them. Where a strip ends does not depend on them, nor do its
 * sums. */
int64_t sw_pairs_picks_batch(const sw_pairs *p, int t, int64_t b0, int64_t r1) {
  if (p->counts || !sw_keep_is_counted(p->plan->keep.kind)) return r1;
  const int64_t *start = p->plan->row_start + t * p->job->n;
  int64_t b1 = b0 + 1;
  while (b1 < r1 && start[b1 + 1] - start[b0] <= SW_BATCH_ENTRIES)
    b1++;
  return b1;
}

/* Makes room for the partners of rows [r0, r1): k for each row, or as many as were counted or are
 * linked. The buffer is kept for later batches and only grows; its old content is not needed. */
sw_status sw_pairs_picks_begin(sw_error *err, sw_worker *w, int t, int64_t r0, int64_t r1) {
  const sw_pairs *p = w->pairs;
  const sw_keep *keep = &p->plan->keep;
  if (w->pairs->counts || keep->kind == SW_KEEP_SUMMARY || keep->kind == SW_KEEP_DENSE)
    return SW_OK;
  const int64_t *start = keep->kind == SW_KEEP_TOP ? NULL : p->plan->row_start + t * p->job->n;
  for (int64_t row = 0; row <= r1 - r0; row++)
    w->pick_at[row] = start ? start[r0 + row] - start[r0] : row * keep->top;
  for (int64_t row = 0; row < r1 - r0; row++) {
    w->pick_end[row] = w->pick_at[row];
    if (keep->kind == SW_KEEP_LINKS)
      w->link_at[row] = sw_pair_links(p->plan, t)->row_start[r0 + row];
  }
  int64_t room = w->pick_at[r1 - r0];
  if (room <= w->room) return SW_OK;
  sw_free(w->pick);
  w->room = 0;
  SW_TRY(sw_alloc(err, (size_t)room, sizeof *w->pick, (void **)&w->pick));
  w->room = room;
  return SW_OK;
}

/* ---- seeing segments -------------------------------------------------------------------- */

/* As is_before, of picks that have a value. */
static inline bool is_stronger(sw_pick a, sw_pick b) {
  return a.strength != b.strength ? a.strength > b.strength : a.key < b.key;
}

/* A heap with the last of the kept on top, which the next better partner displaces. Puts `pick` in
 * the place of the top. */
static void sift_down(sw_pick *heap, int64_t count, sw_pick pick) {
  int64_t at = 0;
  for (int64_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && is_stronger(heap[child], heap[child + 1])) child++;
    if (!is_stronger(pick, heap[child])) break;
    heap[at] = heap[child];
  }
  heap[at] = pick;
}

/* Adds `pick` at the end, while the heap is not full. */
static void sift_up(sw_pick *heap, int64_t at, sw_pick pick) {
  for (; at > 0 && is_stronger(heap[(at - 1) / 2], pick); at = (at - 1) / 2)
    heap[at] = heap[(at - 1) / 2];
  heap[at] = pick;
}

/* Columns that are looked through at a time. */
enum { TOP_CHUNK = 256 };

/* What the k strongest of a row's first segment reach. Without it the heap fills with whatever
 * comes first, and each is displaced in turn: most of the work on a row. -INFINITY, which all
 * reach, where the segment is too short for k. */
static double first_bound(const double *strength, int64_t count, int64_t k) {
  bool worth = 2 * k <= SW_BOUND_LANES && count >= 4 * SW_BOUND_LANES;
  return worth ? sw_lanes_bound(strength, count, k) : -INFINITY;
}

/* Shows a segment to the heap of a row. `greatest`, of the strengths, saves the look at segments
 * that cannot hold anything better, which are nearly all once strong partners are kept; an equal
 * one may still win by its code. What is looked for rises with what is kept, from chunk to chunk.
 */
static void see_top(sw_worker *w, int64_t row, int64_t j0, int64_t count, const double *v,
                    const double *strength, double greatest) {
  const sw_pairs *p = w->pairs;
  int64_t k = p->plan->keep.top, held = w->pick_end[row] - w->pick_at[row];
  sw_pick *heap = w->pick + w->pick_at[row];
  int32_t found[TOP_CHUNK];
  if (held == k && !(greatest >= heap[0].strength)) return;
  double bound = held ? -INFINITY : first_bound(strength, count, k);
  for (int64_t c = 0; c < count; c += TOP_CHUNK) {
    int64_t chunk = count - c < TOP_CHUNK ? count - c : TOP_CHUNK;
    double least = held == k ? heap[0].strength : bound;
    int64_t hits = sw_lanes_reaching(strength + c, chunk, least, found);
    for (int64_t hit = 0; hit < hits; hit++) {
      int64_t at = c + found[hit];
      sw_pick pick = sw_pairs_pick(p, v[at], j0 + at);
      if (held < k)
        sift_up(heap, held++, pick);
      else if (is_stronger(pick, heap[0]))
        sift_down(heap, k, pick);
    }
  }
  w->pick_end[row] = w->pick_at[row] + held;
}

/* What is equal to the threshold is not over it, also where rounding has put it there: powers of
 * distances are right to some 2^-43, so what is within 2^-40 is on it. */
static double threshold_of(const sw_worker *w) {
  if (w->pairs->decides >= 0) return 0.5;
  double threshold = w->pairs->plan->keep.above;
  return threshold + fabs(threshold) * 0x1p-40;
}

/* Entries over the threshold, in the order of columns; sorted when the row ends. There is no check
 * of room: the counting pass has found the same values. */
static void see_above(sw_worker *w, int64_t row, int64_t j0, int64_t count, const double *v,
                      const double *over, double greatest) {
  double threshold = threshold_of(w);
  if (!(greatest > threshold)) return;
  int64_t end = w->pick_end[row];
  for (int64_t c = 0; (c = sw_lanes_next_above(over, c, count, threshold)) < count; c++)
    w->pick[end++] = sw_pairs_pick(w->pairs, v[c], j0 + c);
  w->pick_end[row] = end;
}

/* As many of the strongest as were counted for the row, so the last of the ties that do not fit go
 * by the order of partners, as everywhere. */
static void see_share(sw_worker *w, int t, int64_t row, int64_t j0, int64_t count, const double *v,
                      const double *strength, double greatest) {
  const sw_pairs *p = w->pairs;
  double least = sw_pairs_share_least(p, t);
  int64_t k = w->pick_at[row + 1] - w->pick_at[row], held = w->pick_end[row] - w->pick_at[row];
  sw_pick *heap = w->pick + w->pick_at[row];
  if (k == 0 || !(greatest >= least)) return;
  for (int64_t c = 0; (c = sw_lanes_next_reaching(strength, c, count, least)) < count; c++) {
    sw_pick pick = sw_pairs_pick(p, v[c], j0 + c);
    if (held < k)
      sift_up(heap, held++, pick);
    else if (is_stronger(pick, heap[0]))
      sift_down(heap, k, pick);
  }
  w->pick_end[row] = w->pick_at[row] + held;
}

/* Counts a row's entries, in row_start one place behind the row: sw_pairs_rows_end turns the counts
 * into positions. */
static void count_above(sw_worker *w, int t, int64_t i, int64_t count, const double *over,
                        double greatest) {
  const sw_pairs *p = w->pairs;
  double threshold = threshold_of(w);
  if (!(greatest > threshold)) return;
  int64_t found = 0;
  for (int64_t c = 0; c < count; c++)
    found += over[c] > threshold;
  p->plan->row_start[t * p->job->n + i + 1] += found; /* this row is this thread's alone */
}

/* Takes the values of a row's links in this segment, NaN too: a link is stored whether it has a
 * value or not. Both the links and the segments come in the order of columns, so each link is met
 * once. */
static void see_links(sw_worker *w, int t, int64_t row, int64_t i, int64_t j0, int64_t j1,
                      const double *v) {
  const sw_links *links = sw_pair_links(w->pairs->plan, t);
  int64_t at = w->link_at[row], end = links->row_start[i + 1];
  for (; at < end && links->to[at] < j1; at++)
    w->pick[w->pick_end[row]++] = sw_pairs_pick(w->pairs, v[links->to[at] - j0], links->to[at]);
  w->link_at[row] = at;
}

/* What the segment is looked through for: strengths, and *greatest becomes theirs. A threshold is a
 * number of the study, though: `above` compares it with values, or with magnitudes where these are
 * what orders partners, and never with negatives. */
static const double *strengths_of(sw_worker *w, int64_t count, const double *v, double *greatest) {
  const sw_keep *keep = &w->pairs->plan->keep;
  double ignored = 0;
  if (keep->by == SW_BY_LARGEST || (keep->by == SW_BY_SMALLEST && keep->kind == SW_KEEP_ABOVE))
    return v;
  (keep->by == SW_BY_SMALLEST ? sw_lanes_negate : sw_lanes_magnitude)(v, count, w->strength);
  sw_lanes_scan(w->strength, count, &ignored, greatest);
  return w->strength;
}

/* keep: significant: 1 or 0 of the pairs of a segment, which stand in their own buffer where the
 * values v stand in theirs. A unit's own place has no pair. */
static const double *decided(sw_worker *w, int64_t i, int64_t j0, int64_t j1, const double *v,
                             double *greatest) {
  const sw_pairs *p = w->pairs;
  double *of = w->all[p->decides] + (v - w->all[p->quantity[0]]);
  if (i >= j0 && i < j1) of[i - j0] = NAN;
  *greatest = INFINITY;
  return of;
}

/* Hands a segment to whatever keeps pairs: counted, ranked, or picked. Most segments end in one
 * comparison with `greatest`. */
void sw_pairs_picks_see(sw_worker *w, int t, int64_t r0, int64_t i, int64_t j0, int64_t j1,
                        const double *v, double greatest) {
  sw_keep_kind kind = w->pairs->plan->keep.kind;
  const double *strength = v;
  if (w->pairs->decides >= 0)
    strength = decided(w, i, j0, j1, v, &greatest);
  else if (w->pairs->counts || kind == SW_KEEP_TOP || sw_keep_is_counted(kind))
    strength = strengths_of(w, j1 - j0, v, &greatest);
  if (w->pairs->ranks)
    sw_pairs_rank_see(w, t, j1 - j0, strength, greatest);
  else if (w->pairs->counts && kind == SW_KEEP_SHARE)
    sw_pairs_share_count(w, t, i, j1 - j0, strength, greatest);
  else if (w->pairs->counts)
    count_above(w, t, i, j1 - j0, strength, greatest);
  else if (kind == SW_KEEP_TOP)
    see_top(w, i - r0, j0, j1 - j0, v, strength, greatest);
  else if (kind == SW_KEEP_ABOVE || kind == SW_KEEP_SIGNIFICANT)
    see_above(w, i - r0, j0, j1 - j0, v, strength, greatest);
  else if (kind == SW_KEEP_SHARE)
    see_share(w, t, i - r0, j0, j1 - j0, v, strength, greatest);
  else if (kind == SW_KEEP_LINKS)
    see_links(w, t, i - r0, i, j0, j1, v);
}

/* ---- the packet ------------------------------------------------------------------------- */

/* Lays the packet out: all quantities one behind the other, then the partners. It keeps the
 * packet's memory and its size, and sets everything else anew. `at`: absolute, over all periods, as
 * rows are. */
sw_status sw_pairs_picks_packet(sw_error *err, const sw_worker *w, sw_packet *packet, int t,
                                int64_t r0, int64_t r1) {
  const sw_pairs *p = w->pairs;
  size_t count = (size_t)w->pick_at[r1 - r0], q = (size_t)p->n_quantities;
  size_t size = (size_t)p->element;
  SW_TRY(sw_packets_room(err, packet, count * (q * size + sizeof(int32_t)) + 64));
  bool top = p->plan->keep.kind == SW_KEEP_TOP;
  *packet = (sw_packet){.piece = {.kind = top ? SW_PIECE_TOP : SW_PIECE_ENTRIES,
                                  .job = p->entry,
                                  .t = t,
                                  .i0 = r0,
                                  .i1 = r1,
                                  .k = p->plan->keep.top,
                                  .at = top ? 0 : p->plan->row_start[t * p->job->n + r0],
                                  .count = (int64_t)count},
                        .n_quantities = p->n_quantities,
                        .memory = packet->memory,
                        .room = packet->room};
  for (size_t k = 0; k < q; k++)
    packet->data[k] = (char *)packet->memory + k * count * size;
  packet->partner = (int32_t *)((char *)packet->memory + q * count * size);
  return SW_OK;
}

/* Stores a value in the precision of the file. */
static void put_value(const sw_worker *w, sw_packet *packet, int q, int64_t at, double value) {
  if (w->pairs->element == 4)
    ((float *)packet->data[q])[at] = (float)value;
  else
    ((double *)packet->data[q])[at] = value;
}

/* The other quantities of a kept pair: from the whole row that is at hand, or evaluated anew, which
 * is cheaper than computing them for every pair when few are kept. 16 doubles: a measure may fill a
 * whole vector beyond what it is asked for (worker.c, padded). */
static void fetch_quantities(sw_worker *w, sw_packet *packet, int t, int64_t i, int64_t j,
                             int64_t at) {
  const sw_pairs *p = w->pairs;
  double one[SW_MAX_QUANTITIES][16], *out[SW_MAX_QUANTITIES] = {NULL};
  for (int q = 0; q < p->n_quantities; q++)
    out[p->quantity[q]] = one[q];
  if (!sw_measure_fills_rows(p->job->measure)) sw_pairs_fill_pair(w, t, i, j, out);
  for (int q = 1; q < p->n_quantities; q++)
    put_value(w, packet, q, at,
              sw_measure_fills_rows(p->job->measure) ? w->all[p->quantity[q]][j] : one[q][0]);
}

/* Few are put in their places one by one; the library compares by a call each time. */
enum { FEW_PICKS = 32 };
/* Insertion for few picks, qsort for many: top lists are short. */
static void put_in_order(sw_pick *pick, int64_t count) {
  if (count > FEW_PICKS) qsort(pick, (size_t)count, sizeof *pick, compare_picks);
  for (int64_t k = 1; k < count && count <= FEW_PICKS; k++) {
    sw_pick one = pick[k];
    int64_t to = k;
    for (; to > 0 && is_before(one, pick[to - 1]); to--)
      pick[to] = pick[to - 1];
    pick[to] = one;
  }
}

/* Sorts what is kept of the row and writes it to the packet. A row of top partners may have fewer
 * than k with a value: the rest are -1 and NaN. For the other kinds no place is left over. */
void sw_pairs_picks_end_row(sw_worker *w, sw_packet *packet, int t, int64_t r0, int64_t i) {
  const sw_pairs *p = w->pairs;
  int64_t row = i - r0, first = w->pick_at[row], end = w->pick_end[row];
  put_in_order(w->pick + first, end - first);
  for (int64_t at = first; at < end; at++) {
    packet->partner[at] = sw_pairs_pick_to(w->pick[at]);
    put_value(w, packet, 0, at, value_of(w->pick[at]));
    if (p->n_quantities > 1) fetch_quantities(w, packet, t, i, sw_pairs_pick_to(w->pick[at]), at);
  }
  for (int64_t at = end; at < w->pick_at[row + 1]; at++) {
    packet->partner[at] = -1;
    for (int q = 0; q < p->n_quantities; q++)
      put_value(w, packet, q, at, NAN);
  }
}
