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

#endif
