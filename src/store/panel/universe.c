/* Which units the panel has: the first step behind the files. Codes of the panel are held against
 * the units file; units that `where` leaves out may stand in the panel, their rows are skipped.
 * Without a units file the codes of the panel are the units.
 *
 * Leaves build->table, whole and the same on every rank, in code order, and build->unit_of, by
 * which every row of this rank finds its unit. A code is looked up once per rank and file, never
 * once per row. What does not match is refused with examples, unless the study says `unmatched:
 * drop`: a typing error in a code must not silently take a county out of a national sum. With
 * `join: inner` codes that not all files have are left out before they are held against it. */
#include "store/panel/build.h"

#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fewer than two units: nothing between units, or over them, is defined. Local, and the same
 * on every rank. */
static sw_status refuse_single(sw_error *err, const sw_panel_build *build) {
  if (build->table.n > 1) return SW_OK;
  const char *file = build->spec->file[0];
  if (build->table.n == 1)
    return sw_fail(err, SW_EINPUT, "%s: one unit (%s); a panel needs at least two", file,
                   build->table.code[0]);
  return sw_fail(err, SW_EINPUT,
                 "%s: none of its units is in %s; is `unit:` the right column of both?", file,
                 build->study->units.file);
}

/* ---- join: inner ------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Codes of all files, each as often as files have it; the caller's. Collective. */
static sw_status gather_codes(sw_error *err, sw_panel_build *build, int64_t *n,
                              const char ***code) {
  *n = 0;
  for (int f = 0; f < build->spec->n_files; f++) {
    const sw_panel_codes *mine = &build->rows[f].units;
    int64_t n_all = 0;
    const char *const *all = NULL;
    SW_TRY(
        sw_panel_codes_gather(err, build->team, build->arena, mine->text, mine->n, &n_all, &all));
    const char **grown = realloc(*code, (size_t)(*n + n_all + 1) * sizeof *grown);
    sw_status status = grown ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory");
    if (grown) *code = grown;
    SW_TRY(sw_team_agree(build->team, err, status, 0));
    if (n_all) memcpy(*code + *n, all, (size_t)n_all * sizeof *all);
    *n += n_all;
  }
  return SW_OK;
}

/* Local, of the same codes on every rank. */
static sw_status part_codes(sw_error *err, sw_panel_build *build, int64_t n, const char **code) {
  SW_NEW(err, build->arena, build->common, n);
  SW_NEW(err, build->arena, build->apart, n);
  if (n) qsort(code, (size_t)n, sizeof *code, by_text);
  for (int64_t i = 0, next; i < n; i = next) {
    for (next = i + 1; next < n && !strcmp(code[i], code[next]);)
      next++;
    if (next - i == build->spec->n_files)
      build->common[build->n_common++] = code[i];
    else
      build->apart[build->n_apart++] = code[i];
  }
  return SW_OK;
}

/* Which codes all files have. Without `join: inner` nobody asks. Collective. */
static sw_status find_common(sw_error *err, sw_panel_build *build) {
  const char **code = NULL;
  int64_t n = 0;
  if (!build->spec->inner) return SW_OK;
  sw_status status = gather_codes(err, build, &n, &code);
  if (!status) status = sw_team_agree(build->team, err, part_codes(err, build, n, code), 0);
  free(code);
  return status;
}

static bool is_apart(const sw_panel_build *build, const char *code) {
  return build->n_apart &&
         bsearch(&code, build->apart, (size_t)build->n_apart, sizeof *build->apart, by_text);
}

/* Units that the join leaves out: those that would be of the panel else. With a units file they
 * count as not seen from here on. Local, and the same on every rank. */
static sw_status leave_out(sw_error *err, sw_panel_build *build, int64_t *seen, int64_t *n_out) {
  const char **out = NULL;
  char list[200];
  int64_t n = 0;
  SW_NEW(err, build->arena, out, build->n_apart);
  for (int64_t i = 0; i < build->n_apart; i++) {
    int64_t row = sw_units_file_find(&build->units_file, build->apart[i]);
    if (row < 0 && build->study->units.given) continue;
    /* Under a crosswalk other codes may become it: SW_SEEN. */
    if (row >= 0 && build->recoding && seen[row] == SW_SEEN) continue;
    if (row >= 0) seen[row] = 0;
    out[n++] = build->apart[i];
  }
  sw_panel_list_some(list, sizeof list, out, n);
  if (n)
    sw_log(SW_LOG_INFO, "panel: join: inner: left out: %lld unit%s that not all files have (%s)",
           (long long)n, n == 1 ? "" : "s", list);
  build->panel->units_dropped += n;
  *n_out = n;
  if (build->n_common || !build->spec->inner) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: join: inner: no unit is in all files; are `unit` and the codes the same in "
                 "all of them?",
                 sw_panel_place(build, "join"));
}

/* ---- without a units file ---------------------------------------------------------------- */

/* Its gather is collective and agrees for itself. */
sw_status sw_panel_codes_of_files(sw_error *err, sw_panel_build *build, int64_t *n_all,
                                  const char *const **all) {
  int64_t n = 0;
  const char **text = NULL;
  for (int f = 0; f < build->spec->n_files; f++)
    n += build->rows[f].units.n;
  sw_status status = sw_alloc(err, (size_t)n, sizeof *text, (void **)&text);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  n = 0;
  for (int f = 0; f < build->spec->n_files; f++)
    for (int64_t i = 0; i < build->rows[f].units.n; i++)
      if (!is_apart(build, build->rows[f].units.text[i])) text[n++] = build->rows[f].units.text[i];
  status = sw_panel_codes_gather(err, build->team, build->arena, text, n, n_all, all);
  sw_free(text);
  return status;
}

/* As if there were a units file with these codes and nothing else: then all that follows is the
 * same for both. Every code is known, so none is unmatched or unseen. Local. */
sw_status sw_panel_units_of_codes(sw_error *err, sw_panel_build *build, int64_t n,
                                  const char *const *code) {
  int64_t existing = -1;
  sw_units_file *file = &build->units_file;
  SW_TRY(sw_unit_table_make(err, build->arena, &(sw_unit_table){0}, n, &file->table));
  SW_TRY(sw_map_create(err, (size_t)n, &file->index));
  for (int64_t i = 0; i < n; i++) {
    file->table.code[i] = code[i];
    SW_TRY(sw_map_put(err, file->index, code[i], strlen(code[i]), i, &existing));
  }
  file->by = -1;
  return SW_OK;
}

/* A failure behind the gather is local, for the caller to agree on. */
static sw_status units_of_panel(sw_error *err, sw_panel_build *build) {
  int64_t n = 0;
  const char *const *code = NULL;
  SW_TRY(sw_panel_codes_of_files(err, build, &n, &code));
  return sw_panel_units_of_codes(err, build, n, code);
}

/* ---- with one ---------------------------------------------------------------------------- */

typedef struct unit_census {
  const char **unknown; /* codes of this rank's rows that the units file lacks */
  int64_t n_unknown;
  int64_t *seen;   /* of each unit of the table: ranks with a row of it */
  int64_t rows[2]; /* of unknown units, of units left out */
} unit_census;

/* Looks up every code once per rank and file, not once per row, and counts what does not match:
 * rows from the dictionaries' counts. A code in two files is noted twice as unknown; gathering
 * makes it one. Local. What it allocates is freed by the caller, also on failure. */
static sw_status take_census(sw_error *err, sw_panel_build *build, unit_census *census) {
  int64_t n = 0;
  for (int f = 0; f < build->spec->n_files; f++)
    n += build->rows[f].units.n;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *census->unknown, (void **)&census->unknown));
  SW_TRY(sw_calloc(err, (size_t)build->table.n, sizeof *census->seen, (void **)&census->seen));
  SW_NEW(err, build->arena, build->unit_of, build->spec->n_files);
  for (int f = 0; f < build->spec->n_files; f++) {
    const sw_panel_codes *codes = &build->rows[f].units;
    SW_NEW(err, build->arena, build->unit_of[f], codes->n);
    for (int64_t i = 0; i < codes->n; i++) {
      int64_t row = sw_units_file_find(&build->units_file, codes->text[i]);
      /* Not all files have it: it is neither unknown nor wanting, but left out. */
      bool apart = is_apart(build, codes->text[i]);
      build->unit_of[f][i] = apart ? SW_UNIT_EXCLUDED : row;
      if (row >= 0) census->seen[row] = 1;
      if (apart) continue;
      if (row == SW_UNIT_UNKNOWN) census->unknown[census->n_unknown++] = codes->text[i];
      if (row < 0) census->rows[row == SW_UNIT_EXCLUDED] += codes->count[i]; /* 0: unknown */
    }
  }
  return SW_OK;
}

/* Units without a row on any rank, from the table, so in code order and the same on all. */
static sw_status list_unseen(sw_error *err, const sw_panel_build *build, const int64_t *seen,
                             int64_t *n, const char ***out) {
  SW_NEW(err, build->arena, *out, build->table.n);
  *n = 0;
  for (int64_t i = 0; i < build->table.n; i++)
    if (!seen[i]) (*out)[(*n)++] = build->table.code[i];
  return SW_OK;
}

/* Under a crosswalk: "; 01 became others by c.csv:2", of the first such unit; else "". */
static const char *say_ended(const sw_panel_build *build, int64_t n, const char *const *code) {
  const sw_panel_recoding *r = build->recoding;
  for (int64_t i = 0; i < n && r; i++) {
    int64_t number = sw_crosswalk_find(r->code, r->n_codes, code[i]);
    const sw_code_life *life = number < 0 ? NULL : &r->life[number];
    if (!life || !life->n || life->span[life->n - 1].kind != SW_SPAN_ENDED) continue;
    const char *text =
        sw_arena_printf(build->arena, "; %.40s became others by %.100s:%lld", code[i],
                        r->crosswalk.spec->file, (long long)life->span[life->n - 1].line);
    return text ? text : "";
  }
  return "";
}

/* Both kinds in one line: they are usually one mistake. The place is
 * that of `unmatched` in the study where it is written, else of its units. */
static sw_status refuse_unmatched(sw_error *err, const sw_panel_build *build, int64_t n_unknown,
                                  const char *const *unknown, int64_t n_unseen,
                                  const char *const *unseen) {
  char first[200], second[200], left[400] = "", right[400] = "";
  const char *units = build->study->units.file;
  sw_panel_list_some(first, sizeof first, unknown, n_unknown);
  sw_panel_list_some(second, sizeof second, unseen, n_unseen);
  if (n_unknown)
    snprintf(left, sizeof left, "%lld unit%s of the panel not in %.100s (%s)", (long long)n_unknown,
             n_unknown > 1 ? "s" : "", units, first);
  if (n_unseen)
    snprintf(right, sizeof right, "%s%lld unit%s of %.100s not in the panel (%s)",
             n_unknown ? " and " : "", (long long)n_unseen, n_unseen > 1 ? "s" : "", units, second);
  const sw_node *node = build->study->units.node, *unmatched = sw_node_get(node, "unmatched");
  return sw_node_fail(err, unmatched ? unmatched : node,
                      "units: %s%s%s; correct the files, or write `unmatched: drop`", left, right,
                      say_ended(build, n_unseen, unseen));
}

/* Keeps the units that have a row. unit_of is rewritten for the new table; codes of a dropped unit
 * cannot occur in it, as such a unit has no row on any rank. */
static sw_status drop_unseen(sw_error *err, sw_panel_build *build, const int64_t *seen) {
  int64_t n = 0, *index = NULL, *now = NULL;
  sw_unit_table kept;
  SW_NEW(err, build->arena, index, build->table.n);
  SW_NEW(err, build->arena, now, build->table.n);
  for (int64_t i = 0; i < build->table.n; i++) {
    now[i] = n;
    if (seen[i]) index[n++] = i;
  }
  SW_TRY(sw_unit_table_select(err, build->arena, &build->table, n, index, &kept));
  build->table = kept;
  /* Under a crosswalk these are rows of the table of codes. */
  for (int f = 0; f < build->spec->n_files && !build->recoding; f++)
    for (int64_t i = 0; i < build->rows[f].units.n; i++)
      if (build->unit_of[f][i] >= 0) build->unit_of[f][i] = now[build->unit_of[f][i]];
  return SW_OK;
}

/* Only what there is to say; the logger lets rank 0 alone speak. Rows left out by `where` are what
 * the study wanted, so no warning. */
static void log_unmatched(const sw_panel_build *build, const int64_t rows[2], int64_t n_unknown,
                          const char *const *unknown, int64_t n_unseen, const char *const *unseen) {
  char list[200];
  const char *units = build->study->units.file;
  sw_panel_list_some(list, sizeof list, unknown, n_unknown);
  if (n_unknown)
    sw_log(SW_LOG_WARN, "panel: dropped: %lld of its rows, of %lld unit%s not in %s (%s)",
           (long long)rows[0], (long long)n_unknown, n_unknown == 1 ? "" : "s", units, list);
  sw_panel_list_some(list, sizeof list, unseen, n_unseen);
  if (n_unseen)
    sw_log(SW_LOG_WARN, "panel: dropped: %lld unit%s of %s without a row in the panel (%s)",
           (long long)n_unseen, n_unseen == 1 ? "" : "s", units, list);
  if (rows[1])
    sw_log(SW_LOG_INFO, "panel: %lld rows of units that `where` leaves out are skipped",
           (long long)rows[1]);
}

/* What becomes of what does not match. Collective up to the look for twins, which agrees for
 * itself; from there on every rank decides alike, out of the same sums, and a failure is agreed on
 * by the caller. */
sw_status sw_panel_match_units(sw_error *err, sw_panel_build *build, int64_t *seen,
                               const int64_t rows[2], int64_t n_unknown,
                               const char *const *unknown) {
  int64_t n_unseen = 0, n_out = 0;
  const char **unseen = NULL;
  SW_TRY(sw_panel_refuse_twins(err, build, n_unknown, unknown));
  SW_TRY(list_unseen(err, build, seen, &n_unseen, &unseen));
  SW_TRY(leave_out(err, build, seen, &n_out));
  if (n_unknown + n_unseen == 0 || build->study->units.drop_unmatched) {
    log_unmatched(build, rows, n_unknown, unknown, n_unseen, unseen);
    build->panel->rows_unknown_unit = rows[0];
    build->panel->units_dropped += n_unseen;
    /* Without a units file the table has the units of the panel already. */
    if (n_unseen || (n_out && build->study->units.given)) SW_TRY(drop_unseen(err, build, seen));
    return refuse_single(err, build);
  }
  /* Nothing matches: the column is wrong rather than some codes, and a list would not help. An
   * empty table tells refuse_single so. */
  if (n_unseen < build->table.n)
    return refuse_unmatched(err, build, n_unknown, unknown, n_unseen, unseen);
  build->table.n = 0;
  return refuse_single(err, build);
}

/* What does not match on all ranks together. */
static sw_status settle(sw_error *err, sw_panel_build *build, unit_census *census) {
  sw_team *team = build->team;
  int64_t n_unknown = 0;
  const char *const *unknown = NULL;
  SW_TRY(team->sum_i64(team, err, census->seen, (int)build->table.n));
  SW_TRY(team->sum_i64(team, err, census->rows, 2));
  SW_TRY(sw_panel_codes_gather(err, team, build->arena, census->unknown, census->n_unknown,
                               &n_unknown, &unknown));
  return sw_panel_match_units(err, build, census->seen, census->rows, n_unknown, unknown);
}

/* The sums of settle take an int for their count, and send.c stores rows of the table in 32 bits:
 * hence the limit. Every rank has the same table, so all refuse it or none. */
sw_status sw_panel_universe(sw_error *err, sw_panel_build *build) {
  unit_census census = {0};
  sw_status status = find_common(err, build);
  if (!status && build->study->panel.crosswalk.file) return sw_panel_recode_codes(err, build);
  if (!status && !build->study->units.given)
    status = sw_team_agree(build->team, err, units_of_panel(err, build), 0);
  build->table = build->units_file.table;
  if (!status) status = sw_team_agree(build->team, err, take_census(err, build, &census), 0);
  if (!status && build->table.n > INT32_MAX)
    status = sw_fail(err, SW_EINPUT, "%s: more than %d units", build->spec->file[0], INT32_MAX);
  if (!status) status = settle(err, build, &census);
  sw_free(census.unknown);
  sw_free(census.seen);
  return sw_team_agree(build->team, err, status, 0);
}
