/* Quotients by steps, in the registers of one instruction set; included by quotients.c. */
static void SW_SET(quotients)(const double *a, const double *b, double *out) {
  SW_EACH_REG reg_store(out + k * SW_WIDTH,
                        reg_div_by_steps(reg_load(a + k * SW_WIDTH), reg_load(b + k * SW_WIDTH)));
}
