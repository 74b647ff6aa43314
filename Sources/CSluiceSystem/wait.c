#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int sluice_wait(int descriptor, int64_t nanoseconds) {
  struct pollfd interest = {.fd = descriptor, .events = POLLIN};
  nfds_t count = descriptor < 0 ? 0 : 1;
#if defined(__linux__)
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int result = ppoll(&interest, count, nanoseconds < 0 ? 0 : &time, 0);
#else
  // Rounded up, so that no timer is looked for before its time; cut to what an int holds, and waited for again after that.
  int64_t milliseconds = nanoseconds < 0 ? -1 : nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
  int result = poll(&interest, count, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
#endif
  if (result < 0) return errno == EINTR ? 0 : -errno;
  // A descriptor that somebody else closed would be ready for ever.
  if (result > 0 && (interest.revents & POLLNVAL)) return -EBADF;
  return result;
}
