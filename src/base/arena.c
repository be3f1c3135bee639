/* Arenas, and large aligned arrays.
 *
 * An arena is a list of zeroed chunks, the one in use first. An allocation takes the next bytes
 * of that chunk, never moves and is never given back alone: names, tables and jobs of a study
 * point at each other freely, and all of them end in one sw_arena_destroy. Nothing is locked: an
 * arena is used by one thread at a time.
 *
 * Large arrays (columns, slots, buffers) come and go during a run, so they have sw_alloc and
 * sw_free. */
#include "base/arena.h"

#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The builds for sanitizers and coverage define SW_ARENA_APART: every allocation is then a block
 * of its own, so that an access beyond its end is seen, and so that a test can make any single
 * allocation fail. */
#ifdef SW_ARENA_APART
enum { CHUNK = 1 };
#else
enum { CHUNK = 64 * 1024 };
#endif
/* ALIGN suits any type of C. HUGE_PAGE is the 2 MB page of x86-64. */
enum { ALIGN = 16, HUGE_PAGE = 2 << 20 };

struct chunk {
  struct chunk *next;
  size_t used, size;                 /* bytes of `data` */
  _Alignas(16) unsigned char data[]; /* zero from `used` on */
};

struct sw_arena {
  struct chunk *first;
  bool ran_out;
};

static bool let_go(void); /* of arrays kept for later */

/* SIZE_MAX stands for a size that does not fit a size_t. */
static sw_status out_of_memory(sw_error *err, size_t bytes) {
  return sw_fail(err, SW_ENOMEM, "out of memory: cannot allocate %zu bytes", bytes);
}

sw_status sw_arena_create(sw_error *err, sw_arena **arena) {
  *arena = calloc(1, sizeof **arena);
  return *arena ? SW_OK : out_of_memory(err, sizeof **arena);
}

/* Frees every object at once: nothing of the arena may be used after it. */
void sw_arena_destroy(sw_arena *arena) {
  if (!arena) return;
  for (struct chunk *chunk = arena->first; chunk;) {
    struct chunk *next = chunk->next;
    free(chunk);
    chunk = next;
  }
  free(arena);
}

sw_status sw_arena_whole(sw_error *err, const sw_arena *arena) {
  return arena->ran_out ? sw_fail(err, SW_ENOMEM, "out of memory for texts") : SW_OK;
}

void sw_arena_run_out(sw_arena *arena) {
  arena->ran_out = true;
}

/* Zeroed bytes out of the arena, or NULL when memory has run out. They are zero because chunks
 * come from calloc and no byte is handed out twice. `bytes` is at most SIZE_MAX / 2 or the
 * length of a text in memory, so that rounding up cannot wrap. */
static void *take(sw_arena *arena, size_t bytes) {
  bytes = (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  struct chunk *chunk = arena->first;
  if (!chunk || chunk->size - chunk->used < bytes) {
    size_t size = bytes > CHUNK ? bytes : CHUNK;
    chunk = calloc(1, sizeof *chunk + size);
    if (!chunk && let_go()) chunk = calloc(1, sizeof *chunk + size);
    if (!chunk) {
      arena->ran_out = true;
      return NULL;
    }
    chunk->size = size;
    /* A block larger than a chunk is full at once. It goes behind the first chunk, whose free tail
     * stays in use; put first, it would waste that tail. */
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

/* count == 0 gives a pointer too, so that NULL always means failure. `err` may be NULL: sw_note
 * has no status to give back. */
sw_status sw_arena_alloc(sw_error *err, sw_arena *arena, size_t count, size_t size, void **out) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
    return out_of_memory(err, SIZE_MAX);
  *out = take(arena, bytes ? bytes : 1);
  return *out ? SW_OK : out_of_memory(err, bytes);
}

/* A copy of `length` bytes with a zero behind them. NULL: no memory; the caller reports it, as it
 * knows what was copied. */
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

/* Formats twice: once for the length, once into memory of that length. A list of arguments can
 * be read only once, hence the copy. */
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

/* ---- kept arrays ------------------------------------------------------------------------- */

/* Arrays of huge pages that were freed, oldest first, in huge pages. Any thread may free. */
enum { KEPT_BLOCKS = 16, KEPT_PAGES = 32 };
static struct kept {
  pthread_mutex_t lock;
  bool on;
  int count;
  size_t pages;
  struct {
    void *memory;
    size_t pages;
  } block[KEPT_BLOCKS];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Takes block k out. */
static void *take_kept(int k) {
  void *memory = kept.block[k].memory;
  kept.pages -= kept.block[k].pages;
  kept.count--;
  memmove(&kept.block[k], &kept.block[k + 1], (size_t)(kept.count - k) * sizeof kept.block[k]);
  return memory;
}

/* The smallest kept array of at least so many pages, but not of more than twice as many: what is
 * left of it would lie idle. NULL: none. */
static void *reuse(size_t pages) {
  int best = -1;
  pthread_mutex_lock(&kept.lock);
  for (int k = 0; k < kept.count; k++) {
    size_t has = kept.block[k].pages;
    if (has < pages || has > 2 * pages) continue;
    if (best < 0 || has < kept.block[best].pages) best = k;
  }
  void *memory = best < 0 ? NULL : take_kept(best);
  pthread_mutex_unlock(&kept.lock);
  return memory;
}

/* Keeps an array of so many pages; the oldest give way to it. False: it is too large. */
static bool keep(void *memory, size_t pages) {
  if (pages == 0 || pages > KEPT_PAGES) return false;
  pthread_mutex_lock(&kept.lock);
  while (kept.count == KEPT_BLOCKS || kept.pages + pages > KEPT_PAGES)
    free(take_kept(0));
  kept.block[kept.count].memory = memory;
  kept.block[kept.count++].pages = pages;
  kept.pages += pages;
  pthread_mutex_unlock(&kept.lock);
  return true;
}

/* Where memory is short: nothing is kept any longer. False: nothing was. */
static bool let_go(void) {
  pthread_mutex_lock(&kept.lock);
  bool any = kept.count > 0;
  while (kept.count)
    free(take_kept(0));
  pthread_mutex_unlock(&kept.lock);
  return any;
}

/* Arrays of huge pages then always come from mmap, as memory of the heap may have been touched by
 * small pages, which stay small. Builds that look at each access of memory keep nothing. */
void sw_alloc_keep(void) {
#if defined(__GLIBC__) && !defined(SW_ARENA_APART)
  kept.on = mallopt(M_MMAP_THRESHOLD, HUGE_PAGE / 4 * 3) == 1;
#endif
}

/* ---- large arrays ------------------------------------------------------------------------ */

/* Aligned to a cache line, which is also the widest vector (AVX-512), so that hot loops begin on
 * whole lines and two threads' arrays never share one. From three quarters of a huge page on the
 * array is aligned to a huge page and asks the kernel for them. count == 0 gives a pointer that can
 * be freed. */
sw_status sw_alloc(sw_error *err, size_t count, size_t size, void **out) {
  size_t bytes = 0;
  /* Leaves room for rounding up to a huge page. */
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE)
    return out_of_memory(err, SIZE_MAX);
  size_t align = bytes >= HUGE_PAGE / 4 * 3 ? HUGE_PAGE : 64;
  size_t whole = (bytes + align - 1) & ~(align - 1); /* C11 demands a multiple of `align` */
  const bool large = align == HUGE_PAGE;
  *out = large && kept.on ? reuse(whole / HUGE_PAGE) : NULL;
  if (!*out) *out = aligned_alloc(align, whole ? whole : align);
  if (!*out && let_go()) *out = aligned_alloc(align, whole ? whole : align);
  if (!*out) return out_of_memory(err, bytes);
  /* The first touch of an array costs about a quarter with huge pages. It is only a hint, so a
   * refusal is ignored. A tail of less than half a huge page is left out: it would take 2 MB for
   * the last bytes. */
  if (large) madvise(*out, (bytes + HUGE_PAGE / 2) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
  return SW_OK;
}

/* Not calloc, which does not align. The product was checked by sw_alloc. Unlike calloc this
 * touches every page at once. */
sw_status sw_calloc(sw_error *err, size_t count, size_t size, void **out) {
  SW_TRY(sw_alloc(err, count, size, out));
  memset(*out, 0, count * size);
  return SW_OK;
}

/* What sw_alloc made of huge pages is told by its address and length: no other array has both. */
void sw_free(void *memory) {
  if (kept.on && memory && (uintptr_t)memory % HUGE_PAGE == 0 &&
      keep(memory, malloc_usable_size(memory) / HUGE_PAGE))
    return;
  free(memory);
}
