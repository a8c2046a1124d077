import NIOCore
import Reports
import Synchronization

/// One client's connection: frames its requests, hands reports to the intake and everything else on, and answers in
/// the order of the requests. Lives on one loop.
///
///     phase       what comes is                  leaves it when
///     head        a request's head               its empty line came
///     body        the body after it              Content-Length bytes came
///     chunks      the same, chunked              the last chunk came
///     passed      kept for later                 another's response ended
///     ending      thrown away                    answers are out (and the client closed, if it was cut off)
///     closed      nothing
final class ReportConnection: ReportSender, ResponseSink, @unchecked Sendable {
    // Sendable: used on its loop's thread only; others may carry it there.

    private let intake: LoopIntake
    private var socket: ClientSocket?
    private var desk: ReportDesk?

    private var phase = Phase.head
    /// Bytes that came and belong to no whole request yet.
    private var received: ByteBuffer?
    private var accountedBytes = 0
    private var phaseSince = 0

    /// Requests that were taken, oldest first, and the answers of those that have one.
    private var slots: [Slot] = []
    private var needsFlush = false

    private var inputEnded = false
    private var lingers = false
    private var outputEnded = false
    private var responding: Task<Void, Never>?
    private var response: Response?

    /// Its place in the intake's list.
    var index: Int?

    private enum Phase {
        case head
        case body(RequestHead)
        case chunks(RequestHead, headBytes: [UInt8], ChunkedBody)
        /// With another's responder, or waiting for the answers before it.
        case passed(PassedRequest?, Style, minorVersion: Int)
        case ending
        case closed
    }

    /// How another's response is framed, once it has begun.
    private struct Response {
        var isChunked: Bool
        var hasBody: Bool
        var closes: Bool
    }

    private enum Slot {
        case waiting(Style)
        /// Waits as well; what it is answered is known.
        case refused(Style, Answer)
        case answer(ByteBuffer)

        var isWaiting: Bool {
            if case .answer = self { false } else { true }
        }
    }

    /// What an answer must say besides itself.
    private struct Style {
        /// -1: none; else an index of the allowed origins.
        var origin: Int16 = -1
        var keepsAlive = true
        var announcesKeepAlive = false
        var isHeadRequest = false
    }

    /// More requests than this are not taken ahead of their answers.
    private static let pipelineLimit = 64
    /// More bytes than this are not read ahead while another responds.
    private static let aheadLimitBytes = 64 << 10
    /// How long a client that was cut off may take to see why.
    private static let lingerSeconds = 2

    init(intake: LoopIntake) {
        self.intake = intake
    }

    private var shared: CollectorState { intake.shared }

    // MARK: - The socket's events

    /// Takes over an accepted connection's descriptor.
    func open(_ descriptor: Int32, tls: TLSSession?) throws(SocketError) {
        let socket = try ClientSocket(descriptor, loop: intake.loop, tls: tls, connection: self)
        self.socket = socket
        desk = ReportDesk(intake: intake, socket: socket)
        intake.opened(self)
        phaseSince = intake.steadySeconds
        let open = shared.counters.connectionsOpen.wrappingAdd(1, ordering: .relaxed).newValue
        if open > intake.limits.connectionLimit || intake.isDraining {
            shared.counters.connectionsRefused.wrappingAdd(1, ordering: .relaxed)
            // Before the handshake nothing can be said, and a handshake is what cannot be afforded.
            if socket.isSecure { socket.close() } else { cutOff(.busy(retryAfterSeconds: 1)) }
        }
    }

    func socketClosed() {
        shared.counters.connectionsOpen.wrappingSubtract(1, ordering: .relaxed)
        intake.closed(self)
        phase = .closed
        slots.removeAll()
        received = nil
        account()
        responding?.cancel()
        responding = nil
    }

    func inputClosed() {
        inputEnded = true
        responding?.cancel()
        if slots.isEmpty, responding == nil, !holdsRequests { endOutput() }
    }

    /// Nothing more comes: closes once the client has what was answered.
    private func endOutput() {
        if outputEnded { return closeNow() }
        phase = .ending
        endAfterAnswers()
    }

    func becameWritable() {
        flushAnswers()
        resumeReading()
    }

    private var mustHoldRead: Bool {
        if slots.count >= Self.pipelineLimit { return true }
        if let socket, !socket.isWritable { return true }
        if case .passed = phase { return (received?.readableBytes ?? 0) >= Self.aheadLimitBytes }
        return false
    }

    private func resumeReading() {
        guard let socket, !socket.isReading, !inputEnded, !mustHoldRead else { return }
        socket.isReading = true
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        if var earlier = received {
            received = nil
            earlier.writeBytes(bytes)
            take(&earlier)
            keep(&earlier)
        } else {
            let taken = take(bytes)
            var rest = taken < bytes.count ? ByteBuffer(bytes: bytes[taken...]) : ByteBuffer()
            keep(&rest)
        }
        flushAnswers()
        if mustHoldRead { socket?.isReading = false }
    }

    /// Holds on to what is no whole request yet, in memory of its own size.
    private func keep(_ buffer: inout ByteBuffer) {
        if buffer.readableBytes > 0 {
            if buffer.readableBytes * 2 < buffer.capacity {
                received = ByteBuffer(bytes: buffer.readableBytesView)
            } else {
                buffer.discardReadBytes()
                received = buffer
            }
        }
        account()
        if accountedBytes > 0,
            shared.counters.bufferedBytes.load(ordering: .relaxed) > bufferLimitBytes
        {
            cutOff(.busy(retryAfterSeconds: 1))
        }
    }

    private var bufferLimitBytes: Int {
        let isReport =
            switch phase {
            case .body(let head), .chunks(let head, _, _): head.path == .report && head.method == .post
            default: false
            }
        return intake.limits.bufferLimitBytes(mayUseAll: isReport)
    }

    private func account() {
        var bytes = received?.readableBytes ?? 0
        if case .chunks(_, let headBytes, let body) = phase { bytes += headBytes.count + body.bytes.count }
        guard bytes != accountedBytes else { return }
        shared.counters.bufferedBytes.wrappingAdd(bytes - accountedBytes, ordering: .relaxed)
        accountedBytes = bytes
    }

    // MARK: - Framing

    /// Takes every request that is whole, and leaves the rest in the buffer.
    private func take(_ buffer: inout ByteBuffer) {
        let taken = buffer.withUnsafeReadableBytes { take($0) }
        buffer.moveReaderIndex(forwardBy: taken)
    }

    /// Takes every request that is whole; returns how many bytes those were.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        var taken = 0
        while taken < bytes.count, slots.count < Self.pipelineLimit, mayBegin {
            let count = step(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
            if count == 0 { break }
            taken += count
        }
        return taken
    }

    /// Whether another request may be begun: not while the client leaves its answers unread, for they may be much
    /// longer than what asks for them.
    private var mayBegin: Bool {
        if case .head = phase, let socket { socket.isWritable } else { true }
    }

    /// Whether whole requests may be among what was received, which wait until the client reads.
    private var holdsRequests: Bool { received != nil && !mayBegin }

    /// Takes one step over `bytes`; returns how many it took. Zero: it needs more, or must wait.
    private func step(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch phase {
        case .head: return takeHead(bytes)
        case .body(let head): return takeBody(head, bytes)
        case .chunks: return takeChunks(bytes)
        case .passed: return 0
        case .ending, .closed: return bytes.count
        }
    }

    private func takeHead(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch RequestHead.parse(bytes) {
        case .incomplete:
            if received == nil, accountedBytes == 0 { phaseSince = intake.steadySeconds }
            return 0
        case .refused(let refusal):
            shared.counters.malformedRequests.wrappingAdd(1, ordering: .relaxed)
            cutOff(refusal.answer)
            return bytes.count
        case .complete(let head):
            let wholeBytes = head.sizeBytes + (head.contentLength ?? 0)
            if !head.isChunked, bytes.count >= wholeBytes { return takeBody(head, bytes) }
            return awaitBody(head, bytes)
        }
    }

    /// The head came, the body has not: whatever can be refused is refused before the body is let in.
    private func awaitBody(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) -> Int {
        let headBytes = UnsafeRawBufferPointer(rebasing: bytes[..<head.sizeBytes])
        guard let verdict = desk?.verdictBeforeBody(head, headBytes) else { return bytes.count }
        let bodyLimitBytes: Int
        switch verdict {
        case .welcome(let limit): bodyLimitBytes = limit
        case .refused(let answer):
            cutOff(answer, head: head, headBytes: headBytes)
            return bytes.count
        }
        phaseSince = intake.steadySeconds
        if head.expectsContinue, slots.isEmpty, bytes.count == head.sizeBytes {
            socket?.write(Self.continueResponse)
            socket?.flush()
            // The client has gone, and this connection with it.
            if case .closed = phase { return bytes.count }
        }
        if head.isChunked {
            phase = .chunks(
                head,
                headBytes: Array(headBytes),
                ChunkedBody(limitBytes: bodyLimitBytes)
            )
            return head.sizeBytes
        }
        phase = .body(head)
        return 0
    }

    private static let continueResponse = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

    private func takeBody(_ head: RequestHead, _ bytes: UnsafeRawBufferPointer) -> Int {
        let wholeBytes = head.sizeBytes + (head.contentLength ?? 0)
        guard bytes.count >= wholeBytes else { return 0 }
        let isAdmitted = if case .body = phase { true } else { false }
        phase = .head
        phaseSince = intake.steadySeconds
        handle(
            head,
            UnsafeRawBufferPointer(rebasing: bytes[..<head.sizeBytes]),
            body: UnsafeRawBufferPointer(rebasing: bytes[head.sizeBytes..<wholeBytes]),
            isAdmitted: isAdmitted
        )
        return wholeBytes
    }

    private func takeChunks(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard case .chunks(let head, let headBytes, var body) = phase else { return 0 }
        // Not two owners while it grows.
        phase = .head
        do throws(ChunkedBody.Failure) {
            let taken = try body.consume(bytes)
            guard body.hasEnded else {
                phase = .chunks(head, headBytes: headBytes, body)
                return taken
            }
            phaseSince = intake.steadySeconds
            headBytes.withUnsafeBytes { headBytes in
                body.bytes.withUnsafeBytes { handle(head, headBytes, body: $0, isAdmitted: true) }
            }
            return taken
        } catch {
            headBytes.withUnsafeBytes { headBytes in
                switch error {
                case .tooLarge:
                    if let answer = desk?.tooLarge() { cutOff(answer, head: head, headBytes: headBytes) }
                case .malformed:
                    shared.counters.malformedRequests.wrappingAdd(1, ordering: .relaxed)
                    cutOff(.malformedHTTP(status: 400, reason: "malformed chunked body"))
                }
            }
            return bytes.count
        }
    }

    // MARK: - Whole requests

    private func handle(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        isAdmitted: Bool
    ) {
        guard head.path == .report else { return passOn(head, headBytes, body, isAdmitted: isAdmitted) }
        let style = style(head, headBytes)
        switch desk?.answer(head, headBytes, body: body, isAdmitted: isAdmitted, from: self) {
        case .now(let answer): enqueue(answer, style)
        case .whenStored: slots.append(.waiting(style))
        case .whenKept(let refusal): slots.append(.refused(style, refusal))
        case nil: break
        }
        if !head.keepsAlive { phase = .ending }
    }

    // MARK: - Answers

    private func style(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer) -> Style {
        Style(
            origin: head.origin.map { shared.originIndex(headBytes[$0.start..<$0.start + $0.count]) } ?? -1,
            keepsAlive: head.keepsAlive,
            announcesKeepAlive: head.minorVersion == 0 && head.keepsAlive,
            isHeadRequest: head.method == .head
        )
    }

    private func render(_ answer: Answer, _ style: Style) -> ByteBuffer {
        if case .stored = answer, style.keepsAlive, !style.announcesKeepAlive {
            if style.origin < 0 { return intake.storedAnswer(anyOrigin: false) }
            if shared.settings.corsOrigins[Int(style.origin)] == "*" { return intake.storedAnswer(anyOrigin: true) }
        }
        intake.refreshDate()
        return answer.response(
            AnswerFrame(
                allowOrigin: style.origin < 0 ? nil : shared.settings.corsOrigins[Int(style.origin)],
                keepsAlive: style.keepsAlive,
                announcesKeepAlive: style.announcesKeepAlive,
                isHeadRequest: style.isHeadRequest,
                date: intake.date
            )
        )
    }

    private func enqueue(_ answer: Answer, _ style: Style) {
        let response = render(answer, style)
        if slots.isEmpty { write(response) } else { slots.append(.answer(response)) }
    }

    private func write(_ response: ByteBuffer) {
        socket?.write(response)
        needsFlush = true
    }

    /// The oldest report that waits became durable, or could not.
    func reportEnded(isStored: Bool) {
        guard let oldest = slots.firstIndex(where: \.isWaiting) else { return }
        let response: ByteBuffer
        switch slots[oldest] {
        case .waiting(let style): response = render(isStored ? .stored : .busy(retryAfterSeconds: 1), style)
        case .refused(let style, let answer): response = render(answer, style)
        case .answer: return
        }
        if slots.count == 1 {
            slots.removeAll(keepingCapacity: true)
            return write(response)
        }
        slots[oldest] = .answer(response)
        // Answers go out in the order of their requests: up to the next one that still waits.
        let ready = slots.firstIndex(where: \.isWaiting) ?? slots.count
        for case .answer(let response) in slots[..<ready] { write(response) }
        slots.removeFirst(ready)
    }

    /// Sends what was written, and goes on with whatever waited for it.
    func flushAnswers() {
        if needsFlush {
            needsFlush = false
            socket?.flush()
        }
        guard slots.isEmpty else { return }
        switch phase {
        case .ending: endAfterAnswers()
        case .passed(.some(let request), let style, let minorVersion):
            phase = .passed(nil, style, minorVersion: minorVersion)
            respond(request)
        case .passed, .closed: break
        case .head, .body, .chunks:
            continueReceived()
            if inputEnded, slots.isEmpty, !holdsRequests { endInput() }
        }
        resumeReading()
    }

    /// Requests that came behind a full pipeline or another's response.
    private func continueReceived() {
        guard var buffer = received, case .head = phase else { return }
        received = nil
        take(&buffer)
        keep(&buffer)
        if needsFlush || phaseWaitsForSlots { flushAnswers() }
    }

    /// What came before the end of the input was taken: nothing that is begun can become whole.
    private func endInput() {
        switch phase {
        case .head, .body, .chunks: endOutput()
        case .passed, .ending, .closed: break
        }
    }

    private var phaseWaitsForSlots: Bool {
        switch phase {
        case .ending, .passed(.some, _, _): slots.isEmpty
        default: false
        }
    }

    // MARK: - Others' requests

    private func passOn(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        isAdmitted: Bool
    ) {
        guard let desk else { return }
        var style = style(head, headBytes)
        if !isAdmitted, case .refused(let answer) = desk.verdictBeforeBody(head, headBytes) {
            return enqueue(answer, style)
        }
        style.keepsAlive = head.keepsAlive && !intake.isDraining
        phase = .passed(desk.passed(headBytes, body: body), style, minorVersion: head.minorVersion)
    }

    private func respond(_ request: PassedRequest) {
        response = nil
        let loop = intake.loop
        let stream = ResponseStream(loop: loop, sink: self)
        let responder = shared.responder
        responding = Task {
            do {
                try await responder(request, stream)
            } catch {
                loop.execute { self.responderFailed() }
            }
        }
    }

    func begin(_ head: ResponseHead, sent: @escaping Sent) {
        guard case .passed(_, let style, let minorVersion) = phase else { return sent(.failure(ClientSocket.Closed())) }
        let hasBody = head.mayHaveBody && !style.isHeadRequest
        let isOpenEnded = hasBody && head.contentLength == nil
        let response = Response(
            isChunked: isOpenEnded && minorVersion == 1,
            hasBody: hasBody,
            closes: !style.keepsAlive || (isOpenEnded && minorVersion == 0)
        )
        self.response = response
        var text = "HTTP/1.1 \(head.status) \(head.reason)\r\n"
        for header in head.headers { text += "\(header.name): \(header.value)\r\n" }
        if response.isChunked {
            text += "Transfer-Encoding: chunked\r\n"
        } else if let length = head.contentLength, head.mayHaveBody {
            text += "Content-Length: \(length)\r\n"
        }
        if response.closes {
            text += "Connection: close\r\n"
        } else if minorVersion == 0 {
            text += "Connection: keep-alive\r\n"
        }
        send(ByteBuffer(string: text + "\r\n"), sent)
    }

    func write(_ bytes: ByteBuffer, sent: @escaping Sent) {
        guard let response, response.hasBody else { return sent(.success(())) }
        guard response.isChunked else { return send(bytes, sent) }
        var framed = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
        framed.writeImmutableBuffer(bytes)
        framed.writeString("\r\n")
        send(framed, sent)
    }

    func end(sent: @escaping Sent) {
        guard let response else { return sent(.failure(ClientSocket.Closed())) }
        guard response.isChunked else {
            responderEnded(closes: response.closes)
            return sent(.success(()))
        }
        send(ByteBuffer(string: "0\r\n\r\n")) { [self] result in
            if case .success = result { responderEnded(closes: response.closes) }
            sent(result)
        }
    }

    /// Sends a part of another's response; calls back once the client's system took it.
    private func send(_ bytes: ByteBuffer, _ sent: @escaping Sent) {
        guard case .passed = phase, let socket else { return sent(.failure(ClientSocket.Closed())) }
        socket.send(bytes, whenSent: sent)
    }

    private func responderEnded(closes: Bool) {
        guard case .passed = phase else { return }
        responding = nil
        response = nil
        phaseSince = intake.steadySeconds
        if closes || intake.isDraining {
            phase = .ending
        } else {
            phase = .head
        }
        flushAnswers()
    }

    private func responderFailed() {
        guard case .passed = phase else { return }
        responding = nil
        // Half a response cannot be mended: the client must see that it is cut.
        if response != nil { closeNow() } else { cutOff(.busy(retryAfterSeconds: 1)) }
    }

    // MARK: - Ending

    /// Answers and closes, though the client may still be sending: what it sends is thrown away until it sees why.
    private func cutOff(_ answer: Answer, head: RequestHead? = nil, headBytes: UnsafeRawBufferPointer? = nil) {
        switch phase {
        case .ending, .closed: return
        case .passed(nil, _, _):
            // An answer in the middle of another's response would be taken for a part of it.
            if response != nil { return closeNow() }
            responding?.cancel()
            responding = nil
        default: break
        }
        var style = Style()
        if let head, let headBytes { style = self.style(head, headBytes) }
        style.keepsAlive = false
        style.announcesKeepAlive = false
        enqueue(answer, style)
        phase = .ending
        lingers = true
        received = nil
        account()
        flushAnswers()
    }

    private func endAfterAnswers() {
        guard let socket, !outputEnded, !socket.hasUnsent else { return }
        if lingers, !inputEnded {
            // Closing with unread bytes would reset the connection, and the answer could be lost with it.
            outputEnded = true
            phaseSince = intake.steadySeconds
            socket.closeOutput()
        } else {
            socket.close()
        }
    }

    func drain() {
        if let socket, socket.isShakingHands { return socket.close() }
        switch phase {
        case .head where slots.isEmpty && received == nil:
            phase = .ending
            flushAnswers()
        case .head where slots.isEmpty: cutOff(.busy(retryAfterSeconds: 1))
        case .head:
            // Behind its answers; lingering, because what it sends meanwhile would make the close a reset.
            phase = .ending
            lingers = true
            received = nil
            account()
        case .body, .chunks: cutOff(.busy(retryAfterSeconds: 1))
        case .passed, .ending, .closed: break
        }
    }

    func closeNow() {
        socket?.close()
    }

    func checkTimeouts() {
        let waited = intake.steadySeconds - phaseSince
        let limits = intake.limits
        if let socket, socket.hasUnsent {
            // It does not read what it asked for: its memory is needed.
            if intake.steadySeconds - socket.sentAt >= limits.bodyTimeoutSeconds { closeNow() }
            return
        }
        switch phase {
        case .head where !slots.isEmpty: break
        case .head where socket?.isShakingHands == true:
            guard waited >= limits.headerTimeoutSeconds else { break }
            shared.counters.connectionsTimedOut.wrappingAdd(1, ordering: .relaxed)
            closeNow()
        case .head where received == nil:
            if waited >= limits.idleTimeoutSeconds { closeNow() }
        case .head:
            if waited >= limits.headerTimeoutSeconds { timeOut("the request's head did not come in time") }
        case .body, .chunks:
            if waited >= limits.bodyTimeoutSeconds { timeOut("the request's body did not come in time") }
        case .ending where slots.isEmpty:
            if waited >= Self.lingerSeconds { closeNow() }
        case .passed, .ending, .closed: break
        }
    }

    private func timeOut(_ reason: String) {
        shared.counters.connectionsTimedOut.wrappingAdd(1, ordering: .relaxed)
        cutOff(.malformedHTTP(status: 408, reason: reason))
    }
}

extension ReportConnection: ClientSocket.TLSGreeter {
    func choseHTTP2() {
        guard let socket else { return }
        let successor = HTTP2Connection(intake: intake, socket: socket)
        intake.replace(self, by: successor)
        socket.connection = successor
        phase = .closed
        self.socket = nil
    }

    func spokeInTheClear() {
        shared.counters.malformedRequests.wrappingAdd(1, ordering: .relaxed)
        cutOff(.malformedHTTP(status: 400, reason: "this port speaks TLS: use https://"))
    }
}

extension RequestHead.Refusal {
    var answer: Answer {
        switch self {
        case .badRequest: .malformedHTTP(status: 400, reason: "malformed request")
        case .headTooLarge: .malformedHTTP(status: 431, reason: "head larger than \(RequestHead.limitBytes) bytes")
        case .versionNotSupported: .malformedHTTP(status: 505, reason: "expected version 1.1 or 1.0")
        case .expectationFailed: .malformedHTTP(status: 417, reason: "expected Expect: 100-continue")
        case .unknownTransferCoding: .malformedHTTP(status: 501, reason: "expected Transfer-Encoding: chunked")
        }
    }
}
