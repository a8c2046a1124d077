import Collector
import FootprintServer
import Logging

extension SettingKey where Value == String {
    static var data: Self { .text("data", expected: "a directory") }
    static var host: Self { .text("host", expected: "a host name or address") }
    static var corsOrigin: Self { .text("cors-origins", expected: "an origin such as https://shop.example, or *") }
    static var plan: Self { .text("plan", expected: "a file") }
    static var tlsCert: Self { .text("tls-cert", expected: "a file") }
    static var tlsKey: Self { .text("tls-key", expected: "a file") }
    static var web: Self { .text("web", expected: "a directory") }
}

extension SettingKey where Value == Int {
    static var port: Self { .whole("port", 0...65_535) }
    static var journalSegmentMiB: Self { .whole("journal-segment-mib", 1...4_096, unit: "MiB") }
    static var bodyLimitKiB: Self { .whole("body-limit-kib", 1...65_536, unit: "KiB") }
    static var eventLoops: Self { .whole("event-loops", 0...1_024) }
    static var headerTimeout: Self { .whole("header-timeout", 1...3_600, unit: "seconds") }
    static var bodyTimeout: Self { .whole("body-timeout", 1...3_600, unit: "seconds") }
    static var idleTimeout: Self { .whole("idle-timeout", 1...86_400, unit: "seconds") }
    static var connectionLimit: Self { .whole("connection-limit", 1...1_000_000) }
    static var bufferLimitMiB: Self { .whole("buffer-limit-mib", 1...65_536, unit: "MiB") }
    static var appRateLimit: Self { .whole("app-rate-limit", 0...1_000_000_000, unit: "reports a second") }
    static var addressRateLimit: Self { .whole("address-rate-limit", 0...1_000_000_000, unit: "reports a second") }
    static var tokenRateLimit: Self { .whole("token-rate-limit", 0...1_000_000_000, unit: "calls a second") }
    static var retain: Self { .whole("retain", 0...36_500, unit: "days") }
    static var quarantineMiB: Self { .whole("quarantine-mib", 1...1_048_576, unit: "MiB") }
    static var engineMemoryMiB: Self { .whole("engine-memory-mib", 256...1_048_576, unit: "MiB") }
    static var engineThreads: Self { .whole("engine-threads", 0...1_024) }
}

extension SettingKey where Value == AddressRange {
    static var trustedProxy: Self {
        SettingKey("trusted-proxy", expected: "an address or a range such as 10.0.0.0/8", parse: AddressRange.init)
    }
}

extension SettingKey where Value == ServerSettings.StoreLocation {
    static var store: Self {
        SettingKey("store", expected: "\"embedded\" or an address such as clickhouse://user:password@host:8123/db") {
            switch $0 {
            case "embedded": .embedded
            case _ where $0.hasPrefix("clickhouse://") && $0.count > 13: .clickHouse($0)
            default: nil
            }
        }
    }
}

extension SettingKey where Value == ServerSettings.JournalKeep {
    static var journalKeep: Self {
        SettingKey("journal-keep", expected: "\"loaded\", \"forever\", or a time such as 12h or 7d") { text in
            switch text {
            case "loaded": .untilLoaded
            case "forever": .forever
            default: SpanOfTime.seconds(text).map { .seconds($0) }
            }
        }
    }
}

extension SettingKey where Value == StoredAddress {
    static var storeAddress: Self { .choice("store-address") }
}

extension SettingKey where Value == Logger.Level {
    static var logLevel: Self { .choice("log-level") }
}

extension SettingKey where Value == LineLogHandler.Format {
    static var logFormat: Self { .choice("log-format") }
}
