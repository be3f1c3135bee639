/* Shortest paths on a network in memory, one thread.
 *
 *   bench_roads FILE NODES EDGES
 *
 * FILE holds from and to (EDGES int32 each) and minutes (EDGES doubles). Commands come on standard
 * input, one a line, each answered by a line:
 *
 *   FIRST COUNT STEP - processor seconds of the paths from so many nodes, FIRST, FIRST + STEP, ...,
 * to all, and the sum of their minutes */
#include "kernel/roads/roads.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void stop(const char *text) {
  fprintf(stderr, "bench_roads: %s\n", text);
  exit(1);
}

static void *room_for(int64_t count, size_t size) {
  sw_error err = {0};
  void *array = NULL;
  if (sw_calloc(&err, (size_t)count, size, &array) != SW_OK) stop(err.text);
  return array;
}

static void *read_array(FILE *file, int64_t count, size_t size) {
  void *array = room_for(count, size);
  if (fread(array, size, (size_t)count, file) != (size_t)count) stop("the file is too short");
  return array;
}

/* Units are nodes. */
static sw_roads_plan read_plan(const char *path, int64_t nodes, int64_t edges) {
  FILE *file = fopen(path, "rb");
  if (!file) stop("the file cannot be opened");
  const int32_t *from = read_array(file, edges, sizeof *from),
                *to = read_array(file, edges, sizeof *to);
  const double *minutes = read_array(file, edges, sizeof *minutes);
  sw_roads_edge *edge = room_for(edges, sizeof *edge);
  int32_t *node = room_for(nodes, sizeof *node);
  for (int64_t e = 0; e < edges; e++)
    edge[e] = (sw_roads_edge){sw_roads_ticks(minutes[e]), from[e], to[e], 0, 0};
  for (int64_t k = 0; k < nodes; k++)
    node[k] = (int32_t)k;
  fclose(file);
  return (sw_roads_plan){.n_nodes = nodes,
                         .n_edges = edges,
                         .n_units = nodes,
                         .n_modes = 1,
                         .edge = edge,
                         .transfer = SW_ROADS_NEVER,
                         .within = SW_ROADS_NEVER,
                         .unit_node = node};
}

int main(int argc, char **argv) {
  if (argc != 4) stop("usage: bench_roads FILE NODES EDGES");
  sw_error err = {0};
  sw_roads *roads = NULL;
  sw_roads_search *search = NULL;
  int64_t nodes = atoll(argv[2]);
  sw_roads_plan plan = read_plan(argv[1], nodes, atoll(argv[3]));
  if (sw_roads_create(&err, &plan, 0, &roads) != SW_OK) stop(err.text);
  if (sw_roads_search_create(&err, roads, &search) != SW_OK) stop(err.text);
  sw_ticks *ticks = room_for(nodes, sizeof *ticks);
  for (char line[64]; fgets(line, sizeof line, stdin);) {
    long long first = 0, count = 0, step = 1;
    if (sscanf(line, "%lld %lld %lld", &first, &count, &step) != 3) stop("what is asked?");
    double began = processor_seconds(), sum = 0;
    for (int64_t k = 0; k < count; k++) {
      sw_roads_from(search, 1, &roads->access[(first + k * step) % nodes], ticks);
      for (int64_t v = 0; v < roads->n_vertices; v++)
        if (ticks[v] < SW_ROADS_NEVER) sum += sw_roads_minutes(ticks[v]);
    }
    printf("%.9f %.17g\n", processor_seconds() - began, sum);
    fflush(stdout);
  }
  return 0;
}
