import NIOCore
import Reports
import Synchronization

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What becomes of one client's whole requests, however they were framed. On its loop's thread only.
final class ReportDesk {
    private let intake: LoopIntake
    private unowned let socket: ClientSocket
    private var reporter = Reporter()
    private var agents = AgentMemory()

    init(intake: LoopIntake, socket: ClientSocket) {
        self.intake = intake
        self.socket = socket
    }

    private var shared: CollectorState { intake.shared }

    /// What a head alone decides.
    enum Verdict {
        case refused(Answer)
        /// The body may come, up to so many bytes.
        case welcome(bodyLimitBytes: Int)
    }

    /// Refuses what can be refused before the body is let in. A report that is welcome is admitted: ask once for each.
    func verdictBeforeBody(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer) -> Verdict {
        var limit = intake.limits.bodyLimitBytes
        if head.path == .report, head.method == .post {
            if let refusal = refusalOfSender(head, headBytes) { return .refused(refusal) }
        } else if head.path == .report || !reporter.isKnown(head, headBytes, shared) {
            limit = min(limit, CollectorLimits.strangersBodyBytes)
        }
        if let length = head.contentLength, length > limit { return .refused(tooLarge()) }
        return .welcome(bodyLimitBytes: limit)
    }

    /// Whether who sends a report may do so now. Counts it.
    private func refusalOfSender(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer) -> Answer? {
        // Before the token is looked at: whoever tries tokens is slowed down too.
        if !shared.addressLimiter.isOff, let address = client(headBytes).address,
            let seconds = shared.addressLimiter.secondsToWait(address.network, nowNanoseconds: Self.nanoseconds())
        {
            return tooMany(seconds)
        }
        guard reporter.isApp(head, headBytes, shared) else { return unauthorized() }
        if !shared.appLimiter.isOff,
            let seconds = shared.appLimiter.secondsToWait(reporter.app, nowNanoseconds: Self.nanoseconds())
        {
            return tooMany(seconds)
        }
        return nil
    }

    /// What a request is answered.
    enum Reply {
        case now(Answer)
        /// Once the journal has it; where it could not take it, that the service is busy.
        case whenStored
        /// The refusal, once the journal has tried to keep what was refused.
        case whenKept(Answer)
    }

    /// Answers a request to the report's path.
    ///
    /// - Parameter isAdmitted: ``verdictBeforeBody(_:_:)`` has welcomed it.
    func answer(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        isAdmitted: Bool,
        from sender: any ReportSender
    ) -> Reply {
        switch head.method {
        case .post:
            if isAdmitted {
                // Its token was good when its head came; it names the app again.
                guard reporter.isApp(head, headBytes, shared) else { return .now(unauthorized()) }
            } else if let refusal = refusalOfSender(head, headBytes) {
                return .now(refusal)
            }
            return report(head, headBytes, body, sender)
        case .options:
            return .now(
                .preflight(
                    requestedHeaders: head.requestedHeaders.map { span in
                        String(decoding: headBytes[span.start..<span.start + span.count], as: UTF8.self)
                    }
                )
            )
        default: return .now(.wrongMethod(allow: "POST, OPTIONS"))
        }
    }

    private func report(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        _ sender: any ReportSender
    ) -> Reply {
        guard body.count <= intake.limits.bodyLimitBytes else { return .now(tooLarge()) }
        var key: UnsafeRawBufferPointer?
        if let span = head.idempotencyKey {
            guard span.count > 0 else {
                return withDelivery(head, headBytes) { delivery in
                    let request = ReportRequest(head: head, key: nil, delivery: delivery, sender: sender)
                    return reject(Rejection(.idempotencyKey, at: .report), body, request)
                }
            }
            key = UnsafeRawBufferPointer(rebasing: headBytes[span.start..<span.start + span.count])
        }
        return withDelivery(head, headBytes) { delivery in
            let request = ReportRequest(head: head, key: key, delivery: delivery, sender: sender)
            if head.sequence == .malformed { return reject(Rejection(.sequence, at: .report), body, request) }
            if head.sentAt == .malformed { return reject(Rejection(.sentAt, at: .report), body, request) }
            guard head.contentType == .json else {
                return reject(Rejection(.contentType, at: .report), body, request)
            }
            return unpack(body, request)
        }
    }

    /// What is told of a report beside its body.
    private struct ReportRequest {
        let head: RequestHead
        let key: UnsafeRawBufferPointer?
        let delivery: ReportDelivery
        let sender: any ReportSender
    }

    private func withDelivery(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        _ body: (ReportDelivery) -> Reply
    ) -> Reply {
        func bytes(_ span: RequestHead.Span) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: headBytes[span.start..<span.start + span.count])
        }
        var delivery = ReportDelivery()
        if case .given(let install, let number)? = head.sequence {
            delivery.sequence = .init(install: bytes(install), number: number)
        }
        if case .given(let milliseconds)? = head.sentAt { delivery.sentMilliseconds = milliseconds }
        if let span = head.userAgent { delivery.agent = agents.suspected(bytes(span)) }
        guard let address = shared.settings.storedAddress.text(of: { client(headBytes).address }) else {
            return body(delivery)
        }
        var text = address
        return text.withUTF8 { utf8 in
            delivery.address = UnsafeRawBufferPointer(utf8)
            return body(delivery)
        }
    }

    private func unpack(_ body: UnsafeRawBufferPointer, _ request: ReportRequest) -> Reply {
        switch request.head.contentEncoding {
        case .identity: return accept(body, request)
        case .other: return reject(Rejection(.contentEncoding, at: .report), body, request)
        case .gzip:
            do throws(Gzip.Failure) {
                let unpacked = try Gzip.unpack(body, limitBytes: intake.limits.bodyLimitBytes)
                return unpacked.withUnsafeBytes { accept($0, request) }
            } catch {
                switch error {
                case .notGzip: return reject(Rejection(.badGzip, at: .report), body, request)
                case .overLimit: return .now(tooLarge())
                }
            }
        }
    }

    private func accept(_ body: UnsafeRawBufferPointer, _ request: ReportRequest) -> Reply {
        let head = request.head
        guard !intake.isDraining else { return .now(busy()) }
        do throws(Rejection) {
            let acceptance = try reporter.withApp { (app) throws(Rejection) in
                try intake.accept(
                    body,
                    app: app,
                    key: request.key,
                    delivery: request.delivery,
                    isDryRun: head.isDryRun,
                    from: request.sender
                )
            }
            switch acceptance {
            case .waiting: return .whenStored
            case .valid(let items):
                guard head.wantsDetail else { return .now(.stored) }
                return .now(.checked(items: items, appliesPreference: head.prefersRepresentation))
            case .busy: return .now(busy())
            }
        } catch {
            return reject(error, body, request, wasRead: true)
        }
    }

    /// Refuses a report, and keeps it: its sender will not send it again.
    ///
    /// - Parameter wasRead: the parser refused it, so that there may be more to find.
    private func reject(
        _ rejection: Rejection,
        _ body: UnsafeRawBufferPointer,
        _ request: ReportRequest,
        wasRead: Bool = false
    ) -> Reply {
        let head = request.head
        shared.counters.count(rejection: rejection.code)
        var mistakes: Mistakes?
        if head.wantsDetail || head.isDryRun {
            mistakes = Mistakes(
                wasRead ? intake.review(body) : ReportReview(rejection),
                appliesPreference: head.prefersRepresentation
            )
        }
        let answer = Answer.rejected(detail: rejection.detail, mistakes: mistakes)
        guard !head.isDryRun else { return .now(answer) }
        let isKept = reporter.withApp { app in
            intake.keep(
                body,
                rejection,
                app: app,
                key: request.key,
                delivery: request.delivery,
                from: request.sender
            )
        }
        return isKept ? .whenKept(answer) : .now(answer)
    }

    // MARK: - Others' requests

    /// What others are given of a request that is not theirs to frame.
    func passed(_ headBytes: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) -> PassedRequest {
        let fields = HeadFields(headBytes)
        let client = client(headBytes)
        return PassedRequest(
            method: fields.method,
            target: fields.target,
            headers: fields.headers,
            body: ByteBuffer(bytes: body),
            clientAddress: client.address?.description,
            clientNetwork: client.address?.network.description,
            isSecure: client.isSecure
        )
    }

    private func client(_ headBytes: UnsafeRawBufferPointer) -> ForwardedClient {
        ForwardedClient(
            peer: socket.peer,
            isSecure: socket.isSecure,
            head: headBytes,
            trusted: shared.settings.trustedProxies
        )
    }

    // MARK: - Counted refusals

    func unauthorized() -> Answer {
        shared.counters.reportsUnauthorized.wrappingAdd(1, ordering: .relaxed)
        return .unauthorized
    }

    func tooLarge() -> Answer {
        shared.counters.reportsTooLarge.wrappingAdd(1, ordering: .relaxed)
        return .tooLarge
    }

    private func tooMany(_ seconds: Int) -> Answer {
        shared.counters.reportsLimited.wrappingAdd(1, ordering: .relaxed)
        return .tooMany(retryAfterSeconds: seconds)
    }

    private func busy() -> Answer {
        shared.counters.reportsBusy.wrappingAdd(1, ordering: .relaxed)
        return .busy(retryAfterSeconds: 1)
    }

    private static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
