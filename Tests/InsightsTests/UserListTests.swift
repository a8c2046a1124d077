import Insights
import TestSupport
import Testing

/// The users behind a figure are as many as the figure says, and are the ones.
extension OnTheEngine.DefinitionTests {
    private func uids(_ answer: JSONValue) -> [String] { (answer.elements ?? []).compactMap { $0["uid"]?.text } }

    @Test("the users behind a funnel's steps, those who went on and those who did not", arguments: cases)
    func funnelUsers(_ testCase: Case) async throws {
        let dataset = try await Dataset.load(stream(testCase))
        let funnel = "steps=page:1,page:2,page:3&window=1800&\(testCase.scope)"
        let rows = try #require(try await dataset.ask("funnel", with: funnel).elements)
        var reached: [Set<String>] = []
        for (place, row) in rows.enumerated() {
            let all = uids(
                try await dataset.ask("funnel_users", with: "\(funnel)&step=\(place + 1)&limit=1000")
            )
            #expect(row["users"] == .int(Int64(all.count)))
            #expect(all == all.sorted())
            reached.append(Set(all))
        }
        #expect(reached[2].isSubset(of: reached[1]) && reached[1].isSubset(of: reached[0]))
        for place in rows.indices {
            let dropped = uids(
                try await dataset.ask("funnel_users", with: "\(funnel)&step=\(place + 1)&outcome=dropped&limit=1000")
            )
            #expect(Set(dropped) == (place + 1 < rows.count ? reached[place].subtracting(reached[place + 1]) : []))
        }
    }

    @Test("the users behind a cohort, and when each was last seen", arguments: cases)
    func retentionUsers(_ testCase: Case) async throws {
        let events = stream(testCase)
        let dataset = try await Dataset.load(events)
        let reference = Reference(events, testCase.range, filter: testCase.filter)
        let rows = try #require(
            try await dataset.ask("retention", with: "periods=2&\(testCase.scope)").elements
        )
        let lastSeen = Dictionary(grouping: reference.events, by: \.uid).mapValues { $0.map(\.time).max() ?? 0 }
        for (day, row) in rows.enumerated() {
            let cohort = try #require(row["cohort"]?.text)
            for later in 0...2 where day + later < rows.count {
                let users = try await dataset.ask(
                    "retention_users",
                    with: "cohort=\(cohort)&period=\(later)&limit=1000&\(testCase.scope)"
                )
                #expect(row["returned"]?[later] == .int(Int64(users.elements?.count ?? -1)))
                for user in users.elements ?? [] {
                    #expect(user["last_seen"] == .int(lastSeen[user["uid"]?.text ?? ""] ?? -1))
                }
            }
        }
    }

    @Test("a step or a cohort that does not exist is said to be none")
    func wrong() async throws {
        let dataset = try await Dataset.load([])
        await #expect(throws: QuestionError.self) {
            _ = try await dataset.ask("funnel_users", with: "steps=page:1,page:2&step=3")
        }
        await #expect(throws: QuestionError.self) {
            _ = try await dataset.ask("retention_users", with: "cohort=2024-01-01&from=2024-03-01&to=2024-03-05")
        }
    }
}
