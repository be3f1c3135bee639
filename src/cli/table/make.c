/* Makes the tables that are asked for, one after the other: finds the names, joins sheets over the
 * same axes, builds, cuts and writes. All of it runs in a child (cli/verbs/table.c,
 * store/layout/tried.c), since HDF5 may crash on a damaged file: only *said reaches the
 * parent. */
#include <string.h>

#include "base/text.h"
#include "cli/table/table.h"
#include "store/layout/tried.h"

enum { ROWS = 20 }; /* on a terminal, where no number is asked for */

/* ---- units and groups that are asked for ---------------------------------------------------- */

/* The unit of a code. Linear: a few codes are asked for, of at most some hundred thousand. An
 * unknown one is refused with the nearest known code. */
static sw_status find_unit(sw_error *err, const sw_page *page, const char *code, int64_t *unit) {
  char hint[SW_HINT_ROOM];
  for (*unit = 0; *unit < page->n; ++*unit)
    if (strcmp(page->code[*unit], code) == 0) return SW_OK;
  const char *near = sw_nearest(code, page->code, (int)page->n);
  return sw_fail(err, SW_EINPUT, "--units: %s has no unit '%s'%s", page->path, code,
                 sw_did_you_mean(code, near, hint));
}

/* --units: a mark by unit. Empty parts of the list ("a,,b", a comma at the end) are ignored, as
 * shells leave them behind. */
static sw_status choose_units(sw_error *err, sw_grid_request *r) {
  bool *unit = NULL;
  if (!r->options->units) return SW_OK;
  SW_NEW(err, r->arena, unit, r->page->n + 1);
  for (const char *at = r->options->units; *at; at += *at == ',') {
    size_t length = strcspn(at, ",");
    const char *code = sw_arena_textn(r->arena, at, length);
    int64_t place = 0;
    if (!code) return sw_fail(err, SW_ENOMEM, "out of memory for units");
    if (length > 0) {
      SW_TRY(find_unit(err, r->page, code, &place));
      unit[place] = true;
    }
    at += length;
  }
  r->unit = unit;
  return SW_OK;
}

/* --by: the group of that name. An unknown name is refused with the nearest one, or with the list
 * of all where none is near. */
static sw_status choose_group(sw_error *err, sw_grid_request *r) {
  char hint[SW_HINT_ROOM];
  const char *by = r->options->by, **known = NULL;
  const sw_page *page = r->page;
  r->group = -1;
  if (!by) return SW_OK;
  SW_NEW(err, r->arena, known, page->n_groups + 1);
  for (int g = 0; g < page->n_groups; g++) {
    known[g] = page->group[g].name;
    if (strcmp(known[g], by) == 0) r->group = g;
  }
  if (r->group >= 0) return SW_OK;
  const char *near = sw_nearest(by, known, page->n_groups), *list = "";
  for (int g = 0; !near && list && g < page->n_groups; g++)
    list = sw_arena_printf(r->arena, "%s%s%s", list, g > 0 ? ", " : "; it has ", known[g]);
  return sw_fail(err, SW_EINPUT, "--by: %s has no groups '%s'%s%s", page->path, by,
                 sw_did_you_mean(by, near, hint), list ? list : "");
}

/* ---- sheets ------------------------------------------------------------------------------ */

/* In the arena, as it is some kilobytes long. 256 tables are more than anyone reads: the bound only
 * keeps a glob over results from running away. */
typedef struct sheets {
  int n;
  sw_sheet sheet[256];
  bool mixed[256]; /* of several results */
} sheets;

/* Whether two sheets may stand side by side: the same axes, whatever result they are of. Sheets of
 * pairs stand alone, as each keeps other partners. */
static bool joins(const sw_sheet *a, const sw_sheet *b) {
  return !a->is_pairs && !b->is_pairs && a->time == b->time && a->unit == b->unit &&
         a->n_labels == b->n_labels && a->part == b->part &&
         memcmp(a->label, b->label, (size_t)a->n_labels * sizeof *a->label) == 0;
}

/* Adds a sheet, or widens the one that it joins. Names that the user gives in any order thus end in
 * one table, in that order. */
static sw_status add_sheet(sw_error *err, sw_arena *arena, const sw_sheet *s, sheets *all) {
  for (int k = 0; k < all->n; k++) {
    sw_sheet *with = &all->sheet[k];
    if (!joins(with, s)) continue;
    /* A new list, as sheet.variable belongs to the page's sheet. */
    int *both = NULL;
    SW_NEW(err, arena, both, with->n + s->n);
    memcpy(both, with->variable, (size_t)with->n * sizeof *both);
    memcpy(both + with->n, s->variable, (size_t)s->n * sizeof *both);
    all->mixed[k] |= with->result != s->result;
    with->variable = both;
    with->n += s->n;
    return SW_OK;
  }
  if (all->n == 256) return sw_fail(err, SW_EINPUT, "more than 256 tables; name fewer results");
  all->sheet[all->n++] = *s;
  return SW_OK;
}

/* --by and --units leave sheets without units out, and --periods those without these. */
static bool is_wanted(const sw_grid_request *r, const sw_sheet *s) {
  if (r->group >= 0 && (s->is_pairs || s->unit < 0)) return false;
  if (r->unit && !s->is_pairs && s->unit < 0) return false;
  if (!r->periods.taken || s->time < 0) return true;
  for (int t = 0; t < sw_sheet_periods(s); t++)
    if (s->page->axis[s->time].at[t] >= 0 && r->periods.taken[s->page->axis[s->time].at[t]])
      return true;
  return false;
}

/* Sheets of all names, in the order given. Those that --by, --units and --periods leave nothing
 * of are skipped silently, as one name may stand for several sheets; it is an error when none
 * remains. */
static sw_status find_sheets(sw_error *err, const sw_grid_request *r, sheets *all) {
  for (int k = 0; k < r->options->n_names; k++) {
    sw_sheet *sheet = NULL;
    int count = 0;
    SW_TRY(sw_sheets_named(err, r->arena, r->page, r->options->name[k], &count, &sheet));
    for (int s = 0; s < count; s++)
      if (is_wanted(r, &sheet[s])) SW_TRY(add_sheet(err, r->arena, &sheet[s], all));
  }
  if (all->n > 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: %s has nothing %s", r->page->path, r->options->name[0],
                 r->group >= 0 || r->unit ? "by unit, which --by and --units need"
                 : r->periods.taken       ? "in these periods"
                                          : "that could be a table");
}

/* Of which --names shows the names. */
static bool has_classes(const sw_page *page, const sheets *all) {
  for (int s = 0; s < all->n; s++)
    for (int k = 0; k < all->sheet[s].n; k++)
      if (page->variable[all->sheet[s].variable[k]].n_classes > 0) return true;
  return false;
}

/* ---- tables ------------------------------------------------------------------------------ */

/* A terminal shows ROWS rows and says how many it left out. A file, and any choice of rows by the
 * user, is never cut. One row too many is shown: its note would be as long. */
static sw_status cut(sw_error *err, const sw_grid_request *r, const sw_sheet *s, sw_grid *t) {
  const sw_grid_options *o = r->options;
  if (o->output || o->top > 0 || o->units || o->by || t->n <= ROWS + 1) return SW_OK;
  t->note =
      sw_arena_printf(r->arena, "%lld of %lld rows are left out: --top N%s, -o FILE has all",
                      (long long)(t->n - ROWS), (long long)t->n,
                      s && s->unit >= 0 ? ", --units CODES or --by GROUP choose" : " chooses");
  t->n = ROWS;
  return t->note ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a table");
}

/* Cuts and writes one table; `said` counts what the verb reports at the end. */
static sw_status write_table(sw_error *err, const sw_grid_request *r, const sw_sheet *s,
                             const sw_grid_form *form, sw_grid *t, sw_grid_out *out,
                             sw_grid_said *said) {
  SW_TRY(cut(err, r, s, t));
  SW_TRY(sw_grid_write(err, form, t, r->options->digits, out));
  said->tables++;
  said->rows += t->n;
  return SW_OK;
}

/* All tables of the request. A table is destroyed before the next is built, so memory holds one at
 * a time. */
static sw_status make(sw_error *err, const sw_grid_request *r, const sw_grid_form *form,
                      sw_grid_out *out, sw_grid_said *said) {
  sw_grid t = {.arena = r->arena};
  sheets *all = NULL;
  sw_status status = SW_OK;
  if (r->options->n_names == 0) {
    status = sw_grid_of_all(err, r, &t);
    if (status == SW_OK) status = write_table(err, r, NULL, form, &t, out, said);
    sw_grid_destroy(&t);
    return status;
  }
  SW_NEW(err, r->arena, all, 1);
  SW_TRY(find_sheets(err, r, all));
  if (r->options->names && !sw_grid_names(r) && !has_classes(r->page, all))
    return sw_fail(err, SW_EINPUT,
                   "--names: %s has no names of units (`name: COLUMN` under `units` brings them), "
                   "and these quantities have no classes with names",
                   r->page->path);
  for (int k = 0; k < all->n && status == SW_OK; k++) {
    const sw_sheet *s = &all->sheet[k];
    t = (sw_grid){.arena = r->arena};
    status = s->is_pairs ? sw_grid_of_pairs(err, r, s, &t)
                         : sw_grid_of_sheet(err, r, s, all->mixed[k], &t);
    if (status == SW_OK) status = write_table(err, r, s, form, &t, out, said);
    sw_grid_destroy(&t);
  }
  return status;
}

/* Resolves the options against the file, before any table is built: a wrong name costs no
 * reading. */
static sw_status request(sw_error *err, sw_arena *arena, const sw_page *page,
                         const sw_grid_options *o, sw_grid_request *r) {
  *r = (sw_grid_request){.arena = arena, .page = page, .options = o};
  SW_TRY(sw_periods_choose(err, arena, page, o->periods, &r->periods));
  SW_TRY(choose_units(err, r));
  SW_TRY(choose_group(err, r));
  return SW_OK;
}

/* Everything that was opened is closed, whatever fails. */
sw_status sw_grid_make(sw_error *err, const sw_grid_options *o, const sw_grid_form *form,
                       FILE *file, const char *place, sw_grid_said *said) {
  sw_grid_out out = {.file = file, .place = place};
  sw_arena *arena = NULL;
  sw_page *page = NULL;
  sw_grid_request r;
  *said = (sw_grid_said){0};
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status = sw_page_open(err, arena, o->path, &page);
  if (status == SW_OK) status = request(err, arena, page, o, &r);
  if (status == SW_OK) status = make(err, &r, form, &out, said);
  if (status == SW_OK) status = sw_page_whole(err, arena, page);
  /* SW_EIO means either that the output cannot be written, or that HDF5 failed; the former shows in
   * ferror. A workbook fails in sw_grid_xlsx_end, which comes later for that reason. */
  if (!ferror(file)) status = sw_tried_damaged(err, status, o->path);
  status = sw_grid_xlsx_end(err, status, &out);
  sw_page_close(page);
  sw_arena_destroy(arena);
  return status;
}
