/* What entries take as input, by the reading of its name: a composite, NAME.quantity or
 * NAME.quantity[label] of another entry, else an indicator; the pairs of another entry, NAME or
 * NAME.quantity; and an order of computing in which each entry follows what it needs. The order is
 * the depth-first one from the entries as written, so it depends on nothing else, and every rank,
 * and every later run of the study, has the same.
 *
 * A name with a dot that names no entry is a column of the user's, unless it is plainly a result
 * misspelt. What depends on `resolve` (labels, outputs switched off) is left to bind.c.
 *
 * Complexity: O(needs x entries) for the names, O(entries + needs) for the order. All made here is
 * the study's, in its arena. */
#include <string.h>

#include "base/text.h"
#include "measure/names.h"
#include "measure/outputs.h"
#include "plan/study/parse.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* `name` need not end with a zero: it may be the part before a dot. Linear, for tens of entries.
 * -1: none. The first of that name; there are no two (check_name in entries.c). */
static int find_entry(const sw_study *study, const char *name, size_t length) {
  for (int i = 0; i < study->n_entries; i++)
    if (strlen(study->entry[i].name) == length && memcmp(study->entry[i].name, name, length) == 0)
      return i;
  return -1;
}

/* Whether the entry gives the parameter that an output hangs on. Outputs without a condition always
 * exist. */
static bool is_asked_for(const sw_entry *entry, const sw_output *output) {
  const sw_param *param = entry->measure->param;
  if (!output->given) return true;
  for (int p = 0; param[p].name; p++)
    if (strcmp(param[p].name, output->given) == 0) return entry->arg[p].given;
  return true;
}

/* Matrices below another result have their pairs and the engine's sums over them, of all outputs of
 * the measure; the other result has the rest. */
static bool has_output(const sw_entry *entry, const sw_output *output) {
  if (!is_asked_for(entry, output)) return false;
  if (output->shape == SW_PAIR) return sw_output_is_of(output, entry->group);
  return !entry->group || output->of_pairs;
}

/* The first variant of that name by unit, which can be an input, else the first: where there are
 * several, they differ in form, not in meaning. NULL: it has none of that name. */
static const sw_output *find_output(const sw_entry *entry, const char *quantity) {
  const sw_output *first = NULL;
  for (const sw_output *output = entry->measure->output; output->name; output++) {
    if (strcmp(output->name, quantity) != 0 || !has_output(entry, output)) continue;
    if (output->shape == SW_UNIT) return output;
    first = first ? first : output;
  }
  return first;
}

/* Sums over rows and columns of a pair matrix: made by the engine for every pair entry, so they
 * stand in no descriptor. */
static bool is_strength(const char *quantity) {
  return strcmp(quantity, SW_NAME_OUT_STRENGTH) == 0 || strcmp(quantity, SW_NAME_IN_STRENGTH) == 0;
}

/* ---- quantities ------------------------------------------------------------------------- */

/* Variants of an output bear one name, which is told once. */
static void add_known(const char **known, int *count, const char *name) {
  for (int i = 0; i < *count; i++)
    if (strcmp(known[i], name) == 0) return;
  known[(*count)++] = name;
}

/* The outputs of an entry that can be inputs, for messages. At most 32 names are taken, 2 strengths
 * among them. */
static int list_inputs(const sw_entry *entry, const char *name[34]) {
  int count = 0;
  if (entry->is_pair) {
    name[count++] = SW_NAME_OUT_STRENGTH;
    name[count++] = SW_NAME_IN_STRENGTH;
  }
  const sw_output *output = entry->measure->output;
  for (; output->name && count < 32; output++)
    if (output->shape == SW_UNIT && has_output(entry, output))
      add_known(name, &count, output->name);
  return count;
}

/* An output that exists but has no value per unit and period; of pairs the strengths are offered.
 * Always fails. */
static sw_status refuse_output(sw_error *err, const sw_need *need, const sw_entry *entry,
                               const sw_output *output) {
  if (output->shape == SW_PAIR)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: an input must have one value per unit; of '%s' use %s.out_strength or "
                   "%s.in_strength",
                   need->where, need->name, entry->name, entry->name, entry->name);
  return sw_fail(err, SW_EINPUT, "%s: %s is %s; an input must have one value per unit and period",
                 need->where, need->name,
                 output->shape == SW_GLOBAL ? "one value per period" : "a table");
}

/* Offers only what can be an input. */
static sw_status unknown_quantity(sw_error *err, sw_study_reader *in, const sw_need *need,
                                  const sw_entry *entry) {
  const char *known[34];
  int count = list_inputs(entry, known);
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: '%s' has no quantity '%s', nor any that can be an input",
                   need->where, entry->name, need->quantity);
  return sw_fail(err, SW_EINPUT, "%s: '%s' has no quantity '%s'%s", need->where, entry->name,
                 need->quantity, sw_form_hint(in->arena, need->quantity, known, count));
}

/* Strengths have no output in the descriptor: NULL has no axes. */
static int count_axes(const sw_output *output) {
  int count = 0;
  while (output && count < SW_MAX_OWN && output->axis[count])
    count++;
  return count;
}

/* Cuts the text between the outer brackets, "a][b", into `count` labels; false: there are not so
 * many. Only where an output has several axes: elsewhere a label may hold "][". The last label
 * takes the rest, whatever it holds. */
static sw_status cut_labels(sw_error *err, sw_study_reader *in, sw_need *need, int count,
                            bool *fit) {
  const char *rest = need->label[0];
  int a = 0;
  for (; a < count - 1; a++) {
    const char *end = strstr(rest, "][");
    if (!end) break;
    if (!(need->label[a] = sw_arena_textn(in->arena, rest, (size_t)(end - rest))))
      return no_memory(err);
    rest = end + 2;
  }
  need->label[a] = rest;
  *fit = a == count - 1;
  return SW_OK;
}

/* An axis as the file calls it: those of blocks are called after the column of the groups. For
 * messages alone. */
static const char *axis_name(const sw_entry *entry, const sw_output *output, int axis) {
  const char *name = output->axis[axis];
  bool of_blocks =
      output->of_pairs && (strcmp(name, SW_AXIS_BLOCK) == 0 || strcmp(name, SW_AXIS_BLOCK_TO) == 0);
  return of_blocks && entry->sums.blocks ? entry->sums.blocks : name;
}

/* A label is required for each axis that the output has of its own; strengths (`output` NULL) have
 * none. Whether the labels are those of the axes is seen in bind.c. */
static sw_status check_label(sw_error *err, sw_study_reader *in, sw_need *need,
                             const sw_output *output) {
  const sw_entry *entry = &in->study->entry[need->entry];
  int count = count_axes(output);
  bool fit = count == 1 && need->label[0];
  if (need->label[0] && count == 0)
    return sw_fail(err, SW_EINPUT, "%s: %s: '%s' has no further axis; remove [%s]", need->where,
                   need->name, need->quantity, need->label[0]);
  if (need->label[0] && count > 1) SW_TRY(cut_labels(err, in, need, count, &fit));
  if (count == 0 || fit) return SW_OK;
  if (count == 1)
    return sw_fail(err, SW_EINPUT, "%s: %s has one value per %s; choose one: %s[...]", need->where,
                   need->name, axis_name(entry, output, 0), need->name);
  return sw_fail(err, SW_EINPUT, "%s: %s: '%s' has one value per %s, %s%s%s; choose one: %s%s",
                 need->where, need->name, need->quantity, axis_name(entry, output, 0),
                 axis_name(entry, output, 1), count > 2 ? ", " : "",
                 count > 2 ? axis_name(entry, output, 2) : "", need->quantity,
                 count > 2 ? "[...][...][...]" : "[...][...]");
}

/* Strengths come first: no output may bear their names (see the rules in measure.h). Fills in the
 * labels; fails for whatever cannot be one value for each unit. */
static sw_status check_quantity(sw_error *err, sw_study_reader *in, sw_need *need) {
  const sw_entry *entry = &in->study->entry[need->entry];
  if (entry->is_pair && is_strength(need->quantity)) return check_label(err, in, need, NULL);
  const sw_output *output = find_output(entry, need->quantity);
  if (!output) return unknown_quantity(err, in, need, entry);
  if (output->shape != SW_UNIT) return refuse_output(err, need, entry, output);
  return check_label(err, in, need, output);
}

/* ---- names ------------------------------------------------------------------------------ */

/* "quantity[label]" in two. A label may hold any character, brackets and dots too: it goes from the
 * first '[' to the ']' at the end. It may be empty, as that of units without a group is; one that
 * is not closed is an error. need->label[0] stays NULL without brackets. */
static sw_status split_label(sw_error *err, sw_study_reader *in, const char *text, sw_need *need) {
  const char *open = strchr(text, '[');
  size_t length = strlen(text);
  if (!open) {
    need->quantity = text;
    return SW_OK;
  }
  if (text[length - 1] != ']')
    return sw_fail(err, SW_EINPUT,
                   "%s: '%s' is not the name of a result; expected NAME.quantity[label]",
                   need->where, need->name);
  need->quantity = sw_arena_textn(in->arena, text, (size_t)(open - text));
  /* Between the brackets: all after the '[' but the ']' at the end. */
  need->label[0] = sw_arena_textn(in->arena, open + 1, length - (size_t)(open - text) - 2);
  return need->quantity && need->label[0] ? SW_OK : no_memory(err);
}

/* True when some entry near that name has that very quantity: then it is a slip, not a column. Both
 * are asked for, since columns with dots in their names (as R makes them) are common. Without
 * memory it says no, and the name is then looked for as a column: the lack shows at the next
 * allocation. */
static bool is_misspelt(sw_study_reader *in, const char *name, size_t length, const char *quantity,
                        const char **near) {
  const sw_study *study = in->study;
  char *word = sw_arena_textn(in->arena, name, length);
  char *wanted = sw_arena_textn(in->arena, quantity, strcspn(quantity, "["));
  if (!word || !wanted) return false;
  for (int i = 0; i < study->n_entries; i++) {
    const sw_entry *entry = &study->entry[i];
    const sw_output *output = find_output(entry, wanted);
    /* Of a pair entry the strengths, or an output by unit; of others any output, as a wrong form
     * has a message of its own once the name is right. */
    bool has = entry->is_pair ? is_strength(wanted) || (output && output->shape == SW_UNIT)
                              : output != NULL;
    /* sw_nearest with one candidate: is this entry's name near at all? */
    if (!has || !sw_nearest(word, &entry->name, 1)) continue;
    *near = entry->name;
    return true;
  }
  return false;
}

/* Names of derived indicators are free text and may hold a dot; VALUE.LABEL of a panel that is long
 * by a column has one. Linear, for tens of them. */
static bool is_indicator(const sw_study *study, const char *name) {
  for (int i = 0; i < study->panel.n_derive; i++)
    if (strcmp(study->panel.derive[i].name, name) == 0) return true;
  for (int v = 0; v < study->panel.n_values; v++) {
    size_t length = strlen(study->panel.value[v]);
    if (strncmp(study->panel.value[v], name, length) == 0 && name[length] == '.') return true;
  }
  return false;
}

/* A name with its first dot at `dot`: entries' names are identifiers and have none. The entry goes
 * first; a derived indicator may have dots in its name and is then no slip. The need of an entry is
 * complete after this; that of a column keeps entry = -1. */
static sw_status resolve_dotted(sw_error *err, sw_study_reader *in, sw_need *need,
                                const char *dot) {
  const char *near = NULL;
  size_t length = (size_t)(dot - need->name);
  int entry = find_entry(in->study, need->name, length);
  if (entry >= 0) {
    need->entry = entry;
    SW_TRY(split_label(err, in, dot + 1, need));
    return check_quantity(err, in, need);
  }
  if (!is_indicator(in->study, need->name) && is_misspelt(in, need->name, length, dot + 1, &near))
    return sw_fail(err, SW_EINPUT, "%s: unknown result '%.*s'; did you mean '%s%s'?", need->where,
                   (int)length, need->name, near, dot);
  return SW_OK;
}

/* A name without a quantity that is an entry's own. A composite means its score, the only quantity
 * it has by unit; other measures have several, and none goes without saying. */
static sw_status resolve_plain(sw_error *err, sw_study_reader *in, sw_need *need) {
  const sw_entry *entry = &in->study->entry[need->entry];
  if (entry->measure->kind == SW_KIND_COMPOSITE) {
    need->quantity = SW_NAME_SCORE;
    return check_quantity(err, in, need);
  }
  const char *known[34];
  int count = list_inputs(entry, known);
  return sw_fail(err, SW_EINPUT, "%s: '%s' is a result of this study; add its quantity%s%s%s%s",
                 need->where, need->name, count ? ", e.g. " : "", count ? need->name : "",
                 count ? "." : "", count ? known[0] : "");
}

/* Where a parameter takes both, a group column goes before a column of the panel. -1: no such
 * group. */
static int find_group(const sw_units_spec *units, const char *name) {
  for (int g = 0; g < units->n_groups; g++)
    if (strcmp(units->group[g], name) == 0) return g;
  return -1;
}

/* need->entry stays -1 for an indicator: whether the files have it is the reader's to see. The name
 * of the entry itself, without a quantity, is plainly meant as an indicator: then the name is
 * taken, and nothing goes round in a circle. */
static sw_status resolve_need(sw_error *err, sw_study_reader *in, const sw_entry *entry,
                              sw_need *need) {
  need->entry = find_entry(in->study, need->name, strlen(need->name));
  if (need->entry < 0 && entry->measure->param[need->param].or_group)
    need->group = find_group(&in->study->units, need->name);
  if (need->group >= 0) return SW_OK;
  if (need->entry >= 0 && &in->study->entry[need->entry] == entry)
    return sw_fail(
        err, SW_EINPUT,
        "%s: '%s' cannot name this result: it is the name of its own input at %s; choose "
        "another name",
        entry->name_where, entry->name, need->where);
  /* An entry hides a column of its name. */
  if (need->entry >= 0) return resolve_plain(err, in, need);
  const char *dot = strchr(need->name, '.');
  return dot ? resolve_dotted(err, in, need, dot) : SW_OK;
}

/* ---- pairs ------------------------------------------------------------------------------ */

/* No such entry. A name that is nearly that of a pair result is offered, else all of them are.
 * Always fails. */
static sw_status unknown_pairs(sw_error *err, sw_study_reader *in, const sw_need *need,
                               size_t length) {
  const sw_study *study = in->study;
  const char **known, *word = sw_arena_textn(in->arena, need->name, length);
  int count = 0;
  SW_NEW(err, in->arena, known, study->n_entries);
  for (int i = 0; i < study->n_entries; i++)
    if (study->entry[i].is_pair) known[count++] = study->entry[i].name;
  if (!word) return no_memory(err);
  return sw_fail(err, SW_EINPUT, "%s: there is no result '%s'%s", need->where, word,
                 count ? sw_form_hint(in->arena, word, known, count)
                       : "; the study has no entry with pairs");
}

/* The pairs of another entry: NAME means the first quantity, which is stored as `value`. Whether
 * the entry keeps pairs, and that quantity is on, is seen in bind.c. need->quantity stays NULL for
 * the first. */
static sw_status resolve_pairs(sw_error *err, sw_study_reader *in, sw_need *need) {
  const char *dot = strchr(need->name, '.');
  size_t length = dot ? (size_t)(dot - need->name) : strlen(need->name);
  need->entry = find_entry(in->study, need->name, length);
  if (need->entry < 0) return unknown_pairs(err, in, need, length);
  const sw_entry *entry = &in->study->entry[need->entry];
  if (!entry->is_pair)
    return sw_fail(err, SW_EINPUT, "%s: '%s' has no pairs; name the result of a pair measure",
                   need->where, entry->name);
  if (!dot || strcmp(dot + 1, SW_NAME_VALUE) == 0) return SW_OK;
  const char *known[SW_MAX_QUANTITIES + 1] = {SW_NAME_VALUE};
  int count = 1;
  need->quantity = dot + 1;
  for (const sw_output *output = entry->measure->output; output->name; output++) {
    if (output->shape != SW_PAIR || !has_output(entry, output)) continue;
    if (strcmp(output->name, need->quantity) == 0) return SW_OK;
    add_known(known, &count, output->name);
  }
  return sw_fail(err, SW_EINPUT, "%s: '%s' has no quantity '%s' of pairs%s", need->where,
                 entry->name, need->quantity,
                 sw_form_hint(in->arena, need->quantity, known, count));
}

/* ---- an entry's needs ------------------------------------------------------------------- */

static bool takes_columns(const sw_param *param) {
  return param->type == SW_P_COLUMN || param->type == SW_P_COLUMNS ||
         param->type == SW_P_COLUMN_MAP;
}

/* One name of a parameter. Items of a list or a map in the study have places of their own; one
 * name, or a default, has that of the value. A name that is found twice in a list has its own place
 * each time. */
static sw_status read_need(sw_error *err, sw_study_reader *in, const sw_entry *entry, int param,
                           int item, sw_need *need) {
  const sw_arg *arg = &entry->arg[param];
  bool listed = arg->given && arg->node->kind == SW_NODE_LIST;
  const sw_node *place = listed ? arg->node->item[item] : NULL;
  if (entry->naming[param].column) place = entry->naming[param].column[item];
  *need = (sw_need){.param = param, .name = arg->texts[item], .entry = -1, .group = -1};
  need->where = place ? sw_form_where(in->arena, place) : arg->where;
  if (!need->where) return no_memory(err);
  return takes_columns(&entry->measure->param[param]) ? resolve_need(err, in, entry, need)
                                                      : resolve_pairs(err, in, need);
}

/* The needs of an entry, parameter by parameter in the order of the descriptor, which is the order
 * of the job's inputs: sw_job_inputs finds them by counting. Pairs stand behind all columns. Needs
 * are counted with repetitions: one array place for each name that was written. */
static sw_status read_needs(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  /* Counted first, as the needs of an entry are one array. */
  const sw_param *param = entry->measure->param;
  int columns = 0, pairs = 0, at = 0;
  sw_need *need;
  for (int i = 0; param[i].name; i++) {
    columns += takes_columns(&param[i]) ? entry->arg[i].count : 0;
    pairs += param[i].type == SW_P_PAIRS ? entry->arg[i].count : 0;
  }
  SW_NEW(err, in->arena, need, columns + pairs);
  for (int i = 0; param[i].name; i++)
    for (int j = 0; takes_columns(&param[i]) && j < entry->arg[i].count; j++)
      SW_TRY(read_need(err, in, entry, i, j, &need[at++]));
  for (int i = 0; param[i].name; i++)
    for (int j = 0; param[i].type == SW_P_PAIRS && j < entry->arg[i].count; j++)
      SW_TRY(read_need(err, in, entry, i, j, &need[at++]));
  entry->n_needs = columns;
  entry->n_pair_needs = pairs;
  entry->need = need;
  return SW_OK;
}

/* ---- weights ----------------------------------------------------------------------------- */

/* The result of this study that weights are made of. need->param is -1, since no parameter of an
 * entry names it. */
static sw_status read_weights_need(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  sw_need *need;
  SW_NEW(err, in->arena, need, 1);
  *need = (sw_need){.param = -1, .name = spec->result, .entry = -1, .group = -1};
  need->where = sw_form_where(in->arena, sw_node_get(spec->node, "of"));
  if (spec->quantity)
    need->name = sw_arena_printf(in->arena, "%s.%s", spec->result, spec->quantity);
  if (!need->where || !need->name) return no_memory(err);
  spec->need = need;
  return resolve_pairs(err, in, need);
}

/* Adds what a matrix of weights rests on, itself or by those it is made of, each once. Recursion
 * over matrices that are made of others; they have no cycles (weights_made.c). */
static void add_weights(const sw_study *study, int index, const sw_need **need, int *count) {
  const sw_weights_spec *spec = &study->weights[index];
  if (!spec->later) return;
  for (int k = 0; k < spec->n_of; k++)
    add_weights(study, spec->of[k], need, count);
  for (int k = 0; k < *count; k++)
    if (need[k] == spec->need) return;
  if (spec->need) need[(*count)++] = spec->need;
}

/* Once for each matrix, however many parameters name it, as a job binds it once. */
static sw_status read_weight_needs(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_study *study = in->study;
  const sw_need **need;
  SW_NEW(err, in->arena, need, study->n_weights);
  for (int p = 0; entry->measure->param[p].name; p++) {
    const sw_naming *naming = &entry->naming[p];
    if (entry->measure->param[p].type == SW_P_WEIGHTS && naming->weights >= 0)
      add_weights(study, naming->weights, need, &entry->n_weight_needs);
    for (int k = 0; naming->weights_list && k < entry->arg[p].count; k++)
      add_weights(study, naming->weights_list[k], need, &entry->n_weight_needs);
  }
  if (entry->links >= 0) add_weights(study, entry->links, need, &entry->n_weight_needs);
  entry->weight_need = need;
  return SW_OK;
}

/* The entry that computes a result: that of matrices below another is the other. -1 stays -1: a
 * column is computed by nobody. */
static int computed_by(const sw_study *study, int entry) {
  return entry >= 0 && study->entry[entry].group ? study->entry[entry].parent : entry;
}

/* ---- order ------------------------------------------------------------------------------ */

/* The path from the entry being computed: at each step the entry and the need being followed. */
typedef struct step {
  int entry, need;
} step;

/* Columns, pairs, then what weights are made of. These are all that has to be there before an entry
 * can be computed. */
static int count_needs(const sw_entry *entry) {
  return entry->n_needs + entry->n_pair_needs + entry->n_weight_needs;
}

/* Needs of columns and pairs first, then those of weights. */
static const sw_need *need_at(const sw_entry *entry, int i) {
  int own = entry->n_needs + entry->n_pair_needs;
  return i < own ? &entry->need[i] : entry->weight_need[i - own];
}

/* OPEN: on the path; met again, it closes a cycle. */
typedef enum mark { NEW, OPEN, DONE } mark;

/* Says the cycle: "a.x -> b.y -> a.x", each computed from the next. path[depth] has just met an
 * entry that is on the path: the message begins at that entry's step, and repeats at the front the
 * name by which it was met. Cut off where the message would grow too long. Called with path[depth]
 * on the closing need; `met` is on the path, so the search from the end finds it. */
static sw_status name_cycle(sw_error *err, const sw_study *study, const step *path, int depth) {
  const sw_need *last = need_at(&study->entry[path[depth].entry], path[depth].need);
  int met = computed_by(study, last->entry);
  char text[SW_ERROR_TEXT / 2];
  size_t used = 0;
  /* Where the cycle begins on the path. What stands before only leads to it. */
  int from = depth;
  while (path[from].entry != met)
    from--;
  /* i = from - 1 stands for the name that closes the cycle, said first. */
  for (int i = from - 1; i <= depth; i++) {
    const sw_need *need = i < from ? last : need_at(&study->entry[path[i].entry], path[i].need);
    const char *name = need->name;
    size_t length = strlen(name);
    if (used + length + 16 > sizeof text) {
      memcpy(text + used, " -> ...", 7);
      used += 7;
      break;
    }
    if (i >= from) {
      memcpy(text + used, " -> ", 4);
      used += 4;
    }
    memcpy(text + used, name, length);
    used += length;
  }
  text[used] = '\0';
  return sw_fail(err, SW_EINPUT,
                 "%s: circular reference: %s; a result cannot be computed from itself", last->where,
                 text);
}

/* An entry comes next in the order, and the matrices below it with it. They are computed in one go
 * with their parent, and thus count as done with it. */
static void put_next(sw_study *study, int entry, mark *marks, int *n_order) {
  marks[entry] = DONE;
  study->order[(*n_order)++] = entry;
  for (int e = entry + 1; e < study->n_entries; e++) {
    if (!study->entry[e].group || study->entry[e].parent != entry) continue;
    marks[e] = DONE;
    study->order[(*n_order)++] = e;
  }
}

/* Depth-first from `root`, without recursion: a chain of results may be as long as the study, and a
 * path has room for every entry, as none is on it twice. Each entry and need is looked at once. The
 * order is appended to study->order when an entry is left, after all that it needs. */
static sw_status visit(sw_error *err, sw_study *study, int root, mark *marks, step *path,
                       int *n_order) {
  int depth = 0;
  if (marks[root] == DONE) return SW_OK;
  /* -1: no need has been looked at; the loop steps to the first. */
  path[0] = (step){root, -1};
  marks[root] = OPEN;
  while (depth >= 0) {
    const sw_entry *entry = &study->entry[path[depth].entry];
    /* All needs are done. */
    if (++path[depth].need == count_needs(entry)) {
      put_next(study, path[depth--].entry, marks, n_order);
      continue;
    }
    int next = computed_by(study, need_at(entry, path[depth].need)->entry);
    /* Columns of files need no computing. */
    if (next < 0 || marks[next] == DONE) continue;
    if (marks[next] == OPEN) return name_cycle(err, study, path, depth);
    marks[next] = OPEN;
    path[++depth] = (step){next, -1};
  }
  return SW_OK;
}

/* All names first: an entry may take a result of one that stands after it. A failure leaves the
 * study without an order, and nothing of it is run. */
sw_status sw_study_read_refs(sw_error *err, sw_study_reader *in) {
  sw_study *study = in->study;
  mark *marks;
  step *path;
  int n_order = 0;
  /* Matrices below a result rest on what it rests on. */
  for (int i = 0; i < study->n_entries; i++)
    if (!study->entry[i].group) SW_TRY(read_needs(err, in, &study->entry[i]));
  for (int i = 0; i < study->n_weights; i++)
    if (study->weights[i].later && study->weights[i].kind == SW_W_RESULT)
      SW_TRY(read_weights_need(err, in, &study->weights[i]));
  for (int i = 0; i < study->n_entries; i++)
    if (!study->entry[i].group) SW_TRY(read_weight_needs(err, in, &study->entry[i]));
  SW_NEW(err, in->arena, study->order, study->n_entries);
  SW_NEW(err, in->arena, marks, study->n_entries);
  SW_NEW(err, in->arena, path, study->n_entries);
  for (int i = 0; i < study->n_entries; i++)
    if (!study->entry[i].group) SW_TRY(visit(err, study, i, marks, path, &n_order));
  return SW_OK;
}
