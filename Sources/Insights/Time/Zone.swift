import Foundation

/// A time zone, taken apart into stretches of constant offset.
///
/// Local days and hours are then sums of integers, the same here and in SQL: only one time zone database takes part,
/// and a server's older one cannot disagree about where a day begins.
struct Zone: Sendable {
    let name: String
    private let timeZone: TimeZone

    /// An IANA name with its region, or UTC. Abbreviations as `CST` are refused: they mean different zones to
    /// different people.
    init(_ name: String, at parameter: String) throws(QuestionError) {
        let known =
            name.utf8.count <= 64 && name.utf8.allSatisfy(Self.isNameByte)
            && (name.contains("/") || name == "UTC" || name == "GMT")
        guard known, let timeZone = TimeZone(identifier: name) else {
            throw .expected("a time zone (Asia/Shanghai)", at: parameter, found: name)
        }
        self.name = name
        self.timeZone = timeZone
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "+"):
            true
        default: false
        }
    }

    /// Seconds that local time is ahead of UTC.
    func offset(at seconds: Int64) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }

    /// The time from one change of the clock to the next.
    struct Stretch: Sendable, Equatable {
        let range: Range<Int64>
        let offset: Int64
    }

    /// The stretches that make up a range: its first begins and its last ends with the range.
    ///
    /// Found by looking once a day (0.1 µs each) and halving where the offset differs: no zone changed its clock twice
    /// within a day since 2015, before which no event may lie.
    func stretches(in range: Range<Int64>) -> [Stretch] {
        var stretches: [Stretch] = []
        var start = range.lowerBound
        var here = start
        var current = offset(at: here)
        while here < range.upperBound {
            let ahead = min(here + 86_400, range.upperBound)
            if offset(at: ahead) != current {
                let change = firstChange(after: here, upTo: ahead, from: current)
                guard change < range.upperBound else { break }
                stretches.append(Stretch(range: start..<change, offset: current))
                start = change
                current = offset(at: change)
                here = change
            } else {
                here = ahead
            }
        }
        if start < range.upperBound {
            stretches.append(Stretch(range: start..<range.upperBound, offset: current))
        }
        return stretches
    }

    private func firstChange(after before: Int64, upTo after: Int64, from offset: Int64) -> Int64 {
        var (low, high) = (before, after)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.offset(at: middle) == offset { low = middle } else { high = middle }
        }
        return high
    }

    /// The first instant of a local day. Where the clock skips midnight that is 01:00, where it strikes twice the first.
    func start(ofDay day: Int) -> Int64 {
        let midnight = Int64(day) * 86_400
        // No zone is further than 14 hours from UTC.
        let around = (midnight - 16 * 3_600)..<(midnight + 16 * 3_600)
        for stretch in stretches(in: around) {
            let candidate = max(stretch.range.lowerBound, midnight - stretch.offset)
            if candidate < stretch.range.upperBound { return candidate }
        }
        return midnight - offset(at: midnight)
    }

    /// The local day an instant falls on.
    func day(of seconds: Int64) -> Int {
        Int((seconds + offset(at: seconds)).floorDivided(by: 86_400))
    }
}

extension Int64 {
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
