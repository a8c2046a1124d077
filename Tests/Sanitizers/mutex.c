// Tells Thread Sanitizer about the slow paths of Swift's Synchronization.Mutex. The quick ones are inlined and seen; a
// lock that is waited for goes through the library, which the sanitizer was not built into, and what the lock orders
// looks like a race. Preloaded by scripts/sanitize; in a program without the sanitizer it does nothing but pass on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

static void *next(void **found, const char *name) {
    if (!*found) *found = dlsym(RTLD_NEXT, name);
    return *found;
}

SWIFT void lock_slow(uint32_t thread, SELF) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void lock_slow(uint32_t thread, SELF) {
    static void *found;
    typedef SWIFT void (*function)(uint32_t, SELF);
    ((function)next(&found, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"))(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_lock_slow(SELF) __asm__("$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF");
SWIFT bool try_lock_slow(SELF) {
    static void *found;
    typedef SWIFT bool (*function)(SELF);
    bool locked = ((function)next(&found, "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"))(self);
    if (locked && __tsan_acquire) __tsan_acquire(self);
    return locked;
}

SWIFT void unlock_slow(SELF) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT void unlock_slow(SELF) {
    static void *found;
    typedef SWIFT void (*function)(SELF);
    if (__tsan_release) __tsan_release(self);
    ((function)next(&found, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"))(self);
}
