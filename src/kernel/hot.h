/* SW_HOT compiles a function several times, for AVX-512, for AVX2 and for any x86-64, and lets
 * the loader choose by the processor it finds, so that one binary is fast on every node of a
 * mixed cluster. All variants give the same bits: products and sums are rounded as written
 * (-ffp-contract=off), __builtin_fma stands where one rounding is meant, and no vector
 * mathematics library is called. Helpers that a hot function calls are SW_INLINE, to be compiled
 * with it; a call of a function that is not would leave the variant.
 *
 * Sanitizers meet the choosing function before they are set up; there the plain variant is
 * built. */
#ifndef SW_KERNEL_HOT_H
#define SW_KERNEL_HOT_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__AVX512F__)
#define SW_HOT_VARIANTS 1
#define SW_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SW_HOT
#endif

/* The variant in force: "x86-64-v4", "x86-64-v3", "x86-64", or "plain" where there is only one. */
const char *sw_instruction_set(void);

/* Instruction sets that vec_each.h compiles for, and which of them this machine takes. By a look at
 * the processor at each call, so sanitizers have them too. */
#if defined(__x86_64__) && defined(__GNUC__)
#define SW_SETS_X86 1
#define SW_SETS(name)                                                                              \
  { name##_plain, name##_v3, name##_v4 }
#else
#define SW_SETS(name)                                                                              \
  { name##_plain }
#endif
typedef enum sw_set_of { SW_SET_PLAIN, SW_SET_V3, SW_SET_V4, SW_SET_COUNT } sw_set_of;
sw_set_of sw_set(void);
bool sw_set_runs(sw_set_of set); /* whether this machine can run it */
/* Tests and benchmarks: no set above this one is taken from here on. */
void sw_set_at_most(sw_set_of set);

#define SW_INLINE static inline __attribute__((always_inline))

#endif
