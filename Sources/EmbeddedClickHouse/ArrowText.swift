internal import Foundation

/// Numbers with digits after the point, as text: no binary number holds them exactly.
enum DecimalText {
    /// `bytes`: a two's complement integer, least significant byte first; `scale` of its decimal digits are fraction.
    static func decimal(_ bytes: UnsafeRawBufferPointer, scale: Int) -> String {
        var magnitude = Array(bytes)
        let isNegative = (magnitude.last ?? 0) & 0x80 != 0
        if isNegative {
            var carry: UInt16 = 1
            for index in magnitude.indices {
                carry += UInt16(~magnitude[index])
                magnitude[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
        }
        var digits: [UInt8] = []
        while let last = magnitude.last {
            if last == 0 {
                magnitude.removeLast()
                continue
            }
            var remainder: UInt16 = 0
            for index in magnitude.indices.reversed() {
                remainder = remainder << 8 | UInt16(magnitude[index])
                magnitude[index] = UInt8(remainder / 10)
                remainder %= 10
            }
            digits.append(UInt8(ascii: "0") + UInt8(remainder))
        }
        while digits.count <= max(0, scale) { digits.append(UInt8(ascii: "0")) }
        if scale > 0 { digits.insert(UInt8(ascii: "."), at: scale) }
        if isNegative { digits.append(UInt8(ascii: "-")) }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }
}

/// A day of the Gregorian calendar.
struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    /// `days` since 1970-01-01. Howard Hinnant's days-to-civil: exact over the whole range, without a calendar object.
    init(days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

/// Days and moments as ClickHouse writes them: `2024-03-13`, `2024-03-13 08:00:00.250`.
enum CalendarText {
    static func date(days: Int64) -> String {
        let date = CivilDate(days: days)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    /// `ticks` of 10^-`digits` seconds, shown in `zone` (UTC where it is empty or unknown).
    static func timestamp(_ ticks: Int64, digits: Int, zone: String) -> String {
        var scale: Int64 = 1
        for _ in 0..<digits { scale *= 10 }
        let seconds = floored(ticks, scale)
        let fraction = ticks - seconds * scale
        let offset = TimeZone(identifier: zone)?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) ?? 0
        let local = seconds + Int64(offset)
        let days = floored(local, 86_400)
        let second = local - days * 86_400
        let clock = "\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return digits == 0 ? "\(date(days: days)) \(clock)" : "\(date(days: days)) \(clock).\(padded(fraction, digits))"
    }

    private static func floored(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : -((unit - 1 - value) / unit)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
