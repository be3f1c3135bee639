/* Why HDF5 cannot open a file, in one line that says what would cure it. HDF5 itself fails in the
 * same way for a file that another program holds, for a file system without locks and for a file
 * that is none of its own; so its refusal is followed up here: by the system's answers, by the
 * first bytes, and by what the superblock says of the file's length.
 *
 * The layout of a superblock: "HDF5 File Format Specification", II.A. Numbers are little-endian. */
#include "store/h5/h5.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "store/text/kind.h"

/* ---- what the bytes are ------------------------------------------------------------------ */

enum { HEAD = 64 };

static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

/* Where the superblock is: at 0, or after a block of the user's, at 512, 1024, 2048, ...; -1: there
 * is none. `head`: HEAD bytes from there. */
static int64_t find_superblock(int fd, int64_t length, unsigned char *head) {
  for (int64_t at = 0; at < length; at = at ? 2 * at : 512) {
    memset(head, 0, HEAD);
    if (sw_read_at(fd, head, HEAD, (uint64_t)at) < (int64_t)sizeof signature) return -1;
    if (memcmp(head, signature, sizeof signature) == 0) return at;
  }
  return -1;
}

/* A little-endian number of `size` bytes. */
static uint64_t number_at(const unsigned char *bytes, int size) {
  uint64_t value = 0;
  for (int i = size - 1; i >= 0; i--)
    value = value << 8 | bytes[i];
  return value;
}

/* The end of the file as its superblock has it; 0: of a version that is not known. Versions 0 and 1
 * keep the size of an address at byte 13, 2 and 3 at byte 9; the end is the third of four
 * addresses. */
static uint64_t end_of(const unsigned char *head) {
  int version = head[8], size = version < 2 ? head[13] : head[9];
  int at = version == 0 ? 24 : version == 1 ? 28 : 12;
  if (version > 3 || size < 2 || size > 8) return 0;
  return number_at(head + at + 2 * size, size);
}

/* What a file is that is not HDF5, by its first `length` bytes and zeros after them; "" when it
 * cannot be told. Kinds are known in one place, store/text/kind.c; here stand those that become
 * HDF5 in a way of their own. */
static const char *kind_of(const unsigned char *bytes, int64_t length) {
  static const struct {
    const char *bytes, *kind;
  } known[] = {
      {"\x1f\x8b", "compressed by gzip; decompress it"},
      {"\x0e\x03\x13\x01", "an HDF4 file; convert it with h4toh5"},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (memcmp(bytes, known[i].bytes, strlen(known[i].bytes)) == 0) return known[i].kind;
  const char *cure, *kind = sw_file_kind((const char *)bytes, (size_t)length, &cure);
  if (kind) return kind;
  for (int64_t i = 0; i < length && i < 16; i++)
    if (bytes[i] < 0x20 && (!bytes[i] || !strchr("\t\r\n", bytes[i]))) return "";
  return "text";
}

/* ---- the line ---------------------------------------------------------------------------- */

/* Refuses a file that a writer holds. HDF5 takes a shared lock for reading, a writer has an
 * exclusive one. Tried by the same call, so that the answer is the same. */
static sw_status refuse_lock(sw_error *err, const char *path, int fd) {
  if (sw_lock_is_waived() || flock(fd, LOCK_SH | LOCK_NB) == 0) return SW_OK;
  if (errno == EWOULDBLOCK)
    return sw_fail(err, SW_EINPUT,
                   "%s: another program has it open for writing; wait until that has closed it",
                   path);
  return sw_lock_is_missing(errno) ? sw_lock_fail_missing(err, path, errno) : SW_OK;
}

/* Refuses what is no HDF5, and says what it is. netCDF of before 2008 begins with letters of its
 * own, and its tools write it anew. */
static sw_status refuse_kind(sw_error *err, const char *path, const char *expected, int fd) {
  unsigned char head[HEAD] = {0};
  const char *slash = strrchr(path, '/');
  int64_t got = sw_read_at(fd, head, sizeof head, 0);
  if (got < 0) return sw_fail(err, SW_EIO, "%s: cannot be read: %s", path, strerror(errno));
  if (memcmp(head, "CDF", 3) == 0)
    return sw_fail(err, SW_EINPUT,
                   "%s: is netCDF of the classic format; write it as netCDF-4: nccopy -k nc4 %s "
                   "new.nc",
                   path, slash ? slash + 1 : path);
  const char *kind = kind_of(head, got);
  return sw_fail(err, SW_EINPUT, "%s: is not an HDF5 file: it is %s; give %s", path,
                 got == 0 ? "empty"
                 : *kind  ? kind
                          : "of another kind, by its first bytes",
                 expected);
}

/* Refuses by the superblock: none, a file cut short, the mark of a writer. */
static sw_status refuse_bytes(sw_error *err, const char *path, const char *expected, int fd,
                              int64_t length) {
  unsigned char head[HEAD] = {0};
  int64_t at = find_superblock(fd, length, head);
  if (at < 0) return refuse_kind(err, path, expected, fd);
  uint64_t end = end_of(head);
  if (end > (uint64_t)length - (uint64_t)at)
    return sw_fail(err, SW_EINPUT,
                   "%s: is truncated: it has %lld bytes of %llu; copy it or write it again", path,
                   (long long)(length - at), (unsigned long long)end);
  if (head[8] == 3 && (head[11] & 5))
    return sw_fail(err, SW_EINPUT,
                   "%s: is marked as open for writing: wait until its program has closed it, or, "
                   "if that was killed, clear the mark with h5clear -s",
                   path);
  return SW_OK;
}

/* Says why HDF5 could not open the file. Checks go in the order in which they hide each other: what
 * cannot be opened is not locked, what is locked is not looked into, as its writer may be about to
 * change it. */
sw_status sw_h5_refuse(sw_error *err, const char *path, const char *expected) {
  struct stat info = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info) != 0) {
    int reason = errno;
    if (fd >= 0) close(fd);
    return sw_fail(err, SW_EINPUT, "%s: cannot be opened: %s", path, strerror(reason));
  }
  sw_status status =
      S_ISREG(info.st_mode)
          ? refuse_lock(err, path, fd)
          : sw_fail(err, SW_EINPUT, "%s: is %s; give %s", path,
                    S_ISDIR(info.st_mode) ? "a folder" : "not a regular file", expected);
  if (status == SW_OK) status = refuse_bytes(err, path, expected, fd, info.st_size);
  close(fd);
  if (status != SW_OK) return status;
  sw_h5_fail(err, path, "be opened, though its first bytes are those of an HDF5 file");
  err->status = SW_EINPUT;
  return SW_EINPUT;
}
