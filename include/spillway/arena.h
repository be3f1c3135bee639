/* Spillway: memory that lives as long as a study (names, tables, a measure's state), and notes.
 * Never freed piece by piece. */
#ifndef SPILLWAY_ARENA_H
#define SPILLWAY_ARENA_H

#include "spillway/status.h"

#pragma GCC visibility push(default)

typedef struct sw_arena sw_arena;
typedef struct sw_notes sw_notes;

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

/* A warning that a measure leaves (job->notes); the runner says it once. */
void sw_note(sw_notes *notes, const char *format, ...) __attribute__((format(printf, 2, 3)));

#pragma GCC visibility pop

#endif
