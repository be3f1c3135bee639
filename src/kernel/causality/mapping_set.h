/* Predictions of the series of a few panels and the sums of their correlation, in the registers of
 * one instruction set; included by mapping.c. A weight and a place that are read serve all of the
 * panels: as many as there are registers for. The numbers of neighbours and of panels are constants
 * of each copy of the loop, as with few of them counting would take as long as adding. */

enum {
  SW_SET(REGS) = SW_MAPPING_LANES / SW_WIDTH, /* of a panel */
  SW_SET(TOGETHER) = SW_WIDTH == 8 ? SW_MAPPING_TOGETHER : 1
};

#define ALL ((1U << SW_WIDTH) - 1)
#define EACH_PANEL _Pragma("GCC unroll 2") for (int b = 0; b < panels; b++)
#define EACH_OF_PANEL _Pragma("GCC unroll 8") for (int g = 0; g < SW_SET(REGS); g++)

/* r of a register of series out of the sums of p, of p^2 and of p x. */
SW_INLINE reg SW_SET(correlate)(reg sum, reg square, reg product, double points,
                                const sw_mapping_window *window, int lane) {
  reg about = reg_sub(square, reg_div(reg_mul(sum, sum), reg_spread(points)));
  reg with = reg_sub(product, reg_mul(reg_load(window->mean + lane), sum));
  reg size = reg_where(about, reg_mul(reg_spread(ENOUGH), square),
                       reg_mul(about, reg_load(window->square + lane)));
  return reg_div(with, reg_root(size));
}

/* The panels first .. of a target; whether all r are numbers. `ahead`: lines to be fetched, the
 * last again and again. */
SW_INLINE bool SW_SET(map_panels)(const sw_mapping_target *target, int first, const int k,
                                  const int panels, const void *const *ahead, int last_ahead) {
  reg sum[SW_SET(TOGETHER)][SW_SET(REGS)], square[SW_SET(TOGETHER)][SW_SET(REGS)],
      product[SW_SET(TOGETHER)][SW_SET(REGS)];
  const sw_mapping *m = target->m;
  const double *panel[SW_SET(TOGETHER)];
  const int32_t *near = m->near;
  const double *weight = m->weight;
  double *r = target->r + first * LANES;
  const int every = k < SW_MAPPING_FETCHES ? 2 : 1;
  unsigned numbers = ALL;
  EACH_PANEL panel[b] = target->panel[first + b];
  EACH_PANEL EACH_OF_PANEL sum[b][g] = square[b][g] = product[b][g] = reg_spread(0);
  for (int q = 0; q < m->points; q++, near += k, weight += k) {
    reg p[SW_SET(TOGETHER)][SW_SET(REGS)], w = reg_spread(weight[0]);
    int line = q / every;
    if (q % every == 0) /* not into the first cache */
      __builtin_prefetch(ahead[line < last_ahead ? line : last_ahead], 0, 2);
    EACH_PANEL EACH_OF_PANEL p[b][g] = reg_mul(w, reg_load(panel[b] + near[0] + g * SW_WIDTH));
    _Pragma("GCC unroll 11") for (int c = 1; c < k; c++) {
      w = reg_spread(weight[c]);
      EACH_PANEL EACH_OF_PANEL p[b][g] =
          reg_fma(w, reg_load(panel[b] + near[c] + g * SW_WIDTH), p[b][g]);
    }
    EACH_PANEL EACH_OF_PANEL {
      reg x = reg_load(panel[b] + m->at[q] + g * SW_WIDTH);
      sum[b][g] = reg_add(sum[b][g], p[b][g]);
      square[b][g] = reg_fma(p[b][g], p[b][g], square[b][g]);
      product[b][g] = reg_fma(p[b][g], x, product[b][g]);
    }
  }
  EACH_PANEL EACH_OF_PANEL {
    reg x = SW_SET(correlate)(sum[b][g], square[b][g], product[b][g], m->points,
                              target->window[first + b], g * SW_WIDTH);
    numbers &= reg_reaches(reg_spread(2), reg_size(x));
    reg_store(r + b * LANES + g * SW_WIDTH, x);
  }
  return numbers == ALL;
}

#undef EACH_PANEL
#undef EACH_OF_PANEL
#undef ALL

/* One panel, or as many as go together. */
static bool SW_SET(map_some)(const sw_mapping_target *target, int first, int panels,
                             const void *const *ahead, int last_ahead) {
#define OF_NEIGHBOURS(k)                                                                           \
  return panels == 1 ? SW_SET(map_panels)(target, first, k, 1, ahead, last_ahead)                  \
                     : SW_SET(map_panels)(target, first, k, SW_SET(TOGETHER), ahead, last_ahead);
  switch (target->m->k) {
  case 2:
    OF_NEIGHBOURS(2)
  case 3:
    OF_NEIGHBOURS(3)
  case 4:
    OF_NEIGHBOURS(4)
  case 5:
    OF_NEIGHBOURS(5)
  case 6:
    OF_NEIGHBOURS(6)
  case 7:
    OF_NEIGHBOURS(7)
  case 8:
    OF_NEIGHBOURS(8)
  case 9:
    OF_NEIGHBOURS(9)
  case 10:
    OF_NEIGHBOURS(10)
  case 11:
    OF_NEIGHBOURS(11)
  default:
    OF_NEIGHBOURS(target->m->k)
  }
#undef OF_NEIGHBOURS
}
