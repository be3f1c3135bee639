/* HTML, written as it comes into a stream. Markup is the program's own and stands in the source;
 * what comes from data goes through a mark, by which it is escaped. The page's content policy
 * allows no style="" and no inline script: use classes. */
#ifndef SW_CLI_REPORT_HTML_H
#define SW_CLI_REPORT_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct sw_html {
  FILE *out;
  bool chinese; /* of two texts the Chinese one is written */
} sw_html;

/* Writes `markup`; its marks take texts (const char *, NULL: nothing) in their order:
 *   %s  escaped: in text and in attributes within double quotes
 *   %b  escaped within <bdi>: names, codes, labels, all that comes from data and stands in text
 *   %%  a percent sign
 *
 *   sw_html_put(h, "<tr data-id=\"%s\"><td>%b</td>", id, name); */
void sw_html_put(sw_html *html, const char *markup, ...);
/* A text of the program in the page's language. */
const char *sw_html_words(const sw_html *html, const char *english, const char *chinese);
/* Each line of `lines` between `before` and `after`, which are markup; in <bdi>. */
void sw_html_lines(sw_html *html, const char *before, const char *lines, const char *after);

/* Bytes of the character of UTF-8 that `text` begins with; 0: it begins with none. */
int sw_html_character(const char *text);

/* Numbers as text, into `text`, which is returned. */
enum { SW_HTML_NUMBER = 40 };
/* "3,116"; with groups of three. */
const char *sw_html_count(int64_t value, char text[SW_HTML_NUMBER]);
/* Four digits: "0.3105", "12,345", "3.73e6", "−0.0472" (a minus sign), "1.96e−4"; "–" where
 * missing. */
const char *sw_html_number(double value, char text[SW_HTML_NUMBER]);
/* "+0.0379": three digits. */
const char *sw_html_change(double value, char text[SW_HTML_NUMBER]);
const char *sw_html_percent(double value, char text[SW_HTML_NUMBER]); /* "+13.9%" of .139 */

#endif
