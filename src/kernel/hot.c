/* Which variant of SW_HOT this machine takes, by the question that the loader's resolver asks, and
 * which of the sets of vec_each.h.
 * The answer stands in the fingerprint of a run and in operand hashes: the variants promise the
 * same bits, but a resumed run does not rest on that promise.
 *
 * The processor is asked anew at every call and nothing is cached, so any thread may ask. */
#include "kernel/hot.h"

/* Levels of x86-64 by what they consist of: clang 14 does not know them by name. v2 goes without
 * saying where there is AVX2. AVX-512 is asked for by its parts because the build flag of v4 is a
 * bundle of five extensions: a processor with avx512f alone would stop at the first instruction of
 * another. */
bool sw_set_runs(sw_set_of set) {
#if defined(SW_SETS_X86)
  __builtin_cpu_init();
  bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
            __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl");
  return set == SW_SET_PLAIN || (set == SW_SET_V3 && v3) || (set == SW_SET_V4 && v4);
#else
  return set == SW_SET_PLAIN;
#endif
}

/* Process-wide and written without a lock: it is for tests and benchmarks alone. */
static sw_set_of most = SW_SET_V4;

/* The best set of instructions that both the program and the processor have. Asked once per call of
 * a kernel: cheap. */
sw_set_of sw_set(void) {
  /* Ends at the plain set at the latest, which every machine runs. */
  sw_set_of set = most;
  while (!sw_set_runs(set))
    set--;
  return set;
}

void sw_set_at_most(sw_set_of set) {
  most = set;
}

/* In words, for `--version` and the log. */
const char *sw_instruction_set(void) {
/* Does not look at `most`: it names what SW_HOT's resolver took, which no call here can change. */
#if defined(SW_SETS_X86)
  if (sw_set_runs(SW_SET_V4)) return "x86-64-v4";
  return sw_set_runs(SW_SET_V3) ? "x86-64-v3" : "x86-64";
#else
  return "plain";
#endif
}
