/* What separates the fields of a text: the one place that decides, for panels, units, links and
 * tables.
 *
 * Excel and its kin write a first line `sep=;`, which is no data. Without it the first line of the
 * file tells: of comma, tab, ';' and '|' the one that it has most of, outside quotes; of equal ones
 * the comma. What the study says of a panel counts before both. A file that says neither has one
 * column. Nothing is said of it: a wrong guess ends in "no column", never in a wrong number, as
 * names and codes would have the separator in them. */
#include "store/text/csv_private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* In the order of preference among equals. */
static const char separators[] = ",\t;|";

/* After `sep=` any of these; no letter, digit or sign of a number. */
static bool may_separate(char c) {
  return c && strchr(",\t;|:^~", c);
}

static const char *end_of_line(const char *from, const char *end) {
  const char *newline = memchr(from, '\n', (size_t)(end - from));
  return newline ? newline : end;
}

/* What stands after `sep=`, and how long it is: a tab may be spelled out. 0: nothing that may. */
static size_t separator_at(const char *at, const char *to, char *found) {
  size_t length = (size_t)(to - at);
  if (length >= 3 && strncasecmp(at, "TAB", 3) == 0) return *found = '\t', 3;
  if (length >= 2 && memcmp(at, "\\t", 2) == 0) return *found = '\t', 2;
  *found = length ? *at : '\0';
  return may_separate(*found) ? 1 : 0;
}

/* Excel itself writes no quotes; programs that quote all fields do, and may fill up the line with
 * empty fields. Blanks and CR may end it. */
size_t sw_csv_sep_line(const char *text, size_t length, char *separator) {
  const char *end = text + length, *to = end_of_line(text, end), *at = text;
  bool quoted = at < to && *at == '"';
  at += quoted;
  if (to - at < 5 || strncasecmp(at, "sep=", 4)) return 0;
  char found;
  size_t taken = separator_at(at + 4, to, &found);
  if (taken == 0) return 0;
  at += 4 + taken;
  if (quoted && (at == to || *at++ != '"')) return 0;
  while (at < to && (*at == ' ' || *at == '\t' || *at == '\r' || *at == found))
    at++;
  if (at < to) return 0;
  if (separator) *separator = found;
  return (size_t)(to - text) + (to < end);
}

/* A quote inside quotes is doubled, so that it toggles twice. */
static char most_of(const char *from, const char *to) {
  int64_t count[sizeof separators - 1] = {0};
  bool quoted = false;
  for (; from < to; from++) {
    const char *found = *from && !quoted ? strchr(separators, *from) : NULL;
    if (*from == '"') quoted = !quoted;
    if (found) count[found - separators]++;
  }
  int most = 0;
  for (int k = 1; separators[k]; k++)
    if (count[k] > count[most]) most = k;
  return separators[most];
}

/* The first line is the first that is not blank; a line of tabs alone is. */
void sw_csv_separate(sw_csv *csv) {
  struct sw_csv_private *own = csv->private;
  const char *at = own->at, *end = own->end, *to = end_of_line(at, end);
  int64_t line = own->next_line;
  while (to < end && !sw_csv_trimmed(at, to > at && to[-1] == '\r' ? to - 1 : to, ',').length) {
    at = to + 1;
    to = end_of_line(at, end);
    line++;
  }
  /* Blanks before it are passed over, as sw_lines_first does. */
  const char *word = at;
  while (word < to && sw_csv_is_blank(*word, ','))
    word++;
  size_t skip = sw_csv_sep_line(word, (size_t)(end - word), &own->separator);
  if (!skip) own->separator = most_of(at, to);
  if (csv->separator) own->separator = csv->separator;
  if (!skip) return;
  own->at = word + skip;
  own->next_line = line + 1;
}

/* "GDP, PPP, mio;code" has more commas than it has columns. A file with blanks between its columns
 * has one. */
const char *sw_csv_other_separator(const sw_csv *csv, char *room, size_t size) {
  char taken = csv->private->separator;
  if (csv->n_columns > 0 && strncasecmp(csv->column[0], "sep=", 4) == 0)
    return "; its line `sep=` names none of , TAB ; | : ^ ~";
  if (csv->n_columns == 1 && strchr(csv->column[0], ' ')) {
    const char *name = csv->column[0];
    int shown = (int)strnlen(name, 40);
    while (shown > 0 && (name[shown] & 0xC0) == 0x80)
      shown--; /* not within a character */
    snprintf(room, size, "; it has one column, '%.*s': columns are parted by , TAB ; or |", shown,
             name);
    return room;
  }
  for (int c = 0; c < csv->n_columns; c++)
    for (const char *k = separators; *k; k++)
      if (*k != taken && strchr(csv->column[c], *k)) {
        char is[] = {taken, '\0'}, other[] = {*k, '\0'};
        snprintf(room, size, "; the columns are parted at `%s`, a first line `sep=%s` changes that",
                 taken == '\t' ? "TAB" : is, *k == '\t' ? "TAB" : other);
        return room;
      }
  return "";
}
