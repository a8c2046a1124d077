#ifndef FOOTPRINT_ALLOCATIONS_H
#define FOOTPRINT_ALLOCATIONS_H

#include <stdint.h>

/// Calls of malloc, calloc, realloc and their aligned kin by any thread of this process, since it began.
uint64_t footprint_allocations(void);

#endif
