#define _GNU_SOURCE
#include "CSluiceSystem.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct start {
  void (*body)(void *);
  void *context;
  char name[16];
};

static void *enter(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  // The system cuts nothing itself: a longer name is refused.
#if defined(__APPLE__)
  pthread_setname_np(start.name);
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), start.name);
#endif
  start.body(start.context);
  return 0;
}

int sluice_thread_start(const char *name, void (*body)(void *), void *context, uintptr_t *thread) {
  struct start *start = calloc(1, sizeof *start);
  if (!start) return -ENOMEM;
  start->body = body;
  start->context = context;
  strncpy(start->name, name, sizeof start->name - 1);
  pthread_attr_t attributes;
  pthread_t made;
  int result = pthread_attr_init(&attributes);
  if (!result) {
    // As large as the main thread's usually is, where the system's own choice is a small fraction of that.
    pthread_attr_setstacksize(&attributes, 8 * 1024 * 1024);
    result = pthread_create(&made, &attributes, enter, start);
    pthread_attr_destroy(&attributes);
  }
  if (result) {
    free(start);
    return -result;
  }
  *thread = (uintptr_t)made;
  return 0;
}

int sluice_thread_join(uintptr_t thread) { return -pthread_join((pthread_t)thread, 0); }

int sluice_thread_detach(uintptr_t thread) { return -pthread_detach((pthread_t)thread); }

int sluice_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

static _Thread_local void *context_of_thread;

void *sluice_thread_context(void) { return context_of_thread; }

void sluice_thread_set_context(void *context) { context_of_thread = context; }
