/* Links as .gal. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_links("links.gal", SW_W_FILE, false, data, size);
  return 0;
}
