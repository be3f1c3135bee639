/* See child.h. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What libraries say while they die is not for the user, nor is their core. */
static void be_quiet(unsigned seconds) {
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(1);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
  const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT,
                        SIGFPE,  SIGILL, SIGXCPU}; /* MPI has handlers of its own */
  for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
    signal(deadly[i], SIG_DFL);
}

pid_t sw_child_start(void (*body)(void *self), void *self, unsigned seconds) {
  fflush(NULL); /* or both would write what is in the buffers */
  pid_t child = fork();
  if (child != 0) return child;
  be_quiet(seconds);
  body(self);
  _exit(fflush(stdout) != 0);
}

sw_child_end sw_child_wait(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return SW_CHILD_UNKNOWN;
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? SW_CHILD_ENDED : SW_CHILD_CRASHED;
  switch (WTERMSIG(status)) {
  case SIGXCPU:
    return SW_CHILD_ENDLESS;
  case SIGKILL: /* by somebody, or as memory ran out */
  case SIGTERM:
  case SIGINT:
  case SIGHUP:
    return SW_CHILD_UNKNOWN;
  default:
    return SW_CHILD_CRASHED;
  }
}
