/* Command-line options of one verb, by getopt_long, with one-line errors from rank 0 only. */
#ifndef SW_CLI_SESSION_OPTIONS_H
#define SW_CLI_SESSION_OPTIONS_H

#include "spillway/status.h"

typedef struct sw_option {
  const char *name; /* long name, without dashes; NULL ends the table */
  char letter;      /* short form, or 0 */
  bool *flag;       /* set to true when given, or */
  const char **text; /* takes a value */
} sw_option;

/* Read argv (argv[0] is "spillway VERB"); `operands` receives at most `most` plain arguments.
 * Wrong usage is SW_EINPUT, with the nearest known option. */
sw_status sw_options_parse(sw_error *err, int argc, char **argv, const sw_option *options,
                           const char **operands, int most, int *count);

#endif
