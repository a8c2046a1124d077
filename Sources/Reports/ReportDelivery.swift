/// How a report came, beside what it says: the client's own count of its reports and its clock, what kind of program it
/// seems to be, and from where. Nothing of it changes what the report means, so none of it is part of an event's
/// identity.
///
/// Borrows the memory of its strings. In the journal:
///
///     offset  size
///      0      1    which parts follow: 1 sequence · 2 sent_at · 4 agent · 8 address
///      …      1+n  install: one byte of length, bytes; then 8 bytes of number
///      …      8    sent_at, Unix milliseconds by the client's clock
///      …      1    agent: a number of ``SuspectedAgent``
///      …      1+n  address: one byte of length, text
package struct ReportDelivery {
    /// The client's name for itself and its running number for the report (`X-Footprint-Sequence: INSTALL_ID/N`).
    package var sequence: Sequence?
    /// The client's clock when it sent the report (`X-Footprint-Sent-At`), Unix milliseconds.
    package var sentMilliseconds: UInt64?
    /// nil where nothing about its `User-Agent` is suspicious.
    package var agent: SuspectedAgent?
    /// The client's Internet address as text, whole or shortened; nil where it is not to be kept.
    package var address: UnsafeRawBufferPointer?

    package struct Sequence {
        /// 1 to ``ReportLimits/installBytes`` bytes.
        package var install: UnsafeRawBufferPointer
        /// From 1.
        package var number: UInt64

        package init(install: UnsafeRawBufferPointer, number: UInt64) {
            self.install = install
            self.number = number
        }
    }

    package init() {}

    package var isEmpty: Bool { sequence == nil && sentMilliseconds == nil && agent == nil && address == nil }

    private static let sequenceFollows: UInt8 = 1
    private static let sentAtFollows: UInt8 = 2
    private static let agentFollows: UInt8 = 4
    private static let addressFollows: UInt8 = 8

    /// The most bytes that one takes.
    static let boundBytes = 1 + (1 + ReportLimits.installBytes + 8) + 8 + 1 + (1 + 255)

    /// Writes its encoding; returns its length.
    func encode(into room: UnsafeMutableRawPointer) -> Int {
        var parts: UInt8 = 0
        var position = 1
        func put(_ bytes: UnsafeRawBufferPointer) {
            room.storeBytes(of: UInt8(truncatingIfNeeded: bytes.count), toByteOffset: position, as: UInt8.self)
            if let base = bytes.baseAddress { (room + position + 1).copyMemory(from: base, byteCount: bytes.count) }
            position += 1 + bytes.count
        }
        func put(_ number: UInt64) {
            room.storeBytes(of: number.littleEndian, toByteOffset: position, as: UInt64.self)
            position += 8
        }
        if let sequence {
            precondition(sequence.install.count <= ReportLimits.installBytes)
            parts |= Self.sequenceFollows
            put(sequence.install)
            put(sequence.number)
        }
        if let sentMilliseconds {
            parts |= Self.sentAtFollows
            put(sentMilliseconds)
        }
        if let agent {
            parts |= Self.agentFollows
            room.storeBytes(of: agent.rawValue, toByteOffset: position, as: UInt8.self)
            position += 1
        }
        if let address {
            precondition(address.count <= 255)
            parts |= Self.addressFollows
            put(address)
        }
        room.storeBytes(of: parts, as: UInt8.self)
        return position
    }

    init(_ reader: inout EncodingReader) throws(StoredReport.Unreadable) {
        let parts = try reader.byte()
        if parts & Self.sequenceFollows != 0 {
            sequence = Sequence(install: try reader.shortBytes(), number: try reader.fixed64())
        }
        if parts & Self.sentAtFollows != 0 { sentMilliseconds = try reader.fixed64() }
        if parts & Self.agentFollows != 0 { agent = SuspectedAgent(rawValue: try reader.byte()) ?? .otherBot }
        if parts & Self.addressFollows != 0 { address = try reader.shortBytes() }
    }
}
