import Journal
import NIOCore
import Reports
import Synchronization

/// One loop's part of the intake: its parser, the batch it fills, and its connections. Used on that loop only.
///
/// Everything that arrives in one turn of the loop becomes one batch: reports are encoded straight into it, it is
/// committed when the turn ends, and all its clients are answered when it is durable. Where the disk is quick the loop
/// commits by itself: what arrives meanwhile waits in the sockets and makes the next batch a larger one, and no thread
/// has to be woken. Where it is slow, the journal's thread does, and the loop goes on to serve.
final class LoopIntake: @unchecked Sendable {
    // Sendable: used on its loop's thread only; others may carry it there.

    let loop: SocketLoop
    let shared: CollectorState
    /// The plan that reports are checked by; replaced on the loop.
    var plan: PlanTable
    /// Replaced on the loop.
    var limits: CollectorLimits
    private let parser = ReportParser()
    /// When the body that was parsed last arrived: a review of it is told the same time.
    private var parsedAtSeconds: Int64 = 0
    private var filling = Cohort()
    private var spares: [Cohort] = []
    /// Oldest first: answers go out in this order, for a connection knows only which of its reports is the oldest.
    private var onTheWay: [Cohort] = []
    private var connections: [any ClientConnection] = []
    private var dateSeconds: Int64 = 0
    private var plainStored = ByteBuffer()
    private var sharedStored = ByteBuffer()

    /// Whole seconds of a steady clock: for timeouts, which need no better.
    var steadySeconds: Int { loop.steadySeconds }
    private(set) var date = ""

    /// Reports that become durable together, and the connections to answer then.
    private final class Cohort: @unchecked Sendable {
        // Sendable by ownership: the journal's thread carries it from one turn of the loop to another; it touches only
        // the batch, and only until the loop gets it back.
        var batch = JournalBatch()
        var waiting: [any ReportSender] = []
        /// How many of those wait for a refusal.
        var refused = 0
        /// nil while it is on its way.
        var isStored: Bool?
    }

    /// Two groups on their way keep the disk busy while answers are written; more would only make groups smaller.
    private static let groupsInFlight = 2
    /// A batch over this goes on its way before the turn ends.
    private static let batchBytes = 1 << 20
    /// A batch that cannot go on its way because the disk is behind takes no more than this.
    private static let fillingLimitBytes = 32 << 20

    /// The loop must not run yet.
    init(loop: SocketLoop, shared: CollectorState) {
        self.loop = loop
        self.shared = shared
        plan = shared.plan.withLock { $0 }
        limits = shared.settings.limits
        loop.turnEnded = { self.endTurn() }
        loop.tick = { self.checkTimeouts() }
    }

    // MARK: - Reports

    /// Parses a report into the batch; the connection is answered when it is durable.
    func accept(
        _ body: UnsafeRawBufferPointer,
        app: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer?,
        delivery: ReportDelivery,
        isDryRun: Bool,
        from sender: any ReportSender
    ) throws(Rejection) -> Acceptance {
        let room = filling.batch.reserve(payloadBytes: encodedReportBound(bodyBytes: body.count))
        let arrival = shared.arrivalClock.next()
        parsedAtSeconds = Int64(arrival / 1_000_000)
        let encoded = try parser.parse(
            body,
            plan: plan,
            circumstances: .init(
                app: app,
                nowSeconds: parsedAtSeconds,
                arrivalMicroseconds: arrival,
                idempotencyKey: key,
                delivery: delivery
            ),
            into: room
        )
        if isDryRun { return .valid(items: encoded.items) }
        guard shared.journal.hasRoom, filling.batch.sizeBytes < Self.fillingLimitBytes else { return .busy }
        filling.batch.commit(payloadBytes: encoded.sizeBytes, kind: .report)
        filling.waiting.append(sender)
        shared.counters.eventsAccepted.wrappingAdd(UInt64(encoded.items), ordering: .relaxed)
        shared.counters.bytesAccepted.wrappingAdd(UInt64(body.count), ordering: .relaxed)
        if filling.batch.sizeBytes >= Self.batchBytes { submit() }
        return .waiting
    }

    enum Acceptance {
        case waiting
        case valid(items: Int)
        case busy
    }

    /// Everything that is wrong with the body that was refused last.
    func review(_ body: UnsafeRawBufferPointer) -> ReportReview {
        parser.review(body, plan: plan, nowSeconds: parsedAtSeconds)
    }

    /// Keeps a refused report, to be looked at and tried again. True: its sender is to be answered when it is durable,
    /// for whoever is refused does not send it again.
    func keep(
        _ body: UnsafeRawBufferPointer,
        _ rejection: Rejection,
        app: UnsafeRawBufferPointer,
        key: UnsafeRawBufferPointer?,
        delivery: ReportDelivery,
        from sender: any ReportSender
    ) -> Bool {
        guard !isDraining, shared.journal.hasRoom, filling.batch.sizeBytes < Self.fillingLimitBytes else {
            shared.counters.refusalsLost.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        let size = RefusedReport.encode(
            body,
            rejection: rejection,
            app: app,
            idempotencyKey: key,
            delivery: delivery,
            planVersion: plan.plan.version,
            arrivalMicroseconds: shared.arrivalClock.next(),
            into: filling.batch.reserve(payloadBytes: RefusedReport.bound(bodyBytes: body.count))
        )
        filling.batch.commit(payloadBytes: size, kind: .refused)
        filling.waiting.append(sender)
        filling.refused += 1
        if filling.batch.sizeBytes >= Self.batchBytes { submit() }
        return true
    }

    /// Commits what the turn brought, and what answering it brings: requests that came ahead of their answers.
    private func endTurn() {
        while !filling.batch.isEmpty, onTheWay.isEmpty {
            let cohort = takeFilled()
            guard let result = shared.journal.commitHere(cohort.batch) else { return handOver(cohort) }
            ended(cohort, isStored: (try? result.get()) != nil)
        }
        submit()
    }

    /// Hands over to the journal's thread, if there is anything and not too much on its way.
    private func submit() {
        if !filling.batch.isEmpty, onTheWay.count < Self.groupsInFlight { handOver(takeFilled()) }
    }

    private func takeFilled() -> Cohort {
        defer { filling = spares.popLast() ?? Cohort() }
        filling.isStored = nil
        onTheWay.append(filling)
        return filling
    }

    private func handOver(_ cohort: Cohort) {
        do throws(JournalError) {
            try shared.journal.submit(cohort.batch) { [self] _, result in
                let isStored = (try? result.get()) != nil
                loop.execute { [self] in ended(cohort, isStored: isStored) }
            }
        } catch {
            // Later, because a report of this very turn may not have its place among the answers yet.
            loop.execute { [self] in ended(cohort, isStored: false) }
        }
    }

    /// A cohort that was refused at once waits for those before it: an answer given out of turn would be another's.
    private func ended(_ cohort: Cohort, isStored: Bool) {
        cohort.isStored = isStored
        while let oldest = onTheWay.first, let isStored = oldest.isStored {
            onTheWay.removeFirst()
            finish(oldest, isStored: isStored)
        }
    }

    private func finish(_ cohort: Cohort, isStored: Bool) {
        let reports = UInt64(cohort.waiting.count - cohort.refused)
        let refused = UInt64(cohort.refused)
        if isStored {
            shared.counters.reportsAccepted.wrappingAdd(reports, ordering: .relaxed)
            shared.counters.refusalsKept.wrappingAdd(refused, ordering: .relaxed)
        } else {
            shared.counters.reportsBusy.wrappingAdd(reports, ordering: .relaxed)
            shared.counters.refusalsLost.wrappingAdd(refused, ordering: .relaxed)
        }
        refreshDate()
        for sender in cohort.waiting { sender.reportEnded(isStored: isStored) }
        for sender in cohort.waiting { sender.flushAnswers() }
        cohort.waiting.removeAll(keepingCapacity: true)
        cohort.refused = 0
        cohort.batch.reset()
        if spares.count <= Self.groupsInFlight { spares.append(cohort) }
    }

    // MARK: - Answers

    /// The usual answer, made once a second.
    func storedAnswer(anyOrigin: Bool) -> ByteBuffer { anyOrigin ? sharedStored : plainStored }

    func refreshDate() {
        let seconds = Int64(WallClock.microseconds() / 1_000_000)
        guard seconds != dateSeconds else { return }
        dateSeconds = seconds
        date = HTTPDate.format(unixSeconds: seconds)
        plainStored = Answer.stored.response(AnswerFrame(date: date))
        sharedStored = Answer.stored.response(AnswerFrame(allowOrigin: "*", date: date))
    }

    // MARK: - Connections

    var isDraining: Bool { shared.isDraining.load(ordering: .relaxed) }

    /// Takes over an accepted connection's descriptor.
    func adopt(_ descriptor: Int32) {
        let connection = ReportConnection(intake: self)
        var session: TLSSession?
        if let tls = shared.tls {
            session = tls.accept()
            guard session != nil else { return closeDescriptor(descriptor) }
        }
        do throws(SocketError) {
            try connection.open(descriptor, tls: session)
        } catch {
            closeDescriptor(descriptor)
        }
    }

    func opened(_ connection: any ClientConnection) {
        refreshDate()
        // An idle server has no timer to wake it.
        if connections.isEmpty { loop.startTicking() }
        connection.index = connections.count
        connections.append(connection)
    }

    private func checkTimeouts() {
        // Backwards, because a connection that closes moves the last one into its place.
        for index in connections.indices.reversed() where index < connections.count {
            connections[index].checkTimeouts()
        }
    }

    /// The same client, served by another from now on.
    func replace(_ connection: any ClientConnection, by successor: any ClientConnection) {
        guard let index = connection.index else { return }
        connections[index] = successor
        successor.index = index
        connection.index = nil
    }

    func closed(_ connection: any ClientConnection) {
        guard let index = connection.index else { return }
        connection.index = nil
        let last = connections.removeLast()
        if index < connections.count {
            connections[index] = last
            last.index = index
        }
        if connections.isEmpty { loop.stopTicking() }
    }

    /// Lets every connection end: idle ones now, busy ones behind their answers.
    func drain() {
        for connection in connections.reversed() { connection.drain() }
    }

    func closeAll() {
        for connection in connections.reversed() { connection.closeNow() }
    }
}
