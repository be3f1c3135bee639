/* Which variant of SW_HOT this machine takes, by the question that the loader's resolver asks.
 * The answer stands in the fingerprint of a run and in operand hashes: the variants promise the
 * same bits, but a resumed run does not rest on that promise. */
#include "kernel/hot.h"

const char *sw_instruction_set(void) {
#if defined(__AVX512F__)
  return "x86-64-v4";
#elif defined(SW_HOT_VARIANTS)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
  return "x86-64";
#else
  return "plain";
#endif
}
