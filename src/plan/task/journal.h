/* The journal of an unfinished run, OUT.h5.partial.journal: which tasks are done, with the
 * checksums of what they stored and their shares (of pairs: in the sums over units; of tiles: all
 * that they computed), so that a later run of the same study takes up where this one stopped.
 *
 * One fixed record and one fixed place for shares per task, written after the task's bytes. A task
 * counts as done only when its record, its shares and the stored bytes all match their checksums,
 * so neither the order of writes nor a torn one matters. Every rank opens the file and writes its
 * own tasks. Size: 64 bytes and a slot of shares (n * squares doubles per matrix) for all tasks. */
#ifndef SW_PLAN_TASK_JOURNAL_H
#define SW_PLAN_TASK_JOURNAL_H

#include "plan/ports/team.h"

/* The tasks of one walk over pairs, or of one pass over units or items. */
typedef struct sw_region {
  int64_t tasks;
  size_t share; /* bytes of a task's shares at most */
} sw_region;

/* What is known of a task that is done. */
typedef struct sw_mark {
  uint64_t checksum[2]; /* of the stored bytes; second: of their mirrored half; 0 without any */
  int64_t undefined;    /* pairs without a value */
  double greatest;      /* the largest value, -INFINITY when there is none; 0 for tiles */
  size_t share;         /* bytes of shares; at most region.share */
} sw_mark;

typedef struct sw_journal sw_journal;

/* Create it, or take up the one that is there (*found). `fingerprint`: lines "LABEL\tVALUE" of all
 * that the results depend on. With another fingerprint: SW_EINPUT, naming what differs. A journal
 * that cannot be read begins again, with a warning. Collective. */
sw_status sw_journal_open(sw_error *err, sw_team *team, const char *path, const char *fingerprint,
                          const sw_region *region, int n_regions, sw_journal **journal,
                          bool *found);
void sw_journal_destroy(sw_journal *journal);

/* The task is done. Any thread; `shares`: mark->share bytes. */
sw_status sw_journal_mark(sw_error *err, sw_journal *journal, int region, int64_t task,
                          const sw_mark *mark, const void *shares);
/* Whether the journal says, soundly, that the task is done; its shares go into `shares`, which has
 * room for mark->share bytes as the caller set it. */
bool sw_journal_find(const sw_journal *journal, int region, int64_t task, sw_mark *mark,
                     void *shares);
/* A task that was found and whose stored bytes are right, or that was taken from earlier results:
 * this rank knows of it from here on as if it had marked it, and answers for its checksums. Nothing
 * is written. Any thread. */
sw_status sw_journal_keep(sw_error *err, sw_journal *journal, int region, int64_t task,
                          const sw_mark *mark);
/* Rank 0 gets the checksums of all tasks of a region, in order: checksum[2 * task + half], zeros
 * for what nobody has done. Collective. */
sw_status sw_journal_checksums(sw_error *err, sw_team *team, sw_journal *journal, int region,
                               uint64_t **checksum);

/* Bytes of its file once every task is marked: records and shares. */
uint64_t sw_journal_bytes(const sw_journal *journal);
/* Tasks that this rank has marked or found. */
int64_t sw_journal_known(const sw_journal *journal);

/* Rank 0: what the results file looked like when it was laid out; NULL: it was not. */
sw_status sw_journal_put_layout(sw_error *err, sw_journal *journal, const void *bytes,
                                size_t length);
sw_status sw_journal_get_layout(sw_error *err, const sw_journal *journal, void **bytes,
                                size_t *length);
/* To disk. */
sw_status sw_journal_sync(sw_error *err, const sw_journal *journal);

#endif
