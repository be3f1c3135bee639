/* In the program of builds that count branches: what a preloaded library (restart/preload/faults.c)
 * needs, so that a program it kills has written its counts before, and so that allocations by gcov
 * itself, at the program's end, do not fail. */
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* The program ends so when it failed (cli/program.c); the same, with its counts written. */
void _exit(int status) {
  end_faults();
  __gcov_dump();
  syscall(SYS_exit_group, status);
  __builtin_unreachable();
}
