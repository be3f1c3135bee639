/* What programs of the benchmarks share that keep a panel in memory and run studies on it again and
 * again, on one thread, as standard input asks. */
#ifndef BENCH_RESIDENT_H
#define BENCH_RESIDENT_H

#include "plan/run/engine.h"
#include "plan/run/sink_memory.h"

_Noreturn void resident_stop(const char *text);
/* Processor time of the process. */
double resident_seconds(void);
/* Zeroed; ends the program where there is none. */
void *resident_room(size_t count, size_t size);
/* `count` doubles of a file. */
double *resident_read(const char *path, size_t count);
/* Units of increasing codes; lon and lat may be NULL. */
void resident_units(sw_units *units, int64_t n, const double *lon, const double *lat);
/* Runs the study and prints a line: seconds, total, greatest, sum of out-strength times (unit mod
 * 7); and where strongest partners are kept, the sum of their values and of partner times (unit mod
 * 7). Seconds are processor time of binding the study, the operands, the pairs and the folding of
 * strengths: on one thread the wall clock's, less what other processes took. */
sw_status resident_run(sw_error *err, sw_team *team, sw_panel *panel, const char *text);

#endif
