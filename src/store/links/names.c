/* Names in the header of a list of links, and what they say: an end of the link, its value, the
 * unit. Whatever the case, blanks and signs. Which column is taken in the end is decided in
 * columns.c.
 *
 * Names are compared by what is left of them in small letters; O(columns x words) for one header.
 * Words are added here when a file from the field has others, with a case in
 * tests/store/links_columns.c. */
#include "store/links/header.h"

#include <ctype.h>
#include <string.h>

/* ---- names ------------------------------------------------------------------------------- */

/* The two ends by names that go together. Words are parted by blanks; those of ONLY_WITH mean an
 * end only beside a word for the unit (fips1, county_b). The first, SW_LINKS_CENSUS: columns of the
 * Census county adjacency file, in which every county is also its own neighbour. The order is that
 * of trust: the first family that fits a name is taken, so "from" means an end even where a column
 * "source" says something else. */
enum { FAMILIES = 10, ONLY_WITH = 8, NUMBERED = 8 };
static const struct {
  const char *from, *to;
} families[FAMILIES] = {
    {"countygeoid", "neighborgeoid"},
    {"from", "to"},
    {"origin orig", "destination dest dst"},
    {"o", "d"},
    {"source src", "target tgt"},
    {"i", "j"},
    {"focal", "neighbor neighbors neighbour neighbours nbr"},
    {"sender", "receiver"},
    {"1", "2"},
    {"a", "b"},
};

/* Words for the unit beside which a word for an end may stand: from_id, fips_to, "origin code". The
 * study's own names of the column of codes are added to them. Words that stand alone name no end;
 * beside one they make it certain. */
static const char affixes[] =
    "id code unit node ix fips geoid county state region city zip nuts iso";
static const char weights[] = "weight weights wt w wij value values val";
static const char distances[] =
    "distance distances dij km kilometres kilometers miles mi metres meters hours minutes";

/* A name without its blanks and signs, in small letters. Bytes above ASCII stay. Returns the
 * length. Longer names are cut, which no known word is. */
static size_t plain(const char *name, char out[SW_LINKS_NAME_ROOM]) {
  size_t n = 0;
  for (; *name && n < SW_LINKS_NAME_ROOM - 1; name++)
    if (isalnum((unsigned char)*name) || (*name & 0x80))
      out[n++] = (char)tolower((unsigned char)*name);
  out[n] = '\0';
  return n;
}

/* Is text[0..length) one of the words? Words are parted by single blanks. */
static bool is_one_of(const char *words, const char *text, size_t length) {
  for (const char *at = words; *at; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (word == length && !memcmp(at, text, word)) return true;
    at += word;
  }
  return false;
}

/* True when the rest of the name beside `word` is a word for the unit: fips_to, to_fips. The rest
 * may stand before or behind the word; it must be a word for the unit as a whole, so that "factory"
 * is not "to" with something around it. */
static bool is_beside(const sw_links_header *header, const sw_links_column *column,
                      const char *word, size_t length) {
  if (column->length <= length) return false;
  size_t rest = column->length - length;
  const char *front = column->plain, *back = column->plain + length;
  for (int k = 0; k < 2; k++) {
    const char *other = NULL;
    if (k == 0 && !memcmp(front, word, length)) other = back;
    if (k == 1 && !memcmp(front + rest, word, length)) other = front;
    if (!other) continue;
    if (is_one_of(affixes, other, rest)) return true;
    for (int u = 0; u < 2; u++)
      if (rest == strlen(header->unit[u]) && !memcmp(other, header->unit[u], rest)) return true;
  }
  return false;
}

/* Names of the families before ONLY_WITH mean an end by themselves; all but those of the Census do
 * so beside a word for the unit. "1" and "a" alone are too short to mean anything; county_1
 * does. */
static bool names_end(const sw_links_header *header, const sw_links_column *column, int family,
                      const char *words) {
  if (family < ONLY_WITH && is_one_of(words, column->plain, column->length)) return true;
  for (const char *at = words; *at; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (family != SW_LINKS_CENSUS && is_beside(header, column, at, word)) return true;
    at += word;
  }
  return false;
}

/* The first family that fits, in the order of the table. The column of codes by itself names no end
 * yet. is_unit only where no family fits: `fips_to` names an end and not the unit. */
static void understand(const sw_links_header *header, sw_links_column *column) {
  column->length = plain(column->name, column->plain);
  column->family = -1;
  for (int f = 0; f < FAMILIES && column->family < 0 && column->length; f++)
    for (int to = 0; to < 2 && column->family < 0; to++)
      if (names_end(header, column, f, to ? families[f].to : families[f].from)) {
        column->family = f;
        column->is_to = to;
      }
  for (int u = 0; u < 2 && column->family < 0; u++)
    column->is_unit |= column->length && !strcmp(column->plain, header->unit[u]);
}

/* The fields are copied, as the next record takes their place. header->unit holds the study's names
 * of the column of codes, in the plain form, "" where it has none. */
sw_status sw_links_header_read(sw_error *err, sw_arena *arena, sw_links_header *header) {
  const sw_study *study = header->list->study;
  if (study->panel.unit) plain(study->panel.unit, header->unit[0]);
  if (study->units.unit) plain(study->units.unit, header->unit[1]);
  SW_NEW(err, arena, header->column, header->n);
  for (int c = 0; c < header->n; c++) {
    sw_field field = header->csv->field[c];
    header->column[c].name = sw_arena_textn(arena, field.text, field.length);
    if (!header->column[c].name)
      return sw_fail(err, SW_ENOMEM, "%s: out of memory", header->csv->file);
    understand(header, &header->column[c]);
  }
  return SW_OK;
}

/* ---- the ends ---------------------------------------------------------------------------- */

/* The columns of one end of a family; *at is the last. 0: the family has no such end. */
static int count_end(const sw_links_header *header, int family, bool to, int *at) {
  int count = 0;
  for (int c = 0; c < header->n; c++)
    if (header->column[c].family == family && header->column[c].is_to == to) {
      count++;
      *at = c;
    }
  return count;
}

/* `fips,fips` is from, to; so is `fips,fips_to`, and `fips_from,fips` in either order. Of two
 * columns of one name pandas and joins call the second fips.1, fips_1: without a fips_2 that is
 * `to`. `some`: the one column that names an end, -1: none does, -2: several do. NUMBERED counts as
 * `to` whatever its number, as the first of two equal names is left without one. *doubt is set only
 * where nothing was in doubt before: the first reason is told. */
static void ends_by_unit(const sw_links_header *header, int some, sw_links_columns *found,
                         sw_links_doubt *doubt) {
  int first = -1, second = -1, count = 0;
  for (int c = 0; c < header->n; c++)
    if (header->column[c].is_unit) {
      if (count++ == 0) first = c;
      second = c;
    }
  if (count == 2 && some == -1) {
    found->from = first;
    found->to = second;
  } else if (count == 1 && some >= 0) {
    bool to = header->column[some].is_to || header->column[some].family == NUMBERED;
    found->from = to ? first : some;
    found->to = to ? some : first;
  } else if (count > 0 && !doubt->what) {
    *doubt = (sw_links_doubt){count == 1 ? "one end without the other," : "one end more than once,",
                              first, -1};
  }
}

/* found->from stays -1 where names do not tell. A family decides only with exactly one column for
 * each end; with more or fewer it leaves a doubt, which a later family may still settle. Two
 * complete pairs cannot both be meant. */
void sw_links_header_ends(const sw_links_header *header, sw_links_columns *found,
                          sw_links_doubt *doubt) {
  int some = -1;
  for (int f = 0; f < FAMILIES; f++) {
    int from = -1, to = -1, n_from = count_end(header, f, false, &from),
        n_to = count_end(header, f, true, &to);
    if (n_from == 1 && n_to == 1 && found->from >= 0) {
      *doubt = (sw_links_doubt){"two pairs of ends, such as", found->from, from};
      found->from = found->to = -1;
      return;
    }
    if (n_from == 1 && n_to == 1) {
      found->from = from;
      found->to = to;
      found->family = f;
      continue;
    }
    int count = n_from + n_to, one = from >= 0 ? from : to;
    if (count == 0) continue;
    some = some == -1 && count == 1 ? one : -2;
    if (!doubt->what)
      *doubt = (sw_links_doubt){
          count > 1 ? "one end more than once," : "one end without the other,", one, -1};
  }
  if (found->from < 0) ends_by_unit(header, some, found, doubt);
}

/* ---- the value --------------------------------------------------------------------------- */

/* R and pandas write a first column of row numbers, which has no name, or this one. Such a column
 * is never an end nor a value. */
bool sw_links_column_is_row_number(const sw_links_column *column) {
  return column->length == 0 || !strcmp(column->plain, "unnamed0");
}

/* Also words that only begin so: weight_km, distance_m. */
bool sw_links_column_is_value(const sw_links_column *column, bool distance) {
  const char *begin = distance ? "dist" : "weight";
  return is_one_of(distance ? distances : weights, column->plain, column->length) ||
         !strncmp(column->plain, begin, strlen(begin));
}

/* The only column that is not taken yet and passes `kind` (0, 1: names a weight, a distance; 2:
 * any); -1: none, -2: several, in `several`. `several` holds the first two; the caller names
 * them. */
int sw_links_header_only(const sw_links_header *header, const sw_links_columns *found, int kind,
                         int several[2]) {
  int at = -1;
  for (int c = 0; c < header->n; c++) {
    const sw_links_column *column = &header->column[c];
    if (c == found->from || c == found->to || sw_links_column_is_row_number(column)) continue;
    if (kind < 2 && !sw_links_column_is_value(column, kind)) continue;
    if (at == -1) {
      at = c;
    } else {
      several[0] = at;
      several[1] = c;
      return -2;
    }
  }
  return at;
}
