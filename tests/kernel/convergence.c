/* Dispersion, its trend, two dispersions, speed: published numbers and plain formulas. */
#include "kernel/linear/convergence.h"

#include <criterion/criterion.h>
#include <math.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

Test(convergence, spread) {
  static const double x[4] = {1, 2, 3, 6}, same[3] = {.1, .1, .1};
  sw_spread s = sw_spread_of(x, 4);
  NEAR(s.mean, 3, 1e-15);
  NEAR(s.sd, sqrt(14. / 3), 1e-15);
  NEAR(sw_spread_of(same, 3).sd, 0, 0);
  cr_expect(isnan(sw_spread_of(x, 1).sd));
}

/* Nine values on uneven times; sums written out as the sandwich of both columns, (1, t). With nine
 * values there are two lags: floor(4 (.09)^(2/9)). */
Test(convergence, newey_west) {
  enum { T = 9 };
  static const double time[T] = {2000, 2001, 2002, 2004, 2005, 2006, 2008, 2009, 2010};
  static const double y[T] = {.5, .47, .49, .44, .43, .45, .4, .41, .36};
  double scratch[T], st = 0, sy = 0, stt = 0, sty = 0, meat[3] = {0};
  for (int i = 0; i < T; i++) {
    double t = time[i] - 2000;
    st += t, sy += y[i], stt += t * t, sty += t * y[i];
  }
  double det = T * stt - st * st, b = (T * sty - st * sy) / det, a = (sy - b * st) / T;
  for (int lag = 0; lag <= 2; lag++)
    for (int i = lag; i < T; i++) {
      double t = time[i] - 2000, s = time[i - lag] - 2000;
      double ee = (y[i] - a - b * t) * (y[i - lag] - a - b * s) * (1 - lag / 3.);
      meat[0] += (lag ? 2 : 1) * ee;
      meat[1] += (lag ? t + s : t) * ee;
      meat[2] += (lag ? 2 : 1) * t * s * ee;
    }
  double se = sqrt(st * st * meat[0] - 2 * T * st * meat[1] + T * T * meat[2]) / det;
  sw_sigma_trend trend = sw_sigma_trend_of(time, y, T, scratch);
  NEAR(trend.slope, b, 1e-14);
  NEAR(trend.se, se, 1e-13);
  /* Student with 7 df: Abramowitz & Stegun 26.7.4. */
  double angle = atan(fabs(b) / se / sqrt(7)), c = cos(angle);
  double within = 2 / M_PI * (angle + sin(angle) * (c + 2. / 3 * pow(c, 3) + 8. / 15 * pow(c, 5)));
  NEAR(trend.p, 1 - within, 1e-12);
  cr_expect(isnan(sw_sigma_trend_of(time, y, 7, scratch).slope), "seven are too few");
}

/* By the definition; the p-values in closed form. */
Test(convergence, pitman_morgan) {
  static const double u[4] = {0, 2, 4, 6.5}, v[4] = {1, 2, 3.5, 4};
  double s[4], d[4], ms = 0, md = 0, ss = 0, dd = 0, sd = 0;
  for (int i = 0; i < 4; i++) {
    s[i] = u[i] + v[i], d[i] = u[i] - v[i];
    ms += s[i] / 4, md += d[i] / 4;
  }
  for (int i = 0; i < 4; i++)
    ss += pow(s[i] - ms, 2), dd += pow(d[i] - md, 2), sd += (s[i] - ms) * (d[i] - md);
  double r = sd / sqrt(ss * dd), t = r * sqrt(2 / (1 - r * r));
  sw_two_spreads two = sw_two_spreads_of(u, v, 4);
  NEAR(two.t, t, 1e-12);
  NEAR(two.p, 1 - t / sqrt(t * t + 2), 1e-12); /* Student with 2 df */
  NEAR(two.t2, -1.5 * log(1 - r * r), 1e-13);
  NEAR(two.t2_p, erfc(sqrt(two.t2 / 2)), 1e-12);
  sw_two_spreads back = sw_two_spreads_of(v, u, 4);
  NEAR(back.t, -t, 1e-12);
}

/* What only differs by a constant, and by the rounding of one, has no t. */
Test(convergence, pitman_morgan_undefined) {
  double u[3] = {.1, .2, .7}, v[3];
  for (int i = 0; i < 3; i++)
    v[i] = u[i] + .3;
  cr_expect(isnan(sw_two_spreads_of(u, v, 3).t));
  cr_expect(isnan(sw_two_spreads_of(u, v, 2).t));
  for (int i = 0; i < 3; i++)
    v[i] = -u[i];
  cr_expect(isnan(sw_two_spreads_of(u, v, 3).t), "the sum is 0");
}

/* 48 states 1929-2009 (oracles), and where there is no speed. */
Test(convergence, speed) {
  sw_speed s = sw_speed_of(-.009153216984, .000487946524, 80);
  NEAR(s.speed, .016471613170, 1e-11);
  NEAR(s.se, .001822446, 1e-9);
  NEAR(s.half_life, 42.081317320, 1e-7);
  cr_expect(isnan(sw_speed_of(.001, .1, 10).speed), "apart");
  cr_expect(isnan(sw_speed_of(0, .1, 10).half_life));
  cr_expect(isnan(sw_speed_of(-.1, .1, 10).speed), "the gap closes at once");
}
