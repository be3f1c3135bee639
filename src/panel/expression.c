/* Derived indicators (`derive:` in a study): a recursive descent parser to the steps of a stack
 * machine, and its evaluation, a step over a block of units at a time.
 *
 * Parsed when the study is checked, before data are read, so that every mistake is told with its
 * place. The depth of the stack is bounded then, so that evaluation cannot fail and needs no
 * memory. The result of a unit depends on that unit's values alone, whatever the blocks.
 *
 *   sum      product (('+' | '-') product)*
 *   product  power (('*' | '/') power)*
 *   power    '-' power | atom ('^' power)?
 *   atom     number | column | '`' name '`' | function '(' sum (',' sum)* ')' | '(' sum ')'
 *
 * A stage is parsed into steps of its own, which are kept in order: inner ones come first.
 *
 * Called by the study's reader (to check), by plan/study/indicators.c (for the operands) and by the
 * panel's treatment (to evaluate). Parsing keeps everything in the arena; an expression is const
 * after it and may be evaluated by several threads at a time. */
#include "panel/expression.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* FOLDED: values of a function that lie on the stack at once. MAX_STEPS: steps of an expression.
 * MAX_DEPTH: values on the stack; MAX_DEPTH * LANES doubles are 64 KB, which stays in the
 * second-level cache. MAX_NESTING: powers within powers, a bound for the parser's own recursion,
 * which minus signs and parentheses deepen without a value on the stack. */
enum {
  FOLDED = 8,
  MAX_STEPS = 1024,
  MAX_DEPTH = 32,
  MAX_NESTING = 100,
  MAX_STAGES = 16,
  LANES = 256
};

typedef enum opcode {
  PUSH_NUMBER,
  PUSH_OPERAND,
  PUSH_STAGED,
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  POWER,
  NEGATE,
  LOG,
  EXP,
  SQRT,
  ABS,
  MIN,
  MAX,
  SUM_PRESENT
} opcode;

/* A step pops its operands off the stack and pushes its value. Steps stand in the order of
 * evaluation. */
struct sw_expression_step {
  opcode code;
  int count;     /* PUSH_OPERAND, PUSH_STAGED: which; MIN, MAX, SUM_PRESENT: of how many */
  double number; /* PUSH_NUMBER: the value */
};

static const struct {
  const char *name;
  opcode code;
  bool many; /* takes several values, else one */
} functions[] = {{"log", LOG, false},
                 {"exp", EXP, false},
                 {"sqrt", SQRT, false},
                 {"abs", ABS, false},
                 {"min", MIN, true},
                 {"max", MAX, true},
                 {"sum_present", SUM_PRESENT, true}};
enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

/* By sw_stage_kind. */
static const char *const stages[] = {"lag", "growth", "share_of"};
enum { N_STAGE_KINDS = sizeof stages / sizeof stages[0] };

/* The parser's state. */
typedef struct parser {
  sw_error *err;
  sw_arena *arena;
  const sw_node *node;             /* place of the expression in the study, for messages */
  const char *name, *text, *at;    /* the derived indicator; the expression; the next character */
  struct sw_expression_step *step; /* room for MAX_STEPS */
  const char **operand;            /* names of columns, each once; room for MAX_STEPS + 1 */
  int n_steps, n_operands, depth, nesting; /* depth: values on the stack after the steps so far */
  sw_stage *stage;                         /* room for MAX_STAGES */
  int n_stages, n_open;                    /* n_open: whose end is still to come */
} parser;

/* Shows the text from where it went wrong, at most 20 bytes of it. Always fails. The text is cut by
 * bytes, so a character at the end of the 20 may be cut too. */
static sw_status wrong(const parser *in, const char *what) {
  return sw_node_fail(in->err, in->node, "derive: %s: at '%.20s': %s", in->name,
                      *in->at ? in->at : "the end", what);
}

/* A value of a map in braces ends at its first comma, which is how most calls lose their end. */
static const char *unclosed(const parser *in) {
  return *in->at
             ? "a closing parenthesis is missing"
             : "a closing parenthesis is missing; within { } a text with a comma stands in quotes";
}

/* Appends a step. `net` is what it adds to the height of the stack: 1 for a value, -1 for an
 * operator of two operands. All limits on the length and depth of an expression are kept here, so
 * no other function need look at them. */
static sw_status emit(parser *in, opcode code, int count, double number, int net) {
  if (in->n_steps == MAX_STEPS) return wrong(in, "the expression is too long; derive in two steps");
  in->step[in->n_steps++] =
      (struct sw_expression_step){.code = code, .count = count, .number = number};
  in->depth += net;
  if (in->depth > MAX_DEPTH)
    return wrong(in, "the expression is nested too deeply; derive in two steps");
  return SW_OK;
}

/* Line ends too: an expression may be a block of YAML. */
static void skip_blanks(parser *in) {
  in->at += strspn(in->at, " \t\r\n");
}

/* Takes the character c when it comes next, blanks before it in any case. */
static bool accept(parser *in, char c) {
  skip_blanks(in);
  if (*in->at != c) return false;
  in->at++;
  return true;
}

/* The grammar recurses: a parenthesis holds a sum. */
static sw_status parse_sum(parser *in);

/* A column that occurs twice is one operand. The list has room for one more than there can be
 * steps, so the name fits before `emit` refuses the step. Linear in the operands; each is read once
 * per unit however often it occurs. */
static sw_status push_column(parser *in, const char *name, size_t length) {
  int k = 0;
  while (k < in->n_operands &&
         (strlen(in->operand[k]) != length || memcmp(in->operand[k], name, length) != 0))
    k++;
  /* Each was a step, of which stages have their own: more than a step's room may come. */
  if (k > MAX_STEPS) return wrong(in, "the expression is too long; derive in two steps");
  if (k == in->n_operands) {
    in->operand[k] = sw_arena_textn(in->arena, name, length);
    if (!in->operand[k]) return sw_fail(in->err, SW_ENOMEM, "out of memory");
    in->n_operands++;
  }
  return emit(in, PUSH_OPERAND, k, 0, 1);
}

/* Behind the parenthesis of function f. Its values lie on the stack side by side, and the step
 * takes all of them; where there are many, those so far become one first, which is how they are
 * joined in any case. `many` functions take one value as well: min(x) is x. */
static sw_status parse_call(parser *in, int f) {
  int count = 0;
  do {
    SW_TRY(parse_sum(in));
    count++;
    if (count < FOLDED) continue;
    if (!functions[f].many) break;
    SW_TRY(emit(in, functions[f].code, count, 0, 1 - count));
    count = 1;
  } while (accept(in, ','));
  bool one = functions[f].many || count == 1;
  if (count < FOLDED && !accept(in, ')')) return wrong(in, unclosed(in));
  if (!one) return wrong(in, "the function takes one argument");
  return emit(in, functions[f].code, count, 0, 1 - count);
}

/* Letters, digits, '_', '.'. Bytes from 0x80 on count as letters: names may be in any script. */
static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.' || (c & 0x80);
}

/* A name between backquotes, of which the first is next. Anything may stand there but a backquote:
 * blanks, minus signs, a leading digit. Not ended by a backquote, or empty: refused. */
static sw_status parse_quoted(parser *in, const char **start, size_t *length) {
  const char *end = strchr(in->at + 1, '`');
  if (!end || end == in->at + 1)
    return wrong(in, "expected the name of a column between backquotes");
  *start = in->at + 1;
  *length = (size_t)(end - *start);
  in->at = end + 1;
  return SW_OK;
}

/* The group behind the comma of share_of: the name of a column, not a value. The group is looked up
 * by the study's reader, which knows the units (plan/study/panel.c). */
static sw_status parse_group(parser *in, const char **group) {
  if (!accept(in, ','))
    return wrong(in, "expected a comma and a group, as in share_of(x, province)");
  skip_blanks(in);
  const char *start = in->at;
  size_t length = 0;
  if (*in->at == '`') {
    SW_TRY(parse_quoted(in, &start, &length));
  } else {
    while (is_word(*in->at))
      in->at++;
    length = (size_t)(in->at - start);
    if (length == 0) return wrong(in, "expected the name of a group");
  }
  *group = sw_arena_textn(in->arena, start, length);
  return *group ? SW_OK : sw_fail(in->err, SW_ENOMEM, "out of memory");
}

/* Behind the parenthesis of lag, growth or share_of: what is within becomes a stage, and its value
 * a step of what is around. The stack of the one does not burden the other's. After a failure `in`
 * is left in the inner state; nobody goes on with it. Stages are numbered as they end, so a stage
 * only refers to those with lower numbers, which are evaluated before it. */
static sw_status parse_stage(parser *in, sw_stage_kind kind) {
  parser outer = *in;
  sw_stage stage = {.kind = kind};
  if (in->n_stages + in->n_open++ == MAX_STAGES)
    return wrong(in, "too many of lag, growth and share_of; derive in two steps");
  SW_NEW(in->err, in->arena, in->step, MAX_STEPS);
  in->n_steps = in->depth = 0;
  SW_TRY(parse_sum(in));
  if (kind == SW_STAGE_SHARE) SW_TRY(parse_group(in, &stage.group));
  if (!accept(in, ')'))
    return wrong(in, *in->at == ',' ? "the function takes one argument" : unclosed(in));
  stage.step = in->step;
  stage.n_steps = in->n_steps;
  in->stage[in->n_stages] = stage;
  in->step = outer.step;
  in->n_steps = outer.n_steps;
  in->depth = outer.depth;
  in->n_open--;
  return emit(in, PUSH_STAGED, in->n_stages++, 0, 1);
}

/* A word before a parenthesis is a function, any other a column, so a column may be called `log`.
 * The longest word is taken, blanks before the parenthesis included: `log (x)` is a call. */
static sw_status parse_word(parser *in) {
  const char *start = in->at;
  while (is_word(*in->at))
    in->at++;
  size_t length = (size_t)(in->at - start);
  if (!accept(in, '(')) return push_column(in, start, length);
  for (int k = 0; k < N_STAGE_KINDS; k++)
    if (strlen(stages[k]) == length && !memcmp(stages[k], start, length))
      return parse_stage(in, (sw_stage_kind)k);
  for (int f = 0; f < N_FUNCTIONS; f++)
    if (strlen(functions[f].name) == length && !memcmp(functions[f].name, start, length))
      return parse_call(in, f);
  /* So that the message shows the word. */
  in->at = start;
  return wrong(
      in, "unknown function; expected log, exp, sqrt, abs, min, max, sum_present, lag, growth or "
          "share_of");
}

/* Finds the end by hand, as 1e-3 holds a minus that is no operator; the value is then read as
 * everywhere in Spillway. A word that begins with a digit (1st_quarter, 2005_gdp) is not cut in two
 * but refused: as a column it needs backquotes. sw_parse_number refuses what is no number after
 * all, such as 1.2.3. */
static sw_status parse_number(parser *in) {
  const char *start = in->at;
  double value = 0;
  in->at += strspn(in->at, "0123456789.");
  /* A sign belongs to the number only behind its e; without digits there the number is refused. */
  size_t sign = (*in->at == 'e' || *in->at == 'E') && (in->at[1] == '+' || in->at[1] == '-');
  if (*in->at == 'e' || *in->at == 'E')
    in->at += 1 + sign + strspn(in->at + 1 + sign, "0123456789");
  bool joined = is_word(*in->at);
  if (joined || !sw_parse_number(start, (size_t)(in->at - start), &value)) {
    in->at = start;
    return wrong(in,
                 "not a number; put the name of a column that begins with a digit in backquotes");
  }
  return emit(in, PUSH_NUMBER, 0, value, 1);
}

/* The first character decides; a sign is no part of an atom. */
static sw_status parse_atom(parser *in) {
  skip_blanks(in);
  if (accept(in, '(')) {
    SW_TRY(parse_sum(in));
    return accept(in, ')') ? SW_OK : wrong(in, unclosed(in));
  }
  if (*in->at == '`') {
    const char *start = NULL;
    size_t length = 0;
    SW_TRY(parse_quoted(in, &start, &length));
    return push_column(in, start, length);
  }
  if (isdigit((unsigned char)*in->at) || *in->at == '.') return parse_number(in);
  if (is_word(*in->at)) return parse_word(in);
  return wrong(in, *in->at == '"' || *in->at == '\'' || *in->at == '['
                       ? "the name of a column stands in backquotes, as in `a, b` / 2"
                       : "expected a column, a number or a parenthesis");
}

/* ^ binds tighter than the minus before it and from the right: -a^2 is -(a^2), a^b^c is a^(b^c),
 * a^-b is a^(-b). Every nesting of an expression passes through here, so it is counted here. The
 * nesting is not lowered after a failure, as the parser is given up then. */
static sw_status parse_power(parser *in) {
  if (++in->nesting > MAX_NESTING)
    return wrong(in, "the expression is nested too deeply; derive in two steps");
  bool minus = accept(in, '-');
  if (minus) {
    SW_TRY(parse_power(in));
    SW_TRY(emit(in, NEGATE, 0, 0, 0));
  } else {
    SW_TRY(parse_atom(in));
    if (accept(in, '^')) {
      SW_TRY(parse_power(in));
      SW_TRY(emit(in, POWER, 0, 0, -1));
    }
  }
  in->nesting--;
  return SW_OK;
}

/* From the left: a / b * c is (a / b) * c. `emit` comes after the right operand: steps are in the
 * order in which a stack machine runs them. */
static sw_status parse_product(parser *in) {
  SW_TRY(parse_power(in));
  for (;;) {
    bool times = accept(in, '*');
    if (!times && !accept(in, '/')) return SW_OK;
    SW_TRY(parse_power(in));
    SW_TRY(emit(in, times ? MULTIPLY : DIVIDE, 0, 0, -1));
  }
}

/* Minus between two products; one before a product belongs to parse_power. */
static sw_status parse_sum(parser *in) {
  SW_TRY(parse_product(in));
  for (;;) {
    bool plus = accept(in, '+');
    if (!plus && !accept(in, '-')) return SW_OK;
    SW_TRY(parse_product(in));
    SW_TRY(emit(in, plus ? ADD : SUBTRACT, 0, 0, -1));
  }
}

/* Steps and names live in the arena. The expression ends with exactly one value on the stack. *out
 * is set on success only. 1024 steps of 16 bytes and as many names are taken at first, whatever the
 * length: studies have tens of expressions. */
sw_status sw_expression_parse(sw_error *err, sw_arena *arena, const sw_node *node, const char *name,
                              const char *text, sw_expression *out) {
  parser in = {.err = err, .arena = arena, .node = node, .name = name, .text = text, .at = text};
  SW_NEW(err, arena, in.step, MAX_STEPS);
  SW_NEW(err, arena, in.operand, MAX_STEPS + 1);
  SW_NEW(err, arena, in.stage, MAX_STAGES);
  SW_TRY(parse_sum(&in));
  skip_blanks(&in);
  /* The parser stops where the grammar does, as before a stray parenthesis. */
  if (*in.at)
    return wrong(&in, "expected an operator or the end of the expression; the name of a column "
                      "that has blanks or signs stands in backquotes");
  *out = (sw_expression){.n_operands = in.n_operands,
                         .operand = in.operand,
                         .n_stages = in.n_stages,
                         .stage = in.stage,
                         .step = in.step,
                         .n_steps = in.n_steps};
  return SW_OK;
}

/* ---- evaluation -------------------------------------------------------------------------- */

/* a = a op b for n units; the result goes where the left operand was. NaN in either gives NaN,
 * which C does not do by itself for pow and for comparisons; SUM_PRESENT is the exception, and is
 * NaN only where both are. One loop for each operator would be faster; expressions are evaluated
 * once per study. */
static void apply_two(opcode code, int n, double *a, const double *b) {
  for (int i = 0; i < n; i++)
    switch (code) {
    case ADD:
      a[i] += b[i];
      break;
    case SUBTRACT:
      a[i] -= b[i];
      break;
    case MULTIPLY:
      a[i] *= b[i];
      break;
    /* Missing rather than infinite, as 0 / 0 is too. */
    case DIVIDE:
      a[i] = b[i] == 0 ? NAN : a[i] / b[i];
      break;
    /* C has pow(1, NaN) = pow(NaN, 0) = 1. */
    case POWER:
      a[i] = isnan(a[i]) || isnan(b[i]) ? NAN : pow(a[i], b[i]);
      break;
    /* A comparison with a NaN in b is false, which takes b. */
    case MIN:
      a[i] = isnan(a[i]) || b[i] > a[i] ? a[i] : b[i];
      break;
    case MAX:
      a[i] = isnan(a[i]) || b[i] < a[i] ? a[i] : b[i];
      break;
    default:
      a[i] = isnan(a[i]) ? b[i] : isnan(b[i]) ? a[i] : a[i] + b[i]; /* SUM_PRESENT */
    }
}

/* Functions of one value, in place. Returns how many logarithms were asked of zero or less: they
 * become missing, and the user is told how many. NaN goes through every one of them; log(NaN) is
 * not counted as nonpositive. */
static int64_t apply_one(opcode code, int n, double *a) {
  int64_t nonpositive = 0;
  for (int i = 0; i < n; i++)
    switch (code) {
    case NEGATE:
      a[i] = -a[i];
      break;
    case EXP:
      a[i] = exp(a[i]);
      break;
    case SQRT:
      a[i] = sqrt(a[i]);
      break;
    case ABS:
      a[i] = fabs(a[i]);
      break;
    default: /* LOG */
      nonpositive += a[i] <= 0;
      a[i] = a[i] > 0 ? log(a[i]) : NAN;
    }
  return nonpositive;
}

/* All steps for units [at, at + n), n at most LANES, before the next block: the stack stays in
 * cache, and reading a step costs little per unit. The result is in stack[0]. The stack is 64 KB of
 * the caller's frame. Operands are copied, not pointed at, since steps work in place. */
static int64_t eval_block(const struct sw_expression_step *first, int n_steps, int64_t at, int n,
                          const double *const *operand, const double *const *staged,
                          double stack[MAX_DEPTH][LANES]) {
  int64_t nonpositive = 0;
  int top = -1;
  for (const struct sw_expression_step *step = first; step < first + n_steps; step++) {
    switch (step->code) {
    case PUSH_NUMBER:
      top++;
      for (int i = 0; i < n; i++)
        stack[top][i] = step->number;
      break;
    case PUSH_OPERAND:
      memcpy(stack[++top], operand[step->count] + at, (size_t)n * sizeof(double));
      break;
    case PUSH_STAGED:
      memcpy(stack[++top], staged[step->count] + at, (size_t)n * sizeof(double));
      break;
    case ADD:
    case SUBTRACT:
    case MULTIPLY:
    case DIVIDE:
    case POWER:
      top--;
      apply_two(step->code, n, stack[top], stack[top + 1]);
      break;
    case MIN:
    case MAX:
    case SUM_PRESENT: /* joined from the left: sums have one order */
      /* The first of the values is left at `top` and takes the others in. */
      top -= step->count - 1;
      for (int k = 1; k < step->count; k++)
        apply_two(step->code, n, stack[top], stack[top + k]);
      break;
    default:
      nonpositive += apply_one(step->code, n, stack[top]);
    }
  }
  return nonpositive;
}

/* A block's operands are all read before its results are stored, so `out` may be one of the
 * operands. What is not finite (an overflow, a root of a negative number) is missing: infinities
 * would spoil every sum after them. `stage` -1: the expression itself. Each stage is evaluated over
 * all units before it is lagged or shared out, so `staged` holds what has come of those. Returns
 * how many logarithms were asked of zero or less, over all n units. */
int64_t sw_expression_eval(const sw_expression *expression, int stage, int64_t n,
                           const double *const *operand, const double *const *staged, double *out) {
  const struct sw_expression_step *step =
      stage < 0 ? expression->step : expression->stage[stage].step;
  int n_steps = stage < 0 ? expression->n_steps : expression->stage[stage].n_steps;
  double stack[MAX_DEPTH][LANES];
  int64_t nonpositive = 0;
  for (int64_t at = 0; at < n; at += LANES) {
    int lanes = n - at < LANES ? (int)(n - at) : LANES;
    nonpositive += eval_block(step, n_steps, at, lanes, operand, staged, stack);
    for (int i = 0; i < lanes; i++)
      out[at + i] = isfinite(stack[0][i]) ? stack[0][i] : NAN;
  }
  return nonpositive;
}
