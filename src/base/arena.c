/* Memory: chunks chained by a header; an allocation never moves. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Apart, every piece is a block of its own: its bounds are watched, and any of them may fail. */
#ifdef SW_ARENA_APART
enum { CHUNK = 1 };
#else
enum { CHUNK = 64 * 1024 };
#endif
enum { ALIGN = 16, HUGE_PAGE = 2 << 20 };

struct chunk {
  struct chunk *next;
  size_t used, size;
  _Alignas(16) unsigned char data[];
};

struct sw_arena {
  struct chunk *first;
};

static sw_status out_of_memory(sw_error *err, size_t bytes) {
  return sw_fail(err, SW_ENOMEM, "out of memory: %zu bytes could not be had", bytes);
}

sw_status sw_arena_create(sw_error *err, sw_arena **arena) {
  *arena = calloc(1, sizeof **arena);
  return *arena ? SW_OK : out_of_memory(err, sizeof **arena);
}

void sw_arena_destroy(sw_arena *arena) {
  if (!arena) return;
  for (struct chunk *chunk = arena->first; chunk;) {
    struct chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  free(arena);
}

static void *take(sw_arena *arena, size_t bytes) {
  bytes = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  struct chunk *chunk = arena->first;
  if (!chunk || chunk->size - chunk->used < bytes) {
    size_t size = bytes > CHUNK ? bytes : CHUNK;
    chunk = calloc(1, sizeof *chunk + size);
    if (!chunk) return NULL;
    chunk->size = size;
    /* A large block goes behind the first chunk, whose free tail stays in use. */
    if (arena->first && bytes > CHUNK) {
      chunk->next = arena->first->next;
      arena->first->next = chunk;
    } else {
      chunk->next = arena->first;
      arena->first = chunk;
    }
  }
  void *out = chunk->data + chunk->used;
  chunk->used += bytes;
  return out;
}

sw_status sw_arena_alloc(sw_error *err, sw_arena *arena, size_t count, size_t size, void **out) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
    return out_of_memory(err, SIZE_MAX);
  *out = take(arena, bytes ? bytes : 1);
  return *out ? SW_OK : out_of_memory(err, bytes);
}

char *sw_arena_textn(sw_arena *arena, const char *text, size_t length) {
  char *copy = take(arena, length + 1);
  if (!copy) return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

char *sw_arena_text(sw_arena *arena, const char *text) {
  return sw_arena_textn(arena, text, strlen(text));
}

char *sw_arena_printf(sw_arena *arena, const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, list);
  va_end(list);
  char *copy = length < 0 ? NULL : take(arena, (size_t)length + 1);
  if (copy) vsnprintf(copy, (size_t)length + 1, format, again);
  va_end(again);
  return copy;
}

sw_status sw_alloc(sw_error *err, size_t count, size_t size, void **out) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
    return out_of_memory(err, SIZE_MAX);
  size_t align = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : 64;
  size_t whole = (bytes + align - 1) & ~(align - 1); /* C11 wants it; the tail is never touched */
  *out = aligned_alloc(align, whole ? whole : align);
  if (!*out) return out_of_memory(err, bytes);
  /* Fresh memory costs a quarter so; a refusal does not matter. The tail keeps small pages. */
  if (align == HUGE_PAGE) madvise(*out, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
  return SW_OK;
}

sw_status sw_calloc(sw_error *err, size_t count, size_t size, void **out) {
  SW_TRY(sw_alloc(err, count, size, out));
  memset(*out, 0, count * size);
  return SW_OK;
}

void sw_free(void *memory) {
  free(memory);
}
