#if defined(__linux__)
#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

int sluice_epoll_create(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  return epoll < 0 ? -errno : sluice_above_standard(epoll);
}

int sluice_epoll_set(int epoll, int descriptor, int was, int wanted, uint64_t token) {
  struct epoll_event event = {
      .events = (wanted & SLUICE_READ ? EPOLLIN : 0u) | (wanted & SLUICE_WRITE ? EPOLLOUT : 0u), .data.u64 = token};
  int operation = wanted == 0 ? EPOLL_CTL_DEL : was == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int sluice_epoll_wait(int epoll, struct sluice_ready *ready, int64_t nanoseconds) {
  struct epoll_event events[SLUICE_MOST_READY];
  int count;
  if (nanoseconds <= 0) {
    count = epoll_wait(epoll, events, SLUICE_MOST_READY, nanoseconds < 0 ? -1 : 0);
  } else {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    count = epoll_pwait2(epoll, events, SLUICE_MOST_READY, &time, 0);
    // Rules that know nothing of a call that is younger than they are refuse it with EPERM.
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) {
      int64_t milliseconds = nanoseconds / 1000000 + (nanoseconds % 1000000 != 0);
      count = epoll_wait(epoll, events, SLUICE_MOST_READY, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
    }
  }
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t got = events[i].events;
    ready[i].token = events[i].data.u64;
    ready[i].what = (got & EPOLLIN ? SLUICE_READ : 0) | (got & EPOLLOUT ? SLUICE_WRITE : 0) |
                    (got & (EPOLLERR | EPOLLHUP) ? SLUICE_ERROR : 0);
  }
  return count;
}
#endif
