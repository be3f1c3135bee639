/* Derived indicators: + - * / ^ and unary minus, parentheses, numbers, columns (odd names in
 * backquotes), log exp sqrt abs of one value, min max sum_present of several. A missing operand
 * gives missing, but for sum_present, which adds what is there. ^ binds tightest and from the
 * right: -a^2 is -(a^2).
 *
 * lag(x), growth(x) and share_of(x, GROUP) need more than a unit's values of one period: other
 * periods, other units. What stands within them is a stage: it is evaluated over the whole column
 * first, then transformed by the caller, and is an operand from then on. */
#ifndef SW_PANEL_EXPRESSION_H
#define SW_PANEL_EXPRESSION_H

#include "base/arena.h"
#include "base/node.h"

typedef enum sw_stage_kind { SW_STAGE_LAG, SW_STAGE_GROWTH, SW_STAGE_SHARE } sw_stage_kind;

typedef struct sw_stage {
  sw_stage_kind kind;
  const char *group; /* SHARE: the grouping */
  struct sw_expression_step *step;
  int n_steps;
} sw_stage;

typedef struct sw_expression {
  int n_operands;
  const char *const *operand; /* columns, each once, in the order of their first use */
  int n_stages;               /* a stage uses only those before it */
  const sw_stage *stage;
  struct sw_expression_step *step;
  int n_steps;
} sw_expression;

/* `name`: the derived indicator, `node` its place, for messages. */
sw_status sw_expression_parse(sw_error *err, sw_arena *arena, const sw_node *node, const char *name,
                              const char *text, sw_expression *out);
/* out[i] for i in [0, n) from operand[k][i] and staged[s][i]: of a stage, not yet transformed, or
 * (`stage` < 0) of the whole. What is not finite is missing. Returns how often a logarithm met zero
 * or less. `out` may be one of the operands. */
int64_t sw_expression_eval(const sw_expression *expression, int stage, int64_t n,
                           const double *const *operand, const double *const *staged, double *out);

#endif
