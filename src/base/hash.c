/* XXH3 hashes, and a table from text to number.
 *
 * The hashes are not cryptographic: they detect accidents (a torn journal record, a changed input),
 * not attacks. Their values are stored in results files and journals, so neither the function nor a
 * seed may change without a new version of those.
 *
 * The table uses open addressing with linear probing. The number of slots is a power of two and at
 * most two thirds of them are taken, so that a probe always ends at an empty slot, which has a NULL
 * text. Nothing is ever removed. Texts are borrowed: the caller keeps them alive, usually in an
 * arena. */
#include "base/hash.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

uint64_t sw_hash64(const void *bytes, size_t length, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, length, seed);
}

/* sw_hasher is XXH3's own state under another name, so that xxhash.h stays in this file. */
sw_status sw_hasher_create(sw_error *err, sw_hasher **hasher) {
  *hasher = (sw_hasher *)XXH3_createState();
  if (!*hasher) return sw_fail(err, SW_ENOMEM, "out of memory: cannot start a hash");
  sw_hasher_begin(*hasher);
  return SW_OK;
}

void sw_hasher_destroy(sw_hasher *hasher) {
  XXH3_freeState((XXH3_state_t *)hasher);
}

void sw_hasher_begin(sw_hasher *hasher) {
  XXH3_64bits_reset((XXH3_state_t *)hasher);
}

void sw_hasher_add(sw_hasher *hasher, const void *bytes, size_t length) {
  XXH3_64bits_update((XXH3_state_t *)hasher, bytes, length);
}

/* The hash of all bytes since `begin`, the same as sw_hash64 with seed 0 of them in one piece.
 * More may be added afterwards. */
uint64_t sw_hasher_end(const sw_hasher *hasher) {
  return XXH3_64bits_digest((const XXH3_state_t *)hasher);
}

/* In the canonical order of bytes (most significant first), so that the digits are those of
 * `xxh128sum` on every machine. */
void sw_hash_hex(const void *bytes, size_t length, char out[33]) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, length));
  for (int i = 0; i < 16; i++) {
    out[2 * i] = "0123456789abcdef"[canonical.digest[i] >> 4];
    out[2 * i + 1] = "0123456789abcdef"[canonical.digest[i] & 15];
  }
  out[32] = '\0';
}

/* `hash` is kept so that most comparisons end without looking at the text, and so that growing
 * the table reads no text. */
struct slot {
  const char *text;
  size_t length;
  uint64_t hash;
  int64_t value;
};

struct sw_map {
  struct slot *slot;
  size_t mask, count; /* slots - 1, slots taken */
};

/* Zeroed, that is empty. Not calloc: a probe reads a page before it is written to, and each page
 * would fault twice, the second time with a word to all threads of the process. */
static sw_status make_slots(sw_error *err, size_t slots, struct slot **out) {
  return sw_calloc(err, slots, sizeof **out, (void **)out);
}

/* Room for `expected` texts without growing; more are welcome. */
sw_status sw_map_create(sw_error *err, size_t expected, sw_map **map) {
  size_t slots = 16;
  while (slots / 3 * 2 < expected)
    slots *= 2;
  *map = calloc(1, sizeof **map);
  if (!*map) return sw_fail(err, SW_ENOMEM, "out of memory: cannot allocate a table");
  (*map)->mask = slots - 1;
  sw_status status = make_slots(err, slots, &(*map)->slot);
  if (status != SW_OK) {
    free(*map);
    *map = NULL;
  }
  return status;
}

void sw_map_destroy(sw_map *map) {
  if (!map) return;
  sw_free(map->slot);
  free(map);
}

/* The slot that holds the text, or the empty one where it belongs. The hash is compared first: a
 * memcmp for every neighbour on the probe would cost a cache miss each. */
static struct slot *locate(const sw_map *map, const char *text, size_t length, uint64_t hash) {
  for (size_t i = hash & map->mask;; i = (i + 1) & map->mask) {
    struct slot *slot = &map->slot[i];
    if (!slot->text) return slot;
    if (slot->hash == hash && slot->length == length && memcmp(slot->text, text, length) == 0)
      return slot;
  }
}

int64_t sw_map_find(const sw_map *map, const char *text, size_t length) {
  const struct slot *slot = locate(map, text, length, sw_hash64(text, length, 0));
  return slot->text ? slot->value : -1;
}

/* On failure the map is as it was. Slots of the new table are found by hash; the texts are all
 * different, so `locate` ends at an empty one. */
static sw_status double_slots(sw_error *err, sw_map *map) {
  sw_map wider = {.mask = 2 * map->mask + 1, .count = map->count};
  SW_TRY(make_slots(err, wider.mask + 1, &wider.slot));
  for (size_t i = 0; i <= map->mask; i++) {
    const struct slot *old = &map->slot[i];
    if (old->text) *locate(&wider, old->text, old->length, old->hash) = *old;
  }
  sw_free(map->slot);
  *map = wider;
  return SW_OK;
}

/* The first number of a text stays: callers look for duplicates in this way and report where the
 * first one stood. */
sw_status sw_map_put(sw_error *err, sw_map *map, const char *text, size_t length, int64_t value,
                     int64_t *existing) {
  uint64_t hash = sw_hash64(text, length, 0);
  struct slot *slot = locate(map, text, length, hash);
  *existing = slot->text ? slot->value : -1;
  if (slot->text) return SW_OK;
  /* The slot found above lies in the old table: look it up again. */
  if (map->count + 1 > (map->mask + 1) / 3 * 2) {
    SW_TRY(double_slots(err, map));
    slot = locate(map, text, length, hash);
  }
  *slot = (struct slot){.text = text, .length = length, .hash = hash, .value = value};
  map->count++;
  return SW_OK;
}

size_t sw_map_count(const sw_map *map) {
  return map->count;
}
