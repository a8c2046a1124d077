import CNGHTTP2
import NIOCore
import Synchronization

/// One request on an HTTP/2 connection, and its answer. On its loop's thread only.
final class HTTP2Stream: ReportSender, ResponseSink, @unchecked Sendable {
    // Sendable: used on its loop's thread only; others may carry it there.

    private let id: Int32
    /// nil once the stream is closed.
    private var connection: HTTP2Connection?

    // The request.
    private var pseudo = PseudoHeaders()
    private var fields: [UInt8] = []
    private var listBytes = 0
    private var headIsTooLarge = false
    private var lacksRoom = false
    private var headBytes: [UInt8] = []
    private var head: RequestHead?
    private var body: [UInt8] = []
    private var bodyLimitBytes = 0
    /// Counted of the head and of the body, until each is let go.
    private var headAccount = 0
    private var bodyAccount = 0
    private var requestHasEnded = false
    /// What a refused report is answered once the journal has it.
    private var refusal: Answer?

    // The response.
    private var responding: Task<Void, Never>?
    private var hasBegun = false
    private var hasBody = false
    private var output = ByteBuffer()
    private var outputHasEnded = false
    private var whenSent: [Sent] = []

    /// When something last went on, in the loop's steady seconds.
    private var progressAt: Int

    private struct PseudoHeaders {
        var method: [UInt8] = []
        var path: [UInt8] = []
        var authority: [UInt8] = []
    }

    init(id: Int32, connection: HTTP2Connection) {
        self.id = id
        self.connection = connection
        progressAt = connection.intake.steadySeconds
    }

    // MARK: - The request

    func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        // As RFC 9113 6.5.2 counts a list of headers.
        let size = name.count + value.count + 32
        listBytes += size
        guard listBytes <= RequestHead.limitBytes else {
            headIsTooLarge = true
            return
        }
        // A few bytes of HPACK can stand for many: what they become is counted, as bodies are.
        guard account(size, in: \.headAccount) else {
            lacksRoom = true
            return
        }
        switch String(decoding: name, as: UTF8.self) {
        case ":method": pseudo.method = Array(value)
        case ":path": pseudo.path = Array(value)
        case ":authority": pseudo.authority = Array(value)
        case ":scheme", ":protocol": break
        // RFC 9113 8.3.1: the authority counts where both are given.
        case "host" where !pseudo.authority.isEmpty: break
        default:
            fields += name
            fields += [UInt8(ascii: ":"), 0x20]
            fields += value
            fields += [0x0D, 0x0A]
        }
    }

    /// The head came whole: whatever can be refused is refused before the body is let in.
    func headEnded() {
        guard let connection else { return }
        if headIsTooLarge { return answer(RequestHead.Refusal.headTooLarge.answer) }
        if lacksRoom { return answer(.busy(retryAfterSeconds: 1)) }
        headBytes = pseudo.method + [0x20] + pseudo.path + Array(" HTTP/1.1\r\n".utf8)
        if !pseudo.authority.isEmpty { headBytes += Array("Host: ".utf8) + pseudo.authority + [0x0D, 0x0A] }
        headBytes += fields + [0x0D, 0x0A]
        fields = []
        progressAt = connection.intake.steadySeconds
        switch headBytes.withUnsafeBytes({ RequestHead.parse($0) }) {
        case .incomplete: answer(RequestHead.Refusal.badRequest.answer)
        case .refused(let refusal): answer(refusal.answer)
        case .complete(let head):
            self.head = head
            switch headBytes.withUnsafeBytes({ connection.desk.verdictBeforeBody(head, $0) }) {
            case .refused(let refusal): return answer(refusal)
            case .welcome(let bytes): bodyLimitBytes = bytes
            }
            if head.expectsContinue { sayContinue() }
        }
    }

    private func sayContinue() {
        Self.withHeaders([(":status", "100")]) { headers, count in
            _ = nghttp2_submit_headers(
                connection?.session,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                id,
                nil,
                headers,
                count,
                nil
            )
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        // An answer is out already: the rest is thrown away.
        guard let connection, !hasBegun, head != nil else { return }
        guard body.count + bytes.count <= bodyLimitBytes else { return answer(connection.desk.tooLarge()) }
        guard account(bytes.count, in: \.bodyAccount) else { return answer(.busy(retryAfterSeconds: 1)) }
        body += bytes
    }

    func requestEnded() {
        requestHasEnded = true
        guard let connection, let head, !hasBegun else { return }
        let body = takeBody()
        headBytes.withUnsafeBytes { headBytes in
            body.withUnsafeBytes { body in
                guard head.path == .report else {
                    return respond(connection.desk.passed(headBytes, body: body), connection)
                }
                switch connection.desk.answer(head, headBytes, body: body, isAdmitted: true, from: self) {
                case .now(let reply): answer(reply)
                case .whenStored: break
                case .whenKept(let reply): refusal = reply
                }
            }
        }
    }

    private func takeBody() -> [UInt8] {
        defer {
            body = []
            release(\.bodyAccount)
        }
        return body
    }

    /// Counts bytes that are held for this request; false where the intake holds as many as it may.
    private func account(_ bytes: Int, in account: ReferenceWritableKeyPath<HTTP2Stream, Int>) -> Bool {
        guard let connection, connection.account(bytes, mayUseAll: head?.path == .report) else { return false }
        self[keyPath: account] += bytes
        return true
    }

    private func release(_ account: ReferenceWritableKeyPath<HTTP2Stream, Int>) {
        guard self[keyPath: account] > 0, let connection else { return }
        connection.release(self[keyPath: account])
        self[keyPath: account] = 0
    }

    // MARK: - Our answers

    private func answer(_ answer: Answer) {
        guard let connection, !hasBegun else { return }
        _ = takeBody()
        var answer = answer
        // A client may leave its answers unread on a hundred streams: what is long is counted, as requests are.
        if case .rejected(let detail, .some) = answer, !account(answer.body.utf8.count, in: \.bodyAccount) {
            answer = .rejected(detail: detail)
        }
        var frame = AnswerFrame(date: "")
        connection.intake.refreshDate()
        frame.date = connection.intake.date
        if let span = head?.origin {
            let shared = connection.intake.shared
            let index = headBytes.withUnsafeBytes { shared.originIndex($0[span.start..<span.start + span.count]) }
            if index >= 0 { frame.allowOrigin = shared.settings.corsOrigins[Int(index)] }
        }
        headBytes = []
        release(\.headAccount)
        let isHead = head?.method == .head
        begin(status: answer.status.code, answer.fields(frame).map { ("\($0.name)", $0.value) }, hasBody: !isHead)
        if hasBody { output.writeString(answer.body) }
        outputHasEnded = true
    }

    func reportEnded(isStored: Bool) {
        answer(refusal ?? (isStored ? .stored : .busy(retryAfterSeconds: 1)))
    }

    func flushAnswers() { connection?.flush() }

    // MARK: - Others' responses

    private func respond(_ request: PassedRequest, _ connection: HTTP2Connection) {
        let loop = connection.intake.loop
        let stream = ResponseStream(loop: loop, sink: self)
        let responder = connection.intake.shared.responder
        responding = Task {
            do {
                try await responder(request, stream)
            } catch {
                loop.execute { self.responderFailed() }
            }
        }
    }

    private func responderFailed() {
        responding = nil
        guard let connection else { return }
        // Half a response cannot be mended: the client must see that it is cut.
        if hasBegun { reset(NGHTTP2_INTERNAL_ERROR) } else { answer(.busy(retryAfterSeconds: 1)) }
        connection.flush()
    }

    func begin(_ head: ResponseHead, sent: @escaping Sent) {
        guard let connection, !hasBegun else { return sent(.failure(ClientSocket.Closed())) }
        var headers = head.headers
        if head.mayHaveBody, let length = head.contentLength { headers.append(("content-length", "\(length)")) }
        let isHead = self.head?.method == .head
        begin(status: head.status, headers, hasBody: head.mayHaveBody && !isHead && head.contentLength != 0)
        sent(.success(()))
        connection.flush()
    }

    func write(_ bytes: ByteBuffer, sent: @escaping Sent) {
        guard let connection else { return sent(.failure(ClientSocket.Closed())) }
        guard hasBody else { return sent(.success(())) }
        if output.readableBytes == 0 {
            progressAt = connection.intake.steadySeconds
            // Shared, not copied: a hundred streams that ask for one file and read none of it hold one file.
            output = bytes
        } else {
            output.writeImmutableBuffer(bytes)
        }
        whenSent.append(sent)
        nghttp2_session_resume_data(connection.session, id)
        connection.flush()
    }

    func end(sent: @escaping Sent) {
        responding = nil
        guard let connection else { return sent(.failure(ClientSocket.Closed())) }
        outputHasEnded = true
        if hasBody { nghttp2_session_resume_data(connection.session, id) }
        sent(.success(()))
        connection.flush()
    }

    // MARK: - nghttp2's side of a response

    private func begin(status: Int, _ headers: [(name: String, value: String)], hasBody: Bool) {
        hasBegun = true
        self.hasBody = hasBody
        outputHasEnded = !hasBody
        let all = [(":status", "\(status)")] + headers.map { ($0.name.lowercased(), $0.value) }
        Self.withHeaders(all) { headers, count in
            guard hasBody else {
                nghttp2_submit_response(connection?.session, id, headers, count, nil)
                return
            }
            var provider = nghttp2_data_provider()
            provider.source.ptr = Unmanaged.passUnretained(self).toOpaque()
            provider.read_callback = { _, _, into, capacity, flags, source, _ in
                guard let pointer = source?.pointee.ptr, let into, let flags else { return 0 }
                let stream = Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
                return stream.give(UnsafeMutableRawBufferPointer(start: into, count: capacity), &flags.pointee)
            }
            nghttp2_submit_response(connection?.session, id, headers, count, &provider)
        }
    }

    /// Fills a frame: the count of bytes, or that there are none yet.
    private func give(_ room: UnsafeMutableRawBufferPointer, _ flags: inout UInt32) -> Int {
        let count = min(room.count, output.readableBytes)
        if count == 0, !outputHasEnded { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        output.readWithUnsafeReadableBytes { bytes in
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        if let connection { progressAt = connection.intake.steadySeconds }
        if outputHasEnded, output.readableBytes == 0 { flags |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
        return count
    }

    /// The whole response went out. RFC 9113 8.1: a client that still sends its request is told that nobody reads it.
    func responseWasSent() {
        if !requestHasEnded { reset(NGHTTP2_NO_ERROR) }
    }

    private func reset(_ code: nghttp2_error_code) {
        nghttp2_submit_rst_stream(connection?.session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
    }

    /// What could go out did.
    func wasFlushed() {
        guard output.readableBytes == 0, !whenSent.isEmpty else { return }
        callBack(.success(()))
    }

    private func callBack(_ result: Result<Void, any Error>) {
        let waiting = whenSent
        whenSent = []
        for sent in waiting { sent(result) }
    }

    private static func withHeaders(
        _ headers: [(name: String, value: String)],
        _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Void
    ) {
        // One buffer for all of it: pointers into it stay good while nghttp2 copies.
        var bytes = headers.flatMap { Array($0.name.utf8) + Array($0.value.utf8) }
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard var position = buffer.baseAddress else { return }
            let pairs = headers.map { header in
                let name = position
                let value = name + header.name.utf8.count
                position = value + header.value.utf8.count
                return nghttp2_nv(
                    name: name,
                    value: value,
                    namelen: header.name.utf8.count,
                    valuelen: header.value.utf8.count,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
                )
            }
            pairs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }

    // MARK: - Ending

    /// nghttp2 knows it no more.
    func closed() {
        responding?.cancel()
        responding = nil
        body = []
        release(\.bodyAccount)
        release(\.headAccount)
        connection = nil
        output = ByteBuffer()
        callBack(.failure(ClientSocket.Closed()))
    }

    func drain() {
        if !requestHasEnded { answer(.busy(retryAfterSeconds: 1)) }
    }

    func checkTimeouts(_ now: Int, _ limits: CollectorLimits) {
        let waited = now - progressAt
        if !requestHasEnded, !hasBegun {
            guard waited >= (head == nil ? limits.headerTimeoutSeconds : limits.bodyTimeoutSeconds) else { return }
            connection?.intake.shared.counters.connectionsTimedOut.wrappingAdd(1, ordering: .relaxed)
            answer(.malformedHTTP(status: 408, reason: "the request's body did not come in time"))
        } else if output.readableBytes > 0, waited >= limits.bodyTimeoutSeconds {
            // It does not read what it asked for: its memory is needed.
            reset(NGHTTP2_CANCEL)
        }
    }
}
