/* The text of a panel file, dealt out to ranks and threads in whole lines.
 *
 * A plain file: every rank has its own byte range, cut into pieces, which its threads read and
 * take; a line belongs to the piece in which it begins. A .gz: rank 0 inflates and deals out bytes
 * in rounds, which the ranks cut into pieces. Either way the last `footer` lines are left out.
 *
 * No line numbers are known while pieces are taken at once. When all of them are done their lines
 * are added up; the first piece with something wrong in it is then taken again, to say it with its
 * line. */
#ifndef SW_STORE_TEXT_LINES_H
#define SW_STORE_TEXT_LINES_H

#include "base/arena.h"
#include "plan/ports/team.h"

typedef struct sw_lines {
  const char *file, *path; /* as the user wrote it, for messages; where it is */
  bool gz;
  int64_t above;      /* lines at the beginning that are no part of the table */
  const char *header; /* the file up to the end of the first line below these that is not empty */
  size_t header_length;
  const char *notes; /* the last `footer` lines */
  size_t notes_length;
  int64_t begin, end; /* bytes of the lines between the two; end < 0: to the end of a .gz */
  int64_t begin_line; /* number of the first of them */
} sw_lines;

/* What is done with pieces of whole lines. `take` is called by several threads, each with its own
 * number below `threads`, for pieces numbered from 0 since the last `expect`. A plain file is one
 * `expect`, a .gz one each round. `first_line` is 0 the first time; a piece that failed is taken
 * once more, by thread 0, with its line, to say what is wrong. `expect` and `place` are called
 * outside the threads; `place` for the pieces before a failed one, or all, in ascending order. */
typedef struct sw_lines_taker {
  void *self;
  int threads;
  sw_status (*expect)(void *self, sw_error *err, int64_t pieces);
  sw_status (*take)(void *self, sw_error *err, int thread, int64_t piece, const char *text,
                    size_t length, int64_t first_line);
  void (*place)(void *self, int64_t piece, int64_t first_line); /* once it is known */
} sw_lines_taker;

/* Look at the file's beginning and end. Collective. */
sw_status sw_lines_open(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                        const char *path, int64_t above, int64_t footer, sw_lines *text);
/* Give this rank's lines to `taker`. Collective; all ranks get the error of the lowest line. */
sw_status sw_lines_deal(sw_error *err, sw_team *team, const sw_lines *text, sw_lines_taker taker);

/* Where the last `lines` lines of text[0..length) begin; empty lines at the very end do not count.
 */
size_t sw_lines_last(const char *text, size_t length, int64_t lines);
/* The length of text up to the end of the first line below `above` lines that is not empty; 0: it
 * does not end here. */
size_t sw_lines_first(const char *text, size_t length, int64_t above);
/* The length of the first `above` lines of text, all of it where it has no more. */
size_t sw_lines_above(const char *text, size_t length, int64_t above);
int64_t sw_lines_count(const char *text, size_t length);

/* ---- of its own use ------------------------------------------------------------- */

/* The same for a .gz file (gz.c). */
sw_status sw_gz_look(sw_error *err, sw_arena *arena, int64_t footer, sw_lines *text);
sw_status sw_gz_deal(sw_error *err, sw_team *team, const sw_lines *text, sw_lines_taker taker);

/* The lines of one piece. `buffer` is the thread's, for a source that needs one: it is handed to
 * `fetch` as the last piece left it, and freed by pieces.c. */
typedef struct sw_lines_piece {
  const char *text; /* in the buffer, or in what the source holds; whole lines */
  size_t length;    /* 0: no line begins in this piece */
  char *buffer;
  size_t size;
} sw_lines_piece;

/* Pieces one behind the other (pieces.c). */
typedef struct sw_lines_pieces {
  int64_t n;
  sw_status (*fetch)(const void *source, sw_error *err, int64_t k, sw_lines_piece *piece);
  const void *source;
  int64_t *lines;   /* of each; of those behind a failed one it may be 0 */
  int64_t failed;   /* the first piece that could not be taken, n: none */
  sw_status status; /* of that piece */
  sw_error why;     /* its message, with a line counted from the piece's beginning */
} sw_lines_pieces;

/* All pieces, by all threads. Fails only where there is no memory for `lines`: what becomes of the
 * pieces stands in `pieces`. */
sw_status sw_lines_pieces_take(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker);
/* Lines of the pieces, of those before the failed one if there is one. */
int64_t sw_lines_pieces_lines(const sw_lines_pieces *pieces);
/* `first_line`: of the first piece. Places them, or says what is wrong; releases `lines`. */
sw_status sw_lines_pieces_place(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker,
                                int64_t first_line);

#endif
