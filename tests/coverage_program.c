/* In the program of builds that count branches: what a preloaded library (restart/preload/faults.c)
 * needs, so that a program it kills has written its counts before, and so that allocations by gcov
 * itself, at the program's end, do not fail. */
#include <dlfcn.h>

void __gcov_dump(void);
void spillway_write_counts(void);

__attribute__((visibility("default"))) void spillway_write_counts(void) {
  __gcov_dump();
}

/* Runs before gcov's own, which has a priority. */
__attribute__((destructor)) static void end_faults(void) {
  void (*end)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "faults_end");
  if (end) end();
}
