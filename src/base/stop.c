/* Requests to stop, and suspension for a test.
 *
 * A batch system sends SIGUSR1 or SIGTERM some time before it kills. The handler only sets a flag,
 * the one thing a handler may safely do here; threads look at it between tasks (plan/pairs/pairs.c,
 * plan/task/tiles.c), end the task at hand, which is then in the journal, and the run ends with
 * exit status 75. `run` listens before MPI starts, which may take seconds. */
#include "base/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Set by the handler, in whichever thread it runs; never cleared, as a second request changes
 * nothing. */
static volatile sig_atomic_t asked;

/* A signal handler may do no more than this. */
static void ask(int signal_number) {
  (void)signal_number;
  asked = 1;
}

/* SIGUSR1 and SIGTERM ask the run to stop; sw_stop_asked tells. Schedulers send one of them before
 * they kill. */
void sw_stop_listen(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = ask;
  action.sa_flags = SA_RESTART; /* calls of libraries that would not expect EINTR go on */
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

bool sw_stop_asked(void) {
  return asked != 0;
}

/* The number in the file; 0: there is no such file. Anything but a number above 0 counts as 1:
 * hold at once. */
static long held_from(const char *path) {
  char text[24] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = '\0';
  close(file);
  long k = strtol(text, NULL, 10);
  return k > 0 ? k : 1;
}

/* Called after each mark in the journal. A test that wants to kill a run at work would otherwise
 * poll for a mark and come too late on a fast machine. The file is read again at each call, so
 * that removing it lets the process go on after SIGCONT. The calls of all threads are counted
 * together. */
void sw_stop_hold(void) {
  static long calls;
  const char *path = getenv("SPILLWAY_HOLD");
  if (!path) return;
  long now = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED), k = held_from(path);
  if (k > 0 && now >= k) kill(getpid(), SIGSTOP); /* stops all threads */
}
