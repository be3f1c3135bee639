#include "base/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* ---- folders ---------------------------------------------------------------------------- */

static char *a_folder(void) {
  static char path[64];
  strcpy(path, "/tmp/spillway-file-XXXXXX");
  cr_assert(ne(ptr, mkdtemp(path), NULL));
  return path;
}

Test(folder, what_is_missing_is_made_and_taken_away) {
  char *base = a_folder(), deep[128];
  size_t made = 0;
  snprintf(deep, sizeof deep, "%s/a//b//c", base);
  cr_assert(sw_folder_make(deep, &made));
  cr_assert(eq(sz, made, strlen(base) + 2), "the uppermost one made is a");
  cr_assert(eq(int, access(deep, F_OK), 0));
  size_t again = 1;
  cr_assert(sw_folder_make(deep, &again));
  cr_assert(eq(sz, again, 0), "all were there");
  sw_folder_unmake(deep, again);
  cr_assert(eq(int, access(deep, F_OK), 0), "what was there stays");
  sw_folder_unmake(deep, made);
  deep[made] = '\0';
  cr_assert(ne(int, access(deep, F_OK), 0));
  cr_assert(eq(int, access(base, F_OK), 0));
  rmdir(base);
}

Test(folder, what_holds_something_stays) {
  char *base = a_folder(), deep[128], file[160];
  size_t made = 0;
  snprintf(deep, sizeof deep, "%s/a/b", base);
  cr_assert(sw_folder_make(deep, &made));
  snprintf(file, sizeof file, "%s/a/kept", base);
  fclose(fopen(file, "w"));
  sw_folder_unmake(deep, made);
  cr_assert(ne(int, access(deep, F_OK), 0));
  cr_assert(eq(int, access(file, F_OK), 0));
  unlink(file);
  deep[made] = '\0';
  rmdir(deep), rmdir(base);
}

Test(folder, neither_through_a_file_nor_through_a_link_to_nowhere) {
  char *base = a_folder(), deep[128], other[128];
  size_t made = 0;
  snprintf(other, sizeof other, "%s/f", base);
  fclose(fopen(other, "w"));
  snprintf(deep, sizeof deep, "%s/f/a", base);
  cr_assert(not(sw_folder_make(deep, &made)));
  cr_assert(eq(int, errno, ENOTDIR));
  unlink(other);
  cr_assert(eq(int, symlink("nowhere", other), 0));
  cr_assert(not(sw_folder_make(deep, &made)));
  cr_assert(eq(sz, made, 0));
  unlink(other);
  rmdir(base);
}
