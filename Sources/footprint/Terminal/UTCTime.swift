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

    /// Unix seconds at which a day begins, `2024-03-13`; nil where there is no such day.
    static func start(ofDay text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1_970...9_999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var moment = tm()
        moment.tm_year = year - 1_900
        moment.tm_mon = month - 1
        moment.tm_mday = day
        let seconds = Int64(timegm(&moment))
        // 31 February would be in March; other spellings of a day are none.
        return self.text(seconds).hasPrefix("\(text)T") ? seconds : nil
    }

    private static func twoDigits(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
