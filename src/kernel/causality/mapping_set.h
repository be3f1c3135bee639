/* Predictions of the series of a few panels and the sums of their correlation, in the registers of
 * one instruction set; included by mapping.c. A weight and a place that are read serve all of the
 * panels: as many as there are registers for. The numbers of neighbours and of panels are constants
 * of each copy of the loop, as with few of them counting would take as long as adding. */

enum {
  SW_SET(REGS) = SW_MAPPING_LANES / SW_WIDTH, /* of a panel */
  SW_SET(TOGETHER) = SW_WIDTH == 8 ? SW_MAPPING_TOGETHER : 1
};

#define EACH_PANEL _Pragma("GCC unroll 2") for (int b = 0; b < panels; b++)
#define EACH_OF_PANEL _Pragma("GCC unroll 8") for (int g = 0; g < SW_SET(REGS); g++)

/* r out of the sums of p, of p^2 and of p x; adds 0 to `found`, NaN where r is none. */
SW_INLINE reg SW_SET(correlate)(reg sum, reg square, reg product, double points,
                                const sw_mapping_window *window, int lane, double *r, reg found) {
  reg about = reg_sub(square, reg_div(reg_mul(sum, sum), reg_spread(points)));
  reg with = reg_sub(product, reg_mul(reg_load(window->mean + lane), sum));
  reg size = reg_where(about, reg_mul(reg_spread(ENOUGH), square),
                       reg_mul(about, reg_load(window->square + lane)));
  reg value = reg_div(with, reg_root(size));
  reg_store(r + lane, value);
  return reg_add(found, reg_sub(value, value));
}

SW_INLINE bool SW_SET(is_number)(reg x) {
  double value[SW_WIDTH], sum = 0;
  reg_store(value, x);
  for (int k = 0; k < SW_WIDTH; k++)
    sum += value[k];
  return !isnan(sum);
}

SW_INLINE bool SW_SET(map_panels)(const sw_mapping *m, const int k, const int panels,
                                  const sw_mapping_target *target) {
  reg sum[SW_SET(TOGETHER)][SW_SET(REGS)], square[SW_SET(TOGETHER)][SW_SET(REGS)],
      product[SW_SET(TOGETHER)][SW_SET(REGS)], found = reg_spread(0);
  const double *panel[SW_SET(TOGETHER)];
  EACH_PANEL panel[b] = target[b].panel;
  EACH_PANEL EACH_OF_PANEL sum[b][g] = square[b][g] = product[b][g] = reg_spread(0);
  const int32_t *near = m->near;
  const double *weight = m->weight;
  for (int q = 0; q < m->points; q++, near += k, weight += k) {
    reg p[SW_SET(TOGETHER)][SW_SET(REGS)], w = reg_spread(weight[0]);
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
  EACH_PANEL EACH_OF_PANEL found =
      SW_SET(correlate)(sum[b][g], square[b][g], product[b][g], m->points, target[b].window,
                        g * SW_WIDTH, target[b].r, found);
  return SW_SET(is_number)(found);
}

#undef EACH_PANEL
#undef EACH_OF_PANEL

/* Whether all r are numbers. */
static bool SW_SET(map_some)(const sw_mapping *m, int panels, const sw_mapping_target *target) {
#define OF_NEIGHBOURS(k)                                                                           \
  case k:                                                                                          \
    return panels == 1 ? SW_SET(map_panels)(m, k, 1, target)                                       \
                       : SW_SET(map_panels)(m, k, SW_SET(TOGETHER), target);
  switch (m->k) {
    OF_NEIGHBOURS(2)
    OF_NEIGHBOURS(3)
    OF_NEIGHBOURS(4)
    OF_NEIGHBOURS(5)
    OF_NEIGHBOURS(6)
    OF_NEIGHBOURS(7)
    OF_NEIGHBOURS(8)
    OF_NEIGHBOURS(9)
    OF_NEIGHBOURS(10)
    OF_NEIGHBOURS(11)
  default:
    return panels == 1 ? SW_SET(map_panels)(m, m->k, 1, target)
                       : SW_SET(map_panels)(m, m->k, SW_SET(TOGETHER), target);
  }
#undef OF_NEIGHBOURS
}
