/* Lines of the report that are not changed values: attributes, labels, variables of one file only.
 * They are kept in the order in which they are met, which the walk makes the same for the same two
 * files. Few enough to be kept all: texts.c and axes.c limit what they tell of one thing. */
#include "store/diff/private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends a line, cut at 1023 bytes; what is told may be a line of the study of any length. */
static sw_status add_line(sw_diff *diff, const char *format, va_list arguments) {
  char text[1024];
  sw_note_line *line = NULL;
  vsnprintf(text, sizeof text, format, arguments);
  SW_NEW(diff->err, diff->arena, line, 1);
  if (!(line->text = sw_arena_text(diff->arena, text)))
    return sw_fail(diff->err, SW_ENOMEM, "out of memory for what changed");
  *diff->last_note = line;
  diff->last_note = &line->next;
  diff->n_notes++;
  return SW_OK;
}

/* `different` is set even when there is no memory for the line: the comparison fails then anyway.
 */
sw_status sw_diff_note(sw_diff *diff, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  sw_status status = add_line(diff, format, arguments);
  va_end(arguments);
  diff->different = true;
  return status;
}

/* A remark: told, but no difference. */
sw_status sw_diff_remark(sw_diff *diff, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  sw_status status = add_line(diff, format, arguments);
  va_end(arguments);
  return status;
}

/* One difference is the answer where only that is asked. */
bool sw_diff_enough(const sw_diff *diff) {
  return diff->different && diff->options.whether;
}
