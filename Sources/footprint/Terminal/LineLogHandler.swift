package import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Log events on stderr, one line each, as logfmt or JSON.
///
///     time=2024-03-13T08:30:00.123Z level=info msg="segment sealed" segment=17 records=20311
///     {"time":"2024-03-13T08:30:00.123Z","level":"info","msg":"segment sealed","segment":"17","records":"20311"}
package struct LineLogHandler: LogHandler {
    package enum Format: String, CaseIterable {
        case logfmt, json
    }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: Format

    package init(format: Format, level: Logger.Level) {
        self.format = format
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let more = event.metadata { fields.merge(more) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        var pairs = [("time", Self.now()), ("level", event.level.rawValue), ("msg", event.message.description)]
        pairs += fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
        Terminal.error.line(Self.line(pairs, format))
    }

    package static func line(_ pairs: [(String, String)], _ format: Format) -> String {
        switch format {
        case .logfmt: pairs.map { "\($0)=\(bareOrQuoted($1))" }.joined(separator: " ")
        case .json: "{" + pairs.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
        }
    }

    private static func bareOrQuoted(_ value: String) -> String {
        let isBare = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isBare ? value : quoted(value)
    }

    /// A JSON string; logfmt readers take the same.
    private static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// RFC 3339 in UTC with milliseconds.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = String(1_000 + time.tv_nsec / 1_000_000).dropFirst()
        return UTCTime.text(Int64(time.tv_sec)).dropLast() + ".\(milliseconds)Z"
    }
}
