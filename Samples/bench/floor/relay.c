// The floor under `bench relay`: the same work by a plain loop of read and write, or of splice, with 256 KiB a direction.
//
//   relay PORT [--splice]    listens on 127.0.0.1 and prints its port; each connection is joined with one to PORT
//
// At SIGTERM it prints its processor seconds since then, and the bytes that passed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 256 * 1024 };

// One direction of a connection: from this end to the other.
struct end {
  int fd;
  struct end *other;
  int pipe[2];
  char *bytes;
  size_t start, held;
  int has_ended;
  uint32_t wanted;
};

static int epoll, is_splicing;
static uint64_t passed;
static volatile sig_atomic_t is_stopped;

static void stop(int signal) {
  (void)signal;
  is_stopped = 1;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void watch(struct end *end) {
  // Reading goes on while nothing waits for the other end; writing is asked for while something waits for this one.
  uint32_t wanted = (end->held == 0 && !end->has_ended ? EPOLLIN : 0u) | (end->other->held > 0 ? EPOLLOUT : 0u);
  if (wanted == end->wanted) return;
  struct epoll_event event = {.events = wanted, .data.ptr = end};
  if (epoll_ctl(epoll, end->wanted ? wanted ? EPOLL_CTL_MOD : EPOLL_CTL_DEL : EPOLL_CTL_ADD, end->fd, &event)) die("epoll_ctl");
  end->wanted = wanted;
}

static ssize_t take(struct end *end) {
  if (is_splicing) return splice(end->fd, 0, end->pipe[1], 0, ROOM, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  end->start = 0;
  return read(end->fd, end->bytes, ROOM);
}

static ssize_t give(struct end *end) {
  if (is_splicing) return splice(end->pipe[0], 0, end->other->fd, 0, end->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  return send(end->other->fd, end->bytes + end->start, end->held, MSG_NOSIGNAL);
}

static void flush(struct end *end) {
  while (end->held > 0) {
    ssize_t sent = give(end);
    if (sent <= 0) return;
    end->start += (size_t)sent;
    end->held -= (size_t)sent;
    passed += (uint64_t)sent;
  }
}

static void move(struct end *end) {
  if (end->held == 0 && !end->has_ended) {
    ssize_t got = take(end);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
      end->has_ended = 1;
      shutdown(end->other->fd, SHUT_WR);
    }
    if (got > 0) end->held = (size_t)got;
  }
  flush(end);
  watch(end);
  watch(end->other);
}

static struct end *make(int fd) {
  struct end *end = calloc(1, sizeof *end);
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  end->fd = fd;
  if (is_splicing) {
    if (pipe2(end->pipe, O_NONBLOCK | O_CLOEXEC)) die("pipe2");
    fcntl(end->pipe[1], F_SETPIPE_SZ, ROOM);
  } else {
    end->bytes = malloc(ROOM);
  }
  return end;
}

static void join(int accepted, int port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int made = socket(AF_INET, SOCK_STREAM, 0);
  if (made < 0 || connect(made, (void *)&at, sizeof at)) die("connect");
  fcntl(made, F_SETFL, O_NONBLOCK);
  struct end *left = make(accepted), *right = make(made);
  left->other = right;
  right->other = left;
  watch(left);
  watch(right);
}

static double processor(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
  if (count < 2) return fprintf(stderr, "usage: relay PORT [--splice]\n"), 64;
  is_splicing = count > 2 && !strcmp(arguments[2], "--splice");
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, stop);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  if (bind(listener, (void *)&at, length) || listen(listener, 1024)) die("listen");
  getsockname(listener, (void *)&at, &length);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = 0};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  printf("%d\n", ntohs(at.sin_port));
  fflush(stdout);
  double start = processor();
  struct epoll_event events[1024];
  while (!is_stopped) {
    int ready = epoll_wait(epoll, events, 1024, -1);
    for (int i = 0; i < ready; i++) {
      struct end *end = events[i].data.ptr;
      if (!end) {
        int accepted;
        while ((accepted = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) join(accepted, atoi(arguments[1]));
        continue;
      }
      if (events[i].events & EPOLLOUT) move(end->other);
      if (events[i].events & ~(uint32_t)EPOLLOUT) move(end);
    }
  }
  printf("{\"impl\":\"floor\",\"workload\":\"relay\",\"cpu_s\":%f,\"bytes\":%llu}\n", processor() - start, (unsigned long long)passed);
}
