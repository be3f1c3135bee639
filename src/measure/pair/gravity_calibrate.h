/* Gravity whose exponents are estimated from observed flows: what gravity.c does then. */
#ifndef SW_MEASURE_PAIR_GRAVITY_CALIBRATE_H
#define SW_MEASURE_PAIR_GRAVITY_CALIBRATE_H

#include "measure/calibrate/calibrate.h"
#include "measure/share/flows.h"

/* Passes: masses, the rounds of the estimate, what follows of it, pairs. */
enum { SW_GRAVITY_MASSES, SW_GRAVITY_ROUNDS, SW_GRAVITY_OPERANDS, SW_GRAVITY_PAIRS };

typedef struct sw_gravity_fit {
  bool on;
  sw_calibration calibration;
} sw_gravity_fit;

/* The outputs of an estimate in gravity's list; `first` is where they begin. */
#define SW_GRAVITY_OUTPUTS                                                                         \
  {.name = "residual",                                                                             \
   .long_name = "observed flow less the expected one",                                             \
   .units = "1",                                                                                   \
   .shape = SW_PAIR,                                                                               \
   .given = "calibrate.flows",                                                                     \
   .palette = SW_DIVERGING_0},                                                                     \
      {.name = "coefficient",                                                                      \
       .long_name = "estimated coefficient",                                                       \
       .units = "1",                                                                               \
       .shape = SW_TABLE,                                                                          \
       .axis = {"term"},                                                                           \
       .with = {"std_error"}},                                                                     \
      {.name = "coefficient",                                                                      \
       .long_name = "estimated coefficient",                                                       \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       .axis = {"term"}},                                                                          \
      {.name = "std_error",                                                                        \
       .long_name = "its standard error, HC1",                                                     \
       .units = "1",                                                                               \
       .shape = SW_TABLE,                                                                          \
       .axis = {"term"}},                                                                          \
      {.name = "std_error",                                                                        \
       .long_name = "its standard error, HC1",                                                     \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL,                                                                         \
       .axis = {"term"}},                                                                          \
      {.name = "deviance",                                                                         \
       .long_name = "deviance of the flows",                                                       \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL},                                                                        \
      {.name = "common_part",                                                                      \
       .long_name = "flow common to observed and expected",                                        \
       .units = "1",                                                                               \
       .shape = SW_GLOBAL},                                                                        \
  {                                                                                                \
    .name = "r2", .long_name = "squared correlation of observed and expected flows", .units = "1", \
    .shape = SW_GLOBAL                                                                             \
  }

/* In resolve. Without `calibrate` its outputs are off, and nothing else happens. */
sw_status sw_gravity_fit_resolve(sw_error *err, sw_job *job, sw_gravity_fit *fit);
sw_status sw_gravity_fit_prepare(sw_error *err, sw_job *job, sw_gravity_fit *fit, int pass);
void sw_gravity_fit_tile(const sw_job *job, const sw_gravity_fit *fit, const sw_tile *tile,
                         void *out, void *workspace);
sw_status sw_gravity_fit_finish(sw_job *job, const sw_gravity_fit *fit, int pass, const void *all,
                                void *result);
void sw_gravity_fit_segment(const sw_job *job, const sw_gravity_fit *fit, int t, int64_t i,
                            int64_t j0, int64_t j1, double *const *out);

#endif
