import Foundation

/// How many files and sockets the system lets this process have open.
enum FileLimit {
    /// Raises the limit as far as the system allows without privileges, and returns it. A shell's usual soft limit of
    /// 1,024 is there for programs that use `select`; nothing here does.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(kind, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Connections that leave enough for the journal and the store, whose parts are many files.
    static func connections(within limit: Int, wanted: Int) -> Int {
        min(wanted, max(limit - 2_048, limit / 2))
    }

    #if canImport(Glibc)
    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let kind = RLIMIT_NOFILE
    #endif
}
