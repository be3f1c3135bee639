/* The texts of a results file: weights as they were in force, hashes of the inputs, what is missing
 * and what could not be computed. And the list of input files, by which an output that is one of
 * them is refused.
 *
 * Invariant: the texts tell of the study and its data alone, not of ranks, clocks or folders, so
 * two runs are equal. Texts come from the arena; NULL: no memory. */
#include "store/results/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/text/file.h"

/* ---- weights matrices ------------------------------------------------------------------- */

/* Each with what is in force, defaults too, in the words of `weights:` in a study. One line for
 * each matrix, in the order of the study. */
const char *sw_results_text_weights(sw_arena *arena, const sw_study *study) {
  const char *text = "";
  for (int i = 0; text && i < study->n_weights; i++) {
    const char *words = sw_weights_words(arena, study, &study->weights[i]);
    if (!words) return NULL;
    text = sw_arena_printf(arena, "%s%s%s: %s", text, i > 0 ? "\n" : "", study->weights[i].name,
                           words);
  }
  return text;
}

/* `weights` is an index among the study's matrices. */
static bool names(const sw_study *study, const sw_entry *entry, int weights) {
  bool found = entry->links == weights;
  for (int p = 0; entry->measure->param[p].name; p++) {
    found |= entry->measure->param[p].type == SW_P_WEIGHTS && entry->naming[p].weights == weights;
    for (int k = 0; entry->naming[p].weights_list && k < entry->arg[p].count; k++)
      found |= entry->naming[p].weights_list[k] == weights;
  }
  return found && weights < study->n_weights;
}

/* The lines of those that an entry names, by a parameter or for `keep: links`; "": none. Composed
 * of the lines of the whole, so that both texts say the same of a matrix. */
const char *sw_results_text_weights_of(sw_arena *arena, const sw_study *study,
                                       const sw_entry *entry) {
  const char *at = sw_results_text_weights(arena, study), *text = "";
  for (int i = 0; at && text && i < study->n_weights; i++) {
    int length = (int)strcspn(at, "\n");
    if (names(study, entry, i))
      text = sw_arena_printf(arena, "%s%s%.*s", text, *text ? "\n" : "", length, at);
    at += length + (at[length] == '\n');
  }
  return at ? text : NULL;
}

/* ---- inputs ----------------------------------------------------------------------------- */

/* An input: as the study names it, and where that is; its hash, 32 digits. */
typedef struct input_file {
  const char *name, *path;
  char hex[33];
} input_file;

typedef struct input_list {
  int count, capacity;
  input_file *file;
} input_list;

/* Each name once; what the study leaves out is NULL and skipped. Names and paths are borrowed.
 * O(inputs) for each. */
static sw_status add_input(sw_error *err, input_list *list, const char *name, const char *path) {
  if (!name || !path) return SW_OK;
  /* Linear: a study has few inputs. One may be listed twice, as a panel and as a table. */
  for (int i = 0; i < list->count; i++)
    if (strcmp(list->file[i].name, name) == 0) return SW_OK;
  if (list->count == list->capacity) {
    int capacity = list->capacity > 0 ? 2 * list->capacity : 16;
    input_file *grown = realloc(list->file, (size_t)capacity * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory for the list of input files");
    list->file = grown;
    list->capacity = capacity;
  }
  list->file[list->count++] = (input_file){.name = name, .path = path};
  return SW_OK;
}

/* Modes without a file of their own share the common one, which is then listed once. */
static sw_status add_network(sw_error *err, input_list *list, const sw_network_spec *network) {
  SW_TRY(add_input(err, list, network->nodes.file, network->nodes.path));
  SW_TRY(add_input(err, list, network->edges.file, network->edges.path));
  for (int m = 0; m < network->n_modes; m++)
    SW_TRY(add_input(err, list, network->mode[m].edges.file, network->mode[m].edges.path));
  return SW_OK;
}

/* Files of distances, by parameter. A distance out of an observed flow names the flow's file, which
 * is listed already. */
static sw_status add_distances(sw_error *err, input_list *list, const sw_entry *entry) {
  for (int p = 0; entry->measure->param[p].name; p++) {
    if (entry->measure->param[p].type != SW_P_DISTANCE) continue;
    const sw_distance_spec *distance = &entry->naming[p].distance;
    SW_TRY(add_input(err, list, distance->file, distance->path));
    if (distance->network) SW_TRY(add_network(err, list, distance->network));
  }
  return SW_OK;
}

/* Tables given with a parameter: {file: national.csv}, {from: last-year.h5}. A distance has the
 * same form and is listed already. Whatever parameter has a map with such a key: a table, or a node
 * that the measure reads as one. */
static sw_status add_tables(sw_error *err, input_list *list, const sw_study *study, sw_arena *arena,
                            const sw_entry *entry) {
  static const char *const keys[] = {"file", "from"};
  for (int p = 0; entry->measure->param[p].name; p++)
    for (int k = 0; k < 2 && entry->arg[p].given; k++) {
      const sw_node *node = sw_node_get(entry->arg[p].node, keys[k]);
      if (!node || node->kind != SW_NODE_SCALAR || entry->measure->param[p].type == SW_P_DISTANCE)
        continue;
      if (!*node->text)
        return sw_node_fail(err, node, "found an empty text; expected the name of a file");
      const char *path = sw_path_beside(arena, study->file, node->text);
      if (!path) return sw_fail(err, SW_ENOMEM, "out of memory for the list of input files");
      SW_TRY(add_input(err, list, node->text, path));
    }
  return SW_OK;
}

/* The polygons, for a matrix made of them. A shapefile has its codes in a file of their own, which
 * is not looked for by other endings' case. The other files of a shapefile (.shx, .prj) hold
 * nothing of the codes or borders that is not in these two; GDAL reads them, too. */
static sw_status add_polygons(sw_error *err, input_list *list, const sw_polygons_spec *polygons,
                              sw_arena *arena) {
  SW_TRY(add_input(err, list, polygons->file, polygons->path));
  if (!sw_ends_with(polygons->path, ".shp")) return SW_OK;
  char *name = sw_arena_text(arena, polygons->file), *path = sw_arena_text(arena, polygons->path);
  if (!name || !path) return sw_fail(err, SW_ENOMEM, "out of memory for the list of input files");
  bool upper = path[strlen(path) - 1] == 'P';
  memcpy(name + strlen(name) - 3, upper ? "DBF" : "dbf", 3);
  memcpy(path + strlen(path) - 3, upper ? "DBF" : "dbf", 3);
  return add_input(err, list, name, path);
}

/* A matrix with the codes of its rows: those that the study names, else those beside it. They
 * decide the order of its rows, so they are an input like the matrix. */
static sw_status add_weights(sw_error *err, input_list *list, const sw_study *study,
                             const sw_weights_spec *weights, sw_arena *arena,
                             sw_codes_beside beside) {
  if (weights->kind == SW_W_CONTIGUITY)
    return add_polygons(err, list, &study->units.polygons, arena);
  SW_TRY(add_input(err, list, weights->file, weights->path));
  if (weights->order || beside == SW_NO_CODES)
    return add_input(err, list, weights->order, weights->order_path);
  const char *name = sw_file_codes_beside(arena, weights->file, beside),
             *path = sw_file_codes_beside(arena, weights->path, beside);
  if (!name || !path) return sw_fail(err, SW_ENOMEM, "out of memory for the list of input files");
  return add_input(err, list, name, path);
}

/* For each of the study's weights: is there a file of codes beside it? For one rank. Rank 0 looks,
 * and the others are told: nodes might see different folders. */
static sw_status look_beside(sw_error *err, const sw_study *study, sw_arena *arena,
                             uint8_t *beside) {
  for (int i = 0; i < study->n_weights; i++) {
    const sw_weights_spec *weights = &study->weights[i];
    if (weights->kind != SW_W_FILE || weights->order ||
        !(sw_ends_with(weights->path, ".mtx") || sw_ends_with(weights->path, ".mtx.gz")))
      continue;
    sw_codes_beside which;
    SW_TRY(sw_file_find_codes(err, arena, weights->path, &which));
    beside[i] = (uint8_t)which;
  }
  return SW_OK;
}

/* Every file that the study reads, in the study's order, which the text keeps. `beside` is of
 * look_beside. list->file is the caller's to free, also on failure. The order is that of the
 * study's sections: panel, units, weights, flows, entries. */
static sw_status list_inputs(sw_error *err, const sw_study *study, sw_arena *arena,
                             const uint8_t *beside, input_list *list) {
  for (int i = 0; i < study->panel.n_files; i++)
    SW_TRY(add_input(err, list, study->panel.file[i], study->panel.path[i]));
  const sw_crosswalk_spec *crosswalk = &study->panel.crosswalk;
  if (crosswalk->file) SW_TRY(add_input(err, list, crosswalk->file, crosswalk->path));
  if (study->units.given) SW_TRY(add_input(err, list, study->units.file, study->units.path));
  for (int i = 0; i < study->n_weights; i++)
    SW_TRY(add_weights(err, list, study, &study->weights[i], arena, beside[i]));
  for (int i = 0; i < study->n_flows; i++)
    SW_TRY(add_input(err, list, study->flow[i].file, study->flow[i].path));
  for (int i = 0; i < study->n_entries; i++) {
    const sw_entry *entry = &study->entry[i];
    SW_TRY(add_distances(err, list, entry));
    SW_TRY(add_tables(err, list, study, arena, entry));
  }
  return SW_OK;
}

/* Mapped, so that hashing takes no memory of its own: inputs may be larger than it. They have been
 * read by now, so one that cannot be opened was taken away meanwhile. O(bytes of the file), at the
 * speed of the disk. The hash is XXH3 of 128 bits, in 32 hexadecimal digits. */
static sw_status hash_file(sw_error *err, input_file *file) {
  struct stat info = {0};
  int fd = open(file->path, O_RDONLY | O_CLOEXEC);
  void *bytes = NULL;
  bool good = fd >= 0 && fstat(fd, &info) == 0;
  /* Empty files stay unmapped: mmap refuses a length of 0. */
  if (good && info.st_size > 0) {
    bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    good = bytes != MAP_FAILED;
  }
  /* Before munmap and close may change it. */
  int reason = errno;
  if (good) sw_hash_hex(bytes ? bytes : "", (size_t)info.st_size, file->hex);
  if (good && bytes) munmap(bytes, (size_t)info.st_size);
  if (fd >= 0) close(fd);
  return good ? SW_OK
              : sw_fail(err, SW_EIO, "%s: cannot be read again: %s", file->name, strerror(reason));
}

/* A line that is not found as a part of `others` is odd: the hash in it makes an accidental match
 * of one within another next to impossible. "HASH  NAME": two blanks before the name. NULL: every
 * line is found. Lines are looked for as texts, so order and number do not matter. */
sw_status sw_results_text_odd_input(sw_error *err, sw_arena *arena, const char *lines,
                                    const char *others, const char **odd) {
  *odd = NULL;
  for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    int length = (int)strcspn(at, "\n"), hash = (int)strcspn(at, " ");
    const char *line = sw_arena_textn(arena, at, (size_t)length);
    if (!line) return sw_fail(err, SW_ENOMEM, "out of memory for the names of inputs");
    if (strstr(others, line)) continue;
    *odd = length > hash + 2 ? line + hash + 2 : line;
    return SW_OK;
  }
  return SW_OK;
}

/* Files are compared by what they are (device and inode), not by name: links and ../ lead to one
 * file by several names. `output`: NULL where it does not exist yet; then it is no input. Also
 * tells of inputs that are missing or folders, before anything is read. */
static sw_status refuse_file(sw_error *err, const sw_study *study, const struct stat *output,
                             const input_file *file) {
  struct stat input;
  bool there = stat(file->path, &input) == 0;
  /* The study was read already, maybe from a pipe that is gone. */
  if (!there && file->path != study->file) return sw_file_fail(err, file->path, errno);
  if (there && S_ISDIR(input.st_mode))
    return sw_fail(err, SW_EINPUT, "%s: is a folder; give a file", file->path);
  if (there && output && input.st_dev == output->st_dev && input.st_ino == output->st_ino)
    return sw_fail(err, SW_EINPUT, "%s: is an input of the study (%s); choose another -o",
                   study->output_path, file->name);
  return SW_OK;
}

/* On one rank; the list is freed on every path. */
static sw_status refuse_files(sw_error *err, const sw_study *study, sw_arena *arena) {
  struct stat output;
  input_list list = {0};
  bool exists = stat(study->output_path, &output) == 0;
  uint8_t *beside = NULL;
  if (exists && S_ISDIR(output.st_mode)) /* claim.c would say so, but `check` claims nothing */
    return sw_fail(err, SW_EINPUT, "%s: is a folder; give the name of a file with -o",
                   study->output_path);
  SW_NEW(err, arena, beside, study->n_weights + 1);
  sw_status status = look_beside(err, study, arena, beside);
  if (status == SW_OK) status = list_inputs(err, study, arena, beside, &list);
  if (status == SW_OK) status = add_input(err, &list, study->file, study->file);
  for (int i = 0; status == SW_OK && i < list.count; i++)
    status = refuse_file(err, study, exists ? &output : NULL, &list.file[i]);
  free(list.file);
  return status;
}

/* Before the output is claimed, let alone removed. Rank 0 looks for all. A run that overwrote one
 * of its own inputs could never be repeated. */
sw_status sw_results_refuse_files(sw_error *err, sw_team *team, const sw_study *study) {
  sw_arena *arena = NULL;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    status = sw_arena_create(err, &arena);
    if (status == SW_OK) status = refuse_files(err, study, arena);
    sw_arena_destroy(arena);
  }
  return sw_team_agree(team, err, status, 0);
}

/* File i is hashed by rank i % size and sent from there, so that many files are read side by side.
 * Agreed on before the first broadcast: no rank may stay away from one. Files are dealt by number,
 * so large ones may fall to one rank; the sum of all bytes is read once over all ranks. */
static sw_status hash_inputs(sw_error *err, sw_team *team, input_list *list) {
  sw_status status = SW_OK;
  for (int i = team->rank; i < list->count && status == SW_OK; i += team->size)
    status = hash_file(err, &list->file[i]);
  SW_TRY(sw_team_agree(team, err, status, 0));
  for (int i = 0; i < list->count; i++)
    SW_TRY(team->broadcast(team, err, list->file[i].hex, sizeof list->file[i].hex, i % team->size));
  return SW_OK;
}

/* Lines as xxhsum and sha256sum write them. NULL: no memory. */
static const char *join_inputs(sw_arena *arena, const input_list *list) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  for (int i = 0; i < list->count; i++)
    fprintf(out, "%s%s  %s", i > 0 ? "\n" : "", list->file[i].hex, list->file[i].name);
  const char *copy = fclose(out) == 0 ? sw_arena_text(arena, text) : NULL;
  free(text);
  return copy;
}

/* The same text on every rank. Collective. Called again by `verify` and by `check --since`, which
 * compare the texts. */
sw_status sw_results_text_inputs(sw_error *err, sw_team *team, const sw_study *study,
                                 sw_arena *arena, const char **text) {
  input_list list = {0};
  uint8_t *beside = NULL;
  size_t n = (size_t)study->n_weights + 1;
  sw_status status = sw_arena_alloc(err, arena, n, sizeof *beside, (void **)&beside);
  if (status == SW_OK && team->rank == 0) status = look_beside(err, study, arena, beside);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->broadcast(team, err, beside, n, 0));
  status = sw_team_agree(team, err, list_inputs(err, study, arena, beside, &list), 0);
  if (status == SW_OK) status = hash_inputs(err, team, &list);
  if (status == SW_OK && !(*text = join_inputs(arena, &list)))
    status = sw_fail(err, SW_ENOMEM, "out of memory for the list of input files");
  free(list.file);
  return sw_team_agree(team, err, status, 0);
}

/* ---- what is missing -------------------------------------------------------------------- */

/* All columns of the panel, in its order. */
const char *sw_results_text_missing(sw_arena *arena, const sw_panel *panel) {
  const char *text = "";
  for (int c = 0; text && c < panel->n_columns; c++)
    text = sw_arena_printf(arena, "%s%s%s %lld", text, c > 0 ? ", " : "", panel->column[c].name,
                           (long long)panel->column[c].missing);
  return text;
}

/* All numbers of the variable: the whole of which `undefined` is a part. Exact, as extents are. */
static int64_t values_of(const sw_variable *variable) {
  int64_t count = 1;
  for (int a = 0; a < variable->rank; a++)
    count *= (int64_t)variable->extent[a];
  return count;
}

/* The likely reasons, in words: with no gap in its inputs only the formula is left. Only what can
 * be known without looking at each value. */
static const char *reason_of(const sw_job *job) {
  bool distance = false;
  for (int p = 0; job->measure->param[p].name; p++)
    distance |= job->arg[p].distance != NULL;
  if (!job->has_gaps) return "the formula is not defined there (such as 0/0)";
  return distance ? "an input or a distance is missing, or the formula is not defined there "
                    "(such as 0/0)"
                  : "an input is missing, or the formula is not defined there (such as 0/0)";
}

/* Of a pair result: ordered pairs of all periods. Counts are exact: int64_t. */
static const char *undefined_pairs(sw_arena *arena, const sw_run *run, const sw_job *job) {
  const sw_summary *summary = &run->pair[job - run->job].summary;
  int64_t without = 0, with = 0;
  for (int t = 0; t < summary->n_periods; t++) {
    without += summary->undefined[t];
    with += summary->pairs[t];
  }
  return sw_arena_printf(arena, "%lld of %lld ordered pairs%s%s", (long long)without,
                         (long long)(without + with), without > 0 ? ": " : "",
                         without > 0 ? reason_of(job) : "");
}

/* A variable that is counted: an output of the measure, or one of the engine's own figures, which
 * are sums over its pairs. */
static bool is_counted(const sw_variable *variable, bool figures) {
  bool output = variable->source == SW_FROM_UNIT || variable->source == SW_FROM_GLOBAL ||
                variable->source == SW_FROM_TABLE;
  return variable->counted && output != figures;
}

/* "3 of 57000 values (C 3): ...": in all, and by variable where there are any. Of figures: "" where
 * all are defined. NULL: no memory. */
static const char *undefined_values(sw_arena *arena, const sw_job *job,
                                    const sw_results_schema *schema, const sw_group *group,
                                    bool figures) {
  const char *parts = "";
  int64_t without = 0, values = 0;
  for (int v = group->first; parts && v < group->first + group->count; v++) {
    const sw_variable *variable = &schema->variable[v];
    if (!is_counted(variable, figures)) continue;
    values += values_of(variable);
    without += variable->undefined;
    if (variable->undefined > 0)
      parts = sw_arena_printf(arena, "%s%s%s %lld", parts, *parts ? ", " : "", variable->name,
                              (long long)variable->undefined);
  }
  if (figures && parts && without == 0) return "";
  if (figures && parts)
    return sw_arena_printf(arena,
                           "; %lld of %lld figures of pairs (%s): none of their pairs has a value",
                           (long long)without, (long long)values, parts);
  if (!parts || without == 0) return sw_arena_printf(arena, "0 of %lld values", (long long)values);
  const char *reasons = sw_results_text_reasons_short(arena, job);
  if (!reasons) return NULL;
  return sw_arena_printf(arena, "%lld of %lld values (%s): %s%s", (long long)without,
                         (long long)values, parts, reason_of(job), reasons);
}

/* Else the part of the text that tells of values is left out. */
static bool has_values(const sw_results_schema *schema, const sw_group *group) {
  for (int v = group->first; v < group->first + group->count; v++)
    if (is_counted(&schema->variable[v], false)) return true;
  return false;
}

/* A pair measure may have values by unit or period as well. A text longer than SW_UNDEFINED_ROOM is
 * cut when it is put into the file. Of an entry without pairs the values alone; of pairs the pairs
 * first, then figures without a value, then values. */
const char *sw_results_text_undefined(sw_arena *arena, const sw_run *run,
                                      const sw_results_schema *schema, const sw_group *group) {
  const sw_job *job = &run->job[group->job];
  if (!run->study->entry[group->job].is_pair || !sw_keep_walks(run->pair[group->job].keep.kind))
    return undefined_values(arena, job, schema, group, false);
  const char *pairs = undefined_pairs(arena, run, job);
  const char *figures = undefined_values(arena, job, schema, group, true);
  if (!pairs || !figures) return NULL;
  if (!has_values(schema, group)) return sw_arena_printf(arena, "%s%s", pairs, figures);
  const char *values = undefined_values(arena, job, schema, group, false);
  return values ? sw_arena_printf(arena, "%s%s; %s", pairs, figures, values) : NULL;
}
