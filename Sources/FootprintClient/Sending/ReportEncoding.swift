// Heads and items as the contract's JSON (INTERFACE section 1), written straight into bytes: one line of the table
// above is one call below.

extension ReportHead {
    /// The value of `head`.
    package var encoded: [UInt8] {
        var object = ObjectWriter()
        object.write("uid", uid)
        object.write("openid", openid)
        object.write("device_type", deviceType)
        object.write("business_type", businessType)
        return object.finished()
    }
}

extension ReportItem {
    /// One element of `items`.
    package var encoded: [UInt8] {
        var object = ObjectWriter()
        object.write("event_time", eventTime)
        object.write("channel", channel)
        object.write("operate_id", operateID)
        object.write("page_id", pageID)
        object.write("pos_id", posID)
        object.write("prev_id", prevID)
        object.write("trace_id", traceID)
        object.write("duration", durationSeconds)
        return object.finished()
    }
}

/// A JSON object whose absent members are left out.
private struct ObjectWriter {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func write(_ key: StaticString, _ value: (some FixedWidthInteger)?) {
        guard let value else { return }
        start(key)
        bytes += String(value).utf8
    }

    mutating func write(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        start(key)
        bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                bytes += Array("\\u00".utf8) + [Self.hex(byte >> 4), Self.hex(byte & 15)]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    consuming func finished() -> [UInt8] {
        bytes + [UInt8(ascii: "}")]
    }

    private mutating func start(_ key: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes += $0 }
        bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }

    private static func hex(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
