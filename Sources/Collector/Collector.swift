package import Access
package import Journal
package import Reports
import Synchronization

/// The front door: one port for reports, console and query API.
///
/// Reports are framed, checked, encoded and journaled on the socket loops, without a task or an actor on their way;
/// every other request goes to the responder. `ret` 0 is written only after the journal said that the report is
/// durable.
package final class Collector: Sendable {
    package let counters = CollectorCounters()
    private let state: CollectorState
    private let intakes: [LoopIntake]
    private let listener = Mutex<Listener?>(nil)

    /// Starts its loops. Throws where the system gives no more descriptors.
    ///
    /// - Parameter tls: the certificate by which clients are spoken to; nil: in the clear.
    package init(
        settings: CollectorSettings,
        journal: Journal,
        access: Access,
        plan: PlanTable,
        loops: Int,
        tls: TLSIdentity? = nil,
        responder: @escaping RequestResponder
    ) throws(SocketError) {
        let state = CollectorState(
            settings: settings,
            journal: journal,
            access: access,
            plan: plan,
            counters: counters,
            tls: tls,
            responder: responder
        )
        self.state = state
        var intakes: [LoopIntake] = []
        for number in 1...max(loops, 1) {
            let loop = try SocketLoop()
            intakes.append(LoopIntake(loop: loop, shared: state))
            loop.start(name: "intake-\(number)")
        }
        self.intakes = intakes
    }

    /// Begins to accept connections, dealing them out to the loops in turn. Returns the port, which is the one asked for
    /// unless that was 0.
    package func listen(host: String, port: Int) throws(SocketError) -> Int {
        let socket = try ListeningSocket(host: host, port: port)
        var next = 0
        let listener = try Listener(socket) { [intakes] descriptor in
            let intake = intakes[next]
            next = (next + 1) % intakes.count
            let isTaken = intake.loop.execute { intake.adopt(descriptor) }
            if !isTaken { closeDescriptor(descriptor) }
        }
        self.listener.withLock { $0 = listener }
        return socket.port
    }

    /// Checks reports by another plan: on return every loop does. Waits for the loops' turns, so it must not be called
    /// on one of them.
    package func use(_ plan: PlanTable) {
        state.plan.withLock { $0 = plan }
        let turns = intakes.compactMap { intake -> Signal? in
            let done = Signal()
            let isTaken = intake.loop.execute {
                intake.plan = plan
                done.signal()
            }
            return isTaken ? done : nil
        }
        for turn in turns { turn.wait() }
    }

    /// Keeps other limits from now on, on connections that are open too.
    package func use(_ limits: CollectorLimits) {
        state.appLimiter.set(perSecond: limits.appReportsPerSecond)
        state.addressLimiter.set(perSecond: limits.addressReportsPerSecond)
        for intake in intakes { intake.loop.execute { intake.limits = limits } }
    }

    /// Stops to accept, answers what was taken, refuses what comes, closes every connection within about
    /// `timeoutSeconds`, and ends the loops. Safe to repeat.
    package func drain(timeoutSeconds: Int) async {
        state.isDraining.store(true, ordering: .relaxed)
        let listener = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        listener?.close()
        for intake in intakes { intake.loop.execute { intake.drain() } }
        for _ in 0..<(timeoutSeconds * 20) where counters.connectionsOpen.load(ordering: .relaxed) > 0 {
            try? await Task.sleep(for: .milliseconds(50))
        }
        for intake in intakes {
            intake.loop.execute { intake.closeAll() }
            intake.loop.stop()
        }
    }
}
