/* Spillway: status codes and the error a caller reads.
 *
 * Every function that can fail takes an `sw_error *err` first and returns an sw_status.
 * On failure it has written one line into err->text: where, what is wrong, what would be
 * right. Callers pass the status on with SW_TRY; only the command line prints it. */
#ifndef SPILLWAY_STATUS_H
#define SPILLWAY_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

typedef enum sw_status {
  SW_OK = 0,
  SW_EINPUT,   /* wrong usage or bad input: exit status 2 */
  SW_ESTOPPED, /* stopped early, resumable: exit status 75 */
  SW_EIO,      /* the file system or HDF5 failed: exit status 1 */
  SW_ENOMEM,   /* out of memory: exit status 1 */
  SW_EINTERNAL /* a broken promise inside Spillway: exit status 1 */
} sw_status;

enum { SW_ERROR_TEXT = 1024 };

typedef struct sw_error {
  sw_status status;
  bool shared;              /* all ranks have agreed on it */
  char text[SW_ERROR_TEXT]; /* one line of UTF-8, no newline */
} sw_error;

/* Record a failure and return `status`; the first failure recorded wins. */
sw_status sw_fail(sw_error *err, sw_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Forget a recorded failure. */
void sw_error_clear(sw_error *err);

/* Return from the calling function with the status of `call` unless it is SW_OK. */
#define SW_TRY(call)                                                                               \
  do {                                                                                             \
    sw_status sw_try_status_ = (call);                                                             \
    if (sw_try_status_ != SW_OK) return sw_try_status_;                                            \
  } while (0)

#pragma GCC visibility pop

#endif
