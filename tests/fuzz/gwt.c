/* Links as .gwt. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_links("links.gwt", SW_W_FILE, false, data, size);
  return 0;
}
