/* Small tables given beside the panel. */
#include "fuzz.h"

#include <math.h>
#include <string.h>

/* {file: table.csv} */
static sw_node name = {.file = "study.yaml", .line = 7, .column = 16, .text = "table.csv"};
static sw_node *item[] = {&name};
static const char *key[] = {"file"};
static int line[] = {7}, column[] = {10};
static const sw_node map = {.kind = SW_NODE_MAP,
                            .file = "study.yaml",
                            .line = 7,
                            .column = 9,
                            .count = 1,
                            .item = item,
                            .key = key,
                            .key_line = line,
                            .key_column = column};

static void walk(const sw_table *table) {
  fuzz_must(table->n_rows > 0 && table->n_columns > 0, "an empty table");
  for (int c = 0; c < table->n_columns; c++)
    fuzz_must(table->column[c], "a column without a text"); /* it may be empty */
  for (int r = 0; r < table->n_rows; r++) {
    fuzz_must(*table->row[r], "a row without a name");
    for (int c = 0; c < table->n_columns; c++)
      fuzz_must(!isinf(table->value[r * table->n_columns + c]), "an infinite value");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *study;
  if (!study) study = fuzz_path("study.yaml");
  fuzz_put("table.csv", data, size);
  sw_arena *arena = fuzz_arena();
  sw_table *table = NULL;
  sw_error err = {0};
  sw_status status = sw_table_read(&err, fuzz_team, arena, &map, study, "economy", &table);
  fuzz_outcome(status, &err);
  if (!status) walk(table);
  sw_arena_destroy(arena);
  return 0;
}
