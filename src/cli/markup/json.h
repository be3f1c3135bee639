/* JSON, written as it comes into a stream: commas and escapes are seen to here. `<`, `>`, `&` and
 * the separators U+2028, U+2029 are escaped, so that no text ends the element it stands in.
 *
 *   sw_json_open(&j, "units", '{');  sw_json_text(&j, "code", "b0");  sw_json_close(&j, '}');
 *
 * `key` NULL: an item of a list. A text that is NULL is null; a number that is NaN or infinite is
 * null. Whether all was written, the stream knows. */
#ifndef SW_CLI_REPORT_JSON_H
#define SW_CLI_REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct sw_json {
  FILE *out;
  bool more; /* a comma is due before the next */
} sw_json;

void sw_json_open(sw_json *json, const char *key, char bracket); /* '{' or '[' */
void sw_json_close(sw_json *json, char bracket);                 /* '}' or ']' */
void sw_json_text(sw_json *json, const char *key, const char *text);
void sw_json_number(sw_json *json, const char *key, double value); /* reads back as the same */
void sw_json_integer(sw_json *json, const char *key, int64_t value);
void sw_json_bool(sw_json *json, const char *key, bool value);
void sw_json_null(sw_json *json, const char *key);
/* A list of texts. */
void sw_json_texts(sw_json *json, const char *key, int64_t n, const char *const *text);
/* The lines of a text as a list; empty ones are left out. */
void sw_json_lines(sw_json *json, const char *key, const char *lines);

#endif
