/* `where`, the filter of the units file, as a flat list of comparisons joined by and / or, `and`
 * the tighter. A comparison is COLUMN OP VALUE; what holds blanks, operators or the words and, or
 * is put in quotes, a quote inside doubled. A value in quotes is text, another is a number when it
 * reads as one.
 *
 * No parentheses: without them a condition is an `or` of `and`s, which a list with marks can hold
 * (starts_or), and which a reader of the study can check by eye. Evaluated by the units' reader and
 * by export. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* BROKEN: a character that begins nothing, e.g. a lone '!'. */
typedef enum token_kind { END, WORD, OPERATOR, BROKEN } token_kind;

/* `quoted`: a word in quotes is never a keyword or a number. `compare`: of an OPERATOR. */
typedef struct token {
  token_kind kind;
  char *text;
  bool quoted;
  sw_compare compare;
} token;

/* `at`: what is yet to be read. All messages point to the text as a whole, `node`. */
typedef struct scanner {
  sw_error *err;
  sw_arena *arena;
  const sw_node *node;
  const char *at;
} scanner;

/* Longer operators stand before those that they begin with: the first that fits is taken. A loop
 * over eight texts for each token; conditions are short. */
static const struct {
  const char *text;
  sw_compare compare;
} operators[] = {{"==", SW_EQ}, {"!=", SW_NE}, {"<>", SW_NE}, {"<=", SW_LE},
                 {">=", SW_GE}, {"=", SW_EQ},  {"<", SW_LT},  {">", SW_GT}};

static sw_status no_memory(scanner *in) {
  return sw_fail(in->err, SW_ENOMEM, "out of memory while reading the study");
}

/* The text is unescaped in place in a copy of all that follows, which is long enough for it.
 * Quadratic in the number of quoted words at worst, as each copies what follows it. */
static sw_status scan_quoted(scanner *in, token *out) {
  char quote = *in->at++;
  char *text = sw_arena_text(in->arena, in->at);
  if (!text) return no_memory(in);
  size_t length = 0;
  for (;; in->at++) {
    /* The text ends inside the quotes. */
    if (!*in->at) return sw_node_fail(in->err, in->node, "where: a quote %c is not closed", quote);
    /* A quote followed by another is one of the text. */
    if (*in->at == quote && in->at[1] != quote) break;
    /* Of a doubled quote one stays. */
    if (*in->at == quote) in->at++;
    text[length++] = *in->at;
  }
  in->at++;
  text[length] = '\0';
  *out = (token){.kind = WORD, .text = text, .quoted = true};
  return SW_OK;
}

/* The next token. Single '=' means what '==' does: users of spreadsheets and of programs both
 * expect theirs. END is returned again and again once the text has ended. */
static sw_status scan(scanner *in, token *out) {
  in->at += strspn(in->at, " \t\r\n");
  *out = (token){.kind = END};
  if (!*in->at) return SW_OK;
  if (*in->at == '\'' || *in->at == '"') return scan_quoted(in, out);
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
    size_t length = strlen(operators[i].text);
    if (strncmp(in->at, operators[i].text, length) != 0) continue;
    *out = (token){.kind = OPERATOR, .compare = operators[i].compare};
    out->text = (char *)operators[i].text;
    in->at += length;
    return SW_OK;
  }
  if (*in->at == '(' || *in->at == ')')
    return sw_node_fail(in->err, in->node,
                        "where: parentheses are not supported; 'and' binds tighter than 'or'");
  size_t length = strcspn(in->at, " \t\r\n=!<>'\"()");
  /* A character that is in the set but was no operator: taken as one byte, so that the message can
   * show it. All of the set is ASCII, so no character is cut in two. */
  *out = (token){.kind = length ? WORD : BROKEN};
  out->text = sw_arena_textn(in->arena, in->at, length ? length : 1);
  in->at += length ? length : 1;
  return out->text ? SW_OK : no_memory(in);
}

/* Keywords are known in any case; in quotes they are words like any other. */
static bool is_word(const token *seen, const char *word) {
  return seen->kind == WORD && !seen->quoted && strcasecmp(seen->text, word) == 0;
}

/* Shows what was found as it was read; in quotes or not makes no difference here. Always fails. */
static sw_status unexpected(scanner *in, const token *seen, const char *wanted) {
  if (seen->kind == END)
    return sw_node_fail(in->err, in->node, "where: it ends where %s is expected", wanted);
  return sw_node_fail(in->err, in->node, "where: found '%s' where %s is expected", seen->text,
                      wanted);
}

/* A column or a value: any word, in quotes also `and` and `or`. */
static bool is_operand(const token *seen) {
  return seen->kind == WORD && !is_word(seen, "and") && !is_word(seen, "or");
}

/* A number is compared as one only if it is written without quotes, and only with a column of
 * numbers: codes are compared as texts, with quotes or without. An empty text is a value (no
 * label), but not a column. */
static sw_status read_comparison(scanner *in, sw_condition *out) {
  token column, compare, value;
  SW_TRY(scan(in, &column));
  if (!is_operand(&column) || !column.text[0]) return unexpected(in, &column, "a column");
  SW_TRY(scan(in, &compare));
  if (compare.kind != OPERATOR) return unexpected(in, &compare, "one of = == != < <= > >=");
  SW_TRY(scan(in, &value));
  if (!is_operand(&value)) return unexpected(in, &value, "a number or a text");
  out->column = column.text;
  out->compare = compare.compare;
  out->text = value.text;
  out->is_number = !value.quoted && sw_parse_number(value.text, strlen(value.text), &out->number);
  return SW_OK;
}

/* Each round reads one comparison and the word after it. The first begins an alternative, as does
 * each one after `or`. The texts are in the arena and outlive the node. A failure leaves *count and
 * *condition alone. */
sw_status sw_study_read_where(sw_error *err, sw_arena *arena, const sw_node *node, int *count,
                              const sw_condition **condition) {
  const char *text = "";
  SW_TRY(sw_form_scalar(err, node, &text));
  scanner in = {err, arena, node, text};
  int capacity = 0, n = 0;
  sw_condition *list = NULL;
  for (bool starts_or = true;;) {
    /* Growing leaves the old array to the arena. */
    if (n == capacity) {
      sw_condition *grown;
      capacity = capacity ? 2 * capacity : 8;
      SW_NEW(err, arena, grown, capacity);
      if (n) memcpy(grown, list, (size_t)n * sizeof *list);
      list = grown;
    }
    SW_TRY(read_comparison(&in, &list[n]));
    list[n++].starts_or = starts_or;
    token joint;
    SW_TRY(scan(&in, &joint));
    if (joint.kind == END) break;
    /* `and` goes on in the same alternative. */
    starts_or = is_word(&joint, "or");
    if (!starts_or && !is_word(&joint, "and")) return unexpected(&in, &joint, "'and' or 'or'");
  }
  *count = n;
  *condition = list;
  return SW_OK;
}

/* The switch has no default: the compiler tells of a comparison that is added and not met here. */
bool sw_compare_holds(sw_compare compare, int sign) {
  switch (compare) {
  case SW_EQ:
    return sign == 0;
  case SW_NE:
    return sign != 0;
  case SW_LT:
    return sign < 0;
  case SW_LE:
    return sign <= 0;
  case SW_GT:
    return sign > 0;
  case SW_GE:
    return sign >= 0;
  }
  return false;
}
