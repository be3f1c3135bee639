/* Pieces of a panel file to the threads of a rank: for lines.c (the ranges of a plain file) and
 * gz.c (the parts of a round).
 *
 * Which piece fails first must not depend on the threads. They get pieces in ascending order, so
 * when piece k fails all before it are taken or being taken, and are finished; of several that fail
 * the lowest counts, whoever meets it. Pieces behind a failed one are skipped.
 *
 * A piece does not know its line numbers: those of the pieces before it are counted meanwhile. The
 * failed piece is therefore taken a second time, alone, when its first line is known, and what it
 * says then is what the user sees. */
#include "store/text/lines.h"

#include <omp.h>
#include <string.h>

/* Of the failures of all threads the lowest piece stays. The critical section keeps `failed`,
 * `status` and `why` together; the write is atomic besides, for the threads that read `failed`
 * outside it. */
static void note_failure(sw_lines_pieces *pieces, int64_t k, sw_status status,
                         const sw_error *why) {
#pragma omp critical(sw_pieces_failure)
  if (k < pieces->failed) {
#pragma omp atomic write
    pieces->failed = k;
    pieces->status = status;
    pieces->why = *why;
  }
}

/* `first_line` 0: not known yet. Runs inside the parallel region, and outside it, as thread 0, when
 * the failure is said. */
static sw_status take_one(sw_error *err, const sw_lines_pieces *pieces, sw_lines_taker taker,
                          int64_t k, int64_t first_line, sw_lines_piece *piece) {
  SW_TRY(pieces->fetch(pieces->source, err, k, piece));
  pieces->lines[k] = sw_lines_count(piece->text, piece->length);
  return taker.take(taker.self, err, omp_get_thread_num(), k, piece->text, piece->length,
                    first_line);
}

/* A failure of a piece is not returned: on other ranks pieces may have failed as well, and which is
 * the first is known only when all line numbers are. The caller frees pieces->lines where this
 * fails. */
sw_status sw_lines_pieces_take(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker) {
  pieces->failed = pieces->n;
  pieces->status = SW_OK;
  SW_TRY(sw_calloc(err, (size_t)pieces->n, sizeof *pieces->lines, (void **)&pieces->lines));
  SW_TRY(taker.expect(taker.self, err, pieces->n));
#pragma omp parallel num_threads(taker.threads)
  {
    /* The buffer of a thread, which `fetch` grows once and uses for all its pieces. */
    sw_lines_piece piece = {0};
#pragma omp for schedule(dynamic, 1)
    for (int64_t k = 0; k < pieces->n; k++) {
      /* A stale value only costs a piece taken in vain. */
      int64_t failed;
      sw_error why = {0};
#pragma omp atomic read
      failed = pieces->failed;
      if (k > failed) continue;
      sw_status status = take_one(&why, pieces, taker, k, 0, &piece);
      if (status) note_failure(pieces, k, status, &why);
    }
    sw_free(piece.buffer);
  }
  return SW_OK;
}

/* With a failed piece the sum is of those before it: what the first line of that piece needs. Lines
 * after it are not counted. */
int64_t sw_lines_pieces_lines(const sw_lines_pieces *pieces) {
  int64_t sum = 0;
  for (int64_t k = 0; k < pieces->failed; k++)
    sum += pieces->lines[k];
  return sum;
}

/* Takes the failed piece again, with its line numbers. Only where the input is at fault: a disk
 * that failed or memory that was lacking need not fail twice. If the piece is right the second
 * time, the file has changed in between. */
static sw_status say_failure(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker,
                             int64_t first_line) {
  sw_lines_piece piece = {0};
  if (pieces->status != SW_EINPUT) {
    *err = pieces->why;
    return pieces->status;
  }
  sw_status status = take_one(err, pieces, taker, pieces->failed, first_line, &piece);
  sw_free(piece.buffer);
  return status ? status
                : sw_fail(err, SW_EIO, "%s; the file changed while it was read", pieces->why.text);
}

/* Blocks of rows hold lines relative to their piece: placing them makes these lines of the file.
 * The second take fills the block anew, so a taker must bear to get a piece twice. */
sw_status sw_lines_pieces_place(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker,
                                int64_t first_line) {
  sw_status status = SW_OK;
  for (int64_t k = 0; k < pieces->failed; k++) {
    taker.place(taker.self, k, first_line);
    first_line += pieces->lines[k];
  }
  if (pieces->failed < pieces->n) status = say_failure(err, pieces, taker, first_line);
  sw_free(pieces->lines);
  pieces->lines = NULL;
  return status;
}
