extension SettingKey where Value == String {
    static var to: Self { .text("to", expected: "an address such as http://127.0.0.1:8080") }
    static var url: Self { .text("url", expected: "an address such as http://127.0.0.1:8080") }
    static var token: Self { .text("token", expected: "a token") }
    static var tokenFile: Self { .text("token-file", expected: "a file") }
    static var adminToken: Self { .text("admin-token", expected: "an admin token") }
    static var caFile: Self { .text("ca-file", expected: "a file") }
    static var app: Self { .text("app", expected: "an appid, as `footprint app list` prints it") }
    static var refused: Self { .text("refused", expected: "a file") }
    static var tz: Self { .text("tz", expected: "a time zone such as Asia/Shanghai") }
}

extension SettingKey where Value == Int {
    static var batch: Self { .whole("batch", 1...1_000, unit: "events") }
    static var rate: Self { .whole("rate", 1...100_000_000, unit: "events a second") }
    static var connections: Self { .whole("connections", 1...1_024) }
    static var events: Self { .whole("events", 1...100_000_000_000) }
    static var users: Self { .whole("users", 1...10_000_000) }
    static var days: Self { .whole("days", 1...3_650) }
    static var seed: Self { .whole("seed", 0...Int.max) }
    static var benchSeconds: Self { .whole("seconds", 1...3_600, unit: "seconds") }
    static var benchSize: Self { .whole("sizes", 1...1_000, unit: "events a report") }

    /// A time, in whole seconds.
    private static func time(_ name: String, _ range: ClosedRange<Int>, example: String) -> Self {
        SettingKey(name, expected: "a time such as \(example)") { text in
            SpanOfTime.seconds(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static var retryFor: Self { .time("retry-for", 0...86_400, example: "60, 90s or 10m, at most 24h") }
    static var ttl: Self { .time("ttl", 1...3_650 * 86_400, example: "7200, 12h or 30d, at most 3650d") }
}

extension SettingKey where Value == AnswerFormat {
    static var format: Self { .choice("format") }
}

extension SettingKey where Value == AnswerLanguage {
    static var lang: Self { .choice("lang") }
}
