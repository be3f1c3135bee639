/* Time and memory of this process, for people to read: progress, the phases in the summary, and
 * when a long pass begins to be journaled. Neither enters a result, so runs may differ in both
 * without differing in a bit. */
#include "base/clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

double sw_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Bytes, 0 when the system does not tell. VmHWM belongs to this program alone; the figure of
 * getrusage survives exec, so under a launcher it may be the launcher's peak. */
double sw_peak_memory(void) {
  FILE *file = fopen("/proc/self/status", "r");
  double kilobytes = -1;
  char line[256];
  while (file && kilobytes < 0 && fgets(line, sizeof line, file)) {
    if (sscanf(line, "VmHWM: %lf kB", &kilobytes) != 1) kilobytes = -1;
  }
  if (file) fclose(file);
  struct rusage usage;
  if (kilobytes < 0 && getrusage(RUSAGE_SELF, &usage) == 0) kilobytes = (double)usage.ru_maxrss;
  return kilobytes < 0 ? 0 : kilobytes * 1024;
}
