/* Who takes the next task of a walk, and when all leave off: the one queue of pairs, units and
 * items. A queue belongs to the ranks of a node, or to one rank where the tasks are its own; the
 * word to stop belongs to the node in either case. Its order decides nothing: every task has a
 * place of its own. */
#ifndef SW_PLAN_TASK_QUEUE_H
#define SW_PLAN_TASK_QUEUE_H

#include "plan/ports/team.h"

typedef struct sw_queue {
  sw_team *team;
  int64_t tasks;
  int64_t *next;    /* the first task that nobody has taken; beyond `tasks` when all are */
  int64_t *stop;    /* node-shared; not 0: some rank was asked to stop */
  int64_t *control; /* node-shared memory of the two, one cache line each */
  int64_t own_next; /* `next` of a queue that is one rank's */
  bool failed;      /* a thread of this rank has, with `error`; no other begins a task then */
  sw_error error;
} sw_queue;

/* What a thread remembers between tasks. `speaks`: the thread that may call the team; one per
 * rank. */
typedef struct sw_turn {
  bool speaks;
  double asked; /* when it last spoke with other nodes */
} sw_turn;

/* `shared`: the node's ranks, which pass the same `tasks`, take from one queue. Collective over the
 * node, met by all ranks of the team in the same order, as is the close. */
sw_status sw_queue_open(sw_error *err, sw_team *team, int64_t tasks, bool shared, sw_queue *queue);
void sw_queue_close(sw_queue *queue);

/* Opens the queue anew for tasks [begin, end), when no thread takes any. Collective over the
 * node, as the opening. */
sw_status sw_queue_window(sw_error *err, sw_queue *queue, int64_t begin, int64_t end);

/* Any thread: the next task, or -1 when there is none, when a thread has failed, or when the run
 * was asked to stop: here, or anywhere, which the thread that speaks hears and passes on. */
int64_t sw_queue_take(sw_queue *queue, sw_turn *turn);
/* Any thread: the first failure is kept, the others leave off. */
void sw_queue_fail(sw_queue *queue, const sw_error *error);

/* Tasks that were taken so far; that nobody has taken. */
int64_t sw_queue_taken(const sw_queue *queue);
int64_t sw_queue_left(const sw_queue *queue);
/* After the threads: their failure, or SW_ESTOPPED when tasks are left because the run was asked to
 * stop. This rank's; the caller agrees. */
sw_status sw_queue_status(sw_error *err, const sw_queue *queue);

#endif
