#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif

int sluice_reopen(int descriptor, int writing) {
#if defined(__linux__)
  // What the master of a pseudoterminal names is opened as another pair.
  unsigned int number;
  if (ioctl(descriptor, TIOCGPTN, &number) == 0) return -ENOTSUP;
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int opened = open(path, (writing ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return opened < 0 ? -errno : opened;
#else
  (void)descriptor;
  (void)writing;
  return -ENOTSUP;
#endif
}

int sluice_pipe(int ends[2]) {
#if defined(__linux__)
  if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
#else
  if (pipe(ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) sluice_prepare(ends[i]);
#endif
  for (int i = 0; i < 2; i++) ends[i] = sluice_above_standard(ends[i]);
  return 0;
}

int sluice_above_standard(int descriptor) {
  if (descriptor > 2) return descriptor;
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  // Where there are no more, a low one is better than none.
  if (moved < 0) return descriptor;
  close(descriptor);
  return moved;
}

int sluice_give_back(int descriptor) {
  if (descriptor < 0) return -EBADF;
  if (descriptor > 2) return close(descriptor) < 0 ? -errno : 0;
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return close(descriptor) < 0 ? -errno : 0;
  if (nothing == descriptor) return 0;
  int result = dup2(nothing, descriptor) < 0 ? -errno : 0;
  close(nothing);
  return result;
}

int64_t sluice_waiting(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) < 0 ? 0 : count;
}

int64_t sluice_send_now(int descriptor, const struct iovec *pieces, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
  ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? -errno : sent;
}

int64_t sluice_receive_now(int descriptor, const struct iovec *pieces, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
  ssize_t got = recvmsg(descriptor, &message, MSG_DONTWAIT);
  return got < 0 ? -errno : got;
}
