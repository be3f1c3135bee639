/* Contiguity of polygons in memory, one thread: what is left of it when reading is apart.
 *
 *   bench_contiguity FILE UNITS RINGS POINTS
 *
 * FILE holds start (RINGS + 1 times int64), unit (RINGS times int32), x and y (POINTS doubles each).
 * Commands come on standard input, one a line, each answered by a line:
 *
 *   queen | rook - processor seconds, links */
#include "kernel/weights/contiguity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"

static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void stop(const char *text) {
  fprintf(stderr, "bench_contiguity: %s\n", text);
  exit(1);
}

static void *read_array(FILE *file, size_t count, size_t size) {
  sw_error err = {0};
  void *array = NULL;
  if (sw_calloc(&err, count, size, &array) != SW_OK) stop(err.text);
  if (fread(array, size, count, file) != count) stop("the file is too short");
  return array;
}

int main(int argc, char **argv) {
  if (argc != 5) stop("usage: bench_contiguity FILE UNITS RINGS POINTS");
  FILE *file = fopen(argv[1], "rb");
  if (!file) stop("the file cannot be opened");
  sw_rings rings = {.n = atoll(argv[2]),
                    .n_rings = atoll(argv[3]),
                    .n_points = atoll(argv[4]),
                    .degrees = true};
  rings.start = read_array(file, (size_t)rings.n_rings + 1, sizeof *rings.start);
  rings.unit = read_array(file, (size_t)rings.n_rings, sizeof *rings.unit);
  rings.x = read_array(file, (size_t)rings.n_points, sizeof *rings.x);
  rings.y = read_array(file, (size_t)rings.n_points, sizeof *rings.y);
  fclose(file);
  for (char line[32]; fgets(line, sizeof line, stdin);) {
    sw_error err = {0};
    sw_link_rows rows = {0};
    double began = processor_seconds();
    sw_rule rule = strcmp(line, "rook\n") == 0 ? SW_ROOK : SW_QUEEN;
    if (sw_contiguity_rows(&err, &rings, rule, 0, false, &rows) != SW_OK) stop(err.text);
    printf("%.9f %lld\n", processor_seconds() - began, (long long)rows.row_start[rings.n]);
    fflush(stdout);
    sw_links_rows_destroy(&rows);
  }
  return 0;
}
