import Collector

enum UnixTime {
    static func seconds() -> Int64 { Int64(WallClock.microseconds() / 1_000_000) }
}
