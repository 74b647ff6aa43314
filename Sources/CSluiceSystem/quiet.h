#ifndef SLUICE_QUIET_H
#define SLUICE_QUIET_H

#include <signal.h>

// For calls that write to what may be gone, and know no flag against the signal that comes then: it is held back on this
// thread while they last, and taken off where they caused it.
struct quiet {
  sigset_t before;
  int was_pending;
};

void sluice_quiet_begin(struct quiet *quiet);
/// `broke` says that a call failed with EPIPE.
void sluice_quiet_end(const struct quiet *quiet, int broke);

#endif
