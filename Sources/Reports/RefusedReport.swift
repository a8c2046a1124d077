/// A report that was refused, as the journal keeps it: what came, when, from which app, and why it was not taken.
///
/// Borrows the memory it was made from. A change bumps `version`, adds a golden file and a line in docs/formats/.
///
///     offset  size
///      0      1    version (1)
///      1      1    flags: 1 the body was cut · 2 the client's key follows · 4 its delivery follows
///      2      2    zero
///      4      4    version of the tracking plan it was checked by
///      8      8    arrival, Unix microseconds
///     16      4    bytes of the whole body
///     20      1+n  app: one byte of length, bytes
///      …      1+n  code: one byte of length, bytes
///      …      2+n  detail: two bytes of length, bytes
///      …      1+n  key: one byte of length, bytes
///      …      …    delivery: see ``ReportDelivery``
///      …      …    body, to the end
package struct RefusedReport {
    package let arrivalMicroseconds: UInt64
    package let planVersion: UInt32
    package let app: UnsafeRawBufferPointer
    /// ``Rejection/code``.
    package let code: UnsafeRawBufferPointer
    /// ``Rejection/detail``.
    package let detail: UnsafeRawBufferPointer
    /// The client's own name for the report; nil where it gave none.
    package let idempotencyKey: UnsafeRawBufferPointer?
    package let delivery: ReportDelivery
    /// Unpacked, as far as it could be; its first ``bodyLimitBytes``.
    package let body: UnsafeRawBufferPointer
    /// Of the whole body.
    package let bodyBytes: Int

    package var isWhole: Bool { bodyBytes == body.count }

    /// More of a body is not kept: the first mistakes are there, and what is refused must not crowd out what is not.
    package static let bodyLimitBytes = 256 << 10

    private static let version: UInt8 = 1
    private static let cut: UInt8 = 1
    private static let keyFollows: UInt8 = 2
    private static let deliveryFollows: UInt8 = 4
    private static let fixedBytes = 20

    // MARK: - Writing

    /// Room that ``encode(_:rejection:app:idempotencyKey:delivery:planVersion:arrivalMicroseconds:into:)`` needs.
    package static func bound(bodyBytes: Int) -> Int {
        fixedBytes + 3 * 256 + 2 + 0xFFFF + ReportDelivery.boundBytes + min(bodyBytes, bodyLimitBytes)
    }

    /// Writes a refused report's encoding; returns its length.
    package static func encode(
        _ body: UnsafeRawBufferPointer,
        rejection: Rejection,
        app: UnsafeRawBufferPointer,
        idempotencyKey: UnsafeRawBufferPointer?,
        delivery: ReportDelivery = ReportDelivery(),
        planVersion: UInt32,
        arrivalMicroseconds: UInt64,
        into room: UnsafeMutableRawBufferPointer
    ) -> Int {
        precondition(room.count >= bound(bodyBytes: body.count) && app.count <= 255)
        let kept = UnsafeRawBufferPointer(rebasing: body.prefix(bodyLimitBytes))
        room[0] = version
        room[1] =
            (kept.count < body.count ? cut : 0) | (idempotencyKey == nil ? 0 : keyFollows)
            | (delivery.isEmpty ? 0 : deliveryFollows)
        room[2] = 0
        room[3] = 0
        room.storeBytes(of: planVersion.littleEndian, toByteOffset: 4, as: UInt32.self)
        room.storeBytes(of: arrivalMicroseconds.littleEndian, toByteOffset: 8, as: UInt64.self)
        room.storeBytes(of: UInt32(clamping: body.count).littleEndian, toByteOffset: 16, as: UInt32.self)
        var position = fixedBytes
        func put(_ bytes: some Collection<UInt8>) {
            UnsafeMutableRawBufferPointer(rebasing: room[position..<position + bytes.count]).copyBytes(from: bytes)
            position += bytes.count
        }
        let code = Array(rejection.code.utf8.prefix(255))
        let detail = Array(rejection.detail.utf8.prefix(0xFFFF))
        put([UInt8(app.count)])
        put(app)
        put([UInt8(code.count)])
        put(code)
        put([UInt8(detail.count & 0xFF), UInt8(detail.count >> 8)])
        put(detail)
        if let idempotencyKey {
            put([UInt8(idempotencyKey.count)])
            put(idempotencyKey)
        }
        if !delivery.isEmpty, let base = room.baseAddress { position += delivery.encode(into: base + position) }
        put(kept)
        return position
    }

    // MARK: - Reading

    /// Every length is checked before it is believed, as in `StoredReport`.
    package init(_ bytes: UnsafeRawBufferPointer) throws(StoredReport.Unreadable) {
        guard bytes.count >= Self.fixedBytes else { throw .malformed }
        guard bytes[0] == Self.version else { throw .version(bytes[0]) }
        planVersion = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        arrivalMicroseconds = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        bodyBytes = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
        var rest = bytes[Self.fixedBytes...]
        func take(lengthBytes: Int) throws(StoredReport.Unreadable) -> UnsafeRawBufferPointer {
            guard rest.count >= lengthBytes else { throw .malformed }
            var count = 0
            for index in 0..<lengthBytes { count |= Int(rest[rest.startIndex + index]) << (8 * index) }
            rest = rest.dropFirst(lengthBytes)
            guard rest.count >= count else { throw .malformed }
            defer { rest = rest.dropFirst(count) }
            return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        }
        app = try take(lengthBytes: 1)
        code = try take(lengthBytes: 1)
        detail = try take(lengthBytes: 2)
        idempotencyKey = bytes[1] & Self.keyFollows != 0 ? try take(lengthBytes: 1) : nil
        var reader = EncodingReader(UnsafeRawBufferPointer(rebasing: rest))
        delivery = bytes[1] & Self.deliveryFollows != 0 ? try ReportDelivery(&reader) : ReportDelivery()
        body = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.position...])
        guard body.count <= bodyBytes, (body.count < bodyBytes) == (bytes[1] & Self.cut != 0) else { throw .malformed }
    }
}
