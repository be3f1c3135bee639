/* The text of a panel file, dealt out to the ranks in whole lines.
 *
 * A plain file: every rank reads its own byte range in blocks; a line belongs to the rank in whose
 * range it begins. A .gz: rank 0 inflates and deals out pieces in rounds. Either way a rank learns
 * the number of the first line of a piece, and the last `footer` lines are left out. */
#ifndef SW_STORE_PANEL_TEXT_H
#define SW_STORE_PANEL_TEXT_H

#include "base/arena.h"
#include "plan/team.h"

typedef struct sw_panel_text {
  const char *file, *path;
  bool gz;
  const char *header; /* the file up to the end of its first line that is not empty */
  size_t header_length;
  const char *notes; /* the last `footer` lines */
  size_t notes_length;
  int64_t begin, end; /* bytes of the lines between the two; end < 0: to the end of a .gz */
  int64_t begin_line; /* number of the first of them */
} sw_panel_text;

/* Takes pieces of whole lines; *line is the line an error is about. */
typedef struct sw_line_taker {
  sw_status (*take)(void *self, sw_error *err, const char *text, size_t length, int64_t first_line,
                    int64_t *line);
  void *self;
} sw_line_taker;

/* Look at the file's beginning and end. Collective. */
sw_status sw_panel_text_open(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                             const char *path, int64_t footer, sw_panel_text *text);
/* Give this rank's lines to `taker`. Collective; all ranks get the error of the lowest line. */
sw_status sw_panel_text_deal(sw_error *err, sw_team *team, const sw_panel_text *text,
                             sw_line_taker taker);

/* The same for a .gz file; of panel_text's own use (gz.c). */
sw_status sw_gz_look(sw_error *err, sw_arena *arena, int64_t footer, sw_panel_text *text);
sw_status sw_gz_deal(sw_error *err, sw_team *team, const sw_panel_text *text, sw_line_taker taker);

/* Where the last `lines` lines of text[0..length) begin; empty lines at the very end do not count.
 */
size_t sw_last_lines(const char *text, size_t length, int64_t lines);
/* The length of text up to the end of its first line that is not empty; 0: it does not end here. */
size_t sw_first_line(const char *text, size_t length);
int64_t sw_count_newlines(const char *text, size_t length);

#endif
