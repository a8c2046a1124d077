#define _GNU_SOURCE
#include "CFootprint.h"

#include <pthread.h>
#include <sys/resource.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>

void footprint_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

// setpriority with a thread's id acts on that thread alone, and threads it starts later inherit it.
void footprint_nice_thread(int nice) { setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice); }
#else
void footprint_name_thread(const char *name) { pthread_setname_np(name); }

void footprint_nice_thread(int nice) { (void)nice; }
#endif
