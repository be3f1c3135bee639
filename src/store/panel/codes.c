/* Dictionaries of codes: of a reader, of a rank's rows, and of all ranks together. A reader numbers
 * texts as it meets them, two look-ups per row, so that a row holds a number instead of a text. The
 * order of first sight depends on ranks and threads; what all ranks share (sw_panel_codes_gather)
 * is in byte order, and depends on the texts alone.
 *
 * Numbers are stored as int32 in the rows. A dictionary belongs to one thread. */
#include "store/panel/rows.h"

#include <stdlib.h>
#include <string.h>

/* The texts are the arena's, the table is the map's, the three arrays are freed by destroy. */
sw_status sw_panel_codes_create(sw_error *err, sw_arena *arena, sw_panel_codes *codes) {
  *codes = (sw_panel_codes){.arena = arena};
  return sw_map_create(err, 1024, &codes->map);
}

void sw_panel_codes_destroy(sw_panel_codes *codes) {
  sw_map_destroy(codes->map);
  free(codes->text);
  free(codes->length);
  free(codes->count);
  *codes = (sw_panel_codes){0};
}

/* An array that was moved is kept even if another then has no memory: destroy frees what is
 * there. */
static sw_status grow(sw_error *err, sw_panel_codes *codes) {
  int64_t capacity = codes->capacity ? 2 * codes->capacity : 1024;
  const char **text = realloc(codes->text, (size_t)capacity * sizeof *text);
  if (text) codes->text = text;
  size_t *length = realloc(codes->length, (size_t)capacity * sizeof *length);
  if (length) codes->length = length;
  int64_t *count = realloc(codes->count, (size_t)capacity * sizeof *count);
  if (count) codes->count = count;
  if (!text || !length || !count) return sw_fail(err, SW_ENOMEM, "out of memory");
  codes->capacity = capacity;
  return SW_OK;
}

/* The text is copied: the field it came from is gone with its piece. Its count is 0 until the
 * caller counts it. */
static sw_status add(sw_error *err, sw_panel_codes *codes, const char *text, size_t length) {
  if (codes->n == codes->capacity) SW_TRY(grow(err, codes));
  char *copy = sw_arena_textn(codes->arena, text, length);
  if (!copy) return sw_fail(err, SW_ENOMEM, "out of memory");
  codes->text[codes->n] = copy;
  codes->length[codes->n] = length;
  codes->count[codes->n] = 0;
  int64_t existing;
  return sw_map_put(err, codes->map, copy, length, codes->n++, &existing);
}

/* memcmp for the texts this is called with, which are mostly 4 to 16 bytes (FIPS codes, years): a
 * call costs more than two loads. The loads overlap in the middle where the length is not 8 or 16,
 * and together cover every byte. memcpy, as texts lie at any address. */
static inline bool same_bytes(const char *a, const char *b, size_t length) {
  uint64_t wide[4];
  uint32_t half[4];
  if (length > 16 || length < 4) return memcmp(a, b, length) == 0;
  if (length >= 8) {
    memcpy(&wide[0], a, 8);
    memcpy(&wide[1], b, 8);
    memcpy(&wide[2], a + length - 8, 8);
    memcpy(&wide[3], b + length - 8, 8);
    return wide[0] == wide[1] && wide[2] == wide[3];
  }
  memcpy(&half[0], a, 4);
  memcpy(&half[1], b, 4);
  memcpy(&half[2], a + length - 4, 4);
  memcpy(&half[3], b + length - 4, 4);
  return half[0] == half[1] && half[2] == half[3];
}

/* k may be n, the one after the last. */
static inline bool is_code(const sw_panel_codes *codes, int64_t k, const char *text,
                           size_t length) {
  return k < codes->n && codes->length[k] == length && same_bytes(codes->text[k], text, length);
}

/* The number of a text, a new one if it was never met. Before the table is asked the text of the
 * time before is tried, and the one behind it: files sorted by unit repeat the first, files sorted
 * by period run through the units in the order of their first sight. Most rows never hash. */
sw_status sw_panel_codes_number(sw_error *err, sw_panel_codes *codes, const char *text,
                                size_t length, int64_t *number) {
  /* ++k where the first try fails: files sorted by period go from unit to unit. */
  int64_t k = codes->last;
  if (!is_code(codes, k, text, length) && !is_code(codes, ++k, text, length)) {
    k = sw_map_find(codes->map, text, length);
    if (k < 0) {
      k = codes->n;
      SW_TRY(add(err, codes, text, length));
    }
  }
  /* Counted here, so that the count is of rows (lines) with the text, needed or not. */
  codes->count[k]++;
  codes->last = k;
  *number = k;
  return SW_OK;
}

/* `number` has room for other->n. Each text was counted once by the look-up here: hence - 1. Texts
 * keep the order of their first sight in `other`. */
sw_status sw_panel_codes_merge(sw_error *err, sw_panel_codes *codes, const sw_panel_codes *other,
                               int32_t *number) {
  for (int64_t i = 0; i < other->n; i++) {
    int64_t k = 0;
    SW_TRY(sw_panel_codes_number(err, codes, other->text[i], other->length[i], &k));
    codes->count[k] += other->count[i] - 1;
    number[i] = (int32_t)k;
  }
  return SW_OK;
}

/* ---- all ranks --------------------------------------------------------------------------- */

/* Bytes, by strcmp: the same order on every machine, whatever its locale. */
static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The zero-terminated texts in bytes[0..length), sorted, each once. *out (sw_alloc, the caller's)
 * points into `bytes`. Empty for an empty buffer. O(n log n). The array is sorted in place, texts
 * are not moved. */
static sw_status sort_texts(sw_error *err, const char *bytes, size_t length, int64_t *n,
                            const char ***out) {
  int64_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += bytes[i] == '\0';
  const char **text = NULL;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *text, (void **)&text));
  const char *at = bytes;
  for (int64_t i = 0; i < count; i++, at += strlen(at) + 1)
    text[i] = at;
  qsort(text, (size_t)count, sizeof *text, by_text);
  /* Each once: equal texts are neighbours now, and *n never runs ahead of i. */
  *n = 0;
  for (int64_t i = 0; i < count; i++)
    if (i == 0 || strcmp(text[i], text[*n - 1]) != 0) text[(*n)++] = text[i];
  *out = text;
  return SW_OK;
}

/* Packs the texts for the ranks that their hashes name: those for rank r stand together, in the
 * order of the ranks, sent[r] bytes each. First sizes, then bytes, with the hash computed twice
 * rather than kept. Hash and seed are the same on every rank: that is what makes equal texts meet.
 * Memory: the texts once more. Ranks get about equal shares, as hashes spread. */
static sw_status address(sw_error *err, int ranks, const char *const *text, int64_t n, char **bytes,
                         size_t *sent) {
  size_t length = 0, *at = NULL;
  for (int r = 0; r < ranks; r++)
    sent[r] = 0;
  for (int64_t i = 0; i < n; i++) {
    size_t size = strlen(text[i]);
    sent[sw_hash64(text[i], size, 1) % (uint64_t)ranks] += size + 1;
    length += size + 1;
  }
  SW_TRY(sw_alloc(err, length, 1, (void **)bytes));
  SW_TRY(sw_alloc(err, (size_t)ranks, sizeof *at, (void **)&at));
  for (int r = 0; r < ranks; r++)
    at[r] = r ? at[r - 1] + sent[r - 1] : 0;
  for (int64_t i = 0; i < n; i++) {
    size_t size = strlen(text[i]), *place = &at[sw_hash64(text[i], size, 1) % (uint64_t)ranks];
    memcpy(*bytes + *place, text[i], size + 1);
    *place += size + 1;
  }
  sw_free(at);
  return SW_OK;
}

/* The texts one behind the other, each with its zero: the form in which they travel. *bytes is the
 * caller's to free. */
static sw_status join(sw_error *err, const char *const *text, int64_t n, char **bytes,
                      size_t *length) {
  *length = 0;
  for (int64_t i = 0; i < n; i++)
    *length += strlen(text[i]) + 1;
  SW_TRY(sw_alloc(err, *length, 1, (void **)bytes));
  char *at = *bytes;
  for (int64_t i = 0; i < n; i++)
    at = stpcpy(at, text[i]) + 1;
  return SW_OK;
}

/* Into the arena, sorted again: the shares of the ranks are each sorted, but not their sequence, as
 * the hash decides which rank has a text. *all is in byte order, whatever the order in which ranks
 * have sent. */
static sw_status keep_all(sw_error *err, sw_arena *arena, const char *bytes, size_t length,
                          int64_t *n_all, const char *const **all) {
  char *copy = NULL;
  const char **sorted = NULL, **kept = NULL;
  SW_NEW(err, arena, copy, length + 1);
  if (length) memcpy(copy, bytes, length);
  SW_TRY(sort_texts(err, copy, length, n_all, &sorted));
  sw_status status = sw_arena_alloc(err, arena, (size_t)*n_all, sizeof *kept, (void **)&kept);
  if (!status && *n_all) memcpy(kept, sorted, (size_t)*n_all * sizeof *kept);
  sw_free(sorted);
  *all = kept;
  return status;
}

/* In bytes. */
static size_t sum_of(const size_t *counts, int n) {
  size_t sum = 0;
  for (int r = 0; r < n; r++)
    sum += counts[r];
  return sum;
}

/* Equal texts meet at the rank their hash names, which passes each on once. Gathering all texts of
 * all ranks at once would be simpler, but where every rank has met every unit it would hold them
 * ranks times. In the end every rank holds every text once, as it does the table of units.
 *
 * Collective, and agrees for itself: all ranks return the same status. *all lies in the arena. */
sw_status sw_panel_codes_gather(sw_error *err, sw_team *team, sw_arena *arena,
                                const char *const *text, int64_t n, int64_t *n_all,
                                const char *const **all) {
  size_t *counts = NULL, length = 0;
  char *sent = NULL, *met = NULL, *once = NULL, *bytes = NULL;
  const char **mine = NULL;
  int64_t n_mine = 0;
  sw_status status = sw_alloc(err, 2 * (size_t)team->size, sizeof *counts, (void **)&counts);
  if (!status) status = address(err, team->size, text, n, &sent, counts);
  if ((status = sw_team_agree(team, err, status, 0))) goto done;
  size_t *received = counts + team->size;
  if ((status = team->all_to_all(team, err, sent, counts, (void **)&met, received))) goto done;
  /* All texts whose hash names this rank, from every rank that has met them. */
  status = sort_texts(err, met, sum_of(received, team->size), &n_mine, &mine);
  if (!status) status = join(err, mine, n_mine, &once, &length);
  if ((status = sw_team_agree(team, err, status, 0))) goto done;
  /* From here on no text is there twice, on any rank. */
  if ((status = team->all_gather(team, err, once, length, (void **)&bytes, counts))) goto done;
  status = keep_all(err, arena, bytes, sum_of(counts, team->size), n_all, all);
  status = sw_team_agree(team, err, status, 0);
done:
  sw_free(counts);
  sw_free(sent);
  sw_free(met);
  sw_free(mine);
  sw_free(once);
  sw_free(bytes);
  return status;
}
