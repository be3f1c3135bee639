/* Arena, status, hash table. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/hash.h"

static sw_error err;

Test(arena, zeroed_aligned_unmoved) {
  sw_arena *arena = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  enum { COUNT = 3000 };
  static unsigned char *block[COUNT];
  for (int i = 0; i < COUNT; i++) {
    size_t size = i % 100 == 0 ? 200000 : (size_t)i % 700;
    void *memory = NULL;
    cr_assert_eq(sw_arena_alloc(&err, arena, size, 1, &memory), SW_OK);
    block[i] = memory;
    cr_assert_eq((uintptr_t)memory % 16, 0u);
    for (size_t k = 0; k < size; k++)
      cr_assert_eq(block[i][k], 0);
    memset(memory, i % 251, size);
  }
  for (int i = 0; i < COUNT; i++) {
    size_t size = i % 100 == 0 ? 200000 : (size_t)i % 700;
    for (size_t k = 0; k < size; k++)
      cr_assert_eq(block[i][k], i % 251, "block %d overwritten", i);
  }
  sw_arena_destroy(arena);
  sw_arena_destroy(NULL);
}

Test(arena, texts) {
  sw_arena *arena = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_str_eq(sw_arena_text(arena, "county"), "county");
  cr_assert_str_eq(sw_arena_textn(arena, "county", 3), "cou");
  cr_assert_str_eq(sw_arena_printf(arena, "%s:%d", "a.csv", 7), "a.csv:7");
  sw_arena_destroy(arena);
}

Test(arena, impossible_sizes_are_refused) {
  sw_arena *arena = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  void *memory = NULL;
  cr_assert_eq(sw_arena_alloc(&err, arena, SIZE_MAX / 4, 8, &memory), SW_ENOMEM);
  sw_error_clear(&err);
  cr_assert_eq(sw_alloc(&err, SIZE_MAX / 4, 8, &memory), SW_ENOMEM);
  sw_error_clear(&err);
  cr_assert_eq(sw_alloc(&err, SIZE_MAX - 10, 1, &memory), SW_ENOMEM);
  cr_assert(strstr(err.text, "out of memory"));
  sw_arena_destroy(arena);
}

Test(alloc, aligned) {
  double *values = NULL;
  cr_assert_eq(sw_calloc(&err, 1001, sizeof *values, (void **)&values), SW_OK);
  cr_assert_eq((uintptr_t)values % 64, 0u);
  for (int i = 0; i < 1001; i++)
    cr_assert_eq(values[i], 0.0);
  sw_free(values);
  cr_assert_eq(sw_alloc(&err, 0, 8, (void **)&values), SW_OK);
  cr_assert_not_null(values);
  sw_free(values);
}

/* A large array that was freed serves the next of its size, and none that would waste most of it.
 */
Test(alloc, kept) {
  const size_t bytes = 8 << 20;
  void *first = NULL, *small = NULL, *second = NULL, *third = NULL;
  sw_alloc_keep();
  cr_assert_eq(sw_alloc(&err, bytes, 1, &first), SW_OK);
  memset(first, 1, bytes);
  sw_free(first);
  cr_assert_eq(sw_alloc(&err, bytes / 4, 1, &small), SW_OK);
  cr_assert_neq(small, first);
  cr_assert_eq(sw_calloc(&err, bytes, 1, &second), SW_OK);
#if defined(__GLIBC__) && !defined(SW_ARENA_APART)
  cr_assert_eq(second, first);
#endif
  for (size_t k = 0; k < bytes; k += 4096)
    cr_assert_eq(((char *)second)[k], 0);
  cr_assert_eq(sw_alloc(&err, bytes, 1, &third), SW_OK);
  cr_assert_neq(third, second);
  sw_free(small);
  sw_free(second);
  sw_free(third);
  sw_free(NULL);
}

/* More than is kept, in another order than it came: each is handed out once. */
Test(alloc, kept_ones_are_apart) {
  enum { MANY = 24 };
  char *array[MANY] = {NULL};
  sw_alloc_keep();
  for (int turn = 0; turn < 5; turn++) {
    for (int k = 0; k < MANY; k++) {
      size_t bytes = (size_t)(2 + (k * 7 + turn) % 5) << 20;
      cr_assert_eq(sw_alloc(&err, bytes, 1, (void **)&array[k]), SW_OK);
      memset(array[k], k, bytes);
    }
    for (int k = 0; k < MANY; k++)
      cr_assert_eq(array[k][(2 << 20) - 1], k);
    for (int k = 0; k < MANY; k++)
      sw_free(array[k * 5 % MANY]);
  }
}

/* What is kept gives way to a small array, to a large one, and to an arena where the address space
 * has no room for them. */
static void kept_but_no_room(void) {
  void *array = NULL;
  struct rlimit room = {0, 0};
  sw_alloc_keep();
  cr_assert_eq(sw_alloc(&err, 60 << 20, 1, &array), SW_OK);
  sw_free(array);
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  cr_assert_eq(fscanf(file, "%ld", &pages), 1);
  fclose(file);
  room.rlim_cur = room.rlim_max = (rlim_t)pages * 4096;
  cr_assert_eq(setrlimit(RLIMIT_AS, &room), 0);
}

Test(alloc, kept_gives_way) {
#if defined(__GLIBC__) && !defined(SW_ARENA_APART)
  enum { SMALL = 1 << 20, MANY = 40 };
  static void *array[MANY];
  kept_but_no_room();
  for (int k = 0; k < MANY; k++)
    cr_assert_eq(sw_alloc(&err, SMALL, 1, &array[k]), SW_OK);
  for (int k = 0; k < MANY; k++)
    sw_free(array[k]);
#endif
}

Test(arena, kept_gives_way) {
#if defined(__GLIBC__) && !defined(SW_ARENA_APART)
  sw_arena *arena = NULL;
  void *memory = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  kept_but_no_room();
  for (int k = 0; k < 400; k++)
    cr_assert_eq(sw_arena_alloc(&err, arena, 100000, 1, &memory), SW_OK);
  sw_arena_destroy(arena);
#endif
}

Test(status, first_failure_wins_on_one_line) {
  sw_error_clear(&err);
  cr_assert_eq(sw_fail(&err, SW_EINPUT, "a\nb\tc%d", 1), SW_EINPUT);
  cr_assert_eq(sw_fail(&err, SW_EIO, "later"), SW_EIO);
  cr_assert_eq(err.status, SW_EINPUT);
  cr_assert_str_eq(err.text, "a b c1");
}

/* A text cut within a character, by a message or at the end of the line, and bytes that are none.
 */
Test(status, utf8_wherever_a_text_is_cut) {
  char many[SW_ERROR_TEXT + 2];
  sw_error_clear(&err);
  sw_fail(&err, SW_EINPUT, "%.*s, \xFF\x7F", 3, "M\xC3\xBC\xC3\xBC");
  cr_assert_str_eq(err.text, "M\xC3\xBC, ? ");
  sw_error_clear(&err);
  sw_fail(&err, SW_EINPUT, "%.*s", 2, "\xE4\xB8\xAD");
  cr_assert_str_eq(err.text, "??");
  for (size_t i = 0; i + 1 < sizeof many; i += 2)
    memcpy(many + i, "\xC3\xBC", 2);
  many[sizeof many - 1] = '\0';
  sw_error_clear(&err);
  sw_fail(&err, SW_EINPUT, "%s", many);
  cr_assert_eq(strlen(err.text), SW_ERROR_TEXT - 1);
  cr_assert_eq(err.text[SW_ERROR_TEXT - 2], '?');
}

Test(hash, known_values) {
  /* The empty text, from the XXH3 specification's test vectors (xxHash 0.8). */
  cr_assert_eq(sw_hash64("", 0, 0), UINT64_C(0x2D06800538D394C2));
  char hex[33];
  sw_hash_hex("", 0, hex);
  cr_assert_str_eq(hex, "99aa06d3014798d86001c324468d497f");
  cr_assert_neq(sw_hash64("06037", 5, 0), sw_hash64("06037", 5, 1));
}

enum { MANY = 20000 };
static char code[MANY][8];

Test(map, grows_and_finds) {
  sw_map *map = NULL;
  cr_assert_eq(sw_map_create(&err, 0, &map), SW_OK);
  int64_t existing = 0;
  for (int i = 0; i < MANY; i++) {
    snprintf(code[i], sizeof code[i], "%05d", i);
    cr_assert_eq(sw_map_put(&err, map, code[i], 5, i, &existing), SW_OK);
    cr_assert_eq(existing, -1);
  }
  cr_assert_eq(sw_map_count(map), (size_t)MANY);
  for (int i = 0; i < MANY; i++) {
    char copy[8];
    memcpy(copy, code[i], sizeof copy);
    cr_assert_eq(sw_map_find(map, copy, 5), i);
  }
  cr_assert_eq(sw_map_find(map, "20000", 5), -1);
  cr_assert_eq(sw_map_find(map, "0000", 4), -1);
  cr_assert_eq(sw_map_put(&err, map, code[7], 5, 99, &existing), SW_OK);
  cr_assert_eq(existing, 7);
  cr_assert_eq(sw_map_find(map, "00007", 5), 7);
  cr_assert_eq(sw_map_count(map), (size_t)MANY);
  sw_map_destroy(map);
  sw_map_destroy(NULL);
}

Test(map, the_empty_text_is_a_text) {
  sw_map *map = NULL;
  int64_t existing = 0;
  cr_assert_eq(sw_map_create(&err, 100, &map), SW_OK);
  cr_assert_eq(sw_map_find(map, "", 0), -1);
  cr_assert_eq(sw_map_put(&err, map, "", 0, 3, &existing), SW_OK);
  cr_assert_eq(sw_map_find(map, "", 0), 3);
  sw_map_destroy(map);
}
