/* The border of the country: an ellipse with waves, so that edges are ragged and bays split
 * provinces as in a real country. In coordinates divided by the ellipse's half axes it is a curve
 * around the middle whose distance is a sum of cosines of the angle: to be inside is one
 * comparison. */
#include "cli/synth/synth.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* The waves reach out to 1.3 times the ellipse. */
double sw_synth_half_width(void) {
  return SW_SYNTH_HALF_WIDTH * 1.3;
}

double sw_synth_half_height(void) {
  return SW_SYNTH_HALF_HEIGHT * 1.3;
}

/* The border's distance from the middle, as a share of the ellipse's; between 0.7 and 1.3. */
static double border(const sw_synth_country *country, double angle) {
  double share = 1;
  /* Two waves round the country at least: one would only shift it. */
  for (int k = 0; k < SW_SYNTH_HARMONICS; k++)
    share += country->amplitude[k] * cos((k + 2) * angle + country->phase[k]);
  return share;
}

/* In polar coordinates about the middle: within the border's radius in that direction. */
bool sw_synth_inside(const sw_synth_country *country, double x, double y) {
  double u = x / SW_SYNTH_HALF_WIDTH, v = y / SW_SYNTH_HALF_HEIGHT;
  double limit = border(country, atan2(v, u));
  return u * u + v * v < limit * limit;
}

/* Draws amplitudes and phases. Amplitudes sum to 0.3 at most, so that the border never meets the
 * middle and never leaves the rectangle around it. The area is that of the ellipse times the mean
 * of the squared distance: cosines of different frequency are orthogonal, so each adds half its
 * square. */
void sw_synth_draw_border(sw_synth_country *country) {
  sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_BORDER, 0);
  double square = 1;
  for (int k = 0; k < SW_SYNTH_HARMONICS; k++) {
    country->amplitude[k] = 0.3 / SW_SYNTH_HARMONICS * (2 * sw_rng_uniform(&rng) - 1);
    country->phase[k] = 2 * pi * sw_rng_uniform(&rng);
    square += country->amplitude[k] * country->amplitude[k] / 2;
  }
  country->area =
      pi * SW_SYNTH_HALF_WIDTH * SW_SYNTH_HALF_HEIGHT * square; /* the mean of the share squared */
}
