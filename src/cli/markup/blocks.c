/* See blocks.h. A block is made in three steps: its numbers as bytes by planes, deflated, and
 * hashed; these run in parallel over blocks. Numbers are given afterwards, in order, and a block
 * that is there already is given back. Base64 is made as it is written: it need not be kept.
 *
 * Byte planes: the first bytes of all numbers are alike, as are the exponents of doubles; together
 * they deflate much better than in their order.
 *
 * Owned by the caller until sw_blocks_destroy; only packed bytes are kept, so memory is about what
 * the arrays take in the page, less a quarter that base64 adds. Outside of sw_blocks_add the store
 * is used by one thread. */
#include "cli/markup/blocks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/hash.h"

enum { LEVEL = 6 }; /* 9 gains a hundredth and takes four times as long */

/* A block ready for the page. `hash` is of its numbers: blocks that are equal are kept once. */
typedef struct packed {
  sw_cell cell;
  int64_t n, row;
  uint64_t hash[2];
  unsigned char *bytes; /* malloc */
  size_t length;
} packed;

struct sw_blocks {
  int count, room;
  packed *block;
  /* An estimate, 4 bytes for 3 and 96 for the tags: plan.c decides by it what is still taken in. */
  int64_t bytes; /* in the page */
};

/* In the order of sw_cell; the names are read by the browser side (data-t). */
static const size_t width_of[] = {8, 4, 4, 4, 2, 2, 1, 1};
static const char *const name_of[] = {"f64", "f32", "i32", "u32", "i16", "u16", "u8", "text"};

sw_status sw_blocks_create(sw_error *err, sw_blocks **blocks) {
  *blocks = calloc(1, sizeof **blocks);
  return *blocks ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for the page");
}

void sw_blocks_destroy(sw_blocks *blocks) {
  for (int k = 0; blocks && k < blocks->count; k++)
    free(blocks->block[k].bytes);
  if (blocks) free(blocks->block);
  free(blocks);
}

size_t sw_blocks_width(sw_cell cell) {
  return width_of[cell];
}

int sw_blocks_count(const sw_blocks *blocks) {
  return blocks->count;
}

int64_t sw_blocks_bytes(const sw_blocks *blocks) {
  return blocks->bytes;
}

/* ---- packing ---------------------------------------------------------------------------- */

/* Each row but the first becomes what differs from the one before: from the last on, as each needs
 * the one before as it was. Periods of partners are mostly those of the period before: the
 * difference is then zeros, which deflate to nearly nothing. XOR and not a subtraction, as it needs
 * no type and cannot overflow. */
static void differ(size_t width, int64_t n, int64_t row, unsigned char *bytes) {
  for (int64_t k = n * (int64_t)width - 1, step = row * (int64_t)width; k >= step; k--)
    bytes[k] ^= bytes[k - step];
}

/* Byte b of all numbers, for each b. */
static void split(size_t width, int64_t n, const unsigned char *from, unsigned char *to) {
  for (size_t b = 0; b < width; b++)
    for (int64_t k = 0; k < n; k++)
      to[(int64_t)b * n + k] = from[k * (int64_t)width + (int64_t)b];
}

/* False: no memory. Without a header, as the page inflates it; the bytes are cut to what they
 * take. */
static bool deflate_raw(const unsigned char *from, size_t length, packed *to) {
  z_stream z = {.next_in = (unsigned char *)from, .avail_in = (uInt)length};
  /* avail_in is an unsigned int: what is over 2 GiB is refused rather than cut. */
  if (length > UINT32_MAX / 2 ||
      deflateInit2(&z, LEVEL, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    return false;
  /* With this much room one call must do: anything but Z_STREAM_END is a failure. */
  size_t room = deflateBound(&z, length);
  to->bytes = malloc(room);
  z.next_out = to->bytes;
  z.avail_out = (uInt)room;
  bool done = to->bytes && deflate(&z, Z_FINISH) == Z_STREAM_END;
  to->length = z.total_out;
  deflateEnd(&z);
  /* A failure to shrink is none: the larger piece is kept. */
  unsigned char *fit = done ? realloc(to->bytes, to->length) : NULL;
  if (fit) to->bytes = fit;
  return done;
}

/* Called from several threads, each with blocks of its own. The hashes are of the planes before
 * they are deflated: equal numbers give equal planes, whatever zlib makes of them. */
static bool pack(const sw_block *block, packed *to) {
  size_t width = width_of[block->cell], length = (size_t)block->n * width;
  /* One byte more than needed: malloc(0) may give NULL, which would read as a lack of memory. */
  unsigned char *planes = malloc(length + 1);
  *to = (packed){.cell = block->cell, .n = block->n, .row = block->row};
  if (!planes) return false;
  if (block->row > 0) differ(width, block->n, block->row, block->value);
  split(width, block->n, block->value, planes);
  to->hash[0] = sw_hash64(planes, length, 0);
  to->hash[1] = sw_hash64(planes, length, 1 + (uint64_t)block->cell);
  bool done = deflate_raw(planes, length, to);
  free(planes);
  return done;
}

/* ---- keeping ---------------------------------------------------------------------------- */

/* By two hashes of 64 bits; the bytes are not compared. Two different blocks are taken for one with
 * a chance of 2^-128 for each pair of them. The second hash is salted by the cell, so that equal
 * bytes of two kinds stay two blocks. */
static bool is_equal(const packed *a, const packed *b) {
  return a->cell == b->cell && a->n == b->n && a->row == b->row && a->hash[0] == b->hash[0] &&
         a->hash[1] == b->hash[1];
}

/* Room for one more block. Amortised O(1); blocks are small structs that own their bytes. */
static bool has_room(sw_blocks *blocks) {
  if (blocks->count < blocks->room) return true;
  int room = 2 * blocks->room + 64;
  packed *more = realloc(blocks->block, (size_t)room * sizeof *more);
  if (!more) return false;
  blocks->block = more;
  blocks->room = room;
  return true;
}

/* Its number; -1: no memory. Takes over its bytes. A linear search: pages have some thousand blocks
 * at most, and the time goes into deflating. */
static int keep(sw_blocks *blocks, packed *block) {
  for (int k = 0; k < blocks->count; k++) {
    if (!is_equal(&blocks->block[k], block)) continue;
    free(block->bytes);
    block->bytes = NULL;
    return k;
  }
  if (!has_room(blocks)) return -1;
  blocks->block[blocks->count] = *block;
  block->bytes = NULL;
  blocks->bytes += (int64_t)(4 * ((blocks->block[blocks->count].length + 2) / 3)) + 96;
  return blocks->count++;
}

/* Packing runs in any order; numbers are given in that of the list, so the page has the same bytes
 * with any number of threads. Values of blocks with rows are changed in place. */
sw_status sw_blocks_add(sw_error *err, sw_blocks *blocks, int count, const sw_block *block) {
  packed *made = calloc((size_t)count + 1, sizeof *made);
  bool whole = made != NULL;
#pragma omp parallel for schedule(dynamic, 1) reduction(&& : whole) if (made)
  for (int k = 0; k < count; k++)
    whole = made && pack(&block[k], &made[k]) && whole;
  for (int k = 0; k < count && whole; k++) {
    /* After a failure the numbers that are left are not set; the page is then given up. */
    *block[k].number = keep(blocks, &made[k]);
    whole = *block[k].number >= 0;
  }
  for (int k = 0; made && k < count; k++)
    free(made[k].bytes);
  free(made);
  return whole ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for the arrays of the page");
}

/* One block at once, for what stands alone. *number is -1 after a failure. `value` is the caller's
 * and is overwritten where row > 0. */
sw_status sw_blocks_put(sw_error *err, sw_blocks *blocks, sw_cell cell, int64_t n, int64_t row,
                        void *value, int *number) {
  *number = -1;
  const sw_block block = {cell, n, row, value, number};
  return sw_blocks_add(err, blocks, 1, &block);
}

/* One text, lines apart; a newline within a text would be two. number is -1 for no texts at all
 * (text NULL): the browser then shows codes. */
sw_status sw_blocks_texts(sw_error *err, sw_blocks *blocks, int64_t n, const char *const *text,
                          int *number) {
  *number = -1;
  if (!text) return SW_OK;
  char *joined = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&joined, &length);
  for (int64_t k = 0; out && k < n; k++) {
    if (k > 0) fputc('\n', out);
    for (const char *at = text[k]; *at; at++)
      fputc(*at == '\n' ? ' ' : *at, out);
  }
  bool whole = out && fclose(out) == 0;
  sw_status status =
      whole ? sw_blocks_put(err, blocks, SW_BLOCK_TEXT, (int64_t)length, 0, joined, number)
            : sw_fail(err, SW_ENOMEM, "out of memory for the texts of the page");
  free(joined);
  return status;
}

/* ---- numbers as a cell of another kind ------------------------------------------------------ */

/* What is missing becomes NaN, or the one value of an integer cell that stands for it. Values that
 * the cell cannot hold are the caller's fault: the cell is chosen by the range beforehand, and
 * fractions of integer cells are cut. */
void sw_blocks_convert(sw_cell cell, int64_t n, const double *from, void *to) {
  for (int64_t k = 0; k < n; k++) {
    double v = from[k];
    bool none = isnan(v);
    switch (cell) {
    case SW_BLOCK_F64:
      ((double *)to)[k] = none ? NAN : v; /* one NaN of the many */
      break;
    case SW_BLOCK_F32:
      ((float *)to)[k] = none ? NAN : (float)v;
      break;
    case SW_BLOCK_I32:
      ((int32_t *)to)[k] = none ? -1 : (int32_t)v;
      break;
    case SW_BLOCK_U32:
      ((uint32_t *)to)[k] = none ? UINT32_MAX : (uint32_t)v;
      break;
    case SW_BLOCK_I16:
      ((int16_t *)to)[k] = none ? -1 : (int16_t)v;
      break;
    case SW_BLOCK_U16:
      ((uint16_t *)to)[k] = none ? UINT16_MAX : (uint16_t)v;
      break;
    case SW_BLOCK_U8:
    case SW_BLOCK_TEXT:
      ((uint8_t *)to)[k] = none ? UINT8_MAX : (uint8_t)v;
      break;
    }
  }
}

/* Through a copy in the cell's width, freed here; `value` stays as it was. */
sw_status sw_blocks_numbers(sw_error *err, sw_blocks *blocks, sw_cell cell, int64_t n,
                            const double *value, int *number) {
  void *cells = NULL;
  *number = -1;
  SW_TRY(sw_alloc(err, (size_t)n + 1, width_of[cell], &cells));
  sw_blocks_convert(cell, n, value, cells);
  sw_status status = sw_blocks_put(err, blocks, cell, n, 0, cells, number);
  sw_free(cells);
  return status;
}

/* ---- writing ---------------------------------------------------------------------------- */

/* In pieces of whole groups of three bytes. */
static void write_base64(const unsigned char *bytes, size_t length, FILE *out) {
  static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char text[4 * 1024];
  /* Only the last group of all is filled up by "=", as the pieces are multiples of three bytes. */
  for (size_t at = 0; at < length;) {
    size_t room = 0;
    for (; at < length && room < sizeof text; at += 3, room += 4) {
      size_t left = length - at;
      uint32_t group = (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                       (left > 2 ? bytes[at + 2] : 0);
      text[room] = digit[group >> 18];
      text[room + 1] = digit[group >> 12 & 63];
      text[room + 2] = left > 1 ? digit[group >> 6 & 63] : '=';
      text[room + 3] = left > 2 ? digit[group & 63] : '=';
    }
    fwrite(text, 1, room, out);
  }
}

/* Blocks [first, last) as script elements of a type that no browser runs: the cheapest way to carry
 * bytes in a page without parsing them. data-x tells what has to be undone after inflating. Errors
 * of the stream show when the page is closed. */
void sw_blocks_write(const sw_blocks *blocks, int first, int last, FILE *out) {
  for (int k = first; k < last && k < blocks->count; k++) {
    const packed *block = &blocks->block[k];
    fprintf(out,
            "<script type=\"text/plain\" class=\"block\" id=\"b%d\" data-t=\"%s\" data-n=\"%lld\"",
            k, name_of[block->cell], (long long)block->n);
    if (block->row > 0)
      fprintf(out, " data-x=\"r%lld\">", (long long)block->row);
    else
      fputs(" data-x=\"\">", out);
    write_base64(block->bytes, block->length, out);
    fputs("</script>\n", out);
  }
}
