/* Derived indicators: + - * / ^ and unary minus, parentheses, numbers, columns (odd names in
 * backquotes), log exp sqrt abs of one value, min max sum_present of several. A missing operand
 * gives missing, but for sum_present, which adds what is there. ^ binds tightest and from the
 * right: -a^2 is -(a^2). */
#ifndef SW_PANEL_EXPRESSION_H
#define SW_PANEL_EXPRESSION_H

#include "base/arena.h"
#include "base/node.h"

typedef struct sw_expression {
  int n_operands;
  const char *const *operand; /* columns, each once, in the order of their first use */
  struct sw_expression_step *step;
  int n_steps;
} sw_expression;

/* `name`: the derived indicator, `node` its place, for messages. */
sw_status sw_expression_parse(sw_error *err, sw_arena *arena, const sw_node *node, const char *name,
                              const char *text, sw_expression *out);
/* out[i] for i in [0, n) from operand[k][i]; what is not finite is missing. Returns how often a
 * logarithm met zero or less. `out` may be one of the operands. */
int64_t sw_expression_eval(const sw_expression *expression, int64_t n, const double *const *operand,
                           double *out);

#endif
