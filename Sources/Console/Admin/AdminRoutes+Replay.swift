import EventStore
package import Insights
package import Quarantine

extension AdminRoutes {
    /// `POST /api/v1/replay?reason=&app=&since=&until=&dry_run=1`: refused reports go through the plan as it is now.
    func replay(_ call: AdminCall) async throws(APIAnswer) -> JSONValue {
        guard let quarantine else { throw .unavailable(detail: "this server keeps no quarantine") }
        let given = try call.parameters(["reason", "app", "since", "until", "dry_run"])
        var selection = Quarantine.Selection()
        selection.code = given["reason"]
        selection.app = given["app"]
        selection.fromSeconds = try Self.seconds(given, "since")
        selection.toSeconds = try Self.seconds(given, "until")
        guard ["0", "1", nil].contains(given["dry_run"]) else {
            throw .badParameter(detail: "dry_run: expected 0 or 1")
        }
        do throws(Quarantine.Failure) {
            return try await quarantine.replay(selection, isDryRun: given["dry_run"] == "1").json
        } catch {
            switch error {
            case .underWay, .journal: throw .unavailable(detail: "\(error)")
            case .store(let error): throw .unavailable(detail: "\(error)")
            }
        }
    }

    private static func seconds(_ given: [String: String], _ name: String) throws(APIAnswer) -> Int64? {
        guard let text = given[name] else { return nil }
        guard let seconds = Int64(text), (0...(1 << 40)).contains(seconds) else {
            throw .badParameter(detail: "\(name): expected Unix seconds")
        }
        return seconds
    }
}

extension Quarantine.Outcome {
    package var json: JSONValue {
        let refused = self.refused.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        return [
            "replayed": .int(Int64(replayed)),
            "events": .int(Int64(events)),
            "cut": .int(Int64(cut)),
            "refused": .array(
                refused.map { code, why in
                    ["reason": .string(code), "count": .int(Int64(why.count)), "detail": .string(why.detail)]
                }
            ),
        ]
    }
}
