#ifndef FOOTPRINT_SYSTEM_H
#define FOOTPRINT_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli, RFC 3720) of `count` bytes, continuing from `crc` (0 to begin).
/// Uses the processor's instruction where there is one, a table elsewhere; both give the same value.
uint32_t footprint_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The table's way, for a test that compares the two.
uint32_t footprint_crc32c_portable(uint32_t crc, const void *bytes, size_t count);

/// Names the calling thread, for `top -H` and debuggers; at most 15 bytes.
void footprint_name_thread(const char *name);

/// Gives the calling thread, and those it starts, a lower priority: `nice` from 0 to 19. On Linux a thread's own.
void footprint_nice_thread(int nice);

// Waiting for many sockets at once, and being woken. Here because Swift sees neither epoll nor accept4 everywhere, and
// so that no system header becomes part of this module. Linux; all fail with ENOSYS elsewhere. Failures are -1 and errno.

enum { FOOTPRINT_READABLE = 1, FOOTPRINT_WRITABLE = 4 };

/// What became possible for the descriptor that was given this key. Errors and hang-ups count as readable.
typedef struct {
    uint64_t key;
    uint32_t ready;
} footprint_event;

int footprint_poll_create(void);
/// Begins to watch a descriptor for `interest`, an OR of the two above; changes it.
int footprint_poll_add(int poll, int descriptor, uint32_t interest, uint64_t key);
int footprint_poll_change(int poll, int descriptor, uint32_t interest, uint64_t key);
/// Waits up to `milliseconds` (-1: for ever) for at most 512 events; returns how many came.
int footprint_poll_wait(int poll, footprint_event *events, int capacity, int milliseconds);

/// A descriptor that becomes readable when it is woken.
int footprint_wake_create(void);
void footprint_wake(int wake);
void footprint_wake_clear(int wake);

/// Accepts a connection whose descriptor does not block, is closed on exec and sends without delay.
int footprint_accept(int listener);

#endif
