/* Markov chains of few classes; see chain.h. What is structure (which states lead where, which are
 * closed, whether one goes in circles) is found in the graph of positive probabilities and not by
 * numbers that are nearly 0 or 1; what is number is then regular: no system that is solved here is
 * singular. Sums run in the order of states.
 *
 * Called by measure/share/chain_tables.c, once for the transitions of each table. Everything lies
 * on the stack, which MOST bounds at some 100 KiB; nothing is shared, so any thread may call. */
#include "kernel/linear/chain.h"

#include "kernel/linear/eigen.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { MOST = SW_CHAIN_MOST };

/* ---- structure ---------------------------------------------------------------------------- */

/* row[i] bit j: j can be reached from i in one step or more. As bits of one word: MOST is 64.
 * O(n^3) set operations become O(n^2) word operations that way. */
typedef struct reach {
  uint64_t row[MOST];
} reach;

static uint64_t bit(int i) {
  return UINT64_C(1) << i;
}

/* One step, without the steps that leave `stop` (-1: none). With `stop` the graph is that of first
 * passage: what happens after `stop` is met no longer counts. */
static void find_steps(const sw_chain *chain, int stop, reach *to) {
  for (int i = 0; i < chain->n; i++) {
    to->row[i] = 0;
    for (int j = 0; i != stop && j < chain->n; j++)
      if (chain->p[i * chain->n + j] > 0) to->row[i] |= bit(j);
  }
}

/* Warshall: by way of k, for each k. After round k a bit means: there is a way whose inner states
 * are all among 0 .. k. */
static void close_steps(int n, reach *to) {
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      if (to->row[i] & bit(k)) to->row[i] |= to->row[k];
}

/* A state is of a closed class if whatever it reaches leads back to it. Classes are numbered by
 * their lowest state, which is met first; `n_closed` must be 0 before. */
static void find_closed(sw_chain *chain, const reach *to) {
  for (int i = 0; i < chain->n; i++) {
    bool returns = true;
    chain->closed[i] = -1;
    for (int j = 0; j < chain->n; j++)
      /* A state that reaches nothing has no departure at all. It does not occur: sw_chain_make
       * gives such a state a step to itself. */
      if (to->row[i] & bit(j)) returns = returns && (to->row[j] & bit(i));
    for (int j = 0; returns && j < i; j++)
      if (to->row[i] & bit(j)) chain->closed[i] = chain->closed[j];
    if (returns && chain->closed[i] < 0) chain->closed[i] = chain->n_closed++;
  }
}

/* The greatest common divisor (Euclid). */
static int common(int a, int b) {
  while (b) {
    int rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* The greatest number that divides the length of every way back to `first`: by the distances of its
 * class from it, of which each step breaks the ranks by a multiple of that number. Breadth first,
 * O(n^2). In a class of period d every step leads from rank r to rank r + 1 modulo d, so that
 * distance[i] + 1 - distance[j] is a multiple of d for each step, and their greatest common divisor
 * is d itself. */
static int period_of(const sw_chain *chain, int first) {
  int distance[MOST], queue[MOST], head = 0, tail = 0, period = 0;
  for (int i = 0; i < chain->n; i++)
    distance[i] = -1;
  distance[first] = 0;
  queue[tail++] = first;
  while (head < tail) {
    int i = queue[head++];
    for (int j = 0; j < chain->n; j++) {
      if (!(chain->p[i * chain->n + j] > 0)) continue;
      if (distance[j] < 0) {
        distance[j] = distance[i] + 1;
        queue[tail++] = j;
      }
      int apart = distance[i] + 1 - distance[j];
      period = common(apart < 0 ? -apart : apart, period);
    }
  }
  return period;
}

/* Which classes are never left, and whether the chain goes in circles. O(classes^3). */
static void find_structure(sw_chain *chain) {
  reach to;
  find_steps(chain, -1, &to);
  close_steps(chain->n, &to);
  find_closed(chain, &to);
  /* Only closed classes can keep a chain from settling: what a transient class does in circles dies
   * out. */
  for (int c = 0; c < chain->n_closed; c++) {
    int first = 0;
    while (chain->closed[first] != c)
      first++;
    if (period_of(chain, first) > 1) chain->cycles = true;
  }
}

/* A chain out of counts. A class that is entered and never left is taken for absorbing, and
 * counted. */
void sw_chain_make(int classes, const double *count, sw_chain *chain) {
  double left[MOST] = {0}, entered[MOST] = {0};
  memset(chain, 0, sizeof *chain);
  /* Counts are sums of whole numbers or of weights; a class enters the chain if any transition
   * touches it. */
  for (int i = 0; i < classes; i++)
    for (int j = 0; j < classes; j++) {
      left[i] += count[i * classes + j];
      entered[j] += count[i * classes + j];
    }
  for (int i = 0; i < classes; i++)
    if (left[i] > 0 || entered[i] > 0) chain->of[chain->n++] = i;
  for (int i = 0; i < chain->n; i++) {
    int from = chain->of[i];
    chain->only_entered += left[from] == 0;
    for (int j = 0; j < chain->n; j++)
      chain->p[i * chain->n + j] =
          left[from] > 0 ? count[from * classes + chain->of[j]] / left[from] : i == j;
  }
  find_structure(chain);
}

/* ---- the long run ------------------------------------------------------------------------- */

/* Grassmann, Taksar & Heyman 1985: states are taken out one by one from the last, and what they
 * held goes to the others; nothing is subtracted, so no digit is lost. `p` is spent. One division
 * per state and no difference: with probabilities from 1e-12 to 1 all digits of the shares hold,
 * where a solution of pi (P - I) = 0 would lose those of the small ones. m^3 / 3 operations. */
static void find_shares(int m, double *p, double *share) {
  for (int k = m - 1; k > 0; k--) {
    double out = 0;
    /* The sum of what leaves k for lower states stands for 1 - p_kk of the reduced chain, which
     * would cancel. It is positive because the class is closed and every state of it reaches every
     * other. */
    for (int j = 0; j < k; j++)
      out += p[k * m + j];
    for (int i = 0; i < k; i++) {
      p[i * m + k] /= out;
      for (int j = 0; j < k; j++)
        p[i * m + j] += p[i * m + k] * p[k * m + j];
    }
  }
  /* Back substitution in the order in which states come back, from a share of 1 for the first. */
  double sum = share[0] = 1;
  for (int k = 1; k < m; k++) {
    share[k] = 0;
    for (int i = 0; i < k; i++)
      share[k] += share[i] * p[i * m + k];
    sum += share[k];
  }
  for (int k = 0; k < m; k++)
    share[k] /= sum;
}

/* The states for which of[i] is c; how many. */
static int members(const int *of, int n, int c, int *member) {
  int m = 0;
  for (int i = 0; i < n; i++)
    if (of[i] == c) member[m++] = i;
  return m;
}

/* The stationary shares of each closed set of classes; 0 outside of it. With one closed set there
 * is one row. */
void sw_chain_stationary(const sw_chain *chain, double *row) {
  double p[MOST * MOST], share[MOST];
  int member[MOST], n = chain->n;
  for (int c = 0; c < chain->n_closed; c++) {
    int m = members(chain->closed, n, c, member);
    for (int i = 0; i < m; i++)
      for (int j = 0; j < m; j++)
        p[i * m + j] = chain->p[member[i] * n + member[j]];
    find_shares(m, p, share);
    for (int i = 0; i < n; i++)
      row[c * n + i] = 0;
    for (int i = 0; i < m; i++)
      row[c * n + member[i]] = share[i];
  }
}

/* Solves (I - Q) x = b for m states that all lead out of themselves in the end: by elimination in
 * order, without exchanges of rows, as a matrix with such rows needs none. a = Q and b are spent, x
 * is left in b. I - Q is then an M-matrix whose pivots stay positive; all off-diagonal products are
 * added and none subtracted. m^3 / 3 operations. */
static void solve_out(int m, double *a, double *b) {
  for (int k = 0; k < m; k++) {
    /* Positive as long as state k can leave, which the caller grants. */
    double pivot = 1 - a[k * m + k];
    for (int j = k + 1; j < m; j++)
      a[k * m + j] /= pivot;
    b[k] /= pivot;
    for (int i = k + 1; i < m; i++) {
      for (int j = k + 1; j < m; j++)
        a[i * m + j] += a[i * m + k] * a[k * m + j];
      b[i] += a[i * m + k] * b[k];
    }
  }
  for (int k = m - 1; k >= 0; k--)
    for (int j = k + 1; j < m; j++)
      b[k] += a[k * m + j] * b[j];
}

/* The rows and columns of the members. */
static void cut_out(const sw_chain *chain, const int *member, int m, double *a) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < m; j++)
      a[i * m + j] = chain->p[member[i] * chain->n + member[j]];
}

/* With what probability a state ends in the closed class c. */
static void find_absorption(const sw_chain *chain, int c, double *into) {
  double a[MOST * MOST], b[MOST];
  int member[MOST] = {0}, n = chain->n, m = members(chain->closed, n, -1, member);
  for (int i = 0; i < n; i++)
    /* A state in c itself is absorbed with certainty, one of another closed class never; transient
     * ones are solved for below. */
    into[i] = chain->closed[i] == c;
  cut_out(chain, member, m, a);
  /* One step into c; any number of steps among transient states is (I - Q)^-1 of it. */
  for (int i = 0; i < m; i++) {
    b[i] = 0;
    for (int j = 0; j < n; j++)
      if (chain->closed[j] == c) b[i] += chain->p[member[i] * n + j];
  }
  solve_out(m, a, b);
  for (int i = 0; i < m; i++)
    into[member[i]] = b[i];
}

void sw_chain_limit(const sw_chain *chain, const double *stationary, const double *start,
                    double *limit) {
  double into[MOST], sum = 0;
  int n = chain->n;
  for (int i = 0; i < n; i++) {
    sum += start[i];
    limit[i] = 0;
  }
  /* The limit of start P^t in Cesaro's sense, so it exists for classes that go in circles too: each
   * class's stationary shares, weighted by the probability to end there. */
  for (int c = 0; c < chain->n_closed; c++) {
    double part = 0;
    find_absorption(chain, c, into);
    for (int i = 0; i < n; i++)
      part += start[i] / sum * into[i];
    /* One closed class is met for certain, whatever the rounding. */
    if (chain->n_closed == 1) part = 1;
    for (int i = 0; i < n; i++)
      limit[i] += part * stationary[c * n + i];
  }
}

/* ---- first passage ------------------------------------------------------------------------ */

/* The states from which j is met for certain: those that, before j, reach no state from which j
 * cannot be reached. Not all that can reach j: from a state that may wander off for good the mean
 * number of steps is infinite, however unlikely that is. */
static uint64_t certain(const sw_chain *chain, int j) {
  reach to;
  uint64_t sure = 0, lost = 0;
  find_steps(chain, j, &to);
  close_steps(chain->n, &to);
  for (int i = 0; i < chain->n; i++)
    if (i != j && !(to.row[i] & bit(j))) lost |= bit(i);
  for (int i = 0; i < chain->n; i++)
    if (i != j && !(lost & bit(i)) && !(to.row[i] & lost)) sure |= bit(i);
  return sure;
}

/* m_ij = 1 + sum_(k != j) p_ik m_kj over the states for which it is finite; they lead to no other
 * but j. Steps into j itself end the passage and add nothing, so the right side is the one step
 * alone. */
static void find_passage(const sw_chain *chain, int j, double *steps) {
  double a[MOST * MOST], b[MOST];
  int member[MOST] = {0}, n = chain->n, m = 0;
  uint64_t sure = certain(chain, j);
  for (int i = 0; i < n; i++) {
    if (sure & bit(i)) member[m++] = i;
    steps[i * n + j] = INFINITY;
  }
  cut_out(chain, member, m, a);
  for (int i = 0; i < m; i++)
    b[i] = 1;
  solve_out(m, a, b);
  for (int i = 0; i < m; i++)
    steps[member[i] * n + j] = b[i];
  /* The way back from j is one step and then a first passage. A state k with probability 0 is left
   * out, as 0 times infinity would be NaN. */
  double back = 1;
  for (int k = 0; k < n; k++)
    if (k != j && chain->p[j * n + k] > 0) back += chain->p[j * n + k] * steps[k * n + j];
  steps[j * n + j] = back;
}

/* One system per state: O(n^4) in all, n being 64 at most. */
void sw_chain_passage(const sw_chain *chain, double *steps) {
  for (int j = 0; j < chain->n; j++)
    find_passage(chain, j, steps);
}

/* ---- mobility ----------------------------------------------------------------------------- */

/* |det P| is the product of all. Where the chain does not settle on one distribution the second is
 * exactly as large as the first, which rounding would hide. */
static void find_eigen(const sw_chain *chain, sw_mobility *out) {
  double complex scratch[SW_EIGEN_SCRATCH(MOST)];
  double size[MOST], product = 1;
  /* All sizes descend, so size[0] is 1 and size[1] is the second; a size above 1 is rounding. */
  sw_eigen_sizes(chain->n, chain->p, size, scratch);
  for (int i = 0; i < chain->n; i++)
    product *= size[i];
  double second = chain->n_closed > 1 || chain->cycles || size[1] > 1 ? 1 : size[1];
  /* The product of a permutation's sizes may pass 1 by rounding: det is 0 then. It is NaN where the
   * eigenvalues were not found. */
  out->det = product < 1 ? 1 - product : isnan(product) ? NAN : 0;
  out->eigen = isnan(size[1]) ? NAN : 1 - second;
  out->half_life = isnan(size[1]) ? NAN : second == 1 ? INFINITY : log(.5) / log(second);
}

/* Measures of mobility by their definitions (Shorrocks 1978; Bartholomew 1973); those by
 * eigenvalues in find_eigen. */
sw_mobility sw_chain_mobility(const sw_chain *chain, const double *pi) {
  sw_mobility out = {NAN, NAN, NAN, NAN, NAN, NAN};
  int n = chain->n;
  double trace = 0, stays = 0, steps = 0;
  /* A single state has neither a second eigenvalue nor anywhere to go; the divisors n - 1 are 0. */
  if (n < 2) return out;
  for (int i = 0; i < n; i++) {
    trace += chain->p[i * n + i];
    stays += pi[i] * chain->p[i * n + i];
    for (int j = 0; j < n; j++)
      steps += pi[i] * chain->p[i * n + j] * (i < j ? j - i : i - j);
  }
  out.shorrocks = (n - trace) / (n - 1);
  out.bartholomew = n * (1 - stays) / (n - 1);
  out.bartholomew_steps = steps / (n - 1);
  find_eigen(chain, &out);
  return out;
}
