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

    init(intake: LoopIntake, socket: ClientSocket) {
        self.intake = intake
        self.socket = socket
    }

    private var shared: CollectorState { intake.shared }

    /// What can be refused before the body is let in.
    func refusalBeforeBody(_ head: RequestHead, _ headBytes: UnsafeRawBufferPointer) -> Answer? {
        if head.path == .report, head.method == .post {
            guard reporter.isApp(head, headBytes, shared) else { return unauthorized() }
        }
        if let length = head.contentLength, length > intake.limits.bodyLimitBytes { return tooLarge() }
        return nil
    }

    /// Answers a request to the report's path; nil where the answer waits for the journal.
    func answer(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer,
        from sender: any ReportSender
    ) -> Answer? {
        switch head.method {
        case .post: return report(head, headBytes, body, sender)
        case .options:
            return .preflight(
                requestedHeaders: head.requestedHeaders.map { span in
                    String(decoding: headBytes[span.start..<span.start + span.count], as: UTF8.self)
                }
            )
        default: return .wrongMethod(allow: "POST, OPTIONS")
        }
    }

    private func report(
        _ head: RequestHead,
        _ headBytes: UnsafeRawBufferPointer,
        _ body: UnsafeRawBufferPointer,
        _ sender: any ReportSender
    ) -> Answer? {
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
        guard body.count <= intake.limits.bodyLimitBytes else { return tooLarge() }
        guard head.contentType == .json else { return reject(Rejection(.contentType, at: .report)) }
        switch head.contentEncoding {
        case .identity: return accept(body, head, sender)
        case .other: return reject(Rejection(.contentEncoding, at: .report))
        case .gzip:
            do throws(Gzip.Failure) {
                let unpacked = try Gzip.unpack(body, limitBytes: intake.limits.bodyLimitBytes)
                return unpacked.withUnsafeBytes { accept($0, head, sender) }
            } catch {
                switch error {
                case .notGzip: return reject(Rejection(.badGzip, at: .report))
                case .overLimit: return tooLarge()
                }
            }
        }
    }

    private func accept(_ body: UnsafeRawBufferPointer, _ head: RequestHead, _ sender: any ReportSender) -> Answer? {
        guard !intake.isDraining else { return busy() }
        do throws(Rejection) {
            let acceptance = try reporter.withApp { (app) throws(Rejection) in
                try intake.accept(body, app: app, isDryRun: head.isDryRun, from: sender)
            }
            switch acceptance {
            case .waiting: return nil
            case .valid: return .stored
            case .busy: return busy()
            }
        } catch {
            return reject(error)
        }
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

    private func reject(_ rejection: Rejection) -> Answer {
        shared.counters.count(rejection: rejection.code)
        return .rejected(detail: rejection.detail)
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
