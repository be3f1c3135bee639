/* Linked with the program's main, a program that takes the instruction set of SPILLWAY_SET (x86-64,
 * x86-64-v3; else the processor's): tests/catalog/test_sets.py compares the bits of all of them on
 * one machine.
 *
 * The variants of SW_HOT are chosen by resolvers that GCC writes, and the sets of vec_each.h by
 * __builtin_cpu_supports. Both read what libgcc's __cpu_indicator_init found, which no tunable of
 * the C library changes; so the linker puts this in its place (--wrap), and it takes features back.
 * Resolvers run before the program is relocated: nothing of the C library is called here. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/syscall.h>

typedef struct cpu_model { /* libgcc's */
  unsigned vendor, type, subtype, features[1];
} cpu_model;
extern cpu_model model __asm__("__cpu_model") __attribute__((visibility("hidden")));
extern unsigned features2[] __asm__("__cpu_features2") __attribute__((visibility("hidden")));
enum { WORDS2 = 3 }; /* GCC 12 has three */

int __real___cpu_indicator_init(void);
int __wrap___cpu_indicator_init(void);

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c)
                   : "rcx", "r11", "memory");
  return result;
}

/* Whether the environment has NAME=VALUE; read from /proc byte by byte through a small buffer. */
static bool environment_has(const char *wanted) {
  static char buffer[4096];
  long file = call(SYS_open, (long)"/proc/self/environ", 0, 0), count;
  size_t at = 0; /* matching so far */
  bool matching = true, found = false;
  while (file >= 0 && !found && (count = call(SYS_read, file, (long)buffer, sizeof buffer)) > 0)
    for (long i = 0; i < count && !found; i++) {
      if (buffer[i] == 0) {
        found = matching && wanted[at] == 0;
        at = 0, matching = true;
      } else {
        matching = matching && wanted[at] == buffer[i];
        at += matching;
      }
    }
  if (file >= 0) call(SYS_close, file, 0, 0);
  return found;
}

/* Bit numbers differ between releases of GCC: the bit of a feature is the one without which the
 * compiler's own question is answered with no. */
#define TAKE(word, feature)                                                                        \
  for (int bit = 0; bit < 32 && __builtin_cpu_supports(feature); bit++) {                          \
    unsigned had = *(volatile unsigned *)&(word);                                                  \
    *(volatile unsigned *)&(word) = had & ~(1U << bit);                                            \
    __asm__ volatile("" ::: "memory");                                                             \
    if (__builtin_cpu_supports(feature)) *(volatile unsigned *)&(word) = had;                      \
    __asm__ volatile("" ::: "memory");                                                             \
  }
#define TAKE_ALL(feature)                                                                          \
  do {                                                                                             \
    TAKE(model.features[0], feature)                                                               \
    for (int w = 0; w < WORDS2; w++)                                                               \
      TAKE(features2[w], feature)                                                                  \
    if (__builtin_cpu_supports(feature)) __builtin_trap(); /* not where it is looked for */        \
  } while (0)

int __wrap___cpu_indicator_init(void) {
  static bool done;
  int status = __real___cpu_indicator_init();
  if (done) return status;
  done = true;
  bool plain = environment_has("SPILLWAY_SET=x86-64");
  if (plain || environment_has("SPILLWAY_SET=x86-64-v3")) {
    TAKE_ALL("x86-64-v4");
    TAKE_ALL("avx512f");
  }
  if (plain) {
    TAKE_ALL("x86-64-v3");
    TAKE_ALL("avx2");
  }
  return status;
}
