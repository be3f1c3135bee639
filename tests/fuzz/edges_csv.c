/* Links as CSV: a list, a square table, and either as distances. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_links("links.csv", SW_W_FILE, true, data, size);
  fuzz_links("links.csv", SW_W_MATRIX, false, data, size);
  return 0;
}
