/* YAML to a tree: values by their flow style, refusals by their place and words. */
#include "plan/study/yaml.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static sw_error err;
static sw_arena *arena;

static void setup(void) {
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
}

static void teardown(void) {
  sw_arena_destroy(arena);
}

TestSuite(yaml, .init = setup, .fini = teardown);

static const sw_node *parse(const char *text) {
  const sw_node *root = NULL;
  cr_assert_eq(sw_yaml_parse(&err, arena, "s.yaml", text, strlen(text), &root), SW_OK, "%s: %s",
               text, err.text);
  cr_assert_not_null(root);
  return root;
}

static void expect(const char *text, const char *flow) {
  const char *got = sw_yaml_flow(arena, parse(text));
  cr_assert_str_eq(got, flow, "%s: %s, not %s", text, got, flow);
}

static void refuse_bytes(const char *text, size_t length, const char *want) {
  const sw_node *root = NULL;
  cr_assert_eq(sw_yaml_parse(&err, arena, "s.yaml", text, length, &root), SW_EINPUT, "%s", text);
  cr_assert(strncmp(err.text, want, strlen(want)) == 0, "%s: %s, not %s", text, err.text, want);
  sw_error_clear(&err);
}

static void refuse(const char *text, const char *want) {
  refuse_bytes(text, strlen(text), want);
}

Test(yaml, scalars) {
  expect("null", "null");
  expect("[Null, NULL, ~, nul]", "[null, null, null, nul]");
  expect("['', \"null\", 'a b', a b]", "[\"\", \"null\", \"a b\", a b]");
  expect("a: |\n  two\n  lines\n\nb: >\n  one\n  line\n", "{a: \"two\\nlines\", b: \"one line\"}");
  expect("\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"");
  expect("\xEF\xBB\xBF{\xC3\xBC: 1}", "{\xC3\xBC: 1}");
  cr_assert(parse("'1'")->quoted && !parse("1")->quoted);
}

Test(yaml, places_are_those_of_an_editor) {
  const sw_node *root = parse("# head\na: 1\nlist:\n  - x\n  - {b: 2}\n");
  const sw_node *list = sw_node_get(root, "list"), *b = sw_node_get(list->item[1], "b");
  cr_assert(root->key_line[1] == 3 && root->key_column[1] == 1);
  cr_assert(list->item[0]->line == 4 && list->item[0]->column == 5);
  cr_assert(b->line == 5 && b->column == 9, "%d:%d", b->line, b->column);
  cr_assert_null(sw_node_get(list, "b"));
  cr_assert_null(sw_node_get(NULL, "b"));
}

Test(yaml, many_items_and_keys) {
  char text[4096] = "{", *at = text + 1;
  for (int k = 0; k < 100; k++)
    at += sprintf(at, "k%d: [%d, x], ", k, k);
  strcpy(at, "}");
  const sw_node *root = parse(text);
  cr_assert_eq(root->count, 100);
  for (int k = 0; k < 100; k++) {
    char want[16];
    sprintf(want, "k%d", k);
    cr_assert_str_eq(root->key[k], want);
    cr_assert_str_eq(sw_node_get(root, want)->item[0]->text, want + 1);
  }
}

Test(yaml, aliases) {
  expect("[&a x, *a, &b [1, &c 2], *b, *c]", "[x, x, [1, 2], [1, 2], 2]");
  expect("{one: &m {a: 1}, two: *m}", "{one: {a: 1}, two: {a: 1}}");
  expect("[&a 1, &a 2, *a]", "[1, 2, 2]"); /* the last of a name counts */
  const sw_node *root = parse("- &a x\n- *a\n");
  cr_assert(root->item[1]->line == 2 && root->item[1]->column == 3);
  refuse("[*a]", "s.yaml:1:2: unknown alias '*a': no earlier value is named '&a'");
  refuse("&a [*a]", "s.yaml:1:5: unknown alias '*a'"); /* none holds itself */
}

Test(yaml, merge_keys) {
  expect("{b: &b {x: 1, y: 2}, m: {<<: *b, y: 3}}", "{b: {x: 1, y: 2}, m: {y: 3, x: 1}}");
  expect("{b: &b {x: 1}, c: &c {x: 2, z: 4}, m: {<<: [*b, *c], y: 3}}",
         "{b: {x: 1}, c: {x: 2, z: 4}, m: {y: 3, x: 1, z: 4}}"); /* the first has it */
  expect("{'<<': 1}", "{<<: 1}");                                /* in quotes, a key like others */
  expect("{b: &b {a: 1, b: 1, c: 1, d: 1, e: 1}, m: {<<: *b, f: 1, g: 1, h: 1, i: 1}}",
         "{b: {a: 1, b: 1, c: 1, d: 1, e: 1}, m: {f: 1, g: 1, h: 1, i: 1, a: 1, b: 1, c: 1, d: 1, "
         "e: 1}}");
  refuse("{<<: 1}", "s.yaml:1:6: '<<' takes a map or a list of maps");
  refuse("{<<: [{a: 1}, 2]}", "s.yaml:1:15: '<<' takes a map or a list of maps");
  refuse("{<<: [[{a: 1}]]}", "s.yaml:1:7: '<<' takes a map or a list of maps");
  refuse("{<<: {a: 1}, <<: {b: 1}}", "s.yaml:1:14: duplicate key '<<': give it a list of maps");
}

Test(yaml, refused_keys) {
  refuse("a: 1\nb: 2\na: 3\n", "s.yaml:3:1: duplicate key 'a': it is already on line 1");
  refuse("{[a]: 1}", "s.yaml:1:2: a key must be a text");
  refuse("{~: 1}", "s.yaml:1:2: a key must be a text");
  refuse("{b: &k x, *k : 1}", "s.yaml:1:11: a key must be a text");
  expect("{'': 1}", "{\"\": 1}");
}

Test(yaml, refused_texts) {
  refuse("a: !!str 1", "s.yaml:1:4: YAML tags ('!...') are not supported");
  refuse("a: !x [1]", "s.yaml:1:4: YAML tags ('!...') are not supported");
  refuse("a: !x {b: 1}", "s.yaml:1:4: YAML tags ('!...') are not supported");
  refuse("\"a\\0b\"", "s.yaml:1:2: a text contains the character NUL");
  refuse_bytes("a: 1\nb\0: 2", 10, "s.yaml:2: the file contains the character NUL");
  refuse("a: 1\nb: \xFF\n", "s.yaml:2: bytes that are not UTF-8; save the file as UTF-8");
  refuse("b: \xFF", "s.yaml:1: bytes that are not UTF-8; save the file as UTF-8");
  refuse("a: 1\n---\nb: 2\n", "s.yaml:3:1: a second YAML document begins here");
  refuse("a: [1", "s.yaml:2:1: not YAML: ");
  refuse("a: 1\n b: 2\n", "s.yaml:");
  refuse("a: 'x", "s.yaml:");
  refuse("{a: 1}}", "s.yaml:1:");
}

Test(yaml, nothing_is_no_study) {
  refuse("", "s.yaml");
  refuse("# a comment\n", "s.yaml");
}

static const char *nested(int depth, char *text) {
  memset(text, '[', (size_t)depth);
  memset(text + depth, ']', (size_t)depth);
  text[2 * depth] = '\0';
  return text;
}

Test(yaml, depth_is_bounded) {
  char text[200];
  expect(nested(64, text), nested(64, text));
  refuse(nested(65, text), "s.yaml:1:64: lists and maps are nested deeper than 64 levels");
}

Test(yaml, one_line_is_bounded) {
  char text[12000], *at = text;
  at += sprintf(at, "[&a %0500d", 7);
  for (int k = 0; k < 20; k++)
    at += sprintf(at, ", *a");
  strcpy(at, "]");
  const char *flow = sw_yaml_flow(arena, parse(text));
  size_t length = strlen(flow);
  cr_assert(length < 4000 && length > 3000 && strcmp(flow + length - 3, "...") == 0, "%zu", length);
}
