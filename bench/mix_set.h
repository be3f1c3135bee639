/* The operations of a pair in the registers of one instruction set, nothing loaded and nothing
 * stored: what a kernel of these operations reaches at best. Included by throughput.c. */

/* Read anew each turn, as far as the compiler knows. */
#if defined(__x86_64__)
#define SW_SET_FRESH(x) __asm__ volatile("" : "+v"(x))
#else
#define SW_SET_FRESH(x) __asm__ volatile("" : "+w"(x))
#endif

/* Four times `turns` registers of pairs, each of so many multiplications (fused with an addition),
 * additions, a quotient and roots; `steps` of four quotients by steps of multiplications. All are
 * constants in the callers. None waits for another: results go round over eight and four registers,
 * as many as a latency of four wants; four at a time make the rounds even. */
SW_INLINE void SW_SET(mix)(int fma, int add, int root, int steps, int64_t turns, double *out) {
  reg f[8], a[4], m = reg_spread(0.999), c = reg_spread(1e-3), x = reg_spread(1.5);
  _Pragma("GCC unroll 8") for (int k = 0; k < 8; k++) f[k] = reg_spread(k + 1);
  _Pragma("GCC unroll 4") for (int k = 0; k < 4; k++) a[k] = reg_spread(k + 1);
  for (int64_t t = 0; t < turns; t++) {
    int n = 0;
    _Pragma("GCC unroll 128") for (int k = 0; k < 4 * fma; k++) {
      if (k % fma == fma - 1) {
        reg q = k / fma < steps ? reg_div_by_steps(c, x) : reg_div(c, x);
        SW_SET_FRESH(q);
        SW_SET_FRESH(x);
      }
      if (root && k % fma == fma / 2 - 1) {
        reg q = reg_root(x);
        SW_SET_FRESH(q);
        SW_SET_FRESH(x);
      }
      f[k % 8] = reg_fma(m, x, f[k % 8]);
      SW_SET_FRESH(f[k % 8]); /* so that the order stays */
      if ((k + 1) * add / fma > k * add / fma) {
        a[n % 4] = reg_add(a[n % 4], c);
        SW_SET_FRESH(a[n % 4]);
        n++;
      }
    }
  }
  _Pragma("GCC unroll 4") for (int k = 0; k < 4; k++) f[k] = reg_add(reg_add(f[k], f[k + 4]), a[k]);
  reg_store(out, reg_add(reg_add(f[0], f[1]), reg_add(f[2], f[3])));
}

SW_INLINE int64_t SW_SET(mix_of)(int fma, int add, int root, int steps, int64_t turns,
                                 double *out) {
  /* Where steps are divisions, all are one. */
  if (SW_VEC_BITS < 512 || steps == 0)
    SW_SET(mix)(fma, add, root, 0, turns, out);
  else if (steps == 1)
    SW_SET(mix)(fma, add, root, 1, turns, out);
  else if (steps == 2)
    SW_SET(mix)(fma, add, root, 2, turns, out);
  else
    SW_SET(mix)(fma, add, root, 4, turns, out);
  return 4 * turns * SW_WIDTH;
}

/* Multiply-adds alone: twelve that do not wait for each other, more than the latency of four wants
 * of two pipes. Returns how many. */
static int64_t SW_SET(fma_alone)(int steps, int64_t turns, double *out) {
  reg f[12], m = reg_spread(0.999), c = reg_spread(1e-3);
  (void)steps;
  _Pragma("GCC unroll 12") for (int k = 0; k < 12; k++) f[k] = reg_spread(k + 1);
  for (int64_t t = 0; t < turns; t++)
    _Pragma("GCC unroll 12") for (int k = 0; k < 12; k++) {
      f[k] = reg_fma(f[k], m, c);
      SW_SET_FRESH(f[k]);
    }
  _Pragma("GCC unroll 11") for (int k = 1; k < 12; k++) f[0] = reg_add(f[0], f[k]);
  reg_store(out, f[0]);
  return 12 * turns * SW_WIDTH;
}

/* Twice `turns` registers of sums of products: so many fma of a pair, then its additions to a row
 * and to a column and the greatest. The fma go by twenty, of two registers in turn. */
SW_INLINE void SW_SET(products)(int fma, int64_t turns, double *out) {
  reg f[8], a[4], top[2], m = reg_spread(0.999), x = reg_spread(1.5);
  _Pragma("GCC unroll 8") for (int k = 0; k < 8; k++) f[k] = reg_spread(k + 1);
  _Pragma("GCC unroll 4") for (int k = 0; k < 4; k++) a[k] = reg_spread(k + 1);
  top[0] = top[1] = reg_spread(1);
  for (int64_t t = 0; t < turns; t++) {
    for (int s = 0; s < fma; s += 20) {
      _Pragma("GCC unroll 40") for (int k = 0; k < 40; k++) {
        f[k % 8] = reg_fma(m, x, f[k % 8]);
        SW_SET_FRESH(f[k % 8]);
      }
    }
    _Pragma("GCC unroll 2") for (int k = 0; k < 2; k++) {
      a[2 * k] = reg_add(a[2 * k], x);
      a[2 * k + 1] = reg_add(a[2 * k + 1], x);
      top[k] = reg_larger(x, top[k]);
      SW_SET_FRESH(a[2 * k]);
      SW_SET_FRESH(a[2 * k + 1]);
      SW_SET_FRESH(top[k]);
    }
  }
  _Pragma("GCC unroll 4") for (int k = 0; k < 4; k++) f[k] = reg_add(reg_add(f[k], f[k + 4]), a[k]);
  f[0] = reg_add(reg_add(f[0], top[0]), reg_add(f[1], top[1]));
  reg_store(out, reg_add(f[0], reg_add(f[2], f[3])));
}

/* Pairs of a call. The counts are those of src/kernel/pairs/arc_fold_set.h and meta_fold_set.h,
 * and of block_fold_set.h for pairs of 20 and of 240 numbers, which have no quotients. */
static int64_t SW_SET(gravity_mix)(int steps, int64_t turns, double *out) {
  return SW_SET(mix_of)(12, 5, 0, steps, turns, out);
}
static int64_t SW_SET(coupling_mix)(int steps, int64_t turns, double *out) {
  return SW_SET(mix_of)(22, 10, 1, steps, turns, out);
}

static int64_t SW_SET(product_mix)(int steps, int64_t turns, double *out) {
  (void)steps;
  SW_SET(products)(20, turns, out);
  return 2 * turns * SW_WIDTH;
}
static int64_t SW_SET(long_product_mix)(int steps, int64_t turns, double *out) {
  (void)steps;
  SW_SET(products)(240, turns / 12, out);
  return 2 * (turns / 12) * SW_WIDTH;
}

#undef SW_SET_FRESH
