/* Preloaded by the tests of faults: the FAULT_K-th call of kind FAULT_KIND fails, or is where the
 * run is killed, paused or asked to stop.
 *
 *   FAULT_KIND   open, write, sync, room (the length and blocks of a file), rename, remove, read,
 *                memory (allocations by the program itself, not by its libraries), igraph
 *                (allocations by that library), share (memory shared by ranks), mpi (files of MPI),
 *                change (write, room, rename and remove)
 *   FAULT_K      from 1; without it calls are only counted
 *   FAULT_DO     fail (without it), on (from there on all fail), kill (a write is done by half
 *                before), stop (SIGUSR1), pause (SIGSTOP), fork (see forks.c); without FAULT_K:
 *                interrupt (every second call, EINTR), short (all read and write half of what they
 *                are asked to), slow
 *   FAULT_PATH   what the path of a file contains that counts
 *   FAULT_RANK   the only rank that counts
 *   FAULT_LOG    a file that gets a line, kind and path, for each call that counts
 *   FAULT_SPARSE blocks can never be reserved */
#define _GNU_SOURCE
#include "forks.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <mpi.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CALLER __builtin_return_address(0)

enum { PATH = 4096, SLOW = 2000 /* microseconds */ };

typedef struct faults {
  const char *kind, *what, *path, *log;
  long k;
  int other_rank;
} faults;

static long counted;
static int ended;              /* from here on nothing fails: see coverage_program.c */
static uintptr_t object[2][2]; /* where the program and igraph lie */

static faults *settings(void) {
  static faults f;
  static int known;
  if (known) return &f;
  const char *k = getenv("FAULT_K"), *only = getenv("FAULT_RANK");
  const char *rank = getenv("OMPI_COMM_WORLD_RANK");
  f.kind = getenv("FAULT_KIND");
  f.what = getenv("FAULT_DO");
  f.path = getenv("FAULT_PATH");
  f.log = getenv("FAULT_LOG");
  f.k = k ? strtol(k, NULL, 10) : 0;
  f.other_rank = only && rank && strcmp(only, rank) != 0;
  known = 1;
  return &f;
}

/* ---- does it fail ----------------------------------------------------------------------- */

static void note(const char *log, const char *kind, const char *path) {
  char line[PATH + 64];
  int length = snprintf(line, sizeof line, "%s %s\n", kind, path);
  long fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

static int is_change(const char *kind) {
  static const char *const change[] = {"write", "room", "rename", "remove"};
  for (int i = 0; i < 4; i++)
    if (strcmp(kind, change[i]) == 0) return 1;
  return 0;
}

void faults_end(void);
void faults_end(void) {
  ended = 1;
}

/* In builds that count branches. */
static void write_counts(void) {
  void (*write_them)(void) = (void (*)(void))dlsym(RTLD_DEFAULT, "spillway_write_counts");
  faults_end();
  if (write_them) write_them();
}

static int does(const char *what) {
  const faults *f = settings();
  return f->what && strcmp(f->what, what) == 0;
}

/* Where the run is forked: in a child this call is the one, and it does what the test said. */
static void fork_here(faults *f, long now) {
  const char *what = forks_stop(now, object);
  if (!what) return;
  f->what = what;
  f->k = strcmp(what, "none") == 0 ? 0 : now;
}

/* `half`: done before the end, when this is where the run is killed. */
static int strikes(const char *kind, const char *path, void (*half)(void *), void *call) {
  faults *f = settings();
  if (!f->kind || f->other_rank || ended || forks_busy()) return 0;
  if (strcmp(f->kind, kind) != 0 && !(strcmp(f->kind, "change") == 0 && is_change(kind))) return 0;
  if (f->path && !strstr(path, f->path)) return 0;
  if (f->log) note(f->log, kind, path);
  long now = __atomic_add_fetch(&counted, 1, __ATOMIC_RELAXED);
  if (does("fork")) fork_here(f, now);
  const char *what = f->what ? f->what : "fail";
  if (strcmp(what, "interrupt") == 0) return (int)(now % 2);
  if (strcmp(what, "fork") == 0 || f->k == 0 || now < f->k) return 0;
  if (strcmp(what, "on") == 0) return 1;
  if (now > f->k) return 0;
  if (strcmp(what, "fail") == 0) return 1;
  if (strcmp(what, "kill") == 0 && half) half(call);
  if (strcmp(what, "kill") == 0) write_counts();
  raise(strcmp(what, "kill") == 0 ? SIGKILL : strcmp(what, "pause") == 0 ? SIGSTOP : SIGUSR1);
  return 0;
}

static int fails(const char *kind, const char *path, int reason) {
  if (!strikes(kind, path, NULL, NULL)) return 0;
  errno = does("interrupt") ? EINTR : reason;
  return 1;
}

static const char *path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH - 1);
  path[length > 0 ? length : 0] = '\0';
  return path;
}

static int fails_on(const char *kind, int fd, int reason) {
  char path[PATH];
  return settings()->kind && fails(kind, path_of(fd, path), reason);
}

/* How much of it is done, after a while. */
static size_t some_of(const char *kind, int fd, size_t bytes) {
  char path[PATH];
  const faults *f = settings();
  if (!f->kind || strcmp(f->kind, kind) != 0) return bytes;
  if (f->path && !strstr(path_of(fd, path), f->path)) return bytes;
  if (does("slow")) usleep(SLOW);
  return does("short") ? bytes - bytes / 2 : bytes;
}

/* ---- writes ----------------------------------------------------------------------------- */

typedef struct written {
  int fd;
  const void *from;
  size_t bytes;
  off_t at; /* -1: where the file is */
} written;

static void write_half(void *call) {
  const written *w = call;
  if (w->at < 0)
    syscall(SYS_write, w->fd, w->from, w->bytes / 2);
  else
    syscall(SYS_pwrite64, w->fd, w->from, w->bytes / 2, w->at);
}

static int write_fails(int fd, const void *from, size_t bytes, off_t at) {
  char path[PATH];
  written w = {fd, from, bytes, at};
  if (!settings()->kind || !strikes("write", path_of(fd, path), write_half, &w)) return 0;
  errno = does("interrupt") ? EINTR : ENOSPC;
  return 1;
}

ssize_t write(int fd, const void *from, size_t bytes) {
  if (write_fails(fd, from, bytes, -1)) return -1;
  return syscall(SYS_write, fd, from, some_of("write", fd, bytes));
}

ssize_t pwrite(int fd, const void *from, size_t bytes, off_t at) {
  if (write_fails(fd, from, bytes, at)) return -1;
  return syscall(SYS_pwrite64, fd, from, some_of("write", fd, bytes), at);
}

ssize_t pwrite64(int fd, const void *from, size_t bytes, off_t at) {
  return pwrite(fd, from, bytes, at);
}

ssize_t writev(int fd, const struct iovec *part, int count) {
  return write_fails(fd, part->iov_base, part->iov_len, -1) ? -1 : REAL(writev)(fd, part, count);
}

ssize_t pwritev(int fd, const struct iovec *part, int count, off_t at) {
  return write_fails(fd, part->iov_base, part->iov_len, at) ? -1
                                                            : REAL(pwritev)(fd, part, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *part, int count, off_t at) {
  return pwritev(fd, part, count, at);
}

/* ---- opens and reads -------------------------------------------------------------------- */

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  return fails("open", path, EMFILE) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(flags)                                                                                \
  va_list list;                                                                                    \
  va_start(list, flags);                                                                           \
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;                          \
  va_end(list)

int open(const char *path, int flags, ...) {
  MODE(flags);
  return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags);
  return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
  MODE(flags);
  return open_at(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
  MODE(flags);
  return open_at(folder, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

ssize_t read(int fd, void *to, size_t bytes) {
  return fails_on("read", fd, EIO) ? -1 : syscall(SYS_read, fd, to, some_of("read", fd, bytes));
}

ssize_t pread(int fd, void *to, size_t bytes, off_t at) {
  if (fails_on("read", fd, EIO)) return -1;
  return syscall(SYS_pread64, fd, to, some_of("read", fd, bytes), at);
}

ssize_t pread64(int fd, void *to, size_t bytes, off_t at) {
  return pread(fd, to, bytes, at);
}

/* ---- the rest of files ------------------------------------------------------------------ */

int fsync(int fd) {
  return fails_on("sync", fd, EIO) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
  return fails_on("sync", fd, EIO) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t length) {
  return fails_on("room", fd, ENOSPC) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off_t length) {
  return ftruncate(fd, length);
}

int fallocate(int fd, int mode, off_t at, off_t length) {
  if (getenv("FAULT_SPARSE")) {
    errno = EOPNOTSUPP;
    return -1;
  }
  return fails_on("room", fd, ENOSPC) ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, length);
}

int fallocate64(int fd, int mode, off_t at, off_t length) {
  return fallocate(fd, mode, at, length);
}

/* Only what ranks share is reserved by this one. */
int posix_fallocate(int fd, off_t at, off_t length) {
  return fails_on("share", fd, ENOSPC) ? ENOSPC : REAL(posix_fallocate)(fd, at, length);
}

int rename(const char *from, const char *to) {
  return fails("rename", from, EIO) ? -1 : REAL(rename)(from, to);
}

int unlink(const char *path) {
  return fails("remove", path, EIO) ? -1 : REAL(unlink)(path);
}

/* ---- memory: calls from the program, which is the first object, and from igraph --------- */

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static uintptr_t *const program = object[0], *const igraph = object[1];

static void find_bounds(const struct dl_phdr_info *info, uintptr_t *bounds) {
  bounds[0] = UINTPTR_MAX;
  for (int k = 0; k < info->dlpi_phnum; k++) {
    if (info->dlpi_phdr[k].p_type != PT_LOAD) continue;
    uintptr_t lo = info->dlpi_addr + info->dlpi_phdr[k].p_vaddr;
    if (lo < bounds[0]) bounds[0] = lo;
    if (lo + info->dlpi_phdr[k].p_memsz > bounds[1]) bounds[1] = lo + info->dlpi_phdr[k].p_memsz;
  }
}

static int find_objects(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  if (!program[1]) find_bounds(info, program);
  if (strstr(info->dlpi_name, "/libigraph.")) find_bounds(info, igraph);
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  dl_iterate_phdr(find_objects, NULL);
}

static int has_none(const void *caller) {
  uintptr_t at = (uintptr_t)caller;
  if (at >= igraph[0] && at < igraph[1]) return fails("igraph", "", ENOMEM);
  return at >= program[0] && at < program[1] && fails("memory", "", ENOMEM);
}

void *malloc(size_t bytes) {
  return has_none(CALLER) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t size) {
  return has_none(CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t bytes) {
  return has_none(CALLER) ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  return has_none(CALLER) ? NULL : __libc_memalign(alignment, bytes);
}

char *strdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = has_none(CALLER) ? NULL : __libc_malloc(bytes);
  return copy ? memcpy(copy, text, bytes) : NULL;
}

FILE *open_memstream(char **text, size_t *length) {
  return has_none(CALLER) ? NULL : REAL(open_memstream)(text, length);
}

/* ---- MPI: files, which each rank opens for itself ------------------------------------------- */

int MPI_File_open(MPI_Comm comm, const char *path, int mode, MPI_Info info, MPI_File *file) {
  return fails("mpi", path, EIO) ? MPI_ERR_IO : PMPI_File_open(comm, path, mode, info, file);
}

int MPI_File_write_at(MPI_File file, MPI_Offset at, const void *from, int count, MPI_Datatype type,
                      MPI_Status *status) {
  return fails("mpi", "write_at", EIO) ? MPI_ERR_NO_SPACE
                                       : PMPI_File_write_at(file, at, from, count, type, status);
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset at, const void *from, int count,
                          MPI_Datatype type, MPI_Status *status) {
  int code = PMPI_File_write_at_all(file, at, from, count, type, status);
  return fails("mpi", "write_at_all", EIO) ? MPI_ERR_NO_SPACE : code;
}

int MPI_File_read_at(MPI_File file, MPI_Offset at, void *to, int count, MPI_Datatype type,
                     MPI_Status *status) {
  return fails("mpi", "read_at", EIO) ? MPI_ERR_IO
                                      : PMPI_File_read_at(file, at, to, count, type, status);
}

int MPI_File_sync(MPI_File file) {
  int code = PMPI_File_sync(file);
  return fails("mpi", "sync", EIO) ? MPI_ERR_IO : code;
}

int MPI_File_set_size(MPI_File file, MPI_Offset size) {
  int code = PMPI_File_set_size(file, size);
  return fails("mpi", "set_size", EIO) ? MPI_ERR_IO : code;
}
