/* Wall clock for progress and phase times; never written to a results file. */
#ifndef SW_BASE_CLOCK_H
#define SW_BASE_CLOCK_H

double sw_clock(void);       /* seconds, monotonic */
double sw_peak_memory(void); /* bytes: the process's peak resident set */

#endif
