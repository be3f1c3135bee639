/* Standard error to a file, and what is in it. */
#ifndef TSAN_CRITERION_REDIRECT_H
#define TSAN_CRITERION_REDIRECT_H

#include <stdio.h>

void cr_redirect_stderr(void);
FILE *cr_get_redirected_stderr(void); /* read from its beginning */
void cr_assert_stderr_eq_str(const char *text);

#endif
