import Testing

/// One server for a whole suite: started before its first test, stopped after its last.
enum RunningServer {
    @TaskLocal fileprivate static var shared: Footprint?

    static var current: Footprint {
        get throws { try #require(shared, "this test belongs into a suite with the trait .runningServer") }
    }
}

struct RunningServerTrait: SuiteTrait, TestScoping {
    var options: [String]
    /// What is done with the server before the first test.
    var prepare: (@Sendable (Footprint) async throws -> Void)?

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Installation.serving(options: options) { server in
            try await prepare?(server)
            try await RunningServer.$shared.withValue(server, operation: function)
        }
    }
}

extension Trait where Self == RunningServerTrait {
    static func runningServer(
        options: [String] = [],
        prepare: (@Sendable (Footprint) async throws -> Void)? = nil
    ) -> Self {
        RunningServerTrait(options: options, prepare: prepare)
    }
}
