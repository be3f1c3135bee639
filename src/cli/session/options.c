/* Reads the options of a verb by getopt_long, from a table of where each value goes. getopt's own
 * messages are switched off: under mpirun every rank would print them. Each rank reads the same
 * arguments and comes to the same error, which the verb lets one rank print. */
#include "cli/session/options.h"

#include "base/text.h"

#include <getopt.h>
#include <string.h>

/* More than any verb has. */
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
  /* getopt then returns ':' for a missing value. */
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

/* What getopt_long could not take. optopt tells which option: its number; 0: a long one that it
 * does not know, which is the word before optind. An unknown letter may stand in the middle of its
 * word, and getopt is still at it then. */
static sw_status refuse(sw_error *err, const char *verb, char **argv, int got,
                        const sw_option *options, const table *t) {
  int found = find(options, t->count, optopt);
  char letter[] = {'-', (char)optopt, '\0'};
  /* A byte of a longer character is shown with its word. */
  bool within = optopt && argv[optind] && strchr(argv[optind], optopt);
  const char *word = optopt > 0 && optopt < 127 ? letter : argv[within ? optind : optind - 1];
  if (found < 0) return unknown(err, verb, word, t);
  if (optopt < 256 && got == ':')
    return sw_fail(err, SW_EINPUT, "%s: %s needs a value", verb, letter);
  return sw_fail(err, SW_EINPUT, "%s: --%s %s", verb, options[found].name,
                 got == ':' ? "needs a value" : "takes no value");
}

/* An empty value or operand is a shell variable that is not set: nothing here has a use for one,
 * and as the name of a file it would be found out when all is computed. */
static sw_status empty(sw_error *err, const char *verb, const char *name) {
  return sw_fail(err, SW_EINPUT, "%s: %s%s is empty; is a shell variable not set?", verb,
                 name ? "the value of --" : "an argument", name ? name : "");
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
    if (got == '?' || got == ':') return refuse(err, argv[0], argv, got, options, &t);
    /* find cannot fail here: getopt returns only what `build` gave it. */
    const sw_option *o = &options[find(options, t.count, got)];
    if (o->text && !*optarg) return empty(err, argv[0], o->name);
    if (o->flag) *o->flag = true;
    if (o->text) *o->text = optarg;
  }
  for (; optind < argc; optind++) {
    if (!*argv[optind]) return empty(err, argv[0], NULL);
    if (*count == most)
      return sw_fail(err, SW_EINPUT, "%s: unexpected argument '%s'; see %s --help", argv[0],
                     argv[optind], argv[0]);
    operands[(*count)++] = argv[optind];
  }
  return SW_OK;
}
