#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif

int sluice_wake_open(int ends[2]) {
#if defined(__linux__)
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) return -errno;
  ends[0] = ends[1] = sluice_above_standard(descriptor);
#else
  if (pipe(ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
#endif
  return 0;
}

void sluice_wake(int end) {
  // Where it would block, the other end is readable already.
  uint64_t one = 1;
  while (write(end, &one, sizeof one) < 0 && errno == EINTR) continue;
}

void sluice_wake_clear(int end) {
  // An eventfd is cleared by one read, a pipe by one that finds less than it has room for.
  uint64_t gone[64];
  ssize_t count;
  do count = read(end, gone, sizeof gone);
  while (count == (ssize_t)sizeof gone || (count < 0 && errno == EINTR));
}

void sluice_wake_close(const int ends[2]) {
  if (ends[0] >= 0) close(ends[0]);
  if (ends[1] >= 0 && ends[1] != ends[0]) close(ends[1]);
}
