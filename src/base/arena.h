/* Memory. Two disciplines, no third:
 *  - an arena for everything that lives as long as a study (names, tables, jobs): never freed
 *    piece by piece, all at once by sw_arena_destroy;
 *  - sw_alloc / sw_free for large numeric arrays with a life of their own (64-byte aligned). */
#ifndef SW_BASE_ARENA_H
#define SW_BASE_ARENA_H

#include "spillway/status.h"

typedef struct sw_arena sw_arena;

sw_status sw_arena_create(sw_error *err, sw_arena **arena);
void sw_arena_destroy(sw_arena *arena);

/* Zeroed memory, 16-byte aligned, owned by the arena. */
sw_status sw_arena_alloc(sw_error *err, sw_arena *arena, size_t count, size_t size, void **out);
/* Copies of text, owned by the arena; NULL only when memory has run out. */
char *sw_arena_text(sw_arena *arena, const char *text);
char *sw_arena_textn(sw_arena *arena, const char *text, size_t length);
char *sw_arena_printf(sw_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* SW_NEW(err, arena, pointer, count): zeroed array of what `pointer` points to, or return. */
#define SW_NEW(err, arena, pointer, count)                                                         \
  SW_TRY(sw_arena_alloc((err), (arena), (size_t)(count), sizeof *(pointer), (void **)&(pointer)))

/* Large array, 64-byte aligned, not zeroed; release with sw_free. */
sw_status sw_alloc(sw_error *err, size_t count, size_t size, void **out);
/* The same, zeroed. */
sw_status sw_calloc(sw_error *err, size_t count, size_t size, void **out);
void sw_free(void *memory);

#endif
