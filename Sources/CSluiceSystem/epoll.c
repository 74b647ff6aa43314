#if defined(__linux__)
#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

int sluice_epoll_create(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  return epoll < 0 ? -errno : epoll;
}

int sluice_epoll_set(int epoll, int descriptor, int was, int wanted, uint64_t token) {
  struct epoll_event event = {
      .events = (wanted & SLUICE_READ ? EPOLLIN : 0u) | (wanted & SLUICE_WRITE ? EPOLLOUT : 0u), .data.u64 = token};
  int operation = wanted == 0 ? EPOLL_CTL_DEL : was == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int sluice_epoll_wait(int epoll, uint64_t *tokens, int *ready, int capacity, int64_t nanoseconds) {
  enum { MOST = 256 };
  struct epoll_event events[MOST];
  if (capacity > MOST) capacity = MOST;
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int count = epoll_pwait2(epoll, events, capacity, nanoseconds < 0 ? 0 : &time, 0);
  if (count < 0 && errno == ENOSYS) {
    int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
    count = epoll_wait(epoll, events, capacity, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
  }
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    tokens[i] = events[i].data.u64;
    ready[i] = (events[i].events & EPOLLIN ? SLUICE_READ : 0) | (events[i].events & EPOLLOUT ? SLUICE_WRITE : 0) |
               (events[i].events & (EPOLLERR | EPOLLHUP) ? SLUICE_ERROR : 0);
  }
  return count;
}
#endif
