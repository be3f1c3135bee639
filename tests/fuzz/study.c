/* Study files: the YAML, its sections, entries with their arguments, references and order. */
#include "fuzz.h"

#include "plan/study/yaml.h"

/* libfyaml 0.7.12 loses a scalar's text where a syntax error follows it. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libfyaml\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sw_arena *arena = fuzz_arena();
  sw_error err = {0};
  sw_study *study = NULL;
  const char *text = size ? (const char *)data : "";
  sw_status status = sw_study_parse(&err, arena, "study.yaml", text, size, NULL, 0, &study);
  fuzz_outcome(status, &err);
  for (int i = 0; !status && i < study->n_entries; i++)
    fuzz_must(sw_yaml_flow(arena, study->entry[i].node), "an entry as one line");
  sw_arena_destroy(arena);
  return 0;
}
