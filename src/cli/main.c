/* The program `spillway`: sw_main without measures of its own. A program with own measures has such
 * a file, too (spillway/program.h).
 *
 * before_libraries() runs before the libraries are initialised (DT_PREINIT_ARRAY, which only a
 * program may have), because some of them do there what the program cannot undo:
 *
 *   - libgomp prints lines about an OMP_NUM_THREADS that it cannot read; the program has its own
 *     line for it, and verbs that need no threads have none;
 *   - OpenBLAS takes 128 MB of addresses for each thread of OMP_NUM_THREADS, else for each core,
 *     and tries for ever where there is a limit (ulimit -v) and it does not get them. Under one of
 *     8 GB a login node of 64 cores would hang at `spillway info`.
 *
 * So both see OMP_NUM_THREADS=1 until main puts back what was there. It takes the place of that
 * variable, else of one that no library reads: a new one cannot be added before libc has started.
 * How many threads there are is said later (session/threads.c). */
#include "base/file.h"
#include "spillway/program.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes of addresses that OpenBLAS takes for each thread at its start, measured as 128 MB, and a
 * little for others. */
#define LIBRARIES ((size_t)130 << 20)

static char one_thread[] = "OMP_NUM_THREADS=1";
static char *replaced; /* "NAME=value" of the user's environment; NULL: nothing was replaced */

/* NULL: the variable is not there. */
static char **find(char **environment, const char *name) {
  size_t length = strlen(name);
  for (; environment && *environment; environment++)
    if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
      return environment;
  return NULL;
}

/* Variables that every shell sets and no library reads. */
static char **find_place(char **environment) {
  static const char *const name[] = {"OMP_NUM_THREADS", "_", "OLDPWD", "SHLVL", "PWD"};
  char **place = NULL;
  for (int i = 0; !place && i < 5; i++)
    place = find(environment, name[i]);
  return place;
}

/* The room is asked for and given back at once; what it tries is whether it could be had. write and
 * _exit, as libc is not initialised for more. */
static void refuse_small_limit(size_t bytes) {
  static const char line[] = "spillway: out of memory: the limit on addresses (ulimit -v) leaves "
                             "no room for the program's libraries; raise it\n";
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  void *room = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room != MAP_FAILED) {
    munmap(room, bytes);
    return;
  }
  ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
  (void)written;
  _exit(1);
}

/* Descriptors 0 to 2 are filled first, so that no library's file becomes standard output. */
static void before_libraries(int argc, char **argv, char **environment) {
  (void)argc, (void)argv;
  char **place = find_place(environment);
  sw_descriptors_fill();
  refuse_small_limit(place ? LIBRARIES : LIBRARIES * (size_t)sysconf(_SC_NPROCESSORS_ONLN));
  if (!place) return;
  replaced = *place;
  *place = one_thread;
}

/* The section is what the dynamic linker calls before the constructors of all libraries. */
typedef void (*before_start)(int, char **, char **);
__attribute__((section(".preinit_array"), used)) static const before_start before[] = {
    before_libraries};

/* The environment may have been moved by then, so the word is looked for. */
int main(int argc, char **argv) {
  for (char **word = environ; replaced && *word; word++)
    if (*word == one_thread) *word = replaced;
  return sw_main(argc, argv, NULL);
}
