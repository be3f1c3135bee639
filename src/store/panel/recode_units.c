/* `crosswalk`, before a row is sent: which codes the panel has, and which units they become. In
 * place of the universe of universe.c, in two steps, as what a code becomes depends on periods, and
 * which periods there are on the codes that stay. */
#include "store/panel/build.h"

#include "panel/same_code.h"

#include <stdlib.h>
#include <string.h>

/* ---- codes ------------------------------------------------------------------------------ */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The codes of the panel and those of the crosswalk, each once. */
static sw_status join_codes(sw_error *err, const sw_panel_build *build, int64_t n,
                            const char *const *code) {
  sw_panel_recoding *r = build->recoding;
  const sw_crosswalk *crosswalk = &r->crosswalk;
  int64_t all = 0;
  SW_NEW(err, build->arena, r->code, n + 2 * crosswalk->n);
  for (int64_t i = 0; i < n; i++)
    r->code[all++] = code[i];
  for (int64_t i = 0; i < crosswalk->n; i++) {
    r->code[all++] = crosswalk->change[i].from;
    r->code[all++] = crosswalk->change[i].to;
  }
  qsort(r->code, (size_t)all, sizeof *r->code, by_text);
  for (int64_t i = 0; i < all; i++)
    if (!i || strcmp(r->code[i], r->code[r->n_codes - 1])) r->code[r->n_codes++] = r->code[i];
  return SW_OK;
}

/* Of each code whether it is a unit or may become one: SW_UNIT_EXCLUDED or SW_UNIT_UNKNOWN where it
 * does not. Changes may follow each other: rows are gone through until nothing is new. */
static sw_status look_ahead(sw_error *err, const sw_panel_build *build, int64_t **fate) {
  const sw_panel_recoding *r = build->recoding;
  SW_NEW(err, build->arena, *fate, r->n_codes);
  for (int64_t i = 0; i < r->n_codes && build->study->units.given; i++) {
    int64_t row = sw_units_file_find(&build->units_file, r->code[i]);
    (*fate)[i] = row < 0 ? row : 0;
  }
  for (bool more = true; more;) {
    more = false;
    for (int64_t k = 0; k < r->crosswalk.n; k++) {
      const sw_change *change = &r->crosswalk.change[k];
      int64_t from = sw_crosswalk_find(r->code, r->n_codes, change->from);
      int64_t to = sw_crosswalk_find(r->code, r->n_codes, change->to);
      /* 0 counts most, then EXCLUDED. */
      bool better = (*fate)[to] == 0
                        ? (*fate)[from] != 0
                        : (*fate)[to] == SW_UNIT_EXCLUDED && (*fate)[from] == SW_UNIT_UNKNOWN;
      if (better) (*fate)[from] = (*fate)[to];
      more |= better;
    }
  }
  return SW_OK;
}

/* The table of the codes that stay; of each code of the panel its row there, or why it has none. */
static sw_status keep_codes(sw_error *err, sw_panel_build *build, int64_t n,
                            const char *const *code, int64_t **row) {
  sw_panel_recoding *r = build->recoding;
  int64_t *fate = NULL;
  SW_TRY(join_codes(err, build, n, code));
  SW_TRY(look_ahead(err, build, &fate));
  SW_TRY(sw_unit_table_make(err, build->arena, &(sw_unit_table){0}, n, &build->table));
  SW_NEW(err, build->arena, r->number, n);
  SW_NEW(err, build->arena, r->unknown, n);
  SW_NEW(err, build->arena, *row, n);
  build->table.n = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t number = sw_crosswalk_find(r->code, r->n_codes, code[i]);
    (*row)[i] = fate[number] ? fate[number] : build->table.n;
    if (fate[number] == SW_UNIT_UNKNOWN) r->unknown[r->n_unknown++] = code[i];
    if (fate[number]) continue;
    r->number[build->table.n] = number;
    build->table.code[build->table.n++] = code[i];
  }
  return SW_OK;
}

/* Of this rank's rows: the row of the table of each of their codes. */
static sw_status number_rows(sw_error *err, sw_panel_build *build, int64_t n,
                             const char *const *code, const int64_t *row) {
  sw_panel_recoding *r = build->recoding;
  SW_NEW(err, build->arena, build->unit_of, build->spec->n_files);
  for (int f = 0; f < build->spec->n_files; f++) {
    const sw_panel_codes *codes = &build->rows[f].units;
    SW_NEW(err, build->arena, build->unit_of[f], codes->n);
    for (int64_t i = 0; i < codes->n; i++) {
      int64_t at = sw_crosswalk_find(code, n, codes->text[i]);
      int64_t to = at < 0 ? SW_UNIT_EXCLUDED : row[at]; /* not all files have it */
      build->unit_of[f][i] = to;
      if (to < 0 && at >= 0) r->rows[to == SW_UNIT_EXCLUDED] += codes->count[i];
    }
  }
  return SW_OK;
}

/* An old code that no row has, and that is one of the panel's but for its writing. Changes that no
 * row is of are usual: tables of changes are national, and of many years. */
static sw_status check_old(sw_error *err, const sw_panel_build *build, int64_t n,
                           const char *const *code) {
  const sw_crosswalk *crosswalk = &build->recoding->crosswalk;
  sw_code_forms *forms = NULL;
  int64_t twin[2];
  char words[SW_CODE_WORDS];
  sw_status status = sw_code_forms_create(err, code, n, twin, &forms);
  for (int64_t i = 0; i < crosswalk->n && !status; i++) {
    const sw_change *change = &crosswalk->change[i];
    if (sw_crosswalk_find(code, n, change->from) >= 0) continue;
    int64_t at = sw_code_forms_find(forms, change->from, strlen(change->from));
    if (at >= 0)
      status = sw_fail(err, SW_EINPUT, "%s:%lld: %s: '%s' and the panel's '%s' %s; " SW_CODE_CURE,
                       crosswalk->spec->file, (long long)change->line, crosswalk->spec->from,
                       change->from, code[at], sw_code_differs(change->from, code[at], words));
  }
  sw_code_forms_destroy(forms);
  return status;
}

sw_status sw_panel_recode_codes(sw_error *err, sw_panel_build *build) {
  sw_team *team = build->team;
  int64_t n = 0, *row = NULL;
  const char *const *code = NULL;
  sw_panel_recoding *r = NULL;
  sw_status status = sw_arena_alloc(err, build->arena, 1, sizeof *r, (void **)&r);
  SW_TRY(sw_team_agree(team, err, status, 0));
  build->recoding = r;
  SW_TRY(sw_crosswalk_read(err, team, build->arena, &build->spec->crosswalk, &r->crosswalk));
  SW_TRY(sw_panel_codes_of_files(err, build, &n, &code));
  status = keep_codes(err, build, n, code, &row);
  if (!status) status = number_rows(err, build, n, code, row);
  if (!status) status = check_old(err, build, n, code);
  if (!status && n > INT32_MAX)
    status = sw_fail(err, SW_EINPUT, "%s: more than %d units", build->spec->file[0], INT32_MAX);
  SW_TRY(sw_team_agree(team, err, status, 0));
  return team->sum_i64(team, err, r->rows, 2);
}

/* ---- units ------------------------------------------------------------------------------ */

/* The units that the codes of the panel become, as indices of codes; 1: one of them does. */
static sw_status reach(sw_error *err, const sw_panel_build *build, uint8_t **reached) {
  sw_panel_recoding *r = build->recoding;
  SW_NEW(err, build->arena, *reached, r->n_codes);
  for (int64_t i = 0; i < build->table.n; i++) {
    const sw_code_life *life = &r->life[r->number[i]];
    bool changes = false;
    if (!life->n) (*reached)[r->number[i]] = 1;
    for (int s = 0; s < life->n; s++) {
      const sw_span *span = &life->span[s];
      if (span->kind == SW_SPAN_ENDED) continue;
      if (!span->n) (*reached)[r->number[i]] = 1;
      for (int k = 0; k < span->n; k++)
        (*reached)[span->part[k].to] = 1;
      changes |= span->n > 0;
    }
    r->changed += changes;
  }
  return SW_OK;
}

/* What is reached against the units file; without one it is the units. *unknown: codes that are no
 * unit and become none, and what is become that is none. */
static sw_status list_units(sw_error *err, sw_panel_build *build, int64_t **seen, int64_t *n,
                            const char ***unknown) {
  sw_panel_recoding *r = build->recoding;
  uint8_t *reached = NULL;
  const char **code = NULL;
  int64_t n_code = 0;
  SW_TRY(sw_crosswalk_spans(err, build->arena, &r->crosswalk, &build->panel->periods, r->n_codes,
                            r->code, &r->life));
  SW_TRY(reach(err, build, &reached));
  SW_NEW(err, build->arena, code, r->n_codes);
  for (int64_t i = 0; i < r->n_codes; i++)
    if (reached[i]) code[n_code++] = r->code[i];
  if (!build->study->units.given) SW_TRY(sw_panel_units_of_codes(err, build, n_code, code));
  SW_NEW(err, build->arena, *unknown, r->n_unknown + n_code);
  for (int64_t i = 0; i < r->n_unknown; i++)
    if (!reached[sw_crosswalk_find(r->code, r->n_codes, r->unknown[i])])
      (*unknown)[(*n)++] = r->unknown[i];
  SW_NEW(err, build->arena, *seen, build->units_file.table.n);
  for (int64_t i = 0; i < n_code; i++) {
    int64_t row = sw_units_file_find(&build->units_file, code[i]);
    if (row >= 0) (*seen)[row] = SW_SEEN;
    if (row == SW_UNIT_UNKNOWN) (*unknown)[(*n)++] = code[i];
  }
  for (int64_t i = 0; i < build->n_apart; i++) {
    int64_t row = sw_units_file_find(&build->units_file, build->apart[i]);
    if (row >= 0 && !(*seen)[row]) (*seen)[row] = 1;
  }
  return SW_OK;
}

/* Of each code its row among the units. */
static sw_status find_units(sw_error *err, const sw_panel_build *build) {
  sw_panel_recoding *r = build->recoding;
  SW_NEW(err, build->arena, r->unit, r->n_codes);
  for (int64_t i = 0; i < r->n_codes; i++)
    r->unit[i] = sw_crosswalk_find(r->table.code, r->table.n, r->code[i]);
  return SW_OK;
}

sw_status sw_panel_recode_units(sw_error *err, sw_panel_build *build) {
  sw_panel_recoding *r = build->recoding;
  sw_unit_table codes = build->table;
  int64_t *seen = NULL, n = 0;
  const char **unknown = NULL;
  sw_status status = list_units(err, build, &seen, &n, &unknown);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  build->table = build->units_file.table;
  status = sw_panel_match_units(err, build, seen, r->rows, n, unknown);
  r->table = build->table;
  build->table = codes;
  if (!status) status = find_units(err, build);
  return sw_team_agree(build->team, err, status, 0);
}
