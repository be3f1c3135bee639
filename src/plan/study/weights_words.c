/* Puts a weights matrix into the words of a study, with the defaults in force: for the results file
 * and for `spillway weights`. Two matrices with the same words are one, so every key that changes
 * links or values must be in them, with its default filled in. The file keeps these words and
 * `verify` compares them: a change of wording shows in earlier results. NULL from any function: out
 * of memory. */
#include "plan/study/study.h"

/* `before` and the text, or nothing where the study leaves the key out. NULL: no memory, so callers
 * test all parts at once. */
static const char *part(sw_arena *arena, const char *before, const char *text) {
  return text ? sw_arena_printf(arena, "%s%s", before, text) : "";
}

/* A file, with the columns and the order of rows as the study names them. */
static const char *how_file(sw_arena *arena, const sw_weights_spec *w) {
  const char *from = part(arena, ", from: ", w->columns.from),
             *to = part(arena, ", to: ", w->columns.to),
             *value = part(arena, ", weight: ", w->columns.value),
             *order = part(arena, ", order: ", w->order);
  if (!from || !to || !value || !order) return NULL;
  return sw_arena_printf(arena, "file, file: %s%s%s%s%s", w->file, from, to, value, order);
}

/* Contiguity. The default snap depends on the map, which is not read yet: both defaults are named,
 * as it is not known whether the map is in degrees. */
static const char *how_contiguity(sw_arena *arena, const sw_study *study,
                                  const sw_weights_spec *w) {
  const sw_polygons_spec *polygons = &study->units.polygons;
  const char *layer = part(arena, ", layer: ", polygons->layer);
  const char *snap =
      w->snap < 0 ? sw_arena_printf(arena, "%g degrees or %g m", SW_SNAP_DEGREES, SW_SNAP_METRES)
                  : sw_arena_printf(arena, "%.15g", w->snap);
  if (!layer || !snap) return NULL;
  return sw_arena_printf(
      arena,
      "contiguity, polygons: %s, key: %s%s, rule: %s, snap: %s, method: %s, order: %lld, "
      "lower: %s",
      polygons->file, polygons->key, layer, w->rule == SW_ROOK ? "rook" : "queen", snap,
      w->meet ? "intersect" : "vertices", (long long)w->q, w->lower ? "true" : "false");
}

/* Without a cutoff there is no key for it: its words stay those of a study without one. */
static const char *how_inverse(sw_arena *arena, const sw_weights_spec *w) {
  if (!(w->cutoff_km > 0))
    return sw_arena_printf(arena, "inverse-distance, power: %.15g", w->power);
  return sw_arena_printf(arena, "inverse-distance, power: %.15g, cutoff_km: %.15g", w->power,
                         w->cutoff_km);
}

/* A kernel with a fixed width in km, or with a width from the k nearest. */
static const char *how_kernel(sw_arena *arena, const sw_weights_spec *w) {
  static const char *const function[] = {[SW_KERNEL_TRIANGULAR] = "triangular",
                                         [SW_KERNEL_EPANECHNIKOV] = "epanechnikov",
                                         [SW_KERNEL_BISQUARE] = "bisquare",
                                         [SW_KERNEL_GAUSSIAN] = "gaussian",
                                         [SW_KERNEL_UNIFORM] = "uniform"};
  static const char *const diagonal[] = {
      [SW_DIAGONAL_NONE] = "0", [SW_DIAGONAL_ONE] = "one", [SW_DIAGONAL_KERNEL] = "kernel"};
  const char *own = diagonal[w->diagonal];
  if (w->k == 0)
    return sw_arena_printf(arena, "kernel, function: %s, km: %.15g, diagonal: %s",
                           function[w->function], w->km, own);
  return sw_arena_printf(arena, "kernel, function: %s, k: %lld, fixed: %s, diagonal: %s",
                         function[w->function], (long long)w->k, w->fixed ? "true" : "false", own);
}

/* A result. Which period is the last, and which quantity the first, only the file or the run knows:
 * where the study leaves them out the words say so, and do not change with the file. */
static const char *how_result(sw_arena *arena, const sw_weights_spec *w) {
  static const char *const use[] = {
      [SW_USE_IN] = "in", [SW_USE_OUT] = "out", [SW_USE_BOTH] = "both"};
  const char *top = w->top ? sw_arena_printf(arena, ", top: %lld", (long long)w->top) : "";
  const char *file = part(arena, ", file: ", w->file);
  if (!top || !file) return NULL;
  return sw_arena_printf(arena, "result, of: %s%s, use: %s%s, period: %s, quantity: %s", w->result,
                         file, use[w->use], top, w->period ? w->period : "the last",
                         w->quantity ? w->quantity : "the first");
}

/* A combination, with what it is made of in words, so that a change there is seen here. Recursion
 * is as deep as matrices are nested, which cannot be circular. */
static const char *how_combined(sw_arena *arena, const sw_study *study, const sw_weights_spec *w,
                                const char *kind) {
  const char *text = sw_arena_printf(arena, "%s, of: [", kind);
  for (int k = 0; text && k < w->n_of; k++) {
    const sw_weights_spec *of = &study->weights[w->of[k]];
    const char *words = sw_weights_words(arena, study, of);
    if (!words) return NULL;
    text = sw_arena_printf(arena, "%s%s%s: %s", text, k > 0 ? ", " : "", of->name, words);
  }
  if (!text || w->kind != SW_W_HIGHER_ORDER)
    return text ? sw_arena_printf(arena, "%s]", text) : text;
  return sw_arena_printf(arena, "%s], order: %lld, lower: %s", text, (long long)w->q,
                         w->lower ? "true" : "false");
}

/* 15 digits, so that 0.1 stays 0.1. No default: the compiler tells of a kind without words. */
static const char *how(sw_arena *arena, const sw_study *study, const sw_weights_spec *w) {
  switch (w->kind) {
  case SW_W_FILE:
    return how_file(arena, w);
  case SW_W_MATRIX:
    return sw_arena_printf(arena, "matrix, file: %s", w->file);
  case SW_W_KNN:
    return sw_arena_printf(arena, "knn, k: %lld", (long long)w->k);
  case SW_W_INVERSE_DISTANCE:
    return how_inverse(arena, w);
  case SW_W_BAND:
    return sw_arena_printf(arena, "distance-band, km: %.15g", w->km);
  case SW_W_KERNEL:
    return how_kernel(arena, w);
  case SW_W_CONTIGUITY:
    return how_contiguity(arena, study, w);
  case SW_W_BLOCK:
    return sw_arena_printf(arena, "block, group: %s", w->group);
  case SW_W_RESULT:
    return how_result(arena, w);
  case SW_W_UNION:
    return how_combined(arena, study, w, "union");
  case SW_W_INTERSECTION:
    return how_combined(arena, study, w, "intersection");
  case SW_W_DIFFERENCE:
    return how_combined(arena, study, w, "difference");
  case SW_W_PRODUCT:
    return how_combined(arena, study, w, "product");
  case SW_W_TRANSPOSE:
    return how_combined(arena, study, w, "transpose");
  case SW_W_HIGHER_ORDER:
    return how_combined(arena, study, w, "higher-order");
  }
  return "";
}

/* Style applies to all kinds alike, so it stands outside. */
const char *sw_weights_words(sw_arena *arena, const sw_study *study, const sw_weights_spec *w) {
  static const char *const style[] = {[SW_STYLE_ROW] = "row",
                                      [SW_STYLE_BINARY] = "binary",
                                      [SW_STYLE_AS_IS] = "as-is",
                                      [SW_STYLE_C] = "c",
                                      [SW_STYLE_U] = "u",
                                      [SW_STYLE_S] = "s",
                                      [SW_STYLE_SPECTRAL] = "spectral",
                                      [SW_STYLE_MINMAX] = "minmax"};
  const char *text = how(arena, study, w);
  return text ? sw_arena_printf(arena, "{kind: %s, style: %s}", text, style[w->style]) : NULL;
}
