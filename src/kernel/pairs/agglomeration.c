/* Shares of a few regions, less those of all industries, and their products; see agglomeration.h.
 * Called by `ellison_glaeser` for a band of industries at a time: O(regions x rows x n), through
 * the block kernel. Any thread; nothing is allocated. */
#include "kernel/pairs/agglomeration.h"
#include "kernel/hot.h"
#include "kernel/pairs/block.h"

#include <math.h>
#include <string.h>

enum { CHUNK = SW_AGGLOMERATION_CHUNK };

/* The parts of the workspace, in the order in which sw_agglomeration_workspace counts them. */
typedef struct room {
  double *share;   /* CHUNK rows of n: the regions of a chunk */
  double *product; /* rows * n, of a chunk */
  double *total;   /* CHUNK: the region's total of all industries */
  void *block;     /* of the block kernel */
  const double **row;
  char *whole; /* CHUNK */
} room;

/* Divides the workspace. */
static room room_of(int n, int rows, void *workspace) {
  size_t width = (size_t)n;
  double *at = workspace;
  room r = {.share = at, .product = at + CHUNK * width};
  r.total = r.product + (size_t)rows * width;
  r.block = r.total + CHUNK;
  r.row = (const double **)(void *)((char *)r.block + sw_block_workspace(CHUNK));
  r.whole = (char *)(r.row + CHUNK);
  return r;
}

size_t sw_agglomeration_workspace(int n, int rows) {
  size_t numbers = (size_t)(CHUNK + rows) * (size_t)n + CHUNK;
  return numbers * sizeof(double) + sw_block_workspace(CHUNK) + CHUNK * (sizeof(double *) + 1);
}

/* Loads the shares of regions [m, m + count). A region that is not whole, with a value missing, is
 * a row of zeros, which adds nothing. Columns are read in their order, and turned round. */
static void load(const sw_agglomeration *of, int64_t m, int count, const room *r) {
  size_t n = (size_t)of->n;
  memset(r->whole, 1, (size_t)count);
  memset(r->total, 0, (size_t)count * sizeof *r->total);
  for (size_t k = 0; k < n; k++) {
    const double *value = of->value[k] + m;
    for (int u = 0; u < count; u++) {
      /* False of NaN as well. */
      r->whole[u] &= value[u] >= 0;
      r->total[u] += value[u];
      r->share[(size_t)u * n + k] = value[u] / of->sum[k]; /* 0/0: NaN */
    }
  }
  for (int u = 0; u < count; u++)
    if (!r->whole[u])
      for (size_t k = 0; k < n; k++)
        r->share[(size_t)u * n + k] = of->sum[k] > 0 ? 0 : NAN;
}

/* The mean share over the industries that there are. */
static double mean_of(int n, const double *share) {
  double sum = 0;
  int count = 0;
  for (int k = 0; k < n; k++) {
    if (isnan(share[k])) continue;
    sum += share[k];
    count++;
  }
  return sum / count;
}

/* Adds one region's terms to g and to the sum of squares, in the order of the regions: one chain of
 * additions for each industry. */
SW_HOT static void add_squares(int rows, const double *restrict share, double x, double *restrict g,
                               double *restrict squares) {
  for (int k = 0; k < rows; k++) {
    double apart = share[k] - x;
    g[k] += apart * apart;
    squares[k] += share[k] * share[k];
  }
}

SW_HOT static void add_rows(int64_t n, const double *restrict from, double *restrict to) {
  for (int64_t i = 0; i < n; i++)
    to[i] += from[i];
}

SW_HOT static void lessen(int64_t n, double x, double *restrict share) {
  for (int64_t k = 0; k < n; k++)
    share[k] -= x;
}

/* Takes in one region: both kinds of x, its part of g; leaves its shares less x in place, for the
 * products. */
static void take_region(const sw_agglomeration *of, double all, int k0, int k1, double *share,
                        double total, sw_agglomeration_band *out) {
  double mean = of->mean_of_g || of->mean_of_pairs ? mean_of(of->n, share) : 0;
  double of_g = of->mean_of_g ? mean : total / all;
  double of_pairs = of->mean_of_pairs ? mean : total / all;
  out->x_of_g += of_g * of_g;
  out->x_of_pairs += of_pairs * of_pairs;
  add_squares(k1 - k0, share + k0, of_g, out->g, out->squares);
  lessen(of->n, of_pairs, share);
}

/* Begins the sums at zero; where no region has all values, they are none. */
static void begin(const sw_agglomeration *of, double all, int rows, sw_agglomeration_band *out) {
  double zero = all > 0 ? 0 : NAN;
  for (int64_t i = 0; i < (int64_t)rows * of->n; i++)
    out->pairs[i] = zero;
  for (int k = 0; k < rows; k++)
    out->g[k] = out->squares[k] = zero;
  out->x_of_g = out->x_of_pairs = zero;
}

/* A band: industries [k0, k1) with all from k0 on, the upper half of a symmetric matrix. */
void sw_agglomeration_compute(const sw_agglomeration *of, int k0, int k1,
                              sw_agglomeration_band *out, void *workspace) {
  int64_t n = of->n, rows = k1 - k0;
  room r = room_of(of->n, k1 - k0, workspace);
  double all = 0;
  for (int k = 0; k < of->n; k++)
    all += of->sum[k];
  for (int u = 0; u < CHUNK; u++)
    r.row[u] = r.share + u * n;
  begin(of, all, k1 - k0, out);
  for (int64_t m = 0; m < of->regions; m += CHUNK) {
    int count = (int)(of->regions - m < CHUNK ? of->regions - m : CHUNK);
    load(of, m, count, &r);
    for (int u = 0; u < count; u++)
      if (r.whole[u]) take_region(of, all, k0, k1, r.share + u * n, r.total[u], out);
    sw_block_products(count, r.row, k0, k1, r.row, k0, n, r.product, n - k0, r.block);
    for (int64_t i = 0; i < rows; i++)
      add_rows(n - k0, r.product + i * (n - k0), out->pairs + i * n + k0);
  }
}
