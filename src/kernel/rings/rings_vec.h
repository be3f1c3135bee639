/* Eight pairs by ring of distance, in the registers of one instruction set; included by the files
 * that sum by ring. What lies in another ring is NaN for the sums of a ring, which leave it out. */

/* x where key is above limit, else NaN; where it is at most limit. A NaN key is on neither side. */
SW_INLINE vec SW_SET(above)(vec key, vec limit, vec x) {
  SW_EACH_REG x.r[k] = reg_if_above(key.r[k], limit.r[k], x.r[k], reg_spread(__builtin_nan("")));
  return x;
}
SW_INLINE vec SW_SET(up_to)(vec key, vec limit, vec x) {
  SW_EACH_REG x.r[k] = reg_where(limit.r[k], key.r[k], x.r[k]);
  return x;
}

/* a + b, and a where b is NaN. */
SW_INLINE vec SW_SET(add_numbers)(vec a, vec b) {
  SW_EACH_REG a.r[k] = reg_add_if(b.r[k], a.r[k], b.r[k]);
  return a;
}

/* How many of eight are numbers. */
SW_INLINE int SW_SET(numbers)(vec x) {
  unsigned bits = 0;
  SW_EACH_REG bits |= reg_reaches(x.r[k], x.r[k]) << k * SW_WIDTH;
  return __builtin_popcount(bits);
}

SW_INLINE void SW_SET(add_to)(double *sum, vec x) {
  vec_store(sum, SW_SET(add_numbers)(vec_load(sum), x));
}

/* Eight values x, of which some lie within the last limit. */
SW_INLINE void SW_SET(add_near)(const sw_ring_limits *rings, int64_t j, vec key, vec x,
                                const sw_ring_lanes *to) {
  for (int ring = 0; ring < rings->n - 1; ring++) {
    vec in = SW_SET(up_to)(key, vec_spread(rings->most[ring]), x);
    if (ring) in = SW_SET(above)(key, vec_spread(rings->most[ring - 1]), in);
    int numbers = SW_SET(numbers)(in);
    if (!numbers) continue;
    SW_SET(add_to)(to->row + ring * to->row_next, in);
    if (to->column) SW_SET(add_to)(to->column + ring * to->column_next + j, in);
    to->count[ring] += numbers;
  }
}
