import EventStore

/// The users behind one cell of a retention table.
enum RetentionUsers: Question {
    static let entry = CatalogueEntry(
        "retention_users",
        .init("The users of a cohort who came back so much later", "某一留存分组中在之后某一期仍活跃的用户"),
        parameters: [
            Retention.interval,
            .init(
                "cohort",
                .text,
                isRequired: true,
                .init("First day of the cohort, as `retention` names it", "分组的首日，与 retention 的 cohort 相同")
            ),
            .init(
                "period",
                .integer(0...400),
                standard: "0",
                .init("How many days or weeks later; 0: all of the cohort", "之后第几日或周；0 表示整个分组")
            ),
            CatalogueEntry.Parameter.limit(100),
        ] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let scope = try asked.scope()
        guard let interval = asked.arguments["interval"].flatMap(Interval.init(rawValue:)) else {
            preconditionFailure("the catalogue lets only intervals through")
        }
        let cohort = asked.arguments["cohort"] ?? ""
        guard let point = try interval.points(of: scope.period).first(where: { $0.time == cohort }) else {
            throw .expected("the first day of a \(interval.rawValue) in the period", at: "cohort", found: cohort)
        }
        let later = asked.arguments.integer("period")
        return try await UserList.answer(
            asked,
            scope,
            """
            SELECT person FROM (\(Retention.activity(EventSource(events: scope), interval, by: "uid"))) \
            WHERE cohort = \(point.key) AND has(points, cohort + \(later)) \
            ORDER BY person LIMIT \(asked.arguments.integer("limit"))
            """
        )
    }
}
