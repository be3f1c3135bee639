/* What comes from data does no harm in the page: JSON and HTML by hand. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/front/words.h"
#include "cli/markup/html.h"
#include "cli/markup/json.h"

typedef struct text {
  char *text;
  size_t length;
  FILE *out;
} text;

static FILE *begin(text *t) {
  *t = (text){0};
  return t->out = open_memstream(&t->text, &t->length);
}

static void expect(text *t, const char *wanted) {
  fclose(t->out);
  cr_expect_str_eq(t->text, wanted);
  free(t->text);
}

Test(json, objects_and_lists) {
  text t;
  sw_json j = {.out = begin(&t)};
  const char *const names[] = {"a", "b"};
  sw_json_open(&j, NULL, '{');
  sw_json_integer(&j, "n", 3);
  sw_json_open(&j, "list", '[');
  sw_json_close(&j, ']');
  sw_json_texts(&j, "names", 2, names);
  sw_json_number(&j, "x", .1);
  sw_json_number(&j, "none", NAN);
  sw_json_number(&j, "far", INFINITY);
  sw_json_bool(&j, "yes", true);
  sw_json_text(&j, "not", NULL);
  sw_json_lines(&j, "lines", "one\n\ntwo\n");
  sw_json_lines(&j, "no_lines", NULL);
  sw_json_close(&j, '}');
  expect(&t, "{\"n\":3,\"list\":[],\"names\":[\"a\",\"b\"],\"x\":0.1,\"none\":null,\"far\":null,"
             "\"yes\":true,\"not\":null,\"lines\":[\"one\",\"two\"],\"no_lines\":[]}");
}

Test(json, hostile) {
  text t;
  sw_json j = {.out = begin(&t)};
  sw_json_open(&j, NULL, '{');
  sw_json_text(&j, "</script><!--", "\"\\\n\t&'<script>\x01\x7F");
  sw_json_text(&j, "lines", "a\xE2\x80\xA8z\xE2\x80\xA9");
  sw_json_text(&j, "bytes", "\xFF ok \xC3\xA9 \xC3");
  sw_json_text(&j, "wide", "\xF0\x9F\x8C\x8D \xED\xA0\x80");
  sw_json_close(&j, '}');
  expect(
      &t,
      "{\"\\u003c/script\\u003e\\u003c!--\":\"\\\"\\\\\\u000a\\u0009\\u0026'\\u003cscript\\u003e"
      "\\u0001\\u007f\",\"lines\":\"a\\u2028z\\u2029\",\"bytes\":\"\\ufffd ok \xC3\xA9 \\ufffd\","
      "\"wide\":\"\xF0\x9F\x8C\x8D \\ufffd\\ufffd\\ufffd\"}");
}

/* A line of any length is one text. */
Test(json, long_line) {
  enum { N = 10000 };
  char *line = malloc(N + 1);
  memset(line, 'x', N);
  line[N] = '\0';
  text t;
  sw_json j = {.out = begin(&t)};
  sw_json_lines(&j, NULL, line);
  fclose(t.out);
  cr_assert_eq(t.length, N + 4);
  cr_assert(memcmp(t.text + 2, line, N) == 0);
  free(t.text);
  free(line);
}

Test(html, marks) {
  text t;
  sw_html h = {.out = begin(&t)};
  sw_html_put(&h, "<td title=\"%s\" width=100%%>%b</td>%s%", "\"><img onerror='x'>", "<b>&",
              (const char *)NULL);
  expect(&t, "<td title=\"&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;\" width=100%>"
             "<bdi>&lt;b&gt;&amp;</bdi></td>%");
}

Test(html, data_stays_data) {
  text t;
  sw_html h = {.out = begin(&t)};
  sw_html_put(&h, "%b", "%s </bdi></script>\xC0\xAF");
  expect(&t, "<bdi>%s &lt;/bdi&gt;&lt;/script&gt;\xEF\xBF\xBD\xEF\xBF\xBD</bdi>");
}

Test(html, lines) {
  text t;
  sw_html h = {.out = begin(&t)};
  sw_html_lines(&h, "<li>", "a<\n\nb\n", "</li>");
  sw_html_lines(&h, "<li>", NULL, "</li>");
  expect(&t, "<li><bdi>a&lt;</bdi></li><li><bdi>b</bdi></li>");
}

Test(html, numbers) {
  char room[SW_HTML_NUMBER];
  cr_expect_str_eq(sw_html_count(0, room), "0");
  cr_expect_str_eq(sw_html_count(999, room), "999");
  cr_expect_str_eq(sw_html_count(3116, room), "3,116");
  cr_expect_str_eq(sw_html_count(-1234567, room), "\xE2\x88\x92"
                                                  "1,234,567");
  cr_expect_str_eq(sw_html_number(.31049, room), "0.3105");
  cr_expect_str_eq(sw_html_number(3.7304e6, room), "3.73e6");
  cr_expect_str_eq(sw_html_number(NAN, room), "\xE2\x80\x93");
  cr_expect_str_eq(sw_html_change(.0379, room), "+0.0379");
  cr_expect_str_eq(sw_html_percent(-.778, room), "\xE2\x88\x92"
                                                 "77.8%");
}

/* Values and items of parameters, as plan/study/yaml_flow.c writes them: quotes, brackets and
 * commas within an item part nothing. A bracket that closes nothing ends the list. */
Test(words, parameters) {
  static const char *const line = "{of: [\"a, \\\"b\\\"\", c], by: \"x\\\\\", keep: {top: 3}}";
  static const struct {
    const char *value, *written;
  } list[] = {{"[\"a, \\\"b\\\"\", c]", "<bdi>a, &quot;b&quot;</bdi>, <bdi>c</bdi>"},
              {"\"x\\\\\"", "<bdi>x\\</bdi>"},
              {"[a}b]", "<bdi>a</bdi>"}};
  sw_error err = {0};
  sw_arena *arena = NULL;
  cr_assert(sw_arena_create(&err, &arena) == SW_OK);
  cr_expect_str_eq(sw_words_parameter(arena, line, "of"), list[0].value);
  cr_expect_str_eq(sw_words_parameter(arena, line, "by"), list[1].value);
  cr_expect_str_eq(sw_words_parameter(arena, line, "keep"), "{top: 3}");
  cr_expect_str_eq(sw_words_subject(arena, line), "[\"a, \\\"b\\\"\", c]");
  for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
    text t;
    sw_html html = {.out = begin(&t)};
    sw_words_items(&html, list[k].value, 9);
    expect(&t, list[k].written);
  }
  sw_arena_destroy(arena);
}
