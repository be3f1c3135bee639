/* See clubs.h. Sets are walked in the order of the units, so that sums do not depend on how units
 * are numbered. A mean that is not above 0 ends the search: the first such set is remembered, and
 * everything after it is left as it stands.
 *
 * Called by measure/model/convergence_clubs.c on one thread, for the whole cross-section at once:
 * the next core depends on who joined the last. Cost and sources stand in the header. */
#include "kernel/linear/clubs.h"

#include <math.h>

/* Where the core may still be raised; then it stays alone. Phillips & Sul 2009 raise c by small
 * steps until the club as a whole passes the test. */
static const double c_step = .1, c_most = 3;

typedef struct search {
  const sw_clubs_units *in;
  int width;            /* of a row */
  double *h, *scratch;  /* of one test */
  sw_running core, all; /* the set that is built; one tried beside it */
  double *joins;        /* t of the core and this unit, by place in `rest` */
  int32_t *rest;        /* rows without a club, in order */
  int64_t n_rest;
  int32_t *member; /* rows by club */
  sw_clubs *out;
  sw_clubs_wrong wrong;
} search;

/* ---- memory ----------------------------------------------------------------------------- */

/* h and scratch, two sets of two rows, t by unit; two lists. */
size_t sw_clubs_workspace(int64_t n, int points) {
  size_t width = (size_t)points + 1, units = (size_t)n;
  return (6 * width + units) * sizeof(double) + 2 * units * sizeof(int32_t);
}

/* All in one piece of memory, in the order in which sw_clubs_workspace counts it. */
static search begin(const sw_clubs_units *in, void *workspace, sw_clubs *out) {
  search s = {.in = in, .width = in->plan->points + 1, .out = out, .wrong = {.place = -1}};
  double *at = workspace;
  s.h = at;
  s.scratch = at += s.width;
  s.core = sw_running_make(s.width, at += s.width);
  s.all = sw_running_make(s.width, at += 2 * s.width);
  s.joins = at += 2 * s.width;
  s.rest = (int32_t *)(at + in->n);
  s.member = s.rest + in->n;
  for (int64_t i = 0; i < in->n; i++) {
    s.rest[i] = in->order[i];
    out->of[i] = out->merged_of[i] = 0;
  }
  s.n_rest = in->n;
  out->n_clubs = out->n_merged = 0;
  return s;
}

/* ---- tests ------------------------------------------------------------------------------ */

/* The first mean that is wrong is kept, whatever is tried after it in the same round: the message
 * that the user gets names the earliest set. */
static const double *row_of(const search *s, int32_t unit) {
  return s->in->z + (int64_t)unit * s->width;
}

/* The first mistake stays. */
static void note_wrong(search *s, int place, int64_t size, int32_t first) {
  if (place >= 0 && s->wrong.place < 0) s->wrong = (sw_clubs_wrong){place, size, first};
}

/* h[0] is H of the first period, h[1 ..] the points behind the cut. */
static sw_log_t test(search *s) {
  return sw_log_t_of(s->in->plan, s->h[0], s->h + 1, s->scratch);
}

static sw_log_t test_set(search *s, const sw_running *set, int32_t first) {
  note_wrong(s, sw_running_h(set, 0, s->h), set->count, first);
  return test(s);
}

/* Rows of a list as the set `all`. */
static sw_log_t test_list(search *s, const int32_t *row, int64_t count) {
  sw_running_clear(&s->all);
  for (int64_t i = 0; i < count; i++)
    sw_running_add(&s->all, row_of(s, row[i]));
  return test_set(s, &s->all, row[0]);
}

/* ---- one club --------------------------------------------------------------------------- */

/* The first neighbours that converge: the core begins there; n_rest - 1 or more: there are none.
 * Descending order makes neighbours the most alike. Pairs above the one found are passed over and
 * do not come back as a core; they may still join by their own test. */
static int64_t find_pair(search *s) {
  for (int64_t i = 0; i + 1 < s->n_rest; i++)
    if (sw_log_t_converges(test_list(s, s->rest + i, 2).t)) return i;
  return s->n_rest;
}

/* Lengthens the pair while it converges; of all lengths that with the largest t, the shortest of
 * equals. Leaves the core in `core`; returns its size. The first pair converges, as find_pair has
 * tested it, so the core has 2 units at least. */
static int64_t find_core(search *s, int64_t from, sw_log_t *found) {
  int64_t best = 0;
  sw_running_clear(&s->all);
  for (int64_t end = from; end < s->n_rest; end++) {
    sw_running_add(&s->all, row_of(s, s->rest[end]));
    if (end == from) continue;
    sw_log_t one = test_set(s, &s->all, s->rest[from]);
    /* The first length that fails ends the search, as in step 2 of the paper; a longer one is not
     * tried. */
    if (!sw_log_t_converges(one.t)) break;
    if (best > 0 && one.t <= found->t) continue;
    best = end - from + 1;
    *found = one;
    sw_running_copy(&s->core, &s->all);
  }
  return best;
}

/* t of the core with each other unit; NaN of those in the core. */
static void test_others(search *s, int64_t from, int64_t size) {
  for (int64_t i = 0; i < s->n_rest; i++) {
    s->joins[i] = NAN;
    if (i >= from && i < from + size) continue;
    /* The set itself is not changed: one more unit is tried in O(T). */
    int place = sw_running_h_with(&s->core, row_of(s, s->rest[i]), s->h);
    note_wrong(s, place, s->core.count + 1, s->rest[i < from ? i : from]);
    s->joins[i] = test(s).t;
  }
}

/* Core and all whose t is above c; a higher c until these converge, at last the core alone. Returns
 * the c that holds, infinite for the core alone. Compared with the core's count, as the c that lets
 * nobody in needs no test: the core has passed its own. */
static double gather(search *s, int64_t from, sw_log_t *found) {
  /* c is a sum of steps, so that thresholds are the same doubles in every round. */
  for (double c = s->in->c;; c += c_step) {
    sw_running_copy(&s->all, &s->core);
    for (int64_t i = 0; i < s->n_rest; i++)
      if (s->joins[i] > c) sw_running_add(&s->all, row_of(s, s->rest[i]));
    if (s->all.count == s->core.count) return INFINITY;
    sw_log_t one = test_set(s, &s->all, s->rest[from]);
    if (sw_log_t_converges(one.t)) {
      *found = one;
      return c;
    }
    /* Beyond it hardly a unit could join, and the loop must end. */
    if (c > c_most) return INFINITY;
  }
}

/* Takes the club's units out of the rest. */
static void take(search *s, int64_t from, int64_t size, double c, sw_log_t found) {
  sw_clubs *out = s->out;
  sw_club *club = &out->club[out->n_clubs++];
  /* In place and in order, so `rest` stays sorted by the last value. */
  int64_t left = 0;
  *club = (sw_club){found.b, found.t, 0, 0};
  for (int64_t i = 0; i < s->n_rest; i++) {
    bool in = (i >= from && i < from + size) || s->joins[i] > c;
    if (in && club->size++ == 0) club->first = s->rest[i];
    if (in)
      out->of[s->rest[i]] = (int32_t)out->n_clubs;
    else
      s->rest[left++] = s->rest[i];
  }
  s->n_rest = left;
}

/* All that is left as one club. */
static void take_all(search *s, sw_log_t found) {
  for (int64_t i = 0; i < s->n_rest; i++)
    s->joins[i] = NAN;
  take(s, 0, s->n_rest, INFINITY, found);
}

/* False: no club is left to be found. */
static bool find_club(search *s) {
  if (s->n_rest < 2) return false;
  /* If all that is left converges they are one club, whatever a core would say: the rule's first
   * step of every round. */
  sw_log_t found = test_list(s, s->rest, s->n_rest);
  if (sw_log_t_converges(found.t)) {
    take_all(s, found);
    return false;
  }
  int64_t from = find_pair(s);
  if (from >= s->n_rest) return false;
  int64_t size = find_core(s, from, &found);
  test_others(s, from, size);
  take(s, from, size, gather(s, from, &found), found);
  return true;
}

/* ---- mergers ---------------------------------------------------------------------------- */

/* Rows by club, each in order; start[k] in s->rest, whose units all have their places by now.
 * Counting sort by club: two passes of O(n), no comparison. */
static void list_members(search *s, int32_t *start) {
  const sw_clubs *out = s->out;
  int32_t at = 0;
  for (int64_t k = 0; k < out->n_clubs; k++) {
    start[k] = at;
    at += (int32_t)out->club[k].size;
  }
  for (int64_t i = 0; i < s->in->n; i++) {
    int32_t row = s->in->order[i], club = out->of[row];
    if (club > 0) s->member[start[club - 1]++] = row;
  }
  for (int64_t k = 0; k < out->n_clubs; k++)
    start[k] -= (int32_t)out->club[k].size;
}

static void add_club(search *s, sw_running *set, const int32_t *start, int64_t k) {
  for (int64_t i = 0; i < s->out->club[k].size; i++)
    sw_running_add(set, row_of(s, s->member[start[k] + i]));
}

/* Club by club: joined to the ones before while they converge together, else a beginning. */
static void merge(search *s) {
  /* `core` is free again and serves as the merger that is being built. */
  sw_clubs *out = s->out;
  int32_t *start = s->rest;
  list_members(s, start);
  for (int64_t k = 0; k < out->n_clubs; k++) {
    sw_club *last = out->n_merged > 0 ? &out->merged[out->n_merged - 1] : NULL;
    /* At the first club `core` is whatever the search left; it is copied and not used, as `last` is
     * NULL. */
    sw_running_copy(&s->all, &s->core);
    if (last) add_club(s, &s->all, start, k);
    sw_log_t both = last ? test_set(s, &s->all, last->first) : (sw_log_t){NAN, NAN};
    if (sw_log_t_converges(both.t)) {
      *last = (sw_club){both.b, both.t, s->all.count, last->first};
      sw_running_copy(&s->core, &s->all);
      continue;
    }
    out->merged[out->n_merged++] = out->club[k];
    sw_running_clear(&s->core);
    add_club(s, &s->core, start, k);
  }
}

/* The merger of each unit, by that of its club. Clubs of a merger follow each other, so counting
 * sizes tells where one ends. */
static void mark_merged(search *s) {
  sw_clubs *out = s->out;
  int32_t *merger = s->rest;
  int64_t at = 0, size = 0;
  for (int64_t k = 0; k < out->n_clubs; k++) {
    merger[k] = (int32_t)at + 1;
    size += out->club[k].size;
    if (size == out->merged[at].size) at++, size = 0;
  }
  for (int64_t i = 0; i < s->in->n; i++)
    out->merged_of[i] = out->of[i] > 0 ? merger[out->of[i] - 1] : 0;
}

/* A set is kept by its sums, so a test costs its points and not its units: a club costs O(n) tests,
 * and a merger one per club. */
sw_clubs_wrong sw_clubs_find(const sw_clubs_units *units, void *workspace, sw_clubs *out) {
  search s = begin(units, workspace, out);
  while (find_club(&s) && s.wrong.place < 0)
    ;
  if (s.wrong.place < 0) merge(&s);
  if (s.wrong.place < 0) mark_merged(&s);
  return s.wrong;
}
