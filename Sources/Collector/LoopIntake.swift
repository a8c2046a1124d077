import Journal
import NIOCore
import Reports
import Synchronization

/// One event loop's part of the intake: its parser, the batch it fills, and its connections. Used on that loop only.
///
/// Everything that arrives in one turn of the loop becomes one batch: reports are encoded straight into it, it is handed
/// to the journal when the turn ends, and all its clients are answered when it is durable. So a turn costs one hand-over
/// and one wake-up, however many reports it brought.
final class LoopIntake {
    let eventLoop: any EventLoop
    let shared: CollectorState
    /// The plan that reports are checked by; replaced on the loop.
    var plan: PlanTable
    private let parser = ReportParser()
    private var filling = Cohort()
    private var spares: [Cohort] = []
    private var inFlight = 0
    private var turnEndScheduled = false
    private var connections: [ReportConnection] = []
    private var sweep: RepeatedTask?
    private var dateSeconds: Int64 = 0
    private var plainStored = ByteBuffer()
    private var sharedStored = ByteBuffer()

    /// Whole seconds of a steady clock, moved on by the sweep: for timeouts, which need no better.
    private(set) var steadySeconds = 0
    private(set) var date = ""

    /// Reports that become durable together, and the connections to answer then.
    private final class Cohort: @unchecked Sendable {
        // Sendable by ownership: the journal's thread carries it from one turn of the loop to another; it touches only
        // the batch, and only until the loop gets it back.
        var batch = JournalBatch()
        var waiting: [ReportConnection] = []
        unowned(unsafe) var intake: LoopIntake?
    }

    /// Two groups on their way keep the disk busy while answers are written; more would only make groups smaller.
    private static let groupsInFlight = 2
    /// A batch over this goes on its way before the turn ends.
    private static let batchBytes = 1 << 20

    init(eventLoop: any EventLoop, shared: CollectorState) {
        self.eventLoop = eventLoop
        self.shared = shared
        plan = shared.plan.withLock { $0 }
    }

    // MARK: - Reports

    /// Parses a report into the batch; the connection is answered when it is durable.
    func accept(
        _ body: UnsafeRawBufferPointer,
        app: UnsafeRawBufferPointer,
        isDryRun: Bool,
        from connection: ReportConnection
    ) throws(Rejection) -> Acceptance {
        let room = filling.batch.reserve(payloadBytes: encodedReportBound(bodyBytes: body.count))
        let arrival = shared.arrivalClock.next()
        let encoded = try parser.parse(
            body,
            plan: plan,
            circumstances: .init(
                app: app,
                nowSeconds: Int64(arrival / 1_000_000),
                arrivalMicroseconds: arrival
            ),
            into: room
        )
        if isDryRun { return .valid }
        guard shared.journal.hasRoom else { return .busy }
        filling.batch.commit(payloadBytes: encoded.sizeBytes, kind: .report)
        filling.waiting.append(connection)
        shared.counters.eventsAccepted.wrappingAdd(UInt64(encoded.items), ordering: .relaxed)
        shared.counters.bytesAccepted.wrappingAdd(UInt64(body.count), ordering: .relaxed)
        if filling.batch.sizeBytes >= Self.batchBytes { submit() } else { scheduleTurnEnd() }
        return .waiting
    }

    enum Acceptance { case waiting, valid, busy }

    private func scheduleTurnEnd() {
        guard !turnEndScheduled else { return }
        turnEndScheduled = true
        // A task given to the loop from within it runs after all that is readable now was read.
        eventLoop.assumeIsolatedUnsafeUnchecked().execute { [self] in
            turnEndScheduled = false
            submit()
        }
    }

    private func submit() {
        guard !filling.batch.isEmpty, inFlight < Self.groupsInFlight else { return }
        let cohort = filling
        filling = spares.popLast() ?? Cohort()
        cohort.intake = self
        inFlight += 1
        let eventLoop = eventLoop
        do throws(JournalError) {
            try shared.journal.submit(cohort.batch) { _, result in
                let isStored = (try? result.get()) != nil
                eventLoop.execute { cohort.intake?.finish(cohort, isStored: isStored) }
            }
        } catch {
            // Later, because a report of this very turn may not have its place among the answers yet.
            eventLoop.execute { cohort.intake?.finish(cohort, isStored: false) }
        }
    }

    private func finish(_ cohort: Cohort, isStored: Bool) {
        inFlight -= 1
        if isStored {
            shared.counters.reportsAccepted.wrappingAdd(UInt64(cohort.waiting.count), ordering: .relaxed)
        } else {
            shared.counters.reportsBusy.wrappingAdd(UInt64(cohort.waiting.count), ordering: .relaxed)
        }
        refreshDate()
        for connection in cohort.waiting { connection.reportEnded(isStored: isStored) }
        for connection in cohort.waiting { connection.flushAnswers() }
        cohort.waiting.removeAll(keepingCapacity: true)
        cohort.batch.reset()
        if spares.count <= Self.groupsInFlight { spares.append(cohort) }
        submit()
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

    func opened(_ connection: ReportConnection) {
        refreshDate()
        connection.index = connections.count
        connections.append(connection)
        guard sweep == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            bound.value.checkTimeouts()
        }
    }

    private func checkTimeouts() {
        steadySeconds += 1
        // Backwards, because a connection that closes moves the last one into its place.
        for index in connections.indices.reversed() where index < connections.count {
            connections[index].checkTimeouts()
        }
    }

    func closed(_ connection: ReportConnection) {
        guard let index = connection.index else { return }
        connection.index = nil
        let last = connections.removeLast()
        if index < connections.count {
            connections[index] = last
            last.index = index
        }
        if connections.isEmpty {
            // An idle server has no timer to wake it.
            sweep?.cancel()
            sweep = nil
        }
    }

    /// Lets every connection end: idle ones now, busy ones behind their answers.
    func drain() {
        for connection in connections.reversed() { connection.drain() }
    }

    func closeAll() {
        for connection in connections.reversed() { connection.closeNow() }
    }
}
