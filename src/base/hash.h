/* Hashes (XXH3): of texts for tables and random keys, of files for provenance. */
#ifndef SW_BASE_HASH_H
#define SW_BASE_HASH_H

#include "spillway/status.h"

uint64_t sw_hash64(const void *bytes, size_t length, uint64_t seed);
/* The same hash, with seed 0, of bytes that come piece by piece: begin, add, end. A hasher is used
 * by one thread at a time and may begin again. */
typedef struct sw_hasher sw_hasher;
sw_status sw_hasher_create(sw_error *err, sw_hasher **hasher);
void sw_hasher_destroy(sw_hasher *hasher);
void sw_hasher_begin(sw_hasher *hasher);
void sw_hasher_add(sw_hasher *hasher, const void *bytes, size_t length);
uint64_t sw_hasher_end(const sw_hasher *hasher);
/* 128 bits as 32 hexadecimal digits and a terminating zero. */
void sw_hash_hex(const void *bytes, size_t length, char out[33]);

/* A table from text to a number >= 0; texts are borrowed, not copied. */
typedef struct sw_map sw_map;
sw_status sw_map_create(sw_error *err, size_t expected, sw_map **map);
void sw_map_destroy(sw_map *map);
/* The number of `text`, or -1. */
int64_t sw_map_find(const sw_map *map, const char *text, size_t length);
/* Insert; when the text is there already its number is left and given in *existing, else -1. */
sw_status sw_map_put(sw_error *err, sw_map *map, const char *text, size_t length, int64_t value,
                     int64_t *existing);
size_t sw_map_count(const sw_map *map);

#endif
