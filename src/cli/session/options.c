/* Reads the options of a verb by getopt_long, from a table of where each value goes. getopt's own
 * messages are switched off: under mpirun every rank would print them. Each rank reads the same
 * arguments and comes to the same error, which the verb lets one rank print. */
#include "cli/session/options.h"

#include "base/text.h"

#include <getopt.h>
#include <string.h>

enum { MOST_OPTIONS = 24 };

/* The options as getopt_long wants them, and their names to look for the nearest one. */
typedef struct table {
  struct option option[MOST_OPTIONS + 1];
  char letters[2 * MOST_OPTIONS + 2];
  const char *names[MOST_OPTIONS];
  int count;
} table;

/* Long options get numbers from 256 on, so that none is taken for a letter. */
static void build(const sw_option *options, table *t) {
  char *letter = t->letters;
  *letter++ = ':'; /* tell a missing value from an unknown option */
  for (; options[t->count].name && t->count < MOST_OPTIONS; t->count++) {
    const sw_option *o = &options[t->count];
    t->names[t->count] = o->name;
    t->option[t->count] =
        (struct option){o->name, o->text ? required_argument : no_argument, NULL, 256 + t->count};
    if (!o->letter) continue;
    *letter++ = o->letter;
    if (o->text) *letter++ = ':';
  }
}

/* The index of the option that getopt returned as `got`; -1: none. */
static int find(const sw_option *options, int count, int got) {
  if (got >= 256) return got - 256;
  for (int i = 0; i < count; i++)
    if (options[i].letter && options[i].letter == got) return i;
  return -1;
}

/* Names the option nearest to `word`, which stands as given, with dashes and perhaps "=value". */
static sw_status unknown(sw_error *err, const char *verb, const char *word, const table *t) {
  size_t length = strcspn(word, "=");
  char name[64] = "";
  const char *bare = word + strspn(word, "-");
  size_t dashes = (size_t)(bare - word);
  memcpy(name, bare, length - dashes < 63 ? length - dashes : 63);
  const char *near = sw_nearest(name, t->names, t->count);
  return sw_fail(err, SW_EINPUT, "%s: unknown option %s%s%s%s see %s --help", verb, word,
                 near ? "; did you mean --" : "", near ? near : "", near ? "?" : ";", verb);
}

/* Options may stand behind operands: getopt_long moves the latter to the end, where they are taken
 * up once no option is left. A repeated option counts the last time. */
sw_status sw_options_parse(sw_error *err, int argc, char **argv, const sw_option *options,
                           const char **operands, int most, int *count) {
  table t = {0};
  build(options, &t);
  opterr = 0;
  optind = 0; /* 0 and not 1: GNU getopt then forgets a scan that was not finished, such as one of
                 an earlier call */
  *count = 0;
  for (int got; (got = getopt_long(argc, argv, t.letters, t.option, NULL)) != -1;) {
    int found = got == '?' || got == ':' ? -1 : find(options, t.count, got);
    if (got == ':')
      return sw_fail(err, SW_EINPUT, "%s: %s needs a value", argv[0], argv[optind - 1]);
    if (found < 0) return unknown(err, argv[0], argv[optind - 1], &t);
    if (options[found].flag) *options[found].flag = true;
    if (options[found].text) *options[found].text = optarg;
  }
  for (; optind < argc; optind++) {
    if (*count == most)
      return sw_fail(err, SW_EINPUT, "%s: unexpected argument '%s'; see %s --help", argv[0],
                     argv[optind], argv[0]);
    operands[(*count)++] = argv[optind];
  }
  return SW_OK;
}
