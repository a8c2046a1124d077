import Foundation
import Testing

/// Who the users are is nobody's business who reads the server's log.
@Suite("Users in the log")
struct PersonalData {
    @Test("uid and openid are not in the log at its default level, whatever becomes of the report")
    func notLogged() async throws {
        try await Installation.serving { server in
            let marker = ReportBody.newUser("marker")
            func report(_ body: String, token: String? = nil) throws -> HTTPAnswer {
                try server.ask(.report(body, token: token ?? server.token))
            }
            let head = #"{"head":{"uid":"\#(marker)","openid":"\#(marker)-o"}"#
            expectStored(try report(#"\#(head),"items":[{"page_id":1,"trace_id":"\#(marker)-t"}]}"#))
            #expect(try report(#"\#(head),"items":[{"page_id":"\#(marker)"}]}"#).ret == 1001)
            #expect(try report(#"\#(head),"items":[{"channel":99}]}"#).ret == 1001)
            #expect(try report(#"\#(head),"items":[{"page_id":1}]"#).ret == 1001)
            #expect(try report(#"{"head":{"uid":"\#(marker)\#u{0}"}}"#).ret == 1001)
            #expect(try report(marker).ret == 1001)
            #expect(try report(#"\#(head),"items":[{}]}"#, token: "wrong").status == 401)
            let large = #"\#(head),"items":[{}],"x":"\#(String(repeating: "x", count: 1_100_000))"}"#
            let connection = try server.connection()
            connection.sendWhileOpen(HTTPRequest.report(large, token: server.token).bytes)
            #expect(try connection.answer().status == 413)
            var cut = HTTPRequest.report(#"\#(head),"items":[{}]}"#, token: server.token).bytes
            cut.removeLast(10)
            let broken = try server.connection()
            try broken.send(cut)
            broken.finishSending()
            _ = try? broken.answer()

            let events = try await server.events(of: marker)
            #expect(events.count == 1)
            _ = try server.rawQuestion("users/\(Footprint.escaped(marker))", [("from", "never")])
            _ = try server.rawQuestion("trace/\(Footprint.escaped(marker))-t")
            #expect(try await server.stop(withinSeconds: 30) == .exit(0))
            let log = server.process.output + server.process.errors
            #expect(!log.isEmpty)
            #expect(!log.contains(marker), "\(log)")
        }
    }
}
