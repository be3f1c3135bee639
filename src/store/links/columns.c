/* Which columns of a list of links are the sender, the receiver and the value: as the study names
 * them, else by the names that such files have, in any order and case, else by position.
 *
 * Read by position a header `to,from,weight` would turn every link around and no number would look
 * wrong. So names count before places; a header with one known name but not its counterpart, with
 * two pairs of them, or with a name twice is refused; and where a header says nothing that is
 * known, a line says what was taken as what. Called once per file, with its first record.
 *
 * The search goes over the columns of one header, a handful, so nothing here is worth an index. On
 * every node's first rank the same text gives the same answer; what is said in the log is said by
 * rank 0 alone (base/log.c). */
#include "store/links/header.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/text.h"

/* ---- the ends ---------------------------------------------------------------------------- */

/* The key of the study by which the column would be named, for messages that tell what to write. */
static const char *value_word(const sw_links_header *header) {
  return header->list->distance ? "distance" : "weight";
}

/* Refuses, naming one or two columns, and says how the study names them. Always fails. `b` < 0: one
 * column is at fault. */
static sw_status refuse(sw_error *err, const sw_links_header *header, const char *what, int a,
                        int b) {
  return sw_csv_fail(err, header->csv,
                     "the header has %s '%.60s'%s%.60s%s; name the columns in the study: {file: "
                     "%s, from: COLUMN, to: COLUMN}",
                     what, header->column[a].name, b >= 0 ? " and '" : "",
                     b >= 0 ? header->column[b].name : "", b >= 0 ? "'" : "", header->csv->file);
}

/* The column that the study names; it must be there once. Exact spelling here, other than for names
 * that are guessed: the study is written by hand for this very file. *at stays -1 after a
 * failure. */
static sw_status column_of(sw_error *err, const sw_links_header *header, sw_arena *arena,
                           const char *key, const char *name, int *at) {
  const char **names = NULL;
  SW_NEW(err, arena, names, header->n);
  *at = -1;
  for (int c = 0; c < header->n; c++) {
    names[c] = header->column[c].name;
    if (strcmp(names[c], name) != 0) continue;
    if (*at >= 0)
      return sw_csv_fail(err, header->csv,
                         "columns %d and %d are both called '%s'; give each its "
                         "own name",
                         *at + 1, c + 1, name);
    *at = c;
  }
  if (*at >= 0) return SW_OK;
  char hint[SW_HINT_ROOM];
  const char *near = sw_nearest(name, names, header->n);
  return sw_node_fail(err, header->list->node, "%s: %s has no column '%s'%s", key,
                      header->csv->file, name, sw_did_you_mean(name, near, hint));
}

/* ---- the value --------------------------------------------------------------------------- */

/* Always fails: two columns could be the value and none is more likely. */
static sw_status refuse_value(sw_error *err, const sw_links_header *header, const int several[2]) {
  const char *word = value_word(header);
  return sw_csv_fail(err, header->csv,
                     "which column is the %s, '%s' or '%s'? name it in the study: {file: %s, %s: "
                     "COLUMN}",
                     word, header->column[several[0]].name, header->column[several[1]].name,
                     header->csv->file, word);
}

/* When the ends are known: the column that names such a value, else the only one that is left. No
 * column is left: every link weighs 1. Where several are left, and the study names the ends, they
 * are something else, which a line says; else it must be told. In this order: a column named like
 * the value; the only column that is left; for links, a column named like a distance. found->value
 * -1 at the end means weights of 1, and -2 never leaves this function. A column that is the study's
 * time would pass for a weight, as years are numbers: it is refused by name. */
static sw_status find_value(sw_error *err, const sw_links_header *header, sw_links_columns *found) {
  bool distance = header->list->distance;
  int several[2] = {0, 0};
  const char *time = header->list->study->panel.time;
  found->own_links = found->family == SW_LINKS_CENSUS && !distance;
  if (found->own_links) return SW_OK;
  found->value = sw_links_header_only(header, found, distance, several);
  if (found->value == -2) return refuse_value(err, header, several);
  if (found->value == -1) found->value = sw_links_header_only(header, found, 2, several);
  if (found->value == -2) {
    found->value = sw_links_header_only(header, found, !distance, several);
    if (found->value == -2 || (found->value == -1 && (distance || !found->named)))
      return refuse_value(err, header, several);
  }
  if (found->value >= 0 && time && !strcasecmp(header->column[found->value].name, time))
    return sw_csv_fail(err, header->csv,
                       "column '%s' is the study's time; links hold for all periods: leave one "
                       "period in the file, and this column out",
                       header->column[found->value].name);
  if (found->value < 0 && distance)
    return sw_csv_fail(
        err, header->csv,
        "no column of distances; expected from, to, distance, or a square table of codes");
  return SW_OK;
}

/* ---- the first record -------------------------------------------------------------------- */

/* Codes of the panel as they are written there; other spellings of them are met later (list.c). */
static bool is_unit(const sw_links_list *list, sw_field field) {
  return sw_map_find(list->unit_of, field.text, field.length) >= 0;
}

static bool is_number(sw_field field) {
  double value;
  return sw_parse_number(field.text, field.length, &value);
}

/* The kind of a character of a code: digits, capitals, small letters, else itself. In the C locale,
 * as the program sets none: letters beyond ASCII stand for themselves. */
static int kind_of(char c) {
  return isdigit((unsigned char)c)   ? '0'
         : isupper((unsigned char)c) ? 'A'
         : islower((unsigned char)c) ? 'a'
                                     : c;
}

/* True when some unit has a code of the same length and the same kind of character at each place:
 * "AT99" beside AT11. A list without a header may begin with two codes that the panel lacks.
 * O(units) for each field, and called for the first record alone. */
static bool looks_like_code(const sw_links_list *list, sw_field field) {
  for (int64_t i = 0; i < list->units->n && field.length; i++) {
    const char *code = sw_unit_code(list->units, i);
    size_t k = 0;
    while (k < field.length && code[k] && kind_of(code[k]) == kind_of(field.text[k]))
      k++;
    if (k == field.length && !code[k]) return true;
  }
  return false;
}

/* Read by position, could the record be a link? Any number (codes may be numbers) or code of the
 * panel says so: a wrong code is then reported, not skipped. A header in which one column is called
 * "2010" would pass for a link; its first field is then refused as a code, at its line. */
static bool is_link(const sw_links_list *list, const sw_csv *csv) {
  for (int c = 0; c < csv->n; c++)
    if (is_number(csv->field[c]) || (c < 2 && is_unit(list, csv->field[c]))) return true;
  return csv->n >= 2 && looks_like_code(list, csv->field[0]) &&
         looks_like_code(list, csv->field[1]);
}

/* "Autauga County, AL"  01001  "Autauga County, AL"  01001: the Census county adjacency file as it
 * was until 2022, without a header; a county stands only in the first of its rows. Both pairs must
 * look so: a name and a code, and the codes of one length, as FIPS codes are. */
static bool is_census(const sw_links_list *list, const sw_csv *csv) {
  const sw_field *field = csv->field;
  return !list->distance && csv->n == 4 && is_number(field[1]) && is_number(field[3]) &&
         field[1].length == field[3].length && field[0].length && field[2].length &&
         !is_number(field[0]) && !is_number(field[2]);
}

/* No header, or one that says nothing that is known. More than three columns are accepted only
 * where the study names the value: else nothing would say what the third is. */
static sw_status by_position(sw_error *err, const sw_links_header *header,
                             sw_links_columns *found) {
  const sw_csv *csv = header->csv;
  bool distance = header->list->distance;
  int most = found->value >= 0 ? INT32_MAX : 3;
  if (csv->n < 2 + distance || csv->n > most)
    return sw_csv_fail(err, csv, "%d column%s; expected %s%s", csv->n, csv->n == 1 ? "" : "s",
                       distance ? "from, to, distance, or a square table of codes"
                                : "from, to or from, to, weight",
                       csv->n > 3 ? ", or columns of these names" : "");
  found->from = 0;
  found->to = 1;
  if (found->value < 0 && csv->n == 3) found->value = 2;
  return SW_OK;
}

/* A value where an end should be, or a column without a name, shows that places cannot be meant.
 * Called for a header whose names say nothing: the first two columns are about to be taken. */
static sw_status check_places(sw_error *err, const sw_links_header *header,
                              const sw_links_columns *found) {
  for (int c = 0; c < 2; c++) {
    const sw_links_column *column = &header->column[c];
    if (sw_links_column_is_row_number(column) || c == found->value ||
        sw_links_column_is_value(column, false) || sw_links_column_is_value(column, true))
      return refuse(err, header, "no known names of the ends, and begins with", 0, 1);
  }
  return SW_OK;
}

/* ---- what it came to, in words ----------------------------------------------------------- */

/* A known header is told as information, one that was not understood as a warning: it is the user
 * who must look. */
static void say(const sw_links_header *header, const sw_links_columns *found, bool known) {
  char value[160] = "";
  const char *word = value_word(header);
  if (found->value >= 0)
    snprintf(value, sizeof value, ", '%.80s' as the %s", header->column[found->value].name, word);
  else if (header->n > 2)
    snprintf(value, sizeof value, ", every link with weight 1");
  sw_log(known ? SW_LOG_INFO : SW_LOG_WARN, "%s:%lld: %s'%s' is taken as from, '%s' as to%s%s%s",
         header->csv->file, (long long)header->csv->line,
         known ? "" : "no known names of columns, so by position: ",
         header->column[found->from].name, header->column[found->to].name, value,
         known ? "" : "; if that is wrong name them with from:, to: and ", known ? "" : word);
}

/* With the names of the study the first record is the header, whatever it looks like. found->from
 * stays -1 where the study names the value alone; names of the ends are then looked for as
 * usual. */
static sw_status by_study(sw_error *err, const sw_links_header *header, sw_arena *arena,
                          sw_links_columns *found) {
  const sw_link_columns *columns = header->list->columns;
  if (columns->value)
    SW_TRY(column_of(err, header, arena, value_word(header), columns->value, &found->value));
  if (!columns->from) return SW_OK;
  found->named = true;
  SW_TRY(column_of(err, header, arena, "from", columns->from, &found->from));
  return column_of(err, header, arena, "to", columns->to, &found->to);
}

/* Units in all columns but the first, and more of them than a list has columns. */
static bool is_table_of_units(const sw_links_list *list, const sw_csv *csv) {
  for (int c = 1; c < csv->n; c++)
    if (!is_unit(list, csv->field[c])) return false;
  return csv->n > 3;
}

/* No pair of names was found: a link, a header of which one name is known, or one of which none is.
 * The order of the questions matters. A record that may be a link decides against a header; only
 * then the form of the Census is tried, whose records would look like links, too; a square table is
 * told before positions are taken, as its header would pass. */
static sw_status without_names(sw_error *err, const sw_links_header *header,
                               const sw_links_doubt *doubt, sw_links_columns *found) {
  const sw_links_list *list = header->list;
  const sw_csv *csv = header->csv;
  bool header_certain = list->columns && list->columns->value;
  found->is_header = header_certain || !is_link(list, csv);
  if (found->is_header && doubt->what) return refuse(err, header, doubt->what, doubt->a, doubt->b);
  if (!found->is_header && is_census(list, csv)) {
    *found =
        (sw_links_columns){.from = 1, .to = 3, .value = -1, .own_links = true, .repeats = true};
    sw_log(SW_LOG_INFO,
           "%s: read as the Census county adjacency file: column 2 as from, 4 as to; where the "
           "first two are empty they are those of the row above",
           csv->file);
    return SW_OK;
  }
  if (is_table_of_units(list, csv) && !list->distance)
    return sw_csv_fail(err, csv,
                       "the header is codes of units, as of a square table; write {kind: "
                       "matrix, file: %s}",
                       csv->file);
  SW_TRY(by_position(err, header, found));
  if (!found->is_header) return SW_OK;
  SW_TRY(check_places(err, header, found));
  say(header, found, false);
  return SW_OK;
}

/* Nothing is said of the two plain orders, from,to and from,to,value. The steps: read names; take
 * what the study says; find a pair of ends by names; the value; at last the check that no column
 * serves twice. *found is whole on success only. found->is_header says whether the record is
 * consumed. */
sw_status sw_links_columns_find(sw_error *err, sw_arena *arena, const sw_links_list *list,
                                const sw_csv *csv, sw_links_columns *found) {
  sw_links_header header = {.list = list, .csv = csv, .n = csv->n};
  sw_links_doubt doubt = {0};
  *found = (sw_links_columns){.from = -1, .to = -1, .value = -1, .family = -1};
  if (csv->n < 2) return by_position(err, &header, found);
  SW_TRY(sw_links_header_read(err, arena, &header));
  if (list->columns) SW_TRY(by_study(err, &header, arena, found));
  if (found->from < 0) sw_links_header_ends(&header, found, &doubt);
  /* Units may be called i and j. */
  if (!found->named && found->from >= 0 && is_unit(list, csv->field[found->from]) &&
      is_unit(list, csv->field[found->to]))
    found->from = -1;
  if (found->from < 0) return without_names(err, &header, &doubt, found);
  found->is_header = true;
  if (found->value < 0 && found->from != found->to) SW_TRY(find_value(err, &header, found));
  if (found->from == found->to || found->value == found->from || found->value == found->to)
    return refuse(err, &header, "one column for two things,",
                  found->from == found->to ? found->from : found->value, -1);
  bool is_plain = found->from == 0 && found->to == 1 && (found->value == 2 || csv->n == 2);
  if (!is_plain || csv->n > 3) say(&header, found, true);
  return SW_OK;
}

/* Whether the header's names alone tell the ends: asked before a file of distances is taken for a
 * table. Errors are swallowed, as the reader proper will meet them again. */
bool sw_links_columns_known(sw_arena *arena, const sw_links_list *list, const sw_csv *csv) {
  sw_links_header header = {.list = list, .csv = csv, .n = csv->n};
  sw_links_columns found = {.from = -1, .to = -1, .value = -1, .family = -1};
  sw_links_doubt doubt = {0};
  sw_error none = {0};
  if (list->columns) return true;
  if (sw_links_header_read(&none, arena, &header) != SW_OK) return false;
  sw_links_header_ends(&header, &found, &doubt);
  return found.from >= 0;
}
