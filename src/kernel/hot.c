/* Which of the variants of SW_HOT this machine takes: the same question as the loader asks. */
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
