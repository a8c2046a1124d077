package import EventStore
package import Reports

/// Questions about the events, and their answers.
///
/// Each question of the interface is one file in `Questions/`; the console, the HTTP interface and the command line
/// ask here and nowhere else, so the same question has one answer. What a question's parameters may be is written once,
/// in ``catalogue``, and enforced from there.
package struct Insights: Sendable {
    private let store: any EventStore
    private let plan: @Sendable () -> TrackingPlan
    private let journal: JournalSearching?

    /// What the journal holds of an id, beside what was loaded from it.
    package typealias JournalSearching = @Sendable (SoughtID) async throws(StoreError) -> JournalFindings

    /// - Parameters:
    ///   - plan: the tracking plan of the moment: which operations count as page views, and all names.
    ///   - journal: nil where the journal is out of reach; answers say so.
    package init(
        store: any EventStore,
        plan: @escaping @Sendable () -> TrackingPlan,
        journal: JournalSearching? = nil
    ) {
        self.store = store
        self.plan = plan
        self.journal = journal
    }

    /// Every question asked here, in the order people read them.
    package static let catalogue: [CatalogueEntry] = questions.map { $0.entry }

    static let questions: [any Question.Type] = [
        Overview.self, Trend.self, Pages.self, Positions.self, Breakdown.self, Flows.self, Paths.self, Funnel.self,
        Retention.self, Durations.self, Trace.self, User.self, Where.self, Rejected.self,
        RejectedReasons.self,
    ]

    /// Answers one question.
    ///
    /// - Parameters:
    ///   - path: the question's name, followed by the id where it takes one: `["trace", "ID"]`. Decoded.
    ///   - parameters: as they were given, decoded, repeats included.
    ///   - nowSeconds: Unix seconds; "today" of the default period.
    ///   - language: of the names in the answer.
    /// - Returns: what the interface calls `data`.
    package func answer(
        _ path: [String],
        parameters: [(name: String, value: String)],
        nowSeconds: Int64,
        language: Language
    ) async throws(QuestionError) -> JSONValue {
        guard let name = path.first, let question = Self.questions.first(where: { $0.entry.name == name }),
            path.count == (question.entry.subject == nil ? 1 : 2)
        else { throw .unknownQuestion }
        let asked = Asked(
            arguments: try Arguments(parameters, of: question.entry),
            subject: try question.entry.subject?.checked(path[1]),
            nowSeconds: nowSeconds,
            store: store,
            plan: plan(),
            journal: journal,
            language: language
        )
        return try await question.answer(asked)
    }

    /// Runs one statement that an administrator wrote; the engine lets it read the events and nothing else.
    ///
    /// - Returns: `{"columns":[…],"rows":[[…]…]}`, rows in the statement's order.
    package func answer(sql: String) async throws(StoreError) -> JSONValue {
        let result = try await store.query(
            SQL(writtenByOperator: sql),
            limits: QueryLimits(timeoutSeconds: 300)
        )
        return .object([
            JSONValue.Member("columns", .array(result.columns.map(JSONValue.string))),
            JSONValue.Member("rows", .array(result.rows.map { .array($0.map(JSONValue.init(stored:))) })),
        ])
    }
}
