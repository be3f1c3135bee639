/* One variant of the tiles of granger_sieve.c, in registers of floats. A tile is some rows by some
 * registers of columns; loops over it are unrolled, else its sums would be an array in memory. What
 * floats round does not matter within the margin: fma or not. A mask has a bit for each float. */

#define EACH(k, n) _Pragma("GCC unroll 4") for (int k = 0; k < (n); k++)
#define FLOATS (SW_VEC_BITS / 32)
#if SW_VEC_BITS == 512 /* 32 registers */
#define ONE_REGS 3
#define TWO_REGS 2
#else
#define ONE_REGS 1
#define TWO_REGS 1
#endif
enum { SW_SET(ONE_PANEL) = ONE_REGS * FLOATS, SW_SET(TWO_PANEL) = TWO_REGS * FLOATS };

#define lean SW_SET(lean)
#define lean_load SW_SET(lean_load)
#define lean_spread SW_SET(lean_spread)
#define lean_mul SW_SET(lean_mul)
#define lean_sub SW_SET(lean_sub)
#define lean_fma SW_SET(lean_fma)
#define lean_reaches SW_SET(lean_reaches) /* mask of a >= b */

#if SW_VEC_BITS == 512
typedef __m512 lean;
SW_INLINE lean lean_load(const float *p) {
  return _mm512_loadu_ps(p);
}
SW_INLINE lean lean_spread(float a) {
  return _mm512_set1_ps(a);
}
SW_INLINE lean lean_mul(lean a, lean b) {
  return _mm512_mul_ps(a, b);
}
SW_INLINE lean lean_sub(lean a, lean b) {
  return _mm512_sub_ps(a, b);
}
SW_INLINE lean lean_fma(lean a, lean b, lean c) {
  return _mm512_fmadd_ps(a, b, c);
}
SW_INLINE unsigned lean_reaches(lean a, lean b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ);
}
#elif SW_VEC_BITS == 256
typedef __m256 lean;
SW_INLINE lean lean_load(const float *p) {
  return _mm256_loadu_ps(p);
}
SW_INLINE lean lean_spread(float a) {
  return _mm256_set1_ps(a);
}
SW_INLINE lean lean_mul(lean a, lean b) {
  return _mm256_mul_ps(a, b);
}
SW_INLINE lean lean_sub(lean a, lean b) {
  return _mm256_sub_ps(a, b);
}
SW_INLINE lean lean_fma(lean a, lean b, lean c) {
  return _mm256_fmadd_ps(a, b, c);
}
SW_INLINE unsigned lean_reaches(lean a, lean b) {
  return (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GE_OQ));
}
#else
typedef float lean __attribute__((vector_size(16), aligned(4), may_alias));
SW_INLINE lean lean_load(const float *p) {
  return *(const lean *)p;
}
SW_INLINE lean lean_spread(float a) {
  return (lean){a, a, a, a};
}
SW_INLINE lean lean_mul(lean a, lean b) {
  return a * b;
}
SW_INLINE lean lean_sub(lean a, lean b) {
  return a - b;
}
SW_INLINE lean lean_fma(lean a, lean b, lean c) {
  return a * b + c;
}
SW_INLINE unsigned lean_reaches(lean a, lean b) {
  unsigned mask = 0;
  for (int k = 0; k < 4; k++)
    mask |= (unsigned)(a[k] >= b[k]) << k;
  return mask;
}
#endif

/* ---- pairs of a register ------------------------------------------------------------------ */

/* Bits of pairs: F is `to` or more; F is that or less than `from`. */
typedef struct SW_SET(verdict) {
  unsigned above, sure;
} SW_SET(verdict);

SW_INLINE SW_SET(verdict) SW_SET(judge_one)(const sw_granger_sieve *by, lean b, lean c) {
  lean bb = lean_mul(b, b), cc = lean_mul(c, c);
  unsigned above =
      lean_reaches(lean_fma(lean_spread(by->to), bb, cc), lean_spread(by->to + by->margin));
  unsigned below =
      lean_reaches(lean_spread(by->from - by->margin), lean_fma(lean_spread(by->from), bb, cc));
  unsigned regular = lean_reaches(lean_spread(1 - REGULAR - by->margin), bb);
  return (SW_SET(verdict)){above & regular, (above | below) & regular};
}

/* s: products b11, b12, c1, b21, b22, c2, the first number the sender's lag. */
SW_INLINE SW_SET(verdict)
    SW_SET(judge_two)(const sw_granger_sieve *by, float pivot, const lean *s) {
  lean one = lean_spread(1), none = lean_spread(0);
  lean d1 = lean_sub(one, lean_fma(s[0], s[0], lean_mul(s[1], s[1])));
  lean a22 = lean_sub(one, lean_fma(s[3], s[3], lean_mul(s[4], s[4])));
  lean t = lean_fma(s[0], s[3], lean_mul(s[1], s[4]));
  lean det = lean_sub(lean_mul(d1, a22), lean_mul(t, t));
  lean tc = lean_mul(t, s[2]), two_tc = lean_fma(lean_spread(2), tc, none);
  lean num = lean_fma(d1, lean_mul(s[5], s[5]), lean_mul(two_tc, s[5]));
  num = lean_fma(a22, lean_mul(s[2], s[2]), num);
  lean least = lean_spread(REGULAR + by->margin);
  unsigned above =
      lean_reaches(lean_sub(num, lean_mul(lean_spread(by->to), det)), lean_spread(by->margin));
  unsigned below =
      lean_reaches(lean_spread(-by->margin), lean_sub(num, lean_mul(lean_spread(by->from), det)));
  unsigned regular = lean_reaches(d1, least) &
                     lean_reaches(lean_sub(det, lean_mul(lean_spread(pivot), d1)), least);
  return (SW_SET(verdict)){above & regular, (above | below) & regular};
}

/* ---- tiles -------------------------------------------------------------------------------- */

/* lags, rows and regs are constants in all callers. */
SW_INLINE void SW_SET(sift_tiles)(const sift *s, int lags, int rows, int regs) {
  const int count = s->by->g->rows;
  for (int k = 0; k < s->groups; k++) {
    const float *x = s->row + (int64_t)k * count * lags * rows, *to = s->column;
    lean sum[4][3][6]; /* row, register, product */
    unsigned sure = (1u << (FLOATS - 1) << 1) - 1;
    int above = 0;
    EACH(i, rows)
    EACH(v, regs) EACH(a, lags) EACH(b, lags + 1) sum[i][v][a * (lags + 1) + b] = lean_spread(0);
    for (int r = 0; r < count; r++, x += lags * rows, to += (lags + 1) * regs * FLOATS) {
      lean y[3][3];
      EACH(b, lags + 1) EACH(v, regs) y[b][v] = lean_load(to + (b * regs + v) * FLOATS);
      EACH(a, lags) EACH(i, rows) {
        lean one = lean_spread(x[a * rows + i]);
        EACH(b, lags + 1)
        EACH(v, regs) sum[i][v][a * (lags + 1) + b] =
            lean_fma(one, y[b][v], sum[i][v][a * (lags + 1) + b]);
      }
    }
    EACH(i, rows) EACH(v, regs) {
      SW_SET(verdict)
      one = lags == 1 ? SW_SET(judge_one)(s->by, sum[i][v][0], sum[i][v][1])
                      : SW_SET(judge_two)(s->by, s->pivot[k * rows + i], sum[i][v]);
      sure &= one.sure;
      above += __builtin_popcount(one.above);
    }
    end_tile(s, k, rows, sure == (1u << (FLOATS - 1) << 1) - 1, above);
  }
}

static void SW_SET(sift_one)(const sift *s) {
  SW_SET(sift_tiles)(s, 1, ONE_ROWS, ONE_REGS);
}

static void SW_SET(sift_two)(const sift *s) {
  SW_SET(sift_tiles)(s, 2, TWO_ROWS, TWO_REGS);
}

#undef EACH
#undef FLOATS
#undef ONE_REGS
#undef TWO_REGS
#undef lean
#undef lean_load
#undef lean_spread
#undef lean_mul
#undef lean_sub
#undef lean_fma
#undef lean_reaches
