/* Predictions of the sixteen series of a panel and the sums of their correlation, in the registers
 * of one instruction set; included by mapping.c. The number of neighbours is a constant of each
 * copy of the loop, as with few of them counting would take as long as adding. */

enum { SW_SET(REGS) = SW_MAPPING_LANES / SW_WIDTH };

#define EACH_OF_PANEL _Pragma("GCC unroll 8") for (int g = 0; g < SW_SET(REGS); g++)

SW_INLINE void SW_SET(add_points)(const sw_mapping *m, const int k, const double *panel,
                                  double *sums) {
  reg sum[SW_SET(REGS)], square[SW_SET(REGS)], product[SW_SET(REGS)];
  EACH_OF_PANEL sum[g] = square[g] = product[g] = reg_spread(0);
  const int32_t *near = m->near;
  const double *weight = m->weight;
  for (int q = 0; q < m->points; q++, near += k, weight += k) {
    reg p[SW_SET(REGS)], w = reg_spread(weight[0]);
    const double *x = panel + near[0];
    EACH_OF_PANEL p[g] = reg_mul(w, reg_load(x + g * SW_WIDTH));
    _Pragma("GCC unroll 11") for (int c = 1; c < k; c++) {
      w = reg_spread(weight[c]);
      x = panel + near[c];
      EACH_OF_PANEL p[g] = reg_fma(w, reg_load(x + g * SW_WIDTH), p[g]);
    }
    x = panel + m->at[q];
    EACH_OF_PANEL {
      sum[g] = reg_add(sum[g], p[g]);
      square[g] = reg_fma(p[g], p[g], square[g]);
      product[g] = reg_fma(p[g], reg_load(x + g * SW_WIDTH), product[g]);
    }
  }
  EACH_OF_PANEL {
    reg_store(sums + g * SW_WIDTH, sum[g]);
    reg_store(sums + SW_MAPPING_LANES + g * SW_WIDTH, square[g]);
    reg_store(sums + 2 * SW_MAPPING_LANES + g * SW_WIDTH, product[g]);
  }
}

static void SW_SET(sums_of)(const sw_mapping *m, const double *panel, double *sums) {
  switch (m->k) {
  case 2:
    SW_SET(add_points)(m, 2, panel, sums);
    break;
  case 3:
    SW_SET(add_points)(m, 3, panel, sums);
    break;
  case 4:
    SW_SET(add_points)(m, 4, panel, sums);
    break;
  case 5:
    SW_SET(add_points)(m, 5, panel, sums);
    break;
  case 6:
    SW_SET(add_points)(m, 6, panel, sums);
    break;
  case 7:
    SW_SET(add_points)(m, 7, panel, sums);
    break;
  case 8:
    SW_SET(add_points)(m, 8, panel, sums);
    break;
  case 9:
    SW_SET(add_points)(m, 9, panel, sums);
    break;
  case 10:
    SW_SET(add_points)(m, 10, panel, sums);
    break;
  case 11:
    SW_SET(add_points)(m, 11, panel, sums);
    break;
  default:
    SW_SET(add_points)(m, m->k, panel, sums);
  }
}

#undef EACH_OF_PANEL
