import EventStore

/// The users behind one step of a funnel.
enum FunnelUsers: Question {
    static let entry = CatalogueEntry(
        "funnel_users",
        .init("The users behind one step of a funnel", "漏斗某一步骤对应的用户"),
        parameters: Funnel.steps + [
            .init("step", .integer(1...10), standard: "1", .init("Which step, from 1", "第几步，从 1 开始")),
            .init(
                "outcome",
                .choice(["reached", "dropped"]),
                standard: "reached",
                .init("Those who reached it, or those of them who did not go on", "到达该步骤的用户，或到达后未继续的用户")
            ),
            CatalogueEntry.Parameter.limit(100),
        ] + CatalogueEntry.Parameter.scope
    )

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let steps = try FunnelStep.steps(asked.arguments["steps"] ?? "", at: "steps")
        let step = asked.arguments.integer("step")
        guard step <= steps.count else {
            throw .expected("1 to \(steps.count), for so many steps there are", at: "step", found: String(step))
        }
        let scope = try asked.scope()
        let chain = Funnel.chain(scope, steps: steps, windowSeconds: asked.arguments.integer("window"), by: "uid")
        // Nobody drops out behind the last step.
        let goesOn: SQL = step < steps.count ? "reached_\(step + 1)" : "1"
        let condition: SQL =
            asked.arguments["outcome"] == "dropped" ? "reached_\(step) AND NOT \(goesOn)" : "reached_\(step)"
        return try await UserList.answer(
            asked,
            scope,
            "SELECT person FROM (\(chain)) WHERE \(condition) ORDER BY person LIMIT \(asked.arguments.integer("limit"))"
        )
    }
}
