#include "base/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int a_file(FILE **file) {
  *file = tmpfile();
  cr_assert(ne(ptr, *file, NULL));
  return fileno(*file);
}

Test(file, what_was_written_is_read) {
  FILE *file;
  int fd = a_file(&file);
  char got[8] = "";
  cr_assert(sw_write_at(fd, "abcde", 5, 3));
  cr_assert(eq(i64, sw_read_at(fd, got, 5, 3), 5));
  cr_assert(eq(int, memcmp(got, "abcde", 5), 0));
  cr_assert(sw_sync(fd));
  fclose(file);
}

Test(file, less_is_read_only_at_the_end) {
  FILE *file;
  int fd = a_file(&file);
  char got[8] = "";
  cr_assert(sw_write_at(fd, "abcde", 5, 0));
  cr_assert(eq(i64, sw_read_at(fd, got, 8, 2), 3));
  cr_assert(eq(str, got, "cde"));
  cr_assert(eq(i64, sw_read_at(fd, got, 8, 9), 0));
  cr_assert(eq(i64, sw_read_at(fd, got, 0, 0), 0));
  fclose(file);
}

Test(file, failures_leave_errno) {
  int end[2];
  char got[8];
  cr_assert(eq(int, pipe(end), 0));
  cr_assert(eq(i64, sw_read_at(end[0], got, 8, 0), -1));
  cr_assert(eq(int, errno, ESPIPE));
  errno = 0;
  cr_assert(not(sw_write_at(end[1], "a", 1, 0)));
  cr_assert(eq(int, errno, ESPIPE));
  errno = 0;
  cr_assert(not(sw_sync(end[1])));
  cr_assert(eq(int, errno, EINVAL));
  close(end[0]), close(end[1]);
  errno = 0;
  cr_assert(not(sw_write_at(end[1], "a", 1, 0)));
  cr_assert(eq(int, errno, EBADF));
}
