#define _GNU_SOURCE
#include "CSluiceSystem.h"
#include "quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#endif

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif

int sluice_prepare(int descriptor) {
#if defined(SO_NOSIGPIPE)
  int one = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
#endif
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

#if !defined(__linux__)
// What the system cannot do along with making a descriptor.
static int prepared(int descriptor) {
  if (descriptor < 0) return -errno;
  int result = sluice_prepare(descriptor);
  if (result == 0) return sluice_above_standard(descriptor);
  close(descriptor);
  return result;
}
#endif

int sluice_accept(int listener, void *peer, unsigned *length) {
#if defined(__linux__)
  int descriptor = accept4(listener, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return descriptor < 0 ? -errno : sluice_above_standard(descriptor);
#else
  return prepared(accept(listener, peer, length));
#endif
}

int sluice_socket(int family) {
#if defined(__linux__)
  int descriptor = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return descriptor < 0 ? -errno : sluice_above_standard(descriptor);
#else
  return prepared(socket(family, SOCK_STREAM, 0));
#endif
}

int sluice_socket_pair(int ends[2]) {
#if defined(__linux__)
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0) return -errno;
#else
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) sluice_prepare(ends[i]);
#endif
  for (int i = 0; i < 2; i++) ends[i] = sluice_above_standard(ends[i]);
  return 0;
}

int64_t sluice_send(int descriptor, const void *bytes, int64_t count) {
  ssize_t sent = send(descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

int64_t sluice_send_pieces(int descriptor, const struct iovec *pieces, int count) {
  struct msghdr message = {.msg_iov = (struct iovec *)pieces, .msg_iovlen = (size_t)count};
  ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
  return sent < 0 ? -errno : sent;
}

int64_t sluice_write_pieces(int descriptor, const struct iovec *pieces, int count) {
  struct quiet quiet;
  sluice_quiet_begin(&quiet);
  ssize_t sent = writev(descriptor, pieces, count);
  int code = errno;
  sluice_quiet_end(&quiet, sent < 0 && code == EPIPE);
  return sent < 0 ? -code : sent;
}

int64_t sluice_receive(int descriptor, void *bytes, int64_t count) {
  ssize_t got = recv(descriptor, bytes, (size_t)count, 0);
  return got < 0 ? -errno : got;
}

int64_t sluice_receive_pieces(int descriptor, const struct iovec *pieces, int count) {
  ssize_t got = readv(descriptor, pieces, count);
  return got < 0 ? -errno : got;
}

int64_t sluice_unsent(int descriptor) {
#if defined(__linux__)
  int domain = 0, count = 0;
  socklen_t length = sizeof domain;
  // What a local socket took is in the other end's hands already.
  if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0 || domain == AF_UNIX) return 0;
  if (ioctl(descriptor, SIOCOUTQ, &count) < 0 || count == 0) return 0;
  // A connection that broke goes on telling what it had then.
  struct tcp_info information;
  length = sizeof information;
  int isOver = getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &information, &length) == 0 && information.tcpi_state == TCP_CLOSE;
  return isOver ? 0 : count;
#elif defined(SO_NWRITE)
  int count = 0;
  socklen_t length = sizeof count;
  return getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &count, &length) < 0 ? 0 : count;
#else
  (void)descriptor;
  return 0;
#endif
}

int sluice_poll(struct sluice_interest *interests, int count, int64_t nanoseconds) {
  struct pollfd *entries = calloc((size_t)count + 1, sizeof *entries);
  if (!entries) return -ENOMEM;
  for (int i = 0; i < count; i++) {
    entries[i].fd = interests[i].descriptor;
    entries[i].events = (short)((interests[i].wanted & SLUICE_READ ? POLLIN : 0) | (interests[i].wanted & SLUICE_WRITE ? POLLOUT : 0));
  }
#if defined(__linux__)
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int result = ppoll(entries, (nfds_t)count, nanoseconds < 0 ? 0 : &time, 0);
#else
  int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
  int result = poll(entries, (nfds_t)count, milliseconds > 1000000000 ? 1000000000 : (int)milliseconds);
#endif
  if (result < 0) result = errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    short got = result > 0 ? entries[i].revents : 0;
    interests[i].ready = (got & POLLIN ? SLUICE_READ : 0) | (got & POLLOUT ? SLUICE_WRITE : 0) |
                         (got & (POLLERR | POLLHUP | POLLNVAL) ? SLUICE_ERROR : 0);
  }
  free(entries);
  return result;
}
