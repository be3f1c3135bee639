/* Links as MatrixMarket, and as the codes of the rows of such a matrix. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_links("links.mtx", SW_W_FILE, false, data, size);
  fuzz_order(data, size);
  return 0;
}
