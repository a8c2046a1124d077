// What the embedded engine is reached through: the standard ABI of Arrow Database Connectivity 1.1 (a superset of 1.0)
// and of the Arrow C data and stream interfaces, declared here as their specifications fix them, and a loader that
// opens the engine's library only when somebody asks for it.
//
// Specifications: https://arrow.apache.org/adbc/ and https://arrow.apache.org/docs/format/CDataInterface.html
#pragma once

#include <stddef.h>
#include <stdint.h>

// MARK: Arrow C data interface

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

// MARK: ADBC

typedef uint8_t AdbcStatusCode;

#define ADBC_VERSION_1_1_0 1001000

struct AdbcDriver;

struct AdbcError {
    char *message;
    int32_t vendor_code;
    char sqlstate[5];
    void (*release)(struct AdbcError *error);
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcErrorDetail {
    const char *key;
    const uint8_t *value;
    size_t value_length;
};

struct AdbcDatabase {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcConnection {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcStatement {
    void *private_data;
    struct AdbcDriver *private_driver;
};

/// The driver's table of functions. The order is the ABI; entries that Footprint never calls are kept as plain
/// pointers, since only their place matters.
struct AdbcDriver {
    void *private_data;
    void *private_manager;
    AdbcStatusCode (*release)(struct AdbcDriver *, struct AdbcError *);

    AdbcStatusCode (*DatabaseInit)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*DatabaseNew)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*DatabaseSetOption)(struct AdbcDatabase *, const char *, const char *, struct AdbcError *);
    AdbcStatusCode (*DatabaseRelease)(struct AdbcDatabase *, struct AdbcError *);

    void *ConnectionCommit;
    void *ConnectionGetInfo;
    void *ConnectionGetObjects;
    void *ConnectionGetTableSchema;
    void *ConnectionGetTableTypes;
    AdbcStatusCode (*ConnectionInit)(struct AdbcConnection *, struct AdbcDatabase *, struct AdbcError *);
    AdbcStatusCode (*ConnectionNew)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatusCode (*ConnectionSetOption)(struct AdbcConnection *, const char *, const char *, struct AdbcError *);
    void *ConnectionReadPartition;
    AdbcStatusCode (*ConnectionRelease)(struct AdbcConnection *, struct AdbcError *);
    void *ConnectionRollback;

    void *StatementBind;
    AdbcStatusCode (*StatementBindStream)(struct AdbcStatement *, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatusCode (*StatementExecuteQuery)(
        struct AdbcStatement *, struct ArrowArrayStream *, int64_t *, struct AdbcError *);
    void *StatementExecutePartitions;
    void *StatementGetParameterSchema;
    AdbcStatusCode (*StatementNew)(struct AdbcConnection *, struct AdbcStatement *, struct AdbcError *);
    void *StatementPrepare;
    AdbcStatusCode (*StatementRelease)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatusCode (*StatementSetOption)(struct AdbcStatement *, const char *, const char *, struct AdbcError *);
    AdbcStatusCode (*StatementSetSqlQuery)(struct AdbcStatement *, const char *, struct AdbcError *);
    void *StatementSetSubstraitPlan;

    // Since 1.1.
    void *ErrorGetDetailCount;
    void *ErrorGetDetail;
    void *ErrorFromArrayStream;
    void *DatabaseGetOption;
    void *DatabaseGetOptionBytes;
    void *DatabaseGetOptionDouble;
    void *DatabaseGetOptionInt;
    void *DatabaseSetOptionBytes;
    void *DatabaseSetOptionDouble;
    void *DatabaseSetOptionInt;
    void *ConnectionCancel;
    void *ConnectionGetOption;
    void *ConnectionGetOptionBytes;
    void *ConnectionGetOptionDouble;
    void *ConnectionGetOptionInt;
    void *ConnectionGetStatistics;
    void *ConnectionGetStatisticNames;
    void *ConnectionSetOptionBytes;
    void *ConnectionSetOptionDouble;
    void *ConnectionSetOptionInt;
    AdbcStatusCode (*StatementCancel)(struct AdbcStatement *, struct AdbcError *);
    void *StatementExecuteSchema;
    void *StatementGetOption;
    void *StatementGetOptionBytes;
    void *StatementGetOptionDouble;
    void *StatementGetOptionInt;
    void *StatementSetOptionBytes;
    void *StatementSetOptionDouble;
    void *StatementSetOptionInt;
};

// MARK: Loading

/// Opens the engine's library and fills `driver`. Returns 0, or -1 with one sentence in `error`.
///
/// The library was built as a Python module: it names `Py*` symbols that the way through ADBC never calls. They are
/// satisfied by opening libpython globally; no interpreter is started. A library once opened stays open: the engine's
/// threads and exit handlers live in it.
int cadbc_load(const char *engine_path, struct AdbcDriver *driver, char *error, size_t error_size);

/// Puts the process's handlers for deadly signals, SIGTSTP and SIGSYS back in place where the engine's stand: it
/// installs its own with every session, and the process's signals belong to its host. To be called before and after
/// whatever opens a session; handlers that the host changes in between are kept.
void cadbc_signals_keep(void);

/// Lowers the calling thread's priority (Linux: niceness is per thread, and threads it starts inherit it).
/// Returns 0, or an errno.
int cadbc_thread_nice(int nice);

/// 1 where another process (or another open file of this one) holds an flock on the file; 0 where it does not, or there
/// is no such file.
int cadbc_is_locked(const char *path);

/// Sleeps, on a thread that may.
void cadbc_sleep_milliseconds(unsigned milliseconds);
