/* What the tests use of Criterion, for builds with ThreadSanitizer: Criterion wants the addresses of
 * its shadow memory for itself. Each test is a fork of a process that has one thread (runner.c). */
#ifndef TSAN_CRITERION_H
#define TSAN_CRITERION_H

#pragma GCC system_header /* as Criterion's own: macros without further arguments */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

typedef struct cr_test {
  const char *suite, *name;
  void (*run)(void);
  void (*init)(void), (*fini)(void);
  double timeout; /* as ctest has one of its own, not heeded */
  struct cr_test *next;
} cr_test;

void cr_add_test(cr_test *test);
void cr_add_suite(cr_test *suite);

/* Without `fatal` the test goes on, and has failed. */
__attribute__((format(printf, 6, 7))) void cr_check(bool holds, bool fatal, const char *file,
                                                    int line, const char *what, const char *format,
                                                    ...);
__attribute__((noreturn, format(printf, 1, 2))) void cr_skip_test(const char *format, ...);
void cr_log_info(const char *format, ...);

#define cr_skip cr_skip_test

#define Test(suite_, name_, ...)                                                                   \
  static void suite_##_##name_##_run(void);                                                        \
  static cr_test suite_##_##name_##_test = {                                                       \
      .suite = #suite_, .name = #name_, .run = suite_##_##name_##_run, __VA_ARGS__};               \
  __attribute__((constructor)) static void suite_##_##name_##_add(void) {                          \
    cr_add_test(&suite_##_##name_##_test);                                                         \
  }                                                                                                \
  static void suite_##_##name_##_run(void)

#define TestSuite(suite_, ...)                                                                     \
  static cr_test suite_##_suite = {.suite = #suite_, __VA_ARGS__};                                 \
  __attribute__((constructor)) static void suite_##_suite_add(void) {                              \
    cr_add_suite(&suite_##_suite);                                                                 \
  }                                                                                                \
  struct cr_test

#define CR_CHECK(holds, fatal, what, ...)                                                          \
  cr_check((holds), fatal, __FILE__, __LINE__, what, "" __VA_ARGS__)
#define CR_NEAR(a, b, by) ((a) - (b) <= (by) && (b) - (a) <= (by))

#define cr_assert(a, ...) CR_CHECK(a, true, #a, __VA_ARGS__)
#define cr_assert_not(a, ...) CR_CHECK(!(a), true, "not " #a, __VA_ARGS__)
#define cr_assert_null(a, ...) CR_CHECK((a) == NULL, true, #a " == NULL", __VA_ARGS__)
#define cr_assert_not_null(a, ...) CR_CHECK((a) != NULL, true, #a " != NULL", __VA_ARGS__)
#define cr_assert_eq(a, b, ...) CR_CHECK((a) == (b), true, #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...) CR_CHECK((a) != (b), true, #a " != " #b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...) CR_CHECK((a) < (b), true, #a " < " #b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...) CR_CHECK((a) <= (b), true, #a " <= " #b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...) CR_CHECK((a) > (b), true, #a " > " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) CR_CHECK((a) >= (b), true, #a " >= " #b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) CR_CHECK(!strcmp(a, b), true, #a " is " #b, __VA_ARGS__)
#define cr_assert_float_eq(a, b, by, ...) CR_CHECK(CR_NEAR(a, b, by), true, #a " ~ " #b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, n, ...) CR_CHECK(!memcmp(a, b, n), true, #a " is " #b, __VA_ARGS__)
#define cr_assert_fail(...) (CR_CHECK(false, true, "fails", __VA_ARGS__), abort())

#define cr_expect(a, ...) CR_CHECK(a, false, #a, __VA_ARGS__)
#define cr_expect_not(a, ...) CR_CHECK(!(a), false, "not " #a, __VA_ARGS__)
#define cr_expect_null(a, ...) CR_CHECK((a) == NULL, false, #a " == NULL", __VA_ARGS__)
#define cr_expect_not_null(a, ...) CR_CHECK((a) != NULL, false, #a " != NULL", __VA_ARGS__)
#define cr_expect_eq(a, b, ...) CR_CHECK((a) == (b), false, #a " == " #b, __VA_ARGS__)
#define cr_expect_neq(a, b, ...) CR_CHECK((a) != (b), false, #a " != " #b, __VA_ARGS__)
#define cr_expect_lt(a, b, ...) CR_CHECK((a) < (b), false, #a " < " #b, __VA_ARGS__)
#define cr_expect_leq(a, b, ...) CR_CHECK((a) <= (b), false, #a " <= " #b, __VA_ARGS__)
#define cr_expect_gt(a, b, ...) CR_CHECK((a) > (b), false, #a " > " #b, __VA_ARGS__)
#define cr_expect_geq(a, b, ...) CR_CHECK((a) >= (b), false, #a " >= " #b, __VA_ARGS__)
#define cr_expect_str_eq(a, b, ...) CR_CHECK(!strcmp(a, b), false, #a " is " #b, __VA_ARGS__)
#define cr_expect_float_eq(a, b, by, ...) CR_CHECK(CR_NEAR(a, b, by), false, #a " ~ " #b, __VA_ARGS__)
#define cr_expect_arr_eq(a, b, n, ...) CR_CHECK(!memcmp(a, b, n), false, #a " is " #b, __VA_ARGS__)

#endif
