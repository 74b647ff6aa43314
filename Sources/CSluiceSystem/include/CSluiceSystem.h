#ifndef SLUICE_SYSTEM_H
#define SLUICE_SYSTEM_H

#include <stdint.h>
#include <sys/uio.h>

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

// What a descriptor is ready for, or what is wanted of it.
enum { SLUICE_READ = 1, SLUICE_WRITE = 2, SLUICE_ERROR = 4 };

/// A descriptor that is ready, by the token it was given, and for what.
struct sluice_ready {
  uint64_t token;
  int what;
};

#if defined(__linux__)
/// Makes an epoll set.
int sluice_epoll_create(void);
/// Adds a descriptor, changes what is wanted of it, or removes it, as `was` and `wanted` say.
int sluice_epoll_set(int epoll, int descriptor, int was, int wanted, uint64_t token);
/// How many descriptors one wait tells of at most.
enum sluice_limits { SLUICE_MOST_READY = 1024 };
/// Sleeps as sluice_wait does; gives the number of descriptors that are ready, and which they are.
int sluice_epoll_wait(int epoll, struct sluice_ready *ready, int64_t nanoseconds);
#endif

/// A descriptor and what is wanted of it, for sluice_poll.
struct sluice_interest {
  int descriptor;
  int wanted;
  int ready;
};
/// Sleeps as sluice_wait does, with poll(2); fills in `ready`, and gives the number of descriptors that are.
int sluice_poll(struct sluice_interest *interests, int count, int64_t nanoseconds);

/// Accepts a connection that neither blocks nor outlives an exec; fills in who connected (a `struct sockaddr`), where that is
/// asked for.
int sluice_accept(int listener, void *peer, unsigned *length);
/// Makes a stream socket of the kind that `family` says, that neither blocks nor outlives an exec.
int sluice_socket(int family);
/// Makes two sockets that are joined, as sluice_socket makes one.
int sluice_socket_pair(int ends[2]);
/// Makes a pipe that neither blocks nor outlives an exec; `ends[0]` is read.
int sluice_pipe(int ends[2]);
/// Moves a descriptor that has the number of a standard stream, since that was closed, to a higher one, so that what a program
/// writes there goes into no connection, and wakes nobody. Gives its number.
int sluice_above_standard(int descriptor);
/// Makes a descriptor not block, and close on exec; writing to it raises no signal, where the system has that for sockets.
int sluice_prepare(int descriptor);
/// Sends through a socket, without a signal where the other end is gone.
int64_t sluice_send(int descriptor, const void *bytes, int64_t count);
/// The same for several pieces in one call.
int64_t sluice_send_pieces(int descriptor, const struct iovec *pieces, int count);
/// The same for what is not a socket.
int64_t sluice_write_pieces(int descriptor, const struct iovec *pieces, int count);
/// Reads what a socket has, up to `count` bytes.
int64_t sluice_receive(int descriptor, void *bytes, int64_t count);
/// The same into several pieces in one call, and for what is not a socket.
int64_t sluice_receive_pieces(int descriptor, const struct iovec *pieces, int count);

/// Sends or reads with a socket, and does not block whatever is set on it.
int64_t sluice_send_now(int descriptor, const struct iovec *pieces, int count);
int64_t sluice_receive_now(int descriptor, const struct iovec *pieces, int count);
/// Opens what a descriptor of a pipe or a terminal stands for once more, for one direction: the new descriptor does not block,
/// and nobody else has it.
int sluice_reopen(int descriptor, int writing);
/// Closes a descriptor. The first three are pointed at /dev/null instead, so that nothing that is opened later takes their
/// numbers.
int sluice_give_back(int descriptor);

/// Opens a file for reading.
int sluice_file_open(const char *path);
/// The size of a file; -EISDIR for a directory, -ESPIPE for what else has none.
int64_t sluice_file_size(int descriptor);
/// Reads from a place in a file, whatever the descriptor's own place is.
int64_t sluice_file_read(int descriptor, void *bytes, int64_t count, int64_t offset);
/// Sends from a place in a file to a socket or pipe without a copy, and without a signal where the other end is gone.
int64_t sluice_file_send(int file, int64_t offset, int64_t count, int target);

/// Bytes that wait to be read; 0 where that cannot be told.
int64_t sluice_waiting(int descriptor);
/// Bytes that a socket took, and the other end's system has not acknowledged; 0 where the connection broke.
int64_t sluice_unsent(int descriptor);

/// Makes a pipe that neither blocks nor outlives an exec, with room for `size` bytes where the system allows it.
/// Gives its room. Only Linux has what follows.
int sluice_pipe_open(int ends[2], int64_t size);

/// Two descriptors, and the pipe through which bytes go from one to the other inside the kernel.
struct sluice_splice {
  int source;
  int target;
  int pipe[2];
  /// Bytes in the pipe.
  int64_t held;
  /// Bytes that the last call took from the source.
  int64_t taken;
  /// Whether the source has ended.
  int has_ended;
  /// What failed, with 0 for nothing; EINVAL where the descriptors cannot be spliced.
  int source_error;
  int target_error;
};
/// Moves what is there, `size` bytes at a time, until the source is dry or has given `budget`, or the target takes no more:
/// then bytes are still held. The source counts as dry when it gives less than `enough`.
void sluice_splice(struct sluice_splice *lane, int64_t size, int64_t enough, int64_t budget);

/// Has `signal` make a descriptor readable, instead of what it does by itself; gives the descriptor. This thread takes the
/// signal from now on, if it did not.
int sluice_signal_open(int signal);
/// Ends that; the signal does again what it did before the first was opened, when the last is closed.
void sluice_signal_close(int signal, int descriptor);

/// Starts a thread that calls `body(context)` once and ends. Its name is cut to what the system takes.
int sluice_thread_start(const char *name, void (*body)(void *), void *context, uintptr_t *thread);
/// Waits for the end of a thread. Call this or `sluice_thread_detach`, once.
int sluice_thread_join(uintptr_t thread);
/// Has a thread give its resources back by itself when it ends.
int sluice_thread_detach(uintptr_t thread);

/// Gives memory that the allocator holds for later back to the system, where it can.
void sluice_trim_memory(void);
/// How many processors this process may use; less than 1 where that cannot be told.
int sluice_processors(void);

/// A pointer of this thread's own; null at first.
void *sluice_thread_context(void);
void sluice_thread_set_context(void *context);

#endif
