/* Observed flows, `pairs:` of a study: a table with a line for each pair of units, and for each
 * period where it names one. Rank 0 alone reads the text, or HDF5 (flows_h5.c), and makes the rows,
 * which then go to every node, one copy each: memory grows with the flows, 12 bytes per flow on a
 * node and 32 more on rank 0 while it reads, and 8 bytes per unit and period on every rank.
 *
 * What stays within a unit is kept apart from the rows. Periods that the panel lacks are left out
 * and counted; a unit that it lacks is treated as in a file of links (list.c).
 *
 * Called by the port of reading (reader.c) when an entry or a distance of observed flows is bound.
 * The order of lines leaves no trace: rows are sorted by partner, and a pair that stands twice is
 * refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "measure/names.h"
#include "store/links/flows.h"
#include "store/text/file.h"
#include "store/text/kind.h"

typedef sw_flows_reading reading;

/* ---- a row ------------------------------------------------------------------------------- */

/* -1 in *unit: a unit that the panel lacks and may lack. The csv reader's line is that of the
 * record, so a message leads there. */
static sw_status code_of(sw_error *err, const reading *r, int column, const char *name,
                         int64_t *unit) {
  sw_field code = r->csv->field[column];
  if (!code.length)
    return sw_csv_fail(err, r->csv, "column '%s' is empty; expected the code of a unit", name);
  return sw_links_list_unit(err, &r->codes, r->csv->line, code, unit);
}

/* Rows of a period mostly stand together, so the one before is looked at first. -1: a period that
 * the panel lacks; it is counted, and the first of them is kept for the line in the log. A label
 * that does not fit in r->last counts as none of the panel's. */
int sw_flows_matrix(sw_flows_reading *r, const char *text, size_t length) {
  bool fits = length < sizeof r->last;
  if (!fits || length != r->last_length || memcmp(r->last, text, length) != 0) {
    r->last_length = fits ? length : 0;
    memcpy(r->last, text, r->last_length);
    r->last[r->last_length] = '\0';
    r->last_matrix = fits ? sw_periods_find(r->periods, r->last) : -1;
    if (r->last_matrix < 0 && r->strangers == 0) memcpy(r->stranger, r->last, sizeof r->stranger);
  }
  r->strangers += r->last_matrix < 0;
  return r->last_matrix;
}

/* Without `time` there is one matrix, of all periods. */
static sw_status matrix_of(sw_error *err, reading *r, int *matrix) {
  *matrix = 0;
  if (r->time < 0) return SW_OK;
  sw_field text = r->csv->field[r->time];
  if (!text.length)
    return sw_csv_fail(err, r->csv, "column '%s' is empty; expected a period", r->spec->time);
  *matrix = sw_flows_matrix(r, text.text, text.length);
  return SW_OK;
}

/* Empty is not 0: a file that writes nothing where nothing flows is asked to say so. Numbers are
 * read in the panel's form, with its decimal sign, since both files come from the same office as a
 * rule. */
static sw_status value_of(sw_error *err, const reading *r, double *value) {
  const char *name = r->spec->value;
  SW_TRY((r->csv->form ? sw_csv_number_as : sw_csv_number)(err, r->csv, r->value, name, value));
  if (isnan(*value))
    return sw_csv_fail(err, r->csv,
                       "column '%s' is empty; write 0, or leave the line out, where nothing flows",
                       name);
  return SW_OK;
}

/* realloc, as links are only appended; freed with free once their rows are made. The room doubles,
 * so adding is O(1) on average and at most half of it is unused. */
static sw_status grow(sw_error *err, sw_links_list *list) {
  int64_t capacity = list->capacity ? 2 * list->capacity : 1024;
  sw_link *link = realloc(list->link, (size_t)capacity * sizeof *link);
  if (!link)
    return sw_fail(err, SW_ENOMEM, "%s: out of memory: %lld flows", list->file,
                   (long long)capacity);
  list->link = link;
  list->capacity = capacity;
  return SW_OK;
}

/* Also called by flows_h5.c: the checks are the same for both kinds of files. In this order: a
 * negative flow is refused whatever its units; what is left out is counted, not checked for
 * repetitions; -0 would differ from 0 in the bits of the results. */
sw_status sw_flows_add(sw_error *err, sw_flows_reading *r, int64_t line, int64_t from, int64_t to,
                       int matrix, double value) {
  if (value < 0)
    return sw_links_list_fail(err, &r->codes, line, "column '%s' is %g; a flow is 0 or more",
                              r->spec->value, value);
  r->codes.left_out += from < 0 || to < 0;
  if (from < 0 || to < 0 || matrix < 0) return SW_OK;
  sw_links_list *list = &r->of[matrix];
  if (list->count == list->capacity) SW_TRY(grow(err, list));
  /* -0 becomes 0. */
  list->link[list->count++] = (sw_link){(int32_t)from, (int32_t)to, value + 0.0, line};
  return SW_OK;
}

/* All four fields are looked at even if the line is left out in the end, so that a faulty file is
 * told as such. */
static sw_status take_row(sw_error *err, reading *r) {
  int64_t from = -1, to = -1;
  double value = 0;
  int matrix = 0;
  SW_TRY(code_of(err, r, r->from, r->spec->from, &from));
  SW_TRY(code_of(err, r, r->to, r->spec->to, &to));
  SW_TRY(matrix_of(err, r, &matrix));
  SW_TRY(value_of(err, r, &value));
  return sw_flows_add(err, r, r->csv->line, from, to, matrix, value);
}

/* ---- the file ---------------------------------------------------------------------------- */

/* The place of a key in the study; NULL: no memory. */
const char *sw_flows_place(const sw_flows_reading *r, const char *key) {
  const sw_node *node = sw_node_get(r->spec->node, key);
  return sw_arena_printf(r->arena, "%s:%d:%d", node->file, node->line, node->column);
}

/* Messages stand at the key of the study that names the column. A column that the study does not
 * name has index -1; only `time` may be left out. */
static sw_status find_columns(sw_error *err, reading *r) {
  const sw_flow_spec *spec = r->spec;
  const struct {
    const char *key, *name;
    int *index;
  } wanted[] = {{"unit_from", spec->from, &r->from},
                {SW_NAME_UNIT_TO, spec->to, &r->to},
                {"value", spec->value, &r->value},
                {"time", spec->time, &r->time}};
  for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
    *wanted[k].index = -1;
    if (!wanted[k].name) continue;
    const char *where = sw_flows_place(r, wanted[k].key);
    if (!where) return sw_fail(err, SW_ENOMEM, "%s: out of memory", spec->file);
    SW_TRY(sw_csv_column(err, r->csv, where, wanted[k].name, wanted[k].index));
  }
  return SW_OK;
}

/* The text is parsed in place and must stay until the end; nothing of it is kept in the links. */
static sw_status parse(sw_error *err, reading *r, const char *text, size_t length) {
  SW_TRY(sw_csv_create(err, r->arena, r->spec->file, &r->csv));
  r->csv->form = r->study->panel.number_form;
  r->csv->wanted = "expected a number of 0 or more";
  sw_csv_text(r->csv, text, length, 1);
  SW_TRY(sw_csv_header(err, r->csv));
  SW_TRY(find_columns(err, r));
  for (bool more = true;;) {
    SW_TRY(sw_csv_next(err, r->csv, &more));
    if (!more) break;
    SW_TRY(take_row(err, r));
  }
  sw_csv_say_hollow(r->csv);
  return SW_OK;
}

/* Rank 0. What is made is freed by close_reading, also after a failure. An arena of its own: names
 * of columns and messages go with the file. */
static sw_status open_reading(sw_error *err, reading *r) {
  SW_TRY(sw_arena_create(err, &r->arena));
  SW_TRY(sw_links_list_create(err, r->spec->file, r->study, r->units, false, &r->codes));
  SW_TRY(sw_calloc(err, (size_t)r->n_matrices, sizeof *r->of, (void **)&r->of));
  for (int m = 0; m < r->n_matrices; m++)
    r->of[m].file = r->spec->file;
  return SW_OK;
}

/* The kind of file is told by its ending; a text that is in truth something else (an archive, a
 * spreadsheet) is refused by its first bytes. `alone`: one process, which may try HDF5 in a child
 * first. */
static sw_status read_file(sw_error *err, reading *r, bool alone) {
  char *text = NULL;
  size_t length = 0;
  SW_TRY(open_reading(err, r));
  if (sw_ends_with(r->spec->path, ".h5") || sw_ends_with(r->spec->path, ".nc"))
    return sw_flows_read_h5(err, r, alone);
  sw_status status = sw_file_read(err, r->spec->path, &text, &length);
  if (status == SW_OK) status = sw_file_refuse_kind(err, r->spec->path, text, length);
  if (status == SW_OK) status = parse(err, r, text, length);
  free(text);
  return status;
}

/* On rank 0; elsewhere there is nothing to close. */
static void close_reading(reading *r) {
  for (int m = 0; r->of && m < r->n_matrices; m++)
    free(r->of[m].link);
  sw_free(r->of);
  sw_links_list_destroy(&r->codes);
  sw_csv_destroy(r->csv);
  sw_arena_destroy(r->arena);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Always fails, at the second of the two lines. */
static sw_status refuse_twice(sw_error *err, const reading *r, int matrix, const int64_t twice[2]) {
  const sw_link *first = &r->of[matrix].link[twice[0]], *second = &r->of[matrix].link[twice[1]];
  bool timed = r->spec->time != NULL;
  return sw_links_list_fail(
      err, &r->codes, second->line, "the flow from '%s' to '%s'%s%s is already on line %lld; %s",
      sw_unit_code(r->units, first->from), sw_unit_code(r->units, first->to), timed ? " in " : "",
      timed ? r->periods->label[matrix] : "", (long long)first->line,
      timed ? "give each pair once a period" : "give each pair once, or name its `time`");
}

/* Takes what stays within units out of the rows, in place; own[i] was NaN. One pass, as rows are
 * sorted: what is kept moves to the front. `next` runs on over the old ends while row_start is
 * rewritten behind it. */
static void part_own(sw_link_rows *rows, double *own, int64_t *within) {
  int64_t kept = 0, next = 0;
  for (int64_t i = 0; i < rows->n; i++) {
    int64_t end = rows->row_start[i + 1];
    for (; next < end; next++) {
      if (rows->to[next] == i) {
        own[i] = rows->value[next];
        (*within)++;
        continue;
      }
      rows->to[kept] = rows->to[next];
      rows->value[kept++] = rows->value[next];
    }
    rows->row_start[i + 1] = kept;
  }
}

/* The rows of a matrix, on rank 0; elsewhere they stay empty. Links of a matrix are sorted here,
 * O(flows log flows), and any repetition is found. */
static sw_status make_rows(sw_error *err, reading *r, int matrix, sw_link_rows *rows, double *own) {
  int64_t twice[2];
  sw_links_list *list = &r->of[matrix];
  SW_TRY(sw_links_rows_create(err, r->units->n, list->link, list->count, rows, twice));
  if (twice[0] >= 0) return refuse_twice(err, r, matrix, twice);
  part_own(rows, own, &r->within);
  return SW_OK;
}

/* Matrix by matrix. The links as read are released one by one, as their rows take the room.
 * Collective. A period without any flow has no matrix (NULL) on all ranks alike, as the count is
 * broadcast first. Rank 0's copy of the links goes as soon as its rows are shared. */
static sw_status share(sw_error *err, sw_team *team, reading *r, int matrix, sw_flow_table *table) {
  int64_t n = r->units->n, count = team->rank == 0 ? r->of[matrix].count : 0;
  sw_link_rows rows = {.n = n};
  SW_TRY(team->broadcast(team, err, &count, sizeof count, 0));
  if (count == 0) return SW_OK;
  /* Flows within a unit are no links: they stand apart, NaN where the file has none. */
  sw_status status = sw_alloc(err, (size_t)n, sizeof(double), (void **)&table->own[matrix]);
  for (int64_t i = 0; status == SW_OK && i < n; i++)
    table->own[matrix][i] = NAN;
  if (status == SW_OK && team->rank == 0)
    status = make_rows(err, r, matrix, &rows, table->own[matrix]);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->broadcast(team, err, table->own[matrix], (size_t)n * sizeof(double), 0);
  if (status == SW_OK) status = sw_links_share_root(err, team, n, &rows, &table->matrix[matrix]);
  sw_links_rows_destroy(&rows);
  if (team->rank == 0) {
    free(r->of[matrix].link);
    r->of[matrix].link = NULL;
  }
  return status;
}

/* ---- in words ---------------------------------------------------------------------------- */

/* One line of what was read, and what was left out of it. The counts are of the whole file, over
 * all periods. */
static void say(const reading *r, const sw_flow_table *table) {
  long long flows = 0, periods = 0;
  const char *name = r->spec->name;
  for (int m = 0; m < table->n; m++) {
    if (!table->matrix[m]) continue;
    flows += (long long)table->matrix[m]->row_start[r->units->n];
    periods++;
  }
  sw_log(SW_LOG_INFO, "%s: %lld flows between %lld units%s, %lld within a unit; of %s", name, flows,
         (long long)r->units->n, !r->spec->time ? " for all periods" : "", (long long)r->within,
         r->spec->file);
  if (r->spec->time && periods < r->periods->n)
    sw_log(SW_LOG_INFO, "%s: %s has %lld of %d periods of the panel", name, r->spec->file, periods,
           r->periods->n);
  if (r->strangers > 0)
    sw_log(SW_LOG_WARN, "%s: %lld row%s of periods that the panel lacks (%s%s) %s left out of %s",
           name, (long long)r->strangers, r->strangers == 1 ? "" : "s", r->stranger,
           r->strangers == 1 ? "" : ", ...", r->strangers == 1 ? "is" : "are", r->spec->file);
  if (r->codes.left_out > 0)
    sw_log(SW_LOG_WARN, "%s: %lld row%s of units that are not in the panel %s left out of %s", name,
           (long long)r->codes.left_out, r->codes.left_out == 1 ? "" : "s",
           r->codes.left_out == 1 ? "is" : "are", r->spec->file);
}

/* Nothing at all is a slip: other codes or periods, or an empty file. It would give a result of
 * empty matrices. */
static sw_status check_any(sw_error *err, const reading *r) {
  for (int m = 0; m < r->n_matrices; m++)
    if (r->of[m].count > 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: no flow between units of the panel%s%s%s", r->spec->file,
                 r->strangers ? " in its periods; the file has " : "",
                 r->strangers ? r->stranger : "",
                 !r->strangers && r->codes.left_out ? "; do the codes match?" : "");
}

/* ---- all --------------------------------------------------------------------------------- */

/* After a failure what there is can be destroyed: all pointers are NULL or owned. For
 * sw_flow_table_destroy. */
static sw_status open_table(sw_error *err, int n, sw_flow_table **out) {
  sw_flow_table *table = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *table, (void **)&table));
  *out = table;
  table->n = n;
  SW_TRY(sw_calloc(err, (size_t)n, sizeof *table->matrix, (void **)&table->matrix));
  return sw_calloc(err, (size_t)n, sizeof *table->own, (void **)&table->own);
}

/* Collective where there are matrices: ranks give shared memory back in the same order. */
void sw_flow_table_destroy(sw_team *team, sw_flow_table *table) {
  if (!table) return;
  for (int m = 0; m < table->n; m++) {
    if (table->matrix && table->matrix[m]) sw_links_destroy(team, table->matrix[m]);
    if (table->own) sw_free(table->own[m]);
  }
  sw_free(table->matrix);
  sw_free(table->own);
  sw_free(table);
}

/* The port's `flow`. *table is there to be destroyed also after a failure. Collective. Rank 0
 * reads; the failure of any step is every rank's. Without `time` the one matrix serves all
 * periods. */
sw_status sw_links_read_flow(sw_error *err, sw_team *team, const sw_study *study,
                             const sw_flow_spec *spec, const sw_units *units,
                             const sw_periods *periods, sw_flow_table **table) {
  reading r = {.study = study, .spec = spec, .units = units, .periods = periods};
  *table = NULL;
  r.n_matrices = spec->time ? periods->n : 1;
  sw_status status = open_table(err, r.n_matrices, table);
  if (status == SW_OK && team->rank == 0) status = read_file(err, &r, team->size == 1);
  if (status == SW_OK && team->rank == 0) status = check_any(err, &r);
  status = sw_team_agree(team, err, status, 0);
  for (int m = 0; status == SW_OK && m < r.n_matrices; m++)
    status = share(err, team, &r, m, *table);
  if (status == SW_OK && team->rank == 0) say(&r, *table);
  if (team->rank == 0) close_reading(&r);
  return status;
}
