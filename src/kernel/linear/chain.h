/* What a Markov chain of few classes does in the long run, and how mobile it is (methods-regions.md
 * section 11). A class that no transition leaves or enters is left out; one that is only entered is
 * taken for absorbing. So the chain's rows all sum to 1, and its states are the classes in use. */
#ifndef SW_KERNEL_LINEAR_CHAIN_H
#define SW_KERNEL_LINEAR_CHAIN_H

#include <stdbool.h>

enum { SW_CHAIN_MOST = 64 }; /* states */

typedef struct sw_chain {
  int n;                     /* states: classes in use */
  int of[SW_CHAIN_MOST];     /* the class of each, ascending, from 0 */
  int only_entered;          /* states without a departure */
  int n_closed;              /* closed communicating classes, by their lowest state */
  int closed[SW_CHAIN_MOST]; /* of each state the closed class that it belongs to; -1: transient */
  bool cycles;               /* a closed class goes round in more than one step, never settling */
  double p[SW_CHAIN_MOST * SW_CHAIN_MOST]; /* n x n */
} sw_chain;

/* Out of counts [from * classes + to]; classes <= SW_CHAIN_MOST. */
void sw_chain_make(int classes, const double *count, sw_chain *chain);

/* The stationary shares of each closed class, one row of n each, zero elsewhere. */
void sw_chain_stationary(const sw_chain *chain, double *row);
/* Where the chain tends from the shares `start` of n states, which are scaled to sum 1: each closed
 * class with the probability that it is entered. `stationary`: of the function above. */
void sw_chain_limit(const sw_chain *chain, const double *stationary, const double *start,
                    double *limit);
/* Mean first passage, n x n: steps from state i until j is first met, from j until it is met again.
 * INFINITY where that is not certain. */
void sw_chain_passage(const sw_chain *chain, double *steps);

typedef struct sw_mobility {
  double shorrocks;         /* (n - tr P)/(n - 1) */
  double det, eigen;        /* 1 - |det P|, 1 - |lambda_2| */
  double half_life;         /* ln .5/ln |lambda_2| */
  double bartholomew;       /* n (1 - sum pi_i p_ii)/(n - 1) */
  double bartholomew_steps; /* sum pi_i p_ij |i - j|/(n - 1) */
} sw_mobility;

/* By the shares pi of n states. Fewer than two states: NaN. */
sw_mobility sw_chain_mobility(const sw_chain *chain, const double *pi);

#endif
