/* Panel files as comma-separated text, or as what is told as such (foreign/foreign.h). The header
 * becomes a layout: which column is what, and which columns are turned into numbers. Then the lines
 * are dealt out (text/lines.h) to one reader per thread, each with dictionaries of its own, so that
 * no code of a unit costs a lock; when all is read the dictionaries become one, and the rows are
 * renumbered.
 *
 * Numbers of codes depend on which thread met a code first, so differ from run to run. Nothing may
 * rest on their order: universe.c and periods.c go by the texts, sorted.
 *
 * sw_panel_csv_read is called by read.c for every .csv and .csv.gz, on all ranks. */
#include "store/panel/csv.h"
#include "store/foreign/foreign.h"
#include "store/panel/build.h"
#include "store/text/lines.h"

#include "base/log.h"
#include "base/text.h"
#include "panel/same_code.h"
#include "panel/time.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
  sw_team *team;
  sw_arena *arena;
  const sw_panel_spec *spec;
  const sw_panel_plan *plan;
  sw_panel_rows *rows;
  sw_panel_csv_layout layout;
  sw_lines text;
  bool is_foreign; /* a data set of another program, in place of text */
  sw_foreign foreign;
  sw_csv *csv;               /* the first reader's; owned here, the others borrow its header */
  sw_panel_codes indicators; /* wide by indicator: codes met by this rank's readers */
  int n_readers;             /* threads; while they are made: those to be destroyed */
  sw_panel_csv_reader *reader;
} reading;

/* Where the study says `key` of the panel, else where its panel begins: "study.yaml:8:12". In the
 * arena; NULL without memory, which sw_csv_column takes as no place. */
static const char *place_of(reading *in, const char *key) {
  const sw_node *node = in->spec->node, *value = sw_node_get(node, key);
  if (value) node = value;
  return node ? sw_arena_printf(in->arena, "%s:%d:%d", node->file, node->line, node->column) : NULL;
}

/* ---- the header -------------------------------------------------------------------------- */

/* Columns are the indicators. Only those that are needed are ever turned into numbers; one that is
 * missing here may be in another file, so that is no error yet (read.c: refuse_unknown). Without
 * `time` there is one period, and layout.time stays -1. Linear in the columns for each name; done
 * once per file and rank. */
static sw_status plan_long(sw_error *err, reading *in) {
  int *from = NULL, *column = NULL;
  SW_NEW(err, in->arena, from, in->plan->n_raw);
  SW_NEW(err, in->arena, column, in->plan->n_raw);
  for (int c = 0; c < in->plan->n_raw; c++) {
    int at = sw_csv_find(in->csv, in->plan->raw[c].name);
    in->rows->has_column[c] = at >= 0;
    if (at < 0) continue;
    from[in->rows->width] = at;
    column[in->rows->width++] = c;
  }
  in->layout.from = from;
  in->rows->column = column;
  in->rows->n_names = in->csv->n_columns;
  in->rows->name = in->csv->column;
  if (in->spec->time)
    SW_TRY(sw_csv_column(err, in->csv, place_of(in, "time"), in->spec->time, &in->layout.time));
  return SW_OK;
}

/* ---- long by a column ---------------------------------------------------------------------- */

/* The value that VALUE.LABEL is of, and the label; -1: it is no such name. */
static int value_of(const sw_panel_spec *spec, const char *name, const char **label) {
  for (int v = 0; v < spec->n_values; v++) {
    size_t length = strlen(spec->value[v]);
    if (strncmp(name, spec->value[v], length) || name[length] != '.') continue;
    *label = name + length + 1;
    return v;
  }
  return -1;
}

/* The labels that the study needs become parts of the rows, in the order of the plan. There is one
 * part more, of all other labels, so that a panel has their units and periods. Where none is needed
 * (only labels are asked for) an empty one stands for them, which no row has. */
static sw_status plan_parts(sw_error *err, reading *in) {
  sw_panel_rows *rows = in->rows;
  int n = 0;
  SW_NEW(err, in->arena, rows->part, in->plan->n_raw + 1);
  for (int c = 0; c < in->plan->n_raw; c++) {
    const char *label = NULL;
    int l = 0;
    if (value_of(in->spec, in->plan->raw[c].name, &label) < 0) continue;
    while (l < n && strcmp(rows->part[l], label))
      l++;
    if (l == n) rows->part[n++] = label;
  }
  if (n == 0) rows->part[n++] = "";
  rows->parts = n + 1;
  return SW_OK;
}

/* The index in the plan of each value of the file in each part, -1: not needed. `value`: which of
 * the layout's values each is. */
static sw_status plan_columns(sw_error *err, reading *in, const int *value) {
  sw_panel_rows *rows = in->rows;
  int *column = NULL;
  SW_NEW(err, in->arena, column, rows->parts * rows->width);
  for (int i = 0; i < rows->parts * rows->width; i++)
    column[i] = -1;
  for (int c = 0; c < in->plan->n_raw; c++) {
    const char *label = NULL;
    int v = value_of(in->spec, in->plan->raw[c].name, &label);
    for (int k = 0; k < rows->width && v >= 0; k++)
      for (int l = 0; l < rows->parts - 1 && value[k] == v; l++)
        if (!strcmp(rows->part[l], label)) column[l * rows->width + k] = c;
  }
  rows->column = column;
  return SW_OK;
}

/* One of several files may lack the column of labels: it is then plainly long, with indicators of
 * its own. Only where it has values of the layout all the same their labels are missed. */
static bool is_plainly_long(const reading *in) {
  if (in->spec->n_files == 1 || sw_csv_find(in->csv, in->spec->by) >= 0) return false;
  for (int v = 0; v < in->spec->n_values; v++)
    if (sw_csv_find(in->csv, in->spec->value[v]) >= 0) return false;
  return true;
}

/* Several files may have a value each; of a single one all are wanted. Which labels it has, and so
 * which columns of the plan, is known when all of it is read (gather_indicators). */
static sw_status plan_by(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  int *from = NULL, *value = NULL;
  if (is_plainly_long(in)) return plan_long(err, in);
  SW_TRY(sw_csv_column(err, in->csv, place_of(in, "layout"), spec->by, &in->layout.indicator));
  if (spec->time)
    SW_TRY(sw_csv_column(err, in->csv, place_of(in, "time"), spec->time, &in->layout.time));
  SW_NEW(err, in->arena, from, spec->n_values);
  SW_NEW(err, in->arena, value, spec->n_values);
  for (int v = 0; v < spec->n_values; v++) {
    int at = sw_csv_find(in->csv, spec->value[v]);
    if (at < 0 && spec->n_files == 1)
      return sw_csv_column(err, in->csv, place_of(in, "layout"), spec->value[v], &at);
    if (at < 0) continue;
    value[in->rows->width] = v;
    from[in->rows->width++] = at;
  }
  in->layout.from = from;
  in->layout.value = value;
  SW_TRY(plan_parts(err, in));
  return plan_columns(err, in, value);
}

/* ---- periods in the header (wide) --------------------------------------------------------- */

/* Columns that the study did not list must all mean periods of one kind: which of two is meant
 * cannot be known. */
static sw_status refuse_odd(sw_error *err, reading *in, const char *prefix,
                            const char *const *label, int n) {
  const char *usual = NULL, *odd = sw_time_odd(label, n, &usual);
  char kind[SW_TIME_ROOM];
  if (!odd) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: %s%s: '%s' is not of the form of the other periods (%s: %s%s); list "
                 "`periods:` to say which are meant",
                 place_of(in, "layout"), in->csv->file, prefix, odd, odd, sw_time_kind(usual, kind),
                 prefix, usual);
}

/* Named in the study: each has its column, in the order of the study. A period that `periods` of
 * the panel leaves out is not looked for. */
static sw_status named_periods(sw_error *err, reading *in, const char *prefix, int *from,
                               const char **label, int *n) {
  const sw_panel_spec *spec = in->spec;
  for (int k = 0; k < spec->n_periods; k++) {
    if (!sw_panel_takes_period(spec, spec->period[k])) continue;
    char *name = sw_arena_printf(in->arena, "%s%s", prefix, spec->period[k]);
    if (!name) return sw_fail(err, SW_ENOMEM, "out of memory");
    SW_TRY(sw_csv_column(err, in->csv, place_of(in, "layout"), name, &from[*n]));
    label[(*n)++] = spec->period[k];
  }
  return SW_OK;
}

/* Not named: those whose rest is of a known form, in the order of the file. Labels point into the
 * names of the header. Columns of the unit and of the indicator are left out by their place. */
static sw_status found_periods(sw_error *err, reading *in, const char *prefix, int *from,
                               const char **label, int *n) {
  size_t skip = strlen(prefix);
  int64_t value = 0;
  for (int c = 0; c < in->csv->n_columns; c++) {
    const char *name = in->csv->column[c];
    if (c == in->layout.unit || c == in->layout.indicator || strncmp(name, prefix, skip) ||
        !sw_time_read(name + skip, NULL, &value) || !sw_panel_takes_period(in->spec, name + skip))
      continue;
    from[*n] = c;
    label[(*n)++] = name + skip;
  }
  return in->spec->n_taken ? SW_OK : refuse_odd(err, in, prefix, label, *n);
}

/* Columns PREFIX<period>: those of `periods`, each of which must be there, else all that mean one.
 * A prefix of "" (wide by indicator) takes every column that is called by a period. `most` is room
 * for either. */
static sw_status plan_periods(sw_error *err, reading *in, const char *prefix) {
  const sw_panel_spec *spec = in->spec;
  const sw_csv *csv = in->csv;
  int *from = NULL, most = spec->n_periods > csv->n_columns ? spec->n_periods : csv->n_columns;
  const char **label = NULL;
  int n = 0;
  SW_NEW(err, in->arena, from, most);
  SW_NEW(err, in->arena, label, most);
  SW_TRY((spec->n_periods ? named_periods : found_periods)(err, in, prefix, from, label, &n));
  if (n == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s has no column '%s' followed by a period; name the periods of its "
                   "columns under `wide: {periods: [...]}`",
                   place_of(in, "layout"), csv->file, prefix);
  in->layout.from = from;
  in->rows->label = label;
  in->rows->width = n;
  return SW_OK;
}

/* How the columns of another program's file are told: those that the layout takes. A code that is
 * stored as a number may have had zeros before it; where only labels are asked for it is not said,
 * as the file is read again. */
static sw_status tell_as(sw_error *err, const reading *in, sw_foreign_as **as) {
  const sw_panel_csv_layout *layout = &in->layout;
  const sw_foreign_column *unit = &in->foreign.column[layout->unit];
  SW_NEW(err, in->arena, *as, in->foreign.n);
  for (int k = 0; k < in->rows->width; k++)
    (*as)[layout->from[k]] = SW_FOREIGN_VALUE;
  if (layout->time >= 0) (*as)[layout->time] = SW_FOREIGN_PERIOD;
  if (layout->indicator >= 0) (*as)[layout->indicator] = SW_FOREIGN_LABEL;
  (*as)[layout->unit] = SW_FOREIGN_VALUE;
  if (!unit->text && in->plan->n_raw)
    sw_log(SW_LOG_WARN,
           "%s: %s holds numbers: codes have no leading zeros (1001, where 01001 may be meant)",
           in->rows->file, unit->name);
  return SW_OK;
}

/* Every rank reads the header for itself: the same bytes give the same plan, and nothing has to be
 * sent. It is also the only time that a reader changes what others will borrow: the notes of the
 * footer, one sw_csv_skip per line. After this all readers may borrow the header. */
static sw_status read_header(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  int64_t titles = in->is_foreign ? 0 : spec->header;
  size_t above = sw_lines_above(in->text.header, in->text.header_length, titles);
  sw_csv_begin(in->csv, in->text.header + above, in->text.header_length - above, 1 + titles);
  SW_TRY(sw_csv_header(err, in->csv));
  SW_TRY(sw_csv_column(err, in->csv, place_of(in, "unit"), spec->unit, &in->layout.unit));
  /* The footer is no part of what is dealt out. Where files were joined the notes of the others
   * stand in the middle: lines equal to one of these are skipped too. */
  const char *at = in->text.notes, *end = at + in->text.notes_length;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at)), *to = newline ? newline : end;
    SW_TRY(sw_csv_skip(err, in->csv, at, (size_t)(to - at)));
    at = to + 1;
  }
  in->rows->wide = spec->layout > SW_LAYOUT_LONG_BY;
  if (spec->layout == SW_LAYOUT_LONG) return plan_long(err, in);
  if (spec->layout == SW_LAYOUT_LONG_BY) return plan_by(err, in);
  if (spec->layout == SW_LAYOUT_WIDE_INDICATOR) {
    SW_TRY(sw_csv_column(err, in->csv, place_of(in, "layout"), spec->wide_indicator,
                         &in->layout.indicator));
    return plan_periods(err, in, "");
  }
  /* Wide by prefix: the file is one indicator, which the study need not use. */
  int column = sw_panel_plan_raw(in->plan, spec->wide_name);
  if (column >= 0) in->rows->has_column[column] = true;
  in->rows->name = &spec->wide_name;
  in->rows->n_names = 1;
  return plan_periods(err, in, spec->wide_prefix);
}

/* ---- readers ----------------------------------------------------------------------------- */

/* One arena per thread, as arenas have no lock. The first reader is the one that has read the
 * header. */
static sw_status make_reader(sw_error *err, reading *in, int t) {
  sw_panel_csv_reader *reader = &in->reader[t];
  reader->layout = &in->layout;
  reader->width = in->rows->width;
  if (t == 0) reader->csv = in->csv;
  SW_TRY(sw_arena_create(err, &reader->arena));
  if (in->spec->number_form) SW_NEW(err, reader->arena, reader->percent, reader->width);
  SW_TRY(sw_panel_codes_create(err, reader->arena, &reader->units));
  SW_TRY(sw_panel_codes_create(err, reader->arena, &reader->periods));
  SW_TRY(sw_panel_codes_create(err, reader->arena, &reader->indicators));
  return t > 0 ? sw_csv_like(err, reader->arena, in->csv, &reader->csv) : SW_OK;
}

/* Safe at any stage of make_readers. The first reader's csv is in->csv, destroyed once, and
 * last, as the others borrow from it. raw_of grows by realloc, all else of a reader lives in its
 * arena. */
static void destroy_readers(reading *in) {
  for (int t = 0; t < in->n_readers; t++) {
    sw_panel_csv_reader *reader = &in->reader[t];
    sw_panel_codes_destroy(&reader->units);
    sw_panel_codes_destroy(&reader->periods);
    sw_panel_codes_destroy(&reader->indicators);
    if (t > 0) sw_csv_destroy(reader->csv);
    if (reader->arena) sw_arena_destroy(reader->arena);
    free(reader->raw_of);
  }
  sw_free(in->reader);
  sw_csv_destroy(in->csv);
  sw_panel_codes_destroy(&in->indicators);
}

/* n_readers grows with each, so that a failure destroys what was begun. As many readers as threads,
 * whatever the size of the file: a small one leaves most of them empty. */
static sw_status make_readers(sw_error *err, reading *in) {
  size_t *missing = NULL;
  SW_NEW(err, in->arena, missing, in->spec->n_missing_values);
  for (int k = 0; k < in->spec->n_missing_values; k++)
    missing[k] = strlen(in->spec->missing_value[k]);
  in->layout.missing = missing;
  SW_TRY(sw_calloc(err, (size_t)omp_get_max_threads(), sizeof *in->reader, (void **)&in->reader));
  for (int t = 0; t < omp_get_max_threads(); t++) {
    in->n_readers = t + 1;
    SW_TRY(make_reader(err, in, t));
  }
  return SW_OK;
}

/* The taker (lines.h): a block of rows for each piece. Called between the parallel regions, so that
 * the array of blocks may move. Blocks of earlier rounds of a .gz stay where they are. No row is in
 * any block yet. */
static sw_status expect(void *self, sw_error *err, int64_t pieces) {
  reading *in = self;
  /* `take` numbers pieces from 0 in each round. */
  in->layout.first_block = in->rows->n_blocks;
  return sw_panel_rows_extend(err, in->rows, pieces);
}

/* By thread `thread`, for a block that nobody else touches. `text` belongs to the piece and is gone
 * after the call, so every text that is kept is copied. */
static sw_status take(void *self, sw_error *err, int thread, int64_t piece, const char *text,
                      size_t length, int64_t first_line) {
  reading *in = self;
  sw_panel_block *block = &in->rows->block[in->layout.first_block + piece];
  block->reader = thread;
  return sw_panel_csv_rows_take(err, &in->reader[thread], block, text, length, first_line);
}

/* Called when it is known how many lines came before the piece; until then lines are counted within
 * it. */
static void place(void *self, int64_t piece, int64_t first_line) {
  reading *in = self;
  in->rows->block[in->layout.first_block + piece].first_line = first_line;
}

/* ---- one dictionary ---------------------------------------------------------------------- */

/* After this, number[k][i] is what the reader's i-th text of kind k is called in the rows. The
 * texts themselves are copied, as the reader's arena goes away. O(texts) per reader, once per
 * file. */
static sw_status merge_codes(sw_error *err, reading *in, sw_panel_csv_reader *reader) {
  sw_panel_codes *all[] = {&in->rows->units, &in->rows->periods, &in->indicators};
  const sw_panel_codes *own[] = {&reader->units, &reader->periods, &reader->indicators};
  for (int k = 0; k < 3; k++) {
    SW_NEW(err, reader->arena, reader->number[k], own[k]->n);
    SW_TRY(sw_panel_codes_merge(err, all[k], own[k], reader->number[k]));
  }
  return SW_OK;
}

/* Slots of wide files are indices of the plan, and parts of those long by a column are parts of the
 * rows, the same for all readers. In place; 32-bit numbers. */
static void renumber(const reading *in, sw_panel_block *block) {
  const sw_panel_csv_reader *reader = &in->reader[block->reader];
  const sw_panel_rows *rows = in->rows;
  for (int64_t i = 0; i < block->n; i++)
    block->unit[i] = reader->number[0][block->unit[i]];
  for (int64_t i = 0; i < block->n && !rows->wide; i++)
    block->slot[i] = reader->number[1][sw_panel_rows_period(rows, block->slot[i])] * rows->parts +
                     sw_panel_rows_part(rows, block->slot[i]);
}

/* One dictionary out of those of the readers, taken in the order of their numbers: the first
 * reader's texts come first, keep their numbers, and its blocks need no renumbering. Where one
 * thread reads, nothing is renumbered at all. */
static sw_status join_readers(sw_error *err, reading *in) {
  sw_panel_rows *rows = in->rows;
  for (int t = 0; t < in->n_readers; t++) {
    rows->read += in->reader[t].read;
    rows->notes += sw_csv_skipped(in->reader[t].csv);
    rows->hollow += sw_csv_hollow(in->reader[t].csv);
    SW_TRY(merge_codes(err, in, &in->reader[t]));
  }
/* Blocks are apart, and the tables of numbers are only read. */
#pragma omp parallel for schedule(dynamic, 1) num_threads(in->n_readers)
  for (int64_t b = 0; b < rows->n_blocks; b++)
    if (rows->block[b].reader > 0) renumber(in, &rows->block[b]);
  return SW_OK;
}

/* Long by: the file has that label, with each of its values. */
static sw_status name_label(sw_error *err, reading *in, const char *label, const char **name) {
  sw_panel_rows *rows = in->rows;
  int l = sw_panel_csv_raw_of(&in->layout, label);
  for (int k = 0; k < rows->width; k++) {
    int raw = rows->column[l * rows->width + k];
    if (raw >= 0) rows->has_column[raw] = true;
    name[k] = sw_arena_printf(in->arena, "%s.%s", in->spec->value[in->layout.value[k]], label);
    if (!name[k]) return sw_fail(err, SW_ENOMEM, "out of memory");
  }
  return SW_OK;
}

/* Wide by indicator. */
static sw_status name_indicator(sw_error *err, reading *in, const char *code, const char **name) {
  const sw_panel_spec *spec = in->spec;
  int raw = sw_panel_csv_raw_of(&in->layout, code);
  if (raw >= 0) in->rows->has_column[raw] = true;
  for (int k = 0; k < spec->n_wide_names; k++)
    if (!strcmp(spec->wide_code[k], code)) *name = spec->wide_label[k];
  if (!*name) *name = sw_arena_printf(in->arena, "%s_%s", spec->wide_indicator, code);
  return *name ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory");
}

/* Wide by indicator, or long by a column: which indicators the file has is known only when all
 * ranks have read it. Sets has_column, and the names offered when the study asks for one that is
 * not there: as the study names the codes, else COLUMN_CODE or VALUE.LABEL, by which an entry may
 * ask for it. Collective; a local failure behind the gather is for the caller to agree on. Names
 * and codes of all ranks, hence the same list everywhere. */
static sw_status gather_indicators(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  bool by = spec->layout == SW_LAYOUT_LONG_BY;
  int each = by ? in->rows->width : 1;
  int64_t n = 0;
  const char *const *code = NULL;
  SW_TRY(sw_panel_codes_gather(err, in->team, in->arena, in->indicators.text, in->indicators.n, &n,
                               &code));
  int64_t twin[2];
  char words[SW_CODE_WORDS];
  SW_TRY(sw_code_twins(err, code, n, twin));
  if (twin[0] >= 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: '%.60s' and '%.60s' %s; " SW_CODE_CURE, in->rows->file,
                   by ? spec->by : spec->wide_indicator, code[twin[0]], code[twin[1]],
                   sw_code_differs(code[twin[0]], code[twin[1]], words));
  const char **name = NULL;
  SW_NEW(err, in->arena, name, n * each);
  for (int64_t i = 0; i < n; i++)
    SW_TRY((by ? name_label : name_indicator)(err, in, code[i], name + i * each));
  in->rows->name = name;
  in->rows->n_names = (int)n * each;
  if (!by) return SW_OK;
  in->rows->all_labels = code;
  in->rows->n_labels = n;
  return SW_OK;
}

/* A rank may well have no row, as where there are more ranks than lines; all of them together may
 * not. Collective. */
static sw_status refuse_empty(sw_error *err, reading *in) {
  int64_t count = in->rows->read;
  SW_TRY(in->team->sum_i64(in->team, err, &count, 1));
  if (count > 0) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: no row follows the header%s; expected one row per unit%s",
                 in->rows->file, in->spec->footer ? " once the footer is left out" : "",
                 in->spec->time ? " and period" : "");
}

/* A column in which some cells have a per cent sign and some have none may be in two units. By
 * indicator a column is of many indicators, of which some may well be shares. Collective. Told by
 * rank 0 for each such column. */
static sw_status say_percent(sw_error *err, reading *in) {
  const sw_panel_rows *rows = in->rows;
  int64_t(*sum)[2] = NULL;
  if (in->spec->layout == SW_LAYOUT_WIDE_INDICATOR || !rows->width) return SW_OK;
  sw_status status = sw_calloc(err, (size_t)rows->width, sizeof *sum, (void **)&sum);
  SW_TRY(sw_team_agree(in->team, err, status, 0));
  for (int t = 0; t < in->n_readers; t++)
    for (int k = 0; k < 2 * rows->width; k++)
      sum[k / 2][k % 2] += in->reader[t].percent[k / 2][k % 2];
  status = in->team->sum_i64(in->team, err, sum[0], 2 * rows->width);
  for (int k = 0; k < rows->width && !status; k++)
    if (sum[k][0] && sum[k][1])
      sw_log(SW_LOG_WARN,
             "%s: %s: cells with a per cent sign: %lld, without: %lld; all are taken as written",
             rows->file, in->csv->column[in->layout.from[k]], (long long)sum[k][1],
             (long long)sum[k][0]);
  sw_free(sum);
  return status;
}

/* Collective; errors are agreed on. */
static sw_status deal_out(sw_error *err, reading *in, sw_lines_taker taker) {
  sw_foreign_as *as = NULL;
  if (!in->is_foreign) return sw_lines_deal(err, in->team, &in->text, taker);
  SW_TRY(sw_team_agree(in->team, err, tell_as(err, in, &as), 0));
  return sw_foreign_deal(err, in->team, &in->foreign, as, taker);
}

/* Errors of dealing out are agreed on already; the rest is agreed on here. */
static sw_status read_lines(sw_error *err, reading *in) {
  sw_lines_taker taker = {
      .self = in, .threads = in->n_readers, .expect = expect, .take = take, .place = place};
  SW_TRY(deal_out(err, in, taker));
  /* The rows are numbered by the dictionaries of their readers still. */
  SW_TRY(sw_team_agree(in->team, err, join_readers(err, in), 0));
  SW_TRY(refuse_empty(err, in));
  if (in->spec->number_form && in->spec->number_form->percent) SW_TRY(say_percent(err, in));
  if (in->layout.indicator < 0) return SW_OK;
  return sw_team_agree(in->team, err, gather_indicators(err, in), 0);
}

/* The beginning of the file. Collective. */
static sw_status open_file(sw_error *err, reading *in) {
  const sw_panel_spec *spec = in->spec;
  const sw_panel_rows *rows = in->rows;
  in->is_foreign = sw_foreign_is(rows->path);
  if (!in->is_foreign)
    return sw_lines_open(err, in->team, in->arena, rows->file, rows->path, spec->header,
                         spec->footer, &in->text);
  sw_status status = sw_foreign_open(err, in->arena, rows->file, rows->path, &in->foreign);
  SW_TRY(sw_team_agree(in->team, err, status, 0));
  in->text.header = in->foreign.header;
  in->text.header_length = strlen(in->foreign.header);
  return SW_OK;
}

/* Keys of the study that are of text (refuse_text_keys in plan/study) are those of the text files
 * among several. Between open_file and the agreement below nothing is collective: the status is
 * kept, and all ranks reach it. No rank enters read_lines unless all ranks have their readers. */
sw_status sw_panel_csv_read(sw_error *err, sw_team *team, sw_arena *arena,
                            const sw_panel_spec *spec, const sw_panel_plan *plan,
                            sw_panel_rows *rows) {
  reading in = {.team = team, .arena = arena, .spec = spec, .plan = plan, .rows = rows};
  in.layout = (sw_panel_csv_layout){
      .spec = spec, .plan = plan, .rows = rows, .unit = -1, .time = -1, .indicator = -1};
  rows->has_lines = true;
  SW_TRY(open_file(err, &in));
  sw_status status = sw_panel_codes_create(err, arena, &in.indicators);
  if (!status) status = sw_csv_create(err, arena, rows->file, &in.csv);
  if (!status) {
    /* What a cell of a panel may hold, for the message when it holds something else. */
    in.csv->wanted = "expected a number, an empty cell or a text listed under missing_values";
    in.csv->single = SW_FOOTER_HINT;
    in.csv->form = in.is_foreign ? NULL : spec->number_form;
    in.csv->form_keys = !in.is_foreign;
    in.csv->separator = in.is_foreign ? ',' : spec->separator;
    status = read_header(err, &in);
  }
  if (!status) status = make_readers(err, &in);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = read_lines(err, &in);
  destroy_readers(&in);
  return status;
}
