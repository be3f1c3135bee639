/* Grades of a row against eight packed columns, in the registers of one instruction set; included
 * by grey.c. A division takes as long as several products, so the inverses of four differences are
 * one fraction: 1/a + 1/b + 1/c + 1/d = ((a + b) cd + (c + d) ab)/(ab cd). */

/* Differences of the row to the columns; their least and greatest go on. */
SW_INLINE void SW_SET(differences)(const panel *p, int64_t i, vec *least, vec *most) {
  const sw_grey *g = p->grey;
  for (int t = 0; t < g->periods; t++) {
    vec own = vec_spread(g->image[t][i]), d = vec_sub(own, vec_load(p->column + t * COLUMNS));
    SW_EACH_REG {
      d.r[k] = reg_size(d.r[k]);
      least->r[k] = reg_smaller(d.r[k], least->r[k]);
      most->r[k] = reg_larger(d.r[k], most->r[k]);
    }
    vec_store(p->apart + t * COLUMNS, d);
  }
}

SW_INLINE vec SW_SET(term)(const panel *p, int t, vec scaled) {
  return vec_add(vec_load(p->apart + t * COLUMNS), scaled);
}

/* Of four periods from t on, of 1/(d + scaled). What may be out of range for steps is out of range
 * for the products, and left out. */
SW_INLINE vec SW_SET(four)(const panel *p, int t, vec scaled, bool by_steps) {
  vec a = SW_SET(term)(p, t, scaled), b = SW_SET(term)(p, t + 1, scaled);
  vec c = SW_SET(term)(p, t + 2, scaled), d = SW_SET(term)(p, t + 3, scaled);
  vec ab = vec_mul(a, b), cd = vec_mul(c, d), under = vec_mul(ab, cd);
  vec over = vec_fma(vec_add(a, b), cd, vec_mul(vec_add(c, d), ab));
  return by_steps ? vec_div_by_steps(over, under) : vec_div(over, under);
}

/* Over the periods. Every other quotient goes by steps, which keeps the divider and the multipliers
 * busy for about as long. */
SW_INLINE vec SW_SET(inverses)(const panel *p, vec scaled) {
  const int periods = p->grey->periods;
  vec sum = vec_spread(0);
  int t = 0;
  for (; t + 8 <= periods; t += 8) {
    vec first = SW_SET(four)(p, t, scaled, false), second = SW_SET(four)(p, t + 4, scaled, true);
    sum = vec_add(vec_add(sum, first), second);
  }
  for (; t + 4 <= periods; t += 4)
    sum = vec_add(sum, SW_SET(four)(p, t, scaled, true));
  for (; t < periods; t++)
    sum = vec_add(sum, vec_div(vec_spread(1), SW_SET(term)(p, t, scaled)));
  return sum;
}

static void SW_SET(grey_row)(const panel *p, int64_t i, double *out) {
  const sw_grey *g = p->grey;
  vec least = vec_spread(INFINITY), most = vec_spread(0);
  SW_SET(differences)(p, i, &least, &most);
  if (g->bounds) {
    least = vec_spread(g->bounds[0]);
    most = vec_spread(g->bounds[1]);
  }
  vec scaled = vec_mul(vec_spread(g->rho), most), sum = SW_SET(inverses)(p, scaled);
  vec grade = vec_mul(vec_add(least, scaled), sum);
  reg none = reg_spread(NAN), periods = reg_spread(g->periods);
  SW_EACH_REG {
    reg v = reg_div(grade.r[k], periods);
    v = reg_if_above(scaled.r[k], reg_spread(smallest), v, none);
    v = reg_if_above(most.r[k], reg_spread(doubtful), v, none);
    grade.r[k] = reg_if_above(reg_spread(largest), most.r[k], v, none);
  }
  vec_store(out, grade);
}
