import EventStore

/// How many users take the steps in order, and where they stop.
///
/// A user reaches step k if some event of step 1 is followed by one of step 2, … k, each no earlier than the one before
/// and the last within `window` seconds of the first: the engine's `windowFunnel` in its default mode, which also lets
/// steps share a second. Besides the level, which is all that function tells, this knows when a step was reached.
enum Funnel: Question {
    static let entry = CatalogueEntry(
        "funnel",
        .init("How many users take the steps in order", "漏斗：按顺序完成各步骤的用户数"),
        parameters: steps + CatalogueEntry.Parameter.scope
    )

    /// What makes a funnel.
    static let steps: [CatalogueEntry.Parameter] = [
        .init(
            "steps",
            .steps,
            isRequired: true,
            .init(
                "2 to 10 steps with commas: page:5 (a view of the page), pos:2, operate:11000",
                "2 到 10 个步骤，以逗号分隔：page:5（浏览该页面）、pos:2、operate:11000"
            )
        ),
        .init(
            "window",
            .integer(1...2_592_000),
            standard: "86400",
            .init("Seconds from the first step to the last", "从第一步到最后一步的最长秒数")
        ),
    ]

    static func answer(_ asked: Asked) async throws(QuestionError) -> JSONValue {
        let steps = try FunnelStep.steps(asked.arguments["steps"] ?? "", at: "steps")
        let sql = statement(try asked.scope(), steps: steps, windowSeconds: asked.arguments.integer("window"))
        let rows = try await asked.rows(sql) { row throws(QuestionError) in
            (users: try row.integers(), medians: try row.integers())
        }
        let users = rows.first?.users ?? steps.map { _ in 0 }
        let medians = rows.first?.medians ?? []
        guard users.count == steps.count, medians.count == steps.count || rows.isEmpty else {
            throw .store(.refused(message: "the engine's row has another number of steps", code: nil))
        }
        let names = asked.names
        return .array(
            steps.indices.map { index in
                [
                    "step": .string(steps[index].text),
                    "name": .string(steps[index].name(names)),
                    "users": .int(users[index]),
                    "conversion": JSONValue(ratio(users[index], of: users[0])),
                    "step_conversion": JSONValue(ratio(users[index], of: users[max(index - 1, 0)])),
                    // From step 1 to when this one was first reached; nothing to measure at step 1.
                    "median_seconds": index > 0 && users[index] > 0 ? .int(medians[index]) : .null,
                ]
            }
        )
    }

    /// For each step two arrays: when it was reached (`reach_k`), and the latest first step each of these goes back to
    /// (`start_k`). The next step's come from laying its events among the reached ones, in time: the latest start so far
    /// only grows, so that it is the running sum of its own increases. Linear in the user's events but for the sort.
    static func chain(_ scope: Scope, steps: [FunnelStep], windowSeconds: Int, by user: SQL) -> SQL {
        let conditions = steps.map { $0.condition(scope) }
        let numbers = Array(1...steps.count)
        let times = zip(numbers, conditions).map { number, condition -> SQL in
            "arraySort(groupArrayIf(toInt64(event_time), \(condition))) AS times_\(number)"
        }
        var chain: SQL = """
            SELECT \(user) AS person, \(.joined(times, separator: ", ")), times_1 AS reach_1, times_1 AS start_1, \
            notEmpty(times_1) AS reached_1, toInt64(0) AS took_1 FROM \(Schema.events) \
            WHERE \(scope.condition) AND (\(.joined(conditions, separator: " OR "))) GROUP BY person
            """
        for number in numbers.dropFirst() {
            chain = next(number, of: numbers.count, after: chain, windowSeconds: windowSeconds)
        }
        return chain
    }

    private static func statement(_ scope: Scope, steps: [FunnelStep], windowSeconds: Int) -> SQL {
        let numbers = Array(1...steps.count)
        let counts = numbers.flatMap { number -> [SQL] in
            [
                "countIf(reached_\(number)) AS users_\(number)",
                "quantileExactIfState(0.5)(took_\(number), reached_\(number)) AS median_\(number)",
            ]
        }
        let names = numbers.flatMap { number -> [SQL] in ["users_\(number)", "median_\(number)"] }
        let users = numbers.map { number -> SQL in "sum(users_\(number))" }
        let medians = numbers.map { number -> SQL in "toInt64(quantileExactIfMerge(0.5)(median_\(number)))" }
        let chain = chain(scope, steps: steps, windowSeconds: windowSeconds, by: scope.user)
        let part: SQL = """
            SELECT \(.joined(counts, separator: ", ")) FROM (\(chain))
            """
        return """
            SELECT [\(.joined(users, separator: ", "))] AS users, [\(.joined(medians, separator: ", "))] AS medians \
            FROM \(perShard: part, columns: names)
            """
    }

    /// The chain with one more step. A statement of its own around the one before: the engine analyses an alias again
    /// wherever it is used, so that a chain of aliases would double with each step.
    private static func next(_ number: Int, of count: Int, after chain: SQL, windowSeconds: Int) -> SQL {
        let before = number - 1
        let known = (1..<number).map { earlier -> SQL in "reached_\(earlier), took_\(earlier)" }
        let waiting = (number + 1..<count + 1).map { later -> SQL in ", times_\(later)" }
        let carried: SQL = "person, \(.joined(known, separator: ", "))\(.joined(waiting, separator: ""))"
        let isReached: SQL = "mark.2 = 1 AND start > 0 AND mark.1 <= start + \(windowSeconds)"
        return """
            SELECT \(carried), reach_\(number), start_\(number), notEmpty(reach_\(number)) AS reached_\(number), \
            reach_\(number)[1] - start_\(number)[1] AS took_\(number) FROM (\
            SELECT \(carried), arrayMap(mark -> mark.1, arrayFilter((mark, start) -> \(isReached), marks, latest)) \
            AS reach_\(number), arrayFilter((start, mark) -> \(isReached), latest, marks) AS start_\(number) FROM (\
            SELECT \(carried), marks, arrayCumSum(mark -> mark.3, marks) AS latest FROM (\
            SELECT \(carried), arraySort(arrayConcat(arrayMap((time, start, earlier) -> \
            (time, toUInt8(0), start - earlier), reach_\(before), start_\(before), \
            \(VisitOrder.before("start_\(before)", first: 0))), \
            arrayMap(time -> (time, toUInt8(1), toInt64(0)), times_\(number)))) AS marks FROM (\(chain)))))
            """
    }
}
