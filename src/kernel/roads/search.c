/* Shortest times from one unit to all others: Dijkstra's algorithm with a heap of four children,
 * whose four lie on one cache line. A vertex that is found again by a shorter way is put into the
 * heap again, and its older entries are dropped when they come up: cheaper than moving them.
 *
 * Nothing is cleared between rows: a label counts only with the stamp of its row. The search ends
 * beyond the limit, or when every vertex by which a unit is reached has its time.
 *
 * Sources: Dijkstra 1959; Johnson 1975 (heaps of more than two children).
 *
 * One search per thread; the graph is shared and const. A row costs O(arcs within the limit x log);
 * memory, some 50 bytes a vertex and unit. */
#include "kernel/roads/roads.h"

#include <string.h>

#include "base/arena.h"
#include "kernel/space/neighbours.h"

/* ticks count only where `stamp` is that of the row. */
typedef struct label {
  sw_ticks ticks;
  uint32_t stamp;
} label;

typedef struct entry {
  sw_ticks ticks;
  int32_t vertex;
} entry;

_Static_assert(sizeof(entry) == 16, "four entries fill a cache line");

/* FIRST: the place of the root, by which the children of each entry begin a line. */
enum { FIRST = 3, CHILDREN = 4 };

struct sw_roads_search {
  const sw_roads *roads;
  uint32_t stamp;
  label *label;      /* by vertex */
  entry *heap;       /* from FIRST on */
  int64_t n_heap;    /* entries */
  sw_ticks *best;    /* by unit, where its bit is set */
  uint64_t *reached; /* a bit a unit */
  int64_t count;     /* bits set */
  int32_t *near;     /* units that a direct way may reach */
};

/* ---- heap ------------------------------------------------------------------------------- */

/* Entries are 16 bytes, so that four fill a line; the array is shifted for that (FIRST). */

/* Places of entries, from 0: the parent of k is (k - 1) / 4. */
static void push(sw_roads_search *s, sw_ticks ticks, int32_t vertex) {
  entry *heap = s->heap + FIRST;
  int64_t hole = s->n_heap++;
  while (hole > 0) {
    int64_t parent = (hole - 1) / CHILDREN;
    if (heap[parent].ticks <= ticks) break;
    heap[hole] = heap[parent];
    hole = parent;
  }
  heap[hole] = (entry){ticks, vertex};
}

/* Two comparisons side by side, then one: no chain of three. */
static int64_t least_child(const entry *heap, int64_t child, int64_t n) {
  int64_t least = child;
  if (child + CHILDREN <= n) {
    int64_t a = child + (heap[child + 1].ticks < heap[child].ticks);
    int64_t b = child + 2 + (heap[child + 3].ticks < heap[child + 2].ticks);
    return heap[b].ticks < heap[a].ticks ? b : a;
  }
  for (int64_t k = child + 1; k < n; k++)
    if (heap[k].ticks < heap[least].ticks) least = k;
  return least;
}

/* Of entries with equal times any may come first: no time depends on it. */
static entry pop(sw_roads_search *s) {
  entry *heap = s->heap + FIRST, top = heap[0], last = heap[--s->n_heap];
  int64_t n = s->n_heap, hole = 0;
  for (int64_t child; (child = CHILDREN * hole + 1) < n;) {
    int64_t least = least_child(heap, child, n);
    if (heap[least].ticks >= last.ticks) break;
    heap[hole] = heap[least];
    hole = least;
  }
  heap[hole] = last;
  return top;
}

/* ---- the search ------------------------------------------------------------------------- */

/* Strictly shorter, so each push lowers a label. */
static void reach(sw_roads_search *s, int32_t vertex, sw_ticks ticks) {
  label *at = &s->label[vertex];
  if (ticks > s->roads->plan->within || (at->stamp == s->stamp && at->ticks <= ticks)) return;
  *at = (label){ticks, s->stamp};
  push(s, ticks, vertex);
}

/* A unit may leave by several vertices and modes; the least time counts. */
static void offer(sw_roads_search *s, int64_t unit, sw_ticks ticks) {
  uint64_t bit = UINT64_C(1) << (unit & 63), *word = &s->reached[unit >> 6];
  if (ticks > s->roads->plan->within || (*word & bit && s->best[unit] <= ticks)) return;
  s->count += !(*word & bit);
  *word |= bit;
  s->best[unit] = ticks;
}

/* The units that leave the network at this vertex. */
static void leave(sw_roads_search *s, int32_t vertex, sw_ticks ticks) {
  const sw_roads *roads = s->roads;
  for (int64_t k = roads->at_vertex[vertex]; k < roads->at_vertex[vertex + 1]; k++) {
    int32_t place = roads->accessed[k];
    offer(s, place / roads->plan->n_modes, ticks + roads->access_ticks[place]);
  }
}

/* The stamp replaces clearing all labels for each row. */
static void begin(sw_roads_search *s) {
  s->n_heap = 0;
  if (++s->stamp) return;
  /* All stamps are used up, after 2^32 rows. */
  memset(s->label, 0, (size_t)s->roads->n_vertices * sizeof *s->label);
  s->stamp = 1;
}

/* The inner loop repeats `reach` with its fields in registers. */
static void walk(sw_roads_search *s) {
  const sw_roads *roads = s->roads;
  sw_ticks within = roads->plan->within;
  for (int64_t left = roads->n_used; s->n_heap && left;) {
    entry top = pop(s);
    /* The entry is out of date; its vertex has been settled. */
    if (top.ticks != s->label[top.vertex].ticks) continue; /* found by a shorter way since */
    if (roads->at_vertex[top.vertex] < roads->at_vertex[top.vertex + 1]) {
      leave(s, top.vertex, top.ticks);
      left--;
    }
    for (int64_t k = roads->arc_at[top.vertex]; k < roads->arc_at[top.vertex + 1]; k++) {
      const sw_roads_arc *arc = &roads->arc[k];
      sw_ticks ticks = top.ticks + arc->ticks;
      label *at = &s->label[arc->to];
      if (ticks > within || (at->stamp == s->stamp && at->ticks <= ticks)) continue;
      *at = (label){ticks, s->stamp};
      push(s, ticks, arc->to);
    }
  }
}

/* ---- past the network ------------------------------------------------------------------- */

/* A direct way competes with the network and may be faster for neighbours. */
static void offer_direct(sw_roads_search *s, int64_t unit, int64_t j) {
  const sw_roads_plan *plan = s->roads->plan;
  if (j == unit) return;
  double chord2 = sw_chord2(plan->unit[0], plan->unit[1], plan->unit[2], unit, j);
  sw_ticks ticks = sw_roads_travel(sw_neighbours_km(chord2), plan->direct_kmh);
  if (ticks < SW_ROADS_NEVER) offer(s, j, ticks);
}

/* Offers the direct way to all units in reach: by the tree where the radius is limited, else to
 * all. */
static void go_direct(sw_roads_search *s, int64_t unit) {
  const sw_roads *roads = s->roads;
  int64_t n = roads->plan->n_units;
  if (!(roads->plan->direct_kmh > 0)) return;
  int64_t count =
      roads->near ? sw_kdtree_within(roads->near, unit, roads->near_chord2, n, s->near) : n;
  for (int64_t k = 0; k < count; k++)
    offer_direct(s, unit, roads->near ? s->near[k] : k);
}

/* ---- rows ------------------------------------------------------------------------------- */

/* The row without the unit itself; the caller takes or drops it before the next. */
int64_t sw_roads_row(sw_roads_search *s, int64_t unit) {
  const sw_roads *roads = s->roads;
  int modes = roads->plan->n_modes;
  begin(s);
  for (int mode = 0; mode < modes; mode++) {
    int64_t place = unit * modes + mode;
    if (roads->access[place] >= 0) reach(s, roads->access[place], roads->access_ticks[place]);
  }
  walk(s);
  go_direct(s, unit);
  uint64_t bit = UINT64_C(1) << (unit & 63), *word = &s->reached[unit >> 6];
  s->count -= (*word & bit) != 0;
  *word &= ~bit;
  return s->count;
}

/* Ascending units, as bits are read from the lowest; reading clears them. */
void sw_roads_row_take(sw_roads_search *s, int32_t *to, double *minutes) {
  int64_t words = (s->roads->plan->n_units + 63) / 64, k = 0;
  for (int64_t w = 0; w < words; w++)
    for (; s->reached[w]; s->reached[w] &= s->reached[w] - 1, k++) {
      int64_t unit = 64 * w + __builtin_ctzll(s->reached[w]);
      to[k] = (int32_t)unit;
      minutes[k] = sw_roads_minutes(s->best[unit]);
    }
  s->count = 0;
}

/* For rows that are only counted. */
void sw_roads_row_drop(sw_roads_search *s) {
  size_t words = (size_t)(s->roads->plan->n_units + 63) / 64;
  memset(s->reached, 0, words * sizeof *s->reached);
  s->count = 0;
}

/* Without stopping at the last unit, as times of vertices are wanted (touched.c). */
void sw_roads_from(sw_roads_search *s, int64_t count, const int32_t *vertex, sw_ticks *ticks) {
  const sw_roads *roads = s->roads;
  begin(s);
  for (int64_t k = 0; k < count; k++)
    reach(s, vertex[k], 0);
  while (s->n_heap) {
    entry top = pop(s);
    if (top.ticks != s->label[top.vertex].ticks) continue;
    for (int64_t k = roads->arc_at[top.vertex]; k < roads->arc_at[top.vertex + 1]; k++)
      reach(s, roads->arc[k].to, top.ticks + roads->arc[k].ticks);
  }
  for (int64_t v = 0; v < roads->n_vertices; v++)
    ticks[v] = s->label[v].stamp == s->stamp ? s->label[v].ticks : SW_ROADS_NEVER;
}

/* An arc puts its end into the heap once at most, since its beginning is settled once; besides, a
 * search may begin at all vertices. So the heap never grows beyond what is allocated here. */
sw_status sw_roads_search_create(sw_error *err, const sw_roads *roads, sw_roads_search **search) {
  size_t n = (size_t)roads->plan->n_units, vertices = (size_t)roads->n_vertices + 1;
  size_t heap = (size_t)roads->n_arcs + vertices + FIRST + CHILDREN;
  sw_roads_search *s = NULL;
  *search = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *s, (void **)&s));
  s->roads = roads;
  sw_status status = sw_calloc(err, vertices, sizeof *s->label, (void **)&s->label);
  if (status == SW_OK) status = sw_alloc(err, heap, sizeof *s->heap, (void **)&s->heap);
  if (status == SW_OK) status = sw_alloc(err, n + 1, sizeof *s->best, (void **)&s->best);
  if (status == SW_OK)
    status = sw_calloc(err, n / 64 + 1, sizeof *s->reached, (void **)&s->reached);
  if (status == SW_OK) status = sw_alloc(err, n + 1, sizeof *s->near, (void **)&s->near);
  if (status == SW_OK)
    *search = s;
  else
    sw_roads_search_destroy(s);
  return status;
}

void sw_roads_search_destroy(sw_roads_search *s) {
  if (!s) return;
  sw_free(s->label);
  sw_free(s->heap);
  sw_free(s->best);
  sw_free(s->reached);
  sw_free(s->near);
  sw_free(s);
}
