#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

enum UTCTime {
    /// `2024-03-13T08:30:00Z`
    static func text(_ unixSeconds: Int64) -> String {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = [parts.tm_mon + 1, parts.tm_mday].map { twoDigits($0) }
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { twoDigits($0) }
        return "\(parts.tm_year + 1900)-\(date.joined(separator: "-"))T\(clock.joined(separator: ":"))Z"
    }

    private static func twoDigits(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
