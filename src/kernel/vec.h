/* Registers of doubles, and eight doubles as one value: one register of 512 bits, two of 256, four
 * of 128. Included by vec_each.h once for each instruction set, which sets SW_VEC_BITS and
 * SW_SET_NAME, the suffix of that set; whatever a set has of its own is called SW_SET(name).
 *
 * The operations round as plain C does (fma once), so the bits are those of any other set and of a
 * loop over numbers. larger(x, y) and smaller(x, y) are y where x is NaN; size(x) is |x|;
 * where(a, b, x) is x where a >= b, else NaN; if_above(a, b, x, y) is x where a > b, else y;
 * add_if(x, a, b) is a + b where x is a number, else a; add_above(x, y, a, b) is a + b where x > y,
 * else a. reaches(a, b) has bit k set where a >= b in lane k, above(a, b) where a > b.
 * store_above(p, x, y, a) stores a where x > y, and elsewhere leaves what is there.
 *
 * div_by_steps(a, b) is div(a, b) where a is 0, or the sizes of a, b and the quotient lie between
 * 1e-290 and 1e290; NaN comes out of NaN and of 0 / 0. On AVX-512 the pipes of multiplication take
 * it, beside which the divider is free for a root or for other quotients; the other sets divide.
 *
 * A kernel of few numbers works on a vec, whose registers do not wait for each other; one that
 * fills the registers by itself goes through them one by one. */

#ifndef SW_KERNEL_VEC_NAMES
#define SW_KERNEL_VEC_NAMES
#define SW_SET(name) SW_SET_JOIN(name, SW_SET_NAME)
#define SW_SET_JOIN(name, set) SW_SET_PASTE(name, set)
#define SW_SET_PASTE(name, set) name##_##set
/* Looked up where they stand, and so of the set that is being compiled. */
#define reg SW_SET(reg)
#define reg_load SW_SET(reg_load)
#define reg_store SW_SET(reg_store)
#define reg_spread SW_SET(reg_spread)
#define reg_add SW_SET(reg_add)
#define reg_sub SW_SET(reg_sub)
#define reg_mul SW_SET(reg_mul)
#define reg_div SW_SET(reg_div)
#define reg_div_by_steps SW_SET(reg_div_by_steps)
#define reg_fma SW_SET(reg_fma)
#define reg_root SW_SET(reg_root)
#define reg_larger SW_SET(reg_larger)
#define reg_where SW_SET(reg_where)
#define reg_smaller SW_SET(reg_smaller)
#define reg_size SW_SET(reg_size)
#define reg_if_above SW_SET(reg_if_above)
#define reg_add_if SW_SET(reg_add_if)
#define reg_add_above SW_SET(reg_add_above)
#define reg_above SW_SET(reg_above)
#define reg_store_above SW_SET(reg_store_above)
#define reg_reaches SW_SET(reg_reaches)
#define vec SW_SET(vec)
#define vec_load SW_SET(vec_load)
#define vec_store SW_SET(vec_store)
#define vec_spread SW_SET(vec_spread)
#define vec_add SW_SET(vec_add)
#define vec_sub SW_SET(vec_sub)
#define vec_mul SW_SET(vec_mul)
#define vec_div SW_SET(vec_div)
#define vec_div_by_steps SW_SET(vec_div_by_steps)
#define vec_fma SW_SET(vec_fma)
/* Doubles of a register, registers of eight doubles. */
#define SW_WIDTH (SW_VEC_BITS / 64)
#define SW_REGS (512 / SW_VEC_BITS)
/* Unrolled, else its registers would be an array in memory. */
#define SW_EACH_REG _Pragma("GCC unroll 4") for (int k = 0; k < SW_REGS; k++)
#endif

/* ---- registers ---------------------------------------------------------------------------- */

#if SW_VEC_BITS == 512

typedef __m512d reg;

SW_INLINE reg reg_load(const double *p) {
  return _mm512_loadu_pd(p);
}
SW_INLINE void reg_store(double *p, reg a) {
  _mm512_storeu_pd(p, a);
}
SW_INLINE reg reg_spread(double a) {
  return _mm512_set1_pd(a);
}
SW_INLINE reg reg_add(reg a, reg b) {
  return _mm512_add_pd(a, b);
}
SW_INLINE reg reg_sub(reg a, reg b) {
  return _mm512_sub_pd(a, b);
}
SW_INLINE reg reg_mul(reg a, reg b) {
  return _mm512_mul_pd(a, b);
}
SW_INLINE reg reg_div(reg a, reg b) {
  return _mm512_div_pd(a, b);
}
SW_INLINE reg reg_fma(reg a, reg b, reg c) {
  return _mm512_fmadd_pd(a, b, c);
}
/* 1/b from 14 bits to within half a unit of the last place, then the quotient, corrected twice by
 * its remainder; the first makes it one of the two neighbours of a/b, whose remainder is exact, and
 * then the second rounds as it should (Markstein 1990). The theorem leaves out a b whose digits are
 * all ones, as its 1/b may stay below; it does not where the step before comes from above. */
SW_INLINE reg reg_div_by_steps(reg a, reg b) {
  enum { UP = _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC };
  reg y = _mm512_rcp14_pd(b), one = reg_spread(1);
  y = reg_fma(y, _mm512_fnmadd_pd(b, y, one), y);
  y = _mm512_fmadd_round_pd(y, _mm512_fnmadd_pd(b, y, one), y, UP);
  y = reg_fma(y, _mm512_fnmadd_pd(b, y, one), y);
  reg q = reg_mul(a, y);
  q = reg_fma(_mm512_fnmadd_pd(b, q, a), y, q);
  return reg_fma(_mm512_fnmadd_pd(b, q, a), y, q);
}
SW_INLINE reg reg_root(reg a) {
  return _mm512_sqrt_pd(a);
}
SW_INLINE reg reg_larger(reg a, reg b) {
  return _mm512_max_pd(a, b);
}
SW_INLINE reg reg_where(reg a, reg b, reg x) {
  return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_GE_OQ), reg_spread(__builtin_nan("")),
                              x);
}
SW_INLINE reg reg_size(reg a) {
  return _mm512_abs_pd(a);
}
SW_INLINE reg reg_smaller(reg a, reg b) {
  return _mm512_min_pd(a, b);
}
SW_INLINE reg reg_if_above(reg a, reg b, reg x, reg y) {
  return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_GT_OQ), y, x);
}
SW_INLINE reg reg_add_if(reg x, reg a, reg b) {
  return _mm512_mask_add_pd(a, _mm512_cmp_pd_mask(x, x, _CMP_ORD_Q), a, b);
}
SW_INLINE reg reg_add_above(reg x, reg limit, reg a, reg b) {
  return _mm512_mask_add_pd(a, _mm512_cmp_pd_mask(x, limit, _CMP_GT_OQ), a, b);
}
SW_INLINE unsigned reg_above(reg x, reg limit) {
  return _mm512_cmp_pd_mask(x, limit, _CMP_GT_OQ);
}
SW_INLINE void reg_store_above(double *p, reg x, reg y, reg a) {
  _mm512_mask_storeu_pd(p, _mm512_cmp_pd_mask(x, y, _CMP_GT_OQ), a);
}
SW_INLINE unsigned reg_reaches(reg a, reg b) {
  return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ);
}

#elif SW_VEC_BITS == 256

typedef __m256d reg;

SW_INLINE reg reg_load(const double *p) {
  return _mm256_loadu_pd(p);
}
SW_INLINE void reg_store(double *p, reg a) {
  _mm256_storeu_pd(p, a);
}
SW_INLINE reg reg_spread(double a) {
  return _mm256_set1_pd(a);
}
SW_INLINE reg reg_add(reg a, reg b) {
  return _mm256_add_pd(a, b);
}
SW_INLINE reg reg_sub(reg a, reg b) {
  return _mm256_sub_pd(a, b);
}
SW_INLINE reg reg_mul(reg a, reg b) {
  return _mm256_mul_pd(a, b);
}
SW_INLINE reg reg_div(reg a, reg b) {
  return _mm256_div_pd(a, b);
}
SW_INLINE reg reg_fma(reg a, reg b, reg c) {
  return _mm256_fmadd_pd(a, b, c);
}
SW_INLINE reg reg_div_by_steps(reg a, reg b) {
  return reg_div(a, b);
}
SW_INLINE reg reg_root(reg a) {
  return _mm256_sqrt_pd(a);
}
SW_INLINE reg reg_larger(reg a, reg b) {
  return _mm256_max_pd(a, b);
}
SW_INLINE reg reg_where(reg a, reg b, reg x) {
  return _mm256_blendv_pd(reg_spread(__builtin_nan("")), x, _mm256_cmp_pd(a, b, _CMP_GE_OQ));
}
SW_INLINE reg reg_size(reg a) {
  return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}
SW_INLINE reg reg_smaller(reg a, reg b) {
  return _mm256_min_pd(a, b);
}
SW_INLINE reg reg_if_above(reg a, reg b, reg x, reg y) {
  return _mm256_blendv_pd(y, x, _mm256_cmp_pd(a, b, _CMP_GT_OQ));
}
SW_INLINE reg reg_add_if(reg x, reg a, reg b) {
  /* -0.0 changes no number. */
  return reg_add(a, _mm256_blendv_pd(reg_spread(-0.0), b, _mm256_cmp_pd(x, x, _CMP_ORD_Q)));
}
SW_INLINE reg reg_add_above(reg x, reg limit, reg a, reg b) {
  return reg_add(a, reg_if_above(x, limit, b, reg_spread(-0.0)));
}
SW_INLINE unsigned reg_above(reg x, reg limit) {
  return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(x, limit, _CMP_GT_OQ));
}
SW_INLINE void reg_store_above(double *p, reg x, reg y, reg a) {
  reg_store(p, reg_if_above(x, y, a, reg_load(p)));
}
SW_INLINE unsigned reg_reaches(reg a, reg b) {
  return (unsigned)_mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GE_OQ));
}

#else /* any processor; what the compiler has no instruction for it does number by number */

typedef double reg __attribute__((vector_size(16), aligned(8), may_alias));

SW_INLINE reg reg_load(const double *p) {
  return *(const reg *)p;
}
SW_INLINE void reg_store(double *p, reg a) {
  *(reg *)p = a;
}
SW_INLINE reg reg_spread(double a) {
  return (reg){a, a};
}
SW_INLINE reg reg_add(reg a, reg b) {
  return a + b;
}
SW_INLINE reg reg_sub(reg a, reg b) {
  return a - b;
}
SW_INLINE reg reg_mul(reg a, reg b) {
  return a * b;
}
SW_INLINE reg reg_div(reg a, reg b) {
  return a / b;
}
SW_INLINE reg reg_fma(reg a, reg b, reg c) {
  return (reg){__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}
SW_INLINE reg reg_div_by_steps(reg a, reg b) {
  return reg_div(a, b);
}
SW_INLINE reg reg_root(reg a) {
  return (reg){__builtin_sqrt(a[0]), __builtin_sqrt(a[1])};
}
SW_INLINE reg reg_larger(reg a, reg b) {
  return (reg){a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1]};
}
SW_INLINE reg reg_where(reg a, reg b, reg x) {
  return (reg){a[0] >= b[0] ? x[0] : __builtin_nan(""), a[1] >= b[1] ? x[1] : __builtin_nan("")};
}
SW_INLINE reg reg_size(reg a) {
  return (reg){__builtin_fabs(a[0]), __builtin_fabs(a[1])};
}
SW_INLINE reg reg_smaller(reg a, reg b) {
  return (reg){a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1]};
}
SW_INLINE reg reg_if_above(reg a, reg b, reg x, reg y) {
  return (reg){a[0] > b[0] ? x[0] : y[0], a[1] > b[1] ? x[1] : y[1]};
}
SW_INLINE reg reg_add_if(reg x, reg a, reg b) {
  typedef long long mask __attribute__((vector_size(16)));
  mask is = x == x;
  return a + (reg)(((mask)b & is) | ((mask)reg_spread(-0.0) & ~is)); /* -0.0 changes no number */
}
SW_INLINE reg reg_add_above(reg x, reg limit, reg a, reg b) {
  return a + reg_if_above(x, limit, b, reg_spread(-0.0));
}
SW_INLINE unsigned reg_above(reg x, reg limit) {
  return (unsigned)(x[0] > limit[0]) | (unsigned)(x[1] > limit[1]) << 1;
}
SW_INLINE void reg_store_above(double *p, reg x, reg y, reg a) {
  reg_store(p, reg_if_above(x, y, a, reg_load(p)));
}
SW_INLINE unsigned reg_reaches(reg a, reg b) {
  return (unsigned)(a[0] >= b[0]) | (unsigned)(a[1] >= b[1]) << 1;
}

#endif

/* ---- eight doubles ------------------------------------------------------------------------ */

typedef struct vec {
  reg r[SW_REGS];
} vec;

SW_INLINE vec vec_load(const double *p) {
  vec v;
  SW_EACH_REG v.r[k] = reg_load(p + k * SW_WIDTH);
  return v;
}
SW_INLINE void vec_store(double *p, vec a) {
  SW_EACH_REG reg_store(p + k * SW_WIDTH, a.r[k]);
}
SW_INLINE vec vec_spread(double a) {
  vec v;
  SW_EACH_REG v.r[k] = reg_spread(a);
  return v;
}
SW_INLINE vec vec_add(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_add(a.r[k], b.r[k]);
  return a;
}
SW_INLINE vec vec_sub(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_sub(a.r[k], b.r[k]);
  return a;
}
SW_INLINE vec vec_mul(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_mul(a.r[k], b.r[k]);
  return a;
}
SW_INLINE vec vec_div(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_div(a.r[k], b.r[k]);
  return a;
}
SW_INLINE vec vec_div_by_steps(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_div_by_steps(a.r[k], b.r[k]);
  return a;
}
SW_INLINE vec vec_fma(vec a, vec b, vec c) {
  SW_EACH_REG a.r[k] = reg_fma(a.r[k], b.r[k], c.r[k]);
  return a;
}
