/* See stop.h. The flag is all that a handler touches. */
#include "base/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t asked;

static void ask(int signal_number) {
  (void)signal_number;
  asked = 1;
}

void sw_stop_listen(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = ask;
  action.sa_flags = SA_RESTART; /* reading and writing go on */
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

bool sw_stop_asked(void) {
  return asked != 0;
}

/* The number in the file; 0: there is no such file. */
static long held_from(const char *path) {
  char text[24] = "";
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = '\0';
  close(file);
  long k = strtol(text, NULL, 10);
  return k > 0 ? k : 1;
}

void sw_stop_hold(void) {
  static long calls;
  const char *path = getenv("SPILLWAY_HOLD");
  if (!path) return;
  long now = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED), k = held_from(path);
  if (k > 0 && now >= k) kill(getpid(), SIGSTOP); /* all threads */
}
