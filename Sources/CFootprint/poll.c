#define _GNU_SOURCE
#include "CFootprint.h"

#include <errno.h>

#ifdef __linux__

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(FOOTPRINT_READABLE == EPOLLIN && FOOTPRINT_WRITABLE == EPOLLOUT, "the kernel's own bits");

int footprint_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int poll, int operation, int descriptor, uint32_t interest, uint64_t key) {
    struct epoll_event event = {.events = interest, .data.u64 = key};
    return epoll_ctl(poll, operation, descriptor, &event);
}

int footprint_poll_add(int poll, int descriptor, uint32_t interest, uint64_t key) {
    return control(poll, EPOLL_CTL_ADD, descriptor, interest, key);
}

int footprint_poll_change(int poll, int descriptor, uint32_t interest, uint64_t key) {
    return control(poll, EPOLL_CTL_MOD, descriptor, interest, key);
}

int footprint_poll_wait(int poll, footprint_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[512];
    int count = epoll_wait(poll, ready, capacity < 512 ? capacity : 512, milliseconds);
    for (int index = 0; index < count; index++) {
        uint32_t bits = ready[index].events;
        events[index].key = ready[index].data.u64;
        events[index].ready = (bits & EPOLLOUT) | (bits & ~(uint32_t)EPOLLOUT ? FOOTPRINT_READABLE : 0);
    }
    return count;
}

int footprint_wake_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void footprint_wake(int wake) {
    uint64_t one = 1;
    // It fails only where the count is full, and then it is awake.
    ssize_t written = write(wake, &one, sizeof one);
    (void)written;
}

void footprint_wake_clear(int wake) {
    uint64_t count;
    ssize_t got = read(wake, &count, sizeof count);
    (void)got;
}

int footprint_accept(int listener) {
    int descriptor = accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int on = 1;
    if (descriptor >= 0) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

#else

int footprint_poll_create(void) { errno = ENOSYS; return -1; }
int footprint_poll_add(int poll, int descriptor, uint32_t interest, uint64_t key) {
    (void)poll, (void)descriptor, (void)interest, (void)key;
    errno = ENOSYS;
    return -1;
}
int footprint_poll_change(int poll, int descriptor, uint32_t interest, uint64_t key) {
    return footprint_poll_add(poll, descriptor, interest, key);
}
int footprint_poll_wait(int poll, footprint_event *events, int capacity, int milliseconds) {
    (void)poll, (void)events, (void)capacity, (void)milliseconds;
    errno = ENOSYS;
    return -1;
}
int footprint_wake_create(void) { errno = ENOSYS; return -1; }
void footprint_wake(int wake) { (void)wake; }
void footprint_wake_clear(int wake) { (void)wake; }
int footprint_accept(int listener) { (void)listener; errno = ENOSYS; return -1; }

#endif
