/* Words of the page: both languages in each element, titles, and parameters as the file has them
 * (words.h). The results file keeps an entry's parameters as one line of flow YAML that the program
 * wrote itself, so a scanner that knows quotes and brackets is enough to take them apart. */
#include "cli/front/words.h"

#include <ctype.h>
#include <string.h>

/* The text shown, and both for the language button of the page. Both texts stand in the element, so
 * that changing the language needs no other data. */
void sw_words_put(sw_html *html, const char *open, const char *english, const char *chinese,
                  const char *close) {
  fputs(open, html->out);
  sw_html_put(html, " data-en=\"%s\" data-zh=\"%s\">%s", english, chinese,
              sw_html_words(html, english, chinese));
  fputs(close, html->out);
}

/* A term without a translation stays English in both languages. */
void sw_words_term(sw_html *html, sw_arena *arena, const char *open, const char *text,
                   const char *close) {
  const char *chinese = sw_report_chinese(arena, text);
  sw_words_put(html, open, text, chinese ? chinese : text, close);
}

/* One unit is singular in English; Chinese makes no difference. */
const char *sw_report_noun(const sw_report *report, int64_t count) {
  return report->chinese ? report->noun_zh : count == 1 ? report->noun_en : report->nouns_en;
}

/* In the page's language, else the name in neither, else in the other; NULL: the unit has only a
 * code. */
const char *sw_words_unit(const sw_report *report, int64_t unit) {
  const sw_page *page = report->page;
  const char *const *other = report->chinese ? page->unit_name_en : page->unit_name_zh;
  const char *const *own = report->chinese ? page->unit_name_zh : page->unit_name_en;
  const char *const *list[] = {own, page->unit_name, other};
  for (int k = 0; k < 3; k++)
    if (list[k] && *list[k][unit]) return list[k][unit];
  return NULL;
}

/* ---- titles ----------------------------------------------------------------------------- */

/* A title up to its first comma, colon or semicolon, with a capital. A text that begins with such a
 * mark is kept whole. Without memory the text itself is returned. */
const char *sw_words_head(sw_arena *arena, const char *text) {
  size_t length = strlen(text);
  const char *const end[] = {", ", ": ", "; "};
  for (int k = 0; k < 3; k++) {
    const char *at = strstr(text, end[k]);
    if (at && at > text && (size_t)(at - text) < length) length = (size_t)(at - text);
  }
  char *head = sw_arena_textn(arena, text, length);
  if (head && islower((unsigned char)*head)) *head = (char)toupper((unsigned char)*head);
  return head ? head : text;
}

/* Composites stand in a folder of the file, which says nothing to a reader. Returns a pointer into
 * `path`. */
const char *sw_words_name(const char *path) {
  const char *slash = strchr(path, '/');
  size_t folder = strlen(SW_NAME_COMPOSITES);
  return slash && (size_t)(slash - path) == folder && strncmp(path, SW_NAME_COMPOSITES, folder) == 0
             ? slash + 1
             : path;
}

/* ---- parameters ------------------------------------------------------------------------- */

/* Bytes of the value that begins at `at`: to the comma or bracket that ends it. Brackets within the
 * value are skipped, and everything within quotes, where a backslash goes with what it escapes. */
static size_t value_length(const char *at) {
  int depth = 0;
  bool quoted = false;
  size_t k = 0;
  for (; at[k]; k++) {
    if (at[k] == '"') quoted = !quoted;
    if (quoted && at[k] == '\\' && at[k + 1]) k++;
    if (quoted) continue;
    if (depth == 0 && (at[k] == ',' || at[k] == '}' || at[k] == ']')) break;
    depth += (at[k] == '[' || at[k] == '{') - (at[k] == ']' || at[k] == '}');
  }
  return k;
}

/* The name at *at, then its value; *at moves behind it. False: no more. Names and values are
 * pointers into the line; nothing is copied. */
static bool next_parameter(const char **at, const char **name, size_t *length, const char **value,
                           size_t *bytes) {
  const char *from = *at + strspn(*at, "{, ");
  size_t word = strcspn(from, ":,}");
  if (word == 0 || from[word] != ':') return false;
  *name = from;
  *length = word;
  *value = from + word + 1 + strspn(from + word + 1, " ");
  *bytes = value_length(*value);
  *at = *value + *bytes;
  return true;
}

/* NULL: it is not given. */
const char *sw_words_parameter(sw_arena *arena, const char *parameters, const char *name) {
  const char *key, *value;
  size_t length, bytes;
  for (const char *at = parameters; next_parameter(&at, &key, &length, &value, &bytes);)
    if (length == strlen(name) && memcmp(key, name, length) == 0)
      return sw_arena_textn(arena, value, bytes);
  return NULL;
}

/* Parameters that say, beside the first one, what a result is of; what stands before each item.
 * "negative" are the indicators that count against a score, "b" a second variable, "with" another
 * result. */
static const struct {
  const char *name, *sign;
} also[] = {{"negative", "−"}, {"b", ""}, {"with", ""}};

/* The items of a value, "x" or "[x, y]", behind what is there already. NULL goes through, so the
 * caller tests once. */
static const char *add_items(sw_arena *arena, const char *list, const char *value,
                             const char *sign) {
  const char *at = *value == '[' ? value + 1 : value;
  while (list && *at && *at != ']' && *at != '}') {
    size_t length = value_length(at);
    list = sw_arena_printf(arena, "%s%s%s%.*s", list, *list ? ", " : "", sign, (int)length, at);
    at += length;
    at += strspn(at, ", ");
  }
  return list;
}

/* The first parameter says what a result is of, in nearly all measures; some have more. "[x, y,
 * −z]". */
const char *sw_words_subject(sw_arena *arena, const char *parameters) {
  const char *key, *value, *at = parameters, *list = "";
  size_t length, bytes;
  if (!next_parameter(&at, &key, &length, &value, &bytes)) return NULL;
  if (*value == '{') return sw_arena_textn(arena, value, bytes);
  const char *first = sw_arena_textn(arena, value, bytes);
  if (!first) return NULL;
  if (strcmp(first, "none") != 0) list = add_items(arena, list, first, "");
  for (size_t k = 0; k < sizeof also / sizeof *also; k++) {
    const char *more = sw_words_parameter(arena, parameters, also[k].name);
    if (more && *more != '{' && strcmp(more, "none") != 0)
      list = add_items(arena, list, more, also[k].sign);
  }
  return list ? sw_arena_printf(arena, "[%s]", list) : NULL;
}

/* Items may be lists or maps themselves. A bracket that closes nothing, of a damaged file, ends the
 * list: no item begins with it, and the walk would not go on. */
static int count_items(const char *at) {
  int count = 0;
  for (; *at && *at != ']' && *at != '}'; count++) {
    at += value_length(at);
    at += strspn(at, ", ");
  }
  return count;
}

/* Without the quotes of YAML and what they escape (plan/study/yaml_flow.c); a line break becomes a
 * blank. Longer items are cut at 255 bytes. */
static void put_item(sw_html *html, const char *text, size_t length) {
  char item[256];
  size_t used = 0;
  bool quoted = length > 1 && *text == '"' && text[length - 1] == '"';
  for (size_t k = quoted; k + quoted < length && used + 1 < sizeof item; k++) {
    bool escapes = quoted && text[k] == '\\' && k + 1 + quoted < length;
    if (escapes) k++;
    item[used++] = escapes && text[k] == 'n' ? ' ' : text[k];
  }
  item[used] = '\0';
  sw_html_put(html, "%b", item);
}

/* At most `most` items; the rest is counted. The rest is said in both languages. */
void sw_words_items(sw_html *html, const char *value, int most) {
  const char *at = *value == '[' ? value + 1 : value;
  int count = count_items(at);
  for (int k = 0; k < count && k < most; k++) {
    size_t length = value_length(at);
    if (k > 0) fputs(", ", html->out);
    put_item(html, at, length);
    at += length;
    at += strspn(at, ", ");
  }
  if (count <= most) return;
  char english[64], chinese[64];
  snprintf(english, sizeof english, " and %d more", count - most);
  snprintf(chinese, sizeof chinese, " 等 %d 项", count);
  sw_words_put(html, "<span", english, chinese, "</span>");
}
