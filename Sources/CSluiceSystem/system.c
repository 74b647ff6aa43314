#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

int sluice_wake_pair(int ends[2]) {
  if (pipe(ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  return 0;
}

int sluice_wait(int descriptor, int64_t nanoseconds) {
  struct pollfd interest = {.fd = descriptor, .events = POLLIN};
  nfds_t count = descriptor < 0 ? 0 : 1;
#if defined(__linux__)
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int result = ppoll(&interest, count, nanoseconds < 0 ? 0 : &time, 0);
#else
  int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
  int result = poll(&interest, count, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
#endif
  return result < 0 && errno != EINTR ? -errno : 0;
}
