#define _GNU_SOURCE
#include "CSluiceSystem.h"
#include "quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#endif

int sluice_file_open(const char *path) {
  int descriptor;
  // A pipe without a writer would block here, before it could be refused for not being a file.
  do descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  while (descriptor < 0 && errno == EINTR);
  return descriptor < 0 ? -errno : descriptor;
}

int64_t sluice_file_size(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) < 0) return -errno;
  if (S_ISDIR(status.st_mode)) return -EISDIR;
  return S_ISREG(status.st_mode) ? (int64_t)status.st_size : -ESPIPE;
}

int64_t sluice_file_read(int descriptor, void *bytes, int64_t count, int64_t offset) {
  ssize_t got;
  do got = pread(descriptor, bytes, (size_t)count, (off_t)offset);
  while (got < 0 && errno == EINTR);
  return got < 0 ? -errno : got;
}

int64_t sluice_file_send(int file, int64_t offset, int64_t count, int target) {
#if defined(__linux__)
  struct quiet quiet;
  off_t place = (off_t)offset;
  ssize_t sent;
  sluice_quiet_begin(&quiet);
  do sent = sendfile(target, file, &place, (size_t)count);
  while (sent < 0 && errno == EINTR);
  int code = errno;
  sluice_quiet_end(&quiet, sent < 0 && code == EPIPE);
  return sent < 0 ? -code : sent;
#else
  (void)file;
  (void)offset;
  (void)count;
  (void)target;
  return -ENOSYS;
#endif
}
