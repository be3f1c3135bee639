/* Results files, as `spillway info` and `weights: {from: ...}` read them. */
#include "fuzz.h"

#include "store/layout/info.h"
#include "store/results/results.h"

/* HDF5 1.10 loses memory of its own where a file is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libhdf5\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_put("results.h5", data, size);
  sw_arena *arena = fuzz_arena();
  sw_results_info info;
  sw_table *table = NULL;
  sw_error err = {0};
  fuzz_outcome_hdf5(sw_results_info_read(&err, arena, path, &info), &err);
  sw_error_clear(&err);
  fuzz_outcome_hdf5(sw_results_composite_weights(&err, arena, path, "economy", &table), &err);
  sw_arena_destroy(arena);
  return 0;
}
