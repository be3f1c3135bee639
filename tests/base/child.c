/* What is tried in a child: how it ended is known, and it does not outlive its parent. */
#include "base/child.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void ends(void *self) {
  (void)self;
}

static void crashes(void *self) {
  (void)self;
  raise(SIGSEGV);
}

static void is_killed(void *self) {
  (void)self;
  raise(SIGKILL);
}

static void never_ends(void *self) {
  for (volatile int *x = self;; ++*x)
    ;
}

static sw_child_end end_of(void (*body)(void *self)) {
  int x = 0;
  pid_t child = sw_child_start(body, &x, 1);
  cr_assert_gt(child, 0);
  return sw_child_wait(child);
}

Test(child, how_it_ended) {
  cr_expect_eq(end_of(ends), SW_CHILD_ENDED);
  cr_expect_eq(end_of(crashes), SW_CHILD_CRASHED);
  cr_expect_eq(end_of(is_killed), SW_CHILD_UNKNOWN);
  cr_expect_eq(end_of(never_ends), SW_CHILD_ENDLESS);
}

/* The pipe's end that the child inherits is closed when it is no more. */
static void waits(void *self) {
  int *end = self;
  if (write(*end, "x", 1) == 1) pause();
}

Test(child, dies_with_its_parent) {
  int ends_of[2];
  char said = 0;
  cr_assert_eq(pipe(ends_of), 0);
  pid_t parent = fork();
  cr_assert_geq(parent, 0);
  if (parent == 0) {
    close(ends_of[0]);
    if (sw_child_start(waits, &ends_of[1], 60) > 0) pause();
    _exit(1);
  }
  close(ends_of[1]);
  cr_assert_eq(read(ends_of[0], &said, 1), 1);
  kill(parent, SIGKILL);
  waitpid(parent, NULL, 0);
  cr_expect_eq(read(ends_of[0], &said, 1), 0, "the child lives on");
}
