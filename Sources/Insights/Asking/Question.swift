import EventStore
import Reports

/// One question of the interface.
protocol Question: SendableMetatype {
    static var entry: CatalogueEntry { get }

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue
}

/// A question as it was put: everything an answer depends on.
struct Asked: Sendable {
    let arguments: Arguments
    /// The id in the path; not empty where the catalogue names a subject.
    let subject: String?
    let nowSeconds: Int64
    let store: any EventStore
    let plan: TrackingPlan
    /// nil where the journal is out of reach.
    let journal: Insights.JournalSearching?
    /// It counts events of a period: the catalogue gives it ``CatalogueEntry/Parameter/scope``.
    let isAboutEvents: Bool
    let language: Language

    var names: Names { Names(plan: plan, language: language) }

    /// The events the question is about, where it has the parameters of ``CatalogueEntry/Parameter/scope``.
    func scope() throws(QuestionError) -> Scope {
        Scope(period: try period(), filters: Filters(arguments), plan: plan, hasRollups: store.hasRollups)
    }

    func period() throws(QuestionError) -> Period {
        try Period(
            from: arguments["from"],
            to: arguments["to"],
            zone: try Zone(arguments["tz"] ?? "", at: "tz"),
            nowSeconds: nowSeconds
        )
    }

    /// The parameters that say which events, as they were given.
    var scopeParameters: [(name: String, value: String)] {
        CatalogueEntry.Parameter.scope.flatMap { parameter in
            arguments.values(parameter.name).map { (parameter.name, $0) }
        }
    }

    /// The statement's rows, read one by one.
    func rows<Element>(
        _ sql: SQL,
        _ read: (inout RowReader) throws(QuestionError) -> Element
    ) async throws(QuestionError) -> [Element] {
        let result: ResultSet
        do {
            result = try await store.query(sql, limits: Self.limits)
        } catch {
            throw .store(error)
        }
        var elements: [Element] = []
        elements.reserveCapacity(result.rows.count)
        for values in result.rows {
            var reader = RowReader(values)
            elements.append(try read(&reader))
        }
        return elements
    }

    /// No answer has more rows than a trend's points for each thing it counts, or a cohort table's cells.
    private static let limits = QueryLimits(timeoutSeconds: 30, memoryBytes: 2 << 30, resultRows: 50_000)
}

extension Asked {
    /// The condition of the period, where one is asked for: all time without.
    func optionalPeriod() throws(QuestionError) -> SQL {
        guard arguments["from"] != nil || arguments["to"] != nil else {
            // Wrong is wrong, also where it would not matter.
            _ = try Zone(arguments["tz"] ?? "", at: "tz")
            return "1"
        }
        return Scope.within(try period().range)
    }

    /// The condition that a report arrived in the period, where one is asked for: what was refused has no time of its
    /// own.
    func arrivalPeriod() throws(QuestionError) -> SQL {
        guard arguments["from"] != nil || arguments["to"] != nil else {
            _ = try Zone(arguments["tz"] ?? "", at: "tz")
            return "1"
        }
        let range = try period().range
        let (from, to) = (UInt64(max(0, range.lowerBound)), UInt64(max(0, range.upperBound)))
        return "arrival >= \(from * 1_000_000) AND arrival < \(to * 1_000_000)"
    }
}
