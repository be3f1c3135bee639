/* The tree of sums: the bits are those of a plain recursion, however the leaves are dealt out. */
#include "plan/pairs/ladder.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { ROWS = 40, PARTS = 5, WIDTH = 3 };

static double leaf(int64_t key, int k) {
  return sin(1.3 * (double)key + k) * pow(10, (double)(key % 9));
}

static bool is_key(int rows, int parts, int shift, int64_t key) {
  return key >> shift < rows && key % (1 << shift) < parts;
}

/* Sum of the keys of a block: halves without keys are left out. */
static double plain(int rows, int parts, int shift, int level, int64_t index, int k) {
  if (level == 0) return 0.0 + leaf(index, k);
  double first = plain(rows, parts, shift, level - 1, 2 * index, k);
  if (!is_key(rows, parts, shift, (2 * index + 1) << (level - 1))) return first;
  return first + plain(rows, parts, shift, level - 1, 2 * index + 1, k);
}

static void climb(sw_ladder *ladder, int row, int from, int to) {
  for (int part = from; part < to; part++) {
    int64_t key = (int64_t)row << ladder->shift | part;
    double *sum = sw_ladder_add(ladder, 0, key);
    for (int k = 0; k < ladder->width; k++)
      sum[k] += leaf(key, k);
    sw_ladder_settle(ladder);
  }
}

static void hand_over(sw_ladder *from, sw_ladder *to) {
  for (int k = 0; k < from->count; k++) {
    double *sum = sw_ladder_add(to, from->level[k], from->index[k]);
    for (int i = 0; i < from->width; i++)
      sum[i] += sw_ladder_sum(from, k)[i];
    sw_ladder_settle(to);
  }
  from->count = 0;
}

/* Leaves in `pieces` ladders, whose blocks go into one. */
static void check(int rows, int parts, int pieces) {
  sw_error err = {0};
  sw_ladder whole = {0}, piece = {0};
  cr_assert_eq(sw_ladder_create(&err, rows, parts, WIDTH, &whole), SW_OK);
  cr_assert_eq(sw_ladder_create(&err, rows, parts, WIDTH, &piece), SW_OK);
  for (int at = 0, p = 0; p < pieces; p++) {
    int end = rows * parts * (p + 1) / pieces;
    for (; at < end; at++)
      climb(&piece, at / parts, at % parts, at % parts + 1);
    cr_assert_leq(piece.count, 2 * (piece.root + 1));
    hand_over(&piece, &whole);
  }
  cr_assert_eq(whole.count, 1);
  cr_assert_eq(whole.level[0], whole.root);
  for (int k = 0; k < WIDTH; k++) {
    double wanted = plain(rows, parts, whole.shift, whole.root, 0, k);
    cr_assert_eq(sw_ladder_sum(&whole, 0)[k], wanted, "%d rows, %d parts, %d pieces", rows, parts,
                 pieces);
  }
  sw_ladder_destroy(&whole);
  sw_ladder_destroy(&piece);
}

Test(ladder, bits) {
  for (int rows = 1; rows <= ROWS; rows++)
    for (int parts = 1; parts <= PARTS; parts++)
      for (int pieces = 1; pieces <= 12; pieces++)
        check(rows, parts, pieces);
}
