#include "plan/ports/sink.h"

/* What a buffer for one quantity must hold, and what is hashed and compared of it. In numbers, not
 * bytes. The stored form decides: a rectangle, k partners for each row, or entries one behind the
 * other. */
int64_t sw_piece_count(const sw_piece *piece) {
  if (piece->kind == SW_PIECE_RECT) return (piece->i1 - piece->i0) * (piece->j1 - piece->j0);
  return piece->kind == SW_PIECE_TOP ? (piece->i1 - piece->i0) * piece->k : piece->count;
}
