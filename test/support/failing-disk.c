/* Makes one call of LMDB fail: FAIL_CALL from the FAIL_FROM-th call on data.mdb, once or always (FAIL_ALWAYS), with FAIL_ERRNO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int calls;

static int fails(const char *call, int fd) {
  const char *wanted = getenv("FAIL_CALL"), *from = getenv("FAIL_FROM"), *error = getenv("FAIL_ERRNO");
  char link[64], path[4096];
  ssize_t size;
  if (!wanted || !from || !error || strcmp(wanted, call) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if ((size = readlink(link, path, sizeof path - 1)) < 0) return 0;
  path[size] = 0;
  if (size < 8 || strcmp(path + size - 8, "data.mdb") != 0) return 0;
  int call_number = __sync_add_and_fetch(&calls, 1), first = atoi(from);
  if (getenv("FAIL_ALWAYS") ? call_number < first : call_number != first) return 0;
  errno = atoi(error);
  return 1;
}

#define REAL(name, result, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  return fails("pwrite", fd) ? -1 : REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t)(fd, bytes, size, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return fails("writev", fd) ? -1 : REAL("writev", ssize_t, int, const struct iovec *, int)(fd, parts, count);
}

int fdatasync(int fd) {
  return fails("fdatasync", fd) ? -1 : REAL("fdatasync", int, int)(fd);
}
