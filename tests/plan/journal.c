/* The journal's file: what is marked is found again, what is damaged is not, what differs is named.
 */
#include "plan/task/journal.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

enum { TASKS = 5, SHARE = 24, PAGE = 4096, RECORD = 64 };

static const char fingerprint[] =
    "spillway\t1\nstudy line 1\ta\nstudy line 2\tb\nstudy line 3\tc\n";
static const sw_region regions[2] = {{TASKS, SHARE}, {2, 0}};
static const double shares[3] = {1.5, -2, 0.25};

static sw_error err;
static sw_team *team;
static sw_journal *journal;
static char path[64];

static void setup(void) {
  cr_assert_eq(sw_team_serial(&err, &team), SW_OK);
  strcpy(path, "/tmp/spillway-journal-XXXXXX");
  int fd = mkstemp(path);
  cr_assert(fd >= 0);
  close(fd);
  sw_log_setup(SW_LOG_ERROR, 0);
}

static void teardown(void) {
  sw_journal_destroy(journal);
  sw_team_serial_destroy(team);
  unlink(path);
}

TestSuite(journal, .init = setup, .fini = teardown);

static sw_status open_as(const char *text, const sw_region *region, int n, bool *found) {
  sw_journal_destroy(journal);
  return sw_journal_open(&err, team, path, text, region, n, &journal, found);
}

/* Whether it was there before. */
static bool reopen(void) {
  bool found = false;
  cr_assert_eq(open_as(fingerprint, regions, 2, &found), SW_OK, "%s", err.text);
  return found;
}

static sw_mark mark_of(int64_t task, size_t share) {
  return (sw_mark){{100 + (uint64_t)task, 200 + (uint64_t)task}, task, 0.5 * (double)task, share};
}

static void mark(int region, int64_t task, size_t share) {
  sw_mark m = mark_of(task, share);
  cr_assert_eq(sw_journal_mark(&err, journal, region, task, &m, shares), SW_OK, "%s", err.text);
}

static bool find(int region, int64_t task, size_t share) {
  double got[3] = {0};
  sw_mark m = {.share = share}, want = mark_of(task, share);
  if (!sw_journal_find(journal, region, task, &m, got)) return false;
  cr_assert_eq(memcmp(&m, &want, sizeof m), 0);
  cr_assert_eq(memcmp(got, shares, share), 0);
  return true;
}

static void flip(off_t at) {
  char byte = 0;
  int fd = open(path, O_RDWR);
  cr_assert_eq(pread(fd, &byte, 1, at), 1);
  byte ^= 4;
  cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
  close(fd);
}

static off_t bytes_of_file(void) {
  struct stat info;
  cr_assert_eq(stat(path, &info), 0);
  return info.st_size;
}

/* Behind the header and the fingerprint. */
static off_t record(int64_t task) {
  return 2 * PAGE + RECORD * task;
}

Test(journal, what_is_marked_is_found_again) {
  cr_assert_not(reopen());
  mark(0, 3, SHARE), mark(0, 0, 8), mark(1, 1, 0);
  cr_assert_eq(sw_journal_known(journal), 3);
  cr_assert(reopen());
  cr_assert_eq(sw_journal_known(journal), 0);
  cr_assert(find(0, 3, SHARE) && find(0, 0, 8) && find(1, 1, 0));
  cr_assert(!find(0, 1, SHARE) && !find(0, 4, SHARE) && !find(1, 0, 0));
  cr_assert(!find(0, 0, SHARE), "with shares of another length");
  cr_assert_leq(bytes_of_file(), (off_t)sw_journal_bytes(journal));
}

Test(journal, checksums_of_all_tasks_zeros_for_those_not_done) {
  cr_assert_not(reopen());
  mark(0, 3, SHARE), mark(1, 1, 0), mark(0, 0, 8);
  sw_mark kept = mark_of(4, 0);
  cr_assert_eq(sw_journal_keep(&err, journal, 0, 4, &kept), SW_OK);
  const uint64_t want[2 * TASKS] = {100, 200, 0, 0, 0, 0, 103, 203, 104, 204};
  uint64_t *got = NULL;
  cr_assert_eq(sw_journal_checksums(&err, team, journal, 0, &got), SW_OK);
  cr_assert_eq(memcmp(got, want, sizeof want), 0);
  sw_free(got);
}

Test(journal, a_thousand_marks) {
  enum { MANY = 3000 };
  const sw_region many = {MANY, 0};
  bool found;
  cr_assert_eq(open_as(fingerprint, &many, 1, &found), SW_OK);
  for (int64_t task = 0; task < MANY; task++)
    mark(0, task, 0);
  cr_assert_eq(sw_journal_known(journal), MANY);
  for (int64_t task = 0; task < MANY; task++)
    cr_assert(find(0, task, 0));
}

Test(journal, any_bit_of_a_record_or_of_its_shares) {
  cr_assert_not(reopen());
  mark(0, 2, SHARE), mark(0, 3, SHARE);
  for (off_t k = 0; k < RECORD; k++) {
    flip(record(2) + k);
    cr_assert_not(find(0, 2, SHARE));
    cr_assert(find(0, 3, SHARE));
    flip(record(2) + k);
  }
  cr_assert(find(0, 2, SHARE));
  off_t last = bytes_of_file() - 1; /* of the shares of task 3 */
  flip(last);
  cr_assert(find(0, 2, SHARE) && !find(0, 3, SHARE));
  flip(last);
  cr_assert_eq(truncate(path, last), 0);
  cr_assert(find(0, 2, SHARE) && !find(0, 3, SHARE));
  cr_assert_eq(truncate(path, record(3)), 0);
  cr_assert(!find(0, 2, SHARE) && !find(0, 3, SHARE));
}

Test(journal, a_record_in_another_place_is_none) {
  char bytes[RECORD];
  cr_assert_not(reopen());
  mark(0, 2, 0);
  int fd = open(path, O_RDWR);
  cr_assert_eq(pread(fd, bytes, RECORD, record(2)), RECORD);
  cr_assert_eq(pwrite(fd, bytes, RECORD, record(1)), RECORD);
  close(fd);
  cr_assert(find(0, 2, 0) && !find(0, 1, 0));
}

Test(journal, damaged_or_cut_at_its_beginning_it_begins_again) {
  cr_assert_not(reopen());
  mark(0, 2, SHARE);
  const off_t sound[] = {0, 8, 16, 24, 32, PAGE, PAGE + (off_t)sizeof fingerprint - 2};
  for (size_t k = 0; k < sizeof sound / sizeof *sound; k++) {
    cr_assert(find(0, 2, SHARE));
    flip(sound[k]);
    cr_assert_not(reopen(), "byte %lld", (long long)sound[k]);
    cr_assert_not(find(0, 2, SHARE));
    mark(0, 2, SHARE);
    cr_assert(reopen());
  }
  const off_t length[] = {1, 39, 40, PAGE, PAGE + 5};
  for (size_t k = 0; k < sizeof length / sizeof *length; k++) {
    cr_assert_eq(truncate(path, length[k]), 0);
    cr_assert_not(reopen(), "%lld bytes", (long long)length[k]);
  }
}

static void expect_refused(const char *text, const sw_region *region, int n, const char *want) {
  bool found = true;
  cr_assert_eq(open_as(text, region, n, &found), SW_EINPUT);
  cr_assert_null(journal);
  cr_assert_not(found);
  cr_assert(strstr(err.text, want), "%s", err.text);
  sw_error_clear(&err);
}

Test(journal, what_differs_is_named) {
  cr_assert_not(reopen());
  mark(0, 2, SHARE);
  expect_refused("spillway\t1\nstudy line 1\ta\nstudy line 2\tB\nstudy line 3\tc\n", regions, 2,
                 "differs from this one in: study line 2; give --restart");
  expect_refused("spillway\t1\nstudy line 1\ta\nstudy line 3\tc\n", regions, 2,
                 "in: study line 2; give");
  expect_refused("spillway\t2\nstudy line 1\tA\nstudy line 2\tb\nstudy line 3\tC\n", regions, 2,
                 "in: spillway, study line 1, study line 3; give");
  expect_refused("spillway\t2\nstudy line 1\tA\nstudy line 2\tB\nstudy line 3\tcc\nx\ty\n", regions,
                 2, "in: spillway, study line 1, study line 2 and 2 more; give");
  expect_refused(fingerprint, regions, 1, "in: how the work is divided; give");
  cr_assert(reopen() && find(0, 2, SHARE));
}

static void expect_layout(const char *want) {
  void *bytes = NULL;
  size_t length = 0;
  cr_assert_eq(sw_journal_get_layout(&err, journal, &bytes, &length), SW_OK);
  if (want) {
    cr_assert_eq(length, strlen(want));
    cr_assert_eq(memcmp(bytes, want, length), 0);
  } else {
    cr_assert_null(bytes);
  }
  sw_free(bytes);
}

Test(journal, the_layout_is_had_whole_or_not) {
  cr_assert_not(reopen());
  expect_layout(NULL);
  cr_assert_eq(sw_journal_put_layout(&err, journal, "laid out", 8), SW_OK);
  expect_layout("laid out");
  for (off_t k = 0; k < 24 + 8; k++) {
    flip((off_t)sw_journal_bytes(journal) + k);
    expect_layout(NULL);
    flip((off_t)sw_journal_bytes(journal) + k);
  }
  cr_assert(reopen());
  expect_layout("laid out");
  cr_assert_eq(truncate(path, (off_t)sw_journal_bytes(journal) + 24 + 7), 0);
  expect_layout(NULL);
}

Test(journal, without_a_folder_there_is_none) {
  char there[sizeof path];
  bool found = true;
  strcpy(there, path);
  strcpy(path, "/no/such/folder/journal");
  cr_assert_eq(open_as(fingerprint, regions, 2, &found), SW_EIO);
  cr_assert(strstr(err.text, "/no/such/folder/journal: cannot be opened: No such file"));
  cr_assert_null(journal);
  sw_error_clear(&err);
  strcpy(path, there);
}
