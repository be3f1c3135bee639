/* Every call of the team of ranks against what it must give, for any number of ranks; run by
 * test_team.sh under mpirun. A plain program: Criterion's processes do not go with mpirun. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "comm/comm.h"

static int failures;
static sw_team *team;
static sw_error err;

static void expect(bool holds, const char *what, int line) {
  if (holds) return;
  fprintf(stderr, "rank %d, line %d: %s\n", team->rank, line, what);
  failures++;
}

#define EXPECT(condition) expect((condition), #condition, __LINE__)
#define OK(call) expect((call) == SW_OK, err.text, __LINE__)

/* What rank r sends: (r + 1) * unit bytes, none from rank 2, all different. */
static size_t bytes_of(int r, size_t unit) {
  return r == 2 ? 0 : (size_t)(r + 1) * unit + (size_t)r;
}

static unsigned char byte_of(int from, int to, size_t at) {
  return (unsigned char)((size_t)from * 131 + (size_t)to * 17 + at * 7 + at / 251);
}

static unsigned char *message(int from, int to, size_t bytes) {
  unsigned char *made = malloc(bytes + 1);
  for (size_t at = 0; made && at < bytes; at++)
    made[at] = byte_of(from, to, at);
  return made;
}

static bool is_message(const unsigned char *got, int from, int to, size_t bytes) {
  for (size_t at = 0; at < bytes; at++)
    if (got[at] != byte_of(from, to, at)) return false;
  return true;
}

static void check_gathers(size_t unit) {
  size_t mine = bytes_of(team->rank, unit), *counts = calloc((size_t)team->size, sizeof *counts);
  unsigned char *send = message(team->rank, 0, mine);
  for (int root = -1; root < team->size; root++) {
    unsigned char *all = NULL;
    uint64_t before = team->bytes_sent;
    if (root < 0)
      OK(team->all_gather(team, &err, send, mine, (void **)&all, counts));
    else
      OK(team->gather(team, &err, send, mine, root, (void **)&all, counts));
    bool receives = root < 0 || root == team->rank;
    EXPECT((all != NULL) == receives);
    uint64_t sent = root < 0 ? mine * (uint64_t)(team->size - 1) : receives ? 0 : mine;
    uint64_t others = (uint64_t)(team->size - 1), sizes = 8 * others + (others ? 4 : 0);
    EXPECT(team->bytes_sent - before == sent + sizes);
    size_t at = 0;
    for (int r = 0; receives && r < team->size; at += counts[r++]) {
      EXPECT(counts[r] == bytes_of(r, unit));
      EXPECT(is_message(all + at, r, 0, counts[r]));
    }
    sw_free(all);
  }
  free(send);
  free(counts);
}

static void check_all_to_all(size_t unit) {
  size_t total = 0, at = 0;
  size_t *out = calloc((size_t)team->size, sizeof *out),
         *in = calloc((size_t)team->size, sizeof *in);
  for (int r = 0; r < team->size; r++)
    total += out[r] = bytes_of((r + team->rank) % 4, unit);
  unsigned char *send = malloc(total + 1), *recv = NULL;
  for (int r = 0; r < team->size; at += out[r++]) {
    unsigned char *part = message(team->rank, r, out[r]);
    memcpy(send + at, part, out[r]);
    free(part);
  }
  OK(team->all_to_all(team, &err, send, out, (void **)&recv, in));
  at = 0;
  for (int r = 0; r < team->size; at += in[r++]) {
    EXPECT(in[r] == bytes_of((r + team->rank) % 4, unit));
    EXPECT(is_message(recv + at, r, team->rank, in[r]));
  }
  sw_free(recv);
  free(send);
  free(out);
  free(in);
}

static void check_broadcast_and_reductions(void) {
  for (int root = 0; root < team->size; root++) {
    unsigned char *buffer = message(team->rank, 3, 5000);
    OK(team->broadcast(team, &err, buffer, 5000, root));
    EXPECT(is_message(buffer, root, 3, 5000));
    free(buffer);
  }
  int n = team->size;
  int64_t sums[2] = {team->rank + 1, (int64_t)1 << 40};
  double least[2] = {team->rank, -team->rank}, most[2] = {team->rank, -team->rank};
  OK(team->sum_i64(team, &err, sums, 2));
  OK(team->min_f64(team, &err, least, 2));
  OK(team->max_f64(team, &err, most, 2));
  EXPECT(sums[0] == n * (n + 1) / 2 && sums[1] == n * ((int64_t)1 << 40));
  EXPECT(least[0] == 0 && least[1] == 1 - n && most[0] == n - 1 && most[1] == 0);
  OK(team->barrier(team, &err));
}

/* The ranks of a node fill its part together; `share` brings the other nodes' parts. */
static void check_node_memory(void) {
  enum { EACH = 1000 };
  size_t start[65] = {0}, *nodes = NULL;
  size_t mine = (size_t)team->node;
  int64_t *shared = NULL;
  OK(team->all_gather(team, &err, &mine, sizeof mine, (void **)&nodes, NULL));
  for (int r = 0; r < team->size; r++) {
    EXPECT(r == 0 || nodes[r] == nodes[r - 1] || nodes[r] == nodes[r - 1] + 1);
    start[nodes[r] + 1] += EACH * sizeof *shared;
  }
  for (int k = 0; k < team->nodes; k++)
    start[k + 1] += start[k];
  OK(team->node_alloc(team, &err, start[team->nodes], (void **)&shared));
  EXPECT((uintptr_t)shared % 64 == 0);
  for (int64_t i = 0; i < team->size * EACH; i++)
    EXPECT(shared[i] == 0);
  OK(team->node_barrier(team, &err));
  for (int64_t i = 0; i < EACH; i++)
    shared[team->rank * EACH + i] = team->rank * 10 + i;
  OK(team->share(team, &err, shared, start));
  for (int64_t i = 0; i < team->size * EACH; i++)
    EXPECT(shared[i] == i / EACH * 10 + i % EACH);
  OK(team->node_barrier(team, &err));
  sw_free(nodes);
  team->node_free(team, shared);
}

/* More than the shared memory of one node holds: one sentence on every rank of the team, and life
 * goes on. */
static void check_no_room(void) {
  size_t room = team->node_room(team), bytes = 100;
  if (team->node_size == 1) EXPECT(room == SIZE_MAX);
  int64_t limited = room != SIZE_MAX;
  if (limited) bytes = room + ((size_t)1 << 32);
  OK(team->sum_i64(team, &err, &limited, 1));
  void *memory = NULL;
  if (limited) {
    EXPECT(team->node_alloc(team, &err, bytes, &memory) == SW_ENOMEM && memory == NULL);
    EXPECT(strstr(err.text, "shared memory has") != NULL);
    sw_error_clear(&err);
  }
  OK(team->node_alloc(team, &err, 100, &memory));
  team->node_free(team, memory);
}

/* Input before all else, of input the lowest order, else the lowest rank. */
static void check_order_of_failures(void) {
  bool last = team->rank == team->size - 1;
  sw_status mine = sw_fail(&err, SW_EIO, "disk of rank %d", team->rank);
  EXPECT(sw_team_agree(team, &err, mine, team->size - team->rank) == SW_EIO);
  EXPECT(strcmp(err.text, "disk of rank 0") == 0);
  sw_error_clear(&err);
  mine = last ? SW_ENOMEM : sw_fail(&err, SW_EINPUT, "line %d", team->size - team->rank);
  if (last) sw_fail(&err, mine, "no memory");
  EXPECT(sw_team_agree(team, &err, mine, team->size - team->rank) ==
         (team->size > 1 ? SW_EINPUT : SW_ENOMEM));
  EXPECT(strcmp(err.text, team->size > 1 ? "line 2" : "no memory") == 0);
  sw_error_clear(&err);
}

/* One rank comes alone, and is told so; those that come after it find it has been there. */
static void check_meeting(void) {
  bool last = team->rank == team->size - 1;
  if (getenv("SPILLWAY_PATIENCE_MS")) {
    if (last) EXPECT(!sw_comm_meet(team));
    OK(team->barrier(team, &err));
    if (!last) EXPECT(sw_comm_meet(team));
  }
  EXPECT(sw_comm_meet(team));
}

static void check_agreement(void) {
  sw_status mine = SW_OK;
  if (team->rank == team->size - 1) mine = sw_fail(&err, SW_EINPUT, "line seven");
  EXPECT(sw_team_agree(team, &err, mine, 7) == SW_EINPUT);
  EXPECT(strcmp(err.text, "line seven") == 0);
  sw_error_clear(&err);
}

/* The word of one node comes to the first rank of all others. What is still on its way when the
 * team stops is received there. */
static void check_stopping(void) {
  enum { MOST = 60000, MORE = 100 };
  const struct timespec ms = {.tv_nsec = 1000000};
  bool mine = team->node == team->nodes - 1 && team->node_rank == 0;
  bool hears = !mine && team->node_rank == 0 && team->nodes > 1, heard = false;
  EXPECT(!team->stopping(team, false));
  OK(team->barrier(team, &err));
  if (mine) EXPECT(team->stopping(team, true));
  for (int k = 0; hears && !heard && k < MOST; k++) {
    heard = team->stopping(team, false);
    if (!heard) nanosleep(&ms, NULL);
  }
  EXPECT(heard == hears);
  for (int k = 0; k < MORE; k++)
    EXPECT(team->stopping(team, mine) == (mine || hears));
}

int main(int argc, char **argv) {
  if (sw_comm_start(&err, &argc, &argv, &team) != SW_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 1;
  }
  const char *node_ranks = getenv("SPILLWAY_NODE_RANKS");
  int each = node_ranks ? atoi(node_ranks) : team->size;
  EXPECT(team->nodes == (team->size + each - 1) / each && team->node == team->rank / each);
  EXPECT(team->node_rank == team->rank % each && sw_comm_cores(team) >= 1);
  EXPECT(strncmp(sw_comm_version(), "MPI ", 4) == 0);
  for (size_t unit = 1; unit <= 10000; unit *= 100) {
    check_gathers(unit);
    check_all_to_all(unit);
  }
  check_broadcast_and_reductions();
  check_node_memory();
  check_no_room();
  check_agreement();
  check_order_of_failures();
  check_meeting();
  check_stopping();
  int64_t all = failures;
  OK(team->sum_i64(team, &err, &all, 1));
  if (team->rank == 0 && all == 0)
    printf("team of %d on %d nodes: right\n", team->size, team->nodes);
  sw_comm_stop(team);
  return all == 0 ? 0 : 1;
}
