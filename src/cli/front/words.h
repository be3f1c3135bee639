/* Words of the page that the program writes itself, in two languages. The language button replaces
 * the text of every element that has both. */
#ifndef SW_CLI_FRONT_WORDS_H
#define SW_CLI_FRONT_WORDS_H

#include "cli/report/model.h"

/* An element: `open` is its start tag without the closing bracket, "<p class=\"x\"", `close` what
 * stands behind its text. The texts are escaped. */
void sw_words_put(sw_html *html, const char *open, const char *english, const char *chinese,
                  const char *close);
/* A text out of the file whose Chinese may be known (terms.c), as an element. */
void sw_words_term(sw_html *html, sw_arena *arena, const char *open, const char *text,
                   const char *close);

/* What people call a unit, in the page's language where it has such a name; NULL: it has none. */
const char *sw_words_unit(const sw_report *report, int64_t unit);

/* The first words of a title, which explains itself behind a comma, a colon or a semicolon: from
 * the arena, its first letter a capital; `text` where memory is out. */
const char *sw_words_head(sw_arena *arena, const char *text);
/* "economy", of the path "composites/economy". */
const char *sw_words_name(const char *path);

/* ---- parameters "{of: gdp_pc, groups: [region, state]}" ------------------------------------- */

/* The value of a parameter as it stands there; NULL: there is none. */
const char *sw_words_parameter(sw_arena *arena, const char *parameters, const char *name);
/* What a result is of, as a list "[x, y, −z]": the value of the first parameter, and of those that
 * go with it. */
const char *sw_words_subject(sw_arena *arena, const char *parameters);
/* The items of such a value, of which the first `most` are written, each in <bdi>; then how many
 * more there are. */
void sw_words_items(sw_html *html, const char *value, int most);

#endif
