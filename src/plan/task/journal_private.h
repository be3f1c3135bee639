/* What the two files of the journal share: journal.c, its bytes and records; journal_open.c, its
 * beginning and its fingerprint. */
#ifndef SW_PLAN_TASK_JOURNAL_PRIVATE_H
#define SW_PLAN_TASK_JOURNAL_PRIVATE_H

#include "plan/task/journal.h"

#include <pthread.h>

/* A task this rank knows to be done. */
typedef struct sw_known {
  int64_t region, task;
  uint64_t checksum[2];
} sw_known;

typedef struct sw_place {
  sw_region region;
  uint64_t records, shares; /* where they begin in the file */
} sw_place;

struct sw_journal {
  char *path;
  int fd;
  int n_regions;
  sw_place *place;
  uint64_t end;         /* behind all shares: where the layout of the results file begins */
  pthread_mutex_t lock; /* of the three fields below; the file needs none */
  int64_t n_known, room;
  sw_known *known;
};

sw_status sw_journal_write(sw_error *err, const sw_journal *journal, const void *bytes,
                           size_t length, uint64_t at);
/* False: the file ends before, or the bytes cannot be read. sw_journal_unread, called right after
 * it, tells which: SW_OK when the file ends before, else SW_EIO. */
bool sw_journal_read(const sw_journal *journal, void *bytes, size_t length, uint64_t at);
sw_status sw_journal_unread(sw_error *err, const sw_journal *journal);

#endif
