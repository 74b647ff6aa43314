#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

// A self-pipe for each one who waits for a signal: the handler does nothing but write a byte, which it may.
enum { MOST_SIGNALS = 65, MOST_WAITERS = 16 };

static _Atomic int write_ends[MOST_SIGNALS][MOST_WAITERS];  // a descriptor plus one; 0 is a free place
static int read_ends[MOST_SIGNALS][MOST_WAITERS];
static struct sigaction before[MOST_SIGNALS];
static int waiters[MOST_SIGNALS];
/// How many threads are in the handler.
static _Atomic int inside;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// Threads that a runtime made may take no signals at all, and those that they make neither, so that a program may have no
// thread that one could come to. The loop's own takes those that it waits for.
static _Thread_local unsigned char unblocked[MOST_SIGNALS];
static _Thread_local unsigned char was_blocked[MOST_SIGNALS];

static void let_through(int signal) {
  if (unblocked[signal]++ > 0) return;
  sigset_t one, old;
  sigemptyset(&one);
  sigaddset(&one, signal);
  was_blocked[signal] = pthread_sigmask(SIG_UNBLOCK, &one, &old) == 0 && sigismember(&old, signal) == 1;
}

static void hold_back(int signal) {
  if (unblocked[signal] == 0 || --unblocked[signal] > 0 || !was_blocked[signal]) return;
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  pthread_sigmask(SIG_BLOCK, &one, 0);
}

static void caught(int signal) {
  int kept = errno;
  atomic_fetch_add(&inside, 1);
  for (int i = 0; i < MOST_WAITERS; i++) {
    int end = atomic_load(&write_ends[signal][i]);
    if (end > 0) {
      char byte = 1;
      ssize_t ignored = write(end - 1, &byte, 1);
      (void)ignored;
    }
  }
  atomic_fetch_sub(&inside, 1);
  errno = kept;
}

int sluice_signal_open(int signal) {
  if (signal <= 0 || signal >= MOST_SIGNALS) return -EINVAL;
  int ends[2];
  int result = sluice_pipe(ends);
  if (result < 0) return result;
  pthread_mutex_lock(&lock);
  int place = 0;
  while (place < MOST_WAITERS && atomic_load(&write_ends[signal][place]) != 0) place++;
  if (place == MOST_WAITERS) {
    result = -EMFILE;
  } else if (waiters[signal] == 0) {
    struct sigaction action = {.sa_handler = caught, .sa_flags = SA_RESTART};
    if (sigaction(signal, &action, &before[signal]) < 0) result = -errno;
  }
  if (result == 0) {
    waiters[signal]++;
    read_ends[signal][place] = ends[0];
    atomic_store(&write_ends[signal][place], ends[1] + 1);
  }
  pthread_mutex_unlock(&lock);
  if (result == 0) {
    let_through(signal);
    return ends[0];
  }
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
    hold_back(signal);
    if (--waiters[signal] == 0) sigaction(signal, &before[signal], 0);
    atomic_store(&write_ends[signal][i], 0);
    // A handler on another thread may hold the number still, and would write to whatever gets it next.
    while (atomic_load(&inside) > 0) sched_yield();
    close(end - 1);
    close(descriptor);
    break;
  }
  pthread_mutex_unlock(&lock);
}
