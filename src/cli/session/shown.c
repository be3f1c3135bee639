/* A temporary file between a child that prints and a parent that shows: both have the one open
 * file, and its place in it. The parent's standard output may be a pipe that nobody reads any more;
 * a child that died of this would be taken for one that a damaged file has killed. */
#include "cli/session/shown.h"

#include <errno.h>
#include <string.h>

sw_status sw_shown_end(sw_error *err, FILE *out) {
  if (fflush(out) == 0 && !ferror(out)) return SW_OK;
  return sw_fail(err, SW_EIO, "a temporary file cannot be written: %s", strerror(errno));
}

sw_status sw_shown_run(sw_error *err, const sw_tried *tried, FILE **out) {
  char text[4096];
  *out = tmpfile();
  if (!*out) return sw_fail(err, SW_EIO, "cannot create a temporary file: %s", strerror(errno));
  sw_status status = sw_tried_run(err, tried);
  rewind(*out);
  for (size_t n; status == SW_OK && (n = fread(text, 1, sizeof text, *out)) > 0;)
    fwrite(text, 1, n, stdout);
  if (status == SW_OK && ferror(*out))
    status = sw_fail(err, SW_EIO, "what is to be shown cannot be read again: %s", strerror(errno));
  fclose(*out);
  *out = NULL;
  return status;
}
