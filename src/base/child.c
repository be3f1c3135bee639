/* Tries in a child process what may crash or never end. For those who read results files of unknown
 * origin (store/layout/tried.c), and for HDF5 texts of varying length in panels and flows.
 * HDF5 1.10 follows damaged references and crashes. It has no call that checks a file first.
 *
 * The child is a fork without exec: it sees the caller's memory as it was, and what it computes is
 * lost except for what it writes to stdout or to a pipe. See child.h. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_TRIED = 125 }; /* exit status of a child that did not get to its body */

/* In the child, before the body: what libraries print while they die is not meant for the user,
 * and neither is a core file. A child that cannot be silenced (no descriptor is left) gives up,
 * which says nothing about what was to be tried. */
static void be_quiet(unsigned seconds) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(NOT_TRIED);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  /* The soft limit sends SIGXCPU, which the parent reads as `endless`; a second later the hard
   * limit kills whatever survived that. */
  setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
  /* MPI installs handlers that print and exit; the parent wants to see the signal itself. */
  const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT,
                        SIGFPE,  SIGILL, SIGXCPU}; /* reset to the default below */
  for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
    signal(deadly[i], SIG_DFL);
}

/* Forks a child that runs `body` and ends; returns its pid, or -1. HDF5 crashes on some damaged
 * files, so such files are read in a child. Not to be called while other threads run. */
pid_t sw_child_start(void (*body)(void *self), void *self, unsigned seconds) {
  /* Otherwise both processes would write what is in the buffers. */
  fflush(NULL);
  pid_t parent = getpid(), child = fork();
  if (child != 0) return child;
  /* Nobody waits for an answer once the parent was killed, which may have been before this. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(NOT_TRIED);
  be_quiet(seconds);
  body(self);
  /* Not exit(): its handlers belong to MPI and HDF5 in the parent. A failed flush, which loses a
   * part of the answer, is reported as a crash. */
  _exit(fflush(stdout) != 0);
}

/* The body itself never exits with a status other than 0, so any other counts as a crash. Death
 * by a signal that comes from outside says nothing about what was tried: a caller must not blame a
 * file for it. */
sw_child_end sw_child_wait(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return SW_CHILD_UNKNOWN;
  if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_TRIED) return SW_CHILD_UNKNOWN;
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? SW_CHILD_ENDED : SW_CHILD_CRASHED;
  switch (WTERMSIG(status)) {
  case SIGXCPU:
    return SW_CHILD_ENDLESS;
  case SIGKILL: /* sent by somebody, by the OOM killer, or by the hard limit above */
  case SIGTERM:
  case SIGINT:
  case SIGHUP:
    return SW_CHILD_UNKNOWN;
  default:
    return SW_CHILD_CRASHED;
  }
}
