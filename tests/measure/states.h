/* Income per head of the 48 US states, 1929 to 2009, from the shared data. */
#ifndef TESTS_MEASURE_STATES_H
#define TESTS_MEASURE_STATES_H

#include "real.h"

enum { STATES_YEARS = 81 };

typedef struct states_income {
  int64_t n;
  const char *code[64];
  double *income; /* [year * n + state] */
} states_income;

/* False: the data is not here. */
static inline bool states_open(states_income *s) {
  real_table *table = real_open("us48_income_long.csv");
  if (!table) return false;
  int64_t *order = real_order(table, "STATE_FIPS");
  s->n = 0;
  for (int64_t k = 0; k < table->rows; k++) {
    const char *text = real_text(table, order[k], "STATE_FIPS");
    if (s->n == 0 || strcmp(s->code[s->n - 1], text)) s->code[s->n++] = text;
  }
  s->income = calloc((size_t)(s->n * STATES_YEARS), sizeof *s->income);
  for (int64_t k = 0; k < table->rows; k++) {
    int64_t state = real_find(s->code, s->n, real_text(table, k, "STATE_FIPS"));
    int year = (int)real_number(table, k, "year") - 1929;
    s->income[year * s->n + state] = real_number(table, k, "income");
  }
  return true;
}

static inline int64_t states_find(const states_income *s, const char *code) {
  return real_find(s->code, s->n, code);
}

#endif
