/* Partners of centres out of a results file; see centre_partners.h. A result that cannot be read,
 * as in a damaged file, has no lines.
 *
 * Called by headline.c for each result that keeps rows and columns of centres. The texts belong to
 * the arena; datasets are closed here. */
#include "store/layout/centre_partners.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "measure/outputs.h"
#include "store/layout/contents.h"
#include "store/layout/figure.h"
#include "store/layout/layout.h"

/* Three names are what a line can hold; more than ten centres would fill the screen. */
enum { PARTNERS = 3, CENTRES = 10 }; /* so many are named */

/* What centres have of each other unit in the period that is shown. */
typedef struct partners {
  sw_arena *arena;
  sw_figure from, to;
  int64_t t, n, n_centres;
  const char *const *unit, *const *centre;
  const char *when; /* " in 2018" */
} partners;

/* The axis that is neither time nor unit. */
static int centre_axis(const sw_figure *f) {
  for (int a = 0; a < f->shape.rank; a++)
    if (a != f->time && a != f->unit) return a;
  return SW_NO_AXIS;
}

/* The largest numbers, ties by place; -1 behind the last. Three passes over the units are cheaper
 * than a sort, and keep ties in the order of the file. */
static void find_largest(int64_t n, const double *value, int64_t found[PARTNERS]) {
  for (int r = 0; r < PARTNERS; r++) {
    found[r] = -1;
    for (int64_t k = 0; k < n; k++) {
      bool taken = false;
      for (int q = 0; q < r; q++)
        taken |= found[q] == k;
      if (!taken && !isnan(value[k]) && (found[r] < 0 || value[k] > value[found[r]])) found[r] = k;
    }
  }
}

/* "06059, 06071, 48113", or "none". */
static const char *name_largest(const partners *p, const int64_t found[PARTNERS]) {
  const char *text = found[0] < 0 ? "none" : "";
  for (int r = 0; text && r < PARTNERS && found[r] >= 0; r++)
    text = sw_arena_printf(p->arena, "%s%s%s", text, r ? ", " : "", p->unit[found[r]]);
  return text;
}

/* A centre is no partner of its own, though it may have a value with itself. By code and not by
 * place, as centres are a list of their own. */
static void leave_out(const partners *p, int64_t c, double *value) {
  for (int64_t k = 0; k < p->n; k++)
    if (strcmp(p->unit[k], p->centre[c]) == 0) value[k] = NAN;
}

/* The line of centre c behind what stands already. A row that cannot be read leaves the text as it
 * was; NULL means that memory has ended. */
static const char *add_line(const partners *p, const char *text, int64_t c, double *room) {
  int64_t out[PARTNERS], in[PARTNERS];
  if (!sw_figure_read_at(&p->from, p->t, p->from.unit, centre_axis(&p->from), c, room)) return text;
  leave_out(p, c, room);
  find_largest(p->n, room, out);
  if (!sw_figure_read_at(&p->to, p->t, p->to.unit, centre_axis(&p->to), c, room)) return text;
  leave_out(p, c, room);
  find_largest(p->n, room, in);
  /* Symmetric measures have the same partners in both directions, which is said once. */
  bool same = memcmp(out, in, sizeof out) == 0;
  const char *sent = name_largest(p, out), *received = same ? "" : name_largest(p, in);
  if (!sent || !received) return NULL;
  return sw_arena_printf(p->arena, "%s%slargest partners of %s%s: %s%s%s%s", text,
                         *text ? "\n" : "", p->centre[c], p->when, same ? "" : "to ", sent,
                         same ? "" : "; from ", received);
}

/* A line per centre, of the first CENTRES. */
static const char *say(const partners *p, double *room) {
  const char *text = "";
  int64_t shown = p->n_centres > CENTRES ? CENTRES : p->n_centres;
  for (int64_t c = 0; text && c < shown; c++)
    text = add_line(p, text, c, room);
  if (text && *text && shown < p->n_centres)
    text = sw_arena_printf(p->arena, "%s\nand %lld centres more", text,
                           (long long)(p->n_centres - shown));
  return text;
}

/* Labels, and that the numbers are as many as these; false: there is nothing to say. The last
 * period is shown. Each length is checked against the labels, since the file may be damaged. */
static bool is_whole(partners *p, hid_t group, int64_t n_periods, const char *const *period) {
  sw_error ignored = {0};
  int64_t units = 0;
  bool timed = p->from.time >= 0 && n_periods > 1;
  p->n = sw_figure_length(&p->from, p->from.unit);
  p->t = sw_figure_periods(&p->from) - 1;
  p->when = timed && p->t >= 0 && p->t < n_periods
                ? sw_arena_printf(p->arena, " in %s", period[p->t])
                : "";
  if (sw_contents_labels(&ignored, p->arena, group, SW_NAME_UNIT, &units, &p->unit) != SW_OK ||
      sw_contents_labels(&ignored, p->arena, group, SW_AXIS_CENTRE, &p->n_centres, &p->centre) !=
          SW_OK)
    return false;
  return p->when && p->t >= 0 && p->from.unit >= 0 && p->to.unit >= 0 && units == p->n &&
         sw_figure_length(&p->to, p->to.unit) == p->n && sw_figure_periods(&p->to) == p->t + 1 &&
         sw_figure_length(&p->from, centre_axis(&p->from)) == p->n_centres &&
         sw_figure_length(&p->to, centre_axis(&p->to)) == p->n_centres;
}

/* The numbers of one centre are in memory at a time; *text is "" where there is nothing to say. */
sw_status sw_centre_partners(sw_error *err, sw_arena *arena, hid_t group, int64_t n_periods,
                             const char *const *period, const char **text) {
  partners p = {.arena = arena};
  double *room = NULL;
  sw_status status = SW_OK;
  *text = "";
  if (!sw_figure_open(group, SW_NAME_FROM_CENTRE, &p.from)) return SW_OK;
  if (!sw_figure_open(group, SW_NAME_TO_CENTRE, &p.to)) {
    sw_figure_close(&p.from);
    return SW_OK;
  }
  if (is_whole(&p, group, n_periods, period)) {
    status = sw_alloc(err, (size_t)p.n + 1, sizeof *room, (void **)&room);
    if (status == SW_OK) *text = say(&p, room);
    if (status == SW_OK && !*text) status = sw_fail(err, SW_ENOMEM, "out of memory for partners");
  }
  sw_free(room);
  sw_figure_close(&p.from);
  sw_figure_close(&p.to);
  return status;
}
