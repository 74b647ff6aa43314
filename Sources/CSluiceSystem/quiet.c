#define _GNU_SOURCE
#include "quiet.h"

#include <time.h>

void sluice_quiet_begin(struct quiet *quiet) {
  sigset_t broken, pending;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken, &quiet->before);
  // One that waits already is somebody else's, and stays.
  quiet->was_pending =
      sigismember(&quiet->before, SIGPIPE) == 1 && sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void sluice_quiet_end(const struct quiet *quiet, int broke) {
  if (broke && !quiet->was_pending) {
    sigset_t broken;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
#if defined(__APPLE__)
    int signal;
    sigwait(&broken, &signal);
#else
    struct timespec none = {0, 0};
    sigtimedwait(&broken, 0, &none);
#endif
  }
  pthread_sigmask(SIG_SETMASK, &quiet->before, 0);
}
