import Testing

extension Contract {
    @Suite("Dry run")
    struct DryRun {
        @Test("X-Footprint-Dry-Run: 1 checks a report, answers and stores nothing")
        func dryRun() async throws {
            let server = try RunningServer.current
            let uid = ReportBody.newUser("dry")
            let good = HTTPRequest.report(ReportBody.text(uid: uid, items: #"[{"page_id":1}]"#), token: server.token)
            let bad = HTTPRequest.report(ReportBody.text(uid: uid, items: #"[{"page_id":"1"}]"#), token: server.token)
            expectStored(try server.ask(good.with("X-Footprint-Dry-Run", "1")))
            let refused = try server.ask(bad.with("X-Footprint-Dry-Run", "1"))
            #expect(refused.ret == 1001)
            #expect(refused.detail == "items[0].page_id: expected an integer, found a string")
            #expect(try server.ask(good.with("X-Footprint-Dry-Run", "1").with("Authorization", "x")).status == 401)
            // The journal keeps order: once this one is seen, anything stored before it is.
            expectStored(try server.report(ReportBody.text(uid: uid, items: #"[{"page_id":2}]"#)))
            #expect(try await server.events(of: uid).map { $0["page_id"] } == [2])
        }
    }
}
