/* Which columns a study reads: what entries take, and what the derived indicators and the ratios of
 * `aggregate` among these are made of. Derived indicators and sums that nothing takes are left out:
 * a study is not refused for cells it does not use, and what is not used takes no memory.
 *
 * Also what VALUE.* stands for in a list of columns.
 *
 * Called by study.c, so that impossible names are refused before data is read, and by the panel's
 * plan, which reads the columns named here. Names are in byte order, hence the same on every rank
 * and independent of the order of entries.
 *
 * Complexity: each derived indicator's operands are taken once (`seen`); lists are searched in a
 * line. */
#include <stdlib.h>
#include <string.h>

#include "panel/expression.h"
#include "plan/study/parse.h"

/* A set of names in the order of their coming; names are borrowed from the study. */
typedef struct names {
  sw_arena *arena;
  const char **name;
  int count, capacity;
} names;

/* Linear search: a study names tens of columns. Growing leaves the old array to the arena. */
static sw_status add(sw_error *err, names *list, const char *name) {
  for (int i = 0; i < list->count; i++)
    if (strcmp(list->name[i], name) == 0) return SW_OK;
  if (list->count == list->capacity) {
    const char **grown;
    list->capacity = list->capacity ? 2 * list->capacity : 32;
    SW_NEW(err, list->arena, grown, list->capacity);
    if (list->count) memcpy(grown, list->name, (size_t)list->count * sizeof *grown);
    list->name = grown;
  }
  list->name[list->count++] = name;
  return SW_OK;
}

/* A result that is called like a column which the study reads would make the name mean one thing
 * here and another there. `where`: of the use of the column. Matrices below a result are left out:
 * their names are paths, which no column has. */
static sw_status refuse_result(sw_error *err, const sw_study *study, const char *where,
                               const char *name) {
  for (int e = 0; e < study->n_entries; e++) {
    const sw_entry *entry = &study->entry[e];
    if (!entry->group && strcmp(entry->name, name) == 0)
      return sw_fail(err, SW_EINPUT,
                     "%s: '%s' cannot name a result: it is a column that the study reads, at %s; "
                     "choose another name",
                     entry->name_where, name, where);
  }
  return SW_OK;
}

/* A column below the derived indicators. Without `aggregate` that is a column of the files, which
 * the reader looks for; with it only sums and ratios are left, and a ratio brings its two columns.
 * Those need not be sums themselves: they are added up within the group for the ratio's sake.
 * `where` is told for a name that the study cannot read: the place of its use, not of a file. */
static sw_status take_base(sw_error *err, const sw_study *study, names *list, const char *where,
                           const char *name) {
  const sw_panel_spec *panel = &study->panel;
  const char **known;
  int count = 0;
  SW_TRY(refuse_result(err, study, where, name));
  SW_TRY(add(err, list, name));
  if (!panel->aggregate_by) return SW_OK;
  for (int i = 0; i < panel->n_sum; i++)
    if (strcmp(panel->sum[i], name) == 0) return SW_OK;
  for (int i = 0; i < panel->n_ratio; i++) {
    if (strcmp(panel->ratio[i].name, name) != 0) continue;
    SW_TRY(add(err, list, panel->ratio[i].numerator));
    return add(err, list, panel->ratio[i].denominator);
  }
  SW_NEW(err, study->arena, known, panel->n_sum + panel->n_ratio);
  for (int i = 0; i < panel->n_sum; i++)
    known[count++] = panel->sum[i];
  for (int i = 0; i < panel->n_ratio; i++)
    known[count++] = panel->ratio[i].name;
  return sw_fail(err, SW_EINPUT,
                 "%s: '%s' is not kept by `aggregate`; add it to `sum` or `ratio`%s", where, name,
                 sw_form_hint(study->arena, name, known, count));
}

/* A name means a derived indicator with an index below `before`, else a column of the base. An
 * expression sees only those derived before it, and its own name means the column of the files; so
 * `before` falls at each step, and the recursion ends. `seen`: derived indicators whose operands
 * are taken already. The depth is at most the number of derived indicators. */
static sw_status take(sw_error *err, const sw_study *study, names *list, bool *seen,
                      const char *where, const char *name, int before) {
  const sw_derive *derive = study->panel.derive;
  sw_expression parsed;
  int d = before - 1;
  /* From the last: names are unique as keys of a map, so any order would do. */
  while (d >= 0 && strcmp(derive[d].name, name) != 0)
    d--;
  if (d < 0) return take_base(err, study, list, where, name);
  SW_TRY(add(err, list, name));
  if (seen[d]) return SW_OK;
  seen[d] = true;
  /* From here on a wrong name stands in the expression, and messages point there. */
  where = sw_form_where(study->arena, derive[d].node);
  if (!where) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  SW_TRY(
      sw_expression_parse(err, study->arena, derive[d].node, name, derive[d].expression, &parsed));
  for (int i = 0; i < parsed.n_operands; i++)
    SW_TRY(take(err, study, list, seen, where, parsed.operand[i], d));
  return SW_OK;
}

/* ---- the indicators of all labels ---------------------------------------------------------- */

/* The length of VALUE in VALUE.*; 0: it is no such name. */
static size_t star_of(const sw_node *node) {
  size_t length = node->kind == SW_NODE_SCALAR ? strlen(node->text) : 0;
  return length > 2 && strcmp(node->text + length - 2, ".*") == 0 ? length - 2 : 0;
}

static sw_status check_star(sw_error *err, const sw_study_reader *in, const sw_node *star) {
  const sw_panel_spec *panel = &in->study->panel;
  const char *name = sw_arena_textn(in->arena, star->text, star_of(star));
  if (!name) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  for (int v = 0; v < panel->n_values; v++)
    if (strcmp(panel->value[v], name) == 0) return SW_OK;
  return sw_node_fail(err, star, "'%s': the layout has no value '%s'%s", star->text, name,
                      sw_form_hint(in->arena, name, panel->value, panel->n_values));
}

/* Each at the place of the name that stands for them, to which messages then point. */
static sw_status put_labels(sw_error *err, const sw_study_reader *in, const sw_node *star,
                            sw_node *list) {
  for (int k = 0; k < in->n_labels; k++) {
    sw_node *one;
    SW_NEW(err, in->arena, one, 1);
    *one = *star;
    one->text = sw_arena_printf(in->arena, "%.*s.%s", (int)star_of(star), star->text, in->label[k]);
    if (!one->text) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
    list->item[list->count++] = one;
  }
  return SW_OK;
}

/* In the place of each: before and after it the list stays as it is. The tree is not touched, as an
 * alias may share the list. */
sw_status sw_study_name_all(sw_error *err, const sw_study_reader *in, const sw_node *node,
                            const sw_node **all) {
  const sw_panel_spec *panel = &in->study->panel;
  bool one = node->kind == SW_NODE_SCALAR;
  int n = one ? 1 : node->count, stars = 0;
  sw_node *list;
  *all = node;
  if (!in->label || node->kind == SW_NODE_MAP) return SW_OK;
  for (int i = 0; i < n; i++) {
    const sw_node *item = one ? node : node->item[i];
    if (!star_of(item)) continue;
    SW_TRY(check_star(err, in, item));
    stars++;
  }
  if (!stars) return SW_OK;
  if (in->n_labels == 0)
    return sw_node_fail(err, node, "%s has no label but the total '%s'", panel->by, panel->total);
  SW_NEW(err, in->arena, list, 1);
  *list = *node;
  list->kind = SW_NODE_LIST;
  list->count = 0;
  SW_NEW(err, in->arena, list->item, n + stars * in->n_labels);
  for (int i = 0; i < n; i++) {
    const sw_node *item = one ? node : node->item[i];
    if (star_of(item))
      SW_TRY(put_labels(err, in, item, list));
    else
      list->item[list->count++] = node->item[i];
  }
  *all = list;
  return SW_OK;
}

/* The labels of a value, as what stands between the parentheses of a function: in backquotes, so
 * that they may hold anything. Before it is known which labels there are, VALUE.* is a name. */
static const char *list_labels(const sw_study_reader *in, const char *value) {
  const char *list = in->label ? "" : sw_arena_printf(in->arena, "`%s.*`", value);
  for (int k = 0; k < in->n_labels && list; k++)
    list = sw_arena_printf(in->arena, "%s%s`%s.%s`", list, k ? ", " : "", value, in->label[k]);
  return list;
}

/* Whether VALUE.* begins at `at`, and is one of the values of a function: what follows is the next
 * one, or the end. */
static bool is_star(const char *text, const char *at, const char *value) {
  size_t length = strlen(value);
  char before = at > text ? at[-1] : '(';
  if (strncmp(at, value, length) || strncmp(at + length, ".*", 2)) return false;
  const char *behind = at + length + 2;
  behind += strspn(behind, " \t\r\n");
  return strchr("(, \t\r\n", before) && (*behind == ',' || *behind == ')');
}

sw_status sw_study_name_within(sw_error *err, const sw_study_reader *in, const char **text) {
  const sw_panel_spec *panel = &in->study->panel;
  for (int v = 0; v < panel->n_values; v++)
    for (const char *at = *text; *at; at++) {
      if (!is_star(*text, at, panel->value[v])) continue;
      const char *list = list_labels(in, panel->value[v]);
      const char *rest = at + strlen(panel->value[v]) + 2;
      char *whole =
          list ? sw_arena_printf(in->arena, "%.*s%s%s", (int)(at - *text), *text, list, rest)
               : NULL;
      if (!whole) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
      at = whole + (at - *text) + strlen(list) - 1;
      *text = whole;
    }
  return SW_OK;
}

/* ---- all that is read ---------------------------------------------------------------------- */

static int compare(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Needs that are results of entries are not read from files and are skipped. *name is NULL for a
 * study that needs no column, and lies in the study's arena. */
sw_status sw_study_indicators(sw_error *err, const sw_study *study, int *count,
                              const char *const **name) {
  names list = {.arena = study->arena};
  bool *seen;
  SW_NEW(err, study->arena, seen, study->panel.n_derive);
  for (int e = 0; e < study->n_entries; e++) {
    const sw_centres_spec *centres = sw_entry_centres(&study->entry[e]);
    if (centres && centres->by)
      SW_TRY(take(err, study, &list, seen, centres->where, centres->by, study->panel.n_derive));
    for (int i = 0; i < study->entry[e].n_needs; i++) {
      const sw_need *need = &study->entry[e].need[i];
      if (need->entry < 0 && need->group < 0)
        SW_TRY(take(err, study, &list, seen, need->where, need->name, study->panel.n_derive));
    }
  }
  /* Byte order; qsort must not be given NULL. */
  if (list.count) qsort(list.name, (size_t)list.count, sizeof *list.name, compare);
  *count = list.count;
  *name = list.name;
  return SW_OK;
}
