/* HTML written to a stream, and numbers as people read them (html.h). All that is not markup of
 * ours goes through sw_html_put, which escapes it: %s for words of ours and attributes, %b for
 * data, in a <bdi>, so that a name in another script does not turn the line. Bytes that are no
 * UTF-8 become U+FFFD. */
#include "cli/markup/html.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* ---- texts ------------------------------------------------------------------------------ */

/* By the table of Unicode 15, 3.9: neither surrogates nor longer forms than needed. */
int sw_html_character(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  if (c[0] < 0x80) return 1;
  /* 0xC0 and 0xC1 would only begin longer forms of ASCII, above 0xF4 lies no character. */
  int length = c[0] >= 0xC2 && c[0] <= 0xDF   ? 2
               : c[0] >= 0xE0 && c[0] <= 0xEF ? 3
               : c[0] >= 0xF0 && c[0] <= 0xF4 ? 4
                                              : 0;
  for (int k = 1; k < length; k++)
    if ((c[k] & 0xC0) != 0x80) return 0;
  /* Second bytes that are too small: a shorter form exists; too large: surrogates, or beyond
   * U+10FFFF. */
  if (c[0] == 0xE0 && c[1] < 0xA0) return 0;
  if (c[0] == 0xED && c[1] > 0x9F) return 0;
  if (c[0] == 0xF0 && c[1] < 0x90) return 0;
  if (c[0] == 0xF4 && c[1] > 0x8F) return 0;
  return length;
}

/* `length` bytes at most. Both quotation marks are escaped too, so that the same function serves
 * attributes. A faulty byte is replaced alone, and reading goes on behind it: the rest of the text
 * is kept. */
static void put_escaped(FILE *out, const char *text, size_t bytes) {
  for (const char *at = text, *end = text + bytes; at < end && *at;) {
    int length = sw_html_character(at);
    if (length == 0) {
      fputs("\xEF\xBF\xBD", out); /* what is not UTF-8 */
      length = 1;
    } else if (*at == '&')
      fputs("&amp;", out);
    else if (*at == '<')
      fputs("&lt;", out);
    else if (*at == '>')
      fputs("&gt;", out);
    else if (*at == '"')
      fputs("&quot;", out);
    else if (*at == '\'')
      fputs("&#39;", out);
    else
      fwrite(at, 1, (size_t)length, out);
    at += length;
  }
}

/* <bdi> keeps the direction of a name apart from that of the line around it: names of units may be
 * of any script. */
static void put_data(FILE *out, const char *text, size_t bytes) {
  fputs("<bdi>", out);
  put_escaped(out, text, bytes);
  fputs("</bdi>", out);
}

/* Two marks and %%; a NULL is an empty text. */
void sw_html_put(sw_html *html, const char *markup, ...) {
  va_list list;
  va_start(list, markup);
  /* Markup itself is a literal of the program and is written as it is. */
  for (const char *at = markup; *at;) {
    size_t plain = strcspn(at, "%");
    fwrite(at, 1, plain, html->out);
    at += plain;
    if (!*at) break;
    char mark = at[1];
    if (mark == 's' || mark == 'b') {
      const char *text = va_arg(list, const char *);
      if (!text) text = "";
      if (mark == 's')
        put_escaped(html->out, text, strlen(text));
      else
        put_data(html->out, text, strlen(text));
    } else
      fputc('%', html->out);
    at += mark == 's' || mark == 'b' || mark == '%' ? 2 : 1;
  }
  va_end(list);
}

/* Chosen once for the page; texts that the page can switch carry both languages as attributes
 * (report/page.c). */
const char *sw_html_words(const sw_html *html, const char *english, const char *chinese) {
  return html->chinese ? chinese : english;
}

/* Each line that is not empty as data between `before` and `after`, which are markup. */
void sw_html_lines(sw_html *html, const char *before, const char *lines, const char *after) {
  for (const char *at = lines ? lines : ""; *at; at += *at == '\n') {
    size_t length = strcspn(at, "\n");
    if (length > 0) {
      fputs(before, html->out);
      put_data(html->out, at, length);
      fputs(after, html->out);
    }
    at += length;
  }
}

/* ---- numbers ---------------------------------------------------------------------------- */

#define MINUS "\xE2\x88\x92"

/* Hyphens are minus signs, in front and in an exponent. U+2212 is as wide as a plus sign and a
 * figure, so that columns of numbers stay in line. Cut to what the room holds, whole characters
 * only. */
static const char *with_minus(const char *digits, char text[SW_HTML_NUMBER]) {
  size_t at = 0;
  for (; *digits && at + sizeof MINUS < SW_HTML_NUMBER; digits++)
    if (*digits == '-')
      at += (size_t)snprintf(text + at, SW_HTML_NUMBER - at, MINUS);
    else
      text[at++] = *digits;
  text[at] = '\0';
  return text;
}

/* Commas between thousands. */
const char *sw_html_count(int64_t value, char text[SW_HTML_NUMBER]) {
  /* 20 digits at most, and a comma for each three: SW_HTML_NUMBER has room. */
  char digits[32];
  int length = snprintf(digits, sizeof digits, "%lld", (long long)(value < 0 ? -value : value));
  size_t at = 0;
  if (value < 0) at = (size_t)snprintf(text, SW_HTML_NUMBER, MINUS);
  for (int k = 0; k < length; k++) {
    if (k > 0 && (length - k) % 3 == 0) text[at++] = ',';
    text[at++] = digits[k];
  }
  text[at] = '\0';
  return text;
}

/* Of "3.73e+06" "3.73e6". In place: the result is never longer. */
static void short_exponent(char *digits) {
  char *e = strchr(digits, 'e'), *from;
  if (!e) return;
  from = e + 1;
  char *to = e + 1;
  if (*from == '-')
    *to++ = *from++;
  else if (*from == '+')
    from++;
  while (*from == '0' && from[1])
    from++;
  memmove(to, from, strlen(from) + 1);
}

/* Trailing zeros behind a decimal point, of the digits before an exponent. */
static void trim_zeros(char *digits) {
  char *e = strchr(digits, 'e'), *end = e ? e : digits + strlen(digits), *last = end;
  if (!memchr(digits, '.', (size_t)(end - digits))) return;
  while (last[-1] == '0')
    last--;
  if (last[-1] == '.') last--;
  memmove(last, end, strlen(end) + 1);
}

/* As the page's script writes numbers (S.number): without exponent from .001 to 999,949, whole
 * with commas from where the places end before the point. */
static const char *put_number(double value, int places, bool sign, char text[SW_HTML_NUMBER]) {
  char digits[48];
  double size = fabs(value);
  const char *plus = sign && value > 0 ? "+" : "";
  if (isnan(value)) return strcpy(text, "\xE2\x80\x93");
  if (isinf(value)) return strcpy(text, value > 0 ? "\xE2\x88\x9E" : MINUS "\xE2\x88\x9E");
  /* From where `places` figures end before the point, rounding to them would invent zeros: the
   * whole number is shown instead. The limits are those at which rounding steps over. */
  if (size >= 1000 - .5 * pow(10, 3 - places) && size < 999950) {
    strcpy(text, plus);
    sw_html_count((int64_t)round(value), text + strlen(plus));
    return text;
  }
  if (size >= 999950 || (size != 0 && size < .001))
    snprintf(digits, sizeof digits, "%s%.*e", plus, places - 1, value);
  else
    /* %g drops trailing zeros itself and cannot choose an exponent in this range. */
    snprintf(digits, sizeof digits, "%s%.*g", plus, places, value);
  if (strchr(digits, 'e')) trim_zeros(digits);
  short_exponent(digits);
  return with_minus(digits, text);
}

const char *sw_html_number(double value, char text[SW_HTML_NUMBER]) {
  return put_number(value, 4, false, text);
}

const char *sw_html_change(double value, char text[SW_HTML_NUMBER]) {
  return put_number(value, 3, true, text);
}

/* One decimal; three digits from a hundredfold on. `value` is a ratio, .034 for "+3.4%", always
 * with its sign, as it is a change. */
const char *sw_html_percent(double value, char text[SW_HTML_NUMBER]) {
  char digits[32];
  if (!isfinite(value)) return strcpy(text, "\xE2\x80\x93");
  snprintf(digits, sizeof digits, fabs(value) < 100 ? "%+.1f%%" : "%+.3g%%", 100 * value);
  short_exponent(digits);
  return with_minus(digits, text);
}
