import CNGHTTP2
import NIOCore
import Synchronization

/// One client's HTTP/2 connection (RFC 9113): nghttp2 frames it, its streams are requests. On its loop's thread only.
///
/// A stream's head is written out as HTTP/1 spells it and read by the same parser, so that there is one set of rules
/// for what a request may say.
final class HTTP2Connection: ClientConnection, @unchecked Sendable {
    // Sendable: used on its loop's thread only; others may carry it there.

    let intake: LoopIntake
    let desk: ReportDesk
    private let socket: ClientSocket
    private(set) var session: OpaquePointer?
    private var streams: [Int32: HTTP2Stream] = [:]
    /// nghttp2 is reading or writing: it must not be called again, nor go.
    private var isInside = false
    private var mustClose = false
    private var isEnding = false
    private var activeAt: Int
    private var heldBytes = 0

    var index: Int?

    /// Requests at the same time; what the client begins beyond them is refused, and may be sent again.
    private static let streamLimit: UInt32 = 100
    /// Body bytes that a client may send ahead on one stream, and on the connection.
    private static let streamWindowBytes: UInt32 = 1 << 20
    private static let connectionWindowBytes: Int32 = 4 << 20

    init(intake: LoopIntake, socket: ClientSocket) {
        self.intake = intake
        self.socket = socket
        desk = ReportDesk(intake: intake, socket: socket)
        activeAt = intake.steadySeconds
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        HTTP2Callbacks.set(callbacks)
        nghttp2_session_server_new(&session, callbacks, Unmanaged.passUnretained(self).toOpaque())
        nghttp2_session_callbacks_del(callbacks)
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: Self.streamLimit
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: Self.streamWindowBytes
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(RequestHead.limitBytes)
            ),
        ]
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), &settings, settings.count)
        nghttp2_session_set_local_window_size(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            0,
            Self.connectionWindowBytes
        )
    }

    private var shared: CollectorState { intake.shared }

    // MARK: - The socket's events

    func received(_ bytes: UnsafeRawBufferPointer) {
        activeAt = intake.steadySeconds
        isInside = true
        let count = nghttp2_session_mem_recv(
            session,
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            bytes.count
        )
        isInside = false
        if count < 0 {
            // Not HTTP/2, or a flood: nghttp2 gives such a connection up.
            shared.counters.malformedRequests.wrappingAdd(1, ordering: .relaxed)
            mustClose = true
        }
        flush()
        // What a client asks for makes answers, if only refusals: it is heard again when it has read what it has.
        if !socket.isClosed, !socket.isWritable { socket.isReading = false }
    }

    func inputClosed() {
        // A client that has stopped to send cannot grant room for answers: whatever is out is all there will be.
        flush()
        closeNow()
    }

    func becameWritable() {
        flush()
        if !socket.isClosed, socket.isWritable { socket.isReading = true }
    }

    func socketClosed() {
        shared.counters.connectionsOpen.wrappingSubtract(1, ordering: .relaxed)
        intake.closed(self)
        for stream in streams.values { stream.closed() }
        streams.removeAll()
        if !isInside { free() }
    }

    private func free() {
        guard let session else { return }
        nghttp2_session_del(session)
        self.session = nil
    }

    deinit { free() }

    /// Sends what nghttp2 has to say, as far as the client takes it.
    func flush() {
        guard !isInside, let session, !socket.isClosed else { return }
        var rounds = 0
        while !socket.isClosed, socket.isWritable {
            guard rounds < Self.roundsAtOnce else {
                // A megabyte at once: other connections wait.
                intake.loop.execute { self.flush() }
                break
            }
            rounds += 1
            var frames = ByteBuffer()
            isInside = true
            while frames.readableBytes < Self.writeBytes {
                var bytes: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(session, &bytes)
                guard count > 0, let bytes else {
                    if count < 0 { mustClose = true }
                    break
                }
                frames.writeBytes(UnsafeRawBufferPointer(start: bytes, count: count))
            }
            isInside = false
            guard frames.readableBytes > 0 else { break }
            activeAt = intake.steadySeconds
            socket.write(frames)
            // What the system takes at once makes room for more, of which nobody would tell.
            socket.flush()
        }
        if !socket.isClosed { socket.flush() }
        guard !socket.isClosed else { return free() }
        for stream in streams.values { stream.wasFlushed() }
        let isOver = nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
        if mustClose || isOver || (isEnding && streams.isEmpty && !socket.hasUnsent) { closeNow() }
    }

    private static let writeBytes = 64 << 10
    private static let roundsAtOnce = 16
    private static let strangersBytes = 64 << 10

    // MARK: - Streams, as nghttp2 tells of them

    func began(stream id: Int32) {
        streams[id] = HTTP2Stream(id: id, connection: self)
    }

    func stream(_ id: Int32) -> HTTP2Stream? { streams[id] }

    func ended(stream id: Int32) {
        streams.removeValue(forKey: id)?.closed()
    }

    /// Counts bytes of unfinished requests; false, and nothing counted, where the intake holds as many as it may.
    ///
    /// A little of each connection may use all the room: it must be read before it is known whose it is.
    func account(_ bytes: Int, mayUseAll: Bool) -> Bool {
        heldBytes += bytes
        let mayUseAll = mayUseAll || heldBytes <= Self.strangersBytes
        let total = shared.counters.bufferedBytes.wrappingAdd(bytes, ordering: .relaxed).newValue
        if total <= intake.limits.bufferLimitBytes(mayUseAll: mayUseAll) { return true }
        release(bytes)
        return false
    }

    func release(_ bytes: Int) {
        heldBytes -= bytes
        shared.counters.bufferedBytes.wrappingSubtract(bytes, ordering: .relaxed)
    }

    // MARK: - Ending

    func drain() {
        isEnding = true
        if let session {
            nghttp2_submit_goaway(
                session,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                nghttp2_session_get_last_proc_stream_id(session),
                UInt32(NGHTTP2_NO_ERROR.rawValue),
                nil,
                0
            )
        }
        for stream in streams.values { stream.drain() }
        flush()
    }

    func closeNow() { socket.close() }

    func checkTimeouts() {
        let now = intake.steadySeconds
        let limits = intake.limits
        if socket.hasUnsent {
            if now - socket.sentAt >= limits.bodyTimeoutSeconds { closeNow() }
            return
        }
        for stream in streams.values { stream.checkTimeouts(now, limits) }
        if streams.isEmpty, now - activeAt >= limits.idleTimeoutSeconds {
            drain()
        } else {
            flush()
        }
    }
}

/// nghttp2's callbacks: C functions that find their connection again.
private enum HTTP2Callbacks {
    static func set(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            if let frame = frame?.pointee, isRequest(frame) { connection(user)?.began(stream: frame.hd.stream_id) }
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            frame,
            name,
            nameCount,
            value,
            valueCount,
            _,
            user in
            if let frame = frame?.pointee, isRequest(frame), let stream = connection(user)?.stream(frame.hd.stream_id) {
                stream.add(
                    name: UnsafeRawBufferPointer(start: name, count: nameCount),
                    value: UnsafeRawBufferPointer(start: value, count: valueCount)
                )
            }
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, bytes, count, user in
            connection(user)?.stream(id)?.received(UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = frame?.pointee, let stream = connection(user)?.stream(frame.hd.stream_id) else {
                return 0
            }
            if isRequest(frame) { stream.headEnded() }
            let mayEnd = [NGHTTP2_DATA, NGHTTP2_HEADERS].contains { $0.rawValue == UInt32(frame.hd.type) }
            if mayEnd, frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 { stream.requestEnded() }
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            guard let frame = frame?.pointee,
                frame.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            else { return 0 }
            connection(user)?.stream(frame.hd.stream_id)?.responseWasSent()
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, user in
            connection(user)?.ended(stream: id)
            return 0
        }
    }
}

private func connection(_ user: UnsafeMutableRawPointer?) -> HTTP2Connection? {
    user.map { Unmanaged<HTTP2Connection>.fromOpaque($0).takeUnretainedValue() }
}

private func isRequest(_ frame: nghttp2_frame) -> Bool {
    UInt32(frame.hd.type) == NGHTTP2_HEADERS.rawValue && frame.headers.cat == NGHTTP2_HCAT_REQUEST
}
