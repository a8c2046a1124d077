/// Every name that a settings file may hold. One file may serve all commands; each takes what concerns it.
///
/// What a question asks (dates, filters, steps) is not here: it is the question, not a setting.
enum SettingNames {
    static let all: Set<String> = [
        // Where things are
        "data", "to", "url", "token", "token-file", "admin-token", "ca-file",
        // serve
        "host", "port", "plan", "store", "journal-segment-mib", "journal-keep", "body-limit-kib", "cors-origins",
        "event-loops", "header-timeout", "body-timeout", "idle-timeout", "connection-limit", "buffer-limit-mib",
        "quarantine-mib", "retain", "store-address", "tls-cert", "tls-key", "trusted-proxy", "app-rate-limit",
        "address-rate-limit", "token-rate-limit",
        "engine-memory-mib", "engine-threads", "web", "log-level", "log-format",
        // token
        "app", "ttl",
        // send, demo
        "batch", "rate", "connections", "retry-for", "refused", "events", "users", "days", "seed",
        // query, sql
        "format", "lang", "tz",
        // bench
        "seconds", "sizes",
    ]
}
