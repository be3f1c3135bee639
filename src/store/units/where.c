/* `where` on the rows of the units file.
 *
 * Codes are texts, and compared as texts: as a number 1001 is also 01001, and 100000 is also 1E5,
 * and a condition on one would take the other along. So is every column that has a zero before a
 * digit, as no number is written so. Other columns are compared as numbers where the study writes a
 * number, else as texts.
 *
 * What a column holds is known when all of it has been seen: the file is read once for that, where
 * there is a condition. What is wrong with a line is left to the second reading, which says it in
 * the order of lines. */
#include "store/units/where.h"
#include "store/units/slice.h"

#include "base/log.h"
#include "base/text.h"
#include "panel/same_code.h"

#include <stdio.h>
#include <string.h>

/* What a field shows in a message at most. */
enum { SHOWN = 40 };

static int shown(sw_field field) {
  return field.length < SHOWN ? (int)field.length : SHOWN;
}

/* ---- comparisons ------------------------------------------------------------------------- */

/* As strcmp would have it: byte order, as everywhere. The field has no terminating zero. */
static int text_sign(sw_field field, const char *text) {
  size_t length = strlen(text), common = field.length < length ? field.length : length;
  int sign = common ? memcmp(field.text, text, common) : 0;
  return sign ? sign : (field.length > length) - (field.length < length);
}

/* ---- what columns hold ------------------------------------------------------------------- */

/* Of the column of one condition. */
typedef struct kinds {
  int64_t numbers, texts, zeros; /* cells: numbers; others; those with a zero before a digit */
  int64_t text_line;             /* of the first that is no number */
  char a_text[SHOWN + 1];        /* it */
  bool equal;                    /* a cell has the characters that the study writes */
  char other[SHOWN + 1];         /* a cell that is another writing of them; "": none */
  char turned[SHOWN + 1];        /* a number that as text is on the other side; "": none */
} kinds;

/* As a code has it, and no number. */
static bool has_leading_zero(sw_field field) {
  return field.length > 1 && field.text[0] == '0' && field.text[1] >= '0' && field.text[1] <= '9';
}

static void keep_text(char *out, sw_field field) {
  snprintf(out, SHOWN + 1, "%.*s", shown(field), field.text);
}

/* Another writing: of a code one that was meant as the same, of a number one of the same value. */
static bool is_other_writing(const sw_condition *condition, sw_field field, bool code) {
  char cell[SHOWN + 1], words[SW_CODE_WORDS];
  double a = 0, b = 0;
  if (field.length > SHOWN) return false;
  keep_text(cell, field);
  if (sw_code_differs(condition->text, cell, words)) return true;
  return !code && sw_parse_number(condition->text, strlen(condition->text), &a) &&
         sw_parse_number(field.text, field.length, &b) && a == b;
}

static bool is_equality(const sw_condition *condition) {
  return condition->compare == SW_EQ || condition->compare == SW_NE;
}

/* Is '02' below 2? As text yes, as numbers no: of codes of unlike length a number was meant. */
static bool turns(const sw_condition *condition, sw_field field) {
  double value;
  if (!condition->is_number || is_equality(condition)) return false;
  if (!sw_parse_number(field.text, field.length, &value)) return false;
  int sign = (value > condition->number) - (value < condition->number);
  return sw_compare_holds(condition->compare, sign) !=
         sw_compare_holds(condition->compare, text_sign(field, condition->text));
}

/* What a column of the units file holds, so that a condition that no row meets can be explained. */
static void look_at(const sw_condition *condition, const sw_csv *csv, sw_field field, bool code,
                    kinds *seen) {
  double value;
  if (!field.length) return;
  if (has_leading_zero(field)) {
    seen->zeros++;
  } else if (sw_parse_number(field.text, field.length, &value)) {
    seen->numbers++;
  } else if (seen->texts++ == 0) {
    seen->text_line = csv->line;
    keep_text(seen->a_text, field);
  }
  if (sw_csv_field_is(field, condition->text))
    seen->equal = true;
  else if (!*seen->other && is_other_writing(condition, field, code))
    keep_text(seen->other, field);
  if (!*seen->turned && turns(condition, field)) keep_text(seen->turned, field);
}

/* What a reader of the study would not expect; the logger lets rank 0 alone speak. */
static void say(const sw_condition *condition, const char *file, bool as_text, const kinds *seen) {
  const char *name = condition->column;
  bool text = as_text || !condition->is_number;
  if (text && is_equality(condition) && !seen->equal && *seen->other)
    sw_log(SW_LOG_WARN,
           "where: %s is compared as text, and no row of %s has '%s' there; '%s' is another text",
           name, file, condition->text, seen->other);
  else if (as_text && *seen->turned)
    sw_log(SW_LOG_WARN,
           "where: %s is compared as text, and '%s' and %s are in another order than as numbers; "
           "write as many digits as the column has",
           name, seen->turned, condition->text);
  else if (!text && seen->numbers && seen->texts)
    sw_log(SW_LOG_WARN,
           "where: %s has numbers and texts ('%s', %s:%lld); a text differs from every number",
           name, seen->a_text, file, (long long)seen->text_line);
  else if (text && !as_text && !is_equality(condition) && seen->numbers && !seen->texts)
    sw_log(
        SW_LOG_WARN,
        "where: %s has numbers, and '%s' is a text: they are compared by their characters; write "
        "a number without quotes",
        name, condition->text);
}

/* Codes, and slices of them. */
static bool is_code(const sw_units_where *where, const sw_csv *csv, int c) {
  return where->column[c] == where->code || where->column[c] >= csv->n_columns;
}

static sw_field field_of(const sw_units_where *where, const sw_csv *csv, int c) {
  return sw_units_field(csv, where->spec, where->code, where->column[c]);
}

/* Looks through the whole file, for the message alone. */
static sw_status look_through(sw_error *err, const sw_units_where *where, sw_csv *csv,
                              kinds *seen) {
  SW_TRY(sw_csv_header(err, csv));
  for (bool more = true;;) {
    SW_TRY(sw_csv_next(err, csv, &more));
    if (!more) return SW_OK;
    for (int c = 0; c < where->n; c++)
      look_at(&where->condition[c], csv, field_of(where, csv, c), is_code(where, csv, c), &seen[c]);
  }
}

/* A reader of its own, so that the other one begins at the beginning. */
sw_status sw_units_where_look(sw_error *err, sw_arena *arena, sw_units_where *where,
                              const char *file, const char *text, size_t length) {
  sw_csv *csv = NULL;
  kinds *seen = NULL;
  if (!where->n) return SW_OK;
  SW_NEW(err, arena, where->as_text, where->n);
  SW_NEW(err, arena, seen, where->n);
  SW_TRY(sw_csv_create(err, arena, file, &csv));
  sw_csv_text(csv, text, length, where->first_line);
  sw_status status = look_through(err, where, csv, seen);
  for (int c = 0; c < where->n && !status; c++)
    where->as_text[c] = is_code(where, csv, c) || seen[c].zeros > 0;
  sw_csv_destroy(csv);
  /* The second reading will meet it, too, and perhaps something before it. */
  if (status == SW_EINPUT) {
    sw_error_clear(err);
    return SW_OK;
  }
  for (int c = 0; c < where->n && !status; c++)
    say(&where->condition[c], file, where->as_text[c], &seen[c]);
  return status;
}

/* ---- one row ----------------------------------------------------------------------------- */

/* Whether comparison `c` holds for the row. Compared as numbers where the study wrote a number and
 * the column has no texts of digits, else as text.
 *
 * An empty cell equals no number and is on neither side of one; a text differs from every number,
 * but to order the two is an error: `pop > 1000` of "n/a" is more likely a slip than a no. */
static sw_status holds(sw_error *err, const sw_units_where *where, int c, const sw_csv *csv,
                       bool *out) {
  const sw_condition *condition = &where->condition[c];
  sw_field field = field_of(where, csv, c);
  double value = 0;
  if (!condition->is_number || where->as_text[c]) {
    *out = sw_compare_holds(condition->compare, text_sign(field, condition->text));
    return SW_OK;
  }
  /* A number in the cell is compared; what is left is empty or text, told apart by what is
   * asked. */
  if (sw_parse_number(field.text, field.length, &value)) {
    int sign = (value > condition->number) - (value < condition->number);
    *out = sw_compare_holds(condition->compare, sign);
  } else if (is_equality(condition) || !field.length) {
    *out = condition->compare == SW_NE;
  } else {
    return sw_csv_fail(err, csv, "%s: '%.*s' is not a number, and `where` compares it with %s",
                       condition->column, shown(field), field.text, condition->text);
  }
  return SW_OK;
}

/* Alternatives joined by `or`, each a run of comparisons joined by `and`; without any the row
 * stays. `all`: the alternative so far; `any`: one before it held. Every comparison is made, also
 * when the outcome is known, so that what is refused does not depend on the order of conditions. */
sw_status sw_units_where_keeps(sw_error *err, const sw_units_where *where, const sw_csv *csv,
                               bool *out) {
  bool any = where->n == 0, all = false;
  for (int c = 0; c < where->n; c++) {
    bool one = false;
    /* A new alternative: what the last one came to is kept, and it begins as true. */
    if (c == 0 || where->condition[c].starts_or) {
      any |= c > 0 && all;
      all = true;
    }
    SW_TRY(holds(err, where, c, csv, &one));
    all &= one;
  }
  *out = any || all;
  return SW_OK;
}
