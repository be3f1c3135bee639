/* Results files, as `spillway info` and `weights: {from: ...}` read them. */
#include "fuzz.h"

#include "store/layout/info.h"
#include "store/results/results.h"

/* HDF5 1.10 loses memory of its own where a file is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libhdf5\n";
}

/* What fails inside HDF5 is SW_EIO: a damaged file and a broken disk look the same to it. */
static void settle(sw_status status, sw_error *err) {
  if (status == SW_EIO && err->status == SW_EIO) status = err->status = SW_EINPUT;
  fuzz_outcome(status, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *path = fuzz_put("results.h5", data, size);
  sw_arena *arena = fuzz_arena();
  sw_results_info info;
  sw_table *table = NULL;
  sw_error err = {0};
  settle(sw_results_info_read(&err, arena, path, &info), &err);
  sw_error_clear(&err);
  settle(sw_results_composite_weights(&err, arena, path, "economy", &table), &err);
  sw_arena_destroy(arena);
  return 0;
}
