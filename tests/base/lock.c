/* The lock of an output: one holder, who is named to the others; it leaves nothing behind. */
#include "base/lock.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static sw_error err;
static char folder[64], path[128];

static void setup(void) {
  strcpy(folder, "/tmp/spillway-lock-XXXXXX");
  cr_assert_not_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/out.lock", folder);
}

static void teardown(void) {
  unlink(path);
  rmdir(folder);
}

TestSuite(lock, .init = setup, .fini = teardown);

static bool is_there(void) {
  struct stat info;
  return stat(path, &info) == 0;
}

static void refused(const char *who) {
  char want[512];
  sw_lock *second = NULL;
  cr_assert_eq(sw_lock_take(&err, path, &second), SW_EINPUT);
  cr_assert_null(second);
  snprintf(want, sizeof want,
           "%s: another run (%s) is writing this output; wait for it or choose another -o", path,
           who);
  cr_assert_str_eq(err.text, want);
  sw_error_clear(&err);
}

Test(lock, one_holder) {
  sw_lock *lock = NULL, *next = NULL;
  char host[128] = "", who[256];
  cr_assert_eq(sw_lock_take(&err, path, &lock), SW_OK, "%s", err.text);
  gethostname(host, sizeof host - 1);
  snprintf(who, sizeof who, "process %ld on %s", (long)getpid(), host);
  refused(who);
  refused(who); /* the first refusal has not let go of it */
  cr_assert_eq(truncate(path, 0), 0);
  refused("process unknown");
  sw_lock_release(lock);
  cr_assert_not(is_there());
  cr_assert_eq(sw_lock_take(&err, path, &next), SW_OK);
  sw_lock_release(next);
}

Test(lock, a_file_without_a_holder_is_none) {
  sw_lock *lock = NULL;
  FILE *file = fopen(path, "w");
  fputs("process 1 on a machine of which the name is longer than that of ours\n", file);
  fclose(file);
  cr_assert_eq(sw_lock_take(&err, path, &lock), SW_OK, "%s", err.text);
  char text[256] = "";
  file = fopen(path, "r");
  cr_assert_not_null(fgets(text, sizeof text, file));
  cr_assert_eq(fgetc(file), EOF);
  fclose(file);
  cr_assert(strstr(text, "a machine of which") == NULL);
  sw_lock_release(lock);
}

/* Its file removed, a lock keeps nobody out: who comes makes another, and that one counts. */
Test(lock, removed_by_hand) {
  sw_lock *lock = NULL, *next = NULL;
  cr_assert_eq(sw_lock_take(&err, path, &lock), SW_OK);
  cr_assert_eq(unlink(path), 0);
  cr_assert_eq(sw_lock_take(&err, path, &next), SW_OK);
  cr_assert(is_there());
  sw_lock_release(next);
  sw_lock_release(lock);
  cr_assert_not(is_there());
}

Test(lock, without_a_folder) {
  sw_lock *lock = NULL;
  cr_assert_eq(sw_lock_take(&err, "/no/such/folder/out.lock", &lock), SW_EINPUT);
  cr_assert_str_eq(err.text,
                   "/no/such/folder/out.lock: cannot be written: No such file or directory; "
                   "choose another -o");
  sw_error_clear(&err);
  sw_lock_release(NULL);
}
