/* The typed arrays of the page. A block is packed when it is added: its bytes by planes (all first
 * bytes, then all second ones, ...), deflated, kept until it is written as base64 within a script
 * element. Equal blocks are one. What is kept is what the page will have, so its size is known
 * before anything is written. */
#ifndef SW_CLI_REPORT_BLOCKS_H
#define SW_CLI_REPORT_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "spillway/status.h"

typedef enum sw_cell {
  SW_BLOCK_F64,
  SW_BLOCK_F32,
  SW_BLOCK_I32,
  SW_BLOCK_U32,
  SW_BLOCK_I16,
  SW_BLOCK_U16,
  SW_BLOCK_U8,
  SW_BLOCK_TEXT /* bytes */
} sw_cell;

typedef struct sw_blocks sw_blocks;

sw_status sw_blocks_create(sw_error *err, sw_blocks **blocks);
void sw_blocks_destroy(sw_blocks *blocks);

/* What is to be packed: n numbers of the cell (bytes of a text). row > 0: of integers, rows of so
 * many numbers of which each is stored as what differs from the one before (xor). *number becomes
 * the block's: "b7". Values are the caller's, and may be changed by packing. */
typedef struct sw_block {
  sw_cell cell;
  int64_t n, row;
  void *value;
  int *number;
} sw_block;

/* Packs them, in parallel; numbers are given in their order, whatever the threads. */
sw_status sw_blocks_add(sw_error *err, sw_blocks *blocks, int count, const sw_block *block);
/* One alone; number -1 on failure. */
sw_status sw_blocks_put(sw_error *err, sw_blocks *blocks, sw_cell cell, int64_t n, int64_t row,
                        void *value, int *number);
/* Texts joined by newlines; newlines within become blanks. `text` NULL: nothing is added. */
sw_status sw_blocks_texts(sw_error *err, sw_blocks *blocks, int64_t n, const char *const *text,
                          int *number);
/* Doubles as what is asked for: f64, f32, or integers, for which NaN is -1 or the greatest. */
sw_status sw_blocks_numbers(sw_error *err, sw_blocks *blocks, sw_cell cell, int64_t n,
                            const double *value, int *number);
/* The same into memory, to be packed with others. */
void sw_blocks_convert(sw_cell cell, int64_t n, const double *from, void *to);
size_t sw_blocks_width(sw_cell cell); /* bytes of a number */

int sw_blocks_count(const sw_blocks *blocks);
int64_t sw_blocks_bytes(const sw_blocks *blocks); /* in the page, so far */
/* Writes blocks [first, last) as elements. The stream knows whether all was written. */
void sw_blocks_write(const sw_blocks *blocks, int first, int last, FILE *out);

#endif
