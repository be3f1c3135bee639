/* Memory comes in two ways only:
 *  - an arena for everything that lives as long as a study (names, tables, jobs): never freed
 *    piece by piece, all at once by sw_arena_destroy;
 *  - sw_alloc / sw_free for large numeric arrays with a life of their own (64-byte aligned). */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "spillway/arena.h"

sw_status sw_arena_create(sw_error *err, sw_arena **arena);
void sw_arena_destroy(sw_arena *arena);

/* Large array, 64-byte aligned, not zeroed; release with sw_free. */
sw_status sw_alloc(sw_error *err, size_t count, size_t size, void **out);
/* The same, zeroed. */
sw_status sw_calloc(sw_error *err, size_t count, size_t size, void **out);
void sw_free(void *memory);

#endif
