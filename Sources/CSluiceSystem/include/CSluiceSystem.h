#ifndef SLUICE_SYSTEM_H
#define SLUICE_SYSTEM_H

#include <stdint.h>

// System calls that Swift's own C module does not show. Each returns a negative errno where it fails.

/// Makes what wakes a sleeping thread: `ends[0]` becomes readable when `sluice_wake(ends[1])` is called. Where the system has
/// eventfd, both are one descriptor. Neither blocks, both close on exec.
int sluice_wake_open(int ends[2]);
/// Makes the other end readable. Any thread may call it; calls that nobody heard yet fall together.
void sluice_wake(int end);
/// Makes `end` unreadable again.
void sluice_wake_clear(int end);
/// Closes both ends; those below zero are none.
void sluice_wake_close(const int ends[2]);

/// Sleeps until `descriptor` (none, where negative) is readable, or `nanoseconds` have passed (for ever, where negative).
/// Returns 1 where the descriptor is readable; 0 after the time, and early where a signal came.
int sluice_wait(int descriptor, int64_t nanoseconds);

/// Starts a thread that calls `body(context)` once and ends. Its name is cut to what the system takes.
int sluice_thread_start(const char *name, void (*body)(void *), void *context, uintptr_t *thread);
/// Waits for the end of a thread. Call this or `sluice_thread_detach`, once.
int sluice_thread_join(uintptr_t thread);
/// Has a thread give its resources back by itself when it ends.
int sluice_thread_detach(uintptr_t thread);

/// A pointer of this thread's own; null at first.
void *sluice_thread_context(void);
void sluice_thread_set_context(void *context);

#endif
