/* Arrays of the report page decode to what they were: planes, xor over rows, raw deflate, base64,
 * as the page's script does it. Equal ones are one; threads make no difference. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cli/markup/blocks.h"

static char *written(const sw_blocks *blocks, int first, int last) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  sw_blocks_write(blocks, first, last, out);
  fclose(out);
  return text;
}

static int digit(char c) {
  static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c ? strchr(all, c) : NULL;
  return at ? (int)(at - all) : -1;
}

/* The bytes of the element `text`, as they are before deflate. */
static unsigned char *inflated(const char *text, size_t expected) {
  const char *at = strchr(text, '>') + 1;
  size_t room = strlen(at), n = 0;
  unsigned char *packed = malloc(room + 4), *to = malloc(expected + 1);
  for (; digit(*at) >= 0; at += 4) {
    int d[4];
    for (int k = 0; k < 4; k++)
      d[k] = digit(at[k]);
    packed[n++] = (unsigned char)(d[0] << 2 | d[1] >> 4);
    if (d[2] >= 0) packed[n++] = (unsigned char)(d[1] << 4 | d[2] >> 2);
    if (d[3] >= 0) packed[n++] = (unsigned char)(d[2] << 6 | d[3]);
  }
  z_stream z = {.next_in = packed, .avail_in = (uInt)n};
  z.next_out = to;
  z.avail_out = (uInt)expected + 1;
  cr_assert_eq(inflateInit2(&z, -MAX_WBITS), Z_OK);
  cr_assert_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
  cr_assert_eq(z.total_out, expected, "%lu bytes of %zu", z.total_out, expected);
  inflateEnd(&z);
  free(packed);
  return to;
}

/* From planes to numbers, then rows from what differs. */
static void joined(const unsigned char *planes, size_t width, size_t n, size_t row, void *to) {
  unsigned char *bytes = to;
  for (size_t b = 0; b < width; b++)
    for (size_t k = 0; k < n; k++)
      bytes[k * width + b] = planes[b * n + k];
  for (size_t k = row * width; row > 0 && k < n * width; k++)
    bytes[k] ^= bytes[k - row * width];
}

Test(blocks, doubles) {
  sw_error err = {0};
  sw_blocks *blocks = NULL;
  enum { N = 1000 };
  double value[N], back[N];
  int number = -1;
  for (int k = 0; k < N; k++)
    value[k] = k % 7 == 0 ? NAN : sin(k) * pow(10, k % 5);
  cr_assert_eq(sw_blocks_create(&err, &blocks), SW_OK);
  cr_assert_eq(sw_blocks_numbers(&err, blocks, SW_BLOCK_F64, N, value, &number), SW_OK);
  cr_assert_eq(number, 0);
  char *text = written(blocks, 0, 1);
  cr_assert(strncmp(text,
                    "<script type=\"text/plain\" class=\"block\" id=\"b0\" data-t=\"f64\" "
                    "data-n=\"1000\" data-x=\"\">",
                    80) == 0,
            "%.100s", text);
  unsigned char *planes = inflated(text, sizeof value);
  joined(planes, 8, N, 0, back);
  for (int k = 0; k < N; k++)
    cr_assert(back[k] == value[k] || (isnan(back[k]) && isnan(value[k])), "%d", k);
  free(planes);
  free(text);
  sw_blocks_destroy(blocks);
}

Test(blocks, rows_that_differ) {
  sw_error err = {0};
  sw_blocks *blocks = NULL;
  uint16_t value[12] = {1, 2, 3, 65535, 1, 2, 4, 65535, 9, 2, 4, 0}, copy[12], back[12];
  int number = -1;
  memcpy(copy, value, sizeof value);
  cr_assert_eq(sw_blocks_create(&err, &blocks), SW_OK);
  cr_assert_eq(sw_blocks_put(&err, blocks, SW_BLOCK_U16, 12, 4, copy, &number), SW_OK);
  char *text = written(blocks, 0, 1);
  cr_assert(strstr(text, "data-t=\"u16\" data-n=\"12\" data-x=\"r4\""), "%.100s", text);
  unsigned char *planes = inflated(text, sizeof value);
  /* By hand: the second row of 4 is xor the first, low bytes before high ones. */
  cr_assert_eq(planes[4], 0);
  cr_assert_eq(planes[6], 3 ^ 4);
  cr_assert_eq(planes[12 + 3], 255);
  cr_assert_eq(planes[12 + 11], 255);
  joined(planes, 2, 12, 4, back);
  cr_assert(memcmp(back, value, sizeof value) == 0);
  free(planes);
  free(text);
  sw_blocks_destroy(blocks);
}

Test(blocks, cells) {
  const double value[] = {1, NAN, 3};
  int32_t i[3];
  uint32_t u[3];
  uint16_t w[3];
  uint8_t b[3];
  float f[3];
  sw_blocks_convert(SW_BLOCK_I32, 3, value, i);
  sw_blocks_convert(SW_BLOCK_U32, 3, value, u);
  sw_blocks_convert(SW_BLOCK_U16, 3, value, w);
  sw_blocks_convert(SW_BLOCK_U8, 3, value, b);
  sw_blocks_convert(SW_BLOCK_F32, 3, value, f);
  cr_assert(i[0] == 1 && i[1] == -1 && i[2] == 3);
  cr_assert(u[1] == UINT32_MAX && w[1] == UINT16_MAX && b[1] == UINT8_MAX && b[2] == 3);
  cr_assert(isnan(f[1]) && f[2] == 3);
}

Test(blocks, equal_ones_are_one) {
  sw_error err = {0};
  sw_blocks *blocks = NULL;
  double a[] = {1, 2}, b[] = {1, 2}, c[] = {1, 3};
  int number[4] = {-1, -1, -1, -1};
  const sw_block block[] = {{SW_BLOCK_F64, 2, 0, a, &number[0]},
                            {SW_BLOCK_F64, 2, 0, b, &number[1]},
                            {SW_BLOCK_F64, 2, 0, c, &number[2]}};
  cr_assert_eq(sw_blocks_create(&err, &blocks), SW_OK);
  cr_assert_eq(sw_blocks_add(&err, blocks, 3, block), SW_OK);
  cr_assert(number[0] == 0 && number[1] == 0 && number[2] == 1);
  cr_assert_eq(sw_blocks_count(blocks), 2);
  /* The same bytes as another cell are another block. */
  cr_assert_eq(sw_blocks_put(&err, blocks, SW_BLOCK_TEXT, 16, 0, a, &number[3]), SW_OK);
  cr_assert_eq(number[3], 2);
  sw_blocks_destroy(blocks);
}

Test(blocks, texts_and_nothing) {
  sw_error err = {0};
  sw_blocks *blocks = NULL;
  const char *const text[] = {"a", "", "two\nlines", "县"};
  int number = 7, none = 7;
  cr_assert_eq(sw_blocks_create(&err, &blocks), SW_OK);
  cr_assert_eq(sw_blocks_texts(&err, blocks, 4, NULL, &none), SW_OK);
  cr_assert_eq(none, -1);
  cr_assert_eq(sw_blocks_texts(&err, blocks, 4, text, &number), SW_OK);
  char *element = written(blocks, 0, 1);
  unsigned char *back = inflated(element, 16);
  cr_assert(memcmp(back, "a\n\ntwo lines\n县", 16) == 0);
  free(back);
  free(element);
  /* An array of nothing is one, too. */
  cr_assert_eq(sw_blocks_put(&err, blocks, SW_BLOCK_F32, 0, 0, &number, &none), SW_OK);
  element = written(blocks, none, none + 1);
  back = inflated(element, 0);
  free(back);
  free(element);
  sw_blocks_destroy(blocks);
}
