#define _GNU_SOURCE
#include "CADBC.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

typedef AdbcStatusCode (*DriverInit)(int version, void *driver, struct AdbcError *error);

// 3.11 first: Debian 12's, the one this is tested with. The engine uses Python's stable ABI, so that any will do.
static const char *const python_libraries[] = {
#if defined(__APPLE__)
    "libpython3.11.dylib", "libpython3.12.dylib", "libpython3.13.dylib", "libpython3.10.dylib", "libpython3.9.dylib",
#else
    "libpython3.11.so.1.0", "libpython3.12.so.1.0", "libpython3.13.so.1.0", "libpython3.10.so.1.0",
    "libpython3.9.so.1.0",
#endif
};

static int open_python(void) {
    for (size_t i = 0; i < sizeof(python_libraries) / sizeof(python_libraries[0]); i++) {
        if (dlopen(python_libraries[i], RTLD_NOW | RTLD_GLOBAL)) return 0;
    }
    return -1;
}

// Where the engine's library lies, to tell its signal handlers from others.
static void *engine_base;

int cadbc_load(const char *engine_path, struct AdbcDriver *driver, char *error, size_t error_size) {
    memset(driver, 0, sizeof(*driver));
    if (open_python() != 0) {
        snprintf(error, error_size, "it needs one of libpython3.9 to libpython3.13, and none is installed");
        return -1;
    }
    // The engine needs the wheel's second library and looks for it in ../chdb_core.libs, seen from its own folder: a
    // link to the engine is followed first, so that the folder it really lies in counts. (Opening that library by
    // ourselves would not do: it then binds the wrong operator new, and the engine frees what it did not allocate.)
    char resolved[PATH_MAX];
    if (!realpath(engine_path, resolved)) {
        snprintf(error, error_size, "%s: %s", engine_path, strerror(errno));
        return -1;
    }
    // DEEPBIND: the engine brings its own allocator, C++ runtime and SSL, and must find them before the host's.
    // Its initialisers block SIGPIPE in this thread, which is none of their business.
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    void *library = dlopen(resolved, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(error, error_size, "%s", reason ? reason : "the library does not open");
        return -1;
    }
    DriverInit init = (DriverInit)dlsym(library, "AdbcDriverInit");
    if (!init) {
        snprintf(error, error_size, "the library has no AdbcDriverInit");
        return -1;
    }
    Dl_info place;
    if (dladdr((void *)(uintptr_t)init, &place)) engine_base = place.dli_fbase;
    struct AdbcError adbc_error;
    memset(&adbc_error, 0, sizeof(adbc_error));
    if (init(ADBC_VERSION_1_1_0, driver, &adbc_error) != 0) {
        snprintf(error, error_size, "%s", adbc_error.message ? adbc_error.message : "AdbcDriverInit failed");
        if (adbc_error.release) adbc_error.release(&adbc_error);
        return -1;
    }
    return 0;
}

// What the engine handles itself. (It also has a real-time signal for its own threads, which stays.)
static const int handled_signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGTSTP, SIGSYS};
enum { handled_count = sizeof(handled_signals) / sizeof(handled_signals[0]) };

static pthread_mutex_t signals_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction host_actions[handled_count];

static int is_engines(const struct sigaction *action) {
    Dl_info handler;
    return engine_base && action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN
        && dladdr((void *)(uintptr_t)action->sa_handler, &handler) && handler.dli_fbase == engine_base;
}

void cadbc_signals_keep(void) {
    pthread_mutex_lock(&signals_mutex);
    for (int index = 0; index < handled_count; index++) {
        struct sigaction now;
        if (sigaction(handled_signals[index], NULL, &now) != 0) continue;
        if (is_engines(&now))
            sigaction(handled_signals[index], &host_actions[index], NULL);
        else
            host_actions[index] = now;
    }
    pthread_mutex_unlock(&signals_mutex);
}

int cadbc_thread_nice(int nice) {
#if defined(__linux__)
    return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice) == 0 ? 0 : errno;
#else
    (void)nice;
    return ENOTSUP;
#endif
}

int cadbc_is_locked(const char *path) {
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return 0;
    int locked = flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(file);  // and with it our lock, where we got it
    return locked;
}

void cadbc_sleep_milliseconds(unsigned milliseconds) {
    struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
}
