/* Threads of a rank: how many are asked for, and whether they can be had. libgomp ends the program
 * with a line of its own when it cannot start a thread, in whatever place that happens; so they are
 * tried here, before anything is read, and then started for good: libgomp keeps them. */
#include "cli/session/threads.h"

#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

enum { MOST_THREADS = 4096 };

/* ---- how many --------------------------------------------------------------------------- */

/* A number with blanks around it; *after: what comes behind it. */
static bool read_number(const char *text, int64_t *number, const char **after) {
  text += strspn(text, " \t");
  size_t length = strspn(text, "0123456789");
  *after = text + length + strspn(text + length, " \t");
  return sw_parse_integer(text, length, number) && *number >= 1 && *number <= MOST_THREADS;
}

/* OMP_NUM_THREADS may be a list by nesting level. The first counts, as there is one level here, but
 * a list that is none is refused whole. */
sw_status sw_threads_choose(sw_error *err, const char *asked, int cores, int *threads) {
  const char *text = asked ? asked : getenv("OMP_NUM_THREADS");
  *threads = cores;
  if (!text || !*text) return SW_OK;
  int64_t number = 0, of_level = 0;
  const char *after = text;
  bool good = read_number(text, &number, &after);
  while (good && !asked && *after == ',')
    good = read_number(after + 1, &of_level, &after);
  if (!good || *after)
    return sw_fail(err, SW_EINPUT, "%s: '%.100s' is not a number of threads; expected 1 to %d",
                   asked ? "--threads" : "OMP_NUM_THREADS", text, MOST_THREADS);
  *threads = (int)number;
  return SW_OK;
}

/* ---- whether they can be had ------------------------------------------------------------ */

/* Threads that wait until all are there. */
typedef struct waiting {
  pthread_mutex_t lock;
  pthread_cond_t all_there;
  bool go;
} waiting;

/* A thread that only waits, so that all of them exist at the same time. */
static void *wait_for_all(void *self) {
  waiting *w = self;
  pthread_mutex_lock(&w->lock);
  while (!w->go)
    pthread_cond_wait(&w->all_there, &w->lock);
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

/* Starts `count` threads beside each other and ends them. *started: how many there were. Returns
 * what the system says, 0 where all have started. */
static int try_threads(pthread_t *thread, int count, int *started) {
  waiting w = {.lock = PTHREAD_MUTEX_INITIALIZER, .all_there = PTHREAD_COND_INITIALIZER};
  int code = 0;
  for (*started = 0; code == 0 && *started < count; *started += code == 0)
    code = pthread_create(&thread[*started], NULL, wait_for_all, &w);
  pthread_mutex_lock(&w.lock);
  w.go = true;
  pthread_cond_broadcast(&w.all_there);
  pthread_mutex_unlock(&w.lock);
  for (int i = 0; i < *started; i++)
    pthread_join(thread[i], NULL);
  return code;
}

/* What the exit handler tells where libgomp has ended the program. */
static int starting; /* threads; 0: none are being started */

static void tell_if_starting(void) {
  if (starting)
    fprintf(stderr, "spillway: cannot start %d threads; give fewer with --threads\n", starting);
}

/* The stacks of libgomp's threads may be larger than those tried (OMP_STACKSIZE), so that it fails
 * nonetheless. Its line then has one of ours beside it, which says what to do. */
sw_status sw_threads_start(sw_error *err, int threads) {
  static bool told_at_exit;
  pthread_t *thread = NULL;
  int started = 0;
  omp_set_num_threads(threads);
  if (threads == 1) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)threads, sizeof *thread, (void **)&thread));
  int code = try_threads(thread, threads - 1, &started);
  sw_free(thread);
  if (code != 0)
    return sw_fail(err, SW_ENOMEM,
                   "cannot start %d threads: %s after %d; give fewer with --threads, or raise the "
                   "limits of memory and processes (ulimit -v, -u)",
                   threads, strerror(code), started + 1);
  if (!told_at_exit) told_at_exit = atexit(tell_if_starting) == 0;
  starting = threads;
#pragma omp parallel num_threads(threads)
  {
#pragma omp master
    starting = 0;
  }
  return SW_OK;
}
