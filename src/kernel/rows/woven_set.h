/* A woven segment taken in, in the registers of one instruction set; included by woven.c. */

/* Units [0, n) of one register of periods. The eight lanes of each period are registers of their
 * own, so no number changes its place; n % 8 units at the end go to the first lanes. */
SW_INLINE void SW_SET(take_units)(const double *v, int64_t n, double *column, reg *lane, reg *top,
                                  reg *numbers) {
  reg zero = reg_spread(0), one = reg_spread(1);
  for (int64_t j = 0; j < n; j += SW_LANES)
    _Pragma("GCC unroll 8") for (int l = 0; l < SW_LANES; l++) {
      if (j + l >= n) return;
      reg x = reg_load(v + (j + l) * SW_WOVEN);
      *top = reg_larger(x, *top);
      *numbers = reg_add_if(x, *numbers, one);
      x = reg_add(x, zero); /* -0.0 becomes 0.0 */
      lane[l] = reg_add_if(x, lane[l], x);
      if (!column) continue;
      double *to = column + (j + l) * SW_WOVEN;
      reg_store(to, reg_add_if(x, reg_load(to), x));
    }
}

/* One register after the other over a block of units, which so stays in the first cache. */
SW_INLINE void SW_SET(take_blocks)(const double *v, int64_t n, int regs, double *column,
                                   sw_woven_sums *sums) {
  reg lane[SW_REGS][SW_LANES], top[SW_REGS], numbers[SW_REGS];
  for (int k = 0; k < regs; k++) {
    for (int l = 0; l < SW_LANES; l++)
      lane[k][l] = reg_spread(-0.0);
    top[k] = reg_spread(-INFINITY), numbers[k] = reg_spread(0);
  }
  for (int64_t j = 0; j < n; j += BLOCK)
    for (int k = 0; k < regs; k++) {
      int64_t count = n - j < BLOCK ? n - j : BLOCK, at = j * SW_WOVEN + k * SW_WIDTH;
      SW_SET(take_units)(v + at, count, column ? column + at : NULL, lane[k], &top[k], &numbers[k]);
    }
  for (int k = 0; k < regs; k++) {
    reg *a = lane[k];
    reg even = reg_add(reg_add(a[0], a[4]), reg_add(a[2], a[6]));
    reg odd = reg_add(reg_add(a[1], a[5]), reg_add(a[3], a[7]));
    reg_store(sums->sum + k * SW_WIDTH, reg_add(even, odd));
    reg_store(sums->greatest + k * SW_WIDTH, top[k]);
    reg_store(sums->numbers + k * SW_WIDTH, numbers[k]);
  }
}

static void SW_SET(take)(const double *v, int64_t n, int periods, double *column,
                         sw_woven_sums *sums) {
  int regs = (periods + SW_WIDTH - 1) / SW_WIDTH;
  if (column)
    SW_SET(take_blocks)(v, n, regs, column, sums);
  else
    SW_SET(take_blocks)(v, n, regs, NULL, sums);
}
