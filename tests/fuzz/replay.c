/* A main for a harness without libFuzzer: replays the files and folders it is given. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/text/file.h"

/* The bytes on the heap at their own length, so that a sanitizer sees a step beyond them. */
static int replay_file(const char *path) {
  sw_error err = {0};
  char *bytes = NULL;
  size_t length = 0;
  fuzz_must(!sw_file_read(&err, path, &bytes, &length), "%s", err.text);
  uint8_t *copy = malloc(length ? length : 1);
  fuzz_must(copy, "out of memory");
  if (length) memcpy(copy, bytes, length);
  free(bytes);
  printf("%s\n", path);
  fflush(stdout); /* it is the last line when the reader crashes */
  LLVMFuzzerTestOneInput(copy, length);
  free(copy);
  return 1;
}

static int is_shown(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

static int replay(const char *path) {
  struct stat info;
  if (stat(path, &info) || !S_ISDIR(info.st_mode)) return replay_file(path);
  struct dirent **entry = NULL;
  int count = scandir(path, &entry, is_shown, alphasort), files = 0;
  for (int i = 0; i < count; i++) {
    char below[4096];
    snprintf(below, sizeof below, "%s/%s", path, entry[i]->d_name);
    files += replay(below);
    free(entry[i]);
  }
  free(entry);
  return files;
}

int main(int argc, char **argv) {
  int files = 0;
  LLVMFuzzerInitialize(&argc, &argv);
  for (int i = 1; i < argc; i++)
    files += replay(argv[i]);
  printf("%d files replayed\n", files);
  return files ? 0 : 1;
}
