#ifndef SLUICE_SYSTEM_H
#define SLUICE_SYSTEM_H

#include <stdint.h>

// System calls that Swift's own C module does not show. Each returns a negative errno where it fails.

/// Makes a pair of descriptors: what is written to ends[1] makes ends[0] readable. Neither blocks, both close on exec.
int sluice_wake_pair(int ends[2]);
/// Sleeps until `descriptor` (none, where negative) is readable, or `nanoseconds` have passed (for ever, where negative).
int sluice_wait(int descriptor, int64_t nanoseconds);

#endif
