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
  *nonpositive = sw_expression_eval(&expression, 1, operand, &out);
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
      {"ln(a)", "'ln(a)': unknown function; expected log, exp, sqrt, abs, min, max or sum_present"},
      {"(a", "'the end': a closing parenthesis is missing"},
      {"a b", "'b': expected an operator or the end of the expression"},
      {"log(a, b)", "'the end': the function takes one argument"},
      {"1st", "'1st': not a number; put the name of a column that begins with a digit in "
              "backquotes"},
      {"`a", "'`a': expected the name of a column between backquotes"},
      {"a % b", "'% b': expected an operator or the end of the expression"},
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
