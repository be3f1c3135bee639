/* Transitions between classes, counted: probabilities, and tests of whether they are the same under
 * several conditions (methods-regions.md section 11). A count stands at [from * classes + to],
 * those of condition s at [(s * classes + from) * classes + to]; counts are whole numbers. */
#ifndef SW_KERNEL_CLASSES_TRANSITIONS_H
#define SW_KERNEL_CLASSES_TRANSITIONS_H

/* p_ij = N_ij / N_i.; a row without departures is NaN. */
void sw_transitions_probability(int classes, const double *count, double *probability);

typedef struct sw_homogeneity {
  double lr, lr_p; /* likelihood ratio, 2 sum N_ij|s ln(p_ij|s / p_ij) */
  double q, q_p;   /* Pearson's, sum N_i.|s (p_ij|s - p_ij)^2 / p_ij over p_ij > 0 */
  double df;       /* sum_i (a_i - 1)(b_i - 1): conditions with departures, classes reached */
} sw_homogeneity;

/* p-values by chi-squared. Without a degree of freedom all but df are NaN. */
sw_homogeneity sw_transitions_homogeneity(int conditions, int classes, const double *count);

#endif
