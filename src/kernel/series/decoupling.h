/* Decoupling of a pressure C (emissions, land, energy) from its driver G (output, people) over a
 * span, by Tapio's elasticity (methods-regions.md section 9c). */
#ifndef SW_KERNEL_SERIES_DECOUPLING_H
#define SW_KERNEL_SERIES_DECOUPLING_H

/* The driver grows in the first four states, and shrinks in the last four. */
typedef enum sw_decoupling_state {
  SW_DECOUPLING_NONE,
  SW_DECOUPLING_STRONG,
  SW_DECOUPLING_WEAK,
  SW_COUPLING_EXPANSIVE,
  SW_NEGATIVE_EXPANSIVE,
  SW_NEGATIVE_STRONG,
  SW_NEGATIVE_WEAK,
  SW_COUPLING_RECESSIVE,
  SW_DECOUPLING_RECESSIVE,
  SW_DECOUPLING_STATES /* their number, with `none` */
} sw_decoupling_state;

/* In words; of SW_DECOUPLING_NONE "none". */
extern const char *const sw_decoupling_label[SW_DECOUPLING_STATES];

/* The state of a change from (c0, g0) to (c1, g1), and the elasticity e = (dC G_0)/(dG C_0). A
 * missing value, c0 or g0 of zero or less, a driver that does not change: none, and e is NaN. */
sw_decoupling_state sw_decoupling(double c0, double c1, double g0, double g1, double *elasticity);

#endif
