/* Pieces of a panel file to the threads of a rank. Threads get them in their order, so that all
 * before a failed one are taken; of several that fail the first one counts, whoever meets it. */
#include "store/text/lines.h"

#include <omp.h>
#include <string.h>

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

static sw_status take_one(sw_error *err, const sw_lines_pieces *pieces, sw_lines_taker taker,
                          int64_t k, int64_t first_line, sw_lines_piece *piece) {
  SW_TRY(pieces->fetch(pieces->source, err, k, piece));
  pieces->lines[k] = sw_lines_count(piece->text, piece->length);
  return taker.take(taker.self, err, omp_get_thread_num(), k, piece->text, piece->length,
                    first_line);
}

sw_status sw_lines_pieces_take(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker) {
  pieces->failed = pieces->n;
  pieces->status = SW_OK;
  SW_TRY(sw_calloc(err, (size_t)pieces->n, sizeof *pieces->lines, (void **)&pieces->lines));
  SW_TRY(taker.expect(taker.self, err, pieces->n));
#pragma omp parallel num_threads(taker.threads)
  {
    sw_lines_piece piece = {0};
#pragma omp for schedule(dynamic, 1)
    for (int64_t k = 0; k < pieces->n; k++) {
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

int64_t sw_lines_pieces_lines(const sw_lines_pieces *pieces) {
  int64_t sum = 0;
  for (int64_t k = 0; k < pieces->failed; k++)
    sum += pieces->lines[k];
  return sum;
}

/* With its line this time. */
static sw_status say_failure(sw_error *err, sw_lines_pieces *pieces, sw_lines_taker taker,
                             int64_t first_line) {
  sw_lines_piece piece = {0};
  if (pieces->status != SW_EINPUT) {
    *err = pieces->why;
    return pieces->status;
  }
  sw_status status = take_one(err, pieces, taker, pieces->failed, first_line, &piece);
  sw_free(piece.buffer);
  return status ? status : sw_fail(err, SW_EIO, "%s; then it changed", pieces->why.text);
}

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
