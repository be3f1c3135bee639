/* spillway info: what is in a results file, from what inputs, by what version. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "store/results_info.h"

static const char help_text[] =
    "Usage: spillway info OUT.h5\n\n"
    "Tell what is in a results file: the study, its inputs with their hashes (XXH3), units and\n"
    "periods, and each result with its measure, parameters and variables.\n\n"
    "  -h, --help    this text";

/* Lines of `text`, indented. */
static void print_lines(const char *text) {
  while (*text) {
    int length = (int)strcspn(text, "\n");
    printf("    %.*s\n", length, text);
    text += length + (text[length] == '\n');
  }
}

static void print_root(const char *path, const sw_results_info *info) {
  printf("%s: %s\n", path, info->title);
  printf("  written by spillway %s, %s, seed %lld\n", info->version, info->state,
         (long long)info->seed);
  printf("  units    %lld\n", (long long)info->n_units);
  printf("  periods  %lld", (long long)info->n_periods);
  if (info->n_periods > 0) printf(": %s", info->first_period);
  if (info->n_periods > 1) printf(" to %s", info->last_period);
  printf("\n  inputs\n");
  print_lines(info->inputs);
  if (*info->missing_cells) printf("  missing cells: %s\n", info->missing_cells);
}

static void print_result(const sw_info_result *result) {
  printf("\n/%s: %s, version %lld\n", result->name, result->measure, (long long)result->version);
  printf("  parameters  %s\n", result->parameters);
  printf("  undefined   %s\n", result->undefined);
  for (int v = 0; v < result->n_variables; v++) {
    const sw_info_variable *variable = &result->variable[v];
    printf("  %-18s %-8s %-34s %s\n", variable->name, variable->type, variable->shape,
           variable->long_name);
  }
}

static sw_status tell(sw_error *err, const char *path) {
  sw_arena *arena = NULL;
  sw_results_info info;
  SW_TRY(sw_arena_create(err, &arena));
  sw_status status = sw_results_info_read(err, arena, path, &info);
  if (status == SW_OK) {
    print_root(path, &info);
    for (int r = 0; r < info.n_results; r++)
      print_result(&info.result[r]);
  }
  sw_arena_destroy(arena);
  return status;
}

int sw_cmd_info(sw_team *team, int argc, char **argv) {
  sw_error err = {0};
  bool help = false;
  const char *path = NULL;
  int count = 0;
  const sw_option table[] = {{"help", 'h', &help, NULL}, {NULL, 0, NULL, NULL}};
  sw_status status = sw_options_parse(&err, argc, argv, table, &path, 1, &count);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK && count == 0)
    status = sw_fail(&err, SW_EINPUT, "%s: give a results file; see %s --help", argv[0], argv[0]);
  if (status == SW_OK && team->rank == 0) status = tell(&err, path);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}
