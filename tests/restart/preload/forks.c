/* One start for all k: the run stops at a call that is to fail, and a child of it (fork) goes on
 * with the fault to its end, while the run waits. Then the run goes on to the next call, as if
 * nothing had been. Every k costs what follows the fault instead of a whole start.
 *
 * The test says where to stop and what becomes of children, in datagrams over the socket
 * FAULT_TALK:
 *
 *   from the run   at K STACK    it has come to the K-th call; STACK: a hash of the callers
 *                  child PID     a child has begun
 *                  ended STATUS TIME  and has ended, as waitpid says it; processor microseconds
 *   to the run     go K          on to the K-th call, or to the end where there are not so many
 *                  try WHAT      a child: its call fails, fails and all that follow (on), kills it
 *                                (kill), or does what it should (none)
 *
 * Sound only where run and child share nothing but what is put right here:
 *
 *   - threads. A child has one. So has the run, one rank alone of one thread, but for what Open MPI
 *     starts in MPI_Init: a thread that waits for words of other processes, of which there are
 * none. MPI_Finalize in a child finds it ended. A run that has more says so and ends.
 *   - files. Those whose names begin with FAULT_FILES are what they were once a child has ended:
 *     the same inodes, as the run has them open, with the same bytes, at the same places. Locks on
 *     open files stay the run's, as it still has these open.
 *   - memory. One rank shares none (comm/node.c), and Open MPI has none to share where a process
 *     talks to itself alone.
 *   - what is printed. A child's goes to the file FAULT_SAID.
 *
 * Processes that the run itself starts stop for nothing: their faults are those of a run of its
 * own. */
#define _GNU_SOURCE
#include "forks.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAME = 4096, WORD = 64, MOST_FILES = 32, MOST_OPEN = 1024, MOST_FRAMES = 64, PAGE = 4096 };

typedef struct kept_file {
  char name[NAME], link[NAME]; /* `link`: a second name, by which the inode outlives its first */
  char *bytes;
  size_t size;
} kept_file;

static kept_file kept[MOST_FILES];
static int n_kept;
static off_t place[MOST_OPEN]; /* of each descriptor in its file; -1: it has none */
static long next = 1;          /* the call to stop at */
static pid_t run;              /* the process that counts; a child of it does not stop */
static int busy;
static int of_mpi; /* threads that MPI has started */
static int lost;   /* in a child: those of the run, which it has not */

int forks_busy(void) {
  return busy;
}

/* The test is wrong, or the run is not one that can be forked: nothing is to be made of it. */
static void give_up(const char *why) {
  fprintf(stderr, "forks: %s: %s\n", why, strerror(errno));
  _exit(99);
}

/* ---- files ------------------------------------------------------------------------------ */

/* The folder of the files, and how many characters that is, the last '/' among them. */
static size_t folder_of(const char *prefix, char *folder) {
  size_t length = (size_t)(strrchr(prefix, '/') - prefix) + 1;
  snprintf(folder, NAME, "%.*s", (int)length, prefix);
  return length;
}

static void each_file(const char *prefix, void (*tell)(const char *name)) {
  char folder[NAME], name[NAME];
  size_t length = folder_of(prefix, folder);
  DIR *list = opendir(folder);
  if (!list) give_up(folder);
  for (struct dirent *entry; (entry = readdir(list));) {
    if (strncmp(entry->d_name, prefix + length, strlen(prefix + length)) != 0) continue;
    if (snprintf(name, sizeof name, "%s%s", folder, entry->d_name) < NAME) tell(name);
  }
  closedir(list);
}

static void keep_file(const char *name) {
  char folder[NAME];
  struct stat info;
  if (n_kept == MOST_FILES) give_up("too many files");
  kept_file *f = &kept[n_kept];
  folder_of(name, folder);
  if (snprintf(f->name, NAME, "%s", name) >= NAME ||
      snprintf(f->link, NAME, "%skept.%d", folder, n_kept) >= NAME)
    give_up("too long a name");
  unlink(f->link);
  int fd = open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0 || link(name, f->link) != 0) give_up(name);
  f->size = (size_t)info.st_size;
  f->bytes = malloc(f->size + 1);
  if (!f->bytes || pread(fd, f->bytes, f->size, 0) != (ssize_t)f->size) give_up(name);
  close(fd);
  n_kept++;
}

static void remove_file(const char *name) {
  if (unlink(name) != 0) give_up(name);
}

/* Zeros are left out, as they were in a file with holes. */
static void put_back(kept_file *f) {
  static const char zero[PAGE];
  int fd = open(f->link, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ftruncate(fd, 0) != 0 || ftruncate(fd, (off_t)f->size) != 0) give_up(f->name);
  for (size_t at = 0; at < f->size; at += PAGE) {
    size_t bytes = f->size - at < PAGE ? f->size - at : PAGE;
    if (memcmp(f->bytes + at, zero, bytes) == 0) continue;
    if (pwrite(fd, f->bytes + at, bytes, (off_t)at) != (ssize_t)bytes) give_up(f->name);
  }
  close(fd);
  if (rename(f->link, f->name) != 0) give_up(f->name);
  free(f->bytes);
}

static void keep_files(void) {
  const char *prefix = getenv("FAULT_FILES");
  if (prefix) each_file(prefix, keep_file);
  for (int fd = 0; fd < MOST_OPEN; fd++)
    place[fd] = lseek(fd, 0, SEEK_CUR);
}

static void restore_files(void) {
  const char *prefix = getenv("FAULT_FILES");
  if (prefix) each_file(prefix, remove_file);
  for (int i = 0; i < n_kept; i++)
    put_back(&kept[i]);
  n_kept = 0;
  for (int fd = 0; fd < MOST_OPEN; fd++)
    if (place[fd] >= 0) lseek(fd, place[fd], SEEK_SET);
}

/* ---- a child ---------------------------------------------------------------------------- */

/* How many threads there are; *awake: of those that are not this one, how many do not sleep. */
static int threads(int *awake) {
  int count = 0;
  DIR *list = opendir("/proc/self/task");
  if (!list) give_up("/proc/self/task");
  *awake = 0;
  for (struct dirent *entry; (entry = readdir(list));) {
    char name[WORD], state = 0;
    if (entry->d_name[0] == '.') continue;
    count++;
    if (strtol(entry->d_name, NULL, 10) == getpid()) continue;
    snprintf(name, sizeof name, "/proc/self/task/%.20s/stat", entry->d_name);
    FILE *stat = fopen(name, "re");
    *awake += !stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1 || state != 'S';
    if (stat) fclose(stat);
  }
  closedir(list);
  return count;
}

/* MPI's thread may just be starting, and then hold what a child would wait for: for ever, as it has
 * no such thread. Once it waits for others it holds nothing. */
static void wait_for_sleep(void) {
  int awake = 1;
  while (threads(&awake) > 1 && awake > 0)
    usleep(100);
}

/* The threads that MPI waits for at its end are none of a child's, but where it has started MPI
 * itself.
 */
int pthread_join(pthread_t thread, void **value) {
  static int (*join)(pthread_t, void **);
  if (lost) return 0;
  if (!join) join = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_join");
  return join(thread, value);
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) {
  int awake, before = threads(&awake), code = PMPI_Init_thread(argc, argv, required, provided);
  of_mpi = threads(&awake) - before;
  return code;
}

static void be_child(void) {
  lost = of_mpi;
  const char *name = getenv("FAULT_SAID");
  int fd = open(name ? name : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) give_up("FAULT_SAID");
  close(fd);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* ---- the test --------------------------------------------------------------------------- */

static int talk(void) {
  const char *text = getenv("FAULT_TALK");
  if (!text) give_up("FAULT_TALK is not set");
  return (int)strtol(text, NULL, 10);
}

static void tell(const char *word, uint64_t number, uint64_t more) {
  char text[WORD];
  int length = snprintf(text, sizeof text, "%s %llu %llx", word, (unsigned long long)number,
                        (unsigned long long)more);
  if (send(talk(), text, (size_t)length, MSG_NOSIGNAL) != length) give_up("the test is no more");
}

/* A child comes back with what it is to do; the run with NULL, once the child has ended. */
static const char *try(const char *what) {
  static char word[WORD];
  int status = 0;
  snprintf(word, sizeof word, "%s", what);
  keep_files();
  wait_for_sleep();
  pid_t child = fork();
  if (child < 0) give_up("fork");
  if (child == 0) {
    be_child();
    return word;
  }
  tell("child", (uint64_t)child, 0);
  struct rusage used;
  while (wait4(child, &status, 0, &used) < 0)
    if (errno != EINTR) give_up("wait4");
  tell("ended", (uint64_t)status,
       (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec));
  return NULL;
}

/* What the callers are, wherever the objects lie in memory. */
static uint64_t hash_stack(uintptr_t object[2][2]) {
  void *frame[MOST_FRAMES];
  uint64_t hash = 1469598103934665603u;
  int count = backtrace(frame, MOST_FRAMES);
  for (int i = 0; i < count; i++)
    for (int o = 0; o < 2; o++) {
      uintptr_t at = (uintptr_t)frame[i];
      if (at >= object[o][0] && at < object[o][1])
        hash = (hash ^ (at - object[o][0] + (uintptr_t)o)) * 1099511628211u;
    }
  return hash;
}

static const char *converse(long now, uintptr_t object[2][2]) {
  int tried = 0, awake = 0;
  if (threads(&awake) != 1 + of_mpi) give_up("the run has several threads");
  tell("at", (uint64_t)now, hash_stack(object));
  for (;;) {
    char text[WORD] = "";
    if (recv(talk(), text, sizeof text - 1, 0) <= 0) give_up("the test is no more");
    if (tried) restore_files();
    tried = strncmp(text, "try ", 4) == 0;
    if (!tried) {
      next = strtol(text + strcspn(text, " "), NULL, 10);
      return NULL;
    }
    const char *what = try(text + 4);
    if (what) return what;
  }
}

const char *forks_stop(long now, uintptr_t object[2][2]) {
  int error = errno;
  if (!run) run = getpid();
  if (now < next || getpid() != run) return NULL;
  busy = 1;
  const char *what = converse(now, object);
  busy = 0;
  errno = error;
  return what;
}
