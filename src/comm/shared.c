/* Memory that the ranks of a node share: a file in /dev/shm, mapped by each, whose name is gone
 * as soon as all have opened it, so that a killed run leaves nothing. Invariant: every page is
 * reserved before it is touched, so that a file system that is too small says so here, in words,
 * and never later by SIGBUS.
 *
 * Not MPI_Win_allocate_shared: it reserves nothing, and where its file will be, and so whether
 * there is room, can only be asked of MPI's tool interface, which loads every transport it has:
 * a quarter of a second for each window with Open MPI 4.1. */
#include "comm/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FOLDER "/dev/shm"

/* LINE: bytes of a cache line, the grain of a rank's share. TRIES: names that may be taken by
 * files of killed runs. STEP: bytes reserved by one call. */
enum { LINE = 64, NAME = 64, TRIES = 1000, STEP = 64 << 20 };

/* Bytes free for this user. A /dev/shm without a size (0 blocks) is not limited by itself:
 * SIZE_MAX. */
size_t sw_comm_shared_room(void) {
  struct statvfs fs;
  if (statvfs(FOLDER, &fs) != 0 || fs.f_blocks == 0) return SIZE_MAX;
  return (size_t)fs.f_bavail * fs.f_frsize;
}

static const char hint[] =
    "give it more (e.g. --shm-size of the container) or use one rank per node with threads";

/* The user's remedy depends on the reason: a full file system can be enlarged, one that refuses
 * must be repaired. */
static sw_status no_memory(sw_error *err, size_t bytes, int reason) {
  bool full = reason == ENOSPC || reason == ENOMEM || reason == EDQUOT;
  return sw_fail(err, SW_ENOMEM,
                 FOLDER
                 ": %.3f MB of shared memory, needed once per node, cannot be allocated: %s; %s",
                 (double)bytes / 1e6, strerror(reason),
                 full ? hint : "repair this, or use one rank per node with threads");
}

/* Before anything is reserved: where /dev/shm claims more than the machine has, filling it up ends
 * in a kill by the kernel, not in an error that could be reported. */
static sw_status check_room(sw_error *err, size_t bytes) {
  size_t room = sw_comm_shared_room();
  if (bytes <= room) return SW_OK;
  return sw_fail(err, SW_ENOMEM,
                 FOLDER
                 ": shared memory has %.3f MB free, and %.3f MB are needed once per node; %s",
                 (double)room / 1e6, (double)bytes / 1e6, hint);
}

/* A new file under a name that nobody has, or -1 with errno; `name` tells which. A run killed in
 * the moment before the name is removed leaves its file, and process numbers come again, so a name
 * may be taken: the next is tried. Mode 0600: no access for other users. */
static int create_file(sw_comm *comm, char name[NAME]) {
  int file = -1;
  errno = EEXIST;
  for (int k = 0; k < TRIES && file < 0 && errno == EEXIST; k++) {
    snprintf(name, NAME, FOLDER "/spillway.%ld.%u", (long)getpid(), comm->files_made++);
    file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  return file;
}

/* Collective over the node. The file, open on every rank of the node that could (*file >= 0
 * there); its name is gone. An empty name tells the others that the first rank has none: SW_OK
 * with no file there, and sw_comm_shared_map finds out that one rank lacks it. */
static sw_status open_file(sw_error *err, sw_comm *comm, size_t bytes, int *file) {
  char name[NAME] = "";
  bool first = comm->team.node_rank == 0;
  sw_status status = first ? check_room(err, bytes) : SW_OK;
  if (first && status == SW_OK && (*file = create_file(comm, name)) < 0) {
    status = no_memory(err, bytes, errno);
    name[0] = '\0';
  }
  int code = MPI_Bcast(name, NAME, MPI_CHAR, 0, comm->node);
  if (!first && name[0] && (*file = open(name, O_RDWR | O_CLOEXEC)) < 0)
    status = no_memory(err, bytes, errno);
  /* The name may go only when all have opened it. A rank whose open failed comes here too. */
  if (code == MPI_SUCCESS) code = MPI_Barrier(comm->node);
  if (first && name[0]) unlink(name);
  return status ? status : sw_comm_check(err, code, "MPI_Bcast");
}

/* The part [lo, hi) of the bytes that this rank reserves. A page lies in the memory near the
 * processor that first takes it, so equal shares spread the array over the sockets. `each` is
 * rounded up, so the last ranks may get less or nothing: both ends are held at `bytes`. */
static void share_of(const sw_comm *comm, size_t bytes, size_t *lo, size_t *hi) {
  size_t ranks = (size_t)comm->team.node_size, each = (bytes / ranks / LINE + 1) * LINE;
  *lo = (size_t)comm->team.node_rank * each;
  if (*lo > bytes) *lo = bytes;
  *hi = bytes - *lo < each ? bytes : *lo + each;
}

/* In steps: a signal that falls into posix_fallocate undoes what that call did, and it must
 * begin again; so a signal costs at most one step of an array of many gigabytes. posix_fallocate
 * returns its error and leaves errno alone. */
static sw_status reserve(sw_error *err, const sw_comm *comm, int file, size_t bytes) {
  size_t lo, hi;
  share_of(comm, bytes, &lo, &hi);
  for (size_t step; lo < hi; lo += step) {
    int reason = EINTR;
    step = hi - lo < STEP ? hi - lo : STEP;
    while (reason == EINTR)
      reason = posix_fallocate(file, (off_t)lo, (off_t)step);
    if (reason) return no_memory(err, bytes, reason);
  }
  return SW_OK;
}

/* Reserve first, map after; ranks map while others still reserve, and nobody touches the memory
 * before all have agreed. */
static sw_status map(sw_error *err, const sw_comm *comm, int file, size_t bytes, void **memory) {
  SW_TRY(reserve(err, comm, file, bytes));
  *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  return *memory == MAP_FAILED ? no_memory(err, bytes, errno) : SW_OK;
}

/* See private.h. `any` begins as a failure, so a failing reduction counts as one. */
sw_status sw_comm_shared_map(sw_error *err, sw_comm *comm, size_t bytes, void **memory) {
  int file = -1, failed, any = 1;
  void *mapped = MAP_FAILED;
  sw_status status = open_file(err, comm, bytes, &file);
  if (status == SW_OK && file >= 0) status = map(err, comm, file, bytes, &mapped);
  /* The mapping keeps the file alive. */
  if (file >= 0) close(file);
  failed = mapped == MAP_FAILED;
  int code = MPI_Allreduce(&failed, &any, 1, MPI_INT, MPI_MAX, comm->node);
  if (status == SW_OK) status = sw_comm_check(err, code, "MPI_Allreduce");
  /* All of the node or none. */
  if (any && mapped != MAP_FAILED) munmap(mapped, bytes);
  *memory = any ? NULL : mapped;
  return status;
}

void sw_comm_shared_unmap(void *memory, size_t bytes) {
  munmap(memory, bytes);
}
