/* Eights of a row by ring of distance, in the registers of one instruction set; included by
 * rings.c. */
#include "kernel/rings/rings_vec.h"

/* Whole eights alone; returns how many elements they are. */
static int64_t SW_SET(add_eights)(const sw_ring_limits *rings, int64_t count, const double *key,
                                  const double *v, const sw_ring_lanes *to) {
  const int last = rings->n - 1;
  const vec limit = vec_spread(rings->most[last - 1]), zero = vec_spread(0.0);
  double *row = to->row + last * to->row_next;
  double *column = to->column ? to->column + last * to->column_next : NULL;
  vec sum = vec_load(row), one = vec_spread(1.0), values = zero;
  int64_t j = 0;
  for (; j + EIGHT <= count; j += EIGHT) {
    /* -0.0 is added as 0.0. */
    vec at = vec_load(key + j), x = vec_add(vec_load(v + j), zero);
    vec far = SW_SET(above)(at, limit, x);
    sum = SW_SET(add_numbers)(sum, far);
    SW_EACH_REG values.r[k] = reg_add_if(far.r[k], values.r[k], one.r[k]);
    if (column) SW_SET(add_to)(column + j, far);
    if (SW_SET(numbers)(far) < EIGHT) SW_SET(add_near)(rings, j, at, x, to);
  }
  vec_store(row, sum);
  double number[EIGHT];
  vec_store(number, values);
  for (int l = 0; l < EIGHT; l++)
    to->count[last] += number[l];
  return j;
}
