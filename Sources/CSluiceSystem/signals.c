#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

// A self-pipe for each one who waits for a signal: the handler does nothing but write a byte, which it may.
enum { MOST_SIGNALS = 65, MOST_WAITERS = 16 };

static _Atomic int write_ends[MOST_SIGNALS][MOST_WAITERS];  // a descriptor plus one; 0 is a free place
static int read_ends[MOST_SIGNALS][MOST_WAITERS];
static struct sigaction before[MOST_SIGNALS];
static int waiters[MOST_SIGNALS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void caught(int signal) {
  int kept = errno;
  for (int i = 0; i < MOST_WAITERS; i++) {
    int end = atomic_load(&write_ends[signal][i]);
    if (end > 0) {
      char byte = 1;
      ssize_t ignored = write(end - 1, &byte, 1);
      (void)ignored;
    }
  }
  errno = kept;
}

int sluice_signal_open(int signal) {
  if (signal <= 0 || signal >= MOST_SIGNALS) return -EINVAL;
  int ends[2];
  int result = 0;
  if (pipe(ends) < 0) return -errno;
  for (int i = 0; i < 2; i++) {
    result = sluice_prepare(ends[i]);
    if (result < 0) {
      close(ends[0]);
      close(ends[1]);
      return result;
    }
  }
  pthread_mutex_lock(&lock);
  int place = 0;
  while (place < MOST_WAITERS && atomic_load(&write_ends[signal][place]) != 0) place++;
  if (place == MOST_WAITERS) {
    result = -EMFILE;
  } else if (waiters[signal] == 0) {
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
    if (sigaction(signal, &action, &before[signal]) < 0) result = -errno;
    // Who waits for a signal is to get it, also where the process was started with it blocked.
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, signal);
    if (result == 0) pthread_sigmask(SIG_UNBLOCK, &mask, 0);
  }
  if (result == 0) {
    waiters[signal]++;
    read_ends[signal][place] = ends[0];
    atomic_store(&write_ends[signal][place], ends[1] + 1);
  }
  pthread_mutex_unlock(&lock);
  if (result == 0) return ends[0];
  close(ends[0]);
  close(ends[1]);
  return result;
}

void sluice_signal_close(int signal, int descriptor) {
  if (signal <= 0 || signal >= MOST_SIGNALS) return;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MOST_WAITERS; i++) {
    int end = atomic_load(&write_ends[signal][i]);
    if (end == 0 || read_ends[signal][i] != descriptor) continue;
    if (--waiters[signal] == 0) sigaction(signal, &before[signal], 0);
    atomic_store(&write_ends[signal][i], 0);
    close(end - 1);
    close(descriptor);
    break;
  }
  pthread_mutex_unlock(&lock);
}
