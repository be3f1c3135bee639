/* Runs the tests of a program, each in a fork: the parent never has a second thread, so a child may
 * start some. A test with a report of ThreadSanitizer has failed. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 1, REPORTED = 66, SKIPPED = 77 };

static cr_test *tests, **last = &tests, *suites;
static const cr_test *now; /* in a child */
static int failed;
static FILE *redirected;

void cr_add_test(cr_test *test) {
  *last = test;
  last = &test->next;
}

void cr_add_suite(cr_test *suite) {
  suite->next = suites;
  suites = suite;
}

/* ---- in a child ----------------------------------------------------------------------------- */

/* Called by ThreadSanitizer. */
void __tsan_on_report(void *report);
void __tsan_on_report(void *report) {
  (void)report;
  failed = REPORTED;
}

/* Not exit(): what OpenMP's checker does there crashes in a fork. */
__attribute__((noreturn)) static void end(int status) {
  fflush(NULL);
  _exit(status);
}

__attribute__((format(printf, 1, 0))) static void say(const char *format, va_list list) {
  vfprintf(stdout, format, list);
  fputc('\n', stdout);
  fflush(stdout);
}

void cr_check(bool holds, bool fatal, const char *file, int line, const char *what,
              const char *format, ...) {
  va_list list;
  if (holds) return;
  if (!failed) failed = FAILED;
  printf("%s::%s: %s:%d: %s: ", now->suite, now->name, file, line, what);
  va_start(list, format);
  say(format, list);
  va_end(list);
  if (fatal) end(failed);
}

void cr_skip_test(const char *format, ...) {
  va_list list;
  printf("[SKIP] %s::%s: ", now->suite, now->name);
  va_start(list, format);
  say(format, list);
  va_end(list);
  end(SKIPPED);
}

void cr_log_info(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say(format, list);
  va_end(list);
}

void cr_redirect_stderr(void) {
  redirected = tmpfile();
  if (!redirected || dup2(fileno(redirected), STDERR_FILENO) < 0) end(FAILED);
}

FILE *cr_get_redirected_stderr(void) {
  rewind(redirected);
  return redirected;
}

void cr_assert_stderr_eq_str(const char *text) {
  char got[1 << 14];
  got[fread(got, 1, sizeof got - 1, cr_get_redirected_stderr())] = '\0';
  cr_check(strcmp(got, text) == 0, true, __FILE__, __LINE__, "standard error", "%s", got);
}

static void run(const cr_test *test, const cr_test *suite) {
  now = test;
  if (suite && suite->init) suite->init();
  if (test->init) test->init();
  test->run();
  if (test->fini) test->fini();
  if (suite && suite->fini) suite->fini();
  end(failed);
}

/* ---- the parent ----------------------------------------------------------------------------- */

static const cr_test *suite_of(const cr_test *test) {
  const cr_test *suite = suites;
  while (suite && strcmp(suite->suite, test->suite) != 0)
    suite = suite->next;
  return suite;
}

static bool passes(const cr_test *test) {
  int status = 0;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) run(test, suite_of(test));
  if (child < 0 || waitpid(child, &status, 0) != child) return false;
  if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == SKIPPED))
    return true;
  printf("FAILED: %s::%s: %s %d\n", test->suite, test->name,
         WIFEXITED(status) ? "status" : "signal",
         WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  return false;
}

int main(void) {
  int count = 0, wrong = 0;
  for (const cr_test *test = tests; test; test = test->next, count++)
    wrong += !passes(test);
  printf("%d tests, %d failed\n", count, wrong);
  return wrong != 0;
}
