/* Distances of a point to all others, in the registers of one instruction set; included by
 * embedding.c. They are kept with their sign turned, so that the nearest is the largest, and the
 * largest of each lane comes with the last term. */

enum { SW_SET(LINE) = SEEK / SW_WIDTH };

#define EACH_OF_LINE _Pragma("GCC unroll 8") for (int g = 0; g < SW_SET(LINE); g++)

/* Adds the terms from .. to - 1 of all squared distances to `begin`, into near[0 .. n). The term l
 * of the point is own[l], that of period s past[s - l * lag]. */
static void SW_SET(grow)(const double *begin, double *near, int n, const double *past, int lag,
                         const double *own, int from, int to, double *most) {
  reg greatest[SW_SET(LINE)], zero = reg_spread(0);
  EACH_OF_LINE greatest[g] = reg_spread(-INFINITY);
  for (int s = 0; s < n; s += SEEK) {
    reg d[SW_SET(LINE)];
    EACH_OF_LINE d[g] = reg_sub(zero, reg_load(begin + s + g * SW_WIDTH));
    for (int l = from; l < to; l++) {
      const double *v = past + s - l * lag;
      reg x = reg_spread(own[l]);
      EACH_OF_LINE {
        reg apart = reg_sub(x, reg_load(v + g * SW_WIDTH));
        d[g] = reg_fma(apart, apart, d[g]);
      }
    }
    EACH_OF_LINE d[g] = reg_sub(zero, d[g]);
    EACH_OF_LINE reg_store(near + s + g * SW_WIDTH, d[g]);
    EACH_OF_LINE greatest[g] = reg_larger(d[g], greatest[g]); /* a NaN is not taken */
  }
  EACH_OF_LINE reg_store(most + g * SW_WIDTH, greatest[g]);
}

#undef EACH_OF_LINE
