/* JSON written to a stream (json.h), value by value, without a tree. It stands within a script
 * element: "<", ">" and "&" are escaped, so that no text can end it or begin a comment; bytes that
 * are no UTF-8 become U+FFFD; numbers that JSON lacks become null. The caller balances brackets. */
#include "cli/markup/json.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/markup/html.h"

/* ---- texts ------------------------------------------------------------------------------ */

/* ES2019 allows both within strings, but the manifest is parsed by browsers of unknown age. */

/* U+2028 and U+2029 end a line in scripts of before ES2019. */
static bool ends_line(const char *at) {
  return strncmp(at, "\xE2\x80\xA8", 3) == 0 || strncmp(at, "\xE2\x80\xA9", 3) == 0;
}

/* `bytes` at most. Control characters and line ends of scripts by their numbers, all else as it
 * is. */
static void put_quoted(FILE *out, const char *text, size_t bytes) {
  fputc('"', out);
  /* `<`, `>` and `&` by their numbers, as the text may stand in a script element, which "</script>"
   * would end. */
  for (const char *at = text, *end = text + bytes; at < end && *at;) {
    int length = sw_html_character(at);
    unsigned char c = (unsigned char)*at;
    if (length == 0) {
      fputs("\\ufffd", out);
      length = 1;
    } else if (c == '"' || c == '\\')
      fprintf(out, "\\%c", c);
    else if (c < 0x20 || c == 0x7F || c == '<' || c == '>' || c == '&')
      fprintf(out, "\\u%04x", c);
    else if (ends_line(at))
      fprintf(out, "\\u20%02x", (unsigned char)at[2] - 0x80);
    else
      fwrite(at, 1, (size_t)length, out);
    at += length;
  }
  fputc('"', out);
}

/* What stands before a value. Every value and bracket comes through here, so that commas are right
 * by construction. */
static void begin(sw_json *json, const char *key) {
  if (json->more) fputc(',', json->out);
  json->more = true;
  if (!key) return;
  put_quoted(json->out, key, strlen(key));
  fputc(':', json->out);
}

/* ---- values ----------------------------------------------------------------------------- */

/* `more` says whether a comma is due: not behind a bracket that opens. */
void sw_json_open(sw_json *json, const char *key, char bracket) {
  begin(json, key);
  fputc(bracket, json->out);
  json->more = false;
}

void sw_json_close(sw_json *json, char bracket) {
  fputc(bracket, json->out);
  json->more = true;
}

/* A text of the manifest, quoted; NULL becomes null. */
void sw_json_text(sw_json *json, const char *key, const char *text) {
  if (!text) {
    sw_json_null(json, key);
    return;
  }
  begin(json, key);
  put_quoted(json->out, text, strlen(text));
}

/* In the fewest digits that read back as the same double. */
void sw_json_number(sw_json *json, const char *key, double value) {
  char text[SW_NUMBER_ROOM];
  if (!isfinite(value)) {
    sw_json_null(json, key);
    return;
  }
  begin(json, key);
  fputs(sw_show_number(value, text), json->out);
}

void sw_json_integer(sw_json *json, const char *key, int64_t value) {
  begin(json, key);
  fprintf(json->out, "%lld", (long long)value);
}

void sw_json_bool(sw_json *json, const char *key, bool value) {
  begin(json, key);
  fputs(value ? "true" : "false", json->out);
}

void sw_json_null(sw_json *json, const char *key) {
  begin(json, key);
  fputs("null", json->out);
}

void sw_json_texts(sw_json *json, const char *key, int64_t n, const char *const *text) {
  sw_json_open(json, key, '[');
  for (int64_t k = 0; k < n; k++)
    sw_json_text(json, NULL, text[k]);
  sw_json_close(json, ']');
}

/* Texts of several lines as a list; empty lines are left out. Results keep their notes as one text
 * with line ends; the page wants a list. */
void sw_json_lines(sw_json *json, const char *key, const char *lines) {
  sw_json_open(json, key, '[');
  for (const char *at = lines ? lines : ""; *at; at += *at == '\n') {
    size_t length = strcspn(at, "\n");
    if (length > 0) {
      begin(json, NULL);
      put_quoted(json->out, at, length);
    }
    at += length;
  }
  sw_json_close(json, ']');
}
