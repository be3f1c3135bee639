/* The harness: each step as the engine does it, serially and checked. */
#include "measure/harness.h"

#include <stdlib.h>

#include "base/hash.h"
#include "measure/said.h"

/* ---- nodes, as a YAML file would give them ---------------------------------------------- */

sw_node *harness_scalar(harness *h, const char *text) {
  sw_node *node = NULL;
  HARNESS_NEW(h, node, 1);
  *node = (sw_node){.kind = SW_NODE_SCALAR, .file = "test.yaml", .line = 1, .column = 1};
  node->text = sw_arena_text(h->arena, text);
  return node;
}

sw_node *harness_many(harness *h, int count, const char *const *keys, sw_node *const *items) {
  sw_node *node = NULL;
  HARNESS_NEW(h, node, 1);
  *node = (sw_node){.kind = keys ? SW_NODE_MAP : SW_NODE_LIST,
                    .file = "test.yaml",
                    .line = 1,
                    .column = 1,
                    .text = "",
                    .count = count};
  HARNESS_NEW(h, node->item, count);
  HARNESS_NEW(h, node->key, count);
  HARNESS_NEW(h, node->key_line, count);
  HARNESS_NEW(h, node->key_column, count);
  for (int i = 0; i < count; i++) {
    node->item[i] = items[i];
    if (keys) node->key[i] = keys[i];
  }
  return node;
}

sw_node *harness_list(harness *h, int count, const char *const *texts) {
  sw_node *item[32];
  for (int i = 0; i < count; i++)
    item[i] = harness_scalar(h, texts[i]);
  return harness_many(h, count, NULL, item);
}

sw_node *harness_pair(harness *h, const char *key, sw_node *value) {
  return harness_many(h, 1, &key, &value);
}

/* ---- a job ------------------------------------------------------------------------------ */

static int harness_param(const harness *h, const char *name) {
  for (int i = 0; h->job.measure->param[i].name; i++)
    if (strcmp(h->job.measure->param[i].name, name) == 0) return i;
  cr_assert_fail("no parameter %s", name);
  return -1;
}

static void harness_choice(harness *h, int p, const char *text) {
  char choices[256], *rest = choices;
  snprintf(choices, sizeof choices, "%s", h->job.measure->param[p].choices);
  for (int index = 0; rest; index++) {
    const char *one = strsep(&rest, "|");
    if (strcmp(one, text) != 0) continue;
    h->arg[p].number = index;
    h->arg[p].text = text;
    return;
  }
  cr_assert_fail("%s is no choice", text);
}

static void harness_parse_numbers(harness *h, int p, const char *text) {
  double *number = NULL;
  HARNESS_NEW(h, number, 64);
  for (const char *at = text; *at;) {
    char *end;
    double value = strtod(at, &end);
    if (end == at)
      at++;
    else {
      number[h->arg[p].count++] = value;
      at = end;
    }
  }
  h->arg[p].numbers = number;
}

/* What the text says, by the parameter's type. */
static void harness_read(harness *h, int p, const char *text) {
  sw_ptype type = h->job.measure->param[p].type;
  if (type == SW_P_CHOICE) harness_choice(h, p, text);
  if (type == SW_P_NUMBER || type == SW_P_INTEGER) h->arg[p].number = strtod(text, NULL);
  if (type == SW_P_BOOL) h->arg[p].number = strcmp(text, "true") == 0;
  if (type == SW_P_NODE) h->arg[p].node = harness_scalar(h, text);
  if (type != SW_P_NUMBERS) return;
  h->arg[p].count = 0;
  harness_parse_numbers(h, p, text);
}

static void harness_default(harness *h, int p) {
  const sw_param *param = &h->job.measure->param[p];
  h->arg[p] = (sw_arg){.where = "test.yaml:1:1", .text = param->fallback ? param->fallback : ""};
  if (!param->fallback || !param->fallback[0]) return;
  harness_read(h, p, param->fallback);
}

static void harness_units(harness *h, int64_t n) {
  char *text = NULL;
  int64_t *at = NULL;
  uint64_t *key = NULL;
  HARNESS_NEW(h, text, 9 * n);
  HARNESS_NEW(h, at, n + 1);
  HARNESS_NEW(h, key, n);
  for (int64_t i = 0; i < n; i++) {
    at[i] = 9 * i;
    snprintf(text + 9 * i, 9, "%08u", (unsigned)i % 100000000u);
    key[i] = sw_hash64(text + 9 * i, 8, 0);
  }
  at[n] = 9 * n;
  h->units = (sw_units){.n = n, .text = text, .code_at = at, .key = key};
}

harness *harness_new(const sw_measure *measure, int64_t n, int periods) {
  harness *h = calloc(1, sizeof *h);
  cr_assert_not_null(h);
  cr_assert_eq(sw_arena_create(&h->err, &h->arena), SW_OK);
  h->notes.arena = h->arena;
  int *period = NULL;
  int64_t *value = NULL;
  const char **label = NULL;
  HARNESS_NEW(h, value, periods);
  HARNESS_NEW(h, period, periods);
  HARNESS_NEW(h, label, periods);
  for (int t = 0; t < periods; t++) {
    period[t] = t;
    value[t] = 2001 + t;
    label[t] = sw_arena_printf(h->arena, "%d", 2001 + t);
  }
  h->periods = (sw_periods){.n = periods, .integer = true, .value = value, .label = label};
  harness_units(h, n);
  h->job = (sw_job){.measure = measure,
                    .name = "job",
                    .where = "test.yaml:1:1",
                    .arg = h->arg,
                    .n = n,
                    .units = &h->units,
                    .periods = &h->periods,
                    .n_periods = periods,
                    .period = period,
                    .input = h->input,
                    .arena = h->arena,
                    .notes = &h->notes,
                    .said = &h->said};
  for (int p = 0; measure->param[p].name; p++)
    harness_default(h, p);
  return h;
}

void harness_free(harness *h) {
  sw_arena_destroy(h->arena);
  free(h);
}

sw_arg *harness_arg(harness *h, const char *name) {
  sw_arg *arg = &h->arg[harness_param(h, name)];
  arg->given = true;
  return arg;
}

void harness_set(harness *h, const char *name, const char *text) {
  harness_arg(h, name)->text = text;
  harness_read(h, harness_param(h, name), text);
}

void harness_set_node(harness *h, const char *name, const sw_node *node) {
  harness_arg(h, name)->node = node;
}

sw_input *harness_column(harness *h, const char *param, const char *name, const double *x) {
  int i = h->job.n_inputs++;
  harness_arg(h, param)->count++;
  h->input[i] = (sw_input){.name = name, .where = "test.yaml:1:1"};
  HARNESS_NEW(h, h->whole[i], h->job.n_periods);
  for (int t = 0; t < h->job.n_periods; t++) {
    HARNESS_NEW(h, h->whole[i][t], h->job.n);
    memcpy(h->whole[i][t], x + t * h->job.n, (size_t)h->job.n * sizeof *x);
  }
  return &h->input[i];
}

void harness_names(harness *h, const char *param, int n, const char *const *names,
                   const int *counts) {
  sw_arg *arg = harness_arg(h, param);
  arg->n_names = n;
  arg->names = names;
  arg->column_counts = counts;
}

/* ---- running ---------------------------------------------------------------------------- */

static int harness_width(const harness *h, const sw_output *output) {
  int width = 1;
  for (int a = 0; a < SW_MAX_OWN && output->axis[a]; a++) {
    const sw_axis *axis = sw_job_find_axis(&h->job, output->axis[a]);
    width *= axis ? axis->n : 0;
  }
  return width;
}

int harness_outputs(const harness *h) {
  int count = 0;
  while (h->job.measure->output[count].name)
    count++;
  return count;
}

sw_status harness_resolve(harness *h) {
  int outputs = harness_outputs(h);
  HARNESS_NEW(h, h->job.result, outputs);
  for (int q = 0; q < outputs; q++) {
    h->job.result[q].output = &h->job.measure->output[q];
    h->job.result[q].off = h->job.measure->output[q].group != NULL; /* nothing asks for matrices */
  }
  return h->job.measure->resolve(&h->err, &h->job);
}

void harness_rows(harness *h) {
  int outputs = harness_outputs(h);
  HARNESS_NEW(h, h->result, outputs);
  for (int q = 0; q < outputs; q++) {
    sw_result *result = &h->job.result[q];
    const sw_output *output = result->output;
    if (result->off) continue;
    result->width = harness_width(h, output);
    cr_assert_gt(result->width, 0, "%s: axis not declared", output->name);
    int all = result->width * sw_result_periods(&h->job, result);
    int rows = output->shape == SW_UNIT ? all : 1;
    int64_t length = output->shape == SW_UNIT ? h->job.n : all;
    HARNESS_NEW(h, h->result[q], rows);
    HARNESS_NEW(h, result->row, rows);
    for (int r = 0; r < rows; r++) {
      HARNESS_NEW(h, h->result[q][r], length);
      for (int64_t i = 0; i < length; i++)
        h->result[q][r][i] = HARNESS_UNTOUCHED;
      result->row[r] = h->result[q][r];
    }
  }
}

/* Views of the inputs from unit `lo` on. */
static void harness_show_inputs(harness *h, int64_t lo) {
  for (int i = 0; i < h->job.n_inputs; i++) {
    double **row = NULL;
    HARNESS_NEW(h, row, sw_job_seen(&h->job));
    for (int t = 0; t < sw_job_seen(&h->job); t++)
      row[t] = h->whole[i][t] + lo;
    h->input[i].view = (sw_view){row, lo};
  }
}

void harness_show(harness *h, int64_t lo) {
  h->job.first = lo;
  harness_show_inputs(h, lo);
  for (int q = 0; q < harness_outputs(h); q++) {
    const sw_result *result = &h->job.result[q];
    if (result->off || result->output->shape != SW_UNIT) continue;
    for (int r = 0; r < result->width * sw_result_periods(&h->job, result); r++)
      result->row[r] = h->result[q][r] + lo;
  }
}

void *harness_bytes(size_t bytes) {
  void *memory = NULL;
  cr_assert_eq(posix_memalign(&memory, 64, bytes + 64), 0);
  memset(memory, 0xab, bytes + 64); /* nothing relies on zeros that were not promised */
  return memory;
}

/* Rows of the pass's operands: whole, and as the block that begins at `lo` places its part. */
static double **harness_operands(harness *h, int pass) {
  int rows = h->job.pass[pass].operand * h->job.n_periods;
  double **whole = NULL;
  HARNESS_NEW(h, whole, rows + 1);
  for (int r = 0; r < rows; r++)
    HARNESS_NEW(h, whole[r], h->job.n);
  return whole;
}

static void harness_show_operands(harness *h, int pass, double **whole, int64_t lo) {
  int rows = h->job.pass[pass].operand * h->job.n_periods;
  double **local = NULL;
  HARNESS_NEW(h, local, rows + 1);
  for (int r = 0; r < rows; r++)
    local[r] = whole[r] + lo;
  h->job.operand_local[pass] = (sw_view){local, lo};
}

static sw_status harness_units_pass(harness *h, int pass, void *workspace, void *all) {
  const sw_measure *m = h->job.measure;
  size_t partial = h->job.pass[pass].partial;
  void *part = harness_bytes(partial);
  double **operand = harness_operands(h, pass);
  memset(all, 0, partial);
  if (partial && m->start) m->start(&h->job, pass, all);
  for (int64_t lo = 0; lo < h->job.n; lo += SW_BLOCK) {
    int64_t hi = lo + SW_BLOCK < h->job.n ? lo + SW_BLOCK : h->job.n;
    harness_show(h, lo);
    if (h->job.pass[pass].gathered) harness_show_inputs(h, 0);
    harness_show_operands(h, pass, operand, lo);
    int64_t grain = h->job.pass[pass].grain ? h->job.pass[pass].grain : SW_BLOCK;
    for (int64_t at = lo; at < hi; at += grain) {
      memset(part, 0, partial);
      if (partial && m->start) m->start(&h->job, pass, part);
      m->tile(&h->job, &(sw_tile){pass, at, at + grain < hi ? at + grain : hi},
              partial ? part : NULL, workspace);
      if (partial) m->merge(&h->job, pass, all, part);
    }
  }
  harness_show(h, 0);
  h->job.operand[pass] = (sw_view){operand, 0};
  free(part);
  return SW_OK;
}

static void harness_items_pass(harness *h, int pass, void *workspace, char *all) {
  const sw_pass *p = &h->job.pass[pass];
  harness_show(h, 0);
  memset(all, 0, (size_t)p->items * p->record);
  for (int64_t i = 0; i < p->items; i++)
    h->job.measure->tile(&h->job, &(sw_tile){pass, i, i + 1}, all + (size_t)i * p->record,
                         workspace);
}

static sw_status round_of(harness *h, int pass) {
  const sw_measure *m = h->job.measure;
  const sw_pass *p = &h->job.pass[pass];
  char *result = NULL;
  void *workspace = harness_bytes(m->workspace ? m->workspace(&h->job) : 0);
  void *all = harness_bytes(p->domain == SW_ITEMS ? (size_t)p->items * p->record : p->partial);
  harness_show(h, 0);
  sw_status status = m->prepare ? m->prepare(&h->err, &h->job, pass) : SW_OK;
  if (status == SW_OK && m->open) status = m->open(&h->err, &h->job, pass, workspace);
  if (status != SW_OK) {
    free(all);
    free(workspace);
    return status;
  }
  if (p->domain == SW_ITEMS)
    harness_items_pass(h, pass, workspace, all);
  else
    harness_units_pass(h, pass, workspace, all);
  if (m->open && m->close) m->close(&h->job, pass, workspace);
  HARNESS_NEW(h, result, p->result);
  status = m->finish ? m->finish(&h->err, &h->job, pass, all, result) : SW_OK;
  h->job.folded[pass] = result;
  free(all);
  free(workspace);
  return status;
}

sw_status harness_pass(harness *h, int pass) {
  do
    SW_TRY(round_of(h, pass));
  while (h->job.pass[pass].again && h->job.measure->again(&h->job, pass));
  return SW_OK;
}

/* What the job has requested, one by one. */
static sw_status harness_resources(harness *h) {
  for (int k = 0; k < h->job.n_resources; k++) {
    const sw_resource *r = &h->job.resource[k];
    const void *base = r->base ? h->job.made[r->base - 1] : NULL;
    void *object = NULL;
    char *made = NULL;
    size_t bytes = r->bytes;
    sw_status status = r->begin ? r->begin(&h->err, r, base, &object, &bytes) : SW_OK;
    if (status == SW_OK) {
      HARNESS_NEW(h, made, bytes);
      status = r->fill(&h->err, r, base, object, made);
    }
    if (object && r->end) r->end(object);
    SW_TRY(status);
    h->job.made[k] = made;
    h->job.made_bytes[k] = bytes;
  }
  return SW_OK;
}

sw_status harness_run(harness *h) {
  SW_TRY(harness_resolve(h));
  harness_rows(h);
  SW_TRY(harness_resources(h));
  for (int pass = 0; pass < h->job.n_passes; pass++)
    SW_TRY(harness_pass(h, pass));
  return SW_OK;
}

const double *harness_result(const harness *h, const char *name, int row) {
  for (int q = 0; q < harness_outputs(h); q++)
    if (strcmp(h->job.measure->output[q].name, name) == 0 && !h->job.result[q].off)
      return h->result[q][row];
  cr_assert_fail("no output %s", name);
  return NULL;
}

bool harness_noted(const harness *h, const char *part) {
  for (int i = 0; i < h->notes.count; i++)
    if (strstr(h->notes.text[i], part)) return true;
  return false;
}

const char *harness_said(const harness *h) {
  return sw_said_text(h->arena, &h->job);
}

/* ---- checks ----------------------------------------------------------------------------- */

void harness_fails(harness *h, const char *part, const char *file, int line) {
  cr_expect_eq(harness_run(h), SW_EINPUT, "%s:%d: not refused", file, line);
  cr_expect_not_null(strstr(h->err.text, part), "%s:%d: said: %s", file, line, h->err.text);
}

void harness_near(double actual, double wanted, double tolerance, const char *text,
                  const char *file, int line) {
  cr_expect(fabs(actual - wanted) <= tolerance, "%s:%d: %s = %.15g, wanted %.15g", file, line, text,
            actual, wanted);
}
