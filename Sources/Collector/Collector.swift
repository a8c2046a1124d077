package import Access
package import Journal
import NIOCore
package import NIOPosix
package import Reports
import Synchronization

/// The front door: one port for reports, console and query API.
///
/// Reports are framed, checked, encoded and journaled on the event loops, without a task or an actor on their way;
/// every other request goes to the responder. `ret` 0 is written only after the journal said that the report is
/// durable.
package final class Collector: Sendable {
    package let counters = CollectorCounters()
    private let state: CollectorState
    private let group: MultiThreadedEventLoopGroup
    private let intakes: [NIOLoopBound<LoopIntake>]
    private let listener = Mutex<(any Channel)?>(nil)

    package init(
        settings: CollectorSettings,
        journal: Journal,
        access: Access,
        plan: PlanTable,
        group: MultiThreadedEventLoopGroup,
        responder: @escaping RequestResponder
    ) async throws {
        let state = CollectorState(
            settings: settings,
            journal: journal,
            access: access,
            plan: plan,
            counters: counters,
            responder: responder
        )
        self.state = state
        self.group = group
        var intakes: [NIOLoopBound<LoopIntake>] = []
        for eventLoop in group.makeIterator() {
            intakes.append(
                try await eventLoop.submit {
                    NIOLoopBound(LoopIntake(eventLoop: eventLoop, shared: state), eventLoop: eventLoop)
                }.get()
            )
        }
        self.intakes = intakes
    }

    /// Begins to accept connections. Returns the port, which is the one asked for unless that was 0.
    package func listen(host: String, port: Int) async throws -> Int {
        let intakes = intakes
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One read a turn: a second only finds nothing there, and other connections wait for it.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let intake = intakes.first(where: { $0.isOn(channel.eventLoop) }) else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    try channel.pipeline.syncOperations.addHandler(ReportConnection(intake: intake.value))
                }
            }
            .bind(host: host, port: port)
            .get()
        listener.withLock { $0 = channel }
        return channel.localAddress?.port ?? port
    }

    /// Checks reports by another plan from now on.
    package func use(_ plan: PlanTable) {
        state.plan.withLock { $0 = plan }
        for intake in intakes { intake.execute { $0.plan = plan } }
    }

    /// Stops to accept, answers what was taken, refuses what comes, and closes every connection within about
    /// `timeoutSeconds`.
    package func drain(timeoutSeconds: Int) async {
        state.isDraining.store(true, ordering: .relaxed)
        let channel = listener.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await channel?.close().get()
        for intake in intakes { intake.execute { $0.drain() } }
        for _ in 0..<(timeoutSeconds * 20) where counters.connectionsOpen.load(ordering: .relaxed) > 0 {
            try? await Task.sleep(for: .milliseconds(50))
        }
        for intake in intakes { intake.execute { $0.closeAll() } }
    }
}

extension NIOLoopBound where Value == LoopIntake {
    fileprivate func isOn(_ eventLoop: any EventLoop) -> Bool { self.eventLoop === eventLoop }

    fileprivate func execute(_ body: @escaping @Sendable (LoopIntake) -> Void) {
        eventLoop.execute { body(value) }
    }
}
