#include "CFootprint.h"

#include <pthread.h>
#include <string.h>

static uint32_t table[256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
        table[byte] = crc;
    }
}

uint32_t footprint_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
    pthread_once(&table_once, make_table);
    const uint8_t *byte = bytes;
    crc = ~crc;
    while (count--) crc = crc >> 8 ^ table[(crc ^ *byte++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static uint32_t crc32c_sse42(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *byte = bytes;
    uint64_t wide = (uint32_t)~crc;
    for (; count >= 8; count -= 8, byte += 8) {
        uint64_t word;
        memcpy(&word, byte, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    uint32_t narrow = (uint32_t)wide;
    while (count--) narrow = _mm_crc32_u8(narrow, *byte++);
    return ~narrow;
}

uint32_t footprint_crc32c(uint32_t crc, const void *bytes, size_t count) {
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(crc, bytes, count);
    return footprint_crc32c_portable(crc, bytes, count);
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

uint32_t footprint_crc32c(uint32_t crc, const void *bytes, size_t count) {
    const uint8_t *byte = bytes;
    crc = ~crc;
    for (; count >= 8; count -= 8, byte += 8) {
        uint64_t word;
        memcpy(&word, byte, 8);
        crc = __crc32cd(crc, word);
    }
    while (count--) crc = __crc32cb(crc, *byte++);
    return ~crc;
}
#else
uint32_t footprint_crc32c(uint32_t crc, const void *bytes, size_t count) {
    return footprint_crc32c_portable(crc, bytes, count);
}
#endif
