/* The plainest way to put BYTES bytes on disk and to get them back: one buffer again and again.
 *
 *   bench_file write FILE BYTES   then fsync
 *   bench_file read FILE
 *   bench_file drop FILE          its pages out of the page cache, so that it is read from the disk
 *
 * Prints the seconds from open to the last byte. The buffer is not all zeros, so that nothing below
 * can leave blocks out; what is read is looked at, one byte a page. */
#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 8 << 20, PAGE = 4096 };

static int write_all(int file, char *buffer, long long bytes) {
  for (int k = 0; k < BUFFER; k++)
    buffer[k] = (char)(k * 31 + 7);
  while (bytes > 0) {
    size_t part = bytes < BUFFER ? (size_t)bytes : BUFFER;
    ssize_t done = write(file, buffer, part);
    if (done < 0) return -1;
    bytes -= done;
  }
  return fsync(file);
}

static int read_all(int file, const char *path, char *buffer) {
  unsigned seen = 0;
  for (ssize_t got = 1; got > 0;) {
    got = read(file, buffer, BUFFER);
    if (got < 0) return -1;
    for (ssize_t k = 0; k < got; k += PAGE)
      seen += (unsigned char)buffer[k];
  }
  if (seen == 0) fprintf(stderr, "bench_file: %s is all zeros\n", path);
  return 0;
}

static int drop(int file) {
  if (fsync(file) != 0) return -1;
  return posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
}

int main(int argc, char **argv) {
  char *buffer = aligned_alloc(PAGE, BUFFER);
  const char *verb = argc > 2 ? argv[1] : "";
  int writes = argc == 4 && !strcmp(verb, "write");
  int drops = argc == 3 && !strcmp(verb, "drop");
  if (!buffer || !(writes || drops || (argc == 3 && !strcmp(verb, "read")))) {
    fprintf(stderr, "usage: bench_file write FILE BYTES | read FILE | drop FILE\n");
    return 2;
  }
  memset(buffer, 1, BUFFER); /* touched before the clock starts */
  double began = sw_clock();
  int file = open(argv[2], writes ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
  int failed = file < 0 ? -1
               : writes ? write_all(file, buffer, strtoll(argv[3], NULL, 10))
               : drops  ? drop(file)
                        : read_all(file, argv[2], buffer);
  if (failed) {
    perror(argv[2]);
    return 1;
  }
  printf("%.6f\n", sw_clock() - began);
  close(file);
  free(buffer);
  return 0;
}
