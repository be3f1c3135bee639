/* What the manifest says of pairs: what of them is kept, on the page and in the file, and which
 * variables are the sums over them. One entry for each quantity of a result; a result that keeps a
 * summary alone has one, too, for its strengths. The browser draws flows, partners and matrices
 * from this. */
#include "cli/report/manifest.h"

#include <string.h>

/* A variable of a result by its name in the file: the manifest rests on what is there, not on the
 * study. -1: not there. */
static int find_variable(const sw_manifest *to, int result, const char *name) {
  for (int v = 0; v < to->page->n_variables; v++)
    if (to->page->variable[v].result == result && strcmp(to->page->variable[v].name, name) == 0)
      return v;
  return -1;
}

/* "{top: 20}" of the parameters: a word, and a number where it has one. */
static void put_keep(sw_manifest *to, const sw_page_result *r, sw_page_keep keep) {
  static const char *const word[] = {"summary", "dense", "top", "above"};
  /* The kept form says how pairs are stored; what was asked for stands in the parameters alone. */
  char said[32] = "";
  double number = 0;
  /* The last ", keep: " counts: the text of an earlier parameter may contain the words. */
  const char *at = NULL, *found = r->parameters;
  while ((found = strstr(found, ", keep: ")))
    at = found += 8;
  int n = at ? sscanf(at, *at == '{' ? "{%31[a-z]: %lf" : "%31[a-z]", said, &number) : 0;
  /* Links of an observed flow come from a table, not from a threshold. */
  bool table = r->measure && strcmp(r->measure, SW_NAME_FLOW) == 0 && strcmp(said, "links") == 0;
  sw_json_text(&to->json, "keep", table ? "table" : n > 0 ? said : word[keep]);
  if (n == 2) sw_json_number(&to->json, strcmp(said, "top") == 0 ? "asked" : "threshold", number);
}

/* Sums over pairs that the engine makes, by the names that the file has for them. */
static void put_sums(sw_manifest *to, int result) {
  sw_json *j = &to->json;
  int block = find_variable(to, result, SW_NAME_BLOCK_SUM);
  int ring = find_variable(to, result, SW_NAME_RING_SUM);
  int centre = find_variable(to, result, SW_NAME_FROM_CENTRE);
  const sw_page_variable *v = block >= 0 ? &to->page->variable[block] : NULL;
  if (v && v->n_dims >= 2) {
    sw_json_open(j, "blocks", '{');
    sw_manifest_id(to, "sum", block);
    sw_manifest_id(to, "count", find_variable(to, result, SW_NAME_BLOCK_COUNT));
    sw_json_text(j, "group", to->page->axis[v->dim[v->n_dims - 2]].name);
    sw_json_close(j, '}');
  } else
    sw_json_null(j, "blocks");
  v = ring >= 0 ? &to->page->variable[ring] : NULL;
  if (v && v->n_dims >= 1) {
    sw_json_open(j, "rings", '{');
    sw_manifest_id(to, "sum", ring);
    sw_manifest_id(to, "count", find_variable(to, result, SW_NAME_RING_COUNT));
    sw_json_text(j, "axis", to->page->axis[v->dim[v->n_dims - 1]].id);
    sw_json_close(j, '}');
  } else
    sw_json_null(j, "rings");
  v = centre >= 0 ? &to->page->variable[centre] : NULL;
  if (!v || v->n_dims < 1) {
    sw_json_null(j, "centres");
    return;
  }
  /* The centre's axis is the last that is neither unit nor time. */
  int own = v->n_dims - 1;
  while (own > 0 && (own == v->unit || own == v->time))
    own--;
  sw_json_open(j, "centres", '{');
  sw_manifest_id(to, "from", centre);
  sw_manifest_id(to, "to", find_variable(to, result, SW_NAME_TO_CENTRE));
  sw_json_text(j, "axis", to->page->axis[v->dim[own]].id);
  sw_json_close(j, '}');
}

/* What a unit sends and receives is the same, bit for bit. Equal blocks have one number, so no
 * value is compared. One arrow for both directions is then enough. */
static bool is_symmetric(const sw_manifest *to, const sw_page_pairs *p) {
  if (p->out_strength < 0 || p->in_strength < 0) return false;
  const sw_report_values *out = &to->arrays->values[p->out_strength];
  const sw_report_values *in = &to->arrays->values[p->in_strength];
  return out->part && in->part && out->part[0] == in->part[0];
}

/* Ids of strengths and sums. The engine makes them of the first quantity alone. */
static void put_figures(sw_manifest *to, const sw_page_pairs *p, bool first) {
  sw_manifest_id(to, SW_NAME_OUT_STRENGTH, first ? p->out_strength : -1);
  sw_manifest_id(to, SW_NAME_IN_STRENGTH, first ? p->in_strength : -1);
  sw_manifest_id(to, "total", first ? p->total : -1);
  sw_manifest_id(to, "mean", first ? p->mean : -1);
  sw_manifest_id(to, "max", first ? p->max : -1);
  sw_manifest_id(to, SW_NAME_N_PAIRS, first ? p->n_pairs : -1);
  if (first) put_sums(to, p->result);
}

/* The strengths' entry of a result that keeps no pairs has no quantity: id and title are then made
 * from the result. first < 0: the partners did not fit; 0: all periods; above: the last ones. */
static void put_quantity(sw_manifest *to, const sw_report_partners *partners, int q) {
  static const char *const order[] = {"largest", "absolute", "smallest"};
  sw_json *j = &to->json;
  const sw_page_pairs *p = &partners->pairs;
  const sw_page_result *r = &to->page->result[p->result];
  const sw_page_variable *v = p->n_quantities > 0 ? &to->page->variable[p->quantity[q]] : NULL;
  bool there = partners->first >= 0;
  sw_json_open(j, NULL, '{');
  sw_json_text(j, "result", r->name);
  sw_json_text(j, "quantity",
               v ? v->id : sw_arena_printf(to->report->arena, "%s/" SW_NAME_VALUE, r->name));
  put_keep(to, r, p->keep);
  sw_json_integer(j, "k", there ? p->k : 0);
  sw_manifest_title(to, v ? v->title : r->title);
  sw_json_text(j, "unit", v ? v->units : "");
  sw_json_bool(j, "log", v && v->log);
  sw_json_text(j, "palette", v && *v->palette ? v->palette : NULL);
  if (v && v->has_centre) sw_json_integer(j, "centre", v->centre);
  sw_json_text(j, "by", order[p->by]);
  sw_json_bool(j, "symmetric", is_symmetric(to, p));
  sw_json_text(j, "dims_time",
               partners->first > 0 ? sw_manifest_kept(to, partners)
               : p->time >= 0      ? to->page->axis[p->time].id
                                   : NULL);
  sw_manifest_block(j, "partner", there ? partners->partner : -1);
  sw_manifest_block(j, "value", there ? partners->value[q] : -1);
  sw_manifest_block(j, "row_kept", partners->kept);
  put_figures(to, p, q == 0);
  sw_json_close(j, '}');
}

/* One entry per quantity; see the head of the file. */
void sw_manifest_pairs(sw_manifest *to) {
  sw_json_open(&to->json, "pairs", '[');
  for (int p = 0; p < to->arrays->n_partners; p++) {
    const sw_report_partners *of = &to->arrays->partners[p];
    int quantities = of->pairs.n_quantities > 0 ? of->pairs.n_quantities : 1;
    for (int q = 0; q < quantities; q++)
      put_quantity(to, of, q);
  }
  sw_json_close(&to->json, ']');
}
