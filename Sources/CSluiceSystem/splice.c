#define _GNU_SOURCE
#include "CSluiceSystem.h"
#include "quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#if defined(__linux__)
int sluice_pipe_open(int ends[2], int64_t size) {
  int result = sluice_pipe(ends);
  if (result < 0) return result;
  // Where the user has too many large pipes, the system's own size does.
  fcntl(ends[1], F_SETPIPE_SZ, (int)size);
  int got = fcntl(ends[1], F_GETPIPE_SZ);
  return got > 0 ? got : 65536;
}

static int64_t move(int from, int to, int64_t count) {
  ssize_t moved;
  do moved = splice(from, 0, to, 0, (size_t)count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  while (moved < 0 && errno == EINTR);
  if (moved >= 0) return moved;
  // The system does not have it, or does not let this process use it.
  return errno == ENOSYS || errno == EPERM ? -EINVAL : -errno;
}

// Empties the pipe into the target. False where that took not all.
static int give(struct sluice_splice *lane) {
  while (lane->held > 0) {
    int64_t given = move(lane->pipe[0], lane->target, lane->held);
    if (given <= 0) {
      if (given != -EAGAIN) lane->target_error = given < 0 ? (int)-given : EPIPE;
      return 0;
    }
    lane->held -= given;
    // What was not taken whole has filled the kernel's buffer.
    if (lane->held > 0) return 0;
  }
  return 1;
}

void sluice_splice(struct sluice_splice *lane, int64_t size, int64_t enough, int64_t budget) {
  struct quiet quiet;
  sluice_quiet_begin(&quiet);
  lane->taken = lane->has_ended = lane->source_error = lane->target_error = 0;
  while (give(lane) && budget > lane->taken) {
    int64_t got = move(lane->source, lane->pipe[1], size);
    if (got == 0) lane->has_ended = 1;
    if (got < 0 && got != -EAGAIN) lane->source_error = (int)-got;
    if (got <= 0) break;
    lane->held += got;
    lane->taken += got;
    // A short one has emptied the source, as far as one can know without asking.
    if (got < enough) {
      give(lane);
      break;
    }
  }
  sluice_quiet_end(&quiet, lane->target_error == EPIPE);
}
#else
int sluice_pipe_open(int ends[2], int64_t size) {
  (void)ends;
  (void)size;
  return -ENOSYS;
}

void sluice_splice(struct sluice_splice *lane, int64_t size, int64_t enough, int64_t budget) {
  (void)size;
  (void)enough;
  (void)budget;
  lane->taken = lane->has_ended = lane->target_error = 0;
  lane->source_error = EINVAL;
}
#endif
