/* The configuration tree: what is read, and what each failure says. */
#include "base/node.h"

#include <criterion/criterion.h>
#include <string.h>

static sw_error err;

static sw_node scalar(const char *text, bool quoted) {
  return (sw_node){.kind = SW_NODE_SCALAR,
                   .file = "s.yaml",
                   .line = 3,
                   .column = 7,
                   .text = text,
                   .quoted = quoted};
}

static void says(const char *text) {
  cr_assert_eq(err.status, SW_EINPUT);
  cr_assert_str_eq(err.text, text);
  sw_error_clear(&err);
}

Test(node, numbers) {
  double number = 0;
  int64_t whole = 0;
  sw_node node = scalar("2.5", false);
  cr_assert_eq(sw_node_number(&err, &node, &number), SW_OK);
  cr_assert_eq(number, 2.5);
  cr_assert_eq(sw_node_integer(&err, &node, &whole), SW_EINPUT);
  says("s.yaml:3:7: found '2.5'; expected a whole number without quotes");
  node = scalar("2", true);
  cr_assert_eq(sw_node_number(&err, &node, &number), SW_EINPUT);
  says("s.yaml:3:7: found \"2\"; expected a finite number without quotes");
  node = scalar("1e400", false);
  cr_assert_eq(sw_node_number(&err, &node, &number), SW_EINPUT);
  says("s.yaml:3:7: found '1e400'; expected a finite number without quotes");
  node = scalar("-12", false);
  cr_assert_eq(sw_node_integer(&err, &node, &whole), SW_OK);
  cr_assert_eq(whole, -12);
}

Test(node, truth_and_text) {
  bool truth = false;
  const char *text = NULL;
  sw_node node = scalar("True", false);
  cr_assert_eq(sw_node_bool(&err, &node, &truth), SW_OK);
  cr_assert(truth);
  node = scalar("no", false);
  cr_assert_eq(sw_node_bool(&err, &node, &truth), SW_OK);
  cr_assert_not(truth);
  node = scalar("true", true);
  cr_assert_eq(sw_node_bool(&err, &node, &truth), SW_EINPUT);
  says("s.yaml:3:7: found \"true\"; expected true or false");
  node = scalar("", false);
  cr_assert_eq(sw_node_text(&err, &node, &text), SW_EINPUT);
  says("s.yaml:3:7: found nothing; expected a text");
  node = scalar("", true);
  cr_assert_eq(sw_node_text(&err, &node, &text), SW_OK);
  cr_assert_str_eq(text, "");
  node = (sw_node){.kind = SW_NODE_LIST, .file = "s.yaml", .line = 1, .column = 2};
  cr_assert_eq(sw_node_text(&err, &node, &text), SW_EINPUT);
  says("s.yaml:1:2: found a list; expected a text");
}

Test(node, keys) {
  sw_node value = scalar("x", false);
  sw_node *values[] = {&value, &value};
  const char *keys[] = {"file", "untis"};
  int lines[] = {4, 5}, columns[] = {3, 9};
  sw_node map = {.kind = SW_NODE_MAP,
                 .file = "s.yaml",
                 .line = 4,
                 .column = 3,
                 .count = 2,
                 .item = values,
                 .key = keys,
                 .key_line = lines,
                 .key_column = columns};
  static const char *const allowed[] = {"file", "units", "time", NULL};
  cr_assert_eq(sw_node_get(&map, "file"), &value);
  cr_assert_null(sw_node_get(&map, "time"));
  cr_assert_null(sw_node_get(&value, "file"));
  cr_assert_null(sw_node_get(NULL, "file"));
  cr_assert_eq(sw_node_check_keys(&err, &map, allowed), SW_EINPUT);
  says("s.yaml:5:9: unknown key 'untis'; did you mean 'units'?");
  keys[1] = "frobnicate";
  cr_assert_eq(sw_node_check_keys(&err, &map, allowed), SW_EINPUT);
  says("s.yaml:5:9: unknown key 'frobnicate'; known keys: file, units, time");
  keys[1] = "time";
  cr_assert_eq(sw_node_check_keys(&err, &map, allowed), SW_OK);
  cr_assert_eq(sw_node_check_keys(&err, &value, allowed), SW_EINPUT);
  says("s.yaml:3:7: found 'x'; expected a map of keys and values");
}
