/* A .gz panel: rank 0 inflates, every rank parses. A .gz can only be entered at its beginning, so
 * inflating cannot be shared; parsing can. A round deals out at most PIECE bytes per rank, cut at
 * line ends, so that memory does not grow with the file. (A line longer than that makes a round as
 * long as itself.) Where there is a footer the file is inflated twice: what its last lines are must
 * be known before the first are read.
 *
 * Unlike ranges of a plain file (lines.c), what is dealt out comes with its line number, as rank 0
 * sees all lines in order. Offsets in sw_lines are of inflated bytes here. Collective. */
#include "store/text/file.h"
#include "store/text/kind.h"
#include "store/text/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef SW_SMALL_PIECES /* see lines.c */
enum { PIECE = 256, PART = 64, BUFFER = 64 };
#else
/* Of a rank in a round; of a thread; of zlib. */
enum { PIECE = 2 << 20, PART = 1 << 18, BUFFER = 1 << 17 };
#endif

/* zlib leaves errno alone when memory ran out. "e": the descriptor is closed on exec. */
static sw_status gz_open(sw_error *err, const char *path, gzFile *gz) {
  errno = 0;
  *gz = gzopen(path, "rbe");
  if (!*gz) return sw_file_fail(err, path, errno ? errno : ENOMEM);
  gzbuffer(*gz, BUFFER);
  return SW_OK;
}

/* As many bytes as asked for, fewer only at the end. A file cut short is an error, not an end: half
 * a panel would pass as complete. gzread gives what it has before it complains, so gzerror is asked
 * after every call; it takes an unsigned count and returns an int, so it is asked for PIECE at
 * most. */
static sw_status gz_fill(sw_error *err, const char *path, gzFile gz, char *bytes, size_t count,
                         size_t *got) {
  for (*got = 0; *got < count;) {
    size_t ask = count - *got < PIECE ? count - *got : PIECE;
    errno = 0;
    int n = gzread(gz, bytes + *got, (unsigned)ask), code = Z_OK;
    int error_number = errno;
    const char *text = gzerror(gz, &code);
    if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
      return sw_gz_fail(err, path, code, error_number, text);
    if (n == 0) return SW_OK;
    *got += (size_t)n;
  }
  return SW_OK;
}

/* ---- the first look ---------------------------------------------------------------------- */

/* Inflated bytes that are still wanted, at the front of a buffer. */
typedef struct gz_tail {
  char *bytes;
  size_t length, size; /* bytes wanted, bytes there is room for */
} gz_tail;

/* For `count` bytes behind those that are there. It at least doubles. */
static sw_status make_room(sw_error *err, gz_tail *tail, size_t count) {
  if (tail->size - tail->length >= count) return SW_OK;
  size_t size = 2 * tail->size > tail->length + count ? 2 * tail->size : tail->length + count;
  char *grown = realloc(tail->bytes, size);
  if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes", size);
  tail->bytes = grown;
  tail->size = size;
  return SW_OK;
}

/* Inflates until the first line is whole and the bytes tell whether this is text, or the file ends:
 * then all of it is header. What is inflated beyond it stays in the tail, for look_notes. */
static sw_status look_header(sw_error *err, sw_arena *arena, gzFile gz, gz_tail *tail,
                             sw_lines *text) {
  size_t got = 1, length = 0;
  while ((!length || tail->length < SW_FILE_KIND_BYTES) && got) {
    SW_TRY(make_room(err, tail, PIECE));
    SW_TRY(gz_fill(err, text->path, gz, tail->bytes + tail->length, PIECE, &got));
    tail->length += got;
    if (tail->length >= SW_FILE_KIND_BYTES || !got)
      SW_TRY(sw_file_refuse_kind(err, text->path, tail->bytes, tail->length));
    length = sw_lines_first(tail->bytes, tail->length, text->above);
  }
  if (!length) length = tail->length;
  text->header = sw_arena_textn(arena, tail->bytes, length);
  text->header_length = length;
  text->begin = (int64_t)length;
  tail->length -= length;
  memmove(tail->bytes, tail->bytes + length, tail->length);
  return text->header ? SW_OK : sw_fail(err, SW_ENOMEM, "%s: out of memory", text->path);
}

/* Inflates to the end, keeping no more than the last lines, and with that finds where the rows end.
 * After each part everything before the last `footer` lines seen so far is let go: lines that come
 * later can only push the footer's beginning forward. Blank lines at the end stay with it. */
static sw_status look_notes(sw_error *err, sw_arena *arena, gzFile gz, gz_tail *tail,
                            int64_t footer, sw_lines *text) {
  text->end = text->begin;
  for (size_t got = 1; got;) {
    SW_TRY(make_room(err, tail, PIECE));
    SW_TRY(gz_fill(err, text->path, gz, tail->bytes + tail->length, PIECE, &got));
    tail->length += got;
    size_t cut = sw_lines_last(tail->bytes, tail->length, footer);
    text->end += (int64_t)cut;
    tail->length -= cut;
    memmove(tail->bytes, tail->bytes + cut, tail->length);
  }
  text->notes = sw_arena_textn(arena, tail->bytes, tail->length);
  text->notes_length = tail->length;
  return text->notes ? SW_OK : sw_fail(err, SW_ENOMEM, "%s: out of memory", text->path);
}

/* Rank 0 only. Without a footer only the header is inflated, and where the file ends is found out
 * when it is dealt: end -1. */
sw_status sw_gz_look(sw_error *err, sw_arena *arena, int64_t footer, sw_lines *text) {
  gzFile gz = NULL;
  gz_tail tail = {0};
  SW_TRY(sw_file_refuse_stream(err, text->path, "a .csv.gz"));
  SW_TRY(gz_open(err, text->path, &gz));
  text->end = -1;
  sw_status status = look_header(err, arena, gz, &tail, text);
  if (!status && footer > 0) status = look_notes(err, arena, gz, &tail, footer, text);
  gzclose(gz);
  free(tail.bytes);
  return status;
}

/* ---- rounds ------------------------------------------------------------------------------ */

/* `gz`, `left`, `at`, `line` and `finished` are rank 0's; the others have room for the exchange. */
typedef struct gz_dealer {
  const sw_lines *text;
  gzFile gz;
  gz_tail left;  /* inflated and not dealt out yet */
  int64_t at;    /* bytes of the file inflated so far */
  int64_t line;  /* number of the first line in `left` */
  bool finished; /* `left` holds the end of the rows */
  char *message; /* of a round: for each rank the number of its first line, then its lines */
  size_t *sent, *received; /* one number per rank: bytes of the round */
} gz_dealer;

/* Room on every rank. On rank 0 also: open the file a second time, and skip the header, which
 * everybody knows. Local: the caller agrees. */
static sw_status start_dealer(sw_error *err, sw_team *team, gz_dealer *dealer) {
  size_t ranks = (size_t)team->size, got = 0;
  SW_TRY(sw_calloc(err, ranks, sizeof(size_t), (void **)&dealer->sent));
  SW_TRY(sw_calloc(err, ranks, sizeof(size_t), (void **)&dealer->received));
  if (team->rank) return SW_OK;
  SW_TRY(gz_open(err, dealer->text->path, &dealer->gz));
  SW_TRY(make_room(err, &dealer->left, dealer->text->header_length + 1));
  SW_TRY(gz_fill(err, dealer->text->path, dealer->gz, dealer->left.bytes,
                 dealer->text->header_length, &got));
  dealer->at = dealer->text->begin;
  dealer->line = dealer->text->begin_line;
  return SW_OK;
}

/* Inflates until there is a piece for every rank, or the end. *whole: bytes of whole lines, 0 only
 * at the end. Where one line is longer than a round the aim is doubled until it fits. Short of the
 * aim means the file, or the part before the footer, is over; a file that ends exactly at the aim
 * costs a further round of nothing. */
static sw_status inflate_round(sw_error *err, int ranks, gz_dealer *dealer, size_t *whole) {
  const sw_lines *text = dealer->text;
  size_t aim = (size_t)ranks * PIECE;
  gz_tail *left = &dealer->left;
  for (*whole = 0; !*whole && !dealer->finished; aim *= 2) {
    size_t want = aim > left->length ? aim - left->length : 0, got = 0;
    if (text->end >= 0 && (int64_t)want > text->end - dealer->at)
      want = (size_t)(text->end - dealer->at);
    SW_TRY(make_room(err, left, want));
    SW_TRY(gz_fill(err, text->path, dealer->gz, left->bytes + left->length, want, &got));
    left->length += got;
    dealer->at += (int64_t)got;
    dealer->finished = left->length < aim;
    /* The last line of a file may lack its newline: at the end everything is whole. */
    const char *newline = left->length ? memrchr(left->bytes, '\n', left->length) : NULL;
    *whole = dealer->finished ? left->length : newline ? (size_t)(newline - left->bytes) + 1 : 0;
  }
  return SW_OK;
}

/* Cuts left[0..whole) at line ends into a piece for each rank, about equal: each goes up to the
 * first line end at or after its share. A rank may get nothing (a line longer than a share); it
 * gets a message all the same, of the line number alone. Moves what is left over to the front. */
static sw_status cut_round(sw_error *err, int ranks, gz_dealer *dealer, size_t whole) {
  gz_tail *left = &dealer->left;
  sw_free(dealer->message);
  dealer->message = NULL;
  SW_TRY(sw_alloc(err, whole + (size_t)ranks * sizeof(int64_t), 1, (void **)&dealer->message));
  char *out = dealer->message;
  size_t from = 0;
  for (int r = 0; r < ranks; r++) {
    size_t to = whole / (size_t)ranks * (size_t)(r + 1);
    /* From the byte before, as it may be the newline. Where no line ends behind the share all that
     * is left belongs to this rank. */
    const char *newline =
        to < whole && to > 0 ? memchr(left->bytes + to - 1, '\n', whole - to + 1) : NULL;
    to = r == ranks - 1 || (to > 0 && !newline) ? whole
         : newline                              ? (size_t)(newline - left->bytes) + 1
                                                : 0;
    if (to < from) to = from; /* the rank before took a long line that covers this share too */
    memcpy(out, &dealer->line, sizeof dealer->line);
    if (to > from) memcpy(out + sizeof dealer->line, left->bytes + from, to - from);
    dealer->line += sw_lines_count(left->bytes + from, to - from);
    dealer->sent[r] = sizeof dealer->line + (to - from);
    out += dealer->sent[r];
    from = to;
  }
  left->length -= whole;
  memmove(left->bytes, left->bytes + whole, left->length);
  return SW_OK;
}

/* What a rank got in a round: its lines, behind the number of the first. */
typedef struct gz_round {
  const char *text;
  size_t length;
  int64_t n;
} gz_round;

/* Where the first line at or after the k-th of n equal parts begins. The ends of a part are the
 * starts of its neighbours, so parts neither overlap nor leave anything out. 128 bits: length times
 * k. */
static size_t part_start(const gz_round *round, int64_t k) {
  size_t at = (size_t)((unsigned __int128)round->length * (size_t)k / (size_t)round->n);
  if (at == 0 || k == round->n) return at;
  const char *newline = memchr(round->text + at - 1, '\n', round->length - at + 1);
  return newline ? (size_t)(newline - round->text) + 1 : round->length;
}

/* Copies nothing: the text lies in the message. Several threads at once; nobody writes. */
static sw_status fetch(const void *source, sw_error *err, int64_t k, sw_lines_piece *piece) {
  (void)err;
  const gz_round *round = source;
  size_t from = part_start(round, k);
  piece->text = round->text + from;
  piece->length = part_start(round, k + 1) - from;
  return SW_OK;
}

/* This rank's part of a round, by all its threads. bytes: a message of cut_round. An empty round is
 * still taken, with no pieces. */
static sw_status take_round(sw_error *err, const char *bytes, size_t length, sw_lines_taker taker) {
  int64_t first_line = 0;
  memcpy(&first_line, bytes, sizeof first_line);
  gz_round round = {.text = bytes + sizeof first_line, .length = length - sizeof first_line};
  int64_t parts = (int64_t)(round.length / PART) + 1;
  round.n = round.length == 0 ? 0 : parts;
  sw_lines_pieces pieces = {.n = round.n, .fetch = fetch, .source = &round};
  sw_status status = sw_lines_pieces_take(err, &pieces, taker);
  if (!status) return sw_lines_pieces_place(err, &pieces, taker, first_line);
  sw_free(pieces.lines);
  return status;
}

/* The number of rounds is known to rank 0 alone: it says after each whether another follows. Ranks
 * other than 0 send nothing, and get one message, from rank 0. The order of errors is that of the
 * ranks, which is that of the lines within a round; a later round is not begun after an error. */
static sw_status one_round(sw_error *err, sw_team *team, gz_dealer *dealer, sw_lines_taker taker,
                           bool *more) {
  size_t whole = 0;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    status = inflate_round(err, team->size, dealer, &whole);
    if (!status) status = cut_round(err, team->size, dealer, whole);
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  char *mine = NULL;
  SW_TRY(
      team->all_to_all(team, err, dealer->message, dealer->sent, (void **)&mine, dealer->received));
  status = take_round(err, mine, dealer->received[0], taker);
  sw_free(mine);
  SW_TRY(sw_team_agree(team, err, status, team->rank));
  uint8_t again = !dealer->finished;
  SW_TRY(team->broadcast(team, err, &again, 1, 0));
  *more = again;
  return SW_OK;
}

/* Deals a compressed text out to the ranks, round by round: one rank inflates, as gzip has no
 * middle. Collective. */
sw_status sw_gz_deal(sw_error *err, sw_team *team, const sw_lines *text, sw_lines_taker taker) {
  gz_dealer dealer = {.text = text};
  sw_status status = sw_team_agree(team, err, start_dealer(err, team, &dealer), 0);
  for (bool more = true; more && !status;)
    status = one_round(err, team, &dealer, taker, &more);
  if (dealer.gz) gzclose(dealer.gz);
  free(dealer.left.bytes);
  sw_free(dealer.message);
  sw_free(dealer.sent);
  sw_free(dealer.received);
  return status;
}
