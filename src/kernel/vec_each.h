/* Compiles the file SW_VEC_FILE once for each instruction set, with the eight doubles of vec.h.
 * Such a file names its functions SW_SET(name); SW_SETS(name) is the table of one of them by set,
 * which a caller indexes with sw_set(). A source may have several such files.
 *
 * SW_HOT does not fit where values must stay in registers from the arithmetic to the sums: the
 * compiler makes vectors of one loop over an array at a time, and what lies between two loops goes
 * through memory. And SW_HOT is GCC's alone; this is clang's as well. */
#include "kernel/hot.h"

#if defined(SW_SETS_X86)
#include <immintrin.h>

#define SW_VEC_BITS 512
#define SW_SET_NAME v4
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f")
#endif
#include "kernel/vec.h"
#include SW_VEC_FILE
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef SW_VEC_BITS
#undef SW_SET_NAME

#define SW_VEC_BITS 256
#define SW_SET_NAME v3
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#include "kernel/vec.h"
#include SW_VEC_FILE
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef SW_VEC_BITS
#undef SW_SET_NAME
#endif

#define SW_VEC_BITS 128
#define SW_SET_NAME plain
#include "kernel/vec.h"
#include SW_VEC_FILE
#undef SW_VEC_BITS
#undef SW_SET_NAME

#undef SW_VEC_FILE
