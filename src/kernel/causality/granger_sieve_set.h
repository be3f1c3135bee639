/* One variant of the tiles of granger_sieve.c, in registers of floats. A tile is some rows by some
 * registers of columns; loops over it are unrolled, else its sums would be an array in memory. What
 * floats round does not matter within the margin: fma or not. */

#define EACH(k, n) _Pragma("GCC unroll 4") for (int k = 0; k < (n); k++)
#define FLOATS (SW_VEC_BITS / 32)
/* Rows and registers of a tile, by lags, of one order and of both. */
#if SW_VEC_BITS == 512 /* 32 registers */
enum { SW_SET(ONE_REGS) = 3, SW_SET(ONE_BOTH_REGS) = 2, SW_SET(TWO_REGS) = 2 };
enum { SW_SET(TWO_BOTH_ROWS) = 3 };
#else
enum { SW_SET(ONE_REGS) = 1, SW_SET(ONE_BOTH_REGS) = 1, SW_SET(TWO_REGS) = 1 };
enum { SW_SET(TWO_BOTH_ROWS) = 1 };
#endif
enum { SW_SET(ONE_ROWS) = 4, SW_SET(TWO_ROWS) = 2, SW_SET(TWO_BOTH_REGS) = 1 };

#define lean SW_SET(lean)
#define lean_load SW_SET(lean_load)
#define lean_spread SW_SET(lean_spread)
#define lean_mul SW_SET(lean_mul)
#define lean_sub SW_SET(lean_sub)
#define lean_fma SW_SET(lean_fma)
#define lean_smaller SW_SET(lean_smaller)
#define lean_size SW_SET(lean_size)
#define lean_reaches SW_SET(lean_reaches) /* whether all a >= b */
#define tally SW_SET(tally)               /* a count for each float */
#define tally_above SW_SET(tally_above)   /* one more where a > 0 */
#define tally_sum SW_SET(tally_sum)

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
SW_INLINE lean lean_smaller(lean a, lean b) {
  return _mm512_min_ps(a, b);
}
SW_INLINE lean lean_size(lean a) {
  return _mm512_abs_ps(a);
}
SW_INLINE bool lean_reaches(lean a, lean b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ) == 0xffff;
}
typedef __m512i tally;
SW_INLINE tally tally_above(tally n, lean a) {
  __mmask16 above = _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_GT_OQ);
  return _mm512_mask_sub_epi32(n, above, n, _mm512_set1_epi32(-1));
}
SW_INLINE int tally_sum(tally a) {
  return _mm512_reduce_add_epi32(a);
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
SW_INLINE lean lean_smaller(lean a, lean b) {
  return _mm256_min_ps(a, b);
}
SW_INLINE lean lean_size(lean a) {
  return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a);
}
SW_INLINE bool lean_reaches(lean a, lean b) {
  return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GE_OQ)) == 0xff;
}
typedef __m256i tally;
SW_INLINE tally tally_above(tally n, lean a) {
  __m256 above = _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GT_OQ);
  return _mm256_sub_epi32(n, _mm256_castps_si256(above));
}
SW_INLINE int tally_sum(tally a) {
  int each[8], sum = 0;
  _mm256_storeu_si256((__m256i *)each, a);
  for (int k = 0; k < 8; k++)
    sum += each[k];
  return sum;
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
SW_INLINE lean lean_smaller(lean a, lean b) {
  return (lean){a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1], a[2] < b[2] ? a[2] : b[2],
                a[3] < b[3] ? a[3] : b[3]};
}
SW_INLINE lean lean_size(lean a) {
  return (lean){__builtin_fabsf(a[0]), __builtin_fabsf(a[1]), __builtin_fabsf(a[2]),
                __builtin_fabsf(a[3])};
}
SW_INLINE bool lean_reaches(lean a, lean b) {
  return a[0] >= b[0] && a[1] >= b[1] && a[2] >= b[2] && a[3] >= b[3];
}
typedef int tally __attribute__((vector_size(16)));
SW_INLINE tally tally_above(tally n, lean a) {
  return n - (a > 0);
}
SW_INLINE int tally_sum(tally a) {
  return a[0] + a[1] + a[2] + a[3];
}
#endif

/* ---- pairs of a register ------------------------------------------------------------------ */

/* Of a tile: how near a difference comes to what is in question, the least of what tells whether A
 * is regular, and how many pairs are above. */
typedef struct SW_SET(verdict) {
  lean nearest, regular;
  tally above;
} SW_SET(verdict);

/* `apart`: the difference about the centre. */
SW_INLINE void SW_SET(judge)(SW_SET(verdict) * v, lean apart) {
  v->nearest = lean_smaller(v->nearest, lean_size(apart));
  v->above = tally_above(v->above, apart);
}

/* Products b and c of one order; d in place of c of the other. */
SW_INLINE void SW_SET(judge_one)(const sift *s, bool both, const lean *sum, SW_SET(verdict) * v) {
  lean bb = lean_mul(sum[0], sum[0]);
  lean less = lean_fma(lean_spread(s->by->share), bb, lean_spread(-s->by->share - s->by->centre));
  v->regular = lean_smaller(v->regular, lean_sub(lean_spread(1), bb));
  SW_SET(judge)(v, lean_fma(sum[1], sum[1], less));
  if (both) SW_SET(judge)(v, lean_fma(sum[2], sum[2], less));
}

typedef struct SW_SET(matrix) {
  lean d1, a22, t; /* of A */
} SW_SET(matrix);

SW_INLINE SW_SET(matrix) SW_SET(matrix_of)(lean b11, lean b12, lean b21, lean b22) {
  lean one = lean_spread(1);
  return (SW_SET(matrix)){lean_sub(one, lean_fma(b12, b12, lean_mul(b11, b11))),
                          lean_sub(one, lean_fma(b22, b22, lean_mul(b21, b21))),
                          lean_fma(b12, b22, lean_mul(b11, b21))};
}

/* `less`: K det A about the centre. */
SW_INLINE void SW_SET(judge_order)(SW_SET(matrix) a, lean c1, lean c2, lean det, lean less,
                                   lean pivot, SW_SET(verdict) * v) {
  lean two_t = lean_sub(a.t, lean_sub(lean_spread(0), a.t));
  lean num =
      lean_fma(c2, lean_fma(a.d1, c2, lean_mul(two_t, c1)), lean_mul(a.a22, lean_mul(c1, c1)));
  v->regular = lean_smaller(v->regular, lean_smaller(a.d1, lean_sub(det, lean_mul(pivot, a.d1))));
  SW_SET(judge)(v, lean_sub(num, less));
}

/* Products b11, b12, c1, b21, b22, c2, the first number the row's lag, and two in place of c of the
 * other order, whose A has the same determinant. */
SW_INLINE void SW_SET(judge_two)(const sift *s, bool both, const lean *sum, lean pivot, lean other,
                                 SW_SET(verdict) * v) {
  SW_SET(matrix) a = SW_SET(matrix_of)(sum[0], sum[1], sum[3], sum[4]);
  lean det = lean_sub(lean_mul(a.d1, a.a22), lean_mul(a.t, a.t));
  lean less = lean_fma(lean_spread(s->by->share), det, lean_spread(s->by->centre));
  SW_SET(judge_order)(a, sum[2], sum[5], det, less, pivot, v);
  if (!both) return;
  a = SW_SET(matrix_of)(sum[0], sum[3], sum[1], sum[4]);
  SW_SET(judge_order)(a, sum[6], sum[7], det, less, other, v);
}

/* ---- tiles -------------------------------------------------------------------------------- */

/* Adds the products of a tile: row's Q by column's Q and e, then, of both orders, row's e by
 * column's Q. */
SW_INLINE void SW_SET(sift_products)(int count, int lags, bool both, int rows, int regs,
                                     const float *x, const float *to, lean (*sum)[3][8]) {
  EACH(i, rows)
  EACH(v, regs) for (int k = 0; k < 8; k++) sum[i][v][k] = lean_spread(0);
  for (int r = 0; r < count; r++) {
    lean y[3][3];
    EACH(b, lags + 1) EACH(v, regs) y[b][v] = lean_load(to + (b * regs + v) * FLOATS);
    EACH(i, rows) {
      EACH(a, lags) {
        lean one = lean_spread(x[a * rows + i]);
        EACH(b, lags + 1)
        EACH(v, regs)
        sum[i][v][a * (lags + 1) + b] = lean_fma(one, y[b][v], sum[i][v][a * (lags + 1) + b]);
      }
      if (both) {
        lean e = lean_spread(x[lags * rows + i]);
        EACH(b, lags)
        EACH(v, regs)
        sum[i][v][lags * (lags + 1) + b] = lean_fma(e, y[b][v], sum[i][v][lags * (lags + 1) + b]);
      }
    }
    x += (lags + both) * rows;
    to += (lags + 1) * regs * FLOATS;
  }
}

/* lags, both, rows and regs are constants in all callers. */
SW_INLINE void SW_SET(sift_tiles)(const sift *s, int lags, bool both, int rows, int regs) {
  const int count = s->by->g->rows;
  const float *x = s->row;
  const lean radius = lean_spread(s->by->radius), least = lean_spread(REGULAR + s->by->margin);
  for (int k = 0; k < s->groups; k++, x += (lags + both) * count * rows) {
    lean sum[4][3][8]; /* row, register, product */
    SW_SET(verdict) v = {lean_spread(2), lean_spread(2), {0}};
    SW_SET(sift_products)(count, lags, both, rows, regs, x, s->column, sum);
    EACH(i, rows) EACH(q, regs) {
      if (lags == 1)
        SW_SET(judge_one)(s, both, sum[i][q], &v);
      else
        SW_SET(judge_two)
      (s, both, sum[i][q], lean_spread(s->row_pivot[k * rows + i]),
       lean_load(s->column_pivot + q * FLOATS), &v);
    }
    bool is_sure = lean_reaches(v.nearest, radius) && lean_reaches(v.regular, least);
    end_tile(s, k, rows, is_sure, tally_sum(v.above));
  }
}

static void SW_SET(sift_panel)(const sift *s) {
  if (s->by->g->lags == 1 && s->both)
    SW_SET(sift_tiles)(s, 1, true, SW_SET(ONE_ROWS), SW_SET(ONE_BOTH_REGS));
  else if (s->by->g->lags == 1)
    SW_SET(sift_tiles)(s, 1, false, SW_SET(ONE_ROWS), SW_SET(ONE_REGS));
  else if (s->both)
    SW_SET(sift_tiles)(s, 2, true, SW_SET(TWO_BOTH_ROWS), SW_SET(TWO_BOTH_REGS));
  else
    SW_SET(sift_tiles)(s, 2, false, SW_SET(TWO_ROWS), SW_SET(TWO_REGS));
}

static shape SW_SET(sift_shape)(int lags, bool both) {
  if (lags == 1)
    return (shape){SW_SET(ONE_ROWS),
                   (both ? SW_SET(ONE_BOTH_REGS) : SW_SET(ONE_REGS)) * (int)FLOATS};
  return (shape){both ? SW_SET(TWO_BOTH_ROWS) : SW_SET(TWO_ROWS),
                 (both ? SW_SET(TWO_BOTH_REGS) : SW_SET(TWO_REGS)) * (int)FLOATS};
}

#undef EACH
#undef FLOATS
#undef lean
#undef lean_load
#undef lean_spread
#undef lean_mul
#undef lean_sub
#undef lean_fma
#undef lean_smaller
#undef lean_size
#undef lean_reaches
#undef tally
#undef tally_above
#undef tally_sum
