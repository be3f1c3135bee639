/* The plainest way to put BYTES bytes on disk: one buffer written again and again, then fsync.
 *
 *   bench_write FILE BYTES
 *
 * Prints the seconds from open to the end of fsync. The buffer is not all zeros, so that nothing
 * below can leave blocks out. */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 8 << 20 };

static int write_all(int file, const char *buffer, long long bytes) {
  while (bytes > 0) {
    size_t part = bytes < BUFFER ? (size_t)bytes : BUFFER;
    ssize_t done = write(file, buffer, part);
    if (done < 0) return -1;
    bytes -= done;
  }
  return fsync(file);
}

int main(int argc, char **argv) {
  char *buffer = malloc(BUFFER);
  if (argc != 3 || !buffer) {
    fprintf(stderr, "usage: bench_write FILE BYTES\n");
    return 2;
  }
  for (int k = 0; k < BUFFER; k++)
    buffer[k] = (char)(k * 31 + 7);
  double began = sw_clock();
  int file = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || write_all(file, buffer, strtoll(argv[2], NULL, 10)) != 0) {
    perror(argv[1]);
    return 1;
  }
  printf("%.6f\n", sw_clock() - began);
  close(file);
  free(buffer);
  return 0;
}
