/* A team of threads, so that what ranks say to each other can be tested without MPI. Every call
 * publishes its arguments, waits for all, reads the others', waits again. */
#ifndef TESTS_STORE_TEAM_THREADS_H
#define TESTS_STORE_TEAM_THREADS_H

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "plan/ports/team.h"

enum { MAX_RANKS = 8 };

typedef struct thread_hub {
  int ranks;
  pthread_barrier_t barrier;
  const void *send[MAX_RANKS];
  size_t bytes[MAX_RANKS];
  const size_t *to[MAX_RANKS];
} thread_hub;

typedef struct thread_member {
  sw_team team;
  thread_hub *hub;
} thread_member;

static inline thread_hub *hub_of(sw_team *team) {
  return ((thread_member *)team)->hub;
}

static inline void publish(sw_team *team, const void *send, size_t bytes, const size_t *to) {
  thread_hub *hub = hub_of(team);
  hub->send[team->rank] = send;
  hub->bytes[team->rank] = bytes;
  hub->to[team->rank] = to;
  pthread_barrier_wait(&hub->barrier);
}

static inline void finish(sw_team *team) {
  pthread_barrier_wait(&hub_of(team)->barrier);
}

static inline sw_status threads_broadcast(sw_team *team, sw_error *err, void *buffer, size_t bytes,
                                          int root) {
  (void)err;
  publish(team, buffer, bytes, NULL);
  if (team->rank != root) {
    cr_assert_eq(hub_of(team)->bytes[root], bytes, "broadcast: the ranks disagree on the bytes");
    if (bytes) memcpy(buffer, hub_of(team)->send[root], bytes);
  }
  finish(team);
  return SW_OK;
}

static inline sw_status threads_all_gather(sw_team *team, sw_error *err, const void *send,
                                           size_t bytes, void **all, size_t *counts) {
  publish(team, send, bytes, NULL);
  thread_hub *hub = hub_of(team);
  size_t length = 0, at = 0;
  for (int r = 0; r < hub->ranks; r++)
    length += hub->bytes[r];
  cr_assert_eq(sw_alloc(err, length, 1, all), SW_OK);
  for (int r = 0; r < hub->ranks; r++) {
    if (hub->bytes[r]) memcpy((char *)*all + at, hub->send[r], hub->bytes[r]);
    if (counts) counts[r] = hub->bytes[r];
    at += hub->bytes[r];
  }
  finish(team);
  return SW_OK;
}

static inline sw_status threads_gather(sw_team *team, sw_error *err, const void *send, size_t bytes,
                                       int root, void **all, size_t *counts) {
  size_t some[MAX_RANKS];
  sw_status status = threads_all_gather(team, err, send, bytes, all, counts ? counts : some);
  if (team->rank != root) {
    sw_free(*all);
    *all = NULL;
  }
  return status;
}

static inline sw_status threads_all_to_all(sw_team *team, sw_error *err, const void *send,
                                           const size_t *send_bytes, void **recv,
                                           size_t *recv_bytes) {
  publish(team, send, 0, send_bytes);
  thread_hub *hub = hub_of(team);
  size_t length = 0, put = 0;
  for (int r = 0; r < hub->ranks; r++)
    length += recv_bytes[r] = hub->to[r][team->rank];
  cr_assert_eq(sw_alloc(err, length, 1, recv), SW_OK);
  for (int r = 0; r < hub->ranks; r++) {
    size_t at = 0;
    for (int s = 0; s < team->rank; s++)
      at += hub->to[r][s];
    if (recv_bytes[r]) memcpy((char *)*recv + put, (const char *)hub->send[r] + at, recv_bytes[r]);
    put += recv_bytes[r];
  }
  finish(team);
  return SW_OK;
}

static inline sw_status threads_sum_i64(sw_team *team, sw_error *err, int64_t *values, int count) {
  (void)err;
  int64_t *sum = calloc((size_t)count + 1, sizeof *sum);
  publish(team, values, (size_t)count, NULL);
  for (int r = 0; r < hub_of(team)->ranks; r++)
    for (int i = 0; i < count; i++)
      sum[i] += ((const int64_t *)hub_of(team)->send[r])[i];
  finish(team);
  if (count) memcpy(values, sum, (size_t)count * sizeof *sum);
  free(sum);
  return SW_OK;
}

static inline void threads_extreme(sw_team *team, double *values, int count, double sign) {
  double most[16];
  cr_assert_lt(count, 16);
  publish(team, values, (size_t)count, NULL);
  for (int i = 0; i < count; i++)
    most[i] = values[i];
  for (int r = 0; r < hub_of(team)->ranks; r++)
    for (int i = 0; i < count; i++) {
      double other = ((const double *)hub_of(team)->send[r])[i];
      if (sign * other > sign * most[i]) most[i] = other;
    }
  finish(team);
  memcpy(values, most, (size_t)count * sizeof *most);
}

static inline sw_status threads_max_f64(sw_team *team, sw_error *err, double *values, int count) {
  (void)err;
  threads_extreme(team, values, count, 1);
  return SW_OK;
}

static inline sw_status threads_min_f64(sw_team *team, sw_error *err, double *values, int count) {
  (void)err;
  threads_extreme(team, values, count, -1);
  return SW_OK;
}

static inline void thread_join_team(thread_member *member, thread_hub *hub, int rank) {
  *member = (thread_member){.hub = hub,
                            .team = {.rank = rank,
                                     .size = hub->ranks,
                                     .nodes = 1,
                                     .node_rank = rank,
                                     .node_size = hub->ranks,
                                     .broadcast = threads_broadcast,
                                     .gather = threads_gather,
                                     .all_gather = threads_all_gather,
                                     .all_to_all = threads_all_to_all,
                                     .sum_i64 = threads_sum_i64,
                                     .min_f64 = threads_min_f64,
                                     .max_f64 = threads_max_f64}};
}

#endif
