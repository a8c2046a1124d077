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
    let loadedUntilSeconds: @Sendable () -> Int64?
    private let answers = AnswerCache()

    /// What the journal holds of an id, beside what was loaded from it.
    package typealias JournalSearching = @Sendable (SoughtID) async throws(StoreError) -> JournalFindings

    /// - Parameters:
    ///   - plan: the tracking plan of the moment: which operations count as page views, and all names.
    ///   - journal: nil where the journal is out of reach; answers say so.
    ///   - loadedUntilSeconds: until when everything that arrived is in the store, Unix seconds; nil: nobody can say.
    package init(
        store: any EventStore,
        plan: @escaping @Sendable () -> TrackingPlan,
        journal: JournalSearching? = nil,
        loadedUntilSeconds: @escaping @Sendable () -> Int64? = { nil }
    ) {
        self.store = store
        self.plan = plan
        self.journal = journal
        self.loadedUntilSeconds = loadedUntilSeconds
    }

    /// Every question asked here, in the order people read them.
    package static let catalogue: [CatalogueEntry] = questions.map { $0.entry }

    static let questions: [any Question.Type] = [
        Overview.self, Trend.self, Pages.self, Positions.self, Breakdown.self, Flows.self, Paths.self, Funnel.self,
        Retention.self, Durations.self, FunnelUsers.self, RetentionUsers.self, Trace.self, User.self, Where.self,
        Rejected.self, RejectedReasons.self, Completeness.self, Missing.self, Lateness.self, Skew.self, Drift.self,
        Bots.self,
    ]

    /// Answers one question.
    ///
    /// - Parameters:
    ///   - path: the question's name, followed by the id where it takes one: `["trace", "ID"]`. Decoded.
    ///   - parameters: as they were given, decoded, repeats included.
    ///   - nowSeconds: Unix seconds; "today" of the default period.
    ///   - language: of the names in the answer.
    ///   - anew: counted again, whatever was answered before.
    /// - Returns: what the interface calls `data`.
    package func answer(
        _ path: [String],
        parameters: [(name: String, value: String)],
        nowSeconds: Int64,
        language: Language,
        anew: Bool = false
    ) async throws(QuestionError) -> JSONValue {
        let (question, asked) = try asked(path, parameters, nowSeconds: nowSeconds, language: language)
        return try await remembered(asked, path, parameters, anew: anew) { () throws(QuestionError) in
            try await question.answer(asked)
        }
    }

    /// What was answered before where nothing changed since, else what `count` finds. Only for questions about events.
    func remembered(
        _ asked: Asked,
        _ path: [String],
        _ parameters: [(name: String, value: String)],
        anew: Bool,
        _ count: () async throws(QuestionError) -> JSONValue
    ) async throws(QuestionError) -> JSONValue {
        guard asked.isAboutEvents, !anew else { return try await count() }
        let range = try asked.period().range
        guard let version = await store.eventsVersion(before: range.upperBound) else { return try await count() }
        let key = AnswerCache.Key(
            path: path,
            parameters: parameters.flatMap { [$0.name, $0.value] },
            range: range,
            language: asked.language
        )
        if let answer = answers.answer(key, version: version, plan: asked.plan) { return answer }
        let answer = try await count()
        answers.keep(answer, for: key, version: version, plan: asked.plan)
        return answer
    }

    /// The question of that name, and its parameters once they are checked.
    func asked(
        _ path: [String],
        _ parameters: [(name: String, value: String)],
        nowSeconds: Int64,
        language: Language
    ) throws(QuestionError) -> (question: any Question.Type, asked: Asked) {
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
            isAboutEvents: question.entry.parameters.contains { $0.name == Filters.uidName && $0.isRepeatable },
            language: language
        )
        return (question, asked)
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
