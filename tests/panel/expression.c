/* Derived indicators: precedence, missing operands, what is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panel/expression.h"

static sw_arena *arena;
static sw_error err;
static const sw_node place = {.file = "s.yaml", .line = 3, .column = 5, .text = ""};

static void setup(void) {
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
}

static void teardown(void) {
  sw_arena_destroy(arena);
}

TestSuite(expression, .init = setup, .fini = teardown);

/* a = 3, b = 2, m = missing; every other name 10. */
static double value_of(const char *text, int64_t *nonpositive) {
  sw_expression expression;
  double column[64], out;
  const double *operand[64];
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &expression), SW_OK, "%s",
               err.text);
  for (int k = 0; k < expression.n_operands; k++) {
    char name = expression.operand[k][0];
    column[k] = expression.operand[k][1] ? 10 : name == 'a' ? 3 : name == 'b' ? 2 : NAN;
    operand[k] = &column[k];
  }
  *nonpositive = sw_expression_eval(&expression, -1, 1, operand, NULL, &out);
  return out;
}

Test(expression, arithmetic) {
  static const struct {
    const char *text;
    double value;
  } cases[] = {
      {"a + b * 2", 7},
      {"(a + b) * 2", 10},
      {"a - b - 1", 0},
      {"12 / a / b", 2},
      {"-a^2", -9},
      {"2^a^b", 512},
      {"b^-1", .5},
      {"--a", 3},
      {"1.5e1", 15},
      {"a*a - -b", 11},
      {"sqrt(a*a)", 3},
      {"abs(b - a)", 1},
      {"exp(0)", 1},
      {"min(a, b, 5)", 2},
      {"max(a,b)", 3},
      {"`odd name` + a", 13},
      {"sum_present(a, m, b)", 5},
      {"sum_present(m)", NAN},
      {"sum_present(m, m)", NAN},
      {"a + m", NAN},
      {"min(a, m)", NAN},
      {"max(m, a)", NAN},
      {"m^0", NAN},
      {"1^m", NAN},
      {"a / 0", NAN},
      {"0 / 0", NAN},
      {"exp(1000)", NAN},
      {"sqrt(0 - a)", NAN},
      {"gdp_2005", 10},
      {"\xe4\xba\xba\xe5\x8f\xa3 * 2", 20},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t none;
    double got = value_of(cases[i].text, &none), wanted = cases[i].value;
    cr_assert(isnan(wanted) ? isnan(got) : got == wanted, "%s: %g, not %g", cases[i].text, got,
              wanted);
    cr_assert_eq(none, 0);
  }
}

Test(expression, logarithms_are_counted) {
  int64_t count;
  cr_assert(isnan(value_of("log(a - 3)", &count)));
  cr_assert_eq(count, 1);
  cr_assert(isnan(value_of("log(m)", &count)));
  cr_assert_eq(count, 0);
  cr_assert_float_eq(value_of("log(a)", &count), 1.0986122886681098, 1e-15);
}

Test(expression, refusals) {
  static const char *const cases[][2] = {
      {"", "'the end': expected a column, a number or a parenthesis"},
      {"a +", "'the end': expected a column, a number or a parenthesis"},
      {"ln(a)", "'ln(a)': unknown function; expected log, exp, sqrt, abs, min, max, sum_present, "
                "lag, growth or share_of"},
      {"lag(a", "'the end': a closing parenthesis is missing; within { } a text with a comma "
                "stands in quotes"},
      {"(a b)", "'b)': a closing parenthesis is missing"},
      {"lag(a, b)", "', b)': the function takes one argument"},
      {"growth()", "')': expected a column, a number or a parenthesis"},
      {"share_of(a)", "')': expected a comma and a group, as in share_of(x, province)"},
      {"share_of(a, )", "')': expected the name of a group"},
      {"share_of(a, `b)", "'`b)': expected the name of a column between backquotes"},
      {"(a", "'the end': a closing parenthesis is missing; within { } a text with a comma stands "
             "in quotes"},
      {"a b",
       "'b': expected an operator or the end of the expression; the name of a column that has "
       "blanks or signs stands in backquotes"},
      {"\"a b\" / 2", "'\"a b\" / 2': the name of a column stands in backquotes, as in `a, b` / 2"},
      {"2 * [a]", "'[a]': the name of a column stands in backquotes, as in `a, b` / 2"},
      {"log(a, b)", "'the end': the function takes one argument"},
      {"1st", "'1st': not a number; put the name of a column that begins with a digit in "
              "backquotes"},
      {"`a", "'`a': expected the name of a column between backquotes"},
      {"a % b",
       "'% b': expected an operator or the end of the expression; the name of a column that "
       "has blanks or signs stands in backquotes"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sw_expression expression;
    char line[256];
    sw_error_clear(&err);
    snprintf(line, sizeof line, "s.yaml:3:5: derive: x: at %s", cases[i][1]);
    cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", cases[i][0], &expression),
                 SW_EINPUT);
    cr_assert_str_eq(err.text, line);
  }
}

/* What stands within lag, growth and share_of is evaluated by itself, inner ones first; the caller
 * transforms it, and hands it back as an operand. */
Test(expression, stages) {
  sw_expression e;
  static const char text[] = "a - b * lag(growth(a + b) / share_of(`b`, `the state`)) + lag";
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &e), SW_OK, "%s", err.text);
  cr_assert_eq(e.n_stages, 3);
  cr_assert_eq(e.n_operands, 3, "a, b, and a column called lag");
  cr_assert_eq(e.stage[0].kind, SW_STAGE_GROWTH);
  cr_assert_eq(e.stage[1].kind, SW_STAGE_SHARE);
  cr_assert_str_eq(e.stage[1].group, "the state");
  cr_assert_eq(e.stage[2].kind, SW_STAGE_LAG);
  double a = 3, b = 2, lag = 100, growth = 8, share = .5, lagged = 7, out = 0;
  const double *operand[] = {&a, &b, &lag}, *staged[] = {&growth, &share, &lagged};
  static const double wanted[] = {5, 2, 16};
  for (int s = 0; s < 3; s++) {
    sw_expression_eval(&e, s, 1, operand, staged, &out);
    cr_expect_eq(out, wanted[s], "stage %d: %g", s, out);
  }
  sw_expression_eval(&e, -1, 1, operand, staged, &out);
  cr_expect_eq(out, 3 - 2 * 7 + 100);
}

/* Sixteen are allowed, whether side by side or one in the other, and many columns in them. */
Test(expression, many_stages) {
  sw_expression e;
  char text[40000] = "0", *end = text;
  for (int k = 0; k < 17; k++)
    end = stpcpy(end, "lag(a) + ");
  stpcpy(end, "a");
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &e), SW_EINPUT);
  cr_expect_not_null(strstr(err.text, "too many of lag, growth and share_of"), "%s", err.text);
  sw_error_clear(&err);
  cr_expect_eq(sw_expression_parse(&err, arena, &place, "x", text + 9, &e), SW_OK, "%s", err.text);
  cr_expect_eq(e.n_stages, 16);
  end = text;
  for (int k = 0; k < 17; k++)
    end = stpcpy(end, "lag(");
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &e), SW_EINPUT);
  cr_expect_not_null(strstr(err.text, "too many of lag, growth and share_of"), "%s", err.text);
  sw_error_clear(&err);
  end = text;
  for (int k = 0; k < 3; k++) {
    end = stpcpy(end, k ? " + lag(0" : "lag(0");
    for (int i = 0; i < 500; i++)
      end += sprintf(end, " + c%d_%d", k, i);
    end = stpcpy(end, ")");
  }
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &e), SW_EINPUT);
  cr_expect_not_null(strstr(err.text, "the expression is too long"), "%s", err.text);
}

/* Hostile nesting ends in an error, not in the stack. */
Test(expression, deep_nesting) {
  sw_expression expression;
  char text[20001];
  memset(text, '(', 20000);
  text[20000] = '\0';
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &expression), SW_EINPUT);
  memset(text, '-', 20000);
  sw_error_clear(&err);
  cr_assert_eq(sw_expression_parse(&err, arena, &place, "x", text, &expression), SW_EINPUT);
}
