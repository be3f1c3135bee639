/* Who takes the next task (queue.h). Counters are relaxed: a task's number carries no data, and
 * what tasks leave is read only behind a barrier of the node.
 *
 * One counter per node, in shared memory, so that ranks and threads of a node draw from it; or one
 * per rank, where tasks need what only their rank has. A task costs one atomic addition. The word
 * to stop is looked at before each task: a run stops after the tasks under way. */
#include "plan/task/queue.h"

#include "base/clock.h"
#include "base/stop.h"
#include "plan/task/stop.h"

enum { LINE = 8 };                      /* numbers of a cache line */
static const double speak_every = 0.05; /* seconds: the word to stop is no hurry, messages cost */

/* Counter and word to stop on cache lines of their own: every thread reads the one, few write the
 * other. Collective within the node. `shared`: one queue for all its ranks. */
sw_status sw_queue_open(sw_error *err, sw_team *team, int64_t tasks, bool shared, sw_queue *queue) {
  *queue = (sw_queue){.team = team, .tasks = tasks};
  SW_TRY(team->node_alloc(team, err, 2 * LINE * sizeof *queue->control, (void **)&queue->control));
  queue->next = shared ? queue->control : &queue->own_next;
  queue->stop = queue->control + LINE;
  return SW_OK;
}

/* The first barrier: the others may still look at what is left. The second: nobody begins before
 * `next` is set. Where the queue is one rank's, each sets its own. Collective. For passes that see
 * a part of the tasks at a time (run/links.c). */
sw_status sw_queue_window(sw_error *err, sw_queue *queue, int64_t begin, int64_t end) {
  sw_team *team = queue->team;
  SW_TRY(team->node_barrier(team, err));
  if (queue->next == &queue->own_next || team->node_rank == 0)
    __atomic_store_n(queue->next, begin, __ATOMIC_RELAXED);
  queue->tasks = end;
  return team->node_barrier(team, err);
}

/* Collective, as shared memory is given back; twice does no harm. */
void sw_queue_close(sw_queue *queue) {
  if (queue->control) queue->team->node_free(queue->team, queue->control);
  queue->control = NULL;
}

/* The word passes within the node through `stop`, and between nodes by the thread that speaks for
 * its rank, at most 20 times per second. A relaxed store suffices: nothing else is read because of
 * it. */
static bool is_stopping(sw_queue *queue, sw_turn *turn) {
  if (sw_stop_asked()) __atomic_store_n(queue->stop, 1, __ATOMIC_RELAXED);
  bool known = __atomic_load_n(queue->stop, __ATOMIC_RELAXED) != 0;
  double now = turn->speaks ? sw_clock() : 0;
  if (!turn->speaks || now - turn->asked < speak_every) return known;
  turn->asked = now;
  if (queue->team->stopping(queue->team, known)) __atomic_store_n(queue->stop, 1, __ATOMIC_RELAXED);
  return __atomic_load_n(queue->stop, __ATOMIC_RELAXED) != 0;
}

/* The counter may pass the end, by one for each thread that asks again; sw_queue_taken allows for
 * it. -1: nothing left, a failure of this rank, or a stop. */
int64_t sw_queue_take(sw_queue *queue, sw_turn *turn) {
  if (__atomic_load_n(&queue->failed, __ATOMIC_ACQUIRE) || is_stopping(queue, turn)) return -1;
  int64_t task = __atomic_fetch_add(queue->next, 1, __ATOMIC_RELAXED);
  return task < queue->tasks ? task : -1;
}

/* The first error is the one that is told; the flag is released after the error is written. From
 * any thread. */
void sw_queue_fail(sw_queue *queue, const sw_error *error) {
#pragma omp critical(sw_queue_fail)
  {
    if (!queue->failed) queue->error = *error;
    __atomic_store_n(&queue->failed, true, __ATOMIC_RELEASE);
  }
}

/* Exact behind a barrier, else a moment's view, for display. */
int64_t sw_queue_taken(const sw_queue *queue) {
  int64_t next = __atomic_load_n(queue->next, __ATOMIC_RELAXED);
  return next < queue->tasks ? next : queue->tasks;
}

int64_t sw_queue_left(const sw_queue *queue) {
  return queue->tasks - sw_queue_taken(queue);
}

/* A stop that came after the last task was taken stopped nothing. Asked behind a barrier of the
 * node. */
sw_status sw_queue_status(sw_error *err, const sw_queue *queue) {
  if (queue->failed) {
    *err = queue->error;
    return queue->error.status;
  }
  return *queue->stop && sw_queue_left(queue) > 0 ? sw_task_stopped(err) : SW_OK;
}
