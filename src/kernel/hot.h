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

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__AVX512F__)
#define SW_HOT_VARIANTS 1
#define SW_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SW_HOT
#endif

/* The variant in force: "x86-64-v4", "x86-64-v3", "x86-64", or "plain" where there is only one. */
const char *sw_instruction_set(void);

#define SW_INLINE static inline __attribute__((always_inline))

#endif
