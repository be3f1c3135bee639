/* Memory comes in two ways only:
 *  - an arena for everything that lives as long as a study (names, tables, jobs): never freed
 *    piece by piece, all at once by sw_arena_destroy;
 *  - sw_alloc / sw_free for large numeric arrays with a life of their own (64-byte aligned). */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "spillway/arena.h"

sw_status sw_arena_create(sw_error *err, sw_arena **arena);
void sw_arena_destroy(sw_arena *arena);

/* Fails when any allocation out of the arena has failed: for those who write many texts, of which
 * one that is lacking is not told from one that is not there. */
sw_status sw_arena_whole(sw_error *err, const sw_arena *arena);
/* What was to be copied into the arena found no memory elsewhere. */
void sw_arena_run_out(sw_arena *arena);

/* Large array, 64-byte aligned, not zeroed; release with sw_free. */
sw_status sw_alloc(sw_error *err, size_t count, size_t size, void **out);
/* The same, zeroed. */
sw_status sw_calloc(sw_error *err, size_t count, size_t size, void **out);
void sw_free(void *memory);
/* Once, when a process begins: large arrays that sw_free gives back, 64 MB of them at most, stay
 * with the process for the next sw_alloc. Else each goes back to the system, and every entry of a
 * study pays for the first touch of its memory anew, up to a tenth of the time of short passes. */
void sw_alloc_keep(void);

#endif
