/* The tables of a spatial model. Each stands twice among its outputs, as of one model and, from
 * SW_SPATIAL_OUT_COUNT on, as of a grid of models, with the axis `model` first; an entry has one of
 * both. */
#ifndef SW_MEASURE_SPATIAL_OUTPUTS_H
#define SW_MEASURE_SPATIAL_OUTPUTS_H

/* T(ENUMERATOR, name, long name, axis, axis, ...): what follows the axes goes into the descriptor.
 */
#define SW_SPATIAL_COEFFICIENTS(T)                                                                 \
  T(COEFFICIENT, coefficient, "coefficient", "term", NULL, .with = {"std_error"},                  \
    .palette = SW_DIVERGING_0)                                                                     \
  T(STD_ERROR, std_error, "standard error", "term", NULL, .log = false)                            \
  T(Z, z, "coefficient over its standard error, as a normal", "term", NULL,                        \
    .palette = SW_DIVERGING_0)                                                                     \
  T(P_VALUE, p_value, "two-sided p-value of z", "term", NULL, .log = false)                        \
  T(VCOV, vcov, "covariance of coefficients", "term", "term_to", .palette = SW_DIVERGING_0)

#define SW_SPATIAL_NUMBERS(T)                                                                      \
  T(LOGLIK, loglik, "log-likelihood", NULL, NULL, .log = false)                                    \
  T(SIGMA2, sigma2, "variance of the error", NULL, NULL, .log = false)                             \
  T(SIGMA2_SE, sigma2_se, "standard error of that variance", NULL, NULL, .log = false)             \
  T(PHI, phi, "variance of the units' random effects over that of the error", NULL, NULL,          \
    .log = false)                                                                                  \
  T(PHI_SE, phi_se, "standard error of phi", NULL, NULL, .log = false)                             \
  T(AIC, aic, "Akaike's criterion", NULL, NULL, .log = false)                                      \
  T(PSEUDO_R2, pseudo_r2, "squared correlation of y with its expectation", NULL, NULL,             \
    .log = false)                                                                                  \
  T(N_USED, n_used, "values that the model is of", NULL, NULL, .number = SW_INT32)

/* An effect: its value, standard error, p-value, ends of its interval of 95 percent. */
#define SW_SPATIAL_EFFECT(T, ID, name, text)                                                       \
  T(ID, name, text, "effect_term", NULL, .with = {#name "_lo", #name "_hi"},                       \
    .palette = SW_DIVERGING_0)                                                                     \
  T(ID##_SE, name##_se, "standard error of the " text, "effect_term", NULL, .log = false)          \
  T(ID##_P, name##_p, "two-sided p-value of the " text, "effect_term", NULL, .log = false)         \
  T(ID##_LO, name##_lo, "lower end of 95 percent of the " text, "effect_term", NULL, .log = false) \
  T(ID##_HI, name##_hi, "upper end of 95 percent of the " text, "effect_term", NULL, .log = false)

#define SW_SPATIAL_EFFECTS(T)                                                                      \
  SW_SPATIAL_EFFECT(T, DIRECT, direct, "direct effect")                                            \
  SW_SPATIAL_EFFECT(T, INDIRECT, indirect, "indirect effect")                                      \
  SW_SPATIAL_EFFECT(T, TOTAL, total, "total effect")                                               \
  SW_SPATIAL_EFFECT(T, SHORT, short_direct, "direct effect of the same period")                    \
  SW_SPATIAL_EFFECT(T, SHORT_INDIRECT, short_indirect, "indirect effect of the same period")       \
  SW_SPATIAL_EFFECT(T, SHORT_TOTAL, short_total, "total effect of the same period")                \
  SW_SPATIAL_EFFECT(T, LONG, long_direct, "direct effect in the long run")                         \
  SW_SPATIAL_EFFECT(T, LONG_INDIRECT, long_indirect, "indirect effect in the long run")            \
  SW_SPATIAL_EFFECT(T, LONG_TOTAL, long_total, "total effect in the long run")                     \
  T(PERCENTILES, direct_percentile, "percentile of draws of the direct effect", "effect_term",     \
    "percentile", .palette = SW_DIVERGING_0)                                                       \
  T(INDIRECT_PERCENTILE, indirect_percentile, "percentile of draws of the indirect effect",        \
    "effect_term", "percentile", .palette = SW_DIVERGING_0)                                        \
  T(TOTAL_PERCENTILE, total_percentile, "percentile of draws of the total effect", "effect_term",  \
    "percentile", .palette = SW_DIVERGING_0)                                                       \
  T(ORDER_DIRECT, order_direct, "direct effect by order of neighbours", "order", "effect_term",    \
    .palette = SW_DIVERGING_0)                                                                     \
  T(ORDER_INDIRECT, order_indirect, "indirect effect by order of neighbours", "order",             \
    "effect_term", .palette = SW_DIVERGING_0)

#define SW_SPATIAL_TEST(T, ID, name, text)                                                         \
  T(ID, name, text, NULL, NULL, .log = false)                                                      \
  T(ID##_P, name##_p, "p-value of the " text, NULL, NULL, .log = false)

#define SW_SPATIAL_TESTS(T)                                                                        \
  SW_SPATIAL_TEST(T, LM_LAG, lm_lag, "Lagrange multiplier test for a spatial lag")                 \
  SW_SPATIAL_TEST(T, LM_ERROR, lm_error, "Lagrange multiplier test for spatial errors")            \
  SW_SPATIAL_TEST(T, RLM_LAG, rlm_lag, "test for a spatial lag robust to spatial errors")          \
  SW_SPATIAL_TEST(T, RLM_ERROR, rlm_error, "test for spatial errors robust to a spatial lag")      \
  SW_SPATIAL_TEST(T, SARMA, lm_sarma, "test for a spatial lag or spatial errors")                  \
  SW_SPATIAL_TEST(T, HAUSMAN, hausman, "Hausman test")                                             \
  T(LR, lr, "likelihood ratio against a form within the model", "restriction", NULL, .log = false) \
  T(LR_P, lr_p, "p-value of the likelihood ratio", "restriction", NULL, .log = false)              \
  T(MORAN, moran_residual, "Moran's I of the residuals of least squares", NULL, NULL,              \
    .palette = SW_DIVERGING_0)                                                                     \
  T(MORAN_EXPECTED, moran_residual_expected, "expectation of that I", NULL, NULL,                  \
    .palette = SW_DIVERGING_0)                                                                     \
  T(MORAN_VARIANCE, moran_residual_variance, "variance of that I", NULL, NULL, .log = false)       \
  T(MORAN_P, moran_residual_p, "two-sided p-value of that I", NULL, NULL, .log = false)

#define SW_SPATIAL_TABLES(T)                                                                       \
  SW_SPATIAL_COEFFICIENTS(T) SW_SPATIAL_NUMBERS(T) SW_SPATIAL_EFFECTS(T) SW_SPATIAL_TESTS(T)

#define SW_SPATIAL_ENUMERATOR(ID, ...) SW_SPATIAL_OUT_##ID,
enum {
  SW_SPATIAL_TABLES(SW_SPATIAL_ENUMERATOR) SW_SPATIAL_OUT_COUNT,
  /* By unit, of one model. */
  SW_SPATIAL_OUT_RESIDUAL = 2 * SW_SPATIAL_OUT_COUNT,
  SW_SPATIAL_OUT_RECEIVED,
  SW_SPATIAL_OUT_RECEIVED_SE,
  SW_SPATIAL_OUT_GIVEN,
  SW_SPATIAL_OUT_GIVEN_SE
};
#undef SW_SPATIAL_ENUMERATOR

/* Of each effect the five numbers stand in this order, of each run direct, indirect, total. */
enum { SW_SPATIAL_EFFECT_NUMBERS = 5 };

#endif
